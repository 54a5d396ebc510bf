"""An assistant for tests: the SDK's own client, connected in memory."""

from datetime import date

import anyio
import pytest
from mcp import Client, MCPError

from rhumbline.faces.mcp.file_source import FileSource
from rhumbline.faces.mcp.server import server

DAY = date(2026, 11, 23)


class Assistant:
    """Calls the tools of a source, one connection a call."""

    def __init__(self, source):
        self.source = source

    def do(self, work, mode="auto"):
        async def connected():
            async with Client(server(self.source), mode=mode, raise_exceptions=True) as client:
                try:
                    return await work(client), None
                except MCPError as error:
                    # Raised in here it would come out in groups, one for each task of the connection.
                    return None, error

        found, error = anyio.run(connected)
        if error is not None:
            raise error
        return found

    def tools(self, mode="auto"):
        return self.do(lambda client: client.list_tools(), mode).tools

    def call(self, tool, /, mode="auto", **arguments):
        # The client itself compares each answer with the schema that the server promised.
        return self.do(lambda client: client.call_tool(f"rhumbline_{tool}", arguments), mode)

    def ask(self, tool, /, **arguments):
        result = self.call(tool, **arguments)
        assert not result.is_error, result.content[0].text
        return result.structured_content

    def refused(self, tool, /, **arguments):
        result = self.call(tool, **arguments)
        assert result.is_error
        found = result.structured_content
        assert found["schema"] == "rhumbline.error/1"
        assert all(one["message"] and one["remedy"] and one["where"] for one in found["input"])
        for one in found["input"]:
            assert one["code"] in result.content[0].text
            assert one["remedy"] in result.content[0].text
        return [one["code"] for one in found["input"]]


@pytest.fixture
def assistant():
    """Return an assistant for a file, or for any other source."""

    def connected(path_or_source):
        own = hasattr(path_or_source, "may_propose")
        return Assistant(path_or_source if own else FileSource(path_or_source, lambda: DAY))

    return connected


@pytest.fixture
def bakery(company, assistant):
    """An assistant with the Book of the bakery; its file is ``bakery.path``."""
    path = company()
    found = assistant(path)
    found.path = path
    return found
