"""Draws two series against each other twice: as they stand month by month, and as they change from month to month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rhumbline.faces.charts.drawing import WIDE, Box, Drawing
from rhumbline.faces.charts.letters import SMALL
from rhumbline.faces.charts.scales import Scale, decimals_of, ticks
from rhumbline.faces.charts.words import ENGLISH

_ROW, _HEAD, _FOOT, _LEFT, _BETWEEN = 190.0, 54.0, 34.0, 46.0, 56.0
_DOT = 4.0


@dataclass(frozen=True)
class Panel:
    """One cloud of points.

    Parameters
    ----------
    title
        Above the panel.
    across, up
        The numbers of the points.
    joined
        Whether a line leads from each point to the next: then time can be seen.
    """

    title: str
    across: Sequence[float]
    up: Sequence[float]
    joined: bool


def draw_pairs(
    rows: Sequence[tuple[str, Panel, Panel]], title: str, desc: str, axis: tuple[str, str], width: float = WIDE
) -> str:
    """Draw a row of two panels for each measure.

    Parameters
    ----------
    rows
        What each row is about, and its two panels.
    title, desc
        What the picture is called and what it shows.
    axis
        What is counted across, below the left panels and below the right ones.
    width
        In CSS pixels.
    """
    drawing = Drawing(width, title, desc)
    room = (width - 2 * _LEFT - _BETWEEN) / 2
    top = 0.0
    for name, *panels in rows:
        drawing.text(0, top + 14, name, bold=True)
        for place, panel in enumerate(panels):
            left = _LEFT + place * (room + _LEFT + _BETWEEN)
            frame = Box(left, top + _HEAD, room, _ROW - _HEAD)
            _panel(drawing, panel, frame)
            drawing.text(left + room / 2, top + _ROW + 30, axis[place], size=SMALL, anchor="mid", css="rl-mute")
        top += _ROW + _FOOT + 16
    return drawing.svg(top)


def _panel(drawing: Drawing, panel: Panel, frame: Box) -> None:
    drawing.text(frame.x, frame.y - 14, panel.title, room=frame.width)
    across, up = _scale(panel.across, frame.x, frame.x + frame.width), _scale(panel.up, frame.y + frame.height, frame.y)
    _grid(drawing, frame, across, up)
    points = [(across.place(x), up.place(y)) for x, y in zip(panel.across, panel.up, strict=True)]
    if panel.joined:
        steps = [step for place, point in enumerate(points) for step in ("L" if place else "M", *point)]
        drawing.path(steps, "rl-leader")
    for x, y in points:
        drawing.mark("circle", x, y, _DOT, "rl-mark rl-exploit")


def _scale(values: Sequence[float], start: float, end: float) -> Scale:
    marks = ticks(min(values), max(values), 4)
    return Scale(marks[0], marks[-1], start, end)


def _grid(drawing: Drawing, frame: Box, across: Scale, up: Scale) -> None:
    for value in ticks(up.least, up.most, 4):
        y = up.place(value)
        drawing.line(frame.x, y, frame.x + frame.width, y, "rl-rule" if value == 0 else "rl-grid")
        drawing.text(frame.x - 6, y + 4, _number(value, up), size=SMALL, anchor="end", css="rl-mute")
    for value in ticks(across.least, across.most, 4):
        x = across.place(value)
        drawing.line(x, frame.y, x, frame.y + frame.height, "rl-rule" if value == 0 else "rl-grid")
        drawing.text(x, frame.y + frame.height + 14, _number(value, across), size=SMALL, anchor="mid", css="rl-mute")


def _number(value: float, scale: Scale) -> str:
    return ENGLISH.number(value, decimals_of(ticks(scale.least, scale.most, 4)[1] - scale.least))


__all__ = ["Panel", "draw_pairs"]
