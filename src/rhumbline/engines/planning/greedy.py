"""A first plan, quickly: most value per resource first. The solver looks above it only; nothing rests on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from rhumbline.engines.planning.facts import Work
from rhumbline.engines.planning.model import Model, Row

# Above this many choices the gain of each initiative is reckoned once and not again after every other one.
SMALL = 300


class _Draft:
    """A choice that grows, with the room it leaves under every limit and what it closes of every gap.

    Parameters
    ----------
    model
        What is chosen from.
    rows
        The rules that hold.
    """

    def __init__(self, model: Model, rows: Iterable[Row]) -> None:
        self.model = model
        self.inside: dict[str, int] = {}
        self._room: list[int] = []
        self._uses: list[list[tuple[int, int]]] = [[] for _ in model.columns]
        self._closed = [Fraction(0)] * len(model.saturations)
        self._moves: list[list[tuple[int, Fraction]]] = [[] for _ in model.columns]
        # What is needed comes in first, so that these rows always hold.
        limits = (row for row in rows if row.upper is not None and row.group != "needs")
        for number, row in enumerate(limits):
            self._room.append(row.upper or 0)
            for column, used in zip(row.columns, row.coefficients, strict=True):
                self._uses[column].append((number, used))
        for number, part in enumerate(model.saturations):
            for column, effect in zip(part.columns, part.effects, strict=True):
                self._moves[column].append((number, effect))

    @property
    def chosen(self) -> frozenset[int]:
        """The choice so far."""
        return frozenset(self.inside.values())

    def add(self, column: int, sign: int = 1) -> None:
        """Put a choice in, or with sign -1 take it out again."""
        for row, used in self._uses[column]:
            self._room[row] -= sign * used
        for part, effect in self._moves[column]:
            self._closed[part] += sign * effect
        key = self.model.columns[column].initiative
        if sign > 0:
            self.inside[key] = column
        else:
            del self.inside[key]

    def growth(self, key: str) -> tuple[list[int], Fraction] | None:
        """Return what brings an initiative in with all it needs, and what that gains; None where it does not fit."""
        added: list[int] = []
        gain = Fraction(0)
        for other in self._needed(key):
            fitting = [column for column in self.model.columns_of[other] if self._fits(column)]
            if not fitting:
                break
            column = max(fitting, key=lambda one: (float(self._closes(one)), -one))
            gain += self._closes(column) - self.model.penalty[column]
            self.add(column)
            added.append(column)
        whole = key in self.inside
        for column in added:
            self.add(column, -1)
        return (added, gain) if whole else None

    def _needed(self, key: str) -> Iterable[str]:
        """An initiative with everything it needs that is not in yet, what is needed first."""
        found, stack = [key], [key]
        while stack:
            for other in self.model.work[stack.pop()].needs:
                if other not in self.inside and other not in found:
                    found.append(other)
                    stack.append(other)
        return reversed(found)

    def _fits(self, column: int) -> bool:
        return all(used <= self._room[row] for row, used in self._uses[column])

    def _closes(self, column: int) -> Fraction:
        """What one more choice closes of the strategy gap."""
        return sum(
            (
                self.model.saturations[part].weight * (_clip(self._closed[part] + effect) - _clip(self._closed[part]))
                for part, effect in self._moves[column]
            ),
            Fraction(0),
        )


def _clip(total: Fraction) -> Fraction:
    return max(Fraction(-1), min(Fraction(1), total))


def first_guess(model: Model, wishes: tuple[Row, ...] = ()) -> frozenset[int] | None:
    """Return a good choice that keeps every rule; None when this simple way finds none.

    Parameters
    ----------
    model
        What is chosen from.
    wishes
        Rows that hold too.
    """
    rows = [*model.rows, *wishes]
    draft = _Draft(model, rows)
    for key in (row.name.split(":")[1] for row in rows if row.group in {"mandatory", "pin"}):
        if key not in draft.inside:
            found = draft.growth(key)
            if found is None:
                return None
            _grow(draft, found[0])
    _fill(draft)
    return draft.chosen if all(row.holds(draft.chosen) for row in rows) else None


def _grow(draft: _Draft, columns: Iterable[int]) -> None:
    for column in columns:
        draft.add(column)


def _gaining(draft: _Draft, works: Iterable[Work]) -> Iterator[tuple[float, Work, list[int]]]:
    """Yield what would gain, with the gain per resource and the choices that bring it in."""
    for work in works:
        found = None if work.key in draft.inside else draft.growth(work.key)
        if found is not None and found[1] > 0:
            yield float(found[1]) / (float(work.cost) or 1e-9), work, found[0]


def _fill(draft: _Draft) -> None:
    """Add what gains most per resource until nothing gains."""
    left = [work for work in draft.model.facts.pool if work.starts and not work.out_of_reach]
    while options := sorted(_gaining(draft, left), key=lambda option: -option[0]):
        _grow(draft, options[0][2])
        left = [work for _, work, _ in options[1:]]
        if len(draft.model.columns) > SMALL:
            for work in left:
                for _, _, columns in _gaining(draft, [work]):
                    _grow(draft, columns)
            return
