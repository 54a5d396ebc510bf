"""A Book from one file format to another, without losing anything on the way."""

from __future__ import annotations

from pathlib import Path

from rhumbline.book.findings import Finding
from rhumbline.exchange.book_tables import section_of
from rhumbline.exchange.csv_folder import csv_archive, write_csv_folder
from rhumbline.exchange.files import JSON_SUFFIXES, YAML_SUFFIXES, Reading, read_any, write_book
from rhumbline.exchange.raw import refused, show
from rhumbline.exchange.table_files import is_table_target

WRITABLE = (*YAML_SUFFIXES, *JSON_SUFFIXES, ".xlsx", ".zip")


def convert(
    source: str | Path,
    target: str | Path,
    *,
    force: bool = False,
    without_held_out: bool = False,
    excel: bool = False,
) -> tuple[Reading, Finding | None]:
    """Read a Book from one file and write it to another, in the format that its ending names.

    Parameters
    ----------
    source
        Any file or folder that ``read_book`` reads.
    target
        A file that ends in ``.yaml``, ``.json``, ``.xlsx`` or ``.zip``, or a path without an ending: a folder of CSV.
    force
        Replace what is there already.
    without_held_out
        Write the rest when rows of the source are held out.
    excel
        Begin CSV files with a byte order mark, for Excel.

    Returns
    -------
    tuple
        What came of reading, and why nothing was written; None when the target was written.
    """
    target = Path(target)
    reading = read_any(source)
    refusal = _refusal(reading, Path(source), target, force=force, without_held_out=without_held_out)
    if refusal is None:
        try:
            _write(reading, target, excel=excel)
        except OSError as problem:
            refusal = _cannot_write(target, problem)
    return reading, refusal


def _write(reading: Reading, target: Path, *, excel: bool) -> None:
    if target.is_dir() or not target.suffix:
        write_csv_folder(reading.book, target, excel=excel)
    elif excel and target.suffix.lower() == ".zip":
        target.write_bytes(csv_archive(reading.book, excel=True))
    else:
        write_book(reading.book, target)


def _refusal(reading: Reading, source: Path, target: Path, *, force: bool, without_held_out: bool) -> Finding | None:
    name = show(str(target))[1:-1]
    if not reading.usable:
        return reading.findings[0]
    if target.suffix.lower() not in WRITABLE and not is_table_target(target):
        return refused(
            "unknown-format",
            name,
            f"A Book cannot be written as {show(target.suffix)}.",
            f"Choose one of {', '.join(WRITABLE)}, or a name without an ending for a folder of CSV files.",
            formats=", ".join(WRITABLE),
        ).finding
    if _would_lose(reading) and not without_held_out:
        return refused(
            "held-out-rows",
            show(str(source))[1:-1],
            f"{len(reading.held_out) or 'Some'} row(s) of the file are held out and would be missing from the new one.",
            "Correct them, or say that you want the file without them (--without-held-out).",
            count=len(reading.held_out),
        ).finding
    if not force and _is_there(target):
        return refused(
            "file-is-there",
            name,
            f"{name} is there already.",
            "Choose another name, or say that it may be replaced (--force).",
        ).finding
    return None


def _would_lose(reading: Reading) -> bool:
    """Return whether something in the source is not in the Book: rows, or a whole sheet that could not be read."""
    # A section that nobody has written yet is an error too, but nothing that could get lost.
    return bool(reading.held_out) or any(finding.code != "missing-value" for finding in reading.errors)


def _is_there(target: Path) -> bool:
    """Return whether writing would replace something: a file, or tables in a folder."""
    if target.is_dir():
        return any(section_of(path.stem) for path in target.glob("*.csv"))
    return target.exists()


def _cannot_write(target: Path, problem: OSError) -> Finding:
    reason = problem.strerror or str(problem)
    return refused(
        "cannot-write",
        show(str(target))[1:-1],
        f"The file cannot be written: {reason}.",
        "Check the folder and whether you may write there; close the file in other programs.",
        problem=reason,
    ).finding


__all__ = ["WRITABLE", "convert"]
