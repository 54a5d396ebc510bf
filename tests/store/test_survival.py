"""Processes that are killed at any moment, and many that write at once: nothing acknowledged is lost, nothing is half."""

import contextlib
import multiprocessing
import os
import random
import signal
import time

import pytest
from tests.store.test_committing import cold, firm, opened, store  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)

FORK = multiprocessing.get_context("fork")
# As many records as an import brings in at once: enough that a kill often falls into the middle of one.
IMPORTED = 60
# The fewest and the most commits that are acknowledged before somebody is killed.
BEFORE_A_KILL = (6, 18)


def disconnect():
    """A child must not inherit an open connection, nor the threads of a pool."""
    from django.db import connections

    connections.close_all()
    for connection in connections.all():
        if hasattr(connection, "close_pool"):
            with contextlib.suppress(Exception):
                connection.close_pool()


def signals(name, count):
    return [
        {
            "edit": "put",
            "kind": "signal",
            "record": {"key": f"{name}.{part}", "kind": "customer", "text": name, "seen": "2026-11-01", "strength": 1},
        }
        for part in range(count)
    ]


def write_on(boss, writer, count, size, acknowledged):
    """Commit again and again, and say so after each commit: the name, how many records, the change."""
    from rhumbline.store.committing import commit

    for number in range(count):
        name = f"w{writer}-{number}"
        done = commit(boss, signals(name, size), via="import" if size > 2 else "api")
        os.write(acknowledged, f"{name} {size} {done.seq}\n".encode())


def children(tasks):
    """Start a process for each task; return them and the end of the pipe their words come out of."""
    disconnect()
    out, into = os.pipe()
    started = []
    for task, arguments in tasks:
        process = FORK.Process(target=_child, args=(task, arguments, into, out))
        process.start()
        started.append(process)
    os.close(into)
    return started, out


def _child(task, arguments, into, out):
    os.close(out)
    try:
        task(*arguments, into)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the parent has to hear of it
        os.write(into, f"! {type(error).__name__}: {error}\n".encode())
        os._exit(1)
    os._exit(0)


def words(out, before=b""):
    """Everything the children said, whole lines only."""
    with os.fdopen(out, "rb") as pipe:
        text = (before + pipe.read()).decode()
    return [line.split(" ", 2) for line in text.split("\n")[:-1]]


def kill_at_some_point(boss, chance, turn):
    tasks = [
        (write_on, (boss, f"{turn}a", 1000, 2)),
        (write_on, (boss, f"{turn}b", 1000, 2)),
        (write_on, (boss, f"{turn}c", 1000, IMPORTED)),
    ]
    started, out = children(tasks)
    # So many commits happen first however busy the machine is, and then the kill falls into whatever is going on.
    before = heard(out, chance.randint(*BEFORE_A_KILL))
    time.sleep(chance.uniform(0, 0.02))
    for process in started:
        os.kill(process.pid, signal.SIGKILL)
    for process in started:
        process.join()
    return words(out, before)


def heard(out, lines):
    """Return what the children said up to at least so many lines."""
    text = b""
    while text.count(b"\n") < lines:
        more = os.read(out, 4096)
        assert more, "every child ended before it was killed"
        text += more
    return text


def survives(store, boss, points, seed):  # noqa: F811
    chance = random.Random(seed)  # noqa: S311 - when somebody is killed needs no secret
    said = []
    for turn in range(points):
        said += kill_at_some_point(boss, chance, f"{seed}.{turn}")
        failures = [line for line in said if line[0] == "!"]
        assert not failures
    book = cold(store, boss)
    there: dict[str, int] = {}
    for key in book.signals:
        name, _, part = key.rpartition(".")
        if part.isdecimal() and name.startswith("w"):
            there[name] = there.get(name, 0) + 1
    for name, size, seq in said:
        assert there.get(name) == int(size), f"{name}, acknowledged as change {seq}, is not whole"
    assert set(there.values()) <= {2, IMPORTED}, "half a commit"
    return len(said)


def holds(store, boss):  # noqa: F811
    from rhumbline.store.chain import verify

    found = verify(store.Organisation.objects.get(pk=boss.organisation))
    assert found.findings == ()


def counts_up(boss, times, said):
    """Read a number, write the next one, and read again when somebody was faster: as people do with a form."""
    from rhumbline.store import committing, reading, refusing

    for _ in range(times):
        while True:
            seen = reading.version(boss.organisation)
            votes = seen.book.initiatives["i1"].votes
            edit = {
                "edit": "set",
                "kind": "initiative",
                "key": "i1",
                "fields": {"votes": votes + 1},
                "expected": seen.since["initiative", "i1"],
            }
            try:
                done = committing.commit(boss, [edit], via="page", strict=True)
            except refusing.Conflict:
                continue
            os.write(said, f"{votes + 1} 1 {done.seq}\n".encode())
            break


def write_at_once(store, boss, writers, commits):  # noqa: F811
    before = cold(store, boss).initiatives["i1"].votes
    tasks = [(write_on, (boss, str(number), commits // 2, 2)) for number in range(writers)]
    tasks = [*tasks, *((counts_up, (boss, commits // 2)) for _ in range(writers))]
    # Each writer does both halves of its commits; two processes for one writer only make it harder.
    started, out = children(tasks)
    said = words(out)
    for process in started:
        process.join()
    assert [line for line in said if line[0] == "!"] == []
    assert len(said) == writers * (commits // 2) * 2
    assert len({seq for _, _, seq in said}) == len(said)
    book = cold(store, boss)
    assert book.initiatives["i1"].votes == before + writers * (commits // 2)
    assert sum(key.startswith("w") for key in book.signals) == writers * (commits // 2) * 2
    holds(store, boss)


@pytest.mark.prove
def test_two_hundred_kills_lose_nothing(store):  # noqa: F811
    acknowledged = 0
    for seed in range(10):
        boss = opened(store, "bakery", f"bakery-{seed}")
        acknowledged += survives(store, boss, 20, seed)
        holds(store, boss)
    assert acknowledged > 1000


@pytest.mark.sample
def test_some_kills_lose_nothing(store, firm):  # noqa: F811
    assert survives(store, firm, 6, 99)
    holds(store, firm)


@pytest.mark.prove
def test_eight_writers_with_two_hundred_commits_each_lose_nothing(store, firm):  # noqa: F811
    write_at_once(store, firm, 8, 200)


@pytest.mark.sample
def test_writers_at_once_lose_nothing(store, firm):  # noqa: F811
    write_at_once(store, firm, 4, 20)
