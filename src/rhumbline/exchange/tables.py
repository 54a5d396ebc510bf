"""Where the table in a sheet is: its header, its rows, and what only looks like a row.

People write titles above their tables, totals below them, empty lines within them and a second table
beside them. A header is found by what it looks like and by the words it uses; totals are never data,
they are used to check that nothing was lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from rhumbline.book.findings import Finding
from rhumbline.book.types import FrozenMap, Severity
from rhumbline.exchange.raw import show
from rhumbline.exchange.sheets import Sheet, column_letters
from rhumbline.exchange.styles import Cell, decide_dates, decide_numbers, is_missing, parse_amount
from rhumbline.exchange.vocabulary import header_words, normal, note_words, targets, total_words, without_unit

Grid = Sequence[Sequence[Cell]]


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


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its number in the sheet (counted from 0) and a cell for each header."""

    index: int
    cells: tuple[Cell, ...]
    section: str = ""

    @property
    def number(self) -> int:
        """The number a person sees beside the row."""
        return self.index + 1


@dataclass(frozen=True, slots=True)
class Total:
    """A row of sums, and which rows it may be the sum of: those since the total before it, or all so far."""

    row: Row
    label: str
    since: int
    until: int
    sums: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a sheet.

    Parameters
    ----------
    sheet
        The name of the sheet; nothing for a text file.
    header_row
        The row of the header (the last one of two), counted from 0.
    headers, rows
        Its columns and its data.
    totals
        The rows of sums and other summaries; they are not data.
    preamble
        The texts above it.
    score
        How much it looks like a table of a kind we know.
    findings
        What is to be said about it.
    """

    sheet: str
    header_row: int
    headers: tuple[Header, ...]
    rows: tuple[Row, ...]
    totals: tuple[Total, ...] = ()
    preamble: tuple[str, ...] = ()
    score: float = 0.0
    findings: tuple[Finding, ...] = ()
    delimiter: str = ""

    def column(self, position: int) -> list[Cell]:
        """Return the cells under one header, by its position among the headers."""
        return [row.cells[position] for row in self.rows]

    def where(self, row: Row | None = None, position: int | None = None) -> str:
        """Return the words for a place in this table."""
        parts = [self.sheet] if self.sheet else []
        if row is not None:
            parts.append(f"row {row.number}")
        if position is not None:
            header = self.headers[position]
            letters = column_letters(header.column)
            parts.append(f"column {letters} ({header.name})" if header.text else f"column {letters}")
        return ", ".join(parts) or "the table"


# --- finding them -----------------------------------------------------------------------------


def find_table(sheets: Iterable[Sheet]) -> tuple[Table | None, list[Finding]]:
    """Return the best table of a file, and findings that name the others.

    Parameters
    ----------
    sheets
        The sheets of the file.
    """
    found = [table for sheet in sheets for table in find_tables(sheet)]
    if not found:
        return None, [
            Finding(
                code="no-table",
                where="the file",
                message="There is no table in the file: no row with at least two names of columns and a row below it.",
                remedy="Put the names of the columns into one row, and the data into the rows below it.",
            )
        ]
    best = max(found, key=lambda table: table.score)
    others = [table for table in found if table is not best]
    findings = list(best.findings)
    findings += [_other_table(table) for table in others]
    return best, findings


def _other_table(table: Table) -> Finding:
    names = ", ".join(show(header.name) for header in table.headers[:4])
    return Finding(
        code="other-table",
        where=table.where(),
        message=f"There is another table with its header in row {table.header_row + 1} ({names}) "
        f"and {len(table.rows)} rows; it was not read.",
        remedy="Choose it by its sheet and header row if you want to import it.",
        severity=Severity.INFO,
        numbers=FrozenMap({"sheet": table.sheet, "header_row": table.header_row + 1, "rows": len(table.rows)}),
    )


def find_tables(sheet: Sheet) -> list[Table]:
    """Return every table of a sheet, from top to bottom.

    Parameters
    ----------
    sheet
        A sheet.
    """
    grid = _filled_down(sheet)
    starts = _header_rows(grid)
    tables: list[Table] = []
    for place, start in enumerate(starts):
        end = starts[place + 1] if place + 1 < len(starts) else len(grid)
        above = starts[place - 1] if place else -1
        tables += _tables_at(sheet, grid, start, end, above)
    return [table for table in tables if table.rows]


def _filled_down(sheet: Sheet) -> list[list[Cell]]:
    """Return the cells with the value of each merged range in every row of its first column."""
    grid: list[list[Cell]] = [list(row) for row in sheet.rows]
    filled = 0
    for (top, left), (bottom, _) in sheet.merged:
        if top >= len(grid) or left >= len(grid[top]):
            continue
        value = grid[top][left]
        for row in range(top + 1, min(bottom, len(grid) - 1) + 1):
            filled += 1
            if filled <= _MOST_FILLED and left < len(grid[row]) and grid[row][left] in ("", None):
                grid[row][left] = value
    return grid


_MOST_FILLED = 1_000_000


# --- what a cell looks like -------------------------------------------------------------------


def _empty(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _blank(row: Sequence[Cell]) -> bool:
    return all(_empty(cell) for cell in row)


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


def _wordy(cell: Cell) -> bool:
    return isinstance(cell, str) and _is_text(cell)


def _year_like(cell: Cell) -> bool:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return bool(_YEAR.fullmatch(str(cell).strip())) if isinstance(cell, (int, str)) else False


def _numeric(cell: Cell) -> bool:
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


# --- headers ----------------------------------------------------------------------------------

_SEARCHED = 40
_LONG = 45


def _header_score(grid: Grid, index: int, place: int) -> float:
    """Return how much a row looks like a header; ``place`` counts the rows with content before it."""
    row = grid[index]
    filled = [cell for cell in row if not _empty(cell)]
    if len(filled) < 2 or not any(_wordy(cell) for cell in filled):
        return float("-inf")
    known = sum(known_header(cell) for cell in filled)
    numeric = sum(_numeric(cell) and not _year_like(cell) for cell in filled)
    long = sum(isinstance(cell, str) and len(cell) > _LONG for cell in filled)
    return len(filled) + 3 * known - 4 * numeric - 0.2 * place - 2 * long + 1.5 * _contrast(grid, index)


def _contrast(grid: Grid, index: int) -> int:
    """Return in how many columns words stand above numbers or dates: the surest sign of a header."""
    below = _block_below(grid, index)
    count = 0
    for column, cell in enumerate(grid[index]):
        if not _wordy(cell):
            continue
        under = [row[column] for row in below if column < len(row) and not _empty(row[column])]
        count += bool(under) and 2 * sum(_numeric(value) for value in under) > len(under)
    return count


def _block_below(grid: Grid, index: int) -> list[Sequence[Cell]]:
    """Return up to five rows below a row, no further than the next empty row behind them."""
    rows: list[Sequence[Cell]] = []
    for row in grid[index + 1 : index + 12]:
        if _blank(row):
            if rows:
                break
            continue
        rows.append(row)
    return rows[:5]


def _header_rows(grid: Grid) -> list[int]:
    """Return the rows in which a table begins, each the row of its header."""
    filled = [index for index, row in enumerate(grid) if not _blank(row)]
    first = _best_header(grid, filled[:_SEARCHED])
    if first is None:
        return []
    starts = [*_earlier_headers(grid, first), first]
    for index in filled:
        after_blank = index > 0 and _blank(grid[index - 1])
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
        if not _blank(grid[index]):
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
    filled = [cell for cell in grid[best] if not _empty(cell)]
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
        if _blank(row):
            return None
        filled = [cell for cell in row if not _empty(cell)]
        if len(filled) < 2 or not all(_wordy(cell) or _year_like(cell) for cell in filled):
            continue
        if _same_words(row, grid[current]) or index + 1 >= len(grid) or _blank(grid[index + 1]):
            return None
        known = sum(known_header(cell) for cell in filled)
        if known >= 2 and known * 2 >= len(filled):
            return index
        if _contrast(grid, index) and _against(grid, index, current):
            return index
    return None


def _against(grid: Grid, index: int, current: int) -> bool:
    """Return whether a row of words stands where the table above has numbers."""
    above = [row for row in grid[current + 1 : index] if not _blank(row)][-6:]
    for column, cell in enumerate(grid[index]):
        values = [row[column] for row in above if column < len(row) and not _empty(row[column])]
        if _wordy(cell) and values and all(_numeric(value) for value in values):
            return True
    return False


def _same_words(row: Sequence[Cell], other: Sequence[Cell]) -> bool:
    mine = [normal(cell) for cell in row if isinstance(cell, str) and cell.strip()]
    theirs = [normal(cell) for cell in other if isinstance(cell, str) and cell.strip()]
    return mine == theirs


# --- one table --------------------------------------------------------------------------------


def _tables_at(sheet: Sheet, grid: Grid, start: int, end: int, above: int) -> list[Table]:
    """Return the table whose header is in a row, or the two that stand side by side there."""
    upper, lower = _two_rows(sheet, grid, start)
    columns = _columns(grid, lower, end)
    headers = [_header(sheet, grid, upper, lower, column) for column in columns]
    preamble = tuple(
        str(cell).strip()
        for row in grid[above + 1 : upper if upper is not None else lower]
        for cell in row
        if isinstance(cell, str) and cell.strip()
    )[:20]
    return [
        _table(sheet, grid, lower, end, part, preamble if above < 0 else ()) for part in _side_by_side(headers, columns)
    ]


def _cell(grid: Grid, row: int, column: int) -> Cell:
    return grid[row][column] if 0 <= row < len(grid) and column < len(grid[row]) else None


def _two_rows(sheet: Sheet, grid: Grid, start: int) -> tuple[int | None, int]:
    """Return the row of groups above the header, if there is one, and the row of the header proper."""
    if _is_lower_header(sheet, grid, start):
        return start, start + 1
    if start > 0 and _is_group_row(sheet, grid, start - 1, start):
        return start - 1, start
    return None, start


def _is_lower_header(sheet: Sheet, grid: Grid, start: int) -> bool:
    """Whether the row below the best header only names parts of its columns: quarters under ``Cost``."""
    if start + 2 >= len(grid) or _blank(grid[start + 1]):
        return False
    lower = {column for column, cell in enumerate(grid[start + 1]) if not _empty(cell)}
    upper = {column for column, cell in enumerate(grid[start]) if not _empty(cell)}
    labels = all(_wordy(grid[start + 1][column]) or _year_like(grid[start + 1][column]) for column in lower)
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
    over = [column for column, cell in enumerate(grid[upper]) if not _empty(cell)]
    under = [column for column, cell in enumerate(grid[lower]) if not _empty(cell)]
    if not over or len(over) >= len(under) + 1:
        return False
    cells = [grid[upper][column] for column in over]
    if not all((_wordy(cell) or _year_like(cell)) and len(str(cell)) <= _LONG for cell in cells):
        return False
    spans = [(left, right) for (top, left), (_, right) in sheet.merged if top == upper and right > left]
    if spans:
        # A merged cell over the whole table is its title.
        return not any(left <= min(under) and right >= max(under) for left, right in spans)
    if over == [min(under)] or over == [0]:
        return False
    names = [normal(str(grid[lower][column])) for column in under]
    return len(set(names)) < len(names) or len(over) >= 2 or not known_header(grid[upper][over[0]])


def _columns(grid: Grid, header: int, end: int) -> list[int]:
    """Return the columns that have a header or hold something."""
    columns = {column for column, cell in enumerate(grid[header]) if not _empty(cell)}
    for row in grid[header + 1 : end]:
        columns.update(column for column, cell in enumerate(row) if column not in columns and not _empty(cell))
    return sorted(columns)


def _header(sheet: Sheet, grid: Grid, upper: int | None, lower: int, column: int) -> Header:
    text = _label(_cell(grid, lower, column))
    if upper is None:
        return Header(column, text)
    own = _label(_cell(grid, upper, column))
    if not text:
        return Header(column, own)
    group = own or _group_left_of(sheet, grid, upper, column)
    return Header(column, text, "" if group == text else group)


def _group_left_of(sheet: Sheet, grid: Grid, upper: int, column: int) -> str:
    """Return the group that reaches over a column from the left."""
    spans = [(left, right) for (top, left), (_, right) in sheet.merged if top == upper]
    if spans:
        return next((_label(_cell(grid, upper, left)) for left, right in spans if left <= column <= right), "")
    left = next((c for c in range(column, -1, -1) if not _empty(_cell(grid, upper, c))), None)
    return "" if left is None else _label(_cell(grid, upper, left))


def _label(cell: Cell) -> str:
    if _empty(cell):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return " ".join(str(cell).split())


def _side_by_side(headers: list[Header], columns: list[int]) -> list[list[Header]]:
    """Split headers at an empty column when both sides have a column for a name: then they are two tables."""
    gaps = [place for place in range(1, len(columns)) if columns[place] - columns[place - 1] > 1]
    for gap in gaps:
        left, right = headers[:gap], headers[gap:]
        if all(_names_something(side) and len(side) >= 2 for side in (left, right)):
            return [left, *_side_by_side(right, columns[gap:])]
    return [headers]


def _names_something(headers: Iterable[Header]) -> bool:
    names = targets("initiative")["name"]
    return any(normal(header.text) in names for header in headers)


# --- rows -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Rows:
    """What the rows below a header turned out to be."""

    data: list[Row] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    repeated: int = 0
    notes: list[Row] = field(default_factory=list)
    doubtful: list[Row] = field(default_factory=list)


def _table(sheet: Sheet, grid: Grid, header: int, end: int, headers: list[Header], preamble: tuple[str, ...]) -> Table:
    rows = _sorted_rows(grid, header, end, headers)
    data, filled = _groups_filled(rows.data, headers)
    known = sum(known_header(item.text) for item in headers)
    table = Table(
        sheet.name,
        header,
        tuple(headers),
        tuple(data),
        tuple(rows.totals),
        preamble,
        known * 3 + min(len(headers), 30) + min(len(data), 500) ** 0.5,
        delimiter=sheet.delimiter,
    )
    return replace(table, findings=tuple(_findings(table, rows, filled)))


def _sorted_rows(grid: Grid, header: int, end: int, headers: list[Header]) -> _Rows:
    """Tell data from totals, repeated headers, section titles and notes."""
    found = _Rows()
    columns = [item.column for item in headers]
    words = [normal(item.text) for item in headers]
    width = _usual_width(grid, header, end, columns)
    section, after_blank = "", False
    since = 0
    for index in range(header + 1, end):
        cells = tuple(_cell(grid, index, column) for column in columns)
        if _blank(cells):
            after_blank = True
            continue
        row = Row(index, cells, section)
        total = _total_label(row, found, section, width)
        if _repeats(cells, words):
            found.repeated += 1
        elif total is not None:
            label, sums = total
            found.totals.append(Total(row, label, since, len(found.data), sums))
            since = len(found.data) if sums else since
        elif width > 2 and _is_note(cells, after_blank, grid[index + 1 : end]):
            found.notes.append(row)
        elif title := _section_title(cells, width, grid, index, columns):
            section = title
        else:
            found.data.append(row)
        after_blank = False
    return found


def _usual_width(grid: Grid, header: int, end: int, columns: list[int]) -> int:
    """Return how many cells of a row are usually filled."""
    widths = sorted(
        sum(not _empty(_cell(grid, index, column)) for column in columns) for index in range(header + 1, end)
    )
    filled = [width for width in widths if width]
    return filled[len(filled) // 2] if filled else 0


def _repeats(cells: Sequence[Cell], words: list[str]) -> bool:
    """Whether a row says the header once more."""
    same = sum(
        isinstance(cell, str) and bool(word) and normal(cell) == word for cell, word in zip(cells, words, strict=True)
    )
    filled = sum(not _empty(cell) for cell in cells)
    return same >= 2 and same == filled


def _first_text(cells: Sequence[Cell]) -> str:
    return next((cell.strip() for cell in cells if isinstance(cell, str) and _wordy(cell)), "")


def _total_label(row: Row, found: _Rows, section: str, width: int) -> tuple[str, bool] | None:
    """Return the label of a row of totals and whether it should be a sum; None for any other row."""
    texts = [cell for cell in row.cells if _wordy(cell)]
    numbers = [cell for cell in row.cells if _numeric(cell)]
    if not texts:
        # Sums without a word under them: nothing says what this row is, and the rows above have words.
        return ("", True) if numbers and found.data and width > len(numbers) and _adds_up(row, found) else None
    label = _first_text(row.cells)
    said = normal(label)
    sums, others = total_words()
    if said in sums or said in others:
        return (label, said in sums) if len(texts) <= 2 else None
    begins = next((word for word in sums if said.startswith(f"{word} ") or said.endswith(f" {word}")), None)
    if begins is None or len(texts) > 1:
        return None
    rest = said.removeprefix(begins).removesuffix(begins).strip()
    if rest == normal(section) or rest.isdecimal() or _adds_up(row, found) or (not numbers and len(said.split()) == 2):
        return label, True
    # "Total quality management" is a project: its number is no sum, and nothing above has its name.
    found.doubtful.append(row)
    return None


def _adds_up(row: Row, found: _Rows) -> bool:
    """Whether a row holds the sum of the rows above it in every column in which it has a number."""
    since = found.totals[-1].until if found.totals else 0
    parts = [found.data, found.data[since:], [item for item in found.data if item.section == row.section]]
    matches = checked = 0
    for position, cell in enumerate(row.cells):
        if not _numeric(cell) or len(found.data) < 2:
            continue
        column = [item.cells[position] for item in found.data]
        style = decide_numbers([*column, cell]).style
        value = parse_amount(cell, style)
        if value is None:
            continue
        checked += 1
        for rows in parts:
            amounts = [parse_amount(item.cells[position], style) for item in rows]
            total = sum((amount.value for amount in amounts if amount is not None), Decimal(0))
            if len(rows) > 1 and abs(total - value.value) <= _TOLERANCE:
                matches += 1
                break
    return checked > 0 and matches == checked


_TOLERANCE = Decimal("0.011")


def _is_note(cells: Sequence[Cell], after_blank: bool, rest: Grid) -> bool:  # noqa: FBT001 - private
    """Whether a row is a line of explanation below the table."""
    filled = [cell for cell in cells if not _empty(cell)]
    if len(filled) != 1 or not isinstance(filled[0], str):
        return False
    text = filled[0].strip()
    begins = normal(text.split(":")[0])
    if text.startswith("*") or (":" in text and begins in note_words()):
        return True
    first = normal(text).split(" ", 1)[0]
    last = not any(sum(not _empty(cell) for cell in row) > 1 for row in rest)
    return after_blank and last and (len(text) > 60 or first in note_words())


def _section_title(cells: Sequence[Cell], width: int, grid: Grid, index: int, columns: list[int]) -> str:
    """Return the title of a section: a row with one text, where rows usually hold more, that a total later closes."""
    filled = [(place, cell) for place, cell in enumerate(cells) if not _empty(cell)]
    if len(filled) != 1 or not _wordy(filled[0][1]) or width < 2:
        return ""
    place, text = filled[0]
    title = str(text).strip()
    if title.endswith(":"):
        return title.rstrip(": ")
    following = [row for row in grid[index + 1 : index + 200] if not _blank(row)]
    if not following:
        return ""
    # In its column nothing else stands but titles: then it is not a name with its other cells left out.
    under = [columns[place] < len(row) and not _empty(row[columns[place]]) for row in following[:1]]
    if place == 0 and not any(under) and width >= 2:
        return title
    sums = total_words()[0]
    closes = {f"{word} {normal(title)}" for word in sums} | {f"{normal(title)} {word}" for word in sums}
    closed = any(normal(_first_text(row)) in closes for row in following)
    return title if closed else ""


def _groups_filled(rows: list[Row], headers: list[Header]) -> tuple[list[Row], list[str]]:
    """Repeat a group's name on its rows where only the first of them has it; return the columns treated so."""
    filled: list[str] = []
    for position in range(min(2, max(len(headers) - 1, 0))):
        column = [row.cells[position] for row in rows]
        if not _is_group_column(column, [row.cells[position + 1] for row in rows]):
            continue
        rows = list(_fill(rows, position))
        filled.append(headers[position].name)
    return rows, filled


def _is_group_column(column: list[Cell], neighbour: list[Cell]) -> bool:
    """Whether a column names a group once and leaves the cells below empty."""
    named = [cell for cell in column if not _empty(cell)]
    if len(column) < 3 or not named or _empty(column[0]) or not all(_wordy(cell) for cell in named):
        return False
    empty = len(column) - len(named)
    complete = all(not _empty(cell) for cell in neighbour)
    return empty * 3 >= len(column) and complete and len(set(map(str, named))) == len(named)


def _fill(rows: Iterable[Row], position: int) -> Iterator[Row]:
    last: Cell = None
    for row in rows:
        if _empty(row.cells[position]):
            yield replace(row, cells=(*row.cells[:position], last, *row.cells[position + 1 :]))
        else:
            last = row.cells[position]
            yield row


# --- what is to be said -----------------------------------------------------------------------


def _findings(table: Table, rows: _Rows, filled: list[str]) -> Iterator[Finding]:
    if rows.repeated:
        yield _note(
            "repeated-header",
            table.where(),
            f"The header is repeated {rows.repeated} time(s) within the table; these rows are not data.",
            "Nothing needs to be done.",
            count=rows.repeated,
        )
    if filled:
        yield _note(
            "group-filled",
            table.where(),
            f"In {', '.join(show(name) for name in filled)} a group is named once and the cells below are empty; "
            "the name was repeated on the rows of the group.",
            "Check that the empty cells really belong to the group above them.",
            columns=", ".join(filled),
        )
    for row in rows.notes[:5]:
        yield _note(
            "note-row",
            table.where(row),
            f"This row is a remark, not data: {show(_first_text(row.cells))}.",
            "Nothing needs to be done.",
        )
    for row in rows.doubtful[:20]:
        if row in rows.data:
            yield _note(
                "looks-like-total",
                table.where(row),
                f"{show(_first_text(row.cells))} sounds like a total, but is not the sum of the rows above; "
                "it was read as data.",
                "Remove the row if it is a total.",
                severity=Severity.WARNING,
            )
    yield from check_totals(table)


def _note(
    code: str, where: str, message: str, remedy: str, severity: Severity = Severity.INFO, **numbers: object
) -> Finding:
    return Finding(
        code=code, where=where, message=message, remedy=remedy, severity=severity, numbers=FrozenMap(numbers)
    )


def check_totals(table: Table) -> Iterator[Finding]:
    """Yield a finding for each total that is not the sum of its rows: something was lost or counted twice.

    Parameters
    ----------
    table
        A table.
    """
    sums = [total for total in table.totals if total.sums]
    if not sums or not table.rows:
        return
    for position, header in enumerate(table.headers):
        column = table.column(position)
        decision = decide_numbers(column)
        if not decision.read or decision.read < decision.filled:
            # A cell that is no number would make every sum wrong; that cell has a finding of its own.
            continue
        amounts = [None if is_missing(cell) else parse_amount(cell, decision.style) for cell in column]
        if any(amount is not None and amount.percent for amount in amounts) or _is_id(header):
            continue
        values = [Decimal(0) if amount is None else amount.value for amount in amounts]
        subtotals: list[Decimal] = []
        for total in sums:
            stated = parse_amount(total.row.cells[position], decision.style)
            if stated is None or is_missing(total.row.cells[position]):
                continue
            expected = _expected(table, total, values, subtotals)
            subtotals.append(stated.value)
            tolerance = _TOLERANCE * max(total.until, 1)
            if not any(abs(stated.value - value) <= tolerance for value in expected):
                nearest = min(expected, key=lambda value: abs(stated.value - value))
                yield _mismatch(table, total, position, stated.value, nearest)


def _is_id(header: Header) -> bool:
    return normal(header.text) in targets("initiative")["key"]


def _expected(table: Table, total: Total, values: list[Decimal], subtotals: list[Decimal]) -> list[Decimal]:
    """Return what a total may rightly be: a sum of some rows above it, or their mean, least, most or number."""
    part, all_so_far = values[total.since : total.until], values[: total.until]
    section = [
        value
        for value, row in zip(all_so_far, table.rows, strict=False)
        if row.section and row.section == total.row.section
    ]
    expected = [sum(rows, Decimal(0)) for rows in (part, all_so_far, section) if rows]
    if subtotals:
        expected.append(sum(subtotals, Decimal(0)))
    for rows in (part, all_so_far):
        if rows:
            expected += [sum(rows, Decimal(0)) / len(rows), min(rows), max(rows), Decimal(len(rows))]
    return expected or [Decimal(0)]


def _mismatch(table: Table, total: Total, position: int, stated: Decimal, expected: Decimal) -> Finding:
    label = show(total.label) if total.label else "This row"
    return _note(
        "total-mismatch",
        table.where(total.row, position),
        f"{label} says {stated:,f}, but the rows above add up to {expected:,f}: {stated - expected:+,f}.",
        "Check for a row that is missing, counted twice or hidden by a filter, or correct the total.",
        severity=Severity.WARNING,
        stated=float(stated),
        expected=float(expected),
    )
