"""Every picture with a strategy that draws inputs nobody would like to get."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from rhumbline.faces import charts
from rhumbline.faces.charts import (
    Bubble,
    Compass,
    Coverage,
    GapArrow,
    HeatMap,
    HeatRow,
    Lens,
    Loss,
    MapArrow,
    MapInitiative,
    MapKpi,
    MapObjective,
    PlainWords,
    PlanBar,
    PlanPeriods,
    Range,
    ScoreBar,
    StrategyMap,
    TeamLoad,
    Tornado,
    TornadoRow,
    Waterfall,
)

NASTY = [
    "",
    " ",
    "A",
    "Standing orders and price list online for cafés",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "<script>alert('x')</script>",
    "R&D \"first\" <b>bold</b> & 'more'",
    "]]> <!-- --> &amp; &#0;",
    "مخبز الحي يريد أن يصبح موردا إقليميا",
    "מאפייה שכונתית 2027 (קפה)",
    "地域のカフェに信頼されるパン屋になる",
    "👩‍👩‍👧‍👦 family 🥐🥐🥐",
    "Z̸̢̛̗̞̺͓̦̤̓̂͑͌̋͒͘͝a̶͇͝l̵g̷o̸",
    "line\nbreak\ttab\x00null\x1b[31m",
    "\u202eright to left override\u202c",
    "﷽﷽﷽",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    "{unknown} %s {0}",
]
names = st.one_of(st.sampled_from(NASTY), st.text(max_size=60))
shares = st.floats(-1, 1) | st.sampled_from([0.0, -0.0, 1.0, -1.0, 1e-9])
amounts = st.floats(0, 1e9) | st.sampled_from([0.0, 1.0, 1e12])
modes = st.sampled_from(["exploit", "explore", "drift", "something else"])
links = st.sampled_from(["", "", "/initiatives/i1?a=1&b=2", "#k1", "https://example.org/x"])
ranges = st.lists(shares, min_size=3, max_size=3).map(sorted).map(lambda ends: Range(*ends))
# One currency that is short and one that nobody has space for.
words = st.sampled_from([PlainWords(), PlainWords(currency="EUR"), PlainWords(currency="Schweizer Franken")])


def several(element, most=12):
    return st.lists(element, max_size=most).map(tuple)


@st.composite
def heat_maps(draw):
    columns = draw(several(names, 12))
    cells = st.lists(st.none() | shares, min_size=len(columns), max_size=len(columns)).map(tuple)
    rows = draw(several(st.builds(HeatRow, names, cells, links)))
    unit = draw(st.sampled_from(["percent", "points", "count"]))
    return HeatMap(draw(names), draw(names), columns, rows, draw(st.none() | st.just(1.0)), unit)


@st.composite
def plans(draw):
    periods = draw(several(st.sampled_from(["2027-Q1", "2027-01", "2027-01-31", "A very long period"]), 24))
    count = len(periods)
    hours = st.lists(amounts, min_size=count, max_size=count).map(tuple)
    bars = st.builds(PlanBar, names, modes, st.integers(1, max(1, count)), several(amounts, 8), links)
    return PlanPeriods(
        periods, draw(several(bars, 8)), draw(hours), draw(several(st.builds(TeamLoad, names, hours, hours, links), 5))
    )


@st.composite
def strategy_maps(draw):
    kpis = [f"k{number}" for number in range(draw(st.integers(0, 8)))]
    initiatives = [f"i{number}" for number in range(draw(st.integers(0, 14)))]
    perspectives = ("Financial", "Customer", "Process", "Learning")
    own = st.lists(st.sampled_from(kpis), max_size=3, unique=True) if kpis else st.just([])
    objective = st.builds(
        lambda name, weight, perspective, keys, text, link: MapObjective(
            name, weight, perspective, tuple(MapKpi(key, text, text) for key in keys), link
        ),
        names,
        st.floats(0, 1),
        st.sampled_from([*perspectives, "", "Another <one>"]),
        own,
        names,
        links,
    )
    arrows = [
        MapArrow(initiative, kpi, draw(ranges))
        for initiative in initiatives
        for kpi in kpis
        if draw(st.integers(0, 3)) == 0
    ]
    listed = tuple(
        MapInitiative(key, draw(names), draw(modes), draw(st.booleans()), draw(links)) for key in initiatives
    )
    return StrategyMap(perspectives, draw(several(objective, 7)), listed, tuple(arrows))


@dataclass(frozen=True)
class Picture:
    """A picture: how it is drawn, its table, and its inputs."""

    name: str
    draw: Any
    table: Any
    inputs: Any


bubbles = st.builds(Bubble, names, shares.map(abs), ranges, amounts, modes, st.booleans(), links)
lenses = st.builds(Lens, names, ranges, st.booleans(), links)
losses = several(st.builds(Loss, names, st.floats(-50, 60), links))
tornado_rows = several(st.builds(TornadoRow, names, shares, shares, links))

PICTURES = [
    Picture(
        "compass",
        charts.draw_compass,
        charts.compass_table,
        st.builds(Compass, names, ranges, several(lenses, 5), st.booleans()),
    ),
    Picture(
        "score_bar", charts.draw_score_bar, charts.score_bar_table, st.builds(ScoreBar, names, ranges, st.booleans())
    ),
    Picture(
        "gap_arrow",
        charts.draw_gap_arrow,
        charts.gap_arrow_table,
        st.builds(
            GapArrow,
            names,
            names,
            st.floats(-1e9, 1e9),
            st.floats(-1e9, 1e9),
            st.none() | st.floats(-1e9, 1e9),
            names,
            st.integers(0, 2),
        ),
    ),
    Picture(
        "coverage",
        charts.draw_coverage,
        charts.coverage_table,
        several(st.builds(Coverage, names, st.floats(0, 1), ranges, st.none() | ranges, links)),
    ),
    Picture(
        "waterfall",
        charts.draw_waterfall,
        charts.waterfall_table,
        st.builds(Waterfall, st.just(100.0) | st.floats(-100, 100), losses),
    ),
    Picture(
        "tornado",
        charts.draw_tornado,
        charts.tornado_table,
        st.builds(Tornado, tornado_rows, st.just(0.0) | shares, st.tuples(names, names), st.booleans(), names),
    ),
    Picture("heat_map", charts.draw_heat_map, charts.heat_map_table, heat_maps()),
    Picture("portfolio", charts.draw_portfolio, charts.portfolio_table, several(bubbles, 30)),
    Picture("plan_periods", charts.draw_plan_periods, charts.plan_periods_table, plans()),
    Picture("strategy_map", charts.draw_strategy_map, charts.strategy_map_table, strategy_maps()),
]
