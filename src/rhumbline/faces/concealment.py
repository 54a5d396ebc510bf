"""Shows an answer to somebody who may not see all of it: its result, its terms and what it says.

Computing and showing are apart here too: an answer is computed on the whole Book, and only then is left out what its
reader may not see. What is money says the annotation of a result's field, and the catalogue, which prints it as money.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from typing import Any

from rhumbline.book.concealment import HIDDEN, is_money, reasons_to_hide
from rhumbline.book.fields import Part, part_of
from rhumbline.book.types import FrozenMap, OwnUnit, Quotes
from rhumbline.engines._maths import Triple
from rhumbline.engines.reasons import Reason
from rhumbline.faces.blocks import Block, Blocks, Cell, Column, Given, Sentences, Tone
from rhumbline.faces.words import Words

# --- what an answer says ----------------------------------------------------------------------


def seen_blocks(blocks: Blocks, words: Words) -> Blocks:
    """Return what an answer says without what its reader may not see, and with a line that says so.

    Parameters
    ----------
    blocks
        As ``explain`` selected them.
    words
        The language and the reader.
    """
    if not words.sight.concealed:
        return blocks
    seen: list[Block] = [_seen_block(block, words) for block in blocks]
    return (*seen, Sentences((concealed_note(words),), Tone.QUIET))


def concealed_note(words: Words) -> Reason:
    """Return the sentence that says what the reader does not see.

    Parameters
    ----------
    words
        The language and the reader.
    """
    return Reason("page.concealed", {"what": tuple(f"concealed {name}" for name in words.sight.concealed)})


def _seen_block(value: Any, words: Words) -> Any:
    """Walk through a block and everything in it, and replace what it says."""
    if isinstance(value, Reason | Cell | Given):
        return words.seen(value)
    if isinstance(value, Column):
        return dataclasses.replace(value, numbers=words.seen_numbers(value.code, value.numbers))
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(_seen_block(inner, words) for inner in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return dataclasses.replace(value, **{name: _seen_block(inner, words) for name, inner in fields.items()})
    return value


# --- what an answer is ------------------------------------------------------------------------


def seen_result(value: Any, words: Words) -> Any:
    """Return a result, or terms, without what the reader may not see.

    Parameters
    ----------
    value
        A result of an engine, or any part of one.
    words
        The reader, and the catalogue that says which numbers of a reason are money.

    Notes
    -----
    Where something is hidden stands ``HIDDEN``, whatever the type of the field: it is to be shown, not to be computed
    with.
    """
    if not words.sight.concealed or isinstance(value, str | float | int | Triple):
        return value
    if isinstance(value, Reason):
        return words.seen(value)
    if isinstance(value, FrozenMap):
        return FrozenMap({key: seen_result(inner, words) for key, inner in value.items()})
    if isinstance(value, Mapping):
        return {key: seen_result(inner, words) for key, inner in value.items()}
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(seen_result(inner, words) for inner in value)
    if _is_record(value):
        return _seen_record(value, words)
    return value


def _is_record(value: Any) -> bool:
    """Whether a value has named fields with annotations: a dataclass or a named tuple."""
    return (dataclasses.is_dataclass(value) and not isinstance(value, type)) or hasattr(value, "_fields")


def _seen_record(value: Any, words: Words) -> Any:
    seen = {}
    for name, part in _parts(type(value)).items():
        own = getattr(value, name)
        seen[name] = HIDDEN if own is not None and _hides(part, value, words) else _seen_field(value, name, own, words)
    return value._replace(**seen) if hasattr(value, "_replace") else _replaced(value, seen)


def _seen_field(record: Any, name: str, own: Any, words: Words) -> Any:
    if name == "evidence" and hasattr(record, "own_words") and isinstance(own, Mapping):
        # The numbers of a rule's finding: all its sentences speak of them, those of one's own rule too.
        return FrozenMap(words.seen_numbers(f"{record.code}.message", own, *record.own_words.values()))
    return seen_result(own, words)


def _replaced(value: Any, fields: Mapping[str, Any]) -> Any:
    """Return a copy of a dataclass with other fields, without what it does when it is made."""
    copy = object.__new__(type(value))
    for name, inner in fields.items():
        object.__setattr__(copy, name, inner)
    return copy


def _hides(part: Part, record: Any, words: Words) -> bool:
    marks = _marks(part)
    if any(isinstance(mark, Quotes) for mark in marks):
        return True
    if any(isinstance(mark, OwnUnit) for mark in marks):
        return not words.sight.money and is_money(record.unit)
    reasons = reasons_to_hide(part) & frozenset(words.sight.concealed)
    private = getattr(record, "kpi", None) in words.private
    return bool(reasons - {"private"}) or ("private" in reasons and private)


def _marks(part: Part) -> tuple[Any, ...]:
    return part.marks if part.inner is None else (*part.marks, *_marks(part.inner))


_SHAPES: dict[type[Any], Mapping[str, Part]] = {}


def _parts(record: type[Any]) -> Mapping[str, Part]:
    """Return the shape of every field of a result's class."""
    if record not in _SHAPES:
        _SHAPES[record] = _parts_read(record)
    return _SHAPES[record]


def _parts_read(record: type[Any]) -> Mapping[str, Part]:
    hints = typing.get_type_hints(record, include_extras=True)
    names = (
        [field.name for field in dataclasses.fields(record)]
        if dataclasses.is_dataclass(record)
        else list(getattr(record, "_fields", ()))
    )
    return {name: part_of(hints[name]) for name in names}


__all__ = ["concealed_note", "seen_blocks", "seen_result"]
