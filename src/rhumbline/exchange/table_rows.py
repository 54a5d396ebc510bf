"""What the rows below a header are: data, totals, titles of sections, remarks, or the header once more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from rhumbline.exchange.cell_looks import Grid, cell_at, first_text, is_blank, is_empty, is_numeric, is_wordy
from rhumbline.exchange.headers import Header
from rhumbline.exchange.styles import Cell, decide_numbers, parse_amount
from rhumbline.exchange.vocabulary import normal, note_words, total_words


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


@dataclass(slots=True)
class Rows:
    """What the rows below a header turned out to be."""

    data: list[Row] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    repeated: int = 0
    notes: list[Row] = field(default_factory=list)
    doubtful: list[Row] = field(default_factory=list)


def sorted_rows(grid: Grid, header: int, end: int, headers: list[Header]) -> Rows:
    """Tell data from totals, repeated headers, section titles and notes."""
    found = Rows()
    columns = [item.column for item in headers]
    words = [normal(item.text) for item in headers]
    width = _usual_width(grid, header, end, columns)
    section, after_blank = "", False
    since = 0
    for index in range(header + 1, end):
        cells = tuple(cell_at(grid, index, column) for column in columns)
        if is_blank(cells):
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
        sum(not is_empty(cell_at(grid, index, column)) for column in columns) for index in range(header + 1, end)
    )
    filled = [width for width in widths if width]
    return filled[len(filled) // 2] if filled else 0


def _repeats(cells: Sequence[Cell], words: list[str]) -> bool:
    """Whether a row says the header once more."""
    same = sum(
        isinstance(cell, str) and bool(word) and normal(cell) == word for cell, word in zip(cells, words, strict=True)
    )
    filled = sum(not is_empty(cell) for cell in cells)
    return same >= 2 and same == filled


def _total_label(row: Row, found: Rows, section: str, width: int) -> tuple[str, bool] | None:
    """Return the label of a row of totals and whether it should be a sum; None for any other row."""
    texts = [cell for cell in row.cells if is_wordy(cell)]
    numbers = [cell for cell in row.cells if is_numeric(cell)]
    if not texts:
        # Sums without a word under them: nothing says what this row is, and the rows above have words.
        return ("", True) if numbers and found.data and width > len(numbers) and _adds_up(row, found) else None
    label = first_text(row.cells)
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


def _adds_up(row: Row, found: Rows) -> bool:
    """Whether a row holds the sum of the rows above it in every column in which it has a number."""
    since = found.totals[-1].until if found.totals else 0
    parts = [found.data, found.data[since:], [item for item in found.data if item.section == row.section]]
    matches = checked = 0
    for position, cell in enumerate(row.cells):
        if not is_numeric(cell) or len(found.data) < 2:
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
            if len(rows) > 1 and abs(total - value.value) <= TOLERANCE:
                matches += 1
                break
    return checked > 0 and matches == checked


TOLERANCE = Decimal("0.011")


def _is_note(cells: Sequence[Cell], after_blank: bool, rest: Grid) -> bool:  # noqa: FBT001 - private
    """Whether a row is a line of explanation below the table."""
    filled = [cell for cell in cells if not is_empty(cell)]
    if len(filled) != 1 or not isinstance(filled[0], str):
        return False
    text = filled[0].strip()
    begins = normal(text.split(":")[0])
    if text.startswith("*") or (":" in text and begins in note_words()):
        return True
    first = normal(text).split(" ", 1)[0]
    last = not any(sum(not is_empty(cell) for cell in row) > 1 for row in rest)
    return after_blank and last and (len(text) > 60 or first in note_words())


def _section_title(cells: Sequence[Cell], width: int, grid: Grid, index: int, columns: list[int]) -> str:
    """Return the title of a section: a row with one text, where rows usually hold more, that a total later closes."""
    filled = [(place, cell) for place, cell in enumerate(cells) if not is_empty(cell)]
    if len(filled) != 1 or not is_wordy(filled[0][1]) or width < 2:
        return ""
    place, text = filled[0]
    title = str(text).strip()
    if title.endswith(":"):
        return title.rstrip(": ")
    following = [row for row in grid[index + 1 : index + 200] if not is_blank(row)]
    if not following:
        return ""
    # In its column nothing else stands but titles: then it is not a name with its other cells left out.
    under = [columns[place] < len(row) and not is_empty(row[columns[place]]) for row in following[:1]]
    if place == 0 and not any(under) and width >= 2:
        return title
    sums = total_words()[0]
    closes = {f"{word} {normal(title)}" for word in sums} | {f"{normal(title)} {word}" for word in sums}
    closed = any(normal(first_text(row)) in closes for row in following)
    return title if closed else ""


# --- groups -----------------------------------------------------------------------------------


def groups_filled(rows: list[Row], headers: list[Header]) -> tuple[list[Row], list[str]]:
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
    named = [cell for cell in column if not is_empty(cell)]
    if len(column) < 3 or not named or is_empty(column[0]) or not all(is_wordy(cell) for cell in named):
        return False
    empty = len(column) - len(named)
    complete = all(not is_empty(cell) for cell in neighbour)
    return empty * 3 >= len(column) and complete and len(set(map(str, named))) == len(named)


def _fill(rows: Iterable[Row], position: int) -> Iterator[Row]:
    last: Cell = None
    for row in rows:
        if is_empty(row.cells[position]):
            yield replace(row, cells=(*row.cells[:position], last, *row.cells[position + 1 :]))
        else:
            last = row.cells[position]
            yield row
