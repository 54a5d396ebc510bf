"""The rows of the programme: what each says, in which numbers, and that exact and floating agree."""

from fractions import Fraction

import numpy as np
from tests.engines.planning.realistic_companies import AS_OF, realistic_company
from tests.engines.planning.tiny import firm, initiative

from rhumbline.book.types import Mode
from rhumbline.engines.alignment.quantities import Quantities
from rhumbline.engines.planning.facts import exact, facts_of
from rhumbline.engines.planning.model import build, floating, row_of


def model_of(book):
    return build(facts_of(Quantities(book, AS_OF)))


def starts_of(book, key="i1"):
    return model_of(book).work[key].starts


def row(book, name):
    return next(row for row in model_of(book).rows if row.name == name)


def names(book):
    return {row.name for row in model_of(book).rows}


# --- numbers ------------------------------------------------------------------------------------


def test_numbers_are_taken_as_they_are_written():
    assert exact(0.1) == Fraction(1, 10)
    assert exact(1 / 3) == Fraction(1, 3)
    assert exact(0.3333) == Fraction(3333, 10000)


def test_a_row_is_in_the_largest_unit_in_which_it_is_whole():
    made = row_of("cash:1", {0: Fraction(1500), 1: Fraction(25, 2) * 100}, upper=Fraction(2999))
    assert (made.coefficients, made.unit, made.upper) == ((6, 5), Fraction(250), 11)


def test_the_solver_sees_bounds_half_a_unit_off():
    _, numbers, lower, upper = floating(row_of("cash:1", {0: Fraction(3), 1: Fraction(7)}, upper=Fraction(9)))
    assert (numbers, lower, upper) == ([3.0, 7.0], -np.inf, 9.5)


def test_huge_amounts_are_scaled_down_for_the_solver():
    _, numbers, _, upper = floating(
        row_of("cash:1", {0: Fraction(10**9 + 1), 1: Fraction(3)}, upper=Fraction(10**9 + 3))
    )
    assert max(numbers) == 1e6
    assert numbers[0] < upper < sum(numbers)


# --- starts -------------------------------------------------------------------------------------


def test_an_initiative_may_start_as_long_as_it_ends_within_the_horizon():
    assert starts_of(firm(initiative("i1", (1, 1)), cash=(9, 9, 9, 9))) == (1, 2, 3)


def test_zeros_may_lie_beyond_the_horizon_and_amounts_may_not():
    assert starts_of(firm(initiative("i1", (1, 0, 0, 0, 0)), cash=(9, 9, 9))) == (1,)
    assert starts_of(firm(initiative("i1", (1, 0, 0), earliest=3), cash=(9, 9, 9))) == (3,)
    assert starts_of(firm(initiative("i1", (1, 1, 0), earliest=3), cash=(9, 9, 9))) == ()


def test_live_work_starts_at_once_and_spends_within_the_horizon_only():
    book = firm(initiative("i1", (1, 1, 5), live=True, earliest=2), cash=(9, 9))
    assert starts_of(book) == (1,)
    assert model_of(book).work["i1"].cost == 2
    assert model_of(book).work["i1"].length == 3


def test_drift_and_finished_work_are_not_decided_on():
    book = firm(initiative("i1", (1,)), initiative("d1", (1,), mode=Mode.DRIFT), cash=(9,))
    assert list(model_of(book).work) == ["i1"]


# --- rows ---------------------------------------------------------------------------------------


def test_cash_is_carried_forward():
    book = firm(initiative("i1", (30, 10)), cash=(20, 20, 20), drift=0.5)
    second = row(book, "cash:2")
    # Started in period 1 it has spent 40 by then, in period 2 it has spent 30; half of 40 may be spent.
    assert [number * second.unit for number in second.coefficients] == [40, 30]
    assert second.upper * second.unit == 20


def test_hours_are_not_carried():
    book = firm(initiative("i1", (1,), hours={"t1": (4, 2)}), cash=(9, 9), teams={"t1": (5, 1)})
    assert {name for name in names(book) if name.startswith("hours")} == {"hours:t1:1", "hours:t1:2"}
    assert row(book, "hours:t1:2").upper * row(book, "hours:t1:2").unit <= 5


def test_a_need_that_cannot_be_met_forbids():
    book = firm(initiative("i1", (1,), depends=("d1",)), initiative("d1", (1,), mode=Mode.DRIFT))
    assert row(book, "needs:i1:d1").upper == 0


def test_an_exclusion_named_on_both_sides_is_one_row():
    book = firm(initiative("i1", (1,), excludes=("i2",)), initiative("i2", (1,), excludes=("i1",)))
    assert [name for name in names(book) if name.startswith("excludes")] == ["excludes:i1:i2"]


def test_the_corridor_stands_on_all_resources():
    book = firm(initiative("i1", (10,), mode=Mode.EXPLORE), initiative("i2", (50,)), explore_min=0.1, explore_max=0.2)
    assert row(book, "floor").columns == row(book, "ceiling").columns == (0,)
    assert row(book, "floor").lower == 1
    assert row(book, "ceiling").upper == 2


def test_a_mandate_on_blocked_work_does_not_count():
    book = firm(initiative("i1", (1,), mandatory=True, flags=("health_data",)))
    assert "mandatory:i1" not in names(book)
    assert row(book, "block:i1").upper == 0


# --- saturation ---------------------------------------------------------------------------------


def test_the_clip_below_needs_a_variable_only_where_harm_can_exceed_the_gap():
    assert model_of(firm(initiative("i1", (1,), -60))).matrix.whole.sum() == 1
    both = firm(initiative("i1", (1,), -60), initiative("i2", (1,), -60))
    assert model_of(both).matrix.whole.sum() == 3


def test_exact_value_of_a_choice():
    model = model_of(firm(initiative("i1", (30,), 80), initiative("i2", (20,), 50), hurdle=0.5))
    assert model.value({0, 1}) == 1 - Fraction(1, 2) * Fraction(50, 100)
    assert model.value({1}) == Fraction(1, 2) - Fraction(1, 2) * Fraction(20, 100)


def test_exact_and_floating_rows_agree_on_random_choices():
    model = model_of(realistic_company(1))
    matrix, draw = model.matrix, np.random.default_rng(0)
    for _ in range(200):
        chosen = {int(number) for number in draw.choice(len(model.columns), draw.integers(1, 20), replace=False)}
        vector = np.zeros(len(matrix.value))
        vector[list(chosen)] = 1
        for number, one in enumerate(model.rows):
            entries = slice(matrix.start[number], matrix.start[number + 1])
            total = matrix.number[entries] @ vector[matrix.index[entries]]
            assert one.holds(chosen) == (matrix.lower[number] <= total <= matrix.upper[number])


def test_the_digest_of_a_model_tells_models_apart():
    one, other, again = (model_of(firm(initiative("i1", (cost,), 10), hurdle=0.5)).sha for cost in (30, 31, 30))
    assert one != other
    assert one == again
