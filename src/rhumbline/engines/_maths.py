"""The few formulas every engine shares: triples, the balance rule, clipping, rounding for display."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import fsum
from typing import NamedTuple

# Comparisons of computed numbers with a threshold forgive this much.
TOLERANCE = 1e-9


class Triple(NamedTuple):
    """An uncertain number: the value we can guarantee, the best single guess, and the most it could be."""

    low: float
    best: float
    high: float

    def map(self, function: Callable[[float], float]) -> Triple:
        """Apply one function to the three members."""
        return Triple(function(self.low), function(self.best), function(self.high))


UNKNOWN = Triple(0.0, 0.5, 1.0)
ZERO = Triple(0.0, 0.0, 0.0)
ONE = Triple(1.0, 1.0, 1.0)


def certain(value: float) -> Triple:
    """Return the triple of a number that is known."""
    return Triple(value, value, value)


def clip(value: float, least: float = 0.0, most: float = 1.0) -> float:
    """Return the value, or the nearer bound when it lies outside."""
    return max(least, min(most, value))


def scaled(triple: Triple, factor: float) -> Triple:
    """Return a triple times a number that is not negative."""
    return Triple(factor * triple.low, factor * triple.best, factor * triple.high)


def sum_triples(triples: Iterable[Triple]) -> Triple:
    """Add triples member by member; exact to the last bit, so the order of the terms never matters."""
    listed = list(triples)
    if not listed:
        return ZERO
    return Triple(*(fsum(members) for members in zip(*listed, strict=True)))


def weighted_mean(values: Sequence[float], weights: Sequence[float]) -> float:
    """Return sum(w x) / sum(w); 0 when the weights sum to 0."""
    total = fsum(weights)
    if total == 0:
        return 0.0
    return fsum(value * weight for value, weight in zip(values, weights, strict=True)) / total


def mean_of(triples: Sequence[Triple], weights: Sequence[float] | None = None) -> Triple:
    """Return the weighted mean of triples, member by member; equal weights when none are given."""
    given = weights or [1.0] * len(triples)
    return Triple(*(weighted_mean(members, given) for members in zip(*triples, strict=True)))


def balance(values: Sequence[float], weights: Sequence[float] | None = None) -> float:
    """Return half the average and half the weakest: strength in one place does not hide weakness in another.

    Parameters
    ----------
    values
        Shares, each in 0..1.
    weights
        One weight per value; equal weights when none are given.

    Returns
    -------
    float
        B(x; w) = 0.5 * sum(w x) / sum(w) + 0.5 * min(x), in 0..1.

    Notes
    -----
    Monotone, idempotent, concave and piecewise linear. The idea that imbalance costs is that of the
    Human Development Index of 2010, without its logarithm.
    """
    return 0.5 * weighted_mean(values, weights or [1.0] * len(values)) + 0.5 * min(values)


def balance_triples(triples: Sequence[Triple], weights: Sequence[float] | None = None) -> Triple:
    """Apply the balance rule to the three members separately."""
    return Triple(*(balance(members, weights) for members in zip(*triples, strict=True)))


def below(value: float, threshold: float) -> bool:
    """Whether a computed number is below a threshold by more than the tolerance."""
    return value < threshold - TOLERANCE


def above(value: float, threshold: float) -> bool:
    """Whether a computed number is above a threshold by more than the tolerance."""
    return value > threshold + TOLERANCE


def reaches(value: float, threshold: float) -> bool:
    """Whether a computed number is at least the threshold, up to the tolerance of floating-point noise."""
    return value >= threshold - TOLERANCE
