"""Profit and loss as Xero, QuickBooks and Wave export it: one grammar of preamble, periods, sections and totals.

Costs become Actuals of the initiative an account belongs to, else of "running the business"; each income account
becomes a KPI with a reading per period. Totals are never imported: they are the check that nothing was lost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from rhumbline.book.types import Severity
from rhumbline.exchange.columns import text_of
from rhumbline.exchange.importers.draft import NO_SIGN, Draft, Link, Sign, Terms
from rhumbline.exchange.importers.glance import Glance
from rhumbline.exchange.importers.layout import Grid
from rhumbline.exchange.importers.measures import Measured, add_measured
from rhumbline.exchange.raw import refused
from rhumbline.exchange.references import slug
from rhumbline.exchange.styles import (
    Cell,
    DateStyle,
    NumberStyle,
    currencies,
    decide_numbers,
    is_missing,
    month_of,
    parse_amount,
    parse_date,
)
from rhumbline.exchange.vocabulary import normal

_TITLES = frozenset(
    normal(word)
    for word in (
        "Profit and Loss",
        "Profit & Loss",
        "Income Statement",
        "Profit and Loss Statement",
        "Statement of Profit or Loss",
        "Profit and Loss by Month",
        "Gewinn- und Verlustrechnung",
        "Compte de résultat",
    )
)
_INCOME = frozenset(
    normal(word)
    for word in (
        "Income",
        "Revenue",
        "Operating Income",
        "Trading Income",
        "Turnover",
        "Other Income",
        "Sales",
        "Non-operating Income",
        "Ordinary Income",
        "Plus Other Income",
        "Erträge",
        "Erlöse",
        "Produits",
    )
)
_RESULTS = frozenset(
    normal(word)
    for word in (
        "Gross Profit",
        "Net Profit",
        "Net Income",
        "Operating Profit",
        "Net Operating Income",
        "Net Ordinary Income",
        "Net Earnings",
        "Operating Income / (Loss)",
        "Profit",
        "Profit for the Period",
        "Net Loss",
        "Gross Margin",
    )
)
_OTHER_RESULTS = frozenset(normal(word) for word in ("Net Other Income", "Net Other Income (Expense)"))
_SECTIONS = frozenset(
    normal(word)
    for word in (
        "Expenses",
        "Less Operating Expenses",
        "Operating Expenses",
        "Less Cost of Sales",
        "Cost of Sales",
        "Cost of Goods Sold",
        "Other Expenses",
        "Less Other Expenses",
        "Expense",
    )
)
_HEADS = frozenset(("account",))
_AMOUNTS = frozenset(("actual", "amount", "total"))
_WIDEST = 60
RUNNING = "running-the-business"


@dataclass(frozen=True, slots=True)
class _Period:
    """One column of amounts: its place, its header, its last day, and the tracking option it is of, if any."""

    place: int
    text: str
    end: date
    option: str = ""


@dataclass(slots=True)
class _Account:
    """One line of the statement that is no total."""

    name: str
    row: int
    income: bool
    other: bool
    amounts: dict[int, Decimal]
    path: tuple[str, ...]


@dataclass(slots=True)
class _Statement:
    """A statement taken apart."""

    above: list[str]
    periods: list[_Period]
    ignored: list[str]
    accounts: list[_Account] = field(default_factory=list)
    totals: list[tuple[str, int, Decimal, Decimal]] = field(default_factory=list)
    unread: list[tuple[int, str]] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    currency: str = ""


# --- recognising ------------------------------------------------------------------------------


def sniff_xero(glance: Glance) -> Sign:
    """Say how surely a file is a profit and loss statement of Xero."""
    found = _marks(glance)
    if found is None:
        return NO_SIGN
    first, head, place = found
    points = 0.5 + 0.4 * (head == "account" and place == 0) + 0.1 * (normal(first) not in _TITLES)
    return Sign(round(points, 3), "it is a profit and loss statement whose header begins with Account")


def sniff_quickbooks(glance: Glance) -> Sign:
    """Say how surely a file is a profit and loss statement of QuickBooks."""
    found = _marks(glance)
    if found is None:
        return NO_SIGN
    first, head, place = found
    points = 0.55 + 0.3 * (head == "" and place == 0) + 0.15 * (normal(first) in _TITLES and head == "")
    return Sign(round(points, 3), "it is a profit and loss statement whose header begins with an empty cell")


def sniff_wave(glance: Glance) -> Sign:
    """Say how surely a file is a profit and loss statement of Wave."""
    found = _marks(glance)
    if found is None:
        return NO_SIGN
    _, head, place = found
    points = 0.5 + 0.5 * (head == "account" and place == 1)
    return Sign(round(points, 3), "it is a profit and loss statement with ACCOUNTS in the second column")


def _marks(glance: Glance) -> tuple[str, str, int] | None:
    """Return the first text, the word of the header's account column and its place; None where it is no statement."""
    for grid in glance.grids:
        start = _header_row(grid)
        if start is None:
            continue
        above = [text_of(cell) for row in grid.rows[:start] for cell in row if not is_missing(cell)]
        below = {normal(text_of(cell)) for row in grid.rows[start + 1 : start + 400] for cell in row[:2]}
        titled = any(any(title in normal(text) for title in _TITLES) for text in above)
        closed = bool(below & _RESULTS)
        if titled or (closed and below & (_INCOME | _SECTIONS)):
            row = grid.rows[start]
            named = next((place for place, cell in enumerate(row[:2]) if normal(text_of(cell)) in _HEADS), 0)
            return (above[0] if above else ""), normal(text_of(row[named])) if row else "", named
    return None


def _header_row(grid: Grid) -> int | None:
    """Return the row whose cells, apart from the first ones, name periods or options; it stands above all amounts."""
    for index, row in enumerate(grid.rows[:30]):
        cells = [text_of(cell) for cell in row]
        filled = [place for place, cell in enumerate(cells) if cell]
        if not filled:
            continue
        named = any(normal(cells[place]) in _HEADS for place in filled if place <= 1)
        dated = [place for place in filled if place >= 1 and period_end(cells[place]) is not None]
        amounts = any(normal(cells[place]) in _AMOUNTS for place in filled)
        if (named and len(filled) > 1) or ((dated or amounts) and filled[0] >= 1):
            return index
    return None


# --- reading ----------------------------------------------------------------------------------


def read_xero(glance: Glance, terms: Terms) -> Draft:
    """Return what a profit and loss statement of Xero says."""
    return _read(glance, terms, "xero")


def read_quickbooks(glance: Glance, terms: Terms) -> Draft:
    """Return what a profit and loss statement of QuickBooks says."""
    return _read(glance, terms, "quickbooks")


def read_wave(glance: Glance, terms: Terms) -> Draft:
    """Return what a profit and loss statement of Wave says."""
    return _read(glance, terms, "wave")


def _read(glance: Glance, terms: Terms, source: str) -> Draft:
    draft = Draft(terms.source_or(source), partial=True)
    taken = ((grid, found) for grid in glance.grids if (found := _taken_apart(grid)) is not None)
    grid, statement = next(taken, (None, None))
    if grid is not None and grid.sheet:
        glance.say_other_sheets(grid.sheet)
    draft.findings += glance.findings
    if statement is None:
        raise refused(
            "no-statement",
            glance.name,
            "The file has no header with periods, so it cannot be read as a profit and loss statement.",
            "Export the report again with at least one column for a period, such as 'Jan - Dec 2026'.",
        )
    titles = [text for text in statement.above if not any(title in normal(text) for title in _TITLES)]
    draft.firm = next((text[:200] for text in titles if period_end(text) is None and ":" not in text), "")
    draft.currency = statement.currency
    _add_costs(draft, statement, terms, draft.source)
    _add_income(draft, statement, draft.source)
    for label, row, stated, parts in statement.totals:
        draft.check(label, stated, parts, f"row {row}")
    for row, text in statement.unread:
        draft.say(
            "not-a-number",
            f"row {row}",
            f"The amount '{text[:40]}' is no number; it was not imported.",
            "Export the report with plain amounts.",
            Severity.WARNING,
            value=text[:40],
        )
    draft.leave_out(statement.ignored, "the columns are no periods of actual amounts")
    draft.leave_out(statement.unchecked, "they are results that the file computes in a way not known here")
    return draft


def _taken_apart(grid: Grid) -> _Statement | None:
    start = _header_row(grid)
    if start is None:
        return None
    above = [text_of(cell) for row in grid.rows[:start] for cell in row if not is_missing(cell)]
    statement = _Statement(above, [], [])
    _find_periods(statement, grid.rows[start])
    if not statement.periods:
        return None
    places = [period.place for period in statement.periods]
    cells = [row[place] for row in grid.rows[start + 1 :] for place in places if place < len(row)]
    amounts = [cell for cell in cells if not is_missing(cell)]
    said = currencies(amounts)
    # A dollar sign alone may be any of twenty currencies; the others say which they are.
    said.pop("USD", None)
    statement.currency = said.most_common(1)[0][0] if said else ""
    _walk(statement, grid.rows[start + 1 :], start + 2, decide_numbers(amounts).style)
    return statement


def _find_periods(statement: _Statement, header: Sequence[Cell]) -> None:
    texts = [text_of(cell) for cell in header]
    whole = next((end for text in statement.above if (end := period_end(text)) is not None), None)
    dated = any(period_end(text) is not None for text in texts[1:])
    for place, text in enumerate(texts):
        if not text or normal(text) in _HEADS:
            continue
        end = period_end(text)
        said = normal(text)
        if end is not None:
            statement.periods.append(_Period(place, text, end))
        elif said in ("total", "ytd", "actual", "amount") and not dated and whole is not None and len(texts) <= 3:
            statement.periods.append(_Period(place, text, whole))
        elif (
            place > 0
            and not dated
            and whole is not None
            and said not in ("total", "budget")
            and "%" not in text
            and "over" not in said
        ):
            # One period for the whole report: then its columns are tracking options, not periods.
            statement.periods.append(_Period(place, text, whole, "" if said in ("actual", "amount") else text))
        else:
            statement.ignored.append(text)


def _walk(statement: _Statement, rows: Sequence[Sequence[Cell]], first: int, style: NumberStyle) -> None:
    """Go down the statement once, with the open sections on a stack."""
    path: list[str] = []
    starts: list[int] = []
    for number, row in enumerate(rows, first):
        label = next((text_of(cell) for cell in row[:2] if not is_missing(cell) and not _is_amount(cell, style)), "")
        amounts = _amounts(statement, row, number, style)
        said = normal(label)
        if not label or _is_share(row, style):
            continue
        # "Operating Income" is a section where it stands alone, and a result where it has an amount below accounts.
        result = said in _RESULTS or (said == "operating income" and bool(amounts) and bool(statement.accounts))
        if result or said in _OTHER_RESULTS:
            _check_result(statement, label, number, amounts, other=said in _OTHER_RESULTS)
            path, starts = [], []
        elif said.startswith("total ") or said == "total":
            _close(statement, label, number, amounts, path, starts)
        elif not amounts:
            if said in _INCOME or said in _SECTIONS:
                path, starts = [], []
            path.append(said)
            starts.append(len(statement.accounts))
        else:
            root = path[0] if path else said
            account = _Account(label.strip(), number, root in _INCOME, "other" in root.split(), amounts, tuple(path))
            statement.accounts.append(account)


def _is_amount(cell: Cell, style: NumberStyle) -> bool:
    return parse_amount(cell, style) is not None


def _is_share(row: Sequence[Cell], style: NumberStyle) -> bool:
    """Whether all numbers of a row are percentages, such as the profit as a share of the income."""
    amounts = [found for cell in row[1:] if (found := parse_amount(cell, style)) is not None]
    return bool(amounts) and all(amount.percent for amount in amounts)


def _amounts(statement: _Statement, row: Sequence[Cell], number: int, style: NumberStyle) -> dict[int, Decimal]:
    found = {}
    for period in statement.periods:
        cell = row[period.place] if period.place < len(row) else None
        if is_missing(cell):
            continue
        amount = parse_amount(cell, style)
        if amount is None:
            statement.unread.append((number, text_of(cell)))
        else:
            found[period.place] = amount.value
    return found


def _close(
    statement: _Statement, label: str, number: int, amounts: dict[int, Decimal], path: list[str], starts: list[int]
) -> None:
    """Close the section a total belongs to, and compare it with the accounts since the section began."""
    said = normal(label).removeprefix("total").strip()
    since = None
    if said in path:
        depth = len(path) - 1 - path[::-1].index(said)
        since = starts[depth]
        del path[depth:], starts[depth:]
    else:
        # "Total Automobile" may close an account that has an amount of its own and others below it.
        named = [place for place, account in enumerate(statement.accounts) if normal(account.name) == said]
        short = [depth for depth, name in enumerate(path) if name.endswith(said) or said.endswith(name)]
        if named:
            since = named[-1]
        elif short and said:
            since = starts[short[-1]]
            del path[short[-1] :], starts[short[-1] :]
    if since is None:
        statement.unchecked.append(label)
        return
    for period in statement.periods:
        if period.place in amounts:
            parts = sum((each.amounts.get(period.place, Decimal(0)) for each in statement.accounts[since:]), Decimal(0))
            statement.totals.append((f"{label} ({period.text})", number, amounts[period.place], parts))


def _check_result(statement: _Statement, label: str, number: int, amounts: dict[int, Decimal], *, other: bool) -> None:
    """Compare a result such as the net profit with all income so far minus all costs so far."""
    for period in statement.periods:
        if period.place not in amounts:
            continue
        parts = Decimal(0)
        for account in statement.accounts:
            if other and not account.other:
                continue
            amount = account.amounts.get(period.place, Decimal(0))
            parts += amount if account.income else -amount
        stated = amounts[period.place]
        if normal(label) == "net loss" and stated > 0:
            stated = -stated
        statement.totals.append((f"{label} ({period.text})", number, stated, parts))


# --- what it becomes --------------------------------------------------------------------------


def running_the_business(draft: Draft, where: str) -> Link:
    """Add the initiative that takes all costs nobody has given to another one.

    Parameters
    ----------
    draft
        The draft to add to.
    where
        The place to name in findings.
    """
    link = Link("initiative", "running the business")
    if not any(row.kind == "initiative" and row.id == link.id for row in draft.rows):
        filled = {"name": "Running the business", "stage": "running"}
        draft.add("initiative", link.id, where, {}, filled, RUNNING, shared=True)
    return link


def add_cost(
    draft: Draft, terms: Terms, account: str, option: str, day: date, money: Decimal, where: str, source: str
) -> bool:
    """Add money spent to the initiative its account or tracking option belongs to; say whether one was named.

    Parameters
    ----------
    draft, terms
        The draft, and the answers that say which account belongs to which initiative.
    account, option
        What the books call it.
    day, money, where, source
        When and how much, the place in the file, and where it comes from.
    """
    named = terms.answers.get(f"tracking:{option}", "") if option else ""
    named = named or terms.answers.get(f"account:{account}", "")
    label = f"{source}: {account}{f' / {option}' if option else ''}"[:500]
    target = named or running_the_business(draft, where)
    draft.add("actual", f"{label} {day}", where, {"initiative": target, "date": day, "money": money, "source": label})
    return bool(named)


def _add_costs(draft: Draft, statement: _Statement, terms: Terms, source: str) -> None:
    negative = []
    loose: dict[str, Decimal] = {}
    merged: dict[tuple[str, int], tuple[_Account, Decimal]] = {}
    for account in statement.accounts:
        if account.income:
            continue
        for place, amount in account.amounts.items():
            before = merged.get((account.name, place), (account, Decimal(0)))
            merged[account.name, place] = (before[0], before[1] + amount)
    by_place = {period.place: period for period in statement.periods}
    for (name, place), (account, amount) in merged.items():
        period = by_place[place]
        if amount < 0:
            negative.append((account.row, name, amount))
        elif amount > 0 and not add_cost(
            draft, terms, name, period.option, period.end, amount, f"row {account.row}", source
        ):
            loose[name] = loose.get(name, Decimal(0)) + amount
    for row, name, amount in negative[:50]:
        draft.say(
            "negative-cost",
            f"row {row}",
            f"'{name[:60]}' is {amount:,f}: money that came back is no cost, so it was not imported.",
            "Subtract it from the account it belongs to.",
            Severity.WARNING,
            value=float(amount),
        )
    ask_accounts(draft, loose)


def ask_accounts(draft: Draft, loose: dict[str, Decimal]) -> None:
    """Ask to which initiative each account belongs, and say what happens until somebody answers.

    Parameters
    ----------
    draft
        The draft.
    loose
        The accounts nobody has given to an initiative, with their sums.
    """
    if not loose:
        return
    draft.say(
        "running-the-business",
        draft.source,
        f"{len(loose)} account(s) were given to the initiative 'Running the business', because the file does not say "
        "which initiative they paid for.",
        "Answer account:NAME=initiative for those that belong to one; the answers are remembered.",
        count=len(loose),
    )
    for name in list(loose)[:50]:
        draft.ask(f"account:{name}", f"Which initiative did '{name[:60]}' pay for?", RUNNING, "the file does not say")


def _add_income(draft: Draft, statement: _Statement, source: str) -> None:
    by_place = {period.place: period for period in statement.periods}
    readings: dict[str, dict[date, Decimal]] = {}
    where: dict[str, str] = {}
    for account in statement.accounts:
        if not account.income:
            continue
        where.setdefault(account.name, f"row {account.row}")
        for place, amount in account.amounts.items():
            days = readings.setdefault(account.name, {})
            end = by_place[place].end
            days[end] = days.get(end, Decimal(0)) + amount
    add_measured(
        draft,
        [
            Measured(
                id=f"income:{normal(name)}",
                name=f"Income: {name}"[:200],
                unit=statement.currency or "money",
                readings=[(day, float(value)) for day, value in sorted(days.items())],
                source=source,
                where=where[name],
                key=f"income-{slug(name)}"[:76],
            )
            for name, days in readings.items()
        ],
    )


# --- periods ----------------------------------------------------------------------------------

_BETWEEN = re.compile(r"\s+to\s+|\s*[\u2013\u2014]\s*|\s+-\s+|\s+bis\s+", re.IGNORECASE)
_BEFORE = re.compile(
    r"^(?:for the (?:year|month|quarter|period|\d+ months) ended|as (?:at|of)|date range:|period:|ytd)\s*",
    re.IGNORECASE,
)
_YEAR_ONLY = re.compile(r"(?:FY\s?)?((?:19|20)\d\d)", re.IGNORECASE)
_QUARTER_ONLY = re.compile(r"Q([1-4])\s?((?:19|20)\d\d)|((?:19|20)\d\d)\s?Q([1-4])", re.IGNORECASE)
_SHORT_MONTHS = re.compile(r"^[^\W\d_]{3,9}-([^\W\d_]{3,9}\.?\s+\d{4})$")


def period_end(text: str) -> date | None:
    """Return the last day of a period such as ``Jan - Dec 2024``, ``30 Jun 2024`` or ``2024``; None for other texts.

    Parameters
    ----------
    text
        A header of a statement, or a line above it.
    """
    if not text or len(text) > _WIDEST or not any(letter.isdigit() for letter in text):
        return None
    bare = _BEFORE.sub("", text.strip())
    last = _BETWEEN.split(bare)[-1].strip().rstrip(".")
    short = _SHORT_MONTHS.match(last)
    last = short[1] if short else last
    if found := _YEAR_ONLY.fullmatch(last):
        return date(int(found[1]), 12, 31)
    if found := _QUARTER_ONLY.fullmatch(last):
        year, quarter = int(found[2] or found[3]), int(found[1] or found[4])
        return _last_of_month(date(year, quarter * 3, 1))
    month = month_of(last)
    if month is not None:
        return _last_of_month(month)
    return parse_date(last, DateStyle("dmy")) if any(letter.isalpha() for letter in last) or len(last) >= 8 else None


def _last_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


__all__ = [
    "RUNNING",
    "add_cost",
    "ask_accounts",
    "period_end",
    "read_quickbooks",
    "read_wave",
    "read_xero",
    "running_the_business",
    "sniff_quickbooks",
    "sniff_wave",
    "sniff_xero",
]
