"""Records as the store keeps them, and back: trusted data, so no gate stands in between.

A record is kept as two JSON texts. ``body`` is exactly what its digest is made of; what is personal stands beside it,
so that it can be erased without breaking a digest.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from rhumbline.book import upgrades
from rhumbline.book.book import Book
from rhumbline.book.digests import body, plain
from rhumbline.book.fields import Container, Part, fields_of
from rhumbline.book.records import KIND_OF_RECORD, KINDS
from rhumbline.book.types import FrozenMap

ERASED = "erased"


class Stored(NamedTuple):
    """One version of a record, or one row of a series, as a table keeps it.

    Parameters
    ----------
    kind, key
        Which record; of a row of a series, the key of its owner.
    schema
        The schema number it was written under.
    body, personal
        JSON texts of its fields without those at their default: what the digest is made of, and what is personal.
    digest
        The digest of the record.
    """

    kind: str
    key: str
    schema: int
    body: str
    personal: str
    digest: str


def stored(record: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields of a record as JSON knows them: what its digest is made of, and what is personal.

    Parameters
    ----------
    record
        A record or a row of a series. Fields at their default are left out.
    """
    personal = {
        described.name: plain(value)
        for described in _shape(KIND_OF_RECORD[type(record)]).personal
        if (value := getattr(record, described.name)) != described.default
    }
    return body(record, personal=False), personal


def revive(kind: str, key: str, schema: int, body: str, personal: str = "") -> Any:
    """Return the record that was stored.

    Parameters
    ----------
    kind, key
        Which record; of a row of a series, the key of its owner.
    schema
        The schema number it was written under.
    body, personal
        The two JSON texts; nothing where nothing is personal. A personal text that no record can be without reads as
        the key once it is erased.

    Raises
    ------
    NewerSchema, UnknownShape
        When a newer release wrote it.
    """
    shape = _shape(kind)
    fields = json.loads(body)
    if personal:
        fields.update(json.loads(personal))
    if schema != upgrades.SCHEMA:
        fields = upgrades.upgrade(kind, fields, schema)
    readers = shape.readers
    try:
        values = {
            name: value if (read := readers[name]) is None or value is None else read(value)
            for name, value in fields.items()
        }
    except (KeyError, ValueError, TypeError, ArithmeticError) as error:
        raise upgrades.UnknownShape(kind, key) from error
    for name in shape.never_empty:
        if name not in values:
            values[name] = key or ERASED
    try:
        return shape.record(**values)
    except TypeError as error:
        raise upgrades.UnknownShape(kind, key) from error


def assemble(rows: Iterable[Stored], onto: Book | None = None) -> Book:
    """Return the Book of stored records; nothing is checked again, and no digest is computed.

    Parameters
    ----------
    rows
        Versions of records in any order (of two with one key the later counts), and rows of series.
    onto
        A Book to which they are added, or in which they stand instead of those with their key.
    """
    known = ((revive(*row[:5]), row.digest) for row in rows)
    return (Book() if onto is None else onto).including(known)


# --- readers of plain values, made once per record class ---------------------------------------

Reader = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Shape:
    """How the fields of a record class are read: None for a value that JSON holds as it is."""

    record: type[Any]
    readers: Mapping[str, Reader | None]
    personal: tuple[Any, ...]
    never_empty: tuple[str, ...]


@cache
def _shape(kind: str) -> _Shape:
    record = KINDS[kind].record
    described = fields_of(record)
    personal = tuple(field for field in described if field.personal)
    return _Shape(
        record,
        {field.name: _reader(field.part) for field in described},
        personal,
        tuple(field.name for field in personal if field.required),
    )


def _reader(part: Part) -> Reader | None:
    if part.container is not Container.ONE:
        assert part.inner is not None  # noqa: S101 - a container always says what it holds
        inner = _reader(part.inner)
        return _list_reader(inner) if part.container is Container.LIST else _map_reader(inner)
    rest = [kind for kind in part.types if kind is not bool]
    read = _single_reader(rest[0]) if rest else None
    if read is None or len(rest) == len(part.types):
        return read
    return lambda value: value if isinstance(value, bool) else read(value)


def _list_reader(inner: Reader | None) -> Reader:
    return tuple if inner is None else lambda value: tuple(map(inner, value))


def _map_reader(inner: Reader | None) -> Reader:
    if inner is None:
        return FrozenMap
    return lambda value: FrozenMap({name: inner(item) for name, item in value.items()})


def _single_reader(kind: type[Any]) -> Reader | None:
    if issubclass(kind, StrEnum):
        return {member.value: member for member in kind}.__getitem__
    if kind is date:
        return date.fromisoformat
    if kind is Decimal:
        return _cents
    return float if kind is float else None


def _cents(value: float) -> Decimal:
    # Money and hours have two decimals and at most 15 digits, which a float gives back exactly.
    return Decimal(f"{value:.2f}")
