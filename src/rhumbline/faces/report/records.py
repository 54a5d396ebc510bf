"""The records that the numbers of a report come from, as tables that its sources lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from rhumbline.book.concealment import HIDDEN
from rhumbline.book.records import KINDS
from rhumbline.engines.reasons import Reason
from rhumbline.faces.blocks import Cell, Column, Said
from rhumbline.faces.report.contents import Contents
from rhumbline.faces.report.grids import Grid, Row, columns, named
from rhumbline.faces.report.pictures import anchor


def record_grids(contents: Contents) -> dict[str, Grid]:
    """Return a table for each kind of record that the score and the plan are computed from, where there are any."""
    made: dict[str, Callable[[Contents], tuple[tuple[Column, ...], list[Row]]]] = {
        "budget": _budget,
        "team": _teams,
        "objective": _objectives,
        "kpi": _kpis,
        "initiative": _initiatives,
        "benefit": _benefits,
        "ethics_review": _reviews,
    }
    found = {}
    for kind, make in made.items():
        if contents.book.all(kind):
            heads, rows = make(contents)
            found[kind] = Grid(kind, heads, tuple(rows))
    return found


def other_kinds(contents: Contents) -> tuple[Reason, ...]:
    """Return the kinds of record the Book holds beside those with a table, and how many of each."""
    shown = {*record_grids(contents), "organisation", "strategy"}
    book = contents.book
    counts = {kind: len(book.series.get(kind, ()) if KINDS[kind].series else book.all(kind)) for kind in KINDS}
    return tuple(
        Reason("report.records.kind_count", {"kind": _kind_name(contents, kind), "count": count})
        for kind, count in counts.items()
        if count and kind not in shown
    )


def _kind_name(contents: Contents, kind: str) -> str:
    code = f"report.records.{kind}"
    return contents.words.text(code) if contents.words.has(code) else kind


def _amounts(contents: Contents, amounts: Iterable[Decimal]) -> Cell:
    """Return amounts of consecutive periods as one text, so that a row stays a row."""
    return Cell(" · ".join(contents.words.show(amount, "number") for amount in amounts) or None)


def _cash(contents: Contents, amounts: Iterable[Decimal]) -> Cell:
    """Return the money of consecutive periods; hidden, not even their number is told."""
    return _amounts(contents, amounts) if contents.words.sight.money else Cell(HIDDEN)


def _budget(contents: Contents) -> tuple[tuple[Column, ...], list[Row]]:
    budget, quantities = contents.book.budget, contents.quantities
    assert budget is not None  # noqa: S101 - asked only where the Book holds one
    rows = [
        Row((Cell(quantities.horizon.label(number), "period"), Cell(amount, "money")))
        for number, amount in enumerate(budget.cash, start=1)
    ]
    rows += [
        Row((Reason(f"report.records.{name}"), Cell(getattr(budget, field), "percent")))
        for name, field in (
            ("reserve", "drift"),
            ("hurdle", "hurdle"),
            ("explore_min", "explore_min"),
            ("explore_max", "explore_max"),
        )
    ]
    return columns("name", "value#"), rows


def _teams(contents: Contents) -> tuple[tuple[Column, ...], list[Row]]:
    rows = [
        Row((Cell(key), named(key), Cell(team.hours, "number"), Cell(team.rate, "money")), anchor=anchor("team", key))
        for key, team in contents.book.teams.items()
    ]
    return columns("key", "name", "free#", "rate#"), rows


def _objectives(contents: Contents) -> tuple[tuple[Column, ...], list[Row]]:
    rows = [
        Row(
            (
                Cell(key),
                named(key),
                Cell(contents.quantities.objective_weight[key], "percent"),
                Cell(tuple(objective.kpis) or None, "names"),
            ),
            anchor=anchor("objective", key),
        )
        for key, objective in contents.book.objectives.items()
    ]
    return columns("key", "name", "weight#", "kpis"), rows


def _kpis(contents: Contents) -> tuple[tuple[Column, ...], list[Row]]:
    quantities = contents.quantities
    rows = []
    for key, kpi in contents.book.kpis.items():
        label = kpi.due or (quantities.horizon.label(kpi.due_period) if kpi.due_period else None)
        due = Cell(label, "date" if kpi.due else "period")
        cells: tuple[Said, ...] = (
            Cell(key),
            named(key),
            Cell(kpi.unit),
            contents.words.level(key, kpi.baseline),
            contents.words.level(key, kpi.target),
            Cell(quantities.kpi_weight[key], "percent"),
            due,
        )
        rows.append(Row(cells, anchor=anchor("kpi", key)))
    return columns("key", "name", "unit", "baseline#", "target#", "weight#", "due"), rows


def _initiatives(contents: Contents) -> tuple[tuple[Column, ...], list[Row]]:
    words = contents.words
    rows = []
    for key, initiative in contents.book.initiatives.items():
        hours = ", ".join(
            f"{words.name(team)}: {_amounts(contents, profile).value}"
            for team, profile in initiative.hours.items()
            if profile
        )
        cells: tuple[Said, ...] = (
            Cell(key),
            named(key),
            Reason(f"word.{initiative.status}"),
            Reason(f"chart.mode.{initiative.mode}"),
            _cash(contents, initiative.cash),
            Cell(hours or None),
            Cell(tuple(initiative.depends) or None, "names"),
        )
        rows.append(Row(cells, anchor=anchor("initiative", key)))
    return columns("key", "name", "status", "mode", "cash", "hours", "needs"), rows


def _benefits(contents: Contents) -> tuple[tuple[Column, ...], list[Row]]:
    rows = [
        Row(
            (
                Cell(key),
                named(benefit.initiative),
                named(benefit.kpi),
                contents.words.level(benefit.kpi, benefit.low),
                contents.words.level(benefit.kpi, benefit.likely),
                contents.words.level(benefit.kpi, benefit.high),
                Cell(benefit.evidence.value),
                Cell(benefit.source or None),
            ),
            anchor=anchor("benefit", key),
        )
        for key, benefit in contents.book.all("benefit").items()
    ]
    return columns("key", "initiative", "kpi", "low#", "likely#", "high#", "evidence", "owner"), rows


def _reviews(contents: Contents) -> tuple[tuple[Column, ...], list[Row]]:
    rows = [
        Row(
            (
                Cell(key),
                named(review.initiative),
                Cell(review.flags or None, "words"),
                Cell(review.review, "word"),
                Cell(review.expires, "date"),
            ),
            anchor=anchor("ethics_review", key),
        )
        for key, review in contents.book.all("ethics_review").items()
    ]
    return columns("key", "initiative", "flags", "verdict", "due"), rows


__all__ = ["other_kinds", "record_grids"]
