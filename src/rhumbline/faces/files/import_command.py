"""``rhumbline import``: what a file of another program would change, shown before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from rhumbline.faces.commands import Language, day_of
from rhumbline.faces.places import is_on_server
from rhumbline.faces.refusals import Refusal, refusal
from rhumbline.faces.streams import document_bytes, read, write_blocks, write_bytes

_Words = Annotated[
    list[str], typer.Argument(metavar="[FORMAT] FILE", help="The file, and before it its format unless it tells.")
]
_As = Annotated[
    str | None,
    typer.Option("--as", metavar="FORMAT", help="Its format, such as trello, jira, table.", show_default=False),
]
_Out = Annotated[Path | None, typer.Option("--out", metavar="BOOK", help="Write the Book here; else beside the file.")]
_Into = Annotated[Path | None, typer.Option("--into", metavar="BOOK", help="Add to this Book; its own edits are kept.")]
_Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")]
_Show = Annotated[bool, typer.Option("--show", help="Only show what would change; write nothing.")]
_Yes = Annotated[bool, typer.Option("--yes", help="Write without asking; without a terminal nothing is asked.")]
_Answer = Annotated[
    list[str] | None, typer.Option("--answer", metavar="ID=VALUE", help="Answer a question.", show_default=False)
]
_Called = Annotated[
    str, typer.Option("--called", metavar="NAME", help="Name of the source, if two have one.", show_default=False)
]
_AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Evaluation date; by default the Book's.", show_default=False),
]
_Kind = Annotated[
    str | None, typer.Option("--kind", help="Tables: what a row becomes (initiative, kpi, ...).", show_default=False)
]
_Sheet = Annotated[str | None, typer.Option("--sheet", metavar="NAME", help="Tables: which sheet.", show_default=False)]
_HeaderRow = Annotated[
    int | None, typer.Option("--header-row", metavar="N", help="Tables: row of the header.", show_default=False)
]
_Hidden = Annotated[bool, typer.Option("--hidden", help="Tables: look at hidden sheets too.")]
_Mapping = Annotated[
    Path | None,
    typer.Option(
        "--mapping", metavar="PATH", help="Tables: agreed mappings; else beside the Book.", show_default=False
    ),
]
_Propose = Annotated[bool, typer.Option("--propose", help="On a server: let somebody else decide on it.")]
_Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="On a server: why.", show_default=False)]
_Exactly = Annotated[
    bool, typer.Option("--exactly", help="On a server: also remove the records that a Book file does not have.")
]
_Json = Annotated[bool, typer.Option("--json", help="Print what came of it as JSON.")]
_Language = Annotated[Language, typer.Option("--language", help="Language.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Where the Book goes, and how much is said and asked on the way."""

    target: Path
    into: Path | None
    mappings: Path
    show: bool
    yes: bool
    json: bool
    language: str


def import_file(
    context: typer.Context,
    words: _Words,
    *,
    as_format: _As = None,
    out: _Out = None,
    into: _Into = None,
    force: _Force = False,
    show: _Show = False,
    yes: _Yes = False,
    answer: _Answer = None,
    called: _Called = "",
    as_of: _AsOf = None,
    kind: _Kind = None,
    sheet: _Sheet = None,
    header_row: _HeaderRow = None,
    hidden: _Hidden = False,
    mapping: _Mapping = None,
    propose: _Propose = False,
    note: _Note = "",
    exactly: _Exactly = False,
    json: _Json = False,
    language: _Language = Language.EN,
) -> int:
    """Turn a spreadsheet, or a file of another program, into a Book.

    The content of the file tells its format; nothing is written before you have seen what would change.
    Where a server was named, the Book there is changed, and a Book file can be imported, too.
    """
    from rhumbline.faces.files.incoming import TABLE, Asked, answers_of, read_incoming
    from rhumbline.faces.files.remembering import kept_in, mappings_beside

    # A file that is named as the place for the Book counts more than a server named by a variable.
    server = context.obj if is_on_server(context.obj, [place for place in (into, out) if place], several=True) else None
    if server is None and (propose or note or exactly):
        raise refusal("needs-a-server", "import")
    form, file = _format_and_file(words, as_format or "")
    for_tables = any((kind, sheet, header_row, hidden, mapping))
    if for_tables and form not in ("", TABLE):
        raise refusal("only-for-tables", form)
    target = out or into or _beside(file)
    if server is None:
        _refuse_target(target, into, force=force, show=show)
    wish = Wish(
        target=target,
        into=into,
        mappings=mapping or mappings_beside(target),
        show=show,
        yes=yes,
        json=json,
        language=language.value,
    )
    kept_in(wish.mappings)
    asked = Asked(
        file=file,
        format=TABLE if for_tables else form,
        into=_book(into) if into is not None else None,
        answers=answers_of(answer or ()),
        as_of=day_of(as_of),
        called=called,
        kind=_kind(kind),
        sheet=sheet or "",
        header_row=header_row,
        hidden=hidden,
        mappings=wish.mappings,
    )
    if server is not None:
        from rhumbline.faces.files.server_import import Sending, import_to

        sending = Sending(
            propose=propose, note=note, exactly=exactly, show=show, yes=yes, json=json, language=language.value
        )
        return import_to(server.client(), asked, sending)
    return _finish(read_incoming(asked), wish)


# --- what was typed ---------------------------------------------------------------------------


def _format_and_file(words: list[str], as_format: str) -> tuple[str, Path]:
    if len(words) > 2 or (len(words) == 2 and as_format and words[0] != as_format):
        raise refusal("import-words", "import")
    return (words[0] if len(words) == 2 else as_format), Path(words[-1])


def _beside(file: Path) -> Path:
    """Return where the Book goes when nobody says it; never the imported file itself."""
    target = file.with_suffix(".yaml")
    return target if target != file else file.with_suffix(".book.yaml")


def _refuse_target(target: Path, into: Path | None, *, force: bool, show: bool) -> None:
    from rhumbline.faces.files.keeping import must_be_writable

    must_be_writable(target)
    if not show and not force and target != into and target.exists():
        raise refusal("book-is-there", str(target), file=str(target))


def _book(into: Path) -> Any:
    """Return the Book to add to; one with held-out rows would lose them when it is written again."""
    from rhumbline.faces.telling.inputs import held_out

    book, findings = read(into)
    missing = held_out(findings)
    if missing:
        raise Refusal(*refusal("into-held-out", str(into), count=len(missing)).findings, *missing)
    return book


def _kind(kind: str | None) -> str:
    from rhumbline.exchange.vocabulary import mappable_kinds

    if kind is not None and kind not in mappable_kinds():
        raise refusal("unknown-kind", kind, kinds=mappable_kinds())
    return kind or "initiative"


# --- what comes of it -------------------------------------------------------------------------


def _finish(found: Any, wish: Wish) -> int:
    """Show what would change, ask where somebody watches, write, and say where."""
    from rhumbline.faces.telling.imports import explain_end, explain_preview
    from rhumbline.faces.words import Words

    words = Words(wish.language, found.book)
    if not wish.json:
        write_blocks(explain_preview(found), words, str(wish.target))
    outcome, kept = _outcome(found, wish, words)
    if wish.json:
        from rhumbline.faces.files.documents import import_document

        written = wish.target if outcome == "written" else None
        write_bytes(document_bytes(import_document(found, written=written, kept=kept, say=words.say)))
    else:
        write_bytes(b"\n")
        write_blocks(explain_end(found, outcome, wish.target, wish.mappings, kept), words, str(wish.target))
    return int(bool(found.held_out) or outcome == "nothing")


def _outcome(found: Any, wish: Wish, words: Any) -> tuple[str, Path | None]:
    """Write the Book where that is wanted; return what was done, and where the file from before is kept."""
    from rhumbline.faces.files.keeping import agrees, somebody_watches, write
    from rhumbline.faces.files.remembering import remember_at

    if wish.show:
        return "shown", None
    same = found.book == found.before and wish.target == wish.into
    if same or not len(found.book):
        return "same" if same else "nothing", None
    watched = somebody_watches() and not wish.yes and not wish.json
    if watched and found.needs_a_look and not agrees(words, "import.ask", file=str(wish.target)):
        return "declined", None
    kept = write(found.book, wish.target)
    if found.proposal is not None:
        remember_at(found.proposal.mapping, wish.mappings)
    return "written", kept


__all__ = ["import_file"]
