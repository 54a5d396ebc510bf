"""Prints blocks as lines of text that fit a terminal: aligned, wrapped, harmless, and plain when piped."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rhumbline.engines._maths import Triple
from rhumbline.faces.blocks import (
    Bar,
    Block,
    Blocks,
    Commands,
    Entries,
    Entry,
    Heading,
    Headline,
    Said,
    Sentences,
    Table,
    Title,
    Tone,
)
from rhumbline.faces.words import NO_BREAK, Words, harmless

WIDTH = 80
_BAR_CELLS = 50
_GAP = "  "
_BELOW = "    "
_LEAST_TEXT = 16

Line = tuple["Span", ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line and how it should strike the eye."""

    text: str
    tone: Tone = Tone.PLAIN


# --- widths -----------------------------------------------------------------------------------


def width_of(text: str) -> int:
    """Return how many cells of a terminal a text takes: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def fitted(text: str, width: int) -> str:
    """Return a text cut to a width, with an ellipsis where something was cut."""
    if width_of(text) <= width:
        return text
    kept = ""
    for character in text:
        if width_of(kept) + _cells(character) > width - 1:
            break
        kept += character
    return f"{kept.rstrip()}…"


def _padded(text: str, width: int, *, numeric: bool = False) -> str:
    room = " " * max(0, width - width_of(text))
    return f"{room}{text}" if numeric else f"{text}{room}"


def _wrapped(text: str, first: str, rest: str, width: int) -> list[str]:
    # Words of languages without spaces are cut where the line ends; a number stays with its unit.
    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
        break_long_words=True,
    ) or [first.rstrip()]


# --- blocks -----------------------------------------------------------------------------------


class Terminal:
    """Renders blocks as lines.

    Parameters
    ----------
    words
        The language, and the Book that names come from.
    width
        Cells in a line.
    file
        What stands for FILE in the commands to try next.
    plain_bars
        Draw bars with ASCII signs, for an output that cannot show others.
    """

    def __init__(self, words: Words, width: int = WIDTH, file: str = "FILE", *, plain_bars: bool = False) -> None:
        self.words = words
        self.width = max(40, width)
        self.file = file
        self.signs = "#=-" if plain_bars else "█▒·"

    def lines(self, blocks: Blocks) -> list[Line]:
        """Return the lines of a page, with one empty line between its parts."""
        found: list[Line] = []
        before: Block | None = None
        for block in blocks:
            if before is not None and not isinstance(before, Heading):
                found.append(())
            found.extend(self._block(block))
            before = block
        return found

    def text(self, blocks: Blocks) -> str:
        """Return a page as plain text."""
        return plain(self.lines(blocks))

    def _block(self, block: Block) -> Iterator[Line]:
        match block:
            case Title():
                date = self.words.text("page.as_of", as_of=block.as_of)
                yield (Span(harmless(block.name), Tone.STRONG), Span(f"  ·  {date}", Tone.QUIET))
            case Headline():
                yield from self._sentences(block.reasons, block.tone)
            case Heading():
                yield (Span(self.words.say(block.reason), block.tone),)
            case Bar():
                yield from self._bar(block.value)
            case Sentences():
                yield from self._sentences(block.reasons, block.tone)
            case Table():
                yield from self._table(block)
            case Entries():
                yield from self._entries(block.entries)
            case Commands():
                yield from self._commands(block)

    def _sentences(self, reasons: Sequence[Said], tone: Tone, indent: str = "") -> Iterator[Line]:
        for reason in reasons:
            for line in _wrapped(self.words.said(reason), indent, indent, self.width):
                yield (Span(line, tone),)

    def _bar(self, value: Triple) -> Iterator[Line]:
        ends = [round(member * _BAR_CELLS) for member in (value.low, value.high)]
        sure, maybe, rest = tuple(self.signs)
        drawn = sure * ends[0] + maybe * (ends[1] - ends[0]) + rest * (_BAR_CELLS - ends[1])
        yield (Span("  0 ", Tone.QUIET), Span(drawn), Span(" 100", Tone.QUIET))
        legend = self.words.text("page.bar", low=value.low, best=value.best, high=value.high)
        for line in _wrapped(legend, "    ", "    ", self.width):
            yield (Span(line, Tone.QUIET),)

    # --- tables -----------------------------------------------------------------------------

    def _table(self, table: Table) -> Iterator[Line]:
        heads = [self.words.text(column.code, column.numbers) for column in table.columns]
        rows = [[self.words.said(said) for said in row] for row in table.rows]
        numeric = [column.numeric for column in table.columns]
        widths = self._widths(heads, rows, numeric)
        yield from self._row(heads, widths, numeric, Tone.QUIET)
        for row in rows:
            yield from self._row(row, widths, numeric, Tone.PLAIN)

    def _widths(self, heads: list[str], rows: list[list[str]], numeric: list[bool]) -> list[int]:
        """Give every column the room it asks for, and take what is missing from the widest text column."""
        wanted = [max(map(width_of, column)) for column in zip(heads, *rows, strict=True)]
        room = self.width - len(_GAP) * len(wanted)
        texts = [position for position, number in enumerate(numeric) if not number]
        while sum(wanted) > room and texts:
            widest = max(texts, key=lambda position: wanted[position])
            if wanted[widest] <= _LEAST_TEXT:
                break
            wanted[widest] -= 1
        return wanted

    def _row(self, cells: list[str], widths: list[int], numeric: list[bool], tone: Tone) -> Iterator[Line]:
        # Only the last column wraps: it holds sentences. Others are names, and a name cut short is still one.
        *front, last = cells
        whole = [
            _padded(fitted(cell, width), width, numeric=number)
            for cell, width, number in zip(front, widths, numeric, strict=False)
        ]
        lead = "".join(f"{_GAP}{cell}" for cell in whole)
        if numeric[-1]:
            yield (Span(f"{lead}{_GAP}{_padded(last, widths[-1], numeric=True)}".rstrip(" "), tone),)
            return
        wrapped = _wrapped(last, "", "", max(_LEAST_TEXT, widths[-1]))
        yield (Span(f"{lead}{_GAP}{wrapped[0]}".rstrip(" "), tone),)
        for line in wrapped[1:]:
            yield (Span(f"{' ' * width_of(lead)}{_GAP}{line}", tone),)

    # --- lists ------------------------------------------------------------------------------

    def _entries(self, entries: Sequence[Entry]) -> Iterator[Line]:
        """Yield a list whose keys, names and facts stand below each other."""
        facts = [[self.words.said(fact) for fact in entry.facts] for entry in entries]
        columns = zip_longest(*facts, fillvalue="")
        facts_wide = [max(map(width_of, column)) for column in columns]
        keys_wide = max((width_of(harmless(entry.key)) for entry in entries), default=0)
        heads = [self._head(entry, keys_wide) for entry in entries]
        heads_wide = max(map(width_of, heads), default=0)
        room = self.width - sum(len(_GAP) + wide for wide in facts_wide)
        wide = min(heads_wide, room - len(_GAP)) if any(facts) else heads_wide
        for entry, head, own in zip(entries, heads, facts, strict=True):
            told = "".join(
                f"{_GAP}{_padded(fact, size, numeric=True)}" for fact, size in zip(own, facts_wide, strict=False)
            )
            label = self.words.say(entry.label) if entry.label else ""
            rest = fitted(head, max(_LEAST_TEXT, wide))[len(label) :]
            yield (
                Span(_GAP),
                Span(label, entry.tone),
                Span(_padded(rest, wide - width_of(label)) if own else rest, Tone.STRONG),
                Span(told, Tone.QUIET),
            )
            yield from self._below(entry)

    def _head(self, entry: Entry, keys_wide: int) -> str:
        title = self.words.said(entry.title)
        key = _padded(harmless(entry.key), keys_wide) if title else harmless(entry.key)
        label = self.words.say(entry.label) if entry.label else ""
        return _GAP.join(part for part in (label, key, title) if part)

    def _below(self, entry: Entry) -> Iterator[Line]:
        yield from self._sentences(entry.reasons, Tone.PLAIN, _BELOW)
        widest = max((width_of(subject) for subject, _ in entry.items), default=0)
        for subject, said in entry.items:
            yield from self._hanging(_padded(harmless(subject), widest), self.words.said(said), Tone.PLAIN)
        notes = [(self.words.say(word), self.words.said(said)) for word, said in entry.notes]
        widest = max((width_of(word) for word, _ in notes), default=0)
        # The words before the notes differ in tone only; what they say is the same for every reader.
        for word, text in dict.fromkeys(notes):
            yield from self._hanging(_padded(word, widest), text, Tone.QUIET)

    def _hanging(self, lead: str, text: str, tone: Tone) -> Iterator[Line]:
        """Yield a text behind a word, its later lines below the first."""
        first = f"{_BELOW}{lead}{_GAP}"
        for line in _wrapped(text, first, " " * width_of(first), self.width):
            yield (Span(line, tone),)

    def _commands(self, block: Commands) -> Iterator[Line]:
        commands = [f"rhumbline {line.replace('FILE', harmless(self.file))}" for line, _ in block.lines]
        widest = max(map(width_of, commands), default=0)
        purposes = [self.words.say(purpose) for _, purpose in block.lines]
        beside = len(_GAP) * 2 + widest + max(map(width_of, purposes), default=0) <= self.width
        for command, purpose in zip(commands, purposes, strict=True):
            if beside:
                yield (Span(f"{_GAP}{_padded(command, widest)}"), Span(f"{_GAP}{purpose}", Tone.QUIET))
            else:
                yield (Span(f"{_GAP}{command}"),)
                for line in _wrapped(purpose, _BELOW, _BELOW, self.width):
                    yield (Span(line, Tone.QUIET),)


# --- output -----------------------------------------------------------------------------------


def plain(lines: Sequence[Line]) -> str:
    """Return lines as text without colour, each ending in a line break."""
    texts = ("".join(span.text for span in line).replace(NO_BREAK, " ").rstrip() for line in lines)
    return "".join(f"{text}\n" for text in texts)


_STYLES = {
    Tone.PLAIN: "",
    Tone.STRONG: "bold",
    Tone.GOOD: "bold green",
    Tone.WARNING: "bold yellow",
    Tone.BAD: "bold red",
    Tone.QUIET: "dim",
}


def print_coloured(lines: Sequence[Line]) -> None:
    """Print lines with colour on a terminal; what they say is never read as markup."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    for line in lines:
        parts = [(span.text.replace(NO_BREAK, " "), _STYLES[span.tone]) for span in line]
        console.print(Text.assemble(*parts))


__all__ = ["WIDTH", "Line", "Span", "Terminal", "fitted", "plain", "print_coloured", "width_of"]
