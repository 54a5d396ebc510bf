"""Puts the contents of a report on a page: which sections there are, and one template for screen, print and PDF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from rhumbline.engines.planning import Line
from rhumbline.engines.reasons import Reason
from rhumbline.faces.blocks import Entries, Entry, Heading
from rhumbline.faces.charts import stylesheet, to_html
from rhumbline.faces.concealment import concealed_note
from rhumbline.faces.report import grids
from rhumbline.faces.report.contents import Contents
from rhumbline.faces.report.figures import figures_of
from rhumbline.faces.report.pictures import address, coverage_picture, pictures_of
from rhumbline.faces.report.records import other_kinds, record_grids
from rhumbline.faces.report.sources import sources_of
from rhumbline.faces.telling.inputs import explain_findings, rows_of
from rhumbline.faces.telling.scores import paradox
from rhumbline.faces.words import Words

if TYPE_CHECKING:
    from jinja2 import Environment

# Enough to tell two Books apart; the whole digest stands in the appendix.
_SHORT_SHA = 12
# So many entries of a list fit on a single sheet of paper.
_ONEPAGE_LINES = 5
_ONEPAGE_LINES_OF_THE_RESERVE = 2
_ONEPAGE_OBJECTIVES = 6


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("rhumbline.faces.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _style(name: str) -> str:
    """Return the styles of a page: those of the pictures, then its own."""
    folder = resources.files("rhumbline.faces.report") / "templates"
    own = "".join((folder / file).read_text(encoding="utf-8") for file in ("common.css", name))
    lines = f"{stylesheet()}\n{own}".splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


def _render(template: str, contents: Contents, style: str, *, paper: bool, **more: Any) -> str:
    from jinja2.filters import do_mark_safe as safe

    words = contents.words
    page = (
        _environment()
        .get_template(template)
        .render(
            contents=contents,
            plan=contents.plan,
            words=words,
            say=words.text,
            show=words.show,
            said=words.said,
            address=address,
            # Both come from our own files; everything else is escaped by the template.
            style=safe(_style(style)),
            table=lambda picture: safe(to_html(picture.table)),
            svg=safe,
            figures=figures_of(contents),
            pictures=pictures_of(contents),
            sources=sources_of(contents),
            paradox=paradox(contents.book).reasons,
            concealed=concealed_note(words) if words.sight.concealed else None,
            paper=paper,
            **more,
        )
    )
    return f"{page.rstrip()}\n"


# --- the report -------------------------------------------------------------------------------


def report_page(contents: Contents, *, paper: bool = False) -> str:
    """Return the report as one HTML page that needs nothing else.

    Parameters
    ----------
    contents
        What it tells.
    paper
        Make it for a renderer of PDF: pictures carry their style, and their tables stand at the end.
    """
    from rhumbline import __version__

    return _render(
        "report.html",
        contents,
        "report.css",
        paper=paper,
        sections=tuple(sections_of(contents)),
        title_of=lambda name: contents.words.text(_title_code(contents, name)),
        held_out_rows=rows_of(contents.held_out),
        grids=_Grids(contents),
        findings=tuple(_by_severity(contents)),
        entries=lambda findings: explain_findings(findings).entries,
        records=record_grids(contents),
        notes_of=lambda entry: _notes(entry, contents.words),
        other_kinds=[contents.words.say(kind) for kind in other_kinds(contents)],
        version=__version__,
        short_sha=contents.book.sha[:_SHORT_SHA],
    )


def sections_of(contents: Contents) -> Iterator[str]:
    """Yield the sections that a report of these contents has, in reading order."""
    book = contents.book
    present = {
        "held_out": bool(contents.held_out),
        "decision": True,
        "proof": contents.planned,
        "flips": bool(contents.explanations),
        "missing": bool(contents.missing),
        "periods": contents.planned and bool(contents.plan.starts),
        "objectives": bool(book.objectives),
        "standing": contents.score.measurable,
        "initiatives": bool(contents.quantities.open),
        "findings": True,
        "map": bool(book.objectives),
        "heat": bool(contents.quantities.open) and (contents.score.measurable or bool(book.objectives)),
        "misalignment": contents.score.measurable,
        "ethics": bool(book.all("ethics_review")),
        "wishes": bool(contents.terms.pins or contents.terms.bans or contents.terms.scenario),
        "questions": bool(contents.score.questions),
        "sure": True,
        "remarks": bool(contents.remarks),
        "sources": True,
        "records": bool(record_grids(contents)),
    }
    yield from (name for name, there in present.items() if there)


def _title_code(contents: Contents, name: str) -> str:
    """Return the code of a section's title; without a plan there is nothing after it."""
    only_now = name == "objectives" and not contents.planned
    return f"report.section.{'objectives_now' if only_now else name}"


class _Grids:
    """Makes a table when a template asks for it by name."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents

    def __getattr__(self, name: str) -> grids.Grid:
        made: grids.Grid = getattr(grids, f"{name}_grid")(self.contents)
        return made


def _by_severity(contents: Contents) -> Iterator[tuple[Reason, Entries]]:
    """Yield the findings as ``check`` tells them: a heading for each severity, and the rules under it."""
    heading = None
    for block in contents.check_answer.blocks:
        if isinstance(block, Heading):
            heading = block.reason
        # What the gate noticed stands without a heading; the report tells it elsewhere.
        elif isinstance(block, Entries) and heading is not None:
            yield heading, block


def _notes(entry: Entry, words: Words) -> list[tuple[str, list[str]]]:
    """Return the notes of an entry under their words, each sentence once."""
    noted: dict[str, dict[str, None]] = {}
    for word, said in entry.notes:
        noted.setdefault(words.said(word), {})[words.said(said)] = None
    return [(word, list(sentences)) for word, sentences in noted.items()]


# --- the strategy on a page -------------------------------------------------------------------


def onepage_page(contents: Contents, *, paper: bool = False) -> str:
    """Return the strategy on one sheet of A4: mission, objectives, what to fund and stop, five numbers.

    Parameters
    ----------
    contents
        What it tells.
    paper
        Make it for a renderer of PDF.
    """
    objectives = coverage_picture(contents, _ONEPAGE_OBJECTIVES) if contents.book.objectives else None
    return _render(
        "onepage.html",
        contents,
        "onepage.css",
        paper=paper,
        coverage=objectives,
        heaviest=lambda lines, most: _heaviest(contents, lines, most),
        most=_ONEPAGE_LINES,
        most_beside=_ONEPAGE_LINES_OF_THE_RESERVE,
    )


def _heaviest(contents: Contents, lines: Sequence[Line], most: int) -> list[Line]:
    """Return so many lines at most, those that cost most, in the order of the plan."""
    cost = contents.quantities.full_cost
    kept = sorted(lines, key=lambda line: -cost[line.initiative])[:most]
    return [line for line in lines if line in kept]


__all__ = ["onepage_page", "report_page", "sections_of"]
