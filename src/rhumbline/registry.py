"""The table of contents of the product: what it can be asked, one line per capability.

A line names its parts as ``module:name``; they are imported when the capability is used, so that
listing what there is costs next to nothing. Command, options and reference page follow from a line.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from rhumbline.book.book import Book
from rhumbline.book.fields import Container, fields_of
from rhumbline.book.findings import ConcealedBook, UnknownCapability


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """One thing Rhumbline can be asked.

    Parameters
    ----------
    name
        The verb: the command, the function and the path of the API.
    asks
        The question it answers, as an owner would put it.
    terms
        Dataclass of what can be asked for; a field without a default must be given.
    result
        Dataclass of what comes back.
    run
        ``run(book, terms) -> result``: a pure function.
    explain
        ``explain(result, book) -> blocks``: selects what to say, as codes and numbers.
    refuses_held_out
        Whether it refuses a Book that misses rows, until ``without_held_out`` is chosen.
    """

    name: str
    asks: str
    terms: str
    result: str
    run: str
    explain: str
    refuses_held_out: bool = False


ALIGNMENT, PLANNING, DIAGNOSIS = (f"rhumbline.engines.{name}" for name in ("alignment", "planning", "diagnosis"))
TELLING = "rhumbline.faces.telling"

CAPABILITIES: tuple[Capability, ...] = (
    Capability(
        name="score",
        asks="Does our work lead where our strategy says?",
        terms=f"{ALIGNMENT}:ScoreTerms",
        result=f"{ALIGNMENT}:Score",
        run=f"{ALIGNMENT}:score",
        explain=f"{TELLING}.scores:explain_score",
    ),
    Capability(
        name="check",
        asks="What is wrong, why does it matter, and what to do?",
        terms=f"{DIAGNOSIS}:CheckTerms",
        result=f"{DIAGNOSIS}:Diagnosis",
        run=f"{DIAGNOSIS}:check",
        explain=f"{TELLING}.findings:explain_check",
    ),
    Capability(
        name="plan",
        asks="What should we fund, and what should we stop?",
        terms=f"{PLANNING}:PlanTerms",
        result=f"{PLANNING}:Plan",
        run=f"{PLANNING}:plan",
        explain=f"{TELLING}.plans:explain_plan",
        refuses_held_out=True,
    ),
    Capability(
        name="explain",
        asks="Why is this initiative in the plan, or out of it?",
        terms=f"{PLANNING}:ExplainTerms",
        result=f"{PLANNING}:Explanation",
        run=f"{PLANNING}:explain",
        explain=f"{TELLING}.plans:explain_explanation",
        refuses_held_out=True,
    ),
    Capability(
        name="compare",
        asks="Which of two initiatives serves the strategy better?",
        terms=f"{PLANNING}:CompareTerms",
        result=f"{PLANNING}:Comparison",
        run=f"{PLANNING}:compare",
        explain=f"{TELLING}.plans:explain_comparison",
        refuses_held_out=True,
    ),
    Capability(
        name="verify",
        asks="Is this stored plan what it claims to be?",
        terms=f"{PLANNING}.verify:VerifyTerms",
        result=f"{PLANNING}.verify:Verification",
        run=f"{PLANNING}.verify:verify",
        explain=f"{TELLING}.plans:explain_verification",
    ),
    Capability(
        name="questions",
        asks="Which missing answer would tell us most?",
        terms=f"{ALIGNMENT}:ScoreTerms",
        result=f"{ALIGNMENT}:Score",
        run=f"{ALIGNMENT}:score",
        explain=f"{TELLING}.scores:explain_questions",
    ),
)


def resolve(reference: str) -> Any:
    """Import what a reference such as ``package.module:name`` names.

    Parameters
    ----------
    reference
        A module and a name in it, with a colon between them.
    """
    module, _, name = reference.partition(":")
    return getattr(import_module(module), name)


def capabilities() -> tuple[Capability, ...]:
    """Return everything Rhumbline can be asked, in the order of the command line's help."""
    return CAPABILITIES


def capability(name: str) -> Capability:
    """Return one capability; raise ``UnknownCapability``, naming all there are, when there is none."""
    for found in CAPABILITIES:
        if found.name == name:
            return found
    raise UnknownCapability(name, tuple(found.name for found in CAPABILITIES))


def terms_of(name: str, **wishes: Any) -> Any:
    """Return the terms of a capability with these wishes; raise TypeError when it knows no such wish.

    Parameters
    ----------
    name
        A capability.
    wishes
        Fields of its terms. A list may be given as any iterable, and one key as itself.
    """
    terms = resolve(capability(name).terms)
    lists = {field.name for field in fields_of(terms) if field.part.container is Container.LIST}
    return terms(**{wish: _tuple_of(value) if wish in lists else value for wish, value in wishes.items()})


def _tuple_of(value: Any) -> tuple[Any, ...]:
    """Terms are immutable, so any iterable becomes a tuple; a set in order, since its own order is chance."""
    if isinstance(value, str):
        return (value,)
    return tuple(sorted(value) if isinstance(value, set | frozenset) else value)


# --- what is said about a wish ----------------------------------------------------------------

_PARAMETERS = re.compile(r"^(\w+(?:, \w+)*)\n((?:[ ]{4}.*\n?)+)", re.MULTILINE)
_SAID_THERE = re.compile(r"As for an? (\w+)\.")


@cache
def described(terms: type[Any]) -> dict[str, str]:
    """Return what the docstring of a class of terms says about each wish.

    Parameters
    ----------
    terms
        A dataclass whose docstring has a section ``Parameters``. What is said there to be as for another
        capability (``As for a plan.``) is explained as in the terms of that one.
    """
    listed = inspect.cleandoc(terms.__doc__ or "").partition("Parameters\n----------\n")[2]
    found: dict[str, str] = {}
    for match in _PARAMETERS.finditer(f"{listed}\n"):
        text = " ".join(match[2].split())
        there = _SAID_THERE.fullmatch(text)
        others = described(resolve(capability(there[1]).terms)) if there else {}
        found |= {name: others.get(name, text) for name in match[1].split(", ")}
    return found


def listens(name: str) -> bool:
    """Return whether a capability tells how far its search is, and ends it when asked to."""
    return "progress" in inspect.signature(resolve(capability(name).run)).parameters


def run(name: str, book: Book, terms: Any = None, *, progress: Any = None, **wishes: Any) -> Any:
    """Answer one question about a Book.

    Parameters
    ----------
    name
        A capability.
    book
        The Book.
    terms
        What is asked for; by default made of the wishes.
    progress
        Told how far the search is, for a capability that ``listens``; it returns whether to go on.
    wishes
        Fields of the terms.

    Raises
    ------
    ConcealedBook
        When the Book lacks what its reader may not see.
    """
    if book.concealed:
        raise ConcealedBook(book.concealed)
    chosen = terms if terms is not None else terms_of(name, **wishes)
    function = resolve(capability(name).run)
    return function(book, chosen) if progress is None else function(book, chosen, progress=progress)


__all__ = [
    "CAPABILITIES",
    "Capability",
    "capabilities",
    "capability",
    "described",
    "listens",
    "resolve",
    "run",
    "terms_of",
]
