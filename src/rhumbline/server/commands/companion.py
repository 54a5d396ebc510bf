"""The worker process beside a server: started with it, started again when it dies, ended with it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import Self

# A worker that lived for so long died of something new.
_LONG_SECONDS = 60.0
# How long one may take to end before it is killed.
_END_SECONDS = 10.0


class Companion:
    """A worker that lives as long as the block it is used in.

    Parameters
    ----------
    died
        Told when a worker ended by itself, and how many in a row did.
    """

    def __init__(self, died: Callable[[int], None]) -> None:
        self.died = died
        self.over = threading.Event()
        self.pause = self.over.wait
        self.process: subprocess.Popen[bytes] | None = None
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self.process = self._start()
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        _end(self.process)
        self.thread.join(_END_SECONDS)

    @staticmethod
    def _start() -> subprocess.Popen[bytes]:
        # It ends when its standard input does: also when this process is killed and can tell it nothing. In a session
        # of its own it does not hear Ctrl-C, which is for this process to pass on.
        return subprocess.Popen(
            [sys.executable, "-m", "rhumbline", "worker", "--beside"], stdin=subprocess.PIPE, start_new_session=True
        )

    def _watch(self) -> None:
        in_a_row = 0
        while self.process is not None:
            began = monotonic()
            self.process.wait()
            _close(self.process)
            if self.over.is_set():
                return
            in_a_row = 1 if monotonic() - began > _LONG_SECONDS else in_a_row + 1
            self.died(in_a_row)
            # The more often, the longer it waits: 2, 4, 8, ... seconds, a minute at most.
            if self.pause(min(2.0**in_a_row, 60.0)):
                return
            self.process = self._start()
            if self.over.is_set():
                _end(self.process)


def _close(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()


def _end(process: subprocess.Popen[bytes] | None) -> None:
    if process is None:
        return
    _close(process)
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


__all__ = ["Companion"]
