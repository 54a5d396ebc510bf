"""The page about performance shows the numbers of the last run, and every subject can run."""

import importlib
import json
import pkgutil

import pytest
from benchmarks import subjects
from benchmarks.companies import company
from benchmarks.measure import SUBJECTS, Figure
from benchmarks.page import PAGE, RESULTS, renewed, table


def test_the_page_shows_the_last_numbers():
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    page = PAGE.read_text(encoding="utf-8")
    assert renewed(page, results) == page
    assert table(results) in page


def test_every_subject_registers_itself():
    modules = [module.name for module in pkgutil.iter_modules(subjects.__path__)]
    for name in modules:
        importlib.import_module(f"{subjects.__name__}.{name}")
    assert {"score", "check", "plan", "yaml", "commands", "solvers"} <= set(SUBJECTS)


@pytest.mark.parametrize(("value", "at_least", "met"), [(1.0, False, True), (1.1, False, False), (1.1, True, True)])
def test_a_figure_knows_whether_its_goal_is_met(value, at_least, met):
    assert Figure("x", value, goal=1.0, at_least=at_least).met is met
    assert Figure("x", value).met is None


def test_a_seeded_company_is_the_same_every_time_and_another_seed_gives_another():
    assert company(12, seed=3).sha == company(12, seed=3).sha != company(12, seed=4).sha
