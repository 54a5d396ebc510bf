"""Rules about KPIs: do they measure effect, early enough, from a known start, and do claims hold?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from math import fsum
from statistics import stdev

from rhumbline.book.records import Kpi
from rhumbline.book.types import KpiKind, Severity
from rhumbline.engines._maths import above, below
from rhumbline.engines.diagnosis.facts import Facts
from rhumbline.engines.diagnosis.rule import Hit, rule

VANITY = re.compile(
    r"\b(downloads?|followers?|likes|page ?views|impressions|patents? filed|launch(es|ed)?|installs?|flyers"
    r"|ideas submitted)\b",
    re.IGNORECASE,
)
CADENCES = 2
LEAST_HISTORY = 4
OVER_CLAIMED = 1.5
HALF = 0.5


@rule("KPI01", name="Vanity", severity=Severity.WARNING, about="kpi", lines=(56, 58), sources=("kerr-1975",))
def vanity(facts: Facts) -> Iterator[Hit]:
    """The name of a KPI speaks of activity (downloads, patents filed...); an error where an objective uses it."""
    used = {kpi for objective in facts.book.objectives.values() for kpi in objective.kpis}
    for key, kpi in facts.book.kpis.items():
        if found := VANITY.search(kpi.name):
            yield Hit(key, {"kpi": key, "word": found.group()}, Severity.ERROR if key in used else Severity.WARNING)


@rule(
    "KPI02",
    name="Lagging only",
    severity=Severity.WARNING,
    about="objective",
    lines=(56,),
    sources=("kaplan-1992",),
)
def lagging_only(facts: Facts) -> Iterator[Hit]:
    """Every KPI of an objective is lagging."""
    kpis = facts.book.kpis
    for key, objective in facts.book.objectives.items():
        if objective.kpis and all(kpis[kpi].kind is KpiKind.LAGGING for kpi in objective.kpis):
            yield Hit(key, {"objective": key, "kpis": tuple(objective.kpis)})


@rule("KPI03", name="No baseline", severity=Severity.ERROR, about="kpi", lines=(59,), sources=("locke-2002",))
def no_baseline(facts: Facts) -> Iterator[Hit]:
    """A KPI has no value at the start."""
    for key, kpi in facts.book.kpis.items():
        if kpi.baseline is None:
            yield Hit(key, {"kpi": key})


def _last_measured(facts: Facts, key: str) -> date | None:
    """The day of the newest reading; readings without a day are older than those with one."""
    readings = facts.book.readings(key)
    return readings[-1].at if readings else None


@rule("KPI04", name="Stale", severity=Severity.WARNING, about="kpi", lines=(57,), sources=("fleming-2010",))
def stale(facts: Facts) -> Iterator[Hit]:
    """A KPI was last measured longer ago than twice the time between two measurements."""
    for key, kpi in facts.book.kpis.items():
        last = _last_measured(facts, key)
        if last is not None and facts.age(last) > CADENCES * kpi.cadence_days:
            yield Hit(key, {"kpi": key, "age": facts.age(last), "cadence": kpi.cadence_days, "last": last})


def _history(facts: Facts, key: str) -> list[float]:
    """The values before the current one, which is the newest reading, dated or not."""
    return [reading.value for reading in facts.book.readings(key)[:-1] if reading.value is not None]


@rule("KPI05", name="Soft target", severity=Severity.WARNING, about="kpi", lines=(56,), sources=("wheeler-2000",))
def soft_target(facts: Facts) -> Iterator[Hit]:
    """The gap of a KPI is smaller than the standard deviation of at least 4 earlier values."""
    for key, gap in facts.quantities.gap.items():
        history = _history(facts, key)
        if gap is None or len(history) < LEAST_HISTORY:
            continue
        if below(gap, wobble := stdev(history)):
            yield Hit(key, {"kpi": key, "gap": gap, "wobble": wobble, "values": len(history)})


@rule("KPI06", name="Over-claimed", severity=Severity.WARNING, about="kpi", lines=(59,), sources=("kahneman-1993",))
def over_claimed(facts: Facts) -> Iterator[Hit]:
    """The likely effects of the live work on a KPI, before any discount for evidence, exceed 1.5 times its gap."""
    live = facts.quantities.live_set
    for key, gap in facts.quantities.gap.items():
        if not gap:
            continue
        benefits = facts.book.by("benefit", "kpi").get(key, ())
        claims = {benefit.key: benefit for benefit in benefits if benefit.initiative in live}.values()
        share = fsum(benefit.likely for benefit in claims) / gap
        if above(share, OVER_CLAIMED):
            initiatives = tuple(dict.fromkeys(benefit.initiative for benefit in claims))
            yield Hit(key, {"kpi": key, "share": share, "initiatives": initiatives})


@rule("KPI07", name="Benefit shortfall", severity=Severity.ERROR, lines=(57,), sources=("kahneman-1993",))
def benefit_shortfall(facts: Facts) -> Iterator[Hit]:
    """A Benefit of a directed initiative is due, and less than half of the likely effect was realised."""
    for initiative in facts.directed:
        short = []
        for benefit in facts.book.benefits_of(initiative.key):
            due = benefit.by is not None and facts.age(benefit.by) >= 0
            if not due or benefit.realised is None or benefit.likely <= 0:
                continue
            if below(benefit.realised, HALF * benefit.likely):
                short.append((benefit.realised / benefit.likely, benefit))
        for share, benefit in sorted(short, key=lambda pair: pair[0]):
            evidence = {
                "initiative": initiative.key,
                "kpi": benefit.kpi,
                "realised": benefit.realised,
                "likely": benefit.likely,
                "share": share,
                "by": benefit.by,
            }
            yield Hit(initiative.key, evidence)


def _hurries(kpi: Kpi) -> bool:
    return kpi.kind is KpiKind.COST or kpi.speed


@rule("KPI08", name="No guard", severity=Severity.INFO, about="objective", lines=(47,), sources=("kerr-1975",))
def no_guard(facts: Facts) -> Iterator[Hit]:
    """An objective has a KPI of cost or speed, and no KPI of the firm guards quality against it."""
    kpis = facts.book.kpis
    if any(kpi.guard or kpi.guards for kpi in kpis.values()):
        return
    for key, objective in facts.book.objectives.items():
        hurried = tuple(kpi for kpi in objective.kpis if _hurries(kpis[kpi]))
        if hurried:
            yield Hit(key, {"objective": key, "kpis": hurried})


RULES = (vanity, lagging_only, no_baseline, stale, soft_target, over_claimed, benefit_shortfall, no_guard)
