"""Proposed changes in all their forms: what becomes another, what that does to the score, what was noticed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rhumbline.book.authority import EVERYTHING, Sight
from rhumbline.book.book import Book, Change
from rhumbline.book.concealment import conceal
from rhumbline.book.findings import Finding, RhumblineError
from rhumbline.engines._maths import Triple
from rhumbline.exchange.documents import finding, points, schema, value_of
from rhumbline.faces.blocks import Blocks
from rhumbline.faces.concealment import seen_blocks
from rhumbline.faces.telling.proposals import explain_proposal, rows_of, sentences_of, values_of, what_of
from rhumbline.faces.terminal import WIDTH, Terminal
from rhumbline.faces.words import Words


@dataclass(frozen=True)
class Preview:
    """What proposed changes would do to a Book.

    Parameters
    ----------
    before, after
        The whole Book as it is and as it would be, both with an evaluation date: the score is computed on it.
    findings
        What the gate noticed about the edits, as the reader may see it.
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
    sight
        What the reader sees: of both Books only that is shown.
    blind
        Whether the edits speak of something that the reader does not see. Then neither score nor hash is said: whoever
        may try out amounts and watch what becomes of them could find the amounts that are there.
    """

    before: Book
    after: Book
    findings: tuple[Finding, ...] = ()
    title: str = ""
    number: int | None = None
    state: str = "preview"
    accept: str = ""
    language: str = "en"
    sight: Sight = EVERYTHING
    blind: bool = False

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What becomes another, by kind and key, as the reader sees it."""
        return conceal(self.before, self.sight).diff(conceal(self.after, self.sight, self.before))

    @cached_property
    def scores(self) -> tuple[Triple, Triple] | None:
        """The alignment before and after, as shares; None where it cannot be measured, or would tell too much."""
        return None if self.blind else scores_of(self.before, self.after)

    @property
    def words(self) -> Words:
        """The language, and the Book that names come from: what is removed is still called by its name."""
        gone = [change.before for change in self.changes if change.after is None]
        return Words(self.language, self.after.replace(*gone), self.sight, self.before)

    @property
    def blocks(self) -> Blocks:
        """What to say, as codes and numbers."""
        return seen_blocks(explain_proposal(self), self.words)

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
            "book_sha_after": None if self.blind else self.after.sha,
            "changes": change_documents(self.changes, words),
            "score": {"before": before, "after": after},
            "input": [finding(found) for found in self.findings],
            "accept": self.accept or None,
        }


def scores_of(before: Book, after: Book) -> tuple[Triple, Triple] | None:
    """Return the alignment of two Books, as shares; None where one of the two cannot be measured.

    Parameters
    ----------
    before, after
        Whole Books with an evaluation date.
    """
    from rhumbline.engines.alignment import score

    try:
        both = score(before), score(after)
    except RhumblineError:
        return None
    if not all(one.measurable for one in both):
        return None
    return both[0].organisation.alignment, both[1].organisation.alignment


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


__all__ = ["Preview", "change_documents", "scores_of"]
