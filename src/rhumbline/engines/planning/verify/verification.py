"""Checks a plan against its Book without a solver, and says which part of it does not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from math import isfinite
from typing import Annotated

from rhumbline.book.book import Book
from rhumbline.book.types import Count, OwnUnit, Unit
from rhumbline.engines.planning.result import Plan, PlanStatus, set_sha, starts_sha, terms_sha
from rhumbline.engines.planning.verify.claim import ClaimedPlan, claimed_of
from rhumbline.engines.planning.verify.exact import Company, cents, company, exact, in_order
from rhumbline.engines.planning.verify.reserve import best_reserve, fits, reserve_numbers
from rhumbline.engines.planning.verify.resolve import Path, Resolved, resolve
from rhumbline.engines.planning.verify.rules import broken_by_set, broken_by_starts, broken_room
from rhumbline.engines.reasons import Reason

# A plan states its value to 9 decimals; bound and gap are differences of such numbers.
VALUE_TOLERANCE = Fraction(1, 10**9)
GAP_TOLERANCE = Fraction(2, 10**9)
LAST_PERIOD = 240
HALF_A_CENT = Fraction(5, 1000)


class Verdict(StrEnum):
    """What a check of a plan comes to.

    ``holds``: everything that can be checked without a solver is right. ``fails``: something the plan
    says is wrong. ``proven``: it holds, and no plan is better. ``worse``: it holds, and a better plan exists.
    """

    HOLDS = "holds"
    FAILS = "fails"
    PROVEN = "proven"
    WORSE = "worse"


class Proof(StrEnum):
    """How far the check of a plan reaches."""

    NOTHING = "nothing proven"
    STATED_BOUND = "feasible; bound stated by the solver, not proven here"
    STATED_CONFLICT = "no plan claimed; that there is none is stated by the solver, not proven here"
    NOT_ENOUGH_DATA = "no budget and no hours, so no plan can be formed"
    ENUMERATION = "every possible choice was tried"
    SECOND_SOLVE = "an independent model and solve found nothing better"
    BETTER_PLAN = "a better plan was found and evaluated exactly"
    SECOND_SOLVE_UNDECIDED = "an independent model and solve ended without an answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyTerms:
    """What is to be checked, and how far.

    Parameters
    ----------
    plan
        The plan, as it was answered or as a file of it claims.
    resolve
        Also look for a better plan, with a model and a search of its own.
    node_limit
        Stop that search after so many nodes; it may then end without an answer.
    """

    plan: ClaimedPlan
    resolve: bool = False
    node_limit: Count | None = None

    def __post_init__(self) -> None:
        given: object = self.plan
        if isinstance(given, Plan):
            # A frozen dataclass is completed this way.
            object.__setattr__(self, "plan", claimed_of(given))

    def without_money(self) -> VerifyTerms:
        """Return the same terms for somebody who sees no money: whether a stated cost is right would tell it."""
        return replace(self, plan=replace(self.plan, cost=None, without_money=True))


@dataclass(frozen=True, slots=True)
class Check:
    """One part of a plan, and whether it holds.

    Parameters
    ----------
    name
        ``book``, ``terms``, ``status``, ``set``, ``start``, ``cost``, ``gap_closed``, ``value``, ``bound``,
        ``reserve``, ``optimal`` or ``unique``.
    holds
        Whether it does.
    claimed, found
        What the plan says and what was computed anew, where both are one number or text.
    reason
        What is wrong; None when the check holds.
    more
        What else is wrong with the same part.
    unit
        Of both numbers, where it is money.
    """

    name: str
    holds: bool
    claimed: Annotated[object, OwnUnit()] = None
    found: Annotated[object, OwnUnit()] = None
    reason: Reason | None = None
    more: tuple[Reason, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of a plan found.

    Parameters
    ----------
    verdict
        Holds, fails, proven or worse.
    checks
        Every part that was looked at, causes before consequences: when the set was changed, the value
        computed for it differs too, and comes later.
    proof
        How far the check reaches.
    value, cost
        What the plan is worth and costs, computed anew; None without a plan.
    better
        The plan a second search found, when one was asked for and it found one.
    """

    verdict: Verdict
    checks: tuple[Check, ...]
    proof: Proof
    value: Fraction | None = None
    cost: Annotated[Fraction, Unit("money")] | None = None
    better: Resolved | None = None

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that do not hold, causes first."""
        return tuple(check for check in self.checks if not check.holds)

    @property
    def leading(self) -> Check | None:
        """The part that was changed or is wrong; what follows from it comes after it in ``failed``."""
        return next(iter(self.failed), None)


def verify(book: Book, terms: VerifyTerms) -> Verification:
    """Compute a plan anew from its Book in exact numbers and say whether it is what it claims to be.

    Parameters
    ----------
    book
        The Book the plan is said to come from.
    terms
        What the plan claims, and whether to look for a better one.

    Notes
    -----
    Another Book or other terms make every later number another one, so the check ends there: the
    later parts would all differ and hide the cause.
    """
    claim = terms.plan
    first = _book_check(book, claim)
    if not first.holds:
        return Verification(Verdict.FAILS, (first,), Proof.NOTHING)
    second = _terms_check(book, claim)
    if not second.holds:
        return Verification(Verdict.FAILS, (first, second), Proof.NOTHING)
    firm = company(book, claim.as_of, claim.terms.scenario)
    if claim.status in (PlanStatus.INFEASIBLE, PlanStatus.NOT_ENOUGH_DATA):
        without = _without_plan(firm, claim)
        verdict, checks = _told((first, second, *without))
        proof = _proof_of_no_plan(claim) if verdict is Verdict.HOLDS else Proof.NOTHING
        return _resolved(firm, terms, Verification(verdict, checks, proof))
    if not firm.resources:
        wrong = Check("status", False, claim.status, PlanStatus.NOT_ENOUGH_DATA, Reason("verify.status.no-resources"))
        return Verification(Verdict.FAILS, (first, second, wrong), Proof.NOTHING)
    audit = _Audit(firm, claim)
    verdict, checks = _told((first, second, *audit.checks()))
    proof = Proof.STATED_BOUND if verdict is Verdict.HOLDS else Proof.NOTHING
    return _resolved(firm, terms, Verification(verdict, checks, proof, audit.value, audit.cost))


def _told(checks: tuple[Check, ...]) -> tuple[Verdict, tuple[Check, ...]]:
    return (Verdict.HOLDS if all(check.holds for check in checks) else Verdict.FAILS), checks


def _check(name: str, reasons: Iterable[Reason], claimed: object = None, found: object = None) -> Check:
    """Return a check that holds when there is nothing to say against it."""
    said = tuple(reasons)
    unit = "money" if name == "cost" else ""
    return Check(name, not said, claimed, found, said[0] if said else None, said[1:], unit)


# --- Book and terms ---------------------------------------------------------------------------


def _book_check(book: Book, claim: ClaimedPlan) -> Check:
    reasons = [] if claim.book_sha == book.sha else [Reason("verify.book.other")]
    return _check("book", reasons, claim.book_sha, book.sha)


def _terms_check(book: Book, claim: ClaimedPlan) -> Check:
    terms = claim.terms
    found = terms_sha(claim.as_of, terms)
    reasons = []
    # The terms are all that says what was asked; nothing else in a plan could contradict most of them.
    if (claim.terms_sha and claim.terms_sha != found) or terms.as_of not in (None, claim.as_of):
        reasons.append(Reason("verify.terms.changed"))
    if terms.scenario is not None and terms.scenario not in book.scenarios:
        reasons.append(Reason("verify.terms.scenario", {"scenario": terms.scenario}))
    unknown = [key for key in in_order({*terms.pins, *terms.bans}) if key not in book.initiatives]
    reasons.extend(Reason("verify.terms.unknown", {"initiative": key}) for key in unknown)
    return _check("terms", reasons, claim.terms_sha or None, found)


# --- where no plan is claimed -----------------------------------------------------------------


def _without_plan(firm: Company, claim: ClaimedPlan) -> Iterator[Check]:
    """Yield the checks of an answer that says there is no plan."""
    no_data = claim.status is PlanStatus.NOT_ENOUGH_DATA
    wrong = no_data and firm.resources > 0
    missing = not no_data and not firm.resources
    reasons = (
        [Reason("verify.status.enough-data")] if wrong else [Reason("verify.status.no-resources")] if missing else []
    )
    yield _check("status", reasons, claim.status)
    yield _check("set", [Reason("verify.set.no-plan")] if claim.starts else [])
    for name, number in (
        ("cost", claim.cost),
        ("gap_closed", claim.gap_closed),
        ("value", claim.value),
        ("bound", claim.bound),
    ):
        yield _check(name, [] if number is None else [Reason(f"verify.{name}.no-plan", {"claimed": number})], number)


def _proof_of_no_plan(claim: ClaimedPlan) -> Proof:
    return Proof.STATED_CONFLICT if claim.status is PlanStatus.INFEASIBLE else Proof.NOT_ENOUGH_DATA


# --- where a plan is claimed ------------------------------------------------------------------


@dataclass(slots=True)
class _Audit:
    """Compares one claim with the exact numbers, and tells a changed set from a changed start from a changed value."""

    firm: Company
    claim: ClaimedPlan
    starts: dict[str, int] = field(init=False)
    value: Fraction = field(init=False)
    gap_closed: Fraction = field(init=False)
    cost: Fraction = field(init=False)

    def __post_init__(self) -> None:
        # What the pool does not know cannot be costed; the set check names it.
        self.starts = {key: start for key, start in self.claim.starts.items() if key in self.firm.pool}
        self.gap_closed = self.firm.gap_closed(self.starts)
        self.cost = self.firm.cost(self.starts)
        self.value = self.firm.value(self.starts)

    def checks(self) -> Iterator[Check]:
        """Yield every check of a plan, causes before consequences."""
        of_set = [*self._lists(), *broken_by_set(self.firm, self.starts, self.claim.terms.pins, self.claim.terms.bans)]
        of_starts = [*broken_by_starts(self.firm, self.starts), *self._labels()]
        room = [*broken_room(self.firm, self.starts)]
        if self._start_is_to_blame(of_set, of_starts):
            of_starts += [*self._changed_starts(), *room]
        else:
            of_set += [*self._changed_set(), *room]
        yield _check("set", of_set)
        yield _check("start", of_starts)
        if not self.claim.without_money:
            yield self._number("cost", self.claim.cost, self.cost, HALF_A_CENT)
        yield self._number("gap_closed", self.claim.gap_closed, self.gap_closed, VALUE_TOLERANCE)
        yield self._number("value", self.claim.value, self.value, VALUE_TOLERANCE)
        yield self._bound()
        yield self._reserve()

    # --- which cause --------------------------------------------------------------------------

    def _set_digest_differs(self) -> bool:
        claim = self.claim
        found = set_sha(tuple(claim.starts), claim.waiting, claim.stopped, claim.blocked)
        return bool(claim.set_sha) and claim.set_sha != found

    def _starts_digest_differs(self) -> bool:
        return bool(self.claim.starts_sha) and self.claim.starts_sha != starts_sha(self.claim.starts)

    def _start_is_to_blame(self, of_set: list[Reason], of_starts: list[Reason]) -> bool:
        """Whether a start was changed, and not the set: the set is complete and costs what it should."""
        if of_set or self._set_digest_differs():
            return False
        return bool(of_starts) or self._starts_digest_differs() or not self._differs("cost")

    def _changed_set(self) -> Iterator[Reason]:
        """Yield what tells that the set is not the one the numbers were computed for."""
        if self._set_digest_differs():
            yield Reason("verify.set.changed")
        elif not self.claim.set_sha and self._differs("cost") and self._differs("value"):
            yield Reason("verify.set.numbers")

    def _changed_starts(self) -> Iterator[Reason]:
        """Yield what tells that a start is not the one the numbers were computed for."""
        if self._starts_digest_differs():
            yield Reason("verify.start.changed")
        elif not self.claim.starts_sha and self._differs("gap_closed") and self._differs("value"):
            yield Reason("verify.start.numbers")

    def _differs(self, name: str) -> bool:
        if name == "cost" and self.claim.without_money:
            return False
        tolerance = HALF_A_CENT if name == "cost" else VALUE_TOLERANCE
        return not _near(getattr(self.claim, name), getattr(self, name), tolerance)

    # --- the parts ----------------------------------------------------------------------------

    def _lists(self) -> Iterator[Reason]:
        """Yield where funded, waiting, stopped and blocked do not divide the pool as they must."""
        claim, pool = self.claim, self.firm.pool
        counts = Counter((*claim.starts, *claim.waiting, *claim.stopped))
        for key in in_order({*counts, *claim.blocked} - {*pool}):
            yield Reason("verify.set.not-in-pool", {"initiative": key})
        for key in in_order(key for key, count in counts.items() if count > 1):
            yield Reason("verify.set.twice", {"initiative": key})
        for key in in_order({*pool} - {*counts}):
            yield Reason("verify.set.missing", {"initiative": key})
        for key in in_order(key for key in {*claim.waiting} & {*pool} if pool[key].live):
            yield Reason("verify.set.live-waits", {"initiative": key})
        for key in in_order(key for key in {*claim.stopped} & {*pool} if not pool[key].live):
            yield Reason("verify.set.not-live-stopped", {"initiative": key})
        for key in in_order({*claim.blocked} & {*pool} ^ {key for key, work in pool.items() if work.blocked}):
            yield Reason("verify.set.blocked-list", {"initiative": key})

    def _labels(self) -> Iterator[Reason]:
        """Yield where the name of a period is not that of the start."""
        for key in in_order(self.claim.periods):
            start, label = self.claim.starts.get(key), self.claim.periods[key]
            # A number that no horizon reaches has no name; that it is not allowed is said elsewhere.
            if start is not None and label and 0 < start <= LAST_PERIOD and label != self.firm.horizon.label(start):
                numbers = {"initiative": key, "claimed": label, "found": self.firm.horizon.label(start)}
                yield Reason("verify.start.label", numbers)

    def _number(self, name: str, claimed: float | None, found: Fraction, tolerance: Fraction) -> Check:
        near = _near(claimed, found, tolerance)
        reasons = [] if near else [Reason(f"verify.{name}.differs", {"claimed": claimed, "found": float(found)})]
        return _check(name, reasons, claimed, float(found))

    def _bound(self) -> Check:
        """Compare bound, gap and value: a changed value must not make the bound look wrong too."""
        claim = self.claim
        if claim.bound is None or claim.gap is None or not (isfinite(claim.bound) and isfinite(claim.gap)):
            return _check("bound", [Reason("verify.bound.missing")], claim.bound, float(self.value))
        bound, gap = exact(claim.bound), exact(claim.gap)
        reasons = []
        if bound < self.value - VALUE_TOLERANCE:
            reasons.append(Reason("verify.bound.below-value", {"bound": claim.bound, "value": float(self.value)}))
        stated = exact(claim.value) if claim.value is not None and isfinite(claim.value) else self.value
        if min(abs(bound - self.value - gap), abs(bound - stated - gap)) > GAP_TOLERANCE:
            reasons.append(Reason("verify.bound.gap", {"bound": claim.bound, "gap": claim.gap}))
        if claim.status is PlanStatus.OPTIMAL and gap > VALUE_TOLERANCE:
            reasons.append(Reason("verify.bound.open-gap", {"gap": claim.gap}))
        return _check("bound", reasons, claim.bound, float(self.value))

    def _reserve(self) -> Check:
        """Compare the drift ideas with those a complete search of the reserve finds."""
        claimed = in_order(self.claim.reserve)
        best = best_reserve(self.firm)
        return _check("reserve", self._against_reserve(claimed, best), list(claimed), list(best))

    def _against_reserve(self, claimed: tuple[str, ...], best: tuple[str, ...]) -> Iterator[Reason]:
        drift = self.firm.drift
        strange = [key for key in claimed if key not in drift or drift[key].blocked]
        yield from (Reason("verify.reserve.not-allowed", {"initiative": key}) for key in strange)
        if len(set(claimed)) < len(claimed):
            yield Reason("verify.reserve.twice")
        if strange or claimed == best:
            return
        if not fits(self.firm, claimed):
            yield Reason("verify.reserve.too-much")
        mine, other = reserve_numbers(self.firm, claimed), reserve_numbers(self.firm, best)
        numbers = {"votes": mine["votes"], "cost": mine["cost"], "more": other["votes"], "less": other["cost"]}
        yield Reason("verify.reserve.not-best", {**numbers, "best": list(best)})


def _near(claimed: float | None, found: Fraction, tolerance: Fraction) -> bool:
    return claimed is not None and isfinite(claimed) and abs(exact(claimed) - found) <= tolerance


# --- with a second search ---------------------------------------------------------------------


def _resolved(firm: Company, terms: VerifyTerms, told: Verification) -> Verification:
    """Add what a search of its own finds, where one is asked for and the plan holds so far."""
    if not terms.resolve or told.verdict is not Verdict.HOLDS or told.proof is Proof.NOT_ENOUGH_DATA:
        return told
    claim = terms.plan
    found = resolve(firm, claim.starts, pins=claim.terms.pins, bans=claim.terms.bans, node_limit=terms.node_limit)
    if found.path is Path.UNDECIDED:
        return Verification(told.verdict, told.checks, Proof.SECOND_SOLVE_UNDECIDED, told.value, told.cost, found)
    proof = Proof.ENUMERATION if found.path is Path.ENUMERATION else Proof.SECOND_SOLVE
    optimal = _check("optimal", _better(firm, claim, told, found), claim.value, _as_number(found.value))
    if not optimal.holds:
        checks = (*told.checks, optimal)
        return Verification(Verdict.WORSE, checks, Proof.BETTER_PLAN, told.value, told.cost, found)
    unique = _unique_check(claim, found)
    checks = (*told.checks, optimal, unique)
    verdict = Verdict.PROVEN if unique.holds else Verdict.FAILS
    return Verification(verdict, checks, proof, told.value, told.cost, found)


def _as_number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _better(firm: Company, claim: ClaimedPlan, told: Verification, found: Resolved) -> Iterator[Reason]:
    """Yield in what the plan found is better: value, then cost, then earlier starts, then key order."""
    if found.starts is None or found.value is None:
        return
    if told.value is None or told.cost is None:
        yield Reason("verify.optimal.feasible", {"value": float(found.value)})
        return
    if found.rounded > round(told.value, 9) + VALUE_TOLERANCE / 2:
        yield Reason("verify.optimal.better", {"value": float(found.value), "claimed": float(told.value)})
        return
    if found.path is not Path.ENUMERATION:
        # A solver with tolerances cannot decide between plans that are equal to the ninth decimal.
        return
    cost = firm.cost(found.starts)
    if cents(cost) < cents(told.cost):
        yield Reason("verify.optimal.cheaper", {"cost": float(cost), "claimed": float(told.cost)})
    elif sum(found.starts.values()) < sum(claim.starts.values()):
        yield Reason("verify.optimal.earlier")
    elif dict(found.starts) != dict(claim.starts):
        yield Reason("verify.optimal.order", {"set": list(in_order(found.starts))})


def _unique_check(claim: ClaimedPlan, found: Resolved) -> Check:
    differs = claim.unique is not None and found.unique is not None and claim.unique != found.unique
    reasons = [Reason("verify.unique.differs", {"claimed": claim.unique, "found": found.unique})] if differs else []
    return _check("unique", reasons, claim.unique, found.unique)
