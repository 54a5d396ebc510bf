"""What docs/explanation/alignment.md guarantees, over generated companies."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from tests.strategies import AS_OF, books

from rhumbline.book.book import Book
from rhumbline.book.records import Benefit, Initiative, Need, Person, Segment, Survey
from rhumbline.book.types import Evidence, FrozenMap, Stage
from rhumbline.engines._maths import Triple
from rhumbline.engines.alignment import Quantities, Score, organisation_score, score
from rhumbline.engines.alignment.attribution import Attribution, Member, attribution, organisation_attribution

NOISE = 1e-12
ROUNDED = 1e-4
companies = books(initiatives=(1, 5), kpis=(1, 4), objectives=(1, 3), stages=(Stage.RUNNING, Stage.RUNNING, Stage.CASE))
GRADES = list(Evidence)


def never_lower(before: Triple, after: Triple) -> bool:
    """Whether no member of a triple fell."""
    return all(new >= old - NOISE for old, new in zip(before, after, strict=True))


def better(book: Book, changed: Any, key: str, *, organisation: bool = True) -> None:
    """Assert that a change lowers neither the score of an initiative nor that of the firm."""
    before, after = score(book), score(book.replace(changed))
    assert never_lower(before.initiatives[key].alignment, after.initiatives[key].alignment)
    if organisation:
        assert never_lower(before.organisation.alignment, after.organisation.alignment)


def some(data: st.DataObject, book: Book, kind: str) -> Any:
    """Draw one record of a kind; give the example up when there is none."""
    found = list(book.all(kind).values())
    assume(found)
    return data.draw(st.sampled_from(found))


def triples_of(found: Score) -> list[Triple]:
    """Every uncertain number of a score that is a share of 1."""
    organisation = found.organisation
    return [
        organisation.alignment,
        *organisation.objectives.values(),
        *(triple for lens in organisation.lenses.values() for triple in (lens.value, lens.focus, lens.coverage)),
        *(part.value for lens in organisation.lenses.values() for part in lens.coverage_parts),
        *(own.alignment for own in found.initiatives.values()),
        *(triple for own in found.initiatives.values() for triple in own.lenses.values()),
        *(part.value for own in found.initiatives.values() for part in own.parts),
    ]


@given(books())
def test_low_best_and_high_are_in_order_and_within_bounds(book: Book) -> None:
    found = score(book)
    for low, best, high in triples_of(found):
        assert 0 <= low <= best + NOISE
        assert best <= high + NOISE
        assert high <= 1 + NOISE
    for low, best, high in found.gap_share.values():
        assert -1 - NOISE <= low <= best + NOISE <= high + 2 * NOISE <= 1 + 3 * NOISE


@given(companies, st.data())
def test_a_better_effect_never_lowers_a_score(book: Book, data: st.DataObject) -> None:
    benefit: Benefit = some(data, book, "benefit")
    rise = data.draw(st.floats(0, 20))
    raised = replace(benefit, low=benefit.low + rise, likely=benefit.likely + rise, high=benefit.high + rise)
    # Helping another objective may change the audience; that is not a better effect only.
    assume((raised.likely > 0) == (benefit.likely > 0))
    assume(benefit.realised is None)
    better(book, raised, benefit.initiative)


@given(companies, st.data())
def test_better_evidence_never_lowers_a_score(book: Book, data: st.DataObject) -> None:
    benefit: Benefit = some(data, book, "benefit")
    better_grade = data.draw(st.sampled_from(GRADES[GRADES.index(benefit.evidence) :]))
    assume(benefit.realised is None)
    factors = Quantities(book, AS_OF).factor
    assume(factors[better_grade] >= factors[benefit.evidence])
    better(book, replace(benefit, evidence=better_grade), benefit.initiative)


@given(companies, st.data())
def test_readiness_and_sponsorship_never_lower_a_score(book: Book, data: st.DataObject) -> None:
    initiative: Initiative = some(data, book, "initiative")
    raised = tuple(data.draw(st.integers(rating, 4)) for rating in initiative.readiness)
    better(book, replace(initiative, readiness=raised), initiative.key)
    somebody = book.replace(Person(key="sponsor", name="Somebody"))
    better(somebody, replace(initiative, sponsor=initiative.sponsor or "sponsor"), initiative.key)


@given(companies, st.data())
def test_a_larger_unmet_need_never_lowers_the_score_of_who_serves_it(book: Book, data: st.DataObject) -> None:
    need: Need = some(data, book, "need")
    less = replace(need, satisfaction=data.draw(st.floats(0, need.satisfaction)))
    for key, initiative in book.initiatives.items():
        if need.key in initiative.needs:
            better(book, less, key, organisation=False)


@given(companies, st.data())
def test_saying_what_was_unknown_never_lowers_the_guaranteed_score(book: Book, data: st.DataObject) -> None:
    initiative: Initiative = some(data, book, "initiative")
    before = score(book)
    answers: dict[str, Any] = {}
    if not initiative.readiness:
        answers["readiness"] = tuple(data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=3)))
    if initiative.requires is None:
        needed = data.draw(st.dictionaries(st.sampled_from(list(book.capabilities) or ["-"]), st.integers(1, 5)))
        answers["requires"] = FrozenMap({key: level for key, level in needed.items() if key in book.capabilities})
    if not initiative.segments and book.segments:
        answers["segments"] = tuple(data.draw(st.sets(st.sampled_from(list(book.segments)), min_size=1)))
    told = book.replace(replace(initiative, **answers))
    if book.pulse is None or book.pulse.n < 5:
        mean = data.draw(st.floats(1, 5))
        told = told.replace(Survey(key="pulse", n=9, invited=12, items=FrozenMap({"clarity": mean})))
    if not book.needs:
        segment = Segment(key="new", name="New", strategic=any(s.strategic for s in book.segments.values()))
        told = told.replace(segment, Need(key="new", segment="new", text="New", importance=7.0, satisfaction=6.0))
    after = score(told)
    assert after.organisation.alignment.low >= before.organisation.alignment.low - NOISE
    assert after.initiatives[initiative.key].alignment.low >= before.initiatives[initiative.key].alignment.low - NOISE


def halved(book: Book, initiative: Initiative) -> Book:
    """Split an initiative into two with half of its money, hours and effects each."""
    half = replace(
        initiative,
        cash=tuple(amount / 2 for amount in initiative.cash),
        hours=FrozenMap({team: tuple(h / 2 for h in profile) for team, profile in initiative.hours.items()}),
    )
    twin = replace(half, key="twin", builds=FrozenMap())
    parts: list[Any] = [half, twin]
    for benefit in book.benefits_of(initiative.key):
        share = replace(benefit, low=benefit.low / 2, likely=benefit.likely / 2, high=benefit.high / 2)
        parts += [share, replace(share, key=f"twin.{benefit.key}", initiative="twin")]
    parts += [replace(item, key=f"twin.{item.key}", initiative="twin") for item in book.milestones_of(initiative.key)]
    for signal in book.signals.values():
        supports, opposes = (
            (*keys, "twin") if initiative.key in keys else keys for keys in (signal.supports, signal.opposes)
        )
        parts.append(replace(signal, supports=supports, opposes=opposes))
    return book.replace(*parts)


@given(companies, st.data())
def test_splitting_live_work_in_two_changes_nothing(book: Book, data: st.DataObject) -> None:
    initiative: Initiative = some(data, book, "initiative")
    quantities = Quantities(book, AS_OF)
    assume(initiative.live and not any(benefit.realised for benefit in book.benefits_of(initiative.key)))
    # An effect larger than its gap is cut off once, but its halves would not be.
    sums: dict[str, list[Triple]] = {}
    for benefit in book.benefits_of(initiative.key):
        closes = quantities.contribution_of(benefit)
        if closes is not None:
            sums.setdefault(benefit.kpi, []).append(closes)
    assume(all(abs(sum(members)) <= 1 for listed in sums.values() for members in zip(*listed, strict=True)))
    # Flows that it delivers itself count for its own integration; the twin sees them as live work's.
    assume(not any(flow.by == initiative.key for flow in book.flows.values()))
    before = organisation_score(quantities)
    after = organisation_score(Quantities(halved(book, initiative), AS_OF))
    for old, new in zip(before.alignment, after.alignment, strict=True):
        assert abs(old - new) <= ROUNDED
    for lens in before.lenses:
        for old, new in zip(before.lenses[lens].unrounded_focus, after.lenses[lens].unrounded_focus, strict=True):
            assert abs(old - new) <= 1e-9


def adds_up(lost: Attribution) -> bool:
    """Whether the losses by lens, and inside each lens by part, sum to what is missing from 100."""
    by_lens = abs(lost.score + sum(lens.points for lens in lost.lenses) - 100) <= 100 * NOISE
    return by_lens and all(
        abs(lens.points - sum(part.points for part in lens.parts)) <= 100 * NOISE and lens.points >= -100 * NOISE
        for lens in lost.lenses
    )


@given(companies, st.sampled_from(Member))
def test_attribution_sums_to_what_is_missing(book: Book, member: Member) -> None:
    found = score(book)
    assert adds_up(organisation_attribution(found.organisation, member))
    for own in found.initiatives.values():
        assert adds_up(attribution(own, member))
        assert abs(attribution(own, member).score - 100 * getattr(own.alignment, member.value)) <= 100 * NOISE


@given(companies, st.randoms(use_true_random=False))
def test_the_order_of_the_records_changes_nothing(book: Book, dice: random.Random) -> None:
    records = [record for kind in book.records.values() for record in kind.values()]
    rows = [row for series in book.series.values() for row in series]
    dice.shuffle(records)
    dice.shuffle(rows)
    again = Book.of([*rows, *records], as_of=AS_OF)
    assert again.sha == book.sha
    assert score(again) == score(book)
    assert repr(score(again)) == repr(score(book))


def renamed(book: Book, names: dict[str, str]) -> Book:
    """Give initiatives other keys, everywhere."""

    def new(value: Any) -> Any:
        if isinstance(value, str):
            return names.get(value, value)
        if isinstance(value, tuple):
            return tuple(new(item) for item in value)
        if isinstance(value, FrozenMap):
            return FrozenMap({new(key): item for key, item in value.items()})
        return value

    refer = ("initiative", "depends", "excludes", "supports", "opposes", "by", "effects")
    out = []
    for kind, records in book.records.items():
        for record in records.values():
            changes = {name: new(getattr(record, name)) for name in refer if hasattr(record, name) and name != "by"}
            if kind == "flow":
                changes["by"] = new(record.by)
            if kind == "initiative":
                changes["key"] = new(record.key)
            out.append(replace(record, **changes))
    return Book.of(
        [*out, *(row for series in book.series.values() for row in series if not hasattr(row, "money"))], AS_OF
    )


@given(companies)
def test_renaming_initiatives_changes_no_number(book: Book) -> None:
    names = {key: f"z{100 - number}" for number, key in enumerate(book.initiatives)}
    before, after = score(book), score(renamed(book, names))
    assert after.organisation.alignment == before.organisation.alignment
    assert after.organisation.objectives == before.organisation.objectives
    for key, name in names.items():
        assert after.initiatives[name].alignment == before.initiatives[key].alignment
        assert after.gap_share[name] == before.gap_share[key]


@given(companies)
def test_the_score_of_a_firm_does_not_depend_on_its_currency(book: Book) -> None:
    budget = book.budget
    assume(budget is not None and not book.all("actual"))
    scale = Decimal(100)
    scaled = [
        replace(budget, cash=tuple(amount * scale for amount in budget.cash)),
        *(replace(team, rate=team.rate * scale) for team in book.teams.values()),
        *(replace(own, cash=tuple(amount * scale for amount in own.cash)) for own in book.initiatives.values()),
    ]
    before, after = score(book), score(book.replace(*scaled))
    for old, new in zip(before.organisation.alignment, after.organisation.alignment, strict=True):
        assert abs(old - new) <= 2 * ROUNDED
