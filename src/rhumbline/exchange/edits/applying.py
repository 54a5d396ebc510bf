"""Edits carried out on a Book: each record through the gate, then the integrity rules for the whole new Book."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from rhumbline.book.book import Book, Change
from rhumbline.book.faults import Fault, key_of, plain_where, words_of
from rhumbline.book.findings import Finding
from rhumbline.book.records import KIND_OF_RECORD, KINDS
from rhumbline.book.rules import faults_of_change, nearest_key
from rhumbline.book.types import FrozenMap, Severity, natural
from rhumbline.exchange.edits.reading import Action, Edit
from rhumbline.exchange.gate import read_record
from rhumbline.exchange.raw import MOST_FINDINGS, did_you_mean, too_many_findings
from rhumbline.exchange.writing import plain_row

Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of edits: the new Book or why there is none, and what differs.

    Parameters
    ----------
    book
        The Book after all edits; None when a finding of severity error holds, for then nothing is applied.
    findings
        What the gate and the rules said about what was touched.
    changes
        The records that came, went or became another, as ``Book.diff`` says it; empty when there is no Book.
    rows
        The rows of series that were appended, in the order of the edits; empty when there is no Book.
    """

    book: Book | None
    findings: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = ()
    rows: tuple[Any, ...] = ()


def apply(book: Book, edits: Collection[Edit]) -> Applied:
    """Carry out edits on a Book: all of them, or none and the reasons.

    Parameters
    ----------
    book
        The Book as it is.
    edits
        What is to be done, in this order. Which version an author expected is for the store to compare.
    """
    work = _Work(book)
    for edit in edits:
        work.do(edit)
        if len(work.findings) > MOST_FINDINGS:
            return Applied(None, (*work.findings, too_many_findings().finding))
    return work.applied()


def outcome(edit: Edit, current: Any | None) -> tuple[Any | None, tuple[Finding, ...]]:
    """Return the record that one edit makes of another, and what the gate says about it.

    Parameters
    ----------
    edit
        Any edit.
    current
        The record or version it is applied to; None where there is none.

    Returns
    -------
    tuple
        The record; None when it is removed or when a finding of severity error says why there is none.
    """
    if edit.action is Action.REMOVE or (edit.action is Action.SET and current is None):
        return None, () if current is not None else (_unknown(edit, ()),)
    raw = edit.raw if edit.action is not Action.SET else _with_fields(current, edit.raw)
    if edit.action is Action.PUT and edit.key and "key" not in raw and "id" not in raw:
        raw = {"key": edit.key, **raw}
    record, findings = read_record(edit.kind, raw, edit.place)
    return record, tuple(findings)


def _with_fields(record: Any, fields: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return a record in the complete form with some fields set; nothing stands for the default."""
    # What key it has was compared when the edit was read, and an id would be a second word for it.
    given = {name: value for name, value in fields.items() if name not in ("id", "key")}
    return {name: value for name, value in {**plain_row(record), **given}.items() if value is not None}


def _unknown(edit: Edit, known: Collection[str]) -> Finding:
    near = nearest_key(edit.key, list(known))
    words = words_of(edit.kind)
    return Finding(
        code="unknown-record",
        where=str(edit.place),
        message=f"There is no {words} '{edit.key}' that could be {_DONE[edit.action]}.{did_you_mean(near)}",
        remedy=f"Write {near} if that is meant." if near else f"Write the key of a {words} that there is.",
        kind=edit.kind,
        key=edit.key,
        numbers=FrozenMap({"value": edit.key, "near": near or ""}),
    )


_DONE = {Action.SET: "changed", Action.REMOVE: "removed"}


class _Work:
    """Edits being carried out: what is new beside the Book as it was."""

    def __init__(self, book: Book) -> None:
        self.book = book
        # By kind and key what the edits made so far of a record; None where they removed it.
        self.new: dict[Name, Any] = {}
        self.rows: list[Any] = []
        self.edit_of: dict[Any, Edit] = {}
        # What could not be read: whether it would have held together with the rest, nobody knows.
        self.failed: set[Name] = set()
        self.findings: list[Finding] = []

    def current(self, name: Name) -> Any | None:
        """Return a record as the edits so far have made it."""
        return self.new[name] if name in self.new else self.book.all(name[0]).get(name[1])

    def do(self, edit: Edit) -> None:
        """Carry out one edit."""
        name = (edit.kind, edit.key)
        series = edit.action is Action.APPEND
        current = None if series else self.current(name)
        if current is None and edit.action in (Action.SET, Action.REMOVE):
            if name not in self.failed:
                self.findings.append(_unknown(edit, self.keys(edit.kind)))
                self.failed.add(name)
            return
        record, findings = outcome(edit, current)
        self.findings += findings
        if record is None and edit.action is not Action.REMOVE:
            self.failed.add(name)
        elif series:
            self.rows.append(record)
            self.edit_of[id(record)] = edit
        else:
            self.new[name] = record
            self.edit_of[name] = edit

    def keys(self, kind: str) -> list[str]:
        """Return the keys a kind has by now."""
        known = [key for key in self.book.all(kind) if self.new.get((kind, key), self) is not None]
        return known + [key for (other, key), record in self.new.items() if other == kind and record is not None]

    def applied(self) -> Applied:
        """Put everything together, and ask the rules."""
        changes = self.changes()
        gone: dict[str, list[str]] = {}
        for change in changes:
            if change.after is None:
                gone.setdefault(change.kind, []).append(change.key)
        book = self.book
        for kind, keys in gone.items():
            book = book.without(kind, *keys)
        came = [change.after for change in changes if change.after is not None]
        book = book.replace(*came, *self.rows) if came or self.rows else book
        faults = faults_of_change(self.book, book, [(change.kind, change.key) for change in changes], self.rows)
        self.findings += [fault.finding(self.where(fault)) for fault in faults if self.counts(fault)]
        if any(finding.severity is Severity.ERROR for finding in self.findings):
            return Applied(None, tuple(self.findings))
        return Applied(book, tuple(self.findings), changes, tuple(self.rows))

    def changes(self) -> tuple[Change, ...]:
        """Return what is different now, in the order of ``Book.diff``."""
        order = {kind: number for number, kind in enumerate(KINDS)}
        found = []
        for kind, key in sorted(self.new, key=lambda name: (order[name[0]], natural(name[1]))):
            before, after = self.book.all(kind).get(key), self.new[kind, key]
            if before != after:
                found.append(Change(kind, key, before, after))
        return tuple(found)

    def counts(self, fault: Fault) -> bool:
        """Whether a breach would be one even if everything that could not be read had been right."""
        if not self.failed:
            return True
        if (KIND_OF_RECORD[type(fault.record)], key_of(fault.record)) in self.failed:
            return False
        # Two records that contradict each other may have been meant to be set right by the edit that failed.
        key = fault.target[1]
        return bool(key) and key not in {failed for _, failed in self.failed}

    def where(self, fault: Fault) -> str:
        """Return the place of a breach: the edit that brought the record, or the record that was there before."""
        record = fault.record
        kind = KIND_OF_RECORD[type(record)]
        edit = self.edit_of.get(id(record) if KINDS[kind].series else (kind, key_of(record)))
        if edit is None or edit.action is Action.REMOVE:
            return plain_where(record, fault.field)
        return str(edit.place.field(edit.raw, fault.field))


__all__ = ["Applied", "apply", "outcome"]
