"""Files that come in and go out by the command line: what is shown, asked, written, kept and refused."""

import json
import os
import re
import sys
from pathlib import Path

import pytest
import xlsxwriter

import rhumbline as library
from rhumbline.exchange.vocabulary import mappable_kinds
from rhumbline.faces.cli import run
from rhumbline.faces.file_commands import somebody_watches
from rhumbline.faces.words import catalogue

ROOT = Path(__file__).resolve().parents[2]

# The list of a joinery as its owner keeps it: a title, the header in row 4, amounts as text, a total, a guess.
PROJECTS = [
    ["Birch & Sons Joinery Ltd"],
    ["What we want to do in 2027"],
    [],
    ["Project", "Status", "Who", "Cost (€)", "Finished by", "Remark"],
    ["CNC router", "in progress", "Ada Birch", "18.500,00", "31/03/2027", "ordered"],
    ["Online configurator for stairs", "planned", "Tom Birch", "9.200,00", "30/09/2027", ""],
    ["Second delivery van", "planned", "Ada Birch", "approx 5k?", "31/05/2027", "ask the bank"],
    ["Certified timber", "planned", "Noor Vale", "1.250,00", "31/12/2027", ""],
    ["Stand at the spring fair", "on hold", "Tom Birch", "2.400,50", "", "who cares"],
    ["Total", "", "", "31.350,50", "", ""],
]
KPIS = "KPI;Unit;Baseline;Target;Due\nStairs sold online;pieces;0;24;31/12/2027\nDays from order to delivery;days;40;25;31/12/2027\n"
OBJECTIVES = (
    "Objective;Weight;KPI\nSell without a showroom;50;Stairs sold online\nDeliver fast;50;Days from order to delivery\n"
)
BENEFITS = (
    "Project;KPI;Low;Likely;High;Evidence\n"
    "CNC router;Days from order to delivery;3;6;9;E2\n"
    "Online configurator for stairs;Stairs sold online;8;14;20;E1\n"
    "Second delivery van;Days from order to delivery;1;2;3;E1\n"
)
BUDGET = "budget: {cash: [24000, 8000, 8000, 8000], drift: 0.05}\n"


@pytest.fixture
def rhumbline(capfd, monkeypatch, tmp_path):
    """Type a command line in a folder of one's own; get its exit code, output and errors."""
    monkeypatch.delenv("RHUMBLINE_TRACEBACK", raising=False)
    monkeypatch.chdir(tmp_path)

    def typed(*words):
        code = run([str(word) for word in words])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        assert "fault in Rhumbline" not in out + err
        return code, out, err

    return typed


def workbook(path, rows, sheet="Projects"):
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)


@pytest.fixture
def projects(tmp_path):
    """Write the list of the joinery as a workbook, and write it anew with a cell corrected."""
    path = tmp_path / "projects.xlsx"

    def written(corrected=()):
        cells = dict(corrected)
        workbook(path, [[cells.get(cell, cell) for cell in row] for row in PROJECTS])

    written()
    return written


def flat(text):
    return " ".join(text.split())


def too_long(text):
    """Lines wider than a terminal; what has to be copied in one piece may be."""
    free = ("  rhumbline ", "  --answer ")
    return [line for line in text.splitlines() if len(line) > 80 and not line.startswith(free)]


# --- the way of a newcomer --------------------------------------------------------------------


def test_from_a_spreadsheet_to_a_plan(rhumbline, projects, tmp_path):
    code, out, _ = rhumbline("import", "table", "projects.xlsx", "--out", "company.yaml", "--as-of", "2026-11-23")
    assert code == 1
    assert "Projects, row 7, column D (Cost (€))" in out
    assert "'approx 5k?', which is not a number" in out
    assert "4 initiatives written to company.yaml." in out
    book = library.read_book("company.yaml").book
    assert book.organisation.name == "Birch & Sons Joinery Ltd"
    assert [float(one.cash[0]) for one in book.initiatives.values()] == [1250, 18500, 9200, 2400.5]
    assert "Total" not in {one.name for one in book.initiatives.values()}

    code, out, _ = rhumbline("check", "company.yaml")
    assert code == 1
    assert "Orphan" in out
    code, out, _ = rhumbline("questions", "company.yaml")
    assert code == 0
    assert "answers are missing" in out
    code, out, _ = rhumbline("plan", "company.yaml")
    assert code == 1
    assert "Not enough data for a plan." in out

    projects({"approx 5k?": "5.000,00", "31.350,50": "36.350,50"})
    code, out, _ = rhumbline("import", "projects.xlsx", "--into", "company.yaml")
    assert code == 0
    assert re.search(r"Initiatives +1 +0", out)
    for kind, text in (("kpi", KPIS), ("objective", OBJECTIVES), ("benefit", BENEFITS)):
        (tmp_path / f"{kind}.csv").write_text(text, encoding="utf-8")
        assert rhumbline("import", "table", f"{kind}.csv", "--kind", kind, "--into", "company.yaml")[0] == 0
    with open("company.yaml", "a", encoding="utf-8") as file:
        file.write(BUDGET)
    code, out, _ = rhumbline("plan", "company.yaml")
    assert code == 0
    assert "Proven best." in out
    assert "Fund cnc-router and online-configurator-for-stairs" in flat(out)
    code, _, _ = rhumbline("report", "company.yaml", "--out", "report.html")
    assert code == 0
    assert "Online configurator for stairs" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.local_data
def test_thousands_of_real_tasks_give_a_sensible_book(rhumbline, tmp_path):
    source = Path(os.environ["RHUMBLINE_DATA"]) / "sip-tasks" / "Sip-task-info.csv"
    code, out, _ = rhumbline(
        *("import", source, "--out", "tasks.yaml", "--answer", "stage:CHRONICLE=closed", "--answer", "currency=GBP")
    )
    text = flat(out)
    assert code == 1
    assert "12,299 rows" in text
    assert "3 rows are held out" in text
    assert "column B (Summary) has 207 characters" in text
    assert "Windows-1252" in text
    assert "stage:CHRONICLE" not in text
    assert "--answer stage:TEMPLATE=case" in text
    assert too_long(out) == []
    book = library.read_book("tasks.yaml").book
    # 10,266 numbers of tasks; one of them has a name that is too long.
    assert len(book.initiatives) == 10_265
    assert book.organisation.currency == "GBP"
    closed = sum(one.stage == "closed" for one in book.initiatives.values())
    assert 0.9 < closed / len(book.initiatives) < 1
    again = rhumbline("import", source, "--into", "tasks.yaml")[1]
    assert "Nothing changes" in again
    assert "tasks.yaml was left as it is." in again
    assert "Not enough data for a plan." in rhumbline("plan", "tasks.yaml")[1]


# --- what is shown, and when something is written ---------------------------------------------


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_preview_writes_nothing_and_fits_the_screen(rhumbline, projects, tmp_path, language):
    code, out, _ = rhumbline("import", "projects.xlsx", "--show", "--language", language)
    assert code == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["projects.xlsx"]
    assert too_long(out) == []
    for said in ("stage", "approx 5k?", "--answer mode=exploit", "projects.yaml", "CNC router"):
        assert said in out
    if language == "de":
        english = re.compile(r"\b(is|the|was|were|because|column becomes|held)\b")
        said = out.replace("Stand at the spring fair", "")
        assert not english.search(said), english.search(said)


def test_the_same_file_again_changes_nothing(rhumbline, projects, tmp_path):
    rhumbline("import", "projects.xlsx", "--out", "company.yaml")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    code, out, _ = rhumbline("import", "projects.xlsx", "--into", "company.yaml")
    assert code == 1
    assert "Nothing changes" in out
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_newer_file_changes_what_changed_in_it_and_the_book_of_before_is_kept(rhumbline, projects, tmp_path):
    rhumbline("import", "projects.xlsx", "--out", "company.yaml")
    before = (tmp_path / "company.yaml").read_bytes()
    projects({"9.200,00": "9.900,00"})
    shown = rhumbline("import", "projects.xlsx", "--into", "company.yaml", "--show")[1]
    assert (tmp_path / "company.yaml").read_bytes() == before
    _code, out, _ = rhumbline("import", "projects.xlsx", "--into", "company.yaml")
    for said in (shown, out):
        assert "cash was 9,200, becomes 9,900" in flat(said)
    assert (tmp_path / "company.before.yaml").read_bytes() == before
    assert "kept in company.before.yaml" in flat(out)
    assert library.read_book("company.yaml").book.initiatives["online-configurator-for-stairs"].cash[0] == 9900


def test_what_changed_on_both_sides_is_a_question(rhumbline, projects, tmp_path):
    rhumbline("import", "projects.xlsx", "--out", "company.yaml")
    book = tmp_path / "company.yaml"
    book.write_text(book.read_text(encoding="utf-8").replace("[9200]", "[8800]"), encoding="utf-8")
    projects({"9.200,00": "9.900,00"})
    asked = "conflict:initiative.online-configurator-for-stairs.cash"
    out = rhumbline("import", "projects.xlsx", "--into", "company.yaml")[1]
    assert f"--answer {asked}=book" in out
    assert "[8800]" in book.read_text(encoding="utf-8")
    rhumbline("import", "projects.xlsx", "--into", "company.yaml", "--answer", f"{asked}=file")
    assert "[9900]" in book.read_text(encoding="utf-8")
    # Deciding once is no rule for the next time.
    assert "conflict" not in (tmp_path / "company.mappings.json").read_text(encoding="utf-8")


def test_answers_and_columns_are_remembered_beside_the_book(rhumbline, projects, tmp_path):
    words = ("--answer", "column:Remark=hypothesis", "--answer", "mode=explore")
    _code, out, _ = rhumbline("import", "projects.xlsx", "--out", "company.yaml", *words)
    assert "your answer" in out
    assert "--answer mode" not in out
    projects({"Certified timber": "Certified larch"})
    out = rhumbline("import", "projects.xlsx", "--into", "company.yaml")[1]
    assert "remembered" in out
    book = library.read_book("company.yaml").book
    assert book.initiatives["certified-larch"].mode == "explore"
    assert book.initiatives["cnc-router"].hypothesis == "ordered"
    kept = tmp_path / "elsewhere.json"
    rhumbline("import", "table", "projects.xlsx", "--out", "other.yaml", "--mapping", kept, *words)
    assert kept.exists()
    assert not (tmp_path / "other.mappings.json").exists()


def test_on_a_terminal_it_is_asked_once(projects, tmp_path):
    pty = pytest.importorskip("pty")
    projects()
    words = [sys.executable, "-m", "rhumbline", "import", "projects.xlsx", "--out"]

    def answered(reply, target):
        seen, sent = [], []

        def keep(descriptor):
            data = os.read(descriptor, 4096)
            seen.append(data)
            if not sent and b"[y/N]" in b"".join(seen):
                os.write(descriptor, reply)
                sent.append(reply)
            return data

        before = Path.cwd()
        os.chdir(tmp_path)
        try:
            pty.spawn([*words, target], keep, lambda _: b"")
        finally:
            os.chdir(before)
        return b"".join(seen).decode()

    assert "Nothing was written." in answered(b"\n", "no.yaml")
    assert not (tmp_path / "no.yaml").exists()
    said = answered(b"y\n", "yes.yaml")
    assert said.count("[y/N]") == 1
    assert (tmp_path / "yes.yaml").exists()


# --- every kind of file -----------------------------------------------------------------------


def test_files_of_other_programs_are_recognised_by_their_content(rhumbline, tmp_path):
    board = {
        "id": "b1",
        "name": "Workshop",
        "lists": [{"id": "l1", "name": "Doing", "closed": False, "pos": 1}],
        "cards": [{"id": "c1", "name": "Sharpen the saw", "idList": "l1", "closed": False, "pos": 1}],
    }
    (tmp_path / "export.dat").write_text(json.dumps(board), encoding="utf-8")
    code, out, _ = rhumbline("import", "export.dat")
    assert code == 0
    assert "recognised by its content: Trello board" in flat(out)
    assert "Workshop" in (tmp_path / "export.yaml").read_text(encoding="utf-8")
    out = rhumbline("import", "export.dat", "--as", "trello", "--show")[1]
    assert "is read as: Trello board" in flat(out)


def test_a_participatory_budget_is_imported_as_before(rhumbline, tmp_path):
    text = (
        "META\nkey;value\ndescription;Parks\ncountry;Poland\nunit;Town\nnum_projects;1\nnum_votes;1\nbudget;100\n"
        "vote_type;approval\nrule;greedy\nPROJECTS\nproject_id;cost;votes;name\n7;40;1;Benches\n"
        "VOTES\nvoter_id;vote\n1;7\n"
    )
    (tmp_path / "town.pb").write_text(text, encoding="utf-8")
    assert rhumbline("import", "pabulib", "town.pb", "--out", "town.yaml")[0] == 0
    assert rhumbline("import", "town.pb", "--out", "again.json")[0] == 0
    books = [library.read_book(name).book for name in ("town.yaml", "again.json")]
    assert books[0] == books[1]
    assert len(books[0].initiatives) == 1


def test_a_file_of_which_nothing_can_be_used_leaves_nothing_behind(rhumbline, tmp_path):
    journal = "Date,Ref No.,Journal No.,Line No.,Account,Debit,Credit,Name,Memo\n2026-01-05,,1,1,Stuff,5.00,,,\n"
    (tmp_path / "journal.csv").write_text(journal, encoding="utf-8")
    code, out, _ = rhumbline("import", "journal.csv")
    assert code == 1
    assert "Nothing could be imported, so nothing was written." in flat(out)
    assert not (tmp_path / "journal.yaml").exists()


@pytest.mark.parametrize("kind", mappable_kinds())
def test_every_kind_of_table_is_named_in_every_language(kind):
    for language in ("en", "de"):
        assert f"import.table.{kind}" in catalogue(language)


def test_the_kinds_of_record_have_names_in_every_language():
    from rhumbline.book.records import KINDS

    for language in ("en", "de"):
        assert {f"import.kind.{kind}" for kind in KINDS} <= set(catalogue(language))


# --- refusals ---------------------------------------------------------------------------------


def test_what_cannot_be_done_is_said_in_words_and_nothing_is_lost(rhumbline, projects, company, tmp_path):
    book = company("bakery")
    broken = tmp_path / "broken.yaml"
    broken.write_text(
        book.read_text(encoding="utf-8").replace("cash: [14000, 3000, 1000]", "cash: [-5]"), encoding="utf-8"
    )
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for words, said in [
        (["missing.csv"], "cannot be read"),
        ([book], "Book already"),
        (["projects.xlsx", "--out", book], "--into"),
        (["projects.xlsx", "--into", broken], "would be lost"),
        (["projects.xlsx", "--out", "book.pdf"], "cannot be written under this name"),
        (["nonsense", "projects.xlsx"], "no format 'nonsense'"),
        (["a", "b", "c"], "Too many words"),
        (["trello", "projects.xlsx", "--as", "jira"], "Too many words"),
        (["trello", "projects.xlsx", "--kind", "kpi"], "tables only"),
        (["projects.xlsx", "--kind", "dream"], "They can become"),
        (["projects.xlsx", "--sheet", "Other"], "no table"),
        (["projects.xlsx", "--header-row", "99"], "header is in row 99"),
        (["projects.xlsx", "--answer", "explore"], "no answer"),
        (["projects.xlsx", "--answer", "moode=explore"], "Asked are: mode"),
        (["projects.xlsx", "--answer", "mode=sometimes"], "not among the possible ones: mode"),
        (["projects.xlsx", "--answer", "column:Remark=dream"], "column:Remark"),
        (["projects.xlsx", "--mapping", book], "holds no mappings"),
    ]:
        code, out, err = rhumbline("import", *words)
        assert (code, out) == (2, ""), words
        assert said in flat(err), (words, err)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_refusals_of_imports_speak_german(rhumbline, projects):
    _, _, err = rhumbline("import", "projects.xlsx", "--kind", "traum", "--language", "de")
    assert "Sie können werden zu" in flat(err)
    _, _, err = rhumbline("import", "missing.csv", "--language", "de")
    assert "lässt sich nicht lesen" in flat(err)


# --- convert and template ---------------------------------------------------------------------


def test_a_book_goes_through_every_format_and_stays_the_same(rhumbline, company):
    first = company("bakery")
    code, out, _ = rhumbline("convert", first, "bakery.xlsx")
    assert (code, "the Book is the same" in out) == (0, True)
    for source, target in (("bakery.xlsx", "folder"), ("folder", "bakery.zip"), ("bakery.zip", "bakery.json")):
        assert rhumbline("convert", source, target)[0] == 0
    assert library.read_book("bakery.json").book == library.read_book(first).book
    assert rhumbline("convert", first, "bakery.json")[0] == 2
    assert rhumbline("convert", first, "bakery.json", "--force", "--language", "de")[0] == 0
    assert rhumbline("convert", first, "bakery.pdf")[0] == 2
    assert rhumbline("convert", "missing.yaml", "x.yaml")[0] == 2


def test_rows_that_would_be_missing_are_said(rhumbline, company):
    book = company("bakery", ("cash: [14000, 3000, 1000]", "cash: [-5]"))
    code, out, err = rhumbline("convert", book, "bakery.json")
    assert (code, out) == (2, "")
    assert "--without-held-out" in err
    code, out, _ = rhumbline("convert", book, "bakery.json", "--without-held-out", "--json")
    assert code == 1
    assert json.loads(out)["held_out"] > 0


@pytest.mark.parametrize("language", ["en", "de"])
def test_templates_are_listed_and_written(rhumbline, tmp_path, language):
    code, out, _ = rhumbline("template", "--language", language)
    assert code == 0
    assert "bakery" in out
    assert too_long(out) == []
    code, out, _ = rhumbline("template", "--company", "bakery", "--language", language)
    assert code == 0
    assert (tmp_path / "bakery-template.xlsx").exists()
    assert too_long(out) == []
    # Whoever takes the template for a foreign table is told what it is.
    assert "Book already" in flat(rhumbline("import", "bakery-template.xlsx")[2])


def test_a_template_goes_where_it_is_wanted_or_is_refused_in_words(rhumbline, tmp_path):
    assert rhumbline("template", "--industry", "landscaping", "--out", "garden.yml")[0] == 0
    assert "organisation" in (tmp_path / "garden.yml").read_text(encoding="utf-8")
    assert rhumbline("template", "--company", "bakery", "--format", "json", "--out", "mine")[0] == 0
    assert json.loads((tmp_path / "mine.json").read_text(encoding="utf-8"))
    for words in (
        ("--industry", "landscaping", "--out", "garden.yml"),
        ("--company", "bakry"),
        ("--company", "bakery", "--industry", "landscaping"),
        ("--company", "bakery", "--format", "pdf"),
        ("--company", "bakery", "--format", "yaml", "--out", "x.xlsx"),
        ("--format", "yaml"),
    ):
        assert rhumbline("template", *words)[0] == 2, words


# --- documents --------------------------------------------------------------------------------


def test_the_documents_are_those_of_the_contract(rhumbline, projects, company):
    contract = (ROOT / "docs" / "reference" / "json.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w.]+)`", contract))
    documents = []
    for words in (
        ("import", "projects.xlsx", "--out", "company.yaml"),
        ("convert", company("bakery"), "bakery.json"),
        ("template", "--company", "bakery"),
    ):
        document = json.loads(rhumbline(*words, "--json")[1])
        assert document["schema"] == f"rhumbline.{words[0]}/1"
        assert document["schema"] in contract
        assert set(document) - named == set()
        documents.append(document)
    imported = documents[0]
    assert imported["written"] == "company.yaml"
    assert imported["held_out"] == 1
    assert imported["bad_rows"][0]["row"] == 7
    assert imported["bad_rows"][0]["cells"]["Cost (€)"] == "approx 5k?"
    numbers = imported["bad_rows"][0]["reasons"][0]["numbers"]
    assert (numbers["sheet"], numbers["row"], numbers["column"], numbers["value"]) == (
        *("Projects", 7, "Cost (€)", "approx 5k?"),
    )
    assert [question["id"] for question in imported["questions"]] == ["mode", "organisation"]
    columns = {column["header"]: column["target"] for column in imported["mapping"]["columns"]}
    assert columns["Cost (€)"] == "cash"
    assert columns["Remark"] is None
    assert {change["what"] for change in imported["changes"]} == {"new"}
    nested = {name for key in ("mapping", "questions", "changes", "bad_rows") for name in _names(imported[key])}
    assert nested - named - set(columns) == set()


def _names(value):
    if isinstance(value, dict):
        return {
            *value,
            *(
                name
                for key, inner in value.items()
                if key not in {"numbers", "answers", "choices", "cells"}
                for name in _names(inner)
            ),
        }
    return {name for inner in value for name in _names(inner)} if isinstance(value, list) else set()


@pytest.mark.parametrize(("watched", "words", "opened"), [(True, (), 1), (True, ("--no-open",), 0), (False, (), 0)])
def test_the_demonstration_writes_a_page_and_opens_it_where_somebody_watches(
    rhumbline, tmp_path, monkeypatch, watched, words, opened
):
    seen = []
    monkeypatch.setattr("webbrowser.open", seen.append)
    monkeypatch.setattr("rhumbline.faces.file_commands.somebody_watches", lambda: watched)
    code, out, _ = rhumbline("demo", tmp_path, *words)
    page = tmp_path / "bakery-report.html"
    assert code == 0
    assert "bakery-report.html" in "".join(out.split())
    assert "Chilled van and route plan" in page.read_text(encoding="utf-8")
    assert seen == [page.as_uri()] * opened


@pytest.mark.parametrize(("screen", "terminal"), [(None, True), (":0", False)])
def test_a_page_is_opened_only_on_a_screen_before_a_terminal(monkeypatch, screen, terminal):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal, raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    if screen:
        monkeypatch.setenv("DISPLAY", screen)
    assert not somebody_watches()
