"""The same question has the same answer, and the same bad value the same finding, at every entrance.

The entrances: Python, the command line on a file and on a server, the API, and an assistant on a file and at a server.
The server is the whole application behind uvicorn, in a thread, on the database of the tests.
"""

import dataclasses
import json
import threading
import urllib.error
import urllib.request
from datetime import date, timedelta

import anyio
import httpx2
import pytest
import yaml
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

import rhumbline
from rhumbline import registry
from rhumbline.book.digests import body
from rhumbline.book.records import KINDS
from rhumbline.exchange.edits import apply, read_edits
from rhumbline.exchange.files import dumps
from rhumbline.faces.cli import run
from rhumbline.faces.file_commands import companies
from rhumbline.faces.mcp.file_source import FileSource
from rhumbline.faces.mcp.server import server as assistant_of
from rhumbline.faces.streams import document_bytes

pytestmark = pytest.mark.django_db(transaction=True)

DAY = "2026-11-23"
EVERY_DAY = ("bakery", "services_firm")
COMPANIES = [
    name if name in EVERY_DAY else pytest.param(name, marks=pytest.mark.prove if number % 7 else pytest.mark.sample)
    for number, name in enumerate(sorted(companies()))
]


# --- a server ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address():
    """Serve the whole application over the network of this computer."""
    import uvicorn

    from rhumbline.server.asgi import application

    serving = uvicorn.Server(uvicorn.Config(application, host="127.0.0.1", port=0, log_config=None, lifespan="off"))
    ready = threading.Event()
    started = serving.startup

    async def startup(sockets=None):
        await started(sockets)
        ready.set()

    serving.startup = startup
    thread = threading.Thread(target=serving.run)
    thread.start()
    try:
        assert ready.wait(60)
        yield f"http://127.0.0.1:{serving.servers[0].sockets[0].getsockname()[1]}"
    finally:
        serving.should_exit = True
        thread.join()


def complete(book):
    """Return a Book in the complete form: every record by its kind, with its key."""
    rows = {kind: book.series.get(kind, ()) if KINDS[kind].series else book.all(kind).values() for kind in KINDS}
    lists = {
        KINDS[kind].plural: [body(row) if KINDS[kind].series else {"key": row.key, **body(row)} for row in found]
        for kind, found in rows.items()
    }
    return {plural: found for plural, found in lists.items() if found}


class Everywhere:
    """One Book at every entrance: in a file, and in an organisation of a server with a token of its owner."""

    def __init__(self, address, name, book, folder, capfdbinary):
        from django.utils import timezone

        from rhumbline.book.authority import AccessRole
        from rhumbline.store import access
        from rhumbline.store.actors import Scope, system
        from rhumbline.store.committing import bring_in, found

        self.book, self.out, self.folder, self.address = book, capfdbinary, folder, address
        # Written anew, so that the gate has nothing left to mend; it may still remark on what is odd, as often as it
        # reads the file, while nobody reads a file where there is a server.
        self.path = folder / "FILE"
        self.path.write_text(dumps(book), encoding="utf-8")
        self.remarked = rhumbline.read_book(self.path).findings
        organisation = found(name, name)
        boss = system(organisation.pk, name)
        bring_in(boss, book, via="import")
        member = access.add_member(boss, "owner@example.org", AccessRole.OWNER, via="cli")
        expires = timezone.now() + timedelta(days=1)
        self.token = access.make_token(boss, member.pk, "Parity", list(Scope), expires, via="cli")[1]
        self.place = f"{address}/api/v1/organisations/{name}"

    # --- one way in each -------------------------------------------------------------------

    def typed(self, *words):
        code = run([str(word) for word in words])
        out, err = self.out.readouterr()
        return code, out, err

    def typed_on_server(self, *words):
        return self.typed("--server", self.address, "--token", self.token, *words)

    def sent(self, method, path, body=None, *, data=None):
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{self.place}{path}",
            method=method,
            data=data if data is not None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310 - our own address
                return answer.status, answer.read()
        except urllib.error.HTTPError as problem:
            with problem:
                return problem.code, problem.read()

    def assistant_on_file(self, tool, arguments):
        async def asked():
            async with Client(assistant_of(FileSource(self.path, lambda: date(2026, 11, 23)))) as client:
                return await client.call_tool(f"rhumbline_{tool}", arguments)

        return anyio.run(asked)

    def assistant_at_server(self, tool, arguments):
        async def asked():
            headers = {"Authorization": f"Bearer {self.token}"}
            async with httpx2.AsyncClient(headers=headers, timeout=300) as http:
                wire = streamable_http_client(f"{self.address}/mcp", http_client=http)
                async with Client(wire) as client:
                    return await client.call_tool(f"rhumbline_{tool}", arguments)

        return anyio.run(asked)


@pytest.fixture
def everywhere(address, tmp_path, capfdbinary, monkeypatch):
    """Bring a Book to every entrance."""
    from rhumbline.faces import running
    from rhumbline.faces.api import answers, seeing
    from rhumbline.faces.api.limits import BUCKETS
    from rhumbline.store import reading

    for forget in (answers.forget, seeing.forget, reading.forget, BUCKETS.forget):
        forget()
    for name in ("RHUMBLINE_TRACEBACK", "RHUMBLINE_SERVER", "RHUMBLINE_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    # A worker that takes each run at once; and nobody who watches sleeps until it looks again.
    monkeypatch.setattr(type(running.compute), "enqueue", lambda task, number: task.func(number))
    monkeypatch.setattr("rhumbline.faces.client.connection.time.sleep", lambda _: None)

    def brought(name, waits=()):
        # What the gate remarked when the file of the example was read was dealt with then.
        book = rhumbline.read_book(companies()[name]).book
        for key, other in waits:
            book = book.replace(dataclasses.replace(book.initiatives[key], depends=(other,)))
        return Everywhere(address, name.replace("_", "-"), book, tmp_path, capfdbinary)

    return brought


# --- answers ----------------------------------------------------------------------------------


def questions(book):
    """Return a question to every capability: its terms, and the words of the command line that say the same."""
    first, second = list(book.initiatives)[:2]
    yield "score", {}, ()
    yield "check", {}, ()
    yield "plan", {}, ()
    yield "explain", {"subject": first}, (first,)
    yield "compare", {"a": first, "b": second}, (first, second)
    yield "questions", {}, ()


def same(name, answers):
    """Every entrance said the same; where one did not, say which."""
    first = next(iter(answers.values()))
    for entrance, said in answers.items():
        assert said == first, f"{name}: {entrance}"


@pytest.mark.parametrize("company", COMPANIES)
def test_every_capability_gives_the_same_answer_at_every_entrance(everywhere, company):
    own = everywhere(company)
    asked = set()
    for name, terms, words in questions(own.book):
        asked.add(name)
        dated = {**terms, "as_of": DAY}
        of_python = getattr(rhumbline, name)(own.book, **terms, as_of=date.fromisoformat(DAY))
        path = own.folder / f"{name}.json"
        of_python.write(path)
        compare_answers(own, name, dated, (*words, "--as-of", DAY), of_python)
        if name == "plan":
            asked.add("verify")
            plan = json.loads(path.read_bytes())
            verified = rhumbline.verify(own.book, plan=of_python)
            compare_answers(own, "verify", {"plan": plan}, (path,), verified)
    assert asked == {one.name for one in registry.capabilities()}


def compare_answers(own, name, terms, words, of_python):
    on_file = own.typed(name, "FILE", *words, "--json")
    on_server = own.typed_on_server(name, *words, "--json")
    status, through_api = own.sent("POST", f"/answers/{name}", {"terms": terms})
    file_tool, server_tool = own.assistant_on_file(name, terms), own.assistant_at_server(name, terms)
    assert status == 200
    whole = of_python.document
    remarks = json.loads(on_file[1])["input"]
    assert [one["code"] for one in remarks] == [one.code for one in own.remarked]
    same(
        f"{name}, on a file",
        {
            "Python": document_bytes({**whole, "input": remarks}),
            "command line": on_file[1],
            "assistant": document_bytes(file_tool.structured_content),
        },
    )
    same(
        name,
        {
            "Python": document_bytes(whole),
            "command line on a server": on_server[1],
            "API": through_api,
            "assistant at a server": document_bytes(server_tool.structured_content),
        },
    )
    assert on_file[0] == on_server[0]
    _, in_words = own.sent("POST", f"/answers/{name}", {"terms": terms, "text": True})
    same(
        f"{name} in words",
        {
            "Python": of_python.text,
            "API": json.loads(in_words)["text"],
            "assistant on a file": of_python.text if own.remarked else file_tool.content[0].text,
            "assistant at a server": server_tool.content[0].text,
        },
    )
    printed, printed_there = own.typed(name, "FILE", *words), own.typed_on_server(name, *words)
    assert printed[0] == printed_there[0] == on_file[0]
    if own.remarked:
        return
    # Only the commands to try next say where the Book is.
    there = printed_there[1].decode().replace(f" --server {own.address}", "")
    assert printed[1].decode().replace(" FILE", "") == there


# --- findings ---------------------------------------------------------------------------------

NAN = float("nan")
BAD = [
    ("initiative", "i2", "cash", [-5], "too-small"),
    ("initiative", "i2", "cash", ["nonsense"], "wrong-type"),
    ("initiative", "i2", "cash", "nonsense", "wrong-type"),
    ("initiative", "i2", "cash", [10**30], "too-large"),
    ("initiative", "i2", "cash", [NAN], "not-a-number"),
    ("initiative", "i2", "cash", [True], "wrong-type"),
    ("initiative", "i2", "cash", [None], "missing-value"),
    ("initiative", "i2", "hours", {"nobody": [5]}, "unknown-reference"),
    ("initiative", "i2", "owner", "nobody", "unknown-reference"),
    ("initiative", "i2", "depends", ["i2"], "self-reference"),
    ("initiative", "i2", "depends", ["i1"], "cycle"),
    ("initiative", "i2", "last_update", "2026-02-30", "malformed"),
    ("initiative", "i2", "last_update", "1899-01-01", "too-small"),
    ("initiative", "i2", "mode", "explot", "not-allowed"),
    ("initiative", "i2", "name", "", "missing-value"),
    ("initiative", "i2", "name", "x" * 201, "too-long"),
    ("initiative", "i2", "name", "a\x07b", "malformed"),
    ("initiative", "i2", "progress", 150, "looks-like-percent"),
    ("initiative", "i2", "readiness", [5], "too-large"),
    ("initiative", "i2", "earliest", 0, "too-small"),
    ("initiative", "i2", "earliest", 1.5, "wrong-type"),
]


@pytest.mark.parametrize(("kind", "key", "field", "value", "code"), BAD, ids=[f"{b[2]}-{b[3]!r:.20}" for b in BAD])
def test_a_bad_value_is_the_same_finding_at_every_entrance(everywhere, kind, key, field, value, code):
    own = everywhere("bakery", waits=[("i1", "i2")])
    before = stored_sha()
    said = dict(findings_everywhere(own, kind, key, {field: value}))
    assert {entrance: codes for entrance, codes in said.items() if codes != [code]} == {}
    assert stored_sha() == before


def stored_sha():
    from rhumbline.store.models import Organisation

    return Organisation.objects.get().book_sha


def codes_in(findings):
    """Return the codes of errors among finding documents, or among findings.

    A file loses a bad record and goes on; what then refers to it is left out as well, and is said beside it.
    """
    told = [one if isinstance(one, dict) else {"code": one.code, "severity": one.severity.value} for one in findings]
    return [
        one["code"] for one in told if one.get("severity", "error") == "error" and one["code"] != "refers-to-held-out"
    ]


def findings_everywhere(own, kind, key, fields):
    """Yield what every entrance says of a bad value."""
    tree = json.loads(json.dumps(complete(own.book)))
    record = next(one for one in tree[KINDS[kind].plural] if one["key"] == key)
    record |= fields
    edit = {"edit": "set", "kind": kind, "key": key, "fields": fields}
    whole = {"edit": "put", "kind": kind, "record": record}

    as_yaml, as_json = own.folder / "bad.yaml", own.folder / "bad.json"
    as_yaml.write_text(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False), encoding="utf-8")
    as_json.write_text(json.dumps(tree), encoding="utf-8")
    yield "a YAML file", codes_in(rhumbline.read_book(as_yaml).findings)
    yield "a JSON file", codes_in(rhumbline.read_book(as_json).findings)
    for name, one in (("set", edit), ("put", whole)):
        edits, findings = read_edits([one])
        findings = findings or apply(own.book, edits).findings
        yield f"Python, {name}", codes_in(findings)
        yield f"API changes, {name}", problem(own.sent("POST", "/changes", {"edits": [one]}))
        yield f"API proposal, {name}", problem(own.sent("POST", "/proposals", {"title": "Bad", "edits": [one]}))
    yield "API PUT", problem(own.sent("PUT", f"/kinds/{kind}/{key}", record))
    yield "API PATCH", problem(own.sent("PATCH", f"/kinds/{kind}/{key}", fields))
    # What is no number cannot be said in JSON; the client of an assistant makes null of it.
    in_json = "NaN" not in json.dumps(fields)
    for name, call in (("file", own.assistant_on_file), ("server", own.assistant_at_server)) if in_json else ():
        for tool, more in (("preview", {}), ("propose", {"title": "Bad"})):
            result = call(tool, {"edits": [edit], **more})
            assert result.is_error
            yield f"assistant, {name}, {tool}", codes_in(result.structured_content["input"])
    exit_code, out, _ = own.typed_on_server("import", as_yaml, "--yes", "--json")
    assert exit_code in (1, 2)
    yield "command line, import on a server", codes_in(json.loads(out)["input"])


def problem(answered):
    status, body = answered
    assert status == 422, (status, body)
    return codes_in(json.loads(body)["findings"])
