"""Tells a small business whether its initiatives lead where its strategy says, and proposes a proven funding plan.

``book, findings = read_book("bakery.yaml")`` reads a company; every capability is a function of a Book:
``score(book)``, ``check(book)``, ``plan(book, pins=["i2"])``. Names are imported when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from rhumbline.book.book import Book
    from rhumbline.exchange.files import read_book, write_book
    from rhumbline.faces.answers import Answer
    from rhumbline.faces.answers import ask as run
    from rhumbline.faces.client import Client
    from rhumbline.registry import capabilities

    score: Callable[..., Answer]
    check: Callable[..., Answer]
    plan: Callable[..., Answer]
    explain: Callable[..., Answer]
    compare: Callable[..., Answer]
    verify: Callable[..., Answer]
    questions: Callable[..., Answer]
    __version__: str

_HOMES = {
    "Answer": "rhumbline.faces.answers:Answer",
    "Book": "rhumbline.book.book:Book",
    "Client": "rhumbline.faces.client:Client",
    "capabilities": "rhumbline.registry:capabilities",
    "read_book": "rhumbline.exchange.files:read_book",
    "run": "rhumbline.faces.answers:ask",
    "write_book": "rhumbline.exchange.files:write_book",
}


def _version() -> str:
    from importlib.metadata import version

    return version("rhumbline")


def _asking(name: str) -> Any:
    """Return the function of a capability, or None where there is no such capability."""
    from rhumbline.registry import CAPABILITIES

    found = next((capability for capability in CAPABILITIES if capability.name == name), None)
    if found is None:
        return None
    from functools import partial, update_wrapper

    from rhumbline.faces.answers import ask

    function: Any = partial(ask, name)
    update_wrapper(function, ask)
    function.__name__ = name
    function.__doc__ = f"{found.asks}\n\n{ask.__doc__}"
    return function


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return _version()
    if name in _HOMES:
        module, _, inside = _HOMES[name].partition(":")
        found = getattr(import_module(module), inside)
    elif name.startswith("_") or (found := _asking(name)) is None:
        raise AttributeError(f"module 'rhumbline' has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    from rhumbline.registry import CAPABILITIES

    return sorted({*_HOMES, "__version__", *(capability.name for capability in CAPABILITIES)})


__all__ = [
    "Answer",
    "Book",
    "Client",
    "capabilities",
    "check",
    "compare",
    "explain",
    "plan",
    "questions",
    "read_book",
    "run",
    "score",
    "verify",
    "write_book",
]
