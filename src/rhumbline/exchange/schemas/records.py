"""JSON Schema of every kind of record, and of a whole Book, in the complete form."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Any

from annotated_types import Ge, Le

from rhumbline.book.faults import words_of
from rhumbline.book.fields import Container, FieldOf, Part, fields_of
from rhumbline.book.records import KINDS
from rhumbline.book.types import KeysReferTo, RefersTo, Shape
from rhumbline.exchange.field_help import meaning_of
from rhumbline.exchange.schemas.shapes import (
    DAY_PATTERN,
    DIALECT,
    Schema,
    doc_of,
    list_of,
    object_of,
    schema_of_field,
)

# What the gate and the rules ask beyond what a schema can say, for every record ...
EVERYWHERE = (
    "Texts hold no control characters, and names of entries no line breaks.",
    "Whole numbers are written without a decimal point.",
    "Money and hours are rounded to two decimals.",
    "A key that is referred to is that of a record in the same Book.",
)
# ... and for one kind: what must hold inside of one record.
WITHIN = {
    "benefit": "low, likely and high do not fall.",
    "budget": "explore_min is not above explore_max.",
    "commitment": "A required commitment states p_deliver.",
    "feedback": "answered is not before opened.",
    "flow": "source and destination are two systems.",
    "initiative": "It does not depend on itself, nor exclude itself.",
    "kpi": "It does not guard itself; a private KPI states a private_reason of at least 10 characters.",
    "measurement": "low, value and high do not fall, where they are stated.",
    "objective": "It is not its own parent.",
    "signal": "assessed is not before seen.",
    "survey": "n is not above invited, and closes is not before opens.",
    "system": "It does not need itself.",
    "team": "It is not its own parent.",
}


def component_of(kind: str) -> str:
    """Return the name under which the schema of a kind stands among the components.

    Parameters
    ----------
    kind
        The name of a kind.
    """
    return KINDS[kind].record.__name__


def record_schema(kind: str) -> Schema:
    """Return the schema of one record of a kind, in the complete form; the gate accepts what it accepts.

    Parameters
    ----------
    kind
        The name of a kind, such as ``initiative``.

    Notes
    -----
    It describes the form in which records are given out: fields at their default may be left out, money is a number, a
    date is ISO text. The gate also takes ``id`` for ``key``, null for any missing value, and a few numbers as text.
    What no schema can say is in ``EVERYWHERE`` and ``WITHIN``.
    """
    # Whoever gets one may change it.
    found: Schema = _copy(_record_schema(kind))
    return found


@cache
def _record_schema(kind: str) -> Schema:
    described = KINDS[kind]
    fields = fields_of(described.record)
    words = words_of(kind)
    text = " ".join(part for part in (doc_of(described.record), WITHIN.get(kind, "")) if part)
    found = object_of(
        {field.name: _field_schema(kind, field) for field in fields},
        text,
        optional=[field.name for field in fields if not field.required],
        closed=True,
    )
    return {
        "title": words[:1].upper() + words[1:],
        **found,
        "examples": [{field.name: example_value(kind, field) for field in fields if field.required}],
        "x-kind": kind,
        "x-list": described.plural,
        "x-series": described.series,
    }


def _field_schema(kind: str, field: FieldOf) -> Schema:
    found = schema_of_field(field, _meaning(kind, field))
    if field.part.container is not Container.ONE:
        found["examples"] = [example_value(kind, field)]
    return found


def _meaning(kind: str, field: FieldOf) -> str:
    choices = _choices(field.part)
    return f"{meaning_of(kind, field)} {doc_of(choices)}" if choices is not None else meaning_of(kind, field)


def _choices(part: Part) -> type[StrEnum] | None:
    innermost = part
    while innermost.inner is not None:
        innermost = innermost.inner
    return next((one for one in innermost.types if issubclass(one, StrEnum)), None)


# --- a whole Book -----------------------------------------------------------------------------


def book_schema() -> Schema:
    """Return the schema of a whole Book as JSON in the complete form, with those of all kinds in it.

    Every kind of record has a list of its own. The short form, which people write, is not described: it is turned into
    this one.
    """
    return {
        "$schema": DIALECT,
        **book_members(),
        "$defs": {component_of(kind): record_schema(kind) for kind in KINDS},
    }


def book_members() -> Schema:
    """Return the schema of a whole Book that refers to those of the kinds."""
    lists = {
        kind.plural: list_of({"$ref": f"#/$defs/{component_of(kind.name)}"}, doc_of(kind.record))
        for kind in KINDS.values()
    }
    as_of = {
        "type": ["string", "null"],
        "format": "date",
        "pattern": DAY_PATTERN,
        "description": "The day for which questions are answered.",
    }
    members = {"as_of": as_of, **lists}
    text = "The strategy of one company. " + " ".join(EVERYWHERE)
    return {"title": "Book", **object_of(members, text, optional=list(members), closed=True)}


# --- examples ---------------------------------------------------------------------------------

_EXAMPLES: dict[str, Any] = {
    "currency": "EUR",
    "timezone": "Europe/Berlin",
    "unit": "%",
    "weight": 25,
    "target": 90,
    "cash": [10000, 5000],
    "hours": {"team-1": [40, 30, 10]},
    "low": 2,
    "likely": 5,
    "high": 8,
    "n": 20,
    "invited": 25,
    "destination": "system-2",
}


def example_value(kind: str, field: FieldOf) -> Any:
    """Return what could stand in a field, as JSON.

    Parameters
    ----------
    kind
        The kind of record.
    field
        One of its fields.
    """
    part = field.part
    known = _EXAMPLES.get(field.name)
    if known is not None and isinstance(known, dict | list) == (part.container is not Container.ONE):
        return known
    if field.name == "key":
        return f"{kind.replace('_', '-')}-1"
    return _example(kind, part)


def _example(kind: str, part: Part) -> Any:
    if part.container is Container.LIST:
        assert part.inner is not None  # noqa: S101 - a list always says what it holds
        return [_example(kind, part.inner)]
    if part.container is Container.MAP:
        assert part.inner is not None  # noqa: S101 - as above
        refers = part.mark(KeysReferTo)
        return {_key_of(kind, refers.kind) if refers else "name": _example(kind, part.inner)}
    first = part.types[0]
    refers = part.mark(RefersTo)
    if refers is not None:
        return _key_of(kind, refers.kind)
    if issubclass(first, StrEnum):
        return next(iter(first)).value
    if first is str:
        return "x1" if part.mark(Shape) else "Example"
    if first is bool:
        return True
    least, most = part.mark(Ge), part.mark(Le)
    if first in (int, float) or issubclass(first, int | float):
        return 3 if most is None or (most.le >= 3 and (least is None or least.ge <= 3)) else most.le
    return 10000 if first.__name__ == "Decimal" else "2026-11-23"


def _key_of(kind: str, kinds: str) -> str:
    """Return the key of another record; one of the same kind must not be the record itself."""
    other = kinds.partition(" or ")[0]
    return f"{other.replace('_', '-')}-{2 if other == kind else 1}"


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copy(inner) for name, inner in value.items()}
    return [_copy(inner) for inner in value] if isinstance(value, list) else value


__all__ = ["EVERYWHERE", "WITHIN", "book_members", "book_schema", "component_of", "example_value", "record_schema"]
