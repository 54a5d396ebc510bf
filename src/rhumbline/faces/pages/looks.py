"""How pages look and speak: their templates, their style, the language of the reader."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib import resources
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from jinja2 import Environment, StrictUndefined

from rhumbline.faces.words import LANGUAGES, Words

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def environment(**options: Any) -> Environment:
    """Return the environment of the templates; a name that is not given is an error, not an empty place.

    Parameters
    ----------
    options
        What Django has to say about it.
    """
    theirs = {name: value for name, value in options.items() if name not in {"autoescape", "undefined"}}
    return Environment(**theirs, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


# --- words ------------------------------------------------------------------------------------


def language_of(request: HttpRequest) -> str:
    """Return the language a reader prefers among those there are.

    Parameters
    ----------
    request
        What the browser asks.
    """
    wished = []
    for place, part in enumerate(request.headers.get("Accept-Language", "")[:200].split(",")):
        tag, _, weight = part.strip().partition(";q=")
        name = tag.partition("-")[0].lower()
        if name in LANGUAGES and re.fullmatch(r"(?:0(?:\.\d{1,3})?|1(?:\.0{1,3})?)?", weight):
            wished.append((-float(weight or 1), place, name))
    return min(wished)[2] if wished and min(wished)[0] < 0 else LANGUAGES[0]


def page(request: HttpRequest, template: str, *, status: int = 200, **values: Any) -> HttpResponse:
    """Return a page that nothing between the server and its reader keeps.

    Parameters
    ----------
    request
        What the browser asks.
    template
        Which page.
    status
        Of the answer.
    values
        What the template shows.
    """
    words = Words(language_of(request))
    told = {"words": words, "say": words.text, "style": style_address(), "reader": _reader(request), **values}
    response = render(request, template, told, status=status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


def _reader(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    return user.get_username() if user is not None and user.is_authenticated else ""


def message(request: HttpRequest, code: str, status: int, **numbers: Any) -> HttpResponse:
    """Return a page with one sentence and what to do.

    Parameters
    ----------
    request
        What the browser asks.
    code
        Under ``pages`` in the catalogue.
    status
        Of the answer.
    numbers
        The values the sentences speak of.
    """
    return page(request, "message.html", status=status, code=code, numbers=numbers)


# --- style ------------------------------------------------------------------------------------


@cache
def style() -> bytes:
    """Return the style of the pages: colours and type of the report, and what only pages have."""
    common = resources.files("rhumbline.faces.report") / "templates" / "common.css"
    own = resources.files("rhumbline.faces.pages") / "style.css"
    return f"{common.read_text(encoding='utf-8')}\n{own.read_text(encoding='utf-8')}".encode()


@cache
def style_address() -> str:
    """Return the address of the style; another style has another address, so that browsers may keep it for ever."""
    return f"/style-{hashlib.sha256(style()).hexdigest()[:16]}.css"


def with_own_style(response: HttpResponse, html: str) -> HttpResponse:
    """Let a page that carries its style inside use that style, and nothing else that is inside.

    Parameters
    ----------
    response
        The answer.
    html
        The page.
    """
    hashes = [base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode() for inside in _STYLE.findall(html)]
    response._csp_update = {"style-src": [f"'sha256-{one}'" for one in hashes]}  # type: ignore[attr-defined] # noqa: SLF001 - this is how django-csp is told
    return response


__all__ = ["environment", "language_of", "message", "page", "style", "style_address", "with_own_style"]
