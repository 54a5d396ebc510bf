"""``rhumbline convert``: the same Book in another file format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rhumbline.faces.commands import Language
from rhumbline.faces.refusals import Refusal, refusal
from rhumbline.faces.streams import document_bytes, write_blocks, write_bytes

_Source = Annotated[Path, typer.Argument(metavar="IN", help="The Book: a file, or a folder of CSV files.")]
_Target = Annotated[
    Path, typer.Argument(metavar="OUT", help="Ends in .yaml, .json, .xlsx or .zip; without an ending a folder.")
]
_Force = Annotated[bool, typer.Option("--force", help="Replace what is there already.")]
_Without = Annotated[bool, typer.Option("--without-held-out", help="Convert the rest when rows are held out.")]
_Excel = Annotated[bool, typer.Option("--excel", help="CSV files with a mark that tells Excel their encoding.")]
_Json = Annotated[bool, typer.Option("--json", help="Print what came of it as JSON.")]
_Language = Annotated[Language, typer.Option("--language", help="Language.")]


def convert(
    source: _Source,
    target: _Target,
    *,
    force: _Force = False,
    without_held_out: _Without = False,
    excel: _Excel = False,
    json: _Json = False,
    language: _Language = Language.EN,
) -> int:
    """Write a Book in another format: YAML, JSON, a workbook, CSV files."""
    from rhumbline.exchange.convert import WRITABLE
    from rhumbline.exchange.convert import convert as converted
    from rhumbline.faces.telling.files import explain_conversion
    from rhumbline.faces.words import Words

    reading, problem = converted(source, target, force=force, without_held_out=without_held_out, excel=excel)
    if not reading.usable:
        raise Refusal(*reading.findings)
    if problem is not None:
        match problem.code:
            case "held-out-rows":
                raise Refusal(*reading.errors, held_out=True)
            case "file-is-there":
                raise refusal("replace-with-force", str(target))
            case "unknown-format":
                raise refusal("book-ending", str(target), endings=WRITABLE)
            case _:
                raise refusal("cannot-write", str(target), problem=problem.numbers.get("problem", problem.message))
    held_out = len(reading.held_out)
    if json:
        from rhumbline.faces.files.documents import convert_document

        write_bytes(document_bytes(convert_document(source, target, reading.book, reading.findings, held_out)))
    else:
        blocks = explain_conversion(reading.book, reading.findings, target)
        write_blocks(blocks, Words(language.value, reading.book), str(target))
    return int(held_out > 0)


__all__ = ["convert"]
