"""Tables of programs whose columns are known: the header is found by its words, whatever stands above it.

The delimiter, the order of the columns, further columns and a preamble do not matter; a header that
is there several times gives a list. How a column writes dates and numbers is decided for the whole column.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rhumbline.book.findings import Finding
from rhumbline.book.types import Severity
from rhumbline.exchange.columns import text_of
from rhumbline.exchange.importers.draft import note
from rhumbline.exchange.raw import show
from rhumbline.exchange.sheets import MOST_CELLS, MOST_ROWS, decoded, parse_sheets
from rhumbline.exchange.styles import (
    Cell,
    DateStyle,
    NumberStyle,
    decide_dates,
    decide_numbers,
    is_missing,
    parse_amount,
    parse_date,
)
from rhumbline.exchange.vocabulary import normal

DELIMITERS = (",", ";", "\t", "|")
_SEARCHED = 40
_LARGE = 2_000_000

# For each field of a format the headers it goes by; the first is the one its documentation shows.
Columns = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of one sheet, or of a text file under one delimiter; ``cut`` where its last row seems broken off."""

    rows: tuple[tuple[Cell, ...], ...]
    sheet: str = ""
    delimiter: str = ""
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row below a header: its number as a person counts, and its cells."""

    number: int
    cells: tuple[Cell, ...]
    sheet: str = ""

    @property
    def where(self) -> str:
        """The words for its place."""
        return f"{self.sheet}, row {self.number}" if self.sheet else f"row {self.number}"


@dataclass(slots=True)
class Layout:
    """A table whose columns are known: for each field the positions of its columns, and the rows.

    Parameters
    ----------
    header_row
        The row of the header, counted from 0.
    headers
        The headers as they stand there.
    places
        By field, the positions of the columns that hold it.
    grid
        The sheet it stands in.
    """

    header_row: int
    headers: tuple[str, ...]
    places: dict[str, list[int]]
    grid: Grid
    findings: list[Finding] = field(default_factory=list)
    _lines: list[Line] | None = None
    _dates: dict[str, DateStyle] = field(default_factory=dict)
    _numbers: dict[str, NumberStyle] = field(default_factory=dict)

    @property
    def lines(self) -> list[Line]:
        """The rows with content below the header, made when they are first asked for."""
        if self._lines is None:
            self._lines = [
                Line(number, row, self.grid.sheet)
                for number, row in enumerate(self.grid.rows[self.header_row + 1 :], self.header_row + 2)
                if any(not _empty(cell) for cell in row) and not self._repeats(row)
            ]
        return self._lines

    def _repeats(self, row: Sequence[Cell]) -> bool:
        """Whether a row is the header once more, as where two exports were put one below the other."""
        return len(row) > 1 and tuple(text_of(cell).lstrip("\ufeff") for cell in row) == self.headers

    @property
    def sheet(self) -> str:
        """The name of its sheet; nothing for a text file."""
        return self.grid.sheet

    def has(self, name: str) -> bool:
        """Whether the table has a column for a field."""
        return bool(self.places.get(name))

    def cell(self, line: Line, name: str) -> Cell:
        """Return the first cell with content that a row has for a field."""
        for place in self.places.get(name, ()):
            if place < len(line.cells) and not is_missing(line.cells[place]):
                return line.cells[place]
        return None

    def text(self, line: Line, name: str) -> str:
        """Return what a row says for a field, as text."""
        return text_of(self.cell(line, name))

    def texts(self, line: Line, name: str) -> list[str]:
        """Return all that a row says for a field whose header is there several times."""
        cells = [line.cells[place] for place in self.places.get(name, ()) if place < len(line.cells)]
        return [text_of(cell) for cell in cells if not is_missing(cell)]

    def day(self, line: Line, name: str) -> Any:
        """Return a date; what is none in the style of its column stays text, for the gate to judge."""
        cell = self.cell(line, name)
        if cell is None:
            return None
        return parse_date(cell, self._date_style(name)) or text_of(cell)

    def known_day(self, line: Line, name: str) -> date | None:
        """Return a date, or None where the cell holds none."""
        found = self.day(line, name)
        return found if isinstance(found, date) else None

    def number(self, line: Line, name: str) -> Any:
        """Return a number; what is none in the style of its column stays text, for the gate to judge."""
        cell = self.cell(line, name)
        if cell is None:
            return None
        amount = parse_amount(cell, self._number_style(name))
        return text_of(cell) if amount is None else amount.value / 100 if amount.percent else amount.value

    def amount(self, line: Line, name: str) -> Decimal | None:
        """Return a number, or None where the cell holds none."""
        found = self.number(line, name)
        return found if isinstance(found, Decimal) else None

    def unused(self, *used: str) -> list[str]:
        """Return the headers of columns with content that are not among these fields."""
        taken = {place for name in used for place in self.places.get(name, ())}
        return [
            header
            for place, header in enumerate(self.headers)
            if header and place not in taken and any(_holds(line.cells, place) for line in self.lines)
        ]

    def _column(self, name: str) -> list[Cell]:
        return [cell for line in self.lines if (cell := self.cell(line, name)) is not None]

    def _date_style(self, name: str) -> DateStyle:
        if name not in self._dates:
            decision = decide_dates(self._column(name))
            self._dates[name] = decision.style
            if decision.rivals:
                self._say_ambiguous(name, "dates", str(decision.style), str(decision.rivals[0]), decision.example)
        return self._dates[name]

    def _number_style(self, name: str) -> NumberStyle:
        if name not in self._numbers:
            decision = decide_numbers(self._column(name))
            self._numbers[name] = decision.style
            if decision.rivals:
                self._say_ambiguous(name, "numbers", str(decision.style), str(decision.rivals[0]), decision.example)
        return self._numbers[name]

    def _say_ambiguous(self, name: str, what: str, chosen: str, other: str, example: str) -> None:
        header = self.headers[self.places[name][0]]
        self.findings.append(
            note(
                f"ambiguous-{what}",
                f"column {header}",
                f"The {what} in {show(header)} can be read in two ways, such as {show(example)}; "
                f"they were read as {chosen}, not as {other}.",
                f"Check one of them. If it is wrong, export the file with the other {what}.",
                Severity.WARNING,
                example=example,
            )
        )


def _holds(cells: Sequence[Cell], place: int) -> bool:
    return place < len(cells) and not is_missing(cells[place])


# --- from bytes to grids ----------------------------------------------------------------------


def grids_of(data: bytes, name: str) -> tuple[list[Grid], list[Finding]]:
    """Return the sheets of a workbook, or the rows of a text file under each delimiter it might have.

    Parameters
    ----------
    data
        The content of the file.
    name
        What to call it in findings.
    """
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        sheets, findings = parse_sheets(data, name)
        return [Grid(sheet.rows, sheet.name) for sheet in sheets], findings
    text, _ = decoded(data)
    if "\0" in text:
        return [], []
    stated = re.match(r"sep=(.)\r?\n", text)
    if stated:
        return [_text_grid(text[stated.end() :], stated[1])], []
    present = [sign for sign in DELIMITERS if sign in text[:200_000]]
    if len(text) > _LARGE:
        # Of a large file only the beginning is read under every delimiter, and all of it under the best one.
        present.sort(key=lambda sign: -sum(len(row) for row in _text_grid(text[:_LARGE], sign).rows[:200]))
        present = present[:1]
    return [_text_grid(text, sign) for sign in present or [","]], []


def _text_grid(text: str, delimiter: str) -> Grid:
    rows: list[tuple[Cell, ...]] = []
    cells = 0
    reader: Iterator[list[str]] = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            rows.append(tuple(row))
            cells += len(row)
            if len(rows) > MOST_ROWS or cells > MOST_CELLS:
                break
    except csv.Error:
        # A cell of more than 128 KiB: a quotation mark that is never closed. What came before it holds.
        return Grid(tuple(rows), delimiter=delimiter, cut=True)
    broken = not text.endswith(("\n", "\r")) and text.count('"') % 2 == 1
    return Grid(tuple(rows), delimiter=delimiter, cut=broken or len(rows) > MOST_ROWS)


# --- the header -------------------------------------------------------------------------------


def find_layout(grids: Iterable[Grid], columns: Columns, least: int = 2) -> Layout | None:
    """Return the table whose header has the most words of a format; None where no row has enough.

    Parameters
    ----------
    grids
        What ``grids_of`` gave.
    columns
        The headers of the format, by field.
    least
        How many fields a header has to name.
    """
    words = _words(columns)
    best: tuple[int, int, Grid] | None = None
    for grid in grids:
        for index, row in enumerate(grid.rows[:_SEARCHED]):
            # Several columns with one word count once: a row of labels is no header.
            found = len({words[said] for cell in row if (said := _said(cell)) in words})
            if found >= least and (best is None or found > best[0]):
                best = (found, index, grid)
    return None if best is None else layout_at(best[2], best[1], columns)


def layout_at(grid: Grid, index: int, columns: Columns) -> Layout:
    """Return the table below a row that is known to be the header."""
    words = _words(columns)
    headers = tuple(text_of(cell).lstrip("\ufeff") for cell in grid.rows[index])
    places: dict[str, list[int]] = {}
    for place, header in enumerate(headers):
        said = words.get(normal(header))
        if said is not None:
            places.setdefault(said, []).append(place)
    layout = Layout(index, headers, places, grid)
    if grid.cut:
        layout.findings.append(
            note(
                "cut-off",
                f"row {len(grid.rows)}",
                "The file seems to break off in this row, within quotation marks; what follows is missing.",
                "Export the file again, and compare the number of rows.",
                Severity.WARNING,
            )
        )
    return layout


def _words(columns: Columns) -> dict[str, str]:
    return {normal(header): name for name, headers in columns.items() for header in headers}


def _said(cell: Cell) -> str:
    return normal(cell.lstrip("\ufeff")) if isinstance(cell, str) and 0 < len(cell) <= 80 else ""


def _empty(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def header_fit(layout: Layout | None, needed: Iterable[str], telling: Iterable[str]) -> float:
    """Return how surely a table is that of a format, from 0 to 1.

    Parameters
    ----------
    layout
        The table as the format reads it.
    needed
        Fields without which it cannot be this format.
    telling
        Fields that other formats do not have under this name.
    """
    if layout is None or not all(layout.has(name) for name in needed):
        return 0.0
    signs = list(telling)
    own = sum(layout.has(name) for name in signs) / len(signs) if signs else 1.0
    named = [place for place, header in enumerate(layout.headers) if header]
    known = {place for places in layout.places.values() for place in places}
    share = sum(place in known for place in named) / len(named) if named else 0.0
    return round(0.65 * own + 0.35 * share, 3)


# --- cells that list several things -----------------------------------------------------------

_LISTED = re.compile(r"\s*[,;\n]\s*")


def listed(text: str) -> list[str]:
    """Return the entries of a cell that lists several, separated by commas, semicolons or line breaks."""
    return [part for part in _LISTED.split(text.strip()) if part]


def moment(value: Any) -> date | None:
    """Return the day of an ISO moment such as ``2024-03-20T17:00:00.000Z``; None for anything else."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or len(value) > 60:
        return None
    return parse_date(value, DateStyle("ymd"))


__all__ = [
    "Columns",
    "Grid",
    "Layout",
    "Line",
    "find_layout",
    "grids_of",
    "header_fit",
    "layout_at",
    "listed",
    "moment",
]
