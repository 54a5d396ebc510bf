"""Agreed mappings of columns, kept in a file beside the Book, so that next month's table is read alike."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from rhumbline.book.types import FrozenMap
from rhumbline.exchange.mapping import Mapping, remember
from rhumbline.faces.refusals import refusal


def mappings_beside(book: Path) -> Path:
    """Return the file in which the mappings of a Book are kept: ``company.mappings.json`` for ``company.yaml``.

    Parameters
    ----------
    book
        The file or folder of the Book.
    """
    return book.with_name(f"{book.stem}.mappings.json")


def remembered_for(signature: str, place: Path | None) -> Mapping | None:
    """Return the mapping that was agreed for tables with these headers, or None.

    Parameters
    ----------
    signature
        What tables with the same headers have in common.
    place
        The file with the mappings; it may be missing.
    """
    raw = kept_in(place).get(signature) if place is not None else None
    try:
        return Mapping.from_json(raw) if raw else None
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def kept_in(place: Path) -> dict[str, Any]:
    """Return all mappings of a file; refuse a file that holds anything else, since it would be written over.

    Parameters
    ----------
    place
        The file with the mappings; it may be missing.
    """
    try:
        found = json.loads(place.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        raise refusal("no-mappings", str(place)) from None
    if not isinstance(found, dict) or not all(isinstance(one, dict) and "columns" in one for one in found.values()):
        raise refusal("no-mappings", str(place))
    return found


def remember_at(mapping: Mapping, place: Path) -> None:
    """Keep an agreed mapping; what was decided about single records is no part of it.

    Parameters
    ----------
    mapping
        What was agreed.
    place
        The file with the mappings.
    """
    lasting = {
        own: text for own, text in mapping.answers.items() if own != "removed" and not own.startswith("conflict:")
    }
    agreed = replace(mapping, answers=FrozenMap(lasting))
    if kept_in(place).get(agreed.signature) == agreed.to_json():
        return
    try:
        remember(agreed, place)
    except OSError as problem:
        raise refusal("cannot-write", str(place), problem=problem.strerror or str(problem)) from None


__all__ = ["kept_in", "mappings_beside", "remember_at", "remembered_for"]
