"""Who may come in: memberships, keys for programs and links for guests; each of them makes an Actor.

Secrets are kept as digests only and shown once. What is done here is written into the history of the organisation,
without names: users are numbers there.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from rhumbline.book.authority import AccessRole, Verb
from rhumbline.book.findings import RhumblineError
from rhumbline.store import chain
from rhumbline.store.actors import Actor, NothingThere, Scope
from rhumbline.store.committing import locked
from rhumbline.store.models import GuestLink, Membership, Token, User
from rhumbline.store.reading import version

TOKEN_PREFIX, LINK_PREFIX = "rhl_", "rhg_"
# The longest that a token or a link may be good for.
LONGEST = timedelta(days=366)
# What the history calls it when people or keys come and go.
ACCESS = "access"


class NotPossible(RhumblineError):
    """What is wanted of memberships, tokens or links makes no sense; the message says why and what would.

    Parameters
    ----------
    code
        Which of the causes, for programs.
    says
        What was found, and why it is wrong.
    remedy
        What to do.
    """

    def __init__(self, code: str, says: str, remedy: str) -> None:
        self.code, self.says, self.remedy = code, says, remedy
        super().__init__(f"{says} {remedy}")


def digest_of(secret: str) -> str:
    """Return what is kept of a secret. It is long and random, so a plain digest cannot be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()


# --- who somebody is --------------------------------------------------------------------------


def actors_of(user: User) -> list[Actor]:
    """Return who a user is in each organisation they belong to, by its key."""
    found = Membership.objects.filter(user=user, user__is_active=True).select_related("organisation")
    return [_member(one) for one in found.order_by("organisation__key")]


def actor_of(user: User, organisation: str) -> Actor:
    """Return who a user is in an organisation.

    Parameters
    ----------
    user
        Somebody who signed in.
    organisation
        Its key, as it stands in addresses.

    Raises
    ------
    NothingThere
        When there is none, or the user does not belong to it: both look the same.
    """
    found = Membership.objects.filter(user=user, user__is_active=True, organisation__key=organisation)
    one = found.select_related("organisation").first()
    if one is None:
        raise NothingThere("organisation")
    return _member(one)


def _member(one: Membership) -> Actor:
    return Actor(
        organisation=one.organisation.pk,
        key=one.organisation.key,
        role=AccessRole(one.role),
        name=f"user:{one.user_id}",
        person=one.person,
    )


def actor_of_secret(secret: str, at: datetime | None = None) -> Actor | None:
    """Return whom a token or a guest's link acts for; None where it is unknown, expired or revoked.

    Parameters
    ----------
    secret
        What the program or the guest showed.
    at
        When; by default now.
    """
    now = at or timezone.now()
    # The tables are searched for the digest, so how long it takes tells nothing about a secret.
    in_force = {"digest": digest_of(secret), "expires__gt": now, "revoked__isnull": True}
    if secret.startswith(LINK_PREFIX):
        link = GuestLink.objects.filter(**in_force).select_related("organisation").first()
        if link is None:
            return None
        return Actor(
            organisation=link.organisation.pk,
            key=link.organisation.key,
            role=AccessRole.GUEST,
            name=f"link:{link.pk}",
            scopes=frozenset({Scope.READ}),
        )
    token = Token.objects.filter(**in_force, membership__user__is_active=True)
    one = token.select_related("membership__organisation").first()
    if one is None:
        return None
    # It acts with the role its member has now, and ends with the membership.
    return Actor(
        organisation=one.membership.organisation.pk,
        key=one.membership.organisation.key,
        role=AccessRole(one.membership.role),
        name=f"token:{one.pk} user:{one.membership.user_id}",
        scopes=frozenset(Scope(scope) for scope in one.scopes),
        person=one.membership.person,
    )


# --- members ----------------------------------------------------------------------------------


def members(actor: Actor) -> QuerySet[Membership]:
    """Return everybody who belongs to the organisation of an actor who manages it."""
    actor.demand(Verb.MANAGE)
    return Membership.objects.filter(organisation=actor.organisation).select_related("user").order_by("pk")


def member(actor: Actor, number: int) -> Membership:
    """Return one membership of the organisation; raise ``NothingThere`` when there is none with that number."""
    found = members(actor).filter(pk=number).first()
    if found is None:
        raise NothingThere(f"member {number}")
    return found


def account(email: str, password: str | None = None) -> User:
    """Return the account with an e-mail address, made if there is none; without a password only a link opens it."""
    name = email.strip().lower()
    known = User.objects.filter(username=name).first()
    return known or User.objects.create_user(username=name, email=name, password=password)


def add_member(actor: Actor, email: str, role: AccessRole, *, person: str = "", via: str) -> Membership:
    """Let somebody into the organisation.

    Parameters
    ----------
    actor
        Who manages it.
    email
        The address of the account; one without an account gets one, and a link to choose a password.
    role
        What they may do.
    person
        The key of the Person they are in the Book, or nothing.
    via
        The entrance.
    """
    with transaction.atomic():
        _managed(actor, role, person)
        user = account(email)
        if Membership.objects.filter(organisation_id=actor.organisation, user=user).exists():
            raise NotPossible(
                "member-already",
                "This account belongs to the organisation already.",
                "Change the role of the member instead.",
            )
        made = Membership.objects.create(organisation_id=actor.organisation, user=user, role=role.value, person=person)
        note(actor, f"user:{user.pk} came in as {role.value}", via=via)
        return made


def change_member(actor: Actor, number: int, role: AccessRole, *, person: str | None = None, via: str) -> Membership:
    """Give a member another role, or say which Person they are.

    Parameters
    ----------
    actor
        Who manages the organisation.
    number
        Of the membership.
    role
        What they may do from now on; their tokens follow.
    person
        The key of the Person they are in the Book; None leaves it as it is.
    via
        The entrance.
    """
    with transaction.atomic():
        _managed(actor, role, person or "")
        found = member(actor, number)
        if found.role == AccessRole.OWNER.value and role is not AccessRole.OWNER:
            not_the_last_owner(found)
        found.role = role.value
        found.person = found.person if person is None else person
        found.save()
        note(actor, f"user:{found.user_id} is {role.value} now", via=via)
        return found


def remove_member(actor: Actor, number: int, *, via: str) -> None:
    """Take a member out of the organisation, with their tokens; the account itself stays."""
    with transaction.atomic():
        locked(actor)
        found = member(actor, number)
        not_the_last_owner(found)
        user = found.user_id
        found.delete()
        note(actor, f"user:{user} went", via=via)


def _managed(actor: Actor, role: AccessRole, person: str) -> None:
    locked(actor)
    actor.demand(Verb.MANAGE)
    if role is AccessRole.GUEST:
        raise NotPossible("role-of-guests", "A guest has no account.", "Make a link for guests instead.")
    if person and person not in version(actor.organisation).book.people:
        raise NotPossible(
            "unknown-reference",
            f"There is no person '{person}' in the Book.",
            "Add the person first, or leave it out.",
        )


def not_the_last_owner(one: Membership) -> None:
    """Raise ``NotPossible`` when an organisation would have no owner without this one."""
    others = Membership.objects.filter(organisation=one.organisation_id, role=AccessRole.OWNER.value)
    if one.role == AccessRole.OWNER.value and not others.exclude(pk=one.pk).filter(user__is_active=True).exists():
        raise NotPossible(
            "last-owner",
            "This is the last owner, and an organisation cannot be without one.",
            "Make somebody else an owner first.",
        )


# --- tokens and links -------------------------------------------------------------------------


def make_token(
    actor: Actor, number: int, name: str, scopes: Collection[Scope], expires: datetime, *, via: str
) -> tuple[Token, str]:
    """Make a key for programs; return it and its secret, which is shown this once.

    Parameters
    ----------
    actor
        Who manages the organisation.
    number
        Of the membership it acts for.
    name
        What it is for, at most 200 characters.
    scopes
        What it may be used for; ``read`` is always among it.
    expires
        Until when, at most 366 days from now.
    via
        The entrance.
    """
    actor.demand(Verb.MANAGE)
    _expiry(expires)
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        locked(actor)
        made = Token.objects.create(
            organisation_id=actor.organisation,
            membership=member(actor, number),
            name=chain.writable(name)[:200],
            digest=digest_of(secret),
            scopes=sorted({Scope.READ.value, *(scope.value for scope in scopes)}),
            expires=expires,
        )
        note(actor, f"token:{made.pk} was made, for {', '.join(made.scopes)}", via=via)
    return made, secret


def make_link(actor: Actor, name: str, expires: datetime, *, via: str) -> tuple[GuestLink, str]:
    """Make a link for guests; return it and its secret, which is shown this once.

    Parameters
    ----------
    actor
        Who manages the organisation.
    name
        Whom it is for, at most 200 characters.
    expires
        Until when, at most 366 days from now.
    via
        The entrance.
    """
    actor.demand(Verb.MANAGE)
    _expiry(expires)
    secret = LINK_PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        locked(actor)
        made = GuestLink.objects.create(
            organisation_id=actor.organisation,
            name=chain.writable(name)[:200],
            digest=digest_of(secret),
            expires=expires,
        )
        note(actor, f"link:{made.pk} was made", via=via)
    return made, secret


def tokens(actor: Actor) -> QuerySet[Token]:
    """Return the tokens of the organisation, those that ended as well."""
    actor.demand(Verb.MANAGE)
    return Token.objects.filter(organisation=actor.organisation).select_related("membership").order_by("pk")


def links(actor: Actor) -> QuerySet[GuestLink]:
    """Return the links for guests of the organisation, those that ended as well."""
    actor.demand(Verb.MANAGE)
    return GuestLink.objects.filter(organisation=actor.organisation).order_by("pk")


def revoke_token(actor: Actor, number: int, *, via: str) -> None:
    """End a token at once; raise ``NothingThere`` when there is none with that number."""
    _revoke(actor, tokens(actor), "token", number, via)


def revoke_link(actor: Actor, number: int, *, via: str) -> None:
    """End a link for guests at once; raise ``NothingThere`` when there is none with that number."""
    _revoke(actor, links(actor), "link", number, via)


def _revoke(actor: Actor, among: QuerySet[Any], what: str, number: int, via: str) -> None:
    with transaction.atomic():
        locked(actor)
        if not among.filter(pk=number).exists():
            raise NothingThere(f"{what} {number}")
        if among.filter(pk=number, revoked__isnull=True).update(revoked=timezone.now()):
            note(actor, f"{what}:{number} was revoked", via=via)


def _expiry(expires: datetime) -> None:
    now = timezone.now()
    if not now < expires <= now + LONGEST:
        raise NotPossible(
            "expiry",
            "It has to end later than now, and at most 366 days from now.",
            "Choose another day; a new one can be made before it ends.",
        )


def note(actor: Actor, said: str, *, via: str) -> None:
    """Write into the history that somebody's access changed; the Book stays as it is.

    Parameters
    ----------
    actor
        Who changed it.
    said
        What, with numbers and no names.
    via
        The entrance.
    """
    with transaction.atomic():
        organisation = locked(actor)
        # A history begins with a Book; before it there is nothing to link to.
        sha = organisation.book_sha or version(organisation.pk).book.sha
        chain.add_link(
            organisation,
            at=timezone.now(),
            action=ACCESS,
            actor=actor.name,
            via=via,
            note=said,
            entries=(),
            book_sha=sha,
        )


__all__ = [
    "ACCESS",
    "LINK_PREFIX",
    "LONGEST",
    "TOKEN_PREFIX",
    "NotPossible",
    "account",
    "actor_of",
    "actor_of_secret",
    "actors_of",
    "add_member",
    "change_member",
    "digest_of",
    "links",
    "make_link",
    "make_token",
    "member",
    "members",
    "not_the_last_owner",
    "note",
    "remove_member",
    "revoke_link",
    "revoke_token",
    "tokens",
]
