"""Raw data before the gate has seen it: plain lists and dictionaries that remember where they stood."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from rhumbline.book.findings import Finding
from rhumbline.book.types import FrozenMap, Severity

MOST_BYTES = 10_000_000
MOST_LEVELS = 50
MOST_NODES = 1_000_000
MOST_ROWS = 200_000
MOST_FINDINGS = 10_000

# A longer run of digits is kept as text: no field takes such a number, and Python refuses to read it.
MOST_DIGITS = 400

# A position is one number, line and column together: a file of a million values holds a million of them.
_COLUMNS = 1 << 24
NO_MARK = -1


def mark_of(line: int, column: int) -> int:
    """Return line and column, both counted from 0, as one number."""
    return line * _COLUMNS + min(column, _COLUMNS - 1)


class Branch(dict[str, Any]):
    """A mapping from a file: ``marks`` has the position of each value, ``said`` the file's word for a field."""

    __slots__ = ("by_key", "mark", "marks", "said")

    def __init__(self, mark: int = NO_MARK) -> None:
        super().__init__()
        self.mark = mark
        self.marks: list[int] = []
        self.said: dict[str, str] | None = None
        # Built when a position is first asked for; most mappings are never asked.
        self.by_key: dict[Any, int] | None = None

    def put(self, key: str, value: Any, mark: int = NO_MARK, said: str = "") -> None:
        """Add one entry; a key that is there already keeps its first position."""
        if key not in self:
            self.marks.append(mark)
            self.by_key = None
        self[key] = value
        if said and said != key:
            self.said = {**(self.said or {}), key: said}

    def remove(self, key: str) -> None:
        """Take an entry out, if it is there."""
        if key in self:
            del self.marks[list(self).index(key)]
            del self[key]
            self.by_key = None

    def mark_of_value(self, key: Any) -> int:
        """Return the position of the value of a key, if it is known."""
        if self.by_key is None:
            self.by_key = dict(zip(self, self.marks, strict=False))
        return self.by_key.get(key, NO_MARK)


class Items(list[Any]):
    """A list from a file: ``marks`` has the position of each item."""

    __slots__ = ("mark", "marks")

    def __init__(self, mark: int = NO_MARK) -> None:
        super().__init__()
        self.mark = mark
        self.marks: list[int] = []

    def put(self, value: Any, mark: int = NO_MARK) -> None:
        """Add one item."""
        self.marks.append(mark)
        self.append(value)


def mark_at(parent: Any, key: Any) -> int:
    """Return the position of an entry of a mapping (by key) or of a list (counted from 0), if it is known."""
    if isinstance(parent, Branch):
        return parent.mark_of_value(key)
    if isinstance(parent, Items) and isinstance(key, int) and key < len(parent.marks):
        return parent.marks[key]
    return NO_MARK


def said_of(parent: Any, key: str) -> str:
    """Return the word the file uses for a field."""
    return (parent.said or {}).get(key, key) if isinstance(parent, Branch) else key


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the words that say it and, in a text file, line and column."""

    words: str = ""
    mark: int = NO_MARK

    def within(self, words: str, mark: int = NO_MARK) -> Place:
        """Return a place inside this one; without a position of its own it keeps this one's."""
        joined = ", ".join(part for part in (self.words, words) if part)
        return Place(joined, self.mark if mark == NO_MARK else mark)

    def field(self, parent: Any, name: str) -> Place:
        """Return the place of a field of a mapping that stands here."""
        return self.within(said_of(parent, name), mark_at(parent, name))

    def __str__(self) -> str:
        if self.mark == NO_MARK:
            return self.words or "the input"
        line, column = divmod(self.mark, _COLUMNS)
        return f"{self.words or 'the file'} (line {line + 1}, column {column + 1})"


class Refused(Exception):
    """The whole input cannot be used; the finding says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


def refused(code: str, where: Place | str, message: str, remedy: str, **numbers: Any) -> Refused:
    """Return the exception that says the whole input cannot be used."""
    return Refused(
        Finding(code=code, where=str(where), message=message, remedy=remedy, numbers=FrozenMap(numbers)),
    )


def too_deep(where: Place | str) -> Refused:
    """Return the refusal of input that is nested too deeply."""
    return refused(
        "too-deep",
        where,
        f"The input is nested more than {MOST_LEVELS} levels deep, which no company description is.",
        "Check for brackets that are opened and never closed.",
        most=MOST_LEVELS,
    )


def too_many(where: Place | str) -> Refused:
    """Return the refusal of input that has too many values."""
    return refused(
        "too-big",
        where,
        f"The input has more than {MOST_NODES:,} values, which no company description has.",
        "Split the file, or check that it is the one you meant.",
        most=MOST_NODES,
    )


def too_many_rows() -> Refused:
    """Return the refusal of input that has too many records."""
    return refused(
        "too-big",
        "",
        f"The input has more than {MOST_ROWS:,} rows, which no company of 500 people has.",
        "Check that it is the file you meant; measurements and bookings may be summed up by month.",
        most=MOST_ROWS,
    )


def too_many_findings() -> Refused:
    """Return the refusal of input with which almost everything is wrong."""
    return refused(
        "too-many-findings",
        "",
        f"There are more than {MOST_FINDINGS:,} findings; reading stopped.",
        "Check that this is the file you meant, and that its columns and names are those of a Book.",
        most=MOST_FINDINGS,
    )


# --- saying what was found --------------------------------------------------------------------

_SHOWN = 60


def show(value: Any) -> str:
    """Return a value as a message can print it: on one line, printable, at most about 60 characters."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return f"a mapping of {len(value)}"
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}"
    if isinstance(value, str):
        return f"'{_short(value)}'"
    if isinstance(value, int):
        # Python refuses to print very long numbers; their size says enough.
        return _short(str(value)) if value.bit_length() < 1000 else "a number of more than 300 digits"
    if isinstance(value, (float, Decimal)):
        return _short(str(value))
    return value.isoformat() if isinstance(value, date) else f"a value of type {type(value).__name__}"


def _short(text: str) -> str:
    cut = text[:_SHOWN]
    printable = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in cut)
    return printable[:_SHOWN] + ("..." if len(text) > _SHOWN or len(printable) > _SHOWN else "")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that looks most like this one, or None when none does."""
    # A name that is wrong in one row is usually wrong in thousands.
    return _nearest(word[:80], tuple(known))


@lru_cache(maxsize=4096)
def _nearest(short: str, candidates: tuple[str, ...]) -> str | None:
    close = difflib.get_close_matches(short, candidates, n=1)
    if not close:
        folded = {other.casefold(): other for other in candidates}
        close = [folded[name] for name in difflib.get_close_matches(short.casefold(), list(folded), n=1)]
    return close[0] if close else None


def did_you_mean(near: str | None) -> str:
    """Return the hint that names the nearest known word, or nothing."""
    return f" Did you mean '{near}'?" if near else ""


def warning(code: str, where: Place | str, message: str, remedy: str, **numbers: Any) -> Finding:
    """Return a finding that lets the row pass."""
    return Finding(
        code=code,
        where=str(where),
        message=message,
        remedy=remedy,
        severity=Severity.WARNING,
        numbers=FrozenMap(numbers),
    )


# --- measuring data that came from Python -----------------------------------------------------


def measure(tree: Any) -> None:
    """Refuse a tree that is nested too deeply or has too many values; it may even contain itself."""
    nodes = 0
    level: list[Any] = [tree]
    for _ in range(MOST_LEVELS + 1):
        nodes += len(level)
        if nodes > MOST_NODES:
            raise too_many("")
        inner = [part for part in level if isinstance(part, (Mapping, list, tuple))]
        level = []
        for part in inner:
            level.extend(part.values() if isinstance(part, Mapping) else part)
            # A structure that contains itself many times doubles with each level: stop while it is small.
            if nodes + len(level) > MOST_NODES:
                raise too_many("")
        if not inner:
            return
    raise too_deep("")
