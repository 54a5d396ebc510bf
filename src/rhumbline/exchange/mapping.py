"""Which column of a table becomes which field of a record: proposed from headers and contents, remembered when agreed.

Nothing is dropped silently: a column that becomes nothing is listed, a choice between two readings is a
question with a proposed answer and its reason, and a cell that makes no sense holds its row out.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from rhumbline.book.findings import Finding
from rhumbline.book.types import FrozenMap, Severity
from rhumbline.exchange.column_plans import ask_for_required, currency_of, plans_of
from rhumbline.exchange.column_search import columns_of, propose_columns
from rhumbline.exchange.columns import Plan, Sort, Unreadable, read_cell, sort_of, text_of
from rhumbline.exchange.proposal import BadRow, Column, Line, Mapping, Proposal, Question, Talk, signature
from rhumbline.exchange.raw import show
from rhumbline.exchange.styles import is_missing
from rhumbline.exchange.table_rows import Row
from rhumbline.exchange.tables import Table
from rhumbline.exchange.vocabulary import normal, targets

# --- remembering ------------------------------------------------------------------------------


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


# --- the proposal -----------------------------------------------------------------------------


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
    talk = Talk({**(mapping.answers if mapping else {}), **(answers or {})})
    if mapping is None:
        columns, findings = propose_columns(table, kind, as_of)
        talk.findings += findings
    else:
        kind, columns = mapping.kind, _matched(table, mapping)
    columns = _answered(columns, kind, talk)
    _ask_for_name(table, kind, columns, talk)
    columns = _answered(columns, kind, talk)
    plans = plans_of(table, kind, columns, talk)
    currency = currency_of(plans)
    ask_for_required(kind, columns, talk)
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


def _kept_answers(talk: Talk) -> dict[str, str]:
    """Return the answers worth remembering: those about the table, not those about single records."""
    return {key: value for key, value in talk.answers.items() if not key.startswith("column:")}


def _matched(table: Table, mapping: Mapping) -> list[Column]:
    """Return the columns of a table as an agreed mapping says; columns it does not know become nothing."""
    known = {(normal(column.header), column.occurrence): column for column in mapping.columns}
    columns = []
    for column in columns_of(table, {}):
        agreed = known.get((normal(column.header), column.occurrence))
        columns.append(replace(agreed, header=column.header) if agreed else column)
    return columns


def _answered(columns: Sequence[Column], kind: str, talk: Talk) -> list[Column]:
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


def _ask_for_name(table: Table, kind: str, columns: list[Column], talk: Talk) -> None:
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


def _compare_totals(table: Table, plans: Sequence[Plan], talk: Talk) -> None:
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


def _say_unmapped(table: Table, columns: Sequence[Column], talk: Talk) -> None:
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


__all__ = [
    "BadRow",
    "Column",
    "Line",
    "Mapping",
    "Proposal",
    "Question",
    "propose",
    "propose_columns",
    "recall",
    "remember",
    "signature",
]
