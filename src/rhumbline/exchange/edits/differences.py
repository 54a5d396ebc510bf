"""The edits that lead from one Book to another."""

from __future__ import annotations

from typing import Any

from rhumbline.book.book import Book
from rhumbline.book.digests import body, plain
from rhumbline.book.fields import fields_of
from rhumbline.book.findings import RhumblineError
from rhumbline.book.records import KINDS
from rhumbline.exchange.edits.reading import Action

RawEdit = dict[str, Any]


class RowsVanish(RhumblineError):
    """Edits were asked for that would take rows out of a series, which edits cannot: they only append."""

    def __init__(self, kind: str, count: int) -> None:
        self.kind = kind
        super().__init__(
            f"{count} row(s) of {KINDS[kind].plural} are in the first Book and not in the second, and rows of a series "
            "are only ever appended. Keep them, or undo the change that wrote them."
        )


def edits_between(before: Book, after: Book) -> list[RawEdit]:
    """Return the raw edits that make one Book into another; exchange the two, and they are undone.

    Parameters
    ----------
    before, after
        Two Books. What they say is compared, not their evaluation dates.

    Raises
    ------
    RowsVanish
        When a row of a series is in the first Book and not in the second.
    """
    edits: list[RawEdit] = []
    for change in before.diff(after):
        if KINDS[change.kind].series:
            edits += _appended(change.kind, change.before or (), change.after or ())
        elif change.after is None:
            edits.append({"edit": Action.REMOVE.value, "kind": change.kind, "key": change.key})
        elif change.before is None:
            edits.append({"edit": Action.PUT.value, "kind": change.kind, "record": _whole(change.after)})
        else:
            fields = {name: _stated(change.after, name) for name in change.fields}
            edits.append({"edit": Action.SET.value, "kind": change.kind, "key": change.key, "fields": fields})
    return edits


def _whole(record: Any) -> dict[str, Any]:
    """Return a record in the complete form, its key always said."""
    return {"key": record.key, **body(record)}


def _stated(record: Any, name: str) -> Any:
    described = next(field for field in fields_of(type(record)) if field.name == name)
    value = getattr(record, name)
    return None if value == described.default else plain(value)


def _appended(kind: str, before: tuple[Any, ...], after: tuple[Any, ...]) -> list[RawEdit]:
    left: dict[Any, int] = {}
    for row in before:
        left[row] = left.get(row, 0) + 1
    new = []
    for row in after:
        if left.get(row):
            left[row] -= 1
        else:
            new.append(row)
    vanished = sum(left.values())
    if vanished:
        raise RowsVanish(kind, vanished)
    return [{"edit": Action.APPEND.value, "kind": kind, "record": body(row)} for row in new]
