"""The worker beside a server: it is started again when it dies, and ends with the server."""

import queue
import subprocess
import sys

import pytest

from rhumbline.server.commands.companion import Companion

PATIENCE = 60


@pytest.fixture
def started(monkeypatch):
    """The processes a companion starts, one after the other, and no pause between them."""
    found = queue.Queue()

    def start():
        process = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
        found.put(process)
        return process

    monkeypatch.setattr(Companion, "_start", staticmethod(start))
    return found


def test_a_worker_that_dies_is_started_again_and_the_last_one_ends_with_the_server(started):
    told = []
    companion = Companion(told.append)
    companion.pause = lambda _: companion.over.is_set()
    with companion:
        for number in range(1, 4):
            process = started.get(timeout=PATIENCE)
            process.kill()
            again = started.get(timeout=PATIENCE)
            assert told[-1] == 2 * number - 1
            again.kill()
        last = started.get(timeout=PATIENCE)
        assert last.poll() is None
    assert last.wait(PATIENCE) == 0
    assert started.empty()
