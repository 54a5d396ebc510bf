"""Writes the teaching stories: every number on a page and every picture is computed when the page is built.

A story is a Markdown text in ``sources``. It asks the product what its reader would ask, ``ask("plan", "bakery")``, and
prints what comes back; ``console`` carries out a command and shows what it says. ``python docs/make.py`` writes the
pages; a test holds them against a fresh build.
"""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import jinja2

import rhumbline
from rhumbline import examples
from rhumbline.book.book import Book
from rhumbline.book.findings import as_of_or
from rhumbline.book.types import Evidence
from rhumbline.engines.alignment import Quantities
from rhumbline.engines.alignment.quantities import PRIOR_FACTORS
from rhumbline.engines.reasons import Reason
from rhumbline.exchange.files import read_book
from rhumbline.faces.charts import Table, standalone
from rhumbline.faces.charts.words import MINUS
from rhumbline.faces.pictures import Picture
from rhumbline.faces.words import Words
from stories.returns import Returns, draw_returns, returns_of

STORIES = Path(__file__).resolve().parent
SOURCES, PICTURES = STORIES / "sources", STORIES / "pictures"
NOTE = "<!-- Written by docs/make.py from docs/stories/sources/{name}; change that, then run it. -->\n"


def pages() -> dict[Path, str]:
    """Return every page and every picture of the stories by its path."""
    built: dict[Path, str] = {}
    for source in sorted(SOURCES.glob("*.md")):
        story = Story(source.name)
        built[STORIES / source.name] = story.text
        built |= {PICTURES / name: svg for name, svg in story.pictures.items()}
    return built


# --- what a story can ask ---------------------------------------------------------------------


@cache
def book(company: str) -> Book:
    """The Book of an example company."""
    return read_book(examples.path(company)).book


@cache
def quantities(company: str) -> Quantities:
    """The numbers behind a company."""
    found = book(company)
    return Quantities(found, as_of_or(found.as_of, None))


def ask(name: str, about: str | Book, **wishes: Any) -> rhumbline.Answer:
    """Ask a question about an example company or about a Book."""
    return rhumbline.run(name, book(about) if isinstance(about, str) else about, **wishes)


def written(text: str) -> Book:
    """The Book that stands in a story."""
    found: Book
    found, findings = read_book(text)
    if findings:
        raise ValueError(f"the Book of a story has faults: {findings}")
    return found


def changed(company: str | Book, kind: str, key: str, **fields: Any) -> Book:
    """The Book of a company with one record changed."""
    found = book(company) if isinstance(company, str) else company
    replaced: Book = found.replace(dataclasses.replace(found.get(kind, key), **fields))
    return replaced


def factor(grade: str) -> float:
    """The share of a claim that counts, by how well it is known."""
    return PRIOR_FACTORS[Evidence(grade)]


def connected(company: str, delivering: Iterable[str]) -> tuple[int, int]:
    """How many pairs of systems exchange what they need once these initiatives have delivered, and of how many."""
    numbers = quantities(company)
    pairs = numbers.all_pairs
    return sum(numbers.connected(pair, tuple(delivering)) for pair in pairs), len(pairs)


def say(reason: Reason, company: str | Book) -> str:
    """A reason in words."""
    return Words("en", book(company) if isinstance(company, str) else company).say(reason)


def roi(company: str) -> Returns:
    """How a company's alignment and its results went together, as levels and as changes."""
    return returns_of(book(company))


_SHELL = {
    "LC_ALL": "C.UTF-8",
    "PYTHONIOENCODING": "utf-8",
    "NO_COLOR": "1",
}


def console(*commands: str, files: Mapping[str, str] | None = None) -> str:
    """Commands and what they print, carried out by a shell in an empty folder with the files they name.

    Parameters
    ----------
    commands
        As somebody would type them.
    files
        Text by name; the example companies that the commands name are there anyway.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name in examples.names():
            if any(f"{name}.yaml" in command for command in commands):
                (Path(folder) / f"{name}.yaml").write_bytes(examples.path(name).read_bytes())
        for name, text in (files or {}).items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        shown = [f"$ {command}\n{_said(command, folder)}" for command in commands]
    return f"```console\n{''.join(shown)}```"


def _said(command: str, folder: str) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(  # noqa: S603 - our own commands, as the reader would type them
        ["bash", "-c", command],  # noqa: S607
        cwd=folder,
        env={**os.environ, **_SHELL, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.stderr:
        raise ValueError(f"{command}: {done.stderr}")
    return done.stdout


# --- how numbers are printed ------------------------------------------------------------------


# The ways of printing, of those the product has, that stories need.
HINTS = ("percent", "points", "whole", "number", "exact", "money")


def correlation(value: float) -> str:
    """A correlation with three decimals and a real minus sign."""
    return f"{value:.3f}".replace("-", MINUS)


def probability(value: float) -> str:
    """A probability with two digits that count."""
    return "below 0.001" if value < 0.001 else f"{value:.2g}"


def table_of(table: Table) -> str:
    """A table of a picture in Markdown, folded away below its picture."""
    rows = [table.header, *table.rows]
    lines = [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
    numbers = [place and place not in table.text_columns for place in range(len(table.header))]
    ruler = "".join("|---:" if number else "|---" for number in numbers) + "|"
    listed = "\n".join([lines[0], ruler, *lines[1:]])
    return f"<details><summary>The same as a table</summary>\n\n{listed}\n\n</details>"


# --- one story --------------------------------------------------------------------------------


class Story:
    """One page under construction: its text, and the pictures it asks for on the way."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.pictures: dict[str, str] = {}

    @cached_property
    def text(self) -> str:
        """The page in Markdown."""
        # A page is Markdown, not HTML, and only our own words go into it; so nothing is escaped.
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(SOURCES),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,  # noqa: S701
        )
        words = Words("en")
        environment.filters |= {hint: lambda value, hint=hint: words.show(value, hint) for hint in HINTS}
        environment.filters |= {"correlation": correlation, "probability": probability}
        environment.globals |= {
            function.__name__: function
            for function in (ask, book, changed, connected, console, factor, quantities, roi, say, written)
        }
        environment.globals |= {"picture": self.picture, "returns_picture": self.returns_picture}
        return NOTE.format(name=self.name) + environment.get_template(self.name).render()

    def picture(self, name: str, drawn: Picture, alternative: str) -> str:
        """Put a picture on the page, with its numbers folded away below it."""
        self.pictures[f"{name}.svg"] = drawn.svg
        return f"![{alternative}](pictures/{name}.svg)\n\n{table_of(drawn.table)}"

    def returns_picture(self, name: str, found: Returns, names: Sequence[tuple[str, str]], alternative: str) -> str:
        """Put the picture of levels against changes on the page."""
        self.pictures[f"{name}.svg"] = standalone(draw_returns(found, names))
        return f"![{alternative}](pictures/{name}.svg)"


__all__ = ["PICTURES", "STORIES", "Story", "pages"]
