"""What goes in and out of the command line: a file becomes a Book, an answer becomes bytes or lines."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from rhumbline.book.findings import Finding
from rhumbline.faces.refusals import Refusal, refusal

_WIDEST = 100
# What bars are drawn with, and with what where an output cannot show that.
_BARS, _PLAIN_BARS = "█▒·", "#=-"


class NobodyReads(Exception):
    """The other end of the pipe is closed; typer would turn the system's own error into a wrong exit code."""


# --- out --------------------------------------------------------------------------------------


def write_bytes(data: bytes) -> None:
    """Write bytes to standard output; a closed or full output is a refusal, not a traceback."""
    if sys.stdout is None:
        raise refusal("output-closed", "standard output")
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise NobodyReads from None
    except OSError as problem:
        raise refusal("cannot-write", "standard output", problem=problem.strerror or str(problem)) from None


def document_bytes(document: Any) -> bytes:
    """Return a document as JSON in UTF-8, whatever the language of the terminal."""
    from rhumbline.exchange.documents import written

    # Half a character, as a damaged file may hold, becomes JSON's escape for it.
    return written(document).encode("utf-8", "backslashreplace")


def write_blocks(blocks: Any, words: Any, file: str = "FILE", *, to_errors: bool = False) -> None:
    """Print blocks as text: coloured on a terminal, plain and 80 columns wide elsewhere."""
    from rhumbline.faces.terminal import WIDTH, Terminal, plain, print_coloured

    stream = sys.stderr if to_errors else sys.stdout
    if stream is None:
        if to_errors:
            return
        raise refusal("output-closed", "standard output")
    on_terminal = stream.isatty()
    width = min(shutil.get_terminal_size().columns, _WIDEST) if on_terminal else WIDTH
    encoding = stream.encoding or "ascii"
    lines = Terminal(words, width, file, plain_bars=not _can_print(_BARS, encoding)).lines(blocks)
    if on_terminal and not to_errors:
        print_coloured(lines)
        return
    text = plain(lines).encode(encoding, "replace")
    if to_errors:
        stream.flush()
        stream.buffer.write(text)
        stream.buffer.flush()
    else:
        write_bytes(text)


def write_text(text: str) -> None:
    """Print text that somebody else put into words: nothing in it steers the terminal.

    Parameters
    ----------
    text
        Lines, each with a line break at its end.
    """
    from rhumbline.faces.words import harmless

    if sys.stdout is None:
        raise refusal("output-closed", "standard output")
    encoding = sys.stdout.encoding or "ascii"
    if not _can_print(_BARS, encoding):
        text = text.translate(str.maketrans(_BARS, _PLAIN_BARS))
    lines = "".join(f"{harmless(line)}\n" for line in text.removesuffix("\n").split("\n"))
    write_bytes(lines.encode(encoding, "replace"))


def _can_print(signs: str, encoding: str) -> bool:
    try:
        signs.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


# --- in ---------------------------------------------------------------------------------------


def read(file: Path) -> tuple[Any, tuple[Finding, ...]]:
    """Return the Book in a file and what the gate noticed; refuse a file that cannot be used."""
    from rhumbline.exchange.files import read_book

    found = read_book(file)
    book, findings = found
    if not found.usable:
        raise Refusal(*findings)
    return book, tuple(findings)


__all__ = ["NobodyReads", "document_bytes", "read", "write_blocks", "write_bytes", "write_text"]
