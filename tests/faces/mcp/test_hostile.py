"""Whatever an assistant sends: an answer or findings with a remedy, never a crash, and nothing is written."""

import json
import subprocess
import sys

import pytest
from mcp.shared.exceptions import MCPError

from rhumbline import registry
from rhumbline.faces.cli import run
from rhumbline.faces.mcp.tools import tools

DEEP = json.loads("[" * 60 + "]" * 60)
ODD_VALUES = [
    None,
    True,
    -1,
    10**400,
    0.5,
    "",
    "\x00",
    "../../etc/passwd",
    "'; DROP TABLE initiative; --",
    "x" * 100_000,
    [],
    [[]],
    {},
    {"schema": "rhumbline.plan/1"},
    DEEP,
    "\u202ei2",
]
ODD_EDITS = [
    {"edit": "set", "kind": "initiative", "key": "i2", "fields": {"cash": [-5]}},
    {"edit": "set", "kind": "initiative", "key": "i2", "fields": {"cash": "many"}},
    {"edit": "put", "kind": "kpi", "record": {"key": "k9"}},
    {"edit": "remove", "kind": "kpi", "key": "k1"},
    {"edit": "remove", "kind": "initiative", "key": "i99"},
    {"edit": "append", "kind": "measurement", "record": {"kpi": "k99", "value": 1}},
    {"edit": "delete", "kind": "initiative", "key": "i2"},
    {"edit": "set", "kind": "user", "key": "i2", "fields": {}},
    {"edit": "put", "kind": "benefit", "record": {"initiative": "i2", "kpi": "k1", "low": 9, "likely": 5, "high": 1}},
    "remove everything",
]


@pytest.mark.parametrize("tool", tools(), ids=lambda tool: tool.name)
def test_odd_values_in_any_argument_are_answered_or_refused_in_words(bakery, tool):
    before = sorted(bakery.path.parent.iterdir())

    async def everything(client):
        found = []
        for name in (*tool.input["properties"], "surprise"):
            for value in ODD_VALUES:
                if tool.computes and value is None:
                    continue  # as if it were left out: an answer that other tests look at
                found.append(await client.call_tool(tool.name, {name: value}))
        return found

    for result in bakery.do(everything):
        if result.is_error:
            for finding in result.structured_content["input"]:
                assert finding["code"] != "internal-fault", finding
                assert finding["message"]
                assert finding["remedy"]
    assert sorted(bakery.path.parent.iterdir()) == before


@pytest.mark.parametrize("edit", ODD_EDITS, ids=str)
def test_an_edit_that_does_not_hold_is_refused_as_a_whole(bakery, edit):
    good = {"edit": "set", "kind": "initiative", "key": "i2", "fields": {"name": "Van"}}
    before = bakery.path.read_bytes()
    assert "internal-fault" not in bakery.refused("propose", title="Odd", edits=[good, edit])
    assert sorted(path.name for path in bakery.path.parent.iterdir()) == ["bakery.yaml"]
    assert bakery.path.read_bytes() == before


def test_a_version_that_a_file_does_not_have_is_no_condition_to_ignore(bakery):
    edit = {"edit": "set", "kind": "initiative", "key": "i2", "fields": {"name": "Van"}, "expected": 3}
    assert bakery.refused("preview", edits=[edit]) == ["no-versions"]


@pytest.mark.parametrize("title", ["", " ", "two\nlines", "\u202eevil", "x" * 201, 7, None])
def test_a_proposal_needs_a_title_in_one_line(bakery, title):
    edits = [{"edit": "set", "kind": "initiative", "key": "i2", "fields": {"name": "Van"}}]
    result = bakery.call("propose", title=title, edits=edits)
    # A number is a text too, as in a file.
    assert result.is_error == (title != 7)


@pytest.mark.parametrize("edits", [[], None, "remove", {"edit": "remove"}, 5])
def test_a_proposal_needs_edits(bakery, edits):
    assert bakery.refused("propose", title="Nothing", edits=edits)


def test_a_misspelled_argument_is_never_ignored(bakery):
    assert bakery.refused("plan", pin=["i2"]) == ["unknown-field"]
    assert bakery.refused("list", kind="initiative", limits=3) == ["unknown-field"]


def test_a_tool_that_is_not_there_is_an_error_of_the_protocol(bakery):
    with pytest.raises(MCPError, match="no tool 'rhumbline_delete'"):
        bakery.call("delete")


def test_a_resource_that_is_not_there_is_an_error_of_the_protocol(bakery):
    with pytest.raises(MCPError, match="rhumbline://book"):
        bakery.do(lambda client: client.read_resource("file:///etc/passwd"))


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("explain", {"subject": "i99"}, ["i99"]),
        ("explain", {"subject": "nothing-like-it-anywhere"}, ["nothing-like-it-anywhere"]),
        ("compare", {"a": "i2", "b": "i2"}, ["i2", "i2"]),
        ("plan", {"pins": ["i99"]}, ["--pin", "i99"]),
        ("plan", {"scenario": "boom"}, ["--scenario", "boom"]),
        ("verify", {"plan": {"schema": "rhumbline.score/1"}}, ["score.json"]),
    ],
)
def test_what_is_refused_has_the_code_it_has_on_the_command_line(bakery, tool, arguments, words, capfd, monkeypatch):
    monkeypatch.chdir(bakery.path.parent)
    bakery.path.with_name("score.json").write_text('{"schema": "rhumbline.score/1"}', encoding="utf-8")
    assert run([tool, str(bakery.path), *words, "--json"]) == 2
    printed = [finding["code"] for finding in json.loads(capfd.readouterr().out)["input"]]
    assert bakery.refused(tool, **arguments) == printed


def test_rows_held_out_stop_a_plan_until_somebody_chooses_otherwise(assistant, company):
    own = assistant(company("bakery", ("cash: [14000, 3000, 1000]", "cash: [-14000, 3000, 1000]")))
    assert own.ask("score")["input"][0]["severity"] == "error"
    assert own.refused("plan")[0] == "held-out-rows"
    assert own.ask("plan", without_held_out=True)["terms"]["without_held_out"] is True


def test_a_file_that_cannot_be_read_any_more_is_refused_until_it_can(bakery):
    text = bakery.path.read_text(encoding="utf-8")
    bakery.path.write_text("initiatives: [", encoding="utf-8")
    for tool in ("score", "kinds", "proposals"):
        result = bakery.call(tool)
        assert result.is_error == (tool != "proposals")
    bakery.path.unlink()
    assert bakery.refused("score") == ["unreadable"]
    bakery.path.write_text(text, encoding="utf-8")
    assert bakery.ask("score")["measurable"]


def test_the_file_is_read_anew_when_it_changed(bakery):
    first = bakery.ask("kinds")["book_sha"]
    text = bakery.path.read_text(encoding="utf-8")
    bakery.path.write_text(text.replace("cash: [14000, 3000, 1000]", "cash: [24000, 3000, 1000]"), encoding="utf-8")
    assert bakery.ask("kinds")["book_sha"] != first


def test_a_fault_of_ours_is_told_in_words_and_ends_nothing(bakery, monkeypatch, caplog):
    def broken(*_, **__):
        raise ZeroDivisionError("by chance")

    monkeypatch.setattr(bakery.source, "records", broken)
    assert bakery.refused("list", kind="kpi") == ["internal-fault"]
    assert "rhumbline_list" in caplog.text
    assert bakery.ask("score")


def test_the_commands_do_not_load_the_protocol_until_it_is_spoken():
    text = "import sys; from rhumbline.faces.cli import run; run(['--help']); run(['apply', '--help']); "
    text += "sys.exit(any(name.partition('.')[0] in ('mcp', 'mcp_types', 'anyio') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", text], check=False, capture_output=True).returncode == 0


def test_a_capability_that_takes_long_is_known(bakery):
    listening = {tool.name for tool in tools() if tool.listens}
    assert listening == {f"rhumbline_{one.name}" for one in registry.capabilities() if registry.listens(one.name)}
    assert "rhumbline_plan" in listening
