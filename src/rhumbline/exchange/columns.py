"""What the cells of one column become: which sort of value a field holds, and how the column writes it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

from rhumbline.book.fields import Container, Part, fields_of
from rhumbline.book.records import KINDS
from rhumbline.book.types import Unit
from rhumbline.exchange.raw import show
from rhumbline.exchange.styles import (
    Cell,
    DateStyle,
    NumberStyle,
    decide_dates,
    decide_numbers,
    is_missing,
    names_a_month,
    parse_amount,
    parse_date,
    parse_truth,
)
from rhumbline.exchange.vocabulary import choices, normal


class Sort(StrEnum):
    """What sort of value a field holds."""

    TEXT = "text"
    KEY = "id"
    MONEY = "money"
    HOURS = "hours"
    NUMBER = "number"
    WHOLE = "whole number"
    SHARE = "share"
    DATE = "date"
    TRUTH = "yes or no"
    CHOICE = "choice"
    NAME = "name"
    NAMES = "names"


NUMBERS = frozenset({Sort.MONEY, Sort.HOURS, Sort.NUMBER, Sort.WHOLE, Sort.SHARE})

# What a column can become beside the fields of the record: it ends up in another field or record.
_BESIDE: Mapping[tuple[str, str], tuple[Sort, str]] = {
    ("initiative", "cash"): (Sort.MONEY, ""),
    ("initiative", "hours"): (Sort.HOURS, ""),
    ("initiative", "owner_email"): (Sort.TEXT, ""),
    ("initiative", "start"): (Sort.DATE, ""),
    ("initiative", "due"): (Sort.DATE, ""),
    ("kpi", "current"): (Sort.NUMBER, ""),
    ("kpi", "last"): (Sort.DATE, ""),
}


@cache
def sort_of(kind: str, target: str) -> tuple[Sort, str]:
    """Return the sort of value a column of a kind becomes, and the kind of record it names, if it names one.

    Parameters
    ----------
    kind
        The name of a kind of record.
    target
        A field, or what else a column can become; ``cash:2027-Q1`` is ``cash`` in one period.
    """
    base = target.partition(":")[0]
    if (kind, base) in _BESIDE:
        return _BESIDE[kind, base]
    described = next((item for item in fields_of(KINDS[kind].record) if item.name == base), None)
    if described is None:
        raise KeyError(target)
    if base == "key":
        return Sort.KEY, ""
    refers = described.refers or ""
    if described.part.container is not Container.ONE:
        return Sort.NAMES, refers
    return (Sort.NAME, refers) if refers else (_sort(described.part), "")


def _sort(part: Part) -> Sort:
    first = part.types[0]
    unit = part.mark(Unit)
    if issubclass(first, StrEnum):
        return Sort.CHOICE
    if first is bool:
        return Sort.TRUTH
    if first is date:
        return Sort.DATE
    if first is Decimal:
        return Sort.HOURS if unit is not None and unit.name == "hours" else Sort.MONEY
    if unit is not None and unit.name == "share of 1":
        return Sort.SHARE
    return {float: Sort.NUMBER, int: Sort.WHOLE}.get(first, Sort.TEXT)


@cache
def choices_of(kind: str, target: str) -> tuple[str, ...]:
    """Return the words a field of a record accepts.

    Parameters
    ----------
    kind
        The name of a kind of record.
    target
        A field that holds a choice.
    """
    described = next(item for item in fields_of(KINDS[kind].record) if item.name == target)
    return tuple(member.value for member in described.part.types[0])


# --- how well a column fits -------------------------------------------------------------------

_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")
_SAMPLED = 400


@dataclass(frozen=True, slots=True)
class Profile:
    """What the cells of a column look like, as shares of those that hold something."""

    filled: int
    numbers: float
    dates: float
    emails: float
    distinct: float
    words: float
    length: float
    stages: float
    currency: bool


def profile(cells: Sequence[Cell]) -> Profile:
    """Return what the cells of a column look like; of a long column the first 400 filled cells.

    Parameters
    ----------
    cells
        All cells of the column.
    """
    filled = [cell for cell in cells if not is_missing(cell)][:_SAMPLED]
    count = len(filled)
    if not count:
        return Profile(0, 0, 0, 0, 0, 0, 0, 0, currency=False)
    texts = [str(cell).strip() for cell in filled]
    numbers, dates = decide_numbers(filled), decide_dates(filled)
    # Plain numbers can be read as the day numbers of a spreadsheet; a header has to say that they are dates.
    dated = 0 if dates.style.serial else dates.read
    stage = choices("stage")
    return Profile(
        filled=count,
        numbers=numbers.read / count,
        dates=dated / count,
        emails=sum(bool(_EMAIL.search(text)) for text in texts) / count,
        distinct=len(set(texts)) / count,
        words=sum(any(letter.isalpha() for letter in text) for text in texts) / count,
        length=sum(map(len, texts)) / count,
        stages=sum(stage.find(text) is not None for text in texts) / count,
        currency=any(not text[:1].isdigit() and any(sign in text for sign in "€$£") for text in texts),
    )


def fit(sort: Sort, target: str, kind: str, cells: Sequence[Cell], seen: Profile) -> float:
    """Return how well the cells of a column fit a sort of value, from 0 to 1.

    Parameters
    ----------
    sort, target, kind
        What the column would become.
    cells
        All cells of the column.
    seen
        What they look like.
    """
    if not seen.filled:
        return 0.8
    if sort in NUMBERS:
        return seen.numbers
    if sort is Sort.DATE:
        return max(seen.dates, decide_dates(cells).read / max(1, sum(not is_missing(cell) for cell in cells)))
    if sort is Sort.TRUTH:
        return _read_share(cells, lambda cell: parse_truth(cell) is not None)
    if sort is Sort.CHOICE:
        known = choices(target)
        allowed = set(choices_of(kind, target))
        return _read_share(cells, lambda cell: known.nearest(str(cell)) is not None or str(cell) in allowed)
    if sort is Sort.KEY:
        # A few repeated ids are rows to look at; many mean that the column groups rows and does not name them.
        return 0.0 if seen.distinct < 0.5 or seen.length > 40 else 1.0 if seen.distinct > 0.98 else seen.distinct
    if target in ("name", "text"):
        # Of several columns that could be the name, the one with different names in every row is it.
        return (0.4 + 0.6 * seen.distinct) * (1.0 if seen.words >= 0.5 else 0.5)
    return 1.0 if seen.words >= 0.5 else 0.3


def _read_share(cells: Sequence[Cell], reads: Callable[[Cell], bool]) -> float:
    counted = Counter(str(cell) for cell in cells if not is_missing(cell))
    whole = sum(counted.values())
    return sum(count for cell, count in counted.items() if reads(cell)) / whole if whole else 1.0


PLAIN_NUMBERS = NumberStyle()
DAY_FIRST = DateStyle()

# --- reading ----------------------------------------------------------------------------------


class Unreadable(Exception):
    """A cell that cannot be what its column says; ``says`` completes "the cell ..." and ``remedy`` helps."""

    def __init__(self, says: str, remedy: str) -> None:
        super().__init__(says)
        self.says, self.remedy = says, remedy


@dataclass(frozen=True, slots=True)
class Plan:
    """How the cells of one column are read.

    Parameters
    ----------
    position
        The place of the column among the headers of its table.
    header
        Its name in the file.
    target, sort, names
        What it becomes, and the kind of record it names, if any.
    numbers, dates
        How it writes numbers and dates.
    percent
        Whether numbers without a sign are percentages.
    factor
        What numbers are multiplied by: -1 where costs are written as negative numbers, 8 where hours are days.
    words
        What its words stand for, where it is a choice; nothing means that the field stays empty.
    currency
        The currency most of its cells name.
    """

    position: int
    header: str
    target: str
    sort: Sort
    names: str = ""
    numbers: NumberStyle = PLAIN_NUMBERS
    dates: DateStyle = DAY_FIRST
    percent: bool = False
    factor: int = 1
    words: Mapping[str, str] | None = None
    currency: str = ""

    @property
    def base(self) -> str:
        """The target without its period."""
        return self.target.partition(":")[0]

    @property
    def period(self) -> str:
        """The period of the target, where the column is one of several by period."""
        return self.target.partition(":")[2]


def read_cell(plan: Plan, cell: Cell) -> Any:
    """Return the raw value of a cell, None where it holds nothing; raise ``Unreadable`` where it makes no sense.

    Parameters
    ----------
    plan
        How its column is read.
    cell
        The cell.
    """
    if is_missing(cell):
        return None
    if isinstance(cell, str) and _ERROR.fullmatch(cell.strip()):
        raise Unreadable(
            f"shows {show(cell.strip())}: a formula that failed.", "Repair the formula, or write the value."
        )
    if plan.sort in NUMBERS:
        return _read_number(plan, cell)
    if plan.sort is Sort.DATE:
        return _read_day(plan, cell)
    if plan.sort is Sort.TRUTH:
        return _read_truth(cell)
    if plan.sort is Sort.CHOICE:
        return (plan.words or {}).get(normal(text_of(cell))) or None
    if plan.sort is Sort.NAMES:
        return names_in(text_of(cell))
    return text_of(cell)


_ERROR = re.compile(
    r"#(?:REF!|N/A|NV|DIV/0!|NAME\?|NULL!|NUM!|VALUE!|WERT!|BEZUG!|NAME|GETTING_DATA|SPILL!|CALC!)", re.IGNORECASE
)


def text_of(cell: Cell) -> str:
    """Return a cell as text: whole numbers without decimals, dates as year-month-day.

    Parameters
    ----------
    cell
        Any cell.
    """
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return str(cell).strip() if cell is not None else ""


def _read_number(plan: Plan, cell: Cell) -> Any:
    amount = parse_amount(cell, plan.numbers)
    if amount is None:
        raise _no_number(plan, cell)
    if amount.currency and plan.currency and amount.currency != plan.currency:
        raise Unreadable(
            f"is in {amount.currency}, but the column is in {plan.currency}.",
            f"Write the amount in {plan.currency}; a Book has one currency.",
        )
    value = amount.value * plan.factor
    if plan.sort is Sort.SHARE:
        return float(value / 100 if plan.percent or amount.percent else value)
    if amount.percent and plan.sort in (Sort.MONEY, Sort.HOURS):
        raise Unreadable(f"is {show(cell)}, a percentage, where {plan.sort} is expected.", "Write the amount itself.")
    if plan.sort in (Sort.MONEY, Sort.HOURS):
        return value
    if plan.sort is Sort.WHOLE and value == value.to_integral_value():
        return int(value)
    return float(value)


def _no_number(plan: Plan, cell: Cell) -> Unreadable:
    other = NumberStyle("," if plan.numbers.decimal == "." else ".", plan.numbers.scale)
    if isinstance(cell, (date, timedelta)):
        return Unreadable(
            f"is a date or time ({show(text_of(cell))}), where a number is expected.",
            "Spreadsheets turn entries such as 1.5 into dates: format the cell as a number, and write it again.",
        )
    if parse_amount(cell, other) is not None:
        return Unreadable(
            f"is {show(cell)}, but the column writes numbers as {plan.numbers}.",
            f"Write it as the other cells of the column do, like {plan.numbers}.",
        )
    return Unreadable(
        f"is {show(cell)}, which is not a number.",
        "Write one number, for example 5000, or leave the cell empty if it is not known.",
    )


def _read_day(plan: Plan, cell: Cell) -> date:
    found = parse_date(cell, plan.dates)
    if found is not None:
        return _last_of_month(found) if plan.base == "due" and names_a_month(cell) else found
    for order in ("dmy", "mdy"):
        if parse_date(cell, DateStyle(order)) is not None:
            raise Unreadable(
                f"is {show(cell)}, but the column writes dates as {plan.dates}.",
                f"Write it as {plan.dates}, or as year-month-day: 2026-11-23.",
            )
    raise Unreadable(
        f"is {show(cell)}, which is not a date.",
        "Write a whole date such as 2026-11-23, or leave the cell empty if it is not known.",
    )


def _last_of_month(day: date) -> date:
    # What is due "in March" has until the end of March.
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _read_truth(cell: Cell) -> bool:
    found = parse_truth(cell)
    if found is None:
        raise Unreadable(f"is {show(cell)}, which is neither yes nor no.", "Write yes or no.")
    return found


_BETWEEN_NAMES = re.compile(r"\s*[;\n|]\s*|\s*,\s+|\s*,(?=\S)|\s+&\s+|\s*/\s+")


def names_in(text: str) -> list[str]:
    """Return the names that one cell lists.

    Parameters
    ----------
    text
        A text such as ``Dana Ortiz; Sam Lee``.
    """
    return [name for part in _BETWEEN_NAMES.split(text) if (name := part.strip())]


def email_in(text: str) -> str:
    """Return the e-mail address in a text, or nothing.

    Parameters
    ----------
    text
        A text such as ``Dana Ortiz <dana@example.com>``.
    """
    found = _EMAIL.search(text)
    return found.group() if found else ""
