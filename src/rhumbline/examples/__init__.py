"""Companies to try the product on and to learn from, one Book file each; their people and firms are invented."""

from __future__ import annotations

from importlib import resources
from pathlib import Path


def names() -> tuple[str, ...]:
    """Return the names of the example companies, in alphabetical order."""
    folder = resources.files(__name__)
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")))


def path(name: str) -> Path:
    """Return the file of an example company.

    Parameters
    ----------
    name
        One of ``names()``, such as ``bakery``.
    """
    if name not in names():
        raise KeyError(f"There is no example company {name!r}. There are: {', '.join(names())}.")
    return Path(str(resources.files(__name__) / f"{name}.yaml"))


__all__ = ["names", "path"]
