"""JSON Schema of how a Book is changed from outside, of what comes of it, and of what is said when nothing does."""

from __future__ import annotations

from rhumbline.book.records import KINDS
from rhumbline.book.types import KEY_SHAPE
from rhumbline.exchange.schemas.answers import SHA
from rhumbline.exchange.schemas.results import TEXT
from rhumbline.exchange.schemas.shapes import Schema, described, list_of, map_of, nullable, object_of, one_of, refer

KEY: Schema = {"type": "string", "pattern": f"^{KEY_SHAPE.pattern}$"}
SEQ: Schema = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
_ANYTHING: Schema = {}


def edit_schema() -> Schema:
    """Return the schema of one edit; docs/reference/edits.md explains it.

    Notes
    -----
    Whether ``record`` is right says the schema of its kind.
    """
    records = [kind.name for kind in KINDS.values() if not kind.series]
    series = [kind.name for kind in KINDS.values() if kind.series]
    kind = one_of(records, "Kind of record.")
    key = described(KEY, "Key of the record.")
    expected = described(nullable(SEQ), "The version the author saw; 0 for none.")
    whole = map_of(_ANYTHING, "The record in its complete form; see the schema of its kind.")
    fields = map_of(_ANYTHING, "Fields with their new values; null sets one back to its default.")
    # Kinds of which there is one have a key that need not be said.
    forms = {
        "put": object_of(
            {"edit": {"const": "put"}, "kind": kind, "key": key, "record": whole, "expected": expected},
            "Adds a record, or replaces the one that has its key.",
            optional=("key", "expected"),
            closed=True,
        ),
        "set": object_of(
            {"edit": {"const": "set"}, "kind": kind, "key": key, "fields": fields, "expected": expected},
            "Changes some fields of a record.",
            optional=("key", "expected"),
            closed=True,
        ),
        "remove": object_of(
            {"edit": {"const": "remove"}, "kind": kind, "key": key, "expected": expected},
            "Takes a record out.",
            optional=("key", "expected"),
            closed=True,
        ),
        "append": object_of(
            {"edit": {"const": "append"}, "kind": one_of(series, "A series."), "record": whole},
            "Adds a row to a series.",
            closed=True,
        ),
    }
    return {
        "title": "Edit",
        "description": "One change of a record.",
        "oneOf": list(forms.values()),
        "examples": [
            {"edit": "set", "kind": "initiative", "key": "i2", "fields": {"owner": None}, "expected": 12},
            {"edit": "append", "kind": "measurement", "record": {"kpi": "k1", "at": "2026-11-20", "value": 8.5}},
        ],
    }


def difference_schema() -> Schema:
    """Return the schema of what became another between two Books: one record, or the rows of a series."""
    field = object_of({"field": TEXT, "before": _ANYTHING, "after": _ANYTHING})
    return object_of(
        {
            "kind": one_of(list(KINDS), "Kind of record."),
            "key": nullable(described(TEXT, "Key of the record; null for the rows of a series.")),
            "what": one_of(("new", "changed", "removed", "rows"), "What happened to it."),
            "fields": list_of(field, "The fields that differ, with their values before and after."),
        },
        "What became another.",
    )


def conflict_schema() -> Schema:
    """Return the schema of one field that two authors changed to different values."""
    return object_of(
        {
            "kind": one_of(list(KINDS), "Kind of record."),
            "key": described(TEXT, "Key of the record."),
            "field": described(TEXT, "The field."),
            "base": described(_ANYTHING, "What the author saw."),
            "theirs": described(_ANYTHING, "What it is now."),
            "mine": described(_ANYTHING, "What the author wants."),
            "version": described(SEQ, "The version it is now."),
        },
        "A field that two authors changed to different values.",
        optional=("base", "theirs", "mine", "version"),
    )


def change_schema() -> Schema:
    """Return the schema of one commit in the history of a Book."""
    return object_of(
        {
            "seq": described(SEQ, "Its number."),
            "at": {"type": "string", "format": "date-time", "description": "When."},
            "action": described(TEXT, "What was done, such as commit, undo, restore, erase."),
            "actor": described(TEXT, "Who did it, such as user:12."),
            "via": described(TEXT, "Through which entrance: page, api, cli, mcp, import, worker, anonymous."),
            "note": described(TEXT, "What the author said about it."),
            "previous": described(TEXT, "Hash of the change before; empty for the first."),
            "hash": described(SHA, "Hash of this change, which proves all before it."),
            "book_sha": described(SHA, "Hash of the Book after it."),
        },
        "One commit: who changed the Book, when, and the link of the chain that it adds.",
        optional=("note", "previous"),
    )


def committed_schema() -> Schema:
    """Return the schema of what comes of a commit."""
    return object_of(
        {
            "seq": described(SEQ, "Number of the change."),
            "hash": described(SHA, "Hash of the change."),
            "book_sha": described(SHA, "Hash of the Book after it."),
            "changes": list_of(refer("Difference"), "What became another."),
            "findings": list_of(refer("Finding"), "What was noticed; nothing in it refused the change."),
        },
        "What came of a change.",
    )


def problem_schema() -> Schema:
    """Return the schema of what is said instead of an answer with a status of 400 or more (RFC 9457)."""
    return object_of(
        {
            "type": described(TEXT, "/problems/ and the code, or about:blank."),
            "title": described(TEXT, "The sort of problem."),
            "status": described({"type": "integer", "minimum": 400, "maximum": 599}, "The status of HTTP."),
            "detail": described(TEXT, "What is wrong here."),
            "code": described(TEXT, "The sort of problem, for programs."),
            "findings": list_of(refer("Finding"), "What is wrong with the data, and what to do."),
            "conflicts": list_of(refer("Conflict"), "The fields that two authors changed."),
        },
        "Why there is no answer.",
        optional=("type", "detail", "code", "findings", "conflicts"),
    )


__all__ = [
    "KEY",
    "SEQ",
    "change_schema",
    "committed_schema",
    "conflict_schema",
    "difference_schema",
    "edit_schema",
    "problem_schema",
]
