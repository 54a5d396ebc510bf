"""What a cell looks like: words, a number, a year, nothing; and whether it holds a word that headers use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from rhumbline.exchange.styles import Cell, decide_dates, decide_numbers, month_of
from rhumbline.exchange.vocabulary import header_words, without_unit

Grid = Sequence[Sequence[Cell]]


def is_empty(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def is_blank(row: Sequence[Cell]) -> bool:
    return all(is_empty(cell) for cell in row)


_YEAR = re.compile(r"(?:19|20|21)\d\d")


_PLACE = re.compile(r"\S+@\S+\.\S+|https?://|www\.")


@lru_cache(maxsize=100_000)
def _is_text(text: str) -> bool:
    """Whether a text is words: no number, no date, no address."""
    stripped = text.strip()
    if not any(letter.isalpha() for letter in stripped):
        return False
    if not any(letter.isdigit() for letter in stripped):
        return not _PLACE.search(stripped)
    numeric = decide_numbers((stripped,)).read or decide_dates((stripped,)).read
    return not numeric and not _PLACE.search(stripped)


def is_wordy(cell: Cell) -> bool:
    return isinstance(cell, str) and _is_text(cell)


def is_period(cell: Cell) -> bool:
    """Whether a cell names a year or a month, as headers of columns of amounts do."""
    if isinstance(cell, date):
        # Month headers of a workbook are real dates, the first of each month.
        return cell.day == 1
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell).strip() if isinstance(cell, (int, str)) else ""
    return bool(_YEAR.fullmatch(text)) or (0 < len(text) <= 20 and month_of(text) is not None)


def is_numeric(cell: Cell) -> bool:
    if isinstance(cell, str):
        return bool(cell.strip()) and not _is_text(cell)
    return isinstance(cell, (int, float, date, datetime, time, timedelta))


def known_header(cell: Cell) -> bool:
    """Return whether a cell holds a word that headers use.

    Parameters
    ----------
    cell
        Any cell.
    """
    if not isinstance(cell, str) or not cell.strip() or len(cell) > 60:
        return False
    return header_words().find(without_unit(cell)[0]) is not None


def cell_at(grid: Grid, row: int, column: int) -> Cell:
    return grid[row][column] if 0 <= row < len(grid) and column < len(grid[row]) else None


def label_of(cell: Cell) -> str:
    if is_empty(cell):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return " ".join(str(cell).split())


def first_text(cells: Sequence[Cell]) -> str:
    return next((cell.strip() for cell in cells if isinstance(cell, str) and is_wordy(cell)), "")
