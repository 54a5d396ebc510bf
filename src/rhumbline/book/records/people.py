"""How people hear of the strategy, what they say, and who outside takes part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Gt, Le

from rhumbline.book.types import (
    NOTHING,
    CapabilityKey,
    Count,
    Day,
    Days,
    FeedbackKind,
    FrozenMap,
    InitiativeKey,
    Key,
    MessageKind,
    Name,
    ObjectiveKey,
    PartnerKey,
    PartnerKind,
    PersonalText,
    PulseMean,
    ReviewKind,
    Severity,
    Share,
    Surplus,
    SurveyKey,
    SurveyKind,
    Text,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """Another organisation that takes part in what our customers get."""

    key: Key
    name: Name
    kind: PartnerKind | None = None
    capabilities: tuple[CapabilityKey, ...] = ()
    objectives: tuple[ObjectiveKey, ...] = ()
    contact: PersonalText = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """What a partner must do for the customer to benefit, whether it has said yes, and what it gains."""

    key: Key
    partner: PartnerKey
    initiative: InitiativeKey | None = None
    element: Text = ""
    gives: Text = ""
    gets: Text = ""
    required: bool = False
    committed: bool = False
    p_deliver: Share | None = None
    surplus: Surplus | None = None
    governance: bool = False
    shared_objective: bool = False
    data_shared: Text = ""
    until: Day | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A few questions asked of everybody; only aggregates are kept with the strategy."""

    key: Key = "pulse"
    kind: SurveyKind = SurveyKind.PULSE
    n: Count
    invited: Count
    sd: Annotated[float, Gt(0), Le(4)] = 1.0
    items: FrozenMap[PulseMean] = NOTHING
    opens: Day | None = None
    closes: Day | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One anonymous set of answers; nothing in it can be joined to a person."""

    survey: SurveyKey
    date: Day
    answers: FrozenMap[PulseMean] = NOTHING
    bucket: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A regular look at the work or at the strategy itself."""

    key: Key
    kind: ReviewKind
    last: Day | None = None
    every_days: Days | None = None
    recurrence: Text = ""
    agenda: Text = ""
    minutes: PersonalText = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something leadership told the people about the strategy, and the share of them it reached."""

    key: Key
    date: Day
    reach: Share
    kind: MessageKind = MessageKind.UPDATE
    about: tuple[ObjectiveKey, ...] = ()
    body: PersonalText = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """Something people said back, and whether it was answered."""

    key: Key
    text: PersonalText
    opened: Day
    answered: Day | None = None
    kind: FeedbackKind | None = None
    about: Text = ""
    anonymous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingOnRecord:
    """A finding that was seen before and is still open; the clock of leadership runs from ``since``."""

    key: Key
    rule: Text
    subject: Text
    severity: Severity
    since: Day


DEFAULT_PROGRESS_DAYS: Days = 31
DEFAULT_STRATEGY_DAYS: Days = 180

__all__ = [
    "DEFAULT_PROGRESS_DAYS",
    "DEFAULT_STRATEGY_DAYS",
    "Commitment",
    "Feedback",
    "FindingOnRecord",
    "Message",
    "Partner",
    "Response",
    "Review",
    "Survey",
]
