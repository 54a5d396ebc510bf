"""Commands started afresh, as a person starts them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import resources

from benchmarks.measure import Figure, command_seconds, subject

COMMAND = [sys.executable, "-m", "rhumbline"]


@subject("commands")
def commands() -> Iterator[Figure]:
    """The help, and the diagnosis and the plan of the bakery, cold."""
    bakery = str(resources.files("rhumbline.examples") / "bakery.yaml")
    yield Figure("rhumbline --help", command_seconds([*COMMAND, "--help"]), goal=0.3)
    yield Figure("rhumbline check bakery", command_seconds([*COMMAND, "check", bakery]), goal=1.0)
    yield Figure("rhumbline plan bakery", command_seconds([*COMMAND, "plan", bakery]))
    bare = command_seconds([sys.executable, "-c", "pass"])
    yield Figure("python -c pass", bare, note="what the interpreter alone costs")
