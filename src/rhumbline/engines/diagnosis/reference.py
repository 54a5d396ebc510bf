"""The reference page of the rules, written from the registry so that it cannot differ from it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from rhumbline.engines.diagnosis.rule import Rule
from rhumbline.engines.diagnosis.sources import SOURCES

FAMILIES: Mapping[str, str] = {
    "STR": "Strategy",
    "MKT": "Market",
    "OPS": "Operations",
    "CUL": "Culture",
    "RES": "Resources",
    "BAL": "Balance",
    "KPI": "KPIs",
    "EXE": "Execution",
    "DYN": "Dynamics",
    "NIC": "Niche",
    "ECO": "Ecosystem",
    "ETH": "Ethics",
    "LED": "Leadership",
    "DAT": "Data",
}

_HINT = re.compile(r"\{(\w+)(?::[^}]*)?\}")
_OPENING = """\
# The rules

*Written from the code by `rhumbline.engines.diagnosis.reference`; do not edit it by hand.*

`rhumbline check` applies {count} rules. A finding is named by its rule and its subject, such as `STR01:i1`; of several
hits on one subject the worst counts. What a number is compared with forgives 1e-9 of noise: "below" and "more than" do
not fire at equality, "or more" does. Data that is missing fires no rule, unless the rule says so.
[Diagnosis](../explanation/diagnosis.md) explains the rest.
"""


def rules_page(rules: Sequence[Rule], sentences: Mapping[str, Mapping[str, str]]) -> str:
    """Return the reference page of the rules as Markdown.

    Parameters
    ----------
    rules
        The rules, those of one family together.
    sentences
        By code of a rule: its name, ``message``, ``why`` and ``remedy``.
    """
    parts = [_OPENING.format(count=len(rules))]
    for family, members in groupby(rules, key=lambda rule: rule.code[:3]):
        parts.append(f"## {FAMILIES[family]}\n")
        parts.extend(_rule(rule, sentences[rule.code]) for rule in members)
    parts.append("## Sources\n")
    used = {source for rule in rules for source in rule.sources}
    parts.append("\n".join(f"- **{SOURCES[key].short}.** {SOURCES[key].full}" for key in sorted(used)) + "\n")
    return "\n".join(parts)


def _rule(rule: Rule, words: Mapping[str, str]) -> str:
    severity = f"{rule.severity}, blocks funding" if rule.blocks else f"{rule.severity}"
    return "\n".join((f"### {rule.code} {words['name']}", "", *_lines(rule, words, severity), ""))


def _lines(rule: Rule, words: Mapping[str, str], severity: str) -> Iterator[str]:
    trigger = " ".join(rule.trigger.split())
    yield f"- **Severity**: {severity}. **Subject**: {rule.about}."
    yield f"- **Fires when**: {trigger}"
    yield f"- **Says**: {_plain(words['message'])}"
    yield f"- **Why**: {words['why']}"
    yield f"- **Remedy**: {_plain(words['remedy'])}"
    if rule.slow:
        yield "- Needs plans; `--quick` leaves it out."


def _plain(sentence: str) -> str:
    """Return a sentence whose placeholders only name what stands there."""
    return _HINT.sub(r"*\1*", sentence)


__all__ = ["FAMILIES", "rules_page"]
