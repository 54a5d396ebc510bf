"""What the server writes down: one line for each request and each event, without secrets and without personal data.

A line names the *pattern* of an address, not the address, because an address may hold a token or somebody's name.
What other libraries log is written without its values, and a fault without its message, for the same reason. The
addresses for anonymous entries leave no line at all.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from django.core.signals import got_request_exception
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from rhumbline.server.metrics import count

# The number of the request that is being answered, so that every line about it can be found.
_REQUEST: ContextVar[str] = ContextVar("request", default="")
# Whether an anonymous entry is being taken in: whatever any part of the program then says stays unwritten.
_UNHEARD: ContextVar[bool] = ContextVar("unheard", default=False)
# Where an answer finds it.
NUMBER = "rhumbline.request"
_ANONYMOUS = "/anonymous/"
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_requests = logging.getLogger("rhumbline.requests")
_faults = logging.getLogger("rhumbline.faults")


# --- lines ------------------------------------------------------------------------------------


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return what a line says.

    Parameters
    ----------
    record
        What was logged. Our own events name their values in ``fields``.
    """
    own = record.name.partition(".")[0] == "rhumbline"
    said: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        # What others put into a message may be anything that was sent to us.
        "message": record.getMessage() if own else str(record.msg),
    }
    if request := _REQUEST.get():
        said["request"] = request
    said |= getattr(record, "fields", {})
    if (run := getattr(record, "run", None)) is not None:
        said["run"] = run
    if record.exc_info and record.exc_info[1] is not None:
        said |= _fault(record.exc_info[1])
    return said


def _fault(error: BaseException) -> dict[str, Any]:
    """Say which fault it was and where it happened; its message may quote somebody's data."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    # Of the way there, our own steps tell most; and where it ended, wherever that is.
    places = [place for place in places[:-1] if place.startswith("rhumbline/")] + places[-1:]
    found: dict[str, Any] = {"fault": f"{type(error).__module__}.{type(error).__qualname__}", "at": places}
    if error.__cause__ is not None:
        cause = type(error.__cause__)
        found["cause"] = f"{cause.__module__}.{cause.__qualname__}"
    return found


def _short(file: str) -> str:
    for mark in ("/site-packages/", "/src/"):
        if mark in file:
            return file.rpartition(mark)[2]
    return file.rpartition("/")[2]


class Heard(logging.Filter):
    """Lets through what may be written down."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is written."""
        return not _UNHEARD.get() or hasattr(record, "in_spite")


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        return json.dumps(fields_of(record), ensure_ascii=False, default=str)


class Text(logging.Formatter):
    """Lines for people."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the lines of a record."""
        said = fields_of(record)
        places = said.pop("at", ())
        time, level, _, message = (said.pop(name) for name in ("time", "level", "logger", "message"))
        values = " ".join(f"{name}={value}" for name, value in said.items())
        line = f"{time} {level.upper():<7} {message} {values}".rstrip().replace("\n", " ")
        return "\n".join([line, *(f"    {place}" for place in places)])


def logging_of(level: str, form: str) -> dict[str, Any]:
    """Return the configuration of Python's logging.

    Parameters
    ----------
    level
        How much is told: ``debug``, ``info``, ``warning``, ``error``.
    form
        ``json`` or ``text``.
    """
    silent: dict[str, Any] = {"handlers": [], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": JsonLines if form == "json" else Text}},
        "filters": {"heard": {"()": Heard}},
        "handlers": {"errors": {"class": "logging.StreamHandler", "formatter": "lines", "filters": ["heard"]}},
        "root": {"handlers": ["errors"], "level": "WARNING"},
        "loggers": {
            "rhumbline": {"level": level.upper()},
            # Django writes down addresses, names of hosts and queries; our own line for each request says enough.
            "django": {**silent, "level": "CRITICAL"},
            # So does the log of accesses.
            "uvicorn.access": {**silent, "level": "CRITICAL"},
            # What it says quotes what was sent to it.
            "mcp": {**silent, "level": "CRITICAL"},
        },
    }


# --- requests ---------------------------------------------------------------------------------


def anonymous(request: HttpRequest) -> bool:
    """Whether a request brings an entry whose author nobody may ever find."""
    return _ANONYMOUS in request.path


def _where(request: HttpRequest, response: HttpResponseBase) -> dict[str, Any]:
    found = request.resolver_match
    if found is None:
        return {"route": None}
    said: dict[str, Any] = {"route": f"/{found.route}"}
    # A name that led nowhere may be anything that somebody typed.
    key = str(found.kwargs.get("organisation", ""))
    if response.status_code != 404 and _KEY.fullmatch(key):
        said["organisation"] = key
    return said


def requests(answer: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Give each request a number, and write one line when it is answered.

    Parameters
    ----------
    answer
        The rest of the application.
    """

    def answered(request: HttpRequest) -> HttpResponseBase:
        if anonymous(request):
            return _unheard(answer, request)
        number = secrets.token_hex(8)
        token = _REQUEST.set(number)
        request.META[NUMBER] = number
        began = perf_counter()
        try:
            response = answer(request)
            response.headers["X-Request-ID"] = number
            # Whoever watches asks every few seconds, which is of no interest to anybody.
            level = logging.DEBUG if request.path in _WATCHED else logging.INFO
            _write(request.method or "", _where(request, response), response.status_code, began, level)
            return response
        finally:
            _REQUEST.reset(token)

    return answered


def _write(method: str, where: Mapping[str, Any], status: int, began: float, level: int = logging.INFO) -> None:
    """Count one answered request, and write its line."""
    count(status)
    values: Mapping[str, Any] = {
        "method": method if method in _METHODS else "OTHER",
        **where,
        "status": status,
        "milliseconds": round(1000 * (perf_counter() - began), 1),
    }
    _requests.log(level, "answered", extra={"fields": values})


@dataclass
class Answered:
    """A request that is answered beside Django.

    Parameters
    ----------
    number
        By which every line about it can be found.
    status
        The HTTP status of its answer, when it begins; 0 before.
    """

    number: str
    status: int = 0


@contextmanager
def noted(method: str, route: str) -> Iterator[Answered]:
    """Give a request that Django does not see a number, and write one line when it is answered.

    Parameters
    ----------
    method
        Its HTTP method.
    route
        The pattern of its address.
    """
    answered = Answered(secrets.token_hex(8))
    token = _REQUEST.set(answered.number)
    began = perf_counter()
    try:
        yield answered
    finally:
        # Nobody hears the answer of whoever left before it began.
        _write(method, {"route": route}, answered.status or _LEFT, began)
        _REQUEST.reset(token)


_LEFT = 499


def fault() -> None:
    """Write down where the fault happened that is being handled."""
    _faults.error("a fault", exc_info=True)


def _unheard(answer: Callable[[HttpRequest], HttpResponseBase], request: HttpRequest) -> HttpResponseBase:
    token = _UNHEARD.set(True)
    try:
        return answer(request)
    finally:
        _UNHEARD.reset(token)


_WATCHED = frozenset({"/healthz", "/metrics"})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _fault_seen(sender: Any, request: HttpRequest | None = None, **_: Any) -> None:
    """Write down a fault of ours, where it happened; for anonymous entries only that it did."""
    del sender
    if request is not None and anonymous(request):
        _faults.error("a fault while an anonymous entry was taken in", extra={"in_spite": True})
        return
    _faults.error("a fault", exc_info=True)


got_request_exception.connect(_fault_seen, dispatch_uid="rhumbline.faults")

__all__ = [
    "NUMBER",
    "Answered",
    "Heard",
    "JsonLines",
    "Text",
    "anonymous",
    "fault",
    "fields_of",
    "logging_of",
    "noted",
    "requests",
]
