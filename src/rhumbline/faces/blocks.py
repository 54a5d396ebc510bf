"""What an answer says, before it is put into words: a page of blocks made of codes and numbers.

The terminal, the notebook and later faces render the same blocks, so they say the same thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from rhumbline.engines._maths import Triple
from rhumbline.engines.reasons import Reason


class Tone(StrEnum):
    """How a line should strike the eye; never the only carrier of its meaning."""

    PLAIN = "plain"
    STRONG = "strong"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Cell:
    """A value and how to print it (a hint of ``Words``)."""

    value: Any
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """A sentence that came with the data or with a rule of one's own; a translation is used where there is one.

    Parameters
    ----------
    reason
        Code and numbers, as the catalogue may know them.
    text
        What is said otherwise.
    template
        Whether the text has placeholders; text that quotes a file has none, whatever it looks like.
    """

    reason: Reason
    text: str
    template: bool = False


Said = Reason | Cell | Given


@dataclass(frozen=True, slots=True)
class Title:
    """Whose answer this is, and as of which date."""

    name: str
    as_of: date


@dataclass(frozen=True, slots=True)
class Headline:
    """The answer in one or two sentences."""

    reasons: tuple[Reason, ...]
    tone: Tone = Tone.STRONG


@dataclass(frozen=True, slots=True)
class Heading:
    """What the next blocks are about."""

    reason: Reason
    tone: Tone = Tone.STRONG


@dataclass(frozen=True, slots=True)
class Bar:
    """A share of 1 as a bar from guaranteed over best to most."""

    value: Triple


@dataclass(frozen=True, slots=True)
class Sentences:
    """A few sentences, each on its own line."""

    reasons: tuple[Reason, ...]
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: the code of its heading with its numbers, and whether it holds numbers itself."""

    code: str
    numeric: bool = False
    numbers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of values under headings; the last text column takes the room that is left."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Said, ...], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One record in a list: its key, what it is, and the sentences about it.

    Parameters
    ----------
    key
        Its key, as it has to be typed.
    title
        Its name.
    facts
        Short values behind the name.
    reasons
        Sentences below it.
    items
        Sentences about records of their own, each with the record's key.
    notes
        Sentences with a word before them, such as why it matters; one that repeats another is left out.
    label
        A word before the key, such as the severity of a finding.
    tone
        Of the label.
    """

    key: str
    title: Said
    facts: tuple[Said, ...] = ()
    reasons: tuple[Said, ...] = ()
    items: tuple[tuple[str, Said], ...] = ()
    notes: tuple[tuple[Reason, Said], ...] = ()
    label: Reason | None = None
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Entries:
    """A list of records with sentences about each."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Commands:
    """What to try next: a command line after ``rhumbline`` and what it is for; FILE stands for the Book's file."""

    lines: tuple[tuple[str, Reason], ...]


Block = Title | Headline | Heading | Bar | Sentences | Table | Entries | Commands
Blocks = tuple[Block, ...]

__all__ = [
    "Bar",
    "Block",
    "Blocks",
    "Cell",
    "Column",
    "Commands",
    "Entries",
    "Entry",
    "Given",
    "Heading",
    "Headline",
    "Said",
    "Sentences",
    "Table",
    "Title",
    "Tone",
]
