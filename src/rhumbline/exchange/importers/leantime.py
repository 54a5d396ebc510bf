"""Leantime: to-dos, milestones and timesheets as CSV, in any of its languages.

Its headers are translated. Where their words are not known, the columns are told by their number, their
order and what stands in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rhumbline.book.types import Severity
from rhumbline.exchange.columns import text_of
from rhumbline.exchange.importers.draft import NO_SIGN, Draft, Link, Sign, Terms
from rhumbline.exchange.importers.glance import Glance
from rhumbline.exchange.importers.layout import Columns, Grid, Layout, header_fit, layout_at
from rhumbline.exchange.importers.tracker import Item, add_items, who
from rhumbline.exchange.raw import refused
from rhumbline.exchange.styles import decide_dates, decide_numbers, is_missing
from rhumbline.exchange.vocabulary import normal

TODOS: Columns = {
    "id": ("Id", "ID"),
    "name": ("Title", "Titel", "Titre", "Título"),
    "status": ("Status", "Statut", "Estado"),
    "milestone": ("Milestone", "Meilenstein", "Jalon", "Hito"),
    "effort": ("Effort", "Aufwand", "Esfuerzo"),
    "priority": ("Priority", "Priorität", "Priorité", "Prioridad"),
    "assignee": ("Assigned to.", "Assigned to", "Zugewiesen an", "Assigné à", "Asignado a"),
    "sprint": ("Sprint",),
    "tags": ("Tags", "Schlagworte", "Étiquettes", "Etiquetas"),
    "due": ("Due Date", "Fälligkeitsdatum", "Fällig am", "Date d'échéance", "Fecha de vencimiento"),
    "planned": ("Planned Hours", "Geplante Stunden", "Heures planifiées", "Horas planificadas"),
    "remaining": ("Estimated Hours Remaining", "Geschätzte verbleibende Stunden"),
    "booked": ("Booked Hours", "Gebuchte Stunden", "Heures réservées", "Horas reservadas"),
}
MILESTONES: Columns = {
    "project": ("Project name", "Projektname", "Nom du projet", "Nombre del proyecto"),
    "name": ("Title", "Titel", "Titre", "Título"),
    "depends": ("Dependent on", "Abhängig von", "Dépend de", "Depende de"),
    "status": ("Status", "Statut", "Estado"),
    "owner": ("Owner", "Besitzer", "Eigentümer", "Propriétaire", "Propietario"),
    "start": ("Planned start", "Geplanter Start", "Geplanter Beginn", "Planned start date"),
    "due": ("Planned end", "Geplantes Ende", "Planned end date"),
    "planned": ("Planned hours", "Geplante Stunden"),
    "remaining": ("Hours remaining", "Verbleibende Stunden"),
    "booked": ("Booked hours", "Gebuchte Stunden"),
    "progress": ("Progress", "Fortschritt", "Progression", "Progreso"),
}
TIMESHEETS: Columns = {
    "id": ("Id", "ID"),
    "date": ("Date", "Datum", "Fecha"),
    "hours": ("Hours", "Stunden", "Heures", "Horas"),
    "plan": ("Plan hours", "Planstunden"),
    "difference": ("Difference", "Differenz"),
    "ticket": ("Ticket", "To-Do"),
    "project": ("Project", "Projekt", "Projet", "Proyecto"),
    "client": ("Client", "Kunde"),
    "employee": ("Employee", "Mitarbeiter"),
    "type": ("Type", "Typ", "Art"),
    "milestone": ("Milestone", "Meilenstein"),
    "tags": ("Tags",),
    "description": ("Description", "Beschreibung"),
    "invoiced": ("Invoiced", "Abgerechnet"),
    "invoiced_comp": ("Invoiced comp", "Invoiced Comp."),
    "paid": ("Paid", "Bezahlt"),
}
_SURE_BY_POSITION = 0.6


def sniff_todos(glance: Glance) -> Sign:
    """Say how surely a file is a list of Leantime to-dos."""
    fit = header_fit(
        glance.layout(TODOS),
        ("id", "name", "planned", "booked"),
        ("milestone", "effort", "planned", "remaining", "booked", "sprint"),
    )
    if fit:
        return Sign(fit, "it has the columns Planned Hours and Booked Hours")
    found = _by_position(glance, TODOS, whole=(0,), numeric=(10, 11, 12), dated=(9,))
    return Sign(_SURE_BY_POSITION, "its 13 columns hold what Leantime's to-dos hold") if found else NO_SIGN


def sniff_milestones(glance: Glance) -> Sign:
    """Say how surely a file is a list of Leantime milestones."""
    telling = ("project", "depends", "start", "due", "remaining", "booked")
    fit = header_fit(glance.layout(MILESTONES), ("project", "name", "depends"), telling)
    if fit:
        return Sign(fit, "it has the columns Project name and Dependent on")
    found = _by_position(glance, MILESTONES, whole=(), numeric=(7, 8, 9), dated=(5, 6))
    return Sign(_SURE_BY_POSITION, "its 11 columns hold what Leantime's milestones hold") if found else NO_SIGN


def sniff_timesheets(glance: Glance) -> Sign:
    """Say how surely a file is a Leantime timesheet."""
    telling = ("plan", "difference", "ticket", "client", "employee", "invoiced")
    fit = header_fit(glance.layout(TIMESHEETS), ("date", "hours", "project", "ticket"), telling)
    if fit:
        return Sign(fit, "it has the columns Plan hours and Ticket")
    found = _by_position(glance, TIMESHEETS, whole=(0,), numeric=(2, 3, 4), dated=(1,))
    return Sign(_SURE_BY_POSITION, "its 16 columns hold what Leantime's timesheets hold") if found else NO_SIGN


def read_todos(glance: Glance, terms: Terms) -> Draft:
    """Return what a list of Leantime to-dos says."""
    draft, layout = _begin(glance, terms, TODOS, ("id", "name", "planned"), (0,), (10, 11, 12), (9,))
    items: dict[str, Item] = {}
    for line in layout.lines:
        name, milestone = layout.text(line, "name"), layout.text(line, "milestone")
        if milestone:
            own = f"milestone:{normal(milestone)}"
            items.setdefault(own, Item(id=own, name=milestone, where=line.where, becomes="milestone"))
        own = layout.text(line, "id") or f"name:{normal(name)}"
        items[f"{own} {line.number}"] = Item(
            id=own,
            name=name,
            where=line.where,
            owner=who(layout.text(line, "assignee")),
            due=layout.day(line, "due"),
            status=layout.text(line, "status"),
            weight=layout.amount(line, "planned"),
        )
    add_items(draft, items.values(), terms.as_of)
    draft.findings += layout.findings
    draft.leave_out(layout.unused("id", "name", "status", "assignee", "due", "planned", "milestone"))
    return draft


def read_milestones(glance: Glance, terms: Terms) -> Draft:
    """Return what a list of Leantime milestones says; each project becomes an initiative."""
    draft, layout = _begin(glance, terms, MILESTONES, ("project", "name"), (), (7, 8, 9), (5, 6))
    projects: dict[str, Item] = {}
    items = []
    for line in layout.lines:
        project, name = layout.text(line, "project"), layout.text(line, "name")
        holder = f"project:{normal(project)}" if project else ""
        if project:
            projects.setdefault(holder, Item(id=holder, name=project, where=line.where, becomes="initiative"))
        items.append(
            Item(
                id=f"milestone:{normal(name)}",
                name=name,
                where=line.where,
                becomes="milestone",
                parent=holder,
                owner=who(layout.text(line, "owner")),
                due=layout.day(line, "due"),
                status=layout.text(line, "status"),
                weight=layout.amount(line, "planned"),
            )
        )
    add_items(draft, [*projects.values(), *items], terms.as_of)
    draft.findings += layout.findings
    draft.leave_out(layout.unused("project", "name", "status", "owner", "due", "planned"))
    return draft


def read_timesheets(glance: Glance, terms: Terms) -> Draft:
    """Return what a Leantime timesheet says: hours spent on initiatives; who spent them is not kept."""
    draft, layout = _begin(glance, terms, TIMESHEETS, ("date", "hours", "project"), (0,), (2, 3, 4), (1,))
    seen: set[str] = set()
    nothing = 0
    for line in layout.lines:
        project = layout.text(line, "project")
        hours = layout.number(line, "hours")
        if not project or hours is None or (isinstance(hours, Decimal) and hours <= 0):
            nothing += 1
            continue
        own = f"project:{normal(project)}"
        if own not in seen:
            seen.add(own)
            add_items(draft, [Item(id=own, name=project, where=line.where, becomes="initiative")])
        number = layout.text(line, "id")
        fields = {
            "initiative": Link("initiative", own),
            "date": layout.day(line, "date"),
            "hours": hours,
            "source": f"leantime timesheet {number}".strip()[:200],
        }
        draft.add("actual", number, line.where, fields)
    if nothing:
        draft.say(
            "no-hours",
            draft.source,
            f"{nothing} entry(ies) have no project or no hours above 0; they became nothing.",
            "Correct them in Leantime if time was really spent.",
            Severity.WARNING,
            count=nothing,
        )
    draft.findings += layout.findings
    draft.leave_out(layout.unused("id", "date", "hours", "project"))
    return draft


# --- finding the columns ----------------------------------------------------------------------


def _begin(
    glance: Glance,
    terms: Terms,
    columns: Columns,
    needed: Sequence[str],
    whole: Sequence[int],
    numeric: Sequence[int],
    dated: Sequence[int],
) -> tuple[Draft, Layout]:
    # To-dos, milestones and timesheets are parts of one source: what one of them lacks is not gone.
    draft = Draft(terms.source_or("leantime"), partial=True)
    draft.findings += glance.findings
    layout = glance.layout(columns)
    if layout is None or not all(layout.has(name) for name in needed):
        layout = _by_position(glance, columns, whole, numeric, dated)
        if layout is not None:
            draft.say(
                "columns-by-position",
                glance.name,
                "The headers are in a language that is not known here; the columns were told by their order.",
                "Check one row. If it is wrong, export the file with Leantime set to English.",
                Severity.WARNING,
            )
    if layout is None:
        raise refused(
            "no-table",
            glance.name,
            "The file has no table with the columns of Leantime.",
            "Export it from Leantime again.",
        )
    return draft, layout


def _by_position(
    glance: Glance, columns: Columns, whole: Sequence[int], numeric: Sequence[int], dated: Sequence[int]
) -> Layout | None:
    """Return the table whose columns stand in Leantime's order, if what they hold fits."""
    for grid in glance.grids:
        if len(grid.rows) < 2 or len(grid.rows[0]) != len(columns):
            continue
        if _fits(grid, len(columns), whole, numeric, dated):
            layout = layout_at(grid, 0, columns)
            layout.places = {name: [place] for place, name in enumerate(columns)}
            return layout
    return None


def _fits(grid: Grid, width: int, whole: Sequence[int], numeric: Sequence[int], dated: Sequence[int]) -> bool:
    rows = [row for row in grid.rows[1:200] if any(not is_missing(cell) for cell in row)]
    if not rows or any(len(row) != width for row in rows):
        return False
    if any(text_of(cell)[:1].isdigit() for cell in grid.rows[0]):
        return False
    if not all(text_of(row[place]).isdecimal() for row in rows for place in whole):
        return False
    numbers = [decide_numbers([row[place] for row in rows]) for place in numeric]
    dates = [decide_dates([row[place] for row in rows]) for place in dated]
    full = all(each.read == each.filled for each in numbers) and all(each.read == each.filled for each in dates)
    return full and any(each.filled for each in numbers)


__all__ = [
    "MILESTONES",
    "TIMESHEETS",
    "TODOS",
    "read_milestones",
    "read_timesheets",
    "read_todos",
    "sniff_milestones",
    "sniff_timesheets",
    "sniff_todos",
]
