"""What is said about files that were written: a conversion, a template, and the end of the demonstration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rhumbline.book.book import Book
from rhumbline.book.findings import Finding
from rhumbline.engines.reasons import Reason
from rhumbline.faces.blocks import (
    Blocks,
    Cell,
    Commands,
    Entries,
    Entry,
    Heading,
    Headline,
    Sentences,
    Title,
    Tone,
)
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


def explain_conversion(book: Book, findings: Sequence[Finding], target: Path) -> Blocks:
    """Select what to say about a Book that was written in another format.

    Parameters
    ----------
    book
        The Book.
    findings
        What was noticed about the source.
    target
        Where it was written.
    """
    numbers = {"file": str(target), "count": len(book), "sha": book.sha[:12]}
    # What the Book never had, such as a budget, is no matter of its format.
    said = [finding for finding in findings if finding.where != finding.kind]
    return (*explain_input(said), Headline((Reason("convert.done", numbers),), Tone.GOOD))


def explain_templates(templates: Sequence[Any]) -> Blocks:
    """Select what to say about the templates there are.

    Parameters
    ----------
    templates
        The templates.
    """
    return (
        Headline((Reason("template.headline", {"count": len(templates)}),)),
        Entries(tuple(Entry(key=one.name, title=Cell(one.industry), reasons=(Cell(one.title),)) for one in templates)),
        Commands(
            (
                (f"template --company {templates[0].name}", Reason("next.template")),
                (f"template --company {templates[0].name} --format yaml", Reason("next.template_text")),
            )
        ),
    )


def explain_template(template: Any, target: Any) -> Blocks:
    """Select what to say about a template that was written.

    Parameters
    ----------
    template
        The template.
    target
        Where it was written.
    """
    numbers = {"file": str(target), "industry": template.industry}
    return (
        Headline((Reason("template.done", numbers),), Tone.GOOD),
        Sentences((Reason("template.fill"),)),
        Commands((("check FILE", Reason("next.check_template")),)),
    )


def explain_demo(diagnosis: Any, plan: Any, target: Path, page: Path, *, written: bool) -> Blocks:
    """Select what to show of an example company: the three findings that matter most, and the plan.

    Parameters
    ----------
    diagnosis, plan
        Answers to ``check`` and ``plan``.
    target
        The file of the example.
    page
        The file of its report.
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
        Sentences((Reason("demo.page", {"file": str(page)}),)),
        Heading(Reason("heading.next")),
        _NEXT,
        Sentences((Reason("demo.edit", {"file": str(target)}),), Tone.QUIET),
    )


__all__ = ["explain_conversion", "explain_demo", "explain_template", "explain_templates"]
