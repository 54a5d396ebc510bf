"""Capital budgeting with two budgets: Weingartner & Ness (1967), problem WEING1, as a company.

Weingartner, H. M. & Ness, D. N. (1967): Methods for the solution of the multidimensional 0/1 knapsack problem.
Operations Research 15(1) 83-103. Numbers as in the OR-Library, file mknap2, with its optimum.
"""

from datetime import date
from decimal import Decimal

import pytest

from rhumbline.book.book import Book
from rhumbline.book.records import Benefit, Budget, Initiative, Kpi, Objective, Team
from rhumbline.book.types import Evidence, FrozenMap, Mode
from rhumbline.engines.planning import PlanStatus, PlanTerms, plan

OPTIMUM = 141278
PROJECTS = [3, 5, 6, 7, 8, 10, 12, 13, 14, 19, 21, 23, 24, 26]
PROFITS = (
    "1898 440 22507 270 14148 3100 4650 30800 615 4975 1160 4225 510 11880 479 440 490 330 110 560 24355 2885 11748 "
    "4550 750 3720 1950 10500"
)
FIRST = "45 0 85 150 65 95 30 0 170 0 40 25 20 0 0 25 0 0 25 0 165 0 85 0 0 0 0 100"
SECOND = "30 20 125 5 80 25 35 73 12 15 15 40 5 10 10 12 10 9 0 20 60 40 50 36 49 40 19 150"
BUDGET = Decimal(600)


def company():
    """The first budget is money, the second a team's hours; all profits move one KPI."""
    profits, first, second = ([int(word) for word in text.split()] for text in (PROFITS, FIRST, SECOND))
    records = [
        Budget(cash=(BUDGET,), hurdle=0.0),
        Team(key="team", name="Second budget", hours=BUDGET, rate=Decimal(0)),
        Kpi(key="profit", name="Profit", unit="money", baseline=0.0, target=float(sum(profits))),
        Objective(key="o1", name="Earn", weight=1.0, kpis=FrozenMap({"profit": 1.0})),
    ]
    for number, (profit, cash, hours) in enumerate(zip(profits, first, second, strict=True), start=1):
        worth, taken = float(profit), FrozenMap({"team": (Decimal(hours),)})
        project = Initiative(
            key=f"i{number}", name=f"Project {number}", mode=Mode.EXPLOIT, cash=(Decimal(cash),), hours=taken
        )
        effect = Benefit(
            key=f"b{number}", initiative=f"i{number}", kpi="profit", low=worth, likely=worth, high=worth,
            evidence=Evidence.E4,
        )  # fmt: skip
        records += [project, effect]
    return Book.of(records), float(sum(profits))


def test_published_optimum_and_projects():
    book, gap = company()
    answer = plan(book, PlanTerms(as_of=date(1967, 1, 1)))
    assert answer.status is PlanStatus.OPTIMAL
    # The value is a share of the gap to nine decimals; times the gap it is the profit to that precision.
    assert answer.value * gap == pytest.approx(OPTIMUM, abs=gap * 1e-9)
    assert list(answer.starts) == [f"i{number}" for number in PROJECTS]
