"""The uncertain number every picture draws: guaranteed, best estimate, at most."""

from __future__ import annotations

from dataclasses import dataclass

from rhumbline.faces.charts.words import Words


@dataclass(frozen=True, slots=True)
class Range:
    """An uncertain number as three plain numbers.

    Parameters
    ----------
    low, best, high
        In this order of size.
    """

    low: float
    best: float
    high: float

    def within(self, least: float, most: float) -> Range:
        """Return the range cut to what a scale can show."""
        return Range(*(max(least, min(most, value)) for value in (self.low, self.best, self.high)))

    def percents(self, words: Words, decimals: int = 0) -> tuple[str, str, str]:
        """Return the three members as percent."""
        return (
            words.percent(self.low, decimals),
            words.percent(self.best, decimals),
            words.percent(self.high, decimals),
        )

    def points(self, words: Words, decimals: int = 0) -> tuple[str, str, str]:
        """Return the three members as points of 100."""
        return (
            words.number(self.low * 100, decimals),
            words.number(self.best * 100, decimals),
            words.number(self.high * 100, decimals),
        )


__all__ = ["Range"]
