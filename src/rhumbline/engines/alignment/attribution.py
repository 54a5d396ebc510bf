"""Where the points of a score were lost: by lens, and inside a lens by what it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import floor

from rhumbline.engines._maths import Triple, below, reaches
from rhumbline.engines.alignment.lenses import LENSES, WEIGHT_OF_LENS, InitiativeLenses
from rhumbline.engines.alignment.organisation import OrganisationScore

POINTS = 100.0
_SURE = 0.66
_WEAK = 0.33


class Member(StrEnum):
    """Which of the three members of an uncertain number is meant: guaranteed, best guess, most."""

    LOW = "low"
    BEST = "best"
    HIGH = "high"


class Answer(StrEnum):
    """The answer to a yes-or-no question that a share gives."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_SURE = "not sure yet"


@dataclass(frozen=True, slots=True)
class PartLoss:
    """Points lost by one ingredient of a lens.

    Parameters
    ----------
    name
        Such as ``audience`` or ``focus``.
    points
        Points of 100, not negative.
    """

    name: str
    points: float


@dataclass(frozen=True, slots=True)
class LensLoss:
    """Points lost by one lens.

    Parameters
    ----------
    lens
        S, M, O or C.
    points
        Points of 100, not negative.
    weakest
        Whether this is the weakest lens, which the half of the score for balance is lost by.
    parts
        The same points by ingredient.
    """

    lens: str
    points: float
    weakest: bool
    parts: tuple[PartLoss, ...]


@dataclass(frozen=True, slots=True)
class Attribution:
    """Where the points of a score went.

    Parameters
    ----------
    member
        Which member of the score is explained.
    score
        The score, in points of 100.
    lenses
        The losses by lens; score and losses sum to 100.
    """

    member: Member
    score: float
    lenses: tuple[LensLoss, ...]


def _member(triple: Triple, member: Member) -> float:
    return float(getattr(triple, member.value))


def _points_at_stake(values: Mapping[str, float]) -> tuple[dict[str, float], str]:
    """Points lost per share that a lens lacks, by lens, and the weakest lens (the first among equals)."""
    weakest = min(LENSES, key=lambda lens: values[lens])
    stake = {lens: POINTS * 0.5 * WEIGHT_OF_LENS[lens] for lens in LENSES}
    stake[weakest] += POINTS * 0.5
    return stake, weakest


def attribution(lenses: InitiativeLenses, member: Member = Member.LOW) -> Attribution:
    """Say where an initiative lost the points it does not have.

    Parameters
    ----------
    lenses
        The initiative's lenses.
    member
        Which member of the score; by default the guaranteed one, which is the headline.

    Notes
    -----
    Lens l loses 100 * 0.5 * weight_l * (1 - x_l), the weakest 100 * 0.5 * (1 - min x) more; a part of a lens loses
    its weight * (1 - part) of that. Everything sums to 100 - score, to 1e-12.
    """
    values = {lens: _member(lenses.lenses[lens], member) for lens in LENSES}
    stake, weakest = _points_at_stake(values)
    losses = []
    for lens in LENSES:
        own = [part for part in lenses.parts if part.lens == lens]
        parts = tuple(
            PartLoss(part.name, stake[lens] * part.weight * (1 - _member(part.value, member))) for part in own
        )
        losses.append(LensLoss(lens, stake[lens] * (1 - values[lens]), lens == weakest, parts))
    return Attribution(member, POINTS * _member(lenses.alignment, member), tuple(losses))


def organisation_attribution(score: OrganisationScore, member: Member = Member.LOW) -> Attribution:
    """Say where a firm lost the points it does not have, by lens, and in each by focus and coverage.

    Parameters
    ----------
    score
        The score of a set of initiatives.
    member
        Which member of the score.

    Notes
    -----
    Inside a lens the same rule: each of focus and coverage loses a quarter of what it lacks, and the weaker half of
    what it lacks more (focus among equals).
    """
    values = {lens: _member(score.lenses[lens].value, member) for lens in LENSES}
    stake, weakest = _points_at_stake(values)
    losses = []
    for lens in LENSES:
        focus, coverage = (_member(found, member) for found in (score.lenses[lens].focus, score.lenses[lens].coverage))
        weights = (0.75, 0.25) if focus <= coverage else (0.25, 0.75)
        parts = (
            PartLoss("focus", stake[lens] * weights[0] * (1 - focus)),
            PartLoss("coverage", stake[lens] * weights[1] * (1 - coverage)),
        )
        losses.append(LensLoss(lens, stake[lens] * (1 - values[lens]), lens == weakest, parts))
    return Attribution(member, POINTS * _member(score.alignment, member), tuple(losses))


def largest_remainder(values: Sequence[float], total: float, decimals: int = 1) -> tuple[float, ...]:
    """Round numbers for printing so that what is printed adds up to what is printed as their sum.

    Parameters
    ----------
    values
        Not negative.
    total
        Their sum.
    decimals
        Decimals printed.

    Notes
    -----
    All are rounded down; the units that are then missing go to the largest remainders, the first among equals.
    """
    unit = 10**decimals
    whole = [floor(value * unit + 1e-9) for value in values]
    missing = round(total * unit) - sum(whole)
    order = sorted(range(len(values)), key=lambda place: whole[place] - values[place] * unit)
    for place in order[: max(0, missing)]:
        whole[place] += 1
    return tuple(count / unit for count in whole)


def answer(share: Triple) -> Answer:
    """Return what a lens answers to its question: does it serve the strategy, does anybody want it, can we do it?

    Parameters
    ----------
    share
        A lens, low, best and high.

    Notes
    -----
    Best >= .66 yes, >= .33 partly, else no; not sure yet when low < .33 and high >= .66.
    """
    if below(share.low, _WEAK) and reaches(share.high, _SURE):
        return Answer.NOT_SURE
    if reaches(share.best, _SURE):
        return Answer.YES
    return Answer.PARTLY if reaches(share.best, _WEAK) else Answer.NO


__all__ = [
    "Answer",
    "Attribution",
    "LensLoss",
    "Member",
    "PartLoss",
    "answer",
    "attribution",
    "largest_remainder",
    "organisation_attribution",
]
