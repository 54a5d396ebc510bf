"""Rules about niches: does the firm compete where it is strong?"""

from __future__ import annotations

from collections.abc import Iterator

from rhumbline.book.types import Severity
from rhumbline.engines.diagnosis.facts import Facts
from rhumbline.engines.diagnosis.rule import Hit, rule

STRONGER = 2


def _much_stronger(facts: Facts, segment: str) -> bool:
    """Whether both strengths are known and the strongest competitor is at least 2 of 5 ahead."""
    record = facts.book.segments[segment]
    if record.competitor is None or record.ours is None:
        return False
    return record.competitor - record.ours >= STRONGER


@rule("NIC01", name="Head-on", severity=Severity.ERROR, lines=(69,), sources=("porter-1996",))
def head_on(facts: Facts) -> Iterator[Hit]:
    """In each segment of a directed initiative a competitor is stronger by 2 of 5 or more, and it uses no strength."""
    strengths = {key for key, capability in facts.book.capabilities.items() if capability.strength}
    for initiative in facts.directed:
        if not initiative.segments or not strengths.isdisjoint(initiative.uses):
            continue
        if all(_much_stronger(facts, segment) for segment in initiative.segments):
            yield Hit(initiative.key, {"initiative": initiative.key, "segments": initiative.segments})


@rule(
    "NIC02",
    name="Strength unused",
    severity=Severity.WARNING,
    about="capability",
    lines=(68,),
    sources=("barney-1991", "prahalad-1990"),
)
def strength_unused(facts: Facts) -> Iterator[Hit]:
    """A capability marked as a strength is used by no live initiative, drift included."""
    used = {capability for initiative in facts.live for capability in initiative.uses}
    for key, capability in facts.book.capabilities.items():
        if capability.strength and key not in used:
            candidates = tuple(candidate.key for candidate in facts.candidates if key in candidate.uses)
            yield Hit(key, {"capability": key, "level": capability.level, "candidates": candidates})


RULES = (head_on, strength_unused)
