"""A Book as a folder of CSV files, one for each kind of record, or as a zip archive of such a folder.

UTF-8, comma, double quotes; the first row has the names of the columns. What a spreadsheet program has
saved (with semicolons, with tabs, in UTF-16 or in the encoding of Windows) is read as well.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from rhumbline.book.book import Book
from rhumbline.book.findings import Finding
from rhumbline.book.types import FrozenMap, Severity
from rhumbline.exchange.book_tables import (
    ABOUT,
    BookTable,
    Grid,
    ParsedTables,
    about_of,
    parse_tables,
    section_of,
    tables_of,
)
from rhumbline.exchange.cells import text_of, unguarded
from rhumbline.exchange.raw import Refused, refused, show
from rhumbline.exchange.sheets import (
    MOST_BYTES,
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_MEMBERS,
    MOST_ROWS,
    MOST_UNPACKED,
    decoded,
)
from rhumbline.exchange.styles import Cell

SUFFIX = ".csv"

# A zip archive remembers when each file was changed; the same Book is to give the same bytes.
_NO_TIME = (1980, 1, 1, 0, 0, 0)

_MARK = "\ufeff"


# --- a Book to files --------------------------------------------------------------------------


def csv_files(book: Book, *, excel: bool = False) -> dict[str, bytes]:
    """Return a Book as the content of CSV files by name: one for each kind that it has records of.

    Parameters
    ----------
    book
        Any Book.
    excel
        Begin every file with a byte order mark, without which Excel takes UTF-8 for something else.
    """
    firm = book.organisation
    silent = firm is not None and firm.records_messages
    # Messages that are recorded and silent are a file with nothing but its header.
    tables = [table for table in tables_of(book) if table.rows or (table.kind == "message" and silent)]
    return csv_files_of(tables, about_of(book), excel=excel)


def csv_files_of(
    tables: Iterable[BookTable], about: Iterable[tuple[str, Cell]], *, excel: bool = False
) -> dict[str, bytes]:
    """Return tables as the content of CSV files by name.

    Parameters
    ----------
    tables
        One table for each kind.
    about
        What is to be said about the whole.
    excel
        Begin every file with a byte order mark.
    """
    files = {ABOUT: _csv_text([("name", "value"), *((name, text_of(value)) for name, value in about)])}
    files |= {table.name: _table_text(table) for table in tables}
    return {f"{name}{SUFFIX}": ((_MARK if excel else "") + text).encode() for name, text in files.items()}


def _table_text(table: BookTable) -> str:
    header = [column.header for column in table.columns]
    return _csv_text([header, *([text_of(cell) for cell in row] for row in table.rows)])


def _csv_text(rows: Iterable[Iterable[str]]) -> str:
    buffer = io.StringIO(newline="")
    # With this line end every cell that holds a line end of any kind is put in quotes.
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue()


def write_csv_folder(book: Book, folder: str | Path, *, excel: bool = False) -> None:
    """Write a Book as CSV files into a folder; files of kinds that it has no records of are removed there.

    Parameters
    ----------
    book
        Any Book.
    folder
        The folder; it is made if there is none. Other files in it stay as they are.
    excel
        Begin every file with a byte order mark, for Excel.
    """
    folder = Path(folder)
    files = csv_files(book, excel=excel)
    folder.mkdir(parents=True, exist_ok=True)
    fresh = {name: folder / f".{name}.new" for name in files}
    try:
        for name, data in files.items():
            fresh[name].write_bytes(data)
        for name, path in fresh.items():
            path.replace(folder / name)
    finally:
        for path in fresh.values():
            path.unlink(missing_ok=True)
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        # A file that stayed behind would bring records back that the Book no longer has.
        if path.name not in files and section_of(path.stem):
            path.unlink()


def csv_archive(book: Book, *, excel: bool = False) -> bytes:
    """Return a Book as a zip archive of CSV files; the same Book always gives the same bytes.

    Parameters
    ----------
    book
        Any Book.
    excel
        Begin every file with a byte order mark, for Excel.
    """
    return archive_of(csv_files(book, excel=excel))


def archive_of(files: Mapping[str, bytes]) -> bytes:
    """Return files as a zip archive; the same files always give the same bytes.

    Parameters
    ----------
    files
        Content by name.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            member = zipfile.ZipInfo(name, _NO_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, data)
    return buffer.getvalue()


# --- files to raw data ------------------------------------------------------------------------


def parse_csv_folder(folder: str | Path) -> ParsedTables:
    """Return the raw data of a Book from the CSV files of a folder; raise ``Refused`` when there is none.

    Parameters
    ----------
    folder
        The folder.
    """
    folder = Path(folder)
    return _parse(_files_of(folder), show(str(folder))[1:-1])


def _files_of(folder: Path) -> dict[str, bytes]:
    files = {}
    left = MOST_UNPACKED
    try:
        paths = sorted(path for path in folder.iterdir() if _is_table(path.name) and path.is_file())
        for path in paths[:MOST_MEMBERS]:
            with path.open("rb") as file:
                files[path.name] = file.read(min(MOST_BYTES, left) + 1)
            left -= len(files[path.name])
            _refuse_too_big(path.name, len(files[path.name]), left)
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise refused(
            "unreadable",
            show(str(folder))[1:-1],
            f"A file of the folder cannot be read: {reason}.",
            "Check whether you may read it; close it in other programs.",
            reason=reason,
        ) from None
    return files


def parse_csv_archive(data: bytes, name: str) -> ParsedTables:
    """Return the raw data of a Book from a zip archive of CSV files; raise ``Refused`` when that cannot be.

    Parameters
    ----------
    data
        The archive.
    name
        What to call it in findings.
    """
    return _parse(_unpacked(data, name), name)


def _unpacked(data: bytes, name: str) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    left = MOST_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS:
                raise _zip_bomb(name, sum(member.file_size for member in members))
            for member in sorted(members, key=lambda each: each.filename):
                path = PurePosixPath(member.filename)
                if not _is_table(path.name) or "__MACOSX" in path.parts:
                    continue
                if member.flag_bits & 1:
                    raise _encrypted(name)
                with archive.open(member) as file:
                    # The directory of an archive may lie about sizes, so only what really came counts.
                    content = file.read(min(MOST_BYTES, left) + 1)
                left -= len(content)
                _refuse_too_big(path.name, len(content), left)
                # Two folders in one archive may each have a file of that name: both are read, and told apart.
                files[path.name if path.name not in files else member.filename] = content
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, ValueError, OSError, EOFError) as error:
        raise refused(
            "corrupt-file",
            name,
            f"The archive is damaged or incomplete: {str(error)[:120]}.",
            "Make it anew from the folder of CSV files.",
            problem=str(error)[:120],
        ) from None
    return files


def _is_table(name: str) -> bool:
    return name.casefold().endswith(SUFFIX) and not name.startswith(".")


def _refuse_too_big(name: str, size: int, left: int) -> None:
    if left < 0:
        raise _zip_bomb(name, MOST_UNPACKED - left)
    if size > MOST_BYTES:
        raise refused(
            "too-big",
            name,
            f"The file has more than {MOST_BYTES:,} bytes, and at most that many are read.",
            "Check that it is the file you meant; a company of 500 people fits into a tenth of that.",
            value=size,
            most=MOST_BYTES,
        )


def _zip_bomb(name: str, size: int) -> Refused:
    return refused(
        "zip-bomb",
        name,
        f"The files unfold to {size:,} bytes or more; at most {MOST_UNPACKED:,} bytes in {MOST_MEMBERS:,} files are "
        "read.",
        "Keep the tables of the Book, and take the other files out.",
        size=size,
        most=MOST_UNPACKED,
    )


def _encrypted(name: str) -> Refused:
    return refused(
        "encrypted-file",
        name,
        "The archive is protected with a password.",
        "Unpack it, and name the folder.",
    )


def _parse(files: Mapping[str, bytes], name: str) -> ParsedTables:
    if not any(_section(file) for file in files):
        raise refused(
            "not-a-book",
            name,
            f"There is no table of a Book here: none of {len(files)} CSV files has the name of one.",
            "Call the files organisations.csv, kpis.csv, objectives.csv, budgets.csv, initiatives.csv and so on.",
            value=len(files),
        )
    findings: list[Finding] = []
    grids = [_grid(file, data, findings) for file, data in sorted(files.items())]
    return parse_tables(grids, findings)


def _section(file: str) -> str:
    stem = PurePosixPath(file).name[: -len(SUFFIX)]
    return ABOUT if stem.casefold() == ABOUT else section_of(stem)


def _grid(file: str, data: bytes, findings: list[Finding]) -> Grid:
    text, encoding = decoded(data)
    if encoding not in ("utf-8", "utf-8-sig"):
        findings.append(_encoding_assumed(file, encoding))
    try:
        rows = tuple(_rows(text, _delimiter_of(text), file))
    except csv.Error as error:
        raise refused(
            "corrupt-file",
            file,
            f"The file cannot be read as a table: {error}.",
            'Check for a quotation mark (") that is opened and never closed.',
            problem=str(error),
        ) from None
    return Grid(PurePosixPath(file).name[: -len(SUFFIX)], file, rows)


def _encoding_assumed(file: str, encoding: str) -> Finding:
    return Finding(
        code="encoding-assumed",
        where=file,
        message=f"The file is not UTF-8; it was read as {encoding.upper()}.",
        remedy="Check a name with an accent or umlaut. If it looks wrong, save the file as 'CSV UTF-8' and try again.",
        severity=Severity.INFO,
        numbers=FrozenMap({"encoding": encoding}),
    )


def _delimiter_of(text: str) -> str:
    """Return what separates cells: no name of a column contains any of these, so the first line tells."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _rows(text: str, delimiter: str, file: str) -> Iterator[tuple[str, ...]]:
    cells = 0
    for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
        cells += len(row)
        if number > MOST_ROWS or len(row) > MOST_COLUMNS or cells > MOST_CELLS:
            raise refused(
                "too-many-cells",
                file,
                f"The file has more than {MOST_ROWS:,} rows, {MOST_COLUMNS:,} columns or {MOST_CELLS:,} cells, "
                "which no company has.",
                "Check that it is the file you meant.",
                rows=number,
                columns=len(row),
            )
        yield tuple(map(unguarded, row))


__all__ = [
    "archive_of",
    "csv_archive",
    "csv_files",
    "csv_files_of",
    "parse_csv_archive",
    "parse_csv_folder",
    "write_csv_folder",
]
