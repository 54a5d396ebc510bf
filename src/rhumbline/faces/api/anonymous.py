"""What people say without their names: nothing is kept or written down about who said it."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone

from rhumbline.book.authority import Verb
from rhumbline.book.faults import words_of
from rhumbline.book.records import KINDS
from rhumbline.exchange.schemas import Schema, record_schema
from rhumbline.faces.api.operations import ORGANISATION, Call, Operation, Reply, Sent
from rhumbline.store.anonymous import speak

FAMILY = "anonymous"
# What can be said, and what of it its author cannot choose.
_KINDS = ("feedback", "response")
_NOT_SAID = frozenset({"key", "anonymous", "answered", "opened", "date"})


def _speak(call: Call, kind: str) -> Reply:
    speak(call.actor, kind, call.body, timezone.now().date())
    return Reply()


def _said(kind: str) -> tuple[Schema, object]:
    """Return the schema of what is said, and an example: key and day are not the author's choice."""
    record = record_schema(kind)
    schema: Schema = {
        **{name: value for name, value in record.items() if name in ("title", "type")},
        "properties": {name: one for name, one in record["properties"].items() if name not in _NOT_SAID},
        "required": [name for name in record.get("required", ()) if name not in _NOT_SAID],
    }
    return schema, {name: value for name, value in record["examples"][0].items() if name not in _NOT_SAID}


def _operation(kind: str) -> Operation:
    def answer(call: Call) -> Reply:
        return _speak(call, kind)

    schema, example = _said(kind)
    return Operation(
        method="POST",
        path=f"{ORGANISATION}/anonymous/{kind}",
        name=f"speak_{KINDS[kind].plural}",
        family=FAMILY,
        about=f"Say something without your name: {words_of(kind)}.",
        more="It waits sealed until five entries can be opened together. No author, no time, no address and no line in "
        "the log is kept, and so no idempotency key is taken.",
        answer=answer,
        verb=Verb.SPEAK,
        sent=Sent(schema=schema, example=example),
        success=202,
        anonymous=True,
    )


OPERATIONS = tuple(_operation(kind) for kind in _KINDS)
SCHEMAS: Mapping[str, Schema] = {}

__all__ = ["OPERATIONS", "SCHEMAS"]
