"""The companies of the examples get the score, the findings and the plan that their files state."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cases.compare import file_differences, main

import rhumbline.examples

EXAMPLES = Path(rhumbline.examples.__file__).parent


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_company_gets_what_its_file_expects(path: Path) -> None:
    assert list(file_differences(path)) == []


def test_a_wrong_expectation_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (EXAMPLES / "bakery.yaml").read_text(encoding="utf-8")
    spoiled = text.replace("must_fund: [i2,", "must_fund: [i6, i2,").replace(
        "objective: 0.482612", "objective: 0.48262"
    )
    spoiled = spoiled.replace("'KPI02:o1', ", "").replace("score_before: [11.4,", "score_before: [11.6,")
    (tmp_path / "bakery.yaml").write_text(spoiled, encoding="utf-8")
    assert main([str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "bakery.yaml: score_before low: expected 11.6, found 11.40425",
        "bakery.yaml: findings: KPI02:o1 is too many",
        "bakery.yaml: must_fund: i6 is not funded",
        "bakery.yaml: plan objective: expected 0.48262, found 0.482612142",
        "1 companies compared, 4 differences",
    ]
