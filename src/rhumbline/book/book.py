"""The Book: a company's strategy as one immutable document."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
from bisect import insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import compress
from typing import Any

from rhumbline.book.digests import canonical, digest, plain, running_digest
from rhumbline.book.fields import fields_of
from rhumbline.book.findings import Finding, UnknownRecord
from rhumbline.book.records import (
    KIND_OF_PLURAL,
    KIND_OF_RECORD,
    KINDS,
    Benefit,
    Budget,
    Capability,
    Commitment,
    DataFlow,
    Decision,
    EthicsReview,
    Initiative,
    Kpi,
    Measurement,
    Need,
    Objective,
    Organisation,
    Person,
    Review,
    Scenario,
    Segment,
    Signal,
    Strategy,
    Survey,
    System,
    Team,
    WorkItem,
)
from rhumbline.book.types import NOTHING, FrozenMap, StrategyState, SurveyKind, WorkItemKind, natural


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two Books: a record that came, went or became another."""

    kind: str
    key: str
    before: Any | None
    after: Any | None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that differ, when one record is in both Books; a series has rows, no fields."""
        if self.before is None or self.after is None or KINDS[self.kind].series:
            return ()
        return tuple(
            field.name
            for field in fields_of(type(self.after))
            if getattr(self.before, field.name) != getattr(self.after, field.name)
        )


# What a Book remembers of a kind beside its indexes: the digest of each record by key, or of each row in order (an
# empty text where it is not known yet), and the one running digest of a series.
_DIGESTS = "#digest"
_RUNNING = "#running"

# Finding the place of one more row among many is worth it while there are this many times as many.
_FEW = 32

_Row = tuple[Any, str]


def _row_order(one: _Row) -> tuple[Any, ...]:
    """Sort key of a series row: whose it is, then when, then the digest, which stays when a name in it is erased."""
    row, known = one
    kind = KINDS[KIND_OF_RECORD[type(row)]]
    at = getattr(row, "at", None) or getattr(row, "date", None)
    # Undated readings are older than dated ones and keep their position.
    return (natural(getattr(row, kind.owner)), at or date.min, getattr(row, "position", 0), _Rest(row, known))


class _Rest:
    """The digest of a row: asked for only where two rows have owner, day and position in common."""

    __slots__ = ("known", "row")

    def __init__(self, row: Any, known: str) -> None:
        self.row, self.known = row, known

    def text(self) -> str:
        self.known = self.known or digest(self.row)
        return self.known

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Rest) and self.text() == other.text()

    def __lt__(self, other: _Rest) -> bool:
        return self.text() < other.text()

    # A class that compares and is no key of a dictionary says so in this way.
    __hash__ = None  # type: ignore[assignment]


def _with_rows(rows: list[_Row], new: list[_Row]) -> list[_Row]:
    """Return rows in order, of which only the new ones are in none."""
    if len(new) * _FEW > len(rows):
        return sorted([*rows, *new], key=_row_order)
    for one in new:
        insort(rows, one, key=_row_order)
    return rows


@dataclass(frozen=True, eq=False)
class Book:
    """Everything a company has written down, by kind and key, in natural key order; it never changes.

    Parameters
    ----------
    records
        For each kind that occurs, its records by key.
    series
        For each series kind that occurs, its rows in order.
    as_of
        The evaluation date the file states, if it does; never part of the hash.
    held_out
        Why rows of the data were left out when this Book was read, so that no plan misses them silently; never part
        of the hash. Putting in the record that was left out takes its findings away.
    concealed
        What was taken out of this Book because its reader may not see it, such as ``money``; never part of the hash.
        Such a Book can be read and shown, and no capability computes on it: missing is never zero.
    """

    records: FrozenMap[FrozenMap[Any]] = NOTHING
    series: FrozenMap[tuple[Any, ...]] = NOTHING
    as_of: date | None = None
    _shared: dict[tuple[str, str], Any] = dataclasses.field(default_factory=dict, repr=False)
    held_out: tuple[Finding, ...] = ()
    concealed: tuple[str, ...] = ()

    # --- making one -----------------------------------------------------------------------

    @classmethod
    def of(cls, records: Iterable[Any], as_of: date | None = None) -> Book:
        """Build a Book from records and series rows in any order; of two with one key the later counts.

        Parameters
        ----------
        records
            Instances of the record dataclasses.
        as_of
            The evaluation date to remember.
        """
        return cls(as_of=as_of).replace(*records)

    def replace(self, *records: Any, as_of: date | None = None) -> Book:
        """Return a Book in which these records are added, or stand instead of those with their key.

        Parameters
        ----------
        records
            Records to put in, and series rows to append. What is not named is shared with this Book.
        as_of
            Another evaluation date to remember.
        """
        return self._including(((record, "") for record in records), as_of or self.as_of)

    def including(self, records: Iterable[tuple[Any, str]]) -> Book:
        """Return a Book like ``replace``, of records whose digests are known already.

        Parameters
        ----------
        records
            Each with its digest. The digest is believed: it is the one that was written down when the record was
            stored, and counts even where a later release would compute another one.
        """
        return self._including(records, self.as_of)

    def _including(self, records: Iterable[tuple[Any, str]], as_of: date | None) -> Book:
        by_kind: dict[str, dict[str, tuple[Any, str]]] = {}
        rows: dict[str, list[tuple[Any, str]]] = {}
        for one in records:
            kind = KIND_OF_RECORD[type(one[0])]
            if KINDS[kind].series:
                rows.setdefault(kind, []).append(one)
            else:
                by_kind.setdefault(kind, {})[one[0].key] = one
        shared: dict[tuple[str, str], Any] = {}
        changed = {}
        for kind, new in by_kind.items():
            changed[kind] = self.all(kind).updated({key: record for key, (record, _) in new.items()})
            shared[kind, _DIGESTS] = {
                **self._shared.get((kind, _DIGESTS), {}),
                **{key: known for key, (_, known) in new.items()},
            }
        appended = {}
        for kind, came in rows.items():
            there = self.series.get(kind, ())
            known_there = self._shared.get((kind, _DIGESTS)) or [""] * len(there)
            ordered = _with_rows(list(zip(there, known_there, strict=True)), came)
            appended[kind] = tuple(row for row, _ in ordered)
            shared[kind, _DIGESTS] = [known for _, known in ordered]
        return self._with(changed, appended, as_of, shared)

    def without(self, kind: str, *keys: str) -> Book:
        """Return a Book that lacks these records (or, for a series kind, the rows of these owners).

        Parameters
        ----------
        kind
            The name of a kind, such as ``initiative``.
        keys
            Keys to leave out; one that is not there is no error.
        """
        gone = frozenset(keys)
        known = self._shared.get((kind, _DIGESTS))
        if KINDS[kind].series:
            owner, rows = KINDS[kind].owner, self.series.get(kind, ())
            stays = [getattr(row, owner) not in gone for row in rows]
            shared = {} if known is None else {(kind, _DIGESTS): list(compress(known, stays))}
            return self._with({}, {kind: tuple(compress(rows, stays))}, self.as_of, shared)
        digests = {key: value for key, value in (known or {}).items() if key not in gone}
        return self._with({kind: self.all(kind).without(gone)}, {}, self.as_of, {(kind, _DIGESTS): digests})

    def _with(
        self,
        changed: Mapping[str, FrozenMap[Any]],
        rows: Mapping[str, tuple[Any, ...]],
        as_of: date | None,
        digests: Mapping[tuple[str, str], Any],
    ) -> Book:
        touched = {*changed, *rows}
        records = FrozenMap({kind: new for kind, new in {**self.records, **changed}.items() if new})
        series = FrozenMap({kind: new for kind, new in {**self.series, **rows}.items() if new})
        # Indexes and digests of the kinds that did not change stay valid and are shared.
        shared = {name: value for name, value in self._shared.items() if name[0] not in touched}
        still = tuple(finding for finding in self.held_out if finding.key not in changed.get(finding.kind, NOTHING))
        return Book(records, series, as_of, {**shared, **digests}, still, self.concealed)

    # --- asking ---------------------------------------------------------------------------

    def all(self, kind: str) -> FrozenMap[Any]:
        """Return the records of one kind by key, in natural key order."""
        return self.records.get(kind, NOTHING)

    def get(self, kind: str, key: str) -> Any:
        """Return one record; raise ``UnknownRecord``, naming the nearest key, when there is none."""
        found = self.all(kind).get(key)
        if found is None:
            # Short keys such as i9 and i1 are half alike; anything less is no likely slip.
            near = difflib.get_close_matches(key, list(self.all(kind)), n=1, cutoff=0.5)
            raise UnknownRecord(kind, key, near[0] if near else None)
        return found

    def by(self, kind: str, field: str) -> Mapping[str, tuple[Any, ...]]:
        """Return the records or rows of a kind grouped by the value of one field, each group in order.

        Parameters
        ----------
        kind
            The name of a kind.
        field
            A field that holds a key, such as ``initiative`` of a Benefit.
        """
        name = (kind, field)
        if name not in self._shared:
            groups: dict[str, list[Any]] = {}
            rows = self.series.get(kind, ()) if KINDS[kind].series else self.all(kind).values()
            for record in rows:
                groups.setdefault(getattr(record, field), []).append(record)
            self._shared[name] = {value: tuple(group) for value, group in groups.items()}
        found: Mapping[str, tuple[Any, ...]] = self._shared[name]
        return found

    @property
    def organisation(self) -> Organisation | None:
        """The firm, if the Book says who it is."""
        return next(iter(self.all("organisation").values()), None)

    @cached_property
    def strategy(self) -> Strategy:
        """The strategy in force; an empty one where none is written down."""
        versions = list(self.all("strategy").values())
        in_force = [version for version in versions if version.state == StrategyState.IN_FORCE]
        return max(in_force or versions, key=lambda version: version.version, default=Strategy())

    @property
    def budget(self) -> Budget | None:
        """The budget of the horizon, if there is one."""
        return next(iter(self.all("budget").values()), None)

    @cached_property
    def pulse(self) -> Survey | None:
        """The newest pulse survey, if there is one."""
        pulses = [survey for survey in self.all("survey").values() if survey.kind == SurveyKind.PULSE]
        return max(pulses, key=lambda survey: survey.closes or date.min, default=None)

    @property
    def segments(self) -> FrozenMap[Segment]:
        """Groups of customers."""
        return self.all("segment")

    @property
    def needs(self) -> FrozenMap[Need]:
        """What customers want."""
        return self.all("need")

    @property
    def signals(self) -> FrozenMap[Signal]:
        """Signs of change."""
        return self.all("signal")

    @property
    def kpis(self) -> FrozenMap[Kpi]:
        """Numbers that tell whether objectives come closer."""
        return self.all("kpi")

    @property
    def objectives(self) -> FrozenMap[Objective]:
        """What the strategy wants."""
        return self.all("objective")

    @property
    def capabilities(self) -> FrozenMap[Capability]:
        """What the firm is able to do."""
        return self.all("capability")

    @property
    def systems(self) -> FrozenMap[System]:
        """Software and machines."""
        return self.all("system")

    @property
    def flows(self) -> FrozenMap[DataFlow]:
        """Data between systems."""
        return self.all("flow")

    @property
    def teams(self) -> FrozenMap[Team]:
        """People who work together."""
        return self.all("team")

    @property
    def people(self) -> FrozenMap[Person]:
        """Everybody the Book names."""
        return self.all("person")

    @property
    def initiatives(self) -> FrozenMap[Initiative]:
        """What the firm does or could do."""
        return self.all("initiative")

    @property
    def scenarios(self) -> FrozenMap[Scenario]:
        """Futures worth planning for."""
        return self.all("scenario")

    @property
    def reviews(self) -> FrozenMap[Review]:
        """Regular looks at work and strategy."""
        return self.all("review")

    @property
    def decisions(self) -> FrozenMap[Decision]:
        """What was decided."""
        return self.all("decision")

    def benefits_of(self, initiative: str) -> tuple[Benefit, ...]:
        """What one initiative is expected to bring, in key order."""
        return self.by("benefit", "initiative").get(initiative, ())

    def milestones_of(self, initiative: str) -> tuple[WorkItem, ...]:
        """The milestones of one initiative, in key order."""
        items: tuple[WorkItem, ...] = self.by("work_item", "initiative").get(initiative, ())
        return tuple(item for item in items if item.kind == WorkItemKind.MILESTONE)

    def ethics_of(self, initiative: str) -> EthicsReview | None:
        """The ethics review of one initiative, if there is one."""
        return next(iter(self.by("ethics_review", "initiative").get(initiative, ())), None)

    def commitments(self) -> FrozenMap[Commitment]:
        """What partners must do, and whether they agreed."""
        return self.all("commitment")

    def readings(self, kpi: str) -> tuple[Measurement, ...]:
        """The measurements of one KPI, oldest first."""
        return self.by("measurement", "kpi").get(kpi, ())

    # --- tables ---------------------------------------------------------------------------

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Return the records of a kind as plain rows, one per record, one column per field.

        Parameters
        ----------
        name
            A kind such as ``initiative``, or its list such as ``initiatives``.

        Raises
        ------
        UnknownRecord
            When there is no such kind.
        """
        kind = KIND_OF_PLURAL.get(name, name)
        if kind not in KINDS:
            near = difflib.get_close_matches(name, [*KIND_OF_PLURAL, *KINDS], n=1)
            raise UnknownRecord("kind", name, near[0] if near else None)
        records = self.series.get(kind, ()) if KINDS[kind].series else self.all(kind).values()
        names = [field.name for field in fields_of(KINDS[kind].record)]
        return [{column: plain(getattr(record, column)) for column in names} for record in records]

    def frame(self, name: str) -> Any:
        """Return the records of a kind as a pandas table, indexed by key; needs the extra ``notebook``.

        Parameters
        ----------
        name
            A kind such as ``initiative``, or its list such as ``initiatives``.
        """
        import pandas as pd

        kind = KIND_OF_PLURAL.get(name, name)
        rows = self.rows(name)
        table = pd.DataFrame(rows, columns=[field.name for field in fields_of(KINDS[kind].record)])
        return table if KINDS[kind].series else table.set_index("key")

    # --- identity -------------------------------------------------------------------------

    def digests(self, kind: str) -> Mapping[str, str]:
        """Return the digest of every record of a kind, by key; for a series kind the one running digest."""
        if KINDS[kind].series:
            return self._running_digest(kind)
        records, known = self.all(kind), self._shared.get((kind, _DIGESTS), {})
        if len(known) < len(records) or "" in known.values():
            known = {key: known.get(key) or digest(record) for key, record in records.items()}
            self._shared[kind, _DIGESTS] = known
        found: Mapping[str, str] = known
        return found

    def _running_digest(self, kind: str) -> Mapping[str, str]:
        rows = self.series.get(kind, ())
        if rows and (kind, _RUNNING) not in self._shared:
            known = self._shared.get((kind, _DIGESTS)) or [""] * len(rows)
            known = [one or digest(row) for one, row in zip(known, rows, strict=True)]
            self._shared[kind, _DIGESTS] = known
            self._shared[kind, _RUNNING] = {"": running_digest(known)}
        found: Mapping[str, str] = self._shared.get((kind, _RUNNING), NOTHING)
        return found

    @cached_property
    def sha(self) -> str:
        """The Book hash: SHA-256 over the sorted list of kind, key and digest of every record and series."""
        kinds = sorted({*self.records, *self.series})
        listed = [[kind, key, value] for kind in kinds for key, value in sorted(self.digests(kind).items())]
        return hashlib.sha256(canonical(listed)).hexdigest()

    def diff(self, other: Book) -> tuple[Change, ...]:
        """Return what changes from this Book to another: records by kind and key, then whole series.

        Parameters
        ----------
        other
            The later Book.
        """
        changes = []
        for kind in KINDS:
            if KINDS[kind].series:
                before, after = self.series.get(kind, ()), other.series.get(kind, ())
                if before != after:
                    changes.append(Change(kind, "", before, after))
                continue
            mine, theirs = self.all(kind), other.all(kind)
            if mine is theirs:
                continue
            changes.extend(
                Change(kind, key, mine.get(key), theirs.get(key))
                for key in sorted({*mine, *theirs}, key=natural)
                if mine.get(key) != theirs.get(key)
            )
        return tuple(changes)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Book):
            return NotImplemented
        return self.records == other.records and self.series == other.series

    def __hash__(self) -> int:
        return hash(self.sha)

    def __len__(self) -> int:
        return sum(len(found) for found in self.records.values()) + sum(len(rows) for rows in self.series.values())

    def __repr__(self) -> str:
        name = self.organisation.name if self.organisation else "nobody yet"
        return f"<Book of {name}: {len(self)} records, {self.sha[:12]}>"
