"""The report as a workbook: numbers stay numbers, texts are texts, and nothing is a formula."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from rhumbline.faces.blocks import Cell, Said
from rhumbline.faces.report import grids
from rhumbline.faces.report.contents import Contents
from rhumbline.faces.report.sources import sources_grid
from rhumbline.faces.words import harmless

# How numbers look, by how they are printed elsewhere; points are stored as points of 100.
_FORMATS = {
    "percent": "0.0%",
    "points": "0.0",
    "money": "#,##0.00",
    "exact": "0.000000000",
    "number": "#,##0.##",
    "amount": "#,##0.##",
    "level": "#,##0.##",
}
_WIDEST, _NARROWEST = 70, 8

_SHEETS: dict[str, tuple[Callable[[Contents], grids.Grid], ...]] = {
    "plan": (grids.plan_grid, grids.flips_grid, grids.wishes_grid, grids.ethics_grid),
    "findings": (grids.findings_grid,),
    "scores": (
        grids.score_grid,
        grids.lenses_grid,
        grids.objectives_grid,
        grids.initiatives_grid,
        grids.answers_grid,
        grids.evidence_grid,
    ),
    "questions": (grids.questions_grid,),
    "provenance": (sources_grid, grids.certificate_grid, grids.made_grid),
}


def workbook_of(contents: Contents) -> bytes:
    """Return the contents of a report as an XLSX file.

    Parameters
    ----------
    contents
        What it tells.
    """
    import xlsxwriter

    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, options)
    # The date of the evaluation instead of the clock: the same report is the same bytes.
    made = datetime.combine(contents.as_of, datetime.min.time())
    title = contents.words.text("report.document", firm=contents.firm, as_of=contents.as_of)
    book.set_properties({"title": harmless(title), "created": made})
    writer = _Writer(book, contents)
    for name, made_of in _SHEETS.items():
        writer.sheet(name, [make(contents) for make in made_of])
    book.close()
    return buffer.getvalue()


class _Writer:
    """Writes tables below each other on sheets."""

    def __init__(self, book: Any, contents: Contents) -> None:
        self.book, self.words = book, contents.words
        self.contents = contents
        self.bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.title = book.add_format({"bold": True, "font_size": 13})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.formats = {hint: book.add_format({"num_format": look, "valign": "top"}) for hint, look in _FORMATS.items()}
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})

    def sheet(self, name: str, tables: list[grids.Grid]) -> None:
        """Write one sheet with its tables; one without rows says so by being absent, but the sheet stays."""
        sheet = self.book.add_worksheet(self.words.text(f"report.sheet.{name}"))
        line, widths = 2, dict[int, int]()
        heading = self.words.text("report.document", firm=self.contents.firm, as_of=self.contents.as_of)
        sheet.write_string(0, 0, heading, self.title)
        for table in tables:
            if table.rows:
                line = self._table(sheet, table, line, widths) + 2
        for column, width in widths.items():
            sheet.set_column(column, column, max(_NARROWEST, min(_WIDEST, width + 2)))
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)

    def _table(self, sheet: Any, table: grids.Grid, line: int, widths: dict[int, int]) -> int:
        """Write one table and return the line after it."""
        sheet.write_string(line, 0, self.words.text(f"report.caption.{table.name}"), self.title)
        for place, column in enumerate(table.columns):
            text = self.words.text(column.code, column.numbers)
            sheet.write_string(line + 1, place, text, self.bold)
            widths[place] = max(widths.get(place, 0), len(text))
        for down, row in enumerate(table.rows, start=line + 2):
            for place, said in enumerate(row.cells):
                self._cell(sheet, down, place, said)
                widths[place] = max(widths.get(place, 0), len(self.words.said(said)))
        return line + 2 + len(table.rows)

    def _cell(self, sheet: Any, line: int, place: int, said: Said) -> None:
        said = self.words.seen(said)
        value = said.value if isinstance(said, Cell) else None
        hint = said.hint if isinstance(said, Cell) else ""
        if isinstance(value, date):
            sheet.write_datetime(line, place, datetime.combine(value, datetime.min.time()), self.day)
        elif isinstance(value, int | float | Decimal) and not isinstance(value, bool) and hint in self.formats:
            number = float(value) * 100 if hint == "points" else float(value)
            sheet.write_number(line, place, number, self.formats[hint])
        else:
            sheet.write_string(line, place, self.words.said(said), self.text)


__all__ = ["workbook_of"]
