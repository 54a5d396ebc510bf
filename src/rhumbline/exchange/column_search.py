"""What each column of a table most likely becomes, by its name and by what its cells look like."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rhumbline.book.findings import Finding
from rhumbline.book.types import FrozenMap, Severity
from rhumbline.exchange.columns import NUMBERS, Profile, Sort, fit, profile, sort_of
from rhumbline.exchange.headers import Header
from rhumbline.exchange.periods import period_in
from rhumbline.exchange.proposal import Column
from rhumbline.exchange.styles import Cell
from rhumbline.exchange.tables import Table
from rhumbline.exchange.vocabulary import normal, not_money_words, targets, without_unit

_LEAST = 0.5


_LEAST_FIT = 0.2


_MOST_STAGES = 15


@dataclass(frozen=True, slots=True)
class _Candidate:
    position: int
    target: str
    score: float
    because: str


def propose_columns(table: Table, kind: str, as_of: date | None = None) -> tuple[list[Column], list[Finding]]:
    """Return what each column of a table most likely becomes, and what is to be said about it.

    Parameters
    ----------
    table
        A table.
    kind
        The kind of record its rows become.
    as_of
        The evaluation date: it gives the year of columns such as ``Jan`` that do not name one.
    """
    cells = [table.column(position) for position in range(len(table.headers))]
    seen = [profile(column) for column in cells]
    chosen: dict[int, _Candidate] = {}
    findings: list[Finding] = []
    if kind == "initiative":
        chosen = _period_columns(table, seen, as_of)
    taken = {candidate.target for candidate in chosen.values() if ":" not in candidate.target}
    candidates = [
        candidate
        for position in range(len(table.headers))
        if position not in chosen
        for candidate in _candidates(table, kind, position, cells[position], seen[position], findings)
    ]
    candidates.sort(key=lambda found: (-found.score, found.position, found.target))
    for candidate in candidates:
        several = sort_of(kind, candidate.target)[0] is Sort.NAMES
        if candidate.position not in chosen and (several or candidate.target not in taken):
            chosen[candidate.position] = candidate
            taken.add(candidate.target)
    _from_content(table, kind, seen, chosen, taken)
    return list(columns_of(table, chosen)), findings


def columns_of(table: Table, chosen: Mapping[int, _Candidate]) -> Iterator[Column]:
    counts: Counter[str] = Counter()
    for position, header in enumerate(table.headers):
        counts[header.name] += 1
        found = chosen.get(position)
        if found is None:
            yield Column(header.name, counts[header.name])
        else:
            yield Column(header.name, counts[header.name], found.target, round(found.score, 3), found.because)


def _candidates(
    table: Table, kind: str, position: int, cells: Sequence[Cell], seen: Profile, findings: list[Finding]
) -> Iterator[_Candidate]:
    header = table.headers[position]
    for target, words in targets(kind).items():
        likeness = _likeness(header, words)
        if likeness < _LEAST:
            continue
        sort = sort_of(kind, target)[0]
        if sort is Sort.MONEY and likeness <= 0.9 and not_money_words() & set(normal(header.name).split()):
            continue
        fits = fit(sort, target, kind, cells, seen)
        if target == "stage" and likeness > 0.9 and seen.distinct * seen.filled <= _MOST_STAGES:
            # A status column in words nobody knows is still one: what they mean is asked.
            fits = max(fits, 0.3)
        if fits < _LEAST_FIT and sort is not Sort.TEXT:
            if likeness > 0.9 and seen.filled >= 3 and (sort in NUMBERS or sort is Sort.DATE):
                findings.append(_unreadable_column(table, position, target, sort))
            continue
        exact = likeness > 0.9
        score = likeness * (0.6 + 0.4 * fits) if exact else likeness * (0.4 + 0.6 * fits)
        if score >= _LEAST:
            yield _Candidate(position, target, score, "its name")


def _unreadable_column(table: Table, position: int, target: str, sort: Sort) -> Finding:
    return Finding(
        code="column-unreadable",
        where=table.where(position=position),
        message=f"The column sounds like {target.replace('_', ' ')}, but hardly any of its cells is "
        f"{'a ' if sort is not Sort.HOURS else ''}{sort}; it was not imported.",
        remedy="Correct the cells, or say which field the column becomes.",
        severity=Severity.WARNING,
        numbers=FrozenMap({"target": target}),
    )


def _likeness(header: Header, words: Mapping[str, int]) -> float:
    """Return how much a header looks like one of some words; the earlier in their list, the better."""
    bare = normal(without_unit(header.text)[0])
    forms = [form for form in (bare, normal(header.text), normal(header.name)) if form]
    exact = [words[form] for form in forms if form in words]
    if exact:
        return 1.0 - 0.002 * min(exact)
    whole = normal(without_unit(header.name)[0])
    best = max((_part_of(form, word) for form in {bare, whole} for word in words), default=0.0)
    if best < _LEAST and len(bare) > 4:
        close = difflib.get_close_matches(bare, list(words), n=1, cutoff=0.85)
        best = 0.8 * difflib.SequenceMatcher(None, bare, close[0]).ratio() if close else best
    return best


def _part_of(header: str, word: str) -> float:
    """Return how much of a header a word is: ``project name`` holds ``name``, ``projektkosten`` ends in ``kosten``."""
    if len(word) < 3 or len(header) > 60:
        return 0.0
    if f" {word} " in f" {header} ":
        return 0.6 + 0.3 * len(word.split()) / len(header.split())
    return 0.65 if len(word) >= 5 and " " not in header and header.endswith(word) else 0.0


# --- columns by period ------------------------------------------------------------------------


def _period_columns(table: Table, seen: Sequence[Profile], as_of: date | None) -> dict[int, _Candidate]:
    """Return the columns that give money or hours by period, such as ``Q1 2027``, ``Jan`` or ``Cost 2028``."""
    year = _year_said(table) or (as_of.year if as_of else None)
    found: dict[int, _Candidate] = {}
    nameless = 0
    for position, header in enumerate(table.headers):
        period = period_in(header.name, year)
        if period is None or (seen[position].filled and seen[position].numbers < 0.5):
            continue
        base = _base_of(period.rest)
        if base is None:
            continue
        nameless += not period.rest
        found[position] = _Candidate(position, f"{base}:{period.label}", 0.9 if period.rest else 0.8, "its period")
    labels = Counter(candidate.target for candidate in found.values())
    # The same period twice means that the columns hold different things (plan and actual): nobody said which.
    unclear = {target for target, count in labels.items() if count > 1}
    return {position: candidate for position, candidate in found.items() if candidate.target not in unclear}


def _base_of(rest: str) -> str | None:
    """Return what the words beside a period say is given by period: money, hours, or neither."""
    if not rest:
        return "cash"
    fields = targets("initiative")
    for target in ("cash", "hours"):
        if normal(without_unit(rest)[0]) in fields[target] or any(
            _part_of(normal(rest), word) >= 0.7 for word in fields[target]
        ):
            return target
    return None


_YEAR_SAID = re.compile(r"(?<!\d)(20\d\d)(?!\d)")


def _year_said(table: Table) -> int | None:
    """Return the one year that the title of the table or the name of its sheet names."""
    years = {int(year) for text in (table.sheet, *table.preamble) for year in _YEAR_SAID.findall(text)}
    return years.pop() if len(years) == 1 else None


# --- columns whose names say nothing ----------------------------------------------------------


def _from_content(
    table: Table, kind: str, seen: Sequence[Profile], chosen: dict[int, _Candidate], taken: set[str]
) -> None:
    """Add columns whose name says nothing, but whose cells do."""
    name = "text" if kind == "need" else "name"
    offers: list[tuple[str, Sort, Any]] = [(name, Sort.TEXT, _looks_like_names)]
    if kind == "initiative":
        offers += [
            ("owner_email", Sort.TEXT, lambda found: found.emails > 0.8 and "owner" not in taken),
            ("stage", Sort.CHOICE, lambda found: found.stages > 0.8 and found.distinct < 0.8),
            ("cash", Sort.MONEY, lambda found: found.currency and found.numbers > 0.8),
        ]
    money = any(target.partition(":")[0] == "cash" for target in (c.target for c in chosen.values()))
    for target, _, fits in offers:
        if target in taken or target not in targets(kind) or (target == "cash" and money):
            continue
        for position in range(len(table.headers)):
            if position not in chosen and seen[position].filled and fits(seen[position]):
                chosen[position] = _Candidate(position, target, 0.5, "what its cells look like")
                taken.add(target)
                break


def _looks_like_names(seen: Profile) -> bool:
    return seen.words > 0.8 and seen.distinct > 0.8 and 3 <= seen.length <= 80 and seen.emails < 0.2
