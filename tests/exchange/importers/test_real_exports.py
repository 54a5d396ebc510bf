"""Exports as they are found in the wild: recognised, read, and their published numbers found again."""

import os
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from rhumbline.exchange.recognise import import_file, recognise

FOLDER = Path(os.environ.get("RHUMBLINE_DATA", "nowhere"))

pytestmark = pytest.mark.local_data

FORMATS = {
    "imports/accounting_bank.csv": "bank",
    "imports/accounting_quickbooks_journal.csv": "quickbooks-journal",
    "imports/asana_google_sheets_sync.csv": "asana",
    "imports/asana_project.csv": "asana",
    "imports/fider_posts.csv": "fider",
    "imports/generic_semicolon_decimal_comma.csv": "table",
    "imports/github_issues.csv": "github-issues",
    "imports/github_issues_semicolon.csv": "github-issues",
    "imports/github_projects_view.tsv": "github-project",
    "imports/jira_poinz_export.csv": "jira",
    "imports/jira_rss_export.xml": "jira-rss",
    "imports/leantime_todos.csv": "leantime-todos",
    "imports/msproject_mspdi_excerpt.xml": "msproject",
    "imports/openproject_work_packages.csv": "openproject",
    "imports/planka_board.json": "planka",
    "imports/plausible_imported_visitors_20111225_20111230.csv": "plausible",
    "imports/quickbooks_profit_and_loss.csv": "quickbooks",
    "imports/stripe_itemized_balance_change.csv": "stripe",
    "imports/trello_board.json": "trello",
    "imports/xero_profit_and_loss.csv": "xero",
    "okr-ipfs/okr_2019.csv": "okr",
    "stratml/PMOAI.xml": "stratml",
    "stratml/SMLC2011.xml": "stratml",
    "stratml/WGlascoeCCIP.xml": "stratml",
}


def path_of(name):
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"RHUMBLINE_DATA has no {name}")
    return path


def read(name, **given):
    return import_file(path_of(name), **given)


def said(result):
    return " ".join(finding.message for finding in result.findings)


@pytest.mark.parametrize(("name", "form"), FORMATS.items())
def test_each_is_recognised_whatever_it_is_called(name, form):
    found = recognise(path_of(name).read_bytes())
    assert found[0].format == form
    assert form == "table" or all(found[0].confidence - other.confidence > 0.15 for other in found[1:])


@pytest.mark.parametrize("name", FORMATS)
def test_each_changes_nothing_when_it_is_imported_again(name):
    first = read(name)
    assert first.errors == ()
    assert first.held_out == ()
    assert read(name, into=first.book).changes == ()


@pytest.mark.parametrize("name", FORMATS)
def test_each_may_break_off_anywhere(name):
    data = path_of(name).read_bytes()
    for cut in range(0, len(data), max(1, len(data) // 25)):
        import_file(data[:cut], "x", FORMATS[name])


def totals(result, year):
    return {check.what.partition(" (")[0]: check.stated for check in result.checks if str(year) in check.what}


def test_quickbooks():
    result = read("imports/quickbooks_profit_and_loss.csv")
    assert totals(result, 2024) == {"Total Income": 830_000, "Total Expenses": 483_000, "Net Income": 347_000}
    assert len(result.checks) == 6
    assert all(check.holds for check in result.checks)
    spent = sum(row.money for row in result.book.series["actual"] if row.date == date(2024, 12, 31))
    earned = sum(row.value for row in result.book.series["measurement"] if row.at == date(2024, 12, 31))
    assert (spent, earned) == (483_000, 830_000)


def test_xero():
    result = read("imports/xero_profit_and_loss.csv")
    assert totals(result, 2024)["Net Profit"] == 850_000 - 290_000 - 60_000
    assert all(check.holds for check in result.checks)


def test_journal():
    (check,) = read("imports/accounting_quickbooks_journal.csv").checks
    assert (check.stated, check.found, check.holds) == (115, 115, True)


def test_plausible():
    book = read("imports/plausible_imported_visitors_20111225_20111230.csv").book
    assert book.readings("site-visit")[0].value == pytest.approx(1234.3, abs=0.05)
    assert len(book.readings("site-visitors")) == 6


def test_stripe():
    book = read("imports/stripe_itemized_balance_change.csv").book
    assert sum(row.value for row in book.readings("stripe-charges-eur")) == pytest.approx(64.91)
    assert [row.money for row in book.series["actual"]] == [Decimal("1.46")]


def test_asana_below_three_lines():
    book = read("imports/asana_google_sheets_sync.csv").book
    assert [(item.name, item.due) for item in book.all("work_item").values()] == [("x", date(2026, 7, 30))]


def test_jira_with_cells_of_several_lines():
    book = read("imports/jira_poinz_export.csv").book
    assert list(book.all("work_item")) == ["SMRGR-2151", "SMRGR-2643", "SMRGR-3672", "SMRGR-6275"]
    assert {item.initiative for item in book.all("work_item").values()} == {"sommergarden"}


def test_okr():
    result = read("okr-ipfs/okr_2019.csv")
    assert (len(result.book.objectives), len(result.book.kpis)) == (9, 48)
    last = [row.value for row in result.book.series["measurement"] if row.at.month in (6, 9)]
    assert all(0 <= value <= 1 for value in last)


@pytest.mark.parametrize(
    ("name", "objectives", "kpis", "words"),
    [
        ("stratml/PMOAI.xml", 1 + 5, 0, ("24 stakeholders", "6 values")),
        ("stratml/SMLC2011.xml", 3 + 10, 11, ("58 stakeholders", "5 values")),
    ],
)
def test_stratml(name, objectives, kpis, words):
    result = read(name)
    assert len(result.book.objectives) == objectives
    without = Counter(finding.code for finding in result.findings)["indicator-without-number"]
    assert len(result.book.kpis) + without == kpis
    assert all(word in said(result) for word in words)


def test_stratml_without_goals_is_a_finding():
    result = read("stratml/WGlascoeCCIP.xml")
    assert "no-goals" in {finding.code for finding in result.findings}
    assert not result.book.objectives
