"""One value of a record to one cell of a table and back, by the annotation of its field.

A cell is a text, a number, a date, a truth value or nothing. Lists and maps are one text: ``a; b`` and
``a:1; b:2``. What could be mistaken is put in double quotes, a double quote inside them is doubled. The gate
judges what comes out of here: a cell that means nothing is handed on as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from rhumbline.book.fields import Container, FieldOf, Part
from rhumbline.book.findings import RhumblineError
from rhumbline.book.types import Shape
from rhumbline.exchange.styles import Cell
from rhumbline.exchange.vocabulary import truth_words

# The word for a map or list that is known to be empty, where a blank cell means that nobody has said.
NONE = "none"

# A spreadsheet program takes at most 32,767 letters in a cell, counting those beyond U+FFFF twice.
MOST_LETTERS = 32_000


class TooLongForACell(RhumblineError):
    """One entry of a list or map is longer than a cell of a spreadsheet can be; nothing is cut off for you."""

    def __init__(self, name: str, letters: int) -> None:
        super().__init__(
            f"An entry of {name} has {letters:,} letters, and a cell holds at most {MOST_LETTERS:,}. "
            "Write the Book as YAML or JSON instead."
        )


@dataclass(frozen=True, slots=True)
class FormulaWithoutValue:
    """A cell whose formula has no value that could be read; the gate refuses it for every field."""

    formula: str


class RepeatedNames(Mapping[str, Any]):
    """The map a cell states, with a name in it more than once, so that the gate can refuse it."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        self._pairs = pairs

    def __getitem__(self, name: str) -> Any:
        return dict(self._pairs)[name]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)

    def items(self) -> Any:
        """Return every pair, repetitions included."""
        return tuple(self._pairs)


# --- out --------------------------------------------------------------------------------------


def keeps_empty(described: FieldOf) -> bool:
    """Return whether a field tells apart an empty list or map from one that nobody has stated.

    Parameters
    ----------
    described
        A field of a record.
    """
    return described.optional and described.part.container is not Container.ONE


def cells_of(described: FieldOf, value: Any) -> list[Cell]:
    """Return the cells that hold a value: one, or several where a list or map is too long for one.

    Parameters
    ----------
    described
        The field.
    value
        What the record holds.
    """
    if value is None:
        return [None]
    if described.part.container is Container.ONE:
        # Some programs keep fifteen digits of a number; a blank cell is a third just as well.
        lost = isinstance(value, float) and value == described.default and float(f"{value:.15g}") != value
        return [None if lost else _single_cell(described.part, value)]
    if not value:
        return [NONE if keeps_empty(described) else None]
    return [*_packed(described.name, _entries(described.part, value))]


def _single_cell(part: Part, value: Any) -> Cell:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str) and bool in part.types and _TRUTH_LIKE.fullmatch(value):
        return f"'{value}"
    if isinstance(value, Decimal):
        # Fifteen digits are the most that money and hours can have, and a double keeps those.
        return int(value) if value == value.to_integral_value() else float(value)
    cell: Cell = value
    return cell


def _entries(part: Part, value: Any) -> Iterator[str]:
    assert part.inner is not None  # noqa: S101 - a list or map always says what it holds
    if part.container is Container.LIST:
        for item in value:
            yield _quoted(plain_text(item), _LIST_SIGNS)
        return
    for name, item in value.items():
        if part.inner.container is Container.LIST:
            said = ",".join(plain_text(each) for each in item)
        else:
            said = _quoted(plain_text(item), _LIST_SIGNS)
        yield f"{_quoted(name, _NAME_SIGNS)}:{said}"


_LIST_SIGNS = re.compile(r";")
_NAME_SIGNS = re.compile(r"[;:]")


def _quoted(text: str, signs: re.Pattern[str]) -> str:
    """Put a text in double quotes where it could be mistaken for something else without them."""
    sure = text and text == text.strip() and text[0] != '"' and not signs.search(text) and text.casefold() != NONE
    return text if sure else '"' + text.replace('"', '""') + '"'


def _packed(name: str, entries: Iterator[str]) -> Iterator[str]:
    """Join entries into as few texts as fit into a cell each."""
    together = ""
    for entry in entries:
        if letters_of(entry) > MOST_LETTERS:
            raise TooLongForACell(name, letters_of(entry))
        longer = f"{together}; {entry}" if together else entry
        if letters_of(longer) > MOST_LETTERS:
            yield together
            longer = entry
        together = longer
    yield together


def letters_of(text: str) -> int:
    """Return the length of a text as spreadsheet programs count it.

    Parameters
    ----------
    text
        Any text.
    """
    if len(text) * 2 <= MOST_LETTERS:
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


# --- the text of a cell -----------------------------------------------------------------------

# What makes a spreadsheet program run a text as a formula, also in the wide letters of East Asia.
_FORMULA_LIKE = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NEGATIVE = re.compile(r"-[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_TRUTH_LIKE = re.compile(r"'*(true|false)", re.IGNORECASE)


def text_of(cell: Cell) -> str:
    """Return a cell as the text of a CSV file; what a spreadsheet would run as a formula gets an apostrophe before it.

    Parameters
    ----------
    cell
        A cell.
    """
    text = plain_text(cell)
    if _FORMULA_LIKE.match(text) and not _NEGATIVE.fullmatch(text):
        return f"'{text}"
    return text


def unguarded(text: str) -> str:
    """Return the text of a cell of a CSV file without the apostrophe that keeps it from being a formula.

    Parameters
    ----------
    text
        A text as it stands in the file.
    """
    return text[1:] if text.startswith("'") and _FORMULA_LIKE.match(text) else text


def plain_text(value: Any) -> str:
    """Return a value as text, without any protection against what a spreadsheet would make of it.

    Parameters
    ----------
    value
        A single value: a text, a number, a date, a truth value or None.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    return value.isoformat() if isinstance(value, date) else str(value)


# --- in ---------------------------------------------------------------------------------------


def is_blank(cell: Cell | FormulaWithoutValue) -> bool:
    """Return whether nothing stands in a cell.

    Parameters
    ----------
    cell
        A cell.
    """
    return cell is None or (isinstance(cell, str) and (not cell or cell.isspace()))


def value_of(described: FieldOf, cell: Cell | FormulaWithoutValue) -> Any:
    """Return what a cell says as the raw data of its field, for the gate to judge.

    Parameters
    ----------
    described
        The field.
    cell
        A cell that is not blank.
    """
    part = described.part
    if isinstance(cell, FormulaWithoutValue):
        return cell
    if part.container is Container.ONE:
        return _single(part, cell)
    if isinstance(cell, str) and keeps_empty(described) and cell.strip().casefold() == NONE:
        return [] if part.container is Container.LIST else {}
    if part.container is Container.LIST:
        return _list(part, cell)
    return _map(part, cell)


def _single(part: Part, cell: Cell) -> Any:
    if isinstance(cell, str):
        return _from_text(part, cell)
    if bool in part.types and isinstance(cell, (int, float)) and cell in (0, 1):
        # ODS files keep a truth value as a number.
        return bool(cell)
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return int(cell)
    if isinstance(cell, (time, timedelta)):
        # No field holds a time of day; the gate then says what it found.
        return str(cell)
    return cell.date() if isinstance(cell, datetime) and cell.time() == time.min else cell


def _from_text(part: Part, text: str) -> Any:
    if bool in part.types:
        truth = _truth(text, words=str not in part.types)
        if truth is not None:
            return truth
        return text[1:] if str in part.types and _TRUTH_LIKE.fullmatch(text) else text
    if str in part.types:
        # A key has no spaces around it, so one that is there was typed by mistake.
        return text.strip() if part.mark(Shape) else text
    stripped = text.strip()
    if any(kind in (int, float, Decimal) for kind in part.types):
        return _number(stripped)
    return stripped


def _truth(text: str, *, words: bool) -> bool | None:
    """Return the truth value a text states; ``words`` takes those of other languages too."""
    folded = text.strip().casefold()
    if words:
        return truth_words().get(folded)
    return {"true": True, "false": False}.get(text.casefold())


_WHOLE = re.compile(r"[-+]?[0-9]{1,300}")
_NUMBER = re.compile(r"[-+]?[0-9]{1,300}(\.[0-9]{1,400})?([eE][-+]?[0-9]{1,3})?")


def _number(text: str) -> int | Decimal | str:
    if _WHOLE.fullmatch(text):
        return int(text)
    return Decimal(text) if _NUMBER.fullmatch(text) else text


def _list(part: Part, cell: Cell) -> list[Any]:
    assert part.inner is not None  # noqa: S101 - a list always says what it holds
    if not isinstance(cell, str):
        return [_single(part.inner, cell)]
    return [_from_text(part.inner, text) for text in _pieces(cell, _LIST_PIECE)]


def _map(part: Part, cell: Cell) -> Mapping[str, Any]:
    assert part.inner is not None  # noqa: S101 - a map always says what it holds
    text = cell if isinstance(cell, str) else plain_text(_single(part.inner, cell))
    pairs = [(name, _map_value(part.inner, said)) for name, said in _pairs(text)]
    items = dict(pairs)
    return items if len(items) == len(pairs) else RepeatedNames(pairs)


def _map_value(inner: Part, said: str | None) -> Any:
    if said is None:
        return None
    if inner.container is Container.LIST:
        assert inner.inner is not None  # noqa: S101 - as above
        return [_from_text(inner.inner, piece) for piece in _pieces(said, _NUMBER_PIECE)]
    return _from_text(inner, said)


# A text in quotes ends at a separator; else its quotes are letters like others: 5" pipe; 3" pipe.
_IN_QUOTES = r'"(?:[^"]|"")*+"'
_LIST_PIECE = re.compile(rf"\s*(?:({_IN_QUOTES})\s*(?:;|\Z)|([^;]*)(?:;|\Z))")
_NUMBER_PIECE = re.compile(r"\s*()(?:([^,]*)(?:,|\Z))")
_NAME = re.compile(rf"\s*(?:({_IN_QUOTES})\s*:|([^;:]*):)")


def _pieces(text: str, pattern: re.Pattern[str]) -> list[str]:
    """Return the entries of a list; a separator at the end opens no further entry."""
    pieces = []
    at = 0
    while at < len(text):
        piece, at = _piece(text, at, pattern)
        pieces.append(piece)
    if len(pieces) > 1 and not pieces[-1]:
        pieces.pop()
    return pieces


def _piece(text: str, at: int, pattern: re.Pattern[str]) -> tuple[str, int]:
    found = pattern.match(text, at)
    assert found is not None  # noqa: S101 - the second way matches every text
    return _bare(found), found.end()


def _bare(found: re.Match[str]) -> str:
    if found.group(1):
        return found.group(1)[1:-1].replace('""', '"')
    return str(found.group(2)).strip()


def _pairs(text: str) -> list[tuple[str, str | None]]:
    """Return the names of a map with what is said of each, None where there is no colon."""
    pairs: list[tuple[str, str | None]] = []
    at = 0
    while at < len(text):
        if text[at:].isspace():
            break
        name = _NAME.match(text, at)
        said: str | None
        if name is None:
            word, at = _piece(text, at, _LIST_PIECE)
            pairs.append((word, None))
        else:
            said, at = _piece(text, name.end(), _LIST_PIECE)
            pairs.append((_bare(name), said))
    return pairs


__all__ = [
    "MOST_LETTERS",
    "NONE",
    "FormulaWithoutValue",
    "RepeatedNames",
    "TooLongForACell",
    "cells_of",
    "is_blank",
    "keeps_empty",
    "letters_of",
    "plain_text",
    "text_of",
    "unguarded",
    "value_of",
]
