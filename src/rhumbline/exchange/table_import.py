"""Any spreadsheet into a Book: its rows become records through the gate, and nothing that was there is lost.

The same file twice changes nothing, a newer file changes what changed in it, and what somebody edited
in the meantime is a conflict with both sides shown. Rows that cannot be read are held out, each with its reason.
"""

from __future__ import annotations

import os
import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from rhumbline.book.book import Book, Change
from rhumbline.book.findings import Finding
from rhumbline.book.records import Organisation
from rhumbline.book.types import Severity
from rhumbline.exchange.columns import NUMBERS, Sort, sort_of
from rhumbline.exchange.gate import read_record
from rhumbline.exchange.mapping import propose
from rhumbline.exchange.merging import Merging
from rhumbline.exchange.money_over_time import Spread, spread_of
from rhumbline.exchange.origins import Origin
from rhumbline.exchange.proposal import BadRow, Proposal, Question, Talk
from rhumbline.exchange.proposal import Mapping as ColumnMapping
from rhumbline.exchange.raw import Place, show
from rhumbline.exchange.references import References
from rhumbline.exchange.row_keys import RowKeys
from rhumbline.exchange.row_records import RowRecords
from rhumbline.exchange.sheets import Sheet, parse_sheets, read_sheets
from rhumbline.exchange.tables import Table, find_table, find_tables
from rhumbline.exchange.vocabulary import defaults


@dataclass(frozen=True, slots=True)
class TableImport:
    """What importing a table would do; nothing is written anywhere.

    Parameters
    ----------
    book
        The Book with the imported records.
    changes
        What differs from the Book before.
    findings
        Everything that was noticed, the reasons of held-out rows included.
    proposal
        How the table was read; None where there is no table.
    held_out
        The rows that became nothing.
    conflicts
        Kind, key and field of each value that both sides changed; the Book's value was kept.
    unchanged
        How many rows say what the Book says already.
    """

    book: Book
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    proposal: Proposal | None = None
    held_out: tuple[BadRow, ...] = ()
    conflicts: tuple[tuple[str, str, str], ...] = ()
    unchanged: int = 0

    @property
    def content(self) -> tuple[Change, ...]:
        """The changes without the notes in the organisation's settings on where records came from."""
        return tuple(change for change in self.changes if change.fields != ("settings",))


def import_table(
    source: str | os.PathLike[str] | bytes,
    into: Book | None = None,
    kind: str = "initiative",
    mapping: ColumnMapping | None = None,
    answers: Mapping[str, str] | None = None,
    as_of: date | None = None,
    *,
    name: str = "",
    sheet: str = "",
    header_row: int | None = None,
    hidden: bool = False,
) -> TableImport:
    """Return the Book that a table gives, or gives together with a Book that is there already.

    Parameters
    ----------
    source
        A path, or the content of a file.
    into
        The Book to add to; without one a new Book is made.
    kind
        The kind of record that a row becomes.
    mapping
        An agreed mapping of columns; without one it is proposed.
    answers
        Answers to the questions of an earlier proposal, by their id.
    as_of
        The evaluation date; by default the one of the Book.
    name
        What the file is called, where only its content is given; by it the same file is recognised again.
    sheet, header_row
        Which table to take: the name of its sheet, and the row of its header counted from 1.
    hidden
        Whether hidden sheets are looked at.
    """
    before = into or Book()
    called = name or (Path(source).name if not isinstance(source, bytes) else "table")
    if isinstance(source, bytes):
        sheets, findings = parse_sheets(source, called, hidden=hidden)
    else:
        sheets, findings = read_sheets(source, hidden=hidden)
    if not sheets:
        return TableImport(before, findings=tuple(findings))
    # The kind of an agreed mapping counts, as it does for its columns.
    kind = mapping.kind if mapping else kind
    table, said = _chosen(sheets, kind, sheet, header_row)
    findings += said
    if table is None:
        return TableImport(before, findings=tuple(findings))
    date_used = as_of or before.as_of
    proposal = propose(table, kind, mapping=mapping, answers=answers, as_of=date_used)
    talk = Talk({**proposal.mapping.answers, **(answers or {})})
    importer = _Importer(before, table, proposal, date_used, called, talk)
    return importer.result(findings)


def _chosen(
    sheets: Iterable[Sheet], kind: str, sheet: str, header_row: int | None
) -> tuple[Table | None, list[Finding]]:
    """Return the table that was asked for, or the best one."""
    wanted = [each for each in sheets if not sheet or each.name == sheet]
    if header_row is None:
        return find_table(wanted, kind)
    for each in wanted:
        for table in find_tables(each):
            if table.header_row + 1 == header_row:
                return table, list(table.findings)
    return None, [
        Finding(
            code="no-table",
            where=sheet or "the file",
            message=f"There is no table whose header is in row {header_row}.",
            remedy="Leave the row out to let the table be found, or check the number.",
        )
    ]


# --- one import -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Importer:
    """One import, from rows to a Book."""

    before: Book
    table: Table
    proposal: Proposal
    as_of: date | None
    source: str
    talk: Talk

    @property
    def kind(self) -> str:
        """The kind of record that a row becomes."""
        return self.proposal.mapping.kind

    def result(self, findings: list[Finding]) -> TableImport:
        """Turn rows into records, merge them with the Book, and say what came of it."""
        merging = Merging(self.before, self.kind, self.source, self._defaults(self.kind), self.talk)
        references = References(self.before, merging.origins)
        firm, rate = self._firm()
        keys = RowKeys(self.before, self.table, self.kind, self.source, merging.origins, references, self.talk)
        keyed = keys.keyed(self.proposal.lines)
        spread = self._spread()
        rows = RowRecords(self.before, self.table, self.proposal, self.as_of, references, spread, rate, self.talk)
        wanted = [each for line, key, own_id in keyed for each in rows.wanted(line, key, own_id)]
        records = merging.merged(wanted)
        strategy = spread.strategy() if self.kind == "initiative" else None
        beside = [record for record in (*self._added(references), strategy) if record is not None]
        accepted = merging.settled([*((record, None) for record in beside), *records])
        for kind in ("team", "segment"):
            for key, raw in references.added.get(kind, {}).items():
                merging.fresh_origins[kind, key] = (Origin(self.source, raw["name"][:120], {}), None)
        after = merging.book(firm, accepted, self.as_of)
        self._say_gone(merging.origins, {key for _, key, _ in keyed})
        rows.say_unused()
        self._say_assumed(after, merging.assumed)
        self._say_removed(merging.removed)
        return self._result(findings, after, merging)

    def _result(self, findings: list[Finding], after: Book, merging: Merging) -> TableImport:
        asked = [each for each in self.proposal.questions if each.code != "required-field" or merging.assumed]
        held = (*self.proposal.bad_rows, *self.talk.held)
        proposal = replace(self.proposal, questions=(*asked, *self.talk.questions), bad_rows=held)
        reasons = [finding for row in held for finding in row.findings]
        said = (*findings, *self.proposal.findings, *self.talk.findings, *reasons)
        changes = self.before.diff(after)
        return TableImport(after, changes, said, proposal, held, tuple(merging.conflicts), merging.unchanged)

    # --- the firm and its money ---------------------------------------------------------------

    def _firm(self) -> tuple[Organisation, Decimal | None]:
        """Return the organisation of the Book, or a new one, and the rate at which the file's money becomes its own."""
        firm = self.before.organisation
        said = self.proposal.currency
        if firm is not None:
            if said and said != firm.currency and any(plan.sort is Sort.MONEY for plan in self.proposal.plans):
                return firm, self._exchange(said, firm.currency)
            return firm, Decimal(1)
        firms = [text for text in self.table.preamble if _LEGAL_FORM.search(text) and len(text) <= 80]
        proposed, reason = (
            (firms[0], "it stands above the table") if firms else (_title(self.source), "the file's name")
        )
        name = self.talk.ask(Question("organisation", "organisation", "What is the firm called?", proposed, reason))
        currency = said or self.talk.ask(
            Question(
                "currency",
                "currency",
                "Which currency are the amounts in? (three letters, such as EUR)",
                "EUR",
                "the file names none",
            )
        )
        record, problems = read_record("organisation", {"name": name, "currency": currency.upper()}, Place("answers"))
        self.talk.findings += problems
        made: Organisation = record or Organisation(name=_title(self.source), currency="EUR")
        return made, Decimal(1)

    def _exchange(self, said: str, own: str) -> Decimal | None:
        given = self.talk.answers.get("exchange-rate", "")
        try:
            rate = Decimal(given)
        except InvalidOperation:
            rate = Decimal(0)
        if rate.is_finite() and rate > 0:
            return rate
        self.talk.questions.append(
            Question(
                "exchange-rate",
                "exchange-rate",
                f"The file is in {said} and the Book in {own}: how many {own} is one {said}?",
                "",
                "nobody can guess it; until it is answered, rows with amounts are held out",
            )
        )
        return None

    def _spread(self) -> Spread:
        periods = [plan.period for plan in self.proposal.plans if plan.period]
        spread = spread_of(self.before, periods, self.as_of)
        if spread.outside:
            self.talk.say(
                "outside-horizon",
                self.table.where(),
                f"{', '.join(spread.outside)} lie outside the horizon, which begins on {spread.start}: their amounts "
                "were not imported, because a plan only knows what is still to be spent.",
                "Import them as money that was spent, if that is what they are.",
                Severity.WARNING,
                periods=", ".join(spread.outside),
            )
        return spread

    def _added(self, references: References) -> list[Any]:
        """Return the people, teams and segments that rows name and nobody had."""
        records = []
        for kind, added in references.added.items():
            for raw in added.values():
                record, problems = read_record(kind, {**self._defaults(kind), **raw}, Place(self.source))
                self.talk.findings += problems
                records += [record] if record is not None else []
            names = ", ".join(show(raw["name"]) for raw in list(added.values())[:8])
            words = {"person": "people", "team": "teams", "segment": "segments"}[kind]
            remedy = "Check that none of them is somebody the Book has under another name."
            if kind == "team":
                remedy = "Say how many hours a period each has for initiatives, and what an hour costs."
            self.talk.say(
                f"added-{kind}",
                self.table.where(),
                f"{len(added)} {words} that the Book did not have were added: {names}"
                f"{' and more' if len(added) > 8 else ''}.",
                remedy,
                Severity.INFO,
                count=len(added),
            )
        return records

    def _defaults(self, kind: str) -> dict[str, Any]:
        """Return the values for required fields that the table does not have."""
        readings: dict[str, Any] = {}
        for name, (value, _) in defaults(kind).items():
            given = self.talk.answers.get(name if kind == self.kind else f"{kind}-{name}") or value
            readings[name] = _plain(kind, name, given)
        return readings

    def _say_assumed(self, after: Book, assumed: Iterable[str]) -> None:
        """Say which initiatives got a mode that nobody stated, and how to find the right one."""
        keys = [key for key in assumed if key in after.initiatives]
        if self.kind != "initiative" or not keys or self.talk.answers.get("mode"):
            return
        self.talk.say(
            "mode-assumed",
            self.table.where(),
            f"No column says the mode of {len(keys)} initiative(s); {after.initiatives[keys[0]].mode} was assumed.",
            "Ask of each: do we know its market? do we know its technology? does it pay back within 12 months? "
            "Three times yes is exploit; else it is explore, or drift if it is unaligned and paid from the reserve.",
            Severity.INFO,
            count=len(keys),
        )

    def _say_removed(self, keys: list[str]) -> None:
        """Name the records that somebody took out of the Book, and that the file still has."""
        if keys:
            self.talk.say(
                "removed-in-book",
                self.table.where(),
                f"{len(keys)} row(s) were imported before and then removed from the Book: {', '.join(keys[:8])}"
                f"{' and more' if len(keys) > 8 else ''}. They stay out.",
                "Answer 'restore' to the question 'removed' to bring them back.",
                Severity.INFO,
                keys=", ".join(keys[:50]),
                count=len(keys),
            )

    def _say_gone(self, origins: Mapping[tuple[str, str], Origin], here: Container[str]) -> None:
        """Name the records that an earlier file of this name had and this one has not."""
        gone = [
            key
            for (kind, key), origin in origins.items()
            if kind == self.kind and origin.source == self.source and key not in here and key in self.before.all(kind)
        ]
        if gone and not self.proposal.bad_rows:
            self.talk.say(
                "gone-from-file",
                self.table.where(),
                f"{len(gone)} record(s) came from an earlier file of this name and are not in this one: "
                f"{', '.join(gone[:8])}{' and more' if len(gone) > 8 else ''}. They were kept.",
                "Close or remove them in the Book if they are over.",
                Severity.INFO,
                keys=", ".join(gone[:50]),
                count=len(gone),
            )


_LEGAL_FORM = re.compile(
    r"\b(?:GmbH|AG|KG|OHG|e\.?K|UG|Ltd|Limited|LLC|Inc|Corp|PLC|LLP|SARL|SAS|SA|EURL|S\.?L|S\.?A|Oy|AB|ApS|BV|B\.V|NV|"
    r"SRL|SpA|s\.r\.o|Sp\. ?z ?o\.?o|Pty)\b"
)

# --- small things -----------------------------------------------------------------------------


def _plain(kind: str, name: str, text: str) -> Any:
    """Return the text of an answer as the field wants it."""
    if sort_of(kind, name)[0] not in NUMBERS:
        return text
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _title(source: str) -> str:
    """Return the name of a file as the name of a firm that nobody has named yet."""
    return Path(source).stem.replace("_", " ").replace("-", " ").strip()[:200] or "My organisation"
