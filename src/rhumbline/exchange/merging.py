"""Imported records meet the Book: what is new, what changed, what both sides changed, and what breaks a rule.

Nothing that was in the Book is lost: a row whose record would break a rule is held out instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rhumbline.book.book import Book
from rhumbline.book.digests import body
from rhumbline.book.findings import Finding
from rhumbline.book.records import KIND_OF_RECORD, KINDS, Organisation
from rhumbline.book.rules import settle
from rhumbline.book.types import FrozenMap, Severity
from rhumbline.exchange.gate import read_record
from rhumbline.exchange.origins import Conflict, Origin, fingerprint, merged, origins_of, with_origins
from rhumbline.exchange.proposal import Line, Question, Talk
from rhumbline.exchange.raw import Branch, Place, show
from rhumbline.exchange.row_records import Wanted

Accepted = list[tuple[Any, Wanted | None]]


@dataclass(slots=True)
class Merging:
    """The state of one meeting of imported records and a Book.

    Parameters
    ----------
    before
        The Book.
    kind, source
        The kind of record that rows become, and what the file is called.
    defaults
        Values for required fields that the table does not have.
    talk
        Where findings, questions and held-out rows go.
    origins, fresh_origins
        Where records came from before and in this import.
    conflicts
        Kind, key and field of each value that both sides changed.
    assumed
        Keys of new records that got a value nobody stated.
    unchanged
        How many rows say what the Book says already.
    removed
        Keys of records that somebody took out of the Book since they were imported.
    """

    before: Book
    kind: str
    source: str
    defaults: Mapping[str, Any]
    talk: Talk
    origins: dict[tuple[str, str], Origin] = field(init=False)
    fresh_origins: dict[tuple[str, str], tuple[Origin, Line | None]] = field(default_factory=dict)
    conflicts: list[tuple[str, str, str]] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    unchanged: int = 0
    removed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.origins = origins_of(self.before)

    def merged(self, wanted: list[Wanted]) -> Accepted:
        """Read each wanted record through the gate and merge it with what the Book has."""
        kept: list[tuple[Any, Wanted]] = []
        failed: set[int] = set()
        for each in wanted:
            if each.line is not None and id(each.line) in failed:
                continue
            record, problems = self._read(each)
            errors = [problem for problem in problems if problem.severity is Severity.ERROR]
            if record is None or errors:
                if each.line is not None:
                    failed.add(id(each.line))
                    self.talk.hold(each.line, *problems)
                continue
            self.talk.findings += problems
            if each.kind == "measurement":
                kept += [] if record in self.before.readings(each.key) else [(record, each)]
                continue
            kept += self._against_book(record, each)
        return [(record, each) for record, each in kept if id(each.line) not in failed]

    def _read(self, each: Wanted) -> tuple[Any, list[Finding]]:
        there = self.before.all(each.kind).get(each.key) if each.kind != "measurement" else None
        place = Place(each.line.where if each.line else self.source)
        if there is not None:
            raw: Any = {name: value for name, value in body(there).items() if name not in each.owned}
            raw["key"] = each.key
            raw = _with(raw, each.raw)
        else:
            named = each.raw.get("key", "")
            chosen = {
                name: self.talk.answers[f"{name}:{named}"]
                for name in ("mode",)
                if f"{name}:{named}" in self.talk.answers
            }
            given = {**(self.defaults if each.kind == self.kind else {}), **chosen}
            if any(name not in each.raw and name not in chosen for name in given):
                self.assumed.append(each.key)
            raw = _with({name: value for name, value in given.items() if name not in each.raw}, each.raw)
        return read_record(each.kind, raw, place)

    def _against_book(self, record: Any, each: Wanted) -> list[tuple[Any, Wanted]]:
        there = self.before.all(each.kind).get(each.key)
        origin = self.origins.get((each.kind, each.key))
        if there is None:
            values = {name: fingerprint(getattr(record, name)) for name in each.owned}
            if origin is not None and origin.values == values and self.talk.answers.get("removed") != "restore":
                self.removed += [each.key] if each.kind == self.kind else []
                return []
            self._keep_origin(each, values)
            return [(record, each)]
        decided = {
            name: answer
            for name in each.owned
            if (answer := self.talk.answers.get(f"conflict:{each.kind}.{each.key}.{name}", "")) in ("file", "book")
        }
        result, values, conflicts = merged(there, record, each.owned, origin, decided)
        self._keep_origin(each, values)
        for conflict in conflicts:
            self._conflict(each, conflict)
        if result == there:
            self.unchanged += each.kind == self.kind
            return []
        return [(result, each)]

    def _keep_origin(self, each: Wanted, values: dict[str, str]) -> None:
        before = self.origins.get((each.kind, each.key))
        # A copy of the file under another name says nothing new.
        same = before is not None and before.values == values and each.key in self.before.all(each.kind)
        fresh = before if same and before is not None else Origin(self.source, each.id, values)
        self.fresh_origins[each.kind, each.key] = (fresh, each.line)

    def _conflict(self, each: Wanted, conflict: Conflict) -> None:
        mine, theirs = _words(conflict.mine), _words(conflict.theirs)
        self.conflicts.append((each.kind, each.key, conflict.field))
        where = each.line.where if each.line else self.source
        known = (each.kind, each.key) in self.origins
        why = "it was changed in the Book, and in the file too" if known else "the two were never imported together"
        self.talk.findings.append(
            Finding(
                code="conflict",
                where=where,
                message=f"{conflict.field.replace('_', ' ').capitalize()} of {each.key} is {mine} in the Book and "
                f"{theirs} in the file: {why}. The Book's value was kept.",
                remedy="Decide which of the two counts.",
                severity=Severity.WARNING,
                kind=each.kind,
                key=each.key,
                numbers=FrozenMap({"field": conflict.field, "book": mine, "file": theirs}),
            )
        )
        self.talk.questions.append(
            Question(
                f"conflict:{each.kind}.{each.key}.{conflict.field}",
                "conflict",
                f"Which {conflict.field.replace('_', ' ')} of {each.key} counts?",
                "book",
                "nobody's work is overwritten without being asked",
                FrozenMap({"book": f"the Book's: {mine}", "file": f"the file's: {theirs}"}),
            )
        )

    def settled(self, pairs: Accepted) -> list[Any]:
        """Return the records that fit into the Book; a row whose record breaks a rule is held out."""
        broken_before = {_name(record) for record in settle(_all(self.before), {}).held_out}
        while True:
            book = self.before.replace(*(record for record, _ in pairs))
            settled = settle(_all(book), {})
            out = {_name(record) for record in settled.held_out} - broken_before
            dropped = [(record, each) for record, each in pairs if _name(record) in out]
            if not dropped:
                return [record for record, _ in pairs]
            for record, each in dropped:
                faults = [fault for fault in settled.faults if _name(fault.record) == _name(record)]
                where = each.line.where if each and each.line else self.source
                reasons = [fault.finding(f"{where}, {fault.field}") for fault in faults]
                if each and each.line:
                    self.talk.hold(each.line, *reasons)
                else:
                    self.talk.findings += reasons
            lost = {id(each.line) for _, each in dropped if each and each.line}
            pairs = [
                (record, each)
                for record, each in pairs
                if _name(record) not in out and not (each and each.line and id(each.line) in lost)
            ]

    def book(self, firm: Organisation, records: list[Any], as_of: date | None) -> Book:
        """Return the Book with the accepted records and where they came from."""
        accepted = self.before.replace(*records)
        held = {row.row.index for row in self.talk.held}
        origins = {
            place: origin
            for place, (origin, line) in self.fresh_origins.items()
            if place[1] in accepted.all(place[0]) and (line is None or line.row.index not in held)
        }
        if not records and self.before.organisation is None:
            return self.before
        noted = with_origins(firm, origins)
        changed = () if noted == self.before.organisation else (noted,)
        return accepted.replace(*changed, as_of=self.before.as_of or as_of)


# --- small things -----------------------------------------------------------------------------


def _with(base: Mapping[str, Any], over: Branch) -> Branch:
    """Return raw fields in which those of a row stand beside or instead of others."""
    result = Branch()
    for name, value in base.items():
        if name not in over:
            result.put(name, value)
    for name, value in over.items():
        result.put(name, value, said=(over.said or {}).get(name, ""))
    return result


def _words(value: Any) -> str:
    """Return a value as a message about a conflict shows it."""
    if isinstance(value, tuple):
        return ", ".join(_words(item) for item in value) or "nothing"
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_words(item)}" for key, item in value.items()) or "nothing"
    return show(value)


def _name(record: Any) -> tuple[str, str]:
    """Return kind and key of a record; a row of a series is told by all it says."""
    kind = KIND_OF_RECORD[type(record)]
    return kind, repr(record) if KINDS[kind].series else record.key


def _all(book: Book) -> list[Any]:
    records = [record for kind in book.records.values() for record in kind.values()]
    return records + [row for rows in book.series.values() for row in rows]
