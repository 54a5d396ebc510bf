"""A Book without what its reader may not see: annotations decide, nothing becomes 0, nothing is computed on it."""

import dataclasses
import typing
from decimal import Decimal
from typing import Annotated

import pytest
from hypothesis import given
from tests.strategies import any_record, books

import rhumbline
from rhumbline.book.authority import EVERYTHING, AccessRole, Sight, sight_of
from rhumbline.book.book import Book
from rhumbline.book.concealment import (
    conceal,
    conceal_body,
    conceal_finding,
    hidden_fields,
    private_kpis,
    reasons_to_hide,
)
from rhumbline.book.digests import body
from rhumbline.book.fields import fields_of, part_of
from rhumbline.book.findings import ConcealedBook
from rhumbline.book.records import KIND_OF_RECORD, KINDS, Benefit, Kpi, Measurement
from rhumbline.book.types import FrozenMap, Money, PersonalText, Rate
from rhumbline.book.within import faults_of
from rhumbline.engines.alignment import Quantities
from rhumbline.faces.file_commands import companies

GUEST = sight_of(AccessRole.GUEST)
WITHOUT_MONEY = Sight(money=False)


def read(name="workbench"):
    return rhumbline.read_book(companies()[name].read_bytes()).book


def everything(book):
    yield from (record for records in book.records.values() for record in records.values())
    yield from (row for rows in book.series.values() for row in rows)


def mentions(annotation, word):
    """Whether a mark anywhere in an annotation has a word in it, found without the code that is tested."""
    marks = getattr(annotation, "__metadata__", ())
    inner = (getattr(annotation, "__origin__", None), *typing.get_args(annotation))
    return any(word in repr(mark) for mark in marks) or any(
        mentions(part, word) for part in inner if part is not None and part is not annotation and part != ()
    )


def fields_that_mention(kind, word):
    hints = typing.get_type_hints(KINDS[kind].record, include_extras=True)
    return {name for name, annotation in hints.items() if mentions(annotation, word)}


# --- annotations decide -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_annotated_as_money_or_personal_is_hidden(kind):
    assert set(hidden_fields(kind, WITHOUT_MONEY)) == fields_that_mention(kind, "money")
    assert set(hidden_fields(kind, Sight(personal=False))) == fields_that_mention(kind, "_Personal")
    assert hidden_fields(kind, EVERYTHING) == ()


def test_the_walk_through_the_annotations_finds_something():
    assert {kind for kind in KINDS if fields_that_mention(kind, "money")} >= {"budget", "initiative", "team", "actual"}


@pytest.mark.parametrize(
    ("annotation", "reasons"),
    [
        (Money, {"money"}),
        (Money | None, {"money"}),
        (tuple[Money, ...], {"money"}),
        (Annotated[FrozenMap[tuple[Rate, ...]], "by team"], {"money"}),
        (tuple[PersonalText, ...], {"personal"}),
        (str, set()),
        (Decimal, set()),
    ],
)
def test_a_new_field_is_hidden_by_its_type_alone(annotation, reasons):
    assert reasons_to_hide(part_of(annotation)) == reasons


def test_no_field_is_called_money_without_being_annotated_so():
    telling = ("money", "cost", "cash", "price", "spent", "rate", "budget", "approved", "value_per")
    for kind, description in KINDS.items():
        for field in fields_of(description.record):
            if any(word in field.name.split("_") or field.name.startswith(word) for word in telling):
                number = {Decimal, float, int} & set(field.part.types or (field.part.inner or field.part).types)
                assert not number or "money" in reasons_to_hide(field.part), f"{kind}.{field.name}"


# --- a Book -----------------------------------------------------------------------------------


@given(any_record())
def test_a_hidden_field_holds_nothing_of_what_it_held(record):
    kind = KIND_OF_RECORD[type(record)]
    seen = list(everything(conceal(Book.of([record]), GUEST)))
    for other in seen:
        for name in hidden_fields(kind, GUEST, private=isinstance(record, Kpi) and record.private):
            field = next(field for field in fields_of(type(record)) if field.name == name)
            blank = field.default if not field.required else getattr(record, "key", None) if field.personal else None
            assert getattr(other, name) in (blank, ())


@given(books())
def test_what_is_not_hidden_stays_as_it_is(book):
    seen = conceal(book, GUEST)
    assert len(seen) == len(book)
    for before, after in zip(everything(book), everything(seen), strict=True):
        hidden = hidden_fields(KIND_OF_RECORD[type(before)], GUEST, private=False)
        same = {
            field.name for field in fields_of(type(before)) if getattr(before, field.name) == getattr(after, field.name)
        }
        assert {field.name for field in fields_of(type(before))} - same <= set(hidden)


def test_nothing_hidden_becomes_nought():
    seen = conceal(read(), WITHOUT_MONEY)
    assert seen.budget.cash == ()
    assert {team.rate for team in seen.teams.values()} == {None}
    assert {initiative.spent for initiative in seen.initiatives.values()} == {None}


def test_a_name_gives_way_to_the_key_of_its_record():
    seen = conceal(read(), Sight(personal=False))
    assert all(person.name == key and person.email == "" for key, person in seen.people.items())
    assert all(feedback.text == key for key, feedback in seen.all("feedback").items())
    assert seen.initiatives == read().initiatives


def test_whoever_sees_everything_gets_the_book_itself_and_the_rest_is_shared():
    book = read()
    assert conceal(book, EVERYTHING) is book
    assert conceal(book, WITHOUT_MONEY).all("objective") is book.all("objective")


def test_a_concealed_book_says_so_and_computes_nothing():
    book = read()
    seen = conceal(book, WITHOUT_MONEY).replace(next(iter(book.objectives.values())))
    assert seen.concealed == ("money",)
    for verb in ("score", "check", "plan", "questions"):
        with pytest.raises(ConcealedBook, match="money"):
            rhumbline.run(verb, seen)
    with pytest.raises(ConcealedBook):
        Quantities(seen, book.as_of)


@given(books())
def test_no_amount_tells_on_another(book):
    assert conceal(multiplied(book), GUEST) == conceal(book, GUEST)


def multiplied(book):
    def scaled(value):
        if isinstance(value, tuple):
            return tuple(map(scaled, value))
        return None if value is None else value / 2

    def other(record):
        names = hidden_fields(KIND_OF_RECORD[type(record)], WITHOUT_MONEY)
        return dataclasses.replace(record, **{name: scaled(getattr(record, name)) for name in names})

    return Book.of([other(record) for record in everything(book)], book.as_of)


# --- private KPIs -----------------------------------------------------------------------------


@pytest.fixture
def firm():
    kpis = (
        Kpi(key="k1", name="Margin", unit="%", baseline=4.0, target=9.0, private=True, private_reason="For the bank."),
        Kpi(key="k2", name="On time", unit="%", baseline=71.0, target=95.0),
    )
    rows = [Measurement(kpi=kpi.key, position=1, value=kpi.baseline) for kpi in kpis]
    benefits = [Benefit(key=f"i.{kpi.key}", initiative="i", kpi=kpi.key, low=1, likely=2, high=3) for kpi in kpis]
    return Book.of([*kpis, *rows, *benefits])


def test_the_numbers_of_a_private_kpi_are_hidden_and_its_reason_is_not(firm):
    seen = conceal(firm, Sight(private=False))
    secret, public = seen.kpis.values()
    assert (secret.name, secret.baseline, secret.target, secret.private_reason) == (
        "Margin",
        None,
        None,
        "For the bank.",
    )
    assert public == firm.kpis["k2"]
    assert [row.kpi for row in seen.series["measurement"]] == ["k2"]
    claimed = {benefit.kpi: benefit.likely for benefit in seen.all("benefit").values()}
    assert claimed == {"k1": None, "k2": 2}


def test_what_is_private_today_was_private_then(firm):
    before = firm.replace(dataclasses.replace(firm.kpis["k1"], private=False, private_reason=""))
    assert conceal(before, Sight(private=False)).kpis["k1"].target == 9.0
    assert conceal(before, Sight(private=False), now=firm).kpis["k1"].target is None
    assert private_kpis(before, firm) == {"k1"}


@pytest.mark.parametrize(
    ("reason", "codes"), [("", ["reason-missing"]), ("bank", ["reason-missing"]), ("For the bank.", [])]
)
def test_hiding_a_kpi_needs_a_reason(firm, reason, codes):
    kpi = dataclasses.replace(firm.kpis["k1"], private_reason=reason)
    assert [fault.code for fault in faults_of(kpi)] == codes
    assert faults_of(dataclasses.replace(kpi, private=False)) == []


# --- a record as JSON -------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(companies()))
def test_a_record_as_json_hides_what_the_book_hides(name):
    book = read(name)
    for before, after in zip(everything(book), everything(conceal(book, GUEST)), strict=True):
        kind = KIND_OF_RECORD[type(before)]
        kept, hidden = conceal_body(kind, body(before), GUEST, book)
        assert hidden == hidden_fields(kind, GUEST, private=False)
        assert kept == {key: value for key, value in body(after).items() if value is not None and value != []}


def test_the_names_of_hidden_fields_do_not_tell_which_were_filled(firm):
    empty, full = {"key": "i"}, {"key": "i", "cash": [100, 200], "spent": 50}
    assert conceal_body("initiative", empty, GUEST) == conceal_body("initiative", full, GUEST)
    assert conceal_body("initiative", full, EVERYTHING) == (full, ())
    assert conceal_body("benefit", {"kpi": "k2", "low": 1}, GUEST, firm) == ({"kpi": "k2", "low": 1}, ())
    assert conceal_body("benefit", {"kpi": "k1", "low": 1}, GUEST, firm)[0] == {"kpi": "k1"}
    # Whoever does not say which KPI it is, or hands in no Book, is told less rather than more.
    assert conceal_body("benefit", {"low": 1}, GUEST, firm)[0] == {}
    assert conceal_body("kpi", {"key": "k2", "target": 95}, GUEST)[0] == {"key": "k2"}


# --- findings ---------------------------------------------------------------------------------


def test_a_finding_about_hidden_money_does_not_quote_it():
    text = "organisation: {name: A, currency: EUR}\nbudget: {cash: [-12345]}\nteams: [{id: t, name: T, hours: -6, rate: 1}]\n"
    money, hours = rhumbline.read_book(text).findings
    assert "12345" in money.message
    seen = conceal_finding(money, WITHOUT_MONEY)
    assert "12345" not in repr(seen)
    assert (seen.code, seen.where, seen.key) == (money.code, money.where, money.key)
    assert conceal_finding(money, EVERYTHING) is money
    assert conceal_finding(hours, WITHOUT_MONEY) is hours
