"""Every rule fires where it should, and not where its threshold is just not reached.

Each line changes one value of a firm that breaks no rule. A value in ``fires`` makes the rule fire at
the subject; a value in ``silent`` is a near miss, at which the rule finds nothing at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from statistics import stdev
from typing import Any

import pytest
from tests.engines.diagnosis.base import (
    AS_OF,
    BASE,
    ago,
    benefit,
    change,
    changed,
    diagnosed,
    found,
    initiative,
    milestone,
    money,
)

from rhumbline.book.book import Book
from rhumbline.book.records import (
    Capability,
    ClosedBenefit,
    Commitment,
    DataFlow,
    Feedback,
    FindingOnRecord,
    Kpi,
    Measurement,
    Message,
    Need,
    Objective,
    Scenario,
    Segment,
    Signal,
    System,
)
from rhumbline.book.types import (
    AssumptionState,
    Evidence,
    Flag,
    FlowState,
    FrozenMap,
    InitiativeKind,
    KpiKind,
    Mode,
    Severity,
    SignalKind,
    Stage,
    Verdict,
)
from rhumbline.engines._maths import Triple
from rhumbline.engines.diagnosis import RULES, Facts, check_facts

AUTOMATION = InitiativeKind.AUTOMATION


@dataclass(frozen=True)
class Case:
    code: str
    subject: str
    book: Callable[[Any], Book]
    fires: tuple[Any, ...]
    silent: tuple[Any, ...]


# --- Books that depend on one value ------------------------------------------------------------


def claims(key: str, **fields: Any) -> Callable[[float], Book]:
    """The firm in which an initiative claims so much on the KPI of its one Benefit."""

    def book(likely: float) -> Book:
        old = BASE.benefits_of(key)[0]
        return BASE.replace(benefit(key, old.kpi, likely, key=old.key, **fields))

    return book


def with_initiative(record: Any, *others: Any) -> Book:
    return BASE.replace(record, *others)


def candidate(key: str = "i9", likely: float = 10.0, kpi: str = "k1", **fields: Any) -> Book:
    """The firm with one more candidate."""
    evidence = fields.pop("evidence", Evidence.E4)
    return BASE.replace(initiative(key, **fields), benefit(key, kpi, likely, evidence))


def weighed(weight: float, **fields: Any) -> Book:
    """The firm with a third objective that carries this share of all weight."""
    weight_of_it = 100 * weight / (1 - weight)
    return BASE.replace(Objective(key="o3", name="Third", weight=weight_of_it, **fields), THIRD_KPI)


THIRD_KPI = Kpi(key="k3", name="Returns", unit="per 100", baseline=10.0, target=0.0, kind=KpiKind.LEADING)
WITH_K3 = FrozenMap({"k3": 1.0})


def one_live(high: float) -> Book:
    """The firm in which the live work covers the first objective so far at its high estimate."""
    return BASE.replace(benefit("i1", "k1", 1.0, Evidence.E4, high=high))


def scattered(cost: float) -> Book:
    """Three live initiatives of which the one without a line of sight costs so much; the others cost 15,000."""
    return BASE.replace(initiative("i9", stage=Stage.FUNDED, cash=money(cost)), benefit("i9", "k1", 0.0, high=1.0))


def sights(first: float) -> Book:
    """Three live initiatives; the line of sight of the largest, 40 % of all resources, is this at best guess."""
    return BASE.replace(
        initiative("i9", stage=Stage.FUNDED, cash=money(40000)),
        benefit("i9", "k1", 100 * first * 0.4 / 0.6, high=100.0),
    )


def island(state: FlowState) -> Book:
    flow = DataFlow(key="f1", source="erp", destination="cnc", state=state)
    return BASE.replace(flow, initiative("i9", kind=AUTOMATION, systems=("erp",)), benefit("i9", "k1", 5.0))


def cost_only(kind: KpiKind) -> Book:
    return changed("kpi", "k2", kind=kind).replace(
        initiative("i9", kind=AUTOMATION, stage=Stage.CASE), benefit("i9", "k2", 1.0)
    )


def hours_needed(hours: float) -> Book:
    """The live work of team t1 in the second period: 50 hours of i1 and these of a drift idea."""
    return changed("initiative", "d1", stage=Stage.RUNNING, hours=FrozenMap({"t1": money(0, hours)}))


def automations(teams: tuple[str | None, ...], state: FlowState = FlowState.PLANNED, by: str | None = None) -> Book:
    """Live automations of these teams, whose systems have one flow between them."""
    systems = ("erp", "cnc", "cnc", "erp")
    records: list[Any] = [DataFlow(key="f1", source="erp", destination="cnc", state=state, by=by)]
    for place, team in enumerate(teams):
        key = f"z{place}"
        records += [
            initiative(
                key, kind=AUTOMATION, stage=Stage.FUNDED, team=team, systems=(systems[place],), cash=money(1000)
            ),
            benefit(key, "k1", 5.0),
        ]
    return BASE.replace(*records)


def pulse(**items: float) -> Book:
    n = int(items.pop("n", 10))
    return changed("survey", "pulse", n=n, items=FrozenMap(items))


def pet(
    share: float = 0.05, sponsor: str | None = "cleo", evidence: Evidence = Evidence.E0, sight: float = 0.4
) -> Book:
    """A candidate with this share of all resources and this line of sight at its high estimate."""
    effect = benefit("i9", "k1", 0.0, evidence, high=100 * sight * share / 0.6)
    return BASE.replace(initiative("i9", sponsor=sponsor, cash=money(100000 * share)), effect)


def efforts(cost: float) -> Book:
    """Live work for the first objective costs so much, that for the second 5,000; the weights are .6 and .4."""
    return changed("initiative", "i1", cash=money(cost))


def rival(**fields: Any) -> Book:
    """The firm with a candidate i9 that i8 might dominate: it costs 5,000, does 10 for k1 and 1 for k2, and serves n1."""
    cost = fields.pop("cost", 4999)
    k1, k2 = fields.pop("k1", 10.0), fields.pop("k2", 1.0)
    grade = fields.pop("evidence", Evidence.E4)
    return BASE.replace(
        initiative("i9"),
        benefit("i9", "k1", 10.0),
        benefit("i9", "k2", 1.0),
        initiative("i8", cash=money(cost), **fields),
        benefit("i8", "k1", k1, grade),
        benefit("i8", "k2", k2, grade),
    )


def explored(share: float, **budget: float) -> Book:
    """The firm in which live exploring work takes this share of all resources."""
    record = initiative("i9", mode=Mode.EXPLORE, stage=Stage.FUNDED, cash=money(round(100000 * share, 2)))
    return change(BASE, "budget", "budget", **budget).replace(record, benefit("i9", "k2", 2.0))


def idle(cost: float) -> Book:
    """The firm whose live work costs so much in all, and whose floor for exploring is a tenth."""
    book = change(changed("initiative", "i1", cash=money(cost)), "initiative", "i2", cash=())
    return change(book, "budget", "budget", explore_min=0.1)


def two_needs(satisfaction: float) -> Book:
    """The candidate serves a need that is met in full, and one that is met so far."""
    needs = [
        Need(key=key, segment="s1", text=key, importance=5, satisfaction=met)
        for key, met in (("n2", 5), ("n3", satisfaction))
    ]
    return changed("initiative", "i3", needs=("n2", "n3")).replace(*needs)


def mixed(exploring: float) -> Book:
    """Team t1 exploits for 150 hours in all, and explores for so many."""
    book = changed("initiative", "i1", hours=FrozenMap({"t1": money(75, 75)}))
    record = initiative("i9", mode=Mode.EXPLORE, stage=Stage.FUNDED, hours=FrozenMap({"t1": money(exploring)}))
    return book.replace(record, benefit("i9", "k2", 2.0))


def named(name: str) -> Book:
    return BASE.replace(Kpi(key="k9", name=name, unit="x", baseline=0.0, target=1.0))


def history(*values: float | None, gap: float | None = 1.0) -> Book:
    """The firm with a KPI that has these values without a date, and a current one."""
    rows = [Measurement(kpi="k9", position=place, value=value) for place, value in enumerate(values, 1)]
    target = 0.0 if gap is None else gap
    baseline = None if gap is None else 0.0
    record = Kpi(key="k9", name="Wobbly", unit="x", baseline=baseline, target=target)
    return BASE.replace(record, Measurement(kpi="k9", at=ago(5), value=100.0), *rows)


def realised(value: float | None, by: date | None = AS_OF, likely: float = 60.0) -> Book:
    return BASE.replace(benefit("i1", "k1", likely, by=by, realised=value))


def guarded(**fields: Any) -> Book:
    """The firm in which nothing guards quality, but for these fields of the first KPI."""
    return changed("kpi", "k1", **{"guard": False, **fields})


RECENTLY = ago(20)


def message(day: date = RECENTLY, reach: float = 0.9, about: tuple[str, ...] = ("o1", "o2")) -> Book:
    return BASE.replace(Message(key="m1", date=day, reach=reach, about=about))


def partner(**fields: Any) -> Book:
    return change(BASE, "commitment", "p1", **fields)


def odds(second: float) -> Book:
    """Two required partners, the first of which delivers with .8."""
    other = Commitment(
        key="p2", partner="p1", required=True, committed=True, p_deliver=second, governance=True, shared_objective=True
    )
    return partner(p_deliver=0.8).replace(other)


def ethics(**fields: Any) -> Book:
    return change(BASE, "ethics_review", "i3-ethics", **fields)


def opinions(cost: float) -> Book:
    """Live work without evidence costs so much; the other live work costs 15,000."""
    return BASE.replace(initiative("i9", stage=Stage.FUNDED, cash=money(cost)), benefit("i9", "k1", 90.0, Evidence.E0))


def closed(*values: float) -> Book:
    """Closed claims of 10 each, and what came of them."""
    return BASE.without("closed_benefit", "c1", "c2", "c3").replace(
        *(ClosedBenefit(key=f"c{place}", claimed=10.0, realised=value) for place, value in enumerate(values))
    )


def scenario(probability: float) -> Book:
    """Two futures; in the one of this probability, before it is divided by the sum, the candidate does almost nothing."""
    return BASE.replace(
        Scenario(key="bad", name="Bad", probability=probability, effects=FrozenMap({"i3": 0.001})),
        Scenario(key="calm", name="Calm", probability=0.5),
    )


def signal(**fields: Any) -> Book:
    usual = {"text": "New rule", "kind": SignalKind.REGULATION, "strength": 1, "seen": ago(100)}
    return BASE.replace(Signal(key="g9", **{**usual, **fields}))


def automation_without_effect(likely: float) -> Book:
    return candidate(kind=AUTOMATION, likely=likely, kpi="k1")


def segment(ours: int | None, competitor: int | None, uses: tuple[str, ...] = ()) -> Book:
    book = BASE.replace(Segment(key="s9", name="Chains", ours=ours, competitor=competitor))
    return change(book, "initiative", "i3", segments=("s9",), uses=uses)


def without_audience(strategic: bool) -> Book:
    """No objective names segments; the Studios may be strategic, and the candidate serves the home owners."""
    book = changed("objective", "o1", segments=())
    book = change(book, "segment", "s1", strategic=strategic)
    return change(book, "initiative", "i3", segments=("s2",))


def uncertain(high: float) -> Book:
    """The firm whose live work brings between nothing and this share of both gaps."""
    return BASE.replace(
        benefit("i1", "k1", 0.0, high=high),
        benefit("i2", "k2", 0.0, high=high / 10),
    )


def without_needs(recorded: bool) -> Book:
    """No initiative names a need; one may be recorded."""
    book = BASE.replace(*(replace(record, needs=()) for record in BASE.initiatives.values()))
    return book if recorded else book.without("need", "n1")


# --- the table --------------------------------------------------------------------------------

CASES = (
    # strategy
    Case("STR01", "i3", claims("i3"), (0.0, -1.0), (0.001,)),
    Case("STR01", "i3", lambda high: BASE.replace(benefit("i3", "k1", 0.0, high=high)), (0.0,), (0.001,)),
    Case("STR01", "i3", lambda mode: change(claims("i3")(0.0), "initiative", "i3", mode=mode), (Mode.EXPLORE,), (Mode.DRIFT,)),
    Case("STR01", "i3", lambda stage: change(claims("i3")(0.0), "initiative", "i3", stage=stage), (Stage.IDEA,), (Stage.PARKED, Stage.CLOSED)),
    Case("STR01", "i3", lambda kpi: BASE.replace(THIRD_KPI, benefit("i3", kpi, 5.0, key="i3-k1")), ("k3",), ("k1",)),
    Case("STR01", "i3", lambda helped: BASE.replace(benefit("i3", "k1", helped), benefit("i3", "k2", -0.1)), (0.0,), (0.1,)),
    # 4 % of resources, weight .6: the line of sight is likely * .006 / .04, exactly .33 at 2.2
    Case("STR02", "i3", claims("i3"), (2.19, 0.001), (2.2, 0.0)),
    Case("STR02", "i3", lambda high: BASE.replace(benefit("i3", "k1", 1.0, high=high)), (2.19,), (2.2,)),
    Case("STR03", "i3", lambda harm: BASE.replace(benefit("i3", "k1", 20.0), benefit("i3", "k2", harm)), (-1.0, -1.001), (-0.999,)),
    Case("STR03", "i3", lambda best: BASE.replace(benefit("i3", "k1", 20.0), benefit("i3", "k2", best, low=-9.0, high=9.0)), (-1.0,), (-0.9,)),
    Case("STR03", "i3", lambda weight: weighed(0.5, kpis=FrozenMap({"k3": weight, "k1": 1.0})).replace(benefit("i3", "k3", -5.0)), (0.001,), (0.0,)),
    Case("STR04", "o1", one_live, (49.9,), (50.0,)),
    Case("STR04", "o3", lambda weight: weighed(weight, kpis=WITH_K3), (0.1, 0.3), (0.0999,)),
    Case("STR04", "o3", lambda kpis: weighed(0.3, kpis=kpis), (WITH_K3,), (FrozenMap(),)),
    Case("STR05", "o3", lambda kpis: weighed(0.01, kpis=kpis), (FrozenMap(),), (WITH_K3,)),
    Case("STR06", "strategy", lambda words: changed("strategy", "strategy", mission="go " * words), (41,), (40,)),
    Case("STR06", "strategy", lambda count: BASE.replace(*(Objective(key=f"p{n}", name="More", weight=0.001) for n in range(count))), (6,), (5,)),
    Case("STR07", "portfolio", scattered, (15001,), (15000, 14999)),
    Case("STR07", "portfolio", sights, (0.329,), (0.33,)),
    Case("STR07", "portfolio", lambda low: sights(0.329).replace(benefit("i9", "k1", 100 * 0.4 / 0.6 * low, low=0.0, high=100.0)), (0.329,), (0.34,)),
    Case("STR07", "portfolio", lambda stage: scattered(50000).replace(initiative("i2", stage=stage)), (Stage.FUNDED,), (Stage.CASE,)),
    Case("STR08", "organisation", lambda mission: changed("strategy", "strategy", mission=mission), ("", "  "), ("Go",)),
    # market
    Case("MKT01", "i3", lambda segments: changed("initiative", "i3", segments=segments), (("s2",),), (("s1", "s2"), ())),
    Case("MKT01", "i3", without_audience, (True,), (False,)),
    Case("MKT02", "i3", lambda needs: changed("initiative", "i3", needs=needs), ((),), (("n1",),)),
    Case("MKT02", "i3", without_needs, (True,), (False,)),
    Case("MKT03", "i3", lambda satisfaction: changed("need", "n1", satisfaction=satisfaction), (9, 10), (8.9,)),
    Case("MKT03", "i3", two_needs, (5,), (4.9,)),
    Case("MKT04", "i3", lambda strength: signal(strength=strength, assessed=ago(1), opposes=("i3",)).replace(Signal(key="g8", text="For", kind=SignalKind.CUSTOMER, strength=2, seen=ago(1), supports=("i3",))), (3,), (2, 1)),
    Case("MKT05", "s2", lambda strategic: changed("segment", "s2", strategic=strategic), (True,), (False,)),
    Case("MKT05", "s2", lambda stage: change(changed("segment", "s2", strategic=True), "initiative", "d1", segments=("s2",), stage=stage), (Stage.CASE,), (Stage.RUNNING,)),
    Case("MKT06", "n1", lambda days: changed("need", "n1", date=ago(days)), (367,), (366, -400)),
    Case("MKT06", "n1", lambda days: changed("need", "n1", date=ago(days)).without("organisation", "organisation"), (367,), (366,)),
    Case("MKT06", "n1", lambda months: change(changed("need", "n1", date=ago(92)), "organisation", "organisation", market_clock_months=months), (3,), (4,)),
    Case("MKT06", "n1", lambda day: changed("need", "n1", date=day), (ago(400),), (None,)),
    # operations
    Case("OPS01", "i3", lambda level: changed("initiative", "i3", requires=FrozenMap({"plan": level})), (3, 5), (2, 1)),
    Case("OPS01", "i3", lambda builder: change(changed("initiative", "i3", requires=FrozenMap({"plan": 3})), "initiative", builder, builds=FrozenMap({"plan": 1})), ("x1",), ("i3", "d1", "i1")),
    Case("OPS02", "i9", island, (FlowState.PLANNED, FlowState.BROKEN), (FlowState.LIVE,)),
    Case("OPS02", "i9", lambda by: island(FlowState.PLANNED).replace(DataFlow(key="f2", source="cnc", destination="erp", state=FlowState.PLANNED, by=by)), ("i3",), ("i9", "i1")),
    Case("OPS02", "i9", lambda kind: change(island(FlowState.PLANNED), "initiative", "i9", kind=kind), (AUTOMATION,), (InitiativeKind.INNOVATION,)),
    Case("OPS02", "i9", lambda systems: change(island(FlowState.PLANNED), "initiative", "i9", systems=systems), (("erp",),), (("cnc",),)),
    Case("OPS03", "i9", cost_only, (KpiKind.COST,), (KpiKind.LEADING, KpiKind.LAGGING)),
    Case("OPS03", "i9", automation_without_effect, (0.0, -1.0), (0.001,)),
    Case("OPS04", "t1", hours_needed, (50.01,), (50.0,)),
    Case("OPS04", "t1", lambda stage: change(hours_needed(60), "initiative", "d1", stage=stage), (Stage.FUNDED,), (Stage.CASE,)),
    Case("OPS04", "t1", lambda place: changed("initiative", "i1", hours=FrozenMap({"t1": money(*[0] * place, 101)})), (0, 3), (4,)),
    Case("OPS05", "portfolio", automations, (("t1", "t2", "t3"), ("t1", "t2", "t3", None)), (("t1", "t2", "t2"), ("t1", "t2", None), ("t1", "t2"))),
    Case("OPS05", "portfolio", lambda state: automations(("t1", "t2", "t3"), state), (FlowState.PLANNED, FlowState.BROKEN), (FlowState.LIVE,)),
    Case("OPS05", "portfolio", lambda by: automations(("t1", "t2", "t3"), by=by), ("i3",), ("i1", "z0")),
    Case("OPS05", "portfolio", lambda stage: change(automations(("t1", "t2", "t3")), "initiative", "z0", stage=stage), (Stage.RUNNING,), (Stage.CASE,)),
    Case("OPS05", "portfolio", lambda state: automations(("t1", "t2", "t3")).replace(DataFlow(key="f2", source="cnc", destination="erp", state=state)), (FlowState.PLANNED,), (FlowState.LIVE,)),
    Case("OPS06", "order", lambda masters: BASE.replace(System(key="board", name="Board", masters=masters)), (("order",),), (("orders",), ("board", "board"))),
    # culture
    Case("CUL01", "pulse", lambda clarity: pulse(clarity=clarity, safety=4.0), (3.49,), (3.5,)),
    Case("CUL01", "pulse", lambda n: pulse(clarity=1.0, n=n), (5,), (4,)),
    Case("CUL01", "pulse", lambda items: pulse(**items), ({"clarity": 2.0},), ({"safety": 2.0},)),
    Case("CUL02", "pulse", lambda safety: pulse(clarity=4.0, safety=safety), (2.99,), (3.0,)),
    Case("CUL02", "pulse", lambda n: pulse(safety=1.0, n=n), (5,), (4,)),
    Case("CUL03", "d1", lambda owner: changed("initiative", "d1", owner=owner), (None,), ("ann",)),
    Case("CUL03", "x1", lambda stage: changed("initiative", "x1", owner=None, stage=stage), (Stage.RUNNING,), (Stage.STOPPED,)),
    Case("CUL04", "x1", lambda learning: changed("initiative", "x1", learning=learning), ("", " "), ("Ask.",)),
    Case("CUL04", "x1", lambda stage: changed("initiative", "x1", learning="", stage=stage), (Stage.STOPPED,), (Stage.PARKED,)),
    Case("CUL05", "f9", lambda days: BASE.replace(Feedback(key="f9", text="Why?", opened=ago(days))), (15,), (14, -15)),
    Case("CUL05", "f9", lambda answered: BASE.replace(Feedback(key="f9", text="Why?", opened=ago(99), answered=answered)), (None,), (ago(1),)),
    Case("CUL06", "d1", lambda ratings: changed("initiative", "d1", readiness=ratings), ((1, 2), (0,), (*[2] * 99, 1)), ((2, 2), (1, 3), ())),
    # resources
    Case("RES01", "i9", pet, (0.05, 0.06), (0.0499,)),
    Case("RES01", "i9", lambda sight: pet(sight=sight), (0.499,), (0.5,)),
    Case("RES01", "i9", lambda sponsor: pet(sponsor=sponsor), ("cleo", None), ("bob",)),
    Case("RES01", "i9", lambda grade: pet(evidence=grade), (Evidence.E0,), (Evidence.E1,)),
    # effort on the second objective is 5,000 of the live cost; the weight is .4: away by .25 at .15 and at .65
    Case("RES02", "o2", efforts, (28334, 2692), (28333, 2693)),
    Case("RES02", "o1", lambda stage: changed("initiative", "d1", cash=money(8000), stage=stage).replace(benefit("d1", "k1", 1.0)), (Stage.RUNNING,), (Stage.CASE,)),
    Case("RES02", "o2", lambda cost: change(changed("initiative", "i1", cash=money(3500)), "initiative", "i2", cash=money(cost)), (6501,), (6500,)),
    Case("RES02", "o1", lambda best: change(BASE, "initiative", "i2", cash=money(8500)).replace(benefit("i1", "k1", best, low=0.0, high=90.0)), (0.0,), (1.0,)),
    Case("RES03", "i9", lambda cost: rival(cost=cost), (4999.99,), (5000,)),
    Case("RES03", "i9", lambda effect: rival(k1=effect), (10.0, 11.0), (9.99,)),
    Case("RES03", "i9", lambda best: rival().replace(benefit("i8", "k1", best, low=0.0, high=99.0)), (10.0,), (9.9,)),
    Case("RES03", "i9", lambda best: rival().replace(benefit("i9", "k1", best, low=0.0, high=99.0)), (10.0,), (10.1,)),
    Case("RES03", "i9", lambda needs: rival(needs=needs).replace(Need(key="n2", segment="s1", text="Two", importance=5, satisfaction=1)), (("n1",), ("n1", "n2")), (("n2",), ())),
    Case("RES03", "i9", lambda stage: rival(stage=stage), (Stage.IDEA,), (Stage.RUNNING, Stage.PARKED)),
    Case("RES03", "i9", lambda mode: rival(mode=mode), (Mode.EXPLORE,), (Mode.DRIFT,)),
    Case("RES03", "i9", lambda grade: rival(evidence=grade), (Evidence.E4,), (Evidence.E3,)),
    Case("RES04", "i1", lambda spent: changed("initiative", "i1", spent=Decimal(spent), progress=0.39, planned_progress=None), (7000, 9000), (6999,)),
    Case("RES04", "i1", lambda progress: changed("initiative", "i1", spent=Decimal(7000), progress=progress), (0.399, 0.0), (0.4,)),
    Case("RES04", "i1", lambda approved: changed("initiative", "i1", spent=Decimal(7000), progress=0.1, approved=approved), (Decimal(10000), None), (Decimal(10001), Decimal(0))),
    Case("RES04", "i1", lambda stage: changed("initiative", "i1", spent=Decimal(7000), progress=0.1, stage=stage), (Stage.RUNNING,), (Stage.FUNDED,)),
    Case("RES05", "i1", lambda days: changed("initiative", "i1", last_update=ago(days)), (61,), (60, -61)),
    Case("RES05", "i2", lambda stage: changed("initiative", "i2", last_update=ago(99), stage=stage), (Stage.RUNNING,), (Stage.FUNDED, Stage.CASE)),
    Case("RES05", "i1", lambda day: changed("initiative", "i1", last_update=day), (ago(99),), (None,)),
    # balance
    Case("BAL01", "portfolio", lambda share: explored(share, explore_min=0.1), (0.0999,), (0.1,)),
    Case("BAL01", "portfolio", idle, (1,), (0,)),
    Case("BAL02", "portfolio", lambda share: explored(share, explore_max=0.1), (0.1001,), (0.1,)),
    Case("BAL03", "portfolio", lambda reserve: changed("budget", "budget", drift=reserve), (0.0,), (0.001,)),
    Case("BAL04", "portfolio", lambda cost: changed("initiative", "d1", stage=Stage.RUNNING, cash=money(cost)), (5000.01,), (5000,)),
    Case("BAL04", "portfolio", lambda stage: changed("initiative", "d1", stage=stage, cash=money(6000)), (Stage.FUNDED,), (Stage.CASE,)),
    Case("BAL05", "t1", mixed, (50,), (49.99, 0)),
    Case("BAL05", "t1", lambda stage: change(mixed(50), "initiative", "i9", stage=stage), (Stage.FUNDED,), (Stage.CASE,)),
    Case("BAL06", "i3", lambda mode: changed("initiative", "i3", hypothesis="", mode=mode), (Mode.EXPLORE,), (Mode.EXPLOIT, Mode.DRIFT)),
    Case("BAL06", "i3", lambda text: changed("initiative", "i3", hypothesis=text, mode=Mode.EXPLORE), ("",), ("Why?",)),
    # KPIs
    Case("KPI01", "k9", named, ("App downloads", "DOWNLOAD count", "Page views", "Pageviews", "Patents filed", "Patent filed", "Launches", "launched", "Ideas submitted", "Likes per post"), ("Likely buyers", "Patents granted", "Launching time", "Reviews of pages")),
    Case("KPI02", "o1", lambda kind: changed("kpi", "k1", kind=kind), (KpiKind.LAGGING,), (KpiKind.LEADING, KpiKind.COST)),
    Case("KPI02", "o2", lambda kind: change(changed("kpi", "k2", kind=KpiKind.LAGGING), "kpi", "k1", kind=kind).replace(replace(BASE.objectives["o2"], kpis=FrozenMap({"k1": 1.0, "k2": 1.0}))), (KpiKind.LAGGING,), (KpiKind.LEADING,)),
    Case("KPI03", "k9", lambda baseline: BASE.replace(Kpi(key="k9", name="X", unit="x", baseline=baseline, target=1.0)), (None,), (0.0,)),
    Case("KPI04", "k1", lambda days: changed("kpi", "k1", cadence_days=days), (4,), (5,)),
    Case("KPI04", "k9", lambda days: named("X").replace(Measurement(kpi="k9", at=ago(days))), (63,), (62, -63)),
    Case("KPI05", "k9", lambda gap: history(0.0, 2.0, 0.0, 2.0, gap=gap), (1.15, 0.0), (stdev((0.0, 2.0, 0.0, 2.0)), None)),
    Case("KPI05", "k9", lambda values: history(*values), ((0.0, 9.0, 0.0, 9.0),), ((0.0, 9.0, 0.0), (0.0, 9.0, 0.0, None))),
    Case("KPI06", "k1", lambda likely: BASE.replace(benefit("i1", "k1", 60.0), benefit("i2", "k1", likely, Evidence.E0)), (90.1,), (90.0,)),
    Case("KPI06", "k1", lambda stage: candidate(likely=95.0, evidence=Evidence.E0, stage=stage), (Stage.FUNDED,), (Stage.CASE,)),
    Case("KPI07", "i1", realised, (29.9, 0.0), (30.0, None)),
    Case("KPI07", "i1", lambda by: realised(10.0, by), (AS_OF, ago(1)), (AS_OF + timedelta(days=1), None)),
    Case("KPI07", "i1", lambda likely: realised(-90.0, likely=likely), (0.1,), (0.0, -60.0)),
    Case("KPI08", "o2", lambda guard: guarded(guard=guard), (False,), (True,)),
    Case("KPI08", "o2", lambda guards: guarded(guards=guards), (None,), ("k2",)),
    Case("KPI08", "o2", lambda kind: change(guarded(), "kpi", "k2", speed=False, kind=kind), (KpiKind.COST,), (KpiKind.LEADING,)),
    Case("KPI08", "o2", lambda speed: change(guarded(), "kpi", "k2", speed=speed, kind=KpiKind.LEADING), (True,), (False,)),
    # execution
    Case("EXE01", "i1", lambda day: changed("work_item", "i1-done", due=day), (None,), (date(2027, 1, 1),)),
    Case("EXE01", "i2", lambda stage: changed("initiative", "i2", stage=stage).without("work_item", "i2-done"), (Stage.RUNNING,), (Stage.FUNDED,)),
    Case("EXE02", "i1", lambda planned: changed("initiative", "i1", progress=0.4, planned_progress=planned), (0.51,), (0.5, 0.0, None)),
    Case("EXE03", "i1", lambda spent: changed("initiative", "i1", spent=Decimal(str(spent))), (5500.01,), (5500,)),
    Case("EXE03", "i1", lambda progress: changed("initiative", "i1", progress=progress, planned_progress=None), (0.45,), (0.46, 0.0)),
    Case("EXE03", "i1", lambda stage: changed("initiative", "i1", spent=Decimal(6000), stage=stage), (Stage.RUNNING,), (Stage.FUNDED,)),
    Case("EXE03", "i1", lambda approved: changed("initiative", "i1", spent=Decimal(6000), approved=approved), (Decimal(10000), None, Decimal(0)), (Decimal(12000),)),
    Case("EXE04", "organisation", lambda days: changed("review", "progress", last=ago(days)), (47,), (46, -47)),
    Case("EXE04", "organisation", lambda every: changed("review", "progress", every_days=every), (13,), (14,)),
    Case("EXE04", "organisation", lambda days: changed("review", "progress", last=ago(days), every_days=20), (31,), (30,)),
    Case("EXE05", "i3", lambda text: changed("initiative", "i3", stop_rule=text), ("",), ("When it fails.",)),
    Case("EXE06", "o3", lambda weight: weighed(weight, kpis=WITH_K3), (0.2,), (0.199,)),
    Case("EXE06", "o3", lambda likely: weighed(0.3, kpis=WITH_K3).replace(benefit("d1", "k3", likely)), (0.0, -1.0), (0.001,)),
    Case("EXE06", "o3", lambda owner: weighed(0.3, kpis=WITH_K3).replace(benefit(owner, "k3", 1.0)), ("x1",), ("i3",)),
    # dynamics
    Case("DYN01", "strategy", lambda days: changed("review", "strategy", last=ago(days)), (181,), (180, -181)),
    Case("DYN01", "strategy", lambda every: changed("review", "strategy", every_days=every), (89,), (90,)),
    Case("DYN02", "g9", lambda days: signal(seen=ago(days)), (31,), (30, -31)),
    Case("DYN02", "g9", lambda day: signal(assessed=day), (None,), (ago(2),)),
    Case("DYN03", "a1", lambda state: changed("assumption", "a1", state=state), (AssumptionState.BROKEN,), (AssumptionState.DOUBTFUL,)),
    Case("DYN03", "a1", lambda keys: changed("assumption", "a1", state=AssumptionState.BROKEN, supports=keys), (("i1", "i3"),), (("i3",), ())),
    Case("DYN04", "i3", scenario, (0.5,), (0.499, 0.0)),
    Case("DYN05", "g1", lambda day: changed("signal", "g1", decided=day), (None, False), (ago(1), True)),
    Case("DYN05", "g1", lambda act: changed("signal", "g1", decided=None, act=act), (True,), (False,)),
    Case("DYN05", "g1", lambda days: changed("signal", "g1", decided=None, assessed=ago(days)), (46,), (45,)),
    # niche
    Case("NIC01", "i3", lambda ours: segment(ours, 4), (2, 0), (3, None)),
    Case("NIC01", "i3", lambda competitor: segment(2, competitor), (4,), (None, 3)),
    Case("NIC01", "i3", lambda uses: segment(1, 4, uses), ((), ("plan",)), (("craft",),)),
    Case("NIC01", "i3", lambda more: change(segment(1, 4), "initiative", "i3", segments=("s9", *more)), ((),), (("s1",),)),
    Case("NIC02", "plan", lambda strength: changed("capability", "plan", strength=strength), (True,), (False,)),
    Case("NIC02", "plan", lambda stage: change(changed("capability", "plan", strength=True), "initiative", "d1", uses=("plan",), stage=stage), (Stage.CASE,), (Stage.RUNNING,)),
    # ecosystem
    Case("ECO01", "p1", lambda committed: partner(committed=committed), (False,), (True,)),
    Case("ECO01", "p1", lambda required: partner(committed=False, required=required), (True,), (False,)),
    Case("ECO01", "p1", lambda element: partner(committed=False, element=element), ("", "painted fronts"), ()),
    Case("ECO02", "blueprint", odds, (0.62,), (0.625, 1.0)),
    Case("ECO03", "p1", lambda surplus: partner(surplus=surplus), (0.0, -1.0), (0.1, None)),
    Case("ECO04", "p1", lambda governance: partner(governance=governance), (False,), (True,)),
    Case("ECO04", "p1", lambda shared: partner(shared_objective=shared), (False,), (True,)),
    Case("ECO04", "p1", lambda committed: partner(governance=False, committed=committed), (True,), (False,)),
    Case("ECO04", "p1", lambda agreed: partner(governance=agreed, shared_objective=agreed), (False,), (True,)),
    # ethics
    Case("ETH01", "i3", lambda review: ethics(review=review), (Verdict.NONE, Verdict.CONDITIONAL, Verdict.REJECTED), (Verdict.APPROVED, Verdict.EXPIRED)),
    Case("ETH01", "i3", lambda flags: ethics(review=Verdict.NONE, flags=flags), ((Flag.HEALTH_DATA,),), ((),)),
    Case("ETH01", "d1", lambda stage: change(ethics(review=Verdict.NONE, initiative="d1"), "initiative", "d1", stage=stage), (Stage.CASE,), (Stage.PARKED,)),
    Case("ETH02", "i3", lambda review: ethics(review=review), (Verdict.EXPIRED,), (Verdict.REJECTED, Verdict.APPROVED)),
    Case("ETH03", "i3", lambda consulted: ethics(consulted=consulted), (False,), (True,)),
    Case("ETH03", "i3", lambda flags: ethics(consulted=False, flags=flags), ((Flag.AI_DECISION,),), ((),)),
    Case("ETH04", "i3", lambda plan: ethics(transition_plan=plan), (False, ""), (True, "Training")),
    Case("ETH04", "i3", lambda flags: ethics(transition_plan=False, flags=flags), ((Flag.JOB_DISPLACEMENT, Flag.AI_DECISION),), ((Flag.AI_DECISION,),)),
    Case("ETH04", "i3", lambda jobs: ethics(transition_plan=False, jobs=jobs), (0, 2), ()),
    # leadership
    Case("LED01", "organisation", lambda days: message(ago(days)), (36, -1), (35, 0)),
    Case("LED01", "organisation", lambda days: message(ago(200)).replace(Message(key="m2", date=ago(days), reach=0.9)), (36,), (35,)),
    Case("LED01", "organisation", lambda kept: change(BASE.without("message", "m1"), "organisation", "organisation", records_messages=kept), (True,), (False,)),
    Case("LED02", "o2", lambda about: message(about=about), (("o1",), ()), (("o1", "o2"),)),
    Case("LED02", "o2", lambda days: message(ago(days)), (91, -1), (90,)),
    Case("LED02", "o3", lambda weight: weighed(weight, kpis=WITH_K3), (0.2,), (0.199,)),
    Case("LED03", "organisation", lambda reach: message(reach=reach), (0.79,), (0.8,)),
    Case("LED03", "organisation", lambda days: message(ago(days), reach=0.5), (90,), (91, -1)),
    Case("LED04", "i1", lambda days: BASE.replace(FindingOnRecord(key="r1", rule="STR01", subject="i1", severity=Severity.ERROR, since=ago(days))), (31,), (30,)),
    Case("LED04", "i1", lambda severity: BASE.replace(FindingOnRecord(key="r1", rule="STR01", subject="i1", severity=severity, since=ago(99))), (Severity.ERROR,), (Severity.WARNING,)),
    # data
    Case("DAT01", "portfolio", opinions, (10001,), (10000,)),
    Case("DAT02", "organisation", lambda last: closed(10.0, 10.0, last), (0.9, 19.1), (1.0, 19.0)),
    Case("DAT02", "organisation", lambda values: closed(*values), ((1.0, 1.0, 1.0),), ((1.0, 1.0),)),
    Case("DAT03", "organisation", uncertain, (100.0,), (30.0,)),
)  # fmt: skip


def label(case: Case) -> str:
    return f"{case.code}-{case.subject}"


@pytest.mark.parametrize("case", CASES, ids=label)
def test_the_rule_fires(case: Case) -> None:
    for value in case.fires:
        assert case.subject in found(case.book(value), case.code), value


@pytest.mark.parametrize("case", CASES, ids=label)
def test_the_rule_is_silent_at_a_near_miss(case: Case) -> None:
    for value in case.silent:
        assert found(case.book(value), case.code) == {}, value


def test_every_rule_has_a_firing_and_a_silent_value() -> None:
    assert {case.code for case in CASES if case.fires and case.silent} == {rule.code for rule in RULES}


def test_the_firm_of_these_tests_breaks_no_rule() -> None:
    assert diagnosed(BASE).findings == ()


# --- drift --------------------------------------------------------------------------------------

TRIGGER_OF = {rule.code: rule.trigger for rule in RULES}
DIRECTED = [
    case
    for case in CASES
    if case.subject in {"i1", "i2", "i3", "i9"}
    and re.search("directed (initiative|automation|candidate)", TRIGGER_OF[case.code])
]


@pytest.mark.parametrize("case", DIRECTED, ids=label)
def test_a_rule_about_directed_work_leaves_drift_alone(case: Case) -> None:
    book = change(case.book(case.fires[0]), "initiative", case.subject, mode=Mode.DRIFT)
    assert case.subject not in found(book, case.code)


def test_most_rules_about_initiatives_are_about_directed_work() -> None:
    about_all = {rule.code for rule in RULES if rule.about == "initiative"} - {case.code for case in DIRECTED}
    # What a plan funds is never drift (DYN04).
    assert about_all == {"CUL03", "CUL04", "CUL06", "DYN04", "ETH01", "ETH02", "ETH03", "ETH04"}


def test_live_work_that_costs_or_brings_nothing_stops_no_rule() -> None:
    book = idle(0).replace(initiative("i9", stage=Stage.FUNDED, cash=()), initiative("i10", stage=Stage.FUNDED))
    assert diagnosed(book).measurable
    assert diagnosed(book.replace(initiative("i10", stage=Stage.FUNDED, cash=()))).measurable


@pytest.mark.parametrize(("high", "fires"), [(0.5, False), (0.500001, True)])
def test_a_range_of_four_tenths_is_not_too_wide(high: float, fires: bool) -> None:
    facts = Facts(BASE, AS_OF)
    narrow = replace(facts.organisation, alignment=Triple(0.1, 0.2, high))
    facts.__dict__["organisation"] = narrow
    findings = [str(finding) for finding in check_facts(facts).findings]
    assert findings == (["DAT03:organisation"] if fires else [])


# --- severities and numbers ---------------------------------------------------------------------


@pytest.mark.parametrize(("cost", "severity"), [(10000, Severity.ERROR), (9999, Severity.WARNING)])
def test_work_without_a_need_is_an_error_from_a_tenth_of_all_resources_on(cost: float, severity: Severity) -> None:
    book = change(candidate(cash=money(cost), likely=90.0), "initiative", "i9", needs=())
    assert found(book, "MKT02")["i9"].severity is severity


@pytest.mark.parametrize(("level", "severity"), [(3, Severity.WARNING), (4, Severity.ERROR)])
def test_a_capability_gap_of_two_levels_is_an_error(level: int, severity: Severity) -> None:
    book = changed("initiative", "i3", requires=FrozenMap({"plan": level}))
    assert found(book, "OPS01")["i3"].severity is severity


@pytest.mark.parametrize(("used", "severity"), [(True, Severity.ERROR), (False, Severity.WARNING)])
def test_a_vanity_kpi_is_an_error_where_an_objective_uses_it(used: bool, severity: Severity) -> None:
    book = named("App downloads")
    if used:
        book = book.replace(Objective(key="o3", name="Third", weight=0.001, kpis=FrozenMap({"k9": 1.0})))
    assert found(book, "KPI01")["k9"].severity is severity


def test_several_hits_on_one_subject_are_one_finding_with_the_worst_on_top() -> None:
    book = BASE.replace(
        Kpi(key="k3", name="Returns", unit="x", baseline=10.0, target=0.0),
        Objective(key="o3", name="Third", weight=10.0, kpis=FrozenMap({"k3": 1.0})),
        benefit("i3", "k2", -1.0),
        benefit("i3", "k3", -5.0),
    )
    finding = found(book, "STR03")["i3"]
    assert finding.evidence["kpi"] == "k3"
    assert finding.evidence["share"] == pytest.approx(0.5)
    assert [case["kpi"] for case in finding.evidence["cases"]] == ["k3", "k2"]


def test_the_worst_severity_of_several_hits_counts() -> None:
    book = BASE.replace(
        initiative("i9", requires=FrozenMap({"craft": 5, "plan": 3, "sell": 4}), cash=money(4000)),
        benefit("i9", "k1", 12.0),
        Capability(key="sell", name="Selling", level=1),
    )
    finding = found(book, "OPS01")["i9"]
    assert finding.severity is Severity.ERROR
    assert finding.evidence["capability"] == "sell"
    assert len(finding.evidence["cases"]) == 2


def test_a_single_hit_has_no_list_of_cases() -> None:
    assert "cases" not in found(claims("i3")(0.0), "STR01")["i3"].evidence


def test_the_first_dominating_candidate_in_key_order_is_named() -> None:
    book = rival(cost=4000).replace(
        initiative("i10", cash=money(1000)), benefit("i10", "k1", 50.0), benefit("i10", "k2", 5.0)
    )
    assert found(book, "RES03")["i9"].evidence["other"] == "i8"


def test_a_candidate_without_a_usable_benefit_neither_dominates_nor_is_dominated() -> None:
    book = BASE.replace(
        Kpi(key="k9", name="No start", unit="x", target=1.0),
        initiative("i8", cash=money(1)),
        benefit("i8", "k9", 1.0),
        initiative("i9", cash=money(2)),
        benefit("i9", "k1", -1.0),
        initiative("i10", cash=money(9000)),
        benefit("i10", "k9", 0.5),
    )
    dominated = found(book, "RES03")
    assert "i10" not in dominated
    assert all(finding.evidence["other"] != "i8" for finding in dominated.values())


def test_harm_is_dominated_by_a_candidate_that_leaves_the_kpi_alone() -> None:
    book = BASE.replace(initiative("i9"), benefit("i9", "k2", -0.1))
    assert found(book, "RES03")["i9"].evidence["other"] == "i3"


def test_the_candidates_for_an_uncovered_objective_come_by_yield() -> None:
    book = one_live(1.0).replace(
        initiative("i7", cash=money(1000)),
        benefit("i7", "k1", 10.0),
        initiative("i8", cash=()),
        benefit("i8", "k1", 1.0),
        initiative("i9", cash=money(50000)),
        benefit("i9", "k1", 10.0),
        initiative("i10", cash=money(90000)),
        benefit("i10", "k1", 1.0),
    )
    assert found(book, "STR04")["o1"].evidence["candidates"] == ("i8", "i7", "i3")


def test_scattered_work_is_listed_by_the_money_it_would_free() -> None:
    book = scattered(20000).replace(
        initiative("i10", stage=Stage.FUNDED, cash=money(30000)), benefit("i10", "k1", 0.0, high=1.0)
    )
    evidence = found(book, "STR07")["portfolio"].evidence
    assert evidence["initiatives"] == ("i10", "i9")
    assert evidence["cost"] == 50000


def test_a_drift_overrun_lists_the_live_drift_and_what_it_costs() -> None:
    book = changed("initiative", "d1", stage=Stage.RUNNING, cash=money(6000)).replace(
        initiative("d2", mode=Mode.DRIFT), initiative("d3", mode=Mode.DRIFT, stage=Stage.FUNDED, cash=money(1000))
    )
    evidence = found(book, "BAL04")["portfolio"].evidence
    assert (evidence["cost"], evidence["reserve"], evidence["initiatives"]) == (7000, 5000, ("d1", "d3"))


def test_over_capacity_names_the_period_of_the_peak() -> None:
    evidence = found(hours_needed(70), "OPS04")["t1"].evidence
    assert (evidence["peak"], evidence["hours"], evidence["period"]) == (120, 100, "2027-Q2")


def test_silence_has_a_sentence_for_a_firm_that_never_spoke() -> None:
    assert found(BASE.without("message", "m1"), "LED01")["organisation"].message.code == "LED01.message_never"
    assert found(message(ago(36)), "LED01")["organisation"].message.code == "LED01.message"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"governance": False, "shared_objective": False}, "ECO04.message"),
        ({"governance": False}, "ECO04.message_governance"),
        ({"shared_objective": False}, "ECO04.message_objective"),
    ],
)
def test_what_a_commitment_lacks_chooses_the_sentence(fields: dict[str, bool], code: str) -> None:
    assert found(partner(**fields), "ECO04")["p1"].message.code == code


def test_two_errors_on_record_about_one_subject_are_one_finding_of_the_older() -> None:
    records = (
        FindingOnRecord(key=f"r{days}", rule=rule, subject="i1", severity=Severity.ERROR, since=ago(days))
        for days, rule in ((40, "STR01"), (50, "OPS02"))
    )
    evidence = found(BASE.replace(*records), "LED04")["i1"].evidence
    assert (evidence["rule"], evidence["age"], len(evidence["cases"])) == ("OPS02", 50, 2)


def test_the_history_of_a_kpi_leaves_out_its_current_value() -> None:
    dated = named("X").replace(*(Measurement(kpi="k9", at=ago(20 - n), value=float(n % 2 * 9)) for n in range(4)))
    assert "k9" not in found(dated, "KPI05")
    assert found(dated.replace(Measurement(kpi="k9", at=ago(1))), "KPI05")["k9"].evidence["values"] == 4


def test_a_blocking_finding_says_so() -> None:
    assert found(ethics(review=Verdict.NONE), "ETH01")["i3"].blocks
    assert not found(ethics(consulted=False), "ETH03")["i3"].blocks


def test_stopped_work_with_a_milestone_is_not_asked_for_anything_else() -> None:
    book = BASE.replace(milestone("x1"), benefit("x1", "k1", -50.0))
    assert diagnosed(book).findings == ()


def test_a_weak_line_of_sight_is_told_with_what_it_could_close_at_most() -> None:
    evidence = found(BASE.replace(benefit("i3", "k1", 1.0, high=2.0)), "STR02")["i3"].evidence
    assert evidence["share"] == pytest.approx(0.04)
    assert evidence["closes"] == pytest.approx(0.6 * 0.02)
    assert evidence["sight"] == pytest.approx(0.3)
