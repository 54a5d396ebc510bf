"""From numbers to places: linear scales, round tick marks, and labels that keep their distance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from numbers to places in a picture.

    Parameters
    ----------
    least, most
        The numbers at both ends.
    start, end
        Their places; ``start`` may be larger, where numbers grow upwards.
    """

    least: float
    most: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """Return the place of a number; one outside the ends is put at the nearer end."""
        if self.most <= self.least:
            return self.start
        share = (value - self.least) / (self.most - self.least)
        return self.start + max(0.0, min(1.0, share)) * (self.end - self.start)


def round_step(span: float, count: int) -> float:
    """Return a step of 1, 2 or 5 times a power of ten that divides a span into about so many parts."""
    raw = span / max(1, count)
    power = 10.0 ** floor(log10(raw))
    factor = next(factor for factor in (1, 2, 5, 10) if raw <= factor * power * (1 + 1e-9))
    return float(factor * power)


def ticks(least: float, most: float, count: int) -> tuple[float, ...]:
    """Return round numbers that cover a span, the first at or below ``least``, the last at or above ``most``.

    Parameters
    ----------
    least, most
        The span to cover.
    count
        About how many steps.
    """
    # Less than that, and rounding errors are as large as the span itself.
    if most - least <= 1e-9 * max(1e-3, abs(least), abs(most)):
        most = least + 1.0
    step = round_step(most - least, count)
    first, last = floor(least / step + 1e-9), ceil(most / step - 1e-9)
    return tuple(number * step for number in range(first, last + 1))


def decimals_of(step: float) -> int:
    """Return how many decimals the ticks of a step need."""
    return max(0, -floor(log10(step) + 1e-9))


def spread_out(wanted: Sequence[float], heights: Sequence[float], least: float, gap: float) -> tuple[float, ...]:
    """Return top edges for boxes stacked in the given order, each as near to its wanted top as the others allow.

    Parameters
    ----------
    wanted
        Where each box would like its top edge.
    heights
        The height of each box.
    least
        The topmost place there is.
    gap
        Room between two boxes.

    Notes
    -----
    Boxes that collide form a block, which stands at the mean of what its members want: least squares
    under the order, by pooling adjacent violators.
    """
    # Each block: sum of wishes of the block's top, number of members, height, index of the first member.
    blocks: list[tuple[float, int, float]] = []
    for top, height in zip(wanted, heights, strict=True):
        wish, count, size = top, 1, height + gap
        while blocks and _top(blocks[-1], least) + blocks[-1][2] > _top((wish, count, size), least):
            before_wish, before_count, before_size = blocks.pop()
            wish += before_wish - count * before_size
            count += before_count
            size += before_size
        blocks.append((wish, count, size))
    return _unrolled(blocks, heights, least, gap)


def _top(block: tuple[float, int, float], least: float) -> float:
    return max(least, block[0] / block[1])


def _unrolled(
    blocks: Sequence[tuple[float, int, float]], heights: Sequence[float], least: float, gap: float
) -> tuple[float, ...]:
    tops: list[float] = []
    for block in blocks:
        place = _top(block, least)
        for _ in range(block[1]):
            tops.append(place)
            place += heights[len(tops) - 1] + gap
    return tuple(tops)


__all__ = ["Scale", "decimals_of", "round_step", "spread_out", "ticks"]
