"""``rhumbline import`` on a server: what a file would change in the Book there, shown before it is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rhumbline.book.book import Book
from rhumbline.book.records import KINDS
from rhumbline.exchange.edits import edits_between
from rhumbline.exchange.files import Reading, read_any
from rhumbline.faces.client import Client
from rhumbline.faces.client.client import Document
from rhumbline.faces.files.incoming import Asked, Incoming, content, read_incoming
from rhumbline.faces.files.keeping import agrees, somebody_watches
from rhumbline.faces.files.remembering import remember_at
from rhumbline.faces.refusals import refusal
from rhumbline.faces.streams import document_bytes, write_blocks, write_bytes
from rhumbline.faces.words import Words

BOOK = "book"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What is to be done with what a file would change.

    Parameters
    ----------
    propose
        Let somebody else decide on it.
    note
        Why; by default the name of the file.
    exactly
        Also remove the records that a Book file does not have.
    show, yes, json, language
        As for an import into a file.
    """

    propose: bool
    note: str
    exactly: bool
    show: bool
    yes: bool
    json: bool
    language: str


def import_to(client: Client, asked: Asked, sending: Sending) -> int:
    """Show what a file would change on a server, ask where somebody watches, send it, and say what became of it.

    Parameters
    ----------
    client
        Of the server.
    asked
        Which file, and how it is to be read.
    sending
        What is to be done with it.
    """
    from rhumbline.faces.telling.changes import explain_sent
    from rhumbline.faces.telling.imports import explain_preview

    # One change is named for all that is read, since somebody else may write in the meantime.
    seq = int(client.about().get("seq") or 0)
    before = client.book(at=seq)
    if before.concealed:
        raise refusal("import-concealed", client.address, concealed=[f"concealed_{name}" for name in before.concealed])
    found = _incoming(replace(asked, into=before), before, exactly=sending.exactly)
    words = Words(sending.language, found.book)
    if not sending.json:
        write_blocks(explain_preview(found), words, client.address)
    edits = list(_expecting(client, edits_between(before, found.book), seq))
    outcome, sent = _sent(client, edits, found, sending, words)
    if outcome in ("written", "proposed") and found.proposal is not None and asked.mappings is not None:
        remember_at(found.proposal.mapping, asked.mappings)
    if sending.json:
        _print_document(found, client, outcome, sent, words)
    else:
        write_bytes(b"\n")
        write_blocks(explain_sent(outcome, client.address, sent), words, client.address)
    return int(bool(found.held_out) or (outcome == "same" and not len(found.book)))


# --- what would change ------------------------------------------------------------------------


def _incoming(asked: Asked, before: Book, *, exactly: bool) -> Incoming:
    reading = read_any(asked.file) if asked.format in ("", BOOK) else None
    if reading is not None and (asked.format == BOOK or _is_a_book(reading)):
        return _of_a_book(asked.file, reading, before, exactly=exactly)
    if exactly:
        raise refusal("exactly-a-book", str(asked.file))
    return read_incoming(asked)


def _is_a_book(reading: Reading) -> bool:
    # The firm of a template has no name yet, so its row is held out.
    return reading.usable and (
        reading.book.organisation is not None or ("organisation", "organisation") in reading.held_out
    )


def _of_a_book(file: Path, reading: Reading, before: Book, *, exactly: bool) -> Incoming:
    """Return what a Book file would change: what it has is taken, and what it lacks is left."""
    after = before.replace(*_new_in(reading.book, before))
    if exactly:
        for kind in KINDS:
            if not KINDS[kind].series:
                after = after.without(kind, *(key for key in before.all(kind) if key not in reading.book.all(kind)))
    return Incoming(
        file=file.name,
        format=BOOK,
        title="Rhumbline",
        recognised=True,
        before=before,
        book=after,
        changes=content(before.diff(after)),
        findings=reading.findings,
        held_out=len(reading.held_out),
        unchanged=sum(
            before.all(kind).get(key) == record
            for kind in KINDS
            if not KINDS[kind].series
            for key, record in reading.book.all(kind).items()
        ),
    )


def _new_in(book: Book, before: Book) -> Iterator[Any]:
    """Yield the records of a Book, and of its series the rows that the other does not have."""
    for kind in KINDS:
        if not KINDS[kind].series:
            yield from book.all(kind).values()
            continue
        there = Counter(before.series.get(kind, ()))
        for row in book.series.get(kind, ()):
            if there[row]:
                there[row] -= 1
            else:
                yield row


# --- sending ----------------------------------------------------------------------------------


def _expecting(client: Client, edits: Iterable[dict[str, Any]], seq: int) -> Iterator[dict[str, Any]]:
    """Yield edits that each say which version they were made for, so that nobody else's work is overwritten."""
    versions: dict[str, dict[str, int]] = {}
    for edit in edits:
        kind = edit["kind"]
        if KINDS[kind].series:
            yield edit
            continue
        if kind not in versions:
            versions[kind] = {one["key"]: one["version"] for one in client.records(kind, at=seq)}
        key = edit["key"] if "key" in edit else edit["record"]["key"]
        yield {**edit, "expected": versions[kind].get(key, 0)}


def _sent(
    client: Client, edits: list[dict[str, Any]], found: Incoming, sending: Sending, words: Words
) -> tuple[str, Document]:
    """Send the edits where that is wanted; return what was done, and what the server said."""
    if not edits:
        return "same", {}
    if sending.show:
        return "shown", {}
    watched = somebody_watches() and not sending.yes and not sending.json
    question = "import.ask_propose" if sending.propose else "import.ask"
    if watched and not agrees(words, question, file=client.address):
        return "declined", {}
    note = sending.note or found.file
    if sending.propose:
        return "proposed", client.propose(edits, note)
    return "written", client.commit(edits, note)


def _print_document(found: Incoming, client: Client, outcome: str, sent: Document, words: Words) -> None:
    from rhumbline.faces.files.documents import import_document

    place = client.address.removesuffix("/book")
    written = {"written": f"{place}/changes/{sent.get('seq')}", "proposed": f"{place}/proposals/{sent.get('number')}"}
    write_bytes(document_bytes(import_document(found, written=written.get(outcome), kept=None, say=words.say)))


__all__ = ["BOOK", "Sending", "import_to"]
