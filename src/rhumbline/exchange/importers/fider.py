"""Fider posts as CSV: suggestions of customers become ideas with their votes."""

from __future__ import annotations

from rhumbline.exchange.importers.draft import NO_SIGN, Draft, Sign, Terms
from rhumbline.exchange.importers.glance import Glance
from rhumbline.exchange.importers.layout import Columns, Layout, Line, header_fit
from rhumbline.exchange.importers.tracker import short_name
from rhumbline.exchange.vocabulary import normal

COLUMNS: Columns = {
    "id": ("number",),
    "name": ("title",),
    "description": ("description",),
    "created": ("created_at",),
    "creator": ("created_by",),
    "votes": ("votes_count",),
    "comments": ("comments_count",),
    "status": ("status",),
    "responder": ("responded_by",),
    "responded": ("responded_at",),
    "response": ("response",),
    "original": ("original_number",),
    "original_name": ("original_title",),
    "tags": ("tags",),
}
_STAGES = {"open": "idea", "planned": "funded", "started": "running", "completed": "closed", "declined": "stopped"}


def sniff(glance: Glance) -> Sign:
    """Say how surely a file is a list of Fider posts."""
    telling = ("votes", "comments", "responder", "original", "original_name")
    fit = header_fit(glance.layout(COLUMNS), ("id", "name", "votes"), telling)
    return Sign(fit, "it has the columns votes_count and original_number") if fit else NO_SIGN


def read(glance: Glance, terms: Terms) -> Draft:
    """Return what a list of Fider posts says."""
    layout = glance.must_layout(COLUMNS, "Fider")
    draft = Draft(terms.source_or("fider"))
    draft.findings += glance.findings
    here = {layout.text(line, "id") for line in layout.lines}
    duplicates = 0
    for line in layout.lines:
        _add_idea(draft, layout, line)
        # The duplicate's votes belong to the original; Fider adds them there itself.
        if layout.text(line, "original") and layout.text(line, "original") not in here:
            duplicates += 1
    if duplicates:
        draft.say(
            "original-missing",
            draft.source,
            f"{duplicates} post(s) repeat another one that is not in the file; they became stopped ideas.",
            "Export all posts if the originals are wanted too.",
            count=duplicates,
        )
    draft.findings += layout.findings
    draft.leave_out(layout.unused("id", "name", "votes", "status", "responded", "created", "response", "original"))
    return draft


def _add_idea(draft: Draft, layout: Layout, line: Line) -> None:
    own = layout.text(line, "id")
    name = short_name(draft, layout.text(line, "name"), line.where)
    status = normal(layout.text(line, "status"))
    stage = "stopped" if status == "duplicate" else _STAGES.get(status, "idea")
    original = layout.text(line, "original")
    says = f"Repeats {original}: {layout.text(line, 'original_name')}" if original else ""
    response = layout.text(line, "response")
    votes = layout.amount(line, "votes")
    fields = {
        "name": name,
        "stage": stage,
        "votes": int(votes) if votes is not None and votes == votes.to_integral_value() else layout.text(line, "votes"),
        "kind": "idea",
        "review": "\n".join(part for part in (says, response) if part)[:5000],
        "last_update": layout.known_day(line, "responded") or layout.known_day(line, "created"),
    }
    draft.add(
        "initiative",
        own or f"name:{normal(name)}",
        line.where,
        fields,
        key=f"idea-{own}" if own.isalnum() and own.isascii() else "",
    )


__all__ = ["COLUMNS", "read", "sniff"]
