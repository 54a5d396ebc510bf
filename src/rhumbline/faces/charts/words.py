"""The words and numbers of the pictures: what a picture needs to be told, and plain English as the default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

NO_BREAK = "\u00a0"
MINUS = "\u2212"

ENGLISH_SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "unknown": "not known",
        "low": "Guaranteed",
        "best": "Best estimate",
        "high": "At most",
        "range": "{low} to {high}",
        "may": "best {best}, at most {high}",
        "initiative": "Initiative",
        "objective": "Objective",
        "kpi": "KPI",
        "weight": "Weight",
        "mode": "Mode",
        "mode.exploit": "exploit",
        "mode.explore": "explore",
        "mode.drift": "drift",
        "state": "State",
        "state.live": "live",
        "state.candidate": "candidate",
        "cost": "Full cost",
        "value": "Value",
        "lens.S": "Line of sight",
        "lens.M": "Market",
        "lens.O": "Operations",
        "lens.C": "Culture",
        "perspective.financial": "Financial",
        "perspective.customer": "Customer",
        "perspective.process": "Process",
        "perspective.learning": "Learning",
        "lost.focus": "{lens}: what is spent does not serve it",
        "lost.coverage": "{lens}: the strategy is not served",
        "contribution.title": "Contribution of each initiative to each objective",
        "lenses.title": "Initiatives through the four lenses",
        "findings.title": "Findings by area and severity",
        "findings.area": "Area",
        "severity.error": "error",
        "severity.warning": "warning",
        "severity.info": "info",
        "duel.title": "{one} against {other}",
        "compass.title": "Compass: {subject}",
        "compass.desc": "{subject}: of 100 points, {low} are guaranteed, {best} is the best estimate, {high} at most. "
        "{lenses}.",
        "compass.lens": "{lens} {best}",
        "compass.course": "Strategy",
        "compass.across": "Elsewhere",
        "compass.heading": "Heading",
        "compass.unknown": "Too little is known for a heading.",
        "compass.part": "Part",
        "score.title": "Alignment score",
        "score.desc": "Alignment {low} guaranteed, {best} at best estimate, {high} at most, of 100.",
        "gap.title": "Gap: {name}",
        "gap.desc": "{name}: from {baseline} to {target}{due}; now {current}.",
        "gap.none": "{name}: no gap to close.",
        "gap.by": " by {due}",
        "gap.baseline": "Start",
        "gap.current": "Now",
        "gap.target": "Target",
        "gap.due": "Due",
        "map.title": "Strategy map",
        "map.desc": "{initiatives} initiatives and {objectives} objectives; {arrows} arrows say which initiative is "
        "expected to move which KPI, {harmful} of them in the wrong direction. {idle} initiatives reach no objective.",
        "map.no_objective": "Serves no objective",
        "map.no_perspective": "No perspective",
        "map.perspective": "Perspective",
        "map.initiatives": "Initiatives",
        "map.objectives": "Objectives and their KPIs",
        "map.no_arrow": "no KPI named",
        "portfolio.title": "Portfolio",
        "portfolio.desc": "Each mark is an initiative: how much of the strategy gap it closes against how much of all "
        "resources it takes. {above} of {count} pull their weight; {below} take more than they give.",
        "portfolio.across": "Share of resources taken",
        "portfolio.up": "Share of strategy gap closed",
        "portfolio.diagonal": "pulls its weight",
        "portfolio.size": "area = full cost",
        "heat.desc": "{rows} rows by {columns} columns; the most is {most} ({row}, {column}).",
        "heat.empty": "Nothing to show yet.",
        "periods.title": "Plan by period",
        "periods.desc": "{count} initiatives over {periods} periods, spending {spent} of {available} available; "
        "{over} team periods are over capacity.",
        "periods.bars": "Initiatives, with cash per period",
        "periods.cash": "Cash spent and available, cumulated",
        "periods.teams": "Team hours of capacity",
        "periods.what": "What",
        "periods.hours": "{hours} of {capacity} h",
        "periods.spent": "Cash, cumulated",
        "periods.available": "Available, cumulated",
        "periods.over": "over capacity",
        "coverage.title": "Coverage of objectives",
        "coverage.desc": "How far each objective is reached: now and after the plan. {objectives}.",
        "coverage.one": "{objective} {now} to {after}",
        "coverage.now": "now",
        "coverage.after": "after the plan",
        "lost.title": "Where the points are lost",
        "lost.desc": "From {start} to {end} points. Most is lost at: {first}.",
        "lost.start": "Fully aligned",
        "lost.end": "Score",
        "lost.points": "Points",
        "lost.cause": "Cause",
        "tornado.title": "What makes the difference",
        "tornado.desc": "{count} bars around {base}, the longest first: {first}.",
        "tornado.row": "What changes",
        "tornado.left": "Left",
        "tornado.right": "Right",
        "tornado.none": "Nothing makes a difference.",
    }
)


class Words(Protocol):
    """Says numbers and fixed words in one language; a face with another locale brings its own."""

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number with at most so many decimals."""

    def percent(self, share: float, decimals: int = 0) -> str:
        """Return a share of 1 as percent."""

    def money(self, amount: float, *, short: bool = False) -> str:
        """Return an amount of money, where short in thousands or millions."""

    def say(self, code: str, **values: str) -> str:
        """Return a fixed sentence with its values filled in."""


@dataclass(frozen=True, slots=True)
class PlainWords:
    """Numbers with fixed marks, and sentences from one mapping: English as it is, another language by its parts.

    Parameters
    ----------
    sentences
        Sentence by code; what is missing is taken from the English ones.
    currency
        Stands behind amounts of money; nothing where empty.
    thousands, point
        The marks between groups of digits and before decimals.
    percent_sign
        With the space before it, where the language wants one.
    suffixes
        What thousands, millions and thousand millions are written as.
    """

    sentences: Mapping[str, str] = field(default_factory=lambda: ENGLISH_SENTENCES, repr=False)
    currency: str = ""
    thousands: str = ","
    point: str = "."
    percent_sign: str = "%"
    suffixes: tuple[str, str, str] = ("k", "M", "bn")

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number, grouped, with a real minus sign and without a negative zero."""
        # Adding zero turns the minus zero that rounding may leave into zero.
        shown = f"{round(value, decimals) + 0.0:,.{decimals}f}"
        swapped = shown.replace(",", "\0").replace(".", self.point).replace("\0", self.thousands)
        return swapped.replace("-", MINUS)

    def percent(self, share: float, decimals: int = 0) -> str:
        """Return a share of 1 as percent."""
        return self.number(share * 100, decimals) + self.percent_sign

    def money(self, amount: float, *, short: bool = False) -> str:
        """Return an amount with its currency, where short in thousands, millions or thousand millions."""
        shown = self._short(amount) if short else self.number(amount)
        return f"{shown}{NO_BREAK}{self.currency}" if self.currency else shown

    def _short(self, amount: float) -> str:
        for power, suffix in zip((9, 6, 3), reversed(self.suffixes), strict=True):
            if abs(amount) >= 10**power:
                shown = self.number(amount / 10**power, 1)
                return shown.removesuffix(f"{self.point}0") + suffix
        return self.number(amount)

    def say(self, code: str, **values: str) -> str:
        """Return the sentence of a code; values are text and are not searched for placeholders again."""
        sentence = self.sentences.get(code, ENGLISH_SENTENCES[code])
        return sentence.format_map(values)


ENGLISH = PlainWords()

__all__ = ["ENGLISH", "ENGLISH_SENTENCES", "NO_BREAK", "PlainWords", "Words"]
