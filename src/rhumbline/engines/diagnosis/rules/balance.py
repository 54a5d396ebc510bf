"""Rules about balance: enough exploration, not too much, and room for what the strategy did not foresee."""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from rhumbline.book.types import Mode, Severity
from rhumbline.engines._maths import above, below, reaches
from rhumbline.engines.diagnosis.facts import Facts, by_yield
from rhumbline.engines.diagnosis.rule import Hit, rule

MIXED = 0.25


def _explore_share(facts: Facts) -> float:
    """Share of all resources, not of the live work, that exploring live directed work takes: as in the plan."""
    return facts.quantities.explore_share(facts.quantities.live_directed)


@rule(
    "BAL01",
    name="Over-exploitation",
    severity=Severity.WARNING,
    about="portfolio",
    lines=(90,),
    sources=("march-1991",),
)
def over_exploitation(facts: Facts) -> Iterator[Hit]:
    """The live directed work takes some resources, and its exploring part less than the floor of the budget."""
    budget, share = facts.book.budget, _explore_share(facts)
    if budget is not None and facts.quantities.live_directed_share > 0 and below(share, budget.explore_min):
        exploring = (candidate for candidate in facts.candidates if candidate.mode is Mode.EXPLORE)
        evidence = {"share": share, "floor": budget.explore_min, "candidates": by_yield(facts, exploring)}
        yield Hit("portfolio", evidence)


@rule(
    "BAL02",
    name="Over-exploration",
    severity=Severity.WARNING,
    about="portfolio",
    lines=(90,),
    sources=("march-1991",),
)
def over_exploration(facts: Facts) -> Iterator[Hit]:
    """The live directed work takes some resources, and its exploring part more than the ceiling of the budget."""
    budget, share = facts.book.budget, _explore_share(facts)
    if budget is not None and facts.quantities.live_directed_share > 0 and above(share, budget.explore_max):
        initiatives = facts.book.initiatives
        exploring = tuple(key for key in facts.quantities.live_directed if initiatives[key].mode is Mode.EXPLORE)
        yield Hit("portfolio", {"share": share, "ceiling": budget.explore_max, "initiatives": exploring})


@rule(
    "BAL03",
    name="Compass as anchor",
    severity=Severity.WARNING,
    about="portfolio",
    lines=(122,),
    sources=("mintzberg-1985",),
)
def compass_as_anchor(facts: Facts) -> Iterator[Hit]:
    """The reserve for unaligned exploration is missing or 0."""
    if facts.quantities.reserve <= 0:
        yield Hit("portfolio", {"reserve": facts.quantities.reserve})


@rule(
    "BAL04",
    name="Drift overrun",
    severity=Severity.ERROR,
    about="portfolio",
    lines=(123,),
    sources=("burgelman-1991",),
)
def drift_overrun(facts: Facts) -> Iterator[Hit]:
    """The live drift costs more than the reserve; from here on the score counts all of it."""
    # The score decides by the same comparison, so that the finding and the lower focus always come together.
    if facts.organisation.tolerated_drift:
        return
    quantities = facts.quantities
    drift = tuple(initiative.key for initiative in facts.live if initiative.mode is Mode.DRIFT)
    evidence = {
        "cost": fsum(quantities.full_cost[key] for key in drift),
        "reserve": quantities.reserve * quantities.resources,
        "initiatives": drift,
    }
    yield Hit("portfolio", evidence)


@rule("BAL05", name="Mixed unit", severity=Severity.INFO, about="team", lines=(90,), sources=("tushman-1996",))
def mixed_unit(facts: Facts) -> Iterator[Hit]:
    """A team gives live hours to exploring and to exploiting, and the smaller part is 25 % of their sum or more."""
    hours: dict[str, dict[Mode, list[float]]] = {key: {} for key in facts.book.teams}
    for initiative in facts.live:
        for team, profile in facts.quantities.hours[initiative.key].items():
            hours[team].setdefault(initiative.mode, []).extend(profile)
    for key, by_mode in hours.items():
        explore, exploit = (fsum(by_mode.get(mode, ())) for mode in (Mode.EXPLORE, Mode.EXPLOIT))
        total = explore + exploit
        if total > 0 and reaches(share := min(explore, exploit) / total, MIXED):
            yield Hit(key, {"team": key, "share": share, "explore": explore, "exploit": exploit})


@rule(
    "BAL06",
    name="Explore judged by exploit",
    severity=Severity.WARNING,
    lines=(89,),
    sources=("mcgrath-1995",),
)
def explore_without_question(facts: Facts) -> Iterator[Hit]:
    """A directed initiative explores, and has no hypothesis."""
    for initiative in facts.directed:
        if initiative.mode is Mode.EXPLORE and not initiative.hypothesis:
            yield Hit(initiative.key, {"initiative": initiative.key})


RULES = (
    over_exploitation,
    over_exploration,
    compass_as_anchor,
    drift_overrun,
    mixed_unit,
    explore_without_question,
)
