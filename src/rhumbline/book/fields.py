"""What a record's annotations say, read once per class: the source of gate, files, digests and documentation."""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from rhumbline.book.types import FrozenMap, KeysReferTo, Personal, RefersTo, Unit


class Container(StrEnum):
    """How many values a field or a part of it holds."""

    ONE = "one"
    LIST = "list"
    MAP = "map"


@dataclass(frozen=True, slots=True)
class Part:
    """One level of a field's annotation: a single value, a list of parts or a map to parts.

    Parameters
    ----------
    container
        Whether this is one value, a list or a map keyed by text.
    types
        For one value: the Python types it may have (``float``, ``Decimal``, an enumeration...).
    marks
        The bounds, units and references that were annotated here.
    inner
        For a list or a map: what it holds.
    """

    container: Container
    types: tuple[type[Any], ...] = ()
    marks: tuple[Any, ...] = ()
    inner: Part | None = None

    def mark(self, cls: type[Any]) -> Any:
        """Return the first mark of a class, or None."""
        return next((mark for mark in self.marks if isinstance(mark, cls)), None)


@dataclass(frozen=True, slots=True)
class FieldOf:
    """One field of a record: its name, its shape, and what it is when nobody gives it."""

    name: str
    part: Part
    optional: bool
    default: Any

    @property
    def required(self) -> bool:
        """Whether a record cannot be without it."""
        return self.default is dataclasses.MISSING

    @property
    def personal(self) -> bool:
        """Whether it names a person or is free text by one."""
        return Personal in self.part.marks

    @property
    def refers(self) -> str | None:
        """The kind of record this field's value, items or keys point at."""
        part: Part | None = self.part
        while part is not None:
            mark = part.mark(RefersTo) or part.mark(KeysReferTo)
            if mark is not None:
                return str(mark.kind)
            part = part.inner
        return None

    @property
    def unit(self) -> str:
        """The unit of the number this field holds, or nothing."""
        part: Part | None = self.part
        while part is not None:
            mark = part.mark(Unit)
            if mark is not None:
                return str(mark.name)
            part = part.inner
        return ""


def _part(annotation: Any, marks: tuple[Any, ...] = ()) -> tuple[Part, bool]:
    """Translate an annotation into a Part; also say whether None is allowed."""
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        inner, *more = typing.get_args(annotation)
        return _part(inner, (*marks, *more))
    if origin in (typing.Union, types.UnionType):
        members = [member for member in typing.get_args(annotation) if member is not type(None)]
        optional = len(members) < len(typing.get_args(annotation))
        parts = [_part(member, marks)[0] for member in members]
        if len(parts) == 1:
            return parts[0], optional
        types_of_all = tuple(kind for part in parts for kind in part.types)
        marks_of_all = tuple(dict.fromkeys(mark for part in parts for mark in part.marks))
        return Part(Container.ONE, types_of_all, marks_of_all), optional
    if origin is tuple:
        return Part(Container.LIST, (), marks, _part(typing.get_args(annotation)[0])[0]), False
    if origin is FrozenMap:
        return Part(Container.MAP, (), marks, _part(typing.get_args(annotation)[0])[0]), False
    return Part(Container.ONE, (annotation,), marks), False


def part_of(annotation: Any) -> Part:
    """Return the shape that an annotation describes, whether or not it may be None.

    Parameters
    ----------
    annotation
        Of a field of any dataclass, with its marks.
    """
    return _part(annotation)[0]


_READ: dict[type[Any], tuple[FieldOf, ...]] = {}


def fields_of(record: type[Any]) -> tuple[FieldOf, ...]:
    """Return what the annotations of a record class say, field by field, in their order.

    Parameters
    ----------
    record
        One of the record dataclasses.
    """
    if record not in _READ:
        hints = typing.get_type_hints(record, include_extras=True)
        _READ[record] = tuple(_field(field, hints[field.name]) for field in dataclasses.fields(record))
    return _READ[record]


def _field(field: dataclasses.Field[Any], annotation: Any) -> FieldOf:
    part, optional = _part(annotation)
    default = field.default
    if field.default_factory is not dataclasses.MISSING:
        default = field.default_factory()
    return FieldOf(field.name, part, optional, default)
