"""From a row to the raw fields of the records it asks for: its own, its milestone, the reading of its KPI."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from rhumbline.book.book import Book
from rhumbline.book.fields import Container, fields_of
from rhumbline.book.findings import Finding
from rhumbline.book.records import KINDS
from rhumbline.book.types import FrozenMap, Severity, Stage
from rhumbline.exchange.columns import Plan, Sort
from rhumbline.exchange.money_over_time import Spread
from rhumbline.exchange.proposal import Line, Proposal, Question, Talk
from rhumbline.exchange.raw import Branch, show
from rhumbline.exchange.references import References
from rhumbline.exchange.tables import Table


@dataclass(slots=True)
class Wanted:
    """One record that a row asks for: its raw fields, which of them the file speaks of, and whose row it is."""

    kind: str
    key: str
    raw: Branch
    owned: tuple[str, ...]
    id: str
    line: Line | None
    record: Any = None


@dataclass(slots=True)
class RowRecords:
    """What is needed to turn rows into raw records."""

    before: Book
    table: Table
    proposal: Proposal
    as_of: date | None
    references: References
    spread: Spread
    rate: Decimal | None
    talk: Talk
    unused: dict[str, list[Line]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The kind of record that a row becomes."""
        return self.proposal.mapping.kind

    def wanted(self, line: Line, key: str, own_id: str) -> Iterator[Wanted]:
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
        extra = self._beside(key, raw, owned, beside, line)
        if problems:
            self.talk.hold(line, *problems)
            return
        yield Wanted(self.kind, key, raw, tuple(dict.fromkeys(owned)), own_id, line)
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

    def _beside(self, key: str, raw: Branch, owned: list[str], beside: dict[str, Any], line: Line) -> list[Wanted]:
        """Turn what is no field of its own into fields and records of other kinds."""
        if self.kind == "kpi":
            return self._reading(key, beside, line)
        if self.kind != "initiative":
            return []
        self._owner(raw, owned, beside)
        self._money(raw, owned, beside)
        self._hours(raw, owned, beside, line)
        self._start(raw, owned, beside, line)
        due = beside.get("due")
        if due is None:
            return []
        item = Branch()
        item.put("key", f"{key[:75]}.due")
        item.put("initiative", key)
        item.put("name", "Finished")
        item.put("due", due, said=self._header("due"))
        return [Wanted("work_item", f"{key[:75]}.due", item, ("initiative", "name", "due"), "", line)]

    def _header(self, target: str) -> str:
        return next((plan.header for plan in self.proposal.plans if plan.base == target), target)

    def _start(self, raw: Branch, owned: list[str], beside: dict[str, Any], line: Line) -> None:
        """Turn the day something is to begin into the first period in which it can."""
        day = beside.get("start")
        if day is None or "earliest" in raw or raw.get("stage") not in (None, *_NOT_BEGUN):
            return
        period = self.spread.period_of(day)
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

    def _money(self, raw: Branch, owned: list[str], beside: dict[str, Any]) -> None:
        """Put money into periods: the periods the file names, else all of it into the first."""
        plans = [plan for plan in self.proposal.plans if plan.base == "cash"]
        if not plans:
            return
        owned.append("cash")
        live = raw.get("stage") in (Stage.FUNDED, Stage.RUNNING)
        parts = {plan.period: beside.get(plan.target) for plan in plans if plan.period}
        if any(value is not None for value in parts.values()):
            cash, first = self.spread.periods(parts, live=live)
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

    def _hours(self, raw: Branch, owned: list[str], beside: dict[str, Any], line: Line) -> None:
        plans = [plan for plan in self.proposal.plans if plan.base == "hours"]
        parts = {plan.period or "": beside.get(plan.target) for plan in plans}
        if not any(value is not None for value in parts.values()):
            return
        team = raw.get("team")
        there = self.before.teams.get(team) if team else None
        if team is None or not (there.hours if there else self.talk.answers.get("team-hours")):
            self.unused.setdefault("hours", []).append(line)
            return
        owned.append("hours")
        live = raw.get("stage") in (Stage.FUNDED, Stage.RUNNING)
        by_period = {period: value for period, value in parts.items() if period}
        listed, _ = self.spread.periods(by_period, live=live) if by_period else ([parts[""]], 1)
        raw.put("hours", {team: listed}, said=self._header("hours"))

    def say_unused(self) -> None:
        """Say what could not be used because something else is missing."""
        if lines := self.unused.get("hours"):
            self.talk.say(
                "hours-not-used",
                lines[0].where,
                f"The hours of {len(lines)} row(s) were not imported: the row names no team, or nobody has said how "
                "many hours a period its team has.",
                "Add the teams with their hours and rate, or answer the question, then import again.",
                Severity.WARNING,
                count=len(lines),
            )
            if self.references.added.get("team"):
                self.talk.ask(
                    Question(
                        "team-hours",
                        "team-hours",
                        "How many hours a period does each of the new teams have for initiatives?",
                        "",
                        "no column says it; until it is answered, hours are not imported",
                    )
                )
        if lines := self.unused.get("start"):
            self.talk.say(
                "start-not-used",
                lines[0].where,
                f"The start dates of {len(lines)} row(s) were not imported: nobody has said when the horizon begins.",
                "Give the evaluation date (as_of), then import again.",
                Severity.INFO,
                count=len(lines),
            )

    def _reading(self, key: str, beside: dict[str, Any], line: Line) -> list[Wanted]:
        """Return the reading of a KPI that a row states."""
        value, at = beside.get("current"), beside.get("last") or self.as_of
        if value is None:
            return []
        raw = Branch()
        raw.put("kpi", key)
        if at is not None:
            raw.put("at", at)
        raw.put("value", value)
        return [Wanted("measurement", key, raw, (), "", line)]


# --- fields -----------------------------------------------------------------------------------

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
