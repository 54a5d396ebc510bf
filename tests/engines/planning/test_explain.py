"""Why one initiative is in or out: every number is the difference of two plans."""

from fractions import Fraction

import pytest
from tests.engines.planning.enumeration import enumerate_plan
from tests.engines.planning.small_companies import AS_OF, small_company
from tests.engines.planning.tiny import firm, initiative

from rhumbline.book.findings import UnknownRecord
from rhumbline.book.types import Mode, Stage
from rhumbline.engines.alignment.attribution import Answer, Member, attribution
from rhumbline.engines.planning import (
    REASON_CODES,
    ExplainTerms,
    PlanStatus,
    PlanTerms,
    Standing,
    explain,
    plan,
)


def about(key, *parts, pins=(), bans=(), **more):
    return explain(firm(*parts, **more), ExplainTerms(subject=key, pins=pins, bans=bans))


def flips(explanation):
    return {reason.code.removeprefix("explain.flip."): dict(reason.numbers) for reason in explanation.flips}


PAIR = (initiative("i1", (60,), 50), initiative("i2", (60,), 30))


def test_one_that_is_in_may_lose_what_it_is_worth_beyond_the_next_best():
    found = about("i1", *PAIR)
    assert (found.standing, found.start) == (Standing.FUNDED, 1)
    assert (found.value, found.value_in, found.value_out, found.extra_value) == (0.5, 0.5, 0.3, 0.2)
    assert flips(found) == {"out": {"value": 0.2}}


def test_one_that_is_out_comes_in_with_that_much_more_value():
    found = about("i2", *PAIR)
    assert found.standing is Standing.WAITING
    assert (found.value_in, found.value_out, found.extra_value) == (0.3, 0.5, 0.2)
    assert flips(found)["in"] == {"value": 0.2}
    richer = about("i2", initiative("i1", (60,), 50), initiative("i2", (60,), 50.1))
    assert richer.standing is Standing.FUNDED


def test_the_cut_of_the_cost_that_brings_one_in():
    # Both fit once i2 costs 40 of its 60: a cut of a third.
    found = about("i2", *PAIR)
    assert found.cost_cut == pytest.approx(1 / 3, abs=1e-3)
    assert found.cost_cut >= 1 / 3
    assert flips(found)["discount"]["amount"] == pytest.approx(20, abs=0.1)


def test_no_discount_is_enough_for_harm():
    found = about("i2", initiative("i1", (60,), 50), initiative("i2", (30,), -10))
    assert found.cost_cut is None
    assert "no-discount" in flips(found)
    nothing = about("i2", initiative("i1", (60,), 50), initiative("i2", (30,), 0), hurdle=1 / 3)
    assert "only-free" in flips(nothing)


@pytest.mark.parametrize("cost", range(41, 61))
def test_work_without_effect_comes_in_for_nothing_however_the_best_value_is_rounded(cost):
    # The best value is .5 - cost / 303: its tenth decimal rounds up for some of these costs and down for others.
    found = about("i2", initiative("i1", (cost,), 50), initiative("i2", (30,), 0), cash=(101,), hurdle=1 / 3)
    assert "only-free" in flips(found)


def test_nothing_is_said_of_a_discount_when_the_search_for_it_was_ended(monkeypatch):
    monkeypatch.setattr("rhumbline.engines.planning.inquiry.Inquiry.cheaper", lambda *_: None)
    assert set(flips(about("i2", *PAIR))) == {"in"}


def test_one_that_cannot_be_in_names_the_conflict():
    found = about("i2", initiative("i1", (60,), 50, mandatory=True), initiative("i2", (60,), 90))
    assert found.value_in is None
    assert {reason.code for reason in found.conflict} == {
        "plan.conflict.mandatory",
        "plan.conflict.pin",
        "plan.conflict.cash",
    }


def test_a_block_is_told_with_its_price_and_cannot_be_forced():
    found = about("i2", initiative("i1", (60,), 50), initiative("i2", (30,), 20, flags=("health_data",)))
    assert found.standing is Standing.BLOCKED
    assert flips(found) == {"approve": {"price": 0.2}}
    assert {reason.code for reason in found.conflict} == {"plan.conflict.block", "plan.conflict.pin"}
    useless = about("i2", initiative("i1", (60,), 50), initiative("i2", (60,), 20, flags=("health_data",)))
    assert flips(useless) == {"approve-not-enough": {}}


def test_mandatory_work_tells_what_the_mandate_costs():
    found = about("i1", initiative("i1", (60,), 10, mandatory=True), initiative("i2", (60,), 40))
    assert (found.value_out, found.extra_value) == (0.4, -0.3)
    assert flips(found) == {"forced": {"value": 0.3}}


def test_a_banned_one_is_judged_without_the_ban():
    found = about("i1", *PAIR, bans=("i1",))
    assert (found.value, found.value_in, found.extra_value) == (0.3, 0.5, 0.0)


def test_enabling_work_is_worth_what_falls_without_it():
    found = about("i1", initiative("i1", (20,), 0), initiative("i2", (20,), 40, depends=("i1",)))
    assert found.gap_share.best == 0
    assert found.extra_value == 0.4


def test_drift_ideas_and_finished_work_stand_elsewhere():
    parts = (
        initiative("d1", (5,), mode=Mode.DRIFT, votes=2),
        initiative("d2", (50,), mode=Mode.DRIFT, votes=9),
        initiative("i1", (5,), 5, stage=Stage.CLOSED),
    )
    stands = {key: about(key, *parts, drift=0.1).standing for key in ("d1", "d2", "i1")}
    assert stands == {"d1": Standing.RESERVE, "d2": Standing.NOT_CHOSEN, "i1": Standing.OUTSIDE}


def test_without_a_plan_the_conflict_of_the_plan_is_told():
    found = about("i1", initiative("i1", (900,), 10, mandatory=True))
    assert found.plan_status is PlanStatus.INFEASIBLE
    assert found.standing is Standing.NO_PLAN
    assert {reason.code for reason in found.reasons} == {"plan.conflict.mandatory", "plan.conflict.cash"}
    nothing = about("i1", initiative("i1", (), 10), cash=())
    assert nothing.plan_status is PlanStatus.NOT_ENOUGH_DATA


def test_what_it_does_to_each_kpi():
    found = about(
        "i1",
        initiative("i1", (10, 10), {"k1": 20, "k2": 10}),
        cash=(90, 90),
        kpis={"k1": 1, "k2": None},
        weights={"k1": 1, "k2": 3},
    )
    told = [(effect.kpi, effect.objectives, effect.weight, effect.closes, effect.in_time) for effect in found.effects]
    assert told == [
        ("k2", ("o2",), 0.75, pytest.approx(0.075), True),
        ("k1", ("o1",), 0.25, pytest.approx(0.05), False),
    ]
    assert found.resource_share == pytest.approx(20 / 180)
    assert found.gap_per_money == pytest.approx(100 * 0.125 * 10_000 / 20)
    assert about("i1", initiative("i1", (), 10)).gap_per_money is None


def test_the_three_questions_and_the_lost_points():
    found = about("i1", initiative("i1", (60,), 50), initiative("i2", (60,), 30))
    assert [heading.lens for heading in found.headings] == ["S", "M", "O"]
    assert found.headings[0].answer is Answer.YES
    for member in Member:
        lost = attribution(found.alignment, member)
        assert lost.score + sum(lens.points for lens in lost.lenses) == pytest.approx(100, abs=1e-12)
        for lens in lost.lenses:
            assert sum(part.points for part in lens.parts) == pytest.approx(lens.points, abs=1e-12)


def test_an_unknown_subject_is_refused():
    with pytest.raises(UnknownRecord, match="did you mean i1"):
        about("i11", *PAIR)


def test_a_limited_search_gives_no_verdict():
    from tests.engines.planning.realistic_companies import realistic_company

    found = explain(realistic_company(2, 25), ExplainTerms(subject="i3", node_limit=1))
    assert found.plan_status is PlanStatus.FEASIBLE
    assert found.value_in is found.value_out is None


@pytest.mark.parametrize("seed", range(25))
def test_with_and_without_are_what_trying_everything_says(seed):
    small = small_company(seed)
    pool = [key for key, one in small.book.initiatives.items() if one.mode is not Mode.DRIFT]
    asked = {"pins": small.pins, "bans": small.bans, "scenario": small.scenario}
    if plan(small.book, PlanTerms(as_of=AS_OF, **asked)).status is not PlanStatus.OPTIMAL:
        pytest.skip("there is no plan")
    for key in pool[:4]:
        if key in small.pins or key in small.bans or small.book.initiatives[key].mandatory:
            continue
        found = explain(small.book, ExplainTerms(subject=key, as_of=AS_OF, **asked))
        for reason in (*found.reasons, *found.flips, *found.conflict):
            assert REASON_CODES[reason.code].format(**reason.numbers)
        if found.standing not in {Standing.FUNDED, Standing.WAITING, Standing.STOPPED}:
            continue
        inside = enumerate_plan(small.book, AS_OF, **{**asked, "pins": (*small.pins, key)})
        outside = enumerate_plan(small.book, AS_OF, **{**asked, "bans": (*small.bans, key)})
        for value, answer in ((found.value_in, inside.value), (found.value_out, outside.value)):
            assert (value is None) == (answer is None)
            assert answer is None or abs(Fraction(value) - answer) <= Fraction(1, 10**9)
