"""Scales, round ticks, and boxes that keep their distance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rhumbline.faces.charts.scales import Scale, decimals_of, spread_out, ticks


@pytest.mark.parametrize(
    ("least", "most", "count", "expected"),
    [
        (0, 100, 5, (0, 20, 40, 60, 80, 100)),
        (0, 0.24, 5, (0, 0.05, 0.1, 0.15, 0.2, 0.25)),
        (-0.1, 0.3, 4, (-0.1, 0, 0.1, 0.2, 0.3)),
        (0, 0, 4, (0, 0.5, 1)),
    ],
)
def test_ticks_are_round_and_cover(least, most, count, expected):
    assert ticks(least, most, count) == pytest.approx(expected)


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9), st.integers(1, 8))
def test_ticks_cover_any_span(least, span, count):
    found = ticks(least, least + span, count)
    slack = 1e-6 * max(1.0, abs(least), span)
    assert found[0] <= least + slack
    assert found[-1] >= least + span - slack
    assert 2 <= len(found) <= 3 * count + 3


def test_decimals_follow_the_step():
    assert [decimals_of(step) for step in (100, 1, 0.5, 0.05, 0.001)] == [0, 0, 1, 2, 3]


def test_a_scale_ends_at_its_ends():
    scale = Scale(0, 10, 100, 0)
    assert [scale.place(value) for value in (-5, 0, 5, 10, 20)] == [100, 100, 50, 0, 0]
    assert Scale(1, 1, 5, 9).place(1) == 5


@given(st.lists(st.tuples(st.floats(0, 500), st.floats(1, 40)), min_size=1, max_size=20))
def test_boxes_keep_order_and_distance(boxes):
    wanted, heights = zip(*boxes, strict=True)
    tops = spread_out(wanted, heights, 10, 4)
    assert tops[0] >= 10
    ends = [top + height + 4 for top, height in zip(tops, heights, strict=True)]
    assert all(top >= end - 1e-6 for top, end in zip(tops[1:], ends, strict=False))


def test_boxes_with_room_stand_where_they_want():
    assert spread_out((20, 100), (10, 10), 0, 5) == (20, 100)
    assert spread_out((50, 50), (10, 10), 0, 0) == (45, 55)
