"""The tables of a report, as values and codes: the page prints them, the workbook keeps the numbers as numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from rhumbline.book.types import Evidence
from rhumbline.engines._maths import Triple
from rhumbline.engines.alignment import LENSES
from rhumbline.engines.alignment.attribution import Member, answer, organisation_attribution
from rhumbline.engines.planning import Line
from rhumbline.engines.reasons import Reason
from rhumbline.faces.answers import engine_of
from rhumbline.faces.blocks import Cell, Column, Said
from rhumbline.faces.concealment import concealed_note
from rhumbline.faces.report.contents import Contents
from rhumbline.faces.report.pictures import address
from rhumbline.faces.telling.findings import name_of, said_by
from rhumbline.faces.telling.scores import ranked


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells, where its name leads, and by which name it is reached itself."""

    cells: tuple[Said, ...]
    link: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its caption, its columns, its rows; the first cell of a row names it.

    Parameters
    ----------
    name
        The last word of the caption's code.
    columns
        Headings, and whether they stand over numbers.
    rows
        One cell per column.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def columns(*names: str) -> tuple[Column, ...]:
    """Return columns by name; one that ends in ``#`` holds numbers."""
    return tuple(Column(f"report.column.{name.removesuffix('#')}", numeric=name.endswith("#")) for name in names)


def shares(value: Triple) -> tuple[Cell, Cell, Cell]:
    """Return a share, guaranteed, at best guess and at most, in points of 100."""
    return Cell(value.low, "points"), Cell(value.best, "points"), Cell(value.high, "points")


def named(key: str) -> Cell:
    """Return the name of a record."""
    return Cell(key, "name")


# --- the plan ---------------------------------------------------------------------------------

PLACES = ("funded", "reserve", "stopped", "waiting", "blocked")


def plan_grid(contents: Contents) -> Grid:
    """Return everything that is in a list of the plan, with what it costs and why it is there."""
    rows = chain.from_iterable(
        (_plan_row(contents, place, line) for line in contents.lines(place)) for place in PLACES if contents.planned
    )
    heads = columns("initiative", "key", "place", "start", "cost#", "takes#", "closes#", "why")
    return Grid("plan", heads, tuple(rows))


def _plan_row(contents: Contents, place: str, line: Line) -> Row:
    key, quantities = line.initiative, contents.quantities
    why = " ".join(contents.words.say(reason) for reason in line.reasons)
    return Row(
        (
            named(key),
            Cell(key),
            Reason(f"heading.{place}"),
            Cell(line.period or None, "period"),
            Cell(quantities.full_cost[key], "money"),
            Cell(quantities.resource_share[key], "percent"),
            Cell(quantities.gap_share[key].best, "percent"),
            Cell(why),
        ),
        address("initiative", key),
    )


def flips_grid(contents: Contents) -> Grid:
    """Return what would change the verdict on each initiative."""
    rows = []
    for explained in contents.explanations:
        said = " ".join(contents.words.say(reason) for reason in (*explained.flips, *explained.conflict))
        cells = (named(explained.subject), Cell(str(explained.standing), "word"), Cell(said))
        rows.append(Row(cells, address("initiative", explained.subject)))
    return Grid("flips", columns("initiative", "place", "change"), tuple(rows))


def ethics_grid(contents: Contents) -> Grid:
    """Return the reviews of work that touches people, with the price of each block."""
    prices = {line.initiative: line.price for line in contents.blocked}
    rows = [
        Row(
            (
                named(review.initiative),
                Cell(review.flags, "words"),
                Cell(review.review, "word"),
                Cell(prices.get(review.initiative), "points"),
            ),
            address("initiative", review.initiative),
        )
        for review in contents.book.all("ethics_review").values()
    ]
    return Grid("ethics", columns("initiative", "flags", "verdict", "price#"), tuple(rows))


def wishes_grid(contents: Contents) -> Grid:
    """Return what was asked for, with what it costs."""
    plan, terms = contents.plan, contents.terms
    prices = {line.initiative: line.price for line in (*plan.funded, *plan.waiting, *plan.stopped)}
    rows = [
        Row(
            (named(key), Reason(f"report.made.{wish}"), Cell(prices.get(key), "points")),
            address("initiative", key),
        )
        for wish, keys in (("pins", terms.pins), ("bans", terms.bans))
        for key in keys
    ]
    if terms.scenario:
        rows.append(Row((named(terms.scenario), Reason("report.made.scenario"), Cell(None))))
    return Grid("wishes", columns("initiative", "wish", "price#"), tuple(rows))


def certificate_grid(contents: Contents) -> Grid:
    """Return what proves the plan: its value, the bound, and what it was computed with."""
    plan = contents.plan
    unique = plan.unique
    facts: list[tuple[str, Said]] = [
        ("value", Cell(plan.value, "exact")),
        ("bound", Cell(plan.bound, "exact")),
        ("gap", Cell(plan.gap, "exact")),
        ("unique", Reason("report.made.undecided") if unique is None else Reason(f"word.{'yes' if unique else 'no'}")),
    ]
    if plan.certificate is not None:
        numbers = {"solves": plan.certificate.solves, "nodes": plan.certificate.nodes}
        facts += [
            ("solver", Cell(plan.certificate.solver)),
            ("proof", Reason(f"report.proof.{plan.certificate.proof.replace(' ', '_')}")),
            ("solves", Reason("report.made.solves_value", numbers)),
            ("model", Cell(plan.certificate.model_sha, "digest")),
            ("terms", Cell(plan.certificate.terms_sha or None)),
        ]
    return _facts("certificate", facts)


def _facts(name: str, facts: list[tuple[str, Said]]) -> Grid:
    rows = tuple(Row((Reason(f"report.made.{code}"), said)) for code, said in facts)
    return Grid(name, columns("name", "value"), rows)


def made_grid(contents: Contents) -> Grid:
    """Return what the report was made of: Book, terms and engines."""
    from rhumbline import __version__

    terms = contents.terms
    facts: list[tuple[str, Said]] = [
        ("book", Cell(contents.book.sha)),
        ("as_of", Cell(contents.as_of, "date")),
        ("pins", Cell(terms.pins or None, "names")),
        ("bans", Cell(terms.bans or None, "names")),
        ("scenario", Cell(terms.scenario, "name")),
        ("held_out", Reason("word.yes" if terms.without_held_out and contents.held_out else "word.no")),
        *((f"engine_{name}", Cell(engine_of(name))) for name in ("score", "check", "plan")),
        ("version", Cell(__version__)),
    ]
    if contents.words.sight.concealed:
        facts.append(("concealed", concealed_note(contents.words)))
    return _facts("made", facts)


# --- the score --------------------------------------------------------------------------------


def score_grid(contents: Contents) -> Grid:
    """Return the score today, and once the plan is done."""
    rows = [Row((Reason("report.score_now"), *shares(contents.score.organisation.alignment)))]
    if contents.plan.score_after is not None:
        rows.append(Row((Reason("report.score_after"), *shares(contents.plan.score_after.alignment))))
    return Grid("score", columns("what", "alignment#", "best#", "most#"), tuple(rows))


def lenses_grid(contents: Contents) -> Grid:
    """Return what the score is made of; focus, coverage and the points lost are those of the best guess."""
    organisation = contents.score.organisation
    lost = {loss.lens: loss.points for loss in organisation_attribution(organisation, Member.BEST).lenses}
    rows = []
    for name in LENSES:
        lens = organisation.lenses[name]
        cells = (
            Reason(f"lens.{name}"),
            *shares(lens.value),
            Cell(lens.focus.best, "percent"),
            Cell(lens.coverage.best, "percent"),
            Cell(lost[name] / 100, "points"),
        )
        rows.append(Row(cells))
    return Grid("lenses", columns("lens", "alignment#", "best#", "most#", "focus#", "coverage#", "lost#"), tuple(rows))


def initiatives_grid(contents: Contents) -> Grid:
    """Return the open initiatives, the most aligned first: what each takes and what it closes."""
    quantities, score = contents.quantities, contents.score
    rows = []
    for key in ranked(score):
        initiative = contents.book.initiatives[key]
        if initiative.open:
            alignment = score.initiatives[key].alignment
            cells = (
                named(key),
                Reason(f"word.{'drift' if initiative.mode == 'drift' else initiative.status}"),
                Cell(quantities.full_cost[key], "money"),
                Cell(score.resource_share[key], "percent"),
                Cell(score.gap_share[key].best, "percent"),
                Cell(alignment.low, "points"),
                Cell(alignment.high, "points"),
            )
            rows.append(Row(cells, address("initiative", key)))
    heads = columns("initiative", "status", "cost#", "takes#", "closes#", "alignment#", "most#")
    return Grid("initiatives", heads, tuple(rows))


def answers_grid(contents: Contents) -> Grid:
    """Return what each strategic initiative answers to the three questions."""
    rows = []
    for key in ranked(contents.score):
        if contents.book.initiatives[key].directed:
            lenses = contents.score.initiatives[key].lenses
            cells = (named(key), *(Cell(answer(lenses[lens]), "word") for lens in "SMO"))
            rows.append(Row(cells, address("initiative", key)))
    return Grid("answers", columns("initiative", "strategy", "market", "able"), tuple(rows))


def objectives_grid(contents: Contents) -> Grid:
    """Return how far each objective is covered, now and after the plan, guaranteed."""
    now = contents.score.organisation.objectives
    after = contents.plan.score_after.objectives if contents.plan.score_after else {}
    rows = []
    for key in contents.book.objectives:
        weight = Cell(contents.quantities.objective_weight[key], "percent")
        later = Cell(after[key].low if key in after else None, "percent")
        rows.append(Row((named(key), weight, Cell(now[key].low, "percent"), later), address("objective", key)))
    return Grid("objectives", columns("objective", "weight#", "now#", "after#"), tuple(rows))


def evidence_grid(contents: Contents) -> Grid:
    """Return how many promised effects there are of each grade of evidence, and what they count for."""
    counted = Counter(benefit.evidence for benefit in contents.book.all("benefit").values())
    rows = tuple(
        Row(
            (
                Reason(f"report.evidence.{grade.value}"),
                Cell(contents.quantities.factor[grade], "percent"),
                Cell(counted[grade], "number"),
            )
        )
        for grade in Evidence
    )
    return Grid("evidence", columns("evidence", "counts#", "effects#"), rows)


# --- findings and questions -------------------------------------------------------------------


def findings_grid(contents: Contents) -> Grid:
    """Return every finding with what to do about it."""
    return Grid(
        "findings",
        columns("code", "severity", "rule", "subject", "message", "why", "remedy", "waived"),
        tuple(_finding_rows(contents)),
    )


def _finding_rows(contents: Contents) -> Iterator[Row]:
    for finding in contents.diagnosis.findings:
        message, why, remedy = said_by(finding)
        yield Row(
            (
                Cell(finding.code),
                Reason(f"word.{finding.severity.value}"),
                name_of(finding),
                Cell(finding.subject),
                message,
                why,
                remedy,
                Cell(finding.waived_until, "date"),
            )
        )


def questions_grid(contents: Contents) -> Grid:
    """Return every unknown input as a question, most useful first."""
    rows = []
    for question in contents.score.questions:
        about_firm = question.subject == "organisation"
        cells: tuple[Said, ...] = (
            Reason("word.organisation") if about_firm else named(question.subject),
            Reason(f"question.{question.part.replace(' ', '_')}"),
            Cell(question.gain, "points"),
            Cell(None if about_firm else question.own_gain, "points"),
            Cell(question.seconds, "number"),
        )
        rows.append(Row(cells, "" if about_firm else address("initiative", question.subject)))
    return Grid("questions", columns("subject", "question", "gain#", "own#", "seconds#"), tuple(rows))


__all__ = [
    "PLACES",
    "Grid",
    "Row",
    "answers_grid",
    "certificate_grid",
    "columns",
    "ethics_grid",
    "evidence_grid",
    "findings_grid",
    "flips_grid",
    "initiatives_grid",
    "lenses_grid",
    "made_grid",
    "named",
    "objectives_grid",
    "plan_grid",
    "questions_grid",
    "score_grid",
    "shares",
    "wishes_grid",
]
