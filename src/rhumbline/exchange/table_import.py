"""Any spreadsheet into a Book: its rows become records through the gate, and nothing that was there is lost.

The same file twice changes nothing, a newer file changes what changed in it, and what somebody edited
in the meantime is a conflict with both sides shown. Rows that cannot be read are held out, each with its reason.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from rhumbline.book.book import Book, Change
from rhumbline.book.digests import body
from rhumbline.book.fields import Container, fields_of
from rhumbline.book.findings import Finding
from rhumbline.book.records import KIND_OF_RECORD, KINDS, Organisation
from rhumbline.book.rules import settle
from rhumbline.book.types import FrozenMap, Severity, Stage
from rhumbline.exchange.columns import NUMBERS, Plan, Sort, sort_of
from rhumbline.exchange.gate import read_record
from rhumbline.exchange.mapping import BadRow, Line, Proposal, Question, propose
from rhumbline.exchange.mapping import Mapping as ColumnMapping
from rhumbline.exchange.money_over_time import Spread, spread_of
from rhumbline.exchange.origins import Conflict, Origin, fingerprint, merged, origins_of, with_origins
from rhumbline.exchange.raw import Branch, Place, show
from rhumbline.exchange.references import References, key_from_id, slug
from rhumbline.exchange.sheets import Sheet, parse_sheets, read_sheets
from rhumbline.exchange.tables import Table, find_table, find_tables
from rhumbline.exchange.vocabulary import defaults, normal


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
    table, said = _chosen(sheets, sheet, header_row)
    findings += said
    if table is None:
        return TableImport(before, findings=tuple(findings))
    date_used = as_of or before.as_of
    proposal = propose(table, kind, mapping=mapping, answers=answers, as_of=date_used)
    importer = _Importer(before, table, proposal, {**(answers or {})}, date_used, called)
    return importer.result(findings)


def _chosen(sheets: Iterable[Sheet], sheet: str, header_row: int | None) -> tuple[Table | None, list[Finding]]:
    """Return the table that was asked for, or the best one."""
    wanted = [each for each in sheets if not sheet or each.name == sheet]
    if header_row is None:
        return find_table(wanted)
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


@dataclass(slots=True)
class _Wanted:
    """One record that a row asks for: its raw fields, which of them the file speaks of, and whose row it is."""

    kind: str
    key: str
    raw: Branch
    owned: tuple[str, ...]
    id: str
    line: Line | None
    record: Any = None


@dataclass(slots=True)
class _Importer:
    """The state of one import, from rows to a Book."""

    before: Book
    table: Table
    proposal: Proposal
    answers: dict[str, str]
    as_of: date | None
    source: str
    references: References = field(init=False)
    findings: list[Finding] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    held: list[BadRow] = field(default_factory=list)
    conflicts: list[tuple[str, str, str]] = field(default_factory=list)
    origins: dict[tuple[str, str], Origin] = field(default_factory=dict)
    fresh_origins: dict[tuple[str, str], tuple[Origin, Line | None]] = field(default_factory=dict)
    unused: dict[str, list[Line]] = field(default_factory=dict)
    assumed: list[str] = field(default_factory=list)
    rate: Decimal | None = Decimal(1)
    unchanged: int = 0

    def __post_init__(self) -> None:
        self.references = References(self.before)
        self.origins = origins_of(self.before)
        self.answers = {**self.proposal.mapping.answers, **self.answers}

    @property
    def kind(self) -> str:
        """The kind of record that a row becomes."""
        return self.proposal.mapping.kind

    def result(self, findings: list[Finding]) -> TableImport:
        """Turn rows into records, merge them with the Book, and say what came of it."""
        firm = self._firm()
        lines = self._keyed()
        spread = self._spread()
        wanted = [each for line, key, own_id in lines for each in self._wanted(line, key, own_id, spread)]
        records = self._merged(wanted)
        added = self._added()
        strategy = spread.strategy() if self.kind == "initiative" else None
        accepted = self._settled([*((record, None) for record in (*added, strategy) if record is not None), *records])
        after = self._book(firm, accepted)
        self._say_gone(lines)
        self._say_unused()
        self._say_assumed(after)
        asked = [each for each in self.proposal.questions if each.code != "required-field" or self.assumed]
        proposal = replace(
            self.proposal,
            questions=(*asked, *self.questions),
            bad_rows=(*self.proposal.bad_rows, *self.held),
        )
        held = proposal.bad_rows
        reasons = [finding for row in held for finding in row.findings]
        said = (*findings, *self.proposal.findings, *self.findings, *reasons)
        changes = self.before.diff(after)
        return TableImport(after, changes, said, proposal, held, tuple(self.conflicts), self.unchanged)

    # --- the firm and its money ---------------------------------------------------------------

    def _firm(self) -> Organisation:
        """Return the organisation of the Book, or a new one named after what the caller or the file says."""
        firm = self.before.organisation
        said = self.proposal.currency
        if firm is not None:
            if said and said != firm.currency and any(plan.sort is Sort.MONEY for plan in self.proposal.plans):
                self.rate = self._exchange(said, firm.currency)
            return firm
        firms = [text for text in self.table.preamble if _LEGAL_FORM.search(text) and len(text) <= 80]
        proposed, reason = (
            (firms[0], "it stands above the table") if firms else (_title(self.source), "the file's name")
        )
        name = self._ask(Question("organisation", "organisation", "What is the firm called?", proposed, reason))
        currency = said or self._ask(
            Question(
                "currency",
                "currency",
                "Which currency are the amounts in? (three letters, such as EUR)",
                "EUR",
                "the file names none",
            )
        )
        record, problems = read_record("organisation", {"name": name, "currency": currency.upper()}, Place("answers"))
        self.findings += problems
        made: Organisation = record or Organisation(name=_title(self.source), currency="EUR")
        return made

    def _exchange(self, said: str, own: str) -> Decimal | None:
        given = self.answers.get("exchange-rate", "")
        try:
            rate = Decimal(given)
        except InvalidOperation:
            rate = Decimal(0)
        if rate.is_finite() and rate > 0:
            return rate
        self.questions.append(
            Question(
                "exchange-rate",
                "exchange-rate",
                f"The file is in {said} and the Book in {own}: how many {own} is one {said}?",
                "",
                "nobody can guess it; until it is answered, rows with amounts are held out",
            )
        )
        return None

    def _ask(self, question: Question) -> str:
        given = self.answers.get(question.id)
        if given:
            return given
        self.questions.append(question)
        return question.proposed

    # --- keys ---------------------------------------------------------------------------------

    def _keyed(self) -> list[tuple[Line, str, str]]:
        """Give each row its key: by its id, by what was imported before, or by its name."""
        imported = {
            (origin.source, origin.id): key for (kind, key), origin in self.origins.items() if kind == self.kind
        }
        used: dict[str, Line] = {}
        ids: dict[str, Line] = {}
        keyed = []
        repeated = 0
        for line in self.proposal.lines:
            own_id = self._own_id(line)
            if own_id in ids:
                if ids[own_id].values == line.values:
                    repeated += 1
                    continue
                if not own_id.startswith("name:"):
                    self._hold(line, self._same_id(line, own_id, ids[own_id]))
                    continue
                own_id = self._numbered(own_id, ids, line)
            ids[own_id] = line
            key = imported.get((self.source, own_id)) or self._key(line, own_id, used)
            used[key] = line
            name = line.values.get("name")
            self.references.learn(self.kind, key, (str(name or ""), own_id.removeprefix("name:"), key))
            keyed.append((line, key, own_id))
        if repeated:
            self._say(
                "repeated-row",
                self.table.where(),
                f"{repeated} row(s) repeat another one in every column that is used; each counts once.",
                "Nothing needs to be done.",
                Severity.INFO,
                count=repeated,
            )
        return keyed

    def _own_id(self, line: Line) -> str:
        stated = line.values.get("key")
        if stated:
            return str(stated)
        name = line.values.get("name") or line.values.get("text") or ""
        if not name and self.kind == "benefit":
            name = f"{line.values.get('initiative', '')}.{line.values.get('kpi', '')}"
        return f"name:{normal(str(name))}" if name else f"name:row {line.row.number}"

    def _numbered(self, own_id: str, ids: Mapping[str, Line], line: Line) -> str:
        number = 2
        while f"{own_id} ({number})" in ids:
            number += 1
        self._say(
            "same-name",
            line.where,
            f"Another row has the same name {show(line.values.get('name'))} and says something else; both were kept.",
            "Give them different names, or an id column: without one they cannot be told apart for certain.",
            Severity.WARNING,
        )
        return f"{own_id} ({number})"

    def _same_id(self, line: Line, own_id: str, first: Line) -> Finding:
        return Finding(
            code="duplicate-id",
            where=line.where,
            message=f"The id {show(own_id)} is that of row {first.row.number} too, which says something else.",
            remedy="Give each row its own id, or remove one of the two.",
            kind=self.kind,
            numbers=FrozenMap({"value": own_id, "row": first.row.number}),
        )

    def _key(self, line: Line, own_id: str, used: Mapping[str, Line]) -> str:
        """Return a key nobody else has, except a record of the same name that is there already."""
        if not own_id.startswith("name:"):
            base = key_from_id(own_id)
        elif self.kind == "person":
            found = self.references.known("person").get(own_id.removeprefix("name:"))
            base = found or f"p{len(self.before.people) + len(used) + 1}"
        else:
            base = slug(str(line.values.get("name") or line.values.get("text") or own_id.removeprefix("name:")))
        key, number = base, 2
        while key in used or self._is_another(key, line, own_id):
            key, number = f"{base[:76]}-{number}", number + 1
        return key

    def _is_another(self, key: str, line: Line, own_id: str) -> bool:
        there = self.before.all(self.kind).get(key)
        if there is None or not own_id.startswith("name:"):
            return False
        said = line.values.get("name") or line.values.get("text")
        return bool(said) and normal(str(said)) != normal(str(getattr(there, "name", getattr(there, "text", said))))

    # --- from a row to raw records ------------------------------------------------------------

    def _spread(self) -> Spread:
        periods = [plan.period for plan in self.proposal.plans if plan.period]
        spread = spread_of(self.before, periods, self.as_of)
        if spread.outside:
            self._say(
                "outside-horizon",
                self.table.where(),
                f"{', '.join(spread.outside)} lie outside the horizon, which begins on {spread.start}: their amounts "
                "were not imported, because a plan only knows what is still to be spent.",
                "Import them as money that was spent, if that is what they are.",
                Severity.WARNING,
                periods=", ".join(spread.outside),
            )
        return spread

    def _wanted(self, line: Line, key: str, own_id: str, spread: Spread) -> Iterator[_Wanted]:
        """Yield the records that a row asks for; hold the row out where a reference leads nowhere."""
        problems: list[Finding] = []
        raw = Branch()
        raw.put("key", key)
        owned: list[str] = []
        beside: dict[str, Any] = {}
        for plan in self.proposal.plans:
            if plan.base == "key":
                continue
            value = line.values.get(plan.target)
            if plan.sort is Sort.MONEY and value is not None:
                value = self._exchanged(line, plan, value, problems)
            elif plan.names and value is not None:
                value = self._resolved(line, plan, value, problems)
            if plan.target not in _FIELDS[self.kind]:
                beside[plan.target] = value
                continue
            owned.append(plan.target)
            if value not in (None, []):
                raw.put(plan.target, _as_map(self.kind, plan.target, value), said=plan.header)
        extra = self._beside(key, raw, owned, beside, spread, line)
        if problems:
            self._hold(line, *problems)
            return
        yield _Wanted(self.kind, key, raw, tuple(dict.fromkeys(owned)), own_id, line)
        yield from extra

    def _exchanged(self, line: Line, plan: Plan, value: Decimal, problems: list[Finding]) -> Decimal | None:
        if self.rate is None:
            problems.append(
                self._problem(
                    line,
                    plan,
                    "other-currency",
                    f"is in {self.proposal.currency}, and the Book in another currency.",
                    "Answer how much one of the other currency is worth.",
                )
            )
            return None
        return value if self.rate == 1 else (value * self.rate).quantize(Decimal("0.01"))

    def _resolved(self, line: Line, plan: Plan, value: Any, problems: list[Finding]) -> Any:
        """Return the key or keys that a cell names."""
        names = value if isinstance(value, list) else [value]
        keys = []
        for name in names:
            key = self.references.find(plan.names, name)
            if key is None:
                near = self.references.near(plan.names, name)
                hint = f" Did you mean '{near}'?" if near else ""
                problems.append(
                    self._problem(
                        line,
                        plan,
                        "unknown-reference",
                        f"names {show(name)}, and there is no {plan.names.replace('_', ' ')} of this name.{hint}",
                        "Write the name as it is in the Book, or add it there first.",
                    )
                )
            elif key not in keys:
                keys.append(key)
        return keys if isinstance(value, list) else (keys[0] if keys else None)

    def _problem(self, line: Line, plan: Plan, code: str, says: str, remedy: str) -> Finding:
        header = f"{plan.header[:1].upper()}{plan.header[1:]}"
        return Finding(
            code=code,
            where=self.table.where(line.row, plan.position),
            message=f"{header} {says}",
            remedy=remedy,
            kind=self.kind,
            numbers=FrozenMap({"row": line.row.number, "column": plan.header, "field": plan.base}),
        )

    def _beside(
        self, key: str, raw: Branch, owned: list[str], beside: dict[str, Any], spread: Spread, line: Line
    ) -> list[_Wanted]:
        """Turn what is no field of its own into fields and records of other kinds."""
        if self.kind == "kpi":
            return self._reading(key, beside, line)
        if self.kind != "initiative":
            return []
        self._owner(raw, owned, beside)
        self._money(raw, owned, beside, spread)
        self._hours(raw, owned, beside, spread, line)
        self._start(raw, owned, beside, spread, line)
        due = beside.get("due")
        if due is None:
            return []
        item = Branch()
        item.put("key", f"{key[:75]}.due")
        item.put("initiative", key)
        item.put("name", "Finished")
        item.put("due", due, said=self._header("due"))
        return [_Wanted("work_item", f"{key[:75]}.due", item, ("initiative", "name", "due"), "", line)]

    def _header(self, target: str) -> str:
        return next((plan.header for plan in self.proposal.plans if plan.base == target), target)

    def _start(self, raw: Branch, owned: list[str], beside: dict[str, Any], spread: Spread, line: Line) -> None:
        """Turn the day something is to begin into the first period in which it can."""
        day = beside.get("start")
        if day is None or "earliest" in raw or raw.get("stage") not in (None, *_NOT_BEGUN):
            return
        period = spread.period_of(day)
        if period is None:
            self.unused.setdefault("start", []).append(line)
            return
        owned.append("earliest")
        raw.put("earliest", period, said=self._header("start"))

    def _owner(self, raw: Branch, owned: list[str], beside: dict[str, Any]) -> None:
        """Let an e-mail address say who the owner is, and which of two people of one name."""
        email = beside.get("owner_email")
        if email is None:
            return
        if "owner" in raw:
            # The owner was already found or added by name: the address belongs to that person.
            added = self.references.added.get("person", {}).get(raw["owner"])
            if added is not None:
                added.setdefault("email", email)
            self.references.learn("person", raw["owner"], (email,))
            return
        person = self.references.person("", email)
        if person:
            raw.put("owner", person)
            owned.append("owner")

    def _money(self, raw: Branch, owned: list[str], beside: dict[str, Any], spread: Spread) -> None:
        """Put money into periods: the periods the file names, else all of it into the first."""
        plans = [plan for plan in self.proposal.plans if plan.base == "cash"]
        if not plans:
            return
        owned.append("cash")
        live = raw.get("stage") in (Stage.FUNDED, Stage.RUNNING)
        parts = {plan.period: beside.get(plan.target) for plan in plans if plan.period}
        if any(value is not None for value in parts.values()):
            cash, first = spread.periods(parts, live=live)
            if first > 1:
                raw.put("earliest", first)
                owned.append("earliest")
        else:
            whole = beside.get("cash")
            cash = [whole] if whole is not None else []
        spent = raw.get("spent")
        if live and spent is not None and cash and not any(parts.values()):
            # For work that runs, a Book lists only what is still to be spent.
            cash = [max(cash[0] - spent, Decimal(0))]
        if cash:
            raw.put("cash", cash, said=plans[0].header)

    def _hours(self, raw: Branch, owned: list[str], beside: dict[str, Any], spread: Spread, line: Line) -> None:
        plans = [plan for plan in self.proposal.plans if plan.base == "hours"]
        parts = {plan.period or "": beside.get(plan.target) for plan in plans}
        if not any(value is not None for value in parts.values()):
            return
        team = raw.get("team")
        there = self.before.teams.get(team) if team else None
        if team is None or not (there.hours if there else self.answers.get("team-hours")):
            self.unused.setdefault("hours", []).append(line)
            return
        owned.append("hours")
        live = raw.get("stage") in (Stage.FUNDED, Stage.RUNNING)
        by_period = {period: value for period, value in parts.items() if period}
        listed, _ = spread.periods(by_period, live=live) if by_period else ([parts[""]], 1)
        raw.put("hours", {team: listed}, said=self._header("hours"))

    def _say_unused(self) -> None:
        """Say what could not be used because something else is missing."""
        if lines := self.unused.get("hours"):
            self._say(
                "hours-not-used",
                lines[0].where,
                f"The hours of {len(lines)} row(s) were not imported: the row names no team, or nobody has said how "
                "many hours a period its team has.",
                "Add the teams with their hours and rate, or answer the question, then import again.",
                Severity.WARNING,
                count=len(lines),
            )
            if self.references.added.get("team"):
                self._ask(
                    Question(
                        "team-hours",
                        "team-hours",
                        "How many hours a period does each of the new teams have for initiatives?",
                        "",
                        "no column says it; until it is answered, hours are not imported",
                    )
                )
        if lines := self.unused.get("start"):
            self._say(
                "start-not-used",
                lines[0].where,
                f"The start dates of {len(lines)} row(s) were not imported: nobody has said when the horizon begins.",
                "Give the evaluation date (as_of), then import again.",
                Severity.INFO,
                count=len(lines),
            )

    def _reading(self, key: str, beside: dict[str, Any], line: Line) -> list[_Wanted]:
        """Return the reading of a KPI that a row states."""
        value, at = beside.get("current"), beside.get("last") or self.as_of
        if value is None:
            return []
        raw = Branch()
        raw.put("kpi", key)
        if at is not None:
            raw.put("at", at)
        raw.put("value", value)
        return [_Wanted("measurement", key, raw, (), "", line)]

    # --- from raw records to a Book -----------------------------------------------------------

    def _added(self) -> list[Any]:
        """Return the people, teams and segments that rows name and nobody had."""
        records = []
        for kind, added in self.references.added.items():
            for raw in added.values():
                record, problems = read_record(kind, {**self._defaults(kind), **raw}, Place(self.source))
                self.findings += problems
                records += [record] if record is not None else []
            names = ", ".join(show(raw["name"]) for raw in list(added.values())[:8])
            words = {"person": "people", "team": "teams", "segment": "segments"}[kind]
            remedy = "Check that none of them is somebody the Book has under another name."
            if kind == "team":
                remedy = "Say how many hours a period each has for initiatives, and what an hour costs."
            self._say(
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
            given = self.answers.get(name if kind == self.kind else f"{kind}-{name}") or value
            readings[name] = _plain(kind, name, given)
        return readings

    def _merged(self, wanted: list[_Wanted]) -> list[tuple[Any, _Wanted | None]]:
        """Read each wanted record through the gate and merge it with what the Book has."""
        kept: list[tuple[Any, _Wanted]] = []
        failed: set[int] = set()
        for each in wanted:
            if each.line is not None and id(each.line) in failed:
                continue
            record, problems = self._read(each)
            errors = [problem for problem in problems if problem.severity is Severity.ERROR]
            if record is None or errors:
                if each.line is not None:
                    failed.add(id(each.line))
                    self._hold(each.line, *problems)
                continue
            self.findings += problems
            if each.kind == "measurement":
                kept += [] if record in self.before.readings(each.key) else [(record, each)]
                continue
            kept += self._against_book(record, each)
        return [(record, each) for record, each in kept if id(each.line) not in failed]

    def _read(self, each: _Wanted) -> tuple[Any, list[Finding]]:
        there = self.before.all(each.kind).get(each.key) if each.kind != "measurement" else None
        place = Place(each.line.where if each.line else self.source)
        if there is not None:
            raw: Any = {name: value for name, value in body(there).items() if name not in each.owned}
            raw["key"] = each.key
            raw = _with(raw, each.raw)
        else:
            named = each.raw.get("key", "")
            chosen = {name: self.answers[f"{name}:{named}"] for name in ("mode",) if f"{name}:{named}" in self.answers}
            given = {**(self._defaults(each.kind) if each.kind == self.kind else {}), **chosen}
            if any(name not in each.raw and name not in chosen for name in given):
                self.assumed.append(each.key)
            raw = _with({name: value for name, value in given.items() if name not in each.raw}, each.raw)
        return read_record(each.kind, raw, place)

    def _against_book(self, record: Any, each: _Wanted) -> list[tuple[Any, _Wanted]]:
        there = self.before.all(each.kind).get(each.key)
        origin = self.origins.get((each.kind, each.key))
        if there is None:
            self._keep_origin(each, {name: fingerprint(getattr(record, name)) for name in each.owned})
            return [(record, each)]
        decided = {
            name: answer
            for name in each.owned
            if (answer := self.answers.get(f"conflict:{each.kind}.{each.key}.{name}", "")) in ("file", "book")
        }
        result, values, conflicts = merged(there, record, each.owned, origin, decided)
        self._keep_origin(each, values)
        for conflict in conflicts:
            self._conflict(each, conflict)
        if result == there:
            self.unchanged += each.kind == self.kind
            return []
        return [(result, each)]

    def _keep_origin(self, each: _Wanted, values: dict[str, str]) -> None:
        self.fresh_origins[each.kind, each.key] = (Origin(self.source, each.id, values), each.line)

    def _conflict(self, each: _Wanted, conflict: Conflict) -> None:
        mine, theirs = _words(conflict.mine), _words(conflict.theirs)
        self.conflicts.append((each.kind, each.key, conflict.field))
        where = each.line.where if each.line else self.source
        known = (each.kind, each.key) in self.origins
        why = "it was changed in the Book, and in the file too" if known else "the two were never imported together"
        self.findings.append(
            Finding(
                code="conflict",
                where=where,
                message=f"{conflict.field.replace('_', ' ').capitalize()} of {each.key} is {mine} in the Book and "
                f"{theirs} in the file: {why}. The Book's value was kept.",
                remedy="Decide which of the two counts.",
                severity=Severity.WARNING,
                kind=each.kind,
                key=each.key,
                numbers=FrozenMap({"field": conflict.field, "book": mine, "file": theirs}),
            )
        )
        self.questions.append(
            Question(
                f"conflict:{each.kind}.{each.key}.{conflict.field}",
                "conflict",
                f"Which {conflict.field.replace('_', ' ')} of {each.key} counts?",
                "book",
                "nobody's work is overwritten without being asked",
                FrozenMap({"book": f"the Book's: {mine}", "file": f"the file's: {theirs}"}),
            )
        )

    def _settled(self, pairs: list[tuple[Any, _Wanted | None]]) -> list[Any]:
        """Return the records that fit into the Book; a row whose record breaks a rule is held out."""
        broken_before = {_name(record) for record in settle(_all(self.before), {}).held_out}
        while True:
            book = self.before.replace(*(record for record, _ in pairs))
            settled = settle(_all(book), {})
            out = {_name(record) for record in settled.held_out} - broken_before
            dropped = [(record, each) for record, each in pairs if _name(record) in out]
            if not dropped:
                return [record for record, _ in pairs]
            for record, each in dropped:
                faults = [fault for fault in settled.faults if _name(fault.record) == _name(record)]
                where = each.line.where if each and each.line else self.source
                reasons = [fault.finding(f"{where}, {fault.field}") for fault in faults]
                if each and each.line:
                    self._hold(each.line, *reasons)
                else:
                    self.findings += reasons
            lost = {id(each.line) for _, each in dropped if each and each.line}
            pairs = [
                (record, each)
                for record, each in pairs
                if _name(record) not in out and not (each and each.line and id(each.line) in lost)
            ]

    def _book(self, firm: Organisation, records: list[Any]) -> Book:
        """Return the Book with the accepted records and where they came from."""
        accepted = self.before.replace(*records)
        held = {row.row.index for row in self.held}
        origins = {
            place: origin
            for place, (origin, line) in self.fresh_origins.items()
            if place[1] in accepted.all(place[0]) and (line is None or line.row.index not in held)
        }
        if not records and self.before.organisation is None:
            return self.before
        noted = with_origins(firm, origins)
        changed = () if noted == self.before.organisation else (noted,)
        return accepted.replace(*changed, as_of=self.before.as_of or self.as_of)

    def _say_assumed(self, after: Book) -> None:
        """Say which initiatives got a mode that nobody stated, and how to find the right one."""
        keys = [key for key in self.assumed if key in after.initiatives]
        if self.kind != "initiative" or not keys or self.answers.get("mode"):
            return
        self._say(
            "mode-assumed",
            self.table.where(),
            f"No column says the mode of {len(keys)} initiative(s); {after.initiatives[keys[0]].mode} was assumed.",
            "Ask of each: do we know its market? do we know its technology? does it pay back within 12 months? "
            "Three times yes is exploit; else it is explore, or drift if it is unaligned and paid from the reserve.",
            Severity.INFO,
            count=len(keys),
        )

    def _say_gone(self, lines: list[tuple[Line, str, str]]) -> None:
        """Name the records that an earlier file of this name had and this one has not."""
        here = {key for _, key, _ in lines}
        gone = [
            key
            for (kind, key), origin in self.origins.items()
            if kind == self.kind and origin.source == self.source and key not in here and key in self.before.all(kind)
        ]
        if gone and not self.proposal.bad_rows:
            self._say(
                "gone-from-file",
                self.table.where(),
                f"{len(gone)} record(s) came from an earlier file of this name and are not in this one: "
                f"{', '.join(gone[:8])}{' and more' if len(gone) > 8 else ''}. They were kept.",
                "Close or remove them in the Book if they are over.",
                Severity.INFO,
                keys=", ".join(gone[:50]),
                count=len(gone),
            )

    def _hold(self, line: Line, *findings: Finding) -> None:
        self.held.append(BadRow(line.row, line.where, findings))

    def _say(self, code: str, where: str, message: str, remedy: str, severity: Severity, **numbers: Any) -> None:
        self.findings.append(
            Finding(
                code=code, where=where, message=message, remedy=remedy, severity=severity, numbers=FrozenMap(numbers)
            )
        )


_LEGAL_FORM = re.compile(
    r"\b(?:GmbH|AG|KG|OHG|e\.?K|UG|Ltd|Limited|LLC|Inc|Corp|PLC|LLP|SARL|SAS|SA|EURL|S\.?L|S\.?A|Oy|AB|ApS|BV|B\.V|NV|"
    r"SRL|SpA|s\.r\.o|Sp\. ?z ?o\.?o|Pty)\b"
)

# --- small things -----------------------------------------------------------------------------

_NOT_BEGUN = (Stage.IDEA, Stage.SCREENED, Stage.CASE)

# Money, hours and a few others need more than their own cell, so they are not copied field by field.
_BUILT = frozenset({"key", "cash", "hours"})
_FIELDS = {
    kind: frozenset(item.name for item in fields_of(each.record)) - (_BUILT if kind == "initiative" else {"key"})
    for kind, each in KINDS.items()
}


def _as_map(kind: str, target: str, value: Any) -> Any:
    """Return links to several records with a weight of 1 each, where the field keeps weights."""
    described = next(item for item in fields_of(KINDS[kind].record) if item.name == target)
    is_map = described.part.container is Container.MAP
    return dict.fromkeys(value, 1) if is_map and isinstance(value, list) else value


def _with(base: Mapping[str, Any], over: Branch) -> Branch:
    """Return raw fields in which those of a row stand beside or instead of others."""
    result = Branch()
    for name, value in base.items():
        if name not in over:
            result.put(name, value)
    for name, value in over.items():
        result.put(name, value, said=(over.said or {}).get(name, ""))
    return result


def _plain(kind: str, name: str, text: str) -> Any:
    """Return the text of an answer as the field wants it."""
    if sort_of(kind, name)[0] not in NUMBERS:
        return text
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _words(value: Any) -> str:
    """Return a value as a message about a conflict shows it."""
    if isinstance(value, tuple):
        return ", ".join(_words(item) for item in value) or "nothing"
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_words(item)}" for key, item in value.items()) or "nothing"
    return show(value)


def _name(record: Any) -> tuple[str, str]:
    """Return kind and key of a record; a row of a series is told by all it says."""
    kind = KIND_OF_RECORD[type(record)]
    return kind, repr(record) if KINDS[kind].series else record.key


def _all(book: Book) -> list[Any]:
    records = [record for kind in book.records.values() for record in kind.values()]
    return records + [row for rows in book.series.values() for row in rows]


def _title(source: str) -> str:
    """Return the name of a file as the name of a firm that nobody has named yet."""
    return Path(source).stem.replace("_", " ").replace("-", " ").strip()[:200] or "My organisation"
