"""As of when: a change, a day or a moment, as a caller writes it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated

from annotated_types import MaxLen

from rhumbline.book.findings import Finding
from rhumbline.book.types import FrozenMap
from rhumbline.exchange.raw import show
from rhumbline.exchange.schemas import Schema
from rhumbline.faces.api.problems import refused
from rhumbline.store.reading import At

# How a caller writes it; ``moment_of`` says what is meant. A whole number is taken as text as well.
Moment = Annotated[str, MaxLen(40)]

SCHEMA: Schema = {
    "anyOf": [
        {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
        {"type": "string", "format": "date"},
        {"type": "string", "format": "date-time"},
    ],
    "examples": [12, "2026-11-23", "2026-11-23T09:30:00Z"],
}

_NUMBER = re.compile(r"[0-9]{1,19}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?([Zz]|[+ -][0-9]{2}:[0-9]{2})?"
)


def moment_of(text: str | None, name: str = "at") -> At:
    """Return the change, day or moment that a text names; None names now.

    Parameters
    ----------
    text
        Such as ``12``, ``2026-11-23`` (to its end, UTC) or ``2026-11-23T09:30:00Z``.
    name
        The word it stands behind, for the finding.

    Raises
    ------
    Problem
        When it is none of the three.
    """
    if text is None:
        return None
    try:
        if _NUMBER.fullmatch(text) and int(text) < 2**63:
            return int(text)
        if _DAY.fullmatch(text):
            return _in_the_calendar(date.fromisoformat(text))
        if _MOMENT.fullmatch(text):
            # The plus sign of an address means a blank, unless somebody thought of writing it as %2B.
            moment = datetime.fromisoformat(text.upper().replace(" ", "+"))
            return _in_the_calendar(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        pass
    raise refused([_malformed(name, text)])


def _in_the_calendar(day: At) -> At:
    """Refuse the first and the last year of the calendar: a day earlier or later is none any more."""
    if isinstance(day, date) and not 1 < day.year < 9999:
        raise ValueError(day)
    return day


def _malformed(name: str, text: str) -> Finding:
    return Finding(
        code="malformed",
        where=name,
        message=f"{name} is {show(text)}, which is neither the number of a change nor a date nor a moment.",
        remedy="Write for example 12, 2026-11-23 or 2026-11-23T09:30:00Z.",
        numbers=FrozenMap({"field": name, "value": show(text)}),
    )


__all__ = ["SCHEMA", "Moment", "moment_of"]
