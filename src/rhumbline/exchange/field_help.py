"""What a field means, in words for people: from its annotation, and from one line about it.

The help row of a workbook and the reference page of the file format are both written from here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from annotated_types import Ge, Gt, Le, MaxLen

from rhumbline.book.fields import Container, FieldOf, Part, fields_of
from rhumbline.book.records import KINDS
from rhumbline.book.types import FrozenMap, KeysReferTo, RefersTo, Shape, Unit
from rhumbline.exchange.cells import NONE, cells_of, keeps_empty, text_of
from rhumbline.exchange.gate import words_of


@cache
def meanings() -> Mapping[str, Mapping[str, str]]:
    """Return, by kind and field, what each field means."""
    text = (resources.files("rhumbline.exchange") / "meanings.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def meaning_of(kind: str, described: FieldOf) -> str:
    """Return what a field means as a sentence; a field nobody has written about yet gets its own name.

    Parameters
    ----------
    kind
        The kind of record.
    described
        One of its fields.
    """
    said = meanings().get(kind, {}).get(described.name, described.name.replace("_", " "))
    return f"{said[:1].upper()}{said[1:]}."


# Kinds whose key a file need not state: it is made from what the record says.
NAMELESS = frozenset(
    {
        "benefit",
        "closed_benefit",
        "commitment",
        "ethics_review",
        "finding_on_record",
        "flow",
        "message",
        "work_item",
    }
)


def is_required(kind: str, described: FieldOf) -> bool:
    """Return whether a row cannot be without a field.

    Parameters
    ----------
    kind
        The kind of record.
    described
        One of its fields.
    """
    return described.required and not (described.name == "key" and kind in NAMELESS)


def summary_of(kind: str) -> str:
    """Return the first sentence about a kind of record.

    Parameters
    ----------
    kind
        The name of a kind.
    """
    return (KINDS[kind].record.__doc__ or "").strip().partition("\n")[0]


# --- types ------------------------------------------------------------------------------------


def type_words(part: Part) -> str:
    """Return the words for what may stand in a field: its shape, its bounds, its unit.

    Parameters
    ----------
    part
        The shape, from the annotations of a record class.
    """
    if part.container is Container.LIST:
        assert part.inner is not None  # noqa: S101 - a list always says what it holds
        return f"list of {_several(type_words(part.inner))}"
    if part.container is Container.MAP:
        assert part.inner is not None  # noqa: S101 - as above
        return f"map from {_name_words(part)} to {type_words(part.inner)}"
    return " or ".join(_single_words(kind, part) for kind in part.types)


_PLURALS = {"number": "numbers", "whole number": "whole numbers", "key": "keys", "text": "texts", "one of": "any of"}


def _several(words: str) -> str:
    """Return the words for more than one of something."""
    one = next((one for one in _PLURALS if words.startswith(one)), "")
    return _PLURALS.get(one, "") + words.removeprefix(one)


def _name_words(part: Part) -> str:
    refers = part.mark(KeysReferTo)
    return f"key of {_kinds(refers.kind)}" if refers else "text"


def _kinds(kinds: str) -> str:
    return " or ".join(f"{_article(words_of(kind))} {words_of(kind)}" for kind in kinds.split(" or "))


def _article(word: str) -> str:
    return "an" if word[0] in "aeio" else "a"


def _single_words(kind: type[Any], part: Part) -> str:
    if issubclass(kind, StrEnum):
        return "one of " + ", ".join(f"`{member.value}`" for member in kind)
    if kind is str:
        return _text_words(part)
    if kind is bool:
        return "`true` or `false`"
    return "date" if kind is date else _number_words(kind, part)


def _text_words(part: Part) -> str:
    refers, shape, most = part.mark(RefersTo), part.mark(Shape), part.mark(MaxLen)
    if refers:
        return f"key of {_kinds(refers.kind)}"
    if shape:
        return "three capital letters" if "capital" in shape.says else "key"
    return f"text, at most {most.max_length:,} characters" if most else "text"


def _number_words(kind: type[Any], part: Part) -> str:
    low, above, high, unit = part.mark(Ge), part.mark(Gt), part.mark(Le), part.mark(Unit)
    words = "whole number" if kind is int else "number"
    least = low.ge if low else above.gt if above else None
    if least is not None and abs(least) < 10**6:
        words += f" above {least:g}" if above else f" from {least:g}"
    if high and high.le <= 10**6:
        words += f" to {high.le:,g}" if high.le < 10**6 else f" to {high.le:,.0f}"
    if kind is Decimal:
        words += ", two decimals"
    return f"{words} ({unit.name})" if unit else words


def default_words(described: FieldOf) -> str:
    """Return what a field is when nobody gives it: ``required``, nothing, or its default.

    Parameters
    ----------
    described
        A field.
    """
    if described.required:
        return "required"
    default = described.default
    if default is None and keeps_empty(described):
        return "unknown"
    if default is None or default in ("", (), FrozenMap()):
        return ""
    if isinstance(default, float) and not default.is_integer():
        return f"{default:.4g}"
    return text_of(cells_of(described, default)[0])


# --- examples ---------------------------------------------------------------------------------

_EXAMPLES = {"key": "x1", "currency": "EUR", "weight": "25", "timezone": "Europe/Berlin", "unit": "%"}


def example_of(kind: str, described: FieldOf) -> str:
    """Return what could stand in the cell of a field.

    Parameters
    ----------
    kind
        The kind of record.
    described
        One of its fields.
    """
    if described.name in _EXAMPLES:
        return _EXAMPLES[described.name]
    part = described.part
    if part.container is Container.ONE:
        return _single_example(part, meaning_of(kind, described))
    assert part.inner is not None  # noqa: S101 - a list or map always says what it holds
    inner = part.inner
    if part.container is Container.LIST:
        first = _single_example(inner, "")
        return f"{first}; {_second(first)}"
    value = "40,30,10" if inner.container is Container.LIST else _single_example(inner, "")
    return f"x1:{value}; x2:{value}"


def _single_example(part: Part, meaning: str) -> str:
    first = part.types[0]
    if issubclass(first, StrEnum):
        return next(iter(first)).value
    if first is str:
        return "x1" if part.mark(Shape) else ("Example" if meaning else "first text")
    if first is date:
        return "2026-11-23"
    if first is bool:
        return "true"
    return _number_example(part)


def _number_example(part: Part) -> str:
    high, unit = part.mark(Le), part.mark(Unit)
    if unit and unit.name == "money":
        return "10000"
    if unit and unit.name == "share of 1":
        return "0.15"
    most = high.le if high else 100
    return "3" if most >= 3 else str(most)


def _second(first: str) -> str:
    return {"x1": "x2", "10000": "5000", "first text": "second text"}.get(first, first)


def help_of(kind: str, described: FieldOf) -> str:
    """Return what a person needs to know to fill in a cell: meaning, type, unit, example.

    Parameters
    ----------
    kind
        The kind of record.
    described
        One of its fields.
    """
    words = [meaning_of(kind, described)]
    if is_required(kind, described):
        words.append("Required.")
    elif described.required:
        words.append("Leave it blank, and it is made from the rest.")
    said = type_words(described.part).replace("`", "").replace(", at most 5,000 characters", "")
    words.append(f"{said[:1].upper()}{said[1:]}.")
    default = default_words(described)
    if default not in ("", "required", "unknown"):
        words.append(f"Blank means {default}.")
    if keeps_empty(described):
        words.append(f"'{NONE}' means an empty one.")
    example = example_of(kind, described)
    if example not in ("Example", "true"):
        words.append(f"Example: {example}")
    return " ".join(words)


# --- the reference page -----------------------------------------------------------------------


def field_table(kind: str) -> str:
    """Return the fields of a kind as a table in Markdown.

    Parameters
    ----------
    kind
        The name of a kind.
    """
    lines = ["| field | what it means | what stands there | when it is missing |", "|---|---|---|---|"]
    for described in fields_of(KINDS[kind].record):
        default = default_words(described)
        shown = default if default in ("", "required", "unknown") else f"`{default}`"
        shown = shown if is_required(kind, described) == described.required else "made from the rest"
        meaning = meaning_of(kind, described)[:-1]
        lines.append(f"| `{described.name}` | {meaning} | {type_words(described.part)} | {shown} |")
    return "\n".join(lines)


__all__ = [
    "NAMELESS",
    "default_words",
    "example_of",
    "field_table",
    "help_of",
    "is_required",
    "meaning_of",
    "meanings",
    "summary_of",
    "type_words",
]
