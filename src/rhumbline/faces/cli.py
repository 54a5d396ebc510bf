"""The command line: reads a Book, asks one question, prints the answer; the only place that reads a clock.

Exit codes: 0 fine; 1 a check or a verification found an error, or no plan is possible; 2 the input or the
question is unusable; 130 interrupted; 141 nobody reads the output any more.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from rhumbline import registry
from rhumbline.book.fields import fields_of
from rhumbline.book.findings import RhumblineError, UnknownRecord
from rhumbline.book.types import Severity
from rhumbline.engines._quiet import unheard
from rhumbline.faces.commands import CheckFormat, Language, command_of, day_of
from rhumbline.faces.places import (
    OrganisationOption,
    Server,
    ServerOption,
    TokenOption,
    is_on_server,
    refuse_server,
    server_of,
)
from rhumbline.faces.progress import watching
from rhumbline.faces.refusals import USAGE, Refusal, internal_fault, refusal, refusal_of, with_nearest
from rhumbline.faces.streams import NobodyReads, document_bytes, read, write_blocks, write_bytes, write_text

INTERRUPTED = 130
NOBODY_READS = 141
_ASK_A_SERVER = frozenset({*(capability.name for capability in registry.CAPABILITIES), "import", "book", "history"})
# What typer raises for every kind of wrong usage; it exports only this one of its subclasses.
_WRONG_USAGE: type[Exception] = typer.BadParameter.__mro__[1]


# --- answering --------------------------------------------------------------------------------


def today() -> date:
    """Return the current day where this computer stands."""
    return datetime.now().astimezone().date()


def answer(
    capability: registry.Capability,
    *,
    server: Server | None,
    file: Path | list[Path] | None,
    json: bool,
    as_of: str | None,
    language: Language,
    without_held_out: bool,
    form: CheckFormat = CheckFormat.TEXT,
    out: Path | None = None,
    **wishes: Any,
) -> int:
    """Answer what was typed and return the exit code."""
    files = file if isinstance(file, list) else [file] if file is not None else []
    form = CheckFormat.JSON if json else form
    day = day_of(as_of)
    given = {name: value for name, value in wishes.items() if value is not None}
    if day is not None and "as_of" in _fields(capability):
        given["as_of"] = day
    if is_on_server(server, files, several=capability.name == "check"):
        from rhumbline.faces.server_answers import ask_server

        if without_held_out:
            given["without_held_out"] = True
        only = ask_server(server, capability, given, language.value, text=form is CheckFormat.TEXT)
        answers: Sequence[Any] = [only]
        places: Sequence[Path | str] = [only.place]
    else:
        answers = [
            _asked(capability, one, day, language.value, given, without_held_out=without_held_out) for one in files
        ]
        places = files
    documents = [one.document for one in answers]
    # First what can fail, so that a refusal does not follow an answer that was printed already.
    if out is not None:
        _keep(documents[0], out)
    if form is CheckFormat.JSON:
        write_bytes(document_bytes(documents[0] if len(documents) == 1 else documents))
    elif form is CheckFormat.TEXT:
        for one, place in zip(answers, places, strict=True):
            _show(one, place, brief=len(answers) > 1)
    else:
        _annotate(documents, places, form, language.value)
    return max(map(exit_code, documents))


def _asked(
    capability: registry.Capability,
    file: Path,
    day: date | None,
    language: str,
    wishes: dict[str, Any],
    *,
    without_held_out: bool,
) -> Any:
    from rhumbline.faces.answers import ask

    book, findings = read(file)
    if day is not None or book.as_of is None:
        book = book.replace(as_of=day or today())
    given = {name: _wish(value) for name, value in wishes.items()}
    try:
        # scipy's solver, behind verify --resolve, writes to standard output now and then whatever it is told.
        with unheard(), watching(language, listens=registry.listens(capability.name)) as watch:
            return ask(
                capability.name,
                book,
                findings=findings,
                language=language,
                without_held_out=without_held_out,
                progress=watch,
                **given,
            )
    except UnknownRecord as error:
        raise refusal_of(with_nearest(error, book), f"{capability.name} {file}") from error
    except RhumblineError as error:
        raise refusal_of(error, f"{capability.name} {file}") from error


def _wish(value: Any) -> Any:
    """Turn what was typed into a field of the terms; a file there holds a plan."""
    if isinstance(value, Path):
        from rhumbline.exchange.documents import read_claim

        claim, findings = read_claim(value)
        if claim is None:
            raise Refusal(*findings)
        return claim
    return tuple(value) if isinstance(value, list) else value


def exit_code(document: Mapping[str, Any]) -> int:
    """Return 1 when a check found an error or rows are held out, a verification fails, or no plan is possible.

    Parameters
    ----------
    document
        The answer, from a file or from a server.
    """
    match str(document["schema"]).partition("/")[0]:
        case "rhumbline.check":
            standing = (found for found in document["findings"] if found["waived_until"] is None)
            return int(any(found["severity"] == Severity.ERROR for found in (*document["input"], *standing)))
        case "rhumbline.verify":
            return int(document["verdict"] in ("fails", "worse"))
        case "rhumbline.plan":
            return int(document["status"] in ("infeasible", "not enough data"))
    return 0


def _fields(capability: registry.Capability) -> frozenset[str]:
    return frozenset(field.name for field in fields_of(registry.resolve(capability.terms)))


def _annotate(documents: Sequence[Any], places: Sequence[Path | str], form: CheckFormat, language: str) -> None:
    from rhumbline.faces import annotations

    make = annotations.sarif if form is CheckFormat.SARIF else annotations.github
    write_bytes(make(documents, places, language).encode("utf-8", "backslashreplace"))


def _show(one: Any, place: Path | str, *, brief: bool) -> None:
    """Print an answer in words; that of a server comes in words."""
    if isinstance(place, str):
        write_text(one.text)
    elif brief:
        from rhumbline.faces.telling.findings import explain_briefly

        write_blocks(explain_briefly(one.result, one.book, one.findings), one.words, str(place))
    else:
        write_blocks(one.blocks, one.words, str(place))


def _keep(document: Any, out: Path) -> None:
    """Write an answer to a file: all of it or nothing, so that an interrupted run leaves no half plan."""
    temporary = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        temporary.write_bytes(document_bytes(document))
        temporary.replace(out)
    except OSError as problem:
        temporary.unlink(missing_ok=True)
        raise refusal("cannot-write", str(out), problem=problem.strerror or str(problem)) from None


# --- the application --------------------------------------------------------------------------


def _version(asked: bool) -> None:
    if asked:
        from rhumbline import __version__

        write_bytes(f"rhumbline {__version__}\n".encode())
        raise typer.Exit


def _about(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    # Taken out of the words before they get here, since they may stand behind the command as well; see ``places``.
    server: ServerOption = None,
    token: TokenOption = None,
    organisation: OrganisationOption = None,
) -> None:
    """Say whether your initiatives lead where your strategy says, and what to fund."""


class InOrder(TyperGroup):
    """Lists the commands in the order of the registry."""

    def list_commands(self, ctx: Any) -> list[str]:
        del ctx
        return list(self.commands)


def _named(capability: registry.Capability) -> Any:
    """Return a command that is only listed: its options are read from its engine when it is asked for."""

    def command() -> None:
        """Never runs: whoever asks for this command gets the whole of it."""

    command.__doc__ = capability.asks
    return command


def application(
    asked: str | None = None, *additions: Callable[[typer.Typer], None], server: Server | None = None
) -> typer.Typer:
    """Return the command line with a command for every capability, and those that deal with files.

    Parameters
    ----------
    asked
        The command that was typed. Only its engine is loaded; the others are listed by their names.
    additions
        Each adds commands of its own, such as those of the server, which this module knows nothing of.
    server
        The server that was named instead of a file, if one was.
    """
    from rhumbline.faces import file_commands, server_commands
    from rhumbline.faces.mcp import command as mcp_commands
    from rhumbline.faces.report import commands as report_commands

    app = typer.Typer(
        name="rhumbline",
        cls=InOrder,
        add_completion=False,
        # Plain help needs no rich, and reads the same in a terminal, a log and the reference page.
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_about)
    for capability in registry.capabilities():
        whole = capability.name == asked
        make = partial(answer, server=server)
        app.command(capability.name)(
            command_of(capability, make, on_server=server is not None) if whole else _named(capability)
        )
    file_commands.add_to(app)
    server_commands.add_to(app)
    report_commands.add_to(app, today)
    mcp_commands.add_to(app, today)
    for add in additions:
        add(app)
    return app


def run(arguments: Sequence[str], *additions: Callable[[typer.Typer], None]) -> int:
    """Run one command line and return its exit code; whatever happens, it ends in words.

    Parameters
    ----------
    arguments
        What was typed behind the name of the program.
    additions
        Each adds commands of its own; see ``application``.
    """
    words = list(arguments) or ["--help"]
    try:
        server, words = server_of(words, _ASK_A_SERVER)
        asked = next((word for word in words if not word.startswith("-")), None)
        refuse_server(server, asked, _ASK_A_SERVER)
        command = application(asked, *additions, server=server)
        code = command(args=words, prog_name="rhumbline", standalone_mode=False, obj=server)
        return code if isinstance(code, int) else 0
    except typer.Exit as end:
        return int(end.exit_code)
    except typer.Abort:
        return INTERRUPTED
    except KeyboardInterrupt:
        return INTERRUPTED
    except NobodyReads:
        # Nobody reads any more; a second try to flush on the way out would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOBODY_READS
    except Refusal as no:
        return _refused(no, words)
    except RhumblineError as error:
        return _refused(refusal_of(error, " ".join(words)), words)
    except _WRONG_USAGE as wrong:
        return _refused(_wrong_usage(wrong), words)
    except Exception as fault:
        if os.environ.get("RHUMBLINE_TRACEBACK"):
            raise
        return _refused(internal_fault(fault, " ".join(words)), words)


def _wrong_usage(wrong: Any) -> Refusal:
    context = getattr(wrong, "ctx", None)
    command = context.command_path if context else "rhumbline"
    return refusal("wrong-usage", command, text=wrong.format_message(), command=command)


def _refused(no: Refusal, arguments: Sequence[str]) -> int:
    """Say why there is no answer: as a document on standard output, or in words where errors go."""
    if "--json" in arguments or _typed(arguments, "--format") == CheckFormat.JSON:
        try:
            write_bytes(document_bytes(no.document))
        except (Refusal, NobodyReads):
            return USAGE
        return USAGE
    from rhumbline.faces.words import Words

    language = Language.DE if _typed(arguments, "--language") == Language.DE else Language.EN
    write_blocks(no.blocks, Words(language.value), to_errors=True)
    return USAGE


def _typed(arguments: Sequence[str], option: str) -> str | None:
    """Return what was typed for an option, in one word or two, even where it makes no command."""
    for word, after in zip_longest(arguments, arguments[1:]):
        if word == option:
            return after
        if word.startswith(f"{option}="):
            return word.removeprefix(f"{option}=")
    return None


__all__ = ["application", "run"]
