"""Integrity: nothing is left that breaks a rule, nothing falls that need not, and the order never matters."""

import dataclasses
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.strategies import AS_OF, PARTS, books

from rhumbline.book.book import Book
from rhumbline.book.records import (
    KIND_OF_RECORD,
    KINDS,
    Actual,
    Budget,
    DataFlow,
    Initiative,
    Kpi,
    Measurement,
    Need,
    Objective,
    Scenario,
    Segment,
    System,
    Team,
)
from rhumbline.book.rules import check, faults_of, faults_of_change, key_of, plain_where, references_of, settle
from rhumbline.book.types import FlowState, FrozenMap, Mode, Severity, Stage

QUICK = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


def everything(book):
    return [
        *(record for kind in book.records.values() for record in kind.values()),
        *(row for rows in book.series.values() for row in rows),
    ]


def errors(findings):
    return [finding for finding in findings if finding.severity is Severity.ERROR]


def told(findings):
    return sorted((finding.kind, finding.key, finding.code, finding.where, finding.message) for finding in findings)


# --- a change is checked by what it touches ---------------------------------------------------


def changed(draw, before, other):
    """Put records of another Book in, and take some out; return the Book, what was touched and the new rows."""
    pool = [record for record in everything(other) if not KINDS[KIND_OF_RECORD[type(record)]].series]
    come = [twisted(draw, record, before) for record in draw(st.lists(st.sampled_from(pool), max_size=4))]
    there = [(KIND_OF_RECORD[type(record)], record.key) for record in everything(before) if hasattr(record, "key")]
    gone = draw(st.lists(st.sampled_from(there), max_size=2))
    rows = [row for found in other.series.values() for row in found]
    rows = draw(st.lists(st.sampled_from(rows), max_size=2)) if rows else []
    after = before.replace(*come)
    for kind, key in gone:
        after = after.without(kind, key)
    return after.replace(*rows), [(one.kind, one.key) for one in before.diff(after) if one.key], rows


def twisted(draw, record, book):
    """Make a record break what holds between records: twice what must be unique, links that run in a circle."""
    keys = list(book.all(KIND_OF_RECORD[type(record)])) or ["x"]
    if isinstance(record, Initiative):
        return dataclasses.replace(record, depends=tuple(draw(st.lists(st.sampled_from(keys), unique=True))))
    if isinstance(record, Objective | Team):
        return dataclasses.replace(record, parent=draw(st.sampled_from(keys)))
    if isinstance(record, Scenario):
        return dataclasses.replace(record, probability=draw(st.sampled_from([0.0, 0.5])))
    return dataclasses.replace(record, key=draw(st.sampled_from([record.key, "x"])))


# Beside Books like a firm's own, such as are full of what can be broken.
DENSE = books(initiatives=(3, 6), kpis=(1, 3), objectives=(2, 3), teams=(2, 3), others=(2, 3))


@given(st.data(), st.one_of(books(), DENSE), DENSE)
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_change_breaks_what_the_whole_check_finds(data, before, other):
    a_change_breaks_what_the_whole_check_finds(data, before, other)


@pytest.mark.prove
@given(st.data(), st.one_of(books(), DENSE), DENSE)
@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_change_breaks_what_the_whole_check_finds_at_full_size(data, before, other):
    a_change_breaks_what_the_whole_check_finds(data, before, other)


def a_change_breaks_what_the_whole_check_finds(data, before, other):
    after, touched, rows = changed(data.draw, before, other)
    own = [after.all(kind)[key] for kind, key in touched if key in after.all(kind)]
    faults = [fault for record in (*own, *rows) for fault in faults_of(record)]
    faults += faults_of_change(before, after, touched, rows)
    found = [fault.finding(plain_where(fault.record, fault.field)) for fault in faults]
    assert told(errors(found)) == told(errors(check(after)))


def test_only_what_is_new_or_touched_is_warned_of():
    late = [work("i1", earliest=9), work("i2", earliest=9), work("i3")]
    before = Book.of([Budget(cash=(1,)), *late])
    after = before.replace(work("i3", name="Other"))
    assert faults_of_change(before, after, [("initiative", "i3")], []) == []
    after = before.replace(work("i2", earliest=8))
    assert [fault.record.key for fault in faults_of_change(before, after, [("initiative", "i2")], [])] == ["i2"]
    before = before.replace(Budget(cash=(1,) * 9))
    after = before.replace(Budget(cash=(1, 1)))
    found = faults_of_change(before, after, [("budget", "budget")], [])
    assert [(fault.code, key_of(fault.record)) for fault in found] == [("too-large", "i1"), ("too-large", "i2")]


def test_taking_out_what_others_name_tells_who_names_it():
    before = Book.of(
        [
            Kpi(key="k1", name="K", unit="u", target=1.0),
            Objective(key="o1", name="O", weight=1.0, kpis=FrozenMap({"k1": 1.0})),
            Measurement(kpi="k1", value=1.0),
        ]
    )
    found = faults_of_change(before, before.without("kpi", "k1"), [("kpi", "k1")], [])
    assert [(fault.code, type(fault.record)) for fault in found] == [
        ("unknown-reference", Measurement),
        ("unknown-reference", Objective),
    ]


def work(key, **fields):
    return Initiative(**{"key": key, "name": key, "mode": Mode.EXPLOIT, **fields})


# --- the drawn Books hold together ------------------------------------------------------------


@given(books())
@QUICK
def test_drawn_books_hold_together(book):
    assert errors(check(book)) == []
    settled = settle(everything(book), {}, book.as_of)
    assert settled.book == book
    assert settled.held_out == ()


@given(
    books(
        initiatives=(3, 3), kpis=(2, 2), objectives=(1, 1), teams=(1, 1), periods=(4, 4), without=["ethics", "readings"]
    )
)
@QUICK
def test_drawn_books_have_the_size_that_is_asked_for(book):
    assert len(book.initiatives) == 3
    assert len(book.kpis) == 2
    assert (len(book.objectives), len(book.teams), len(book.budget.cash)) == (1, 1, 4)
    assert not book.all("ethics_review")
    assert "measurement" not in book.series
    assert book.as_of == AS_OF


@given(books(only=(), stages=[Stage.RUNNING], modes=[Mode.EXPLORE], initiatives=(1, 2)))
@QUICK
def test_drawn_books_have_only_the_parts_that_are_asked_for(book):
    assert set(book.records) <= {
        "organisation",
        "strategy",
        "budget",
        "team",
        "kpi",
        "objective",
        "initiative",
        "benefit",
    }
    assert {(one.stage, one.mode) for one in book.initiatives.values()} == {(Stage.RUNNING, Mode.EXPLORE)}
    assert all(not (one.depends or one.excludes or one.hours or one.mandatory) for one in book.initiatives.values())


def test_every_part_is_drawn_sooner_or_later():
    seen = set()

    @given(books(initiatives=(2, 6), others=(2, 3), teams=(1, 3), kpis=(1, 4)))
    @settings(max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def draw(book):
        seen.update({*book.records, *book.series})
        seen.update(one.stage for one in book.initiatives.values())
        for part in ("depends", "excludes", "mandatory", "hours", "builds", "lag", "requires", "systems", "needs"):
            seen.update(part for one in book.initiatives.values() if getattr(one, part))

    draw()
    assert {"depends", "excludes", "mandatory", "hours", "builds", "lag", "requires", "systems", "needs"} <= seen
    assert {
        "flow",
        "signal",
        "scenario",
        "commitment",
        "ethics_review",
        "measurement",
        "survey",
        "message",
        "review",
        "actual",
    } <= seen
    assert len([stage for stage in seen if isinstance(stage, Stage)]) >= 6
    assert PARTS


# --- settling ---------------------------------------------------------------------------------


@given(books(initiatives=(2, 6), others=(1, 3)), st.data())
@QUICK
def test_whatever_is_missing_the_rest_holds_together(book, data):
    rows = everything(book)
    kept = [row for row in rows if data.draw(st.integers(0, 5)) > 0]
    settled = settle(kept, {}, book.as_of)
    assert errors(check(settled.book)) == []
    assert len(settled.book) + len(settled.held_out) == len(kept)
    # Nothing falls without a reason that can be read.
    blamed = {id(record) for fault in settled.faults for record in (*fault.unusable, fault.record)}
    assert {id(record) for record in settled.held_out} <= blamed


@given(books(initiatives=(2, 6), others=(1, 3)), st.randoms(use_true_random=False), st.data())
@QUICK
def test_the_order_of_rows_does_not_change_what_is_left(book, random, data):
    kept = [row for row in everything(book) if data.draw(st.integers(0, 5)) > 0]
    mixed = list(kept)
    random.shuffle(mixed)
    assert settle(mixed, {}).book == settle(kept, {}).book
    assert {(f.code, f.field, f.record) for f in settle(mixed, {}).faults} == {
        (f.code, f.field, f.record) for f in settle(kept, {}).faults
    }


def test_a_long_chain_falls_in_time():
    chain = [work(f"i{n}", depends=(f"i{n + 1}",)) for n in range(10_000)]
    started = time.process_time()
    settled = settle(chain, {})
    assert not settled.book.initiatives
    assert [fault.code for fault in settled.faults].count("unknown-reference") == 1
    assert len(settled.held_out) == 10_000
    assert time.process_time() - started < 10


def test_a_ring_of_thousands_is_named_in_one_line():
    ring = [work(f"i{n}", depends=(f"i{(n + 1) % 5000}",)) for n in range(5000)]
    (fault,) = settle(ring, {}).faults
    assert fault.code == "cycle"
    assert len(fault.message) < 250
    assert fault.numbers["cycle"][:3] == ("i0", "i1", "i2")


def test_two_rings_that_share_a_record_are_one_knot():
    knot = [work("a", depends=("b", "c")), work("b", depends=("a",)), work("c", depends=("a",)), work("d")]
    settled = settle(knot, {})
    (fault,) = settled.faults
    assert fault.numbers["cycle"] == ("a", "b", "a")
    assert list(settled.book.initiatives) == ["d"]


def test_series_rows_fall_one_by_one():
    rows = [
        work("i1"),
        Actual(initiative="i1", date=AS_OF),
        Actual(initiative="i1", date=AS_OF, team="gone"),
        Actual(initiative="i2", date=AS_OF),
        Measurement(kpi="k9", value=1.0),
    ]
    settled = settle(rows, {})
    assert settled.book.series == {"actual": (rows[1],)}
    assert len(settled.held_out) == 3


def test_what_is_known_to_be_held_out_is_not_called_unknown():
    (fault,) = settle([work("i1", team="t1")], {"team": {"t1"}}).faults
    assert (fault.code, fault.target) == ("refers-to-held-out", ("team", "t1"))


def test_a_reference_may_point_at_one_of_two_kinds():
    from rhumbline.book.records import Scenario

    scenario = Scenario(key="x", name="X", probability=1, effects=FrozenMap({"i1": 2.0, "k1": 2.0}))
    kpi = Kpi(key="k1", name="K", unit="u", target=1)
    assert settle([work("i1"), kpi, scenario], {}).faults == ()
    assert [fault.code for fault in settle([work("i1"), scenario], {}).faults] == ["unknown-reference"]


def test_every_annotated_reference_is_found():
    initiative = work(
        "i1", owner="p", team="t", segments=("s",), needs=("n",), hours=FrozenMap({"t": ()}), requires=FrozenMap({"c": 1}),
        uses=("c",), systems=("y",), partners=("q",), depends=("i2",), excludes=("i3",),
    )  # fmt: skip
    found = {(reference.field, reference.kinds, reference.key) for reference in references_of(initiative)}
    assert found == {
        ("owner", ("person",), "p"), ("team", ("team",), "t"), ("segments", ("segment",), "s"), ("needs", ("need",), "n"),
        ("hours", ("team",), "t"), ("requires", ("capability",), "c"), ("uses", ("capability",), "c"), ("systems", ("system",), "y"),
        ("partners", ("partner",), "q"), ("depends", ("initiative",), "i2"), ("excludes", ("initiative",), "i3"),
    }  # fmt: skip


# --- checking a Book as it is -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("records", "code", "kind", "key"),
    [
        ([Need(key="n", segment="s", text="T", importance=1, satisfaction=1)], "unknown-reference", "need", "n"),
        ([work("i1", depends=("i1",))], "self-reference", "initiative", "i1"),
        (
            [System(key="y", name="Y"), DataFlow(key="f", source="y", destination="y", state=FlowState.LIVE)],
            "self-reference",
            "flow",
            "f",
        ),
        (
            [
                Team(key="a", name="A", hours=1, rate=1, parent="b"),
                Team(key="b", name="B", hours=1, rate=1, parent="a"),
            ],
            "cycle",
            "team",
            "a",
        ),
        ([Objective(key="o", name="O", weight=1, parent="o")], "self-reference", "objective", "o"),
        ([Kpi(key="k", name="K", unit="u", target=1, guards="k")], "self-reference", "kpi", "k"),
        ([Segment(key="s1", name="S"), Segment(key="s2", name="s")], "not-unique", "segment", "s2"),
    ],
)
def test_check_names_what_is_wrong(records, code, kind, key):
    (finding,) = check(Book.of(records))
    assert (finding.code, finding.kind, finding.key, finding.severity) == (code, kind, key, Severity.ERROR)
    assert finding.where.endswith(finding.numbers["field"])
    assert finding.message.endswith(".")
    assert finding.remedy.endswith(".")


def test_systems_may_need_each_other_and_kpis_guard_each_other():
    systems = [System(key="a", name="A", needs=("b",)), System(key="b", name="B", needs=("a",))]
    kpis = [
        Kpi(key="k", name="K", unit="u", target=1, guards="l"),
        Kpi(key="l", name="L", unit="u", target=1, guards="k"),
    ]
    assert check(Book.of([*systems, *kpis])) == ()
