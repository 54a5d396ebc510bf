"""One function writes: all of a set of edits or none, and nobody's change is lost."""

import dataclasses
from datetime import date

import pytest

from rhumbline import read_book
from rhumbline.book.authority import AccessRole
from rhumbline.book.book import Book
from rhumbline.book.digests import body
from rhumbline.book.findings import ConcealedBook, HeldOutRows
from rhumbline.faces.file_commands import companies

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def store():
    from rhumbline.store import committing, models, reading, refusing

    reading.forget()

    class Store:
        commit = staticmethod(committing.commit)
        bring_in = staticmethod(committing.bring_in)
        undo = staticmethod(committing.undo)
        restore = staticmethod(committing.restore)
        Conflict, Refused = refusing.Conflict, refusing.Refused
        Change, Record, Organisation = models.Change, models.Record, models.Organisation
        book, version, forget = staticmethod(reading.book), staticmethod(reading.version), staticmethod(reading.forget)

    return Store


@pytest.fixture
def firm(store):
    return opened(store, "bakery")


def opened(store, company, key=None):
    from rhumbline.store.committing import found

    organisation = found(key or company, company)
    boss = actor(organisation)
    store.bring_in(boss, read_book(companies()[company]).book, via="import")
    return boss


def actor(organisation, role=AccessRole.OWNER, number=1, **more):
    from rhumbline.store.actors import Actor

    return Actor(organisation=organisation.pk, key=organisation.key, role=role, name=f"user:{number}", **more)


def as_role(boss, role):
    return dataclasses.replace(boss, role=role, name="user:2")


def cold(store, boss, at=None):
    store.forget()
    return store.book(boss.organisation, at=at)


def rename(key, name, **more):
    return {"edit": "set", "kind": "initiative", "key": key, "fields": {"name": name}, **more}


@pytest.mark.parametrize("company", ["bakery", "workbench", "fintech"])
def test_a_book_comes_back_as_it_was_brought_in(store, company):
    boss = opened(store, company)
    book, _ = read_book(companies()[company])
    for found in (store.book(boss.organisation), cold(store, boss)):
        assert found == book
        assert found.sha == book.sha
    assert store.Organisation.objects.get().book_sha == book.sha


def test_a_commit_is_one_change_and_older_books_stay(store, firm):
    before = store.book(firm.organisation)
    done = store.commit(firm, [rename("i1", "Croissants")], via="page", note="They are good")
    assert done.seq == 2
    assert [(one.kind, one.key, one.fields) for one in done.changes] == [("initiative", "i1", ("name",))]
    for found in (store.book(firm.organisation), cold(store, firm)):
        assert found.initiatives["i1"].name == "Croissants"
        assert found.sha == done.book_sha
    assert cold(store, firm, 1) == before
    assert cold(store, firm, 1).sha == before.sha
    assert cold(store, firm, 0) == Book()


def test_what_changes_nothing_is_no_change(store, firm):
    done = store.commit(firm, [rename("i1", store.book(firm.organisation).initiatives["i1"].name)], via="page")
    assert (done.seq, done.changes) == (1, ())
    assert store.Change.objects.count() == 1


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        ({"edit": "set", "kind": "initiative", "key": "i1", "fields": {"cash": [-5]}}, "too-small"),
        ({"edit": "set", "kind": "initiative", "key": "i1", "fields": {"depends": ["i99"]}}, "unknown-reference"),
        ({"edit": "remove", "kind": "kpi", "key": "k1"}, "unknown-reference"),
        ({"edit": "remove", "kind": "kpi", "key": "k99"}, "unknown-record"),
    ],
)
def test_of_edits_with_an_error_nothing_is_saved(store, firm, edit, code):
    with pytest.raises(store.Refused) as refused:
        store.commit(firm, [rename("i2", "Saved by mistake"), edit], via="api")
    assert code in {finding.code for finding in refused.value.findings}
    assert store.Change.objects.count() == 1
    assert cold(store, firm).initiatives["i2"].name != "Saved by mistake"


def test_two_people_on_different_fields_of_one_record_both_win(store, firm):
    store.commit(firm, [rename("i1", "Theirs", expected=1)], via="page")
    mine = {"edit": "set", "kind": "initiative", "key": "i1", "fields": {"hypothesis": "Mine"}, "expected": 1}
    store.commit(firm, [mine], via="page")
    found = cold(store, firm).initiatives["i1"]
    assert (found.name, found.hypothesis) == ("Theirs", "Mine")


def test_two_people_on_one_field_are_shown_both_versions(store, firm):
    base = store.book(firm.organisation).initiatives["i1"].name
    store.commit(firm, [rename("i1", "Theirs", expected=1)], via="page")
    with pytest.raises(store.Conflict) as conflict:
        store.commit(firm, [rename("i1", "Mine", expected=1)], via="page")
    (clash,) = conflict.value.clashes
    assert (clash.field, clash.base, clash.theirs, clash.mine, clash.version) == ("name", base, "Theirs", "Mine", 2)
    assert cold(store, firm).initiatives["i1"].name == "Theirs"


def test_two_people_who_write_the_same_do_not_quarrel(store, firm):
    store.commit(firm, [rename("i1", "Same", expected=1)], via="page")
    assert store.commit(firm, [rename("i1", "Same", expected=1)], via="page").seq == 2


def test_a_strict_author_is_told_of_any_newer_version(store, firm):
    store.commit(firm, [rename("i1", "Theirs")], via="page")
    mine = {"edit": "set", "kind": "initiative", "key": "i1", "fields": {"hypothesis": "Mine"}, "expected": 1}
    with pytest.raises(store.Conflict):
        store.commit(firm, [mine], via="api", strict=True)


def test_whoever_removes_what_somebody_else_changed_is_told(store, firm):
    note = {
        "edit": "put",
        "kind": "signal",
        "record": {"key": "s9", "kind": "customer", "text": "A", "seen": "2026-11-01", "strength": 1},
    }
    seq = store.commit(firm, [note], via="page").seq
    store.commit(firm, [{"edit": "set", "kind": "signal", "key": "s9", "fields": {"text": "B"}}], via="page")
    with pytest.raises(store.Conflict) as conflict:
        store.commit(firm, [{"edit": "remove", "kind": "signal", "key": "s9", "expected": seq}], via="page")
    assert conflict.value.clashes[0].theirs["text"] == "B"


def test_all_edits_of_a_record_that_others_changed_are_merged_together(store, firm):
    store.commit(firm, [rename("i1", "Theirs")], via="page")
    hypothesis = {"edit": "set", "kind": "initiative", "key": "i1", "fields": {"hypothesis": "Mine"}, "expected": 1}
    owner = {"edit": "set", "kind": "initiative", "key": "i1", "fields": {"owner": None}, "expected": 1}
    stop = {"edit": "set", "kind": "initiative", "key": "i1", "fields": {"stop_rule": "At the first loss"}}
    store.commit(firm, [hypothesis, rename("i2", "Between"), stop, owner], via="page")
    found = cold(store, firm).initiatives
    assert (found["i1"].name, found["i1"].hypothesis, found["i1"].owner) == ("Theirs", "Mine", None)
    assert (found["i1"].stop_rule, found["i2"].name) == ("At the first loss", "Between")


def test_whoever_removes_and_adds_again_in_one_go_quarrels_with_nobody(store, firm):
    record = {"key": "sg9", "name": "Hotels"}
    seq = store.commit(firm, [{"edit": "put", "kind": "segment", "record": record}], via="page").seq
    again = [
        {"edit": "remove", "kind": "segment", "key": "sg9", "expected": seq},
        {"edit": "put", "kind": "segment", "record": {**record, "name": "Inns"}, "expected": 0},
    ]
    store.commit(firm, again, via="page", strict=True)
    assert cold(store, firm).segments["sg9"].name == "Inns"


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("expected", [0, 999])
@pytest.mark.parametrize(
    "edit",
    [{"edit": "remove"}, {"edit": "set", "fields": {"hypothesis": None}}, {"edit": "set", "fields": {"name": "X"}}],
)
def test_whoever_expects_a_version_that_there_never_was_is_told(store, firm, edit, expected, strict):
    store.commit(firm, [{"edit": "put", "kind": "initiative", "record": KIOSK}], via="page")
    before = store.book(firm.organisation)
    edit = {"kind": "initiative", "key": "i9", "expected": expected, **edit}
    with pytest.raises(store.Conflict) as conflict:
        store.commit(firm, [edit], via="api", strict=strict)
    assert (conflict.value.clashes[0].theirs["name"], conflict.value.clashes[0].version) == ("Kiosk", 2)
    assert cold(store, firm) == before


KIOSK = {"key": "i9", "name": "Kiosk", "mode": "explore", "stage": "idea", "hypothesis": "People walk by"}


def test_an_older_edit_that_only_the_newer_version_bears_is_a_conflict(store, firm):
    old = store.book(firm.organisation).all("benefit")["i1.k4"]
    range_of = {"low": old.low * 10, "likely": old.likely * 10, "high": old.high * 10}
    wide = {"edit": "set", "kind": "benefit", "key": "i1.k4", "fields": range_of}
    store.commit(firm, [wide], via="page")
    mine = {"edit": "set", "kind": "benefit", "key": "i1.k4", "fields": {"likely": old.high * 9}, "expected": 1}
    with pytest.raises(store.Conflict):
        store.commit(firm, [mine], via="page")


def test_hidden_numbers_are_not_moved_to_where_their_author_would_see_them(store, firm):
    private = {"private": True, "private_reason": "Nobody else is to know"}
    store.commit(firm, [{"edit": "set", "kind": "kpi", "key": "k4", "fields": private}], via="page")
    lead = as_role(firm, AccessRole.LEAD)
    moves = (
        {"edit": "set", "kind": "benefit", "key": "i1.k4", "fields": {"kpi": "k1"}},
        {"edit": "put", "kind": "benefit", "record": {"key": "i1.k4", "initiative": "i1", "kpi": "k1"}},
    )
    for move in moves:
        with pytest.raises(store.Refused):
            store.commit(lead, [move], via="api")
    better = {"edit": "set", "kind": "benefit", "key": "i1.k4", "fields": {"evidence": "E3"}}
    store.commit(lead, [better], via="api")
    assert store.book(firm.organisation, lead).all("benefit")["i1.k4"].likely is None
    store.commit(firm, [moves[0]], via="page")


@pytest.mark.parametrize("fields", [{"low": 1}, {"likely": None, "evidence": "E3"}])
def test_nobody_finds_out_hidden_numbers_by_trying(store, firm, fields):
    private = {"private": True, "private_reason": "Nobody else is to know"}
    store.commit(firm, [{"edit": "set", "kind": "kpi", "key": "k4", "fields": private}], via="page")
    guess = {"edit": "set", "kind": "benefit", "key": "i1.k4", "fields": fields, "expected": 1}
    with pytest.raises(store.Refused, match="may not see") as refused:
        store.commit(as_role(firm, AccessRole.LEAD), [guess], via="api")
    assert [finding.code for finding in refused.value.findings] == ["not-allowed"]


def test_a_role_writes_only_what_it_may(store, firm):
    from rhumbline.store.actors import NotAllowed

    member = as_role(firm, AccessRole.MEMBER)
    with pytest.raises(NotAllowed, match="role member"):
        store.commit(member, [rename("i1", "Mine")], via="api")
    feedback = {"key": "f9", "text": "Good", "opened": "2026-11-24"}
    store.commit(member, [{"edit": "put", "kind": "feedback", "record": feedback}], via="api")
    assert "f9" in cold(store, firm).all("feedback")


def test_what_an_author_cannot_see_survives_a_put(store, firm):
    from rhumbline.exchange.edits import read_edits
    from rhumbline.store.refusing import keeping_hidden

    book = store.book(firm.organisation)
    whole = body(book.initiatives["i1"])
    seen = {name: value for name, value in whole.items() if name != "cash"}
    (edit,), _ = read_edits([{"edit": "put", "kind": "initiative", "record": {**seen, "name": "New"}}])
    kept = keeping_hidden(edit, book, as_role(firm, AccessRole.MEMBER))
    assert kept.raw["cash"] == whole["cash"]
    assert keeping_hidden(edit, book, firm) == edit


def test_an_append_goes_into_the_series_and_counts(store, firm):
    kpi = next(iter(store.book(firm.organisation).kpis))
    row = {"kpi": kpi, "at": "2026-11-20", "value": 7}
    for number in (1, 2):
        store.commit(firm, [{"edit": "append", "kind": "measurement", "record": {**row, "value": number}}], via="api")
    warm, found = store.book(firm.organisation), cold(store, firm)
    assert warm == found
    assert warm.sha == found.sha
    assert {reading.value for reading in found.readings(kpi)} >= {1, 2}


def test_undo_takes_back_one_change_and_leaves_the_later_ones(store, firm):
    before = store.book(firm.organisation)
    kpi = next(iter(before.kpis))
    first = store.commit(
        firm,
        [
            rename("i1", "Wrong"),
            {"edit": "append", "kind": "measurement", "record": {"kpi": kpi, "at": "2026-11-20", "value": 7}},
            {
                "edit": "put",
                "kind": "signal",
                "record": {"key": "s9", "kind": "customer", "text": "A", "seen": "2026-11-01", "strength": 1},
            },
        ],
        via="page",
    )
    store.commit(firm, [rename("i2", "Later")], via="page")
    done = store.undo(firm, first.seq, via="page")
    for found in (store.book(firm.organisation), cold(store, firm)):
        assert found == before.replace(found.initiatives["i2"])
        assert found.sha == done.book_sha
    again = store.undo(firm, done.seq, via="page")
    assert cold(store, firm).initiatives["i1"].name == "Wrong"
    assert cold(store, firm).sha == again.book_sha


def test_rows_that_stay_keep_the_digests_they_were_written_with(store, firm):
    # As an erasure leaves them: another body, and the digest that the chain knows.
    rows = store.Record.objects.filter(kind="measurement")
    kept = rows.first()
    rows.filter(pk=kept.pk).update(body=kept.body.replace('"value":4', '"value":5'))
    store.forget()
    row = {"edit": "append", "kind": "measurement", "record": {"kpi": kept.key, "at": "2026-11-20", "value": 7}}
    done = store.undo(firm, store.commit(firm, [row], via="api").seq, via="page")
    assert done.book_sha == cold(store, firm).sha == cold(store, firm, 1).sha


def test_undo_of_what_was_changed_again_is_a_conflict(store, firm):
    first = store.commit(firm, [rename("i1", "One")], via="page")
    store.commit(firm, [rename("i1", "Two")], via="page")
    with pytest.raises(store.Conflict):
        store.undo(firm, first.seq, via="page")


def test_undo_that_would_leave_a_reference_to_nothing_is_refused(store, firm):
    segment = {"edit": "put", "kind": "segment", "record": {"key": "sg9", "name": "Hotels"}}
    first = store.commit(firm, [segment], via="page")
    store.commit(
        firm, [{"edit": "set", "kind": "initiative", "key": "i1", "fields": {"segments": ["sg9"]}}], via="page"
    )
    with pytest.raises(store.Refused) as refused:
        store.undo(firm, first.seq, via="page")
    assert refused.value.findings[0].code == "unknown-reference"


def test_restore_brings_an_older_book_back_with_its_hash(store, firm):
    before = store.book(firm.organisation)
    kpi = next(iter(before.kpis))
    store.commit(firm, [rename("i1", "One")], via="page")
    store.commit(
        firm,
        [{"edit": "append", "kind": "measurement", "record": {"kpi": kpi, "at": "2026-11-20", "value": 7}}],
        via="api",
    )
    done = store.restore(firm, 1, via="page")
    assert done.book_sha == before.sha
    assert cold(store, firm) == before
    forth = store.restore(firm, 3, via="page")
    assert forth.book_sha == cold(store, firm, 3).sha


def test_a_file_with_held_out_rows_is_brought_in_only_on_request(store, firm, company):
    book = read_book(company("bakery", ("hours: ", "hours: -"))).book
    assert book.held_out
    with pytest.raises(HeldOutRows):
        store.bring_in(firm, book, via="import")
    assert store.Change.objects.count() == 1


def test_a_row_that_could_not_be_read_is_not_removed(store, firm, company):
    before = store.book(firm.organisation)
    book = read_book(
        company(
            "bakery",
            ("name: Bakehouse, hours: 260", "name: Bakehouse, hours: -260"),
            ("Shop and office", "Front office"),
        )
    ).book
    store.bring_in(firm, book, via="import", without_held_out=True)
    found = cold(store, firm)
    assert found == before.replace(dataclasses.replace(before.teams["office"], name="Front office"))
    assert "held out" in store.Change.objects.last().note


def test_readings_of_a_kpi_that_could_not_be_read_stay(store, firm, company):
    before = store.book(firm.organisation)
    book = read_book(company("bakery", ("baseline: 4, target: 40", "baseline: 4, target: many"))).book
    assert "k1" not in book.kpis
    assert not book.readings("k1")
    done = store.bring_in(firm, book, via="import", without_held_out=True)
    assert done.changes == ()
    assert cold(store, firm) == before


def test_a_book_that_lacks_what_somebody_may_not_see_is_not_brought_in(store, firm):
    seen = store.book(firm.organisation, as_role(firm, AccessRole.LEAD))
    assert seen.concealed
    with pytest.raises(ConcealedBook):
        store.bring_in(firm, seen, via="import")


def test_many_older_edits_need_few_questions_to_the_database(store, firm, django_assert_max_num_queries):
    segments = [{"key": f"s{number}", "name": f"S {number}"} for number in range(50)]
    puts = [{"edit": "put", "kind": "segment", "record": one} for one in segments]
    seq = store.commit(firm, puts, via="api").seq
    again = [{"edit": "set", "kind": "segment", "key": one["key"], "fields": {"strategic": True}} for one in segments]
    store.commit(firm, again, via="api")
    with django_assert_max_num_queries(25):
        store.commit(firm, [{**one, "fields": {"channel": "shop"}, "expected": seq} for one in again], via="api")
    found = cold(store, firm).segments["s7"]
    assert (found.strategic, found.channel) == (True, "shop")


def test_a_book_with_more_records_than_are_taken_at_once_is_brought_in(store, monkeypatch):
    for module in ("rhumbline.store.committing", "rhumbline.exchange.edits.reading"):
        monkeypatch.setattr(f"{module}.MOST_EDITS", 10)
    boss = opened(store, "bakery")
    assert store.book(boss.organisation) == read_book(companies()["bakery"]).book
    assert store.Change.objects.count() == 1


def test_the_last_day_of_the_calendar_is_a_day(store, firm):
    assert store.book(firm.organisation, at=date.max) == store.book(firm.organisation)
    assert store.book(firm.organisation, at=date.min) == Book()


def test_organisations_do_not_meet(store, firm):
    other = opened(store, "fintech")
    store.commit(other, [rename(next(iter(store.book(other.organisation).initiatives)), "Theirs")], via="page")
    assert cold(store, firm) == read_book(companies()["bakery"]).book


def test_what_an_open_transaction_wrote_does_not_outlive_it(store, firm):
    from django.db import transaction

    with transaction.atomic():
        store.commit(firm, [rename("i1", "Never")], via="page")
        store.commit(firm, [rename("i2", "Never")], via="page")
        transaction.set_rollback(True)
    store.commit(firm, [rename("i3", "Really")], via="page")
    assert store.book(firm.organisation) == cold(store, firm)
    assert store.book(firm.organisation).initiatives["i1"].name != "Never"


def test_a_process_that_knew_another_history_reads_the_one_that_is_there(store, firm, tmp_path):
    from rhumbline.store import archive, reading

    archive.write_archive(tmp_path / "all.zip")
    store.commit(firm, [rename("i1", "One")], via="page")
    remembered = store.version(firm.organisation)
    archive.read_archive(tmp_path / "all.zip", replace=True)
    reading.remember(firm.organisation, remembered)
    assert store.book(firm.organisation).initiatives["i1"].name != "One"
    store.commit(firm, [rename("i1", "Two")], via="page")
    reading.forget()
    reading.remember(firm.organisation, remembered)
    assert store.book(firm.organisation).initiatives["i1"].name == "Two"
    assert store.book(firm.organisation) == cold(store, firm)


@pytest.mark.parametrize("note", ["nul \x00 inside", "half a character \ud800", "مرحبا", "x" * 10_000])
def test_any_note_can_be_kept(store, firm, note):
    from rhumbline.store.chain import verify

    store.commit(firm, [rename("i1", "One")], via="api", note=note)
    assert store.Change.objects.last().note.encode()
    assert verify(store.Organisation.objects.get()).holds


def test_a_book_with_answers_to_a_survey_comes_back_as_a_whole(store, firm):
    from rhumbline.book.records import Response

    book = store.book(firm.organisation)
    survey = next(iter(book.all("survey")))
    said = Response(survey=survey, date=date(2026, 11, 20), answers=book.all("survey")[survey].items)
    store.bring_in(firm, book.replace(said), via="import")
    assert cold(store, firm).series["response"] == (said,)
