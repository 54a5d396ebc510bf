"""Which of equally good plans is *the* plan, and whether there is another set as good.

In stages, each under the rows that keep the stages before: the value to nine decimals, then the
lowest full cost in cents, then the smallest sum of starts, then the first choices in key order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor

from rhumbline.engines.planning.model import Model, Row, row_of
from rhumbline.engines.planning.search import MOST_CUTS, Found, Question, Search, Undecided

DECIMALS = 9
# Half of the last decimal, and what the solver may be off by.
TIE = Fraction(1, 2 * 10**DECIMALS) + Fraction(1, 10**11)


def rounded(value: Fraction) -> Fraction:
    """Return a value as it is compared: to nine decimals, half to even."""
    return round(value, DECIMALS)


def cents(cost: Fraction) -> int:
    """Return a cost in cents, half to even."""
    return round(cost * 100)


@dataclass(frozen=True, slots=True)
class Settled:
    """The plan among its equals.

    Parameters
    ----------
    chosen
        Its columns.
    unique
        Whether no other set has the same value and cost; None when that was not decided.
    complete
        Whether every stage was settled; False when the search ended before, and the starts may be later than needed.
    """

    chosen: frozenset[int]
    unique: bool | None
    complete: bool = True


@dataclass
class _Face:
    """The plans as good as the best one found so far.

    Parameters
    ----------
    model
        What is chosen from.
    search
        Asks the solver about it.
    rows
        The wishes, and the stages already settled.
    value
        The best value, rounded.
    dropped
        Rows that need not hold.
    """

    model: Model
    search: Search
    rows: tuple[Row, ...]
    value: Fraction
    dropped: frozenset[str] = frozenset()

    def member(self, question: Question) -> frozenset[int] | None:
        """Return the best member for a question; None when there is none.

        A better plan than the best one, found on the way, raises ``_Better``: the solver's proof had a hole.
        """
        cuts: list[Row] = []
        for number in range(MOST_CUTS):
            found = self.search.best(
                replace(
                    question,
                    added=(*self.rows, *question.added, *cuts),
                    dropped=self.dropped,
                    least_value=self.value - TIE,
                )
            )
            if found is None:
                return None
            value = rounded(self.model.value(found.chosen))
            if value > self.value:
                raise _Better(found.chosen)
            if value == self.value:
                if not found.proven:
                    raise Undecided(chosen=found.chosen)
                return found.chosen
            cuts.append(self.search.not_this(found.chosen, number))
        raise Undecided

    def minimal(self, name: str, weights: dict[int, Fraction], current: frozenset[int]) -> frozenset[int]:
        """Return a member with the smallest sum of weights, and keep to that sum from now on."""
        scaled = row_of(name, weights)
        if scaled.total(current) > sum(min(0, number) for number in scaled.coefficients):
            numbers = dict(zip(scaled.columns, map(Fraction, scaled.coefficients), strict=True))
            try:
                smaller = self.member(Question(minimise=numbers))
            except Undecided as undecided:
                known = current if undecided.chosen is None else min(current, undecided.chosen, key=scaled.total)
                raise Undecided(chosen=known) from undecided
            # Nothing chosen is an empty set, and a plan all the same.
            current = current if smaller is None else smaller
        total = scaled.total(current)
        self.rows = (*self.rows, Row(name, scaled.columns, scaled.coefficients, None, total, scaled.unit))
        return current


class _Better(Exception):
    """A plan better than the best one known."""

    def __init__(self, chosen: frozenset[int]) -> None:
        self.chosen = chosen
        super().__init__()


def other_set(model: Model, chosen: Collection[int]) -> Row:
    """Return the row that holds for every set of initiatives but that of a choice, whatever the starts."""
    inside = {model.columns[number].initiative for number in chosen}
    signs = tuple(-1 if column.initiative in inside else 1 for column in model.columns)
    return Row("other set", tuple(range(len(model.columns))), signs, 1 - len(inside), None)


def same_set(model: Model, chosen: Collection[int]) -> tuple[Row, ...]:
    """Return the rows that keep the set of initiatives of a choice and leave the starts open."""
    inside = {model.columns[number].initiative for number in chosen}
    outside = {number: 1 for number, column in enumerate(model.columns) if column.initiative not in inside}
    kept = (row_of(f"same:{key}", dict.fromkeys(model.columns_of[key], 1), lower=1) for key in sorted(inside))
    return (row_of("same", outside, upper=0), *kept)


def _cost_row(model: Model, cost: Fraction) -> Row:
    """The row that holds for every choice whose cost is, in cents, at most this one's."""
    entries = {number: model.work[column.initiative].cost for number, column in enumerate(model.columns)}
    even = cents(cost) % 2 == 0
    row = row_of("cost", entries, upper=Fraction(2 * cents(cost) + 1, 200))
    limit = Fraction(2 * cents(cost) + 1, 200) / row.unit
    # Half a cent more is rounded down to an even number of cents, up to an odd one.
    if not even and limit.denominator == 1:
        return replace(row, upper=int(limit) - 1)
    return replace(row, upper=floor(limit))


def _first(face: _Face, current: frozenset[int], open_keys: Iterable[str]) -> frozenset[int]:
    """Return the first member in key order, where not funded comes before start 1 before start 2."""
    model = face.model
    for key in open_keys:
        own = model.columns_of[key]
        ranks = {column: Fraction(place) for place, column in enumerate(own, start=1)}
        current = face.minimal(f"first:{key}", ranks, current)
    return current


def _settle_set(face: _Face, current: frozenset[int]) -> frozenset[int]:
    """Return the plan among those with the same set: only starts are open."""
    model = face.model
    face.rows = (*face.rows, *same_set(model, current))
    moved = [key for key in model.starts(current) if len(model.columns_of[key]) > 1]
    if all(model.columns_of[key][0] in current for key in moved):
        return current
    current = face.minimal("starts", _start_sums(model), current)
    return _first_starts(face, current, moved)


def _settle_starts(face: _Face, current: frozenset[int]) -> Settled:
    """Settle the starts of the only best set, as far as the search goes."""
    try:
        return Settled(_settle_set(face, current), unique=True)
    except Undecided as undecided:
        reached = current if undecided.chosen is None else undecided.chosen
        return Settled(reached, unique=True, complete=False)


def _first_starts(face: _Face, current: frozenset[int], moved: Iterable[str]) -> frozenset[int]:
    for key in moved:
        if face.model.columns_of[key][0] in current:
            pinned = row_of(f"first:{key}", {face.model.columns_of[key][0]: 1}, lower=1)
            face.rows = (*face.rows, pinned)
        else:
            current = _first(face, current, [key])
    return current


def _start_sums(model: Model) -> dict[int, Fraction]:
    return {number: Fraction(column.start) for number, column in enumerate(model.columns)}


def _settle_all(face: _Face, current: frozenset[int]) -> Settled:
    """Return the plan where several sets are equally good in value."""
    model = face.model
    costs = {number: model.work[column.initiative].cost for number, column in enumerate(model.columns)}
    current = face.minimal("cost", costs, current)
    face.rows = (*face.rows[:-1], _cost_row(model, model.cost(current)))
    unique = face.member(Question(added=(other_set(model, current),))) is None
    if unique:
        return _settle_starts(face, current)
    current = face.minimal("starts", _start_sums(model), current)
    return Settled(_first(face, current, model.columns_of), unique=False)


def settle(
    model: Model, search: Search, best: Found, rows: tuple[Row, ...] = (), dropped: frozenset[str] = frozenset()
) -> Settled:
    """Return the one plan that counts as the best, and whether another set is as good.

    Parameters
    ----------
    model
        What is chosen from.
    search
        Asks the solver about it.
    best
        A best plan.
    rows
        The wishes it keeps.
    dropped
        Rows that need not hold.

    Notes
    -----
    Nearly always no other set comes within half a billionth of the best value. One question proves that, and only the
    starts are left to settle.
    """
    chosen = best.chosen
    while True:
        face = _Face(model, search, rows, rounded(model.value(chosen)), dropped)
        try:
            another = face.member(Question(added=(other_set(model, chosen),)))
            return _settle_starts(face, chosen) if another is None else _settle_all(face, chosen)
        except _Better as better:
            chosen = better.chosen
        except Undecided:
            return Settled(chosen, unique=None, complete=False)
