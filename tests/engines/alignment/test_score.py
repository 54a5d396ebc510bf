"""The score of worked companies, to the last digit where it was computed by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from rhumbline.book.book import Book
from rhumbline.book.findings import AsOfMissing
from rhumbline.book.records import (
    Benefit,
    Budget,
    Capability,
    ClosedBenefit,
    DataFlow,
    Initiative,
    Kpi,
    Need,
    Objective,
    Segment,
    Signal,
    Strategy,
    Survey,
    System,
    Team,
)
from rhumbline.book.types import Evidence, FlowState, FrozenMap, Mode, SignalKind, Stage
from rhumbline.engines._maths import UNKNOWN, ZERO, Triple
from rhumbline.engines.alignment import Quantities, ScoreTerms, initiative_lenses, organisation_score, score

AS_OF = date(2026, 11, 23)
RUNNING = Initiative(key="i1", name="One", mode=Mode.EXPLOIT, stage=Stage.RUNNING, cash=(Decimal(1000), Decimal(1000)))


def company(*records: object) -> Book:
    """A firm with one KPI of gap 10, one objective, 10,000 to spend and one running initiative of 2,000."""
    base = (
        Strategy(mission="Go there.", horizon_start=date(2027, 1, 1)),
        Kpi(key="k1", name="One", unit="x", baseline=0.0, target=10.0),
        Objective(key="o1", name="One", weight=1.0, kpis=FrozenMap({"k1": 1.0})),
        Budget(cash=(Decimal(2500),) * 4),
        RUNNING,
    )
    return Book.of((*base, *records), as_of=AS_OF)


def claim(low: float, likely: float, high: float, evidence: Evidence = Evidence.E4, key: str = "b1") -> Benefit:
    """A Benefit of the running initiative on the KPI."""
    return Benefit(key=key, initiative="i1", kpi="k1", low=low, likely=likely, high=high, evidence=evidence)


def lens(book: Book, name: str, key: str = "i1") -> Triple:
    """One lens of one initiative."""
    return initiative_lenses(Quantities(book, AS_OF), key).lenses[name]


def part(book: Book, name: str, key: str = "i1") -> Triple:
    """One part of a lens of one initiative."""
    return next(part.value for part in initiative_lenses(Quantities(book, AS_OF), key).parts if part.name == name)


def test_line_of_sight_is_share_of_gap_against_share_of_resources() -> None:
    # 20 % of the resources; E2 counts 70 %: low 0.07, best 0.14 of the gap; high is taken as claimed.
    book = company(claim(1, 2, 3, Evidence.E2))
    assert lens(book, "S") == pytest.approx((0.35, 0.7, 1.0))


def test_harm_is_not_discounted_and_the_high_value_is_taken_as_claimed() -> None:
    book = company(claim(-2, -1, 1, Evidence.E0))
    assert Quantities(book, AS_OF).contribution["i1"]["k1"] == pytest.approx((-0.2, -0.1, 0.1))
    assert lens(book, "S") == pytest.approx((0.0, 0.0, 0.5))


def test_two_claims_on_one_kpi_count_like_one() -> None:
    once = Quantities(company(claim(2, 4, 6)), AS_OF)
    twice = Quantities(company(claim(1, 2, 3), claim(1, 2, 3, key="b2")), AS_OF)
    assert once.contribution == twice.contribution


def test_no_contribution_exceeds_the_gap() -> None:
    assert Quantities(company(claim(50, 60, 70)), AS_OF).contribution["i1"]["k1"] == (1.0, 1.0, 1.0)


def test_a_benefit_on_a_kpi_without_baseline_or_gap_is_ignored() -> None:
    for kpi in (
        Kpi(key="k1", name="One", unit="x", target=10.0),
        Kpi(key="k1", name="One", unit="x", baseline=10.0, target=10.0),
    ):
        assert Quantities(company(claim(1, 2, 3)).replace(kpi), AS_OF).gap_share["i1"] == ZERO


def test_live_work_beyond_the_horizon_is_ignored_and_a_candidate_counts_in_full() -> None:
    long = replace(RUNNING, cash=(Decimal(1000),) * 6)
    assert Quantities(company(long), AS_OF).full_cost["i1"] == 4000
    assert Quantities(company(replace(long, stage=Stage.CASE)), AS_OF).full_cost["i1"] == 6000


def test_hours_cost_their_rate() -> None:
    team = Team(key="t", name="T", hours=Decimal(100), rate=Decimal("12.5"))
    book = company(team, replace(RUNNING, hours=FrozenMap({"t": (Decimal(8), Decimal(2))})))
    quantities = Quantities(book, AS_OF)
    assert quantities.resources == 10_000 + 100 * 4 * 12.5
    assert quantities.full_cost["i1"] == 2000 + 125
    assert quantities.resource_share["i1"] == 2125 / 15_000


def test_own_record_replaces_the_prior_from_five_closed_claims_of_a_grade() -> None:
    past = [ClosedBenefit(key=f"c{n}", claimed=10.0, realised=5.0, evidence=Evidence.E2) for n in range(5)]
    assert Quantities(company(*past[:4]), AS_OF).factor[Evidence.E2] == 0.7
    assert Quantities(company(*past), AS_OF).factor[Evidence.E2] == pytest.approx((5 * 0.5 + 10 * 0.7) / 15)


def test_a_claim_is_closed_when_done_or_past_its_day_and_realised() -> None:
    benefit = replace(claim(1, 2, 3), realised=1.0, by=date(2026, 11, 22))
    assert Quantities(company(), AS_OF).closed(benefit)
    assert not Quantities(company(), AS_OF).closed(replace(benefit, by=AS_OF))
    assert not Quantities(company(), AS_OF).closed(replace(benefit, realised=None))
    done = company(replace(RUNNING, stage=Stage.CLOSED))
    assert Quantities(done, AS_OF).closed(replace(benefit, by=None))


def test_audience_is_the_share_of_segments_that_its_objectives_target() -> None:
    segments = [Segment(key="a", name="A", strategic=True), Segment(key="b", name="B")]
    objective = Objective(key="o1", name="One", weight=1.0, segments=("a",), kpis=FrozenMap({"k1": 1.0}))
    book = company(*segments, objective, claim(1, 2, 3))
    assert part(book, "audience") == UNKNOWN
    assert part(book.replace(replace(RUNNING, segments=("a", "b"))), "audience") == (0.5, 0.5, 0.5)
    # Without a helped objective the strategic segments are the target; without those nobody knows.
    unhelped = book.without("benefit", "b1").replace(replace(RUNNING, segments=("b",)))
    assert part(unhelped, "audience") == ZERO
    assert part(unhelped.replace(Segment(key="a", name="A")), "audience") == UNKNOWN


def test_a_need_counts_by_its_opportunity_and_its_absence_is_zero_once_needs_are_recorded() -> None:
    need = Need(key="n", segment="a", text="N", importance=8.0, satisfaction=3.0)
    assert part(company(), "need") == UNKNOWN
    book = company(Segment(key="a", name="A"), need)
    assert part(book, "need") == ZERO
    assert part(book.replace(replace(RUNNING, needs=("n",))), "need") == pytest.approx((0.8, 0.8, 0.8))


def test_trend_weighs_supporting_against_opposing_signals() -> None:
    base = Signal(key="g1", text="G", kind=SignalKind.CUSTOMER, strength=3, seen=AS_OF, supports=("i1",))
    assert part(company(), "trend") == (0.5, 0.5, 0.5)
    against = replace(base, key="g2", strength=1, supports=(), opposes=("i1",))
    assert part(company(base, against), "trend") == pytest.approx((0.75, 0.75, 0.75))


def test_capability_is_the_scarcest_one_and_unknown_differs_from_none_needed() -> None:
    book = company(Capability(key="a", name="A", level=1), Capability(key="b", name="B", level=5))
    assert part(book, "capability") == UNKNOWN
    assert part(book.replace(replace(RUNNING, requires=FrozenMap())), "capability") == (1.0, 1.0, 1.0)
    needing = replace(RUNNING, requires=FrozenMap({"a": 4, "b": 2}))
    assert part(book.replace(needing), "capability") == (0.25, 0.25, 0.25)


def test_integration_counts_pairs_once_and_counts_the_flow_it_delivers_itself() -> None:
    systems = [
        System(key="a", name="A", needs=("b", "c")),
        System(key="b", name="B", needs=("a",)),
        System(key="c", name="C"),
    ]
    flow = DataFlow(key="a-b", source="b", destination="a", state=FlowState.PLANNED, by="i1")
    book = company(*systems, flow, replace(RUNNING, systems=("a", "b")))
    assert part(book, "integration") == (0.5, 0.5, 0.5)
    live = DataFlow(key="c-a", source="c", destination="a", state=FlowState.LIVE)
    assert part(book.replace(live), "integration") == (1.0, 1.0, 1.0)


def test_readiness_spans_its_ratings_and_zero_is_a_rating() -> None:
    assert part(company(), "readiness") == UNKNOWN
    assert part(company(replace(RUNNING, readiness=(0, 2))), "readiness") == (0.0, 0.25, 0.5)


def test_drift_inside_the_reserve_is_left_out_of_the_focus_and_beyond_it_all_counts() -> None:
    drift = Initiative(key="d", name="D", mode=Mode.DRIFT, stage=Stage.RUNNING, cash=(Decimal(500),))
    book = company(claim(5, 5, 5), drift).replace(Budget(cash=(Decimal(2500),) * 4, drift=0.05))
    inside = organisation_score(Quantities(book, AS_OF))
    assert (inside.tolerated_drift, inside.counted) == (True, ("i1",))
    over = organisation_score(Quantities(book.replace(replace(drift, cash=(Decimal("500.01"),))), AS_OF))
    assert (over.tolerated_drift, over.counted) == (False, ("d", "i1"))
    assert over.lenses["S"].focus.best < inside.lenses["S"].focus.best


def test_pulse_has_a_95_percent_interval_and_needs_five_answers() -> None:
    pulse = Survey(n=11, invited=14, sd=0.8, items=FrozenMap({"clarity": 3.1, "safety": 3.9}))
    coverage = organisation_score(Quantities(company(pulse), AS_OF)).lenses["C"].coverage
    error = 1.96 * 0.2 / 11**0.5 * (3 / 13) ** 0.5
    assert coverage == pytest.approx((0.625 - error, 0.625, 0.625 + error), abs=5e-5)
    for unknown in (replace(pulse, n=4), replace(pulse, items=FrozenMap())):
        assert organisation_score(Quantities(company(unknown), AS_OF)).lenses["C"].coverage == UNKNOWN


def test_without_money_and_hours_no_share_can_be_formed() -> None:
    found = score(company().without("budget", "budget"))
    assert not found.measurable
    assert found.resource_share == {"i1": 0.0}


def test_a_score_needs_a_date() -> None:
    book = Book.of(company().all("kpi").values())
    with pytest.raises(AsOfMissing, match="as_of"):
        score(book)
    assert score(book, ScoreTerms(as_of=AS_OF)).as_of == AS_OF


def test_the_question_worth_most_is_asked_first_and_a_candidate_asks_for_its_own_sake() -> None:
    candidate = replace(RUNNING, key="i2", stage=Stage.CASE)
    questions = score(company(candidate)).questions
    gains = [question.gain for question in questions]
    assert gains == sorted(gains, reverse=True)
    assert {question.part for question in questions if question.subject == "i2"} == {
        "line of sight",
        "audience",
        "need",
        "capability",
        "readiness",
    }
    assert all(question.gain == 0 and question.own_gain > 0 for question in questions if question.subject == "i2")
    assert {question.part for question in questions if question.subject == "organisation"} == {
        "needs",
        "capabilities and flows",
        "pulse",
    }


def test_the_gain_of_a_question_is_the_difference_of_two_scores() -> None:
    book = company(claim(1, 2, 3))
    question = next(q for q in score(book).questions if (q.subject, q.part) == ("i1", "readiness"))
    at_1, at_0 = (score(book.replace(replace(RUNNING, readiness=(rating,)))) for rating in (4, 0))
    assert question.gain == pytest.approx(at_1.organisation.alignment.best - at_0.organisation.alignment.best)
    assert question.own_gain == pytest.approx(
        at_1.initiatives["i1"].alignment.best - at_0.initiatives["i1"].alignment.best
    )
    assert question.gain > 0
