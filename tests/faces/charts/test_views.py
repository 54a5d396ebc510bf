"""The pictures of the example companies show the engines' numbers, and are all legible."""

from functools import cache
from importlib import resources

import pytest
from tests.faces.charts.drawn import labels, parsed
from tests.faces.charts.test_pictures import check_places

from rhumbline.engines._maths import Triple
from rhumbline.engines.alignment.quantities import Quantities
from rhumbline.engines.alignment.score import score_quantities
from rhumbline.engines.diagnosis import CheckTerms, check
from rhumbline.engines.planning import plan_quantities
from rhumbline.exchange.files import read_book
from rhumbline.faces import charts
from rhumbline.faces.charts import NARROW, WIDE, PlainWords, views

EXAMPLES = sorted(
    entry.name.removesuffix(".yaml")
    for entry in resources.files("rhumbline.examples").iterdir()
    if entry.name.endswith(".yaml")
)
SHOWN = ("bakery", "aerospace", "workbench")
SETTING = views.Setting(PlainWords(currency="EUR"), lambda kind, key: f"/{kind}/{key}")


@cache
def quantities_of(name):
    text = (resources.files("rhumbline.examples") / f"{name}.yaml").read_text(encoding="utf-8")
    book, _ = read_book(text)
    return Quantities(book, book.as_of)


@cache
def score_of(name):
    return score_quantities(quantities_of(name))


@cache
def plan_of(name):
    return plan_quantities(quantities_of(name))


def pictures_without_plan(name):
    quantities, score = quantities_of(name), score_of(name)
    book = quantities.book
    diagnosis = check(book, CheckTerms(quick=True))
    yield charts.draw_score_bar, charts.score_bar_table, views.score_bar(score, SETTING)
    compass = views.organisation_compass(book.organisation.name, score.organisation, SETTING)
    yield charts.draw_compass, charts.compass_table, compass
    for key, initiative in book.initiatives.items():
        own = views.initiative_compass(initiative.name, score.initiatives[key], SETTING)
        yield charts.draw_compass, charts.compass_table, own
    yield charts.draw_strategy_map, charts.strategy_map_table, views.strategy_map(quantities, SETTING)
    yield charts.draw_portfolio, charts.portfolio_table, views.portfolio(quantities, SETTING)
    for heat in (
        views.contribution_heat(quantities, SETTING),
        views.lens_heat(quantities, score, SETTING),
        views.findings_heat(diagnosis, {"STR": "Strategy"}, SETTING),
    ):
        yield charts.draw_heat_map, charts.heat_map_table, heat
    yield charts.draw_coverage, charts.coverage_table, views.coverage(quantities, score, None, SETTING)
    yield charts.draw_waterfall, charts.waterfall_table, views.lost_points(score.organisation, SETTING)
    first, *_, last = book.initiatives
    yield charts.draw_tornado, charts.tornado_table, views.duel(quantities, first, last, SETTING)
    for key in book.kpis:
        gap = views.gap_arrow(quantities, key)
        if gap is not None:
            yield charts.draw_gap_arrow, charts.gap_arrow_table, gap


def pictures_of_plan(name):
    quantities, plan = quantities_of(name), plan_of(name)
    yield charts.draw_plan_periods, charts.plan_periods_table, views.plan_periods(quantities, plan, SETTING)
    yield charts.draw_coverage, charts.coverage_table, views.coverage(quantities, score_of(name), plan, SETTING)


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_pictures_of_every_example_are_legible(name, width):
    for draw, _, data in pictures_without_plan(name):
        check_places(draw(data, SETTING.words, width))


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_pictures_of_a_plan_are_legible(name, width):
    for draw, _, data in pictures_of_plan(name):
        check_places(draw(data, SETTING.words, width))


@pytest.mark.parametrize("name", SHOWN)
def test_every_number_of_a_picture_stands_in_its_table(name):
    for draw, table, data in (*pictures_without_plan(name), *pictures_of_plan(name)):
        if draw in {charts.draw_heat_map, charts.draw_waterfall, charts.draw_gap_arrow, charts.draw_tornado}:
            said = " ".join(cell for row in table(data, SETTING.words).rows for cell in row)
            # In a duel the side says who is ahead, so the number in the picture has no sign; zero says nothing.
            numbers = [
                text for text, _ in labels(parsed(draw(data, SETTING.words))) if text.strip("\u2212%.0")[:1].isdigit()
            ]
            missing = [text for text in numbers if text not in said and not text.startswith(("Now", "2027"))]
            assert missing == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_lost_points_add_up_to_what_is_missing_to_the_score(name):
    organisation = score_of(name).organisation
    lost = views.lost_points(organisation)
    assert lost.end == pytest.approx(100 * organisation.alignment.best, abs=1e-9)
    assert all(loss.points > 0 for loss in lost.losses)


def test_the_compass_shows_the_score():
    score = score_of("bakery")
    compass = views.organisation_compass("Crumb & Co.", score.organisation)
    assert Triple(compass.heading.low, compass.heading.best, compass.heading.high) == score.organisation.alignment
    assert [lens.name for lens in compass.lenses] == ["Line of sight", "Market", "Operations", "Culture"]
    table = charts.compass_table(compass)
    assert table.rows[0] == ("Heading", "11.4", "11.9", "12.5")


def test_the_portfolio_shows_that_the_bakery_spends_a_quarter_on_nothing():
    bubbles = views.portfolio(quantities_of("bakery"))
    (croissants,) = [bubble for bubble in bubbles if bubble.name.startswith("Bake more")]
    assert croissants.live
    assert not croissants.pulls
    rows = {row[0]: row for row in charts.portfolio_table(bubbles, PlainWords(currency="EUR")).rows}
    assert rows[croissants.name][3:] == ("24.3%", "0.0%", "0.0%", "0.0%", "33,360\u00a0EUR")


def test_the_plan_shows_when_work_runs_and_how_busy_teams_are():
    shown = views.plan_periods(quantities_of("bakery"), plan_of("bakery"), SETTING)
    assert shown.periods == ("2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4")
    assert shown.available_in_all == (30_000, 55_000, 75_000, 95_000)
    by_name = {bar.name: bar for bar in shown.bars}
    assert by_name["Chilled van and route plan"].cash == (14_000, 3_000, 1_000)
    assert by_name["Crackers from yesterday's bread"].mode == "drift"
    (office,) = [team for team in shown.teams if team.name == "Shop and office"]
    assert office.hours == (130, 90, 50, 0)
    assert office.capacity == (160, 160, 160, 160)


def test_the_map_says_which_work_serves_no_objective():
    strategy_map = views.strategy_map(quantities_of("bakery"))
    aimless = strategy_map.objectives[-1]
    assert aimless.name == ""
    assert [kpi.name for kpi in aimless.kpis] == ["Croissants sold in the shop"]
    rows = charts.strategy_map_table(strategy_map).rows
    assert ("Bake more croissants for the shop", "Croissants sold in the shop", "Serves no objective") in [
        row[:3] for row in rows
    ]


def test_a_heat_map_shows_each_objective_once_per_initiative():
    quantities = quantities_of("workbench")
    heat = views.contribution_heat(quantities)
    assert len(heat.columns) == len(quantities.book.objectives)
    by_name = {row.name: row.cells for row in heat.rows}
    assert min(by_name["Own solvent paint line"]) < 0
    assert heat.columns.index("Keep the date") >= 0


def test_waived_findings_are_not_counted():
    diagnosis = check(quantities_of("bakery").book, CheckTerms(quick=True))
    heat = views.findings_heat(diagnosis, {"STR": "Strategy"})
    assert sum(value for row in heat.rows for value in row.cells) == len(diagnosis.standing)
    assert "Strategy" in [row.name for row in heat.rows]


def test_a_gap_arrow_has_as_many_decimals_as_its_numbers():
    gap = views.gap_arrow(quantities_of("aerospace"), "k2")
    assert gap is not None
    assert gap.decimals in {0, 1}


def test_a_duel_points_to_whoever_closes_more():
    duel = views.duel(quantities_of("bakery"), "i2", "i6")
    (accounts,) = [row for row in duel.rows if row.name == "Café accounts supplied"]
    assert accounts.right > 0 == accounts.left
    assert duel.sides[1] == "Chilled van and route plan"
