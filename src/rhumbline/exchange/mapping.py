"""Which column of a table becomes which field of a record: proposed from headers and contents, remembered when agreed.

Nothing is dropped silently: a column that becomes nothing is listed, a choice between two readings is a
question with a proposed answer and its reason, and a cell that makes no sense holds its row out.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from rhumbline.book.findings import Finding
from rhumbline.book.types import NOTHING, FrozenMap, Severity
from rhumbline.exchange.columns import (
    NUMBERS,
    Plan,
    Profile,
    Sort,
    Unreadable,
    choices_of,
    fit,
    profile,
    read_cell,
    sort_of,
    text_of,
)
from rhumbline.exchange.periods import period_in
from rhumbline.exchange.raw import show
from rhumbline.exchange.styles import (
    Cell,
    DateStyle,
    Decision,
    NumberStyle,
    currencies,
    decide_dates,
    decide_numbers,
    half_converted,
    is_missing,
    parse_amount,
)
from rhumbline.exchange.tables import Header, Row, Table
from rhumbline.exchange.vocabulary import (
    choices,
    defaults,
    language_of,
    normal,
    not_money_words,
    targets,
    without_unit,
)

# --- what is proposed and agreed --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """What one column of a file becomes.

    Parameters
    ----------
    header, occurrence
        Its name, and which one it is among columns of the same name, counted from 1.
    target
        The field it becomes, such as ``cash``, or ``cash:2027-Q1`` for one period; nothing when it is not used.
    confidence
        How sure the proposal is, from 0 to 1.
    because
        What the proposal rests on.
    """

    header: str
    occurrence: int = 1
    target: str = ""
    confidence: float = 0.0
    because: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a table with these headers is read: what each column becomes, and the answers that were given.

    Parameters
    ----------
    kind
        The kind of record that a row becomes.
    columns
        Every column of the table, used or not.
    answers
        By the id of a question, its answer.
    """

    kind: str
    columns: tuple[Column, ...]
    answers: FrozenMap[str] = NOTHING

    @property
    def signature(self) -> str:
        """What tables with the same headers, in any order, have in common."""
        return signature(self.kind, (column.header for column in self.columns))

    def to_json(self) -> dict[str, Any]:
        """Return the mapping as JSON knows it."""
        columns = [
            {"header": column.header, "occurrence": column.occurrence, "target": column.target}
            for column in self.columns
        ]
        return {"kind": self.kind, "columns": columns, "answers": dict(self.answers)}

    @classmethod
    def from_json(cls, raw: Lookup[str, Any]) -> Mapping:
        """Return the mapping that ``to_json`` wrote.

        Parameters
        ----------
        raw
            What was written.
        """
        columns = tuple(
            Column(str(entry["header"]), int(entry["occurrence"]), str(entry["target"]), 1.0, "remembered")
            for entry in raw["columns"]
        )
        return cls(str(raw["kind"]), columns, FrozenMap({str(key): str(raw["answers"][key]) for key in raw["answers"]}))


@dataclass(frozen=True, slots=True)
class Question:
    """Something only a person can decide; until somebody does, the proposed answer is used.

    Parameters
    ----------
    id
        What an answer is given to, such as ``date:Due``.
    code
        The kind of question, such as ``date-order``.
    text
        The question.
    choices
        The answers that are possible, each with a word or example for people; empty where any text is.
    proposed
        The answer that is used when none is given.
    reason
        Why this one is proposed.
    """

    id: str
    code: str
    text: str
    proposed: str
    reason: str
    choices: FrozenMap[str] = NOTHING


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is held out, with the reasons."""

    row: Row
    where: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table as raw values by target, not yet a record."""

    row: Row
    where: str
    values: Lookup[str, Any]


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a table would be read, to be looked at before anything is written.

    Parameters
    ----------
    mapping
        What each column becomes.
    confidence
        How sure the least certain used column is, from 0 to 1.
    sample
        The first five rows as they would be read.
    questions
        What somebody should decide.
    unmapped
        The columns that become nothing.
    bad_rows
        The rows that are held out because a cell makes no sense.
    lines
        All rows that can be read.
    plans
        How each used column is read.
    currency
        The currency of the money columns, where the file says one.
    findings
        What else is to be said.
    """

    mapping: Mapping
    confidence: float
    sample: tuple[FrozenMap[Any], ...]
    questions: tuple[Question, ...]
    unmapped: tuple[str, ...]
    bad_rows: tuple[BadRow, ...]
    lines: tuple[Line, ...]
    plans: tuple[Plan, ...]
    currency: str
    findings: tuple[Finding, ...]


# --- remembering ------------------------------------------------------------------------------


def signature(kind: str, headers: Iterable[str]) -> str:
    """Return what tables of one kind with the same headers, in any order, have in common.

    Parameters
    ----------
    kind
        The kind of record.
    headers
        The names of all columns.
    """
    words = sorted(normal(header) for header in headers)
    return f"{kind}-{hashlib.sha256(json.dumps(words).encode()).hexdigest()[:16]}"


def remember(mapping: Mapping, path: str | os.PathLike[str]) -> None:
    """Keep a mapping in a file, beside those for other headers; one for the same headers is replaced.

    Parameters
    ----------
    mapping
        An agreed mapping.
    path
        A JSON file; it is made when it is not there.
    """
    place = Path(path)
    kept = _remembered(place)
    kept[mapping.signature] = mapping.to_json()
    text = json.dumps(kept, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    # Written beside and then moved, so that a full disk does not lose what was remembered before.
    beside = place.with_name(place.name + ".new")
    beside.write_text(text, "utf-8")
    beside.replace(place)


def recall(table: Table, kind: str, path: str | os.PathLike[str]) -> Mapping | None:
    """Return the mapping that was remembered for a table with these headers, or None.

    Parameters
    ----------
    table
        A table.
    kind
        The kind of record its rows become.
    path
        The file that ``remember`` wrote.
    """
    raw = _remembered(Path(path)).get(signature(kind, (header.name for header in table.headers)))
    try:
        return Mapping.from_json(raw) if raw else None
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _remembered(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


# --- columns ----------------------------------------------------------------------------------

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
    return list(_columns(table, chosen)), findings


def _columns(table: Table, chosen: Lookup[int, _Candidate]) -> Iterator[Column]:
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


def _likeness(header: Header, words: Lookup[str, int]) -> float:
    """Return how much a header looks like one of some words; the earlier in their list, the better."""
    bare = normal(without_unit(header.text)[0])
    forms = [form for form in (bare, normal(header.text), normal(header.name)) if form]
    exact = [words[form] for form in forms if form in words]
    if exact:
        return 1.0 - 0.002 * min(exact)
    best = max((_part_of(bare, word) for word in words), default=0.0)
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


# --- the proposal -----------------------------------------------------------------------------


@dataclass(slots=True)
class _Talk:
    """What is asked and said while a table is being understood, and the answers there are."""

    answers: Lookup[str, str]
    questions: list[Question] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def ask(self, question: Question) -> str:
        """Return the answer to a question: the given one where it is possible, else the proposed one."""
        given = self.answers.get(question.id)
        if given is not None and (not question.choices or given in question.choices):
            return given
        self.questions.append(question)
        return question.proposed

    def say(self, code: str, where: str, message: str, remedy: str, severity: Severity, **numbers: Any) -> None:
        """Add a finding."""
        self.findings.append(
            Finding(
                code=code, where=where, message=message, remedy=remedy, severity=severity, numbers=FrozenMap(numbers)
            )
        )


def propose(
    table: Table,
    kind: str = "initiative",
    *,
    mapping: Mapping | None = None,
    answers: Lookup[str, str] | None = None,
    as_of: date | None = None,
) -> Proposal:
    """Return how a table would be read.

    Parameters
    ----------
    table
        A table.
    kind
        The kind of record its rows become.
    mapping
        An agreed mapping; without one the columns are mapped by their names and contents.
    answers
        Answers by the id of their question; ``column:Budget`` says what a column becomes.
    as_of
        The evaluation date.
    """
    talk = _Talk({**(mapping.answers if mapping else {}), **(answers or {})})
    if mapping is None:
        columns, findings = propose_columns(table, kind, as_of)
        talk.findings += findings
    else:
        kind, columns = mapping.kind, _matched(table, mapping)
    columns = _answered(columns, kind, talk)
    _ask_for_name(table, kind, columns, talk)
    columns = _answered(columns, kind, talk)
    plans = _plans(table, kind, columns, talk)
    currency = _currency(plans)
    _ask_for_required(kind, columns, talk)
    lines, bad = _lines(table, plans)
    _compare_totals(table, plans, talk)
    unmapped = tuple(column.header for column in columns if not column.target)
    _say_unmapped(table, columns, talk)
    used = [column.confidence for column in columns if column.target]
    agreed = Mapping(kind, tuple(columns), FrozenMap(_kept_answers(talk)))
    sample = tuple(FrozenMap(line.values) for line in lines[:5])
    return Proposal(
        agreed,
        min(used, default=0.0),
        sample,
        tuple(talk.questions),
        unmapped,
        tuple(bad),
        tuple(lines),
        tuple(plans),
        currency,
        tuple(talk.findings),
    )


def _kept_answers(talk: _Talk) -> dict[str, str]:
    """Return the answers worth remembering: those about the table, not those about single records."""
    return {key: value for key, value in talk.answers.items() if not key.startswith("column:")}


def _matched(table: Table, mapping: Mapping) -> list[Column]:
    """Return the columns of a table as an agreed mapping says; columns it does not know become nothing."""
    known = {(normal(column.header), column.occurrence): column for column in mapping.columns}
    columns = []
    for column in _columns(table, {}):
        agreed = known.get((normal(column.header), column.occurrence))
        columns.append(replace(agreed, header=column.header) if agreed else column)
    return columns


def _answered(columns: Sequence[Column], kind: str, talk: _Talk) -> list[Column]:
    """Let answers such as ``column:Budget`` = ``approved`` stand instead of what was proposed."""
    allowed = targets(kind)
    result = list(columns)
    for place, column in enumerate(columns):
        given = talk.answers.get(f"column:{column.header}")
        if given is None or (given and given.partition(":")[0] not in allowed):
            continue
        if given and sort_of(kind, given)[0] is not Sort.NAMES:
            # The answer takes the target away from the column that was proposed for it.
            result = [replace(other, target="") if other.target == given else other for other in result]
        result[place] = replace(column, target=given, confidence=1.0, because="your answer")
    return result


def _ask_for_name(table: Table, kind: str, columns: list[Column], talk: _Talk) -> None:
    """Ask which column holds the name, where none was found: nothing can be imported without one."""
    name = "text" if kind == "need" else "name"
    if name not in targets(kind) or any(column.target == name for column in columns):
        return
    free = [column.header for column in columns if not column.target] or [column.header for column in columns]
    chosen = talk.ask(
        Question(
            "name-column",
            "name-column",
            "Which column holds the name?",
            free[0],
            "it is the first column that is not used otherwise",
            FrozenMap({header: header for header in free}),
        )
    )
    place = next(index for index, column in enumerate(columns) if column.header == chosen)
    columns[place] = replace(columns[place], target=name, confidence=0.3, because="nothing better")
    del table


def _plans(table: Table, kind: str, columns: Sequence[Column], talk: _Talk) -> list[Plan]:
    """Decide how each used column is read: first what is certain, then the rest in its light."""
    used = [(position, column) for position, column in enumerate(columns) if column.target]
    sorts = {position: sort_of(kind, column.target) for position, column in used}
    units = {position: without_unit(table.headers[position].name)[1] for position, _ in used}
    cells = {position: table.column(position) for position, _ in used}
    numbers = {p: decide_numbers(cells[p], units[p]) for p, _ in used if sorts[p][0] in NUMBERS}
    dates = {p: decide_dates(cells[p]) for p, _ in used if sorts[p][0] is Sort.DATE}
    hints = _Hints.of(table, numbers.values(), dates.values())
    plans = []
    for position, column in used:
        sort, names = sorts[position]
        plan = Plan(position, _said(table, position), column.target, sort, names)
        if position in numbers:
            plan = _number_plan(plan, table, cells[position], units[position], numbers[position], hints, talk)
        elif position in dates:
            plan = _date_plan(plan, table, cells[position], dates[position], hints, talk)
        elif sort is Sort.CHOICE:
            plan = replace(plan, words=_words(plan, kind, table, cells[position], talk))
        plans.append(plan)
    return plans


def _said(table: Table, position: int) -> str:
    """Return the words by which messages call a column."""
    return table.where(position=position).removeprefix(f"{table.sheet}, " if table.sheet else "")


@dataclass(frozen=True, slots=True)
class _Hints:
    """What the rest of the file says about how it writes numbers and dates."""

    decimal: str
    order: str
    continental: bool
    why: str

    @classmethod
    def of(cls, table: Table, numbers: Iterable[Decision[NumberStyle]], dates: Iterable[Decision[DateStyle]]) -> _Hints:
        """Collect the styles that are certain in some column, the delimiter and the language of the headers."""
        decimals = {decision.style.decimal for decision in numbers if decision.certain}
        orders = {decision.style.order for decision in dates if decision.certain and not decision.style.serial}
        language = language_of(header.text for header in table.headers)
        decimal = decimals.pop() if len(decimals) == 1 else ""
        why = ""
        if table.delimiter == ";":
            why = "the file separates its cells with semicolons, as spreadsheets with decimal commas do"
        elif language in ("de", "fr", "es"):
            why = "the headers are in a language in which this is usual"
        elif decimal == ",":
            why = "other columns have decimal commas"
        return cls(decimal, orders.pop() if len(orders) == 1 else "", bool(why), why)


def _number_plan(
    plan: Plan,
    table: Table,
    cells: Sequence[Cell],
    unit: str,
    decision: Decision[NumberStyle],
    hints: _Hints,
    talk: _Talk,
) -> Plan:
    style = decision.style
    if decision.rivals:
        style = _settled_numbers(plan, decision, hints, talk)
    amounts = [amount for cell in cells if not is_missing(cell) and (amount := parse_amount(cell, style)) is not None]
    plan = replace(plan, numbers=style)
    if plan.sort is Sort.SHARE:
        percent = any(amount.percent or amount.value > 1 for amount in amounts)
        return replace(plan, percent=percent)
    if plan.sort is Sort.MONEY:
        named = currencies(cells, unit)
        plan = replace(plan, currency=named.most_common(1)[0][0] if named else "")
        if len(amounts) > 1 and all(amount.value <= 0 for amount in amounts) and any(a.value for a in amounts):
            plan = replace(plan, factor=-1)
            talk.say(
                "costs-negative",
                table.where(position=plan.position),
                "All amounts are negative: they were read as costs and their sign was dropped.",
                "Nothing needs to be done if these are costs.",
                Severity.INFO,
            )
    if plan.sort is Sort.HOURS and _counts_days(table.headers[plan.position], unit):
        plan = replace(plan, factor=8)
        talk.say(
            "days-as-hours",
            table.where(position=plan.position),
            "The column counts days; a day was read as 8 hours.",
            "Give hours if a day is not 8 hours.",
            Severity.INFO,
            hours=8,
        )
    return plan


_DAYS = frozenset(
    normal(word)
    for word in (
        *("days", "day", "d", "pd", "md", "person days", "man days", "days of work", "effort days"),
        *("tage", "pt", "personentage", "arbeitstage", "jours", "jours-homme", "días", "jornadas"),
    )
)


def _counts_days(header: Header, unit: str) -> bool:
    return normal(unit) in _DAYS or normal(without_unit(header.text)[0]) in _DAYS


def _settled_numbers(plan: Plan, decision: Decision[NumberStyle], hints: _Hints, talk: _Talk) -> NumberStyle:
    """Return the style of a column whose values fit two: as in other columns, else by asking."""
    by_sign = {style.decimal: style for style in (decision.style, *decision.rivals)}
    if hints.decimal in by_sign:
        return by_sign[hints.decimal]
    proposed, reason = ".", "the headers are not in a language that writes decimal commas"
    if hints.continental:
        proposed, reason = ",", hints.why
    if plan.sort is Sort.MONEY and re.search(r"\d[.,]\d{3}(?!\d)", decision.example):
        sign = re.findall(r"[.,]", decision.example)[-1]
        proposed, reason = ("," if sign == "." else "."), "money rarely has three decimals, so these are thousands"
    shown = {sign: f"{decision.example} is {_shown(decision.example, by_sign[sign])}" for sign in by_sign}
    answer = talk.ask(
        Question(
            f"decimal:{plan.header}",
            "decimal-sign",
            f"How does {plan.header} write decimals? Its cells can be read in two ways.",
            proposed,
            reason,
            FrozenMap(shown),
        )
    )
    return by_sign[answer]


def _shown(example: str, style: NumberStyle) -> str:
    amount = parse_amount(example, style)
    return "" if amount is None else f"{amount.value.normalize():f}"


def _date_plan(
    plan: Plan, table: Table, cells: Sequence[Cell], decision: Decision[DateStyle], hints: _Hints, talk: _Talk
) -> Plan:
    style = decision.style
    if decision.rivals:
        style = _settled_dates(plan, decision, hints, talk)
    if half_converted(cells):
        talk.say(
            "dates-half-converted",
            table.where(position=plan.position),
            "Some cells are real dates with days up to 12 only, the others are text with numbers above 12: a "
            "spreadsheet set to another country seems to have exchanged day and month in the real dates.",
            "Compare a few dates with where the file came from; export it again as CSV, or with dates like 2026-11-23.",
            Severity.WARNING,
        )
    return replace(plan, dates=style)


def _settled_dates(plan: Plan, decision: Decision[DateStyle], hints: _Hints, talk: _Talk) -> DateStyle:
    by_order = {style.order: style for style in (decision.style, *decision.rivals)}
    if hints.order in by_order:
        return by_order[hints.order]
    proposed, reason = decision.style.order, "most of the world writes the day first"
    if hints.continental and "dmy" in by_order:
        proposed, reason = "dmy", hints.why
    shown = {order: f"{decision.example} is {_day_shown(decision.example, by_order[order])}" for order in by_order}
    answer = talk.ask(
        Question(
            f"date:{plan.header}",
            "date-order",
            f"In which order does {plan.header} write day and month? Its dates can be read in two ways.",
            proposed,
            reason,
            FrozenMap(shown),
        )
    )
    return by_order[answer]


def _day_shown(example: str, style: DateStyle) -> str:
    from rhumbline.exchange.styles import parse_date

    found = parse_date(example, style)
    return "" if found is None else f"{found.day} {found:%B %Y}"


def _words(plan: Plan, kind: str, table: Table, cells: Sequence[Cell], talk: _Talk) -> dict[str, str]:
    """Return what each word of a column of choices stands for, asking about those nobody knows."""
    allowed = choices_of(kind, plan.target)
    by_form = {normal(choice): choice for choice in allowed}
    known = choices(plan.target)
    found: dict[str, str] = {}
    counted = Counter(text_of(cell) for cell in cells if not is_missing(cell))
    for word, count in sorted(counted.items()):
        form = normal(word)
        if form in found:
            continue
        meaning = by_form.get(form) or known.find(word)
        found[form] = meaning if meaning in allowed else _asked_word(plan, word, count, allowed, talk)
    del table
    return found


def _asked_word(plan: Plan, word: str, count: int, allowed: tuple[str, ...], talk: _Talk) -> str:
    near = choices(plan.target).nearest(word)
    if near is not None and near[0] in allowed:
        proposed, reason = near[0], f"it looks like '{near[1]}'"
    elif plan.target == "stage":
        proposed, reason = "case", "until somebody says otherwise it is to be decided on"
    else:
        proposed, reason = "", "no known word looks like it, so the field stays empty"
    return talk.ask(
        Question(
            f"{plan.target}:{word}",
            "word",
            f"{plan.header} says {show(word)} in {count} row(s): what is that as {plan.target.replace('_', ' ')}?",
            proposed,
            reason,
            FrozenMap({**{choice: choice for choice in allowed}, "": "leave it empty"}),
        )
    )


def _currency(plans: Sequence[Plan]) -> str:
    named = Counter(plan.currency for plan in plans if plan.currency)
    return named.most_common(1)[0][0] if named else ""


def _ask_for_required(kind: str, columns: Sequence[Column], talk: _Talk) -> None:
    """Ask for fields that a record needs and the table does not have, with the value that is proposed."""
    have = {column.target for column in columns}
    for name, (value, reason) in defaults(kind).items():
        if name in have:
            continue
        text = f"No column says the {name.replace('_', ' ')}: which one do all rows get?"
        listed: FrozenMap[str] = NOTHING
        if (kind, name) == ("initiative", "mode"):
            text = (
                "No column says whether an initiative exploits what is known or explores what is new. Do you know its "
                "market? Do you know its technology? Does it pay back within 12 months? Three times yes is exploit."
            )
        if sort_of(kind, name)[0] is Sort.CHOICE:
            listed = FrozenMap({choice: choice for choice in choices_of(kind, name)})
        talk.ask(Question(name, "required-field", text, value, reason, listed))


# --- rows -------------------------------------------------------------------------------------


def _lines(table: Table, plans: Sequence[Plan]) -> tuple[list[Line], list[BadRow]]:
    """Read every row; one cell that makes no sense holds its row out."""
    lines: list[Line] = []
    bad: list[BadRow] = []
    for row in table.rows:
        where = table.where(row)
        values: dict[str, Any] = {}
        findings: list[Finding] = []
        for plan in plans:
            try:
                value = read_cell(plan, row.cells[plan.position])
            except Unreadable as problem:
                findings.append(_bad_cell(table, row, plan, problem))
                continue
            if value is not None:
                _collect(values, plan, value)
        if findings:
            bad.append(BadRow(row, where, tuple(findings)))
        elif values:
            lines.append(Line(row, where, values))
    return lines, bad


def _collect(values: dict[str, Any], plan: Plan, value: Any) -> None:
    if plan.sort is Sort.NAMES:
        values[plan.target] = [*values.get(plan.target, []), *value]
    else:
        values[plan.target] = value


def _bad_cell(table: Table, row: Row, plan: Plan, problem: Unreadable) -> Finding:
    cell = row.cells[plan.position]
    return Finding(
        code="unreadable-cell",
        where=table.where(row, plan.position),
        message=f"{plan.header[:1].upper()}{plan.header[1:]} {problem.says}",
        remedy=problem.remedy,
        numbers=FrozenMap(
            {
                "sheet": table.sheet,
                "row": row.number,
                "column": table.headers[plan.position].name,
                "value": text_of(cell)[:200],
                "field": plan.base,
            }
        ),
    )


# Amounts that were rounded one by one may differ from their sum by a few cents.
_CENTS = Decimal("0.1")


def _compare_totals(table: Table, plans: Sequence[Plan], talk: _Talk) -> None:
    """Where a table has the whole and its periods, check that they agree; the periods are what counts."""
    whole = next((plan for plan in plans if plan.target == "cash"), None)
    parts = [plan for plan in plans if plan.base == "cash" and plan.period]
    if whole is None or not parts:
        return
    for row in table.rows:
        try:
            stated = read_cell(whole, row.cells[whole.position])
            amounts = [read_cell(plan, row.cells[plan.position]) for plan in parts]
        except Unreadable:
            continue
        total = sum((amount for amount in amounts if amount is not None), Decimal(0))
        if stated is not None and any(amount is not None for amount in amounts) and abs(stated - total) > _CENTS:
            talk.say(
                "total-mismatch",
                table.where(row, whole.position),
                f"The row says {stated:,f} in all, but its periods add up to {total:,f}; the periods were used.",
                "Correct the total or the periods.",
                Severity.WARNING,
                stated=float(stated),
                expected=float(total),
            )


def _say_unmapped(table: Table, columns: Sequence[Column], talk: _Talk) -> None:
    """List the columns that become nothing."""
    unused = [
        column.header
        for position, column in enumerate(columns)
        if not column.target and any(not is_missing(cell) for cell in table.column(position))
    ]
    if unused:
        talk.say(
            "unmapped-column",
            table.where(),
            f"{len(unused)} column(s) become nothing: {', '.join(show(name) for name in unused[:12])}"
            f"{' and more' if len(unused) > 12 else ''}.",
            "Say which field a column becomes if it matters; else nothing needs to be done.",
            Severity.INFO,
            columns=", ".join(unused[:50]),
            count=len(unused),
        )
