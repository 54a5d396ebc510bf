"""A first plan, quickly: most value per resource first. The solver begins with it; nothing rests on it."""

from __future__ import annotations

from collections.abc import Iterable

from rhumbline.engines.planning.model import Model, Row

# Above this many initiatives the gain of each is reckoned once and not again after every choice.
SMALL = 60


def _closure(model: Model, key: str, inside: Iterable[str]) -> list[str]:
    """An initiative with everything it needs that is not in yet, what is needed first."""
    have, found, stack = set(inside), [key], [key]
    while stack:
        for other in model.work[stack.pop()].needs:
            if other not in have and other not in found:
                found.append(other)
                stack.append(other)
    return found[::-1]


def _fits(rows: Iterable[Row], chosen: frozenset[int]) -> bool:
    return all(row.upper is None or row.total(chosen) <= row.upper for row in rows)


def _with(model: Model, rows: list[Row], chosen: frozenset[int], key: str) -> frozenset[int] | None:
    """The choice and one more initiative with what it needs, each at its first start that fits; None without one."""
    inside = model.starts(chosen)
    for other in _closure(model, key, inside):
        touched = [row for row in rows if row.group != "needs" and set(model.columns_of[other]) & set(row.columns)]
        started = (chosen | {column} for column in model.columns_of[other])
        better = [trial for trial in started if _fits(touched, trial)]
        if not better:
            return None
        chosen = max(better, key=lambda trial: (float(model.gap_closed(trial)), -max(trial - chosen)))
    return chosen


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
    chosen: frozenset[int] = frozenset()
    forced = [row.name.split(":")[1] for row in rows if row.group in {"mandatory", "pin"}]
    for key in forced:
        if key not in model.starts(chosen):
            grown = _with(model, rows, chosen, key)
            if grown is None:
                return None
            chosen = grown
    chosen = _fill(model, rows, chosen)
    return chosen if all(row.holds(chosen) for row in rows) else None


def _fill(model: Model, rows: list[Row], chosen: frozenset[int]) -> frozenset[int]:
    """Add what gains most per resource until nothing gains."""
    left = [work for work in model.facts.pool if work.starts and not work.out_of_reach]
    while left:
        value = model.value(chosen)
        options = []
        for work in left:
            if work.key in model.starts(chosen):
                continue
            grown = _with(model, rows, chosen, work.key)
            gain = 0.0 if grown is None else float(model.value(grown) - value)
            if grown is not None and gain > 0:
                options.append((gain / (float(work.cost) or 1e-9), work, grown))
        if not options:
            break
        options.sort(key=lambda option: -option[0])
        chosen = options[0][2]
        if len(model.facts.pool) > SMALL:
            return _one_pass(model, rows, chosen, [work.key for _, work, _ in options[1:]])
        left = [work for _, work, _ in options[1:]]
    return chosen


def _one_pass(model: Model, rows: list[Row], chosen: frozenset[int], keys: list[str]) -> frozenset[int]:
    """Add initiatives in a given order, each if it still fits and gains."""
    for key in keys:
        if key not in model.starts(chosen):
            grown = _with(model, rows, chosen, key)
            if grown is not None and model.value(grown) > model.value(chosen):
                chosen = grown
    return chosen
