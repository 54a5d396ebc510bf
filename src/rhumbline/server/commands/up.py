"""``rhumbline up``: everything one computer needs to serve Rhumbline, in one command."""

from __future__ import annotations

import errno
import ipaddress
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

from rhumbline.faces.blocks import Tone
from rhumbline.faces.commands import Language
from rhumbline.faces.refusals import refusal
from rhumbline.server.commands.accounts import account, make_owner, new_account
from rhumbline.server.commands.companion import Companion
from rhumbline.server.commands.migrate import bring_up_to_date
from rhumbline.server.commands.ready import make_home, organisation_key, place, served
from rhumbline.server.commands.saying import LanguageOption, headline, say, sentence
from rhumbline.server.configuration import Configuration, read_configuration

# Whoever sits at this computer; no mail can reach it, and it has no password.
LOCAL_OWNER = "owner@localhost"
# How long requests that are being answered may take when the server ends.
_LAST_SECONDS = 10
# So many workers in a row that died at once are no accident.
_TOO_OFTEN = 3


def up(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Books to begin with; each becomes an organisation.", show_default=False),
    ] = None,
    *,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Where to listen; 0 for any free port.")] = 8321,
    host: Annotated[str, typer.Option("--host", help="The address to listen at; others cannot reach the default.")] = (
        "127.0.0.1"
    ),
    no_open: Annotated[bool, typer.Option("--no-open", help="Open no browser.")] = False,
    without_held_out: Annotated[
        bool, typer.Option("--without-held-out", help="Begin with a Book although rows of it are held out.")
    ] = False,
    language: LanguageOption = Language.EN,
) -> int:
    """Serve Rhumbline on this computer, and open it in the browser."""
    configuration = read_configuration()
    alone = _is_loopback(host)
    if not alone and not configuration.open_to:
        raise refusal("open-needs-hosts", host, host=host)
    listening = _listen(host, port)
    port = listening.getsockname()[1]
    if make_home(configuration):
        say(language, sentence("serve.made_home", home=str(configuration.home)))
    with listening, _ending_like_ctrl_c(), served():
        if bring_up_to_date():
            say(language, sentence("serve.migrated", database=place(configuration.database)))
        owner = _local_owner(language) if alone and not configuration.open_to else None
        for file in files or ():
            _bring_in(file, owner, language, without_held_out=without_held_out)
        _say_when_empty(language)
        _serve(listening, _way_in(_url(configuration, host, port), owner), language, no_open=no_open)
    return 0


# --- where to listen --------------------------------------------------------------------------


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before anything else happens, so that a taken one is told at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        # Another program that listens is noticed only here where both asked to reuse the address.
        listening.listen(2048)
    except OSError as problem:
        listening.close()
        if problem.errno == errno.EADDRINUSE:
            raise refusal("port-taken", f"{host}:{port}", port=str(port), free=str(_free_port(host, family))) from None
        said = problem.strerror or str(problem)
        raise refusal("address-unusable", f"{host}:{port}", host=host, problem=said) from None
    return listening


def _free_port(host: str, family: socket.AddressFamily) -> int:
    with socket.socket(family, socket.SOCK_STREAM) as any_port:
        any_port.bind((host, 0))
        found: int = any_port.getsockname()[1]
        return found


def _url(configuration: Configuration, host: str, port: int) -> str:
    """Return the address people type: the one that was set, or this computer with the port in use."""
    if configuration.url:
        return configuration.url
    name = configuration.open_to[0] if configuration.open_to else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"


# --- what is there ----------------------------------------------------------------------------


def _local_owner(language: Language) -> Any:
    """Return the account of whoever sits here, made at the first start; None where others have accounts instead."""
    from rhumbline.store.models import User

    known = account(LOCAL_OWNER)
    if known is not None or User.objects.exists():
        return known
    say(language, sentence("serve.made_owner", email=LOCAL_OWNER))
    return new_account(LOCAL_OWNER)


def _bring_in(file: Path, owner: Any, language: Language, *, without_held_out: bool) -> None:
    """Make an organisation of a Book, unless it is there already."""
    from django.db import transaction
    from django.utils import timezone

    from rhumbline.book.findings import RhumblineError
    from rhumbline.faces.refusals import refusal_of
    from rhumbline.faces.streams import read
    from rhumbline.store.actors import system
    from rhumbline.store.committing import bring_in
    from rhumbline.store.models import Organisation

    key = organisation_key(file)
    if Organisation.objects.filter(key=key).exists():
        say(language, sentence("serve.there_already", key=key, file=str(file)))
        return
    book, _ = read(file)
    name = book.organisation.name if book.organisation else key
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(key=key, name=name, created=timezone.now())
            bring_in(system(organisation.pk, key), book, via="cli", note=file.name, without_held_out=without_held_out)
            if owner is not None:
                make_owner(organisation, LOCAL_OWNER)
    except RhumblineError as error:
        raise refusal_of(error, str(file)) from error
    say(language, headline("serve.brought_in", key=key, file=str(file), count=len(book)))


def _say_when_empty(language: Language) -> None:
    from rhumbline.store.models import Organisation

    if not Organisation.objects.exists():
        say(language, sentence("serve.no_organisation"))


# --- serving ----------------------------------------------------------------------------------


@contextmanager
def _ending_like_ctrl_c() -> Iterator[None]:
    """Let a request to terminate end the server as Ctrl-C does, with the worker beside it."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@dataclass(frozen=True, slots=True)
class _WayIn:
    """The address of the server, and the one that signs in whoever sits here."""

    url: str
    enter: str = ""


def _way_in(url: str, owner: Any) -> _WayIn:
    from rhumbline.store.sign_in import new_link

    return _WayIn(url) if owner is None else _WayIn(url, f"{url}/enter/{new_link(owner)}")


def _serve(listening: socket.socket, way_in: _WayIn, language: Language, *, no_open: bool) -> None:
    from rhumbline.server.asgi import application

    def ready() -> None:
        _announce(way_in, language)
        if not no_open:
            _open(way_in.enter or way_in.url)

    def died(in_a_row: int) -> None:
        if in_a_row < _TOO_OFTEN:
            say(language, headline("serve.worker_died", Tone.WARNING))
        elif in_a_row == _TOO_OFTEN:
            say(language, headline("serve.no_worker", Tone.BAD))

    with Companion(died):
        try:
            _uvicorn(application, ready).run(sockets=[listening])
        except KeyboardInterrupt:
            say(language, sentence("serve.ended"))


def _uvicorn(application: Any, ready: Callable[[], None]) -> Any:
    import uvicorn

    class Server(uvicorn.Server):
        """Says where it is to be found once it is."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            if self.started:
                ready()

    return Server(
        uvicorn.Config(
            application,
            # Its own log would hold addresses, and with them tokens; ours is set up already.
            log_config=None,
            access_log=False,
            # The application itself decides whom to believe who calls.
            proxy_headers=False,
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=_LAST_SECONDS,
        )
    )


def _announce(way_in: _WayIn, language: Language) -> None:
    from rhumbline.faces.streams import write_bytes
    from rhumbline.faces.words import Words

    words = Words(language.value)
    lines = [words.text("serve.serving", url=way_in.url)]
    if way_in.enter:
        lines.append(words.text("serve.enter", url=way_in.enter))
    lines.append(words.text("serve.ending"))
    # An address is never broken over two lines, so that it can be copied or clicked.
    write_bytes("".join(f"{line}\n" for line in lines).encode())


def _open(url: str) -> None:
    import webbrowser

    from rhumbline.faces.file_commands import somebody_watches

    if somebody_watches():
        # A browser that is slow to start must not keep the server from answering it.
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()


__all__ = ["LOCAL_OWNER", "up"]
