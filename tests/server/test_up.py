"""``rhumbline up``: one command from nothing to a page."""

import json
import os
import re
import select
import signal
import socket
import stat
import subprocess

import pytest
from tests.server.conftest import PATIENCE, Server, environment_of, serving, typed

on_postgres = os.environ.get("DATABASE_URL", "").startswith("postgres")


def workers_of(server):
    """The processes below a server, by what the system knows of them."""
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(server.process.pid)], capture_output=True, text=True, check=False
    )
    return [int(word) for word in found.stdout.split()]


def ended(process):
    """Wait until a process that is not ours has ended."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], PATIENCE)[0])
    finally:
        os.close(descriptor)


def test_from_nothing_to_a_page_and_back(tmp_path, bakery_file):
    with serving(tmp_path, bakery_file) as server:
        home = tmp_path / "home"
        assert "corner-bakery: 63" in "".join(server.said).replace("\xa0", " ")
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        if not on_postgres:
            assert stat.S_IMODE((home / "secret-key").stat().st_mode) == 0o600
            assert stat.S_IMODE((home / "rhumbline.sqlite3").stat().st_mode) == 0o600

        # Nobody sees anything before signing in, and the link works once.
        assert server.ask("/").headers["Location"].startswith("/sign-in")
        cookies = {}
        assert server.ask(server.enter, cookies=cookies).headers["Location"] == "/"
        assert server.ask(server.enter, cookies={}).status == 404
        page = server.ask("/", cookies=cookies)
        assert "Crumb &amp; Co." in page.text
        assert "Alignment 11 (up to 12) of 100" in page.text
        report = server.ask("/organisations/corner-bakery/", cookies=cookies)
        assert report.status == 200
        assert "<title>" in report.text

        # A stranger's page that points its own name at this server gets nothing.
        assert server.ask("/", cookies=cookies, headers={"Host": "evil.example"}).status == 400
        assert server.ask("/healthz", headers={"Host": "10.0.0.7"}).text == '{"status": "ok"}'
        assert server.ask("/metrics").status == 404

        (worker,) = workers_of(server)
        os.kill(worker, signal.SIGKILL)
        assert server.process.stdout.readline() == "The worker ended by itself; a new one is started.\n"
        assert server.end() == (0, "Ended.\n")

        # What is there stays, and is not read again.
        with Server(server.environment, tmp_path, bakery_file) as again:
            assert "is there already" in " ".join("".join(again.said).split())
            assert again.ask(again.enter, cookies={}).status == 302
            assert again.end(signal.SIGTERM)[0] == 0


def test_a_worker_does_not_outlive_a_server_that_was_killed(tmp_path):
    with serving(tmp_path) as server:
        (worker,) = workers_of(server)
        server.process.kill()
        server.process.wait(PATIENCE)
        assert ended(worker)


def test_a_port_that_is_taken_is_told_with_another_that_is_free(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other, environment_of(tmp_path / "home") as environment:
        port = other.getsockname()[1]
        done = typed(environment, "up", "--no-open", "--port", port)
    assert done.returncode == 2
    assert re.search(rf"uses port {port} already.*rhumbline up --port \d+", " ".join(done.stderr.split()))
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])  # noqa: S104 - that is what is refused
def test_others_can_reach_it_only_under_a_name_that_was_given(tmp_path, host):
    with environment_of(tmp_path / "home") as environment:
        done = typed(environment, "up", "--no-open", "--port", 0, "--host", host)
    assert done.returncode == 2
    assert "RHUMBLINE_HOSTS" in done.stderr


def test_where_others_can_reach_it_nobody_gets_in_by_a_link(tmp_path, bakery_file):
    with serving(tmp_path, bakery_file, RHUMBLINE_HOSTS="plans.example.org") as server:
        assert server.enter is None
        done = typed(
            server.environment, "createowner", "Owner@Example.org", "--organisation", "corner-bakery",
            said="correct horse battery staple\n",
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        assert "owner@example.org" in done.stdout
        done = typed(server.environment, "doctor", "--json")
        assert done.returncode == 0
        states = {look["name"]: look["state"] for look in json.loads(done.stdout)["checks"]}
        assert states.pop("way") == "warn"
        assert set(states.values()) == {"ok"}
