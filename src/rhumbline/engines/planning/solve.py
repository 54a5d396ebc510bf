"""The funding plan: which initiatives to fund and when, proven best, explained line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from rhumbline.book.book import Book
from rhumbline.book.findings import as_of_or
from rhumbline.engines.alignment.organisation import organisation_score
from rhumbline.engines.alignment.quantities import Quantities, measurable
from rhumbline.engines.planning.conflict import conflict_of
from rhumbline.engines.planning.facts import exact, facts_of, in_pool
from rhumbline.engines.planning.greedy import first_guess
from rhumbline.engines.planning.model import Model, Row, build, row_of
from rhumbline.engines.planning.reserve import choose_reserve
from rhumbline.engines.planning.result import ENGINE, Certificate, Line, Plan, PlanStatus, PlanTerms, Progress, sealed
from rhumbline.engines.planning.search import SAME, Found, Question, Search, Undecided, solver_name
from rhumbline.engines.planning.ties import DECIMALS, Settled, rounded, settle
from rhumbline.engines.planning.why import Why
from rhumbline.engines.reasons import Reason

Listener = Callable[[Progress], bool]

# Asked without terms: the date of the Book, no wishes, no scenario, no limit.
PLAIN = PlanTerms()
# Prices of wishes and blocks take a solve each; of more than these the plan says that they were not computed.
MOST_PRICED = 10


def plan(book: Book, terms: PlanTerms = PLAIN, progress: Listener | None = None) -> Plan:
    """Choose what to fund and when, so that the plan closes most of the strategy gap for the resources it takes.

    Parameters
    ----------
    book
        The Book.
    terms
        The date, the wishes, the scenario, a limit for the search.
    progress
        Called now and then while the solver runs; it returns whether to go on. A plan that was stopped is the best
        one found, with the gap that is left.

    Raises
    ------
    AsOfMissing
        When neither the terms nor the Book state a date.
    UnknownRecord
        When a pin, a ban or the scenario names nothing in the Book.

    Notes
    -----
    max sum_k W_k clip(sum_i c_ik in time, -1, 1) - h sum_i rho_i under money, hours, needs, exclusions and the
    corridor of exploration; docs/explanation/planning.md works an example. The value is reckoned in fractions.
    Status ``optimal`` means that the solver stopped with no gap tolerated and its bound is within 1e-9 of the
    value; bound and value are then reported as the same number.
    """
    return plan_quantities(Quantities(book, as_of_or(book.as_of, terms.as_of)), terms, progress)


def plan_quantities(quantities: Quantities, terms: PlanTerms = PLAIN, progress: Listener | None = None) -> Plan:
    """Return the plan of a Book whose quantities are already at hand; see ``plan``.

    Parameters
    ----------
    quantities
        The numbers of the Book at the date of the plan.
    terms, progress
        As for ``plan``.
    """
    factors = _check(quantities.book, terms)
    lacking = _missing(quantities)
    if lacking:
        return _no_plan(quantities, terms, PlanStatus.NOT_ENOUGH_DATA, lacking)
    model = build(facts_of(quantities, factors))
    search = Search.limited(model, terms.node_limit, progress)
    outside = _outside(quantities.book, terms)
    wishes = wish_rows(model, terms.pins, terms.bans)
    found = None if outside else best_or_any(model, search, wishes)
    if found is None:
        asked = Search(model)
        reasons = outside or conflict_of(quantities, model, asked, wishes)
        search.solves, search.nodes = search.solves + asked.solves, search.nodes + asked.nodes
        return sealed(_no_plan(quantities, terms, PlanStatus.INFEASIBLE, reasons, _certificate(model, search)))
    settled = settle(model, search, found, wishes) if found.proven else Settled(found.chosen, None, complete=False)
    prices = _prices(model, search, wishes, settled.chosen) if found.proven else {}
    return sealed(_report(_Answer(quantities, terms, model, search, found, settled, prices)))


# --- before the solver --------------------------------------------------------------------------


def _check(book: Book, terms: PlanTerms) -> Mapping[str, float]:
    """Refuse names that are not in the Book; return the factors of the scenario."""
    for key in (*terms.pins, *terms.bans):
        book.get("initiative", key)
    if terms.scenario is None:
        return {}
    effects: Mapping[str, float] = book.get("scenario", terms.scenario).effects
    return effects


def _missing(quantities: Quantities) -> tuple[Reason, ...]:
    """What is missing for any plan at all."""
    if quantities.book.budget is None:
        return (Reason("plan.missing.budget"),)
    return () if measurable(quantities) else (Reason("plan.missing.resources"),)


def _outside(book: Book, terms: PlanTerms) -> tuple[Reason, ...]:
    """Pins on what the plan does not decide on."""
    records = ((key, book.initiatives[key]) for key in sorted(set(terms.pins), key=list(book.initiatives).index))
    return tuple(
        Reason("plan.conflict.outside", {"initiative": key, "status": _standing(record.status, record.mode)})
        for key, record in records
        if not in_pool(record)
    )


def _standing(status: str, mode: str) -> str:
    return "drift" if mode == "drift" else status


def wish_rows(model: Model, pins: Iterable[str], bans: Iterable[str]) -> tuple[Row, ...]:
    """Return the rows of the wishes: what must and what must not be funded.

    Parameters
    ----------
    model
        What is chosen from; wishes about anything else are left out.
    pins, bans
        Initiatives.
    """
    asked, refused = frozenset(pins), frozenset(bans)
    own = model.columns_of
    return (
        *(row_of(f"pin:{key}", dict.fromkeys(own[key], 1), lower=1) for key in own if key in asked),
        *(row_of(f"ban:{key}", dict.fromkeys(own[key], 1), upper=0) for key in own if key in refused),
    )


# --- asking the solver --------------------------------------------------------------------------


def best_or_any(model: Model, search: Search, wishes: tuple[Row, ...]) -> Found | None:
    """Return the best choice, or any when the search was stopped before the first; None when there is none.

    Parameters
    ----------
    model
        What is chosen from.
    search
        Asks the solver about it.
    wishes
        Rows that hold too.
    """
    guess = first_guess(model, wishes)
    try:
        if guess is not None:
            found = search.best(Question(added=wishes, least_value=_at_least(model, guess)))
            if found is not None:
                return found
        return search.best(Question(added=wishes))
    except Undecided as undecided:
        # Always answer with a plan if there is one: the first guess, or without an objective the first one found.
        if guess is not None:
            return Found(guess, undecided.bound, proven=False)
        unlimited = Search(model)
        found = unlimited.best(Question(added=wishes, minimise={}))
        search.nodes, search.solves = search.nodes + unlimited.nodes, search.solves + unlimited.solves
        return None if found is None else Found(found.chosen, undecided.bound, proven=False)


def _at_least(model: Model, known: frozenset[int]) -> Fraction:
    """A value that a known choice reaches, for the solver to look above only: that saves a quarter of the time."""
    return rounded(model.value(known)) - Fraction(1, 10**8)


def _prices(model: Model, search: Search, wishes: tuple[Row, ...], chosen: frozenset[int]) -> dict[str, float]:
    """What each wish and each block costs: the best value without it minus the value with it."""
    value = rounded(model.value(chosen))
    blocks = tuple(row for row in model.rows if row.group == "block")
    # All or the first wishes: prices of some blocks and not of others would look like a choice.
    priced = (*wishes, *blocks) if len(wishes) + len(blocks) <= MOST_PRICED else wishes[:MOST_PRICED]
    prices = {}
    for row in priced:
        others = tuple(wish for wish in wishes if wish.name != row.name)
        try:
            found = search.best(
                Question(added=others, dropped=frozenset({row.name}), least_value=_at_least(model, chosen))
            )
        except Undecided:
            continue
        if found is not None and found.proven:
            gain = rounded(model.value(found.chosen)) - value
            prices[row.name.split(":")[1]] = float(max(Fraction(0), gain))
    return prices


# --- the answer ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Answer:
    """Everything a plan is reported from."""

    quantities: Quantities
    terms: PlanTerms
    model: Model
    search: Search
    found: Found
    settled: Settled
    prices: Mapping[str, float]


def _certificate(model: Model, search: Search, *, settled: bool = True) -> Certificate:
    return Certificate(
        engine=ENGINE,
        solver=solver_name(),
        model_sha=model.sha,
        nodes=search.nodes,
        proof="solver bound",
        solves=search.solves,
        settled=settled,
    )


def _no_plan(
    quantities: Quantities,
    terms: PlanTerms,
    status: PlanStatus,
    reasons: tuple[Reason, ...],
    certificate: Certificate | None = None,
) -> Plan:
    return Plan(
        status=status,
        as_of=quantities.as_of,
        terms=terms,
        book_sha=quantities.book.sha,
        funded=(),
        reserve=(),
        waiting=(),
        stopped=(),
        blocked=(),
        value=None,
        bound=None,
        gap=None,
        gap_closed=None,
        gap_closed_by_live=None,
        cost=None,
        resources=quantities.resources,
        unique=None,
        score_after=None,
        certificate=certificate,
        conflict=reasons,
    )


def _reserve(quantities: Quantities) -> tuple[Line, ...]:
    """The drift ideas paid from the reserve; they may start at once."""
    lines = []
    for key in choose_reserve(quantities):
        numbers = {"votes": quantities.book.initiatives[key].votes, "cost": quantities.full_cost[key]}
        lines.append(Line(key, 1, quantities.horizon.label(1), (Reason("plan.reserve", numbers),)))
    return tuple(lines)


def _bound(answer: _Answer, value: Fraction) -> tuple[PlanStatus, float]:
    """The proven bound, never below the value, and what it makes of the plan."""
    # A search stopped early may state no bound at all.
    stated = max(min(answer.found.bound, float(answer.model.most)), float(value))
    if answer.found.proven and stated - float(value) <= SAME:
        return PlanStatus.OPTIMAL, float(value)
    # Up to the next ninth decimal, so that rounding never claims too much.
    return PlanStatus.FEASIBLE, float(rounded(exact(stated)) + Fraction(1, 10**DECIMALS))


def live_choice(model: Model) -> frozenset[int]:
    """Return the choice that keeps all live work, started in period 1."""
    return frozenset(own[0] for key, own in model.columns_of.items() if model.work[key].live)


def _report(answer: _Answer) -> Plan:
    """Put a settled choice into words' numbers."""
    quantities, terms, model, chosen = answer.quantities, answer.terms, answer.model, answer.settled.chosen
    why = Why(quantities, model, chosen, frozenset(terms.pins), frozenset(terms.bans), answer.prices)
    label = quantities.horizon.label
    funded = tuple(
        Line(key, start, label(start), why.funded(key), answer.prices.get(key)) for key, start in why.starts.items()
    )
    left = [
        (work, Line(work.key, None, "", why.unfunded(work.key), answer.prices.get(work.key)))
        for work in model.facts.pool
        if work.key not in why.starts
    ]
    reserve = _reserve(quantities)
    value = rounded(model.value(chosen))
    status, bound = _bound(answer, value)
    return Plan(
        status=status,
        as_of=quantities.as_of,
        terms=terms,
        book_sha=quantities.book.sha,
        funded=funded,
        reserve=reserve,
        waiting=tuple(line for work, line in left if not work.live),
        stopped=tuple(line for work, line in left if work.live),
        blocked=tuple(line for work, line in left if work.blocked),
        value=float(value),
        bound=bound,
        gap=bound - float(value),
        gap_closed=float(model.gap_closed(chosen)),
        gap_closed_by_live=float(model.gap_closed(live_choice(model))),
        cost=float(model.cost(chosen)),
        resources=quantities.resources,
        unique=answer.settled.unique,
        score_after=organisation_score(quantities, (*why.starts, *(line.initiative for line in reserve))),
        certificate=_certificate(model, answer.search, settled=answer.settled.complete),
        conflict=(),
    )
