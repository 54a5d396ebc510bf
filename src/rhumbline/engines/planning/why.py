"""Why each initiative stands where it stands in a plan: reasons read off the rows, not stories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from rhumbline.engines.alignment.quantities import Quantities
from rhumbline.engines.planning.facts import Work, missing_verdict
from rhumbline.engines.planning.model import Model, Row
from rhumbline.engines.reasons import Reason


@dataclass(frozen=True)
class Why:
    """The reasons of one plan.

    Parameters
    ----------
    quantities
        The numbers of the Book.
    model
        What was chosen from.
    chosen
        The plan's columns.
    pins, bans
        The wishes.
    prices
        What a wish or a block costs, where it was computed.
    """

    quantities: Quantities
    model: Model
    chosen: frozenset[int]
    pins: frozenset[str]
    bans: frozenset[str]
    prices: Mapping[str, float]

    @cached_property
    def starts(self) -> Mapping[str, int]:
        """Start of every funded initiative."""
        return self.model.starts(self.chosen)

    @cached_property
    def dependants(self) -> Mapping[str, tuple[str, ...]]:
        """Funded initiatives that need an initiative, directly or through another, in key order."""
        direct = {key: {own.key for own in self.model.facts.pool if key in own.needs} for key in self.model.work}
        found = {}
        for key in self.model.work:
            reached: set[str] = set()
            ahead = set(direct[key])
            while ahead:
                reached |= ahead
                ahead = {far for near in ahead for far in direct[near]} - reached
            found[key] = tuple(other for other in self.starts if other in reached and other != key)
        return found

    def share(self, work: Work) -> Fraction:
        """Return the share of all resources an initiative takes."""
        return work.cost / self.model.facts.resources

    # --- funded -----------------------------------------------------------------------------

    def funded(self, key: str) -> tuple[Reason, ...]:
        """Return why an initiative is funded."""
        return tuple(self._funded(self.model.work[key], self.starts[key]))

    def _funded(self, work: Work, start: int) -> Iterator[Reason]:
        if work.key in self.pins:
            yield self._priced("plan.pinned", work.key, {})
        if work.mandatory:
            yield Reason("plan.mandatory", {"reason": self.quantities.book.initiatives[work.key].mandatory_reason})
        facts = self.model.facts
        closes = facts.gap_closed(work, start)
        yield Reason("plan.closes", {"closes": float(closes), "resources": float(self.share(work))})
        rest = self.chosen - set(self.model.columns_of[work.key])
        marginal = self.model.gap_closed(self.chosen) - self.model.gap_closed(rest)
        if marginal < closes:
            yield Reason("plan.shares-gap", {"marginal": float(marginal)})
        if self.dependants[work.key]:
            listed = self.dependants[work.key]
            together = sum((facts.gap_closed(self.model.work[key], self.starts[key]) for key in listed), Fraction(0))
            yield Reason("plan.unlocks", {"dependants": list(listed), "closes": float(together)})
        floor = next((row for row in self.model.rows if row.name == "floor"), None)
        if work.explore and floor is not None and not floor.holds(rest):
            yield Reason("plan.explore-floor", {"floor": float(facts.floor)})

    def _priced(self, code: str, key: str, numbers: Mapping[str, object]) -> Reason:
        if key in self.prices:
            return Reason(code, {**numbers, "price": self.prices[key]})
        return Reason(f"{code}-unpriced", numbers)

    # --- not funded -------------------------------------------------------------------------

    def unfunded(self, key: str) -> tuple[Reason, ...]:
        """Return why an initiative is not funded."""
        work = self.model.work[key]
        firm = tuple(self._firm(work))
        return firm or tuple(self._weighed(work))

    def _firm(self, work: Work) -> Iterator[Reason]:
        """What alone keeps it out, whatever it is worth."""
        if work.blocked:
            flags, review = missing_verdict(self.quantities.book, work.key) or ((), "")
            yield self._priced("plan.blocked", work.key, {"flags": list(flags), "review": review})
        if work.key in self.bans:
            yield self._priced("plan.banned", work.key, {})
        if not work.starts:
            earliest = self.quantities.book.initiatives[work.key].earliest
            numbers = {"length": work.length, "earliest": earliest, "periods": self.model.facts.periods}
            yield Reason("plan.no-start", numbers)
        if work.out_of_reach:
            yield Reason("plan.needs-out-of-reach", {"needs": list(work.out_of_reach)})

    def _weighed(self, work: Work) -> Iterator[Reason]:
        """What keeps it out of this plan."""
        missing = [other for other in work.needs if other not in self.starts]
        if missing:
            yield Reason("plan.needs-unfunded", {"needs": missing})
        pairs = [pair for pair in self.model.facts.excludes if work.key in pair]
        others = [other for pair in pairs for other in pair if other != work.key and other in self.starts]
        if others:
            yield Reason("plan.excluded-by", {"others": others})
        weak = self._weak(work)
        if weak is not None:
            yield weak
        elif not others:
            yield from self._short(work, missing)

    def _weak(self, work: Work) -> Reason | None:
        """Why it is not worth its resources, by itself or beside the others; None when it is."""
        facts = self.model.facts
        closes = max(facts.gap_closed(work, start) for start in work.starts)
        numbers = {"closes": float(closes), "resources": float(self.share(work)), "hurdle": float(facts.hurdle)}
        price = facts.hurdle * self.share(work)
        counted = [effect for kpi, effect in work.effects.items() if facts.weights[kpi] > 0]
        if not any(counted):
            return Reason("plan.no-effect")
        if closes == 0 and max(counted) > 0:
            return Reason("plan.too-late")
        if closes <= price:
            return Reason("plan.below-hurdle", numbers)
        gains = (self.model.gap_closed({*self.chosen, column}) for column in self.model.columns_of[work.key])
        marginal = max(gains) - self.model.gap_closed(self.chosen)
        if marginal <= price:
            return Reason("plan.gap-taken", {**numbers, "marginal": float(marginal)})
        return None

    def _short(self, work: Work, missing: list[str]) -> Iterator[Reason]:
        """Which rule on money, hours or exploration it breaks at the start that breaks the fewest."""
        broken = [
            (column, [row for row in self.model.rows if self._breaks(row, column)])
            for column in self.model.columns_of[work.key]
        ]
        column, rows = min(broken, key=lambda pair: len(pair[1]))
        start = self.model.columns[column].start
        for row in rows:
            yield self._shortage(row, column, start)
        if not rows and not missing:
            # It fits and is worth it beside this plan: only a tie, or rules that hold for a whole set, keep it out.
            better = self.model.value({*self.chosen, column}) > self.model.value(self.chosen)
            yield Reason("plan.better-without" if better else "plan.as-good-without")

    def _breaks(self, row: Row, column: int) -> bool:
        scarce = row.group in {"cash", "hours", "ceiling"}
        return scarce and column in row.columns and not row.holds({*self.chosen, column})

    def _shortage(self, row: Row, column: int, start: int) -> Reason:
        facts, parts = self.model.facts, row.name.split(":")
        needed = row.total({column}) * row.unit
        used = row.total(self.chosen) * row.unit
        if row.group == "ceiling":
            free = facts.ceiling - used / facts.resources
            return Reason("plan.explore-ceiling", {"ceiling": float(facts.ceiling), "free": float(free)})
        numbers: dict[str, object] = {"start": start, "needed": float(needed), "period": int(parts[-1])}
        if row.group == "cash":
            free = sum(facts.cash[: int(parts[1])], Fraction(0)) - used
            return Reason("plan.cash-short", {**numbers, "free": float(free)})
        return Reason("plan.hours-short", {**numbers, "team": parts[1], "free": float(facts.hours[parts[1]] - used)})
