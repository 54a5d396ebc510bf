"""What holds for every plan of every company."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.planning.enumeration import judge
from tests.engines.planning.small_companies import AS_OF, small_company

from rhumbline.book.book import Book
from rhumbline.book.records import Benefit, EthicsReview, Initiative
from rhumbline.engines.alignment.quantities import Quantities
from rhumbline.engines.planning import PlanTerms, plan
from rhumbline.engines.planning.facts import Facts, facts_of
from rhumbline.engines.planning.model import build
from rhumbline.engines.planning.search import Search
from rhumbline.engines.planning.ties import rounded

SEEDS = st.integers(min_value=10_000, max_value=99_999)
RUN = settings(max_examples=40, deadline=None, derandomize=True)
# The solver answers the question to far below this; the comparisons are between two of its answers.
NOISE = Fraction(2, 10**9)


def facts(seed) -> Facts:
    return facts_of(Quantities(small_company(seed).book, AS_OF))


def best(found: Facts) -> Fraction | None:
    """The best value under these facts; None when there is no plan."""
    model = build(found)
    answer = Search(model).best()
    return None if answer is None else rounded(model.value(answer.chosen))


def never_worse(before, after):
    """More room never makes a plan worse, nor a possible one impossible."""
    if before is not None:
        assert after is not None
        assert after >= before - NOISE


@RUN
@given(SEEDS)
def test_no_rule_is_broken_and_nothing_blocked_is_funded(seed):
    small = small_company(seed)
    answer = plan(small.book, PlanTerms(as_of=AS_OF, pins=small.pins, bans=small.bans, scenario=small.scenario))
    if answer.value is None:
        return
    kept, value, gap, cost = judge(small.book, AS_OF, answer.starts, scenario=small.scenario)
    assert kept
    assert abs(value - Fraction(answer.value)) <= NOISE
    assert float(gap) == pytest.approx(answer.gap_closed, abs=1e-12)
    assert float(cost) == pytest.approx(answer.cost, abs=1e-9)
    assert not set(answer.starts) & {line.initiative for line in answer.blocked}


@RUN
@given(SEEDS, st.integers(1, 4000))
def test_more_money_and_more_hours_never_hurt(seed, more):
    found = facts(seed)
    richer = replace(
        found,
        cash=(found.cash[0] + more, *found.cash[1:]),
        hours={team: hours + more // 100 for team, hours in found.hours.items()},
    )
    never_worse(best(found), best(richer))


@RUN
@given(SEEDS)
def test_a_smaller_reserve_never_hurts(seed):
    found = facts(seed)
    smaller = replace(
        found,
        cash=tuple(amount * 9 / 10 for amount in found.cash),
        hours={team: hours * 9 / 10 for team, hours in found.hours.items()},
    )
    never_worse(best(smaller), best(found))


@RUN
@given(SEEDS)
def test_a_higher_hurdle_never_raises_the_value(seed):
    found = facts(seed)
    before, after = best(found), best(replace(found, hurdle=found.hurdle + Fraction(1, 5)))
    assert (before is None) == (after is None)
    assert before is None or after <= before + NOISE


@RUN
@given(SEEDS)
def test_a_wider_corridor_never_hurts(seed):
    found = facts(seed)
    never_worse(best(found), best(replace(found, floor=Fraction(0), ceiling=Fraction(1))))


@RUN
@given(SEEDS)
def test_two_halves_that_need_each_other_are_the_whole(seed):
    found = facts(seed)
    whole = found.pool[0]
    half = {
        "cash": tuple(amount / 2 for amount in whole.cash),
        "hours": {team: tuple(amount / 2 for amount in profile) for team, profile in whole.hours.items()},
        "cost": whole.cost / 2,
        "effects": {kpi: effect / 2 for kpi, effect in whole.effects.items()},
        "starts": whole.starts[:1],
    }
    first = replace(whole, **half, needs=(*whole.needs, "half"))
    second = replace(whole, **half, key="half", needs=(*whole.needs, whole.key))
    one_start = replace(whole, starts=whole.starts[:1])
    alone = replace(found, pool=(one_start, *found.pool[1:]), excludes=())
    split = replace(found, pool=(first, *found.pool[1:], second), excludes=())
    before, after = best(alone), best(split)
    assert (before is None) == (after is None)
    assert before is None or abs(before - after) <= NOISE


@RUN
@given(SEEDS)
def test_more_of_what_closes_a_closed_gap_changes_nothing(seed):
    found = facts(seed)
    model = build(found)
    answer = Search(model).best()
    if answer is None:
        return
    closed = [part for part in model.saturations if sum_of(part, answer.chosen) >= 1]
    for part in closed:
        more = replace(part, effects=tuple(max(effect, effect * 2) for effect in part.effects))
        assert more.closed(answer.chosen) == part.closed(answer.chosen) == 1


def sum_of(part, chosen):
    return sum(effect for column, effect in zip(part.columns, part.effects, strict=True) if column in chosen)


def renamed(book: Book, names) -> Book:
    """The same company with other keys for its initiatives, in the same order."""
    records = []
    for kind in book.records:
        for record in book.all(kind).values():
            if isinstance(record, Initiative):
                links = {
                    field: tuple(names[key] for key in getattr(record, field)) for field in ("depends", "excludes")
                }
                records.append(replace(record, key=names[record.key], **links))
            elif isinstance(record, Benefit | EthicsReview):
                records.append(replace(record, initiative=names[record.initiative]))
            else:
                records.append(record)
    return Book.of(records, book.as_of)


@RUN
@given(SEEDS)
def test_names_do_not_matter_as_long_as_their_order_stays(seed):
    small = small_company(seed)
    if small.scenario:
        return
    names = {key: f"x{place}" for place, key in enumerate(small.book.initiatives)}
    before = plan(small.book, PlanTerms(as_of=AS_OF, pins=small.pins, bans=small.bans))
    wishes = {"pins": tuple(names[key] for key in small.pins), "bans": tuple(names[key] for key in small.bans)}
    after = plan(renamed(small.book, names), PlanTerms(as_of=AS_OF, **wishes))
    assert {names[key]: start for key, start in before.starts.items()} == dict(after.starts)
    assert (before.value, before.unique, before.status) == (after.value, after.unique, after.status)


@RUN
@given(SEEDS)
def test_the_same_question_gets_the_same_bytes(seed):
    small = small_company(seed)
    terms = PlanTerms(as_of=AS_OF, pins=small.pins, bans=small.bans, scenario=small.scenario)
    assert repr(plan(small.book, terms)) == repr(plan(small.book, terms))
