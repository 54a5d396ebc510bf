"""Asana tasks as CSV, or as the sync with Google Sheets gives them, below three lines with an address."""

from __future__ import annotations

from rhumbline.exchange.importers.draft import NO_SIGN, Draft, Sign, Terms
from rhumbline.exchange.importers.glance import Glance
from rhumbline.exchange.importers.layout import Columns, Layout, Line, header_fit, listed
from rhumbline.exchange.importers.tracker import Item, add_items, who
from rhumbline.exchange.vocabulary import normal

COLUMNS: Columns = {
    "id": ("Task ID",),
    "created": ("Created At",),
    "completed": ("Completed At",),
    "modified": ("Last Modified",),
    "name": ("Name", "Task Name"),
    "section": ("Section/Column",),
    "assignee": ("Assignee",),
    "email": ("Assignee Email",),
    "start": ("Start Date",),
    "due": ("Due Date",),
    "tags": ("Tags",),
    "notes": ("Notes",),
    "projects": ("Projects",),
    "parent": ("Parent task",),
    "blocked_by": ("Blocked By (Dependencies)", "Blocked By"),
    "blocking": ("Blocking (Dependencies)", "Blocking"),
}
_USED = ("id", "completed", "modified", "name", "section", "assignee", "email", "due", "projects", "parent")


def sniff(glance: Glance) -> Sign:
    """Say how surely a file is a list of Asana tasks."""
    layout = glance.layout(COLUMNS)
    fit = header_fit(layout, ("id", "name", "section"), ("id", "created", "completed", "modified", "section", "email"))
    return Sign(fit, "it has the columns Task ID and Section/Column") if fit else NO_SIGN


def read(glance: Glance, terms: Terms) -> Draft:
    """Return what a list of Asana tasks says."""
    layout = glance.must_layout(COLUMNS, "Asana")
    draft = Draft(terms.source_or("asana"))
    draft.findings += glance.findings
    names = [layout.text(line, "name") for line in layout.lines]
    ids = [_own_id(layout, line, draft) for line in layout.lines]
    projects: dict[str, str] = {}
    tasks: list[Item] = []
    # The parent is given by its name; of several tasks with that name the last one above is meant.
    above: dict[str, str] = {}
    for line, own, name in zip(layout.lines, ids, names, strict=True):
        parent = layout.text(line, "parent")
        project = next(iter(listed(layout.text(line, "projects"))), "")
        if project:
            projects.setdefault(project, f"project:{normal(project)}")
        holder = above.get(parent) or (ids[names.index(parent)] if parent in names else "")
        tasks.append(
            Item(
                id=own,
                name=name,
                where=line.where,
                becomes="action" if parent else "work_item",
                parent=projects.get(project, "") or holder,
                owner=who(layout.text(line, "assignee"), layout.text(line, "email")),
                due=layout.day(line, "due"),
                # A column called Done says so only for boards; the date of completion is what counts.
                done_at=layout.known_day(line, "completed"),
                touched=layout.known_day(line, "modified"),
            )
        )
        above[name] = own
    containers = [
        Item(id=own, name=name, where=f"project {name[:60]}", becomes="initiative") for name, own in projects.items()
    ]
    add_items(draft, [*containers, *tasks], terms.as_of)
    draft.findings += layout.findings
    draft.leave_out(layout.unused(*_USED))
    return draft


def _own_id(layout: Layout, line: Line, draft: Draft) -> str:
    own = layout.text(line, "id")
    if "E+" in own.upper():
        draft.say(
            "id-rounded",
            line.where,
            f"A spreadsheet has rounded the id to {own}; the task is told by its name instead.",
            "Export the file from Asana again, and do not save it in a spreadsheet first.",
        )
        own = ""
    return own or f"name:{normal(layout.text(line, 'name'))}"


__all__ = ["COLUMNS", "read", "sniff"]
