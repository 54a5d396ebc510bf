"""Columns of amounts by period to the periods of the horizon."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rhumbline.book.book import Book
from rhumbline.book.horizon import Horizon, horizon
from rhumbline.book.records import Strategy
from rhumbline.book.types import PeriodUnit
from rhumbline.exchange.periods import first_day, length, order_of

_MOST_PERIODS = 120


@dataclass(frozen=True, slots=True)
class Spread:
    """Which period of the horizon each column of amounts belongs to.

    Parameters
    ----------
    start
        The first day of the horizon; None where nobody has said when it begins.
    unit
        Quarters or months.
    places
        By label of a column, its period counted from 1; 0 where it lies outside the horizon.
    fresh
        Whether the horizon is taken from the columns, because the Book has none.
    """

    start: date | None
    unit: PeriodUnit
    places: Mapping[str, int]
    fresh: bool

    @property
    def outside(self) -> tuple[str, ...]:
        """The labels of the columns outside the horizon."""
        return tuple(label for label, place in self.places.items() if place == 0)

    def periods(self, parts: Mapping[str, Decimal | None], *, live: bool) -> tuple[list[Decimal], int]:
        """Return amounts by period from an initiative's own start, and the period in which it starts.

        Parameters
        ----------
        parts
            Amounts by label of their column.
        live
            Whether the initiative is live: its period 1 is that of the horizon.
        """
        by_period: dict[int, Decimal] = {}
        for label, amount in parts.items():
            place = self.places[label]
            if amount and place:
                by_period[place] = by_period.get(place, Decimal(0)) + amount
        if not by_period:
            return [], 1
        first = 1 if live else min(by_period)
        return [by_period.get(period, Decimal(0)) for period in range(first, max(by_period) + 1)], first

    def period_of(self, day: date) -> int | None:
        """Return the period a day falls into, 1 for days before the horizon; None without a horizon."""
        if self.start is None:
            return None
        return max(1, Horizon(self.start, _MOST_PERIODS, self.unit).period_of(day))

    def strategy(self) -> Strategy | None:
        """Return the strategy that keeps the horizon of the columns, where the Book had none."""
        return Strategy(horizon_start=self.start, period_unit=self.unit) if self.fresh else None


def spread_of(book: Book, labels: Iterable[str], as_of: date | None) -> Spread:
    """Return which period of the horizon each column of amounts belongs to.

    Parameters
    ----------
    book
        The Book before the import; its horizon counts if it has one.
    labels
        The periods of the columns, such as ``2027-Q1``.
    as_of
        The evaluation date.
    """
    ordered = sorted(set(labels), key=order_of)
    days = {label: first for label in ordered if (first := first_day(label)) is not None}
    said = book.all("strategy") or book.budget
    unit = book.strategy.period_unit
    start = book.strategy.horizon_start
    fresh = not said and bool(days)
    if fresh:
        unit = PeriodUnit.MONTH if any(length(label) == 1 for label in days) else PeriodUnit.QUARTER
        start = _first_to_come(days, as_of)
    if start is None and as_of is not None:
        start = horizon(book, as_of).start
    if start is None:
        return Spread(None, unit, {label: place for place, label in enumerate(ordered, 1)}, fresh=False)
    whole = Horizon(start, _MOST_PERIODS + 1, unit)
    places = {label: _place(whole, label, place, days) for place, label in enumerate(ordered, 1)}
    return Spread(start, unit, places, fresh)


def _first_to_come(days: Mapping[str, date], as_of: date | None) -> date | None:
    """Return the first day of the first column that is not over on the evaluation date."""
    for label, day in days.items():
        if as_of is None or _months_between(as_of, day) > -length(label):
            return day
    return None


def _months_between(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def _place(whole: Horizon, label: str, place: int, days: Mapping[str, date]) -> int:
    if label not in days:
        return place
    day = days[label]
    if day < whole.start:
        # A year that began before the horizon and reaches into it counts in its first period.
        return 1 if _months_between(day, whole.start) < length(label) else 0
    period = whole.period_of(day)
    return period if period <= _MOST_PERIODS else 0
