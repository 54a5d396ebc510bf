"""Edits: what they may look like, what they do to a Book, and how two of them meet."""

import dataclasses
import functools
import itertools
import json
import math
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.strategies import books, records

from rhumbline import examples
from rhumbline.book.book import Book
from rhumbline.book.digests import plain
from rhumbline.book.fields import fields_of
from rhumbline.book.findings import RhumblineError
from rhumbline.book.records import KINDS, Kpi, Measurement
from rhumbline.book.types import FrozenMap, Severity
from rhumbline.exchange.edits import (
    MOST_EDITS,
    Action,
    Applied,
    Edit,
    RowsVanish,
    apply,
    clashes,
    edits_between,
    outcome,
    read_edits,
)
from rhumbline.exchange.files import read_book, read_mapping
from rhumbline.exchange.writing import plain_row
from rhumbline.exchange.yaml_text import parse_yaml

FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
MORE = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "edits.md"


@pytest.fixture(scope="module")
def bakery():
    return read_book(examples.path("bakery")).book


def done(book, *raw):
    edits, findings = read_edits(list(raw))
    assert findings == ()
    return apply(book, edits)


def put(kind, /, **record):
    return {"edit": "put", "kind": kind, "record": record}


def set_(kind, key, /, **fields):
    return {"edit": "set", "kind": kind, "key": key, "fields": fields}


def remove(kind, key):
    return {"edit": "remove", "kind": kind, "key": key}


def append(kind, /, **record):
    return {"edit": "append", "kind": kind, "record": record}


def fresh(book):
    """The same Book built anew, with nothing remembered."""
    return Book(book.records, book.series)


# --- the shape of an edit ---------------------------------------------------------------------

KPI = {"key": "k9", "name": "K", "unit": "u", "target": 1}
BAD = [
    (None, "wrong-type", "edits"),
    ({"edit": "put"}, "wrong-type", "edits"),
    ("[]", "wrong-type", "edits"),
    ([None], "wrong-type", "edit 1"),
    ([["put"]], "wrong-type", "edit 1"),
    ([{}], "missing-value", "edit 1, edit"),
    ([{"edit": None}], "missing-value", "edit 1, edit"),
    ([{"edit": "replace", "kind": "kpi"}], "not-allowed", "edit 1, edit"),
    ([{"edit": ["put"], "kind": "kpi"}], "wrong-type", "edit 1, edit"),
    ([{"edit": 3, "kind": "kpi"}], "not-allowed", "edit 1, edit"),
    ([{"edit": "put", "record": KPI}], "missing-value", "edit 1, kind"),
    ([{"edit": "put", "kind": "kpis", "record": KPI}], "not-allowed", "edit 1, kind"),
    ([{"edit": "put", "kind": {}, "record": KPI}], "wrong-type", "edit 1, kind"),
    ([{"edit": "put", "kind": "kpi"}], "missing-value", "edit 1, record"),
    ([{"edit": "put", "kind": "kpi", "record": [KPI]}], "wrong-type", "edit 1, kpis"),
    ([{"edit": "put", "kind": "kpi", "fields": KPI}], "unknown-field", "edit 1"),
    ([{"edit": "put", "kind": "kpi", "key": "k1", "record": KPI}], "not-allowed", "edit 1, kpis k1, key"),
    ([{"edit": "put", "kind": "kpi", "key": "k1", "record": {"id": "k 1"}}], "not-allowed", "edit 1, kpis k1, id"),
    ([{"edit": "put", "kind": "kpi", "key": "k 9", "record": KPI}], "malformed", "edit 1, key"),
    ([{"edit": "put", "kind": "measurement", "record": {"kpi": "k1"}}], "not-allowed", "edit 1, edit"),
    ([{"edit": "set", "kind": "measurement", "key": "k1", "fields": {}}], "not-allowed", "edit 1, edit"),
    ([{"edit": "remove", "kind": "measurement", "key": "k1"}], "not-allowed", "edit 1, edit"),
    ([{"edit": "append", "kind": "kpi", "record": KPI}], "not-allowed", "edit 1, edit"),
    ([{"edit": "append", "kind": "measurement"}], "missing-value", "edit 1, record"),
    ([{"edit": "append", "kind": "measurement", "record": {"kpi": "k1"}, "expected": 1}], "unknown-field", "edit 1"),
    ([{"edit": "set", "kind": "kpi", "fields": {}}], "missing-value", "edit 1, key"),
    ([{"edit": "set", "kind": "kpi", "key": "", "fields": {}}], "missing-value", "edit 1, key"),
    ([{"edit": "set", "kind": "kpi", "key": "k1"}], "missing-value", "edit 1, fields"),
    ([{"edit": "set", "kind": "kpi", "key": "k1", "fields": "name"}], "wrong-type", "edit 1, kpis k1"),
    ([{"edit": "set", "kind": "kpi", "key": "k1", "fields": {"key": "k2"}}], "not-allowed", "edit 1, kpis k1, key"),
    ([{"edit": "set", "kind": "kpi", "key": ["k1"], "fields": {}}], "wrong-type", "edit 1, key"),
    ([{"edit": "remove", "kind": "kpi", "key": "k" * 81}], "malformed", "edit 1, key"),
    ([{"edit": "remove", "kind": "kpi", "key": True}], "wrong-type", "edit 1, key"),
    ([{"edit": "remove", "kind": "kpi", "key": "k1", "expected": -1}], "too-small", "edit 1, expected"),
    ([{"edit": "remove", "kind": "kpi", "key": "k1", "expected": 2**64}], "too-large", "edit 1, expected"),
    ([{"edit": "remove", "kind": "kpi", "key": "k1", "expected": 1.5}], "wrong-type", "edit 1, expected"),
    ([{"edit": "remove", "kind": "kpi", "key": "k1", "expected": "7"}], "wrong-type", "edit 1, expected"),
    ([{"edit": "remove", "kind": "kpi", "key": "k1", "expected": ""}], "wrong-type", "edit 1, expected"),
    ([{"edit": "remove", "kind": "kpi", "key": "k1", "expected": True}], "wrong-type", "edit 1, expected"),
    ([{"edit": "remove", "kind": "kpi", "key": "k1", "expected": math.nan}], "not-a-number", "edit 1, expected"),
    ([{"edit": "remove", "kind": "kpi", "key": "k1", "expcted": 7}], "unknown-field", "edit 1"),
    ([{"edit": "remove", "kind": "kpi", "key": "k1", 3: 7}], "unknown-field", "edit 1"),
    ([{}] * (MOST_EDITS + 1), "too-big", "edits"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "code", "where"), BAD, ids=[f"{code}-{n}" for n, (_, code, _) in enumerate(BAD)])
def test_what_is_no_edit_is_a_finding(raw, code, where):
    edits, findings = read_edits(raw)
    (finding,) = findings
    assert edits == ()
    assert (finding.code, finding.where, finding.severity) == (code, where, Severity.ERROR)
    for sentence in (finding.message, finding.remedy):
        assert sentence.endswith((".", "?"))
        assert sentence.isprintable()


def test_the_nearest_word_is_named():
    for raw, near in (
        ({"edit": "romeve"}, "remove"),
        ({"edit": "put", "kind": "initative"}, "initiative"),
        ({"edit": "remove", "kind": "kpi", "key": "k1", "expcted": 7}, "expected"),
    ):
        _, (finding,) = read_edits([raw])
        assert f"Did you mean '{near}'?" in finding.message
        assert finding.numbers["near"] == near


def test_good_edits_are_read_beside_bad_ones():
    edits, findings = read_edits([remove("kpi", "k1"), 3, {**set_("kpi", "k2", name="X"), "expected": 12}, None])
    assert [edit.key for edit in edits] == ["k1", "k2"]
    assert (edits[1].action, edits[1].raw, edits[1].expected) == (Action.SET, {"name": "X"}, 12)
    assert edits[0].expected is None
    assert [finding.where for finding in findings] == ["edit 2", "edit 4"]


def test_an_edit_knows_its_key_wherever_it_is_stated():
    edits, findings = read_edits(
        [
            put("kpi", key="k1"), put("kpi", id=12), {**put("kpi", name="K"), "key": "k3"}, put("kpi", name="nameless"),
            put("budget", cash=[1]), set_("budget", None, drift=0.1), remove("strategy", None), put("survey"),
            append("measurement", kpi="k1"), append("measurement", kpi=["k1"]), put("kpi", key="no key!"),
        ]
    )  # fmt: skip
    assert findings == ()
    assert [edit.key for edit in edits] == [
        "k1", "12", "k3", "", "budget", "budget", "strategy", "pulse", "k1", "", "",
    ]  # fmt: skip


def test_line_and_column_are_told_where_they_are_known():
    text = "- edit: put\n  kind: kpi\n  record: {key: k1, name: K, unit: u, target: -1e40}\n- edit: put\n  kind: kpo\n"
    edits, findings = read_edits(parse_yaml(text))
    (finding,) = apply(Book(), edits).findings
    assert (finding.code, finding.where) == ("too-small", "edit 1, kpis k1, target (line 3, column 47)")
    assert [finding.where for finding in findings] == ["edit 2, kind (line 5, column 9)"]


# --- whatever comes, nothing breaks -----------------------------------------------------------

WORDS = st.sampled_from(
    ["edit", "kind", "key", "record", "fields", "expected", "put", "set", "remove", "append", "kpi", "measurement", "k1",
     "initiative", "i1", "budget", "id", "name", "cash", "depends", "requires", "", " ", "\0", "\ud800"]
)  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | WORDS | st.text(max_size=5) | st.sampled_from([math.nan, -math.inf, 1e308, -5, 10**400])
)
HOSTILE = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=12,
)
SHAPED = st.fixed_dictionaries(
    {"edit": st.sampled_from([*Action, "x"]), "kind": st.sampled_from([*KINDS, "x"])},
    optional={"key": LEAVES, "record": HOSTILE, "fields": HOSTILE, "expected": LEAVES, "x": HOSTILE},
)


@given(raw=st.lists(HOSTILE | SHAPED, max_size=4) | HOSTILE)
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_comes_gives_findings_and_never_an_exception(raw, bakery):
    edits, findings = read_edits(raw)
    assert all(finding.severity is Severity.ERROR for finding in findings)
    if isinstance(raw, list):
        assert len(edits) + len(findings) == len(raw)
    applied = apply(bakery, edits)
    failed = any(finding.severity is Severity.ERROR for finding in applied.findings)
    assert (applied.book is None) == failed


def test_what_is_too_deep_or_contains_itself_is_refused():
    deep = []
    for _ in range(10_000):
        deep = [deep]
    endless = [{"edit": "put", "kind": "kpi"}]
    endless[0]["record"] = endless
    for raw in (deep, endless):
        edits, (finding,) = read_edits(raw)
        assert (edits, finding.code) == ((), "too-deep")


def test_too_many_findings_end_it():
    edits, _ = read_edits([remove("kpi", f"k{number}") for number in range(10_500)])
    applied = apply(Book(), edits)
    assert applied.book is None
    assert applied.findings[-1].code == "too-many-findings"


# --- what an edit does ------------------------------------------------------------------------


def test_a_record_is_put_changed_and_removed(bakery):
    applied = done(bakery, put("kpi", **KPI))
    assert applied.book.kpis["k9"] == Kpi(key="k9", name="K", unit="u", target=1.0)
    assert [(change.kind, change.key, change.before) for change in applied.changes] == [("kpi", "k9", None)]
    applied = done(applied.book, set_("kpi", "k9", name="Other", source="us", baseline=3))
    (change,) = applied.changes
    assert change.fields == ("name", "baseline", "source")
    applied = done(applied.book, put("kpi", **KPI))
    assert applied.book.kpis["k9"].source == ""
    applied = done(applied.book, remove("kpi", "k9"))
    assert applied.book == bakery
    assert applied.book.sha == bakery.sha
    assert applied.changes[0].after is None


def test_nothing_sets_a_field_back_to_what_it_is_when_nobody_gives_it(bakery):
    key = next(key for key, one in bakery.initiatives.items() if one.owner and one.cash)
    applied = done(bakery, set_("initiative", key, owner=None, cash=[], earliest=None))
    changed = applied.book.initiatives[key]
    assert (changed.owner, changed.cash, changed.earliest) == (None, (), 1)
    assert changed.hours == bakery.initiatives[key].hours
    applied = done(bakery, set_("initiative", key, name=None))
    (finding,) = applied.findings
    assert (finding.code, finding.where) == ("missing-value", f"edit 1, initiatives {key}, name")


def test_an_edit_that_says_what_is_there_changes_nothing(bakery):
    row = {name: plain(value) for name, value in plain_row(bakery.initiatives["i2"]).items()}
    applied = done(
        bakery, put("initiative", **row), set_("initiative", "i2", key="i2"), set_("budget", "budget", id="budget")
    )
    assert (applied.book, applied.changes, applied.rows) == (bakery, (), ())
    assert apply(bakery, ()) == Applied(bakery)


def test_edits_of_one_key_are_carried_out_in_their_order(bakery):
    applied = done(bakery, put("kpi", **KPI), set_("kpi", "k9", name="B"), set_("kpi", "k9", unit="%"))
    assert applied.book.kpis["k9"] == Kpi(key="k9", name="B", unit="%", target=1.0)
    assert done(bakery, put("kpi", **KPI), remove("kpi", "k9")).changes == ()
    applied = done(bakery, put("kpi", **KPI), remove("kpi", "k9"), set_("kpi", "k9", name="B"))
    assert [finding.code for finding in applied.findings] == ["unknown-record"]
    again = done(bakery, remove("need", "n1"), put("need", **{**plain_row(bakery.needs["n1"]), "text": "Other"}))
    assert [change.fields for change in again.changes] == [("text",)]


@pytest.mark.parametrize("edit", [set_("initiative", "i66", name="X"), remove("initiative", "i66")])
def test_what_is_not_there_can_be_neither_changed_nor_removed(bakery, edit):
    applied = done(bakery, edit)
    (finding,) = applied.findings
    assert applied == Applied(None, (finding,))
    assert (finding.code, finding.where) == ("unknown-record", "edit 1, initiatives i66")
    assert (finding.kind, finding.key, finding.numbers["near"]) == ("initiative", "i66", "i6")
    assert "Did you mean 'i6'?" in finding.message


def test_what_others_name_cannot_be_removed_without_them(bakery):
    applied = done(bakery, remove("kpi", "k1"))
    assert applied.book is None
    assert {finding.code for finding in applied.findings} == {"unknown-reference"}
    named = {(finding.kind, finding.key) for finding in applied.findings}
    assert ("measurement", "k1") in named
    assert ("benefit", "i2.k1") in named
    lonely = done(bakery, put("kpi", **KPI)).book
    assert done(lonely, remove("kpi", "k9")).book == bakery


def test_what_belongs_together_can_come_and_go_together(bakery):
    pair = (
        put("team", key="x", name="X", hours=1, rate=1, parent="y"),
        put("team", key="y", name="Y", hours=1, rate=1),
    )
    both = done(bakery, *pair).book
    assert done(both, remove("team", "y"), remove("team", "x")).book == bakery
    assert [finding.where for finding in done(both, remove("team", "y")).findings] == ["teams x, parent"]


def test_rows_of_a_series_are_appended(bakery):
    rows = [{"kpi": "k1", "at": "2026-10-01", "value": 5}, {"kpi": "k1", "at": "2026-09-01", "value": 4}]
    applied = done(bakery, *(append("measurement", **row) for row in rows))
    assert applied.changes == ()
    assert [(row.at, row.value) for row in applied.rows] == [(date(2026, 10, 1), 5.0), (date(2026, 9, 1), 4.0)]
    assert applied.book.sha == bakery.replace(*applied.rows).sha
    assert len(applied.book.readings("k1")) == len(bakery.readings("k1")) + 2
    applied = done(bakery, append("measurement", kpi="k99", value=5))
    (finding,) = applied.findings
    assert (finding.code, finding.where) == ("unknown-reference", "edit 1, measurements k99, kpi")


def test_a_finding_says_which_edit_it_is_about(bakery):
    applied = done(
        bakery,
        set_("kpi", "k1", name="X"),
        set_("initiative", "i2", depends=["i3"]),
        set_("initiative", "i3", depends=["i2"]),
    )
    (finding,) = applied.findings
    assert (finding.code, finding.where) == ("cycle", "edit 2, initiatives i2, depends")


def test_warnings_let_an_edit_pass_and_old_ones_are_not_repeated():
    book = Book.of(
        [Kpi(key="k1", name="K", unit="u", baseline=1.0, target=1.0), Kpi(key="k2", name="K", unit="u", target=1.0)]
    )
    applied = done(book, set_("kpi", "k1", name="X", colour="red"))
    assert applied.book.kpis["k1"].name == "X"
    assert [finding.code for finding in applied.findings] == ["unknown-field", "no-gap"]
    assert done(book, set_("kpi", "k2", name="X")).findings == ()


def test_one_bad_edit_stops_all_and_says_nothing_of_what_follows_from_it(bakery):
    applied = done(
        bakery,
        put("initiative", key="new", name="New", mode="nonsense"),
        put("benefit", key="b", initiative="new", kpi="k1", low=1, likely=2, high=3),
        set_("initiative", "new", name="Newer"),
        set_("initiative", "i2", depends=["new", "i99"]),
        set_("initiative", "i3", depends=["i2"]),
    )
    assert applied.book is None
    assert [(finding.code, finding.where) for finding in applied.findings] == [
        ("not-allowed", "edit 1, initiatives new, mode"),
        ("unknown-reference", "edit 4, initiatives i2, depends"),
    ]
    # What the failed edit would have set right is no fault.
    applied = done(bakery, remove("kpi", "k1"), set_("benefit", "i2.k1", kpi="no key!"))
    assert "benefits i2.k1, kpi" not in [finding.where for finding in applied.findings]
    second = done(bakery, set_("strategy", "strategy", state="gone"), put("strategy", key="s2", mission="Other"))
    assert [finding.code for finding in second.findings] == ["not-allowed"]


def test_what_one_edit_makes_of_a_record():
    kpi = Kpi(key="k1", name="K", unit="u", target=1.0)
    (put_it, set_it, remove_it), _ = read_edits(
        [put("kpi", **{**KPI, "key": "k1"}), set_("kpi", "k1", target=2), remove("kpi", "k1")]
    )
    assert outcome(put_it, None) == outcome(put_it, kpi) == (kpi, ())
    assert outcome(set_it, kpi) == (dataclasses.replace(kpi, target=2.0), ())
    assert outcome(remove_it, kpi) == (None, ())
    for edit in (set_it, remove_it):
        record, (finding,) = outcome(edit, None)
        assert (record, finding.code) == (None, "unknown-record")
    again = Edit(action=Action.PUT, kind="kpi", key="k1", raw={"name": "K", "unit": "u", "target": 1})
    assert outcome(again, None) == (kpi, ())


# --- the same value, the same code ------------------------------------------------------------

VALUES = [
    -5, math.nan, math.inf, "nonsense", 10**30, 1e30, True, 0, 15, 1.5, 0.001, [], {}, [-5], [None], ["nonsense", "nonsense"],
    "x" * 6000, "2026-02-30", "1850-01-01", "2026-11-23", {"nonsense": -5}, {"no key!": 1}, "a\x07b", "", " ", None,
    date(2300, 1, 1), Decimal("NaN"), "ITSELF", ["ITSELF"], {"ITSELF": 1}, "#N/A", "1,000", "yes",
]  # fmt: skip


def rich():
    """A Book that has something of every kind and gives no finding."""
    return {
        "organisations": [{"key": "organisation", "name": "X", "currency": "EUR"}],
        "strategies": [{"key": "strategy", "mission": "M", "periods": 2}],
        "budgets": [{"key": "budget", "cash": [100, 100]}],
        "segments": [{"key": "s1", "name": "A"}, {"key": "s2", "name": "B"}],
        "needs": [{"key": "n1", "segment": "s1", "text": "T", "importance": 5, "satisfaction": 5}],
        "signals": [{"key": "g1", "text": "T", "kind": "customer", "strength": 1, "seen": "2026-01-01"}],
        "kpis": [{"key": "k1", "name": "K", "unit": "u", "baseline": 0, "target": 5}, {"key": "k2", "name": "L", "unit": "u", "target": 5}],
        "measurements": [{"kpi": "k1", "value": 2}],
        "objectives": [{"key": "o1", "name": "O", "weight": 1, "kpis": {"k1": 1}}, {"key": "o2", "name": "P", "weight": 1, "parent": "o1"}],
        "capabilities": [{"key": "c1", "name": "C", "level": 3}],
        "systems": [{"key": "y1", "name": "Y"}, {"key": "y2", "name": "Z"}],
        "flows": [{"key": "f1", "source": "y1", "destination": "y2", "object": "orders", "state": "live"}, {"key": "f2", "source": "y2", "destination": "y1", "object": "orders", "state": "live"}],
        "teams": [{"key": "t1", "name": "T", "hours": 10, "rate": 10}, {"key": "t2", "name": "U", "hours": 1, "rate": 1, "parent": "t1"}],
        "people": [{"key": "p1", "name": "P", "team": "t1"}],
        "initiatives": [{"key": "i1", "name": "I", "mode": "exploit", "owner": "p1"}, {"key": "i2", "name": "J", "mode": "exploit", "depends": ["i1"]}],
        "benefits": [{"key": "b1", "initiative": "i1", "kpi": "k1", "low": 1, "likely": 2, "high": 3}],
        "work_items": [{"key": "w1", "initiative": "i1", "name": "W", "kind": "action"}],
        "actuals": [{"initiative": "i1", "date": "2026-01-01", "money": 5, "team": "t1"}],
        "ethics_reviews": [{"key": "e1", "initiative": "i1"}],
        "experiments": [{"key": "x1", "initiative": "i1", "hypothesis": "H"}],
        "assumptions": [{"key": "a1", "text": "T"}],
        "scenarios": [{"key": "z1", "name": "Z", "probability": 0.5, "effects": {"k2": 1}}, {"key": "z2", "name": "Y", "probability": 0.5}],
        "partners": [{"key": "q1", "name": "Q", "kind": "supplier"}],
        "commitments": [{"key": "m1", "partner": "q1", "p_deliver": 0.5}],
        "surveys": [{"key": "pulse", "kind": "pulse", "n": 5, "invited": 9}],
        "responses": [{"survey": "pulse", "date": "2026-01-01", "answers": {"voice": 3}}],
        "reviews": [{"key": "r1", "kind": "weekly", "last": "2026-01-01"}],
        "messages": [{"key": "v1", "kind": "update", "date": "2026-01-01", "reach": 0.5}],
        "feedback": [{"key": "u1", "text": "T", "kind": "idea", "opened": "2026-01-01"}],
        "decisions": [{"key": "d1", "kind": "go", "at": "2026-01-01", "about": "i1"}],
        "accepted_plans": [{"key": "l1", "accepted": "2026-01-01", "book_sha": "0" * 64, "engine": "1", "starts": {"i1": 1}}],
        "findings_on_record": [{"key": "h1", "rule": "R1", "subject": "i1", "severity": "warning", "since": "2026-01-01"}],
        "closed_benefits": [{"key": "j1", "claimed": 5, "realised": 4}],
        "histories": [{"key": "sales", "first": "2026-01-01", "values": [1, 2]}],
    }  # fmt: skip


ROWS = [(kind, number) for kind in KINDS for number in range(len(rich()[KINDS[kind].plural]))]


@pytest.mark.parametrize(("kind", "number"), ROWS, ids=[f"{kind}-{number}" for kind, number in ROWS])
def test_a_bad_value_has_the_same_code_in_an_edit_as_in_a_file(kind, number):
    fields = [described.name for described in fields_of(KINDS[kind].record)]
    # Each field meets some of the values, another field others.
    for index, name in enumerate(fields):
        for value in itertools.islice(VALUES, (index + number) % 7, None, 7):
            same_code(kind, number, name, value)


@pytest.mark.prove
@pytest.mark.parametrize(("kind", "number"), ROWS, ids=[f"{kind}-{number}" for kind, number in ROWS])
def test_every_bad_value_has_the_same_code_in_an_edit_as_in_a_file(kind, number):
    for described in fields_of(KINDS[kind].record):
        for value in VALUES:
            same_code(kind, number, described.name, value)


def same_code(kind, number, name, value):
    """Read a file with one bad value, and make the same change by edits; both must say the same."""
    tree = rich()
    row = tree[KINDS[kind].plural][number]
    if "ITSELF" in str(value):
        value = eval(repr(value).replace("ITSELF", row.get("key", "x")))  # noqa: S307 - our own list of values
    bad = {**row, name: value}
    tree[KINDS[kind].plural][number] = bad
    if not KINDS[kind].series and name == "key":
        return
    if (kind, name) == ("objective", "kpis") and isinstance(value, list):
        # In a file that is the short form.
        return
    reading = read_mapping(tree)
    said = told(reading.findings)
    if KINDS[kind].series:
        edited = [apply_rich(append(kind, **bad))]
    else:
        edited = [apply_rich(put(kind, **bad)), apply_rich(set_(kind, row["key"], **{name: value}))]
    for applied in edited:
        assert told(applied.findings) == said, (kind, name, value)
        assert (applied.book is None) == bool(reading.errors)


def told(findings):
    """What findings say, apart from what follows in a file from leaving the row out."""
    found = {(finding.code, finding.kind, finding.key, finding.severity, finding.message) for finding in findings}
    failed = any(severity is Severity.ERROR for *_, severity, _ in found)
    return {one for one in found if not failed or one[0] not in ("refers-to-held-out", "normalised")}


@functools.cache
def rich_book():
    reading = read_mapping(rich())
    assert reading.findings == ()
    return reading.book


def apply_rich(raw):
    return done(rich_book(), raw)


BOTH = [
    # What contradicts itself between records, whichever of them comes last.
    [put("organisation", key="other", name="Y", currency="EUR")],
    [put("budget", key="other", cash=[1, 1])],
    [put("strategy", key="other", mission="N")],
    [put("segment", key="s9", name="a")],
    [put("flow", key="f9", source="y1", destination="y2", object="orders", state="planned")],
    [set_("initiative", "i1", depends=["i2"])],
    [set_("objective", "o1", parent="o2")],
    [set_("team", "t1", parent="t2")],
    [set_("budget", "budget", cash=[1, 1, 1])],
    [set_("strategy", "strategy", periods=3)],
    [set_("scenario", "z1", probability=0), set_("scenario", "z2", probability=0)],
    [set_("scenario", "z1", probability=0.25)],
    [set_("initiative", "i2", earliest=3)],
]


@pytest.mark.parametrize("edits", BOTH, ids=range(len(BOTH)))
def test_what_records_break_between_them_has_the_same_code_too(edits):
    tree = rich()
    for edit in edits:
        rows = tree[KINDS[edit["kind"]].plural]
        if edit["edit"] == "put":
            rows.append(edit["record"])
        else:
            rows[[row["key"] for row in rows].index(edit["key"])].update(edit["fields"])
    said = told(read_mapping(tree).findings)
    assert said
    assert told(done(rich_book(), *edits).findings) == said


# --- the way back -----------------------------------------------------------------------------


@given(before=books(without=("readings", "actuals")), after=books())
@MORE
def test_the_edits_between_two_books_lead_from_one_to_the_other_and_back(before, after):
    after = Book(after.records, FrozenMap({})) if len(after) % 2 else after
    assert_led(before, after)
    if not after.series:
        assert_led(after, before)


def assert_led(before, after):
    raw = edits_between(before, after)
    edits, findings = read_edits(json.loads(json.dumps(raw, allow_nan=False)))
    assert findings == ()
    applied = apply(before, edits)
    assert applied.book == after, applied.findings
    assert applied.book.sha == after.sha == fresh(applied.book).sha
    assert applied.changes == tuple(change for change in before.diff(after) if not KINDS[change.kind].series)
    assert edits_between(applied.book, after) == []


@pytest.mark.parametrize("kind", sorted(kind for kind in KINDS if not KINDS[kind].series))
@given(data=st.data())
@FEW
def test_any_record_can_become_any_other(kind, data):
    before = data.draw(records(kind))
    after = dataclasses.replace(data.draw(records(kind)), key=before.key)
    if any(before.key in str(reference) for reference in plain_row(after).values()):
        return
    raw = json.loads(json.dumps(edits_between(Book.of([before]), Book.of([after]))))
    edits, findings = read_edits(raw)
    assert findings == ()
    if edits:
        again, said = outcome(edits[0], before)
        assert again == after, said


def test_rows_cannot_vanish():
    one, two = (Measurement(kpi="k", value=value) for value in (1.0, 2.0))
    with pytest.raises(RowsVanish, match="1 row") as caught:
        edits_between(Book.of([one, one, two]), Book.of([one, two, two]))
    assert isinstance(caught.value, RhumblineError)
    assert len(edits_between(Book.of([one]), Book.of([one, one, two]))) == 2


# --- two changes of one record ----------------------------------------------------------------


@st.composite
def three(draw):
    """Three versions of one record that share much: each field of each is one of two values."""
    kind = draw(st.sampled_from(["kpi", "initiative", "team", "person", "scenario"]))
    one, other = draw(records(kind)), draw(records(kind))
    names = [described.name for described in fields_of(type(one)) if described.name != "key"]

    def mixed():
        return dataclasses.replace(
            one, **{name: getattr(draw(st.sampled_from([one, one, other])), name) for name in names}
        )

    return mixed(), mixed(), mixed()


@given(three())
@MORE
def test_changes_of_different_fields_are_merged_and_of_the_same_are_named(versions):
    base, theirs, mine = versions
    merged, fields = clashes(base, theirs, mine)
    for name in (described.name for described in fields_of(type(base))):
        was, there, here, now = (getattr(version, name) for version in (base, theirs, mine, merged))
        assert (name in fields) == (was not in (there, here) and there != here)
        assert now == (there if here == was else here)
    assert set(clashes(base, mine, theirs)[1]) == set(fields)
    assert clashes(base, base, mine) == (mine, ())
    assert clashes(base, theirs, base) == (theirs, ())
    assert clashes(base, mine, mine) == (mine, ())


def test_a_removal_meets_a_change():
    base = Kpi(key="k", name="K", unit="u", target=1.0)
    changed = dataclasses.replace(base, name="L", source="us")
    assert clashes(base, None, changed) == (changed, ("name", "source"))
    assert clashes(base, changed, None) == (None, ("name", "source"))
    assert clashes(base, None, base) == clashes(base, base, None) == clashes(base, None, None) == (None, ())
    assert clashes(None, None, base) == clashes(None, base, None) == (base, ())
    assert clashes(None, None, None) == (None, ())


def test_two_that_were_new_meet_where_both_say_something():
    theirs = Kpi(key="k", name="K", unit="u", target=1.0, source="us", speed=True)
    mine = Kpi(key="k", name="K", unit="%", target=1.0, source="you", guard=True)
    merged, fields = clashes(None, theirs, mine)
    assert fields == ("unit", "source")
    assert merged == dataclasses.replace(mine, speed=True)


# --- the page -------------------------------------------------------------------------------


def test_the_page_shows_edits_that_work(bakery):
    blocks = re.findall(r"^```json\n(.*?)^```$", REFERENCE.read_text(), re.MULTILINE | re.DOTALL)
    edits, findings = read_edits(json.loads(blocks[0]))
    assert findings == ()
    assert {edit.action for edit in edits} == set(Action)
    applied = apply(bakery, edits)
    assert applied.findings == ()
    assert len(applied.changes) + len(applied.rows) == len(edits)
