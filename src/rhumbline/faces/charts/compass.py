"""The compass: in which direction something leads, and through which of the four lenses."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from rhumbline.faces.charts.bars import ROW, range_row
from rhumbline.faces.charts.drawing import WIDE, Box, Drawing
from rhumbline.faces.charts.letters import SMALL
from rhumbline.faces.charts.ranges import Range
from rhumbline.faces.charts.tables import Table
from rhumbline.faces.charts.words import ENGLISH, Words

_LEFT, _TOP, _FOOT = 34.0, 30.0, 26.0
_RADIUS = 190.0


@dataclass(frozen=True, slots=True)
class Lens:
    """One lens: its name, its value as share of 1, and whether anything is known about it."""

    name: str
    value: Range
    known: bool = True
    href: str = ""


@dataclass(frozen=True, slots=True)
class Compass:
    """What a compass shows.

    Parameters
    ----------
    subject
        The company, or the initiative.
    heading
        The alignment score as share of 1.
    lenses
        Usually four.
    known
        False when nothing is known: the fan is grey and there is no needle.
    """

    subject: str
    heading: Range
    lenses: tuple[Lens, ...]
    known: bool = True


def draw_compass(compass: Compass, words: Words = ENGLISH, width: float = WIDE) -> str:
    """Draw a compass.

    Parameters
    ----------
    compass
        What to show.
    words
        The language.
    width
        Of the container, in CSS pixels.

    Notes
    -----
    The needle has length 1 and points at the angle whose cosine is the score. So its height is the score
    on the upright scale, as the way made good on a course is the cosine of the angle to it.
    """
    drawing = Drawing(width, words.say("compass.title", subject=compass.subject), _desc(compass, words))
    radius = min(_RADIUS, drawing.width - _LEFT - 20)
    _dial(drawing, compass, words, radius)
    dial_height = _TOP + radius + _FOOT
    rows = 1 + len(compass.lenses)
    if drawing.narrow:
        _rows(drawing, compass, words, 0, dial_height + 8)
        return drawing.svg(dial_height + 8 + rows * ROW)
    _rows(drawing, compass, words, _LEFT + radius + 56, max(0.0, (dial_height - rows * ROW) / 2))
    return drawing.svg(max(dial_height, rows * ROW))


def _tip(radius: float, share: float) -> tuple[float, float]:
    """Return the end of a needle whose height is a share of the radius."""
    share = max(0.0, min(1.0, share))
    return _LEFT + radius * sqrt(1 - share * share), _TOP + radius * (1 - share)


def _dial(drawing: Drawing, compass: Compass, words: Words, radius: float) -> None:
    origin_x, origin_y = _LEFT, _TOP + radius
    for tick in (0.25, 0.5, 0.75):
        reach, y = _tip(radius, tick)
        drawing.line(origin_x, y, reach, y, "rl-grid")
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _TOP + radius * (1 - tick)
        drawing.text(origin_x - 6, y + 4, words.number(tick * 100), size=SMALL, anchor="end", css="rl-mute")
    _fan(drawing, compass.heading, radius, "rl-fan" if compass.known else "rl-fan-unknown")
    drawing.path(["M", origin_x, _TOP, "A", radius, radius, "0 0 1", origin_x + radius, origin_y], "rl-axis")
    drawing.line(origin_x, origin_y, origin_x, _TOP - 8, "rl-rule")
    drawing.path(["M", origin_x, _TOP - 14, "L", origin_x + 4, _TOP - 5, "L", origin_x - 4, _TOP - 5, "Z"], "rl-pin")
    drawing.line(origin_x, origin_y, origin_x + radius, origin_y, "rl-axis")
    drawing.text(origin_x + 10, _TOP - 10, words.say("compass.course"), bold=True, room=radius)
    across = words.say("compass.across")
    drawing.text(origin_x + radius, origin_y + 18, across, size=SMALL, anchor="end", css="rl-mute", room=radius)
    if compass.known:
        _needle(drawing, compass.heading.best, radius)
    drawing.mark("circle", origin_x, origin_y, 4, "rl-pin")


def _fan(drawing: Drawing, heading: Range, radius: float, css: str) -> None:
    (x1, y1), (x2, y2) = _tip(radius, heading.high), _tip(radius, heading.low)
    drawing.path(["M", _LEFT, _TOP + radius, "L", x1, y1, "A", radius, radius, "0 0 1", x2, y2, "Z"], css)


def _needle(drawing: Drawing, share: float, radius: float) -> None:
    """Draw the needle, its head and the dotted line that carries its height to the scale."""
    (x, y), (origin_x, origin_y) = _tip(radius, share), (_LEFT, _TOP + radius)
    drawing.line(origin_x, y, x, y, "rl-dots")
    along_x, along_y = (x - origin_x) / radius, (y - origin_y) / radius
    neck_x, neck_y = x - 13 * along_x, y - 13 * along_y
    side_x, side_y = -5.5 * along_y, 5.5 * along_x
    drawing.line(origin_x, origin_y, neck_x, neck_y, "rl-needle")
    left, right = (neck_x + side_x, neck_y + side_y), (neck_x - side_x, neck_y - side_y)
    drawing.path(["M", x, y, "L", *left, "L", *right, "Z"], "rl-needle-head")


def _rows(drawing: Drawing, compass: Compass, words: Words, x: float, y: float) -> None:
    row = Box(x, y, drawing.width - x, ROW)
    name = words.say("compass.heading")
    range_row(drawing, row, name, compass.heading, words, known=compass.known, bold=True)
    for place, lens in enumerate(compass.lenses, start=1):
        with drawing.item(_said(lens, words), lens.href):
            row = Box(x, y + place * ROW, drawing.width - x, ROW)
            range_row(drawing, row, lens.name, lens.value, words, known=lens.known)


def _said(lens: Lens, words: Words) -> str:
    best = words.number(lens.value.best * 100) if lens.known else words.say("unknown")
    return words.say("compass.lens", lens=lens.name, best=best)


def _desc(compass: Compass, words: Words) -> str:
    low, best, high = compass.heading.points(words, 1)
    lenses = ", ".join(_said(lens, words) for lens in compass.lenses)
    said = words.say("compass.desc", subject=compass.subject, low=low, best=best, high=high, lenses=lenses)
    return said if compass.known else f"{words.say('compass.unknown')} {said}"


def compass_table(compass: Compass, words: Words = ENGLISH) -> Table:
    """Return the numbers of a compass as a table."""
    header = (words.say("compass.part"), words.say("low"), words.say("best"), words.say("high"))
    heading = (words.say("compass.heading"), *_row(compass.heading, words, known=compass.known))
    rows = [(lens.name, *_row(lens.value, words, known=lens.known)) for lens in compass.lenses]
    return Table(words.say("compass.title", subject=compass.subject), header, (heading, *rows))


def _row(value: Range, words: Words, *, known: bool) -> tuple[str, str, str]:
    low, best, high = value.points(words, 1)
    return (low, best, high) if known else (low, words.say("unknown"), high)


__all__ = ["Compass", "Lens", "compass_table", "draw_compass"]
