"""Whatever is sent, what comes back is an answer or a problem document, and never anything of the inside."""

import dataclasses
import json

import pytest
from tests.faces.api.conftest import PREFIX, Caller
from tests.faces.api.walking import faults

from rhumbline.book.authority import AccessRole
from rhumbline.faces.api.problems import MEDIA_TYPE

pytestmark = pytest.mark.django_db


def is_problem(response, status, code):
    assert (response.status_code, response.said and response.said["code"]) == (status, code), response.content[:300]
    assert response.headers["Content-Type"] == MEDIA_TYPE
    assert faults({"$ref": "#/components/schemas/Problem"}, response.said) == []
    return True


# --- addresses and methods --------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v2/organisations",
        "/api/v1/nonsense",
        "/api/v1/docs",
        "/api/v1/organisations/",
        "/api/v1/organisations/bakery/kinds/",
        "/api/v1/organisations//book",
        "/api/v1/organisations/bakery/kinds/kpi/a/b",
        "/api/v1/%2e%2e/",
        "/api/v1/organisations/bakery/../x",
        "/api/v1/organisations/%00/book",
        "/api/v1/organisations/b%C3%A4kery/book",
        "/api/v1/organisations/bakery/kinds/kpi/%00",
        "/api/v1/organisations/bakery/kinds/kpi/%ff",
        "/api/v1/organisations/bakery/runs/99999999999999999999999",
    ],
)
def test_an_address_that_nothing_has_is_not_found_in_the_same_words(owner, path):
    for method in ("GET", "POST", "PUT", "DELETE"):
        nothing_there(owner, method, path)


def nothing_there(owner, method, path):
    response = owner.send(method, path, {})
    if method == "PUT" and "/kpi/%" in path:
        # A record may be made there, though not with such a key.
        assert response.said["findings"][0]["code"] == "malformed"
    elif response.status_code != 405:
        assert is_problem(response, 404, "not-found")
        assert response.content == owner.get("/kinds/kpi/none").content


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/changes", "GET"),
        ("POST", "/kinds/initiative", "GET"),
        ("PUT", "/kinds/measurement", "GET"),
        ("POST", "/kinds/initiative/i1", "PATCH"),
        ("OPTIONS", "/book", "GET"),
        ("TRACE", "/book", "GET"),
        ("GET", "/answers/score", "POST"),
        ("NONSENSE", "/book", "GET"),
    ],
)
def test_a_method_that_an_address_does_not_take_is_refused_with_those_it_takes(owner, method, path, allowed):
    response = owner.send(method, path)
    assert is_problem(response, 405, "method-not-allowed")
    assert allowed in response.headers["Allow"]


def test_head_is_a_get_without_its_body(owner):
    whole, head = owner.get("/book"), owner.send("HEAD", "/book")
    assert (head.status_code, head.headers["ETag"]) == (200, whole.headers["ETag"])


def test_a_name_this_server_does_not_answer_to_is_a_problem_too(owner):
    response = owner.get("/book", Host="evil.example")
    assert is_problem(response, 400, "bad-request")


# --- bodies -----------------------------------------------------------------------------------

HOSTILE = {
    "not UTF-8": (b'{"name": "\xff"}', "not-utf-8"),
    "UTF-16": ('{"name": "x"}'.encode("utf-16"), "not-utf-8"),
    "latin-1": ('{"name": "Café"}'.encode("latin-1"), "not-utf-8"),
    "no JSON": (b"name=x", "not-json"),
    "half": (b'{"name": ', "not-json"),
    "two": (b"{} {}", "not-json"),
    "trailing comma": (b'{"name": "x",}', "not-json"),
    "comment": (b'{"name": "x"} // y', "not-json"),
    "single quotes": (b"{'name': 'x'}", "not-json"),
    "nothing": (b"   ", "empty"),
    "NUL": (b'{"name": "x"}\0', "not-json"),
    "twice the same name": (b'{"name": "x", "name": "y"}', "duplicate-field"),
    "deep": (b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too-deep"),
    "open and never closed": (b"[" * 100_000, "too-deep"),
    "NaN": (b'{"progress": NaN}', "not-a-number"),
    "infinity": (b'{"progress": -Infinity}', "not-a-number"),
    "1e999": (b'{"progress": 1e999}', "not-a-number"),
    "many digits": (b'{"progress": ' + b"9" * 5000 + b"}", "too-large"),
    "a list": (b"[]", "wrong-type"),
    "a number": (b"5", "wrong-type"),
    "null": (b"null", "missing-value"),
    "half a character": (b'{"name": "\\ud800"}', "malformed"),
    "NUL in a text": (b'{"name": "a\\u0000b"}', "malformed"),
    "too long a text": (b'{"name": "' + b"x" * 100_000 + b'"}', "too-long"),
    "a mapping for a text": (b'{"name": {"$gt": ""}}', "wrong-type"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_body_has_findings(firm, owner, what):
    data, code = HOSTILE[what]
    before = firm.seq
    response = owner.send("PATCH", "/kinds/initiative/i1", data=data)
    assert is_problem(response, 422, "refused")
    assert response.said["findings"][0]["code"] == code
    assert firm.seq == before
    json.loads(response.content)


def test_a_mark_at_the_beginning_of_the_text_does_no_harm(owner):
    assert owner.send("PATCH", "/kinds/initiative/i1", data=b'\xef\xbb\xbf{"name": "X"}').status_code == 200


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin-1",
        "application/xml",
        "json",
        "application/jsonp",
    ],
)
def test_only_json_is_taken(firm, owner, kind):
    before = firm.seq
    response = owner.send("PATCH", "/kinds/initiative/i1", {"name": "X"}, kind=kind)
    assert is_problem(response, 415, "unsupported-media-type")
    assert firm.seq == before


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
        "application/merge-patch+json",
        "APPLICATION/JSON",
    ],
)
def test_json_may_be_called_in_several_ways(owner, kind):
    assert owner.send("PATCH", "/kinds/initiative/i1", {"name": "X"}, kind=kind).status_code == 200


def test_a_body_may_be_as_large_as_the_server_says(firm, owner, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = owner.patch("/kinds/initiative/i1", {"name": "x" * 2000})
    assert is_problem(response, 413, "too-large")


# --- headers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "Authorization",
        "If-Match",
        "If-None-Match",
        "Idempotency-Key",
        "Accept",
        "Content-Encoding",
        "X-HTTP-Method-Override",
        "Range",
        "Expect",
        "Cookie",
    ],
)
def test_an_odd_header_breaks_nothing(owner, header):
    for value in ("x" * 5000, "\x7f", '"', ",,,,", "*", "é", "\u2603".encode().decode("latin-1"), "", "a: b"):
        read = owner.send("GET", "/kinds/initiative/i1", **{header: value})
        write = owner.send("PATCH", "/kinds/initiative/i1", {"name": "X"}, **{header: value})
        assert {read.status_code, write.status_code} <= {200, 304, 401, 412, 422}, value


# --- faults of ours ---------------------------------------------------------------------------


def test_a_fault_of_ours_tells_a_number_and_nothing_else(firm, monkeypatch):
    from rhumbline.faces.api import organisations

    def broken(*_):
        raise ZeroDivisionError("the secret is 4711")

    owner = firm.caller()
    monkeypatch.setattr(organisations, "about", broken)
    owner.client.raise_request_exception = False
    response = owner.get("")
    assert is_problem(response, 500, "internal-fault")
    assert response.said["request"] == response.headers["X-Request-ID"]
    assert b"4711" not in response.content
    assert b"ZeroDivision" not in response.content


def test_a_database_that_cannot_be_used_is_said_so(firm, monkeypatch):
    from django.db import OperationalError

    from rhumbline.faces.api import organisations

    def locked(*_):
        raise OperationalError("database is locked: /var/lib/secret.sqlite3")

    owner = firm.caller()
    monkeypatch.setattr(organisations, "about", locked)
    response = owner.get("")
    assert is_problem(response, 503, "database-unavailable")
    assert response.headers["Retry-After"] == "5"
    assert b"secret" not in response.content


@pytest.mark.parametrize(("full", "status", "code"), [(True, 507, "disk-full"), (False, 503, "database-unavailable")])
def test_a_disk_that_takes_nothing_in_is_said_so(firm, monkeypatch, full, status, code):
    from rhumbline.store import committing
    from rhumbline.store.refusing import CannotSave

    def locked(*_):
        raise CannotSave(full=full)

    owner = firm.caller()
    monkeypatch.setattr(committing, "locked", locked)
    response = owner.patch("/kinds/initiative/i1", {"name": "New"})
    assert is_problem(response, status, code)
    assert "Nothing of this was saved" in response.json()["detail"]


# --- how often --------------------------------------------------------------------------------


@pytest.fixture
def rate(settings):
    def at(number):
        settings.CONFIGURATION = dataclasses.replace(settings.CONFIGURATION, rate=number)

    return at


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes on when it is told to."""
    from rhumbline.faces.api import serving
    from rhumbline.faces.api.limits import Buckets

    class Clock:
        now = 0.0

        def __call__(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(serving, "BUCKETS", Buckets(clock))
    return clock


def test_whoever_asks_too_often_is_told_when_to_come_back(owner, rate, clock):
    rate(3)
    for left in (2, 1, 0):
        response = owner.get("")
        assert response.status_code == 200
        assert response.headers["RateLimit"].startswith(f'"minute";r={left};')
        assert response.headers["RateLimit-Policy"] == '"minute";q=3;w=60'
    assert is_problem(owner.get(""), 429, "too-many-requests")
    assert owner.get("").headers["Retry-After"] == "20"
    clock.now = 19.0
    assert owner.get("").headers["Retry-After"] == "1"
    clock.now = 20.0
    assert owner.get("").status_code == 200
    assert owner.get("").status_code == 429
    clock.now = 1000.0
    assert [owner.get("").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_one_caller_does_not_use_up_what_another_may_ask(firm, owner, rate, clock):
    rate(1)
    assert [owner.get("").status_code for _ in range(2)] == [200, 429]
    assert firm.caller(AccessRole.LEAD).get("").status_code == 200
    assert firm.signed_in().get("").status_code == 200
    assert firm.caller(AccessRole.GUEST).get("").status_code == 200


def test_whoever_guesses_tokens_is_stopped_by_their_address(firm, rate, clock):
    rate(2)
    guesses = [Caller(firm.place, bearer=f"rhl_guess{number}").get("").status_code for number in range(4)]
    assert guesses == [401, 401, 429, 429]
    assert firm.caller().get("").status_code == 200


def test_what_anybody_may_ask_is_counted_by_address(client, rate, clock):
    rate(2)
    assert [client.get(f"{PREFIX}/kinds").status_code for _ in range(3)] == [200, 200, 429]


def test_no_limit_is_no_limit(owner, rate, clock):
    rate(0)
    responses = [owner.get("") for _ in range(5)]
    assert {response.status_code for response in responses} == {200}
    assert not any("RateLimit" in response.headers for response in responses)


def test_callers_that_are_many_do_not_fill_the_memory():
    from rhumbline.faces.api import limits

    buckets = limits.Buckets(lambda: 0.0)
    for number in range(limits._MOST_CALLERS + 10):
        buckets.take(f"address:{number}", 5)
    assert len(buckets._buckets) == limits._MOST_CALLERS


# --- what every answer says -------------------------------------------------------------------


def test_no_answer_may_be_kept_for_somebody_else(owner, firm):
    for response in (owner.get("/book"), owner.get("/kinds/kpi/none"), Caller(firm.place).get("")):
        assert response.headers["Vary"] == "Authorization, Cookie" or "Cookie" in response.headers["Vary"]
        assert "private" in response.headers["Cache-Control"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in response.headers
