"""The report as a workbook: its sheets, numbers that stay numbers, texts that stay texts."""

import re
from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

import rhumbline
from rhumbline.faces.file_commands import companies
from rhumbline.faces.report import report_workbook
from rhumbline.faces.words import LANGUAGES, Words


def written(name="bakery", language="en", change=None):
    book, findings = rhumbline.read_book(companies()[name].read_bytes())
    return report_workbook(change(book) if change else book, findings=findings, language=language)


def rows_of(data, sheet):
    return CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_name(sheet).to_python()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_has_a_sheet_for_every_need(language):
    names = CalamineWorkbook.from_filelike(BytesIO(written(language=language))).sheet_names
    sheets = ("plan", "findings", "scores", "questions", "provenance")
    assert names == [Words(language).text(f"report.sheet.{name}") for name in sheets]


def test_the_plan_can_be_added_up():
    data = written()
    book, _ = rhumbline.read_book(companies()["bakery"].read_bytes())
    plan = rhumbline.plan(book).document
    funded = [row for row in rows_of(data, "Plan") if row[2] == "Fund"]
    assert [row[1] for row in funded] == [line["initiative"] for line in plan["funded"]]
    assert sum(row[4] for row in funded) == pytest.approx(plan["cost"])
    assert sum(row[5] for row in funded) == pytest.approx(plan["cost"] / plan["resources"])


def test_every_finding_and_every_source_is_there():
    data = written("workbench")
    book, findings = rhumbline.read_book(companies()["workbench"].read_bytes())
    codes = [row[0] for row in rows_of(data, "Findings") if re.fullmatch(r"[A-Z]{3}\d\d", str(row[0]))]
    assert codes == [found.code for found in rhumbline.check(book, findings=findings).result.findings]
    flat = [str(cell) for row in rows_of(data, "Provenance") for cell in row]
    assert book.sha in flat
    assert any("docs/explanation/planning.md" in cell for cell in flat)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1+2", "@SUM(A1)", "http://example.org", "\t=1", "12"])
def test_whatever_a_user_wrote_is_text(name):
    def change(book):
        return book.replace(*(replace(one, name=name) for one in book.initiatives.values()))

    data = written(change=change)
    with ZipFile(BytesIO(data)) as archive:
        sheets = [archive.read(one).decode() for one in archive.namelist() if "worksheets/sheet" in one]
    assert sheets
    assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)
    cells = {row[0] for row in rows_of(data, "Plan")}
    assert Words().show(name) in cells


def test_the_same_book_gives_the_same_bytes():
    assert written("telehealth") == written("telehealth")


def test_an_empty_book_has_a_workbook():
    book, findings = rhumbline.read_book("as_of: 2026-11-23\n")
    assert rows_of(report_workbook(book, findings=findings), "Provenance")
