"""The five numbers a board asks for first: each with what it is and what to read beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rhumbline.engines.planning import PlanStatus
from rhumbline.engines.reasons import Reason
from rhumbline.faces.blocks import Cell, Said
from rhumbline.faces.report.contents import Contents


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: its value, what it is, what stands beside it, and where it comes from."""

    value: Said
    label: Reason
    beside: Said | None
    source: str


def figures_of(contents: Contents) -> tuple[Figure, ...]:
    """Return the numbers there are: all five with a budget and a plan, none without a budget."""
    return tuple(_figures(contents)) if contents.score.measurable else ()


def _figures(contents: Contents) -> Iterator[Figure]:
    score, plan = contents.score, contents.plan
    after = plan.score_after
    yield Figure(
        Cell(score.organisation.alignment.low, "whole"),
        Reason("report.figures.score"),
        Reason("report.figures.score_to", {"after": after.alignment.low}) if after else None,
        "score",
    )
    if contents.planned:
        now = Reason("report.figures.gap_from", {"now": plan.gap_closed_by_live})
        yield Figure(Cell(plan.gap_closed, "percent"), Reason("report.figures.gap"), now, "gap_plan")
        takes = (plan.cost or 0.0) / plan.resources
        share = Reason("report.figures.cost_share", {"takes": takes})
        yield Figure(Cell(plan.cost, "money"), Reason("report.figures.cost"), share, "load")
    weak = Cell(score.misalignment.resources, "percent")
    yield Figure(weak, Reason("report.figures.astray"), Reason("report.figures.astray_means"), "misaligned")
    if contents.planned:
        proven = plan.status is PlanStatus.OPTIMAL
        doubt = Reason(f"report.figures.doubt_{'proven' if proven else 'open'}")
        yield Figure(Cell(plan.gap, "points"), Reason("report.figures.doubt"), doubt, "value")


__all__ = ["Figure", "figures_of"]
