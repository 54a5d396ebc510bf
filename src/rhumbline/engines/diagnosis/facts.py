"""What the rules look at: the Book, its numbers, its score, and its plans where a rule needs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from rhumbline.book.book import Book
from rhumbline.book.records import Initiative, Message
from rhumbline.book.types import Evidence, Mode, Stage
from rhumbline.engines._maths import Triple
from rhumbline.engines.alignment.lenses import line_of_sight
from rhumbline.engines.alignment.organisation import OrganisationScore, organisation_score
from rhumbline.engines.alignment.quantities import Quantities
from rhumbline.engines.alignment.score import Score, score_quantities

_CANDIDATE_STAGES = (Stage.IDEA, Stage.SCREENED, Stage.CASE)


@dataclass(frozen=True, eq=False)
class Facts:
    """Everything a rule may look at; each number is computed once, when the first rule asks for it.

    Parameters
    ----------
    book
        The Book.
    as_of
        The evaluation date.
    """

    book: Book
    as_of: date

    # --- numbers --------------------------------------------------------------------------

    @cached_property
    def quantities(self) -> Quantities:
        """Resources, gaps and contributions."""
        return Quantities(self.book, self.as_of)

    @cached_property
    def organisation(self) -> OrganisationScore:
        """The score of the live work."""
        # Not the whole Score: the lenses of all candidates and the next questions would cost most of the time.
        return organisation_score(self.quantities)

    @cached_property
    def score(self) -> Score:
        """The score with the lenses of every initiative, for rules that need them."""
        return score_quantities(self.quantities)

    @cached_property
    def measurable(self) -> bool:
        """Whether there is any money or any hours, so that a share of resources means something."""
        return self.quantities.resources > 0

    @cached_property
    def sight(self) -> Mapping[str, Triple]:
        """Line of sight S of every initiative: share of the gap it closes against the share of resources it takes."""
        return {key: line_of_sight(self.quantities, key) for key in self.book.initiatives}

    @cached_property
    def evidence(self) -> Mapping[str, Evidence]:
        """The best evidence grade among the Benefits of every initiative; E0 where it has none."""
        return {
            key: max((benefit.evidence for benefit in self.book.benefits_of(key)), default=Evidence.E0)
            for key in self.book.initiatives
        }

    def age(self, day: date) -> int:
        """Whole days from a day to the evaluation date; negative for a future day, so that no age rule fires on it."""
        return self.quantities.age(day)

    # --- initiatives in key order ---------------------------------------------------------

    @cached_property
    def open(self) -> tuple[Initiative, ...]:
        """Live work and candidates, drift included."""
        return tuple(initiative for initiative in self.book.initiatives.values() if initiative.open)

    @cached_property
    def directed(self) -> tuple[Initiative, ...]:
        """Open work that is meant to serve the strategy: all but drift."""
        return tuple(initiative for initiative in self.open if initiative.mode is not Mode.DRIFT)

    @cached_property
    def live(self) -> tuple[Initiative, ...]:
        """Running or committed work, drift included."""
        return tuple(initiative for initiative in self.open if initiative.live)

    @cached_property
    def running(self) -> tuple[Initiative, ...]:
        """Directed work that has begun."""
        return tuple(initiative for initiative in self.directed if initiative.stage is Stage.RUNNING)

    @cached_property
    def candidates(self) -> tuple[Initiative, ...]:
        """Directed work that is still to be decided on."""
        return tuple(initiative for initiative in self.directed if initiative.stage in _CANDIDATE_STAGES)

    # --- what leadership said -------------------------------------------------------------

    @cached_property
    def messages(self) -> tuple[Message, ...] | None:
        """Messages up to the evaluation date; None where the firm keeps no list of them."""
        listed = self.book.all("message").values()
        organisation = self.book.organisation
        if not listed and not (organisation and organisation.records_messages):
            return None
        return tuple(message for message in listed if message.date <= self.as_of)

    # --- plans ----------------------------------------------------------------------------

    def funded(self, scenario: str | None = None) -> frozenset[str] | None:
        """Return what the plan funds, or the plan for one scenario; None where there is no feasible plan.

        Parameters
        ----------
        scenario
            Key of a scenario; by default the plan for today's estimates.
        """
        # Imported here, because the planner loads the solver and most checks need no plan.
        from rhumbline.engines.planning import PlanStatus, PlanTerms, plan_quantities

        found = plan_quantities(self.quantities, PlanTerms(as_of=self.as_of, scenario=scenario))
        return frozenset(found.starts) if found.status in (PlanStatus.OPTIMAL, PlanStatus.FEASIBLE) else None


def by_yield(facts: Facts, initiatives: Iterable[Initiative]) -> tuple[str, ...]:
    """Return the keys of initiatives, most gap closed per money first; what costs nothing comes before all else.

    Parameters
    ----------
    facts
        The facts.
    initiatives
        Initiatives in key order, which breaks ties.
    """
    costs, closes = facts.quantities.full_cost, facts.quantities.gap_share

    def rank(key: str) -> tuple[bool, float]:
        cost, closed = costs[key], closes[key].best
        return (cost > 0, -closed / cost if cost > 0 else -closed)

    return tuple(sorted((initiative.key for initiative in initiatives), key=rank))


__all__ = ["Facts", "by_yield"]
