"""Shows how far a long search is, and lets Ctrl-C end it with the best plan found so far."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

from rhumbline.faces.words import Words

# A search that ends sooner needs no news.
_SILENT_SECONDS = 1.0
_SECONDS_BETWEEN = 0.5


class News(Protocol):
    """How far a search is."""

    @property
    def value(self) -> float | None:
        """Value of the best plan found so far."""

    @property
    def gap(self) -> float | None:
        """What a better plan could gain at most."""


class Watch:
    """Listens to a search: prints news on a terminal and asks it to end once somebody pressed Ctrl-C.

    Parameters
    ----------
    language
        Of the news.
    """

    def __init__(self, language: str) -> None:
        self.words = Words(language)
        self.stopped = False
        self._began = self._told = time.monotonic()
        self._width = 0

    def __call__(self, news: News) -> bool:
        """Return whether the search is to go on."""
        now = time.monotonic()
        if now - self._began > _SILENT_SECONDS and now - self._told > _SECONDS_BETWEEN:
            self._told = now
            self._tell(news)
        return not self.stopped

    def _tell(self, news: News) -> None:
        code = "progress.searching" if news.gap is None else "progress.found"
        self._show(self.words.text(code, gap=news.gap))

    def _show(self, text: str) -> None:
        if sys.stderr is None or not sys.stderr.isatty():
            return
        # Overwrites itself, so that a long search leaves one line, and none once it is over.
        sys.stderr.write(f"\r{text.ljust(self._width)}" if text else f"\r{' ' * self._width}\r")
        sys.stderr.flush()
        self._width = len(text)

    def interrupted(self, number: int, frame: FrameType | None) -> None:
        """End the search at its next news; a second Ctrl-C ends everything."""
        del number, frame
        if self.stopped:
            raise KeyboardInterrupt
        self.stopped = True

    def over(self) -> None:
        """Clear the line of news."""
        if self._width:
            self._show("")


@contextmanager
def watching(language: str, *, listens: bool) -> Iterator[Watch | None]:
    """Watch a search while it runs.

    Parameters
    ----------
    language
        Of the news.
    listens
        Whether the search tells how far it is; with one that does not, Ctrl-C ends everything as usual.
    """
    if not listens:
        yield None
        return
    watch = Watch(language)
    # Only the main thread may say what Ctrl-C does; elsewhere it stays as it is.
    main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, watch.interrupted) if main else None
    try:
        yield watch
    finally:
        watch.over()
        if main:
            signal.signal(signal.SIGINT, before)


__all__ = ["Watch", "watching"]
