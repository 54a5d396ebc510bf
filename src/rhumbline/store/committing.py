"""The one writer: checks a set of edits against the Book as it is, and appends them, all or none.

In one transaction, with the row of the organisation locked: permission, the versions the author saw, the gate, the
rules for the whole new Book, then the records, then the link of the chain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from rhumbline.book import rules
from rhumbline.book.authority import SPOKEN, Verb
from rhumbline.book.book import Book
from rhumbline.book.book import Change as Difference
from rhumbline.book.digests import canonical, digest
from rhumbline.book.findings import ConcealedBook, Finding, HeldOutRows, holds_out
from rhumbline.book.records import KIND_OF_RECORD, KINDS
from rhumbline.book.upgrades import SCHEMA
from rhumbline.exchange.edits import (
    MOST_EDITS,
    Action,
    Edit,
    Stored,
    apply,
    assemble,
    edits_between,
    read_edits,
    stored,
)
from rhumbline.store import chain
from rhumbline.store.actors import ANONYMOUS, Actor, NothingThere
from rhumbline.store.merging import AT_ONCE, plain_or_none, revived, settle
from rhumbline.store.models import Change, Organisation, Record
from rhumbline.store.reading import Version, forget, in_force, remember, version
from rhumbline.store.refusing import (
    Clash,
    Conflict,
    keeping_hidden,
    refuse,
    refuse_uncovering,
    refuse_unseen,
    saving,
)

# What the history calls it when a whole Book is brought in.
IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit did.

    Parameters
    ----------
    seq, hash, book_sha
        The change, its hash, and the hash of the Book after it. Where nothing changed, those of the change before.
    changes
        What is different now.
    findings
        Warnings about what was written.
    """

    seq: int
    hash: str
    book_sha: str
    changes: tuple[Difference, ...]
    findings: tuple[Finding, ...]


@saving()
def commit(
    actor: Actor,
    edits: Any,
    *,
    via: str,
    note: str = "",
    action: str = "commit",
    strict: bool = False,
    at: datetime | None = None,
) -> Committed:
    """Write edits into the Book of the actor's organisation: all of them, or none and the reasons.

    Parameters
    ----------
    actor
        Who writes.
    edits
        A list of edits in their JSON form (docs/reference/edits.md), or Edits that were read from one.
    via
        The entrance: ``page``, ``api``, ``cli``, ``mcp``, ``import``, ``worker`` or ``anonymous``.
    note
        Why, in the author's words.
    action
        What the history calls it.
    strict
        Whether any newer version is a conflict, even where other fields were changed.
    at
        When; by default now.

    Raises
    ------
    NotAllowed
        When the actor may not write one of the kinds.
    Refused
        When the gate or a rule of the Book finds an error.
    Conflict
        When somebody else changed the same fields since the author looked.
    CannotSave
        When the disk of the database is full or may only be read.
    """
    if isinstance(edits, tuple) and all(isinstance(edit, Edit) for edit in edits):
        asked: tuple[Edit, ...] = edits
    else:
        asked, faults = read_edits(edits)
        refuse(faults, actor)
    for kind in sorted({edit.kind for edit in asked}):
        # Nobody may write what is only ever said anonymously, and so only nobody does; or a Book comes back as a whole.
        back = action == IMPORT and actor.may(Verb.WRITE, "organisation")
        if kind not in SPOKEN or not (back or actor.name == ANONYMOUS):
            actor.demand(Verb.WRITE, kind)
    with transaction.atomic(durable=False):
        organisation = locked(actor)
        before = version(organisation.pk)
        refuse_unseen(asked, before.book, actor)
        seen = tuple(keeping_hidden(edit, before.book, actor) for edit in asked)
        applied = apply(before.book, settle(before, seen, actor, strict=strict))
        refuse(applied.findings, actor)
        refuse_uncovering(applied.changes, before.book, actor)
        assert applied.book is not None  # noqa: S101 - it is None only with an error, which was refused
        return _write(
            organisation,
            before,
            applied.book,
            records=[one for one in applied.changes if not KINDS[one.kind].series],
            rows=applied.rows,
            actor=actor.name,
            via=via,
            note=note,
            action=action,
            at=at,
            findings=applied.findings,
        )


@saving()
def bring_in(
    actor: Actor,
    book: Book,
    *,
    via: str,
    note: str = "",
    without_held_out: bool = False,
    at: datetime | None = None,
) -> Committed:
    """Let the Book of an organisation become another one, such as one that was read from a file.

    Parameters
    ----------
    actor
        Who writes.
    book
        What the Book is to be. Where rows could not be read, nothing is removed.
    via, note, at
        As in ``commit``.
    without_held_out
        Whether it may be brought in although rows of the file were left out; the note then says so.

    Raises
    ------
    HeldOutRows
        When rows were left out and nobody chose to go on without them.
    ConcealedBook
        When the Book was read without what somebody may not see, which is no wish to remove it.
    RowsVanish
        When a series has fewer rows in it than in the organisation.
    """
    if book.concealed:
        raise ConcealedBook(book.concealed)
    missing = tuple(finding for finding in book.held_out if holds_out(finding))
    if missing and not without_held_out:
        raise HeldOutRows(missing)
    if missing:
        note = f"{note} (without {len(missing)} rows that were held out)".strip()
    with transaction.atomic():
        # Nobody writes between the comparison and the change that comes of it.
        before = version(locked(actor).pk).book
        if missing:
            # A row that could not be read is no wish to remove it, nor what hangs on it: what is there stays.
            book = _keeping_rows(book, before)
        edits = edits_between(before, book)
        if missing:
            edits = [edit for edit in edits if edit["edit"] != Action.REMOVE]
        asked: list[Edit] = []
        # A Book may have more records than anybody is to send at once.
        for start in range(0, len(edits), MOST_EDITS):
            some, faults = read_edits(edits[start : start + MOST_EDITS])
            refuse(faults, actor)
            asked += some
        return commit(actor, tuple(asked), via=via, note=note, action=IMPORT, at=at)


def _keeping_rows(book: Book, before: Book) -> Book:
    """Return a Book with the rows of series that another one has and it lacks."""
    lost = (Counter(rows) - Counter(book.series.get(kind, ())) for kind, rows in before.series.items())
    return book.replace(*(row for rows in lost for row in rows.elements()))


@saving()
def undo(actor: Actor, seq: int, *, via: str, note: str = "", at: datetime | None = None) -> Committed:
    """Take back one change, as a change of its own.

    Parameters
    ----------
    actor
        Who takes it back.
    seq
        The change.
    via, note, at
        As in ``commit``.

    Raises
    ------
    NothingThere
        When there is no such change.
    Conflict
        When something it wrote was changed again since: that has to be taken back first.
    Refused
        When the Book without it would break a rule, for instance because something newer refers to what it added.
    """
    actor.demand(Verb.UNDO)
    with transaction.atomic():
        organisation = locked(actor)
        if not Change.objects.filter(organisation=organisation, seq=seq).exists():
            raise NothingThere(f"change {seq}")
        before = version(organisation.pk)
        rows = Record.objects.filter(organisation=organisation)
        written = rows.filter(since_seq=seq)
        ended = {(old.kind, old.key, old.row): old for old in rows.filter(until_seq=seq)}
        later = [new for new in written if new.until_seq is not None]
        names = {(new.kind, new.key, new.row) for new in written}
        ended_only = [(old.kind, old.key) for name, old in ended.items() if name not in names and not old.row]
        again = [name for name in ended_only if name in before.since]
        if later or again:
            raise Conflict(
                [_taken_back_late(before, new.kind, new.key) for new in later]
                + [_taken_back_late(before, kind, key) for kind, key in again]
            )
        target: dict[tuple[str, str], Any] = {(new.kind, new.key): None for new in written if not new.row}
        target.update({(old.kind, old.key): revived(old) for old in ended.values() if not old.row})
        withdrawn = [new for new in written if new.row]
        returned = [revived(old) for old in ended.values() if old.row]
        return _turn(
            organisation,
            before,
            target,
            withdrawn,
            returned,
            actor,
            via=via,
            note=note or f"Takes back change {seq}",
            action="undo",
            at=at,
        )


@saving()
def restore(actor: Actor, seq: int, *, via: str, note: str = "", at: datetime | None = None) -> Committed:
    """Let the Book become what it was after an earlier change, as a change of its own; nothing of the history goes.

    Parameters
    ----------
    actor
        Who restores.
    seq
        The change after which the Book was as it is to be.
    via, note, at
        As in ``commit``.
    """
    actor.demand(Verb.UNDO)
    with transaction.atomic():
        organisation = locked(actor)
        wanted = version(organisation.pk, seq)
        before = version(organisation.pk)
        target = {(one.kind, one.key): one.after for one in before.book.diff(wanted.book) if not KINDS[one.kind].series}
        now = {row.row: row for row in in_force(organisation.pk, before.seq).filter(row__gt=0)}
        then = {row.row: row for row in in_force(organisation.pk, seq).filter(row__gt=0)}
        return _turn(
            organisation,
            before,
            target,
            [row for number, row in now.items() if number not in then],
            [revived(row) for number, row in then.items() if number not in now],
            actor,
            via=via,
            note=note or f"As it was after change {seq}",
            action="restore",
            at=at,
        )


# --- before writing ---------------------------------------------------------------------------


def locked(actor: Actor) -> Organisation:
    """Return the organisation of an actor, whose row no other transaction can lock until this one ends."""
    found = Organisation.objects.select_for_update().filter(pk=actor.organisation).first()
    if found is None:
        raise NothingThere("organisation")
    return found


def _taken_back_late(now: Version, kind: str, key: str) -> Clash:
    current = now.book.all(kind).get(key) if not KINDS[kind].series else None
    return Clash(kind, key, "", None, plain_or_none(current), None, now.since.get((kind, key), now.seq))


# --- writing ----------------------------------------------------------------------------------


def _turn(
    organisation: Organisation,
    before: Version,
    target: dict[tuple[str, str], Any],
    withdrawn: list[Record],
    returned: list[Any],
    actor: Actor,
    **how: Any,
) -> Committed:
    """Write records that were in the Book before, and take rows of series back; the rules hold for the whole."""
    for kind in sorted({kind for kind, _ in target} | {row.kind for row in withdrawn}):
        # Nobody writes what was said anonymously, yet a Book may be put back to the time before it.
        if kind not in SPOKEN:
            actor.demand(Verb.WRITE, kind)
    book = before.book
    gone: dict[str, list[str]] = {}
    for (kind, key), record in target.items():
        if record is None:
            gone.setdefault(kind, []).append(key)
    for kind, keys in gone.items():
        book = book.without(kind, *keys)
    book = _without_rows(book, organisation, withdrawn)
    book = book.replace(*(record for record in target.values() if record is not None), *returned)
    refuse(rules.check(book), actor)
    records = [
        Difference(kind, key, before.book.all(kind).get(key), record)
        for (kind, key), record in target.items()
        if before.book.all(kind).get(key) != record
    ]
    return _write(
        organisation,
        before,
        book,
        records=records,
        rows=returned,
        withdrawn=withdrawn,
        actor=actor.name,
        findings=(),
        **how,
    )


def _without_rows(book: Book, organisation: Organisation, withdrawn: list[Record]) -> Book:
    """Return a Book without some rows of its series; the rows that stay keep the digests that were written down."""
    gone = {row.pk for row in withdrawn}
    for kind in {row.kind for row in withdrawn}:
        owners = {getattr(row, KINDS[kind].owner) for row in book.series.get(kind, ())}
        left = (row for row in in_force(organisation.pk, organisation.seq).filter(kind=kind) if row.pk not in gone)
        rows = (Stored(row.kind, row.key, row.schema, row.body, row.personal, row.digest) for row in left)
        book = assemble(rows, onto=book.without(kind, *owners))
    return book


def _write(
    organisation: Organisation,
    before: Version,
    after: Book,
    *,
    records: Sequence[Difference],
    rows: Sequence[Any],
    withdrawn: Sequence[Record] = (),
    actor: str,
    via: str,
    note: str,
    action: str,
    at: datetime | None,
    findings: tuple[Finding, ...],
) -> Committed:
    """Append versions and the link of the chain; the organisation's row is locked by this transaction."""
    if not records and not rows and not withdrawn:
        return Committed(organisation.seq, organisation.hash, organisation.book_sha, (), findings)
    seq = organisation.seq + 1
    own = Record.objects.filter(organisation=organisation, until_seq__isnull=True)
    ending: dict[str, list[str]] = {}
    entries: list[chain.Entry] = []
    new: list[Record] = []
    for one in records:
        if one.before is not None:
            ending.setdefault(one.kind, []).append(one.key)
        if one.after is None:
            entries.append((one.kind, one.key, 0, None))
        else:
            new.append(_version_of(organisation, one.after, one.key, 0, seq))
    for kind, keys in ending.items():
        for start in range(0, len(keys), AT_ONCE):
            own.filter(kind=kind, key__in=keys[start : start + AT_ONCE], row=0).update(until_seq=seq)
    taken = [row.pk for row in withdrawn]
    for start in range(0, len(taken), AT_ONCE):
        own.filter(pk__in=taken[start : start + AT_ONCE]).update(until_seq=seq)
    entries += [(row.kind, row.key, row.row, None) for row in withdrawn]
    for row in rows:
        organisation.rows += 1
        owner = getattr(row, KINDS[KIND_OF_RECORD[type(row)]].owner)
        new.append(_version_of(organisation, row, owner, organisation.rows, seq))
    Record.objects.bulk_create(new, batch_size=AT_ONCE)
    entries += [(one.kind, one.key, one.row, one.digest) for one in new]
    if after.organisation is not None:
        organisation.name = after.organisation.name
    change = chain.add_link(
        organisation,
        at=at or timezone.now(),
        action=action,
        actor=actor,
        via=via,
        note=note,
        entries=entries,
        book_sha=after.sha,
    )
    since = dict(before.since)
    for one in records:
        if one.after is None:
            since.pop((one.kind, one.key), None)
        else:
            since[one.kind, one.key] = seq
    written = Version(seq, after, since, change.hash)
    # Only what is really there may be remembered: a transaction around this one can still fail.
    transaction.on_commit(lambda: remember(organisation.pk, written))
    series = tuple(Difference(KIND_OF_RECORD[type(row)], "", None, row) for row in rows)
    return Committed(seq, change.hash, change.book_sha, (*records, *series), findings)


def _version_of(organisation: Organisation, record: Any, key: str, row: int, seq: int) -> Record:
    own, personal = stored(record)
    return Record(
        organisation=organisation,
        kind=KIND_OF_RECORD[type(record)],
        key=key,
        row=row,
        schema=SCHEMA,
        body=canonical(own).decode(),
        personal=canonical(personal).decode() if personal else "",
        digest=digest(record),
        since_seq=seq,
    )


def found(key: str, name: str, at: datetime | None = None) -> Organisation:
    """Open an organisation with an empty Book.

    Parameters
    ----------
    key
        Its name in addresses.
    name
        Its name for people, until its Book says another.
    at
        When; by default now.
    """
    forget()
    return Organisation.objects.create(key=key, name=name, created=at or timezone.now())


__all__ = [
    "Committed",
    "bring_in",
    "commit",
    "found",
    "locked",
    "restore",
    "undo",
]
