"""Which column becomes which field, in four languages; what is asked, and what is remembered."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from rhumbline.book.types import Stage
from rhumbline.exchange.columns import Sort, choices_of, names_in, sort_of
from rhumbline.exchange.mapping import Mapping, propose, recall, remember
from rhumbline.exchange.periods import first_day, length, period_in
from rhumbline.exchange.sheets import parse_sheets
from rhumbline.exchange.tables import find_table
from rhumbline.exchange.vocabulary import (
    choices,
    defaults,
    language_of,
    mappable_kinds,
    normal,
    targets,
    without_unit,
)


def table(text):
    sheets, _ = parse_sheets(text.encode())
    return find_table(sheets)[0]


def proposal(text, kind="initiative", **more):
    return propose(table(text), kind, **more)


def mapped(found):
    return {column.header: column.target for column in found.mapping.columns}


def ids(found):
    return [question.id for question in found.questions]


def codes(found):
    return [finding.code for finding in found.findings]


# --- words ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Verantwortliche", "VERANTWORTLICHE "),
        ("Échéance", "echeance"),
        ("due_date", "Due Date"),
        ("TaskNumber", "task number"),
        ("Costs", "cost"),
        ("% Complete", "%complete"),
        ("Größe", "groesse".replace("oe", "o")),
    ],
)
def test_words_are_compared_without_case_accents_and_plural(one, other):
    assert normal(one) == normal(other)


@pytest.mark.parametrize(
    ("header", "bare", "unit"),
    [
        ("Cost (k€)", "Cost", "k€"),
        ("Kosten in TEUR", "Kosten", "TEUR"),
        ("Budget [EUR]", "Budget", "EUR"),
        ("Budget USD", "Budget", "USD"),
        ("Cost", "Cost", ""),
        ("EUR", "EUR", ""),
    ],
)
def test_a_unit_behind_a_header_is_taken_off(header, bare, unit):
    assert without_unit(header) == (bare, unit)


def test_every_word_of_the_vocabulary_leads_to_a_field_that_exists():
    for kind in mappable_kinds():
        for target in targets(kind):
            sort_of(kind, target)
        for name in defaults(kind):
            sort_of(kind, name)


@pytest.mark.parametrize("name", ["stage", "mode", "kind"])
def test_every_choice_of_the_vocabulary_is_one_the_record_accepts(name):
    assert set(choices(name).means.values()) <= set(choices_of("initiative", name))


def test_every_stage_has_words_in_four_languages():
    languages = {}
    for word, stage in choices("stage").means.items():
        languages.setdefault(stage, set()).update(choices("stage").languages[word])
    assert languages == {stage.value: {"en", "de", "fr", "es"} for stage in Stage}


@pytest.mark.parametrize(
    ("words", "stage"),
    [("done Erledigt terminé hecho FINISHED", "closed"), ("running läuft actif iniciado Doing", "running")],
)
def test_statuses_of_four_languages_are_stages(words, stage):
    assert {choices("stage").find(word) for word in words.split()} == {stage}


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        (["Projekt", "Kosten", "Verantwortlich"], "de"),
        (["Projet", "Coût", "Échéance"], "fr"),
        (["Proyecto", "Presupuesto", "Estado"], "es"),
        (["Project", "Cost", "Owner"], "en"),
        (["a1", "b2"], ""),
    ],
)
def test_the_language_of_the_headers_is_known(headers, language):
    assert language_of(headers) == language


# --- columns ----------------------------------------------------------------------------------

LANGUAGES = {
    "en": ("Project;Status;Owner;Department;Estimated cost;Deadline;Progress", "in progress"),
    "de": ("Projektname;Status;Verantwortliche Person;Abteilung;Gesamtkosten;Fällig am;Fortschritt", "in Arbeit"),
    "fr": ("Nom du projet;Statut;Responsable;Service;Coût prévu;Échéance;Avancement", "en cours"),
    "es": ("Proyecto;Estado;Responsable;Departamento;Presupuesto;Fecha límite;Avance", "en curso"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_headers_and_statuses_of_four_languages_are_understood(language):
    header, status = LANGUAGES[language]
    found = proposal(
        f"{header}\nOven;{status};Dana;Bakery;1.250,00;31/03/2027;50 %\nVan;{status};Sam;Shop;80,50;01/04/2027;\n"
    )
    assert list(mapped(found).values()) == ["name", "stage", "owner", "team", "cash", "due", "progress"]
    assert found.sample[0]["stage"] == "running"
    assert found.sample[0]["cash"] == Decimal("1250.00")
    assert found.sample[0]["due"] == date(2027, 3, 31)
    assert found.sample[0]["progress"] == 0.5
    assert ids(found) == ["mode"]
    assert found.confidence > 0.8


def test_languages_may_be_mixed():
    found = proposal(
        "Projekt,Status,Owner,Coût,Fecha límite\nOven,erledigt,Dana,5,2027-01-31\nVan,done,Sam,6,2027-02-01\n"
    )
    assert list(mapped(found).values()) == ["name", "stage", "owner", "cash", "due"]
    assert {line.values["stage"] for line in found.lines} == {"closed"}


def test_a_spelling_mistake_is_forgiven():
    found = proposal("Projct name,Stauts,Respnsible\nOven,open,Dana\nVan,done,Sam\n")
    assert list(mapped(found).values()) == ["name", "stage", "owner"]


def test_columns_without_telling_names_are_known_by_what_they_hold():
    found = proposal(
        "A,B,C,D\nNew oven,done,dana@example.com,€ 5\nVan,open,sam@example.com,€ 6\nCake,done,dana@example.com,€ 7\n"
    )
    assert mapped(found) == {"A": "name", "B": "stage", "C": "owner_email", "D": "cash"}
    assert found.confidence <= 0.5


def test_unknown_columns_are_listed_and_never_dropped_silently():
    found = proposal("Project,Cost,Colour,Remark\nOven,5,red,x\nVan,6,blue,y\n")
    assert found.unmapped == ("Colour", "Remark")
    finding = next(each for each in found.findings if each.code == "unmapped-column")
    assert finding.numbers["columns"] == "Colour, Remark"


def test_a_group_over_a_column_helps_to_understand_it():
    found = proposal(",Kosten,,Owner\nProjekt,Plan,Ist,\nOfen,5,6,Dana\nWagen,7,8,Sam\n")
    assert mapped(found) == {"Projekt": "name", "Kosten Plan": "cash", "Kosten Ist": "spent", "Owner": "owner"}


def test_hours_are_not_money():
    found = proposal("Task,Hours actual,Time spent,Actual cost\nOven,5,6,7\nVan,6,7,8\n")
    assert mapped(found)["Actual cost"] == "spent"
    assert mapped(found)["Time spent"] == ""
    assert mapped(found)["Hours actual"] != "spent"


def test_sizes_in_an_effort_column_do_not_hold_every_row_out():
    found = proposal("Project,Effort\nOven,M\nVan,L\nCake,S\nTill,M\n")
    assert mapped(found)["Effort"] == ""
    assert "column-unreadable" in codes(found)
    assert not found.bad_rows


def test_the_name_is_the_column_that_differs_in_every_row():
    found = proposal("Summary,Project name\nOven,Shop\nVan,Shop\nCake,Shop\n")
    assert mapped(found) == {"Summary": "name", "Project name": ""}


def test_without_a_name_there_is_a_question():
    found = proposal("Cost,Status,Note\n5,open,1\n6,done,1\n")
    assert "name-column" in ids(found)
    answered = proposal("Cost,Status,Note\n5,open,1\n6,done,1\n", answers={"name-column": "Note"})
    assert mapped(answered)["Note"] == "name"


def test_an_answer_says_what_a_column_becomes():
    found = proposal("Project,Budget\nOven,5\nVan,6\n", answers={"column:Budget": "approved"})
    assert mapped(found) == {"Project": "name", "Budget": "approved"}
    found = proposal("Project,Budget\nOven,5\nVan,6\n", answers={"column:Budget": ""})
    assert found.unmapped == ("Budget",)
    found = proposal("Project,Budget\nOven,5\nVan,6\n", answers={"column:Budget": "nonsense"})
    assert mapped(found)["Budget"] == "cash"


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (
            "kpi",
            "Kennzahl;Einheit;Ausgangswert;Zielwert;Ist;Bis\nLate;%;30;10;25;31.12.2027\n",
            ["name", "unit", "baseline", "target", "current", "due"],
        ),
        (
            "objective",
            "Goal,Weight,Owner,Perspective\nLead,40,Dana,Customers\n",
            ["name", "weight", "owner", "perspective"],
        ),
        ("team", "Team,Capacity,Hourly rate\nBakery,400,35\n", ["name", "hours", "rate"]),
        ("person", "Name,Email,Department\nDana Ortiz,d@x.com,Bakery\n", ["name", "email", "team"]),
        (
            "need",
            "Segment,Need,Importance,Satisfaction\nCafes,fresh bread,9,4\n",
            ["segment", "text", "importance", "satisfaction"],
        ),
        ("segment", "Customer segment,Channel,Strategic\nCafes,direct,yes\n", ["name", "channel", "strategic"]),
        (
            "benefit",
            "Project,KPI,Low,Likely,High,Evidence\nOven,Late,1,2,3,E2\n",
            ["initiative", "kpi", "low", "likely", "high", "evidence"],
        ),
    ],
)
def test_other_kinds_of_record_have_their_own_columns(kind, text, expected):
    assert list(mapped(proposal(text, kind)).values()) == expected


# --- what is asked ----------------------------------------------------------------------------


def test_an_order_of_dates_that_stays_open_is_asked_with_a_reason():
    found = proposal("Project,Due date\nOven,03/04/2027\nVan,05/06/2027\n")
    question = next(each for each in found.questions if each.code == "date-order")
    assert set(question.choices) == {"dmy", "mdy"}
    assert question.proposed == "dmy"
    assert "3 April 2027" in question.choices["dmy"]
    assert question.reason
    answered = proposal("Project,Due date\nOven,03/04/2027\nVan,05/06/2027\n", answers={question.id: "mdy"})
    assert answered.sample[0]["due"] == date(2027, 3, 4)
    assert not any(each.code == "date-order" for each in answered.questions)


def test_another_column_of_the_file_settles_the_order():
    found = proposal("Project,Start date,Due date\nOven,03/04/2027,31/12/2027\nVan,05/06/2027,30/11/2027\n")
    assert not any(each.code == "date-order" for each in found.questions)
    assert found.sample[0]["start"] == date(2027, 4, 3)


def test_a_decimal_sign_that_stays_open_is_asked_and_thousands_are_proposed_for_money():
    found = proposal("Project;Cost\nOven;1.250\nVan;2.500\n")
    question = next(each for each in found.questions if each.code == "decimal-sign")
    assert question.proposed == ","
    assert found.sample[0]["cash"] == Decimal(1250)
    answered = proposal("Project;Cost\nOven;1.250\nVan;2.500\n", answers={question.id: "."})
    assert answered.sample[0]["cash"] == Decimal("1.250")


def test_a_status_nobody_knows_is_asked_once():
    text = "Project,Status\nOven,Bob has it\nVan,Bob has it\nCake,open\n"
    found = proposal(text)
    question = next(each for each in found.questions if each.code == "word")
    assert question.id == "stage:Bob has it"
    assert question.proposed == "case"
    assert "2 row(s)" in question.text
    answered = proposal(text, answers={"stage:Bob has it": "parked"})
    assert answered.sample[0]["stage"] == "parked"


def test_an_answer_that_is_no_choice_is_asked_again():
    found = proposal("Project,Status\nOven,Bob has it\n", answers={"stage:Bob has it": "nonsense"})
    assert "stage:Bob has it" in ids(found)


def test_the_mode_is_asked_by_three_questions():
    question = next(each for each in proposal("Project,Cost\nOven,5\n").questions if each.id == "mode")
    assert question.proposed == "exploit"
    assert question.text.count("?") == 3


# --- cells ------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["approx 5k?", "tbd", "#REF!", "#N/A", "5-10", "soon"])
def test_a_cell_that_is_no_amount_holds_its_row_out_and_says_where(cell):
    found = proposal(f"Project;Status;Cost\nOven;open;1.250,00\nVan;open;{cell}\nCake;open;80,50\n")
    assert [line.row.number for line in found.lines] == [2, 4]
    (bad,) = found.bad_rows
    (finding,) = bad.findings
    assert bad.where == "row 3"
    assert finding.where == "row 3, column C (Cost)"
    assert finding.code == "unreadable-cell"
    assert finding.numbers["value"] == cell
    assert finding.numbers["row"] == 3
    assert cell in finding.message


def test_a_cell_in_the_other_style_is_told_so():
    found = proposal("Project;Cost\nOven;1.250,00\nVan;2.400,50\nCake;1,250.00\n")
    assert "writes numbers as 1.250,00" in found.bad_rows[0].findings[0].message
    found = proposal("Project;Due\nOven;31/03/2027\nVan;30/04/2027\nCake;12/31/2027\n")
    assert "writes dates as day/month/year" in found.bad_rows[0].findings[0].message


def test_another_currency_in_a_column_holds_its_row_out():
    found = proposal("Project;Cost\nOven;€ 5\nVan;€ 6\nCake;$ 7\n")
    assert found.currency == "EUR"
    assert "USD" in found.bad_rows[0].findings[0].message


def test_a_multiple_in_the_header_counts():
    found = proposal("Project,Cost (k€)\nOven,12.5\nVan,3\n")
    assert found.sample[0]["cash"] == Decimal(12500)
    assert found.currency == "EUR"


def test_days_are_eight_hours_and_it_is_said():
    found = proposal("Projekt;Aufwand (PT)\nOven;10\nVan;2,5\n")
    assert found.sample[0]["hours"] == Decimal(80)
    assert "days-as-hours" in codes(found)


@pytest.mark.parametrize(("cells", "first"), [("50 %,75 %", 0.5), ("50,75", 0.5), ("0.5,0.75", 0.5), ("0.5,1", 0.5)])
def test_progress_is_a_share_however_it_is_written(cells, first):
    one, two = cells.split(",")
    assert proposal(f"Project,Progress\nOven,{one}\nVan,{two}\n").sample[0]["progress"] == first


def test_costs_written_as_negative_numbers_are_costs():
    found = proposal("Project,Cost\nOven,-5\nVan,(6)\n")
    assert found.sample[0]["cash"] == 5
    assert "costs-negative" in codes(found)


def test_what_is_due_in_a_month_has_until_its_end():
    assert proposal("Project,Due\nOven,Feb 2028\nVan,Mar 2028\n").sample[0]["due"] == date(2028, 2, 29)


def test_dates_exchanged_by_a_spreadsheet_are_noticed():
    from datetime import datetime

    from rhumbline.exchange.sheets import Sheet

    cells = [datetime.fromisoformat("2027-04-03"), "13/04/2027", datetime.fromisoformat("2027-06-05"), "31/03/2027"]
    rows = (("Project", "Due"), *((f"p{number}", cell) for number, cell in enumerate(cells)))
    found = propose(find_table([Sheet("", rows)])[0])
    assert "dates-half-converted" in codes(found)


def test_several_names_in_a_cell_are_a_list():
    assert names_in("Dana Ortiz; Sam Lee, Ann") == ["Dana Ortiz", "Sam Lee", "Ann"]
    assert proposal("Project,Depends on\nOven,Van; Cake\nVan,\nCake,\n").sample[0]["depends"] == ["Van", "Cake"]


# --- periods ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "year", "label"),
    [
        ("Q1 2027", None, "2027-Q1"),
        ("2027-Q2", None, "2027-Q2"),
        ("Q3/27", None, "2027-Q3"),
        ("T4 2027", None, "2027-Q4"),
        ("1. Quartal 2027", None, "2027-Q1"),
        ("2027 Q1", None, "2027-Q1"),
        ("Jan 2027", None, "2027-01"),
        ("Mär 27", None, None),
        ("März 27", None, "2027-03"),
        ("2027-04", None, "2027-04"),
        ("05/2027", None, "2027-05"),
        ("Jan", 2027, "2027-01"),
        ("Q2", None, "Q2"),
        ("Kosten 2027", None, "2027"),
        ("Owner", 2027, None),
        ("Cost", None, None),
    ],
)
def test_headers_name_periods(header, year, label):
    found = period_in(header, year)
    assert (found.label if found else None) == label


def test_periods_have_a_first_day_and_a_length():
    assert [first_day(label) for label in ("2027-Q3", "2027-05", "2027", "Q1")] == [
        date(2027, 7, 1),
        date(2027, 5, 1),
        date(2027, 1, 1),
        None,
    ]
    assert [length(label) for label in ("2027-Q3", "2027-05", "2027")] == [3, 1, 12]


def test_columns_by_period_become_money_by_period():
    found = proposal("Projekt;Q1 2027;Q2 2027;Summe\nOfen;10;20;30\nWagen;5;;6\n")
    assert mapped(found) == {"Projekt": "name", "Q1 2027": "cash:2027-Q1", "Q2 2027": "cash:2027-Q2", "Summe": "cash"}
    mismatch = next(each for each in found.findings if each.code == "total-mismatch")
    assert mismatch.where == "row 3, column D (Summe)"
    assert mismatch.numbers["expected"] == 5


def test_months_take_their_year_from_the_title():
    found = proposal("Costs 2028,,\nProject,Jan,Feb\nOven,1,2\nVan,3,4\n")
    assert mapped(found) == {"Project": "name", "Jan": "cash:2028-01", "Feb": "cash:2028-02"}


def test_the_same_period_twice_is_not_guessed():
    found = proposal(",Plan,,Actual,\nProject,Q1 2027,Q2 2027,Q1 2027,Q2 2027\nOven,1,2,3,4\nVan,3,4,5,6\n")
    assert [target for target in mapped(found).values() if target.startswith("cash:")] == []


# --- remembering ------------------------------------------------------------------------------


def test_a_mapping_is_remembered_by_its_headers_in_any_order(tmp_path):
    place = tmp_path / "mappings.json"
    text = "Project,Budget,Status\nOven,5,Bob has it\n"
    agreed = proposal(text, answers={"column:Budget": "approved", "stage:Bob has it": "parked"}).mapping
    remember(agreed, place)
    remember(proposal("Ganz,Andere\nOven,5\n").mapping, place)
    assert len(json.loads(place.read_text("utf-8"))) == 2
    found = recall(table("Status,Project,Budget\nBob has it,Van,7\n"), "initiative", place)
    assert found is not None
    again = propose(table("Status,Project,Budget\nBob has it,Van,7\n"), mapping=found)
    assert again.sample[0] == {"name": "Van", "stage": "parked", "approved": Decimal(7)}
    assert again.confidence == 1.0


def test_other_headers_are_not_recalled(tmp_path):
    place = tmp_path / "mappings.json"
    assert recall(table("Project,Cost\nOven,5\n"), "initiative", place) is None
    remember(proposal("Project,Cost\nOven,5\n").mapping, place)
    assert recall(table("Project,Price\nOven,5\n"), "initiative", place) is None
    assert recall(table("Project,Cost\nOven,5\n"), "kpi", place) is None


@pytest.mark.parametrize("content", ["", "[]", "no json", '{"initiative-0": 1}'])
def test_a_damaged_memory_is_no_memory(tmp_path, content):
    place = tmp_path / "mappings.json"
    place.write_text(content, "utf-8")
    assert recall(table("Project,Cost\nOven,5\n"), "initiative", place) is None


def test_a_mapping_goes_to_json_and_back():
    agreed = proposal("Project,Cost,Cost\nOven,5,6\n").mapping
    again = Mapping.from_json(json.loads(json.dumps(agreed.to_json())))
    assert [(column.header, column.occurrence, column.target) for column in again.columns] == [
        ("Project", 1, "name"),
        ("Cost", 1, "cash"),
        ("Cost", 2, ""),
    ]
    assert again.signature == agreed.signature


def test_a_column_that_a_remembered_mapping_does_not_know_is_listed():
    agreed = proposal("Project,Cost\nOven,5\n").mapping
    found = propose(table("Project,Cost,New\nOven,5,x\n"), mapping=agreed)
    assert found.unmapped == ("New",)


def test_sorts_of_values_follow_from_the_record():
    assert sort_of("initiative", "spent")[0] is Sort.MONEY
    assert sort_of("initiative", "depends") == (Sort.NAMES, "initiative")
    assert sort_of("kpi", "target")[0] is Sort.NUMBER
    with pytest.raises(KeyError):
        sort_of("initiative", "nonsense")
