"""GitHub issues as CSV, and the view of a GitHub project as TSV."""

from __future__ import annotations

import re

from rhumbline.exchange.importers.draft import NO_SIGN, Draft, Sign, Terms
from rhumbline.exchange.importers.glance import Glance
from rhumbline.exchange.importers.layout import Columns, Layout, Line, header_fit, listed
from rhumbline.exchange.importers.tracker import NOBODY, Item, Who, add_items
from rhumbline.exchange.vocabulary import normal

ISSUES: Columns = {
    "number": ("number",),
    "name": ("title",),
    "state": ("state",),
    "labels": ("labels",),
    "assignees": ("assignees", "assignee"),
    "milestone": ("milestone",),
    "body": ("body",),
    "created": ("created_at",),
    "updated": ("updated_at",),
    "closed": ("closed_at",),
    "url": ("html_url",),
}
VIEW: Columns = {
    "name": ("Title",),
    "url": ("URL",),
    "assignees": ("Assignees",),
    "status": ("Status",),
    "labels": ("Labels",),
    "linked": ("Linked pull requests",),
    "milestone": ("Milestone",),
    "repository": ("Repository",),
    "reviewers": ("Reviewers",),
    "estimate": ("Estimate", "Size"),
    "start": ("Start date",),
    "due": ("Target date", "End date", "Due date"),
    "parent": ("Parent issue",),
    "progress": ("Sub-issues progress",),
}
_ADDRESS = re.compile(r"https?://[^/\s]+/([\w.\-]+/[\w.\-]+)/(?:issues|pull)/(\d+)")


def sniff_issues(glance: Glance) -> Sign:
    """Say how surely a file is a list of GitHub issues."""
    layout = glance.layout(ISSUES)
    fit = header_fit(layout, ("name", "labels"), ("labels", "body", "state", "milestone"))
    # Body is what nobody else calls a description; without it the words are too common.
    if layout is None or not layout.has("body"):
        fit = min(fit, 0.45)
    return Sign(fit, "it has the columns title, body and labels") if fit >= 0.3 else NO_SIGN


def read_issues(glance: Glance, terms: Terms) -> Draft:
    """Return what a list of GitHub issues says."""
    layout = glance.must_layout(ISSUES, "GitHub issues")
    draft = Draft(terms.source_or("github"))
    draft.findings += glance.findings
    milestones: dict[str, Item] = {}
    items = []
    for line in layout.lines:
        name = layout.text(line, "name")
        milestone = layout.text(line, "milestone")
        # A bare number is the milestone's id and says nothing to a reader.
        if milestone and not milestone.isdecimal():
            own = f"milestone:{normal(milestone)}"
            milestones.setdefault(own, Item(id=own, name=milestone, where=line.where, becomes="milestone"))
        items.append(
            Item(
                id=layout.text(line, "number") or f"name:{normal(name)}",
                name=name,
                where=line.where,
                owner=_first(layout, line),
                status=layout.text(line, "state"),
                done=normal(layout.text(line, "state")) == "closed",
                done_at=layout.known_day(line, "closed"),
                touched=layout.known_day(line, "updated"),
            )
        )
    add_items(draft, [*milestones.values(), *items], terms.as_of)
    draft.findings += layout.findings
    draft.leave_out(layout.unused("number", "name", "state", "assignees", "closed", "updated", "milestone"))
    if any(layout.text(line, "milestone").isdecimal() for line in layout.lines):
        draft.leave_out(["milestone"], "the file gives only its number")
    return draft


def sniff_view(glance: Glance) -> Sign:
    """Say how surely a file is the view of a GitHub project."""
    layout = glance.layout(VIEW)
    if layout is None or not layout.has("name") or not layout.has("url"):
        return NO_SIGN
    addresses = [layout.text(line, "url") for line in layout.lines if layout.text(line, "url")]
    ours = sum(bool(_ADDRESS.match(address)) for address in addresses)
    if addresses and not ours:
        return NO_SIGN
    fit = header_fit(layout, ("name", "url"), ("url", "assignees", "status"))
    return Sign(min(1.0, fit * (1.0 if ours else 0.6)), "its URL column leads to issues or pull requests")


def read_view(glance: Glance, terms: Terms) -> Draft:
    """Return what the view of a GitHub project says."""
    layout = glance.must_layout(VIEW, "a GitHub project")
    draft = Draft(terms.source_or("github"))
    draft.findings += glance.findings
    repositories: dict[str, Item] = {}
    items = []
    for line in layout.lines:
        name, address = layout.text(line, "name"), _ADDRESS.match(layout.text(line, "url"))
        repository = address[1] if address else layout.text(line, "repository")
        parent = f"repository:{repository}" if repository else ""
        if repository:
            holder = Item(id=parent, name=repository, where=line.where, becomes="initiative")
            repositories.setdefault(parent, holder)
        items.append(
            Item(
                # A draft has no address, so only its title tells it.
                id=f"{address[1]}#{address[2]}".replace("/", ".").replace("#", ".")
                if address
                else f"name:{normal(name)}",
                name=name,
                where=line.where,
                parent=parent,
                owner=_first(layout, line),
                due=layout.day(line, "due"),
                status=layout.text(line, "status"),
                weight=layout.amount(line, "estimate"),
            )
        )
    add_items(draft, [*repositories.values(), *items], terms.as_of)
    draft.findings += layout.findings
    draft.leave_out(layout.unused("name", "url", "assignees", "status", "repository", "estimate", "due"))
    return draft


def _first(layout: Layout, line: Line) -> Who:
    names = listed(layout.text(line, "assignees"))
    return Who(names[0]) if names else NOBODY


__all__ = ["ISSUES", "VIEW", "read_issues", "read_view", "sniff_issues", "sniff_view"]
