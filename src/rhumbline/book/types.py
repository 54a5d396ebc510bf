"""The words every record is written in: each bound, unit and meaning is declared here once.

A field's annotation carries everything the product needs to know about it: the gate reads the
bounds, the files read the containers, the pages read the units, the store reads ``Personal``.
"""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, NoReturn, TypeVar

from annotated_types import Ge, Gt, Le, MaxLen, MinLen

# --- what an annotation can say beside a bound ------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit a number is measured in, as a person would say it."""

    name: str


@dataclass(frozen=True, slots=True)
class OwnUnit:
    """Marks a value of a result whose unit stands in the field ``unit`` beside it."""


@dataclass(frozen=True, slots=True)
class Quotes:
    """Marks a text that may quote any value at all, such as the message of an exception."""


@dataclass(frozen=True, slots=True)
class RefersTo:
    """The kind of record that a key points at; the integrity rules refuse a key that points nowhere."""

    kind: str


@dataclass(frozen=True, slots=True)
class KeysReferTo:
    """The kind of record that the keys of a mapping point at."""

    kind: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A regular expression the whole text must match, and what to say when it does not."""

    pattern: str
    says: str


@dataclass(frozen=True, slots=True)
class _Personal:
    """Marks names, addresses and free text by or about a person: never part of a digest, so it can be erased."""


Personal = _Personal()


# --- order ------------------------------------------------------------------------------------

_DIGITS = re.compile(r"(\d+)")


def natural(key: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key under which ``i2`` comes before ``i10``; the one order of the whole product.

    Parameters
    ----------
    key
        Any text, usually the key of a record.

    Returns
    -------
    tuple
        Comparable between any two texts; equal only for equal texts.
    """
    parts = _DIGITS.split(key)
    # Digits compare by value, then (last element) by spelling, so that "i02" and "i2" stay distinct.
    return tuple((1, int(part), part) if part.isdecimal() else (0, 0, part) for part in parts if part)


# --- an immutable mapping ---------------------------------------------------------------------

# Finding the place of one more among many is worth it while there are this many times as many; else all are sorted.
_FEW = 32

K = TypeVar("K", bound=str)
V = TypeVar("V")


class FrozenMap(Mapping[str, V]):
    """A mapping that never changes and always lists its keys in natural order.

    Parameters
    ----------
    items
        A mapping or pairs of key and value; a later pair replaces an earlier one.
    """

    __slots__ = ("_items",)
    _items: dict[str, V]

    def __init__(self, items: Mapping[str, V] | Iterable[tuple[str, V]] = ()) -> None:
        pairs = dict(items)
        object.__setattr__(self, "_items", {key: pairs[key] for key in sorted(pairs, key=natural)})

    @classmethod
    def _ordered(cls, items: dict[str, V]) -> FrozenMap[V]:
        made = cls.__new__(cls)
        object.__setattr__(made, "_items", items)
        return made

    def updated(self, items: Mapping[str, V]) -> FrozenMap[V]:
        """Return a mapping with these items added, or instead of those with their key; the order is not sought anew.

        Parameters
        ----------
        items
            By key.
        """
        added = [key for key in items if key not in self._items]
        if len(added) * _FEW > len(self._items):
            return FrozenMap({**self._items, **items})
        if not added:
            return self._ordered({**self._items, **items})
        keys = list(self._items)
        for key in added:
            insort(keys, key, key=natural)
        return self._ordered({key: items[key] if key in items else self._items[key] for key in keys})

    def without(self, keys: Collection[str]) -> FrozenMap[V]:
        """Return a mapping that lacks these keys.

        Parameters
        ----------
        keys
            Keys to leave out; one that is not there is no error.
        """
        return self._ordered({key: value for key, value in self._items.items() if key not in keys})

    def __getitem__(self, key: str) -> V:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __hash__(self) -> int:
        return hash(tuple(self._items.items()))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FrozenMap):
            return self._items == other._items
        return self._items == other if isinstance(other, Mapping) else NotImplemented

    def __repr__(self) -> str:
        return f"FrozenMap({self._items!r})"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        message = f"a FrozenMap never changes: build a new one instead of setting {name!r}"
        raise AttributeError(message)

    def __reduce__(self) -> tuple[type[FrozenMap[Any]], tuple[dict[str, V]]]:
        return FrozenMap, (self._items,)


NOTHING: FrozenMap[Any] = FrozenMap()

# --- texts ------------------------------------------------------------------------------------

KEY_SHAPE = Shape(
    r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,79}",
    "letters, digits, '-', '_' and '.', at most 80 of them, beginning with a letter or a digit",
)
Key = Annotated[str, KEY_SHAPE]
Name = Annotated[str, MinLen(1), MaxLen(200)]
PersonName = Annotated[str, MinLen(1), MaxLen(200), Personal]
Sentence = Annotated[str, MaxLen(400)]
Text = Annotated[str, MaxLen(5000)]
PersonalText = Annotated[str, MaxLen(5000), Personal]
Currency = Annotated[str, Shape(r"[A-Z]{3}", "three capital letters such as EUR or USD")]

# --- numbers ----------------------------------------------------------------------------------

# No firm of 500 people needs a larger number, and every sum of such numbers is exact to far below a cent.
LARGEST = 1e15

Number = Annotated[float, Ge(-LARGEST), Le(LARGEST)]
SegmentSize = Annotated[float, Ge(0), Le(LARGEST), Unit("customers or money")]
Money = Annotated[Decimal, Ge(0), Le(10**13), Unit("money")]
Hours = Annotated[Decimal, Ge(0), Le(10**9), Unit("hours")]
Rate = Annotated[Decimal, Ge(0), Le(10**6), Unit("money per hour")]
Worth = Annotated[float, Ge(-LARGEST), Le(LARGEST), Unit("money per unit")]
# A number in the unit that its KPI states: hidden where the KPI is private.
KpiValue = Annotated[float, Ge(-LARGEST), Le(LARGEST), Unit("unit of the KPI")]
Share = Annotated[float, Ge(0), Le(1), Unit("share of 1")]
ReserveShare = Annotated[float, Ge(0), Le(0.5), Unit("share of 1")]
Weight = Annotated[float, Gt(0), Le(1e9)]
LinkWeight = Annotated[float, Ge(0), Le(1e9)]
Factor = Annotated[float, Gt(0), Le(1e6)]
Hurdle = Annotated[float, Ge(0), Le(1e6)]
Level = Annotated[int, Ge(0), Le(5), Unit("level 0 to 5")]
LevelWanted = Annotated[int, Ge(1), Le(5), Unit("level 1 to 5")]
Rating5 = Annotated[int, Ge(0), Le(5), Unit("rating 0 to 5")]
Rating4 = Annotated[int, Ge(0), Le(4), Unit("rating 0 to 4")]
Rating10 = Annotated[float, Ge(0), Le(10), Unit("rating 0 to 10")]
PulseMean = Annotated[float, Ge(1), Le(5), Unit("mean of answers 1 to 5")]
Strength = Annotated[int, Ge(1), Le(3), Unit("strength 1 to 3")]
Surplus = Annotated[float, Ge(-3), Le(3), Unit("gain -3 to 3")]
Count = Annotated[int, Ge(0), Le(10**9)]
Days = Annotated[int, Ge(1), Le(36500), Unit("days")]
Months = Annotated[int, Ge(1), Le(1200), Unit("months")]
Period = Annotated[int, Ge(1), Le(120), Unit("period of the horizon, counted from 1")]
DuePeriod = Annotated[int, Ge(0), Le(120), Unit("period of the horizon, 0 = before it begins")]
Periods = Annotated[int, Ge(1), Le(120), Unit("periods")]
Lag = Annotated[int, Ge(0), Le(120), Unit("periods")]
MonthOfYear = Annotated[int, Ge(1), Le(12), Unit("month of the year")]

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2200, 12, 31)
Day = Annotated[date, Ge(FIRST_DAY), Le(LAST_DAY)]

# What engines compute of money is a float, as precise as a sum of money needs to be.
Amount = Annotated[float, Unit("money")]
PerMoney = Annotated[float, Unit("points for 10,000 of money")]
# Whoever knows the rest could try amounts until the digest fits.
DigestOfMoney = Annotated[str, Unit("digest of money")]

# --- references -------------------------------------------------------------------------------

AssumptionKey = Annotated[str, KEY_SHAPE, RefersTo("assumption")]
CapabilityKey = Annotated[str, KEY_SHAPE, RefersTo("capability")]
ExperimentKey = Annotated[str, KEY_SHAPE, RefersTo("experiment")]
InitiativeKey = Annotated[str, KEY_SHAPE, RefersTo("initiative")]
KpiKey = Annotated[str, KEY_SHAPE, RefersTo("kpi")]
NeedKey = Annotated[str, KEY_SHAPE, RefersTo("need")]
ObjectiveKey = Annotated[str, KEY_SHAPE, RefersTo("objective")]
PartnerKey = Annotated[str, KEY_SHAPE, RefersTo("partner")]
PersonKey = Annotated[str, KEY_SHAPE, RefersTo("person")]
ReviewKey = Annotated[str, KEY_SHAPE, RefersTo("review")]
ScenarioKey = Annotated[str, KEY_SHAPE, RefersTo("scenario")]
SegmentKey = Annotated[str, KEY_SHAPE, RefersTo("segment")]
StrategyKey = Annotated[str, KEY_SHAPE, RefersTo("strategy")]
SurveyKey = Annotated[str, KEY_SHAPE, RefersTo("survey")]
SystemKey = Annotated[str, KEY_SHAPE, RefersTo("system")]
TeamKey = Annotated[str, KEY_SHAPE, RefersTo("team")]


# --- choices ----------------------------------------------------------------------------------


class Evidence(StrEnum):
    """How we know an expected effect.

    E0 is an assertion, E1 a reasoned estimate, E2 a benchmark or customer data, E3 our own pilot, E4 measured.
    """

    E0 = "E0"
    E1 = "E1"
    E2 = "E2"
    E3 = "E3"
    E4 = "E4"


class Mode(StrEnum):
    """Exploit what is known, explore what is new (March 1991), or drift: unaligned, paid from the reserve."""

    EXPLOIT = "exploit"
    EXPLORE = "explore"
    DRIFT = "drift"


class TeamMode(StrEnum):
    """Which kind of work a team does."""

    EXPLOIT = "exploit"
    EXPLORE = "explore"
    MIXED = "mixed"


class Stage(StrEnum):
    """Where an initiative stands on its way from idea to closed."""

    IDEA = "idea"
    SCREENED = "screened"
    CASE = "case"
    FUNDED = "funded"
    RUNNING = "running"
    STOPPED = "stopped"
    CLOSED = "closed"
    PARKED = "parked"


class InitiativeKind(StrEnum):
    """What sort of change an initiative is; no sort is second class."""

    INNOVATION = "innovation"
    AUTOMATION = "automation"
    EXPERIMENT = "experiment"
    IDEA = "idea"
    INCREMENTAL = "incremental"
    PROCESS = "process"
    SERVICE = "service"
    PRODUCT = "product"
    BUSINESS_MODEL = "business model"
    TRAINING = "training"
    PARTNERSHIP = "partnership"


class Area(StrEnum):
    """The part of the business model an initiative changes."""

    OFFER = "offer"
    PRODUCTION = "production"
    DISTRIBUTION = "distribution"
    MARKETING_AND_SALES = "marketing and sales"
    SERVICE = "service"
    ORGANISATION = "organisation"
    REVENUE_MODEL = "revenue model"


class TimeHorizon(StrEnum):
    """How far ahead an initiative looks: H1 today's business, H2 the next one, H3 the one after."""

    H1 = "H1"
    H2 = "H2"
    H3 = "H3"


class Perspective(StrEnum):
    """The four perspectives of a strategy map (Kaplan & Norton 1992)."""

    FINANCIAL = "financial"
    CUSTOMER = "customer"
    PROCESS = "process"
    LEARNING = "learning"


class Direction(StrEnum):
    """Which way a KPI should move."""

    UP = "up"
    DOWN = "down"
    RANGE = "range"


class KpiKind(StrEnum):
    """Leading KPIs tell early, lagging ones afterwards; cost KPIs count what we spend."""

    LEADING = "leading"
    LAGGING = "lagging"
    COST = "cost"


class SignalKind(StrEnum):
    """Where a sign of change comes from."""

    CUSTOMER = "customer"
    TECHNOLOGY = "technology"
    COMPETITOR = "competitor"
    REGULATION = "regulation"
    ECONOMY = "economy"
    SOCIETY = "society"
    DISRUPTION = "disruption"
    INTERNAL = "internal"


class Role(StrEnum):
    """What a person is in the firm; it describes, it grants nothing."""

    OWNER = "owner"
    FINANCE = "finance"
    LEAD = "lead"
    MEMBER = "member"
    ADVISOR = "advisor"
    AUDITOR = "auditor"


class AssumptionState(StrEnum):
    """Whether something the strategy rests on still holds."""

    HOLDS = "holds"
    DOUBTFUL = "doubtful"
    BROKEN = "broken"


class PartnerKind(StrEnum):
    """What another organisation is to us."""

    SUPPLIER = "supplier"
    COMPLEMENTOR = "complementor"
    DISTRIBUTOR = "distributor"
    CUSTOMER = "customer"
    COMPETITOR = "competitor"
    RESEARCH = "research"


class MessageKind(StrEnum):
    """The form in which leadership speaks."""

    UPDATE = "update"
    NEWSLETTER = "newsletter"
    TOWN_HALL = "town hall"
    KICK_OFF = "kick-off"
    STORY = "story"
    THANKS = "thanks"


class FlowState(StrEnum):
    """Whether data really runs between two systems."""

    PLANNED = "planned"
    LIVE = "live"
    BROKEN = "broken"


class Rhythm(StrEnum):
    """How often data runs between two systems."""

    REAL_TIME = "real time"
    DAILY = "daily"
    MANUAL = "manual"


class SystemKind(StrEnum):
    """What a system is made of."""

    SOFTWARE = "software"
    MACHINE = "machine"
    SENSOR = "sensor"


class CapabilityKind(StrEnum):
    """What a capability is made of."""

    SKILL = "skill"
    PROCESS = "process"
    ASSET = "asset"


class Flag(StrEnum):
    """What makes an initiative need an ethics review."""

    AI_DECISION = "ai_decision"
    PERSONAL_DATA = "personal_data"
    HEALTH_DATA = "health_data"
    JOB_DISPLACEMENT = "job_displacement"


class Verdict(StrEnum):
    """Where an ethics review stands; only ``approved`` opens the way to money."""

    NONE = "none"
    APPROVED = "approved"
    CONDITIONAL = "conditional"
    REJECTED = "rejected"
    EXPIRED = "expired"


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class PeriodUnit(StrEnum):
    """How long one period of the horizon is."""

    QUARTER = "quarter"
    MONTH = "month"


class WorkItemKind(StrEnum):
    """What a work item is: something to deliver, a date to keep, a gate to pass, an action to take."""

    DELIVERABLE = "deliverable"
    MILESTONE = "milestone"
    GATE = "gate"
    ACTION = "action"


class DecisionKind(StrEnum):
    """What was decided."""

    GO = "go"
    KILL = "kill"
    HOLD = "hold"
    RECYCLE = "recycle"
    OVERRIDE = "override"
    WAIVER = "waiver"
    PIVOT = "pivot"
    ETHICS = "ethics"
    ACCEPT_PLAN = "accept plan"


class StrategyState(StrEnum):
    """Where a version of the strategy stands."""

    DRAFT = "draft"
    AGREED = "agreed"
    IN_FORCE = "in force"
    SUPERSEDED = "superseded"


class ReviewKind(StrEnum):
    """What a review looks at."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    PROGRESS = "progress"
    STRATEGY = "strategy"
    ETHICS = "ethics"


class SurveyKind(StrEnum):
    """What a survey asks about."""

    PULSE = "pulse"
    UNDERSTANDING = "understanding"


class FeedbackKind(StrEnum):
    """Why somebody spoke up."""

    CHALLENGE = "challenge"
    QUESTION = "question"
    IDEA = "idea"
    CONCERN = "concern"


class ExperimentState(StrEnum):
    """Where an experiment stands."""

    DESIGNED = "designed"
    LOCKED = "locked"
    RUNNING = "running"
    LEARNED = "learned"
    STOPPED = "stopped"


class ExperimentDesign(StrEnum):
    """How an experiment compares."""

    AB_TEST = "A/B"
    BEFORE_AFTER = "before-after"
    PILOT = "pilot"
