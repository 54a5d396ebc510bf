"""``rhumbline audit``: whether the history in the database is what it was, and what it says."""

from __future__ import annotations

import json as json_text
from collections import Counter
from typing import Annotated, Any

import typer

from rhumbline.faces.blocks import Cell, Column, Table, Tone
from rhumbline.faces.commands import Language
from rhumbline.faces.refusals import refusal
from rhumbline.server.commands.ready import served
from rhumbline.server.commands.saying import JsonOption, LanguageOption, headline, say, sentence

_Organisation = Annotated[
    str | None, typer.Argument(metavar="ORGANISATION", help="Its key; by default all.", show_default=False)
]
_One = Annotated[
    str | None, typer.Argument(metavar="ORGANISATION", help="Its key; by default the only one.", show_default=False)
]


def verify(
    organisation: _Organisation = None, *, json: JsonOption = False, language: LanguageOption = Language.EN
) -> int:
    """Compute every hash of the history again.

    It exits with 1 when something was altered.
    """
    from rhumbline.faces.streams import document_bytes, write_bytes

    with served(secret=False):
        from rhumbline.store.chain import verify as verified

        checks = [verified(one) for one in _organisations(organisation)]
    if json:
        write_bytes(
            document_bytes({"schema": "rhumbline.audit/1", "organisations": [_document(one) for one in checks]})
        )
    elif not checks:
        say(language, sentence("audit.nobody"))
    for check in () if json else checks:
        if check.holds:
            say(
                language,
                headline(
                    "audit.holds", key=check.organisation, count=check.changes, seq=str(check.seq), hash=check.hash
                ),
            )
        else:
            from rhumbline.faces.telling.inputs import explain_findings

            broken = headline("audit.broken", Tone.BAD, key=check.organisation, count=len(check.findings))
            say(language, broken, explain_findings(check.findings))
    return int(any(not check.holds for check in checks))


def log(
    organisation: _One = None,
    *,
    after: Annotated[int, typer.Option("--after", metavar="SEQ", help="Only changes after this one.")] = 0,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="So many at most, the newest ones.")] = 50,
    json: JsonOption = False,
    language: LanguageOption = Language.EN,
) -> int:
    """List the changes of an organisation: number, time, author, entrance, note."""
    from rhumbline.faces.streams import document_bytes, write_bytes

    with served(secret=False):
        from rhumbline.store.models import Change

        found = only(organisation)
        newest = Change.objects.filter(organisation=found, seq__gt=after).order_by("-seq")[:limit]
        changes = [_change(change) for change in reversed(newest)]
    if json:
        document = {"schema": "rhumbline.history/1", "organisation": found.key, "changes": changes}
        write_bytes(document_bytes(document))
    elif not changes:
        say(language, sentence("audit.empty"))
    else:
        say(language, _table(changes))
    return 0


def _organisations(key: str | None) -> list[Any]:
    from rhumbline.store.models import Organisation

    everyone = list(Organisation.objects.order_by("key"))
    if key is None:
        return everyone
    found = [one for one in everyone if one.key == key]
    if not found:
        raise refusal("organisation-unknown", "ORGANISATION", key=key, keys=tuple(one.key for one in everyone))
    return found


def only(key: str | None) -> Any:
    """Return the organisation with a key, or the only one there is."""
    found = _organisations(key)
    if len(found) != 1:
        raise refusal("which-organisation", "ORGANISATION", keys=tuple(one.key for one in found))
    return found[0]


def _document(check: Any) -> dict[str, Any]:
    from rhumbline.exchange.documents import error_document

    return {
        "organisation": check.organisation,
        "holds": check.holds,
        "changes": check.changes,
        "records": check.records,
        "redacted": check.redacted,
        "seq": check.seq,
        "hash": check.hash,
        "findings": error_document(check.findings)["input"],
    }


def _change(change: Any) -> dict[str, Any]:
    entries = json_text.loads(change.entries)
    return {
        "seq": change.seq,
        "at": change.at.isoformat(timespec="seconds"),
        "actor": change.actor,
        "via": change.via,
        "action": change.action,
        "note": change.note,
        "hash": change.hash,
        "entries": [{"kind": kind, "key": key, "row": row, "digest": digest} for kind, key, row, digest in entries],
    }


def _table(changes: list[dict[str, Any]]) -> Table:
    columns = ("seq", "at", "actor", "via", "action", "entries", "note")
    rows = [
        (
            Cell(str(one["seq"]), "raw"),
            Cell(one["at"][:16].replace("T", " "), "raw"),
            Cell(one["actor"], "raw"),
            Cell(one["via"], "raw"),
            Cell(one["action"], "raw"),
            Cell(_counted(one["entries"]), "raw"),
            Cell(one["note"] or None),
        )
        for one in changes
    ]
    return Table(tuple(Column(f"column.{name}", numeric=name == "seq") for name in columns), tuple(rows))


def _counted(entries: list[dict[str, Any]]) -> str:
    kinds = Counter(entry["kind"] for entry in entries)
    return ", ".join(f"{times} {kind}" for kind, times in sorted(kinds.items()))


__all__ = ["log", "only", "verify"]
