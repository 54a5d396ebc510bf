"""The reference page of the rules is the one the registry writes.

After a change to a rule, ``python -m tests.engines.diagnosis.test_reference`` writes the page anew.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import rhumbline
from rhumbline.engines.diagnosis import RULES
from rhumbline.engines.diagnosis.reference import FAMILIES, rules_page

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "reference" / "rules.md"
SENTENCES = Path(rhumbline.__file__).parent / "faces" / "messages" / "rules.en.toml"


def written() -> str:
    return rules_page(RULES, tomllib.loads(SENTENCES.read_text(encoding="utf-8")))


def test_the_page_is_the_one_the_registry_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == written(), "run: python -m tests.engines.diagnosis.test_reference"


def test_the_page_names_every_rule_and_every_family_once() -> None:
    page = written()
    assert [page.count(f"### {rule.code} ") for rule in RULES] == [1] * len(RULES)
    assert [page.count(f"## {name}\n") for name in FAMILIES.values()] == [1] * len(FAMILIES)


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(written(), encoding="utf-8")
