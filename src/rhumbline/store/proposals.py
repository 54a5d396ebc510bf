"""Proposals: edits that wait until a person who may decide accepts or rejects them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from rhumbline.book.authority import Verb
from rhumbline.book.book import Book
from rhumbline.book.book import Change as Difference
from rhumbline.book.concealment import conceal, conceal_finding
from rhumbline.book.digests import canonical, plain
from rhumbline.book.findings import Finding, RhumblineError
from rhumbline.book.records import KINDS
from rhumbline.exchange.edits import Action, Edit, apply, read_edits
from rhumbline.store.actors import Actor, NotAllowed, NothingThere
from rhumbline.store.chain import writable
from rhumbline.store.committing import Committed, commit, locked
from rhumbline.store.merging import settle
from rhumbline.store.models import Proposal
from rhumbline.store.reading import Version, version
from rhumbline.store.refusing import Clash, Conflict, Refused, keeping_hidden, refuse, refuse_uncovering, refuse_unseen

OPEN, ACCEPTED, REJECTED = "open", "accepted", "rejected"
STATES = (OPEN, ACCEPTED, REJECTED)


class Decided(RhumblineError):
    """A proposal was decided already, and cannot be decided again."""

    def __init__(self, proposal: Proposal) -> None:
        super().__init__(
            f"Proposal {proposal.number} is {proposal.state} already. Propose anew, or undo the change it led to."
        )


@dataclass(frozen=True, slots=True)
class Preview:
    """What a proposal would do to the Book as it is now, as its viewer may see it.

    Parameters
    ----------
    proposal
        The proposal.
    changes
        What would be different; of one that was decided nothing.
    findings
        What the gate and the rules say of it.
    clashes
        What somebody else changed since it was made.
    before, after
        The whole Book without it and with it, to compute on; after is None where it cannot be accepted.
    """

    proposal: Proposal
    changes: tuple[Difference, ...]
    findings: tuple[Finding, ...]
    clashes: tuple[Clash, ...]
    before: Book
    after: Book | None


@dataclass(frozen=True, slots=True)
class Trial:
    """What edits would do to the Book as it is now; nothing of it is kept.

    Parameters
    ----------
    edits
        The edits in their JSON form.
    findings
        What the gate and the rules say of them, as the actor may see it; errors are raised instead.
    before, after
        The whole Book without them and with them, to compute on.
    """

    edits: tuple[dict[str, Any], ...]
    findings: tuple[Finding, ...]
    before: Book
    after: Book


def try_out(actor: Actor, edits: Any) -> Trial:
    """Return what edits would do, without keeping them.

    Parameters
    ----------
    actor
        Who wants to propose them.
    edits
        A list of edits in their JSON form.

    Raises
    ------
    NotAllowed
        When the actor may propose nothing of a kind.
    Refused
        When the Book would break a rule by them.
    Conflict
        When somebody else changed the same fields since the actor looked.
    """
    asked, faults = read_edits(edits)
    refuse(faults, actor)
    for kind in sorted({edit.kind for edit in asked}):
        actor.demand(Verb.PROPOSE, kind)
    now = version(actor.organisation)
    refuse_unseen(asked, now.book, actor)
    seen = tuple(keeping_hidden(edit, now.book, actor) for edit in asked)
    applied = apply(now.book, settle(now, seen, actor))
    refuse(applied.findings, actor)
    refuse_uncovering(applied.changes, now.book, actor)
    assert applied.book is not None  # noqa: S101 - it is None only with an error, which was refused
    return Trial(tuple(_written(edit, now) for edit in asked), _seen(applied.findings, actor), now.book, applied.book)


def propose(actor: Actor, title: str, edits: Any, *, via: str, at: datetime | None = None) -> Proposal:
    """Keep edits as a proposal; nothing in the Book changes.

    Parameters
    ----------
    actor
        Who proposes.
    title
        What it is about, at most 200 characters.
    edits
        A list of edits in their JSON form. Each remembers the version of its record in force now, so that whoever
        accepts learns what was changed since.
    via
        The entrance.
    at
        When; by default now.

    Raises
    ------
    NotAllowed
        When the actor may propose nothing of a kind.
    Refused
        When the edits could not be accepted as the Book is now, or do nothing.
    """
    asked, faults = read_edits(edits)
    refuse(faults, actor)
    for kind in sorted({edit.kind for edit in asked}):
        actor.demand(Verb.PROPOSE, kind)
    with transaction.atomic():
        organisation = locked(actor)
        now = version(organisation.pk)
        refuse_unseen(asked, now.book, actor)
        seen = [keeping_hidden(edit, now.book, actor) for edit in asked]
        applied = apply(now.book, seen)
        refuse(applied.findings, actor)
        refuse_uncovering(applied.changes, now.book, actor)
        organisation.proposals += 1
        organisation.save(update_fields=["proposals"])
        return Proposal.objects.create(
            organisation=organisation,
            number=organisation.proposals,
            title=writable(title)[:200],
            edits=canonical([_written(edit, now) for edit in seen]).decode(),
            base_seq=now.seq,
            actor=actor.name,
            via=via,
            created=at or timezone.now(),
        )


def _written(edit: Edit, now: Version) -> dict[str, Any]:
    """Return an edit in its JSON form, with the version of the record that its author saw."""
    raw = {"edit": edit.action.value, "kind": edit.kind}
    content = {name: plain(value) for name, value in edit.raw.items()}
    if edit.action is Action.APPEND:
        return {**raw, "record": content}
    seen = edit.expected if edit.expected is not None else now.since.get((edit.kind, edit.key), 0)
    if edit.action is Action.PUT:
        return {**raw, "record": content, "expected": seen}
    return {**raw, "key": edit.key, "expected": seen} | ({"fields": content} if edit.action is Action.SET else {})


def proposals(viewer: Actor, state: str = "", after: int = 0, limit: int = 100) -> list[Proposal]:
    """Return proposals in the order they were made.

    Parameters
    ----------
    viewer
        Who looks.
    state
        Only those that are ``open``, ``accepted`` or ``rejected``; by default all.
    after, limit
        Those with a larger number than this, and how many at most.
    """
    viewer.demand(Verb.READ)
    found = Proposal.objects.filter(organisation=viewer.organisation, number__gt=after)
    return list((found.filter(state=state) if state else found).order_by("number")[:limit])


def proposal(viewer: Actor, number: int) -> Proposal:
    """Return one proposal; raise ``NothingThere`` when there is none with that number."""
    viewer.demand(Verb.READ)
    found = Proposal.objects.filter(organisation=viewer.organisation, number=number).first()
    if found is None:
        raise NothingThere(f"proposal {number}")
    return found


def edits_of(found: Proposal) -> tuple[Edit, ...]:
    """Return the edits of a proposal."""
    edits, faults = read_edits(json.loads(found.edits))
    if faults:
        raise Refused(faults)
    return edits


def preview(viewer: Actor, number: int) -> Preview:
    """Return what a proposal would do to the Book as it is now.

    Parameters
    ----------
    viewer
        Who looks; what they may not see is taken out of the changes.
    number
        Of the proposal.
    """
    found = proposal(viewer, number)
    now = version(viewer.organisation)
    if found.state != OPEN:
        return Preview(found, (), (), (), now.book, None)
    try:
        edits = settle(now, edits_of(found), viewer)
    except Conflict as conflict:
        return Preview(found, (), (), conflict.clashes, now.book, None)
    except Refused as refused:
        return Preview(found, (), _seen(refused.findings, viewer), (), now.book, None)
    applied = apply(now.book, edits)
    if applied.book is None:
        return Preview(found, (), _seen(applied.findings, viewer), (), now.book, None)
    try:
        refuse_uncovering(applied.changes, now.book, viewer)
    except Refused as refused:
        return Preview(found, (), refused.findings, (), now.book, None)
    changes = conceal(now.book, viewer.sight).diff(conceal(applied.book, viewer.sight, now.book))
    return Preview(found, _only_new(changes), _seen(applied.findings, viewer), (), now.book, applied.book)


def _seen(findings: Iterable[Finding], viewer: Actor) -> tuple[Finding, ...]:
    return tuple(conceal_finding(finding, viewer.sight) for finding in findings)


def _only_new(changes: Sequence[Difference]) -> tuple[Difference, ...]:
    """Of a series, show the rows that come; a Book compares series as wholes."""
    found: list[Difference] = []
    for one in changes:
        if not KINDS[one.kind].series:
            found.append(one)
            continue
        left = list(one.before or ())
        for row in one.after or ():
            if row in left:
                left.remove(row)
            else:
                found.append(Difference(one.kind, "", None, row))
    return tuple(found)


def accept(actor: Actor, number: int, *, via: str, reason: str = "", at: datetime | None = None) -> Committed:
    """Carry a proposal out: its edits become a change, of whoever accepts.

    Parameters
    ----------
    actor
        Who decides.
    number
        Of the proposal.
    via, at
        As in ``commit``.
    reason
        Why, in the words of whoever decides.

    Raises
    ------
    Decided
        When it was decided already.
    Conflict
        When somebody else changed the same fields since it was made.
    Refused
        When the Book would break a rule by it, as it is now.
    """
    with transaction.atomic():
        locked(actor)
        found = proposal(actor, number)
        if found.state != OPEN:
            raise Decided(found)
        edits = edits_of(found)
        for kind in sorted({edit.kind for edit in edits}):
            actor.demand(Verb.DECIDE, kind)
        note = f"{found.title}: {reason}" if reason else found.title
        done = commit(actor, edits, via=via, note=note, action="accept", at=at)
        _decide(found, ACCEPTED, actor, reason, at)
        found.seq = done.seq
        found.save()
        return done


def reject(actor: Actor, number: int, *, reason: str = "", at: datetime | None = None) -> Proposal:
    """Decide that a proposal is not carried out; whoever made it may take it back in the same way.

    Parameters
    ----------
    actor
        Who decides, or who proposed it.
    number
        Of the proposal.
    reason
        Why not.
    at
        When; by default now.
    """
    with transaction.atomic():
        locked(actor)
        found = proposal(actor, number)
        own = found.actor.split()[-1] == actor.name.split()[-1] and actor.may(Verb.PROPOSE)
        if not own and not actor.may(Verb.DECIDE):
            raise NotAllowed(actor, Verb.DECIDE)
        if found.state != OPEN:
            raise Decided(found)
        _decide(found, REJECTED, actor, reason, at)
        found.save()
        return found


def _decide(found: Proposal, state: str, actor: Actor, reason: str, at: datetime | None) -> None:
    found.state, found.decided_by, found.reason = state, actor.name, writable(reason)
    found.decided = at or timezone.now()


__all__ = [
    "ACCEPTED",
    "OPEN",
    "REJECTED",
    "STATES",
    "Decided",
    "Preview",
    "Trial",
    "accept",
    "edits_of",
    "preview",
    "proposal",
    "proposals",
    "propose",
    "reject",
    "try_out",
]
