"""What an answer shows in a notebook beside its tables: pictures, and the difference of two plans."""

import dataclasses
import xml.etree.ElementTree as ET

import pytest

import rhumbline
from rhumbline import examples
from rhumbline.faces.differences import NotAPlan
from rhumbline.faces.pictures import UnknownPicture
from rhumbline.faces.words import LANGUAGES

WISHES = {"explain": {"subject": "i1"}, "compare": {"a": "i1", "b": "i2"}}


@pytest.fixture(scope="module")
def bakery():
    return rhumbline.read_book(examples.path("bakery")).book


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["score", "plan", "check", "explain", "compare"])
def test_every_picture_is_a_file_of_its_own_with_a_table(bakery, name, language):
    answer = rhumbline.run(name, bakery, language=language, **WISHES.get(name, {}))
    assert answer.pictures
    for kind in answer.pictures:
        picture = answer.picture(kind)
        drawn = ET.fromstring(picture.svg)  # noqa: S314 - our own file
        assert drawn.tag.endswith("svg")
        assert "prefers-color-scheme: dark" in picture.svg
        assert picture.svg == picture._repr_svg_() == answer.picture(kind).svg
        assert picture.table.rows
        ET.fromstring(picture._repr_html_())  # noqa: S314 - our own page
        assert kind in repr(picture)


def test_the_telling_picture_comes_first(bakery):
    plan = rhumbline.plan(bakery)
    assert plan.picture().svg == plan.picture("periods").svg
    assert rhumbline.score(bakery).picture().name == "compass"


def test_pictures_speak_german(bakery):
    picture = rhumbline.plan(bakery, language="de").picture("portfolio")
    assert "Vorhaben" in picture.table.header
    assert "24,3\u00a0%" in {cell for row in picture.table.rows for cell in row}


def test_a_picture_that_is_not_there_names_those_that_are(bakery):
    with pytest.raises(UnknownPicture, match="There are: findings"):
        rhumbline.check(bakery).picture("portfolio")
    with pytest.raises(UnknownPicture, match="It has none"):
        rhumbline.questions(bakery).picture()


def test_where_nothing_can_be_planned_nothing_is_drawn(bakery):
    poor = bakery.without("budget", *bakery.all("budget"))
    assert rhumbline.plan(poor).pictures == ()
    poorer = poor.without("team", *poor.teams)
    assert rhumbline.score(poorer).pictures == ()


def test_a_name_cannot_smuggle_markup_into_a_picture(company):
    evil = '"<script>alert(1)</script>&<b onclick=x>"'
    book, _ = rhumbline.read_book(company("bakery", ("name: Chilled van and route plan", f"name: {evil}")))
    for kind in rhumbline.plan(book).pictures:
        page = rhumbline.plan(book).picture(kind)._repr_html_()
        assert "<script" not in page
        assert "<b " not in page


def test_the_difference_of_two_plans_is_a_text_a_page_and_numbers(bakery):
    best, wished = rhumbline.plan(bakery), rhumbline.plan(bakery, pins=["i6"], bans=["i5"])
    found = best.diff(wished)
    assert found.text == str(found)
    assert "1 initiative starts, 1 stops, 0 move to another period." in found.text.replace("\u00a0", " ")
    assert "You ruled it out." in found.text
    assert "<table>" in found._repr_html_()
    assert found.value.by == found.result.value.by < 0
    assert repr(found) == "<Difference: 1 start, 1 stop, 0 move>"
    with pytest.raises(AttributeError):
        getattr(found, "_nonsense")  # noqa: B009


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(examples.names()))
def test_every_difference_finds_its_words(name, language):
    book = rhumbline.read_book(examples.path(name)).book
    plan = rhumbline.plan(book, language=language)
    without = rhumbline.plan(book, bans=list(plan.starts)[:1], language=language)
    for found in (plan.diff(without), without.diff(plan), plan.diff(plan)):
        assert "difference." not in found.text
        assert "None" not in found.text


def test_points_on_two_yardsticks_are_not_subtracted(bakery):
    even = bakery.replace(*(dataclasses.replace(objective, weight=1) for objective in bakery.objectives.values()))
    text = rhumbline.plan(bakery).diff(rhumbline.plan(even)).text.replace("\u00a0", " ")
    assert "same yardstick" in text
    line = next(line for line in text.splitlines() if "Value, in points" in line)
    assert line.split()[-3:] == ["48.3", "46.6", "\N{EN DASH}"]


def test_only_plans_have_a_difference(bakery):
    with pytest.raises(NotAPlan, match="'score'"):
        rhumbline.plan(bakery).diff(rhumbline.score(bakery))
