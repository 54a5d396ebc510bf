"""What was sent, read: bytes to plain data by the reader of files, plain data to wishes by the readers of the gate."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection
from typing import Any

from django.http import HttpRequest, QueryDict

from rhumbline.book.fields import fields_of
from rhumbline.book.findings import Finding
from rhumbline.book.types import FrozenMap
from rhumbline.exchange.asking import read_wishes
from rhumbline.exchange.json_text import parse_json
from rhumbline.exchange.raw import Branch, Refused, refused, show
from rhumbline.faces.api import problems
from rhumbline.faces.api.operations import Operation, Sent
from rhumbline.faces.api.problems import Problem

_JSON = re.compile(r"application/(?:[\w.+-]+\+)?json", re.IGNORECASE)
_UTF_8 = re.compile(r'utf-?8|"utf-?8"', re.IGNORECASE)
_WHOLE = re.compile(r"-?[0-9]{1,18}")


def body_of(request: HttpRequest, sent: Sent) -> Any:
    """Return what the body of a request says: wishes, or plain data where somebody else reads it.

    Parameters
    ----------
    request
        The request.
    sent
        What its body should be.

    Raises
    ------
    Problem
        When it is no JSON, or not what it should be.
    """
    data = request.body
    if not data and sent.optional:
        raw: Any = {}
    else:
        _refuse_other_types(request)
        raw = raw_of(data)
    return raw if sent.wishes is None else wishes_of("request", sent.wishes, raw)


def query_of(request: HttpRequest, operation: Operation) -> Any:
    """Return what stands behind the question mark of an address.

    Parameters
    ----------
    request
        The request.
    operation
        What is asked; its parameters are read as wishes are, and one that nobody knows is an error.
    """
    return wishes_of("query", operation.query, _plain(request.GET, operation.query))


def wishes_of(name: str, wishes: type[Any], raw: Any) -> Any:
    """Return plain data as wishes; raise ``Problem`` with what is wrong with it.

    Parameters
    ----------
    name
        What it is called in findings.
    wishes
        The dataclass.
    raw
        Plain data.
    """
    found, findings = read_wishes(name, wishes, raw)
    if found is None:
        raise problems.refused(findings)
    return found


def raw_of(data: bytes) -> Any:
    """Return the plain data of a JSON text in UTF-8, with the limits of a file; raise ``Problem`` where it is none.

    Parameters
    ----------
    data
        The whole body.
    """
    try:
        return parse_json(_text(data))
    except Refused as refusal:
        raise problems.refused([refusal.finding]) from None


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise refused(
            "not-utf-8",
            "body",
            f"The body is not UTF-8: byte {error.start + 1} is 0x{data[error.start]:02X}.",
            "Send JSON in UTF-8.",
        ) from None
    if not text.strip():
        raise refused("empty", "body", "The body is empty.", "Send a JSON object, {} where nothing is to be said.")
    return text.removeprefix("\ufeff")


def _refuse_other_types(request: HttpRequest) -> None:
    """Refuse what calls itself something else: a form of a stranger's page cannot send JSON."""
    charset = request.content_params.get("charset", "utf-8") if request.content_params else "utf-8"
    if not _JSON.fullmatch(request.content_type or "") or not _UTF_8.fullmatch(charset):
        raise Problem("unsupported-media-type")


def _plain(given: QueryDict, wishes: type[Any]) -> dict[str, Any]:
    """Return parameters as plain data: numbers where numbers are wanted."""
    types = {field.name: field.part.types for field in fields_of(wishes)}
    found = Branch()
    for name, values in given.lists():
        if len(values) > 1:
            raise problems.refused([_twice(name)])
        field = field_name(name)
        found.put(field, _value(str(values[0]), types.get(field, ())), said=name)
    return found


def _value(text: str, types: Collection[type[Any]]) -> Any:
    """Return a parameter as JSON would have it: an address has texts only."""
    if int in types and _WHOLE.fullmatch(text):
        return int(text)
    return text == "true" if bool in types and text in ("true", "false") else text


def field_name(parameter: str) -> str:
    """Return the name of the field of a parameter: a word of Python such as ``from`` has a line behind it there."""
    return f"{parameter}_" if keyword.iskeyword(parameter) or parameter.endswith("_") else parameter


def _twice(name: str) -> Finding:
    return Finding(
        code="duplicate-field",
        where="query",
        message=f"{show(name)} is written twice in the address, and only one of the two can count.",
        remedy="Keep the one you mean and remove the other.",
        numbers=FrozenMap({"value": show(name)}),
    )


__all__ = ["body_of", "field_name", "query_of", "raw_of", "wishes_of"]
