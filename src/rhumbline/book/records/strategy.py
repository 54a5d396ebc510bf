"""Who the firm is and where it says it wants to go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from rhumbline.book.types import (
    NOTHING,
    Count,
    Currency,
    Day,
    Days,
    Direction,
    DuePeriod,
    FrozenMap,
    Key,
    KeysReferTo,
    KpiKey,
    KpiKind,
    KpiValue,
    LinkWeight,
    MonthOfYear,
    Months,
    Name,
    Number,
    ObjectiveKey,
    Periods,
    PeriodUnit,
    PersonKey,
    Perspective,
    SegmentKey,
    Sentence,
    StrategyState,
    Text,
    Weight,
    Worth,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """The firm this Book is about: one currency, one calendar.

    ``records_messages`` says that the firm keeps a list of what leadership tells the people, so that an
    empty list means silence and not merely that nobody wrote it down.
    """

    key: Key = "organisation"
    name: Name
    currency: Currency
    industry: Text = ""
    headcount: Count | None = None
    fiscal_start: MonthOfYear = 1
    timezone: Text = "UTC"
    market_clock_months: Months = 12
    records_messages: bool = False
    settings: FrozenMap[Text] = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """One agreed version of where the firm wants to go: a mission and the horizon it plans over."""

    key: Key = "strategy"
    version: Count = 1
    state: StrategyState = StrategyState.IN_FORCE
    mission: Sentence = ""
    vision: Text = ""
    horizon_start: Day | None = None
    periods: Periods | None = None
    period_unit: PeriodUnit = PeriodUnit.QUARTER
    volatility: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """A number that tells whether an objective comes closer; its gap is the distance from baseline to target.

    Everybody reads every KPI unless ``private`` hides its numbers from those who need not know them; whoever hides
    them says why.
    """

    key: Key
    name: Name
    unit: Name
    direction: Direction = Direction.UP
    baseline: KpiValue | None = None
    target: KpiValue
    kind: KpiKind = KpiKind.LAGGING
    speed: bool = False
    guard: bool = False
    guards: KpiKey | None = None
    due: Day | None = None
    due_period: DuePeriod | None = None
    cadence_days: Days = 31
    value_per_unit: Worth | None = None
    source: Text = ""
    private: bool = False
    private_reason: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One reading of a KPI; a correction is a later row, nothing is overwritten.

    ``at`` is missing where a file lists earlier values without dates: ``position`` then keeps their
    order, 1 the oldest; of two readings on one day the correction has the higher position. ``value`` is
    missing where only the day of the last reading is known.
    """

    kpi: KpiKey
    at: Day | None = None
    position: Count = 0
    value: KpiValue | None = None
    low: KpiValue | None = None
    high: KpiValue | None = None
    source: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A monthly series the firm kept, for the question whether alignment pays."""

    key: Key
    first: Day
    values: tuple[Number, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """One thing the strategy wants, with its weight and the KPIs that measure it."""

    key: Key
    name: Name
    weight: Weight
    perspective: Perspective | None = None
    parent: ObjectiveKey | None = None
    segments: tuple[SegmentKey, ...] = ()
    owner: PersonKey | None = None
    kpis: Annotated[FrozenMap[LinkWeight], KeysReferTo("kpi")] = NOTHING


__all__ = ["History", "Kpi", "Measurement", "Objective", "Organisation", "Strategy"]
