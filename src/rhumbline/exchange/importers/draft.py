"""What a foreign file says, in our words but not yet checked: rows with its own ids, findings, sums to check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from rhumbline.book.findings import Finding
from rhumbline.book.types import FrozenMap, Severity


@dataclass(frozen=True, slots=True)
class Terms:
    """What the caller says about a file: its name, answers, the evaluation date, what to call its source."""

    name: str = "the file"
    answers: Mapping[str, str] = field(default_factory=dict)
    as_of: date | None = None
    source: str = ""

    def source_or(self, usual: str) -> str:
        """Return what to call the source: the caller's word, else the usual one of the format."""
        return self.source or usual


@dataclass(frozen=True, slots=True)
class Sign:
    """How surely a file is of a format, from 0 to 1, and why."""

    confidence: float
    why: str


NO_SIGN = Sign(0.0, "")


@dataclass(frozen=True, slots=True)
class Link:
    """A reference to another record by the id that the file gives it; it becomes a key when all rows are known."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Row:
    """One record that a file speaks of.

    Parameters
    ----------
    kind
        The name of a kind of record.
    id
        What the file calls it; the same thing has the same id in every later file.
    fields
        What the file says of it: a later file may change these.
    where
        The place in the file.
    filled
        What it needs and the file does not say: used only where the Book says nothing.
    key
        The key it should get if that is free; else one is made of the id.
    shared
        Whether a record that has the key already is meant, whoever made it.
    """

    kind: str
    id: str
    fields: Mapping[str, Any]
    where: str
    filled: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """A sum that the file states, beside what its parts add up to."""

    what: str
    stated: Decimal
    found: Decimal

    @property
    def holds(self) -> bool:
        """Whether both agree to the cent (and a cent of rounding for what was rounded before)."""
        return abs(self.stated - self.found) <= Decimal("0.02")


@dataclass(slots=True)
class Draft:
    """Everything one file says.

    Parameters
    ----------
    source
        Which file or board this is, so that its ids are not taken for those of another.
    rows, findings, checks
        The records, what was noticed, and the sums that were checked.
    firm
        What the file calls the organisation, if it does.
    currency
        The currency of its amounts, if it says one.
    questions
        Id, text, proposed answer and reason of what only a person can decide.
    partial
        Whether the file is only a part of its source, so that what it lacks is not gone.
    stand_ins
        How many KPIs got their last value as a target, because the file says none.
    """

    source: str
    rows: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    firm: str = ""
    currency: str = ""
    questions: list[tuple[str, str, str, str]] = field(default_factory=list)
    partial: bool = False
    stand_ins: int = 0

    def add(
        self,
        kind: str,
        own_id: str,
        where: str,
        fields: Mapping[str, Any],
        filled: Mapping[str, Any] | None = None,
        key: str = "",
        *,
        shared: bool = False,
    ) -> Link:
        """Add one record and return the link by which other rows name it; what holds nothing is left out."""
        said = {name: value for name, value in fields.items() if value not in (None, "", [], {}, ())}
        self.rows.append(Row(kind, own_id, said, where, filled or {}, key, shared))
        return Link(kind, own_id)

    def say(
        self, code: str, where: str, message: str, remedy: str, severity: Severity = Severity.INFO, **numbers: Any
    ) -> None:
        """Add a finding about the file."""
        self.findings.append(note(code, where, message, remedy, severity, **numbers))

    def check(self, what: str, stated: Decimal, found: Decimal, where: str) -> None:
        """Compare a sum that the file states with its parts; say so where they differ."""
        checked = Check(what, stated, found)
        self.checks.append(checked)
        if not checked.holds:
            self.say(
                "total-mismatch",
                where,
                f"{what} is {stated:,f} in the file, but its parts add up to {found:,f}: {stated - found:+,f}.",
                "Check for a row that is missing, counted twice or hidden by a filter, or export the file again.",
                Severity.WARNING,
                stated=float(stated),
                expected=float(found),
            )

    def ask(self, own_id: str, text: str, proposed: str, reason: str) -> None:
        """Add a question that only a person can answer."""
        self.questions.append((own_id, text, proposed, reason))

    def leave_out(self, names: Iterable[str], why: str = "a Book has no place for them") -> None:
        """Say which parts of the file were not imported: nothing is dropped silently."""
        listed = list(dict.fromkeys(name for name in names if name))
        if not listed:
            return
        shown = ", ".join(f"'{name[:60]}'" for name in listed[:30])
        self.say(
            "not-imported",
            self.source,
            f"Not imported from the file, because {why}: {shown}{' and more' if len(listed) > 30 else ''}.",
            "Nothing needs to be done; keep the file if you need them.",
            count=len(listed),
            names=", ".join(name[:60] for name in listed[:50]),
        )


def note(
    code: str, where: str, message: str, remedy: str, severity: Severity = Severity.INFO, **numbers: Any
) -> Finding:
    """Return a finding about a file."""
    return Finding(
        code=code, where=where, message=message, remedy=remedy, severity=severity, numbers=FrozenMap(numbers)
    )


__all__ = ["NO_SIGN", "Check", "Draft", "Link", "Row", "Sign", "Terms", "note"]
