"""Answers as JSON documents, as docs/reference/json.md promises them, and a plan document back into a claim.

Every document begins alike; numbers are never rounded and never NaN; what is not known is null.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from json.encoder import encode_basestring
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rhumbline.book.book import Book
from rhumbline.book.findings import Finding
from rhumbline.book.types import LARGEST, FrozenMap, Severity
from rhumbline.engines._maths import Triple
from rhumbline.engines.reasons import Reason
from rhumbline.exchange.raw import show

if TYPE_CHECKING:
    # An engine is loaded when it is asked, not when its answer might have to be written.
    from rhumbline.engines.alignment import OrganisationScore, Question, Score
    from rhumbline.engines.diagnosis import Diagnosis, RuleFinding
    from rhumbline.engines.planning import Comparison, Explanation
    from rhumbline.engines.planning.result import Line, Plan, PlanStatus
    from rhumbline.engines.planning.verify import ClaimedPlan, ClaimedTerms, Verification

# Puts a reason into words: those of the catalogue, or others that came with it.
Say = Callable[..., str]
Document = dict[str, Any]

VERSION = 1


def schema(name: str) -> str:
    """Return the name and version of a kind of document, such as ``rhumbline.plan/1``."""
    return f"rhumbline.{name}/{VERSION}"


# --- values -----------------------------------------------------------------------------------


def value_of(value: Any, say: Say) -> Any:
    """Return a value of a result as JSON knows it.

    Parameters
    ----------
    value
        A number, text, date, choice, triple, reason, record, or a list or mapping of these.
    say
        Puts a reason into words.
    """
    match value:
        case None | bool() | int():
            return value
        case Enum():
            return value.value
        case str():
            return str(value)
        case float():
            return value if isfinite(value) else None
        case Fraction():
            return float(value)
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case date():
            return value.isoformat()
        case Triple():
            return triple(value)
        case Reason():
            return reason(value, say)
        case Mapping():
            return {str(key): value_of(inner, say) for key, inner in value.items()}
        case set() | frozenset():
            return sorted((value_of(inner, say) for inner in value), key=str)
        case Iterable():
            return [value_of(inner, say) for inner in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: value_of(getattr(value, field.name), say) for field in dataclasses.fields(value)}
    return str(value)


def triple(value: Triple, factor: float = 1.0) -> Document:
    """Return an uncertain number with its three members named."""
    return {"low": factor * value.low, "best": factor * value.best, "high": factor * value.high}


def points(value: Triple) -> Document:
    """Return a score, kept as a share, on its scale of 0 to 100."""
    return triple(value, 100.0)


def reason(value: Reason, say: Say) -> Document:
    """Return a reason: its code, the sentence in the chosen language, and its numbers."""
    return {"code": value.code, "text": say(value), "numbers": value_of(value.numbers, say)}


def finding(value: Finding) -> Document:
    """Return what the gate noticed about the input."""
    return {
        "code": value.code,
        "severity": value.severity.value,
        "where": value.where,
        "message": value.message,
        "remedy": value.remedy,
        "kind": value.kind,
        "key": value.key,
        "numbers": value_of(value.numbers, str),
    }


def finding_of(raw: Mapping[str, Any]) -> Finding:
    """Return a finding from the JSON that ``finding`` made of it; what is missing or of another kind is left empty.

    Parameters
    ----------
    raw
        What a document has under ``input``.
    """
    texts = {name: raw.get(name) for name in ("code", "where", "message", "remedy", "kind", "key")}
    severity, numbers = raw.get("severity"), raw.get("numbers")
    return Finding(
        **{name: text if isinstance(text, str) else "" for name, text in texts.items()},
        severity=Severity(severity) if severity in set(Severity) else Severity.ERROR,
        numbers=FrozenMap(numbers if isinstance(numbers, Mapping) else {}),
    )


# --- documents --------------------------------------------------------------------------------


def document(
    name: str,
    result: Any,
    *,
    book: Book,
    terms: Any,
    engine: str,
    say: Say,
    findings: Sequence[Finding] = (),
    sha: str = "",
    concealed: Sequence[str] = (),
) -> Document:
    """Return the answer to one question as a JSON document.

    Parameters
    ----------
    name
        The capability.
    result
        What it answered. A kind of result without a shape of its own is written field by field.
    book
        The Book it was computed from.
    terms
        What was asked.
    engine
        Name and version of the engine.
    say
        Puts a reason into words.
    findings
        What the gate noticed about the input.
    sha
        Of the Book it was computed from, where the reader sees less than that Book.
    concealed
        What the reader may not see: it is null wherever it would stand.
    """
    as_of = (
        getattr(getattr(terms, "plan", None), "as_of", None)
        or getattr(result, "as_of", None)
        or getattr(terms, "as_of", None)
        or book.as_of
    )
    head = {
        "schema": schema(name),
        "as_of": value_of(as_of, say),
        "book_sha": sha or book.sha,
        "terms": value_of(terms, say),
        "engine": engine,
        "input": [finding(found) for found in findings],
    }
    body = SHAPES.get(name, _field_by_field)(result, book, say)
    if concealed:
        head["concealed"] = list(concealed)
        # Most shapes take numbers as they are, and what is hidden is none.
        body = value_of(body, say)
    return head | {key: value for key, value in body.items() if key not in head}


def _field_by_field(result: Any, book: Book, say: Say) -> Document:
    del book
    shape: Document = value_of(result, say)
    return shape


def error_document(findings: Sequence[Finding]) -> Document:
    """Return the document that stands instead of an answer when the input or the question is unusable."""
    return {
        "schema": schema("error"),
        "input": [
            {"code": found.code, "where": found.where, "message": found.message, "remedy": found.remedy}
            for found in findings
        ],
    }


def written(value: Any) -> str:
    """Return a document as text: two spaces a level, every character as itself, a line break at the end."""
    return f"{_laid_out(value, _LINE)}\n"


_LINE = "\n"
_leaf = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def _laid_out(value: Any, line: str) -> str:
    """Return what ``json.dumps`` gives with ``indent=2``, in less than half its time: a document has many leaves.

    Parameters
    ----------
    value
        Plain data; every name is a text.
    line
        A line break and the space at the beginning of the line it stands in.
    """
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if kind is float and isfinite(value):
        return repr(value)
    if value and (kind is dict or isinstance(value, dict)):
        inner = f"{line}  "
        told = [f"{encode_basestring(name)}: {_laid_out(one, inner)}" for name, one in value.items()]
        return "{" + inner + f",{inner}".join(told) + line + "}"
    if value and isinstance(value, (list, tuple)):
        inner = f"{line}  "
        told = [_laid_out(one, inner) for one in value]
        return "[" + inner + f",{inner}".join(told) + line + "]"
    return "null" if value is None else _leaf(value)


# --- score ------------------------------------------------------------------------------------


def _organisation(score: OrganisationScore) -> Document:
    lenses = {
        name: {
            **points(score.lenses[name].value),
            "focus": triple(score.lenses[name].focus),
            "coverage": triple(score.lenses[name].coverage),
        }
        for name in score.lenses
    }
    return {"score": points(score.alignment), "lenses": lenses}


def _question(question: Question, say: Say) -> Document:
    asked = Reason(f"question.{question.part.replace(' ', '_')}")
    return {
        "subject": question.subject,
        "lens": question.lens,
        "part": question.part,
        "text": say(asked),
        "gain": 100.0 * question.gain,
        "own_gain": 100.0 * question.own_gain,
        "seconds": question.seconds,
    }


def _score(score: Score, book: Book, say: Say) -> Document:
    objectives = [
        {"key": key, "name": record.name, "coverage": triple(score.organisation.objectives[key])}
        for key, record in book.objectives.items()
    ]
    initiatives = []
    for key, own in score.initiatives.items():
        share = {"closes": score.gap_share[key].best, "takes": score.resource_share[key]}
        initiatives.append(
            {
                "key": key,
                "name": book.initiatives[key].name,
                "alignment": points(own.alignment),
                "lenses": {lens: points(value) for lens, value in own.lenses.items()},
                "resource_share": score.resource_share[key],
                "gap_share": triple(score.gap_share[key]),
                "sentence": say(Reason("score.closes_for", share)),
            }
        )
    return {
        "measurable": score.measurable,
        **_organisation(score.organisation),
        "objectives": objectives,
        "initiatives": initiatives,
        "misalignment": value_of(score.misalignment, say),
        "questions": [_question(question, say) for question in score.questions],
    }


def _questions(score: Score, book: Book, say: Say) -> Document:
    del book
    return {
        "score": points(score.organisation.alignment),
        "questions": [_question(question, say) for question in score.questions],
    }


# --- plan -------------------------------------------------------------------------------------


def _line(line: Line, say: Say) -> Document:
    shape: Document = {"initiative": line.initiative}
    if line.start is not None:
        shape |= {"start": line.start, "period": line.period}
    if line.price is not None:
        shape["price"] = line.price
    return shape | {"reasons": [reason(found, say) for found in line.reasons]}


def _plan(plan: Plan, book: Book, say: Say) -> Document:
    del book
    lists = {
        name: [_line(line, say) for line in getattr(plan, name)]
        for name in ("funded", "reserve", "waiting", "stopped", "blocked")
    }
    return {
        "status": plan.status.value,
        **lists,
        "value": plan.value,
        "bound": plan.bound,
        "gap": plan.gap,
        "gap_closed": plan.gap_closed,
        "gap_closed_by_live": plan.gap_closed_by_live,
        "cost": plan.cost,
        "resources": plan.resources,
        "unique": plan.unique,
        "score_after": _organisation(plan.score_after) if plan.score_after is not None else None,
        "certificate": value_of(plan.certificate, say),
        "conflict": [reason(found, say) for found in plan.conflict],
    }


# --- check ------------------------------------------------------------------------------------


def _rule_finding(found: RuleFinding, say: Say) -> Document:
    def text(part: str, told: Reason) -> str:
        # A rule of somebody's own brings its sentences along.
        return say(told, found.own_words.get(part, ""))

    return {
        "code": found.code,
        "name": text("name", Reason(f"{found.code}.name")),
        "severity": found.severity.value,
        "subject": found.subject,
        "about": found.about,
        "message": text("message", found.message),
        "why": text("why", found.why),
        "remedy": text("remedy", found.remedy),
        "evidence": value_of(found.evidence, say),
        "blocks": found.blocks,
        "waived_until": value_of(found.waived_until, say),
    }


def _check(diagnosis: Diagnosis, book: Book, say: Say) -> Document:
    del book
    return {
        "measurable": diagnosis.measurable,
        "findings": [_rule_finding(found, say) for found in diagnosis.findings],
        "crashed": [{"code": crash.code, "text": crash.text} for crash in diagnosis.crashed],
        "checked": list(diagnosis.checked),
        "left_out": list(diagnosis.left_out),
    }


# --- explain and compare ----------------------------------------------------------------------


def _explanation(explanation: Explanation, book: Book, say: Say) -> Document:
    del book
    own = explanation.alignment
    shape: Document = value_of(explanation, say)
    # Scores are on 0 to 100 in every document; the engine keeps them as shares.
    shape["alignment"] = points(own.alignment)
    shape["lenses"] = {lens: points(value) for lens, value in own.lenses.items()}
    shape["parts"] = value_of(own.parts, say)
    return shape


def _comparison(comparison: Comparison, book: Book, say: Say) -> Document:
    del book
    shape: Document = value_of(comparison, say)
    for side in ("a", "b"):
        shape[side]["alignment"] = points(getattr(comparison, side).alignment)
    return shape


# --- verification -----------------------------------------------------------------------------


def _verification(verification: Verification, book: Book, say: Say) -> Document:
    del book
    checks = [
        {
            "name": check.name,
            "holds": check.holds,
            "claimed": value_of(check.claimed, say),
            "found": value_of(check.found, say),
            "reasons": [reason(found, say) for found in (check.reason, *check.more) if found is not None],
        }
        for check in verification.checks
    ]
    return {
        "verdict": verification.verdict.value,
        "proof": verification.proof.value,
        "leading": verification.leading.name if verification.leading is not None else None,
        "value": value_of(verification.value, say),
        "cost": value_of(verification.cost, say),
        "checks": checks,
        "better": value_of(verification.better, say),
    }


# --- a plan document back into what it claims --------------------------------------------------


class _Wrong(Exception):
    """A part of a plan document that is not as the contract says."""

    def __init__(self, field: str, says: str) -> None:
        super().__init__(field)
        self.field, self.says = field, says


def _no_claim(code: str, where: str, message: str, remedy: str) -> tuple[None, tuple[Finding, ...]]:
    return None, (Finding(code=code, where=where, message=message, remedy=remedy),)


def read_claim(path: Path) -> tuple[ClaimedPlan | None, tuple[Finding, ...]]:
    """Read what a stored plan claims; what is wrong with the file becomes findings.

    Parameters
    ----------
    path
        A file that ``rhumbline plan --out`` or ``--json`` wrote.
    """
    where = str(path)
    try:
        data = path.read_bytes()
    except OSError as problem:
        said = problem.strerror or type(problem).__name__
        return _no_claim("cannot-read", where, f"The file cannot be read: {said}.", "Check its name and place.")
    try:
        tree = json.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        return _no_claim("not-a-plan", where, "The file is not valid JSON, so it holds no plan.", f"{_REMEDY_PLAN}")
    return parse_claim(tree, where)


_REMEDY_PLAN = "Write a plan with: rhumbline plan FILE --out plan.json"


def parse_claim(tree: Any, where: str = "plan") -> tuple[ClaimedPlan | None, tuple[Finding, ...]]:
    """Return what a plan document claims, and what is wrong with the document.

    Parameters
    ----------
    tree
        The document as JSON gives it.
    where
        What to call it in findings.
    """
    if not isinstance(tree, Mapping) or tree.get("schema") != schema("plan"):
        stated = tree.get("schema") if isinstance(tree, Mapping) else None
        found = f"it says {show(stated)}" if isinstance(stated, str) else "it states no schema"
        return _no_claim("not-a-plan", where, f"This is no plan of the kind {schema('plan')}: {found}.", _REMEDY_PLAN)
    try:
        return _claim(tree), ()
    except _Wrong as wrong:
        return _no_claim("not-a-plan", f"{where}, {wrong.field}", f"'{wrong.field}' {wrong.says}.", _REMEDY_PLAN)


def _typed(tree: Mapping[str, Any], name: str, *kinds: type[Any]) -> Any:
    value = tree.get(name)
    # A truth value is an int to Python, and a number in JSON never is one.
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise _Wrong(name, "is missing or not of the kind the contract says")
    if isinstance(value, str) and not _is_text(value):
        raise _Wrong(name, "holds half a character, which is no text")
    return value


def _is_text(value: Any) -> bool:
    """Whether a value is text that can be written: JSON may hold half of a character, and nothing else can."""
    return isinstance(value, str) and not any("\ud800" <= letter <= "\udfff" for letter in value)


def _text(tree: Mapping[str, Any], name: str) -> str:
    """Return a text that may be missing."""
    return _typed(tree, name, str, type(None)) or ""


def _number(tree: Mapping[str, Any], name: str) -> float | None:
    value = _typed(tree, name, int, float, type(None))
    # No Book holds a larger number; the comparison also holds for NaN and for what is too large for a float.
    if value is not None and not abs(value) <= LARGEST:
        raise _Wrong(name, "is no number that a plan can have")
    return None if value is None else float(value)


def _keys(tree: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = _typed(tree, name, list)
    if not all(_is_text(key) for key in value):
        raise _Wrong(name, "must be a list of keys")
    return tuple(value)


def _lines(tree: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = _typed(tree, name, list)
    if not all(isinstance(line, Mapping) and _is_text(line.get("initiative")) for line in value):
        raise _Wrong(name, "must be a list of lines that each name an initiative")
    return list(value)


def _initiatives(tree: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(line["initiative"] for line in _lines(tree, name))


def _claimed_terms(tree: Mapping[str, Any]) -> ClaimedTerms:
    from rhumbline.engines.planning.verify import ClaimedTerms

    terms = _typed(tree, "terms", dict)
    return ClaimedTerms(
        pins=_keys(terms, "pins"),
        bans=_keys(terms, "bans"),
        as_of=None if terms.get("as_of") is None else _day(terms, "as_of"),
        scenario=_typed(terms, "scenario", str, type(None)),
        node_limit=_typed(terms, "node_limit", int, type(None)),
        without_held_out=_typed(terms, "without_held_out", bool),
    )


def _day(tree: Mapping[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(_typed(tree, name, str))
    except ValueError:
        raise _Wrong(name, "is no date such as 2026-11-23") from None


def _concealed(tree: Mapping[str, Any]) -> tuple[str, ...]:
    return _keys(tree, "concealed") if "concealed" in tree else ()


def _claimed_status(tree: Mapping[str, Any]) -> PlanStatus:
    from rhumbline.engines.planning.result import PlanStatus

    try:
        return PlanStatus(_typed(tree, "status", str))
    except ValueError:
        raise _Wrong("status", f"must be one of {', '.join(PlanStatus)}") from None


def _claim(tree: Mapping[str, Any]) -> ClaimedPlan:
    from rhumbline.engines.planning.verify import ClaimedPlan

    funded = _lines(tree, "funded")
    starts = {line["initiative"]: _typed(line, "start", int) for line in funded}
    if len(starts) < len(funded):
        raise _Wrong("funded", "names an initiative twice")
    certificate = _typed(tree, "certificate", dict, type(None)) or {}
    return ClaimedPlan(
        book_sha=_typed(tree, "book_sha", str),
        as_of=_day(tree, "as_of"),
        terms=_claimed_terms(tree),
        status=_claimed_status(tree),
        starts=starts,
        periods={line["initiative"]: _text(line, "period") for line in funded},
        reserve=_initiatives(tree, "reserve"),
        waiting=_initiatives(tree, "waiting"),
        stopped=_initiatives(tree, "stopped"),
        blocked=_initiatives(tree, "blocked"),
        value=_number(tree, "value"),
        bound=_number(tree, "bound"),
        gap=_number(tree, "gap"),
        gap_closed=_number(tree, "gap_closed"),
        cost=_number(tree, "cost"),
        unique=_typed(tree, "unique", bool, type(None)),
        without_money="money" in _concealed(tree),
        **{name: _text(certificate, name) for name in ("terms_sha", "set_sha", "starts_sha")},
    )


SHAPES: Mapping[str, Callable[[Any, Book, Say], Document]] = {
    "score": _score,
    "questions": _questions,
    "plan": _plan,
    "check": _check,
    "explain": _explanation,
    "compare": _comparison,
    "verify": _verification,
}

__all__ = [
    "VERSION",
    "Document",
    "Say",
    "document",
    "error_document",
    "finding",
    "finding_of",
    "parse_claim",
    "read_claim",
    "schema",
    "value_of",
    "written",
]
