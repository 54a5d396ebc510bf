"""What a tool promises to answer, as JSON Schema: from the short notes in tools.toml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rhumbline.exchange.documents import schema

Schema = dict[str, Any]

_TEXT = {"type": "string"}
_TYPES: dict[str, Schema] = {
    "text": _TEXT,
    "number": {"type": "number"},
    "whole": {"type": "integer"},
    "truth": {"type": "boolean"},
    "object": {"type": "object"},
    "triple": {
        "type": "object",
        "properties": {name: {"type": "number"} for name in ("low", "best", "high")},
        "required": ["low", "best", "high"],
    },
    "reason": {
        "type": "object",
        "properties": {"code": _TEXT, "text": _TEXT, "numbers": {"type": "object"}},
        "required": ["code", "text", "numbers"],
    },
    "finding": {
        "type": "object",
        "properties": dict.fromkeys(("code", "severity", "where", "message", "remedy", "kind", "key"), _TEXT),
        "required": ["code", "where", "message", "remedy"],
    },
}

_BOOK = {
    "as_of": ["text?", "the evaluation date"],
    "book_sha": ["text", "hash of the Book, without what names or quotes persons"],
}
_HEAD = {
    **_BOOK,
    "terms": ["object", "what was asked, every field"],
    "engine": ["text", "name and version of the engine"],
}
_INPUT = {"input": ["[finding]", "what was noticed about the Book; of severity error: a row is missing in the answer"]}


def schema_of(name: str, fields: Mapping[str, Sequence[str]], *, of_capability: bool) -> Schema:
    """Return the JSON Schema of the answer of a tool.

    Parameters
    ----------
    name
        What the answer is called: ``plan`` gives documents ``rhumbline.plan/1``.
    fields
        By field its type and its meaning, in the notes of tools.toml.
    of_capability
        Whether the answer has the head that every answer of a capability has.
    """
    head = {**_HEAD, **_INPUT} if of_capability else {}
    listed = {**head, **fields}
    return {
        "type": "object",
        "properties": {"schema": {"const": schema(name)}, **{field: _field(*said) for field, said in listed.items()}},
        "required": ["schema", *listed],
    }


def _field(type_: str, meaning: str) -> Schema:
    return {**_shape(type_), "description": meaning}


def _shape(type_: str) -> Schema:
    if type_.endswith("?"):
        return {"anyOf": [_shape(type_[:-1]), {"type": "null"}]}
    if type_.startswith("["):
        return {"type": "array", "items": _shape(type_[1:-1])}
    return dict(_TYPES[type_])


BOOK: Mapping[str, Sequence[str]] = _BOOK

__all__ = ["BOOK", "schema_of"]
