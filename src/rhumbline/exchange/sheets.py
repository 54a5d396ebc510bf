"""Any spreadsheet file as raw cells: what it is, is decided by its content, and what could hurt is refused first.

A workbook of a few kilobytes can unfold to gigabytes. So a zip archive is unpacked here, within limits
that hold whatever its directory claims, and only what was measured is handed on to be read.
"""

from __future__ import annotations

import csv
import html
import io
import math
import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from rhumbline.book.findings import Finding
from rhumbline.book.types import FrozenMap, Severity
from rhumbline.exchange.old_workbooks import Encrypted, NotReadable, measured
from rhumbline.exchange.raw import Refused, refused, show
from rhumbline.exchange.styles import Cell

MOST_BYTES = 50_000_000
MOST_UNPACKED = 200_000_000
MOST_MEMBERS = 5_000
MOST_ROWS = 200_000
MOST_CELLS = 2_000_000
MOST_COLUMNS = 1_000

Span = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a file, as it stands there: rows of cells, counted from 0.

    Parameters
    ----------
    name
        Its name; nothing for a text file.
    rows
        The cells of every row from the first; rows may differ in length.
    hidden
        Whether the file hides it.
    merged
        First and last cell of every merged range; the value stands in the first.
    delimiter, encoding
        What was found in a text file.
    """

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    hidden: bool = False
    merged: tuple[Span, ...] = ()
    delimiter: str = ""
    encoding: str = ""


def read_sheets(path: str | os.PathLike[str], *, hidden: bool = False) -> tuple[list[Sheet], list[Finding]]:
    """Return the sheets of a file, and what is to be said about it.

    Parameters
    ----------
    path
        A file: XLSX, XLS, ODS, CSV or TSV, whatever it is called.
    hidden
        Whether hidden sheets are wanted too.
    """
    place = Path(path)
    try:
        size = place.stat().st_size
        data = place.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        return [], [_no_file(place.name, error)]
    if size > MOST_BYTES:
        return [], [_too_big(place.name, size).finding]
    return parse_sheets(data, place.name, hidden=hidden)


def parse_sheets(data: bytes, name: str = "the file", *, hidden: bool = False) -> tuple[list[Sheet], list[Finding]]:
    """Return the sheets of a file's content, and what is to be said about it.

    Parameters
    ----------
    data
        The content.
    name
        What to call the file in findings.
    hidden
        Whether hidden sheets are wanted too.
    """
    try:
        if len(data) > MOST_BYTES:
            raise _too_big(name, len(data))
        if data.startswith(b"PK\x03\x04"):
            sheets = _zipped(data, name)
        elif data.startswith(_OLE):
            sheets = _old_workbook(data, name)
        else:
            return _text_sheets(data, name)
    except Refused as problem:
        return [], [problem.finding]
    return _without_hidden(sheets, name, wanted=hidden)


def _without_hidden(sheets: list[Sheet], name: str, *, wanted: bool) -> tuple[list[Sheet], list[Finding]]:
    away = [sheet.name for sheet in sheets if sheet.hidden]
    # A file whose only data is hidden would otherwise look empty; it still needs somebody to say so.
    if wanted or not away:
        return sheets, []
    finding = Finding(
        code="hidden-sheet",
        where=name,
        message=f"The file hides {len(away)} sheet(s): {', '.join(show(sheet) for sheet in away[:5])}. "
        "They were not read.",
        remedy="Unhide them, or ask for hidden sheets, if they are meant to be imported.",
        severity=Severity.INFO,
        numbers=FrozenMap({"sheets": ", ".join(away[:20]), "count": len(away)}),
    )
    return [sheet for sheet in sheets if not sheet.hidden], [finding]


def _no_file(name: str, error: OSError) -> Finding:
    reason = error.strerror or "it cannot be opened"
    return refused(
        "unreadable",
        name,
        f"The file cannot be read: {reason}.",
        "Check the name and whether you may read it; close it in other programs.",
    ).finding


def _too_big(name: str, size: int) -> Refused:
    return refused(
        "too-big",
        name,
        f"The file has {size:,} bytes; at most {MOST_BYTES:,} are read.",
        "Keep the sheet you need, or remove pictures, and save it as a new file.",
        size=size,
        most=MOST_BYTES,
    )


# --- zip archives -----------------------------------------------------------------------------

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_KEPT = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/workbook\.\w+|xl/_rels/.*|xl/(?:sharedStrings|styles)\.\w+"
    r"|xl/worksheets/.*|mimetype|content\.xml|META-INF/manifest\.xml",
    re.IGNORECASE,
)
_DECLARATIONS = tuple(
    sign.encode(encoding)
    for sign in ("<!DOCTYPE", "<!doctype", "<!ENTITY", "<!entity")
    for encoding in ("ascii", "utf-16-le", "utf-16-be")
)


def _zipped(data: bytes, name: str) -> list[Sheet]:
    parts = _unpack(data, name)
    low = {part.casefold() for part in parts}
    if "content.xml" in low:
        shown, merged = _measure_ods(_part(parts, "content.xml"), name)
        sheets = _workbook(_packed(parts), name, shown)
        return [replace(sheet, merged=tuple(merged.get(sheet.name, ()))) for sheet in sheets]
    if "xl/workbook.bin" in low:
        raise refused(
            "unknown-format",
            name,
            "This is a binary workbook (XLSB), whose size cannot be checked before it is opened.",
            "Save it as XLSX.",
        )
    if "xl/workbook.xml" not in low:
        raise refused(
            "unknown-format",
            name,
            "This is a zip archive, but not a spreadsheet.",
            "Unpack it and choose the spreadsheet in it.",
        )
    errors: dict[str, dict[tuple[int, int], str]] = {}
    for sheet, part in _parts_of_sheets(parts).items():
        if part.endswith(".xml"):
            _measure_xlsx(parts.get(part, b""), f"{name}, {sheet}")
            errors[sheet] = _error_cells(parts.get(part, b""))
    return _workbook(_packed(parts), name, errors)


def _unpack(data: bytes, name: str) -> dict[str, bytes]:
    """Return the parts of an archive that hold tables; refuse one that unfolds to more than the limits."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            unpacked = sum(member.file_size for member in members)
            if len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED:
                raise refused(
                    "zip-bomb",
                    name,
                    f"The file unfolds to {unpacked:,} bytes in {len(members):,} parts; "
                    f"at most {MOST_UNPACKED:,} bytes in {MOST_MEMBERS:,} parts are read.",
                    "Keep the sheet you need, and save it as a new file.",
                    size=unpacked,
                    most=MOST_UNPACKED,
                )
            if any(member.flag_bits & 1 for member in members):
                raise _encrypted(name)
            # Reading stops at the size the directory states, and the checksum then betrays a directory that lies.
            parts = {member.filename: archive.read(member) for member in members if _KEPT.fullmatch(member.filename)}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, ValueError, OSError, EOFError) as error:
        raise _corrupt(name, error) from None
    for part, content in parts.items():
        if part.endswith((".xml", ".rels")) and any(sign in content for sign in _DECLARATIONS):
            raise refused(
                "xml-entities",
                name,
                f"The part {show(part)} of the file declares XML entities, which no spreadsheet program writes.",
                "Open it in a spreadsheet program and save it as a new file, if you trust where it came from.",
            )
    return parts


def _packed(parts: dict[str, bytes]) -> bytes:
    """Return an archive of the parts that were measured; nothing else reaches the reader."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for part, content in parts.items():
            archive.writestr(zipfile.ZipInfo(part), content)
    return buffer.getvalue()


def _part(parts: dict[str, bytes], name: str) -> bytes:
    return next(content for part, content in parts.items() if part.casefold() == name)


def _corrupt(name: str, error: BaseException) -> Refused:
    return refused(
        "corrupt-file",
        name,
        f"The file is damaged or incomplete: {str(error)[:120]}.",
        "Open it in a spreadsheet program, save it as a new file, and try again.",
        problem=str(error)[:120],
    )


def _encrypted(name: str) -> Refused:
    return refused(
        "encrypted-file",
        name,
        "The file is protected with a password.",
        "Open it in your spreadsheet program, remove the password, and save a copy.",
    )


def _parts_of_sheets(parts: dict[str, bytes]) -> dict[str, str]:
    """Return, by name of sheet, the part of an XLSX file that holds its cells."""
    book = next((content for part, content in parts.items() if part.casefold() == "xl/workbook.xml"), b"")
    links = next((content for part, content in parts.items() if part.casefold() == "xl/_rels/workbook.xml.rels"), b"")
    if not book or not links:
        return {part: part for part in parts if part.startswith("xl/worksheets/") and part.endswith(".xml")}
    try:
        # Entities were refused before, so the plain parser is safe here.
        targets = {link.get("Id", ""): link.get("Target", "") for link in ET.fromstring(links)}  # noqa: S314
        sheets = [node for node in ET.fromstring(book).iter() if node.tag.rpartition("}")[2] == "sheet"]  # noqa: S314
    except ET.ParseError as error:
        raise _corrupt("the workbook", error) from None
    found = {}
    for node in sheets:
        link = next((value for key, value in node.attrib.items() if key.rpartition("}")[2] == "id"), "")
        target = targets.get(link, "")
        found[node.get("name", "")] = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return found


_REFERENCE = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Za-z]{1,4})([0-9]{1,8})[\"']")
_ERROR_CELL = re.compile(
    rb"<(?:\w+:)?c\s(?=[^>]*\bt=[\"']e[\"'])[^>]*?\br=[\"']([A-Za-z]{1,4})([0-9]{1,8})[\"'][^>]*>.*?<(?:\w+:)?v>([^<]{1,40})<",
    re.DOTALL,
)


def _measure_xlsx(content: bytes, where: str) -> None:
    """Refuse a sheet whose last cell is so far away that the empty cells before it would fill the memory."""
    columns = rows = 0
    widths: dict[bytes, int] = {}
    for found in _REFERENCE.finditer(content):
        letters, row = found.groups()
        if letters not in widths:
            widths[letters] = _column_number(letters.decode())
        columns = max(columns, widths[letters])
        rows = max(rows, int(row))

    _check_size(rows, columns, where)


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(column: int) -> str:
    """Return the letters of a column counted from 0: A for 0, AA for 26.

    Parameters
    ----------
    column
        Its number, counted from 0.
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _check_size(rows: int, columns: int, where: str) -> None:
    if rows > MOST_ROWS or columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
        raise refused(
            "too-many-cells",
            where,
            f"The sheet reaches to row {rows:,} and column {column_letters(columns - 1)}; at most {MOST_ROWS:,} rows, "
            f"{MOST_COLUMNS:,} columns and {MOST_CELLS:,} cells are read.",
            "Delete the cells far outside your table (select the empty rows and columns, delete them), and save again.",
            rows=rows,
            columns=columns,
        )


def _error_cells(content: bytes) -> dict[tuple[int, int], str]:
    """Return the cells of an XLSX sheet that show an error such as #REF!; the reader would return them empty."""
    if b't="e"' not in content and b"t='e'" not in content:
        return {}
    return {
        (int(row) - 1, _column_number(letters.decode()) - 1): error.decode("utf-8", "replace")
        for letters, row, error in _ERROR_CELL.findall(content)
    }


_ODS_TOKEN = re.compile(rb"<table:(table-row|table-cell|covered-table-cell|table)(?=[\s/>])([^>]*)>")
_ODS_REPEATED = re.compile(rb"number-(?:rows|columns)-repeated=[\"']([0-9]{1,9})[\"']")


def _measure_ods(content: bytes, where: str) -> tuple[dict[str, dict[tuple[int, int], str]], dict[str, list[Span]]]:
    """Return the cells that show an error and the merged ranges by sheet, which the reader does not tell.

    A sheet in which a filled cell or row is repeated so often that it would fill the memory is refused.
    """
    errors: dict[str, dict[tuple[int, int], str]] = {}
    merged: dict[str, list[Span]] = {}
    row = row_repeat = column = width = 0
    name = ""
    for found in _ODS_TOKEN.finditer(content):
        kind, attributes = found.groups()
        many = _ODS_REPEATED.search(attributes)
        repeat = int(many.group(1)) if many else 1
        if kind == b"table":
            row = row_repeat = column = width = 0
            said = _ODS_NAME.search(attributes)
            name = html.unescape(said.group(1).decode("utf-8", "replace")) if said else ""
        elif kind == b"table-row":
            row, row_repeat, column = row + row_repeat, repeat, 0
        else:
            column += repeat
            if not attributes.rstrip().endswith(b"/") or b"value-type" in attributes:
                width = max(width, column)
                _check_size(row + row_repeat, width, where)
            if b'"error"' in attributes:
                shown = _ODS_TEXT.match(content, found.end())
                errors.setdefault(name, {})[row, column - 1] = shown.group(1).decode() if shown else "#VALUE!"
            if b"-spanned" in attributes:
                merged.setdefault(name, []).append(_ods_span(attributes, row, column - 1))
    return errors, merged


_ODS_NAME = re.compile(rb"table:name=\"([^\"]*)\"")
_ODS_TEXT = re.compile(rb"<text:p>([^<]{1,40})<")
_ODS_DOWN = re.compile(rb"number-rows-spanned=\"(\d{1,7})\"")
_ODS_RIGHT = re.compile(rb"number-columns-spanned=\"(\d{1,7})\"")


def _ods_span(attributes: bytes, row: int, column: int) -> Span:
    down, right = _ODS_DOWN.search(attributes), _ODS_RIGHT.search(attributes)
    return (row, column), (
        row + int(down.group(1) if down else 1) - 1,
        column + int(right.group(1) if right else 1) - 1,
    )


def _old_workbook(data: bytes, name: str) -> list[Sheet]:
    """Return the sheets of an XLS file, after a look at how large they are."""
    try:
        measures = measured(data)
    except Encrypted:
        raise _encrypted(name) from None
    except NotReadable as error:
        raise _corrupt(name, error) from None
    for sheet in measures:
        _check_size(sheet.rows, sheet.columns, f"{name}, {sheet.name}")
    return _workbook(data, name, {sheet.name: sheet.errors for sheet in measures})


# --- workbooks --------------------------------------------------------------------------------


def _workbook(data: bytes, name: str, errors: dict[str, dict[tuple[int, int], str]]) -> list[Sheet]:
    """Return the sheets of a workbook whose size is known to be bearable."""
    import python_calamine as calamine

    try:
        book = calamine.load_workbook(io.BytesIO(data))
    except calamine.PasswordError:
        raise _encrypted(name) from None
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # noqa: BLE001
        # The reader is written in Rust: what goes wrong inside it arrives as a panic, which is no Exception.
        raise (_encrypted(name) if "password" in str(error).casefold() else _corrupt(name, error)) from None
    sheets = []
    for described in book.sheets_metadata:
        if described.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = _sheet(book, described, name)
        sheets.append(_with_errors(sheet, errors.get(sheet.name, {})))
    return sheets


def _sheet(book: Any, described: Any, name: str) -> Sheet:
    import python_calamine as calamine

    try:
        cells = book.get_sheet_by_name(described.name)
        _check_size(cells.total_height, cells.total_width, f"{name}, {described.name}")
        rows = tuple(tuple(row) for row in cells.to_python(skip_empty_area=False))
        merged = tuple(cells.merged_cell_ranges or ())
    except (Refused, KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # noqa: BLE001 - as above
        raise _corrupt(f"{name}, {described.name}", error) from None
    return Sheet(described.name, rows, described.visible != calamine.SheetVisibleEnum.Visible, merged)


def _with_errors(sheet: Sheet, errors: dict[tuple[int, int], str]) -> Sheet:
    """Put the errors that formulas show back into the cells that the reader left empty."""
    if not errors:
        return sheet
    width = max(column for _, column in errors) + 1
    rows = [list(row) for row in sheet.rows]
    rows += [[] for _ in range(max(row for row, _ in errors) + 1 - len(rows))]
    for (row, column), error in errors.items():
        rows[row] += [""] * (width - len(rows[row]))
        if rows[row][column] in ("", None):
            rows[row][column] = error
    return replace(sheet, rows=tuple(tuple(row) for row in rows))


# --- text files -------------------------------------------------------------------------------

_NOT_TABLES = (
    (b"%PDF", "a PDF document", "Export the table as XLSX or CSV from the program it was made with."),
    (b"\x89PNG", "a picture", "Choose the spreadsheet itself, not a picture of it."),
    (b"\xff\xd8\xff", "a picture", "Choose the spreadsheet itself, not a picture of it."),
    (b"{\\rtf", "a text document", "Copy the table into a spreadsheet and save it as XLSX or CSV."),
)
_MARKUP = re.compile(r"\s*<(?:!--|!doctype html|html|table|\?xml|[a-z]+:?workbook)", re.IGNORECASE)


def _text_sheets(data: bytes, name: str) -> tuple[list[Sheet], list[Finding]]:
    _refuse_other_formats(data, name)
    text, encoding = decoded(data)
    if _MARKUP.match(text):
        raise refused(
            "unknown-format",
            name,
            "The file is a web page or XML that is only called a spreadsheet.",
            "Open it in a spreadsheet program and save it as XLSX or CSV.",
        )
    if re.match(r"\s*[\[{]\s*[\[{\"]", text):
        raise refused(
            "unknown-format",
            name,
            "The file is JSON, not a table.",
            "If it comes from a board or tracker, import it as that; else save the table as XLSX or CSV.",
        )
    findings = [] if encoding in ("utf-8", "utf-8-sig") else [_encoding_finding(name, encoding)]
    delimiter, text = _delimiter_of(text)
    rows, problem = _parse_rows(text, delimiter)
    if problem:
        raise refused("corrupt-file", name, f"The file cannot be read as a table: {problem}.", _QUOTES)
    _check_size(len(rows), max(map(len, rows), default=0), name)
    findings += _swallowed(rows, name)
    return [Sheet("", tuple(rows), delimiter=delimiter, encoding=encoding)], findings


_QUOTES = 'Check for a quotation mark (") that is opened and never closed.'


def _refuse_other_formats(data: bytes, name: str) -> None:
    if not data.strip(b"\x00\xef\xbb\xbf \t\r\n"):
        raise refused("empty", name, "The file is empty.", "Check that it is the file you meant.")
    for sign, what, remedy in _NOT_TABLES:
        if data.startswith(sign):
            raise refused("unknown-format", name, f"The file is {what}, not a table.", remedy)


def decoded(data: bytes) -> tuple[str, str]:
    """Return the text of a file and the encoding that was found or assumed.

    Parameters
    ----------
    data
        The content of a text file.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        return data.decode("utf-8-sig", "replace"), "utf-8-sig"
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data[2:].decode(encoding, "replace"), encoding
    sample = data[:4000]
    if sample.count(0) > len(sample) // 4:
        # In Latin letters every second byte is zero: the even ones when the larger half comes first.
        encoding = "utf-16-be" if sample[::2].count(0) > sample[1::2].count(0) else "utf-16-le"
        return data.decode(encoding, "replace"), encoding
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1"


_NAMES = {"cp1252": "Windows-1252 (Western Europe)", "latin-1": "Latin-1 (Western Europe)"}


def _encoding_finding(name: str, encoding: str) -> Finding:
    said = _NAMES.get(encoding, encoding.upper())
    return Finding(
        code="encoding-assumed",
        where=name,
        message=f"The file is not UTF-8; it was read as {said}.",
        remedy="Check a name with an accent or umlaut. If it looks wrong, save the file as 'CSV UTF-8' and try again.",
        severity=Severity.INFO,
        numbers=FrozenMap({"encoding": encoding}),
    )


_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_ROWS = 60


def _delimiter_of(text: str) -> tuple[str, str]:
    """Return the delimiter, and the text without the line in which Excel states it (``sep=;``)."""
    stated = re.match(r"sep=(.)\r?\n", text)
    if stated:
        return stated.group(1), text[stated.end() :]
    # A cut line at the end of the sample would count as a narrow row.
    sample = text[:100_000]
    scores = {delimiter: _evenness(sample, delimiter) for delimiter in _DELIMITERS}
    return max(_DELIMITERS, key=lambda delimiter: scores[delimiter]), text


def _evenness(sample: str, delimiter: str) -> float:
    """Return how much a text looks like a table with this delimiter: many rows of the same width above one."""
    if delimiter not in sample:
        return 0.0
    rows, problem = _parse_rows(sample, delimiter, _SAMPLE_ROWS)
    filled = [row for row in rows if any(cell.strip() for cell in row if isinstance(cell, str))]
    if problem or not filled:
        return 0.0
    widths: dict[int, int] = {}
    for row in filled:
        if len(row) > 1:
            widths[len(row)] = widths.get(len(row), 0) + 1
    if not widths:
        return 0.0
    usual, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    # One cell more in a row says little once most rows agree, hence the root of the width.
    return count / len(filled) + 0.1 * math.sqrt(min(usual, 20))


def _parse_rows(text: str, delimiter: str, most: int = MOST_ROWS + 1) -> tuple[list[tuple[Cell, ...]], str]:
    """Return the rows of a text, and what went wrong; reading stops at the limit of rows or cells."""
    rows: list[tuple[Cell, ...]] = []
    cells = 0
    reader: Iterator[list[str]] = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            rows.append(tuple(row))
            cells += len(row)
            if len(rows) >= most or cells > MOST_CELLS:
                break
    except csv.Error as error:
        return rows, str(error)
    return rows, ""


_MOST_LINES_IN_A_CELL = 200


def _swallowed(rows: list[tuple[Cell, ...]], name: str) -> list[Finding]:
    """Say when one cell holds so many lines that a quotation mark was probably never closed."""
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if isinstance(cell, str) and cell.count("\n") > _MOST_LINES_IN_A_CELL:
                return [
                    Finding(
                        code="unclosed-quote",
                        where=f"{name}, row {number}, column {column_letters(column)}",
                        message=f"One cell holds {cell.count(chr(10)):,} lines of text: probably a quotation mark is "
                        "opened there and never closed, so that rows were swallowed.",
                        remedy=_QUOTES,
                        severity=Severity.WARNING,
                    )
                ]
    return []
