"""Rules about culture: are priorities clear, is it safe to try, does somebody own the work and learn from it?"""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from rhumbline.book.types import Severity, Stage
from rhumbline.engines._maths import below
from rhumbline.engines.alignment.organisation import LEAST_ANSWERS
from rhumbline.engines.diagnosis.facts import Facts
from rhumbline.engines.diagnosis.rule import Hit, rule

CLEAR = 3.5
SAFE = 3.0
BEST_ANSWER = 5.0
DAYS_TO_ANSWER = 14
READY = 2.0


def _low_answer(facts: Facts, item: str, threshold: float) -> Iterator[Hit]:
    """Yield the pulse when enough people answered and one item is below a threshold; an absent item is no complaint."""
    pulse = facts.book.pulse
    if pulse is None or pulse.n < LEAST_ANSWERS:
        return
    answer = pulse.items.get(item, BEST_ANSWER)
    if below(answer, threshold):
        yield Hit("pulse", {"answer": answer, "threshold": threshold, "n": pulse.n, "invited": pulse.invited})


@rule(
    "CUL01",
    name="Priorities unclear",
    severity=Severity.WARNING,
    about="pulse",
    lines=(28,),
    sources=("kotter-1995",),
)
def priorities_unclear(facts: Facts) -> Iterator[Hit]:
    """At least 5 people answered the pulse, and clarity is below 3.5 of 5."""
    yield from _low_answer(facts, "clarity", CLEAR)


@rule(
    "CUL02",
    name="Unsafe to try",
    severity=Severity.WARNING,
    about="pulse",
    lines=(77,),
    sources=("edmondson-1999",),
)
def unsafe_to_try(facts: Facts) -> Iterator[Hit]:
    """At least 5 people answered the pulse, and safety is below 3 of 5."""
    yield from _low_answer(facts, "safety", SAFE)


@rule("CUL03", name="No owner", severity=Severity.ERROR, lines=(36,), sources=("cooper-1990",))
def no_owner(facts: Facts) -> Iterator[Hit]:
    """An open initiative, drift included, has no owner."""
    for initiative in facts.open:
        if not initiative.owner:
            yield Hit(initiative.key, {"initiative": initiative.key, "team": initiative.team})


@rule("CUL04", name="Failure without learning", severity=Severity.WARNING, lines=(77,), sources=("garvin-1993",))
def failure_without_learning(facts: Facts) -> Iterator[Hit]:
    """An initiative was stopped, and what was learned from it is not written down."""
    for initiative in facts.book.initiatives.values():
        if initiative.stage is Stage.STOPPED and not initiative.learning.strip():
            yield Hit(initiative.key, {"initiative": initiative.key})


@rule(
    "CUL05",
    name="Voice unanswered",
    severity=Severity.WARNING,
    about="feedback",
    lines=(28,),
    sources=("morrison-2000",),
)
def voice_unanswered(facts: Facts) -> Iterator[Hit]:
    """Feedback has been open for more than 14 days without an answer."""
    for key, feedback in facts.book.all("feedback").items():
        age = facts.age(feedback.opened)
        if feedback.answered is None and age > DAYS_TO_ANSWER:
            yield Hit(key, {"feedback": key, "age": age, "opened": feedback.opened})


@rule("CUL06", name="Low readiness", severity=Severity.WARNING, lines=(20,), sources=("weiner-2009",))
def low_readiness(facts: Facts) -> Iterator[Hit]:
    """The people concerned by an open initiative, drift included, rate their readiness below 2 of 4 on average."""
    for initiative in facts.open:
        ratings = initiative.readiness
        if ratings and below(mean := fsum(ratings) / len(ratings), READY):
            yield Hit(initiative.key, {"initiative": initiative.key, "readiness": mean, "ratings": len(ratings)})


RULES = (priorities_unclear, unsafe_to_try, no_owner, failure_without_learning, voice_unanswered, low_readiness)
