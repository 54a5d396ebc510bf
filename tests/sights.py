"""Two Books that differ in nothing but what a reader may not see; what that reader gets must then be the same bytes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from rhumbline.book.book import Book
from rhumbline.book.concealment import reasons_to_hide
from rhumbline.book.fields import fields_of
from rhumbline.book.types import FrozenMap

# A power of two: shares of floating-point numbers stay the same to their last bit.
FACTOR = 4


def everything(book: Book) -> Iterator[Any]:
    """Yield every record and every row of a series."""
    yield from (record for records in book.records.values() for record in records.values())
    yield from (row for rows in book.series.values() for row in rows)


def with_other(book: Book, reason: str, change: Callable[[Any], Any]) -> Book:
    """Return a Book in which every value that is hidden for one reason is another one."""

    def changed(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(changed, value))
        if isinstance(value, FrozenMap):
            return FrozenMap({key: changed(inner) for key, inner in value.items()})
        return change(value) if value else value

    def other(record: Any) -> Any:
        names = [field.name for field in fields_of(type(record)) if reason in reasons_to_hide(field.part)]
        return dataclasses.replace(record, **{name: changed(getattr(record, name)) for name in names})

    return dataclasses.replace(
        Book.of([other(record) for record in everything(book)], book.as_of), held_out=book.held_out
    )


def with_other_money(book: Book) -> Book:
    """Return a Book in which every amount of money is four times as large."""
    return with_other(book, "money", lambda amount: amount * FACTOR)


def with_other_persons(book: Book) -> Book:
    """Return a Book in which everybody is called otherwise and said something else."""
    return with_other(book, "personal", lambda text: f"Zyx {text[::-1]}"[:200])


def with_private_kpis(book: Book) -> Book:
    """Return a Book in which all KPIs are private."""
    private = {"private": True, "private_reason": "Nobody needs to know."}
    return book.replace(*(dataclasses.replace(kpi, **private) for kpi in book.kpis.values()))


def with_other_kpis(book: Book) -> Book:
    """Return a Book in which every number in the unit of its KPI is four times as large."""
    return with_other(book, "private", lambda number: number * FACTOR)
