"""Research projects under many budgets: Petersen (1967), problems 1 to 3, as companies.

Petersen, C. C. (1967): Computational experience with variants of the Balas algorithm applied to the selection of R&D
projects. Management Science 13(9) 736-750. Numbers as in the OR-Library, file mknap1, with its optima.
"""

from decimal import Decimal

import pytest

from rhumbline.book.book import Book
from rhumbline.book.records import Benefit, Budget, Initiative, Kpi, Objective, Team
from rhumbline.book.types import Evidence, FrozenMap, Mode
from rhumbline.engines.planning import PlanStatus, PlanTerms, plan
from rhumbline.engines.planning.verify import Verdict, VerifyTerms, claimed_of, verify

PROBLEMS = {
    "P1": (
        3800,
        [2, 3, 6],
        "100 600 1200 2400 500 2000",
        "80 96 20 36 44 48 10 18 22 24",
        (
            "8 12 13 64 22 41 | 8 12 13 75 22 41 | 3 6 4 18 6 4 | 5 10 8 32 6 12 | 5 13 8 42 6 20 |"
            "5 13 8 48 6 20 | 0 0 0 0 8 0 | 3 0 4 0 8 0 | 3 2 4 0 8 4 | 3 2 4 8 8 4"
        ),
    ),
    "P2": (
        8706.1,
        [2, 4, 5, 8, 10],
        "600.1 310.5 1800 3850 18.6 198.7 882 4200 402.5 327",
        "450 540 200 360 440 480 200 360 440 480",
        (
            "20 5 100 200 2 4 60 150 80 40 | 20 7 130 280 2 8 110 210 100 40 | 60 3 50 100 4 2 20 40 6 12 |"
            "60 8 70 200 4 6 40 70 16 20 | 60 13 70 250 4 10 60 90 20 24 | 60 13 70 280 4 10 70 105 22 28 |"
            "5 2 20 100 2 5 10 60 0 0 | 45 14 80 180 6 10 40 100 20 0 | 55 14 80 200 6 10 50 140 30 40 |"
            "65 14 80 220 6 10 50 180 30 50"
        ),
    ),
    "P3": (
        4015,
        [1, 2, 4, 6, 7, 9, 10, 14, 15],
        "100 220 90 400 300 400 205 120 160 580 400 140 100 1300 650",
        "550 700 130 240 280 310 110 205 260 275",
        (
            "8 24 13 80 70 80 45 15 28 90 130 32 20 120 40 | 8 44 13 100 100 90 75 25 28 120 130 32 40 160 40 |"
            "3 6 4 20 20 30 8 3 12 14 40 6 3 20 5 | 5 9 6 40 30 40 16 5 18 24 60 16 11 30 25 |"
            "5 11 7 50 40 40 19 7 18 29 70 21 17 30 25 | 5 11 7 55 40 40 21 9 18 29 70 21 17 35 25 |"
            "0 0 1 10 4 10 0 6 0 6 32 3 0 70 10 | 3 4 5 20 14 20 6 12 10 18 42 9 12 100 20 |"
            "3 6 9 30 29 20 12 12 10 30 42 18 18 110 20 | 3 8 9 35 29 20 16 15 10 30 42 20 18 120 20"
        ),
    ),
}


def numbers(text):
    return [Decimal(word) for word in text.split()]


def company(profits, capacities, rows):
    """Each profit moves one KPI, each limit is a team's hours in the one period; nothing but the first costs money."""
    gap = float(sum(profits))
    records = [
        Budget(cash=(Decimal(1),), hurdle=0.0),
        Kpi(key="profit", name="Profit", unit="money", baseline=0.0, target=gap),
        Objective(key="o1", name="Earn", weight=1.0, kpis=FrozenMap({"profit": 1.0})),
    ]
    for number, capacity in enumerate(capacities, start=1):
        records.append(Team(key=f"limit{number}", name=f"Limit {number}", hours=capacity, rate=Decimal(0)))
    for place, profit in enumerate(profits):
        key, worth = f"i{place + 1}", float(profit)
        hours = FrozenMap({f"limit{number}": (row[place],) for number, row in enumerate(rows, start=1)})
        records.append(Initiative(key=key, name=f"Project {place + 1}", mode=Mode.EXPLOIT, hours=hours))
        records.append(
            Benefit(
                key=f"b{place + 1}", initiative=key, kpi="profit", low=worth, likely=worth, high=worth,
                evidence=Evidence.E4,
            )
        )  # fmt: skip
    return Book.of(records), gap


@pytest.mark.parametrize("name", PROBLEMS)
def test_published_optimum_and_projects(name):
    from datetime import date

    optimum, projects, profits, capacities, rows = PROBLEMS[name]
    book, gap = company(numbers(profits), numbers(capacities), [numbers(row) for row in rows.split("|")])
    answer = plan(book, PlanTerms(as_of=date(1967, 5, 1)))
    assert answer.status is PlanStatus.OPTIMAL
    # The value is a share of the gap to nine decimals; times the gap it is the profit to that precision.
    assert answer.value * gap == pytest.approx(optimum, abs=gap * 1e-9)
    assert list(answer.starts) == [f"i{number}" for number in projects]
    assert answer.unique is True
    assert verify(book, VerifyTerms(plan=claimed_of(answer), resolve=True)).verdict is Verdict.PROVEN
