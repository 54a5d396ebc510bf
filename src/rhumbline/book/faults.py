"""A Fault is one breach of integrity, told of a record and not yet of a place; and the references records make."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from rhumbline.book.fields import Container, Part, fields_of
from rhumbline.book.findings import Finding
from rhumbline.book.records import KIND_OF_RECORD, KINDS
from rhumbline.book.types import FrozenMap, KeysReferTo, RefersTo, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One breach of a rule: whose it is, what is wrong, and which records it makes unusable.

    Parameters
    ----------
    record, field
        The record and the field it is about.
    code, message, remedy, severity, numbers
        As in a Finding.
    holds_out
        The records an error makes unusable; by default the record itself.
    target
        The kind and key a reference points at, where the breach is a reference.
    """

    record: Any
    field: str
    code: str
    message: str
    remedy: str
    severity: Severity = Severity.ERROR
    numbers: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    holds_out: tuple[Any, ...] = ()
    target: tuple[str, str] = ("", "")

    def finding(self, where: str) -> Finding:
        """Return the finding this breach is, at the place the caller knows."""
        kind = KIND_OF_RECORD[type(self.record)]
        return Finding(
            code=self.code,
            where=where,
            message=self.message,
            remedy=self.remedy,
            severity=self.severity,
            kind=kind,
            key=key_of(self.record),
            numbers=FrozenMap({**self.numbers, "field": self.field}),
        )

    @property
    def unusable(self) -> tuple[Any, ...]:
        """The records that must be left out because of this breach."""
        if self.severity is not Severity.ERROR:
            return ()
        return self.holds_out or (self.record,)


def key_of(record: Any) -> str:
    """Return the key of a record; for a series row the key of the record whose series it is."""
    kind = KINDS[KIND_OF_RECORD[type(record)]]
    return str(getattr(record, kind.owner if kind.series else "key"))


def words_of(kind: str) -> str:
    """Return the name of a kind as a sentence needs it."""
    return {"kpi": "KPI"}.get(kind, kind.replace("_", " "))


def plain_where(record: Any, name: str) -> str:
    """Return the place of a field of a record, for a Book that came from no file."""
    return f"{KINDS[KIND_OF_RECORD[type(record)]].plural} {key_of(record)}, {name}"


# --- references -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reference:
    """One key in a record that points at another record; ``words`` say where it stands."""

    field: str
    words: str
    kinds: tuple[str, ...]
    key: str


def references_of(record: Any) -> list[Reference]:
    """Return every reference a record makes, read from the annotations of its class.

    Parameters
    ----------
    record
        A record or a series row.
    """
    found = []
    for name, kinds, container in _pointing_fields(type(record)):
        value = getattr(record, name)
        if value is None:
            continue
        if container is Container.ONE:
            found.append(Reference(name, name, kinds, value))
        else:
            found += [Reference(name, name, kinds, key) for key in value]
    return found


@cache
def kinds_that_name(kind: str) -> tuple[str, ...]:
    """Return the kinds of record that can refer to one of a kind.

    Parameters
    ----------
    kind
        The name of a kind.
    """
    return tuple(
        name
        for name, description in KINDS.items()
        if any(kind in kinds for _, kinds, _ in _pointing_fields(description.record))
    )


_Pointing = tuple[tuple[str, tuple[str, ...], Container], ...]
_POINTING: dict[type[Any], _Pointing] = {}


def _pointing_fields(record: type[Any]) -> _Pointing:
    """Return the fields of a record class that hold keys: name, kinds they may point at, container."""
    if record in _POINTING:
        return _POINTING[record]
    pointing = []
    for described in fields_of(record):
        kind = _target(described.part)
        if kind is not None:
            pointing.append((described.name, tuple(kind.split(" or ")), described.part.container))
    _POINTING[record] = tuple(pointing)
    return _POINTING[record]


def _target(part: Part) -> str | None:
    if part.container is Container.MAP:
        keys = part.mark(KeysReferTo)
        return None if keys is None else str(keys.kind)
    inner = part.inner if part.inner is not None else part
    reference = inner.mark(RefersTo)
    return None if reference is None else str(reference.kind)
