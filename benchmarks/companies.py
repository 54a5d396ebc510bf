"""Seeded companies of any size, as real ones are: two bottleneck teams, dependencies, saturation, harm."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from typing import Any

from rhumbline.book.book import Book
from rhumbline.book.records import (
    Benefit,
    Budget,
    Capability,
    DataFlow,
    Initiative,
    Kpi,
    Need,
    Objective,
    Organisation,
    Person,
    Segment,
    Strategy,
    Survey,
    System,
    Team,
    WorkItem,
)
from rhumbline.book.types import Evidence, FlowState, FrozenMap, InitiativeKind, Mode, Stage

AS_OF = date(2026, 11, 23)
KPIS, OBJECTIVES, SEGMENTS, NEEDS, CAPABILITIES, SYSTEMS = 6, 4, 3, 6, 5, 6


def _strategy(periods: int) -> list[Any]:
    kpis = [Kpi(key=f"k{n}", name=f"KPI {n}", unit="x", baseline=0.0, target=10.0 * (n + 1)) for n in range(KPIS)]
    objectives = [
        Objective(
            key=f"o{n}",
            name=f"Objective {n}",
            weight=float(10 + 5 * n),
            segments=(f"s{n % SEGMENTS}",),
            kpis=FrozenMap({f"k{n}": 2.0, f"k{(n + 2) % KPIS}": 1.0}),
        )
        for n in range(OBJECTIVES)
    ]
    return [
        Organisation(name="Seeded Works", currency="EUR", headcount=60),
        Strategy(mission="Be there first.", horizon_start=date(2027, 1, 1), periods=periods),
        *kpis,
        *objectives,
        *(Segment(key=f"s{n}", name=f"Segment {n}", strategic=n == 0) for n in range(SEGMENTS)),
        *(
            Need(key=f"n{n}", segment=f"s{n % SEGMENTS}", text=f"Need {n}", importance=8.0, satisfaction=float(n))
            for n in range(NEEDS)
        ),
        *(Capability(key=f"c{n}", name=f"Capability {n}", level=n % 4 + 1, target=4) for n in range(CAPABILITIES)),
        *(System(key=f"y{n}", name=f"System {n}", needs=(f"y{(n + 1) % SYSTEMS}",)) for n in range(SYSTEMS)),
        Person(key="p", name="Somebody"),
        Survey(n=20, invited=60, items=FrozenMap({"clarity": 3.6, "safety": 3.2})),
    ]


def _initiative(dice: random.Random, number: int, live: bool, teams: int, periods: int) -> list[Any]:
    key = f"i{number}"
    length = dice.randint(1, periods)
    cash = tuple(Decimal(dice.randint(2, 20)) * 500 for _ in range(length))
    busy = dice.sample(range(teams), k=min(teams, dice.randint(1, 2)))
    hours = FrozenMap({f"t{team}": tuple(Decimal(dice.randint(5, 60)) for _ in range(length)) for team in busy})
    initiative = Initiative(
        key=key,
        name=f"Initiative {number}",
        kind=dice.choice((InitiativeKind.AUTOMATION, InitiativeKind.SERVICE, InitiativeKind.PRODUCT)),
        mode=Mode.EXPLORE if dice.random() < 0.25 else Mode.EXPLOIT,
        stage=Stage.RUNNING if live else Stage.CASE,
        owner="p",
        sponsor="p" if dice.random() < 0.8 else None,
        cash=cash,
        hours=hours,
        segments=(f"s{dice.randrange(SEGMENTS)}",),
        needs=(f"n{dice.randrange(NEEDS)}",),
        requires=FrozenMap({f"c{dice.randrange(CAPABILITIES)}": 3}) if dice.random() < 0.7 else None,
        systems=(f"y{dice.randrange(SYSTEMS)}",) if dice.random() < 0.3 else (),
        depends=(f"i{dice.randrange(number)}",) if number and dice.random() < 0.15 else (),
        excludes=(f"i{dice.randrange(number)}",) if number and dice.random() < 0.05 else (),
        mandatory=not live and dice.random() < 0.03,
        readiness=(2, 3),
        review="monthly",
        hypothesis="It moves the KPI." if dice.random() < 0.7 else "",
        stop_rule="Half of plan.",
    )
    benefits = []
    for kpi in dice.sample(range(KPIS), k=dice.randint(1, 3)):
        gap = 10.0 * (kpi + 1)
        likely = round(gap * dice.uniform(-0.02, 0.25), 2)
        benefits.append(
            Benefit(
                key=f"{key}.k{kpi}",
                initiative=key,
                kpi=f"k{kpi}",
                low=round(likely - 0.05 * gap, 2),
                likely=likely,
                high=round(likely + 0.08 * gap, 2),
                evidence=dice.choice(list(Evidence)),
            )
        )
    return [initiative, *benefits, WorkItem(key=f"{key}.m1", initiative=key, name="In use", due=date(2027, 8, 31))]


def company(initiatives: int, *, periods: int = 4, teams: int = 3, seed: int = 1) -> Book:
    """Return a seeded company.

    Parameters
    ----------
    initiatives
        How many initiatives it has; a tenth of them is live.
    periods, teams
        Size of the horizon and number of teams; two teams are bottlenecks.
    seed
        Another seed, another company.
    """
    dice = random.Random(seed)
    records = _strategy(periods)
    for number in range(initiatives):
        records += _initiative(dice, number, number % 10 == 0, teams, periods)
    book = Book.of(records, as_of=AS_OF)
    wanted = {f"t{team}": 0.0 for team in range(teams)}
    cash = 0.0
    for initiative in book.initiatives.values():
        cash += float(sum(initiative.cash))
        for team, profile in initiative.hours.items():
            wanted[team] += float(sum(profile))
    # The first two teams and the cash cover a third of what is wanted, the other teams most of it.
    free = {team: need * (0.35 if place < 2 else 0.9) / periods for place, (team, need) in enumerate(wanted.items())}
    return book.replace(
        *(Team(key=key, name=key, hours=Decimal(round(hours)), rate=Decimal(40)) for key, hours in free.items()),
        Budget(
            cash=tuple(Decimal(round(0.35 * cash / periods)) for _ in range(periods)),
            drift=0.05,
            explore_min=0.02,
            explore_max=0.4,
        ),
        DataFlow(key="y0-y1", source="y0", destination="y1", state=FlowState.LIVE),
    )
