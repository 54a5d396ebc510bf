"""Two initiatives side by side: what each does and costs, what the plan says, and when the better of the two swaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import fsum

from rhumbline.book.book import Book
from rhumbline.book.findings import SameTwice, as_of_or
from rhumbline.book.types import Amount, Count, InitiativeKey, PerMoney, ScenarioKey
from rhumbline.engines._maths import Triple
from rhumbline.engines.alignment.lenses import initiative_lenses
from rhumbline.engines.alignment.quantities import Quantities
from rhumbline.engines.planning.facts import Work, exact, exact_work
from rhumbline.engines.planning.inquiry import Inquiry, Standing, hours_by_team
from rhumbline.engines.planning.result import PlanStatus, PlanTerms
from rhumbline.engines.planning.search import Undecided
from rhumbline.engines.planning.solve import plan_quantities
from rhumbline.engines.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareTerms:
    """Which two initiatives are compared, in which plan.

    Parameters
    ----------
    a
        One initiative.
    b
        The other initiative.
    as_of, pins, bans, scenario, node_limit, without_held_out
        As for a plan.
    """

    a: InitiativeKey
    b: InitiativeKey
    as_of: date | None = None
    pins: tuple[InitiativeKey, ...] = ()
    bans: tuple[InitiativeKey, ...] = ()
    scenario: ScenarioKey | None = None
    node_limit: Count | None = None
    without_held_out: bool = False

    @property
    def plan_terms(self) -> PlanTerms:
        """The terms of the plan."""
        return PlanTerms(
            as_of=self.as_of,
            pins=self.pins,
            bans=self.bans,
            scenario=self.scenario,
            node_limit=self.node_limit,
            without_held_out=self.without_held_out,
        )


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two.

    Parameters
    ----------
    initiative
        Its key.
    standing, start, period
        Where it stands in the plan, and when it starts.
    cost, cash, hours
        Full cost, money, and hours by team.
    resource_share
        Share of all resources it takes.
    gap_share
        Share of the strategy gap it closes, low, best and high, whenever that is.
    closes_in_time
        Share of the strategy gap it closes by the due periods, started as early as it may, by itself.
    worth
        closes_in_time minus the hurdle times the share of resources: what it adds to a plan by itself.
    gap_per_money
        Points of the strategy gap closed per 10,000 of full cost; None for what costs nothing.
    alignment
        Its score, low, best and high.
    """

    initiative: str
    standing: Standing
    start: int | None
    period: str
    cost: Amount
    cash: Amount
    hours: Mapping[str, float]
    resource_share: float
    gap_share: Triple
    closes_in_time: float
    worth: float
    gap_per_money: PerMoney | None
    alignment: Triple


@dataclass(frozen=True, slots=True)
class KpiComparison:
    """What the two do to one KPI.

    Parameters
    ----------
    kpi, weight
        The KPI and its share of the strategy.
    a, b
        Share of the KPI's gap each closes, low, best and high.
    """

    kpi: str
    weight: float
    a: Triple
    b: Triple


@dataclass(frozen=True, slots=True)
class BreakEven:
    """At which weight of one objective the better of the two swaps.

    Parameters
    ----------
    objective
        The objective.
    weight
        Its weight now, 0..1.
    swaps_at
        The weight at which both are worth the same, the other objectives keeping their proportions; None when the
        better stays the better at every weight.
    """

    objective: str
    weight: float
    swaps_at: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two initiatives side by side.

    Parameters
    ----------
    as_of, terms
        The evaluation date, and what was asked.
    plan_status
        How sure the plan is that the standings are from.
    a, b
        The two.
    better
        The one that is worth more by itself; None when both are worth the same.
    kpis
        KPI by KPI, the heaviest first.
    value
        Value of the best plan.
    value_only_a, value_only_b, value_both, value_neither
        Value of the best plan with the one and without the other, with both, with neither; None where there is none
        or it was not decided.
    break_even
        For each objective, the weight at which the better swaps.
    reasons
        The comparison in words' codes.
    """

    as_of: date
    terms: CompareTerms
    plan_status: PlanStatus
    a: Side
    b: Side
    better: str | None
    kpis: tuple[KpiComparison, ...]
    value: float | None
    value_only_a: float | None
    value_only_b: float | None
    value_both: float | None
    value_neither: float | None
    break_even: tuple[BreakEven, ...]
    reasons: tuple[Reason, ...]


def compare(book: Book, terms: CompareTerms) -> Comparison:
    """Say which of two initiatives serves the strategy better, what the plan makes of them, and when that changes.

    Parameters
    ----------
    book
        The Book.
    terms
        The two initiatives, and what the plan is asked for.

    Raises
    ------
    SameTwice
        When both are the same.
    AsOfMissing
        When neither the terms nor the Book state a date.
    UnknownRecord
        When an initiative or the scenario is not in the Book.

    Notes
    -----
    worth_i = sum_k W_k c_ik - h rho_i over effects in time. With objective o at weight w and the others keeping
    their proportions, W is linear in w, so the weight at which both are worth the same has a closed form.
    """
    if terms.a == terms.b:
        raise SameTwice(terms.a)
    for key in (terms.a, terms.b):
        book.get("initiative", key)
    quantities = Quantities(book, as_of_or(book.as_of, terms.as_of))
    plan = plan_quantities(quantities, terms.plan_terms)
    inquiry = Inquiry(quantities, terms.plan_terms, plan)
    pair = _Pair(inquiry, _Worth(inquiry, terms.a), _Worth(inquiry, terms.b))
    a, b = _side(inquiry, pair.a), _side(inquiry, pair.b)
    only_a, only_b, both, neither = _values(inquiry, terms.a, terms.b)
    return Comparison(
        as_of=quantities.as_of,
        terms=terms,
        plan_status=plan.status,
        a=a,
        b=b,
        better=pair.better,
        kpis=_kpis(quantities, terms.a, terms.b),
        value=plan.value,
        value_only_a=only_a,
        value_only_b=only_b,
        value_both=both,
        value_neither=neither,
        break_even=tuple(pair.break_even(objective) for objective in book.objectives),
        reasons=_reasons(a, b, pair.better),
    )


# --- worth --------------------------------------------------------------------------------------


class _Worth:
    """What one initiative is worth by itself, under any weights of the objectives."""

    def __init__(self, inquiry: Inquiry, key: str) -> None:
        self.key = key
        quantities = inquiry.quantities
        work: Work = exact_work(quantities, key, inquiry.factors)
        start = work.starts[0] if work.starts else None
        due = quantities.due_period
        self.effects: dict[str, Fraction] = {}
        if start is not None:
            self.effects = {kpi: work.effect_in_time(kpi, start, due) for kpi in work.effects}
        facts = inquiry.facts
        self.price = facts.hurdle * work.cost / facts.resources if facts.resources > 0 else Fraction(0)

    def closes(self, weights: Mapping[str, Fraction]) -> Fraction:
        """Share of the gap closed in time under some weights of the KPIs."""
        return sum((weights.get(kpi, Fraction(0)) * effect for kpi, effect in self.effects.items()), Fraction(0))

    def worth(self, weights: Mapping[str, Fraction]) -> Fraction:
        """Worth under some weights of the KPIs."""
        return self.closes(weights) - self.price


@dataclass(frozen=True, slots=True)
class _Pair:
    """The two, under any weights of the objectives."""

    inquiry: Inquiry
    a: _Worth
    b: _Worth

    def lead(self, weights: Mapping[str, Fraction]) -> Fraction:
        """By how much the first is worth more than the second."""
        return self.a.worth(weights) - self.b.worth(weights)

    @property
    def better(self) -> str | None:
        lead = self.lead(weights_with(self.inquiry.quantities.book))
        return None if lead == 0 else self.a.key if lead > 0 else self.b.key

    def break_even(self, objective: str) -> BreakEven:
        """The weight of one objective at which the better swaps: the root of a straight line."""
        book = self.inquiry.quantities.book
        now = exact_share(book, objective)
        swaps = None
        if now < 1:
            at_zero, at_one = (self.lead(weights_with(book, objective, end)) for end in (Fraction(0), Fraction(1)))
            if at_zero * at_one < 0:
                swaps = at_zero / (at_zero - at_one)
        return BreakEven(objective, float(now), None if swaps is None else float(swaps))


def exact_share(book: Book, objective: str) -> Fraction:
    """Return the weight of an objective among all, exactly."""
    total = sum((exact(one.weight) for one in book.objectives.values()), Fraction(0))
    return exact(book.objectives[objective].weight) / total


def weights_with(book: Book, changed: str | None = None, share: Fraction = Fraction(0)) -> dict[str, Fraction]:
    """Return the weights of the KPIs when one objective has another weight and the others keep their proportions.

    Parameters
    ----------
    book
        The Book.
    changed
        The objective; None leaves everything as it is.
    share
        Its new weight among all, 0..1.
    """
    weights = dict.fromkeys(book.kpis, Fraction(0))
    for key, objective in book.objectives.items():
        own = exact_share(book, key)
        if changed is not None:
            own = share if key == changed else own * (1 - share) / (1 - exact_share(book, changed))
        links = {kpi: exact(weight) for kpi, weight in objective.kpis.items()}
        inside = sum(links.values(), Fraction(0))
        for kpi, weight in links.items():
            weights[kpi] += own * (weight / inside if inside > 0 else Fraction(1, len(links)))
    return weights


# --- the answer ---------------------------------------------------------------------------------


def _side(inquiry: Inquiry, worth: _Worth) -> Side:
    quantities, key, line = inquiry.quantities, worth.key, inquiry.line(worth.key)
    weights = weights_with(quantities.book)
    return Side(
        initiative=key,
        standing=inquiry.standing(key),
        start=line.start if line else None,
        period=line.period if line else "",
        cost=quantities.full_cost[key],
        cash=fsum(quantities.cash[key]),
        hours=hours_by_team(quantities, key),
        resource_share=quantities.resource_share[key],
        gap_share=quantities.gap_share[key],
        closes_in_time=float(worth.closes(weights)),
        worth=float(worth.worth(weights)),
        gap_per_money=inquiry.gap_per_money(key),
        alignment=initiative_lenses(quantities, key).alignment,
    )


def _kpis(quantities: Quantities, a: str, b: str) -> tuple[KpiComparison, ...]:
    nothing = Triple(0.0, 0.0, 0.0)
    own = quantities.contribution
    found = [
        KpiComparison(kpi, quantities.kpi_weight[kpi], own[a].get(kpi, nothing), own[b].get(kpi, nothing))
        for kpi in quantities.book.kpis
        if kpi in own[a] or kpi in own[b]
    ]
    return tuple(sorted(found, key=lambda row: -row.weight))


def _values(inquiry: Inquiry, a: str, b: str) -> tuple[float | None, ...]:
    """Value of the best plan with the first only, the second only, both, and neither."""
    if inquiry.plan.status is not PlanStatus.OPTIMAL or not {a, b} <= set(inquiry.model.work):
        return (None, None, None, None)
    values: list[float | None] = []
    for inside, outside in (([a], [b]), ([b], [a]), ([a, b], []), ([], [a, b])):
        try:
            value = inquiry.forced(inside, outside)
        except Undecided:
            value = None
        values.append(None if value is None else float(value))
    return tuple(values)


def _reasons(a: Side, b: Side, better: str | None) -> tuple[Reason, ...]:
    if better is None:
        return (Reason("compare.same", {"a": a.initiative, "b": b.initiative, "worth": a.worth}),)
    first, second = (a, b) if better == a.initiative else (b, a)
    numbers = {
        "better": first.initiative,
        "other": second.initiative,
        "closes": first.closes_in_time,
        "resources": first.resource_share,
        "other_closes": second.closes_in_time,
        "other_resources": second.resource_share,
    }
    return (Reason("compare.better", numbers),)
