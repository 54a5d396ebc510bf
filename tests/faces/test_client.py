"""The Python client: what it asks, what it gives back, and what it never gives away."""

import json
import shutil
import socket
import ssl
import subprocess
import threading
from datetime import date
from http.server import ThreadingHTTPServer

import pytest
from tests.faces.server_by_contract import Handler, Problem, serving

import rhumbline
from rhumbline.book.authority import Sight
from rhumbline.book.concealment import conceal
from rhumbline.book.findings import ConcealedBook
from rhumbline.faces.client import Client, NoAnswer, ServerRefused, connection

TOKEN = "rhl_" + "s" * 43
DAY = date(2026, 11, 23)


@pytest.fixture
def server(anywhere, no_pause):
    return anywhere()


@pytest.fixture
def client(server):
    return Client(server.url, server.token)


@pytest.fixture
def small(served, no_pause):
    """The small server, of which a test can ask for more than of the real one."""
    return served()


@pytest.fixture
def answering(no_pause):
    """Serve whatever a test says; give a client of it and the requests it got."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        def serve(answer, **more):
            url, requests = stack.enter_context(serving(answer))
            return Client(url, TOKEN, organisation="crumb", **more), requests

        yield serve


def refused(code, call, *words, **more):
    """Return what is raised, once it was seen to be of this code, in words, and without the token."""
    with pytest.raises(ServerRefused) as caught:
        call(*words, **more)
    error = caught.value
    assert code in (None, error.code), error
    assert error.findings[0].message
    assert TOKEN not in f"{error}{error!r}{error.findings}"
    return error


# --- what it gives back -----------------------------------------------------------------------


def test_the_client_is_a_public_name():
    assert rhumbline.Client is Client
    assert issubclass(NoAnswer, ServerRefused)


def test_the_token_tells_the_organisation(server, client):
    assert [one["key"] for one in client.organisations()] == ["bakery"]
    assert client.organisation == "bakery"
    assert client.about()["book_sha"] == server.book.sha
    assert server.token not in repr(client) + repr(vars(client))


def test_the_book_is_the_one_on_the_server(server, client):
    book = client.book()
    assert book.sha == server.book.sha
    assert rhumbline.plan(book, as_of=DAY).document == rhumbline.plan(server.book, as_of=DAY).document
    assert len(client.book(at=0)) == 0


def test_a_book_that_lacks_something_says_so_and_is_not_computed_on(anywhere, no_pause):
    server = anywhere(role="member")
    client = Client(server.url, server.token)
    book = client.book()
    assert (book.concealed, book.held_out) == (("money", "private"), ())
    assert book.diff(conceal(server.book, Sight(money=False, private=False))) == ()
    assert (book.teams["bakers"].name, book.teams["bakers"].rate) == ("Bakehouse", None)
    with pytest.raises(ConcealedBook):
        rhumbline.plan(book)
    assert client.ask("plan", as_of=DAY)["status"] == "optimal"


def test_records_are_read_page_by_page(server, client):
    found = client.records("initiative")
    assert [one["key"] for one in found] == list(server.book.initiatives)
    assert client.record("initiative", "i2")["record"]["name"] == server.book.initiatives["i2"].name
    refused("not-found", client.record, "initiative", "i99")


def test_a_page_is_fetched_when_it_is_needed(small):
    client = Client(small.url, small.token)
    assert len(client.records("initiative")) == 8
    assert sum("/kinds/initiative" in path for _, path, *_ in small.requests) == 3
    for _ in range(3):
        client.commit([RENAME])
    first = client.changes()
    next(first)
    assert sum(path.endswith("/changes") and method == "GET" for method, path, *_ in small.requests) == 1


@pytest.mark.parametrize(
    ("capability", "wishes"),
    [
        ("score", {}),
        ("check", {"quick": True}),
        ("plan", {"pins": ["i6"]}),
        ("explain", {"subject": "i1"}),
        ("compare", {"a": "i1", "b": "i2"}),
        ("questions", {"language": "de"}),
    ],
)
def test_an_answer_is_the_document_of_the_library(server, client, capability, wishes):
    expected = rhumbline.run(capability, server.book, as_of=DAY, **wishes)
    for ask in (client.ask, client.run):
        assert ask(capability, as_of=DAY, **wishes) == json.loads(json.dumps(expected.document))
        assert ask(capability, as_of=DAY, text=True, **wishes)["text"] == expected.text


@pytest.mark.parametrize("form", ["document", "answer"])
def test_a_plan_is_verified_as_a_document_and_as_an_answer(server, client, form):
    plan = rhumbline.plan(server.book, as_of=DAY) if form == "answer" else client.ask("plan", as_of=DAY)
    assert client.ask("verify", plan=plan)["verdict"] == "holds"


# --- runs -------------------------------------------------------------------------------------


def test_a_run_tells_how_far_it_is_and_pauses_grow(small, no_pause):
    small.organisation.looks = 12
    told, client = [], Client(small.url, small.token)
    assert client.run("plan", progress=told.append)["status"] == "optimal"
    assert [(one.state, one.value, one.gap) for one in told[:2]] == [("queued", None, None), ("running", 0.4, 0.1)]
    assert no_pause == sorted(no_pause)
    assert (no_pause[0], no_pause[-1]) == (0.1, 2.0)


def test_a_run_is_ended_with_the_best_found_so_far(small):
    small.organisation.looks = 10**9
    client = Client(small.url, small.token)
    assert client.run("plan", progress=lambda news: news.value is None)["status"] == "optimal"
    assert sum(path.endswith("/cancel") for _, path, *_ in small.requests) == 1


def test_an_interrupted_run_is_cancelled_on_the_server(small):
    small.organisation.looks = 10**9

    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Client(small.url, small.token).run("plan", progress=interrupt)
    assert small.organisation.runs[0]["cancelled"]


@pytest.mark.parametrize(
    ("words", "wishes", "code"),
    [("plan", {"pins": ["i99"]}, "unknown-reference"), ("compare", {"a": "i1", "b": "i1"}, "same-twice")],
)
def test_a_run_that_fails_says_what_an_answer_would_have_said(client, words, wishes, code):
    found = [refused(None, ask, words, **wishes).findings for ask in (client.ask, client.run)]
    assert [one.code for findings in found for one in findings] == [code, code]
    assert found[0][0].message == found[1][0].message


@pytest.mark.parametrize(
    ("run", "code"),
    [
        ({"state": "cancelled"}, "run-cancelled"),
        ({"state": "failed", "error": "worker lost"}, "run-failed"),
        ({"state": "failed"}, "run-failed"),
        ({"state": "done", "document": {"schema": "rhumbline.score/1"}}, "not-rhumbline"),
    ],
)
def test_a_run_without_an_answer_is_no_answer(answering, run, code):
    client, _ = answering(lambda *_: (200, {"number": 1, **run}))
    refused(code, client.run, "plan")


# --- writing ----------------------------------------------------------------------------------

RENAME = {"edit": "set", "kind": "initiative", "key": "i1", "fields": {"name": "Croissants"}}


def test_edits_are_written_read_undone_and_restored(server, client):
    before = client.about()["seq"]
    seq = client.commit([RENAME], note="shorter")["seq"]
    assert client.record("initiative", "i1")["record"]["name"] == "Croissants"
    assert seq == before + 1
    assert [(one["seq"], one["note"]) for one in client.changes(after=before)] == [(seq, "shorter")]
    assert [(one["kind"], one["key"]) for one in client.diff(before, seq)["changes"]] == [("initiative", "i1")]
    client.undo(seq, "it was too short")
    assert client.book().sha == client.book(at=before).sha
    client.restore(seq)
    assert client.book().initiatives["i1"].name == server.book.initiatives["i1"].name == "Croissants"
    assert [one["action"] for one in client.changes(after=before)] == ["commit", "undo", "restore"]
    assert client.audit()["holds"] is True


def test_rows_are_appended(server, client):
    before = server.book.series["measurement"]
    client.append("measurement", [{"kpi": "k1", "value": 3, "at": date(2026, 11, 20)}], "read on Friday")
    assert len(server.book.series["measurement"]) == len(before) + 1


def test_a_proposal_is_made_seen_accepted_and_rejected(client):
    first = client.propose([RENAME], "A shorter name")["number"]
    second = client.propose([RENAME], "The same again")["number"]
    assert [one["number"] for one in client.proposals()] == [first, second]
    assert client.proposal(first)["title"] == "A shorter name"
    assert client.accept(first)["state"] == "accepted"
    assert client.reject(second, "done already")["reason"] == "done already"
    assert client.proposals() == []
    assert len(client.proposals(state="")) == 2


def test_bad_edits_come_back_as_findings(client):
    error = refused("refused", client.commit, [{**RENAME, "fields": {"name": 3 * [""], "cost": -5}}])
    assert error.status == 422
    assert error.findings[0].remedy
    assert error.findings[0].message in str(error)


def test_a_conflict_names_both_values(client):
    version = client.record("initiative", "i1")["version"]
    client.commit([{**RENAME, "expected": version}])
    mine = {**RENAME, "fields": {"name": "Rolls"}, "expected": version}
    error = refused("conflict", client.commit, [mine])
    assert (error.status, error.conflicts[0]["theirs"], error.conflicts[0]["mine"]) == (409, "Croissants", "Rolls")
    assert "initiative i1 name" in str(error)
    assert "to Croissants; it was to become Rolls" in str(error)


def test_a_change_is_written_once_though_the_connection_broke(small):
    whole = small.organisation.answer
    broken = iter([True, True])

    def answer(*words):
        done = whole(*words)
        if words[1].endswith("/changes") and next(broken, False):
            # The change is written, and the answer lost.
            return *done, "application/json", {"Content-Length": "100000"}
        return done

    small.organisation.answer = answer
    done = Client(small.url, small.token).commit([RENAME])
    assert done["seq"] == 2
    assert len(small.organisation.changes) == 2
    keys = [headers["Idempotency-Key"] for method, path, headers, _ in small.requests if path.endswith("/changes")]
    assert len(keys) == 3
    assert len(set(keys)) == 1


def test_every_change_has_a_key_of_its_own_unless_one_is_given(client):
    def named(name, **more):
        return client.commit([{**RENAME, "fields": {"name": name}}], **more)["seq"]

    first = named("A")
    assert [named("B"), named("A")] == [first + 1, first + 2]
    assert [named("B", key="mine"), named("B", key="mine")] == [first + 3, first + 3]
    assert client.about()["seq"] == first + 3


# --- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "says"),
    [
        (401, "token-refused", "revoked"),
        (403, "not-allowed", "It is so"),
        (404, "not-on-the-server", "It is so"),
        (412, "changed-since", "It is so"),
        (413, "server-refused", "413"),
        (429, "too-many-requests", "too often"),
        (500, "server-fault", "It is so"),
    ],
)
def test_a_problem_says_what_was_found_and_what_to_do(answering, status, code, says):
    def answer(*_):
        raise Problem(status, "", "It is so", {"Retry-After": "120"})

    client, _ = answering(answer)
    error = refused(code, client.about)
    assert error.status == status
    assert says in str(error)
    assert error.findings[0].remedy in str(error)
    assert not isinstance(error, NoAnswer)


def test_whoever_asks_too_often_waits_as_long_as_told(answering, no_pause):
    turns = iter([True, True])

    def answer(*_):
        if next(turns, False):
            raise Problem(429, "too-many-requests", headers={"Retry-After": "7"})
        return 200, {"seq": 3}

    client, _ = answering(answer)
    assert client.commit([])["seq"] == 3
    assert no_pause == [7.0, 7.0]


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"<html>Welcome to the hotel</html>", "text/html"),
        (200, b"<html>Welcome to the hotel</html>"),
        (200, b"{"),
        (200, b'{"a": ' + b"[" * 100_000),
        (200, b""),
        (200, b'"text"'),
        (200, b"null"),
        (200, b"{}", ""),
        (204, b""),
        (404, b"<html>not found</html>", "text/html"),
        (400, b'{"error": "nothing of ours"}'),
    ],
)
def test_what_is_no_rhumbline_server_is_told_from_one(answering, answer):
    client, _ = answering(lambda *_: answer)
    assert isinstance(refused("not-rhumbline", client.about), NoAnswer)


@pytest.mark.parametrize("content", [{}, {"items": 3}, {"items": [], "next": 1, "more": 2}])
def test_a_list_that_is_none_is_refused_and_one_without_end_ends(answering, content):
    client, _ = answering(lambda *_: (200, content))
    if content.get("items") == []:
        assert client.records("initiative") == []
    else:
        refused("not-rhumbline", client.records, "initiative")


def test_a_page_of_another_server_is_no_book(answering):
    client, _ = answering(lambda *_: (200, {"role": "owner", "nothing": "of a Book"}))
    refused("not-rhumbline", client.book)


def test_a_token_for_no_or_several_organisations_asks_for_one(answering):
    for keys in ([], ["a", "b"]):
        client, _ = answering(lambda *_, keys=keys: (200, {"items": [{"key": key} for key in keys], "next": None}))
        client._organisation = ""
        assert "--organisation" in str(refused("organisation-unclear", client.about))


# --- the way there ----------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["about", "commit"])
def test_the_token_never_follows_a_redirect(answering, status, method):
    other, theirs = answering(lambda *_: (200, {}))

    def answer(*_):
        return status, b"", "text/plain", {"Location": f"{other.url}/elsewhere"}

    client, mine = answering(answer)
    error = refused("server-redirects", *([client.about] if method == "about" else [client.commit, []]))
    assert other.url.removeprefix("http://") in str(error)
    assert len(mine) == 1
    assert theirs == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "rhumbline.example.com",
        "ftp://rhumbline.example.com",
        "file:///etc/passwd",
        "https://",
        "https://user:secret@rhumbline.example.com",
        "https://rhumbline.example.com?token=secret",
        "https://rhumbline.example.com/#secret",
        "https://rhumbline.example.com:port",
        "https://rhumbline.example.com/a b",
        "https://rhumbline.example.com/\r\nsecret",
        "https://[::1",
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(url):
    assert "secret" not in str(refused("server-address", Client, url, TOKEN))


@pytest.mark.parametrize(
    "url", ["http://rhumbline.example.com", "http://10.0.0.7:8000", "http://localhost.example.com"]
)
def test_no_token_travels_unencrypted_to_another_computer(url):
    assert "https://" in str(refused("server-not-encrypted", Client, url, TOKEN))
    assert Client(url, TOKEN, insecure=True).url == url


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.0.0.1/", "http://[::1]:8000/api/v1/"])
def test_this_computer_needs_no_encryption(url):
    assert not Client(url, TOKEN).url.endswith(("/", "v1"))


@pytest.mark.parametrize("token", ["", " ", "rhl_\n", "rhl_a b", "rhl_ä"])
def test_what_is_no_token_is_refused_and_not_repeated(token):
    error = refused("server-token", Client, "https://rhumbline.example.com", token)
    assert not token.strip() or token not in str(error)


def test_a_proxy_never_sees_a_token_that_is_not_encrypted(small, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert Client(small.url, small.token).about()["key"] == "bakery"


def test_a_server_that_is_not_there_is_tried_again_and_said(no_pause):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        client = Client(f"http://127.0.0.1:{free.getsockname()[1]}", TOKEN, organisation="crumb")
        refused("server-unreachable", client.about)
        assert len(no_pause) == 2
    assert refused("server-unreachable", Client("https://no-such-name.invalid", TOKEN).organisations)


def test_what_may_not_be_repeated_is_sent_once(answering, no_pause):
    client, requests = answering(lambda *_: (200, b"{}", "application/json", {"Content-Length": "9"}))
    refused("server-broke-off", client._send, "POST", "/once", {})
    assert len(requests) == 1
    refused("server-broke-off", client.about)
    assert len(requests) == 4


def test_a_proxy_whose_server_is_away_is_asked_again(answering, no_pause):
    turns = iter([True])
    client, _ = answering(
        lambda *_: (502, b"<html>bad gateway</html>", "text/html") if next(turns, False) else (200, {"seq": 1})
    )
    assert client.about() == {"seq": 1}


def test_a_silent_server_ends_in_words():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        client = Client(f"http://127.0.0.1:{silent.getsockname()[1]}", TOKEN, timeout=0.05)
        assert "0.05 seconds" in str(refused("server-slow", client.organisations))


def test_an_answer_that_drips_ends_in_words(answering, monkeypatch):
    clock = iter(range(10**6))
    monkeypatch.setattr(connection.time, "monotonic", lambda: next(clock))
    client, _ = answering(lambda *_: (200, b" " * 300_000), timeout=2.0)
    refused("server-slow", client.about)


@pytest.mark.parametrize("stated", [True, False])
def test_an_endless_answer_is_not_read(answering, monkeypatch, stated):
    monkeypatch.setattr(Client, "_send", lambda self, *words: self._connection.send(*words, most=1000).content)
    headers = {} if stated else {"Transfer-Encoding": "identity", "Content-Length": "", "Connection": "close"}
    client, _ = answering(lambda *_: (200, b" " * 5000, "application/json", headers))
    refused("server-too-much", client.about)


def test_what_speaks_no_http_is_no_server(no_pause):
    def talk():
        connected, _ = listening.accept()
        with connected:
            connected.recv(65_536)
            connected.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        thread = threading.Thread(target=talk)
        thread.start()
        client = Client(f"http://127.0.0.1:{listening.getsockname()[1]}", TOKEN, organisation="crumb")
        refused("server-broke-off", client._send, "POST", "/once", {})
        thread.join()


@pytest.mark.parametrize(
    "content", [{"status": 400, "detail": f"no such token: Bearer {TOKEN}"}, {"findings": [{"message": TOKEN}]}]
)
def test_a_server_that_repeats_the_token_does_not_get_it_into_a_message(answering, content):
    client, _ = answering(lambda *_: (400, content))
    error = refused("server-refused" if "status" in content else "", client.about)
    assert "***" in str(error)


@pytest.fixture
def encrypted(tmp_path):
    """Serve with a certificate that this computer itself made for localhost."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    words = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "3",
        "-subj",
        "/CN=localhost",
    ]
    more = ["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate]
    subprocess.run(["openssl", *words, *map(str, more)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.answer, server.requests = lambda *_: (200, {"seq": 1}), []
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.handle_error = lambda *_: None
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"https://localhost:{server.server_port}", certificate, server.requests
        server.shutdown()
        thread.join()


def test_a_certificate_nobody_vouches_for_gets_no_token(encrypted, monkeypatch):
    url, certificate, requests = encrypted
    assert "certificate" in str(refused("server-certificate", Client(url, TOKEN, organisation="crumb").about))
    assert requests == []
    # An authority of one's own is named as everywhere else.
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert Client(url, TOKEN, organisation="crumb").about() == {"seq": 1}
    other = url.replace("localhost", "127.0.0.1")
    refused("server-certificate", Client(other, TOKEN, organisation="crumb").about)
