"""One request, from its credentials to its answer: the same way for every operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from rhumbline.faces.api.bodies import body_of, query_of
from rhumbline.faces.api.callers import Caller, caller_of
from rhumbline.faces.api.keeping import answered
from rhumbline.faces.api.limits import BUCKETS, Standing
from rhumbline.faces.api.operations import Call, Operation, Reply, Unchanged
from rhumbline.faces.api.problems import NOTHING_SEEN, Problem, json_bytes, problem_of

JSON = "application/json"
_UNAUTHENTICATED = 401


def serve(operation: Operation, request: HttpRequest, path: Mapping[str, Any]) -> HttpResponse:
    """Return the answer to a request.

    Parameters
    ----------
    operation
        What is asked.
    request
        The request.
    path
        The variable parts of its address.
    """
    serving = _Serving(operation, request, path)
    try:
        response = serving.response()
    except Unchanged as unchanged:
        response = HttpResponse(status=304, headers={"ETag": unchanged.tag})
        del response.headers["Content-Type"]
    except Exception as error:
        problem = problem_of(error, serving.sight)
        if problem is None:
            raise
        response = serving.turned_away(problem).response
    response.headers["Vary"] = "Authorization, Cookie"
    if serving.standing is not None:
        for name, value in serving.standing.headers.items():
            response.headers[name] = value
    return response


class _Serving:
    """A request on its way, and what is known of it so far."""

    def __init__(self, operation: Operation, request: HttpRequest, path: Mapping[str, Any]) -> None:
        self.operation, self.request, self.path = operation, request, path
        self.standing: Standing | None = None
        self.sight = NOTHING_SEEN

    def response(self) -> HttpResponse:
        """Answer, or raise what refuses to."""
        operation = self.operation
        caller = None if operation.open else caller_of(self.request)
        self.count(caller.name if caller is not None else self.address)
        actor = self.actor(caller)
        query = query_of(self.request, operation)
        body = None if operation.sent is None else body_of(self.request, operation.sent)
        reply = answered(operation, Call(self.request, self.path, caller, actor, query, body))
        return self.sent(reply)

    def actor(self, caller: Caller | None) -> Any:
        """Return who the caller is in the organisation of the address; refuse what they may not do there."""
        if caller is None or "organisation" not in self.path:
            return None
        actor = caller.within(self.path["organisation"])
        self.sight = actor.sight
        if self.operation.signed_in and caller.user is None:
            raise Problem("not-allowed", "No token may do this. Sign in on the page instead.")
        if self.operation.verb is not None:
            actor.demand(self.operation.verb, self.operation.kind)
        return actor

    @property
    def address(self) -> str:
        """The name by which somebody unknown is counted."""
        return f"address:{self.request.META.get('REMOTE_ADDR', '')}"

    def count(self, name: str) -> None:
        """Count a request; refuse one too many."""
        rate: int = settings.CONFIGURATION.rate
        if not rate:
            return
        self.standing = BUCKETS.take(name, rate)
        if not self.standing.allowed:
            raise Problem("too-many-requests")

    def turned_away(self, problem: Problem) -> Problem:
        """Return a problem, or that there were too many: whoever guesses tokens is counted by their address."""
        if problem.status == _UNAUTHENTICATED and self.standing is None:
            try:
                self.count(self.address)
            except Problem as too_many:
                return too_many
        return problem

    def sent(self, reply: Reply) -> HttpResponse:
        """Return a reply as it is sent."""
        status = reply.status or self.operation.success
        data = reply.data if reply.data is not None else b"" if reply.content is None else json_bytes(reply.content)
        response = HttpResponse(data, status=status, content_type=JSON, headers=dict(reply.headers))
        if not data:
            del response.headers["Content-Type"]
        return response


__all__ = ["JSON", "serve"]
