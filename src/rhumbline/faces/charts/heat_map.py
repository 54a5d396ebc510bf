"""Heat maps: a number for each row and column, dark where it is large, hatched where it is negative."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rhumbline.faces.charts.drawing import LINE, WIDE, Drawing
from rhumbline.faces.charts.letters import PLAIN, SMALL, clean, text_width, wrapped
from rhumbline.faces.charts.tables import Table
from rhumbline.faces.charts.words import ENGLISH, Words

_CELL, _GAP = 26.0, 3.0
_HEAD_LINES = 3
_COLUMNS_WIDE, _COLUMNS_NARROW = 7, 4
_LEVELS = 5


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One row: its name and a value per column, a share of 1 or a count; None where nobody knows."""

    name: str
    cells: tuple[float | None, ...]
    href: str = ""


@dataclass(frozen=True, slots=True)
class HeatMap:
    """What a heat map shows.

    Parameters
    ----------
    title
        What the numbers are.
    corner
        What a row is.
    columns
        Their names.
    rows
        Each with one cell per column.
    full
        The value that is drawn darkest; by default the largest there is.
    unit
        How values are written: ``percent``, ``points`` of 100, or ``count`` for whole numbers.
    """

    title: str
    corner: str
    columns: tuple[str, ...]
    rows: tuple[HeatRow, ...]
    full: float | None = None
    unit: str = "percent"


def draw_heat_map(heat: HeatMap, words: Words = ENGLISH, width: float = WIDE) -> str:
    """Draw a heat map; more columns than fit are continued below.

    Parameters
    ----------
    heat
        What to show.
    words
        The language.
    width
        Of the container, in CSS pixels.
    """
    drawing = Drawing(width, heat.title, _desc(heat, words))
    if not heat.columns or not heat.rows:
        drawing.text(0, 14, words.say("heat.empty"), css="rl-mute")
        return drawing.svg(22)
    y = 0.0
    for panel in _panels(len(heat.columns), _COLUMNS_NARROW if drawing.narrow else _COLUMNS_WIDE):
        y = _panel(drawing, heat, words, panel, y) + 18
    return drawing.svg(y - 18)


def _panels(count: int, most: int) -> Iterator[range]:
    """Divide columns into panels of nearly the same number."""
    panels = -(-count // most)
    size = -(-count // panels)
    for first in range(0, count, size):
        yield range(first, min(count, first + size))


def _panel(drawing: Drawing, heat: HeatMap, words: Words, columns: range, y: float) -> float:
    left = _left(drawing, heat)
    size = (drawing.width - left + _GAP) / len(columns)
    # A lone column as wide as the picture looks like a bar, not like a cell.
    size = min(size, 160.0)
    y = _head(drawing, heat, columns, left, size, y)
    for row in heat.rows:
        with drawing.item(_said(heat, row, words), row.href):
            y = _row(drawing, heat, row, words, columns, left, size, y)
    return y


def _left(drawing: Drawing, heat: HeatMap) -> float:
    """Return the room for names beside the cells; none where they stand above, on a telephone with long names."""
    longest = max(text_width(clean(row.name), PLAIN) for row in heat.rows)
    if drawing.narrow:
        return longest + 14 if longest <= drawing.width * 0.25 else 0.0
    return round(drawing.width * 0.36)


def _head(drawing: Drawing, heat: HeatMap, columns: range, left: float, size: float, y: float) -> float:
    room = size - _GAP - 8
    lines = max(len(wrapped(heat.columns[place], room, SMALL, lines=_HEAD_LINES)) for place in columns)
    bottom = y + lines * LINE * SMALL
    for order, place in enumerate(columns):
        name = heat.columns[place]
        own = len(wrapped(name, room, SMALL, lines=_HEAD_LINES))
        first = bottom - own * LINE * SMALL + 10
        drawing.lines(
            left + order * size + (size - _GAP) / 2,
            first,
            name,
            room,
            size=SMALL,
            most=_HEAD_LINES,
            anchor="mid",
            css="rl-mute",
        )
    return bottom + 6


def _row(
    drawing: Drawing, heat: HeatMap, row: HeatRow, words: Words, columns: range, left: float, size: float, y: float
) -> float:
    room = drawing.width if left == 0 else left - 14
    lines = max(1, len(wrapped(row.name, room, PLAIN, lines=2)))
    height = max(_CELL, lines * LINE * PLAIN + 4) if left else _CELL
    top = y
    if left == 0:
        top = y + drawing.lines(0, y + 12, row.name, room) + 3
    else:
        drawing.lines(0, y + height / 2 + 4 - (lines - 1) * LINE * PLAIN / 2, row.name, room)
    for order, place in enumerate(columns):
        _cell(drawing, heat, row.cells[place], words, (left + order * size, top, size - _GAP, height))
    return top + height + (7 if left == 0 else _GAP)


def _cell(
    drawing: Drawing, heat: HeatMap, value: float | None, words: Words, place: tuple[float, float, float, float]
) -> None:
    x, y, width, height = place
    text = _shown(heat, value, words)
    if value is None:
        drawing.rect(x + 0.5, y + 0.5, width - 1, height - 1, "rl-unknown", radius=2)
    else:
        drawing.rect(x, y, width, height, _heat(value, _full(heat)), radius=2)
        if value < 0 and text != _shown(heat, 0, words):
            # The hatching leaves the middle free: a struck-through number cannot be read.
            side = (width - text_width(text, PLAIN) - 8) / 2
            drawing.hatch(x, y, side, height, "rl-hatch")
            drawing.hatch(x + width - side, y, side, height, "rl-hatch")
    zero = value is None or text == _shown(heat, 0, words)
    css = "rl-mute" if zero else ""
    drawing.whole_text(x + width / 2, y + height / 2 + 4, text, width, size=PLAIN, anchor="mid", css=css)


def _full(heat: HeatMap) -> float:
    if heat.full is not None:
        return heat.full
    return max((value for row in heat.rows for value in row.cells if value is not None), default=0.0)


def _heat(value: float, full: float) -> str:
    """Return the class of a value: five steps up to the full one, so that steps stay distinguishable."""
    if value < 0:
        return "rl-cold"
    if value == 0 or full <= 0:
        return "rl-heat0"
    return f"rl-heat{max(1, min(_LEVELS, 1 + int(_LEVELS * value / full * (1 - 1e-9))))}"


def _shown(heat: HeatMap, value: float | None, words: Words) -> str:
    if value is None:
        return "?"
    if heat.unit == "count":
        return words.number(value)
    return words.percent(value) if heat.unit == "percent" else words.number(value * 100)


def _said(heat: HeatMap, row: HeatRow, words: Words) -> str:
    listed = [f"{name} {_shown(heat, value, words)}" for name, value in _pairs(heat, row)]
    return f"{row.name}: {', '.join(listed)}"


def _pairs(heat: HeatMap, row: HeatRow) -> Sequence[tuple[str, float | None]]:
    return list(zip(heat.columns, row.cells, strict=True))


def _desc(heat: HeatMap, words: Words) -> str:
    known = [(value, row.name, name) for row in heat.rows for name, value in _pairs(heat, row) if value is not None]
    if not known:
        return f"{heat.title}. {words.say('heat.empty')}"
    most, row, column = max(known, key=lambda entry: entry[0])
    said = words.say(
        "heat.desc",
        rows=words.number(len(heat.rows)),
        columns=words.number(len(heat.columns)),
        most=_shown(heat, most, words),
        row=row,
        column=column,
    )
    return f"{heat.title}: {said}"


def heat_map_table(heat: HeatMap, words: Words = ENGLISH) -> Table:
    """Return the numbers of a heat map as a table."""
    rows = tuple(
        (row.name, *(words.say("unknown") if value is None else _shown(heat, value, words) for value in row.cells))
        for row in heat.rows
    )
    return Table(heat.title, (heat.corner, *heat.columns), rows)


__all__ = ["HeatMap", "HeatRow", "draw_heat_map", "heat_map_table"]
