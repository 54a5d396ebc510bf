"""What the firm can do and with what: capabilities, systems, the data between them, teams and people."""

from __future__ import annotations

from dataclasses import dataclass

from rhumbline.book.types import (
    CapabilityKind,
    Day,
    FlowState,
    Hours,
    InitiativeKey,
    Key,
    KpiKey,
    Level,
    LevelWanted,
    Money,
    Name,
    PersonalText,
    PersonName,
    Rate,
    Rhythm,
    Role,
    SystemKey,
    SystemKind,
    TeamKey,
    TeamMode,
    Text,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """Something the firm is able to do, from level 0 (not at all) to 5 (best of its kind)."""

    key: Key
    name: Name
    kind: CapabilityKind = CapabilityKind.SKILL
    level: Level
    target: LevelWanted | None = None
    strength: bool = False
    evidence_date: Day | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A piece of software or a machine: whom it must exchange data with, and which data it owns."""

    key: Key
    name: Name
    kind: SystemKind = SystemKind.SOFTWARE
    owner: TeamKey | None = None
    needs: tuple[SystemKey, ...] = ()
    masters: tuple[Name, ...] = ()
    cost_per_year: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFlow:
    """Data that runs, or is to run, between two systems."""

    key: Key
    source: SystemKey
    destination: SystemKey
    state: FlowState
    by: InitiativeKey | None = None
    object: Text = ""
    rhythm: Rhythm | None = None
    purpose: KpiKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """People who work together: the hours per period that are free for initiatives, and what an hour costs."""

    key: Key
    name: Name
    hours: Hours
    rate: Rate
    mode: TeamMode = TeamMode.MIXED
    parent: TeamKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in the firm; the role describes, it grants nothing."""

    key: Key
    name: PersonName
    team: TeamKey | None = None
    role: Role | None = None
    email: PersonalText = ""
    level: Text = ""
    active: bool = True


__all__ = ["Capability", "DataFlow", "Person", "System", "Team"]
