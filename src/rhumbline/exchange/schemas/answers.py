"""JSON Schema of the documents in which questions are answered, as docs/reference/json.md promises them.

A document may have members that are not described: whoever reads it ignores what they do not know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rhumbline import registry
from rhumbline.book.types import Severity
from rhumbline.exchange.documents import SHAPES, schema
from rhumbline.exchange.schemas.results import DAY, NUMBER, TEXT, WHOLE, members_of
from rhumbline.exchange.schemas.shapes import Schema, described, list_of, map_of, nullable, object_of, one_of, refer

Members = dict[str, Schema]

SHA: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
LENSES = "By letter: S line of sight, M market, O operations, C culture."
# In the head of every document, and so not repeated in its body.
_OF_THE_HEAD = ("as_of", "terms", "book_sha")
_TRIPLE = refer("Triple")


# --- what many documents have -----------------------------------------------------------------


def finding_schema() -> Schema:
    """Return the schema of what was noticed about data: what, where, why and what to do."""
    return object_of(
        {
            "code": described(TEXT, "What kind of thing it is; docs/reference/finding-codes.md lists them."),
            "severity": one_of(
                list(Severity), "An error holds a row out, or refuses what was asked; others let it pass."
            ),
            "where": described(TEXT, "The place: record and field, line and column, or what was asked."),
            "message": described(TEXT, "What was found and why it is wrong."),
            "remedy": described(TEXT, "What to do about it."),
            "kind": described(TEXT, "The kind of record it is about, where there is one."),
            "key": described(TEXT, "The key of that record."),
            "numbers": map_of({}, "The values that the message speaks of."),
        },
        "Something that was noticed about data.",
        optional=("severity", "kind", "key", "numbers"),
    )


def triple_schema() -> Schema:
    """Return the schema of an uncertain number."""
    return object_of(
        {
            "low": described(NUMBER, "Guaranteed by the evidence."),
            "best": described(NUMBER, "The best guess."),
            "high": described(NUMBER, "At most."),
        },
        "An uncertain number.",
    )


def reason_schema() -> Schema:
    """Return the schema of a reason."""
    return object_of(
        {
            "code": described(TEXT, "Which reason it is; stable."),
            "text": described(TEXT, "The sentence, in the language that was asked for."),
            "numbers": map_of({}, "What the sentence speaks of; shares from 0 to 1."),
        },
        "Why an answer is what it is.",
    )


def error_schema() -> Schema:
    """Return the schema of the document that stands instead of an answer."""
    return object_of(
        {"schema": {"const": schema("error")}, "input": list_of(refer("Finding"), "Why there is no answer.")},
        "Says why there is no answer, and what to do.",
    )


# --- the answers ------------------------------------------------------------------------------


def terms_component(name: str) -> str:
    """Return the name under which the terms of a capability stand among the components."""
    return f"{_camel(name)}Terms"


def answer_component(name: str) -> str:
    """Return the name under which the answer of a capability stands among the components."""
    return f"{_camel(name)}Answer"


def _camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.replace("-", "_").split("_"))


def answer_members(name: str) -> Schema:
    """Return the schema of the document that answers a capability; it refers to others.

    Parameters
    ----------
    name
        A capability.
    """
    capability = registry.capability(name)
    result = registry.resolve(capability.result)
    # A result without a shape of its own is written field by field.
    shape = _SHAPES.get(name, _field_by_field) if name in SHAPES else _field_by_field
    found = object_of({**_head(name), **shape(result)}, capability.asks, optional=("concealed",))
    return {"title": f"Answer to {name}", **found}


def _head(name: str) -> Members:
    # What verify was asked for is a plan, and its document repeats what that plan claims.
    claims = name == "verify"
    return {
        "schema": {"const": schema(name), "description": "Kind and version of the document."},
        "as_of": described(DAY, "The evaluation date."),
        "book_sha": described(SHA, "Hash of the Book, without what names or quotes persons."),
        "terms": described({"type": "object"} if claims else refer(terms_component(name)), "What was asked."),
        "engine": described(TEXT, "Name and version of the engine."),
        "input": list_of(refer("Finding"), "What was noticed about the data; an error means that a row is held out."),
        "concealed": list_of(TEXT, "What the reader may not see: null stands in its place."),
    }


Shape = Callable[[type], Members]


def _field_by_field(result: type) -> Members:
    return members_of(result, without=_OF_THE_HEAD)


def _organisation() -> Members:
    lens = object_of(
        {
            **triple_schema()["properties"],
            "focus": described(_TRIPLE, "Whether what is spent serves this lens; a share."),
            "coverage": described(_TRIPLE, "Whether the strategy is served; a share."),
        }
    )
    return {
        "score": described(_TRIPLE, "The alignment of the live work, 0 to 100."),
        "lenses": map_of(lens, f"{LENSES} 0 to 100."),
    }


def _questions() -> Schema:
    question = {
        "subject": described(TEXT, "The key of what is asked about."),
        "lens": TEXT,
        "part": described(TEXT, "The ingredient of the lens."),
        "text": described(TEXT, "The question."),
        "gain": described(NUMBER, "Points of the firm's score that an answer may gain."),
        "own_gain": described(NUMBER, "Points of its own score."),
        "seconds": described(NUMBER, "How long it takes to answer."),
    }
    return list_of(object_of(question), "Missing answers that would tell most, the most useful first.")


def _score(result: type) -> Members:
    own = members_of(result)
    objective = {"key": TEXT, "name": TEXT, "coverage": described(_TRIPLE, "Shares.")}
    initiative = {
        "key": TEXT,
        "name": TEXT,
        "alignment": described(_TRIPLE, "0 to 100."),
        "lenses": map_of(_TRIPLE, f"{LENSES} 0 to 100."),
        "resource_share": described(NUMBER, "Share of all resources that it takes."),
        "gap_share": described(_TRIPLE, "Share of the strategy gap that it closes."),
        "sentence": TEXT,
    }
    return {
        "measurable": own["measurable"],
        **_organisation(),
        "objectives": list_of(object_of(objective), "In key order."),
        "initiatives": list_of(object_of(initiative), "In key order."),
        "misalignment": own["misalignment"],
        "questions": _questions(),
    }


def _asked(result: type) -> Members:
    del result
    return {"score": _organisation()["score"], "questions": _questions()}


def _check(result: type) -> Members:
    own = members_of(result)
    hit = own["findings"]["items"]["properties"]
    texts = {"name": "Of the rule.", "message": "What was found.", "why": "Why it matters.", "remedy": "What to do."}
    said = {name: described(TEXT, text) for name, text in texts.items()}
    finding = {name: schema for name, schema in hit.items() if name not in ("variant", "own_words")} | said
    return {
        **{name: member for name, member in own.items() if name not in _OF_THE_HEAD},
        "findings": {**own["findings"], "items": object_of(finding)},
        "crashed": list_of(object_of({"code": TEXT, "text": TEXT}), "Rules that could not run."),
    }


def _plan(result: type) -> Members:
    own = members_of(result, without=_OF_THE_HEAD)
    line = own["funded"]["items"]["properties"]
    period = {"start": described(WHOLE, "Period it starts in, counted from 1."), "period": line["period"]}
    price = {"price": described(NUMBER, "What the wish or the block costs, in value.")}
    begins = object_of({**line, **period, **price}, optional=("price",))
    ends = object_of({"initiative": TEXT, "reasons": line["reasons"], **price}, optional=("price",))
    lists = {"funded": begins, "reserve": begins, "waiting": ends, "stopped": ends, "blocked": ends}
    return {
        **own,
        **{name: {**own[name], "items": items} for name, items in lists.items()},
        "score_after": nullable(object_of(_organisation(), "The alignment score once the plan is done.")),
    }


def _explain(result: type) -> Members:
    own = members_of(result, without=_OF_THE_HEAD)
    lenses = own["alignment"]["properties"]
    return {
        **own,
        "alignment": described(_TRIPLE, "Its score, 0 to 100."),
        "lenses": map_of(_TRIPLE, f"{LENSES} 0 to 100."),
        "parts": lenses["parts"],
    }


def _verify(result: type) -> Members:
    own = members_of(result)
    check = {name: schema for name, schema in own["checks"]["items"]["properties"].items() if name not in _INSIDE}
    reasons = list_of(refer("Reason"), "What is wrong; empty when the check holds.")
    leading = described(nullable(TEXT), "The name of the first check that fails: what was changed.")
    return {
        **own,
        "checks": {**own["checks"], "items": object_of({**check, "reasons": reasons})},
        "leading": leading,
    }


_INSIDE = ("reason", "more", "unit")

_SHAPES: Mapping[str, Shape] = {
    "score": _score,
    "questions": _asked,
    "check": _check,
    "plan": _plan,
    "explain": _explain,
    "verify": _verify,
}

__all__ = [
    "SHA",
    "answer_component",
    "answer_members",
    "error_schema",
    "finding_schema",
    "reason_schema",
    "terms_component",
    "triple_schema",
]
