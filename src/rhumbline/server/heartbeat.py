"""Tells whether a worker is alive: it says so now and then, where every process of the server can hear it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.cache import caches

# How often a worker says so, and after how much silence it counts as dead.
EVERY = timedelta(seconds=15)
SILENCE = timedelta(seconds=60)
_NAME = "rhumbline.worker"


def beat(now: datetime) -> None:
    """Say that a worker is alive.

    Parameters
    ----------
    now
        The moment.
    """
    caches["shared"].set(_NAME, now.isoformat(), None)


def heard() -> datetime | None:
    """Return when a worker was last heard of; None when never."""
    said = caches["shared"].get(_NAME)
    return datetime.fromisoformat(said) if said else None


__all__ = ["EVERY", "SILENCE", "beat", "heard"]
