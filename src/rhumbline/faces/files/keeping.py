"""Where a Book is written, and what is asked and kept before a file is replaced."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from rhumbline.book.book import Book
from rhumbline.faces.refusals import refusal
from rhumbline.faces.streams import write_bytes
from rhumbline.faces.words import Words


def must_be_writable(target: Path) -> None:
    """Refuse a name whose ending is none of those in which a Book can be written.

    Parameters
    ----------
    target
        The file, or a name without an ending for a folder of CSV files.
    """
    from rhumbline.exchange.convert import WRITABLE
    from rhumbline.exchange.table_files import is_table_target

    if target.suffix.lower() not in WRITABLE and not is_table_target(target):
        raise refusal("book-ending", str(target), endings=WRITABLE)


def write(book: Book, target: Path) -> Path | None:
    """Write a Book, keep the file it replaces beside it, and return where that is.

    Parameters
    ----------
    book
        The Book.
    target
        The file; one that is there is replaced.
    """
    from rhumbline.exchange.files import write_book

    kept = target.with_name(f"{target.stem}.before{target.suffix}") if target.is_file() else None
    try:
        if kept is not None:
            shutil.copyfile(target, kept)
        write_book(book, target)
    except OSError as problem:
        raise refusal("cannot-write", str(target), problem=problem.strerror or str(problem)) from None
    return kept


def somebody_watches() -> bool:
    """Return whether a person sees the output and can answer."""
    return bool(sys.stdin and sys.stdout and sys.stdin.isatty() and sys.stdout.isatty())


def agrees(words: Words, code: str, **numbers: Any) -> bool:
    """Ask a question that is answered by yes or no; whatever is no yes is a no.

    Parameters
    ----------
    words
        The language.
    code
        The code of the question.
    numbers
        The values it speaks of.
    """
    write_bytes(f"\n{words.text(code, numbers)} ".encode())
    answer = sys.stdin.readline().strip().casefold()
    return answer in {"y", "yes", "j", "ja"}


__all__ = ["agrees", "must_be_writable", "somebody_watches", "write"]
