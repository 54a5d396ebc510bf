"""What a plan says: what to fund, what to stop, why, and the proof."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rhumbline.book.book import Book
from rhumbline.engines.alignment import Quantities
from rhumbline.engines.planning.result import Line, Plan, PlanStatus
from rhumbline.engines.planning.verify import Check, Verdict, Verification
from rhumbline.engines.reasons import Reason
from rhumbline.faces.blocks import (
    Bar,
    Block,
    Blocks,
    Cell,
    Column,
    Commands,
    Entries,
    Entry,
    Heading,
    Headline,
    Sentences,
    Table,
    Tone,
)
from rhumbline.faces.telling.scores import paradox, title

_PROOF = {
    (PlanStatus.OPTIMAL, True): "plan.proven_only",
    (PlanStatus.OPTIMAL, False): "plan.proven_not_only",
    (PlanStatus.OPTIMAL, None): "plan.proven_undecided",
}


def _entry(line: Line, cost: float, *, frees: bool) -> Entry:
    money = Reason("plan.frees", {"cost": cost}) if frees else Cell(cost, "money")
    facts = (Cell(line.period, "period"), money) if line.period else (money,)
    return Entry(key=line.initiative, title=Cell(line.initiative, "name"), facts=facts, reasons=line.reasons)


def _lists(plan: Plan, book: Book) -> Iterator[Block]:
    cost = Quantities(book, plan.as_of).full_cost
    for name in ("funded", "reserve", "stopped", "waiting", "blocked"):
        lines: Sequence[Line] = getattr(plan, name)
        if lines:
            yield Heading(Reason(f"heading.{name}"))
            yield Entries(tuple(_entry(line, cost[line.initiative], frees=name == "stopped") for line in lines))


def _headline(plan: Plan) -> Headline:
    keys = tuple(plan.starts)
    numbers = {
        "funded": keys,
        "closed": plan.gap_closed,
        "now": plan.gap_closed_by_live,
        "takes": plan.cost / plan.resources if plan.cost is not None and plan.resources else None,
        "gap": plan.gap,
    }
    best = "plan.headline_best" if plan.status is PlanStatus.OPTIMAL else "plan.headline_bounded"
    first = "plan.headline" if keys else "plan.headline_nothing"
    return Headline((Reason(first, numbers), Reason(best, numbers)), Tone.GOOD)


def _proof(plan: Plan) -> Iterator[Block]:
    yield Heading(Reason("heading.proof"))
    code = _PROOF.get((plan.status, plan.unique), "plan.bounded")
    numbers = {"value": plan.value, "bound": plan.bound, "gap": plan.gap}
    reasons = [Reason(code, numbers)]
    if plan.certificate is not None:
        reasons.append(
            Reason("plan.certificate", {"solver": plan.certificate.solver, "book": plan.book_sha[:12]}),
        )
    yield Sentences(tuple(reasons))


def _after(plan: Plan) -> Iterator[Block]:
    if plan.score_after is not None:
        alignment = plan.score_after.alignment
        yield Heading(Reason("heading.after"))
        yield Sentences((Reason("plan.score_after", {"low": alignment.low, "high": alignment.high}),))
        yield Bar(alignment)


def explain_plan(plan: Plan, book: Book) -> Blocks:
    """Select what to say about a plan.

    Parameters
    ----------
    plan
        The plan.
    book
        The Book it was made for.
    """
    if plan.status in (PlanStatus.INFEASIBLE, PlanStatus.NOT_ENOUGH_DATA):
        code = "plan.infeasible" if plan.status is PlanStatus.INFEASIBLE else "plan.not_enough_data"
        return (
            title(book, plan.as_of),
            Headline((Reason(code),), Tone.BAD),
            *((Sentences(plan.conflict),) if plan.conflict else ()),
        )
    return (
        title(book, plan.as_of),
        _headline(plan),
        *_lists(plan, book),
        *_after(plan),
        *_proof(plan),
        paradox(book),
        Commands(
            (
                ("plan FILE --out plan.json", Reason("next.keep")),
                ("verify FILE plan.json", Reason("next.verify")),
            )
        ),
    )


# --- a stored plan ----------------------------------------------------------------------------

_TONE_OF = {Verdict.HOLDS: Tone.GOOD, Verdict.PROVEN: Tone.GOOD, Verdict.FAILS: Tone.BAD, Verdict.WORSE: Tone.BAD}


def _wrong(check: Check) -> Entry:
    told = (check.reason, *check.more) if check.reason is not None else check.more
    return Entry(key="", title=Reason(f"verify.part.{check.name}"), reasons=told)


def explain_verification(verification: Verification, book: Book) -> Blocks:
    """Select what to say about the check of a stored plan.

    Parameters
    ----------
    verification
        What the check found.
    book
        The Book the plan is said to come from.
    """
    del book
    verdict, proof = verification.verdict, verification.proof
    headline = Headline(
        (Reason(f"verify.verdict.{verdict.value}"), Reason(f"verify.proof.{proof.name.lower()}")), _TONE_OF[verdict]
    )
    rows = tuple(
        (Reason(f"verify.part.{check.name}"), Reason("word.yes" if check.holds else "word.no"))
        for check in verification.checks
    )
    failed = tuple(_wrong(check) for check in verification.failed)
    return (
        headline,
        Table((Column("column.part"), Column("column.holds")), rows),
        *((Heading(Reason("heading.wrong")), Entries(failed)) if failed else ()),
    )


__all__ = ["explain_plan", "explain_verification"]
