"""Templates: an example company of an industry with its words and its structure, and without its numbers.

What is left out follows from the annotations: every number and every date, except those that belong to the
structure. A number that a record cannot be without stays as an empty place, and the gate lists it.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import yaml

from rhumbline import examples
from rhumbline.book.book import Book
from rhumbline.book.fields import FieldOf, Part, fields_of
from rhumbline.book.findings import RhumblineError
from rhumbline.book.records import KIND_OF_RECORD, KINDS
from rhumbline.exchange.book_tables import BookTable, tables_of
from rhumbline.exchange.csv_folder import archive_of, csv_files_of
from rhumbline.exchange.files import read_any
from rhumbline.exchange.workbook import workbook_of
from rhumbline.exchange.writing import tree_of
from rhumbline.exchange.yaml_out import write_yaml

TemplateFormat = Literal["yaml", "json", "xlsx", "zip"]
FORMATS: tuple[TemplateFormat, ...] = ("yaml", "json", "xlsx", "zip")


@dataclass(frozen=True, slots=True)
class Template:
    """One template: the company it was made from, its industry, and one line about it."""

    name: str
    industry: str
    title: str


class UnknownTemplate(RhumblineError):
    """There is no template of this name or industry, or more than one."""

    def __init__(self, asked: str, fitting: Iterable[Template]) -> None:
        listed = ", ".join(f"{each.name} ({each.industry})" for each in fitting)
        super().__init__(f"No single template fits {asked!r}. There are: {listed}.")


def templates() -> tuple[Template, ...]:
    """Return all templates, in alphabetical order."""
    return tuple(_described(name) for name in examples.names())


def _described(name: str) -> Template:
    said: dict[str, str] = {}
    with examples.path(name).open(encoding="utf-8") as file:
        for line in file:
            # Only two lines of the file are wanted, and those two are one line each.
            if line.startswith(("title:", "industry:")):
                said |= yaml.safe_load(line)
            if len(said) == 2:
                break
    return Template(name, said.get("industry", ""), said.get("title", ""))


def find_template(asked: str) -> Template:
    """Return the template of a company or an industry; raise ``UnknownTemplate`` unless exactly one fits.

    Parameters
    ----------
    asked
        The name of an example company such as ``bakery``, or an industry such as ``food production``.
    """
    known = templates()
    words = asked.strip().casefold()
    fitting = [each for each in known if words in (each.name.casefold(), each.industry.casefold())]
    fitting = fitting or [each for each in known if words and words in each.industry.casefold()]
    if len(fitting) != 1:
        near = difflib.get_close_matches(words, [each.name for each in known], n=3)
        raise UnknownTemplate(asked, fitting or [each for each in known if each.name in near] or known)
    return fitting[0]


def template(asked: str, form: TemplateFormat = "xlsx") -> bytes:
    """Return a template as the content of a file.

    Parameters
    ----------
    asked
        The name of an example company or an industry.
    form
        ``yaml``, ``json``, ``xlsx`` or ``zip`` (CSV files).
    """
    found = find_template(asked)
    book = _without_own_values(read_any(examples.path(found.name)).book)
    if form in ("yaml", "json"):
        tree = _emptied_tree(tree_of(book))
        text = write_yaml(tree) if form == "yaml" else json.dumps(tree, ensure_ascii=False, indent=2) + "\n"
        return text.encode()
    tables = [_emptied_table(table) for table in tables_of(book)]
    if form == "xlsx":
        return workbook_of(tables, (("as_of", None),), f"Template: {found.industry}")
    return archive_of(csv_files_of([table for table in tables if table.rows], (("as_of", None),)))


def write_template(asked: str, path: str | Path) -> Template:
    """Write a template to a file, in the format that its ending names, and return which one it was.

    Parameters
    ----------
    asked
        The name of an example company or an industry.
    path
        A file that ends in ``.yaml``, ``.json``, ``.xlsx`` or ``.zip``; one that is there is replaced.
    """
    path = Path(path)
    form: TemplateFormat = next((each for each in FORMATS if path.suffix.lower() == f".{each}"), "yaml")
    path.write_bytes(template(asked, form))
    return find_template(asked)


# --- what is a firm's own ---------------------------------------------------------------------

# What happened in the example company; it says nothing about an industry.
_LEFT_OUT = frozenset(
    {
        "accepted_plan", "actual", "closed_benefit", "decision", "feedback", "finding_on_record", "history",
        "measurement", "message", "response", "survey",
    }
)  # fmt: skip

# Numbers that are structure: how often, what needs what, what hangs together with what.
_KEPT: dict[str, frozenset[str]] = {
    "organisation": frozenset({"fiscal_start", "market_clock_months"}),
    "strategy": frozenset({"version"}),
    "kpi": frozenset({"cadence_days"}),
    "objective": frozenset({"kpis"}),
    "initiative": frozenset({"requires", "builds"}),
    "work_item": frozenset({"weight"}),
    "review": frozenset({"every_days"}),
}

# Words that say how things stand in the example company, and who it is.
_EMPTIED: dict[str, frozenset[str]] = {
    "organisation": frozenset({"name", "settings", "records_messages"}),
    "capability": frozenset({"strength"}),
    "initiative": frozenset({"stage", "learning"}),
    "benefit": frozenset({"evidence", "source"}),
    "signal": frozenset({"act"}),
    "assumption": frozenset({"state"}),
    "commitment": frozenset({"committed"}),
    "ethics_review": frozenset({"review", "consulted", "transition_plan", "conditions"}),
    "experiment": frozenset({"state", "result", "learning"}),
}


def _is_own(kind: str, described: FieldOf) -> bool:
    """Return whether a field holds what only the firm itself can know."""
    if described.name in _EMPTIED.get(kind, ()):
        return True
    return described.name not in _KEPT.get(kind, ()) and _has_numbers(described.part)


def _has_numbers(part: Part) -> bool:
    if part.inner is not None:
        return _has_numbers(part.inner)
    return any(kind in (int, float, Decimal, date) for kind in part.types)


def _without_own_values(book: Book) -> Book:
    """Return a Book in which every field that may be empty is, where it holds what is a firm's own."""
    return Book.of(
        _without_own(record) for kind in KINDS if kind not in _LEFT_OUT for record in book.all(kind).values()
    )


def _without_own(record: Any) -> Any:
    kind = KIND_OF_RECORD[type(record)]
    own = {
        described.name: described.default
        for described in fields_of(type(record))
        if not described.required and _is_own(kind, described)
    }
    return dataclasses.replace(record, **own)


def _to_fill(kind: str) -> frozenset[str]:
    """Return the fields that a record cannot be without and that only the firm itself can know."""
    return frozenset(each.name for each in fields_of(KINDS[kind].record) if each.required and _is_own(kind, each))


def _emptied_table(table: BookTable) -> BookTable:
    left = _to_fill(table.kind)
    rows = tuple(
        tuple(None if column.described.name in left else cell for column, cell in zip(table.columns, row, strict=True))
        for row in table.rows
    )
    return dataclasses.replace(table, rows=rows)


# --- the short form ---------------------------------------------------------------------------

_SECTIONS = {"organisation": "organisation", "budget": "budget"} | {kind.plural: kind.name for kind in KINDS.values()}
_NESTED = {"benefits": "benefit", "milestones": "work_item"}
_SHORT = {"probability": "p"}


def _emptied_tree(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plain data of a file with an empty place for every number that has to be filled in."""
    return {name: _emptied(_SECTIONS[name], value) if name in _SECTIONS else value for name, value in tree.items()}


def _emptied(kind: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_emptied(kind, each) for each in value]
    left = {_SHORT.get(name, name) for name in _to_fill(kind)}
    row: dict[str, Any] = {name: None if name in left else each for name, each in value.items()}
    for name, nested in _NESTED.items():
        if kind == "initiative" and name in row:
            row[name] = [_emptied(nested, each) for each in row[name]]
    if kind == "benefit" and "effect" in row:
        # Low, likely and high are one list in the short form.
        row["effect"] = None
    return row


__all__ = ["FORMATS", "Template", "UnknownTemplate", "find_template", "template", "templates", "write_template"]
