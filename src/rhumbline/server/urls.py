"""The addresses of the web application."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("rhumbline.faces.api.application")),
    path("", include("rhumbline.faces.pages.urls")),
]

handler400 = "rhumbline.faces.pages.faults.bad_request"
handler403 = "rhumbline.faces.pages.faults.forbidden"
handler404 = "rhumbline.faces.pages.faults.nothing_there"
handler500 = "rhumbline.faces.pages.faults.our_fault"
