"""The digest of a record: what diff, cache, history and proof rest on.

The digest is SHA-256 over the canonical JSON of the record without fields that equal their default
and without fields that are Personal. So a new field with a default changes no old digest, and
erasing a person breaks no chain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from rhumbline.book.fields import fields_of
from rhumbline.book.types import FrozenMap


def plain(value: Any) -> Any:
    """Return a value as JSON knows it: numbers as numbers, dates as ISO text, maps and lists as such.

    Parameters
    ----------
    value
        Anything a record holds.

    Notes
    -----
    Money and hours have at most two decimals and 15 digits, so their float writes the same digits.
    """
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, FrozenMap):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value


def body(record: Any, *, personal: bool = True) -> dict[str, Any]:
    """Return the fields of a record that differ from their default, as JSON knows them.

    Parameters
    ----------
    record
        A record.
    personal
        Whether fields marked Personal are included.
    """
    return {
        field.name: plain(value)
        for field in fields_of(type(record))
        if (value := getattr(record, field.name)) != field.default and (personal or not field.personal)
    }


def canonical(value: Any) -> bytes:
    """Return the one JSON text of a value: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def digest(record: Any) -> str:
    """Return the digest of a record, 64 hexadecimal digits."""
    return hashlib.sha256(canonical(body(record, personal=False))).hexdigest()


def running_digest(digests: Iterable[str]) -> str:
    """Return the digest of a series: each row's digest hashed onto that of the rows before it.

    Parameters
    ----------
    digests
        The digest of every row, in order.
    """
    current = ""
    for one in digests:
        current = hashlib.sha256((current + one).encode()).hexdigest()
    return current
