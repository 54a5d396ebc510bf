"""Where the points of a score were lost."""

import pytest

from rhumbline.engines._maths import Triple, certain
from rhumbline.engines.alignment.attribution import (
    Answer,
    Member,
    answer,
    attribution,
    largest_remainder,
    organisation_attribution,
)
from rhumbline.engines.alignment.lenses import initiative_lenses
from rhumbline.engines.alignment.organisation import organisation_score
from rhumbline.engines.alignment.quantities import Quantities
from rhumbline.examples import names, path
from rhumbline.exchange.files import read_book


def example(name):
    return read_book(path(name)).book


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("member", Member)
def test_score_and_losses_are_a_hundred(name, member):
    book = example(name)
    quantities = Quantities(book, book.as_of)
    for key in book.initiatives:
        lost = attribution(initiative_lenses(quantities, key), member)
        assert lost.score + sum(lens.points for lens in lost.lenses) == pytest.approx(100, abs=1e-12)
        for lens in lost.lenses:
            assert sum(part.points for part in lens.parts) == pytest.approx(lens.points, abs=1e-12)
    lost = organisation_attribution(organisation_score(quantities), member)
    assert lost.score + sum(lens.points for lens in lost.lenses) == pytest.approx(100, abs=1e-12)
    for lens in lost.lenses:
        assert sum(part.points for part in lens.parts) == pytest.approx(lens.points, abs=1e-12)


def test_the_bakery_as_worked_in_the_explanation():
    book = example("bakery")
    lost = organisation_attribution(organisation_score(Quantities(book, book.as_of)), Member.BEST)
    assert [lens.lens for lens in lost.lenses if lens.weakest] == ["S"]
    assert lost.score == pytest.approx(11.93, abs=0.01)
    # S: 100 * 0.5 * (0.4 + 1) * (1 - 0); O: 100 * 0.5 * 0.2 * (1 - 0.5)
    assert [lens.points for lens in lost.lenses] == [pytest.approx(points, abs=0.01) for points in (70, 9.55, 5, 3.51)]


def test_printed_losses_add_up_to_the_printed_sum():
    assert largest_remainder([1 / 3, 1 / 3, 1 / 3], 1.0) == (0.4, 0.3, 0.3)
    assert largest_remainder([70.04, 9.56, 5.04], 84.64) == (70.0, 9.6, 5.0)
    assert largest_remainder([], 0.0) == ()


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (certain(0.66), Answer.YES),
        (certain(0.6599), Answer.PARTLY),
        (certain(0.33), Answer.PARTLY),
        (certain(0.3299), Answer.NO),
        (Triple(0.2, 0.5, 0.66), Answer.NOT_SURE),
        (Triple(0.33, 0.5, 0.9), Answer.PARTLY),
        (Triple(0.0, 0.9, 1.0), Answer.NOT_SURE),
    ],
)
def test_answers(share, expected):
    assert answer(share) is expected
