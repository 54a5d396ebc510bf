"""The tornado: what makes the difference between two initiatives, or moves a result most, the longest bar first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rhumbline.faces.charts.drawing import LINE, WIDE, Drawing
from rhumbline.faces.charts.letters import PLAIN, SMALL, text_width, wrapped
from rhumbline.faces.charts.scales import Scale
from rhumbline.faces.charts.tables import Table
from rhumbline.faces.charts.words import ENGLISH, Words

_BAR = 16.0
_GAP = 11.0
# Share of the width that the names take where they stand beside the bars.
_NAMES = 0.32


@dataclass(frozen=True, slots=True)
class TornadoRow:
    """One influence: the result at its one and at its other end.

    Parameters
    ----------
    name
        What changes: a KPI, an input, an assumption.
    left, right
        The result with it at one end and at the other; in a duel one of them is the base.
    """

    name: str
    left: float
    right: float
    href: str = ""

    @property
    def span(self) -> float:
        """How far the result moves."""
        return abs(self.right - self.left)


@dataclass(frozen=True, slots=True)
class Tornado:
    """What a tornado shows.

    Parameters
    ----------
    rows
        In any order; the longest is drawn first, of equals the earlier one.
    base
        The result with everything as it is; 0 in a duel.
    sides
        What the sides mean, such as the two initiatives' names; empty for none.
    percent
        Whether the results are shares of 1.
    title
        What is compared; empty for the usual title.
    """

    rows: tuple[TornadoRow, ...]
    base: float = 0.0
    sides: tuple[str, str] = ("", "")
    percent: bool = True
    title: str = ""

    @property
    def named(self) -> bool:
        """Whether the sides have names: then a bar's length says all, and no number needs a sign."""
        return self.base == 0 and any(self.sides)

    @property
    def ordered(self) -> tuple[TornadoRow, ...]:
        """The rows, the longest first."""
        return tuple(sorted(self.rows, key=lambda row: -row.span))


def draw_tornado(tornado: Tornado, words: Words = ENGLISH, width: float = WIDE) -> str:
    """Draw bars around a base line.

    Parameters
    ----------
    tornado
        What to show.
    words
        The language.
    width
        Of the container, in CSS pixels.
    """
    drawing = Drawing(width, tornado.title or words.say("tornado.title"), _desc(tornado, words))
    shown = _shown(tornado, words)
    if not tornado.rows:
        drawing.text(0, 14, words.say("tornado.none"), css="rl-mute")
        return drawing.svg(22)
    scale = _scale(drawing, tornado, shown)
    y = _sides(drawing, tornado, scale)
    for row in tornado.ordered:
        with drawing.item(_said(row, shown), row.href):
            y = _row(drawing, tornado, row, shown, scale, y)
    if tornado.named:
        return drawing.svg(y)
    drawing.text(scale.place(tornado.base), y + 8, shown(tornado.base), size=SMALL, anchor="mid", css="rl-mute")
    return drawing.svg(y + 14)


def _shown(tornado: Tornado, words: Words) -> Callable[[float], str]:
    def show(value: float) -> str:
        return words.percent(value, 1) if tornado.percent else words.number(value, 1)

    return show


def _scale(drawing: Drawing, tornado: Tornado, shown: Callable[[float], str]) -> Scale:
    """Return a scale that is symmetrical around the base, so that the sides compare, with room for the numbers."""
    values = [value for row in tornado.rows for value in (row.left, row.right)]
    reach = max(abs(value - tornado.base) for value in values) or 1.0
    numbers = min(90.0, max(text_width(shown(value), SMALL) for value in values)) + 8
    left = 0.0 if drawing.narrow else round(drawing.width * _NAMES)
    return Scale(tornado.base - reach, tornado.base + reach, left + numbers, drawing.width - numbers)


def _sides(drawing: Drawing, tornado: Tornado, scale: Scale) -> float:
    if not any(tornado.sides):
        return 6.0
    middle = scale.place(tornado.base)
    left = 0.0 if drawing.narrow else drawing.width - 2 * (drawing.width - middle)
    room = middle - max(left, 0.0) - 14
    sides = list(zip(tornado.sides, (middle - 10, middle + 10), ("end", "start"), strict=True))
    for name, x, anchor in sides:
        drawing.lines(x, 12, name, room, anchor=anchor, bold=True, most=2)
    lines = max(len(wrapped(name, room, PLAIN, lines=2, bold=True)) for name in tornado.sides)
    return lines * LINE * PLAIN + 12


def _row(
    drawing: Drawing, tornado: Tornado, row: TornadoRow, shown: Callable[[float], str], scale: Scale, y: float
) -> float:
    room = drawing.width if drawing.narrow else drawing.width * _NAMES - 12
    lines = max(1, len(wrapped(row.name, room, PLAIN, lines=2)))
    drawing.lines(0, y + 12, row.name, room)
    top = y + lines * LINE * PLAIN + 4 if drawing.narrow else y
    for value in _ends(row, tornado.base):
        _half(drawing, tornado, value, shown, scale, top)
    zero = scale.place(tornado.base)
    end = top + _BAR if drawing.narrow else y + max(_BAR, lines * LINE * PLAIN)
    # Beside names the base line may run through; below them it has to stop at each bar.
    stretch = 3 if drawing.narrow else _GAP
    drawing.line(zero, top - min(3, stretch), zero, end + stretch, "rl-rule")
    return end + _GAP


def _ends(row: TornadoRow, base: float) -> tuple[float, ...]:
    """Return the values to draw: both ends, or the farther one where both lie on one side of the base."""
    least, most = sorted((row.left, row.right))
    if least < base < most:
        return (least, most)
    return (max((least, most), key=lambda value: abs(value - base)),)


def _half(
    drawing: Drawing, tornado: Tornado, value: float, shown: Callable[[float], str], scale: Scale, top: float
) -> None:
    """Draw one end of a row: to the right solid, to the left hatched; neither side is the good one."""
    zero, place = scale.place(tornado.base), scale.place(value)
    left, size = min(zero, place), abs(place - zero)
    below = value < tornado.base
    drawing.rect(left, top, size, _BAR, "rl-left" if below else "rl-gain")
    if below:
        drawing.hatch(left, top, size, _BAR, "rl-hatch-left")
    x, anchor = (place - 5, "end") if below else (place + 5, "start")
    drawing.whole_text(x, top + 12, shown(abs(value) if tornado.named else value), 90, anchor=anchor)


def _said(row: TornadoRow, shown: Callable[[float], str]) -> str:
    return f"{row.name}: {shown(row.left)}, {shown(row.right)}"


def _desc(tornado: Tornado, words: Words) -> str:
    shown = _shown(tornado, words)
    first = tornado.ordered[0] if tornado.rows else None
    said = _said(first, shown) if first else words.say("tornado.none")
    return words.say("tornado.desc", count=words.number(len(tornado.rows)), base=shown(tornado.base), first=said)


def tornado_table(tornado: Tornado, words: Words = ENGLISH) -> Table:
    """Return the numbers of a tornado as a table, in the order of the picture."""
    shown = _shown(tornado, words)
    left, right = (
        side or words.say(code) for side, code in zip(tornado.sides, ("tornado.left", "tornado.right"), strict=True)
    )
    rows = tuple((row.name, shown(row.left), shown(row.right)) for row in tornado.ordered)
    caption = tornado.title or words.say("tornado.title")
    return Table(caption, (words.say("tornado.row"), left, right), rows)


__all__ = ["Tornado", "TornadoRow", "draw_tornado", "tornado_table"]
