"""The same file changes nothing, a newer one changes what changed in it, and nobody's work is overwritten."""

import dataclasses
import json
from datetime import date

import pytest
from tests.exchange.importers import samples
from tests.exchange.importers.samples import SAMPLES

from rhumbline.book.records import Person, Strategy
from rhumbline.book.rules import check
from rhumbline.book.types import Severity
from rhumbline.exchange.files import dumps, read_text
from rhumbline.exchange.recognise import import_file

OURS = [name for name in SAMPLES if name != "pabulib"]


@pytest.mark.parametrize("as_of", [None, date(2026, 11, 24)])
@pytest.mark.parametrize("name", OURS)
def test_the_same_file_again_changes_nothing(name, as_of):
    first = import_file(SAMPLES[name], "x", as_of=as_of)
    assert first.changes
    again = import_file(
        SAMPLES[name],
        "another name.csv" if name not in ("notion", "airtable", "table") else "x",
        into=first.book,
        as_of=as_of,
    )
    assert again.changes == ()
    assert again.conflicts == ()
    assert again.book == first.book


@pytest.mark.parametrize("name", SAMPLES)
def test_the_book_holds_together_and_can_be_written_and_read(name):
    book = import_file(SAMPLES[name], "x", as_of=date(2026, 11, 24)).book
    assert [finding for finding in check(book) if finding.severity is Severity.ERROR] == []
    for form in ("yaml", "json"):
        back = read_text(dumps(book, form), form)
        # No export of another program has a budget, and a Book cannot plan without one.
        assert {finding.where for finding in back.errors} <= {"budget"}
        assert back.book == book


@pytest.mark.parametrize("name", OURS)
def test_a_file_can_be_added_to_a_book_that_has_others(name):
    book = import_file(SAMPLES["trello"], "x").book
    for other in ("jira", "asana", name):
        book = import_file(SAMPLES[other], "x", into=book).book
    assert [finding for finding in check(book) if finding.severity is Severity.ERROR] == []
    assert import_file(SAMPLES["trello"], "x", into=book).changes == ()


def test_a_newer_file_changes_only_what_changed_in_it():
    book = import_file(SAMPLES["openproject"], "x").book
    newer = samples.OPENPROJECT.replace("Order the oven", "Order two ovens").encode()
    result = import_file(newer, "x", into=book)
    assert [(change.kind, change.key, change.fields) for change in result.changes] == [
        ("organisation", "organisation", ("settings",)),
        ("work_item", "42", ("name",)),
    ]


def edited(book, kind, key, **fields):
    return book.replace(dataclasses.replace(book.get(kind, key), **fields))


def test_what_somebody_edited_stays_where_the_file_has_not_changed():
    book = edited(import_file(SAMPLES["openproject"], "x").book, "work_item", "42", name="Order a used oven")
    result = import_file(SAMPLES["openproject"], "x", into=book)
    assert result.changes == ()
    assert result.conflicts == ()


def test_what_both_sides_changed_is_a_conflict_that_somebody_decides():
    book = edited(import_file(SAMPLES["openproject"], "x").book, "work_item", "42", name="Order a used oven")
    newer = samples.OPENPROJECT.replace("Order the oven", "Order two ovens").encode()
    result = import_file(newer, "x", into=book)
    assert result.conflicts == (("work_item", "42", "name"),)
    assert result.book.get("work_item", "42").name == "Order a used oven"
    assert "conflict:work_item.42.name" in {question.id for question in result.questions}
    decided = import_file(newer, "x", into=book, answers={"conflict:work_item.42.name": "file"})
    assert decided.book.get("work_item", "42").name == "Order two ovens"


def test_the_mode_somebody_set_is_kept():
    book = edited(import_file(SAMPLES["trello"], "x").book, "initiative", "second-bakery", mode="explore")
    assert import_file(SAMPLES["trello"], "x", into=book).changes == ()


def test_the_mode_can_be_answered():
    result = import_file(SAMPLES["trello"], "x", answers={"mode": "explore"})
    assert result.book.initiatives["second-bakery"].mode == "explore"
    assert "mode-assumed" not in {finding.code for finding in result.findings}


def test_the_target_somebody_set_is_kept():
    book = edited(import_file(SAMPLES["plausible"], "x").book, "kpi", "site-visitors", target=50.0)
    assert import_file(SAMPLES["plausible"], "x", into=book).changes == ()


def test_new_readings_are_added_and_corrected_ones_come_later():
    book = import_file(SAMPLES["plausible"], "x").book
    newer = samples.PLAUSIBLE.replace('"2026-10-02",3,4', '"2026-10-02",4,4') + '"2026-10-04",9,9,1,9,90\n'
    result = import_file(newer.encode(), "x", into=book)
    assert [(row.at.day, row.position, row.value) for row in result.book.readings("site-visitors")] == [
        (1, 0, 5),
        (2, 0, 3),
        (2, 1, 4),
        (3, 0, 0),
        (4, 0, 9),
    ]
    assert import_file(newer.encode(), "x", into=result.book).changes == ()


def test_a_corrected_cost_stands_instead_of_the_old_one():
    book = import_file(SAMPLES["wave"], "x").book
    newer = samples.WAVE.replace("$300.00", "$310.00").encode()
    result = import_file(newer, "x", into=book)
    assert [float(row.money) for row in result.book.series["actual"] if "Rent" in row.source] == [310]
    assert len(result.book.series["actual"]) == 2
    assert "actual-corrected" in {finding.code for finding in result.findings}


def test_what_is_gone_from_a_newer_file_is_named_and_kept():
    book = import_file(SAMPLES["openproject"], "x").book
    newer = "".join(line for line in samples.OPENPROJECT.splitlines(keepends=True) if not line.startswith("43"))
    result = import_file(newer.encode(), "x", into=book)
    assert "43" in result.book.all("work_item")
    assert "gone-from-file" in {finding.code for finding in result.findings}


def test_two_boards_do_not_mix():
    other = {**samples.TRELLO, "id": "another", "name": "Third bakery"}
    book = import_file(SAMPLES["trello"], "x").book
    both = import_file(json.dumps(other).encode(), "x", into=book).book
    assert list(both.initiatives) == ["second-bakery", "third-bakery"]
    assert len(both.all("work_item")) == 8


def test_two_sources_of_one_program_can_be_told_apart_by_name():
    book = import_file(SAMPLES["github-issues"], "x").book
    both = import_file(SAMPLES["github-issues"], "x", into=book, called="till").book
    assert set(both.all("work_item")) == {"12", "13", "12-2", "13-2", "first-release", "first-release-2"}


# --- people -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OURS)
def test_keys_and_settings_never_hold_a_name_or_an_address(name):
    book = import_file(SAMPLES[name], "x").book
    assert all(key.startswith("p") and key[1:].isdecimal() for key in book.people)
    kept = json.dumps(dict(book.organisation.settings))
    for person in book.people.values():
        assert person.name not in kept
        assert not person.email or person.email not in kept


def test_people_are_found_by_address_and_else_by_name():
    known = Person(key="p7", name="D. Ortiz", email="DANA@example.com")
    other = Person(key="p9", name="sam lee")
    book = import_file(SAMPLES["trello"], "x").book.without("person", "p1", "p2").replace(known, other)
    result = import_file(SAMPLES["asana"], "x", into=book)
    assert result.book.all("work_item")["11"].owner == "p7"
    assert result.book.people["p7"] == known


def test_people_get_their_numbers_in_the_order_of_their_ids():
    book = import_file(SAMPLES["trello"], "x").book
    assert {key: person.name for key, person in book.people.items()} == {"p1": "dana", "p2": "Sam Lee"}


def test_a_pabulib_file_is_a_book_of_its_own():
    book = import_file(SAMPLES["trello"], "x").book
    refused = import_file(SAMPLES["pabulib"], "x", into=book)
    assert not refused.usable
    assert refused.book == book


def test_an_account_that_is_given_to_an_initiative_later_takes_its_costs_along():
    book = import_file(SAMPLES["trello"], "x").book
    book = import_file(SAMPLES["wave"], "x", into=book).book
    result = import_file(SAMPLES["wave"], "x", into=book, answers={"account:Rent": "second-bakery"})
    assert [(row.initiative, row.source) for row in result.book.series["actual"]] == [
        ("running-the-business", "wave: Fuel"),
        ("second-bakery", "wave: Rent"),
    ]
    assert import_file(SAMPLES["wave"], "x", into=result.book).changes == ()


def test_two_bank_accounts_do_not_replace_each_other():
    book = import_file(SAMPLES["bank"], "x").book
    book = import_file(samples.BANK.replace(",Main", ",Second").encode(), "x", into=book).book
    assert [float(row.money) for row in book.series["actual"]] == [20.5, 20.5]


def test_a_plan_is_added_to_the_strategy_in_force_whatever_its_key():
    book = import_file(SAMPLES["trello"], "x").book.replace(Strategy(key="s1", mission=""))
    result = import_file(SAMPLES["stratml"], "x", into=book)
    assert list(result.book.all("strategy")) == ["s1"]
    assert result.book.strategy.mission == "Every parcel on the day we said."
    other = book.replace(Strategy(key="s1", mission="Ours"))
    conflict = import_file(SAMPLES["stratml"], "x", into=other)
    assert conflict.book.strategy.mission == "Ours"
    assert conflict.conflicts == (("strategy", "s1", "mission"),)
