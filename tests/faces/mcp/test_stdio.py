"""``rhumbline mcp`` as an assistant starts it: a process that says nothing but messages, and ends when it is left."""

import json
import signal
import subprocess
import sys

import anyio
import pytest
from mcp import Client, StdioServerParameters

import rhumbline
from rhumbline.faces.cli import run

COMMAND = ["-m", "rhumbline", "mcp"]
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}


@pytest.fixture
def started(company):
    """Start the server for the bakery and talk to it line by line."""
    process = subprocess.Popen(
        [sys.executable, *COMMAND, str(company())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    yield process
    process.kill()
    process.communicate()


def say(process, *messages):
    for message in messages:
        process.stdin.write(message if isinstance(message, str) else f"{json.dumps(message)}\n")
    process.stdin.flush()


def call(number, tool, **arguments):
    return {
        "jsonrpc": "2.0",
        "id": number,
        "method": "tools/call",
        "params": {"name": f"rhumbline_{tool}", "arguments": arguments},
    }


def test_an_assistant_starts_it_asks_and_leaves(company):
    path = company()

    async def talk():
        parameters = StdioServerParameters(command=sys.executable, args=[*COMMAND, str(path)])
        async with Client(parameters) as client:
            plan = (await client.call_tool("rhumbline_plan", {})).structured_content
            # The second search is scipy's, whose code may write to standard output.
            verified = await client.call_tool("rhumbline_verify", {"plan": plan, "resolve": True})
            return plan, verified.structured_content

    plan, verified = anyio.run(talk)
    book, findings = rhumbline.read_book(path)
    assert plan == rhumbline.plan(book, findings=findings).document
    assert verified["verdict"] == "proven"


def test_nothing_but_messages_is_written_and_the_end_of_the_input_is_the_end(started):
    say(started, "hello\n", "[]\n", '{"jsonrpc": "2.0"}\n', "\x00\n", HELLO)
    first = json.loads(started.stdout.readline())
    assert first["id"] == 1
    say(started, {"jsonrpc": "2.0", "method": "notifications/initialized"}, call(2, "plan"))
    second = json.loads(started.stdout.readline())
    assert second["id"] == 2
    assert second["result"]["structuredContent"]["status"] == "optimal"
    out, err = started.communicate()
    assert started.returncode == 0
    assert out == ""
    assert "Traceback" not in err


def test_interrupting_it_ends_it_at_once_and_without_a_word(started):
    say(started, HELLO)
    assert json.loads(started.stdout.readline())["id"] == 1
    started.send_signal(signal.SIGINT)
    assert started.wait() == 130
    assert started.stderr.read() == ""
    assert started.stdout.read() == ""


def test_a_file_that_cannot_be_used_is_refused_before_anybody_waits(capfd, tmp_path):
    assert run(["mcp", str(tmp_path / "nothing.yaml")]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert "No such file" in err


def test_without_the_extra_the_command_says_how_to_install_it(capfd, company, monkeypatch):
    path = company()
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    for name in [name for name in sys.modules if name.startswith("rhumbline.faces.mcp.s")]:
        monkeypatch.delitem(sys.modules, name)
    assert run(["mcp", str(path)]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert "pip install 'rhumbline[mcp]'" in err
