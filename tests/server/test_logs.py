"""The log says what happened, and neither a secret nor anything about a person."""

import json
import logging
import re

import pytest
from django.core.signals import got_request_exception
from django.test import Client, RequestFactory
from tests.server.conftest import serving, typed

from rhumbline.server.logs import Heard, JsonLines, Text, logging_of, requests


def line(logger, message, *values, form=JsonLines, error=None, **more):
    exc_info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(logger, logging.WARNING, __file__, 1, message, values, exc_info)
    vars(record).update(more)
    return form().format(record)


def test_a_line_is_one_json_object():
    said = json.loads(line("rhumbline.worker", "worker %s", "ended", fields={"run": 3}))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", said.pop("time"))
    assert said == {"level": "warning", "logger": "rhumbline.worker", "message": "worker ended", "run": 3}


def test_what_others_log_is_written_without_its_values():
    assert json.loads(line("psycopg.pool", "no connection for %r", "Ada"))["message"] == "no connection for %r"


def test_a_fault_says_where_it_happened_and_quotes_nobodys_data():
    try:
        int("Ada's salary is 4711")
    except ValueError as error:
        said = line("rhumbline.faults", "a fault", error=error)
        text = line("rhumbline.faults", "a fault", error=error, form=Text)
    assert "builtins.ValueError" in said
    assert "test_logs.py" in said
    assert "test_a_fault_says_where" in text
    assert "4711" not in said + text


def test_text_is_one_line_for_each_event_whatever_it_holds():
    assert "\n" not in line("rhumbline.worker", "first\nsecond", form=Text)


@pytest.fixture
def heard(monkeypatch):
    """The lines of our own loggers, as they are written."""
    lines = []

    class Keep(logging.Handler):
        def emit(self, record):
            lines.append(self.format(record))

    keep = Keep()
    keep.setFormatter(JsonLines())
    keep.addFilter(Heard())
    logger = logging.getLogger("rhumbline")
    logger.addHandler(keep)
    monkeypatch.setattr(logger, "level", logging.INFO)
    yield lines
    logger.removeHandler(keep)


def test_a_request_is_told_by_the_pattern_of_its_address(heard, db):
    answer = Client().get("/enter/Sesame?email=ada@example.org", headers={"X-Request-ID": "Sesame"})
    (said,) = map(json.loads, heard)
    assert said["route"] == "/enter/<str:secret>"
    assert said["request"] == answer.headers["X-Request-ID"] != "Sesame"
    assert (said["method"], said["status"]) == ("GET", 404)
    assert "Sesame" not in "".join(heard)
    assert "ada" not in "".join(heard)


def test_an_anonymous_entry_leaves_no_line_even_when_we_fail(heard):
    request = RequestFactory().post("/api/v1/organisations/bakery/anonymous/feedback", {"text": "the boss shouts"})

    def fails(request):
        logging.getLogger("rhumbline.store").warning("something else that tells when")
        try:
            int("the boss shouts")
        except ValueError:
            got_request_exception.send(sender=None, request=request)
            raise

    with pytest.raises(ValueError, match="shouts"):
        requests(fails)(request)
    (said,) = map(json.loads, heard)
    assert said["message"] == "a fault while an anonymous entry was taken in"
    assert set(said) == {"time", "level", "logger", "message"}


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_whatever_the_level_neither_django_nor_the_server_write_addresses_down(level):
    loggers = logging_of(level, "json")["loggers"]
    for name in ("django", "uvicorn.access"):
        assert loggers[name] == {"handlers": [], "propagate": False, "level": "CRITICAL"}


def use_the_api(server, cookies):
    """Ask it what it answers and what it refuses, with names and secrets everywhere; return the token of a program."""
    at = "/api/v1/organisations/corner-bakery"
    page = {"X-CSRFToken": cookies["rhumbline_csrf"], "Content-Type": "application/json"}

    def post(path, body, headers):
        sent = {"Content-Type": "application/json", **headers}
        return server.ask(at + path, method="POST", body=json.dumps(body), headers=sent, cookies=dict(cookies))

    assert post("/members", {"email": "private@example.org", "role": "member"}, page).status == 201
    (owner, _) = json.loads(server.ask(f"{at}/members", cookies=dict(cookies)).text)["items"]
    made = post("/tokens", {"member": owner["number"], "name": "PrivateName", "scopes": ["read", "write"]}, page)
    secret = json.loads(made.text)["secret"]
    program = {"Authorization": f"Bearer {secret}"}
    edit = {"edit": "set", "kind": "initiative", "key": "i1", "fields": {"name": "PrivateInitiative"}}
    assert post("/changes", {"edits": [edit], "note": "PrivateNote"}, program).status == 200
    assert post("/changes", {"edits": [{**edit, "fields": {"owner": "PrivateOwner"}}]}, program).status == 422
    assert post("/changes", {"edits": "PrivateEdits"}, program).status == 422
    assert server.ask(f"{at}/book?at=PrivateMoment", headers=program).status == 422
    assert server.ask(f"{at}/kinds/initiative/PrivateKey", headers=program).status == 404
    assert server.ask(f"{at}/changes", method="POST", body='{"PrivateBody', headers={**program, **page}).status == 422
    assert server.ask(f"{at}/book", headers={"Authorization": "Bearer rhl_PrivateToken"}).status == 401
    said = {"key": "f1", "about": "i1", "text": "PrivateFeedback"}
    server.ask(f"{at}/anonymous/feedback", method="POST", body=json.dumps(said), headers=page, cookies=dict(cookies))
    return secret


def test_no_secret_and_nothing_about_a_person_reaches_the_log(tmp_path, bakery_file):
    with serving(tmp_path, bakery_file, RHUMBLINE_LOG="debug") as server:
        cookies = {}
        server.ask(server.enter, cookies=cookies)
        server.ask("/", cookies=cookies)
        server.ask("/organisations/corner-bakery/?q=PrivateQuery", cookies=cookies)
        page = server.ask("/sign-in", cookies=(stranger := {}))
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text).group(1)
        form = {"csrfmiddlewaretoken": token, "email": "ada@example.org", "password": "PrivatePassword", "next": "/"}
        assert server.ask("/sign-in", cookies=stranger, form=form).status == 403
        assert server.ask("/sign-in", form=form).status == 403  # without the cookie of the form
        link = typed(server.environment, "resetpassword", "owner@localhost").stdout.rpartition("/enter/")[2].strip()
        assert server.ask(f"/enter/{link}").status == 200
        bearer = {"Authorization": "Bearer rhl_PrivateToken"}
        for path in ("/PrivatePath/ada@example.org", "/organisations/private-organisation/", "/enter/PrivateLink"):
            server.ask(path, headers=bearer, cookies=dict(cookies))
        server.ask(
            "/", headers={"Host": "private-host.example", "User-Agent": "PrivateAgent", "Referer": "PrivatePage"}
        )
        token_of_a_program = use_the_api(server, cookies)
        server.ask("/api/v1/PrivatePath/ada@example.org", headers=bearer)
        server.end()
        log = server.log.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in log.splitlines()]
    statuses = {one["status"] for one in lines if one["message"] == "answered"}
    assert statuses >= {200, 201, 302, 400, 401, 403, 404, 422}
    secrets = [*cookies.values(), *stranger.values(), token, link, server.enter.rpartition("/")[2], token_of_a_program]
    secrets += ["Private", "private", "ada@", "owner@", "rhl_"]
    assert [secret for secret in secrets if secret in log] == []
    assert "127.0.0.1" not in log
    assert "anonymous" not in log
