"""Rules about the strategy itself: does the work move it, and can it be measured and repeated?"""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from rhumbline.book.types import Severity
from rhumbline.engines._maths import Triple, above, below, reaches
from rhumbline.engines.alignment.score import WEAK
from rhumbline.engines.diagnosis.facts import Facts, by_yield
from rhumbline.engines.diagnosis.rule import Hit, rule

HARM = 0.10
MATTERS = 0.10
HALF = 0.5
MOST_OBJECTIVES = 7
MOST_WORDS = 40
LEAST_INITIATIVES = 3
BEST_CANDIDATES = 3


def _on_strategy(facts: Facts, key: str) -> dict[str, Triple]:
    """Contributions of an initiative to the KPIs that carry weight in the strategy."""
    weights = facts.quantities.kpi_weight
    return {kpi: closes for kpi, closes in facts.quantities.contribution[key].items() if weights[kpi] > 0}


def _is_orphan(facts: Facts, key: str) -> bool:
    return not any(closes.high > 0 for closes in _on_strategy(facts, key).values())


@rule("STR01", name="Orphan", severity=Severity.ERROR, lines=(3, 15), sources=("kaplan-1992",))
def orphan(facts: Facts) -> Iterator[Hit]:
    """A directed initiative helps no KPI with weight in the strategy, not even at its high estimate."""
    for initiative in facts.directed:
        if _is_orphan(facts, initiative.key):
            cost = facts.quantities.full_cost[initiative.key]
            yield Hit(initiative.key, {"initiative": initiative.key, "cost": cost})


@rule("STR02", name="Weak line of sight", severity=Severity.WARNING, lines=(4,), sources=("porter-1996",))
def weak_line_of_sight(facts: Facts) -> Iterator[Hit]:
    """A directed initiative, not an orphan, has a line of sight below .33 even at its high estimate."""
    if not facts.measurable:
        return
    for initiative in facts.directed:
        key = initiative.key
        if below(facts.sight[key].high, WEAK) and not _is_orphan(facts, key):
            share, closes = facts.quantities.resource_share[key], facts.quantities.gap_share[key].high
            yield Hit(key, {"initiative": key, "share": share, "closes": closes, "sight": facts.sight[key].high})


@rule("STR03", name="Works against the strategy", severity=Severity.ERROR, lines=(53,), sources=("kaplan-2004",))
def works_against(facts: Facts) -> Iterator[Hit]:
    """A directed initiative moves a KPI with weight in the strategy by 10 % of its gap or more the wrong way (best)."""
    for initiative in facts.directed:
        harmed = [(closes.best, kpi) for kpi, closes in _on_strategy(facts, initiative.key).items()]
        for best, kpi in sorted(harmed):
            if reaches(-best, HARM):
                yield Hit(initiative.key, {"initiative": initiative.key, "kpi": kpi, "share": -best})


@rule(
    "STR04",
    name="Objective uncovered",
    severity=Severity.ERROR,
    about="objective",
    lines=(63,),
    sources=("kaplan-1992",),
)
def objective_uncovered(facts: Facts) -> Iterator[Hit]:
    """The live work covers an objective with KPIs and a weight of .10 or more below .5, even at the high estimate."""
    helped = facts.quantities.helped
    for key, objective in facts.book.objectives.items():
        weight, covered = facts.quantities.objective_weight[key], facts.organisation.objectives[key].high
        if objective.kpis and reaches(weight, MATTERS) and below(covered, HALF):
            helpful = (candidate for candidate in facts.candidates if key in helped[candidate.key])
            candidates = by_yield(facts, helpful)[:BEST_CANDIDATES]
            yield Hit(key, {"objective": key, "weight": weight, "covered": covered, "candidates": candidates})


@rule(
    "STR05",
    name="Objective without KPI",
    severity=Severity.ERROR,
    about="objective",
    lines=(36,),
    sources=("kaplan-1992",),
)
def objective_without_kpi(facts: Facts) -> Iterator[Hit]:
    """An objective has no KPI."""
    for key, objective in facts.book.objectives.items():
        if not objective.kpis:
            yield Hit(key, {"objective": key})


@rule(
    "STR06",
    name="Too many, too long",
    severity=Severity.WARNING,
    about="strategy",
    lines=(28,),
    sources=("miller-1956",),
)
def too_many_too_long(facts: Facts) -> Iterator[Hit]:
    """There are more than 7 objectives, or the mission is longer than 40 words."""
    objectives, words = len(facts.book.objectives), len(facts.book.strategy.mission.split())
    if objectives > MOST_OBJECTIVES or words > MOST_WORDS:
        yield Hit("strategy", {"objectives": objectives, "words": words})


@rule(
    "STR07",
    name="Scattered",
    severity=Severity.WARNING,
    about="portfolio",
    lines=(8, 25),
    sources=("wheelwright-1992",),
)
def scattered(facts: Facts) -> Iterator[Hit]:
    """Of at least 3 live initiatives, more than half of the directed effort has a line of sight below .33 (best)."""
    quantities = facts.quantities
    effort = quantities.live_directed_share
    if len(facts.live) < LEAST_INITIATIVES or effort <= 0:
        return
    weak = [key for key in quantities.live_directed if below(facts.sight[key].best, WEAK)]
    share = fsum(quantities.resource_share[key] for key in weak) / effort
    if above(share, HALF):
        # What would free most money comes first: the list to stop from.
        by_cost = tuple(sorted(weak, key=lambda key: -quantities.full_cost[key]))
        cost = fsum(quantities.full_cost[key] for key in weak)
        yield Hit("portfolio", {"share": share, "initiatives": by_cost, "cost": cost})


@rule(
    "STR08",
    name="No mission",
    severity=Severity.ERROR,
    about="organisation",
    lines=(28,),
    sources=("collins-1996",),
)
def no_mission(facts: Facts) -> Iterator[Hit]:
    """The mission is empty."""
    if not facts.book.strategy.mission.strip():
        yield Hit("organisation")


RULES = (
    orphan,
    weak_line_of_sight,
    works_against,
    objective_uncovered,
    objective_without_kpi,
    too_many_too_long,
    scattered,
    no_mission,
)
