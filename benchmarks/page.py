"""The page of the documentation that shows the last numbers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results.json"
PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "performance.md"
BEGIN, END = "<!-- numbers begin -->", "<!-- numbers end -->"
_VERDICT = {True: "met", False: "**missed**", None: ""}


def _row(figure: Mapping[str, Any]) -> str:
    goal = "" if figure["goal"] is None else f"{'>=' if figure['at_least'] else '<='} {figure['goal']:g}"
    value = f"{figure['value']:.3f} {figure['unit']}" if figure["unit"] != "of 10" else f"{figure['value']:g} of 10"
    return f"| {figure['name']} | {value} | {goal} | {_VERDICT[figure['met']]} | {figure['note']} |"


def table(results: Mapping[str, Any]) -> str:
    """Return the numbers of a run as a Markdown table."""
    head = f"Python {results['on']['python']} on {results['on']['machine']}, one thread, best of a few runs."
    rows = "\n".join(_row(figure) for figure in results["figures"])
    return f"{head}\n\n| what | figure | goal | | note |\n|---|---|---|---|---|\n{rows}\n"


def renewed(page: str, results: Mapping[str, Any]) -> str:
    """Return the page with the numbers of a run between its marks."""
    before, rest = page.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    return f"{before}{BEGIN}\n{table(results)}{END}{after}"
