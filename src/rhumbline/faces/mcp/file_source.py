"""A Book in a file as the source of the tools: read anew whenever it changed, and never written."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from shlex import quote
from threading import Lock
from typing import Any

from rhumbline.book.book import Book
from rhumbline.book.findings import Finding, UnknownRecord
from rhumbline.book.records import KINDS
from rhumbline.book.types import natural
from rhumbline.exchange.asking import WITHOUT_HELD_OUT, read_terms
from rhumbline.exchange.edits import apply, read_edits
from rhumbline.exchange.raw import MOST_BYTES
from rhumbline.faces.mcp import proposal_files
from rhumbline.faces.mcp.source import Document, Listener, Page, Said
from rhumbline.faces.proposals import Preview
from rhumbline.faces.refusals import Refusal, refusal, with_nearest
from rhumbline.faces.streams import read
from rhumbline.faces.words import Words

Reading = tuple[Book, tuple[Finding, ...]]


class FileSource:
    """Gives the tools a Book in a file.

    Parameters
    ----------
    path
        Any file or folder that ``rhumbline check`` reads.
    today
        Tells the day that counts where neither the question nor the file says one.
    """

    may_propose = True

    def __init__(self, path: Path, today: Callable[[], date]) -> None:
        self.path, self.today = path, today
        self._lock = Lock()
        self._read: tuple[str, Reading] | None = None

    @property
    def about(self) -> str:
        """Whose Book this is, and how a proposal becomes a change."""
        firm = self.book()[0].organisation
        code = "proposal.about" if firm else "proposal.about_nobody"
        return Words("en").text(code, name=firm.name if firm else "", file=str(self.path))

    def book(self) -> Reading:
        """Return the Book in the file as it is now."""
        with self._lock:
            # By its content: a file may be written twice within one tick of the clock of the file system.
            content = _content(self.path)
            if self._read is None or self._read[0] != content or not content:
                self._read = (content, read(self.path))
            return self._read[1]

    def ask(self, name: str, raw: Mapping[str, Any], language: str, progress: Listener | None = None) -> Said:
        """Answer a question, as ``rhumbline NAME FILE`` does."""
        from rhumbline.faces.answers import ask

        book, findings = self.book()
        terms, noticed = read_terms(name, raw)
        if terms is None:
            raise Refusal(*noticed)
        day = getattr(terms, "as_of", None)
        if day is not None or book.as_of is None:
            book = book.replace(as_of=day or self.today())
        try:
            answer = ask(
                name,
                book,
                terms,
                findings=findings,
                language=language,
                progress=progress,
                without_held_out=raw.get(WITHOUT_HELD_OUT) is True,
            )
        except UnknownRecord as error:
            raise with_nearest(error, book) from error
        return Said(answer.document, answer.text)

    def records(self, kind: str, after: str | None, limit: int) -> Page:
        """Return some records of a kind."""
        book, _ = self.book()
        if KINDS[kind].series:
            return self._rows(book, kind, after, limit)
        keys = [key for key in book.all(kind) if after is None or natural(key) > natural(after)]
        items = [self._item(kind, book.all(kind)[key]) for key in keys[:limit]]
        return Page(items, keys[limit - 1] if len(keys) > limit else None)

    def _rows(self, book: Book, kind: str, after: str | None, limit: int) -> Page:
        begin = _number(after)
        rows = book.series.get(kind, ())
        items = [self._item(kind, row) for row in rows[begin : begin + limit]]
        return Page(items, str(begin + limit) if len(rows) > begin + limit else None)

    def record(self, kind: str, key: str) -> Document:
        """Return one record."""
        return self._item(kind, self.book()[0].get(kind, key))

    @staticmethod
    def _item(kind: str, record: Any) -> Document:
        key = getattr(record, KINDS[kind].owner) if KINDS[kind].series else record.key
        return {"key": key, "record": proposal_files.complete(record)}

    # --- proposals ------------------------------------------------------------------------

    def preview(self, edits: Any, language: str) -> Said:
        """Return what edits would change."""
        preview = self._preview(edits, language)
        return Said(preview.document, preview.text)

    def propose(self, title: str, edits: Any, language: str) -> Said:
        """Keep edits beside the file, for a person to apply with ``rhumbline apply``."""
        title = proposal_files.title_of(title)
        preview = self._preview(edits, language)
        if not preview.changes:
            raise refusal("nothing-changes", "edits")
        with self._lock:
            kept = proposal_files.keep(self.path, title, edits, preview.before, preview.after)
        accept = Words(language).text("proposal.accept", file=quote(str(self.path)), number=kept.number)
        told = dataclasses.replace(preview, title=title, number=kept.number, state=kept.state, accept=accept)
        return Said(told.document, f"{told.text}\n{accept}\n")

    def proposals(self, after: str | None, limit: int) -> Page:
        """Return some of the proposals beside the file."""
        seen = _number(after)
        waiting = [kept for kept in proposal_files.kept(self.path) if kept.number > seen]
        shown = [
            {"number": kept.number, "title": kept.title, "state": kept.state, "edits": kept.edits}
            for kept in waiting[:limit]
        ]
        return Page(shown, str(shown[-1]["number"]) if len(waiting) > limit else None)

    def _preview(self, raw: Any, language: str) -> Preview:
        book, _ = self.book()
        book = book if book.as_of is not None else book.replace(as_of=self.today())
        edits, findings = read_edits(raw)
        if findings:
            raise Refusal(*findings)
        if not edits:
            raise refusal("no-edits", "edits")
        for edit in edits:
            # A condition that cannot be looked at must not be ignored.
            if edit.expected is not None:
                raise refusal("no-versions", str(edit.place))
        applied = apply(book, edits)
        if applied.book is None:
            raise Refusal(*applied.findings)
        return Preview(book, applied.book, applied.findings, language=language)


def _number(cursor: str | None) -> int:
    """Return the number that the cursor of a numbered list holds."""
    if cursor is not None and not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 10):
        raise refusal("unknown-cursor", "cursor")
    return int(cursor or 0)


def _content(path: Path) -> str:
    """Return what tells whether a file or folder is another than before; nothing where it cannot be read."""
    found = hashlib.sha256()
    try:
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            if file.is_file():
                about = file.stat()
                found.update(f"{file.name}\0{about.st_size}\0".encode("utf-8", "surrogateescape"))
                # One that is too big is refused when it is read, and need not be looked at twice.
                found.update(file.read_bytes() if about.st_size <= MOST_BYTES else b"")
    except OSError:
        return ""
    return found.hexdigest()


__all__ = ["FileSource"]
