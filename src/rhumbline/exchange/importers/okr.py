"""Objectives and key results: the workbook of BurningOKR, and OKR sheets as teams keep them themselves."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from rhumbline.exchange.importers.draft import NO_SIGN, Draft, Link, Sign, Terms
from rhumbline.exchange.importers.glance import Glance
from rhumbline.exchange.importers.layout import Columns, Layout, Line, header_fit, listed
from rhumbline.exchange.importers.measures import Measured, add_measured
from rhumbline.exchange.importers.tracker import add_person, short_name, who
from rhumbline.exchange.references import slug
from rhumbline.exchange.vocabulary import normal

BURNING: Columns = {
    "team": ("Team",),
    "objective": ("Objective",),
    "progress": ("Progress", "Fortschritt"),
    "corporate": (
        "Corporate Objective",
        "Corporate objectives",
        "Uebergeordnetes Unternehmensziel",
        "Übergeordnetes Unternehmensziel",
    ),
    "result": ("Key Result",),
    "description": ("Description", "Beschreibung"),
    "start": ("Start",),
    "end": ("End", "Ende"),
    "actual": ("Actual", "Aktuell"),
    "unit": ("Unit", "Einheit"),
}
SHEET: Columns = {
    "team": ("team", "department", "Abteilung", "équipe"),
    "quarter": ("quarter", "period", "cycle", "Quartal", "trimestre"),
    "number": ("objective_no", "objective number", "objective id"),
    "objective": ("objective", "Ziel", "objectif", "objetivo"),
    "result": ("key_result", "key result", "KR", "Schlüsselergebnis", "résultat clé", "resultado clave"),
    "priority": ("priority",),
    "owner": ("owner", "responsible", "Verantwortlich", "responsable"),
    "unit": ("unit", "Einheit", "unité", "unidad"),
    "start": ("baseline", "start value", "start", "from", "Startwert"),
    "target": ("target", "target value", "goal", "Zielwert", "cible"),
    "current": ("current", "current value", "actual", "Istwert", "actuel"),
    "due": ("due", "due date", "deadline"),
    "mid": ("mid_quarter_actual", "mid quarter score", "mid-quarter score"),
    "projection": ("mid_quarter_projection", "projection", "forecast"),
    "final": ("end_of_quarter", "score", "final score", "grade"),
}
_QUARTER = re.compile(
    r"(?:(?P<year>20\d\d)\D{0,3}Q(?P<quarter>[1-4])|Q(?P<quarter2>[1-4])\D{0,3}(?P<year2>20\d\d))", re.IGNORECASE
)


def sniff_burning(glance: Glance) -> Sign:
    """Say how surely a file is an export of BurningOKR."""
    fit = header_fit(
        glance.layout(BURNING), ("objective", "result", "corporate"), ("team", "corporate", "actual", "unit", "end")
    )
    return Sign(fit, "it has the columns Objective, Key Result and Corporate Objective") if fit else NO_SIGN


def read_burning(glance: Glance, terms: Terms) -> Draft:
    """Return what an export of BurningOKR says."""
    layout = glance.must_layout(BURNING, "BurningOKR")
    draft = Draft(terms.source_or("burningokr"))
    draft.findings += glance.findings
    tree = _Tree(draft)
    last = ""
    for line in layout.lines:
        # The objective stands beside its first key result or beside each of them.
        last = layout.text(line, "objective") or last
        corporate = layout.text(line, "corporate")
        above = tree.objective("corporate", "", corporate, line.where) if corporate else None
        objective = tree.objective(layout.text(line, "team"), "", last, line.where, above) if last else None
        if layout.text(line, "result"):
            tree.add(
                objective,
                _valued(draft, layout, line, "start", "end", "actual", terms, layout.text(line, "team"), last),
            )
    _finish(draft, tree, layout)
    draft.leave_out(layout.unused("objective", "corporate", "result", "start", "end", "actual", "unit"))
    return draft


def sniff_sheet(glance: Glance) -> Sign:
    """Say how surely a file is a sheet of objectives and key results."""
    layout = glance.layout(SHEET)
    fit = header_fit(layout, ("objective", "result"), ("objective", "result"))
    if layout is None or not any(layout.has(name) for name in ("mid", "final", "target", "current", "projection")):
        fit = min(fit, 0.5)
    return Sign(round(fit * 0.95, 3), "it has columns for objectives and key results") if fit else NO_SIGN


def read_sheet(glance: Glance, terms: Terms) -> Draft:
    """Return what a sheet of objectives and key results says."""
    layout = glance.must_layout(SHEET, "an OKR sheet")
    draft = Draft(terms.source_or("okr"))
    draft.findings += glance.findings
    tree = _Tree(draft)
    last = number = ""
    scored = 0
    for line in layout.lines:
        last, number = layout.text(line, "objective") or last, layout.text(line, "number") or number
        group = " ".join((layout.text(line, "team"), layout.text(line, "quarter"))).strip()
        objective = tree.objective(group, number, last, line.where) if last else None
        if not layout.text(line, "result"):
            continue
        if layout.has("target"):
            measured = _valued(draft, layout, line, "start", "target", "current", terms, group, f"{number} {last}")
        else:
            measured = _scored(draft, layout, line, f"{group}/{number} {last}")
            scored += 1
        tree.add(objective, measured)
        tree.own(objective, layout, line)
    if scored:
        draft.say(
            "scores-from-0-to-1",
            draft.source,
            f"{scored} key result(s) have scores and no target: each became a KPI from 0 to 1 with target 1.",
            "Replace the score by the number that was really aimed at, where there is one.",
            count=scored,
        )
    if layout.has("projection"):
        draft.leave_out(["projections in the middle of the quarter"], "a forecast is no reading")
    _finish(draft, tree, layout)
    used = [name for name in SHEET if name not in ("priority", "projection")]
    draft.leave_out(layout.unused(*used, "projection"))
    return draft


# --- objectives and their KPIs ----------------------------------------------------------------


class _Tree:
    """The objectives of a file in their order, with the key results of each."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.fields: dict[str, dict[str, object]] = {}
        self.where: dict[str, str] = {}
        self.results: dict[str, list[Measured]] = {}
        self.seen: dict[str, int] = {}
        self.owners: dict[str, list[tuple[tuple[str, ...], str]]] = {}

    def objective(self, group: str, number: str, name: str, where: str, parent: str | None = None) -> str:
        """Return the id of an objective; the same group and name give the same one."""
        own = f"{normal(group)}/{number}/{normal(name)}"
        if own not in self.fields:
            said: dict[str, object] = {"name": short_name(self.draft, name, where)}
            if parent is not None and parent != own:
                said["parent"] = Link("objective", parent)
            self.fields[own], self.where[own], self.results[own] = said, where, []
        return own

    def add(self, objective: str | None, measured: Measured) -> None:
        """Add a key result; one that is there twice in an objective gets a number."""
        self.seen[measured.id] = self.seen.get(measured.id, 0) + 1
        if self.seen[measured.id] > 1:
            measured = replace(measured, id=f"{measured.id} ({self.seen[measured.id]})")
        self.results.setdefault(objective or "", []).append(measured)

    def own(self, objective: str | None, layout: Layout, line: Line) -> None:
        """Note who owns a key result: whoever owns all of an objective's key results owns the objective."""
        if objective:
            self.owners.setdefault(objective, []).append((tuple(listed(layout.text(line, "owner"))), line.where))


def _finish(draft: Draft, tree: _Tree, layout: Layout) -> None:
    """Add all KPIs at once, so that a stand-in target is mentioned once, and then the objectives."""
    links = {
        link.id: link for link in add_measured(draft, [each for results in tree.results.values() for each in results])
    }
    shared = 0
    for own, said in tree.fields.items():
        names = {listed for listed, _ in tree.owners.get(own, ())}
        if len(names) == 1 and len(only := next(iter(names))) == 1:
            said["owner"] = add_person(draft, who(only[0]), tree.where[own])
        shared += any(names) and "owner" not in said
        kpis = {links[each.id]: 1 for each in tree.results[own] if each.id in links}
        draft.add(
            "objective", own, tree.where[own], {**said, "kpis": kpis}, {"weight": 1}, slug(str(said["name"]))[:60]
        )
    if tree.fields:
        draft.say(
            "weights-assumed",
            draft.source,
            f"The file says no weights; each of the {len(tree.fields)} objective(s) and of their key results counts 1.",
            "Say which objectives matter more.",
            count=len(tree.fields),
        )
    if shared:
        draft.leave_out(["owners of key results"], f"{shared} objective(s) have several, and a KPI has none")
    draft.findings += layout.findings


def _valued(
    draft: Draft,
    layout: Layout,
    line: Line,
    start: str,
    target: str,
    current: str,
    terms: Terms,
    group: str,
    objective: str,
) -> Measured:
    """Return a key result with a start, a target and a current value of its own."""
    name = short_name(draft, layout.text(line, "result"), line.where)
    values = {field: layout.number(line, column) for field, column in (("baseline", start), ("target", target))}
    fields = {field: float(value) if isinstance(value, Decimal) else value for field, value in values.items()}
    said = {field: value for field, value in fields.items() if value is not None}
    if isinstance(fields["baseline"], float) and isinstance(fields["target"], float):
        said["direction"] = "down" if fields["target"] < fields["baseline"] else "up"
    if layout.day(line, "due") is not None:
        said["due"] = layout.day(line, "due")
    now = layout.amount(line, current)
    return Measured(
        id=f"{normal(group)}/{normal(objective)}/{normal(name)}",
        name=name,
        unit=layout.text(line, "unit")[:200] or "number",
        readings=[(terms.as_of, float(now))] if now is not None else [],
        source=draft.source,
        where=line.where,
        fields=said,
        key=slug(name)[:60],
    )


def _scored(draft: Draft, layout: Layout, line: Line, group: str) -> Measured:
    """Return a key result that is scored from 0 to 1; a missing score is no zero."""
    name = short_name(draft, layout.text(line, "result"), line.where)
    middle, last = _quarter(layout.text(line, "quarter"))
    scores = ((middle, layout.amount(line, "mid")), (last, layout.amount(line, "final")))
    fields = {"baseline": 0.0, "target": 1.0}
    return Measured(
        id=f"{normal(group)}/{normal(name)}",
        name=name,
        unit="score from 0 to 1",
        readings=[(day, float(score)) for day, score in scores if score is not None],
        source=draft.source,
        where=line.where,
        fields=fields if last is None else {**fields, "due": last},
        key=slug(name)[:60],
    )


def _quarter(text: str) -> tuple[date | None, date | None]:
    """Return the middle and the last day of a quarter such as ``2019 Q2``."""
    found = _QUARTER.search(text)
    if found is None:
        return None, None
    year, quarter = int(found["year"] or found["year2"]), int(found["quarter"] or found["quarter2"])
    after = date(year + quarter // 4, quarter % 4 * 3 + 1, 1)
    return date(year, quarter * 3 - 1, 15), after - timedelta(days=1)


__all__ = ["BURNING", "SHEET", "read_burning", "read_sheet", "sniff_burning", "sniff_sheet"]
