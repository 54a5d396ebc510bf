"""A server that answers others while it searches, tells how far it is, and ends what nobody waits for."""

import threading
from types import SimpleNamespace

import anyio
import pytest
from mcp import Client

from rhumbline.book.book import Book
from rhumbline.faces.mcp import server as serving
from rhumbline.faces.mcp.source import Page, Said
from rhumbline.faces.refusals import refusal


class Searching:
    """A source whose plan is found only when somebody says so, and which writes down how it ended."""

    about, may_propose = "A Book of nobody.", False

    def __init__(self):
        self.found, self.begun, self.ended = threading.Event(), threading.Event(), threading.Event()
        self.was_stopped = False

    def book(self):
        return Book(), ()

    def ask(self, name, raw, language, progress=None):
        self.begun.set()
        # Every hundredth of a second there is news, as of a solver.
        while progress is not None and not self.found.wait(0.01):
            if not progress(SimpleNamespace(gap=0.125, value=0.5)):
                self.was_stopped = True
                break
        self.ended.set()
        return Said({"schema": "rhumbline.plan/1"}, "Found.")

    def records(self, kind, after, limit):
        return Page(())

    def record(self, kind, key):
        raise refusal("unknown-record", "read", kind=kind, key=key)


@pytest.fixture
def searching(monkeypatch):
    monkeypatch.setattr(serving, "_SECONDS_BETWEEN", 0.01)
    return Searching()


def run(work, source, mode):
    async def connected():
        async with Client(serving.server(source), mode=mode) as client:
            await work(client)

    anyio.run(connected)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_others_are_answered_while_a_plan_is_searched(searching, mode):
    async def work(client):
        results = []

        async def plan():
            results.append(await client.session.call_tool("rhumbline_plan", {}, progress_callback=heard))

        async with anyio.create_task_group() as group:
            group.start_soon(plan)
            await anyio.to_thread.run_sync(searching.begun.wait)
            assert (await client.call_tool("rhumbline_kinds", {})).structured_content["kinds"]
            assert not results
            await told.wait()
            searching.found.set()

    news = []
    told = anyio.Event()

    async def heard(progress, total, message):
        news.append((progress, total, message))
        if len(news) == 2:
            told.set()

    with pytest.raises(BaseExceptionGroup) as raised:
        run(work, searching, mode)
    # The document is no plan, as the client notices; it has been found all the same.
    assert "Invalid structured content" in repr(raised.value)
    assert searching.ended.is_set()
    assert not searching.was_stopped
    steps = [progress for progress, _, _ in news]
    assert steps == sorted(set(steps))
    assert all("at most 12.5 points" in message and "Ctrl" not in message for _, _, message in news)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_search_that_the_client_cancels_ends(searching, mode):
    async def work(client):
        async with anyio.create_task_group() as group:
            group.start_soon(client.call_tool, "rhumbline_plan", {})
            await anyio.to_thread.run_sync(searching.begun.wait)
            group.cancel_scope.cancel()
        assert await anyio.to_thread.run_sync(searching.ended.wait, 60)
        assert searching.was_stopped
        assert (await client.call_tool("rhumbline_kinds", {})).structured_content["kinds"]

    run(work, searching, mode)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_search_whose_client_leaves_ends(searching, mode):
    async def work(client):
        async with anyio.create_task_group() as group:
            group.start_soon(client.call_tool, "rhumbline_plan", {})
            await anyio.to_thread.run_sync(searching.begun.wait)
            raise KeyError("the client falls over")

    with pytest.raises(BaseExceptionGroup):
        run(work, searching, mode)
    assert searching.ended.wait(60)
    assert searching.was_stopped


def test_a_request_may_be_from_another_reader_each_time():
    asked = []

    def source_of(context):
        asked.append(context.method)
        if len(asked) > 2:
            raise refusal("may-not-propose", "token")
        return Searching()

    async def work():
        async with Client(serving.server_of(source_of)) as client:
            await client.list_tools()
            first = await client.call_tool("rhumbline_kinds", {})
            second = await client.call_tool("rhumbline_kinds", {})
            return first.is_error, second.is_error, second.structured_content["input"][0]["code"]

    assert anyio.run(work) == (False, True, "may-not-propose")
    assert asked == ["tools/list", "tools/call", "tools/call"]
