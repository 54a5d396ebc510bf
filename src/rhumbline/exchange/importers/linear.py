"""Linear issues as CSV: projects become initiatives, issues work items."""

from __future__ import annotations

from rhumbline.exchange.importers.draft import NO_SIGN, Draft, Sign, Terms
from rhumbline.exchange.importers.glance import Glance
from rhumbline.exchange.importers.layout import Columns, Layout, Line, header_fit
from rhumbline.exchange.importers.tracker import Item, add_items, who
from rhumbline.exchange.vocabulary import normal

COLUMNS: Columns = {
    "id": ("ID",),
    "team": ("Team",),
    "name": ("Title",),
    "description": ("Description",),
    "status": ("Status",),
    "estimate": ("Estimate",),
    "priority": ("Priority",),
    "project_id": ("Project ID",),
    "project": ("Project",),
    "creator": ("Creator",),
    "assignee": ("Assignee",),
    "labels": ("Labels",),
    "cycle": ("Cycle Number",),
    "cycle_name": ("Cycle Name",),
    "cycle_start": ("Cycle Start",),
    "cycle_end": ("Cycle End",),
    "created": ("Created",),
    "updated": ("Updated",),
    "started": ("Started",),
    "triaged": ("Triaged",),
    "completed": ("Completed",),
    "canceled": ("Canceled",),
    "archived": ("Archived",),
    "due": ("Due Date",),
    "parent": ("Parent issue",),
    "initiatives": ("Initiatives",),
    "milestone_id": ("Project Milestone ID",),
    "milestone": ("Project Milestone",),
}
_TELLING = ("team", "cycle", "cycle_name", "triaged", "canceled", "archived", "parent", "project_id")
_USED = (
    *("id", "name", "status", "estimate", "project_id", "project", "assignee", "updated", "completed", "canceled"),
    *("archived", "due", "parent", "milestone_id", "milestone"),
)


def sniff(glance: Glance) -> Sign:
    """Say how surely a file is a list of Linear issues."""
    fit = header_fit(glance.layout(COLUMNS), ("id", "name", "status", "canceled"), _TELLING)
    return Sign(fit, "it has the columns Cycle Number and Canceled") if fit else NO_SIGN


def read(glance: Glance, terms: Terms) -> Draft:
    """Return what a list of Linear issues says."""
    layout = glance.must_layout(COLUMNS, "Linear")
    draft = Draft(terms.source_or("linear"))
    draft.findings += glance.findings
    holders: dict[str, Item] = {}
    issues = []
    for line in layout.lines:
        project = _project(layout, line, holders)
        _milestone(layout, line, project, holders)
        issues.append(_issue(layout, line, project))
    add_items(draft, [*holders.values(), *issues], terms.as_of)
    draft.findings += layout.findings
    draft.leave_out(layout.unused(*_USED))
    return draft


def _project(layout: Layout, line: Line, holders: dict[str, Item]) -> str:
    name = layout.text(line, "project")
    own = layout.text(line, "project_id") or (f"project:{normal(name)}" if name else "")
    if own:
        holders.setdefault(own, Item(id=own, name=name or own, where=line.where, becomes="initiative"))
    return own


def _milestone(layout: Layout, line: Line, project: str, holders: dict[str, Item]) -> None:
    name = layout.text(line, "milestone")
    own = layout.text(line, "milestone_id") or (f"milestone:{project}.{normal(name)}" if name else "")
    if own and name:
        holders.setdefault(own, Item(id=own, name=name, where=line.where, becomes="milestone", parent=project))


def _issue(layout: Layout, line: Line, project: str) -> Item:
    name = layout.text(line, "name")
    parent = layout.text(line, "parent")
    return Item(
        id=layout.text(line, "id") or f"name:{normal(name)}",
        name=name,
        where=line.where,
        becomes="action" if parent else "work_item",
        parent=project or parent,
        owner=who(layout.text(line, "assignee")),
        due=layout.day(line, "due"),
        status=layout.text(line, "status"),
        done_at=layout.known_day(line, "completed") or layout.known_day(line, "canceled"),
        touched=layout.known_day(line, "updated"),
        # Points, not hours: as weights among each other they are all the same.
        weight=layout.amount(line, "estimate"),
    )


__all__ = ["COLUMNS", "read", "sniff"]
