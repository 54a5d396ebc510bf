"""Proposals: edits that wait until somebody who may decide accepts or rejects them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from annotated_types import Ge, Le, MaxLen, MinLen

from rhumbline.book.authority import Verb
from rhumbline.book.book import Book
from rhumbline.exchange.documents import points
from rhumbline.exchange.schemas import Schema
from rhumbline.faces.api.answers import dated
from rhumbline.faces.api.changes import EDITS, sent_of
from rhumbline.faces.api.kinds import committed
from rhumbline.faces.api.names import Names
from rhumbline.faces.api.operations import ORGANISATION, VIA, Call, Operation, Reply
from rhumbline.faces.api.organisations import Limit
from rhumbline.faces.api.problems import conflicts_of
from rhumbline.faces.api.seeing import changes_shown, edits_shown, findings_shown, speaks_of_hidden
from rhumbline.faces.api.shapes import (
    COUNT,
    MOMENT,
    TEXT,
    described,
    list_of,
    nullable,
    object_of,
    one_of,
    page_of,
    refer,
)
from rhumbline.faces.proposals import scores_of
from rhumbline.store import proposals
from rhumbline.store.actors import Actor
from rhumbline.store.models import Proposal
from rhumbline.store.proposals import Preview
from rhumbline.store.reading import version

FAMILY = "proposals"


class State(StrEnum):
    """Where a proposal stands."""

    OPEN = proposals.OPEN
    ACCEPTED = proposals.ACCEPTED
    REJECTED = proposals.REJECTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Edits that somebody else is to decide on.

    Parameters
    ----------
    title
        What they are about, in one line.
    edits
        What is to be done, in this order.
    """

    title: Annotated[str, MinLen(1), MaxLen(200)]
    edits: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Parameters of the list of proposals.

    Parameters
    ----------
    state
        Only those in this state; by default all.
    after
        Only those with a higher number: what `next` of the page before says.
    limit
        How many at most.
    """

    state: State | None = None
    after: Annotated[int, Ge(0), Le(2**63 - 1)] = 0
    limit: Limit = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why it was decided so.

    Parameters
    ----------
    reason
        In a sentence, for whoever made it.
    """

    reason: Annotated[str, MaxLen(2000)] = ""


# --- answering --------------------------------------------------------------------------------


def _propose(call: Call) -> Reply:
    made = proposals.propose(call.actor, call.body.title, call.body.edits, via=VIA)
    place = f"{call.request.path}/{made.number}"
    return Reply(content=proposal_shown(made, call.actor), headers={"Location": place})


def _list(call: Call) -> Reply:
    limit, state = call.query.limit, call.query.state
    found = proposals.proposals(call.actor, state.value if state else "", call.query.after, limit + 1)
    page, names, now = found[:limit], Names(call.actor), version(call.actor.organisation).book
    items = [proposal_shown(one, call.actor, names, now) for one in page]
    return Reply(content={"items": items, "next": page[-1].number if len(found) > limit else None})


def _one(call: Call) -> Reply:
    preview = proposals.preview(call.actor, call.path["number"])
    return Reply(content=proposal_shown(preview.proposal, call.actor) | preview_shown(preview, call.actor))


def _accept(call: Call) -> Reply:
    done = proposals.accept(call.actor, call.path["number"], via=VIA, reason=call.body.reason)
    decided = proposals.proposal(call.actor, call.path["number"])
    return Reply(content={**proposal_shown(decided, call.actor), **committed(done, call.actor)})


def _reject(call: Call) -> Reply:
    decided = proposals.reject(call.actor, call.path["number"], reason=call.body.reason)
    return Reply(content=proposal_shown(decided, call.actor))


# --- what is shown ----------------------------------------------------------------------------


def proposal_shown(
    found: Proposal, viewer: Actor, names: Names | None = None, now: Book | None = None
) -> dict[str, Any]:
    """Return a proposal as somebody sees it.

    Parameters
    ----------
    found
        The proposal.
    viewer
        Who looks.
    names
        Says who people are; by default made anew.
    now
        The whole Book of today; by default read.
    """
    names = names or Names(viewer)
    now = version(viewer.organisation).book if now is None else now
    personal = viewer.sight.personal
    return {
        "number": found.number,
        "title": found.title if personal else "",
        "state": found.state,
        "edits": edits_shown(json.loads(found.edits), viewer.sight, now),
        "base_seq": found.base_seq,
        "actor": names.of(found.actor),
        "actor_id": found.actor,
        "via": found.via,
        "created": found.created.isoformat(),
        "decided": None if found.decided is None else found.decided.isoformat(),
        "decided_by": names.of(found.decided_by),
        "reason": found.reason if personal else "",
        "seq": found.seq,
    }


def preview_shown(preview: Preview, viewer: Actor) -> dict[str, Any]:
    """Return what a proposal would do, as somebody sees it.

    Parameters
    ----------
    preview
        What it would do.
    viewer
        Who looks.
    """
    return {
        "changes": changes_shown(preview.changes, viewer.sight, preview.before),
        "findings": findings_shown(preview.findings, viewer.sight),
        "conflicts": list(conflicts_of(preview.clashes, viewer.sight)),
        "score": _scores(preview, viewer),
    }


def _scores(preview: Preview, viewer: Actor) -> dict[str, Any] | None:
    """Return the alignment before and after; None where that cannot be measured, or would tell what is hidden.

    Whoever may try out amounts and watch the score could work out the amounts that are there.
    """
    edits = json.loads(preview.proposal.edits)
    if preview.after is None or speaks_of_hidden(edits, viewer.sight, preview.before):
        return None
    both = scores_of(dated(preview.before, None), dated(preview.after, None))
    return None if both is None else {"before": points(both[0]), "after": points(both[1])}


# --- the contract -----------------------------------------------------------------------------

_PROPOSAL = object_of(
    {
        "number": described(COUNT, "Its number."),
        "title": described(TEXT, "What it is about."),
        "state": one_of(list(State), "Where it stands."),
        "edits": list_of({"type": "object"}, "What is to be done, without what you may not see."),
        "base_seq": described(COUNT, "The last change when it was made."),
        "actor": described(TEXT, "Who made it: a name, where you may see names."),
        "actor_id": described(TEXT, "Who made it, without a name."),
        "via": described(TEXT, "Through which entrance it came."),
        "created": MOMENT,
        "decided": nullable(MOMENT),
        "decided_by": described(TEXT, "Who decided; empty while it is open."),
        "reason": described(TEXT, "Why, in the words of whoever decided."),
        "seq": described(nullable(COUNT), "The change it became; null unless it was accepted."),
    },
    "Edits that wait for a decision, or did.",
)
_SCORES = object_of({"before": refer("Triple"), "after": refer("Triple")})

SCHEMAS: Mapping[str, Schema] = {
    "Proposal": _PROPOSAL,
    "ProposalPreview": {
        "allOf": [
            refer("Proposal"),
            object_of(
                {
                    "changes": list_of(refer("Difference"), "What would become another in the Book as it is now."),
                    "findings": list_of(refer("Finding"), "What the gate and the rules say of it."),
                    "conflicts": list_of(refer("Conflict"), "What somebody else changed since it was made."),
                    "score": described(
                        nullable(_SCORES),
                        "The alignment without it and with it, 0 to 100; null where it cannot be measured, or would "
                        "tell you what you may not see.",
                    ),
                }
            ),
        ]
    },
    "Accepted": {"allOf": [refer("Proposal"), refer("Committed")]},
}

_EXAMPLE = [{"edit": "put", "kind": "initiative", "record": {"key": "i99", "name": "An idea", "mode": "explore"}}]


def _operations() -> Iterator[Operation]:
    place = f"{ORGANISATION}/proposals"
    one = f"{place}/{{int:number}}"
    yield Operation(
        method="POST",
        path=place,
        name="propose",
        family=FAMILY,
        about="Propose edits for somebody else to decide on; nothing in the Book changes.",
        answer=_propose,
        verb=Verb.PROPOSE,
        sent=sent_of(Suggestion, {"title": "An idea", "edits": _EXAMPLE}, edits=EDITS),
        reply=refer("Proposal"),
        success=201,
        keeps=True,
    )
    yield Operation(
        method="GET",
        path=place,
        name="list_proposals",
        family=FAMILY,
        about="List proposals in the order in which they were made.",
        answer=_list,
        verb=Verb.READ,
        query=Waiting,
        reply=page_of(refer("Proposal"), COUNT),
    )
    yield Operation(
        method="GET",
        path=one,
        name="get_proposal",
        family=FAMILY,
        about="Get one proposal, with what it would do to the Book as it is now.",
        answer=_one,
        verb=Verb.READ,
        reply=refer("ProposalPreview"),
    )
    yield Operation(
        method="POST",
        path=f"{one}/accept",
        name="accept_proposal",
        family=FAMILY,
        about="Accept a proposal: its edits are written.",
        answer=_accept,
        verb=Verb.DECIDE,
        sent=sent_of(Reason, {"reason": "Cheap to try"}, optional=True),
        reply=refer("Accepted"),
        problems=("conflict", "decided"),
        keeps=True,
    )
    yield Operation(
        method="POST",
        path=f"{one}/reject",
        name="reject_proposal",
        family=FAMILY,
        about="Reject a proposal; whoever made it may take it back in the same way.",
        answer=_reject,
        verb=Verb.READ,
        sent=sent_of(Reason, {"reason": "Not this year"}, optional=True),
        reply=refer("Proposal"),
        problems=("decided",),
        keeps=True,
    )


OPERATIONS = tuple(_operations())

__all__ = ["OPERATIONS", "SCHEMAS", "preview_shown", "proposal_shown"]
