"""Every format becomes every other one without loss, and nothing is replaced or left out unasked."""

import itertools
import zipfile

import pytest

from rhumbline import examples
from rhumbline.exchange.convert import convert
from rhumbline.exchange.files import read_book

ENDINGS = (".yaml", ".json", ".xlsx", ".zip", "")


@pytest.mark.parametrize(("one", "other"), list(itertools.product(ENDINGS, repeat=2)))
def test_every_format_becomes_every_other(one, other, tmp_path):
    book, _ = read_book(examples.path("bakery"))
    first, second = tmp_path / f"first{one}", tmp_path / f"second{other}"
    for source, target in ((examples.path("bakery"), first), (first, second)):
        reading, refusal = convert(source, target)
        assert refusal is None
        assert reading.errors == ()
    again = read_book(second)
    assert (again.book, again.book.as_of, again.book.sha) == (book, book.as_of, book.sha)


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_there_is_replaced_only_when_that_is_said(ending, tmp_path):
    target = tmp_path / f"firm{ending}"
    assert convert(examples.path("bakery"), target)[1] is None
    _, refusal = convert(examples.path("landscaper"), target)
    assert refusal.code == "file-is-there"
    assert read_book(target).book == read_book(examples.path("bakery")).book
    assert convert(examples.path("landscaper"), target, force=True)[1] is None
    assert read_book(target).book == read_book(examples.path("landscaper")).book


def test_a_folder_without_tables_may_be_written_into(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    assert convert(examples.path("bakery"), tmp_path)[1] is None
    assert (tmp_path / "initiatives.csv").exists()


def test_rows_that_are_held_out_are_left_out_only_when_that_is_said(company, tmp_path):
    source = company("bakery", ("hours: 260", "hours: -1"))
    reading, refusal = convert(source, tmp_path / "firm.xlsx")
    assert refusal.code == "held-out-rows"
    assert reading.held_out
    assert not (tmp_path / "firm.xlsx").exists()
    assert convert(source, tmp_path / "firm.xlsx", without_held_out=True)[1] is None
    assert read_book(tmp_path / "firm.xlsx").book == reading.book


def test_a_table_that_could_not_be_read_counts_as_held_out(tmp_path):
    assert convert(examples.path("bakery"), tmp_path / "firm")[1] is None
    (tmp_path / "firm" / "signals.csv").write_text("no header here\n")
    assert convert(tmp_path / "firm", tmp_path / "firm.json")[1].code == "held-out-rows"


def test_a_section_that_is_not_written_yet_loses_nothing(tmp_path):
    (tmp_path / "new.yaml").write_text("organisation: {name: X, currency: EUR}\n")
    assert convert(tmp_path / "new.yaml", tmp_path / "new.xlsx")[1] is None


def test_a_byte_order_mark_for_excel(tmp_path):
    for name in ("firm", "firm.zip"):
        assert convert(examples.path("bakery"), tmp_path / name, excel=True)[1] is None
    assert (tmp_path / "firm" / "kpis.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert b"\xef\xbb\xbf" in zipfile.ZipFile(tmp_path / "firm.zip").read("kpis.csv")
    assert read_book(tmp_path / "firm.zip").book == read_book(examples.path("bakery")).book


@pytest.mark.parametrize(
    ("source", "target", "code"),
    [
        ("none.yaml", "x.json", "unreadable"),
        ("bakery.yaml", "x.pdf", "unknown-format"),
        ("bakery.yaml", "x.xls", "unknown-format"),
        ("bakery.yaml", "no/such/folder/x.json", "cannot-write"),
    ],
)
def test_what_cannot_be_done_is_said(source, target, code, company, tmp_path):
    company("bakery")
    _, refusal = convert(tmp_path / source, tmp_path / target)
    assert refusal.code == code
    assert refusal.message
    assert refusal.remedy
