"""What is said when a file was brought in, and at the end of the demonstration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rhumbline.book.book import Book
from rhumbline.book.findings import Finding
from rhumbline.engines.reasons import Reason
from rhumbline.faces.blocks import Blocks, Commands, Heading, Headline, Sentences, Title, Tone
from rhumbline.faces.telling.findings import explain_briefly
from rhumbline.faces.telling.inputs import explain_input

_NEXT = Commands(
    (
        ("score FILE", Reason("next.score")),
        ("check FILE", Reason("next.check")),
        ("plan FILE", Reason("next.plan")),
        ("questions FILE", Reason("next.questions")),
    )
)


def explain_import(book: Book, findings: Sequence[Finding], target: Path) -> Blocks:
    """Select what to say about a file that was brought in.

    Parameters
    ----------
    book
        The Book it became.
    findings
        What was noticed on the way.
    target
        Where the Book was written.
    """
    numbers = {"file": str(target), "count": len(book.initiatives)}
    return (*explain_input(findings), Headline((Reason("import.done", numbers),), Tone.GOOD), _NEXT)


def explain_demo(diagnosis: Any, plan: Any, target: Path, *, written: bool) -> Blocks:
    """Select what to show of an example company: the three findings that matter most, and the plan.

    Parameters
    ----------
    diagnosis, plan
        Answers to ``check`` and ``plan``.
    target
        The file of the example.
    written
        Whether it was written just now.
    """
    wrote = Reason("demo.wrote" if written else "demo.there", {"file": str(target)})
    kept = (block for block in plan.blocks if not isinstance(block, Title | Commands))
    return (
        Sentences((wrote,)),
        *explain_briefly(diagnosis.result, diagnosis.book),
        Heading(Reason("heading.plan")),
        *kept,
        Heading(Reason("heading.next")),
        _NEXT,
        Sentences((Reason("demo.edit", {"file": str(target)}),), Tone.QUIET),
    )


__all__ = ["explain_demo", "explain_import"]
