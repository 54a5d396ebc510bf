"""The commands that need a server: get its Book as a file, and see who changed what."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Annotated, Any

import typer

from rhumbline.faces.commands import Language, day_of
from rhumbline.faces.places import Server
from rhumbline.faces.refusals import refusal
from rhumbline.faces.streams import document_bytes, write_blocks, write_bytes

_LAST = 20

_Out = Annotated[
    Path | None,
    typer.Argument(metavar="OUT", help="Ends in .yaml, .json, .xlsx or .zip; without it the Book is printed as YAML."),
]
_At = Annotated[
    str | None,
    typer.Option("--at", metavar="WHEN", help="As it was after this change (a number) or at the end of this day."),
]
_Force = Annotated[bool, typer.Option("--force", help="Replace what is there already.")]
_Last = Annotated[int, typer.Option("--last", metavar="N", min=1, max=10_000, help="So many changes.")]
_After = Annotated[
    int | None, typer.Option("--after", metavar="CHANGE", min=0, help="All changes with a higher number instead.")
]
_Json = Annotated[bool, typer.Option("--json", help="Print what came of it as JSON.")]
_Language = Annotated[Language, typer.Option("--language", help="Language.")]


def _server(context: typer.Context) -> Server:
    if not isinstance(context.obj, Server):
        raise refusal("needs-a-server", str(context.info_name))
    return context.obj


# --- book -------------------------------------------------------------------------------------


def book(
    context: typer.Context,
    out: _Out = None,
    *,
    at: _At = None,
    force: _Force = False,
    json: _Json = False,
    language: _Language = Language.EN,
) -> int:
    """Get the Book of a server as a file."""
    from rhumbline.exchange.files import dumps
    from rhumbline.faces.files.documents import convert_document
    from rhumbline.faces.files.keeping import must_be_writable, write
    from rhumbline.faces.telling.files import explain_conversion
    from rhumbline.faces.words import Words

    if out is not None:
        must_be_writable(out)
        if out.exists() and not force:
            raise refusal("replace-with-force", str(out))
    client = _server(context).client()
    found = client.book(_when(at))
    if found.concealed:
        # A file does not remember what is missing from it, and a plan made of it would be wrong.
        raise refusal("book-concealed", client.address, concealed=[f"concealed_{name}" for name in found.concealed])
    if out is None:
        write_bytes(dumps(found, "json" if json else "yaml").encode())
        return 0
    write(found, out)
    if json:
        write_bytes(document_bytes(convert_document(client.address, out, found, (), 0)))
    else:
        write_blocks(explain_conversion(found, (), out), Words(language.value, found), str(out))
    return 0


def _when(at: str | None) -> Any:
    return int(at) if at is not None and at.isascii() and at.isdigit() and len(at) < 12 else day_of(at)


# --- history ----------------------------------------------------------------------------------


def history(
    context: typer.Context,
    *,
    last: _Last = _LAST,
    after: _After = None,
    json: _Json = False,
    language: _Language = Language.EN,
) -> int:
    """Say who changed the Book of a server, when and what."""
    from rhumbline.exchange.documents import schema
    from rhumbline.faces.telling.changes import explain_history
    from rhumbline.faces.words import Words

    client = _server(context).client()
    first = max(0, int(client.about().get("seq") or 0) - last) if after is None else after
    # Somebody may write while this is read: so many, and the newest of them.
    changes = list(deque(client.changes(first), None if after is not None else last))
    if json:
        write_bytes(document_bytes({"schema": schema("history"), "changes": changes}))
    else:
        write_blocks(explain_history(changes), Words(language.value))
    return 0


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("book")(book)
    app.command("history")(history)


__all__ = ["add_to"]
