"""All schemas by name, for OpenAPI 3.1, and single ones that stand alone."""

from __future__ import annotations

from functools import cache
from typing import Any

from rhumbline import registry
from rhumbline.book.records import KINDS
from rhumbline.exchange.schemas import changes
from rhumbline.exchange.schemas.answers import (
    answer_component,
    answer_members,
    error_schema,
    finding_schema,
    reason_schema,
    terms_component,
    triple_schema,
)
from rhumbline.exchange.schemas.records import book_members, component_of, record_schema
from rhumbline.exchange.schemas.shapes import DEFINITIONS, DIALECT, Schema
from rhumbline.exchange.schemas.terms import terms_schema

COMPONENTS = "#/components/schemas/"


def components(prefix: str = COMPONENTS) -> dict[str, Schema]:
    """Return the schemas of everything by name: records, terms, answers, edits, findings, problems.

    Parameters
    ----------
    prefix
        Where they will stand, for those that refer to others; by default as OpenAPI has it.
    """
    found: dict[str, Schema] = {name: _moved(schema, prefix) for name, schema in _definitions().items()}
    return found


def component(name: str) -> Schema:
    """Return one of the schemas as it stands alone, with those that it refers to inside of it.

    Parameters
    ----------
    name
        Such as ``Initiative``, ``PlanTerms``, ``PlanAnswer`` or ``Edit``.
    """
    return standing_alone(_definitions()[name])


def answer_schema(name: str) -> Schema:
    """Return the schema of the document that answers a capability, with those that it refers to inside of it.

    Parameters
    ----------
    name
        A capability.

    Raises
    ------
    UnknownCapability
        When there is no such capability.
    """
    return component(answer_component(registry.capability(name).name))


def standing_alone(schema: Schema) -> Schema:
    """Return a schema with those that it refers to inside of it.

    Parameters
    ----------
    schema
        It refers to others by their names.
    """
    needed: dict[str, Schema] = {}
    waiting = _names(schema)
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed[name] = _definitions()[name]
            waiting |= _names(needed[name])
    inside = {"$defs": {name: needed[name] for name in sorted(needed)}} if needed else {}
    found: Schema = _moved({"$schema": DIALECT, **schema, **inside}, DEFINITIONS)
    return found


@cache
def _definitions() -> dict[str, Schema]:
    found = {component_of(kind): record_schema(kind) for kind in KINDS}
    found |= {
        "Book": book_members(),
        "Triple": triple_schema(),
        "Reason": reason_schema(),
        "Finding": finding_schema(),
        "Edit": changes.edit_schema(),
        "Difference": changes.difference_schema(),
        "Conflict": changes.conflict_schema(),
        "Change": changes.change_schema(),
        "Committed": changes.committed_schema(),
        "Problem": changes.problem_schema(),
        "Error": error_schema(),
    }
    for capability in registry.capabilities():
        found[terms_component(capability.name)] = terms_schema(capability.name)
        found[answer_component(capability.name)] = answer_members(capability.name)
    return found


def _names(value: Any) -> set[str]:
    """Return the names of the schemas that a schema refers to."""
    if isinstance(value, list):
        return {name for inner in value for name in _names(inner)}
    if not isinstance(value, dict):
        return set()
    named = {value["$ref"].removeprefix(DEFINITIONS)} if isinstance(value.get("$ref"), str) else set()
    return named.union(*(_names(inner) for inner in value.values()))


def _moved(value: Any, prefix: str) -> Any:
    """Return a copy of a schema whose others stand somewhere else."""
    if isinstance(value, list):
        return [_moved(inner, prefix) for inner in value]
    if not isinstance(value, dict):
        return value
    return {
        name: prefix + inner.removeprefix(DEFINITIONS) if name == "$ref" else _moved(inner, prefix)
        for name, inner in value.items()
    }


__all__ = ["COMPONENTS", "answer_schema", "component", "components", "standing_alone"]
