"""The pictures of an answer: which there are, and each with the table that says the same.

``plan.picture("portfolio")`` shows itself in a notebook; ``.svg`` is a file of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from rhumbline.book.book import Book
from rhumbline.book.findings import RhumblineError
from rhumbline.engines.alignment import Quantities, Score, ScoreTerms, score
from rhumbline.engines.diagnosis import Diagnosis
from rhumbline.engines.planning import Plan
from rhumbline.faces.chart_words import ChartWords
from rhumbline.faces.charts import (
    WIDE,
    Table,
    compass_table,
    coverage_table,
    draw_compass,
    draw_coverage,
    draw_heat_map,
    draw_plan_periods,
    draw_portfolio,
    draw_strategy_map,
    draw_tornado,
    draw_waterfall,
    heat_map_table,
    plan_periods_table,
    portfolio_table,
    standalone,
    strategy_map_table,
    to_html,
    tornado_table,
    views,
    waterfall_table,
)
from rhumbline.faces.words import Words, harmless


class UnknownPicture(RhumblineError):
    """A picture was asked for that this answer does not have."""

    def __init__(self, name: str, there: tuple[str, ...]) -> None:
        listed = f"There are: {', '.join(there)}." if there else "It has none."
        super().__init__(f"There is no picture {name!r} of this answer. {listed}")


@dataclass(frozen=True)
class Picture:
    """A picture and the table that says the same.

    Parameters
    ----------
    name
        By which it was asked for, such as ``portfolio``.
    draw
        Draws it for a width in CSS pixels, for a page that has the stylesheet of the pictures.
    table
        The same data as text.
    """

    name: str
    draw: Callable[[float], str]
    table: Table

    @property
    def svg(self) -> str:
        """The picture as a file of its own, light or dark as the reader's screen is."""
        return standalone(self.draw(WIDE))

    def write(self, path: str | Path) -> None:
        """Write the picture to a file, to put it into a document or on a page."""
        Path(path).write_text(self.svg, encoding="utf-8")

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_html_(self) -> str:
        # The table is folded away below its picture, for whoever cannot see it or wants the numbers.
        caption = escape(harmless(self.table.caption))
        folded = f"<details><summary>{caption}</summary>{to_html(self.table)}</details>"
        return f'<figure class="rl-figure">{self.svg}{folded}</figure>'

    def __repr__(self) -> str:
        return f"<Picture {self.name}: {len(self.table.rows)} rows>"


# --- which there are --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What a picture is drawn from: a result, the Book it came from, and how the picture speaks."""

    result: Any
    book: Book
    setting: views.Setting

    @property
    def quantities(self) -> Quantities:
        """The numbers of the Book at the date of the answer."""
        return Quantities(self.book, self.result.as_of)

    @property
    def firm(self) -> str:
        """The name of the firm."""
        return self.book.organisation.name if self.book.organisation else ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of picture: how a result becomes what it draws, the drawing, and its table."""

    name: str
    view: Callable[[Asked], Any]
    draw: Callable[[Any, ChartWords, float], str]
    table: Callable[[Any, ChartWords], Table]


def names(capability: str, result: Any) -> tuple[str, ...]:
    """Return the names of the pictures of an answer, the telling one first.

    Parameters
    ----------
    capability
        What was asked.
    result
        What it computed; a plan that is none, and a score without resources, have no picture.
    """
    return tuple(kind.name for kind in _KINDS.get(capability, ())) if _drawable(result) else ()


def picture(name: str, capability: str, result: Any, book: Book, words: Words) -> Picture:
    """Return one picture of an answer.

    Parameters
    ----------
    name
        One of ``names``; empty for the first.
    capability, result
        What was asked, and what it computed.
    book
        The Book it was computed from.
    words
        The language.

    Raises
    ------
    UnknownPicture
        When there is no such picture.
    """
    there = names(capability, result)
    kind = next((kind for kind in _KINDS.get(capability, ()) if there and name in {"", kind.name}), None)
    if kind is None:
        raise UnknownPicture(name, there)
    spoken = ChartWords(words)
    shown = kind.view(Asked(result, book, setting_of(words)))
    return Picture(kind.name, lambda width: kind.draw(shown, spoken, width), kind.table(shown, spoken))


def setting_of(words: Words, link: Callable[[str, str], str] = views.no_link) -> views.Setting:
    """Return how pictures speak, where their marks lead, and what their reader sees.

    Parameters
    ----------
    words
        The language and the reader.
    link
        The address of a record by kind and key; empty for none.
    """
    return views.Setting(ChartWords(words), link, money=words.sight.money, private=words.private)


def _drawable(result: Any) -> bool:
    """Whether there is anything to draw: shares need resources, a plan something planned, a heat map a finding."""
    match result:
        case Score():
            return result.measurable
        case Plan():
            return result.score_after is not None
        case Diagnosis():
            return bool(result.standing)
    return True


# --- from an answer to what is drawn ----------------------------------------------------------


def _compass_now(asked: Asked) -> Any:
    return views.organisation_compass(asked.firm, asked.result.organisation, asked.setting)


def _compass_after(asked: Asked) -> Any:
    return views.organisation_compass(asked.firm, asked.result.score_after, asked.setting)


def _compass_of_one(asked: Asked) -> Any:
    name = asked.book.get("initiative", asked.result.subject).name
    return views.initiative_compass(name, asked.result.alignment, asked.setting)


def _portfolio(asked: Asked) -> Any:
    return views.portfolio(asked.quantities, asked.setting)


def _map(asked: Asked) -> Any:
    return views.strategy_map(asked.quantities, asked.setting)


def _coverage_now(asked: Asked) -> Any:
    return views.coverage(asked.quantities, asked.result, None, asked.setting)


def _coverage_after(asked: Asked) -> Any:
    now = score(asked.book, ScoreTerms(as_of=asked.result.as_of))
    return views.coverage(asked.quantities, now, asked.result, asked.setting)


def _lenses(asked: Asked) -> Any:
    return views.lens_heat(asked.quantities, asked.result, asked.setting)


def _contribution(asked: Asked) -> Any:
    return views.contribution_heat(asked.quantities, asked.setting)


def _lost(asked: Asked) -> Any:
    return views.lost_points(asked.result.organisation, asked.setting)


def _periods(asked: Asked) -> Any:
    return views.plan_periods(asked.quantities, asked.result, asked.setting)


def _findings(asked: Asked) -> Any:
    return views.findings_heat(asked.result, None, asked.setting)


def _duel(asked: Asked) -> Any:
    return views.duel(asked.quantities, asked.result.a.initiative, asked.result.b.initiative, asked.setting)


_OF_THE_BOOK = (
    Kind("portfolio", _portfolio, draw_portfolio, portfolio_table),
    Kind("map", _map, draw_strategy_map, strategy_map_table),
    Kind("contribution", _contribution, draw_heat_map, heat_map_table),
)
_KINDS: Mapping[str, tuple[Kind, ...]] = {
    "score": (
        Kind("compass", _compass_now, draw_compass, compass_table),
        *_OF_THE_BOOK,
        Kind("coverage", _coverage_now, draw_coverage, coverage_table),
        Kind("lenses", _lenses, draw_heat_map, heat_map_table),
        Kind("lost", _lost, draw_waterfall, waterfall_table),
    ),
    "plan": (
        Kind("periods", _periods, draw_plan_periods, plan_periods_table),
        Kind("coverage", _coverage_after, draw_coverage, coverage_table),
        *_OF_THE_BOOK,
        Kind("compass", _compass_after, draw_compass, compass_table),
    ),
    "check": (Kind("findings", _findings, draw_heat_map, heat_map_table),),
    "explain": (Kind("compass", _compass_of_one, draw_compass, compass_table),),
    "compare": (Kind("duel", _duel, draw_tornado, tornado_table),),
}

__all__ = ["Picture", "UnknownPicture", "names", "picture", "setting_of"]
