"""The plan as a mixed-integer programme: which start of which initiative, under named rows.

One builder makes every row. A pin, a ban, an opened block or a what-if is a row more or a bound less,
so a conflict can be told in the names of the rows. The rows on choices hold whole numbers, and are
checked exactly; only the arrays given to the solver are floating point.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, floor, gcd, inf, lcm
from typing import Any, NamedTuple

import numpy as np

from rhumbline.engines.planning.facts import AMOUNT_TOLERANCE, SHARE_TOLERANCE, Facts, Work

# The solver sees effects in millionths of the strategy gap: its tolerance of 1e-7 is then far below the ninth decimal.
MILLION = 10**6
# Larger coefficients would drown in the solver's tolerance for whole numbers.
LARGEST_COEFFICIENT = 10**6


class Column(NamedTuple):
    """One choice: an initiative and the period it starts in."""

    initiative: str
    start: int


@dataclass(frozen=True, slots=True)
class Row:
    """One rule in whole numbers: lower <= sum of coefficients of the chosen columns <= upper.

    Parameters
    ----------
    name
        Group and what it is about, such as ``cash:2`` or ``needs:i3:i1``.
    columns, coefficients
        Where it has entries, in column order, and which.
    lower, upper
        Its bounds; None where it has none.
    unit
        What 1 stands for: an amount of money, hours, a cost, or 1.
    """

    name: str
    columns: tuple[int, ...]
    coefficients: tuple[int, ...]
    lower: int | None
    upper: int | None
    unit: Fraction = Fraction(1)

    @property
    def group(self) -> str:
        """The kind of rule: choice, mandatory, block, cash, hours, needs, excludes, floor, ceiling, pin, ban."""
        return self.name.partition(":")[0]

    def total(self, chosen: Collection[int]) -> int:
        """Return the sum of the coefficients of the chosen columns."""
        return sum(number for column, number in zip(self.columns, self.coefficients, strict=True) if column in chosen)

    def holds(self, chosen: Collection[int]) -> bool:
        """Whether a choice keeps the rule, exactly."""
        total = self.total(chosen)
        return (self.lower is None or total >= self.lower) and (self.upper is None or total <= self.upper)


def row_of(
    name: str,
    entries: Mapping[int, Fraction] | Mapping[int, int],
    lower: Fraction | int | None = None,
    upper: Fraction | int | None = None,
) -> Row:
    """Return a rule in the largest unit in which all its coefficients are whole.

    Parameters
    ----------
    name
        Group and what it is about.
    entries
        Coefficient by column.
    lower, upper
        Bounds in the unit of the coefficients; they are tightened to the next whole number, which excludes no choice.
    """
    columns = tuple(column for column in sorted(entries) if entries[column])
    numbers = [Fraction(entries[column]) for column in columns]
    shared = lcm(*(number.denominator for number in numbers)) if numbers else 1
    divisor = gcd(*(int(number * shared) for number in numbers)) if numbers else 1
    unit = Fraction(divisor, shared)
    return Row(
        name,
        columns,
        tuple(int(number / unit) for number in numbers),
        None if lower is None else ceil(lower / unit),
        None if upper is None else floor(upper / unit),
        unit,
    )


@dataclass(frozen=True, slots=True)
class Saturation:
    """How much of one KPI's gap a choice closes: the sum of its effects in time, within -1..1.

    Parameters
    ----------
    kpi
        Its key.
    weight
        Its share of the strategy.
    columns, effects
        The choices that move it in time, and by which share of the gap.
    lowest
        The most harm that can be chosen together; the clip at -1 needs a yes/no variable only below -1.
    """

    kpi: str
    weight: Fraction
    columns: tuple[int, ...]
    effects: tuple[Fraction, ...]
    lowest: Fraction

    def closed(self, chosen: Collection[int]) -> Fraction:
        """Return the share of the gap that a choice closes, exactly."""
        moves = (effect for column, effect in zip(self.columns, self.effects, strict=True) if column in chosen)
        return max(Fraction(-1), min(Fraction(1), sum(moves, Fraction(0))))


@dataclass(frozen=True)
class Programme:
    """Choices and the rules on them.

    Parameters
    ----------
    columns
        The choices, in key order, then by start.
    rows
        The rules on choices, in groups.
    saturations
        One for each KPI that counts and that some choice moves.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    saturations: tuple[Saturation, ...] = ()

    @property
    def penalty(self) -> tuple[Fraction, ...]:
        """What each choice costs in value."""
        return (Fraction(0),) * len(self.columns)

    @cached_property
    def matrix(self) -> Matrix:
        """The rows as the solver takes them; made once, every question only changes bounds and adds rows."""
        return matrix_of(self)

    def gap_closed(self, chosen: Collection[int]) -> Fraction:
        """Return the share of the strategy gap that a choice closes in time, exactly."""
        return sum((part.weight * part.closed(chosen) for part in self.saturations), Fraction(0))

    def value(self, chosen: Collection[int]) -> Fraction:
        """Return the value of a choice, exactly: gap closed minus the hurdle times the share of resources."""
        return self.gap_closed(chosen) - sum((self.penalty[number] for number in chosen), Fraction(0))


@dataclass(frozen=True, kw_only=True)
class Model(Programme):
    """The programme of one Book.

    Parameters
    ----------
    facts
        What it was built from.
    """

    facts: Facts

    @cached_property
    def work(self) -> Mapping[str, Work]:
        """The initiatives decided on, by key."""
        return {work.key: work for work in self.facts.pool}

    @cached_property
    def columns_of(self) -> Mapping[str, tuple[int, ...]]:
        """Columns of each initiative, earliest start first; none for one that fits nowhere."""
        found: dict[str, list[int]] = {work.key: [] for work in self.facts.pool}
        for number, column in enumerate(self.columns):
            found[column.initiative].append(number)
        return {key: tuple(numbers) for key, numbers in found.items()}

    @cached_property
    def place(self) -> Mapping[Column, int]:
        """Number of each column."""
        return {column: number for number, column in enumerate(self.columns)}

    @cached_property
    def _penalty(self) -> tuple[Fraction, ...]:
        costs = {key: self.facts.hurdle * work.cost / self.facts.resources for key, work in self.work.items()}
        return tuple(costs[column.initiative] for column in self.columns)

    @property
    def penalty(self) -> tuple[Fraction, ...]:
        """Hurdle times the share of resources, by column."""
        return self._penalty

    def starts(self, chosen: Iterable[int]) -> dict[str, int]:
        """Return the start of every chosen initiative, in key order."""
        return {self.columns[number].initiative: self.columns[number].start for number in sorted(chosen)}

    def choice(self, starts: Mapping[str, int]) -> frozenset[int]:
        """Return the columns of a plan given by starts."""
        return frozenset(self.place[Column(key, start)] for key, start in starts.items())

    @property
    def most(self) -> Fraction:
        """A value that no choice exceeds, known without solving: every gap closed that something moves."""
        return sum((part.weight for part in self.saturations if max(part.effects) > 0), Fraction(0))

    def cost(self, chosen: Iterable[int]) -> Fraction:
        """Return the full cost of a choice, exactly."""
        return sum((self.work[self.columns[number].initiative].cost for number in chosen), Fraction(0))

    @cached_property
    def sha(self) -> str:
        """SHA-256 of the arrays given to the solver for the best plan without wishes."""
        matrix = self.matrix
        arrays = (matrix.start, matrix.index, matrix.number, matrix.lower, matrix.upper, matrix.value)
        digest = hashlib.sha256()
        for array in arrays:
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


# --- rows ---------------------------------------------------------------------------------------


def _cash_rows(facts: Facts, columns: Sequence[Column], work: Mapping[str, Work]) -> Iterator[Row]:
    """Money not spent is carried forward: what is spent up to each period fits into what came in up to it."""
    for period in range(1, facts.periods + 1):
        entries: dict[int, Fraction] = {}
        for number, column in enumerate(columns):
            spent = sum(work[column.initiative].cash[: max(0, period - column.start + 1)], Fraction(0))
            if spent:
                entries[number] = spent
        if entries:
            yield row_of(f"cash:{period}", entries, upper=sum(facts.cash[:period], Fraction(0)) + AMOUNT_TOLERANCE)


def _hours_rows(facts: Facts, columns: Sequence[Column], work: Mapping[str, Work]) -> Iterator[Row]:
    """Hours not used are lost: each period's work fits into each team's free hours."""
    used: dict[tuple[str, int], dict[int, Fraction]] = {}
    for number, column in enumerate(columns):
        for team, profile in work[column.initiative].hours.items():
            for offset, amount in enumerate(profile):
                if amount and column.start + offset <= facts.periods:
                    used.setdefault((team, column.start + offset), {})[number] = amount
    for team, hours in facts.hours.items():
        for period in range(1, facts.periods + 1):
            if (team, period) in used:
                yield row_of(f"hours:{team}:{period}", used[team, period], upper=hours + AMOUNT_TOLERANCE)


def _explore_rows(facts: Facts, columns: Sequence[Column], work: Mapping[str, Work]) -> Iterator[Row]:
    """The corridor of exploration, as a share of all resources."""
    costs = {
        number: work[column.initiative].cost for number, column in enumerate(columns) if work[column.initiative].explore
    }
    if facts.floor > 0:
        yield row_of("floor", costs, lower=(facts.floor - SHARE_TOLERANCE) * facts.resources)
    if facts.ceiling < 1:
        yield row_of("ceiling", costs, upper=(facts.ceiling + SHARE_TOLERANCE) * facts.resources)


def _link_rows(facts: Facts, of: Mapping[str, tuple[int, ...]]) -> Iterator[Row]:
    """What needs what, and what excludes what."""
    for work in facts.pool:
        own = dict.fromkeys(of[work.key], 1)
        for other in work.needs:
            if other != work.key:
                yield row_of(f"needs:{work.key}:{other}", {**own, **dict.fromkeys(of[other], -1)}, upper=0)
        for other in work.out_of_reach:
            yield row_of(f"needs:{work.key}:{other}", own, upper=0)
    for one, other in facts.excludes:
        yield row_of(f"excludes:{one}:{other}", dict.fromkeys((*of[one], *of[other]), 1), upper=1)


def _rows(facts: Facts, columns: Sequence[Column]) -> Iterator[Row]:
    work = {own.key: own for own in facts.pool}
    of: dict[str, tuple[int, ...]] = dict.fromkeys(work, ())
    for number, column in enumerate(columns):
        of[column.initiative] += (number,)
    for key, numbers in of.items():
        if len(numbers) > 1:
            yield row_of(f"choice:{key}", dict.fromkeys(numbers, 1), upper=1)
    for key, own in work.items():
        if own.mandatory:
            yield row_of(f"mandatory:{key}", dict.fromkeys(of[key], 1), lower=1)
        if own.blocked:
            yield row_of(f"block:{key}", dict.fromkeys(of[key], 1), upper=0)
    yield from _cash_rows(facts, columns, work)
    yield from _hours_rows(facts, columns, work)
    yield from _link_rows(facts, of)
    yield from _explore_rows(facts, columns, work)


def _saturations(facts: Facts, columns: Sequence[Column]) -> Iterator[Saturation]:
    work = {own.key: own for own in facts.pool}
    for kpi, weight in facts.weights.items():
        moves: dict[int, Fraction] = {}
        harm: dict[str, Fraction] = {}
        for number, column in enumerate(columns):
            effect = work[column.initiative].effect_in_time(kpi, column.start, facts.due) if weight else Fraction(0)
            if effect:
                moves[number] = effect
                harm[column.initiative] = min(harm.get(column.initiative, Fraction(0)), effect)
        if moves:
            yield Saturation(kpi, weight, tuple(moves), tuple(moves.values()), sum(harm.values(), Fraction(0)))


def build(facts: Facts) -> Model:
    """Return the programme whose best choice is the plan.

    Parameters
    ----------
    facts
        What is decided on.

    Notes
    -----
    max sum_k W_k y_k - h sum_js rho_j x_js, with x_js in {0, 1} (initiative j starts in period s) and
    y_k = clip(sum_js c_jk x_js over starts in time, -1, 1). The weights are not negative, so the upper clip needs only
    y_k <= sum and y_k <= 1; the lower one needs a yes/no variable where harm can add up to less than -1.
    """
    columns = tuple(Column(work.key, start) for work in facts.pool for start in work.starts)
    return Model(columns, tuple(_rows(facts, columns)), tuple(_saturations(facts, columns)), facts=facts)


# --- arrays for the solver ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Matrix:
    """A programme as arrays, rows in compressed form: minimise or maximise over lower <= A x <= upper.

    Parameters
    ----------
    choices
        How many columns are choices; behind them stand the closed gaps, then the rare yes/no variables of the clip.
    least, most, whole
        Bounds of each column, and whether it is a whole number.
    start, index, number
        The rows: where each begins, the columns of its entries, the entries.
    lower, upper
        Bounds of each row; the rows on choices come first, in the order of the model.
    value
        Value of each column in millionths of the strategy gap.
    """

    choices: int
    least: Any
    most: Any
    whole: Any
    start: Any
    index: Any
    number: Any
    lower: Any
    upper: Any
    value: Any


def floating(row: Row) -> tuple[list[int], list[float], float, float]:
    """Return a row for the solver: entries, and bounds half a unit off, where no whole number can be mistaken.

    Parameters
    ----------
    row
        A rule in whole numbers.
    """
    scale = max(1.0, max(map(abs, row.coefficients), default=1) / LARGEST_COEFFICIENT)
    lower = -inf if row.lower is None else (row.lower - 0.5) / scale
    upper = inf if row.upper is None else (row.upper + 0.5) / scale
    if all(abs(number) == 1 for number in row.coefficients):
        # Rows of ones are recognised as cliques and implications only with whole bounds.
        lower, upper = (-inf if row.lower is None else row.lower), (inf if row.upper is None else row.upper)
    return list(row.columns), [number / scale for number in row.coefficients], lower, upper


def _clip_rows(model: Programme) -> Iterator[tuple[list[int], list[float], float, float]]:
    """Closed gaps: at most the sum of the effects; below -1 the clip's own variable lets go of it."""
    first, clip = len(model.columns), len(model.columns) + len(model.saturations)
    for number, part in enumerate(model.saturations):
        own = first + number
        columns = [own, *part.columns]
        numbers = [1.0, *(-float(effect * MILLION) for effect in part.effects)]
        if part.lowest < -1:
            # With the variable at 1 the sum may be as low as it can get, and the closed gap is -1.
            yield [*columns, clip], [*numbers, float((part.lowest + 1) * MILLION)], -inf, 0.0
            yield [own, clip], [1.0, 2.0 * MILLION], -inf, 1.0 * MILLION
            clip += 1
        else:
            yield columns, numbers, -inf, 0.0


def matrix_of(model: Programme) -> Matrix:
    """Return the arrays of a programme.

    Parameters
    ----------
    model
        The programme.
    """
    choices, gaps = len(model.columns), len(model.saturations)
    clips = sum(part.lowest < -1 for part in model.saturations)
    listed = [*(floating(row) for row in model.rows), *_clip_rows(model)]
    value = [
        *(-float(penalty * MILLION) for penalty in model.penalty),
        *(float(part.weight) for part in model.saturations),
        *(0.0 for _ in range(clips)),
    ]
    return Matrix(
        choices=choices,
        least=np.array([0.0] * choices + [-1.0 * MILLION] * gaps + [0.0] * clips),
        most=np.array([1.0] * choices + [1.0 * MILLION] * gaps + [1.0] * clips),
        whole=np.array([True] * choices + [False] * gaps + [True] * clips),
        start=np.cumsum([0, *(len(columns) for columns, _, _, _ in listed)]).astype(np.int32),
        index=np.array([column for columns, _, _, _ in listed for column in columns], dtype=np.int32),
        number=np.array([entry for _, numbers, _, _ in listed for entry in numbers], dtype=np.float64),
        lower=np.array([lower for _, _, lower, _ in listed], dtype=np.float64),
        upper=np.array([upper for _, _, _, upper in listed], dtype=np.float64),
        value=np.array(value),
    )
