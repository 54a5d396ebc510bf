"""How an uncertain number looks in every picture: solid what is guaranteed, pale what may be, a stroke at the best."""

from __future__ import annotations

from rhumbline.faces.charts.drawing import Drawing
from rhumbline.faces.charts.letters import PLAIN, SMALL, clean, text_width
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
    """Return how a range of points is written: its best member, and from where to where it reaches."""
    low, best, high = value.points(words)
    if not known:
        return words.say("unknown"), ""
    return best, "" if low == high else words.say("range", low=low, high=high)


def range_row(
    drawing: Drawing, x: float, y: float, width: float, name: str, value: Range, words: Words, *, known: bool = True
) -> None:
    """Draw a row of height ``ROW``: name and numbers above, the bar from 0 to 100 below.

    Parameters
    ----------
    drawing
        The picture.
    x, y, width
        Left and top edge, and width.
    name
        What is measured.
    value
        Share of 1.
    words
        The language.
    known
        Whether anybody knows it.
    """
    best, reach = range_words(value, words, known=known)
    right = x + width
    # The widest number keeps its own column, so that best estimates stand under each other.
    column = text_width(words.number(100), PLAIN, bold=True)
    beside = 0.0
    if reach:
        beside = text_width(reach, SMALL) + 8
        drawing.text(right - column - 8, y + 13, reach, size=SMALL, anchor="end", css="rl-mute")
    if known:
        drawing.text(right, y + 13, best, anchor="end", bold=True)
    else:
        beside = text_width(best, PLAIN)
        drawing.text(right, y + 13, best, anchor="end", css="rl-mute")
    drawing.text(x, y + 13, clean(name), room=width - beside - column - 12)
    range_bar(drawing, Scale(0, 1, x, right), y + 20, _BAR, value.within(0, 1), known=known)


__all__ = ["ROW", "range_bar", "range_row", "range_words"]
