"""What Django is told: the databases as they have to be, and nothing that a review of security would object to."""

import subprocess
import sys
import threading

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from tests.server.conftest import environment_of

from rhumbline.store.models import Organisation

on_sqlite = pytest.mark.skipif(settings.CONFIGURATION.database.path is None, reason="the database is PostgreSQL")


@on_sqlite
@pytest.mark.django_db
def test_sqlite_writes_ahead_and_waits_for_the_disk():
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert cursor.execute("PRAGMA synchronous").fetchone() == (2,)
        assert cursor.execute("PRAGMA foreign_keys").fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
def test_whoever_reads_and_then_writes_is_never_told_that_the_database_is_locked():
    # With the transactions Django opens by default most of these fail on SQLite.
    found = Organisation.objects.create(key="counted", name="Counted", created=timezone.now())
    faults = []

    def count():
        try:
            for _ in range(40):
                with transaction.atomic():
                    one = Organisation.objects.select_for_update().get(pk=found.pk)
                    one.seq += 1
                    one.save(update_fields=["seq"])
        except Exception as fault:  # noqa: BLE001 - whatever it is, the test tells it
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.refresh_from_db()
    assert (faults, found.seq) == ([], 320)


def test_django_objects_to_nothing_where_people_come_by_https(tmp_path):
    with environment_of(
        tmp_path, RHUMBLINE_URL="https://plans.example.org", RHUMBLINE_SECRET_KEY="not guessable " * 3 + "Zx7!kq09",
        DJANGO_SETTINGS_MODULE="rhumbline.server.settings",
    ) as environment:  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "DEBUG"],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.django_db
def test_no_table_waits_for_a_migration_that_nobody_wrote():
    from django.core.management import call_command

    call_command("makemigrations", "store", check=True, dry_run=True, verbosity=0)


def test_there_is_no_switch_that_shows_settings_to_whoever_causes_an_error():
    assert settings.DEBUG is False
    assert "DEBUG" not in {name.rpartition("_")[2] for name in settings.CONFIGURATION.__slots__}
