"""One pure function per change of a record's shape, so that what an older release stored can still be read.

A stored body carries the schema number it was written under. A new field with a default needs no
upgrade; a renamed or split field does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rhumbline.book.findings import RhumblineError

SCHEMA = 1

Body = dict[str, Any]

# (kind, schema it leaves) -> the function that turns a body of that schema into one of the next.
UPGRADES: dict[tuple[str, int], Callable[[Body], Body]] = {}


class NewerSchema(RhumblineError):
    """Data was written by a newer release than this one, which cannot know what it means."""

    def __init__(self, kind: str, schema: int) -> None:
        super().__init__(
            f"This {kind} was written under schema {schema}, and this release knows schemas up to {SCHEMA}. "
            "Install the release that wrote it, or a newer one."
        )


class UnknownShape(RhumblineError):
    """Stored data holds a field or a word that this release does not know, so a newer release wrote it."""

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(
            f"The stored {kind} {key} holds what this release does not know. "
            "Install the release that wrote it, or a newer one."
        )


def upgrade(kind: str, body: Mapping[str, Any], schema: int) -> Body:
    """Return a stored body in today's shape; the body given is not changed.

    Parameters
    ----------
    kind
        The name of a kind of record.
    body
        What was stored.
    schema
        The schema number it was stored under.
    """
    if schema > SCHEMA:
        raise NewerSchema(kind, schema)
    current = dict(body)
    for number in range(schema, SCHEMA):
        step = UPGRADES.get((kind, number))
        if step is not None:
            current = step(current)
    return current
