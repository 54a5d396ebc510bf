"""Rules about resources: is money and time spent where it does most, and not because it was spent before?"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import fsum
from operator import or_

from rhumbline.book.records import Initiative
from rhumbline.book.types import Evidence, Severity
from rhumbline.engines._maths import TOLERANCE, above, below, reaches
from rhumbline.engines.diagnosis.facts import Facts
from rhumbline.engines.diagnosis.rule import Hit, rule

HALF = 0.5
NOTICEABLE = 0.05
FAR_FROM_WEIGHT = 0.25
MOSTLY_SPENT = 0.70
BARELY_DONE = 0.40
DAYS_WITHOUT_UPDATE = 60


@rule("RES01", name="Pet project", severity=Severity.ERROR, lines=(51,), sources=("kahneman-1993",))
def pet_project(facts: Facts) -> Iterator[Hit]:
    """A directed initiative takes 5 % of all resources or more without independent sponsor, evidence or line of sight.

    Independent: there is a sponsor, and it is not the proposer. Evidence: some Benefit above grade E0. Line of sight:
    at least .5 at the high estimate.
    """
    for initiative in facts.directed:
        key = initiative.key
        alone = not initiative.sponsor or initiative.sponsor == initiative.proposer
        share, sight = facts.quantities.resource_share[key], facts.sight[key].high
        if alone and facts.evidence[key] is Evidence.E0 and below(sight, HALF) and reaches(share, NOTICEABLE):
            yield Hit(key, {"initiative": key, "share": share, "sight": sight, "sponsor": initiative.sponsor})


@rule(
    "RES02",
    name="Effort is not weight",
    severity=Severity.WARNING,
    about="objective",
    lines=(90,),
    sources=("porter-1996",),
)
def effort_is_not_weight(facts: Facts) -> Iterator[Hit]:
    """The share of the live effort that serves an objective differs from its weight by more than .25.

    The effort of an initiative (drift too) is split over the objectives by what it contributes to each; one that
    contributes nothing positive adds nothing. The whole is the directed live effort.
    """
    quantities = facts.quantities
    total = quantities.live_directed_share
    if total <= 0:
        return
    effort = _effort(facts)
    for key, weight in quantities.objective_weight.items():
        share = effort.get(key, 0.0) / total
        if above(abs(share - weight), FAR_FROM_WEIGHT):
            yield Hit(key, {"objective": key, "effort": share, "weight": weight})


def _effort(facts: Facts) -> dict[str, float]:
    """Share of all resources that the live work spends on each objective."""
    quantities = facts.quantities
    links: dict[str, list[tuple[str, float]]] = {}
    for objective, kpis in quantities.link_weight.items():
        for kpi, weight in kpis.items():
            links.setdefault(kpi, []).append((objective, quantities.objective_weight[objective] * weight))
    terms: dict[str, list[float]] = {}
    for initiative in facts.live:
        helps = {kpi: max(closes.best, 0.0) for kpi, closes in quantities.contribution[initiative.key].items()}
        whole = fsum(quantities.kpi_weight[kpi] * closes for kpi, closes in helps.items())
        if whole <= 0:
            continue
        for kpi, closes in helps.items():
            for objective, weight in links.get(kpi, ()):
                part = quantities.resource_share[initiative.key] * weight * closes / whole
                terms.setdefault(objective, []).append(part)
    return {objective: fsum(parts) for objective, parts in terms.items()}


# --- RES03 ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Ranking:
    """Which of the candidates have at least, or less than, a value: sets of positions as bits of one number.

    With them, "cheaper, and at least as good on each KPI" is an AND of a few numbers, so that thousands of candidates
    are compared with each other in milliseconds.
    """

    values: Sequence[float]
    below: Sequence[int]

    @classmethod
    def of(cls, listed: Sequence[tuple[float, int]]) -> _Ranking:
        """Rank pairs of a value and a position."""
        ordered = sorted(listed)
        bits = (1 << position for _, position in ordered)
        return cls([value for value, _ in ordered], list(accumulate(bits, or_, initial=0)))

    def less_than(self, value: float) -> int:
        """Positions whose value is smaller by more than the tolerance."""
        return self.below[bisect_left(self.values, value - TOLERANCE)]

    def at_least(self, value: float) -> int:
        """Positions whose value is no smaller, up to the tolerance."""
        return self.below[-1] ^ self.less_than(value)


@dataclass(frozen=True, slots=True)
class _Candidates:
    """The candidates with a usable Benefit, in key order, ranked by cost and by contribution to each KPI."""

    keys: tuple[str, ...]
    cost: _Ranking
    contribution: dict[str, _Ranking]
    serving: dict[str, int]

    @property
    def all(self) -> int:
        return (1 << len(self.keys)) - 1

    def at_least(self, kpi: str, value: float) -> int:
        """Positions that contribute at least so much to a KPI; whoever has no Benefit on it contributes 0."""
        ranking = self.contribution[kpi]
        untouched = self.all ^ ranking.below[-1] if reaches(0.0, value) else 0
        return ranking.at_least(value) | untouched


def _ranked(facts: Facts, candidates: Sequence[Initiative]) -> _Candidates:
    quantities = facts.quantities
    contributions: dict[str, list[tuple[float, int]]] = {}
    serving: dict[str, int] = {}
    for position, candidate in enumerate(candidates):
        for kpi, closes in quantities.contribution[candidate.key].items():
            contributions.setdefault(kpi, []).append((closes.best, position))
        for need in candidate.needs:
            serving[need] = serving.get(need, 0) | 1 << position
    costs = [(quantities.full_cost[candidate.key], position) for position, candidate in enumerate(candidates)]
    return _Candidates(
        keys=tuple(candidate.key for candidate in candidates),
        cost=_Ranking.of(costs),
        contribution={kpi: _Ranking.of(listed) for kpi, listed in contributions.items()},
        serving=serving,
    )


@rule("RES03", name="Dominated option", severity=Severity.INFO, lines=(53,), sources=("keeney-1976",))
def dominated_option(facts: Facts) -> Iterator[Hit]:
    """Another directed candidate costs less, does as much for every KPI of this one and serves all its needs.

    Both have a Benefit that counts: on a KPI with a known gap. The first such candidate in key order is named.
    """
    quantities = facts.quantities
    useful = [candidate for candidate in facts.candidates if quantities.contribution[candidate.key]]
    ranked = _ranked(facts, useful)
    for candidate in useful:
        cost = quantities.full_cost[candidate.key]
        better = ranked.cost.less_than(cost)
        for kpi, closes in quantities.contribution[candidate.key].items():
            better &= ranked.at_least(kpi, closes.best)
        for need in candidate.needs:
            better &= ranked.serving[need]
        if better:
            first = ranked.keys[(better & -better).bit_length() - 1]
            evidence = {
                "initiative": candidate.key,
                "other": first,
                "cost": cost,
                "other_cost": quantities.full_cost[first],
            }
            yield Hit(candidate.key, evidence)


# --- work under way ---------------------------------------------------------------------------


@rule("RES04", name="Sunk cost", severity=Severity.ERROR, lines=(24,), sources=("arkes-1985", "staw-1976"))
def sunk_cost(facts: Facts) -> Iterator[Hit]:
    """A running directed initiative has spent 70 % of its approved money or more and made less than 40 % progress.

    Without an approved amount its full cost stands for it; without a full cost the rule stays silent.
    """
    for initiative in facts.running:
        remaining = facts.quantities.full_cost[initiative.key]
        approved = remaining if initiative.approved is None else float(initiative.approved)
        if initiative.spent is None or approved <= 0:
            continue
        spent = float(initiative.spent) / approved
        if reaches(spent, MOSTLY_SPENT) and below(initiative.progress, BARELY_DONE):
            evidence = {
                "initiative": initiative.key,
                "spent": spent,
                "progress": initiative.progress,
                "remaining": remaining,
            }
            yield Hit(initiative.key, evidence)


@rule("RES05", name="Zombie", severity=Severity.WARNING, lines=(24,), sources=("staw-1976",))
def zombie(facts: Facts) -> Iterator[Hit]:
    """A running directed initiative was last updated more than 60 days ago."""
    for initiative in facts.running:
        if initiative.last_update is not None and facts.age(initiative.last_update) > DAYS_WITHOUT_UPDATE:
            evidence = {
                "initiative": initiative.key,
                "age": facts.age(initiative.last_update),
                "last_update": initiative.last_update,
            }
            yield Hit(initiative.key, evidence)


RULES = (pet_project, effort_is_not_weight, dominated_option, sunk_cost, zombie)
