"""The plan by period: what runs when, what it costs against what there is, and how busy each team is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import fsum

from rhumbline.faces.charts.drawing import LINE, WIDE, Drawing
from rhumbline.faces.charts.letters import PLAIN, SMALL, text_width, wrapped
from rhumbline.faces.charts.modes import SHAPES, css_of, legend, mode_mark, name_of
from rhumbline.faces.charts.scales import Scale, ticks
from rhumbline.faces.charts.tables import Table
from rhumbline.faces.charts.words import ENGLISH, NO_BREAK, Words

_BAR, _GAP = 22.0, 7.0
_CASH_HEIGHT = 150.0
_TEAM_HEIGHT = 40.0


@dataclass(frozen=True, slots=True)
class PlanBar:
    """One initiative of the plan.

    Parameters
    ----------
    name
        Of the initiative.
    mode
        exploit, explore or drift.
    start
        Its first period, counted from 1.
    cash
        Money in each of its own periods; its length is that of the bar.
    """

    name: str
    mode: str
    start: int
    cash: tuple[float, ...]
    href: str = ""

    def in_period(self, period: int) -> float:
        """Return the money it takes in a period of the horizon."""
        own = period - self.start
        return self.cash[own] if 0 <= own < len(self.cash) else 0.0


@dataclass(frozen=True, slots=True)
class TeamLoad:
    """Hours a team is asked for, and has, in each period."""

    name: str
    hours: tuple[float, ...]
    capacity: tuple[float, ...]
    href: str = ""


@dataclass(frozen=True, slots=True)
class PlanPeriods:
    """A plan by period.

    Parameters
    ----------
    periods
        Their names.
    bars
        What is funded, in key order.
    available
        Cash that comes in each period; what is left over is carried on.
    teams
        One load per team, with as many members as there are periods.
    money
        Whether the reader sees money. Otherwise the bars have no amounts, and the cash is not drawn: its scale would
        tell them.
    """

    periods: tuple[str, ...]
    bars: tuple[PlanBar, ...]
    available: tuple[float, ...]
    teams: tuple[TeamLoad, ...]
    money: bool = True

    def spent(self, mode: str) -> tuple[float, ...]:
        """Return the cumulated cash of the initiatives of a mode, by period."""
        own = [bar for bar in self.bars if bar.mode == mode]
        return tuple(
            accumulate(fsum(bar.in_period(period) for bar in own) for period in range(1, len(self.periods) + 1))
        )

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes that occur, in their usual order."""
        return tuple(mode for mode in SHAPES if any(bar.mode == mode for bar in self.bars))

    @property
    def spent_in_all(self) -> tuple[float, ...]:
        """The cumulated cash of everything, by period."""
        periods = range(1, len(self.periods) + 1)
        return tuple(accumulate(fsum(bar.in_period(period) for bar in self.bars) for period in periods))

    @property
    def available_in_all(self) -> tuple[float, ...]:
        """The cumulated cash that there is, by period."""
        return tuple(accumulate(self.available))


@dataclass(frozen=True, slots=True)
class _Grid:
    """The columns all three parts share, so that a period is at the same place in each."""

    left: float
    size: float
    count: int
    bottom: float = 0.0

    def x(self, period: int) -> float:
        """Return the left edge of a period, counted from 1."""
        return self.left + (period - 1) * self.size


def draw_plan_periods(plan: PlanPeriods, words: Words = ENGLISH, width: float = WIDE) -> str:
    """Draw bars by period, cumulated cash under the line of what is available, and the load of each team.

    Parameters
    ----------
    plan
        What to show.
    words
        The language.
    width
        Of the container, in CSS pixels.
    """
    drawing = Drawing(width, words.say("periods.title"), _desc(plan, words))
    if not plan.periods:
        drawing.text(0, 14, words.say("heat.empty"), css="rl-mute")
        return drawing.svg(22)
    # The money scale needs room on the left even where names stand above their bars.
    left = 52.0 if drawing.narrow else round(drawing.width * 0.36)
    grid = _Grid(left, (drawing.width - left) / len(plan.periods), len(plan.periods))
    y = legend(drawing, words, plan.modes, 0, states=False) + 6
    y = _heading(drawing, plan, grid, words.say("periods.bars" if plan.money else "map.initiatives"), y)
    for bar in plan.bars:
        with drawing.item(_bar_says(bar, plan, words), bar.href):
            y = _bar(drawing, bar, words if plan.money else None, grid, y)
    if plan.money and (plan.available or plan.bars):
        y = _heading(drawing, plan, grid, words.say("periods.cash"), y + 16)
        y = _cash(drawing, plan, words, grid, y)
    if plan.teams:
        y = _heading(drawing, plan, grid, words.say("periods.teams"), y + 24)
        for team in plan.teams:
            with drawing.item(_team_says(team, plan, words), team.href):
                y = _team(drawing, team, words, grid, y)
    return drawing.svg(y)


def _heading(drawing: Drawing, plan: PlanPeriods, grid: _Grid, text: str, y: float) -> float:
    """Write the heading of a part and the names of the periods, as many as fit."""
    if drawing.narrow:
        drawing.text(0, y + 13, text, bold=True)
        y += 20
    else:
        drawing.lines(0, y + 13, text, grid.left - 14, bold=True, most=2)
        y += max(0.0, (len(wrapped(text, grid.left - 14, PLAIN, lines=2, bold=True)) - 1) * LINE * PLAIN)
    widest = max(text_width(name, SMALL) for name in plan.periods) + 8
    every = max(1, -(-int(widest) // max(1, int(grid.size))))
    for place in range(0, grid.count, every):
        room = min(grid.size * every, drawing.width - grid.x(place + 1)) - 2
        middle = grid.x(place + 1) + min(grid.size, room) / 2
        if every == 1:
            drawing.text(middle, y + 13, plan.periods[place], size=SMALL, anchor="mid", css="rl-mute", room=room)
        else:
            drawing.text(grid.x(place + 1), y + 13, plan.periods[place], size=SMALL, css="rl-mute", room=room)
    return y + 24


# --- initiatives ------------------------------------------------------------------------------


def _bar(drawing: Drawing, bar: PlanBar, words: Words | None, grid: _Grid, y: float) -> float:
    indent = 20.0
    room = (drawing.width if drawing.narrow else grid.left - 14) - indent
    lines = max(1, len(wrapped(bar.name, room, PLAIN, lines=2)))
    mode_mark(drawing, bar.mode, 7, y + 11, 5, live=True)
    drawing.lines(indent, y + 15, bar.name, room)
    top = y + lines * LINE * PLAIN + 5 if drawing.narrow else y
    height = _BAR if drawing.narrow else max(_BAR, lines * LINE * PLAIN + 4)
    for period in range(1, grid.count + 1):
        drawing.rect(grid.x(period) + 1, top, grid.size - 2, _BAR, "rl-track", radius=2)
    last = min(grid.count, bar.start + len(bar.cash) - 1)
    for period in range(max(1, bar.start), last + 1):
        x = grid.x(period) + 1
        drawing.rect(x, top, grid.size - 2, _BAR, f"rl-bar {css_of(bar.mode)} rl-soft", radius=2)
        if words is not None:
            text = words.money(bar.in_period(period), short=True)
            drawing.whole_text(x + grid.size / 2 - 1, top + 15, text, grid.size - 6, anchor="mid")
    return (top + _BAR if drawing.narrow else y + height) + _GAP


# --- cash -------------------------------------------------------------------------------------


def _cash(drawing: Drawing, plan: PlanPeriods, words: Words, grid: _Grid, y: float) -> float:
    available, spent = plan.available_in_all, plan.spent_in_all
    levels = ticks(min(0.0, *available, *spent), max(0.0, *available, *spent), 4)
    scale = Scale(levels[0], levels[-1], y + _CASH_HEIGHT, y + 4)
    texts = [words.money(level, short=True) for level in levels]
    if max(text_width(text, SMALL) for text in texts) > grid.left - 8:
        # On a telephone the currency would not fit beside each number; it stands in the table.
        texts = [text.partition(NO_BREAK)[0] for text in texts]
    for level, text in zip(levels, texts, strict=True):
        drawing.line(grid.left, scale.place(level), drawing.width, scale.place(level), "rl-grid")
        drawing.whole_text(grid.left - 8, scale.place(level) + 4, text, grid.left - 8, anchor="end", css="rl-mute")
    for period in range(1, grid.count + 1):
        _stack(drawing, plan, words, grid, scale, period)
    _available(drawing, available, grid, scale)
    return _key(drawing, words, grid, y + _CASH_HEIGHT + 6)


def _stack(drawing: Drawing, plan: PlanPeriods, words: Words, grid: _Grid, scale: Scale, period: int) -> None:
    x, width = grid.x(period) + grid.size * 0.2, grid.size * 0.6
    total = plan.spent_in_all[period - 1]
    available = plan.available_in_all[period - 1] if period <= len(plan.available) else 0.0
    says = f"{plan.periods[period - 1]}: {words.money(total)} / {words.money(available)}"
    with drawing.item(says):
        below = 0.0
        for mode in plan.modes:
            above = below + plan.spent(mode)[period - 1]
            top, foot = scale.place(above), scale.place(below)
            drawing.rect(x, min(top, foot), width, abs(foot - top), f"rl-bar {css_of(mode)}")
            if mode == "explore":
                drawing.hatch(x, min(top, foot), width, abs(foot - top), "rl-hatch-explore")
            below = above


def _available(drawing: Drawing, available: Sequence[float], grid: _Grid, scale: Scale) -> None:
    steps: list[str | float] = []
    for period, level in enumerate(available[: grid.count], start=1):
        y = scale.place(level)
        steps += ["L" if steps else "M", grid.x(period), y, "L", grid.x(period) + grid.size, y]
    if steps:
        drawing.path(steps, "rl-limit")


def _key(drawing: Drawing, words: Words, grid: _Grid, y: float) -> float:
    drawing.line(grid.left, y + 6, grid.left + 16, y + 6, "rl-limit")
    drawing.text(grid.left + 22, y + 10, words.say("periods.available"), size=SMALL, css="rl-mute")
    return y + 14


# --- teams ------------------------------------------------------------------------------------


def _team(drawing: Drawing, team: TeamLoad, words: Words, grid: _Grid, y: float) -> float:
    room = drawing.width if drawing.narrow else grid.left - 14
    top = y + drawing.lines(0, y + 13, team.name, room) + 2 if drawing.narrow else y
    if not drawing.narrow:
        drawing.lines(0, y + 17, team.name, room)
    most = max((*team.hours, *team.capacity, 0.0))
    for period, (hours, capacity) in enumerate(zip(team.hours, team.capacity, strict=True), start=1):
        if period <= grid.count:
            _load(drawing, hours, capacity, most, words, (grid.x(period) + 1, top, grid.size - 2))
    return top + _TEAM_HEIGHT + 10


def _load(
    drawing: Drawing, hours: float, capacity: float, most: float, words: Words, place: tuple[float, float, float]
) -> None:
    """Draw one team in one period: the bar of what is asked for under the line of what there is."""
    x, top, width = place
    height = _TEAM_HEIGHT - 14
    foot = top + height
    scale = Scale(0, most, foot, top + 2)
    over = hours > capacity + 1e-9
    drawing.rect(x, top, width, height, "rl-track", radius=2)
    level = scale.place(hours)
    drawing.rect(x, level, width, foot - level, "rl-loss" if over else "rl-load")
    if over:
        drawing.hatch(x, level, width, foot - level, "rl-hatch")
    drawing.line(x, scale.place(capacity), x + width, scale.place(capacity), "rl-limit")
    full = words.say("periods.hours", hours=words.number(hours), capacity=words.number(capacity))
    short = words.number(hours)
    text = full if text_width(full, SMALL) <= width else short
    css = "rl-warn" if over else "rl-mute"
    drawing.whole_text(x + width / 2, foot + 12, text, width, anchor="mid", css=css)


# --- words ------------------------------------------------------------------------------------


def _bar_says(bar: PlanBar, plan: PlanPeriods, words: Words) -> str:
    amounts = [
        f"{name} {words.money(bar.in_period(period))}"
        for period, name in enumerate(plan.periods, start=1)
        if bar.start <= period < bar.start + len(bar.cash)
    ]
    return f"{bar.name}: {', '.join(amounts)}"


def _team_says(team: TeamLoad, plan: PlanPeriods, words: Words) -> str:
    amounts = [
        f"{name} {words.say('periods.hours', hours=words.number(hours), capacity=words.number(capacity))}"
        for name, hours, capacity in zip(plan.periods, team.hours, team.capacity, strict=False)
    ]
    return f"{team.name}: {', '.join(amounts)}"


def _desc(plan: PlanPeriods, words: Words) -> str:
    over = sum(
        hours > capacity + 1e-9
        for team in plan.teams
        for hours, capacity in zip(team.hours, team.capacity, strict=True)
    )
    return words.say(
        "periods.desc",
        count=words.number(len(plan.bars)),
        periods=words.number(len(plan.periods)),
        spent=words.money(plan.spent_in_all[-1] if plan.periods else 0.0),
        available=words.money(fsum(plan.available)),
        over=words.number(over),
    )


def plan_periods_table(plan: PlanPeriods, words: Words = ENGLISH) -> Table:
    """Return the numbers of the plan by period as a table."""
    count = len(plan.periods)
    rows: list[tuple[str, ...]] = []
    for bar in plan.bars:
        amounts = [
            words.money(bar.in_period(period)) if bar.start <= period < bar.start + len(bar.cash) else ""
            for period in range(1, count + 1)
        ]
        rows.append((bar.name, name_of(bar.mode, words), *amounts))
    cumulated = (("periods.spent", plan.spent_in_all), ("periods.available", plan.available_in_all))
    for code, values in cumulated:
        listed = [words.money(value) for value in values[:count]]
        rows.append((words.say(code), "", *listed, *[""] * (count - len(listed))))
    for team in plan.teams:
        loads = [
            words.say("periods.hours", hours=words.number(hours), capacity=words.number(capacity))
            + (f" ({words.say('periods.over')})" if hours > capacity + 1e-9 else "")
            for hours, capacity in zip(team.hours, team.capacity, strict=True)
        ]
        rows.append((team.name, "", *loads[:count]))
    header = (words.say("periods.what"), words.say("mode"), *plan.periods)
    return Table(words.say("periods.title"), header, tuple(rows), text_columns=(1,))


__all__ = ["PlanBar", "PlanPeriods", "TeamLoad", "draw_plan_periods", "plan_periods_table"]
