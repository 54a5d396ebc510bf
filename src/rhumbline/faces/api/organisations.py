"""Organisations and their Books as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Ge, Le, MaxLen

from rhumbline.book.authority import AccessRole, Verb
from rhumbline.book.types import natural
from rhumbline.exchange.schemas import Schema
from rhumbline.exchange.schemas.shapes import described, list_of, nullable, object_of, one_of
from rhumbline.faces.api.moments import Moment
from rhumbline.faces.api.operations import ORGANISATION, Call, Operation, Reply
from rhumbline.faces.api.seeing import seen
from rhumbline.faces.api.shapes import COUNT, TEXT, page_of, refer
from rhumbline.store.actors import Actor, Scope
from rhumbline.store.models import Organisation

FAMILY = "organisations"

Limit = Annotated[int, Ge(1), Le(500)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ByKey:
    """Parameters of a list in the order of its keys.

    Parameters
    ----------
    after
        What `next` of the page before says; by default the list begins with its first.
    limit
        How many at most.
    """

    after: Annotated[str, MaxLen(200)] = ""
    limit: Limit = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """As of when.

    Parameters
    ----------
    at
        As it was after this change, at the end of this day (UTC), or at this moment; by default now.
    """

    at: Moment | None = None


def about(actor: Actor, organisation: Organisation) -> dict[str, Any]:
    """Return what somebody is told about an organisation they belong to.

    Parameters
    ----------
    actor
        Who that is in it.
    organisation
        The organisation.
    """
    return {
        "key": organisation.key,
        "name": organisation.name,
        "seq": organisation.seq,
        "hash": organisation.hash,
        "book_sha": organisation.book_sha,
        "role": actor.role.value,
        "scopes": None if actor.scopes is None else sorted(scope.value for scope in actor.scopes),
        "concealed": list(actor.sight.concealed),
        "person": actor.person,
    }


def _list(call: Call) -> Reply:
    actors = {actor.organisation: actor for actor in call.caller.organisations()}
    found = sorted(Organisation.objects.filter(pk__in=actors), key=lambda one: natural(one.key))
    left = [one for one in found if natural(one.key) > natural(call.query.after)]
    page = left[: call.query.limit]
    items = [about(actors[one.pk], one) for one in page]
    return Reply(content={"items": items, "next": page[-1].key if len(left) > len(page) else None})


def _one(call: Call) -> Reply:
    return Reply(content=about(call.actor, Organisation.objects.get(pk=call.actor.organisation)))


def _book(call: Call) -> Reply:
    found = seen(call.actor, call.query.at)
    headers = call.unless_known(found.tag())
    return Reply(content=found.document(), headers=headers)


SCHEMAS: Mapping[str, Schema] = {
    "AboutOrganisation": object_of(
        {
            "key": described(TEXT, "Its key, as in addresses."),
            "name": described(TEXT, "Its name."),
            "seq": described(COUNT, "The number of the last change; 0 before the first."),
            "hash": described(TEXT, "The hash of the last change; empty before the first."),
            "book_sha": described(TEXT, "The hash of the Book; empty before the first change."),
            "role": one_of(list(AccessRole), "What you are in it."),
            "scopes": described(
                nullable(list_of(one_of(list(Scope)))), "What your token was made for; null where no token is in use."
            ),
            "concealed": list_of(
                one_of(("money", "personal", "private")), "What is left out of everything that you are told about it."
            ),
            "person": described(TEXT, "The key of the Person in the Book that you are; empty where nobody said so."),
        },
        "An organisation that you belong to.",
    ),
}

OPERATIONS = (
    Operation(
        method="GET",
        path="/organisations",
        name="my_organisations",
        family=FAMILY,
        about="List the organisations that you belong to, in the order of their keys.",
        answer=_list,
        query=ByKey,
        reply=page_of(refer("AboutOrganisation")),
    ),
    Operation(
        method="GET",
        path=ORGANISATION,
        name="about_organisation",
        family=FAMILY,
        about="Say where an organisation stands: its last change, its hashes, and what you may do in it.",
        answer=_one,
        reply=refer("AboutOrganisation"),
    ),
    Operation(
        method="GET",
        path=f"{ORGANISATION}/book",
        name="get_book",
        family=FAMILY,
        about="Get the whole Book as JSON in the complete form.",
        more="What you may not see is left out. The text is a file that every command of rhumbline reads.",
        answer=_book,
        verb=Verb.READ,
        query=AsOf,
        reply=refer("SeenBook"),
        conditional=("If-None-Match",),
    ),
)

__all__ = ["OPERATIONS", "SCHEMAS", "AsOf", "ByKey", "Limit", "about"]
