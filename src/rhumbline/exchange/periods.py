"""The period that a header names: ``Q1 2027``, ``1. Quartal 2027``, ``Jan 27``, ``2027-01``, ``Kosten 2027``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from rhumbline.exchange.vocabulary import months


@dataclass(frozen=True, slots=True)
class NamedPeriod:
    """A period as a header names it: its label, and the words beside it.

    Parameters
    ----------
    label
        ``2027-Q1``, ``2027-01`` or ``2027``; without a known year ``Q1`` or ``M01``.
    rest
        What else the header says.
    """

    label: str
    rest: str = ""


_QUARTER = re.compile(
    r"(?<!\w)(?:[QT]\s?([1-4])|([1-4])\s?[QT]|([1-4])\.?\s?(?:er|e|ème|º)?\s?(?:quartal|quarter|trimestre|trim\.?)|"
    r"(?:quartal|quarter|trimestre|trim\.?)\s?([1-4]))(?!\w)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_SHORT_YEAR = re.compile(r"(?:['\u2019/.\-\s])(\d\d)(?!\d)")
_NUMERIC_MONTH = re.compile(r"(?<!\d)(?:(20\d\d)[-/.](0[1-9]|1[0-2])(?:[-/.]01)?|(0?[1-9]|1[0-2])[/.](20\d\d))(?!\d)")
_WORD = re.compile(r"[^\W\d_]+\.?")


def period_in(header: str, year: int | None = None) -> NamedPeriod | None:
    """Return the period that a header names, or None where it names none.

    Parameters
    ----------
    header
        The group and the text of a header.
    year
        The year of a period that does not say its own.
    """
    numeric = _NUMERIC_MONTH.search(header)
    if numeric:
        said, month = numeric[1] or numeric[4], numeric[2] or numeric[3]
        return NamedPeriod(f"{said}-{int(month):02d}", _without(header, numeric))
    quarter = _QUARTER.search(header)
    if quarter:
        number = next(group for group in quarter.groups() if group)
        own, rest = _own_year(_without(header, quarter))
        return NamedPeriod(_label(own or year, f"Q{number}"), rest)
    for word in _WORD.finditer(header):
        month_number = months().get(word.group().rstrip(".").casefold())
        if month_number:
            own, rest = _own_year(_without(header, word))
            named = f"{month_number:02d}" if own or year else f"M{month_number:02d}"
            return NamedPeriod(_label(own or year, named), rest)
    alone = _YEAR.findall(header)
    if len(alone) == 1:
        return NamedPeriod(alone[0], _own_year(header)[1])
    return None


def _without(header: str, found: re.Match[str]) -> str:
    return f"{header[: found.start()]} {header[found.end() :]}"


def _own_year(text: str) -> tuple[int | None, str]:
    found = _YEAR.search(text) or _SHORT_YEAR.search(text)
    if found is None:
        return None, _tidy(text)
    year = int(found[1])
    return (year if year > 99 else 2000 + year), _tidy(_without(text, found))


def _tidy(text: str) -> str:
    return " ".join(text.replace("/", " ").split()).strip(" -:,.'\u2019")


def _label(year: int | None, part: str) -> str:
    return f"{year}-{part}" if year else part


def first_day(label: str) -> date | None:
    """Return the first day of a period by its label, or None where the label has no year.

    Parameters
    ----------
    label
        ``2027-Q1``, ``2027-01`` or ``2027``.
    """
    found = re.fullmatch(r"(\d{4})(?:-(?:Q([1-4])|(\d{2})))?", label)
    if found is None:
        return None
    month = int(found[2]) * 3 - 2 if found[2] else int(found[3] or 1)
    return date(int(found[1]), month, 1)


def length(label: str) -> int:
    """Return how many months a period has, by its label.

    Parameters
    ----------
    label
        As ``period_in`` gives it.
    """
    if "Q" in label:
        return 3
    return 12 if re.fullmatch(r"\d{4}", label) else 1


def order_of(label: str) -> tuple[int, int]:
    """Return what sorts labels of periods in time; those without a year come by quarter or month.

    Parameters
    ----------
    label
        As ``period_in`` gives it.
    """
    day = first_day(label)
    if day is not None:
        return day.year, day.month
    digits = int(re.sub(r"\D", "", label) or 0)
    return 0, digits * 3 if "Q" in label else digits
