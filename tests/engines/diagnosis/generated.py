"""Books at random: sound references, everything else anything that a record may hold."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from tests.engines.diagnosis.base import AS_OF, ago

from rhumbline.book.book import Book
from rhumbline.book.records import (
    Assumption,
    Benefit,
    Budget,
    Capability,
    ClosedBenefit,
    Commitment,
    DataFlow,
    Decision,
    EthicsReview,
    Feedback,
    FindingOnRecord,
    Initiative,
    Kpi,
    Measurement,
    Message,
    Need,
    Objective,
    Organisation,
    Partner,
    Review,
    Segment,
    Signal,
    Strategy,
    Survey,
    System,
    Team,
    WorkItem,
)
from rhumbline.book.types import (
    AssumptionState,
    DecisionKind,
    Evidence,
    Flag,
    FlowState,
    FrozenMap,
    InitiativeKind,
    KpiKind,
    Mode,
    ReviewKind,
    Severity,
    SignalKind,
    Stage,
    Verdict,
)

PLACES = 3
DAYS = st.integers(-100, 500).map(ago)
SHARES = st.floats(0, 1)
NUMBERS = st.sampled_from([-1e15, -10.0, -1.0, -0.1, 0.0, 0.1, 1.0, 3.0, 10.0, 1e15]) | st.floats(-100, 100)
AMOUNTS = st.sampled_from([Decimal(0), Decimal("0.01"), Decimal(1000), Decimal(10**13)])
PROFILES = st.lists(AMOUNTS, max_size=6).map(tuple)
TEXTS = st.sampled_from(["", " ", "App downloads", "word " * 45])
NAMES = st.sampled_from(["On time", "App downloads", "Page views"])


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


def keys(letter: str) -> st.SearchStrategy[str]:
    return st.integers(1, PLACES).map(lambda place: f"{letter}{place}")


def several(letter: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(keys(letter), max_size=PLACES, unique=True).map(tuple)


def table(letter: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[FrozenMap[Any]]:
    return st.dictionaries(keys(letter), values, max_size=PLACES).map(FrozenMap)


def apart(letter: str, key: str) -> st.SearchStrategy[tuple[str, ...]]:
    """Keys of a kind without one of them: no record refers to itself."""
    return several(letter).map(lambda found: tuple(other for other in found if other != key))


def initiatives(key: str) -> st.SearchStrategy[Initiative]:
    return st.builds(
        Initiative,
        key=st.just(key),
        name=NAMES,
        kind=st.sampled_from([InitiativeKind.AUTOMATION, InitiativeKind.INNOVATION]),
        mode=st.sampled_from(Mode),
        stage=st.sampled_from(Stage),
        owner=maybe(keys("u")),
        sponsor=maybe(keys("u")),
        proposer=maybe(keys("u")),
        team=maybe(keys("t")),
        cash=PROFILES,
        hours=table("t", PROFILES),
        segments=several("s"),
        needs=several("n"),
        requires=maybe(table("c", st.integers(1, 5))),
        builds=table("c", st.integers(1, 5)),
        uses=several("c"),
        systems=several("y"),
        hypothesis=TEXTS,
        stop_rule=TEXTS,
        review=TEXTS,
        learning=TEXTS,
        readiness=st.lists(st.integers(0, 4), max_size=3).map(tuple),
        spent=maybe(AMOUNTS),
        approved=maybe(AMOUNTS),
        progress=SHARES,
        planned_progress=maybe(SHARES),
        last_update=maybe(DAYS),
    )


@st.composite
def benefits(draw: Callable[..., Any], key: str) -> Benefit:
    low, likely, high = sorted(draw(st.tuples(NUMBERS, NUMBERS, NUMBERS)))
    return Benefit(
        key=key,
        initiative=draw(keys("i")),
        kpi=draw(keys("k")),
        low=low,
        likely=likely,
        high=high,
        evidence=draw(st.sampled_from(Evidence)),
        realised=draw(maybe(NUMBERS)),
        by=draw(maybe(DAYS)),
    )


@st.composite
def flows(draw: Callable[..., Any], key: str) -> DataFlow:
    source, destination = draw(st.permutations([f"y{place}" for place in range(1, PLACES + 1)]))[:2]
    state = draw(st.sampled_from(FlowState))
    return DataFlow(key=key, source=source, destination=destination, state=state, by=draw(maybe(keys("i"))))


def records_of(place: int) -> list[st.SearchStrategy[Any]]:
    """One record of every kind that others may refer to."""
    kpi = st.builds(
        Kpi,
        key=st.just(f"k{place}"),
        name=NAMES,
        unit=st.just("x"),
        baseline=maybe(NUMBERS),
        target=NUMBERS,
        kind=st.sampled_from(KpiKind),
        speed=st.booleans(),
        guard=st.booleans(),
        due=maybe(DAYS),
    )
    return [
        st.builds(
            Segment,
            key=st.just(f"s{place}"),
            name=NAMES,
            strategic=st.booleans(),
            ours=maybe(st.integers(0, 5)),
            competitor=maybe(st.integers(0, 5)),
        ),
        st.builds(
            Need,
            key=st.just(f"n{place}"),
            segment=keys("s"),
            text=NAMES,
            importance=st.floats(0, 10),
            satisfaction=st.floats(0, 10),
            date=maybe(DAYS),
        ),
        kpi,
        st.builds(
            Capability,
            key=st.just(f"c{place}"),
            name=NAMES,
            level=st.integers(0, 5),
            target=maybe(st.integers(1, 5)),
            strength=st.booleans(),
        ),
        st.builds(
            System,
            key=st.just(f"y{place}"),
            name=NAMES,
            needs=apart("y", f"y{place}"),
            masters=st.lists(NAMES, max_size=2).map(tuple),
        ),
        st.builds(Team, key=st.just(f"t{place}"), name=NAMES, hours=AMOUNTS, rate=st.just(Decimal(30))),
        initiatives(f"i{place}"),
    ]


def optional(place: int) -> list[st.SearchStrategy[Any]]:
    """One record of every kind that refers to others only, or to nothing."""
    key = str(place)
    return [
        st.builds(
            Objective,
            key=st.just(f"o{place}"),
            name=NAMES,
            weight=st.sampled_from([1e-9, 1.0, 60.0, 1e9]),
            segments=several("s"),
            kpis=table("k", st.sampled_from([0.0, 1.0, 3.0])),
        ),
        benefits(f"b{place}"),
        benefits(f"e{place}"),
        flows(f"f{place}"),
        st.builds(
            Signal,
            key=st.just(key),
            text=NAMES,
            kind=st.sampled_from(SignalKind),
            strength=st.integers(1, 3),
            seen=DAYS,
            assessed=maybe(DAYS),
            decided=maybe(DAYS | st.booleans()),
            act=st.booleans(),
            supports=several("i"),
            opposes=several("i"),
        ),
        st.builds(Measurement, kpi=keys("k"), at=maybe(DAYS), position=st.just(place), value=maybe(NUMBERS)),
        st.builds(WorkItem, key=st.just(key), initiative=maybe(keys("i")), name=NAMES, due=maybe(DAYS)),
        st.builds(
            EthicsReview,
            key=st.just(key),
            initiative=keys("i"),
            flags=st.lists(st.sampled_from(Flag), unique=True).map(tuple),
            review=st.sampled_from(Verdict),
            consulted=st.booleans(),
            jobs=st.integers(0, 3),
            transition_plan=st.booleans() | TEXTS,
        ),
        st.builds(
            Assumption, key=st.just(key), text=NAMES, state=st.sampled_from(AssumptionState), supports=several("i")
        ),
        st.builds(
            Commitment,
            key=st.just(key),
            partner=st.just("p1"),
            element=TEXTS,
            required=st.booleans(),
            committed=st.booleans(),
            p_deliver=maybe(SHARES),
            surplus=maybe(st.floats(-3, 3)),
            governance=st.booleans(),
            shared_objective=st.booleans(),
        ),
        st.builds(Message, key=st.just(key), date=DAYS, reach=SHARES, about=st.just(())),
        st.builds(Feedback, key=st.just(key), text=TEXTS, opened=DAYS, answered=maybe(DAYS)),
        st.builds(
            FindingOnRecord,
            key=st.just(key),
            rule=st.just("STR01"),
            subject=keys("i"),
            severity=st.sampled_from(Severity),
            since=DAYS,
        ),
        st.builds(ClosedBenefit, key=st.just(key), claimed=NUMBERS, realised=NUMBERS),
        st.builds(
            Decision,
            key=st.just(key),
            kind=st.sampled_from([DecisionKind.WAIVER, DecisionKind.GO]),
            about=keys("i"),
            at=DAYS,
            rule=st.sampled_from(["STR01", "CUL03", ""]),
            until=maybe(DAYS),
        ),
    ]


def singles() -> list[st.SearchStrategy[Any]]:
    """The records of which a firm has one."""
    shares = st.sampled_from([0.0, 0.1, 0.3, 1.0])
    return [
        st.builds(
            Organisation,
            name=NAMES,
            currency=st.just("EUR"),
            market_clock_months=st.integers(1, 24),
            records_messages=st.booleans(),
        ),
        st.builds(Strategy, mission=TEXTS),
        st.builds(
            Budget, cash=PROFILES, drift=st.sampled_from([0.0, 0.05, 0.5]), explore_min=shares, explore_max=shares
        ),
        st.builds(
            Survey,
            n=st.integers(0, 9),
            invited=st.integers(0, 9),
            items=st.dictionaries(st.sampled_from(["clarity", "safety", "voice"]), st.floats(1, 5)).map(FrozenMap),
        ),
        st.builds(
            Review,
            key=st.just("progress"),
            kind=st.just(ReviewKind.PROGRESS),
            last=maybe(DAYS),
            every_days=maybe(st.integers(1, 99)),
        ),
        st.builds(Review, key=st.just("strategy"), kind=st.just(ReviewKind.STRATEGY), last=maybe(DAYS)),
    ]


@st.composite
def listed_records(draw: Callable[..., Any]) -> list[Any]:
    """The records of a firm: all that others may refer to, and any selection of the rest."""
    wanted = [strategy for place in range(1, PLACES + 1) for strategy in records_of(place)]
    rest = [*singles(), *(strategy for place in range(1, PLACES + 1) for strategy in optional(place))]
    chosen = draw(st.lists(st.booleans(), min_size=len(rest), max_size=len(rest)))
    wanted += [strategy for strategy, taken in zip(rest, chosen, strict=True) if taken]
    return [Partner(key="p1", name="Painter"), *(draw(strategy) for strategy in wanted)]


def book_of(records: list[Any]) -> Book:
    return Book.of(records, as_of=AS_OF)
