"""The plans of the example companies pass the checker, and whatever is changed in them is named."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from tests.engines.planning.claims import alterations
from tests.engines.planning.enumeration import enumerate_plan

import rhumbline.examples
from rhumbline.engines.planning import PlanTerms, plan
from rhumbline.engines.planning.verify import Proof, Verdict, VerifyTerms, claimed_of, verify
from rhumbline.exchange.files import read_book

EXAMPLES = sorted(Path(rhumbline.examples.__file__).parent.glob("*.yaml"))
each_company = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)


@cache
def book_of(path):
    book, findings = read_book(path)
    assert [finding for finding in findings if finding.severity == "error"] == []
    return book


@cache
def claim_of(path, scenario=None):
    return claimed_of(plan(book_of(path), PlanTerms(scenario=scenario)))


@each_company
def test_the_plan_holds_in_every_scenario_and_is_proven(path):
    book = book_of(path)
    for scenario in (None, *book.scenarios):
        claim = claim_of(path, scenario)
        stated = verify(book, VerifyTerms(plan=claim))
        assert (stated.verdict, stated.failed) == (Verdict.HOLDS, ())
        assert stated.proof is (Proof.STATED_BOUND if claim.starts else stated.proof)
        assert verify(book, VerifyTerms(plan=claim, resolve=True)).verdict is Verdict.PROVEN


@each_company
def test_the_plan_is_the_best_of_all_choices(path):
    book, claim = book_of(path), claim_of(path)
    answer = enumerate_plan(book, claim.as_of)
    assert dict(claim.starts) == answer.starts
    assert (claim.reserve, claim.unique) == (answer.reserve, answer.unique)


@each_company
def test_what_was_changed_is_named(path):
    book = book_of(path)
    for part, how, changed in alterations(book, claim_of(path)):
        verification = verify(book, VerifyTerms(plan=changed))
        assert verification.verdict is Verdict.FAILS, (part, how)
        assert verification.leading.name == part, (how, verification.failed)
        if part in ("book", "terms", "value", "bound"):
            assert [check.name for check in verification.failed] == [part], how


def test_the_plan_of_one_company_is_not_that_of_another():
    first, second = EXAMPLES[:2]
    verification = verify(book_of(second), VerifyTerms(plan=claim_of(first)))
    assert [check.name for check in verification.failed] == ["book"]
