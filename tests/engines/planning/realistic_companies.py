"""Seeded companies of the size of a real one: two teams that are short, money for a part of what is proposed."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

from rhumbline.book.book import Book
from rhumbline.book.records import Benefit, Budget, Initiative, Kpi, Objective, Organisation, Team
from rhumbline.book.types import Evidence, FrozenMap, Mode, Stage

AS_OF = date(2026, 11, 23)
TEAMS = ("design", "build", "sales")
KPIS = tuple(f"k{number}" for number in range(1, 7))


def _profile(draw, low, high, step, length):
    return tuple(Decimal(draw.randrange(low, high + 1, step)) for _ in range(length))


def _initiative(draw, number, periods):
    length = draw.randint(1, min(3, periods))
    depends = (f"i{draw.randint(1, number - 1)}",) if number > 1 and draw.random() < 0.15 else ()
    excludes = (f"i{draw.randint(1, number - 1)}",) if number > 1 and draw.random() < 0.05 else ()
    hours = {team: _profile(draw, 0, 120, 5, length) for team in draw.sample(TEAMS, draw.randint(1, 2))}
    return Initiative(
        key=f"i{number}",
        name=f"Initiative {number}",
        mode=Mode.EXPLORE if draw.random() < 0.25 else Mode.EXPLOIT,
        stage=Stage.RUNNING if draw.random() < 0.15 else Stage.CASE,
        cash=_profile(draw, 500, 15000, 100, length),
        hours=FrozenMap(hours),
        depends=depends,
        excludes=tuple(key for key in excludes if key not in depends),
        mandatory=draw.random() < 0.03,
    )


def _benefits(draw, number, size):
    for kpi in draw.sample(KPIS, draw.randint(1, 3)):
        likely = round(draw.uniform(2, 30) * 40 / size, 1)
        yield Benefit(
            key=f"b{number}-{kpi}", initiative=f"i{number}", kpi=kpi,
            low=likely / 2, likely=likely, high=likely * 2, evidence=draw.choice(list(Evidence)),
        )  # fmt: skip


def realistic_company(seed, size=40, periods=4):
    """A Book of so many initiatives; money and two teams suffice for 30 to 50 % of what is proposed."""
    draw = random.Random(seed)  # noqa: S311 - seeded on purpose
    initiatives = [_initiative(draw, number, periods) for number in range(1, size + 1)]
    records = [*initiatives, Organisation(name="Seeded", currency="EUR")]
    for number in range(1, size + 1):
        records.extend(_benefits(draw, number, size))
    demand = sum(sum(one.cash) for one in initiatives)
    cash = [int(float(demand) * draw.uniform(0.3, 0.5) / periods / 100) * 100 for _ in range(periods)]
    for team, share in zip(TEAMS, (draw.uniform(0.3, 0.5), draw.uniform(0.3, 0.5), 1.2), strict=True):
        wanted = sum(float(sum(one.hours.get(team, ()))) for one in initiatives)
        records.append(Team(key=team, name=team, hours=Decimal(int(wanted * share / periods)), rate=Decimal(40)))
    records.append(Budget(cash=tuple(map(Decimal, cash)), drift=0.05, explore_min=0.02, explore_max=0.3))
    for kpi in KPIS:
        due = draw.choice([periods, periods, periods, max(1, periods - 1)])
        records.append(Kpi(key=kpi, name=kpi, unit="points", baseline=0, target=100, due_period=due))
    for number, pair in enumerate((KPIS[:2], KPIS[2:4], KPIS[4:]), start=1):
        weights = FrozenMap({kpi: float(draw.randint(1, 3)) for kpi in pair})
        records.append(Objective(key=f"o{number}", name=f"o{number}", weight=draw.randint(20, 50), kpis=weights))
    return Book.of(records, AS_OF)
