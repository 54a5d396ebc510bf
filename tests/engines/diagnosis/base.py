"""A small firm that breaks no rule; tests change one thing about it and look which rule notices."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from rhumbline.book.book import Book
from rhumbline.book.records import (
    Assumption,
    Benefit,
    Budget,
    Capability,
    ClosedBenefit,
    Commitment,
    DataFlow,
    EthicsReview,
    Feedback,
    Initiative,
    Kpi,
    Measurement,
    Message,
    Need,
    Objective,
    Organisation,
    Partner,
    Person,
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
    Evidence,
    Flag,
    FlowState,
    FrozenMap,
    KpiKind,
    Mode,
    ReviewKind,
    SignalKind,
    Stage,
    Verdict,
)
from rhumbline.engines.diagnosis import CheckTerms, Diagnosis, RuleFinding, check

AS_OF = date(2026, 11, 23)


def ago(days: int) -> date:
    """The day so many days before the evaluation date."""
    return AS_OF - timedelta(days=days)


def money(*amounts: float) -> tuple[Decimal, ...]:
    """Amounts by period."""
    return tuple(Decimal(str(amount)) for amount in amounts)


def initiative(key: str, **fields: Any) -> Initiative:
    """An initiative that lacks nothing; it costs 5,000 of the 100,000 there are."""
    usual: dict[str, Any] = {
        "name": f"Initiative {key}",
        "mode": Mode.EXPLOIT,
        "owner": "ann",
        "sponsor": "bob",
        "proposer": "cleo",
        "team": "t1",
        "cash": money(5000),
        "segments": ("s1",),
        "needs": ("n1",),
        "requires": FrozenMap(),
        "uses": ("craft",),
        "hypothesis": "It moves the KPI.",
        "stop_rule": "We stop at half of the plan.",
        "review": "monthly",
        "readiness": (3, 3),
    }
    return Initiative(key=key, **{**usual, **fields})


def benefit(owner: str, kpi: str, likely: float, evidence: Evidence = Evidence.E4, **fields: Any) -> Benefit:
    """A Benefit that is known to the digit."""
    usual: dict[str, Any] = {"key": f"{owner}-{kpi}", "low": likely, "high": likely}
    return Benefit(initiative=owner, kpi=kpi, likely=likely, evidence=evidence, **{**usual, **fields})


def milestone(owner: str) -> WorkItem:
    """A milestone with a date."""
    return WorkItem(key=f"{owner}-done", initiative=owner, name="In use", due=date(2027, 8, 31))


# All hours are worth nothing, so that resources are the 100,000 of cash and shares can be read off.
RECORDS: tuple[Any, ...] = (
    Organisation(name="Plumb & Level", currency="EUR", records_messages=True),
    Strategy(mission="Every kitchen on the day we said.", horizon_start=date(2027, 1, 1)),
    Segment(key="s1", name="Studios", strategic=True, ours=4, competitor=4),
    Segment(key="s2", name="Home owners", ours=3, competitor=4),
    Need(key="n1", segment="s1", text="On the agreed day", importance=9, satisfaction=3, date=ago(100)),
    Signal(
        key="g1",
        text="Rule",
        kind=SignalKind.REGULATION,
        strength=2,
        seen=ago(90),
        assessed=ago(80),
        act=True,
        decided=ago(70),
    ),
    Kpi(key="k1", name="On time", unit="%", baseline=0.0, target=100.0, kind=KpiKind.LEADING, guard=True),
    Kpi(key="k2", name="Hours per kitchen", unit="h", baseline=20.0, target=10.0, kind=KpiKind.COST, speed=True),
    Objective(key="o1", name="Keep the date", weight=60.0, segments=("s1",), kpis=FrozenMap({"k1": 1.0})),
    Objective(key="o2", name="Build faster", weight=40.0, segments=("s1",), kpis=FrozenMap({"k2": 1.0})),
    *(Measurement(kpi="k1", position=place, value=value) for place, value in enumerate((1.0, 2.0, 1.0, 2.0), 1)),
    Measurement(kpi="k1", at=ago(10), value=1.0),
    Capability(key="craft", name="Joinery", level=5, strength=True),
    Capability(key="plan", name="Planning", level=2, target=3),
    System(key="erp", name="Orders", needs=("cnc",), masters=("order",)),
    System(key="cnc", name="Cutting", masters=("cut list",)),
    DataFlow(key="f1", source="erp", destination="cnc", state=FlowState.LIVE),
    *(Team(key=key, name=key, hours=Decimal(100), rate=Decimal(0)) for key in ("t1", "t2", "t3")),
    *(Person(key=key, name=key) for key in ("ann", "bob", "cleo")),
    Budget(cash=money(25000, 25000, 25000, 25000), drift=0.05),
    initiative(
        "i1",
        stage=Stage.RUNNING,
        cash=money(10000),
        hours=FrozenMap({"t1": money(50, 50)}),
        spent=Decimal(5000),
        approved=Decimal(10000),
        progress=0.5,
        planned_progress=0.5,
        last_update=ago(10),
    ),
    benefit("i1", "k1", 60.0),
    milestone("i1"),
    initiative("i2", stage=Stage.FUNDED),
    benefit("i2", "k2", 6.0),
    milestone("i2"),
    initiative("i3", cash=money(4000)),
    benefit("i3", "k1", 10.0),
    EthicsReview(
        key="i3-ethics",
        initiative="i3",
        flags=(Flag.JOB_DISPLACEMENT,),
        review=Verdict.APPROVED,
        consulted=True,
        transition_plan="Training from March",
    ),
    initiative("d1", mode=Mode.DRIFT, cash=money(1000), needs=()),
    initiative("x1", stage=Stage.STOPPED, learning="Ask the customer first."),
    Survey(n=10, invited=12, items=FrozenMap({"clarity": 4.0, "safety": 4.0})),
    Review(key="progress", kind=ReviewKind.PROGRESS, last=ago(20)),
    Review(key="strategy", kind=ReviewKind.STRATEGY, last=ago(90)),
    Message(key="m1", date=ago(20), reach=0.9, about=("o1", "o2")),
    Feedback(key="f1", text="Why?", opened=ago(40), answered=ago(30)),
    Assumption(key="a1", text="Studios pay for the date", supports=("i1",)),
    Partner(key="p1", name="Painter"),
    Commitment(
        key="p1",
        partner="p1",
        element="painted fronts",
        required=True,
        committed=True,
        p_deliver=0.9,
        surplus=1.0,
        governance=True,
        shared_objective=True,
    ),
    *(ClosedBenefit(key=f"c{place}", claimed=10.0, realised=9.0) for place in (1, 2, 3)),
)
BASE = Book.of(RECORDS, as_of=AS_OF)


def change(book: Book, kind: str, key: str, /, **fields: Any) -> Book:
    """The Book in which one record has other values."""
    return book.replace(replace(book.get(kind, key), **fields))


def changed(kind: str, key: str, /, **fields: Any) -> Book:
    """The firm with one record changed."""
    return change(BASE, kind, key, **fields)


def diagnosed(book: Book) -> Diagnosis:
    """The diagnosis of a Book in which every rule could run."""
    diagnosis = check(book, CheckTerms())
    assert diagnosis.crashed == ()
    return diagnosis


def found(book: Book, code: str) -> dict[str, RuleFinding]:
    """The findings of one rule, by subject."""
    return {finding.subject: finding for finding in diagnosed(book).findings if finding.code == code}
