"""What the command line asks a server: the same questions as of a file, answered with the same documents."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rhumbline import registry
from rhumbline.faces.places import SERVER, Server
from rhumbline.faces.progress import watching
from rhumbline.faces.refusals import Refusal

# A command to try next, as the text of an answer names it.
_COMMAND = re.compile(r"^  rhumbline (\w+) FILE", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ServerAnswer:
    """What a server answered.

    Parameters
    ----------
    document
        The document that docs/reference/json.md promises.
    text
        The same in words, 80 columns wide; empty when it was not asked for.
    place
        The address of the Book it is about.
    """

    document: dict[str, Any]
    text: str
    place: str


def ask_server(
    server: Server, capability: registry.Capability, wishes: dict[str, Any], language: str, *, text: bool
) -> ServerAnswer:
    """Ask one question about the Book on a server.

    Parameters
    ----------
    server
        The server.
    capability
        What is asked.
    wishes
        Fields of its terms; a file there holds a plan.
    language
        Of the sentences.
    text
        Whether the answer is wanted in words, too.
    """
    client = server.client()
    terms = {name: _plan_in(wish) if isinstance(wish, Path) else wish for name, wish in wishes.items()}
    if registry.listens(capability.name):
        with watching(language, listens=True) as watch:
            document = client.run(capability.name, progress=watch, language=language, text=text, **terms)
    else:
        document = client.ask(capability.name, language=language, text=text, **terms)
    return ServerAnswer(document, _as_typed(document.pop("text", ""), server), client.address)


def _plan_in(path: Path) -> Any:
    """Return the plan document in a file; what is none is refused here as it is without a server."""
    from rhumbline.exchange.documents import read_claim

    claim, findings = read_claim(path)
    if claim is None:
        raise Refusal(*findings)
    return json.loads(path.read_bytes())


def _as_typed(text: str, server: Server) -> str:
    """Return a text whose commands can be typed: they name the server as it was named, and no file."""
    named = f" {SERVER} {server.url}" if server.typed else ""
    return _COMMAND.sub(rf"  rhumbline{named} \1", text)


__all__ = ["ServerAnswer", "ask_server"]
