"""The strategy map: perspectives with their objectives and KPIs, and an arrow for every Benefit that moves one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from rhumbline.faces.charts.drawing import LINE, WIDE, Drawing
from rhumbline.faces.charts.letters import PLAIN, SMALL, text_width, wrapped
from rhumbline.faces.charts.modes import legend, mode_mark
from rhumbline.faces.charts.ranges import Range
from rhumbline.faces.charts.scales import spread_out
from rhumbline.faces.charts.tables import Table
from rhumbline.faces.charts.words import ENGLISH, Words

_SWEEPS = 4
_ROW_GAP = 12.0
_PORT = 3.0


@dataclass(frozen=True, slots=True)
class MapKpi:
    """A KPI under an objective; ``note`` says where from and where to."""

    key: str
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class MapObjective:
    """An objective with its weight as share of 1 and its KPIs; no name gathers the KPIs that serve no objective."""

    name: str
    weight: float
    perspective: str
    kpis: tuple[MapKpi, ...]
    href: str = ""


@dataclass(frozen=True, slots=True)
class MapInitiative:
    """An initiative at the foot of an arrow."""

    key: str
    name: str
    mode: str
    live: bool = True
    href: str = ""


@dataclass(frozen=True, slots=True)
class MapArrow:
    """What an initiative is expected to do to a KPI: share of its gap, negative where it does harm."""

    initiative: str
    kpi: str
    share: Range


@dataclass(frozen=True, slots=True)
class StrategyMap:
    """What a strategy map shows.

    Parameters
    ----------
    perspectives
        Their names from top to bottom; objectives with another one, or none, follow below.
    objectives
        In key order.
    initiatives
        In key order.
    arrows
        Between initiatives and KPIs that are on the map.
    """

    perspectives: tuple[str, ...]
    objectives: tuple[MapObjective, ...]
    initiatives: tuple[MapInitiative, ...]
    arrows: tuple[MapArrow, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """The layers in the order in which few arrows cross."""

    objectives: tuple[MapObjective, ...]
    initiatives: tuple[MapInitiative, ...]


# --- the order of the layers ------------------------------------------------------------------


def order_of(strategy_map: StrategyMap) -> Order:
    """Order initiatives, objectives and KPIs so that arrows run as level as the perspectives allow.

    Notes
    -----
    The barycentre method of Sugiyama, Tagawa and Toda (1981): each item goes to the mean place of what it
    is joined to, layer by layer, a few times. Ties keep the given order, so the result is always the same.
    """
    initiatives = strategy_map.initiatives
    objectives = _by_perspective(strategy_map, strategy_map.objectives, {})
    for _ in range(_SWEEPS):
        kpi_places = _places_of_kpis(objectives)
        means = _means([(arrow.initiative, arrow.kpi) for arrow in strategy_map.arrows], kpi_places)
        # What has no arrow stands at the end: it leads nowhere, and crosses nothing there.
        initiatives = tuple(sorted(initiatives, key=lambda item: means.get(item.key, float("inf"))))
        own = {item.key: [float(place)] for place, item in enumerate(initiatives)}
        means = _means([(arrow.kpi, arrow.initiative) for arrow in strategy_map.arrows], own)
        objectives = _by_perspective(strategy_map, tuple(_sorted_kpis(item, means) for item in objectives), means)
    return Order(objectives, initiatives)


def _by_perspective(
    strategy_map: StrategyMap, objectives: Sequence[MapObjective], means: Mapping[str, float]
) -> tuple[MapObjective, ...]:
    ranks = {name: rank for rank, name in enumerate(strategy_map.perspectives)}

    def wanted(objective: MapObjective) -> tuple[bool, int, float]:
        known = [means[kpi.key] for kpi in objective.kpis if kpi.key in means]
        mean = fsum(known) / len(known) if known else float("inf")
        return (not objective.name, ranks.get(objective.perspective, len(ranks)), mean)

    return tuple(sorted(objectives, key=wanted))


def _sorted_kpis(objective: MapObjective, means: Mapping[str, float]) -> MapObjective:
    kpis = tuple(sorted(objective.kpis, key=lambda kpi: means.get(kpi.key, float("inf"))))
    return MapObjective(objective.name, objective.weight, objective.perspective, kpis, objective.href)


def _places_of_kpis(objectives: Sequence[MapObjective]) -> dict[str, list[float]]:
    places: dict[str, list[float]] = {}
    listed = [kpi.key for objective in objectives for kpi in objective.kpis]
    for place, key in enumerate(listed):
        places.setdefault(key, []).append(float(place))
    return places


def _means(joined: Sequence[tuple[str, str]], places: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Return the mean place of what each item is joined to."""
    found: dict[str, list[float]] = {}
    for item, other in joined:
        found.setdefault(item, []).extend(places.get(other, ()))
    return {item: fsum(listed) / len(listed) for item, listed in found.items() if listed}


# --- the picture ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the two layers stand: initiatives up to ``left``, objectives from ``right`` on."""

    left: float
    right: float
    width: float


def draw_strategy_map(strategy_map: StrategyMap, words: Words = ENGLISH, width: float = WIDE) -> str:
    """Draw initiatives on the left, objectives with their KPIs by perspective on the right, arrows between.

    Parameters
    ----------
    strategy_map
        What to show.
    words
        The language.
    width
        Of the container, in CSS pixels.
    """
    drawing = Drawing(width, words.say("map.title"), _desc(strategy_map, words))
    order = order_of(strategy_map)
    share = (0.36, 0.54) if drawing.narrow else (0.34, 0.6)
    columns = _Columns(round(drawing.width * share[0]), round(drawing.width * share[1]), drawing.width)
    top = legend(drawing, words, [item.mode for item in order.initiatives], 0) + 8
    left = drawing.lines(0, top + 12, words.say("map.initiatives"), columns.left - 10, bold=True)
    room = drawing.width - columns.right
    right = drawing.lines(columns.right, top + 12, words.say("map.objectives"), room, bold=True)
    top += max(left, right) + 8
    ports, bottom = _targets(drawing, order, words, columns, top)
    feet, foot = _sources(drawing, strategy_map, order, words, columns, top, ports)
    _arrows(drawing, strategy_map, order, words, columns, ports, feet)
    return drawing.svg(max(bottom, foot) + 2)


def _targets(
    drawing: Drawing, order: Order, words: Words, columns: _Columns, y: float
) -> tuple[dict[str, list[tuple[float, bool]]], float]:
    """Draw the right layer; return the heights at which arrows end, by KPI, and whether an objective is there."""
    ports: dict[str, list[tuple[float, bool]]] = {}
    before: str | None = None
    for objective in order.objectives:
        heading = _heading(objective, words)
        if heading != before:
            y = _perspective(drawing, heading, columns, y + (8 if before is not None else 0))
            before = heading
        with drawing.item(_objective_says(objective, words), objective.href):
            y = _objective(drawing, objective, words, columns, y)
        for kpi in objective.kpis:
            ports.setdefault(kpi.key, []).append((y + 8, bool(objective.name)))
            y = _kpi(drawing, kpi, columns, y)
        y += 8
    return ports, y


def _heading(objective: MapObjective, words: Words) -> str:
    if not objective.name:
        return words.say("map.no_objective")
    return objective.perspective or words.say("map.no_perspective")


def _perspective(drawing: Drawing, name: str, columns: _Columns, y: float) -> float:
    drawing.line(columns.right, y, columns.width, y, "rl-axis")
    drawing.text(columns.right, y + 15, name, size=SMALL, css="rl-mute", room=columns.width - columns.right)
    return y + 22


def _objective(drawing: Drawing, objective: MapObjective, words: Words, columns: _Columns, y: float) -> float:
    if not objective.name:
        return y
    weight = words.percent(objective.weight)
    drawing.text(columns.width, y + 12, weight, anchor="end", bold=True)
    room = columns.width - columns.right - text_width(weight, PLAIN, bold=True) - 8
    most = 3 if drawing.narrow else 2
    used = drawing.lines(columns.right, y + 12, objective.name, room, bold=True, most=most)
    return y + max(used, LINE * PLAIN) + 3


def _kpi(drawing: Drawing, kpi: MapKpi, columns: _Columns, y: float) -> float:
    indent = 12.0
    room = columns.width - columns.right - indent
    drawing.mark("circle", columns.right + 2, y + 8, _PORT, "rl-pin")
    used = drawing.lines(columns.right + indent, y + 12, kpi.name, room, most=3 if drawing.narrow else 2)
    if kpi.note:
        note_y = y + used + 10
        used += drawing.lines(columns.right + indent, note_y, kpi.note, room, size=SMALL, most=2, css="rl-mute")
    return y + max(used, LINE * PLAIN) + 4


def _sources(
    drawing: Drawing,
    strategy_map: StrategyMap,
    order: Order,
    words: Words,
    columns: _Columns,
    top: float,
    ports: Mapping[str, Sequence[tuple[float, bool]]],
) -> tuple[dict[str, tuple[float, float]], float]:
    """Draw the left layer, each initiative near the KPIs it moves; return where its arrows begin."""
    room = columns.left - 32
    most = 4 if drawing.narrow else 3
    idle = _idle(strategy_map)
    wrapped_names = [wrapped(item.name, room, PLAIN, lines=most) for item in order.initiatives]
    notes = [LINE * SMALL if item.key in idle else 0.0 for item in order.initiatives]
    heights = [max(1, len(lines)) * LINE * PLAIN + note for lines, note in zip(wrapped_names, notes, strict=True)]
    wanted = _wanted(strategy_map, order, ports, heights, top)
    tops = spread_out(wanted, heights, top, _ROW_GAP)
    feet: dict[str, tuple[float, float]] = {}
    for item, y, height, note, lines in zip(order.initiatives, tops, heights, notes, wrapped_names, strict=True):
        ends = max((text_width(line, PLAIN) for line in lines), default=0.0)
        feet[item.key] = (columns.left, y + (height - note) / 2 - 1)
        if item.key not in idle and 22 + ends + 8 < columns.left:
            drawing.line(22 + ends + 8, feet[item.key][1], columns.left, feet[item.key][1], "rl-leader")
        with drawing.item(item.name, item.href):
            mode_mark(drawing, item.mode, 8, y + 8, 5.5, live=item.live)
            used = drawing.lines(22, y + 12, item.name, room, most=most)
            if note:
                drawing.text(22, y + used + 10, words.say("map.no_arrow"), size=SMALL, css="rl-mute", room=room)
    return feet, max((y + height for y, height in zip(tops, heights, strict=True)), default=top)


def _idle(strategy_map: StrategyMap) -> frozenset[str]:
    """Return the initiatives without any arrow."""
    return frozenset(item.key for item in strategy_map.initiatives) - {
        arrow.initiative for arrow in strategy_map.arrows
    }


def _wanted(
    strategy_map: StrategyMap,
    order: Order,
    ports: Mapping[str, Sequence[tuple[float, bool]]],
    heights: Sequence[float],
    top: float,
) -> list[float]:
    """Return the top edge each initiative would like: level with the middle of its arrows' ends."""
    ends = {kpi: [y for y, _ in listed] for kpi, listed in ports.items()}
    means = _means([(arrow.initiative, arrow.kpi) for arrow in strategy_map.arrows], ends)
    last = max((y for listed in ends.values() for y in listed), default=top)
    return [
        means.get(item.key, last + 24) - height / 2 for item, height in zip(order.initiatives, heights, strict=True)
    ]


def _arrows(
    drawing: Drawing,
    strategy_map: StrategyMap,
    order: Order,
    words: Words,
    columns: _Columns,
    ports: Mapping[str, Sequence[tuple[float, bool]]],
    feet: Mapping[str, tuple[float, float]],
) -> None:
    names = {item.key: item.name for item in order.initiatives}
    kpis = {kpi.key: kpi.name for objective in order.objectives for kpi in objective.kpis}
    # Thin ones last, so that a thick arrow never hides one.
    for arrow in sorted(strategy_map.arrows, key=lambda arrow: -abs(arrow.share.best)):
        if arrow.initiative not in feet or arrow.kpi not in ports:
            continue
        low, best, high = arrow.share.percents(words)
        reach = words.say("range", low=low, high=high)
        with drawing.item(f"{names[arrow.initiative]} → {kpis[arrow.kpi]}: {best} ({reach})"):
            for y, aimed in ports[arrow.kpi]:
                _arrow(drawing, arrow, columns, feet[arrow.initiative], y, aimed=aimed)


def _arrow(
    drawing: Drawing, arrow: MapArrow, columns: _Columns, foot: tuple[float, float], y2: float, *, aimed: bool
) -> None:
    """Draw an arrow from the edge of the left layer, where no name is crossed, to a KPI."""
    tone = " rl-harm" if arrow.share.best < 0 else "" if aimed else " rl-astray"
    x1, y1 = foot
    x2 = columns.right - 4
    neck = x2 - 7
    bend = (neck - x1) * 0.5
    css = f"rl-arrow rl-w{_weight(arrow.share.best)}{tone}"
    drawing.path(["M", x1, y1, "C", x1 + bend, y1, neck - bend, y2, neck, y2], css)
    drawing.path(["M", x2, y2, "L", neck - 1, y2 - 4, "L", neck - 1, y2 + 4, "Z"], f"rl-arrow-head{tone}")


def _weight(share: float) -> int:
    """Return the step of an arrow's thickness: up to 5, 10, 20, 40 % of the gap, and more."""
    return 1 + sum(abs(share) > limit for limit in (0.05, 0.1, 0.2, 0.4))


# --- words ------------------------------------------------------------------------------------


def _objective_says(objective: MapObjective, words: Words) -> str:
    return f"{objective.name or words.say('map.no_objective')}: {words.percent(objective.weight)}"


def _served(strategy_map: StrategyMap) -> frozenset[str]:
    return frozenset(kpi.key for item in strategy_map.objectives if item.name for kpi in item.kpis)


def _desc(strategy_map: StrategyMap, words: Words) -> str:
    served = _served(strategy_map)
    reaching = {arrow.initiative for arrow in strategy_map.arrows if arrow.kpi in served and arrow.share.best > 0}
    return words.say(
        "map.desc",
        initiatives=words.number(len(strategy_map.initiatives)),
        objectives=words.number(sum(bool(item.name) for item in strategy_map.objectives)),
        arrows=words.number(len(strategy_map.arrows)),
        harmful=words.number(sum(arrow.share.best < 0 for arrow in strategy_map.arrows)),
        idle=words.number(sum(item.key not in reaching for item in strategy_map.initiatives)),
    )


def strategy_map_table(strategy_map: StrategyMap, words: Words = ENGLISH) -> Table:
    """Return the arrows of a strategy map as a table: one row per initiative, KPI and objective."""
    codes = ("initiative", "kpi", "objective", "map.perspective", "weight", "low", "best", "high")
    rows: list[tuple[str, ...]] = []
    for item in strategy_map.initiatives:
        own = [arrow for arrow in strategy_map.arrows if arrow.initiative == item.key]
        for arrow in own:
            rows += [
                (
                    item.name,
                    kpi.name,
                    objective.name or words.say("map.no_objective"),
                    objective.perspective,
                    words.percent(objective.weight, 1),
                    *arrow.share.percents(words, 1),
                )
                for objective in strategy_map.objectives
                for kpi in objective.kpis
                if kpi.key == arrow.kpi
            ]
        if not own:
            rows.append((item.name, words.say("map.no_arrow"), "", "", "", "", "", ""))
    moved = {arrow.kpi for arrow in strategy_map.arrows}
    for objective in strategy_map.objectives:
        # A KPI that nothing moves is on the map too.
        rows += [
            ("–", kpi.name, objective.name, objective.perspective, words.percent(objective.weight, 1), "", "", "")  # noqa: RUF001 - a dash for nothing
            for kpi in objective.kpis
            if kpi.key not in moved
        ]
    header = tuple(words.say(code) for code in codes)
    return Table(words.say("map.title"), header, tuple(rows), text_columns=(1, 2, 3))


__all__ = [
    "MapArrow",
    "MapInitiative",
    "MapKpi",
    "MapObjective",
    "StrategyMap",
    "draw_strategy_map",
    "order_of",
    "strategy_map_table",
]
