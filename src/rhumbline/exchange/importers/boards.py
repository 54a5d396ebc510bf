"""Boards of cards: Trello, WeKan and Planka say the same things in different words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from rhumbline.exchange.importers.draft import Draft, Terms
from rhumbline.exchange.importers.tracker import NOBODY, Item, Who, add_items, is_over
from rhumbline.exchange.vocabulary import normal, targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a checklist."""

    id: str
    name: str
    done: bool = False
    owner: Who = NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One card of a board, in the order of the board."""

    id: str
    name: str
    where: str
    column: str = ""
    owner: Who = NOBODY
    due: Any = None
    done: bool = False
    done_at: date | None = None
    touched: date | None = None
    steps: tuple[Step, ...] = ()
    numbers: dict[str, Decimal] = field(default_factory=dict)


def add_board(draft: Draft, board_id: str, name: str, cards: list[Card], terms: Terms, *, closed: bool = False) -> None:
    """Add a board to a draft: its cards are work items of one initiative, or initiatives themselves.

    Parameters
    ----------
    draft
        The draft to add to.
    board_id, name
        The board.
    cards
        Its cards, without those in archived lists.
    terms
        What the caller says; the answer ``cards`` decides what a card becomes.
    closed
        Whether the board is closed.
    """
    priced = [card for card in cards if _cost_of(card) is not None]
    chosen = terms.answers.get("cards", "")
    portfolio = chosen == "initiative" if chosen in ("initiative", "work_item") else bool(priced)
    items = list(_portfolio(cards)) if portfolio else list(_one_initiative(board_id, name, cards, closed=closed))
    draft.ask(
        "cards",
        "Is each card an initiative of its own, or a piece of work of one?",
        "initiative" if portfolio else "work_item",
        "cards carry costs" if priced else "cards carry no costs",
    )
    other = "work items of one initiative (cards=work_item)" if portfolio else "initiatives (cards=initiative)"
    why = "that was said" if chosen else "they carry costs" if priced else "they carry no costs"
    draft.say(
        "read-as",
        draft.source,
        f"The {len(cards)} card(s) were read as {'initiatives' if portfolio else 'work items of one initiative'}, "
        f"because {why}.",
        f"If that is wrong, import them as {other}.",
        count=len(cards),
    )
    add_items(draft, items, terms.as_of)


def _portfolio(cards: list[Card]) -> Any:
    for card in cards:
        cost = _cost_of(card)
        yield Item(
            id=card.id,
            name=card.name,
            where=card.where,
            becomes="initiative",
            owner=card.owner,
            status=card.column,
            done=card.done,
            touched=card.touched,
            fields={"cash": [cost]} if cost is not None else {},
        )
        yield from _steps(card, card.id, "")


def _one_initiative(board_id: str, name: str, cards: list[Card], *, closed: bool) -> Any:
    board = f"board:{board_id or name}"
    yield Item(id=board, name=name or "Board", where="board", becomes="initiative", done=closed)
    for card in cards:
        item = Item(
            id=card.id,
            name=card.name,
            where=card.where,
            parent=board,
            owner=card.owner,
            due=card.due,
            status=card.column,
            done=card.done,
            done_at=card.done_at,
            touched=card.touched,
        )
        yield item
        yield from _steps(card, board, f"{card.name[:120]}: ")


def _steps(card: Card, parent: str, before: str) -> Any:
    over = card.done or is_over(Item(id="", name="", where="", status=card.column))
    for step in card.steps:
        yield Item(
            id=step.id,
            name=before + step.name,
            where=f"{card.where}, checklist",
            becomes="action",
            parent=parent,
            owner=step.owner,
            done=step.done or over,
            touched=card.touched,
        )


def _cost_of(card: Card) -> Decimal | None:
    known = targets("initiative")["cash"]
    return next((amount for name, amount in card.numbers.items() if normal(name) in known), None)


def number_in(value: Any) -> Decimal | None:
    """Return a number that JSON holds as text or number; None where it is none that a cost could be."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        found = Decimal(str(value)[:60])
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < Decimal(10) ** 15 else None


__all__ = ["Card", "Step", "add_board", "number_in"]
