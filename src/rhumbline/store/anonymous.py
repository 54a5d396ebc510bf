"""What people say without their names: it waits sealed until five entries can be opened together.

An entry is kept without author, day and order, among the others that wait: with every arrival all of them are written
anew in random order. docs/explanation/anonymity.md says from whom that protects, and from whom it cannot.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.crypto import salted_hmac

from rhumbline.book.authority import Verb
from rhumbline.book.book import Book
from rhumbline.book.digests import body, canonical
from rhumbline.book.findings import Finding
from rhumbline.book.types import FrozenMap
from rhumbline.exchange.edits import Action, Edit, apply
from rhumbline.exchange.gate import read_record
from rhumbline.exchange.raw import Place
from rhumbline.store.actors import Actor, NotAllowed, NothingThere, anonymous
from rhumbline.store.committing import commit, locked
from rhumbline.store.models import Sealed, Voted
from rhumbline.store.reading import version
from rhumbline.store.refusing import Refused, refuse, saving

# So many entries are opened together, so that none of them is the only one of its time.
BATCH = 5
# What can be said, and the field for the day it was said on: a whole batch gets the day on which it is opened.
_DAY_OF = {"feedback": "opened", "response": "date"}
# What an author cannot choose, because it could tell entries apart or is not theirs to say.
_NOT_SAID = frozenset({"id", "key", "anonymous", "answered", *_DAY_OF.values()})

_random = secrets.SystemRandom()


class _Entry(NamedTuple):
    """An entry that waits: its kind, the survey it answers (or nothing), and what it says."""

    kind: str
    about: str
    body: str


@saving()
def speak(actor: Actor, kind: str, raw: Any, on_day: date) -> None:
    """Take in what somebody says without their name; nobody learns who it was, nor on which of several days.

    Parameters
    ----------
    actor
        Who says it: somebody with an account. They are forgotten before anything is written.
    kind
        ``feedback``, or ``response`` to a survey that is open.
    raw
        The record in its JSON form. Key, day and whether it is anonymous are not the author's choice.
    on_day
        Today. It is the day of a whole batch, when this entry makes it complete.

    Raises
    ------
    NotAllowed
        When the role or the key does not allow it, or when nobody is behind the actor.
    NothingThere
        When nothing of this kind can be said anonymously.
    Refused
        When the gate or a rule of the Book finds an error, when the survey is not open, or when it was answered.
    CannotSave
        When the disk of the database is full or may only be read.
    """
    if kind not in _DAY_OF:
        raise NothingThere(f"anonymous {kind}")
    actor.demand(Verb.SPEAK)
    user = actor.name.split()[-1]
    if not user.startswith("user:"):
        raise NotAllowed(actor, Verb.SPEAK)
    with transaction.atomic():
        locked(actor)
        book = version(actor.organisation).book
        entry = _read(actor, kind, raw, book, on_day)
        if entry.about:
            _refuse_unless_open(book, entry.about, on_day)
            # A survey that opens again under its key asks everybody anew.
            _mark(actor.organisation, entry.about, f"{book.get('survey', entry.about).opens}|{user}")
        _seal(actor.organisation, [*_waiting(actor.organisation), entry])
        _open(actor, entry, on_day)


def _read(actor: Actor, kind: str, raw: Any, book: Book, on_day: date) -> _Entry:
    """Let the gate and the rules read an entry as they read any other; return what of it is kept."""
    if not isinstance(raw, Mapping):
        refuse(read_record(kind, raw, Place(kind))[1], actor)
    applied = apply(book, [_edit(kind, raw, on_day)])
    refuse(applied.findings, actor)
    record = applied.rows[0] if applied.rows else applied.changes[0].after
    said = {name: value for name, value in body(record).items() if name not in _NOT_SAID}
    return _Entry(kind, getattr(record, "survey", ""), canonical(said).decode())


def _edit(kind: str, raw: Mapping[Any, Any], on_day: date) -> Edit:
    said = {name: value for name, value in raw.items() if name not in _NOT_SAID}
    said[_DAY_OF[kind]] = on_day.isoformat()
    if kind == "response":
        return Edit(action=Action.APPEND, kind=kind, key="", raw=said, place=Place(kind))
    key = f"f-{secrets.token_hex(8)}"
    return Edit(action=Action.PUT, kind=kind, key=key, raw={**said, "key": key, "anonymous": True}, place=Place(kind))


def _refuse_unless_open(book: Book, key: str, on_day: date) -> None:
    survey = book.get("survey", key)
    if (survey.opens is None or survey.opens <= on_day) and (survey.closes is None or on_day <= survey.closes):
        return
    said = {"opens": str(survey.opens or ""), "closes": str(survey.closes or ""), "day": on_day.isoformat()}
    raise _refused(
        "survey-closed",
        key,
        f"Survey {key} is not open on {on_day}.",
        "Answer it between the day it opens and the day it closes.",
        **said,
    )


def _mark(organisation: int, survey: str, voice: str) -> None:
    """Note that somebody answered a survey: by a mark that says nothing to those who do not know the secret key."""
    own = salted_hmac("rhumbline.voted", f"{organisation}|{survey}|{voice}", algorithm="sha256").hexdigest()
    marks = Voted.objects.filter(organisation=organisation, survey=survey)
    known = set(marks.values_list("mark", flat=True))
    if own in known:
        raise _refused(
            "answered-already",
            survey,
            f"You have answered survey {survey} already.",
            "Wait for the next one: what was said without a name cannot be found again to be changed.",
        )
    # All are written anew in the order of the marks, so that the order of rows does not tell who answered when.
    marks.delete()
    Voted.objects.bulk_create(
        [Voted(organisation_id=organisation, survey=survey, mark=mark) for mark in sorted({*known, own})]
    )


def _refused(code: str, survey: str, message: str, remedy: str, **numbers: Any) -> Refused:
    where = f"responses {survey}"
    return Refused([Finding(code=code, where=where, message=message, remedy=remedy, numbers=FrozenMap(numbers))])


# --- waiting and opening ----------------------------------------------------------------------


def _waiting(organisation: int) -> list[_Entry]:
    return list(map(_Entry._make, Sealed.objects.filter(organisation=organisation).values_list(*_Entry._fields)))


def _seal(organisation: int, entries: list[_Entry]) -> None:
    """Write all that waits anew in random order: neither numbers nor the order of rows tell who came when."""
    _random.shuffle(entries)
    Sealed.objects.filter(organisation=organisation).delete()
    Sealed.objects.bulk_create([Sealed(organisation_id=organisation, **entry._asdict()) for entry in entries])


def _open(actor: Actor, arrived: _Entry, on_day: date) -> None:
    """Open the box of an entry that arrived when enough wait in it; nobody writes what was in it into the Book."""
    waiting = _waiting(actor.organisation)
    batch = [entry for entry in waiting if entry[:2] == arrived[:2]]
    if len(batch) < BATCH:
        return
    _random.shuffle(batch)
    edits = tuple(_edit(entry.kind, json.loads(entry.body), on_day) for entry in batch)
    try:
        with transaction.atomic():
            commit(
                anonymous(actor.organisation, actor.key),
                edits,
                via="anonymous",
                at=datetime.combine(on_day, time(), UTC),
            )
    except Refused:
        # Each of them held when it came, and the Book has moved on: let them wait, rather than tell whoever came last
        # what somebody else has said.
        return
    _seal(actor.organisation, [entry for entry in waiting if entry[:2] != arrived[:2]])


__all__ = ["BATCH", "speak"]
