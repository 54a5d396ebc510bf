"""Every rule can be put into words, in English and in German, from the numbers its findings carry."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from tests.engines.diagnosis.base import diagnosed
from tests.engines.diagnosis.test_rules import CASES

import rhumbline
from rhumbline.engines.diagnosis import RULES, SOURCES, Rule, RuleFinding

MESSAGES = Path(rhumbline.__file__).parent / "faces" / "messages"
LANGUAGES = ("en", "de")
PLACEHOLDER = re.compile(r"\{(\w+)(?::(\w+)(?:\|[^{}|]+\|[^{}|]+)?)?\}")
HINTS = {
    "",
    "percent",
    "points",
    "money",
    "number",
    "count",
    "name",
    "names",
    "list",
    "date",
    "period",
    # A number of a KPI, which is hidden where the KPI is private.
    "level",
    "word",
    "words",
}


@cache
def sentences(language: str) -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((MESSAGES / f"rules.{language}.toml").read_text(encoding="utf-8"))


@cache
def all_findings() -> Mapping[str, tuple[RuleFinding, ...]]:
    """The findings of every Book of the rule tests, by code."""
    found: dict[str, list[RuleFinding]] = {}
    for case in CASES:
        for value in case.fires:
            for finding in diagnosed(case.book(value)).findings:
                found.setdefault(finding.code, []).append(finding)
    return {code: tuple(listed) for code, listed in found.items()}


def code_of(rule: Rule) -> str:
    return rule.code


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_has_its_sentences_and_no_sentence_is_without_a_rule(language: str) -> None:
    tables = sentences(language)
    assert list(tables) == [rule.code for rule in RULES]
    for code, table in tables.items():
        assert {"name", "message", "why", "remedy"} <= set(table), code
        assert all(name.split("_")[0] in {"name", "message", "why", "remedy"} for name in table), code
        assert all(text.strip() == text != "" for text in table.values()), code


@pytest.mark.parametrize("rule", RULES, ids=code_of)
def test_both_languages_speak_of_the_same_values(rule: Rule) -> None:
    english, german = (sentences(language)[rule.code] for language in LANGUAGES)
    assert english.keys() == german.keys()
    for name, text in english.items():
        assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(german[name])), name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", RULES, ids=code_of)
def test_a_finding_carries_every_value_its_sentences_speak_of(rule: Rule, language: str) -> None:
    table = sentences(language)[rule.code]
    for finding in all_findings()[rule.code]:
        for reason in (finding.message, finding.why, finding.remedy):
            text = table[reason.code.removeprefix(f"{rule.code}.")]
            named = PLACEHOLDER.findall(text)
            assert {name for name, _ in named} <= set(finding.evidence), reason.code
            assert {hint for _, hint in named} <= HINTS, reason.code
            assert text.count("{") == len(named), reason.code


@pytest.mark.parametrize("rule", RULES, ids=code_of)
def test_every_sentence_is_used_by_some_finding(rule: Rule) -> None:
    written = {f"{rule.code}.{name}" for name in sentences("en")[rule.code] if name.startswith("message")}
    assert {finding.message.code for finding in all_findings()[rule.code]} == written


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", RULES, ids=code_of)
def test_why_a_rule_matters_names_its_sources(rule: Rule, language: str) -> None:
    why = sentences(language)[rule.code]["why"]
    assert rule.sources
    named = [source.short for source in SOURCES.values() if source.short in why]
    assert sorted(named) == sorted(SOURCES[key].short for key in rule.sources)


def test_the_english_name_is_the_name_of_the_rule() -> None:
    assert {code: table["name"] for code, table in sentences("en").items()} == {rule.code: rule.name for rule in RULES}


def test_every_source_is_used() -> None:
    assert {key for rule in RULES for key in rule.sources} == set(SOURCES)
