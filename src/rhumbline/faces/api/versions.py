"""ETags: which version a caller has, and which one they mean."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rhumbline.book.digests import canonical

# "12-0f3a9c2e" of a record: the change that wrote it, and a digest of what this caller sees of it.
_OF_A_RECORD = re.compile(r'"([0-9]{1,19})(?:-[0-9a-f]+)?"')
_TAG = re.compile(r'\s*(?:(W/)?("[\x21\x23-\x7e]*")|(\*))\s*(?:,|$)')


def tag_of_record(version: int, shown: Any) -> str:
    """Return the ETag of one record.

    Parameters
    ----------
    version
        The change that wrote the version in force.
    shown
        What the caller sees of it. An erasure, or a KPI that becomes private, changes that and not the version.
    """
    return f'"{version}-{_short(shown)}"'


def tag_of_book(*parts: Any) -> str:
    """Return the ETag of anything that is a function of a Book and a few choices.

    Parameters
    ----------
    parts
        Numbers of changes, what the caller sees, the choices: whatever it is a function of.
    """
    return f'"{_short(parts)}"'


def _short(value: Any) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Condition:
    """What ``If-Match`` or ``If-None-Match`` says.

    Parameters
    ----------
    anything
        Whether it is ``*``.
    strong, weak
        The tags it lists.
    """

    anything: bool
    strong: Sequence[str] = ()
    weak: Sequence[str] = ()

    def names(self, tag: str) -> bool:
        """Whether it names a tag, strong or weak: enough for not sending again what somebody has."""
        return self.anything or tag in self.strong or tag in self.weak

    @property
    def versions(self) -> tuple[int, ...]:
        """The versions of a record that it names; a weak tag does not say exactly which one is meant."""
        found = (_OF_A_RECORD.fullmatch(tag) for tag in self.strong)
        return tuple(min(int(match[1]), 2**63 - 1) for match in found if match)


def condition_of(header: str | None) -> Condition | None:
    """Return what a conditional header says; None where there is none.

    Parameters
    ----------
    header
        The value of ``If-Match`` or ``If-None-Match``. One that cannot be read names no version at all.
    """
    if header is None:
        return None
    strong: list[str] = []
    weak: list[str] = []
    place = 0
    while place < len(header):
        match = _TAG.match(header, place)
        if match is None:
            return Condition(anything=False)
        if match[3]:
            return Condition(anything=True)
        (weak if match[1] else strong).append(match[2])
        place = match.end()
    return Condition(False, tuple(strong), tuple(weak))


__all__ = ["Condition", "condition_of", "tag_of_book", "tag_of_record"]
