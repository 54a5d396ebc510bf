"""Measure every subject and print figure against goal: ``python -m benchmarks [NAME ...]``.

A run of all subjects also writes the numbers as JSON, and into the page docs/explanation/performance.md.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import platform
import sys
from dataclasses import asdict

from benchmarks import subjects
from benchmarks.measure import SUBJECTS, Figure, reference_seconds
from benchmarks.page import PAGE, RESULTS, renewed

_VERDICT = {True: "met", False: "MISSED", None: ""}


def _line(figure: Figure) -> str:
    goal = "" if figure.goal is None else f"{'>=' if figure.at_least else '<='} {figure.goal:g}"
    return f"{figure.name:36} {figure.value:9.3f} {figure.unit:6} {goal:8} {_VERDICT[figure.met]:7} {figure.note}"


def main(names: list[str]) -> int:
    """Measure the named subjects, or all; return 1 when a goal is missed."""
    for module in pkgutil.iter_modules(subjects.__path__):
        importlib.import_module(f"{subjects.__name__}.{module.name}")
    unknown = sorted(set(names) - set(SUBJECTS))
    if unknown:
        print(f"There is no subject {', '.join(unknown)}. There are: {', '.join(SUBJECTS)}.", file=sys.stderr)
        return 2
    figures = [Figure("reference", reference_seconds(), note="a million steps of plain Python")]
    print(_line(figures[0]))
    for name in names or list(SUBJECTS):
        for figure in SUBJECTS[name]():
            figures.append(figure)
            print(_line(figure), flush=True)
    if not names:
        machine = {"python": platform.python_version(), "machine": platform.machine()}
        written = {"on": machine, "figures": [{**asdict(figure), "met": figure.met} for figure in figures]}
        RESULTS.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
        PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), written), encoding="utf-8")
    return 1 if any(figure.met is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
