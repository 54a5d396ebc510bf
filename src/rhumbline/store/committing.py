"""The one writer: checks a set of edits against the Book as it is, and appends them, all or none.

In one transaction, with the row of the organisation locked: permission, the versions the author saw, the gate, the
rules for the whole new Book, then the records, then the link of the chain.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone

from rhumbline.book import rules
from rhumbline.book.authority import SPOKEN, Verb
from rhumbline.book.book import Book
from rhumbline.book.book import Change as Difference
from rhumbline.book.concealment import conceal_body, conceal_finding, private_kpis
from rhumbline.book.digests import body, canonical, digest
from rhumbline.book.findings import ConcealedBook, Finding, HeldOutRows, RhumblineError, holds_out
from rhumbline.book.records import KIND_OF_RECORD, KINDS
from rhumbline.book.types import FrozenMap, Severity
from rhumbline.book.upgrades import SCHEMA
from rhumbline.exchange.edits import (
    MOST_EDITS,
    Action,
    Edit,
    Stored,
    apply,
    assemble,
    clashes,
    edits_between,
    outcome,
    read_edits,
    revive,
    stored,
)
from rhumbline.store import chain
from rhumbline.store.actors import ANONYMOUS, Actor, NothingThere
from rhumbline.store.models import Change, Organisation, Record
from rhumbline.store.reading import Version, forget, in_force, remember, version

# Databases limit how many values one statement may name.
_AT_ONCE = 400


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
        # Nobody may write what is only ever said anonymously, and so only nobody does.
        if actor.name != ANONYMOUS or kind not in SPOKEN:
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
        return commit(actor, tuple(asked), via=via, note=note, action="import", at=at)


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
        revived = [(old.kind, old.key) for name, old in ended.items() if name not in names and not old.row]
        again = [name for name in revived if name in before.since]
        if later or again:
            raise Conflict(
                [_taken_back_late(before, new.kind, new.key) for new in later]
                + [_taken_back_late(before, kind, key) for kind, key in again]
            )
        target: dict[tuple[str, str], Any] = {(new.kind, new.key): None for new in written if not new.row}
        target.update({(old.kind, old.key): _revived(old) for old in ended.values() if not old.row})
        withdrawn = [new for new in written if new.row]
        returned = [_revived(old) for old in ended.values() if old.row]
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
            [_revived(row) for number, row in then.items() if number not in now],
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


def settle(now: Version, edits: Sequence[Edit], actor: Actor, *, strict: bool = False) -> tuple[Edit, ...]:
    """Return edits as they have to be for the version in force, where they were made for an older one.

    Parameters
    ----------
    now
        The version in force.
    edits
        What is asked for.
    actor
        Who asks, or looks.
    strict
        Whether any newer version is a conflict, even where other fields were changed.

    Raises
    ------
    Conflict
        When both sides changed the same field to different values; the values the actor may not see are left out.
    """
    together: dict[tuple[str, str], list[Edit]] = {}
    for edit in edits:
        # Nobody changes the rows that are there, so that nobody can change them at the same time.
        if edit.action is not Action.APPEND:
            together.setdefault((edit.kind, edit.key), []).append(edit)
    seen = {name: _seen(own) for name, own in together.items()}
    older = {name: seq for name, seq in seen.items() if seq is not None and seq != now.since.get(name, 0)}
    bases = _versions(actor.organisation, older)
    found: list[Clash] = []
    merged: dict[tuple[str, str], Edit] = {}
    for name, seq in older.items():
        base = bases.get(name)
        # From a version that there never was nobody can tell who changed what.
        one, bad = _merged(together[name], base, now, actor, strict=strict or (base is None and seq > 0))
        found += bad
        if one is not None:
            merged[name] = one
    if found:
        raise Conflict(found)
    settled: list[Edit] = []
    for edit in edits:
        name = (edit.kind, edit.key)
        if name not in merged:
            settled.append(edit)
        elif edit is together[name][0]:
            # One edit stands for all those of a record that was merged.
            settled.append(merged[name])
    return tuple(settled)


def _seen(edits: Sequence[Edit]) -> int | None:
    """Return the oldest version of a record that its edits say their author saw; None where they say nothing."""
    said: list[int] = []
    for number, edit in enumerate(edits):
        # After a removal in the same set there is none, and that is no older version.
        again = number > 0 and edits[number - 1].action is Action.REMOVE and edit.expected == 0
        if edit.expected is not None and not again:
            said.append(edit.expected)
    return min(said, default=None)


def _versions(organisation: int, wanted: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], Any]:
    """Return the records that certain changes wrote, as they wrote them."""
    found: dict[tuple[str, str], Any] = {}
    names = list(wanted)
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        rows = Record.objects.filter(
            organisation=organisation,
            kind__in={kind for kind, _ in some},
            key__in={key for _, key in some},
            row=0,
            since_seq__in={wanted[name] for name in some},
        )
        found.update(
            {(row.kind, row.key): _revived(row) for row in rows if wanted.get((row.kind, row.key)) == row.since_seq}
        )
    return found


def _revived(row: Record) -> Any:
    return revive(row.kind, row.key, row.schema, row.body, row.personal)


def _merged(
    edits: Sequence[Edit], base: Any, now: Version, actor: Actor, *, strict: bool
) -> tuple[Edit | None, list[Clash]]:
    """Return one edit for all those of a record, merged with what others did to it since the author looked.

    None where the edits have to stay as they are, because the gate refuses them; or what cannot be merged.
    """
    last = edits[-1]
    kind, key = last.kind, last.key
    theirs = now.book.all(kind).get(key)
    mine, done = _made(edits, base)
    comparable = done
    if not done:
        # What these edits cannot be made of, they were not made for.
        mine, done = _made(edits, theirs)
        if not done:
            return None, []

    def shown(record: Any) -> dict[str, Any]:
        return conceal_body(kind, body(record), actor.sight, now.book)[0] if record is not None else {}

    current = now.since.get((kind, key), 0)
    whole = Clash(kind, key, "", shown(base) or None, shown(theirs) or None, shown(mine) or None, current)
    if strict or not comparable:
        return None, [whole]
    if theirs is None or mine is None:
        same = theirs == mine or (base is not None and theirs == base)
        return None, [] if same else [whole]
    record, fields = clashes(base, theirs, mine)
    found = [
        Clash(kind, key, name, shown(base).get(name), shown(theirs).get(name), shown(mine).get(name), current)
        for name in fields
    ]
    return dataclasses.replace(last, action=Action.PUT, raw={"key": key, **body(record)}), found


def _made(edits: Sequence[Edit], record: Any) -> tuple[Any, bool]:
    """Return what edits make of a record one after the other, and whether the gate let them."""
    for edit in edits:
        record, findings = outcome(edit, record)
        if record is None and findings:
            return None, False
    return record, True


def _plain(record: Any) -> Any:
    return None if record is None else body(record)


def _taken_back_late(now: Version, kind: str, key: str) -> Clash:
    current = now.book.all(kind).get(key) if not KINDS[kind].series else None
    return Clash(kind, key, "", None, _plain(current), None, now.since.get((kind, key), now.seq))


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
        for start in range(0, len(keys), _AT_ONCE):
            own.filter(kind=kind, key__in=keys[start : start + _AT_ONCE], row=0).update(until_seq=seq)
    taken = [row.pk for row in withdrawn]
    for start in range(0, len(taken), _AT_ONCE):
        own.filter(pk__in=taken[start : start + _AT_ONCE]).update(until_seq=seq)
    entries += [(row.kind, row.key, row.row, None) for row in withdrawn]
    for row in rows:
        organisation.rows += 1
        owner = getattr(row, KINDS[KIND_OF_RECORD[type(row)]].owner)
        new.append(_version_of(organisation, row, owner, organisation.rows, seq))
    Record.objects.bulk_create(new, batch_size=_AT_ONCE)
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
    "CannotSave",
    "Clash",
    "Committed",
    "Conflict",
    "Refused",
    "bring_in",
    "commit",
    "found",
    "keeping_hidden",
    "locked",
    "refuse",
    "refuse_uncovering",
    "refuse_unseen",
    "restore",
    "saving",
    "settle",
    "undo",
]
