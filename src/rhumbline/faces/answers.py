"""An answer in all its forms: the result, the document, the text, the notebook page."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rhumbline import registry
from rhumbline.book.book import Book
from rhumbline.book.findings import Finding, HeldOutRows
from rhumbline.exchange import documents
from rhumbline.faces import html
from rhumbline.faces.blocks import Blocks
from rhumbline.faces.telling.inputs import explain_input, held_out
from rhumbline.faces.terminal import WIDTH, Terminal
from rhumbline.faces.words import Words

if TYPE_CHECKING:
    from rhumbline.faces.differences import Difference
    from rhumbline.faces.pictures import Picture


@dataclass(frozen=True, repr=False)
class Answer:
    """What Rhumbline answered, and every form it can be shown in.

    What is not one of these names is looked up in the result: ``answer.funded`` is ``answer.result.funded``.

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
    """

    name: str
    result: Any
    book: Book
    terms: Any
    findings: tuple[Finding, ...] = ()
    language: str = "en"
    without_held_out: bool = field(default=False)

    @property
    def words(self) -> Words:
        """The language, and the Book that names come from."""
        return Words(self.language, self.book)

    @property
    def blocks(self) -> Blocks:
        """What to say, as codes and numbers."""
        explain = registry.resolve(registry.capability(self.name).explain)
        told: Blocks = explain(self.result, self.book)
        return (*explain_input(self.findings), *told)

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
        return differ(self.result, other.result, (self.book, other.book), self.language)

    @property
    def pictures(self) -> tuple[str, ...]:
        """The names of the pictures that can be drawn of this answer, the telling one first."""
        from rhumbline.faces.pictures import names

        return names(self.name, self.result)

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

        return picture(name, self.name, self.result, self.book, self.words)

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
    wishes
        Fields of the terms, such as ``as_of`` or ``pins``. An answer, such as a plan to verify, stands for its result.

    Raises
    ------
    HeldOutRows
        When the answer would silently miss rows.
    """
    noticed = tuple(findings) or book.held_out
    without = bool(wishes.pop("without_held_out", getattr(terms, "without_held_out", False)))
    missing = held_out(noticed)
    if missing and registry.capability(name).refuses_held_out and not without:
        raise HeldOutRows(missing)
    given = {wish: value.result if isinstance(value, Answer) else value for wish, value in wishes.items()}
    asked = terms if terms is not None else registry.terms_of(name, **given)
    if without and hasattr(asked, "without_held_out"):
        asked = dataclasses.replace(asked, without_held_out=True)
    Words(language)
    result = registry.run(name, book, asked, progress=progress)
    return Answer(name, result, book, asked, noticed, language, without)


__all__ = ["Answer", "ask", "engine_of"]
