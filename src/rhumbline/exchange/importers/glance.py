"""A first look at a file: whether it is JSON, XML or a table is told by its content, and each is read only once."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rhumbline.book.findings import Finding
from rhumbline.exchange.importers.draft import note
from rhumbline.exchange.importers.layout import Columns, Grid, Layout, find_layout, grids_of
from rhumbline.exchange.importers.markup import Element, parse_markup
from rhumbline.exchange.json_text import parse_json
from rhumbline.exchange.raw import Refused, refused
from rhumbline.exchange.sheets import decoded

MOST_BYTES = 50_000_000
MOST_UNPACKED = 100_000_000
MOST_MEMBERS = 500


@dataclass(slots=True)
class Glance:
    """What a file holds, read as far as its content allows.

    Parameters
    ----------
    data, name
        The content, and what to call it.
    tree
        The raw data of JSON.
    root
        The root element of XML.
    grids
        The sheets of a workbook; for a text file its rows under each possible delimiter.
    members
        The CSV files of an archive, by name.
    problem
        Why the content cannot be used, where it cannot.
    """

    data: bytes
    name: str
    tree: Any = None
    root: Element | None = None
    grids: list[Grid] = field(default_factory=list)
    members: dict[str, bytes] = field(default_factory=dict)
    problem: Finding | None = None
    findings: list[Finding] = field(default_factory=list)
    _layouts: dict[int, Layout | None] = field(default_factory=dict)

    def layout(self, columns: Columns, least: int = 2) -> Layout | None:
        """Return the table of this file as a format with these columns reads it."""
        if id(columns) not in self._layouts:
            self._layouts[id(columns)] = find_layout(self.grids, columns, least)
        return self._layouts[id(columns)]

    def say_other_sheets(self, used: str) -> None:
        """Say which sheets of a workbook were not read, beside the one that was."""
        others = [grid.sheet for grid in self.grids if grid.sheet and grid.sheet != used and grid.rows]
        if others:
            self.findings.append(
                note(
                    "other-sheet",
                    self.name,
                    f"Only the sheet '{used}' was read; there is more in {', '.join(others[:8])}.",
                    "Save the other sheet as a file of its own if it is to be imported too.",
                    count=len(others),
                )
            )

    def must_layout(self, columns: Columns, what: str) -> Layout:
        """Return the table of this file; refuse a file that has none with the columns of a format."""
        found = self.layout(columns)
        if found is not None:
            self.say_other_sheets(found.sheet)
        if found is None:
            words = ", ".join(words[0] for words in list(columns.values())[:6])
            raise refused(
                "no-table",
                self.name,
                f"The file has no table with the columns of {what}.",
                f"Export it again with columns such as {words}.",
            )
        return found


def look(data: bytes, name: str) -> Glance:
    """Return what a file holds; what cannot be used is said in ``problem``, nothing is raised.

    Parameters
    ----------
    data
        The content of the file.
    name
        What to call it.
    """
    glance = Glance(data, name)
    try:
        _fill(glance)
    except Refused as refusal:
        glance.problem = refusal.finding
    return glance


def _fill(glance: Glance) -> None:
    data = glance.data
    if len(data) > MOST_BYTES:
        raise refused(
            "too-big",
            glance.name,
            f"The file has {len(data):,} bytes; at most {MOST_BYTES:,} are read.",
            "Export less at a time, for example one board or one year.",
            value=len(data),
            most=MOST_BYTES,
        )
    if not data.strip(b"\x00\xef\xbb\xbf \t\r\n"):
        raise refused("empty", glance.name, "The file is empty.", "Check that it is the file you meant.")
    if data.startswith(b"PK\x03\x04") and not _is_workbook(data):
        glance.members = _members(data, glance.name)
        return
    start = _beginning(data)
    if start.startswith("<"):
        glance.root = parse_markup(data)
    elif re.match(r"[\[{]\s*(?:[\[{\"\]}])", start):
        text, _ = decoded(data)
        glance.tree = parse_json(text.lstrip("\ufeff"))
    else:
        glance.grids, glance.findings = grids_of(data, glance.name)
        if not glance.grids:
            problem = glance.findings[0] if glance.findings else None
            glance.problem = (
                problem
                or refused(
                    "unknown-format", glance.name, "The file is no text and no workbook.", "Export it as CSV or XLSX."
                ).finding
            )


def _beginning(data: bytes) -> str:
    """Return the first letters that are no blanks."""
    return decoded(data[:4096] if len(data) > 4096 else data)[0].lstrip("\ufeff \t\r\n")


def _is_workbook(data: bytes) -> bool:
    return b"xl/workbook" in data or b"opendocument.spreadsheet" in data


def _members(data: bytes, name: str) -> dict[str, bytes]:
    """Return the CSV files of an archive, within limits that hold whatever its directory claims."""
    found: dict[str, bytes] = {}
    left = MOST_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist()[:MOST_MEMBERS]:
                if not entry.filename.lower().endswith((".csv", ".tsv")):
                    continue
                with archive.open(entry) as file:
                    content = file.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise refused(
                        "too-big",
                        name,
                        f"The archive unpacks to more than {MOST_UNPACKED:,} bytes.",
                        "Unpack it, and import the file you need.",
                        most=MOST_UNPACKED,
                    )
                found[entry.filename] = content
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        raise refused("corrupt-file", name, f"The archive cannot be unpacked: {error}.", "Download it again.") from None
    if not found:
        raise refused(
            "unknown-format",
            name,
            "This is a zip archive without a CSV file in it.",
            "Unpack it, and import the file you need.",
        )
    return found


# --- raw data of JSON -------------------------------------------------------------------------


def entries(tree: Any, name: str) -> list[Mapping[str, Any]]:
    """Return the mappings in a list of a mapping; whatever else stands there is no entry.

    Parameters
    ----------
    tree
        A mapping.
    name
        The name of the list.
    """
    listed = tree.get(name) if isinstance(tree, Mapping) else None
    return [entry for entry in listed if isinstance(entry, Mapping)] if isinstance(listed, list) else []


def words(entry: Mapping[str, Any], name: str) -> str:
    """Return a text or number of a mapping as text; nothing for anything else."""
    value = entry.get(name)
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    if isinstance(value, int):
        return str(value) if value.bit_length() < 256 else ""
    return value.strip()


def position(entry: Mapping[str, Any], name: str) -> float:
    """Return the place of an entry among its siblings; without one it comes last."""
    value = entry.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return float("inf")
    return float(value) if abs(value) < 1e300 else float("inf")


__all__ = ["Glance", "entries", "look", "position", "words"]
