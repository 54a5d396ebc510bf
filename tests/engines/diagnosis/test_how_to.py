"""The how-to page about adding a rule works as it is printed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import rhumbline
from rhumbline.engines.diagnosis import RULES

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "how-to" / "add-a-rule.md").read_text(encoding="utf-8")
EXAMPLES = Path(rhumbline.__file__).parent / "examples"


def test_the_steps_of_the_page_work_as_printed(tmp_path: Path) -> None:
    rule, program = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "own_rules.py").write_text(rule, encoding="utf-8")
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    shutil.copy(EXAMPLES / "consulting.yaml", tmp_path / "company.yaml")
    text = (tmp_path / "company.yaml").read_text(encoding="utf-8")
    (tmp_path / "company.yaml").write_text(re.sub(r"^  team: .*\n", "", text, flags=re.MULTILINE), encoding="utf-8")
    run = subprocess.run([sys.executable, "program.py"], cwd=tmp_path, capture_output=True, text=True, check=True)
    own = [line for line in run.stdout.splitlines() if "OWN01" in line]
    assert own
    assert all(line.startswith("warning OWN01:") for line in own)
    assert len(run.stdout.splitlines()) > len(own), "the built-in rules run beside it"


def test_the_page_names_files_that_exist() -> None:
    assert (ROOT / "src/rhumbline/engines/diagnosis/rules").is_dir()
    assert "rhumbline/engines/diagnosis/rules" in PAGE
    for name in ("rules.en.toml", "rules.de.toml"):
        assert name in PAGE
        assert (ROOT / "src/rhumbline/faces/messages" / name).is_file()
    for name in re.findall(r"`(tests/[\w/]+\.py)`", PAGE):
        assert (ROOT / name).is_file()


def test_the_page_takes_no_code_of_a_built_in_rule() -> None:
    assert set(re.findall(r'@rule\("(\w+)"', PAGE)).isdisjoint(rule.code for rule in RULES)
