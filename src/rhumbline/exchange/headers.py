"""Where tables begin: the rows that look like headers, and the groups above or below them.

A header is found by what it looks like (words above numbers) and by the words it uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rhumbline.exchange.cell_looks import (
    Grid,
    cell_at,
    is_blank,
    is_empty,
    is_numeric,
    is_period,
    is_wordy,
    known_header,
    label_of,
)
from rhumbline.exchange.sheets import Sheet, column_letters
from rhumbline.exchange.styles import Cell
from rhumbline.exchange.vocabulary import normal, targets


@dataclass(frozen=True, slots=True)
class Header:
    """The name of one column: its text, the text of a group above it, and where it stands (counted from 0)."""

    column: int
    text: str
    group: str = ""

    @property
    def name(self) -> str:
        """The group and the text as one; the letter of the column where there is neither."""
        words = " ".join(part for part in (self.group, self.text) if part)
        return words or f"column {column_letters(self.column)}"


# --- rows that begin a table ------------------------------------------------------------------

_SEARCHED = 40


_LONG = 45


def _header_score(grid: Grid, index: int, place: int) -> float:
    """Return how much a row looks like a header; ``place`` counts the rows with content before it."""
    row = grid[index]
    filled = [cell for cell in row if not is_empty(cell)]
    if len(filled) < 2 or not any(is_wordy(cell) for cell in filled):
        return float("-inf")
    known = sum(known_header(cell) for cell in filled)
    numeric = sum(is_numeric(cell) and not is_period(cell) for cell in filled)
    long = sum(isinstance(cell, str) and len(cell) > _LONG for cell in filled)
    return len(filled) + 3 * known - 4 * numeric - 0.2 * place - 2 * long + 1.5 * _contrast(grid, index)


def _contrast(grid: Grid, index: int) -> int:
    """Return in how many columns words stand above numbers or dates: the surest sign of a header."""
    below = _block_below(grid, index)
    count = 0
    for column, cell in enumerate(grid[index]):
        if not is_wordy(cell):
            continue
        under = [row[column] for row in below if column < len(row) and not is_empty(row[column])]
        count += bool(under) and 2 * sum(is_numeric(value) for value in under) > len(under)
    return count


def _block_below(grid: Grid, index: int) -> list[Sequence[Cell]]:
    """Return up to five rows below a row, no further than the next empty row behind them."""
    rows: list[Sequence[Cell]] = []
    for row in grid[index + 1 : index + 12]:
        if is_blank(row):
            if rows:
                break
            continue
        rows.append(row)
    return rows[:5]


def header_rows(grid: Grid) -> list[int]:
    """Return the rows in which a table begins, each the row of its header."""
    filled = [index for index, row in enumerate(grid) if not is_blank(row)]
    first = _best_header(grid, filled[:_SEARCHED])
    if first is None:
        return []
    starts = [*_earlier_headers(grid, first), first]
    for index in filled:
        after_blank = index > 0 and is_blank(grid[index - 1])
        if index > first and after_blank:
            start = _later_header(grid, index, starts[-1])
            if start is not None:
                starts.append(start)
    return starts


def _earlier_headers(grid: Grid, first: int) -> list[int]:
    """Return the headers of smaller tables above the best one, each in a block of rows of its own."""
    found = []
    block: list[int] = []
    for index in range(first):
        if not is_blank(grid[index]):
            block.append(index)
        elif block:
            found += _header_in(grid, block)
            block = []
    # Rows that touch the best header are its title or its groups.
    return found


def _header_in(grid: Grid, block: list[int]) -> list[int]:
    best = _best_header(grid, block[:5])
    if best is None or best == block[-1]:
        return []
    filled = [cell for cell in grid[best] if not is_empty(cell)]
    known = sum(known_header(cell) for cell in filled)
    sure = (known >= 2 and known * 2 >= len(filled)) or (known >= 1 and _contrast(grid, best) >= 1)
    return [best] if sure else []


def _best_header(grid: Grid, candidates: Sequence[int]) -> int | None:
    scores = {index: _header_score(grid, index, place) for place, index in enumerate(candidates)}
    best = max(scores, key=lambda index: scores[index], default=None)
    return best if best is not None and scores[best] > float("-inf") else None


def _later_header(grid: Grid, block: int, current: int) -> int | None:
    """Return the row of a new header at the beginning of a block of rows, or None where the table just goes on."""
    for index in range(block, min(block + 3, len(grid))):
        row = grid[index]
        if is_blank(row):
            return None
        filled = [cell for cell in row if not is_empty(cell)]
        if len(filled) < 2 or not all(is_wordy(cell) or is_period(cell) for cell in filled):
            continue
        if _same_words(row, grid[current]) or index + 1 >= len(grid) or is_blank(grid[index + 1]):
            return None
        known = sum(known_header(cell) for cell in filled)
        if known >= 2 and known * 2 >= len(filled):
            return index
        if _contrast(grid, index) and _against(grid, index, current):
            return index
    return None


def _against(grid: Grid, index: int, current: int) -> bool:
    """Return whether a row of words stands where the table above has numbers."""
    above = [row for row in grid[current + 1 : index] if not is_blank(row)][-6:]
    for column, cell in enumerate(grid[index]):
        values = [row[column] for row in above if column < len(row) and not is_empty(row[column])]
        if is_wordy(cell) and values and all(is_numeric(value) for value in values):
            return True
    return False


def _same_words(row: Sequence[Cell], other: Sequence[Cell]) -> bool:
    mine = [normal(cell) for cell in row if isinstance(cell, str) and cell.strip()]
    theirs = [normal(cell) for cell in other if isinstance(cell, str) and cell.strip()]
    return mine == theirs


# --- headers of two rows ----------------------------------------------------------------------


def two_rows(sheet: Sheet, grid: Grid, start: int) -> tuple[int | None, int]:
    """Return the row of groups above the header, if there is one, and the row of the header proper."""
    if _is_lower_header(sheet, grid, start):
        return start, start + 1
    if start > 0 and _is_group_row(sheet, grid, start - 1, start):
        return start - 1, start
    return None, start


def _is_lower_header(sheet: Sheet, grid: Grid, start: int) -> bool:
    """Whether the row below the best header only names parts of its columns: quarters under ``Cost``."""
    if start + 2 >= len(grid) or is_blank(grid[start + 1]):
        return False
    lower = {column for column, cell in enumerate(grid[start + 1]) if not is_empty(cell)}
    upper = {column for column, cell in enumerate(grid[start]) if not is_empty(cell)}
    labels = all(is_wordy(grid[start + 1][column]) or is_period(grid[start + 1][column]) for column in lower)
    copied = _copied_down(sheet, start, start + 1)
    own = lower - copied
    if not labels or len(own) < 2 or not own - upper:
        return False
    # Real data would also stand under the columns that have no parts, such as the name.
    return (upper - own) != set() and not any(column in own for column in upper if column + 1 in upper)


def _copied_down(sheet: Sheet, top: int, bottom: int) -> set[int]:
    """Return the columns whose cell is merged over both rows, so that the lower one only repeats the upper."""
    return {left for (first, left), (last, _) in sheet.merged if first <= top and last >= bottom}


def _is_group_row(sheet: Sheet, grid: Grid, upper: int, lower: int) -> bool:
    """Whether a row above a header names groups of its columns, and is not just a title."""
    over = [column for column, cell in enumerate(grid[upper]) if not is_empty(cell)]
    under = [column for column, cell in enumerate(grid[lower]) if not is_empty(cell)]
    if not over or len(over) >= len(under) + 1:
        return False
    cells = [grid[upper][column] for column in over]
    if not all((is_wordy(cell) or is_period(cell)) and len(str(cell)) <= _LONG for cell in cells):
        return False
    spans = [(left, right) for (top, left), (_, right) in sheet.merged if top == upper and right > left]
    if spans:
        # A merged cell over the whole table is its title.
        return not any(left <= min(under) and right >= max(under) for left, right in spans)
    if over == [min(under)] or over == [0]:
        return False
    widths = [end - start for start, end in zip(over, [*over[1:], max(under) + 1], strict=True)]
    if over[0] == min(under) and min(widths) < 2:
        # What begins above the first column and names less than two columns is a line of a title.
        return False
    names = [normal(str(grid[lower][column])) for column in under]
    return len(set(names)) < len(names) or len(over) >= 2 or not known_header(grid[upper][over[0]])


def columns_of(grid: Grid, header: int, end: int) -> list[int]:
    """Return the columns that have a header or hold something."""
    columns = {column for column, cell in enumerate(grid[header]) if not is_empty(cell)}
    for row in grid[header + 1 : end]:
        columns.update(column for column, cell in enumerate(row) if column not in columns and not is_empty(cell))
    return sorted(columns)


def header_at(sheet: Sheet, grid: Grid, upper: int | None, lower: int, column: int) -> Header:
    text = label_of(cell_at(grid, lower, column))
    if upper is None:
        return Header(column, text)
    own = label_of(cell_at(grid, upper, column))
    if not text:
        return Header(column, own)
    group = own or _group_left_of(sheet, grid, upper, column)
    return Header(column, text, "" if group == text else group)


def _group_left_of(sheet: Sheet, grid: Grid, upper: int, column: int) -> str:
    """Return the group that reaches over a column from the left."""
    spans = [(left, right) for (top, left), (_, right) in sheet.merged if top == upper]
    if spans:
        return next((label_of(cell_at(grid, upper, left)) for left, right in spans if left <= column <= right), "")
    left = next((c for c in range(column, -1, -1) if not is_empty(cell_at(grid, upper, c))), None)
    return "" if left is None else label_of(cell_at(grid, upper, left))


def side_by_side(headers: list[Header], columns: list[int]) -> list[list[Header]]:
    """Split headers at an empty column when both sides have a column for a name: then they are two tables."""
    gaps = [place for place in range(1, len(columns)) if columns[place] - columns[place - 1] > 1]
    for gap in gaps:
        left, right = headers[:gap], headers[gap:]
        if all(_names_something(side) and len(side) >= 2 for side in (left, right)):
            return [left, *side_by_side(right, columns[gap:])]
    return [headers]


def _names_something(headers: Iterable[Header]) -> bool:
    names = targets("initiative")["name"]
    return any(normal(header.text) in names for header in headers)
