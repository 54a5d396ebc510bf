"""A workbook reads back the same, helps people to fill it in, and never computes what somebody typed."""

import io
import re
import zipfile
from datetime import date

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.exchange.test_csv_folder import NASTY, as_rows
from tests.strategies import books, records, texts

from rhumbline import examples
from rhumbline.book.book import Book
from rhumbline.book.fields import fields_of
from rhumbline.book.records import KINDS, Organisation, Segment, Survey, System, Team
from rhumbline.book.types import FrozenMap, Severity
from rhumbline.exchange import short_form
from rhumbline.exchange.book_tables import HELP
from rhumbline.exchange.field_help import NAMELESS, is_required, meanings
from rhumbline.exchange.files import read_book, write_book
from rhumbline.exchange.sheets import parse_sheets
from rhumbline.exchange.workbook import TooManyRows, parse_workbook, sheet_order, workbook

FEW = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
SOME = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

SMALL = {
    "organisations": [["key", "name", "currency"], ["organisation", "X", "EUR"]],
    "budgets": [["cash"], [1000]],
}


def made(sheets, hidden=()):
    """A workbook as somebody else's program writes it."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as file:
        day = file.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in sheets.items():
            sheet = file.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    if isinstance(value, tuple):
                        sheet.write_formula(number, column, value[0], None, value[1])
                    elif isinstance(value, date):
                        sheet.write_datetime(number, column, value, day)
                    else:
                        sheet.write(number, column, value)
    return buffer.getvalue()


def said(reading):
    return [(finding.code, finding.where) for finding in reading.findings]


# --- what is written reads back ---------------------------------------------------------------


def kind_reads_back(kind, data):
    book = Book.of(data.draw(st.lists(records(kind), max_size=4)))
    again = as_rows(parse_workbook(workbook(book), "x.xlsx"))
    assert again == book
    assert repr(again.records) == repr(book.records)
    assert repr(again.series) == repr(book.series)


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(data=st.data())
@FEW
def test_every_kind_reads_back(kind, data):
    kind_reads_back(kind, data)


@pytest.mark.prove
@pytest.mark.parametrize("kind", sorted(KINDS))
@given(data=st.data())
@MANY
def test_every_kind_reads_back_at_full_size(kind, data):
    kind_reads_back(kind, data)


@given(books())
@SOME
def test_books_read_back(book):
    again = read_book(workbook(book))
    assert again.errors == ()
    assert again.held_out == ()
    assert again.book == book
    assert again.book.sha == book.sha
    assert again.book.as_of == book.as_of


@given(st.lists(texts(1, 200), min_size=1, max_size=20))
@SOME
def test_every_text_reads_back(drawn):
    book = Book.of([System(key=f"s{number}", name=text, masters=(text, "; b")) for number, text in enumerate(drawn)])
    assert as_rows(parse_workbook(workbook(book), "x")) == book


@pytest.mark.parametrize("text", NASTY)
def test_nasty_texts_read_back(text):
    one_line = not any(sign in text for sign in "\n\r")
    book = Book.of(
        [
            Segment(key="012", name=text, channel=text, competitor_name=f"{HELP}{text}"),
            System(key="1E5", name=text, masters=(text, "x", text)),
            Organisation(name=text, currency="EUR", settings=FrozenMap({text: text} if one_line else {"x": text})),
            Survey(n=1, invited=2, items=FrozenMap({text: 1.5} if one_line else {})),
        ]
    )
    assert as_rows(parse_workbook(workbook(book), "x")) == book


@pytest.mark.parametrize("name", examples.names())
def test_examples_read_back(name, tmp_path):
    book, _ = read_book(examples.path(name))
    write_book(book, tmp_path / "firm.xlsx")
    again = read_book(tmp_path / "firm.xlsx")
    assert (again.book, again.book.as_of, again.errors) == (book, book.as_of, ())
    assert again.book.sha == book.sha


def test_the_same_book_gives_the_same_bytes():
    book, _ = read_book(examples.path("bakery"))
    assert workbook(book) == workbook(
        Book.of([each for kind in KINDS for each in book.all(kind).values()], book.as_of).replace(
            *(row for rows in book.series.values() for row in rows)
        )
    )


def test_a_map_that_is_too_long_for_a_cell_fills_several_columns():
    settings_of = FrozenMap({f"name {number}": 'a; b: "c"\U0001f950' * 100 for number in range(100)})
    firm = Organisation(name="X", currency="EUR", settings=settings_of)
    again = as_rows(parse_workbook(workbook(Book.of([firm])), "x"))
    assert again.organisation == firm


def test_more_rows_than_are_read_are_refused(monkeypatch):
    monkeypatch.setattr("rhumbline.exchange.workbook.MOST_ROWS", 3)
    teams = [Team(key=f"t{number}", name="A", hours=1, rate=1) for number in range(2)]
    with pytest.raises(TooManyRows):
        workbook(Book.of(teams))


# --- numbers, dates, texts --------------------------------------------------------------------


def test_values_are_written_as_what_they_are():
    book, _ = read_book(examples.path("bakery"))
    sheets, _ = parse_sheets(workbook(book))
    by_name = {sheet.name: sheet.rows for sheet in sheets}

    def cell(sheet, row, column):
        header = [str(name).removesuffix(" *") for name in by_name[sheet][0]]
        return by_name[sheet][row][header.index(column)]

    assert cell("kpis", 2, "due") == date(2027, 12, 31)
    assert cell("kpis", 2, "target") == 40.0
    assert [cell("capabilities", row, "strength") for row in (2, 3)] == [False, True]
    assert cell("teams", 2, "rate") == 26.0
    assert cell("initiatives", 3, "key") == "d2"
    assert cell("initiatives", 5, "hours") == "bakers:40,30,10; office:20,10,10"


def test_formula_like_texts_are_texts_in_the_file():
    data = workbook(Book.of([System(key="s1", name="=1+1", masters=("@x",))]))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        strings = archive.read("xl/sharedStrings.xml")
    assert not any(b"<f>" in sheet for sheet in sheets)
    assert b"<t>=1+1</t>" in strings


def test_what_people_type_is_read_as_they_mean_it():
    sheets = {
        **SMALL,
        "Teams": [
            ["Key", "Name *", "hours", "rate", "mode"],
            [HELP + "says the help", HELP + "x", HELP, HELP, HELP],
            [12, 2026, 260, "26.5", " mixed "],
            [None, None, None, None, None],
            ["t2 ", "B", ("=2*5", 10), 1, "exploit"],
        ],
        "initiatives": [
            ["key", "name", "mode", "stage", "mandatory", "cash", "requires", "last_update", "owner"],
            ["i1", "A", "exploit", "running", "WAHR", 1000, "none", date(2026, 11, 1), None],
        ],
        "signals": [
            ["key", "text", "kind", "strength", "seen", "decided"],
            ["g1", "S", "customer", 2, date(2026, 1, 1), True],
        ],
    }
    reading = read_book(made(sheets))
    assert reading.errors == ()
    book = reading.book
    assert set(book.teams) == {"12", "t2"}
    assert (book.teams["12"].name, str(book.teams["12"].rate), book.teams["12"].mode) == ("2026", "26.50", "mixed")
    assert book.teams["t2"].hours == 10
    initiative = book.initiatives["i1"]
    assert (initiative.mandatory, initiative.cash, initiative.requires) == (True, (1000,), {})
    assert initiative.last_update == date(2026, 11, 1)
    assert book.signals["g1"].decided is True


# --- what is wrong ----------------------------------------------------------------------------


def test_findings_name_sheet_row_and_column():
    sheets = {
        **SMALL,
        "teams": [["key", "name", "hours", "rate"], [HELP] * 4, ["t1", "A", -1, "x"], ["t2", "B", None, 3]],
    }
    reading = read_book(made(sheets))
    assert said(reading) == [
        ("too-small", "teams t1, hours (sheet teams, row 3, column C)"),
        ("wrong-type", "teams t1, rate (sheet teams, row 3, column D)"),
        ("missing-value", "teams t2, hours (sheet teams, row 4, column C)"),
    ]
    assert reading.held_out == (("team", "t1"), ("team", "t2"))


def test_a_formula_without_value_is_said_and_its_row_held_out():
    sheets = {
        **SMALL,
        "teams": [
            ["key", "name", "hours", "rate", "mode"],
            ["t1", "A", ("=1+1", ""), 1, None],
            ["t2", ('="B"', "B"), ("=1+1", 2), 1, None],
            ["t3", "C", 1, 1, ("=A1", "")],
            ["t4", ("=NA()", "#N/A"), 1, 1, None],
        ],
    }
    reading = read_book(made(sheets))
    assert list(reading.book.teams) == ["t2"]
    assert said(reading)[0] == ("formula-without-value", "sheet teams, C2, E4, B5")
    assert reading.held_out == (("team", "t1"), ("team", "t3"), ("team", "t4"))


def test_a_hidden_sheet_is_not_read_and_that_is_said():
    sheets = {**SMALL, "teams": [["key", "name", "hours", "rate"], ["t1", "A", 1, 1]]}
    reading = read_book(made(sheets, hidden=("teams",)))
    assert [(finding.code, finding.severity) for finding in reading.findings] == [("hidden-sheet", Severity.WARNING)]
    assert not reading.book.teams


def test_sheets_and_columns_of_ones_own_are_said_and_do_no_harm():
    sheets = {**SMALL, "Notes": [["a"]], "Empty": [], "temas": [["key"]], "instructions": [["anything"]]}
    sheets["organisations"] = [["key", "name", "currency", "mine"], ["organisation", "X", "EUR", 5]]
    reading = read_book(made(sheets))
    assert said(reading) == [
        ("unknown-field", "organisations, mine (sheet organisations, row 1, column D)"),
        ("unknown-field", "Notes (sheet Notes)"),
        ("unknown-field", "temas (sheet temas)"),
    ]
    assert reading.errors == ()


def test_a_sheet_of_messages_with_nothing_but_its_header_says_that_they_are_recorded():
    assert read_book(made({**SMALL, "messages": [["key", "date", "reach"]]})).book.organisation.records_messages
    assert not read_book(made({**SMALL, "messages": []})).book.organisation.records_messages


def test_an_archive_that_is_a_bomb_is_refused(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        for number in range(5):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b" " * 45_000_000)
    reading = read_book(path)
    assert not reading.usable
    assert [finding.code for finding in reading.findings] == ["zip-bomb"]


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"PK\x03\x04nonsense", "corrupt-file"), (b"%PDF-1.7", "unknown-format"), (b"", "empty")],
)
def test_what_is_no_workbook_is_refused(tmp_path, data, code):
    path = tmp_path / "x.xlsx"
    path.write_bytes(data)
    reading = read_book(path)
    assert not reading.usable
    assert [finding.code for finding in reading.findings] == [code]
    assert read_book(tmp_path / "none.xlsx").findings[0].code == "unreadable"


# --- help for people --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bakery():
    data = workbook(read_book(examples.path("bakery")).book)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}


def sheet_of(parts, name):
    names = re.findall(r'<sheet name="([^"]*)"', parts["xl/workbook.xml"])
    return parts[f"xl/worksheets/sheet{names.index(name) + 1}.xml"]


def test_sheets_come_in_the_order_in_which_people_need_them(bakery):
    names = re.findall(r'<sheet name="([^"]*)"', bakery["xl/workbook.xml"])
    assert names[:8] == [
        "instructions",
        "about",
        "organisations",
        "strategies",
        "objectives",
        "kpis",
        "initiatives",
        "benefits",
    ]
    assert names[2:] == [KINDS[kind].plural for kind in sheet_order()]
    assert set(sheet_order()) == set(KINDS)
    assert 'state="hidden"' not in bakery["xl/workbook.xml"]


def test_every_field_has_a_meaning_and_every_meaning_a_field():
    fields = {kind: {described.name for described in fields_of(KINDS[kind].record)} for kind in KINDS}
    assert {kind: set(said_of) for kind, said_of in meanings().items()} == fields, "see exchange/meanings.toml"


def test_kinds_that_need_no_key_are_those_that_get_one():
    assert set(short_form._DERIVED) == NAMELESS
    sheets = {
        **SMALL,
        "initiatives": [["key", "name", "mode"], ["i1", "A", "exploit"]],
        "kpis": [["key", "name", "unit", "target"], ["k1", "K", "%", 5]],
        "benefits": [["key", "initiative", "kpi", "low", "likely", "high"], [None, "i1", "k1", 1, 2, 3]],
    }
    reading = read_book(made(sheets))
    assert reading.errors == ()
    assert list(reading.book.all("benefit")) == ["i1.k1"]


def test_every_column_has_help_and_required_ones_are_marked():
    sheets, _ = parse_sheets(workbook(Book.of([])))
    for sheet in sheets[2:]:
        header, helps = sheet.rows[:2]
        kind = next(kind for kind in KINDS if KINDS[kind].plural == sheet.name)
        assert list(header) == [
            f"{each.name} *" if is_required(kind, each) else each.name for each in fields_of(KINDS[kind].record)
        ]
        assert all(text.startswith(HELP) for text in helps)


def test_the_header_is_frozen_and_choices_and_references_have_drop_downs(bakery):
    sheet = sheet_of(bakery, "initiatives")
    assert '<pane xSplit="2" ySplit="2"' in sheet
    assert "exploit,explore,drift" in sheet
    assert "<formula1>keys_of_people</formula1>" in sheet
    assert "conditionalFormatting" in sheet
    assert "keys_of_teams" in bakery["xl/workbook.xml"]
    assert re.findall(r'name="keys_of_teams">([^<]*)<', bakery["xl/workbook.xml"]) == [
        "teams!$A$3:INDEX(teams!$A$3:$A$5003,MAX(1,COUNTA(teams!$A$3:$A$5003)))"
    ]


def test_no_limit_of_spreadsheet_programs_is_broken(bakery):
    for name, sheet in bakery.items():
        for listed in re.findall(r"<formula1>\"([^<]*)\"</formula1>", sheet):
            assert len(listed) <= 255, name
        for message in re.findall(r'\berror="([^"]*)"', sheet):
            assert len(message) <= 255, name
        for title in re.findall(r'\berrorTitle="([^"]*)"', sheet):
            assert len(title) <= 32, name
