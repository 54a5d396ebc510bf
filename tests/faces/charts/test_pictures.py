"""What holds for every picture, whatever it is given."""

import re

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.faces.charts.drawn import SVG, frame, labels, outside, overlapping, parsed, shapes_outside
from tests.faces.charts.inputs import PICTURES, words

from rhumbline.faces.charts import NARROW, WIDE, UnsafeLink, standalone, stylesheet, to_html
from rhumbline.faces.charts.drawing import Drawing

SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large]
FEW = settings(deadline=None, max_examples=25, suppress_health_check=SLOW_IS_FINE)
MANY = settings(
    FEW, max_examples=400, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate, Phase.shrink)
)
WIDTHS = st.sampled_from([WIDE, NARROW, 280.0, 539.0, 540.0, 1100.0])
ELEMENTS = {"svg", "title", "desc", "rect", "line", "path", "circle", "text", "g", "a"}
ATTRIBUTES = {
    *("class", "viewBox", "width", "height", "role", "aria-label", "href"),
    *("x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "d"),
}

each_picture = pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)


def check_places(svg):
    """No label leaves the picture or lies on another, and no mark leaves the picture."""
    tree = parsed(svg)
    assert outside(tree) == []
    assert overlapping(tree) == []
    assert shapes_outside(tree) == []


@each_picture
def test_labels_stay_inside_and_apart(picture):
    @FEW
    @given(picture.inputs, words, WIDTHS)
    def holds(data, spoken, width):
        check_places(picture.draw(data, spoken, width))

    holds()


@pytest.mark.sample
@each_picture
def test_labels_stay_inside_and_apart_often(picture):
    @MANY
    @given(picture.inputs, words, WIDTHS)
    def holds(data, spoken, width):
        check_places(picture.draw(data, spoken, width))

    holds()


@each_picture
def test_it_is_plain_svg_that_says_what_it_shows(picture):
    classes = set(re.findall(r"\.(rl[\w-]*)", stylesheet()))

    @FEW
    @given(picture.inputs, words, WIDTHS)
    def holds(data, spoken, width):
        svg = picture.draw(data, spoken, width)
        tree = parsed(svg)
        assert svg == picture.draw(data, spoken, width)
        assert {element.tag.removeprefix(SVG) for element in tree.iter()} <= ELEMENTS
        assert {name for element in tree.iter() for name in element.attrib} <= ATTRIBUTES
        assert {name for element in tree.iter() for name in element.get("class", "").split()} <= classes
        assert [child.tag.removeprefix(SVG) for child in tree][:2] == ["title", "desc"]
        assert tree.find(f"{SVG}desc").text.strip()
        # What is read as one picture must have nothing in it that can be reached.
        linked = tree.find(f".//{SVG}a") is not None
        assert tree.get("role") == ("group" if linked else "img")
        assert frame(tree).width == width
        assert all(text.strip() for text, _ in labels(tree))

    holds()


@each_picture
def test_the_table_has_one_text_per_column_and_is_escaped(picture):
    @FEW
    @given(picture.inputs, words)
    def holds(data, spoken):
        table = picture.table(data, spoken)
        assert {len(row) for row in table.rows} <= {len(table.header)}
        html = to_html(table)
        assert html.count("<tr>") == len(table.rows) + 1
        tags = {"table", "caption", "thead", "tbody", "tr", "th", "td"}
        assert set(re.findall(r"</?(\w+)", html)) <= tags
        assert set(re.findall(r" (\w+)=\"", re.sub(r">[^<]*<", "><", html))) <= {"class", "scope"}

    holds()


@each_picture
def test_a_picture_that_stands_alone_carries_its_style(picture):
    @settings(FEW, max_examples=5)
    @given(picture.inputs)
    def holds(data):
        for flat in (False, True):
            tree = parsed(standalone(picture.draw(data), flat=flat))
            style = tree.find(f"{SVG}style").text
            assert "font-size: 11px" in style
            assert "url(" not in style
            assert "@import" not in style
            assert ("var(" in style) is not flat
            assert tree.get("class") == "rl rl-alone"

    holds()


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "JavaScript:x", "data:text/html,x", " /a", "java\nscript:x", "vbscript:x"]
)
def test_a_link_that_runs_code_is_refused(href):
    drawing = Drawing(WIDE, "t", "d")
    with pytest.raises(UnsafeLink, match="not a path"), drawing.item("x", href):
        pass


@pytest.mark.parametrize(
    "href", ["/a/b?c=1&d=javascript:x", "#k1", "https://example.org", "mailto:a@example.org", "i1.html", "../x", "?q=1"]
)
def test_a_harmless_link_is_written_escaped(href):
    drawing = Drawing(WIDE, "t", "d")
    with drawing.item("x <y>", href):
        drawing.text(0, 20, "x")
    link = parsed(drawing.svg(30)).find(f"{SVG}a")
    assert link.get("href") == href
    assert link.get("aria-label") == "x <y>"
