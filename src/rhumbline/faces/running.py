"""Answers in the background: puts a question into the queue, computes it in a worker, and keeps the server tidy.

The queue brings the number of a run to a worker and nothing else; what there is to know about it is in its row, so
that a run survives the death of whoever computes it.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.utils import timezone
from django_tasks import task

from rhumbline import registry
from rhumbline.book.authority import AUTHORITY
from rhumbline.book.findings import RhumblineError
from rhumbline.engines._quiet import unheard
from rhumbline.exchange.asking import findings_of, read_terms
from rhumbline.exchange.documents import error_document
from rhumbline.faces.answers import Answer, ask
from rhumbline.store import runs
from rhumbline.store.actors import Actor, system
from rhumbline.store.models import Kept, Organisation, Run, SignInLink
from rhumbline.store.reading import At, version
from rhumbline.store.refusing import refuse

# How often a run says that it is still being computed, and how often it asks whether it is to go on.
BEAT_SECONDS = 15.0
NEWS_SECONDS = 1.0
# For so long the same request gets the answer it got.
KEPT_FOR = timedelta(days=1)

logger = logging.getLogger("rhumbline.runs")


def start(
    actor: Actor,
    capability: str,
    terms: Any,
    *,
    language: str = "en",
    via: str,
    book_at: At = None,
    occasion: str = "",
    at: datetime | None = None,
) -> Run:
    """Have a question answered in the background.

    Parameters
    ----------
    actor
        Who asks.
    capability
        A capability of the registry.
    terms
        What is asked for, in its JSON form; it goes through the gate here, before anything is kept.
    language, via, book_at, occasion, at
        As in ``runs.request``. Where the terms state no date, the answer is as of the day of ``at``.

    Raises
    ------
    Refused
        When the terms make no sense; its findings say why.
    UnknownCapability
        When there is no such capability.
    """
    registry.capability(capability)
    _, findings = read_terms(capability, terms, version(actor.organisation, book_at).book)
    refuse(findings, actor)
    question = runs.Question(capability, terms, language)
    found = runs.request(actor, question, via=via, book_at=book_at, occasion=occasion, at=at)
    if found.state == runs.QUEUED:
        # A worker must not look for the row before it is there.
        transaction.on_commit(lambda: compute.enqueue(found.pk))
    return found


@task()
def compute(number: int) -> None:
    """Answer the question of a run and keep what comes out, whatever it is.

    Parameters
    ----------
    number
        Of the run in the database.
    """
    found = runs.begin(number)
    if found is None:
        return
    try:
        with _beating(found), unheard():
            answer = _answered(found)
    except RhumblineError as error:
        runs.fail(found, error_document(findings_of(error, f"run {found.number}")))
    except Exception:
        logger.exception("run failed", extra={"fields": {"run": found.number}})
        runs.fail(found, {"schema": "rhumbline.error/1", "input": [_INTERNAL]})
    else:
        seen = {",".join(sight.concealed): answer.seen_by(sight) for sight in _SIGHTS}
        kept: dict[str, Any] = {concealed: own.document for concealed, own in seen.items()}
        kept["text"] = {concealed: own.text for concealed, own in seen.items()}
        runs.finish(found, kept, str(kept[""]["engine"]))


_SIGHTS = tuple(dict.fromkeys(authority.sight for authority in AUTHORITY.values()))
_INTERNAL = {
    "code": "internal-fault",
    "where": "server",
    "message": "The server could not answer this, through a fault of its own.",
    "remedy": "Ask the owner of the server to look into its log.",
}


def _answered(found: Run) -> Answer:
    book = version(found.organisation_id, found.seq).book
    terms, findings = read_terms(found.capability, json.loads(found.terms), book)
    refuse(findings, system(found.organisation_id))
    progress = _Listener(found) if registry.listens(found.capability) else None
    return ask(
        found.capability,
        # Where the terms state no day, it is the one on which the question was asked.
        book.replace(as_of=getattr(terms, "as_of", None) or found.created.date()),
        terms=terms,
        language=found.language,
        progress=progress,
    )


class _Listener:
    """Writes down how far a search is, and ends it when somebody asked for that."""

    def __init__(self, found: Run) -> None:
        self.found = found
        self.told = timezone.now()
        self.goes_on = True

    def __call__(self, news: Any) -> bool:
        now = timezone.now()
        if (now - self.told).total_seconds() >= NEWS_SECONDS:
            self.told = now
            self.goes_on = runs.tell(self.found, {"value": news.value, "gap": news.gap})
        return self.goes_on


@contextmanager
def _beating(found: Run) -> Iterator[None]:
    """Say again and again that a run is being computed, also where the computation itself says nothing."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT_SECONDS):
            runs.beat(found)
        connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


# --- what a worker does beside -----------------------------------------------------------------


def sweep(now: datetime) -> None:
    """Do what has to be done now and then: runs whose worker died, the nightly scores, what is kept long enough.

    Parameters
    ----------
    now
        The moment. It may be called as often as one likes, by any number of workers.
    """
    for run in runs.abandoned():
        compute.enqueue(run.pk)
    for number, key in Organisation.objects.filter(seq__gt=0).values_list("pk", "key"):
        try:
            snapshot(number, key, now)
        except (RhumblineError, ValueError):
            # A Book that cannot be read must not cost the others their night; what is wrong with it may name people.
            logger.warning("no nightly score of organisation %s", number)
    Kept.objects.filter(created__lt=now - KEPT_FOR).delete()
    SignInLink.objects.filter(expires__lt=now).delete()
    Session.objects.filter(expire_date__lt=now).delete()


def snapshot(organisation: int, key: str, now: datetime) -> Run:
    """Keep the score of an organisation as it is on a day, once.

    Parameters
    ----------
    organisation, key
        The organisation.
    now
        The moment, whose day it is.
    """
    occasion = f"nightly {now.date().isoformat()}"
    known = Run.objects.filter(organisation=organisation, occasion=occasion).first()
    return known or start(system(organisation, key), "score", {}, via="worker", occasion=occasion, at=now)


__all__ = ["compute", "snapshot", "start", "sweep"]
