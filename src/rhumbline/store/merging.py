"""Edits that were made for an older version: merged field by field with what others did since, or a conflict."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from rhumbline.book.concealment import conceal_body
from rhumbline.book.digests import body
from rhumbline.exchange.edits import (
    Action,
    Edit,
    clashes,
    outcome,
    revive,
)
from rhumbline.store.actors import Actor
from rhumbline.store.models import Record
from rhumbline.store.reading import Version
from rhumbline.store.refusing import Clash, Conflict

# Databases limit how many values one statement may name.
AT_ONCE = 400


def settle(now: Version, edits: Sequence[Edit], actor: Actor, *, strict: bool = False) -> tuple[Edit, ...]:
    """Return edits as they have to be for the version in force, where they were made for an older one.

    Parameters
    ----------
    now
        The version in force.
    edits
        What is asked for.
    actor
        Who asks, or looks.
    strict
        Whether any newer version is a conflict, even where other fields were changed.

    Raises
    ------
    Conflict
        When both sides changed the same field to different values; the values the actor may not see are left out.
    """
    together: dict[tuple[str, str], list[Edit]] = {}
    for edit in edits:
        # Nobody changes the rows that are there, so that nobody can change them at the same time.
        if edit.action is not Action.APPEND:
            together.setdefault((edit.kind, edit.key), []).append(edit)
    seen = {name: _seen(own) for name, own in together.items()}
    older = {name: seq for name, seq in seen.items() if seq is not None and seq != now.since.get(name, 0)}
    bases = _versions(actor.organisation, older)
    found: list[Clash] = []
    merged: dict[tuple[str, str], Edit] = {}
    for name, seq in older.items():
        base = bases.get(name)
        # From a version that there never was nobody can tell who changed what.
        one, bad = _merged(together[name], base, now, actor, strict=strict or (base is None and seq > 0))
        found += bad
        if one is not None:
            merged[name] = one
    if found:
        raise Conflict(found)
    settled: list[Edit] = []
    for edit in edits:
        name = (edit.kind, edit.key)
        if name not in merged:
            settled.append(edit)
        elif edit is together[name][0]:
            # One edit stands for all those of a record that was merged.
            settled.append(merged[name])
    return tuple(settled)


def _seen(edits: Sequence[Edit]) -> int | None:
    """Return the oldest version of a record that its edits say their author saw; None where they say nothing."""
    said: list[int] = []
    for number, edit in enumerate(edits):
        # After a removal in the same set there is none, and that is no older version.
        again = number > 0 and edits[number - 1].action is Action.REMOVE and edit.expected == 0
        if edit.expected is not None and not again:
            said.append(edit.expected)
    return min(said, default=None)


def _versions(organisation: int, wanted: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], Any]:
    """Return the records that certain changes wrote, as they wrote them."""
    found: dict[tuple[str, str], Any] = {}
    names = list(wanted)
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        rows = Record.objects.filter(
            organisation=organisation,
            kind__in={kind for kind, _ in some},
            key__in={key for _, key in some},
            row=0,
            since_seq__in={wanted[name] for name in some},
        )
        found.update(
            {(row.kind, row.key): revived(row) for row in rows if wanted.get((row.kind, row.key)) == row.since_seq}
        )
    return found


def revived(row: Record) -> Any:
    """Return the record that a stored version is."""
    return revive(row.kind, row.key, row.schema, row.body, row.personal)


def _merged(
    edits: Sequence[Edit], base: Any, now: Version, actor: Actor, *, strict: bool
) -> tuple[Edit | None, list[Clash]]:
    """Return one edit for all those of a record, merged with what others did to it since the author looked.

    None where the edits have to stay as they are, because the gate refuses them; or what cannot be merged.
    """
    last = edits[-1]
    kind, key = last.kind, last.key
    theirs = now.book.all(kind).get(key)
    mine, done = _made(edits, base)
    comparable = done
    if not done:
        # What these edits cannot be made of, they were not made for.
        mine, done = _made(edits, theirs)
        if not done:
            return None, []

    def shown(record: Any) -> dict[str, Any]:
        return conceal_body(kind, body(record), actor.sight, now.book)[0] if record is not None else {}

    current = now.since.get((kind, key), 0)
    whole = Clash(kind, key, "", shown(base) or None, shown(theirs) or None, shown(mine) or None, current)
    if strict or not comparable:
        return None, [whole]
    if theirs is None or mine is None:
        same = theirs == mine or (base is not None and theirs == base)
        return None, [] if same else [whole]
    record, fields = clashes(base, theirs, mine)
    found = [
        Clash(kind, key, name, shown(base).get(name), shown(theirs).get(name), shown(mine).get(name), current)
        for name in fields
    ]
    return dataclasses.replace(last, action=Action.PUT, raw={"key": key, **body(record)}), found


def _made(edits: Sequence[Edit], record: Any) -> tuple[Any, bool]:
    """Return what edits make of a record one after the other, and whether the gate let them."""
    for edit in edits:
        record, findings = outcome(edit, record)
        if record is None and findings:
            return None, False
    return record, True


def plain_or_none(record: Any) -> Any:
    """Return a record in its JSON form; None where there is none."""
    return None if record is None else body(record)


__all__ = [
    "AT_ONCE",
    "plain_or_none",
    "revived",
    "settle",
]
