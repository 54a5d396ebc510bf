"""The quantities that score, rules and plan are made of: resources, gaps, contributions, connections.

Everything here is a number about the Book at one date, computed once and shared. Sections in
brackets are those of ``docs/explanation/alignment.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from math import fsum

from rhumbline.book.book import Book
from rhumbline.book.findings import ConcealedBook
from rhumbline.book.horizon import Horizon, horizon
from rhumbline.book.records import Benefit, Initiative
from rhumbline.book.types import Evidence, Mode, Stage
from rhumbline.engines._maths import Triple, clip, sum_triples

# Share of a claim that counts, by how well it is known (section 2).
PRIOR_FACTORS: Mapping[Evidence, float] = {
    Evidence.E0: 0.30,
    Evidence.E1: 0.50,
    Evidence.E2: 0.70,
    Evidence.E3: 0.85,
    Evidence.E4: 1.00,
}
# Own experience replaces the prior from this many closed Benefits on; the prior keeps this weight.
CALIBRATION_LEAST = 5
CALIBRATION_PRIOR = 10

Pair = tuple[str, str]


def pair_of(one: str, other: str) -> Pair:
    """Return two systems as an unordered pair."""
    return (one, other) if one <= other else (other, one)


@dataclass(frozen=True, eq=False)
class Quantities:
    """The numbers of one Book at one date.

    Parameters
    ----------
    book
        The Book.
    as_of
        The evaluation date.

    Raises
    ------
    ConcealedBook
        When the Book lacks what its reader may not see: money that is hidden is not money that is not there.
    """

    book: Book
    as_of: date

    def __post_init__(self) -> None:
        if self.book.concealed:
            raise ConcealedBook(self.book.concealed)

    # --- time and resources ---------------------------------------------------------------

    @cached_property
    def horizon(self) -> Horizon:
        """The periods planned over."""
        return horizon(self.book, self.as_of)

    @property
    def periods(self) -> int:
        """How many periods the horizon has (nq)."""
        return self.horizon.periods

    def age(self, day: date) -> int:
        """Whole days from ``day`` to the evaluation date; negative for a future day."""
        return (self.as_of - day).days

    @cached_property
    def budget_cash(self) -> tuple[float, ...]:
        """Cash per period; empty without a budget."""
        return tuple(float(amount) for amount in self.book.budget.cash) if self.book.budget else ()

    @cached_property
    def rates(self) -> Mapping[str, float]:
        """Cost of an hour, by team."""
        return {key: float(team.rate) for key, team in self.book.teams.items()}

    @cached_property
    def resources(self) -> float:
        """All resources R of the horizon: cash of all periods plus the worth of all teams' free hours."""
        hours = (float(team.hours) * self.periods * self.rates[key] for key, team in self.book.teams.items())
        return fsum((*self.budget_cash, *hours))

    @property
    def reserve(self) -> float:
        """Share r of all resources kept free for unaligned exploration."""
        return float(self.book.budget.drift) if self.book.budget else 0.0

    @cached_property
    def cash(self) -> Mapping[str, tuple[float, ...]]:
        """Cash by initiative and period of its own; for live work what lies beyond the horizon is ignored."""
        return {
            key: tuple(float(amount) for amount in self._within(initiative, initiative.cash))
            for key, initiative in self.book.initiatives.items()
        }

    @cached_property
    def hours(self) -> Mapping[str, Mapping[str, tuple[float, ...]]]:
        """Hours by initiative, team and period of its own; for live work what lies beyond the horizon is ignored."""
        return {
            key: {
                team: tuple(float(amount) for amount in self._within(initiative, profile))
                for team, profile in initiative.hours.items()
                if team in self.book.teams
            }
            for key, initiative in self.book.initiatives.items()
        }

    def _within(self, initiative: Initiative, profile: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
        return profile[: self.periods] if initiative.live else profile

    @cached_property
    def full_cost(self) -> Mapping[str, float]:
        """Full cost k of each initiative: its cash, and its hours at their rates."""
        return {
            key: fsum(
                (
                    *self.cash[key],
                    *(hour * self.rates[team] for team, profile in self.hours[key].items() for hour in profile),
                )
            )
            for key in self.book.initiatives
        }

    @cached_property
    def resource_share(self) -> Mapping[str, float]:
        """Share rho of all resources that each initiative takes; 0 for all when there are no resources."""
        total = self.resources
        return {key: cost / total if total > 0 else 0.0 for key, cost in self.full_cost.items()}

    @cached_property
    def length(self) -> Mapping[str, int]:
        """Length L of each initiative in periods."""
        return {
            key: max(1, len(initiative.cash), *(len(profile) for profile in initiative.hours.values()))
            for key, initiative in self.book.initiatives.items()
        }

    # --- who is live, open, directed ------------------------------------------------------

    def _where(self, test: Callable[[Initiative], bool]) -> tuple[str, ...]:
        return tuple(key for key, initiative in self.book.initiatives.items() if test(initiative))

    @cached_property
    def live(self) -> tuple[str, ...]:
        """Running or committed work, drift included, in key order."""
        return self._where(lambda initiative: initiative.live)

    @cached_property
    def live_set(self) -> frozenset[str]:
        """The live work as a set."""
        return frozenset(self.live)

    @cached_property
    def open(self) -> tuple[str, ...]:
        """Live work and candidates, in key order."""
        return self._where(lambda initiative: initiative.open)

    @cached_property
    def directed(self) -> tuple[str, ...]:
        """Open work that is not drift, in key order."""
        return self._where(lambda initiative: initiative.directed)

    @cached_property
    def live_directed(self) -> tuple[str, ...]:
        """Live work that is not drift, in key order."""
        return self._where(lambda initiative: initiative.live and initiative.mode != Mode.DRIFT)

    @cached_property
    def live_directed_share(self) -> float:
        """Share of all resources in live directed work (Lambda)."""
        return fsum(self.resource_share[key] for key in self.live_directed)

    def explore_share(self, keys: Iterable[str]) -> float:
        """Share of all resources that the exploring work among these directed initiatives takes.

        Parameters
        ----------
        keys
            Initiatives; drift among them does not count.
        """
        explore = [key for key in keys if self.book.initiatives[key].mode == Mode.EXPLORE]
        if self.resources <= 0:
            return 0.0
        return fsum(self.full_cost[key] for key in explore) / self.resources

    # --- the strategy ---------------------------------------------------------------------

    @cached_property
    def objective_weight(self) -> Mapping[str, float]:
        """Weight w of each objective, summing to 1."""
        total = fsum(objective.weight for objective in self.book.objectives.values()) or 1.0
        return {key: objective.weight / total for key, objective in self.book.objectives.items()}

    @cached_property
    def link_weight(self) -> Mapping[str, Mapping[str, float]]:
        """Weight v of each KPI inside its objective, summing to 1 per objective that has KPIs."""
        weights: dict[str, Mapping[str, float]] = {}
        for key, objective in self.book.objectives.items():
            total = fsum(objective.kpis.values())
            count = len(objective.kpis)
            weights[key] = {kpi: weight / total if total > 0 else 1 / count for kpi, weight in objective.kpis.items()}
        return weights

    @cached_property
    def kpi_weight(self) -> Mapping[str, float]:
        """Strategic weight W of every KPI; 0 for one that no objective uses."""
        terms: dict[str, list[float]] = {kpi: [] for kpi in self.book.kpis}
        for objective, links in self.link_weight.items():
            for kpi, weight in links.items():
                terms.setdefault(kpi, []).append(self.objective_weight[objective] * weight)
        return {kpi: fsum(listed) for kpi, listed in terms.items()}

    @cached_property
    def gap(self) -> Mapping[str, float | None]:
        """Distance from baseline to target of every KPI; None without a baseline."""
        return {
            key: None if kpi.baseline is None else abs(kpi.target - kpi.baseline) for key, kpi in self.book.kpis.items()
        }

    @cached_property
    def due_period(self) -> Mapping[str, int]:
        """The period by which an effect on a KPI must have arrived; 0 when it was due before the horizon."""
        due: dict[str, int] = {}
        for key, kpi in self.book.kpis.items():
            if kpi.due_period is not None:
                due[key] = min(kpi.due_period, self.periods)
            else:
                due[key] = self.horizon.period_of(kpi.due) if kpi.due else self.periods
        return due

    # --- contributions --------------------------------------------------------------------

    def closed(self, benefit: Benefit) -> bool:
        """Whether what came of a claim is known: a realised value, and the work done or its day passed."""
        if benefit.realised is None:
            return False
        initiative = self.book.initiatives.get(benefit.initiative)
        done = initiative is not None and initiative.stage == Stage.CLOSED
        return done or (benefit.by is not None and benefit.by < self.as_of)

    @cached_property
    def closed_claims(self) -> tuple[tuple[Evidence | None, float, float], ...]:
        """Every closed claim: its grade, what was claimed, what was realised."""
        own = [
            (benefit.evidence, benefit.likely, benefit.realised)
            for benefit in self.book.all("benefit").values()
            if self.closed(benefit)
        ]
        past = [(past.evidence, past.claimed, past.realised) for past in self.book.all("closed_benefit").values()]
        return (*own, *past)

    @cached_property
    def factor(self) -> Mapping[Evidence, float]:
        """Share of a claim that counts, by grade: the prior, or the firm's own record shrunk towards it."""
        factors = dict(PRIOR_FACTORS)
        for grade, prior in PRIOR_FACTORS.items():
            claims = [(likely, realised) for own, likely, realised in self.closed_claims if own == grade]
            claimed = fsum(likely for likely, _ in claims)
            if len(claims) >= CALIBRATION_LEAST and claimed != 0:
                own = clip(fsum(realised for _, realised in claims) / claimed)
                factors[grade] = (len(claims) * own + CALIBRATION_PRIOR * prior) / (len(claims) + CALIBRATION_PRIOR)
        return factors

    def contribution_of(self, benefit: Benefit) -> Triple | None:
        """Share of its KPI's gap that one Benefit closes; None where there is no gap to close.

        Notes
        -----
        What helps is discounted by its evidence, harm never is, and the high value is taken as claimed.
        """
        gap = self.gap.get(benefit.kpi)
        if not gap:
            return None
        factor = self.factor[benefit.evidence]
        low = factor * benefit.low if benefit.low > 0 else benefit.low
        best = factor * benefit.likely if benefit.likely > 0 else benefit.likely
        return Triple(low / gap, best / gap, benefit.high / gap)

    @cached_property
    def contribution(self) -> Mapping[str, Mapping[str, Triple]]:
        """Contribution c by initiative and KPI: all its Benefits on the KPI together, within -1..1."""
        found: dict[str, Mapping[str, Triple]] = {}
        for key in self.book.initiatives:
            terms: dict[str, list[Triple]] = {}
            for benefit in self.book.benefits_of(key):
                term = self.contribution_of(benefit)
                if term is not None:
                    terms.setdefault(benefit.kpi, []).append(term)
            found[key] = {
                kpi: sum_triples(listed).map(lambda value: clip(value, -1.0, 1.0)) for kpi, listed in terms.items()
            }
        return found

    @cached_property
    def gap_share(self) -> Mapping[str, Triple]:
        """Share C of the whole strategy gap that each initiative closes."""
        return {
            key: sum_triples(
                Triple(*(self.kpi_weight[kpi] * member for member in triple)) for kpi, triple in closes.items()
            )
            for key, closes in self.contribution.items()
        }

    @cached_property
    def helped(self) -> Mapping[str, tuple[str, ...]]:
        """Objectives each initiative means to help: those with a KPI on which its likely effect is positive."""
        return {
            key: tuple(
                objective
                for objective, record in self.book.objectives.items()
                if any(benefit.likely > 0 and benefit.kpi in record.kpis for benefit in self.book.benefits_of(key))
            )
            for key in self.book.initiatives
        }

    @cached_property
    def strategic_segments(self) -> frozenset[str]:
        """Segments the strategy targets."""
        return frozenset(key for key, segment in self.book.segments.items() if segment.strategic)

    @cached_property
    def audience(self) -> Mapping[str, frozenset[str]]:
        """Segments T that each initiative should serve: those of the objectives it helps, else the strategic ones."""
        objectives = self.book.objectives
        return {
            key: frozenset(segment for objective in helped for segment in objectives[objective].segments)
            or self.strategic_segments
            for key, helped in self.helped.items()
        }

    # --- market ---------------------------------------------------------------------------

    @cached_property
    def opportunity(self) -> Mapping[str, float]:
        """Opportunity of every need, 0..20: importance plus what satisfaction leaves open (Ulwick 2005)."""
        return {
            key: need.importance + max(need.importance - need.satisfaction, 0.0)
            for key, need in self.book.needs.items()
        }

    @cached_property
    def support(self) -> Mapping[str, tuple[int, int]]:
        """Summed strength of the signals that support and that oppose each initiative."""
        supporting = dict.fromkeys(self.book.initiatives, 0)
        opposing = dict.fromkeys(self.book.initiatives, 0)
        for signal in self.book.signals.values():
            for key in signal.supports:
                supporting[key] = supporting.get(key, 0) + signal.strength
            for key in signal.opposes:
                opposing[key] = opposing.get(key, 0) + signal.strength
        return {key: (supporting[key], opposing[key]) for key in self.book.initiatives}

    # --- systems --------------------------------------------------------------------------

    @cached_property
    def live_pairs(self) -> frozenset[Pair]:
        """Pairs of systems between which data really runs."""
        return frozenset(
            pair_of(flow.source, flow.destination) for flow in self.book.flows.values() if flow.state == "live"
        )

    @cached_property
    def deliverers(self) -> Mapping[Pair, frozenset[str]]:
        """Initiatives that bring a flow between a pair of systems, by pair."""
        found: dict[Pair, set[str]] = {}
        for flow in self.book.flows.values():
            if flow.by is not None:
                found.setdefault(pair_of(flow.source, flow.destination), set()).add(flow.by)
        return {pair: frozenset(keys) for pair, keys in found.items()}

    def connected(self, pair: Pair, delivering: Collection[str]) -> bool:
        """Whether data runs between a pair once the delivering initiatives are done.

        Parameters
        ----------
        pair
            Two systems, unordered.
        delivering
            Keys of initiatives, best as a set.
        """
        return pair in self.live_pairs or any(key in delivering for key in self.deliverers.get(pair, ()))

    def pairs_of(self, systems: Iterable[str]) -> frozenset[Pair]:
        """Pairs that a set of systems needs: each of them with each system it must exchange data with."""
        known = self.book.systems
        return frozenset(
            pair_of(system, other) for system in systems if system in known for other in known[system].needs
        )

    @cached_property
    def needed_pairs(self) -> Mapping[str, frozenset[Pair]]:
        """Pairs of systems each initiative needs connected."""
        return {key: self.pairs_of(initiative.systems) for key, initiative in self.book.initiatives.items()}

    @cached_property
    def all_pairs(self) -> frozenset[Pair]:
        """Pairs that any system of the firm needs connected."""
        return self.pairs_of(self.book.systems)


def measurable(quantities: Quantities) -> bool:
    """Whether shares of resources can be formed at all: there is some money or some hours."""
    return quantities.resources > 0
