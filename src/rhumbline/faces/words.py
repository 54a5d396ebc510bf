"""Puts codes and numbers into words: one catalogue of sentences per language, numbers formatted as that language does.

A sentence is a text with placeholders. ``{share}`` prints a value as it is; ``{share:percent}`` says
how to print it; ``{count:count|initiative|initiatives}`` prints the number and the noun that fits it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from rhumbline.book.authority import EVERYTHING, Sight
from rhumbline.book.concealment import HIDDEN, conceal, private_kpis
from rhumbline.engines.reasons import Reason
from rhumbline.faces.blocks import Cell, Given, Said

if TYPE_CHECKING:
    from rhumbline.book.book import Book

LANGUAGES = ("en", "de")
# A value and its unit must stay on one line; wrapping breaks at ordinary spaces only.
NO_BREAK = "\u00a0"
NOTHING_TO_SAY = "–"  # noqa: RUF001 - a dash is what a table shows where nothing is known

_PLACEHOLDER = re.compile(r"\{(?P<name>\w+)(?::(?P<hint>\w+)(?:\|(?P<one>[^{}|]*)\|(?P<many>[^{}|]*))?)?\}")
_QUARTER = re.compile(r"(\d{4})-Q([1-4])")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
# Kinds of record whose names may stand in a sentence, in the order in which a key is looked up.
_NAMED_KINDS = (
    "initiative",
    "objective",
    "kpi",
    "segment",
    "need",
    "capability",
    "system",
    "team",
    "person",
    "partner",
    "scenario",
    "signal",
    "assumption",
    "feedback",
)


# --- the catalogue ----------------------------------------------------------------------------


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Turn nested tables into one mapping from dotted code to sentence."""
    found: dict[str, str] = {}
    for key, value in table.items():
        code = f"{prefix}{key}"
        if isinstance(value, Mapping):
            found |= _flat(value, f"{code}.")
        else:
            found[code] = str(value)
    return found


def language_of(file_name: str) -> str:
    """Return the language a catalogue file is in: ``de`` for ``de.toml`` and for ``rules.de.toml``."""
    return file_name.removesuffix(".toml").rpartition(".")[2]


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return every sentence of a language by its code.

    Parameters
    ----------
    language
        One of ``LANGUAGES``.
    """
    import tomllib

    folder = resources.files("rhumbline.faces") / "messages"
    found: dict[str, str] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml") and language_of(file.name) == language:
            found |= _flat(tomllib.loads(file.read_text(encoding="utf-8")))
    return found


def placeholders(sentence: str) -> frozenset[tuple[str, str]]:
    """Return the names of the values a sentence speaks of, each with how it is printed."""
    return frozenset((match["name"], match["hint"] or "") for match in _PLACEHOLDER.finditer(sentence))


# --- what some may not see --------------------------------------------------------------------

# How money is printed, or what is computed from it; a value in the unit of its KPI; a text that may quote anything.
_OF_MONEY = frozenset({"money", "amount", "digest"})
_OF_ITS_KPI = "level"
_QUOTE = "quote"
# Sentences about one and the same numbers: a rule's, and the gate's.
_ABOUT_THE_SAME = ("name", "message", "why", "remedy")


def _subject(code: str) -> str:
    family, _, last = code.rpartition(".")
    return family if last.startswith(_ABOUT_THE_SAME) else code


_Hints = dict[str, set[str]]


@cache
def _hints() -> Mapping[str, _Hints]:
    """Return how numbers are printed in all languages, by what their sentences have in common: their subject."""
    found: dict[str, _Hints] = {}
    for language in LANGUAGES:
        for code, sentence in catalogue(language).items():
            _add_hints(found.setdefault(_subject(code), {}), sentence)
    return found


def _add_hints(found: _Hints, sentence: str) -> None:
    for name, hint in placeholders(sentence):
        found.setdefault(name, set()).add(hint)


# --- text somebody else wrote -----------------------------------------------------------------


def harmless(text: str) -> str:
    """Return a text without anything that could steer a terminal or reorder a line.

    Control characters, escape sequences and marks of writing direction in a name become visible
    replacement characters; line breaks and tabs become spaces.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_harmless_character(character) for character in text)


def _harmless_character(character: str) -> str:
    if character in "\n\r\t\v\f\u2028\u2029":
        return " "
    if character in "\u200d\u00ad":  # joins emoji, and a soft hyphen: both have no width and do no harm
        return character
    return "\ufffd" if unicodedata.category(character) in {"Cc", "Cf", "Cs"} else character


@lru_cache(maxsize=4096)
def _formatted(exact: Decimal, pattern: str, language: str) -> str:
    """Return a number as a language writes it; an answer holds hundreds, and many of them again and again."""
    read, locale = _read_pattern(pattern, language)
    shown: str = read.apply(exact, locale, numbering_system="latn")
    return shown if any(digit in "123456789" for digit in shown) else shown.lstrip("-")


@cache
def _read_pattern(pattern: str, language: str) -> tuple[Any, Any]:
    from babel import Locale
    from babel.numbers import parse_pattern

    return parse_pattern(pattern), Locale.parse(language)


# --- words ------------------------------------------------------------------------------------


class Words:
    """Says things in one language about one Book to one reader.

    Parameters
    ----------
    language
        One of ``LANGUAGES``.
    book
        Where names and the currency come from; without it keys are printed.
    sight
        What the reader sees; a word stands where a value is hidden.
    now
        The Book of today, which says what is private, where the other one is of an earlier date.
    """

    def __init__(
        self, language: str = "en", book: Book | None = None, sight: Sight = EVERYTHING, now: Book | None = None
    ) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"no language {language!r}; there are {', '.join(LANGUAGES)}")
        self.language = language
        self.sight = sight
        self.private = frozenset() if sight.private else private_kpis(book, now)
        self.book = None if book is None else conceal(book, sight, now)
        self._printers: Mapping[str, Callable[[Any], str]] = {
            "": self._plain,
            "raw": lambda value: harmless(str(value)),
            "percent": self._percent,
            "points": self._points,
            "whole": self._whole,
            "number": self._number,
            "exact": self._exact,
            "money": self._money,
            "amount": self._number,
            "level": self._number,
            "digest": self._plain,
            "quote": self._plain,
            "name": self.name,
            "list": self._list,
            "names": self._names,
            "words": self._words,
            "date": self._date,
            "period": self._period,
            "word": self._word,
        }

    @property
    def hints(self) -> frozenset[str]:
        """The ways in which a value can be printed."""
        return frozenset(self._printers) | {"count"}

    def has(self, code: str) -> bool:
        """Whether there is a sentence for a code."""
        return code in catalogue(self.language)

    def said(self, said: Said) -> str:
        """Return whatever a block says, in words."""
        said = self.seen(said)
        if isinstance(said, Reason):
            return self.say(said)
        if isinstance(said, Cell):
            return self.show(said.value, said.hint)
        sentence = catalogue(self.language).get(said.reason.code)
        # A translation that speaks of a value the finding does not have would say less than the original.
        if sentence is not None and {name for name, _ in placeholders(sentence)} <= set(said.reason.numbers):
            return self.say(said.reason)
        return self.fill(said.text, said.reason.numbers) if said.template else harmless(said.text)

    def say(self, reason: Reason, own: str = "") -> str:
        """Return the sentence of a reason, or a sentence that came with it, with its numbers in it."""
        return self.fill(own, reason.numbers) if own else self.text(reason.code, reason.numbers)

    def text(self, code: str, numbers: Mapping[str, Any] | None = None, **more: Any) -> str:
        """Return the sentence of a code.

        Parameters
        ----------
        code
            A code of the catalogue. One without a sentence is printed itself, with its numbers, because an
            answer must never fail for want of a word.
        numbers, more
            The values the sentence speaks of.
        """
        values = {**(numbers or {}), **more}
        sentence = catalogue(self.language).get(code)
        if sentence is None and self.sight.concealed:
            # Nobody said of which kind these numbers are.
            return code
        if sentence is None:
            listed = ", ".join(f"{name} {self._plain(value)}" for name, value in values.items())
            return f"{code}: {listed}" if listed else code
        return self.fill(sentence, values)

    def fill(self, sentence: str, values: Mapping[str, Any]) -> str:
        """Return a sentence with its placeholders filled."""
        return _PLACEHOLDER.sub(lambda match: self._filled(match, values), sentence)

    def _filled(self, match: re.Match[str], values: Mapping[str, Any]) -> str:
        value = values.get(match["name"])
        if self._hides(match["hint"] or "", values.get("kpi")):
            value = HIDDEN
        if value is HIDDEN:
            # The word has its own brackets, and so may the sentence.
            return self.show(value).strip("()" if match.string[: match.start()].endswith("(") else "")
        if match["hint"] == "count":
            amount = float(value) if isinstance(value, int | float) else float(len(self._many(value or ())))
            return f"{self._number(amount)}{NO_BREAK}{match['one'] if amount == 1 else match['many']}"
        # A sentence of the catalogue may set the marks itself.
        marked = match.string[: match.start()].endswith(("“", "„", '"'))
        if marked or value is None or match["hint"] not in {"name", "names"}:
            return self.show(value, match["hint"] or "")
        return self._joined([self._quoted(key) for key in self._many(value)])

    def _quoted(self, key: Any) -> str:
        """Return a name as it stands in a sentence; a key without a name needs no marks."""
        return self.text("format.quoted", text=self.name(key)) if self._record(str(key)) else self.name(key)

    def show(self, value: Any, hint: str = "") -> str:
        """Return a value as this language prints it.

        Parameters
        ----------
        value
            Any value of a result; None is a dash.
        hint
            One of ``hints``.
        """
        if value is HIDDEN or (value is not None and self._hides(hint)):
            return self.text("word.hidden")
        return NOTHING_TO_SAY if value is None else self._printers[hint](value)

    # --- what the reader sees ---------------------------------------------------------------

    def _hides(self, hint: str, kpi: object = None) -> bool:
        """Whether a value that is printed so is hidden from the reader."""
        if hint in _OF_MONEY:
            return not self.sight.money
        if hint == _QUOTE:
            return bool(self.sight.concealed)
        return hint == _OF_ITS_KPI and kpi in self.private

    def level(self, kpi: str, value: Any) -> Cell:
        """Return a value in the unit of a KPI, hidden where the KPI is private.

        Parameters
        ----------
        kpi
            Key of the KPI.
        value
            A reading, a baseline, a target or an effect.
        """
        return Cell(HIDDEN if self._hides(_OF_ITS_KPI, kpi) else value, _OF_ITS_KPI)

    def seen(self, said: Said) -> Said:
        """Return what a block says, without the values that are hidden from the reader.

        Parameters
        ----------
        said
            As ``explain`` selected it.
        """
        if not self.sight.concealed:
            return said
        if isinstance(said, Cell):
            return Cell(HIDDEN, said.hint) if said.value is not None and self._hides(said.hint) else said
        if isinstance(said, Given):
            numbers = self.seen_numbers(said.reason.code, said.reason.numbers, said.text if said.template else "")
            return Given(Reason(said.reason.code, numbers), said.text, said.template)
        return Reason(said.code, self.seen_numbers(said.code, said.numbers))

    def seen_numbers(self, code: str, numbers: Mapping[str, Any], *more: str) -> dict[str, Any]:
        """Return the numbers of a reason, without those that are hidden from the reader.

        Parameters
        ----------
        code
            Of the reason: its sentences say which of its numbers are money.
        numbers
            The values it speaks of.
        more
            Sentences that are not in the catalogue.

        Notes
        -----
        A number that no sentence prints is hidden as well, since nobody said what it is; keys, texts and dates stay.
        """
        if not self.sight.concealed:
            return dict(numbers)
        hints = {name: set(known) for name, known in _hints().get(_subject(code), {}).items()}
        for sentence in more:
            _add_hints(hints, sentence)
        return self._seen_numbers(numbers, hints)

    def _seen_numbers(self, numbers: Mapping[str, Any], hints: Mapping[str, Collection[str]]) -> dict[str, Any]:
        kpi = numbers.get("kpi")
        return {name: self._seen_number(value, hints.get(name), kpi, hints) for name, value in numbers.items()}

    def _seen_number(
        self, value: Any, printed: Collection[str] | None, kpi: object, hints: Mapping[str, Collection[str]]
    ) -> Any:
        if isinstance(value, Mapping):
            return self._seen_numbers(value, hints)
        if isinstance(value, list | tuple):
            return tuple(self._seen_number(inner, printed, kpi, hints) for inner in value)
        if printed is None:
            number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
            unsaid = _OF_MONEY | {_OF_ITS_KPI} if number else ()
            return HIDDEN if any(self._hides(hint, kpi) for hint in unsaid) else value
        return HIDDEN if value is not None and any(self._hides(hint, kpi) for hint in printed) else value

    # --- one way of printing each -----------------------------------------------------------

    def _plain(self, value: Any) -> str:
        if isinstance(value, str):
            return harmless(value)
        if isinstance(value, bool):
            return self.text("word.yes" if value else "word.no")
        if isinstance(value, int | float | Decimal):
            return self._number(value)
        if isinstance(value, date):
            return self._date(value)
        if isinstance(value, Iterable):
            return self._list(value)
        return harmless(str(value))

    def _decimal(self, value: float | Decimal, pattern: str) -> str:
        # Through text, so that half-way cases are those of the number that is shown, not of its last bit.
        exact = value if isinstance(value, Decimal) else Decimal(repr(value + 0.0))
        return _formatted(exact, pattern, self.language)

    def _percent(self, value: float | Decimal) -> str:
        return f"{self._points(value)}{NO_BREAK}%"

    def _points(self, value: float | Decimal) -> str:
        return self._decimal(Decimal(repr(float(value))) * 100, "#,##0.0")

    def _whole(self, value: float | Decimal) -> str:
        return self._decimal(Decimal(repr(float(value))) * 100, "#,##0")

    def _number(self, value: float | Decimal) -> str:
        return self._decimal(value, "#,##0.##")

    def _exact(self, value: float | Decimal) -> str:
        return self._decimal(value, "#,##0.000000")

    def _money(self, value: float | Decimal) -> str:
        organisation = self.book.organisation if self.book is not None else None
        whole = abs(float(value) - round(value)) < 0.005
        shown = self._decimal(value, "#,##0" if whole else "#,##0.00")
        return f"{shown}{NO_BREAK}{organisation.currency}" if organisation else shown

    def name(self, key: Any) -> str:
        """Return the name of the record with this key, or the key where nothing has it."""
        record = self._record(str(key))
        return harmless(str(getattr(record, "name", None) or getattr(record, "text", None) or key))

    def _record(self, key: str) -> Any:
        if self.book is None:
            return None
        return next((self.book.all(kind)[key] for kind in _NAMED_KINDS if key in self.book.all(kind)), None)

    def _list(self, values: Any) -> str:
        return self._joined([self._plain(value) for value in self._many(values)])

    def _names(self, keys: Any) -> str:
        return self._joined([self.name(key) for key in self._many(keys)])

    def _words(self, values: Any) -> str:
        return self._joined([self._word(value) for value in self._many(values)])

    @staticmethod
    def _many(values: Any) -> list[Any]:
        return [values] if isinstance(values, str) or not isinstance(values, Iterable) else list(values)

    def _joined(self, texts: list[str]) -> str:
        if len(texts) < 2:
            return texts[0] if texts else self.text("word.nothing")
        return f"{', '.join(texts[:-1])} {self.text('word.and')} {texts[-1]}"

    def _date(self, value: Any) -> str:
        if not isinstance(value, date):
            return self._plain(value)
        from babel.dates import format_date

        return format_date(value, self.text("format.date"), locale=self.language).replace(" ", NO_BREAK)

    def _period(self, value: Any) -> str:
        text = self._label(value) if isinstance(value, int) else str(value)
        if quarter := _QUARTER.fullmatch(text):
            return f"Q{quarter[2]}{NO_BREAK}{quarter[1]}"
        if month := _MONTH.fullmatch(text):
            from babel.dates import format_date

            first = date(int(month[1]), int(month[2]), 1)
            return format_date(first, "LLLL y", locale=self.language).replace(" ", NO_BREAK)
        return harmless(text)

    def _label(self, number: int) -> str:
        """Return the name of a period counted from 1, where the Book tells when the horizon begins."""
        from rhumbline.book.horizon import horizon

        if self.book is None or (self.book.as_of is None and self.book.strategy.horizon_start is None):
            return self.text("word.period", number=number)
        return horizon(self.book, self.book.as_of or date.min).label(number)

    def _word(self, value: Any) -> str:
        text = str(value.value if isinstance(value, Enum) else value)
        code = f"word.{text.replace(' ', '_')}"
        return self.text(code) if self.has(code) else harmless(text)


__all__ = ["LANGUAGES", "NO_BREAK", "Words", "catalogue", "harmless", "placeholders"]
