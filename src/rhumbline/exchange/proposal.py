"""What is proposed, asked and agreed when a table is to become records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field
from typing import Any

from rhumbline.book.findings import Finding
from rhumbline.book.types import NOTHING, FrozenMap, Severity
from rhumbline.exchange.columns import Plan
from rhumbline.exchange.table_rows import Row
from rhumbline.exchange.vocabulary import normal


@dataclass(frozen=True, slots=True)
class Column:
    """What one column of a file becomes.

    Parameters
    ----------
    header, occurrence
        Its name, and which one it is among columns of the same name, counted from 1.
    target
        The field it becomes, such as ``cash``, or ``cash:2027-Q1`` for one period; nothing when it is not used.
    confidence
        How sure the proposal is, from 0 to 1.
    because
        What the proposal rests on.
    """

    header: str
    occurrence: int = 1
    target: str = ""
    confidence: float = 0.0
    because: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a table with these headers is read: what each column becomes, and the answers that were given.

    Parameters
    ----------
    kind
        The kind of record that a row becomes.
    columns
        Every column of the table, used or not.
    answers
        By the id of a question, its answer.
    """

    kind: str
    columns: tuple[Column, ...]
    answers: FrozenMap[str] = NOTHING

    @property
    def signature(self) -> str:
        """What tables with the same headers, in any order, have in common."""
        return signature(self.kind, (column.header for column in self.columns))

    def to_json(self) -> dict[str, Any]:
        """Return the mapping as JSON knows it."""
        columns = [
            {"header": column.header, "occurrence": column.occurrence, "target": column.target}
            for column in self.columns
        ]
        return {"kind": self.kind, "columns": columns, "answers": dict(self.answers)}

    @classmethod
    def from_json(cls, raw: Lookup[str, Any]) -> Mapping:
        """Return the mapping that ``to_json`` wrote.

        Parameters
        ----------
        raw
            What was written.
        """
        columns = tuple(
            Column(str(entry["header"]), int(entry["occurrence"]), str(entry["target"]), 1.0, "remembered")
            for entry in raw["columns"]
        )
        return cls(str(raw["kind"]), columns, FrozenMap({str(key): str(raw["answers"][key]) for key in raw["answers"]}))


def signature(kind: str, headers: Iterable[str]) -> str:
    """Return what tables of one kind with the same headers, in any order, have in common.

    Parameters
    ----------
    kind
        The kind of record.
    headers
        The names of all columns.
    """
    words = sorted(normal(header) for header in headers)
    return f"{kind}-{hashlib.sha256(json.dumps(words).encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Question:
    """Something only a person can decide; until somebody does, the proposed answer is used.

    Parameters
    ----------
    id
        What an answer is given to, such as ``date:Due``.
    code
        The kind of question, such as ``date-order``.
    text
        The question.
    choices
        The answers that are possible, each with a word or example for people; empty where any text is.
    proposed
        The answer that is used when none is given.
    reason
        Why this one is proposed.
    """

    id: str
    code: str
    text: str
    proposed: str
    reason: str
    choices: FrozenMap[str] = NOTHING


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is held out, with the reasons."""

    row: Row
    where: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table as raw values by target, not yet a record."""

    row: Row
    where: str
    values: Lookup[str, Any]


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a table would be read, to be looked at before anything is written.

    Parameters
    ----------
    mapping
        What each column becomes.
    confidence
        How sure the least certain used column is, from 0 to 1.
    sample
        The first five rows as they would be read.
    questions
        What somebody should decide.
    unmapped
        The columns that become nothing.
    bad_rows
        The rows that are held out because a cell makes no sense.
    lines
        All rows that can be read.
    plans
        How each used column is read.
    currency
        The currency of the money columns, where the file says one.
    findings
        What else is to be said.
    """

    mapping: Mapping
    confidence: float
    sample: tuple[FrozenMap[Any], ...]
    questions: tuple[Question, ...]
    unmapped: tuple[str, ...]
    bad_rows: tuple[BadRow, ...]
    lines: tuple[Line, ...]
    plans: tuple[Plan, ...]
    currency: str
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class Talk:
    """What is asked, said and held out while a table is being understood, and the answers there are."""

    answers: Lookup[str, str]
    questions: list[Question] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    held: list[BadRow] = field(default_factory=list)

    def ask(self, question: Question) -> str:
        """Return the answer to a question: the given one where it is possible, else the proposed one."""
        given = self.answers.get(question.id)
        if given is not None and (given or question.choices) and (not question.choices or given in question.choices):
            return given
        self.questions.append(question)
        return question.proposed

    def say(self, code: str, where: str, message: str, remedy: str, severity: Severity, **numbers: Any) -> None:
        """Add a finding."""
        self.findings.append(
            Finding(
                code=code, where=where, message=message, remedy=remedy, severity=severity, numbers=FrozenMap(numbers)
            )
        )

    def hold(self, line: Line, *findings: Finding) -> None:
        """Hold a row out, with the reasons."""
        self.held.append(BadRow(line.row, line.where, findings))
