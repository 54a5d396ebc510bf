"""What a plan says: what to fund, what to stop, why, and the proof."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rhumbline.book.book import Book
from rhumbline.engines.alignment import Quantities
from rhumbline.engines.planning import Comparison, Explanation, Line, Plan, PlanStatus
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
    Said,
    Sentences,
    Table,
    Tone,
)
from rhumbline.faces.telling.scores import paradox, title, up_to

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
    blocked = {line.initiative for line in plan.blocked}
    stopped = {line.initiative for line in plan.stopped}
    # Everything is named once: what is blocked under its block, unless it is live and must stop.
    left_out = {"waiting": blocked, "blocked": stopped}
    for name in ("funded", "reserve", "stopped", "waiting", "blocked"):
        lines: Sequence[Line] = [
            line for line in getattr(plan, name) if line.initiative not in left_out.get(name, set())
        ]
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
    if plan.status is PlanStatus.OPTIMAL and plan.unique and plan.certificate and not plan.certificate.settled:
        reasons.append(Reason("plan.unsettled"))
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


# --- one initiative ---------------------------------------------------------------------------


def _three_answers(explanation: Explanation) -> Table:
    rows = tuple(
        (Reason(f"question_of.{heading.lens}"), Cell(heading.answer, "word")) for heading in explanation.headings
    )
    return Table((Column("column.question"), Column("column.answer")), rows)


def _effects(explanation: Explanation) -> Iterator[Block]:
    if not explanation.effects:
        return
    columns = (
        Column("column.kpi"),
        Column("column.weight", numeric=True),
        Column("column.of_its_gap", numeric=True),
        Column("column.of_the_gap", numeric=True),
        Column("column.in_time"),
    )
    rows = tuple(
        (
            Cell(effect.kpi, "name"),
            Cell(effect.weight, "percent"),
            Cell(effect.effect.best, "percent"),
            Cell(effect.closes, "percent"),
            Reason("word.yes" if effect.in_time else "word.no"),
        )
        for effect in explanation.effects
    )
    yield Heading(Reason("heading.effects"))
    yield Table(columns, rows)


def _lost(explanation: Explanation) -> Iterator[Block]:
    columns = (
        Column("column.lens"),
        Column("column.value", numeric=True),
        Column("column.lost", numeric=True),
        Column("column.mostly"),
    )
    rows = []
    for lens in explanation.lost.lenses:
        worst = max(lens.parts, key=lambda part: part.points, default=None)
        named = Reason(f"part_of.{worst.name.replace(' ', '_')}") if worst and worst.points > 0 else Cell(None)
        rows.append(
            (
                Reason(f"lens.{lens.lens}"),
                Cell(explanation.alignment.lenses[lens.lens].low, "points"),
                Cell(lens.points / 100, "points"),
                named,
            )
        )
    yield Heading(Reason("heading.lost", {"score": explanation.lost.score / 100}))
    yield Table(columns, tuple(rows))


def explain_explanation(explanation: Explanation, book: Book) -> Blocks:
    """Select what to say about why an initiative stands where it stands.

    Parameters
    ----------
    explanation
        The explanation.
    book
        The Book it was made from.
    """
    subject = {"initiative": explanation.subject, "period": explanation.period}
    standing = Reason(f"standing.{explanation.standing.name.lower()}", subject)
    share = {"closes": explanation.gap_share.best, "takes": explanation.resource_share}
    return (
        title(book, explanation.as_of),
        Headline((standing, Reason("score.closes_for", share))),
        *((Heading(Reason("heading.reasons")), Sentences(explanation.reasons)) if explanation.reasons else ()),
        *((Heading(Reason("heading.conflict")), Sentences(explanation.conflict)) if explanation.conflict else ()),
        *((Heading(Reason("heading.flips")), Sentences(explanation.flips)) if explanation.flips else ()),
        Heading(Reason("heading.three_answers")),
        _three_answers(explanation),
        *_effects(explanation),
        *_lost(explanation),
        paradox(book),
    )


# --- two initiatives --------------------------------------------------------------------------


def _side_by_side(comparison: Comparison) -> Table:
    a, b = comparison.a, comparison.b
    # In one column money stands beside shares, so every row says how its two values are printed.
    rows: tuple[tuple[str, str, str], ...] = (
        ("standing", "word", "standing"),
        ("cost", "money", "cost"),
        ("takes", "percent", "resource_share"),
        ("closes_in_time", "percent", "closes_in_time"),
        ("worth", "points", "worth"),
        ("per_money", "amount", "gap_per_money"),
    )
    cells: list[tuple[Said, ...]] = [
        (Reason(f"compared.{code}"), Cell(getattr(a, field), hint), Cell(getattr(b, field), hint))
        for code, hint, field in rows
    ]
    cells.insert(1, (Reason("compared.alignment"), up_to(a.alignment), up_to(b.alignment)))
    cells += [
        (Reason("compared.kpi", {"kpi": kpi.kpi}), Cell(kpi.a.best, "percent"), Cell(kpi.b.best, "percent"))
        for kpi in comparison.kpis
    ]
    return Table(
        (
            Column("column.key"),
            Column("column.compared", numeric=True, numbers={"key": a.initiative}),
            Column("column.compared", numeric=True, numbers={"key": b.initiative}),
        ),
        tuple(cells),
    )


def explain_comparison(comparison: Comparison, book: Book) -> Blocks:
    """Select what to say about two initiatives side by side.

    Parameters
    ----------
    comparison
        The comparison.
    book
        The Book it was made from.
    """
    pair = {"a": comparison.a.initiative, "b": comparison.b.initiative}
    better = Reason("compare.better_one", {"better": comparison.better}) if comparison.better else None
    swaps = tuple(
        Reason("compare.swaps", {"objective": one.objective, "weight": one.weight, "at": one.swaps_at})
        for one in comparison.break_even
        if one.swaps_at is not None
    )
    return (
        title(book, comparison.as_of),
        Headline((*((better,) if better else ()), *comparison.reasons)),
        Sentences((Reason("compare.who", pair),), Tone.QUIET),
        _side_by_side(comparison),
        Heading(Reason("heading.swaps")),
        Sentences(swaps or (Reason("compare.never_swaps"),)),
        paradox(book),
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
    verdict, leading = verification.verdict, verification.leading
    # Where something was changed, what was changed matters more than how far the check went.
    if verdict is Verdict.FAILS and leading is not None and leading.reason is not None:
        because = leading.reason
    else:
        because = Reason(f"verify.proof.{verification.proof.name.lower()}")
    headline = Headline((Reason(f"verify.verdict.{verdict.value}"), because), _TONE_OF[verdict])
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


__all__ = ["explain_comparison", "explain_explanation", "explain_plan", "explain_verification"]
