"""What the API can be asked: an Operation for each address and method; routes and contract follow from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from rhumbline.book.authority import Verb
from rhumbline.exchange.schemas import Schema
from rhumbline.faces.api.callers import Caller
from rhumbline.faces.api.versions import Condition, condition_of
from rhumbline.store.actors import Actor

VIA = "api"
ORGANISATION = "/organisations/{organisation}"


@dataclass(frozen=True, slots=True)
class Nothing:
    """No parameters at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the body of a request is.

    Parameters
    ----------
    schema
        Of the body.
    example
        One that works.
    wishes
        The dataclass it is read into, through the readers of the gate; None where somebody else reads it.
    optional
        Whether there may be no body at all.
    """

    schema: Schema
    example: Any
    wishes: type[Any] | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is answered.

    Parameters
    ----------
    content
        Plain data, sent as JSON; None for nothing at all.
    data
        JSON that is written already, instead of the content.
    status
        The HTTP status, where it is not that of the operation.
    headers
        What else is said, such as the ETag.
    """

    content: Any = None
    data: bytes | None = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Unchanged(Exception):
    """The caller has what they asked for already."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.tag = tag


class Call:
    """One request on its way through an operation: who calls, and what they sent, read and checked.

    Parameters
    ----------
    request
        As Django has it.
    path
        The variable parts of the address.
    caller
        Who calls; None where anybody may.
    actor
        Who that is in the organisation that the address names.
    query, body
        What was sent, read into the dataclasses of the operation; a body that somebody else reads is plain data.
    """

    def __init__(
        self,
        request: HttpRequest,
        path: Mapping[str, Any],
        caller: Caller | None,
        actor: Actor | None,
        query: Any,
        body: Any,
    ) -> None:
        self.request, self.path, self.query, self.body = request, path, query, body
        self._caller, self._actor = caller, actor

    @property
    def caller(self) -> Caller:
        """Who calls."""
        assert self._caller is not None  # noqa: S101 - no operation that asks is open to anybody
        return self._caller

    @property
    def actor(self) -> Actor:
        """Who that is in the organisation that the address names."""
        assert self._actor is not None  # noqa: S101 - no operation that asks is outside of organisations
        return self._actor

    def condition(self, header: str) -> Condition | None:
        """Return what a conditional header says."""
        return condition_of(self.request.headers.get(header))

    def unless_known(self, tag: str) -> dict[str, str]:
        """Return the header with an ETag; raise ``Unchanged`` when the caller has that version already.

        Parameters
        ----------
        tag
            Of what would be sent.
        """
        condition = self.condition("If-None-Match")
        if condition is not None and condition.names(tag):
            raise Unchanged(tag)
        return {"ETag": tag}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that can be asked.

    Parameters
    ----------
    method, path
        Where; below ``/api/v1``.
    name
        Its name in the contract: unique, and the same in every release.
    family
        The group it is listed under.
    about
        What it does, in one sentence.
    more
        What else there is to know.
    answer
        Does it.
    verb, kind
        What the role and the token have to allow; none where being a member is enough.
    query
        The dataclass of its parameters behind the question mark.
    sent
        What its body is.
    reply
        The schema of what is answered; None for nothing.
    success
        The HTTP status where all is well.
    created
        Whether it may also make something new, with status 201.
    problems
        The sorts of problem that it may come to, beside those of every operation.
    conditional
        ``If-None-Match`` or ``If-Match``, where it listens to that.
    keeps
        Whether it takes an idempotency key.
    open
        Whether anybody may ask, without saying who they are.
    signed_in
        Whether only somebody who signed in may ask, and no token.
    anonymous
        Whether nothing may be written down about who asks.
    """

    method: str
    path: str
    name: str
    family: str
    about: str
    answer: Callable[[Call], Reply]
    more: str = ""
    verb: Verb | None = None
    kind: str = ""
    query: type[Any] = Nothing
    sent: Sent | None = None
    reply: Schema | None = None
    success: int = 200
    created: bool = False
    problems: tuple[str, ...] = ()
    conditional: tuple[str, ...] = ()
    keeps: bool = False
    open: bool = False
    signed_in: bool = False
    anonymous: bool = False

    @property
    def writes(self) -> bool:
        """Whether it may change something."""
        return self.method != "GET"


__all__ = ["ORGANISATION", "VIA", "Call", "Nothing", "Operation", "Reply", "Sent", "Unchanged"]
