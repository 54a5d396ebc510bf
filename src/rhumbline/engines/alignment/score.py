"""The alignment score of a firm: the answer, what it is made of, and what to ask next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import fsum

from rhumbline.book.book import Book
from rhumbline.book.findings import as_of_or
from rhumbline.engines._maths import TOLERANCE, Triple, clip
from rhumbline.engines.alignment.lenses import InitiativeLenses, initiative_lenses
from rhumbline.engines.alignment.organisation import OrganisationScore, organisation_score
from rhumbline.engines.alignment.quantities import Quantities, measurable
from rhumbline.engines.alignment.questions import Question, questions_of

# An initiative below this line of sight pulls less than a third of its weight. The plan's hurdle is another number.
WEAK = 0.33


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTerms:
    """What is asked of a score.

    Parameters
    ----------
    as_of
        The evaluation date; by default the one the Book states.
    """

    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Misalignment:
    """What misalignment costs: resources on work that pulls less than a third of its weight, and attainment in sight.

    Parameters
    ----------
    resources
        Share of all resources in live directed work with a best line of sight below .33.
    gap_closed
        Share of the strategy gap that the live work closes in time, started in period 1.
    attainment
        Weighted coverage of the objectives by the live work (best).
    """

    resources: float
    gap_closed: float
    attainment: float


@dataclass(frozen=True, slots=True)
class Score:
    """The alignment score of a firm, with everything it is made of.

    Parameters
    ----------
    as_of
        The evaluation date.
    measurable
        False when there is no money and no hours: then every share is 0 and says nothing.
    organisation
        The score of the live work.
    initiatives
        The lenses of every initiative by key.
    resource_share, gap_share
        Share of resources taken and share of the strategy gap closed, by initiative.
    misalignment
        The cost of misalignment.
    questions
        What to answer next, most useful first.
    """

    as_of: date
    measurable: bool
    organisation: OrganisationScore
    initiatives: Mapping[str, InitiativeLenses]
    resource_share: Mapping[str, float]
    gap_share: Mapping[str, Triple]
    misalignment: Misalignment
    questions: tuple[Question, ...] = ()


def gap_closed_in_time(quantities: Quantities, starts: Mapping[str, int]) -> float:
    """Return the share of the strategy gap that initiatives close by the due periods of its KPIs.

    Parameters
    ----------
    quantities
        The numbers of the Book.
    starts
        Start period by initiative.

    Notes
    -----
    sum_k W_k * clip(sum of the best contributions that arrive in time, -1, 1); harm subtracts.
    """
    terms: dict[str, list[float]] = {}
    for key, start in starts.items():
        arrives = start + quantities.length[key] - 1 + quantities.book.initiatives[key].lag
        for kpi, closes in quantities.contribution[key].items():
            if arrives <= quantities.due_period[kpi]:
                terms.setdefault(kpi, []).append(closes.best)
    return fsum(quantities.kpi_weight[kpi] * clip(fsum(listed), -1.0, 1.0) for kpi, listed in terms.items())


def _misalignment(
    quantities: Quantities, lenses: Mapping[str, InitiativeLenses], organisation: OrganisationScore
) -> Misalignment:
    weak = [key for key in quantities.live_directed if lenses[key].lenses["S"].best < WEAK - TOLERANCE]
    return Misalignment(
        resources=fsum(quantities.resource_share[key] for key in weak),
        gap_closed=gap_closed_in_time(quantities, dict.fromkeys(quantities.live_directed, 1)),
        attainment=fsum(
            quantities.objective_weight[key] * covered.best for key, covered in organisation.objectives.items()
        ),
    )


def score_quantities(quantities: Quantities) -> Score:
    """Return the score of a Book whose quantities are already at hand."""
    lenses = {key: initiative_lenses(quantities, key) for key in quantities.book.initiatives}
    organisation = organisation_score(quantities, known=lenses)
    return Score(
        as_of=quantities.as_of,
        measurable=measurable(quantities),
        organisation=organisation,
        initiatives=lenses,
        resource_share=quantities.resource_share,
        gap_share=quantities.gap_share,
        misalignment=_misalignment(quantities, lenses, organisation),
        questions=questions_of(quantities, lenses, organisation),
    )


def score(book: Book, terms: ScoreTerms = ScoreTerms()) -> Score:
    """Say how far a firm's work leads where its strategy says, guaranteed, at best guess and at most.

    Parameters
    ----------
    book
        The Book.
    terms
        The evaluation date.

    Raises
    ------
    AsOfMissing
        When neither the terms nor the Book state a date.

    Notes
    -----
    The formula stands at ``organisation_score``; docs/explanation/alignment.md works an example.
    """
    return score_quantities(Quantities(book, as_of_or(book.as_of, terms.as_of)))


__all__ = ["Score", "ScoreTerms", "gap_closed_in_time", "score", "score_quantities"]
