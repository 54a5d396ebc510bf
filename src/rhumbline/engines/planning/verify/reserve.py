"""Which drift ideas the reserve pays for, found by a complete search of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from rhumbline.book.types import natural
from rhumbline.engines.planning.verify.exact import RESERVE_TOLERANCE, ZERO, Company, Work


@dataclass(frozen=True, slots=True)
class Idea:
    """A drift idea: its votes, its full cost, and what it takes of each limit of the reserve."""

    key: str
    votes: int
    cost: Fraction
    takes: tuple[Fraction, ...]


def room_of(company: Company) -> tuple[Fraction, ...]:
    """Return the limits of the reserve: money first, then the hours of each team."""
    return tuple(room + RESERVE_TOLERANCE for room in (company.reserve_cash, *company.reserve_hours.values()))


def idea_of(company: Company, work: Work) -> Idea:
    """Return what one drift idea takes of the reserve over the whole horizon."""
    hours = (sum(work.hours.get(team, ()), ZERO) for team in company.reserve_hours)
    return Idea(work.key, work.votes, work.cost, (sum(work.cash, ZERO), *hours))


def fits(company: Company, keys: Sequence[str]) -> bool:
    """Whether the reserve has the money and the hours for these ideas."""
    ideas = [idea_of(company, company.drift[key]) for key in keys]
    return all(sum((idea.takes[limit] for idea in ideas), ZERO) <= room for limit, room in enumerate(room_of(company)))


def best_reserve(company: Company) -> tuple[str, ...]:
    """Return the ideas the reserve pays for: most votes, then lowest cost, then the greatest list of keys.

    Parameters
    ----------
    company
        The exact numbers.

    Returns
    -------
    tuple
        Keys in key order.

    Notes
    -----
    Three searches, each complete: the most votes; the lowest cost with them; the list, first key first,
    each key as late in the order as a set with those votes and that cost allows.
    """
    room = room_of(company)
    ideas = [idea_of(company, work) for work in company.drift.values() if not work.blocked]
    ideas = [idea for idea in ideas if all(map(_fits_alone, idea.takes, room))]
    votes = _most_votes(ideas, room)
    cost = _least_cost(ideas, room, votes)
    return _greatest_list(ideas, room, votes, cost)


def _fits_alone(taken: Fraction, room: Fraction) -> bool:
    return taken <= room


def _left(room: Sequence[Fraction], idea: Idea) -> tuple[Fraction, ...]:
    return tuple(limit - taken for limit, taken in zip(room, idea.takes, strict=True))


def _votes_at_most(ideas: Sequence[Idea], room: Sequence[Fraction]) -> Fraction:
    """Return a number of votes that no set of these ideas exceeds: parts of ideas allowed, one limit at a time."""
    bound = Fraction(sum(idea.votes for idea in ideas))
    for limit, most in enumerate(room):
        if sum((idea.takes[limit] for idea in ideas), ZERO) > most:
            bound = min(bound, _votes_within(ideas, limit, most))
    return bound


def _votes_within(ideas: Sequence[Idea], limit: int, most: Fraction) -> Fraction:
    votes, left = ZERO, most
    for idea in sorted((one for one in ideas if one.votes), key=lambda one: one.takes[limit] / one.votes):
        taken = idea.takes[limit]
        if taken > left:
            return votes + idea.votes * left / taken
        votes, left = votes + idea.votes, left - taken
    return votes


def _cost_at_least(ideas: Sequence[Idea], votes: int) -> Fraction | None:
    """Return a cost below which so many votes cannot be had; None when they cannot be had at all."""
    cost, missing = ZERO, Fraction(votes)
    for idea in sorted((one for one in ideas if one.votes), key=lambda one: one.cost / one.votes):
        if missing <= 0:
            break
        part = min(missing, Fraction(idea.votes))
        cost, missing = cost + idea.cost * part / idea.votes, missing - part
    return cost if missing <= 0 else None


def _by_cheapness(ideas: Sequence[Idea]) -> list[Idea]:
    """Return ideas with votes, the most votes for their cost first: good sets are then found early."""
    return sorted((idea for idea in ideas if idea.votes), key=lambda idea: (idea.cost / idea.votes, natural(idea.key)))


def _most_votes(ideas: Sequence[Idea], room: Sequence[Fraction]) -> int:
    """Return the most votes that fit, by branch and bound."""
    order = _by_cheapness(ideas)
    best = 0

    def search(index: int, left: Sequence[Fraction], votes: int) -> None:
        nonlocal best
        best = max(best, votes)
        if index == len(order) or votes + _votes_at_most(order[index:], left) < best + 1:
            return
        idea = order[index]
        if all(map(_fits_alone, idea.takes, left)):
            search(index + 1, _left(left, idea), votes + idea.votes)
        search(index + 1, left, votes)

    search(0, room, 0)
    return best


def _least_cost(ideas: Sequence[Idea], room: Sequence[Fraction], votes: int) -> Fraction:
    """Return the lowest cost at which so many votes fit, by branch and bound."""
    order = _by_cheapness(ideas)
    best: Fraction | None = None

    def search(index: int, left: Sequence[Fraction], missing: int, cost: Fraction) -> None:
        nonlocal best
        if missing == 0:
            best = cost if best is None else min(best, cost)
            return
        rest = order[index:]
        more = _cost_at_least(rest, missing)
        if more is None or (best is not None and cost + more >= best) or _votes_at_most(rest, left) < missing:
            return
        idea = order[index]
        # Votes above the most are impossible, so an idea with more votes than are missing cannot fit.
        if idea.votes <= missing and all(map(_fits_alone, idea.takes, left)):
            search(index + 1, _left(left, idea), missing - idea.votes, cost + idea.cost)
        search(index + 1, left, missing, cost)

    search(0, room, votes, ZERO)
    return best if best is not None else ZERO


def _can_reach(ideas: Sequence[Idea], room: Sequence[Fraction], votes: int, cost: Fraction) -> bool:
    """Whether some set of these ideas fits and has exactly these votes and this cost."""
    if votes == 0 and cost == 0:
        return True
    if not ideas or votes < 0 or cost < 0:
        return False
    least = _cost_at_least(ideas, votes)
    if least is None or least > cost or _votes_at_most(ideas, room) < votes:
        return False
    first, rest = ideas[0], ideas[1:]
    if all(map(_fits_alone, first.takes, room)) and _can_reach(
        rest, _left(room, first), votes - first.votes, cost - first.cost
    ):
        return True
    return _can_reach(rest, room, votes, cost)


def _greatest_list(ideas: Sequence[Idea], room: Sequence[Fraction], votes: int, cost: Fraction) -> tuple[str, ...]:
    """Return the lexicographically greatest sorted list of keys among the sets with these votes and this cost."""
    # An idea nobody voted for cannot be in the cheapest set unless it is free.
    order = sorted((idea for idea in ideas if idea.votes or not idea.cost), key=lambda idea: natural(idea.key))
    chosen: list[str] = []
    while True:
        # A longer list is greater than its own beginning, so free ideas without votes go on at the end.
        for position in reversed(range(len(order))):
            idea = order[position]
            rest = order[position + 1 :]
            if all(map(_fits_alone, idea.takes, room)) and _can_reach(
                rest, _left(room, idea), votes - idea.votes, cost - idea.cost
            ):
                break
        else:
            return tuple(chosen)
        chosen.append(idea.key)
        room, votes, cost, order = _left(room, idea), votes - idea.votes, cost - idea.cost, rest


def reserve_numbers(company: Company, keys: Sequence[str]) -> Mapping[str, float | int]:
    """Return votes and full cost of a set of drift ideas, for the sentence that compares two sets."""
    ideas = [idea_of(company, company.drift[key]) for key in keys]
    return {"votes": sum(idea.votes for idea in ideas), "cost": float(sum((idea.cost for idea in ideas), ZERO))}
