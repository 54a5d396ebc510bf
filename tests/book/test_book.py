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


def step_by_step(draw, book, others):
    """Put records in and take them out, one Book after the other, with and without asking for a digest between."""
    pool = everything(others)
    for _ in range(draw(st.integers(1, 6))):
        if pool and draw(st.booleans()):
            some = draw(st.lists(st.sampled_from(pool), max_size=4))
            known = draw(st.booleans())
            book = book.including([(one, digest(one)) for one in some]) if known else book.replace(*some)
        else:
            kind = draw(st.sampled_from(sorted(KINDS)))
            keys = list(book.all(kind)) or [getattr(row, KINDS[kind].owner) for row in book.series.get(kind, ())]
            book = book.without(kind, *draw(st.lists(st.sampled_from([*keys, "never"]), max_size=3)))
        if draw(st.booleans()):
            assert len(book.sha) == 64
    return book


@given(st.data(), books(), books())
@QUICK
def test_a_book_made_step_by_step_is_the_one_made_at_once(data, book, others):
    book = step_by_step(data.draw, book, others)
    again = Book.of(everything(book))
    assert book == again
    assert book.sha == again.sha
    for mine, other in ((book.records, again.records), (book.series, again.series)):
        assert list(mine) == list(other)
        assert [list(found) for found in mine.values()] == [list(found) for found in other.values()]


def test_only_what_is_new_is_hashed(monkeypatch):
    book, _ = read_book(examples.path("bakery"))
    assert book.sha
    hashed = []

    def counted(record):
        hashed.append(record)
        return digest(record)

    monkeypatch.setattr("rhumbline.book.book.digest", counted)
    new = dataclasses.replace(book.initiatives["i2"], lag=1)
    reading = Measurement(kpi="k1", position=9, value=9.0)
    changed = book.replace(new, reading).without("need", next(iter(book.needs)))
    assert changed.sha != book.sha
    assert hashed == [new, reading]


def test_a_digest_that_is_known_is_believed():
    kpi = Kpi(key="k", name="K", unit="u", target=1.0)
    reading = Measurement(kpi="k", value=1.0)
    book = Book().including([(kpi, "ab"), (reading, "cd")])
    assert dict(book.digests("kpi")) == {"k": "ab"}
    assert book.digests("measurement") == Book().including([(Measurement(kpi="k", value=2.0), "cd")]).digests(
        "measurement"
    )
    assert book.replace(kpi).digests("kpi") == {"k": digest(kpi)}


def test_nothing_has_no_digest():
    book = Book.of([Measurement(kpi="k", value=1.0), Kpi(key="k", name="K", unit="u", target=1.0)])
    assert len(book.digests("measurement")) == 1
    assert not Book().digests("measurement")
    assert not Book().digests("kpi")
    assert not book.without("measurement", "k").digests("measurement")
    assert not book.without("kpi", "k").digests("kpi")


@given(
    st.dictionaries(st.sampled_from(["a", "b", "i1", "i2", "i02", "i10", "Z", "z9", "x"]), st.integers()),
    st.dictionaries(st.sampled_from(["a", "c", "i1", "i3", "i02", "i20", "Z", "z10", "x"]), st.integers()),
    st.integers(0, 40),
)
def test_a_map_with_more_or_fewer_keys_stays_in_order(items, more, size):
    items |= {f"n{number}": number for number in range(size)}
    frozen = FrozenMap(items)
    longer, shorter = frozen.updated(more), frozen.without(more)
    assert list(longer.items()) == list(FrozenMap({**items, **more}).items())
    assert list(shorter.items()) == [(key, value) for key, value in frozen.items() if key not in more]
    assert frozen == items


def everything(book):
    return [
        *(record for kind in book.records.values() for record in kind.values()),
        *(row for rows in book.series.values() for row in rows),
    ]


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
