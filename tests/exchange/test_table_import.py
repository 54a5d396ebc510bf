"""A spreadsheet into a Book: keys, people, money, held-out rows, and importing again."""

from __future__ import annotations

import dataclasses
import io
import os
import time
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from rhumbline.book.book import Book
from rhumbline.book.records import Initiative, Kpi, Organisation, Person, Segment, Strategy, Team
from rhumbline.book.rules import check
from rhumbline.book.types import Mode, PeriodUnit, Severity, Stage
from rhumbline.engines.alignment import ScoreTerms, score
from rhumbline.exchange.files import dumps, read_book
from rhumbline.exchange.mapping import propose
from rhumbline.exchange.origins import origins_of
from rhumbline.exchange.proposal import Talk
from rhumbline.exchange.references import slug
from rhumbline.exchange.sheets import Sheet
from rhumbline.exchange.table_import import _Importer, import_table
from rhumbline.exchange.tables import find_table
from rhumbline.exchange.vocabulary import mappable_kinds

AS_OF = date(2026, 11, 23)

EUROPEAN = """Müller Metallbau GmbH;;;;;
Projektliste 2027;;;;;
;;;;;
Projekt;Status;Verantwortlich;Kosten (€);Fällig;Bemerkung
Neue Fräse;läuft;Dana Ortiz;1.250,00;31/03/2027;eilt
Webshop;offen;Sam Lee;80,50;04/04/2027;
QM-System;erledigt;Dana Ortiz;2.000,00;01/02/2027;
Roboter;geplant;Ann;approx 5k?;12/12/2027;
Summe;;;3.330,50;;
"""


def imported(text, into=None, name="list.csv", **more):
    return import_table(text.encode(), into, name=name, as_of=more.pop("as_of", AS_OF), **more)


def codes(found):
    return [finding.code for finding in found.findings]


def ids(found):
    return [question.id for question in found.proposal.questions]


# --- a whole list -----------------------------------------------------------------------------


def test_a_european_list_becomes_a_book():
    found = imported(EUROPEAN)
    book = found.book
    assert list(book.initiatives) == ["neue-frase", "qm-system", "webshop"]
    mill = book.initiatives["neue-frase"]
    assert (mill.name, mill.stage, mill.cash) == ("Neue Fräse", Stage.RUNNING, (Decimal("1250.00"),))
    assert book.people[mill.owner].name == "Dana Ortiz"
    assert book.initiatives["qm-system"].owner == mill.owner
    assert book.milestones_of("webshop")[0].due == date(2027, 4, 4)
    assert book.organisation == dataclasses.replace(
        Organisation(name="Müller Metallbau GmbH", currency="EUR"), settings=book.organisation.settings
    )
    assert book.as_of == AS_OF
    assert check(book) == ()


def test_a_bad_row_is_held_out_with_its_place_and_the_rest_is_there():
    found = imported(EUROPEAN)
    (row,) = found.held_out
    assert (row.where, row.row.number) == ("row 8", 8)
    assert row.findings[0].severity is Severity.ERROR
    assert row.findings[0] in found.findings
    assert "approx 5k?" in row.findings[0].message
    assert found.proposal.bad_rows == found.held_out


def test_a_total_is_checked_only_where_every_row_can_be_read():
    assert "total-mismatch" not in codes(imported(EUROPEAN))
    assert "total-mismatch" in codes(imported(EUROPEAN.replace("approx 5k?", "5.000,00")))


def test_the_mode_is_assumed_and_it_is_said_how_to_find_it():
    found = imported(EUROPEAN)
    assert {item.mode for item in found.book.initiatives.values()} == {Mode.EXPLOIT}
    finding = next(each for each in found.findings if each.code == "mode-assumed")
    assert finding.severity is Severity.INFO
    assert finding.remedy.count("?") == 3
    answered = imported(EUROPEAN, answers={"mode": "explore", "mode:webshop": "drift"})
    assert answered.book.initiatives["webshop"].mode is Mode.DRIFT
    assert answered.book.initiatives["neue-frase"].mode is Mode.EXPLORE


def test_a_book_of_projects_alone_can_be_scored_and_says_that_data_is_missing():
    result = score(imported(EUROPEAN).book, ScoreTerms(as_of=AS_OF))
    assert result.measurable is False


def test_a_book_from_a_table_is_the_same_after_writing_and_reading():
    book = imported(EUROPEAN).book
    for kind in ("yaml", "json"):
        again = read_book(dumps(book, kind).encode()) if kind == "yaml" else read_book(dumps(book, "json").encode())
        assert again.book == book
        assert not again.held_out


def test_nothing_is_written_where_there_is_no_table():
    book = Book.of([Organisation(name="Firm", currency="EUR")])
    for data in (b"", b"hello", b"%PDF-1.4", b"PK\x03\x04"):
        found = import_table(data, book)
        assert found.book is book
        assert found.changes == ()
        assert found.proposal is None
        assert found.findings


# --- importing again --------------------------------------------------------------------------


def test_the_same_file_again_changes_nothing():
    first = imported(EUROPEAN)
    again = imported(EUROPEAN, first.book)
    assert again.changes == ()
    assert again.book == first.book
    assert again.unchanged == 3
    assert not again.conflicts


def test_the_same_rows_in_another_order_change_nothing():
    lines = EUROPEAN.splitlines()
    turned = "\n".join([*lines[:4], *reversed(lines[4:8]), lines[8]])
    assert imported(turned, imported(EUROPEAN).book).changes == ()


def test_the_same_file_after_writing_and_reading_changes_nothing():
    book = read_book(dumps(imported(EUROPEAN).book).encode()).book
    assert imported(EUROPEAN, book).changes == ()


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
        lambda text: text.encode("cp1252"),
        lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
        lambda text: text.replace(";", "\t").encode(),
        lambda text: "\n".join(";".join(reversed(line.split(";"))) for line in text.splitlines()).encode(),
    ],
    ids=["BOM and CRLF", "Windows", "UTF-16", "tabs", "shuffled columns"],
)
def test_the_same_table_written_otherwise_changes_nothing(changed):
    first = imported(EUROPEAN)
    again = import_table(changed(EUROPEAN), first.book, name="list.csv", as_of=AS_OF)
    assert again.changes == ()


def test_a_copy_under_another_name_changes_nothing():
    assert imported(EUROPEAN, imported(EUROPEAN).book, name="list (1).csv").changes == ()


def test_a_file_cut_off_in_the_middle_loses_rows_and_says_so():
    first = imported(EUROPEAN)
    cut = imported(EUROPEAN[: EUROPEAN.index("QM-System")], first.book)
    assert cut.book == first.book
    assert "gone-from-file" in codes(cut)


def test_what_somebody_removed_stays_out_until_asked_for():
    book = imported(EUROPEAN).book.without("initiative", "webshop").without("work_item", "webshop.due")
    again = imported(EUROPEAN, book)
    assert again.changes == ()
    assert "removed-in-book" in codes(again)
    assert "webshop" in imported(EUROPEAN, book, answers={"removed": "restore"}).book.initiatives
    assert "webshop" in imported(EUROPEAN.replace("80,50", "90,50"), book).book.initiatives


def test_a_renamed_team_is_still_the_team_of_the_file():
    text = "Project,Team\nOven,Bakery\n"
    book = imported(text).book
    renamed = book.replace(dataclasses.replace(book.teams["bakery"], name="Bread and cake"))
    assert imported(text, renamed).changes == ()


def test_a_newer_file_changes_only_what_changed():
    first = imported(EUROPEAN)
    newer = imported(EUROPEAN.replace("Webshop;offen", "Webshop;läuft").replace("1.250,00", "1.300,00"), first.book)
    assert ("organisation", ("settings",)) in [(change.kind, change.fields) for change in newer.changes]
    changed = {(change.kind, change.key): change.fields for change in newer.content}
    assert changed == {("initiative", "webshop"): ("stage",), ("initiative", "neue-frase"): ("cash",)}


def test_a_cell_that_was_emptied_empties_the_field():
    first = imported(EUROPEAN)
    newer = imported(EUROPEAN.replace("Sam Lee", ""), first.book)
    assert newer.book.initiatives["webshop"].owner is None


def test_what_was_edited_in_the_book_stays_while_the_file_is_the_same():
    first = imported(EUROPEAN)
    edited = first.book.replace(
        dataclasses.replace(first.book.initiatives["webshop"], mode=Mode.EXPLORE, cash=(Decimal(99),))
    )
    again = imported(EUROPEAN, edited)
    assert again.changes == ()
    assert again.book.initiatives["webshop"].cash == (Decimal(99),)


def test_what_changed_on_both_sides_is_a_conflict_with_both_values():
    first = imported(EUROPEAN)
    edited = first.book.replace(dataclasses.replace(first.book.initiatives["webshop"], cash=(Decimal(99),)))
    newer = EUROPEAN.replace("80,50", "90,00").replace("Webshop;offen", "Webshop;läuft")
    found = imported(newer, edited)
    assert found.conflicts == (("initiative", "webshop", "cash"),)
    finding = next(each for each in found.findings if each.code == "conflict")
    assert "99" in finding.message
    assert "90.00" in finding.message
    webshop = found.book.initiatives["webshop"]
    assert (webshop.cash, webshop.stage) == ((Decimal(99),), Stage.RUNNING)
    # It stays a conflict until somebody decides.
    assert imported(newer, found.book).conflicts == found.conflicts
    question = "conflict:initiative.webshop.cash"
    assert question in ids(found)
    theirs = imported(newer, found.book, answers={question: "file"})
    assert theirs.book.initiatives["webshop"].cash == (Decimal("90.00"),)
    ours = imported(newer, found.book, answers={question: "book"})
    assert not ours.conflicts
    assert not imported(newer, ours.book).conflicts


def test_a_record_written_by_hand_is_not_overwritten_by_its_first_import():
    hand = Initiative(key="webshop", name="Webshop", mode=Mode.EXPLORE, cash=(Decimal(7),), hypothesis="They will buy.")
    book = Book.of([Organisation(name="Firm", currency="EUR"), hand])
    found = imported(EUROPEAN, book)
    webshop = found.book.initiatives["webshop"]
    assert (webshop.mode, webshop.cash, webshop.hypothesis) == (Mode.EXPLORE, (Decimal(7),), "They will buy.")
    assert webshop.owner is not None
    assert ("initiative", "webshop", "cash") in found.conflicts


def test_a_row_that_is_gone_is_named_and_kept():
    text = "Project,Cost\nOven,5\nVan,6\n"
    first = imported(text)
    found = imported("Project,Cost\nOven,5\n", first.book)
    assert "van" in found.book.initiatives
    assert "gone-from-file" in codes(found)


def test_where_a_record_came_from_is_kept_in_the_book():
    book = imported("ID,Project,Cost\n17,Oven,5\n").book
    origin = origins_of(book)["initiative", "17"]
    assert (origin.source, origin.id) == ("list.csv", "17")
    assert set(origin.values) >= {"name", "cash"}


# --- keys -------------------------------------------------------------------------------------


def test_an_id_is_the_key_and_the_name_may_change():
    first = imported("ID,Project\nP-17,Oven\n")
    assert list(first.book.initiatives) == ["P-17"]
    newer = imported("ID,Project\nP-17,Large oven\n", first.book)
    assert [item.name for item in newer.book.initiatives.values()] == ["Large oven"]


def test_an_id_that_can_be_no_key_still_leads_to_the_same_record():
    first = imported("ID,Project\n#17 / a,Oven\n")
    assert list(first.book.initiatives) == ["17-a"]
    assert list(imported("ID,Project\n#17 / a,Big oven\n", first.book).book.initiatives) == ["17-a"]


def test_rows_that_repeat_one_id_count_once_or_are_held_out():
    found = imported("ID,Project,Cost\n1,Oven,5\n1,Oven,5\n2,Van,6\n2,Van,7\n")
    assert list(found.book.initiatives) == ["1", "2"]
    assert "repeated-row" in codes(found)
    assert [row.where for row in found.held_out] == ["row 5"]
    assert found.held_out[0].findings[0].code == "duplicate-id"


def test_two_rows_of_one_name_are_two_records():
    found = imported("Project,Cost\nOven,5\nOven,6\n")
    assert list(found.book.initiatives) == ["oven", "oven-2"]
    assert "same-name" in codes(found)
    assert imported("Project,Cost\nOven,5\nOven,6\n", found.book).changes == ()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Neue Fräse & Co.", "neue-frase-co"),
        ("Straße", "strasse"),
        ("Ærø", "aero"),
        ("  x  ", "x"),
        ("!!", "x-"),
        ("Фреза", "x-"),
    ],
)
def test_a_name_gives_a_key(name, key):
    assert slug(name).startswith(key)
    assert slug(name) == slug(name)


def test_long_names_that_begin_alike_have_different_keys():
    assert slug("a" * 100) != slug("a" * 101)
    assert len(slug("word " * 50)) <= 80


# --- people, teams, references ----------------------------------------------------------------


def test_people_are_found_by_address_or_name_and_added_once():
    book = Book.of([Organisation(name="Firm", currency="EUR"), Person(key="p1", name="Dana Ortiz", email="dana@x.com")])
    text = "Project,Owner,Email\nOven,dana ortiz,\nVan,,dana@x.com\nCake,Sam Lee,sam@x.com\nTill,,sam@x.com\n"
    found = imported(text, book)
    owners = {key: item.owner for key, item in found.book.initiatives.items()}
    assert owners == {"oven": "p1", "van": "p1", "cake": "p2", "till": "p2"}
    assert found.book.people["p2"] == Person(key="p2", name="Sam Lee", email="sam@x.com")
    assert "added-person" in codes(found)


def test_keys_of_people_do_not_hold_their_names():
    assert all("dana" not in key and "ortiz" not in key for key in imported(EUROPEAN).book.people)


def test_teams_are_added_and_hours_wait_until_somebody_says_how_many_there_are():
    text = "Project,Team,Hours\nOven,Bakery,40\nVan,Bakery,20\n"
    found = imported(text)
    assert found.book.teams["bakery"].hours == 0
    assert found.book.initiatives["oven"].hours == {}
    assert "hours-not-used" in codes(found)
    assert "team-hours" in ids(found)
    answered = imported(text, answers={"team-hours": "400", "team-rate": "35"})
    assert answered.book.teams["bakery"] == Team(key="bakery", name="Bakery", hours=Decimal(400), rate=Decimal(35))
    assert answered.book.initiatives["oven"].hours == {"bakery": (Decimal(40),)}


def test_dependencies_are_names_or_ids_of_other_rows():
    found = imported("ID,Project,Depends on\n1,Oven,\n2,Cake,Oven\n3,Shop,1; 2\n")
    assert found.book.initiatives["2"].depends == ("1",)
    assert found.book.initiatives["3"].depends == ("1", "2")


def test_a_name_that_leads_nowhere_holds_its_row_out():
    found = imported("Project,Depends on\nOven,\nCake,Ovem\n")
    assert list(found.book.initiatives) == ["oven"]
    assert found.held_out[0].findings[0].code == "unknown-reference"
    assert "Did you mean 'oven'" in found.held_out[0].findings[0].message


def test_a_circle_of_dependencies_is_held_out_and_the_rest_stays():
    found = imported("Project,Depends on\nOven,Cake\nCake,Oven\nVan,\n")
    assert list(found.book.initiatives) == ["van"]
    assert {row.where for row in found.held_out} == {"row 2", "row 3"}
    assert check(found.book) == ()


def test_an_import_never_loses_what_the_book_had():
    first = imported("Project,Depends on\nOven,\nCake,Oven\n")
    found = imported("Project,Depends on\nOven,Cake\nCake,Oven\n", first.book)
    assert found.book.initiatives == first.book.initiatives
    assert found.held_out


def test_segments_are_added_by_name():
    book = imported("Project,Target group\nOven,Cafés\nVan,Cafés; Hotels\n").book
    assert book.segments == {
        "cafes": Segment(key="cafes", name="Cafés"),
        "hotels": Segment(key="hotels", name="Hotels"),
    }
    assert book.initiatives["van"].segments == ("cafes", "hotels")


# --- money ------------------------------------------------------------------------------------

PERIODS = "Project,Status,Q4 2026,Q1 2027,Q2 2027,Q3 2027\nOven,running,5,10,,\nVan,planned,,,20,30\nTill,open,,,,\n"


def test_amounts_by_quarter_begin_with_the_horizon_or_with_the_initiative():
    found = imported(PERIODS)
    book = found.book
    assert book.strategy == Strategy(horizon_start=date(2026, 10, 1), period_unit=PeriodUnit.QUARTER)
    assert book.initiatives["oven"].cash == (Decimal(5), Decimal(10))
    van = book.initiatives["van"]
    assert (van.cash, van.earliest) == ((Decimal(20), Decimal(30)), 3)
    assert book.initiatives["till"].cash == ()
    assert imported(PERIODS, book).changes == ()


def test_amounts_before_the_horizon_are_left_out_and_it_is_said():
    book = Book.of([Organisation(name="Firm", currency="EUR"), Strategy(horizon_start=date(2027, 1, 1))])
    found = imported(PERIODS, book)
    assert found.book.strategy == book.strategy
    assert found.book.initiatives["oven"].cash == (Decimal(10),)
    assert "outside-horizon" in codes(found)


def test_months_add_up_to_the_quarters_of_the_book():
    book = Book.of([Organisation(name="Firm", currency="EUR"), Strategy(horizon_start=date(2027, 1, 1))])
    found = imported("Costs 2027,,,\nProject,Jan,Feb,Apr\nOven,1,2,4\n", book)
    assert found.book.initiatives["oven"].cash == (Decimal(3), Decimal(4))


def test_months_of_a_new_book_are_its_periods():
    book = imported("Project,Jan 2027,Feb 2027,Mar 2027\nOven,1,,3\n").book
    assert book.strategy.period_unit is PeriodUnit.MONTH
    assert book.initiatives["oven"].cash == (Decimal(1), Decimal(0), Decimal(3))


def test_a_total_of_a_year_is_put_into_the_first_period():
    assert imported("Project,Cost 2027\nOven,12\n").book.initiatives["oven"].cash == (Decimal(12),)


def test_of_running_work_only_what_is_still_to_be_spent_counts():
    book = imported("Project,Status,Cost,Spent\nOven,running,100,30\nVan,open,100,30\n").book
    assert book.initiatives["oven"].cash == (Decimal(70),)
    assert book.initiatives["oven"].spent == Decimal(30)
    assert book.initiatives["van"].cash == (Decimal(100),)


def test_another_currency_waits_for_its_rate():
    book = Book.of([Organisation(name="Firm", currency="EUR")])
    text = "Project,Cost\nOven,$10\nVan,\n"
    found = imported(text, book)
    assert "exchange-rate" in ids(found)
    assert [row.findings[0].code for row in found.held_out] == ["other-currency"]
    assert list(found.book.initiatives) == ["van"]
    answered = imported(text, book, answers={"exchange-rate": "0.9"})
    assert answered.book.initiatives["oven"].cash == (Decimal("9.00"),)


def test_a_value_the_gate_refuses_holds_its_row_out():
    found = imported("Project,Cost,Progress\nOven,-5,0.2\nVan,6,0.4\nTill,7,12\n")
    held = {row.where: row.findings[0] for row in found.held_out}
    assert held["row 2"].code == "too-small"
    assert "column B (Cost)" in held["row 2"].where
    assert list(found.book.initiatives) == ["till", "van"]


def test_a_start_in_the_future_is_the_first_period_possible():
    book = imported("Project,Status,Start\nOven,open,2027-08-15\nVan,running,2027-08-15\n").book
    assert book.initiatives["oven"].earliest == 3
    assert book.initiatives["van"].earliest == 1


def test_a_start_without_a_horizon_is_said():
    assert "start-not-used" in codes(imported("Project,Start\nOven,2027-08-15\n", as_of=None))


# --- other kinds ------------------------------------------------------------------------------


def test_kpis_come_with_their_reading():
    text = "Kennzahl;Einheit;Richtung;Ausgangswert;Zielwert;Ist\nSpäte Pakete;je Tausend;senken;30;10;22,5\n"
    found = imported(text, kind="kpi")
    (kpi,) = found.book.kpis.values()
    assert kpi == Kpi(
        key="spate-pakete", name="Späte Pakete", unit="je Tausend", direction="down", baseline=30, target=10
    )
    (reading,) = found.book.readings("spate-pakete")
    assert (reading.value, reading.at) == (22.5, AS_OF)
    assert imported(text, found.book, kind="kpi").changes == ()


def test_objectives_find_their_kpis_and_weigh_the_same_when_nobody_says():
    book = imported("KPI,Unit,Target\nLate,days,5\n", kind="kpi").book
    found = imported("Objective,KPI\nBe on time,Late\n", book, kind="objective")
    (objective,) = found.book.objectives.values()
    assert (objective.weight, objective.kpis) == (1.0, {"late": 1.0})
    assert "weight" in ids(found)


def test_benefits_join_initiatives_and_kpis_by_name():
    book = imported("KPI,Unit,Target\nLate,days,5\n", kind="kpi").book
    book = imported("Project,Cost\nOven,5\n", book).book
    text = "Project,KPI,Low,Likely,High\nOven,Late,1,2,3\n"
    found = imported(text, book, kind="benefit")
    (benefit,) = found.book.all("benefit").values()
    assert (benefit.initiative, benefit.kpi, benefit.low, benefit.likely, benefit.high) == ("oven", "late", 1, 2, 3)
    assert imported(text, found.book, kind="benefit").changes == ()


def test_people_and_teams_have_tables_of_their_own():
    book = imported("Team,Capacity,Hourly rate\nBakery,400,35\n", kind="team").book
    found = imported("Name,Email,Department\nDana,d@x.com,Bakery\nSam,s@x.com,Bakery\n", book, kind="person")
    assert {person.name: person.team for person in found.book.people.values()} == {"Dana": "bakery", "Sam": "bakery"}
    assert set(found.book.people) == {"p1", "p2"}
    assert (
        imported("Name,Email,Department\nDana,d@x.com,Bakery\nSam,s@x.com,Bakery\n", found.book, kind="person").changes
        == ()
    )


def test_needs_name_their_segment():
    found = imported("Segment,Need,Importance,Satisfaction\nCafes,fresh bread at six,9,4\n", kind="need")
    (need,) = found.book.needs.values()
    assert (need.segment, need.text, need.importance) == ("cafes", "fresh bread at six", 9.0)


# --- workbooks --------------------------------------------------------------------------------


def workbook():
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    notes = book.add_worksheet("Notes")
    notes.write(0, 0, "Please read")
    sheet = book.add_worksheet("Projects")
    sheet.merge_range(0, 0, 0, 5, "Project portfolio 2027")
    sheet.merge_range(2, 3, 2, 4, "Cost")
    sheet.write_row(3, 0, ["Area", "Project", "Status", "Q1 2027", "Q2 2027", "Due"])
    sheet.merge_range(4, 0, 5, 0, "Bakery")
    for row, (name, status, first, second) in enumerate([("Oven", "running", 10, 20.5), ("Mixer", "open", 0, 7)], 4):
        sheet.write_row(row, 1, [name, status, first, second])
        sheet.write_datetime(row, 5, date(2027, 3, 31), day)
    sheet.write_row(6, 0, ["Shop", "Till", "done"])
    sheet.write_formula(6, 3, "=1/0", None, "#DIV/0!")
    sheet.write_row(7, 0, ["Total", "", "", 10, 27.5])
    book.close()
    return buffer.getvalue()


def test_a_workbook_with_titles_merged_cells_dates_and_errors_reads_right():
    found = import_table(workbook(), name="projects.xlsx", as_of=AS_OF)
    assert list(found.book.initiatives) == ["mixer", "oven"]
    assert found.book.initiatives["oven"].cash == (Decimal(10), Decimal("20.5"))
    assert found.book.initiatives["mixer"].earliest == 2
    assert found.book.milestones_of("oven")[0].due == date(2027, 3, 31)
    assert [row.where for row in found.held_out] == ["Projects, row 7"]
    assert "#DIV/0!" in found.held_out[0].findings[0].message
    assert import_table(workbook(), found.book, name="projects.xlsx", as_of=AS_OF).changes == ()


def test_a_table_can_be_chosen_by_sheet_and_row():
    text = "Project,Cost,Status\nOven,5,open\nVan,6,open\n\nName,Cost\nTill,7\n"
    found = import_table(text.encode(), header_row=5)
    assert list(found.book.initiatives) == ["till"]
    assert "no-table" in [each.code for each in import_table(text.encode(), header_row=2).findings]
    assert "no-table" in [each.code for each in import_table(workbook(), sheet="None").findings]


def test_a_path_is_remembered_by_its_name(tmp_path):
    path = tmp_path / "projects.xlsx"
    path.write_bytes(workbook())
    found = import_table(path, as_of=AS_OF)
    assert {origin.source for origin in origins_of(found.book).values()} == {"projects.xlsx"}


def test_an_agreed_mapping_is_followed():
    text = "A,B\nOven,5\n"
    agreed = imported(text, answers={"column:B": "approved"}).proposal.mapping
    assert imported(text, mapping=agreed).book.initiatives["oven"].approved == Decimal(5)


# --- size -------------------------------------------------------------------------------------


def large(rows):
    lines = ["ID;Projekt;Status;Verantwortlich;Abteilung;Kosten;Fällig;Fortschritt;Bemerkung;Priorität"]
    for number in range(rows):
        status = ("offen", "läuft", "erledigt")[number % 3]
        lines.append(
            f"P{number};Vorhaben {number};{status};Person {number % 40};Team {number % 8};"
            f"{number % 90 + 1}.{number % 900 + 100:03d},50;{number % 28 + 1:02d}.{number % 12 + 1:02d}.2027;"
            f"{number % 100} %;Bemerkung {number};{number % 5}"
        )
    return "\n".join(lines)


def test_two_thousand_rows_take_less_than_two_seconds_of_processor_time():
    text = large(2000)
    before = time.process_time()
    found = imported(text)
    taken = time.process_time() - before
    assert len(found.book.initiatives) == 2000
    assert not found.held_out
    assert taken < 2.0
    assert imported(text, found.book).changes == ()


@pytest.mark.local_data
def test_a_real_export_of_ten_thousand_tasks_counts_each_task_once():
    path = Path(os.environ["RHUMBLINE_DATA"]) / "sip-tasks" / "Sip-task-info.csv"
    found = import_table(path, as_of=AS_OF)
    # 12,299 rows, one per developer, are 10,266 tasks; one has a summary of more than 200 letters.
    assert len(found.book.initiatives) == 10_265
    assert Counter(row.findings[0].code for row in found.held_out) == {"duplicate-id": 2, "too-long": 1}
    assert {"encoding-assumed", "repeated-row"} <= set(codes(found))
    assert import_table(path, found.book, as_of=AS_OF).changes == ()


# --- anything at all --------------------------------------------------------------------------

HEADERS = [
    "ID",
    "Project",
    "Status",
    "Owner",
    "Email",
    "Team",
    "Cost",
    "Spent",
    "Hours",
    "Due",
    "Start",
    "Progress",
    "Name",
    "KPI",
    "Unit",
    "Target",
    "Baseline",
    "Need",
]
WORDS = [
    *(
        "open",
        "done",
        "1.250,00",
        "1,250",
        "80.5",
        "-5",
        "tbd",
        "#REF!",
        "03/04/2027",
        "31.12.2027",
        "50 %",
        "€ 5",
        "$ 6",
    ),
    *(
        "x",
        "Dana Ortiz",
        "d@x.com",
        "12",
        "=1+1",
        "Note: x",
        "Bakery:",
        "Oven",
        "Van",
        "Total",
        "Summe",
        "",
        "-",
        "Project",
    ),
]
headers = st.sampled_from(
    [*HEADERS, "Q1 2027", "Q2 2027", "Jan", "Cost 2028", "Depends on", "Segment", "", "Foo", "Weight"]
)
cells = st.one_of(
    st.sampled_from(WORDS),
    st.text(max_size=12),
    st.integers(-(10**6), 10**6),
    st.floats(),
    st.booleans(),
    st.dates(date(1800, 1, 1), date(2300, 1, 1)),
    st.none(),
)


@given(
    st.lists(headers, min_size=2, max_size=8),
    st.lists(st.lists(cells, max_size=9), max_size=12),
    st.sampled_from(["initiative", *mappable_kinds()]),
)
def test_no_table_breaks_the_import_or_the_book(header, rows, kind):
    table, _ = find_table([Sheet("Sheet", tuple(map(tuple, [header, *rows])))], kind)
    if table is None:
        return
    proposal = propose(table, kind, as_of=AS_OF)
    talk = Talk(dict(proposal.mapping.answers))
    first = _Importer(Book(), table, proposal, AS_OF, "list", talk).result([])
    assert check(first.book) == ()
    again = _Importer(first.book, table, proposal, AS_OF, "list", Talk({})).result([])
    assert again.changes == ()
    assert first.book == Book() or read_book(dumps(first.book).encode()).book == first.book


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"Project;Cost\n"]),
)
def test_no_bytes_break_the_import(data, begin):
    found = import_table(begin + data, as_of=AS_OF)
    assert found.findings or found.changes or found.book == Book()
    assert check(found.book) == ()
