"""Where the Book of a command is: in a file, or on a server; the options and variables that say so."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeGuard

import typer

from rhumbline.faces.refusals import Refusal, refusal

if TYPE_CHECKING:
    from rhumbline.faces.client import Client

SERVER, TOKEN, ORGANISATION = OPTIONS = ("--server", "--token", "--organisation")
# An answer that is not searched in the background may still need the proof of some plans.
_TIMEOUT = 600.0

ServerOption = Annotated[
    str | None,
    typer.Option(SERVER, metavar="URL", help="Ask the Book on this server, not a file; or set RHUMBLINE_SERVER."),
]
TokenOption = Annotated[
    str | None,
    typer.Option(TOKEN, metavar="TOKEN", help="What the server knows you by; better set RHUMBLINE_TOKEN."),
]
OrganisationOption = Annotated[
    str | None, typer.Option(ORGANISATION, metavar="KEY", help="Which organisation, where the token sees several.")
]


@dataclass(frozen=True, slots=True)
class Server:
    """A server that was named, and what it is to be told.

    Parameters
    ----------
    url
        Its address.
    token
        The token; empty when nobody gave one.
    organisation
        The key of the organisation; empty for the only one.
    typed
        Whether it was named on the command line; a file that is named there counts more than a variable.
    """

    url: str
    token: str = field(repr=False)
    organisation: str = ""
    typed: bool = False

    def client(self) -> Client:
        """Return what speaks with it."""
        from rhumbline.faces.client import Client

        if not self.token:
            raise refusal("token-missing", self.url)
        return Client(self.url, self.token, organisation=self.organisation, timeout=_TIMEOUT)


def server_of(words: Sequence[str], verbs: Collection[str]) -> tuple[Server | None, list[str]]:
    """Return the server that was named, on the command line or by a variable, and the words without it.

    Parameters
    ----------
    words
        What was typed.
    verbs
        The commands that can ask a server: they take its options behind them, too.
    """
    rest, typed = [], {}
    for option, value in _taken_apart(words, verbs):
        if option:
            typed[option] = value
        else:
            rest.append(value)
    url = typed.get(SERVER) or os.environ.get("RHUMBLINE_SERVER", "")
    if not url:
        if typed:
            raise _wrong(f"{', '.join(typed)} needs {SERVER} URL, or the variable RHUMBLINE_SERVER.")
        return None, rest
    token = typed.get(TOKEN) or os.environ.get("RHUMBLINE_TOKEN", "")
    return Server(url, token, typed.get(ORGANISATION, ""), SERVER in typed), rest


def is_on_server(server: Server | None, files: Sequence[Path], *, several: bool = False) -> TypeGuard[Server]:
    """Return whether a command asks a server; a file that was named counts more than a server named by a variable.

    Parameters
    ----------
    server
        The server that was named, if one was.
    files
        The files that were named; none where a server is asked.
    several
        Whether more than one file may be named.
    """
    if server is not None and server.typed and files:
        raise _wrong(f"The Book is on the server, so leave out {files[0]}; or leave out {SERVER}.")
    if len(files) > 1 and not several:
        raise _wrong(f"Got unexpected extra argument ({files[1]})")
    return server is not None and not files


def refuse_server(server: Server | None, verb: str | None, verbs: Collection[str]) -> None:
    """Refuse a server that was named on the command line for a command that asks none.

    Parameters
    ----------
    server
        The server that was named, if one was.
    verb
        The command.
    verbs
        The commands that can ask a server.
    """
    if server is not None and server.typed and verb is not None and verb not in verbs:
        raise _wrong(
            f"{verb} does not ask a server. rhumbline {SERVER} {server.url} book company.yaml gets the Book as a file."
        )


def _wrong(text: str) -> Refusal:
    return refusal("wrong-usage", "rhumbline", text=text, command="rhumbline")


def _taken_apart(words: Sequence[str], verbs: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield each option about a server with its value, and every other word with an empty option before it."""
    verb, left = "", iter(words)
    for word in left:
        option, equals, value = word.partition("=")
        if option not in OPTIONS or (verb and verb not in verbs):
            verb = verb or ("" if word.startswith("-") else word)
            yield "", word
        elif equals:
            yield option, value
        elif (after := next(left, None)) is not None:
            yield option, after
        else:
            raise _wrong(f"Option '{option}' requires an argument.")


__all__ = [
    "OPTIONS",
    "OrganisationOption",
    "Server",
    "ServerOption",
    "TokenOption",
    "is_on_server",
    "refuse_server",
    "server_of",
]
