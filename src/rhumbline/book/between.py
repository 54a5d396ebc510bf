"""What must hold between the records of a Book, apart from references that lead nowhere."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from rhumbline.book.book import Book
from rhumbline.book.faults import Fault
from rhumbline.book.records import Initiative, Scenario
from rhumbline.book.types import Severity, StrategyState, natural


def faults_between(book: Book, kinds: Collection[str] | None = None) -> list[Fault]:
    """Return what contradicts itself between the records of a Book, apart from references that lead nowhere.

    Parameters
    ----------
    book
        A Book.
    kinds
        Only what the rules say that look at one of these kinds; by default every rule.
    """
    faults: list[Fault] = []
    for rule, looks_at in _BETWEEN:
        if kinds is None or not looks_at.isdisjoint(kinds):
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
        message=f"earliest is {initiative.earliest}, after the {periods} periods of the horizon: "
        "only work that costs nothing could start then.",
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


# Each rule with the kinds it looks at: whatever else changes, it says the same.
_BETWEEN: tuple[tuple[Callable[[Book], list[Fault]], frozenset[str]], ...] = (
    (_one_of_a_kind, frozenset({"organisation", "budget", "strategy"})),
    (_unique, frozenset({"segment", "flow"})),
    (_horizon, frozenset({"budget", "strategy", "initiative"})),
    (_cycles, frozenset({"initiative", "objective", "team"})),
    (_probabilities, frozenset({"scenario"})),
)
