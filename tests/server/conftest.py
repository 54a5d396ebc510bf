"""A whole server in a process of its own, as somebody starts it, and what it takes to speak with it."""

import http.client
import os
import re
import secrets
import signal
import subprocess
import sys
from contextlib import contextmanager
from urllib.parse import urlencode, urlsplit

import pytest

from rhumbline.faces.file_commands import companies

PATIENCE = 60


@contextmanager
def database_of_its_own():
    """An empty database where the tests run on PostgreSQL; with SQLite the folder of the server is enough."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield {}
        return
    import psycopg

    name = f"server_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield {"DATABASE_URL": urlsplit(url)._replace(path=f"/{name}").geturl()}
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def environment_of(home, **more):
    """What a server of its own finds in its surroundings: nothing of those of the tests."""
    with database_of_its_own() as database:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("RHUMBLINE_", "DJANGO_"))}
        clean.pop("DATABASE_URL", None)
        # Several servers may share a PostgreSQL, so there the key is never made by itself.
        key = {"RHUMBLINE_SECRET_KEY": secrets.token_urlsafe(48)} if database else {}
        yield {**clean, "RHUMBLINE_HOME": str(home), "PYTHONUNBUFFERED": "1", **database, **key, **more}


def typed(environment, *words, said=None):
    """Run a command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "rhumbline", *map(str, words)],
        env=environment,
        input=said,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


class Server:
    """``rhumbline up`` in a process of its own."""

    def __init__(self, environment, folder, *words):
        self.environment = environment
        self.log = folder / "log.txt"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "rhumbline", "up", "--no-open", "--port", "0", *map(str, words)],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.said = []
        for line in self.process.stdout:
            self.said.append(line)
            if "Ctrl-C" in line:
                break
        else:
            raise AssertionError(f"it did not start: {''.join(self.said)}{self.log.read_text()}")
        self.url = re.search(r"serves at (\S+)", "".join(self.said)).group(1)
        found = re.search(r"(/enter/\S+)", "".join(self.said))
        self.enter = found.group(1) if found else None

    def ask(self, path, *, method="GET", cookies=None, headers=None, form=None, body=None):
        """Send one request and return the answer with its body read."""
        place = urlsplit(self.url)
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=PATIENCE)
        sent = dict(headers or {})
        if cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        if form is not None:
            method, body = "POST", urlencode(form)
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            answer.text = answer.read().decode()
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, rest = line.partition("=")
            if cookies is not None:
                cookies[name] = rest.partition(";")[0]
        return answer

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.end()
        self.process.stdout.close()

    def end(self, how=signal.SIGINT):
        """End it, and return its exit code and whatever it still said."""
        self.process.send_signal(how)
        rest, _ = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, rest


@contextmanager
def serving(folder, *words, **more):
    """A server with a folder of its own, ended whatever happens."""
    with environment_of(folder / "home", **more) as environment, Server(environment, folder, *words) as server:
        yield server


@pytest.fixture
def bakery_file(tmp_path):
    path = tmp_path / "Corner Bakery.yaml"
    path.write_bytes(companies()["bakery"].read_bytes())
    return path
