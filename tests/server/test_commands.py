"""The commands that run a server, as somebody types them: what they do, say and refuse."""

import io
import json
import os
import re
import stat

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from tests.server.conftest import environment_of, serving, typed

import rhumbline as library
from rhumbline.faces.cli import run
from rhumbline.faces.file_commands import companies
from rhumbline.server.commands import add_to
from rhumbline.store.actors import system
from rhumbline.store.committing import bring_in, commit
from rhumbline.store.models import Membership, Organisation, Record, User

PASSWORD = "correct horse battery staple"  # noqa: S105


@pytest.fixture
def rhumbline(capfd, monkeypatch, db):
    """Type a command line; get its exit code and what it printed, in one line each."""
    umask = os.umask(0o022)

    def commanded(*words, said=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(said))
        code = run([str(word) for word in words], add_to)
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return code, " ".join(out.split()), " ".join(err.split())

    yield commanded
    os.umask(umask)


@pytest.fixture
def bakery(db):
    found = Organisation.objects.create(key="bakery", name="Crumb & Co.", created=timezone.now())
    bring_in(
        system(found.pk), library.read_book(companies()["bakery"].read_bytes()).book, via="cli", note="as it began"
    )
    return found


# --- accounts ---------------------------------------------------------------------------------


def test_an_owner_of_a_new_organisation_gets_an_account(rhumbline):
    code, out, err = rhumbline(
        "createowner",
        "Ada@Example.org",
        "--organisation",
        "corner-bakery",
        "--name",
        "Corner Bakery",
        said=f"{PASSWORD}\n",
    )
    assert (code, err) == (0, "")
    assert "Made the organisation corner-bakery" in out
    assert "Made an account for ada@example.org" in out
    assert User.objects.get(username="ada@example.org").check_password(PASSWORD)
    assert Membership.objects.get().role == "owner"
    assert Organisation.objects.get().name == "Corner Bakery"


def test_an_account_that_is_there_keeps_its_password(rhumbline, bakery):
    User.objects.create_user(username="ada@example.org", email="ada@example.org", password=PASSWORD)
    code, out, _ = rhumbline("createowner", "ada@example.org", "--organisation", "bakery", said="another\n")
    assert (code, "ada@example.org now owns bakery" in out) == (0, True)
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.parametrize(
    ("email", "key", "password", "code"),
    [
        ("ada", "bakery", PASSWORD, "no e-mail address"),
        ("ada@example.org", "Corner Bakery", PASSWORD, "part of an address"),
        ("ada@example.org", "corner_bakery", PASSWORD, "part of an address"),
        ("ada@example.org", "bakery", "secret", "too weak"),
        ("ada@example.org", "bakery", "ada@example.org", "too weak"),
        ("ada@example.org", "bakery", "", "too weak"),
    ],
)
def test_what_makes_no_account_is_refused(rhumbline, email, key, password, code):
    exit_code, out, err = rhumbline("createowner", email, "--organisation", key, said=f"{password}\n")
    assert (exit_code, out) == (2, "")
    assert code in err
    assert not User.objects.exists()
    assert not Organisation.objects.exists()


def test_a_password_is_never_an_option(rhumbline):
    assert rhumbline("createowner", "ada@example.org", "--organisation", "bakery", "--password", PASSWORD)[0] == 2


def test_a_forgotten_password_is_replaced_with_a_link(rhumbline, bakery):
    User.objects.create_user(username="ada@example.org", email="ada@example.org", password=PASSWORD)
    code, out, _ = rhumbline("resetpassword", "ada@example.org")
    assert code == 0
    path = re.search(r"http://127.0.0.1:8321(/enter/\S+)$", out).group(1)
    assert Client().get(path).status_code == 200
    assert path.rpartition("/")[2] not in str(list(User.objects.values()))
    assert rhumbline("resetpassword", "bob@example.org")[0] == 2


def test_a_password_can_be_replaced_on_the_spot(rhumbline):
    user = User.objects.create_user(username="ada@example.org", email="ada@example.org", password=PASSWORD)
    client = Client()
    client.force_login(user)
    code, out, _ = rhumbline("resetpassword", "ada@example.org", "--ask", said="four words without sense\n")
    assert (code, "signed out everywhere" in out) == (0, True)
    assert client.get("/").status_code == 302


# --- history ----------------------------------------------------------------------------------


def test_a_history_that_holds_is_told_with_its_last_hash(rhumbline, bakery):
    code, out, _ = rhumbline("audit", "verify")
    bakery.refresh_from_db()
    assert code == 0
    assert f"bakery: 1 change, nothing altered. Last change 1, {bakery.hash}." in out
    document = json.loads(rhumbline("audit", "verify", "bakery", "--json")[1])
    assert document["organisations"][0]["holds"] is True


def test_a_history_that_was_altered_is_told_with_the_place(rhumbline, bakery):
    record = Record.objects.filter(kind="initiative").first()
    Record.objects.filter(pk=record.pk).update(body=record.body.replace("name", "Name"))
    code, out, _ = rhumbline("audit", "verify")
    assert code == 1
    assert f"initiative {record.key}, written by change 1" in out
    document = json.loads(rhumbline("audit", "verify", "--json")[1])
    assert document["organisations"][0]["findings"][0]["code"] == "record-altered"


def test_the_changes_are_listed_the_last_ones_last(rhumbline, bakery):
    edit = {"edit": "set", "kind": "initiative", "key": "i1", "fields": {"name": "Fewer croissants"}}
    commit(system(bakery.pk), [edit], via="page", note="they did not sell")
    code, out, _ = rhumbline("audit", "log", "bakery")
    assert code == 0
    assert out.index("as it began") < out.index("they did not sell")
    assert "1 initiative" in out
    (change,) = json.loads(rhumbline("audit", "log", "--after", "1", "--json")[1])["changes"]
    assert (change["seq"], change["via"], change["entries"][0]["key"]) == (2, "page", "i1")


def test_an_organisation_has_to_be_there_and_named_where_there_are_several(rhumbline, bakery):
    assert rhumbline("audit", "verify", "nobody")[0] == 2
    Organisation.objects.create(key="another", name="Another", created=timezone.now())
    code, _, err = rhumbline("audit", "log")
    assert (code, "another and bakery" in err) == (2, True)


# --- doctor -----------------------------------------------------------------------------------


@pytest.fixture
def looks(bakery, settings, monkeypatch):
    """What the doctor finds in the database of this test, by name."""
    import dataclasses
    from datetime import UTC, datetime
    from pathlib import Path

    from django.db import connection

    from rhumbline.server import heartbeat
    from rhumbline.server.commands.ready import reach
    from rhumbline.server.condition import insides, surroundings

    configuration = dataclasses.replace(settings.CONFIGURATION, open_to=())
    if connection.vendor == "sqlite":
        database = dataclasses.replace(configuration.database, path=Path(connection.settings_dict["NAME"]))
        configuration = dataclasses.replace(configuration, database=database)
    caches["shared"].clear()
    heartbeat.beat(timezone.now())

    def found(now=None):
        home = configuration.home
        home.chmod(0o700)
        everything = [*surroundings(configuration), *insides(configuration, now or datetime.now(UTC), reach)]
        return {look.name: look for look in everything}

    return found


def test_everything_is_well(looks):
    assert {name: look.state.value for name, look in looks().items() if look.state != "ok"} == {}


def test_a_worker_that_is_silent_is_noticed(looks):
    from datetime import timedelta

    later = looks(timezone.now() + timedelta(minutes=2))
    assert (later["worker"].state, later["worker"].found) == ("warn", "worker_silent")
    caches["shared"].clear()
    assert looks()["worker"].found == "worker_never"


def test_an_altered_history_is_noticed(looks):
    Record.objects.filter(kind="initiative", key="i1").update(body="{}")
    look = looks()["chain"]
    assert (look.state, look.found, look.numbers["key"]) == ("fail", "chain_broken", "bakery")


def test_a_clock_that_went_back_is_noticed(looks, bakery):
    from datetime import timedelta

    look = looks(timezone.now() - timedelta(days=2))["clock"]
    assert (look.state, look.found) == ("warn", "clock_back")


def test_an_answer_that_waits_for_long_is_noticed(looks, bakery):
    from datetime import timedelta

    from rhumbline.store.models import Run

    created = timezone.now() - timedelta(hours=1)
    Run.objects.create(
        organisation=bakery,
        number=1,
        capability="plan",
        terms="{}",
        seq=1,
        book_sha="",
        actor="system",
        via="api",
        created=created,
    )
    assert (looks()["queue"].found, looks()["queue"].numbers["count"]) == ("queue_old", 1)


def test_tables_of_another_version_are_noticed(looks, monkeypatch):
    from rhumbline.server import health

    monkeypatch.setattr(health, "waiting_migrations", lambda: ["store.9999_later"])
    assert looks()["migrations"].state == "fail"


def test_every_remedy_belongs_to_something_that_is_found():
    from rhumbline.faces.words import catalogue

    codes = catalogue("en")
    remedies = {code.removeprefix("doctor.remedy.") for code in codes if code.startswith("doctor.remedy.")}
    assert remedies <= {code.removeprefix("doctor.found.") for code in codes if code.startswith("doctor.found.")}


# --- before there is anything -----------------------------------------------------------------


def test_the_doctor_looks_at_a_machine_without_a_server_and_changes_nothing(tmp_path):
    home = tmp_path / "home"
    with environment_of(home, DATABASE_URL="") as environment:
        environment.pop("RHUMBLINE_SECRET_KEY", None)
        done = typed(environment, "doctor")
    assert done.returncode == 0
    assert "rhumbline up makes it." in done.stdout
    assert not home.exists()


@pytest.mark.parametrize("word", ["up", "doctor", "migrate", "worker"])
def test_a_setting_that_cannot_be_meant_ends_with_its_name_and_remedy(tmp_path, word):
    with environment_of(tmp_path / "home", RHUMBLINE_RATE="often") as environment:
        done = typed(environment, word)
    assert done.returncode == (1 if word == "doctor" else 2)
    assert "RHUMBLINE_RATE" in done.stdout + done.stderr
    assert "digits" in done.stdout + done.stderr


def test_a_database_that_is_away_is_told_without_its_password(tmp_path):
    url = f"postgresql://somebody:Sesame@localhost/plans?host={tmp_path}"
    with environment_of(tmp_path / "home") as environment:
        done = typed({**environment, "DATABASE_URL": url}, "migrate")
        looked = typed({**environment, "DATABASE_URL": url}, "doctor")
    assert (done.returncode, looked.returncode) == (2, 1)
    assert "The database cannot be reached" in " ".join(done.stderr.split())
    assert "Sesame" not in done.stdout + done.stderr + looked.stdout + looked.stderr


def test_several_servers_on_one_database_must_be_given_a_key(tmp_path):
    with environment_of(tmp_path / "home") as environment:
        environment.pop("RHUMBLINE_SECRET_KEY", None)
        done = typed({**environment, "DATABASE_URL": "postgresql://localhost/plans"}, "worker")
    assert done.returncode == 2
    assert "RHUMBLINE_SECRET_KEY" in done.stderr


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with environment_of(tmp_path / "file" / "home", DATABASE_URL="") as environment:
        done = typed(environment, "migrate")
    assert done.returncode == 2
    assert "RHUMBLINE_HOME" in done.stderr


def test_migrate_brings_an_empty_database_up_to_date_and_says_when_it_is(tmp_path):
    with environment_of(tmp_path / "home") as environment:
        assert typed(environment, "migrate", "--check").returncode == 1
        assert "up to date" in " ".join(typed(environment, "migrate").stdout.split())
        done = typed(environment, "migrate", "--check")
        assert (done.returncode, "already" in done.stdout) == (0, True)
        for file in (tmp_path / "home").iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_without_the_server_the_commands_say_how_to_install_it(tmp_path):
    (tmp_path / "django.py").write_text("raise ImportError('No module named django')", encoding="utf-8")
    with environment_of(tmp_path / "home", DATABASE_URL="", PYTHONPATH=str(tmp_path)) as environment:
        done = typed(environment, "migrate")
        listed = typed(environment, "--help")
    assert done.returncode == 2
    assert "pip install 'rhumbline[server]'" in done.stderr
    assert (listed.returncode, "migrate" in listed.stdout) == (0, True)


def test_the_list_of_commands_loads_no_web_framework():
    code = "import sys; from rhumbline.faces.cli import run; from rhumbline.server.commands import add_to; run(['--help'], add_to)"
    import subprocess
    import sys

    printed = f"{code}; print(sorted(set(sys.modules) & {{'django', 'ninja', 'uvicorn', 'numpy', 'yaml'}}))"
    done = subprocess.run([sys.executable, "-c", printed], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


# --- there and back ---------------------------------------------------------------------------


def test_a_backup_is_restored_into_another_server_with_every_history(tmp_path, bakery_file):
    archive = tmp_path / "monday.archive"
    with serving(tmp_path, bakery_file) as server:
        kept = typed(server.environment, "backup", archive)
        assert (kept.returncode, kept.stderr) == (0, "")
        assert "1 organisation with 2 changes" in kept.stdout.replace("\xa0", " ")
        assert stat.S_IMODE(archive.stat().st_mode) == 0o600
        again = typed(server.environment, "backup", archive)
        assert (again.returncode, "--force" in again.stderr) == (2, True)
        assert typed(server.environment, "restore", archive).returncode == 2
        before = typed(server.environment, "audit", "verify").stdout
    with environment_of(tmp_path / "another") as environment:
        restored = typed(environment, "restore", archive)
        assert (restored.returncode, restored.stderr) == (0, "")
        assert typed(environment, "audit", "verify").stdout == before
        assert typed(environment, "restore", archive, "--replace").returncode == 0
        assert typed(environment, "restore", tmp_path / "nowhere").returncode == 2
        (tmp_path / "other").write_text("something else", encoding="utf-8")
        refused = typed(environment, "restore", tmp_path / "other", "--replace")
        assert (refused.returncode, "rhumbline backup" in " ".join(refused.stderr.split())) == (2, True)
