"""How an uncertain number looks in every picture: solid what is guaranteed, pale what may be, a stroke at the best."""

from __future__ import annotations

from rhumbline.faces.charts.drawing import Box, Drawing
from rhumbline.faces.charts.letters import PLAIN, SMALL, text_width
from rhumbline.faces.charts.ranges import Range
from rhumbline.faces.charts.scales import Scale
from rhumbline.faces.charts.words import Words

ROW = 42.0
_BAR = 9.0


def range_bar(
    drawing: Drawing, scale: Scale, y: float, height: float, value: Range, *, now: bool = False, known: bool = True
) -> None:
    """Draw a range as a bar on a scale that begins at zero.

    Parameters
    ----------
    drawing
        The picture.
    scale
        From values to places across.
    y, height
        Top edge and height of the bar.
    value
        The range.
    now
        Grey, for the state before a plan.
    known
        False draws the dashed outline of what nobody has said.
    """
    drawing.rect(scale.start, y, scale.end - scale.start, height, "rl-track", radius=2)
    low, best, high = (scale.place(member) for member in (value.low, value.best, value.high))
    if not known:
        drawing.rect(low + 0.5, y + 0.5, high - low - 1, height - 1, "rl-unknown", radius=2)
        return
    suffix = "-now" if now else ""
    drawing.rect(scale.start, y, low - scale.start, height, f"rl-sure{suffix}", radius=min(2.0, height / 2))
    drawing.rect(low, y, high - low, height, f"rl-maybe{suffix}")
    drawing.line(best, y - 2, best, y + height + 2, "rl-best")


def range_words(value: Range, words: Words, *, known: bool = True) -> tuple[str, str]:
    """Return how a range of points is written: the guaranteed number, and what it may become."""
    low, best, high = value.points(words)
    if not known:
        return words.say("unknown"), ""
    return low, "" if low == high else words.say("may", best=best, high=high)


def range_row(
    drawing: Drawing,
    place: Box,
    name: str,
    value: Range,
    words: Words,
    *,
    known: bool = True,
    bold: bool = False,
) -> None:
    """Draw a row of height ``ROW``: name and numbers above, the bar from 0 to 100 below.

    Parameters
    ----------
    drawing
        The picture.
    place
        Where; its height is not used.
    name
        What is measured.
    value
        Share of 1.
    words
        The language.
    known
        Whether anybody knows it.
    bold
        Whether the name stands out.
    """
    low, may = range_words(value, words, known=known)
    right, y = place.x + place.width, place.y
    # The widest number keeps its own column, so that the guaranteed numbers stand under each other.
    column = max(text_width(text, PLAIN, bold=known) for text in (low, words.number(100) if known else low))
    drawing.text(right, y + 13, low, anchor="end", bold=known, css="" if known else "rl-mute")
    beside = text_width(may, SMALL) + 10 if may else 0.0
    if beside <= place.width * 0.55:
        drawing.text(right - column - 10, y + 13, may, size=SMALL, anchor="end", css="rl-mute")
    else:
        beside = 0.0
    drawing.text(place.x, y + 13, name, room=place.width - beside - column - 14, bold=bold)
    range_bar(drawing, Scale(0, 1, place.x, right), y + 20, _BAR, value.within(0, 1), known=known)


__all__ = ["ROW", "range_bar", "range_row", "range_words"]
