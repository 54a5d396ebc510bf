"""What is said where a question cannot be answered: every exception that asking can raise, as findings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rhumbline.book.faults import words_of
from rhumbline.book.findings import (
    AsOfMissing,
    Finding,
    HeldOutRows,
    RhumblineError,
    SameTwice,
    UnknownCapability,
    UnknownRecord,
)
from rhumbline.book.types import FrozenMap
from rhumbline.exchange.asking.wishes import WITHOUT_HELD_OUT
from rhumbline.exchange.raw import did_you_mean, nearest, show


def findings_of(error: RhumblineError, where: str = "") -> tuple[Finding, ...]:
    """Return the findings that stand for an answer where a function of the library raises.

    Parameters
    ----------
    error
        The exception.
    where
        What was asked.

    Returns
    -------
    tuple
        At least one; the codes are the same wherever the question was asked.
    """
    return tuple(_said(error, where))


def _said(error: RhumblineError, where: str) -> Iterator[Finding]:
    # Whatever is refused because of data says so itself.
    of_the_data = tuple(getattr(error, "findings", ()))
    match error:
        case HeldOutRows():
            count = len({(finding.kind, finding.key) for finding in error.findings})
            yield _refused(
                "held-out-rows",
                where,
                f"{count} row(s) of the data are held out, and this answer would silently miss them.",
                f"Correct them, or choose the answer without them: {WITHOUT_HELD_OUT} true.",
                count=count,
            )
            yield from of_the_data
        case UnknownRecord(near=None):
            yield _refused(
                "unknown-record",
                where,
                f"There is no {words_of(error.kind)} '{error.key}'.",
                "Write the key of one that the Book lists.",
                kind=error.kind,
                key=error.key,
            )
        case UnknownRecord():
            yield _refused(
                "unknown-record-near",
                where,
                f"There is no {words_of(error.kind)} '{error.key}'. Did you mean '{error.near}'?",
                f"Write '{error.near}' if that is meant.",
                kind=error.kind,
                key=error.key,
                near=error.near,
            )
        case UnknownCapability():
            near = nearest(error.name, error.names)
            yield _refused(
                "unknown-capability",
                where,
                f"Nothing called {show(error.name)} can be asked.{did_you_mean(near)}",
                f"Ask one of: {', '.join(error.names)}.",
                value=show(error.name),
                near=near or "",
                choices=", ".join(error.names),
            )
        case SameTwice():
            yield _refused("same-twice", where, "Both initiatives are the same.", "Name two different initiatives.")
        case AsOfMissing():
            yield _refused(
                "as-of-missing",
                where,
                "Nothing says as of which date the answer is wanted.",
                "Ask for an as_of, for example 2026-11-23.",
            )
        case _ if of_the_data:
            yield from of_the_data
        case _:
            yield _refused(_code_of(error), where, *_sentences(str(error)))


def _refused(code: str, where: str, message: str, remedy: str, **numbers: Any) -> Finding:
    return Finding(code=code, where=where, message=message, remedy=remedy, numbers=FrozenMap(numbers))


def _code_of(error: RhumblineError) -> str:
    """Return the code of an error that has none of its own: the name of its cause in lower case."""
    name = type(error).__name__
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")


def _sentences(text: str) -> tuple[str, str]:
    """Return what is wrong and what to do: an error says the one in its first sentence, the other in the rest."""
    message, dot, remedy = text.partition(". ")
    return (f"{message}.", remedy) if dot else (text, "Correct what it names, and ask again.")


__all__ = ["findings_of"]
