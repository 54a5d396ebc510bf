"""Rules about partners: have those agreed whose part the customer needs, and do they gain from it?"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from rhumbline.book.records import Commitment
from rhumbline.book.types import Severity
from rhumbline.engines._maths import below
from rhumbline.engines.diagnosis.facts import Facts
from rhumbline.engines.diagnosis.rule import Hit, rule

EVEN_ODDS = 0.5


@rule(
    "ECO01",
    name="Missing complement",
    severity=Severity.ERROR,
    about="commitment",
    lines=(95,),
    sources=("adner-2017",),
)
def missing_complement(facts: Facts) -> Iterator[Hit]:
    """Something the customer needs from a partner is required, and the partner has not committed."""
    for key, commitment in facts.book.commitments().items():
        if commitment.required and not commitment.committed:
            evidence = {"commitment": key, "partner": commitment.partner, "element": commitment.element}
            yield Hit(key, evidence, variant="" if commitment.element else "unnamed")


@rule(
    "ECO02",
    name="Joint odds",
    severity=Severity.WARNING,
    about="blueprint",
    lines=(95,),
    sources=("adner-2006",),
)
def joint_odds(facts: Facts) -> Iterator[Hit]:
    """The probabilities that the required partners deliver, multiplied, are below .5."""
    required = [commitment for commitment in facts.book.commitments().values() if commitment.required]
    odds = [commitment.p_deliver for commitment in required if commitment.p_deliver is not None]
    if below(joint := prod(odds), EVEN_ODDS):
        yield Hit("blueprint", {"joint": joint, "partners": tuple(commitment.partner for commitment in required)})


@rule(
    "ECO03",
    name="Adoption break",
    severity=Severity.ERROR,
    about="commitment",
    lines=(95,),
    sources=("brandenburger-1996", "adner-2006"),
)
def adoption_break(facts: Facts) -> Iterator[Hit]:
    """What a partner gains is known, and is nothing or less."""
    for key, commitment in facts.book.commitments().items():
        if commitment.surplus is not None and commitment.surplus <= 0:
            evidence = {"commitment": key, "partner": commitment.partner, "surplus": commitment.surplus}
            yield Hit(key, evidence)


@rule(
    "ECO04",
    name="No governance",
    severity=Severity.WARNING,
    about="commitment",
    lines=(95, 21),
    sources=("gulati-2012",),
)
def no_governance(facts: Facts) -> Iterator[Hit]:
    """A partner has committed, and the governance or the shared objective is missing."""
    for key, commitment in facts.book.commitments().items():
        if not commitment.committed or (commitment.governance and commitment.shared_objective):
            continue
        evidence = {
            "commitment": key,
            "partner": commitment.partner,
            "governance": commitment.governance,
            "shared_objective": commitment.shared_objective,
        }
        yield Hit(key, evidence, variant=_missing(commitment))


def _missing(commitment: Commitment) -> str:
    """Which sentence says what a commitment lacks."""
    if commitment.governance:
        return "objective"
    return "governance" if commitment.shared_objective else ""


RULES = (missing_complement, joint_odds, adoption_break, no_governance)
