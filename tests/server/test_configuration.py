"""What the environment says about a server: every value that cannot be meant is refused with its remedy."""

import re
from pathlib import Path

import pytest

from rhumbline.faces.refusals import Refusal
from rhumbline.server.configuration import VARIABLES, read_configuration, written

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "reference" / "settings.md"
SECRET = "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdef"  # noqa: S105 - long enough, and no secret
EMPTY = {"HOME": "nowhere"}


def refused(variable, value, **more):
    with pytest.raises(Refusal) as caught:
        read_configuration({variable: value, **more})
    (finding,) = caught.value.findings
    assert finding.where == variable
    assert finding.message
    assert finding.remedy
    return finding


def test_nothing_has_to_be_set(tmp_path):
    found = read_configuration({"XDG_DATA_HOME": str(tmp_path)})
    assert found.home == tmp_path / "rhumbline"
    assert found.database.path == tmp_path / "rhumbline" / "rhumbline.sqlite3"
    assert found.hosts == ("localhost", "127.0.0.1", "[::1]")
    assert found.open_to == ()
    assert (found.secret, found.url, found.encrypted, found.level, found.form) == ("", "", False, "info", None)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("RHUMBLINE_HOME", "here"),
        ("DATABASE_URL", "mysql://somebody:Sesame@host/name"),
        ("DATABASE_URL", "postgresql://somebody:Sesame@host:many/name"),
        ("DATABASE_URL", "postgresql://somebody:Sesame@host"),
        ("DATABASE_URL", "sqlite://relative.sqlite3"),
        ("DATABASE_URL", "Sesame"),
        ("RHUMBLINE_SECRET_KEY", "Sesame"),
        ("RHUMBLINE_SECRET_KEY", "Sesa" * 20),
        ("RHUMBLINE_METRICS_TOKEN", "Sesame"),
        ("RHUMBLINE_URL", "plans.example.org"),
        ("RHUMBLINE_URL", "https://plans.example.org/below"),
        ("RHUMBLINE_URL", "https://somebody:else@plans.example.org"),
        ("RHUMBLINE_URL", "https://"),
        ("RHUMBLINE_URL", "https://plans.example.org:many"),
        ("RHUMBLINE_HOSTS", "*"),
        ("RHUMBLINE_HOSTS", "plans.example.org,*.example.org"),
        ("RHUMBLINE_HOSTS", "https://plans.example.org"),
        ("RHUMBLINE_LOG", "chatty"),
        ("RHUMBLINE_LOG_FORM", "xml"),
        ("RHUMBLINE_BODY_LIMIT", "10 MB"),
        ("RHUMBLINE_BODY_LIMIT", "10"),
        ("RHUMBLINE_RATE", "-1"),
        ("RHUMBLINE_RATE", "٣"),
        ("RHUMBLINE_SIGN_IN_RATE", "often"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_without_giving_a_secret_away(variable, value):
    finding = refused(variable, value)
    assert "Sesa" not in finding.message + finding.remedy


def test_a_key_is_read_from_a_file_that_has_to_be_there(tmp_path):
    file = tmp_path / "key"
    refused("RHUMBLINE_SECRET_KEY_FILE", str(file))
    file.write_text("short\n", encoding="utf-8")
    refused("RHUMBLINE_SECRET_KEY_FILE", str(file))
    file.write_bytes(b"\xff\xfe")
    refused("RHUMBLINE_SECRET_KEY_FILE", str(file))
    file.write_text(f"{SECRET}\n", encoding="utf-8")
    assert read_configuration({"RHUMBLINE_SECRET_KEY_FILE": str(file)}).secret == SECRET


def test_nothing_that_is_printed_shows_a_secret(tmp_path):
    found = read_configuration(
        {
            "RHUMBLINE_SECRET_KEY": SECRET,
            "RHUMBLINE_METRICS_TOKEN": SECRET,
            "DATABASE_URL": f"postgresql://somebody:{SECRET}@host/name",
        }
    )
    assert SECRET not in repr(found)


def test_postgresql_is_found_by_host_or_by_socket():
    found = read_configuration({"DATABASE_URL": "postgresql://me:p%40ss@db.example.org:5433/plans?sslmode=require"})
    database = found.database
    assert (database.user, database.password, database.host, database.port) == ("me", "p@ss", "db.example.org", "5433")
    assert (database.name, database.options, database.path) == ("plans", (("sslmode", "require"),), None)
    assert read_configuration({"DATABASE_URL": "postgres://me@/plans?host=/run/pg"}).database.host == "/run/pg"


def test_the_name_in_the_address_is_answered_to():
    found = read_configuration(
        {"RHUMBLINE_URL": "https://Plans.example.org:8443/", "RHUMBLINE_HOSTS": "plans, 10.0.0.7"}
    )
    assert found.url == "https://Plans.example.org:8443"
    assert found.encrypted
    assert found.open_to == ("plans", "10.0.0.7", "plans.example.org")
    assert set(found.open_to) < set(found.hosts)


def test_the_reference_page_names_every_variable_and_says_what_the_program_says():
    page = PAGE.read_text(encoding="utf-8")
    assert written() in page, "run: python docs/make.py"
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    read = set(re.findall(r"RHUMBLINE_[A-Z_]+[A-Z]", sources)) | {"DATABASE_URL"}
    assert read == set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE))
    assert {variable.name for variable in VARIABLES} <= read
