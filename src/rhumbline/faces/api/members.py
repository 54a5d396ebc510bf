"""Who may come in: members, keys for programs, links for guests; only for somebody who signed in and manages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from annotated_types import Ge, Le, MaxLen, MinLen
from django.utils import timezone

from rhumbline.book.authority import AccessRole, Verb
from rhumbline.book.types import Personal, PersonKey, Shape
from rhumbline.exchange.schemas import Schema
from rhumbline.faces.api.changes import ByNumber, sent_of
from rhumbline.faces.api.names import Names
from rhumbline.faces.api.operations import ORGANISATION, VIA, Call, Operation, Reply
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
from rhumbline.store import access
from rhumbline.store.actors import Scope
from rhumbline.store.models import GuestLink, Membership, Token

FAMILY = "access"

Email = Annotated[
    str, MaxLen(254), Shape(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]+", "an e-mail address such as anna@example.com"), Personal
]
What = Annotated[str, MinLen(1), MaxLen(200)]
Days = Annotated[int, Ge(1), Le(access.LONGEST.days)]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    """Somebody who is let in.

    Parameters
    ----------
    email
        The address of their account; one is made where there is none.
    role
        What they may do.
    person
        The key of the Person they are in the Book.
    """

    email: Email
    role: AccessRole
    person: PersonKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRole:
    """What a member is from now on.

    Parameters
    ----------
    role
        What they may do.
    person
        The key of the Person they are in the Book; left out, it stays as it is.
    """

    role: AccessRole
    person: PersonKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A key for programs.

    Parameters
    ----------
    member
        The number of the member it acts for.
    name
        What it is for.
    scopes
        What it may be used for; `read` is always among it.
    days
        For how many days.
    """

    member: Annotated[int, Ge(1), Le(2**63 - 1)]
    name: What
    scopes: tuple[Scope, ...] = (Scope.READ,)
    days: Days = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A link for guests.

    Parameters
    ----------
    name
        Whom it is for.
    days
        For how many days.
    """

    name: What
    days: Days = 30


# --- answering --------------------------------------------------------------------------------


def _page(call: Call, found: Any, shown: Any) -> Reply:
    limit = call.query.limit
    rows = list(found.filter(pk__gt=call.query.after)[: limit + 1])
    page = rows[:limit]
    return Reply(content={"items": [shown(one) for one in page], "next": page[-1].pk if len(rows) > limit else None})


def _members(call: Call) -> Reply:
    names = Names(call.actor)
    return _page(call, access.members(call.actor), lambda one: _member(one, names))


def _add_member(call: Call) -> Reply:
    sent = call.body
    made = access.add_member(call.actor, sent.email, sent.role, person=sent.person or "", via=VIA)
    return Reply(content=_member(made, Names(call.actor)))


def _change_member(call: Call) -> Reply:
    sent = call.body
    made = access.change_member(call.actor, call.path["number"], sent.role, person=sent.person, via=VIA)
    return Reply(content=_member(made, Names(call.actor)))


def _remove_member(call: Call) -> Reply:
    access.remove_member(call.actor, call.path["number"], via=VIA)
    return Reply()


def _member(one: Membership, names: Names) -> dict[str, Any]:
    return {
        "number": one.pk,
        "user": one.user.pk,
        "email": one.user.email,
        "name": names.of(f"user:{one.user.pk}"),
        "role": one.role,
        "person": one.person,
    }


def _tokens(call: Call) -> Reply:
    return _page(call, access.tokens(call.actor), _token)


def _make_token(call: Call) -> Reply:
    sent = call.body
    made, secret = access.make_token(call.actor, sent.member, sent.name, sent.scopes, _until(sent.days), via=VIA)
    return Reply(content={**_token(made), "secret": secret})


def _token(one: Token) -> dict[str, Any]:
    return {
        "number": one.pk,
        "member": one.membership.pk,
        "name": one.name,
        "scopes": list(one.scopes),
        "expires": one.expires.isoformat(),
        "revoked": None if one.revoked is None else one.revoked.isoformat(),
    }


def _revoke_token(call: Call) -> Reply:
    access.revoke_token(call.actor, call.path["number"], via=VIA)
    return Reply()


def _links(call: Call) -> Reply:
    return _page(call, access.links(call.actor), _link)


def _make_link(call: Call) -> Reply:
    made, secret = access.make_link(call.actor, call.body.name, _until(call.body.days), via=VIA)
    return Reply(content={**_link(made), "secret": secret})


def _link(one: GuestLink) -> dict[str, Any]:
    return {
        "number": one.pk,
        "name": one.name,
        "expires": one.expires.isoformat(),
        "revoked": None if one.revoked is None else one.revoked.isoformat(),
    }


def _revoke_link(call: Call) -> Reply:
    access.revoke_link(call.actor, call.path["number"], via=VIA)
    return Reply()


def _until(days: int) -> datetime:
    return timezone.now() + timedelta(days=days)


# --- the contract -----------------------------------------------------------------------------

_NUMBER = described(COUNT, "Its number, by which it is changed or taken away.")
_TOKEN = {
    "number": _NUMBER,
    "member": described(COUNT, "The number of the member it acts for."),
    "name": described(TEXT, "What it is for."),
    "scopes": list_of(one_of(list(Scope)), "What it may be used for."),
    "expires": MOMENT,
    "revoked": nullable(MOMENT),
}
_LINK = {"number": _NUMBER, "name": described(TEXT, "Whom it is for."), "expires": MOMENT, "revoked": nullable(MOMENT)}
_SECRET: Schema = {"type": "string", "description": "The secret. It is shown this once and kept nowhere."}

SCHEMAS: Mapping[str, Schema] = {
    "Member": object_of(
        {
            "number": _NUMBER,
            "user": described(COUNT, "The number of the account, as the history names it."),
            "email": described(TEXT, "The address of the account."),
            "name": described(TEXT, "The name, or the address where there is none."),
            "role": one_of(list(AccessRole), "What they may do."),
            "person": described(TEXT, "The key of the Person they are in the Book; empty where nobody said so."),
        },
        "Somebody who belongs to the organisation.",
    ),
    "Token": object_of(_TOKEN, "A key for programs."),
    "NewToken": object_of({**_TOKEN, "secret": _SECRET}, "A key for programs that was just made."),
    "GuestLink": object_of(_LINK, "A link for guests."),
    "NewGuestLink": object_of({**_LINK, "secret": _SECRET}, "A link for guests that was just made."),
}


def _operations() -> Iterator[Operation]:
    common: dict[str, Any] = {"family": FAMILY, "verb": Verb.MANAGE, "signed_in": True}
    for word, shown, listed in (
        ("members", "Member", _members),
        ("tokens", "Token", _tokens),
        ("links", "GuestLink", _links),
    ):
        yield Operation(
            method="GET",
            path=f"{ORGANISATION}/{word}",
            name=f"list_{word}",
            about=f"List the {'links for guests' if word == 'links' else word} of the organisation.",
            answer=listed,
            query=ByNumber,
            reply=page_of(refer(shown), COUNT),
            **common,
        )
    yield Operation(
        method="POST",
        path=f"{ORGANISATION}/members",
        name="add_member",
        about="Let somebody in.",
        answer=_add_member,
        sent=sent_of(NewMember, {"email": "anna@example.com", "role": "member"}),
        reply=refer("Member"),
        success=201,
        **common,
    )
    yield Operation(
        method="PATCH",
        path=f"{ORGANISATION}/members/{{int:number}}",
        name="change_member",
        about="Give a member another role, or say which Person they are.",
        answer=_change_member,
        sent=sent_of(OtherRole, {"role": "finance"}),
        reply=refer("Member"),
        **common,
    )
    yield Operation(
        method="POST",
        path=f"{ORGANISATION}/tokens",
        name="make_token",
        about="Make a key for programs.",
        answer=_make_token,
        sent=sent_of(NewToken, {"member": 1, "name": "Nightly figures", "scopes": ["read", "write"], "days": 90}),
        reply=refer("NewToken"),
        success=201,
        **common,
    )
    yield Operation(
        method="POST",
        path=f"{ORGANISATION}/links",
        name="make_link",
        about="Make a link that lets a guest look, without money, names and private numbers.",
        answer=_make_link,
        sent=sent_of(NewLink, {"name": "The board", "days": 30}),
        reply=refer("NewGuestLink"),
        success=201,
        **common,
    )
    for word, name, about, taken in (
        ("members", "remove_member", "Take a member out of the organisation, with their tokens.", _remove_member),
        ("tokens", "revoke_token", "End a token at once.", _revoke_token),
        ("links", "revoke_link", "End a link for guests at once.", _revoke_link),
    ):
        yield Operation(
            method="DELETE",
            path=f"{ORGANISATION}/{word}/{{int:number}}",
            name=name,
            about=about,
            answer=taken,
            success=204,
            **common,
        )


OPERATIONS = tuple(_operations())

__all__ = ["OPERATIONS", "SCHEMAS"]
