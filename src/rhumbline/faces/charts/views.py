"""From the engines' results to what the pictures show: the only module here that knows the engines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import fsum

from rhumbline.book.records import Kpi
from rhumbline.book.types import Mode, Perspective, Severity
from rhumbline.engines._maths import Triple
from rhumbline.engines.alignment.lenses import LENS_WEIGHTS, LENSES, InitiativeLenses
from rhumbline.engines.alignment.organisation import OrganisationScore
from rhumbline.engines.alignment.quantities import Quantities
from rhumbline.engines.alignment.score import Score
from rhumbline.engines.diagnosis.check import Diagnosis
from rhumbline.engines.planning.result import Plan
from rhumbline.faces.charts.compass import Compass, Lens
from rhumbline.faces.charts.coverage import Coverage
from rhumbline.faces.charts.heat_map import HeatMap, HeatRow
from rhumbline.faces.charts.plan_periods import PlanBar, PlanPeriods, TeamLoad
from rhumbline.faces.charts.portfolio import Bubble
from rhumbline.faces.charts.ranges import Range
from rhumbline.faces.charts.small import GapArrow, ScoreBar
from rhumbline.faces.charts.strategy_map import MapArrow, MapInitiative, MapKpi, MapObjective, StrategyMap
from rhumbline.faces.charts.tornado import Tornado, TornadoRow
from rhumbline.faces.charts.waterfall import Loss, Waterfall
from rhumbline.faces.charts.words import ENGLISH, Words

_DECIMALS_OF_KPI = 2


def no_link(_kind: str, _key: str) -> str:
    """Return no address: the picture then has no links."""
    return ""


@dataclass(frozen=True, slots=True)
class Setting:
    """In which language a picture speaks, and where its marks lead.

    Parameters
    ----------
    words
        The language.
    link
        The address of a record by kind and key; empty for none.
    money
        Whether the reader sees money; without it nothing is drawn to a scale of money.
    private
        Keys of the KPIs whose numbers the reader does not see.
    """

    words: Words = field(default=ENGLISH)
    link: Callable[[str, str], str] = no_link
    money: bool = True
    private: frozenset[str] = frozenset()


PLAIN_SETTING = Setting()


def range_of(triple: Triple) -> Range:
    """Return the engines' triple as the range that pictures draw."""
    return Range(triple.low, triple.best, triple.high)


def _lens_name(lens: str, words: Words) -> str:
    return words.say(f"lens.{lens}")


# --- from a Score -----------------------------------------------------------------------------


def organisation_compass(name: str, organisation: OrganisationScore, setting: Setting = PLAIN_SETTING) -> Compass:
    """Return the compass of the company.

    Parameters
    ----------
    name
        Of the company.
    organisation
        The score of the live work, or ``score_after`` of a plan.
    setting
        Language and links.
    """
    lenses = tuple(
        Lens(
            _lens_name(lens, setting.words),
            range_of(organisation.lenses[lens].value),
            known=organisation.lenses[lens].coverage_known or bool(organisation.counted),
            href=setting.link("lens", lens),
        )
        for lens in LENSES
    )
    return Compass(name, range_of(organisation.alignment), lenses, known=any(lens.known for lens in lenses))


def initiative_compass(name: str, own: InitiativeLenses, setting: Setting = PLAIN_SETTING) -> Compass:
    """Return the compass of one initiative.

    Parameters
    ----------
    name
        Of the initiative.
    own
        Its lenses.
    setting
        Language and links.
    """
    lenses = tuple(
        Lens(_lens_name(lens, setting.words), range_of(own.lenses[lens]), known=_known(own, lens)) for lens in LENSES
    )
    return Compass(name, range_of(own.alignment), lenses, known=any(lens.known for lens in lenses))


def _known(own: InitiativeLenses, lens: str) -> bool:
    return any(part.known for part in own.parts if part.lens == lens)


def score_bar(score: Score, setting: Setting = PLAIN_SETTING) -> ScoreBar:
    """Return the score of the company as a bar."""
    return ScoreBar(setting.words.say("score.title"), range_of(score.organisation.alignment))


def lost_points(organisation: OrganisationScore, setting: Setting = PLAIN_SETTING) -> Waterfall:
    """Return where the points of the best estimate are lost, by lens, and by focus and coverage within it.

    Parameters
    ----------
    organisation
        The score of a set of initiatives.
    setting
        Language and links.

    Notes
    -----
    With B(x; w) = 1/2 sum(w x) + 1/2 min(x), what is missing to 1 is sum(share * missing part), where each part has
    the share w/2, and the weakest one another 1/2. Applied to the lenses and within each lens, the eight parts
    add up to 100 minus the score. Of equally weak parts the first counts as the weakest.
    """
    values = [organisation.lenses[lens].value.best for lens in LENSES]
    losses = []
    for lens, of_score in zip(LENSES, _shares(values, LENS_WEIGHTS), strict=True):
        found = organisation.lenses[lens]
        parts = (found.focus.best, found.coverage.best)
        for code, part, of_lens in zip(("focus", "coverage"), parts, _shares(parts, (0.5, 0.5)), strict=True):
            cause = setting.words.say(f"lost.{code}", lens=_lens_name(lens, setting.words))
            losses.append(Loss(cause, 100 * of_score * of_lens * (1 - part), setting.link("lens", lens)))
    shown = [loss for loss in losses if abs(loss.points) > 1e-9]
    return Waterfall(100.0, tuple(sorted(shown, key=lambda loss: -loss.points)))


def _shares(values: Iterable[float], weights: tuple[float, ...]) -> tuple[float, ...]:
    """Return how much a missing unit of each value costs under the balance rule."""
    listed = list(values)
    weakest = listed.index(min(listed))
    return tuple(0.5 * weight + 0.5 * (place == weakest) for place, weight in enumerate(weights))


def lens_heat(quantities: Quantities, score: Score, setting: Setting = PLAIN_SETTING) -> HeatMap:
    """Return the open initiatives by lens, in points at best estimate; unknown where no part of a lens is known."""
    words = setting.words
    rows = []
    for key in quantities.open:
        own = score.initiatives[key]
        cells = tuple(own.lenses[lens].best if _known(own, lens) else None for lens in LENSES)
        rows.append(HeatRow(quantities.book.initiatives[key].name, cells, setting.link("initiative", key)))
    columns = tuple(_lens_name(lens, words) for lens in LENSES)
    return HeatMap(words.say("lenses.title"), words.say("initiative"), columns, tuple(rows), full=1.0, unit="points")


# --- from Quantities --------------------------------------------------------------------------


def contribution_heat(quantities: Quantities, setting: Setting = PLAIN_SETTING) -> HeatMap:
    """Return which share of each objective's gap each open initiative closes at best estimate."""
    words = setting.words
    objectives = tuple(quantities.book.objectives)
    rows = tuple(
        HeatRow(
            quantities.book.initiatives[key].name,
            tuple(_closes(quantities, key, objective) for objective in objectives),
            setting.link("initiative", key),
        )
        for key in quantities.open
    )
    columns = tuple(quantities.book.objectives[key].name for key in objectives)
    return HeatMap(words.say("contribution.title"), words.say("initiative"), columns, rows)


def _closes(quantities: Quantities, initiative: str, objective: str) -> float:
    own = quantities.contribution[initiative]
    links = quantities.link_weight[objective]
    return fsum(weight * own[kpi].best for kpi, weight in links.items() if kpi in own)


def portfolio(quantities: Quantities, setting: Setting = PLAIN_SETTING) -> tuple[Bubble, ...]:
    """Return the open initiatives as bubbles."""
    initiatives = quantities.book.initiatives
    return tuple(
        Bubble(
            initiatives[key].name,
            quantities.resource_share[key],
            range_of(quantities.gap_share[key]),
            quantities.full_cost[key],
            str(initiatives[key].mode),
            live=initiatives[key].live,
            href=setting.link("initiative", key),
        )
        for key in quantities.open
    )


def duel(quantities: Quantities, one: str, other: str, setting: Setting = PLAIN_SETTING) -> Tornado:
    """Return the difference of two initiatives by KPI, as share of the whole strategy gap at best estimate.

    Parameters
    ----------
    quantities
        The numbers of the Book.
    one, other
        Keys of initiatives; where the first closes more, the bar points to the right.
    setting
        Language and links.
    """
    names = [quantities.book.initiatives[key].name for key in (one, other)]
    rows = []
    for key, kpi in quantities.book.kpis.items():
        shares = [_share_of_gap(quantities, initiative, key) for initiative in (one, other)]
        if any(shares):
            difference = shares[0] - shares[1]
            rows.append(TornadoRow(kpi.name, min(0.0, difference), max(0.0, difference), setting.link("kpi", key)))
    title = setting.words.say("duel.title", one=names[0], other=names[1])
    return Tornado(tuple(rows), sides=(names[1], names[0]), title=title)


def _share_of_gap(quantities: Quantities, initiative: str, kpi: str) -> float:
    closes = quantities.contribution[initiative].get(kpi)
    return quantities.kpi_weight[kpi] * closes.best if closes else 0.0


def gap_arrow(quantities: Quantities, key: str, setting: Setting = PLAIN_SETTING) -> GapArrow | None:
    """Return the way of a KPI from baseline to target; None without a baseline, or where the reader may not see it."""
    kpi = quantities.book.kpis[key]
    if kpi.baseline is None or key in setting.private:
        return None
    known = [reading.value for reading in quantities.book.readings(key) if reading.value is not None]
    numbers = [float(value) for value in (kpi.baseline, kpi.target, *known[-1:])]
    return GapArrow(
        name=kpi.name,
        unit=kpi.unit,
        baseline=numbers[0],
        target=numbers[1],
        current=numbers[2] if known else None,
        due=_due(quantities, kpi),
        decimals=_decimals(numbers),
    )


def _due(quantities: Quantities, kpi: Kpi) -> str:
    if kpi.due is not None:
        return kpi.due.isoformat()
    return quantities.horizon.label(kpi.due_period) if kpi.due_period else ""


def _decimals(numbers: Iterable[float]) -> int:
    """Return the fewest decimals that show every number as it is, two at most."""
    listed = list(numbers)
    fitting = (
        count
        for count in range(_DECIMALS_OF_KPI)
        if all(abs(value - round(value, count)) < 1e-9 * max(1.0, abs(value)) for value in listed)
    )
    return next(fitting, _DECIMALS_OF_KPI)


def strategy_map(quantities: Quantities, setting: Setting = PLAIN_SETTING) -> StrategyMap:
    """Return the strategy with its open initiatives, and an arrow for each KPI that one of them moves."""
    book, words = quantities.book, setting.words
    objectives = [
        MapObjective(
            record.name,
            quantities.objective_weight[key],
            words.say(f"perspective.{record.perspective}") if record.perspective else "",
            tuple(_map_kpi(book.kpis[kpi], setting) for kpi in record.kpis if kpi in book.kpis),
            setting.link("objective", key),
        )
        for key, record in book.objectives.items()
    ]
    arrows = tuple(
        MapArrow(key, kpi, range_of(closes))
        for key in quantities.open
        for kpi, closes in quantities.contribution[key].items()
    )
    served = {kpi for record in book.objectives.values() for kpi in record.kpis}
    aimless = sorted({arrow.kpi for arrow in arrows} - served, key=list(book.kpis).index)
    if aimless:
        objectives.append(MapObjective("", 0.0, "", tuple(_map_kpi(book.kpis[key], setting) for key in aimless)))
    initiatives = tuple(_map_initiative(quantities, key, setting) for key in quantities.open)
    perspectives = tuple(words.say(f"perspective.{perspective}") for perspective in Perspective)
    return StrategyMap(perspectives, tuple(objectives), initiatives, arrows)


def _map_initiative(quantities: Quantities, key: str, setting: Setting) -> MapInitiative:
    record = quantities.book.initiatives[key]
    return MapInitiative(key, record.name, str(record.mode), live=record.live, href=setting.link("initiative", key))


def _map_kpi(kpi: Kpi, setting: Setting) -> MapKpi:
    words = setting.words
    if kpi.baseline is None or kpi.key in setting.private:
        return MapKpi(kpi.key, kpi.name)
    baseline, target = float(kpi.baseline), float(kpi.target)
    decimals = _decimals((baseline, target))
    return MapKpi(
        kpi.key, kpi.name, f"{words.number(baseline, decimals)} → {words.number(target, decimals)} {kpi.unit}"
    )


# --- from a Plan ------------------------------------------------------------------------------


def coverage(
    quantities: Quantities, score: Score, plan: Plan | None = None, setting: Setting = PLAIN_SETTING
) -> tuple[Coverage, ...]:
    """Return how far each objective is covered by the live work, and by the plan where there is one."""
    after: Mapping[str, Triple] = plan.score_after.objectives if plan and plan.score_after else {}
    return tuple(
        Coverage(
            record.name,
            quantities.objective_weight[key],
            range_of(score.organisation.objectives[key]),
            range_of(after[key]) if key in after else None,
            setting.link("objective", key),
        )
        for key, record in quantities.book.objectives.items()
    )


def plan_periods(quantities: Quantities, plan: Plan, setting: Setting = PLAIN_SETTING) -> PlanPeriods:
    """Return what a plan funds by period, with the drift it pays from the reserve, and the load of each team."""
    count = quantities.periods
    # Drift that the reserve pays begins as early as it may; the plan proves only that all of it fits.
    starts = {
        line.initiative: line.start or quantities.book.initiatives[line.initiative].earliest
        for line in (*plan.funded, *plan.reserve)
    }
    return PlanPeriods(
        periods=tuple(quantities.horizon.label(period) for period in range(1, count + 1)),
        bars=tuple(_plan_bar(quantities, key, start, setting) for key, start in starts.items()),
        available=quantities.budget_cash,
        teams=tuple(_team_load(quantities, key, starts, setting) for key in quantities.book.teams),
        money=setting.money,
    )


def _plan_bar(quantities: Quantities, key: str, start: int, setting: Setting) -> PlanBar:
    record, cash = quantities.book.initiatives[key], quantities.cash[key]
    # Work may go on after its last payment: the bar is as long as the work.
    padded = cash + (0.0,) * (quantities.length[key] - len(cash))
    mode = str(record.mode) if record.mode in tuple(Mode) else str(Mode.DRIFT)
    return PlanBar(record.name, mode, start, padded, setting.link("initiative", key))


def _team_load(quantities: Quantities, team: str, starts: Mapping[str, int], setting: Setting) -> TeamLoad:
    count = quantities.periods
    terms: list[list[float]] = [[] for _ in range(count)]
    for key, start in starts.items():
        for own, hours in enumerate(quantities.hours[key].get(team, ())):
            if start - 1 + own < count:
                terms[start - 1 + own].append(hours)
    record = quantities.book.teams[team]
    capacity = (float(record.hours),) * count
    return TeamLoad(record.name, tuple(fsum(listed) for listed in terms), capacity, setting.link("team", team))


# --- from a Diagnosis -------------------------------------------------------------------------


def findings_heat(
    diagnosis: Diagnosis, names: Mapping[str, str] | None = None, setting: Setting = PLAIN_SETTING
) -> HeatMap:
    """Return how many findings stand in each area, by severity.

    Parameters
    ----------
    diagnosis
        The findings; waived ones are left out.
    names
        The name of an area by the letters its codes begin with, such as ``STR``; by default those letters.
    setting
        Language and links.
    """
    words, severities = setting.words, tuple(Severity)
    areas = sorted({_area(finding.code) for finding in diagnosis.standing})
    rows = tuple(
        HeatRow(
            (names or {}).get(area, area),
            tuple(
                float(sum(_area(f.code) == area and f.severity == severity for f in diagnosis.standing))
                for severity in severities
            ),
            setting.link("area", area),
        )
        for area in areas
    )
    columns = tuple(words.say(f"severity.{severity}") for severity in severities)
    return HeatMap(words.say("findings.title"), words.say("findings.area"), columns, rows, unit="count")


def _area(code: str) -> str:
    return code.rstrip("0123456789")


__all__ = [
    "Setting",
    "contribution_heat",
    "coverage",
    "duel",
    "findings_heat",
    "gap_arrow",
    "initiative_compass",
    "lens_heat",
    "lost_points",
    "no_link",
    "organisation_compass",
    "plan_periods",
    "portfolio",
    "range_of",
    "score_bar",
    "strategy_map",
]
