"""What must hold inside one record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any

from rhumbline.book.faults import Fault, references_of, words_of
from rhumbline.book.records import (
    KIND_OF_RECORD,
    KINDS,
    Benefit,
    Budget,
    Capability,
    Commitment,
    DataFlow,
    Feedback,
    Kpi,
    Measurement,
    Objective,
    Signal,
    Survey,
)
from rhumbline.book.types import Severity

STRENGTH_LEVEL = 4
# A shorter reason explains nothing to those from whom numbers are hidden.
LEAST_REASON = 10


def faults_of(record: Any) -> list[Fault]:
    """Return what contradicts itself inside one record.

    Parameters
    ----------
    record
        A record or a series row.
    """
    own = _OF_RECORD.get(type(record))
    faults = list(own(record)) if own is not None else []
    return faults + _self_references(record)


def _self_references(record: Any) -> list[Fault]:
    kind = KIND_OF_RECORD[type(record)]
    if KINDS[kind].series:
        return []
    return [
        Fault(
            record=record,
            field=reference.field,
            code="self-reference",
            message=f"{reference.words} names {record.key} itself.",
            remedy=f"Name another {words_of(kind)}, or remove it.",
            numbers={"value": record.key},
        )
        for reference in references_of(record)
        if reference.key == record.key and reference.kinds == (kind,)
    ]


def _order(record: Any, names: tuple[str, ...], values: tuple[Any, ...], remedy: str) -> list[Fault]:
    """Return a fault when values that are there do not rise (or stay equal) in their order."""
    given = [(name, value) for name, value in zip(names, values, strict=True) if value is not None]
    for (low_name, low), (high_name, high) in pairwise(given):
        if low > high:
            return [
                Fault(
                    record=record,
                    field=low_name,
                    code="out-of-order",
                    message=f"{low_name} is {_number(low)} and {high_name} is {_number(high)}: "
                    f"{low_name} must not be {'after' if isinstance(low, date) else 'greater than'} {high_name}.",
                    remedy=remedy,
                    numbers={low_name: _listed(low), high_name: _listed(high)},
                )
            ]
    return []


def _number(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else f"{value:.15g}" if isinstance(value, float) else str(value)


def _listed(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _of_benefit(benefit: Benefit) -> list[Fault]:
    return _order(
        benefit,
        ("low", "likely", "high"),
        (benefit.low, benefit.likely, benefit.high),
        "Write the three from the smallest to the largest, for example [2, 5, 8]; harm is negative: [-3, -2, -1].",
    )


def _of_budget(budget: Budget) -> list[Fault]:
    return _order(
        budget,
        ("explore_min", "explore_max"),
        (budget.explore_min, budget.explore_max),
        "Set the floor of the explore share at or below its ceiling, for example 0.1 and 0.3.",
    )


def _of_measurement(row: Measurement) -> list[Fault]:
    return _order(
        row,
        ("low", "value", "high"),
        (row.low, row.value, row.high),
        "Write the bounds of the reading around its value.",
    )


def _of_signal(signal: Signal) -> list[Fault]:
    return _order(
        signal,
        ("seen", "assessed"),
        (signal.seen, signal.assessed),
        "A signal is assessed on the day it is seen or later: check the year of both dates.",
    )


def _of_feedback(feedback: Feedback) -> list[Fault]:
    return _order(
        feedback,
        ("opened", "answered"),
        (feedback.opened, feedback.answered),
        "Feedback is answered on the day it is opened or later: check the year of both dates.",
    )


def _of_survey(survey: Survey) -> list[Fault]:
    days = _order(
        survey, ("opens", "closes"), (survey.opens, survey.closes), "Let the survey close on or after the day it opens."
    )
    return days + _order(
        survey,
        ("n", "invited"),
        (survey.n, survey.invited),
        "More people answered than were invited: check both counts.",
    )


def _of_flow(flow: DataFlow) -> list[Fault]:
    if flow.source != flow.destination:
        return []
    return [
        Fault(
            record=flow,
            field="destination",
            code="self-reference",
            message=f"The flow begins and ends in system {flow.source}.",
            remedy="Name two different systems.",
            numbers={"value": flow.source},
        )
    ]


def _of_kpi(kpi: Kpi) -> list[Fault]:
    return [*_no_gap(kpi), *_hidden_without_reason(kpi)]


def _hidden_without_reason(kpi: Kpi) -> list[Fault]:
    if not kpi.private or len(kpi.private_reason.strip()) >= LEAST_REASON:
        return []
    return [
        Fault(
            record=kpi,
            field="private_reason",
            code="reason-missing",
            message="The numbers of this KPI are private, and nobody says why.",
            remedy=f"Write the reason into private_reason, at least {LEAST_REASON} characters, or 'private: false'.",
            numbers={"least": LEAST_REASON},
        )
    ]


def _no_gap(kpi: Kpi) -> list[Fault]:
    if kpi.baseline is None or kpi.baseline != kpi.target:
        return []
    return [
        Fault(
            record=kpi,
            field="target",
            code="no-gap",
            message=f"target and baseline are both {_number(kpi.target)}: there is no gap, so no effect counts.",
            remedy="Set the target the strategy aims at, or keep the KPI for watching only.",
            severity=Severity.WARNING,
            numbers={"value": kpi.target},
        )
    ]


def _of_capability(capability: Capability) -> list[Fault]:
    if not capability.strength or capability.level >= STRENGTH_LEVEL:
        return []
    return [
        Fault(
            record=capability,
            field="strength",
            code="weak-strength",
            message=f"It is called a strength at level {capability.level}; that needs level {STRENGTH_LEVEL} or more.",
            remedy="Correct the level, or write 'strength: false'.",
            severity=Severity.WARNING,
            numbers={"level": capability.level, "least": STRENGTH_LEVEL},
        )
    ]


def _of_commitment(commitment: Commitment) -> list[Fault]:
    if not commitment.required or commitment.p_deliver is not None:
        return []
    return [
        Fault(
            record=commitment,
            field="p_deliver",
            code="missing-value",
            message="p_deliver is missing, and a required partner cannot be without it.",
            remedy="Write how likely the partner delivers, for example 'p_deliver: 0.8', or 'required: false'.",
        )
    ]


def _of_objective(objective: Objective) -> list[Fault]:
    if not objective.kpis or any(weight > 0 for weight in objective.kpis.values()):
        return []
    return [
        Fault(
            record=objective,
            field="kpis",
            code="zero-sum",
            message="The weights of its KPIs are all 0, so each of them counts the same.",
            remedy="Give the KPIs weights above 0; without a weight each counts 1.",
            severity=Severity.WARNING,
        )
    ]


_OF_RECORD: dict[type[Any], Callable[[Any], list[Fault]]] = {
    Benefit: _of_benefit,
    Budget: _of_budget,
    Capability: _of_capability,
    Commitment: _of_commitment,
    DataFlow: _of_flow,
    Feedback: _of_feedback,
    Kpi: _of_kpi,
    Measurement: _of_measurement,
    Objective: _of_objective,
    Signal: _of_signal,
    Survey: _of_survey,
}
