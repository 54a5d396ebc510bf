"""Pictures as text: pure functions from plain numbers and labels to SVG, each with a table that says the same.

The drawing modules know nothing of the engines; ``views`` turns the engines' results into what they draw.
"""

from rhumbline.faces.charts.compass import Compass, Lens, compass_table, draw_compass
from rhumbline.faces.charts.coverage import Coverage, coverage_table, draw_coverage
from rhumbline.faces.charts.drawing import NARROW, WIDE, UnsafeLink
from rhumbline.faces.charts.heat_map import HeatMap, HeatRow, draw_heat_map, heat_map_table
from rhumbline.faces.charts.plan_periods import (
    PlanBar,
    PlanPeriods,
    TeamLoad,
    draw_plan_periods,
    plan_periods_table,
)
from rhumbline.faces.charts.portfolio import Bubble, draw_portfolio, portfolio_table
from rhumbline.faces.charts.ranges import Range
from rhumbline.faces.charts.small import (
    GapArrow,
    ScoreBar,
    draw_gap_arrow,
    draw_score_bar,
    gap_arrow_table,
    score_bar_table,
)
from rhumbline.faces.charts.strategy_map import (
    MapArrow,
    MapInitiative,
    MapKpi,
    MapObjective,
    StrategyMap,
    draw_strategy_map,
    strategy_map_table,
)
from rhumbline.faces.charts.style import figure, flat_stylesheet, standalone, stylesheet
from rhumbline.faces.charts.tables import Table, to_html
from rhumbline.faces.charts.tornado import Tornado, TornadoRow, draw_tornado, tornado_table
from rhumbline.faces.charts.waterfall import Loss, Waterfall, draw_waterfall, waterfall_table
from rhumbline.faces.charts.words import ENGLISH, ENGLISH_SENTENCES, PlainWords, Words

__all__ = [
    "ENGLISH",
    "ENGLISH_SENTENCES",
    "NARROW",
    "WIDE",
    "Bubble",
    "Compass",
    "Coverage",
    "GapArrow",
    "HeatMap",
    "HeatRow",
    "Lens",
    "Loss",
    "MapArrow",
    "MapInitiative",
    "MapKpi",
    "MapObjective",
    "PlainWords",
    "PlanBar",
    "PlanPeriods",
    "Range",
    "ScoreBar",
    "StrategyMap",
    "Table",
    "TeamLoad",
    "Tornado",
    "TornadoRow",
    "UnsafeLink",
    "Waterfall",
    "Words",
    "compass_table",
    "coverage_table",
    "draw_compass",
    "draw_coverage",
    "draw_gap_arrow",
    "draw_heat_map",
    "draw_plan_periods",
    "draw_portfolio",
    "draw_score_bar",
    "draw_strategy_map",
    "draw_tornado",
    "draw_waterfall",
    "figure",
    "flat_stylesheet",
    "gap_arrow_table",
    "heat_map_table",
    "plan_periods_table",
    "portfolio_table",
    "score_bar_table",
    "standalone",
    "strategy_map_table",
    "stylesheet",
    "to_html",
    "tornado_table",
    "waterfall_table",
]
