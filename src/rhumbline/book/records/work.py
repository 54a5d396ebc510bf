"""What the firm does or thinks of doing: initiatives, what they are expected to bring, and how they go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated

from annotated_types import Ge, Le

from rhumbline.book.types import (
    NOTHING,
    Area,
    CapabilityKey,
    Count,
    Day,
    Days,
    Evidence,
    ExperimentDesign,
    ExperimentState,
    Flag,
    FrozenMap,
    Hours,
    InitiativeKey,
    InitiativeKind,
    Key,
    KeysReferTo,
    KpiKey,
    KpiValue,
    Lag,
    LevelWanted,
    Mode,
    Money,
    Name,
    NeedKey,
    Number,
    PartnerKey,
    Period,
    PersonalText,
    PersonKey,
    Rating4,
    SegmentKey,
    Share,
    Stage,
    SystemKey,
    TeamKey,
    Text,
    TimeHorizon,
    Verdict,
    WorkItemKind,
)

# The words of the short file form for the stages, and what the score and the plan go by.
STATUS_OF_STAGE: Mapping[Stage, str] = MappingProxyType(
    {
        Stage.IDEA: "candidate",
        Stage.SCREENED: "candidate",
        Stage.CASE: "candidate",
        Stage.FUNDED: "committed",
        Stage.RUNNING: "running",
        Stage.STOPPED: "stopped",
        Stage.CLOSED: "done",
        Stage.PARKED: "parked",
    }
)
STAGE_OF_STATUS: FrozenMap[Stage] = FrozenMap(
    {
        "candidate": Stage.CASE,
        "committed": Stage.FUNDED,
        "running": Stage.RUNNING,
        "stopped": Stage.STOPPED,
        "done": Stage.CLOSED,
        "parked": Stage.PARKED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Initiative:
    """One thing the firm does or could do: what it costs in money and hours, whom it serves, what it needs.

    ``cash`` and ``hours`` count by period from the initiative's own start; for live work that is
    period 1 of the horizon and only what is still to be spent is listed. ``requires`` missing means
    nobody has said; empty means nothing special is needed.
    """

    key: Key
    name: Name
    kind: InitiativeKind = InitiativeKind.INNOVATION
    area: Area | None = None
    mode: Mode
    time_horizon: TimeHorizon | None = None
    stage: Stage = Stage.CASE
    owner: PersonKey | None = None
    sponsor: PersonKey | None = None
    proposer: PersonKey | None = None
    team: TeamKey | None = None
    cash: tuple[Money, ...] = ()
    hours: Annotated[FrozenMap[tuple[Hours, ...]], KeysReferTo("team")] = NOTHING
    earliest: Period = 1
    lag: Lag = 0
    segments: tuple[SegmentKey, ...] = ()
    needs: tuple[NeedKey, ...] = ()
    requires: Annotated[FrozenMap[LevelWanted], KeysReferTo("capability")] | None = None
    builds: Annotated[FrozenMap[LevelWanted], KeysReferTo("capability")] = NOTHING
    uses: tuple[CapabilityKey, ...] = ()
    systems: tuple[SystemKey, ...] = ()
    partners: tuple[PartnerKey, ...] = ()
    depends: tuple[InitiativeKey, ...] = ()
    excludes: tuple[InitiativeKey, ...] = ()
    mandatory: bool = False
    mandatory_reason: Text = ""
    hypothesis: Text = ""
    stop_rule: Text = ""
    review: Text = ""
    learning: Text = ""
    readiness: tuple[Rating4, ...] = ()
    spent: Money | None = None
    approved: Money | None = None
    progress: Share = 0.0
    planned_progress: Share | None = None
    last_update: Day | None = None
    votes: Count = 0

    @property
    def status(self) -> str:
        """The stage as score and plan see it: candidate, committed, running, stopped, done or parked."""
        return STATUS_OF_STAGE[self.stage]

    @property
    def live(self) -> bool:
        """Whether money and hours are being spent on it now: committed or running."""
        return self.stage in (Stage.FUNDED, Stage.RUNNING)

    @property
    def open(self) -> bool:
        """Whether it is live or still to be decided on."""
        return self.live or self.stage in (Stage.IDEA, Stage.SCREENED, Stage.CASE)

    @property
    def directed(self) -> bool:
        """Whether it is open and meant to serve the strategy (not drift)."""
        return self.open and self.mode != Mode.DRIFT


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit:
    """What an initiative is expected to do to one KPI, as an improvement in the KPI's own unit (negative: harm)."""

    key: Key
    initiative: InitiativeKey
    kpi: KpiKey
    low: KpiValue
    likely: KpiValue
    high: KpiValue
    evidence: Evidence = Evidence.E0
    source: Text = ""
    owner: PersonKey | None = None
    realised: KpiValue | None = None
    by: Day | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedBenefit:
    """A past claim and what came of it, from before the firm kept its Book; it calibrates estimates."""

    key: Key
    claimed: Number
    realised: Number
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """Something to deliver, a date to keep, a gate to pass or an action to take; a milestone is one kind."""

    key: Key
    initiative: InitiativeKey | None = None
    kind: WorkItemKind = WorkItemKind.MILESTONE
    name: Name
    owner: PersonKey | None = None
    due: Day | None = None
    done_at: Day | None = None
    evidence: Text = ""
    weight: Annotated[float, Ge(0), Le(1e6)] = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Actual:
    """Money and hours really spent on an initiative on a day; rows are added, never changed."""

    initiative: InitiativeKey
    date: Day
    money: Money | None = None
    hours: Hours | None = None
    team: TeamKey | None = None
    source: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EthicsReview:
    """Whether an initiative with risks for people may go ahead, and who was asked."""

    key: Key
    initiative: InitiativeKey
    flags: tuple[Flag, ...] = ()
    review: Verdict = Verdict.NONE
    consulted: bool = False
    jobs: Count = 0
    transition_plan: Text | bool = False
    tier: Text = ""
    board: tuple[PersonKey, ...] = ()
    conditions: PersonalText = ""
    expires: Day | None = None
    answers: FrozenMap[Text] = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """A test with a rule fixed before it starts."""

    key: Key
    initiative: InitiativeKey
    hypothesis: Text
    metric: KpiKey | None = None
    design: ExperimentDesign = ExperimentDesign.PILOT
    sample_size: Count | None = None
    power: Share | None = None
    decision_rule: Text = ""
    most_money: Money | None = None
    most_days: Days | None = None
    segments: tuple[SegmentKey, ...] = ()
    state: ExperimentState = ExperimentState.DESIGNED
    result: Text = ""
    learning: Text = ""


__all__ = [
    "STAGE_OF_STATUS",
    "STATUS_OF_STAGE",
    "Actual",
    "Benefit",
    "ClosedBenefit",
    "EthicsReview",
    "Experiment",
    "Initiative",
    "WorkItem",
]
