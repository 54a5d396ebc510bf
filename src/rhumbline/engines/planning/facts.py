"""What the plan is decided on, as exact numbers: work, money, hours, effects, corridor.

The solver reckons in floating point, where 0.1 + 0.2 is not 0.3. So every number of the Book is taken
over as a fraction of whole numbers here, once; what the solver proposes is judged by these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from rhumbline.book.book import Book
from rhumbline.book.records import Benefit, Initiative
from rhumbline.book.records.money import DEFAULT_HURDLE
from rhumbline.book.types import Flag, Mode, Stage, Verdict
from rhumbline.engines.alignment.quantities import Quantities

# What sums forgive in money and in hours (section 6), and in the share of exploration.
AMOUNT_TOLERANCE = Fraction(1, 10**6)
SHARE_TOLERANCE = Fraction(1, 10**9)

_NEED_REVIEW = frozenset(Flag)
CLOSED = (Stage.CLOSED, Stage.STOPPED, Stage.PARKED)


def exact(number: Decimal | float) -> Fraction:
    """Return a number as it is written: 0.1 is one tenth, not the nearest binary fraction.

    Parameters
    ----------
    number
        Finite.
    """
    # The hurdle's default is a third; sixteen written digits of it are not.
    if number == DEFAULT_HURDLE:
        return Fraction(1, 3)
    return Fraction(str(number))


def missing_verdict(book: Book, key: str) -> tuple[tuple[str, ...], str] | None:
    """Return the risks and the verdict that block an initiative; None when nothing blocks it.

    Parameters
    ----------
    book
        The Book.
    key
        The initiative.

    Notes
    -----
    Blocked: at least one risk flag, and a review that is anything but approved. Nobody can override it.
    """
    review = book.ethics_of(key)
    if review is None or review.review == Verdict.APPROVED:
        return None
    flags = tuple(str(flag) for flag in review.flags if flag in _NEED_REVIEW)
    return (flags, str(review.review)) if flags else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One initiative the plan decides on.

    Parameters
    ----------
    key
        The initiative.
    live, explore, mandatory, blocked
        What it is; mandatory work that is blocked counts as blocked only.
    cash
        Money by period of its own; for live work only what falls into the horizon.
    hours
        Hours by team and period of its own.
    cost
        Full cost: the money, and the hours at their rates.
    length, lag
        Periods it takes, and periods until its effect shows.
    starts
        Periods it may start in, counted from 1.
    effects
        Best contribution by KPI as a share of the gap, -1..1 (beyond in a scenario).
    needs
        Initiatives of the pool that must be funded too.
    out_of_reach
        Initiatives it depends on that are neither done nor open to a decision.
    """

    key: str
    live: bool
    explore: bool
    mandatory: bool
    blocked: bool
    cash: tuple[Fraction, ...]
    hours: Mapping[str, tuple[Fraction, ...]]
    cost: Fraction
    length: int
    lag: int
    starts: tuple[int, ...]
    effects: Mapping[str, Fraction]
    needs: tuple[str, ...]
    out_of_reach: tuple[str, ...]

    def effect_in_time(self, kpi: str, start: int, due: Mapping[str, int]) -> Fraction:
        """Return what a start contributes to a KPI by its due period; 0 when it comes too late."""
        arrives = start + self.length - 1 + self.lag
        return self.effects.get(kpi, Fraction(0)) if arrives <= due[kpi] else Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything the plan is decided on.

    Parameters
    ----------
    periods
        Periods of the horizon.
    cash
        Money by period that the plan may spend, the reserve taken off.
    hours
        Hours a period by team that the plan may use, the reserve taken off.
    resources
        All resources R.
    hurdle
        Share of its weight that an initiative must pull at least.
    floor, ceiling
        Least and greatest share of all resources for exploration.
    weights
        Strategic weight of each KPI.
    due
        Period by which an effect on each KPI must have arrived.
    pool
        The initiatives decided on, in key order.
    excludes
        Pairs of which at most one may be funded, in key order.
    """

    periods: int
    cash: tuple[Fraction, ...]
    hours: Mapping[str, Fraction]
    resources: Fraction
    hurdle: Fraction
    floor: Fraction
    ceiling: Fraction
    weights: Mapping[str, Fraction]
    due: Mapping[str, int]
    pool: tuple[Work, ...]
    excludes: tuple[tuple[str, str], ...]

    def gap_closed(self, work: Work, start: int) -> Fraction:
        """Return the share of the strategy gap that one initiative closes in time, by itself."""
        return sum((self.weights[kpi] * work.effect_in_time(kpi, start, self.due) for kpi in work.effects), Fraction(0))


def exact_weights(book: Book) -> dict[str, Fraction]:
    """Return the strategic weight of each KPI, exactly: over its objectives, their weight times its weight in them."""
    total = sum((exact(objective.weight) for objective in book.objectives.values()), Fraction(0)) or Fraction(1)
    weights = dict.fromkeys(book.kpis, Fraction(0))
    for objective in book.objectives.values():
        links = {kpi: exact(weight) for kpi, weight in objective.kpis.items()}
        inside = sum(links.values(), Fraction(0))
        for kpi, weight in links.items():
            share = weight / inside if inside > 0 else Fraction(1, len(links))
            weights[kpi] = weights.get(kpi, Fraction(0)) + exact(objective.weight) / total * share
    return weights


def _effect(quantities: Quantities, benefit: Benefit, gap: Fraction) -> Fraction:
    """Share of the gap that one Benefit closes at best guess; harm is never discounted."""
    likely = exact(benefit.likely)
    return (exact(quantities.factor[benefit.evidence]) * likely if likely > 0 else likely) / gap


def exact_effects(quantities: Quantities, key: str, factors: Mapping[str, float]) -> dict[str, Fraction]:
    """Return the best contribution of an initiative by KPI, exactly.

    Parameters
    ----------
    quantities
        The numbers of the Book.
    key
        The initiative.
    factors
        What a scenario multiplies, by initiative or KPI; empty without one.
    """
    found: dict[str, Fraction] = {}
    for benefit in quantities.book.benefits_of(key):
        kpi = quantities.book.kpis.get(benefit.kpi)
        if kpi is None or kpi.baseline is None:
            continue
        gap = abs(exact(kpi.target) - exact(kpi.baseline))
        if gap > 0:
            found[kpi.key] = found.get(kpi.key, Fraction(0)) + _effect(quantities, benefit, gap)
    own = exact(factors.get(key, 1))
    return {kpi: max(Fraction(-1), min(Fraction(1), c)) * own * exact(factors.get(kpi, 1)) for kpi, c in found.items()}


def _starts(initiative: Initiative, periods: int, length: int) -> tuple[int, ...]:
    """Periods an initiative may start in: no amount of it may fall behind the horizon."""
    if initiative.live:
        return (1,)
    profiles = (initiative.cash, *initiative.hours.values())
    busy = max((index + 1 for profile in profiles for index, amount in enumerate(profile) if amount), default=0)
    last = max(initiative.earliest, periods - length + 1)
    return tuple(start for start in range(initiative.earliest, last + 1) if busy == 0 or start + busy - 1 <= periods)


def exact_work(quantities: Quantities, key: str, factors: Mapping[str, float]) -> Work:
    """Return one initiative as the plan sees it.

    Parameters
    ----------
    quantities
        The numbers of the Book.
    key
        The initiative.
    factors
        What a scenario multiplies, by initiative or KPI; empty without one.
    """
    book = quantities.book
    initiative = book.initiatives[key]
    # Amounts of live work behind the horizon are ignored everywhere; a candidate's profile counts in full.
    most = quantities.periods if initiative.live else None
    cash = tuple(exact(amount) for amount in initiative.cash[:most])
    hours = {
        team: tuple(exact(amount) for amount in profile[:most])
        for team, profile in initiative.hours.items()
        if team in book.teams
    }
    worked = (exact(book.teams[team].rate) * sum(profile, Fraction(0)) for team, profile in hours.items())
    blocked = missing_verdict(book, key) is not None
    wanted = [book.initiatives[other] for other in initiative.depends if other in book.initiatives]
    return Work(
        key=key,
        live=initiative.live,
        explore=initiative.mode == Mode.EXPLORE,
        mandatory=initiative.mandatory and not blocked,
        blocked=blocked,
        cash=cash,
        hours=hours,
        cost=sum(cash, Fraction(0)) + sum(worked, Fraction(0)),
        length=quantities.length[key],
        lag=initiative.lag,
        starts=_starts(initiative, quantities.periods, quantities.length[key]),
        effects=exact_effects(quantities, key, factors),
        needs=tuple(other.key for other in wanted if in_pool(other)),
        out_of_reach=tuple(other.key for other in wanted if not in_pool(other) and other.stage != Stage.CLOSED),
    )


def in_pool(initiative: Initiative) -> bool:
    """Whether the plan decides on an initiative: it is not drift, and not done, stopped or parked."""
    return initiative.mode != Mode.DRIFT and initiative.stage not in CLOSED


def _pairs(book: Book, pool: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Pairs of the pool that exclude each other, each once; naming it on one side is enough."""
    place = {key: number for number, key in enumerate(pool)}
    found = {
        (min(place[key], place[other]), max(place[key], place[other]))
        for key in pool
        for other in book.initiatives[key].excludes
        if other in place and other != key
    }
    return tuple((pool[one], pool[other]) for one, other in sorted(found))


def facts_of(quantities: Quantities, factors: Mapping[str, float] | None = None) -> Facts:
    """Return what the plan of a Book is decided on.

    Parameters
    ----------
    quantities
        The numbers of the Book; it must have a budget.
    factors
        What a scenario multiplies, by initiative or KPI.
    """
    book, budget = quantities.book, quantities.book.budget
    cash = tuple(exact(amount) for amount in budget.cash) if budget else ()
    kept = 1 - exact(budget.drift) if budget else Fraction(1)
    hours = {key: exact(team.hours) for key, team in book.teams.items()}
    worth = sum((hours[key] * exact(team.rate) for key, team in book.teams.items()), Fraction(0))
    pool = tuple(key for key, initiative in book.initiatives.items() if in_pool(initiative))
    return Facts(
        periods=quantities.periods,
        cash=tuple(kept * amount for amount in cash),
        hours={key: kept * amount for key, amount in hours.items()},
        resources=sum(cash, Fraction(0)) + quantities.periods * worth,
        hurdle=exact(budget.hurdle) if budget else Fraction(0),
        floor=exact(budget.explore_min) if budget else Fraction(0),
        ceiling=exact(budget.explore_max) if budget else Fraction(1),
        weights=exact_weights(book),
        due=quantities.due_period,
        pool=tuple(exact_work(quantities, key, factors or {}) for key in pool),
        excludes=_pairs(book, pool),
    )
