"""The contract: OpenAPI 3.1 of every operation, with everything it refers to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from rhumbline import __version__
from rhumbline.exchange.schemas import Schema, components, wishes_schema
from rhumbline.faces.api.keeping import HEADER as IDEMPOTENCY_KEY
from rhumbline.faces.api.moments import SCHEMA as MOMENT
from rhumbline.faces.api.operations import Operation, Sent
from rhumbline.faces.api.problems import MEDIA_TYPE, PROBLEMS, Sort
from rhumbline.faces.api.shapes import book_schema, refer

TITLE = "Rhumbline"
ABOUT = (
    "The strategy of a small business as one document, the Book: read and changed record by record or in one go, with "
    "its whole history, and asked every question that Rhumbline answers. Names, hashes and codes are stable within v1; "
    "new members may appear, so ignore what you do not know."
)
FAMILIES: Mapping[str, str] = {
    "organisations": "Where you belong, and the Book as a whole.",
    "records": "Everything in the Book, kind by kind.",
    "changes": "Edits written in one go, the history, and what differs between two times.",
    "anonymous": "What people say without their names.",
    "proposals": "Edits that wait for somebody to decide.",
    "answers": "Every question that Rhumbline answers.",
    "runs": "Questions that are answered in the background.",
    "access": "Members, keys for programs, links for guests.",
    "catalogue": "What there is to write and to ask.",
}
SECURITY: Mapping[str, Schema] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A key for programs (`rhl_...`) or of a guest (`rhg_...`), as `Authorization: Bearer ...`.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "rhumbline_session",
        "description": "Somebody who signed in on a page. What changes something also needs the header `X-CSRFToken`.",
    },
}

# What every operation may come to, and what comes with a body.
_ALWAYS = ("bad-request", "refused", "too-many-requests", "internal-fault", "database-unavailable")
_KNOWN = ("not-authenticated", "token-refused")
_INSIDE = ("not-allowed", "not-found")
_WITH_BODY = ("too-large", "unsupported-media-type")

_PATH: Mapping[str, Schema] = {
    "organisation": {
        "schema": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,79}$"},
        "description": "The key of the organisation.",
        "example": "bakery",
    },
    "key": {
        "schema": {"type": "string", "minLength": 1, "pattern": r"^[^/]+$"},
        "description": "The key of the record.",
        "example": "i1",
    },
    "seq": {"schema": {"type": "integer", "minimum": 0}, "description": "The number of the change.", "example": 1},
    "number": {"schema": {"type": "integer", "minimum": 0}, "description": "Its number.", "example": 1},
}
_HEADERS: Mapping[str, Schema] = {
    "If-Match": {
        "schema": {"type": "string"},
        "description": "The ETag of the version that you have seen: if it is not in force any more, nothing is saved "
        "(412). `*` for any version.",
        "example": '"12-0f3a9c2e5b7d1846"',
    },
    "If-None-Match": {
        "schema": {"type": "string"},
        "description": "Reading: the ETag of what you have; if it is the same, it is not sent again (304). Writing: "
        "`*`, so that only a new record is written.",
        "example": "*",
    },
    IDEMPOTENCY_KEY: {
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
        "description": "Any text of your choice, new for each request: the same request with the same key within a day "
        "gets the same answer and is not carried out twice.",
        "example": "5e2c1b4a-8f0d-4c7e-9a63-7d1f2b3c4d5e",
    },
}
_PARAMETER = re.compile(r"{(?:\w+:)?(\w+)}")


def details(operation: Operation) -> dict[str, Any]:
    """Return what the contract says about an operation, beside what its route says.

    Parameters
    ----------
    operation
        The operation.
    """
    said: dict[str, Any] = {
        "parameters": [*_path_parameters(operation), *_query_parameters(operation), *_header_parameters(operation)],
        "responses": {**_success(operation), **_refusals(operation)},
        "security": _security(operation),
    }
    if operation.sent is not None:
        said["requestBody"] = _body(operation.sent)
    return said


def _path_parameters(operation: Operation) -> list[dict[str, Any]]:
    names = _PARAMETER.findall(operation.path)
    return [{"name": name, "in": "path", "required": True, **_PATH[name]} for name in names]


def _query_parameters(operation: Operation) -> list[dict[str, Any]]:
    schema = wishes_schema(operation.query)
    required = schema.get("required", ())
    return [_query_parameter(name, one, name in required) for name, one in schema["properties"].items()]


def _query_parameter(name: str, schema: Schema, required: bool) -> dict[str, Any]:  # noqa: FBT001 - private
    said = dict(schema)
    about = said.pop("description", "")
    if isinstance(said.get("type"), list):
        # A parameter that is not wanted is left out; an address has no null.
        said["type"] = said["type"][0]
        if "enum" in said:
            said["enum"] = [value for value in said["enum"] if value is not None]
    if name in ("at", "from_", "to"):
        said = dict(MOMENT)
    return {
        "name": name.removesuffix("_"),
        "in": "query",
        "required": required,
        "description": about,
        "schema": said,
    }


def _header_parameters(operation: Operation) -> list[dict[str, Any]]:
    names = [*operation.conditional, *([IDEMPOTENCY_KEY] if operation.keeps else [])]
    return [{"name": name, "in": "header", "required": False, **_HEADERS[name]} for name in names]


def _body(sent: Sent) -> dict[str, Any]:
    content = {"application/json": {"schema": sent.schema, "example": sent.example}}
    return {"required": not sent.optional, "content": content}


# --- responses --------------------------------------------------------------------------------


def _success(operation: Operation) -> dict[str, Any]:
    text = "What was asked for." if operation.method == "GET" else "It is done."
    answer: dict[str, Any] = {"description": text}
    if operation.reply is not None:
        answer["content"] = {"application/json": {"schema": operation.reply}}
    if operation.conditional:
        answer["headers"] = {"ETag": {"schema": {"type": "string"}, "description": "The version of what is sent."}}
    found = {str(operation.success): answer}
    if operation.created:
        found["201"] = {**answer, "description": "It is new."}
    if operation.method == "GET" and "If-None-Match" in operation.conditional:
        found["304"] = {"description": "You have it already."}
    return found


def refusals_of(operation: Operation) -> tuple[str, ...]:
    """Return the sorts of problem that an operation may come to.

    Parameters
    ----------
    operation
        The operation.
    """
    return tuple(
        dict.fromkeys(
            (
                *(() if operation.open else _KNOWN),
                *(_INSIDE if "{organisation}" in operation.path else ()),
                *(("not-from-our-page", "disk-full") if operation.writes else ()),
                *operation.problems,
                *(("idempotency-key-reused",) if operation.keeps else ()),
                *(_WITH_BODY if operation.sent is not None else ()),
                *_ALWAYS,
            )
        )
    )


def _refusals(operation: Operation) -> dict[str, Any]:
    statuses = sorted({PROBLEMS[code].status for code in refusals_of(operation)})
    return {str(status): {"$ref": f"#/components/responses/{_response_name(status)}"} for status in statuses}


def _response_name(status: int) -> str:
    return f"Problem{status}"


def _responses() -> dict[str, Any]:
    by_status: dict[int, list[tuple[str, Sort]]] = {}
    for code, sort in PROBLEMS.items():
        by_status.setdefault(sort.status, []).append((code, sort))
    return {_response_name(status): _response(sorts) for status, sorts in sorted(by_status.items())}


def _response(sorts: list[tuple[str, Sort]]) -> dict[str, Any]:
    examples = {
        code: {
            "value": {
                "type": "about:blank",
                "title": sort.title,
                "status": sort.status,
                "detail": sort.detail,
                "code": code,
            }
        }
        for code, sort in sorts
    }
    text = " Or: ".join(f"{sort.title} (`{code}`)." for code, sort in sorts)
    return {"description": text, "content": {MEDIA_TYPE: {"schema": refer("Problem"), "examples": examples}}}


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    if operation.open:
        return []
    return [{"session": []}] if operation.signed_in else [{"token": []}, {"session": []}]


# --- the whole --------------------------------------------------------------------------------


def whole(routes: Mapping[str, Any], schemas: Iterable[Mapping[str, Schema]]) -> dict[str, Any]:
    """Return the whole contract.

    Parameters
    ----------
    routes
        The operations by path and method, as the router describes them.
    schemas
        What the API answers beside documents of capabilities, by name.
    """
    named: dict[str, Schema] = {**components(), "SeenBook": book_schema()}
    for some in schemas:
        assert not named.keys() & some.keys()  # noqa: S101 - two schemas of one name would be a fault of ours
        named |= some
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "version": __version__,
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for name, text in FAMILIES.items()],
        "paths": routes,
        "components": {
            "schemas": dict(sorted(named.items())),
            "responses": _responses(),
            "securitySchemes": dict(SECURITY),
        },
    }


__all__ = ["FAMILIES", "SECURITY", "details", "refusals_of", "whole"]
