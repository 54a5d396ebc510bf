"""The history proves itself: whatever is altered, cut or slipped in is named."""

import json

import pytest
from tests.store.test_committing import firm, rename, store  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def past(store, firm):  # noqa: F811
    """A history with every kind of change in it."""
    kpi = next(iter(store.book(firm.organisation).kpis))
    store.commit(firm, [rename("i1", "One")], via="page", note="Anna wants it")
    row = {"kpi": kpi, "at": "2026-11-20", "value": 7}
    done = store.commit(firm, [{"edit": "append", "kind": "measurement", "record": row}], via="api")
    signal = {"key": "s9", "kind": "customer", "text": "A", "seen": "2026-11-01", "strength": 1}
    store.commit(firm, [{"edit": "put", "kind": "signal", "record": signal}], via="page")
    store.commit(firm, [{"edit": "remove", "kind": "signal", "key": "s9"}], via="page")
    store.undo(firm, done.seq, via="page")
    store.restore(firm, 4, via="page")
    return store.Organisation.objects.get()


def checked(organisation):
    from rhumbline.store.chain import verify

    organisation.refresh_from_db()
    return verify(organisation)


def test_a_history_that_nobody_touched_holds(past):
    found = checked(past)
    assert found.findings == ()
    assert (found.changes, found.seq, found.hash) == (7, 7, past.hash)


CHANGE_FIELDS = {
    "action": "undo",
    "actor": "user:7",
    "via": "worker",
    "note": "Anna wants it not",
    "note_digest": "0" * 64,
    "previous": "0" * 64,
    "hash": "0" * 64,
    "book_sha": "0" * 64,
}


@pytest.mark.parametrize("field", CHANGE_FIELDS)
def test_an_altered_change_is_named(store, past, field):  # noqa: F811
    store.Change.objects.filter(seq=2).update(**{field: CHANGE_FIELDS[field]})
    assert "change 2" in {finding.where for finding in checked(past).findings}


def test_a_moved_time_is_named(store, past):  # noqa: F811
    from datetime import timedelta

    change = store.Change.objects.get(seq=2)
    store.Change.objects.filter(pk=change.pk).update(at=change.at - timedelta(microseconds=1))
    assert [finding.where for finding in checked(past).findings] == ["change 2"]


@pytest.mark.parametrize(
    "which", [{"key": "i1", "since_seq": 2}, {"key": "i1", "since_seq": 1}, {"kind": "measurement"}]
)
def test_one_altered_byte_of_a_record_is_named(store, past, which):  # noqa: F811
    record = store.Record.objects.filter(kind__in=["initiative", "measurement"], **which).last()
    body = json.loads(record.body)
    name = "name" if "name" in body else "value"
    body[name] = "X" if name == "name" else 8
    store.Record.objects.filter(pk=record.pk).update(body=json.dumps(body, sort_keys=True, separators=(",", ":")))
    first = checked(past).findings[0]
    assert first.code == "record-altered"
    assert record.key in first.where


def test_a_forged_digest_does_not_help(store, past):  # noqa: F811
    from rhumbline.store.chain import sha256

    record = store.Record.objects.get(kind="initiative", key="i1", until_seq=None)
    body = record.body.replace("One", "Two")
    store.Record.objects.filter(pk=record.pk).update(body=body, digest=sha256(body))
    assert checked(past).findings


@pytest.mark.parametrize("change", [{"since_seq": 3}, {"until_seq": 6}, {"row": 9}, {"key": "i7"}, {"kind": "kpi"}])
def test_a_version_moved_elsewhere_is_named(store, past, change):  # noqa: F811
    store.Record.objects.filter(kind="initiative", key="i1", until_seq=None).update(**change)
    assert checked(past).findings


def test_a_version_that_was_in_force_for_longer_or_shorter_is_named(store, past):  # noqa: F811
    versions = store.Record.objects.filter(kind="signal", key="s9").order_by("since_seq")
    assert [(one.since_seq, one.until_seq) for one in versions] == [(4, 5), (7, None)]
    from rhumbline.store.actors import system
    from rhumbline.store.committing import commit

    for text in ("B", "C"):
        edit = {"edit": "set", "kind": "signal", "key": "s9", "fields": {"text": text}}
        commit(system(past.pk), [edit], via="page")
    one, two = versions.filter(since_seq__in=(7, 8))
    # Each change still has an end or a beginning for each of its entries.
    for version, until in ((one, 9), (two, 8)):
        versions.filter(pk=version.pk).update(until_seq=until)
        assert {finding.where for finding in checked(past).findings} == {"signal s9, written by change 8"}
        versions.filter(pk=version.pk).update(until_seq=version.until_seq)
        assert checked(past).holds


@pytest.mark.parametrize("entries", ["", "nothing", "5", "[[1]]"])
def test_entries_that_nobody_can_read_are_named(store, past, entries):  # noqa: F811
    store.Change.objects.filter(seq=2).update(entries=entries)
    assert checked(past).findings[0].where == "change 2"


def test_what_is_personal_and_cannot_be_read_is_named(store, past):  # noqa: F811
    store.Record.objects.filter(kind="person", key="yuki").update(personal='{"name"')
    assert checked(past).findings[0].where == "person yuki, written by change 1"


def test_a_count_of_rows_that_was_set_back_is_named(store, past):  # noqa: F811
    store.Organisation.objects.update(rows=0)
    assert [finding.code for finding in checked(past).findings] == ["chain-cut"]


def test_a_claimed_erasure_that_the_chain_does_not_know_is_named(store, past):  # noqa: F811
    record = store.Record.objects.filter(kind="initiative", key="i1").last()
    for seq in (2, 99):
        store.Record.objects.filter(pk=record.pk).update(body=record.body.replace("One", "Two"), redacted_seq=seq)
        assert checked(past).findings


def test_a_note_that_no_erasure_blanked_is_named(store, past):  # noqa: F811
    store.Change.objects.filter(seq=2).update(note="", note_salt="")
    assert [(finding.code, finding.where) for finding in checked(past).findings] == [("note-altered", "change 2")]


def test_a_note_that_was_erased_and_is_there_again_is_named(store, firm, past):  # noqa: F811
    from rhumbline.store.erasure import erase

    store.commit(firm, [{"edit": "put", "kind": "person", "record": {"key": "p9", "name": "Anna"}}], via="page")
    note, salt = store.Change.objects.values_list("note", "note_salt").get(seq=2)
    erase(firm, "p9")
    assert store.Change.objects.get(seq=2).note == ""
    assert checked(past).holds
    store.Change.objects.filter(seq=2).update(note=note, note_salt=salt)
    assert [(finding.code, finding.where) for finding in checked(past).findings] == [("note-altered", "change 2")]


def test_a_missing_or_added_version_is_named(store, past):  # noqa: F811
    record = store.Record.objects.filter(kind="kpi").first()
    record.pk, record.key = None, "k99"
    record.save(force_insert=True)
    assert checked(past).findings
    record.delete()
    assert checked(past).holds
    store.Record.objects.filter(kind="kpi").first().delete()
    assert checked(past).findings


def test_a_missing_change_is_named_first_middle_or_last(store, past):  # noqa: F811
    for seq in (1, 4, 7):
        change = store.Change.objects.get(seq=seq)
        change.delete()
        assert not checked(past).holds, seq
        change.save(force_insert=True)
        assert checked(past).holds, seq
