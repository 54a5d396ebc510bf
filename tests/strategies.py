"""Hypothesis strategies: any record, generated from its annotations, and whole Books that hold together.

``records("benefit")`` draws whatever the annotations of a Benefit allow; its references lead nowhere.
``books()`` draws Books as a firm could have written them: every reference leads somewhere, nothing
depends on itself, amounts are of ordinary size. Its keywords say how large and how rich they are.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from hypothesis import strategies as st

from rhumbline.book.book import Book
from rhumbline.book.fields import Container, FieldOf, Part, fields_of
from rhumbline.book.records import (
    KINDS,
    Actual,
    Assumption,
    Benefit,
    Budget,
    Capability,
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
    Scenario,
    Segment,
    Signal,
    Strategy,
    Survey,
    System,
    Team,
    WorkItem,
)
from rhumbline.book.rules import faults_of
from rhumbline.book.types import (
    AssumptionState,
    Direction,
    Evidence,
    Flag,
    FlowState,
    FrozenMap,
    InitiativeKind,
    KeysReferTo,
    KpiKind,
    MessageKind,
    Mode,
    PartnerKind,
    Perspective,
    RefersTo,
    ReviewKind,
    Role,
    Severity,
    Shape,
    SignalKind,
    Stage,
    TeamMode,
    Verdict,
)
from rhumbline.book.within import LEAST_REASON

AS_OF = date(2026, 11, 23)
HORIZON_START = date(2027, 1, 1)

# --- values -----------------------------------------------------------------------------------

# What the gate accepts in a text: no control characters but tab and line ends, no halves of characters.
_LETTERS = st.characters(
    exclude_categories=("Cs",),
    exclude_characters="".join(
        chr(code)
        for code in (*range(9), 11, 12, *range(14, 32), *range(0x7F, 0x85), *range(0x86, 0xA0), 0xFFFE, 0xFFFF)
    ),
)
_ONE_LINE = st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\ufeff\ufffe\uffff")
# Words that have fooled one reader of YAML, JSON or a spreadsheet or another.
_TRAPS = st.sampled_from(
    [
        "no", "yes", "Off", "null", "~", "true", "1e3", "012", "0x1F", "1_000", "12:30", "2026-02-30", "2026-11-23", "12",
        "-5", ".inf", "NaN", "=SUM(A1)", "+1", "@cmd", "<script>alert(1)</script>", "{a: 1}", "[x", "a: b", "a #b", "- a",
        "!tag", "&anchor", "*alias", "%", "`", "'", '"', "''", "? a", "| ", "> ", "why?", "Q1: plan, act", "\t", "a\nb",
        "a\r\nb", " lead", "trail ", "---", "...", "\u2028", "\x85", "\u00a0", "é", "ß", "漢字", "🥐", "\u202eabc", "<<",
    ]
)  # fmt: skip

keys = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,7}", fullmatch=True)


def texts(least: int = 0, most: int = 200) -> st.SearchStrategy[str]:
    """Texts a person could write, and texts that have fooled readers of files; never only blank."""
    drawn = st.one_of(st.text(_LETTERS, min_size=least, max_size=min(most, 30)), _TRAPS, st.just("x" * most))
    return drawn.filter(lambda text: least <= len(text) <= most and (not text or not text.isspace()))


def dates(least: date = date(1900, 1, 1), most: date = date(2200, 12, 31)) -> st.SearchStrategy[date]:
    """Days a record may hold."""
    return st.dates(least, most)


def floats(least: float, most: float, *, above: bool = False) -> st.SearchStrategy[float]:
    """Finite numbers in their bounds, never minus zero."""
    drawn = st.one_of(
        st.floats(least, most, exclude_min=above, allow_nan=False, allow_infinity=False),
        st.integers(int(least) + int(above), int(min(most, 10**9))).map(float),
    )
    return drawn.map(lambda number: number + 0.0)


def decimals(least: int, most: int) -> st.SearchStrategy[Decimal]:
    """Exact amounts with two decimals."""
    return st.integers(least * 100, most * 100).map(lambda cents: Decimal(cents).scaleb(-2))


def values(part: Part) -> st.SearchStrategy[Any]:
    """Every value one level of an annotation allows."""
    if part.container is Container.LIST:
        assert part.inner is not None
        once = part.inner.mark(RefersTo) is not None or issubclass(part.inner.types[0], StrEnum)
        return st.lists(values(part.inner), max_size=4, unique=once).map(tuple)
    if part.container is Container.MAP:
        assert part.inner is not None
        names = (
            keys if part.mark(KeysReferTo) else st.text(_ONE_LINE, min_size=1, max_size=12) | _TRAPS.filter(_one_line)
        )
        return st.dictionaries(names, values(part.inner).filter(lambda value: value != ""), max_size=3).map(FrozenMap)
    return st.one_of([_single(kind, part) for kind in part.types])


def _one_line(text: str) -> bool:
    return not any(letter in text for letter in "\t\n\r\x85\u2028\u2029\ufeff")


def _single(kind: type[Any], part: Part) -> st.SearchStrategy[Any]:
    low, above, high = part.mark(Ge), part.mark(Gt), part.mark(Le)
    least = low.ge if low else above.gt if above else None
    if issubclass(kind, StrEnum):
        return st.sampled_from(kind)
    if kind is bool:
        return st.booleans()
    if kind is str:
        shortest, longest = part.mark(MinLen), part.mark(MaxLen)
        if part.mark(Shape):
            return st.sampled_from(["EUR", "USD", "CHF"]) if "capital" in part.mark(Shape).says else keys
        # A choice between text and a truth value has no empty text: that would be neither.
        least_length = shortest.min_length if shortest else int(len(part.types) > 1)
        return texts(least_length, longest.max_length)
    if kind is date:
        return dates()
    if kind is int:
        return st.integers(least, high.le)
    if kind is Decimal:
        return decimals(int(least), int(high.le))
    return floats(float(least), float(high.le), above=above is not None)


# --- any record -------------------------------------------------------------------------------


def _field(described: FieldOf) -> st.SearchStrategy[Any]:
    drawn = values(described.part)
    if described.required:
        # An empty list or text counts as missing, so no required field is ever empty.
        drawn = drawn.filter(lambda value: value not in ("", ()))
    elif isinstance(described.default, str) and described.default:
        # And where the default is a text of its own, an empty one means that default.
        drawn = drawn.filter(bool)
    if described.optional:
        drawn = st.none() | drawn
    if not described.required:
        drawn = st.just(described.default) | drawn
    return drawn


def records(kind: str, **fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw records of a kind that are sound in themselves; keywords replace the strategy of single fields."""
    record = KINDS[kind].record
    fields = {described.name: fixed.get(described.name, _field(described)) for described in fields_of(record)}
    return st.builds(record, **fields).map(_in_order).filter(_sound)


def any_record() -> st.SearchStrategy[Any]:
    """Draw a record of any kind."""
    return st.sampled_from(sorted(KINDS)).flatmap(records)


_RISING = {
    "benefit": (("low", "likely", "high"),),
    "budget": (("explore_min", "explore_max"),),
    "measurement": (("low", "value", "high"),),
    "signal": (("seen", "assessed"),),
    "feedback": (("opened", "answered"),),
    "survey": (("n", "invited"), ("opens", "closes")),
}
_KIND_OF = {kind.record: kind.name for kind in KINDS.values()}


def _in_order(record: Any) -> Any:
    """Sort the values that must not fall, so that few drawn records have to be thrown away."""
    for names in _RISING.get(_KIND_OF[type(record)], ()):
        given = [name for name in names if getattr(record, name) is not None]
        rising = sorted(getattr(record, name) for name in given)
        record = dataclasses.replace(record, **dict(zip(given, rising, strict=True)))
    if isinstance(record, Commitment) and record.required and record.p_deliver is None:
        record = dataclasses.replace(record, p_deliver=0.5)
    if isinstance(record, Kpi) and record.private and len(record.private_reason.strip()) < LEAST_REASON:
        record = dataclasses.replace(record, private_reason="The market must not know.")
    return record


def _sound(record: Any) -> bool:
    return not any(fault.severity is Severity.ERROR for fault in faults_of(record))


# --- whole Books ------------------------------------------------------------------------------

PARTS = frozenset(
    {
        "actuals", "assumptions", "builds", "capabilities", "depends", "drift", "due", "ethics", "excludes", "explore",
        "feedback", "flows", "hours", "hurdle", "lag", "mandatory", "messages", "milestones", "needs", "partners", "people",
        "progress", "pulse", "readings", "requires", "reviews", "scenarios", "segments", "signals", "systems",
    }
)  # fmt: skip

STAGES = (Stage.CASE, Stage.CASE, Stage.IDEA, Stage.FUNDED, Stage.RUNNING, Stage.STOPPED, Stage.CLOSED, Stage.PARKED)
MODES = (Mode.EXPLOIT, Mode.EXPLOIT, Mode.EXPLORE, Mode.DRIFT)

Range = tuple[int, int]


@dataclasses.dataclass
class _Drawing:
    """What is drawn so far, and how much of everything is wanted."""

    draw: Callable[..., Any]
    parts: Collection[str]
    sizes: dict[str, Range]
    stages: Collection[Stage]
    modes: Collection[Mode]
    periods: int
    drawn: dict[str, list[Any]] = dataclasses.field(default_factory=dict)

    def has(self, part: str) -> bool:
        return part in self.parts

    def keys(self, kind: str) -> list[str]:
        return [record.key for record in self.drawn.get(kind, [])]

    def add(self, kind: str, *found: Any) -> None:
        self.drawn.setdefault(kind, []).extend(found)

    def count(self, name: str) -> int:
        return int(self.draw(st.integers(*self.sizes[name])))

    def chance(self, in_ten: int = 5) -> bool:
        return bool(self.draw(st.integers(0, 9)) < in_ten)

    def whole(self, least: int, most: int) -> int:
        return int(self.draw(st.integers(least, most)))

    def one(self, options: Collection[Any]) -> Any:
        return self.draw(st.sampled_from(list(options)))

    def one_or_none(self, options: Collection[Any]) -> Any:
        return self.one(options) if options and self.chance(7) else None

    def some(self, options: Collection[Any], most: int = 3) -> tuple[Any, ...]:
        if not options:
            return ()
        return tuple(self.draw(st.lists(st.sampled_from(list(options)), max_size=most, unique=True)))

    def money(self, most: int = 20_000) -> Decimal:
        return Decimal(self.whole(0, most // 100) * 100)

    def day(self, least: int = -400, most: int = 400) -> date:
        return AS_OF + timedelta(days=self.whole(least, most))


@st.composite
def books(
    draw: Callable[..., Any],
    *,
    initiatives: Range = (0, 6),
    kpis: Range = (0, 4),
    objectives: Range = (0, 3),
    teams: Range = (0, 3),
    periods: Range = (1, 5),
    others: Range = (0, 3),
    stages: Collection[Stage] = STAGES,
    modes: Collection[Mode] = MODES,
    without: Collection[str] = (),
    only: Collection[str] | None = None,
) -> Book:
    """Draw a Book that holds together and reads like a firm's own.

    Parameters
    ----------
    initiatives, kpis, objectives, teams, periods
        How many there may be, from and to.
    others
        How many segments, needs, signals, capabilities, systems, people, partners and so on, from and to.
    stages, modes
        What to draw initiatives from; repeat one to make it likelier.
    without, only
        Names of PARTS to leave out, or the only ones to draw.
    """
    wanted = (PARTS if only is None else frozenset(only)) - frozenset(without)
    assert wanted <= PARTS, f"unknown parts: {wanted - PARTS}"
    sizes = {"initiatives": initiatives, "kpis": kpis, "objectives": objectives, "teams": teams, "others": others}
    drawing = _Drawing(draw, wanted, sizes, stages, modes, draw(st.integers(*periods)))
    for step in _STEPS:
        step(drawing)
    return Book.of([record for found in drawing.drawn.values() for record in found], AS_OF)


def _firm(d: _Drawing) -> None:
    silent = d.has("messages") and d.chance()
    d.add(
        "organisation",
        Organisation(name="Drawn firm", currency="EUR", headcount=d.whole(1, 500), records_messages=silent),
    )
    start = HORIZON_START if d.chance(8) else None
    stated = d.periods if d.chance() else None
    mission = "We keep our word." if d.chance(8) else ""
    d.add("strategy", Strategy(mission=mission, horizon_start=start, periods=stated))


def _money_of_the_firm(d: _Drawing) -> None:
    floor, ceiling = (0, 100)
    if d.has("explore") and d.chance():
        floor, ceiling = sorted((d.whole(0, 40), d.whole(0, 100)))
    budget = Budget(
        cash=tuple(d.money(60_000) for _ in range(d.periods)),
        drift=d.whole(0, 20) / 100 if d.has("drift") else 0.0,
        explore_min=floor / 100,
        explore_max=ceiling / 100,
        **({"hurdle": d.whole(0, 20) / 10} if d.has("hurdle") and d.chance() else {}),
    )
    d.add("budget", budget)


def _people(d: _Drawing) -> None:
    for number in range(1, d.count("teams") + 1):
        hours, rate = Decimal(d.whole(0, 80) * 10), Decimal(d.whole(0, 160)) / 2
        parent = d.one_or_none(d.keys("team")) if d.chance(2) else None
        team = Team(
            key=f"t{number}", name=f"Team {number}", hours=hours, rate=rate, mode=d.one(TeamMode), parent=parent
        )
        d.add("team", team)
    for number in range(1, d.count("others") + 1 if d.has("people") else 1):
        role = d.one_or_none(Role)
        team_key = d.one_or_none(d.keys("team"))
        d.add("person", Person(key=f"a{number}", name=f"Person {number}", team=team_key, role=role))


def _market(d: _Drawing) -> None:
    for number in range(1, d.count("others") + 1 if d.has("segments") else 1):
        rated = d.chance()
        segment = Segment(
            key=f"s{number}",
            name=f"Segment {number}",
            channel=d.one(["", "direct", "trade"]),
            strategic=d.chance(7),
            ours=d.whole(0, 5) if rated else None,
            competitor=d.whole(0, 5) if rated and d.chance(8) else None,
        )
        d.add("segment", segment)
    if not d.has("needs") or not d.keys("segment"):
        return
    for number in range(1, d.count("others") + 1):
        need = Need(
            key=f"n{number}",
            segment=d.one(d.keys("segment")),
            text=f"Need {number}",
            importance=float(d.whole(0, 10)),
            satisfaction=float(d.whole(0, 10)),
            date=d.day(-900, 0) if d.chance(8) else None,
        )
        d.add("need", need)


def _kpis(d: _Drawing) -> None:
    for number in range(1, d.count("kpis") + 1):
        direction = d.one((Direction.UP, Direction.DOWN))
        baseline = float(d.whole(0, 100))
        gap = d.whole(0 if d.chance(1) else 1, 60) * (1 if direction is Direction.UP else -1)
        kpi = Kpi(
            key=f"k{number}",
            name=f"KPI {number}",
            unit=d.one(["%", "days", "accounts"]),
            direction=direction,
            baseline=None if d.chance(1) else baseline,
            target=baseline + gap,
            kind=d.one(KpiKind),
            speed=d.chance(2),
            guard=d.chance(2),
            due=d.day(-60, 800) if d.has("due") and d.chance() else None,
            due_period=d.whole(0, d.periods) if d.has("due") and d.chance(3) else None,
            cadence_days=d.one((7, 31, 91)),
            value_per_unit=float(d.whole(0, 500)) if d.chance(3) else None,
        )
        d.add("kpi", kpi)
        if d.has("readings"):
            d.add("measurement", *_readings_of(d, kpi))


def _readings_of(d: _Drawing, kpi: Kpi) -> list[Measurement]:
    count = d.whole(0, 5)
    dated = d.chance(8)
    first = d.day(-400, -10)
    return [
        Measurement(
            kpi=kpi.key,
            at=first + timedelta(days=kpi.cadence_days * step) if dated else None,
            position=step + 1,
            value=kpi.target - d.whole(-20, 80) / 2,
        )
        for step in range(count)
    ]


def _objectives(d: _Drawing) -> None:
    for number in range(1, d.count("objectives") + 1):
        links = {kpi: float(d.whole(1, 4)) for kpi in d.some(d.keys("kpi"))}
        objective = Objective(
            key=f"o{number}",
            name=f"Objective {number}",
            weight=float(d.whole(1, 60)),
            perspective=d.one_or_none(Perspective),
            segments=d.some(d.keys("segment")),
            owner=d.one_or_none(d.keys("person")),
            kpis=FrozenMap(links),
        )
        d.add("objective", objective)


def _operations(d: _Drawing) -> None:
    for number in range(1, d.count("others") + 1 if d.has("capabilities") else 1):
        level = d.whole(0, 5)
        capability = Capability(
            key=f"c{number}",
            name=f"Capability {number}",
            level=level,
            target=d.whole(1, 5) if d.chance() else None,
            strength=level >= 4 and d.chance(),
        )
        d.add("capability", capability)
    names = [f"y{number}" for number in range(1, d.count("others") + 1 if d.has("systems") else 1)]
    for name in names:
        needs = d.some([other for other in names if other != name])
        d.add("system", System(key=name, name=f"System {name}", needs=needs, masters=d.some(["order", "part list"])))


def _initiatives(d: _Drawing) -> None:
    for number in range(1, d.count("initiatives") + 1):
        initiative = _initiative(d, f"i{number}")
        d.add("initiative", initiative)
        if initiative.mode is not Mode.DRIFT or d.chance(2):
            d.add("benefit", *_benefits_of(d, initiative))
        if d.has("milestones"):
            d.add("work_item", *_milestones_of(d, initiative))
        if d.has("ethics") and d.chance(3):
            d.add("ethics_review", _ethics_of(d, initiative))
        if d.has("actuals") and initiative.live and d.chance(3):
            d.add("actual", Actual(initiative=initiative.key, date=d.day(-90, 0), money=d.money()))


def _initiative(d: _Drawing, key: str) -> Initiative:
    mode = d.one(d.modes)
    stage = d.one(d.stages)
    before = d.keys("initiative")
    depends = d.some(before, 2) if d.has("depends") and d.chance(4) else ()
    others = [other for other in before if other not in depends]
    excludes = d.some(others, 1) if d.has("excludes") and d.chance(2) else ()
    hours = d.some(d.keys("team"), 2) if d.has("hours") else ()
    levels = {capability: d.whole(1, 4) for capability in d.some(d.keys("capability"), 2)} if d.has("requires") else {}
    built = {capability: d.whole(1, 3) for capability in d.some(d.keys("capability"), 1)} if d.has("builds") else {}
    measured = d.has("progress") and d.chance(3)
    return Initiative(
        key=key,
        name=f"Initiative {key}",
        kind=d.one((InitiativeKind.INNOVATION, InitiativeKind.AUTOMATION, InitiativeKind.IDEA)),
        mode=mode,
        stage=stage,
        owner=d.one_or_none(d.keys("person")),
        sponsor=d.one_or_none(d.keys("person")),
        proposer=d.one_or_none(d.keys("person")),
        team=d.one_or_none(d.keys("team")),
        cash=tuple(d.money(8_000) for _ in range(d.whole(0, d.periods + 1))),
        hours=FrozenMap({team: tuple(_hours(d) for _ in range(d.whole(1, d.periods))) for team in hours}),
        earliest=d.whole(1, d.periods) if d.chance(3) else 1,
        lag=d.whole(0, 2) if d.has("lag") and d.chance(3) else 0,
        segments=d.some(d.keys("segment"), 2),
        needs=d.some(d.keys("need"), 2),
        requires=FrozenMap(levels) if d.chance(7) else None,
        builds=FrozenMap(built),
        uses=d.some(d.keys("capability"), 1),
        systems=d.some(d.keys("system"), 2),
        depends=depends,
        excludes=excludes,
        mandatory=d.has("mandatory") and mode is not Mode.DRIFT and d.chance(1),
        hypothesis=d.one(["", "It moves the KPI"]),
        stop_rule=d.one(["", "Half of plan"]),
        review=d.one(["", "monthly"]),
        learning="Plan a week ahead" if stage in (Stage.STOPPED, Stage.CLOSED) else "",
        readiness=tuple(d.whole(0, 4) for _ in range(d.whole(0, 3))),
        spent=d.money() if measured else None,
        approved=d.money(40_000) if measured else None,
        progress=d.whole(0, 100) / 100 if measured else 0.0,
        planned_progress=d.whole(0, 100) / 100 if measured else None,
        last_update=d.day(-120, 0) if measured else None,
        votes=d.whole(0, 20) if mode is Mode.DRIFT else 0,
    )


def _hours(d: _Drawing) -> Decimal:
    return Decimal(d.whole(0, 15) * 10)


def _benefits_of(d: _Drawing, initiative: Initiative) -> list[Benefit]:
    found = []
    for kpi in d.some(d.keys("kpi"), 3):
        low, likely, high = sorted(d.whole(-4 if d.chance(1) else 0, 40) / 2 for _ in range(3))
        benefit = Benefit(
            key=f"{initiative.key}.{kpi}",
            initiative=initiative.key,
            kpi=kpi,
            low=low,
            likely=likely,
            high=high,
            evidence=d.one(Evidence),
            owner=d.one_or_none(d.keys("person")),
            realised=d.whole(-4, 40) / 2 if initiative.stage is Stage.CLOSED and d.chance() else None,
        )
        found.append(benefit)
    return found


def _milestones_of(d: _Drawing, initiative: Initiative) -> list[WorkItem]:
    days = sorted(d.day(30, 400) for _ in range(d.whole(0, 2)))
    return [
        WorkItem(key=f"{initiative.key}.m{number}", initiative=initiative.key, name=f"Step {number}", due=day)
        for number, day in enumerate(days, start=1)
    ]


def _ethics_of(d: _Drawing, initiative: Initiative) -> EthicsReview:
    flags = d.some(Flag, 2)
    return EthicsReview(
        key=initiative.key,
        initiative=initiative.key,
        flags=flags,
        review=d.one(Verdict),
        consulted=d.chance(),
        jobs=d.whole(0, 3),
        transition_plan=d.one((True, False, "Training for everybody")),
    )


def _after_the_initiatives(d: _Drawing) -> None:
    initiatives, people = d.keys("initiative"), d.keys("person")
    pairs = [(one, other) for one in d.keys("system") for other in d.keys("system") if one != other]
    for source, destination in d.some(pairs) if d.has("flows") else ():
        by = d.one_or_none(initiatives)
        state = d.one(FlowState)
        d.add(
            "flow", DataFlow(key=f"{source}-{destination}", source=source, destination=destination, state=state, by=by)
        )
    for number in range(1, d.count("others") + 1 if d.has("signals") else 1):
        seen = d.day(-300, -30)
        signal = Signal(
            key=f"g{number}",
            text=f"Signal {number}",
            kind=d.one(SignalKind),
            strength=d.whole(1, 3),
            seen=seen,
            assessed=seen + timedelta(days=d.whole(0, 30)) if d.chance(7) else None,
            decided=d.one((None, True, False, AS_OF)),
            act=d.chance(),
            supports=d.some(initiatives),
            opposes=d.some(initiatives, 1),
        )
        d.add("signal", signal)
    for number in range(1, d.count("others") + 1 if d.has("assumptions") else 1):
        assumption = Assumption(
            key=f"b{number}",
            text=f"Assumption {number}",
            state=d.one(AssumptionState),
            supports=d.some(initiatives),
            last_check=d.day(-300, 0),
            owner=d.one_or_none(people),
        )
        d.add("assumption", assumption)
    for number in range(1, d.count("others") + 1 if d.has("scenarios") else 1):
        scaled = {key: d.whole(1, 30) / 10 for key in d.some([*initiatives, *d.keys("kpi")])}
        probability = d.whole(1, 10) / 10
        d.add(
            "scenario",
            Scenario(key=f"x{number}", name=f"Scenario {number}", probability=probability, effects=FrozenMap(scaled)),
        )


def _partners(d: _Drawing) -> None:
    for number in range(1, d.count("others") + 1 if d.has("partners") else 1):
        key = f"p{number}"
        d.add("partner", Partner(key=key, name=f"Partner {number}", kind=d.one_or_none(PartnerKind)))
        commitment = Commitment(
            key=key,
            partner=key,
            required=d.chance(),
            committed=d.chance(),
            p_deliver=d.whole(0, 20) / 20,
            surplus=float(d.whole(-3, 3)) if d.chance() else None,
            governance=d.chance(),
            shared_objective=d.chance(),
        )
        d.add("commitment", commitment)


def _people_hear_and_say(d: _Drawing) -> None:
    if d.has("pulse") and d.chance(7):
        answers = d.whole(0, 60)
        items = {
            item: d.whole(10, 50) / 10
            for item in d.some(["clarity", "line_of_sight", "safety", "voice", "accountability"], 5)
        }
        survey = Survey(n=answers, invited=answers + d.whole(0, 40), sd=d.whole(1, 20) / 10, items=FrozenMap(items))
        d.add("survey", survey)
    if d.has("messages"):
        days = d.draw(st.lists(st.integers(-200, 60), max_size=3, unique=True))
        for offset in days:
            at = AS_OF + timedelta(days=offset)
            reach = d.whole(0, 10) / 10
            about = d.some(d.keys("objective"), 2)
            d.add("message", Message(key=at.isoformat(), date=at, reach=reach, kind=d.one(MessageKind), about=about))
    for number in range(1, d.count("others") + 1 if d.has("feedback") else 1):
        opened = d.day(-200, -20)
        answered = opened + timedelta(days=d.whole(0, 20)) if d.chance() else None
        d.add("feedback", Feedback(key=f"f{number}", text=f"Feedback {number}", opened=opened, answered=answered))
    for kind in d.some((ReviewKind.PROGRESS, ReviewKind.STRATEGY)) if d.has("reviews") else ():
        d.add("review", Review(key=kind.value, kind=kind, last=d.day(-300, 0), every_days=d.whole(7, 200)))


_STEPS = (
    _firm,
    _money_of_the_firm,
    _people,
    _market,
    _kpis,
    _objectives,
    _operations,
    _initiatives,
    _after_the_initiatives,
    _partners,
    _people_hear_and_say,
)
