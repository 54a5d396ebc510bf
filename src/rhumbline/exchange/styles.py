"""How a column writes its numbers and dates: decided once for the whole column, never cell by cell.

Whoever decides cell by cell reads 03/04/2024 as March and 13/04/2024 as April in one and the same
column. So all values of a column are collected, every style that reads all of them is kept, and where
two are left that disagree, there is a question.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Generic, TypeVar

from rhumbline.exchange.vocabulary import missing_words, months, truth_words

Cell = str | int | float | bool | date | datetime | time | timedelta | None


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How numbers are written: the decimal sign (the other sign, a space or an apostrophe separates thousands).

    ``scale`` is what the header multiplies every number by: 1000 for ``Cost (k€)``.
    """

    decimal: str = "."
    scale: Decimal = Decimal(1)

    def __str__(self) -> str:
        return "1,250.00" if self.decimal == "." else "1.250,00"


@dataclass(frozen=True, slots=True)
class DateStyle:
    """How dates are written: ``dmy``, ``mdy`` or ``ymd``, or as the day numbers of a spreadsheet."""

    order: str = "dmy"
    serial: bool = False

    def __str__(self) -> str:
        if self.serial:
            return "day numbers"
        return {"dmy": "day/month/year", "mdy": "month/day/year"}.get(self.order, "year-month-day")


S = TypeVar("S", NumberStyle, DateStyle)


@dataclass(frozen=True, slots=True)
class Decision(Generic[S]):
    """The style of a column, the styles that would read it as well but differently, and how well it reads.

    Parameters
    ----------
    style
        The style to use.
    rivals
        Other styles that read as many cells, some of them differently.
    read, filled
        How many cells the style reads, of how many that hold something.
    certain
        Whether some cell can be read in this style only.
    example
        A cell that the rivals read differently, or nothing.
    """

    style: S
    rivals: tuple[S, ...] = ()
    read: int = 0
    filled: int = 0
    certain: bool = False
    example: str = ""


def is_missing(cell: Cell) -> bool:
    """Return whether a cell holds nothing, or a sign that says there is nothing."""
    if cell is None:
        return True
    return isinstance(cell, str) and (not cell.strip() or cell.strip().casefold() in missing_words())


# --- numbers ----------------------------------------------------------------------------------

_SIGNS = {
    "€": "EUR",
    "$": "USD",
    "us$": "USD",
    "£": "GBP",
    "¥": "JPY",
    "₹": "INR",
    "zł": "PLN",
    "fr": "CHF",
    "sfr": "CHF",
}
# fmt: off
_CODES = frozenset({
    "AED", "ARS", "AUD", "BGN", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EUR", "GBP", "HKD",
    "HUF", "IDR", "ILS", "INR", "ISK", "JPY", "KRW", "MAD", "MXN", "MYR", "NOK", "NZD", "PEN", "PHP", "PLN",
    "QAR", "RON", "RSD", "RUB", "SAR", "SEK", "SGD", "THB", "TND", "TRY", "TWD", "UAH", "USD", "UYU", "VND",
    "ZAR",
})
# fmt: on
_MULTIPLES = {
    **dict.fromkeys(("k", "t", "tsd", "tausend", "thousand", "thousands", "mil", "mille", "miles"), 10**3),
    **dict.fromkeys(("m", "mm", "mn", "mio", "million", "millions", "millionen", "millones", "millón"), 10**6),
    **dict.fromkeys(("bn", "mrd", "mrd", "billion", "milliarden", "md", "mds"), 10**9),
}
_CURRENCY_WORDS = {"euro": "EUR", "euros": "EUR", "dollar": "USD", "dollars": "USD", "kr": "", "francs": "CHF"}
_HOUR_WORDS = frozenset(("h", "hr", "hrs", "hour", "hours", "std", "stunden", "heures", "horas"))
_SPACES = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " ", "\u2212": "-", "\u2019": "'", "\u00b4": "'"}
)

_AMOUNT = re.compile(
    r"(?P<sign>[-+]?)\s*(?P<before>[^\d.,'()\-+]*)(?P<inner>[-+]?)\s*(?P<body>\d[\d.,' ]*|[.,]\d+)(?P<after>[^\d()]*)",
)
_BODY = {
    ".": re.compile(
        r"(?:[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,2}(?: \d{3})+|[1-9]\d{0,2}(?:'\d{3})+|[1-9]\d?(?:,\d{2})+,\d{3}|\d+)"
        r"(?:\.\d*)?|\.\d+"
    ),
    ",": re.compile(r"(?:[1-9]\d{0,2}(?:\.\d{3})+|[1-9]\d{0,2}(?: \d{3})+|[1-9]\d{0,2}(?:'\d{3})+|\d+)(?:,\d*)?|,\d+"),
}
_DECIMALS = (".", ",")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as a cell writes it: its value, its currency where it says one, and whether it is a percentage."""

    value: Decimal
    currency: str = ""
    percent: bool = False


@lru_cache(maxsize=4_000)
def _unit(text: str) -> tuple[int, str, bool] | None:
    """Return the multiple, currency and percent sign that the letters around a number say; None for other letters."""
    word = text.strip().rstrip(".").strip()
    if not word:
        return 1, "", False
    if word == "%":
        return 1, "", True
    low = word.casefold()
    if low in _SIGNS or low in _CURRENCY_WORDS:
        return 1, _SIGNS.get(low, _CURRENCY_WORDS.get(low, "")), False
    if word.upper() in _CODES and len(word) == 3:
        return 1, word.upper(), False
    if low in _MULTIPLES:
        return _MULTIPLES[low], "", False
    if low in _HOUR_WORDS:
        return 1, "", False
    return _pair_of_units(low)


def _pair_of_units(low: str) -> tuple[int, str, bool] | None:
    """Read ``k€``, ``TEUR`` or ``Mio. CHF``: a multiple beside a currency, in either order."""
    for cut in range(1, len(low)):
        first, second = low[:cut].strip(" ."), low[cut:].strip(" .")
        for multiple, currency in ((first, second), (second, first)):
            if multiple in _MULTIPLES and currency in _SIGNS:
                return _MULTIPLES[multiple], _SIGNS[currency], False
            if multiple in _MULTIPLES and currency.upper() in _CODES:
                return _MULTIPLES[multiple], currency.upper(), False
    return None


@dataclass(frozen=True, slots=True)
class _Peeled:
    """A number cell without what stands around its digits."""

    body: str
    negative: bool
    multiple: int
    currency: str
    percent: bool


@lru_cache(maxsize=50_000)
def _peel(text: str) -> _Peeled | None:
    """Take sign, brackets, currency, multiple and percent sign off the digits; None where that is not all there is."""
    bare = text.translate(_SPACES).strip()
    negative = len(bare) > 2 and bare[0] == "(" and bare[-1] == ")"
    if negative:
        bare = bare[1:-1].strip()
    if len(bare) > 60:
        return None
    # "1.250,-" and "1'250.--" are whole amounts; a lone minus behind the digits is a sign.
    bare = re.sub(r"([.,])\s?[-\u2013\u2014]{1,2}(?=\D*$)", r"\g<1>00", bare)
    if bare.startswith("\u2013"):
        bare = "-" + bare[1:]
    if bare.endswith("-"):
        bare, negative = bare[:-1], not negative
    found = _AMOUNT.fullmatch(bare)
    if found is None:
        return None
    before, after = _unit(found["before"]), _unit(found["after"])
    if before is None or after is None or (before[1] and after[1]) or (before[0] > 1 and after[0] > 1):
        return None
    minus = (found["sign"] == "-") != (found["inner"] == "-")
    return _Peeled(
        found["body"].strip(), negative != minus, before[0] * after[0], before[1] or after[1], before[2] or after[2]
    )


@lru_cache(maxsize=100_000)
def _digits(body: str, decimal: str) -> Decimal | None:
    """Return the value of digits and separators under one decimal sign, or None where they cannot be that."""
    if not _BODY[decimal].fullmatch(body):
        return None
    others = ",. '".replace(decimal, "")
    plain = "".join(letter for letter in body if letter not in others).replace(",", ".")
    return Decimal(plain)


def parse_amount(cell: Cell, style: NumberStyle) -> Amount | None:
    """Return the number a cell holds, or None where it holds none in this style.

    Parameters
    ----------
    cell
        A cell that is not missing.
    style
        The style of its column.
    """
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float)):
        return None
    if isinstance(cell, str):
        peeled = _peel(cell)
        value = _digits(peeled.body, style.decimal) if peeled else None
        if peeled is None or value is None:
            return None
        # A multiple in the cell stands instead of the one in the header: "5k" in a column "Cost (k€)" is 5,000.
        scale = Decimal(peeled.multiple) if peeled.multiple > 1 else style.scale
        value = value * scale
        return Amount(-value if peeled.negative else value, peeled.currency, peeled.percent)
    if isinstance(cell, float) and cell - cell != 0:
        return None
    # Fifteen digits are what a spreadsheet keeps; more would show the noise of binary fractions.
    return Amount(Decimal(format(cell, ".15g") if isinstance(cell, float) else cell) * style.scale)


def decide_numbers(cells: Iterable[Cell], unit: str = "") -> Decision[NumberStyle]:
    """Return how a column writes its numbers.

    Parameters
    ----------
    cells
        All cells of the column.
    unit
        What the header says in brackets or at its end, such as ``k€``.
    """
    read = _unit(unit.strip())
    scale = Decimal(read[0]) if read else Decimal(1)
    styles = tuple(NumberStyle(decimal, scale) for decimal in _DECIMALS)
    return _decide(cells, styles, _amount_value)


def _amount_value(cell: Cell, style: NumberStyle) -> Decimal | None:
    amount = parse_amount(cell, style)
    return None if amount is None else amount.value


def currencies(cells: Iterable[Cell], unit: str = "") -> Counter[str]:
    """Return the currencies that the cells of a column and its header name, with how often.

    Parameters
    ----------
    cells
        All cells of the column.
    unit
        What the header says in brackets or at its end.
    """
    found: Counter[str] = Counter()
    for cell in cells:
        peeled = _peel(cell) if isinstance(cell, str) else None
        if peeled is not None and peeled.currency:
            found[peeled.currency] += 1
    said = _unit(unit.strip())
    if said is not None and said[1]:
        found[said[1]] += 1
    return found


# --- dates ------------------------------------------------------------------------------------

_SERIAL_ZERO = date(1899, 12, 30)
_LEAST_SERIAL, _MOST_SERIAL = 20_000, 80_000
_TIME = re.compile(
    r"[T\s,]+\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?\s*(?:[ap]\.?m\.?)?\s*(?:z|utc|gmt|uhr|[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE,
)
_NUMERIC = re.compile(r"(\d{1,4})\s*([./\-\u2010\u2013 ])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{1,2})\.?", re.ASCII)
_COMPACT = re.compile(r"(?:19|20|21)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", re.ASCII)
_WORD = r"([^\W\d_]{3,10})\.?"
_DAY_FIRST = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th|er|\.|º|°)?[\s\-/.]*(?:de\s+|of\s+)?{_WORD}[\s\-/.,]*(?:de\s+|del\s+)?'?(\d{{4}}|\d{{2}})",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(rf"{_WORD}\s*(\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s+(\d{{4}})", re.IGNORECASE)
_MONTH_ONLY = re.compile(rf"{_WORD}[\s\-/.]*(?:de\s+)?'?(\d{{4}}|\d{{2}})", re.IGNORECASE)
_MONTH_NUMBER = re.compile(r"(\d{1,2})\s*[./\-]\s*(\d{4})", re.ASCII)
_YEAR_MONTH = re.compile(r"(\d{4})\s*[./\-]\s*(\d{1,2})", re.ASCII)
_WEEKDAY = re.compile(r"^[^\W\d_]{2,10}\.?,?\s+(?=\d)")
_ORDERS = ("dmy", "mdy", "ymd")


def _day(year: int | str, month: int | str, day: int | str) -> date | None:
    number = int(year)
    if number < 100:
        number += 2000 if number < 70 else 1900
    try:
        found = date(number, int(month), int(day))
    except ValueError:
        return None
    return found if 1900 <= number <= 2200 else None


@lru_cache(maxsize=50_000)
def _readings(text: str) -> dict[str, date]:
    """Return the date a text is under each order of day, month and year that it fits."""
    bare = _TIME.sub("", text.translate(_SPACES).strip()).strip()
    numeric = _NUMERIC.fullmatch(bare)
    if numeric is not None:
        return _numeric_readings(numeric)
    named = _named_day(bare) or _named_day(_WEEKDAY.sub("", bare))
    if named is None and _COMPACT.fullmatch(bare):
        named = _day(bare[:4], bare[4:6], bare[6:])
    return dict.fromkeys(_ORDERS, named) if named else {}


def _numeric_readings(found: re.Match[str]) -> dict[str, date]:
    first, sign, second, third = found.groups()
    if len(first) >= 3:
        day = _day(first, second, third) if len(first) == 4 and len(third) <= 2 else None
        return dict.fromkeys(_ORDERS, day) if day else {}
    readings = {"dmy": _day(third, second, first)}
    if sign != ".":
        # Nobody writes the month first and separates with points.
        readings["mdy"] = _day(third, first, second)
    if sign == "-" and len(first) == 2 and len(third) == 2:
        readings["ymd"] = _day(first, second, third)
    return {order: day for order, day in readings.items() if day is not None}


def _named_day(text: str) -> date | None:
    """Read a date whose month is a word, or that names only month and year (its first day then)."""
    known = months()
    if found := _DAY_FIRST.fullmatch(text):
        month = known.get(found[2].casefold())
        return _day(found[3], month, found[1]) if month else None
    if found := _MONTH_FIRST.fullmatch(text):
        month = known.get(found[1].casefold())
        return _day(found[3], month, found[2]) if month else None
    return month_of(text)


def month_of(text: str) -> date | None:
    """Return the first day of the month that a text such as ``Mar 2024`` or ``03/2024`` names.

    Parameters
    ----------
    text
        Any text.
    """
    if found := _MONTH_ONLY.fullmatch(text):
        month = months().get(found[1].casefold())
        return _day(found[2], month, 1) if month else None
    if found := _MONTH_NUMBER.fullmatch(text):
        return _day(found[2], found[1], 1)
    if found := _YEAR_MONTH.fullmatch(text):
        return _day(found[1], found[2], 1)
    return None


def names_a_month(cell: Cell) -> bool:
    """Return whether a cell names a month and no day."""
    return isinstance(cell, str) and month_of(cell.strip()) is not None


def parse_date(cell: Cell, style: DateStyle) -> date | None:
    """Return the date a cell holds, or None where it holds none in this style.

    Parameters
    ----------
    cell
        A cell that is not missing.
    style
        The style of its column.
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float)):
        return None
    if style.serial:
        return _serial(cell)
    text = cell.strip() if isinstance(cell, str) else str(int(cell)) if float(cell).is_integer() else ""
    return _readings(text).get(style.order)


def _serial(cell: str | float) -> date | None:
    try:
        number = float(cell)
    except ValueError:
        return None
    return _SERIAL_ZERO + timedelta(days=int(number)) if _LEAST_SERIAL <= number <= _MOST_SERIAL else None


def decide_dates(cells: Iterable[Cell]) -> Decision[DateStyle]:
    """Return how a column writes its dates.

    Parameters
    ----------
    cells
        All cells of the column.
    """
    found = list(cells)
    usual = _decide(found, tuple(DateStyle(order) for order in _ORDERS), parse_date)
    if usual.read == usual.filled:
        return usual
    # Bare day numbers are believed only where the usual orders fail.
    serial = _decide(found, (DateStyle("ymd", serial=True),), parse_date)
    return serial if serial.read > usual.read else usual


def half_converted(cells: Iterable[Cell]) -> bool:
    """Return whether a spreadsheet seems to have turned some day-first dates into month-first ones.

    Parameters
    ----------
    cells
        All cells of the column.

    Notes
    -----
    A spreadsheet set to another country makes a date of 03/04/2024, with day and month exchanged, and leaves
    13/04/2024 as text, because there is no month 13. So all real dates have a day up to 12, and all texts have
    a number above 12.
    """
    texts: list[str] = []
    days: list[date] = []
    for cell in cells:
        if isinstance(cell, date):
            days.append(cell)
        elif isinstance(cell, str) and cell.strip():
            texts.append(cell.strip())
    matches = [found for text in texts if (found := _NUMERIC.fullmatch(_TIME.sub("", text)))]
    if len(days) < 2 or len(matches) < 2:
        return False
    return all(day.day <= 12 for day in days) and all(
        max(int(found[1]), int(found[3])) > 12 for found in matches if len(found[1]) <= 2
    )


# --- deciding ---------------------------------------------------------------------------------


def _decide(cells: Iterable[Cell], styles: tuple[S, ...], read: Callable[[Cell, S], object]) -> Decision[S]:
    """Keep the styles that read the most cells; those that read one of them differently are rivals."""
    # The type counts too: to Python, True and 1 and 1.0 are one value.
    counted = Counter((type(cell), cell) for cell in cells if not is_missing(cell))
    values = {style: [read(cell, style) for _, cell in counted] for style in styles}
    weights = list(counted.values())
    counts = {
        style: sum(w for w, value in zip(weights, values[style], strict=True) if value is not None) for style in styles
    }
    most = max(counts.values(), default=0)
    best = [style for style in styles if counts[style] == most]
    chosen = best[0]
    rivals = tuple(style for style in best[1:] if values[style] != values[chosen])
    example = ""
    if rivals:
        pairs = zip(counted, values[chosen], values[rivals[0]], strict=True)
        example = next(str(cell) for (_, cell), mine, other in pairs if mine != other)
    certain = most > 0 and not rivals and len(best) < len(styles)
    return Decision(chosen, rivals, most, sum(weights), certain, example)


# --- yes and no -------------------------------------------------------------------------------


def parse_truth(cell: Cell) -> bool | None:
    """Return whether a cell says yes or no, or None where it says neither.

    Parameters
    ----------
    cell
        A cell that is not missing.
    """
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, (int, float)):
        return {0: False, 1: True}.get(int(cell)) if cell in (0, 1) else None
    if not isinstance(cell, str):
        return None
    return truth_words().get(cell.strip().casefold())
