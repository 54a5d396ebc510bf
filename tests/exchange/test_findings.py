"""Every finding code: what brings it about, through a mapping and through a file, and what it says."""

import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from rhumbline.book.types import Severity
from rhumbline.exchange.files import dumps, read_book, read_mapping, read_text

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "finding-codes.md"


def company(**changes):
    """A small sound company; a keyword replaces a section, and None leaves it out."""
    tree = {
        "as_of": date(2026, 11, 23),
        "organisation": {"name": "Two vans", "currency": "EUR"},
        "mission": "Every parcel on the day we said.",
        "segments": [{"id": "shops", "name": "Shops"}],
        "needs": [{"id": "n1", "segment": "shops", "text": "In time", "importance": 9, "satisfaction": 4}],
        "kpis": [{"id": "k1", "name": "Late parcels", "unit": "per thousand", "baseline": 30, "target": 10}],
        "objectives": [{"id": "o1", "name": "Keep our promise", "weight": 100, "kpis": [{"kpi": "k1"}]}],
        "teams": [{"id": "vans", "name": "Vans", "hours": 100, "rate": 30}],
        "people": [{"id": "ada", "name": "Ada", "team": "vans"}],
        "budget": {"cash": [100000, 0, 0, 0], "drift": 0.05},
        "initiatives": [initiative()],
    }
    return {name: value for name, value in {**tree, **changes}.items() if value is not None}


def initiative(**changes):
    """A sound initiative; a keyword replaces a field, and None leaves it out."""
    row = {
        "id": "e1",
        "name": "Route planner",
        "mode": "exploit",
        "owner": "ada",
        "cash": [10000],
        "hours": {"vans": [10]},
        "benefits": [{"kpi": "k1", "effect": [6, 10, 12], "evidence": "E2"}],
    }
    return {name: value for name, value in {**row, **changes}.items() if value is not None}


def both(tree):
    """Read the same data as a mapping and as YAML text; they must say the same, apart from line and column."""
    reading = read_mapping(tree)
    text = yaml.dump(tree, Dumper=PlainDumper, allow_unicode=True, sort_keys=False)
    from_text = read_text(text)
    assert told(from_text) == told(reading)
    assert from_text.book == reading.book
    return reading


class PlainDumper(yaml.SafeDumper):
    """Writes a list that stands in two places twice, because anchors are refused."""

    def ignore_aliases(self, data):
        return True


def told(reading):
    return [(finding.code, re.sub(r" \(line.*\)$", "", finding.where)) for finding in reading.findings]


def codes(reading):
    return [finding.code for finding in reading.findings]


def only(reading, code):
    """Return the one finding there is, and check that it can be read by a person."""
    assert codes(reading) == [code]
    finding = reading.findings[0]
    for sentence in (finding.message, finding.remedy):
        assert sentence[0].isalnum() or sentence[0] == "'"
        assert sentence.endswith((".", "?"))
        assert sentence.isprintable()
        assert len(sentence) < 400
    return finding


def test_the_small_company_is_sound():
    reading = both(company())
    assert reading.findings == ()
    assert reading.held_out == ()
    assert reading.usable


# --- one bad value: code, place, and what is left out -----------------------------------------

FIELD = [
    # initiative fields
    ({"cash": [10000, -5]}, "too-small", "initiatives e1, cash 2"),
    ({"cash": [10**30]}, "too-large", "initiatives e1, cash 1"),
    ({"cash": [1e30]}, "too-large", "initiatives e1, cash 1"),
    ({"cash": ["ten"]}, "wrong-type", "initiatives e1, cash 1"),
    ({"cash": ["10,000"]}, "wrong-type", "initiatives e1, cash 1"),
    ({"cash": ["10000"]}, "wrong-type", "initiatives e1, cash 1"),
    ({"cash": [True]}, "wrong-type", "initiatives e1, cash 1"),
    ({"cash": [None]}, "missing-value", "initiatives e1, cash 1"),
    ({"cash": [[1]]}, "wrong-type", "initiatives e1, cash 1"),
    ({"cash": 10000}, "wrong-type", "initiatives e1, cash"),
    ({"cash": {"a": 1}}, "wrong-type", "initiatives e1, cash"),
    ({"cash": [date(2026, 1, 1)]}, "wrong-type", "initiatives e1, cash 1"),
    ({"hours": {"vans": [1, -1]}}, "too-small", "initiatives e1, hours vans 2"),
    ({"hours": {"vans": 5}}, "wrong-type", "initiatives e1, hours vans"),
    ({"hours": [5]}, "wrong-type", "initiatives e1, hours"),
    ({"hours": {"no such key!": [5]}}, "malformed", "initiatives e1, hours"),
    ({"hours": {"van": [5]}}, "unknown-reference", "initiatives e1, hours"),
    ({"name": True}, "wrong-type", "initiatives e1, name"),
    ({"name": 1.5}, "wrong-type", "initiatives e1, name"),
    ({"name": date(2026, 1, 1)}, "wrong-type", "initiatives e1, name"),
    ({"name": ["a"]}, "wrong-type", "initiatives e1, name"),
    ({"name": "x" * 201}, "too-long", "initiatives e1, name"),
    ({"name": "a\x07b"}, "malformed", "initiatives e1, name"),
    ({"name": ""}, "missing-value", "initiatives e1, name"),
    ({"name": "  "}, "missing-value", "initiatives e1, name"),
    ({"name": None}, "missing-value", "initiatives e1, name"),
    ({"mode": None}, "missing-value", "initiatives e1, mode"),
    ({"mode": "explot"}, "not-allowed", "initiatives e1, mode"),
    ({"mode": 3}, "not-allowed", "initiatives e1, mode"),
    ({"mode": ["exploit"]}, "wrong-type", "initiatives e1, mode"),
    ({"status": "runing"}, "not-allowed", "initiatives e1, status"),
    ({"status": "running", "stage": "case"}, "duplicate-field", "initiatives e1, status"),
    ({"key": "e1"}, "duplicate-field", "initiatives e1"),
    ({"earliest": 0}, "too-small", "initiatives e1, earliest"),
    ({"earliest": 1.5}, "wrong-type", "initiatives e1, earliest"),
    ({"mandatory": "yes"}, "wrong-type", "initiatives e1, mandatory"),
    ({"mandatory": 1}, "wrong-type", "initiatives e1, mandatory"),
    ({"progress": 150}, "looks-like-percent", "initiatives e1, progress"),
    ({"progress": 1.5}, "looks-like-percent", "initiatives e1, progress"),
    ({"progress": 10**30}, "too-large", "initiatives e1, progress"),
    ({"progress": "50 %"}, "wrong-type", "initiatives e1, progress"),
    ({"readiness": [5]}, "too-large", "initiatives e1, readiness 1"),
    ({"spent": -1}, "too-small", "initiatives e1, spent"),
    ({"last_update": "2026-02-30"}, "malformed", "initiatives e1, last_update"),
    ({"last_update": "30.11.2026"}, "malformed", "initiatives e1, last_update"),
    ({"last_update": 20261123}, "wrong-type", "initiatives e1, last_update"),
    ({"last_update": date(1899, 1, 1)}, "too-small", "initiatives e1, last_update"),
    ({"last_update": date(2201, 1, 1)}, "too-large", "initiatives e1, last_update"),
    ({"depends": ["e1"]}, "self-reference", "initiatives e1, depends"),
    ({"depends": ["e2"]}, "unknown-reference", "initiatives e1, depends"),
    ({"owner": "adda"}, "unknown-reference", "initiatives e1, owner"),
    ({"requires": {"c1": 0}}, "too-small", "initiatives e1, requires c1"),
]


@pytest.mark.parametrize(
    ("change", "code", "where"), FIELD, ids=[f"{code}-{n}" for n, (_, code, _) in enumerate(FIELD)]
)
def test_a_bad_field_holds_its_initiative_out(change, code, where):
    reading = both(company(initiatives=[initiative(**change), initiative(id="other")]))
    finding = only(reading, code)
    assert finding.severity is Severity.ERROR
    assert re.sub(r" \(line.*\)$", "", finding.where) == where
    assert (finding.kind, finding.key) == ("initiative", "e1")
    assert ("initiative", "e1") in reading.held_out
    assert ("benefit", "e1.k1") in reading.held_out
    assert list(reading.book.initiatives) == ["other"]
    assert reading.book.benefits_of("e1") == ()


SECTION = [
    ({"organisation": {"name": "X", "currency": "euro"}}, "malformed", "organisation, currency", "organisation"),
    ({"organisation": {"name": "X", "currency": "EUR", "headcount": -1}}, "too-small", "organisation, headcount", "organisation"),
    ({"organisation": "Two vans"}, "wrong-type", "organisation", "organisation"),
    ({"mission": "x" * 401}, "too-long", "mission", "strategy"),
    ({"mission": ["a"]}, "wrong-type", "mission", "strategy"),
    ({"horizon": {"quarters": 0}}, "too-small", "horizon quarters", "strategy"),
    ({"horizon": {"quarters": 4, "periods": 4}}, "duplicate-field", "horizon periods", "strategy"),
    ({"horizon": "2027"}, "wrong-type", "horizon", "strategy"),
    ({"horizon": {"start": "soon"}}, "malformed", "horizon start", "strategy"),
    ({"horizon": {"quarters": 3}}, "mismatch", "budget, cash", "budget"),
    ({"budget": {"cash": [1] * 4, "drift": 0.6}}, "too-large", "budget, drift", "budget"),
    ({"budget": {"cash": [1] * 4, "drift": 5}}, "looks-like-percent", "budget, drift", "budget"),
    ({"budget": {"cash": [1] * 4, "explore_min": 0.5, "explore_max": 0.2}}, "out-of-order", "budget, explore_min", "budget"),
    ({"budget": {"cash": [1] * 4, "hurdle": -0.1}}, "too-small", "budget, hurdle", "budget"),
    ({"budget": {"cash": []}}, "missing-value", "budget, cash", "budget"),
    ({"budget": [1, 2]}, "wrong-type", "budget", "budget"),
    ({"pulse": {"n": 20, "invited": 14}}, "out-of-order", "pulse, n", "survey"),
    ({"pulse": {"n": 2, "invited": 14, "items": {"voice": 6}}}, "too-large", "pulse, items voice", "survey"),
    ({"scenarios": [{"id": "x", "name": "X", "p": 1.5}]}, "looks-like-percent", "scenarios x, p", "scenario"),
    ({"scenarios": [{"id": "x", "name": "X", "p": 0}]}, "zero-sum", "scenarios x, p", "scenario"),
    ({"scenarios": [{"id": "x", "name": "X", "p": 1, "effects": {"e1": 0}}]}, "too-small", "scenarios x, effects e1", "scenario"),
    ({"scenarios": [{"id": "x", "name": "X", "p": 1, "effects": {"e9": 1}}]}, "unknown-reference", "scenarios x, effects", "scenario"),
    ({"partners": [{"id": "p", "name": "P", "required": True}]}, "missing-value", "partners p, p_deliver", "commitment"),
    ({"signals": [{"id": "g", "text": "T", "kind": "customer", "strength": 4, "seen": "2026-01-01"}]}, "too-large", "signals g, strength", "signal"),
    ({"signals": [{"id": "g", "text": "T", "kind": "customer", "strength": 1, "seen": "2026-02-01", "assessed": "2026-01-01"}]}, "out-of-order", "signals g, seen", "signal"),
    ({"feedback": [{"id": "f", "text": "T", "opened": "2026-02-01", "answered": "2026-01-01"}]}, "out-of-order", "feedback f, opened", "feedback"),
    ({"systems": [{"id": "y", "name": "Y"}], "flows": [{"from": "y", "to": "y", "state": "live"}]}, "self-reference", "flows 1, to", "flow"),
    ({"systems": [{"id": "y", "name": "Y"}], "flows": [{"from": "y", "to": "z", "state": "live"}]}, "unknown-reference", "flows 1, to", "flow"),
    ({"roi_history": {"months": 3, "first": "2026-01-31", "sales": [1, 2]}}, "mismatch", "roi_history, sales", "history"),
    ({"messages": [{"date": "2026-01-01", "reach": 80}]}, "looks-like-percent", "messages 1, reach", "message"),
    ({"strategies": [{"key": "s2", "mission": "Other"}], "mission": "M"}, "not-unique", "mission", "strategy"),
    ({"assumptions": ["all is well"]}, "wrong-type", "assumptions 1", "assumption"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "code", "where", "kind"), SECTION, ids=[f"{row[1]}-{n}" for n, row in enumerate(SECTION)]
)
def test_a_bad_section_holds_out_only_itself(change, code, where, kind):
    reading = both(company(**change))
    finding = only(reading, code)
    assert finding.severity is Severity.ERROR
    assert re.sub(r" \(line.*\)$", "", finding.where) == where
    assert finding.kind == kind
    assert {held for held, _ in reading.held_out} == {kind}
    assert "e1" in reading.book.initiatives


NOT_NUMBERS = [float("nan"), float("inf"), float("-inf"), Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity")]
NOT_NUMBERS += [
    "NaN",
    "nan",
    "-nan",
    "inf",
    "-inf",
    "+Inf",
    "Infinity",
    "-Infinity",
    "1e999x"[:5],
    "#N/A",
    "#REF!",
    "n/a",
]


@pytest.mark.parametrize("value", NOT_NUMBERS, ids=map(str, NOT_NUMBERS))
@pytest.mark.parametrize("field", ["spent", "progress", "votes"])
def test_what_is_no_finite_number_is_refused_from_python(value, field):
    reading = read_mapping(company(initiatives=[initiative(**{field: value})]))
    expected = "wrong-type" if value == "1e999" else "not-a-number"
    assert codes(reading) == [expected]


@pytest.mark.parametrize(
    "value",
    [
        ".nan",
        ".NaN",
        ".NAN",
        "NaN",
        "nan",
        ".inf",
        "-.inf",
        "+.Inf",
        ".INF",
        "Infinity",
        "-Infinity",
        "1e999",
        "-1e999",
    ],
)
def test_what_is_no_finite_number_is_refused_in_yaml(value):
    text = yaml.safe_dump(company(initiatives=[initiative(spent=777)])).replace("777", value)
    finding = only(read_text(text), "not-a-number")
    assert re.search(r"spent \(line \d+, column \d+\)$", finding.where)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", '"NaN"'])
def test_what_is_no_finite_number_is_refused_in_json(value):
    book = read_mapping(company(initiatives=[initiative(spent=777)])).book
    assert codes(read_text(dumps(book, "json").replace("777", value))) == ["not-a-number"]


@pytest.mark.parametrize(
    ("effect", "code"),
    [
        ([10, 6, 12], "out-of-order"),
        ([6, 12, 10], "out-of-order"),
        ([6, 10], "malformed"),
        (10, "malformed"),
        ([1, 2, "x"], "wrong-type"),
        ([1, None, 3], "missing-value"),
        ([], "missing-value"),
        ([-(10**30), 0, 1], "too-small"),
    ],
)
def test_a_bad_benefit_is_held_out_alone(effect, code):
    reading = both(company(initiatives=[initiative(benefits=[{"kpi": "k1", "effect": effect}])]))
    assert set(codes(reading)) == {code}
    assert reading.held_out == (("benefit", "e1.k1"),)
    assert list(reading.book.initiatives) == ["e1"]
    assert all("initiatives e1, benefits 1" in finding.where for finding in reading.findings)


def test_a_bad_milestone_or_reading_is_held_out_alone():
    milestones = [{"name": "Gate", "due": "2027-13-01"}, {"name": "Use", "due": "2027-08-31"}]
    reading = both(company(initiatives=[initiative(milestones=milestones)]))
    assert codes(reading) == ["malformed"]
    assert [item.name for item in reading.book.milestones_of("e1")] == ["Use"]
    kpi = {"id": "k1", "name": "K", "unit": "u", "target": 1, "history": [1, "x", 3], "last": date(2026, 1, 1)}
    reading = both(company(kpis=[kpi]))
    assert told(reading) == [("wrong-type", "kpis k1, history 2")]
    assert [row.value for row in reading.book.readings("k1")] == [1, 3, None]
    assert [row.at for row in reading.book.readings("k1")] == [date(2025, 9, 30), date(2025, 12, 1), date(2026, 1, 1)]


# --- warnings let the row pass ----------------------------------------------------------------


def test_an_unknown_field_is_named_with_the_nearest_known_one():
    reading = both(company(initiatives=[initiative(ernings=3, depnds=["e9"])]))
    assert codes(reading) == ["unknown-field", "unknown-field"]
    assert "Did you mean 'depends'?" in reading.findings[1].message
    assert reading.findings[0].severity is Severity.WARNING
    assert reading.held_out == ()


def test_an_unquoted_comma_shows_as_an_unknown_field():
    text = "messages:\n- {date: 2026-01-01, reach: 1, body: Town hall, kick-off}\norganisation: {name: X, currency: EUR}\nbudget: {cash: [1]}\n"
    finding = only(read_text(text), "unknown-field")
    assert "kick-off" in finding.message
    assert "quotes" in finding.remedy


def test_unknown_sections_are_named_and_annotations_are_not():
    reading = both(
        company(
            initatives=[], case="x", title="y", seed=[3], expect={"a": 1}, initiatives=[initiative(label="aligned")]
        )
    )
    finding = only(reading, "unknown-field")
    assert "initiatives" in finding.message


@pytest.mark.parametrize(
    ("amount", "used"), [(10.005, "10.00"), (10.015, "10.02"), (10.025, "10.02"), (Decimal("0.001"), "0.00")]
)
def test_money_with_more_than_two_decimals_is_rounded_half_even(amount, used):
    reading = read_mapping(company(initiatives=[initiative(cash=[amount])]))
    finding = only(reading, "too-precise")
    assert finding.severity is Severity.WARNING
    assert str(reading.book.initiatives["e1"].cash[0]) == used


def test_money_is_exact():
    for amount in (0.1, 0.07, 1234567890123.45, 10, 19.99, Decimal("19.99"), 10**13):
        reading = read_mapping(company(initiatives=[initiative(cash=[amount])]))
        assert reading.findings == ()
        assert reading.book.initiatives["e1"].cash[0] == Decimal(str(amount))


def test_a_repeated_reference_counts_once():
    reading = both(company(initiatives=[initiative(segments=["shops", "shops"])]))
    assert only(reading, "repeated-value").severity is Severity.WARNING
    assert reading.book.initiatives["e1"].segments == ("shops",)


def test_a_target_without_a_gap_is_a_warning():
    reading = both(company(kpis=[{"id": "k1", "name": "K", "unit": "u", "baseline": 10, "target": 10}]))
    assert only(reading, "no-gap").severity is Severity.WARNING


def test_a_weak_strength_is_a_warning():
    reading = both(company(capabilities=[{"id": "c1", "name": "C", "level": 3, "strength": True}]))
    assert only(reading, "weak-strength").severity is Severity.WARNING


def test_probabilities_are_normalised_with_a_notice():
    scenarios = [{"id": "x1", "name": "A", "p": 0.5}, {"id": "x2", "name": "B", "p": 0.2}]
    assert only(both(company(scenarios=scenarios)), "normalised").severity is Severity.INFO
    scenarios[1]["p"] = 0.5
    assert both(company(scenarios=scenarios)).findings == ()


# --- between rows -----------------------------------------------------------------------------


def test_a_reference_to_nothing_says_what_was_meant():
    reading = both(company(initiatives=[initiative(segments=["shop"])]))
    finding = only(reading, "unknown-reference")
    assert "Did you mean 'shops'?" in finding.message
    assert finding.numbers["near"] == "shops"


def test_what_refers_to_a_held_out_row_falls_with_it():
    segments = [{"id": "shops", "name": ""}]
    reading = both(
        company(
            segments=segments,
            initiatives=[initiative(needs=["n1"]), initiative(id="e2", depends=["e1"]), initiative(id="e3")],
        )
    )
    assert told(reading) == [
        ("missing-value", "segments shops, name"),
        ("refers-to-held-out", "needs n1, segment"),
        ("refers-to-held-out", "initiatives e1, needs"),
        ("refers-to-held-out", "initiatives e2, depends"),
    ]
    assert list(reading.book.initiatives) == ["e3"]
    assert list(reading.book.all("benefit")) == ["e3.k1"]
    assert {("segment", "shops"), ("need", "n1"), ("initiative", "e1"), ("initiative", "e2")} <= set(reading.held_out)


def test_the_same_id_twice_holds_both_out():
    reading = both(
        company(
            teams=[{"id": "vans", "name": "A", "hours": 1, "rate": 1}] * 2,
            initiatives=[initiative(id="e2", hours=None, owner=None)],
        )
    )
    assert codes(reading) == ["duplicate-key", "refers-to-held-out"]
    assert "teams vans" in reading.findings[0].message
    assert not reading.book.teams
    assert not reading.book.people


def test_the_same_initiative_twice_does_not_repeat_itself_for_its_benefits():
    reading = both(company(initiatives=[initiative(), initiative()]))
    assert codes(reading) == ["duplicate-key"]
    assert not reading.book.initiatives
    assert not reading.book.all("benefit")


def test_a_kpi_linked_twice_is_a_finding():
    reading = both(company(objectives=[{"id": "o1", "name": "O", "weight": 1, "kpis": [{"kpi": "k1"}, {"kpi": "k1"}]}]))
    assert only(reading, "duplicate-key").where.startswith("objectives o1, kpis 2")


def test_link_weights_that_sum_to_zero_count_the_same_and_are_noticed():
    reading = both(company(objectives=[{"id": "o1", "name": "O", "weight": 1, "kpis": [{"kpi": "k1", "weight": 0}]}]))
    assert (only(reading, "zero-sum").key, only(reading, "zero-sum").severity) == ("o1", Severity.WARNING)
    assert "o1" in reading.book.objectives


def test_a_start_beyond_the_horizon_is_noticed():
    reading = both(company(initiatives=[initiative(earliest=5)]))
    assert (only(reading, "too-large").key, only(reading, "too-large").severity) == ("e1", Severity.WARNING)
    assert "e1" in reading.book.initiatives


@pytest.mark.parametrize("weight", [0, -1])
def test_objective_weights_are_positive(weight):
    reading = both(company(objectives=[{"id": "o1", "name": "O", "weight": weight}]))
    assert only(reading, "too-small").where.startswith("objectives o1, weight")


def test_a_cycle_is_named():
    rows = [initiative(id="a", depends=["b"]), initiative(id="b", depends=["c"]), initiative(id="c", depends=["a"])]
    reading = both(company(initiatives=[*rows, initiative(id="d", depends=["a"]), initiative(id="e")]))
    assert codes(reading) == ["cycle", "refers-to-held-out"]
    assert "a -> b -> c -> a" in reading.findings[0].message
    assert reading.findings[0].numbers["cycle"] == ("a", "b", "c", "a")
    assert list(reading.book.initiatives) == ["e"]


@pytest.mark.parametrize("section", ["objectives", "teams"])
def test_a_cycle_of_parents_is_named(section):
    rest = {"weight": 1} if section == "objectives" else {"hours": 1, "rate": 1}
    rows = [{"id": "x", "name": "X", "parent": "y", **rest}, {"id": "y", "name": "Y", "parent": "x", **rest}]
    reading = both(company(**{section: rows}, people=None, initiatives=[]))
    assert "x -> y -> x" in only(reading, "cycle").message


def test_two_segments_of_one_name_and_channel_are_one_too_many():
    segments = [
        {"id": "shops", "name": "Shops"},
        {"id": "shops2", "name": "shops"},
        {"id": "shops3", "name": "Shops", "channel": "web"},
    ]
    reading = both(company(segments=segments))
    assert only(reading, "not-unique").key == "shops2"
    assert list(reading.book.segments) == ["shops", "shops3"]


def test_without_budget_or_organisation_the_rest_is_still_read():
    reading = both(company(budget=None, organisation=None))
    assert told(reading) == [("missing-value", "organisation"), ("missing-value", "budget")]
    assert reading.usable
    assert reading.held_out == ()
    assert "e1" in reading.book.initiatives


def test_without_mission_or_kpis_nothing_is_wrong_with_the_file():
    assert both(company(mission=None)).findings == ()
    assert both(company(kpis=None, objectives=None, initiatives=[initiative(benefits=None)])).findings == ()


def test_a_bad_evaluation_date_is_a_finding_and_the_book_is_read():
    reading = both(company(as_of="2026-02-30"))
    assert only(reading, "malformed").where.startswith("as_of")
    assert reading.book.as_of is None
    assert read_mapping(company(), as_of=date(2027, 1, 1)).book.as_of == date(2027, 1, 1)
    assert read_mapping(company(as_of=datetime(2026, 11, 23))).book.as_of == date(2026, 11, 23)  # noqa: DTZ001


def test_the_missing_mode_is_asked_for_by_three_questions():
    finding = only(both(company(initiatives=[initiative(mode=None)])), "missing-value")
    assert finding.remedy.count("?") == 3


def test_markup_and_formulas_in_names_stay_text():
    for name in ("<script>alert(1)</script>", "=SUM(A1:A9)", "@cmd", "{{7*7}}", "'; DROP TABLE x;--", "\u202eevil"):
        book = both(company(initiatives=[initiative(name=name)])).book
        assert book.initiatives["e1"].name == name
        for form in ("yaml", "json"):
            assert read_text(dumps(book, form), form).book == book


def test_whole_numbers_are_names_too():
    reading = read_text(
        "organisation: {name: 1984, currency: EUR}\nbudget: {cash: [1]}\nteams: [{id: 7, name: 8, hours: 1, rate: 1}]\n"
        "people: [{id: a, name: no, team: 7}]\ninitiatives: [{id: 12, name: 007, mode: exploit, hours: {7: [3]}}]\n"
    )
    assert reading.findings == ()
    assert reading.book.organisation.name == "1984"
    assert reading.book.people["a"].name == "no"
    assert reading.book.initiatives["12"].name == "007"
    assert list(reading.book.initiatives["12"].hours) == ["7"]


def test_messages_name_line_and_column():
    text = "organisation: {name: X, currency: EUR}\nbudget: {cash: [1]}\ninitiatives:\n- id: i4\n  name: X\n  mode: exploit\n  cash: [1, -5]\n"
    assert only(read_text(text), "too-small").where == "initiatives i4, cash 2 (line 7, column 13)"


# --- the list of codes ------------------------------------------------------------------------


def test_every_code_is_documented_and_every_documented_code_is_used():
    source = Path(__file__).parents[2] / "src" / "rhumbline"
    files = [source / "book" / "rules.py", *(source / "book").glob("between.py"), *(source / "book").glob("within.py")]
    names = ("files", "gate", "values", "raw", "short_form", "yaml_text", "json_text", "documents")
    files += [source / "exchange" / f"{name}.py" for name in names] + [source / "exchange" / "importers" / "pabulib.py"]
    files += [*(source / "exchange" / "asking").glob("*.py"), *(source / "exchange" / "edits").glob("*.py")]
    pattern = re.compile(r'(?:code=|BadValue\(\s*|refused\(\s*|Notice\(\s*|warning\(\s*|self\.say\(\s*)"([a-z0-9-]+)"')
    used = {code for file in files for code in pattern.findall(file.read_text())}
    documented = set(re.findall(r"^\| `([a-z0-9-]+)` \|", REFERENCE.read_text(), re.MULTILINE))
    assert used <= documented, f"not documented: {used - documented}"
    assert {code for code in documented if f'"{code}"' not in "".join(file.read_text() for file in files)} == set()


def test_a_book_unpacks():
    book, findings = read_book(company())
    assert book.initiatives
    assert findings == ()
