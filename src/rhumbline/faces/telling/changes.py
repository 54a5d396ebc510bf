"""What the history of a Book on a server says: who changed what, and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rhumbline.engines.reasons import Reason
from rhumbline.faces.blocks import Blocks, Cell, Column, Headline, Said, Table, Tone

# Of so many kinds so many keys are named.
_MOST_KEYS, _MOST_KINDS = 3, 3


def explain_history(changes: Sequence[Mapping[str, Any]]) -> Blocks:
    """Select what to say about changes.

    Parameters
    ----------
    changes
        As the server's feed has them, oldest first.
    """
    if not changes:
        return (Headline((Reason("history.empty"),)),)
    columns = (
        Column("history.column.seq", True),
        Column("history.column.at"),
        Column("history.column.actor"),
        Column("history.column.what"),
    )
    return (Table(columns, tuple(map(_row, changes))),)


def _row(change: Mapping[str, Any]) -> tuple[Said, ...]:
    # Such as 2026-11-25T10:04:31.123456+00:00; the server writes times as UTC.
    at = str(change.get("at") or "")[:16].replace("T", " ")
    more = change.get("more_entries")
    touched = [*_touched(change.get("entries")), f"+{more}" if more else ""]
    what = [str(change.get("action") or ""), *touched, str(change.get("note") or "")]
    return (
        Cell(change.get("seq")),
        Cell(at),
        Cell(str(change.get("actor") or "")),
        Cell(" · ".join(filter(None, what))),
    )


def _touched(entries: Any) -> Iterator[str]:
    """Yield for each kind which of its records were written; of many kinds only how many of them."""
    named = sorted(set(_named(entries if isinstance(entries, list) else ())))
    by_kind = {kind: [key for _, key in pairs] for kind, pairs in groupby(named, key=lambda pair: pair[0])}
    if len(by_kind) > _MOST_KINDS:
        yield ", ".join(f"{kind} {len(keys)}" for kind, keys in by_kind.items())
        return
    for kind, keys in by_kind.items():
        more = f" +{len(keys) - _MOST_KEYS}" if len(keys) > _MOST_KEYS else ""
        yield f"{kind} {', '.join(keys[:_MOST_KEYS])}{more}"


def _named(entries: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        if isinstance(entry, Mapping):
            yield str(entry.get("kind") or ""), str(entry.get("key") or "")


def explain_sent(outcome: str, address: str, sent: Mapping[str, Any]) -> Blocks:
    """Select what to say about an import once it is decided.

    Parameters
    ----------
    outcome
        ``written``, ``proposed``, ``same``, ``shown`` or ``declined``.
    address
        Of the Book.
    sent
        What the server said about the change or the proposal.
    """
    numbers = {"file": address, "address": address, "number": sent.get("seq") or sent.get("number")}
    if outcome in ("written", "proposed"):
        return (Headline((Reason(f"import.sent.{outcome}", numbers),), Tone.GOOD),)
    return (Headline((Reason(f"import.outcome.{outcome}", numbers),), Tone.STRONG),)


__all__ = ["explain_history", "explain_sent"]
