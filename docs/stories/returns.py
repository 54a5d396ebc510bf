"""Does alignment pay? Each result of a firm against its alignment: as both stand, and as both change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from rhumbline.book.book import Book
from rhumbline.faces.charts.words import MINUS
from stories.scatter import Panel, draw_pairs

ALIGNMENT = "alignment"


@dataclass(frozen=True)
class Pair:
    """A result and the alignment of the same months.

    Parameters
    ----------
    key
        The result.
    values, alignment
        One number for each month.
    """

    key: str
    values: tuple[float, ...]
    alignment: tuple[float, ...]

    @property
    def levels(self) -> tuple[float, float]:
        """Pearson's r of the two as they stand, and the probability that ignores their trend."""
        found = stats.pearsonr(self.alignment, self.values)
        return float(found.statistic), float(found.pvalue)

    @property
    def changes(self) -> tuple[float, float]:
        """Pearson's r of their changes from month to month, and its probability."""
        found = stats.pearsonr(np.diff(self.alignment), np.diff(self.values))
        return float(found.statistic), float(found.pvalue)


@dataclass(frozen=True)
class Returns:
    """All results of a firm against its alignment.

    Parameters
    ----------
    months
        How many months were recorded.
    pairs
        By the key of the result.
    """

    months: int
    pairs: dict[str, Pair]

    @property
    def corrected(self) -> dict[str, float]:
        """Probability of each change after Holm's correction for the number of tests.

        Notes
        -----
        Holm (1979): the smallest p times m, the next times m - 1, ..., never falling, at most 1.
        """
        ordered = sorted(self.pairs, key=lambda key: self.pairs[key].changes[1])
        corrected, largest = {}, 0.0
        for place, key in enumerate(ordered):
            largest = max(largest, min(1.0, (len(ordered) - place) * self.pairs[key].changes[1]))
            corrected[key] = largest
        return corrected


def returns_of(book: Book) -> Returns:
    """Return each recorded result of a firm beside its alignment.

    Parameters
    ----------
    book
        A Book with a monthly history of the alignment score and of results.
    """
    histories = book.all("history")
    alignment = tuple(float(value) for value in histories[ALIGNMENT].values)
    pairs = {
        key: Pair(key, tuple(float(value) for value in history.values), alignment)
        for key, history in histories.items()
        if key != ALIGNMENT
    }
    return Returns(len(alignment), pairs)


def draw_returns(found: Returns, names: Sequence[tuple[str, str]]) -> str:
    """Draw every result against the alignment, left as they stand, right as they change.

    Parameters
    ----------
    found
        The results.
    names
        Key and name of each, in the order of the rows.
    """
    rows = []
    for key, name in names:
        pair = found.pairs[key]
        as_they_stand, as_they_change = (f"{found[0]:.3f}".replace("-", MINUS) for found in (pair.levels, pair.changes))
        levels = Panel(f"Month by month: r = {as_they_stand}", pair.alignment, pair.values, joined=True)
        steps = (np.diff(pair.alignment).tolist(), np.diff(pair.values).tolist())
        rows.append((name, levels, Panel(f"Change on the month before: r = {as_they_change}", *steps, joined=False)))
    return draw_pairs(
        rows,
        "Alignment and results: as they stand, and as they change",
        "On the left every result follows the alignment score closely; on the right, where only the changes are left, "
        "the points form no line.",
        ("Alignment score", "Change of the score"),
    )


__all__ = ["ALIGNMENT", "Pair", "Returns", "draw_returns", "returns_of"]
