"""What the command line says instead of an answer: never a traceback, always what, where and what to do."""

from __future__ import annotations

import difflib
from typing import Any

from rhumbline.book.book import Book
from rhumbline.book.findings import (
    Finding,
    HeldOutRows,
    RhumblineError,
    UnknownRecord,
)
from rhumbline.book.types import FrozenMap
from rhumbline.engines.reasons import Reason
from rhumbline.exchange import documents
from rhumbline.faces.blocks import Blocks, Headline, Tone
from rhumbline.faces.telling.inputs import OF_THE_COMMAND, explain_findings, rows_of
from rhumbline.faces.words import Words

USAGE = 2


class Refusal(Exception):
    """The question cannot be answered; the findings say why and what to do.

    Parameters
    ----------
    findings
        Why not.
    held_out
        Whether the reason is that rows are held out, so that there is a way on.
    """

    def __init__(self, *findings: Finding, held_out: bool = False) -> None:
        super().__init__(findings[0].message if findings else "")
        self.findings = findings
        self.held_out = held_out

    @property
    def document(self) -> dict[str, Any]:
        """The refusal as JSON."""
        return documents.error_document(self.findings)

    @property
    def blocks(self) -> Blocks:
        """What to say, as codes and numbers."""
        code = "refusal.held_out" if self.held_out else "refusal.headline"
        headline = Headline((Reason(code, {"count": rows_of(self.findings)}),), Tone.BAD)
        return (headline, explain_findings(self.findings))


def refusal(code: str, where: str, **numbers: Any) -> Refusal:
    """Return a refusal whose sentences stand in the catalogue, in English in the finding itself.

    Parameters
    ----------
    code
        Such as ``no-such-file``: its sentences are ``refused.<code>.message`` and ``.remedy``.
    where
        The file, option or argument it is about.
    numbers
        The values the sentences speak of.
    """
    english = Words("en")
    return Refusal(
        Finding(
            code=code,
            where=where,
            message=english.text(f"refused.{code}.message", numbers),
            remedy=english.text(f"refused.{code}.remedy", numbers),
            kind=OF_THE_COMMAND,
            numbers=FrozenMap(numbers),
        )
    )


# What the command line says in words of its own, because the remedy is one of its options.
_IN_OUR_WORDS = frozenset({"as-of-missing", "same-twice", "unknown-record", "unknown-record-near"})


def refusal_of(error: RhumblineError, where: str) -> Refusal:
    """Return what the command line says where a function of the library raises.

    Parameters
    ----------
    error
        The exception.
    where
        What was asked.
    """
    from rhumbline.exchange.asking import findings_of

    if isinstance(error, HeldOutRows):
        # The headline says what that means.
        return Refusal(*error.findings, held_out=True)
    return Refusal(*(_in_our_words(found) for found in findings_of(error, where)))


def _in_our_words(found: Finding) -> Finding:
    ours = found.code in _IN_OUR_WORDS and not found.kind
    return refusal(found.code, found.where, **found.numbers).findings[0] if ours else found


def with_nearest(error: UnknownRecord, book: Book) -> UnknownRecord:
    """Name the nearest key even where the keys are so short that none of them looks alike.

    Parameters
    ----------
    error
        What the Book said.
    book
        The Book.
    """
    near = difflib.get_close_matches(error.key, list(book.all(error.kind)), n=1, cutoff=0.4)
    return UnknownRecord(error.kind, error.key, error.near or next(iter(near), None))


def internal_fault(error: BaseException, where: str) -> Refusal:
    """Return what is said when Rhumbline itself is at fault."""
    return refusal("internal-fault", where, kind=type(error).__name__, text=str(error)[:500])


__all__ = ["USAGE", "Refusal", "internal_fault", "refusal", "refusal_of", "with_nearest"]
