"""A Planka board, as its interface gives it in JSON: the board in ``item``, all it contains in ``included``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rhumbline.exchange.importers.boards import Card, Step, add_board, number_in
from rhumbline.exchange.importers.draft import NO_SIGN, Draft, Sign, Terms
from rhumbline.exchange.importers.glance import Glance, entries, position, words
from rhumbline.exchange.importers.layout import moment
from rhumbline.exchange.importers.tracker import NOBODY, Who

_PARTS = ("lists", "cards", "cardMemberships", "taskLists", "tasks", "users")
_AWAY = ("archive", "trash")


def sniff(glance: Glance) -> Sign:
    """Say how surely a file is a Planka board."""
    tree = glance.tree
    if not isinstance(tree, Mapping) or not isinstance(tree.get("item"), Mapping):
        return NO_SIGN
    included = tree.get("included")
    if not isinstance(included, Mapping) or "cards" not in included:
        return NO_SIGN
    share = sum(name in included for name in _PARTS) / len(_PARTS)
    return Sign(0.5 + 0.5 * share, "it has a board in item, and cards in included")


def read(glance: Glance, terms: Terms) -> Draft:
    """Return what a Planka board says."""
    tree = glance.tree if isinstance(glance.tree, Mapping) else {}
    item = tree.get("item")
    board: Mapping[str, Any] = item if isinstance(item, Mapping) else {}
    held = tree.get("included")
    included: Mapping[str, Any] = held if isinstance(held, Mapping) else {}
    draft = Draft(terms.source_or(f"planka {words(board, 'id') or words(board, 'name')}".strip()))
    lists = {words(entry, "id"): entry for entry in entries(included, "lists")}
    users = {words(entry, "id"): _user(entry) for entry in entries(included, "users")}
    owners = {
        words(entry, "cardId"): words(entry, "userId") for entry in reversed(entries(included, "cardMemberships"))
    }
    steps = _steps(included, users)
    numbers = _numbers(included)
    away, cards = 0, []
    for entry in sorted(entries(included, "cards"), key=lambda entry: _place(entry, lists)):
        column = lists.get(words(entry, "listId"), {})
        if words(column, "type") in _AWAY:
            away += 1
            continue
        own = words(entry, "id") or f"name:{words(entry, 'name')}"
        closed = entry.get("isClosed") is True or words(column, "type") == "closed"
        cards.append(
            Card(
                id=own,
                name=words(entry, "name"),
                where=f"card {own}",
                column=words(column, "name"),
                owner=users.get(owners.get(own, ""), NOBODY),
                due=moment(entry.get("dueDate")) or words(entry, "dueDate"),
                done=closed or entry.get("isDueCompleted") is True,
                touched=moment(entry.get("listChangedAt")) or moment(entry.get("updatedAt")),
                steps=tuple(steps.get(own, ())),
                numbers=numbers.get(own, {}),
            )
        )
    if away:
        draft.say(
            "archived-left-out",
            draft.source,
            f"{away} card(s) in the archive or the trash were not imported.",
            "Move them back to a list in Planka if they are meant to be there.",
            count=away,
        )
    add_board(draft, words(board, "id"), words(board, "name"), cards, terms)
    left = [name for name in ("labels", "attachments", "customFieldValues", "comments") if entries(included, name)]
    described = any(words(card, "description") for card in entries(included, "cards"))
    draft.leave_out([*left, *(["descriptions"] if described else [])])
    return draft


def _place(entry: Mapping[str, Any], lists: Mapping[str, Mapping[str, Any]]) -> Any:
    own = words(entry, "listId")
    return position(lists.get(own, {}), "position"), own, position(entry, "position"), words(entry, "id")


def _user(entry: Mapping[str, Any]) -> Who:
    own = words(entry, "id")
    return Who(words(entry, "name") or words(entry, "username") or f"User {own}", words(entry, "email"), own)


def _steps(included: Mapping[str, Any], users: Mapping[str, Who]) -> dict[str, list[Step]]:
    card_of = {words(entry, "id"): words(entry, "cardId") for entry in entries(included, "taskLists")}
    found: dict[str, list[Step]] = {}
    for entry in sorted(entries(included, "tasks"), key=lambda entry: position(entry, "position")):
        card = card_of.get(words(entry, "taskListId"), words(entry, "cardId"))
        owner = users.get(words(entry, "assigneeUserId"), NOBODY)
        own = words(entry, "id") or f"{card}.{len(found.get(card, ())) + 1}"
        if words(entry, "name"):
            step = Step(id=own, name=words(entry, "name"), done=entry.get("isCompleted") is True, owner=owner)
            found.setdefault(card, []).append(step)
    return found


def _numbers(included: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    names = {words(entry, "id"): words(entry, "name") for entry in entries(included, "customFields")}
    found: dict[str, dict[str, Any]] = {}
    for entry in entries(included, "customFieldValues"):
        amount = number_in(entry.get("content"))
        if amount is not None:
            found.setdefault(words(entry, "cardId"), {})[names.get(words(entry, "customFieldId"), "")] = amount
    return found


__all__ = ["read", "sniff"]
