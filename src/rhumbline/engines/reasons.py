"""Why an answer is what it is: a code and its numbers; the faces put it into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of an answer.

    Parameters
    ----------
    code
        Which sentence of the message catalogue says it, such as ``plan.closes``.
    numbers
        The values the sentence speaks of: text, numbers (shares 0..1, never percent), dates, lists of keys.
    """

    code: str
    numbers: Mapping[str, Any] = field(default_factory=dict)
