"""Runs: questions that are answered in the background, and the answers that are kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rhumbline import registry
from rhumbline.book.authority import Verb
from rhumbline.book.concealment import private_kpis
from rhumbline.book.findings import Finding
from rhumbline.exchange.documents import finding as finding_document
from rhumbline.exchange.schemas import Schema, answer_component
from rhumbline.faces import running
from rhumbline.faces.api.answers import Question, example_terms
from rhumbline.faces.api.changes import ByNumber, sent_of
from rhumbline.faces.api.moments import SCHEMA as MOMENT_SCHEMA
from rhumbline.faces.api.moments import moment_of
from rhumbline.faces.api.names import Names
from rhumbline.faces.api.operations import ORGANISATION, VIA, Call, Operation, Reply
from rhumbline.faces.api.shapes import (
    ANYTHING,
    COUNT,
    MOMENT,
    TEXT,
    described,
    list_of,
    nullable,
    object_of,
    one_of,
    page_of,
    refer,
)
from rhumbline.store import runs
from rhumbline.store.actors import Actor
from rhumbline.store.models import Run
from rhumbline.store.reading import version

FAMILY = "runs"

# Made from the registry when this runs, which no type checker can follow.
Asked = StrEnum("Asked", {capability.name: capability.name for capability in registry.CAPABILITIES})  # type: ignore[misc]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionForLater(Question):
    """What is asked, to be answered in the background.

    Parameters
    ----------
    capability
        What is asked.
    terms
        What is wished for; by default the usual.
    language
        Of the sentences.
    at
        Of the Book as it was after this change, at the end of this day (UTC), or at this moment; by default now.
    text
        Whether what is answered at once has the answer in words as well; later ask the run with `text`.
    """

    capability: Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How to look at a run.

    Parameters
    ----------
    text
        Whether the document is wanted with the answer in words as well: `true`.
    """

    text: bool = False


# --- answering --------------------------------------------------------------------------------


def _start(call: Call) -> Reply:
    asked = call.body
    terms = {} if asked.terms is None else asked.terms
    made = running.start(
        call.actor,
        asked.capability.value,
        terms,
        language=asked.language.value,
        via=VIA,
        book_at=moment_of(asked.at),
    )
    return Reply(
        content=run_shown(made, call.actor, text=asked.text), headers={"Location": f"{call.request.path}/{made.number}"}
    )


def _list(call: Call) -> Reply:
    limit = call.query.limit
    found = runs.runs(call.actor, call.query.after, limit + 1)
    page, names = found[:limit], Names(call.actor)
    # The answers themselves are long: a list says only that they are there.
    items = [run_shown(one, call.actor, names, whole=False) for one in page]
    return Reply(content={"items": items, "next": page[-1].number if len(found) > limit else None})


def _one(call: Call) -> Reply:
    return Reply(content=run_shown(runs.run(call.actor, call.path["number"]), call.actor, text=call.query.text))


def _cancel(call: Call) -> Reply:
    return Reply(content=run_shown(runs.cancel(call.actor, call.path["number"]), call.actor))


def run_shown(
    found: Run, viewer: Actor, names: Names | None = None, *, whole: bool = True, text: bool = False
) -> dict[str, Any]:
    """Return a run as somebody sees it.

    Parameters
    ----------
    found
        The run.
    viewer
        Who looks.
    names
        Says who people are; by default made anew.
    whole
        Whether its answer is wanted, and not only whether there is one.
    text
        Whether the answer is wanted in words as well.
    """
    said: dict[str, Any] = {
        "number": found.number,
        "capability": found.capability,
        "language": found.language,
        "state": found.state,
        "seq": found.seq,
        "book_sha": found.book_sha,
        "engine": found.engine,
        "progress": json.loads(found.progress) if found.progress else None,
        "cancel_asked": found.cancel_asked,
        "actor": (names or Names(viewer)).of(found.actor),
        "actor_id": found.actor,
        "via": found.via,
        "occasion": found.occasion,
        "created": found.created.isoformat(),
        "started": None if found.started is None else found.started.isoformat(),
        "finished": None if found.finished is None else found.finished.isoformat(),
        "answered": bool(found.document),
    }
    if whole and _hidden_since(found, viewer):
        said |= {"document": None, "error": {"findings": [finding_document(_HIDDEN_SINCE)]}}
    elif whole:
        document = runs.document_for(viewer, found)
        if document is not None and text:
            document["text"] = runs.text_for(viewer, found)
        said |= {"document": document, "error": _error(found, viewer)}
    return said


_HIDDEN_SINCE = Finding(
    code="hidden-since",
    where="run",
    message="A KPI has become private since this was answered, so that the answer is not shown to you any more.",
    remedy="Ask the question again.",
)


def _hidden_since(found: Run, viewer: Actor) -> bool:
    """Whether an answer was made when a KPI was open that is private now: it may tell its numbers."""
    if viewer.sight.private or not found.document:
        return False
    private = private_kpis(version(viewer.organisation).book)
    return bool(private) and not private <= private_kpis(version(viewer.organisation, found.seq).book)


def _error(found: Run, viewer: Actor) -> Any:
    """Return why there is no answer; it may quote amounts, so somebody who sees less learns only that it failed."""
    if not found.error:
        return None
    error = json.loads(found.error)
    if viewer.sight.concealed:
        error["input"] = [
            {**one, "message": "The question could not be answered.", "remedy": "Ask somebody who sees everything."}
            for one in error.get("input", ())
        ]
    return {"findings": error.get("input", [])}


# --- the contract -----------------------------------------------------------------------------

_RUN = {
    "number": described(COUNT, "Its number."),
    "capability": one_of([capability.name for capability in registry.CAPABILITIES], "What is asked."),
    "language": described(TEXT, "Of the sentences."),
    "state": one_of(runs.STATES, "Where it stands."),
    "seq": described(COUNT, "The change as of which the Book is asked."),
    "book_sha": described(TEXT, "The hash of that Book."),
    "engine": described(TEXT, "Name and version of the engine; empty before there is an answer."),
    "progress": described(
        nullable({"type": "object", "additionalProperties": ANYTHING}), "How far a search is: `value` and `gap`."
    ),
    "cancel_asked": {"type": "boolean", "description": "Whether somebody asked it to end."},
    "actor": described(TEXT, "Who asked: a name, where you may see names."),
    "actor_id": described(TEXT, "Who asked, without a name."),
    "via": described(TEXT, "Through which entrance it was asked."),
    "occasion": described(TEXT, "What it is kept for, such as the score of a night."),
    "created": MOMENT,
    "started": nullable(MOMENT),
    "finished": nullable(MOMENT),
    "answered": {"type": "boolean", "description": "Whether there is an answer."},
}
_ANSWERS = [refer(answer_component(capability.name)) for capability in registry.CAPABILITIES]
_FAILURE = object_of({"findings": list_of(refer("Finding"), "Why there is no answer.")})

SCHEMAS: Mapping[str, Schema] = {
    "RunInList": object_of(_RUN, "A question that is answered in the background, or was."),
    "Run": {
        "allOf": [
            refer("RunInList"),
            object_of(
                {
                    "document": {
                        "anyOf": [*_ANSWERS, {"type": "null"}],
                        "description": "The answer as you may see it, as docs/reference/json.md promises it.",
                    },
                    "error": described(nullable(_FAILURE), "Why it failed."),
                }
            ),
        ]
    },
}


def _operations() -> Iterator[Operation]:
    place = f"{ORGANISATION}/runs"
    one = f"{place}/{{int:number}}"
    example = {"capability": "plan", "terms": example_terms("plan"), "language": "en"}
    yield Operation(
        method="POST",
        path=place,
        name="start_run",
        family=FAMILY,
        about="Have a question answered in the background; what takes long is asked so.",
        answer=_start,
        verb=Verb.ASK,
        sent=sent_of(
            QuestionForLater,
            example,
            terms={"type": ["object", "null"], "description": "See the terms of the capability."},
            at={"anyOf": [*MOMENT_SCHEMA["anyOf"], {"type": "null"}]},
        ),
        reply=refer("Run"),
        success=201,
        keeps=True,
    )
    yield Operation(
        method="GET",
        path=place,
        name="list_runs",
        family=FAMILY,
        about="List runs in the order in which they were asked for, without their answers.",
        answer=_list,
        verb=Verb.ASK,
        query=ByNumber,
        reply=page_of(refer("RunInList"), COUNT),
    )
    yield Operation(
        method="GET",
        path=one,
        name="get_run",
        family=FAMILY,
        about="Say how far a run is, and what it answered.",
        answer=_one,
        verb=Verb.ASK,
        query=Look,
        reply=refer("Run"),
    )
    yield Operation(
        method="POST",
        path=f"{one}/cancel",
        name="cancel_run",
        family=FAMILY,
        about="Ask a run to end; a search answers with the best it has found.",
        answer=_cancel,
        verb=Verb.ASK,
        sent=sent_of(_Nothing, {}, optional=True),
        reply=refer("Run"),
        problems=("not-running",),
        keeps=True,
    )


@dataclass(frozen=True, slots=True)
class _Nothing:
    """Nothing has to be said."""


OPERATIONS = tuple(_operations())

__all__ = ["OPERATIONS", "SCHEMAS", "run_shown"]
