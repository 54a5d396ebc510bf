"""Why one initiative is in the plan or out of it, and what would change that: each answer a pair of solves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from rhumbline.book.book import Book
from rhumbline.book.findings import as_of_or
from rhumbline.book.types import Amount, Count, InitiativeKey, PerMoney, ScenarioKey
from rhumbline.engines._maths import Triple
from rhumbline.engines.alignment.attribution import Answer, Attribution, answer, attribution
from rhumbline.engines.alignment.lenses import InitiativeLenses, initiative_lenses
from rhumbline.engines.alignment.quantities import Quantities
from rhumbline.engines.planning.conflict import conflict_of
from rhumbline.engines.planning.inquiry import Inquiry, KpiEffect, Standing
from rhumbline.engines.planning.model import row_of
from rhumbline.engines.planning.result import PlanStatus, PlanTerms
from rhumbline.engines.planning.search import Search, Undecided
from rhumbline.engines.planning.solve import plan_quantities
from rhumbline.engines.planning.ties import rounded
from rhumbline.engines.reasons import Reason

# A cut of the cost is found to a thousandth.
_HALVINGS = 10
# The three questions that each initiative must answer, by the lens that answers it.
QUESTIONS = ("S", "M", "O")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainTerms:
    """Which initiative is to be explained, in which plan.

    Parameters
    ----------
    subject
        The initiative.
    as_of, pins, bans, scenario, node_limit, without_held_out
        As for a plan.
    """

    subject: InitiativeKey
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
class Heading:
    """One of the three questions to an initiative, with its answer.

    Parameters
    ----------
    lens
        S does it serve the strategy, M does anybody want it, O can we do it.
    share
        What the lens says, low, best and high.
    answer
        Yes, partly, no, or not sure yet.
    """

    lens: str
    share: Triple
    answer: Answer


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an initiative stands where it stands, and what would change it.

    Parameters
    ----------
    subject
        The initiative.
    as_of, terms
        The evaluation date, and what was asked.
    plan_status
        How sure the plan is that all this is about.
    standing
        Where the initiative stands in it.
    start, period
        When it starts; None and empty when it is not funded.
    gap_share
        Share of the strategy gap it closes, low, best and high, whenever that is.
    resource_share, cost
        Share of all resources it takes, and its full cost.
    effects
        What it does to each KPI, most of the strategy gap first.
    gap_per_money
        Points of the strategy gap closed per 10,000 of full cost; None for what costs nothing.
    alignment
        Its lenses and score.
    lost
        Where the points of its guaranteed score went.
    headings
        The three questions.
    reasons
        Why it is in or out, from the plan; or why there is no plan.
    value, value_in, value_out
        Value of the best plan, of the best with it, of the best without it; None where there is none.
    extra_value
        For one that is out: the smallest share of the strategy gap it would have to close beyond what it does to
        come in. For one that is in: what it may lose before it falls out. None where that has no answer.
    cost_cut
        For one that is out: the smallest cut of its money and hours, as a share, that would bring it in; None where
        no cut is enough or none was sought.
    flips
        What would change the verdict, in words' codes.
    conflict
        Why it cannot be in at all.
    """

    subject: str
    as_of: date
    terms: ExplainTerms
    plan_status: PlanStatus
    standing: Standing
    start: int | None
    period: str
    gap_share: Triple
    resource_share: float
    cost: Amount
    effects: tuple[KpiEffect, ...]
    gap_per_money: PerMoney | None
    alignment: InitiativeLenses
    lost: Attribution
    headings: tuple[Heading, ...]
    reasons: tuple[Reason, ...]
    value: float | None
    value_in: float | None
    value_out: float | None
    extra_value: float | None
    cost_cut: float | None
    flips: tuple[Reason, ...]
    conflict: tuple[Reason, ...]


def explain(book: Book, terms: ExplainTerms) -> Explanation:
    """Say why one initiative is in the plan or out of it, what that is worth, and what would change it.

    Parameters
    ----------
    book
        The Book.
    terms
        The initiative, and what the plan is asked for.

    Raises
    ------
    AsOfMissing
        When neither the terms nor the Book state a date.
    UnknownRecord
        When the subject, a pin, a ban or the scenario names nothing in the Book.

    Notes
    -----
    V_in and V_out are the values of the best plan with and without the initiative, all else as asked. Value enters only
    plans that contain it, so V* - V_in is exactly the extra value that brings it in; the cut of its cost is found by
    bisection, because a cheaper initiative never makes its best plan worse.
    """
    book.get("initiative", terms.subject)
    quantities = Quantities(book, as_of_or(book.as_of, terms.as_of))
    plan = plan_quantities(quantities, terms.plan_terms)
    inquiry = Inquiry(quantities, terms.plan_terms, plan)
    verdict = _verdict(inquiry, terms.subject)
    return _explanation(inquiry, terms, verdict)


# --- the verdict --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What the solves say."""

    value_in: Fraction | None = None
    value_out: Fraction | None = None
    extra: Fraction | None = None
    cut: Fraction | None = None
    flips: tuple[Reason, ...] = ()
    conflict: tuple[Reason, ...] = ()


def _verdict(inquiry: Inquiry, key: str) -> _Verdict:
    standing = inquiry.standing(key)
    if inquiry.plan.status is not PlanStatus.OPTIMAL:
        return _Verdict()
    try:
        if standing is Standing.FUNDED:
            return _funded(inquiry, key)
        if standing is Standing.BLOCKED:
            return _blocked(inquiry, key)
        if standing in {Standing.WAITING, Standing.STOPPED}:
            return _unfunded(inquiry, key)
    except Undecided:
        return _Verdict(flips=(Reason("explain.undecided"),))
    return _Verdict()


def _best(inquiry: Inquiry) -> Fraction:
    return rounded(inquiry.model.value(inquiry.start_choice))


def _funded(inquiry: Inquiry, key: str) -> _Verdict:
    best, without = _best(inquiry), inquiry.forced(outside=[key])
    if without is None:
        return _Verdict(best, None, flips=(Reason("explain.flip.never-out"),))
    margin = best - without
    code = "explain.flip.out" if margin > 0 else "explain.flip.out-at-once" if margin == 0 else "explain.flip.forced"
    return _Verdict(best, without, margin, flips=(Reason(code, {"value": float(abs(margin))}),))


def _blocked(inquiry: Inquiry, key: str) -> _Verdict:
    line = inquiry.line(key)
    price = line.price if line else None
    flip = Reason("explain.flip.approve", {"price": price}) if price else Reason("explain.flip.approve-not-enough")
    return _Verdict(None, _best(inquiry), flips=(flip,), conflict=_why_not(inquiry, key))


def _why_not(inquiry: Inquiry, key: str) -> tuple[Reason, ...]:
    """The smallest set of rules that keeps an initiative out whatever it is worth."""
    wish = row_of(f"pin:{key}", dict.fromkeys(inquiry.model.columns_of[key], 1), lower=1)
    others = tuple(row for row in inquiry.wishes if row.name.partition(":")[2] != key)
    return conflict_of(inquiry.quantities, inquiry.model, Search(inquiry.model), (*others, wish))


def _unfunded(inquiry: Inquiry, key: str) -> _Verdict:
    best, inside = _best(inquiry), inquiry.forced(inside=[key])
    if inside is None:
        return _Verdict(None, best, flips=(Reason("explain.flip.never-in"),), conflict=_why_not(inquiry, key))
    extra = max(Fraction(0), best - inside)
    free_is_enough = inquiry.cheaper(key, Fraction(0))
    cut = _cost_cut(inquiry, key) if free_is_enough else None
    flips = [Reason("explain.flip.in", {"value": float(extra)})]
    if free_is_enough is None:
        pass  # the search was ended before that was known, and nothing is said of a discount
    elif cut is None:
        flips.append(Reason("explain.flip.no-discount"))
    elif cut == 1:
        flips.append(Reason("explain.flip.only-free"))
    else:
        cost = inquiry.quantities.full_cost[key]
        flips.append(Reason("explain.flip.discount", {"cut": float(cut), "amount": float(cut) * cost}))
    return _Verdict(inside, best, extra, cut, tuple(flips))


def _cost_cut(inquiry: Inquiry, key: str) -> Fraction:
    """The smallest cut that makes a plan with the initiative as good as the best, by bisection; free is enough."""
    fits, fails = Fraction(0), Fraction(1)
    for _ in range(_HALVINGS):
        middle = (fits + fails) / 2
        if inquiry.cheaper(key, middle):
            fits = middle
        else:
            fails = middle
    return 1 - fits


# --- the answer ---------------------------------------------------------------------------------


def _headings(lenses: InitiativeLenses) -> Iterator[Heading]:
    for lens in QUESTIONS:
        share = lenses.lenses[lens]
        yield Heading(lens, share, answer(share))


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _explanation(inquiry: Inquiry, terms: ExplainTerms, verdict: _Verdict) -> Explanation:
    quantities, key, plan = inquiry.quantities, terms.subject, inquiry.plan
    line = inquiry.line(key)
    lenses = initiative_lenses(quantities, key)
    return Explanation(
        subject=key,
        as_of=quantities.as_of,
        terms=terms,
        plan_status=plan.status,
        standing=inquiry.standing(key),
        start=line.start if line else None,
        period=line.period if line else "",
        gap_share=quantities.gap_share[key],
        resource_share=quantities.resource_share[key],
        cost=quantities.full_cost[key],
        effects=inquiry.effects(key),
        gap_per_money=inquiry.gap_per_money(key),
        alignment=lenses,
        lost=attribution(lenses),
        headings=tuple(_headings(lenses)),
        reasons=line.reasons if line else plan.conflict,
        value=plan.value,
        value_in=_number(verdict.value_in),
        value_out=_number(verdict.value_out),
        extra_value=_number(verdict.extra),
        cost_cut=_number(verdict.cut),
        flips=verdict.flips,
        conflict=verdict.conflict,
    )
