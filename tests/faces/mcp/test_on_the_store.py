"""An assistant that asks a server: the SDK's own client speaks to the whole application, as over the network."""

import json
import logging
import threading
from contextlib import asynccontextmanager
from datetime import timedelta
from types import SimpleNamespace

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

import rhumbline
from rhumbline.book.authority import AccessRole
from rhumbline.book.findings import UnknownRecord
from rhumbline.faces.file_commands import companies
from rhumbline.faces.mcp.tools import PREFIX

pytestmark = pytest.mark.django_db(transaction=True)

DAY = "2026-11-23"
RENAME = {"edit": "set", "kind": "initiative", "key": "i2", "fields": {"name": "Two vans"}}
CHEAPER = {"edit": "set", "kind": "initiative", "key": "i2", "fields": {"cash": [9000, 3000, 1000]}}
EVERYTHING = ("read", "propose", "write")


class Caller:
    """Calls tools at /mcp with a token."""

    def __init__(self, secret, **headers):
        self.headers = {"Authorization": f"Bearer {secret}", **headers}

    @asynccontextmanager
    async def http(self):
        from rhumbline.server.asgi import application

        transport = httpx2.ASGITransport(application)
        async with httpx2.AsyncClient(transport=transport, base_url="http://testserver", headers=self.headers) as http:
            yield http

    def do(self, work, mode="auto"):
        async def connected():
            async with self.http() as http:
                wire = streamable_http_client("http://testserver/mcp", http_client=http)
                async with Client(wire, mode=mode) as client:
                    return await work(client)

        return anyio.run(connected)

    def tools(self):
        return {tool.name.removeprefix(PREFIX) for tool in self.do(lambda client: client.list_tools()).tools}

    def call(self, tool, /, mode="auto", **arguments):
        return self.do(lambda client: client.call_tool(f"{PREFIX}{tool}", arguments), mode)

    def ask(self, tool, /, mode="auto", **arguments):
        result = self.call(tool, mode, **arguments)
        assert not result.is_error, result.content[0].text
        return result.structured_content

    def refused(self, tool, /, **arguments):
        result = self.call(tool, **arguments)
        assert result.is_error, result.structured_content
        return [found["code"] for found in result.structured_content["input"]]

    def post(self, content=b"{}", path="/mcp", method="POST", **headers):
        async def sent():
            async with self.http() as http:
                told = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **headers}
                return await http.request(method, path, content=content, headers=told)

        return anyio.run(sent)


class Firm:
    """An organisation with the Book of an example company, and tokens for every role."""

    def __init__(self, company="bakery"):
        from rhumbline.store.actors import system
        from rhumbline.store.committing import bring_in, found

        self.organisation = found(company, company)
        self.server = system(self.organisation.pk, company)
        bring_in(self.server, rhumbline.read_book(companies()[company]).book, via="import")

    def secret(self, role=AccessRole.OWNER, scopes=EVERYTHING):
        from django.utils import timezone

        from rhumbline.store import access
        from rhumbline.store.actors import Scope
        from rhumbline.store.models import Membership

        expires = timezone.now() + timedelta(days=1)
        if role is AccessRole.GUEST:
            return access.make_link(self.server, "A guest", expires, via="page")[1]
        user = access.account(f"{role.value}@{self.organisation.key}.example")
        member, _ = Membership.objects.get_or_create(
            organisation=self.organisation, user=user, defaults={"role": role.value}
        )
        named = [Scope(scope) for scope in scopes]
        return access.make_token(self.server, member.pk, "Assistant", named, expires, via="page")[1]

    def assistant(self, role=AccessRole.OWNER, scopes=EVERYTHING, **headers):
        return Caller(self.secret(role, scopes), **headers)

    def commit(self, *edits):
        from rhumbline.store.committing import commit

        return commit(self.server, list(edits), via="api")

    @property
    def book(self):
        from rhumbline.store import reading

        reading.forget()
        return reading.book(self.organisation.pk)


@pytest.fixture(autouse=True)
def nothing_remembered(db):
    from rhumbline.faces.api import answers, seeing
    from rhumbline.faces.api.limits import BUCKETS
    from rhumbline.store import reading

    for forget in (answers.forget, seeing.forget, reading.forget, BUCKETS.forget):
        forget()


@pytest.fixture
def firm():
    return Firm()


# --- asking -----------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_every_question_gives_the_document_of_the_command_line(firm, mode):
    own = firm.assistant()
    assert own.ask("score", mode, as_of=DAY) == rhumbline.score(firm.book, as_of=DAY).document
    kinds = own.ask("kinds", mode)
    assert kinds["may_propose"] is True
    assert kinds["about"].startswith("This is the Book of ")


def test_the_date_is_the_one_asked_for_else_today(firm):
    from django.utils import timezone

    own = firm.assistant()
    before = timezone.now().date()
    told = own.ask("check", quick=True)["as_of"]
    assert before.isoformat() <= told <= timezone.now().date().isoformat()
    assert own.ask("check", quick=True, as_of="2027-01-31")["as_of"] == "2027-01-31"


def test_records_come_in_pages_with_their_versions_cut_from_one_book(firm):
    own = firm.assistant()
    first = own.ask("list", kind="initiative", limit=2)
    seq = firm.commit(RENAME).seq
    found = [*first["items"]]
    cursor = first["next"]
    while cursor:
        page = own.ask("list", kind="initiative", limit=2, cursor=cursor)
        found += page["items"]
        cursor = page["next"]
    assert [one["key"] for one in found] == list(firm.book.initiatives)
    assert seq not in {one["version"] for one in found}
    again = own.ask("read", kind="initiative", key="i2")
    assert (again["version"], again["record"]["name"]) == (seq, "Two vans")
    rows = own.ask("list", kind="measurement", limit=3)["items"]
    assert rows
    assert all("version" not in row for row in rows)
    assert own.refused("list", kind="initiative", cursor="nonsense") == ["unknown-cursor"]
    assert own.refused("read", kind="initiative", key="i77")[0].startswith("unknown-record")


def test_the_book_is_a_resource(firm, tmp_path):
    read = firm.assistant().do(lambda client: client.read_resource("rhumbline://book"))
    path = tmp_path / "read.yaml"
    path.write_text(read.contents[0].text, encoding="utf-8")
    assert rhumbline.read_book(path).book == firm.book


def test_a_search_ends_when_its_client_leaves_and_holds_no_connection(firm, monkeypatch):
    from django.db import connection

    from rhumbline.server.asgi import application

    begun, ended, held = threading.Event(), threading.Event(), []

    def search(name, book, terms, *, progress, **_):
        held.append(connection.connection)
        begun.set()
        while progress(SimpleNamespace(gap=None)):
            ended.wait(0.01)
        ended.set()
        raise UnknownRecord("initiative", "i99", None)

    monkeypatch.setattr("rhumbline.faces.api.assistants.ask", search)
    call = {"name": "rhumbline_plan", "arguments": {}}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}).encode()
    headers = {
        "host": "testserver",
        "authorization": f"Bearer {firm.secret()}",
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
    }
    scope = {"type": "http", "method": "POST", "path": "/mcp", "query_string": b"", "http_version": "1.1"}
    scope["headers"] = [(name.encode(), value.encode()) for name, value in headers.items()]
    waiting = [{"type": "http.request", "body": body}]

    async def receive():
        if waiting:
            return waiting.pop()
        await anyio.to_thread.run_sync(begun.wait)
        return {"type": "http.disconnect"}

    async def send(_message):
        pass

    anyio.run(application, scope, receive, send)
    assert ended.wait(60)
    assert held == [None]


# --- proposing --------------------------------------------------------------------------------


def test_a_proposal_waits_in_the_store_and_nothing_is_written(firm):
    own = firm.assistant()
    before = firm.book.sha
    tried = own.ask("preview", edits=[RENAME])
    assert (tried["state"], tried["number"]) == ("preview", None)
    kept = own.ask("propose", title="Two vans are safer", edits=[RENAME])
    assert (kept["number"], kept["state"]) == (1, "open")
    assert "/api/v1/organisations/bakery/proposals/1/accept" in kept["accept"]
    (listed,) = own.ask("proposals")["items"]
    assert (listed["number"], listed["title"], listed["state"]) == (1, "Two vans are safer", "open")
    assert listed["edits"][0]["fields"] == {"name": "Two vans"}
    assert firm.book.sha == before

    from rhumbline.store import proposals

    assert proposals.proposal(firm.server, 1).via == "mcp"
    proposals.accept(firm.server, 1, via="page")
    assert firm.book.initiatives["i2"].name == "Two vans"
    assert own.ask("proposals")["items"][0]["state"] == "accepted"
    assert own.refused("propose", title="Again", edits=[RENAME]) == ["nothing-changes"]


def test_the_version_somebody_saw_is_compared(firm):
    own = firm.assistant()
    seen = own.ask("read", kind="initiative", key="i2")["version"]
    firm.commit({**RENAME, "fields": {"name": "One van"}})
    late = {**RENAME, "expected": seen}
    result = own.call("preview", edits=[late])
    assert result.is_error
    (found,) = result.structured_content["input"]
    assert found["code"] == "changed-on-both-sides"
    assert "One van" in found["message"]
    assert "Two vans" in found["message"]
    elsewhere = {**late, "fields": {"cash": [1]}}
    assert own.ask("preview", edits=[elsewhere])["changes"][0]["fields"][0]["field"] == "cash"


def test_a_token_that_may_write_still_only_proposes(firm):
    assert "commit" not in firm.assistant().tools()
    before = firm.book.sha
    firm.assistant().ask("propose", title="Rename", edits=[RENAME])
    assert firm.book.sha == before


@pytest.mark.parametrize(
    ("role", "scopes"), [(AccessRole.GUEST, ("read",)), (AccessRole.OWNER, ("read",)), (AccessRole.AUDITOR, EVERYTHING)]
)
def test_who_may_not_propose_has_no_tools_for_it(firm, role, scopes):
    own = firm.assistant(role, scopes)
    assert not own.tools() & {"preview", "propose", "proposals"}
    assert own.refused("propose", title="Try", edits=[RENAME]) == ["may-not-propose"]
    assert own.ask("score", as_of=DAY)["measurable"]


# --- what is not for everybody ----------------------------------------------------------------


def test_somebody_without_money_sees_none_and_still_learns_the_score(firm):
    firm.commit({"edit": "set", "kind": "initiative", "key": "i2", "fields": {"cash": [98761, 3000, 1000]}})
    own = firm.assistant(AccessRole.MEMBER)
    said = [own.ask("read", kind="initiative", key="i2"), own.ask("list", kind="initiative"), own.ask("kinds")]
    said += [own.ask("plan", as_of=DAY), own.ask("explain", subject="i2", as_of=DAY)]
    live = {"edit": "set", "kind": "initiative", "key": "i2", "fields": {"name": "Vans", "mode": "explore"}}
    tried = own.ask("preview", edits=[live])
    assert "98761" not in json.dumps([*said, tried])
    assert "98,761" not in json.dumps([*said, tried])
    assert "cash" in said[0]["hidden"]
    whole = firm.assistant().ask("preview", edits=[live])
    assert tried["score"] == whole["score"]
    assert tried["score"]["before"] is not None
    text = own.call("preview", edits=[live]).content[0].text
    assert "is shown to you without amounts" in " ".join(text.split())


def test_nobody_finds_a_hidden_amount_by_trying_amounts_out(firm):
    own = firm.assistant(AccessRole.MEMBER)
    right = [int(amount) for amount in firm.book.initiatives["i2"].cash]
    for tool, more in (("preview", {}), ("propose", {"title": "Try"})):
        answers = [
            own.call(tool, edits=[{**CHEAPER, "fields": {"cash": amounts}}], **more) for amounts in (right, [1, 2, 3])
        ]
        assert all(answer.is_error for answer in answers)
        assert answers[0].content[0].text == answers[1].content[0].text
    # A new record has nothing hidden yet: its author may say what it costs, and learns nothing of it that adds up.
    new = {
        "edit": "put",
        "kind": "initiative",
        "record": {"key": "i99", "name": "An idea", "mode": "explore", "cash": [987]},
    }
    tried = own.ask("preview", edits=[new])
    assert (tried["book_sha_after"], tried["score"]) == (None, {"before": None, "after": None})
    assert "987" not in json.dumps(tried["changes"])


def test_a_guest_reads_no_names_and_no_titles(firm):
    firm.assistant().ask("propose", title="Ada wants two vans", edits=[RENAME])
    people = {one.name for one in firm.book.people.values()}
    assert people
    listed = json.dumps(firm.assistant(AccessRole.GUEST, ("read",)).ask("list", kind="person"))
    assert not [name for name in people if name in listed]


# --- the door ---------------------------------------------------------------------------------


def code_of(response):
    assert response.headers["Content-Type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer rhl_nonsense", "Basic dXNlcjpwYXNz", "rhl_nonsense"])
def test_without_a_good_token_nothing_is_told(firm, header):
    response = Caller("").post(Authorization=header)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert response.json()["code"] in ("not-authenticated", "token-refused")
    assert "bakery" not in response.text


def test_a_revoked_token_and_a_member_who_left_are_out_at_once(firm):
    from django.utils import timezone

    from rhumbline.store.models import Membership, Token

    own, other = firm.assistant(), firm.assistant(AccessRole.FINANCE)
    assert own.post().status_code != 401
    assert other.post().status_code != 401
    Token.objects.filter(membership__role="owner").update(revoked=timezone.now())
    Membership.objects.filter(role="finance").delete()
    assert code_of(own.post()) == (401, "token-refused")
    assert code_of(other.post()) == (401, "token-refused")


def test_each_token_opens_its_own_organisation_only(firm):
    other = Firm("fintech").assistant()
    assert firm.assistant().ask("kinds")["about"] != other.ask("kinds")["about"]
    firm.assistant().ask("propose", title="Ours", edits=[RENAME])
    assert other.ask("proposals")["items"] == []


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "", "127.0.0.1.evil.example"])
def test_a_name_that_is_not_ours_is_refused(firm, host):
    assert code_of(firm.assistant().post(Host=host)) == (400, "bad-request")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://[", "", "file://"])
def test_a_page_of_another_site_may_not_speak_to_it(firm, origin):
    assert code_of(firm.assistant().post(Origin=origin)) == (403, "not-from-our-page")


@pytest.mark.parametrize("origin", ["http://testserver", "https://testserver:8443"])
def test_a_page_of_this_server_may(firm, origin):
    assert firm.assistant(Origin=origin).ask("score", as_of=DAY)["measurable"]


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "OPTIONS"])
def test_there_is_no_stream_and_no_session(firm, method):
    response = firm.assistant().post(b"", method=method)
    assert code_of(response) == (405, "method-not-allowed")
    assert response.headers["Allow"] == "POST"


def test_what_is_too_large_is_not_taken_in(firm, monkeypatch):
    from rhumbline.server.settings import CONFIGURATION

    response = firm.assistant().post(b"x" * (CONFIGURATION.body_limit + 1))
    assert response.status_code == 413


@pytest.mark.parametrize("content", [b"", b"nonsense", b"[]", b"{}", b'{"jsonrpc": "2.0"}', b"\xff\xfe"])
def test_what_is_no_message_is_refused_in_words(firm, content):
    assert 400 <= firm.assistant().post(content).status_code < 500


def test_who_asks_too_often_waits_and_it_counts_with_the_api(firm, settings):
    import dataclasses

    from django.test import Client as Browser

    settings.CONFIGURATION = dataclasses.replace(settings.CONFIGURATION, rate=3)
    own = firm.assistant()
    assert Browser().get("/api/v1/organisations/bakery", headers=own.headers).status_code == 200
    assert [own.post().status_code == 429 for _ in range(3)] == [False, False, True]
    assert int(own.post().headers["Retry-After"]) > 0
    assert [Caller("x").post().status_code for _ in range(4)] == [401, 401, 401, 429]


def test_an_answer_has_the_headers_of_all_answers_and_the_log_no_secret(firm, caplog):
    caplog.set_level(logging.DEBUG)
    secret = firm.secret()
    own = Caller(secret)
    response = own.post(b"nonsense-that-was-sent")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"]
    own.ask("read", kind="initiative", key="i2")
    Caller("rhl_wrong-secret").post(Host="evil.example")
    (first, *_) = [one for one in caplog.records if one.name == "rhumbline.requests"]
    assert first.fields["route"] == "/mcp"
    assert first.fields["status"] == response.status_code

    from rhumbline.server.logs import fields_of

    told = json.dumps([fields_of(one) for one in caplog.records if one.name.startswith(("rhumbline", "django"))])
    for word in (secret, "rhl_wrong-secret", "nonsense-that-was-sent", "evil.example", "van"):
        assert word not in told


def test_without_the_extra_the_rest_of_the_server_works(firm, monkeypatch):
    from rhumbline.server import assistants

    def missing():
        raise ModuleNotFoundError("No module named 'mcp'", name="mcp")

    monkeypatch.setattr(assistants, "_serving", missing)
    response = firm.assistant().post()
    assert code_of(response) == (501, "mcp-missing")
    assert "pip install" in response.json()["detail"]
    assert firm.assistant().post(b"", path="/healthz", method="GET").status_code == 200


def test_a_fault_of_ours_is_told_and_written_down_without_its_message(firm, monkeypatch, caplog):
    from rhumbline.server import assistants

    def broken(_scope):
        raise ZeroDivisionError("a secret value")

    monkeypatch.setattr(assistants, "_admitted", broken)
    assistants._serving.cache_clear()
    try:
        response = firm.assistant().post()
    finally:
        assistants._serving.cache_clear()
    assert code_of(response) == (500, "internal-fault")
    assert response.json()["request"] == response.headers["X-Request-ID"]
    assert [one for one in caplog.records if one.name == "rhumbline.faults"]
