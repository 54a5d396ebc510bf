"""The funding plan: proven best, explained, and why there is none when there is none."""

from rhumbline.engines.planning.reasons import REASON_CODES
from rhumbline.engines.planning.result import Certificate, Line, Plan, PlanStatus, PlanTerms, Progress
from rhumbline.engines.planning.solve import plan, plan_quantities

__all__ = [
    "REASON_CODES",
    "Certificate",
    "Line",
    "Plan",
    "PlanStatus",
    "PlanTerms",
    "Progress",
    "plan",
    "plan_quantities",
]
