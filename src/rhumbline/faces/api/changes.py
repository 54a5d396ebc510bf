"""Changes: written in one go, listed, taken back; and what differs between two times."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Ge, Le, MaxLen
from django.db.models import Q

from rhumbline.book.authority import SPOKEN, Verb
from rhumbline.book.book import Book
from rhumbline.book.book import Change as Difference
from rhumbline.book.records import KINDS
from rhumbline.book.types import natural
from rhumbline.exchange.edits import MOST_EDITS, Action, revive
from rhumbline.exchange.schemas import Schema, component_of, record_schema, wishes_schema
from rhumbline.faces.api.kinds import committed
from rhumbline.faces.api.moments import SCHEMA as MOMENT_SCHEMA
from rhumbline.faces.api.moments import Moment, moment_of
from rhumbline.faces.api.names import Names
from rhumbline.faces.api.operations import ORGANISATION, VIA, Call, Operation, Reply, Sent
from rhumbline.faces.api.organisations import Limit
from rhumbline.faces.api.seeing import changes_shown, findings_shown, seen
from rhumbline.faces.api.shapes import COUNT, TEXT, described, list_of, object_of, page_of, refer
from rhumbline.store import chain, reading
from rhumbline.store.actors import Actor
from rhumbline.store.committing import commit, restore, undo
from rhumbline.store.models import Change, Organisation, Record

FAMILY = "changes"
NoteText = Annotated[str, MaxLen(2000)]
# Of a change that wrote more, the list names so many; the change itself names all.
_MOST_ENTRIES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """Edits to write, all of them or none.

    Parameters
    ----------
    edits
        What is to be done, in this order.
    note
        Why, in a sentence for the history.
    """

    edits: object
    note: NoteText = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows to append to a series.

    Parameters
    ----------
    rows
        The rows, in the complete form.
    note
        Why, in a sentence for the history.
    """

    rows: object
    note: NoteText = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why something is done.

    Parameters
    ----------
    note
        Why, in a sentence for the history.
    """

    note: NoteText = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """Back to when.

    Parameters
    ----------
    at
        As it was after this change, at the end of this day (UTC), or at this moment.
    note
        Why, in a sentence for the history.
    """

    at: Moment
    note: NoteText = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByNumber:
    """Parameters of a list in the order of its numbers.

    Parameters
    ----------
    after
        Only those with a higher number: what `next` of the page before says, or the last one you know.
    limit
        How many at most.
    """

    after: Annotated[int, Ge(0), Le(2**63 - 1)] = 0
    limit: Limit = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """Between which two times.

    Parameters
    ----------
    from_
        The earlier one: a change, a day (to its end, UTC) or a moment.
    to
        The later one; by default now.
    """

    from_: Moment
    to: Moment | None = None


# --- writing ----------------------------------------------------------------------------------


def _commit(call: Call) -> Reply:
    done = commit(call.actor, call.body.edits, via=VIA, note=call.body.note)
    return Reply(content=committed(done, call.actor))


def _append(call: Call, kind: str) -> Reply:
    rows = call.body.rows
    # Whatever is no list is one row, and the gate says what is wrong with that.
    listed = rows if isinstance(rows, list) else [rows]
    edits = [{"edit": Action.APPEND.value, "kind": kind, "record": row} for row in listed]
    return Reply(content=committed(commit(call.actor, edits, via=VIA, note=call.body.note), call.actor))


def _undo(call: Call) -> Reply:
    done = undo(call.actor, call.path["seq"], via=VIA, note=call.body.note)
    return Reply(content=committed(done, call.actor))


def _restore(call: Call) -> Reply:
    seq = reading.seq_at(call.actor.organisation, moment_of(call.body.at))
    return Reply(content=committed(restore(call.actor, seq, via=VIA, note=call.body.note), call.actor))


# --- reading ----------------------------------------------------------------------------------


def _list(call: Call) -> Reply:
    limit = call.query.limit
    found = reading.changes(call.actor, call.query.after, limit + 1)
    page = found[:limit]
    items = Told(call.actor, page, _MOST_ENTRIES).documents()
    return Reply(content={"items": items, "next": page[-1].seq if len(found) > limit else None})


def _one(call: Call) -> Reply:
    found = reading.change(call.actor, call.path["seq"])
    return Reply(content=Told(call.actor, [found], None).documents()[0])


def _diff(call: Call) -> Reply:
    before, after = seen(call.actor, call.query.from_, "from"), seen(call.actor, call.query.to, "to")
    headers = call.unless_known(after.tag(before.then.seq))
    # Compared as they are seen, so that nothing hidden can be told from what differs.
    changes = before.book.diff(after.book)
    content = {
        "from": before.then.seq,
        "to": after.then.seq,
        "changes": changes_shown(changes, call.actor.sight, after.now.book),
    }
    return Reply(content=content, headers=headers)


def _audit(call: Call) -> Reply:
    found = chain.verify(Organisation.objects.get(pk=call.actor.organisation))
    content = {
        "holds": found.holds,
        "changes": found.changes,
        "records": found.records,
        "redacted": found.redacted,
        "seq": found.seq,
        "hash": found.hash,
        "findings": findings_shown(found.findings, call.actor.sight),
    }
    return Reply(content=content)


class Told:
    """Changes as a viewer is told of them: who, when, why, and what they wrote.

    Parameters
    ----------
    viewer
        Who is told.
    changes
        Changes of the viewer's organisation whose numbers follow each other.
    most
        Of how many records of one change; None for all.
    """

    def __init__(self, viewer: Actor, changes: Sequence[Change], most: int | None) -> None:
        self.viewer, self.changes, self.most = viewer, changes, most
        self.now: Book = reading.version(viewer.organisation).book
        self.names = Names(viewer)

    def documents(self) -> list[dict[str, Any]]:
        """Return each change as JSON."""
        written = {change.seq: self.entries(change) for change in self.changes}
        wanted = {(seq, *name) for seq, names in written.items() for name in names[: self.most]}
        differences = self.differences(wanted)
        return [
            self.document(change, differences.get(change.seq, ()), len(written[change.seq])) for change in self.changes
        ]

    def document(self, change: Change, differences: Iterable[Difference], count: int) -> dict[str, Any]:
        """Return one change as JSON."""
        personal = self.viewer.sight.personal
        anonymous = change.actor == "anonymous"
        # Whoever knew the minute could find out who was there.
        at = change.at.replace(hour=0, minute=0, second=0, microsecond=0) if anonymous else change.at
        return {
            "seq": change.seq,
            "at": at.isoformat(),
            "action": change.action,
            "actor": self.names.of(change.actor),
            "actor_id": change.actor,
            "via": change.via,
            "note": change.note if personal else "",
            "previous": change.previous,
            "hash": change.hash,
            "book_sha": change.book_sha,
            "entries": changes_shown(differences, self.viewer.sight, self.now),
            "more_entries": max(0, count - self.most) if self.most is not None else 0,
        }

    @staticmethod
    def entries(change: Change) -> list[tuple[str, str, int]]:
        """Return kind, key and row of what a change wrote; of an erasure nothing, since it wrote no version."""
        if change.action == reading.ERASE:
            return []
        found = {(kind, key, row) for kind, key, row, _ in json.loads(change.entries)}
        return sorted(found, key=lambda name: (_ORDER[name[0]], natural(name[1]), name[2]))

    def differences(self, wanted: set[tuple[int, str, str, int]]) -> Mapping[int, list[Difference]]:
        """Return by change what became another, of these records and rows."""
        if not wanted:
            return {}
        first, last = min(wanted)[0], max(wanted)[0]
        rows = Record.objects.filter(
            Q(since_seq__range=(first, last)) | Q(until_seq__range=(first, last)),
            organisation=self.viewer.organisation,
        )
        before: dict[tuple[int, str, str, int], Any] = {}
        after: dict[tuple[int, str, str, int], Any] = {}
        for row in rows.order_by("pk").iterator(chunk_size=2000):
            name = (row.kind, row.key, row.row)
            if (row.since_seq, *name) in wanted:
                after[row.since_seq, *name] = _revived(row)
            if row.until_seq is not None and (row.until_seq, *name) in wanted:
                before[row.until_seq, *name] = _revived(row)
        found: dict[int, list[Difference]] = {}
        for one in sorted(wanted):
            if one in before or one in after:
                difference = Difference(one[1], one[2], before.get(one), after.get(one))
                found.setdefault(one[0], []).append(difference)
        return found


_ORDER = {kind: number for number, kind in enumerate(KINDS)}


def _revived(row: Record) -> Any:
    return revive(row.kind, row.key, row.schema, row.body, row.personal)


# --- the contract -----------------------------------------------------------------------------


def sent_of(wishes: type[Any], example: Any, *, optional: bool = False, **members: Schema) -> Sent:
    """Return what a body is that is read into wishes.

    Parameters
    ----------
    wishes
        The dataclass.
    example
        A body that works.
    optional
        Whether there may be no body at all.
    members
        Schemas of what somebody else reads.
    """
    schema = wishes_schema(wishes)
    texts = {name: one.get("description", "") for name, one in schema["properties"].items()}
    schema["properties"] |= {name: described(one, texts[name]) for name, one in members.items()}
    return Sent(schema=schema, example=example, wishes=wishes, optional=optional)


EDITS: Schema = {**list_of(refer("Edit")), "minItems": 1, "maxItems": MOST_EDITS}
_EDITS_EXAMPLE = [
    {"edit": "put", "kind": "kpi", "record": {"key": "kpi-1", "name": "Example", "unit": "%", "target": 90}},
    {"edit": "append", "kind": "measurement", "record": {"kpi": "kpi-1", "at": "2026-11-20", "value": 85}},
]
_CHANGE = object_of(
    {
        "actor": described(TEXT, "Who did it: a name, where you may see names."),
        "actor_id": described(TEXT, "Who did it, without a name, such as user:12 or anonymous."),
        "entries": list_of(refer("Difference"), "What became another, by kind and key."),
        "more_entries": described(COUNT, "How many more records it wrote; get the change by its number for all."),
    }
)

SCHEMAS: Mapping[str, Schema] = {
    "ChangeWithEntries": {"allOf": [refer("Change"), _CHANGE]},
    "Differences": object_of(
        {
            "from": described(COUNT, "The earlier change."),
            "to": described(COUNT, "The later change."),
            "changes": list_of(refer("Difference"), "What differs, by kind and key."),
        }
    ),
    "Audit": object_of(
        {
            "holds": {"type": "boolean", "description": "Whether everything agrees."},
            "changes": described(COUNT, "How many changes were looked at."),
            "records": described(COUNT, "How many versions of records and rows were looked at."),
            "redacted": described(COUNT, "How many of them an erasure has rewritten."),
            "seq": described(COUNT, "The last change."),
            "hash": described(TEXT, "Its hash: write it down elsewhere, and nobody can cut the history off unnoticed."),
            "findings": list_of(refer("Finding"), "What does not agree, the first one first."),
        },
        "Whether the history is what it was when it was written.",
    ),
}


def _series(kind: str) -> Operation:
    def append(call: Call) -> Reply:
        return _append(call, kind)

    rows: Schema = {**list_of(refer(component_of(kind))), "minItems": 1, "maxItems": MOST_EDITS}
    return Operation(
        method="POST",
        path=f"{ORGANISATION}/series/{kind}",
        name=f"append_{KINDS[kind].plural}",
        family="records",
        about=f"Append {KINDS[kind].plural.replace('_', ' ')} to their series, all of them or none.",
        answer=append,
        verb=Verb.WRITE,
        kind=kind,
        sent=sent_of(Rows, {"rows": record_schema(kind)["examples"]}, rows=rows),
        reply=refer("Committed"),
        keeps=True,
    )


def _operations() -> Iterator[Operation]:
    place = f"{ORGANISATION}/changes"
    yield Operation(
        method="POST",
        path=place,
        name="commit",
        family=FAMILY,
        about="Write a set of edits: all of them, or none and the reasons.",
        more="An edit that says which version it `expected` is merged with what others changed since; a field that "
        "both sides changed to different values is a conflict.",
        answer=_commit,
        verb=Verb.WRITE,
        sent=sent_of(Edits, {"edits": _EDITS_EXAMPLE, "note": "First numbers"}, edits=EDITS),
        reply=refer("Committed"),
        problems=("conflict",),
        keeps=True,
    )
    yield Operation(
        method="GET",
        path=place,
        name="list_changes",
        family=FAMILY,
        about="List the changes of the Book, the oldest first.",
        more="Ask again with the last number you know as `after` to learn what is new.",
        answer=_list,
        verb=Verb.READ,
        query=ByNumber,
        reply=page_of(refer("ChangeWithEntries"), COUNT),
    )
    yield Operation(
        method="GET",
        path=f"{place}/{{int:seq}}",
        name="get_change",
        family=FAMILY,
        about="Get one change with everything that it wrote, before and after.",
        answer=_one,
        verb=Verb.READ,
        reply=refer("ChangeWithEntries"),
    )
    yield Operation(
        method="POST",
        path=f"{place}/{{int:seq}}/undo",
        name="undo",
        family=FAMILY,
        about="Take one change back, as a change of its own.",
        answer=_undo,
        verb=Verb.UNDO,
        sent=sent_of(Why, {"note": "It was a mistake"}, optional=True),
        reply=refer("Committed"),
        problems=("conflict",),
        keeps=True,
    )
    yield Operation(
        method="POST",
        path=f"{ORGANISATION}/restore",
        name="restore",
        family=FAMILY,
        about="Let the Book become what it was, as a change of its own; nothing of the history goes.",
        answer=_restore,
        verb=Verb.UNDO,
        sent=sent_of(Back, {"at": 1, "note": "As it was at first"}, at=MOMENT_SCHEMA),
        reply=refer("Committed"),
        problems=("conflict",),
        keeps=True,
    )
    yield Operation(
        method="GET",
        path=f"{ORGANISATION}/diff",
        name="get_diff",
        family=FAMILY,
        about="Say what differs between the Book at one time and at another.",
        answer=_diff,
        verb=Verb.READ,
        query=Between,
        reply=refer("Differences"),
        conditional=("If-None-Match",),
    )
    yield Operation(
        method="GET",
        path=f"{ORGANISATION}/audit",
        name="audit",
        family=FAMILY,
        about="Compute the whole chain of changes again, and say whether everything agrees with it.",
        answer=_audit,
        verb=Verb.AUDIT,
        reply=refer("Audit"),
    )
    for kind in KINDS.values():
        if kind.series and kind.name not in SPOKEN:
            yield _series(kind.name)


OPERATIONS = tuple(_operations())

__all__ = ["EDITS", "OPERATIONS", "SCHEMAS", "ByNumber", "NoteText", "Told", "Why", "sent_of"]
