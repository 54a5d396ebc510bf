"""What the tools for records and proposals promise to answer, as JSON Schema: from the short notes in tools.toml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rhumbline.exchange.documents import schema
from rhumbline.exchange.schemas import Schema, finding_schema

# What the answers about a whole Book begin with.
BOOK: Mapping[str, Sequence[str]] = {
    "as_of": ["text?", "the evaluation date"],
    "book_sha": ["text", "hash of the Book, without what names or quotes persons"],
}
_TYPES: Mapping[str, Schema] = {
    "text": {"type": "string"},
    "whole": {"type": "integer"},
    "truth": {"type": "boolean"},
    "object": {"type": "object"},
    "finding": finding_schema(),
}


def schema_of(name: str, fields: Mapping[str, Sequence[str]]) -> Schema:
    """Return the JSON Schema of the answer of a tool.

    Parameters
    ----------
    name
        What the answer is called: ``kinds`` gives documents ``rhumbline.kinds/1``.
    fields
        By field its type and its meaning, in the notes of tools.toml.
    """
    described = {field: {**_shape(type_), "description": meaning} for field, (type_, meaning) in fields.items()}
    return {
        "type": "object",
        "properties": {"schema": {"const": schema(name)}, **described},
        "required": ["schema", *described],
    }


def _shape(type_: str) -> Schema:
    if type_.endswith("?"):
        return {"anyOf": [_shape(type_[:-1]), {"type": "null"}]}
    if type_.startswith("["):
        return {"type": "array", "items": _shape(type_[1:-1])}
    return dict(_TYPES[type_])


__all__ = ["BOOK", "schema_of"]
