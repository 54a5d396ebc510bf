"""Whom the firm serves, what they need, and what changes around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from rhumbline.book.types import (
    NOTHING,
    AssumptionState,
    Count,
    Day,
    Factor,
    FrozenMap,
    InitiativeKey,
    Key,
    KeysReferTo,
    Name,
    PersonKey,
    Rating5,
    Rating10,
    SegmentKey,
    SegmentSize,
    Share,
    SignalKind,
    Strength,
    Text,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A group of customers reached through one channel."""

    key: Key
    name: Name
    channel: Text = ""
    strategic: bool = False
    size: SegmentSize | None = None
    ours: Rating5 | None = None
    competitor: Rating5 | None = None
    competitor_name: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Something customers of a segment want, how much it matters to them and how well it is met (Ulwick 2005)."""

    key: Key
    segment: SegmentKey
    text: Name
    importance: Rating10
    satisfaction: Rating10
    date: Day | None = None
    respondents: Count | None = None
    method: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A sign of change from outside or inside, judged or not yet."""

    key: Key
    text: Name
    kind: SignalKind
    strength: Strength
    seen: Day
    assessed: Day | None = None
    decided: Day | bool | None = None
    act: bool = False
    supports: tuple[InitiativeKey, ...] = ()
    opposes: tuple[InitiativeKey, ...] = ()
    source: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """Something the strategy takes for granted, and the initiatives that rest on it."""

    key: Key
    text: Name
    state: AssumptionState = AssumptionState.HOLDS
    supports: tuple[InitiativeKey, ...] = ()
    last_check: Day | None = None
    owner: PersonKey | None = None
    tripwire: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A future worth planning for: its probability and the factors by which it scales effects."""

    key: Key
    name: Name
    probability: Share
    effects: Annotated[FrozenMap[Factor], KeysReferTo("initiative or kpi")] = NOTHING


__all__ = ["Assumption", "Need", "Scenario", "Segment", "Signal"]
