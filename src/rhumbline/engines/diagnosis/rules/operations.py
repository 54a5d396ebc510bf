"""Rules about operations: can the firm do it, do the machines talk to each other, are there enough hours?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from math import fsum

from rhumbline.book.types import InitiativeKind, KpiKind, Severity
from rhumbline.engines._maths import above
from rhumbline.engines.alignment.lenses import integration
from rhumbline.engines.diagnosis.facts import Facts
from rhumbline.engines.diagnosis.rule import Hit, rule

SEVERE_GAP = 2
LEAST_AUTOMATIONS = 3
LEAST_TEAMS = 3
MASTERS = 2


@rule("OPS01", name="Capability gap", severity=Severity.WARNING, lines=(15, 24), sources=("teece-2007",))
def capability_gap(facts: Facts) -> Iterator[Hit]:
    """A directed initiative requires a capability at a level not reached, and no open initiative builds it.

    Whether what is built would be enough is not asked; the initiative may build its own. An error from 2 levels on.
    """
    built = {capability for initiative in facts.open for capability in initiative.builds}
    levels = {key: capability.level for key, capability in facts.book.capabilities.items()}
    for initiative in facts.directed:
        required: Mapping[str, int] = initiative.requires or {}
        gaps = [(levels[key] - level, key) for key, level in required.items() if key not in built]
        for difference, key in sorted(gaps):
            if difference <= -1:
                evidence = {
                    "initiative": initiative.key,
                    "capability": key,
                    "required": required[key],
                    "level": levels[key],
                }
                yield Hit(initiative.key, evidence, Severity.ERROR if difference <= -SEVERE_GAP else Severity.WARNING)


@rule("OPS02", name="Automation island", severity=Severity.ERROR, lines=(32, 62), sources=("davenport-1998",))
def automation_island(facts: Facts) -> Iterator[Hit]:
    """A directed automation needs data to flow; none of its flows runs or is delivered by live work or by itself."""
    for initiative in facts.directed:
        if initiative.kind is not InitiativeKind.AUTOMATION:
            continue
        if integration(facts.quantities, initiative.key, facts.quantities.live_set) == 0:
            pairs = sorted(facts.quantities.needed_pairs[initiative.key])
            missing = tuple(dict.fromkeys(system for pair in pairs for system in pair))
            yield Hit(initiative.key, {"initiative": initiative.key, "pairs": len(pairs), "systems": missing})


@rule("OPS03", name="Cost-only automation", severity=Severity.WARNING, lines=(33,), sources=("zuboff-1985",))
def cost_only_automation(facts: Facts) -> Iterator[Hit]:
    """A directed automation is expected to help nothing but KPIs of kind cost, or no KPI at all."""
    kpis = facts.book.kpis
    for initiative in facts.directed:
        if initiative.kind is not InitiativeKind.AUTOMATION:
            continue
        helps = [benefit.kpi for benefit in facts.book.benefits_of(initiative.key) if benefit.likely > 0]
        if all(kpis[kpi].kind is KpiKind.COST for kpi in helps):
            evidence = {"initiative": initiative.key, "kpis": tuple(dict.fromkeys(helps))}
            yield Hit(initiative.key, evidence, variant="" if helps else "nothing")


@rule(
    "OPS04",
    name="Over capacity",
    severity=Severity.ERROR,
    about="team",
    lines=(51,),
    sources=("wheelwright-1992",),
)
def over_capacity(facts: Facts) -> Iterator[Hit]:
    """The live work of any mode, begun in the first period, needs more hours of a team than it has in some period.

    The drift reserve is not deducted.
    """
    quantities = facts.quantities
    for key, team in facts.book.teams.items():
        profiles = [quantities.hours[initiative.key].get(key, ()) for initiative in facts.live]
        needed = [fsum(hours) for hours in zip_longest(*profiles, fillvalue=0.0)]
        peak = max(needed, default=0.0)
        if above(peak, float(team.hours)):
            period = quantities.horizon.label(needed.index(peak) + 1)
            yield Hit(key, {"team": key, "peak": peak, "hours": float(team.hours), "period": period})


@rule(
    "OPS05",
    name="Fragmented automation",
    severity=Severity.ERROR,
    about="portfolio",
    lines=(62,),
    sources=("davenport-1998",),
)
def fragmented_automation(facts: Facts) -> Iterator[Hit]:
    """At least 3 live automations of at least 3 teams, and no flow between any of their systems runs or is delivered.

    A missing team does not count as a team. Delivered means: by live work.
    """
    automations = [initiative for initiative in facts.live if initiative.kind is InitiativeKind.AUTOMATION]
    teams = {initiative.team for initiative in automations if initiative.team is not None}
    if len(automations) < LEAST_AUTOMATIONS or len(teams) < LEAST_TEAMS:
        return
    systems = {system for initiative in automations for system in initiative.systems}
    delivering = facts.quantities.live_set
    connected = any(
        flow.source in systems and flow.destination in systems and (flow.state == "live" or flow.by in delivering)
        for flow in facts.book.flows.values()
    )
    if not connected:
        keys = tuple(initiative.key for initiative in automations)
        yield Hit("portfolio", {"teams": len(teams), "initiatives": keys})


@rule("OPS06", name="Two masters", severity=Severity.WARNING, about="object", lines=(64,), sources=("wang-1996",))
def two_masters(facts: Facts) -> Iterator[Hit]:
    """A data object is owned by two or more systems."""
    masters: dict[str, dict[str, None]] = {}
    for key, system in facts.book.systems.items():
        for owned in system.masters:
            masters.setdefault(owned, {})[key] = None
    for owned, systems in masters.items():
        if len(systems) >= MASTERS:
            yield Hit(owned, {"object": owned, "systems": tuple(systems)})


RULES = (
    capability_gap,
    automation_island,
    cost_only_automation,
    over_capacity,
    fragmented_automation,
    two_masters,
)
