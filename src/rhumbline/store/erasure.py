"""Erasing a person: nothing in the database names them any more, and the history still proves itself.

What is personal is blanked. Where a name stands in another text, the key of the person stands there afterwards. A text
that the chain holds a digest of is redacted: its digest stays, and the change that erases says what stands there now.
"""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unicodedata import combining, normalize

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Model, QuerySet
from django.db.utils import OperationalError
from django.utils import timezone

from rhumbline.book.authority import Verb
from rhumbline.book.digests import canonical
from rhumbline.book.fields import Container, Part, fields_of
from rhumbline.book.records import KINDS
from rhumbline.book.types import KeysReferTo, Shape
from rhumbline.store import chain
from rhumbline.store.access import NotPossible, not_the_last_owner
from rhumbline.store.actors import Actor, NothingThere
from rhumbline.store.committing import locked
from rhumbline.store.models import (
    Change,
    GuestLink,
    Kept,
    Membership,
    Organisation,
    Proposal,
    Record,
    Run,
    Sealed,
    SignInLink,
    Token,
    User,
)
from rhumbline.store.reading import ERASE, forget

# Shorter than this a text stands in too many words of others to be a name.
SHORTEST = 2
PERSON = "person"
_AT_ONCE = 200

BACKUPS = "Backups and copies of the database made before still hold the name. Delete them, or let them expire."
FILES = "Files that were exported or sent before cannot be reached, and one that is imported again brings it back."
LOGS = "Logs and replicas of the database, and what it writes ahead, are kept by whoever runs it until they expire."
SPELLINGS = (
    "Other spellings and nicknames, and the name inside a longer word, were not looked for: name them in 'also'."
)
NOT_COMPACTED = (
    "The database was in use, so that its file was not written anew and may still hold what was deleted. "
    "Erase once more when nobody works with it."
)


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, and what could not be reached.

    Parameters
    ----------
    person
        The key of the person, which stands in place of the name.
    seq
        The change that did it; None where there was nothing left to erase.
    rewritten
        How many things of each sort were rewritten, such as ``versions blanked``, ``versions redacted`` or ``runs``.
    accounts
        How many accounts were closed.
    accounts_left
        How many accounts of this person stay because they belong to other organisations too; only their membership
        here ended.
    compacted
        Whether the files of the database were written anew, without what was deleted.
    beyond
        What the product cannot reach, one sentence each.
    """

    person: str
    seq: int | None
    rewritten: Mapping[str, int]
    accounts: int
    accounts_left: int
    compacted: bool
    beyond: tuple[str, ...]


def erase(
    actor: Actor, person: str, also: Collection[str] = (), *, via: str = "page", at: datetime | None = None
) -> Erased:
    """Erase a person from the Book and its whole history, and close their account.

    Parameters
    ----------
    actor
        Who erases: an owner.
    person
        The key of the Person; it stays, and stands wherever the name stood.
    also
        Other texts by which the person is known, such as a nickname or a former name; each at least 2 characters.
    via
        The entrance.
    at
        When; by default now.

    Raises
    ------
    NotAllowed
        When the actor may not erase.
    NothingThere
        When the Book never had such a person.
    NotPossible
        When the person is the last owner, or a text in ``also`` is too short to be a name.
    """
    actor.demand(Verb.ERASE)
    for text in also:
        if len(text.strip()) < SHORTEST:
            raise NotPossible(
                "too-short",
                f"A text of fewer than {SHORTEST} characters stands in too many words to be erased everywhere.",
                "Leave it out, or name the whole word.",
            )
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            # What is deleted from now on is overwritten, not only marked as free.
            cursor.execute("PRAGMA secure_delete=ON")
    with transaction.atomic():
        done = _Erasure(locked(actor), person, also).carry_out(actor.name, via, at)
    compacted = compact()
    beyond = (*done.beyond(), *(() if compacted else (NOT_COMPACTED,)), BACKUPS, FILES, LOGS, SPELLINGS)
    return Erased(
        person,
        done.seq,
        dict(done.rewritten),
        done.rewritten["accounts"],
        done.accounts_left,
        compacted,
        beyond,
    )


def compact() -> bool:
    """Write the files of the database anew, without what was deleted; return whether that was possible now."""
    if connection.in_atomic_block:
        return False
    try:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("VACUUM")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                return not cursor.fetchone()[0]
            for table in connection.introspection.table_names(cursor):
                # The statistics of a table hold examples of its values, so they are made anew as well.
                cursor.execute(f"VACUUM (FULL, ANALYZE) {connection.ops.quote_name(table)}")
    except OperationalError:
        return False
    return True


# --- names in texts ---------------------------------------------------------------------------


class Names:
    """Texts that are to go, however they are spelt, and what stands in their place.

    Parameters
    ----------
    texts
        The texts. Capitals, composed or decomposed letters, and the width of blanks make no difference; each is found
        only where it is no part of a longer word.
    instead
        What stands in their place.
    """

    def __init__(self, texts: Collection[str], instead: str) -> None:
        self.instead = instead
        forms = {form for text in texts for form in _forms(text.strip()) if form}
        parts = sorted((_folded(form).split() for form in forms), key=lambda words: (-sum(map(len, words)), words))
        self.pattern = re.compile("|".join(rf"(?<!\w){_spaced(words)}(?!\w)" for words in parts)) if parts else None
        # Whether it is worth looking closely: the longest run of letters of each stands in any form of a text.
        self.rough = tuple({max(re.findall(r"\w+", " ".join(words)) or [""], key=len) for words in parts})

    def near(self, text: str) -> bool:
        """Whether one of the texts may be in another, in whatever way that is written down."""
        if not self.rough:
            return False
        folded = _folded(text)
        return any(part in folded for part in self.rough)

    def within(self, text: str) -> bool:
        """Whether one of the texts stands in another."""
        return next(self._found(text), None) is not None

    def without(self, text: str) -> str:
        """Return a text in which all of them are replaced."""
        said, last = [], 0
        for start, end in self._found(text):
            said += [text[last:start], self.instead]
            last = end
        return "".join([*said, text[last:]])

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        if self.pattern is None or not self.near(text):
            return
        folded, places = _placed(text)
        for match in self.pattern.finditer(folded):
            first, last = match.span()
            # A part of a letter is not it: 'Ann' with a dot below is another name.
            if places[last] != places[last - 1] and (not first or places[first] != places[first - 1]):
                yield places[first], places[last]

    def without_in(self, value: Any) -> Any:
        """Return a JSON value in whose texts all of them are replaced."""
        if isinstance(value, str):
            return self.without(value)
        if isinstance(value, list):
            return [self.without_in(item) for item in value]
        if isinstance(value, dict):
            return {self.without(name): self.without_in(item) for name, item in value.items()}
        return value

    def without_in_written(self, text: str) -> str:
        """Return a text, or a JSON text, in which all of them are replaced."""
        if not self.near(text):
            return text
        if text[:1] in ("{", "["):
            try:
                value = json.loads(text)
            except ValueError:
                return self.without(text)
            clean = self.without_in(value)
            return text if clean == value else json.dumps(clean, ensure_ascii=False, separators=(",", ":"))
        return self.without(text)


def _forms(text: str) -> set[str]:
    """Return a text as it is, and as it stands in a JSON text or a page that was itself kept as a text."""
    return {text, html.escape(text), json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}


def _folded(text: str) -> str:
    return normalize("NFD", normalize("NFD", text).casefold())


def _spaced(words: list[str]) -> str:
    return r"\s+".join(map(re.escape, words))


def _placed(text: str) -> tuple[str, list[int]]:
    """Return a text folded, and for each of its characters where in the text its letter begins."""
    starts = [place for place, char in enumerate(text) if not place or not combining(char)]
    folded: list[str] = []
    places: list[int] = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        one = _folded(text[start:end])
        folded.append(one)
        places += [start] * len(one)
    return "".join(folded), [*places, len(text)]


# --- texts in records -------------------------------------------------------------------------


def without_names(kind: str, fields: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Return the fields of a record in whose free texts names are replaced; keys, choices and numbers stay.

    Parameters
    ----------
    kind
        Of the record.
    fields
        As JSON.
    names
        What is replaced.
    """
    parts = {field.name: field.part for field in fields_of(KINDS[kind].record)}
    # What was written under another schema may be a field that is no more. The gate takes 'id' for the key.
    return {
        name: value if name == "id" else _clean(parts[name], value, names) if name in parts else names.without_in(value)
        for name, value in fields.items()
    }


def _clean(part: Part, value: Any, names: Names) -> Any:
    if isinstance(value, str):
        free = part.container is Container.ONE and part.types == (str,) and part.mark(Shape) is None
        return names.without(value) if free else value
    if part.inner is not None and isinstance(value, list):
        return [_clean(part.inner, item, names) for item in value]
    if part.inner is not None and isinstance(value, dict):
        refers = part.mark(KeysReferTo) is not None
        return {
            name if refers else names.without(name): _clean(part.inner, item, names) for name, item in value.items()
        }
    return value


def _redacted(kind: str, text: str, names: Names) -> str:
    """Return the JSON text of a record without names."""
    if not names.near(text):
        return text
    fields = json.loads(text)
    clean = without_names(kind, fields, names)
    return text if clean == fields else canonical(clean).decode()


# --- one erasure ------------------------------------------------------------------------------


class _Erasure:
    """One erasure in one transaction; the row of the organisation is locked."""

    def __init__(self, organisation: Organisation, person: str, also: Collection[str]) -> None:
        self.organisation, self.person = organisation, person
        self.seq: int | None = None
        self.rewritten: Counter[str] = Counter()
        self.accounts_left = 0
        self.entries: list[chain.Entry] = []
        self.same_name: set[str] = set()
        self.telling_keys: set[str] = set()
        versions = self.own(Record).filter(kind=PERSON, key=person)
        if not versions.exists():
            raise NothingThere(f"person {person}")
        personal = [json.loads(text) for text in versions.exclude(personal="").values_list("personal", flat=True)]
        self.known = {str(one.get(name, "")).strip() for one in personal for name in ("name", "email")}
        self.memberships = list(self.own(Membership).filter(person=person).select_related("user"))
        for one in self.memberships:
            self.known |= {one.user.email, one.user.get_full_name()}
        # A name of one letter cannot be told from that letter, and the key itself stays.
        texts = {text for text in {*self.known, *also} if len(text) >= SHORTEST and _folded(text) != _folded(person)}
        self.names = Names(texts, person)

    def own(self, model: type[Model]) -> QuerySet[Any]:
        return model._default_manager.filter(organisation=self.organisation)  # noqa: SLF001 - Django's public name

    def carry_out(self, actor: str, via: str, at: datetime | None) -> _Erasure:
        """Rewrite everything, and write the one change that says so."""
        next_seq = self.organisation.seq + 1
        self.members()
        self.records(next_seq)
        self.notes()
        self.proposals()
        self.sealed()
        self.texts(self.own(Run), ("terms", "document", "error", "progress"), "runs")
        self.texts(self.own(Kept), ("key", "answer"), "kept answers")
        self.texts(self.own(Token), ("name",), "tokens")
        self.texts(self.own(GuestLink), ("name",), "links for guests")
        if apps.is_installed("django_tasks_db"):
            self.texts(apps.get_model("django_tasks_database", "DBTaskResult").objects.all(), ("traceback",), "tasks")
        name = self.names.without(self.organisation.name)
        if name != self.organisation.name:
            self.organisation.name = name
            self.rewritten["organisation"] += 1
        if self.rewritten:
            change = chain.add_link(
                self.organisation,
                at=at or timezone.now(),
                action=ERASE,
                actor=actor,
                via=via,
                note=f"Erased {self.person}: "
                + ", ".join(f"{count} {what}" for what, count in sorted(self.rewritten.items())),
                entries=self.entries,
                book_sha=self.organisation.book_sha,
            )
            self.seq = change.seq
            organisation = self.organisation.pk
            transaction.on_commit(lambda: forget(organisation))
        return self

    def beyond(self) -> list[str]:
        """Say what this erasure could not reach."""
        said = []
        words = {word for text in self.known for word in re.findall(r"\w{3,}", _folded(text.partition("@")[0]))}
        if any(word in _folded(self.person) for word in words):
            said.append(
                f"The key {self.person} itself says who it is, and a key stays. "
                "Keys such as p1 say nothing; the next time, use one."
            )
        if self.telling_keys:
            said.append(f"Keys stay, and the name stands in some: {', '.join(sorted(self.telling_keys))}.")
        if self.same_name:
            said.append(f"Somebody else of this name or address keeps it: {', '.join(sorted(self.same_name))}.")
        if self.accounts_left:
            said.append("The account itself stays, because it belongs to other organisations too.")
        return said

    # --- the Book ---------------------------------------------------------------------------

    def records(self, seq: int) -> None:
        """Blank what is personal, and redact what is not."""
        changed = []
        for record in self.own(Record).order_by("pk").iterator(chunk_size=2000):
            personal, body = self.personal(record), _redacted(record.kind, record.body, self.names)
            if self.names.within(record.key):
                self.telling_keys.add(f"{record.kind} {record.key}")
            if body != record.body:
                record.body, record.redacted_seq = body, seq
                self.entries.append((record.kind, f"{record.key}@{record.since_seq}", record.row, chain.sha256(body)))
                self.rewritten["versions redacted"] += 1
            elif personal == record.personal:
                continue
            if personal != record.personal:
                record.personal = personal
                self.rewritten["versions blanked"] += 1
            changed.append(record)
        Record.objects.bulk_update(changed, ["body", "personal", "redacted_seq"], batch_size=_AT_ONCE)

    def personal(self, record: Record) -> str:
        """Return the personal text of a version without this person."""
        if not record.personal:
            return ""
        if record.kind != PERSON:
            return _redacted(record.kind, record.personal, self.names)
        if record.key == self.person:
            left = {name: value for name, value in json.loads(record.personal).items() if value == self.person}
            # Somebody who edited the record of an erased person wrote the key where the name was.
            return canonical(left).decode() if left else ""
        if record.until_seq is None and _redacted(record.kind, record.personal, self.names) != record.personal:
            self.same_name.add(record.key)
        return record.personal

    def notes(self) -> None:
        """Blank the notes of changes that name the person: the chain holds only their digest."""
        for seq, note in self.own(Change).exclude(note="").values_list("seq", "note"):
            if self.names.within(note):
                self.own(Change).filter(seq=seq).update(note="", note_salt="")
                self.entries.append((chain.NOTE, str(seq), 0, None))
                self.rewritten["notes"] += 1

    # --- beside the Book --------------------------------------------------------------------

    def proposals(self) -> None:
        """Rewrite what waits or was decided, in its free texts only: its edits must stay possible."""
        for one in self.own(Proposal):
            edits = one.edits if not self.names.near(one.edits) else self.edits(one.edits)
            title, reason = self.names.without(one.title), self.names.without(one.reason)
            if (edits, title, reason) != (one.edits, one.title, one.reason):
                one.edits, one.title, one.reason = edits, title[:200], reason
                one.save(update_fields=["edits", "title", "reason"])
                self.rewritten["proposals"] += 1

    def edits(self, text: str) -> str:
        """Return the edits of a proposal without names; one that would write the name of the person writes the key."""
        clean = []
        for edit in json.loads(text):
            kind = edit["kind"]
            for part in ("record", "fields"):
                fields = edit.get(part)
                if fields is not None and not self.of_somebody_else(kind, edit):
                    edit[part] = without_names(kind, fields, self.names)
            clean.append(edit)
        return canonical(clean).decode()

    def of_somebody_else(self, kind: str, edit: Mapping[str, Any]) -> bool:
        key = edit.get("key") or edit.get("record", {}).get("key", self.person)
        return kind == PERSON and key != self.person

    def sealed(self) -> None:
        """Rewrite what waits without an author."""
        for one in self.own(Sealed):
            text = _redacted(one.kind, one.body, self.names)
            if text != one.body:
                self.own(Sealed).filter(pk=one.pk).update(body=text)
                self.rewritten["entries that wait"] += 1

    def texts(self, among: QuerySet[Any], columns: tuple[str, ...], what: str) -> None:
        """Rewrite texts that no digest was made of."""
        for pk, *values in among.values_list("pk", *columns).iterator(chunk_size=200):
            clean = {
                column: new
                for column, value in zip(columns, values, strict=True)
                if (new := self.names.without_in_written(value)) != value
            }
            if clean:
                among.model._default_manager.filter(pk=pk).update(**clean)  # noqa: SLF001 - Django's public name
                self.rewritten[what] += 1

    def members(self) -> None:
        """End the membership of the person, and close the account unless it is used elsewhere as well."""
        for one in self.memberships:
            not_the_last_owner(one)
            one.delete()
            self.rewritten["memberships"] += 1
            if Membership.objects.filter(user=one.user).exists():
                self.accounts_left += 1
            else:
                _close(one.user)
                self.rewritten["accounts"] += 1


def _close(user: User) -> None:
    """Leave of an account only its number, so that changes can still say that one person did several things."""
    for session in Session.objects.all():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()
    SignInLink.objects.filter(user=user).delete()
    user.username = f"erased-{user.pk}"
    user.email = f"erased-{user.pk}@erased.invalid"
    user.first_name = user.last_name = ""
    user.is_active = False
    user.last_login = None
    user.set_unusable_password()
    user.save()


__all__ = ["Erased", "Names", "compact", "erase", "without_names"]
