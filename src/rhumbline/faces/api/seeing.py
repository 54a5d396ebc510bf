"""What a caller sees: of a Book, of a record, of a change; everything that leaves the API about them is made here."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar

from rhumbline.book.authority import Sight
from rhumbline.book.book import Book
from rhumbline.book.book import Change as Difference
from rhumbline.book.concealment import conceal, conceal_body, conceal_finding
from rhumbline.book.digests import body, plain
from rhumbline.book.findings import Finding
from rhumbline.book.records import KIND_OF_RECORD, KINDS
from rhumbline.book.types import natural
from rhumbline.exchange.documents import finding as finding_document
from rhumbline.faces.api.moments import moment_of
from rhumbline.faces.api.versions import tag_of_book, tag_of_record
from rhumbline.store.actors import Actor
from rhumbline.store.reading import Version, seq_at, version

Document = dict[str, Any]

_ORDER = {kind: number for number, kind in enumerate(KINDS)}
# A process remembers so many Books as somebody sees them, and so many earlier ones.
_MOST_SEEN, _MOST_EARLIER = 32, 8


@dataclass(frozen=True, slots=True)
class Seen:
    """The Book of an organisation as of some time, and who looks.

    Parameters
    ----------
    viewer
        Who looks.
    then
        The Book as of the time that is asked for.
    now
        The Book of today: what is private now is private in the past as well.
    """

    viewer: Actor
    then: Version
    now: Version

    @property
    def sight(self) -> Sight:
        """What the viewer sees."""
        return self.viewer.sight

    @property
    def book(self) -> Book:
        """The Book without what the viewer may not see."""
        if not self.sight.concealed:
            return self.then.book
        name = (self.viewer.organisation, self.then.seq, self.now.hash, self.sight.concealed)
        return _SEEN.get(name, lambda: conceal(self.then.book, self.sight, self.now.book))

    def tag(self, *choices: Any) -> str:
        """Return the ETag of what is a function of this Book, this viewer and these choices."""
        return tag_of_book(self.then.seq, self.now.seq, self.sight.concealed, choices)

    def shown(self, record: Any) -> tuple[Document, tuple[str, ...]]:
        """Return a record in the complete form as the viewer sees it, and the fields that are hidden from them."""
        books = (self.now.book,) if self.then is self.now else (self.now.book, self.then.book)
        return shown(record, self.sight, *books)

    def item(self, record: Any) -> Document:
        """Return a record, or a row of a series, as lists have it."""
        kind = KIND_OF_RECORD[type(record)]
        fields, hidden = self.shown(record)
        key = getattr(record, KINDS[kind].owner) if KINDS[kind].series else record.key
        since = None if KINDS[kind].series else self.then.since[kind, key]
        return {"key": key, "version": since, "record": fields, "hidden": list(hidden)}

    def records(self, kind: str) -> Sequence[Any]:
        """Return the records of a kind, or the rows of a series that the viewer sees, in their order."""
        if KINDS[kind].series:
            return self.book.series.get(kind, ())
        return tuple(self.then.book.all(kind).values())

    def document(self) -> Document:
        """Return the whole Book in the complete form, with every record as the viewer sees it."""
        lists = {KINDS[kind].plural: [self.shown(record)[0] for record in self.records(kind)] for kind in KINDS}
        return {plural: rows for plural, rows in lists.items() if rows}


T = TypeVar("T")


class _Recently(Generic[T]):
    """What was made last, by what it was made of."""

    def __init__(self, most: int) -> None:
        self.most, self.lock = most, Lock()
        self.kept: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, name: Hashable, make: Callable[[], T]) -> T:
        with self.lock:
            if name in self.kept:
                self.kept.move_to_end(name)
                return self.kept[name]
        found = make()
        with self.lock:
            self.kept[name] = found
            while len(self.kept) > self.most:
                self.kept.popitem(last=False)
        return found

    def forget(self) -> None:
        with self.lock:
            self.kept.clear()


# The hash of the last change stands for the whole history: an erasure or a restored backup gives another one.
_SEEN: _Recently[Book] = _Recently(_MOST_SEEN)
_EARLIER: _Recently[Version] = _Recently(_MOST_EARLIER)


def forget() -> None:
    """Forget what this process remembers."""
    _SEEN.forget()
    _EARLIER.forget()


def seen(viewer: Actor, at: str | None = None, name: str = "at") -> Seen:
    """Return the Book of the viewer's organisation.

    Parameters
    ----------
    viewer
        Who looks.
    at
        As of when, as the caller wrote it; by default now.
    name
        The word it stands behind.

    Raises
    ------
    NothingThere
        When there is no such change.
    """
    now = version(viewer.organisation)
    moment = moment_of(at, name)
    if moment is None:
        return Seen(viewer, now, now)
    seq = seq_at(viewer.organisation, moment)
    if seq == now.seq:
        return Seen(viewer, now, now)
    earlier = (viewer.organisation, seq, now.hash)
    return Seen(viewer, _EARLIER.get(earlier, lambda: version(viewer.organisation, seq)), now)


# --- records ----------------------------------------------------------------------------------


def shown(record: Any, sight: Sight, *books: Book) -> tuple[Document, tuple[str, ...]]:
    """Return a record in the complete form without what somebody may not see, and the names of what was left out.

    Parameters
    ----------
    record
        A record, or a row of a series.
    sight
        What is seen.
    books
        Those that say whether a KPI is private.
    """
    kind = KIND_OF_RECORD[type(record)]
    fields = body(record) if KINDS[kind].series else {"key": record.key, **body(record)}
    if not sight.concealed:
        return fields, ()
    hidden: dict[str, None] = {}
    for book in books:
        fields, names = conceal_body(kind, fields, sight, book)
        hidden |= dict.fromkeys(names)
    return fields, tuple(hidden)


def tag_of(item: Document) -> str:
    """Return the ETag of one record, as ``Seen.item`` gives it."""
    return tag_of_record(item["version"] or 0, [item["record"], item["hidden"]])


# --- changes ----------------------------------------------------------------------------------


def changes_shown(changes: Iterable[Difference], sight: Sight, now: Book) -> list[Document]:
    """Return what changed as somebody sees it, in the order of kinds and keys; rows of a series by their owner.

    Parameters
    ----------
    changes
        Records that came, went or became another, and rows of series, one by one or as whole series.
    sight
        What is seen.
    now
        The Book of today, which says whether a KPI is private.
    """
    rows: dict[tuple[str, str], tuple[list[Any], list[Any]]] = {}
    found: list[Document] = []
    for one in changes:
        if not KINDS[one.kind].series:
            found.append(_record_change(one, sight, now))
            continue
        before, after = Counter(_rows(one.before)), Counter(_rows(one.after))
        for side, own in enumerate(((after - before).elements(), (before - after).elements())):
            for row in own:
                name = (one.kind, getattr(row, KINDS[one.kind].owner))
                rows.setdefault(name, ([], []))[side].append(row)
    found += [
        _rows_change(*name, came, gone, sight, now)
        for name, (came, gone) in rows.items()
        if sight.private or _visible(came or gone, sight, now)
    ]
    return sorted(found, key=lambda one: (_ORDER[one["kind"]], natural(one["key"])))


def _rows(value: Any) -> tuple[Any, ...]:
    return () if value is None else value if isinstance(value, tuple) else (value,)


def _visible(rows: Sequence[Any], sight: Sight, now: Book) -> bool:
    """Whether rows of one owner are there at all for somebody: readings of a private KPI are not."""
    return bool(conceal(Book.of(rows[:1]), sight, now).series)


def _record_change(one: Difference, sight: Sight, now: Book) -> Document:
    before, after = (None if record is None else shown(record, sight, now) for record in (one.before, one.after))
    if before is not None and after is not None:
        names = [name for name in one.fields if name not in before[1] and name not in after[1]]
        values = [(name, plain(getattr(one.before, name)), plain(getattr(one.after, name))) for name in names]
    else:
        values = [(name, value, None) for name, value in (before or ({}, ()))[0].items()]
        values += [(name, None, value) for name, value in (after or ({}, ()))[0].items()]
    return {
        "kind": one.kind,
        "key": one.key,
        "what": "new" if before is None else "removed" if after is None else "changed",
        "fields": [{"field": name, "before": was, "after": becomes} for name, was, becomes in values if name != "key"],
        "rows": [],
        "rows_removed": [],
    }


def _rows_change(kind: str, key: str, came: Sequence[Any], gone: Sequence[Any], sight: Sight, now: Book) -> Document:
    said: Document = {"kind": kind, "key": key, "what": "rows", "fields": []}
    said["rows"] = [shown(row, sight, now)[0] for row in came]
    said["rows_removed"] = [shown(row, sight, now)[0] for row in gone]
    return said


def findings_shown(findings: Iterable[Finding], sight: Sight) -> list[Document]:
    """Return findings as JSON, without the values that somebody may not see.

    Parameters
    ----------
    findings
        Of the gate or the rules.
    sight
        What is seen.
    """
    return [finding_document(conceal_finding(found, sight)) for found in findings]


def edits_shown(edits: Iterable[Mapping[str, Any]], sight: Sight, now: Book) -> list[Document]:
    """Return raw edits that the gate has read before, without the values that somebody may not see.

    Parameters
    ----------
    edits
        In their JSON form.
    sight
        What is seen.
    now
        The Book of today.
    """
    return [_edit(dict(edit), sight, now) for edit in edits]


def _edit(edit: Document, sight: Sight, now: Book) -> Document:
    if not sight.concealed:
        return edit
    kind = edit["kind"]
    for part in ("record", "fields"):
        if part in edit:
            # Fields alone do not say which record they are of.
            named = {**_named(kind, edit.get("key", ""), now), **edit[part]}
            kept, names = conceal_body(kind, named, sight, now)
            edit["hidden"] = [name for name in names if name in edit[part]]
            edit[part] = {name: value for name, value in kept.items() if name in edit[part]}
    return edit


def speaks_of_hidden(edits: Iterable[Mapping[str, Any]], sight: Sight, now: Book) -> bool:
    """Return whether raw edits that the gate has read before speak of something that somebody may not see.

    Parameters
    ----------
    edits, sight, now
        As for ``edits_shown``.
    """
    return any(edit.get("hidden") for edit in edits_shown(edits, sight, now))


def _named(kind: str, key: str, now: Book) -> Document:
    """Return a record that there is already as it stands, so that it is known of which KPI it speaks."""
    record = None if KINDS[kind].series or not key else now.all(kind).get(key)
    return {} if record is None else {"key": key, **body(record)}


__all__ = [
    "Seen",
    "changes_shown",
    "edits_shown",
    "findings_shown",
    "forget",
    "seen",
    "shown",
    "speaks_of_hidden",
    "tag_of",
]
