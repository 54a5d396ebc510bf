"""The 73 rules, one module per family."""

from rhumbline.engines.diagnosis.rule import Rule
from rhumbline.engines.diagnosis.rules import (
    balance,
    culture,
    data,
    dynamics,
    ecosystem,
    ethics,
    execution,
    kpis,
    leadership,
    market,
    niche,
    operations,
    resources,
    strategy,
)

RULES: tuple[Rule, ...] = (
    *strategy.RULES,
    *market.RULES,
    *operations.RULES,
    *culture.RULES,
    *resources.RULES,
    *balance.RULES,
    *kpis.RULES,
    *execution.RULES,
    *dynamics.RULES,
    *niche.RULES,
    *ecosystem.RULES,
    *ethics.RULES,
    *leadership.RULES,
    *data.RULES,
)

__all__ = ["RULES"]
