"""The table that says the same as a picture, for whoever cannot see it or wants the numbers."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from rhumbline.faces.charts.letters import clean


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under headings; the first column names the row.

    Parameters
    ----------
    caption
        What the table shows.
    header
        One heading per column.
    rows
        One text per column.
    text_columns
        Positions of the columns, besides the first, that hold words and not numbers.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text_columns: tuple[int, ...] = ()


def to_html(table: Table) -> str:
    """Return a table as HTML with classes only, everything escaped."""
    head = "".join(f'<th scope="col"{_css(table, place)}>{_safe(text)}</th>' for place, text in enumerate(table.header))
    rows = "".join(f"<tr>{_row(table, row)}</tr>\n" for row in table.rows)
    caption = f"<caption>{_safe(table.caption)}</caption>"
    return f'<table class="rl-table">{caption}\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table>\n'


def _row(table: Table, row: tuple[str, ...]) -> str:
    first = f'<th scope="row">{_safe(row[0])}</th>'
    return first + "".join(f"<td{_css(table, place)}>{_safe(text)}</td>" for place, text in enumerate(row) if place)


def _css(table: Table, place: int) -> str:
    return ' class="rl-number"' if place and place not in table.text_columns else ""


def _safe(text: str) -> str:
    return escape(clean(text))


__all__ = ["Table", "to_html"]
