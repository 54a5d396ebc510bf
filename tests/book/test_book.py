"""The Book: immutable, ordered, comparable, and with a hash that means what it should."""

import dataclasses
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.strategies import any_record, books, records

from rhumbline import examples
from rhumbline.book.book import Book
from rhumbline.book.digests import body, digest
from rhumbline.book.fields import fields_of
from rhumbline.book.findings import UnknownRecord
from rhumbline.book.records import KINDS, Initiative, Kpi, Measurement, Person, Segment
from rhumbline.book.types import FrozenMap, Mode, natural
from rhumbline.exchange.files import read_book

QUICK = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


def test_keys_sort_as_people_count():
    assert sorted(["i10", "i2", "a", "i1", "i02", "b3c"], key=natural) == ["a", "b3c", "i1", "i02", "i2", "i10"]


@given(st.lists(st.text(max_size=8), max_size=6, unique=True))
def test_natural_order_is_total(texts):
    assert len({natural(text) for text in texts}) == len(texts)
    backwards = list(reversed(texts))
    assert sorted(texts, key=natural) == sorted(backwards, key=natural)


def test_a_frozen_map_never_changes():
    frozen = FrozenMap({"b": 1, "a": 2})
    assert list(frozen) == ["a", "b"]
    with pytest.raises(AttributeError):
        frozen.x = 1
    with pytest.raises(TypeError):
        frozen["a"] = 3


@given(any_record())
@QUICK
def test_every_record_is_frozen_hashable_and_has_a_digest(record):
    assert hash(record) == hash(dataclasses.replace(record))
    assert len(digest(record)) == 64
    name = fields_of(type(record))[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record, name, getattr(record, name))


@given(records("person"), st.text(min_size=1, max_size=20))
@QUICK
def test_who_somebody_is_never_enters_a_digest(person, name):
    erased = dataclasses.replace(person, name=name, email="")
    assert digest(erased) == digest(person)
    assert Book.of([erased]).sha == Book.of([person]).sha


def test_a_default_never_enters_a_digest():
    assert body(Segment(key="s", name="S")) == {"key": "s", "name": "S"}
    assert digest(Segment(key="s", name="S")) == digest(Segment(key="s", name="S", strategic=False))
    assert digest(Segment(key="s", name="S")) != digest(Segment(key="s", name="S", strategic=True))


@given(books(), st.randoms(use_true_random=False))
@QUICK
def test_the_order_of_records_never_matters(book, random):
    everything = [r for kind in book.records.values() for r in kind.values()] + [
        r for rows in book.series.values() for r in rows
    ]
    random.shuffle(everything)
    again = Book.of(everything)
    assert again == book
    assert again.sha == book.sha
    assert hash(again) == hash(book)


def test_replacing_shares_and_leaves_the_old_book_alone():
    book, _ = read_book(examples.path("bakery"))
    sha = book.sha
    changed = book.replace(dataclasses.replace(book.initiatives["i2"], lag=1))
    assert (book.sha, book.initiatives["i2"].lag) == (sha, 0)
    assert changed.sha != sha
    assert changed.kpis is book.kpis
    (change,) = book.diff(changed)
    assert (change.kind, change.key, change.fields) == ("initiative", "i2", ("lag",))
    assert changed.replace(book.initiatives["i2"]).sha == sha


def test_a_changed_series_is_a_change_without_fields():
    book, _ = read_book(examples.path("bakery"))
    (change,) = book.diff(book.without("measurement", "k1"))
    assert (change.kind, change.key, change.fields) == ("measurement", "", ())
    assert len(change.before) == len(change.after) + 1


def test_leaving_out_and_asking():
    book, _ = read_book(examples.path("bakery"))
    less = book.without("initiative", "i1", "never")
    assert len(book.initiatives) - len(less.initiatives) == 1
    with pytest.raises(UnknownRecord, match="did you mean i6"):
        book.get("initiative", "i66")
    assert book.get("kpi", "k1").name == "Café accounts supplied"
    assert [reading.value for reading in book.readings("k1")] == [4]
    assert not book.without("measurement", "k1").readings("k1")
    assert "Crumb" in repr(book)


def test_readings_are_in_order_dated_after_undated():
    rows = [
        Measurement(kpi="k", at=date(2026, 3, 1), position=3, value=3.0),
        Measurement(kpi="k", position=2, value=2.0),
        Measurement(kpi="k", position=1, value=1.0),
    ]
    book = Book.of([Kpi(key="k", name="K", unit="u", target=1), *rows])
    assert [row.value for row in book.readings("k")] == [1, 2, 3]


def test_series_are_only_ever_appended():
    book = Book.of([Measurement(kpi="k", position=1, value=1.0)])
    longer = book.replace(Measurement(kpi="k", position=2, value=2.0))
    assert len(longer.readings("k")) == 2
    assert longer.sha != book.sha
    assert [change.kind for change in book.diff(longer)] == ["measurement"]


def test_every_field_of_every_record_is_understood():
    for kind in KINDS.values():
        for described in fields_of(kind.record):
            assert described.part.types or described.part.inner, (kind.name, described.name)
        assert kind.plural != kind.name or kind.name == "feedback"


def test_status_and_liveness_follow_from_the_stage():
    running = Initiative(key="i", name="I", mode=Mode.DRIFT, stage="running")
    assert dataclasses.replace(running).status == "running"


def test_a_person_without_a_name_is_no_person_in_the_book():
    assert Person(key="p", name="").name == ""
