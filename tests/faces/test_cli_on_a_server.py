"""The command line on a server: it answers, exits and refuses as on a file, and says so in the same words."""

import dataclasses
import json
import os
import signal

import pytest

from rhumbline import registry
from rhumbline.faces.cli import exit_code, run
from rhumbline.faces.client import Client
from rhumbline.faces.file_commands import companies
from rhumbline.faces.places import server_of


@pytest.fixture
def rhumbline(capfd, monkeypatch, no_pause):
    """Type a command line; get its exit code, output and errors."""
    for name in ("RHUMBLINE_TRACEBACK", "RHUMBLINE_SERVER", "RHUMBLINE_TOKEN"):
        monkeypatch.delenv(name, raising=False)

    def typed(*words):
        code = run([str(word) for word in words])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        assert "fault in Rhumbline" not in out + err
        assert "rhl_" not in out + err
        return code, out, err

    return typed


AS_OF = ("--as-of", "2026-11-23")


@pytest.fixture
def asked(rhumbline, company, anywhere):
    """Type a command about a file and about the same Book on a server; get both outcomes."""

    def typed(verb, *words, name="bakery"):
        server = anywhere(name)
        on_file = rhumbline(verb, company(name), *words, *AS_OF)
        on_server = rhumbline("--server", server.url, "--token", server.token, verb, *words, *AS_OF)
        return on_file, on_server, server

    return typed


def commands_of(text):
    """Return the lines that name a command to try next."""
    return [line for line in text.splitlines() if line.startswith("  rhumbline ")]


# --- the same answers -------------------------------------------------------------------------

QUESTIONS = [
    ("score",),
    ("check",),
    ("check", "--quick"),
    ("plan",),
    ("plan", "--pin", "i6", "--ban", "i2", "--ban", "i3"),
    ("plan", "--pin", "i2", "--ban", "i2"),
    ("plan", "--node-limit", "0"),
    ("explain", "i1"),
    ("explain", "i6", "--language", "de"),
    ("compare", "i1", "i2"),
    ("questions", "--language", "de"),
    ("plan", "--without-held-out"),
]


@pytest.mark.parametrize("words", QUESTIONS, ids=" ".join)
def test_a_server_gives_the_bytes_and_the_exit_code_of_a_file(asked, words):
    on_file, on_server, _ = asked(*words, "--json")
    assert on_server == on_file
    assert json.loads(on_server[1])["schema"] == f"rhumbline.{words[0]}/1"


@pytest.mark.parametrize("words", QUESTIONS, ids=" ".join)
def test_a_server_gives_the_text_of_a_file(rhumbline, anywhere, company, monkeypatch, words):
    server = anywhere()
    path = company()
    path.rename(path.with_name("FILE"))
    monkeypatch.chdir(path.parent)
    verb, *rest = words
    on_file = rhumbline(verb, "FILE", *rest, *AS_OF)
    on_server = rhumbline(verb, "--server", server.url, *rest, *AS_OF, "--token", server.token)
    # Only the commands to try next say where the Book is.
    assert all(f" --server {server.url} " in line for line in commands_of(on_server[1]))
    said = on_server[1].replace(f" --server {server.url}", "")
    assert (on_server[0], said, on_server[2]) == (on_file[0], on_file[1].replace(" FILE", ""), on_file[2])


@pytest.mark.parametrize("name", sorted(set(companies()) - {"bakery"}))
def test_every_company_has_the_same_score_on_a_server(asked, name):
    on_file, on_server, _ = asked("score", "--json", name=name)
    of_file = json.loads(on_file[1])
    # What the gate remarked when the file was read was dealt with when the Book came to the server.
    assert json.loads(on_server[1]) == of_file | {"input": []}
    assert all(found["severity"] != "error" for found in of_file["input"])


def test_every_capability_is_compared():
    assert {words[0] for words in QUESTIONS} | {"verify"} == {one.name for one in registry.capabilities()}


@pytest.mark.parametrize("form", ["sarif", "github"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_diagnosis_is_annotated_without_a_file(asked, company, form, language):
    on_file, on_server, server = asked("check", "--format", form, "--language", language)
    assert on_server[0] == on_file[0] == 1
    if form == "github":
        assert [line.split("::")[2] for line in on_server[1].splitlines()] == [
            line.split("::")[2] for line in on_file[1].splitlines()
        ]
        assert "file=" not in on_server[1]
        return
    mine, theirs = (json.loads(out)["runs"][0]["results"] for _, out, _ in (on_server, on_file))
    for one, other in zip(mine, theirs, strict=True):
        assert one["message"] == other["message"]
        assert one["partialFingerprints"] == other["partialFingerprints"]
        (place,) = one["locations"]
        assert place["physicalLocation"] == {
            "artifactLocation": {"uri": f"{server.url}/api/v1/organisations/bakery/book"}
        }


def test_a_plan_is_kept_and_verified(rhumbline, anywhere, company, tmp_path):
    server, kept = anywhere(), tmp_path / "plan.json"
    where = ("--server", server.url, "--token", server.token)
    code, out, _ = rhumbline(*where, "plan", "--json", "--out", kept, *AS_OF)
    assert (code, kept.read_text(encoding="utf-8")) == (0, out)
    for words in ((), ("--json",), ("--resolve", "--json"), ("--language", "de")):
        on_server = rhumbline(*where, "verify", kept, *words)
        assert on_server == rhumbline("verify", company(), kept, *words)
    plan = json.loads(out)
    plan["value"] = 0.9
    kept.write_text(json.dumps(plan), encoding="utf-8")
    code, out, _ = rhumbline(*where, "verify", kept)
    assert code == 1
    assert "it is worth 0.482612" in " ".join(out.split())


@pytest.mark.parametrize("text", ["", "[]", '{"schema": "rhumbline.plan/1"}', None])
def test_what_is_no_plan_is_refused_before_it_is_sent(rhumbline, served, tmp_path, text):
    server, path = served(), tmp_path / "plan.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    code, out, _ = rhumbline("verify", path, "--json", "--server", server.url, "--token", server.token)
    assert (code, json.loads(out)["schema"]) == (2, "rhumbline.error/1")
    assert server.requests == []


def test_the_exit_code_follows_from_the_document(company):
    import rhumbline

    book, _ = rhumbline.read_book(company())
    assert exit_code(rhumbline.check(book).document) == 1
    assert exit_code(rhumbline.score(book).document) == 0
    assert exit_code(rhumbline.plan(book).document) == 0
    assert exit_code(rhumbline.plan(book, pins=["i2"], bans=["i2"]).document) == 1
    waived = rhumbline.check(book).document
    waived["findings"] = [one | {"waived_until": "2027-01-01"} for one in waived["findings"]]
    assert exit_code(waived) == 0
    assert exit_code(waived | {"input": [{"severity": "error"}]}) == 1


# --- runs -------------------------------------------------------------------------------------


def test_a_plan_is_a_run_and_ctrl_c_ends_it_with_the_best_found(rhumbline, served, monkeypatch):
    server = served()
    server.organisation.looks = 10**9
    pressed = iter([signal.SIGINT])

    def pause(_):
        for number in pressed:
            os.kill(os.getpid(), number)

    monkeypatch.setattr("rhumbline.faces.client.client.time.sleep", pause)
    code, out, _ = rhumbline("--server", server.url, "--token", server.token, "plan")
    assert code == 0
    assert "Fund i2, i3, i4 and i5" in " ".join(out.split())
    assert server.organisation.runs[0]["cancelled"]


def test_a_second_ctrl_c_ends_the_command_too(rhumbline, served, monkeypatch):
    server = served()

    def pause(_):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    server.organisation.looks = 10**9
    monkeypatch.setattr("rhumbline.faces.client.client.time.sleep", pause)
    code, out, _ = rhumbline("--server", server.url, "--token", server.token, "plan", "--json")
    assert (code, out) == (130, "")
    assert server.organisation.runs[0]["cancelled"]


# --- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("explain", "i99"), "unknown-reference"),
        (("plan", "--pin", "i99"), "unknown-reference"),
        (("compare", "i1", "i1"), "same-twice"),
    ],
)
def test_a_question_the_server_cannot_answer_is_refused(rhumbline, anywhere, words, code):
    server = anywhere()
    where = ("--server", server.url, "--token", server.token)
    status, out, _ = rhumbline(*where, *words, "--json")
    assert (status, json.loads(out)["input"][0]["code"]) == (2, code)
    assert set(json.loads(out)["input"][0]) == {"code", "where", "message", "remedy"}
    status, out, err = rhumbline(*where, *words, "--language", "de")
    assert (status, out) == (2, "")
    assert err.startswith("Es gibt keine Antwort")


def test_a_wrong_token_is_refused_in_both_languages(rhumbline, anywhere):
    server = anywhere()
    where = ("--server", server.url, "--token", "nonsense")
    assert "does not know the token" in " ".join(rhumbline(*where, "score")[2].split())
    assert "kennt das Token nicht" in " ".join(rhumbline(*where, "score", "--language", "de")[2].split())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--server", "https://r.example", "score"), "RHUMBLINE_TOKEN"),
        (("--token", "rhl_x", "score", "a.yaml"), "--token needs --server URL"),
        (("score", "--server"), "requires an argument"),
        (("--server", "https://r.example", "--token", "rhl_x", "score", "a.yaml"), "leave out a.yaml"),
        (("--server", "https://r.example", "--token", "rhl_x", "explain", "a.yaml", "i1"), "leave out a.yaml"),
        (("--server", "https://r.example", "--token", "rhl_x", "explain"), "Missing argument 'SUBJECT'"),
        (("--server", "https://r.example", "--token", "rhl_x", "template"), "template does not ask a server"),
        (("--server", "https://r.example", "--token", "rhl_x", "report"), "book company.yaml"),
        (("--server", "http://r.example", "--token", "rhl_x", "score"), "unencrypted"),
        (("book",), "no server was named"),
        (("history",), "no server was named"),
    ],
)
def test_wrong_usage_says_what_to_write(rhumbline, words, says):
    code, out, err = rhumbline(*words)
    assert (code, out) == (2, "")
    assert says in " ".join(err.split())
    if words[-1] == "--server":
        return
    document = json.loads(rhumbline(*words, "--json")[1])
    assert says in " ".join((document["input"][0]["message"], document["input"][0]["remedy"]))


# --- where the Book is ------------------------------------------------------------------------


def test_server_and_token_come_from_the_environment_and_a_file_counts_more(rhumbline, served, company, monkeypatch):
    server = served()
    monkeypatch.setenv("RHUMBLINE_SERVER", server.url)
    monkeypatch.setenv("RHUMBLINE_TOKEN", server.token)
    _, out, _ = rhumbline("explain", "i1")
    assert len(server.requests) > 0
    assert "rhumbline check" in rhumbline("score")[1].split("\n\n")[-1]
    asked = len(server.requests)
    assert rhumbline("explain", company(), "i1")[1] == out
    assert rhumbline("check", company(), company("restaurant"), "--json")[0] == 1
    assert rhumbline("template")[0] == 0
    assert len(server.requests) == asked
    code, _, err = rhumbline("score", company(), company())
    assert (code, "unexpected extra argument" in err) == (2, True)


def test_the_help_says_that_the_file_may_be_left_out(rhumbline, monkeypatch):
    assert "[FILE]" not in rhumbline("plan", "--help")[1]
    monkeypatch.setenv("RHUMBLINE_SERVER", "https://r.example")
    assert "[FILE]" in rhumbline("plan", "--help")[1]


@pytest.mark.parametrize(
    "words",
    [
        ["--server", "U", "--token", "SECRET", "--organisation", "O", "plan", "--pin", "i1"],
        ["--server=U", "--token=SECRET", "plan", "--organisation=O", "--pin", "i1"],
        ["plan", "--pin", "i1", "--server", "U", "--token", "SECRET", "--organisation", "O"],
    ],
)
def test_the_options_stand_before_the_command_or_behind_it(words, monkeypatch):
    monkeypatch.delenv("RHUMBLINE_SERVER", raising=False)
    server, rest = server_of(words, {"plan"})
    assert (server.url, server.token, server.organisation, server.typed) == ("U", "SECRET", "O", True)
    assert rest == ["plan", "--pin", "i1"]
    assert "SECRET" not in repr(server)


def test_a_command_that_asks_no_server_keeps_options_of_the_same_name(monkeypatch):
    monkeypatch.delenv("RHUMBLINE_SERVER", raising=False)
    words = ["createowner", "--organisation", "crumb", "--token", "x"]
    assert server_of(words, {"plan"}) == (None, words)


def test_one_of_several_organisations_is_named(rhumbline, anywhere):
    server = anywhere()
    where = ("--server", server.url, "--token", server.token, "--organisation")
    assert rhumbline(*where, "bakery", "score")[0] == 0
    assert "no such thing" in rhumbline(*where, "other", "score")[2]


def test_what_a_server_says_cannot_steer_the_terminal(rhumbline, served):
    server = served("bakery", ("name: Chilled van and route plan", 'name: "\\e[31mVan"'))
    whole = server.organisation.asked
    server.organisation.asked = lambda *words: {**whole(*words), "text": "a\x1b[31m\rb\n"}
    assert rhumbline("--server", server.url, "--token", server.token, "score")[1] == "a�[31m b\n"


# --- a file in --------------------------------------------------------------------------------

TABLE = "Project;Status;Cost\nCNC router;planned;18500\nSecond van;planned;9000\n"


@pytest.fixture
def imported(rhumbline, anywhere, tmp_path):
    """Import a file to a server; get what came of it as a document, and the server."""
    server = anywhere()

    def typed(path, *words):
        where = ("--server", server.url, "--token", server.token)
        code, out, _ = rhumbline(*where, "import", path, *words, "--json")
        return code, json.loads(out), server

    return typed


def test_a_table_becomes_a_change_and_the_same_table_none(imported, tmp_path):
    path = tmp_path / "projects.csv"
    path.write_text(TABLE, encoding="utf-8")
    code, document, server = imported(path, "--note", "From the list of the workshop")
    newest = history(server)[-1]
    assert (code, document["written"]) == (0, f"{server.url}/api/v1/organisations/bakery/changes/{newest['seq']}")
    assert [one["what"] for one in document["changes"]] == ["new", "new"]
    assert {"CNC router", "Second van"} <= {one.name for one in server.book.initiatives.values()}
    assert newest["note"] == "From the list of the workshop"
    assert path.with_name("projects.mappings.json").exists()
    code, document, _ = imported(path)
    assert (code, document["written"], document["changes"]) == (0, None, [])
    assert history(server)[-1] == newest


def test_an_import_is_proposed_and_only_shown(imported, tmp_path):
    path = tmp_path / "projects.csv"
    path.write_text(TABLE, encoding="utf-8")
    _, document, server = imported(path, "--show")
    before, client = history(server), Client(server.url, server.token)
    assert (document["written"], client.proposals()) == (None, [])
    _, document, _ = imported(path, "--propose")
    assert document["written"].endswith("/proposals/1")
    assert client.proposals()[0]["title"] == "projects.csv"
    assert history(server) == before


@pytest.mark.parametrize("ending", ["yaml", "json", "xlsx"])
def test_a_book_comes_in_as_it_went_out(imported, rhumbline, tmp_path, ending):
    import rhumbline as library

    path = tmp_path / f"mine.{ending}"
    before, _ = library.read_book(tmp_path / "bakery.yaml")
    first = before.initiatives["i1"]
    library.write_book(
        before.replace(dataclasses.replace(first, name="Croissants")).without("work_item", "d1.m1"), path
    )
    code, document, server = imported(path)
    assert code == 0
    assert [(one["kind"], one["key"], one["what"]) for one in document["changes"]] == [("initiative", "i1", "changed")]
    assert server.book.initiatives["i1"].name == "Croissants"
    assert len(server.book.series.get("measurement", ())) == len(before.series.get("measurement", ()))
    assert all(edit["expected"] == 1 for edit in sent_edits(server))


def history(server):
    return list(Client(server.url, server.token).changes())


def sent_edits(server):
    return [
        edit for _, path, _, sent in server.requests if path.endswith("/changes") and sent for edit in sent["edits"]
    ]


def test_what_a_book_file_lacks_goes_only_when_that_is_wished(imported, tmp_path):
    import rhumbline as library

    path = tmp_path / "mine.yaml"
    before, _ = library.read_book(tmp_path / "bakery.yaml")
    key = next(iter(before.all("work_item")))
    library.write_book(before.without("work_item", key), path)
    assert imported(path)[1]["changes"] == []
    _, document, server = imported(path, "--exactly")
    assert [(one["kind"], one["key"], one["what"]) for one in document["changes"]] == [("work_item", key, "removed")]
    assert key not in server.book.all("work_item")


def test_a_book_fills_an_empty_server(rhumbline, anywhere, company, tmp_path):
    import rhumbline as library

    server, path = anywhere(""), company("restaurant")
    code, _, _ = rhumbline("--server", server.url, "--token", server.token, "import", path)
    assert code == 0
    assert server.book.sha == library.read_book(path).book.sha
    assert {edit.get("expected") for edit in sent_edits(server)} <= {0, None}


def test_an_import_says_in_words_what_became_of_it(rhumbline, served, tmp_path):
    server, path = served(), tmp_path / "projects.csv"
    path.write_text(TABLE, encoding="utf-8")
    where = ("--server", server.url, "--token", server.token)
    _, out, _ = rhumbline(*where, "import", path, "--show")
    assert "Without --show it goes to" in " ".join(out.split())
    _, out, _ = rhumbline(*where, "import", path, "--propose", "--language", "de")
    assert "als Vorschlag 1" in " ".join(out.split())
    _, out, _ = rhumbline(*where, "import", path)
    assert "as change 2" in " ".join(out.split())


def test_an_import_that_does_not_fit_is_refused(rhumbline, served, tmp_path, monkeypatch):
    server, path = served(role="member"), tmp_path / "projects.csv"
    path.write_text(TABLE, encoding="utf-8")
    where = ("--server", server.url, "--token", server.token)
    for words, code in [
        (("import", path), "import-concealed"),
        (("import", path, "--out", tmp_path / "mine.yaml"), "wrong-usage"),
    ]:
        status, out, _ = rhumbline(*where, *words, "--json")
        assert (status, json.loads(out)["input"][0]["code"]) == (2, code)
    server.organisation.role = "owner"
    status, out, _ = rhumbline(*where, "import", path, "--exactly", "--json")
    assert (status, json.loads(out)["input"][0]["code"]) == (2, "exactly-a-book")
    status, out, _ = rhumbline("import", path, "--propose", "--json")
    assert (status, json.loads(out)["input"][0]["code"]) == (2, "needs-a-server")
    # A place for the Book that is named counts more than a server named by a variable.
    monkeypatch.setenv("RHUMBLINE_SERVER", server.url)
    assert rhumbline("import", path, "--out", tmp_path / "mine.yaml")[0] == 0
    assert len(server.organisation.changes) == 1


# --- the Book out, and its history ------------------------------------------------------------


@pytest.mark.parametrize("ending", ["yaml", "json", "xlsx", "zip"])
def test_the_book_becomes_a_file(rhumbline, anywhere, tmp_path, ending):
    import rhumbline as library

    server, out = anywhere(), tmp_path / f"mine.{ending}"
    where = ("--server", server.url, "--token", server.token)
    assert rhumbline(*where, "book", out)[0] == 0
    assert library.read_book(out).book.sha == server.book.sha
    assert rhumbline(*where, "book", out)[0] == 2
    code, said, _ = rhumbline(*where, "book", out, "--force", "--json")
    assert (code, json.loads(said)["book_sha"]) == (0, server.book.sha)


def test_the_book_is_printed(rhumbline, served):
    import rhumbline as library

    server = served()
    where = ("--server", server.url, "--token", server.token)
    for words in (("book",), ("book", "--json"), ("book", "--at", "1")):
        assert library.read_book(rhumbline(*where, *words)[1].encode()).book.sha == server.book.sha
    assert rhumbline(*where, "book", "--at", "yesterday")[0] == 2


def test_a_book_that_lacks_something_becomes_no_file(rhumbline, anywhere, tmp_path):
    server = anywhere(role="member")
    code, out, err = rhumbline("--server", server.url, "--token", server.token, "book", tmp_path / "mine.yaml")
    assert (code, out) == (2, "")
    assert "amounts of money" in err
    assert not (tmp_path / "mine.yaml").exists()


def test_the_history_is_a_table_and_a_document(rhumbline, anywhere):
    server = anywhere()
    client = Client(server.url, server.token)
    first = client.about()["seq"]
    for key in ("i1", "i2"):
        edits = [{"edit": "set", "kind": "initiative", "key": key, "fields": {"name": f"New {key}"}}]
        client.commit(edits, note="shorter")
    where = ("--server", server.url, "--token", server.token)
    code, out, _ = rhumbline(*where, "history")
    assert code == 0
    at = history(server)[-1]["at"]
    assert f"{at[:10]} {at[11:16]}" in out
    assert "commit · initiative i2 · shorter" in " ".join(out.split())
    changes = json.loads(rhumbline(*where, "history", "--json")[1])["changes"]
    assert changes == history(server)
    for words in (("--last", "2"), ("--after", str(first))):
        found = json.loads(rhumbline(*where, "history", "--json", *words)[1])["changes"]
        assert [one["seq"] for one in found] == [first + 1, first + 2]
    assert "Was" in rhumbline(*where, "history", "--language", "de")[1]


def test_a_long_change_is_summed_up_and_steers_nothing(rhumbline, served):
    server = served()
    keys = [{"kind": "initiative", "key": f"i{number}"} for number in range(9)]
    change = server.organisation.change(2, "commit", keys, note="\x1b[31mshorter")
    server.organisation.changes.append({**change, "more_entries": 91})
    server.organisation.changes[0]["entries"] = [
        {"kind": kind, "key": key} for kind in ("kpi", "need", "team", "person") for key in "ab"
    ]
    _, out, _ = rhumbline("--server", server.url, "--token", server.token, "history")
    assert "import · kpi 2, need 2, person 2, team 2" in " ".join(out.split())
    assert "commit · initiative i0, i1, i2 +6 · +91 · �[31mshorter" in " ".join(out.split())
