"""What each picture does that the others do not."""

import re
from pathlib import Path

import pytest
from tests.faces.charts.drawn import SVG, labels, parsed

from rhumbline.faces import charts
from rhumbline.faces.charts import (
    ENGLISH_SENTENCES,
    NARROW,
    Bubble,
    Compass,
    Coverage,
    GapArrow,
    HeatMap,
    HeatRow,
    Lens,
    MapArrow,
    MapInitiative,
    MapKpi,
    MapObjective,
    PlainWords,
    PlanBar,
    PlanPeriods,
    Range,
    StrategyMap,
    Table,
    TeamLoad,
    Tornado,
    TornadoRow,
    draw_compass,
    draw_coverage,
    draw_gap_arrow,
    draw_heat_map,
    draw_plan_periods,
    draw_portfolio,
    draw_strategy_map,
    draw_tornado,
    figure,
    flat_stylesheet,
    standalone,
    stylesheet,
    tornado_table,
    views,
)
from rhumbline.faces.charts.strategy_map import order_of

GERMAN = PlainWords(
    {
        "compass.course": "Strategie",
        "compass.title": "Kompass: {subject}",
        "compass.heading": "Kurs",
        "unknown": "nicht bekannt",
    },
    currency="EUR",
    thousands=".",
    point=",",
    percent_sign="\u00a0%",
    suffixes=("\u00a0Tsd.", "\u00a0Mio.", "\u00a0Mrd."),
)

PAGE = Path(__file__).resolve().parents[3] / "docs" / "explanation" / "pictures.md"


def texts(svg):
    return [text for text, _ in labels(parsed(svg))]


def classes(svg):
    return {name for element in parsed(svg).iter() for name in element.get("class", "").split()}


def test_the_height_of_the_needle_is_the_score():
    svg = draw_compass(Compass("x", Range(0.2, 0.6, 0.9), ()))
    (needle,) = [element for element in parsed(svg).iter() if element.get("class") == "rl-dots"]
    (axis,) = [element for element in parsed(svg).iter() if element.get("class") == "rl-rule"]
    origin = float(axis.get("y1"))
    # The arc has radius 190: six tenths of it are 114, and the tip is 152 to the side, as 3-4-5 wants.
    assert origin - float(needle.get("y1")) == pytest.approx(114)
    assert float(needle.get("x2")) - float(needle.get("x1")) == pytest.approx(152)


def test_an_unknown_compass_has_a_grey_fan_and_no_needle():
    unknown = Range(0, 0.5, 1)
    svg = draw_compass(Compass("x", unknown, (Lens("Market", unknown, known=False),), known=False))
    assert "rl-fan-unknown" in classes(svg)
    assert "rl-needle" not in classes(svg)
    assert texts(svg).count("not known") == 2


def test_another_language_is_plugged_in():
    svg = draw_compass(Compass("Bäckerei", Range(0.1, 0.2, 0.3), ()), GERMAN)
    assert "Kompass: Bäckerei" in svg
    assert {"Strategie", "Kurs"} <= set(texts(svg))
    assert GERMAN.money(1234567.0) == "1.234.567\u00a0EUR"
    assert GERMAN.money(1234567.0, short=True) == "1,2\u00a0Mio.\u00a0EUR"
    assert GERMAN.percent(-0.123, 1) == "\u221212,3\u00a0%"
    assert GERMAN.number(-0.2) == "0"


def test_a_gap_downwards_is_drawn_like_one_upwards():
    down = draw_gap_arrow(GapArrow("Lead time", "days", 62, 35, 48.5, "2027-12-31"))
    up = draw_gap_arrow(GapArrow("Lead time", "days", 35, 62, 48.5, "2027-12-31"))
    drawn = [re.findall(r"<rect.*rl-sure", svg) for svg in (down, up)]
    assert drawn[0] == drawn[1]
    assert "no gap" in draw_gap_arrow(GapArrow("Lead time", "days", 35, 35))


def test_harm_is_told_apart_without_colour():
    heat = HeatMap("t", "c", ("a", "b"), (HeatRow("r", (-0.3, 0.3)), HeatRow("s", (None, 0.0))))
    assert {"rl-cold", "rl-hatch", "rl-unknown", "rl-heat5", "rl-heat0"} <= classes(draw_heat_map(heat))


def test_many_columns_are_continued_below():
    columns = tuple(f"Objective {number}" for number in range(9))
    heat = HeatMap("t", "c", columns, (HeatRow("r", (0.1,) * 9),))
    for width in (720.0, NARROW):
        assert sum(text.startswith("Objec") for text in texts(draw_heat_map(heat, width=width))) == 9


def test_modes_have_a_shape_each():
    bubbles = tuple(
        Bubble(mode, 0.1 * place, Range(0, 0.1, 0.2), 100, mode)
        for place, mode in enumerate(("exploit", "explore", "drift"), 1)
    )
    tree = parsed(draw_portfolio(bubbles))
    shapes = {
        (element.tag.removeprefix(SVG), (element.get("d") or "").count("L"), name)
        for element in tree.iter()
        for name in element.get("class", "").split()
        if name in {"rl-exploit", "rl-explore", "rl-drift"} and "rl-mark" in element.get("class")
    }
    assert shapes == {("circle", 0, "rl-exploit"), ("path", 3, "rl-explore"), ("path", 2, "rl-drift")}


def test_bubbles_on_one_spot_are_all_named_or_listed():
    bubbles = tuple(
        Bubble(f"Initiative number {number}", 0.1, Range(0.1, 0.1, 0.1), 100, "exploit") for number in range(40)
    )
    shown = " ".join(texts(draw_portfolio(bubbles)))
    assert all(bubble.name in shown for bubble in bubbles)


def test_overload_is_hatched_and_said():
    plan = PlanPeriods(
        ("Q1",), (PlanBar("x", "exploit", 1, (10.0,)),), (20.0,), (TeamLoad("Bakehouse", (120.0,), (100.0,)),)
    )
    svg = draw_plan_periods(plan)
    assert {"rl-hatch", "rl-warn"} <= classes(svg)
    assert "1 team periods are over capacity" in svg


def test_a_bar_beyond_the_horizon_is_cut():
    plan = PlanPeriods(("Q1", "Q2"), (PlanBar("x", "exploit", 2, (10.0, 20.0, 30.0)),), (20.0, 20.0), ())
    assert plan.spent_in_all == (0.0, 10.0)
    assert texts(draw_plan_periods(plan)).count("20") == 1  # on the money scale, not in a bar


def test_the_longest_bar_is_on_top_and_sides_need_no_sign():
    duel = Tornado((TornadoRow("small", -0.1, 0.0), TornadoRow("large", 0.0, 0.4)), sides=("One", "Other"))
    shown = texts(draw_tornado(duel))
    assert shown.index("large") < shown.index("small")
    assert {"10.0%", "40.0%"} <= set(shown)
    assert [row[0] for row in tornado_table(duel).rows] == ["large", "small"]


def test_coverage_without_a_plan_has_one_bar():
    row = Coverage("o", 1.0, Range(0.1, 0.2, 0.3))
    assert "rl-sure" not in classes(draw_coverage((row,)))
    assert "rl-sure" in classes(draw_coverage((Coverage("o", 1.0, row.now, Range(0.4, 0.5, 0.6)),)))


def map_of(pairs, initiatives="abc", kpis="xyz"):
    share = Range(0.1, 0.2, 0.3)
    return StrategyMap(
        ("Financial", "Customer"),
        tuple(MapObjective(f"Objective {key}", 0.3, "Customer", (MapKpi(key, f"Kpi {key}"),)) for key in kpis),
        tuple(MapInitiative(key, f"Initiative {key}", "exploit") for key in initiatives),
        tuple(MapArrow(initiative, kpi, share) for initiative, kpi in pairs),
    )


def crossings(strategy_map):
    order = order_of(strategy_map)
    left = [item.key for item in order.initiatives]
    right = [kpi.key for item in order.objectives for kpi in item.kpis]
    ends = [(left.index(arrow.initiative), right.index(arrow.kpi)) for arrow in strategy_map.arrows]
    return sum((a - c) * (b - d) < 0 for number, (a, b) in enumerate(ends) for c, d in ends[:number])


def test_arrows_that_need_not_cross_do_not():
    assert crossings(map_of([("a", "z"), ("b", "y"), ("c", "x")])) == 0
    assert crossings(map_of([("a", "y"), ("a", "z"), ("b", "x"), ("c", "x")])) == 0


def test_perspectives_keep_their_order_whatever_the_arrows_say():
    strategy_map = StrategyMap(
        ("Financial", "Customer"),
        (
            MapObjective("c", 0.5, "Customer", (MapKpi("x", "x"),)),
            MapObjective("", 0.0, "", (MapKpi("z", "z"),)),
            MapObjective("f", 0.5, "Financial", (MapKpi("y", "y"),)),
            MapObjective("other", 0.5, "Stars", ()),
        ),
        (MapInitiative("a", "a", "exploit"),),
        (MapArrow("a", "x", Range(0, 1, 1)),),
    )
    assert [item.name for item in order_of(strategy_map).objectives] == ["f", "c", "other", ""]


def test_work_without_an_arrow_stands_last_and_says_so():
    strategy_map = map_of([("b", "x"), ("c", "y")])
    assert [item.key for item in order_of(strategy_map).initiatives][-1] == "a"
    assert texts(draw_strategy_map(strategy_map)).count("no KPI named") == 1


def test_the_stylesheet_has_a_light_and_a_dark_value_for_every_token():
    style = stylesheet()
    for token in set(re.findall(r"var\((--rl-\w+)\)", style)):
        light, dark = re.findall(rf"{token}: (#\w{{6}});", style)
        assert f"{token}: light-dark({light}, {dark});" in style
    assert "@media print" in style
    assert "var(" not in flat_stylesheet()
    assert "light-dark(" not in flat_stylesheet()


def contrast(one, other):
    def luminance(colour):
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_stand_out_from_paper(theme):
    style = stylesheet()
    token = {
        name: re.findall(rf"--rl-{name}: (#\w{{6}});", style)[theme]
        for name in ("paper", "ink", "mute", "red", "blue", "gold", "grey")
    }
    for name in ("ink", "mute", "red"):
        assert contrast(token[name], token["paper"]) >= 4.5, name
    for name in ("blue", "gold", "grey"):
        assert contrast(token[name], token["paper"]) >= 3, name


def mixed(colour, paper, opacity):
    parts = [(int(colour[place : place + 2], 16), int(paper[place : place + 2], 16)) for place in (1, 3, 5)]
    return "#" + "".join(f"{round(opacity * over + (1 - opacity) * under):02x}" for over, under in parts)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_numbers_can_be_read_on_the_darkest_cell_and_bar(theme):
    style = stylesheet()
    token = {
        name: re.findall(rf"--rl-{name}: (#\w{{6}});", style)[theme]
        for name in ("paper", "ink", "blue", "gold", "grey")
    }
    darkest = float(re.search(r"\.rl-heat5 \{[^}]*fill-opacity: ([.\d]+)", style)[1])
    soft = float(re.search(r"\.rl-bar\.rl-soft \{ fill-opacity: ([.\d]+)", style)[1])
    assert contrast(token["ink"], mixed(token["blue"], token["paper"], darkest)) >= 4.5
    for name in ("blue", "gold", "grey"):
        assert contrast(token["ink"], mixed(token[name], token["paper"], soft)) >= 4.5, name


def test_a_figure_has_both_widths_and_the_table():
    bar = Compass("A & B", Range(0.1, 0.2, 0.3), ())
    html = figure(
        lambda width: draw_compass(bar, width=width), Table("A & B", ("x",), (("1",),)), show="Show the numbers"
    )
    assert html.count("<svg") == 2
    assert html.count("<table") == 1
    assert "A &amp; B" in html
    assert " style=" not in html


def test_a_picture_that_stands_alone_has_a_margin_and_paper():
    compass = draw_compass(Compass("x", Range(0.1, 0.2, 0.3), ()))
    before, after = parsed(compass), parsed(standalone(compass))
    assert float(after.get("width")) == float(before.get("width")) + 32
    paper = next(element for element in after.iter() if element.get("class") == "rl-paper")
    assert (paper.get("x"), paper.get("width")) == ("-16", after.get("width"))


def test_the_programs_of_the_page_about_pictures_run():
    programs = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(programs) == 2
    for program in programs:
        exec(program, {})  # noqa: S102 - our own page


def test_the_page_about_pictures_names_every_function():
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in views.__all__ if name not in page and name not in {"no_link", "range_of"}] == []
    assert [name for name in charts.__all__ if name.startswith("draw_") and name not in page] == []


def test_every_sentence_is_said_somewhere():
    folder = Path(charts.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py") if path.name != "words.py")
    families = (*re.findall(r'say\(f"([\w.]+\.){', source), "state.")
    said = set(re.findall(r"""["']([\w.]+)["']""", source))
    assert [code for code in ENGLISH_SENTENCES if code not in said and not code.startswith(families)] == []
