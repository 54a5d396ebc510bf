"""Two changes of one record: merged where they touch different fields, named where they touch the same one."""

from __future__ import annotations

import dataclasses
from typing import Any

from rhumbline.book.fields import fields_of


def clashes(base: Any | None, theirs: Any | None, mine: Any | None) -> tuple[Any | None, tuple[str, ...]]:
    """Merge two changes of one record, field by field.

    Parameters
    ----------
    base
        The record both authors began with; None where there was none.
    theirs, mine
        What each made of it; None where they removed it. All are of one kind and have one key.

    Returns
    -------
    tuple
        The record with the changes of both (where both changed a field, with mine; None where it is removed), and the
        fields that both changed to different values. A removal changes every field that the other side changed.
    """
    if theirs is None or mine is None:
        kept = mine if theirs is None else theirs
        if kept is None or (base is not None and kept == base):
            return None, ()
        # Where there was no record, one side cannot have removed it: only the other did anything.
        return (kept, ()) if base is None else (mine, _changed(base, kept))
    merged: dict[str, Any] = {}
    both: list[str] = []
    for described in fields_of(type(mine)):
        name = described.name
        before = described.default if base is None else getattr(base, name)
        here, there = getattr(mine, name), getattr(theirs, name)
        if here == before:
            merged[name] = there
        elif there not in (before, here):
            both.append(name)
    return dataclasses.replace(mine, **merged), tuple(both)


def _changed(base: Any, record: Any) -> tuple[str, ...]:
    names = (described.name for described in fields_of(type(record)))
    return tuple(name for name in names if getattr(base, name) != getattr(record, name))
