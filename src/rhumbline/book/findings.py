"""What the product says when something is wrong: a Finding about data, an exception about use.

Wrong *user data* never raises: it gives ``(value, findings)``. Wrong *programmer use* raises one
subclass of ``RhumblineError`` per cause; the docstring of the class is its meaning.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rhumbline.book.types import NOTHING, FrozenMap, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing the gate or the integrity rules noticed about the data somebody gave us.

    Parameters
    ----------
    code
        What kind of thing it is, such as ``unknown-reference``; stable over releases.
    where
        The place: record and field, and line and column where the data came from a text file.
    message
        What was found and why it is wrong, as one sentence.
    remedy
        What to do about it, as one sentence.
    severity
        ``error`` holds the row out, ``warning`` lets it pass.
    kind, key
        The record the finding is about, where there is one.
    numbers
        The values the message speaks of, for other languages and for programs.
    """

    code: str
    where: str
    message: str
    remedy: str
    severity: Severity = Severity.ERROR
    kind: str = ""
    key: str = ""
    numbers: FrozenMap[Any] = field(default_factory=lambda: NOTHING)


def holds_out(finding: Finding) -> bool:
    """Whether a finding about data keeps a row out of the Book.

    A part that the data never had, such as the budget, is an error; yet nothing is held out, and the answer itself
    says what it lacks.
    """
    return finding.severity == Severity.ERROR and finding.where != finding.kind


class RhumblineError(Exception):
    """Base of every exception that wrong programmer use raises."""


class UnusableInput(RhumblineError):
    """The input cannot be read as a Book at all; ``findings`` says why and what to do."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        first = findings[0]
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        super().__init__(f"{first.where}: {first.message} {first.remedy}{more}")


class HeldOutRows(RhumblineError):
    """Rows of the input were held out, and this answer would silently miss them."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        places = "; ".join(finding.where for finding in findings[:3])
        super().__init__(
            f"{len(findings)} row(s) are held out ({places}). Correct them, or ask for the answer without them: "
            "without_held_out=True, on the command line --without-held-out."
        )


class ConcealedBook(RhumblineError):
    """An answer was to be computed on a Book that lacks what its reader may not see, so it would be wrong."""

    def __init__(self, concealed: tuple[str, ...]) -> None:
        super().__init__(
            f"This Book was read without {', '.join(concealed)}, so no answer can be computed on it. Ask the server, "
            "which computes on the whole Book and conceals the answer."
        )


class AsOfMissing(RhumblineError):
    """Neither the caller nor the file says as of which date the answer is wanted."""

    def __init__(self) -> None:
        super().__init__(
            "No evaluation date: pass as_of=date(...), or write 'as_of: 2026-11-23' into the file. "
            "Engines never read a clock, so that the same input gives the same answer."
        )


class UnknownRecord(RhumblineError):
    """A key was asked for that the Book does not hold."""

    def __init__(self, kind: str, key: str, near: str | None = None) -> None:
        self.kind, self.key, self.near = kind, key, near
        hint = f"; did you mean {near}?" if near else "."
        super().__init__(f"no {kind} {key}{hint}")


class UnknownCapability(RhumblineError):
    """A capability was asked for that the registry does not hold."""

    def __init__(self, name: str, names: tuple[str, ...]) -> None:
        self.name, self.names = name, names
        super().__init__(f"There is no capability {name!r}. There are: {', '.join(names)}.")


class SameTwice(RhumblineError):
    """A comparison was asked of a thing with itself."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} cannot be compared with itself: name two different initiatives.")


def as_of_or(book_date: date | None, given: date | None) -> date:
    """Return the evaluation date: the caller's, else the file's; raise ``AsOfMissing`` when neither says.

    Parameters
    ----------
    book_date
        The date the file states.
    given
        The date the caller states.
    """
    chosen = given or book_date
    if chosen is None:
        raise AsOfMissing
    return chosen
