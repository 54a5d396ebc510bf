"""The client: one method for each thing a server can be asked, and nothing that the server does better."""

from __future__ import annotations

import dataclasses
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from rhumbline.faces.client.connection import PREFIX, Connection
from rhumbline.faces.client.refused import ServerRefused, findings_in, no_answer

if TYPE_CHECKING:
    from rhumbline.book.book import Book

Document = dict[str, Any]
At = int | date | str | None

# While a run goes on it is looked at after pauses that grow from the first to the longest, in seconds.
_FIRST_PAUSE, _LONGEST_PAUSE, _GROWTH = 0.1, 2.0, 1.5
_OVER = frozenset({"done", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run in the background is.

    Parameters
    ----------
    state
        ``queued`` or ``running``.
    value
        Value of the best plan found so far; None before there is one.
    gap
        What a better plan could gain at most, in the same unit as the value; None before there is one.
    """

    state: str
    value: float | None = None
    gap: float | None = None


class Client:
    """Asks a Rhumbline server, with the rights of one token.

    ``Client("https://rhumbline.example.com", token).ask("plan")`` is what ``rhumbline plan --json`` prints.

    Parameters
    ----------
    url
        The address of the server. Without encryption (``http://``) only this computer itself is spoken to.
    token
        The secret that was shown when the token was made; it is sent to this server only and never printed.
    organisation
        The key of the organisation; by default the only one the token is for.
    timeout
        How many seconds one answer may take; a plan that is searched in the background may take longer.
    insecure
        Send the token unencrypted to another computer, where anybody on the way can read it.

    Raises
    ------
    NoAnswer
        When the address is none, or the token would travel unencrypted.
    """

    def __init__(
        self, url: str, token: str, *, organisation: str = "", timeout: float = 60.0, insecure: bool = False
    ) -> None:
        self._connection = Connection(url, token, timeout=timeout, insecure=insecure)
        self._organisation = organisation

    def __repr__(self) -> str:
        inside = f" for {self._organisation}" if self._organisation else ""
        return f"<Client of {self.url}{inside}>"

    @property
    def url(self) -> str:
        """The address of the server."""
        return self._connection.url

    # --- organisations and records ----------------------------------------------------------

    def organisations(self) -> list[Document]:
        """Return the organisations the token may see."""
        return self._items("/organisations")

    @property
    def organisation(self) -> str:
        """The key of the organisation that is asked about.

        Raises
        ------
        NoAnswer
            When the token sees none, or several and none was named.
        """
        if not self._organisation:
            keys = [str(one.get("key", "")) for one in self.organisations()]
            if len(keys) != 1:
                raise no_answer("organisation-unclear", self.url, keys=keys)
            self._organisation = keys[0]
        return self._organisation

    @property
    def address(self) -> str:
        """The address of the Book that is asked about."""
        return f"{self.url}{PREFIX}{self._path('/book')}"

    def about(self) -> Document:
        """Return key, name, number and hash of the last change, hash of the Book, and what the token may do."""
        return self._send("GET", "")

    def book(self, at: At = None) -> Book:
        """Return the Book.

        Whoever may not see everything gets a Book that says so (``book.concealed``): it can be read, and no answer
        can be computed on it here. ``ask`` has the server compute on the whole Book.

        Parameters
        ----------
        at
            As it was after this change (a number), or at the end of this day; by default as it is.
        """
        from rhumbline.book.authority import Sight
        from rhumbline.book.book import Book
        from rhumbline.exchange.files import read_text
        from rhumbline.faces.client.concealed import read_seen

        concealed = self.about().get("concealed") or ()
        sight = Sight(**{name: name not in concealed for name in ("money", "personal", "private")})
        reply = self._connection.send("GET", self._path("/book"), query={"at": _at(at)})
        if reply.content == {}:
            # Before the first change there is nothing in it, and no file is like that.
            return dataclasses.replace(Book(), concealed=sight.concealed)
        if sight.concealed and isinstance(reply.content, dict):
            found = read_seen(reply.content, sight)
        else:
            reading = read_text(reply.raw, "json")
            found = reading.book if reading.usable else None
        if found is None:
            raise no_answer("not-rhumbline", self.address)
        return found

    def records(self, kind: str, *, at: At = None) -> list[Document]:
        """Return every record of a kind as ``key``, ``version``, ``record`` and the ``hidden`` fields.

        Parameters
        ----------
        kind
            Such as ``initiative``.
        at
            As of which change or day.
        """
        return list(self._pages(f"/kinds/{quote(kind, safe='')}", at=_at(at)))

    def record(self, kind: str, key: str, *, at: At = None) -> Document:
        """Return one record as ``key``, ``version``, ``record`` and the ``hidden`` fields.

        Parameters
        ----------
        kind, key
            Which.
        at
            As of which change or day.
        """
        return self._send("GET", f"/kinds/{quote(kind, safe='')}/{quote(key, safe='')}", query={"at": _at(at)})

    # --- answers ----------------------------------------------------------------------------

    def ask(
        self, capability: str, *, language: str = "en", at: At = None, text: bool = False, **wishes: Any
    ) -> Document:
        """Return the answer to one question: the document that docs/reference/json.md promises.

        Parameters
        ----------
        capability
            What is asked, such as ``score``.
        language
            Of the sentences: ``en`` or ``de``.
        at
            Ask about the Book as it was after this change or at the end of this day.
        text
            Whether the document also has the answer as a terminal shows it, as ``text``.
        wishes
            Fields of the terms, such as ``as_of`` or ``pins``. A plan to verify may be a document or an answer.
        """
        body = _question(wishes, language, at, text=text)
        path = f"/answers/{quote(capability, safe='')}"
        # Nothing is changed by an answer, so a broken connection is no reason not to ask again.
        return self._answer(capability, path, self._send("POST", path, body, repeatable=True))

    def run(
        self,
        capability: str,
        *,
        progress: Callable[[RunProgress], Any] | None = None,
        language: str = "en",
        at: At = None,
        text: bool = False,
        **wishes: Any,
    ) -> Document:
        """Return the answer to a question that takes long: the server computes it in the background.

        Interrupting it (Ctrl-C, or the stop button of a notebook) also cancels it on the server.

        Parameters
        ----------
        capability
            What is asked, such as ``plan``.
        progress
            Told how far it is; once it returns False, the search is ended with the best plan found so far.
        language, at, text, wishes
            As for ``ask``.

        Raises
        ------
        ServerRefused
            When it failed (``run-failed``) or was cancelled before there was an answer (``run-cancelled``).
        """
        body = {"capability": capability, **_question(wishes, language, at, text=text)}
        started = self._send("POST", "/runs", body, key=_fresh_key())
        run = f"/runs/{started['number']}"
        try:
            over = self._watched(started, run, progress)
            if text:
                over = self._send("GET", run, query={"text": "true"})
            return self._answer(capability, run, self._document_of(over, run))
        except KeyboardInterrupt:
            self._cancel(run)
            raise

    def _watched(self, run: Document, path: str, progress: Callable[[RunProgress], Any] | None) -> Document:
        """Return a run once it is over."""
        pause, cancelled = _FIRST_PAUSE, False
        while run.get("state") not in _OVER:
            if progress is not None and progress(_progress_of(run)) is False and not cancelled:
                cancelled = True
                self._cancel(path)
            time.sleep(pause)
            pause = min(pause * _GROWTH, _LONGEST_PAUSE)
            run = self._send("GET", path)
        return run

    def _cancel(self, path: str) -> None:
        # It may be over in this moment, and whoever interrupts it need not hear of a connection that is lost.
        with suppress(ServerRefused):
            self._send("POST", f"{path}/cancel", {})

    def _document_of(self, run: Document, path: str) -> Document:
        document = run.get("document")
        if isinstance(document, dict):
            return document
        where = self._where(path)
        if run.get("state") == "cancelled":
            raise no_answer("run-cancelled", where)
        problem = run.get("error")
        findings = findings_in(problem) if isinstance(problem, Mapping) else ()
        if findings:
            raise ServerRefused(findings)
        told = problem.get("detail") if isinstance(problem, Mapping) else problem
        raise no_answer("run-failed", where, text=str(told or run.get("state")))

    # --- writing ----------------------------------------------------------------------------

    def commit(self, edits: Iterable[Mapping[str, Any]], note: str = "", *, key: str = "") -> Document:
        """Write edits, all or none, and return ``seq``, ``hash``, ``book_sha``, ``changes`` and ``findings``.

        A broken connection is tried again and the edits are still written once.

        Parameters
        ----------
        edits
            Each as docs/reference/edits.md has it, such as
            ``{"edit": "set", "kind": "initiative", "key": "i1", "fields": {"name": "Croissants"}}``.
        note
            Why, in a sentence.
        key
            What tells a repetition from a second request. Give the same one twice when you try again yourself.

        Raises
        ------
        ServerRefused
            When the edits are bad (422, ``findings``) or somebody else was faster (409, ``conflicts``).
        """
        return self._send("POST", "/changes", {"edits": list(edits), "note": note}, key=key or _fresh_key())

    def append(self, kind: str, rows: Sequence[Any], note: str = "", *, key: str = "") -> Document:
        """Append rows to a series, such as measurements, and return what a commit returns.

        Parameters
        ----------
        kind
            ``measurement`` or ``actual``.
        rows
            Each as a mapping of its fields.
        note, key
            As for ``commit``.
        """
        path = f"/series/{quote(kind, safe='')}"
        return self._send("POST", path, {"rows": list(rows), "note": note}, key=key or _fresh_key())

    # --- history ----------------------------------------------------------------------------

    def changes(self, after: int = 0) -> Iterator[Document]:
        """Yield the changes of the Book, oldest first.

        Parameters
        ----------
        after
            Only those with a higher number.
        """
        return self._pages("/changes", after=after)

    def diff(self, before: At, after: At = None) -> Document:
        """Return what differs between the Book at one time and at another.

        Parameters
        ----------
        before, after
            A change or a day; the second by default now.
        """
        return self._send("GET", "/diff", query={"from": _at(before), "to": _at(after)})

    def undo(self, seq: int, note: str = "", *, key: str = "") -> Document:
        """Take back one change, and return the change that does so.

        Parameters
        ----------
        seq
            The number of the change to take back.
        note, key
            As for ``commit``.
        """
        return self._send("POST", f"/changes/{int(seq)}/undo", {"note": note}, key=key or _fresh_key())

    def restore(self, at: At, note: str = "", *, key: str = "") -> Document:
        """Bring the Book back to what it was, as one more change, and return that change.

        Parameters
        ----------
        at
            After this change, or at the end of this day.
        note, key
            As for ``commit``.
        """
        return self._send("POST", "/restore", {"at": _at(at), "note": note}, key=key or _fresh_key())

    def audit(self) -> Document:
        """Return whether the chain of changes is whole, and where it is broken."""
        return self._send("GET", "/audit")

    # --- proposals --------------------------------------------------------------------------

    def propose(self, edits: Iterable[Mapping[str, Any]], title: str, *, key: str = "") -> Document:
        """Propose edits that somebody else decides on, and return the proposal with its ``number``.

        Parameters
        ----------
        edits
            As for ``commit``.
        title
            What they are about.
        key
            As for ``commit``.
        """
        return self._send("POST", "/proposals", {"title": title, "edits": list(edits)}, key=key or _fresh_key())

    def proposals(self, state: str = "open") -> list[Document]:
        """Return proposals.

        Parameters
        ----------
        state
            ``open``, ``accepted`` or ``rejected``; empty for all.
        """
        return list(self._pages("/proposals", state=state or None))

    def proposal(self, number: int) -> Document:
        """Return one proposal with what it would change, what is wrong with it, and the score before and after.

        Parameters
        ----------
        number
            Which.
        """
        return self._send("GET", f"/proposals/{int(number)}")

    def accept(self, number: int, reason: str = "", *, key: str = "") -> Document:
        """Accept a proposal: its edits are written.

        Parameters
        ----------
        number
            Which.
        reason
            Why, for the history.
        key
            As for ``commit``.
        """
        return self._send("POST", f"/proposals/{int(number)}/accept", {"reason": reason}, key=key or _fresh_key())

    def reject(self, number: int, reason: str = "", *, key: str = "") -> Document:
        """Reject a proposal.

        Parameters
        ----------
        number
            Which.
        reason
            Why, for whoever made it.
        key
            As for ``commit``.
        """
        return self._send("POST", f"/proposals/{int(number)}/reject", {"reason": reason}, key=key or _fresh_key())

    def _answer(self, capability: str, path: str, document: Document) -> Document:
        """Return an answer if it is one to what was asked."""
        if not str(document.get("schema")).startswith(f"rhumbline.{capability}/"):
            raise no_answer("not-rhumbline", self._where(path))
        return document

    # --- how it is sent ---------------------------------------------------------------------

    def _path(self, path: str) -> str:
        return f"/organisations/{quote(self.organisation, safe='')}{path}"

    def _where(self, path: str) -> str:
        return f"{self.url}{PREFIX}{self._path(path)}"

    def _send(self, method: str, path: str, body: Any = None, *, key: str = "", **more: Any) -> Document:
        headers = {"Idempotency-Key": key} if key else {}
        if key:
            more.setdefault("repeatable", True)
        content = self._connection.send(method, self._path(path), body, headers=headers, **more).content
        if not isinstance(content, dict):
            raise no_answer("not-rhumbline", self._where(path))
        return content

    def _items(self, path: str, **query: Any) -> list[Document]:
        return list(self._every_page(path, query))

    def _pages(self, path: str, **query: Any) -> Iterator[Document]:
        return self._every_page(self._path(path), query)

    def _every_page(self, path: str, query: dict[str, Any]) -> Iterator[Document]:
        """Yield the items of all pages of a list; a page is fetched when it is needed."""
        while True:
            content = self._connection.send("GET", path, query=query).content
            if not isinstance(content, dict) or not isinstance(content.get("items"), list):
                raise no_answer("not-rhumbline", f"{self.url}{PREFIX}{path}")
            yield from content["items"]
            if content.get("next") in (None, query.get("after")):
                return
            query = {**query, "after": content["next"]}


def _question(wishes: Mapping[str, Any], language: str, at: At, *, text: bool) -> Document:
    terms = {name: value for name, value in wishes.items() if value is not None}
    return {"terms": terms, "language": language, "at": _at(at), "text": text}


def _at(at: At) -> int | str | None:
    return at.isoformat() if isinstance(at, date) else at


def _fresh_key() -> str:
    return str(uuid.uuid4())


def _progress_of(run: Document) -> RunProgress:
    told = run.get("progress")
    numbers = told if isinstance(told, Mapping) else {}
    value, gap = (found if isinstance(found := numbers.get(name), int | float) else None for name in ("value", "gap"))
    return RunProgress(str(run.get("state")), value, gap)


__all__ = ["At", "Client", "Document", "RunProgress"]
