"""A Book as CSV files reads back the same, whatever its texts are; what is wrong is said with file, row and column."""

import csv
import io
import re
import zipfile
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.strategies import books, records, texts

from rhumbline import examples
from rhumbline.book.book import Book
from rhumbline.book.records import KINDS, Organisation, Segment, Survey, System
from rhumbline.book.types import FrozenMap
from rhumbline.exchange import csv_folder
from rhumbline.exchange.csv_folder import csv_archive, csv_files, parse_csv_archive, write_csv_folder
from rhumbline.exchange.files import read_book, read_mapping, write_book
from rhumbline.exchange.gate import read_record
from rhumbline.exchange.raw import Refused
from rhumbline.exchange.short_form import expand

FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
SOME = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))

FIRM = "key,name,currency\norganisation,X,EUR\n"
MONEY = "key,cash\nbudget,1000\n"


def as_rows(tables):
    """Read the rows of tables each by itself, so that references may lead nowhere."""
    assert tables.findings == ()
    found = []
    for row in expand(tables.tree).rows:
        record, findings = read_record(row.kind, row.raw, row.place)
        assert record is not None, findings
        found.append(record)
    return Book.of(found)


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def folder_of(tmp_path, files):
    for name, text in {"budgets.csv": MONEY, **files}.items():
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return tmp_path


def said(reading):
    return [(finding.code, finding.where) for finding in reading.findings]


# --- what is written reads back ---------------------------------------------------------------


def kind_reads_back(kind, data):
    book = Book.of(data.draw(st.lists(records(kind), max_size=4)))
    for excel in (False, True):
        again = as_rows(parse_csv_archive(csv_archive(book, excel=excel), "x.zip"))
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
    again = read_book(csv_archive(book))
    assert again.errors == ()
    assert again.held_out == ()
    assert again.book == book
    assert again.book.sha == book.sha
    assert again.book.as_of == book.as_of


@pytest.mark.parametrize("name", examples.names())
def test_examples_read_back_from_a_folder_and_an_archive(name, tmp_path):
    book, _ = read_book(examples.path(name))
    for place in (tmp_path / "folder", tmp_path / "archive.zip"):
        write_book(book, place)
        again = read_book(place)
        assert (again.book, again.book.as_of, again.errors) == (book, book.as_of, ())


def test_the_same_book_gives_the_same_bytes(tmp_path):
    book, _ = read_book(examples.path("bakery"))
    assert csv_archive(book) == csv_archive(Book.of([*_all(book)], book.as_of))
    write_csv_folder(book, tmp_path / "a")
    assert {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()} == csv_files(book)


def _all(book):
    records_of = [record for kind in reversed(KINDS) for record in reversed(list(book.all(kind).values()))]
    return [*records_of, *(row for rows in book.series.values() for row in rows)]


def test_messages_that_are_recorded_and_silent_stay_so(tmp_path):
    book = Book.of([Organisation(name="X", currency="EUR", records_messages=True)])
    assert csv_files(book)["messages.csv"] == b"key,date,reach,kind,about,body\r\n"
    for place in (tmp_path / "folder", tmp_path / "a.zip"):
        write_book(book, place)
        assert read_book(place).book == book


def test_a_file_may_be_called_by_its_kind(tmp_path):
    files = {"organisation.csv": FIRM, "Budget.CSV": "drift,cash\n0.1,1000; 2000\n"}
    assert read_book(zipped(files)).book.budget.drift == 0.1


def test_a_file_of_messages_with_nothing_but_its_header_says_that_they_are_recorded(tmp_path):
    silent = read_book(folder_of(tmp_path, {"organisations.csv": FIRM, "messages.csv": "key,date,reach\n"}))
    assert silent.book.organisation.records_messages
    (tmp_path / "messages.csv").unlink()
    assert not read_book(tmp_path).book.organisation.records_messages


def test_a_file_of_messages_does_not_overrule_what_the_firm_says(tmp_path):
    firm = "key,name,currency,records_messages\norganisation,X,EUR,false\n"
    reading = read_book(folder_of(tmp_path, {"organisations.csv": firm, "messages.csv": "key,date,reach\n"}))
    assert not reading.book.organisation.records_messages


def test_none_means_nothing_needed_and_blank_means_unknown(tmp_path):
    rows = "key,name,mode,requires\ni1,A,exploit,none\ni2,B,exploit,\ni3,C,exploit,c1:2\ni4,D,exploit, NONE \n"
    capability = "key,name,level\nc1,Sell,2\n"
    files = {"organisations.csv": FIRM, "initiatives.csv": rows, "capabilities.csv": capability}
    found = read_book(folder_of(tmp_path, files)).book.initiatives
    assert [found[key].requires for key in ("i1", "i2", "i3", "i4")] == [{}, None, {"c1": 2}, {}]


def test_a_map_that_is_too_long_for_a_cell_fills_several_columns():
    settings_of = FrozenMap({f"name {number}": 'a; b: "c"' * 100 for number in range(200)})
    firm = Organisation(name="X", currency="EUR", settings=settings_of)
    text = csv_files(Book.of([firm]))["organisations.csv"].decode()
    header, cells = csv.reader(io.StringIO(text, newline=""))
    found = [name for name in header if name.startswith("settings")]
    assert found == ["settings", *(f"settings ({number})" for number in range(2, len(found) + 1))]
    assert len(found) > 1
    assert max(map(len, cells)) <= 32_000
    assert read_book(csv_archive(Book.of([firm]))).book.organisation == firm


# --- formulas ---------------------------------------------------------------------------------

RUNS = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


@given(texts(1, 200).filter(lambda text: not text.isspace()))
@example("=SUM(A1)")
@example("'=SUM(A1)")
@example("''=SUM(A1)")
@example("'tis the season")
@example("-5")
@example("\t=1")
@example("@cmd|' /C calc'!A0")
@MANY
def test_no_text_runs_as_a_formula_and_every_text_reads_back(text):
    book = Book.of([System(key="s1", name=text, masters=(text, "; b"))])
    content = csv_files(book)["systems.csv"].decode()
    cells = [cell for row in csv.reader(io.StringIO(content, newline="")) for cell in row]
    assert [cell for cell in cells if RUNS.match(cell) and not re.fullmatch(r"-[0-9.eE+-]+", cell)] == []
    assert as_rows(parse_csv_archive(csv_archive(book), "x")) == book


def test_negative_numbers_stay_numbers():
    rows = csv_files(read_mapping({"closed_benefits": [{"key": "c", "claimed": -5.5, "realised": -2}]}).book)
    assert rows["closed_benefits.csv"].splitlines()[1] == b"c,-5.5,-2,"


# --- nasty texts ------------------------------------------------------------------------------

NASTY = [
    "a\nb", "a\r\nb", "a\rb", ' "quoted" ', '"', '""', "; ", "a; b", "a:b", "none", "NONE", "🥐", "\u202eabc", "א ב",
    "true", "'true", "1E5", "012", "12345678901234567890", "a,b", "\u00a0x\u00a0", "ⓘ help", "=1", "'=1", "#REF!",
]  # fmt: skip


@pytest.mark.parametrize("text", NASTY)
def test_nasty_texts_read_back(text):
    one_line = not any(sign in text for sign in "\n\r")
    book = Book.of(
        [
            Segment(key="012", name=text, channel=text, competitor_name=text),
            System(key="1E5", name=text, masters=(text, "x", text)),
            Organisation(
                name=text, currency="EUR", settings=FrozenMap({text: text, "x": text} if one_line else {"x": text})
            ),
            Survey(n=1, invited=2, items=FrozenMap({text: 1.5} if one_line else {})),
        ]
    )
    again = as_rows(parse_csv_archive(csv_archive(book), "x"))
    assert again == book


# --- what spreadsheet programs make of it -----------------------------------------------------


@pytest.mark.parametrize("delimiter", [";", "\t", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_a_spreadsheet_program_saved_is_read(tmp_path, delimiter, encoding):
    book, _ = read_book(examples.path("bakery"))
    for name, data in csv_files(book).items():
        buffer = io.StringIO(newline="")
        csv.writer(buffer, delimiter=delimiter).writerows(csv.reader(io.StringIO(data.decode(), newline="")))
        (tmp_path / name).write_bytes(buffer.getvalue().encode(encoding))
    reading = read_book(tmp_path)
    assert (reading.book, reading.errors) == (book, ())


def test_the_encoding_of_windows_is_read_and_said(tmp_path):
    files = {"organisations.csv": "key,name,currency\norganisation,Bäckerei,EUR\n".encode("cp1252")}
    reading = read_book(folder_of(tmp_path, files))
    assert reading.book.organisation.name == "Bäckerei"
    assert said(reading) == [("encoding-assumed", "organisations.csv")]


def test_a_byte_order_mark_is_there_for_excel_only():
    book, _ = read_book(examples.path("bakery"))
    assert all(data.startswith(b"\xef\xbb\xbf") for data in csv_files(book, excel=True).values())
    assert not any(data.startswith(b"\xef\xbb\xbf") for data in csv_files(book).values())


def test_words_of_the_short_form_and_names_as_people_type_them_are_read(tmp_path):
    files = {
        "organisations.csv": FIRM,
        "KPIs.csv": "ID,Name,Unit,Target,Current,Last,history\nk1,Late,%,10,30,2026-11-01,50; 40\n",
        "initiatives.csv": "id,name,mode,status\ni1,Route,exploit,running\n",
        "benefits.csv": "initiative,kpi,low,likely,high\ni1,k1,1,2,3\n",
        "systems.csv": "id,name\na,A\nb,B\n",
        "flows.csv": "from,to,state\na,b,live\n",
        "scenarios.csv": "id,name,p\nx,X,1\n",
        "partners.csv": "id,name,required,p_deliver\np,P,yes,0.5\n",
        "budgets.csv": "Key,Cash *\n,1000; 2000\n",
    }
    reading = read_book(folder_of(tmp_path, files))
    book = reading.book
    assert reading.errors == ()
    assert [(row.position, row.value) for row in book.readings("k1")] == [(1, 50.0), (2, 40.0), (3, 30.0)]
    assert book.initiatives["i1"].status == "running"
    assert list(book.all("benefit")) == ["i1.k1"]
    assert list(book.flows) == ["a-b"]
    assert book.scenarios["x"].probability == 1
    assert book.all("commitment")["p"].required
    assert book.budget.cash == (Decimal("1000.00"), Decimal("2000.00"))


def test_other_files_in_the_folder_stay_and_old_tables_go(tmp_path):
    book, _ = read_book(examples.path("bakery"))
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "own.csv").write_text("a,b\n1,2\n")
    (tmp_path / "decisions.csv").write_text("key,kind,about,at\nd,go,i1,2026-01-01\n")
    write_csv_folder(book, tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert not (tmp_path / "decisions.csv").exists()
    reading = read_book(tmp_path)
    assert reading.book == book
    assert said(reading) == [("unknown-field", "own (own.csv)")]


# --- what is wrong ----------------------------------------------------------------------------


def test_findings_name_file_row_and_column(tmp_path):
    files = {
        "organisations.csv": FIRM,
        "teams.csv": "key,name,hours,rate\nt1,A,10,20\nt2,B,-1,x\n\nt3,C,,5\nt1,D,1,1\n",
        "people.csv": "key,name,team\np1,P,t2\np2,Q,t9\n",
    }
    reading = read_book(folder_of(tmp_path, files))
    assert said(reading) == [
        ("duplicate-key", "teams t1 (teams.csv, row 6)"),
        ("too-small", "teams t2, hours (teams.csv, row 3, column C)"),
        ("wrong-type", "teams t2, rate (teams.csv, row 3, column D)"),
        ("missing-value", "teams t3, hours (teams.csv, row 5, column C)"),
        ("refers-to-held-out", "people p1, team (people.csv, row 2, column C)"),
        ("unknown-reference", "people p2, team (people.csv, row 3, column C)"),
    ]
    assert "teams t1 (teams.csv, row 2)" in reading.findings[0].message
    assert set(reading.held_out) == {("team", "t1"), ("team", "t2"), ("team", "t3"), ("person", "p1"), ("person", "p2")}


def test_the_same_bad_value_gives_the_same_code_as_in_yaml(tmp_path):
    bad = {"hours": ["nonsense", -5, 10**30, float("nan"), "1,250"], "mode": ["nonsense"], "parent": ["t1", "t9"]}
    for field, values in bad.items():
        for value in values:
            row = {"key": "t1", "name": "A", "hours": 1, "rate": 1, field: value}
            base = {"organisation": {"name": "X", "currency": "EUR"}, "budget": {"cash": [1000]}}
            codes = [finding.code for finding in read_mapping({**base, "teams": [row]}).findings]
            buffer = io.StringIO(newline="")
            csv.writer(buffer).writerows([row.keys(), row.values()])
            files = {"organisations.csv": FIRM, "budgets.csv": MONEY, "teams.csv": buffer.getvalue()}
            assert [finding.code for finding in read_book(zipped(files)).findings] == codes, (field, value)


def test_columns_and_files_that_nobody_knows_are_said_once(tmp_path):
    files = {
        "organisations.csv": FIRM,
        "teams.csv": "key,name,hours,rate,comment,empty,huors,name\nt1,A,1,1,mine,,3,B\nt2,A,1,1,mine,,3,C\n",
        "temas.csv": "key,name\nt1,A\n",
        "about.csv": "name,value\nas_of,soon\n",
    }
    reading = read_book(folder_of(tmp_path, files))
    assert said(reading) == [
        ("unknown-field", "teams, comment (teams.csv, row 1, column E)"),
        ("unknown-field", "teams, huors (teams.csv, row 1, column G)"),
        ("duplicate-field", "teams, name (teams.csv, row 1, column H)"),
        ("unknown-field", "temas (temas.csv)"),
        ("malformed", "as_of (about.csv, row 2, column B)"),
    ]
    assert "Did you mean 'hours'?" in reading.findings[1].message
    assert "Did you mean 'teams'?" in reading.findings[3].message
    assert list(reading.book.teams) == ["t1", "t2"]


def test_a_map_with_a_name_twice_and_a_list_with_a_gap_are_refused(tmp_path):
    files = {
        "organisations.csv": FIRM,
        "initiatives.csv": "key,name,mode,cash,builds\ni1,A,exploit,1000;;2000,\ni2,B,exploit,5;,c:1; c:2\n"
        "i3,C,exploit,,c\n",
    }
    reading = read_book(folder_of(tmp_path, files))
    assert said(reading) == [
        ("missing-value", "initiatives i1, cash 2 (initiatives.csv, row 2, column D)"),
        ("duplicate-field", "initiatives i2, builds (initiatives.csv, row 3, column E)"),
        ("missing-value", "initiatives i3, builds c (initiatives.csv, row 4, column E)"),
    ]


def test_a_text_that_looks_like_a_place_stays_as_it_is(tmp_path):
    text = "x (line 3, column 4)"
    files = {"organisations.csv": FIRM, "teams.csv": f'key,name,hours,rate,mode\nt1,A,1,1,"{text}"\n'}
    (finding,) = read_book(folder_of(tmp_path, files)).findings
    assert text in finding.message


def test_a_table_without_header_is_said(tmp_path):
    files = {"organisations.csv": FIRM, "teams.csv": "t1,A,10,20\n"}
    reading = read_book(folder_of(tmp_path, files))
    assert said(reading) == [("no-table", "teams (teams.csv)")]
    assert reading.errors


def test_titles_above_the_header_do_no_harm(tmp_path):
    files = {"organisations.csv": FIRM, "teams.csv": "Our teams,,,\n,,,\nkey,name,hours,rate\nt1,A,1,x\n"}
    reading = read_book(folder_of(tmp_path, files))
    assert said(reading) == [("wrong-type", "teams t1, rate (teams.csv, row 4, column D)")]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({}, "not-a-book"),
        ({"notes.csv": "a,b\n1,2\n"}, "not-a-book"),
        ({"teams.csv": 'key,name\nt1,"A\n' + "x" * 200_000}, "corrupt-file"),
        ({"about.csv": "name,value\nas_of,\n"}, "empty"),
    ],
)
def test_what_is_no_book_is_refused(tmp_path, files, code):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    reading = read_book(tmp_path)
    assert not reading.usable
    assert [finding.code for finding in reading.findings] == [code]


def test_an_archive_that_unfolds_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(csv_folder, "MOST_UNPACKED", 10_000)
    with pytest.raises(Refused) as refusal:
        parse_csv_archive(zipped({"teams.csv": "x" * 10_001}), "x.zip")
    assert refusal.value.finding.code == "zip-bomb"


def test_an_archive_that_is_damaged_is_refused():
    data = bytearray(csv_archive(read_book(examples.path("bakery")).book))
    data[60:90] = b"\0" * 30
    reading = read_book(bytes(data))
    assert not reading.usable
    assert [finding.code for finding in reading.findings] == ["corrupt-file"]


@given(st.data())
@SOME
def test_damaged_archives_never_raise(data):
    content = bytearray(csv_archive(read_book(examples.path("landscaper")).book))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    read_book(bytes(content))


@given(st.text(max_size=300), st.sampled_from(["teams.csv", "initiatives.csv", "about.csv", "kpis.csv"]))
@MANY
def test_any_text_as_a_table_never_raises(text, name):
    read_book(zipped({"organisations.csv": FIRM, name: "key,name,mode,cash,builds,requires\n" + text}))
