"""Asking the solver: the best choice under the rows of a model, some let go and some added, judged exactly.

HiGHS (Huangfu & Hall 2018) runs on one thread with a fixed seed and no tolerated gap, so the same
question always gets the same answer. What it proposes is checked in whole numbers and fractions; a
proposal that breaks a rule by less than the solver can see is cut off, and the solver asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from math import inf
from typing import Any

import numpy as np

from rhumbline.engines._quiet import unheard
from rhumbline.engines.planning.model import MILLION, Matrix, Programme, Row, floating
from rhumbline.engines.planning.result import Progress

SEED = 0
# Proposals that only the exact check refuses; each is cut off, and none is expected.
MOST_CUTS = 200
# Absolute, in millionths of the strategy gap and in units of the rows: far below the ninth decimal of the value.
FEASIBILITY = 1e-7
# What all questions of one plan may take together unless somebody states a limit: nodes of the search times entries
# of the arrays, since a node of a large company takes longer. One to three minutes, and the same work everywhere.
MOST_EFFORT = 2 * 10**8
# The solver's bound may differ from the objective by its rounding and still be the same number.
SAME = 1e-9


class Undecided(Exception):
    """The search was stopped, or cut off too many proposals, before it knew.

    Parameters
    ----------
    bound
        No choice is better.
    chosen
        The best choice found by then, where there was one.
    """

    def __init__(self, bound: float = inf, chosen: frozenset[int] | None = None) -> None:
        self.bound = bound
        self.chosen = chosen
        super().__init__(f"undecided, bound {bound}")


@dataclass(frozen=True, slots=True)
class Found:
    """What the solver came back with.

    Parameters
    ----------
    chosen
        Columns of the best choice.
    bound
        No choice is better, in the unit of the objective (value: share of the gap).
    proven
        Whether the choice is proven best.
    """

    chosen: frozenset[int]
    bound: float
    proven: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a model.

    Parameters
    ----------
    added
        Rows that hold too.
    dropped
        Names of rows that need not hold.
    least_value
        Only choices of at least this value, by the solver's reckoning.
    minimise
        What to make small, in whole numbers by column; by default the value is made large.
    """

    added: tuple[Row, ...] = ()
    dropped: frozenset[str] = frozenset()
    least_value: Fraction | None = None
    minimise: Mapping[int, Fraction] | None = None


@dataclass
class Search:
    """A series of questions about one model, with the work they took.

    Parameters
    ----------
    model
        The model.
    node_limit
        Nodes a question may take; None for no limit.
    progress
        Called now and then; returning False stops the search.
    effort_left
        Nodes times entries of the arrays that all further questions may take together, where each has no limit of
        its own; None for no limit.
    nodes, solves
        Work done so far.
    stopped
        Whether the listener has stopped it; then nothing more is asked.
    """

    model: Programme
    node_limit: int | None = None
    progress: Callable[[Progress], bool] | None = None
    effort_left: int | None = None
    nodes: int = 0
    solves: int = 0
    stopped: bool = field(default=False)

    @classmethod
    def limited(
        cls, model: Programme, node_limit: int | None, progress: Callable[[Progress], bool] | None = None
    ) -> Search:
        """Return a search that ends after the nodes somebody stated, and else after the most effort a plan may take.

        Parameters
        ----------
        model, node_limit, progress
            As for the search.
        """
        return cls(model, node_limit, progress, MOST_EFFORT if node_limit is None else None)

    def best(self, question: Question = Question()) -> Found | None:
        """Return the best choice under all rows; None when there is none.

        Parameters
        ----------
        question
            What differs from the plain model.

        Raises
        ------
        Undecided
            When the search ended without a choice and without a proof that there is none.
        """
        found = self._kept(question)
        # The solver may end without writing down its last bound, or (1.16) take a choice for better than it is.
        # Then its own bound gives it away, and it is asked for anything better until there is nothing.
        while found is not None and found.proven and not self._fits(question, found):
            better = self._kept(self._beyond(question, found.chosen))
            if better is None:
                return replace(found, bound=self._objective(question, found.chosen))
            found = better
        return found

    def _kept(self, question: Question) -> Found | None:
        """Return the solver's best proposal that keeps every rule exactly."""
        rows = [row for row in self.model.rows if row.name not in question.dropped]
        rows.extend(question.added)
        cuts: list[Row] = []
        for _ in range(MOST_CUTS):
            found = self._ask(question, cuts)
            if found is None or all(row.holds(found.chosen) for row in rows):
                return found
            cuts.append(self.not_this(found.chosen, len(cuts)))
        raise Undecided

    def _objective(self, question: Question, chosen: Collection[int]) -> float:
        """The objective of a choice as it really is."""
        if question.minimise is None:
            return float(self.model.value(chosen))
        return float(sum((number for column, number in question.minimise.items() if column in chosen), Fraction(0)))

    def _fits(self, question: Question, found: Found) -> bool:
        """Whether the proven bound is the objective of the choice."""
        objective = self._objective(question, found.chosen)
        return abs(found.bound - objective) <= SAME * max(1.0, abs(objective))

    def _beyond(self, question: Question, chosen: Collection[int]) -> Question:
        """The same question, for something better than a choice: by a billionth of value, or by one unit."""
        if question.minimise is None:
            return replace(question, least_value=round(self.model.value(chosen), 9) + Fraction(1, 10**9))
        numbers = {column: int(number) for column, number in question.minimise.items() if number}
        total = int(self._objective(question, chosen))
        less = Row("less", tuple(numbers), tuple(numbers.values()), None, total - 1)
        return replace(question, added=(*question.added, less))

    def not_this(self, chosen: Collection[int], number: int = 0) -> Row:
        """Return the row that only this very choice breaks."""
        columns = range(len(self.model.columns))
        signs = tuple(-1 if column in chosen else 1 for column in columns)
        return Row(f"not:{number}", tuple(columns), signs, 1 - len(chosen), None)

    def _ask(self, question: Question, cuts: Sequence[Row]) -> Found | None:
        if not self.model.columns:
            empty: frozenset[int] = frozenset()
            hold = all(
                row.holds(empty) for row in (*self.model.rows, *question.added) if row.name not in question.dropped
            )
            return Found(empty, 0.0, proven=True) if hold else None
        if self.stopped or (self.effort_left is not None and self.effort_left <= 0):
            raise Undecided
        self.solves += 1
        return _solve(self, question, (*question.added, *cuts))


# --- the solver ---------------------------------------------------------------------------------


@cache
def _silence() -> None:
    """Let the solver greet where nobody reads it: once, before it can be told not to, it writes to standard output."""
    import highspy

    with unheard():
        highspy.Highs()  # type: ignore[no-untyped-call]


def _solver() -> Any:
    """A solver that says nothing."""
    import highspy

    _silence()
    # The solver ships without type information.
    return highspy.Highs()  # type: ignore[no-untyped-call]


def solver_name() -> str:
    """Return the solver and its version."""
    return f"HiGHS {_solver().version()}"


def _lp(matrix: Matrix, model: Programme, question: Question, added: Sequence[Row]) -> Any:
    """The programme in the solver's own form: the rows of the model, then those of the question."""
    import highspy

    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    for number, row in enumerate(model.rows):
        if row.name in question.dropped:
            lower[number], upper[number] = -inf, inf
    extra = [floating(row) for row in added]
    if question.least_value is not None:
        used = [int(column) for column in np.flatnonzero(matrix.value)]
        extra.append(
            (used, [float(matrix.value[column]) for column in used], float(question.least_value * MILLION), inf)
        )
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(matrix.value), len(lower) + len(extra)
    lp.col_lower_, lp.col_upper_ = matrix.least, matrix.most
    lp.row_lower_ = np.concatenate([lower, [row[2] for row in extra]])
    lp.row_upper_ = np.concatenate([upper, [row[3] for row in extra]])
    lp.integrality_ = [
        highspy.HighsVarType.kInteger if whole else highspy.HighsVarType.kContinuous for whole in matrix.whole
    ]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    sizes = np.cumsum([matrix.start[-1], *(len(row[0]) for row in extra)])
    lp.a_matrix_.start_ = np.concatenate([matrix.start, sizes[1:]]).astype(np.int32)
    lp.a_matrix_.index_ = np.concatenate([matrix.index, *(np.array(row[0], dtype=np.int32) for row in extra)])
    lp.a_matrix_.value_ = np.concatenate([matrix.number, *(np.array(row[1], dtype=np.float64) for row in extra)])
    lp.sense_, lp.col_cost_ = highspy.ObjSense.kMinimize, _costs(matrix, question)
    return lp


def _costs(matrix: Matrix, question: Question) -> Any:
    """What the solver makes small: the lost value, or what the question names."""
    if question.minimise is None:
        return -matrix.value
    costs = np.zeros(len(matrix.value))
    for column, number in question.minimise.items():
        costs[column] = float(number)
    return costs


def _listen(highs: Any, search: Search, *, of_value: bool) -> list[BaseException]:
    """Report progress from inside the solver, and stop it when told to; what the listener raises is kept for later.

    Only a question about the value tells value and bound; any other can be stopped all the same.
    """
    import highspy

    raised: list[BaseException] = []

    def hear(kind: int, message: str, out: Any, into: Any, data: object) -> None:
        del kind, message, data
        best, bound = -out.mip_primal_bound / MILLION, -out.mip_dual_bound / MILLION
        if not of_value:
            best = bound = inf
        known = abs(best) < inf and abs(bound) < inf
        news = Progress(
            nodes=search.nodes + int(out.mip_node_count),
            value=best if abs(best) < inf else None,
            bound=bound if abs(bound) < inf else None,
            gap=max(0.0, bound - best) if known else None,
        )
        try:
            go_on = search.progress is None or search.progress(news)
        except BaseException as error:  # noqa: BLE001 - it must not pass through the solver's own code; raised again below
            raised.append(error)
            go_on = False
        if not go_on:
            search.stopped = True
            into.user_interrupt = True

    highs.setCallback(hear, None)
    highs.startCallback(highspy.cb.HighsCallbackType.kCallbackMipInterrupt)
    return raised


def _most_nodes(search: Search, entries: int) -> int | None:
    """Nodes the next question may take."""
    if search.effort_left is None:
        return None if search.node_limit is None else max(0, search.node_limit)
    return search.effort_left // entries + 1


def _options(highs: Any, most_nodes: int | None) -> None:
    import highspy

    settings = {
        "output_flag": False,
        "threads": 1,
        "parallel": "off",
        "random_seed": SEED,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 0.0,
        "mip_feasibility_tolerance": FEASIBILITY,
        "primal_feasibility_tolerance": FEASIBILITY,
    }
    if most_nodes is not None:
        settings["mip_max_nodes"] = min(most_nodes, highspy.kHighsIInf)
    for name, value in settings.items():
        highs.setOptionValue(name, value)


def _solve(search: Search, question: Question, added: Sequence[Row]) -> Found | None:
    """Run the solver once."""
    matrix = search.model.matrix
    lp = _lp(matrix, search.model, question, added)
    entries = max(1, len(lp.a_matrix_.index_))
    highs = _solver()
    _options(highs, _most_nodes(search, entries))
    highs.passModel(lp)
    raised = [] if search.progress is None else _listen(highs, search, of_value=question.minimise is None)
    before = search.nodes
    highs.run()
    if raised:
        raise raised[0]
    try:
        return _read(highs, search, question)
    finally:
        if search.effort_left is not None:
            search.effort_left -= (search.nodes - before) * entries


def _read(highs: Any, search: Search, question: Question) -> Found | None:
    """What the solver says, in our words."""
    import highspy

    status, info = highs.getModelStatus(), highs.getInfo()
    search.nodes += max(0, int(info.mip_node_count))
    if status == highspy.HighsModelStatus.kInfeasible:
        return None
    proven = status == highspy.HighsModelStatus.kOptimal
    bound = float(info.mip_dual_bound)
    if question.minimise is None:
        bound = -bound / MILLION
    if not proven and info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        raise Undecided(bound)
    values = highs.getSolution().col_value[: search.model.matrix.choices]
    chosen = frozenset(column for column, value in enumerate(values) if value > 0.5)
    return Found(chosen, bound, proven)
