"""Rules about leadership: is the strategy spoken of, does it reach everybody, are findings decided on?"""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from rhumbline.book.records import Message
from rhumbline.book.types import Severity
from rhumbline.engines._maths import below, reaches
from rhumbline.engines.diagnosis.facts import Facts
from rhumbline.engines.diagnosis.rule import Hit, rule

DAYS_OF_SILENCE = 35
RECENT_DAYS = 90
HEAVY = 0.20
REACHED = 0.80
DAYS_OPEN = 30


def _recent(facts: Facts) -> tuple[Message, ...]:
    """Messages of the last 90 days."""
    return tuple(message for message in facts.messages or () if facts.age(message.date) <= RECENT_DAYS)


@rule(
    "LED01",
    name="Silence",
    severity=Severity.WARNING,
    about="organisation",
    lines=(104,),
    sources=("kotter-1995",),
)
def silence(facts: Facts) -> Iterator[Hit]:
    """The firm lists its messages, and there is none, or the newest is more than 35 days old."""
    if facts.messages is None:
        return
    if not facts.messages:
        yield Hit("organisation", {"age": None, "last": None}, variant="never")
        return
    last = max(message.date for message in facts.messages)
    if facts.age(last) > DAYS_OF_SILENCE:
        yield Hit("organisation", {"age": facts.age(last), "last": last})


@rule(
    "LED02",
    name="Message drift",
    severity=Severity.WARNING,
    about="objective",
    lines=(103,),
    sources=("kotter-1995",),
)
def message_drift(facts: Facts) -> Iterator[Hit]:
    """The firm lists its messages, and none of the last 90 days is about an objective of weight .20 or more."""
    if facts.messages is None:
        return
    mentioned = {objective for message in _recent(facts) for objective in message.about}
    for key, weight in facts.quantities.objective_weight.items():
        if reaches(weight, HEAVY) and key not in mentioned:
            yield Hit(key, {"objective": key, "weight": weight, "days": RECENT_DAYS})


@rule(
    "LED03",
    name="Not reached",
    severity=Severity.WARNING,
    about="organisation",
    lines=(28,),
    sources=("kotter-1995",),
)
def not_reached(facts: Facts) -> Iterator[Hit]:
    """The messages of the last 90 days reached, on average, less than 80 % of the people."""
    reach = [message.reach for message in _recent(facts)]
    if reach and below(mean := fsum(reach) / len(reach), REACHED):
        yield Hit("organisation", {"reach": mean, "messages": len(reach), "days": RECENT_DAYS})


@rule("LED04", name="Left open", severity=Severity.WARNING, about="finding", lines=(103,), sources=("staw-1976",))
def left_open(facts: Facts) -> Iterator[Hit]:
    """A finding of severity error has been on record for more than 30 days."""
    recorded = facts.book.all("finding_on_record").values()
    for finding in sorted(recorded, key=lambda record: record.since):
        age = facts.age(finding.since)
        if finding.severity is Severity.ERROR and age > DAYS_OPEN:
            yield Hit(
                finding.subject, {"rule": finding.rule, "about": finding.subject, "age": age, "since": finding.since}
            )


RULES = (silence, message_drift, not_reached, left_open)
