"""Why there is no plan, in numbers."""

from tests.engines.planning.enumeration import enumerate_plan
from tests.engines.planning.small_companies import AS_OF, small_company
from tests.engines.planning.tiny import firm, initiative

from rhumbline.book.types import Mode, Verdict
from rhumbline.engines.alignment.quantities import Quantities
from rhumbline.engines.planning import PlanStatus, PlanTerms, plan
from rhumbline.engines.planning.conflict import conflict_of
from rhumbline.engines.planning.facts import facts_of
from rhumbline.engines.planning.model import build
from rhumbline.engines.planning.search import Question, Search
from rhumbline.engines.planning.solve import wish_rows


def conflict(*parts, pins=(), bans=(), **more):
    answer = plan(firm(*parts, **more), PlanTerms(pins=pins, bans=bans))
    assert answer.status is PlanStatus.INFEASIBLE
    assert answer.value is None
    return {reason.code.removeprefix("plan.conflict."): dict(reason.numbers) for reason in answer.conflict}


def test_mandatory_work_that_needs_more_hours_than_there_are():
    found = conflict(
        initiative("i3", (), 10, hours={"t2": (0, 30)}, mandatory=True, mandatory_reason="The law."),
        cash=(9, 9),
        teams={"t2": (20, 1)},
    )
    assert found == {
        "mandatory": {"initiative": "i3", "reason": "The law."},
        "hours": {"team": "t2", "period": 2, "needed": 30.0, "free": 20.0},
    }


def test_mandatory_work_that_needs_more_money_than_there_is_by_then():
    found = conflict(initiative("i1", (90,), mandatory=True), initiative("i2", (40,), mandatory=True), drift=0.1)
    assert found["cash"] == {"period": 1, "needed": 130.0, "free": 90.0}
    assert "mandatory" in found


def test_a_pin_on_blocked_work_is_refused_even_to_the_owner():
    found = conflict(initiative("i1", (1,), 10, flags=("health_data",), review=Verdict.REJECTED), pins=("i1",))
    assert found == {
        "pin": {"initiative": "i1"},
        "block": {"initiative": "i1", "flags": ["health_data"], "review": "rejected"},
    }


def test_mandatory_work_that_is_blocked_is_no_conflict():
    answer = plan(firm(initiative("i1", (1,), 10, flags=("health_data",), mandatory=True)))
    assert answer.status is PlanStatus.OPTIMAL
    assert [line.initiative for line in answer.blocked] == ["i1"]


def test_mandatory_work_that_needs_blocked_work():
    found = conflict(
        initiative("i1", (1,), 10, flags=("health_data",)), initiative("i2", (1,), mandatory=True, depends=("i1",))
    )
    assert set(found) == {"mandatory", "needs", "block"}


def test_pins_that_exclude_each_other():
    found = conflict(initiative("i1", (1,)), initiative("i2", (1,), excludes=("i1",)), pins=("i1", "i2"))
    assert found["excludes"] == {"initiative": "i1", "other": "i2"}


def test_a_pin_and_a_ban_on_the_same():
    assert set(conflict(initiative("i1", (1,)), pins=("i1",), bans=("i1",))) == {"pin", "ban"}


def test_a_floor_that_cannot_be_reached_says_what_can():
    found = conflict(initiative("i1", (30,), mode=Mode.EXPLORE), explore_min=0.4)
    assert found == {"floor": {"floor": 0.4, "reachable": 0.3}}


def test_a_floor_that_is_out_of_reach_for_want_of_money():
    found = conflict(
        initiative("i1", (60,), mode=Mode.EXPLORE), initiative("i2", (50,), mode=Mode.EXPLORE), explore_min=0.7
    )
    assert found["floor"] == {"floor": 0.7, "reachable": 0.6}
    assert found["cash"] == {"period": 1, "needed": 110.0, "free": 100.0}


def test_work_that_fits_nowhere_into_the_horizon():
    found = conflict(initiative("i1", (1, 1, 1), mandatory=True), cash=(9, 9))
    assert found["no-start"] == {"initiative": "i1", "length": 3, "earliest": 1, "periods": 2}


def test_a_need_that_is_out_of_reach():
    found = conflict(initiative("i1", (1,), mandatory=True, depends=("d1",)), initiative("d1", (), mode=Mode.DRIFT))
    assert found["needs-out-of-reach"] == {"initiative": "i1", "other": "d1"}


def test_a_pin_on_what_is_not_decided_on():
    assert conflict(initiative("d1", (), mode=Mode.DRIFT), pins=("d1",)) == {
        "outside": {"initiative": "d1", "status": "drift"}
    }


def test_no_budget_is_not_enough_data():
    answer = plan(firm(initiative("i1", ()), cash=()))
    assert answer.status is PlanStatus.NOT_ENOUGH_DATA
    assert [reason.code for reason in answer.conflict] == ["plan.missing.resources"]
    nothing = plan(firm(initiative("i1", ())).without("budget", "budget"))
    assert [reason.code for reason in nothing.conflict] == ["plan.missing.budget"]


def impossible(seeds):
    """Random companies without a plan, by trying everything."""
    for seed in seeds:
        small = small_company(seed)
        asked = {"pins": small.pins, "bans": small.bans, "scenario": small.scenario}
        if enumerate_plan(small.book, AS_OF, **asked).status == "infeasible":
            yield small


def test_the_rules_named_cannot_all_hold_and_no_fewer_would_do():
    tried = [check_minimal(small) for small in impossible(range(100))]
    assert len(tried) >= 5


def check_minimal(small):
    quantities = Quantities(small.book, AS_OF)
    model = build(facts_of(quantities))
    wishes = wish_rows(model, small.pins, small.bans)
    names = {row_name(reason) for reason in conflict_of(quantities, model, Search(model), wishes)} - {None}
    rows = {row.name for row in (*model.rows, *wishes) if row.group != "choice"}
    assert names <= rows

    def possible(kept):
        added = tuple(row for row in wishes if row.name in kept)
        dropped = frozenset(row.name for row in model.rows if row.group != "choice") - kept
        return Search(model).best(Question(added=added, dropped=dropped, minimise={})) is not None

    assert not possible(names)
    assert all(possible(names - {name}) for name in names)


def row_name(reason):
    """The row a reason of a conflict is about."""
    kind, numbers = reason.code.removeprefix("plan.conflict."), reason.numbers
    if kind in {"floor", "ceiling"}:
        return kind
    if kind == "cash":
        return f"cash:{numbers['period']}"
    if kind == "hours":
        return f"hours:{numbers['team']}:{numbers['period']}"
    if kind in {"needs", "excludes", "needs-out-of-reach"}:
        return f"{kind.removesuffix('-out-of-reach')}:{numbers['initiative']}:{numbers['other']}"
    return None if kind == "no-start" else f"{kind}:{numbers['initiative']}"
