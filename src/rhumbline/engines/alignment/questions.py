"""What to ask next: the unknown inputs, by how much knowing each could move the score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import fsum

from rhumbline.book.types import natural
from rhumbline.engines._maths import balance
from rhumbline.engines.alignment.lenses import LENS_WEIGHTS, LENSES, InitiativeLenses, Part
from rhumbline.engines.alignment.organisation import DECIMALS_SHOWN, OrganisationScore
from rhumbline.engines.alignment.quantities import Quantities

SECONDS_TO_ANSWER = 15
ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Question:
    """One thing nobody has said yet, and what knowing it could be worth.

    Parameters
    ----------
    subject
        The initiative, or ``organisation``.
    lens, part
        The ingredient that is unknown, such as M and ``audience``.
    gain
        Score of the organisation with the part at 1 minus the score with it at 0 (best members), as a share.
    own_gain
        The same for the initiative's own score; 0 for questions about the organisation.
    seconds
        Time an answer takes.
    """

    subject: str
    lens: str
    part: str
    gain: float
    own_gain: float
    seconds: int = 15


def _ordered(question: Question) -> tuple[float, float, tuple[tuple[int, int, str], ...], int, str]:
    """Most score per second first; then most for the initiative itself; then key order."""
    return (
        -question.gain / question.seconds,
        -question.own_gain / question.seconds,
        natural(question.subject),
        LENSES.index(question.lens),
        question.part,
    )


def _alignment_with(organisation: OrganisationScore, lens: str, focus: float, coverage: float) -> float:
    """Best score of the organisation when one lens has another focus and coverage."""
    values = [organisation.lenses[name].value.best for name in LENSES]
    values[LENSES.index(lens)] = balance([round(focus, DECIMALS_SHOWN), round(coverage, DECIMALS_SHOWN)])
    return balance(values, LENS_WEIGHTS)


def _own_with(own: InitiativeLenses, part: Part, value: float) -> tuple[float, float]:
    """Best lens and best score of an initiative when one of its parts has another value."""
    lens = own.lenses[part.lens].best + part.weight * (value - part.value.best)
    values = [lens if name == part.lens else own.lenses[name].best for name in LENSES]
    return lens, balance(values, LENS_WEIGHTS)


def _about_initiatives(
    quantities: Quantities, lenses: Mapping[str, InitiativeLenses], organisation: OrganisationScore
) -> Iterator[Question]:
    counted = frozenset(organisation.counted)
    total = fsum(quantities.resource_share[key] for key in counted)
    for key in quantities.open:
        own = lenses[key]
        for part in own.parts:
            if part.known:
                continue
            (lens_at_1, own_at_1), (lens_at_0, own_at_0) = _own_with(own, part, 1.0), _own_with(own, part, 0.0)
            gain = 0.0
            if key in counted and total > 0:
                share = quantities.resource_share[key] / total
                found = organisation.lenses[part.lens]
                rest = found.unrounded_focus.best - share * own.lenses[part.lens].best
                gain = _alignment_with(
                    organisation, part.lens, rest + share * lens_at_1, found.coverage.best
                ) - _alignment_with(organisation, part.lens, rest + share * lens_at_0, found.coverage.best)
            yield Question(key, part.lens, part.name, gain, own_at_1 - own_at_0, SECONDS_TO_ANSWER)


def _about_the_organisation(organisation: OrganisationScore) -> Iterator[Question]:
    for lens in LENSES:
        found = organisation.lenses[lens]
        for part in found.coverage_parts:
            if not part.known:
                gain = _alignment_with(organisation, lens, found.focus.best, 1.0) - _alignment_with(
                    organisation, lens, found.focus.best, 0.0
                )
                yield Question(ORGANISATION, lens, part.name, gain, 0.0, SECONDS_TO_ANSWER)


def questions_of(
    quantities: Quantities, lenses: Mapping[str, InitiativeLenses], organisation: OrganisationScore
) -> tuple[Question, ...]:
    """Return every unknown input as a question, the one worth most score per second of answering first.

    Parameters
    ----------
    quantities
        The numbers of the Book.
    lenses
        The lenses of every initiative.
    organisation
        The score of the live work.

    Notes
    -----
    The worth of a question is A with the unknown part at 1 minus A with it at 0, best members, all else as known.
    """
    asked = (*_about_the_organisation(organisation), *_about_initiatives(quantities, lenses, organisation))
    return tuple(sorted(asked, key=_ordered))
