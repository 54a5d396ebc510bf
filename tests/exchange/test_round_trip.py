"""What is written reads back the same: every record with every field, and whole Books, in YAML and in JSON."""

import json

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.strategies import books, records

from rhumbline import examples
from rhumbline.book.book import Book
from rhumbline.book.records import KINDS, Strategy
from rhumbline.exchange.files import dumps, read_book, read_mapping, read_text, write_book
from rhumbline.exchange.gate import read_record
from rhumbline.exchange.json_text import parse_json
from rhumbline.exchange.short_form import expand
from rhumbline.exchange.writing import plain_row
from rhumbline.exchange.yaml_text import parse_yaml

FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))


def as_rows(tree):
    """Read the rows of a file each by itself, so that references may lead nowhere."""
    found = []
    for row in expand(tree).rows:
        record, findings = read_record(row.kind, row.raw, row.place)
        assert record is not None, findings
        found.append(record)
    return Book.of(found)


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(data=st.data())
@FEW
def test_every_record_reads_back(kind, data):
    record_reads_back(kind, data)


def record_reads_back(kind, data):
    record = data.draw(records(kind))
    again, findings = read_record(kind, plain_row(record))
    assert again == record, findings
    assert repr(again) == repr(record)


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(data=st.data())
@FEW
def test_files_of_one_kind_read_back(kind, data):
    file_reads_back(kind, data)


def file_reads_back(kind, data):
    book = Book.of(data.draw(st.lists(records(kind), max_size=4)))
    as_yaml, as_json = dumps(book), dumps(book, "json")
    if len(book):
        assert as_rows(parse_yaml(as_yaml)) == book
        assert as_rows(parse_json(as_json)) == book
        # Other readers of YAML see the same text.
        assert as_rows(yaml.safe_load(as_yaml)) == book


@pytest.mark.prove
@pytest.mark.parametrize("kind", sorted(KINDS))
@given(data=st.data())
@MANY
def test_every_record_and_file_reads_back_at_full_size(kind, data):
    record_reads_back(kind, data)
    file_reads_back(kind, data)


@given(books())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_books_read_back(book):
    for text in (dumps(book), dumps(book, "json")):
        again = read_text(text)
        assert again.errors == ()
        assert again.held_out == ()
        assert again.book == book
        assert again.book.sha == book.sha
        assert again.book.as_of == book.as_of


@pytest.mark.parametrize("name", examples.names())
def test_examples_read_back_and_are_written_the_same_every_time(name):
    book, _ = read_book(examples.path(name))
    for form in ("yaml", "json"):
        text = dumps(book, form)
        again = read_text(text, form)
        assert (again.book, again.book.sha, again.errors) == (book, book.sha, ())
        assert dumps(again.book, form) == text


def test_the_bakery_is_written_in_the_short_form():
    book, _ = read_book(examples.path("bakery"))
    tree = yaml.safe_load(dumps(book))
    given_tree = yaml.safe_load(examples.path("bakery").read_text())
    annotations = {"case", "title", "seed", "expect"}
    assert set(tree) == set(given_tree) - annotations
    written = {row["id"]: row for row in tree["initiatives"]}["i2"]
    stated = {row["id"]: row for row in given_tree["initiatives"]}["i2"]
    assert written == {name: value for name, value in stated.items() if name != "label"}


@given(st.randoms(use_true_random=False), st.sampled_from(["bakery", "workbench", "aerospace", "manufacturing"]))
@settings(max_examples=25, deadline=None)
def test_the_order_of_rows_and_fields_never_matters(random, name):
    tree = yaml.safe_load(examples.path(name).read_text())
    book = read_mapping(tree).book
    other = read_mapping(shuffled(tree, random)).book
    assert other == book
    assert other.sha == book.sha


def shuffled(value, random):
    if isinstance(value, dict):
        pairs = [(key, shuffled(item, random)) for key, item in value.items()]
        random.shuffle(pairs)
        return dict(pairs)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        rows = [shuffled(item, random) for item in value]
        random.shuffle(rows)
        return rows
    return value


def test_a_file_is_written_by_its_ending_and_replaced_whole(tmp_path):
    book, _ = read_book(examples.path("bakery"))
    for name in ("firm.yaml", "firm.json", "firm.yml"):
        write_book(book, tmp_path / name)
        write_book(book, tmp_path / name)
        assert read_book(tmp_path / name).book == book
    assert json.loads((tmp_path / "firm.json").read_text())["as_of"] == "2026-11-23"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["firm.json", "firm.yaml", "firm.yml"]


def test_messages_that_are_recorded_and_silent_stay_so():
    base = {"organisation": {"name": "X", "currency": "EUR"}, "budget": {"cash": [1]}}
    silent = read_mapping({**base, "messages": []}).book
    unknown = read_mapping(base).book
    assert silent.organisation.records_messages
    assert not unknown.organisation.records_messages
    for book in (silent, unknown):
        assert read_text(dumps(book)).book == book


def test_an_empty_requires_says_something_else_than_none():
    row = {"id": "i1", "name": "X", "mode": "exploit"}
    base = {"organisation": {"name": "X", "currency": "EUR"}, "budget": {"cash": [1]}}
    nothing = read_mapping({**base, "initiatives": [{**row, "requires": {}}]}).book
    unknown = read_mapping({**base, "initiatives": [{**row, "requires": None}]}).book
    assert nothing.initiatives["i1"].requires == {}
    assert unknown.initiatives["i1"].requires is None
    for book in (nothing, unknown):
        assert read_text(dumps(book)).book == book


def test_what_the_short_form_cannot_say_takes_the_complete_form():
    draft = Book.of([Strategy(key="next", mission="Later", vision="Far")])
    assert "strategies:" in dumps(draft)
    assert read_text(dumps(draft)).book == draft
