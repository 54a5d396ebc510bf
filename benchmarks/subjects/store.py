"""The store: a commit, loading a Book, and what many organisations in one database cost each of them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

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
