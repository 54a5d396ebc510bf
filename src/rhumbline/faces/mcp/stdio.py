"""The server over standard input and output, where nothing else may be written, and an end that waits for nobody."""

from __future__ import annotations

import os
import signal
import sys
import threading
from io import TextIOWrapper
from typing import Any, BinaryIO

import anyio
from mcp.server import Server
from mcp.server.stdio import stdio_server

from rhumbline.faces.mcp.server import server
from rhumbline.faces.mcp.source import Source
from rhumbline.faces.refusals import refusal
from rhumbline.faces.streams import NobodyReads

_INTERRUPTED = 130
_SECONDS_TO_END = 0.5


def serve(source: Source) -> None:
    """Serve one client until it closes standard input.

    Parameters
    ----------
    source
        What the tools tell of.
    """
    # A thread that waits for a line cannot be interrupted, and no half-done work is worth waiting for.
    signal.signal(signal.SIGINT, lambda *_: os._exit(_INTERRUPTED))
    wire = _taken_over()
    try:
        anyio.run(_serve, server(source), wire)
    except BaseExceptionGroup as group:
        if group.subgroup(BrokenPipeError) is None:
            raise
        raise NobodyReads from None
    finally:
        _leave_searches()


async def _serve(serving: Server[Any], wire: BinaryIO) -> None:
    out = anyio.wrap_file(TextIOWrapper(wire, encoding="utf-8", newline="\n"))
    async with stdio_server(stdout=out) as (incoming, outgoing):
        await serving.run(incoming, outgoing, serving.create_initialization_options())


def _taken_over() -> BinaryIO:
    """Return standard output for messages alone; whatever a solver writes there from now on goes nowhere."""
    try:
        sys.stdout.flush()
        wire = os.fdopen(os.dup(1), "wb")
    except (OSError, ValueError, AttributeError):
        raise refusal("output-closed", "standard output") from None
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return wire


def _leave_searches() -> None:
    """End the program although a search still runs whose client has left: Python would wait for its thread."""
    for thread in threading.enumerate():
        if thread is threading.main_thread() or thread.daemon:
            continue
        thread.join(_SECONDS_TO_END)
        if thread.is_alive():
            os._exit(0)


__all__ = ["serve"]
