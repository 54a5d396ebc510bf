"""Why there is no plan: the smallest set of rules that cannot all hold, with their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from rhumbline.engines.alignment.quantities import Quantities
from rhumbline.engines.planning.facts import missing_verdict
from rhumbline.engines.planning.model import Model, Row
from rhumbline.engines.planning.search import Question, Search
from rhumbline.engines.reasons import Reason

# What is let go of first: a conflict among the rules of the Book says more than one with a wish on top.
_ORDER = ("pin", "ban", "ceiling", "floor", "excludes", "hours", "cash", "needs", "block", "mandatory")


@dataclass(frozen=True, slots=True)
class _Case:
    """A model that has no plan, with the wishes."""

    quantities: Quantities
    model: Model
    search: Search
    wishes: tuple[Row, ...]

    @property
    def rows(self) -> dict[str, Row]:
        """Every rule that could be let go of, by name."""
        listed = [row for row in (*self.model.rows, *self.wishes) if row.group != "choice"]
        return {row.name: row for row in sorted(listed, key=lambda row: _ORDER.index(row.group))}

    def possible(self, kept: Sequence[str], minimise: dict[int, Fraction] | None = None) -> frozenset[int] | None:
        """Return a choice that keeps these rules, with the smallest sum where one is named; None without one."""
        names = frozenset(kept)
        found = self.search.best(
            Question(
                added=tuple(row for row in self.wishes if row.name in names),
                dropped=frozenset(row.name for row in self.model.rows if row.group != "choice") - names,
                minimise={} if minimise is None else minimise,
            )
        )
        return None if found is None else found.chosen


def _smallest(case: _Case) -> list[str]:
    """Let go of rules, many at once and then one by one, as long as there is still no plan."""
    kept = list(case.rows)
    size = max(1, len(kept) // 2)
    while True:
        place = 0
        while place < len(kept):
            fewer = kept[:place] + kept[place + size :]
            if case.possible(fewer) is None:
                kept = fewer
            else:
                place += size
        if size == 1:
            return kept
        size = max(1, size // 2)


def _extreme(case: _Case, row: Row, names: Sequence[str], sign: int) -> Fraction:
    """The smallest (sign 1) or largest (-1) total of a rule under other rules, in the unit of its amounts."""
    goal = {column: Fraction(sign * number) for column, number in zip(row.columns, row.coefficients, strict=True)}
    chosen = case.possible([name for name in names if name != row.name], goal)
    return Fraction(0) if chosen is None else row.total(chosen) * row.unit


def _amount(case: _Case, row: Row, names: Sequence[str]) -> Reason:
    """A rule on money or hours: what the others need at least, and what there is."""
    facts, parts = case.model.facts, row.name.split(":")
    needed = float(_extreme(case, row, names, 1))
    if row.group == "cash":
        period = int(parts[1])
        free = float(sum(facts.cash[:period], Fraction(0)))
        return Reason("plan.conflict.cash", {"period": period, "needed": needed, "free": free})
    team, period = parts[1], int(parts[2])
    free = float(facts.hours[team])
    return Reason("plan.conflict.hours", {"team": team, "period": period, "needed": needed, "free": free})


def _corridor(case: _Case, row: Row, names: Sequence[str]) -> Reason:
    """A rule on exploration: what can be reached under all other rules, or what the others need."""
    facts = case.model.facts
    if row.group == "ceiling":
        needed = float(_extreme(case, row, names, 1) / facts.resources)
        return Reason("plan.conflict.ceiling", {"ceiling": float(facts.ceiling), "needed": needed})
    everything = list(case.rows)
    fits = case.possible([name for name in everything if name != row.name]) is not None
    reachable = float(_extreme(case, row, everything if fits else names, -1) / facts.resources)
    return Reason("plan.conflict.floor", {"floor": float(facts.floor), "reachable": reachable})


def _link(case: _Case, row: Row) -> Reason:
    """A rule between two initiatives."""
    one, other = row.name.split(":")[1:]
    code = f"plan.conflict.{row.group}"
    if row.group == "needs" and other in case.model.work[one].out_of_reach:
        code = "plan.conflict.needs-out-of-reach"
    return Reason(code, {"initiative": one, "other": other})


def no_start(case_model: Model, quantities: Quantities, key: str) -> Reason:
    """Return the reason of an initiative that fits nowhere into the horizon."""
    work = case_model.work[key]
    earliest = quantities.book.initiatives[key].earliest
    numbers = {"initiative": key, "length": work.length, "earliest": earliest, "periods": case_model.facts.periods}
    return Reason("plan.conflict.no-start", numbers)


def _single(case: _Case, row: Row) -> Reason:
    """A rule about one initiative."""
    key = row.name.split(":")[1]
    if row.group == "mandatory":
        reason = case.quantities.book.initiatives[key].mandatory_reason
        return Reason("plan.conflict.mandatory", {"initiative": key, "reason": reason})
    if row.group == "block":
        flags, review = missing_verdict(case.quantities.book, key) or ((), "")
        return Reason("plan.conflict.block", {"initiative": key, "flags": list(flags), "review": review})
    return Reason(f"plan.conflict.{row.group}", {"initiative": key})


def conflict_of(quantities: Quantities, model: Model, search: Search, wishes: tuple[Row, ...]) -> tuple[Reason, ...]:
    """Return a smallest set of rules that cannot all hold: without any one of them there would be a plan.

    Parameters
    ----------
    quantities
        The numbers of the Book.
    model
        A model without a plan.
    search
        Asks the solver about it.
    wishes
        The pins and bans.

    Notes
    -----
    Deletion filter (Chinneck 2008): rules are let go of as long as the rest still cannot hold.
    """
    case = _Case(quantities, model, search, wishes)
    names = _smallest(case)
    reasons: list[Reason] = []
    for name in reversed(names):
        row = case.rows[name]
        if row.group in {"cash", "hours"}:
            reasons.append(_amount(case, row, names))
        elif row.group in {"floor", "ceiling"}:
            reasons.append(_corridor(case, row, names))
        elif row.group in {"needs", "excludes"}:
            reasons.append(_link(case, row))
        else:
            reasons.append(_single(case, row))
            key = name.split(":")[1]
            if row.group in {"mandatory", "pin"} and not model.columns_of[key]:
                reasons.append(no_start(model, quantities, key))
    return tuple(reasons)
