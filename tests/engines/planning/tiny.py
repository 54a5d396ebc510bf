"""Companies of a few initiatives, written down in one line each, so that a test shows the whole sum."""

from datetime import date
from decimal import Decimal

from rhumbline.book.book import Book
from rhumbline.book.records import Benefit, Budget, EthicsReview, Initiative, Kpi, Objective, Team
from rhumbline.book.types import Evidence, FrozenMap, Mode, Stage, Verdict

AS_OF = date(2026, 11, 23)


def amounts(*numbers):
    return tuple(Decimal(str(number)) for number in numbers)


def initiative(key, cash=(), closes=0, kpi="k1", *, hours=None, flags=(), review=Verdict.NONE, live=False, **more):
    """An initiative and what hangs on it; ``closes`` is in percent of the gap of its KPI, known for sure."""
    more.setdefault("mode", Mode.EXPLOIT)
    if live:
        more["stage"] = Stage.RUNNING
    worked = FrozenMap({team: amounts(*profile) for team, profile in (hours or {}).items()})
    records = [Initiative(key=key, name=key, cash=amounts(*cash), hours=worked, **more)]
    effects = closes if isinstance(closes, dict) else {kpi: closes}
    records.extend(
        Benefit(
            key=f"{key}-{name}", initiative=key, kpi=name, low=share, likely=share, high=share, evidence=Evidence.E4
        )
        for name, share in effects.items()
        if share
    )
    if flags:
        records.append(EthicsReview(key=f"{key}-ethics", initiative=key, flags=tuple(flags), review=review))
    return records


def firm(*parts, cash=(100,), teams=None, kpis=None, weights=None, **budget):
    """A Book of initiatives under one budget; teams are hours and rate, KPIs have the period they are due."""
    budget.setdefault("hurdle", 0.0)
    due = kpis or {"k1": None}
    records = [record for part in parts for record in part]
    records.append(Budget(cash=amounts(*cash), **budget))
    for key, (hours, rate) in (teams or {}).items():
        records.append(Team(key=key, name=key, hours=Decimal(str(hours)), rate=Decimal(str(rate))))
    for kpi, period in due.items():
        records.append(Kpi(key=kpi, name=kpi, unit="%", baseline=0, target=100, due_period=period))
    for number, (kpi, weight) in enumerate((weights or dict.fromkeys(due, 1)).items(), start=1):
        records.append(Objective(key=f"o{number}", name=f"o{number}", weight=weight, kpis=FrozenMap({kpi: 1.0})))
    return Book.of(records, AS_OF)
