"""Book files: YAML and JSON text, and mappings from Python, to a Book and findings, and back."""

from __future__ import annotations

import codecs
import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from rhumbline.book.book import Book
from rhumbline.book.faults import words_of
from rhumbline.book.findings import Finding, holds_out
from rhumbline.book.records import KIND_OF_RECORD, KINDS
from rhumbline.book.rules import Fault, key_of, settle
from rhumbline.book.types import FrozenMap, Severity, natural
from rhumbline.exchange import gate
from rhumbline.exchange.json_text import parse_json
from rhumbline.exchange.raw import (
    MOST_BYTES,
    MOST_FINDINGS,
    Refused,
    measure,
    refused,
    said_of,
    show,
    too_many_findings,
)
from rhumbline.exchange.short_form import RawRow, expand, is_missing, known_words
from rhumbline.exchange.table_files import (
    is_table_source,
    is_table_target,
    parse_table_bytes,
    parse_table_path,
    write_table_path,
)
from rhumbline.exchange.values import BadValue, read_date
from rhumbline.exchange.writing import tree_of
from rhumbline.exchange.yaml_out import write_yaml
from rhumbline.exchange.yaml_text import parse_yaml

Format = Literal["yaml", "json"]

YAML_SUFFIXES = (".yaml", ".yml")
JSON_SUFFIXES = (".json",)


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading data: a Book of everything that holds, and what was noticed.

    It unpacks: ``book, findings = read_book("company.yaml")``.

    Parameters
    ----------
    book
        The Book; empty when the data cannot be used at all.
    findings
        Everything that was noticed, in the order of the file.
    held_out
        Kind and key of every row that was left out; the key is empty where the row states none.
    usable
        Whether the data could be read as a Book at all.
    """

    book: Book
    findings: tuple[Finding, ...] = ()
    held_out: tuple[tuple[str, str], ...] = ()
    usable: bool = True

    def __post_init__(self) -> None:
        # The Book remembers what is missing from it, because whoever keeps the Book soon loses the findings.
        left_out = tuple(finding for finding in self.findings if holds_out(finding))
        object.__setattr__(self, "book", dataclasses.replace(self.book, held_out=left_out))

    def __iter__(self) -> Iterator[Any]:
        yield self.book
        yield self.findings

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings of severity error."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)


def unusable(finding: Finding) -> Reading:
    """Return the reading of data that cannot be used at all."""
    return Reading(Book(), (finding,), usable=False)


# --- the ways in ------------------------------------------------------------------------------


def read_book(source: str | Path | bytes | Mapping[str, Any], as_of: date | None = None) -> Reading:
    """Read a Book from a file, from text or from a mapping; what is wrong with it becomes findings.

    Parameters
    ----------
    source
        A path; or YAML or JSON text (a text with a line break, or bytes); or the bytes of a workbook or of an
        archive of CSV files; or a mapping as such text would give.
    as_of
        An evaluation date that counts instead of the one the data states.
    """
    if isinstance(source, Mapping):
        return read_mapping(source, as_of)
    if isinstance(source, bytes) and source.startswith(b"PK\x03\x04"):
        return _read_tables(source, as_of)
    if isinstance(source, bytes) or (isinstance(source, str) and "\n" in source):
        return read_text(source, as_of=as_of)
    return read_any(source, as_of)


def read_any(path: str | Path, as_of: date | None = None) -> Reading:
    """Read a Book from a file; its name, or else its first letter, says which format it has.

    Parameters
    ----------
    path
        A file in YAML or JSON, a workbook, an archive of CSV files, or a folder of them.
    as_of
        An evaluation date that counts instead of the one in the file.
    """
    path = Path(path)
    if _is_table(path):
        return _read_tables(path, as_of)
    try:
        data = _bytes_of(path)
    except Refused as refusal:
        return unusable(refusal.finding)
    suffix = path.suffix.lower()
    known: Format | None = "yaml" if suffix in YAML_SUFFIXES else "json" if suffix in JSON_SUFFIXES else None
    return read_text(data, known, as_of)


def _is_table(path: Path) -> bool:
    try:
        return is_table_source(path)
    except (OSError, ValueError):
        # A name no file can have; opening it says so in words.
        return False


def read_text(text: str | bytes, format: Format | None = None, as_of: date | None = None) -> Reading:  # noqa: A002
    """Read a Book from YAML or JSON text.

    Parameters
    ----------
    text
        The text, or its bytes in UTF-8.
    format
        ``yaml`` or ``json``; without it a text that begins with ``{`` and is valid JSON is read as such.
    as_of
        An evaluation date that counts instead of the one in the text.
    """
    try:
        if len(text) > MOST_BYTES:
            raise _too_big("the text", len(text))
        decoded = _decoded(text)
        if not decoded.strip():
            raise _empty()
        return read_mapping(_tree(decoded, format), as_of)
    except Refused as refusal:
        return unusable(refusal.finding)


def read_mapping(tree: Any, as_of: date | None = None) -> Reading:
    """Read a Book from raw data as a file would give it.

    Parameters
    ----------
    tree
        A mapping with the words of a Book file.
    as_of
        An evaluation date that counts instead of the one in the data.
    """
    try:
        measure(tree)
        _refuse_no_book(tree)
        return _Rows(tree).reading(as_of)
    except Refused as refusal:
        return unusable(refusal.finding)


def _read_tables(source: Path | bytes, as_of: date | None) -> Reading:
    """Read a Book from tables; findings name sheet, row and column."""
    try:
        tables = parse_table_bytes(source) if isinstance(source, bytes) else parse_table_path(source)
    except Refused as refusal:
        return unusable(refusal.finding)
    reading = read_mapping(tables.tree, as_of)
    return dataclasses.replace(reading, findings=(*tables.findings, *map(tables.located, reading.findings)))


# --- the ways out -----------------------------------------------------------------------------


def dumps(book: Book, format: Format = "yaml") -> str:  # noqa: A002
    """Return a Book as the text of a file; the same Book always gives the same text, and reads back equal.

    Parameters
    ----------
    book
        Any Book.
    format
        ``yaml`` or ``json``.
    """
    tree = tree_of(book)
    if format == "json":
        return json.dumps(tree, ensure_ascii=False, indent=2, default=date.isoformat, allow_nan=False) + "\n"
    return write_yaml(tree)


def write_book(book: Book, path: str | Path) -> None:
    """Write a Book to a file by its ending: JSON, a workbook (``.xlsx``), CSV files in an archive (``.zip``), YAML.

    Parameters
    ----------
    book
        Any Book.
    path
        The file; a path without an ending is a folder of CSV files. A file that is there already is replaced
        only when the new one is complete.
    """
    path = Path(path)
    if is_table_target(path):
        write_table_path(book, path)
        return
    text = dumps(book, "json" if path.suffix.lower() in JSON_SUFFIXES else "yaml")
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_text(text, encoding="utf-8", newline="\n")
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


# --- bytes and text ---------------------------------------------------------------------------


def text_of(path: Path, most: int = MOST_BYTES) -> str:
    """Return the text of a file in UTF-8; raise ``Refused`` when it cannot be read.

    Parameters
    ----------
    path
        The file.
    most
        The most bytes it may have.
    """
    return _decoded(_bytes_of(path, most))


def _bytes_of(path: Path, most: int = MOST_BYTES) -> bytes:
    """Return what a file holds; its size is looked at before it is read."""
    name = show(str(path))
    try:
        if path.is_dir():
            raise refused("unreadable", name, f"{name} is a folder, not a file.", "Name a file inside it.")
        if path.stat().st_size > most:
            raise _too_big(name, path.stat().st_size, most)
        with path.open("rb") as file:
            # A device or a pipe says nothing about its size before.
            data = file.read(most + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it cannot be opened"
        raise refused(
            "unreadable",
            name,
            f"{name} cannot be read: {reason}.",
            "Check the name and the folder, for example 'rhumbline check company.yaml'.",
            reason=reason,
        ) from None
    if len(data) > most:
        raise _too_big(name, len(data), most)
    return data


def _too_big(where: str, size: int, most: int = MOST_BYTES) -> Refused:
    return refused(
        "too-big",
        where,
        f"The data has {size:,} bytes or more, and at most {most:,} are read.",
        "Check that it is the file you meant; a company of 500 people fits into a tenth of that.",
        value=size,
        most=most,
    )


def _decoded(text: str | bytes) -> str:
    """Return text without a byte order mark and with plain line ends; refuse what is not text."""
    if isinstance(text, bytes):
        text = _from_utf8(text)
    if "\0" in text:
        raise refused(
            "not-text",
            "",
            "The data is not text: it contains NUL bytes, as a workbook, a picture or an archive does.",
            "Save it as a text file in YAML or JSON, in UTF-8.",
        )
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def _from_utf8(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _not_utf8("The file is UTF-16 text, not UTF-8.")
    if b"\0" in data:
        return data.decode("latin-1")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _not_utf8(
            f"The file is not UTF-8: byte 0x{data[error.start]:02X} in line {line} looks like Latin-1 or Windows-1252.",
            line=line,
        ) from None


def _not_utf8(message: str, **numbers: Any) -> Refused:
    return refused(
        "not-utf-8",
        "",
        message,
        "Open it in your editor and save it with the encoding UTF-8 (Excel: 'CSV UTF-8'; Notepad: 'Save as', UTF-8).",
        **numbers,
    )


def _tree(text: str, format: Format | None) -> Any:  # noqa: A002
    """Return raw data from a text whose format is known or has to be seen from its first letter."""
    if format == "json":
        return parse_json(text)
    if format is None and text.lstrip()[:1] == "{":
        try:
            return parse_json(text)
        except Refused as refusal:
            # A YAML file may begin with a brace as well; every other refusal counts for both.
            if refusal.finding.code != "not-json":
                raise
    return parse_yaml(text)


def _empty() -> Refused:
    return refused(
        "empty",
        "",
        "The file is empty.",
        "Write at least 'organisation', 'kpis', 'objectives', 'budget' and 'initiatives'; "
        "'rhumbline template' gives a file to begin with.",
    )


def _refuse_no_book(tree: Any) -> None:
    if is_missing(tree):
        raise _empty()
    if not isinstance(tree, Mapping):
        raise refused(
            "not-a-book",
            "",
            f"The data is not a Book: it should be a mapping of names such as 'initiatives', but is {show(tree)}.",
            "Begin lines with names such as 'organisation:', 'kpis:' and 'initiatives:'.",
            value=show(tree),
        )
    if not any(isinstance(name, str) and name in known_words() for name in tree):
        raise refused(
            "not-a-book",
            "",
            f"The data is not a Book: none of its {len(tree)} names is known; the first is {show(next(iter(tree)))}.",
            "Write names such as 'organisation:', 'kpis:', 'objectives:', 'budget:' and 'initiatives:'.",
            value=show(next(iter(tree))),
        )


# --- rows -------------------------------------------------------------------------------------


class _Rows:
    """The rows of one file on their way to a Book."""

    def __init__(self, tree: Mapping[Any, Any]) -> None:
        expanded = expand(tree)
        self.rows = expanded.rows
        self.findings = list(expanded.findings)
        self.stated, self.stated_place = expanded.as_of, expanded.as_of_place
        # By kind: keys of rows that cannot be used, so that references to them are not called unknown.
        self.held: dict[str, set[str]] = {}
        self.held_rows: list[tuple[str, str]] = []
        self.row_of: dict[int, RawRow] = {}
        self.records: list[Any] = []

    def reading(self, as_of: date | None) -> Reading:
        """Read every row, then leave out what does not hold together."""
        twice = self.duplicates()
        # Whoever contains others comes first: a nested row falls silently with the row it is written in.
        for row in sorted(self.rows, key=lambda row: row.parent is not None):
            self.read(row, twice)
            if len(self.findings) > MOST_FINDINGS:
                raise too_many_findings()
        settled = settle(self.records, self.held, as_of or self.as_of())
        for fault in settled.faults:
            self.fault(fault)
        self.held_rows += [(KIND_OF_RECORD[type(record)], key_of(record)) for record in settled.held_out]
        held = sorted(set(self.held_rows), key=lambda row: (row[0], natural(row[1])))
        return Reading(settled.book, tuple(self.findings), tuple(held))

    def as_of(self) -> date | None:
        """Return the evaluation date the data states."""
        if is_missing(self.stated):
            return None
        try:
            return read_date(self.stated)
        except BadValue as bad:
            self.findings.append(
                Finding(
                    code=bad.code,
                    where=str(self.stated_place),
                    message=f"as_of {bad.says}",
                    remedy=bad.remedy,
                    numbers=FrozenMap({**bad.numbers, "field": "as_of"}),
                )
            )
            return None

    def duplicates(self) -> set[tuple[str, str]]:
        """Return kind and key of rows that are there more than once; none of them can be told to be the right one."""
        seen: dict[tuple[str, str], RawRow] = {}
        twice: set[tuple[str, str]] = set()
        for row in self.rows:
            if KINDS[row.kind].series:
                continue
            name = (row.kind, self.key(row))
            first = seen.setdefault(name, row)
            if not name[1] or first is row:
                continue
            if row.parent is None or row.parent not in twice:
                self.findings.append(_duplicate(row, first, name[1]))
            twice.add(name)
        return twice

    def key(self, row: RawRow) -> str:
        """Return the key of a row: the one it states, or the one its kind has when none is stated."""
        if not isinstance(row.raw, Mapping):
            return ""
        if is_missing(row.raw.get("key")) and is_missing(row.raw.get("id")):
            default = next(f.default for f in dataclasses.fields(KINDS[row.kind].record) if f.name == "key")
            return default if isinstance(default, str) else ""
        return gate.key_of(row.raw)

    def read(self, row: RawRow, twice: set[tuple[str, str]]) -> None:
        """Read one row; hold it out if it is bad, is there twice, or stands inside a row that is held out."""
        series = KINDS[row.kind].series
        key = "" if series else self.key(row)
        if row.parent is not None and row.parent[1] in self.held.get(row.parent[0], ()):
            self.hold(row.kind, key)
            return
        record, findings = gate.read_record(row.kind, row.raw, row.place)
        mine = [*row.findings, *(finding for finding in findings if not _said_already(finding, row.findings))]
        self.findings += mine
        failed = any(finding.severity is Severity.ERROR for finding in mine)
        if record is None or failed or (row.kind, key) in twice:
            self.hold(row.kind, key or gate.key_of(row.raw))
            return
        self.row_of[id(record)] = row
        self.records.append(record)

    def hold(self, kind: str, key: str) -> None:
        """Remember that a row cannot be used."""
        self.held_rows.append((kind, key))
        if key:
            self.held.setdefault(kind, set()).add(key)

    def fault(self, fault: Fault) -> None:
        """Turn a breach of a rule into a finding with its place in the file."""
        row = self.row_of[id(fault.record)]
        if fault.code == "refers-to-held-out" and fault.target == row.parent:
            return
        finding = fault.finding(str(row.place.field(row.raw, fault.field)))
        said = said_of(row.raw, fault.field)
        if said != fault.field and finding.message.startswith(f"{fault.field} "):
            # The file's own word: whoever wrote 'from' does not know a field called 'source'.
            finding = dataclasses.replace(finding, message=said + finding.message.removeprefix(fault.field))
        self.findings.append(finding)


def _said_already(finding: Finding, before: list[Finding]) -> bool:
    """Whether the taking apart has said why a field is missing: 'effect' is bad, so 'low' is not there."""
    if finding.code != "missing-value" or not before:
        return False
    return finding.numbers.get("field") in ("low", "likely", "high", "stage", "kpis")


def _duplicate(row: RawRow, first: RawRow, key: str) -> Finding:
    return Finding(
        code="duplicate-key",
        where=str(row.place),
        message=f"There is more than one {words_of(row.kind)} with the id '{key}'; the first is at {first.place}.",
        remedy="Give each its own id; until then all of them are held out.",
        kind=row.kind,
        key=key,
        numbers=FrozenMap({"value": key, "first": str(first.place)}),
    )
