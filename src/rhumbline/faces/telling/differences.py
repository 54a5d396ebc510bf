"""What the difference of two plans says: what starts, stops and moves, and what that changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rhumbline.engines.planning.difference import Load, Measured, Move, PlanDifference, Shift
from rhumbline.engines.planning.result import Line
from rhumbline.engines.reasons import Reason
from rhumbline.faces.blocks import (
    Block,
    Blocks,
    Cell,
    Column,
    Entries,
    Entry,
    Heading,
    Headline,
    Said,
    Table,
)
from rhumbline.faces.telling.scores import title

# In one column money stands beside shares, so every row says how its values are printed.
_NUMBERS = (
    ("difference.row.value", "value", "points"),
    ("difference.row.gap_closed", "gap_closed", "percent"),
    ("difference.row.cost", "cost", "money"),
    ("difference.row.score", "score", "points"),
    ("difference.row.score_best", "score_best", "points"),
)


def explain_difference(found: PlanDifference, before: Measured, after: Measured) -> Blocks:
    """Select what to say about what changes from one plan to another.

    Parameters
    ----------
    found
        The difference.
    before, after
        The two plans.
    """
    return (
        title(after.quantities.book, after.plan.as_of),
        _headline(found),
        *_lists(found, {**before.quantities.full_cost, **after.quantities.full_cost}),
        Heading(Reason("difference.heading.numbers")),
        _numbers(found),
        *_loads(found),
    )


def _headline(found: PlanDifference) -> Headline:
    numbers = {"started": len(found.started), "stopped": len(found.stopped), "moved": len(found.moved)}
    changes = Reason("difference.same") if found.same else Reason("difference.headline", numbers)
    return Headline((changes, *_verdict(found)))


def _verdict(found: PlanDifference) -> tuple[Reason, ...]:
    """Which of the two is worth more, or why nobody can say."""
    lacking = [
        Reason(f"difference.no_plan_{side}") for side in ("before", "after") if getattr(found.value, side) is None
    ]
    if lacking:
        return tuple(lacking)
    if not found.comparable:
        return (Reason("difference.other_yardstick"),)
    by = found.value.by or 0.0
    if not by:
        return (Reason("difference.as_good"),)
    return (Reason("difference.better" if by > 0 else "difference.worse", {"by": abs(by)}),)


def _lists(found: PlanDifference, cost: Mapping[str, float]) -> Iterator[Block]:
    lists = {
        "started": tuple(_entry(line, cost) for line in found.started),
        "stopped": tuple(_entry(line, cost, frees=True) for line in found.stopped),
        "moved": tuple(_moved(move) for move in found.moved),
        "reserve_started": tuple(Entry(key, Cell(key, "name")) for key in found.reserve_started),
        "reserve_stopped": tuple(Entry(key, Cell(key, "name")) for key in found.reserve_stopped),
    }
    for name, entries in lists.items():
        if entries:
            yield Heading(Reason(f"difference.heading.{name}"))
            yield Entries(entries)


def _moved(move: Move) -> Entry:
    told = Reason("difference.moved", {"before": move.before, "after": move.after})
    return Entry(move.initiative, Cell(move.initiative, "name"), reasons=(told,))


def _entry(line: Line, cost: Mapping[str, float], *, frees: bool = False) -> Entry:
    amount = cost[line.initiative]
    money: Said = Reason("plan.frees", {"cost": amount}) if frees else Cell(amount, "money")
    facts = (Cell(line.period, "period"), money) if line.period else (money,)
    reasons = line.reasons or ((Reason("difference.gone"),) if frees else ())
    return Entry(line.initiative, Cell(line.initiative, "name"), facts, reasons)


def _columns(first: str, *more: str) -> tuple[Column, ...]:
    named = [Column(f"difference.column.{name}") for name in (first, *more)]
    numbers = [Column(f"difference.column.{name}", numeric=True) for name in ("before", "after", "by")]
    return (*named, *numbers)


def _numbers(found: PlanDifference) -> Table:
    return Table(_columns("what"), tuple(_number(found, *row) for row in _NUMBERS))


def _number(found: PlanDifference, code: str, field: str, hint: str) -> tuple[Said, ...]:
    shift: Shift = getattr(found, field)
    # Points on two yardsticks have no difference; money is money.
    by = shift.by if found.comparable or hint == "money" else None
    return (Reason(code), Cell(shift.before, hint), Cell(shift.after, hint), Cell(by, hint))


def _loads(found: PlanDifference) -> Iterator[Block]:
    loads = (*found.money, *found.hours)
    if loads:
        yield Heading(Reason("difference.heading.loads"))
        yield Table(_columns("what", "period"), tuple(_load(load) for load in loads))


def _load(load: Load) -> tuple[Said, ...]:
    what = Reason("difference.team", {"team": load.team}) if load.team else Reason("difference.money")
    hint, shift = "number" if load.team else "money", load.amount
    amounts = (Cell(shift.before, hint), Cell(shift.after, hint), Cell(shift.by, hint))
    return (what, Cell(load.period, "period"), *amounts)


__all__ = ["explain_difference"]
