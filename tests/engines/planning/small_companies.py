"""Seeded random companies, small enough to try everything, with every kind of rule in some of them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from rhumbline.book.book import Book
from rhumbline.book.records import (
    Benefit,
    Budget,
    ClosedBenefit,
    EthicsReview,
    Initiative,
    Kpi,
    Objective,
    Organisation,
    Scenario,
    Strategy,
    Team,
)
from rhumbline.book.types import Evidence, Flag, FrozenMap, Mode, PeriodUnit, Stage, Verdict

AS_OF = date(2026, 11, 23)


@dataclass
class SmallCompany:
    """A Book, what is asked of its plan, and which kinds of rule it was given."""

    seed: int
    book: Book
    as_of: date = AS_OF
    pins: tuple[str, ...] = ()
    bans: tuple[str, ...] = ()
    scenario: str | None = None
    kinds: set[str] = field(default_factory=set)


def small_company(seed: int) -> SmallCompany:
    """The company of a seed: 5 to 8 initiatives of the pool, 2 to 4 periods, 1 to 3 teams."""
    return drawn_company(random.Random(f"small company {seed}"), seed)  # noqa: S311 - the same companies on every run


def drawn_company(source: random.Random, seed: int = 0) -> SmallCompany:
    """The company that a source of randomness draws; Hypothesis can be that source."""
    return _Maker(source, seed).company()


class _Maker:
    def __init__(self, source, seed):
        self.seed = seed
        self.random = source
        self.kinds = set()
        self.records = []
        self.periods = self.random.randint(2, 4)
        self.team_keys = [f"t{n}" for n in range(1, self.random.randint(1, 3) + 1)]
        self.kpi_keys = [f"k{n}" for n in range(1, self.random.randint(2, 4) + 1)]
        self.pool = [f"i{n}" for n in self.random.sample(range(1, 13), self.random.randint(5, 8))]
        self.done = ["i20"] if self.chance(0.3) else []
        self.drift = [f"d{n}" for n in range(1, self.random.choice([0, 1, 2, 3, 4, 4]) + 1)]
        # Short of hours or of money, and then little is asked of an initiative: else nothing would be worth it.
        self.short = self.random.choice(["", "", "hours", "hours", "cash"])
        self.blocked_chance = 0.12 if self.chance(0.5) else 0

    def chance(self, share):
        return self.random.random() < share

    def add(self, *records):
        self.records.extend(records)

    def company(self):
        self._frame()
        for key in (*self.pool, *self.done):
            self._initiative(key)
        for key in self.drift:
            self._idea(key)
        if self.chance(0.35):
            self._twin()
        if self.chance(0.12):
            self._closed_benefits()
        scenario = self._scenario() if self.chance(0.2) else None
        pins = tuple(self.random.sample(self.pool, 1)) if self.chance(0.12) else ()
        bans = tuple(self.random.sample(self.pool, 1)) if self.chance(0.12) else ()
        self.kinds |= {name for name, given in (("pin", pins), ("ban", bans)) if given}
        if self.chance(0.08):
            self.kinds.add("no effect")
            self.records = [record for record in self.records if not isinstance(record, Benefit)]
        self.random.shuffle(self.records)
        book = Book.of(self.records, as_of=AS_OF)
        return SmallCompany(self.seed, book, AS_OF, pins, bans, scenario, self.kinds)

    # --- the frame ------------------------------------------------------------------------------

    def _frame(self):
        self.add(Organisation(name="Small company", currency="EUR"))
        if self.chance(0.2):
            self.kinds.add("months")
            self.add(Strategy(period_unit=PeriodUnit.MONTH))
        for key in self.team_keys:
            self.add(Team(key=key, name=key, hours=self.team_hours(), rate=Decimal(self.random.choice([0, 20, 35]))))
        self.add(self._budget())
        for key in self.kpi_keys:
            self.add(self._kpi(key))
        for number in range(1, self.random.randint(1, 3) + 1):
            chosen = self.random.sample(self.kpi_keys, self.random.randint(1, len(self.kpi_keys)))
            links = {key: float(self.random.choice([1, 1, 2, 3])) for key in chosen}
            if self.chance(0.05):
                links = dict.fromkeys(links, 0.0)
            self.add(
                Objective(key=f"o{number}", name="o", weight=self.random.choice([1, 2.5, 4]), kpis=FrozenMap(links))
            )

    def team_hours(self):
        return self.hours(40, 60) if self.short == "hours" else self.hours(60, 200)

    def _budget(self):
        amounts = [0, 1000, 2000] if self.short == "cash" else [0, 4000, 8000, 12000]
        cash = [Decimal(self.random.choice(amounts)) for _ in range(self.periods)]
        cash[0] += Decimal(self.random.choice([1000, 5000, 9000]))
        floor, ceiling = 0.0, 1.0
        if self.chance(0.25):
            self.kinds.add("explore floor")
            floor = self.random.choice([0.01, 0.02, 0.05])
        if self.chance(0.3):
            self.kinds.add("explore ceiling")
            ceiling = self.random.choice([0.1, 0.15, 0.3])
        hurdle = self.random.choice([0.0, 0.1, 0.2, 1 / 3, 1 / 3, 1 / 3])
        if self.short:
            hurdle = self.random.choice([0.0, 0.1, 0.2])
        if hurdle == 0:
            self.kinds.add("hurdle 0")
        drift = self.random.choice([0.0, 0.05, 0.08, 0.2])
        return Budget(cash=tuple(cash), drift=drift, explore_min=floor, explore_max=ceiling, hurdle=hurdle)

    def _kpi(self, key):
        due, due_period = None, None
        if self.chance(0.3):
            self.kinds.add("due period")
            due_period = self.random.choice([*range(self.periods + 2), self.periods, self.periods])
        elif self.chance(0.3):
            self.kinds.add("due date")
            due = date(self.random.choice([2026, 2027, 2027, 2027]), self.random.randint(1, 12), 15)
        baseline = None if self.chance(0.06) else float(self.random.choice([0, 10, 40.5]))
        target = baseline if baseline is not None and self.chance(0.04) else float(self.random.choice([20, 30, 60]))
        return Kpi(key=key, name=key, unit="%", baseline=baseline, target=target, due=due, due_period=due_period)

    # --- initiatives ----------------------------------------------------------------------------

    def money(self, least, most):
        return Decimal(self.random.randrange(least, most + 1, 250))

    def hours(self, least, most):
        return Decimal(self.random.randrange(least, most + 1, 10))

    def _profiles(self, longest):
        length = self.random.randint(1, longest)
        cash = tuple(self.money(0, 2500) for _ in range(length))
        hours = {
            team: tuple(self.hours(0, 50) for _ in range(self.random.randint(1, longest)))
            for team in self.team_keys
            if self.chance(0.4)
        }
        return cash, hours

    def _initiative(self, key):
        others = [other for other in (*self.pool, *self.done, *self.drift) if other != key]
        # Depending only on what sorts before keeps the dependencies free of cycles.
        before = [other for other in self.pool if other < key] + self.drift[: int(self.chance(0.4))]
        live = self.chance(0.22)
        cash, hours = self._profiles(min(3, self.periods))
        if live:
            self.kinds.add("live work")
            if self.chance(0.5):
                self.kinds.add("live beyond horizon")
                cash = (*cash, *(self.money(250, 2000) for _ in range(self.periods)))
        elif self.chance(0.1):
            self.kinds.add("beyond horizon")
            cash = (*cash, *(Decimal(0) for _ in range(self.random.randint(1, self.periods))))
        elif self.chance(0.05):
            self.kinds.add("never fits")
            cash = tuple(self.money(250, 1000) for _ in range(self.periods + 1))
        elif self.chance(0.06):
            self.kinds.add("free")
            cash, hours = (), {}
        stage = self.random.choice([Stage.RUNNING, Stage.FUNDED]) if live else Stage.CASE
        stage = Stage.CLOSED if key in self.done else Stage.STOPPED if self.chance(0.03) else stage
        mode = Mode.EXPLORE if self.chance(0.3) else Mode.EXPLOIT
        earliest = self.random.randint(2, self.periods) if self.chance(0.15) else 1
        lag = self.random.randint(1, 2) if self.chance(0.2) else 0
        mandatory = self.chance(0.04)
        depends, excludes = self._relations(key, before, others)
        self.kinds |= {
            name for name, given in (("earliest", earliest > 1), ("lag", lag), ("mandatory", mandatory)) if given
        }
        self.add(
            Initiative(
                key=key, name=key, mode=mode, stage=stage, cash=cash, hours=FrozenMap(hours), earliest=earliest,
                lag=lag, depends=depends, excludes=excludes, mandatory=mandatory,
            )
        )  # fmt: skip
        for number, kpi in enumerate(self.random.choices(self.kpi_keys, k=self.random.choice([0, 1, 2, 2, 3, 3])), 1):
            self.add(self._benefit(f"{key}-b{number}", key, kpi))
        if self.chance(self.blocked_chance):
            self.kinds.add("ethics block")
            review = self.random.choice([Verdict.NONE, Verdict.CONDITIONAL, Verdict.EXPIRED, Verdict.APPROVED])
            self.add(EthicsReview(key=f"{key}-ethics", initiative=key, flags=(Flag.PERSONAL_DATA,), review=review))

    def _relations(self, key, before, others):
        depends, excludes = (), ()
        if before and self.chance(0.2):
            depends = (self.random.choice(before),)
            self.kinds.add("depends on drift" if depends[0] in self.drift else "depends")
        elif self.done and key not in self.done and self.chance(0.2):
            self.kinds.add("depends on done")
            depends = tuple(self.done)
        if self.chance(0.12):
            self.kinds.add("excludes")
            excludes = (self.random.choice(others),)
        return depends, tuple(key for key in excludes if key not in depends)

    def _benefit(self, key, initiative, kpi, evidence=None):
        likely = self.random.choice([4, 6, 9, 12, 25, 40]) * 1.0
        if self.chance(0.1):
            self.kinds.add("harm")
            likely = -self.random.choice([1.0, 3.5, 20.0, 60.0])
        low, high = (likely / 2, likely * 1.5) if likely > 0 else (likely * 1.5, likely / 2)
        evidence = evidence or self.random.choice([*Evidence, Evidence.E3, Evidence.E4])
        return Benefit(key=key, initiative=initiative, kpi=kpi, low=low, likely=likely, high=high, evidence=evidence)

    def _idea(self, key):
        self.kinds.add("drift ideas")
        cash, hours = self._profiles(2)
        cash = tuple(amount / 4 for amount in cash)
        hours = {team: tuple(amount / 10 for amount in profile) for team, profile in hours.items()}
        votes = self.random.choice([0, 1, 2, 3, 3, 5])
        self.add(Initiative(key=key, name=key, mode=Mode.DRIFT, cash=cash, hours=FrozenMap(hours), votes=votes))
        if self.chance(self.blocked_chance):
            self.add(EthicsReview(key=f"{key}-ethics", initiative=key, flags=(Flag.HEALTH_DATA,)))

    # --- what makes plans hard ------------------------------------------------------------------

    def _twin(self):
        """Make a copy of one initiative under another key: equal plans, told apart by the order of keys only."""
        self.kinds.add("twins")
        by_key = {record.key: record for record in self.records if isinstance(record, Initiative)}
        original = self.random.choice([by_key[key] for key in self.pool])
        replaced = self.random.choice([key for key in self.pool if key != original.key])
        self.records = [
            record
            for record in self.records
            if getattr(record, "initiative", None) != replaced and record is not by_key[replaced]
        ]
        copied = {name: getattr(original, name) for name in ("mode", "stage", "cash", "hours", "earliest", "lag")}
        self.add(Initiative(key=replaced, name=replaced, **copied))
        for record in [record for record in self.records if getattr(record, "initiative", None) == original.key]:
            if isinstance(record, Benefit):
                values = {name: getattr(record, name) for name in ("kpi", "low", "likely", "high", "evidence")}
                self.add(Benefit(key=f"{replaced}-{record.key}", initiative=replaced, **values))

    def _closed_benefits(self):
        self.kinds.add("calibration")
        if not self.done:
            self.done = ["i20"]
            self._initiative("i20")
        grade = self.random.choice(list(Evidence))
        for number in range(self.random.randint(4, 7)):
            realised = float(self.random.choice([0, 1, 3, 8]))
            if self.chance(0.3):
                self.add(ClosedBenefit(key=f"past{number}", claimed=4.0, realised=realised, evidence=grade))
                continue
            self.add(
                Benefit(
                    key=f"closed{number}", initiative="i20", kpi=self.kpi_keys[0], low=1, likely=4, high=5,
                    evidence=grade, realised=realised,
                )
            )  # fmt: skip

    def _scenario(self):
        self.kinds.add("scenario")
        keys = self.random.sample([*self.kpi_keys, *self.pool], 3)
        effects = {key: self.random.choice([0.25, 0.5, 1.5, 3.0]) for key in keys}
        self.add(Scenario(key="storm", name="Storm", probability=0.4, effects=FrozenMap(effects)))
        return "storm"
