"""``rhumbline worker``: the process that answers in the background what takes too long for a page."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from types import FrameType
from typing import Annotated, Any

import typer

from rhumbline.faces.commands import Language
from rhumbline.faces.refusals import refusal
from rhumbline.server.commands.ready import served
from rhumbline.server.commands.saying import LanguageOption, say, sentence

logger = logging.getLogger("rhumbline.worker")
# How long nothing is looked up after nothing was found.
_PAUSE_SECONDS = 1.0


def worker(
    *,
    beside: Annotated[bool, typer.Option("--beside", hidden=True, help="End when standard input does.")] = False,
    language: LanguageOption = Language.EN,
) -> int:
    """Answer what waits in the background; up starts one itself."""
    with served():
        from rhumbline.server.health import waiting_migrations

        if waiting_migrations():
            raise refusal("database-old", "database")
        if beside:
            threading.Thread(target=_end_with_parent, daemon=True).start()
        else:
            say(language, sentence("worker.working"))
        _work()
    return 0


def _end_with_parent() -> None:
    """End when the other end of standard input is closed: whoever started this process is gone."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _work() -> None:
    from django_tasks_db.management.commands.db_worker import Worker

    over = threading.Event()
    keeper = threading.Thread(target=_keep, args=(over,), daemon=True)
    keeper.start()
    queue: Any = Worker(
        queue_names=["*"],
        excluded_queue_names=[],
        interval=_PAUSE_SECONDS,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=f"{threading.get_native_id()}",
    )
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, _ended)
    try:
        queue.run()
    except SystemExit:
        # A run that was begun is begun again by the next worker, once this one has been silent for a while.
        logger.info("worker ended")
    finally:
        over.set()


def _ended(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise SystemExit


def _keep(over: threading.Event) -> None:
    """Say that this worker is alive, and do now and then what has to be done, until it ends."""
    from django.core.management import call_command
    from django.db import Error, close_old_connections
    from django.utils import timezone

    from rhumbline.faces.running import sweep
    from rhumbline.server import heartbeat

    rounds = 0
    while True:
        close_old_connections()
        try:
            heartbeat.beat(timezone.now())
            if rounds % 4 == 0:
                sweep(timezone.now())
                call_command("prune_db_task_results", verbosity=0, min_age_days=1)
        except Error:
            # A database that is away for a moment is no reason to end.
            logger.warning("worker cannot reach the database", exc_info=True)
        except Exception:
            logger.exception("worker cannot sweep")
        rounds += 1
        if over.wait(heartbeat.EVERY.total_seconds()):
            close_old_connections()
            return


__all__ = ["worker"]
