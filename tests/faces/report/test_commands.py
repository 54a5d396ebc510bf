"""The commands that write a report: where to, never over anything, never silently without something."""

import subprocess
import sys

import pytest

from rhumbline.faces import cli
from rhumbline.faces.report import pdf


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return lambda *words: cli.run([str(word) for word in words])


@pytest.mark.parametrize(("ending", "begins"), [(".html", b"<!DOCTYPE html>"), (".xlsx", b"PK")])
def test_a_report_is_written(run, company, tmp_path, capsys, ending, begins):
    out = tmp_path / f"board{ending}"
    assert run("report", company(), "--out", out) == 0
    assert out.read_bytes().startswith(begins)
    assert capsys.readouterr().out == f"Written to {out}.\n"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_strategy_on_a_page_is_written_in_german(run, company, tmp_path, capsys):
    out = tmp_path / "page.html"
    assert run("brief", "onepage", company(), "--out", out, "--language", "de") == 0
    assert "Die Strategie auf einer Seite" in out.read_text(encoding="utf-8")
    assert capsys.readouterr().out.startswith("Geschrieben nach")


def test_pins_bans_and_the_date_are_those_that_were_typed(run, company, tmp_path):
    out = tmp_path / "board.html"
    assert run("report", company(), "--out", out, "--pin", "i6", "--ban", "i2", "--as-of", "2026-12-01") == 0
    text = out.read_text(encoding="utf-8")
    assert "Wishes and their price" in text
    assert "1\u00a0December\u00a02026" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("report", "FILE", "--out", "board.doc"), ".html, .pdf and .xlsx"),
        (("brief", "onepage", "FILE", "--out", "page.xlsx"), ".html and .pdf"),
        (("report", "FILE"), "--out"),
        (("report", "FILE", "--out", "board.html", "--pin", "i66"), "did you mean i6?"),
        (("report", "FILE", "--out", "nowhere/board.html"), "Nothing could be written"),
    ],
)
def test_what_cannot_be_done_is_said(run, company, tmp_path, capsys, words, said):
    file = company()
    before = set(tmp_path.iterdir())
    assert run(*(file if word == "FILE" else word for word in words)) == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert set(tmp_path.iterdir()) == before


def test_a_file_that_is_there_is_replaced_only_with_force(run, company, tmp_path):
    out = tmp_path / "board.html"
    out.write_text("mine", encoding="utf-8")
    assert run("report", company(), "--out", out) == 2
    assert out.read_text(encoding="utf-8") == "mine"
    assert run("report", company(), "--out", out, "--force") == 0
    assert out.read_text(encoding="utf-8") != "mine"


def test_entries_held_out_are_accepted_only_when_somebody_says_so(run, company, tmp_path, capsys):
    file = company("bakery", ("cash: [14000", "cash: [-14000"))
    out = tmp_path / "board.html"
    assert run("report", file, "--out", out) == 2
    assert "--without-held-out" in capsys.readouterr().err
    assert run("report", file, "--out", out, "--without-held-out") == 0
    assert "Entries held out" in out.read_text(encoding="utf-8")


def test_a_pdf_without_its_extra_says_what_to_install(run, company, tmp_path, capsys, monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr(pdf, "import_module", missing)
    assert run("report", company(), "--out", tmp_path / "board.pdf") == 2
    assert "rhumbline[pdf]" in capsys.readouterr().err
    assert not (tmp_path / "board.pdf").exists()


def test_listing_the_commands_loads_no_engine():
    code = (
        "import sys; from rhumbline.faces.cli import application; application();"
        "sys.exit(any(name in sys.modules for name in ('highspy', 'scipy', 'jinja2', 'xlsxwriter', 'babel')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
