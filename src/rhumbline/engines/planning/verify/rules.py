"""The rules a funding plan must keep, each checked in exact numbers and named when it is broken."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction

from rhumbline.engines.planning.verify.exact import ROOM_TOLERANCE, SHARE_TOLERANCE, ZERO, Company, Work, in_order
from rhumbline.engines.reasons import Reason


def broken_by_set(
    company: Company, funded: Collection[str], pins: Collection[str], bans: Collection[str]
) -> Iterator[Reason]:
    """Yield the rules that a set of funded initiatives breaks, whenever they start.

    Parameters
    ----------
    company
        The exact numbers.
    funded
        Keys of initiatives of the pool.
    pins, bans
        Initiatives that must, and that must not, be funded.
    """
    for key in in_order(funded):
        work = company.pool[key]
        if work.blocked:
            yield Reason("verify.set.blocked", {"initiative": key})
        for needed in work.depends:
            if needed not in funded and needed not in company.done:
                yield Reason("verify.set.depends", {"initiative": key, "needed": needed})
        for other in work.excludes:
            if other in funded and other != key:
                yield Reason("verify.set.excludes", {"initiative": key, "other": other})
    for key, work in company.pool.items():
        if work.mandatory and not work.blocked and key not in funded:
            yield Reason("verify.set.mandatory", {"initiative": key})
    for key in in_order(pins):
        if key not in funded:
            yield Reason("verify.set.pin", {"initiative": key})
    for key in in_order(bans):
        if key in funded:
            yield Reason("verify.set.ban", {"initiative": key})
    yield from _outside_corridor(company, funded)


def _outside_corridor(company: Company, funded: Collection[str]) -> Iterator[Reason]:
    share = company.explore_share(funded)
    if share < company.explore_min - SHARE_TOLERANCE:
        yield Reason("verify.set.explore-floor", {"share": float(share), "limit": float(company.explore_min)})
    if share > company.explore_max + SHARE_TOLERANCE:
        yield Reason("verify.set.explore-ceiling", {"share": float(share), "limit": float(company.explore_max)})


def broken_by_starts(company: Company, starts: Mapping[str, int]) -> Iterator[Reason]:
    """Yield the starts that are not allowed.

    Parameters
    ----------
    company
        The exact numbers.
    starts
        Start period of each funded initiative of the pool.
    """
    for key in in_order(starts):
        work = company.pool[key]
        # That a blocked initiative is funded at all is a matter of the set, not of its start.
        if not work.blocked and starts[key] not in work.starts:
            yield Reason("verify.start.not-allowed", {"initiative": key, "start": starts[key]})


def broken_room(company: Company, starts: Mapping[str, int]) -> Iterator[Reason]:
    """Yield the periods in which money or hours do not suffice: money carries forward, hours do not."""
    spent = ZERO
    for period, room in enumerate(company.cash_room, start=1):
        spent += sum((used(company.pool[key].cash, start, period) for key, start in starts.items()), ZERO)
        if spent > room + ROOM_TOLERANCE:
            yield Reason("verify.room.cash", {"period": period, "needed": float(spent), "limit": float(room)})
    for team, room in company.hours_room.items():
        for period in range(1, company.periods + 1):
            hours = hours_used(company, starts, team, period)
            if hours > room + ROOM_TOLERANCE:
                numbers = {"team": team, "period": period, "needed": float(hours), "limit": float(room)}
                yield Reason("verify.room.hours", numbers)


def used(profile: tuple[Fraction, ...], start: int, period: int) -> Fraction:
    """Return what a profile that starts then needs in a period."""
    return profile[period - start] if 0 <= period - start < len(profile) else ZERO


def hours_used(company: Company, starts: Mapping[str, int], team: str, period: int) -> Fraction:
    """Return the hours a team works on the plan in a period."""
    return sum((_hours(company.pool[key], team, start, period) for key, start in starts.items()), ZERO)


def _hours(work: Work, team: str, start: int, period: int) -> Fraction:
    return used(work.hours.get(team, ()), start, period)


def feasible(
    company: Company, starts: Mapping[str, int], pins: Collection[str] = (), bans: Collection[str] = ()
) -> bool:
    """Whether a choice keeps every rule."""
    return not any(
        reason
        for broken in (
            broken_by_set(company, starts, pins, bans),
            broken_by_starts(company, starts),
            broken_room(company, starts),
        )
        for reason in broken
    )
