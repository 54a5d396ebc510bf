"""What a plan claims, apart from how it was found: what its file states and a checker can hold it to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from rhumbline.book.types import Amount
from rhumbline.engines.planning.result import Plan, PlanStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedTerms:
    """What a plan says it was asked for.

    Parameters
    ----------
    pins, bans
        Initiatives that must, and that must not, be funded.
    as_of
        The evaluation date, where it was not left to the Book.
    scenario
        The scenario whose factors multiply the effects, if any.
    node_limit
        After how many nodes the search was to end, if any.
    without_held_out
        Whether rows of the input were left out.
    """

    pins: tuple[str, ...] = ()
    bans: tuple[str, ...] = ()
    as_of: date | None = None
    scenario: str | None = None
    node_limit: int | None = None
    without_held_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedPlan:
    """What a plan claims; every field can be wrong, that is what ``verify`` finds out.

    Parameters
    ----------
    book_sha
        Hash of the Book it was computed from.
    as_of
        The evaluation date.
    terms
        What was asked.
    status
        Proven best, feasible, infeasible or not enough data.
    starts
        Start period of each funded initiative, counted from 1.
    periods
        Name of that period, such as ``2027-Q1``, by initiative; what is not named is not compared.
    reserve, waiting, stopped, blocked
        Keys of the drift ideas paid from the reserve, and of the initiatives that are not funded.
    value, bound, gap
        What the plan is worth, what no plan exceeds, and the difference.
    gap_closed, cost
        Share of the strategy gap closed in time; full cost.
    unique
        Whether no other set has the same value and cost; None when undecided.
    terms_sha, set_sha, starts_sha
        Digests the planner put into the certificate; empty when it has none.
    without_money
        Whether it was written for somebody who sees no money, and so states no cost.
    """

    book_sha: str
    as_of: date
    terms: ClaimedTerms = field(default_factory=ClaimedTerms)
    status: PlanStatus
    starts: Mapping[str, int]
    periods: Mapping[str, str] = field(default_factory=dict)
    reserve: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    value: float | None
    bound: float | None
    gap: float | None
    gap_closed: float | None
    cost: Amount | None
    unique: bool | None = None
    terms_sha: str = ""
    set_sha: str = ""
    starts_sha: str = ""
    without_money: bool = False


def claimed_of(plan: Plan) -> ClaimedPlan:
    """Return what a plan claims.

    Parameters
    ----------
    plan
        A plan the planner made.
    """
    certificate = plan.certificate
    return ClaimedPlan(
        book_sha=plan.book_sha,
        as_of=plan.as_of,
        terms=ClaimedTerms(
            pins=plan.terms.pins,
            bans=plan.terms.bans,
            as_of=plan.terms.as_of,
            scenario=plan.terms.scenario,
            node_limit=plan.terms.node_limit,
            without_held_out=plan.terms.without_held_out,
        ),
        status=plan.status,
        starts=dict(plan.starts),
        periods={line.initiative: line.period for line in plan.funded},
        reserve=tuple(line.initiative for line in plan.reserve),
        waiting=tuple(line.initiative for line in plan.waiting),
        stopped=tuple(line.initiative for line in plan.stopped),
        blocked=tuple(line.initiative for line in plan.blocked),
        value=plan.value,
        bound=plan.bound,
        gap=plan.gap,
        gap_closed=plan.gap_closed,
        cost=plan.cost,
        unique=plan.unique,
        terms_sha=certificate.terms_sha if certificate else "",
        set_sha=certificate.set_sha if certificate else "",
        starts_sha=certificate.starts_sha if certificate else "",
    )
