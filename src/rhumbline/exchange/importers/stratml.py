"""Strategic plans and performance reports in StratML (ISO 17469-1): goals and objectives with their indicators."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal, InvalidOperation

from rhumbline.book.types import Severity
from rhumbline.exchange.importers.draft import NO_SIGN, Draft, Link, Sign, Terms
from rhumbline.exchange.importers.glance import Glance
from rhumbline.exchange.importers.layout import moment
from rhumbline.exchange.importers.markup import Element
from rhumbline.exchange.importers.measures import Measured, add_measured
from rhumbline.exchange.importers.tracker import short_name

_ROOTS = ("StrategicPlan", "PerformancePlanOrReport", "OrganizationalStrategyDocument")
_LONGEST_MISSION = 400
_LONGEST_TEXT = 5000


def sniff(glance: Glance) -> Sign:
    """Say how surely a file is StratML."""
    root = glance.root
    if root is None:
        return NO_SIGN
    named = "stratml" in root.namespace.casefold() or "iso:std:iso:17469" in root.namespace.casefold()
    if named:
        return Sign(1.0 if root.name in _ROOTS else 0.9, "its namespace is that of StratML")
    return Sign(0.8, f"its root is {root.name}") if root.name in _ROOTS else NO_SIGN


def read(glance: Glance, terms: Terms) -> Draft:
    """Return what a plan or report says: every goal and every objective in it becomes an Objective."""
    root = glance.root if glance.root is not None else Element("StrategicPlan")
    core = root.first("StrategicPlanCore") or root
    organisation = core.first("Organization")
    firm = organisation.say("Name") if organisation is not None else ""
    own = (organisation.say("Identifier") if organisation is not None else "") or root.say("Name") or firm
    draft = Draft(terms.source_or(f"stratml {own}".strip()[:200]), firm=firm)
    _add_strategy(draft, core)
    goals = core.all("Goal")
    names: dict[str, Link] = {}
    for place, goal in enumerate(goals, 1):
        _add_objective(draft, goal, str(place), None, names)
    if not names:
        draft.say(
            "no-goals",
            f"{root.name}, line {root.line}",
            f"The document ({root.namespace or 'no namespace'}) has no goal, so it gives no objective.",
            "Use a StratML part 1 or part 2 document: StrategicPlan or PerformancePlanOrReport.",
            Severity.WARNING,
        )
    else:
        draft.say(
            "weights-assumed",
            draft.source,
            f"StratML has no weights; each of the {len(names)} objective(s) got weight 1.",
            "Say which objectives matter more.",
            count=len(names),
        )
    _say_rest(draft, root)
    return draft


def _add_strategy(draft: Draft, core: Element) -> None:
    mission = " ".join(core.say("Mission", "Description").split())
    vision = core.say("Vision", "Description")[:_LONGEST_TEXT]
    if len(mission) > _LONGEST_MISSION:
        draft.say(
            "too-long",
            "Mission",
            f"The mission has {len(mission)} characters; it is cut to {_LONGEST_MISSION}.",
            "Say it in one sentence.",
            Severity.WARNING,
            length=len(mission),
        )
        mission = mission[: _LONGEST_MISSION - 3].rstrip() + "..."
    if mission or vision:
        draft.add(
            "strategy", "strategy", "Mission", {"mission": mission, "vision": vision}, key="strategy", shared=True
        )


def _add_objective(draft: Draft, element: Element, number: str, parent: Link | None, names: dict[str, Link]) -> None:
    own = element.say("Identifier") or f"number {number}"
    if own in names:
        own = f"{own} {number}"
    name = element.say("Name") or element.say("Description") or f"{element.name} {number}"
    where = f"{element.name} {number} (line {element.line})"
    kpis = add_measured(draft, _indicators(draft, element, own, number))
    fields = {
        "name": short_name(draft, name, where),
        "parent": parent,
        "kpis": dict.fromkeys(kpis, 1) if kpis else None,
    }
    link = draft.add("objective", own, where, fields, {"weight": 1}, key=f"o{number.replace('.', '-')}")
    names[own] = link
    for place, inner in enumerate(element.all("Objective"), 1):
        _add_objective(draft, inner, f"{number}.{place}", link, names)


# --- indicators -------------------------------------------------------------------------------


def _indicators(draft: Draft, element: Element, own: str, number: str) -> list[Measured]:
    found = []
    for place, indicator in enumerate(element.all("PerformanceIndicator"), 1):
        # Identifiers of indicators are repeated in real documents, so the objective and the place tell them.
        where = f"PerformanceIndicator {place} of {element.name} {number} (line {indicator.line})"
        measured = _indicator(
            draft, indicator, f"{own} indicator {place}", f"k{number.replace('.', '-')}-{place}", where
        )
        found += [measured] if measured is not None else []
    return found


def _indicator(draft: Draft, indicator: Element, own: str, key: str, where: str) -> Measured | None:
    instances = indicator.all("MeasurementInstance")
    targets = [result for instance in instances for result in instance.all("TargetResult")]
    actuals = [result for instance in instances for result in instance.all("ActualResult")]
    aims = [value for result in targets if (value := _units(result)) is not None]
    readings = [
        (moment(result.say("EndDate")) or moment(result.say("StartDate")), float(value))
        for result in actuals
        if (value := _units(result)) is not None
    ]
    described = next((text for result in targets if (text := result.say("Description"))), "")
    name = indicator.say("MeasurementDimension") or described
    if not aims and not readings:
        draft.say(
            "indicator-without-number",
            where,
            f"The indicator '{(name or 'without a name')[:60]}' has no number, neither as target nor as result; "
            "it became no KPI.",
            "Say by which number it is measured, and add a KPI.",
            count=1,
        )
        return None
    due = max((day for result in targets if (day := moment(result.say("EndDate"))) is not None), default=None)
    fields = {"due": due} | ({"target": float(aims[-1])} if aims else {})
    return Measured(
        id=own,
        name=short_name(draft, name or "Indicator", where),
        unit=indicator.say("UnitOfMeasurement")[:200] or "number",
        readings=readings,
        source="stratml",
        where=where,
        fields={field: value for field, value in fields.items() if value is not None},
        key=key,
    )


def _units(result: Element) -> Decimal | None:
    """Return the number of units; a thousands separator and a percent sign are allowed, other words are not."""
    text = result.say("NumberOfUnits").replace(",", "").removesuffix("%").strip()
    try:
        found = Decimal(text[:40])
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < Decimal(10) ** 15 else None


def _say_rest(draft: Draft, root: Element) -> None:
    """Say how many elements of each sort were not imported."""
    counted = Counter(element.name for element in root.within())
    words = (
        ("Stakeholder", "stakeholders"),
        ("Value", "values"),
        ("Role", "roles"),
        ("Relationship", "relationships between indicators"),
        ("OtherInformation", "further information"),
    )
    draft.leave_out([f"{counted[name]} {said}" for name, said in words if counted[name]])


__all__ = ["read", "sniff"]
