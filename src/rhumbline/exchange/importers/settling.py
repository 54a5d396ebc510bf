"""From what a foreign file says to a Book: through the gate, and without undoing what somebody did since.

The same file twice changes nothing; a newer one changes what changed in it; a value that was edited in the
Book and changed in the file too is a conflict, and the Book's value stays until somebody decides.
"""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import PurePath
from typing import Any

from rhumbline.book.book import Book, Change
from rhumbline.book.digests import body
from rhumbline.book.fields import fields_of
from rhumbline.book.findings import Finding
from rhumbline.book.records import KIND_OF_RECORD, KINDS, Actual, Measurement, Organisation
from rhumbline.book.rules import settle
from rhumbline.book.types import NOTHING, FrozenMap, Severity, natural
from rhumbline.exchange.gate import read_record
from rhumbline.exchange.importers.draft import Check, Draft, Link, Row, note
from rhumbline.exchange.mapping import Question
from rhumbline.exchange.origins import Conflict, Origin, fingerprint, merged, origins_of, with_origins
from rhumbline.exchange.raw import Place, show
from rhumbline.exchange.references import key_from_id
from rhumbline.exchange.vocabulary import normal

MODE_ASSUMED = "exploit"
_ANSWER = "import."
_LONGEST = 5000


@dataclass(frozen=True, slots=True)
class Imported:
    """What importing a file would do; nothing is written anywhere. It unpacks: ``book, findings = import_file(...)``.

    Parameters
    ----------
    book
        The Book with the imported records.
    findings
        Everything that was noticed.
    format
        The name of the format it was read as.
    became
        By kind, how many records the file speaks of.
    checks
        The sums that the file states, each with what its parts add up to.
    changes
        What differs from the Book before.
    held_out
        Kind and id (the file's own) of what became nothing; the findings say why.
    conflicts
        Kind, key and field of each value that both sides changed.
    questions
        What only a person can decide; until somebody does, the proposed answer is used.
    unchanged
        How many records say what the Book says already.
    usable
        Whether the file could be read at all.
    """

    book: Book
    findings: tuple[Finding, ...] = ()
    format: str = ""
    became: FrozenMap[int] = NOTHING
    checks: tuple[Check, ...] = ()
    changes: tuple[Change, ...] = ()
    held_out: tuple[tuple[str, str], ...] = ()
    conflicts: tuple[tuple[str, str, str], ...] = ()
    questions: tuple[Question, ...] = ()
    unchanged: int = 0
    usable: bool = True

    def __iter__(self) -> Iterator[Any]:
        yield self.book
        yield self.findings

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings of severity error."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)


def settled(
    draft: Draft,
    into: Book | None = None,
    answers: Mapping[str, str] | None = None,
    as_of: date | None = None,
    *,
    form: str = "",
    name: str = "",
) -> Imported:
    """Return the Book that a draft gives, or gives together with a Book that is there already.

    Parameters
    ----------
    draft
        What the file says.
    into
        The Book to add to; without one a new Book is made.
    answers
        Answers to questions of an earlier import, by their id; those on accounts are remembered in the Book.
    as_of
        The evaluation date; by default the one of the Book.
    form, name
        The name of the format and of the file.
    """
    before = into or Book()
    return _Settling(draft, before, {**remembered(before), **(answers or {})}, as_of or before.as_of, form, name).run()


def remembered(book: Book) -> dict[str, str]:
    """Return the answers that earlier imports left in a Book, such as which account belongs to which initiative."""
    settings = book.organisation.settings if book.organisation else {}
    return {name.removeprefix(_ANSWER): text for name, text in settings.items() if name.startswith(_ANSWER)}


# --- one import -------------------------------------------------------------------------------

_MONEY = {"initiative": ("cash", "approved", "spent"), "actual": ("money",), "kpi": ("value_per_unit",)}


@dataclass(slots=True)
class _Settling:
    """The state of one import, from the rows of a draft to a Book."""

    draft: Draft
    before: Book
    answers: dict[str, str]
    as_of: date | None
    form: str
    name: str
    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    origins: dict[tuple[str, str], Origin] = field(default_factory=dict)
    fresh: dict[tuple[str, str], Origin] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    held: list[tuple[str, str]] = field(default_factory=list)
    held_links: set[tuple[str, str]] = field(default_factory=set)
    conflicts: list[tuple[str, str, str]] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    rate: Decimal | None = Decimal(1)
    unchanged: int = 0
    loose: int = 0

    def run(self) -> Imported:
        """Turn rows into records, merge them with the Book, and say what came of it."""
        self.origins = origins_of(self.before)
        firm = self._firm()
        rows = self._once()
        self._give_keys(rows)
        records = [record for row in rows if (record := self._record(row)) is not None]
        accepted, replaced = self._settle(records)
        after = self._book(firm, accepted, replaced)
        self._say_assumed(after)
        self._say_gone(rows)
        self._say_loose()
        self._say_stand_ins()
        asked = [
            Question(own, own.partition(":")[0], text, proposed, reason)
            for own, text, proposed, reason in self.draft.questions
        ]
        return Imported(
            book=after,
            findings=(*self.draft.findings, *self.findings),
            format=self.form,
            became=FrozenMap(Counter(row.kind for row in rows)),
            checks=tuple(self.draft.checks),
            changes=self.before.diff(after),
            held_out=tuple(self.held),
            conflicts=tuple(self.conflicts),
            questions=(*[each for each in asked if each.id not in self.answers], *self.questions),
            unchanged=self.unchanged,
        )

    # --- the firm and its money ---------------------------------------------------------------

    def _firm(self) -> Organisation:
        firm, said = self.before.organisation, self.draft.currency
        if firm is not None:
            if said and said != firm.currency and any(row.kind in _MONEY for row in self.draft.rows):
                self.rate = self._exchange(said, firm.currency)
            return firm
        currency = said or self.answers.get("currency", "").upper()
        if not currency and any(set(row.fields) & set(_MONEY.get(row.kind, ())) for row in self.draft.rows):
            self._say(
                "currency-assumed",
                self.draft.source,
                "The file names no currency; EUR is assumed.",
                "Give the right one, for example currency=GBP, and import again.",
                Severity.WARNING,
            )
            self._ask("currency", "Which currency are the amounts in?", "EUR", "the file names none")
        named = self.answers.get("organisation") or self.draft.firm or _title(self.name)
        raw = {"name": named[:200], "currency": currency or "EUR"}
        record, problems = read_record("organisation", raw, Place(self.draft.source))
        self.findings += problems
        return record if isinstance(record, Organisation) else Organisation(name=_title(self.name), currency="EUR")

    def _exchange(self, said: str, own: str) -> Decimal | None:
        try:
            rate = Decimal(self.answers.get("exchange-rate", ""))
        except InvalidOperation:
            rate = Decimal(0)
        if rate.is_finite() and rate > 0:
            return rate
        self._say(
            "other-currency",
            self.draft.source,
            f"The file is in {said} and the Book in {own}: its amounts were not imported.",
            f"Say how many {own} one {said} is (exchange-rate), and import again.",
            Severity.WARNING,
            value=said,
        )
        self._ask("exchange-rate", f"How many {own} is one {said}?", "", "nobody can guess it")
        return None

    # --- keys ---------------------------------------------------------------------------------

    def _once(self) -> list[Row]:
        """Return the rows without those that repeat an id; a repetition that says something else is held out."""
        seen: dict[tuple[str, str], Row] = {}
        rows = []
        for row in self.draft.rows:
            if KINDS[row.kind].series:
                rows.append(row)
                continue
            first = seen.setdefault((row.kind, row.id), row)
            if first is row:
                rows.append(row)
            elif first.fields != row.fields:
                self.held.append((row.kind, row.id))
                self._say(
                    "duplicate-id",
                    row.where,
                    f"The id {show(_shown(row.id))} is that of {first.where} too, which says something else; "
                    "only the first was imported.",
                    "Export the file again, or correct the id.",
                    Severity.ERROR,
                )
        return rows

    def _give_keys(self, rows: Sequence[Row]) -> None:
        known = {(kind, origin.source, origin.id): key for (kind, key), origin in self.origins.items()}
        taken = {(kind, key) for kind, records in self.before.records.items() for key in records}
        waiting = []
        for row in rows:
            if KINDS[row.kind].series or row.kind == "person":
                continue
            key = known.get((row.kind, self.draft.source, row.id))
            if key is None and row.shared:
                key = self._shared(row)
            if key is None:
                waiting.append(row)
                continue
            self.keys[row.kind, row.id] = key
            taken.add((row.kind, key))
        counted: dict[tuple[str, str], int] = {}
        for row in waiting:
            wanted = (row.kind, row.key or key_from_id(row.id))
            # Counting on from the last number: a thousand rows of one name would else be compared a million times.
            self.keys[row.kind, row.id], counted[wanted] = _free(*wanted, taken, counted.get(wanted, 1))
        self._give_people_keys([row for row in rows if row.kind == "person"])

    def _shared(self, row: Row) -> str | None:
        """Return the key of what the Book has already: there is one strategy in force, whatever its key."""
        if row.kind == "strategy" and self.before.all("strategy"):
            return self.before.strategy.key
        return row.key if row.key in self.before.all(row.kind) else None

    def _give_people_keys(self, rows: Sequence[Row]) -> None:
        """Find each person in the Book by e-mail address, else by name; a new one gets the next number.

        No id of a person is kept with the origins: it may be an address, and addresses have to be erasable.
        """
        free = list(self.before.people.values())
        number = 1
        for row in sorted(rows, key=lambda row: natural(row.id)):
            email, name = normal(str(row.fields.get("email", ""))), normal(str(row.fields.get("name", "")))
            match = next((one for one in free if email and normal(one.email) == email), None) or next(
                (one for one in free if normal(one.name) == name and not (email and one.email)), None
            )
            if match is not None:
                free.remove(match)
                self.keys["person", row.id] = match.key
                continue
            while f"p{number}" in self.before.people:
                number += 1
            self.keys["person", row.id] = f"p{number}"
            number += 1

    # --- records ------------------------------------------------------------------------------

    def _record(self, row: Row) -> Any:
        """Return the record of a row after the gate, merged with the Book; None where it is held out."""
        series = KINDS[row.kind].series
        if self.rate is None and row.kind == "actual" and "money" in row.fields:
            self.held.append((row.kind, row.id))
            return None
        key = "" if series else self.keys[row.kind, row.id]
        there = None if series else self.before.all(row.kind).get(key)
        owned = self._resolved(row, row.fields)
        if row.kind == "work_item" and "initiative" not in owned:
            if self.answers.get("initiative") in self.before.initiatives:
                owned["initiative"] = self.answers["initiative"]
            else:
                self.loose += 1
        raw = {name: value for name, value in body(there).items() if name not in owned} if there is not None else {}
        filled = {**self._resolved(row, row.filled), **self._needed(row.kind)}
        raw |= {name: value for name, value in filled.items() if name not in raw and name not in owned}
        raw |= owned
        if not series:
            raw["key"] = key
        if "mode" in raw and there is None and row.kind == "initiative" and "mode" not in owned:
            self.assumed.append(key)
        record, problems = read_record(row.kind, raw, Place(row.where))
        if record is None:
            self.findings += problems
            self.held.append((row.kind, row.id))
            self.held_links.add((row.kind, key))
            return None
        self.findings += [problem for problem in problems if problem.severity is not Severity.WARNING or there is None]
        return record if series else self._merged(record, there, row, key, owned)

    def _needed(self, kind: str) -> dict[str, Any]:
        return {"mode": self.answers.get("mode", MODE_ASSUMED)} if kind == "initiative" else {}

    def _resolved(self, row: Row, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return fields with keys in place of links, and with money in the currency of the Book."""
        money = _MONEY.get(row.kind, ())
        resolved = {}
        for name, value in fields.items():
            if name in money and self.rate != 1:
                if self.rate is None:
                    continue
                resolved[name] = _times(value, self.rate)
            else:
                resolved[name] = self._keyed(value)
        return resolved

    def _keyed(self, value: Any) -> Any:
        if isinstance(value, Link):
            return self.keys.get((value.kind, value.id), value.id)
        if isinstance(value, (list, tuple)):
            return [self._keyed(each) for each in value]
        if isinstance(value, Mapping):
            return {self._keyed(name): self._keyed(each) for name, each in value.items()}
        return value

    def _merged(self, record: Any, there: Any, row: Row, key: str, owned: Mapping[str, Any]) -> Any:
        fields = [name for name in owned if name != "key"]
        if there is None:
            self._keep(row, key, {name: fingerprint(getattr(record, name)) for name in fields})
            return record
        if row.kind == "person":
            # Nothing is remembered about people: what the Book says of them stays, gaps are filled.
            empty = {item.name: item.default for item in fields_of(type(there))}
            gaps = {
                name: getattr(record, name) for name in fields if getattr(there, name) == empty[name] and name != "name"
            }
            return dataclasses.replace(there, **gaps)
        decided = {
            name: answer
            for name in fields
            if (answer := self.answers.get(f"conflict:{row.kind}.{key}.{name}", "")) in ("file", "book")
        }
        origin = self.origins.get((row.kind, key))
        mine = dataclasses.replace(there, **self._gaps(record, there, row))
        result, values, conflicts = merged(mine, record, fields, origin, decided)
        self._keep(row, key, values)
        for conflict in conflicts:
            self._conflict(row, key, conflict)
        return result

    def _gaps(self, record: Any, there: Any, row: Row) -> dict[str, Any]:
        empty = {item.name: item.default for item in fields_of(type(there))}
        # A default such as the stage "case" may be meant; only what is nothing at all is a gap.
        return {
            name: getattr(record, name)
            for name in row.filled
            if empty[name] in (None, "") and getattr(there, name) == empty[name]
        }

    def _keep(self, row: Row, key: str, values: Mapping[str, str]) -> None:
        if row.kind != "person" and row.fields:
            self.fresh[row.kind, key] = Origin(self.draft.source, row.id, values)

    def _conflict(self, row: Row, key: str, conflict: Conflict) -> None:
        mine, theirs = _said(conflict.mine), _said(conflict.theirs)
        self.conflicts.append((row.kind, key, conflict.field))
        self.findings.append(
            Finding(
                code="conflict",
                where=row.where,
                message=f"{conflict.field.replace('_', ' ').capitalize()} of {key} is {mine} in the Book and {theirs} "
                "in the file; both were changed. The Book's value was kept.",
                remedy="Decide which of the two counts.",
                severity=Severity.WARNING,
                kind=row.kind,
                key=key,
                numbers=FrozenMap({"field": conflict.field, "book": mine, "file": theirs}),
            )
        )
        self._ask(
            f"conflict:{row.kind}.{key}.{conflict.field}",
            f"Which {conflict.field.replace('_', ' ')} of {key} counts?",
            "book",
            "nobody's work is overwritten without being asked",
        )

    # --- together -----------------------------------------------------------------------------

    def _settle(self, records: list[Any]) -> tuple[list[Any], list[tuple[str, str]]]:
        """Return the records that hold together and differ from the Book, and the owners of series to rewrite."""
        news, replaced = self._series([each for each in records if isinstance(each, (Actual, Measurement))])
        rest = [each for each in records if not isinstance(each, (Actual, Measurement))]
        book = _without(self.before, replaced).replace(*rest, *news)
        held: dict[str, set[str]] = {}
        for kind, key in self.held_links:
            held.setdefault(kind, set()).add(key)
        outcome = settle(_everything(book), held)
        broken = {id(record) for record in settle(_everything(self.before), {}).held_out}
        for fault in outcome.faults:
            if fault.severity is Severity.ERROR and id(fault.record) not in broken:
                self.findings.append(fault.finding(f"{self.draft.source}, {_key_of(fault.record)}, {fault.field}"))
        out = {id(record) for record in outcome.held_out}
        for record in outcome.held_out:
            if id(record) not in broken:
                self.held.append((KIND_OF_RECORD[type(record)], _key_of(record)))
        kept = [record for record in (*rest, *news) if id(record) not in out]
        changed = [record for record in kept if not self._is_there(record)]
        self.unchanged += len(kept) - len(changed)
        return changed, replaced

    def _is_there(self, record: Any) -> bool:
        kind = KIND_OF_RECORD[type(record)]
        return not KINDS[kind].series and self.before.all(kind).get(record.key) == record

    def _series(self, rows: list[Any]) -> tuple[list[Any], list[tuple[str, str]]]:
        """Return the rows of series that the Book does not have, and which series have to be written anew for them."""
        actuals, owners = self._actuals([row for row in rows if isinstance(row, Actual)])
        return [*self._measurements([row for row in rows if isinstance(row, Measurement)]), *actuals], owners

    def _measurements(self, rows: list[Measurement]) -> Iterator[Measurement]:
        """Yield the readings that are new; a corrected one is a later row with the next position."""
        last = {(row.kpi, row.at, row.source): row for row in self.before.series.get("measurement", ())}
        for row in rows:
            mine = last.get((row.kpi, row.at, row.source))
            if mine is not None and mine.value == row.value:
                self.unchanged += 1
                continue
            fresh = row if mine is None else dataclasses.replace(row, position=mine.position + 1)
            last[row.kpi, row.at, row.source] = fresh
            yield fresh

    def _actuals(self, rows: list[Actual]) -> tuple[list[Actual], list[tuple[str, str]]]:
        """Return the actuals that are new; a corrected one stands instead of the old one, or both would count.

        An account may meanwhile belong to another initiative, so what an amount is told by leaves that out.
        """
        there: dict[tuple[Any, ...], list[Actual]] = {}
        for row in self.before.series.get("actual", ()):
            there.setdefault((row.date, row.source, row.team), []).append(row)
        left: list[Actual] = []
        for row in rows:
            same = there.get((row.date, row.source, row.team), [])
            if row in same:
                same.remove(row)
                self.unchanged += 1
            else:
                left.append(row)
        gone: dict[str, list[Actual]] = {}
        for row in left:
            same = there.get((row.date, row.source, row.team), [])
            if same and row.source:
                old = same.pop()
                gone.setdefault(old.initiative, []).append(old)
        return left + self._kept(gone), sorted(("actual", initiative) for initiative in gone)

    def _kept(self, gone: Mapping[str, list[Actual]]) -> list[Actual]:
        """Return the other rows of the initiatives whose series are written anew, and say what was corrected."""
        kept: list[Actual] = []
        for initiative, old in gone.items():
            left = list(old)
            for row in self.before.by("actual", "initiative").get(initiative, ()):
                if row in left:
                    left.remove(row)
                else:
                    kept.append(row)
            self._say(
                "actual-corrected",
                self.draft.source,
                f"{len(old)} amount(s) of {initiative} differ from the earlier import; the new ones stand instead.",
                "Nothing needs to be done.",
                count=len(old),
            )
        return kept

    def _book(self, firm: Organisation, records: list[Any], replaced: list[tuple[str, str]]) -> Book:
        accepted = _without(self.before, replaced).replace(*records)
        origins = {
            place: origin
            for place, origin in self.fresh.items()
            if place[1] in accepted.all(place[0]) and self.origins.get(place) != origin
        }
        origins = {place: origin for place, origin in origins.items() if _fits(place, origin)}
        answers = {
            f"{_ANSWER}{name}": text
            for name, text in self.answers.items()
            if name.startswith(("account:", "tracking:")) and len(text) <= _LONGEST
        }
        if not records and self.before.organisation is None:
            return self.before
        noted = with_origins(firm, origins) if origins else firm
        if answers:
            noted = dataclasses.replace(noted, settings=FrozenMap({**noted.settings, **answers}))
        changed = () if noted == self.before.organisation else (noted,)
        if not changed and not records and not replaced:
            return self.before
        return accepted.replace(*changed, as_of=self.before.as_of or self.as_of)

    # --- what is to be said -------------------------------------------------------------------

    def _say_assumed(self, after: Book) -> None:
        keys = [key for key in self.assumed if key in after.initiatives]
        if not keys or "mode" in self.answers:
            return
        self._say(
            "mode-assumed",
            self.draft.source,
            f"The file does not say the mode of {len(keys)} initiative(s); {MODE_ASSUMED} was assumed.",
            "Ask of each: do we know its market? do we know its technology? does it pay back within 12 months? "
            "Three times yes is exploit; else it is explore, or drift if it is unaligned and paid from the reserve.",
            count=len(keys),
        )

    def _say_gone(self, rows: Sequence[Row]) -> None:
        here = {(row.kind, row.id) for row in rows}
        gone = [
            key
            for (kind, key), origin in self.origins.items()
            if origin.source == self.draft.source and (kind, origin.id) not in here and key in self.before.all(kind)
        ]
        if gone and not self.draft.partial:
            self._say(
                "gone-from-file",
                self.draft.source,
                f"{len(gone)} record(s) came from an earlier file and are not in this one: "
                f"{', '.join(gone[:8])}{' and more' if len(gone) > 8 else ''}. They were kept.",
                "Close or remove them in the Book if they are over.",
                count=len(gone),
                keys=", ".join(gone[:50]),
            )

    def _say_stand_ins(self) -> None:
        if self.draft.stand_ins:
            self._say(
                "target-assumed",
                self.draft.source,
                f"The file says no target for {self.draft.stand_ins} KPI(s); the last value stands in for it, "
                "so there is no gap yet.",
                "Set the target that the strategy aims at, and the baseline it starts from.",
                count=self.draft.stand_ins,
            )

    def _say_loose(self) -> None:
        if self.loose:
            self._say(
                "work-without-initiative",
                self.draft.source,
                f"{self.loose} work item(s) belong to no initiative: the file does not say to which.",
                "Name one when importing (initiative=key), or set it on the work items.",
                count=self.loose,
            )

    def _say(
        self, code: str, where: str, message: str, remedy: str, severity: Severity = Severity.INFO, **numbers: Any
    ) -> None:
        self.findings.append(note(code, where, message, remedy, severity, **numbers))

    def _ask(self, own_id: str, text: str, proposed: str, reason: str) -> None:
        if own_id not in self.answers:
            self.questions.append(Question(own_id, own_id.partition(":")[0], text, proposed, reason))


# --- small pieces -----------------------------------------------------------------------------


def _free(kind: str, wanted: str, taken: set[tuple[str, str]], number: int) -> tuple[str, int]:
    """Return a key that nobody has, and the number up to which its spellings are taken."""
    key = wanted if number == 1 else f"{wanted[:70]}-{number}"
    while (kind, key) in taken:
        number += 1
        key = f"{wanted[:70]}-{number}"
    taken.add((kind, key))
    return key, number


def _without(book: Book, owners: list[tuple[str, str]]) -> Book:
    for kind, owner in owners:
        book = book.without(kind, owner)
    return book


def _everything(book: Book) -> list[Any]:
    records = [record for kind in book.records.values() for record in kind.values()]
    return records + [row for rows in book.series.values() for row in rows]


def _key_of(record: Any) -> str:
    kind = KINDS[KIND_OF_RECORD[type(record)]]
    return str(getattr(record, kind.owner if kind.series else "key"))


def _fits(place: tuple[str, str], origin: Origin) -> bool:
    """Whether an origin is short enough for a setting; an absurdly long id is only not remembered."""
    return (
        len(json.dumps([origin.source, origin.id, dict(origin.values)], ensure_ascii=False)) + len(place[1]) < _LONGEST
    )


def _times(value: Any, rate: Decimal) -> Any:
    if isinstance(value, (list, tuple)):
        return [_times(each, rate) for each in value]
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return (Decimal(value) * rate).quantize(Decimal("0.01"))
    return value


def _said(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(_said(item) for item in value) or "nothing"
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_said(item)}" for key, item in value.items()) or "nothing"
    return show(value)


def _shown(own_id: str) -> str:
    return own_id.partition(":")[2] or own_id


def _title(name: str) -> str:
    """Return the name of a file as the name of a firm that nobody has named yet."""
    return PurePath(name).stem.replace("_", " ").replace("-", " ").strip()[:200] or "My organisation"


__all__ = ["Imported", "remembered", "settled"]
