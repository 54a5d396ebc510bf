"""The waterfall of lost points: from 100 down to the score, one step per cause."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

from rhumbline.faces.charts.drawing import LINE, WIDE, Drawing
from rhumbline.faces.charts.letters import PLAIN, text_width, wrapped
from rhumbline.faces.charts.scales import Scale
from rhumbline.faces.charts.tables import Table
from rhumbline.faces.charts.words import ENGLISH, Words

_BAR = 16.0
_GAP = 12.0


@dataclass(frozen=True, slots=True)
class Loss:
    """One cause and the points it costs, of 100; negative where it gives some back."""

    cause: str
    points: float
    href: str = ""


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Where the points between two levels are lost.

    Parameters
    ----------
    start
        Points at the top, usually 100.
    losses
        In the order to show them; they add up to start minus end.
    """

    start: float
    losses: tuple[Loss, ...]

    @property
    def end(self) -> float:
        """Points that are left."""
        return self.start - fsum(loss.points for loss in self.losses)


def draw_waterfall(waterfall: Waterfall, words: Words = ENGLISH, width: float = WIDE) -> str:
    """Draw the steps from full alignment to the score, top to bottom so that the causes can be read.

    Parameters
    ----------
    waterfall
        What to show.
    words
        The language.
    width
        Of the container, in CSS pixels.
    """
    drawing = Drawing(width, words.say("lost.title"), _desc(waterfall, words))
    levels = _levels(waterfall)
    numbers = max(text_width(words.number(-abs(value), 1), PLAIN, bold=True) for value in levels) + 12
    left = 0.0 if drawing.narrow else round(drawing.width * 0.36)
    scale = Scale(min(0.0, *levels), max(0.0, *levels), left, max(left + 60, drawing.width - min(numbers, 120.0)))
    y = _whole(drawing, words.say("lost.start"), waterfall.start, words, scale, 0.0)
    for loss, before, after in zip(waterfall.losses, levels, levels[1:], strict=False):
        with drawing.item(f"{loss.cause}: {words.number(-loss.points, 1)}", loss.href):
            y = _step(drawing, loss, (before, after), words, scale, y)
    return drawing.svg(_whole(drawing, words.say("lost.end"), waterfall.end, words, scale, y) - _GAP + 4)


def _levels(waterfall: Waterfall) -> list[float]:
    levels = [waterfall.start]
    for loss in waterfall.losses:
        levels.append(levels[-1] - loss.points)
    return levels


def _name(drawing: Drawing, name: str, scale: Scale, y: float, *, bold: bool = False) -> tuple[float, float]:
    """Write the name of a row; return where its bar begins and where the row ends."""
    room = drawing.width if drawing.narrow else scale.start - 16
    lines = max(1, len(wrapped(name, room, PLAIN, lines=2, bold=bold)))
    drawing.lines(0, y + 12, name, room, bold=bold)
    if drawing.narrow:
        top = y + lines * LINE * PLAIN + 4
        return top, top + _BAR + _GAP
    return y, y + max(_BAR, lines * LINE * PLAIN) + _GAP


def _whole(drawing: Drawing, name: str, points: float, words: Words, scale: Scale, y: float) -> float:
    top, end = _name(drawing, name, scale, y, bold=True)
    zero, place = scale.place(0), scale.place(points)
    drawing.rect(min(zero, place), top, abs(place - zero), _BAR, "rl-gain", radius=2)
    drawing.text(drawing.width, top + 12, words.number(points, 1), anchor="end", bold=True)
    return end


def _step(drawing: Drawing, loss: Loss, ends: tuple[float, float], words: Words, scale: Scale, y: float) -> float:
    top, end = _name(drawing, loss.cause, scale, y)
    before, after = (scale.place(value) for value in ends)
    left, size = min(before, after), abs(after - before)
    drawing.line(before, top - _GAP if not drawing.narrow else top - 2, before, top, "rl-axis")
    drawing.rect(left, top, size, _BAR, "rl-loss" if loss.points >= 0 else "rl-gain")
    if loss.points >= 0:
        drawing.hatch(left, top, size, _BAR, "rl-hatch")
    drawing.line(after, top, after, end if not drawing.narrow else top + _BAR + 2, "rl-axis")
    drawing.text(drawing.width, top + 12, words.number(-loss.points, 1), anchor="end")
    return end


def _desc(waterfall: Waterfall, words: Words) -> str:
    first = max(waterfall.losses, key=lambda loss: loss.points, default=None)
    return words.say(
        "lost.desc",
        start=words.number(waterfall.start, 1),
        end=words.number(waterfall.end, 1),
        first=f"{first.cause} ({words.number(first.points, 1)})" if first else words.say("tornado.none"),
    )


def waterfall_table(waterfall: Waterfall, words: Words = ENGLISH) -> Table:
    """Return the numbers of a waterfall as a table."""
    rows = [(words.say("lost.start"), words.number(waterfall.start, 1))]
    rows += [(loss.cause, words.number(-loss.points, 1)) for loss in waterfall.losses]
    rows.append((words.say("lost.end"), words.number(waterfall.end, 1)))
    return Table(words.say("lost.title"), (words.say("lost.cause"), words.say("lost.points")), tuple(rows))


__all__ = ["Loss", "Waterfall", "draw_waterfall", "waterfall_table"]
