"""Records as the store keeps them: they read back as they were, whoever wrote them and whatever was erased since."""

import dataclasses
import hashlib
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.strategies import books, records

from rhumbline.book import upgrades
from rhumbline.book.book import Book
from rhumbline.book.digests import canonical, digest
from rhumbline.book.findings import RhumblineError
from rhumbline.book.records import KIND_OF_RECORD, KINDS, Kpi, Measurement, Person
from rhumbline.book.rules import key_of
from rhumbline.exchange.edits import Stored, assemble, revive, stored

FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))

KPI = Kpi(key="k1", name="K", unit="u", target=1.0)


def row_of(record):
    body, personal = stored(record)
    return Stored(
        kind=KIND_OF_RECORD[type(record)],
        key=key_of(record),
        schema=upgrades.SCHEMA,
        body=canonical(body).decode(),
        personal=canonical(personal).decode() if personal else "",
        digest=digest(record),
    )


def everything(book):
    return [
        *(record for kind in book.records.values() for record in kind.values()),
        *(row for rows in book.series.values() for row in rows),
    ]


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(data=st.data())
@FEW
def test_what_was_stored_reads_back_as_it_was(kind, data):
    reads_back(data.draw(records(kind)))


@pytest.mark.prove
@pytest.mark.parametrize("kind", sorted(KINDS))
@given(data=st.data())
@MANY
def test_what_was_stored_reads_back_as_it_was_at_full_size(kind, data):
    reads_back(data.draw(records(kind)))


def reads_back(record):
    row = row_of(record)
    again = revive(*row[:5])
    assert again == record
    assert repr(again) == repr(record)
    assert row.digest == hashlib.sha256(row.body.encode()).hexdigest()


def test_what_is_personal_stands_beside_the_body():
    person = Person(key="p1", name="Ada", email="ada@example.com", team="t1")
    body, personal = stored(person)
    assert body == {"key": "p1", "team": "t1"}
    assert personal == {"name": "Ada", "email": "ada@example.com"}
    assert stored(KPI)[1] == {}


def test_who_was_erased_is_called_by_the_key():
    row = row_of(Person(key="p1", name="Ada", email="ada@example.com", team="t1"))
    assert revive(*row[:4]) == Person(key="p1", name="p1", team="t1")
    assert revive("person", "", 1, '{"key": "p1"}').name == "erased"


@given(book=books(), random=st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_book_is_assembled_from_its_rows_in_any_order(book, random):
    rows = [row_of(record) for record in everything(book)]
    random.shuffle(rows)
    again = assemble(rows)
    assert again == book
    assert again.sha == book.sha
    half = assemble(rows[: len(rows) // 2])
    assert half.sha == Book(half.records, half.series).sha
    assert assemble(rows[len(rows) // 2 :], onto=half).sha == book.sha


def test_no_digest_is_computed_when_a_book_is_assembled(monkeypatch):
    rows = [row_of(KPI), row_of(Measurement(kpi="k1", value=1.0))]
    sha = assemble(rows).sha

    def never(record):
        raise AssertionError(record)

    monkeypatch.setattr("rhumbline.book.book.digest", never)
    assert assemble(rows).sha == sha
    assert assemble([rows[0]._replace(digest="0" * 64), rows[1]]).sha != sha


def test_of_two_versions_the_later_counts():
    new = dataclasses.replace(KPI, name="New")
    assert assemble([row_of(KPI), row_of(new)]).kpis == {"k1": new}
    book = assemble([row_of(new)], onto=assemble([row_of(KPI)]))
    assert book.sha == Book.of([new]).sha


BODY = {"key": "k1", "name": "K", "unit": "u", "target": 1}


@pytest.mark.parametrize(
    "body",
    [
        {**BODY, "colour": "red"},
        {**BODY, "direction": "sideways"},
        {**BODY, "due": "some day"},
        {**BODY, "target": "many"},
        {"key": "k1", "name": "K", "unit": "u"},
    ],
    ids=["a field", "a word", "a day", "a number", "a field less"],
)
def test_what_a_newer_release_wrote_asks_for_that_release(body):
    assert revive("kpi", "k1", upgrades.SCHEMA, json.dumps(BODY)) == KPI
    with pytest.raises(upgrades.UnknownShape, match=r"kpi k1 .*newer") as caught:
        revive("kpi", "k1", upgrades.SCHEMA, json.dumps(body))
    assert isinstance(caught.value, RhumblineError)


def test_a_newer_schema_is_refused():
    with pytest.raises(upgrades.NewerSchema, match="newer"):
        revive("kpi", "k1", upgrades.SCHEMA + 1, json.dumps(BODY))


def test_what_an_older_release_wrote_is_brought_up_to_date_and_keeps_its_digest(monkeypatch):
    monkeypatch.setattr(upgrades, "SCHEMA", 3)
    steps = {
        ("person", 1): lambda fields: {
            **{name: value for name, value in fields.items() if name != "mail"}, "email": fields["mail"]
        },
        ("kpi", 2): lambda fields: {**fields, "unit": fields["unit"].lower()},
    }  # fmt: skip
    monkeypatch.setattr(upgrades, "UPGRADES", steps)
    old = [
        Stored("person", "p1", 1, '{"key":"p1"}', '{"name":"Ada","mail":"a@b.c"}', "0" * 64),
        Stored("kpi", "k1", 2, '{"key":"k1","name":"K","target":1,"unit":"U"}', "", "1" * 64),
        Stored("kpi", "k2", 3, '{"key":"k2","name":"K","target":1,"unit":"U"}', "", "2" * 64),
    ]
    book = assemble(old)
    assert book.people["p1"] == Person(key="p1", name="Ada", email="a@b.c")
    assert [kpi.unit for kpi in book.kpis.values()] == ["u", "U"]
    assert dict(book.digests("kpi")) == {"k1": "1" * 64, "k2": "2" * 64}
