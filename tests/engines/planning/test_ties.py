"""Which of equally good plans is the plan."""

from fractions import Fraction

import pytest
from tests.engines.planning.tiny import AS_OF, firm, initiative

from rhumbline.engines.alignment.quantities import Quantities
from rhumbline.engines.planning import PlanTerms, plan, plan_quantities
from rhumbline.engines.planning.facts import facts_of
from rhumbline.engines.planning.model import build
from rhumbline.engines.planning.search import Found, Search, Undecided
from rhumbline.engines.planning.ties import Settled, cents, rounded, settle


def starts(*parts, **more):
    answer = plan(firm(*parts, **more))
    return dict(answer.starts), answer.unique


def test_the_cheaper_of_two_equal_sets_wins_and_is_the_only_one():
    twins = (initiative("i1", (60,), 30), initiative("i2", (50,), 30))
    assert starts(*twins) == ({"i2": 1}, True)


def test_of_equal_sets_of_equal_cost_the_one_without_the_first_key_wins():
    twins = (initiative("i1", (60,), 30), initiative("i2", (60,), 30))
    assert starts(*twins) == ({"i2": 1}, False)


def test_keys_are_ordered_as_people_count():
    twins = (initiative("i10", (60,), 30), initiative("i9", (60,), 30))
    assert starts(*twins) == ({"i10": 1}, False)


def test_everything_starts_as_early_as_it_can():
    assert starts(initiative("i1", (10,), 30), cash=(100, 100, 100)) == ({"i1": 1}, True)


def test_of_equal_sums_of_starts_the_first_key_starts_first():
    # Only one of the two fits into each period.
    parts = (initiative("i1", (), 30, hours={"t": (10,)}), initiative("i2", (), 20, hours={"t": (10,)}))
    assert starts(*parts, cash=(1, 1), teams={"t": (10, 1)}) == ({"i1": 1, "i2": 2}, True)


def test_work_without_effect_is_left_out():
    assert starts(initiative("i1", (10,), 0), initiative("i2", (10,), 5)) == ({"i2": 1}, True)


def test_costly_work_without_effect_is_left_out_even_if_nothing_is_left():
    assert starts(initiative("i1", (10,), 0), initiative("i2", (5,), 0, depends=("i1",))) == ({}, True)


def test_free_work_without_effect_is_left_out_but_the_set_with_it_is_as_good():
    assert starts(initiative("i1", (), 0), initiative("i2", (10,), 5)) == ({"i2": 1}, False)


def test_values_that_differ_in_the_tenth_decimal_are_equal():
    parts = (initiative("i1", (60,), 30.00000001), initiative("i2", (50,), 30))
    assert starts(*parts) == ({"i2": 1}, True)


def test_values_that_differ_in_the_ninth_decimal_are_not():
    parts = (initiative("i1", (60,), 30.0000001), initiative("i2", (50,), 30))
    assert starts(*parts) == ({"i1": 1}, True)


def test_costs_are_compared_in_cents():
    # Hours at a rate may cost fractions of a cent: 1 h at 60.001 and at 60.004 cost the same.
    parts = (initiative("i1", (), 30, hours={"a": (1,)}), initiative("i2", (), 30, hours={"b": (1,)}))
    both = {"a": (1, "60.004"), "b": (1, "60.001")}
    assert starts(*parts, cash=(1,), teams=both, hurdle=0.0)[0] == {"i1": 1, "i2": 1}
    one_of_them = (
        initiative("i1", (), 30, hours={"a": (1,)}, excludes=("i2",)),
        initiative("i2", (), 30, hours={"b": (1,)}),
    )
    assert starts(*one_of_them, cash=(1,), teams=both, hurdle=0.0) == ({"i2": 1}, False)
    assert starts(*one_of_them, cash=(1,), teams={"a": (1, "60.001"), "b": (1, "60.004")}) == ({"i2": 1}, False)


@pytest.mark.parametrize("count", [8, 20])
def test_alike_initiatives_are_told_apart_without_trying_every_set(count):
    alike = [initiative(f"i{number}", (10,), 4) for number in range(1, count + 1)]
    answer = plan(firm(*alike, cash=(10 * count // 2,)))
    assert list(answer.starts) == [f"i{number}" for number in range(count // 2 + 1, count + 1)]
    assert answer.unique is False


def test_a_search_that_is_cut_short_does_not_decide():
    alike = [initiative(f"i{number}", (10 + number,), 4 + number % 3) for number in range(1, 25)]
    quantities = Quantities(firm(*alike, cash=(170,)), AS_OF)
    assert plan_quantities(quantities, PlanTerms(node_limit=0)).unique is None


class Tired(Search):
    """A search that answers what is best, and nothing about what is first among equals."""

    def best(self, question):
        if question.minimise is not None:
            raise Undecided
        return super().best(question)


def test_a_search_that_ends_among_equal_starts_says_that_the_set_is_the_only_one():
    late = initiative("i1", (10,), 4)
    model = build(facts_of(Quantities(firm(late, cash=(10, 0, 0)), AS_OF), {}))
    second = frozenset({1})
    assert settle(model, Tired(model), Found(second, 0.0, proven=True)) == Settled(second, unique=True, complete=False)
    first = settle(model, Search(model), Found(second, 0.0, proven=True))
    assert first == Settled(frozenset({0}), unique=True)


def test_rounding_is_half_to_even():
    assert rounded(Fraction(5, 10**10)) == 0
    assert rounded(Fraction(15, 10**10)) == Fraction(2, 10**9)
    assert cents(Fraction(5, 1000)) == 0
    assert cents(Fraction(15, 1000)) == 2
