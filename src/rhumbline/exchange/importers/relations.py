"""Tables of Notion and Airtable: any columns, with relations as text, so they go the way of any spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from rhumbline.book.book import Book
from rhumbline.book.findings import Finding
from rhumbline.book.types import FrozenMap
from rhumbline.exchange.columns import text_of
from rhumbline.exchange.importers.draft import NO_SIGN, Sign, Terms, note
from rhumbline.exchange.importers.glance import Glance
from rhumbline.exchange.importers.layout import Grid, grids_of
from rhumbline.exchange.importers.settling import Imported
from rhumbline.exchange.sheets import Sheet
from rhumbline.exchange.table_import import TableImport, import_table
from rhumbline.exchange.tables import find_tables

_NOTION = re.compile(
    r"\s*\((?:https?://)?(?:www\.)?notion\.so/[^)\s]*\)|\s*\((?:[\w%.\- ]+/)*[\w%.\- ]+%20[0-9a-f]{32}\.(?:md|csv)\)"
)
_NOTION_NAME = re.compile(r"[ _][0-9a-f]{32}(?:_all)?\.csv$")
_AIRTABLE = re.compile(r"\s*\(https?://(?:dl\.airtable\.com|v\d\.airtableusercontent\.com)/[^)\s]*\)")
_ARROW = re.compile(r"\s*(?:\u2192|->)\s*")
_SAMPLE = 400


def sniff_notion(glance: Glance) -> Sign:
    """Say how surely a file is a database of Notion."""
    if any(_NOTION_NAME.search(name) for name in glance.members):
        return Sign(0.95, "the archive holds CSV files named as Notion names them")
    if _any(glance, _NOTION):
        return Sign(0.9, "cells link to pages of notion.so")
    if glance.grids and _NOTION_NAME.search(glance.name):
        return Sign(0.55, "it is named as Notion names its files")
    return Sign(0.35, "dates are ranges with an arrow") if _any(glance, re.compile(r"\d{4}\s*\u2192\s")) else NO_SIGN


def sniff_airtable(glance: Glance) -> Sign:
    """Say how surely a file is a table of Airtable."""
    return Sign(0.9, "cells link to attachments of Airtable") if _any(glance, _AIRTABLE) else NO_SIGN


def sniff_table(glance: Glance) -> Sign:
    """Say how surely a file is a table that our own words describe."""
    if not any(len(grid.rows) > 1 and max(len(row) for row in grid.rows[:50]) > 1 for grid in glance.grids):
        return NO_SIGN
    best = max(
        (table.score for grid in glance.grids[:6] for table in find_tables(Sheet(grid.sheet, grid.rows[:60]))),
        default=0.0,
    )
    # Any table can be read by its words, so a format that knows the columns always comes first.
    return Sign(0.25 if best > 6 else 0.15, "it is a table; its columns are proposed by their words")


def read_notion(glance: Glance, terms: Terms, into: Book | None) -> Imported:
    """Return the Book that a database of Notion gives."""
    data, name, others = glance.data, glance.name, list[str]()
    if glance.members:
        # Of two files of one database the one with "_all" has every row, whatever the view hides.
        names = sorted(glance.members, key=lambda each: (not each.endswith("_all.csv"), each))
        name, others = names[0], names[1:]
        data = glance.members[name]
    findings = []
    if others:
        findings.append(
            note(
                "other-tables",
                name,
                f"The archive holds {len(others)} more table(s), which were not imported: {', '.join(others[:5])}.",
                "Unpack it, and import them one by one.",
                count=len(others),
            )
        )
    return _plain(data, name, terms, into, _NOTION, "notion", findings)


def read_airtable(glance: Glance, terms: Terms, into: Book | None) -> Imported:
    """Return the Book that a table of Airtable gives."""
    return _plain(glance.data, glance.name, terms, into, _AIRTABLE, "airtable", [])


def read_table(glance: Glance, terms: Terms, into: Book | None) -> Imported:
    """Return the Book that any table gives."""
    found = import_table(glance.data, into, answers=terms.answers, as_of=terms.as_of, name=terms.source or glance.name)
    return imported(found, "table", ())


def imported(found: TableImport, form: str, findings: Sequence[Finding]) -> Imported:
    """Return the result of a table's import as the result of any import.

    Parameters
    ----------
    found
        The result.
    form
        The name of the format.
    findings
        What was noticed before.
    """
    lines = len(found.proposal.lines) if found.proposal is not None else 0
    kind = found.proposal.mapping.kind if found.proposal is not None else "initiative"
    return Imported(
        book=found.book,
        findings=(*findings, *found.findings),
        format=form,
        became=FrozenMap({kind: lines}) if lines else FrozenMap(),
        changes=found.changes,
        held_out=tuple((kind, row.where) for row in found.held_out),
        conflicts=found.conflicts,
        questions=tuple(found.proposal.questions) if found.proposal is not None else (),
        unchanged=found.unchanged,
        usable=found.proposal is not None,
    )


def _plain(
    data: bytes, name: str, terms: Terms, into: Book | None, link: re.Pattern[str], form: str, findings: list[Finding]
) -> Imported:
    """Take the addresses off names and the beginnings off ranges of dates, then read the table by its words."""
    grids, said = grids_of(data, name)
    grid = max(grids, key=lambda each: sum(len(row) > 1 for row in each.rows), default=None)
    if grid is None:
        return Imported(into or Book(), (*findings, *said), form, usable=False)
    rewritten, addresses, ranges = _rewritten(grid, link)
    for count, code, words in (
        (addresses, "links-as-names", "cells name records with their address; only the names were kept"),
        (ranges, "range-as-end", "cells hold a range of dates; only its end was kept, as the day it is due"),
    ):
        if count:
            findings.append(note(code, name, f"{count} {words}.", "Nothing needs to be done.", count=count))
    found = import_table(rewritten, into, answers=terms.answers, as_of=terms.as_of, name=terms.source or _stem(name))
    return imported(found, form, (*findings, *said))


def _rewritten(grid: Grid, link: re.Pattern[str]) -> tuple[bytes, int, int]:
    out = io.StringIO()
    writer = csv.writer(out)
    addresses = ranges = 0
    for row in grid.rows:
        cells = []
        for cell in row:
            text = text_of(cell).lstrip("\ufeff")
            bare = link.sub("", text)
            addresses += bare != text
            parts = _ARROW.split(bare)
            if len(parts) == 2 and parts[1][-1:].isdigit() and any(letter.isdigit() for letter in parts[0]):
                ranges += 1
                bare = parts[1]
            cells.append(bare)
        writer.writerow(cells)
    return out.getvalue().encode("utf-8", "replace"), addresses, ranges


def _stem(name: str) -> str:
    """Return a file's name without the letters that Notion adds to it, so that the next export is the same source."""
    return _NOTION_NAME.sub(".csv", name)


def _any(glance: Glance, pattern: re.Pattern[str]) -> bool:
    return any(
        isinstance(cell, str) and pattern.search(cell[:5000])
        for grid in glance.grids
        for row in grid.rows[:_SAMPLE]
        for cell in row
    )


__all__ = [
    "imported",
    "read_airtable",
    "read_notion",
    "read_table",
    "sniff_airtable",
    "sniff_notion",
    "sniff_table",
]
