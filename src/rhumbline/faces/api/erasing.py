"""Erasing a person, for an owner who signed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from annotated_types import MaxLen

from rhumbline.book.authority import Verb
from rhumbline.book.types import Personal
from rhumbline.exchange.schemas import Schema
from rhumbline.faces.api.changes import sent_of
from rhumbline.faces.api.operations import ORGANISATION, VIA, Call, Operation, Reply
from rhumbline.faces.api.shapes import COUNT, TEXT, described, list_of, map_of, nullable, object_of, refer
from rhumbline.store.erasure import erase

FAMILY = "access"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """How else a person is known.

    Parameters
    ----------
    also
        Other texts by which they are known, such as a nickname or a former name.
    """

    also: tuple[Annotated[str, MaxLen(200), Personal], ...] = ()


def _erase(call: Call) -> Reply:
    done = erase(call.actor, call.path["key"], call.body.also, via=VIA)
    content = {
        "person": done.person,
        "seq": done.seq,
        "rewritten": dict(done.rewritten),
        "accounts": done.accounts,
        "accounts_left": done.accounts_left,
        "compacted": done.compacted,
        "beyond": list(done.beyond),
    }
    return Reply(content=content)


SCHEMAS: Mapping[str, Schema] = {
    "Erased": object_of(
        {
            "person": described(TEXT, "The key of the person, which stands in place of the name."),
            "seq": described(nullable(COUNT), "The change that did it; null where there was nothing left to erase."),
            "rewritten": map_of(COUNT, "How many things of each sort were rewritten."),
            "accounts": described(COUNT, "How many accounts were closed."),
            "accounts_left": described(COUNT, "How many accounts stay because they belong elsewhere, too."),
            "compacted": {
                "type": "boolean",
                "description": "Whether the files of the database were written anew, without what was deleted.",
            },
            "beyond": list_of(TEXT, "What the server cannot reach, such as backups; one sentence each."),
        },
        "What was erased, and what could not be reached.",
    )
}

OPERATIONS = (
    Operation(
        method="POST",
        path=f"{ORGANISATION}/people/{{key}}/erase",
        name="erase_person",
        family=FAMILY,
        about="Erase a person from the Book and its whole history, and close their account.",
        more="The key of the person stays, and stands wherever the name stood. It cannot be undone.",
        answer=_erase,
        verb=Verb.ERASE,
        sent=sent_of(Known, {"also": ["Former Name"]}, optional=True),
        reply=refer("Erased"),
        signed_in=True,
    ),
)

__all__ = ["OPERATIONS", "SCHEMAS"]
