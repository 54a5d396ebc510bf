"""What one initiative is, does and costs, and the best plans with and without it: what questions about it rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from math import fsum

from rhumbline.book.types import Mode
from rhumbline.engines._maths import Triple
from rhumbline.engines.alignment.quantities import Quantities
from rhumbline.engines.planning.facts import Facts, Work, facts_of
from rhumbline.engines.planning.model import Model, Row, build, row_of
from rhumbline.engines.planning.result import Line, Plan, PlanTerms
from rhumbline.engines.planning.search import Question, Search, Undecided
from rhumbline.engines.planning.solve import wish_rows
from rhumbline.engines.planning.ties import TIE, rounded

# Gap points closed are counted per so much money.
YIELD_UNIT = 10_000


class Standing(StrEnum):
    """Where an initiative stands in a plan."""

    FUNDED = "funded"
    WAITING = "waiting"
    STOPPED = "stopped"
    BLOCKED = "blocked"
    RESERVE = "reserve"
    NOT_CHOSEN = "not chosen from the reserve"
    OUTSIDE = "not open to a decision"
    NO_PLAN = "no plan"


@dataclass(frozen=True, slots=True)
class KpiEffect:
    """What one initiative does to one KPI.

    Parameters
    ----------
    kpi
        The KPI.
    objectives
        The objectives it counts for, in key order.
    weight
        Its share of the strategy.
    effect
        Share of the KPI's gap that the initiative closes, low, best and high.
    closes
        Share of the whole strategy gap: weight times best effect.
    in_time
        Whether the effect arrives by the period the KPI is due, at the start of the plan or else the earliest.
    """

    kpi: str
    objectives: tuple[str, ...]
    weight: float
    effect: Triple
    closes: float
    in_time: bool


@dataclass(frozen=True)
class Inquiry:
    """Questions about the plan of one Book.

    Parameters
    ----------
    quantities
        The numbers of the Book.
    terms
        What the plan was asked for.
    plan
        The plan; it need not exist.
    """

    quantities: Quantities
    terms: PlanTerms
    plan: Plan

    @cached_property
    def factors(self) -> Mapping[str, float]:
        """What the scenario multiplies."""
        scenario = self.terms.scenario
        found: Mapping[str, float] = self.quantities.book.scenarios[scenario].effects if scenario else {}
        return found

    @cached_property
    def facts(self) -> Facts:
        """What the plan is decided on."""
        return facts_of(self.quantities, self.factors)

    @cached_property
    def model(self) -> Model:
        """The programme of the plan."""
        return build(self.facts)

    @cached_property
    def wishes(self) -> tuple[Row, ...]:
        """The pins and bans as rows."""
        return wish_rows(self.model, self.terms.pins, self.terms.bans)

    @cached_property
    def search(self) -> Search:
        """Asks the solver about the programme."""
        return Search.limited(self.model, self.terms.node_limit)

    @cached_property
    def start_choice(self) -> frozenset[int]:
        """The plan as a choice."""
        return self.model.choice(self.plan.starts)

    # --- about one initiative ---------------------------------------------------------------

    def line(self, key: str) -> Line | None:
        """Return the line of an initiative in the plan, if it has one."""
        lines = (*self.plan.funded, *self.plan.reserve, *self.plan.waiting, *self.plan.stopped)
        return next((line for line in lines if line.initiative == key), None)

    def standing(self, key: str) -> Standing:
        """Return where an initiative stands."""
        record, line = self.quantities.book.initiatives[key], self.line(key)
        if self.plan.value is None:
            return Standing.NO_PLAN
        if line is None:
            return Standing.NOT_CHOSEN if record.mode == Mode.DRIFT and record.open else Standing.OUTSIDE
        if record.mode == Mode.DRIFT:
            return Standing.RESERVE
        if line.start is not None:
            return Standing.FUNDED
        if self.model.work[key].blocked:
            return Standing.BLOCKED
        return Standing.STOPPED if record.live else Standing.WAITING

    def effects(self, key: str) -> tuple[KpiEffect, ...]:
        """Return what an initiative does to each KPI, most of the strategy gap first."""
        quantities = self.quantities
        work = self.model.work.get(key) if self.plan.resources > 0 and quantities.book.budget else None
        start = self.plan.starts.get(key) or (work.starts[0] if work and work.starts else 1)
        arrives = start + quantities.length[key] - 1 + quantities.book.initiatives[key].lag
        found = [
            KpiEffect(
                kpi=kpi,
                objectives=tuple(name for name, links in quantities.link_weight.items() if kpi in links),
                weight=quantities.kpi_weight[kpi],
                effect=effect,
                closes=quantities.kpi_weight[kpi] * effect.best,
                in_time=arrives <= quantities.due_period[kpi],
            )
            for kpi, effect in quantities.contribution[key].items()
        ]
        return tuple(sorted(found, key=lambda effect: -effect.closes))

    def gap_per_money(self, key: str) -> float | None:
        """Return the points of the strategy gap closed per 10,000 of full cost; None for what costs nothing."""
        cost = self.quantities.full_cost[key]
        return 100 * self.quantities.gap_share[key].best * YIELD_UNIT / cost if cost > 0 else None

    # --- the best plans with and without ----------------------------------------------------

    def forced(self, inside: Iterable[str] = (), outside: Iterable[str] = ()) -> Fraction | None:
        """Return the best value when some initiatives must be in and others out; None when that is impossible.

        The wishes and mandates about these initiatives are let go of, all other rules hold.

        Raises
        ------
        Undecided
            When a limit ended the search before a proof.
        """
        inside, outside = tuple(inside), tuple(outside)
        named = {*inside, *outside}
        rows = tuple(row for row in self.wishes if row.name.partition(":")[2] not in named)
        added = (*rows, *wish_rows(self.model, inside, outside))
        dropped = frozenset(f"mandatory:{key}" for key in outside)
        found = self.search.best(Question(added=added, dropped=dropped))
        if found is not None and not found.proven:
            raise Undecided
        return None if found is None else rounded(self.model.value(found.chosen))

    def cheaper(self, key: str, left: Fraction) -> bool | None:
        """Whether a plan with an initiative is as good as the best once only a part of its cost is left.

        Parameters
        ----------
        key
            An initiative that is not funded.
        left
            Part of its money and hours that is left, 0..1; all resources stay what they are.

        Returns
        -------
        bool or None
            None when a limit ended the search before that was known.
        """
        pool = tuple(_scaled(work, left) if work.key == key else work for work in self.facts.pool)
        model = build(replace(self.facts, pool=pool))
        goal = rounded(self.model.value(self.start_choice))
        # Rounding may have raised the goal above the very value that reached it; the last line compares like with like.
        least = goal - TIE
        rows = (*wish_rows(model, self.terms.pins, ()), row_of("in", dict.fromkeys(model.columns_of[key], 1), lower=1))
        bans = wish_rows(model, (), (ban for ban in self.terms.bans if ban != key))
        search = Search(model, self.terms.node_limit, effort_left=self.search.effort_left)
        try:
            found = search.best(Question(added=(*rows, *bans), least_value=least))
        except Undecided:
            return None
        finally:
            self.search.effort_left = search.effort_left
        return found is not None and rounded(model.value(found.chosen)) >= goal


def _scaled(work: Work, left: Fraction) -> Work:
    return replace(
        work,
        cash=tuple(left * amount for amount in work.cash),
        hours={team: tuple(left * amount for amount in profile) for team, profile in work.hours.items()},
        cost=left * work.cost,
    )


def hours_by_team(quantities: Quantities, key: str) -> dict[str, float]:
    """Return all hours an initiative takes, by team."""
    return {team: fsum(profile) for team, profile in quantities.hours[key].items() if any(profile)}
