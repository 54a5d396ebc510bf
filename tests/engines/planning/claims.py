"""Claims for the checker: honest ones made from the oracle's answer, and one part changed at a time."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from tests.engines.planning.enumeration import judge

from rhumbline.book.book import Book
from rhumbline.book.horizon import horizon
from rhumbline.engines.planning.result import PlanStatus, set_sha, starts_sha, terms_sha
from rhumbline.engines.planning.verify import ClaimedPlan, ClaimedTerms
from rhumbline.engines.planning.verify.exact import company


def sealed_claim(claim: ClaimedPlan) -> ClaimedPlan:
    """The claim with digests that fit it, as the planner would have written them."""
    return dataclasses.replace(
        claim,
        terms_sha=terms_sha(claim.as_of, claim.terms),
        set_sha=set_sha(tuple(claim.starts), claim.waiting, claim.stopped, claim.blocked),
        starts_sha=starts_sha(claim.starts),
    )


def unsealed(claim: ClaimedPlan) -> ClaimedPlan:
    """The claim as a planner without digests would have written it."""
    return dataclasses.replace(claim, terms_sha="", set_sha="", starts_sha="")


def honest_claim(
    book: Book,
    as_of: date,
    starts: Mapping[str, int],
    reserve: tuple[str, ...],
    *,
    terms: ClaimedTerms | None = None,
    status: PlanStatus = PlanStatus.OPTIMAL,
    bound: float | None = None,
    unique: bool | None = None,
) -> ClaimedPlan:
    """What a planner that chose these starts says truthfully."""
    terms = terms or ClaimedTerms()
    _, value, gap, cost = judge(book, as_of, starts, scenario=terms.scenario)
    shown = float(round(value, 9))
    firm = company(book, as_of, terms.scenario)
    out = [key for key in firm.pool if key not in starts]
    claim = ClaimedPlan(
        book_sha=book.sha,
        as_of=as_of,
        terms=terms,
        status=status,
        starts=dict(starts),
        periods={key: horizon(book, as_of).label(start) for key, start in starts.items()},
        reserve=reserve,
        waiting=tuple(key for key in out if not firm.pool[key].live),
        stopped=tuple(key for key in out if firm.pool[key].live),
        blocked=tuple(key for key in out if firm.pool[key].blocked),
        value=shown,
        bound=shown if bound is None else bound,
        gap=0.0 if bound is None else bound - shown,
        gap_closed=float(gap),
        cost=float(cost),
        unique=unique,
    )
    return sealed_claim(claim)


def no_plan_claim(book: Book, as_of: date, *, terms: ClaimedTerms | None = None) -> ClaimedPlan:
    """What a planner says that found no feasible plan."""
    return sealed_claim(
        ClaimedPlan(
            book_sha=book.sha, as_of=as_of, terms=terms or ClaimedTerms(), status=PlanStatus.INFEASIBLE, starts={},
            value=None, bound=None, gap=None, gap_closed=None, cost=None,
        )
    )  # fmt: skip


def alterations(book: Book, claim: ClaimedPlan) -> Iterator[tuple[str, str, ClaimedPlan]]:
    """Yield every way to change one part of a claim alone: the part, how, and the changed claim."""
    change = dataclasses.replace
    yield "book", "another hash", change(claim, book_sha="0" * 64)
    yield "terms", "another day", change(claim, as_of=claim.as_of + timedelta(days=1))
    yield "terms", "held-out rows", change(claim, terms=change(claim.terms, without_held_out=True))
    banned = change(claim.terms, bans=(*claim.terms.bans, next(iter(book.initiatives))))
    yield "terms", "one more ban", change(claim, terms=banned)
    pinned = change(claim.terms, pins=(*claim.terms.pins, next(iter(book.initiatives))))
    yield "terms", "one more pin", change(claim, terms=pinned)
    yield "terms", "no such scenario", change(claim, terms=change(claim.terms, scenario="no-such-future"))
    for key in book.scenarios:
        other = None if claim.terms.scenario == key else key
        yield "terms", f"scenario {other}", change(claim, terms=change(claim.terms, scenario=other))
    yield "value", "a little more", change(claim, value=claim.value + 1e-6)
    yield "value", "half", change(claim, value=claim.value / 2 - 0.001)
    yield "bound", "a little more", change(claim, bound=claim.bound + 1e-6)
    yield "bound", "less than the value", change(claim, bound=claim.bound - 0.01)
    yield "bound", "an open gap", change(claim, gap=claim.gap + 1e-6)
    yield from _other_sets(claim)
    yield from _other_starts(book, claim)


def _other_sets(claim: ClaimedPlan) -> Iterator[tuple[str, str, ClaimedPlan]]:
    change = dataclasses.replace
    for key in claim.starts:
        fewer = {other: start for other, start in claim.starts.items() if other != key}
        labels = {other: label for other, label in claim.periods.items() if other != key}
        without = change(claim, starts=fewer, periods=labels)
        yield "set", f"{key} gone", without
        yield "set", f"{key} moved to waiting", change(without, waiting=(*claim.waiting, key))
    for key in claim.waiting:
        more = change(claim, starts={**claim.starts, key: 1})
        yield "set", f"{key} added", more
        rest = tuple(other for other in claim.waiting if other != key)
        yield "set", f"{key} moved to funded", change(more, waiting=rest)
        yield "set", f"{key} not waiting", change(claim, waiting=rest)
    for key in claim.stopped:
        yield "set", f"{key} not stopped", change(claim, stopped=tuple(set(claim.stopped) - {key}))
    yield "set", "a stranger", change(claim, starts={**claim.starts, "stranger": 1})


def _other_starts(book: Book, claim: ClaimedPlan) -> Iterator[tuple[str, str, ClaimedPlan]]:
    when = horizon(book, claim.as_of)
    for key, start in claim.starts.items():
        for other in {start + 1, max(1, start - 1), when.periods} - {start}:
            moved = dataclasses.replace(claim, starts={**claim.starts, key: other})
            yield "start", f"{key} in {other}", moved
            labels = {**claim.periods, key: when.label(other)}
            yield "start", f"{key} in {other} with its label", dataclasses.replace(moved, periods=labels)
        elsewhere = {**claim.periods, key: when.label(start + 1)}
        yield "start", f"{key} under another label", dataclasses.replace(claim, periods=elsewhere)
