"""Cursors: where the next page of a list begins. They say all that is needed, and the server remembers nothing."""

from __future__ import annotations

import base64
import binascii
import re

from rhumbline.book.findings import Finding
from rhumbline.book.types import FrozenMap
from rhumbline.exchange.raw import show
from rhumbline.faces.api.problems import refused

_INSIDE = re.compile(r"([0-9]{1,19})\.([0-9]{1,9})")


def cursor_of(seq: int, place: int) -> str:
    """Return the cursor of a page.

    Parameters
    ----------
    seq
        The change as of which the list was begun: all its pages are cut from one Book.
    place
        How many are before it.
    """
    return base64.urlsafe_b64encode(f"{seq}.{place}".encode()).decode().rstrip("=")


def place_of(cursor: str) -> tuple[int, int]:
    """Return what a cursor says: the change as of which the list was begun, and how many are before the page.

    Parameters
    ----------
    cursor
        What ``next`` said.

    Raises
    ------
    Problem
        When it is no cursor.
    """
    try:
        inside = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        inside = ""
    match = _INSIDE.fullmatch(inside)
    if match is None or int(match[1]) >= 2**63:
        raise refused([_no_cursor(cursor)])
    return int(match[1]), int(match[2])


def _no_cursor(cursor: str) -> Finding:
    return Finding(
        code="malformed",
        where="after",
        message=f"after is {show(cursor)}, which is not what a page said under 'next'.",
        remedy="Send what the page before said, or leave it out to begin with the first page.",
        numbers=FrozenMap({"field": "after", "value": show(cursor)}),
    )


__all__ = ["cursor_of", "place_of"]
