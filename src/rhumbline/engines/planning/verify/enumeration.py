"""Tries every possible choice of a small Book: a proof that needs no theory."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod

from rhumbline.engines.planning.verify.exact import ROOM_TOLERANCE, ZERO, Company, cents, rounded_value
from rhumbline.engines.planning.verify.rules import broken_by_set, used

NOT_FUNDED = 0


@dataclass(frozen=True, slots=True)
class Best:
    """The best of all choices, by value, cost, starts and key order.

    Parameters
    ----------
    starts
        Start period of each funded initiative.
    value
        Its exact value.
    unique
        Whether no other set has the same rounded value and the same cost in cents.
    """

    starts: dict[str, int]
    value: Fraction
    unique: bool


def options(firm: Company, pins: Collection[str] = (), bans: Collection[str] = ()) -> dict[str, tuple[int, ...]]:
    """Return what may be chosen for each initiative: its starts, and 0 for "no" where that is allowed.

    Parameters
    ----------
    firm
        The exact numbers.
    pins, bans
        Initiatives that must, and that must not, be funded.
    """
    found = {}
    for key, work in firm.pool.items():
        starts = () if key in bans else work.starts
        must = key in pins or (work.mandatory and not work.blocked)
        found[key] = starts if must else (NOT_FUNDED, *starts)
    return found


def combinations(firm: Company, pins: Collection[str] = (), bans: Collection[str] = ()) -> int:
    """Return how many choices there are, whether they keep the rules or not."""
    return prod(len(choices) for choices in options(firm, pins, bans).values())


def best_choice(firm: Company, pins: Collection[str] = (), bans: Collection[str] = ()) -> Best | None:
    """Return the best of all choices that keep the rules; None when none does.

    Parameters
    ----------
    firm
        The exact numbers; there must be some resources.
    pins, bans
        Initiatives that must, and that must not, be funded.
    """
    if not {*pins} <= {*firm.pool}:
        return None
    walk = _Walk(firm, options(firm, pins, bans), pins, bans)
    walk.choose(0)
    if walk.starts is None:
        return None
    return Best(walk.starts, firm.value(walk.starts), len(walk.sets) == 1)


@dataclass(slots=True)
class _Walk:
    """Walks through all choices in key order; a branch ends only where money or hours are already exceeded."""

    firm: Company
    options: dict[str, tuple[int, ...]]
    pins: Collection[str]
    bans: Collection[str]
    keys: list[str] = field(init=False)
    chosen: dict[str, int] = field(default_factory=dict)
    needs: dict[tuple[str, int], dict[tuple[str, int], Fraction]] = field(default_factory=dict)
    left: dict[tuple[str, int], Fraction] = field(init=False)
    rank: tuple[Fraction, int, int, tuple[int, ...]] | None = None
    starts: dict[str, int] | None = None
    sets: set[frozenset[str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.keys = list(self.options)
        firm = self.firm
        self.left = {("", period): room + ROOM_TOLERANCE for period, room in enumerate(firm.cash_room, start=1)}
        for team, room in firm.hours_room.items():
            self.left |= {(f"team {team}", period): room + ROOM_TOLERANCE for period in range(1, firm.periods + 1)}
        for key, choices in self.options.items():
            self.needs |= {(key, start): self._needs(key, start) for start in choices if start != NOT_FUNDED}

    def _needs(self, key: str, start: int) -> dict[tuple[str, int], Fraction]:
        """Return what one start takes of each limit; money spent counts in every later period too."""
        work, taken, spent = self.firm.pool[key], {}, ZERO
        for period in range(1, self.firm.periods + 1):
            spent += used(work.cash, start, period)
            taken["", period] = spent
            for team, profile in work.hours.items():
                taken[f"team {team}", period] = used(profile, start, period)
        return {limit: amount for limit, amount in taken.items() if amount}

    def choose(self, index: int) -> None:
        """Try every choice for the initiative at a position, and all that follows from it."""
        if index == len(self.keys):
            self._compare()
            return
        key = self.keys[index]
        for start in self.options[key]:
            if start == NOT_FUNDED:
                self.choose(index + 1)
                continue
            taken = self.needs[key, start]
            if any(amount > self.left[limit] for limit, amount in taken.items()):
                continue
            self._take(taken, 1)
            self.chosen[key] = start
            self.choose(index + 1)
            del self.chosen[key]
            self._take(taken, -1)

    def _take(self, taken: dict[tuple[str, int], Fraction], sign: int) -> None:
        for limit, amount in taken.items():
            self.left[limit] -= sign * amount

    def _compare(self) -> None:
        """Keep the choice if it keeps the rules and is better than the best so far."""
        firm, chosen = self.firm, self.chosen
        if any(True for _ in broken_by_set(firm, chosen, self.pins, self.bans)):
            return
        rounded, cost = rounded_value(firm.value(chosen)), cents(firm.cost(chosen))
        # A smaller rank is better, so the value counts negative.
        rank = (-rounded, cost, sum(chosen.values()), self._vector())
        if self.rank is None or rank[:2] < self.rank[:2]:
            self.sets.clear()
        if self.rank is None or rank[:2] <= self.rank[:2]:
            self.sets.add(frozenset(chosen))
        if self.rank is None or rank < self.rank:
            self.rank, self.starts = rank, dict(chosen)

    def _vector(self) -> tuple[int, ...]:
        return tuple(self.chosen.get(key, NOT_FUNDED) for key in self.keys)
