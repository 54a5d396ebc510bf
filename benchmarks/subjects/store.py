"""The store: a commit, loading a Book, and what many organisations in one database cost each of them."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from itertools import count
from typing import Any

import anyio

from benchmarks.companies import company
from benchmarks.measure import Figure, processor_seconds, subject

# Initiatives of seeded companies, which with all that belongs to them make a thousand and ten thousand records.
THOUSAND, TEN_THOUSAND = 240, 2480
ORGANISATIONS = 500


@contextmanager
def _server() -> Iterator[None]:
    """An empty SQLite database below a temporary home; Django can be set up only once in a process."""
    import django
    from django.conf import settings

    with tempfile.TemporaryDirectory() as home:
        if not settings.configured:
            os.environ["RHUMBLINE_HOME"] = home
            os.environ["RHUMBLINE_SECRET_KEY"] = "a secret of the benchmarks, which protects nothing"  # noqa: S105
            os.environ["RHUMBLINE_HOSTS"], os.environ["RHUMBLINE_RATE"] = "testserver", "0"
            os.environ["RHUMBLINE_LOG"] = "error"
            os.environ.pop("DATABASE_URL", None)
            os.environ["DJANGO_SETTINGS_MODULE"] = "rhumbline.server.settings"
            django.setup()
        from django.core.management import call_command
        from django.db import connections

        try:
            call_command("migrate", verbosity=0)
            yield
        finally:
            connections.close_all()


def _opened(name: str, book: Any) -> Any:
    from rhumbline.store import committing
    from rhumbline.store.actors import system

    actor = system(committing.found(name, name).pk, name)
    committing.bring_in(actor, book, via="import")
    return actor


def _commit(actor: Any, numbers: Iterator[int]) -> None:
    from rhumbline.store.committing import commit

    name = f"Another name {next(numbers)}"
    commit(actor, [{"edit": "set", "kind": "initiative", "key": "i7", "fields": {"name": name}}], via="api")


def _costs(actor: Any, numbers: Iterator[int]) -> tuple[float, float]:
    """Processor seconds of one commit, and of loading the Book in a process that has not seen it."""
    from rhumbline.store import reading

    def load() -> None:
        reading.forget()
        reading.book(actor.organisation)

    _commit(actor, numbers)
    ten = processor_seconds(lambda: [_commit(actor, numbers) for _ in range(10)], runs=5)
    return ten / 10, processor_seconds(load, runs=5)


def _token(actor: Any) -> str:
    from datetime import timedelta

    from django.utils import timezone

    from rhumbline.book.authority import AccessRole
    from rhumbline.store import access

    member = access.add_member(actor, "owner@example.org", AccessRole.OWNER, via="cli")
    return access.make_token(actor, member.pk, "Benchmark", (), timezone.now() + timedelta(days=1), via="cli")[1]


TERMS = {"as_of": "2026-11-23"}
_TIMES = 10


def _beyond(book: Any, each: Callable[[], object]) -> float:
    """Processor seconds of one answer to ``score`` beyond those of the engine on the same Book."""
    from rhumbline import registry

    day = date.fromisoformat(TERMS["as_of"])
    engine = processor_seconds(lambda: [registry.run("score", book.replace(as_of=day)) for _ in range(_TIMES)], runs=5)
    return (processor_seconds(lambda: [each() for _ in range(_TIMES)], runs=5) - engine) / _TIMES


def _answers(actor: Any, book: Any) -> Iterator[Figure]:
    """What an answer costs through the API and at /mcp beyond its engine, computed anew and as it is remembered."""
    from django.test import Client

    from rhumbline.faces.api import answers

    token = _token(actor)
    client, place = Client(), f"/api/v1/organisations/{actor.key}/answers/score"
    headers, sent = {"Authorization": f"Bearer {token}"}, json.dumps({"terms": TERMS})

    def warm() -> None:
        answer = client.post(place, sent, content_type="application/json", headers=headers)
        assert answer.status_code == 200, answer.content  # noqa: S101

    def cold() -> None:
        answers.forget()
        warm()

    cold()
    name = f"JSON capability answer, {len(book)} records"
    yield Figure(f"{name}, beyond the engine", _beyond(book, cold), goal=0.012)
    yield Figure(f"{name}, remembered", processor_seconds(lambda: [warm() for _ in range(_TIMES)]) / _TIMES, goal=0.012)
    yield Figure("the same at /mcp, beyond the engine", _beyond(book, partial(anyio.run, _assistant, token)))


async def _assistant(token: str) -> None:
    """Call one tool at /mcp without a client, whose work is not the server's."""
    from rhumbline.server.asgi import application

    call = {"name": "rhumbline_score", "arguments": TERMS}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}).encode()
    headers = {
        "Host": "testserver",
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
    }
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": "POST",
        "path": "/mcp",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    waiting = [{"type": "http.request", "body": body}]
    told: list[Any] = []

    async def receive() -> Any:
        if not waiting:
            await anyio.sleep_forever()
        return waiting.pop()

    async def send(message: Any) -> None:
        told.append(message)

    await application(scope, receive, send)
    assert b"rhumbline.score/1" in b"".join(part.get("body", b"") for part in told)  # noqa: S101


@subject("store")
def store() -> Iterator[Figure]:
    """Commits and loads on SQLite, alone and among five hundred organisations."""
    with _server():
        from rhumbline.store import reading

        numbers = count()
        book = company(THOUSAND)
        actor = _opened("thousand", book)
        commit, load = _costs(actor, numbers)
        yield Figure(f"commit of one field, {len(book)} records", commit, goal=0.015)
        yield from _answers(actor, reading.book(actor.organisation))
        large = company(TEN_THOUSAND)
        other = _opened("ten-thousand", large)
        cold = _costs(other, numbers)[1]
        yield Figure(f"load {len(large)} records, cold", cold, goal=0.5)
        reading.book(other.organisation)
        warm = processor_seconds(lambda: [reading.book(other.organisation) for _ in range(20)]) / 20
        yield Figure(f"load {len(large)} records, warm", warm, goal=0.002)
        small = company(4)
        for number in range(ORGANISATIONS - 2):
            _opened(f"organisation-{number}", small)
        crowded = _costs(actor, numbers)
        yield Figure("commit among 500 organisations / alone", crowded[0] / commit, "x", goal=1.1)
        yield Figure("load among 500 organisations / alone", crowded[1] / load, "x", goal=1.1)
