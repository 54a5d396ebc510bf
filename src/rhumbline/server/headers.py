"""What every answer tells the browser beside the security headers that Django sets itself."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

DEFAULTS = {
    # What one person may see must not be kept by anything between the server and that person.
    "Cache-Control": "private, no-cache",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def careful(answer: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Add the headers that an answer does not set itself.

    Parameters
    ----------
    answer
        The rest of the application.
    """

    def answered(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        for name, value in DEFAULTS.items():
            response.headers.setdefault(name, value)
        return response

    return answered


__all__ = ["DEFAULTS", "careful"]
