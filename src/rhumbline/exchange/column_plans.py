"""How each used column is read: first what is certain, then the rest in its light, and what is left is asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rhumbline.book.types import NOTHING, FrozenMap, Severity
from rhumbline.exchange.columns import NUMBERS, Plan, Sort, choices_of, sort_of, text_of
from rhumbline.exchange.headers import Header
from rhumbline.exchange.proposal import Column, Question, Talk
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
    parse_date,
)
from rhumbline.exchange.tables import Table
from rhumbline.exchange.vocabulary import choices, defaults, language_of, normal, without_unit


def plans_of(table: Table, kind: str, columns: Sequence[Column], talk: Talk) -> list[Plan]:
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


# --- numbers ----------------------------------------------------------------------------------


def _number_plan(
    plan: Plan,
    table: Table,
    cells: Sequence[Cell],
    unit: str,
    decision: Decision[NumberStyle],
    hints: _Hints,
    talk: Talk,
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


def _settled_numbers(plan: Plan, decision: Decision[NumberStyle], hints: _Hints, talk: Talk) -> NumberStyle:
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


def currency_of(plans: Sequence[Plan]) -> str:
    named = Counter(plan.currency for plan in plans if plan.currency)
    return named.most_common(1)[0][0] if named else ""


# --- dates ------------------------------------------------------------------------------------


def _date_plan(
    plan: Plan, table: Table, cells: Sequence[Cell], decision: Decision[DateStyle], hints: _Hints, talk: Talk
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


def _settled_dates(plan: Plan, decision: Decision[DateStyle], hints: _Hints, talk: Talk) -> DateStyle:
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
    found = parse_date(example, style)
    return "" if found is None else f"{found.day} {found:%B %Y}"


# --- words ------------------------------------------------------------------------------------


def _words(plan: Plan, kind: str, table: Table, cells: Sequence[Cell], talk: Talk) -> dict[str, str]:
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


def _asked_word(plan: Plan, word: str, count: int, allowed: tuple[str, ...], talk: Talk) -> str:
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


def ask_for_required(kind: str, columns: Sequence[Column], talk: Talk) -> None:
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
