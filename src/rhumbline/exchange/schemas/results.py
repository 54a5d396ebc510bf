"""JSON Schema of what an engine answers, from the annotations and docstrings of its result, as documents write it."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Annotated, Any

from rhumbline import registry
from rhumbline.book.concealment import is_money
from rhumbline.book.types import Unit
from rhumbline.engines._maths import Triple
from rhumbline.engines.reasons import Reason
from rhumbline.exchange.schemas.shapes import Schema, described, list_of, map_of, nullable, object_of, refer

NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}
TEXT: Schema = {"type": "string"}
TRUTH: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "format": "date"}

_SIMPLE: Mapping[Any, Schema] = {
    bool: TRUTH,
    int: WHOLE,
    str: TEXT,
    float: NUMBER,
    Fraction: NUMBER,
    Decimal: NUMBER,
    date: DAY,
}


def members_of(result: Any, *, without: Collection[str] = ()) -> dict[str, Schema]:
    """Return the schema of every field of a result, by name, as a document written field by field has it.

    Parameters
    ----------
    result
        A dataclass.
    without
        Fields to leave out.
    """
    hints = typing.get_type_hints(result, include_extras=True)
    texts = registry.described(result)
    return {
        field.name: _with_text(schema_of_hint(hints[field.name]), texts.get(field.name, ""))
        for field in dataclasses.fields(result)
        if field.name not in without
    }


def schema_of_hint(hint: Any) -> Schema:
    """Return the schema of a value with this annotation; what nobody annotated may be anything.

    Parameters
    ----------
    hint
        An annotation of a field of a result.
    """
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return _with_unit(schema_of_hint(inner[0]), hint.__metadata__)
    if origin in (typing.Union, types.UnionType):
        return _union(inner)
    if origin is tuple:
        return list_of(schema_of_hint(inner[0])) if inner[-1:] == (...,) else {"type": "array"}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return map_of(schema_of_hint(inner[-1]))
    if hint in (Triple, Reason):
        return refer(hint.__name__)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"type": "string", "enum": [member.value for member in hint]}
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return object_of(members_of(hint))
    return dict(_SIMPLE.get(hint, {}))


def _union(members: tuple[Any, ...]) -> Schema:
    found = [schema_of_hint(member) for member in members if member is not type(None)]
    one = found[0] if len(found) == 1 else {"anyOf": found}
    return nullable(one) if len(found) < len(members) else one


def _with_unit(schema: Schema, marks: tuple[Any, ...]) -> Schema:
    """Say the unit; money is null for whoever may not see it."""
    unit = next((mark.name for mark in marks if isinstance(mark, Unit)), "")
    if not unit:
        return schema
    return {**(nullable(schema) if is_money(unit) else schema), "x-unit": unit}


def _with_text(schema: Schema, text: str) -> Schema:
    # What Python calls None is null in a document.
    said = re.sub(r"\bNone\b", "null", text.replace("``", "`"))
    return described(schema, said)


__all__ = ["DAY", "NUMBER", "TEXT", "TRUTH", "WHOLE", "members_of", "schema_of_hint"]
