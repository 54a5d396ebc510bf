"""Every kind of record, one frozen dataclass each, and the one table that lists them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rhumbline.book.records.market import Assumption, Need, Scenario, Segment, Signal
from rhumbline.book.records.money import AcceptedPlan, Budget, Decision
from rhumbline.book.records.operations import Capability, DataFlow, Person, System, Team
from rhumbline.book.records.people import (
    Commitment,
    Feedback,
    FindingOnRecord,
    Message,
    Partner,
    Response,
    Review,
    Survey,
)
from rhumbline.book.records.strategy import History, Kpi, Measurement, Objective, Organisation, Strategy
from rhumbline.book.records.work import (
    Actual,
    Benefit,
    ClosedBenefit,
    EthicsReview,
    Experiment,
    Initiative,
    WorkItem,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record: its name, the name of its list in a file, and the dataclass that defines it.

    ``series`` kinds have no key: their rows are only ever added, and sort by ``owner`` (the field
    that says whose series it is) and then by the fields in their order.
    """

    name: str
    plural: str
    record: type[Any]
    series: bool = False
    owner: str = ""


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("organisation", "organisations", Organisation),
        Kind("strategy", "strategies", Strategy),
        Kind("segment", "segments", Segment),
        Kind("need", "needs", Need),
        Kind("signal", "signals", Signal),
        Kind("kpi", "kpis", Kpi),
        Kind("measurement", "measurements", Measurement, series=True, owner="kpi"),
        Kind("objective", "objectives", Objective),
        Kind("capability", "capabilities", Capability),
        Kind("system", "systems", System),
        Kind("flow", "flows", DataFlow),
        Kind("team", "teams", Team),
        Kind("person", "people", Person),
        Kind("budget", "budgets", Budget),
        Kind("initiative", "initiatives", Initiative),
        Kind("benefit", "benefits", Benefit),
        Kind("work_item", "work_items", WorkItem),
        Kind("actual", "actuals", Actual, series=True, owner="initiative"),
        Kind("ethics_review", "ethics_reviews", EthicsReview),
        Kind("experiment", "experiments", Experiment),
        Kind("assumption", "assumptions", Assumption),
        Kind("scenario", "scenarios", Scenario),
        Kind("partner", "partners", Partner),
        Kind("commitment", "commitments", Commitment),
        Kind("survey", "surveys", Survey),
        Kind("response", "responses", Response, series=True, owner="survey"),
        Kind("review", "reviews", Review),
        Kind("message", "messages", Message),
        Kind("feedback", "feedback", Feedback),
        Kind("decision", "decisions", Decision),
        Kind("accepted_plan", "accepted_plans", AcceptedPlan),
        Kind("finding_on_record", "findings_on_record", FindingOnRecord),
        Kind("closed_benefit", "closed_benefits", ClosedBenefit),
        Kind("history", "histories", History),
    )
}
KIND_OF_PLURAL: dict[str, str] = {kind.plural: kind.name for kind in KINDS.values()}
KIND_OF_RECORD: dict[type[Any], str] = {kind.record: kind.name for kind in KINDS.values()}

__all__ = [
    "KINDS",
    "KIND_OF_PLURAL",
    "KIND_OF_RECORD",
    "AcceptedPlan",
    "Actual",
    "Assumption",
    "Benefit",
    "Budget",
    "Capability",
    "ClosedBenefit",
    "Commitment",
    "DataFlow",
    "Decision",
    "EthicsReview",
    "Experiment",
    "Feedback",
    "FindingOnRecord",
    "History",
    "Initiative",
    "Kind",
    "Kpi",
    "Measurement",
    "Message",
    "Need",
    "Objective",
    "Organisation",
    "Partner",
    "Person",
    "Response",
    "Review",
    "Scenario",
    "Segment",
    "Signal",
    "Strategy",
    "Survey",
    "System",
    "Team",
    "WorkItem",
]
