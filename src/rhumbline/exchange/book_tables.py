"""A Book as tables, one for each kind of record, and tables back to the raw data of a Book.

CSV files and workbooks are two ways to keep the same tables. A row is one record in the complete form, a
column one field; words of the short form are read as well. What is read remembers sheet, row and column.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rhumbline.book.book import Book
from rhumbline.book.fields import Container, FieldOf, fields_of
from rhumbline.book.findings import Finding
from rhumbline.book.records import (
    KIND_OF_PLURAL,
    KINDS,
    Commitment,
    DataFlow,
    History,
    Kpi,
    Measurement,
    Partner,
    Scenario,
)
from rhumbline.book.types import KEY_SHAPE, FrozenMap
from rhumbline.exchange.cells import FormulaWithoutValue, cells_of, is_blank, plain_text, value_of
from rhumbline.exchange.raw import Branch, Items, Place, did_you_mean, mark_of, nearest, show, warning
from rhumbline.exchange.sheets import column_letters
from rhumbline.exchange.styles import Cell

ABOUT = "about"
INSTRUCTIONS = "instructions"

# Every cell of a help row begins with it; no key, number, date or choice does.
HELP = "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK} "


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header, and the field whose values stand in it."""

    header: str
    described: FieldOf


@dataclass(frozen=True, slots=True)
class BookTable:
    """The records of one kind as rows of cells, the key first; a long list or map fills several columns."""

    kind: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def name(self) -> str:
        """The name of its sheet or file: that of the list in a Book file."""
        return KINDS[self.kind].plural


# --- a Book to tables -------------------------------------------------------------------------


def tables_of(book: Book) -> tuple[BookTable, ...]:
    """Return a table for every kind of record, also for those that the Book has none of.

    Parameters
    ----------
    book
        Any Book.
    """
    return tuple(_table(kind, _records(book, kind)) for kind in KINDS)


def about_of(book: Book) -> tuple[tuple[str, Cell], ...]:
    """Return what is to be said about the Book as a whole: name and value.

    Parameters
    ----------
    book
        Any Book.
    """
    return (("as_of", book.as_of),)


def _records(book: Book, kind: str) -> Sequence[Any]:
    return book.series.get(kind, ()) if KINDS[kind].series else tuple(book.all(kind).values())


def _table(kind: str, records: Sequence[Any]) -> BookTable:
    columns: list[Column] = []
    filled: list[list[list[Cell]]] = []
    for described in fields_of(KINDS[kind].record):
        cells = [cells_of(described, getattr(record, described.name)) for record in records]
        width = max(map(len, cells), default=1)
        columns += [Column(_header(described.name, number), described) for number in range(1, width + 1)]
        filled.append([[*each, *[None] * (width - len(each))] for each in cells])
    rows = tuple(tuple(cell for each in row for cell in each) for row in zip(*filled, strict=True))
    return BookTable(kind, tuple(columns), rows)


def _header(name: str, number: int) -> str:
    return name if number == 1 else f"{name} ({number})"


# --- tables to raw data -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of one sheet or file, and what to call it in findings: ``sheet kpis`` or ``kpis.csv``."""

    name: str
    says: str
    rows: Sequence[Sequence[Cell | FormulaWithoutValue]]


@dataclass(frozen=True, slots=True)
class ParsedTables:
    """The raw data of a Book from tables, and what was noticed about the tables themselves."""

    tree: Mapping[str, Any]
    findings: tuple[Finding, ...]
    grids: tuple[Grid, ...] = ()
    headers: Mapping[int, Mapping[str, int]] = field(default_factory=dict)

    def located(self, finding: Finding) -> Finding:
        """Return a finding with sheet, row and column where it speaks of a line and a column.

        Parameters
        ----------
        finding
            A finding about the raw data.
        """
        name = str(finding.numbers.get("field", ""))
        numbers = {
            key: self._said(value, "") if isinstance(value, str) else value for key, value in finding.numbers.items()
        }
        return dataclasses.replace(
            finding,
            where=self._said(finding.where, name),
            message=self._said(finding.message, ""),
            numbers=FrozenMap(numbers),
        )

    def _said(self, text: str, name: str) -> str:
        return _POSITION.sub(lambda found: self._cell(found, name), text)

    def _cell(self, found: re.Match[str], name: str) -> str:
        sheet, row, column = _decoded(int(found.group(1)), int(found.group(2)))
        if not 0 <= sheet < len(self.grids):
            return found.group()
        # A finding about a field that is not filled in stands at its row; its column is known all the same.
        column = self.headers.get(sheet, {}).get(name, -1) if column < 0 else column
        words = [self.grids[sheet].says]
        words += [f"row {row}"] if row else []
        words += [f"column {column_letters(column)}"] if column >= 0 else []
        return f"({', '.join(words)})"


# The raw data of a text file remembers line and column as one number, and findings print both. Here the
# line holds sheet and row. Counting sheets from 1 keeps a text that only looks like a place as it is.
_POSITION = re.compile(r"\(line ([0-9]{1,15}), column ([0-9]{1,9})\)")
_ROWS = 1 << 20


def _mark(sheet: int, row: int, column: int = -1) -> int:
    """Return a place as one number: sheet and column counted from 0, row from 1; 0 and -1 mean all of it."""
    return mark_of((sheet + 1) * _ROWS + row, column + 1)


def _decoded(line: int, column: int) -> tuple[int, int, int]:
    sheet, row = divmod(line - 1, _ROWS)
    return sheet - 1, row, column - 2


def parse_tables(grids: Iterable[Grid], findings: Iterable[Finding] = ()) -> ParsedTables:
    """Return the raw data of a Book from the cells of its sheets or files.

    Parameters
    ----------
    grids
        The cells of every sheet or file.
    findings
        What was noticed before.
    """
    reading = _Reading(tuple(grids))
    reading.findings += findings
    for sheet in range(len(reading.grids)):
        reading.read(sheet)
    reading.records_messages()
    tables = ParsedTables(reading.tree, (), reading.grids, reading.headers)
    noticed = tuple(tables.located(finding) for finding in reading.findings)
    return dataclasses.replace(tables, findings=noticed)


class _Reading:
    """The sheets of one file on their way to raw data."""

    def __init__(self, grids: tuple[Grid, ...]) -> None:
        self.grids = grids
        self.tree = Branch()
        self.findings: list[Finding] = []
        self.headers: dict[int, dict[str, int]] = {}

    def read(self, sheet: int) -> None:
        """Read one sheet, by its name."""
        grid = self.grids[sheet]
        name = _word(grid.name)
        if name == INSTRUCTIONS or not any(not is_blank(cell) for row in grid.rows for cell in row):
            return
        if name == ABOUT:
            self.about(sheet)
        elif name in _SECTION_OF:
            self.records(sheet, KIND_OF_PLURAL[_SECTION_OF[name]])
        else:
            self.unknown_sheet(sheet)

    def unknown_sheet(self, sheet: int) -> None:
        """Say that nobody knows what a sheet is."""
        name = self.grids[sheet].name
        near = nearest(_word(name), [ABOUT, *_SECTION_OF])
        self.findings.append(
            warning(
                "unknown-field",
                Place(show(name)[1:-1], _mark(sheet, 0)),
                f"A Book has no part named {show(name)}; what stands there is not used.{did_you_mean(near)}",
                f"Call it '{near}' if that is meant; else leave it: it does no harm."
                if near
                else "Leave it: it does no harm.",
                value=show(name),
                near=near or "",
            )
        )

    def about(self, sheet: int) -> None:
        """Read what is said about the Book as a whole."""
        for index, row in enumerate(self.grids[sheet].rows, start=1):
            if len(row) < 2 or not isinstance(row[0], str) or is_blank(row[1]):
                continue
            if _word(row[0]) == "as_of":
                self.tree.put("as_of", value_of(_AS_OF, row[1]), _mark(sheet, index, 1))

    def records(self, sheet: int, kind: str) -> None:
        """Read the rows of one kind of record."""
        section = KINDS[kind].plural
        rows = self.grids[sheet].rows
        known = _columns_of(kind)
        start = next((index for index, row in enumerate(rows[:_SEARCHED]) if _is_header(row, known)), None)
        if start is None:
            self.no_header(sheet, kind)
            return
        columns = self.columns(sheet, start, kind, known)
        if section not in self.tree:
            self.tree.put(section, Items(), _mark(sheet, 0))
        for index in range(start + 1, len(rows)):
            cells = rows[index]
            if _says_something(cells, columns):
                self.tree[section].put(_record(sheet, index + 1, cells, columns), _mark(sheet, index + 1))

    def no_header(self, sheet: int, kind: str) -> None:
        """Say that a sheet has no row with names of columns."""
        named = ", ".join(described.name for described in fields_of(KINDS[kind].record)[:4])
        self.findings.append(
            Finding(
                code="no-table",
                where=str(Place(KINDS[kind].plural, _mark(sheet, 0))),
                message="The sheet has no row with names of columns, so nothing in it was read.",
                remedy=f"Write the names of the columns into the first row: {named}, ...",
                kind=kind,
                numbers=FrozenMap({"rows": len(self.grids[sheet].rows)}),
            )
        )

    def columns(self, sheet: int, start: int, kind: str, known: Mapping[str, FieldOf]) -> _Columns:
        """Return, by the word of the file, the columns of a sheet; say which are unknown or there twice."""
        grid = self.grids[sheet]
        found: dict[str, dict[int, int]] = {}
        for column, cell in enumerate(grid.rows[start]):
            if not isinstance(cell, str) or is_blank(cell):
                continue
            name, number = _name_and_number(cell)
            place = Place(f"{KINDS[kind].plural}, {show(cell)[1:-1]}", _mark(sheet, start + 1, column))
            if name not in known or (number > 1 and known[name].part.container is Container.ONE):
                if any(len(row) > column and not is_blank(row[column]) for row in grid.rows[start + 1 :]):
                    self.findings.append(_unknown_column(place, kind, cell, known))
            elif number in found.setdefault(name, {}):
                self.findings.append(_column_twice(place, kind, name))
            else:
                found[name][number] = column
        columns = {name: [parts[number] for number in sorted(parts)] for name, parts in found.items()}
        self.headers[sheet] = {name: parts[0] for name, parts in columns.items()}
        return [(name, known[name], parts) for name, parts in columns.items()]

    def records_messages(self) -> None:
        """Take a sheet for messages as the statement that they are recorded, where the firm does not say."""
        firms = self.tree.get("organisations", ())
        if "messages" in self.tree and len(firms) == 1:
            firm = firms[0]
            if "records_messages" not in firm:
                firm.put("records_messages", True)


# The word for a field in the file, the field, and the columns that its value fills.
_Columns = list[tuple[str, FieldOf, list[int]]]


def _record(sheet: int, row: int, cells: Sequence[Cell | FormulaWithoutValue], columns: _Columns) -> Branch:
    """Return the filled cells of one row by field."""
    record = Branch(_mark(sheet, row))
    for name, described, parts in columns:
        filled = [cells[column] for column in parts if column < len(cells) and not is_blank(cells[column])]
        if not filled:
            continue
        unread = next((each for each in filled if isinstance(each, FormulaWithoutValue)), None)
        cell = unread or (filled[0] if len(filled) == 1 else "; ".join(plain_text(each) for each in filled))
        record.put(name, value_of(described, cell), _mark(sheet, row, parts[0]))
    return record


def _says_something(cells: Sequence[Cell | FormulaWithoutValue], columns: _Columns) -> bool:
    """Return whether a row holds a record: it is neither blank nor the help row."""
    filled = [
        (described, cells[column])
        for _, described, parts in columns
        for column in parts
        if column < len(cells) and not is_blank(cells[column])
    ]
    if not filled:
        return False
    # Somebody may have moved the columns or changed a help text, so any key or all texts tell it.
    helps = [(described, isinstance(cell, str) and cell.startswith(HELP)) for described, cell in filled]
    return not all(is_help for _, is_help in helps) and not any(
        is_help and KEY_SHAPE in described.part.marks for described, is_help in helps
    )


# --- names ------------------------------------------------------------------------------------

_SEARCHED = 20
_NUMBERED = re.compile(r"(.+?) ?\(([0-9]{1,4})\)")


def _word(text: str) -> str:
    """Return a name as the file format writes it, however a person has typed it."""
    return re.sub(r"[\s\-]+", "_", text.strip().removesuffix("*").strip().casefold())


def _name_and_number(header: str) -> tuple[str, int]:
    """Return the field a header names, and the how manieth column of the field it is."""
    numbered = _NUMBERED.fullmatch(header.strip())
    if numbered:
        return _word(numbered.group(1)), int(numbered.group(2))
    return _word(header), 1


def _is_header(row: Sequence[Cell | FormulaWithoutValue], known: Mapping[str, FieldOf]) -> bool:
    """Return whether a row names columns: at least two that are known and are the larger part, or nothing else."""
    filled = [cell for cell in row if not is_blank(cell)]
    found = sum(isinstance(cell, str) and _name_and_number(cell)[0] in known for cell in filled)
    return found > 0 and (found == len(filled) or (found >= 2 and found * 2 >= len(filled)))


_SECTION_OF = {
    **{kind.name: kind.plural for kind in KINDS.values()},
    **{kind.plural: kind.plural for kind in KINDS.values()},
    "pulse": "surveys",
    "open_findings": "findings_on_record",
}


def section_of(name: str) -> str:
    """Return the list in a Book file that a sheet or file of this name holds; nothing where it holds none.

    Parameters
    ----------
    name
        The name of a sheet, or of a file without its ending.
    """
    return _SECTION_OF.get(_word(name), "")


def _field(record: type[Any], name: str) -> FieldOf:
    return next(described for described in fields_of(record) if described.name == name)


_AS_OF = _field(Measurement, "at")

# Words of the short form, by kind: the field whose values look the same.
_SHORT: dict[str, dict[str, FieldOf]] = {
    "kpi": {
        "current": _field(Measurement, "value"),
        "last": _field(Measurement, "at"),
        "history": _field(History, "values"),
        "due_q": _field(Kpi, "due_period"),
    },
    "flow": {"from": _field(DataFlow, "source"), "to": _field(DataFlow, "destination")},
    "scenario": {"p": _field(Scenario, "probability")},
    "initiative": {"status": _field(DataFlow, "object"), "label": _field(DataFlow, "object")},
    "partner": {
        described.name: described
        for described in fields_of(Commitment)
        if described.name not in {"key", "partner", *(each.name for each in fields_of(Partner))}
    },
}


def _columns_of(kind: str) -> dict[str, FieldOf]:
    """Return the fields of a kind by every word that a file may have for them."""
    known = {described.name: described for described in fields_of(KINDS[kind].record)}
    if "key" in known:
        known["id"] = known["key"]
    return {**known, **_SHORT.get(kind, {})}


def _unknown_column(place: Place, kind: str, header: str, known: Iterable[str]) -> Finding:
    near = nearest(_word(header), known)
    return warning(
        "unknown-field",
        place,
        f"{KINDS[kind].plural} have no column {show(header)}; what stands there is not used.{did_you_mean(near)}",
        f"Call it '{near}' if that is meant; else leave it: it does no harm." if near else "Leave it: it does no harm.",
        value=show(header),
        near=near or "",
    )


def _column_twice(place: Place, kind: str, name: str) -> Finding:
    return Finding(
        code="duplicate-field",
        where=str(place),
        message=f"There is more than one column '{name}'; only the first is used.",
        remedy="Keep one of them.",
        kind=kind,
        numbers=FrozenMap({"field": name}),
    )


__all__ = [
    "ABOUT",
    "HELP",
    "INSTRUCTIONS",
    "BookTable",
    "Column",
    "Grid",
    "ParsedTables",
    "about_of",
    "parse_tables",
    "section_of",
    "tables_of",
]
