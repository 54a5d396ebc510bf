"""What the alignment score and the next questions say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from rhumbline.book.book import Book
from rhumbline.book.types import natural
from rhumbline.engines._maths import Triple
from rhumbline.engines.alignment import LENSES, Question, Score
from rhumbline.engines.alignment.attribution import answer
from rhumbline.engines.reasons import Reason
from rhumbline.faces.blocks import (
    Bar,
    Block,
    Blocks,
    Cell,
    Column,
    Commands,
    Entries,
    Entry,
    Heading,
    Headline,
    Said,
    Sentences,
    Table,
    Title,
    Tone,
)

_QUESTIONS_SHOWN = 3


def title(book: Book, as_of: date) -> Title:
    """Return whose answer this is."""
    return Title(book.organisation.name if book.organisation else "", as_of)


def up_to(value: Triple) -> Reason:
    """Return a triple as people read it: what is guaranteed first, then the most it could be."""
    return Reason("score.up_to", {"low": value.low, "high": value.high})


def ranked(score: Score) -> list[str]:
    """Return the initiatives by guaranteed score, then best guess, then key."""
    found = score.initiatives
    return sorted(found, key=lambda key: (-found[key].alignment.low, -found[key].alignment.best, natural(key)))


def _lenses(score: Score) -> Table:
    columns = (
        Column("column.lens"),
        Column("column.guaranteed", numeric=True),
        Column("column.best", numeric=True),
        Column("column.most", numeric=True),
        Column("column.focus", numeric=True),
        Column("column.coverage", numeric=True),
    )
    rows = []
    for name in LENSES:
        lens = score.organisation.lenses[name]
        rows.append(
            (
                Reason(f"lens.{name}"),
                Cell(lens.value.low, "points"),
                Cell(lens.value.best, "points"),
                Cell(lens.value.high, "points"),
                Cell(lens.focus.best, "percent"),
                Cell(lens.coverage.best, "percent"),
            )
        )
    return Table(columns, tuple(rows))


def _initiatives(book: Book, score: Score) -> Table:
    columns = (
        Column("column.key"),
        Column("column.initiative"),
        Column("column.alignment", numeric=True),
        Column("column.closes", numeric=True),
        Column("column.takes", numeric=True),
        Column("column.status"),
    )
    rows: list[tuple[Said, ...]] = []
    for key in ranked(score):
        initiative = book.initiatives[key]
        status = "drift" if initiative.mode == "drift" else initiative.status
        rows.append(
            (
                Cell(key),
                Cell(key, "name"),
                up_to(score.initiatives[key].alignment),
                Cell(score.gap_share[key].best, "percent"),
                Cell(score.resource_share[key], "percent"),
                Reason(f"word.{status}"),
            )
        )
    return Table(columns, tuple(rows))


def _three_questions(book: Book, score: Score) -> Table:
    columns = (
        Column("column.key"),
        Column("column.initiative"),
        Column("column.strategy"),
        Column("column.market"),
        Column("column.able"),
    )
    rows: list[tuple[Said, ...]] = []
    for key in ranked(score):
        if book.initiatives[key].directed:
            lenses = score.initiatives[key].lenses
            rows.append((Cell(key), Cell(key, "name"), *(Cell(answer(lenses[lens]), "word") for lens in "SMO")))
    return Table(columns, tuple(rows))


def _misalignment(score: Score) -> Iterator[Block]:
    card = score.misalignment
    yield Heading(Reason("heading.misalignment"))
    yield Sentences(
        (
            Reason("misalignment.resources", {"share": card.resources}),
            Reason("misalignment.gap", {"closed": card.gap_closed}),
            Reason("misalignment.attainment", {"share": card.attainment}),
        )
    )


def _questions(questions: tuple[Question, ...], heading: str) -> Iterator[Block]:
    if not questions:
        return
    yield Heading(Reason(heading))
    yield Entries(tuple(_question(question) for question in questions))


def _question(question: Question) -> Entry:
    about_firm = question.subject == "organisation"
    worth = "question.worth" if question.gain > 0 else "question.worth_own"
    numbers = {"gain": question.gain, "own": question.own_gain, "seconds": question.seconds}
    return Entry(
        key=question.subject,
        title=Reason("word.organisation") if about_firm else Cell(question.subject, "name"),
        reasons=(Reason(f"question.{question.part.replace(' ', '_')}"), Reason(worth, numbers)),
    )


def paradox(book: Book) -> Sentences:
    """Return the note that stands under every score: too much alignment stifles."""
    reserve = float(book.budget.drift) if book.budget else 0.0
    code = "score.paradox" if reserve > 0 else "score.paradox_without_reserve"
    return Sentences((Reason(code, {"reserve": reserve}),), Tone.QUIET)


def explain_score(score: Score, book: Book) -> Blocks:
    """Select what to say about an alignment score.

    Parameters
    ----------
    score
        The score.
    book
        The Book it was computed from.
    """
    if not score.measurable:
        return (title(book, score.as_of), Headline((Reason("score.no_budget"),), Tone.BAD))
    alignment = score.organisation.alignment
    return (
        title(book, score.as_of),
        Headline((Reason("score.headline", {"low": alignment.low, "high": alignment.high}),)),
        Bar(alignment),
        Heading(Reason("heading.lenses")),
        _lenses(score),
        Heading(Reason("heading.initiatives")),
        _initiatives(book, score),
        Heading(Reason("heading.three_questions")),
        _three_questions(book, score),
        *_misalignment(score),
        *_questions(score.questions[:_QUESTIONS_SHOWN], "heading.questions"),
        paradox(book),
        Commands((("check FILE", Reason("next.check")), ("plan FILE", Reason("next.plan")))),
    )


def explain_questions(score: Score, book: Book) -> Blocks:
    """Select what to say about what to answer next.

    Parameters
    ----------
    score
        The score, with its questions.
    book
        The Book it was computed from.
    """
    alignment = score.organisation.alignment
    numbers = {"count": len(score.questions), "low": alignment.low, "high": alignment.high}
    code = "questions.headline" if score.questions else "questions.none"
    return (
        title(book, score.as_of),
        Headline((Reason(code, numbers),)),
        *_questions(score.questions, "heading.all_questions"),
    )


__all__ = ["explain_questions", "explain_score", "paradox", "ranked", "title", "up_to"]
