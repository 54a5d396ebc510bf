"""The tables of docs/reference/api.md, written from the operations themselves."""

from __future__ import annotations

from collections.abc import Iterator

from rhumbline.exchange.schemas import wishes_schema
from rhumbline.faces.api.application import OPERATIONS, PREFIX
from rhumbline.faces.api.keeping import HEADER
from rhumbline.faces.api.openapi import FAMILIES
from rhumbline.faces.api.operations import Operation
from rhumbline.faces.api.problems import PROBLEMS


def written() -> str:
    """Return every operation by its family, and every sort of problem, as tables."""
    return "\n".join([*_operations(), "## Every problem", "", *_problems()])


def _operations() -> Iterator[str]:
    for family, about in FAMILIES.items():
        yield f"## {family.capitalize()}"
        yield ""
        yield about
        yield ""
        yield "| address | what it does | takes | needs |"
        yield "|---|---|---|---|"
        yield from dict.fromkeys(_row(operation) for operation in OPERATIONS if operation.family == family)
        yield ""


def _row(operation: Operation) -> str:
    place = operation.path.replace("{int:", "{").removeprefix("/organisations/{organisation}")
    inside = place != operation.path
    place, about = _for_any_kind(operation, place)
    where = f"`{operation.method} {'…' if inside else ''}{place}`"
    return f"| {where} | {about} | {_takes(operation)} | {_needs(operation)} |"


def _for_any_kind(operation: Operation, place: str) -> tuple[str, str]:
    """Return address and sentence of an operation; those that every kind has in common are written once."""
    if operation.family == "records" and operation.kind and "/kinds/" in place:
        words = {
            "list": "List the records of a kind, or the rows of a series, in their order.",
            "get": "Get one record, with its version.",
            "put": "Write one record as a whole: a new one, or instead of the one that is there.",
            "set": "Change some fields of one record; null sets a field back to its default.",
            "remove": "Take one record out. Nothing may refer to it any more.",
        }
        return place.replace(f"/kinds/{operation.kind}", "/kinds/{kind}"), words[operation.name.split("_")[0]]
    return place, operation.about


def _takes(operation: Operation) -> str:
    query = list(wishes_schema(operation.query)["properties"])
    sent = (
        []
        if operation.sent is None or operation.sent.wishes is None
        else list(wishes_schema(operation.sent.wishes)["properties"])
    )
    if operation.sent is not None and operation.sent.wishes is None:
        sent = ["the record" if operation.method != "PATCH" else "the fields"]
    parts = [
        ", ".join(f"`?{name.removesuffix('_')}`" for name in query),
        ", ".join(f"`{name}`" if " " not in name else name for name in sent),
        ", ".join(f"`{name}`" for name in operation.conditional),
        f"`{HEADER}`" if operation.keeps else "",
    ]
    return "; ".join(part for part in parts if part)


def _needs(operation: Operation) -> str:
    if operation.open:
        return "nothing"
    right = f"`{operation.verb.value}`" if operation.verb is not None else "to belong there"
    return f"{right}, signed in" if operation.signed_in else right


def _problems() -> Iterator[str]:
    yield "| status | `code` | what it is | what to do |"
    yield "|---|---|---|---|"
    for code, sort in PROBLEMS.items():
        yield f"| {sort.status} | `{code}` | {sort.title} | {sort.detail} |"


__all__ = ["PREFIX", "written"]
