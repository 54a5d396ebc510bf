"""A workbook that went through a real spreadsheet program, and was edited there, comes back right."""

import shutil
import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from rhumbline import examples
from rhumbline.book.book import Book
from rhumbline.book.records import Budget, Organisation, Segment, System, Team
from rhumbline.book.types import FrozenMap
from rhumbline.exchange.csv_folder import write_csv_folder
from rhumbline.exchange.files import read_book, write_book

SOFFICE = shutil.which("soffice")

pytestmark = [
    pytest.mark.libreoffice,
    pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed: apt-get install libreoffice-calc"),
]

# What somebody types, cell by cell, as the program's own input line takes it.
MACRO = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Typing" script:language="StarBasic">
Sub TypeIn(source, target, typed)
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden"
  hidden(0).Value = True
  document = StarDesktop.loadComponentFromURL(ConvertToURL(source), "_blank", 0, hidden())
  number = FreeFile
  Open typed For Input As #number
  Do While Not EOF(number)
    Line Input #number, text
    parts = Split(text, Chr(9))
    cell = document.Sheets.getByName(parts(0)).getCellRangeByName(parts(1))
    If parts(2) = "clear" Then
      cell.clearContents(1023)
    Else
      cell.setFormula(parts(2))
    End If
  Loop
  Close #number
  document.calculateAll()
  Dim filter(0) As New com.sun.star.beans.PropertyValue
  filter(0).Name = "FilterName"
  filter(0).Value = "Calc MS Excel 2007 XML"
  document.storeToURL(ConvertToURL(target), filter())
  document.close(True)
End Sub
</script:module>
"""
LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false">
  <library:element library:name="Typing"/>
</library:library>
"""


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("libreoffice")
    # The first start fills a profile, over what is there.
    office(folder, "--terminate_after_init")
    standard = folder / "user" / "basic" / "Standard"
    standard.mkdir(parents=True, exist_ok=True)
    (standard / "Typing.xba").write_text(MACRO, encoding="utf-8")
    (standard / "script.xlb").write_text(LIBRARY, encoding="utf-8")
    return folder


def office(profile, *words):
    command = [SOFFICE, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", *map(str, words)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)


def converted(profile, form: str, *sources: Path) -> Path:
    """Let LibreOffice save files in a format, into a folder of that name beside them."""
    out = sources[0].parent / form
    office(profile, "--convert-to", form, "--outdir", out, *sources)
    return out


def edited(profile, source: Path, *typed) -> Path:
    target, listed = source.with_name("edited.xlsx"), source.with_name("typed.txt")
    listed.write_text("".join("\t".join(each) + "\n" for each in typed), encoding="utf-8")
    office(profile, f'macro:///Standard.Typing.TypeIn("{source}","{target}","{listed}")')
    return target


def place_of(path: Path, sheet: str, key: str, field: str) -> str:
    """The name of the cell of a field, such as C5."""
    from rhumbline.exchange.sheets import column_letters, read_sheets

    sheets, _ = read_sheets(path)
    rows = next(each.rows for each in sheets if each.name == sheet)
    column = [str(name).removesuffix(" *") for name in rows[0]].index(field)
    row = next(number for number, row in enumerate(rows) if row[0] == key)
    return f"{column_letters(column)}{row + 1}"


def nasty():
    texts = [
        "a\nb", ' "quoted" ', "a; b", "a:b", "none", "\U0001f950", "\u05d0\u05d1", "true", "1E5", "012",
        "12345678901234567890", "=1+1", "'=1", "+1", "@x", " lead", "2026-11-23", "1:2", "\u00a0x",
    ]  # fmt: skip
    rows = [Segment(key=f"s{number}", name=text, channel=text) for number, text in enumerate(texts)]
    rows += [
        Segment(key=key, name=f"named {key}") for key in ("012", "1E5", "12345678901234567890", "1-2", "TRUE", "3.10")
    ]
    masters = tuple(text for text in texts if text.strip())
    one_line = FrozenMap({text: text for text in texts if "\n" not in text})
    firm = Organisation(name="=SUM(A1)", currency="EUR", settings=one_line)
    team = Team(key="t", name="T", hours=Decimal("1234567.89"), rate=Decimal("0.10"))
    system = System(key="1E5", name="x", masters=masters)
    return Book.of([*rows, firm, team, system, Budget(cash=(Decimal(1000),))], date(2026, 11, 23))


EXAMPLES = ("bakery", "workbench", "manufacturing")


def test_what_libreoffice_saves_reads_back(profile, tmp_path):
    made = {name: read_book(examples.path(name)).book for name in EXAMPLES} | {"nasty": nasty()}
    paths = [tmp_path / f"{name}.xlsx" for name in made]
    for path, book in zip(paths, made.values(), strict=True):
        write_book(book, path)
    as_xlsx, as_ods = converted(profile, "xlsx", *paths), converted(profile, "ods", *paths)
    back = converted(profile, "xlsx", *(as_ods / f"{name}.ods" for name in made))
    for name, book in made.items():
        for path in (as_xlsx / f"{name}.xlsx", as_ods / f"{name}.ods", back / f"{name}.xlsx"):
            again = read_book(path)
            assert again.errors == (), path
            assert again.book.diff(book) == (), path
            assert again.book.as_of == book.as_of


def test_what_libreoffice_reads_from_csv_files_and_saves_as_csv_reads_back(profile, tmp_path):
    book, _ = read_book(examples.path("bakery"))
    write_csv_folder(book, tmp_path / "written", excel=True)
    comma_utf8_as_shown = "--infilter=CSV:44,34,76,1,,0,false,false"
    out = tmp_path / "saved"
    form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false"
    office(
        profile, comma_utf8_as_shown, "--convert-to", form, "--outdir", out, *sorted((tmp_path / "written").iterdir())
    )
    again = read_book(out)
    assert again.errors == ()
    assert again.book.diff(book) == ()


def test_what_is_typed_in_libreoffice_is_read(profile, tmp_path):
    book, _ = read_book(examples.path("bakery"))
    path = tmp_path / "firm.xlsx"
    write_book(book, path)

    def at(sheet, key, field):
        return (sheet, place_of(path, sheet, key, field))

    after = len(book.teams) + 3
    typed = edited(
        profile,
        path,
        (*at("kpis", "k1", "target"), "=20*2.25"),
        (*at("kpis", "k1", "due"), "2028-03-31"),
        (*at("teams", "office", "rate"), "27.35"),
        (*at("initiatives", "i2", "name"), "Ein Kühlwagen; „neu“"),
        (*at("initiatives", "i2", "cash"), "14000; 3000.50; 1000"),
        (*at("initiatives", "i2", "requires"), "none"),
        (*at("initiatives", "i3", "requires"), "clear"),
        (*at("initiatives", "i3", "mandatory"), "=TRUE()"),
        ("teams", f"A{after}", "'012"),
        ("teams", f"B{after}", "Drivers"),
        ("teams", f"C{after}", "100"),
        ("teams", f"D{after}", "20"),
        ("teams", f"F{after}", "office"),
    )
    reading = read_book(typed)
    assert reading.errors == ()
    after_typing = reading.book
    assert after_typing.kpis["k1"].target == 45
    assert after_typing.kpis["k1"].due == date(2028, 3, 31)
    assert after_typing.teams["office"].rate == Decimal("27.35")
    assert after_typing.teams["012"].parent == "office"
    initiative = after_typing.initiatives["i2"]
    assert initiative.name == "Ein Kühlwagen; „neu“"
    assert initiative.cash == (Decimal("14000.00"), Decimal("3000.50"), Decimal("1000.00"))
    assert initiative.requires == {}
    assert after_typing.initiatives["i3"].requires is None
    assert after_typing.initiatives["i3"].mandatory
    changed = {(change.kind, change.key) for change in book.diff(after_typing)}
    assert changed == {("kpi", "k1"), ("team", "office"), ("team", "012"), ("initiative", "i2"), ("initiative", "i3")}


def test_what_is_typed_wrongly_in_libreoffice_is_found(profile, tmp_path):
    book, _ = read_book(examples.path("bakery"))
    path = tmp_path / "firm.xlsx"
    write_book(book, path)
    hours, rate = place_of(path, "teams", "office", "hours"), place_of(path, "teams", "bakers", "rate")
    typed = edited(profile, path, ("teams", hours, "=1/0"), ("teams", rate, "-5"))
    reading = read_book(typed)
    found = {(finding.code, finding.where) for finding in reading.findings}
    assert ("formula-without-value", f"sheet teams, {hours}") in found
    assert ("too-small", f"teams bakers, rate (sheet teams, row {rate[1:]}, column {rate[0]})") in found
    assert {("team", "office"), ("team", "bakers")} <= set(reading.held_out)
