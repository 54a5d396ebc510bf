"""What is said about the input itself: rows held out first, before any answer that misses them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rhumbline.book.findings import Finding, holds_out
from rhumbline.book.types import Severity
from rhumbline.engines.reasons import Reason
from rhumbline.faces.blocks import Blocks, Cell, Entries, Entry, Given, Headline, Tone

# What a finding is about when it is not about a record but about what was typed.
OF_THE_COMMAND = "command"
TONE_OF = {Severity.ERROR: Tone.BAD, Severity.WARNING: Tone.WARNING, Severity.INFO: Tone.QUIET}


def errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings of severity error."""
    return tuple(finding for finding in findings if finding.severity is Severity.ERROR)


def held_out(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that hold a row out."""
    return tuple(finding for finding in findings if holds_out(finding))


def rows_of(findings: Iterable[Finding]) -> int:
    """Return how many rows findings are about; two bad values in one row hold out one row."""
    return len({(finding.kind, finding.key) if finding.kind else finding.where for finding in findings})


def noticed(finding: Finding) -> tuple[Given, Given]:
    """Return what was found and what to do about it."""
    family = "refused" if finding.kind == OF_THE_COMMAND else "gate"
    return (
        Given(Reason(f"{family}.{finding.code}.message", finding.numbers), finding.message),
        Given(Reason(f"{family}.{finding.code}.remedy", finding.numbers), finding.remedy),
    )


def _entry(finding: Finding) -> Entry:
    return Entry(
        key=finding.where,
        title=Cell(""),
        reasons=noticed(finding),
        label=Reason(f"word.{finding.severity.value}"),
        tone=TONE_OF[finding.severity],
    )


def explain_findings(findings: Sequence[Finding]) -> Entries:
    """Return findings about the input as a list."""
    return Entries(tuple(_entry(finding) for finding in findings))


def explain_input(findings: Sequence[Finding]) -> Blocks:
    """Select what to say about the input of an answer.

    Parameters
    ----------
    findings
        What the gate noticed.
    """
    if not findings:
        return ()
    missing = held_out(findings)
    headline = (
        Headline((Reason("input.held_out", {"count": rows_of(missing)}),), Tone.BAD)
        if missing
        else Headline((Reason("input.noticed", {"count": len(findings)}),), Tone.WARNING)
    )
    return (headline, explain_findings(findings))


__all__ = ["OF_THE_COMMAND", "TONE_OF", "errors", "explain_findings", "explain_input", "held_out", "noticed", "rows_of"]
