"""JSON Schema of what the API answers beside documents of capabilities, and what its modules say it with."""

from __future__ import annotations

from functools import cache
from typing import Any

from rhumbline.book.concealment import hidden_fields
from rhumbline.book.records import KINDS
from rhumbline.exchange.schemas import Schema, component_of
from rhumbline.exchange.schemas.answers import SHA
from rhumbline.exchange.schemas.by_name import COMPONENTS
from rhumbline.exchange.schemas.changes import KEY
from rhumbline.exchange.schemas.results import TEXT
from rhumbline.exchange.schemas.shapes import described, list_of, map_of, nullable, object_of, one_of
from rhumbline.faces.api.problems import NOTHING_SEEN

COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
MOMENT: Schema = {"type": "string", "format": "date-time"}
ANYTHING: Schema = {}


def refer(name: str) -> Schema:
    """Return the schema that says: as the component of this name."""
    return {"$ref": COMPONENTS + name}


def page_of(items: Schema, cursor: Schema = TEXT) -> Schema:
    """Return the schema of one page of a list.

    Parameters
    ----------
    items
        Of what it lists.
    cursor
        Of what stands in ``next``.
    """
    return object_of(
        {
            "items": list_of(items, "What the page has, in order."),
            "next": described(nullable(cursor), "Send it as `after` for the next page; null on the last one."),
        }
    )


def seen_component(kind: str) -> str:
    """Return the name of the component of a record as somebody sees it.

    Parameters
    ----------
    kind
        The kind of record.
    """
    return f"Seen{component_of(kind)}"


def item_component(kind: str) -> str:
    """Return the name of the component of a record in a list."""
    return f"{component_of(kind)}Item"


def seen_schema(kind: str, record: Schema) -> Schema:
    """Return the schema of a record as it is given out: what may be hidden from somebody may be missing.

    Parameters
    ----------
    kind
        The kind of record.
    record
        Its schema.
    """
    hidden = hidden_fields(kind, NOTHING_SEEN)
    # A personal text that no record can be without is the key where it is hidden; an amount is not there.
    required = [name for name in record.get("required", ()) if name not in hidden]
    key = [] if KINDS[kind].series or "key" in required else ["key"]
    return {**record, "required": [*key, *required]}


def item_schema(kind: str) -> Schema:
    """Return the schema of a record in a list: with its key, its version and what is hidden of it."""
    series = KINDS[kind].series
    version: Schema = {"type": "null"} if series else COUNT
    return object_of(
        {
            "key": described(KEY, "The key of its owner." if series else "Its key."),
            "version": described(version, "The change that wrote this version; a row of a series has one only."),
            "record": refer(seen_component(kind)),
            "hidden": list_of(TEXT, "The fields that you may not see, whatever stands in them."),
        }
    )


@cache
def book_schema() -> Schema:
    """Return the schema of a whole Book as somebody sees it."""
    lists: dict[str, Any] = {kind.plural: list_of(refer(seen_component(kind.name))) for kind in KINDS.values()}
    return object_of(lists, "A whole Book in the complete form.", optional=list(lists), closed=True)


__all__ = [
    "ANYTHING",
    "COUNT",
    "KEY",
    "MOMENT",
    "SHA",
    "TEXT",
    "book_schema",
    "described",
    "item_component",
    "item_schema",
    "list_of",
    "map_of",
    "nullable",
    "object_of",
    "one_of",
    "page_of",
    "refer",
    "seen_component",
    "seen_schema",
]
