"""A Book from which the server left out what its reader may not see, read so that nothing else is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rhumbline.book.authority import Sight
from rhumbline.book.book import Book
from rhumbline.book.concealment import conceal, hidden_fields
from rhumbline.book.fields import Container, FieldOf, fields_of
from rhumbline.book.records import KINDS
from rhumbline.exchange.gate import read_record


def read_seen(tree: Mapping[str, Any], sight: Sight) -> Book | None:
    """Return a Book as its reader sees it, or None where the data is no Book.

    A record lacks what is hidden, also what it cannot be without, such as the rate of a team, and the gate would hold
    it out. So a value stands in for the hidden one while the record is read, and is taken out again. The rules between
    records are the server's, which sees all of them.

    Parameters
    ----------
    tree
        The Book as a server sends it: records in the complete form, by kind.
    sight
        What the reader sees.
    """
    records = list(_records(tree, sight))
    return None if None in records else conceal(Book.of(records), sight)


def _records(tree: Mapping[str, Any], sight: Sight) -> Iterator[Any]:
    kinds = {kind.plural: name for name, kind in KINDS.items()}
    for plural, rows in tree.items():
        if plural not in kinds or not isinstance(rows, list):
            yield None
            return
        kind = kinds[plural]
        hidden = frozenset(hidden_fields(kind, sight))
        needed = [field for field in fields_of(KINDS[kind].record) if field.required and field.name in hidden]
        for row in rows:
            yield read_record(kind, _filled(row, needed) if isinstance(row, Mapping) else row)[0]


def _filled(row: Mapping[str, Any], needed: list[FieldOf]) -> dict[str, Any]:
    return {**{field.name: _stand_in(field, row) for field in needed}, **row}


def _stand_in(field: FieldOf, row: Mapping[str, Any]) -> Any:
    """Return a value the gate takes; a target must differ from a baseline, which is 0 where it is hidden."""
    if field.part.container is Container.LIST:
        return [1]
    return row.get("key") if field.part.types == (str,) else 1


__all__ = ["read_seen"]
