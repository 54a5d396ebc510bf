"""Statements, journals, payments, traffic, plans and OKRs: every number of the samples, with the sums they state."""

from datetime import date
from decimal import Decimal

import pytest
from tests.exchange.importers import samples
from tests.exchange.importers.samples import SAMPLES

from rhumbline.exchange.importers.statements import RUNNING, period_end
from rhumbline.exchange.recognise import import_file

YEAR = date(2026, 12, 31)


def codes(result):
    return {finding.code for finding in result.findings}


def costs(result, day=None):
    """By account: the money of one day."""
    return {
        row.source.partition(": ")[2]: row.money
        for row in result.book.series.get("actual", ())
        if day is None or row.date == day
    }


def readings(result, key):
    return [(row.at, row.value) for row in result.book.readings(key)]


# --- profit and loss --------------------------------------------------------------------------


def test_xero():
    result = import_file(SAMPLES["xero"], "x")
    assert result.book.organisation.name == "Two Vans Ltd"
    assert costs(result, date(2026, 6, 30)) == {"Fuel": Decimal(29000), "Rent": Decimal(6000)}
    assert costs(result, date(2025, 6, 30)) == {"Fuel": Decimal(27000), "Rent": Decimal(5800), "Bank fees": Decimal(40)}
    assert readings(result, "income-parcels") == [(date(2025, 6, 30), 80000), (date(2026, 6, 30), 85000)]
    assert [check.holds for check in result.checks] == [True] * 10
    assert "negative-cost" in codes(result)


def test_quickbooks():
    result = import_file(SAMPLES["quickbooks"], "x")
    assert costs(result, YEAR) == {"Wages": Decimal(300), "Taxes": Decimal(30), "Rent or Lease": Decimal(48)}
    assert readings(result, "income-interest") == [(date(2025, 12, 31), 7), (YEAR, 8)]
    assert {check.what: check.holds for check in result.checks if "2026" in check.what} == {
        f"{name} (Jan - Dec 2026)": True
        for name in (
            "Total Income",
            "Total Payroll",
            "Total Expenses",
            "Net Operating Income",
            "Total Other Income",
            "Net Other Income",
            "Net Income",
        )
    }


def test_wave():
    result = import_file(SAMPLES["wave"], "x")
    assert costs(result) == {"Fuel": Decimal("200.25"), "Rent": Decimal(300)}
    assert readings(result, "income-parcels") == [(YEAR, 1200.5)]
    assert all(check.holds for check in result.checks)
    assert len(result.checks) == 5


@pytest.mark.parametrize("name", ["xero", "quickbooks", "wave"])
def test_totals_are_never_imported(name):
    result = import_file(SAMPLES[name], "x")
    words = " ".join([*costs(result), *(kpi.name for kpi in result.book.kpis.values())]).casefold()
    assert "total" not in words
    assert "profit" not in words
    assert "net " not in words


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("xero", '"29,000.00","27', '"28,000.00","27'),
        ("quickbooks", "Wages,300", "Wages,200"),
        ("wave", "Rent,$300.00", "Rent,$200.00"),
    ],
)
def test_sums_that_do_not_add_up_are_said(name, before, after):
    text = SAMPLES[name].decode()
    assert before in text
    result = import_file(text.replace(before, after, 1).encode(), "x")
    wrong = [check for check in result.checks if not check.holds]
    assert wrong
    assert sum(finding.code == "total-mismatch" for finding in result.findings) == len(wrong)


def test_an_account_can_be_given_to_an_initiative_and_that_is_remembered():
    book = import_file(SAMPLES["trello"], "x").book
    result = import_file(SAMPLES["wave"], "x", into=book, answers={"account:Rent": "second-bakery"})
    assert {row.initiative for row in result.book.series["actual"]} == {"second-bakery", RUNNING}
    assert "account:Rent" not in {question.id for question in result.questions}
    later = samples.WAVE.replace("2026", "2027").encode()
    again = import_file(later, "x", into=result.book)
    assert [
        row.initiative for row in again.book.series["actual"] if row.date.year == 2027 and "Rent" in row.source
    ] == ["second-bakery"]


def test_the_business_itself_is_one_initiative_for_all_sources():
    book = import_file(SAMPLES["xero"], "x").book
    book = import_file(SAMPLES["stripe"], "x", into=book).book
    book = import_file(SAMPLES["bank"], "x", into=book).book
    assert list(book.initiatives) == [RUNNING]


def test_the_columns_of_a_tracking_category_are_no_periods():
    text = "Two Vans\nProfit and Loss\nJanuary - December 2026\n\nAccount,Web shop,Stall,Total\nIncome,,,\nSales,10,20,30\nTotal Income,10,20,30\nLess Operating Expenses,,,\nRent,3,4,7\nTotal Operating Expenses,3,4,7\nNet Profit,7,16,23\n"
    result = import_file(text.encode(), "x", answers={"tracking:Web shop": "nobody"})
    assert costs(result) == {"Rent / Stall": Decimal(4)}
    assert result.held_out[0][0] == "actual"
    book = import_file(SAMPLES["trello"], "x").book
    given = import_file(text.encode(), "x", into=book, answers={"tracking:Web shop": "second-bakery"})
    assert {(row.initiative, row.money) for row in given.book.series["actual"]} == {("second-bakery", 3), (RUNNING, 4)}


def test_budget_columns_are_no_actual_amounts():
    text = "Profit and Loss\nTwo Vans\nJanuary - December 2026\n\n,Actual,Budget,over Budget,% of Budget\nIncome,,,,\nSales,10,12,-2,83%\nTotal Income,10,12,-2,83%\nExpenses,,,,\nRent,3,4,-1,75%\nTotal Expenses,3,4,-1,75%\nNet Income,7,8,-1,88%\n"
    result = import_file(text.encode(), "x", "quickbooks")
    assert costs(result) == {"Rent": Decimal(3)}
    assert all(check.holds for check in result.checks)


def test_decimal_commas():
    text = "Zwei Wagen GmbH;;\nProfit and Loss;;\n;;\nAccount;31 Dez 2026;31 Dez 2025\nIncome;;\nPakete;1.200,50;1.100,25\nTotal Income;1.200,50;1.100,25\nLess Operating Expenses;;\nMiete;1.000,50;900,00\nTotal Operating Expenses;1.000,50;900,00\nNet Profit;200,00;200,25\n"
    result = import_file(text.encode("cp1252"), "x")
    assert costs(result, YEAR) == {"Miete": Decimal("1000.50")}
    assert all(check.holds for check in result.checks)


def test_a_file_in_another_currency_needs_a_rate():
    book = import_file(SAMPLES["stripe"], "x").book
    text = samples.WAVE.replace("$", "£").encode()
    without = import_file(text, "x", into=book)
    assert "other-currency" in codes(without)
    assert not [row for row in without.book.series["actual"] if row.source.startswith("wave")]
    result = import_file(text, "x", into=book, answers={"exchange-rate": "1.2"})
    assert [row.money for row in result.book.series["actual"] if "Rent" in row.source] == [Decimal("360.00")]


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("30 Jun 2026", date(2026, 6, 30)),
        ("Jan - Dec 2026", YEAR),
        ("Jan-Mar 2026", date(2026, 3, 31)),
        ("January - December 2026", YEAR),
        ("Jan 01 2026 to Dec 31 2026", YEAR),
        ("Date Range: Jan 01 2026 to Dec 31 2026", YEAR),
        ("1 January 2026 - 28 February 2026", date(2026, 2, 28)),
        ("For the year ended 30 June 2026", date(2026, 6, 30)),
        ("Feb 2028", date(2028, 2, 29)),
        ("2026", YEAR),
        ("FY 2026", YEAR),
        ("Q2 2026", date(2026, 6, 30)),
        ("Total", None),
        ("4010 Storage", None),
        ("", None),
        ("Two Vans 24", None),
    ],
)
def test_the_last_day_of_a_period(text, end):
    assert period_end(text) == end


def test_shares_of_the_income_and_results_under_other_names_are_no_accounts():
    text = samples.WAVE.replace(
        ",Gross Profit,$1000.25\n", ",Gross Profit,$1000.25\n,As a percentage of Total Income,83.32%\n"
    )
    assert costs(import_file(text.encode(), "x")) == {"Fuel": Decimal("200.25"), "Rent": Decimal(300)}
    other = samples.QUICKBOOKS.replace("Net Operating Income", "Operating Income")
    result = import_file(other.encode(), "x")
    assert "income-operating-income" not in result.book.kpis
    assert all(check.holds for check in result.checks)


# --- journals, bank, payments -----------------------------------------------------------------


def test_a_journal_balances_and_only_what_is_surely_a_cost_is_imported():
    result = import_file(SAMPLES["quickbooks-journal"], "x")
    assert [(check.what, check.stated, check.holds) for check in result.checks] == [
        ("Debit of journal J-1", Decimal(500), True),
        ("Debit of journal J-2", Decimal(115), True),
    ]
    assert costs(result) == {"Rent": Decimal(500)}
    assert {"account:Cash", "account:Sales", "account:Tax Payable"} <= {question.id for question in result.questions}


def test_a_journal_that_does_not_balance_is_said():
    result = import_file(samples.QUICKBOOKS_JOURNAL.replace("0.00,15.00", "0.00,10.00").encode(), "x")
    mismatch = next(finding for finding in result.findings if finding.code == "total-mismatch")
    assert (mismatch.numbers["stated"], mismatch.numbers["expected"]) == (115, 110)


def test_a_tracking_option_names_the_initiative():
    book = import_file(SAMPLES["jira"], "x").book
    result = import_file(SAMPLES["xero-journal"], "x", into=book, answers={"tracking:Web shop": "SHOP-1"})
    assert [(row.initiative, row.date, row.money) for row in result.book.series["actual"]] == [
        ("SHOP-1", date(2026, 1, 31), 120)
    ]
    assert [check.holds for check in result.checks] == [True]


def test_of_a_bank_list_only_money_that_went_out_is_a_cost():
    result = import_file(SAMPLES["bank"], "x")
    assert costs(result) == {"Supplies": Decimal("20.50")}
    assert "money-in" in codes(result)


def test_stripe():
    result = import_file(SAMPLES["stripe"], "x")
    assert result.book.organisation.currency == "EUR"
    assert readings(result, "stripe-charges-eur") == [(date(2026, 10, 1), pytest.approx(64.91))]
    assert readings(result, "stripe-refunds-eur") == [(date(2026, 10, 2), 19)]
    assert costs(result) == {"Stripe fees": Decimal("1.46")}
    assert [check.holds for check in result.checks] == [True]


def test_stripe_in_a_currency_without_cents():
    result = import_file(samples.table(samples.STRIPE_ALL), "x")
    assert result.format == "stripe"
    assert result.book.organisation.currency == "JPY"
    assert readings(result, "stripe-charges-jpy") == [(date(2026, 10, 1), 5000)]
    assert costs(result) == {"Stripe fees": Decimal(150)}


def test_stripe_rows_of_a_second_currency_are_named():
    data = (samples.STRIPE + "txn_5,2026-10-05 06:00:00,2026-10-05 00:00:00,usd,10.00,1.00,9.00,charge,x\n").encode()
    result = import_file(data, "x")
    assert "other-currency" in codes(result)
    assert costs(result) == {"Stripe fees": Decimal("1.46")}


# --- traffic ----------------------------------------------------------------------------------


def test_plausible_divides_its_sums():
    result = import_file(SAMPLES["plausible"], "x")
    first = date(2026, 10, 1)
    assert readings(result, "site-visit")[0] == (first, pytest.approx(8640 / 7))
    assert readings(result, "site-bounce")[0] == (first, pytest.approx(2 / 7))
    assert [value for _, value in readings(result, "site-visitors")] == [5, 3, 0]
    # Nobody came on the third day: there is no share of nothing.
    assert len(readings(result, "site-bounce")) == 2


def test_the_archive_of_plausible():
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("imported_pages_20261001_20261003.csv", '"date","page"\n"2026-10-01","/"\n')
        archive.writestr("imported_visitors_20261001_20261003.csv", samples.PLAUSIBLE)
    result = import_file(out.getvalue(), "x")
    assert result.format == "plausible"
    assert result.became == import_file(SAMPLES["plausible"], "x").became
    assert "imported_pages" in " ".join(finding.message for finding in result.findings)


def test_an_archive_that_unfolds_to_gigabytes_is_refused():
    import io
    import zipfile

    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("imported_visitors.csv", "w", force_zip64=True) as file,
    ):
        for _ in range(110):
            file.write(b"0" * 1_000_000)
    assert import_file(out.getvalue(), "x").findings[0].code == "too-big"


def test_ga4_has_a_series_for_each_block():
    result = import_file(SAMPLES["ga4"], "x")
    assert readings(result, "site-active-users") == [
        (date(2026, 10, 1), 120),
        (date(2026, 10, 2), 98),
        (date(2026, 10, 3), 101),
    ]
    assert [value for _, value in readings(result, "site-new-users")] == [20, 18, 11]
    assert "First user primary channel group" in " ".join(finding.message for finding in result.findings)


# --- strategy and OKRs ------------------------------------------------------------------------


def test_stratml():
    book = import_file(SAMPLES["stratml"], "x").book
    assert book.organisation.name == "Two vans"
    assert book.strategy.mission == "Every parcel on the day we said."
    assert {key: (item.name, item.parent, dict(item.kpis)) for key, item in book.objectives.items()} == {
        "o1": ("Be on time", None, {}),
        "o1-1": ("Late parcels", "o1", {"k1-1-1": 1}),
        "o1-2": ("Pay drivers well.", "o1", {}),
    }
    kpi = book.kpis["k1-1-1"]
    assert (kpi.name, kpi.unit, kpi.target, kpi.due) == ("Late parcels", "per thousand", 10, date(2027, 12, 31))
    assert [(row.at, row.value) for row in book.readings("k1-1-1")] == [(date(2026, 9, 30), 1030.5)]


def test_okr_scores():
    book = import_file(SAMPLES["okr"], "x").book
    assert len(book.objectives) == 2
    monday = book.kpis["open-on-monday"]
    assert (monday.baseline, monday.target, monday.due) == (0, 1, date(2026, 6, 30))
    assert [(row.at, row.value) for row in book.readings("open-on-monday")] == [
        (date(2026, 5, 15), 0.6),
        (date(2026, 6, 30), 0.5),
    ]
    # A missing score is no zero.
    assert book.readings("open-on-sunday") == ()
    assert book.people[book.objectives["sell-more-bread"].owner].name == "owner01"
    assert book.objectives["waste-less"].owner is None


def test_okr_with_targets():
    book = import_file(samples.table(samples.OKR_VALUES), "x", as_of=date(2026, 11, 24)).book
    late = book.kpis["late-orders"]
    assert (late.baseline, late.target, late.direction, late.due) == (12, 3, "down", YEAR)
    assert [(row.at, row.value) for row in book.readings("late-orders")] == [(date(2026, 11, 24), 7.5)]
    assert dict(book.objectives["sell-more-bread"].kpis) == {"late-orders": 1, "loaves-a-day": 1}


def test_burningokr():
    book = import_file(SAMPLES["burningokr"], "x", as_of=date(2026, 11, 24)).book
    assert {
        item.name: book.objectives[item.parent].name if item.parent else None for item in book.objectives.values()
    } == {
        "Grow": None,
        "Be reliable": None,
        "Sell more bread": "Grow",
        "Pay on time": "Be reliable",
    }
    complaints = book.kpis["complaints"]
    assert (complaints.baseline, complaints.target, complaints.direction, complaints.unit) == (10, 2, "down", "a month")
    assert [row.value for row in book.readings("complaints")] == [8]
