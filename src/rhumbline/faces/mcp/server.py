"""The tools as a server of the Model Context Protocol; the transport (standard streams, HTTP, memory) is the caller's.

Everything a tool does runs in a thread, so that the server answers others meanwhile; a search that listens reports how
far it is, and ends when the client cancels or leaves.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from functools import partial
from threading import Semaphore
from typing import Any

import anyio
import mcp_types as types
from anyio.to_thread import run_sync
from mcp.server import Server, ServerRequestContext
from mcp.shared.exceptions import MCPError

from rhumbline import __version__
from rhumbline.book.findings import RhumblineError
from rhumbline.exchange.asking import findings_of
from rhumbline.exchange.documents import error_document
from rhumbline.exchange.files import dumps
from rhumbline.faces.mcp.source import Said, Source
from rhumbline.faces.mcp.tools import Tool, texts, tools
from rhumbline.faces.refusals import Refusal, internal_fault
from rhumbline.faces.words import Words

BOOK = "rhumbline://book"
_SECONDS_BETWEEN = 0.5
# At most so many answers that may take minutes are computed at once; the quick ones never wait for them.
_SEARCHES = max(2, os.cpu_count() or 1)

Context = ServerRequestContext[Any, Any]
SourceOf = Callable[[Context], Source]

log = logging.getLogger(__name__)


def server(source: Source) -> Server[Any]:
    """Return a server of one Book for one reader.

    Parameters
    ----------
    source
        What the tools tell of.
    """
    return server_of(lambda _: source)


def server_of(source_of: SourceOf) -> Server[Any]:
    """Return a server whose every request may come from another reader, or be about another Book.

    Parameters
    ----------
    source_of
        Gives the source for a request; called in a thread. It may raise ``Refusal``.
    """
    serving = _Serving(source_of)
    about = texts()["server"]
    return Server(
        "rhumbline",
        version=__version__,
        title=about["title"],
        instructions=about["instructions"].strip(),
        on_list_tools=serving.list_tools,
        on_call_tool=serving.call_tool,
        on_list_resources=serving.list_resources,
        on_read_resource=serving.read_resource,
    )


class Watch:
    """Listens to a search from its thread, and tells it whether to go on."""

    def __init__(self) -> None:
        self.news: Any = None
        self.stopped = False

    def __call__(self, news: Any) -> bool:
        """Return whether the search is to go on."""
        self.news = news
        return not self.stopped


class _Serving:
    """Answers the requests of clients."""

    def __init__(self, source_of: SourceOf) -> None:
        self.source_of = source_of
        self.searches = Semaphore(_SEARCHES)

    # --- tools ----------------------------------------------------------------------------

    async def list_tools(self, context: Context, _: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        """List what this reader may use."""
        may_propose = await self._in_thread(lambda: self.source_of(context).may_propose)
        return types.ListToolsResult(tools=[_listed(tool) for tool in tools() if may_propose or not tool.proposes])

    async def call_tool(self, context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        """Carry out a tool; whatever is wrong with the call is said in its result, where the model reads it."""
        tool = next((tool for tool in tools() if tool.name == params.name), None)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, f"There is no tool {params.name!r}; tools/list names all there are.")
        watch = Watch()
        work = partial(self._result, context, tool, params.arguments or {}, watch)
        async with anyio.create_task_group() as group:
            if tool.listens:
                group.start_soon(_tell, context, watch)
            try:
                # A search that nobody waits for any more ends by itself, at its next news.
                result = await run_sync(work, abandon_on_cancel=True)
            finally:
                watch.stopped = True
                group.cancel_scope.cancel()
        return result

    def _result(self, context: Context, tool: Tool, arguments: dict[str, Any], watch: Watch) -> types.CallToolResult:
        """Return what a tool gives, or why it gives nothing; runs in a thread."""
        try:
            source = self.source_of(context)
            if not tool.listens:
                return _answered(tool.run(source, arguments, None))
            with self.searches:
                return _answered(tool.run(source, arguments, watch))
        except Refusal as no:
            return _refused(no)
        except RhumblineError as error:
            return _refused(Refusal(*findings_of(error, tool.name)))
        except Exception as fault:
            log.exception("%s failed", tool.name)
            return _refused(internal_fault(fault, tool.name))

    # --- resources ------------------------------------------------------------------------

    async def list_resources(
        self, _context: Context, _params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        """List the one resource there is: the Book."""
        said = texts()["book"]
        book = types.Resource(
            uri=BOOK,
            name="book",
            title=said["title"],
            description=said["description"].strip(),
            mime_type="application/yaml",
        )
        return types.ListResourcesResult(resources=[book])

    async def read_resource(
        self, context: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        """Return the Book as the text of a file."""
        if str(params.uri) != BOOK:
            raise MCPError(types.INVALID_PARAMS, f"There is no resource {params.uri}; there is {BOOK}.")
        text = await self._in_thread(lambda: dumps(self.source_of(context).book()[0]))
        contents = types.TextResourceContents(uri=BOOK, mime_type="application/yaml", text=_sendable(text))
        return types.ReadResourceResult(contents=[contents])

    @staticmethod
    async def _in_thread(work: Callable[[], Any]) -> Any:
        """Run what has no place in its answer for a refusal, which becomes an error of the protocol."""

        def tried() -> Any:
            try:
                return work()
            except (Refusal, RhumblineError) as error:
                no = error if isinstance(error, Refusal) else Refusal(*findings_of(error, BOOK))
                raise MCPError(types.INTERNAL_ERROR, _words_of(no), error_document(no.findings)) from error

        return await run_sync(tried, abandon_on_cancel=True)


async def _tell(context: Context, watch: Watch) -> None:
    """Report how far a search is, now and then, while there is news."""
    words, told, steps = Words("en"), None, 0
    while True:
        await anyio.sleep(_SECONDS_BETWEEN)
        if watch.news is told:
            continue
        told, steps = watch.news, steps + 1
        code = "mcp.searching" if told.gap is None else "mcp.found"
        # How long a search takes nobody knows, so there is no total; the number only says that it goes on.
        await context.session.report_progress(steps, message=words.text(code, gap=told.gap))


# --- what is sent -----------------------------------------------------------------------------


def _listed(tool: Tool) -> types.Tool:
    hints = types.ToolAnnotations(
        title=tool.title,
        read_only_hint=not tool.keeps,
        destructive_hint=False,
        idempotent_hint=not tool.keeps,
        open_world_hint=False,
    )
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.input,
        output_schema=tool.output,
        annotations=hints,
    )


def _answered(said: Said) -> types.CallToolResult:
    return types.CallToolResult(
        content=[types.TextContent(text=_sendable(said.text))], structured_content=_sendable_document(said.document)
    )


def _refused(no: Refusal) -> types.CallToolResult:
    return types.CallToolResult(
        content=[types.TextContent(text=_sendable(_words_of(no)))],
        structured_content=_sendable_document(no.document),
        is_error=True,
    )


def _words_of(no: Refusal) -> str:
    """Return every finding with its code, what is wrong and what to do, as a model can use it."""
    return "\n".join(f"{found.code}: {found.where}: {found.message} {found.remedy}".strip() for found in no.findings)


def _sendable(text: str) -> str:
    """Return a text without halves of characters, which no message can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _sendable_document(document: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(document, ensure_ascii=False)
    return document if text.isascii() or _sendable(text) == text else json.loads(_sendable(text))


__all__ = ["BOOK", "server", "server_of"]
