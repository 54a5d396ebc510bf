"""OpenProject work packages as CSV or XLS: by their type initiatives, milestones or work items."""

from __future__ import annotations

from rhumbline.book.types import Severity
from rhumbline.exchange.importers.draft import NO_SIGN, Draft, Sign, Terms
from rhumbline.exchange.importers.glance import Glance
from rhumbline.exchange.importers.layout import Columns, Layout, Line, header_fit
from rhumbline.exchange.importers.tracker import Item, add_items, who
from rhumbline.exchange.vocabulary import normal

COLUMNS: Columns = {
    "id": ("ID",),
    "name": ("Subject", "Thema", "Sujet", "Asunto", "Betreff"),
    "type": ("Type", "Typ", "Tipo"),
    "status": ("Status", "Statut", "Estado"),
    "assignee": ("Assignee", "Zugewiesen an", "Assigné à", "Asignado a"),
    "accountable": ("Accountable", "Verantwortlich"),
    "priority": ("Priority", "Priorität", "Priorité", "Prioridad"),
    "project": ("Project", "Projekt", "Projet", "Proyecto"),
    "parent": ("Parent", "Übergeordnete Aufgabe", "Übergeordnet"),
    "start": ("Start date", "Anfangstermin"),
    "due": ("Finish date", "Due date", "Endtermin"),
    "date": ("Date",),
    "work": ("Work", "Estimated time", "Geschätzter Aufwand"),
    "progress": ("% Complete", "Progress (%)", "% abgeschlossen"),
    "updated": ("Updated on", "Aktualisiert am"),
    "created": ("Created on",),
    "author": ("Author", "Autor"),
    "description": ("Description", "Beschreibung"),
    "cost": ("Budget", "Overall costs", "Gesamtkosten"),
    "version": ("Version",),
}
_INITIATIVES = frozenset(
    normal(word) for word in ("Epic", "Phase", "Initiative", "Project", "Projekt", "Épopée", "Épica")
)
_MILESTONES = frozenset(normal(word) for word in ("Milestone", "Meilenstein", "Jalon", "Hito"))
_LIMIT = 500
_USED = ("id", "name", "type", "status", "assignee", "project", "parent", "due", "work", "progress", "updated")


def sniff(glance: Glance) -> Sign:
    """Say how surely a file is a list of OpenProject work packages."""
    layout = glance.layout(COLUMNS)
    fit = header_fit(layout, ("id", "name", "type", "status"), ("name", "type", "assignee", "priority"))
    return Sign(fit * 0.9, "it has the columns ID, Subject, Type and Status") if fit else NO_SIGN


def read(glance: Glance, terms: Terms) -> Draft:
    """Return what a list of OpenProject work packages says."""
    layout = glance.must_layout(COLUMNS, "OpenProject")
    draft = Draft(terms.source_or("openproject"))
    draft.findings += glance.findings
    if len(layout.lines) == _LIMIT:
        draft.say(
            "perhaps-cut-off",
            f"row {layout.lines[-1].number}",
            f"The file has exactly {_LIMIT} rows, the most that OpenProject exports: some are probably missing.",
            "Raise the limit in its settings, or export in parts.",
            Severity.WARNING,
            count=_LIMIT,
        )
    ids = {layout.text(line, "id"): layout.text(line, "id") for line in layout.lines}
    ids |= {layout.text(line, "name"): layout.text(line, "id") for line in layout.lines if layout.text(line, "id")}
    projects: dict[str, Item] = {}
    items = [_item(layout, line, ids, projects) for line in layout.lines]
    add_items(draft, [*projects.values(), *items], terms.as_of)
    draft.findings += layout.findings
    draft.leave_out(layout.unused(*_USED))
    return draft


def _item(layout: Layout, line: Line, ids: dict[str, str], projects: dict[str, Item]) -> Item:
    name, kind = layout.text(line, "name"), normal(layout.text(line, "type"))
    becomes = "initiative" if kind in _INITIATIVES else "milestone" if kind in _MILESTONES else "work_item"
    project = layout.text(line, "project")
    parent = ids.get(layout.text(line, "parent").removeprefix("#"), "")
    if project and becomes != "initiative" and not parent:
        parent = f"project:{normal(project)}"
        projects.setdefault(parent, Item(id=parent, name=project, where=line.where, becomes="initiative"))
    progress = layout.amount(line, "progress")
    share = None if progress is None else progress / 100 if progress > 1 else progress
    return Item(
        id=layout.text(line, "id") or f"name:{normal(name)}",
        name=name,
        where=line.where,
        becomes=becomes,
        parent=parent,
        owner=who(layout.text(line, "assignee")),
        due=layout.day(line, "due") or (layout.day(line, "date") if becomes == "milestone" else None),
        status=layout.text(line, "status"),
        touched=layout.known_day(line, "updated"),
        weight=layout.amount(line, "work"),
        fields={"progress": float(share)} if becomes == "initiative" and share is not None else {},
    )


__all__ = ["COLUMNS", "read", "sniff"]
