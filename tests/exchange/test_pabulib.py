"""Participatory budgets: every column order, vote type and defect seen in the wild."""

import os
from datetime import date
from pathlib import Path

import pytest

from rhumbline.book.types import Evidence, Mode
from rhumbline.exchange.importers.pabulib import read_pabulib

SMALL = """META
key;value
description;Test town
country;Poland
num_projects;3
budget;1000
currency;PLN
date_begin;01.05.2023
date_end;31.05.2023
PROJECTS
project_id;cost;votes;name;category;selected
7;600;30;"Trees; and benches";green,space;1
2023/A/1;400.50;20;Library;culture;0
x-1;500;10;Park;green;0
VOTES
voter_id;vote
1;7,x-1
"""


@pytest.fixture
def read(tmp_path):
    def reading(text):
        path = tmp_path / "town.pb"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_pabulib(path)

    return reading


def codes(reading):
    return [finding.code for finding in reading.findings]


def test_a_file_becomes_candidates_for_one_budget(read):
    reading = read(SMALL)
    book, findings = reading
    assert findings == ()
    assert book.as_of == date(2023, 5, 31)
    assert (book.organisation.name, book.organisation.currency) == ("Test town", "PLN")
    assert [float(amount) for amount in book.budget.cash] == [1000]
    assert (book.budget.hurdle, book.budget.drift) == (0, 0)
    assert list(book.initiatives) == ["p7", "x-1", "2023-A-1"]
    trees = book.initiatives["p7"]
    assert (trees.name, trees.mode, trees.segments) == ("Trees; and benches", Mode.EXPLOIT, ("green", "space"))
    assert [float(amount) for amount in book.initiatives["2023-A-1"].cash] == [400.5]
    benefit = book.benefits_of("p7")[0]
    assert (benefit.low, benefit.likely, benefit.high, benefit.evidence) == (30, 30, 30, Evidence.E4)
    assert (book.kpis["votes"].baseline, book.kpis["votes"].target) == (0, 60)
    assert list(book.segments) == ["culture", "green", "space"]


def test_columns_may_stand_in_any_order_and_be_few(read):
    text = SMALL.split("PROJECTS", maxsplit=1)[0] + "PROJECTS\nvotes;score;cost;project_id\n5;9;100;3\n4;99;100;4\n"
    book, _ = read(text)
    assert [benefit.likely for key in ("p3", "p4") for benefit in book.benefits_of(key)] == [5, 4]
    assert book.initiatives["p3"].name == "Project 3"
    assert not book.segments


def test_carriage_returns_and_a_byte_order_mark_are_fine(read):
    assert read(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode()).book == read(SMALL).book


def test_costs_of_one_are_a_warning(read):
    text = SMALL.replace(";600;", ";1;").replace(";400.50;", ";1;").replace(";500;", ";1;")
    reading = read(text)
    assert codes(reading) == ["all-costs-one"]
    assert len(reading.book.initiatives) == 3


def test_a_missing_currency_is_assumed_from_the_country(read):
    reading = read(SMALL.replace("currency;PLN\n", ""))
    assert codes(reading) == ["missing-value"]
    assert reading.book.organisation.currency == "PLN"
    assert read(SMALL.replace("currency;PLN\n", "").replace("Poland", "Nowhere")).book.organisation.currency == "EUR"


def test_a_long_name_is_cut_with_a_finding(read):
    reading = read(SMALL.replace("Library", "L" * 300))
    assert codes(reading) == ["too-long"]
    assert len(reading.book.initiatives["2023-A-1"].name) == 200


def test_bad_rows_are_held_out_and_named(read):
    text = SMALL.replace("x-1;500;10;Park;green;0", "x-1;500;10;Park").replace("400.50", "-4")
    reading = read(text)
    assert set(codes(reading)) == {"malformed", "mismatch", "too-small"}
    assert list(reading.book.initiatives) == ["p7"]
    assert {("initiative", "x-1"), ("initiative", "2023-A-1")} <= set(reading.held_out)


@pytest.mark.parametrize("votes", ["many", "", "NaN", "1e400"])
def test_votes_that_are_no_number_are_a_finding(read, votes):
    reading = read(SMALL.replace(";20;", f";{votes};"))
    assert reading.errors
    assert reading.usable
    assert not reading.book.benefits_of("2023-A-1")


def test_the_same_project_twice_is_a_finding(read):
    reading = read(SMALL.replace("x-1;", "7;"))
    assert "duplicate-key" in codes(reading)


def test_two_spellings_that_look_alike_stay_apart(read):
    reading = read(SMALL.replace("x-1;", "2023-A-1;"))
    assert reading.errors == ()
    assert len(reading.book.initiatives) == 3


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "META\nkey;value\nbudget;5\n",
        "PROJECTS\nproject_id;cost;votes\n1;2;3\n",
        "META\nkey;value\nbudget;5\nPROJECTS\nproject_id;votes\n1;2\n",
        "META\nkey;value\nbudget;5\nPROJECTS\nproject_id;cost\n1;2\n",
        "META\nkey;value\nbudget;5\nPROJECTS\nproject_id;cost;votes;votes\n1;2;3;3\n",
        'META\nkey;value\nbudget;5\nPROJECTS\nproject_id;cost;votes;name\n1;2;3;"' + "x" * 200_000,
    ],
)
def test_what_is_no_such_file_says_so(read, text):
    reading = read(text)
    assert not reading.usable
    assert codes(reading) == ["not-pabulib"]
    assert reading.findings[0].remedy


def test_empty_binary_and_missing_files_say_so(read, tmp_path):
    assert not read("").usable
    assert codes(read(b"PK\x03\x04\x00\x00")) == ["not-text"]
    assert codes(read("Zażółć".encode("iso-8859-2"))) == ["not-utf-8"]
    assert codes(read_pabulib(tmp_path / "none.pb")) == ["unreadable"]


@pytest.mark.local_data
@pytest.mark.skipif("RHUMBLINE_DATA" not in os.environ, reason="RHUMBLINE_DATA names no folder with data")
def test_real_files_load():
    files = sorted((Path(os.environ["RHUMBLINE_DATA"]) / "pabulib").glob("*.pb"))
    assert len(files) == 10
    for path in files:
        reading = read_pabulib(path)
        assert reading.errors == (), path.name
        assert set(codes(reading)) <= {"all-costs-one"}
        assert ("all-costs-one" in codes(reading)) == ("Oakland" in path.name)
        assert reading.book.as_of is not None
        assert len(reading.book.initiatives) >= 4
        assert sum(b.likely for b in reading.book.all("benefit").values()) == reading.book.kpis["votes"].target
