"""What an XLS file is like before it is read: how large its sheets are, and which cells show an error.

The reader makes room for every cell up to the last one before anybody can stop it, and returns errors
such as #REF! as empty cells. Both are found here by walking over the records of the file.

References
----------
[MS-CFB] Compound File Binary File Format; [MS-XLS] Excel Binary File Format (.xls) Structure.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

_END = 0xFFFFFFFA
_MOST_SECTORS = 200_000


class NotReadable(Exception):
    """The file is not built as an XLS file must be."""


class Encrypted(Exception):
    """The file is protected with a password."""


@dataclass(slots=True)
class OldSheet:
    """How far a sheet of an XLS file reaches, and its cells that show an error."""

    name: str
    rows: int = 0
    columns: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


def measured(data: bytes) -> list[OldSheet]:
    """Return the sheets of an XLS file; raise ``NotReadable`` where it is damaged, ``Encrypted`` where it is locked.

    Parameters
    ----------
    data
        The content of the file.
    """
    if "EncryptedPackage".encode("utf-16-le") in data:
        # A newer workbook with a password is kept in the container of the old ones.
        raise Encrypted
    try:
        return list(_sheets(_workbook_stream(data)))
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise NotReadable(str(error)) from None


# --- the container ----------------------------------------------------------------------------


def _workbook_stream(data: bytes) -> bytes:
    """Return the stream that holds the workbook: a chain of sectors, as in a small file system."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    if size not in (512, 4096):
        raise NotReadable("the sectors have an unknown size")
    table = _allocation_table(data, size)
    first_directory = struct.unpack_from("<I", data, 48)[0]
    directory = _chain(data, table, first_directory, size)
    root_start, found = 0, None
    for offset in range(0, len(directory) - 127, 128):
        length = struct.unpack_from("<H", directory, offset + 64)[0]
        name = directory[offset : offset + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        start, stream_size = struct.unpack_from("<II", directory, offset + 116)
        if directory[offset + 66] == 5:
            root_start = start
        if name.casefold() in ("workbook", "book") and directory[offset + 66] == 2:
            found = (start, stream_size)
    if found is None:
        raise NotReadable("there is no workbook in it")
    start, stream_size = found
    if stream_size >= struct.unpack_from("<I", data, 56)[0]:
        return _chain(data, table, start, size)[:stream_size]
    # Short streams live in sectors of 64 bytes within the stream of the root.
    short = _chain(data, table, root_start, size)
    short_table = _numbers(_chain(data, table, struct.unpack_from("<I", data, 60)[0], size))
    return _chain(short, short_table, start, 64, header=0)[:stream_size]


def _allocation_table(data: bytes, size: int) -> list[int]:
    """Return, for each sector, the one that follows it."""
    places = [place for place in struct.unpack_from("<109I", data, 76) if place < _END]
    further = struct.unpack_from("<I", data, 68)[0]
    seen = 0
    while further < _END:
        seen += 1
        if seen > _MOST_SECTORS:
            raise NotReadable("its table of sectors runs in a circle")
        block = _numbers(data[(further + 1) * size : (further + 2) * size])
        places += [place for place in block[:-1] if place < _END]
        further = block[-1]
    return [number for place in places for number in _numbers(data[(place + 1) * size : (place + 2) * size])]


def _numbers(block: bytes) -> list[int]:
    count = len(block) // 4
    return list(struct.unpack_from(f"<{count}I", block))


def _chain(data: bytes, table: list[int], start: int, size: int, header: int = 1) -> bytes:
    parts: list[bytes] = []
    sector = start
    while sector < _END:
        if len(parts) > _MOST_SECTORS or sector >= len(table):
            raise NotReadable("a chain of sectors leads nowhere")
        parts.append(data[(sector + header) * size : (sector + header + 1) * size])
        sector = table[sector]
    return b"".join(parts)


# --- the records ------------------------------------------------------------------------------

_SHEET, _BEGIN, _FORMULA, _TRUTH_OR_ERROR, _PASSWORD = 0x85, 0x809, 0x06, 0x205, 0x2F
_SEVERAL = frozenset({0xBD, 0xBE})
_CELLS = frozenset({_FORMULA, _TRUTH_OR_ERROR, 0x201, 0x203, 0x204, 0xFD, 0x27E, 0xD6, *_SEVERAL})
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield the place, the kind and the body of each record."""
    place = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        yield place, kind, stream[place + 4 : place + 4 + length]
        place += 4 + length


def _sheets(stream: bytes) -> Iterator[OldSheet]:
    begins: dict[int, str] = {}
    current: OldSheet | None = None
    for place, kind, content in _records(stream):
        if kind == _PASSWORD:
            raise Encrypted
        if kind == _SHEET and len(content) > 8:
            begins[struct.unpack_from("<I", content)[0]] = _short_text(content[6:])
        elif kind == _BEGIN and place in begins:
            if current is not None:
                yield current
            current = OldSheet(begins[place])
        elif kind in _CELLS and current is not None and len(content) >= 6:
            _count(current, kind, content)
    if current is not None:
        yield current


def _short_text(content: bytes) -> str:
    length, wide = content[0], content[1] & 1
    return content[2 : 2 + length * (1 + wide)].decode("utf-16-le" if wide else "latin-1")


def _count(sheet: OldSheet, kind: int, content: bytes) -> None:
    row, column = struct.unpack_from("<HH", content)
    last = struct.unpack_from("<H", content, len(content) - 2)[0] if kind in _SEVERAL else column
    sheet.rows = max(sheet.rows, row + 1)
    sheet.columns = max(sheet.columns, column + 1, last + 1)
    code = _error_code(kind, content)
    if code is not None:
        sheet.errors[row, column] = _ERRORS.get(code, "#N/A")


def _error_code(kind: int, content: bytes) -> int | None:
    if kind == _TRUTH_OR_ERROR and len(content) >= 8 and content[7] == 1:
        return content[6]
    # The result of a formula is a number unless its last two bytes are 255; 2 then says that it is an error.
    if kind == _FORMULA and len(content) >= 14 and content[12:14] == b"\xff\xff" and content[6] == 2:
        return content[8]
    return None
