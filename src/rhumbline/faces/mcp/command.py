"""``rhumbline mcp`` and ``rhumbline apply``: an assistant asks and proposes, a person decides."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from rhumbline.engines.reasons import Reason
from rhumbline.faces.commands import Language
from rhumbline.faces.refusals import Refusal, refusal
from rhumbline.faces.streams import document_bytes, read, write_blocks, write_bytes

Today = Callable[[], date]

_File = Annotated[Path, typer.Argument(metavar="FILE", help="The Book: a file such as bakery.yaml.")]
_Proposal = Annotated[
    str, typer.Argument(metavar="PROPOSAL", help="The file of a proposal, or its number.", show_default=False)
]
_Yes = Annotated[bool, typer.Option("--yes", help="Write without asking.")]
_Show = Annotated[bool, typer.Option("--show", help="Only show what would change; write nothing.")]
_Json = Annotated[bool, typer.Option("--json", help="Print what came of it as JSON.")]
_Language = Annotated[Language, typer.Option("--language", help="Language.")]

# What the extra brings; whatever else is missing is a fault of ours.
_OF_THE_EXTRA = frozenset({"mcp", "mcp_types", "anyio"})


def add_to(app: typer.Typer, today: Today) -> None:
    """Add these commands to the command line.

    Parameters
    ----------
    app
        The command line.
    today
        Tells the day that counts where neither a question nor the file says one.
    """
    app.command("mcp")(_mcp_command(today))
    app.command("apply")(_apply_command(today))


# --- mcp --------------------------------------------------------------------------------------


def _mcp_command(today: Today) -> Callable[..., int]:
    def mcp(file: _File) -> int:
        """Let an assistant ask about a Book and propose changes to it.

        It speaks the Model Context Protocol over standard input and output; an assistant starts it by itself.
        """
        from rhumbline.faces.mcp.file_source import FileSource

        source = FileSource(file, today)
        # Whoever set this up learns at once that the file cannot be used.
        source.book()
        try:
            from rhumbline.faces.mcp.stdio import serve
        except ModuleNotFoundError as missing:
            if (missing.name or "").partition(".")[0] not in _OF_THE_EXTRA:
                raise
            raise refusal("mcp-missing", "mcp", problem=str(missing)) from None
        if sys.stdin is not None and sys.stdin.isatty():
            _say_what_is_expected()
        serve(source)
        return 0

    return mcp


def _say_what_is_expected() -> None:
    from rhumbline.faces.blocks import Sentences, Tone
    from rhumbline.faces.words import Words

    write_blocks((Sentences((Reason("mcp.waiting"),), Tone.QUIET),), Words("en"), to_errors=True)


# --- apply ------------------------------------------------------------------------------------


def _apply_command(today: Today) -> Callable[..., int]:
    def apply(
        file: _File,
        proposal: _Proposal,
        *,
        yes: _Yes = False,
        show: _Show = False,
        json: _Json = False,
        language: _Language = Language.EN,
    ) -> int:
        """Change a Book as an assistant proposed, after showing what becomes another."""
        from rhumbline.faces.files.keeping import must_be_writable, somebody_watches
        from rhumbline.faces.mcp import proposal_files
        from rhumbline.faces.words import Words

        must_be_writable(file)
        if not (yes or show) and (json or not somebody_watches()):
            raise refusal("nobody-asked", str(file))
        book = _whole_book(file)
        found = proposal_files.read_proposal(_proposal_file(file, proposal))
        if found.state != proposal_files.OPEN:
            raise refusal("proposal-decided", str(found.path))
        after, preview = _previewed(found, book, today, language.value)
        if not json:
            write_blocks(preview.blocks, preview.words, str(file))
        outcome = _decided(preview, Words(language.value), file, yes=yes, show=show)
        kept = _written(found, book, after, file, outcome)
        if json:
            document = {
                **preview.document,
                "schema": "rhumbline.apply/1",
                "state": outcome,
                "written": str(file) if outcome == "applied" else None,
                "kept": kept or None,
            }
            write_bytes(document_bytes(document))
        else:
            from rhumbline.faces.telling.proposals import explain_applied

            write_bytes(b"\n")
            write_blocks(explain_applied(preview, outcome, str(file), kept), preview.words, str(file))
        return 0

    return apply


def _whole_book(file: Path) -> Any:
    """Return the Book that changes; one with held-out rows would lose them when it is written again."""
    from rhumbline.faces.telling.inputs import held_out

    book, findings = read(file)
    missing = held_out(findings)
    if missing:
        raise Refusal(*refusal("into-held-out", str(file), count=len(missing)).findings, *missing)
    return book


def _proposal_file(file: Path, named: str) -> Path:
    from rhumbline.faces.mcp.proposal_files import path_of

    is_number = named.isascii() and named.isdecimal() and len(named) < 10
    return path_of(file, int(named)) if is_number and not Path(named).exists() else Path(named)


def _previewed(found: Any, book: Any, today: Today, language: str) -> tuple[Any, Any]:
    """Return the Book as it would be, and what to say about it."""
    from rhumbline.exchange.edits import apply, read_edits
    from rhumbline.faces.mcp.proposal_files import edits_for
    from rhumbline.faces.proposals import Preview

    edits, wrong = read_edits(edits_for(found, book))
    applied = apply(book, edits)
    if wrong or applied.book is None:
        raise Refusal(*wrong, *applied.findings)
    day = book.as_of or today()
    preview = Preview(
        book.replace(as_of=day),
        applied.book.replace(as_of=day),
        applied.findings,
        title=found.title,
        number=found.number,
        state=found.state,
        language=language,
    )
    return applied.book, preview


def _decided(preview: Any, words: Any, file: Path, *, yes: bool, show: bool) -> str:
    """Return what is to be done: ``applied``, ``same`` (nothing to do any more), ``shown`` or ``declined``."""
    from rhumbline.faces.files.keeping import agrees

    if show:
        return "shown"
    if not preview.changes:
        return "same"
    return "applied" if yes or agrees(words, "proposal.ask", file=str(file)) else "declined"


def _written(found: Any, book: Any, after: Any, file: Path, outcome: str) -> str:
    """Write the Book where that was decided; return where the file from before is kept."""
    from rhumbline.faces.files.keeping import write
    from rhumbline.faces.mcp.proposal_files import mark_accepted

    kept = None
    if outcome == "applied":
        if read(file)[0] != book:
            raise refusal("book-changed", str(file))
        kept = write(after, file)
    if outcome in ("applied", "same"):
        mark_accepted(found)
    return str(kept or "")


__all__ = ["add_to"]
