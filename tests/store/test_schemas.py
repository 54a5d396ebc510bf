"""What an earlier release wrote is read by this one: same Books, same hashes, and its plans still verify."""

import gzip
import json
import shutil
from pathlib import Path

import pytest

from rhumbline.book import upgrades
from rhumbline.book.digests import canonical, digest
from rhumbline.book.findings import RhumblineError
from rhumbline.book.records import KIND_OF_RECORD, Kpi
from rhumbline.exchange.documents import parse_claim
from rhumbline.exchange.edits import Stored, assemble, revive
from rhumbline.faces.answers import ask

PAST = Path(__file__).parent / "past"
BACKUPS = sorted(path.name for path in PAST.glob("*.backup"))
DATABASES = sorted(path.name for path in PAST.glob("*.sqlite3.gz"))
BODIES = sorted(path.name for path in PAST.glob("before-*.json"))

stored_in_a_database = pytest.mark.django_db(transaction=True)


def verified(document, book):
    """Check the claim of a stored plan against a Book."""
    claim, findings = parse_claim(document)
    assert findings == ()
    found = ask("verify", book.replace(as_of=claim.terms.as_of), plan=claim).result
    assert found.checks
    return found


def holds_what_was_written(known):
    """Compare every hash with the one that was written down, every Book with its hash, every stored plan with both."""
    from rhumbline.store import reading
    from rhumbline.store.chain import verify
    from rhumbline.store.models import Organisation, Run

    reading.forget()
    assert {one.key for one in Organisation.objects.all()} == set(known)
    plans = 0
    for one in Organisation.objects.all():
        check = verify(one)
        assert check.findings == ()
        assert check.changes == len(known[one.key]) > 10
        for change in one.change_set.all():
            assert [change.hash, change.book_sha] == known[one.key][str(change.seq)]
            assert reading.book(one.pk, at=change.seq).sha == change.book_sha
        for run in Run.objects.filter(organisation=one, capability="plan", state="done"):
            book = reading.book(one.pk, at=run.seq)
            assert book.sha == run.book_sha
            assert verified(json.loads(run.document)[""], book).failed == ()
            plans += 1
    assert plans == len(known)


def test_there_is_something_of_the_present_schema():
    assert any(name.startswith(f"schema-{upgrades.SCHEMA}-") for name in BACKUPS)
    assert f"schema-{upgrades.SCHEMA}.sqlite3.gz" in DATABASES


@stored_in_a_database
@pytest.mark.parametrize("name", BACKUPS)
def test_an_archive_of_every_schema_keeps_its_hashes_and_its_plans(name):
    from rhumbline.store.archive import read_archive

    schema, _, vendor = name.removesuffix(".backup").rpartition("-")
    read_archive(PAST / name)
    holds_what_was_written(json.loads((PAST / f"{schema}.json").read_text(encoding="utf-8"))[vendor])


@stored_in_a_database
@pytest.mark.parametrize("name", DATABASES)
def test_a_database_of_every_schema_takes_the_steps_and_keeps_its_hashes(name, tmp_path, monkeypatch):
    """As an upgrade does: the file as it was, the steps it lacks, then everything in it."""
    from django.core.management import call_command
    from django.db import connection, connections

    from rhumbline.store import sql_views

    path = tmp_path / "past.sqlite3"
    with gzip.open(PAST / name) as packed, path.open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    if connection.vendor != "sqlite":
        pytest.skip("the file is one of SQLite")
    monkeypatch.setitem(connection.settings_dict, "NAME", str(path))
    connections.close_all()
    try:
        call_command("migrate", verbosity=0, interactive=False)
        sql_views.renew_views()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM book_initiative")
            assert cursor.fetchone()[0] > 5
        known = PAST / f"{name.removesuffix('.sqlite3.gz')}.json"
        holds_what_was_written(json.loads(known.read_text(encoding="utf-8"))["sqlite"])
    finally:
        connections.close_all()


# --- fields that are new -----------------------------------------------------------------------


def bodies(name):
    return json.loads((PAST / name).read_text(encoding="utf-8")).items()


@pytest.mark.parametrize("name", BODIES)
def test_records_from_before_a_new_field_keep_digest_hash_and_plan(name):
    for _, known in bodies(name):
        rows = [Stored(*row) for row in known["records"]]
        assert {row.kind for row in rows} > {"kpi", "initiative", "benefit", "organisation"}
        for row in rows:
            # Computed anew with the fields of today, not believed.
            assert digest(revive(*row[:5])) == row.digest
        book = assemble(rows)
        assert book.sha == known["book_sha"]
        assert assemble(row._replace(digest="") for row in rows).sha == known["book_sha"]
        assert verified(known["plan"], book).failed == ()


def test_they_were_written_before_those_fields():
    """Else the test above would show nothing."""
    new = {"private", "private_reason"}
    assert new <= set(Kpi.__dataclass_fields__)
    for name in BODIES:
        for _, known in bodies(name):
            for row in known["records"]:
                assert not new & set(json.loads(row[3]))


def test_a_plan_is_not_verified_against_another_book():
    name = BODIES[0]
    (_, first), (_, second), *_ = bodies(name)
    other = assemble(Stored(*row) for row in second["records"])
    assert verified(first["plan"], other).failed


# --- fields that change ------------------------------------------------------------------------


@pytest.fixture
def earlier(monkeypatch):
    """A release in which a KPI had ``title`` instead of ``name``, and its target as a text; then today's."""

    def upgraded(body):
        body = dict(body)
        body["name"] = body.pop("title")
        body["target"] = float(body["target"])
        return body

    def older(row):
        if row.kind != "kpi":
            return row
        body = json.loads(row.body)
        body["title"] = body.pop("name")
        body["target"] = str(body["target"])
        text = canonical(body)
        return row._replace(body=text.decode(), digest=sha256(text))

    monkeypatch.setattr(upgrades, "SCHEMA", 2)
    monkeypatch.setitem(upgrades.UPGRADES, ("kpi", 1), upgraded)
    return older


def sha256(text):
    import hashlib

    return hashlib.sha256(text).hexdigest()


def sha_of(rows):
    """The Book hash as the earlier release computed it: over the digests that stand beside the bodies."""
    from rhumbline.book.digests import running_digest
    from rhumbline.book.records import KINDS

    listed = []
    for kind in sorted({row.kind for row in rows}):
        own = [row for row in rows if row.kind == kind]
        if KINDS[kind].series:
            listed.append([kind, "", running_digest(row.digest for row in own)])
        else:
            listed += sorted([kind, row.key, row.digest] for row in own)
    return sha256(canonical(listed))


def test_a_record_of_another_shape_is_read_in_todays_and_keeps_its_digest_and_the_hash_of_its_book(earlier):
    for name in BODIES:
        for _, known in bodies(name):
            rows = [earlier(Stored(*row)) for row in known["records"]]
            today = assemble(Stored(*row)._replace(schema=2) for row in known["records"])
            book = assemble(rows)
            assert book == today
            assert book.kpis
            # The body that was hashed is not there any more in this form, and its digest still counts.
            for row in rows:
                if row.kind == "kpi":
                    assert book.digests("kpi")[row.key] == row.digest == sha256(row.body.encode())
                    assert digest(book.kpis[row.key]) != row.digest
            assert book.sha == sha_of(rows) != today.sha


@stored_in_a_database
def test_a_history_that_began_under_another_shape_goes_on_and_holds(earlier, monkeypatch):
    """Stored by the earlier release, read and changed by this one: old digests stay, new ones are today's."""
    from tests.store.test_committing import actor, rename

    from rhumbline.store import chain, committing, reading
    from rhumbline.store.models import Organisation, Record

    monkeypatch.setattr(committing, "SCHEMA", 2)
    organisation = committing.found("old", "old")
    rows = [earlier(Stored(*row)) for row in dict(bodies(BODIES[0]))["bakery"]["records"]]
    books = assemble(rows)
    numbered, number = [], 0
    for row in rows:
        series = KIND_OF_RECORD[type(revive(*row[:5]))] in books.series
        number += series
        numbered.append(Record(organisation=organisation, row=number if series else 0, since_seq=1, **row._asdict()))
    Record.objects.bulk_create(numbered)
    organisation.rows = number
    entries = [(one.kind, one.key, one.row, one.digest) for one in numbered]
    chain.add_link(
        organisation,
        at=organisation.created,
        action="import",
        actor="system",
        via="import",
        note="",
        entries=entries,
        book_sha=sha_of(rows),
    )
    assert chain.verify(organisation).findings == ()
    boss = actor(organisation)
    kpi = next(iter(books.kpis))
    edit = {"edit": "set", "kind": "kpi", "key": kpi, "fields": {"name": "Today's"}}
    done = committing.commit(boss, [edit, rename("i1", "Today's")], via="page")
    organisation.refresh_from_db()
    assert chain.verify(organisation).findings == ()
    record = Record.objects.get(organisation=organisation, kind="kpi", key=kpi, until_seq=None)
    assert (record.schema, json.loads(record.body)["name"]) == (2, "Today's")
    reading.forget()
    assert reading.book(organisation.pk).sha == done.book_sha == Organisation.objects.get().book_sha
    assert reading.book(organisation.pk, at=1).sha == sha_of(rows)
    committing.undo(boss, done.seq, via="page")
    organisation.refresh_from_db()
    assert chain.verify(organisation).findings == ()
    assert reading.book(organisation.pk) == books


def test_what_a_newer_release_wrote_is_refused_in_words():
    row = Stored(*next(iter(dict(bodies(BODIES[0])).values()))["records"][0])
    with pytest.raises(RhumblineError, match="Install the release"):
        revive(row.kind, row.key, upgrades.SCHEMA + 1, row.body)
