"""The addresses of the pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from rhumbline.faces.pages.entering import enter, sign_in, sign_out
from rhumbline.faces.pages.looks import style, style_address
from rhumbline.faces.pages.organisations import organisations, report


@require_safe
def style_sheet(request: HttpRequest) -> HttpResponse:
    """Send the style of the pages, for ever."""
    del request
    response = HttpResponse(style(), content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


urlpatterns = [
    path("", organisations),
    path("sign-in", sign_in),
    path("sign-out", sign_out),
    path("enter/<str:secret>", enter),
    path("organisations/<slug:organisation>/", report),
    path(style_address().removeprefix("/"), style_sheet),
]
