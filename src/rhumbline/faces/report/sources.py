"""Where the numbers of a report come from: for each the records, the formula and the page that explains it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rhumbline.engines.reasons import Reason
from rhumbline.faces.blocks import Cell, Said
from rhumbline.faces.report.contents import Contents
from rhumbline.faces.report.grids import Grid, Row, columns

_ALIGNMENT, _PLANNING, _DIAGNOSIS = (f"docs/explanation/{page}.md" for page in ("alignment", "planning", "diagnosis"))
_MONEY = ("budget", "team", "initiative")
_EFFECT = ("objective", "kpi", "benefit")
_MARKET = ("segment", "need", "signal")
_ABLE = ("capability", "system", "flow", "work_item", "survey")


@dataclass(frozen=True, slots=True)
class Source:
    """Where one number comes from.

    Parameters
    ----------
    name
        By which a page refers to it.
    number
        Printed beside the number, and in the table of sources.
    value
        The number, where it is a single one.
    records
        The kinds of record it is computed from, of those that the Book holds.
    page
        Of the documentation.
    """

    name: str
    number: int
    value: Said
    records: tuple[str, ...]
    page: str

    @property
    def what(self) -> Reason:
        """What the number is."""
        return Reason(f"report.source_of.{self.name}")

    @property
    def formula(self) -> Reason:
        """How it is computed."""
        return Reason(f"report.formula.{self.name}")


def sources_of(contents: Contents) -> dict[str, Source]:
    """Return the sources of the numbers that a report of these contents prints, by name."""
    found = {}
    for number, (name, value, kinds, page) in enumerate(_sources(contents), start=1):
        held = tuple(kind for kind in kinds if contents.book.all(kind))
        found[name] = Source(name, number, value, held, page)
    return found


_Told = tuple[str, Said, tuple[str, ...], str]
_MANY = Cell(None)


def _sources(contents: Contents) -> Iterator[_Told]:
    yield from _of_the_score(contents)
    yield from _of_the_plan(contents)
    yield (
        "findings",
        Cell(len(contents.diagnosis.findings), "number"),
        (*_MONEY, *_EFFECT, *_MARKET, *_ABLE),
        _DIAGNOSIS,
    )
    yield "evidence", _MANY, ("benefit",), _ALIGNMENT


def _of_the_score(contents: Contents) -> Iterator[_Told]:
    score, everything = contents.score, (*_MONEY, *_EFFECT, *_MARKET, *_ABLE)
    if not score.measurable:
        return
    alignment = score.organisation.alignment
    yield "score", Reason("score.up_to", {"low": alignment.low, "high": alignment.high}), everything, _ALIGNMENT
    yield "lenses", _MANY, everything, _ALIGNMENT
    yield "lost", Cell(1 - alignment.best, "points"), everything, _ALIGNMENT
    yield "coverage", _MANY, _EFFECT, _ALIGNMENT
    yield "resources", Cell(contents.quantities.resources, "money"), ("budget", "team"), _ALIGNMENT
    yield "cost", _MANY, _MONEY, _ALIGNMENT
    yield "closes", _MANY, (*_EFFECT, "initiative"), _ALIGNMENT
    yield "alignment", _MANY, everything, _ALIGNMENT
    yield "misaligned", Cell(score.misalignment.resources, "percent"), (*_MONEY, *_EFFECT), _ALIGNMENT
    yield "attainment", Cell(score.misalignment.attainment, "percent"), _EFFECT, _ALIGNMENT
    yield "gap_now", Cell(score.misalignment.gap_closed, "percent"), (*_EFFECT, "initiative"), _PLANNING
    if score.questions:
        yield "questions", Cell(len(score.questions), "number"), everything, _ALIGNMENT


def _of_the_plan(contents: Contents) -> Iterator[_Told]:
    plan, kinds = contents.plan, (*_MONEY, *_EFFECT, "ethics_review")
    if not contents.planned:
        return
    yield "gap_plan", Cell(plan.gap_closed, "percent"), kinds, _PLANNING
    yield "value", Cell(plan.value, "exact"), kinds, _PLANNING
    if plan.score_after is not None:
        after = plan.score_after.alignment
        yield "score_after", Reason("score.up_to", {"low": after.low, "high": after.high}), kinds, _ALIGNMENT
    yield "load", Cell(plan.cost, "money"), _MONEY, _PLANNING
    if contents.explanations:
        yield "flips", _MANY, kinds, _PLANNING
    if plan.blocked or contents.terms.pins or contents.terms.bans:
        yield "prices", _MANY, kinds, _PLANNING


def sources_grid(contents: Contents) -> Grid:
    """Return the sources as a table without links, for a workbook."""
    rows = []
    for source in sources_of(contents).values():
        named = tuple(contents.words.text(f"report.records.{kind}") for kind in source.records)
        cells = (
            Cell(source.number, "number"),
            source.what,
            source.value,
            source.formula,
            Cell(named or None),
            Cell(source.page),
        )
        rows.append(Row(cells))
    return Grid("sources", columns("number#", "what", "value", "formula", "records", "page"), tuple(rows))


__all__ = ["Source", "sources_grid", "sources_of"]
