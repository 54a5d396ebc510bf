"""What a check does with the rules: order, merging, waivers, crashes, quick checks and rules of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.engines.diagnosis.base import AS_OF, BASE, ago, benefit, change, changed, diagnosed, initiative

from rhumbline.book.book import Book
from rhumbline.book.findings import AsOfMissing
from rhumbline.book.records import Decision, Scenario
from rhumbline.book.types import DecisionKind, FrozenMap, Severity
from rhumbline.engines.diagnosis import (
    RULES,
    CheckTerms,
    Crash,
    Facts,
    Hit,
    Rule,
    SameCodeTwice,
    check,
    check_facts,
    rule,
)

FAMILIES = {
    "STR": 8,
    "MKT": 6,
    "OPS": 6,
    "CUL": 6,
    "RES": 5,
    "BAL": 6,
    "KPI": 8,
    "EXE": 6,
    "DYN": 5,
    "NIC": 2,
    "ECO": 4,
    "ETH": 4,
    "LED": 4,
    "DAT": 3,
}
ORPHAN = BASE.replace(benefit("i3", "k1", 0.0))


def waiver(until: date | None, code: str = "STR01", about: str = "i3", key: str = "w1") -> Decision:
    return Decision(key=key, kind=DecisionKind.WAIVER, about=about, rule=code, at=ago(9), until=until)


def own(code: str, find: object) -> Rule:
    return rule(code, name="Own", severity=Severity.INFO, message="Look at {subject}.")(find)  # type: ignore[arg-type]


def nothing(facts: Facts) -> Iterator[Hit]:
    """Finds nothing."""
    yield from ()


def broken(facts: Facts) -> Iterator[Hit]:
    """Finds one thing and then fails."""
    yield Hit("i1")
    raise ZeroDivisionError("no hours")


# --- the registry -----------------------------------------------------------------------------


def test_there_are_seventy_three_rules_in_fourteen_families() -> None:
    counts = {family: sum(rule.code.startswith(family) for rule in RULES) for family in FAMILIES}
    assert counts == FAMILIES
    assert len(RULES) == 73
    assert len({rule.code for rule in RULES}) == 73


def test_every_rule_says_when_it_fires() -> None:
    assert [rule.code for rule in RULES if not rule.trigger.endswith(".")] == []


def test_only_the_rules_about_reviews_block_and_only_one_needs_plans() -> None:
    assert [rule.code for rule in RULES if rule.blocks] == ["ETH01", "ETH02"]
    assert [rule.code for rule in RULES if rule.slow] == ["DYN04"]


# --- findings -----------------------------------------------------------------------------------


def test_findings_come_errors_first_then_by_code_then_by_subject_in_natural_order() -> None:
    book = BASE
    for key in ("i10", "i9"):
        book = book.replace(initiative(key, owner=None, stop_rule="", hypothesis=""), benefit(key, "k1", 20.0))
    book = change(book, "budget", "budget", drift=0.0)
    listed = [(str(finding), finding.severity) for finding in diagnosed(book).findings]
    assert listed == [
        ("CUL03:i9", Severity.ERROR),
        ("CUL03:i10", Severity.ERROR),
        ("BAL03:portfolio", Severity.WARNING),
        ("EXE05:i9", Severity.INFO),
        ("EXE05:i10", Severity.INFO),
    ]


def test_the_order_in_which_records_were_given_changes_nothing() -> None:
    records = [record for kind in ORPHAN.records.values() for record in kind.values()]
    series = [row for rows in ORPHAN.series.values() for row in rows]
    turned = Book.of([*reversed(series), *reversed(records)], as_of=AS_OF)
    assert diagnosed(turned) == diagnosed(ORPHAN)


def test_the_order_of_the_rules_changes_nothing_about_the_findings() -> None:
    assert check(ORPHAN, rules=RULES[::-1]).findings == check(ORPHAN).findings


def test_the_evaluation_date_is_that_of_the_terms_else_that_of_the_book() -> None:
    later = AS_OF + timedelta(days=400)
    assert check(BASE).as_of == AS_OF
    diagnosis = check(BASE, CheckTerms(as_of=later))
    assert diagnosis.as_of == later
    assert "MKT06:n1" in {str(finding) for finding in diagnosis.findings}


def test_without_any_date_a_check_says_so() -> None:
    with pytest.raises(AsOfMissing):
        check(replace(BASE, as_of=None))


def test_findings_about_one_subject_can_be_asked_for() -> None:
    assert [finding.code for finding in check(ORPHAN).of("i3")] == ["STR01"]


# --- missing data -------------------------------------------------------------------------------


def test_an_empty_book_lacks_only_a_mission_and_a_reserve() -> None:
    diagnosis = check(Book(as_of=AS_OF))
    assert [str(finding) for finding in diagnosis.findings] == ["STR08:organisation", "BAL03:portfolio"]
    assert not diagnosis.measurable
    assert diagnosis.crashed == ()


@pytest.mark.parametrize(
    "kind",
    [
        "organisation",
        "signal",
        "measurement",
        "person",
        "work_item",
        "ethics_review",
        "assumption",
        "partner",
        "commitment",
        "survey",
        "review",
        "feedback",
        "closed_benefit",
        "flow",
    ],
)
def test_optional_records_that_are_absent_break_no_rule(kind: str) -> None:
    owners = {row.kpi for row in BASE.series["measurement"]} if kind == "measurement" else set(BASE.all(kind))
    book = BASE.without(kind, *owners)
    # Running work needs a date; that is what the rule is about.
    expected = {"work_item": ["EXE01:i1"]}.get(kind, [])
    assert [str(finding) for finding in diagnosed(book).findings] == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"sponsor": None, "proposer": None},
        {"segments": ()},
        {"requires": None},
        {"readiness": ()},
        {"spent": None, "approved": None},
        {"planned_progress": None},
        {"last_update": None},
        {"team": None},
        {"hours": FrozenMap()},
        {"review": ""},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_optional_fields_that_are_absent_break_no_rule(fields: dict[str, object]) -> None:
    for key in ("i1", "i2", "i3"):
        book = changed("initiative", key, **fields)
        left = [str(finding) for finding in diagnosed(book).findings if finding.subject == key]
        assert left == [], key


def test_without_money_and_hours_no_share_of_resources_is_judged() -> None:
    book = changed("budget", "budget", cash=())
    diagnosis = diagnosed(book)
    shares = {"STR02", "STR07", "RES01", "RES02", "BAL01", "BAL02", "DAT01", "DAT03"}
    assert not diagnosis.measurable
    assert {finding.code for finding in diagnosis.findings} & shares == set()


# --- waivers ------------------------------------------------------------------------------------


def test_a_waiver_silences_a_finding_to_its_last_day() -> None:
    assert [str(error) for error in check(ORPHAN).errors] == ["STR01:i3"]
    waived = check(ORPHAN.replace(waiver(AS_OF)))
    assert waived.findings[0].waived_until == AS_OF
    assert waived.errors == waived.standing == ()
    over = check(ORPHAN.replace(waiver(ago(1))))
    assert over.findings[0].waived_until is None
    assert len(over.errors) == 1


@pytest.mark.parametrize(
    "decision",
    [
        waiver(None),
        waiver(AS_OF, code="STR02"),
        waiver(AS_OF, about="i2"),
        replace(waiver(AS_OF), kind=DecisionKind.HOLD),
    ],
    ids=["without end", "another rule", "another subject", "no waiver"],
)
def test_another_decision_silences_nothing(decision: Decision) -> None:
    assert check(ORPHAN.replace(decision)).findings[0].waived_until is None


def test_of_two_waivers_the_longer_counts() -> None:
    later = AS_OF + timedelta(days=5)
    book = ORPHAN.replace(waiver(AS_OF), waiver(later, key="w2"))
    assert check(book).findings[0].waived_until == later


def test_a_waiver_hides_nothing_from_the_list() -> None:
    assert [str(finding) for finding in check(ORPHAN.replace(waiver(AS_OF))).findings] == ["STR01:i3"]


# --- crashes ------------------------------------------------------------------------------------


def test_a_rule_that_crashes_is_named_and_the_others_go_on() -> None:
    diagnosis = check(ORPHAN, rules=(own("OWN01", broken), *RULES))
    assert diagnosis.crashed == (Crash("OWN01", "ZeroDivisionError: no hours"),)
    assert diagnosis.findings == check(ORPHAN).findings
    assert "OWN01" not in diagnosis.checked
    assert "STR01" in diagnosis.checked


def test_a_number_that_cannot_be_computed_stops_only_the_rules_that_need_it() -> None:
    # A reference that no gate would let pass: the lenses of the live work then have nothing to stand on.
    book = change(changed("initiative", "i1", needs=("nowhere",)), "initiative", "d1", owner=None)
    diagnosis = check(book)
    assert "CUL03:d1" in {str(finding) for finding in diagnosis.findings}
    assert {"STR04", "BAL04", "DAT03", "MKT03"} <= {crash.code for crash in diagnosis.crashed}


# --- quick checks and rules of one's own ----------------------------------------------------------


def test_a_quick_check_leaves_out_the_rule_that_needs_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(facts: Facts, scenario: str | None = None) -> frozenset[str]:
        raise AssertionError("a quick check asked for a plan")

    monkeypatch.setattr(Facts, "funded", never)
    book = BASE.replace(Scenario(key="calm", name="Calm", probability=1.0))
    quick = check(book, CheckTerms(quick=True))
    assert quick.left_out == ("DYN04",)
    assert quick.crashed == ()
    assert [crash.code for crash in check(book).crashed] == ["DYN04"]


def test_without_scenarios_no_plan_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Facts, "funded", None)
    assert check(BASE).crashed == ()


@pytest.mark.parametrize(
    ("base", "scenario", "fires"),
    [
        (frozenset({"i1"}), None, True),
        (frozenset({"i1"}), frozenset(), True),
        (frozenset({"i1"}), frozenset({"i1", "i2"}), False),
        (None, None, False),
    ],
    ids=["no feasible plan", "dropped", "kept", "no base plan"],
)
def test_what_a_scenario_without_a_plan_means(
    monkeypatch: pytest.MonkeyPatch, base: frozenset[str] | None, scenario: frozenset[str] | None, fires: bool
) -> None:
    monkeypatch.setattr(Facts, "funded", lambda facts, key=None: base if key is None else scenario)
    book = BASE.replace(Scenario(key="bad", name="Bad", probability=0.4))
    assert ("DYN04:i1" in {str(finding) for finding in check(book).findings}) is fires


def test_a_rule_of_ones_own_brings_its_own_words() -> None:
    def find(facts: Facts) -> Iterator[Hit]:
        """Finds the firm."""
        yield Hit("organisation", {"count": len(facts.book.initiatives)})

    finding = check(BASE, rules=(*RULES, own("OWN01", find))).findings[0]
    assert str(finding) == "OWN01:organisation"
    assert dict(finding.own_words) == {"name": "Own", "message": "Look at {subject}."}


def test_two_rules_cannot_share_a_code() -> None:
    with pytest.raises(SameCodeTwice, match="STR01"):
        check(BASE, rules=(*RULES, own("STR01", nothing)))


def test_facts_at_hand_give_the_same_diagnosis() -> None:
    assert check_facts(Facts(ORPHAN, AS_OF)) == check(ORPHAN)
