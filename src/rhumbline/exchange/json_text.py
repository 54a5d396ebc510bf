"""JSON text to raw data, with the same limits and refusals as YAML."""

from __future__ import annotations

import json
import re
from typing import Any

from rhumbline.exchange.raw import (
    MOST_DIGITS,
    MOST_LEVELS,
    MOST_NODES,
    Branch,
    Place,
    mark_of,
    refused,
    show,
    too_deep,
    too_many,
)

# Possessive, and the closing quotation mark may be missing: so that no text makes the search go back.
_SIGNS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{},:]', re.DOTALL)


def parse_json(text: str) -> Any:
    """Return a JSON text as raw data; raise ``Refused`` when it cannot be used.

    Parameters
    ----------
    text
        The whole text.
    """
    _measure(text)
    try:
        return json.loads(text, object_pairs_hook=_branch, parse_int=_whole)
    except json.JSONDecodeError as error:
        raise refused(
            "not-json",
            Place("", mark_of(error.lineno - 1, error.colno - 1)),
            f"The file is not valid JSON: {error.msg}.",
            "Check this line and the one before it for a missing comma, quotation mark or bracket.",
            problem=error.msg,
        ) from None
    except RecursionError:
        raise too_deep("") from None


def _measure(text: str) -> None:
    """Refuse what is too deep or too large before it is built, by counting brackets and commas outside of texts."""
    depth = nodes = 0
    for sign in _SIGNS.finditer(text):
        letter = sign.group()[0]
        if letter in "[{":
            depth += 1
            nodes += 1
            if depth > MOST_LEVELS:
                raise too_deep("")
        elif letter in "]}":
            depth -= 1
        elif letter != '"':
            nodes += 1
        if nodes > MOST_NODES:
            raise too_many("")


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= MOST_DIGITS else digits


def _branch(pairs: list[tuple[str, Any]]) -> Branch:
    branch = Branch()
    for name, value in pairs:
        if name in branch:
            raise refused(
                "duplicate-field",
                "",
                f"{show(name)} is written twice in one object, and only one of the two can count.",
                "Keep the one you mean and remove the other.",
                value=name[:80],
            )
        branch.put(name, value)
    return branch
