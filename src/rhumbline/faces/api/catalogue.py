"""What there is to ask and to write: the same for everybody, whoever they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from rhumbline import registry
from rhumbline.book.faults import words_of
from rhumbline.book.records import KINDS
from rhumbline.exchange.schemas import Schema, component, component_of, terms_component
from rhumbline.exchange.schemas.shapes import doc_of
from rhumbline.faces.api.operations import Call, Operation, Reply
from rhumbline.faces.api.problems import json_bytes
from rhumbline.faces.api.shapes import TEXT, described, list_of, object_of, one_of, refer
from rhumbline.faces.api.versions import tag_of_book

FAMILY = "catalogue"
_SCHEMA: Schema = {"type": "object", "description": "Its JSON Schema (2020-12), which stands alone."}


def _kinds(call: Call) -> Reply:
    return always(call, _kinds_content)


def _capabilities(call: Call) -> Reply:
    return always(call, _capabilities_content)


def always(call: Call, content: Callable[[], Any]) -> Reply:
    """Return what is the same for everybody as long as this process runs.

    Parameters
    ----------
    call
        The request.
    content
        Gives what is answered; it is asked once.
    """
    data, tag = _written(content)
    return Reply(data=data, headers=call.unless_known(tag))


@cache
def _written(content: Callable[[], Any]) -> tuple[bytes, str]:
    data = json_bytes(content())
    return data, tag_of_book(data.decode())


def _kinds_content() -> dict[str, Any]:
    listed = [
        {
            "name": kind.name,
            "plural": kind.plural,
            "title": words_of(kind.name),
            "about": doc_of(kind.record),
            "series": kind.series,
            "owner": kind.owner or None,
            "schema": component(component_of(kind.name)),
        }
        for kind in KINDS.values()
    ]
    return {"items": listed, "next": None}


def _capabilities_content() -> dict[str, Any]:
    listed = [
        {
            "name": capability.name,
            "asks": capability.asks,
            "listens": registry.listens(capability.name),
            "terms": component(terms_component(capability.name)),
        }
        for capability in registry.capabilities()
    ]
    return {"items": listed, "next": None}


def _page(of: str) -> Schema:
    return object_of({"items": list_of(refer(of)), "next": {"type": "null"}})


SCHEMAS: Mapping[str, Schema] = {
    "AboutKind": object_of(
        {
            "name": one_of(list(KINDS), "Its name in addresses and edits."),
            "plural": described(TEXT, "The name of its list in a Book."),
            "title": described(TEXT, "Its name in sentences."),
            "about": described(TEXT, "What it is."),
            "series": {"type": "boolean", "description": "Whether it is a series: rows without keys, only appended."},
            "owner": described({"type": ["string", "null"]}, "The field that says whose series a row belongs to."),
            "schema": _SCHEMA,
        },
        "One kind of record.",
    ),
    "AboutCapability": object_of(
        {
            "name": described(TEXT, "Its name in addresses, and the verb of the command line."),
            "asks": described(TEXT, "The question it answers."),
            "listens": {
                "type": "boolean",
                "description": "Whether it may search long, tells how far it is and can be ended: better a run.",
            },
            "terms": _SCHEMA,
        },
        "One thing that can be asked.",
    ),
}

OPERATIONS = (
    Operation(
        method="GET",
        path="/kinds",
        name="kinds",
        family=FAMILY,
        about="List the kinds of records, each with its JSON Schema.",
        answer=_kinds,
        reply=_page("AboutKind"),
        conditional=("If-None-Match",),
        open=True,
    ),
    Operation(
        method="GET",
        path="/capabilities",
        name="capabilities",
        family=FAMILY,
        about="List what can be asked, each with the JSON Schema of its terms.",
        answer=_capabilities,
        reply=_page("AboutCapability"),
        conditional=("If-None-Match",),
        open=True,
    ),
)

__all__ = ["OPERATIONS", "SCHEMAS", "always"]
