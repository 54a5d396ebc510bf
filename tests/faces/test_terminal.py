"""Lines that fit a terminal: wrapped, aligned, cut where they must be."""

import pytest

from rhumbline.engines._maths import Triple
from rhumbline.engines.reasons import Reason
from rhumbline.faces.blocks import Bar, Cell, Column, Commands, Entries, Entry, Heading, Headline, Table
from rhumbline.faces.terminal import Terminal, fitted, width_of
from rhumbline.faces.words import Words


def terminal(width=60, **more):
    return Terminal(Words("en"), width, **more)


def test_wide_and_combining_characters_take_the_cells_they_take():
    assert width_of("abc") == 3
    assert width_of("東京") == 4
    assert width_of("e\u0301") == 1
    assert fitted("東京都庁", 5) == "東京…"
    assert fitted("short", 5) == "short"


def test_columns_stand_below_each_other_whatever_the_script():
    table = Table(
        (Column("column.initiative"), Column("column.takes", numeric=True)),
        ((Cell("東京"), Cell(0.5, "percent")), (Cell("Lyon"), Cell(0.125, "percent"))),
    )
    lines = terminal().text((table,)).splitlines()
    assert len({width_of(line) for line in lines}) == 1


def test_a_long_name_is_cut_so_that_numbers_keep_their_place():
    table = Table(
        (Column("column.initiative"), Column("column.takes", numeric=True)),
        ((Cell("x" * 200), Cell(0.5, "percent")),),
    )
    lines = terminal().text((table,)).splitlines()
    assert all(width_of(line) <= 60 for line in lines)
    assert lines[1].endswith("…  50.0 %")


def test_a_number_is_never_parted_from_its_unit():
    reason = Reason("score.closes_for", {"closes": 0.5, "takes": 0.25})
    for width in range(40, 80):
        text = terminal(width).text((Headline((reason,)),))
        assert "50.0 %" in text
        assert "25.0 %" in text


@pytest.mark.parametrize("value", [Triple(0, 0, 0), Triple(0.5, 0.5, 0.5), Triple(1, 1, 1), Triple(0.2, 0.4, 0.99)])
def test_a_bar_always_has_the_same_length(value):
    bar = terminal(80, plain_bars=True).text((Bar(value),)).splitlines()[0]
    assert sum(bar.count(sign) for sign in "#=-") == 50


def test_a_note_that_repeats_another_is_left_out():
    note = (Reason("check.why"), Cell("because"))
    entry = Entry(
        key="STR01", title=Cell("Orphan"), items=(("i1", Cell("one")), ("i10", Cell("two"))), notes=(note, note)
    )
    assert terminal().text((Entries((entry,)),)) == ("  STR01  Orphan\n    i1   one\n    i10  two\n    Why  because\n")


def test_facts_of_a_list_are_aligned():
    entries = tuple(
        Entry(key=key, title=Cell(name), facts=(Cell(cost, "number"),))
        for key, name, cost in (("i1", "Short", 5), ("i20", "A longer name", 12345))
    )
    assert terminal().text((Heading(Reason("heading.funded")), Entries(entries))) == (
        "Fund\n  i1   Short               5\n  i20  A longer name  12,345\n"
    )


def test_commands_name_the_file_and_keep_within_the_line():
    block = Commands((("plan FILE", Reason("next.plan")),))
    assert "rhumbline plan my.yaml  what to fund" in terminal(80, file="my.yaml").text((block,))
    assert all(len(line) <= 60 for line in terminal(60, file="m" * 30).text((block,)).splitlines())
