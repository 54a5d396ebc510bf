"""Measures text without a font, so that a label's place is known before anybody's browser draws it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from rhumbline.faces.charts.letter_widths import BOLD, REGULAR

SMALL = 11
PLAIN = 12
LOUD = 15

ELLIPSIS = "…"
# Letters outside the table: East Asian ones fill a square, emoji and rare scripts may be wider still.
_SQUARE = 104
_WIDEST = 140
# One Arabic ligature is a whole sentence; nobody's table has it, and it would run out of the picture.
_SENTENCE_LIGATURE = ("\ufdfd", 1100)
# A letter with a tower of accents would grow into the line above.
_MOST_ACCENTS = 2
_JOINER = "\u200d"
_NO_WIDTH = frozenset({"Mn", "Me", "Cf"})


def clean(text: str) -> str:
    """Return a text as one line that may stand in XML: no control characters, no marks that reorder their surroundings.

    Parameters
    ----------
    text
        Any text somebody typed or imported.
    """
    kept: list[str] = []
    accents = 0
    for letter in unicodedata.normalize("NFC", text):
        category = unicodedata.category(letter)
        accents = accents + 1 if category in {"Mn", "Me"} else 0
        if category.startswith("Z") or letter in "\t\n\r\v\f\x85":
            # A no-break space stays what it is: numbers and their units must not be torn apart.
            kept.append(letter if letter in "\u00a0\u202f" else " ")
        elif letter == _JOINER or (category[0] != "C" and accents <= _MOST_ACCENTS):
            kept.append(letter)
    return " ".join(part for part in "".join(kept).split(" ") if part).strip(" \u00a0\u202f")


def _letter_width(letter: str, *, bold: bool) -> int:
    known = (BOLD if bold else REGULAR).get(letter)
    if known is not None:
        return known
    if unicodedata.category(letter) in _NO_WIDTH:
        return 0
    if letter == _SENTENCE_LIGATURE[0]:
        return _SENTENCE_LIGATURE[1]
    return _SQUARE if unicodedata.east_asian_width(letter) in "WF" and letter < "\U0001f000" else _WIDEST


def text_width(text: str, size: float = PLAIN, *, bold: bool = False) -> float:
    """Return the width a text takes at most, in the same unit as its size.

    Parameters
    ----------
    text
        One line.
    size
        Type size.
    bold
        Whether it is set in bold.
    """
    return sum(_letter_width(letter, bold=bold) for letter in text) * size / 100


def _clusters(text: str) -> Iterator[str]:
    """Yield what must not be torn apart: a letter with its accents, an emoji with what is joined to it."""
    cluster = ""
    for letter in text:
        joined = cluster.endswith(_JOINER) or unicodedata.category(letter) in _NO_WIDTH | {"Mc"}
        if cluster and not joined:
            yield cluster
            cluster = ""
        cluster += letter
    if cluster:
        yield cluster


def _beginning(text: str, width: float, size: float, *, bold: bool) -> str:
    """Return the longest beginning of a text that fits."""
    kept, used = "", 0.0
    for cluster in _clusters(text):
        used += text_width(cluster, size, bold=bold)
        if used > width:
            break
        kept += cluster
    return kept


def shortened(text: str, width: float, size: float = PLAIN, *, bold: bool = False) -> str:
    """Return a text, or its beginning and an ellipsis where it does not fit; empty where not even that fits.

    Parameters
    ----------
    text
        One line.
    width
        The room there is.
    size
        Type size.
    bold
        Whether it is set in bold.
    """
    if text_width(text, size, bold=bold) <= width:
        return text
    room = width - text_width(ELLIPSIS, size, bold=bold)
    beginning = _beginning(text, room, size, bold=bold).rstrip()
    return beginning + ELLIPSIS if room >= 0 else ""


def wrapped(text: str, width: float, size: float = PLAIN, *, lines: int = 2, bold: bool = False) -> tuple[str, ...]:
    """Return a text as at most so many lines that fit; what is left over ends in an ellipsis.

    Parameters
    ----------
    text
        One line.
    width
        The room there is.
    size
        Type size.
    lines
        How many lines at most.
    bold
        Whether it is set in bold.
    """
    found: list[str] = []
    rest = clean(text)
    while rest and len(found) < lines - 1 and text_width(rest, size, bold=bold) > width:
        line, rest = _first_line(rest, width, size, bold=bold)
        if not line:
            break
        found.append(line)
    last = shortened(rest, width, size, bold=bold)
    return (*found, last) if last else tuple(found)


def _first_line(text: str, width: float, size: float, *, bold: bool) -> tuple[str, str]:
    """Break at the last space that fits, or within the word where there is none."""
    beginning = _beginning(text, width, size, bold=bold)
    if text[len(beginning) : len(beginning) + 1] == " ":
        return beginning, text[len(beginning) :].lstrip(" ")
    head, space, _ = beginning.rpartition(" ")
    if space:
        return head.rstrip(" "), text[len(head) :].lstrip(" ")
    return beginning, text[len(beginning) :]


__all__ = ["ELLIPSIS", "LOUD", "PLAIN", "SMALL", "clean", "shortened", "text_width", "wrapped"]
