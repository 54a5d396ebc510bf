"""Rules about execution: dates, progress, money, reviews, and work for every objective."""

from __future__ import annotations

from collections.abc import Iterator

from rhumbline.book.records.people import DEFAULT_PROGRESS_DAYS
from rhumbline.book.types import Severity
from rhumbline.engines._maths import above, below, reaches
from rhumbline.engines.alignment.lenses import has_milestone
from rhumbline.engines.diagnosis.facts import Facts
from rhumbline.engines.diagnosis.rule import Hit, rule

BEHIND = 0.8
OVERRUN = 1.1
REVIEW_PATIENCE = 1.5
HEAVY = 0.20


@rule("EXE01", name="No milestone", severity=Severity.ERROR, lines=(36,), sources=("gollwitzer-1999",))
def no_milestone(facts: Facts) -> Iterator[Hit]:
    """A running directed initiative has no milestone with a due date."""
    for initiative in facts.running:
        if not has_milestone(facts.quantities, initiative.key):
            yield Hit(initiative.key, {"initiative": initiative.key})


@rule("EXE02", name="Late", severity=Severity.WARNING, lines=(57,), sources=("fleming-2010",))
def late(facts: Facts) -> Iterator[Hit]:
    """The progress of a directed initiative is below 80 % of what was planned by now."""
    for initiative in facts.directed:
        planned = initiative.planned_progress
        if planned is not None and planned > 0 and below(initiative.progress / planned, BEHIND):
            yield Hit(
                initiative.key, {"initiative": initiative.key, "progress": initiative.progress, "planned": planned}
            )


@rule("EXE03", name="Over budget", severity=Severity.WARNING, lines=(57,), sources=("fleming-2010",))
def over_budget(facts: Facts) -> Iterator[Hit]:
    """A running directed initiative will, at its present pace, cost more than 1.1 times its approved money.

    The forecast is what was spent divided by the progress. Without an approved amount its full cost stands for it.
    """
    for initiative in facts.running:
        full_cost = facts.quantities.full_cost[initiative.key]
        approved = full_cost if initiative.approved is None else float(initiative.approved)
        if initiative.spent is None or initiative.progress <= 0:
            continue
        forecast = float(initiative.spent) / initiative.progress
        # As a ratio, because the tolerance of comparisons is meant for numbers around 1, not for amounts of money.
        if above(forecast / approved, OVERRUN) if approved > 0 else forecast > 0:
            yield Hit(initiative.key, {"initiative": initiative.key, "forecast": forecast, "approved": approved})


@rule(
    "EXE04",
    name="Review missed",
    severity=Severity.WARNING,
    about="organisation",
    lines=(28,),
    sources=("kaplan-1992",),
)
def review_missed(facts: Facts) -> Iterator[Hit]:
    """The last progress review is longer ago than 1.5 times its interval, which is 31 days unless stated."""
    review = facts.book.reviews.get("progress")
    if review is None or review.last is None:
        return
    every, age = review.every_days or DEFAULT_PROGRESS_DAYS, facts.age(review.last)
    if age > REVIEW_PATIENCE * every:
        yield Hit("organisation", {"age": age, "every": every, "last": review.last})


@rule("EXE05", name="No stop rule", severity=Severity.INFO, lines=(36,), sources=("staw-1976",))
def no_stop_rule(facts: Facts) -> Iterator[Hit]:
    """A directed initiative has no stop rule."""
    for initiative in facts.directed:
        if not initiative.stop_rule:
            yield Hit(initiative.key, {"initiative": initiative.key})


@rule(
    "EXE06",
    name="Not broken down",
    severity=Severity.WARNING,
    about="objective",
    lines=(36,),
    sources=("locke-2002",),
)
def not_broken_down(facts: Facts) -> Iterator[Hit]:
    """An objective with KPIs and a weight of .20 or more is helped by the likely effect of no open initiative."""
    helped = {objective for initiative in facts.open for objective in facts.quantities.helped[initiative.key]}
    for key, objective in facts.book.objectives.items():
        weight = facts.quantities.objective_weight[key]
        if objective.kpis and reaches(weight, HEAVY) and key not in helped:
            yield Hit(key, {"objective": key, "weight": weight})


RULES = (no_milestone, late, over_budget, review_missed, no_stop_rule, not_broken_down)
