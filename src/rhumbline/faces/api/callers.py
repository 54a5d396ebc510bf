"""Who calls: somebody with a token or a guest's link, or somebody who signed in on a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from ninja.utils import check_csrf

from rhumbline.faces.api.problems import Problem
from rhumbline.store import access
from rhumbline.store.actors import Actor, NothingThere

BEARER = "Bearer"
_READS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, before it is known which organisation they mean.

    Parameters
    ----------
    name
        By which requests are counted.
    user
        Who signed in; None with a token.
    actor
        Whom a token acts for; None where somebody signed in.
    """

    name: str
    user: Any = None
    actor: Actor | None = None

    def organisations(self) -> list[Actor]:
        """Return who the caller is in each organisation they belong to, by its key."""
        return [self.actor] if self.actor is not None else access.actors_of(self.user)

    def within(self, organisation: str) -> Actor:
        """Return who the caller is in an organisation.

        Parameters
        ----------
        organisation
            Its key, as it stands in the address.

        Raises
        ------
        NothingThere
            When there is none, or the caller does not belong to it: nobody can tell the two apart.
        """
        if self.actor is not None:
            if self.actor.key != organisation:
                raise NothingThere("organisation")
            return self.actor
        return access.actor_of(self.user, organisation)


def caller_of(request: HttpRequest) -> Caller:
    """Return who makes a request.

    Parameters
    ----------
    request
        The request. Where it has a token, no session counts.

    Raises
    ------
    Problem
        When nobody is known to make it, or when a page of somebody else may have sent it.
    """
    header = request.headers.get("Authorization")
    if header is not None:
        return caller_with(header)
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        raise Problem("not-authenticated", headers={"WWW-Authenticate": BEARER})
    if request.method not in _READS and check_csrf(request) is not None:
        raise Problem("not-from-our-page")
    return Caller(f"user:{user.pk}", user=user)


def caller_with(header: str) -> Caller:
    """Return whose token or guest's link a header ``Authorization`` holds.

    Parameters
    ----------
    header
        Its value.

    Raises
    ------
    Problem
        When it holds none that is in force.
    """
    scheme, _, secret = header.partition(" ")
    actor = access.actor_of_secret(secret.strip()) if scheme.lower() == BEARER.lower() else None
    if actor is None:
        raise Problem("token-refused", headers={"WWW-Authenticate": f'{BEARER} error="invalid_token"'})
    return Caller(actor.name, actor=actor)


__all__ = ["BEARER", "Caller", "caller_of", "caller_with"]
