"""The file formats that keep a Book as tables: which one a path or some bytes are, and how it is read and written.

Whoever reads YAML does not load any of them.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from rhumbline.book.book import Book
from rhumbline.exchange.raw import refused, show

if TYPE_CHECKING:
    from rhumbline.exchange.book_tables import ParsedTables

WORKBOOKS = (".xlsx", ".xlsm", ".ods")
ARCHIVES = (".zip",)


def is_table_source(path: Path) -> bool:
    """Return whether a path to read from is a workbook, an archive of CSV files or a folder of them.

    Parameters
    ----------
    path
        The path.
    """
    return path.suffix.lower() in (*WORKBOOKS, *ARCHIVES) or path.is_dir()


def is_table_target(path: Path) -> bool:
    """Return whether a path to write to is a workbook, an archive of CSV files or a folder of them.

    Parameters
    ----------
    path
        The path; one without an ending is a folder.
    """
    return path.suffix.lower() in (".xlsx", *ARCHIVES) or not path.suffix or path.is_dir()


def parse_table_path(path: Path) -> ParsedTables:
    """Return the raw data of a Book from a file or folder of tables; raise ``Refused`` when it cannot be read.

    Parameters
    ----------
    path
        The file or folder.
    """
    from rhumbline.exchange.csv_folder import parse_csv_folder
    from rhumbline.exchange.sheets import MOST_BYTES

    if path.is_dir():
        return parse_csv_folder(path)
    name = show(path.name)[1:-1]
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it cannot be opened"
        raise refused(
            "unreadable",
            name,
            f"{name} cannot be read: {reason}.",
            "Check the name and the folder; close it in other programs.",
            reason=reason,
        ) from None
    return parse_table_bytes(data, name)


def parse_table_bytes(data: bytes, name: str = "the file") -> ParsedTables:
    """Return the raw data of a Book from a workbook or an archive of CSV files, whatever it is called.

    Parameters
    ----------
    data
        The content.
    name
        What to call it in findings.
    """
    from rhumbline.exchange.csv_folder import parse_csv_archive
    from rhumbline.exchange.sheets import MOST_BYTES
    from rhumbline.exchange.workbook import parse_workbook

    if len(data) > MOST_BYTES:
        raise refused(
            "too-big",
            name,
            f"The file has more than {MOST_BYTES:,} bytes, and at most that many are read.",
            "Check that it is the file you meant; a company of 500 people fits into a tenth of that.",
            value=len(data),
            most=MOST_BYTES,
        )
    return parse_csv_archive(data, name) if _holds_csv(data) else parse_workbook(data, name)


def _holds_csv(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(member.casefold().endswith(".csv") for member in archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return False


def write_table_path(book: Book, path: Path) -> None:
    """Write a Book as a workbook, as an archive of CSV files or into a folder of them, by the ending of the path.

    Parameters
    ----------
    book
        Any Book.
    path
        The file or folder.
    """
    from rhumbline.exchange.csv_folder import csv_archive, write_csv_folder
    from rhumbline.exchange.workbook import workbook

    suffix = path.suffix.lower()
    if path.is_dir() or suffix not in (".xlsx", *ARCHIVES):
        write_csv_folder(book, path)
        return
    data = workbook(book) if suffix == ".xlsx" else csv_archive(book)
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_bytes(data)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


__all__ = ["is_table_source", "is_table_target", "parse_table_bytes", "parse_table_path", "write_table_path"]
