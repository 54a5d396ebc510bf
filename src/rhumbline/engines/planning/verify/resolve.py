"""Looks for a better plan in a way of its own: every choice of a small Book, a second model of a large one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

from rhumbline.engines.planning.verify.enumeration import best_choice, combinations
from rhumbline.engines.planning.verify.exact import (
    ONE,
    SHARE_TOLERANCE,
    ZERO,
    Company,
    cents,
    rounded_value,
)
from rhumbline.engines.planning.verify.rules import feasible, used

# Up to so many choices all are tried.
MOST_COMBINATIONS = 50_000
# Sets as good as the plan are looked for so many times; then it stays undecided whether the set is unique.
MOST_OTHER_SETS = 20
# So many answers that break a rule by less than the solver notices are cut off.
MOST_CUTS = 50
# What the solver may be wrong by; sets nearer than this to the best are compared exactly.
SOLVER_TOLERANCE = 1e-6


class Path(StrEnum):
    """How a second answer was found."""

    ENUMERATION = "complete enumeration"
    SECOND_SOLVE = "independent model, scipy.optimize.milp"
    UNDECIDED = "independent model, ended without an answer"


@dataclass(frozen=True, slots=True)
class Resolved:
    """The best plan a second search found.

    Parameters
    ----------
    path
        How it was found.
    combinations
        How many choices there are.
    starts, value
        The plan and its exact value; None when no choice keeps the rules.
    bound
        Enumeration: the value itself. Otherwise what the solver says no plan exceeds.
    unique
        Whether no other set is as good; None when that was not decided.
    """

    path: Path
    combinations: int
    starts: Mapping[str, int] | None = None
    value: Fraction | None = None
    bound: float | None = None
    unique: bool | None = None

    @property
    def rounded(self) -> Fraction:
        """The value as plans are compared by it; 0 without a plan."""
        return rounded_value(self.value) if self.value is not None else ZERO


def resolve(
    firm: Company,
    starts: Mapping[str, int],
    pins: Collection[str] = (),
    bans: Collection[str] = (),
    node_limit: int | None = None,
) -> Resolved:
    """Return the best plan that a search of its own finds.

    Parameters
    ----------
    firm
        The exact numbers.
    starts
        The plan in question: what counts is whether another is better, and whether another set is as good.
    pins, bans
        Initiatives that must, and that must not, be funded.
    node_limit
        Stop a second solve after so many nodes of its search tree; by default it runs to the end.
    """
    count = combinations(firm, pins, bans)
    if count <= MOST_COMBINATIONS:
        best = best_choice(firm, pins, bans)
        if best is None:
            return Resolved(Path.ENUMERATION, count)
        return Resolved(Path.ENUMERATION, count, best.starts, best.value, float(best.value), best.unique)
    return _second_solve(_SecondModel(firm, frozenset(pins), frozenset(bans), node_limit), starts, count)


def _second_solve(model: _SecondModel, starts: Mapping[str, int], count: int) -> Resolved:
    """Solve the second model, evaluate its answer exactly, and look for other sets as good as the plan."""
    firm = model.firm
    answer = _solved_exactly(model)
    if answer.status == _INFEASIBLE:
        return Resolved(Path.SECOND_SOLVE, count)
    if answer.starts is None:
        return Resolved(Path.UNDECIDED, count)
    value, claimed = firm.value(answer.starts), firm.value(starts)
    found = Resolved(Path.SECOND_SOLVE, count, answer.starts, value, answer.bound)
    if rounded_value(value) > rounded_value(claimed) or not model.allows(starts):
        # It is feasible and better, however the search ended.
        return found
    if answer.bound - float(claimed) > SOLVER_TOLERANCE:
        return replace(found, path=Path.UNDECIDED)
    return replace(found, unique=_unique(model, starts))


def _unique(model: _SecondModel, starts: Mapping[str, int]) -> bool | None:
    """Exclude one good set after the other until none is left as good as the plan, or one is found that is."""
    firm = model.firm
    value, cost = rounded_value(firm.value(starts)), cents(firm.cost(starts))
    excluded = frozenset(starts)
    model.cost_only(firm.cost(starts))
    for _ in range(MOST_OTHER_SETS):
        model.exclude(excluded)
        other = _solved_exactly(model)
        if other.status == _INFEASIBLE or other.bound < float(value) - SOLVER_TOLERANCE:
            return True
        if other.starts is None:
            return None
        if rounded_value(firm.value(other.starts)) == value and cents(firm.cost(other.starts)) == cost:
            return False
        excluded = frozenset(other.starts)
    return None


def _solved_exactly(model: _SecondModel) -> _Answer:
    """Solve until the answer keeps every rule exactly; the solver forgives a little, so what breaks one is cut off."""
    answer = model.solve()
    for _ in range(MOST_CUTS):
        if answer.starts is None or model.allows(answer.starts):
            return answer
        model.forbid(answer.starts)
        answer = model.solve()
    return _Answer(_GIVEN_UP, None, answer.bound)


_INFEASIBLE = 2
_GIVEN_UP = 4


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the solver says: its status, the starts it found if any, and what no choice exceeds."""

    status: int
    starts: dict[str, int] | None
    bound: float


@dataclass(slots=True)
class _SecondModel:
    """The plan as a mixed-integer programme in another form than the planner's.

    Notes
    -----
    Columns: *funded* (0 or 1) and *starts then* (0 or 1) for every initiative; for every KPI how much of
    its effect lies above 1 (*wasted*, at least total - 1) and how much lies below -1 (*spared*), so that
    what counts is total - wasted + spared. Where effects can fall below -1, *sunk* (0 or 1) allows
    sparing, and only down to -1. Money and hours are measured in shares of their largest limit.
    """

    firm: Company
    pins: frozenset[str]
    bans: frozenset[str]
    node_limit: int | None = None
    columns: dict[tuple[str, ...], int] = field(default_factory=dict)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    gain: list[Fraction] = field(default_factory=list)
    rows: list[tuple[dict[int, Fraction], float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for key in self.firm.pool:
            self._initiative(key)
        if not self.pins <= {*self.firm.pool}:
            # Who must be funded and is not in the pool cannot be: nothing is at least one.
            self._row({}, least=1.0)
        for key in self.firm.pool:
            self._relations(key)
        for kpi in self.firm.weights:
            self._kpi(kpi)
        self._corridor()
        self._cash()
        for team in self.firm.hours_room:
            self._hours(team)

    # --- columns and rows ---------------------------------------------------------------------

    def _column(self, name: tuple[str, ...], upper: float, gain: Fraction, *, whole: bool, lower: float = 0.0) -> int:
        self.columns[name] = len(self.upper)
        self.lower.append(lower)
        self.upper.append(upper)
        self.whole.append(int(whole))
        self.gain.append(gain)
        return self.columns[name]

    def _row(self, terms: Mapping[int, Fraction], least: float = -float("inf"), most: float = float("inf")) -> None:
        self.rows.append((dict(terms), least, most))

    def _initiative(self, key: str) -> None:
        firm, work = self.firm, self.firm.pool[key]
        starts = () if key in self.bans else work.starts
        must = key in self.pins or (work.mandatory and not work.blocked)
        price = -firm.hurdle * work.cost / firm.resources
        funded = self._column(("funded", key), 1.0, price, whole=True, lower=float(must))
        choice = {funded: -ONE}
        for start in starts:
            choice[self._column(("start", key, str(start)), 1.0, ZERO, whole=True)] = ONE
        self._row(choice, 0.0, 0.0)

    def _relations(self, key: str) -> None:
        work, mine = self.firm.pool[key], self.columns["funded", key]
        for needed in work.depends:
            other = self.columns.get(("funded", needed))
            if needed not in self.firm.done:
                self._row({mine: ONE} if other is None else {mine: ONE, other: -ONE}, most=0.0)
        for excluded in work.excludes:
            other = self.columns.get(("funded", excluded))
            if other is not None and excluded != key:
                self._row({mine: ONE, other: ONE}, most=1.0)

    def _kpi(self, kpi: str) -> None:
        weight = self.firm.weights[kpi]
        effects = self._effects_in_time(kpi)
        if not weight or not effects:
            return
        for column, effect in effects.items():
            self.gain[column] += weight * effect
        most = self._sum_of_best(kpi, effects, 1)
        least = self._sum_of_best(kpi, effects, -1)
        if most > 1:
            wasted = self._column(("wasted", kpi), float(most), -weight, whole=False)
            self._row({**effects, wasted: -ONE}, most=1.0)
        if least < -1:
            depth = -1 - least
            spared = self._column(("spared", kpi), float(depth), weight, whole=False)
            sunk = self._column(("sunk", kpi), 1.0, ZERO, whole=True)
            self._row({spared: ONE, sunk: -depth}, most=0.0)
            # When sunk: total + spared <= -1. When not: total <= most, which always holds.
            self._row({**effects, spared: ONE, sunk: most + 1}, most=float(most))

    def _effects_in_time(self, kpi: str) -> dict[int, Fraction]:
        found = {}
        for key, work in self.firm.pool.items():
            effect = work.effects.get(kpi, ZERO)
            for start in work.starts:
                column = self.columns.get(("start", key, str(start)))
                if effect and column is not None and self.firm.in_time(work, start, kpi):
                    found[column] = effect
        return found

    def _sum_of_best(self, kpi: str, effects: Mapping[int, Fraction], sign: int) -> Fraction:
        """Return the largest (or, with -1, the smallest) total that any choice could give a KPI."""
        total = ZERO
        for key, work in self.firm.pool.items():
            columns = {self.columns.get(("start", key, str(start))) for start in work.starts}
            if sign * work.effects.get(kpi, ZERO) > 0 and columns & {*effects}:
                total += work.effects[kpi]
        return total

    def _corridor(self) -> None:
        firm = self.firm
        shares = {
            self.columns["funded", key]: work.cost / firm.resources for key, work in firm.pool.items() if work.explore
        }
        least, most = firm.explore_min - SHARE_TOLERANCE, firm.explore_max + SHARE_TOLERANCE
        # Without a floor nothing is asked, and rounding must not make a row out of nothing.
        self._row(shares, float(least) if firm.explore_min else -float("inf"), float(most))

    def _cash(self) -> None:
        scale = max(self.firm.cash_room, default=ZERO) or ONE
        spent: dict[int, Fraction] = {}
        for period, room in enumerate(self.firm.cash_room, start=1):
            for column, amount in self._needs(period):
                spent[column] = spent.get(column, ZERO) + amount / scale
            self._row(spent, most=float(room / scale))

    def _hours(self, team: str) -> None:
        room = self.firm.hours_room[team]
        scale = room or ONE
        for period in range(1, self.firm.periods + 1):
            self._row(
                {column: amount / scale for column, amount in self._needs(period, team)}, most=float(room / scale)
            )

    def _needs(self, period: int, team: str | None = None) -> Iterator[tuple[int, Fraction]]:
        for key, work in self.firm.pool.items():
            profile = work.cash if team is None else work.hours.get(team, ())
            for start in work.starts:
                column = self.columns.get(("start", key, str(start)))
                amount = used(profile, start, period)
                if column is not None and amount:
                    yield column, amount

    def exclude(self, funded: frozenset[str]) -> None:
        """Forbid one set: at least one initiative must come or go."""
        terms = {self.columns["funded", key]: -ONE if key in funded else ONE for key in self.firm.pool}
        self._row(terms, least=1.0 - len(funded))

    def cost_only(self, cost: Fraction) -> None:
        """Ask for sets of one cost only, as nearly as the solver can tell."""
        shares = {self.columns["funded", key]: work.cost / self.firm.resources for key, work in self.firm.pool.items()}
        share = float(cost / self.firm.resources)
        self._row(shares, share - SOLVER_TOLERANCE, share + SOLVER_TOLERANCE)

    def forbid(self, starts: Mapping[str, int]) -> None:
        """Forbid one choice of starts and no other."""
        chosen = {self.columns["start", key, str(start)] for key, start in starts.items()}
        columns = (column for name, column in self.columns.items() if name[0] == "start")
        terms = {column: -ONE if column in chosen else ONE for column in columns}
        self._row(terms, least=1.0 - len(chosen))

    # --- solving ------------------------------------------------------------------------------

    def solve(self) -> _Answer:
        """Return what the solver finds; the caller evaluates it exactly."""
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp

        found = milp(
            -np.array([float(gain) for gain in self.gain]),
            integrality=np.array(self.whole),
            bounds=Bounds(np.array(self.lower), np.array(self.upper)),
            constraints=LinearConstraint(
                self._matrix(),
                np.array([least for _, least, _ in self.rows]),
                np.array([most for _, _, most in self.rows]),
            ),
            options={"mip_rel_gap": 0.0} | ({"node_limit": self.node_limit} if self.node_limit else {}),
        )
        bound = float("inf") if found.mip_dual_bound is None else -float(found.mip_dual_bound)
        return _Answer(int(found.status), None if found.x is None else self._starts(found.x), bound)

    def allows(self, starts: Mapping[str, int]) -> bool:
        """Whether a choice keeps every rule, in exact numbers."""
        return feasible(self.firm, starts, self.pins, self.bans)

    def _matrix(self) -> Any:
        from scipy.sparse import csr_matrix

        entries = [
            (float(value), row, column)
            for row, (terms, _, _) in enumerate(self.rows)
            for column, value in terms.items()
        ]
        values, rows, columns = zip(*entries, strict=True) if entries else ((), (), ())
        return csr_matrix((values, (rows, columns)), shape=(len(self.rows), len(self.upper)))

    def _starts(self, x: Any) -> dict[str, int]:
        return {
            key: start
            for key, work in self.firm.pool.items()
            for start in work.starts
            if (column := self.columns.get(("start", key, str(start)))) is not None and x[column] > 0.5
        }
