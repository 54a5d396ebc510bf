"""The same request again gets the answer it got: nothing is written twice because a connection broke."""

from __future__ import annotations

import json
import re
from typing import Any

from django.db import transaction
from django.utils import timezone

from rhumbline.book.digests import canonical
from rhumbline.book.findings import Finding
from rhumbline.book.types import FrozenMap
from rhumbline.faces.api.operations import Call, Operation, Reply
from rhumbline.faces.api.problems import Problem, json_bytes, refused
from rhumbline.store.actors import Actor
from rhumbline.store.chain import sha256
from rhumbline.store.committing import locked
from rhumbline.store.models import Kept

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[!-~]{1,200}")


def answered(operation: Operation, call: Call) -> Reply:
    """Return the answer of an operation; with an idempotency key that was used before, the answer it got then.

    Parameters
    ----------
    operation
        What is asked.
    call
        The request.

    Raises
    ------
    Problem
        When the key came with another request before, or cannot be a key.
    """
    key = call.request.headers.get(HEADER)
    if key is None:
        return operation.answer(call)
    if operation.anonymous:
        raise refused([_refusal("not-allowed", "an anonymous entry is never remembered, so that it takes no key", key)])
    if not operation.keeps:
        return operation.answer(call)
    if not _KEY.fullmatch(key):
        raise refused([_refusal("malformed", "a key has 1 to 200 visible ASCII characters and no blanks", key)])
    digest = _digest(call)
    # One transaction: either both the change and its answer are there, or neither. With the organisation locked, of
    # two who come at once with one key the second finds the answer of the first.
    with transaction.atomic():
        locked(call.actor)
        kept = Kept.objects.filter(organisation=call.actor.organisation, actor=call.actor.name, key=key).first()
        if kept is None:
            reply = operation.answer(call)
            _keep(call.actor, key, digest, operation, reply)
            return reply
    if kept.request != digest:
        raise Problem("idempotency-key-reused")
    return _again(kept)


def _digest(call: Call) -> str:
    """Return the digest of a request: where, with what, and what its sender sees of the answer."""
    sent = [call.request.method, call.request.path, call.request.headers.get("If-Match"), call.actor.sight.concealed]
    return sha256(canonical(sent) + call.request.body)


def _keep(actor: Actor, key: str, digest: str, operation: Operation, reply: Reply) -> None:
    kept = {"content": reply.content, "headers": dict(reply.headers)}
    Kept.objects.create(
        organisation_id=actor.organisation,
        actor=actor.name,
        key=key,
        request=digest,
        status=reply.status or operation.success,
        answer=json_bytes(kept).decode(),
        created=timezone.now(),
    )


def _again(kept: Kept) -> Reply:
    answer: dict[str, Any] = json.loads(kept.answer)
    return Reply(
        content=answer["content"], status=kept.status, headers={**answer["headers"], "Idempotent-Replayed": "true"}
    )


def _refusal(code: str, why: str, key: str) -> Finding:
    return Finding(
        code=code,
        where=HEADER,
        message=f"{HEADER} cannot be used: {why}.",
        remedy="Leave it out, or send for example a UUID." if code == "malformed" else "Leave it out.",
        numbers=FrozenMap({"field": HEADER, "length": len(key)}),
    )


__all__ = ["HEADER", "answered"]
