"""The funding plan: proven best, explained, and why there is none when there is none."""

from rhumbline.engines.planning.compare import BreakEven, CompareTerms, Comparison, KpiComparison, Side, compare
from rhumbline.engines.planning.explain import ExplainTerms, Explanation, Heading, explain
from rhumbline.engines.planning.inquiry import KpiEffect, Standing
from rhumbline.engines.planning.reasons import REASON_CODES
from rhumbline.engines.planning.result import Certificate, Line, Plan, PlanStatus, PlanTerms, Progress
from rhumbline.engines.planning.solve import plan, plan_quantities

__all__ = [
    "REASON_CODES",
    "BreakEven",
    "Certificate",
    "CompareTerms",
    "Comparison",
    "ExplainTerms",
    "Explanation",
    "Heading",
    "KpiComparison",
    "KpiEffect",
    "Line",
    "Plan",
    "PlanStatus",
    "PlanTerms",
    "Progress",
    "Side",
    "Standing",
    "compare",
    "explain",
    "plan",
    "plan_quantities",
]
