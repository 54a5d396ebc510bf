"""Score, diagnosis and plan of companies that are already in memory."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.companies import company
from benchmarks.measure import Figure, processor_seconds, subject
from rhumbline.engines.alignment.score import score
from rhumbline.engines.diagnosis import CheckTerms, check
from rhumbline.engines.planning import Plan, PlanTerms, plan

SIZES = (20, 200, 2000)
SEEDS = range(1, 11)
PROVEN_SECONDS = 5.0


@subject("score")
def scores() -> Iterator[Figure]:
    """The score of 20, 200 and 2,000 initiatives."""
    for size in SIZES:
        book = company(size)
        yield Figure(f"score {size}", processor_seconds(lambda book=book: score(book)))  # type: ignore[misc]


@subject("check")
def checks() -> Iterator[Figure]:
    """The diagnosis of 20, 200 and 2,000 initiatives, score included."""
    for size in SIZES:
        book = company(size)
        seconds = processor_seconds(lambda book=book: check(book, CheckTerms()))  # type: ignore[misc]
        yield Figure(f"check {size}", seconds, goal=1.0 if size == SIZES[-1] else None)


def _timed_plan(size: int, seed: int, terms: PlanTerms) -> tuple[float, Plan]:
    book = company(size, seed=seed)
    found: list[Plan] = []
    return processor_seconds(lambda: found.append(plan(book, terms)), runs=1), found[0]


@subject("plan")
def plans() -> Iterator[Figure]:
    """The plan of 10 and 100 initiatives, and of ten seeded companies with 40 initiatives, 4 periods and 3 teams."""
    seconds, found = _timed_plan(10, 1, PlanTerms())
    yield Figure("plan 10", seconds, note=str(found.status))
    times = []
    for seed in SEEDS:
        seconds, found = _timed_plan(40, seed, PlanTerms())
        times.append(seconds if found.status == "optimal" else float("inf"))
    yield Figure("plan 40, median", sorted(times)[len(times) // 2], note=f"slowest {max(times):.2f} s")
    proven = sum(seconds < PROVEN_SECONDS for seconds in times)
    yield Figure("plan 40 proven within 5 s", proven, "of 10", goal=9, at_least=True)
    seconds, found = _timed_plan(100, 1, PlanTerms(node_limit=2000))
    gap = (found.gap or 0.0) / found.value if found.value else 0.0
    yield Figure("plan 100, at most 2,000 nodes", seconds, note=f"{found.status}, gap {gap:.4%}")
