"""The difference of two plans in all its forms: the numbers, the text, the notebook page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rhumbline.book.authority import EVERYTHING, Sight
from rhumbline.book.book import Book
from rhumbline.book.findings import RhumblineError
from rhumbline.engines.alignment.quantities import Quantities
from rhumbline.engines.planning.difference import Measured, PlanDifference, difference
from rhumbline.engines.planning.result import Plan
from rhumbline.faces import html
from rhumbline.faces.blocks import Blocks
from rhumbline.faces.concealment import seen_blocks, seen_result
from rhumbline.faces.telling.differences import explain_difference
from rhumbline.faces.terminal import WIDTH, Terminal
from rhumbline.faces.words import Words


class NotAPlan(RhumblineError):
    """A difference was asked of an answer that is no plan."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Only two plans have a difference; this is an answer to {name!r}. Ask rhumbline.plan twice.")


@dataclass(frozen=True, repr=False)
class Difference:
    """What changes from one plan to another, and every form it can be shown in.

    What is not one of these names is looked up in the result: ``difference.started``.

    Parameters
    ----------
    result
        What changes: frozen records and numbers.
    blocks
        What to say about it, as codes and numbers.
    words
        The language, and the Book that names come from.
    """

    result: PlanDifference
    blocks: Blocks
    words: Words

    @property
    def text(self) -> str:
        """The difference as a terminal shows it, 80 columns wide, without colour."""
        return Terminal(self.words, WIDTH).text(self.blocks)

    def _repr_html_(self) -> str:
        return html.page(self.blocks, self.words)

    def __getattr__(self, name: str) -> Any:
        # Only names that are not fields arrive here; private ones are never meant for the result.
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.result, name)

    def __repr__(self) -> str:
        found = self.result
        return f"<Difference: {len(found.started)} start, {len(found.stopped)} stop, {len(found.moved)} move>"

    def __str__(self) -> str:
        return self.text


def differ(before: Plan, after: Plan, books: tuple[Book, Book], language: str, sight: Sight = EVERYTHING) -> Difference:
    """Return what changes from one plan to another.

    Parameters
    ----------
    before, after
        The two plans.
    books
        The Books they were made for.
    language
        Of the sentences.
    sight
        What the reader sees.
    """
    plans = (before, after)
    one, other = (Measured(plan, Quantities(book, plan.as_of)) for plan, book in zip(plans, books, strict=True))
    found = difference(one, other)
    words = Words(language, _both(*books), sight)
    return Difference(seen_result(found, words), seen_blocks(explain_difference(found, one, other), words), words)


def _both(one: Book, other: Book) -> Book:
    """A Book that knows the names of both: what only the first one has must not be called by its key."""
    kinds = ("initiative", "team")
    named = [record for kind in kinds for key, record in one.all(kind).items() if key not in other.all(kind)]
    return other.replace(*named)


__all__ = ["Difference", "NotAPlan", "differ"]
