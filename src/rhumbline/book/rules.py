"""Integrity: the whole check of a Book, and what is left of rows when everything that breaks a rule is left out.

A breach is a ``Fault``: the record and the field, not yet a place in a file. Whoever knows the place
(the gate, the store) turns it into a Finding.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from rhumbline.book.between import faults_between
from rhumbline.book.book import Book
from rhumbline.book.faults import Fault, Reference, key_of, kinds_that_name, plain_where, references_of, words_of
from rhumbline.book.findings import Finding
from rhumbline.book.records import KIND_OF_RECORD, KINDS
from rhumbline.book.types import natural
from rhumbline.book.within import faults_of


@dataclass(frozen=True, slots=True)
class Settled:
    """A Book in which every reference leads somewhere, what was said on the way, and what was left out."""

    book: Book
    faults: tuple[Fault, ...]
    held_out: tuple[Any, ...]


def check(book: Book) -> tuple[Finding, ...]:
    """Return every breach of integrity in a Book, whole and as it is.

    Parameters
    ----------
    book
        Any Book.
    """
    index = _Index(_everything(book), {})
    faults = [fault for record in index.records for fault in faults_of(record)]
    faults += [fault for record in index.records for fault in index.dangling(record, {})]
    faults += faults_between(book)
    return tuple(fault.finding(plain_where(fault.record, fault.field)) for fault in faults)


def faults_of_change(before: Book, after: Book, touched: Iterable[tuple[str, str]], rows: Iterable[Any]) -> list[Fault]:
    """Return what a change breaks between records, looking at no more than the change can have broken.

    Where the Book before was sound, its errors are those of the whole check, apart from what contradicts itself inside
    a touched record: that is said where the record is read. What is no error is said only if it is new, or about a
    touched record.

    Parameters
    ----------
    before, after
        The Book without and with the change.
    touched
        Kind and key of every record that came, went or became another.
    rows
        The rows of series that came.
    """
    names = set(touched)
    there = [(name, after.all(name[0]).get(name[1])) for name in sorted(names)]
    come = [record for _, record in there if record is not None]
    faults = [fault for record in (*come, *rows) for fault in dangling(record, after.records, {})]
    faults += _left_behind(
        after, {name for name, record in there if record is None}, {*map(id, come)} | {*map(id, rows)}
    )
    kinds = {kind for kind, _ in names}
    found = faults_between(after, kinds)
    if any(not fault.unusable for fault in found):
        known = {_said(fault) for fault in faults_between(before, kinds)}
        found = [
            fault
            for fault in found
            if fault.unusable
            or _said(fault) not in known
            or (KIND_OF_RECORD[type(fault.record)], fault.record.key) in names
        ]
    return faults + found


def _said(fault: Fault) -> tuple[str, ...]:
    return (KIND_OF_RECORD[type(fault.record)], fault.record.key, fault.code, fault.message)


def _left_behind(book: Book, gone: Collection[tuple[str, str]], looked_at: Collection[int]) -> Iterator[Fault]:
    """Yield a fault for each reference to a record that is gone."""
    for kind in sorted({name for lost in {kind for kind, _ in gone} for name in kinds_that_name(lost)}):
        for record in book.series.get(kind, ()) if KINDS[kind].series else book.all(kind).values():
            if id(record) in looked_at:
                continue
            if any(
                (target, reference.key) in gone for reference in references_of(record) for target in reference.kinds
            ):
                yield from dangling(record, book.records, {})


def settle(records: Iterable[Any], held_out: Mapping[str, Collection[str]], as_of: date | None = None) -> Settled:
    """Leave out what breaks a rule and whatever refers to it, until everything that is left holds.

    Parameters
    ----------
    records
        Records and series rows, each sound in itself, no two with the same kind and key.
    held_out
        By kind, the keys of records that are already known to be unusable.
    as_of
        The evaluation date the Book is to remember.

    Returns
    -------
    Settled
        The Book of what is left; the breaches in the order they were met; the records left out.
    """
    index = _Index(list(records), held_out)
    faults = index.unlink(range(len(index.records)))
    notes: list[Fault] = []
    while True:
        book = Book.of(index.left(), as_of)
        found = faults_between(book)
        errors = [fault for fault in found if fault.unusable]
        notes = [fault for fault in found if not fault.unusable]
        if not errors:
            return Settled(book, (*faults, *notes), index.gone())
        faults += errors
        faults += index.drop([record for fault in errors for record in fault.unusable])


def _everything(book: Book) -> list[Any]:
    records = [record for kind in book.records.values() for record in kind.values()]
    return records + [row for rows in book.series.values() for row in rows]


class _Index:
    """Records, who refers to whom, and who is out; leaving one out costs only its referrers."""

    def __init__(self, records: list[Any], held_out: Mapping[str, Collection[str]]) -> None:
        self.records = records
        self.held = {kind: set(keys) for kind, keys in held_out.items()}
        self.out: set[int] = set()
        self.known: dict[str, set[str]] = {}
        self.place_of = {id(record): index for index, record in enumerate(records)}
        self.referrers: dict[tuple[str, str], list[int]] = {}
        for index, record in enumerate(records):
            kind = KIND_OF_RECORD[type(record)]
            if not KINDS[kind].series:
                self.known.setdefault(kind, set()).add(record.key)
            for reference in references_of(record):
                for target in reference.kinds:
                    self.referrers.setdefault((target, reference.key), []).append(index)

    def unlink(self, indexes: Iterable[int]) -> list[Fault]:
        """Leave out the records among these whose references lead nowhere, and then their referrers."""
        waiting = set(indexes)
        fallen: list[int] = []
        while waiting:
            following: set[int] = set()
            for index in sorted(waiting - self.out):
                if next(self.dangling(self.records[index], self.held), None) is not None:
                    fallen.append(index)
                    following.update(self.remove(index))
            waiting = following
        # Only now is it clear what each of them lacks, whatever the order in which they fell.
        return [fault for index in sorted(fallen) for fault in self.reasons(self.records[index])]

    def reasons(self, record: Any) -> list[Fault]:
        """Return why a record has to go: what it names that is not listed, or else what it names that is held out."""
        faults = list(self.dangling(record, self.held))
        unknown = [fault for fault in faults if fault.code == "unknown-reference"]
        return unknown or faults

    def drop(self, records: Iterable[Any]) -> list[Fault]:
        """Leave out records, and then whatever refers to them."""
        touched: list[int] = []
        for record in records:
            index = self.place_of[id(record)]
            if index not in self.out:
                touched += self.remove(index)
        return self.unlink(touched)

    def remove(self, index: int) -> list[int]:
        """Leave one record out; return those that refer to it."""
        self.out.add(index)
        record = self.records[index]
        kind = KIND_OF_RECORD[type(record)]
        if KINDS[kind].series:
            return []
        self.known[kind].discard(record.key)
        self.held.setdefault(kind, set()).add(record.key)
        return self.referrers.get((kind, record.key), [])

    def dangling(self, record: Any, held_out: Mapping[str, Collection[str]]) -> Iterator[Fault]:
        """Yield a fault for each reference of a record that leads nowhere."""
        return dangling(record, self.known, held_out)

    def left(self) -> list[Any]:
        """Return the records that are not out."""
        return [record for index, record in enumerate(self.records) if index not in self.out]

    def gone(self) -> tuple[Any, ...]:
        """Return the records that are out, in their order."""
        return tuple(self.records[index] for index in sorted(self.out))


def dangling(
    record: Any, known: Mapping[str, Collection[str]], held_out: Mapping[str, Collection[str]]
) -> Iterator[Fault]:
    """Yield a fault for each reference of a record that leads to none of the keys known by kind.

    Parameters
    ----------
    record
        Whoever refers: a record, a series row, or the terms of a question.
    known
        By kind, the keys that are there.
    held_out
        By kind, the keys of records that are held out.
    """
    for reference in references_of(record):
        if any(reference.key in known.get(kind, ()) for kind in reference.kinds):
            continue
        held = next((kind for kind in reference.kinds if reference.key in held_out.get(kind, ())), "")
        yield _held_reference(record, reference, held) if held else _unknown(record, reference, known)


def _unknown(record: Any, reference: Reference, known: Mapping[str, Collection[str]]) -> Fault:
    near = nearest_key(reference.key, [key for kind in reference.kinds for key in known.get(kind, ())])
    kinds = " or ".join(words_of(kind) for kind in reference.kinds)
    hint = f" Did you mean '{near}'?" if near else ""
    listed = f"Write {near}, or add" if near else "Write the id of one that is listed, or add"
    return Fault(
        record=record,
        field=reference.field,
        code="unknown-reference",
        message=f"{reference.words} names {kinds} '{reference.key}', which is not listed.{hint}",
        remedy=f"{listed} {'an' if kinds[0] in 'aeio' else 'a'} {kinds} with the id {reference.key}.",
        numbers={"value": reference.key, "near": near or "", "kinds": kinds},
        target=(reference.kinds[0], reference.key),
    )


def _held_reference(record: Any, reference: Reference, kind: str) -> Fault:
    return Fault(
        record=record,
        field=reference.field,
        code="refers-to-held-out",
        message=f"{reference.words} names {words_of(kind)} '{reference.key}', which is held out itself.",
        remedy=f"Correct {words_of(kind)} {reference.key}: this row then comes back by itself.",
        numbers={"value": reference.key, "kinds": words_of(kind)},
        target=(kind, reference.key),
    )


_COMPARED_AT_MOST = 500


def nearest_key(word: str, known: list[str]) -> str | None:
    """Return the key that looks most like another one, or None when none does.

    Parameters
    ----------
    word
        A key that is not there.
    known
        The keys that are.
    """
    if len(known) > _COMPARED_AT_MOST:
        # Comparing with thousands of keys, for each of thousands of references, takes minutes.
        known = [other for other in known if other[:1] == word[:1]][:_COMPARED_AT_MOST]
    close = difflib.get_close_matches(word, sorted(known, key=natural), n=1)
    return close[0] if close else None


__all__ = [
    "Fault",
    "Settled",
    "check",
    "dangling",
    "faults_between",
    "faults_of",
    "faults_of_change",
    "key_of",
    "nearest_key",
    "plain_where",
    "references_of",
    "settle",
]
