"""The horizon: the periods a firm plans over, and which of them a date falls into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, date
from typing import TYPE_CHECKING

from rhumbline.book.types import PeriodUnit

if TYPE_CHECKING:
    from rhumbline.book.book import Book

_MONTHS = {PeriodUnit.QUARTER: 3, PeriodUnit.MONTH: 1}
_FIRST_MONTHS_OF_QUARTERS = (1, 4, 7, 10)


def _add_months(day: date, months: int) -> date:
    """Return the first day of the period that begins so many months after the one that begins on ``day``."""
    index = day.year * 12 + day.month - 1 + months
    if index >= 12 * (MAXYEAR + 1):
        return date.max  # the calendar ends there, and whatever would begin later begins on its last day
    # A horizon may begin on the 31st: the shorter month then ends where it ends.
    for last in (day.day, 30, 29, 28):
        try:
            return date(index // 12, index % 12 + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError  # pragma: no cover - the 28th exists in every month


@dataclass(frozen=True, slots=True)
class Horizon:
    """The periods of the plan, numbered 1 to ``periods``.

    Parameters
    ----------
    start
        The first day of period 1.
    periods
        How many periods there are, 0 where there is no budget.
    unit
        Quarters (three calendar months) or months.
    """

    start: date
    periods: int
    unit: PeriodUnit

    def first_day(self, period: int) -> date:
        """Return the first day of a period; period ``periods`` + 1 is the day after the horizon."""
        return _add_months(self.start, (period - 1) * _MONTHS[self.unit])

    def period_of(self, day: date) -> int:
        """Return the period that contains a day: 0 before the horizon, at most ``periods``."""
        if day < self.start:
            return 0
        months = (day.year - self.start.year) * 12 + day.month - self.start.month
        period = months // _MONTHS[self.unit] + 1
        while period > 1 and self.first_day(period) > day:
            period -= 1
        return min(period, self.periods)

    def label(self, period: int) -> str:
        """Return the name of a period: ``2027-Q1``, ``2027-01``, or its first day where it begins within a month."""
        first = self.first_day(period)
        if first.day != 1:
            return first.isoformat()
        if self.unit == PeriodUnit.MONTH:
            return f"{first.year}-{first.month:02d}"
        if first.month in _FIRST_MONTHS_OF_QUARTERS:
            return f"{first.year}-Q{(first.month + 2) // 3}"
        return f"{first.year}-{first.month:02d}"


def horizon(book: Book, as_of: date) -> Horizon:
    """Return the horizon a Book plans over.

    Parameters
    ----------
    book
        The Book; its strategy may name the first day and the unit, its budget has one amount a period.
    as_of
        The evaluation date. Without a stated first day the horizon begins with the next calendar
        quarter (or month) after it.
    """
    strategy = book.strategy
    start = strategy.horizon_start
    if start is None:
        months = _MONTHS[strategy.period_unit]
        into = (as_of.month - 1) % months
        start = _add_months(date(as_of.year, as_of.month, 1), months - into)
    periods = len(book.budget.cash) if book.budget else strategy.periods or 0
    return Horizon(start, periods, strategy.period_unit)
