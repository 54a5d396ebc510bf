"""The teaching stories: what a page says is what the product answers today, and what was worked out by hand."""

import importlib.util
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import rhumbline

ROOT = Path(__file__).resolve().parent.parent
STORIES = ROOT / "docs" / "stories"
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)")
PAGES = sorted(page.name for page in STORIES.glob("*.md"))
PARTS = [
    "## The company",
    "## Ask",
    "## What you see",
    "## The numbers",
    "## The lesson",
    "## What would change our mind",
]
PARTS_OF_THE_WORKED_ONE = ["## A firm small enough to work by hand", "## A real size", *PARTS[-2:]]


@pytest.fixture(scope="module")
def make():
    spec = importlib.util.spec_from_file_location("docs_make", ROOT / "docs" / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(ROOT / "docs"))


@pytest.fixture(scope="module")
def fresh(make):
    return make.stories()


def text_of(number):
    page = next(STORIES.glob(f"{number}-*.md"))
    return page.read_text(encoding="utf-8").replace("\u00a0", " ").replace("\u2212", "-")


def test_the_pages_equal_a_fresh_build(fresh):
    for path, text in fresh.items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run python docs/make.py"


def test_nothing_is_left_over_from_an_earlier_build(fresh):
    assert {path.name for path in fresh if path.suffix == ".md"} == set(PAGES)
    assert {path for path in fresh if path.suffix == ".svg"} == set((STORIES / "pictures").glob("*"))


@pytest.mark.parametrize("page", PAGES)
def test_links_and_pictures_of_a_story_are_there(page):
    for target in LINK.findall((STORIES / page).read_text(encoding="utf-8")):
        assert (STORIES / target).exists(), target


@pytest.mark.parametrize("number", range(1, 7))
def test_a_story_has_all_its_parts_in_order_and_a_picture_with_words(number):
    text = text_of(number)
    parts = PARTS_OF_THE_WORKED_ONE if number == 3 else PARTS
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert re.search(r"!\[[^\]]{40,}\]\(pictures/[\w-]+\.svg\)", text)
    assert "{{" not in text
    assert not re.search(r"\bNone\b(?! of)", text)


@pytest.mark.parametrize("picture", sorted(path.name for path in (STORIES / "pictures").glob("*.svg")))
def test_a_picture_of_a_story_stands_alone_in_light_and_dark(picture):
    svg = ET.fromstring((STORIES / "pictures" / picture).read_text(encoding="utf-8"))  # noqa: S314 - our own file
    space = {"svg": "http://www.w3.org/2000/svg"}
    assert svg.find("svg:title", space).text
    assert svg.find("svg:desc", space).text
    assert svg.find(".//svg:script", space) is None
    assert "prefers-color-scheme: dark" in svg.find(".//svg:style", space).text


# What the stories are there to tell. These were worked out apart from the program and change only with a Book.
TOLD = {
    1: ["33,360 EUR", "137,400 EUR", "24.3 %", "65.7 % of the gap for 52.4 %", "81 to 91", "57 guaranteed, 74 at best"],
    2: [
        "| 42 | 4.2 % |",
        "| 48 | 3.4 % |",
        "| 46 |",
        "| 95 | 15.0 % |",
        "0 of 3 pairs | 3 of 3 pairs",
        "OPS05",
        "OPS02",
    ],
    3: [
        "**0.521667**",
        "-0.041667",
        "unlocks 63 points",
        "12.5 of 100",
        "25.0: `rhumbline check` warns of it (`STR02`)",
    ],
    4: ["24.8 % | 7.3 %", "53.8 % | 48.5 %", "52.6 % instead of 25.0 %", "`STR03`", "there is none"],
    5: ["58.8 of 100", "**2.8 points**", "expired", "Nobody can override that"],
    6: [
        "| -0.985 | -0.128 | 0.62 |",
        "| 0.986 | -0.029 | 0.91 |",
        "| 0.958 | 0.492 | 0.045 | 0.13 |",
        "your data do not show that one moves the other",
    ],
}


@pytest.mark.parametrize("number", TOLD)
def test_a_story_tells_the_numbers_it_is_there_to_tell(number):
    text = text_of(number)
    for number_or_word in TOLD[number]:
        assert number_or_word in text


def test_the_small_firm_can_be_worked_by_hand():
    text = next(STORIES.glob("3-*.md")).read_text(encoding="utf-8")
    book, findings = rhumbline.read_book(re.search(r"```yaml two-vans.yaml\n(.*?)```", text, re.DOTALL)[1])
    assert findings == ()
    plan = rhumbline.plan(book)
    assert plan.starts == {"e0": 1, "e1": 1, "e2": 1}
    assert plan.value == pytest.approx(0.025 + 0.35 + 0.28 - 0.40 / 3, abs=1e-9)
    assert rhumbline.plan(book, bans=["e0"]).starts == {}


def test_the_correction_for_several_tests_is_that_of_holm(make, fresh):
    from stories.returns import Pair, Returns

    # By hand: p = .01, .04, .03 become 3 * .01, then 2 * .03, then max(.06, .04).
    class Fixed(Pair):
        @property
        def changes(self):
            return 0.0, self.values[0]

    pairs = {key: Fixed(key, (p,), ()) for key, p in (("a", 0.01), ("b", 0.04), ("c", 0.03))}
    assert Returns(1, pairs).corrected == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06})
    assert all(
        value <= 1
        for value in Returns(1, {"a": Fixed("a", (0.9,), ()), "b": Fixed("b", (0.8,), ())}).corrected.values()
    )
