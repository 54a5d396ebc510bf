"""Every number a plan rests on, computed anew from the records in exact fractions.

Nothing here is shared with the code that makes plans: costs, gaps, effects and allowed starts are
written a second time, from the definition, so that a mistake would have to be made twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

from rhumbline.book.book import Book
from rhumbline.book.horizon import Horizon, horizon
from rhumbline.book.records import Benefit, Initiative
from rhumbline.book.records.money import DEFAULT_HURDLE
from rhumbline.book.types import Evidence, Mode, Stage, Verdict, natural

ZERO = Fraction(0)
ONE = Fraction(1)

# How far a sum may lie above its limit: money and hours of the plan, of the reserve, share of the corridor.
ROOM_TOLERANCE = Fraction(1, 10**6)
RESERVE_TOLERANCE = Fraction(1, 10**9)
SHARE_TOLERANCE = Fraction(1, 10**9)

PRIOR_FACTORS: Mapping[Evidence, Fraction] = {
    Evidence.E0: Fraction(30, 100),
    Evidence.E1: Fraction(50, 100),
    Evidence.E2: Fraction(70, 100),
    Evidence.E3: Fraction(85, 100),
    Evidence.E4: ONE,
}
# From so many closed Benefits of a grade on, the firm's own record counts; the prior weighs like ten of them.
ENOUGH_CLOSED = 5
PRIOR_WEIGHT = 10


def exact(value: float | Decimal) -> Fraction:
    """Return a number as the decimal it is written as: 0.1 is one tenth, not the nearest binary number.

    Parameters
    ----------
    value
        An int, a Decimal, or a float whose shortest decimal text is meant.
    """
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def clip(value: Fraction, least: Fraction, most: Fraction) -> Fraction:
    """Return the value, or the nearer bound when it lies outside."""
    return max(least, min(most, value))


def rounded_value(value: Fraction) -> Fraction:
    """Return a plan's value as plans are compared by it: rounded to 9 decimals, half to even."""
    return round(value, 9)


def cents(cost: Fraction) -> int:
    """Return an amount of money in whole cents, half to even."""
    return round(cost * 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One initiative as the plan sees it.

    Parameters
    ----------
    cash, hours
        Money, and hours per team, by period from the start; live work without what lies beyond the horizon.
    length
        Periods from its start to its end, as listed.
    cost
        Full cost: money, and hours at the rate of their team.
    starts
        Periods in which it may start; empty when it cannot be funded.
    effects
        Share of a KPI's gap it closes (negative: opens), by KPI, scenario factors included.
    """

    key: str
    live: bool
    blocked: bool
    mandatory: bool
    explore: bool
    lag: int
    length: int
    cash: tuple[Fraction, ...]
    hours: Mapping[str, tuple[Fraction, ...]]
    cost: Fraction
    starts: tuple[int, ...]
    effects: Mapping[str, Fraction]
    depends: tuple[str, ...]
    excludes: tuple[str, ...]
    votes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """What a Book says about money, hours, KPIs and initiatives, in exact numbers.

    Parameters
    ----------
    cash_room
        Money that may be spent until the end of each period, the reserve taken off.
    hours_room
        Hours of each team that may be used in every single period, the reserve taken off.
    reserve_cash, reserve_hours
        What drift ideas may use over the whole horizon.
    weights, due
        Weight of each KPI in the strategy, and the period by which an effect must have arrived.
    pool
        Initiatives the plan decides on, in key order.
    drift
        Ideas that may be paid from the reserve, in key order; a blocked one is marked.
    done
        Initiatives that are finished.
    """

    horizon: Horizon
    periods: int
    resources: Fraction
    hurdle: Fraction
    cash_room: tuple[Fraction, ...]
    hours_room: Mapping[str, Fraction]
    reserve_cash: Fraction
    reserve_hours: Mapping[str, Fraction]
    explore_min: Fraction
    explore_max: Fraction
    weights: Mapping[str, Fraction]
    due: Mapping[str, int]
    pool: Mapping[str, Work]
    drift: Mapping[str, Work]
    done: frozenset[str]

    # --- what a choice is worth -----------------------------------------------------------

    def gap_closed(self, starts: Mapping[str, int]) -> Fraction:
        """Return the share of the strategy gap that these initiatives close in time; a KPI counts from -1 to 1."""
        return sum((self.weights[kpi] * clip(total, -ONE, ONE) for kpi, total in self.totals(starts).items()), ZERO)

    def totals(self, starts: Mapping[str, int]) -> dict[str, Fraction]:
        """Return the summed effects in time by KPI, not yet clipped."""
        totals: dict[str, Fraction] = {}
        for key, start in starts.items():
            for kpi, effect in self.pool[key].effects.items():
                if self.in_time(self.pool[key], start, kpi):
                    totals[kpi] = totals.get(kpi, ZERO) + effect
        return totals

    def in_time(self, work: Work, start: int, kpi: str) -> bool:
        """Whether the effect of work that starts then arrives by the day the KPI is due."""
        return start + work.length - 1 + work.lag <= self.due[kpi]

    def cost(self, keys: Iterable[str]) -> Fraction:
        """Return the full cost of initiatives of the pool."""
        return sum((self.pool[key].cost for key in keys), ZERO)

    def value(self, starts: Mapping[str, int]) -> Fraction:
        """Return what a plan is worth: the gap it closes minus the hurdle times its share of the resources."""
        return self.gap_closed(starts) - self.hurdle * self.cost(starts) / self.resources

    def explore_share(self, keys: Iterable[str]) -> Fraction:
        """Return the full cost of the explore work among these as a share of all resources."""
        return self.cost(key for key in keys if self.pool[key].explore) / self.resources


# --- from records to numbers ------------------------------------------------------------------


def company(book: Book, as_of: date, scenario: str | None = None) -> Company:
    """Return the exact numbers of a Book.

    Parameters
    ----------
    book
        The Book.
    as_of
        The evaluation date: closed Benefits and the horizon depend on it.
    scenario
        The scenario whose factors multiply the effects; raises ``UnknownRecord`` when there is none of that key.
    """
    when = horizon(book, as_of)
    budget = book.budget
    amounts = [exact(amount) for amount in budget.cash] if budget else []
    reserve = exact(budget.drift) if budget else ZERO
    hours = {key: exact(team.hours) for key, team in book.teams.items()}
    weights = kpi_weights(book)
    effects = _Effects(book, as_of, weights, scenario)
    works = {key: _work(book, initiative, when.periods, effects) for key, initiative in book.initiatives.items()}
    return Company(
        horizon=when,
        periods=when.periods,
        resources=sum(amounts, ZERO)
        + sum((hours[key] * when.periods * exact(team.rate) for key, team in book.teams.items()), ZERO),
        hurdle=_hurdle(budget.hurdle if budget else DEFAULT_HURDLE),
        cash_room=tuple((ONE - reserve) * total for total in accumulate(amounts)),
        hours_room={key: (ONE - reserve) * amount for key, amount in hours.items()},
        reserve_cash=reserve * sum(amounts, ZERO),
        reserve_hours={key: reserve * amount * when.periods for key, amount in hours.items()},
        explore_min=exact(budget.explore_min) if budget else ZERO,
        explore_max=exact(budget.explore_max) if budget else ONE,
        weights=weights,
        due={key: _due(book, when, key) for key in book.kpis},
        pool={key: works[key] for key, one in book.initiatives.items() if _decided_on(one) and one.mode != Mode.DRIFT},
        drift={key: works[key] for key, one in book.initiatives.items() if _decided_on(one) and one.mode == Mode.DRIFT},
        done=frozenset(key for key, one in book.initiatives.items() if one.stage == Stage.CLOSED),
    )


def _hurdle(written: float) -> Fraction:
    """Return the hurdle; the default is a third, which no float can write."""
    return Fraction(1, 3) if written == DEFAULT_HURDLE else exact(written)


def _decided_on(initiative: Initiative) -> bool:
    """Whether money may still go to it: not done, not stopped, not parked."""
    return initiative.stage not in (Stage.CLOSED, Stage.STOPPED, Stage.PARKED)


def kpi_weights(book: Book) -> dict[str, Fraction]:
    """Return the weight of every KPI in the whole strategy; KPIs outside every objective weigh 0."""
    weights = dict.fromkeys(book.kpis, ZERO)
    everything = sum((exact(objective.weight) for objective in book.objectives.values()), ZERO) or ONE
    for objective in book.objectives.values():
        links = {key: exact(weight) for key, weight in objective.kpis.items()}
        inside = sum(links.values(), ZERO)
        for key, weight in links.items():
            share = weight / inside if inside else Fraction(1, len(links))
            weights[key] = weights.get(key, ZERO) + exact(objective.weight) / everything * share
    return weights


def _due(book: Book, when: Horizon, key: str) -> int:
    """Return the period by which an effect on a KPI must have arrived; 0 when its day lies before the horizon."""
    kpi = book.kpis[key]
    # A day beyond the horizon counts as its last period, and so does a period beyond it.
    if kpi.due_period is not None:
        return min(kpi.due_period, when.periods)
    return when.periods if kpi.due is None else min(when.period_of(kpi.due), when.periods)


def _is_blocked(book: Book, key: str) -> bool:
    """Whether risks for people are noted and no review approved them."""
    ethics = book.ethics_of(key)
    return ethics is not None and bool(ethics.flags) and ethics.review != Verdict.APPROVED


def _work(book: Book, initiative: Initiative, periods: int, effects: _Effects) -> Work:
    """Put one initiative into exact numbers."""
    # What live work would spend beyond the horizon is nobody's decision today; its length stays as listed.
    kept = periods if initiative.live else None
    cash = tuple(exact(amount) for amount in initiative.cash[:kept])
    hours = {team: tuple(exact(amount) for amount in given[:kept]) for team, given in initiative.hours.items()}
    length = max(1, len(initiative.cash), *(len(given) for given in initiative.hours.values()))
    blocked = _is_blocked(book, initiative.key)
    last_use = max((last_used(profile) for profile in (cash, *hours.values())), default=0)
    return Work(
        key=initiative.key,
        live=initiative.live,
        blocked=blocked,
        mandatory=initiative.mandatory,
        explore=initiative.mode == Mode.EXPLORE,
        lag=initiative.lag,
        length=length,
        cash=cash,
        hours=hours,
        cost=sum(cash, ZERO)
        + sum((sum(given, ZERO) * exact(book.teams[team].rate) for team, given in hours.items()), ZERO),
        starts=() if blocked else _starts(initiative, length, last_use, periods),
        effects=effects.of(initiative.key),
        depends=initiative.depends,
        excludes=initiative.excludes,
        votes=initiative.votes,
    )


def last_used(profile: Sequence[Fraction]) -> int:
    """Return the number of the last period with an amount that is not zero; 0 when there is none."""
    return max((number for number, amount in enumerate(profile, start=1) if amount), default=0)


def _starts(initiative: Initiative, length: int, last_use: int, periods: int) -> tuple[int, ...]:
    """Return the periods in which an initiative may start: all that it needs lies within the horizon."""
    if initiative.live:
        return (1,)
    latest = max(initiative.earliest, periods - length + 1)
    return tuple(
        start for start in range(initiative.earliest, latest + 1) if not last_use or start + last_use - 1 <= periods
    )


class _Effects:
    """Computes what each initiative does to each KPI, with evidence, scenario and the KPI's own gap."""

    def __init__(self, book: Book, as_of: date, weights: Mapping[str, Fraction], scenario: str | None) -> None:
        self.book = book
        self.weights = weights
        self.factors = evidence_factors(book, as_of)
        chosen = book.get("scenario", scenario).effects if scenario is not None else {}
        self.multipliers = {key: exact(factor) for key, factor in chosen.items()}

    def of(self, initiative: str) -> dict[str, Fraction]:
        """Return the best contributions of one initiative by KPI; KPIs that weigh nothing are left out."""
        sums: dict[str, Fraction] = {}
        for benefit in self.book.benefits_of(initiative):
            gap = self._gap(benefit.kpi)
            if gap and self.weights.get(benefit.kpi):
                sums[benefit.kpi] = sums.get(benefit.kpi, ZERO) + self._discounted(benefit) / gap
        mine = self.multipliers.get(initiative, ONE)
        return {
            kpi: clip(total, -ONE, ONE) * mine * self.multipliers.get(kpi, ONE) for kpi, total in sums.items() if total
        }

    def _gap(self, key: str) -> Fraction:
        """Return the distance from baseline to target, 0 where it is unknown."""
        kpi = self.book.kpis.get(key)
        return ZERO if kpi is None or kpi.baseline is None else abs(exact(kpi.target) - exact(kpi.baseline))

    def _discounted(self, benefit: Benefit) -> Fraction:
        """Return the likely effect, discounted by weak evidence unless it is harm."""
        likely = exact(benefit.likely)
        return likely * self.factors[benefit.evidence] if likely > 0 else likely


def evidence_factors(book: Book, as_of: date) -> dict[Evidence, Fraction]:
    """Return what one unit of claimed effect counts by grade of evidence, calibrated by the firm's own record.

    Parameters
    ----------
    book
        The Book.
    as_of
        A Benefit is closed when its initiative is done or its day has passed by then, and it was measured.
        Claims from before the firm kept its Book count as closed when their grade is known.
    """
    closed: dict[Evidence, list[_Measured]] = {grade: [] for grade in PRIOR_FACTORS}
    for benefit in book.all("benefit").values():
        if benefit.realised is not None and _is_closed(book, benefit, as_of):
            closed[benefit.evidence].append(_Measured(exact(benefit.likely), exact(benefit.realised)))
    for past in book.all("closed_benefit").values():
        if past.evidence is not None:
            closed[past.evidence].append(_Measured(exact(past.claimed), exact(past.realised)))
    return {grade: _factor(prior, closed[grade]) for grade, prior in PRIOR_FACTORS.items()}


@dataclass(frozen=True, slots=True)
class _Measured:
    """What was thought likely, and what came of it."""

    likely: Fraction
    realised: Fraction


def _is_closed(book: Book, benefit: Benefit, as_of: date) -> bool:
    initiative = book.initiatives.get(benefit.initiative)
    finished = initiative is not None and initiative.stage == Stage.CLOSED
    return finished or (benefit.by is not None and benefit.by < as_of)


def _factor(prior: Fraction, closed: Sequence[_Measured]) -> Fraction:
    """Shrink the firm's own ratio of realised to likely towards the prior of the grade."""
    likely = sum((one.likely for one in closed), ZERO)
    if len(closed) < ENOUGH_CLOSED or not likely:
        return prior
    own = clip(sum((one.realised for one in closed), ZERO) / likely, ZERO, ONE)
    return (len(closed) * own + PRIOR_WEIGHT * prior) / (len(closed) + PRIOR_WEIGHT)


def in_order(keys: Iterable[str]) -> tuple[str, ...]:
    """Return keys in the one order of the product, i2 before i10."""
    return tuple(sorted(keys, key=natural))
