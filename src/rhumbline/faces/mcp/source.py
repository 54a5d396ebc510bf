"""Where the tools get what they tell: a Book, answers, records and proposals, wherever they are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rhumbline.book.book import Book
from rhumbline.book.findings import Finding

Document = dict[str, Any]
# Told how far a search is; it returns whether to go on.
Listener = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Said:
    """What a tool gives: the document for programs and the text for people, which say the same.

    Parameters
    ----------
    document
        JSON data, as docs/reference/json.md promises it.
    text
        The same in words.
    """

    document: Document
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a list that may be long.

    Parameters
    ----------
    items
        Of records, in key order, one document each: ``key``, ``record`` in the complete form, and what else the source
        knows of it, such as its ``version``. A row of a series has the key of its owner.
    next
        What to give as ``after`` for the next page; None at the end.
    """

    items: Sequence[Document]
    next: str | None = None


class Source(Protocol):
    """What the tools need of whoever keeps the Book.

    Its methods are called in threads, several at a time. Wrong data and what may not be done raise ``Refusal``, whose
    findings reach the assistant; so do those of other errors of ours (``RhumblineError``), see ``findings_of``.
    """

    @property
    def about(self) -> str:
        """Whose Book this is, and how a proposal becomes a change, in a few sentences for the assistant."""

    @property
    def may_propose(self) -> bool:
        """Whether changes may be proposed; without it the tools for that are not there."""

    def book(self) -> tuple[Book, Sequence[Finding]]:
        """Return the Book as whoever asks may see it, and what was noticed when it was read."""

    def ask(self, name: str, raw: Mapping[str, Any], language: str, progress: Listener | None = None) -> Said:
        """Answer a question.

        Parameters
        ----------
        name
            A capability.
        raw
            What is asked for, by field, as JSON gives it.
        language
            Of the sentences.
        progress
            Told how far a search is, where the capability tells it.
        """

    def records(self, kind: str, after: str | None, limit: int) -> Page:
        """Return some records of a kind.

        Parameters
        ----------
        kind
            The name of a kind.
        after
            The ``next`` of the page before; None for the first.
        limit
            How many at most.
        """

    def record(self, kind: str, key: str) -> Document:
        """Return one record, as an item of a page has it."""

    def preview(self, edits: Any, language: str) -> Said:
        """Return what edits would change, without keeping them.

        Parameters
        ----------
        edits
            Raw edits, as JSON gives them: anything at all.
        language
            Of the sentences.
        """

    def propose(self, title: str, edits: Any, language: str) -> Said:
        """Keep edits for a person to decide on, and return what they would change.

        Parameters
        ----------
        title
            Why, in one line.
        edits
            Raw edits.
        language
            Of the sentences.
        """

    def proposals(self, after: str | None, limit: int) -> Page:
        """Return some proposals, oldest first; an item has ``number``, ``title``, ``state`` and ``edits``.

        Parameters
        ----------
        after, limit
            As for records.
        """


__all__ = ["Document", "Listener", "Page", "Said", "Source"]
