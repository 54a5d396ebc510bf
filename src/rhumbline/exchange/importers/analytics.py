"""Web analytics: what Plausible and Google Analytics 4 export becomes readings of KPIs, day by day."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from rhumbline.book.types import Severity
from rhumbline.exchange.importers.draft import NO_SIGN, Draft, Sign, Terms
from rhumbline.exchange.importers.glance import Glance
from rhumbline.exchange.importers.layout import Columns, Layout, find_layout, grids_of, header_fit
from rhumbline.exchange.importers.measures import Measured, add_measured
from rhumbline.exchange.raw import refused
from rhumbline.exchange.references import slug
from rhumbline.exchange.sheets import decoded
from rhumbline.exchange.styles import NumberStyle, parse_amount

VISITORS: Columns = {
    "date": ("date",),
    "visitors": ("visitors",),
    "pageviews": ("pageviews",),
    "bounces": ("bounces",),
    "visits": ("visits",),
    "duration": ("visit_duration",),
}
_MEMBER = re.compile(r"imported_visitors", re.IGNORECASE)


def sniff_plausible(glance: Glance) -> Sign:
    """Say how surely a file is the visitors of a Plausible site, or the archive that holds them."""
    if any(_MEMBER.search(name) for name in glance.members):
        return Sign(1.0, "the archive holds imported_visitors")
    fit = header_fit(glance.layout(VISITORS), ("date", "visitors"), ("visitors", "bounces", "visits", "duration"))
    return Sign(fit, "it has the columns visitors, bounces and visit_duration") if fit >= 0.4 else NO_SIGN


def read_plausible(glance: Glance, terms: Terms) -> Draft:
    """Return what Plausible counted; its durations are sums, so they are divided by the visits."""
    draft = Draft(terms.source_or("plausible"), partial=True)
    draft.findings += glance.findings
    layout = _visitors(glance)
    if layout is None:
        raise refused("no-table", glance.name, "The file has no table of visitors by day.", "Export it again.")
    series: dict[str, list[tuple[date, float]]] = {name: [] for name in ("visitors", "pageviews", "bounce", "visit")}
    for line in layout.lines:
        day = layout.known_day(line, "date")
        if day is None:
            _say_no_day(draft, line.where)
            continue
        counts = {name: layout.amount(line, name) for name in VISITORS if name != "date"}
        for name in ("visitors", "pageviews"):
            if (count := counts[name]) is not None:
                series[name].append((day, float(count)))
        visits, bounces, seconds = counts["visits"], counts["bounces"], counts["duration"]
        if visits and bounces is not None:
            series["bounce"].append((day, float(bounces / visits)))
        if visits and seconds is not None:
            series["visit"].append((day, float(seconds / visits)))
    names = (
        ("visitors", "Visitors of the site", "visitors a day", "up"),
        ("pageviews", "Page views of the site", "page views a day", "up"),
        ("bounce", "Bounce rate of the site", "share of visits", "down"),
        ("visit", "Average visit of the site", "seconds", "up"),
    )
    add_measured(
        draft,
        [
            Measured(
                id=name,
                name=said,
                unit=unit,
                readings=series[name],
                source=draft.source,
                where=layout.sheet or "visitors",
                fields={"direction": way, "cadence_days": 1},
                filled={"kind": "leading"},
                key=f"site-{name}",
            )
            for name, said, unit, way in names
            if series[name]
        ],
    )
    draft.findings += layout.findings
    draft.leave_out([name for name in glance.members if not _MEMBER.search(name)], "only visitors are kept by day")
    draft.leave_out(layout.unused(*VISITORS))
    return draft


def _visitors(glance: Glance) -> Layout | None:
    for name, data in sorted(glance.members.items()):
        if _MEMBER.search(name):
            return find_layout(grids_of(data, name)[0], VISITORS)
    return glance.layout(VISITORS)


def _say_no_day(draft: Draft, where: str) -> None:
    draft.say(
        "no-date",
        where,
        "The row has no day that can be read; it was left out.",
        "Export the file again.",
        Severity.ERROR,
    )


# --- Google Analytics 4 -----------------------------------------------------------------------

_START = re.compile(r"#\s*Start date:\s*(\d{4})(\d{2})(\d{2})", re.IGNORECASE)
_END = re.compile(r"#\s*End date:\s*(\d{8})", re.IGNORECASE)
_NTH = re.compile(r"nth (day|week|month)|n-te[rs]? tag|nieme jour", re.IGNORECASE)
_DAYS = {"day": 1, "week": 7}


@dataclass(slots=True)
class _Block:
    """One table of a GA4 file: its first day, its headers, its rows with their numbers."""

    start: date | None
    headers: list[str]
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    line: int = 0


def sniff_ga4(glance: Glance) -> Sign:
    """Say how surely a file is an export of a GA4 report."""
    text = decoded(glance.data[:20_000])[0].lstrip("\ufeff")
    if not text.startswith("#") or not glance.grids:
        return NO_SIGN
    dated, nth = bool(_START.search(text)), bool(_NTH.search(text))
    if not dated:
        return NO_SIGN
    return Sign(1.0 if nth else 0.7, "it has lines '# Start date:' above tables of days")


def read_ga4(glance: Glance, terms: Terms) -> Draft:
    """Return what a GA4 report says: one KPI for each metric, its date the first day plus the number of the row."""
    draft = Draft(terms.source_or("ga4"), partial=True)
    blocks = _blocks(decoded(glance.data)[0].lstrip("\ufeff"))
    readings: dict[str, dict[date, float]] = {}
    where: dict[str, str] = {}
    skipped = []
    for block in blocks:
        unit = _NTH.search(block.headers[0]) if block.headers else None
        if unit is None or block.start is None:
            skipped.append(", ".join(block.headers)[:60])
            continue
        _read_block(draft, block, unit[1] or "day", readings, where)
    add_measured(
        draft,
        [
            Measured(
                id=name,
                name=name[:200],
                unit="number",
                readings=sorted(days.items()),
                source=draft.source,
                where=where[name],
                filled={"kind": "leading"},
                key=f"site-{slug(name)}"[:76],
            )
            for name, days in readings.items()
        ],
    )
    draft.leave_out(skipped, "they are not counted by day")
    if not readings:
        draft.say(
            "no-series",
            draft.source,
            "The file has no table of days, so it gives no reading.",
            "Export a report that shows a metric over time.",
            Severity.WARNING,
        )
    return draft


def _blocks(text: str) -> list[_Block]:
    """Return the tables of a file; the lines with # above a table say when it begins."""
    blocks: list[_Block] = []
    start: date | None = None
    block: _Block | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if line.startswith("#"):
            found = _START.match(line)
            if found:
                start = _day(*(int(part) for part in found.groups()))
            block = None
        elif not line:
            block = None
        else:
            cells = _cells(line)
            if block is None:
                block = _Block(start, cells, line=number)
                blocks.append(block)
            else:
                block.rows.append((number, cells))
    return blocks


def _cells(line: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(line)), [])
    except csv.Error:
        return [line]


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _read_block(
    draft: Draft, block: _Block, unit: str, readings: dict[str, dict[date, float]], where: dict[str, str]
) -> None:
    for number, cells in block.rows:
        place = cells[0].strip() if cells else ""
        if not (place.isascii() and place.isdecimal() and len(place) < 6) or block.start is None:
            # A row such as "Totals" is no day.
            continue
        day = _after(block.start, int(place), unit)
        for header, cell in zip(block.headers[1:], cells[1:], strict=False):
            amount = parse_amount(cell, NumberStyle()) if cell.strip() else None
            if amount is None or day is None or not header.strip():
                if cell.strip():
                    _say_no_day(draft, f"line {number}")
                continue
            readings.setdefault(header.strip(), {})[day] = float(amount.value)
            where.setdefault(header.strip(), f"line {block.line}")


def _after(start: date, number: int, unit: str) -> date | None:
    if unit.casefold() == "month":
        months = start.month - 1 + number
        return _day(start.year + months // 12, months % 12 + 1, 1)
    try:
        return start + timedelta(days=number * _DAYS.get(unit.casefold(), 1))
    except OverflowError:
        return None


__all__ = ["VISITORS", "read_ga4", "read_plausible", "sniff_ga4", "sniff_plausible"]
