"""Records: read, put, changed and taken out one by one; every kind has the same addresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import MaxLen
from django.db import transaction

from rhumbline.book.authority import Verb
from rhumbline.book.faults import words_of
from rhumbline.book.records import KINDS
from rhumbline.exchange.schemas import Schema, component_of, record_schema
from rhumbline.faces.api.cursors import cursor_of, place_of
from rhumbline.faces.api.moments import Moment
from rhumbline.faces.api.operations import ORGANISATION, VIA, Call, Operation, Reply, Sent
from rhumbline.faces.api.organisations import AsOf, Limit
from rhumbline.faces.api.problems import Problem, conflicts_of
from rhumbline.faces.api.seeing import changes_shown, findings_shown, seen, tag_of
from rhumbline.faces.api.shapes import item_component, item_schema, page_of, refer, seen_component, seen_schema
from rhumbline.faces.api.versions import Condition
from rhumbline.store.actors import Actor, NothingThere
from rhumbline.store.committing import Committed, commit, locked
from rhumbline.store.reading import Version, version
from rhumbline.store.refusing import Clash, Conflict

FAMILY = "records"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list, and as of when.

    Parameters
    ----------
    at
        As it was after this change, at the end of this day (UTC), or at this moment; by default now.
    after
        What `next` of the page before says; all pages are cut from one Book, the one of the first page.
    limit
        How many at most.
    """

    at: Moment | None = None
    after: Annotated[str, MaxLen(100)] = ""
    limit: Limit = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Why something is changed.

    Parameters
    ----------
    note
        Why, in a sentence for the history.
    """

    note: Annotated[str, MaxLen(2000)] = ""


# --- reading ----------------------------------------------------------------------------------


def _list(call: Call, kind: str) -> Reply:
    seq, place = place_of(call.query.after) if call.query.after else (None, 0)
    found = seen(call.actor, call.query.at if seq is None else str(seq))
    headers = call.unless_known(found.tag(kind, place, call.query.limit))
    records = found.records(kind)
    end = place + call.query.limit
    items = [found.item(record) for record in records[place:end]]
    return Reply(
        content={"items": items, "next": cursor_of(found.then.seq, end) if end < len(records) else None},
        headers=headers,
    )


def _one(call: Call, kind: str) -> Reply:
    found = seen(call.actor, call.query.at)
    record = found.then.book.all(kind).get(call.path["key"])
    if record is None:
        raise NothingThere(kind)
    item = found.item(record)
    return Reply(content=item, headers=call.unless_known(tag_of(item)))


# --- writing ----------------------------------------------------------------------------------


def _put(call: Call, kind: str) -> Reply:
    key = call.path["key"]
    with transaction.atomic():
        now = _now(call.actor)
        there = (kind, key) in now.since
        edit = {"edit": "put", "kind": kind, "key": key, "record": call.body}
        return _written(call, edit, now, status=None if there else 201)


def _patch(call: Call, kind: str) -> Reply:
    with transaction.atomic():
        now = _there(call, kind)
        return _written(call, {"edit": "set", "kind": kind, "key": call.path["key"], "fields": call.body}, now)


def _delete(call: Call, kind: str) -> Reply:
    with transaction.atomic():
        now = _there(call, kind)
        return _written(call, {"edit": "remove", "kind": kind, "key": call.path["key"]}, now)


def _now(actor: Actor) -> Version:
    """Return the Book in force; nobody else can change it until this transaction ends."""
    locked(actor)
    return version(actor.organisation)


def _there(call: Call, kind: str) -> Version:
    now = _now(call.actor)
    if (kind, call.path["key"]) not in now.since:
        raise NothingThere(kind)
    return now


def _written(call: Call, edit: dict[str, Any], now: Version, *, status: int | None = None) -> Reply:
    """Commit one edit under the conditions of the request."""
    kind, key = edit["kind"], edit["key"]
    expected = _expected(call, kind, now.since.get((kind, key), 0))
    if expected is not None:
        edit["expected"] = expected
    try:
        done = commit(call.actor, [edit], via=VIA, note=call.query.note, strict=expected is not None)
    except Conflict as conflict:
        if expected is None:
            raise
        raise Problem("changed-since", conflicts=conflicts_of(conflict.clashes, call.actor.sight)) from None
    return Reply(content=committed(done, call.actor), status=status, headers=_tag(call.actor, kind, key))


def _expected(call: Call, kind: str, current: int) -> int | None:
    """Return the version that the caller names; None where they name none."""
    match, none_match = call.condition("If-Match"), call.condition("If-None-Match")
    if none_match is not None:
        return _expected_none(none_match, current)
    if match is None:
        return None
    if match.anything:
        if not current:
            nothing = Clash(kind, call.path["key"], "", None, None, None, 0)
            raise Problem("changed-since", conflicts=conflicts_of([nothing], call.actor.sight))
        return None
    versions = match.versions
    if current in versions:
        return current
    if not versions:
        raise Problem("changed-since", "If-Match names no ETag of this record. Read it, and send the one it has.")
    return versions[0]


def _expected_none(condition: Condition, current: int) -> int | None:
    if condition.anything:
        return 0
    if current in condition.versions:
        raise Problem("changed-since", "If-None-Match names the version that is there.")
    return None


def _tag(actor: Actor, kind: str, key: str) -> dict[str, str]:
    """Return the ETag of what is there now."""
    found = seen(actor)
    record = found.then.book.all(kind).get(key)
    return {} if record is None else {"ETag": tag_of(found.item(record))}


def committed(done: Committed, actor: Actor) -> dict[str, Any]:
    """Return what a commit did, as its author sees it.

    Parameters
    ----------
    done
        What it did.
    actor
        The author.
    """
    now = version(actor.organisation).book
    return {
        "seq": done.seq,
        "hash": done.hash,
        "book_sha": done.book_sha,
        "changes": changes_shown(done.changes, actor.sight, now),
        "findings": findings_shown(done.findings, actor.sight),
    }


# --- the contract -----------------------------------------------------------------------------


def _fields_schema(kind: str) -> Schema:
    """Return the schema of some fields of a record; null sets one back to its default."""
    record = record_schema(kind)
    fields = {
        name: {"anyOf": [schema, {"type": "null"}]} for name, schema in record["properties"].items() if name != "key"
    }
    return {"type": "object", "properties": fields, "additionalProperties": False}


def _operations(kind: str) -> Iterator[Operation]:
    words, place = words_of(kind), f"{ORGANISATION}/kinds/{kind}"
    several = KINDS[kind].plural.replace("_", " ")
    name = kind

    def listed(call: Call) -> Reply:
        return _list(call, kind)

    yield Operation(
        method="GET",
        path=place,
        name=f"list_{name}",
        family=FAMILY,
        about=f"List {'the rows of ' if KINDS[kind].series else ''}{several} in their order.",
        answer=listed,
        verb=Verb.READ,
        kind=kind,
        query=Page,
        reply=page_of(refer(item_component(kind))),
        conditional=("If-None-Match",),
    )
    if KINDS[kind].series:
        return

    def one(call: Call) -> Reply:
        return _one(call, kind)

    def put(call: Call) -> Reply:
        return _put(call, kind)

    def patch(call: Call) -> Reply:
        return _patch(call, kind)

    def delete(call: Call) -> Reply:
        return _delete(call, kind)

    record = f"{place}/{{key}}"
    writing: dict[str, Any] = {
        "path": record,
        "family": FAMILY,
        "verb": Verb.WRITE,
        "kind": kind,
        "query": Note,
        "reply": refer("Committed"),
        "keeps": True,
    }
    fields = record_schema(kind)
    example = fields["examples"][0]
    yield Operation(
        method="GET",
        path=record,
        name=f"get_{name}",
        family=FAMILY,
        about=f"Get one {words}, with its version.",
        answer=one,
        verb=Verb.READ,
        kind=kind,
        query=AsOf,
        reply=refer(item_component(kind)),
        conditional=("If-None-Match",),
    )
    yield Operation(
        method="PUT",
        name=f"put_{name}",
        about=f"Write one {words} as a whole: a new one, or instead of the one that is there.",
        more="Fields that are hidden from you and that you do not send keep their values.",
        answer=put,
        sent=Sent(schema=refer(component_of(kind)), example=example),
        created=True,
        conditional=("If-Match", "If-None-Match"),
        problems=("conflict", "changed-since"),
        **writing,
    )
    yield Operation(
        method="PATCH",
        name=f"set_{name}",
        about=f"Change some fields of one {words}; null sets a field back to its default.",
        answer=patch,
        sent=Sent(schema=_fields_schema(kind), example=_some_fields(example)),
        conditional=("If-Match",),
        problems=("conflict", "changed-since"),
        **writing,
    )
    yield Operation(
        method="DELETE",
        name=f"remove_{name}",
        about=f"Take one {words} out. Nothing may refer to it any more.",
        answer=delete,
        conditional=("If-Match",),
        problems=("conflict", "changed-since"),
        **writing,
    )


def _some_fields(example: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in example.items() if name != "key"}


OPERATIONS = tuple(operation for kind in KINDS for operation in _operations(kind))
SCHEMAS: Mapping[str, Schema] = {
    **{seen_component(kind): seen_schema(kind, record_schema(kind)) for kind in KINDS},
    **{item_component(kind): item_schema(kind) for kind in KINDS},
}

__all__ = ["OPERATIONS", "SCHEMAS", "Note", "Page", "committed"]
