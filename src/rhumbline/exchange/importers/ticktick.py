"""TickTick tasks as CSV, below a preamble with a date, a version and a legend of the status."""

from __future__ import annotations

from rhumbline.exchange.importers.draft import NO_SIGN, Draft, Sign, Terms
from rhumbline.exchange.importers.glance import Glance
from rhumbline.exchange.importers.layout import Columns, header_fit
from rhumbline.exchange.importers.tracker import Item, add_items
from rhumbline.exchange.vocabulary import normal

COLUMNS: Columns = {
    "folder": ("Folder Name",),
    "list": ("List Name",),
    "name": ("Title",),
    "kind": ("Kind",),
    "tags": ("Tags",),
    "content": ("Content",),
    "checklist": ("Is Check list",),
    "start": ("Start Date",),
    "due": ("Due Date",),
    "reminder": ("Reminder",),
    "repeat": ("Repeat",),
    "priority": ("Priority",),
    "status": ("Status",),
    "created": ("Created Time",),
    "completed": ("Completed Time",),
    "order": ("Order",),
    "zone": ("Timezone",),
    "all_day": ("Is All Day",),
    "floating": ("Is Floating",),
    "column": ("Column Name",),
    "column_order": ("Column Order",),
    "view": ("View Mode",),
    "id": ("taskId",),
    "parent": ("parentId",),
}
_TELLING = ("folder", "list", "kind", "checklist", "floating", "view", "id", "parent")
_NORMAL, _DONE, _ARCHIVED = "0", "1", "2"


def sniff(glance: Glance) -> Sign:
    """Say how surely a file is a list of TickTick tasks."""
    fit = header_fit(glance.layout(COLUMNS), ("list", "name", "status"), _TELLING)
    return Sign(fit, "it has the columns List Name and taskId") if fit else NO_SIGN


def read(glance: Glance, terms: Terms) -> Draft:
    """Return what a list of TickTick tasks says; each list becomes an initiative."""
    layout = glance.must_layout(COLUMNS, "TickTick")
    draft = Draft(terms.source_or("ticktick"))
    draft.findings += glance.findings
    lists: dict[str, Item] = {}
    items, notes = [], 0
    for line in layout.lines:
        if normal(layout.text(line, "kind")) == "note":
            notes += 1
            continue
        name, held = layout.text(line, "name"), layout.text(line, "list")
        holder = f"list:{normal(layout.text(line, 'folder'))}/{normal(held)}" if held else ""
        if held:
            lists.setdefault(holder, Item(id=holder, name=held, where=line.where, becomes="initiative"))
        parent = layout.text(line, "parent")
        items.append(
            Item(
                id=layout.text(line, "id") or f"name:{normal(name)}",
                name=name,
                where=line.where,
                becomes="action" if parent else "work_item",
                parent=holder or parent,
                due=layout.day(line, "due"),
                done=layout.text(line, "status") in (_DONE, _ARCHIVED),
                done_at=layout.known_day(line, "completed"),
            )
        )
    add_items(draft, [*lists.values(), *items], terms.as_of)
    draft.findings += layout.findings
    if notes:
        draft.leave_out([f"{notes} note(s)"], "notes are no work")
    draft.leave_out(layout.unused("list", "name", "kind", "due", "status", "completed", "id", "parent"))
    return draft


__all__ = ["COLUMNS", "read", "sniff"]
