"""Files of every kind as raw cells, and what tries to hurt whoever opens it."""

from __future__ import annotations

import io
import random
import resource
import time
import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from rhumbline.book.types import Severity
from rhumbline.exchange import sheets as module
from rhumbline.exchange.old_workbooks import NotReadable, measured
from rhumbline.exchange.sheets import column_letters, parse_sheets, read_sheets

FIXTURES = Path(__file__).parent / "spreadsheets"

ROWS = (
    ("Projektliste 2027", "", "", "", ""),
    ("", "", "", "", ""),
    ("Bereich", "Projekt", "Status", "Kosten (k€)", "Fällig"),
    ("Backstube", "Neuer Ofen", "läuft", 12.5, date(2027, 3, 31)),
    ("", "Lieferwagen", "offen", "#DIV/0!", date(2027, 6, 30)),
    ("Laden", "Webshop", "erledigt", 3.0, date(2027, 1, 15)),
)


def workbook(rows=(("Name", "Cost"), ("Oven", 5)), hidden=()):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("Projects")
    for index, row in enumerate(rows):
        sheet.write_row(index, 0, row)
    for name in hidden:
        away = book.add_worksheet(name)
        away.write_row(0, 0, ["Name", "Salary"])
        away.hide()
    book.close()
    return buffer.getvalue()


def repacked(data, change):
    """Return an archive with one part changed."""
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in source.infolist():
            archive.writestr(member.filename, change(member.filename, source.read(member)))
    return target.getvalue()


def codes(findings):
    return [finding.code for finding in findings]


# --- workbooks --------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_workbooks_of_other_programs_give_the_same_cells(suffix):
    found, findings = read_sheets(FIXTURES / f"projects.{suffix}")
    assert [sheet.name for sheet in found] == ["Projekte"]
    assert found[0].rows[:6] == ROWS
    assert found[0].merged == (((3, 0), (4, 0)),)
    assert codes(findings) == ["hidden-sheet"]


def test_hidden_sheets_are_named_and_read_only_when_wanted():
    data = workbook(hidden=["Salaries"])
    found, findings = parse_sheets(data)
    assert [sheet.name for sheet in found] == ["Projects"]
    assert codes(findings) == ["hidden-sheet"]
    assert "Salaries" in findings[0].message
    found, findings = parse_sheets(data, hidden=True)
    assert [sheet.name for sheet in found] == ["Projects", "Salaries"]
    assert not findings


def test_formulas_give_their_value_and_errors_stay_visible():
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("Projects")
    sheet.write_formula(0, 0, '=HYPERLINK("http://x","click")', None, "click")
    sheet.write_formula(0, 1, "=1+1", None, 2)
    sheet.write_formula(0, 2, "=A99", None, "#REF!")
    sheet.write_formula(3, 4, "=NA()", None, "#N/A")
    book.close()
    found, _ = parse_sheets(buffer.getvalue())
    assert found[0].rows[0] == ("click", 2.0, "#REF!", "", "")
    assert found[0].rows[3] == ("", "", "", "", "#N/A")


def test_the_content_counts_and_not_the_name(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(workbook())
    found, _ = read_sheets(path)
    assert found[0].name == "Projects"


# --- text -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "mark", "said"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8-sig"),
        ("utf-16-le", b"\xff\xfe", "utf-16-le"),
        ("utf-16-be", b"\xfe\xff", "utf-16-be"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
        ("cp1252", b"", "cp1252"),
    ],
)
def test_the_encoding_is_found_in_the_content_and_said(encoding, mark, said):
    found, findings = parse_sheets(mark + "Name;Kosten\r\nMüller\u2019s Ofen;5\r\n".encode(encoding), "list.csv")
    assert found[0].rows == (("Name", "Kosten"), ("Müller\u2019s Ofen", "5"))
    assert found[0].encoding == said
    assert codes(findings) == ([] if said.startswith("utf-8") else ["encoding-assumed"])


def test_bytes_that_windows_does_not_know_are_read_as_latin():
    found, findings = parse_sheets(b"Name,Cost\nM\xfcller\x81,5\n")
    assert found[0].encoding == "latin-1"
    assert findings[0].severity is Severity.INFO


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    rows = [["Name", "Note", "Cost"], ["Oven", "a, b; c", "1"], ["Van", "x", "2"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    found, _ = parse_sheets(text.encode())
    assert found[0].delimiter == delimiter
    assert found[0].rows[1] == ("Oven", "a, b; c", "1")


def test_decimal_commas_do_not_make_a_table_of_commas():
    found, _ = parse_sheets(b"Name;Cost\nOven;1,5\nVan;2,5\nCake;3,5\n")
    assert found[0].delimiter == ";"


def test_excel_may_state_the_delimiter_in_the_first_line():
    found, _ = parse_sheets(b"sep=;\r\nName;Cost\r\nOven;5\r\n")
    assert found[0].rows == (("Name", "Cost"), ("Oven", "5"))


def test_cells_may_hold_lines_and_quotes():
    found, _ = parse_sheets(b'Name,Note\nOven,"first\nsecond, ""quoted"""\n')
    assert found[0].rows[1] == ("Oven", 'first\nsecond, "quoted"')


def test_a_quote_that_is_never_closed_is_a_finding():
    text = 'Name,Note\nOven,"never closed\n' + "row,cell\n" * 500
    found, findings = parse_sheets(text.encode())
    assert len(found[0].rows) == 2
    assert codes(findings) == ["unclosed-quote"]
    _, findings = parse_sheets(('Name,Note\nOven,"' + "x" * 200_000).encode())
    assert codes(findings) == ["corrupt-file"]


# --- what is no table -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf  \n", "empty"),
        (b"%PDF-1.7 ...", "unknown-format"),
        (b"\x89PNG\r\n", "unknown-format"),
        (b"<html><table><tr><td>Name</td></tr></table></html>", "unknown-format"),
        (b'<?xml version="1.0"?><Workbook/>', "unknown-format"),
        (b"<!-- made by a tracker --><rss/>", "unknown-format"),
        (b'{"cards": []}', "unknown-format"),
        (b"PK\x03\x04 this is no archive", "corrupt-file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "corrupt-file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted-file"),
    ],
)
def test_what_is_no_table_is_a_finding_with_a_remedy(data, code):
    found, findings = parse_sheets(data, "list.xlsx")
    assert found == []
    assert codes(findings) == [code]
    assert findings[0].severity is Severity.ERROR
    assert findings[0].remedy


def test_an_archive_of_something_else_is_a_finding():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("letter.txt", "hello")
    assert codes(parse_sheets(buffer.getvalue())[1]) == ["unknown-format"]


def test_a_binary_workbook_is_a_finding():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.bin", b"x")
    _, findings = parse_sheets(buffer.getvalue())
    assert codes(findings) == ["unknown-format"]
    assert "XLSX" in findings[0].remedy


def test_an_old_workbook_with_a_password_is_a_finding():
    data = bytearray((FIXTURES / "projects.xls").read_bytes())
    # The record of the code page (0x42) is turned into that of a password (0x2F).
    place = data.find(b"\x42\x00\x02\x00")
    data[place] = 0x2F
    assert codes(parse_sheets(bytes(data))[1]) == ["encrypted-file"]


def test_a_file_that_is_not_there_is_a_finding(tmp_path):
    assert codes(read_sheets(tmp_path / "none.xlsx")[1]) == ["unreadable"]


# --- what tries to hurt -----------------------------------------------------------------------


def test_a_zip_bomb_is_refused_before_it_unfolds():
    bomb = repacked(workbook(), lambda name, content: b"0" * 300_000_000 if "sheet1" in name else content)
    assert len(bomb) < 1_000_000
    before = time.process_time()
    _, findings = parse_sheets(bomb)
    assert codes(findings) == ["zip-bomb"]
    assert time.process_time() - before < 0.5


def test_a_directory_that_lies_about_sizes_does_not_help_a_bomb():
    bomb = bytearray(repacked(workbook(), lambda name, content: b" " * 90_000_000 if "sheet1" in name else content))
    size = (90_000_000).to_bytes(4, "little")
    assert size in bomb
    lying = bytes(bomb).replace(size, (1000).to_bytes(4, "little"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found, findings = parse_sheets(lying)
    assert found == []
    assert codes(findings) == ["corrupt-file"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_workbook_with_entities_is_refused(encoding):
    text = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><sst>&b;</sst>'
    bomb = repacked(workbook(), lambda name, content: text.encode(encoding) if "sharedStrings" in name else content)
    assert codes(parse_sheets(bomb)[1]) == ["xml-entities"]


def test_a_cell_in_the_last_corner_does_not_fill_the_memory():
    far = repacked(workbook(), lambda name, content: content.replace(b'r="B2"', b'r="XFD1048576"'))
    _, findings = parse_sheets(far)
    assert codes(findings) == ["too-many-cells"]
    assert "XFD" in findings[0].message


def test_a_row_repeated_a_million_times_does_not_fill_the_memory():
    data = (FIXTURES / "projects.ods").read_bytes()

    def change(name, content):
        if name != "content.xml":
            return content
        return content.replace(b"<table:table-row ", b'<table:table-row table:number-rows-repeated="1000000" ', 4)

    assert codes(parse_sheets(repacked(data, change))[1]) == ["too-many-cells"]


def test_a_file_above_the_limit_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(module.MOST_BYTES + 1)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))
    assert codes(read_sheets(path)[1]) == ["too-big"]
    assert codes(parse_sheets(bytes(module.MOST_BYTES + 1))[1]) == ["too-big"]


def test_too_many_rows_are_refused():
    assert codes(parse_sheets(b"a,b\n" * (module.MOST_ROWS + 5))[1]) == ["too-many-cells"]


def test_an_encrypted_archive_is_named_as_such():
    data = bytearray(workbook())
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(sign)
        while place >= 0:
            data[place + offset] |= 1
            place = data.find(sign, place + 4)
    assert codes(parse_sheets(bytes(data))[1]) == ["encrypted-file"]


@pytest.mark.parametrize("name", ["xlsx", "ods", "xls"])
def test_damaged_files_are_findings_and_never_exceptions(name):
    data = workbook() if name == "xlsx" else (FIXTURES / f"projects.{name}").read_bytes()
    chance = random.Random(7)  # noqa: S311 - any numbers will do
    for _ in range(60):
        broken = bytearray(data[: chance.randrange(len(data))] if chance.random() < 0.3 else data)
        for _ in range(chance.randrange(1, 30)):
            if broken:
                broken[chance.randrange(len(broken))] = chance.randrange(256)
        found, findings = parse_sheets(bytes(broken), f"list.{name}")
        assert found or findings


def test_a_chain_of_sectors_that_runs_in_a_circle_ends():
    data = bytearray((FIXTURES / "projects.xls").read_bytes())
    table = (int.from_bytes(data[76:80], "little") + 1) * 512
    for sector in range(128):
        data[table + sector * 4 : table + sector * 4 + 4] = (sector).to_bytes(4, "little")
    with pytest.raises(NotReadable):
        measured(bytes(data))


def test_an_old_workbook_with_a_far_cell_is_refused():
    data = bytearray((FIXTURES / "projects.xls").read_bytes())
    # A number cell (record 0x203, 14 bytes) or its short form (0x27E, 10 bytes) is moved to column 65,534.
    place = next(data.find(sign) for sign in (b"\x7e\x02\x0a\x00", b"\x03\x02\x0e\x00") if sign in data)
    data[place + 6 : place + 8] = b"\xfe\xff"
    assert codes(parse_sheets(bytes(data))[1]) == ["too-many-cells"]


@pytest.mark.parametrize(
    ("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]
)
def test_columns_have_letters(column, letters):
    assert column_letters(column) == letters
