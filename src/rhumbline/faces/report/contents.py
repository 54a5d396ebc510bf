"""Everything a report is made of: the answers to all questions about one Book at one date, and what it lacks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from rhumbline.book.authority import EVERYTHING, Sight
from rhumbline.book.book import Book
from rhumbline.book.concealment import conceal_finding
from rhumbline.book.findings import Finding, as_of_or
from rhumbline.engines.alignment import Quantities, Score
from rhumbline.engines.alignment.organisation import LEAST_ANSWERS
from rhumbline.engines.diagnosis import Diagnosis
from rhumbline.engines.planning import ExplainTerms, Explanation, Line, Plan, PlanStatus, PlanTerms
from rhumbline.engines.reasons import Reason
from rhumbline.faces.answers import Answer, ask
from rhumbline.faces.telling.inputs import held_out
from rhumbline.faces.words import Words

# What would change a verdict takes some solves for each initiative: a report must not take an hour.
MOST_EXPLAINED = 24


@dataclass(frozen=True)
class Contents:
    """The answers a report is made of.

    Parameters
    ----------
    book
        The whole Book: what is shown of it goes through the words, which leave out what the reader may not see.
    terms
        What the plan was asked for.
    findings
        What the gate noticed about the input.
    words
        The language, the Book that names come from, and what the reader sees.
    score_answer, check_answer, plan_answer
        The answers to ``score``, ``check`` and ``plan``.
    explanations
        Why initiatives stand where they stand, the most expensive ones where there are many.
    """

    book: Book
    terms: PlanTerms
    findings: tuple[Finding, ...]
    words: Words
    score_answer: Answer
    check_answer: Answer
    plan_answer: Answer
    explanations: tuple[Explanation, ...]

    @property
    def as_of(self) -> date:
        """The evaluation date."""
        return self.score.as_of

    @property
    def score(self) -> Score:
        """How far the work leads where the strategy says."""
        found: Score = self.score_answer.result
        return found

    @property
    def diagnosis(self) -> Diagnosis:
        """What is wrong, and what to do."""
        found: Diagnosis = self.check_answer.result
        return found

    @property
    def plan(self) -> Plan:
        """What to fund and what to stop; it need not be possible."""
        found: Plan = self.plan_answer.result
        return found

    @cached_property
    def quantities(self) -> Quantities:
        """The numbers of the Book."""
        return Quantities(self.book, self.as_of)

    @property
    def firm(self) -> str:
        """Whose report this is."""
        organisation = self.book.organisation
        return organisation.name if organisation else self.words.text("report.nameless")

    @property
    def planned(self) -> bool:
        """Whether there is a plan."""
        return self.plan.status in {PlanStatus.OPTIMAL, PlanStatus.FEASIBLE}

    @property
    def held_out(self) -> tuple[Finding, ...]:
        """The findings about entries that are missing from this report."""
        return held_out(self.findings)

    @property
    def remarks(self) -> tuple[Finding, ...]:
        """The other findings about the input."""
        missing = self.held_out
        return tuple(finding for finding in self.findings if finding not in missing)

    @cached_property
    def missing(self) -> tuple[Reason, ...]:
        """What the Book lacks for a better report, in the order in which to write it down."""
        return tuple(_missing(self.book))

    @property
    def blocked(self) -> tuple[Line, ...]:
        """What an ethics block keeps out of the plan."""
        return self.plan.blocked

    def lines(self, name: str) -> tuple[Line, ...]:
        """Return one list of the plan, with everything named once: what is blocked under its block, unless it stops.

        Parameters
        ----------
        name
            ``funded``, ``reserve``, ``stopped``, ``waiting`` or ``blocked``.
        """
        listed: tuple[Line, ...] = getattr(self.plan, name)
        elsewhere = {"waiting": self.plan.blocked, "blocked": self.plan.stopped}.get(name, ())
        left_out = {line.initiative for line in elsewhere}
        return tuple(line for line in listed if line.initiative not in left_out)


# --- gathering --------------------------------------------------------------------------------


def gather(
    book: Book,
    terms: PlanTerms | None = None,
    *,
    findings: Iterable[Finding] = (),
    language: str = "en",
    progress: Any = None,
    sight: Sight = EVERYTHING,
    now: Book | None = None,
) -> Contents:
    """Ask everything a report tells.

    Parameters
    ----------
    book
        The Book.
    terms
        What the plan is asked for; by default nothing. With entries held out, ``without_held_out`` must be chosen.
    findings
        What the gate noticed when the Book was read.
    language
        Of the sentences: ``en`` or ``de``.
    progress
        Told how far the search is; it returns whether to go on.
    sight
        What the reader sees; the report is made of the whole Book, and shows what its reader may see.
    now
        The Book of today, which says which KPIs are private, where the other one is of an earlier date.

    Raises
    ------
    AsOfMissing
        When neither the terms nor the Book state a date.
    HeldOutRows
        When the report would silently miss entries.
    ConcealedBook
        When the Book lacks what its reader may not see.
    """
    asked = terms or PlanTerms()
    dated = book.replace(as_of=as_of_or(book.as_of, asked.as_of))
    noticed = tuple(findings)
    plan = ask("plan", dated, asked, findings=noticed, language=language, progress=progress)
    return Contents(
        book=dated,
        terms=asked,
        findings=tuple(conceal_finding(finding, sight) for finding in noticed),
        words=Words(language, dated, sight, now),
        score_answer=ask("score", dated, findings=noticed, language=language),
        check_answer=ask("check", dated, findings=noticed, language=language),
        plan_answer=plan,
        explanations=tuple(_explanations(dated, asked, plan.result)),
    )


def _explanations(book: Book, terms: PlanTerms, plan: Plan) -> Iterable[Explanation]:
    if plan.status is not PlanStatus.OPTIMAL:
        return
    cost = Quantities(book, plan.as_of).full_cost
    decided = [line.initiative for line in (*plan.funded, *plan.stopped, *plan.waiting)]
    weighty = sorted(decided, key=lambda key: -cost[key])[:MOST_EXPLAINED]
    # The plan was allowed to miss what is held out; so is what explains it.
    wishes: dict[str, Any] = {
        "pins": terms.pins,
        "bans": terms.bans,
        "scenario": terms.scenario,
        "without_held_out": True,
    }
    for key in decided:
        if key in weighty:
            explained: Explanation = ask("explain", book, ExplainTerms(subject=key, **wishes)).result
            yield explained


# --- what is missing --------------------------------------------------------------------------


def _missing(book: Book) -> Iterable[Reason]:
    without_baseline = tuple(key for key, kpi in book.kpis.items() if kpi.baseline is None)
    lacking = {
        "firm": book.organisation is None,
        "mission": not book.strategy.mission.strip(),
        "objectives": not book.objectives,
        "kpis": not book.kpis,
        "baselines": bool(without_baseline),
        "initiatives": not book.initiatives,
        "effects": bool(book.initiatives) and not book.all("benefit"),
        "budget": book.budget is None or not any(book.budget.cash),
        "teams": not book.teams,
        "pulse": book.pulse is None or book.pulse.n < LEAST_ANSWERS,
    }
    for name, lacks in lacking.items():
        if lacks:
            yield Reason(f"report.missing.{name}", {"kpis": without_baseline} if name == "baselines" else {})


__all__ = ["MOST_EXPLAINED", "Contents", "gather"]
