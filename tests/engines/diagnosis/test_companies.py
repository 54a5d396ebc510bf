"""The example companies have exactly the findings that their files state."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import rhumbline
from rhumbline.book.types import Severity
from rhumbline.engines.diagnosis import RULES, check
from rhumbline.exchange.files import read_book

COMPANIES = sorted((Path(rhumbline.__file__).parent / "examples").glob("*.yaml"))


@cache
def expected(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))["expect"]
    return found


@pytest.mark.parametrize("path", COMPANIES, ids=lambda path: path.stem)
def test_a_company_has_exactly_the_findings_of_its_file(path: Path) -> None:
    book, problems = read_book(path)
    assert [problem for problem in problems if problem.severity is Severity.ERROR] == []
    diagnosis = check(book)
    assert diagnosis.crashed == ()
    serious = {str(finding) for finding in diagnosis.findings if finding.severity is not Severity.INFO}
    info = {str(finding) for finding in diagnosis.findings if finding.severity is Severity.INFO}
    expect = expected(path)
    assert serious == set(expect["findings"])
    assert info == set(expect["info"])
    assert set(expect["must_find"]) <= serious


def test_the_companies_show_every_severity_and_most_rules() -> None:
    shown = {code.split(":")[0] for path in COMPANIES for key in ("findings", "info") for code in expected(path)[key]}
    assert len(COMPANIES) >= 17
    assert shown <= {rule.code for rule in RULES}
    assert len(shown) >= 50
