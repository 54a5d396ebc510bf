"""Headers, data, totals and other things people put into sheets, in layouts the finder was not tuned on."""

from __future__ import annotations

import io
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from rhumbline.exchange.sheets import Sheet, parse_sheets
from rhumbline.exchange.tables import find_table, find_tables

# --- writing sheets ---------------------------------------------------------------------------


def csv(text):
    sheets, _ = parse_sheets(text.encode())
    return sheets[0]


def xlsx(rows, merged=(), formats=None):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("Projects")
    for span, value in merged:
        sheet.merge_range(*span, value)
    for index, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell is not None:
                sheet.write(index, column, cell)
    book.close()
    sheets, _ = parse_sheets(buffer.getvalue())
    return sheets[0]


def best(sheet):
    table, findings = find_table([sheet])
    return table, findings


def names(table):
    return [header.name for header in table.headers]


def codes(findings):
    return [finding.code for finding in findings]


# --- headers ----------------------------------------------------------------------------------


def test_a_header_in_row_four_is_found():
    table, _ = best(
        csv("Project list 2027,,\nprinted by Dana,,\n,,\nProject,Status,Cost\nOven,open,100\nVan,done,200\n")
    )
    assert table.header_row == 3
    assert names(table) == ["Project", "Status", "Cost"]
    assert len(table.rows) == 2
    assert table.preamble == ("Project list 2027", "printed by Dana")


def test_a_header_of_words_nobody_knows_is_found_because_numbers_stand_below_it():
    table, _ = best(csv("Widgets;;\n\nFoo;Bar;Baz\nalpha;1;2,5\nbeta;3;4,5\n"))
    assert table.header_row == 2


def test_a_long_text_above_is_no_header():
    text = "This list was agreed in the meeting of May and holds all of it,see the minutes,\nName,Owner\nOven,Dana\n"
    table, _ = best(csv(text))
    assert names(table)[:2] == ["Name", "Owner"]


def test_a_group_row_over_the_header_gives_its_words_to_the_columns_below():
    table, _ = best(csv(",,2027,,2028,\nProject,Owner,Q1,Q2,Q1,Q2\nOven,Dana,1,2,3,4\nVan,Sam,5,6,7,8\n"))
    assert names(table) == ["Project", "Owner", "2027 Q1", "2027 Q2", "2028 Q1", "2028 Q2"]
    assert len(table.rows) == 2


def test_merged_group_cells_reach_as_far_as_they_are_merged():
    sheet = xlsx(
        [["", "", None, None, None], ["Project", "Owner", "Plan", "Actual", "Note"], ["Oven", "Dana", 10, 8, "x"]],
        merged=[((0, 2, 0, 3), "Cost")],
    )
    table, _ = best(sheet)
    assert names(table) == ["Project", "Owner", "Cost Plan", "Cost Actual", "Note"]


def test_a_name_merged_over_two_header_rows_names_its_column():
    sheet = xlsx(
        [
            ["Projects of the year"],
            [],
            [None, None, None],
            [None, None, "Q1", "Q2"],
            ["Oven", "open", 10, 20],
            ["Van", "done", 5, 0],
        ],
        merged=[((2, 0, 3, 0), "Project"), ((2, 1, 3, 1), "Status"), ((2, 2, 2, 3), "Cost 2027")],
    )
    table, _ = best(sheet)
    assert names(table) == ["Project", "Status", "Cost 2027 Q1", "Cost 2027 Q2"]
    assert [row.cells[0] for row in table.rows] == ["Oven", "Van"]


def test_parts_of_a_column_below_the_header_belong_to_the_header():
    table, _ = best(csv("Project,Cost,,Owner\n,2027,2028,\nOven,10,20,Dana\nVan,5,6,Sam\n"))
    assert names(table) == ["Project", "Cost 2027", "Cost 2028", "Owner"]
    assert len(table.rows) == 2


def test_months_as_real_dates_are_headers():
    months = [date(2027, month, 1) for month in range(1, 7)]
    rows = (("Budget", "all in EUR"), ("Project", *months), ("Oven", 1, 2, 3, 4, 5, 6), ("Van", 6, 5, 4, 3, 2, 1))
    table, _ = best(Sheet("Plan", rows))
    assert names(table)[:3] == ["Project", "2027-01-01", "2027-02-01"]


def test_months_as_text_are_headers():
    table, _ = best(csv("Plan,our own\nProject,Jan 2027,Feb 2027,03/2027\nOven,1,2,3\nVan,4,5,6\n"))
    assert names(table) == ["Project", "Jan 2027", "Feb 2027", "03/2027"]


def test_a_title_merged_over_the_whole_table_is_a_title():
    sheet = xlsx(
        [[None], ["Project", "Status", "Cost"], ["Oven", "open", 10]], merged=[((0, 0, 0, 2), "Projects 2027")]
    )
    table, _ = best(sheet)
    assert names(table) == ["Project", "Status", "Cost"]
    assert table.preamble == ("Projects 2027",)


def test_a_title_above_without_merging_is_a_title():
    table, _ = best(csv("Projects 2027,,\nProject,Status,Cost\nOven,open,10\n"))
    assert names(table) == ["Project", "Status", "Cost"]


def test_a_repeated_header_is_no_data():
    table, findings = best(csv("Project,Cost\nOven,1\nVan,2\n\nProject,Cost\nCake,3\n"))
    assert len(table.rows) == 3
    assert "repeated-header" in codes(findings)


def test_columns_of_the_same_name_are_both_kept():
    table, _ = best(csv("Summary,Labels,Labels,Status\nA,x,y,open\nB,z,,done\n"))
    assert names(table) == ["Summary", "Labels", "Labels", "Status"]


def test_columns_without_a_header_are_kept_under_their_letter():
    table, _ = best(csv("Project,Status,,Cost\nOven,open,urgent,5\nVan,done,,6\n"))
    assert names(table) == ["Project", "Status", "column C", "Cost"]


def test_empty_rows_and_columns_within_a_table_do_not_matter():
    table, _ = best(csv("Project,,Cost\nOven,,1\n,,\n,,\nVan,,2\n"))
    assert names(table) == ["Project", "Cost"]
    assert len(table.rows) == 2


def test_a_row_wider_than_the_header_keeps_its_cells():
    table, _ = best(csv("Project,Cost\nOven,1,extra\nVan,2\n"))
    assert names(table) == ["Project", "Cost", "column C"]


# --- several tables ---------------------------------------------------------------------------


def test_of_several_tables_the_best_is_taken_and_the_others_are_named():
    text = "Item,Qty\nscrews,5\n\nProject,Status,Owner,Cost\nOven,open,Dana,100\nVan,done,Sam,200\n"
    table, findings = best(csv(text))
    assert names(table) == ["Project", "Status", "Owner", "Cost"]
    assert codes(findings) == ["other-table"]


def test_the_table_is_taken_that_has_the_columns_of_the_wanted_kind():
    text = "Project,Status,Cost\nOven,open,1\nVan,done,2\n\nKPI,Unit,Baseline,Target\nLate,days,9,5\n"
    assert names(find_table([csv(text)], "kpi")[0])[0] == "KPI"
    assert names(find_table([csv(text)], "initiative")[0])[0] == "Project"


def test_a_second_table_with_other_columns_does_not_become_rows_of_the_first():
    tables = find_tables(csv("Project,Status,Cost\nOven,open,1\nVan,done,2\n\nName,Email,Team\nDana,d@x.com,Bakery\n"))
    assert [names(table) for table in tables] == [["Project", "Status", "Cost"], ["Name", "Email", "Team"]]


def test_two_tables_side_by_side_are_two():
    tables = find_tables(csv("Project,Cost,,Name,Hours\nOven,1,,Dana,40\nVan,2,,Sam,20\n"))
    assert [names(table) for table in tables] == [["Project", "Cost"], ["Name", "Hours"]]


def test_a_sheet_without_a_table_is_a_finding():
    table, findings = best(csv("hello\nworld\n"))
    assert table is None
    assert codes(findings) == ["no-table"]


# --- totals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word", ["Total", "TOTAL:", "Summe", "Gesamt", "Somme", "Total général", "Suma", "Grand total"]
)
def test_a_row_of_totals_is_no_data_but_a_check(word):
    table, findings = best(csv(f"Project;Status;Cost\nOven;open;1.250,00\nVan;done;80,50\n{word};;1.330,50\n"))
    assert [row.cells[0] for row in table.rows] == ["Oven", "Van"]
    assert [total.label for total in table.totals] == [word]
    assert "total-mismatch" not in codes(findings)


def test_a_total_that_does_not_add_up_is_a_finding_with_both_numbers():
    _, findings = best(csv("Project;Status;Cost\nOven;open;1.250,00\nVan;done;80,50\nSumme;;1.500,00\n"))
    finding = next(each for each in findings if each.code == "total-mismatch")
    assert finding.numbers["stated"] == 1500.0
    assert finding.numbers["expected"] == 1330.5
    assert "row 4" in finding.where
    assert "column C" in finding.where


def test_a_wrong_total_is_set_against_a_sum_even_where_a_mean_is_nearer():
    _, findings = best(csv("Project,Status,Cost\nOven,open,100\nVan,done,120\nCart,done,110\nTotal,,115\n"))
    assert next(each for each in findings if each.code == "total-mismatch").numbers["expected"] == 330


def test_subtotals_and_a_grand_total_are_checked_against_their_own_rows():
    text = "Area,Project,Cost\nA,a,1\nA,b,2\nSubtotal,,3\nB,c,4\nB,d,5\nSubtotal,,9\nGrand total,,12\n"
    table, findings = best(csv(text))
    assert len(table.rows) == 4
    assert len(table.totals) == 3
    assert "total-mismatch" not in codes(findings)
    _, findings = best(csv(text.replace("Subtotal,,9", "Subtotal,,8")))
    assert codes(findings) == ["total-mismatch"]


def test_sums_without_a_word_below_the_last_row_are_a_total():
    table, _ = best(csv("Project,Status,Cost\nOven,open,10\nVan,done,20\n,,30\n"))
    assert len(table.rows) == 2
    assert len(table.totals) == 1


def test_a_project_that_is_called_total_something_stays_a_project():
    table, _ = best(csv("Project,Status,Cost\nTotal quality management,open,500\nOven,open,10\nTotal,,510\n"))
    assert [row.cells[0] for row in table.rows] == ["Total quality management", "Oven"]


def test_a_mean_in_a_total_row_is_no_mismatch():
    _, findings = best(csv("Project,Cost,Progress\nOven,10,0.2\nVan,20,0.6\nTotal,30,0.4\n"))
    assert "total-mismatch" not in codes(findings)


def test_a_statement_with_sections_gives_its_accounts_only():
    text = (
        "Some Shop,,\nProfit and Loss,,\n,,\nAccount,2026,2025\nIncome,,\nSales,850,800\nOther,50,40\n"
        "Total Income,900,840\nLess Costs,,\nWages,300,290\nTotal Costs,300,290\nNet Profit,600,550\n"
    )
    table, findings = best(csv(text))
    assert [row.cells[0] for row in table.rows if row.cells[1]] == ["Sales", "Other", "Wages"]
    assert [total.label for total in table.totals] == ["Total Income", "Total Costs", "Net Profit"]
    assert "total-mismatch" not in codes(findings)


def test_remarks_below_a_table_are_no_data():
    table, findings = best(csv("Project,Status,Cost\nOven,open,1\nVan,open,2\n\nNote: costs without tax,,\n"))
    assert len(table.rows) == 2
    assert "note-row" in codes(findings)


# --- groups -----------------------------------------------------------------------------------


def test_a_group_named_once_holds_for_the_empty_cells_below():
    table, findings = best(csv("Area,Project,Cost\nBakery,Oven,1\n,Mixer,2\n,Van,3\nShop,Till,4\n,Sign,5\n"))
    assert [row.cells[0] for row in table.rows] == ["Bakery", "Bakery", "Bakery", "Shop", "Shop"]
    assert "group-filled" in codes(findings)


def test_a_column_that_is_just_often_empty_is_not_filled():
    table, _ = best(csv("Owner,Project,Cost\nDana,Oven,1\n,Mixer,2\nSam,Van,3\nDana,Till,4\n,Sign,5\n"))
    assert [row.cells[0] for row in table.rows] == ["Dana", "", "Sam", "Dana", ""]


def test_cells_merged_downwards_hold_for_every_row():
    sheet = xlsx(
        [["Area", "Project", "Cost"], [None, "Oven", 1], [None, "Mixer", 2], ["Shop", "Till", 4]],
        merged=[((1, 0, 2, 0), "Bakery")],
    )
    table, _ = best(sheet)
    assert [row.cells[0] for row in table.rows] == ["Bakery", "Bakery", "Shop"]


def test_a_section_title_between_rows_is_no_row():
    table, _ = best(csv("Project,Status,Cost\nBakery:,,\nOven,open,1\nVan,done,2\nShop:,,\nTill,open,3\n"))
    assert [row.cells[0] for row in table.rows] == ["Oven", "Van", "Till"]
    assert [row.section for row in table.rows] == ["Bakery", "Bakery", "Shop"]


def test_an_idea_of_which_only_the_name_is_known_stays_a_row():
    table, _ = best(csv("Project,Status,Cost\nOven,open,1\nBuy a farm,,\nVan,done,2\n"))
    assert [row.cells[0] for row in table.rows] == ["Oven", "Buy a farm", "Van"]


def test_numbers_of_a_workbook_add_up_without_the_noise_of_binary_fractions():
    table, findings = best(xlsx([["Project", "Cost"], ["a", 0.1], ["b", 0.2], ["Total", 0.30000000000000004]]))
    assert len(table.rows) == 2
    assert "total-mismatch" not in codes(findings)
    assert Decimal("0.3")


# --- published layouts ------------------------------------------------------------------------


def own_layouts():
    """The layouts of common exports, with rows of our own."""
    return {
        "task tracker with a link above": (
            ",,\n,,https://x/y\n,,\nTask ID,Name,Assignee,Due Date\n1,x,Dana,2026-07-30\n",
            3,
        ),
        "statement": (
            "Shop,,\nProfit and Loss,,\n2026,,\n,,\n,Jan - Dec 2026,Jan - Dec 2025\nIncome,,\nSales,1,2\n",
            4,
        ),
        "statement with accounts": ("Shop,,\nProfit and Loss,,\n,,\nAccount,30 Jun 2026,30 Jun 2025\nSales,1,2\n", 3),
        "semicolons": ("Title;Status;Assignee;Due;Budget\nPaper;Open;Dana;31/03/2024;1.250,00\n", 0),
        "tabs": ("Title\tURL\tStatus\nCrash\thttps://x/1\tTodo\n", 0),
        "journal": ("Date,Ref No.,Account,Debit,Credit\n2025-01-01,,Sales,0.00,100.00\n", 0),
        "visitors": ('"date","visitors","pageviews"\n"2011-12-25",5,50\n"2011-12-26",3,4\n', 0),
        "multi-line preamble": (
            '"Date: 2026-01-01\n+Status: 0 Normal"\n"Version: 7"\nTitle,Status,Due Date\nPaper,0,\n',
            2,
        ),
    }


@pytest.mark.parametrize("layout", own_layouts())
def test_the_headers_of_common_exports_are_found(layout):
    text, row = own_layouts()[layout]
    table, _ = best(csv(text))
    assert table.header_row == row


@pytest.mark.local_data
def test_the_headers_of_all_samples_are_found():
    folder = Path(os.environ["RHUMBLINE_DATA"]) / "imports"
    rows = {"asana_google_sheets_sync.csv": 3, "quickbooks_profit_and_loss.csv": 4, "xero_profit_and_loss.csv": 3}
    found = {}
    for path in sorted(folder.glob("*.?sv")):
        sheets, _ = parse_sheets(path.read_bytes())
        table, _ = find_table(sheets)
        found[path.name] = table.header_row
    assert len(found) == 16
    assert {name: row for name, row in found.items() if row != rows.get(name, 0)} == {}
