"""What is asked of a capability: raw data to its terms, and what is wrong with it to findings.

A wish is read as a field of a record is: the same bad value gives the same finding code, at every entrance.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from annotated_types import Ge, Le

from rhumbline import registry
from rhumbline.book.book import Book
from rhumbline.book.fields import Container, FieldOf, Part, fields_of
from rhumbline.book.findings import Finding
from rhumbline.book.records import KINDS
from rhumbline.book.rules import dangling
from rhumbline.book.types import FIRST_DAY, LAST_DAY, FrozenMap, Severity
from rhumbline.exchange.documents import parse_claim
from rhumbline.exchange.raw import Place, Refused, did_you_mean, mark_at, measure, nearest, said_of, show
from rhumbline.exchange.values import BadValue, FieldReader, Notice, Reader, bare, reader_of

# Somebody may choose this of every capability; those that never refuse rows held out answer the same with it.
WITHOUT_HELD_OUT = "without_held_out"

# Whoever sends more names than this that nobody knows does not ask anything.
_MOST_UNKNOWN = 100


# --- reading what is asked --------------------------------------------------------------------


def read_terms(name: str, raw: Any, book: Book | None = None) -> tuple[Any | None, tuple[Finding, ...]]:
    """Return what is asked of a capability, and what is wrong with it.

    Parameters
    ----------
    name
        A capability.
    raw
        A mapping from wishes to values, as JSON gives it; nothing asks for the usual. For a list one key will do, and
        the plan to verify is the document of a plan.
    book
        The Book that is asked about. With it, a key that it does not hold is a finding, too.

    Returns
    -------
    tuple
        The terms, or None when a finding of severity error says why there are none; and the findings. A name that is
        not known is an error: a misspelled wish must not be ignored.

    Raises
    ------
    UnknownCapability
        When there is no such capability.
    """
    terms = registry.resolve(registry.capability(name).terms)
    return _read(name, terms, raw, book, {WITHOUT_HELD_OUT: _without_held_out, **readers_of_terms(terms)})


def read_wishes(name: str, terms: Any, raw: Any, book: Book | None = None) -> tuple[Any | None, tuple[Finding, ...]]:
    """Return what is asked of anything that takes wishes, and what is wrong with it.

    Parameters
    ----------
    name
        What is asked, for the findings.
    terms
        A dataclass; its annotations say what may be asked.
    raw, book
        As for the terms of a capability.
    """
    return _read(name, terms, raw, book, readers_of_terms(terms))


def _read(
    name: str, terms: Any, raw: Any, book: Book | None, readers: Mapping[str, FieldReader]
) -> tuple[Any | None, tuple[Finding, ...]]:
    try:
        measure(raw)
    except Refused as refusal:
        return None, (refusal.finding,)
    question = _Question(name, terms, {} if raw is None else raw, readers)
    return question.asked(book), tuple(question.findings)


_without_held_out = FieldReader(WITHOUT_HELD_OUT, False, False, reader_of(Part(Container.ONE, (bool,))))


@cache
def readers_of_terms(terms: Any) -> Mapping[str, FieldReader]:
    """Return the readers of a class of terms by wish.

    Parameters
    ----------
    terms
        A dataclass; its annotations say what may be asked.
    """
    return {field.name: FieldReader(field.name, field.required, False, _reader(field)) for field in fields_of(terms)}


def is_plan(field: FieldOf) -> bool:
    """Return whether a wish is a stored plan rather than a value.

    Parameters
    ----------
    field
        A field of a class of terms.
    """
    return any(dataclasses.is_dataclass(kind) for kind in field.part.types)


def bounded(part: Part) -> Part:
    """Return the shape of a wish; a date without bounds has those of every day in a Book.

    Parameters
    ----------
    part
        The shape, from the annotations of a class of terms.
    """
    if date not in part.types or part.mark(Ge) is not None:
        return part
    return dataclasses.replace(part, marks=(*part.marks, Ge(FIRST_DAY), Le(LAST_DAY)))


def _reader(field: FieldOf) -> Reader:
    # An object is data that somebody else reads.
    if is_plan(field) or field.part.types == (object,):
        return lambda value, _: value
    read = reader_of(bounded(field.part))
    if field.part.container is not Container.LIST:
        return read
    return lambda value, notices: read([value] if _is_one(value) else value, notices)


def _is_one(value: Any) -> bool:
    """Whether a value may stand for a list that holds nothing else; a number may be a key."""
    return isinstance(value, str | int) and not isinstance(value, bool)


class _Question:
    """One mapping on its way to become terms."""

    def __init__(self, name: str, terms: Any, raw: Any, readers: Mapping[str, FieldReader]) -> None:
        self.name, self.terms, self.raw, self.readers = name, terms, raw, readers
        self.place = Place(name)
        self.findings: list[Finding] = []

    def asked(self, book: Book | None) -> Any | None:
        """Return the terms, unless something is wrong with them."""
        if not isinstance(self.raw, Mapping):
            self.say(
                "wrong-type",
                self.place,
                f"What is asked must be a mapping of names to values, but this is {show(self.raw)}.",
                'Write it as {"as_of": "2026-11-23"}, or {} to ask for the usual.',
                "",
                {"value": show(self.raw)},
            )
            return None
        wishes = self.wishes()
        if self.failed():
            return None
        asked = self.terms(**wishes)
        if book is not None:
            self.look_up(asked, book)
        return None if self.failed() else asked

    def failed(self) -> bool:
        """Whether something is wrong."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    def wishes(self) -> dict[str, Any]:
        """Read every wish that is made, and say which required ones are not."""
        plans = {field.name for field in fields_of(self.terms) if is_plan(field)}
        wishes: dict[str, Any] = {}
        tried = set()
        for name, value in self.raw.items():
            reader = self.readers.get(name) if isinstance(name, str) else None
            if reader is None:
                self.unknown(name)
                if len(self.findings) >= _MOST_UNKNOWN:
                    break
            elif not reader.absent(value):
                tried.add(name)
                if name in plans:
                    self.plan(name, value, wishes)
                else:
                    self.read(reader, value, wishes)
        for field in fields_of(self.terms):
            if field.required and field.name not in tried:
                self.missing(field)
        known = {field.name for field in fields_of(self.terms)}
        return {name: value for name, value in wishes.items() if name in known}

    def read(self, reader: FieldReader, value: Any, wishes: dict[str, Any]) -> None:
        """Read one wish, and turn what is said about it into findings."""
        notices: list[Notice] = []
        said = said_of(self.raw, reader.name)
        place = self.place.field(self.raw, reader.name)
        try:
            wishes[reader.name] = reader.read(value, notices)
        except BadValue as bad:
            steps = [str(step + 1) if isinstance(step, int) else bare(step) for step in bad.steps]
            words = " ".join([said, *steps])
            where = self.place.within(words, place.mark)
            self.say(bad.code, where, f"{words} {bad.says}", bad.remedy, reader.name, bad.numbers)
        for notice in notices:
            message = f"{said} {notice.says}"
            self.say(notice.code, place, message, notice.remedy, reader.name, notice.numbers, Severity.WARNING)

    def plan(self, name: str, value: Any, wishes: dict[str, Any]) -> None:
        """Read a stored plan."""
        claim, findings = parse_claim(value, str(self.place.within(name)))
        wishes[name] = claim
        remedy = "Give the document with which a plan was answered, unchanged."
        self.findings += [
            dataclasses.replace(finding, remedy=remedy, numbers=FrozenMap({**finding.numbers, "field": name}))
            for finding in findings
        ]

    def unknown(self, name: Any) -> None:
        """Say that a name is not known here."""
        near = nearest(name, self.readers) if isinstance(name, str) else None
        self.say(
            "unknown-field",
            self.place.within(bare(name), mark_at(self.raw, name)),
            f"{self.name} cannot be asked for {show(name)}.{did_you_mean(near)}",
            f"Write '{near}' if that is meant; else remove it."
            if near
            else f"Remove it; it can be asked for {', '.join(self.readers)}."
            if self.readers
            else "Remove it.",
            "",
            {"value": show(name), "near": near or ""},
        )

    def missing(self, field: FieldOf) -> None:
        """Say that a required wish is not made."""
        example = "the document of a plan" if is_plan(field) else "its value"
        if field.refers:
            example = f"a key of the {' or '.join(KINDS[kind].plural for kind in field.refers.split(' or '))}"
        self.say(
            "missing-value",
            self.place.within(field.name),
            f"{field.name} is missing, and {self.name} cannot be asked without it.",
            f"Add '{field.name}': {example}.",
            field.name,
            {},
        )

    def look_up(self, asked: Any, book: Book) -> None:
        """Say which keys the Book does not hold."""
        held: dict[str, set[str]] = {}
        for finding in book.held_out:
            held.setdefault(finding.kind, set()).add(finding.key)
        for fault in dangling(asked, book.records, held):
            self.say(
                fault.code,
                self.place.field(self.raw, fault.field),
                fault.message,
                fault.remedy,
                fault.field,
                fault.numbers,
            )

    def say(
        self,
        code: str,
        place: Place,
        message: str,
        remedy: str,
        name: str,
        values: Mapping[str, Any],
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Add a finding about this question."""
        listed = FrozenMap({**values, **({"field": name} if name else {})})
        self.findings.append(
            Finding(code=code, where=str(place), message=message, remedy=remedy, severity=severity, numbers=listed)
        )


__all__ = ["WITHOUT_HELD_OUT", "bounded", "is_plan", "read_terms", "read_wishes", "readers_of_terms"]
