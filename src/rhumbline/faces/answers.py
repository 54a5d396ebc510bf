"""An answer in all its forms: the result, the document, the text, the notebook page."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rhumbline import registry
from rhumbline.book.authority import EVERYTHING, Sight
from rhumbline.book.book import Book
from rhumbline.book.concealment import conceal_finding
from rhumbline.book.findings import Finding, HeldOutRows
from rhumbline.exchange import documents
from rhumbline.faces import html
from rhumbline.faces.blocks import Blocks
from rhumbline.faces.concealment import seen_blocks, seen_result
from rhumbline.faces.telling.inputs import explain_input, held_out
from rhumbline.faces.terminal import WIDTH, Terminal
from rhumbline.faces.words import Words

if TYPE_CHECKING:
    from rhumbline.faces.differences import Difference
    from rhumbline.faces.pictures import Picture


@dataclass(frozen=True)
class Whole:
    """What an answer was computed from and is, for an answer whose reader sees less.

    Parameters
    ----------
    result
        What was computed.
    book
        The whole Book.
    terms
        What was asked for.
    findings
        What the gate noticed about the input.
    now
        The Book of today, which says what is private, where the other one is of an earlier date.
    """

    result: Any
    book: Book
    terms: Any
    findings: tuple[Finding, ...]
    now: Book | None = None


@dataclass(frozen=True, repr=False)
class Answer:
    """What Rhumbline answered, and every form it can be shown in.

    What is not one of these names is looked up in the result: ``answer.funded`` is ``answer.result.funded``.
    Every form, the result and the Book too, lacks what the reader may not see.

    Parameters
    ----------
    name
        The capability that was asked.
    result
        What it computed: frozen records and numbers.
    book
        The Book it was computed from.
    terms
        What was asked for.
    findings
        What the gate noticed about the input, if it came from a file.
    language
        Of the sentences.
    without_held_out
        Whether somebody chose to have an answer that misses the rows held out.
    sight
        What the reader sees.
    """

    name: str
    result: Any
    book: Book
    terms: Any
    findings: tuple[Finding, ...] = ()
    language: str = "en"
    without_held_out: bool = field(default=False)
    sight: Sight = EVERYTHING
    _seen_of: Whole | None = None

    @property
    def _whole(self) -> Whole:
        return self._seen_of or Whole(self.result, self.book, self.terms, self.findings)

    def seen_by(self, sight: Sight, now: Book | None = None) -> Answer:
        """Return the same answer for a reader who sees less; nothing is computed again.

        Parameters
        ----------
        sight
            What that reader sees. What this answer lacks already does not come back.
        now
            The Book of today, which says which KPIs are private, where this answer is about an earlier date.
        """
        whole = dataclasses.replace(self._whole, now=now or self._whole.now)
        least = sight.and_not_more_than(self.sight)
        if not least.concealed:
            return self
        words = Words(self.language, whole.book, least, whole.now)
        return Answer(
            name=self.name,
            result=seen_result(whole.result, words),
            book=words.book or whole.book,
            terms=seen_result(whole.terms, words),
            findings=tuple(conceal_finding(finding, least) for finding in whole.findings),
            language=self.language,
            without_held_out=self.without_held_out,
            sight=least,
            _seen_of=whole,
        )

    @cached_property
    def words(self) -> Words:
        """The language, the Book that names come from, and what the reader sees."""
        return Words(self.language, self._whole.book, self.sight, self._whole.now)

    @property
    def blocks(self) -> Blocks:
        """What to say, as codes and numbers."""
        explain = registry.resolve(registry.capability(self.name).explain)
        told: Blocks = explain(self._whole.result, self._whole.book)
        return seen_blocks((*explain_input(self.findings), *told), self.words)

    @property
    def document(self) -> dict[str, Any]:
        """The answer as the JSON document that docs/reference/json.md promises."""
        found = documents.document(
            self.name,
            self.result,
            book=self.book,
            terms=self.terms,
            engine=engine_of(self.name),
            say=self.words.say,
            findings=self.findings,
            sha=self._whole.book.sha,
            concealed=self.sight.concealed,
        )
        if self.without_held_out:
            found["terms"]["without_held_out"] = True
        return found

    @property
    def text(self) -> str:
        """The answer as a terminal shows it, 80 columns wide, without colour."""
        return Terminal(self.words, WIDTH).text(self.blocks)

    def diff(self, other: Answer) -> Difference:
        """Return what changes from this plan to another: what starts, stops and moves, and its money and hours.

        Parameters
        ----------
        other
            The later plan; it may be for another Book.

        Raises
        ------
        NotAPlan
            When one of the two answers another question.
        """
        from rhumbline.faces.differences import NotAPlan, differ

        for answer in (self, other):
            if answer.name != "plan":
                raise NotAPlan(answer.name)
        mine, theirs = self._whole, other._whole
        sight = self.sight.and_not_more_than(other.sight)
        return differ(mine.result, theirs.result, (mine.book, theirs.book), self.language, sight)

    @property
    def pictures(self) -> tuple[str, ...]:
        """The names of the pictures that can be drawn of this answer, the telling one first."""
        from rhumbline.faces.pictures import names

        return names(self.name, self._whole.result)

    def picture(self, name: str = "") -> Picture:
        """Return one picture of this answer, with its table.

        Parameters
        ----------
        name
            One of ``pictures``; by default the first.

        Raises
        ------
        UnknownPicture
            When this answer has no such picture.
        """
        from rhumbline.faces.pictures import picture

        return picture(name, self.name, self._whole.result, self._whole.book, self.words)

    def write(self, path: str | Path) -> None:
        """Write the answer as JSON to a file: the document that docs/reference/json.md promises.

        Parameters
        ----------
        path
            The file; one that is there already is replaced.
        """
        from rhumbline.faces.streams import document_bytes

        Path(path).write_bytes(document_bytes(self.document))

    def _repr_html_(self) -> str:
        return html.page(self.blocks, self.words)

    def __getattr__(self, name: str) -> Any:
        # Only names that are not fields arrive here; private ones are never meant for the result.
        if name.startswith("_"):
            raise AttributeError(name)
        own = vars(type(self)).get(name)
        if own is not None:
            # One of our own forms failed for want of an attribute; say which, not that the form is missing.
            return own.__get__(self)
        return getattr(self.result, name)

    def __repr__(self) -> str:
        return f"<Answer to {self.name}: as_of {self.document['as_of']}, {type(self.result).__name__}>"

    def __str__(self) -> str:
        return self.text


def engine_of(name: str) -> str:
    """Return name and version of the engine behind a capability, such as ``planning/1``."""
    module = registry.capability(name).run.partition(":")[0]
    package = module.removeprefix("rhumbline.engines.").partition(".")[0]
    if not module.startswith("rhumbline.engines."):
        return f"{module}/1"
    return str(getattr(import_module(f"rhumbline.engines.{package}"), "ENGINE", f"{package}/1"))


def ask(
    name: str,
    book: Book,
    terms: Any = None,
    *,
    findings: Iterable[Finding] = (),
    language: str = "en",
    progress: Any = None,
    sight: Sight = EVERYTHING,
    now: Book | None = None,
    **wishes: Any,
) -> Answer:
    """Ask one question about a Book.

    Parameters
    ----------
    name
        A capability.
    book
        The Book.
    terms
        What is asked for; by default made of the wishes.
    findings
        What the gate noticed when the Book was read; by default what the Book remembers of rows that were held out.
        With rows held out, a plan is refused unless ``without_held_out=True`` is among the wishes.
    language
        Of the sentences: ``en`` or ``de``.
    progress
        Told how far the search is, where there is one; it returns whether to go on.
    sight
        What the reader of the answer sees. It is computed on the whole Book, which has to be given here.
    now
        The Book of today, which says which KPIs are private, where the other one is of an earlier date.
    wishes
        Fields of the terms, such as ``as_of`` or ``pins``. An answer, such as a plan to verify, stands for its result.

    Raises
    ------
    HeldOutRows
        When the answer would silently miss rows.
    ConcealedBook
        When the Book lacks what its reader may not see.
    """
    noticed = tuple(findings) or book.held_out
    without = bool(wishes.pop("without_held_out", getattr(terms, "without_held_out", False)))
    missing = held_out(noticed)
    if missing and registry.capability(name).refuses_held_out and not without:
        raise HeldOutRows(missing)
    given = {wish: _computed(value) for wish, value in wishes.items()}
    asked = terms if terms is not None else registry.terms_of(name, **given)
    if without and hasattr(asked, "without_held_out"):
        asked = dataclasses.replace(asked, without_held_out=True)
    # The names of periods count from the evaluation date, also where it was asked for.
    day = getattr(asked, "as_of", None) or book.as_of
    if day != book.as_of:
        book = book.replace(as_of=day)
    if not sight.money and hasattr(asked, "without_money"):
        asked = asked.without_money()
    Words(language)
    result = registry.run(name, book, asked, progress=progress)
    return Answer(name, result, book, asked, noticed, language, without).seen_by(sight, now)


def _computed(wish: Any) -> Any:
    # What is asked about an answer is asked about all of it, whoever reads it.
    return wish._whole.result if isinstance(wish, Answer) else wish  # noqa: SLF001 - this module's own class


__all__ = ["Answer", "Whole", "ask", "engine_of"]
