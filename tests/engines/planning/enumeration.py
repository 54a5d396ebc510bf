"""The oracle: every choice of a small company is tried, straight from its records, in whole numbers.

It shares no line with the planner and none with the checker: whoever of the three is wrong stands alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import combinations
from math import lcm

from rhumbline.book.book import Book
from rhumbline.book.horizon import horizon
from rhumbline.book.types import natural

GRADES = {"E0": "0.30", "E1": "0.50", "E2": "0.70", "E3": "0.85", "E4": "1"}
MILLIONTH = Fraction(1, 10**6)
BILLIONTH = Fraction(1, 10**9)


def number(value) -> Fraction:
    """The number a person wrote: decimal text, not binary digits."""
    return Fraction(str(value))


@dataclass(frozen=True)
class Answer:
    """What the plan must be; ``starts`` is None when no choice keeps the rules."""

    starts: Mapping[str, int] | None
    reserve: tuple[str, ...]
    value: Fraction | None = None
    gap_closed: Fraction | None = None
    cost: Fraction | None = None
    unique: bool | None = None

    @property
    def status(self) -> str:
        return "infeasible" if self.starts is None else "optimal"


def enumerate_plan(
    book: Book,
    as_of: date,
    *,
    pins: Collection[str] = (),
    bans: Collection[str] = (),
    scenario: str | None = None,
    ignore: Collection[str] = (),
) -> Answer:
    """Try everything; ``ignore`` leaves out the rows of ``cash`` or of ``hours``."""
    firm = _Numbers(book, as_of, scenario)
    return _everything(firm, frozenset(pins), frozenset(bans), ignore)


def judge(
    book: Book, as_of: date, starts: Mapping[str, int], *, scenario: str | None = None
) -> tuple[bool, Fraction, Fraction, Fraction]:
    """Whether one choice keeps every rule of the Book, and its value, gap closed and cost."""
    firm = _Numbers(book, as_of, scenario)
    pool = [one for one in book.initiatives.values() if one.mode.value != "drift" and _decided(one)]
    left = _room(firm, ())
    for key, start in starts.items():
        for limit, amount in _needs(firm, book.initiatives[key], start):
            left[limit] -= amount
    kept = (
        all(amount >= 0 for amount in left.values())
        and all(start in firm.starts(book.initiatives[key]) for key, start in starts.items())
        and all(one.key in starts or firm.blocked(one) or not one.mandatory for one in pool)
        and _allowed(firm, pool, starts)
    )
    kpis = [kpi for kpi in book.kpis.values() if firm.weight[kpi.key]]
    gap = _gap_closed(firm, kpis, book.initiatives, starts)
    cost = sum((firm.cost(book.initiatives[key]) for key in starts), Fraction(0))
    return kept, gap - firm.hurdle * cost / firm.resources, gap, cost


# --- the numbers --------------------------------------------------------------------------------


class _Numbers:
    def __init__(self, book, as_of, scenario):
        self.book, self.as_of = book, as_of
        self.when = horizon(book, as_of)
        self.n = len(book.budget.cash)
        self.kept = 1 - number(book.budget.drift)
        self.resources = sum(map(number, book.budget.cash)) + sum(
            number(team.hours) * number(team.rate) * self.n for team in book.teams.values()
        )
        self.hurdle = Fraction(1, 3) if book.budget.hurdle == 1 / 3 else number(book.budget.hurdle)
        self.weight = self._weights()
        factors = book.scenarios[scenario].effects if scenario else {}
        self.factor = {key: number(value) for key, value in factors.items()}

    def _weights(self):
        weight = dict.fromkeys(self.book.kpis, Fraction(0))
        total = sum(number(objective.weight) for objective in self.book.objectives.values())
        for objective in self.book.objectives.values():
            inside = sum(map(number, objective.kpis.values()))
            for kpi, link in objective.kpis.items():
                v = number(link) / inside if inside else Fraction(1, len(objective.kpis))
                weight[kpi] += number(objective.weight) / total * v
        return weight

    def shown(self, initiative, profile):
        """A profile as it counts: live work without what lies beyond the horizon."""
        return [number(amount) for amount in (profile[: self.n] if initiative.live else profile)]

    def length(self, initiative):
        return max(len(initiative.cash), *(len(hours) for hours in initiative.hours.values()), 1)

    def cost(self, initiative):
        hours = sum(
            sum(self.shown(initiative, profile)) * number(self.book.teams[team].rate)
            for team, profile in initiative.hours.items()
        )
        return sum(self.shown(initiative, initiative.cash)) + hours

    def blocked(self, initiative):
        ethics = self.book.ethics_of(initiative.key)
        return bool(ethics and ethics.flags and ethics.review.value != "approved")

    def starts(self, initiative):
        if self.blocked(initiative):
            return []
        if initiative.live:
            return [1]
        candidates = range(initiative.earliest, max(initiative.earliest, self.n - self.length(initiative) + 1) + 1)
        return [start for start in candidates if not self._spills(initiative, start)]

    def _spills(self, initiative, start):
        profiles = [initiative.cash, *initiative.hours.values()]
        return any(amount for profile in profiles for amount in profile[max(0, self.n - start + 1) :])

    def due(self, kpi):
        if kpi.due_period is not None:
            return min(kpi.due_period, self.n)
        return self.n if kpi.due is None else min(self.n, self.when.period_of(kpi.due))

    def grade_factor(self, grade):
        closed = []
        for benefit in self.book.all("benefit").values():
            done = self.book.initiatives[benefit.initiative].status == "done"
            passed = benefit.by is not None and benefit.by < self.as_of
            if benefit.evidence.value == grade and benefit.realised is not None and (done or passed):
                closed.append((number(benefit.likely), number(benefit.realised)))
        closed += [
            (number(past.claimed), number(past.realised))
            for past in self.book.all("closed_benefit").values()
            if past.evidence is not None and past.evidence.value == grade
        ]
        prior = Fraction(GRADES[grade])
        if len(closed) < 5:
            return prior
        own = sum(realised for _, realised in closed) / sum(likely for likely, _ in closed)
        return (len(closed) * max(Fraction(0), min(Fraction(1), own)) + 10 * prior) / (len(closed) + 10)

    def contribution(self, initiative, kpi):
        if kpi.baseline is None or kpi.baseline == kpi.target:
            return Fraction(0)
        gap = abs(number(kpi.target) - number(kpi.baseline))
        total = Fraction(0)
        for benefit in self.book.benefits_of(initiative.key):
            if benefit.kpi == kpi.key:
                likely = number(benefit.likely)
                total += (likely * self.grade_factor(benefit.evidence.value) if likely > 0 else likely) / gap
        clipped = max(Fraction(-1), min(Fraction(1), total))
        return clipped * self.factor.get(kpi.key, 1) * self.factor.get(initiative.key, 1)


# --- the search ---------------------------------------------------------------------------------


def _everything(firm: _Numbers, pins, bans, ignore) -> Answer:
    book = firm.book
    pool = [one for one in book.initiatives.values() if one.mode.value != "drift" and _decided(one)]
    reserve = _reserve(firm)
    if any(pin not in {one.key for one in pool} for pin in pins):
        return Answer(None, reserve)
    kpis = [kpi for kpi in book.kpis.values() if firm.weight[kpi.key]]
    costs = {one.key: firm.cost(one) for one in pool}
    prices = {key: firm.hurdle * cost / firm.resources for key, cost in costs.items()}
    moves = {(one.key, kpi.key): firm.weight[kpi.key] * firm.contribution(one, kpi) for one in pool for kpi in kpis}
    # One unit in which every weight, effect and price is a whole number: leaves are then compared exactly.
    unit = lcm(*(f.denominator for f in (*prices.values(), *moves.values(), *firm.weight.values(), Fraction(1))))
    tops = [int(firm.weight[kpi.key] * unit) for kpi in kpis]
    choices = []
    for one in pool:
        listed = []
        must = one.key in pins or (one.mandatory and not firm.blocked(one))
        if not must:
            listed.append((0, (), ()))
        for start in firm.starts(one) if one.key not in bans else []:
            end = start + firm.length(one) - 1 + one.lag
            effects = [
                (at, int(moves[one.key, kpi.key] * unit))
                for at, kpi in enumerate(kpis)
                if end <= firm.due(kpi) and moves[one.key, kpi.key]
            ]
            listed.append((start, tuple(effects), tuple(_needs(firm, one, start))))
        choices.append(listed)

    left = _room(firm, ignore)
    totals = [0] * len(kpis)
    starts: dict[str, int] = {}
    best: list = [None, None]  # rank and starts
    equal: set[frozenset[str]] = set()
    whole_price = {key: int(price * unit) for key, price in prices.items()}
    margin = unit // 10**9 + 2
    best_units = [None]

    def leaf():
        worth = sum(max(-top, min(top, total)) for top, total in zip(tops, totals, strict=True))
        worth -= sum(whole_price[key] for key in starts)
        if best_units[0] is not None and worth < best_units[0] - margin:
            return
        if not _allowed(firm, pool, starts):
            return
        rank = (
            -round(Fraction(worth, unit), 9),
            round(100 * sum(costs[key] for key in starts)),
            sum(starts.values()),
            tuple(starts.get(one.key, 0) for one in pool),
        )
        if best[0] is None or rank[:2] < best[0][:2]:
            equal.clear()
        if best[0] is None or rank[:2] <= best[0][:2]:
            equal.add(frozenset(starts))
        if best[0] is None or rank < best[0]:
            best[:] = [rank, dict(starts)]
            best_units[0] = worth if best_units[0] is None else max(worth, best_units[0])

    def walk(at):
        if at == len(pool):
            leaf()
            return
        for start, effects, needs in choices[at]:
            if any(left.get(limit, 0) < amount for limit, amount in needs if limit in left):
                continue
            for limit, amount in needs:
                if limit in left:
                    left[limit] -= amount
            for kpi, effect in effects:
                totals[kpi] += effect
            if start:
                starts[pool[at].key] = start
            walk(at + 1)
            starts.pop(pool[at].key, None)
            for kpi, effect in effects:
                totals[kpi] -= effect
            for limit, amount in needs:
                if limit in left:
                    left[limit] += amount

    walk(0)
    if best[1] is None:
        return Answer(None, reserve)
    chosen = best[1]
    cost = sum((costs[key] for key in chosen), Fraction(0))
    gap = _gap_closed(firm, kpis, {one.key: one for one in pool}, chosen)
    return Answer(chosen, reserve, gap - firm.hurdle * cost / firm.resources, gap, cost, len(equal) == 1)


def _decided(initiative) -> bool:
    return initiative.status not in ("done", "stopped", "parked")


def _scaled(amount: Fraction) -> int:
    """Money and hours in thousandths of a millionth: whole for every amount with nine decimals."""
    return int(amount * 10**9)


def _room(firm, ignore) -> dict[tuple[str, int], int]:
    room = {}
    total = Fraction(0)
    for period, amount in enumerate(firm.book.budget.cash, start=1):
        total += number(amount)
        if "cash" not in ignore:
            room["cash", period] = _scaled(firm.kept * total + MILLIONTH)
    for key, team in firm.book.teams.items():
        for period in range(1, firm.n + 1):
            if "hours" not in ignore:
                room[f"hours {key}", period] = _scaled(firm.kept * number(team.hours) + MILLIONTH)
    return room


def _needs(firm, initiative, start) -> Iterator[tuple[tuple[str, int], int]]:
    spent = Fraction(0)
    cash = firm.shown(initiative, initiative.cash)
    for period in range(1, firm.n + 1):
        at = period - start
        spent += cash[at] if 0 <= at < len(cash) else 0
        if spent:
            yield ("cash", period), _scaled(spent)
        for team, profile in initiative.hours.items():
            hours = firm.shown(initiative, profile)
            if 0 <= at < len(hours) and hours[at]:
                yield (f"hours {team}", period), _scaled(hours[at])


def _allowed(firm, pool, starts) -> bool:
    book = firm.book
    for key in starts:
        one = book.initiatives[key]
        if any(need not in starts and book.initiatives[need].status != "done" for need in one.depends):
            return False
        if any(other in starts for other in one.excludes):
            return False
    explore = sum((firm.cost(one) for one in pool if one.key in starts and one.mode.value == "explore"), Fraction(0))
    share = explore / firm.resources
    return number(book.budget.explore_min) - BILLIONTH <= share <= number(book.budget.explore_max) + BILLIONTH


def _gap_closed(firm, kpis, by_key, starts) -> Fraction:
    gap = Fraction(0)
    for kpi in kpis:
        total = sum(
            (
                firm.contribution(by_key[key], kpi)
                for key, start in starts.items()
                if start + firm.length(by_key[key]) - 1 + by_key[key].lag <= firm.due(kpi)
            ),
            Fraction(0),
        )
        gap += firm.weight[kpi.key] * max(Fraction(-1), min(Fraction(1), total))
    return gap


def _reserve(firm) -> tuple[str, ...]:
    """Every set of drift ideas: most votes, lowest cost, greatest list of keys."""
    book, share = firm.book, number(firm.book.budget.drift)
    ideas = [
        one
        for one in book.initiatives.values()
        if one.mode.value == "drift" and _decided(one) and not firm.blocked(one)
    ]
    cash = share * sum(map(number, book.budget.cash)) + BILLIONTH
    best = None
    for size in range(len(ideas) + 1):
        for chosen in combinations(ideas, size):
            if sum((sum(firm.shown(one, one.cash)) for one in chosen), Fraction(0)) > cash:
                continue
            if any(
                sum((sum(firm.shown(one, one.hours.get(key, ()))) for one in chosen), Fraction(0))
                > share * number(team.hours) * firm.n + BILLIONTH
                for key, team in book.teams.items()
            ):
                continue
            votes, cost = sum(one.votes for one in chosen), sum((firm.cost(one) for one in chosen), Fraction(0))
            rank = (votes, -cost, [natural(one.key) for one in chosen])
            if best is None or rank > best[0]:
                best = (rank, tuple(one.key for one in chosen))
    return best[1]
