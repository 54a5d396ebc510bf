"""The portfolio bubble: what each initiative gives to the strategy against what it takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import hypot, sqrt

from rhumbline.faces.charts.drawing import LINE, WIDE, Box, Drawing, label_box
from rhumbline.faces.charts.letters import ELLIPSIS, PLAIN, SMALL, shortened, text_width, wrapped
from rhumbline.faces.charts.modes import css_of, legend, mode_mark, name_of
from rhumbline.faces.charts.ranges import Range
from rhumbline.faces.charts.scales import Scale, decimals_of, ticks
from rhumbline.faces.charts.tables import Table
from rhumbline.faces.charts.words import ENGLISH, Words

_LARGEST, _SMALLEST = 26.0, 4.5
# Room and lines of a name beside its mark, the best form first.
_LABELS = ((170.0, 1), (170.0, 2), (300.0, 1), (110.0, 2), (120.0, 1))
_LIST_LINE = 18.0


@dataclass(frozen=True, slots=True)
class Bubble:
    """One initiative in the portfolio.

    Parameters
    ----------
    name
        Of the initiative.
    resource_share
        Share of all resources it takes.
    gap_share
        Share of the strategy gap it closes; negative where it does harm.
    cost
        Its full cost; the area of its mark.
    mode
        exploit, explore or drift.
    live
        Whether money is being spent on it now.
    """

    name: str
    resource_share: float
    gap_share: Range
    cost: float
    mode: str
    live: bool = True
    href: str = ""

    @property
    def pulls(self) -> bool:
        """Whether it closes at least the share of the gap that it takes of the resources."""
        return self.gap_share.best >= self.resource_share - 1e-9


@dataclass(frozen=True, slots=True)
class _Plot:
    """The frame of the plot: its scales, their ticks, and where it ends below."""

    across: Scale
    up: Scale
    across_ticks: tuple[float, ...]
    up_ticks: tuple[float, ...]
    bottom: float

    def place(self, bubble: Bubble) -> tuple[float, float]:
        return self.across.place(bubble.resource_share), self.up.place(bubble.gap_share.best)


@dataclass(frozen=True, slots=True)
class _Mark:
    """A bubble with its place and size in the picture."""

    bubble: Bubble
    number: int
    x: float
    y: float
    radius: float

    @property
    def box(self) -> Box:
        return Box(self.x - self.radius, self.y - self.radius, 2 * self.radius, 2 * self.radius)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a label may stand: its anchor, which share of its further lines goes above, whether it needs a line."""

    x: float
    y: float
    anchor: str
    up: float
    apart: bool = False


def draw_portfolio(bubbles: tuple[Bubble, ...], words: Words = ENGLISH, width: float = WIDE) -> str:
    """Draw the portfolio; a name that finds no place beside its mark becomes a number with a line in the list below.

    Parameters
    ----------
    bubbles
        The initiatives, in key order.
    words
        The language.
    width
        Of the container, in CSS pixels.
    """
    drawing = Drawing(width, words.say("portfolio.title"), _desc(bubbles, words))
    modes = [bubble.mode for bubble in bubbles]
    top = legend(drawing, words, modes, 0, more=[words.say("portfolio.size")] if bubbles else []) + 28
    plot = _plot(drawing, bubbles, words, top)
    taken = _frame(drawing, plot, words, top)
    marks = _marks(plot, bubbles)
    for mark in marks:
        _whisker(drawing, mark, plot)
    for mark in sorted(marks, key=lambda mark: -mark.radius):
        bubble = mark.bubble
        with drawing.item(_said(bubble, words), bubble.href):
            mode_mark(drawing, bubble.mode, mark.x, mark.y, mark.radius, live=bubble.live)
    unnamed = _labels(drawing, marks, plot, taken)
    return drawing.svg(_list(drawing, unnamed, words, plot.bottom + 44))


# --- the frame --------------------------------------------------------------------------------


def _plot(drawing: Drawing, bubbles: tuple[Bubble, ...], words: Words, top: float) -> _Plot:
    gaps = [value for bubble in bubbles for value in (bubble.gap_share.low, bubble.gap_share.high)]
    across = ticks(0, max([bubble.resource_share for bubble in bubbles], default=0.1) * 1.12, 5)
    up = ticks(min([0.0, *gaps]), max([0.05, *gaps]), 5)
    margin = max(text_width(_percent(tick, up, words), SMALL) for tick in up) + 10
    height = 300.0 if drawing.narrow else 380.0
    # A mark at the edge of a scale reaches beyond it, and must not cover the numbers there.
    edge = (_LARGEST * 0.7 if drawing.narrow else _LARGEST) + 2
    return _Plot(
        across=Scale(0, across[-1], margin + 8, drawing.width - 16),
        up=Scale(up[0], up[-1], top + height - edge, top),
        across_ticks=across,
        up_ticks=up,
        bottom=top + height,
    )


def _percent(tick: float, all_ticks: tuple[float, ...], words: Words) -> str:
    return words.percent(tick, max(0, decimals_of(all_ticks[1] - all_ticks[0]) - 2))


def _frame(drawing: Drawing, plot: _Plot, words: Words, top: float) -> list[Box]:
    """Draw axes, grid and the diagonal; return what labels must keep away from."""
    left, right = plot.across.start, plot.across.end
    _below_diagonal(drawing, plot)
    for tick in plot.up_ticks:
        y = plot.up.place(tick)
        drawing.line(left, y, right, y, "rl-axis" if tick == 0 else "rl-grid")
        drawing.text(left - 14, y + 4, _percent(tick, plot.up_ticks, words), size=SMALL, anchor="end", css="rl-mute")
    _across_labels(drawing, plot, words)
    drawing.text(0, top - 12, words.say("portfolio.up"), size=SMALL, css="rl-mute")
    drawing.text(right, plot.bottom + 34, words.say("portfolio.across"), size=SMALL, anchor="end", css="rl-mute")
    return _diagonal(drawing, plot, words)


def _across_labels(drawing: Drawing, plot: _Plot, words: Words) -> None:
    free, bottom = 0.0, plot.bottom
    for tick in plot.across_ticks:
        x, text = plot.across.place(tick), _percent(tick, plot.across_ticks, words)
        box = label_box(x, bottom + 17, text, SMALL, "mid")
        if box.x >= free and box.x + box.width <= drawing.width:
            drawing.text(x, bottom + 17, text, size=SMALL, anchor="mid", css="rl-mute")
            free = box.x + box.width + 6


def _ends_of_diagonal(plot: _Plot) -> tuple[float, float, float, float]:
    most = min(plot.across.most, plot.up.most)
    return plot.across.place(0), plot.up.place(0), plot.across.place(most), plot.up.place(most)


def _below_diagonal(drawing: Drawing, plot: _Plot) -> None:
    x1, y1, x2, y2 = _ends_of_diagonal(plot)
    right, bottom = plot.across.end, plot.bottom
    corner: list[str | float] = ["L", right, y2] if plot.across.most > plot.up.most else []
    drawing.path(["M", x1, y1, "L", x2, y2, *corner, "L", right, bottom, "L", x1, bottom, "Z"], "rl-shade")
    drawing.line(x1, y1, x2, y2, "rl-dots")


def _diagonal(drawing: Drawing, plot: _Plot, words: Words) -> list[Box]:
    """Name the diagonal at its upper end, on the side where there is room."""
    _, _, x, y = _ends_of_diagonal(plot)
    text = words.say("portfolio.diagonal")
    wide = text_width(text, SMALL)
    if x + 8 + wide <= plot.across.end:
        place = (x + 8, y + 10, "start")
    else:
        place = (x - 12, y - 4, "end") if y - 14 > plot.up.end else (x - 26, y + 10, "end")
    drawing.text(place[0], place[1], text, size=SMALL, anchor=place[2], css="rl-mute", room=place[0])
    return [label_box(place[0], place[1], shortened(text, place[0], SMALL), SMALL, place[2])]


# --- the marks --------------------------------------------------------------------------------


def _marks(plot: _Plot, bubbles: tuple[Bubble, ...]) -> list[_Mark]:
    most = max((bubble.cost for bubble in bubbles), default=0.0)
    largest = _LARGEST if plot.across.end - plot.across.start > 450 else _LARGEST * 0.7
    marks = []
    for number, bubble in enumerate(bubbles, start=1):
        share = max(0.0, bubble.cost) / most if most > 0 else 0.0
        marks.append(_Mark(bubble, number, *plot.place(bubble), max(_SMALLEST, largest * sqrt(share))))
    return marks


def _whisker(drawing: Drawing, mark: _Mark, plot: _Plot) -> None:
    low, high = plot.up.place(mark.bubble.gap_share.low), plot.up.place(mark.bubble.gap_share.high)
    if low - high > 1:
        drawing.line(mark.x, low, mark.x, high, f"rl-whisker {css_of(mark.bubble.mode)}")


def _labels(drawing: Drawing, marks: list[_Mark], plot: _Plot, taken: list[Box]) -> list[_Mark]:
    """Name the marks, the largest first; return those that got a number, or nothing, instead of their name."""
    left = plot.across.start + 2
    frame = Box(left, plot.up.end, drawing.width - left, plot.bottom - plot.up.end)
    whiskers = [box for mark in marks for box in _whisker_boxes(mark, plot)]
    obstacles = [*taken, *(mark.box for mark in marks), *whiskers]
    unnamed = []
    for mark in sorted(marks, key=lambda mark: (-mark.radius, mark.number)):
        tries = [] if drawing.narrow else _tries(mark.bubble.name)
        if not any(_write(drawing, mark, lines, frame, obstacles) for lines in tries):
            unnamed.append(mark)
    # Numbered in key order, without gaps, once it is known who needs a number.
    in_order = sorted(unnamed, key=lambda mark: mark.number)
    numbered = [replace(mark, number=number) for number, mark in enumerate(in_order, start=1)]
    for mark in numbered:
        _write_number(drawing, mark, frame, obstacles)
    return numbered


def _tries(name: str) -> list[tuple[str, ...]]:
    """Return the forms in which a name may stand beside its mark: whole, on two lines, shortened."""
    forms = [wrapped(name, room, PLAIN, lines=lines) for room, lines in _LABELS]
    # Whole names first; a shortened one is better than a number, but not than a whole one elsewhere.
    ordered = sorted(dict.fromkeys(forms), key=lambda form: bool(form) and form[-1].endswith(ELLIPSIS))
    return [form for form in ordered if form and len(form[0]) > 1]


def _write(drawing: Drawing, mark: _Mark, lines: tuple[str, ...], frame: Box, obstacles: list[Box]) -> bool:
    """Write a label at the first free place around its mark, with a line to it where it stands apart."""
    for place in _places(mark):
        box, first = _block(place, lines)
        if not box.inside(frame) or any(box.meets(other) for other in obstacles):
            continue
        leader = _leader(mark, box) if place.apart else None
        if leader and any(part.meets(other) for part in _parts(leader) for other in obstacles if other != mark.box):
            continue
        if leader:
            drawing.line(*leader, "rl-leader")
            obstacles.extend(_parts(leader))
        for number, line in enumerate(lines):
            drawing.text(place.x, first + number * LINE * PLAIN, line, anchor=place.anchor, css="rl-halo")
        obstacles.append(box)
        return True
    return False


def _block(place: _Place, lines: tuple[str, ...]) -> tuple[Box, float]:
    """Return the rectangle of a label of several lines, and its first baseline."""
    first = place.y - place.up * (len(lines) - 1) * LINE * PLAIN
    boxes = [
        label_box(place.x, first + number * LINE * PLAIN, line, PLAIN, place.anchor)
        for number, line in enumerate(lines)
    ]
    left, right = min(box.x for box in boxes), max(box.x + box.width for box in boxes)
    return Box(left, boxes[0].y, right - left, boxes[-1].y + boxes[-1].height - boxes[0].y), first


def _leader(mark: _Mark, box: Box) -> tuple[float, float, float, float]:
    """Return the line from the edge of a mark to the nearest corner of its label."""
    x = box.x if box.x > mark.x else box.x + box.width
    y = box.y - 1 if box.y > mark.y else box.y + box.height + 1
    long = max(1e-9, hypot(x - mark.x, y - mark.y))
    share = min(1.0, mark.radius / long)
    return mark.x + (x - mark.x) * share, mark.y + (y - mark.y) * share, x, y


def _parts(line: tuple[float, float, float, float]) -> list[Box]:
    """Return small boxes along a line, so that labels keep away from it and it from labels."""
    x1, y1, x2, y2 = line
    steps = 8
    return [
        Box(x1 + (x2 - x1) * step / steps - 0.5, y1 + (y2 - y1) * step / steps - 0.5, 1, 1) for step in range(steps)
    ]


def _whisker_boxes(mark: _Mark, plot: _Plot) -> list[Box]:
    low, high = (plot.up.place(value) for value in (mark.bubble.gap_share.low, mark.bubble.gap_share.high))
    return [Box(mark.x - 2, high, 4, low - high)] if low - high > 1 else []


def _places(mark: _Mark) -> Iterator[_Place]:
    x, y, reach, near = mark.x, mark.y, mark.radius + 5, mark.radius * 0.75 + 4
    yield _Place(x + reach, y + 4, "start", 0.5)
    yield _Place(x - reach, y + 4, "end", 0.5)
    yield _Place(x, y - reach, "mid", 1)
    yield _Place(x, y + reach + 10, "mid", 0)
    for across, anchor in ((near, "start"), (-near, "end")):
        yield _Place(x + across, y - near, anchor, 1)
        yield _Place(x + across, y + near + 8, anchor, 0)
    side = mark.radius * 0.7 + 6
    for away in (14, 28, 44, 62):
        for across, anchor in ((side, "start"), (-side, "end")):
            yield _Place(x + across, y - mark.radius - away, anchor, 1, apart=True)
            yield _Place(x + across, y + mark.radius + away + 8, anchor, 0, apart=True)


def _write_number(drawing: Drawing, mark: _Mark, frame: Box, obstacles: list[Box]) -> None:
    """Write the mark's number into it when it is large and alone there, else beside it."""
    text = str(mark.number)
    inside = label_box(mark.x, mark.y + 4, text, PLAIN, "mid")
    # Its own whisker runs through every mark, and may run behind its number.
    others = [box for box in obstacles if box != mark.box and box.x != mark.x - 2]
    if mark.radius >= 11 and inside.inside(frame) and not any(inside.meets(box) for box in others):
        drawing.text(mark.x, mark.y + 4, text, anchor="mid", css="rl-halo")
        obstacles.append(inside)
    else:
        _write(drawing, mark, (text,), frame, obstacles)


def _list(drawing: Drawing, marks: list[_Mark], words: Words, y: float) -> float:
    for mark in marks:
        bubble = mark.bubble
        mode_mark(drawing, bubble.mode, 7, y + 9, 5, live=bubble.live)
        numbers = f"{words.percent(bubble.resource_share)} → {words.percent(bubble.gap_share.best)}"
        lead = 40.0
        drawing.text(34, y + 13, str(mark.number), anchor="end", css="rl-mute")
        drawing.text(drawing.width, y + 13, numbers, size=SMALL, anchor="end", css="rl-mute")
        drawing.text(lead, y + 13, bubble.name, room=drawing.width - lead - text_width(numbers, SMALL) - 10)
        y += _LIST_LINE
    return y + 4 if marks else y - 2


# --- words ------------------------------------------------------------------------------------


def _said(bubble: Bubble, words: Words) -> str:
    taken, closed = words.percent(bubble.resource_share, 1), words.percent(bubble.gap_share.best, 1)
    return f"{bubble.name}: {taken} → {closed}, {words.money(bubble.cost)}, {name_of(bubble.mode, words)}"


def _desc(bubbles: tuple[Bubble, ...], words: Words) -> str:
    above = sum(bubble.pulls for bubble in bubbles)
    return words.say(
        "portfolio.desc",
        above=words.number(above),
        count=words.number(len(bubbles)),
        below=words.number(len(bubbles) - above),
    )


def portfolio_table(bubbles: tuple[Bubble, ...], words: Words = ENGLISH) -> Table:
    """Return the numbers of the portfolio as a table."""
    gap = words.say("portfolio.up")
    header = (
        words.say("initiative"),
        words.say("mode"),
        words.say("state"),
        words.say("portfolio.across"),
        *(f"{gap}: {words.say(code)}" for code in ("low", "best", "high")),
        words.say("cost"),
    )
    rows = tuple(
        (
            bubble.name,
            name_of(bubble.mode, words),
            words.say("state.live" if bubble.live else "state.candidate"),
            words.percent(bubble.resource_share, 1),
            *bubble.gap_share.percents(words, 1),
            words.money(bubble.cost),
        )
        for bubble in bubbles
    )
    return Table(words.say("portfolio.title"), header, rows, text_columns=(1, 2))


__all__ = ["Bubble", "draw_portfolio", "portfolio_table"]
