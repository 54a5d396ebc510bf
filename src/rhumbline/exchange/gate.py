"""The gate: the only place where raw data becomes a record.

Everything it checks is read from the annotations of the record classes, once per class: a new field
is checked because it is declared. A form, an API body, a line of a file and a mapping from Python all
come through here, so the same bad value gives the same finding code at every entrance.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from rhumbline.book.faults import words_of
from rhumbline.book.fields import Container, fields_of
from rhumbline.book.findings import Finding
from rhumbline.book.records import KINDS
from rhumbline.book.types import FrozenMap, Severity
from rhumbline.book.within import faults_of
from rhumbline.exchange.raw import MOST_FINDINGS, NO_MARK, Place, did_you_mean, mark_at, nearest, said_of, show
from rhumbline.exchange.values import KEY, BadValue, FieldReader, Notice, bare, readers_of

NOWHERE = Place()


# --- reading a record -------------------------------------------------------------------------


def read_record(kind: str, raw: Any, place: Place = NOWHERE) -> tuple[Any | None, list[Finding]]:
    """Return the record that raw data describes, and what is to be said about it.

    Parameters
    ----------
    kind
        The name of a kind of record, such as ``initiative``.
    raw
        A mapping from field names to values, in the complete form; ``id`` may stand for ``key``.
    place
        Where the data stands, for the findings.

    Returns
    -------
    tuple
        The record, or None when a finding of severity error says why there is none; and the findings.
    """
    if not isinstance(raw, Mapping):
        finding = Finding(
            code="wrong-type",
            where=str(place),
            message=f"A{_n(kind)} {words_of(kind)} must be a mapping of names to values, but this is {show(raw)}.",
            remedy="Write it as {id: x1, name: Example}, with a space after each ':'.",
            kind=kind,
            numbers=FrozenMap({"value": show(raw)}),
        )
        return None, [finding]
    entry = _Entry(kind, raw, place)
    values = entry.values()
    if any(finding.severity is Severity.ERROR for finding in entry.findings):
        return None, entry.findings
    record = KINDS[kind].record(**values)
    for fault in faults_of(record):
        entry.findings.append(fault.finding(str(place.field(raw, fault.field))))
    failed = any(finding.severity is Severity.ERROR for finding in entry.findings)
    return (None if failed else record), entry.findings


def key_of(raw: Any) -> str:
    """Return the key that raw data states, or nothing where it states none that could be one."""
    if not isinstance(raw, Mapping):
        return ""
    stated = raw.get("id") if raw.get("key") is None else raw.get("key")
    if isinstance(stated, int) and not isinstance(stated, bool):
        stated = str(stated) if stated.bit_length() < 256 else ""
    return stated if isinstance(stated, str) and KEY.fullmatch(stated) else ""


class _Entry:
    """One mapping on its way to become a record."""

    def __init__(self, kind: str, raw: Mapping[Any, Any], place: Place) -> None:
        self.kind, self.raw, self.place = kind, raw, place
        self.key = key_of(raw)
        self.findings: list[Finding] = []

    def values(self) -> dict[str, Any]:
        """Read every field that is given, and say which required ones are not."""
        readers = readers_of(KINDS[self.kind].record)
        values: dict[str, Any] = {}
        tried = set()
        for name, value in self.raw.items():
            known = "key" if name == "id" and "key" in readers else name
            reader = readers.get(known) if isinstance(known, str) else None
            if reader is None:
                self.unknown(name, readers)
                if len(self.findings) > MOST_FINDINGS:
                    break
            elif known in tried:
                self.twice()
            elif not reader.absent(value):
                tried.add(known)
                self.read(reader, name, value, values)
        for name, reader in readers.items():
            if reader.required and name not in tried:
                self.missing(name)
        return values

    def read(self, reader: FieldReader, name: str, value: Any, values: dict[str, Any]) -> None:
        """Read one field, and turn what is said about it into findings."""
        notices: list[Notice] = []
        try:
            values[reader.name] = reader.read(value, notices)
        except BadValue as bad:
            words = " ".join([said_of(self.raw, name), *(_step_words(step) for step in bad.steps)])
            mark = _deepest_mark(self.raw, [name, *bad.steps])
            self.say(bad.code, self.where(words, mark), f"{words} {bad.says}", bad.remedy, name, bad.numbers)
        for notice in notices:
            words = said_of(self.raw, name)
            where = self.where(words, mark_at(self.raw, name))
            self.say(
                notice.code, where, f"{words} {notice.says}", notice.remedy, name, notice.numbers, Severity.WARNING
            )

    def where(self, words: str, mark: int) -> str:
        """Return the words for a place inside this record."""
        return str(self.place.within(words, mark))

    def unknown(self, name: Any, readers: Mapping[str, FieldReader]) -> None:
        """Say that a name is not known here; what stands there is not used."""
        near = nearest(name, [*readers, "id"]) if isinstance(name, str) else None
        self.say(
            "unknown-field",
            self.where(bare(name), mark_at(self.raw, name)),
            f"A{_n(self.kind)} {words_of(self.kind)} has no field {show(name)}; "
            f"what stands there is not used.{did_you_mean(near)}",
            f"Write '{near}' if that is meant; else remove it, or put text that contains a comma in quotes."
            if near
            else "Remove it. If it is part of a text that contains a comma, put the text in quotes.",
            "",
            {"value": show(name), "near": near or ""},
            Severity.WARNING,
        )

    def twice(self) -> None:
        """Say that both ``id`` and ``key`` are given."""
        self.say(
            "duplicate-field",
            str(self.place),
            "Both 'id' and 'key' are given, and they are two words for the same field.",
            "Keep one of them.",
            "key",
            {},
        )

    def missing(self, name: str) -> None:
        """Say that a required field is not given."""
        said = said_of(self.raw, name)
        said = "id" if said == "key" else said
        self.say(
            "missing-value",
            str(self.place.within(said)),
            f"{said} is missing, and a{_n(self.kind)} {words_of(self.kind)} cannot be without it.",
            _REMEDIES.get((self.kind, name)) or f"Add it, for example '{said}: {_example(self.kind, name)}'.",
            name,
            {},
        )

    def say(
        self,
        code: str,
        where: str,
        message: str,
        remedy: str,
        name: str,
        values: Mapping[str, Any],
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Add a finding about this record."""
        listed = FrozenMap({**values, **({"field": name} if name else {})})
        self.findings.append(
            Finding(
                code=code,
                where=where,
                message=message,
                remedy=remedy,
                severity=severity,
                kind=self.kind,
                key=self.key,
                numbers=listed,
            )
        )


def _n(kind: str) -> str:
    """Return the letter that makes 'a' into 'an' before the name of a kind."""
    return "n" if kind[0] in "aeio" else ""


def _step_words(step: Any) -> str:
    """Return the words for one step into a container; positions count from 1, as people do."""
    return str(step + 1) if isinstance(step, int) else bare(step)


def _deepest_mark(raw: Any, steps: list[Any]) -> int:
    """Return the position of the innermost value on a path whose position is known."""
    mark = NO_MARK
    for step in steps:
        found = mark_at(raw, step)
        mark = mark if found == NO_MARK else found
        try:
            raw = raw[step]
        except (KeyError, IndexError, TypeError):
            break
    return mark


_REMEDIES = {
    ("initiative", "mode"): (
        "Answer three questions: do we know this market? do we know this technique? does it pay back within 12 months? "
        "Three times yes is 'mode: exploit', else 'mode: explore'; what does not serve the strategy is 'mode: drift'."
    ),
}


def _example(kind: str, name: str) -> str:
    """Return a value that would do for a field."""
    part = next(item.part for item in fields_of(KINDS[kind].record) if item.name == name)
    if part.container is Container.LIST:
        return "[10000, 5000]"
    first = part.types[0]
    if issubclass(first, StrEnum):
        return next(iter(first)).value
    examples: dict[Any, str] = {str: "Example", date: "2026-11-23", bool: "true", int: "3", float: "10"}
    known = {"key": "x1", "currency": "EUR", "weight": "25"}
    return known.get(name) or examples.get(first, "100")


__all__ = ["NOWHERE", "key_of", "read_record", "words_of"]
