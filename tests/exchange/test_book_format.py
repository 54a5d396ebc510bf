"""The pages about the file format tell the truth.

After a change to a record or to a meaning, ``python -m tests.exchange.test_book_format`` writes the tables anew.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rhumbline import examples
from rhumbline.book.records import KINDS
from rhumbline.exchange.field_help import field_table, summary_of
from rhumbline.exchange.files import dumps, read_book, read_text

DOCS = Path(__file__).resolve().parents[2] / "docs"
REFERENCE = DOCS / "reference" / "book-format.md"
HOW_TO = DOCS / "how-to" / "work-in-a-spreadsheet.md"
BEGIN, END = "<!-- records -->\n", "<!-- end of records -->\n"


def records() -> str:
    parts = []
    for kind in KINDS.values():
        series = f" A series: rows are only added, and sorted by `{kind.owner}` and time." if kind.series else ""
        parts.append(f"### {kind.plural}\n\n{summary_of(kind.name)}{series}\n\n{field_table(kind.name)}\n")
    return "\n".join(parts)


def written(page: str) -> str:
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{records()}\n{END}{rest.partition(END)[2]}"


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def test_the_tables_are_those_of_the_code():
    page = REFERENCE.read_text(encoding="utf-8")
    assert page == written(page), "run: python -m tests.exchange.test_book_format"


def test_the_example_is_a_book_in_the_short_form():
    (text,) = blocks(REFERENCE, "yaml")
    reading = read_text(text)
    assert reading.findings == ()
    assert read_text(dumps(reading.book)).book == reading.book
    assert list(reading.book.all("benefit")) == ["e1.k1"]


@pytest.mark.parametrize("page", [REFERENCE, HOW_TO])
def test_the_python_of_the_pages_runs(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "company.yaml").write_bytes(examples.path("bakery").read_bytes())
    for code in blocks(page, "python"):
        exec(code, {})  # noqa: S102 - the code of our own pages
    assert (tmp_path / "company.xlsx").exists()
    if page == HOW_TO:
        said = capsys.readouterr().out
        assert "bakery - food production" in said
        assert "written" in said
        assert "(sheet " in said
        assert read_book(tmp_path / "copy.xlsx").held_out == ()


if __name__ == "__main__":
    REFERENCE.write_text(written(REFERENCE.read_text(encoding="utf-8")), encoding="utf-8")
