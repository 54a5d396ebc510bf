"""Raw edits to edits: whether each says what is to be done, to which record, and with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from annotated_types import Ge, Le

from rhumbline.book.faults import words_of
from rhumbline.book.fields import Container, Part, fields_of
from rhumbline.book.findings import Finding
from rhumbline.book.records import KINDS
from rhumbline.book.types import KEY_SHAPE, FrozenMap
from rhumbline.exchange.gate import NOWHERE, key_of, read_record
from rhumbline.exchange.raw import Place, Refused, did_you_mean, mark_at, measure, nearest, refused, show
from rhumbline.exchange.values import BadValue, Notice, Reader, reader_of

MOST_EDITS = 20_000


class Action(StrEnum):
    """What an edit does to a record: put the whole, set some fields, remove it, or append a row to a series."""

    PUT = "put"
    SET = "set"
    REMOVE = "remove"
    APPEND = "append"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change somebody wants, before the gate has seen what it says.

    Parameters
    ----------
    action
        What is to be done.
    kind, key
        To which record; of an appended row the key of the record whose series it belongs to. The key of what is to be
        put or appended is empty where the raw data states none.
    raw
        The whole record or row in the complete form, or the fields to set; nothing for ``remove``.
    expected
        The version the author saw (the number of the change that wrote it), 0 for "there was none"; None if unsaid.
    place
        Where the edit stands, for findings about it.
    """

    action: Action
    kind: str
    key: str
    raw: Mapping[Any, Any] = field(default_factory=dict)
    expected: int | None = None
    place: Place = NOWHERE


_MEMBERS = {
    Action.PUT: ("edit", "kind", "key", "record", "expected"),
    Action.SET: ("edit", "kind", "key", "fields", "expected"),
    Action.REMOVE: ("edit", "kind", "key", "expected"),
    Action.APPEND: ("edit", "kind", "record"),
}
_EXAMPLES = {
    Action.PUT: '{"edit": "put", "kind": "kpi", "record": {"key": "k1", ...}}',
    Action.SET: '{"edit": "set", "kind": "kpi", "key": "k1", "fields": {"target": 10}}',
    Action.REMOVE: '{"edit": "remove", "kind": "kpi", "key": "k1"}',
    Action.APPEND: '{"edit": "append", "kind": "measurement", "record": {"kpi": "k1", "value": 12}}',
}


# The same readers as for the fields of records, so that a bad value has the same code here as there.
_KIND_NAMES: Any = StrEnum("_KIND_NAMES", {name: name for name in KINDS})  # type: ignore[misc] # known when this runs
_read_kind_name = reader_of(Part(Container.ONE, (_KIND_NAMES,)))


def _read_kind(value: Any, notices: list[Notice]) -> Any:
    return _read_kind_name(value, notices).value


_READERS: dict[str, Reader] = {
    "edit": reader_of(Part(Container.ONE, (Action,))),
    "kind": _read_kind,
    "key": reader_of(Part(Container.ONE, (str,), (KEY_SHAPE,))),
    "expected": reader_of(Part(Container.ONE, (int,), (Ge(0), Le(2**63 - 1)))),
}


def read_edits(raw: Any) -> tuple[tuple[Edit, ...], tuple[Finding, ...]]:
    """Return the edits that raw data describes, and what is wrong with those it cannot describe.

    Parameters
    ----------
    raw
        A list of mappings, as JSON gives it.

    Returns
    -------
    tuple
        The edits whose shape is right, in their order; and a finding of severity error for each other one. Where
        there is a finding, nothing should be applied.
    """
    try:
        measure(raw)
        _refuse_no_edits(raw)
    except Refused as refusal:
        return (), (refusal.finding,)
    edits: list[Edit] = []
    findings: list[Finding] = []
    for index, one in enumerate(raw):
        try:
            edits.append(_RawEdit(one, Place(f"edit {index + 1}", mark_at(raw, index))).edit())
        except Refused as refusal:
            findings.append(refusal.finding)
    return tuple(edits), tuple(findings)


def _refuse_no_edits(raw: Any) -> None:
    if not isinstance(raw, (list, tuple)):
        raise refused(
            "wrong-type",
            "edits",
            f"Edits must be a list, but this is {show(raw)}.",
            f"Put them in square brackets: [{_EXAMPLES[Action.REMOVE]}].",
            value=show(raw),
        )
    if len(raw) > MOST_EDITS:
        raise refused(
            "too-big",
            "edits",
            f"There are {len(raw):,} edits, and at most {MOST_EDITS:,} are taken at once.",
            "Send them in several parts.",
            value=len(raw),
            most=MOST_EDITS,
        )


def default_key(kind: str) -> str:
    """Return the key a record of a kind has when none is stated, or nothing; only what there is one of has such a key.

    Parameters
    ----------
    kind
        The name of a kind that is no series.
    """
    default = next(field.default for field in fields_of(KINDS[kind].record) if field.name == "key")
    return default if isinstance(default, str) else ""


class _RawEdit:
    """One raw edit on its way to become an edit."""

    def __init__(self, raw: Any, place: Place) -> None:
        if not isinstance(raw, Mapping):
            raise refused(
                "wrong-type",
                place,
                f"An edit must be a mapping of names to values, but this is {show(raw)}.",
                f"Write for example {_EXAMPLES[Action.PUT]}.",
                value=show(raw),
            )
        self.raw, self.place = raw, place
        self.action, self.kind, self.key = Action.PUT, "", ""

    def edit(self) -> Edit:
        """Read everything, or refuse the edit."""
        self.action = self.member("edit")
        self.kind = self.member("kind")
        self.refuse_series()
        self.refuse_unknown()
        self.key = self.member("key")
        expected = self.member("expected")
        content: Mapping[Any, Any] = {}
        if self.action is not Action.REMOVE:
            content = self.content("fields" if self.action is Action.SET else "record")
            self.key = self.key_with(content)
        return Edit(
            action=self.action, kind=self.kind, key=self.key, raw=content, expected=expected, place=self.inside()
        )

    def inside(self) -> Place:
        """Return the place of the record that the edit is about."""
        name = {Action.SET: "fields", Action.REMOVE: "key"}.get(self.action, "record")
        return self.place.within(f"{KINDS[self.kind].plural} {self.key}".strip(), mark_at(self.raw, name))

    def content(self, name: str) -> Mapping[Any, Any]:
        """Return the record or the fields the edit states."""
        content = self.raw.get(name)
        if content is None:
            raise self.missing(name)
        if not isinstance(content, Mapping):
            # The gate says what a record must be, at every entrance in the same words.
            raise Refused(read_record(self.kind, content, self.inside())[1][0])
        return content

    def member(self, name: str) -> Any:
        """Return a word of the edit itself."""
        value = self.raw.get(name)
        if value is None or (value == "" and name != "expected"):
            if name == "expected":
                return None
            if name == "key":
                return self.key_unsaid()
            raise self.missing(name)
        try:
            return _READERS[name](value, [])
        except BadValue as bad:
            raise self.refused(bad.code, name, f"{name} {bad.says}", bad.remedy, **bad.numbers) from None

    def key_unsaid(self) -> str:
        """Return the key where none is stated beside the record: the record says it, or there is only one."""
        if self.action in (Action.PUT, Action.APPEND):
            return ""
        if key := default_key(self.kind):
            return key
        raise self.missing("key")

    def key_with(self, content: Mapping[Any, Any]) -> str:
        """Return the key together with what the record states; a key beside the record must say the same."""
        if self.action is Action.APPEND:
            return key_of({"key": content.get(KINDS[self.kind].owner)})
        name = "id" if content.get("key") is None else "key"
        if content.get(name) in (None, ""):
            # Where there is none at all, the gate says that it is missing.
            return self.key or default_key(self.kind)
        inside = key_of(content)
        if self.key in ("", inside):
            return inside
        raise self.refused(
            "not-allowed",
            "key",
            f"{name} is {show(content[name])}, but the edit is about {self.key}, and a record never changes its key.",
            f"Write {self.key} or leave it out; to give a record another key, put a new one and remove the old one.",
            self.inside().field(content, name),
            value=show(content[name]),
            choices=self.key,
            near=self.key,
        )

    def refuse_series(self) -> None:
        """Rows of a series are only appended, and nothing else is."""
        series = KINDS[self.kind].series
        if series == (self.action is Action.APPEND):
            return
        words = words_of(self.kind)
        raise self.refused(
            "not-allowed",
            "edit",
            f"edit is '{self.action}', but "
            + (f"{words} is a series, whose rows can only be appended." if series else f"{words} is not a series."),
            "Append a row that corrects it." if series else "Write 'put' to add a record, or to replace it.",
            value=show(self.action.value),
            choices=", ".join([Action.APPEND] if series else [Action.PUT, Action.SET, Action.REMOVE]),
            near="",
        )

    def refuse_unknown(self) -> None:
        """A word that is not known may be a misspelled condition: an edit that is not understood is not carried out."""
        known = _MEMBERS[self.action]
        for name in self.raw:
            if name in known:
                continue
            near = nearest(name, known) if isinstance(name, str) else None
            raise self.refused(
                "unknown-field",
                "",
                f"An edit of the sort '{self.action}' has no {show(name)}.{did_you_mean(near)}",
                f"Write '{near}' if that is meant; else remove it." if near else f"Write {_EXAMPLES[self.action]}.",
                self.place.within("", mark_at(self.raw, name)),
                value=show(name),
                near=near or "",
            )

    def missing(self, name: str) -> Refused:
        """Return the refusal of an edit that lacks a word."""
        return self.refused(
            "missing-value",
            name,
            f"{name} is missing, and an edit cannot be without it.",
            f"Write for example {_EXAMPLES[self.action]}.",
        )

    def refused(
        self, code: str, name: str, message: str, remedy: str, place: Place | None = None, **numbers: Any
    ) -> Refused:
        """Return the refusal of this edit because of one of its words."""
        return Refused(
            Finding(
                code=code,
                where=str(place or self.place.field(self.raw, name)),
                message=message,
                remedy=remedy,
                kind=self.kind,
                key=self.key,
                numbers=FrozenMap({**numbers, **({"field": name} if name else {})}),
            )
        )


__all__ = ["MOST_EDITS", "Action", "Edit", "default_key", "read_edits"]
