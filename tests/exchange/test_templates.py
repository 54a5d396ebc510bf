"""A template keeps the words and the structure of a company, and what it leaves empty is what the gate asks for."""

import re

import pytest
import yaml

from rhumbline import examples
from rhumbline.exchange.files import read_book, read_text
from rhumbline.exchange.templates import FORMATS, UnknownTemplate, find_template, template, templates, write_template

NAMES = [each.name for each in templates()]


def test_there_is_a_template_for_every_example_with_industry_and_a_line():
    assert tuple(NAMES) == examples.names()
    assert all(each.industry and each.title for each in templates())
    assert len({each.industry for each in templates()}) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_empty_is_listed_by_the_gate_and_nothing_else_is_wrong(name):
    asked = {}
    for form in FORMATS:
        reading = read_book(template(name, form))
        assert reading.usable
        assert {finding.code for finding in reading.errors} == {"missing-value", "refers-to-held-out"}
        asked[form] = {(each.kind, each.key) for each in reading.errors if each.code == "missing-value" and each.key}
        assert ("organisation", "") in {(each.kind, each.key) for each in reading.errors} or asked[form]
    assert asked["yaml"] == asked["json"]
    assert asked["xlsx"] == asked["zip"]


@pytest.mark.parametrize("name", NAMES)
def test_no_number_of_the_company_is_left(name):
    text = template(name, "yaml").decode()
    assert not re.search(r"\b(?:19|20)\d\d-\d\d-\d\d\b", text)
    kept = re.compile(
        r"\b(?:cadence_days|market_clock_months|every_days|progress_days|strategy_days|weight|version): \d+|"
        r"(?:requires|builds): \{[^}]*\}"
    )
    left = re.sub(r"'[^']*'|\"[^\"]*\"", "", kept.sub("", text))
    assert not re.search(r": \[?-?\d", left), re.findall(r".*: \[?-?\d.*", left)[:3]


@pytest.mark.parametrize("name", NAMES)
def test_the_words_and_the_structure_stay(name):
    given = yaml.safe_load(examples.path(name).read_text())
    made = yaml.safe_load(template(name, "yaml"))
    assert made["mission"] == given["mission"]
    assert made["organisation"]["name"] is None
    for section, word in (("kpis", "name"), ("needs", "text"), ("objectives", "name"), ("initiatives", "name")):
        words = {row["id"]: row[word] for row in given.get(section, [])}
        assert {row["id"]: row[word] for row in made.get(section, [])} == words
    links = {row["id"]: [link["kpi"] for link in row.get("kpis", [])] for row in given["objectives"]}
    assert {row["id"]: [link["kpi"] for link in row.get("kpis", [])] for row in made["objectives"]} == links


def test_a_template_that_is_filled_in_holds():
    tree = yaml.safe_load(template("bakery", "yaml"))
    tree["organisation"]["name"] = "Ours"
    filled = {"importance": 5, "satisfaction": 5, "target": 10, "weight": 1, "level": 2, "hours": 10, "rate": 20}
    tree["budget"]["cash"] = [1000]
    for section in tree.values():
        for row in section if isinstance(section, list) else ():
            row |= {name: filled[name] for name, value in row.items() if value is None}
    for initiative in tree["initiatives"]:
        for benefit in initiative.get("benefits", ()):
            benefit["effect"] = [1, 2, 3]
    reading = read_text(yaml.safe_dump(tree, allow_unicode=True))
    assert reading.errors == ()
    assert len(reading.book.initiatives) == 8


def test_a_template_is_found_by_company_or_industry():
    assert find_template("bakery").industry == "food production"
    assert find_template("Food Production").name == "bakery"
    assert find_template("books").name == "bookstore"


@pytest.mark.parametrize("asked", ["bakrey", "software", "", "nothing at all"])
def test_a_template_that_nobody_knows_or_that_is_not_the_only_one_is_refused(asked):
    with pytest.raises(UnknownTemplate, match="There are: "):
        find_template(asked)


def test_a_template_is_written_by_its_ending_and_the_same_every_time(tmp_path):
    for form in FORMATS:
        assert write_template("food production", tmp_path / f"ours.{form}").name == "bakery"
        assert (tmp_path / f"ours.{form}").read_bytes() == template("bakery", form)
