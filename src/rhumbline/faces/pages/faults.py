"""What is answered when a page cannot be: in words for people, as a problem document for programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from rhumbline.faces.pages.looks import message
from rhumbline.faces.words import Words

_TITLES = {400: "Bad Request", 403: "Forbidden", 404: "Not Found", 500: "Internal Server Error"}


def _answer(request: HttpRequest, code: str, status: int) -> HttpResponse:
    if not request.path.startswith("/api/"):
        return message(request, code, status)
    words = Words("en")
    return JsonResponse(
        {
            "type": "about:blank",
            "title": _TITLES[status],
            "status": status,
            "code": code.replace("_", "-"),
            "detail": f"{words.text(f'pages.{code}.title')} {words.text(f'pages.{code}.remedy')}",
        },
        status=status,
        content_type="application/problem+json",
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that makes no sense, such as one for a name this server does not answer to."""
    del exception
    return _answer(request, "bad_request", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that is not allowed."""
    del exception
    return _answer(request, "forbidden", 403)


def no_form_of_ours(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that did not come from a page of this server, or from one that is too old."""
    del reason
    return _answer(request, "no_form_of_ours", 403)


def nothing_there(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request for what is not there, or not there for the one who asks: both look the same."""
    del exception
    return _answer(request, "nothing_there", 404)


def our_fault(request: HttpRequest, *_: Any) -> HttpResponse:
    """Answer when the server itself is at fault."""
    return _answer(request, "our_fault", 500)


__all__ = ["bad_request", "forbidden", "no_form_of_ours", "nothing_there", "our_fault"]
