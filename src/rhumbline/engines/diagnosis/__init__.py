"""What is wrong with a strategy and its work, why it matters and what to do: the rules and their findings."""

from rhumbline.engines.diagnosis.check import (
    CheckTerms,
    Crash,
    Diagnosis,
    RuleFinding,
    SameCodeTwice,
    check,
    check_facts,
)
from rhumbline.engines.diagnosis.facts import Facts
from rhumbline.engines.diagnosis.rule import Hit, Rule, rule
from rhumbline.engines.diagnosis.rules import RULES
from rhumbline.engines.diagnosis.sources import SOURCES, Source

__all__ = [
    "RULES",
    "SOURCES",
    "CheckTerms",
    "Crash",
    "Diagnosis",
    "Facts",
    "Hit",
    "Rule",
    "RuleFinding",
    "SameCodeTwice",
    "Source",
    "check",
    "check_facts",
    "rule",
]
