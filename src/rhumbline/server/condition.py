"""Looks at everything a server depends on, and says of each whether it is well; ``rhumbline doctor`` prints it.

Nothing is changed, and nothing here fails: what cannot be looked at is itself what was found.
"""

from __future__ import annotations

import os
import platform
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from rhumbline.server.configuration import DEFAULT_URL, Configuration

_LITTLE_ROOM, _NO_ROOM = 1_000_000_000, 100_000_000
_LATE = timedelta(minutes=15)
_CLOCK = timedelta(seconds=30)


class State(StrEnum):
    """How something is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that was looked at.

    Parameters
    ----------
    name
        What it is: a code of ``doctor.name``.
    state
        How it is.
    found
        What was found: a code of ``doctor.found``; where something is to be done, ``doctor.remedy`` says what.
    numbers
        The values of both.
    """

    name: str
    state: State
    found: str
    numbers: Mapping[str, Any] = field(default_factory=dict)


# --- without the database ---------------------------------------------------------------------


def surroundings(configuration: Configuration) -> Iterator[Look]:
    """Look at the program, the folder, the secret key, the disk and the way in.

    Parameters
    ----------
    configuration
        What the environment says.
    """
    import django

    from rhumbline import __version__

    versions = {"version": __version__, "python": platform.python_version(), "django": django.__version__}
    yield Look("version", State.OK, "version", versions)
    yield _home(configuration.home)
    yield _secret(configuration)
    yield _disk(configuration)
    yield _way(configuration)


def _home(home: Path) -> Look:
    where = {"path": str(home)}
    if not home.is_dir():
        return Look("home", State.WARN, "home_missing", where)
    if not os.access(home, os.W_OK | os.X_OK):
        return Look("home", State.FAIL, "home_closed", where)
    if _others_may(home):
        return Look("home", State.WARN, "home_open", where)
    return Look("home", State.OK, "home", where)


def _others_may(path: Path) -> bool:
    return os.name == "posix" and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _secret(configuration: Configuration) -> Look:
    file = configuration.secret_file
    if not configuration.secret:
        # On one computer it is made when it is first needed.
        state = State.WARN if configuration.database.path else State.FAIL
        return Look("secret", state, "secret_missing")
    if os.environ.get("RHUMBLINE_SECRET_KEY", "").strip():
        return Look("secret", State.OK, "secret", {"source": "RHUMBLINE_SECRET_KEY"})
    if _others_may(file):
        return Look("secret", State.FAIL, "secret_open", {"path": str(file)})
    return Look("secret", State.OK, "secret", {"source": str(file)})


def _disk(configuration: Configuration) -> Look:
    where = configuration.database.path.parent if configuration.database.path else configuration.home
    while not where.exists() and where != where.parent:
        where = where.parent
    free = shutil.disk_usage(where).free
    state = State.FAIL if free < _NO_ROOM else State.WARN if free < _LITTLE_ROOM else State.OK
    return Look("disk", state, "disk", {"free": _size(free)})


def _size(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


def _way(configuration: Configuration) -> Look:
    far = [name for name in configuration.open_to if name not in _HERE]
    if far and not configuration.encrypted:
        return Look("way", State.WARN, "way_open", {"url": configuration.url or f"http://{far[0]}"})
    return Look("way", State.OK, "way", {"url": configuration.url or DEFAULT_URL})


_HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})


# --- with the database ------------------------------------------------------------------------


def insides(configuration: Configuration, now: datetime, reach: Callable[[], None]) -> Iterator[Look]:
    """Look at the database, its tables and clock, the worker, the queue, and every history.

    Parameters
    ----------
    configuration
        What the environment says.
    now
        The moment.
    reach
        Raises what the database says when it cannot be reached.
    """
    from django.db import Error

    from rhumbline.server.health import waiting_migrations

    path = configuration.database.path
    if path is not None and not path.exists():
        yield Look("database", State.WARN, "database_missing", {"path": str(path)})
        return
    try:
        reach()
        yield _database(configuration)
        if path is not None:
            yield _journal()
        waiting = waiting_migrations()
        if waiting:
            yield Look("migrations", State.FAIL, "migrations_wait", {"count": len(waiting)})
            return
        yield Look("migrations", State.OK, "migrations")
        yield _clock(now)
        yield _worker(now)
        yield _queue(now)
        yield from _chains()
    except Error as error:
        said = str(error).strip().splitlines()
        yield Look("database", State.FAIL, "database_fails", {"problem": said[0] if said else type(error).__name__})


def _database(configuration: Configuration) -> Look:
    from django.db import connection

    with connection.cursor() as cursor:
        if (path := configuration.database.path) is not None:
            cursor.execute("SELECT sqlite_version()")
            numbers = {"version": cursor.fetchone()[0], "path": str(path), "size": _size(_stored(path))}
            return Look("database", State.OK, "database_sqlite", numbers)
        cursor.execute("SHOW server_version")
        where = {"name": configuration.database.name, "host": configuration.database.host or "this computer"}
        version = cursor.fetchone()[0].split()[0]
        return Look("database", State.OK, "database_postgresql", {"version": version, **where})


def _stored(path: Path) -> int:
    """Return how much a database of SQLite takes, with what it wrote ahead."""
    return sum(part.stat().st_size for part in (path, path.with_name(f"{path.name}-wal")) if part.exists())


def _journal() -> Look:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        mode = cursor.fetchone()[0]
        cursor.execute("PRAGMA synchronous")
        synchronous = cursor.fetchone()[0]
    if (mode, synchronous) == ("wal", 2):
        return Look("journal", State.OK, "journal")
    return Look("journal", State.FAIL, "journal_other", {"mode": str(mode), "synchronous": str(synchronous)})


def _clock(now: datetime) -> Look:
    from django.db import connection

    from rhumbline.store.models import Change

    last = Change.objects.select_related("organisation").order_by("-at").first()
    if last is not None and last.at > now + _CLOCK:
        at = last.at.isoformat(timespec="seconds")
        return Look("clock", State.WARN, "clock_back", {"key": last.organisation.key, "at": at})
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            apart = abs(cursor.fetchone()[0] - now)
        if apart > _CLOCK:
            return Look("clock", State.WARN, "clock_differs", {"seconds": _seconds(apart)})
    return Look("clock", State.OK, "clock")


def _seconds(time: timedelta) -> str:
    return str(round(time.total_seconds()))


def _worker(now: datetime) -> Look:
    from rhumbline.server import heartbeat

    last = heartbeat.heard()
    if last is None:
        return Look("worker", State.WARN, "worker_never")
    silent = max(now - last, timedelta())
    dead = silent > heartbeat.SILENCE
    return Look(
        "worker",
        State.WARN if dead else State.OK,
        "worker_silent" if dead else "worker",
        {"seconds": _seconds(silent)},
    )


def _queue(now: datetime) -> Look:
    from rhumbline.store.models import Run
    from rhumbline.store.runs import QUEUED

    waiting = Run.objects.filter(state=QUEUED)
    oldest = waiting.order_by("created").values_list("created", flat=True).first()
    count = waiting.count()
    if oldest is not None and now - oldest > _LATE:
        minutes = str(round((now - oldest).total_seconds() / 60))
        return Look("queue", State.WARN, "queue_old", {"count": count, "minutes": minutes})
    return Look("queue", State.OK, "queue", {"count": count})


def _chains() -> Iterator[Look]:
    from rhumbline.store.chain import verify
    from rhumbline.store.models import Organisation

    checked, changes, broken = 0, 0, False
    for organisation in Organisation.objects.order_by("key"):
        checked += 1
        try:
            check = verify(organisation)
        except (ValueError, KeyError, TypeError) as problem:
            # A body that was damaged may not even be JSON any more.
            broken = True
            yield Look("chain", State.FAIL, "chain_fails", {"key": organisation.key, "problem": str(problem)})
            continue
        changes += check.changes
        if not check.holds:
            broken, first = True, check.findings[0]
            numbers = {"count": len(check.findings), "where": first.where, "message": first.message}
            yield Look("chain", State.FAIL, "chain_broken", {"key": organisation.key, **numbers})
    if not broken:
        yield Look("chains", State.OK, "chains", {"count": checked, "changes": changes})


__all__ = ["Look", "State", "insides", "surroundings"]
