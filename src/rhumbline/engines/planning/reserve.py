"""The drift reserve: which unaligned ideas are tried with the small share kept free for them.

The strategy has no say here; the people vote. Exact, in stages: most votes, lowest full cost, then the
lexicographically greatest list of keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from rhumbline.book.records import Initiative
from rhumbline.book.types import Mode
from rhumbline.engines.alignment.quantities import Quantities
from rhumbline.engines.planning.facts import CLOSED, Work, exact, exact_work
from rhumbline.engines.planning.model import Column, Programme, Row, row_of
from rhumbline.engines.planning.search import Question, Search

TOLERANCE = Fraction(1, 10**9)


def _ideas(quantities: Quantities) -> list[Work]:
    """Drift ideas that may be paid from the reserve, in key order."""

    def eligible(initiative: Initiative) -> bool:
        return initiative.mode == Mode.DRIFT and initiative.stage not in CLOSED

    works = [
        exact_work(quantities, key, {})
        for key, initiative in quantities.book.initiatives.items()
        if eligible(initiative)
    ]
    return [work for work in works if not work.blocked]


def _programme(quantities: Quantities, ideas: Sequence[Work]) -> Programme:
    """The ideas under the money and the hours of the reserve, over the whole horizon."""
    budget, teams = quantities.book.budget, quantities.book.teams
    share = exact(budget.drift) if budget else Fraction(0)
    cash = sum((exact(amount) for amount in budget.cash), Fraction(0)) if budget else Fraction(0)
    rows = [
        row_of(
            "cash",
            {number: sum(idea.cash, Fraction(0)) for number, idea in enumerate(ideas)},
            None,
            share * cash + TOLERANCE,
        )
    ]
    for key, team in teams.items():
        used = {number: sum(idea.hours.get(key, ()), Fraction(0)) for number, idea in enumerate(ideas)}
        free = share * exact(team.hours) * quantities.periods
        rows.append(row_of(f"hours:{key}", used, None, free + TOLERANCE))
    return Programme(tuple(Column(idea.key, 1) for idea in ideas), tuple(rows))


def _least(search: Search, rows: list[Row], name: str, numbers: Mapping[int, Fraction]) -> frozenset[int]:
    """Return a choice with the smallest sum of numbers, and add the row that keeps to it."""
    scaled = row_of(name, numbers)
    objective = dict(zip(scaled.columns, map(Fraction, scaled.coefficients), strict=True))
    found = search.best(Question(added=tuple(rows), minimise=objective))
    chosen = found.chosen if found else frozenset()
    rows.append(Row(name, scaled.columns, scaled.coefficients, None, scaled.total(chosen), scaled.unit))
    return chosen


def _greatest(search: Search, rows: list[Row], chosen: frozenset[int]) -> frozenset[int]:
    """Return the choice whose list of keys is lexicographically greatest.

    A list is greater when its first key that differs is later; a list that goes on is greater than one that ends.
    So each idea is left out if a later one can be taken without it.
    """
    count = len(search.model.columns)
    for number in range(count):
        later = any(other > number for other in chosen)
        if number not in chosen and later:
            rows.append(row_of(f"out:{number}", {number: 1}, upper=0))
            continue
        without = row_of(f"out:{number}", {number: 1}, upper=0)
        goes_on = row_of(f"later:{number}", dict.fromkeys(range(number + 1, count), 1), lower=1)
        found = search.best(Question(added=(*rows, without, goes_on)))
        if found is None and number not in chosen:
            # Nothing later fits; the list goes on with this idea or ends here.
            found = search.best(Question(added=(*rows, row_of(f"in:{number}", {number: 1}, lower=1))))
        chosen = found.chosen if found else chosen
        inside = number in chosen
        rows.append(row_of(f"{number}", {number: 1}, lower=int(inside), upper=int(inside)))
    return chosen


def choose_reserve(quantities: Quantities) -> tuple[str, ...]:
    """Choose the drift ideas that are paid from the reserve, in key order.

    Parameters
    ----------
    quantities
        The numbers of the Book.

    Notes
    -----
    Money: sum of cash <= r * sum of the budget. Hours, per team: sum <= r * hours * periods. What the ideas
    depend on or exclude, and when they could start, does not matter here.
    """
    ideas = _ideas(quantities)
    search = Search(_programme(quantities, ideas))
    rows: list[Row] = []
    votes = {number: Fraction(-quantities.book.initiatives[idea.key].votes) for number, idea in enumerate(ideas)}
    if not ideas:
        return ()
    _least(search, rows, "votes", votes)
    chosen = _least(search, rows, "cost", {number: idea.cost for number, idea in enumerate(ideas)})
    # Mostly no other set has as many votes for as much: one question says so, and spares one per idea.
    if search.best(Question(added=(*rows, search.not_this(chosen)))) is not None:
        chosen = _greatest(search, rows, chosen)
    return tuple(ideas[number].key for number in sorted(chosen))
