"""The one reader: the Book of an organisation, today's or any earlier one, as its viewer may see it.

Every query for records is made here and goes by the organisation. A process keeps the Books it read last, and reads
only what was written since.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from threading import Lock
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from rhumbline.book.book import Book
from rhumbline.book.concealment import conceal
from rhumbline.exchange.edits import Stored, assemble
from rhumbline.store.actors import Actor, NothingThere
from rhumbline.store.models import Change, Organisation, Record

# A process remembers the Books of so many organisations; a Book of a thousand records takes some megabytes.
MOST_KEPT = 64

# The action of a change that takes personal data out of versions written before it.
ERASE = "erase"

At = int | date | datetime | None


@dataclass(frozen=True, slots=True)
class Version:
    """A Book and where in the history it stands.

    Parameters
    ----------
    seq
        The number of its last change; 0 before the first.
    book
        The whole Book.
    since
        By kind and key, the change that wrote the version in force.
    hash
        The hash of its last change; empty before the first, and where nobody asked for it.
    """

    seq: int
    book: Book
    since: dict[tuple[str, str], int]
    hash: str = ""


class _Kept:
    """The versions this process read last, by organisation."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.versions: OrderedDict[int, Version] = OrderedDict()

    def get(self, organisation: int) -> Version | None:
        with self.lock:
            found = self.versions.get(organisation)
            if found is not None:
                self.versions.move_to_end(organisation)
            return found

    def put(self, organisation: int, version: Version) -> None:
        with self.lock:
            known = self.versions.get(organisation)
            if known is None or known.seq <= version.seq:
                self.versions[organisation] = version
            self.versions.move_to_end(organisation)
            while len(self.versions) > MOST_KEPT:
                self.versions.popitem(last=False)

    def forget(self, organisation: int | None = None) -> None:
        with self.lock:
            if organisation is None:
                self.versions.clear()
            else:
                self.versions.pop(organisation, None)


_KEPT = _Kept()
forget = _KEPT.forget
remember = _KEPT.put


def book(organisation: int, viewer: Actor | None = None, at: At = None) -> Book:
    """Return the Book of an organisation.

    Parameters
    ----------
    organisation
        Its number in the database.
    viewer
        Who looks: what they may not see is taken out. None is the server itself, which computes on the whole.
    at
        A change, a day (to its end, UTC) or a moment; by default now.

    Raises
    ------
    NothingThere
        When there is no such organisation, or no such change in it.
    """
    found = version(organisation, at).book
    if viewer is None:
        return found
    # What is private today is private in the past as well.
    return conceal(found, viewer.sight, found if at is None else version(organisation).book)


def version(organisation: int, at: At = None) -> Version:
    """Return the whole Book of an organisation with its place in the history; see ``book``."""
    last = Organisation.objects.filter(pk=organisation).values_list("seq", "hash").first()
    if last is None:
        raise NothingThere("organisation")
    seq = last[0] if at is None else seq_at(organisation, at)
    if seq != last[0]:
        return _read(organisation, seq)
    known = _KEPT.get(organisation)
    if known is not None and (known.seq, known.hash) == last:
        return known
    if known is not None and not _happened(organisation, known):
        forget(organisation)
        known = None
    found = _read(organisation, *last) if known is None or known.seq > seq else _renewed(organisation, known, *last)
    if not connection.in_atomic_block:
        # What an open transaction has written may still be taken back, and must not outlive it here.
        _KEPT.put(organisation, found)
    return found


def _happened(organisation: int, known: Version) -> bool:
    """Whether a version is part of the history still: after a backup was restored it may never have been."""
    return known.seq == 0 or Change.objects.filter(organisation=organisation, seq=known.seq, hash=known.hash).exists()


def seq_at(organisation: int, at: At) -> int:
    """Return the number of the last change at a time; 0 when nothing was written yet.

    Parameters
    ----------
    organisation
        Its number in the database.
    at
        A change that there is, a day or a moment.
    """
    changes = Change.objects.filter(organisation=organisation)
    if isinstance(at, int):
        if at == 0 or changes.filter(seq=at).exists():
            return at
        raise NothingThere(f"change {at}")
    if isinstance(at, datetime):
        moment = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
        changes = changes.filter(at__lte=moment)
    elif at is not None:
        changes = changes.filter(at__lte=datetime.combine(at, time.max, UTC))
    return changes.order_by("-seq").values_list("seq", flat=True).first() or 0


def in_force(organisation: int, seq: int) -> QuerySet[Record]:
    """Return the versions in force after a change: one range of numbers."""
    return Record.objects.filter(
        Q(until_seq__isnull=True) | Q(until_seq__gt=seq), organisation=organisation, since_seq__lte=seq
    )


_COLUMNS = ("kind", "key", "schema", "body", "personal", "digest")


def _stored(rows: QuerySet[Record]) -> Iterable[tuple[int, int, Stored]]:
    for since, row, *columns in rows.values_list("since_seq", "row", *_COLUMNS).iterator(chunk_size=5000):
        yield since, row, Stored(*columns)


def _read(organisation: int, seq: int, last_hash: str = "") -> Version:
    found = list(_stored(in_force(organisation, seq)))
    since = {(one.kind, one.key): number for number, row, one in found if not row}
    return Version(seq, assemble(one for _, _, one in found), since, last_hash)


def _renewed(organisation: int, known: Version, seq: int, last_hash: str) -> Version:
    """Apply what was written since a version was read."""
    rows = Record.objects.filter(organisation=organisation)
    ended = list(
        rows.filter(until_seq__gt=known.seq, until_seq__lte=seq, since_seq__lte=known.seq).values_list(
            "kind", "key", "row"
        )
    )
    erased = Change.objects.filter(organisation=organisation, seq__gt=known.seq, seq__lte=seq, action=ERASE)
    if any(row for _, _, row in ended) or erased.exists():
        # Rows of a series that are taken back, and erasures in older versions, are too rare for a way of their own.
        return _read(organisation, seq, last_hash)
    came = list(_stored(in_force(organisation, seq).filter(since_seq__gt=known.seq)))
    since = dict(known.since)
    gone: dict[str, list[str]] = {}
    for kind, key, _ in ended:
        since.pop((kind, key), None)
        gone.setdefault(kind, []).append(key)
    back = {(one.kind, one.key) for _, row, one in came if not row}
    found = known.book
    for kind, keys in gone.items():
        left = [key for key in keys if (kind, key) not in back]
        if left:
            found = found.without(kind, *left)
    since.update({(one.kind, one.key): number for number, row, one in came if not row})
    return Version(seq, assemble((one for _, _, one in came), onto=found), since, last_hash)


# --- one record -------------------------------------------------------------------------------


def history(viewer: Actor, kind: str, key: str) -> list[Record]:
    """Return every version of one record, oldest first."""
    return list(
        Record.objects.filter(organisation=viewer.organisation, kind=kind, key=key, row=0).order_by("since_seq")
    )


def change(viewer: Actor, seq: int) -> Change:
    """Return one change; raise ``NothingThere`` when there is none with that number."""
    found = Change.objects.filter(organisation=viewer.organisation, seq=seq).first()
    if found is None:
        raise NothingThere(f"change {seq}")
    return found


def changes(viewer: Actor, after: int = 0, limit: int = 100) -> list[Change]:
    """Return changes in their order, the first that come after a number."""
    return list(Change.objects.filter(organisation=viewer.organisation, seq__gt=after).order_by("seq")[:limit])


def difference(viewer: Actor, before: At, after: At) -> tuple[Any, ...]:
    """Return what changed between two times, as the viewer may see it."""
    return book(viewer.organisation, viewer, before).diff(book(viewer.organisation, viewer, after))


__all__ = [
    "ERASE",
    "At",
    "Version",
    "book",
    "change",
    "changes",
    "difference",
    "forget",
    "history",
    "in_force",
    "remember",
    "seq_at",
    "version",
]
