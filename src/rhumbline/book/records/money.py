"""The money of the horizon, the accepted plan, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from rhumbline.book.types import (
    NOTHING,
    Day,
    DecisionKind,
    FrozenMap,
    Hurdle,
    Key,
    KeysReferTo,
    Money,
    Number,
    Period,
    PersonalText,
    PersonKey,
    ReserveShare,
    Share,
    Text,
)

DEFAULT_HURDLE = 1 / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What there is to spend in each period, the reserve kept for unaligned exploration, and the explore corridor."""

    key: Key = "budget"
    cash: tuple[Money, ...]
    drift: ReserveShare = 0.0
    explore_min: Share = 0.0
    explore_max: Share = 1.0
    hurdle: Hurdle = DEFAULT_HURDLE


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedPlan:
    """A plan somebody accepted: which initiatives start in which period, and the proof it came with."""

    key: Key
    accepted: Day
    book_sha: Text
    engine: Text
    starts: Annotated[FrozenMap[Period], KeysReferTo("initiative")] = NOTHING
    value: Number | None = None
    bound: Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided about what, and why; a waiver silences one finding until a date."""

    key: Key
    kind: DecisionKind
    about: Text
    at: Day
    rationale: PersonalText = ""
    by: PersonKey | None = None
    rule: Text = ""
    until: Day | None = None
    expected: Text = ""
    revisit_on: Day | None = None
    verdict: Text = ""


__all__ = ["DEFAULT_HURDLE", "AcceptedPlan", "Budget", "Decision"]
