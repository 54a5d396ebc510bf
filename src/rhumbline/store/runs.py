"""Runs: questions that are answered in the background, and every answer that is kept.

Here are only their rows: who asked what of which Book, how far it is, what came out. Computing is somebody else's
(``faces.running``), so that the store needs no engine and no language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from rhumbline.book.authority import Verb
from rhumbline.book.digests import canonical
from rhumbline.book.findings import RhumblineError
from rhumbline.store.actors import Actor, NothingThere
from rhumbline.store.committing import locked
from rhumbline.store.models import Run
from rhumbline.store.reading import At, seq_at, version

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
STATES = (QUEUED, RUNNING, DONE, FAILED, CANCELLED)
ENDED = (DONE, FAILED, CANCELLED)

# A worker says at least so often that it is still there; whoever is silent for longer is dead.
SILENCE = timedelta(seconds=60)


class NotRunning(RhumblineError):
    """A run that has ended cannot be cancelled."""

    def __init__(self, run: Run) -> None:
        super().__init__(f"Run {run.number} is {run.state} already: there is nothing to cancel. Ask for its result.")


@dataclass(frozen=True, slots=True)
class Question:
    """What a run is to answer.

    Parameters
    ----------
    capability
        A capability of the registry.
    terms
        What is asked for, in its JSON form, read by the gate before; the date is always stated.
    language
        Of the sentences.
    """

    capability: str
    terms: Mapping[str, Any]
    language: str = "en"


def request(
    actor: Actor, question: Question, *, via: str, book_at: At = None, occasion: str = "", at: datetime | None = None
) -> Run:
    """Write down that a question is to be answered in the background.

    Parameters
    ----------
    actor
        Who asks.
    question
        What.
    via
        The entrance.
    book_at
        Of which Book: a change, a day or a moment; by default today's.
    occasion
        What it is kept for, such as ``nightly 2026-11-25``: there is one run for each occasion, and asking again
        returns it. Empty for a question somebody asks.
    at
        When; by default now.
    """
    actor.demand(Verb.ASK)
    with transaction.atomic():
        organisation = locked(actor)
        if occasion:
            known = Run.objects.filter(organisation=organisation, occasion=occasion).first()
            if known is not None:
                return known
        of = version(organisation.pk) if book_at is None else version(organisation.pk, seq_at(organisation.pk, book_at))
        organisation.runs += 1
        organisation.save(update_fields=["runs"])
        return Run.objects.create(
            organisation=organisation,
            number=organisation.runs,
            capability=question.capability,
            terms=canonical(dict(question.terms)).decode(),
            language=question.language,
            seq=of.seq,
            book_sha=of.book.sha,
            actor=actor.name,
            via=via,
            occasion=occasion,
            created=at or timezone.now(),
        )


def runs(viewer: Actor, after: int = 0, limit: int = 100) -> list[Run]:
    """Return runs in the order they were asked for, those with a larger number than one."""
    viewer.demand(Verb.ASK)
    return list(Run.objects.filter(organisation=viewer.organisation, number__gt=after).order_by("number")[:limit])


def run(viewer: Actor, number: int) -> Run:
    """Return one run; raise ``NothingThere`` when there is none with that number."""
    viewer.demand(Verb.ASK)
    found = Run.objects.filter(organisation=viewer.organisation, number=number).first()
    if found is None:
        raise NothingThere(f"run {number}")
    return found


def document_for(viewer: Actor, found: Run) -> dict[str, Any] | None:
    """Return the answer of a run as its viewer may see it; None where it has none yet.

    Parameters
    ----------
    viewer
        Who looks. A run keeps its answer once for each thing that may be concealed, so nothing is taken out here.
    found
        The run.
    """
    if not found.document:
        return None
    kept: dict[str, dict[str, Any]] = json.loads(found.document)
    return kept.get(",".join(viewer.sight.concealed))


def text_for(viewer: Actor, found: Run) -> str:
    """Return the answer of a run in words as its viewer may see it; nothing where it has none.

    Parameters
    ----------
    viewer
        Who looks.
    found
        The run.
    """
    kept: dict[str, Any] = json.loads(found.document) if found.document else {}
    return str(kept.get("text", {}).get(",".join(viewer.sight.concealed), ""))


def cancel(actor: Actor, number: int) -> Run:
    """Ask a run to end; one that waits ends at once, one that computes at its next news.

    Parameters
    ----------
    actor
        Who asked for it, or whoever may decide.
    number
        Of the run.

    Raises
    ------
    NotRunning
        When it has ended already.
    """
    found = run(actor, number)
    if found.actor.split()[-1] != actor.name.split()[-1]:
        actor.demand(Verb.DECIDE)
    Run.objects.filter(pk=found.pk, state=QUEUED).update(state=CANCELLED, finished=timezone.now())
    Run.objects.filter(pk=found.pk, state=RUNNING).update(cancel_asked=True)
    found.refresh_from_db()
    if found.state in (DONE, FAILED):
        raise NotRunning(found)
    return found


# --- for the worker ---------------------------------------------------------------------------


def begin(number_in_database: int) -> Run | None:
    """Return a run that this worker now computes; None where it was cancelled or another worker has it."""
    now = timezone.now()
    free = Q(state=QUEUED) | Q(state=RUNNING, beat__lt=now - SILENCE)
    taken = Run.objects.filter(free, pk=number_in_database).update(state=RUNNING, started=now, beat=now)
    return Run.objects.get(pk=number_in_database) if taken else None


def _held(found: Run) -> QuerySet[Run]:
    """Return the row of a run while it is computed by whoever began it: one that was silent may have lost it."""
    return Run.objects.filter(pk=found.pk, state=RUNNING, started=found.started)


def beat(found: Run) -> None:
    """Say that a run is still being computed.

    Parameters
    ----------
    found
        The run, as ``begin`` returned it.
    """
    _held(found).update(beat=timezone.now())


def tell(found: Run, news: Mapping[str, Any]) -> bool:
    """Write down how far a run is; return whether it is to go on.

    Parameters
    ----------
    found
        The run, as ``begin`` returned it.
    news
        Numbers, such as the value found and the gap that is left.
    """
    _held(found).update(progress=canonical(dict(news)).decode() if news else "", beat=timezone.now())
    return _held(found).filter(cancel_asked=False).exists()


def finish(found: Run, documents: Mapping[str, Any], engine: str) -> None:
    """Keep the answer of a run, once for each thing that may be concealed.

    Parameters
    ----------
    found
        The run, as ``begin`` returned it. Where it was asked to end, its answer is what was found by then.
    documents
        By what is concealed, such as ``money,private``, the answer; the whole one under the empty text. Under
        ``text`` the same in words.
    engine
        Name and version of the engine.
    """
    state = CANCELLED if Run.objects.filter(pk=found.pk, cancel_asked=True).exists() else DONE
    _held(found).update(
        state=state,
        document=json.dumps(documents, ensure_ascii=False, separators=(",", ":"), allow_nan=False),
        engine=engine,
        finished=timezone.now(),
    )


def fail(found: Run, error: Mapping[str, Any]) -> None:
    """Keep why a run has no answer.

    Parameters
    ----------
    found
        The run, as ``begin`` returned it.
    error
        The document that stands instead of an answer.
    """
    _held(found).update(
        state=FAILED, error=json.dumps(error, ensure_ascii=False, allow_nan=False), finished=timezone.now()
    )


def abandoned() -> list[Run]:
    """Return the runs that wait or whose worker died: they have to be put into the queue again."""
    now = timezone.now()
    limit = now - SILENCE
    # One that waits is asked for again now and then only, else a long queue would grow by being looked at.
    waits = Q(state=QUEUED, created__lt=limit) & (Q(beat__isnull=True) | Q(beat__lt=now - 10 * SILENCE))
    found = list(Run.objects.filter(waits | Q(state=RUNNING, beat__lt=limit)))
    Run.objects.filter(pk__in=[run.pk for run in found], state=QUEUED).update(beat=now)
    return found


__all__ = [
    "CANCELLED",
    "DONE",
    "ENDED",
    "FAILED",
    "QUEUED",
    "RUNNING",
    "STATES",
    "NotRunning",
    "Question",
    "abandoned",
    "beat",
    "begin",
    "cancel",
    "document_for",
    "fail",
    "finish",
    "request",
    "run",
    "runs",
    "tell",
    "text_for",
]
