"""Where an imported record came from, and what a newer file may change in it without undoing anybody's work.

The origin of a record is kept in the settings of the organisation: source, the source's own id, and a
fingerprint of each value that was imported. So the same file changes nothing, a newer file changes only
what changed in it, and a value that changed on both sides is a conflict that a person decides.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rhumbline.book.book import Book
from rhumbline.book.digests import canonical, plain
from rhumbline.book.fields import fields_of
from rhumbline.book.records import Organisation
from rhumbline.book.types import FrozenMap

_PREFIX = "origin."


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one record came from.

    Parameters
    ----------
    source
        What the file is called.
    id
        What the file calls the record.
    values
        By field, the fingerprint of the value that was last imported.
    """

    source: str
    id: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A value that somebody changed in the Book while the file changed it too."""

    field: str
    mine: Any
    theirs: Any


def fingerprint(value: Any) -> str:
    """Return eight letters that tell whether a value is still the same.

    Parameters
    ----------
    value
        Anything a record holds.
    """
    return hashlib.sha256(canonical(plain(value))).hexdigest()[:8]


def origins_of(book: Book) -> dict[tuple[str, str], Origin]:
    """Return the origins of all imported records of a Book, by kind and key.

    Parameters
    ----------
    book
        A Book.
    """
    settings = book.organisation.settings if book.organisation else {}
    found = {}
    for name, text in settings.items():
        kind, _, key = name.removeprefix(_PREFIX).partition(".")
        if name.startswith(_PREFIX) and (origin := _parsed(text)) is not None:
            found[kind, key] = origin
    return found


def _parsed(text: str) -> Origin | None:
    try:
        source, own_id, values = json.loads(text)
        return Origin(str(source), str(own_id), {str(name): str(value) for name, value in values.items()})
    except (ValueError, TypeError, AttributeError):
        return None


def with_origins(firm: Organisation, origins: Mapping[tuple[str, str], Origin]) -> Organisation:
    """Return the organisation with these origins in its settings, instead of those it had for the same records.

    Parameters
    ----------
    firm
        The organisation.
    origins
        Origins by kind and key.
    """
    written = {
        # Written in ASCII, because names of files and ids may hold letters that no setting accepts.
        f"{_PREFIX}{kind}.{key}": json.dumps(
            [origin.source, origin.id, dict(sorted(origin.values.items()))], separators=(",", ":")
        )
        for (kind, key), origin in origins.items()
    }
    return dataclasses.replace(firm, settings=FrozenMap({**firm.settings, **written}))


def merged(
    mine: Any, theirs: Any, owned: Iterable[str], origin: Origin | None, decided: Mapping[str, str]
) -> tuple[Any, dict[str, str], list[Conflict]]:
    """Return the record in the Book with what a file changed, the fingerprints to keep, and what is in conflict.

    Parameters
    ----------
    mine
        The record in the Book.
    theirs
        The record as the file has it.
    owned
        The fields that the file speaks of.
    origin
        What was imported before, if the record was.
    decided
        By field, ``file`` or ``book`` where somebody decided a conflict.

    Notes
    -----
    Without an earlier import there is nothing to compare with: a field that the Book leaves open is filled,
    one that the file leaves open stays, and two different statements are a conflict.
    """
    before = origin.values if origin else {}
    empty = {described.name: described.default for described in fields_of(type(mine))}
    values = dict(before)
    taken: dict[str, Any] = {}
    conflicts = []
    for name in owned:
        here, there = getattr(mine, name), getattr(theirs, name)
        said = fingerprint(there)
        if here == there or (name in before and before[name] == said):
            values[name] = said
            continue
        unchanged_here = fingerprint(here) == before[name] if name in before else here == empty[name]
        if unchanged_here or decided.get(name) == "file":
            taken[name] = there
            values[name] = said
        elif decided.get(name) == "book" or (name not in before and there == empty[name]):
            values[name] = said
        else:
            conflicts.append(Conflict(name, here, there))
    return (dataclasses.replace(mine, **taken) if taken else mine), values, conflicts
