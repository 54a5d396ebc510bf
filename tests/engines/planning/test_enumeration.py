"""The planner finds what trying everything finds, on companies that have every kind of rule."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from functools import cache

import pytest
from tests.engines.planning.claims import alterations
from tests.engines.planning.enumeration import enumerate_plan
from tests.engines.planning.small_companies import AS_OF, small_company

from rhumbline.book.book import Book
from rhumbline.book.records import Budget, Initiative, Organisation
from rhumbline.book.types import Mode
from rhumbline.engines.planning import PlanStatus, PlanTerms, plan
from rhumbline.engines.planning.verify import Verdict, VerifyTerms, claimed_of, verify
from rhumbline.engines.planning.verify.exact import company
from rhumbline.engines.planning.verify.rules import used

ALL = range(500)
SAMPLE = range(60)
# Every kind is to be in so large a share of the companies.
LEAST_SHARE = 0.05
KINDS = {
    "beyond horizon", "ban", "calibration", "carried cash", "cash binds", "depends", "depends on done",
    "depends on drift", "drift ideas", "due date", "due period", "earliest", "ethics block", "excludes",
    "explore ceiling", "explore floor", "free", "harm", "hours bind", "hurdle 0", "infeasible", "lag",
    "live beyond horizon", "live work", "mandatory", "months", "never fits", "no effect", "not unique", "pin",
    "reserve binds", "saturation", "scenario", "twins",
}  # fmt: skip


@cache
def answer_to(seed):
    """The company of a seed and what trying everything says."""
    small = small_company(seed)
    return small, enumerate_plan(small.book, AS_OF, pins=small.pins, bans=small.bans, scenario=small.scenario)


def kinds_of(seed):
    """What the company was given, and which rules decide about its plan."""
    small, answer = answer_to(seed)
    yield from small.kinds
    firm = company(small.book, AS_OF, small.scenario)
    ideas = [key for key, work in firm.drift.items() if not work.blocked]
    if set(answer.reserve) < set(ideas):
        yield "reserve binds"
    if answer.starts is None:
        yield "infeasible"
        return
    if not answer.unique:
        yield "not unique"
    if any(total > 1 for total in firm.totals(answer.starts).values()):
        yield "saturation"
    for rows, name in (("cash", "cash binds"), ("hours", "hours bind")):
        asked = {"pins": small.pins, "bans": small.bans, "scenario": small.scenario, "ignore": (rows,)}
        if enumerate_plan(small.book, AS_OF, **asked).starts != answer.starts:
            yield name
    room = (0, *firm.cash_room)
    for period in range(1, firm.periods + 1):
        spent = sum(used(firm.pool[key].cash, start, period) for key, start in answer.starts.items())
        if spent > room[period] - room[period - 1]:
            yield "carried cash"
            return


def rare_kinds(seeds):
    """The kinds that too few of these companies have, with their number."""
    counts = Counter(kind for seed in seeds for kind in set(kinds_of(seed)))
    assert set(counts) <= KINDS
    return {kind: counts[kind] for kind in KINDS if counts[kind] < LEAST_SHARE * len(seeds)}


def planned(seed):
    """The planner's answer to the same question."""
    small, _ = answer_to(seed)
    return plan(small.book, PlanTerms(as_of=AS_OF, pins=small.pins, bans=small.bans, scenario=small.scenario))


def differences(seed):
    """Where the planner and the oracle disagree about a company."""
    _, answer = answer_to(seed)
    found = planned(seed)
    pairs = {
        "status": (found.status.value, answer.status),
        "starts": (dict(found.starts), dict(answer.starts or {})),
    }
    if answer.starts is not None:
        pairs |= {
            "reserve": (tuple(line.initiative for line in found.reserve), answer.reserve),
            "unique": (found.unique, answer.unique),
            "value": (abs(Fraction(found.value or 0) - answer.value) <= Fraction(1, 10**9), True),
            "bound": (abs(Fraction(found.bound or 0) - answer.value) <= Fraction(1, 10**9), True),
            "gap closed": (abs(Fraction(found.gap_closed or 0) - answer.gap_closed) <= Fraction(1, 10**9), True),
            "cost": (abs(Fraction(found.cost or 0) - answer.cost) <= Fraction(1, 200), True),
        }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def assert_checked(seed):
    """The checker accepts the planner's plan, and a second search proves it."""
    small, _ = answer_to(seed)
    verification = verify(small.book, VerifyTerms(plan=claimed_of(planned(seed)), resolve=True))
    assert verification.verdict is Verdict.PROVEN, (seed, verification.failed)


# --- the companies ------------------------------------------------------------------------------


@pytest.mark.sample
def test_every_kind_of_rule_is_in_one_company_of_twenty():
    assert rare_kinds(ALL) == {}


def test_every_kind_of_rule_is_in_one_of_twenty_of_the_sample():
    assert rare_kinds(SAMPLE) == {}


# --- the planner --------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SAMPLE)
def test_the_plan_is_the_best_of_all_choices(seed):
    assert differences(seed) == {}
    assert_checked(seed)


@pytest.mark.prove
@pytest.mark.parametrize("seed", ALL)
def test_five_hundred_plans_are_the_best_of_all_choices(seed):
    assert differences(seed) == {}
    assert_checked(seed)


@pytest.mark.parametrize("seed", range(0, 60, 4))
def test_what_was_changed_in_a_plan_is_named(seed):
    small, answer = answer_to(seed)
    if answer.starts is None:
        pytest.skip("there is no plan to change")
    for part, how, changed in alterations(small.book, claimed_of(planned(seed))):
        verification = verify(small.book, VerifyTerms(plan=changed))
        assert verification.leading is not None, (part, how)
        assert verification.leading.name == part, (how, verification.failed)


def without_effects(*initiatives, **budget):
    """A company whose initiatives move no KPI."""
    frame = [Organisation(name="Firm", currency="EUR"), Budget(cash=(Decimal(17000), Decimal(0)), **budget)]
    return Book.of([*frame, *initiatives])


def initiative(key, cash, **fields):
    return Initiative(key=key, name=key, mode=Mode.EXPLOIT, cash=tuple(map(Decimal, cash)), **fields)


def test_contradicting_wishes_give_a_conflict_even_where_nothing_has_an_effect():
    book = without_effects(initiative("i1", (100,)))
    found = plan(book, PlanTerms(as_of=AS_OF, pins=("i1",), bans=("i1",)))
    assert enumerate_plan(book, AS_OF, pins=("i1",), bans=("i1",)).status == "infeasible"
    assert (found.status, dict(found.starts)) == (PlanStatus.INFEASIBLE, {})


def test_what_closes_nothing_is_not_funded_for_what_depends_on_it_and_is_not_funded_either():
    book = without_effects(initiative("i1", (500, 2000, 0, 0)), initiative("i2", (1000,), depends=("i1",)), hurdle=0.0)
    answer = enumerate_plan(book, AS_OF)
    assert (answer.starts, answer.unique) == ({}, True)
    found = plan(book, PlanTerms(as_of=AS_OF))
    assert (dict(found.starts), found.cost, found.unique) == ({}, 0, True)
