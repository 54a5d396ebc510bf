"""Answers: every capability of the registry, asked of the Book as it is or was."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from threading import Lock, Semaphore
from typing import Any

from django.utils import timezone

from rhumbline import registry
from rhumbline.book.authority import Verb
from rhumbline.book.book import Book
from rhumbline.book.digests import canonical
from rhumbline.book.findings import RhumblineError
from rhumbline.exchange.asking import findings_of, read_terms
from rhumbline.exchange.documents import value_of
from rhumbline.exchange.schemas import Schema, answer_component, terms_component
from rhumbline.faces.answers import ask, engine_of
from rhumbline.faces.api.changes import sent_of
from rhumbline.faces.api.moments import SCHEMA as MOMENT_SCHEMA
from rhumbline.faces.api.moments import Moment
from rhumbline.faces.api.operations import ORGANISATION, Call, Operation, Reply
from rhumbline.faces.api.problems import Problem, refused
from rhumbline.faces.api.seeing import Seen, seen
from rhumbline.faces.api.shapes import TEXT, described, object_of, refer
from rhumbline.faces.commands import Language
from rhumbline.faces.streams import document_bytes

FAMILY = "answers"
# A process keeps the answers it gave last, up to so many bytes.
_MOST_BYTES = 32_000_000
# So many answers that may search long are computed at once by a process; others wait for so many seconds at most.
_SEARCHES = Semaphore(max(2, os.cpu_count() or 1))
_PATIENCE = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a capability.

    Parameters
    ----------
    terms
        What is wished for; by default the usual.
    language
        Of the sentences.
    at
        Of the Book as it was after this change, at the end of this day (UTC), or at this moment; by default now.
    text
        Whether the answer is wanted in words as well, as a terminal shows it.
    """

    terms: object = None
    language: Language = Language.EN
    at: Moment | None = None
    text: bool = False


# --- answering --------------------------------------------------------------------------------


def _ask(call: Call, name: str) -> Reply:
    found = seen(call.actor, call.body.at)
    terms = terms_of(name, call.body.terms, found.then.book)
    return Reply(data=answer_bytes(found, name, terms, call.body.language.value, text=call.body.text))


def terms_of(name: str, raw: Any, book: Book) -> Any:
    """Return raw terms read by the gate; raise ``Problem`` with what is wrong with them.

    Parameters
    ----------
    name
        A capability.
    raw
        What was sent.
    book
        The whole Book that is asked about.
    """
    terms, findings = read_terms(name, raw, book)
    if terms is None:
        raise refused(findings)
    return terms


def answer_bytes(found: Seen, name: str, terms: Any, language: str, *, text: bool) -> bytes:
    """Return the document that answers a question, written as ``rhumbline VERB --json`` writes it.

    Parameters
    ----------
    found
        The Book and who asks. It is computed on the whole Book, and shown as they may see it.
    name
        A capability.
    terms
        What is asked for.
    language
        Of the sentences.
    text
        Whether the document also has the answer in words.
    """
    book = dated(found.then.book, getattr(terms, "as_of", None))
    # Names of people are no part of the hash of a Book, so an answer belongs to a change and not to a hash.
    key = (
        found.viewer.organisation,
        found.then.seq,
        found.now.hash,
        book.as_of,
        name,
        canonical(value_of(terms, str)),
        language,
        found.sight,
        engine_of(name),
        text,
    )
    kept = _KEPT.get(key)
    if kept is not None:
        return kept
    with _searching(name):
        data = _computed(found, name, terms, book, language, text=text)
    _KEPT.put(key, data)
    return data


def _computed(found: Seen, name: str, terms: Any, book: Book, language: str, *, text: bool) -> bytes:
    try:
        answer = ask(name, book, terms=terms, language=language, sight=found.sight, now=found.now.book)
    except RhumblineError as error:
        raise refused(findings_of(error, name)) from None
    document = answer.document
    if text:
        document["text"] = answer.text
    return document_bytes(document)


def dated(book: Book, day: date | None) -> Book:
    """Return a Book with the date for which it is asked: the given one, else its own, else today (UTC).

    Parameters
    ----------
    book
        The Book.
    day
        What the terms say.
    """
    if day is None and book.as_of is not None:
        return book
    return book.replace(as_of=day or timezone.now().date())


@contextmanager
def _searching(name: str) -> Iterator[None]:
    """Let only so many long searches run at once, so that the quick answers stay quick."""
    if not registry.listens(name):
        yield
        return
    if not _SEARCHES.acquire(timeout=_PATIENCE):
        raise Problem("busy", headers={"Retry-After": "30"})
    try:
        yield
    finally:
        _SEARCHES.release()


class _Kept:
    """Answers that were given, the newest ones."""

    def __init__(self, most: int = _MOST_BYTES) -> None:
        self.lock = Lock()
        self.most, self.size = most, 0
        self.answers: OrderedDict[Hashable, bytes] = OrderedDict()

    def get(self, key: Hashable) -> bytes | None:
        with self.lock:
            if key not in self.answers:
                return None
            self.answers.move_to_end(key)
            return self.answers[key]

    def put(self, key: Hashable, data: bytes) -> None:
        with self.lock:
            self.size += len(data) - len(self.answers.pop(key, b""))
            self.answers[key] = data
            while self.size > self.most:
                _, gone = self.answers.popitem(last=False)
                self.size -= len(gone)

    def forget(self) -> None:
        with self.lock:
            self.answers.clear()
            self.size = 0


_KEPT = _Kept()
forget = _KEPT.forget


# --- the contract -----------------------------------------------------------------------------

_EXAMPLES: Mapping[str, Any] = {
    "explain": {"subject": "i1"},
    "compare": {"a": "i1", "b": "i2"},
}


def example_terms(name: str) -> dict[str, Any]:
    """Return terms that show what can be asked, for a company with the initiatives i1 and i2.

    Parameters
    ----------
    name
        A capability.
    """
    return {**_EXAMPLES.get(name, {}), **({} if name == "verify" else {"as_of": "2026-11-23"})}


def _operation(capability: registry.Capability) -> Operation:
    name = capability.name

    def answer(call: Call) -> Reply:
        return _ask(call, name)

    in_words = object_of(
        {"text": described(TEXT, "The answer in words, 80 columns wide; where it was asked for.")}, optional=("text",)
    )
    example = {"terms": example_terms(name), "language": "en", "text": False}
    return Operation(
        method="POST",
        path=f"{ORGANISATION}/answers/{name}",
        name=f"ask_{name}",
        family=FAMILY,
        about=capability.asks,
        more="The document is the one of docs/reference/json.md, with the same bytes as `rhumbline --json` prints. "
        "It is computed on the whole Book; what you may not see is null. Nothing is kept.",
        answer=answer,
        verb=Verb.ASK,
        sent=sent_of(
            Question,
            example,
            optional=True,
            terms={"anyOf": [refer(terms_component(name)), {"type": "null"}]},
            at={"anyOf": [*MOMENT_SCHEMA["anyOf"], {"type": "null"}]},
        ),
        reply={"allOf": [refer(answer_component(name)), in_words]},
        problems=("busy",),
    )


OPERATIONS = tuple(_operation(capability) for capability in registry.capabilities())
SCHEMAS: Mapping[str, Schema] = {}

__all__ = ["OPERATIONS", "SCHEMAS", "Question", "answer_bytes", "dated", "example_terms", "forget", "terms_of"]
