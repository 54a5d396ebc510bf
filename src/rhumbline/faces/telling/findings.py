"""What a diagnosis says: what was found, why it matters, what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from rhumbline.book.book import Book
from rhumbline.book.findings import Finding
from rhumbline.book.types import Severity
from rhumbline.engines.diagnosis import Diagnosis, RuleFinding
from rhumbline.engines.reasons import Reason
from rhumbline.faces.blocks import (
    Block,
    Blocks,
    Commands,
    Entries,
    Entry,
    Given,
    Heading,
    Headline,
    Said,
    Sentences,
    Tone,
)
from rhumbline.faces.telling.inputs import TONE_OF, held_out, rows_of
from rhumbline.faces.telling.scores import paradox, title


def said_by(finding: RuleFinding) -> tuple[Said, Said, Said]:
    """Return what was found, why it matters and what to do, from the catalogue or in the rule's own words."""
    own = finding.own_words
    parts = (("message", finding.message), ("why", finding.why), ("remedy", finding.remedy))
    message, why, remedy = (
        Given(reason, own[part], template=True) if part in own else reason for part, reason in parts
    )
    return message, why, remedy


def name_of(finding: RuleFinding) -> Said:
    """Return the name of the rule that was broken."""
    reason = Reason(f"{finding.code}.name")
    return Given(reason, finding.own_words["name"]) if "name" in finding.own_words else reason


def _entry(findings: Sequence[RuleFinding]) -> Entry:
    """Return the findings of one rule as one entry: each subject with its sentence, why and what to do once."""
    items: list[tuple[str, Said]] = []
    notes: list[tuple[Reason, Said]] = []
    for finding in findings:
        message, why, remedy = said_by(finding)
        items.append((finding.subject, message))
        if finding.waived_until:
            items.append((finding.subject, Reason("check.waived", {"until": finding.waived_until})))
        notes += [(Reason("check.why"), why), (Reason("check.do"), remedy)]
    notes.sort(key=lambda note: note[0].code == "check.do")
    return Entry(key=findings[0].code, title=name_of(findings[0]), items=tuple(items), notes=tuple(notes))


def _brief(finding: RuleFinding) -> Entry:
    return Entry(
        key=str(finding),
        title=name_of(finding),
        reasons=said_by(finding)[:1],
        label=Reason(f"word.{finding.severity.value}"),
        tone=TONE_OF[finding.severity],
    )


def _headline(diagnosis: Diagnosis) -> Headline:
    counted = Counter(finding.severity for finding in diagnosis.standing)
    numbers = {severity.value: counted[severity] for severity in Severity}
    waived = len(diagnosis.findings) - len(diagnosis.standing)
    reasons = [
        Reason("check.headline", numbers)
        if diagnosis.standing
        else Reason("check.clear", {"count": len(diagnosis.checked)})
    ]
    if waived:
        reasons.append(Reason("check.waived_count", {"count": waived}))
    tone = Tone.BAD if diagnosis.errors else Tone.WARNING if diagnosis.standing else Tone.GOOD
    return Headline(tuple(reasons), tone)


def _by_severity(findings: Sequence[RuleFinding]) -> Iterator[Block]:
    for severity in Severity:
        own = [finding for finding in findings if finding.severity is severity]
        if own:
            yield Heading(Reason(f"heading.{severity.value}"), TONE_OF[severity])
            by_rule = (tuple(group) for _, group in groupby(own, key=lambda finding: finding.code))
            yield Entries(tuple(_entry(group) for group in by_rule))


def _notes(diagnosis: Diagnosis) -> Iterator[Block]:
    if diagnosis.crashed:
        yield Sentences(
            tuple(Reason("check.crashed", {"rule": crash.code, "text": crash.text}) for crash in diagnosis.crashed),
            Tone.BAD,
        )
    if diagnosis.left_out:
        yield Sentences((Reason("check.left_out", {"rules": diagnosis.left_out}),), Tone.QUIET)
    if not diagnosis.measurable:
        yield Sentences((Reason("check.no_budget"),), Tone.WARNING)


def explain_check(diagnosis: Diagnosis, book: Book) -> Blocks:
    """Select what to say about a diagnosis.

    Parameters
    ----------
    diagnosis
        The diagnosis.
    book
        The Book it was made of.
    """
    return (
        title(book, diagnosis.as_of),
        _headline(diagnosis),
        *_by_severity(diagnosis.findings),
        *_notes(diagnosis),
        paradox(book),
        Commands((("score FILE", Reason("next.score")), ("plan FILE", Reason("next.plan")))),
    )


def explain_briefly(diagnosis: Diagnosis, book: Book, findings: Sequence[Finding] = (), most: int = 3) -> Blocks:
    """Select what to say about one firm among many: one line, and the findings that matter most.

    Parameters
    ----------
    diagnosis
        The diagnosis.
    book
        The Book it was made of.
    findings
        What the gate noticed about the input.
    most
        How many findings to name.
    """
    entries = tuple(map(_brief, diagnosis.standing[:most]))
    missing = held_out(findings)
    first = (Headline((Reason("input.held_out", {"count": rows_of(missing)}),), Tone.BAD),) if missing else ()
    return (title(book, diagnosis.as_of), *first, _headline(diagnosis), *((Entries(entries),) if entries else ()))


__all__ = ["explain_briefly", "explain_check", "name_of", "said_by"]
