"""The plan: proven best, reasons, prices, limits, and a second solver's opinion."""

import subprocess
import sys

import numpy as np
import pytest
from tests.engines.planning.realistic_companies import realistic_company
from tests.engines.planning.tiny import AS_OF, firm, initiative

from rhumbline.book.book import Book
from rhumbline.book.findings import AsOfMissing, UnknownRecord
from rhumbline.book.records import Scenario
from rhumbline.book.types import FrozenMap, Mode
from rhumbline.engines.alignment.quantities import Quantities
from rhumbline.engines.planning import REASON_CODES, PlanStatus, PlanTerms, plan, plan_quantities, search
from rhumbline.engines.planning.facts import facts_of
from rhumbline.engines.planning.greedy import first_guess
from rhumbline.engines.planning.model import build
from rhumbline.engines.planning.solve import MOST_PRICED


def reasons(lines):
    return {line.initiative: {reason.code: dict(reason.numbers) for reason in line.reasons} for line in lines}


# --- the value ----------------------------------------------------------------------------------


def test_an_initiative_must_pull_a_share_of_its_weight():
    parts = initiative("i1", (30,), 20), initiative("i2", (60,), 19)
    answer = plan(firm(*parts, hurdle=1 / 3))
    # i1: 0.20 - 0.30 / 3 = 0.10; i2: 0.19 - 0.60 / 3 = -0.01
    assert (dict(answer.starts), answer.value, answer.gap_closed, answer.cost) == ({"i1": 1}, 0.1, 0.2, 30.0)
    assert answer.bound == answer.value
    assert answer.gap == 0
    assert answer.status is PlanStatus.OPTIMAL
    assert reasons(answer.waiting)["i2"]["plan.below-hurdle"] == {
        "closes": 0.19, "resources": 0.6, "hurdle": pytest.approx(1 / 3),
    }  # fmt: skip


def test_a_gap_can_be_closed_once():
    answer = plan(firm(initiative("i1", (10,), 70), initiative("i2", (10,), 60), hurdle=0.5))
    assert answer.gap_closed == 1.0
    answer = plan(firm(initiative("i1", (10,), 90), initiative("i2", (60,), 30), hurdle=0.5))
    assert dict(answer.starts) == {"i1": 1}
    assert reasons(answer.waiting)["i2"]["plan.below-hurdle"]["closes"] == 0.3
    answer = plan(firm(initiative("i1", (10,), 90), initiative("i2", (40,), 30), hurdle=0.5))
    assert reasons(answer.waiting)["i2"]["plan.gap-taken"]["marginal"] == pytest.approx(0.1)


def test_harm_subtracts_and_ends_at_the_whole_gap():
    harm = initiative("i1", (1,), -80, mandatory=True), initiative("i2", (1,), -70, mandatory=True)
    assert plan(firm(*harm)).gap_closed == -1.0
    good = plan(firm(*harm, initiative("i3", (1,), 60)))
    assert good.gap_closed == pytest.approx(-0.9)


def test_an_effect_counts_only_if_it_arrives_in_time():
    late = initiative("i1", (1, 1), 50, lag=1), initiative("i2", (1,), 40, earliest=2)
    answer = plan(firm(*late, cash=(9, 9, 9), kpis={"k1": 2}))
    assert dict(answer.starts) == {"i2": 2}
    assert list(reasons(answer.waiting)["i1"]) == ["plan.too-late"]


def test_a_scenario_multiplies_effects():
    book = firm(initiative("i1", (10,), 40), initiative("i2", (10,), 30))
    storm = Scenario(key="storm", name="Storm", probability=0.5, effects=FrozenMap({"i1": 0.25, "k1": 0.5}))
    answer = plan(book.replace(storm), PlanTerms(scenario="storm"))
    assert answer.gap_closed == pytest.approx(0.4 * 0.125 + 0.3 * 0.5)


def test_live_work_that_is_not_worth_its_rest_is_stopped():
    answer = plan(firm(initiative("i1", (50,), 10, live=True), initiative("i2", (20,), 30), hurdle=1 / 3))
    assert [line.initiative for line in answer.stopped] == ["i1"]
    assert answer.waiting == ()
    assert answer.gap_closed_by_live == pytest.approx(0.1)


def test_nothing_to_choose_is_a_plan_too():
    answer = plan(firm())
    assert (answer.status, answer.value, answer.bound, answer.unique) == (PlanStatus.OPTIMAL, 0.0, 0.0, True)
    assert answer.certificate.solves == 0


# --- reasons ------------------------------------------------------------------------------------


def test_what_keeps_an_initiative_out_is_told_with_numbers():
    answer = plan(
        firm(
            initiative("i1", (80,), 60),
            initiative("i2", (30,), 20),
            initiative("i3", (), 20, hours={"t": (9,)}, mode=Mode.EXPLORE),
            initiative("i4", (), 15, hours={"t": (5,)}),
            teams={"t": (10, 1)},
        )
    )
    out = reasons(answer.waiting)
    assert out["i2"] == {"plan.cash-short": {"start": 1, "needed": 30.0, "period": 1, "free": 20.0}}
    assert out["i4"] == {"plan.hours-short": {"start": 1, "needed": 5.0, "period": 1, "team": "t", "free": 1.0}}


def test_needs_and_exclusions_are_told():
    answer = plan(
        firm(
            initiative("i1", (20,), 60),
            initiative("i2", (10,), 20, excludes=("i1",)),
            initiative("i3", (90,), 5),
            initiative("i4", (10,), 10, depends=("i3",)),
        )
    )
    out = reasons(answer.waiting)
    assert out["i2"] == {"plan.excluded-by": {"others": ["i1"]}}
    assert out["i4"] == {"plan.needs-unfunded": {"needs": ["i3"]}}


def test_work_that_others_need_is_funded_for_them():
    answer = plan(firm(initiative("i1", (20,), 0), initiative("i2", (20,), 40, depends=("i1",)), hurdle=1 / 3))
    assert list(answer.starts) == ["i1", "i2"]
    assert reasons(answer.funded)["i1"]["plan.unlocks"] == {"dependants": ["i2"], "closes": 0.4}


def test_a_corridor_of_exploration_is_told():
    explore = initiative("i1", (10,), 1, mode=Mode.EXPLORE)
    answer = plan(firm(explore, initiative("i2", (10,), 30), hurdle=1 / 3, explore_min=0.1))
    assert reasons(answer.funded)["i1"]["plan.explore-floor"] == {"floor": 0.1}
    many = [initiative(f"i{number}", (10,), 20, mode=Mode.EXPLORE) for number in (1, 2)]
    answer = plan(firm(*many, explore_max=0.15))
    assert reasons(answer.waiting)["i1"]["plan.explore-ceiling"]["ceiling"] == 0.15


def test_wishes_and_blocks_have_a_price():
    book = firm(
        initiative("i1", (60,), 30),
        initiative("i2", (60,), 50),
        initiative("i3", (60,), 90, flags=("personal_data",)),
    )
    pinned = plan(book, PlanTerms(pins=("i1",)))
    assert (list(pinned.starts), pinned.funded[0].price) == (["i1"], 0.2)
    assert reasons(pinned.funded)["i1"]["plan.pinned"] == {"price": 0.2}
    banned = plan(book, PlanTerms(bans=("i2",)))
    assert reasons(banned.waiting)["i2"]["plan.banned"] == {"price": 0.2}
    blocked = plan(book)
    assert blocked.blocked[0].price == pytest.approx(0.4)
    assert blocked.blocked[0] in blocked.waiting
    harmless = plan(book, PlanTerms(pins=("i2",)))
    assert harmless.funded[0].price == 0.0


def test_more_blocks_than_are_priced_say_so():
    many = [initiative(f"i{number}", (1,), 1, flags=("personal_data",)) for number in range(MOST_PRICED + 1)]
    answer = plan(firm(*many))
    assert {code for found in reasons(answer.blocked).values() for code in found} == {"plan.blocked-unpriced"}


def test_every_reason_has_a_sentence_with_its_numbers():
    for seed in range(10):
        answer = plan(realistic_company(seed, 14))
        lines = (*answer.funded, *answer.reserve, *answer.waiting, *answer.stopped, *answer.blocked)
        for reason in (*answer.conflict, *(reason for line in lines for reason in line.reasons)):
            assert REASON_CODES[reason.code].format(**reason.numbers)


# --- limits -------------------------------------------------------------------------------------


def test_a_limited_search_states_the_gap_that_is_left():
    book = realistic_company(2, 25)
    best, quick = plan(book), plan(book, PlanTerms(node_limit=1))
    assert quick.status is PlanStatus.FEASIBLE
    assert quick.value <= best.value <= quick.bound
    assert quick.gap == pytest.approx(quick.bound - quick.value)
    assert quick.unique is None


def test_a_search_without_a_stated_limit_ends_after_the_most_work_and_the_same_each_time(monkeypatch):
    book = realistic_company(2, 25)
    best = plan(book)
    monkeypatch.setattr(search, "MOST_EFFORT", 1)
    short = plan(book)
    assert short.status is PlanStatus.FEASIBLE
    assert short.value <= best.value <= short.bound
    assert not short.certificate.settled
    assert short == plan(book)
    # A stated limit takes the place of the other one.
    assert plan(book, PlanTerms(node_limit=10**9)).status is PlanStatus.OPTIMAL


def test_progress_is_reported_and_a_search_can_be_stopped():
    seen = []

    def listen(news):
        seen.append(news)
        return len(seen) < 10

    answer = plan(realistic_company(2, 25), progress=listen)
    assert answer.status is PlanStatus.FEASIBLE
    assert len(seen) >= 10
    assert all(news.gap is None or news.gap >= 0 for news in seen)
    assert answer.value <= answer.bound


def test_what_a_listener_raises_reaches_the_caller():
    def listen(_):
        raise KeyError("listener")

    with pytest.raises(KeyError, match="listener"):
        plan(realistic_company(2, 25), progress=listen)


# --- use ----------------------------------------------------------------------------------------


def test_unknown_names_are_refused():
    book = firm(initiative("i1", (1,)))
    for terms in (PlanTerms(pins=("i9",)), PlanTerms(bans=("i9",)), PlanTerms(scenario="x")):
        with pytest.raises(UnknownRecord):
            plan(book, terms)
    with pytest.raises(AsOfMissing):
        plan(Book())


def test_the_same_question_gets_the_same_bytes():
    quantities = Quantities(realistic_company(2, 16), AS_OF)
    assert repr(plan_quantities(quantities)) == repr(plan_quantities(quantities))


def test_planning_prints_nothing():
    program = (
        "from rhumbline.engines.planning import plan\n"
        "from rhumbline.book.book import Book\n"
        "from rhumbline.book.records import Budget, Initiative\n"
        "from datetime import date\n"
        "plan(Book.of([Budget(cash=(1,)), Initiative(key='i1', name='i1', mode='exploit')], date(2026, 1, 1)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert (done.stdout, done.stderr) == ("", "")


# --- a second opinion ---------------------------------------------------------------------------


def second_opinion(model):
    """The best value by another solver, on arrays built anew from the exact rows and effects."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    choices, gaps = len(model.columns), len(model.saturations)
    rows, low, high = [], [], []
    for row in model.rows:
        line = np.zeros(choices + gaps)
        line[list(row.columns)] = row.coefficients
        rows.append(line)
        low.append(-np.inf if row.lower is None else row.lower)
        high.append(np.inf if row.upper is None else row.upper)
    for number, part in enumerate(model.saturations):
        line = np.zeros(choices + gaps)
        line[choices + number] = 1
        line[list(part.columns)] = [-float(effect) for effect in part.effects]
        rows.append(line)
        low.append(-np.inf)
        high.append(0)
    costs = [*map(float, model.penalty), *(-float(part.weight) for part in model.saturations)]
    answer = milp(
        costs,
        constraints=LinearConstraint(np.array(rows), low, high),
        bounds=Bounds([0] * choices + [-1] * gaps, 1),
        integrality=[1] * choices + [0] * gaps,
        options={"mip_rel_gap": 0},
    )
    return None if answer.fun is None else -answer.fun


@pytest.mark.parametrize("seed", range(8))
def test_another_solver_finds_the_same_value(seed):
    book = realistic_company(seed, 16)
    best = plan(book).value
    other = second_opinion(build(facts_of(Quantities(book, AS_OF))))
    assert other is None if best is None else other == pytest.approx(best, abs=1e-6)


@pytest.mark.sample
@pytest.mark.parametrize("seed", range(10))
def test_forty_initiatives_are_proven_best(seed):
    answer = plan(realistic_company(seed))
    assert answer.status is PlanStatus.OPTIMAL
    assert answer.unique is not None
    assert second_opinion(build(facts_of(Quantities(realistic_company(seed), AS_OF)))) == pytest.approx(
        answer.value, abs=1e-6
    )


def test_the_first_guess_keeps_every_rule():
    guesses = []
    for seed in range(5):
        model = build(facts_of(Quantities(realistic_company(seed), AS_OF)))
        guess = first_guess(model)
        if guess is not None:
            assert all(row.holds(guess) for row in model.rows)
            guesses.append(guess)
    assert len(guesses) >= 3
