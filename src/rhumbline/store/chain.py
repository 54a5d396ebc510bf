"""The chain of changes: each link is a hash over the one before, so that nothing can be altered unnoticed."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rhumbline.book.digests import canonical
from rhumbline.book.findings import Finding
from rhumbline.book.types import FrozenMap
from rhumbline.store.models import Change, Organisation, Record
from rhumbline.store.reading import ERASE, forget, version

# What one change wrote about one record: kind, key, row and digest; no digest where a version only ended.
Entry = tuple[str, str, int, str | None]

# In the place of a kind, in the entries of an erasure: the note of the change whose number follows was blanked.
NOTE = "#note"


def sha256(text: str | bytes) -> str:
    """Return the SHA-256 of a text, 64 hexadecimal digits."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def written(entries: Iterable[Entry]) -> str:
    """Return the entries of a change as the chain takes them in."""
    return canonical(
        sorted([list(entry) for entry in entries], key=lambda entry: (entry[0], entry[1], entry[2]))
    ).decode()


def note_digest(note: str, salt: str) -> str:
    """Return what the chain holds of a note: a digest that nobody can guess the note from; nothing of no note."""
    return sha256(salt + note) if note else ""


def writable(text: str) -> str:
    """Return free text as every database takes it: without NUL, and with a mark for half a character."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def new_salt() -> str:
    """Return the salt of a new note."""
    return secrets.token_hex(16)


def link(change: Change) -> str:
    """Return the hash of a change over everything in it but the note itself."""
    return sha256(
        canonical(
            [
                change.previous,
                change.seq,
                change.at.astimezone(UTC).isoformat(timespec="microseconds"),
                change.action,
                change.actor,
                change.via,
                change.note_digest,
                change.entries,
                change.book_sha,
            ]
        )
    )


def add_link(
    organisation: Organisation,
    *,
    at: datetime,
    action: str,
    actor: str,
    via: str,
    note: str,
    entries: Iterable[Entry],
    book_sha: str,
) -> Change:
    """Append a change to the chain of an organisation whose row is locked by this transaction.

    Parameters
    ----------
    organisation
        The organisation; its last number, hash and Book hash move on.
    at
        When; never earlier than the change before, so that a clock that is set back does not confuse the history.
    action, actor, via, note
        What was done, by whom, through which entrance, and why.
    entries
        What was written.
    book_sha
        The hash of the Book after it.
    """
    before = Change.objects.filter(organisation=organisation, seq=organisation.seq).values_list("at", flat=True).first()
    note = writable(note)
    salt = new_salt() if note else ""
    change = Change(
        organisation=organisation,
        seq=organisation.seq + 1,
        at=at if before is None else max(at, before),
        action=action,
        actor=actor,
        via=via,
        note=note,
        note_salt=salt,
        note_digest=note_digest(note, salt),
        entries=written(entries),
        previous=organisation.hash,
        book_sha=book_sha,
    )
    change.hash = link(change)
    change.save(force_insert=True)
    organisation.seq, organisation.hash, organisation.book_sha = change.seq, change.hash, book_sha
    organisation.save(update_fields=["seq", "hash", "book_sha", "rows", "name"])
    return change


# --- verification -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """Whether a history is what it was when it was written.

    Parameters
    ----------
    organisation
        The key of the organisation.
    changes, records
        How many changes and versions of records were looked at.
    redacted
        How many versions were rewritten by an erasure that the chain itself records.
    seq, hash
        The last change and its hash: whoever wrote them down elsewhere can tell that none was cut off.
    findings
        What does not agree, the first one first.
    """

    organisation: str
    changes: int
    records: int
    redacted: int
    seq: int
    hash: str
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Whether everything agrees."""
        return not self.findings


def verify(organisation: Organisation) -> ChainCheck:
    """Compute the whole chain of an organisation again, and name whatever does not agree with it.

    Parameters
    ----------
    organisation
        The organisation as it is in the database.
    """
    return _Verifier(organisation).check()


class _Verifier:
    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        self.findings: list[Finding] = []
        self.redacted: dict[int, list[Record]] = {}
        self.expected: dict[int, dict[tuple[str, str, int], str | None]] = {}
        # The last erasure that rewrote a version, and the changes whose notes are blank or were blanked.
        self.last_redaction: dict[tuple[str, str, int], int] = {}
        self.blank: set[int] = set()
        self.blanked: set[int] = set()
        self.records = 0
        self.rows = 0

    def check(self) -> ChainCheck:
        self.read_records()
        seq, last, count = 0, "", 0
        for change in Change.objects.filter(organisation=self.organisation).order_by("seq").iterator(chunk_size=1000):
            count += 1
            where = f"change {change.seq}"
            if change.seq != seq + 1:
                self.say("change-missing", where, f"Change {seq + 1} should come before it, and is not there.")
            if change.previous != last:
                self.say("chain-broken", where, "It does not continue the change before it.")
            if link(change) != change.hash:
                self.say("change-altered", where, "Its contents do not give its hash: it was altered.")
            if change.note_digest and not change.note and not change.note_salt:
                self.blank.add(change.seq)
            elif note_digest(change.note, change.note_salt) != change.note_digest:
                self.say("note-altered", where, "Its note is not the one that was written.")
            self.compare(change)
            seq, last = change.seq, change.hash
        for lost in sorted(set(self.expected) - set(range(1, seq + 1))):
            self.say("change-missing", f"change {lost}", "Records name it, and it is not there.")
        self.ends(seq, last)
        return ChainCheck(
            organisation=self.organisation.key,
            changes=count,
            records=self.records,
            redacted=sum(len(found) for found in self.redacted.values()),
            seq=seq,
            hash=last,
            findings=tuple(self.findings),
        )

    def read_records(self) -> None:
        """Look at every version on its own, and note which change must have written or ended it."""
        ended: list[tuple[int, tuple[str, str, int]]] = []
        # When the version before ended, of the record that is looked at.
        last: tuple[str, str, int] | None = None
        until: int | None = 0
        found = Record.objects.filter(organisation=self.organisation).order_by("kind", "key", "row", "since_seq")
        for record in found.iterator(chunk_size=2000):
            self.records += 1
            name = (record.kind, record.key, record.row)
            # Each version ends before the next begins: two in force at once, or none, would alter an earlier Book.
            until = until if name == last else 0
            ends = record.until_seq
            if until is None or record.since_seq < until or (ends is not None and ends <= record.since_seq):
                self.say("record-altered", _where(name, record.since_seq), "When it was in force was altered.")
            last, until = name, ends
            if record.redacted_seq is not None:
                self.redacted.setdefault(record.redacted_seq, []).append(record)
                self.last_redaction[_version(record)] = record.redacted_seq
            elif sha256(record.body) != record.digest:
                self.say("record-altered", _where(name, record.since_seq), "Its body does not give its digest.")
            if record.personal and not _is_mapping(record.personal):
                self.say("record-altered", _where(name, record.since_seq), "What is personal in it cannot be read.")
            self.rows = max(self.rows, record.row)
            self.expected.setdefault(record.since_seq, {})[name] = record.digest
            if record.until_seq is not None:
                ended.append((record.until_seq, name))
        for seq, name in ended:
            self.expected.setdefault(seq, {}).setdefault(name, None)

    def compare(self, change: Change) -> None:
        """Compare what a change says it wrote with the versions that are there."""
        try:
            stated = {(kind, key, row): digest for kind, key, row, digest in json.loads(change.entries)}
        except (ValueError, TypeError):
            # That its hash does not agree was said before; what it wrote, nobody can tell any more.
            stated = {}
        if change.action == ERASE:
            self.blanked |= {int(key) for kind, key, _ in stated if kind == NOTE}
            # What a later erasure rewrote once more has to agree with that one.
            stated = {
                name: digest
                for name, digest in stated.items()
                if name[0] != NOTE and self.last_redaction.get(name, 0) <= change.seq
            }
            found: dict[tuple[str, str, int], str | None] = {
                _version(record): sha256(record.body) for record in self.redacted.get(change.seq, ())
            }
        else:
            found = self.expected.get(change.seq, {})
            for record in self.redacted.get(change.seq, ()):
                self.say(
                    "record-altered",
                    _where((record.kind, record.key, record.row), record.since_seq),
                    f"It says that change {change.seq} rewrote it, which is no erasure.",
                )
        for name in sorted({*stated, *found}):
            if stated.get(name, "") != found.get(name, ""):
                what = "is not there" if name not in found else "is not among its entries"
                if name in found and name in stated:
                    what = "is not what it wrote"
                self.say("record-altered", _where(name, change.seq), f"This {what}.")

    def ends(self, seq: int, last: str) -> None:
        """Compare the end of the chain with what the organisation says, and the Book with its hash."""
        known = self.organisation
        if (known.seq, known.hash) != (seq, last):
            self.say("chain-cut", f"organisation {known.key}", f"It says change {known.seq} is the last, and {seq} is.")
        if known.rows < self.rows:
            where, message = f"organisation {known.key}", f"It says row {known.rows} is the last of a series, and"
            self.say("chain-cut", where, f"{message} {self.rows} is.")
        for seq_of, records in self.redacted.items():
            if not Change.objects.filter(organisation=known, seq=seq_of, action=ERASE).exists():
                for record in records:
                    where = _where((record.kind, record.key, record.row), record.since_seq)
                    self.say("record-altered", where, f"It says that change {seq_of} erased it, and that did not.")
        for seq_of in sorted(self.blank ^ self.blanked):
            what = "is gone, and no erasure says so" if seq_of in self.blank else "was erased, and is there again"
            self.say("note-altered", f"change {seq_of}", f"Its note {what}.")
        forget(known.pk)
        if not self.findings and seq and version(known.pk).book.sha != known.book_sha:
            self.say("book-differs", f"organisation {known.key}", "The records in force do not give the Book hash.")

    def say(self, code: str, where: str, message: str, **numbers: Any) -> None:
        self.findings.append(
            Finding(
                code=code,
                where=where,
                message=message,
                remedy="Restore the last backup whose chain holds, and find out who can write to the database.",
                numbers=FrozenMap(numbers),
            )
        )


def _is_mapping(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _version(record: Record) -> tuple[str, str, int]:
    """Return how an erasure names a version."""
    return record.kind, f"{record.key}@{record.since_seq}", record.row


def _where(name: tuple[str, str, int], seq: int) -> str:
    kind, key, row = name
    return f"{kind} {key}{f', row {row}' if row else ''}, written by change {seq}"


__all__ = [
    "NOTE",
    "ChainCheck",
    "Entry",
    "add_link",
    "new_salt",
    "note_digest",
    "sha256",
    "verify",
    "writable",
    "written",
]
