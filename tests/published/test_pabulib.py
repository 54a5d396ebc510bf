"""Real participatory budgets: the most votes that money can buy, proven twice.

Files of the pabulib library (Faliszewski et al., Participatory budgeting: data, tools and analysis, IJCAI 2023). Their
licence is not stated clearly, so they are not in this repository: RHUMBLINE_DATA names a folder that holds ``pabulib``.
The optima are those of a knapsack over the column ``votes``, computed with another solver.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rhumbline.engines.planning import PlanTerms, plan
from rhumbline.engines.planning.verify import Verdict, VerifyTerms, claimed_of, verify
from rhumbline.exchange.importers.pabulib import read_pabulib

# Part of the file's name: most votes, projects and cost of one best selection.
OPTIMA = {
    "Warszawa_2023_Wesola": (7322, 23, 1_002_500),
    "Budapest_2023_VIII": (3908, 30, 149_300_000),
    "Budapest_2025_XI": (3802, 16, 119_600_000),
    "Gdynia_2023_Orlowo": (481, 3, 37_330),
    "Gdynia_2023_Grabowek": (555, 1, 269_942),
    "Toulouse_2022_3": (283, 5, 350_700),
    "Vallejo_2015": (5364, 9, 967_000),
    "Zurich_D5": (386, 9, 60_000),
    "Greensboro_District_2": (1463, 5, 94_000),
}


def file_named(part: str) -> Path:
    """The one file whose name holds a part; skips where the data is not on this machine."""
    folder = Path(os.environ.get("RHUMBLINE_DATA", "")) / "pabulib"
    found = sorted(folder.glob(f"*{part}*.pb"))
    if not found:
        pytest.skip(f"RHUMBLINE_DATA names no folder with pabulib/*{part}*.pb")
    return found[0]


@pytest.mark.local_data
@pytest.mark.parametrize(("part", "best"), OPTIMA.items(), ids=OPTIMA)
def test_the_plan_buys_the_most_votes(part: str, best: tuple[int, int, int]) -> None:
    reading = read_pabulib(file_named(part))
    assert not reading.errors
    book, votes = reading.book, best[0]
    found = plan(book, PlanTerms())
    assert (found.status, found.gap) == ("optimal", 0)
    assert found.value == pytest.approx(votes / book.kpis["votes"].target, abs=1e-9)
    # Another selection may be as good; it must not be dearer, because the cheapest of the best is chosen.
    assert found.cost is not None
    assert found.cost <= best[2]
    proven = verify(book, VerifyTerms(plan=claimed_of(found), resolve=True))
    assert proven.verdict is Verdict.PROVEN


@pytest.mark.local_data
def test_a_file_whose_costs_are_all_one_gets_a_warning() -> None:
    reading = read_pabulib(file_named("Oakland_2017"))
    assert [finding.code for finding in reading.findings] == ["all-costs-one"]
