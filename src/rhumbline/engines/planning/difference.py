"""Two plans side by side: what starts, stops and moves from one to the other, and what money and hours go with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import fsum
from typing import Annotated

from rhumbline.book.types import Unit, natural
from rhumbline.engines.alignment.quantities import Quantities
from rhumbline.engines.planning.result import Line, Plan

# Money and hours that differ by less are the same amount, reckoned in another order.
SAME_AMOUNT = 1e-6


@dataclass(frozen=True, slots=True)
class Shift:
    """One number in both plans; None where a plan does not have it.

    Parameters
    ----------
    before, after
        Its value in the one plan and in the other.
    """

    before: float | None
    after: float | None

    @property
    def by(self) -> float | None:
        """By how much it grows; None where one of the two is not known."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True)
class Move:
    """An initiative that both plans fund, in different periods.

    Parameters
    ----------
    initiative
        Its key.
    before, after
        Name of the period it starts in, such as ``2027-Q1``.
    """

    initiative: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Load:
    """What the funded work takes in one period, where the two plans differ.

    Parameters
    ----------
    period
        Name of the period.
    team
        Whose hours they are; empty for money.
    amount
        Money, or hours of the team.
    """

    period: str
    team: str
    amount: Shift


@dataclass(frozen=True, slots=True)
class PlanDifference:
    """What changes from one plan to another.

    Parameters
    ----------
    started
        Funded in the other plan only: its lines, with their reasons.
    stopped
        Funded in the first plan only: where they stand in the other plan, and why.
    moved
        Funded in both, from another period on.
    reserve_started, reserve_stopped
        Drift ideas that the reserve pays in the other plan only, or in the first only.
    value, gap_closed, cost
        As in a plan.
    score, score_best
        The alignment score after the plan: guaranteed, and at best estimate.
    money, hours
        Cash and team hours of the funded work, by period, where they differ.
    comparable
        Whether both measure with the same yardstick: the same gaps, weights, resources, hurdle
        and scenario.
    """

    started: tuple[Line, ...]
    stopped: tuple[Line, ...]
    moved: tuple[Move, ...]
    reserve_started: tuple[str, ...]
    reserve_stopped: tuple[str, ...]
    value: Shift
    gap_closed: Shift
    cost: Annotated[Shift, Unit("money")]
    score: Shift
    score_best: Shift
    money: Annotated[tuple[Load, ...], Unit("money")]
    hours: tuple[Load, ...]
    comparable: bool

    @property
    def same(self) -> bool:
        """Whether both fund the same initiatives from the same periods on, and pay the same from the reserve."""
        return not (self.started or self.stopped or self.moved or self.reserve_started or self.reserve_stopped)


@dataclass(frozen=True, slots=True)
class Measured:
    """A plan, with the numbers of the Book it was made for."""

    plan: Plan
    quantities: Quantities


def difference(before: Measured, after: Measured) -> PlanDifference:
    """Say what changes from one plan to another.

    Parameters
    ----------
    before, after
        The two plans; they may be for different Books. Periods are matched by their names.
    """
    earlier, later = before.plan, after.plan
    reserves = _reserve(earlier), _reserve(later)
    loads = tuple(_loads(before, after))
    return PlanDifference(
        started=tuple(line for line in later.funded if line.initiative not in earlier.starts),
        stopped=tuple(_standing(later, line) for line in earlier.funded if line.initiative not in later.starts),
        moved=tuple(_moves(earlier, later)),
        reserve_started=tuple(key for key in reserves[1] if key not in reserves[0]),
        reserve_stopped=tuple(key for key in reserves[0] if key not in reserves[1]),
        value=Shift(earlier.value, later.value),
        gap_closed=Shift(earlier.gap_closed, later.gap_closed),
        cost=Shift(earlier.cost, later.cost),
        score=Shift(_score(earlier, "low"), _score(later, "low")),
        score_best=Shift(_score(earlier, "best"), _score(later, "best")),
        money=tuple(load for load in loads if not load.team),
        hours=tuple(load for load in loads if load.team),
        comparable=_yardstick(before) == _yardstick(after),
    )


def _reserve(plan: Plan) -> tuple[str, ...]:
    return tuple(line.initiative for line in plan.reserve)


def _standing(plan: Plan, line: Line) -> Line:
    """Where an initiative stands in a plan that does not fund it; without reasons where the plan does not know it."""
    lists = (plan.blocked, plan.stopped, plan.waiting, plan.reserve)
    found = (other for lines in lists for other in lines if other.initiative == line.initiative)
    return next(found, Line(line.initiative, None, "", ()))


def _moves(earlier: Plan, later: Plan) -> Iterator[Move]:
    periods = {line.initiative: line.period for line in earlier.funded}
    for line in later.funded:
        was = periods.get(line.initiative, line.period)
        if was != line.period:
            yield Move(line.initiative, was, line.period)


def _score(plan: Plan, member: str) -> float | None:
    return None if plan.score_after is None else float(getattr(plan.score_after.alignment, member))


def _yardstick(measured: Measured) -> object:
    """What a share of the gap is measured against: gaps and weights, resources, what a share must earn, the future."""
    quantities = measured.quantities
    budget = quantities.book.budget
    hurdle = budget.hurdle if budget else None
    return (
        dict(quantities.gap),
        dict(quantities.kpi_weight),
        quantities.resources,
        hurdle,
        measured.plan.terms.scenario,
    )


def _loads(before: Measured, after: Measured) -> Iterator[Load]:
    """What differs by period and team, money first."""
    one, other = _taken(before), _taken(after)
    for team, period in sorted({*one, *other}, key=lambda place: (natural(place[0]), place[1])):
        amount = Shift(fsum(one.get((team, period), ())), fsum(other.get((team, period), ())))
        if abs(amount.by or 0.0) > SAME_AMOUNT:
            yield Load(period, team, amount)


def _taken(measured: Measured) -> Mapping[tuple[str, str], list[float]]:
    """What the funded initiatives take, by team (empty for money) and name of the period."""
    quantities = measured.quantities
    taken: dict[tuple[str, str], list[float]] = {}
    for key, start in measured.plan.starts.items():
        for team, profile in (("", quantities.cash[key]), *quantities.hours[key].items()):
            for offset, amount in enumerate(profile):
                place = (team, quantities.horizon.label(start + offset))
                taken.setdefault(place, []).append(amount)
    return taken


__all__ = ["Load", "Measured", "Move", "PlanDifference", "Shift", "difference"]
