"""Jira issues, as CSV or as RSS: epics become initiatives, everything in them work items."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from rhumbline.exchange.importers.draft import NO_SIGN, Draft, Sign, Terms
from rhumbline.exchange.importers.glance import Glance
from rhumbline.exchange.importers.layout import Columns, Layout, Line, header_fit, moment
from rhumbline.exchange.importers.markup import Element
from rhumbline.exchange.importers.tracker import NOBODY, Item, Who, add_items, who
from rhumbline.exchange.styles import DateStyle, parse_date
from rhumbline.exchange.vocabulary import normal

COLUMNS: Columns = {
    "name": ("Summary", "Zusammenfassung"),
    "key": ("Issue key", "Vorgangsschlüssel", "Schlüssel"),
    "id": ("Issue id", "Vorgangs-ID"),
    "type": ("Issue Type", "Vorgangstyp"),
    "status": ("Status",),
    "category": ("Status Category",),
    "project_key": ("Project key", "Projektschlüssel"),
    "project": ("Project name", "Projektname"),
    "priority": ("Priority", "Priorität"),
    "resolution": ("Resolution", "Lösung"),
    "assignee": ("Assignee", "Zugewiesene Person", "Bearbeiter"),
    "assignee_id": ("Assignee Id",),
    "reporter": ("Reporter",),
    "creator": ("Creator", "Ersteller"),
    "created": ("Created", "Erstellt"),
    "updated": ("Updated", "Aktualisiert"),
    "viewed": ("Last Viewed",),
    "resolved": ("Resolved", "Erledigt"),
    "due": ("Due date", "Fälligkeitsdatum", "Fällig"),
    "votes": ("Votes", "Stimmen"),
    "labels": ("Labels",),
    "description": ("Description", "Beschreibung"),
    "estimate": ("Original Estimate", "Original estimate"),
    "spent": ("Time Spent",),
    "points": ("Custom field (Story Points)", "Custom field (Story point estimate)"),
    "sprint": ("Sprint",),
    "comment": ("Comment",),
    "parent": ("Parent id", "Parent"),
    "parent_key": ("Parent key",),
    "epic": ("Custom field (Epic Link)", "Epic Link"),
}
_USED = (
    *("name", "key", "id", "type", "status", "category", "project_key", "project", "resolution", "assignee"),
    *("assignee_id", "updated", "resolved", "due", "votes", "estimate", "points", "parent", "parent_key", "epic"),
)
_INITIATIVES = frozenset(("epic", "initiative", "theme", "capability", "portfolio epic"))
_SECONDS_IN_AN_HOUR = 3600


def sniff_csv(glance: Glance) -> Sign:
    """Say how surely a file is a CSV export of Jira."""
    telling = ("key", "id", "type", "project_key", "creator", "viewed", "votes")
    fit = header_fit(glance.layout(COLUMNS), ("name", "key", "type"), telling)
    return Sign(fit, "it has the columns Issue key and Issue Type") if fit else NO_SIGN


def read_csv(glance: Glance, terms: Terms) -> Draft:
    """Return what a CSV export of Jira says."""
    layout = glance.must_layout(COLUMNS, "Jira")
    draft = Draft(terms.source_or("jira"))
    draft.findings += glance.findings
    key_of_id = {layout.text(line, "id"): _issue(layout, line) for line in layout.lines if layout.text(line, "id")}
    hours = _all_estimated(layout, "estimate")
    issues = [_from_row(layout, line, key_of_id, hours=hours) for line in layout.lines]
    _add(draft, issues, terms)
    _say_wide(draft, layout)
    draft.findings += layout.findings
    draft.leave_out(layout.unused(*_USED))
    return draft


def sniff_rss(glance: Glance) -> Sign:
    """Say how surely a file is an RSS export of Jira."""
    root = glance.root
    channel = root.first("channel") if root is not None and root.name == "rss" else None
    if channel is None:
        return NO_SIGN
    item = channel.first("item")
    if item is not None and item.first("key") is not None and item.first("summary") is not None:
        return Sign(1.0, "it is RSS whose items have a key and a summary")
    return Sign(0.6, "it is RSS of Jira without an issue") if channel.say("title") == "Jira" else NO_SIGN


def read_rss(glance: Glance, terms: Terms) -> Draft:
    """Return what an RSS export of Jira says."""
    draft = Draft(terms.source_or("jira"))
    channel = glance.root.first("channel") if glance.root is not None else None
    items = channel.all("item") if channel is not None else []
    issues = [_from_item(item) for item in items]
    _add(draft, issues, terms)
    parts = ("description", "environment", "comments", "labels", "attachments", "customfields", "reporter", "created")
    draft.leave_out([name for name in parts if any(_filled(item.first(name)) for item in items)])
    return draft


# --- issues -----------------------------------------------------------------------------------


class _Issue:
    """One issue, and the project it is part of."""

    def __init__(self, item: Item, project: str, project_key: str) -> None:
        self.item, self.project, self.project_key = item, project, project_key


def _add(draft: Draft, issues: Iterable[_Issue], terms: Terms) -> None:
    """Add issues; a project becomes an initiative where some of its issues lie in no epic."""
    listed = list(issues)
    known = {issue.item.id for issue in listed}
    projects: dict[str, Item] = {}
    items = []
    for issue in listed:
        item = issue.item
        if item.becomes != "initiative" and item.parent not in known and (issue.project or issue.project_key):
            own = f"project:{issue.project_key or normal(issue.project)}"
            name = issue.project or issue.project_key
            projects.setdefault(own, Item(id=own, name=name, where=f"project {name[:60]}", becomes="initiative"))
            item = _moved(item, own)
        items.append(item)
    add_items(draft, [*projects.values(), *items], terms.as_of)


def _moved(item: Item, parent: str) -> Item:
    return replace(item, parent=parent)


def _kind(issue_type: str) -> str:
    said = normal(issue_type)
    if said in _INITIATIVES:
        return "initiative"
    return "action" if said in ("sub task", "subtask") else "milestone" if said == "milestone" else "work_item"


def _issue(layout: Layout, line: Line) -> str:
    return layout.text(line, "key") or layout.text(line, "id") or f"name:{normal(layout.text(line, 'name'))}"


def _from_row(layout: Layout, line: Line, key_of_id: dict[str, str], *, hours: bool) -> _Issue:
    parent = layout.text(line, "parent")
    above = layout.text(line, "parent_key") or key_of_id.get(parent, parent) or layout.text(line, "epic")
    email = layout.text(line, "assignee")
    owner = who(email)
    own_id = layout.text(line, "assignee_id")
    becomes = _kind(layout.text(line, "type"))
    # Estimates in seconds become hours; points stay points. The two are never mixed in one file.
    work = layout.amount(line, "estimate" if hours else "points")
    votes = layout.amount(line, "votes")
    item = Item(
        id=_issue(layout, line),
        name=layout.text(line, "name"),
        where=line.where,
        becomes=becomes,
        parent=above,
        owner=Who(owner.name, owner.email, own_id) if own_id and owner else owner,
        due=layout.day(line, "due"),
        status=layout.text(line, "status"),
        done=_is_done(layout.text(line, "category"), layout.text(line, "resolution")),
        done_at=layout.known_day(line, "resolved"),
        touched=layout.known_day(line, "updated"),
        weight=work / _SECONDS_IN_AN_HOUR if work is not None and hours else work,
        fields={"votes": int(votes)} if becomes == "initiative" and votes is not None and 0 <= votes < 10**9 else {},
    )
    return _Issue(item, layout.text(line, "project"), layout.text(line, "project_key"))


def _is_done(category: str, resolution: str) -> bool:
    return normal(category) == "done" or normal(resolution) in ("done", "fixed", "resolved", "complete", "completed")


def _all_estimated(layout: Layout, name: str) -> bool:
    return layout.has(name) and any(layout.amount(line, name) for line in layout.lines)


def _say_wide(draft: Draft, layout: Layout) -> None:
    wide = [line for line in layout.lines if len(line.cells) > len(layout.headers)]
    if wide:
        draft.say(
            "row-too-wide",
            wide[0].where,
            f"{len(wide)} row(s) have more cells than the header; the cells beyond it were not read.",
            "Nothing needs to be done: Jira writes comments and attachments there.",
            count=len(wide),
        )


# --- items of RSS -----------------------------------------------------------------------------


def _from_item(item: Element) -> _Issue:
    project = item.first("project")
    key = item.first("key")
    own = item.say("key") or (key.attributes.get("id", "") if key is not None else "")
    name = item.say("summary") or item.say("title")
    estimate = item.first("timeoriginalestimate")
    seconds = estimate.attributes.get("seconds", "") if estimate is not None else ""
    category = item.first("statusCategory")
    becomes = _kind(item.say("type"))
    votes = item.say("votes")
    found = Item(
        id=own or f"name:{normal(name)}",
        name=name,
        where=f"line {item.line}",
        becomes=becomes,
        parent=item.say("parent") or _epic(item),
        owner=_user(item.first("assignee")),
        due=_mail_day(item.say("due")),
        status=item.say("status"),
        done=_is_done(category.attributes.get("key", "") if category is not None else "", item.say("resolution")),
        done_at=moment(_mail_day(item.say("resolved"))),
        touched=moment(_mail_day(item.say("updated"))),
        weight=Decimal(seconds) / _SECONDS_IN_AN_HOUR
        if seconds.isascii() and seconds.isdecimal() and len(seconds) < 12
        else None,
        fields={"votes": int(votes)}
        if becomes == "initiative" and votes.isascii() and votes.isdecimal() and len(votes) < 9
        else {},
    )
    known = project is not None
    return _Issue(
        found, project.text if known and project else "", project.attributes.get("key", "") if project else ""
    )


def _epic(item: Element) -> str:
    fields = item.first("customfields")
    for field in fields.all("customfield") if fields is not None else ():
        if normal(field.say("customfieldname")) in ("epic link", "parent link"):
            return field.say("customfieldvalues", "customfieldvalue")
    return ""


def _user(element: Element | None) -> Who:
    if element is None or element.attributes.get("accountid") == "-1" or element.attributes.get("username") == "-1":
        return NOBODY
    own = element.attributes.get("accountid", "") or element.attributes.get("username", "")
    return Who(element.text or own, "", own) if element.text or own else NOBODY


def _mail_day(text: str) -> Any:
    """Return the day of a date such as ``Fri, 12 Nov 2021 00:00:00 +0000``; what is none stays text."""
    return parse_date(text, DateStyle("dmy")) or text


def _filled(element: Element | None) -> bool:
    return element is not None and (bool(element.text) or bool(element.parts))


__all__ = ["COLUMNS", "read_csv", "read_rss", "sniff_csv", "sniff_rss"]
