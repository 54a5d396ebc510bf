"""The tools an assistant is given: one for every capability of the registry, and those for records and proposals."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial
from importlib import resources
from typing import Annotated, Any

from annotated_types import Ge, Le, MaxLen, MinLen

from rhumbline import registry
from rhumbline.book.fields import fields_of
from rhumbline.book.records import KINDS
from rhumbline.book.types import Key
from rhumbline.exchange.asking import read_wishes
from rhumbline.exchange.documents import schema, value_of
from rhumbline.exchange.edits.reading import Action
from rhumbline.exchange.field_help import summary_of
from rhumbline.exchange.schemas import Schema, answer_schema, record_schema, terms_schema, wishes_schema
from rhumbline.faces.commands import Language
from rhumbline.faces.mcp import outputs
from rhumbline.faces.mcp.source import Document, Listener, Said, Source
from rhumbline.faces.refusals import Refusal, refusal

PREFIX = "rhumbline_"
MOST_ON_A_PAGE = 200
MOST_TITLE = 200

Raw = Mapping[str, Any]
Run = Callable[[Source, Raw, Listener | None], Said]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One thing an assistant can do.

    Parameters
    ----------
    name
        Such as ``rhumbline_plan``.
    title, description
        What people and the assistant read about it.
    input, output
        JSON Schemas of its arguments and of its answer.
    run
        Carries it out.
    computes
        Whether it may take long.
    listens
        Whether it tells how far it is, and ends when asked to.
    proposes
        Whether it is there only for those who may propose.
    keeps
        Whether something is kept of it; nothing is ever taken away or written over.
    """

    name: str
    title: str
    description: str
    input: Schema
    output: Schema
    run: Run
    computes: bool = False
    listens: bool = False
    proposes: bool = False
    keeps: bool = False


@cache
def texts() -> Mapping[str, Any]:
    """Return what is said about the server, the tools and their answers, by name."""
    text = (resources.files("rhumbline.faces.mcp") / "tools.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def tools() -> tuple[Tool, ...]:
    """Return all tools: the capabilities in the order of the registry, then records, then proposals."""
    return (*map(_of_capability, registry.capabilities()), *_of_records(), *_of_proposals())


# --- capabilities -----------------------------------------------------------------------------


def _of_capability(capability: registry.Capability) -> Tool:
    said = texts().get(capability.name, {})
    return Tool(
        name=f"{PREFIX}{capability.name}",
        title=said.get("title", capability.asks),
        description=said.get("description", capability.asks).strip(),
        input=_with_language(terms_schema(capability.name)),
        output=answer_schema(capability.name),
        run=partial(_ask, capability.name),
        computes=True,
        listens=registry.listens(capability.name),
    )


def _ask(name: str, source: Source, raw: Raw, progress: Listener | None) -> Said:
    asked = {wish: value for wish, value in raw.items() if wish != "language"}
    told = {wish: value for wish, value in raw.items() if wish == "language"}
    in_language: InLanguage = _read(name, InLanguage, told)
    return source.ask(name, asked, in_language.language.value, progress)


# --- arguments --------------------------------------------------------------------------------

# A choice, so that a wrong word is answered by those there are.
KindName = StrEnum("KindName", {kind: kind for kind in KINDS})  # type: ignore[misc]  # made from the table of kinds


@dataclass(frozen=True, slots=True)
class Nothing:
    """What is asked of a tool that needs nothing."""


@dataclass(frozen=True, slots=True)
class InLanguage:
    """In which language to answer.

    Parameters
    ----------
    language
        Of the sentences in the answer.
    """

    language: Language = Language.EN


@dataclass(frozen=True, slots=True)
class OfKind:
    """Which kind of record.

    Parameters
    ----------
    kind
        Kind of record; rhumbline_kinds explains them.
    """

    kind: KindName


@dataclass(frozen=True, slots=True)
class OnPage:
    """Which page of which kind.

    Parameters
    ----------
    kind
        Kind of record; rhumbline_kinds explains them.
    cursor
        The value of next of the page before; leave it out for the first page.
    limit
        How many at most.
    """

    kind: KindName
    cursor: Annotated[str, MaxLen(200)] | None = None
    limit: Annotated[int, Ge(1), Le(MOST_ON_A_PAGE)] = 50


@dataclass(frozen=True, slots=True)
class OfAll:
    """Which page of a list.

    Parameters
    ----------
    cursor
        The value of next of the page before; leave it out for the first page.
    limit
        How many at most.
    """

    cursor: Annotated[str, MaxLen(200)] | None = None
    limit: Annotated[int, Ge(1), Le(MOST_ON_A_PAGE)] = 50


@dataclass(frozen=True, slots=True)
class OfRecord:
    """Which record.

    Parameters
    ----------
    kind
        Kind of record; rhumbline_kinds explains them.
    key
        Key of the record, such as i2; rhumbline_list gives all of a kind.
    """

    kind: KindName
    key: Key


@dataclass(frozen=True, slots=True)
class Titled:
    """Why something is proposed.

    Parameters
    ----------
    title
        What changes and why, in one line.
    language
        Of the sentences in the answer.
    """

    title: Annotated[str, MinLen(1), MaxLen(MOST_TITLE)]
    language: Language = Language.EN


def _read(name: str, arguments: type[Any], raw: Raw) -> Any:
    asked, findings = read_wishes(name, arguments, raw)
    if asked is None:
        raise Refusal(*findings)
    return asked


def _with_language(asked: Schema) -> Schema:
    return {**asked, "properties": {**asked["properties"], **wishes_schema(InLanguage)["properties"]}}


def _with_edits(asked: Schema) -> Schema:
    return {
        **asked,
        "properties": {**asked["properties"], "edits": _EDITS},
        "required": [*asked.get("required", ()), "edits"],
    }


# All sorts of edits in one shape: models write that more safely than one of four, and what is wrong is said anyway.
_EDIT: Schema = {
    "type": "object",
    "properties": {
        "edit": {
            "type": "string",
            "enum": [action.value for action in (Action.SET, Action.PUT, Action.REMOVE, Action.APPEND)],
            "description": "set: change some fields; put: write a whole record; remove; append: add a row to a series.",
        },
        "kind": wishes_schema(OfKind)["properties"]["kind"],
        "key": {"type": "string", "description": "Which record, for set and remove."},
        "fields": {
            "type": "object",
            "description": "For set: the fields that change, with their new values; null: back to the default.",
        },
        "record": {
            "type": "object",
            "description": "For put and append: the whole record with its key, or the row; see rhumbline_schema.",
        },
        "expected": {
            "type": "integer",
            "minimum": 0,
            "description": "The version that rhumbline_read gave, if it gave one; 0 for a record that was not there.",
        },
    },
    "required": ["edit", "kind"],
    "additionalProperties": False,
}
_EDITS: Schema = {
    "type": "array",
    "items": _EDIT,
    "minItems": 1,
    "description": "The changes, in this order; all of them hold together or none is kept.",
}


# --- records ----------------------------------------------------------------------------------


def _of_records() -> Iterator[Tool]:
    yield _tool("kinds", wishes_schema(Nothing), _kinds, of_book=True)
    yield _tool("list", wishes_schema(OnPage), _list)
    yield _tool("read", wishes_schema(OfRecord), _read_record)
    yield _tool("schema", wishes_schema(OfKind), _schema)


def _tool(name: str, arguments: Schema, run: Run, *, of_book: bool = False, **more: Any) -> Tool:
    said = texts()[name]
    fields = {**(outputs.BOOK if of_book else {}), **said["output"]}
    return Tool(
        name=f"{PREFIX}{name}",
        title=said["title"],
        description=said["description"].strip(),
        input=arguments,
        output=outputs.schema_of(name, fields),
        run=run,
        **more,
    )


def _plainly(name: str, document: Document) -> Said:
    """Return a document whose text is itself: records are data in both forms."""
    whole = {"schema": schema(name), **document}
    return Said(whole, json.dumps(whole, ensure_ascii=False))


def _kinds(source: Source, raw: Raw, _: Listener | None) -> Said:
    _read("kinds", Nothing, raw)
    book, _findings = source.book()
    return _plainly(
        "kinds",
        {
            "as_of": value_of(book.as_of, str),
            "book_sha": book.sha,
            "about": source.about,
            "may_propose": source.may_propose,
            "currency": book.organisation.currency if book.organisation else None,
            "kinds": [
                {
                    "kind": kind.name,
                    "meaning": summary_of(kind.name),
                    "count": len(book.series.get(kind.name, ()) if kind.series else book.all(kind.name)),
                    "series": kind.series,
                    "owner": kind.owner or None,
                    "fields": [field.name for field in fields_of(kind.record)],
                }
                for kind in KINDS.values()
            ],
        },
    )


def _list(source: Source, raw: Raw, _: Listener | None) -> Said:
    asked: OnPage = _read("list", OnPage, raw)
    page = source.records(asked.kind.value, asked.cursor, asked.limit)
    return _plainly("list", {"kind": asked.kind.value, "items": list(page.items), "next": page.next})


def _read_record(source: Source, raw: Raw, _: Listener | None) -> Said:
    asked: OfRecord = _read("read", OfRecord, raw)
    if KINDS[asked.kind].series:
        raise refusal("series-has-no-keys", "read, kind", kind=asked.kind.value)
    found = source.record(asked.kind.value, asked.key)
    return _plainly("read", {"kind": asked.kind.value, **found})


def _schema(_source: Source, raw: Raw, _: Listener | None) -> Said:
    asked: OfKind = _read("schema", OfKind, raw)
    return _plainly("schema", {"kind": asked.kind.value, "json_schema": record_schema(asked.kind.value)})


# --- proposals --------------------------------------------------------------------------------


def _of_proposals() -> Iterator[Tool]:
    preview = _tool(
        "preview", _with_edits(wishes_schema(InLanguage)), _preview, of_book=True, computes=True, proposes=True
    )
    said = texts()["propose"]
    yield preview
    yield dataclasses.replace(
        preview,
        name=f"{PREFIX}propose",
        title=said["title"],
        description=said["description"].strip(),
        input=_with_edits(wishes_schema(Titled)),
        run=_propose,
        keeps=True,
    )
    yield _tool("proposals", wishes_schema(OfAll), _proposals, proposes=True)


def _preview(source: Source, raw: Raw, _: Listener | None) -> Said:
    _must_be_allowed(source)
    asked: InLanguage = _read("preview", InLanguage, _without_edits(raw))
    return source.preview(raw.get("edits"), asked.language.value)


def _propose(source: Source, raw: Raw, _: Listener | None) -> Said:
    _must_be_allowed(source)
    asked: Titled = _read("propose", Titled, _without_edits(raw))
    return source.propose(asked.title, raw.get("edits"), asked.language.value)


def _proposals(source: Source, raw: Raw, _: Listener | None) -> Said:
    _must_be_allowed(source)
    asked: OfAll = _read("proposals", OfAll, raw)
    page = source.proposals(asked.cursor, asked.limit)
    return _plainly("proposals", {"items": list(page.items), "next": page.next})


def _without_edits(raw: Raw) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if name != "edits"}


def _must_be_allowed(source: Source) -> None:
    """Refuse to propose where that may not be; a client may call a tool that it was not shown."""
    if not source.may_propose:
        raise refusal("may-not-propose", "propose")


__all__ = ["PREFIX", "Tool", "texts", "tools"]
