"""Rules about change: is the strategy still fresh, are signs judged, do plans stand in other futures?"""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from rhumbline.book.records.people import DEFAULT_STRATEGY_DAYS
from rhumbline.book.types import AssumptionState, Severity, natural
from rhumbline.engines._maths import reaches
from rhumbline.engines.diagnosis.facts import Facts
from rhumbline.engines.diagnosis.rule import Hit, rule

DAYS_TO_ASSESS = 30
DAYS_TO_DECIDE = 45
HALF = 0.5


@rule(
    "DYN01",
    name="Strategy stale",
    severity=Severity.WARNING,
    about="strategy",
    lines=(72,),
    sources=("teece-2007",),
)
def strategy_stale(facts: Facts) -> Iterator[Hit]:
    """The last review of the strategy is longer ago than its interval, which is 180 days unless stated."""
    review = facts.book.reviews.get("strategy")
    if review is None or review.last is None:
        return
    every, age = review.every_days or DEFAULT_STRATEGY_DAYS, facts.age(review.last)
    if age > every:
        yield Hit("strategy", {"age": age, "every": every, "last": review.last})


@rule(
    "DYN02",
    name="Signal unassessed",
    severity=Severity.WARNING,
    about="signal",
    lines=(72,),
    sources=("ansoff-1975",),
)
def signal_unassessed(facts: Facts) -> Iterator[Hit]:
    """A signal was seen more than 30 days ago and has not been assessed."""
    for key, signal in facts.book.signals.items():
        if signal.assessed is None and facts.age(signal.seen) > DAYS_TO_ASSESS:
            yield Hit(key, {"signal": key, "age": facts.age(signal.seen), "seen": signal.seen})


@rule(
    "DYN03",
    name="Broken assumption",
    severity=Severity.ERROR,
    about="assumption",
    lines=(73,),
    sources=("mcgrath-1995",),
)
def broken_assumption(facts: Facts) -> Iterator[Hit]:
    """An assumption is broken, and at least one live initiative rests on it."""
    for key, assumption in facts.book.all("assumption").items():
        resting = tuple(initiative for initiative in assumption.supports if initiative in facts.quantities.live_set)
        if assumption.state is AssumptionState.BROKEN and resting:
            yield Hit(key, {"assumption": key, "initiatives": resting})


@rule(
    "DYN04",
    name="Fragile choice",
    severity=Severity.WARNING,
    lines=(72,),
    sources=("schoemaker-1995",),
    slow=True,
)
def fragile_choice(facts: Facts) -> Iterator[Hit]:
    """An initiative is funded in the plan, but not in the plans of scenarios that are together at least half likely.

    Probabilities are divided by their sum. A scenario without a feasible plan loses every initiative.
    """
    scenarios = facts.book.scenarios
    total = fsum(scenario.probability for scenario in scenarios.values())
    if total <= 0:
        return
    base = facts.funded()
    if not base:
        return
    plans = {key: facts.funded(key) or frozenset() for key in scenarios}
    for initiative in sorted(base, key=natural):
        lost = tuple(key for key, funded in plans.items() if initiative not in funded)
        probability = fsum(scenarios[key].probability for key in lost) / total
        if reaches(probability, HALF):
            yield Hit(initiative, {"initiative": initiative, "probability": probability, "scenarios": lost})


@rule(
    "DYN05",
    name="Slow to reconfigure",
    severity=Severity.INFO,
    about="signal",
    lines=(85,),
    sources=("eisenhardt-1989", "teece-2007"),
)
def slow_to_reconfigure(facts: Facts) -> Iterator[Hit]:
    """A signal was assessed as needing a decision more than 45 days ago, and nothing was decided."""
    for key, signal in facts.book.signals.items():
        if signal.assessed is None or not signal.act or signal.decided:
            continue
        if facts.age(signal.assessed) > DAYS_TO_DECIDE:
            yield Hit(key, {"signal": key, "age": facts.age(signal.assessed), "assessed": signal.assessed})


RULES = (strategy_stale, signal_unassessed, broken_assumption, fragile_choice, slow_to_reconfigure)
