"""Proposals beside the file of a Book: one JSON file each, which a person applies, or deletes.

A file holds what was asked for (the edits), and each record that it touches as it was and as it would be: so whoever
applies it later sees whether somebody has changed the same thing since.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rhumbline.book.book import Book
from rhumbline.book.digests import body
from rhumbline.book.findings import Finding
from rhumbline.book.records import KINDS
from rhumbline.exchange.documents import schema, written
from rhumbline.exchange.edits import clashes
from rhumbline.exchange.files import text_of
from rhumbline.exchange.gate import read_record
from rhumbline.exchange.json_text import parse_json
from rhumbline.exchange.raw import Refused, measure
from rhumbline.faces.refusals import Refusal, refusal
from rhumbline.faces.telling.proposals import rows_of, shown

OPEN, ACCEPTED = "open", "accepted"
MOST_OPEN = 100
MOST_TITLE = 200
_TRIES = 100


@dataclass(frozen=True, slots=True)
class Proposal:
    """Changes that somebody proposed and a person decides on.

    Parameters
    ----------
    path
        Its file.
    number
        By which it is named, from 1.
    title
        What changes and why, in one line.
    state
        ``open`` or ``accepted``.
    book_sha
        Hash of the Book it was made for.
    edits
        The raw edits, as they were given.
    changes
        By record its kind, key, and the complete form ``before`` and ``after`` (null: there is none); by series its
        kind and the ``rows`` that come.
    """

    path: Path
    number: int
    title: str
    state: str
    book_sha: str
    edits: Sequence[Any]
    changes: Sequence[Mapping[str, Any]]

    @property
    def document(self) -> dict[str, Any]:
        """The proposal as its file holds it."""
        return {
            "schema": schema("proposal"),
            "number": self.number,
            "title": self.title,
            "state": self.state,
            "book_sha": self.book_sha,
            "edits": list(self.edits),
            "changes": list(self.changes),
        }


def complete(record: Any) -> dict[str, Any]:
    """Return a record, or a row of a series, in the complete form that edits use.

    Parameters
    ----------
    record
        Any record; fields at their default are left out, its key is always said.
    """
    key = getattr(record, "key", None)
    return body(record) if key is None else {"key": key, **body(record)}


# --- keeping ----------------------------------------------------------------------------------


def title_of(raw: Any) -> str:
    """Return a title; refuse one that is none."""
    title = raw.strip() if isinstance(raw, str) else ""
    if not title or len(title) > MOST_TITLE or not title.isprintable():
        raise refusal("no-title", "title", most=MOST_TITLE)
    return title


def keep(file: Path, title: str, edits: Sequence[Any], before: Book, after: Book) -> Proposal:
    """Write a proposal beside the file of its Book under the next free number, and return it.

    Parameters
    ----------
    file
        The file of the Book.
    title, edits
        What changes and why, and the raw edits.
    before, after
        The Book as it is and as it would be.
    """
    known = kept(file)
    waiting = sum(proposal.state == OPEN for proposal in known)
    if waiting >= MOST_OPEN:
        raise refusal("too-many-proposals", str(file), count=waiting)
    number = max((proposal.number for proposal in known), default=0) + 1
    for tried in range(number, number + _TRIES):
        proposal = Proposal(path_of(file, tried), tried, title, OPEN, before.sha, edits, tuple(_changes(before, after)))
        if _write_new(proposal):
            return proposal
    raise refusal("cannot-write", str(path_of(file, number)), problem="other proposals take every number")


def path_of(file: Path, number: int) -> Path:
    """Return the file of a proposal: beside that of its Book, under its number."""
    return file.with_name(f"{file.name}.proposal-{number:04d}.json")


def _changes(before: Book, after: Book) -> Iterator[dict[str, Any]]:
    for change in before.diff(after):
        if KINDS[change.kind].series:
            yield {"kind": change.kind, "rows": [complete(row) for row in rows_of(change)[0]]}
            continue
        both = {
            name: None if record is None else complete(record)
            for name, record in (("before", change.before), ("after", change.after))
        }
        yield {"kind": change.kind, "key": change.key, **both}


def _write_new(proposal: Proposal) -> bool:
    """Write a file whose name must be free, for another process may take the same number; return whether it was."""
    try:
        with proposal.path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(written(proposal.document))
    except FileExistsError:
        return False
    except OSError as problem:
        raise refusal("cannot-write", str(proposal.path), problem=problem.strerror or str(problem)) from None
    return True


def mark_accepted(proposal: Proposal) -> None:
    """Write into the file of a proposal that it was applied."""
    temporary = proposal.path.with_name(f".{proposal.path.name}.{os.getpid()}")
    try:
        temporary.write_text(written(proposal.document | {"state": ACCEPTED}), encoding="utf-8")
        temporary.replace(proposal.path)
    except OSError as problem:
        temporary.unlink(missing_ok=True)
        raise refusal("cannot-write", str(proposal.path), problem=problem.strerror or str(problem)) from None


# --- reading ----------------------------------------------------------------------------------

_NAME = re.compile(r"\.proposal-([0-9]{4,9})\.json\Z")


def kept(file: Path) -> tuple[Proposal, ...]:
    """Return the proposals beside the file of a Book, by number; a file that holds none is passed over.

    Parameters
    ----------
    file
        The file of the Book.
    """
    found = []
    try:
        names = sorted(path.name for path in file.parent.iterdir())
    except OSError:
        return ()
    for name in names:
        if name.startswith(f"{file.name}.proposal-") and _NAME.search(name):
            try:
                found.append(read_proposal(file.with_name(name)))
            except Refusal:
                continue
    return tuple(sorted(found, key=lambda proposal: proposal.number))


def read_proposal(path: Path) -> Proposal:
    """Return the proposal in a file; refuse a file that holds none.

    Parameters
    ----------
    path
        The file.
    """
    try:
        tree = parse_json(text_of(path))
        measure(tree)
    except Refused as refused:
        raise Refusal(refused.finding) from None
    if not _is_proposal(tree):
        raise refusal("not-a-proposal", str(path))
    named = _NAME.search(path.name)
    number = int(named[1]) if named else tree["number"]
    return Proposal(path, number, *(tree[name] for name in ("title", "state", "book_sha", "edits", "changes")))


def _is_proposal(tree: Any) -> bool:
    if not isinstance(tree, Mapping) or tree.get("schema") != schema("proposal"):
        return False
    texts = all(isinstance(tree.get(name), str) for name in ("title", "state", "book_sha"))
    lists = all(isinstance(tree.get(name), list) for name in ("edits", "changes"))
    number = isinstance(tree.get("number"), int)
    return texts and lists and number and all(map(_is_change, tree["changes"]))


def _is_change(change: Any) -> bool:
    if not isinstance(change, Mapping) or change.get("kind") not in KINDS:
        return False
    if KINDS[change["kind"]].series:
        return isinstance(change.get("rows"), list)
    return isinstance(change.get("key"), str) and "before" in change and "after" in change


# --- meeting a Book that has changed since -----------------------------------------------------


def edits_for(proposal: Proposal, book: Book) -> list[dict[str, Any]]:
    """Return the edits that bring a proposal into a Book as it is now, with what others changed since.

    Parameters
    ----------
    proposal
        A proposal.
    book
        The Book as it is.

    Raises
    ------
    Refusal
        When somebody has changed the same field to something else since: with both versions.
    """
    edits: list[dict[str, Any]] = []
    conflicts: list[Finding] = []
    for change in proposal.changes:
        kind = change["kind"]
        if KINDS[kind].series:
            edits += [{"edit": "append", "kind": kind, "record": row} for row in change["rows"]]
            continue
        base, mine = (_record(kind, change[name], proposal.path) for name in ("before", "after"))
        theirs = book.all(kind).get(change["key"])
        merged, fields = clashes(base, theirs, mine)
        conflicts += _conflicts(change, fields, base, theirs, mine)
        if merged is None:
            edits += [] if theirs is None else [{"edit": "remove", "kind": kind, "key": change["key"]}]
        elif merged != theirs:
            edits.append({"edit": "put", "kind": kind, "record": complete(merged)})
    if conflicts:
        raise Refusal(*conflicts)
    return edits


def _record(kind: str, raw: Any, path: Path) -> Any:
    """Return a record as a proposal states it."""
    if raw is None:
        return None
    record, findings = read_record(kind, raw)
    if record is None:
        raise Refusal(*refusal("not-a-proposal", str(path)).findings, *findings)
    return record


def _conflicts(
    change: Mapping[str, Any], fields: Sequence[str], base: Any, theirs: Any, mine: Any
) -> Iterator[Finding]:
    where = f"{change['kind']} {change['key']}"
    if fields and theirs is None:
        yield from refusal("removed-meanwhile", where).findings
        return
    code = "changed-meanwhile" if mine is None else "changed-on-both-sides"
    for name in fields:
        before, there, here = (shown(getattr(record, name, None)) for record in (base, theirs, mine))
        yield from refusal(code, f"{where}, {name}", field=name, base=before, theirs=there, mine=here).findings


__all__ = [
    "ACCEPTED",
    "MOST_OPEN",
    "MOST_TITLE",
    "OPEN",
    "Proposal",
    "complete",
    "edits_for",
    "keep",
    "kept",
    "mark_accepted",
    "path_of",
    "read_proposal",
    "title_of",
]
