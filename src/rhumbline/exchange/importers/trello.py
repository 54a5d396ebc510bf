"""A Trello board, exported as JSON (Board menu, Print and export, Export as JSON)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rhumbline.exchange.importers.boards import Card, Step, add_board, number_in
from rhumbline.exchange.importers.draft import NO_SIGN, Draft, Sign, Terms
from rhumbline.exchange.importers.glance import Glance, entries, position, words
from rhumbline.exchange.importers.layout import moment
from rhumbline.exchange.importers.tracker import NOBODY, Who

_OWN = ("idList", "idMembers", "idLabels", "idShort", "idBoard")


def sniff(glance: Glance) -> Sign:
    """Say how surely a file is a Trello board."""
    tree = glance.tree
    if not isinstance(tree, Mapping) or not isinstance(tree.get("cards"), list):
        return NO_SIGN
    named = sum(
        name in tree for name in ("lists", "members", "labels", "checklists", "actions", "prefs", "idOrganization")
    )
    card = next(iter(entries(tree, "cards")), {})
    own = sum(name in card for name in _OWN)
    if not isinstance(tree.get("lists"), list) or "_format" in tree or (card and own == 0):
        return NO_SIGN
    confidence = min(1.0, 0.4 + 0.05 * named + 0.1 * own)
    return Sign(confidence, "it has lists, and cards with idList")


def read(glance: Glance, terms: Terms) -> Draft:
    """Return what a Trello board says."""
    board = glance.tree if isinstance(glance.tree, Mapping) else {}
    draft = Draft(terms.source_or(f"trello {words(board, 'id') or words(board, 'name')}".strip()))
    lists = {words(entry, "id"): entry for entry in entries(board, "lists")}
    archived = {own for own, entry in lists.items() if entry.get("closed") is True}
    members = {words(entry, "id"): _member(entry) for entry in entries(board, "members")}
    steps = _steps(board)
    fields = {words(entry, "id"): words(entry, "name") for entry in entries(board, "customFields")}
    order = {own: (position(entry, "pos"), own) for own, entry in lists.items()}
    away = 0
    cards = []
    for entry in sorted(entries(board, "cards"), key=lambda entry: _place(entry, order)):
        # Cards in an archived list are not archived themselves, but nobody sees them any more.
        if entry.get("closed") is True or words(entry, "idList") in archived:
            away += 1
            continue
        cards.append(_card(entry, lists, members, steps, fields))
    if away:
        draft.say(
            "archived-left-out",
            draft.source,
            f"{away} archived card(s), or cards in archived lists, were not imported.",
            "Restore them in Trello if they are meant to be there.",
            count=away,
        )
    add_board(draft, words(board, "id"), words(board, "name"), cards, terms, closed=board.get("closed") is True)
    _say_rest(draft, board)
    return draft


def _place(entry: Mapping[str, Any], order: Mapping[str, tuple[float, str]]) -> Any:
    return (*order.get(words(entry, "idList"), (float("inf"), "")), position(entry, "pos"), words(entry, "id"))


def _member(entry: Mapping[str, Any]) -> Who:
    own = words(entry, "id")
    return Who(words(entry, "fullName") or words(entry, "username") or f"Member {own}", "", own)


def _steps(board: Mapping[str, Any]) -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = {}
    for checklist in sorted(entries(board, "checklists"), key=lambda entry: position(entry, "pos")):
        listed = found.setdefault(words(checklist, "idCard"), [])
        lines = sorted(entries(checklist, "checkItems"), key=lambda entry: position(entry, "pos"))
        for place, line in enumerate(lines, 1):
            own = words(line, "id") or f"{words(checklist, 'id')}.{place}"
            if words(line, "name"):
                listed.append(Step(id=own, name=words(line, "name"), done=words(line, "state") == "complete"))
    return found


def _card(
    entry: Mapping[str, Any],
    lists: Mapping[str, Mapping[str, Any]],
    members: Mapping[str, Who],
    steps: Mapping[str, list[Step]],
    fields: Mapping[str, str],
) -> Card:
    own = words(entry, "id") or f"name:{words(entry, 'name')}"
    people = entry.get("idMembers")
    first = (
        next((members[one] for one in people if isinstance(one, str) and one in members), NOBODY)
        if isinstance(people, list)
        else NOBODY
    )
    column = lists.get(words(entry, "idList"), {})
    return Card(
        id=own,
        name=words(entry, "name"),
        where=f"card {words(entry, 'idShort') or own}",
        column=words(column, "name"),
        owner=first,
        due=moment(entry.get("due")) or words(entry, "due"),
        done=entry.get("dueComplete") is True,
        touched=moment(entry.get("dateLastActivity")),
        steps=tuple(steps.get(own, ())),
        numbers=_numbers(entry, fields),
    )


def _numbers(entry: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, Decimal]:
    found = {}
    for item in entries(entry, "customFieldItems"):
        value = item.get("value")
        amount = number_in(value.get("number")) if isinstance(value, Mapping) else None
        if amount is not None:
            found[fields.get(words(item, "idCustomField"), "")] = amount
    return found


def _say_rest(draft: Draft, board: Mapping[str, Any]) -> None:
    cards = entries(board, "cards")
    draft.leave_out(
        [
            name
            for name, there in (
                ("descriptions", any(words(card, "desc") for card in cards)),
                ("labels", bool(entries(board, "labels"))),
                ("further members of a card", any(_count(card, "idMembers") > 1 for card in cards)),
                ("attachments", any(_count(card, "attachments") for card in cards)),
                ("start dates", any(card.get("start") for card in cards)),
                ("the history of actions", bool(entries(board, "actions"))),
            )
            if there
        ]
    )


def _count(card: Mapping[str, Any], name: str) -> int:
    value = card.get(name)
    return len(value) if isinstance(value, list) else 0


__all__ = ["read", "sniff"]
