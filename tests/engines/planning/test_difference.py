"""The difference of two plans: who starts, stops and moves, and money and hours that follow from it exactly."""

import dataclasses
from math import fsum

import pytest

import rhumbline
from rhumbline import examples
from rhumbline.engines.alignment import Quantities
from rhumbline.engines.planning.difference import Measured, Shift, difference


def book_of(name):
    return rhumbline.read_book(examples.path(name)).book


def differ(one, other):
    measured = [Measured(plan.result, Quantities(plan.book, plan.result.as_of)) for plan in (one, other)]
    return difference(*measured)


@pytest.fixture(scope="module")
def bakery():
    return book_of("bakery")


@pytest.fixture(scope="module")
def best(bakery):
    return rhumbline.plan(bakery)


def test_a_plan_does_not_differ_from_itself(best):
    found = differ(best, best)
    assert found.same
    assert found.comparable
    assert (found.value.by, found.cost.by, found.money, found.hours) == (0.0, 0.0, (), ())


def test_a_wish_and_a_ban_worked_by_hand(bakery, best):
    # The pastry takes 4,000 and 80 hours of the bakehouse each quarter; the tastings 3,000, 3,000 and 2,000, and
    # 40 hours of the shop in each of three quarters.
    found = differ(best, rhumbline.plan(bakery, pins=["i6"], bans=["i5"]))
    assert [line.initiative for line in found.started] == ["i6"]
    assert [line.initiative for line in found.stopped] == ["i5"]
    assert found.stopped[0].reasons[0].code == "plan.banned"
    assert found.moved == ()
    assert found.comparable
    assert found.value.by == pytest.approx(-0.1097, abs=5e-5)
    assert found.cost.by == pytest.approx(18_240 - 10_880)
    assert [(load.period, load.amount.by) for load in found.money] == [
        ("2027-Q1", 1000.0),
        ("2027-Q2", 1000.0),
        ("2027-Q3", 2000.0),
    ]
    hours = {(load.team, load.period): load.amount.by for load in found.hours}
    assert hours["bakers", "2027-Q1"] == 80.0
    assert hours["office", "2027-Q3"] == -40.0


@pytest.mark.parametrize("name", sorted(examples.names()))
def test_money_and_hours_that_move_add_up_to_the_cost(name):
    book = book_of(name)
    plan = rhumbline.plan(book)
    if not plan.starts:
        pytest.skip("this company funds nothing")
    without = rhumbline.plan(book, bans=[next(iter(plan.starts))])
    if without.cost is None:
        pytest.skip("this company has no plan without its first initiative")
    found = differ(plan, without)
    rate = {key: float(team.rate) for key, team in book.teams.items()}
    money = fsum(load.amount.by for load in found.money)
    hours = fsum(load.amount.by * rate[load.team] for load in found.hours)
    assert money + hours == pytest.approx(found.cost.by, abs=1e-6)
    assert {line.initiative for line in found.stopped} == set(plan.starts) - set(without.starts)
    back = differ(without, plan)
    assert [line.initiative for line in back.started] == [line.initiative for line in found.stopped]
    assert back.value.by == pytest.approx(-found.value.by)
    assert [load.amount.by for load in back.money] == pytest.approx([-load.amount.by for load in found.money])


def test_work_that_may_only_begin_later_moves(bakery, best):
    later = bakery.replace(dataclasses.replace(bakery.get("initiative", "i5"), earliest=2))
    found = differ(best, rhumbline.plan(later))
    assert [(move.initiative, move.before, move.after) for move in found.moved] == [("i5", "2027-Q1", "2027-Q2")]
    assert found.cost.by == 0.0
    assert fsum(load.amount.by for load in found.money) == 0.0
    assert {load.period for load in found.money} >= {"2027-Q1"}


def test_another_yardstick_is_noticed(bakery, best):
    budget = dataclasses.replace(bakery.budget, hurdle=0)
    found = differ(best, rhumbline.plan(bakery.replace(budget)))
    assert [line.initiative for line in found.started] == ["i6"]
    assert not found.comparable


def test_an_initiative_the_other_book_does_not_know_is_named_without_reasons(bakery, best):
    found = differ(best, rhumbline.plan(bakery.without("initiative", "i5").without("benefit", "i5")))
    assert [(line.initiative, line.reasons) for line in found.stopped] == [("i5", ())]


def test_where_there_is_no_plan_there_is_no_number(bakery, best):
    found = differ(rhumbline.plan(bakery.without("budget", *bakery.all("budget"))), best)
    assert found.value == Shift(None, best.value)
    assert found.value.by is None
    assert [line.initiative for line in found.started] == list(best.starts)
