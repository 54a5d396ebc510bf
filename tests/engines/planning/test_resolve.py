"""A second search proves the best plan, refutes a worse one, and says how it did so."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import pytest
from tests.engines.planning.claims import honest_claim, no_plan_claim
from tests.engines.planning.enumeration import enumerate_plan
from tests.engines.planning.small_companies import AS_OF, small_company

from rhumbline.book.records import Initiative
from rhumbline.book.types import Mode
from rhumbline.engines.planning.result import PlanStatus
from rhumbline.engines.planning.verify import ClaimedTerms, Path, Proof, Verdict, VerifyTerms, resolve, verify
from rhumbline.engines.planning.verify.enumeration import best_choice, combinations
from rhumbline.engines.planning.verify.exact import company

SEEDS = range(40)
PATHS = [Path.ENUMERATION, Path.SECOND_SOLVE]


@pytest.fixture(params=PATHS, ids=["enumeration", "second solve"])
def path(request, monkeypatch):
    """Both ways, whatever the size of the Book."""
    if request.param is Path.SECOND_SOLVE:
        monkeypatch.setattr(resolve, "MOST_COMBINATIONS", -1)
    return request.param


def answer_to(small):
    return enumerate_plan(small.book, AS_OF, pins=small.pins, bans=small.bans, scenario=small.scenario)


def claim_of(small, answer):
    terms = ClaimedTerms(pins=small.pins, bans=small.bans, scenario=small.scenario)
    if answer.starts is None:
        return no_plan_claim(small.book, AS_OF, terms=terms)
    return honest_claim(small.book, AS_OF, answer.starts, answer.reserve, terms=terms, unique=answer.unique)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_best_plan_is_proven(seed, path):
    small = small_company(seed)
    verification = verify(small.book, VerifyTerms(plan=claim_of(small, answer_to(small)), resolve=True))
    assert verification.verdict is Verdict.PROVEN, verification.failed
    assert verification.better.path is path
    assert verification.proof is (Proof.ENUMERATION if path is Path.ENUMERATION else Proof.SECOND_SOLVE)


@pytest.mark.parametrize("seed", SEEDS)
def test_trying_everything_gives_the_oracle_s_plan(seed):
    small = small_company(seed)
    answer = answer_to(small)
    best = best_choice(company(small.book, AS_OF, small.scenario), small.pins, small.bans)
    if answer.starts is None:
        assert best is None
    else:
        assert (best.starts, best.value, best.unique) == (answer.starts, answer.value, answer.unique)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_second_model_has_the_same_value_and_uniqueness(seed, monkeypatch):
    monkeypatch.setattr(resolve, "MOST_COMBINATIONS", -1)
    small = small_company(seed)
    answer = answer_to(small)
    found = resolve.resolve(company(small.book, AS_OF, small.scenario), answer.starts or {}, small.pins, small.bans)
    assert found.path is Path.SECOND_SOLVE
    assert (found.starts is None) == (answer.starts is None)
    if answer.starts is not None:
        assert abs(found.value - answer.value) < Fraction(1, 10**9)
        assert found.unique == answer.unique


def worse_companies():
    """Companies whose best plan funds something that is not compulsory, and the plan without it."""
    for seed in SEEDS:
        small = small_company(seed)
        answer = answer_to(small)
        if not answer.starts or small.pins or answer.value < Fraction(1, 100):
            continue
        compulsory = [key for key in answer.starts if small.book.initiatives[key].mandatory]
        if not compulsory and small.book.budget.explore_min == 0:
            yield small, answer


def test_a_worse_plan_is_refuted_with_the_value_of_the_better(path):
    found = list(worse_companies())
    assert len(found) >= 5
    for small, answer in found:
        claim = claim_of(small, dataclasses.replace(answer, starts={}, unique=None))
        verification = verify(small.book, VerifyTerms(plan=claim, resolve=True))
        assert verification.verdict is Verdict.WORSE
        assert verification.better.path is path
        assert abs(verification.better.value - answer.value) < Fraction(1, 10**9)
        assert verification.leading.reason.code == "verify.optimal.better"


def test_that_no_plan_exists_is_refuted_where_one_does(path):
    small, answer = next(worse_companies())
    claim = no_plan_claim(small.book, AS_OF, terms=ClaimedTerms(bans=small.bans, scenario=small.scenario))
    verification = verify(small.book, VerifyTerms(plan=claim, resolve=True))
    assert verification.verdict is Verdict.WORSE
    assert verification.leading.reason.code == "verify.optimal.feasible"
    assert abs(verification.better.value - answer.value) < Fraction(1, 10**9)


def test_a_wrong_claim_about_other_plans_is_named(path):
    for small, answer in worse_companies():
        claim = claim_of(small, dataclasses.replace(answer, unique=not answer.unique))
        verification = verify(small.book, VerifyTerms(plan=claim, resolve=True))
        assert verification.verdict is Verdict.FAILS
        assert verification.leading.name == "unique"


def test_a_later_start_of_equal_value_is_refuted_by_trying_everything():
    refuted = 0
    for small, answer in worse_companies():
        firm = company(small.book, AS_OF, small.scenario)
        for key, start in answer.starts.items():
            later = {**answer.starts, key: start + 1}
            if start + 1 in firm.pool[key].starts and firm.value(later) == answer.value:
                claim = claim_of(small, dataclasses.replace(answer, starts=later))
                verification = verify(small.book, VerifyTerms(plan=claim, resolve=True))
                if verification.verdict is not Verdict.FAILS:
                    refuted += 1
                    assert verification.verdict is Verdict.WORSE
                    assert verification.leading.reason.code == "verify.optimal.earlier"
    assert refuted >= 3


def test_an_altered_plan_is_not_searched_again():
    small, answer = next(worse_companies())
    claim = dataclasses.replace(claim_of(small, answer), book_sha="0" * 64)
    verification = verify(small.book, VerifyTerms(plan=claim, resolve=True))
    assert (verification.verdict, verification.better) == (Verdict.FAILS, None)


def test_a_feasible_plan_with_an_open_gap_can_still_be_proven():
    small, answer = next(worse_companies())
    claim = honest_claim(
        small.book, AS_OF, answer.starts, answer.reserve, status=PlanStatus.FEASIBLE, bound=2.0,
        terms=ClaimedTerms(bans=small.bans, scenario=small.scenario),
    )  # fmt: skip
    assert verify(small.book, VerifyTerms(plan=claim, resolve=True)).verdict is Verdict.PROVEN


def test_choices_are_counted_before_any_rule():
    small = small_company(0)
    firm = company(small.book, AS_OF)
    product = 1
    for work in firm.pool.values():
        product *= len(work.starts) + (work.blocked or not work.mandatory)
    assert combinations(firm) == product


def test_a_search_that_is_stopped_early_claims_only_what_it_found(monkeypatch):
    monkeypatch.setattr(resolve, "MOST_COMBINATIONS", -1)
    small, answer = next(worse_companies())
    best, worse = claim_of(small, answer), claim_of(small, dataclasses.replace(answer, starts={}, unique=None))

    def stopped_with(starts):
        stopped = resolve._Answer(1, starts, float(answer.value) + 0.1)
        monkeypatch.setattr(resolve._SecondModel, "solve", lambda model: stopped)

    for starts in (None, dict(answer.starts), {}):
        stopped_with(starts)
        verification = verify(small.book, VerifyTerms(plan=best, resolve=True, node_limit=9))
        assert (verification.verdict, verification.proof) == (Verdict.HOLDS, Proof.SECOND_SOLVE_UNDECIDED)
    stopped_with(dict(answer.starts))
    assert verify(small.book, VerifyTerms(plan=worse, resolve=True, node_limit=9)).verdict is Verdict.WORSE


def test_a_pin_outside_the_pool_leaves_no_plan(path):
    small, _ = next(worse_companies())
    pinned = small.book.replace(Initiative(key="d9", name="d9", mode=Mode.DRIFT))
    claim = no_plan_claim(pinned, AS_OF, terms=ClaimedTerms(pins=("d9",)))
    assert verify(pinned, VerifyTerms(plan=claim, resolve=True)).verdict is Verdict.PROVEN
