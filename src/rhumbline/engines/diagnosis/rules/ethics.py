"""Rules about ethics: nobody is put at risk without a review, and those concerned are asked."""

from __future__ import annotations

from collections.abc import Iterator

from rhumbline.book.records import EthicsReview, Initiative
from rhumbline.book.types import Flag, Severity, Verdict
from rhumbline.engines.diagnosis.facts import Facts
from rhumbline.engines.diagnosis.rule import Hit, rule


def _flagged(facts: Facts) -> Iterator[tuple[Initiative, EthicsReview]]:
    """Open initiatives, drift included, whose ethics entry carries a flag."""
    for initiative in facts.open:
        entry = facts.book.ethics_of(initiative.key)
        if entry is not None and entry.flags:
            yield initiative, entry


@rule("ETH01", name="Unreviewed", severity=Severity.ERROR, lines=(112,), sources=("floridi-2018",), blocks=True)
def unreviewed(facts: Facts) -> Iterator[Hit]:
    """An open initiative with an ethics flag has no approved review: none, rejected, or conditional.

    A conditional review becomes an approved one when its conditions are recorded as met.
    """
    for initiative, entry in _flagged(facts):
        if entry.review not in (Verdict.APPROVED, Verdict.EXPIRED):
            yield Hit(initiative.key, {"initiative": initiative.key, "flags": entry.flags, "review": entry.review})


@rule("ETH02", name="Review expired", severity=Severity.ERROR, lines=(112,), sources=("floridi-2018",), blocks=True)
def expired(facts: Facts) -> Iterator[Hit]:
    """The ethics review of an open initiative with an ethics flag has expired."""
    for initiative, entry in _flagged(facts):
        if entry.review is Verdict.EXPIRED:
            yield Hit(initiative.key, {"initiative": initiative.key, "flags": entry.flags, "expires": entry.expires})


@rule("ETH03", name="Not consulted", severity=Severity.WARNING, lines=(111,), sources=("freeman-1984",))
def not_consulted(facts: Facts) -> Iterator[Hit]:
    """Nobody concerned by an open initiative with an ethics flag was asked."""
    for initiative, entry in _flagged(facts):
        if not entry.consulted:
            yield Hit(initiative.key, {"initiative": initiative.key, "flags": entry.flags})


@rule(
    "ETH04",
    name="Displacement without plan",
    severity=Severity.WARNING,
    lines=(112,),
    sources=("acemoglu-2019",),
)
def displacement_without_plan(facts: Facts) -> Iterator[Hit]:
    """An open initiative is flagged for displacing jobs, and has no transition plan."""
    for initiative, entry in _flagged(facts):
        if Flag.JOB_DISPLACEMENT in entry.flags and not entry.transition_plan:
            yield Hit(
                initiative.key,
                {"initiative": initiative.key, "jobs": entry.jobs},
                variant="counted" if entry.jobs else "",
            )


RULES = (unreviewed, expired, not_consulted, displacement_without_plan)
