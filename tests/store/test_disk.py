"""A disk that is full or may only be read: the author is told so, and nothing that was acknowledged is lost.

Each test is a server of its own in a process of its own, on a small file system that only it uses.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Small enough to fill in a moment, large enough for the tables, their log and a Book.
SIZE = "6m"


@pytest.fixture
def disk(tmp_path):
    """A small file system; only an administrator may mount one."""
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        pytest.skip("the database on this disk is one of SQLite")
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small file system can be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def remounted(disk, how):
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)


PRELUDE = """
import json, os, sys
import django
django.setup()
from django.core.management import call_command
from tests.store.test_committing import actor, opened, rename
from tests.store.test_survival import signals
from rhumbline.store import archive, chain, committing, reading, refusing
from rhumbline.store.models import Change, Organisation, Record

def said(**found):
    print(json.dumps(found))

def boss():
    return actor(Organisation.objects.get())

def state():
    reading.forget()
    one = Organisation.objects.get()
    book = reading.book(one.pk)
    check = chain.verify(one)
    return {"number": one.pk, "holds": check.holds, "seq": one.seq, "hash": one.hash, "signals": sorted(book.signals), "sha": book.sha}
"""


def served(disk, task, *words):
    """Run a task as a server whose database is on the disk; return what it said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RHUMBLINE_")}
    environment |= {
        "DATABASE_URL": f"sqlite:///{disk / 'store.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
    }
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + task, *map(str, words)],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


FOUNDED = """
call_command("migrate", verbosity=0)
opened(type("Store", (), {"bring_in": staticmethod(committing.bring_in)}), "bakery")
said(**state())
"""

UNTIL_FULL = """
acknowledged, told = [], ""
for number in range(5000):
    try:
        committing.commit(boss(), signals(f"w{number}", 20), via="import")
    except refusing.CannotSave as error:
        told = str(error)
        full = error.full
        break
    acknowledged.append(number)
# Whoever tries again is told the same, as long as there is no space.
try:
    committing.commit(boss(), signals("again", 20), via="import")
    again = ""
except refusing.CannotSave as error:
    again = str(error)
try:
    committing.undo(boss(), 2, via="page")
    undone = ""
except refusing.CannotSave as error:
    undone = str(error)
# A backup beside it finds no space either, and leaves nothing.
try:
    archive.write_archive(__import__("pathlib").Path(sys.argv[1]))
    kept = ""
except archive.ArchiveNotWritten as error:
    kept = str(error)
said(acknowledged=acknowledged, told=told, full=full, again=again, undone=undone, kept=kept, **state())
"""

GOES_ON = """
before = state()
done = committing.commit(boss(), signals("after", 20), via="import")
said(before=before, after=state(), seq=done.seq)
"""


def keys(found):
    return {key for key in found["signals"] if key.startswith("w")}


@pytest.mark.sample
def test_a_full_disk_loses_nothing_that_was_acknowledged(disk):
    first = served(disk, FOUNDED)
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(1_500_000))
    backup = disk / "all.backup"
    found = served(disk, UNTIL_FULL, backup)
    assert found["acknowledged"], "the disk was full before the first commit"
    for told in (found["told"], found["again"]):
        assert "the disk of its database is full" in told
        assert "Make space" in told
    assert found["full"]
    assert "backup" in found["kept"]
    assert {path.name for path in disk.iterdir()} <= {
        "ballast",
        "store.sqlite3",
        "store.sqlite3-wal",
        "store.sqlite3-shm",
    }
    expected = {f"w{number}.{part}" for number in found["acknowledged"] for part in range(20)}
    assert keys(found) == expected
    assert found["holds"]
    assert found["seq"] == first["seq"] + len(found["acknowledged"])
    # Another process, after space was made.
    ballast.unlink()
    later = served(disk, GOES_ON)
    assert later["before"] == {name: found[name] for name in later["before"]}
    assert later["after"]["holds"]
    assert later["after"]["seq"] == later["seq"] == found["seq"] + 1
    assert keys(later["after"]) == expected


READ_ONLY = """
from types import SimpleNamespace
somebody = actor(SimpleNamespace(pk=int(sys.argv[1]), key="bakery"))
try:
    committing.commit(somebody, signals("w", 2), via="api")
    told, full = "", None
except refusing.CannotSave as error:
    told, full = str(error), error.full
said(told=told, full=full)
"""


@pytest.mark.sample
def test_a_disk_that_became_read_only_is_said(disk):
    """As a disk does that fails; without a place for its log such a database cannot even be read."""
    first = served(disk, FOUNDED)
    remounted(disk, "ro")
    try:
        found = served(disk, READ_ONLY, first["number"])
    finally:
        remounted(disk, "rw")
    assert "cannot be written to" in found["told"]
    assert found["full"] is False
    later = served(disk, GOES_ON)
    assert later["before"] == first
    assert later["after"]["holds"]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_refuses_to_write_is_said(house):
    """On either database, as a replica or a closed file does."""
    from django.db import connection

    from rhumbline.store import committing, refusing

    on, off = (
        ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off")
        if connection.vendor == "postgresql"
        else ("PRAGMA query_only = on", "PRAGMA query_only = off")
    )
    edit = {"edit": "set", "kind": "initiative", "key": "i1", "fields": {"name": "New"}}
    before = house.now().hash
    with connection.cursor() as cursor:
        cursor.execute(on)
        try:
            with pytest.raises(refusing.CannotSave, match="cannot be written to") as caught:
                committing.commit(house.owner, [edit], via="page")
        finally:
            cursor.execute(off)
    assert not caught.value.full
    assert house.now().hash == before
    assert committing.commit(house.owner, [edit], via="page").seq == house.now().seq
    assert house.check().holds


@pytest.mark.django_db(transaction=True)
def test_another_fault_of_the_database_stays_what_it_is(house):
    from django.db import IntegrityError

    from rhumbline.store.refusing import saving

    with pytest.raises(IntegrityError), saving():
        raise IntegrityError("some other fault")
