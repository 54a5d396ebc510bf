"""How a figure is taken: processor time, never the clock on the wall, and the best of a few runs."""

from __future__ import annotations

import gc
import resource
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number and what it should be.

    Parameters
    ----------
    name
        What was measured, such as ``check 2000``.
    value
        The number, in ``unit``.
    unit
        ``s`` of processor time, ``x`` for a ratio of two figures of this run, or ``of 10``.
    goal
        The number it should stay below (``at_least``: reach); None where there is none.
    at_least
        Whether more is better.
    note
        What else is worth knowing.
    """

    name: str
    value: float
    unit: str = "s"
    goal: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without a goal."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.at_least else self.value <= self.goal


Subject = Callable[[], Iterator[Figure]]
SUBJECTS: dict[str, Subject] = {}


def subject(name: str) -> Callable[[Subject], Subject]:
    """Register what a function measures under a name."""

    def register(function: Subject) -> Subject:
        SUBJECTS[name] = function
        return function

    return register


def processor_seconds(work: Callable[[], object], *, runs: int = 3) -> float:
    """Return the processor seconds of this process for one piece of work, the best of a few runs."""
    best = float("inf")
    for _ in range(runs):
        gc.collect()
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best


def command_seconds(command: list[str], *, runs: int = 3) -> float:
    """Return the processor seconds, user and system, of a command started afresh; the best of a few runs."""
    best = float("inf")
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=False, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return best


def reference_seconds() -> float:
    """Return what a fixed piece of plain Python costs here: the yardstick that makes two machines comparable."""
    return processor_seconds(lambda: sum(number * number % 7 for number in range(1_000_000)))
