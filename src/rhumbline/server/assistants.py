"""``/mcp``: assistants with a token ask about the Book of its organisation, beside the pages and the API.

Every request stands for itself: it brings its token, is answered, and nothing of it is remembered. So any process of a
server can answer it, and there is nothing to start and nothing to end with the server.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from rhumbline.server.body_limit import Application, Message, Receive, Send

PATH = "/mcp"
# What the extra brings; whatever else is missing is a fault of ours.
_OF_THE_EXTRA = frozenset({"mcp", "mcp_types", "anyio"})
_SHOW_IT = "Send a token as 'Authorization: Bearer TOKEN'."
# Under this name a request carries whom its token acts for.
_ACTOR = "rhumbline.actor"

Scope = Any


def with_assistants(application: Application) -> Application:
    """Return an application that also answers assistants.

    Parameters
    ----------
    application
        The application for every other address.
    """

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].rstrip("/") == PATH:
            await _written_down(scope, receive, send)
        else:
            await application(scope, receive, send)

    return answered


async def _written_down(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request, and write one line about it."""
    from rhumbline.server.headers import DEFAULTS
    from rhumbline.server.logs import fault, noted

    with noted(scope["method"], PATH) as answered:
        own = {**DEFAULTS, "X-Request-ID": answered.number, "X-Content-Type-Options": "nosniff"}

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered.status = message["status"]
                message = {**message, "headers": [*message["headers"], *_missing(own, message["headers"])]}
            await send(message)

        try:
            await _answer(scope, receive, told)
        except Exception:
            fault()
            if answered.status:
                raise
            await _send(told, 500, {**_FAULT, "request": answered.number})


def _missing(headers: Mapping[str, str], there: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """Return those headers that an answer does not set itself, as ASGI has them."""
    names = {name.lower() for name, _ in there}
    for name, value in headers.items():
        if name.lower().encode() not in names:
            yield name.lower().encode(), value.encode()


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    try:
        serve = _serving()
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in _OF_THE_EXTRA:
            raise
        await _send(send, 501, _NOT_INSTALLED)
        return
    await serve(scope, receive, send)


_FAULT = {
    "type": "about:blank",
    "title": "A fault of this server",
    "status": 500,
    "detail": "Tell the owner of the server the number under 'request', and when it happened.",
    "code": "internal-fault",
}
_NOT_INSTALLED = {
    "type": "about:blank",
    "title": "This server does not answer assistants",
    "status": 501,
    "detail": "The package mcp is not installed beside the server. Its owner installs it with "
    "pip install 'rhumbline[server,mcp]'.",
    "code": "mcp-missing",
}


@cache
def _serving() -> Application:
    """Return what answers requests that carry a token; the protocol is loaded with the first of them."""
    from anyio.to_thread import run_sync
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from rhumbline.faces.api.assistants import StoreSource
    from rhumbline.faces.api.problems import Problem
    from rhumbline.faces.mcp.server import Context, server_of
    from rhumbline.server.settings import CONFIGURATION

    def source_of(context: Context) -> StoreSource:
        return StoreSource(context.request.scope[_ACTOR])  # type: ignore[union-attr]  # every request came over HTTP

    tools = server_of(source_of)

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            actor = await run_sync(_admitted, scope)
        except Problem as problem:
            await _send(send, problem.status, problem.document, problem.headers)
            return
        # Who looks after this request ends with it, and so does a search that nobody waits for any more.
        manager = StreamableHTTPSessionManager(
            tools, stateless=True, max_request_body_size=CONFIGURATION.body_limit, json_response=False
        )
        async with manager.run():
            await manager.handle_request({**scope, _ACTOR: actor}, receive, send)

    return served


def _admitted(scope: Scope) -> Any:
    """Return whom a request acts for; refuse one that comes by a strange name, too often, or without a good token."""
    from django.conf import settings
    from django.db import close_old_connections
    from django.http.request import split_domain_port, validate_host

    from rhumbline.faces.api.callers import BEARER, caller_with
    from rhumbline.faces.api.problems import Problem

    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}

    def known(host: str) -> bool:
        name, _ = split_domain_port(host)
        return bool(name) and validate_host(name, settings.ALLOWED_HOSTS)

    # A page of a stranger could point a name of its own at this server, and have a browser speak to it.
    if not known(headers.get("host", "")):
        raise Problem("bad-request", "This server does not answer to that name; its owner sets RHUMBLINE_HOSTS.")
    origin = headers.get("origin")
    if origin is not None and not known(_host_of(origin)):
        raise Problem("not-from-our-page", "A page of another site may not speak to this server.")
    if settings.SECURE_SSL_REDIRECT and scope.get("scheme") != "https":
        raise Problem("bad-request", "A token travels encrypted only: use the address that begins with https.")
    if scope["method"] != "POST":
        raise Problem("method-not-allowed", headers={"Allow": "POST"})
    header = headers.get("authorization", "")
    try:
        caller = caller_with(header)
    except Problem as refused:
        # Whoever guesses tokens is counted by their address.
        _count(f"address:{(scope.get('client') or ('',))[0]}")
        raise (
            refused if header else Problem("not-authenticated", _SHOW_IT, headers={"WWW-Authenticate": BEARER})
        ) from None
    finally:
        close_old_connections()
    _count(caller.name)
    return caller.actor


def _count(name: str) -> None:
    """Count a request among those to the API; refuse one too many."""
    from django.conf import settings

    from rhumbline.faces.api.limits import BUCKETS
    from rhumbline.faces.api.problems import Problem

    rate: int = settings.CONFIGURATION.rate
    standing = BUCKETS.take(name, rate) if rate else None
    if standing is not None and not standing.allowed:
        raise Problem("too-many-requests", headers=standing.headers)


def _host_of(origin: str) -> str:
    """Return the host of an origin; nothing where it has none, as ``null`` has."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


async def _send(send: Send, status: int, problem: Mapping[str, Any], more: Mapping[str, str] | None = None) -> None:
    """Answer with a problem document."""
    body = json.dumps(problem).encode()
    told = {"Content-Type": "application/problem+json", "Content-Length": str(len(body)), **(more or {})}
    await send({"type": "http.response.start", "status": status, "headers": list(_missing(told, ()))})
    await send({"type": "http.response.body", "body": body})


__all__ = ["PATH", "with_assistants"]
