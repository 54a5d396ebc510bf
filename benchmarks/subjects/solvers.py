"""The planner against a general solver on the same companies, in the same run."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.companies import company
from benchmarks.measure import Figure, processor_seconds, subject
from rhumbline.engines.planning import PlanTerms, plan
from rhumbline.engines.planning.verify import VerifyTerms, claimed_of, verify

SIZE, SEEDS = 25, (1, 2, 3)


@subject("solvers")
def solvers() -> Iterator[Figure]:
    """The plan with its ties settled, against one bare solve of an independent model by scipy.optimize.milp."""
    for seed in SEEDS:
        book = company(SIZE, seed=seed)
        found = plan(book, PlanTerms())
        ours = processor_seconds(lambda book=book: plan(book, PlanTerms()), runs=1)  # type: ignore[misc]
        terms = VerifyTerms(plan=claimed_of(found), resolve=True)
        theirs = processor_seconds(lambda book=book, terms=terms: verify(book, terms), runs=1)  # type: ignore[misc]
        yield Figure(f"plan {SIZE} seed {seed} / scipy milp", ours / theirs, "x", note=f"ours {ours:.2f} s")
