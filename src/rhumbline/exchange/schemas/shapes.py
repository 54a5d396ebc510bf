"""JSON Schema of what an annotation says: types, bounds, units, choices, references."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen

from rhumbline.book.digests import plain
from rhumbline.book.fields import Container, FieldOf, Part
from rhumbline.book.types import KEY_SHAPE, KeysReferTo, RefersTo, Shape

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# Where the other schemas stand that a schema refers to, in itself.
DEFINITIONS = "#/$defs/"

# The years of FIRST_DAY to LAST_DAY; a format alone does not bound a date.
DAY_PATTERN = "^(19[0-9]{2}|2[01][0-9]{2}|2200)-[0-9]{2}-[0-9]{2}$"
_LONGEST_NAME = 200


# --- from annotations -------------------------------------------------------------------------


def schema_of_part(part: Part) -> Schema:
    """Return the schema of the values of one shape.

    Parameters
    ----------
    part
        The shape, from the annotations of a dataclass.
    """
    if part.container is Container.LIST:
        return _of_list(part)
    if part.container is Container.MAP:
        return _of_map(part)
    choices = [_of_one(kind, part) for kind in part.types]
    return choices[0] if len(choices) == 1 else {"anyOf": choices}


def schema_of_field(field: FieldOf, description: str = "") -> Schema:
    """Return the schema of a field: the values it may have, null where that is one, its default and its marks.

    Parameters
    ----------
    field
        A field of a dataclass.
    description
        What it means.
    """
    found = schema_of_part(field.part)
    if field.required and field.part.container is Container.LIST:
        found["minItems"] = 1
    if (
        field.required
        and field.part.container is Container.ONE
        and field.part.types == (str,)
        and "pattern" not in found
    ):
        found["pattern"] = r"\S"
    if field.optional:
        found = nullable(found)
    elif not field.required:
        found["default"] = plain(field.default)
    if field.unit:
        found["x-unit"] = field.unit
    if field.refers:
        found["x-refers-to"] = field.refers.split(" or ")
    if field.personal:
        found["x-personal"] = True
    return {"description": description, **found} if description else found


def nullable(schema: Schema) -> Schema:
    """Return a schema that also accepts null.

    Parameters
    ----------
    schema
        Of the other values.
    """
    if schema == {} or "null" in schema.get("type", ()):
        return schema
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
    if not isinstance(schema.get("type"), str):
        return {"anyOf": [schema, {"type": "null"}]}
    listed = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [schema["type"], "null"], **listed}


def _of_list(part: Part) -> Schema:
    assert part.inner is not None  # noqa: S101 - a list always says what it holds
    is_set = part.inner.mark(RefersTo) is not None or any(issubclass(kind, StrEnum) for kind in part.inner.types)
    return {"type": "array", "items": _of_item(part.inner), **({"uniqueItems": True} if is_set else {})}


def _of_map(part: Part) -> Schema:
    assert part.inner is not None  # noqa: S101 - as above
    if part.mark(KeysReferTo) is not None:
        names: Schema = {"pattern": _whole(KEY_SHAPE.pattern)}
    else:
        names = {"minLength": 1, "maxLength": _LONGEST_NAME}
    return {"type": "object", "additionalProperties": _of_item(part.inner), "propertyNames": names}


def _of_item(part: Part) -> Schema:
    """An empty text inside of a list or map is no value."""
    found = schema_of_part(part)
    return {"minLength": 1, **found} if found.get("type") == "string" and "maxLength" in found else found


def _of_one(kind: type[Any], part: Part) -> Schema:
    if issubclass(kind, StrEnum):
        return {"type": "string", "enum": [member.value for member in kind]}
    if kind is bool:
        return {"type": "boolean"}
    if kind is str:
        return _of_text(part, alone=len(part.types) == 1)
    if kind is date:
        return {"type": "string", "format": "date", "pattern": DAY_PATTERN}
    return {"type": "integer" if kind is int else "number", **_bounds(part)}


def _of_text(part: Part, *, alone: bool) -> Schema:
    shape, least, most = part.mark(Shape), part.mark(MinLen), part.mark(MaxLen)
    found: Schema = {"type": "string"}
    if least is not None or not alone:
        # Blanks alone are no text: a name of them is missing, and beside a truth value they mean nothing.
        found |= {"minLength": least.min_length if least is not None else 1, "pattern": r"\S"}
    if most is not None:
        found["maxLength"] = most.max_length
    if shape is not None:
        found["pattern"] = _whole(shape.pattern)
    return found


def _whole(pattern: str) -> str:
    return f"^{pattern}$"


def _bounds(part: Part) -> Schema:
    low, above, high, below = part.mark(Ge), part.mark(Gt), part.mark(Le), part.mark(Lt)
    found = {
        "minimum": low and low.ge,
        "exclusiveMinimum": above and above.gt,
        "maximum": high and high.le,
        "exclusiveMaximum": below and below.lt,
    }
    return {word: plain(bound) for word, bound in found.items() if bound is not None}


# --- by hand ----------------------------------------------------------------------------------


def one_of(words: Collection[str], description: str = "") -> Schema:
    """Return the schema of a word that is one of some.

    Parameters
    ----------
    words
        The words.
    description
        What it means.
    """
    return described({"type": "string", "enum": [str(word) for word in words]}, description)


def described(schema: Schema, description: str) -> Schema:
    """Return a schema with what it means, where that is said.

    Parameters
    ----------
    schema
        A schema.
    description
        What it means.
    """
    return {"description": description, **schema} if description else schema


def list_of(items: Schema, description: str = "") -> Schema:
    """Return the schema of a list.

    Parameters
    ----------
    items
        Of each item.
    description
        What it means.
    """
    return described({"type": "array", "items": items}, description)


def map_of(values: Schema, description: str = "") -> Schema:
    """Return the schema of a mapping from any names to values of one kind.

    Parameters
    ----------
    values
        Of each value.
    description
        What it means.
    """
    return described({"type": "object", "additionalProperties": values}, description)


def object_of(
    members: Mapping[str, Schema], description: str = "", *, optional: Collection[str] = (), closed: bool = False
) -> Schema:
    """Return the schema of an object with these members.

    Parameters
    ----------
    members
        By name.
    description
        What it means.
    optional
        Names of those that need not be there.
    closed
        Whether there may be no others.
    """
    found: Schema = {"type": "object", "properties": dict(members)}
    required = [name for name in members if name not in optional]
    if required:
        found["required"] = required
    if closed:
        found["additionalProperties"] = False
    return described(found, description)


def refer(name: str) -> Schema:
    """Return the schema that says: as the schema of this name.

    Parameters
    ----------
    name
        Of a component.
    """
    return {"$ref": DEFINITIONS + name}


def doc_of(anything: Any) -> str:
    """Return the docstring of a class as text without line breaks, up to its list of parameters.

    Parameters
    ----------
    anything
        A class or function.
    """
    text = inspect.cleandoc(anything.__doc__ or "").partition("Parameters\n----------\n")[0]
    return " ".join(text.split()).replace("``", "`")
