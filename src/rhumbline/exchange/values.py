"""Values: one raw value to what a field holds, by the bounds and types its annotation declares.

The readers are built once per record class; each takes a raw value and a list of notices, and raises
``BadValue`` on what it cannot accept.
"""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import Any

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen

from rhumbline.book.fields import Container, FieldOf, Part, fields_of
from rhumbline.book.types import KEY_SHAPE, FrozenMap, KeysReferTo, RefersTo, Shape, Unit
from rhumbline.exchange.raw import did_you_mean, nearest, show

KEY = re.compile(KEY_SHAPE.pattern)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about one value that lets it pass."""

    code: str
    says: str
    remedy: str
    numbers: dict[str, Any] = field(default_factory=dict)


class BadValue(Exception):
    """A value that cannot be accepted; ``says`` completes the sentence that begins with the field's name."""

    def __init__(self, code: str, says: str, remedy: str, **values: Any) -> None:
        super().__init__(code)
        self.code, self.says, self.remedy, self.numbers = code, says, remedy, values
        self.steps: list[Any] = []

    def under(self, step: Any) -> BadValue:
        """Say under which key or at which position of a container the value stands."""
        self.steps.insert(0, step)
        return self


Reader = Callable[[Any, list[Notice]], Any]


def bare(name: Any) -> str:
    shown = show(name)
    return shown[1:-1] if isinstance(name, str) else shown


# --- readers, built once per record class -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class FieldReader:
    """How one field of a record class is read."""

    name: str
    required: bool
    keeps_empty: bool
    read: Reader

    def absent(self, value: Any) -> bool:
        """Whether a value counts as missing: nothing, an empty text, list or mapping."""
        if value is None:
            return True
        if isinstance(value, str):
            return not value or value.isspace()
        return isinstance(value, (Mapping, list, tuple)) and not value and not self.keeps_empty


_BUILT: dict[type[Any], dict[str, FieldReader]] = {}


def readers_of(record: type[Any]) -> dict[str, FieldReader]:
    """Return the readers of a record class by field name."""
    if record not in _BUILT:
        _BUILT[record] = {item.name: _field_reader(item) for item in fields_of(record)}
    return _BUILT[record]


def _field_reader(described: FieldOf) -> FieldReader:
    # Where None is a value of its own, an empty list or map says something else than a missing one.
    keeps_empty = described.optional and described.part.container is not Container.ONE
    return FieldReader(described.name, described.required, keeps_empty, reader_of(described.part))


def reader_of(part: Part) -> Reader:
    """Return the function that reads values of one shape; it raises ``BadValue`` on what it cannot accept.

    Parameters
    ----------
    part
        The shape, from the annotations of a record class.
    """
    if part.container is Container.LIST:
        return _list_reader(part)
    if part.container is Container.MAP:
        return _map_reader(part)
    rest = tuple(kind for kind in part.types if kind is not bool)
    if not rest:
        return _read_bool
    one = _single_reader(rest[0], part)
    if len(rest) == len(part.types):
        return one
    return lambda value, notices: value if isinstance(value, bool) else one(value, notices)


def _single_reader(kind: type[Any], part: Part) -> Reader:
    if issubclass(kind, StrEnum):
        return _choice_reader(kind)
    if kind is str:
        return _text_reader(part)
    if kind is date:
        return _date_reader(part)
    if kind is int:
        return _whole_reader(part)
    return _number_reader(part, exact=kind is Decimal)


def _list_reader(part: Part) -> Reader:
    assert part.inner is not None  # noqa: S101 - a list always says what it holds
    read = reader_of(part.inner)
    is_set = part.inner.mark(RefersTo) is not None or any(issubclass(kind, StrEnum) for kind in part.inner.types)

    def read_list(value: Any, notices: list[Notice]) -> tuple[Any, ...]:
        if not isinstance(value, (list, tuple)):
            raise BadValue(
                "wrong-type",
                f"must be a list, but this is {show(value)}.",
                f"Put it in square brackets, for example [{bare(value) if not isinstance(value, Mapping) else 'x1'}].",
                value=show(value),
            )
        items = []
        for index, item in enumerate(value):
            try:
                items.append(_item(read, item, notices))
            except BadValue as bad:
                raise bad.under(index) from None
        if is_set and len(set(items)) < len(items):
            notices.append(_repeated(items))
            return tuple(dict.fromkeys(items))
        return tuple(items)

    return read_list


def _item(read: Reader, value: Any, notices: list[Notice]) -> Any:
    if value is None or value == "":
        raise BadValue("missing-value", "is empty.", "Write a value, 0 if that is meant, or remove the comma.")
    return read(value, notices)


def _repeated(items: list[Any]) -> Notice:
    twice = next(item for index, item in enumerate(items) if item in items[:index])
    return Notice(
        "repeated-value",
        f"names {show(str(twice))} more than once; it counts once.",
        "Remove the repetition, or name the other one that was meant.",
        {"value": str(twice)},
    )


def _map_reader(part: Part) -> Reader:
    assert part.inner is not None  # noqa: S101 - a map always says what it holds
    read = reader_of(part.inner)
    keys_are_references = part.mark(KeysReferTo) is not None

    def read_map(value: Any, notices: list[Notice]) -> FrozenMap[Any]:
        if not isinstance(value, Mapping):
            raise BadValue(
                "wrong-type",
                f"must be a mapping of names to values, but this is {show(value)}.",
                "Write {name: value}, for example {x1: 2}.",
                value=show(value),
            )
        items: dict[str, Any] = {}
        for name, item in value.items():
            key = _map_key(name, keys_are_references)
            if key in items:
                raise BadValue("duplicate-field", f"has {show(key)} twice.", "Keep one of the two.", value=key)
            try:
                items[key] = _item(read, item, notices)
            except BadValue as bad:
                raise bad.under(name) from None
        return FrozenMap(items)

    return read_map


def _map_key(name: Any, is_reference: bool) -> str:  # noqa: FBT001 - private
    if isinstance(name, int) and not isinstance(name, bool) and name.bit_length() < 256:
        name = str(name)
    if not isinstance(name, str):
        raise BadValue(
            "wrong-type",
            f"has a name that is not text: {show(name)}.",
            "Put the name in quotes.",
            value=show(name),
        )
    if is_reference and not KEY.fullmatch(name):
        raise BadValue(
            "malformed",
            f"names {show(name)}, which cannot be an id.",
            "Write the id of a record, such as x1.",
            value=show(name),
        )
    _refuse_unprintable(name)
    if _LINE_BREAKS.search(name):
        raise BadValue("malformed", f"has a name of more than one line: {show(name)}.", "Write it on one line.")
    if not name or len(name) > 200:
        raise BadValue(
            "too-long" if name else "malformed",
            f"has a name of {len(name)} characters; it must have 1 to 200.",
            "Use a short name.",
            value=show(name),
            most=200,
        )
    return name


def _read_bool(value: Any, _: list[Notice]) -> bool:
    if isinstance(value, bool):
        return value
    raise BadValue(
        "wrong-type",
        f"must be true or false, but is {show(value)}.",
        "Write true or false, without quotes.",
        value=show(value),
    )


# --- texts ------------------------------------------------------------------------------------

_LINE_BREAKS = re.compile("[\t\n\r\x85\u2028\u2029\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def _refuse_unprintable(text: str) -> None:
    found = _CONTROL.search(text)
    if found:
        raise BadValue(
            "malformed",
            f"contains the control character U+{ord(found.group()):04X}, which no text needs.",
            "Remove it; it often comes from copying out of another program.",
            value=f"U+{ord(found.group()):04X}",
        )


def _text(value: Any) -> str:
    """Return a text; a plain whole number is one too (``id: 12``), but nothing that could have been changed."""
    if isinstance(value, str) and not isinstance(value, StrEnum):
        return value
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() < 1000:
        return str(value)
    raise BadValue(
        "wrong-type",
        f"must be text, but {show(value)} is {_type_words(value)}.",
        'Put it in quotes, for example "yes" or "2026-11-23".',
        value=show(value),
    )


def _type_words(value: Any) -> str:
    if isinstance(value, bool):
        return "a truth value"
    if isinstance(value, date):
        return "a date"
    if isinstance(value, (Mapping, list, tuple)):
        return "not one value"
    return "a number" if isinstance(value, numbers.Number) else "something else"


def _text_reader(part: Part) -> Reader:
    shape, most, least = part.mark(Shape), part.mark(MaxLen), part.mark(MinLen)
    pattern = re.compile(shape.pattern) if shape else None

    def read_text(value: Any, _: list[Notice]) -> str:
        text = _text(value)
        if most is not None and len(text) > most.max_length:
            raise BadValue(
                "too-long",
                f"has {len(text):,} characters, but at most {most.max_length:,} are possible.",
                "Shorten it; nothing is cut off for you.",
                value=show(text),
                length=len(text),
                most=most.max_length,
            )
        _refuse_unprintable(text)
        if least is not None and len(text.strip()) < least.min_length:
            raise BadValue("missing-value", "is empty.", "Write a name.")
        if pattern is not None and not pattern.fullmatch(text):
            raise BadValue(
                "malformed",
                f"is {show(text)}, but must be {shape.says}.",
                f"Write for example {'EUR' if 'capital' in shape.says else 'x1 or north-team'}.",
                value=show(text),
            )
        return text

    return read_text


def _choice_reader(kind: type[StrEnum]) -> Reader:
    choices = {member.value: member for member in kind}
    listed = ", ".join(choices)

    def read_choice(value: Any, _: list[Notice]) -> StrEnum:
        if isinstance(value, (Mapping, list, tuple)):
            raise BadValue(
                "wrong-type", f"must be one of: {listed}.", f"Write one word, for example {next(iter(choices))}."
            )
        found = choices.get(value) if isinstance(value, str) else None
        if found is None:
            near = nearest(value, choices) if isinstance(value, str) else None
            raise BadValue(
                "not-allowed",
                f"is {show(value)}, but must be one of: {listed}.{did_you_mean(near)}",
                f"Write {near}." if near else "Write one of these words.",
                value=show(value),
                choices=listed,
                near=near or "",
            )
        return found

    return read_choice


# --- dates ------------------------------------------------------------------------------------

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def read_date(value: Any) -> date:
    """Return a date given as such or as ISO text."""
    if isinstance(value, datetime):
        if value.time() == time.min:
            return value.date()
    elif isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise BadValue(
            "wrong-type",
            f"must be a date, but is {show(value)}.",
            "Write year-month-day: 2026-11-23.",
            value=show(value),
        )
    if not _ISO.fullmatch(value):
        raise BadValue(
            "malformed",
            f"is {show(value)}, which is not a date written as year-month-day.",
            "Write for example 2026-11-23.",
            value=show(value),
        )
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise BadValue(
            "malformed",
            f"is {show(value)}, a day that is not in the calendar.",
            "Check the day and the month, for example 2026-02-28.",
            value=show(value),
        ) from None


def _date_reader(part: Part) -> Reader:
    least, most = part.mark(Ge), part.mark(Le)

    def read_day(value: Any, _: list[Notice]) -> date:
        day = read_date(value)
        if day < least.ge:
            raise BadValue(
                "too-small",
                f"is {day}, before {least.ge}.",
                "Check the year, for example 2026-11-23.",
                value=day.isoformat(),
                least=least.ge.isoformat(),
            )
        if day > most.le:
            raise BadValue(
                "too-large",
                f"is {day}, after {most.le}.",
                "Check the year, for example 2026-11-23.",
                value=day.isoformat(),
                most=most.le.isoformat(),
            )
        return day

    return read_day


# --- numbers ----------------------------------------------------------------------------------

_NO_NUMBERS = re.compile(r"[-+]?\.?(nan|snan|inf|infinity)\s*|#n/a|n/a|#ref!|#div/0!", re.IGNORECASE)
_NUMBER_TEXT = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")


def _number(value: Any, wanted: str) -> Any:
    """Return a finite number of any type; refuse everything else, and say what it looks like."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        value = _odd_number(value, wanted)
    if isinstance(value, int):
        return value
    # A signalling NaN raises when it is asked anything else.
    if not (value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)):
        raise _not_a_number(value)
    return value


def _odd_number(value: Any, wanted: str) -> Any:
    """Accept the number types of other libraries; refuse texts, truth values, dates and containers."""
    if not isinstance(value, bool):
        if isinstance(value, numbers.Integral):
            return int(value)
        if isinstance(value, numbers.Real):
            return float(value)
    remedy = "Write a plain number, for example 1250.50."
    if isinstance(value, str):
        if _NO_NUMBERS.fullmatch(value.strip()):
            raise _not_a_number(value)
        if len(value) > 300 and value.lstrip("-+").isdecimal():
            raise BadValue("too-large", "is a number of more than 300 digits.", remedy, value=show(value))
        if _NUMBER_TEXT.fullmatch(value):
            remedy = f"Remove the quotes: {show(value)[1:-1]}."
        elif "%" in value:
            remedy = "Write a share as a plain number: 0.15 for 15 %."
        elif any(letter.isdigit() for letter in value):
            remedy = "Write digits and a decimal point only, for example 1250.50: no currency, no thousands separators."
    raise BadValue("wrong-type", f"must be {wanted}, but is {show(value)}.", remedy, value=show(value))


def _not_a_number(value: Any) -> BadValue:
    return BadValue(
        "not-a-number",
        f"is {show(value)}, which is not a finite number.",
        "Write a plain number, or leave the field out if the value is unknown.",
        value=show(value),
    )


@dataclass(frozen=True, slots=True)
class _Bounds:
    """The least and the most a number may be, and the words for it."""

    least: Any
    least_open: bool
    most: Any
    most_open: bool
    is_share: bool

    @classmethod
    def of(cls, part: Part) -> _Bounds:
        low, above, high, below = part.mark(Ge), part.mark(Gt), part.mark(Le), part.mark(Lt)
        unit = part.mark(Unit)
        least = low.ge if low else above.gt if above else None
        most = high.le if high else below.lt if below else None
        return cls(least, above is not None, most, below is not None, unit is not None and unit.name == "share of 1")

    def check(self, value: Any) -> None:
        """Refuse a number outside the bounds."""
        if self.least is not None and (value < self.least or (self.least_open and value == self.least)):
            words = f"greater than {_plain(self.least)}" if self.least_open else f"at least {_plain(self.least)}"
            raise BadValue(
                "too-small",
                f"is {show(value)}, but must be {words}.",
                f"Write a number that is {words}{self._between()}.",
                value=_listed(value),
                least=_listed(self.least),
            )
        if self.most is not None and (value > self.most or (self.most_open and value == self.most)):
            if self.is_share and 1 < value <= 1000:
                raise self._percent(value)
            raise BadValue(
                "too-large",
                f"is {show(value)}, but must be at most {_plain(self.most)}.",
                f"Write a number that is at most {_plain(self.most)}.",
                value=_listed(value),
                most=_listed(self.most),
            )

    def _between(self) -> str:
        return f" and at most {_plain(self.most)}" if self.most is not None and self.most <= 100 else ""

    def _percent(self, value: Any) -> BadValue:
        shown = format(float(value), "g")
        return BadValue(
            "looks-like-percent",
            f"is {shown}, which means {float(value) * 100:g} %; a share is a number from 0 to {_plain(self.most)}.",
            f"If {shown} % is meant, write {float(value) / 100:g}; 0.15 is 15 %."
            if float(value) / 100 <= self.most
            else f"Write a number from 0 to {_plain(self.most)}; 0.15 is 15 %.",
            value=_listed(value),
            most=_listed(self.most),
        )


def _plain(number: Any) -> str:
    return f"{number:,.15g}" if isinstance(number, float) else f"{number:,}"


def _listed(number: Any) -> Any:
    """Return a number as findings keep it: large ones as text, because not every reader can hold them."""
    return number if isinstance(number, float) or abs(number) < 10**15 else show(number)


def _number_reader(part: Part, *, exact: bool) -> Reader:
    bounds = _Bounds.of(part)

    def read_number(value: Any, notices: list[Notice]) -> float | Decimal:
        number = _number(value, "a number")
        bounds.check(number)
        if exact:
            return _cents(number, notices)
        # Adding zero turns -0.0 into 0.0: they are equal, but print differently.
        return float(number) + 0.0

    return read_number


_CENT = Decimal("0.01")


def _cents(number: Any, notices: list[Notice]) -> Decimal:
    """Return money or hours with exactly two decimals, and say so when that changed the value."""
    exact = number if isinstance(number, Decimal) else Decimal(repr(number))
    rounded = exact.quantize(_CENT, rounding=ROUND_HALF_EVEN) + Decimal(0)
    if rounded != exact:
        notices.append(
            Notice(
                "too-precise",
                f"is {show(number)}; money and hours have two decimals, so {rounded} is used.",
                f"Write {rounded}.",
                {"value": _listed(number), "used": float(rounded)},
            )
        )
    return rounded


def _whole_reader(part: Part) -> Reader:
    bounds = _Bounds.of(part)

    def read_whole(value: Any, _: list[Notice]) -> int:
        number = _number(value, "a whole number")
        if not isinstance(number, int):
            raise BadValue(
                "wrong-type",
                f"must be a whole number, but is {show(value)}.",
                f"Write {round(number)}.",
                value=_listed(number),
            )
        bounds.check(number)
        return int(number)

    return read_whole


def read_value(record: type[Any], name: str, value: Any) -> Any:
    """Return a value as a field of a record would hold it, or None where it cannot be read.

    Parameters
    ----------
    record
        A record class.
    name
        One of its fields.
    value
        Raw data.
    """
    reader = readers_of(record)[name]
    try:
        return None if reader.absent(value) else reader.read(value, [])
    except BadValue:
        return None
