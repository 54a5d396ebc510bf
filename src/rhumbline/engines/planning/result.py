"""What is asked of a plan and what comes back: terms, plan, proof."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from rhumbline.book.digests import canonical
from rhumbline.book.types import Amount, Count, DigestOfMoney, InitiativeKey, ScenarioKey
from rhumbline.engines.alignment.organisation import OrganisationScore
from rhumbline.engines.reasons import Reason

ENGINE = "planning/1"


class PlanStatus(StrEnum):
    """How sure a plan is: proven best, feasible with a stated gap, impossible, or not computable yet."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    NOT_ENOUGH_DATA = "not enough data"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTerms:
    """What the owner decides before asking for a plan.

    Parameters
    ----------
    as_of
        The evaluation date; by default the one the Book states.
    pins
        Initiatives that must be funded, whatever they are worth.
    bans
        Initiatives that must not be funded.
    scenario
        Plan for this future: its factors multiply the effects.
    node_limit
        Stop each question after so many nodes of the search and state the gap that is left; by default prove the
        optimum, with the work of one to three minutes at most.
    without_held_out
        Plan although rows of the input were held out; recorded in the plan.
    """

    as_of: date | None = None
    pins: tuple[InitiativeKey, ...] = ()
    bans: tuple[InitiativeKey, ...] = ()
    scenario: ScenarioKey | None = None
    node_limit: Count | None = None
    without_held_out: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One initiative in a plan, and why it is where it is.

    Parameters
    ----------
    initiative
        Its key.
    start
        Period it starts in, counted from 1; None when it is not funded.
    period
        Name of that period, such as ``2027-Q1``; empty when it is not funded.
    reasons
        Why.
    price
        For a pin, a ban or an ethics block: by how much it changes the value, the difference of two solves
        (not negative: what keeping the wish or the block costs); None where nothing was asked.
    """

    initiative: str
    start: int | None
    period: str
    reasons: tuple[Reason, ...]
    price: float | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a plan was computed from and with, so that it can be computed and checked again.

    Parameters
    ----------
    engine
        This engine and its version.
    solver
        The solver and its version.
    model_sha
        SHA-256 of the arrays given to the solver.
    nodes
        Nodes of the search tree over all solves.
    proof
        ``solver bound`` (the solver states the bound), or ``none``.
    solves
        How many times the solver ran.
    settled
        Whether equally good plans were compared to the end, down to the smallest sum of starts and the order of
        keys. False when the search ended before: then another plan as good may begin earlier.
    terms_sha, set_sha, starts_sha
        Digests of what was asked, of who is in which list, and of the start periods: they tell which of
        them somebody changed afterwards. ``sealed`` fills them in; empty where nobody did.
    """

    engine: str
    solver: str
    model_sha: DigestOfMoney
    nodes: int
    proof: str
    solves: int
    settled: bool = True
    terms_sha: str = ""
    set_sha: str = ""
    starts_sha: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The funding plan: what to fund and when, what to stop, why, and the proof.

    Parameters
    ----------
    status
        Proven best, feasible, infeasible or not enough data.
    as_of
        The evaluation date.
    terms
        What was asked.
    book_sha
        The Book it was computed from.
    funded
        Funded initiatives in key order.
    reserve
        Drift ideas paid from the reserve, in key order.
    waiting
        Candidates that are not funded.
    stopped
        Live work that is not funded any more.
    blocked
        Those of the two that an ethics block keeps out.
    value
        Share of the strategy gap closed in time minus the hurdle times the share of resources; rounded to 9 decimals.
    bound
        No plan can have a larger value than this.
    gap
        bound - value, 0 when proven best.
    gap_closed
        Share of the strategy gap closed in time.
    gap_closed_by_live
        The same for the live work, started in period 1.
    cost
        Full cost of the funded initiatives.
    resources
        All resources of the horizon.
    unique
        True when no other set has the same value and cost; None when that was not decided.
    score_after
        The alignment score once the plan is done; None without a plan.
    certificate
        What it was computed with.
    conflict
        The smallest set of rules that cannot all hold, when there is no plan.
    """

    status: PlanStatus
    as_of: date
    terms: PlanTerms
    book_sha: str
    funded: tuple[Line, ...]
    reserve: tuple[Line, ...]
    waiting: tuple[Line, ...]
    stopped: tuple[Line, ...]
    blocked: tuple[Line, ...]
    value: float | None
    bound: float | None
    gap: float | None
    gap_closed: float | None
    gap_closed_by_live: float | None
    cost: Amount | None
    resources: Amount
    unique: bool | None
    score_after: OrganisationScore | None
    certificate: Certificate | None
    conflict: tuple[Reason, ...]

    @property
    def starts(self) -> Mapping[str, int]:
        """Start period of every funded initiative."""
        return {line.initiative: line.start for line in self.funded if line.start is not None}


def _sha(value: Any) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


class Asked(Protocol):
    """What a plan was asked for, as the planner knows it and as its file claims it."""

    @property
    def pins(self) -> Collection[str]:
        """What must be funded."""

    @property
    def bans(self) -> Collection[str]:
        """What must not."""

    @property
    def scenario(self) -> str | None:
        """The future planned for."""

    @property
    def node_limit(self) -> int | None:
        """Where the search ends."""

    @property
    def without_held_out(self) -> bool:
        """Whether rows were left out."""


def terms_sha(as_of: date, asked: Asked) -> str:
    """Return the digest of what a plan was asked for; the order of pins and bans does not matter."""
    terms = [
        as_of.isoformat(),
        sorted(set(asked.pins)),
        sorted(set(asked.bans)),
        asked.scenario,
        asked.without_held_out,
    ]
    # What has its default is left out, as in the digest of a record.
    return _sha(terms if asked.node_limit is None else [*terms, asked.node_limit])


def set_sha(
    funded: Collection[str], waiting: Collection[str], stopped: Collection[str], blocked: Collection[str]
) -> str:
    """Return the digest of which initiative is in which list of a plan."""
    return _sha([sorted(funded), sorted(waiting), sorted(stopped), sorted(blocked)])


def starts_sha(starts: Mapping[str, int]) -> str:
    """Return the digest of the start period of every funded initiative."""
    return _sha(sorted(starts.items()))


def sealed(plan: Plan) -> Plan:
    """Return a plan whose certificate carries the digests of its terms, lists and starts.

    The last step of planning: ``verify`` can then say which of them was changed afterwards. A plan
    without a certificate stays as it is.
    """
    if plan.certificate is None:
        return plan
    keys = [[line.initiative for line in lines] for lines in (plan.funded, plan.waiting, plan.stopped, plan.blocked)]
    certificate = dataclasses.replace(
        plan.certificate,
        terms_sha=terms_sha(plan.as_of, plan.terms),
        set_sha=set_sha(*keys),
        starts_sha=starts_sha(plan.starts),
    )
    return dataclasses.replace(plan, certificate=certificate)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the search is, while it runs.

    Parameters
    ----------
    nodes
        Nodes of the search tree so far.
    value
        Value of the best plan found so far; None before the first.
    bound
        No plan can have a larger value than this; None before the first bound.
    gap
        bound - value; None before both are known.
    """

    nodes: int
    value: float | None
    bound: float | None
    gap: float | None
