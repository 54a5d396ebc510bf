"""JSON Schema of what can be asked of a capability."""

from __future__ import annotations

import dataclasses
from typing import Any

from rhumbline import registry
from rhumbline.book.fields import FieldOf, fields_of
from rhumbline.exchange.asking import WITHOUT_HELD_OUT, bounded, is_plan
from rhumbline.exchange.documents import schema
from rhumbline.exchange.schemas.shapes import Schema, object_of, schema_of_field

_WITHOUT_HELD_OUT: Schema = {
    "type": "boolean",
    "default": False,
    "description": "Answer although rows of the data are held out.",
}


def terms_schema(name: str) -> Schema:
    """Return the schema of what can be asked of a capability, in the form in which its answer repeats it.

    Parameters
    ----------
    name
        A capability.

    Raises
    ------
    UnknownCapability
        When there is no such capability.
    """
    capability = registry.capability(name)
    found = wishes_schema(registry.resolve(capability.terms))
    found["properties"].setdefault(WITHOUT_HELD_OUT, dict(_WITHOUT_HELD_OUT))
    return {"title": f"Terms of {name}", "description": capability.asks, **found}


def wishes_schema(terms: Any) -> Schema:
    """Return the schema of anything that takes wishes.

    Parameters
    ----------
    terms
        A dataclass; its annotations and its docstring say what may be asked.
    """
    texts = registry.described(terms)
    fields = fields_of(terms)
    return object_of(
        {field.name: _wish(field, texts.get(field.name, "")) for field in fields},
        optional=[field.name for field in fields if not field.required],
        closed=True,
    )


def _wish(field: FieldOf, text: str) -> Schema:
    if is_plan(field):
        return {
            "type": "object",
            "description": text,
            "properties": {"schema": {"const": schema("plan")}},
            "required": ["schema"],
        }
    return schema_of_field(dataclasses.replace(field, part=bounded(field.part)), text)


__all__ = ["terms_schema", "wishes_schema"]
