"""A Book as a workbook that people can fill in: a sheet for each kind of record, with help and drop-downs.

Only values are ever read. A formula somebody typed counts with the value that the spreadsheet program
has computed for it, and is said to have none where there is none.
"""

from __future__ import annotations

import dataclasses
import io
import re
import tomllib
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from importlib import resources
from typing import Any
from xml.etree import ElementTree as ET

from annotated_types import Ge, Gt, Le

from rhumbline.book.book import Book
from rhumbline.book.fields import Container, FieldOf, Part
from rhumbline.book.findings import Finding, RhumblineError
from rhumbline.book.records import KINDS
from rhumbline.book.types import RefersTo, Severity, Shape
from rhumbline.exchange.book_tables import (
    ABOUT,
    HELP,
    INSTRUCTIONS,
    BookTable,
    Grid,
    ParsedTables,
    about_of,
    parse_tables,
    tables_of,
)
from rhumbline.exchange.cells import FormulaWithoutValue
from rhumbline.exchange.field_help import help_of, is_required, summary_of
from rhumbline.exchange.raw import Refused, warning
from rhumbline.exchange.sheets import MOST_ROWS, Sheet, column_letters, parse_sheets
from rhumbline.exchange.styles import Cell

SUFFIX = ".xlsx"

# What a person fills in, in the order in which it comes to mind; then what some firms need, then the rest.
FIRST = ("organisation", "strategy", "objective", "kpi", "initiative", "benefit", "budget", "team", "person")
THEN = (
    "segment",
    "need",
    "capability",
    "measurement",
    "work_item",
    "survey",
    "review",
    "message",
    "signal",
    "assumption",
)


class TooManyRows(RhumblineError):
    """A kind of record has more rows than a sheet is read back with; nothing is left out for you."""

    def __init__(self, name: str, rows: int) -> None:
        super().__init__(
            f"There are {rows:,} {name}, and a sheet is read with at most {MOST_ROWS:,} rows. "
            "Write the Book as CSV files or JSON instead."
        )


# --- a Book to a workbook ---------------------------------------------------------------------


def workbook(book: Book) -> bytes:
    """Return a Book as an XLSX workbook for people; the same Book always gives the same bytes.

    Parameters
    ----------
    book
        Any Book.
    """
    firm = book.organisation
    return workbook_of(tables_of(book), about_of(book), f"The strategy of {firm.name if firm else 'a firm'}")


def workbook_of(tables: Iterable[BookTable], about: Iterable[tuple[str, Cell]], title: str) -> bytes:
    """Return tables as an XLSX workbook for people.

    Parameters
    ----------
    tables
        One table for each kind.
    about
        What is to be said about the whole.
    title
        What stands at the top of the first sheet.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as file:
        # A fixed day, so that the same Book gives the same bytes.
        file.set_properties({"title": "Rhumbline Book", "created": datetime(2000, 1, 1)})  # noqa: DTZ001
        writer = _Writer(file)
        writer.instructions(title)
        writer.about(about)
        by_kind = {table.kind: table for table in tables}
        for kind in sheet_order():
            writer.table(by_kind[kind])
    return buffer.getvalue()


def sheet_order() -> tuple[str, ...]:
    """Return every kind of record in the order of the sheets."""
    return (*FIRST, *THEN, *(kind for kind in KINDS if kind not in FIRST and kind not in THEN))


class _Exact(float):
    """A number that is written with all its digits; the library would stop at sixteen."""

    def __format__(self, _: str) -> str:
        return repr(float(self))


_FONT = "#1f2933"
_HEADER = {"bold": True, "font_color": "#ffffff", "bg_color": "#33526e", "border": 1, "border_color": "#8aa4ba"}
_REQUIRED = {**_HEADER, "bg_color": "#1f3a52"}
_HELP = {"italic": True, "font_size": 9, "font_color": "#52606d", "bg_color": "#f0f4f8", "text_wrap": True}
_TO_FILL = {"bg_color": "#fff1c9"}
_COLOURS = {"first": "#33526e", "then": "#8aa4ba"}
_NUMBER_FORMATS = {
    "text": "@",
    "date": "yyyy-mm-dd",
    "money": "#,##0.00",
    "whole": "0",
    "number": "General",
    # Excel shows truth values as such anyway; other programs would show 1 and 0.
    "truth": '"TRUE";"TRUE";"FALSE"',
}

# How many rows below the last one still have drop-downs.
_ROOM = 500
_KEYS_READ = 5_000
_FIRST_ROW = 2


class _Writer:
    """Writes the sheets of one workbook."""

    def __init__(self, file: Any) -> None:
        self.file = file
        self.header = file.add_format(_HEADER)
        self.required = file.add_format(_REQUIRED)
        self.help = file.add_format({**_HELP, "valign": "top", "border": 1, "border_color": "#d9e2ec"})
        self.to_fill = file.add_format(_TO_FILL)
        self.title = file.add_format({"bold": True, "font_size": 14, "font_color": _FONT})
        self.words = file.add_format({"text_wrap": True, "valign": "top", "font_color": _FONT})
        self.formats = {name: file.add_format({"num_format": sign}) for name, sign in _NUMBER_FORMATS.items()}

    # --- the sheets for people ------------------------------------------------------------

    def instructions(self, title: str) -> None:
        """Write the first sheet: what the workbook is and how to fill it in."""
        sheet = self.file.add_worksheet(INSTRUCTIONS)
        sheet.hide_gridlines(2)
        _for_paper(sheet)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 96, self.words)
        sheet.write_string(0, 0, title, self.title)
        row = 2
        head = self.file.add_format({"bold": True, "valign": "top", "font_color": _FONT})
        for step in _steps():
            sheet.set_row(row, 15 * (len(step["words"]) // 100 + 1) + 4)
            sheet.write_string(row, 0, step["head"], head)
            sheet.write_string(row, 1, step["words"], self.words)
            row += 1
        row += 1
        for kind in sheet_order():
            sheet.write_url(row, 0, f"internal:'{KINDS[kind].plural}'!A3", string=KINDS[kind].plural)
            sheet.write_string(row, 1, summary_of(kind), self.words)
            row += 1

    def about(self, about: Iterable[tuple[str, Cell]]) -> None:
        """Write what is to be said about the Book as a whole."""
        sheet = self.file.add_worksheet(ABOUT)
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, 1, 16, self.formats["date"])
        sheet.set_column(2, 2, 80)
        for column, word in enumerate(("name", "value", "what it means")):
            sheet.write_string(0, column, word, self.header)
        meanings = {"as_of": "The day for which questions are answered; blank for today."}
        for row, (name, value) in enumerate(about, start=1):
            sheet.write_string(row, 0, name)
            self.cell(sheet, row, 1, value, "date")
            sheet.write_string(row, 2, meanings[name])

    # --- the sheets of records ------------------------------------------------------------

    def table(self, table: BookTable) -> None:
        """Write the records of one kind, with everything that helps to fill them in."""
        if len(table.rows) > MOST_ROWS - _FIRST_ROW:
            raise TooManyRows(table.name, len(table.rows))
        sheet = self.file.add_worksheet(table.name)
        group = "first" if table.kind in FIRST else "then" if table.kind in THEN else ""
        if group:
            sheet.set_tab_color(_COLOURS[group])
        named = [column.header for column in table.columns[:2]] == ["key", "name"]
        sheet.freeze_panes(_FIRST_ROW, 2 if named else 1)
        _for_paper(sheet)
        sheet.repeat_rows(0)
        last = len(table.rows) + _FIRST_ROW + _ROOM
        # Keys such as 012 and lists of one number are texts on purpose; Excel need not mark each of them.
        sheet.ignore_errors({"number_stored_as_text": f"A1:{column_letters(len(table.columns) - 1)}{last}"})
        widths = [_width(table, column) for column in range(len(table.columns))]
        sheet.set_row(1, _help_height(table, widths))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width, self.formats[_style(table.columns[column].described.part)])
            self.column(sheet, table, column, last)
        self.name_keys(table)

    def column(self, sheet: Any, table: BookTable, column: int, last: int) -> None:
        """Write one column: header, help, cells, and what may be entered below."""
        described = table.columns[column].described
        style = _style(described.part)
        required = is_required(table.kind, described)
        sheet.write_string(0, column, _shown(table, column), self.required if required else self.header)
        sheet.write_string(1, column, HELP + help_of(table.kind, described), self.help)
        for row, cells in enumerate(table.rows, start=_FIRST_ROW):
            self.cell(sheet, row, column, cells[column], style)
        allowed = _validation(described)
        if allowed:
            sheet.data_validation(_FIRST_ROW, column, last, column, allowed)
        if required:
            self.highlight(sheet, column, len(table.columns), last)

    def highlight(self, sheet: Any, column: int, width: int, last: int) -> None:
        """Colour a required cell that is empty in a row that has something in it."""
        letters, end = column_letters(column), column_letters(width - 1)
        top = _FIRST_ROW + 1
        criteria = f"=AND(ISBLANK(${letters}{top}),COUNTA($A{top}:${end}{top})>0)"
        rule = {"type": "formula", "criteria": criteria, "format": self.to_fill}
        sheet.conditional_format(_FIRST_ROW, column, last, column, rule)

    def cell(self, sheet: Any, row: int, column: int, value: Cell, style: str) -> None:
        """Write one value as what it is; a text is never anything else."""
        form = self.formats[style]
        if value is None:
            return
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value, form)
        elif isinstance(value, (int, float)):
            sheet.write_number(row, column, _Exact(value), form)
        elif isinstance(value, date) and value >= _FIRST_SAFE_DAY:
            sheet.write_datetime(row, column, value, form)
        else:
            sheet.write_string(row, column, str(value), form)

    def name_keys(self, table: BookTable) -> None:
        """Give the keys of a sheet a name that drop-downs of other sheets refer to."""
        if KINDS[table.kind].series:
            return
        top = _FIRST_ROW + 1
        bottom = top + max(_KEYS_READ, len(table.rows) + _ROOM)
        keys = f"{table.name}!$A${top}:$A${bottom}"
        # Only as far as there are keys: a drop-down with blanks in it would let everything pass.
        self.file.define_name(_keys_name(table.kind), f"={table.name}!$A${top}:INDEX({keys},MAX(1,COUNTA({keys})))")


# Before that day spreadsheet programs disagree, because one of them counted a 29 February 1900.
_FIRST_SAFE_DAY = date(1900, 3, 1)


def _steps() -> list[dict[str, str]]:
    """Return the steps of the instructions: a heading and the words to it."""
    text = (resources.files("rhumbline.exchange") / "instructions.toml").read_text(encoding="utf-8")
    steps: list[dict[str, str]] = tomllib.loads(text)["step"]
    return steps


def _keys_name(kind: str) -> str:
    return f"keys_of_{KINDS[kind].plural}"


def _style(part: Part) -> str:
    """Return how the cells of a column are shown: as what they are, so that nothing is changed on typing."""
    if part.container is not Container.ONE or str in part.types or issubclass(part.types[0], StrEnum):
        return "text"
    if date in part.types:
        return "date"
    if part.types == (bool,):
        return "truth"
    if Decimal in part.types:
        return "money"
    return "whole" if int in part.types else "number"


def _shown(table: BookTable, column: int) -> str:
    """Return the header of a column as people see it."""
    header = table.columns[column].header
    return f"{header} *" if is_required(table.kind, table.columns[column].described) else header


def _width(table: BookTable, column: int) -> int:
    """Return the width of a column: that of its words, within bounds."""
    described = table.columns[column].described
    words = [len(str(row[column])) for row in table.rows[:_MEASURED] if row[column] is not None]
    return max(_least_width(described.part), min(48, max([len(_shown(table, column)) + 3, *words])))


def _least_width(part: Part) -> int:
    if part.container is not Container.ONE:
        return 24
    return 28 if str in part.types and not part.mark(Shape) else 16


def _help_height(table: BookTable, widths: Sequence[int]) -> float:
    """Return the height at which every help text can be read, within bounds."""
    lines = [
        len(help_of(table.kind, column.described)) / (1.05 * width) + 1
        for column, width in zip(table.columns, widths, strict=True)
    ]
    return 12.5 * min(13, round(max(lines) + 0.5))


def _for_paper(sheet: Any) -> None:
    """Let a sheet be printed across one page, whatever its width."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


_MEASURED = 200


def _validation(described: FieldOf) -> dict[str, Any] | None:
    """Return what a spreadsheet program lets people enter into a column, or None for everything."""
    part = described.part
    if part.container is not Container.ONE:
        return None
    refers = part.mark(RefersTo)
    if refers:
        # A warning only: one may name a record before writing it down. The gate does not forget.
        title, words = "No such key", f"There is no {refers.kind} with this key yet."
        return _said(
            {"validate": "list", "source": f"={_keys_name(refers.kind)}", "error_type": "warning"}, title, words
        )
    first = part.types[0]
    if len(part.types) == 1 and issubclass(first, StrEnum):
        return _said(
            {"validate": "list", "source": [member.value for member in first]},
            "Choose one",
            "Choose a word from the list.",
        )
    if part.types == (bool,):
        return _said({"validate": "list", "source": ["TRUE", "FALSE"]}, "TRUE or FALSE", "Choose TRUE or FALSE.")
    if part.types == (date,):
        return _said(_between(part, "date"), "A date", f"Enter a date from {part.mark(Ge).ge} to {part.mark(Le).le}.")
    if part.types in ((int,), (float,), (Decimal,)):
        return _number_validation(part)
    return None


def _number_validation(part: Part) -> dict[str, Any] | None:
    low, above, high = part.mark(Ge), part.mark(Gt), part.mark(Le)
    if high is None or (low is None and above is None):
        return None
    least = low.ge if low else above.gt
    words = f"Enter a number from {least:,g} to {high.le:,g}." if high.le < 10**6 else "Enter a number."
    if high.le == 1:
        words += " 0.15 is 15 %."
    return _said(_between(part, "integer" if part.types == (int,) else "decimal"), "Out of bounds", words)


def _between(part: Part, what: str) -> dict[str, Any]:
    low, above, high = part.mark(Ge), part.mark(Gt), part.mark(Le)
    return {"validate": what, "criteria": "between", "minimum": low.ge if low else above.gt, "maximum": high.le}


def _said(allowed: dict[str, Any], title: str, words: str) -> dict[str, Any]:
    return {**allowed, "error_title": title, "error_message": words}


# --- a workbook to raw data -------------------------------------------------------------------


def parse_workbook(data: bytes, name: str) -> ParsedTables:
    """Return the raw data of a Book from a workbook; raise ``Refused`` when it cannot be read at all.

    Parameters
    ----------
    data
        The workbook: XLSX, ODS or another format that spreadsheet programs write.
    name
        What to call it in findings.
    """
    sheets, findings = parse_sheets(data, name)
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        raise Refused(errors[0])
    # A hidden sheet of a Book is missing from every answer: that is more than a remark.
    noticed = [
        dataclasses.replace(finding, severity=Severity.WARNING) if finding.code == "hidden-sheet" else finding
        for finding in findings
    ]
    unread = _unread_formulas(data)
    grids = [_grid(sheet, unread.get(sheet.name, {}), noticed) for sheet in sheets]
    return parse_tables(grids, noticed)


def _grid(sheet: Sheet, unread: Mapping[tuple[int, int], str], findings: list[Finding]) -> Grid:
    says = f"sheet {sheet.name}"
    if not unread:
        return Grid(sheet.name, says, sheet.rows)
    rows: list[list[Cell | FormulaWithoutValue]] = [list(row) for row in sheet.rows]
    for (row, column), formula in unread.items():
        rows += [[] for _ in range(row + 1 - len(rows))]
        rows[row] += [""] * (column + 1 - len(rows[row]))
        rows[row][column] = FormulaWithoutValue(formula)
    findings.append(_formulas_without_value(says, unread))
    return Grid(sheet.name, says, rows)


def _formulas_without_value(says: str, unread: Mapping[tuple[int, int], str]) -> Finding:
    cells = [f"{column_letters(column)}{row + 1}" for row, column in sorted(unread)]
    return warning(
        "formula-without-value",
        f"{says}, {', '.join(cells[:5])}",
        f"{len(cells)} formula(s) have no value that could be read, and formulas are never computed here.",
        "Open the file in your spreadsheet program, correct what shows an error, save it, and try again.",
        cells=", ".join(cells[:20]),
        count=len(cells),
    )


# --- formulas without a value -----------------------------------------------------------------

_FORMULA_CELL = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>([^<]*)</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v>([^<]*)<)?"
)
_PLACE = re.compile(rb"\br=[\"']([A-Za-z]{1,3})([0-9]{1,7})[\"']")
_KIND = re.compile(rb"\bt=[\"'](\w+)[\"']")


def _unread_formulas(data: bytes) -> dict[str, dict[tuple[int, int], str]]:
    """Return, by sheet of an XLSX file, the cells whose formula has no value or shows an error.

    The file has been read before, so its size is known to be bearable.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {name: _in_sheet(archive.read(part)) for name, part in _sheet_parts(archive).items()}
    except (zipfile.BadZipFile, KeyError, ET.ParseError, ValueError):
        return {}


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return {}
    # Files that declare entities were refused before, so the plain parser is safe here.
    links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {link.get("Id", ""): link.get("Target", "") for link in links}
    parts = {}
    for node in ET.fromstring(archive.read("xl/workbook.xml")).iter():  # noqa: S314
        if node.tag.rpartition("}")[2] == "sheet":
            link = next((value for key, value in node.attrib.items() if key.rpartition("}")[2] == "id"), "")
            target = targets.get(link, "")
            part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            if part in names:
                parts[node.get("name", "")] = part
    return parts


def _in_sheet(content: bytes) -> dict[tuple[int, int], str]:
    found = {}
    for cell in _FORMULA_CELL.finditer(content):
        attributes, formula, value = cell.groups()
        place, kind = _PLACE.search(attributes), _KIND.search(attributes)
        shown = kind.group(1) if kind else b"n"
        # An empty text is a value; an error is none.
        if place and (shown == b"e" or (not value and shown != b"str")):
            letters, row = place.groups()
            found[int(row) - 1, _column(letters)] = (formula or b"").decode("utf-8", "replace")[:80]
    return found


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1


__all__ = ["FIRST", "THEN", "TooManyRows", "parse_workbook", "sheet_order", "workbook", "workbook_of"]
