"""A backup holds everything the server keeps, comes back as it was on either database, or not at all."""

import json
import os
import stat
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rhumbline.book.authority import AccessRole
from rhumbline.faces.file_commands import companies

pytestmark = pytest.mark.django_db(transaction=True)

PAST = Path(__file__).parent / "past"
NOBODY = 65534


@pytest.fixture
def archive():
    from rhumbline.store import archive

    return archive


@pytest.fixture
def busy(house, neighbour, soon):
    """Two organisations with everything in them that a server keeps."""
    from rhumbline.store import access, committing, models, proposals, runs
    from rhumbline.store.actors import Scope

    boss = house.owner
    committing.commit(boss, [rename("i1", "Café “Ñandú” \u2028 'x' \\ 😀")], via="page", note="Anna's wish")
    done = committing.commit(boss, [row(7)], via="api")
    committing.undo(boss, done.seq, via="page")
    committing.commit(boss, [row(8)], via="api")
    owned = access.members(boss).get(role=AccessRole.OWNER)
    _, secret = access.make_token(boss, owned.pk, "till", [Scope.READ, Scope.WRITE], soon, via="page")
    gone, _ = access.make_token(boss, owned.pk, "old", [Scope.READ], soon, via="page")
    access.revoke_token(boss, gone.pk, via="page")
    access.make_link(boss, "bank", soon, via="page")
    proposals.propose(boss, "Later", [rename("i2", "Two")], via="mcp")
    proposals.propose(boss, "Never", [rename("i3", "Three")], via="mcp")
    proposals.reject(boss, 2, reason="No")
    for state in runs.STATES:
        made = runs.request(boss, runs.Question("score", {"as_of": "2026-11-25"}), via="api")
        models.Run.objects.filter(pk=made.pk).update(
            state=state, document="{}", started=made.created, beat=made.created
        )
    models.Sealed.objects.create(organisation=house.organisation, kind="feedback", body='{"text":"psst"}')
    return house, secret


def rename(key, name):
    return {"edit": "set", "kind": "initiative", "key": key, "fields": {"name": name}}


def row(value):
    return {"edit": "append", "kind": "measurement", "record": {"kpi": "k1", "at": "2026-11-20", "value": value}}


def everything(archive):
    """Every row of every table, and what readers make of them: the Book now and after each change."""
    from rhumbline.store import reading
    from rhumbline.store.chain import verify
    from rhumbline.store.models import Change, Organisation

    reading.forget()
    tables = {model: list(model._base_manager.order_by("pk").values()) for model in archive.TABLES}
    books = {
        (change.organisation_id, change.seq): reading.book(change.organisation_id, at=change.seq)
        for change in Change.objects.all()
    }
    books |= {one.pk: reading.book(one.pk) for one in Organisation.objects.all()}
    shas = {name: book.sha for name, book in books.items()}
    assert all(verify(one).holds for one in Organisation.objects.all())
    return tables, books, shas


def empty():
    """Leave no row behind, as a database that was just made."""
    from django.core.management import call_command

    from rhumbline.store import reading

    call_command("flush", verbosity=0, interactive=False)
    reading.forget()


def test_everything_comes_back_as_it_was(archive, busy, tmp_path):
    from rhumbline.store import access
    from rhumbline.store.models import Run

    before = everything(archive)
    heads = archive.write_archive(tmp_path / "all.backup")
    assert {head.organisation for head in heads} == {"bakery", "fintech"}
    empty()
    assert archive.read_archive(tmp_path / "all.backup") == heads
    # Whoever computed a run when the backup was written does not any more: it waits again.
    assert list(Run.objects.order_by("number").values_list("state", "beat"))[1] == ("queued", None)
    Run.objects.filter(number=2).update(**{name: before[0][Run][1][name] for name in ("state", "started", "beat")})
    assert everything(archive) == before
    _, secret = busy
    assert access.actor_of_secret(secret).role is AccessRole.OWNER


def test_life_goes_on_after_a_restore(archive, busy, tmp_path):
    from rhumbline.store import access, committing

    house, _ = busy
    archive.write_archive(tmp_path / "all.backup")
    empty()
    head = archive.read_archive(tmp_path / "all.backup")[0]
    done = committing.commit(house.owner, [rename("i1", "Next")], via="page")
    assert done.seq == head.seq + 1
    assert access.add_member(house.owner, "new@bakery.example", AccessRole.MEMBER, via="cli").pk
    assert house.check().holds


def test_a_number_in_the_history_never_becomes_somebody_else(archive, busy, soon, tmp_path):
    from rhumbline.store import access
    from rhumbline.store.actors import Scope
    from rhumbline.store.models import Token

    house, _ = busy
    last = Token.objects.order_by("pk").last().pk
    Token.objects.filter(pk=last).delete()
    archive.write_archive(tmp_path / "all.backup")
    empty()
    archive.read_archive(tmp_path / "all.backup")
    owned = access.members(house.owner).get(role=AccessRole.OWNER)
    made, _ = access.make_token(house.owner, owned.pk, "new", [Scope.READ], soon, via="page")
    assert made.pk > last


def test_every_table_is_kept_or_left_out_on_purpose(archive):
    from django.apps import apps

    left_out = {"SignInLink", "Kept"}
    assert {model.__name__ for model in apps.get_app_config("store").get_models()} - left_out == {
        model.__name__ for model in archive.TABLES
    }


def test_an_empty_server_can_be_kept_too(archive, tmp_path):
    assert archive.write_archive(tmp_path / "all.backup") == ()
    assert archive.read_archive(tmp_path / "all.backup") == ()


@pytest.mark.parametrize("origin", ["sqlite", "postgresql"])
def test_an_archive_of_either_database_comes_back(archive, origin):
    """Each file was written once by ``past/write.py`` on the database it names."""
    from rhumbline.store import reading
    from rhumbline.store.models import Organisation, Run

    known = json.loads((PAST / "schema-1.json").read_text())
    archive.read_archive(PAST / f"schema-1-{origin}.backup")
    for one in Organisation.objects.all():
        found = {change.seq: [change.hash, change.book_sha] for change in one.change_set.order_by("seq")}
        assert {str(seq): value for seq, value in found.items()} == known[origin][one.key]
        for seq, (_, sha) in found.items():
            assert reading.book(one.pk, at=seq).sha == sha
    assert Run.objects.filter(capability="plan", state="done").exists()


# --- what is refused ---------------------------------------------------------------------------


def refused(archive, path, error, *, says="", **how):
    """Check that a file is refused in words, and that nothing changed."""
    before = everything(archive)
    with pytest.raises(error) as caught:
        archive.read_archive(path, **how)
    message = str(caught.value)
    assert "Nothing was changed" in message
    assert says in message
    assert everything(archive) == before


@pytest.fixture
def kept(archive, house, tmp_path):
    path = tmp_path / "all.backup"
    archive.write_archive(path)
    return path


def test_a_database_that_holds_something_is_not_overwritten(archive, house, kept):
    from rhumbline.store import committing

    committing.commit(house.owner, [rename("i1", "Newer")], via="page")
    refused(archive, kept, archive.DatabaseNotEmpty, says="--replace")


def test_it_is_overwritten_when_somebody_says_so(archive, house, kept):
    from django.contrib.sessions.models import Session

    from rhumbline.store import committing, reading

    before = everything(archive)
    committing.commit(house.owner, [rename("i1", "Newer")], via="page")
    Session.objects.create(session_key="k", session_data="d", expire_date=datetime.now(UTC) + timedelta(days=1))
    archive.read_archive(kept, replace=True)
    assert reading.book(house.organisation.pk).initiatives["i1"].name != "Newer"
    assert everything(archive) == before
    assert not Session.objects.exists()


def test_a_file_cut_short_anywhere_is_refused(archive, kept, tmp_path):
    whole = kept.read_bytes()
    for length in (0, 1, 100, len(whole) // 3, len(whole) // 2, len(whole) - 1):
        short = tmp_path / "short.backup"
        short.write_bytes(whole[:length])
        refused(archive, short, (archive.DamagedArchive, archive.NotAnArchive), replace=True)


def test_one_altered_byte_anywhere_is_refused_or_means_nothing(archive, kept, tmp_path):
    before = everything(archive)
    whole = kept.read_bytes()
    refusals = 0
    for place in range(3, len(whole), max(1, len(whole) // 40)):
        altered = tmp_path / "altered.backup"
        altered.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            archive.read_archive(altered, replace=True)
        except (archive.DamagedArchive, archive.NotAnArchive, archive.NewerArchive):
            refusals += 1
        assert everything(archive) == before
    # What is left is in the parts of a zip that mean nothing, such as a date.
    assert refusals > 25


def rewritten(kept, change):
    """Write an archive anew with other contents, as somebody who knows the format could."""
    with zipfile.ZipFile(kept) as old:
        contents = {name: old.read(name) for name in old.namelist()}
    change(contents)
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in contents.items():
            new.writestr(name, content)
    return kept


def with_manifest(change):
    def changed(contents):
        manifest = json.loads(contents["manifest.json"])
        change(manifest)
        contents["manifest.json"] = json.dumps(manifest)

    return changed


def forged(table, before, after):
    """Alter a table, and its digest in the manifest with it."""
    import hashlib

    def changed(contents):
        name = f"{table}.jsonl"
        assert before in contents[name]
        contents[name] = contents[name].replace(before, after, 1)
        manifest = json.loads(contents["manifest.json"])
        stated = manifest["tables"][table]
        stated["sha256"] = hashlib.sha256(contents[name]).hexdigest()
        stated["bytes"], stated["rows"] = len(contents[name]), contents[name].count(b"\n")
        contents["manifest.json"] = json.dumps(manifest)

    return changed


@pytest.mark.parametrize(
    ("table", "before", "after"),
    [
        ("record", b'"kind":"kpi"', b'"kind":"cpi"'),
        ("record", b'\\"name\\":\\"', b'\\"name\\":\\"X'),
        ("record", b'"since_seq":1', b'"since_seq":"one"'),
        ("record", b'"organisation_id":', b'"organisation_id":99'),
        ("change", b'"actor":"system"', b'"actor":"user:1"'),
        ("organisation", b'"seq":', b'"seq":1'),
        ("membership", b'"user_id":', b'"user_id":99'),
        ("user", b'"email":', b'"mail":'),
        ("user", b"{", b"["),
        ("user", b'"id":', b'"id":null,"x":'),
        ("user", b'"is_staff":', b'"is_staff":"perhaps","y":'),
    ],
)
def test_rows_that_do_not_fit_together_are_refused_whoever_altered_them(archive, kept, table, before, after):
    refused(archive, rewritten(kept, forged(table, before, after)), archive.DamagedArchive, replace=True)


def test_rows_that_are_missing_are_refused(archive, kept):
    def cut(contents):
        line = contents["record.jsonl"].splitlines(keepends=True)[3]
        forged("record", line, b"")(contents)

    refused(archive, rewritten(kept, cut), archive.DamagedArchive, replace=True, says="history of bakery")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda found: found.update(form=2), "newer"),
        (lambda found: found.update(schema=99), "newer"),
        (lambda found: found["migrations"].append("9999_later"), "newer"),
        (lambda found: found.update(format="another"), "no backup"),
        (lambda found: found.pop("tables"), "damaged"),
        (lambda found: found["tables"].pop("run"), "damaged"),
        (lambda found: found["tables"].update({"../../etc/passwd": found["tables"]["run"]}), "damaged"),
        (lambda found: found["tables"]["run"].update(bytes=10**15), "cannot be as large"),
        (lambda found: found["tables"]["record"].update(rows=3), "damaged"),
        (lambda found: found["tables"]["record"].update(bytes=30), "damaged"),
        (lambda found: found["heads"][0].__setitem__(2, "0" * 64), "do not end"),
        (lambda found: found.update(heads=None), "damaged"),
    ],
)
def test_a_manifest_that_says_something_else_is_refused(archive, kept, change, says):
    errors = (archive.NewerArchive, archive.DamagedArchive, archive.NotAnArchive)
    refused(archive, rewritten(kept, with_manifest(change)), errors, says=says, replace=True)


@pytest.mark.parametrize("name", ["extra.jsonl", "../outside", "/absolute", "a\\b"])
def test_a_file_that_the_manifest_does_not_name_is_refused(archive, kept, name):
    path = rewritten(kept, lambda contents: contents.update({name: b"x"}))
    refused(archive, path, archive.DamagedArchive, says="other files", replace=True)


def test_a_file_that_unpacks_to_far_more_is_refused(archive, kept):
    bomb = forged("run", b"", b"\0" * 50_000_000)
    refused(archive, rewritten(kept, bomb), archive.DamagedArchive, says="cannot be as large", replace=True)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x05\x06" + bytes(18), b"\x00" * 1000])
def test_any_other_file_is_refused(archive, house, content, tmp_path):
    path = tmp_path / "other"
    path.write_bytes(content)
    refused(archive, path, (archive.NotAnArchive, archive.DamagedArchive), replace=True)


def test_a_book_in_a_file_is_refused(archive, house):
    refused(archive, companies()["bakery"], archive.NotAnArchive, replace=True)


# --- the file itself ---------------------------------------------------------------------------


def test_nobody_else_may_read_a_backup(archive, tmp_path):
    path = tmp_path / "all.backup"
    path.write_text("older")
    path.chmod(0o644)
    archive.write_archive(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_backup_is_one_moment_and_nobody_waits_for_it(archive, house, tmp_path, monkeypatch):
    """While the tables are written one after the other, somebody commits: the backup shows none of it."""
    from threading import Thread

    from django.db import connection

    from rhumbline.store import committing
    from rhumbline.store.models import Organisation

    before = house.now().seq
    write = archive._write_table
    failures = []

    def commit():
        try:
            committing.commit(house.owner, [rename("i1", f"Meanwhile {Organisation.objects.get().seq}")], via="page")
        except Exception as error:  # noqa: BLE001 - the other thread has to hear of it
            failures.append(error)
        finally:
            connection.close()

    def slowly(zipped, model):
        other = Thread(target=commit)
        other.start()
        other.join(15)
        assert not other.is_alive()
        return write(zipped, model)

    monkeypatch.setattr(archive, "_write_table", slowly)
    heads = archive.write_archive(tmp_path / "all.backup")
    assert failures == []
    assert heads[0].seq == before
    assert house.now().seq == before + len(archive.TABLES)
    assert archive.read_archive(tmp_path / "all.backup", replace=True) == heads


def test_a_folder_that_is_not_there_is_said(archive, tmp_path):
    with pytest.raises(archive.ArchiveNotWritten, match="No such file"):
        archive.write_archive(tmp_path / "nowhere" / "all.backup")


def in_a_child(task):
    """Do something in a process of its own, and return what it says."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(out)
        said = "nothing"
        try:
            said = str(task())
        except BaseException as error:  # noqa: BLE001 - whatever it is, the parent has to hear of it
            said = f"{type(error).__name__}: {error}"
        finally:
            os.write(into, said.encode())
            os._exit(0)
    os.close(into)
    with os.fdopen(out, "rb") as pipe:
        said = pipe.read().decode()
    os.waitpid(child, 0)
    return said


def alone():
    """A child must not use the connection of its parent."""
    from tests.store.test_survival import disconnect

    disconnect()


def test_a_folder_that_may_only_be_read_is_said_and_the_old_backup_stays(archive, tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir()
    path = folder / "all.backup"
    path.write_text("older")
    folder.chmod(0o555)
    alone()

    def attempt():
        if os.getuid() == 0:
            # Who may do anything is not stopped by a folder: the file system is read as somebody else.
            for above in reversed(tmp_path.parents):
                if above.stat().st_mode & 0o001 == 0:
                    above.chmod(0o711)
            tmp_path.chmod(0o711)
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        with pytest.MonkeyPatch.context() as patch:
            # The database of the tests may be closed to that somebody.
            patch.setattr(archive, "_write", lambda stream: ())
            patch.setattr(archive, "_one_moment", __import__("contextlib").nullcontext)
            archive.write_archive(path)

    said = in_a_child(attempt)
    folder.chmod(0o755)
    assert said.startswith("ArchiveNotWritten")
    assert "Permission denied" in said
    assert path.read_text() == "older"
    assert list(folder.iterdir()) == [path]


def test_a_full_disk_is_said_and_the_old_backup_stays(archive, house, tmp_path):
    """A limit on the size of files fails as a full disk does, in the middle of a write."""
    import resource
    import signal

    path = tmp_path / "all.backup"
    path.write_text("older")
    alone()

    def attempt():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(archive, "_one_moment", limited)
            archive.write_archive(path)

    from contextlib import contextmanager

    @contextmanager
    def limited():
        from rhumbline.store.models import Organisation

        assert Organisation.objects.exists()
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        yield

    said = in_a_child(attempt)
    assert said.startswith("ArchiveNotWritten")
    assert "Nothing was left behind" in said
    assert path.read_text() == "older"
    assert list(tmp_path.iterdir()) == [path]
