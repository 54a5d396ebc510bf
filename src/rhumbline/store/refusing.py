"""Why nothing is saved: the gate says no, somebody was faster, the author may not see it, the disk is full."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError

from rhumbline.book.book import Book
from rhumbline.book.book import Change as Difference
from rhumbline.book.concealment import conceal_body, conceal_finding, private_kpis
from rhumbline.book.digests import body
from rhumbline.book.findings import Finding, RhumblineError
from rhumbline.book.records import KIND_OF_RECORD, KINDS
from rhumbline.book.types import FrozenMap, Severity
from rhumbline.exchange.edits import (
    Action,
    Edit,
)
from rhumbline.store.actors import Actor


@dataclass(frozen=True, slots=True)
class Clash:
    """One field that somebody else changed in the meantime, to something else: what it was, and both new values.

    Parameters
    ----------
    kind, key, field
        Where. An empty field means the record as a whole: one removed it, the other changed it.
    base, theirs, mine
        The value both started from, the one in force now, and the one that was refused; plain JSON values.
    version
        The change that wrote the one in force.
    """

    kind: str
    key: str
    field: str
    base: Any
    theirs: Any
    mine: Any
    version: int


class Conflict(RhumblineError):
    """Somebody else changed the same thing since the author looked; both versions are named, and nothing was saved."""

    def __init__(self, found: Collection[Clash]) -> None:
        self.clashes = tuple(found)
        first = self.clashes[0]
        what = f"{first.kind} {first.key}" + (f", {first.field}" if first.field else "")
        more = f" (and {len(self.clashes) - 1} more)" if len(self.clashes) > 1 else ""
        super().__init__(
            f"{what}{more} was changed by somebody else meanwhile: it is now {first.theirs!r}, and you wrote "
            f"{first.mine!r}. Choose one of them and save again; nothing was saved."
        )


class Refused(RhumblineError):
    """The edits would break the Book; ``findings`` says where, why and what to do, and nothing was saved."""

    def __init__(self, findings: Collection[Finding]) -> None:
        self.findings = tuple(findings)
        first = self.findings[0]
        more = f" (and {len(self.findings) - 1} more)" if len(self.findings) > 1 else ""
        super().__init__(f"{first.where}: {first.message} {first.remedy}{more}")


class CannotSave(RhumblineError):
    """The database takes nothing in: its disk is full, or may only be read; what was acknowledged is still there.

    Parameters
    ----------
    full
        Whether its disk is full; else it may not be written to.
    """

    def __init__(self, *, full: bool) -> None:
        self.full = full
        why = "the disk of its database is full" if full else "its database cannot be written to"
        remedy = "Make space on it" if full else "Allow the server to write to it, or mend its disk"
        super().__init__(
            f"The server cannot save: {why}. Nothing of this was saved, and everything that was saved before is still "
            f"there. {remedy}, then save again; `rhumbline doctor` says more."
        )


# The primary result codes of SQLite, and the classes or states of PostgreSQL, that speak of the disk.
_FULL_SQLITE, _CLOSED_SQLITE = frozenset({13}), frozenset({8, 10, 14})


_FULL_POSTGRES, _CLOSED_POSTGRES = frozenset({"53100"}), frozenset({"25006", "58030"})


@contextmanager
def saving() -> Iterator[None]:
    """Raise ``CannotSave`` instead of what the driver says when a disk is full or may only be read."""
    try:
        yield
    except DatabaseError as error:
        cause = error.__cause__
        code, state = getattr(cause, "sqlite_errorcode", 0) & 0xFF, getattr(cause, "sqlstate", None)
        full = code in _FULL_SQLITE or state in _FULL_POSTGRES
        if full or code in _CLOSED_SQLITE or state in _CLOSED_POSTGRES:
            raise CannotSave(full=full) from error
        raise


def keeping_hidden(edit: Edit, book: Book, actor: Actor) -> Edit:
    """Return an edit that leaves alone what its author cannot see.

    Parameters
    ----------
    edit
        Where it puts a whole record, fields that are hidden from the author and not given keep their values.
    book
        The Book as it is.
    actor
        The author.
    """
    record = book.all(edit.kind).get(edit.key) if edit.action is Action.PUT else None
    if record is None or not actor.sight.concealed:
        return edit
    whole = body(record)
    _, hidden = conceal_body(edit.kind, whole, actor.sight, book)
    kept = {name: whole[name] for name in hidden if name in whole and name not in edit.raw}
    return dataclasses.replace(edit, raw={**edit.raw, **kept})


def refuse_unseen(edits: Iterable[Edit], book: Book, actor: Actor) -> None:
    """Raise ``Refused`` where edits change what their author cannot see in a record that is there.

    Parameters
    ----------
    edits
        As their author wrote them. Whoever may try out values and watch what is refused could work out what is there.
    book
        The Book as it is.
    actor
        The author.
    """
    if not actor.sight.concealed:
        return
    found: list[Finding] = []
    for edit in edits:
        record = book.all(edit.kind).get(edit.key) if edit.action in (Action.PUT, Action.SET) else None
        if record is None:
            continue
        hidden = _hidden_from(record, book, actor)
        found += [
            Finding(
                code="not-allowed",
                where=str(edit.place.field(edit.raw, name)),
                message=f"{name} has a value that you may not see, so that you cannot change it.",
                remedy="Leave it out, and it stays as it is; or ask somebody who sees it.",
                kind=edit.kind,
                key=edit.key,
                numbers=FrozenMap({"field": "key"}),
            )
            for name in edit.raw
            if name in hidden
        ]
    refuse(found, actor)


def refuse_uncovering(changes: Iterable[Difference], book: Book, actor: Actor) -> None:
    """Raise ``Refused`` where a change would show its author what is hidden from them.

    Parameters
    ----------
    changes
        What is to be different. The numbers about a private KPI are hidden; they must not be moved to another KPI by
        somebody who does not see them.
    book
        The Book as it is.
    actor
        The author.
    """
    if actor.sight.private or not private_kpis(book):
        return
    refuse(
        [
            Finding(
                code="not-allowed",
                where=f"{KINDS[one.kind].plural} {one.key}",
                message="This record has numbers that you may not see, and the change would show them to you.",
                remedy="Add a new record with numbers of your own, or ask somebody who sees them.",
                kind=one.kind,
                key=one.key,
                numbers=FrozenMap({"field": "key"}),
            )
            for one in changes
            if one.before is not None
            and one.after is not None
            and not _hidden_from(one.before, book, actor) <= _hidden_from(one.after, book, actor)
        ],
        actor,
    )


def _hidden_from(record: Any, book: Book, actor: Actor) -> frozenset[str]:
    fields = {"key": record.key, **body(record)}
    return frozenset(conceal_body(KIND_OF_RECORD[type(record)], fields, actor.sight, book)[1])


def refuse(findings: Iterable[Finding], actor: Actor) -> None:
    """Raise ``Refused`` when there is an error among findings, without what the actor may not see."""
    found = tuple(conceal_finding(finding, actor.sight) for finding in findings)
    if any(finding.severity is Severity.ERROR for finding in found):
        raise Refused(sorted(found, key=lambda finding: finding.severity is not Severity.ERROR))


__all__ = [
    "CannotSave",
    "Clash",
    "Conflict",
    "Refused",
    "keeping_hidden",
    "refuse",
    "refuse_uncovering",
    "refuse_unseen",
    "saving",
]
