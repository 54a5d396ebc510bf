"""Which drift ideas the reserve pays for, found by a complete search of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from math import lcm
from operator import mul, sub

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
    ideas = [idea_of(company, work) for work in company.drift.values() if not work.blocked]
    items, room = _in_whole_units(ideas, room_of(company))
    votes = 0
    while found := _find(items, room, votes + 1):
        votes = sum(item.votes for item in found)
    # From here on cost is one more limit, tightened by one unit until nothing fits.
    cost = sum(item.takes[_COST] for item in items)
    room = (cost, *room[1:])
    while (cheaper := _find(items, room, votes)) is not None:
        cost = sum(item.takes[_COST] for item in cheaper)
        room = (cost - 1, *room[1:])
    return _greatest_list(items, (cost, *room[1:]), votes)


_COST = 0


@dataclass(frozen=True, slots=True)
class _Item:
    """An idea in whole units: what it takes of each limit, the first of which is its cost."""

    key: str
    votes: int
    takes: tuple[int, ...]

    def fits(self, room: Sequence[int]) -> bool:
        """Whether there is room for it."""
        return all(taken <= left for taken, left in zip(self.takes, room, strict=True))


def _in_whole_units(ideas: Sequence[Idea], room: Sequence[Fraction]) -> tuple[list[_Item], tuple[int, ...]]:
    """Return ideas and limits as whole numbers, each limit in the unit in which all that it limits is whole.

    The first limit is the cost, without a bound yet. What does not fit even alone is left out.
    """
    units = [lcm(*(idea.cost.denominator for idea in ideas))]
    units += [lcm(*(idea.takes[limit].denominator for idea in ideas)) for limit in range(len(room))]
    items = [
        _Item(
            idea.key,
            idea.votes,
            tuple(int(amount * unit) for amount, unit in zip((idea.cost, *idea.takes), units, strict=True)),
        )
        for idea in ideas
    ]
    # A sum of whole numbers is within a limit exactly when it is within the whole part of the limit.
    limits = (
        sum(item.takes[_COST] for item in items),
        *(int(m * unit) for m, unit in zip(room, units[1:], strict=True)),
    )
    return [item for item in items if item.fits(limits)], limits


def _find(items: Sequence[_Item], room: Sequence[int], votes: int) -> list[_Item] | None:
    """Return some set of items that fits and has at least so many votes; None when there is none.

    Notes
    -----
    Branch and bound. The bound fills each limit with parts of items, and also one joint limit: the sum
    of all limits, each in shares of what it allows. No set that fits can exceed any of these.
    """
    if any(limit < 0 for limit in room):
        return None
    shares = [_SHARE_UNITS // (limit + 1) for limit in room]
    widened = [
        _Item(item.key, item.votes, (sum(map(mul, shares, item.takes)), *item.takes)) for item in items if item.votes
    ]
    widened.sort(key=lambda item: (Fraction(item.takes[0], item.votes), natural(item.key)))
    found = _Search(widened, votes).search(0, (sum(map(mul, shares, room)), *room), 0, [])
    by_key = {item.key: item for item in items}
    return None if found is None else [by_key[key] for key in found]


# The joint limit is counted in whole units, so many for the whole of one limit.
_SHARE_UNITS = 10**24


@dataclass(slots=True)
class _Search:
    """A search for votes among items in one order; for every limit it also knows who gives most votes for it."""

    items: Sequence[_Item]
    votes: int
    orders: list[list[int]] = field(init=False)

    def __post_init__(self) -> None:
        limits = range(len(self.items[0].takes)) if self.items else range(0)
        positions = range(len(self.items))
        self.orders = [sorted(positions, key=partial(self._price, limit)) for limit in limits]

    def _price(self, limit: int, position: int) -> Fraction:
        return Fraction(self.items[position].takes[limit], self.items[position].votes)

    def search(self, position: int, room: tuple[int, ...], votes: int, chosen: list[str]) -> list[str] | None:
        """Return the keys of a set with enough votes that begins with those chosen, or None."""
        if votes >= self.votes:
            return chosen
        if position == len(self.items) or not self._can_reach(position, room, self.votes - votes):
            return None
        item = self.items[position]
        if item.fits(room):
            left = tuple(map(sub, room, item.takes))
            found = self.search(position + 1, left, votes + item.votes, [*chosen, item.key])
            if found is not None:
                return found
        return self.search(position + 1, room, votes, chosen)

    def _can_reach(self, position: int, room: tuple[int, ...], missing: int) -> bool:
        return all(
            self._enough(order, limit, position, room[limit], missing) for limit, order in enumerate(self.orders)
        )

    def _enough(self, order: list[int], limit: int, position: int, left: int, missing: int) -> bool:
        """Whether the rest could give the missing votes if only this limit counted and items could be divided."""
        for index in order:
            if index < position:
                continue
            item = self.items[index]
            taken = item.takes[limit]
            if taken > left:
                # Part of an item: votes are whole, so the comparison is too.
                return item.votes * left >= missing * taken
            left, missing = left - taken, missing - item.votes
            if missing <= 0:
                return True
        return False


def _greatest_list(items: Sequence[_Item], room: Sequence[int], votes: int) -> tuple[str, ...]:
    """Return the lexicographically greatest sorted list of keys among the sets that fit and have these votes."""
    rest = sorted(items, key=lambda item: natural(item.key))
    chosen: list[str] = []
    while True:
        # A longer list is greater than its own beginning, so free ideas without votes go on at the end.
        for position in reversed(range(len(rest))):
            item = rest[position]
            left = tuple(map(sub, room, item.takes))
            if _find(rest[position + 1 :], left, votes - item.votes) is not None:
                break
        else:
            return tuple(chosen)
        chosen.append(item.key)
        room, votes, rest = left, votes - item.votes, rest[position + 1 :]


def reserve_numbers(company: Company, keys: Sequence[str]) -> Mapping[str, float | int]:
    """Return votes and full cost of a set of drift ideas, for the sentence that compares two sets."""
    ideas = [idea_of(company, company.drift[key]) for key in keys]
    return {"votes": sum(idea.votes for idea in ideas), "cost": float(sum((idea.cost for idea in ideas), ZERO))}
