"""The checker accepts what is true, and names what was changed."""

from __future__ import annotations

import ast
import dataclasses
import sys
import time
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.planning.claims import alterations, honest_claim, no_plan_claim, sealed_claim, unsealed
from tests.engines.planning.enumeration import enumerate_plan, judge
from tests.engines.planning.small_companies import AS_OF, drawn_company, small_company

from rhumbline.book.book import Book
from rhumbline.book.records import (
    Benefit,
    Budget,
    ClosedBenefit,
    EthicsReview,
    Initiative,
    Kpi,
    Objective,
    Organisation,
    Team,
)
from rhumbline.book.types import Evidence, Flag, FrozenMap, Mode, Stage
from rhumbline.book.types import Verdict as EthicsVerdict
from rhumbline.engines.planning.result import PlanStatus
from rhumbline.engines.planning.verify import ClaimedTerms, Proof, Verdict, VerifyTerms, verify
from rhumbline.engines.planning.verify import exact as exact_module
from rhumbline.engines.planning.verify.exact import company, evidence_factors, exact
from rhumbline.engines.planning.verify.reserve import best_reserve

SEEDS = range(24)


def told(verification):
    """The failed checks and their reasons, for whoever reads a failing test."""
    return [(check.name, check.reason, check.more) for check in verification.failed]


def claim_of(small):
    """The oracle's answer to a small company as a claim; None where there is no plan."""
    terms = ClaimedTerms(pins=small.pins, bans=small.bans, scenario=small.scenario)
    answer = enumerate_plan(small.book, small.as_of, pins=small.pins, bans=small.bans, scenario=small.scenario)
    if answer.starts is None:
        return no_plan_claim(small.book, small.as_of, terms=terms)
    return honest_claim(small.book, small.as_of, answer.starts, answer.reserve, terms=terms, unique=answer.unique)


# --- true claims --------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_the_best_plan_holds_with_and_without_digests(seed):
    small = small_company(seed)
    claim = claim_of(small)
    for one in (claim, unsealed(claim)):
        verification = verify(small.book, VerifyTerms(plan=one))
        assert told(verification) == []
        assert verification.verdict is Verdict.HOLDS
        proof = Proof.STATED_CONFLICT if claim.status is PlanStatus.INFEASIBLE else Proof.STATED_BOUND
        assert verification.proof is proof


def test_a_worse_plan_that_says_so_truthfully_is_feasible_but_not_proven():
    small = next(one for one in map(small_company, range(99)) if claim_of(one).starts and not one.pins)
    empty = {key: 1 for key, work in company(small.book, AS_OF).pool.items() if work.mandatory and not work.blocked}
    claim = honest_claim(small.book, AS_OF, empty, best_reserve(company(small.book, AS_OF)))
    verification = verify(small.book, VerifyTerms(plan=claim))
    assert (verification.verdict, verification.proof) == (Verdict.HOLDS, Proof.STATED_BOUND)
    assert verify(small.book, VerifyTerms(plan=claim, resolve=True)).verdict is Verdict.WORSE


# --- one part changed ---------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_changed_is_named_first(seed):
    small = small_company(seed)
    claim = claim_of(small)
    if claim.status is not PlanStatus.OPTIMAL:
        pytest.skip("there is no plan to change")
    for part, how, changed in alterations(small.book, claim):
        verification = verify(small.book, VerifyTerms(plan=changed))
        assert verification.verdict is Verdict.FAILS, (part, how)
        assert verification.leading.name == part, (how, told(verification))


@pytest.mark.parametrize("seed", SEEDS)
def test_value_bound_and_terms_are_named_alone(seed):
    small = small_company(seed)
    claim = claim_of(small)
    if claim.status is not PlanStatus.OPTIMAL:
        pytest.skip("there is no plan to change")
    for part, how, changed in alterations(small.book, claim):
        if part in ("value", "bound", "terms", "book"):
            assert [check.name for check in verify(small.book, VerifyTerms(plan=changed)).failed] == [part], how


@pytest.mark.parametrize("seed", SEEDS)
def test_without_digests_a_change_that_matters_is_named_too(seed):
    small = small_company(seed)
    claim = claim_of(small)
    if claim.status is not PlanStatus.OPTIMAL:
        pytest.skip("there is no plan to change")
    for part, how, changed in alterations(small.book, unsealed(claim)):
        verification = verify(small.book, VerifyTerms(plan=changed))
        if part in ("book", "value", "bound") or "gone" in how or "added" in how or how.endswith("other label"):
            assert verification.leading.name == part, (how, told(verification))
        if part == "start" and judge(small.book, AS_OF, changed.starts, scenario=small.scenario)[0] is False:
            assert verification.leading.name == "start", (how, told(verification))


def test_a_changed_book_is_named_and_nothing_else():
    small = small_company(1)
    claim = claim_of(small)
    budget = dataclasses.replace(small.book.budget, hurdle=0.5)
    verification = verify(small.book.replace(budget), VerifyTerms(plan=claim))
    assert [check.name for check in verification.checks] == ["book"]
    assert verification.leading.reason.code == "verify.book.other"


def test_another_reserve_is_named():
    small = next(one for one in map(small_company, range(99)) if len(claim_of(one).reserve) > 1)
    claim = claim_of(small)
    fewer = dataclasses.replace(claim, reserve=claim.reserve[1:])
    assert [check.name for check in verify(small.book, VerifyTerms(plan=fewer)).failed] == ["reserve"]
    stranger = dataclasses.replace(claim, reserve=(*claim.reserve, next(iter(claim.starts or {"i1": 1}))))
    assert verify(small.book, VerifyTerms(plan=stranger)).leading.reason.code == "verify.reserve.not-allowed"


def test_a_plan_that_claims_there_is_none_must_not_have_numbers():
    small = next(one for one in map(small_company, range(99)) if claim_of(one).status is PlanStatus.INFEASIBLE)
    claim = claim_of(small)
    for name, number in (("value", 0.3), ("bound", 0.3), ("cost", 5.0), ("gap_closed", 0.1)):
        changed = dataclasses.replace(claim, **{name: number})
        assert [check.name for check in verify(small.book, VerifyTerms(plan=changed)).failed] == [name]
    changed = sealed_claim(dataclasses.replace(claim, starts={"i1": 1}))
    assert verify(small.book, VerifyTerms(plan=changed)).leading.name == "set"


# --- rules, one by one --------------------------------------------------------------------------


def initiative(key, *, cash=(1000,), hours=None, **fields):
    return Initiative(
        key=key,
        name=key,
        mode=fields.pop("mode", Mode.EXPLOIT),
        cash=tuple(map(Decimal, cash)),
        hours=FrozenMap({team: tuple(map(Decimal, profile)) for team, profile in (hours or {}).items()}),
        **fields,
    )


def firm(*records, cash=(10000, 10000), **budget):
    """A company with one KPI, one team and what is given."""
    return Book.of(
        [
            Organisation(name="Firm", currency="EUR"),
            Kpi(key="k1", name="k", unit="%", baseline=0.0, target=100.0),
            Objective(key="o1", name="o", weight=1, kpis=FrozenMap({"k1": 1.0})),
            Team(key="t1", name="t", hours=Decimal(100), rate=Decimal(10)),
            Budget(cash=tuple(map(Decimal, cash)), **budget),
            *records,
        ],
        as_of=AS_OF,
    )


def reasons(book, starts, **terms):
    """The codes against a plan of these starts, apart from numbers that are stated truthfully."""
    claim = honest_claim(book, AS_OF, starts, best_reserve(company(book, AS_OF)), terms=ClaimedTerms(**terms))
    verification = verify(book, VerifyTerms(plan=claim))
    return [reason.code for check in verification.failed for reason in (check.reason, *check.more)]


BENEFIT = Benefit(key="b1", initiative="i1", kpi="k1", low=10, likely=20, high=30, evidence=Evidence.E4)


@pytest.mark.parametrize(
    ("records", "starts", "code"),
    [
        ([initiative("i1", depends=("i2",)), initiative("i2")], {"i1": 1}, "verify.set.depends"),
        ([initiative("i1", depends=("d1",)), initiative("d1", mode=Mode.DRIFT)], {"i1": 1}, "verify.set.depends"),
        ([initiative("i1"), initiative("i2", excludes=("i1",))], {"i1": 1, "i2": 1}, "verify.set.excludes"),
        ([initiative("i1", mandatory=True)], {}, "verify.set.mandatory"),
        ([initiative("i1", earliest=2)], {"i1": 1}, "verify.start.not-allowed"),
        ([initiative("i1", stage=Stage.RUNNING)], {"i1": 2}, "verify.start.not-allowed"),
        ([initiative("i1", cash=(100, 100))], {"i1": 2}, "verify.start.not-allowed"),
        ([initiative("i1", cash=(10001,))], {"i1": 1}, "verify.room.cash"),
        ([initiative("i1", hours={"t1": (101,)})], {"i1": 1}, "verify.room.hours"),
        (
            [initiative("i1"), EthicsReview(key="e1", initiative="i1", flags=(Flag.HEALTH_DATA,))],
            {"i1": 1},
            "verify.set.blocked",
        ),
    ],
)
def test_a_broken_rule_is_named(records, starts, code):
    assert code in reasons(firm(*records), starts)


@pytest.mark.parametrize(
    ("records", "starts"),
    [
        ([initiative("i1", depends=("i2",)), initiative("i2", stage=Stage.CLOSED)], {"i1": 1}),
        ([initiative("i1", depends=("i2",)), initiative("i2")], {"i1": 1, "i2": 2}),
        ([initiative("i1"), initiative("i2", excludes=("i1",))], {"i2": 1}),
        ([initiative("i1", earliest=2)], {"i1": 2}),
        ([initiative("i1", stage=Stage.RUNNING, earliest=2)], {"i1": 1}),
        ([initiative("i1", stage=Stage.RUNNING, cash=(1000, 0, 90000))], {"i1": 1}),
        ([initiative("i1", cash=(100, 0, 0))], {"i1": 1}),
        ([initiative("i1", cash=(0, 20000))], {"i1": 1}),
        ([initiative("i1", cash=(0, 20000), hours={"t1": (100, 100)})], {"i1": 1}),
        ([initiative("i1", mandatory=True), EthicsReview(key="e1", initiative="i1", flags=(Flag.HEALTH_DATA,))], {}),
        (
            [
                initiative("i1"),
                EthicsReview(key="e1", initiative="i1", flags=(Flag.HEALTH_DATA,), review=EthicsVerdict.APPROVED),
            ],
            {"i1": 1},
        ),
        ([initiative("i1"), EthicsReview(key="e1", initiative="i1")], {"i1": 1}),
    ],
)
def test_a_rule_just_kept_is_no_objection(records, starts):
    assert reasons(firm(*records), starts) == []


def test_money_that_is_carried_does_not_carry_hours():
    book = firm(initiative("i1", cash=(0, 18000), hours={"t1": (0, 100)}))
    assert reasons(book, {"i1": 1}) == []
    assert reasons(firm(initiative("i1", hours={"t1": (0, 150)})), {"i1": 1}) == ["verify.room.hours"]


def test_the_reserve_is_taken_off_money_and_hours():
    assert reasons(firm(initiative("i1", cash=(9500,)), drift=0.05), {"i1": 1}) == []
    assert reasons(firm(initiative("i1", cash=(9500.01,)), drift=0.05), {"i1": 1}) == ["verify.room.cash"]
    assert reasons(firm(initiative("i1", hours={"t1": (96,)}), drift=0.05), {"i1": 1}) == ["verify.room.hours"]


def test_the_corridor_counts_explore_work_against_all_resources():
    # All resources: 20,000 of money and 2 x 100 hours at 10.
    explore = initiative("i1", cash=(1100,), mode=Mode.EXPLORE)
    assert reasons(firm(explore, explore_max=0.05, explore_min=0.05), {"i1": 1}) == []
    assert reasons(firm(explore, explore_max=0.0499999), {"i1": 1}) == ["verify.set.explore-ceiling"]
    assert reasons(firm(explore, explore_min=0.0500001), {"i1": 1}) == ["verify.set.explore-floor"]


def test_pins_and_bans_bind():
    book = firm(initiative("i1"), initiative("i2"))
    assert reasons(book, {"i1": 1}, pins=("i2",)) == ["verify.set.pin"]
    assert reasons(book, {"i1": 1}, bans=("i1",)) == ["verify.set.ban"]
    assert reasons(book, {"i1": 1}, pins=("i1",), bans=("i2",)) == []


# --- numbers ------------------------------------------------------------------------------------


def test_a_float_means_the_decimal_it_is_written_as():
    assert exact(0.1) == Fraction(1, 10)
    assert exact(1e-9) == Fraction(1, 10**9)
    assert exact(Decimal("12.34")) == Fraction(617, 50)
    assert company(firm(), AS_OF).hurdle == Fraction(1, 3)


def test_effects_are_discounted_clipped_and_in_time():
    book = firm(
        initiative("i1", cash=(10, 10)),
        dataclasses.replace(BENEFIT, likely=20.0, evidence=Evidence.E2),
        dataclasses.replace(BENEFIT, key="b2", low=-300.0, likely=-150.0, evidence=Evidence.E0),
    )
    assert company(book, AS_OF).pool["i1"].effects == {"k1": Fraction(-1)}
    alone = firm(initiative("i1", cash=(10, 10), lag=1), dataclasses.replace(BENEFIT, evidence=Evidence.E2))
    exactly = company(alone, AS_OF)
    assert exactly.pool["i1"].effects == {"k1": Fraction(14, 100)}
    assert exactly.gap_closed({"i1": 1}) == 0
    soon = alone.replace(dataclasses.replace(alone.initiatives["i1"], lag=0))
    assert company(soon, AS_OF).gap_closed({"i1": 1}) == Fraction(14, 100)
    # Two periods and a lag: a period of the KPI beyond the horizon is its last one.
    beyond = alone.replace(dataclasses.replace(alone.kpis["k1"], due_period=9))
    assert company(beyond, AS_OF).gap_closed({"i1": 1}) == 0


def test_own_experience_moves_the_factor_of_its_grade():
    closed = [
        Benefit(key=f"c{n}", initiative="i9", kpi="k1", low=1, likely=4, high=5, evidence=Evidence.E1, realised=3.0)
        for n in range(5)
    ]
    book = firm(initiative("i9", stage=Stage.CLOSED), *closed)
    assert evidence_factors(book, AS_OF)[Evidence.E1] == (5 * Fraction(3, 4) + 10 * Fraction(1, 2)) / 15
    assert evidence_factors(book.without("benefit", "c0"), AS_OF)[Evidence.E1] == Fraction(1, 2)
    past = ClosedBenefit(key="p1", claimed=4.0, realised=3.0, evidence=Evidence.E1)
    assert evidence_factors(book.without("benefit", "c0").replace(past), AS_OF)[Evidence.E1] == Fraction(35, 60)
    nameless = dataclasses.replace(past, evidence=None)
    assert evidence_factors(book.without("benefit", "c0").replace(nameless), AS_OF)[Evidence.E1] == Fraction(1, 2)
    running = book.replace(initiative("i9", stage=Stage.RUNNING))
    assert evidence_factors(running, AS_OF)[Evidence.E1] == Fraction(1, 2)
    due = [dataclasses.replace(one, by=date(2026, 11, 22)) for one in closed]
    assert evidence_factors(running.replace(*due), AS_OF)[Evidence.E1] == Fraction(35, 60)


def test_the_reserve_takes_votes_then_cost_then_the_later_keys():
    def book(*ideas):
        drift = [initiative(key, cash=(cost,), mode=Mode.DRIFT, votes=votes) for key, cost, votes in ideas]
        return company(firm(*drift, drift=0.1), AS_OF)

    assert best_reserve(book(("d1", 2000, 3), ("d2", 1000, 2), ("d3", 1000, 2))) == ("d2", "d3")
    assert best_reserve(book(("d1", 1500, 3), ("d2", 1400, 3), ("d3", 1600, 3))) == ("d2",)
    assert best_reserve(book(("d2", 1500, 3), ("d10", 1500, 3), ("d1", 1500, 3))) == ("d10",)
    assert best_reserve(book(("d1", 100, 0), ("d2", 0, 0))) == ("d2",)


# --- size and independence ----------------------------------------------------------------------


def large_company():
    """A company of 100 initiatives, 40 drift ideas, 12 quarters, 8 teams and 20 KPIs."""
    teams = [Team(key=f"t{n}", name="t", hours=Decimal(900), rate=Decimal(40)) for n in range(8)]
    kpis = [Kpi(key=f"k{n}", name="k", unit="%", baseline=0.0, target=100.0) for n in range(20)]
    work = [
        initiative(f"i{n}", cash=(100 + n, 250, 75), hours={f"t{n % 8}": (20, 15)}, stage=Stage.CASE)
        for n in range(100)
    ]
    ideas = [
        initiative(f"d{n}", cash=(150 + 7 * n,), hours={f"t{n % 8}": (9 + n % 5,)}, mode=Mode.DRIFT, votes=n % 7)
        for n in range(40)
    ]
    benefits = [
        Benefit(key=f"b{n}", initiative=f"i{n % 100}", kpi=f"k{n % 20}", low=1, likely=n % 9, high=20)
        for n in range(200)
    ]
    objectives = [Objective(key="o2", name="o", weight=2, kpis=FrozenMap({kpi.key: 1.0 for kpi in kpis}))]
    return firm(*teams, *kpis, *work, *ideas, *benefits, *objectives, cash=[3000] * 12, drift=0.05)


def test_a_hundred_initiatives_are_checked_in_under_a_second():
    book = large_company()
    starts = {f"i{n}": 1 + n % 10 for n in range(0, 100, 2)}
    claim = honest_claim(book, AS_OF, starts, best_reserve(company(book, AS_OF)))
    begun = time.perf_counter()
    verify(book, VerifyTerms(plan=claim))
    assert time.perf_counter() - begun < 1


SOURCES = sorted(Path(exact_module.__file__).parent.glob("*.py"))
MAY_BE_IMPORTED = ("rhumbline.book", "rhumbline.engines.planning.verify", "rhumbline.engines.reasons")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_checker_shares_the_records_and_the_contract_and_no_more(path):
    inside = {node for outer in ast.walk(ast.parse(path.read_text("utf-8"))) for node in nodes_in_functions(outer)}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = [node.module] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            own = name.startswith(MAY_BE_IMPORTED) or name == "rhumbline.engines.planning.result"
            standard = name.split(".")[0] in sys.stdlib_module_names
            solver = path.stem == "resolve" and (name, node.lineno) in inside
            assert own or standard or solver, name


def nodes_in_functions(outer):
    """The imports inside a function, by name and line: loaded only when a second search is asked for."""
    if not isinstance(outer, ast.FunctionDef):
        return
    for node in ast.walk(outer):
        if isinstance(node, ast.ImportFrom):
            yield node.module, node.lineno
        elif isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)


# --- properties ---------------------------------------------------------------------------------


@st.composite
def choices(draw):
    """A small company and any choice of starts, sensible or not."""
    small = drawn_company(draw(st.randoms(use_true_random=False)))
    pool = company(small.book, AS_OF).pool
    starts = {}
    for key, work in pool.items():
        start = draw(st.sampled_from([0, 0, *work.starts, *work.starts, 2]))
        if start:
            starts[key] = start
    return small, starts


@settings(max_examples=60, deadline=None)
@given(choices())
def test_a_plan_holds_exactly_when_every_rule_is_kept(drawn):
    small, starts = drawn
    kept, value, _, cost = judge(small.book, AS_OF, starts)
    reserve = best_reserve(company(small.book, AS_OF))
    claim = honest_claim(small.book, AS_OF, starts, reserve, status=PlanStatus.FEASIBLE, bound=9.0)
    verification = verify(small.book, VerifyTerms(plan=claim))
    assert (verification.verdict is Verdict.HOLDS) == kept, told(verification)
    assert (verification.value, verification.cost) == (value, cost)
    assert {check.name for check in verification.failed} <= {"set", "start"}


@settings(max_examples=40, deadline=None)
@given(choices(), st.floats(1e-7, 10), st.booleans())
def test_a_changed_value_is_always_named(drawn, by, less):
    small, starts = drawn
    if not judge(small.book, AS_OF, starts)[0]:
        starts = claim_of(small).starts if not (small.pins or small.bans or small.scenario) else {}
    claim = honest_claim(small.book, AS_OF, starts, best_reserve(company(small.book, AS_OF)))
    if verify(small.book, VerifyTerms(plan=claim)).verdict is Verdict.HOLDS:
        changed = dataclasses.replace(claim, value=claim.value - by if less else claim.value + by)
        assert [check.name for check in verify(small.book, VerifyTerms(plan=changed)).failed] == ["value"]
