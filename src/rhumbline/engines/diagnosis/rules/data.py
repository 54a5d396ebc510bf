"""Rules about data: how much rests on opinion, whether estimates hold, whether there is enough to judge by."""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from rhumbline.book.types import Evidence, Severity
from rhumbline.engines._maths import above, below
from rhumbline.engines.diagnosis.facts import Facts
from rhumbline.engines.diagnosis.rule import Hit, rule

MOST_OPINION = 0.40
LEAST_CLAIMS = 3
HONEST = (0.7, 1.3)
WIDE = 0.40


@rule(
    "DAT01",
    name="Intuition funded",
    severity=Severity.WARNING,
    about="portfolio",
    lines=(99,),
    sources=("pfeffer-2006",),
)
def intuition_funded(facts: Facts) -> Iterator[Hit]:
    """More than 40 % of the live directed effort goes into initiatives whose Benefits are all of grade E0."""
    quantities = facts.quantities
    effort = quantities.live_directed_share
    if effort <= 0:
        return
    opinion = tuple(key for key in quantities.live_directed if facts.evidence[key] is Evidence.E0)
    share = fsum(quantities.resource_share[key] for key in opinion) / effort
    if above(share, MOST_OPINION):
        yield Hit("portfolio", {"share": share, "initiatives": opinion})


@rule(
    "DAT02",
    name="Calibration",
    severity=Severity.WARNING,
    about="organisation",
    lines=(57,),
    sources=("kahneman-1993",),
)
def calibration(facts: Facts) -> Iterator[Hit]:
    """Of at least 3 closed Benefits, what was realised is below .7 or above 1.3 of what was claimed."""
    claims = facts.quantities.closed_claims
    claimed = fsum(likely for _, likely, _ in claims)
    if len(claims) < LEAST_CLAIMS or claimed == 0:
        return
    share = fsum(realised for *_, realised in claims) / claimed
    if below(share, HONEST[0]) or above(share, HONEST[1]):
        yield Hit("organisation", {"share": share, "claims": len(claims)})


@rule(
    "DAT03",
    name="Too little data",
    severity=Severity.INFO,
    about="organisation",
    lines=(99,),
    sources=("pfeffer-2006",),
)
def too_little_data(facts: Facts) -> Iterator[Hit]:
    """The score of the live work may lie anywhere in a range of more than .40."""
    # Without any resources there is no score, and so no range of it.
    if not facts.measurable:
        return
    alignment = facts.organisation.alignment
    if above(alignment.high - alignment.low, WIDE):
        yield Hit("organisation", {"low": alignment.low, "high": alignment.high})


RULES = (intuition_funded, calibration, too_little_data)
