"""Raw edits to edits: whether each says what is to be done, to which record, and with what."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from annotated_types import Ge, Le

from rhumbline.book.faults import words_of
from rhumbline.book.fields import Container, Part
from rhumbline.book.findings import Finding
from rhumbline.book.records import KINDS
from rhumbline.book.types import FrozenMap
from rhumbline.exchange.gate import NOWHERE, key_of, read_record
from rhumbline.exchange.raw import Place, Refused, did_you_mean, mark_at, measure, nearest, show
from rhumbline.exchange.values import BadValue, reader_of

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
_FORMS = {
    Action.PUT: '{"edit": "put", "kind": "kpi", "record": {"key": "k1", ...}}',
    Action.SET: '{"edit": "set", "kind": "kpi", "key": "k1", "fields": {"target": 10}}',
    Action.REMOVE: '{"edit": "remove", "kind": "kpi", "key": "k1"}',
    Action.APPEND: '{"edit": "append", "kind": "measurement", "record": {"kpi": "k1", "value": 12}}',
}
_read_version = reader_of(Part(Container.ONE, (int,), (Ge(0), Le(2**63 - 1))))


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
    except Refused as refusal:
        return (), (refusal.finding,)
    if not isinstance(raw, (list, tuple)):
        return (), (
            _finding(
                "wrong-type",
                Place("edits"),
                f"Edits must be a list, but this is {show(raw)}.",
                f"Put them in square brackets: [{_FORMS[Action.REMOVE]}].",
                value=show(raw),
            ),
        )
    if len(raw) > MOST_EDITS:
        return (), (
            _finding(
                "too-big",
                Place("edits"),
                f"There are {len(raw):,} edits, and at most {MOST_EDITS:,} are taken at once.",
                "Send them in several parts.",
                value=len(raw),
                most=MOST_EDITS,
            ),
        )
    edits, findings = [], []
    for index, one in enumerate(raw):
        try:
            edits.append(_edit(one, Place(f"edit {index + 1}", mark_at(raw, index))))
        except _Wrong as wrong:
            findings.append(wrong.finding)
    return tuple(edits), tuple(findings)


class _Wrong(Exception):
    """One edit that cannot be carried out as it stands."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


def _finding(
    code: str, place: Place, message: str, remedy: str, *, kind: str = "", key: str = "", **values: Any
) -> Finding:
    return Finding(
        code=code,
        where=str(place),
        message=message,
        remedy=remedy,
        kind=kind,
        key=key,
        numbers=FrozenMap(values),
    )


def _edit(raw: Any, place: Place) -> Edit:
    if not isinstance(raw, Mapping):
        raise _Wrong(
            _finding(
                "wrong-type",
                place,
                f"An edit must be a mapping of names to values, but this is {show(raw)}.",
                f"Write for example {_FORMS[Action.PUT]}.",
                value=show(raw),
            )
        )
    action = Action(_one_of("edit", raw, list(Action), place))
    kind = _one_of("kind", raw, list(KINDS), place)
    edit = Edit(action=action, kind=kind, key="", place=place)
    _refuse_series(edit)
    _refuse_unknown(raw, edit)
    key = _key(raw, edit)
    edit = dataclasses.replace(edit, key=key, expected=_expected(raw, edit))
    if action is Action.REMOVE:
        return edit
    name = "fields" if action is Action.SET else "record"
    content = raw.get(name)
    if content is None:
        raise _missing(name, edit)
    inner = place.within(f"{KINDS[kind].plural} {key}".strip(), mark_at(raw, name))
    if not isinstance(content, Mapping):
        # The gate says what a record must be, at every entrance in the same words.
        raise _Wrong(read_record(kind, content, inner)[1][0])
    return dataclasses.replace(_stated(edit, content), raw=content, place=inner)


def _one_of(name: str, raw: Mapping[Any, Any], known: list[str], place: Place) -> str:
    """Return a word that must be one of those known."""
    value = raw.get(name)
    at = place.within(name, mark_at(raw, name))
    if value is None or value == "":
        raise _Wrong(
            _finding(
                "missing-value",
                at,
                f"{name} is missing, and an edit cannot be without it.",
                f"Write for example {_FORMS[Action.PUT]}.",
                field=name,
            )
        )
    if isinstance(value, str) and value in known:
        return value
    near = nearest(value, known) if isinstance(value, str) else None
    listed = ", ".join(known)
    raise _Wrong(
        _finding(
            "not-allowed",
            at,
            f"{name} is {show(value)}, but must be one of: {listed}.{did_you_mean(near)}",
            f"Write {near}." if near else "Write one of these words.",
            field=name,
            value=show(value),
            choices=listed,
            near=near or "",
        )
    )


def _refuse_series(edit: Edit) -> None:
    """Rows of a series are only appended, and nothing else is."""
    series = KINDS[edit.kind].series
    if series == (edit.action is Action.APPEND):
        return
    rows = f"{words_of(edit.kind)} is a series, and rows of a series can only be appended"
    record = f"{words_of(edit.kind)} is no series, so nothing can be appended to it"
    allowed = [Action.APPEND] if series else [Action.PUT, Action.SET, Action.REMOVE]
    raise _Wrong(
        _finding(
            "not-allowed",
            edit.place.within("edit"),
            f"edit is '{edit.action}', but {rows if series else record}.",
            "Append a row that corrects it." if series else "Write 'put' to add a record, or to replace it.",
            kind=edit.kind,
            field="edit",
            value=show(edit.action.value),
            choices=", ".join(allowed),
            near="",
        )
    )


def _refuse_unknown(raw: Mapping[Any, Any], edit: Edit) -> None:
    """A word that is not known may be a misspelled condition: an edit that is not understood is not carried out."""
    known = _MEMBERS[edit.action]
    for name in raw:
        if name in known:
            continue
        near = nearest(name, known) if isinstance(name, str) else None
        raise _Wrong(
            _finding(
                "unknown-field",
                edit.place.within("", mark_at(raw, name)),
                f"An edit of the sort '{edit.action}' has no {show(name)}.{did_you_mean(near)}",
                f"Write '{near}' if that is meant; else remove it." if near else f"Write {_FORMS[edit.action]}.",
                kind=edit.kind,
                value=show(name),
                near=near or "",
            )
        )


def _missing(name: str, edit: Edit) -> _Wrong:
    return _Wrong(
        _finding(
            "missing-value",
            edit.place.within(name),
            f"{name} is missing, and an edit of the sort '{edit.action}' cannot be without it.",
            f"Write for example {_FORMS[edit.action]}.",
            kind=edit.kind,
            key=edit.key,
            field=name,
        )
    )


def _key(raw: Mapping[Any, Any], edit: Edit) -> str:
    """Return the key an edit states beside the record, or nothing where it may leave that to the record."""
    stated = raw.get("key")
    if stated is None or stated == "":
        if edit.action in (Action.PUT, Action.APPEND):
            return ""
        if default := default_key(edit.kind):
            return default
        raise _missing("key", edit)
    key = key_of({"key": stated})
    if key:
        return key
    is_text = isinstance(stated, str)
    raise _Wrong(
        _finding(
            "malformed" if is_text else "wrong-type",
            edit.place.within("key", mark_at(raw, "key")),
            f"key is {show(stated)}, which cannot be the key of a record.",
            "Write the key of a record, such as x1.",
            kind=edit.kind,
            field="key",
            value=show(stated),
        )
    )


def default_key(kind: str) -> str:
    """Return the key a record of a kind has when none is stated; only kinds of which there is one have such a key.

    Parameters
    ----------
    kind
        The name of a kind that is no series.
    """
    default = KINDS[kind].record.__dataclass_fields__["key"].default
    return default if isinstance(default, str) else ""


def _expected(raw: Mapping[Any, Any], edit: Edit) -> int | None:
    stated = raw.get("expected")
    if stated is None:
        return None
    try:
        return int(_read_version(stated, []))
    except BadValue as bad:
        raise _Wrong(
            _finding(
                bad.code,
                edit.place.within("expected", mark_at(raw, "expected")),
                f"expected {bad.says}",
                "Write the version of the record you saw, 0 if there was none, or leave it out.",
                kind=edit.kind,
                key=edit.key,
                **{**bad.numbers, "field": "expected"},
            )
        ) from None


def _stated(edit: Edit, content: Mapping[Any, Any]) -> Edit:
    """Return an edit with the key its record states; a key beside the record must say the same."""
    if edit.action is Action.APPEND:
        return dataclasses.replace(edit, key=key_of({"key": content.get(KINDS[edit.kind].owner)}))
    name = "id" if content.get("key") is None else "key"
    if content.get(name) in (None, ""):
        # Without a key beside it, the gate says that it is missing.
        return edit if edit.key else dataclasses.replace(edit, key=default_key(edit.kind))
    inside = key_of(content)
    if not edit.key or edit.key == inside:
        return dataclasses.replace(edit, key=inside)
    raise _Wrong(
        _finding(
            "not-allowed",
            edit.place.within(name, mark_at(content, name)),
            f"{name} is {show(content[name])}, but the edit is about {edit.key}, and a record never changes its key.",
            f"Write {edit.key} or leave it out; to give a record another key, put a new one and remove the old one.",
            kind=edit.kind,
            key=edit.key,
            field="key",
            value=show(content[name]),
            choices=edit.key,
            near=edit.key,
        )
    )
