"""Rules about the market: whom an initiative serves, what they need, and where the market goes."""

from __future__ import annotations

from collections.abc import Iterator

from rhumbline.book.types import Severity, natural
from rhumbline.engines._maths import reaches
from rhumbline.engines.diagnosis.facts import Facts
from rhumbline.engines.diagnosis.rule import Hit, rule

LARGE = 0.10
DAYS_A_MONTH = 30.5
DEFAULT_CLOCK_MONTHS = 12


@rule("MKT01", name="Wrong audience", severity=Severity.ERROR, lines=(8, 24), sources=("porter-1996",))
def wrong_audience(facts: Facts) -> Iterator[Hit]:
    """A directed initiative has segments, and none of them is one the strategy targets with the objectives it helps.

    Where those objectives name no segments, the segments marked strategic count. Where there are none either, nothing
    tells whom the strategy targets and the rule stays silent.
    """
    for initiative in facts.directed:
        targets = facts.quantities.audience[initiative.key]
        if initiative.segments and targets and targets.isdisjoint(initiative.segments):
            evidence = {
                "initiative": initiative.key,
                "segments": initiative.segments,
                "targets": tuple(sorted(targets, key=natural)),
            }
            yield Hit(initiative.key, evidence)


@rule("MKT02", name="No recorded need", severity=Severity.WARNING, lines=(24,), sources=("ulwick-2005",))
def no_recorded_need(facts: Facts) -> Iterator[Hit]:
    """A directed initiative names no need although needs are recorded; an error from 10 % of all resources on."""
    if not facts.book.needs:
        return
    for initiative in facts.directed:
        if not initiative.needs:
            share = facts.quantities.resource_share[initiative.key]
            severity = Severity.ERROR if reaches(share, LARGE) else Severity.WARNING
            yield Hit(initiative.key, {"initiative": initiative.key, "share": share}, severity)


@rule("MKT03", name="Gold-plating", severity=Severity.WARNING, lines=(24,), sources=("ulwick-2005",))
def gold_plating(facts: Facts) -> Iterator[Hit]:
    """A directed initiative names needs, and customers are at least as satisfied with each as it matters to them."""
    needs = facts.book.needs
    for initiative in facts.directed:
        served = [needs[key] for key in initiative.needs]
        if served and all(need.satisfaction >= need.importance for need in served):
            yield Hit(initiative.key, {"initiative": initiative.key, "needs": initiative.needs})


@rule("MKT04", name="Against the trend", severity=Severity.WARNING, lines=(8, 73), sources=("teece-2007",))
def against_the_trend(facts: Facts) -> Iterator[Hit]:
    """The signals that oppose a directed initiative are stronger, all together, than those that support it."""
    for initiative in facts.directed:
        supporting, opposing = facts.quantities.support[initiative.key]
        if opposing > supporting:
            evidence = {"initiative": initiative.key, "opposing": opposing, "supporting": supporting}
            yield Hit(initiative.key, evidence)


@rule(
    "MKT05",
    name="Strategic segment unserved",
    severity=Severity.WARNING,
    about="segment",
    lines=(90,),
    sources=("porter-1996",),
)
def segment_unserved(facts: Facts) -> Iterator[Hit]:
    """A segment marked strategic is served by no live initiative, drift included."""
    served = {segment for initiative in facts.live for segment in initiative.segments}
    for key, segment in facts.book.segments.items():
        if segment.strategic and key not in served:
            candidates = tuple(candidate.key for candidate in facts.candidates if key in candidate.segments)
            yield Hit(key, {"segment": key, "candidates": candidates})


@rule("MKT06", name="Stale evidence", severity=Severity.INFO, about="need", lines=(73,), sources=("ulwick-2005",))
def stale_evidence(facts: Facts) -> Iterator[Hit]:
    """A need was last asked about longer ago than the market clock allows: 30.5 days for each of its months."""
    organisation = facts.book.organisation
    months = organisation.market_clock_months if organisation else DEFAULT_CLOCK_MONTHS
    for key, need in facts.book.needs.items():
        if need.date is not None and facts.age(need.date) > DAYS_A_MONTH * months:
            yield Hit(key, {"need": key, "age": facts.age(need.date), "months": months, "date": need.date})


RULES = (wrong_audience, no_recorded_need, gold_plating, against_the_trend, segment_unserved, stale_evidence)
