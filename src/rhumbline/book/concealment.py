"""Leaves out of a Book what its reader may not see; annotations alone say what that is.

A field is hidden when its annotation says so anywhere: a unit of money hides it from those who see no money,
``Personal`` from guests, and the unit of the KPI where the KPI it speaks of is private. So a new field of money is
hidden from the day it exists, without a line here.

What is hidden becomes what the field is when nobody gives it. A field that cannot be without a value becomes None (a
Personal text the key of its record): a concealed Book is for reading, and computing on it fails instead of taking a
missing amount for nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Any

from rhumbline.book.authority import Sight
from rhumbline.book.book import Book
from rhumbline.book.fields import Container, FieldOf, Part, fields_of
from rhumbline.book.findings import Finding
from rhumbline.book.records import KIND_OF_RECORD, KINDS
from rhumbline.book.types import FrozenMap, Personal, Unit

OF_ITS_KPI = "unit of the KPI"


class Hidden(Enum):
    """What stands in an answer where its reader may not see a value; null in a document, never 0."""

    HIDDEN = None


HIDDEN = Hidden.HIDDEN


def is_money(unit: str) -> bool:
    """Whether a unit is money, or anything counted in money.

    Parameters
    ----------
    unit
        As an annotation names it, such as ``money per hour``.
    """
    return "money" in unit.split()


def reasons_to_hide(part: Part) -> frozenset[str]:
    """Return from whom a value is hidden, by its annotation: ``money``, ``personal``, ``private``.

    Parameters
    ----------
    part
        The shape of a field, from the annotations of a record class.
    """
    found = set() if part.inner is None else set(reasons_to_hide(part.inner))
    units = [mark.name for mark in part.marks if isinstance(mark, Unit)]
    if any(is_money(unit) for unit in units):
        found.add("money")
    if Personal in part.marks:
        found.add("personal")
    if OF_ITS_KPI in units:
        found.add("private")
    return frozenset(found)


@cache
def _concealable(kind: str) -> tuple[tuple[FieldOf, frozenset[str]], ...]:
    """The fields of a kind that are hidden from somebody."""
    found = ((field, reasons_to_hide(field.part)) for field in fields_of(KINDS[kind].record))
    return tuple((field, reasons) for field, reasons in found if reasons)


def private_kpis(*books: Book | None) -> frozenset[str]:
    """Return the keys of the KPIs that are private in any of these Books.

    Parameters
    ----------
    books
        An earlier Book and the one of today: what is private now is private in the past as well.
    """
    return frozenset(key for book in books if book is not None for key, kpi in book.kpis.items() if kpi.private)


def hidden_fields(kind: str, sight: Sight, *, private: bool = True) -> tuple[str, ...]:
    """Return the fields of a kind that somebody does not see, whatever stands in them.

    Parameters
    ----------
    kind
        The kind of record.
    sight
        What is seen.
    private
        Whether the KPI that the record is, or speaks of, is private.
    """
    return tuple(field.name for field in _hidden(kind, sight, private=private))


def _hidden(kind: str, sight: Sight, *, private: bool) -> list[FieldOf]:
    concealed = frozenset(sight.concealed) - (frozenset() if private else {"private"})
    return [field for field, reasons in _concealable(kind) if reasons & concealed]


@cache
def _kpi_fields(kind: str) -> tuple[str, ...]:
    """The fields that say which KPI a record is or speaks of."""
    if kind == "kpi":
        return ("key",)
    fields = fields_of(KINDS[kind].record)
    return tuple(field.name for field in fields if field.refers == "kpi" and field.part.container is Container.ONE)


# --- a whole Book -----------------------------------------------------------------------------


def conceal(book: Book, sight: Sight, now: Book | None = None) -> Book:
    """Return a Book without what somebody may not see; what is not concerned is shared with the whole Book.

    Parameters
    ----------
    book
        The whole Book.
    sight
        What is seen.
    now
        The Book of today, where the other one is of an earlier date.
    """
    if not sight.concealed:
        return book
    private = private_kpis(book, now)
    records, series = dict(book.records), dict(book.series)
    for kind in KINDS:
        if not _hidden(kind, sight, private=bool(private)):
            continue
        if kind in series:
            rows = (row for row in series[kind] if sight.private or not (_kpis_of(row) & private))
            series[kind] = tuple(_concealed(row, sight, private) for row in rows)
        elif kind in records:
            records[kind] = FrozenMap(
                {key: _concealed(record, sight, private) for key, record in records[kind].items()}
            )
    kept = {kind: rows for kind, rows in series.items() if rows}
    held_out = tuple(conceal_finding(finding, sight) for finding in book.held_out)
    return Book(FrozenMap(records), FrozenMap(kept), book.as_of, held_out=held_out, concealed=sight.concealed)


def _kpis_of(record: Any) -> frozenset[str]:
    return frozenset(
        key for name in _kpi_fields(KIND_OF_RECORD[type(record)]) if (key := getattr(record, name)) is not None
    )


def _concealed(record: Any, sight: Sight, private: Collection[str]) -> Any:
    kind = KIND_OF_RECORD[type(record)]
    hidden = _hidden(kind, sight, private=not _kpis_of(record).isdisjoint(private))
    if not hidden:
        return record
    return dataclasses.replace(record, **{field.name: _blank(field, record) for field in hidden})


def _blank(field: FieldOf, record: Any) -> Any:
    """What stands where something is hidden."""
    if not field.required:
        return field.default
    if field.part.container is not Container.ONE:
        return () if field.part.container is Container.LIST else FrozenMap()
    return getattr(record, "key", None) if field.part.types == (str,) else None


# --- one record as JSON -----------------------------------------------------------------------


def conceal_body(
    kind: str, body: Mapping[str, Any], sight: Sight, book: Book | None = None
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return a record in its JSON form without what somebody may not see, and the names of the fields left out.

    Parameters
    ----------
    kind
        The kind of record.
    body
        Its fields, all or some of them.
    sight
        What is seen.
    book
        The Book of today, which says whether a KPI is private; without it every KPI counts as private.

    Notes
    -----
    All fields that are hidden in this record are named, whether or not the body has them: that a field is missing
    would tell that its value is the default.
    """
    named = frozenset(_named(kind, body))
    # Where the body does not say which KPI it is about, it may be a private one.
    private = book is None or bool(body.get("private")) or not named or not named.isdisjoint(private_kpis(book))
    hidden = _hidden(kind, sight, private=private)
    names = tuple(field.name for field in hidden)
    kept = {name: value for name, value in body.items() if name not in names}
    for field in hidden:
        if field.required and field.personal and field.name in body and "key" in body:
            kept[field.name] = body["key"]
    return {name: kept[name] for name in body if name in kept}, names


def _named(kind: str, body: Mapping[str, Any]) -> Iterator[str]:
    return (body[name] for name in _kpi_fields(kind) if isinstance(body.get(name), str))


# --- a finding about the data -----------------------------------------------------------------


def conceal_finding(finding: Finding, sight: Sight) -> Finding:
    """Return a finding of the gate or the rules without the value it quotes, where that value is hidden.

    Parameters
    ----------
    finding
        What was noticed about the data.
    sight
        What is seen.
    """
    if finding.kind not in KINDS:
        return finding
    named = str(finding.numbers.get("field", "")).partition(".")[0].partition("[")[0]
    hidden = hidden_fields(finding.kind, sight)
    # A finding that does not say which field it is about may quote any of them.
    if not hidden or (named and named not in hidden):
        return finding
    return dataclasses.replace(
        finding,
        message="There is something wrong here that you may not see.",
        remedy="Ask somebody who sees it to correct it.",
        numbers=FrozenMap({"field": named} if named else {}),
    )


__all__ = [
    "HIDDEN",
    "Hidden",
    "conceal",
    "conceal_body",
    "conceal_finding",
    "hidden_fields",
    "is_money",
    "private_kpis",
    "reasons_to_hide",
]
