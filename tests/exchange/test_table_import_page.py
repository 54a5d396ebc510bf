"""The page on importing spreadsheets: its example runs, and it lists every code and question."""

from __future__ import annotations

import ast
import re
from datetime import date
from pathlib import Path

import pytest

import rhumbline.exchange as package
from rhumbline.exchange.table_import import import_table
from rhumbline.exchange.vocabulary import mappable_kinds

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "import-a-spreadsheet.md"
MODULES = [
    "sheets",
    "tables",
    "table_rows",
    "mapping",
    "column_search",
    "column_plans",
    "table_import",
    "merging",
    "row_keys",
    "row_records",
]


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def said_codes():
    """Every finding code in the modules: a text that is the code of a Finding or the first word of a note."""
    found = set()
    for name in MODULES:
        tree = ast.parse((Path(package.__path__[0]) / f"{name}.py").read_text("utf-8"))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            given = [word.value for word in node.keywords if word.arg == "code"]
            if called in ("say", "refused", "_note", "_problem"):
                given += node.args[2:3] if called == "_problem" else node.args[:1]
            found |= {value.value for value in given if isinstance(value, ast.Constant)}
    return found


def test_the_page_lists_every_code():
    listed = set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", PAGE.read_text("utf-8").partition("## What it says")[2]))
    assert said_codes() - listed == set()
    assert len(said_codes()) > 25


def test_the_page_lists_every_kind():
    assert all(f"`{kind}`" in PAGE.read_text("utf-8") for kind in mappable_kinds())


def test_the_examples_of_the_page_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "projects.csv").write_text(blocks("csv")[0], "utf-8")
    names = {}
    for code in blocks("python"):
        if "numbers.xlsx" not in code:
            exec(compile(code, str(PAGE), "exec"), names)  # noqa: S102 - the page is ours
    printed = capsys.readouterr().out
    assert "Cost (€) -> cash" in printed
    assert "approx 5k?" in printed
    assert names["found"].changes == ()


def test_what_the_page_says_of_its_example_is_so():
    found = import_table(blocks("csv")[0].encode(), name="projects.csv", as_of=date(2026, 11, 23))
    assert list(found.book.initiatives) == ["new-milling-machine", "web-shop"]
    assert [row.where for row in found.held_out] == ["row 7"]
    assert found.book.organisation.name == "Miller Metalwork Ltd"


@pytest.mark.parametrize("word", ["decimal:", "date:", "stage:", "column:", "conflict:", "team-hours", "exchange-rate"])
def test_the_page_lists_the_questions(word):
    assert f"`{word}" in PAGE.read_text("utf-8")
