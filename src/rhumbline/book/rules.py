"""Integrity: what must hold inside a record and between records, as pure functions that give findings.

A breach is a ``Fault``: the record and the field, not yet a place in a file. Whoever knows the place
(the gate, the store) turns it into a Finding.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from rhumbline.book.book import Book
from rhumbline.book.fields import Container, Part, fields_of
from rhumbline.book.findings import Finding
from rhumbline.book.records import (
    KIND_OF_RECORD,
    KINDS,
    Benefit,
    Budget,
    Capability,
    Commitment,
    DataFlow,
    Feedback,
    Initiative,
    Kpi,
    Measurement,
    Objective,
    Scenario,
    Signal,
    Survey,
)
from rhumbline.book.types import FrozenMap, KeysReferTo, RefersTo, Severity, StrategyState, natural

STRENGTH_LEVEL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One breach of a rule: whose it is, what is wrong, and which records it makes unusable.

    Parameters
    ----------
    record, field
        The record and the field it is about.
    code, message, remedy, severity, numbers
        As in a Finding.
    holds_out
        The records an error makes unusable; by default the record itself.
    target
        The kind and key a reference points at, where the breach is a reference.
    """

    record: Any
    field: str
    code: str
    message: str
    remedy: str
    severity: Severity = Severity.ERROR
    numbers: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    holds_out: tuple[Any, ...] = ()
    target: tuple[str, str] = ("", "")

    def finding(self, where: str) -> Finding:
        """Return the finding this breach is, at the place the caller knows."""
        kind = KIND_OF_RECORD[type(self.record)]
        return Finding(
            code=self.code,
            where=where,
            message=self.message,
            remedy=self.remedy,
            severity=self.severity,
            kind=kind,
            key=key_of(self.record),
            numbers=FrozenMap({**self.numbers, "field": self.field}),
        )

    @property
    def unusable(self) -> tuple[Any, ...]:
        """The records that must be left out because of this breach."""
        if self.severity is not Severity.ERROR:
            return ()
        return self.holds_out or (self.record,)


def key_of(record: Any) -> str:
    """Return the key of a record; for a series row the key of the record whose series it is."""
    kind = KINDS[KIND_OF_RECORD[type(record)]]
    return str(getattr(record, kind.owner if kind.series else "key"))


def plain_where(record: Any, name: str) -> str:
    """Return the place of a field of a record, for a Book that came from no file."""
    return f"{KINDS[KIND_OF_RECORD[type(record)]].plural} {key_of(record)}, {name}"


# --- the whole check --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Settled:
    """A Book in which every reference leads somewhere, what was said on the way, and what was left out."""

    book: Book
    faults: tuple[Fault, ...]
    held_out: tuple[Any, ...]


def check(book: Book) -> tuple[Finding, ...]:
    """Return every breach of integrity in a Book, whole and as it is.

    Parameters
    ----------
    book
        Any Book.
    """
    index = _Index(_everything(book), {})
    faults = [fault for record in index.records for fault in faults_of(record)]
    faults += [fault for record in index.records for fault in index.dangling(record, frozenset())]
    faults += faults_between(book)
    return tuple(fault.finding(plain_where(fault.record, fault.field)) for fault in faults)


def settle(records: Iterable[Any], held_out: Mapping[str, Collection[str]], as_of: date | None = None) -> Settled:
    """Leave out what breaks a rule and whatever refers to it, until everything that is left holds.

    Parameters
    ----------
    records
        Records and series rows, each sound in itself, no two with the same kind and key.
    held_out
        By kind, the keys of records that are already known to be unusable.
    as_of
        The evaluation date the Book is to remember.

    Returns
    -------
    Settled
        The Book of what is left; the breaches in the order they were met; the records left out.
    """
    index = _Index(list(records), held_out)
    faults = list(index.unlink(range(len(index.records))))
    notes: list[Fault] = []
    while True:
        book = Book.of(index.left(), as_of)
        found = faults_between(book)
        errors = [fault for fault in found if fault.unusable]
        notes = [fault for fault in found if not fault.unusable]
        if not errors:
            return Settled(book, (*faults, *notes), index.gone())
        faults += errors
        faults += index.drop([record for fault in errors for record in fault.unusable])


def _everything(book: Book) -> list[Any]:
    records = [record for kind in book.records.values() for record in kind.values()]
    return records + [row for rows in book.series.values() for row in rows]


class _Index:
    """Records, who refers to whom, and who is out; leaving one out costs only its referrers."""

    def __init__(self, records: list[Any], held_out: Mapping[str, Collection[str]]) -> None:
        self.records = records
        self.held = {kind: set(keys) for kind, keys in held_out.items()}
        self.out: set[int] = set()
        self.known: dict[str, set[str]] = {}
        self.place_of = {id(record): index for index, record in enumerate(records)}
        self.referrers: dict[tuple[str, str], list[int]] = {}
        for index, record in enumerate(records):
            kind = KIND_OF_RECORD[type(record)]
            if not KINDS[kind].series:
                self.known.setdefault(kind, set()).add(record.key)
            for reference in references_of(record):
                for target in reference.kinds:
                    self.referrers.setdefault((target, reference.key), []).append(index)

    def unlink(self, indexes: Iterable[int]) -> Iterator[Fault]:
        """Leave out the records among these whose references lead nowhere, and then their referrers."""
        waiting = list(indexes)
        while waiting:
            next_round: list[int] = []
            for index in waiting:
                if index in self.out:
                    continue
                record = self.records[index]
                faults = list(self.dangling(record, self.held))
                yield from faults
                if faults:
                    next_round += self.remove(index)
            waiting = sorted(set(next_round))

    def drop(self, records: Iterable[Any]) -> list[Fault]:
        """Leave out records, and then whatever refers to them."""
        touched: list[int] = []
        for record in records:
            index = self.place_of[id(record)]
            if index not in self.out:
                touched += self.remove(index)
        return list(self.unlink(sorted(set(touched))))

    def remove(self, index: int) -> list[int]:
        """Leave one record out; return those that refer to it."""
        self.out.add(index)
        record = self.records[index]
        kind = KIND_OF_RECORD[type(record)]
        if KINDS[kind].series:
            return []
        self.known[kind].discard(record.key)
        self.held.setdefault(kind, set()).add(record.key)
        return self.referrers.get((kind, record.key), [])

    def dangling(self, record: Any, held_out: Any) -> Iterator[Fault]:
        """Yield a fault for each reference of a record that leads nowhere."""
        for reference in references_of(record):
            if any(reference.key in self.known.get(kind, ()) for kind in reference.kinds):
                continue
            held = next((kind for kind in reference.kinds if held_out and reference.key in held_out.get(kind, ())), "")
            yield _held_reference(record, reference, held) if held else self._unknown(record, reference)

    def _unknown(self, record: Any, reference: Reference) -> Fault:
        known = [key for kind in reference.kinds for key in self.known.get(kind, ())]
        near = _nearest(reference.key, known)
        kinds = " or ".join(_words(kind) for kind in reference.kinds)
        hint = f" Did you mean '{near}'?" if near else ""
        listed = f"Write {near}, or add" if near else "Write the id of one that is listed, or add"
        return Fault(
            record=record,
            field=reference.field,
            code="unknown-reference",
            message=f"{reference.words} names {kinds} '{reference.key}', which is not listed.{hint}",
            remedy=f"{listed} a {kinds} with the id {reference.key}.",
            numbers={"value": reference.key, "near": near or "", "kinds": kinds},
            target=(reference.kinds[0], reference.key),
        )

    def left(self) -> list[Any]:
        """Return the records that are not out."""
        return [record for index, record in enumerate(self.records) if index not in self.out]

    def gone(self) -> tuple[Any, ...]:
        """Return the records that are out, in their order."""
        return tuple(self.records[index] for index in sorted(self.out))


def _held_reference(record: Any, reference: Reference, kind: str) -> Fault:
    return Fault(
        record=record,
        field=reference.field,
        code="refers-to-held-out",
        message=f"{reference.words} names {_words(kind)} '{reference.key}', which is held out itself.",
        remedy=f"Correct {_words(kind)} {reference.key}: this row then comes back by itself.",
        numbers={"value": reference.key, "kinds": _words(kind)},
        target=(kind, reference.key),
    )


_COMPARED_AT_MOST = 500


def _nearest(word: str, known: list[str]) -> str | None:
    if len(known) > _COMPARED_AT_MOST:
        # Comparing with thousands of keys, for each of thousands of references, takes minutes.
        known = [other for other in known if other[:1] == word[:1]][:_COMPARED_AT_MOST]
    close = difflib.get_close_matches(word, sorted(known, key=natural), n=1)
    return close[0] if close else None


def _words(kind: str) -> str:
    return {"kpi": "KPI"}.get(kind, kind.replace("_", " "))


# --- references -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reference:
    """One key in a record that points at another record; ``words`` say where it stands."""

    field: str
    words: str
    kinds: tuple[str, ...]
    key: str


def references_of(record: Any) -> list[Reference]:
    """Return every reference a record makes, read from the annotations of its class.

    Parameters
    ----------
    record
        A record or a series row.
    """
    found = []
    for name, kinds, container in _pointing_fields(type(record)):
        value = getattr(record, name)
        if value is None:
            continue
        if container is Container.ONE:
            found.append(Reference(name, name, kinds, value))
        else:
            found += [Reference(name, name, kinds, key) for key in value]
    return found


_Pointing = tuple[tuple[str, tuple[str, ...], Container], ...]
_POINTING: dict[type[Any], _Pointing] = {}


def _pointing_fields(record: type[Any]) -> _Pointing:
    """Return the fields of a record class that hold keys: name, kinds they may point at, container."""
    if record in _POINTING:
        return _POINTING[record]
    pointing = []
    for described in fields_of(record):
        kind = _target(described.part)
        if kind is not None:
            pointing.append((described.name, tuple(kind.split(" or ")), described.part.container))
    _POINTING[record] = tuple(pointing)
    return _POINTING[record]


def _target(part: Part) -> str | None:
    if part.container is Container.MAP:
        keys = part.mark(KeysReferTo)
        return None if keys is None else str(keys.kind)
    inner = part.inner if part.inner is not None else part
    reference = inner.mark(RefersTo)
    return None if reference is None else str(reference.kind)


# --- inside one record ------------------------------------------------------------------------


def faults_of(record: Any) -> list[Fault]:
    """Return what contradicts itself inside one record.

    Parameters
    ----------
    record
        A record or a series row.
    """
    own = _OF_RECORD.get(type(record))
    faults = list(own(record)) if own is not None else []
    return faults + _self_references(record)


def _self_references(record: Any) -> list[Fault]:
    kind = KIND_OF_RECORD[type(record)]
    if KINDS[kind].series:
        return []
    return [
        Fault(
            record=record,
            field=reference.field,
            code="self-reference",
            message=f"{reference.words} names {record.key} itself.",
            remedy=f"Name another {_words(kind)}, or remove it.",
            numbers={"value": record.key},
        )
        for reference in references_of(record)
        if reference.key == record.key and reference.kinds == (kind,)
    ]


def _order(record: Any, names: tuple[str, ...], values: tuple[Any, ...], remedy: str) -> list[Fault]:
    """Return a fault when values that are there do not rise (or stay equal) in their order."""
    given = [(name, value) for name, value in zip(names, values, strict=True) if value is not None]
    for (low_name, low), (high_name, high) in pairwise(given):
        if low > high:
            return [
                Fault(
                    record=record,
                    field=low_name,
                    code="out-of-order",
                    message=f"{low_name} is {_number(low)} and {high_name} is {_number(high)}: "
                    f"{low_name} must not be {'after' if isinstance(low, date) else 'greater than'} {high_name}.",
                    remedy=remedy,
                    numbers={low_name: _listed(low), high_name: _listed(high)},
                )
            ]
    return []


def _number(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else f"{value:.15g}" if isinstance(value, float) else str(value)


def _listed(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _of_benefit(benefit: Benefit) -> list[Fault]:
    return _order(
        benefit,
        ("low", "likely", "high"),
        (benefit.low, benefit.likely, benefit.high),
        "Write the three from the smallest to the largest, for example [2, 5, 8]; harm is negative: [-3, -2, -1].",
    )


def _of_budget(budget: Budget) -> list[Fault]:
    return _order(
        budget,
        ("explore_min", "explore_max"),
        (budget.explore_min, budget.explore_max),
        "Set the floor of the explore share at or below its ceiling, for example 0.1 and 0.3.",
    )


def _of_measurement(row: Measurement) -> list[Fault]:
    return _order(
        row,
        ("low", "value", "high"),
        (row.low, row.value, row.high),
        "Write the bounds of the reading around its value.",
    )


def _of_signal(signal: Signal) -> list[Fault]:
    return _order(
        signal,
        ("seen", "assessed"),
        (signal.seen, signal.assessed),
        "A signal is assessed on the day it is seen or later: check the year of both dates.",
    )


def _of_feedback(feedback: Feedback) -> list[Fault]:
    return _order(
        feedback,
        ("opened", "answered"),
        (feedback.opened, feedback.answered),
        "Feedback is answered on the day it is opened or later: check the year of both dates.",
    )


def _of_survey(survey: Survey) -> list[Fault]:
    days = _order(
        survey, ("opens", "closes"), (survey.opens, survey.closes), "Let the survey close on or after the day it opens."
    )
    return days + _order(
        survey,
        ("n", "invited"),
        (survey.n, survey.invited),
        "More people answered than were invited: check both counts.",
    )


def _of_flow(flow: DataFlow) -> list[Fault]:
    if flow.source != flow.destination:
        return []
    return [
        Fault(
            record=flow,
            field="destination",
            code="self-reference",
            message=f"The flow begins and ends in system {flow.source}.",
            remedy="Name two different systems.",
            numbers={"value": flow.source},
        )
    ]


def _of_kpi(kpi: Kpi) -> list[Fault]:
    if kpi.baseline is None or kpi.baseline != kpi.target:
        return []
    return [
        Fault(
            record=kpi,
            field="target",
            code="no-gap",
            message=f"target and baseline are both {_number(kpi.target)}: there is no gap, so no effect counts.",
            remedy="Set the target the strategy aims at, or keep the KPI for watching only.",
            severity=Severity.WARNING,
            numbers={"value": kpi.target},
        )
    ]


def _of_capability(capability: Capability) -> list[Fault]:
    if not capability.strength or capability.level >= STRENGTH_LEVEL:
        return []
    return [
        Fault(
            record=capability,
            field="strength",
            code="weak-strength",
            message=f"It is called a strength at level {capability.level}; that needs level {STRENGTH_LEVEL} or more.",
            remedy="Correct the level, or write 'strength: false'.",
            severity=Severity.WARNING,
            numbers={"level": capability.level, "least": STRENGTH_LEVEL},
        )
    ]


def _of_commitment(commitment: Commitment) -> list[Fault]:
    if not commitment.required or commitment.p_deliver is not None:
        return []
    return [
        Fault(
            record=commitment,
            field="p_deliver",
            code="missing-value",
            message="p_deliver is missing, and a required partner cannot be without it.",
            remedy="Write how likely the partner delivers, for example 'p_deliver: 0.8', or 'required: false'.",
        )
    ]


def _of_objective(objective: Objective) -> list[Fault]:
    if not objective.kpis or any(weight > 0 for weight in objective.kpis.values()):
        return []
    return [
        Fault(
            record=objective,
            field="kpis",
            code="zero-sum",
            message="The weights of its KPIs are all 0, so each of them counts the same.",
            remedy="Give the KPIs weights above 0; without a weight each counts 1.",
            severity=Severity.WARNING,
        )
    ]


_OF_RECORD: dict[type[Any], Callable[[Any], list[Fault]]] = {
    Benefit: _of_benefit,
    Budget: _of_budget,
    Capability: _of_capability,
    Commitment: _of_commitment,
    DataFlow: _of_flow,
    Feedback: _of_feedback,
    Kpi: _of_kpi,
    Measurement: _of_measurement,
    Objective: _of_objective,
    Signal: _of_signal,
    Survey: _of_survey,
}

# --- between records --------------------------------------------------------------------------


def faults_between(book: Book) -> list[Fault]:
    """Return what contradicts itself between the records of a Book, apart from references that lead nowhere.

    Parameters
    ----------
    book
        A Book.
    """
    faults: list[Fault] = []
    for rule in _BETWEEN:
        faults += rule(book)
    return faults


def _cycles(book: Book) -> list[Fault]:
    """Name one cycle for each knot of records that wait for each other, and make the whole knot unusable."""
    faults = []
    for kind, name in (("initiative", "depends"), ("objective", "parent"), ("team", "parent")):
        records = book.all(kind)
        links = {key: _links(getattr(record, name)) for key, record in records.items()}
        for knot in _knots(links):
            path = _shortest_cycle(links, knot)
            shown = " -> ".join(path if len(path) <= 12 else [*path[:10], "...", path[-1]])
            faults.append(
                Fault(
                    record=records[path[0]],
                    field=name,
                    code="cycle",
                    message=f"{name} runs in a circle: {shown}. Nothing can come before itself.",
                    remedy=f"Remove {path[1]} from {name} of {path[0]}, or one of the other links.",
                    numbers={"cycle": tuple(path)},
                    holds_out=tuple(records[key] for key in sorted(knot, key=natural)),
                )
            )
    return faults


def _links(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def _knots(links: Mapping[str, tuple[str, ...]]) -> list[set[str]]:
    """Return the strongly connected groups of more than one record (Tarjan 1972, without recursion)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    on_path: set[str] = set()
    knots: list[set[str]] = []
    for root in links:
        if root in number:
            continue
        work = [(root, iter(links[root]))]
        number[root] = lowest[root] = len(number)
        path.append(root)
        on_path.add(root)
        while work:
            node, rest = work[-1]
            below = next((other for other in rest if other in links), None)
            if below is None:
                work.pop()
                if work:
                    above = work[-1][0]
                    lowest[above] = min(lowest[above], lowest[node])
                if lowest[node] == number[node]:
                    knot = set()
                    while node not in knot:
                        knot.add(path.pop())
                    on_path -= knot
                    if len(knot) > 1:
                        knots.append(knot)
            elif below not in number:
                number[below] = lowest[below] = len(number)
                path.append(below)
                on_path.add(below)
                work.append((below, iter(links[below])))
            elif below in on_path:
                lowest[node] = min(lowest[node], number[below])
    return sorted(knots, key=lambda knot: natural(min(knot, key=natural)))


def _shortest_cycle(links: Mapping[str, tuple[str, ...]], knot: set[str]) -> list[str]:
    """Return a shortest way from the first record of a knot back to itself."""
    start = min(knot, key=natural)
    came_from: dict[str, str] = {}
    level = [start]
    while level:
        following = []
        for node in level:
            for other in sorted(set(links[node]) & knot, key=natural):
                if other == start:
                    way = [start, node]
                    while way[-1] != start:
                        way.append(came_from[way[-1]])
                    return way[:1] + way[-2:0:-1] + [start] if len(way) > 2 else [start, start]
                if other not in came_from:
                    came_from[other] = node
                    following.append(other)
        level = following
    raise AssertionError  # pragma: no cover - a knot has a way back


def _one_of_a_kind(book: Book) -> list[Fault]:
    """There is one organisation, one budget and one strategy in force; of two the first in key order counts."""
    faults = []
    for kind, name, words in (
        ("organisation", "name", "organisation"),
        ("budget", "cash", "budget"),
        ("strategy", "mission", "strategy in force"),
    ):
        records = list(book.all(kind).values())
        if kind == "strategy":
            records = [record for record in records if record.state is StrategyState.IN_FORCE]
        faults += [_not_unique(record, records[0], name, f"There can be only one {words}") for record in records[1:]]
    return faults


def _not_unique(record: Any, first: Any, name: str, says: str) -> Fault:
    return Fault(
        record=record,
        field=name,
        code="not-unique",
        message=f"{says}, and {first.key} is there already.",
        remedy=f"Keep {first.key} or {record.key}, or make them differ.",
        numbers={"value": record.key, "first": first.key},
    )


def _unique(book: Book) -> list[Fault]:
    """A segment is who by which channel, a flow is one object between two systems; the first in key order counts."""
    faults = []
    seen: dict[tuple[str, ...], Any] = {}
    for segment in book.segments.values():
        who = ("segment", segment.name.casefold(), segment.channel.casefold())
        first = seen.setdefault(who, segment)
        if first is not segment:
            says = f"Another segment has the name '{segment.name[:60]}' and the same channel"
            faults.append(_not_unique(segment, first, "name", says))
    for flow in book.flows.values():
        what = ("flow", flow.source, flow.destination, flow.object)
        first = seen.setdefault(what, flow)
        if first is not flow:
            says = f"At most one flow may run from {flow.source} to {flow.destination} with the same object"
            faults.append(_not_unique(flow, first, "source", says))
    return faults


def _horizon(book: Book) -> list[Fault]:
    """The horizon has as many periods as the budget has amounts, and nothing begins after it."""
    budget = book.budget
    if budget is None:
        return []
    periods = len(budget.cash)
    stated = book.strategy.periods
    if stated is not None and stated != periods:
        return [
            Fault(
                record=budget,
                field="cash",
                code="mismatch",
                message=f"cash lists {periods} amounts, but the horizon has {stated} periods.",
                remedy="Write one amount for each period (0 where there is none), or correct the number of periods.",
                numbers={"amounts": periods, "periods": stated},
            )
        ]
    return [_too_late(initiative, periods) for initiative in book.initiatives.values() if initiative.earliest > periods]


def _too_late(initiative: Initiative, periods: int) -> Fault:
    return Fault(
        record=initiative,
        field="earliest",
        code="too-large",
        message=f"earliest is {initiative.earliest}, but the horizon has only {periods} periods: it could start only for free.",
        remedy=f"Write a period from 1 to {periods}, or leave the initiative out of this plan.",
        severity=Severity.WARNING,
        numbers={"value": initiative.earliest, "most": periods},
    )


_SUM_TOLERANCE = 1e-9


def _probabilities(book: Book) -> list[Fault]:
    """Probabilities of scenarios are divided by their sum; a sum of 0 cannot be."""
    scenarios: list[Scenario] = list(book.scenarios.values())
    total = sum(scenario.probability for scenario in scenarios)
    if not scenarios or abs(total - 1) <= _SUM_TOLERANCE:
        return []
    if total == 0:
        return [
            Fault(
                record=scenarios[0],
                field="probability",
                code="zero-sum",
                message="The probabilities of all scenarios are 0, so none of them could happen.",
                remedy="Give at least one scenario a probability above 0.",
                holds_out=tuple(scenarios),
            )
        ]
    return [
        Fault(
            record=scenarios[0],
            field="probability",
            code="normalised",
            message=f"The probabilities of the scenarios sum to {total:g}, not 1; each is divided by that sum.",
            remedy="Nothing needs to be done; correct them if they were meant to sum to 1.",
            severity=Severity.INFO,
            numbers={"sum": total},
        )
    ]


_BETWEEN: tuple[Callable[[Book], list[Fault]], ...] = (_one_of_a_kind, _unique, _horizon, _cycles, _probabilities)

__all__ = [
    "Fault",
    "Reference",
    "Settled",
    "check",
    "faults_between",
    "faults_of",
    "key_of",
    "plain_where",
    "references_of",
    "settle",
]
