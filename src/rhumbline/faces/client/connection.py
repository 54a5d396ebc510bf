"""One request to a server and its answer: the token goes to that server and nowhere else, and no answer is endless."""

from __future__ import annotations

import ipaddress
import json
import re
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

from rhumbline.faces.client.refused import NoAnswer, ServerRefused, no_answer, refused

PREFIX = "/api/v1"
# A Book of 10,000 records has about 5 MB; whoever sends more than this sends no answer of ours.
MOST_BYTES = 64_000_000
_MOST_OF_A_REFUSAL = 1_000_000
_PIECE = 65_536
# A request that may be repeated is sent again after these pauses, in seconds.
_PAUSES = (0.5, 2.0)
_LONGEST_PAUSE = 30.0
_PASSING = frozenset({"server-unreachable", "server-broke-off"})
_NO_CONTENT, _TOO_MANY, _BUSY = 204, 429, 503
# What a proxy answers when the server behind it is not there.
_OF_A_PROXY = frozenset({502, _BUSY, 504})
_JSON = re.compile(r"application/(?:[\w.+-]+\+)?json(?:\s*;.*)?", re.IGNORECASE)
_TOKEN = re.compile(r"[!-~]+")


class Secret:
    """A token that shows itself to nobody who prints it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "***"

    def reveal(self) -> str:
        """Return the token itself."""
        return self._text


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered.

    Parameters
    ----------
    content
        The JSON of its body; None where it has none.
    raw
        The body.
    headers
        By name in lower case.
    """

    content: Any
    raw: bytes
    headers: Mapping[str, str]


class _Stays(HTTPRedirectHandler):
    """Follows no redirect: the token is for one server, and an API has no reason to send anybody elsewhere."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Return no request to follow."""


class Connection:
    """Speaks with one server.

    Parameters
    ----------
    url
        Its address, such as ``https://rhumbline.example.com``.
    token
        The secret that was shown when the token was made.
    timeout
        How many seconds an answer may take.
    insecure
        Whether the token may travel unencrypted to another computer.
    """

    def __init__(self, url: str, token: str, *, timeout: float, insecure: bool = False) -> None:
        self.url = _address(url, insecure=insecure)
        self.timeout = timeout
        if not _TOKEN.fullmatch(token):
            # Neither here nor anywhere else is the token shown: messages end up in logs.
            raise no_answer("server-token", self.url)
        self._token = Secret(token)

    def __repr__(self) -> str:
        return f"<Connection to {self.url}>"

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
        most: int = MOST_BYTES,
    ) -> Reply:
        """Return what the server answers.

        Parameters
        ----------
        method
            ``GET``, ``POST``, ...
        path
            Below ``/api/v1``, with a slash before it.
        body
            What is sent as JSON.
        query
            What stands behind the question mark; None leaves one out.
        headers
            More headers.
        repeatable
            Whether it does no harm to send it twice; by default what only reads.
        most
            How many bytes the answer may have.

        Raises
        ------
        ServerRefused
            When the server says no.
        NoAnswer
            When there is no answer of a Rhumbline server.
        """
        asked = {name: str(value) for name, value in (query or {}).items() if value is not None}
        where = f"{self.url}{PREFIX}{path}" + (f"?{urlencode(asked)}" if asked else "")
        # What is no number goes out as it is: the gate of the server has the words for it.
        data = None if body is None else json.dumps(body, default=_plain).encode()
        request = Request(where, data, dict(headers or {}), method=method)  # noqa: S310 - the scheme was looked at
        again = method == "GET" if repeatable is None else repeatable
        for pause in _PAUSES:
            try:
                return self._once(request, most)
            except ServerRefused as no:
                wait = _wait(no, pause, repeatable=again)
                if wait is None:
                    raise
            time.sleep(wait)
        return self._once(request, most)

    def _once(self, request: Request, most: int) -> Reply:
        request.add_header("Accept", "application/json, application/problem+json")
        request.add_header("User-Agent", "rhumbline-client")
        if request.data is not None:
            request.add_header("Content-Type", "application/json")
        # Unredirected, so that even a mistake elsewhere could not hand it on.
        request.add_unredirected_header("Authorization", f"Bearer {self._token.reveal()}")
        where, until = request.full_url, time.monotonic() + self.timeout
        try:
            with self._opener.open(request, timeout=self.timeout) as response:
                raw = _body(response, most, until, where)
                return Reply(self._content(response, raw, where), raw, _headers(response))
        except HTTPError as problem:
            with problem:
                raise self._refusal(problem, until, where) from None
        except TimeoutError:
            raise no_answer("server-slow", where, seconds=self.timeout) from None
        except URLError as problem:
            raise self._not_reached(problem.reason, where) from None
        except (OSError, HTTPException) as problem:
            # The connection stood already, so the server may have done what it was asked.
            raise no_answer("server-broke-off", where, problem=_said(problem)) from None

    @cached_property
    def _opener(self) -> OpenerDirector:
        if self.url.startswith("http:"):
            # Through a proxy the token would pass unencrypted, even on its way to this computer itself.
            return build_opener(ProxyHandler({}), _Stays)
        return build_opener(HTTPSHandler(context=ssl.create_default_context()), _Stays)

    def _not_reached(self, reason: Any, where: str) -> NoAnswer:
        match reason:
            case ssl.SSLCertVerificationError():
                return no_answer("server-certificate", where, problem=reason.verify_message or _said(reason))
            case TimeoutError():
                return no_answer("server-slow", where, seconds=self.timeout)
        return no_answer("server-unreachable", where, problem=_said(reason))

    def _content(self, response: Any, raw: bytes, where: str) -> Any:
        if not raw and response.status == _NO_CONTENT:
            return None
        kind = response.headers.get("Content-Type", "")
        if _JSON.fullmatch(kind):
            with suppress(ValueError, RecursionError):
                return json.loads(raw)
        raise no_answer("not-rhumbline", where, status=response.status)

    def _refusal(self, problem: HTTPError, until: float, where: str) -> ServerRefused:
        """Return what to raise for an answer that is no success."""
        if 300 <= problem.code < 400:
            target = urlsplit(problem.headers.get("Location", ""))
            return no_answer("server-redirects", where, status=problem.code, target=target.netloc or self.url)
        try:
            raw = _body(problem, _MOST_OF_A_REFUSAL, until, where)
        except (OSError, HTTPException, NoAnswer):
            raw = b""
        content = None
        with suppress(ValueError, RecursionError):
            # A proxy that quotes what it was sent must not make a message of ours show the token.
            content = json.loads(raw.replace(self._token.reveal().encode(), b"***"))
        retry_after = _seconds(problem.headers.get("Retry-After", ""))
        if isinstance(content, Mapping) and ("status" in content or "findings" in content):
            return refused(content, problem.code, where, retry_after)
        if problem.code in _OF_A_PROXY:
            return no_answer("server-unreachable", where, status=problem.code, problem=f"HTTP {problem.code}")
        if problem.code in {401, _TOO_MANY}:
            return refused({}, problem.code, where, retry_after)
        return no_answer("not-rhumbline", where, status=problem.code)


def _wait(no: ServerRefused, pause: float, *, repeatable: bool) -> float | None:
    """Return how long to wait before the same is sent again; None when that would not help, or would do harm."""
    if no.status == _TOO_MANY:
        # It was turned away at the door, so nothing was done yet.
        return max(pause, no.retry_after) if no.retry_after <= _LONGEST_PAUSE else None
    passes = no.status == _BUSY or (isinstance(no, NoAnswer) and no.code in _PASSING)
    return max(pause, min(no.retry_after, _LONGEST_PAUSE)) if repeatable and passes else None


# --- an address -------------------------------------------------------------------------------


def _address(url: str, *, insecure: bool) -> str:
    """Return the address of a server without what is not needed; refuse one to which no token should go."""
    text = url.strip()
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise no_answer("server-address", "URL") from None
    plain = parts.scheme in {"http", "https"} and host and not (parts.query or parts.fragment or "@" in parts.netloc)
    if not plain or not text.isascii() or not text.isprintable() or " " in text:
        # The address itself is not repeated: somebody may have typed a password in it.
        raise no_answer("server-address", host or "URL")
    if parts.scheme == "http" and not insecure and not _is_this_computer(host):
        raise no_answer("server-not-encrypted", f"http://{host}" + (f":{port}" if port else ""))
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix(PREFIX)}"


def _is_this_computer(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


# --- an answer --------------------------------------------------------------------------------


def _body(response: HTTPResponse | HTTPError, most: int, until: float, where: str) -> bytes:
    """Return the body of an answer that is neither too long nor takes too long."""
    stated = response.headers.get("Content-Length", "")
    pieces, size = [], 0
    if stated.isdigit() and int(stated) > most:
        raise no_answer("server-too-much", where, most=most)
    while piece := response.read1(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise no_answer("server-too-much", where, most=most)
        if time.monotonic() > until:
            raise TimeoutError
    if stated.isdigit() and size < int(stated):
        raise no_answer("server-broke-off", where, problem=f"{size} of {stated} bytes")
    return b"".join(pieces)


def _headers(response: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _seconds(text: str) -> float:
    return float(text) if re.fullmatch(r"[0-9]{1,6}", text.strip()) else 0.0


def _said(problem: Any) -> str:
    """Return what the system says about a failed connection, in its own words and without an address."""
    return getattr(problem, "strerror", None) or str(problem) or type(problem).__name__


def _plain(value: Any) -> Any:
    """Return a value that JSON does not know as one it knows."""
    document = getattr(value, "document", None)
    if isinstance(document, Mapping):
        return document
    if isinstance(value, set | frozenset):
        return sorted(value)
    from rhumbline.exchange.documents import value_of

    return value_of(value, str)


__all__ = ["PREFIX", "Connection", "Reply"]
