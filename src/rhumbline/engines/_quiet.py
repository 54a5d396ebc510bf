"""Keeps what a solver's own code writes away from standard output, where only answers belong."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

# The same thread may come in twice: a program that loses all of it also meets the solver's greeting.
_ONE_AT_A_TIME = RLock()


@contextmanager
def unheard() -> Iterator[None]:
    """Lose everything that is written to standard output meanwhile, below Python too.

    It holds for the whole process, so it is for an instant, or for a program that does one thing at a time.
    """
    with _ONE_AT_A_TIME:
        try:
            sys.stdout.flush()
            kept = os.dup(1)
        except (OSError, ValueError, AttributeError):
            yield  # there is no standard output to protect
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 1)
            yield
        finally:
            os.dup2(kept, 1)
            os.close(nowhere)
            os.close(kept)
