"""Every format is told by its content: best first, with a margin, whatever the file is called and however it is written."""

import csv
import io
from pathlib import Path

import pytest
import xlsxwriter
from tests.exchange.importers import samples
from tests.exchange.importers.samples import SAMPLES

from rhumbline.exchange.files import dumps
from rhumbline.exchange.recognise import FORMATS, NAMES, import_file, recognise

MARGIN = 0.15
# Workbooks, JSON, XML and files with tables of their own are varied in other ways.
TABLES = [
    name
    for name in SAMPLES
    if name
    not in (
        "trello",
        "wekan",
        "planka",
        "jira-rss",
        "msproject",
        "stratml",
        "monday",
        "burningokr",
        "ga4",
        "pabulib",
        "table",
    )
]
STATEMENTS = ("xero", "quickbooks", "wave")


def best(data, name="x"):
    return recognise(data, name)[0].format


def rows_of(name):
    text = SAMPLES[name].decode("utf-8-sig")
    delimiter = "\t" if name == "github-project" else ","
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def written(rows, delimiter=",", end="\r\n"):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


def header_of(rows):
    return max(range(min(len(rows), 8)), key=lambda index: sum(bool(cell) for cell in rows[index]))


def test_every_format_has_a_sample():
    assert set(SAMPLES) == set(NAMES)


@pytest.mark.parametrize("name", SAMPLES)
def test_each_sample_is_recognised_as_itself_with_a_margin(name):
    found = recognise(SAMPLES[name], "export")
    assert found[0].format == name
    assert found[0].why
    others = [candidate.confidence for candidate in found[1:]]
    assert name == "table" or found[0].confidence - max(others, default=0) >= MARGIN, found


@pytest.mark.parametrize("name", SAMPLES)
def test_the_name_of_the_file_does_not_decide(name):
    assert best(SAMPLES[name], "trello-board.json") == name
    assert best(SAMPLES[name], "Profit and Loss.csv") == name


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_does_not_matter(name, delimiter):
    assert best(written(rows_of(name), delimiter).encode()) == name


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encoding_and_line_ends_do_not_matter(name, encoding, end):
    data = written(rows_of(name), end=end).encode(encoding)
    assert best(data) == name
    assert import_file(data, "x").became == import_file(SAMPLES[name], "x").became


@pytest.mark.parametrize("name", [name for name in TABLES if name not in STATEMENTS])
@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_columns_does_not_matter(name, seed):
    rows = rows_of(name)
    width = max(map(len, rows))
    order = samples.dice(seed).sample(range(width), width)
    shuffled = [[row[place] if place < len(row) else "" for place in order] if len(row) > 1 else row for row in rows]
    data = written(shuffled).encode()
    assert best(data) == name
    assert import_file(data, "x").became == import_file(SAMPLES[name], "x").became


@pytest.mark.parametrize("name", [name for name in TABLES if name not in STATEMENTS])
def test_more_columns_do_not_matter_and_are_named(name):
    rows = rows_of(name)
    start = header_of(rows)
    wider = [
        [*row, *(("Colour", "Mood") if index == start else ("blue", "good") if index > start else ())]
        for index, row in enumerate(rows)
    ]
    data = written(wider).encode()
    assert best(data) == name
    said = " ".join(finding.message for finding in import_file(data, "x").findings)
    assert "Colour" in said
    assert "Mood" in said


@pytest.mark.parametrize("name", [name for name in TABLES if name not in (*STATEMENTS, "ticktick")])
def test_lines_above_the_header_do_not_matter(name):
    above = [["Exported on 24 November"], [], ["", "https://example.com/export?x=1"], []]
    assert best(written([*above, *rows_of(name)]).encode()) == name


@pytest.mark.parametrize("name", TABLES)
def test_a_spreadsheet_program_may_have_saved_the_file_as_a_workbook(name):
    assert best(samples.workbook(*rows_of(name))) == name


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        (
            "Id;Titel;Status;Meilenstein;Aufwand;Priorität;Zugewiesen an;Sprint;Schlagworte;Fälligkeitsdatum;Geplante Stunden;Geschätzte verbleibende Stunden;Gebuchte Stunden\n1;Ofen;Neu;;M;Hoch;Dana;;;2026-12-01;8;8;0\n",
            "leantime-todos",
        ),
        (
            "Id,Tytuł,Stan,Kamień,Wysiłek,Waga,Komu,Bieg,Tagi,Termin,Plan,Zostało,Użyto\n1,Piec,Nowe,,M,,Dana,,,2026-12-01,8,8,0\n2,Sklep,Nowe,,M,,Sam,,,2026-12-02,1,1,0\n",
            "leantime-todos",
        ),
        ("ID;Thema;Typ;Status;Zugewiesen an;Priorität\n4;Küche;Aufgabe;Neu;Dana;Normal\n", "openproject"),
    ],
)
def test_headers_may_be_translated(rows, name):
    assert best(rows.encode()) == name
    assert next(item.name for item in import_file(rows.encode(), "x").book.all("work_item").values()) in (
        "Ofen",
        "Piec",
        "Küche",
    )


def test_burningokr_speaks_german_too():
    german = [
        "Team",
        "Objective",
        "Fortschritt",
        "Uebergeordnetes Unternehmensziel",
        "Key Result",
        "Beschreibung",
        "Start",
        "Ende",
        "Aktuell",
        "Einheit",
    ]
    data = samples.burningokr(german)
    assert best(data) == "burningokr"
    assert import_file(data).became == import_file(samples.burningokr()).became


def test_a_format_can_be_named_and_a_wrong_name_gets_a_hint():
    assert import_file(samples.table(samples.GENERIC), "x", "table").format == "table"
    refused = import_file(b"a,b\n1,2\n", "x", "trelo")
    assert not refused.usable
    assert "trello" in refused.findings[0].message


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \n\r\n", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "unknown-format"),
        (b"PK\x03\x04broken", "corrupt-file"),
        (b'{"cards": [', "not-json"),
        (b"<rss><channel><item>", "not-xml"),
        (b"just one line of words", "unknown-format"),
        (b"[" * 100_000, "too-deep"),
    ],
)
def test_what_is_no_export_is_refused_with_a_reason(data, code):
    refused = import_file(data, "x")
    assert not refused.usable
    assert [finding.code for finding in refused.findings] == [code]
    assert refused.findings[0].remedy


def test_a_file_that_is_not_there_is_a_finding(tmp_path):
    assert import_file(tmp_path / "nothing.csv").findings[0].code == "unreadable"
    assert import_file(tmp_path).findings[0].code == "unreadable"


def test_every_format_says_what_it_becomes():
    assert all(form.title and form.becomes for form in FORMATS.values())


# --- what attacks -----------------------------------------------------------------------------

BOMB = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rss><channel><item><key>&b;</key><summary>&b;</summary></item></channel></rss>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE Project SYSTEM "file:///etc/passwd"><Project xmlns="http://schemas.microsoft.com/project"/>"""
ENTITY = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY p SYSTEM "file:///etc/passwd">]><Project><Tasks><Task><Name>&p;</Name></Task></Tasks></Project>"""


@pytest.mark.parametrize(
    "data", [BOMB, OUTSIDE, ENTITY, BOMB.decode().replace('<?xml version="1.0"?>', "").encode("utf-16")]
)
def test_xml_with_declarations_of_its_own_is_refused(data):
    refused = import_file(data, "x")
    assert [finding.code for finding in refused.findings] == ["unsafe-xml"]


def test_xml_is_not_read_deeper_than_a_plan_can_be():
    data = b"<rss>" + b"<a>" * 10_000 + b"</a>" * 10_000 + b"</rss>"
    assert import_file(data, "x").findings[0].code == "too-deep"


def test_an_entity_that_nobody_declared_is_refused():
    assert import_file(b"<Project>&secret;</Project>", "x").findings[0].code == "not-xml"


def test_formulas_stay_text():
    data = b"title,body,labels\n=1+1,+cmd,@x\n"
    item = next(iter(import_file(data, "x").book.all("work_item").values()))
    assert item.name == "=1+1"


def test_the_reference_page_has_every_format():
    page = (Path(__file__).parents[3] / "docs" / "reference" / "import-formats.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"`{name}`" not in page] == []


def test_a_book_is_no_foreign_file():
    book = import_file(SAMPLES["trello"], "x").book
    for form in ("yaml", "json"):
        refused = import_file(dumps(book, form).encode(), "x")
        assert [finding.code for finding in refused.findings] == ["is-a-book"]


def test_two_exports_one_below_the_other_have_one_header():
    twice = samples.OPENPROJECT + samples.OPENPROJECT.replace("\n4", "\n5").replace(",41\n", ",51\n")
    result = import_file(twice.encode(), "x")
    assert set(result.book.all("work_item")) == {"42", "43", "52", "53"}
    assert result.held_out == ()


def test_further_sheets_are_named():
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for name in ("Tasks", "Others"):
        page = book.add_worksheet(name)
        for number, row in enumerate(rows_of("openproject") if name == "Tasks" else [["a", "b"], [1, 2]]):
            page.write_row(number, 0, row)
    book.close()
    result = import_file(out.getvalue(), "x")
    assert result.format == "openproject"
    assert "Others" in next(finding.message for finding in result.findings if finding.code == "other-sheet")
