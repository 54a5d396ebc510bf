"""What a file of somebody else would make of a Book, whichever way it was read; nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rhumbline.book.book import Book, Change
from rhumbline.book.findings import Finding
from rhumbline.book.records import KINDS
from rhumbline.book.types import NOTHING, FrozenMap
from rhumbline.exchange.files import read_any
from rhumbline.exchange.importers.draft import Check
from rhumbline.exchange.importers.glance import MOST_BYTES
from rhumbline.exchange.importers.settling import Imported
from rhumbline.exchange.mapping import Mapping as ColumnMapping
from rhumbline.exchange.proposal import BadRow, Proposal, Question
from rhumbline.exchange.recognise import FORMATS, PABULIB, import_file, recognise
from rhumbline.exchange.table_import import TableImport, import_table
from rhumbline.faces.files.remembering import remembered_for
from rhumbline.faces.refusals import Refusal, refusal
from rhumbline.faces.telling.inputs import errors, rows_of

TABLE = "table"
_TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".xls", ".xlsx", ".xlsm", ".ods")
_BOOK_ENDINGS = (".xlsx", ".xlsm", ".ods", ".zip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody wants to bring in, and how it is to be read.

    Parameters
    ----------
    file
        The file.
    format
        The name of its format; without it the content tells.
    into
        The Book it is added to.
    answers
        Answers to questions, by their id.
    as_of
        The evaluation date; by default the one of the Book.
    called
        What to call the source instead of the file's own name.
    kind, sheet, header_row, hidden
        For tables: what a row becomes, and which table of the file is meant.
    mappings
        For tables: the file with mappings that were agreed before.
    """

    file: Path
    format: str = ""
    into: Book | None = None
    answers: Mapping[str, str] = NOTHING
    as_of: date | None = None
    called: str = ""
    kind: str = "initiative"
    sheet: str = ""
    header_row: int | None = None
    hidden: bool = False
    mappings: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What importing a file would do.

    Parameters
    ----------
    file, format, title
        What the file is called, and what it was read as: the word for it, and its name for people.
    recognised
        Whether its content told the format.
    before, book
        The Book without and with what the file says.
    changes
        What differs, without the notes on where records came from.
    findings
        Everything that was noticed.
    held_out
        How many rows became nothing.
    bad_rows
        These rows, where the file is a table.
    questions
        What a person should decide; until somebody does, the proposed answer is used.
    conflicts
        Kind, key and field of each value that both sides changed.
    unchanged
        How many rows say what the Book says already.
    checks
        The sums that the file states, each with what its parts add up to.
    proposal
        How a table was read; None for other files.
    """

    file: str
    format: str
    title: str
    recognised: bool
    before: Book
    book: Book
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    held_out: int = 0
    bad_rows: tuple[BadRow, ...] = ()
    questions: tuple[Question, ...] = ()
    conflicts: tuple[tuple[str, str, str], ...] = ()
    unchanged: int = 0
    checks: tuple[Check, ...] = ()
    proposal: Proposal | None = None

    @property
    def needs_a_look(self) -> bool:
        """Whether something was decided for the owner, left out, or changes in a Book that is there already."""
        return bool(self.questions or self.held_out or len(self.before))


def read_incoming(asked: Asked) -> Incoming:
    """Return what importing a file would do; refuse a file that cannot be read at all.

    Parameters
    ----------
    asked
        Which file, and how it is to be read.
    """
    if not asked.format and _is_a_book(asked.file):
        raise refusal("is-a-book", str(asked.file), file=str(asked.file))
    found = _table(asked) if asked.format == TABLE or _is_plain_table(asked) else _foreign(asked)
    ignored = [] if found.format != TABLE else _ignored(asked, found)
    if ignored:
        raise refusal("answer-ignored", asked.file.name, answers=ignored, ids=[one.id for one in found.questions])
    return found


def _is_a_book(file: Path) -> bool:
    """Return whether a workbook or an archive is ours; other files are recognised by their text."""
    if file.suffix.lower() not in _BOOK_ENDINGS or not file.is_file():
        return False
    reading = read_any(file)
    # The firm of a template has no name yet, so its row is held out.
    return reading.usable and (
        reading.book.organisation is not None or ("organisation", "organisation") in reading.held_out
    )


def _is_plain_table(asked: Asked) -> bool:
    """Return whether a file is a table of no program in particular, so that it need not be read twice."""
    if asked.format or asked.file.suffix.lower() not in _TABLE_ENDINGS:
        return False
    try:
        if asked.file.stat().st_size > MOST_BYTES:
            return False
        found = recognise(asked.file.read_bytes(), asked.file.name)
    except OSError:
        return False
    return bool(found) and found[0].format == TABLE


# --- files of other programs ------------------------------------------------------------------


def _foreign(asked: Asked) -> Incoming:
    found = import_file(
        asked.file,
        as_format=asked.format or None,
        into=asked.into,
        answers=asked.answers,
        as_of=asked.as_of,
        called=asked.called,
    )
    if found.usable and found.format == TABLE:
        # Read once more, because only this way shows how each of its columns was read.
        return _table(asked)
    if not found.usable:
        raise Refusal(*(errors(found.findings) or found.findings))
    return _from_imported(asked, found)


def _from_imported(asked: Asked, found: Imported) -> Incoming:
    return Incoming(
        file=asked.file.name,
        format=found.format,
        title="Pabulib" if found.format == PABULIB else FORMATS[found.format].title,
        recognised=not asked.format,
        before=asked.into or Book(),
        book=found.book,
        changes=content(found.changes),
        findings=tuple(found.findings),
        held_out=len(found.held_out) or rows_of(errors(found.findings)),
        questions=found.questions,
        conflicts=found.conflicts,
        unchanged=found.unchanged,
        checks=found.checks,
    )


# --- tables -----------------------------------------------------------------------------------


def _table(asked: Asked) -> Incoming:
    found = _imported(asked, None)
    if found.proposal is None:
        raise Refusal(*(errors(found.findings) or found.findings))
    mapping = remembered_for(found.proposal.mapping.signature, asked.mappings)
    if mapping is not None:
        found = _imported(asked, mapping)
    return _from_table(asked, found)


def _imported(asked: Asked, mapping: ColumnMapping | None) -> TableImport:
    return import_table(
        asked.file,
        asked.into,
        asked.kind,
        mapping,
        asked.answers,
        asked.as_of,
        name=asked.called,
        sheet=asked.sheet,
        header_row=asked.header_row,
        hidden=asked.hidden,
    )


def _from_table(asked: Asked, found: TableImport) -> Incoming:
    proposal = found.proposal
    return Incoming(
        file=asked.file.name,
        format=TABLE,
        title=FORMATS[TABLE].title,
        recognised=asked.format != TABLE,
        before=asked.into or Book(),
        book=found.book,
        changes=content(found.changes),
        findings=found.findings,
        held_out=len(found.held_out),
        bad_rows=found.held_out,
        questions=proposal.questions if proposal else (),
        conflicts=found.conflicts,
        unchanged=found.unchanged,
        proposal=proposal,
    )


def content(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Return the changes without the notes in the organisation's settings on where records came from.

    Parameters
    ----------
    changes
        All of them.
    """
    return tuple(change for change in changes if KINDS[change.kind].series or change.fields != ("settings",))


# --- answers that lead nowhere ----------------------------------------------------------------

# Answers that count although no question may stand in the preview; ``mode:web-shop`` begins like ``mode``.
_ALWAYS = frozenset(
    {
        *("name-column", "decimal", "date", "mode", "weight", "unit", "hours", "rate", "conflict", "removed"),
        *("organisation", "currency", "exchange-rate", "team-hours", "team-rate"),
    }
)


def _ignored(asked: Asked, found: Incoming) -> list[str]:
    """Return the answers that changed nothing: to questions nobody asks, or not among the possible ones."""
    still_asked = {question.id for question in found.questions}
    return [one for one in asked.answers if one in still_asked or not _is_known(one, asked.answers[one], found)]


def _is_known(answered: str, answer: str, found: Incoming) -> bool:
    first, colon, rest = answered.partition(":")
    proposal: Any = found.proposal
    columns = proposal.mapping.columns
    if first == "column" and colon:
        return any(column.header == rest and column.target == answer for column in columns)
    return first in _ALWAYS or (bool(colon) and any(column.target == first for column in columns))


def answers_of(texts: Sequence[str]) -> FrozenMap[str]:
    """Return answers by the id of their question, as they were typed: ``mode=exploit``.

    Parameters
    ----------
    texts
        What was typed.
    """
    found = {}
    for text in texts:
        # An id may hold the name of a column, and a name may hold an equals sign; no answer does.
        own_id, sign, answer = text.rpartition("=")
        if not sign or not own_id.strip():
            raise refusal("answer-form", text)
        found[own_id.strip()] = answer.strip()
    return FrozenMap(found)


__all__ = ["TABLE", "Asked", "Incoming", "answers_of", "content", "read_incoming"]
