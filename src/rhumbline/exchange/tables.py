"""Where the table in a sheet is: its header, its rows, and what only looks like a row.

People write titles above their tables, totals below them, empty lines within them and a second table
beside them. The best table of a file is taken, the others are named, and totals are never data: they
are used to check that nothing was lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from rhumbline.book.findings import Finding
from rhumbline.book.types import FrozenMap, Severity
from rhumbline.exchange.cell_looks import Grid, first_text, known_header
from rhumbline.exchange.headers import Header, columns_of, header_at, header_rows, side_by_side, two_rows
from rhumbline.exchange.raw import show
from rhumbline.exchange.sheets import Sheet, column_letters
from rhumbline.exchange.styles import Cell, decide_numbers, is_missing, parse_amount
from rhumbline.exchange.table_rows import TOLERANCE, Row, Rows, Total, groups_filled, sorted_rows
from rhumbline.exchange.vocabulary import normal, targets, without_unit


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


def find_table(sheets: Iterable[Sheet], kind: str = "initiative") -> tuple[Table | None, list[Finding]]:
    """Return the best table of a file, and findings that name the others.

    Parameters
    ----------
    sheets
        The sheets of the file.
    kind
        The kind of record its rows are to become.
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
    best = max(found, key=lambda table: table.score + 3 * _own_words(table, kind))
    others = [table for table in found if table is not best]
    findings = list(best.findings)
    findings += [_other_table(table) for table in others]
    return best, findings


def _own_words(table: Table, kind: str) -> int:
    """Return how many different fields of a kind of record the headers name."""
    words = [normal(without_unit(header.text)[0]) for header in table.headers]
    return sum(any(word in forms for word in words) for forms in targets(kind).values())


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
    starts = header_rows(grid)
    tables: list[Table] = []
    for place, start in enumerate(starts):
        end = starts[place + 1] if place + 1 < len(starts) else len(grid)
        above = starts[place - 1] if place else -1
        tables += _tables_at(sheet, grid, start, end, above)
    return [table for table in tables if table.rows]


_MOST_FILLED = 1_000_000


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


def _tables_at(sheet: Sheet, grid: Grid, start: int, end: int, above: int) -> list[Table]:
    """Return the table whose header is in a row, or the two that stand side by side there."""
    upper, lower = two_rows(sheet, grid, start)
    columns = columns_of(grid, lower, end)
    headers = [header_at(sheet, grid, upper, lower, column) for column in columns]
    preamble = tuple(
        str(cell).strip()
        for row in grid[above + 1 : upper if upper is not None else lower]
        for cell in row
        if isinstance(cell, str) and cell.strip()
    )[:20]
    return [
        _table(sheet, grid, lower, end, part, preamble if above < 0 else ()) for part in side_by_side(headers, columns)
    ]


def _table(sheet: Sheet, grid: Grid, header: int, end: int, headers: list[Header], preamble: tuple[str, ...]) -> Table:
    rows = sorted_rows(grid, header, end, headers)
    data, filled = groups_filled(rows.data, headers)
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


# --- what is to be said -----------------------------------------------------------------------


def _findings(table: Table, rows: Rows, filled: list[str]) -> Iterator[Finding]:
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
            f"This row is a remark, not data: {show(first_text(row.cells))}.",
            "Nothing needs to be done.",
        )
    for row in rows.doubtful[:20]:
        if row in rows.data:
            yield _note(
                "looks-like-total",
                table.where(row),
                f"{show(first_text(row.cells))} sounds like a total, but is not the sum of the rows above; "
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
            sums_of_rows = _sums(table, total, values, subtotals)
            subtotals.append(stated.value)
            tolerance = TOLERANCE * max(total.until, 1)
            if not any(abs(stated.value - value) <= tolerance for value in (*sums_of_rows, *_others(total, values))):
                nearest = min(sums_of_rows, key=lambda value: abs(stated.value - value))
                yield _mismatch(table, total, position, stated.value, nearest)


def _is_id(header: Header) -> bool:
    return normal(header.text) in targets("initiative")["key"]


def _sums(table: Table, total: Total, values: list[Decimal], subtotals: list[Decimal]) -> list[Decimal]:
    """Return what the sum of some rows above a total may be: its part, all so far, its section, the subtotals."""
    part, all_so_far = values[total.since : total.until], values[: total.until]
    section = [
        value
        for value, row in zip(all_so_far, table.rows, strict=False)
        if row.section and row.section == total.row.section
    ]
    sums = [sum(rows, Decimal(0)) for rows in (part, all_so_far, section, subtotals) if rows]
    return sums or [Decimal(0)]


def _others(total: Total, values: list[Decimal]) -> list[Decimal]:
    """Return what else a last row may rightly be: the mean, least, most or number of the rows above it."""
    found: list[Decimal] = []
    for rows in (values[total.since : total.until], values[: total.until]):
        if rows:
            found += [sum(rows, Decimal(0)) / len(rows), min(rows), max(rows), Decimal(len(rows))]
    return found


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


__all__ = ["Header", "Row", "Table", "Total", "check_totals", "find_table", "find_tables"]
