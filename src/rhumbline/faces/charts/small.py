"""Two small pictures that stand beside a sentence: the score bar and the gap arrow."""

from __future__ import annotations

from dataclasses import dataclass

from rhumbline.faces.charts.bars import ROW, range_row
from rhumbline.faces.charts.drawing import NARROW, Box, Drawing
from rhumbline.faces.charts.letters import PLAIN, SMALL, clean, text_width
from rhumbline.faces.charts.ranges import Range
from rhumbline.faces.charts.scales import Scale
from rhumbline.faces.charts.tables import Table
from rhumbline.faces.charts.words import ENGLISH, Words


@dataclass(frozen=True, slots=True)
class ScoreBar:
    """A score as share of 1, under a name."""

    name: str
    value: Range
    known: bool = True


def draw_score_bar(bar: ScoreBar, words: Words = ENGLISH, width: float = NARROW) -> str:
    """Draw a score from 0 to 100: solid what is guaranteed, pale up to what it could be, a stroke at the best."""
    low, best, high = bar.value.points(words, 1)
    drawing = Drawing(width, bar.name, words.say("score.desc", low=low, best=best, high=high))
    range_row(drawing, Box(0, 0, drawing.width, ROW), bar.name, bar.value, words, known=bar.known)
    return drawing.svg(ROW - 8)


def score_bar_table(bar: ScoreBar, words: Words = ENGLISH) -> Table:
    """Return the numbers of a score bar as a table."""
    low, best, high = bar.value.points(words, 1)
    header = (words.say("value"), words.say("low"), words.say("best"), words.say("high"))
    return Table(
        words.say("score.title"), header, ((bar.name, low, best if bar.known else words.say("unknown"), high),)
    )


@dataclass(frozen=True, slots=True)
class GapArrow:
    """The way of a KPI from where it was to where it should be.

    Parameters
    ----------
    name, unit
        Of the KPI.
    baseline, target
        In its unit.
    current
        Where it stands; None when nobody has measured.
    due
        The day as text; empty for none.
    decimals
        How many decimals its numbers have.
    """

    name: str
    unit: str
    baseline: float
    target: float
    current: float | None = None
    due: str = ""
    decimals: int = 0


def draw_gap_arrow(gap: GapArrow, words: Words = ENGLISH, width: float = NARROW) -> str:
    """Draw the arrow from baseline to target, always rightwards, solid as far as the KPI has come."""
    drawing = Drawing(width, words.say("gap.title", name=gap.name), _gap_desc(gap, words))
    start, target = words.number(gap.baseline, gap.decimals), words.number(gap.target, gap.decimals)
    top = drawing.lines(0, 13, gap.name, drawing.width) + 4
    if gap.baseline == gap.target:
        drawing.text(0, top + 12, words.say("gap.none", name=f"{target} {gap.unit}"), size=SMALL, css="rl-mute")
        return drawing.svg(top + 20)
    y = top + 10
    edge = drawing.width / 4
    left = min(edge, text_width(start, PLAIN)) + 10
    right = drawing.width - min(edge, text_width(target, PLAIN, bold=True)) - 10
    scale = Scale(0, 1, left, right - 9)
    drawing.whole_text(0, y + 4, start, left - 6, size=PLAIN)
    if text_width(target, PLAIN, bold=True) <= edge:
        drawing.text(drawing.width, y + 4, target, anchor="end", bold=True)
    drawing.rect(left, y - 3, right - 9 - left, 6, "rl-track")
    drawing.path(["M", right, y, "L", right - 11, y - 7, "L", right - 11, y + 7, "Z"], "rl-sure-now")
    if gap.current is not None:
        done = (gap.current - gap.baseline) / (gap.target - gap.baseline)
        drawing.rect(left, y - 3, scale.place(done) - left, 6, "rl-sure")
        drawing.line(scale.place(done), y - 7, scale.place(done), y + 7, "rl-best")
    below = f"{clean(gap.unit)}{words.say('gap.by', due=gap.due) if gap.due else ''}"
    drawing.text(drawing.width, y + 22, below, size=SMALL, anchor="end", css="rl-mute", room=drawing.width * 0.6)
    if gap.current is not None:
        now = f"{words.say('gap.current')}: {words.number(gap.current, gap.decimals)}"
        drawing.whole_text(0, y + 22, now, drawing.width * 0.35, css="rl-mute")
    return drawing.svg(y + 28)


def _gap_desc(gap: GapArrow, words: Words) -> str:
    if gap.baseline == gap.target:
        return words.say("gap.none", name=gap.name)
    current = words.say("unknown") if gap.current is None else words.number(gap.current, gap.decimals)
    due = words.say("gap.by", due=gap.due) if gap.due else ""
    baseline, target = words.number(gap.baseline, gap.decimals), words.number(gap.target, gap.decimals)
    return words.say(
        "gap.desc", name=gap.name, baseline=baseline, target=f"{target} {gap.unit}", due=due, current=current
    )


def gap_arrow_table(gap: GapArrow, words: Words = ENGLISH) -> Table:
    """Return the numbers of a gap arrow as a table."""
    header = tuple(words.say(code) for code in ("kpi", "gap.baseline", "gap.current", "gap.target", "gap.due"))
    current = words.say("unknown") if gap.current is None else words.number(gap.current, gap.decimals)
    target = f"{words.number(gap.target, gap.decimals)} {gap.unit}"
    row = (gap.name, words.number(gap.baseline, gap.decimals), current, target, gap.due)
    return Table(words.say("gap.title", name=gap.name), header, (row,), text_columns=(4,))


__all__ = ["GapArrow", "ScoreBar", "draw_gap_arrow", "draw_score_bar", "gap_arrow_table", "score_bar_table"]
