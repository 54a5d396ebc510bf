"""The words that spreadsheets use for what our records hold, in four languages, and how words are compared."""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

LANGUAGES = ("en", "de", "fr", "es")

_CAMEL = re.compile(r"(?<=[a-zß-öø-ÿ])(?=[A-Z])")
_BETWEEN_WORDS = re.compile(r"[^\w%]+|_+")
_BRACKETS = re.compile(r"[(\[{]([^)\]}]*)[)\]}]")
_UNIT_BEHIND = re.compile(
    r"(?:\s+(?:in|en|de))?\s+([kmt]?\s?(?:€|\$|£|eur|usd|gbp|chf|euros?|dollars?|pln|sek|dkk|nok|czk)|%|tsd\.?\s?€?|mio\.?\s?€?)$",
    re.IGNORECASE,
)


@lru_cache(maxsize=20_000)
def normal(text: str) -> str:
    """Return a text as words are compared: lower case, no accents, no punctuation, no plural s.

    Parameters
    ----------
    text
        A header, a status, a name.
    """
    spaced = _CAMEL.sub(" ", text.strip())
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", spaced) if not unicodedata.combining(letter))
    words = _BETWEEN_WORDS.sub(" ", plain.casefold().replace("%", " % ")).split()
    return " ".join(_singular(word) for word in words)


def _singular(word: str) -> str:
    # Words such as "status", "progress" and "analysis" end in s without being a plural.
    return word[:-1] if len(word) > 3 and word[-1] == "s" and word[-2] not in "sui" else word


def without_unit(header: str) -> tuple[str, str]:
    """Return a header without the unit behind it, and that unit: ``Cost (k€)`` gives ``Cost`` and ``k€``.

    Parameters
    ----------
    header
        A header as it stands in the file.
    """
    units = [found.strip() for found in _BRACKETS.findall(header)]
    bare = _BRACKETS.sub(" ", header).strip()
    behind = _UNIT_BEHIND.search(bare)
    if behind and behind.start() > 0:
        units.append(behind.group(1))
        bare = bare[: behind.start()].strip()
    return (bare or header.strip()), " ".join(unit for unit in units if unit)


def _spellings(word: str) -> set[str]:
    """Return the normal forms of a word; German umlauts are also written ae, oe and ue."""
    spelled_out = word
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ä", "Ae"), ("Ö", "Oe"), ("Ü", "Ue")):
        spelled_out = spelled_out.replace(umlaut, letters)
    return {normal(word), normal(spelled_out)} - {""}


@dataclass(frozen=True, slots=True)
class Words:
    """Normal forms of words, each with what it stands for and the languages that say it so."""

    means: Mapping[str, str]
    languages: Mapping[str, frozenset[str]]

    def find(self, text: str) -> str | None:
        """Return what a text stands for, or None when no word is the same."""
        return self.means.get(normal(text))

    def nearest(self, text: str) -> tuple[str, str] | None:
        """Return what the most similar word stands for, and that word; None when nothing is similar."""
        wanted = normal(text)
        if wanted in self.means:
            return self.means[wanted], wanted
        # "in arbeit seit Mai" and "Status: done" hold a known word; the longest one counts.
        inside = [word for word in self.means if len(word) > 3 and f" {word} " in f" {wanted} "]
        close = inside or difflib.get_close_matches(wanted, list(self.means), n=1, cutoff=0.84)
        return (self.means[best], best) if (best := max(close, key=len, default="")) else None


def _words(listed: Iterable[tuple[str, Mapping[str, Iterable[str]]]]) -> Words:
    means: dict[str, str] = {}
    languages: dict[str, set[str]] = {}
    for meaning, by_language in listed:
        for language, words in by_language.items():
            for word in words:
                for form in _spellings(word):
                    means.setdefault(form, meaning)
                    languages.setdefault(form, set()).add(language)
    return Words(means, {form: frozenset(said) for form, said in languages.items()})


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(resources.files("rhumbline.exchange").joinpath("vocabulary.toml").read_text("utf-8"))


@cache
def targets(kind: str) -> dict[str, dict[str, int]]:
    """Return what a column of a kind of record can become, each with its words and how far down its list they stand.

    Parameters
    ----------
    kind
        The name of a kind of record.
    """
    found: dict[str, dict[str, int]] = {}
    for target, by_language in _table()["fields"].get(kind, {}).items():
        ranks = found.setdefault(target, {})
        for words in by_language.values():
            for rank, word in enumerate(words):
                for form in _spellings(word):
                    ranks[form] = min(rank, ranks.get(form, rank))
    return found


def mappable_kinds() -> tuple[str, ...]:
    """Return the kinds of record that a table can be read into."""
    return tuple(_table()["fields"])


@cache
def header_words() -> Words:
    """Return every word that a header of any kind of record may be."""
    return _words(
        (target, by_language) for fields in _table()["fields"].values() for target, by_language in fields.items()
    )


@cache
def choices(name: str) -> Words:
    """Return the words for the choices of a field such as ``stage``; empty where none are listed.

    Parameters
    ----------
    name
        The name of a field.
    """
    return _words(_table()["choices"].get(name, {}).items())


@cache
def total_words() -> tuple[frozenset[str], frozenset[str]]:
    """Return the words that mark a row of sums, and those that mark another summary (an average, a profit)."""
    sums, others = (
        frozenset(form for words in _table()["totals"][group].values() for word in words for form in _spellings(word))
        for group in ("sum", "other")
    )
    return sums, others


@cache
def note_words() -> frozenset[str]:
    """Return the words that a line of explanation under a table begins with."""
    return frozenset(normal(word) for word in _table()["notes"]["any"])


@cache
def not_money_words() -> frozenset[str]:
    """Return words that, beside others in a header, say that it is not about money."""
    return frozenset(normal(word) for word in _table()["not_money"]["any"])


@cache
def missing_words() -> frozenset[str]:
    """Return what a cell says when there is nothing to say, in lower case."""
    return frozenset(_table()["missing"]["any"])


@cache
def truth_words() -> dict[str, bool]:
    """Return the words for yes and no, in lower case and normal form."""
    found: dict[str, bool] = {}
    for word, value in (("true", True), ("false", False)):
        for words in _table()["booleans"][word].values():
            found.update({form: value for said in words for form in (said.casefold(), normal(said)) if form})
    return found


@cache
def months() -> dict[str, int]:
    """Return the names and short names of the months in all languages, with the number of the month."""
    found: dict[str, int] = {}
    for group in ("months", "month_abbreviations"):
        for names in _table()[group].values():
            for number, name in enumerate(names, 1):
                found.update(dict.fromkeys(_month_spellings(name), number))
    return found


def _month_spellings(name: str) -> set[str]:
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return {name, plain}


@cache
def defaults(kind: str) -> dict[str, tuple[str, str]]:
    """Return the values proposed for required fields that tables rarely have, each with its reason.

    Parameters
    ----------
    kind
        The name of a kind of record.
    """
    return {name: (entry["value"], entry["reason"]) for name, entry in _table()["defaults"].get(kind, {}).items()}


def language_of(headers: Iterable[str]) -> str:
    """Return the language most header words belong to, or nothing where two are even or none is known.

    Parameters
    ----------
    headers
        The headers of a table.
    """
    counts = dict.fromkeys(LANGUAGES, 0.0)
    known = header_words().languages
    for header in headers:
        said = known.get(normal(without_unit(header)[0]), frozenset())
        for language in said:
            counts[language] += 1.0 / len(said)
    first, second = sorted(counts.values(), reverse=True)[:2]
    return max(counts, key=lambda language: counts[language]) if first > second else ""
