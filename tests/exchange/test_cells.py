"""One value to one cell and back, by the annotation of its field; what is not meant so is not taken so."""

import time as clock
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.strategies import values

from rhumbline.book.fields import Container, fields_of
from rhumbline.book.records import KINDS, Budget, EthicsReview, Initiative, Organisation, Signal, System
from rhumbline.book.types import FrozenMap
from rhumbline.exchange.cells import (
    MOST_LETTERS,
    TooLongForACell,
    cells_of,
    is_blank,
    letters_of,
    text_of,
    unguarded,
    value_of,
)
from rhumbline.exchange.values import readers_of

SOME = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=500, deadline=None)

# A spreadsheet knows no time zones.
NOON = datetime(2026, 1, 2, 12)  # noqa: DTZ001

FIELDS = [(kind, described) for kind in sorted(KINDS) for described in fields_of(KINDS[kind].record)]


def field(record, name):
    return next(described for described in fields_of(record) if described.name == name)


def told(record, name, cell):
    return value_of(field(record, name), cell)


@pytest.mark.parametrize(("kind", "described"), FIELDS, ids=lambda each: getattr(each, "name", each))
@given(data=st.data())
@SOME
def test_every_value_of_every_field_reads_back_from_a_cell_and_from_its_text(kind, described, data):
    value = data.draw(values(described.part))
    reader = readers_of(KINDS[kind].record)[described.name]
    cells = cells_of(described, value)
    for read in (cells, [unguarded(text_of(cell)) for cell in cells]):
        if is_blank(read[0]):
            assert value in (None, "", (), FrozenMap(), described.default) or str(value).isspace()
            continue
        raw = value_of(described, read[0] if len(read) == 1 else "; ".join(map(str, read)))
        again = reader.read(raw, [])
        assert again == value
        assert repr(again) == repr(value)


# --- lists and maps ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "items"),
    [
        ("a", ["a"]),
        ("a; b", ["a", "b"]),
        ("a;b;", ["a", "b"]),
        (" a ;  b ", ["a", "b"]),
        ('"a; b"; c', ["a; b", "c"]),
        ('"say ""yes"""', ['say "yes"']),
        ('5" pipe; 3" pipe', ['5" pipe', '3" pipe']),
        ('"quoted" and more; b', ['"quoted" and more', "b"]),
        ('"never closed; b', ['"never closed', "b"]),
        ("a:b, c", ["a:b, c"]),
        ("none", ["none"]),
        ("a;;b", ["a", "", "b"]),
        ("a\nb; c", ["a\nb", "c"]),
        (5.0, [5]),
    ],
)
def test_a_list_is_what_stands_between_semicolons(cell, items):
    described = field(System, "masters")
    assert value_of(described, cell) == items


@pytest.mark.parametrize(
    ("cell", "items"),
    [
        ("c1:2; c2:3", {"c1": 2, "c2": 3}),
        (" c1 : 2 ;", {"c1": 2}),
        ("c1", {"c1": None}),
        ("c1:", {"c1": ""}),
        ('"a;b":1; "c:d":2', {"a;b": 1, "c:d": 2}),
        ("none", {}),
        (" None ", {}),
        ('"none":1', {"none": 1}),
    ],
)
def test_a_map_is_names_and_values(cell, items):
    assert told(Initiative, "requires", cell) == items


def test_a_map_to_lists():
    assert told(Initiative, "hours", "t1:40,30.5,10; t2:20") == {"t1": [40, Decimal("30.5"), 10], "t2": [20]}
    assert cells_of(field(Initiative, "hours"), FrozenMap({"t": (Decimal("40.50"), Decimal("1.00"))})) == ["t:40.5,1"]


def test_the_values_of_a_map_may_hold_colons_and_texts_of_several_lines():
    settings_of = FrozenMap({"at": "12:30", "json": '{"a": 1; "b"}', "text": "a\nb", "two words": " x "})
    described = field(Organisation, "settings")
    (cell,) = cells_of(described, settings_of)
    assert cell == 'at:12:30; json:"{""a"": 1; ""b""}"; text:a\nb; two words:" x "'
    assert value_of(described, cell) == dict(settings_of)


def test_a_name_twice_is_handed_on_so_that_the_gate_can_refuse_it():
    twice = told(Initiative, "requires", "c1:2; c1:3")
    assert list(twice.items()) == [("c1", 2), ("c1", 3)]
    assert (len(twice), twice["c1"], list(twice)) == (2, 3, ["c1", "c1"])


def test_a_list_that_is_too_long_for_a_cell_is_cut_between_entries_only():
    described = field(System, "masters")
    names = tuple(f"{number}; {'x' * 180}" for number in range(1000))
    cells = cells_of(described, names)
    assert len(cells) > 1
    assert all(letters_of(cell) <= MOST_LETTERS for cell in cells)
    assert value_of(described, "; ".join(cells)) == list(names)
    with pytest.raises(TooLongForACell, match="YAML"):
        cells_of(field(Initiative, "hours"), FrozenMap({"t": (Decimal("123.45"),) * 10_000}))


def test_letters_beyond_the_basic_plane_count_twice():
    assert letters_of("\U0001f950" * 20_000) == 40_000
    assert letters_of("x" * 20_000) == 20_000


@given(st.text(max_size=60))
@example('"' * 31)
@example('";"')
@example('"":"";')
@MANY
def test_any_text_is_a_list_and_a_map(text):
    if not is_blank(text):
        assert isinstance(value_of(field(System, "masters"), text), list)
        dict(value_of(field(Organisation, "settings"), text).items())


def test_reading_takes_time_in_proportion_to_the_text():
    described = field(System, "masters")
    for hostile in ('"x' + ';""y' * 40_000, ';"' * 60_000, '"' * 120_000, '""";"' * 25_000, '"a;' * 40_000):
        begun = clock.process_time()
        value_of(described, hostile)
        value_of(field(Organisation, "settings"), hostile)
        assert clock.process_time() - begun < 2


# --- single values ----------------------------------------------------------------------------


def test_a_choice_between_a_date_and_a_truth_value():
    for cell, meant in ((True, True), ("true", True), ("FALSE", False), (0.0, False), ("2026-01-02", "2026-01-02")):
        assert told(Signal, "decided", cell) == meant
    assert told(Signal, "decided", NOON.replace(hour=0)) == date(2026, 1, 2)


def test_a_choice_between_a_text_and_a_truth_value():
    described = field(EthicsReview, "transition_plan")
    for value, cell in ((True, True), (False, False), ("true", "'true"), ("'True", "''True"), ("yes", "yes")):
        assert cells_of(described, value) == [cell]
        assert value_of(described, cell) == value
        assert value_of(described, text_of(cell)) == value


def test_numbers_keep_their_digits():
    assert told(Budget, "drift", "0.1") == Decimal("0.1")
    assert told(Budget, "hurdle", " 1e-3 ") == Decimal("0.001")
    assert told(Budget, "drift", "0,1") == "0,1"
    assert told(Budget, "drift", "1_000") == "1_000"
    assert told(Budget, "drift", "nan") == "nan"
    assert told(Initiative, "votes", 3.0) == 3
    assert told(Initiative, "votes", 3.5) == 3.5
    assert cells_of(field(Initiative, "spent"), Decimal("9999999999999.99")) == [9999999999999.99]
    assert text_of(0.1 + 0.2) == "0.30000000000000004"
    assert text_of(5e-324) == "5e-324"
    assert text_of(1e15) == "1000000000000000"


def test_a_default_that_spreadsheets_would_shorten_is_left_blank():
    described = field(Budget, "hurdle")
    assert cells_of(described, 1 / 3) == [None]
    assert cells_of(described, 2 / 3) == [2 / 3]
    assert cells_of(field(Budget, "explore_max"), 1.0) == [1.0]


def test_keys_lose_spaces_and_texts_keep_them():
    assert told(Initiative, "key", " i1 ") == "i1"
    assert told(Initiative, "owner", "ada\n") == "ada"
    assert told(Initiative, "name", " i1 ") == " i1 "
    assert told(Initiative, "mode", " exploit ") == "exploit"


def test_what_no_field_can_hold_is_handed_on_for_the_gate_to_refuse():
    assert told(Initiative, "name", time(12, 30)) == "12:30:00"
    assert told(Initiative, "last_update", NOON) == NOON
    assert told(Initiative, "mandatory", "perhaps") == "perhaps"
    assert told(Initiative, "requires", 3.0) == {"3": None}


def test_every_kind_of_container_is_met():
    assert {described.part.container for _, described in FIELDS} == set(Container)
