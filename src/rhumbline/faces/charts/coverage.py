"""Coverage bars: how far each objective is reached now, and would be after the plan."""

from __future__ import annotations

from dataclasses import dataclass

from rhumbline.faces.charts.bars import range_bar
from rhumbline.faces.charts.drawing import LINE, WIDE, Drawing
from rhumbline.faces.charts.letters import PLAIN, SMALL, text_width, wrapped
from rhumbline.faces.charts.ranges import Range
from rhumbline.faces.charts.scales import Scale
from rhumbline.faces.charts.tables import Table
from rhumbline.faces.charts.words import ENGLISH, Words

_BAR, _GAP = 10.0, 5.0
_LEGEND = 26.0


@dataclass(frozen=True, slots=True)
class Coverage:
    """One objective: its weight and how far it is covered, as shares of 1; ``after`` is None without a plan."""

    objective: str
    weight: float
    now: Range
    after: Range | None = None
    href: str = ""


def draw_coverage(objectives: tuple[Coverage, ...], words: Words = ENGLISH, width: float = WIDE) -> str:
    """Draw the coverage of each objective before and after a plan.

    Parameters
    ----------
    objectives
        In the order to show them.
    words
        The language.
    width
        Of the container, in CSS pixels.
    """
    drawing = Drawing(width, words.say("coverage.title"), _desc(objectives, words))
    numbers = max(text_width(words.percent(1), PLAIN, bold=True) + 8, 48.0)
    left = 0.0 if drawing.narrow else round(drawing.width * 0.36)
    scale = Scale(0, 1, left, drawing.width - numbers)
    _legend(drawing, words, left, planned=any(row.after for row in objectives))
    y = _LEGEND
    for row in objectives:
        with drawing.item(_said(row, words), row.href):
            y = _row(drawing, row, words, scale, y)
    return drawing.svg(y)


def _legend(drawing: Drawing, words: Words, x: float, *, planned: bool) -> None:
    weight = words.say("weight")
    end = drawing.width if drawing.narrow else x - 16
    drawing.text(end, 10, weight, size=SMALL, anchor="end", css="rl-mute", room=drawing.width / 4)
    entries = [("coverage.now", "rl-sure-now"), *([("coverage.after", "rl-sure")] if planned else [])]
    for code, css in entries:
        drawing.rect(x, 2, 14, 8, css, radius=2)
        drawing.text(x + 20, 10, words.say(code), size=SMALL, css="rl-mute", room=drawing.width / 3)
        x += 20 + text_width(words.say(code), SMALL) + 18
    best = words.say("best")
    if x + 10 + text_width(best, SMALL) <= (end - text_width(weight, SMALL) - 8 if drawing.narrow else drawing.width):
        drawing.line(x + 1, 1, x + 1, 11, "rl-best")
        drawing.text(x + 10, 10, best, size=SMALL, css="rl-mute")


def _row(drawing: Drawing, row: Coverage, words: Words, scale: Scale, y: float) -> float:
    """Draw one objective and return the top edge of the next."""
    values = [(row.now, True), *([(row.after, False)] if row.after else [])]
    bars = len(values) * (_BAR + _GAP)
    weight = words.percent(row.weight)
    beside = text_width(weight, SMALL) + 10
    room = (drawing.width if drawing.narrow else scale.start - 16) - beside
    names = max(1, len(wrapped(row.objective, room, PLAIN, lines=2))) * LINE * PLAIN
    drawing.lines(0, y + 11, row.objective, room)
    end = drawing.width if drawing.narrow else scale.start - 16
    drawing.text(end, y + 11, weight, size=SMALL, anchor="end", css="rl-mute")
    top = y + names + 4 if drawing.narrow else y
    for value, now in values:
        range_bar(drawing, scale, top + 2, _BAR, value.within(0, 1), now=now)
        best = words.percent(value.best)
        tone = "rl-mute" if now else ""
        drawing.text(drawing.width, top + 11, best, anchor="end", bold=not now, css=tone)
        top += _BAR + _GAP
    return (top if drawing.narrow else y + max(bars, names)) + 14


def _said(row: Coverage, words: Words) -> str:
    after = words.percent((row.after or row.now).best)
    return words.say("coverage.one", objective=row.objective, now=words.percent(row.now.best), after=after)


def _desc(objectives: tuple[Coverage, ...], words: Words) -> str:
    listed = ", ".join(_said(row, words) for row in objectives)
    return words.say("coverage.desc", objectives=listed or words.say("heat.empty"))


def coverage_table(objectives: tuple[Coverage, ...], words: Words = ENGLISH) -> Table:
    """Return the numbers of the coverage bars as a table."""
    members = [words.say(code) for code in ("low", "best", "high")]
    header = [words.say("objective"), words.say("weight")]
    for state in ("coverage.now", "coverage.after"):
        header += [f"{words.say(state)}: {member}" for member in members]
    rows = []
    for row in objectives:
        after = row.after.percents(words, 1) if row.after else ("", "", "")
        rows.append((row.objective, words.percent(row.weight, 1), *row.now.percents(words, 1), *after))
    return Table(words.say("coverage.title"), tuple(header), tuple(rows))


__all__ = ["Coverage", "coverage_table", "draw_coverage"]
