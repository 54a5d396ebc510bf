"""A monday.com board as an Excel file: groups become initiatives, items work items, subitems actions.

Two tables are interleaved: below an item stands a block of subitems with a header of its own, in which the
columns are shifted. Each group ends in a row of sums, which is only used to check.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from rhumbline.exchange.columns import text_of
from rhumbline.exchange.importers.draft import NO_SIGN, Draft, Sign, Terms
from rhumbline.exchange.importers.glance import Glance
from rhumbline.exchange.importers.layout import Grid
from rhumbline.exchange.importers.tracker import NOBODY, Item, add_items, who
from rhumbline.exchange.raw import refused
from rhumbline.exchange.styles import (
    Cell,
    DateStyle,
    decide_dates,
    decide_numbers,
    is_missing,
    parse_amount,
    parse_date,
)
from rhumbline.exchange.vocabulary import normal, targets, without_unit

_ID = normal("Item ID (auto generated)")
_SUBITEMS = ("subitem", "subelement", "unterelement")
_OWNER = frozenset(normal(word) for word in ("Person", "Owner", "People", "Assignee", "Verantwortlich"))
_STATUS = frozenset(normal(word) for word in ("Status", "State"))
_DUE = frozenset(normal(word) for word in ("Timeline - End", "Due date", "Date", "Deadline", "Due"))


@dataclass(slots=True)
class _Entry:
    """One item or subitem: its row, its cells by header, and the group and item it lies in."""

    number: int
    cells: dict[str, Cell]
    group: str
    parent: str = ""
    id: str = ""
    name: str = ""


@dataclass(slots=True)
class _Board:
    """What a sheet turned out to hold."""

    name: str = ""
    entries: list[_Entry] = field(default_factory=list)
    sums: list[tuple[str, int, dict[str, Cell]]] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    subheaders: int = 0


def sniff(glance: Glance) -> Sign:
    """Say how surely a file is a monday board."""
    for grid in glance.grids:
        for row in grid.rows[:30]:
            said = [normal(text_of(cell)) for cell in row if not is_missing(cell)]
            if said[:1] == ["name"] and _ID in said:
                return Sign(1.0, "it has the columns Name and Item ID (auto generated)")
            if said[:1] == ["name"] and len(said) > 1 and said[1] in _SUBITEMS:
                return Sign(0.85, "it has the columns Name and Subitems")
    return NO_SIGN


def read(glance: Glance, terms: Terms) -> Draft:
    """Return what a monday board says."""
    boards = [board for grid in glance.grids if (board := _board(grid)).entries]
    if not boards:
        raise refused(
            "no-table", glance.name, "The file has no row of monday items.", "Export the board from monday again."
        )
    draft = Draft(terms.source_or(f"monday {boards[0].name}".strip()[:200]))
    draft.findings += glance.findings
    for board in boards:
        _add_board(draft, board, terms)
    return draft


# --- reading a sheet --------------------------------------------------------------------------


def _board(grid: Grid) -> _Board:
    """Walk down a sheet and tell titles, groups, headers, items, subitems and sums apart."""
    board = _Board()
    header: list[str] = []
    sub: list[str] = []
    group, waiting, last = "", "", ""
    for number, row in enumerate(grid.rows, 1):
        said = [normal(text_of(cell)) for cell in row]
        filled = [place for place, cell in enumerate(row) if not is_missing(cell)]
        if not filled:
            sub = []
        elif said[0] == "name" and (_ID in said or (said[1:2] and said[1] in _SUBITEMS)):
            header, sub, group, waiting = [text_of(cell) for cell in row], [], waiting or group, ""
            board.headers = list(dict.fromkeys([*board.headers, *(text for text in header if text)]))
        elif said[0] in _SUBITEMS and "name" in said[1:3]:
            sub = [text_of(cell) for cell in row]
            board.subheaders += 1
        elif filled == [0] and (not header or _heads(grid, number)):
            board.name, waiting = board.name or text_of(row[0]), text_of(row[0])
            header, sub = [], []
        elif header:
            # An item of the board ends the block of subitems above it.
            sub = [] if said[0] else sub
            last = _take(board, number, row, header, sub, group, last)
    return board


def _heads(grid: Grid, number: int) -> bool:
    """Whether a row with one cell is the name of a group: the next row with content is a header."""
    for row in grid.rows[number : number + 3]:
        if any(not is_missing(cell) for cell in row):
            return normal(text_of(row[0])) == "name"
    return False


def _take(
    board: _Board, number: int, row: tuple[Cell, ...], header: list[str], sub: list[str], group: str, last: str
) -> str:
    """Take one row of cells as an item, a subitem or a row of sums; return the item that subitems now belong to."""
    if is_missing(row[0]) and sub:
        cells = _named(sub, row)
        name = text_of(cells.get("Name"))
        own = _own_id(cells)
        if name and (own or not any(normal(header) == _ID for header in sub)):
            board.entries.append(_Entry(number, cells, group, last, own or f"{last}/{normal(name)}", name))
            return last
        return last
    cells = _named(header, row)
    name, own = text_of(row[0]), _own_id(cells)
    if name and (own or not any(normal(text) == _ID for text in header)):
        own = own or f"name:{normal(group)}/{normal(name)}"
        board.entries.append(_Entry(number, cells, group, "", own, name))
        return own
    board.sums.append((group, number, cells))
    return last


def _named(headers: Iterable[str], row: tuple[Cell, ...]) -> dict[str, Cell]:
    """Return cells by header; of two columns with one name the first with content counts."""
    found: dict[str, Cell] = {}
    for header, cell in zip(headers, row, strict=False):
        if header and not is_missing(cell):
            found.setdefault(header, cell)
    return found


def _own_id(cells: dict[str, Cell]) -> str:
    return next((text_of(cell) for header, cell in cells.items() if normal(header) == _ID), "")


# --- what it becomes --------------------------------------------------------------------------


def _add_board(draft: Draft, board: _Board, terms: Terms) -> None:
    cost = next(
        (header for header in board.headers if normal(without_unit(header)[0]) in targets("initiative")["cash"]), ""
    )
    costs = {id(entry): _amount(entry.cells.get(cost), board, cost) for entry in board.entries if not entry.parent}
    groups: dict[str, list[_Entry]] = {}
    for entry in board.entries:
        if not entry.parent:
            groups.setdefault(entry.group, []).append(entry)
    dates = {
        header: decide_dates([entry.cells.get(header) for entry in board.entries]).style for header in board.headers
    }
    items = [_group_item(group, entries, costs) for group, entries in groups.items()]
    items += [_item(entry, dates) for entry in board.entries]
    for group, number, cells in board.sums:
        _check_sums(draft, board, group, number, cells)
    add_items(draft, items, terms.as_of)
    used = {header for header in board.headers if normal(header) in (*_OWNER, *_STATUS, *_DUE, _ID, "name", *_SUBITEMS)}
    draft.leave_out([header for header in board.headers if header not in used and header != cost])


def _amount(cell: Cell, board: _Board, header: str) -> Decimal | None:
    if is_missing(cell):
        return None
    style = decide_numbers([entry.cells.get(header) for entry in board.entries]).style
    amount = parse_amount(cell, style)
    return amount.value if amount is not None else None


def _group_item(group: str, entries: list[_Entry], costs: dict[int, Decimal | None]) -> Item:
    known = [amount for entry in entries if (amount := costs.get(id(entry))) is not None]
    return Item(
        id=f"group:{normal(group)}",
        name=group or "Items",
        where=f"row {entries[0].number}",
        becomes="initiative",
        fields={"cash": [sum(known, Decimal(0))]} if known else {},
    )


def _item(entry: _Entry, dates: dict[str, DateStyle]) -> Item:
    by_word = {normal(header): (header, cell) for header, cell in entry.cells.items()}
    owner = next((text_of(by_word[word][1]) for word in by_word if word in _OWNER), "")
    status = next((text_of(by_word[word][1]) for word in by_word if word in _STATUS), "")
    due = next((by_word[word] for word in (normal("Timeline - End"), *_DUE) if word in by_word), None)
    day = parse_date(due[1], dates.get(due[0], DateStyle("ymd"))) or text_of(due[1]) if due is not None else None
    return Item(
        id=entry.id,
        name=entry.name,
        where=f"row {entry.number}",
        becomes="action" if entry.parent else "work_item",
        parent=f"group:{normal(entry.group)}",
        owner=who(owner.split(",")[0]) if owner else NOBODY,
        due=day,
        status=status,
    )


def _check_sums(draft: Draft, board: _Board, group: str, number: int, cells: dict[str, Cell]) -> None:
    for header, cell in cells.items():
        stated = _amount(cell, board, header)
        if stated is None:
            continue
        parts = [
            amount
            for entry in board.entries
            if entry.group == group
            and not entry.parent
            and (amount := _amount(entry.cells.get(header), board, header)) is not None
        ]
        if parts:
            draft.check(f"{header} of {group or 'the board'}", stated, sum(parts, Decimal(0)), f"row {number}")


__all__ = ["read", "sniff"]
