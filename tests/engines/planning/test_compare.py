"""Two initiatives side by side."""

import pytest
from tests.engines.planning.tiny import firm, initiative

from rhumbline.book.findings import SameTwice, UnknownRecord
from rhumbline.book.types import Mode
from rhumbline.engines.planning import CompareTerms, PlanStatus, Standing, compare


def against(a, b, *parts, **more):
    return compare(firm(*parts, **more), CompareTerms(a=a, b=b))


PARTS = (
    initiative("i1", (60,), {"k1": 60}),
    initiative("i2", (60,), {"k2": 40}, hours={"t": (10,)}),
)
TWO = {"kpis": {"k1": None, "k2": None}, "weights": {"k1": 1, "k2": 1}, "teams": {"t": (10, 0)}}


def test_each_side_and_the_better_one():
    found = against("i1", "i2", *PARTS, hurdle=0.1, **TWO)
    assert found.better == "i1"
    assert (found.a.closes_in_time, found.b.closes_in_time) == (0.3, 0.2)
    assert found.a.worth == pytest.approx(0.3 - 0.1 * 0.6)
    assert (found.a.standing, found.b.standing) == (Standing.FUNDED, Standing.WAITING)
    assert (found.b.cash, found.b.hours, found.b.cost) == (60.0, {"t": 10.0}, 60.0)
    assert [reason.code for reason in found.reasons] == ["compare.better"]
    assert [(row.kpi, row.a.best, row.b.best) for row in found.kpis] == [("k1", 0.6, 0.0), ("k2", 0.0, 0.4)]


def test_the_weight_at_which_the_better_swaps():
    # 0.6 w = 0.4 (1 - w) at w = 0.4 for the first objective, that is at 0.6 for the second.
    found = against("i1", "i2", *PARTS, **TWO)
    assert [(row.objective, row.weight, row.swaps_at) for row in found.break_even] == [
        ("o1", 0.5, 0.4),
        ("o2", 0.5, 0.6),
    ]


def test_at_the_swap_both_are_worth_the_same():
    more = {**TWO, "weights": {"k1": 2, "k2": 3}}
    found = against("i1", "i2", *PARTS, **more)
    assert found.better is None
    assert found.break_even[0].swaps_at == found.break_even[0].weight == 0.4
    assert [reason.code for reason in found.reasons] == ["compare.same"]


def test_one_that_is_better_at_every_weight_never_swaps():
    parts = initiative("i1", (60,), {"k1": 60, "k2": 50}), initiative("i2", (60,), {"k2": 40})
    assert [row.swaps_at for row in against("i1", "i2", *parts, **TWO).break_even] == [None, None]


def test_with_one_objective_there_is_nothing_to_swap():
    found = against("i1", "i2", initiative("i1", (10,), 30), initiative("i2", (20,), 20))
    assert found.break_even[0].swaps_at is None


def test_the_other_objectives_keep_their_proportions():
    parts = initiative("i1", (10,), {"k1": 50}), initiative("i2", (10,), {"k2": 40, "k3": 20})
    kpis = {"k1": None, "k2": None, "k3": None}
    found = against("i1", "i2", *parts, kpis=kpis, weights={"k1": 2, "k2": 3, "k3": 1})
    # 0.5 w = (1 - w) (3/4 * 0.4 + 1/4 * 0.2) = 0.35 (1 - w)
    assert found.break_even[0].swaps_at == pytest.approx(0.35 / 0.85)


def test_the_four_plans_with_and_without():
    found = against("i1", "i2", *PARTS, initiative("i3", (40,), {"k2": 10}), **TWO)
    assert (found.value_only_a, found.value_only_b) == (pytest.approx(0.35), pytest.approx(0.25))
    assert found.value_both is None
    assert found.value_neither == pytest.approx(0.05)
    assert found.value == found.value_only_a


def test_a_drift_idea_can_be_compared_and_has_no_plans():
    found = against("i1", "d1", initiative("i1", (10,), 30), initiative("d1", (5,), mode=Mode.DRIFT))
    assert found.b.standing is Standing.NOT_CHOSEN
    assert found.value_both is None


def test_without_a_budget_there_are_still_two_sides():
    found = against("i1", "i2", initiative("i1", (), 30), initiative("i2", (), 20), cash=())
    assert found.plan_status is PlanStatus.NOT_ENOUGH_DATA
    assert (found.a.standing, found.value) == (Standing.NO_PLAN, None)


def test_the_same_twice_and_unknown_names_are_refused():
    with pytest.raises(SameTwice):
        against("i1", "i1", *PARTS, **TWO)
    with pytest.raises(UnknownRecord):
        against("i1", "i9", *PARTS, **TWO)
