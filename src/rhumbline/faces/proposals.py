"""Proposed changes in all their forms: what becomes another, what that does to the score, what was noticed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rhumbline.book.book import Book, Change
from rhumbline.book.findings import Finding, RhumblineError
from rhumbline.engines._maths import Triple
from rhumbline.exchange.documents import finding, points, schema, value_of
from rhumbline.faces.blocks import Blocks
from rhumbline.faces.telling.proposals import explain_proposal, rows_of, sentences_of, values_of, what_of
from rhumbline.faces.terminal import WIDTH, Terminal
from rhumbline.faces.words import Words


@dataclass(frozen=True)
class Preview:
    """What proposed changes would do to a Book.

    Parameters
    ----------
    before, after
        The Book as it is and as it would be, both with an evaluation date; what a reader may not see is left out of
        both beforehand.
    findings
        What the gate noticed about the edits.
    title
        Why, in one line.
    number
        Of the proposal; None while nothing is kept.
    state
        ``preview``, ``open``, ``accepted`` or ``rejected``.
    accept
        How a person accepts it; empty where there is nothing to accept.
    language
        Of the sentences.
    """

    before: Book
    after: Book
    findings: tuple[Finding, ...] = ()
    title: str = ""
    number: int | None = None
    state: str = "preview"
    accept: str = ""
    language: str = "en"

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What becomes another, by kind and key."""
        return self.before.diff(self.after)

    @cached_property
    def scores(self) -> tuple[Triple, Triple] | None:
        """The alignment before and after, as shares; None where one of the two cannot be measured."""
        from rhumbline.engines.alignment import score

        try:
            both = score(self.before), score(self.after)
        except RhumblineError:
            return None
        if not all(one.measurable for one in both):
            return None
        return both[0].organisation.alignment, both[1].organisation.alignment

    @property
    def words(self) -> Words:
        """The language, and the Book that names come from: what is removed is still called by its name."""
        gone = [change.before for change in self.changes if change.after is None]
        return Words(self.language, self.after.replace(*gone))

    @property
    def blocks(self) -> Blocks:
        """What to say, as codes and numbers."""
        return explain_proposal(self)

    @property
    def text(self) -> str:
        """The preview as a terminal shows it, 80 columns wide, without colour."""
        return Terminal(self.words, WIDTH).text(self.blocks)

    @property
    def document(self) -> dict[str, Any]:
        """The preview as JSON, as docs/reference/json.md promises it."""
        words = self.words
        before, after = (None, None) if self.scores is None else map(points, self.scores)
        return {
            "schema": schema("preview"),
            "number": self.number,
            "title": self.title,
            "state": self.state,
            "as_of": value_of(self.before.as_of, words.say),
            "book_sha": self.before.sha,
            "book_sha_after": self.after.sha,
            "changes": change_documents(self.changes, words),
            "score": {"before": before, "after": after},
            "input": [finding(found) for found in self.findings],
            "accept": self.accept or None,
        }


def change_documents(changes: Sequence[Change], words: Words) -> list[dict[str, Any]]:
    """Return differences between two Books as JSON, each value that becomes another and the sentences that say it.

    Parameters
    ----------
    changes
        The differences.
    words
        The language.
    """
    return [_change(change, words) for change in changes]


def _change(change: Change, words: Words) -> dict[str, Any]:
    come, go = rows_of(change) if what_of(change) == "rows" else ((), ())
    return {
        "kind": change.kind,
        "key": change.key or None,
        "what": what_of(change),
        "fields": [
            {"field": name, "before": value_of(before, words.say), "after": value_of(after, words.say)}
            for name, before, after in values_of(change)
        ],
        "rows": [value_of(row, words.say) for row in come],
        "rows_removed": [value_of(row, words.say) for row in go],
        "sentences": [f"{name} {words.say(said)}".strip() for name, said in sentences_of(change)],
    }


__all__ = ["Preview", "change_documents"]
