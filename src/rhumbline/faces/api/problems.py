"""What is said instead of an answer: one table of problems, and which exception is which of them.

Every refusal under ``/api`` is ``application/problem+json`` (RFC 9457): also that of an unknown address, of a method
that is not there, and of a fault of our own. docs/reference/api.md lists the table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from ninja.errors import AuthenticationError

from rhumbline.book.authority import Sight
from rhumbline.book.concealment import conceal_body
from rhumbline.book.findings import Finding, RhumblineError
from rhumbline.exchange.asking import findings_of
from rhumbline.exchange.documents import finding as finding_document
from rhumbline.store.access import NotPossible
from rhumbline.store.actors import NotAllowed, NothingThere
from rhumbline.store.proposals import Decided
from rhumbline.store.refusing import CannotSave, Clash, Conflict
from rhumbline.store.runs import NotRunning

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/"
NOTHING_SEEN = Sight(money=False, personal=False, private=False)


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of problem.

    Parameters
    ----------
    status
        The HTTP status.
    title
        What it is, in a few words; the same each time.
    detail
        What to do, where nothing more is known about this time.
    """

    status: int
    title: str
    detail: str


PROBLEMS: Mapping[str, Sort] = {
    "bad-request": Sort(400, "Bad request", "The request could not be read. Check it against the reference."),
    "not-authenticated": Sort(
        401, "Nobody is signed in", "Send a token as 'Authorization: Bearer TOKEN', or sign in on the page."
    ),
    "token-refused": Sort(
        401, "The token is not accepted", "It is unknown, expired or revoked. Make a new one and send it instead."
    ),
    "not-allowed": Sort(403, "Not allowed", "Your role or your token does not allow this."),
    "not-from-our-page": Sort(
        403,
        "The request does not come from a page of this server",
        "Send the value of the CSRF cookie as the header X-CSRFToken, or use a token instead of a session.",
    ),
    "not-found": Sort(
        404,
        "There is nothing here, or nothing that you may see",
        "Check the address: the key of the organisation, the kind, the key or the number.",
    ),
    "method-not-allowed": Sort(405, "This address does not take this method", "The header Allow names those it takes."),
    "conflict": Sort(
        409,
        "Somebody else changed the same",
        "Both versions are under 'conflicts'. Choose one of them and send it again; nothing was saved.",
    ),
    "decided": Sort(409, "The proposal is decided already", "Propose anew, or undo the change it led to."),
    "not-running": Sort(409, "The run has ended already", "There is nothing to cancel. Ask for its result."),
    "changed-since": Sort(
        412,
        "It is not the version you named",
        "What is there now is under 'conflicts'. Read it, and send your change again with its ETag; nothing was saved.",
    ),
    "too-large": Sort(413, "The request is too large", "Send less at once."),
    "unsupported-media-type": Sort(415, "The body is not JSON", "Send JSON with 'Content-Type: application/json'."),
    "refused": Sort(422, "Something is wrong with the data", "Each of 'findings' says what and where, and the remedy."),
    "idempotency-key-reused": Sort(
        422,
        "The idempotency key belongs to another request",
        "Send a new key with a new request, and the same key only to repeat the same request.",
    ),
    "too-many-requests": Sort(429, "Too many requests", "Wait as many seconds as Retry-After says."),
    "internal-fault": Sort(
        500, "A fault of this server", "Tell the owner of the server the number under 'request', and when it happened."
    ),
    "busy": Sort(503, "The server is computing for others", "Try again later, or ask for a run in the background."),
    "database-unavailable": Sort(
        503, "The database cannot be used now", "Nothing was saved. Try again later, or tell the owner of the server."
    ),
    "disk-full": Sort(
        507, "The disk of the server is full", "Nothing of this was saved. Tell the owner of the server to make space."
    ),
}

# What a refusal of Django or of a middleware becomes; any other is named after its class of status.
_BY_STATUS = {
    400: "bad-request",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "unsupported-media-type",
    429: "too-many-requests",
    503: "database-unavailable",
}


class Problem(Exception):
    """The request is not answered; the problem document says why.

    Parameters
    ----------
    code
        A sort of problem.
    detail
        What to do about it this time; by default what its sort says.
    findings
        What is wrong with the data.
    conflicts
        What somebody else changed.
    headers
        What else the answer says.
    more
        More members of the document.
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        findings: Iterable[Finding] = (),
        conflicts: Iterable[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail
        self.findings, self.conflicts = tuple(findings), tuple(conflicts)
        self.headers, self.more = dict(headers or {}), dict(more or {})

    @property
    def status(self) -> int:
        """The HTTP status."""
        return PROBLEMS[self.code].status

    @property
    def document(self) -> dict[str, Any]:
        """The problem as JSON."""
        sort = PROBLEMS[self.code]
        said: dict[str, Any] = {
            "type": "about:blank",
            "title": sort.title,
            "status": sort.status,
            "detail": self.detail or sort.detail,
            "code": self.code,
        }
        if self.findings:
            said["findings"] = [finding_document(found) for found in self.findings]
        if self.conflicts:
            said["conflicts"] = list(self.conflicts)
        return {**said, **self.more}

    @property
    def response(self) -> ProblemResponse:
        """The problem as it is sent."""
        return ProblemResponse(
            json_bytes(self.document), status=self.status, content_type=MEDIA_TYPE, headers=self.headers
        )


class ProblemResponse(HttpResponse):
    """A problem document on its way."""


def refused(findings: Iterable[Finding]) -> Problem:
    """Return the problem of data that the gate refuses.

    Parameters
    ----------
    findings
        What is wrong with it.
    """
    return Problem("refused", findings=findings)


def json_bytes(value: Any) -> bytes:
    """Return a value as JSON on one line; half a character becomes JSON's escape for it.

    Parameters
    ----------
    value
        Plain data.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "backslashreplace")


# --- which exception is which problem ---------------------------------------------------------


def problem_of(error: Exception, sight: Sight = NOTHING_SEEN) -> Problem | None:
    """Return the problem that an exception is; None for a fault of ours.

    Parameters
    ----------
    error
        What was raised while a request was answered.
    sight
        What the caller sees; conflicts quote values.
    """
    match error:
        case Problem():
            return error
        case NothingThere():
            # In the same words for what is not there and for what belongs to somebody else.
            return Problem("not-found")
        case NotAllowed():
            return Problem("not-allowed", str(error))
        case Conflict():
            return Problem("conflict", conflicts=conflicts_of(error.clashes, sight))
        case Decided():
            return Problem("decided", str(error))
        case NotRunning():
            return Problem("not-running", str(error))
        case NotPossible():
            return refused([Finding(code=error.code, where="request", message=error.says, remedy=error.remedy)])
        case CannotSave():
            return Problem("disk-full" if error.full else "database-unavailable", str(error))
        case RhumblineError():
            return refused(findings_of(error, "request"))
        case AuthenticationError():
            return Problem("not-authenticated", headers={"WWW-Authenticate": "Bearer"})
        case RequestDataTooBig():
            return Problem("too-large")
        case UnreadablePostError() | SuspiciousOperation():
            return Problem("bad-request")
        case OperationalError():
            return Problem("database-unavailable", headers={"Retry-After": "5"})
    return None


def conflicts_of(clashes: Sequence[Clash], sight: Sight) -> tuple[Mapping[str, Any], ...]:
    """Return what somebody else changed, as JSON, without what the caller may not see.

    Parameters
    ----------
    clashes
        As the store found them.
    sight
        What the caller sees.
    """
    return tuple(_conflict(clash, sight) for clash in clashes)


def _conflict(clash: Clash, sight: Sight) -> Mapping[str, Any]:
    return {
        "kind": clash.kind,
        "key": clash.key,
        "field": clash.field,
        "base": _seen(clash, clash.base, sight),
        "theirs": _seen(clash, clash.theirs, sight),
        "mine": _seen(clash, clash.mine, sight),
        "version": clash.version,
    }


def _seen(clash: Clash, value: Any, sight: Sight) -> Any:
    if not sight.concealed or value is None:
        return value
    if not clash.field:
        return conceal_body(clash.kind, value, sight)[0] if isinstance(value, Mapping) else value
    return conceal_body(clash.kind, {clash.field: value}, sight)[0].get(clash.field)


# --- whatever else refuses --------------------------------------------------------------------


def everywhere(answer: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Let every refusal under ``/api`` be a problem document, whoever refused.

    Parameters
    ----------
    answer
        The rest of the application.
    """

    def answered(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        if response.status_code < 400 or not request.path.startswith(PREFIX):
            return response
        return response if isinstance(response, ProblemResponse) else _as_problem(response, request)

    return answered


def _as_problem(response: HttpResponseBase, request: HttpRequest) -> HttpResponse:
    """Return the problem of a refusal that came as a page; of its headers only what a client has to know is kept."""
    code = _BY_STATUS.get(response.status_code, "bad-request" if response.status_code < 500 else "internal-fault")
    number = request.META.get("rhumbline.request", "") if code == "internal-fault" else ""
    kept = {name: response.headers[name] for name in ("Allow", "Retry-After") if name in response.headers}
    return Problem(code, headers=kept, more={"request": number} if number else {}).response


__all__ = [
    "MEDIA_TYPE",
    "NOTHING_SEEN",
    "PROBLEMS",
    "Problem",
    "Sort",
    "conflicts_of",
    "everywhere",
    "json_bytes",
    "problem_of",
    "refused",
]
