"""How far a firm's work leads where its strategy says: lenses, score, attribution, next questions."""

from rhumbline.engines.alignment.lenses import LENSES, InitiativeLenses, initiative_lenses
from rhumbline.engines.alignment.organisation import OrganisationScore, organisation_score
from rhumbline.engines.alignment.quantities import Quantities
from rhumbline.engines.alignment.questions import Question
from rhumbline.engines.alignment.score import Score, ScoreTerms, score

__all__ = [
    "LENSES",
    "InitiativeLenses",
    "OrganisationScore",
    "Quantities",
    "Question",
    "Score",
    "ScoreTerms",
    "initiative_lenses",
    "organisation_score",
    "score",
]
