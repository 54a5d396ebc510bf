"""A WeKan board, exported as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rhumbline.exchange.importers.boards import Card, Step, add_board, number_in
from rhumbline.exchange.importers.draft import NO_SIGN, Draft, Sign, Terms
from rhumbline.exchange.importers.glance import Glance, entries, position, words
from rhumbline.exchange.importers.layout import moment
from rhumbline.exchange.importers.tracker import NOBODY, Who


def sniff(glance: Glance) -> Sign:
    """Say how surely a file is a WeKan board."""
    tree = glance.tree
    if not isinstance(tree, Mapping):
        return NO_SIGN
    if words(tree, "_format").startswith("wekan"):
        return Sign(1.0, "it says _format: wekan-board")
    card = next(iter(entries(tree, "cards")), {})
    return Sign(0.7, "it has cards with listId and _id") if {"listId", "_id"} <= set(card) else NO_SIGN


def read(glance: Glance, terms: Terms) -> Draft:
    """Return what a WeKan board says."""
    board = glance.tree if isinstance(glance.tree, Mapping) else {}
    draft = Draft(terms.source_or(f"wekan {words(board, '_id') or words(board, 'title')}".strip()))
    lists = {words(entry, "_id"): entry for entry in entries(board, "lists")}
    users = {words(entry, "_id"): _user(entry) for entry in entries(board, "users")}
    steps = _steps(board)
    names = {words(entry, "_id"): words(entry, "name") for entry in entries(board, "customFields")}
    away, cards = 0, []
    for entry in sorted(entries(board, "cards"), key=lambda entry: _place(entry, lists)):
        if entry.get("archived") is True or lists.get(words(entry, "listId"), {}).get("archived") is True:
            away += 1
            continue
        cards.append(_card(entry, lists, users, steps, names))
    if away:
        draft.say(
            "archived-left-out",
            draft.source,
            f"{away} archived card(s), or cards in archived lists, were not imported.",
            "Restore them in WeKan if they are meant to be there.",
            count=away,
        )
    closed = board.get("archived") is True
    add_board(draft, words(board, "_id"), words(board, "title"), cards, terms, closed=closed)
    left = [name for name in ("labels", "comments", "activities", "attachments", "swimlanes") if entries(board, name)]
    described = any(words(card, "description") for card in entries(board, "cards"))
    draft.leave_out([*left, *(["descriptions"] if described else [])])
    return draft


def _place(entry: Mapping[str, Any], lists: Mapping[str, Mapping[str, Any]]) -> Any:
    own = words(entry, "listId")
    return position(lists.get(own, {}), "sort"), own, position(entry, "sort"), words(entry, "_id")


def _user(entry: Mapping[str, Any]) -> Who:
    profile = entry.get("profile")
    full = words(profile, "fullname") if isinstance(profile, Mapping) else ""
    own = words(entry, "_id")
    return Who(full or words(entry, "username") or f"User {own}", "", own)


def _steps(board: Mapping[str, Any]) -> dict[str, list[Step]]:
    card_of = {words(entry, "_id"): words(entry, "cardId") for entry in entries(board, "checklists")}
    lines = [
        (card_of.get(words(line, "checklistId"), words(line, "cardId")), line)
        for line in entries(board, "checklistItems")
    ]
    for checklist in entries(board, "checklists"):
        lines += [(words(checklist, "cardId"), line) for line in entries(checklist, "items")]
    found: dict[str, list[Step]] = {}
    for card, line in sorted(lines, key=lambda pair: position(pair[1], "sort")):
        listed = found.setdefault(card, [])
        own = words(line, "_id") or f"{card}.{len(listed) + 1}"
        if words(line, "title"):
            listed.append(Step(id=own, name=words(line, "title"), done=line.get("isFinished") is True))
    return found


def _card(
    entry: Mapping[str, Any],
    lists: Mapping[str, Mapping[str, Any]],
    users: Mapping[str, Who],
    steps: Mapping[str, list[Step]],
    names: Mapping[str, str],
) -> Card:
    own = words(entry, "_id") or f"name:{words(entry, 'title')}"
    people = [*_ids(entry, "assignees"), *_ids(entry, "members")]
    numbers = {
        names.get(words(item, "_id"), ""): amount
        for item in entries(entry, "customFields")
        if (amount := number_in(item.get("value"))) is not None
    }
    return Card(
        id=own,
        name=words(entry, "title"),
        where=f"card {own}",
        column=words(lists.get(words(entry, "listId"), {}), "title"),
        owner=next((users[one] for one in people if one in users), NOBODY),
        due=moment(entry.get("dueAt")) or words(entry, "dueAt"),
        done_at=moment(entry.get("endAt")),
        touched=moment(entry.get("modifiedAt")) or moment(entry.get("dateLastActivity")),
        steps=tuple(steps.get(own, ())),
        numbers=numbers,
    )


def _ids(entry: Mapping[str, Any], name: str) -> list[str]:
    listed = entry.get(name)
    return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []


__all__ = ["read", "sniff"]
