"""Two addresses for whoever watches over the server; they answer to any name, and tell strangers nothing."""

from __future__ import annotations

from collections.abc import Callable
from hmac import compare_digest
from threading import Event

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from rhumbline.server import metrics

# Tables do not become older while a process runs: once they were right, that need not be looked up again.
_RIGHT = Event()


def waiting_migrations() -> list[str]:
    """Return the steps that the tables of the database still lack."""
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return [str(step) for step, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def healthy() -> bool:
    """Whether the database answers and has the tables of this version."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _RIGHT.is_set() and not waiting_migrations():
            _RIGHT.set()
    except Error:
        return False
    return _RIGHT.is_set()


def watched(answer: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer ``/healthz`` and ``/metrics`` before anything looks at the name the caller used.

    Parameters
    ----------
    answer
        The rest of the application.
    """

    def answered(request: HttpRequest) -> HttpResponseBase:
        match request.path:
            case "/healthz":
                return _health()
            case "/metrics" if settings.CONFIGURATION.metrics_token:
                return _metrics(request)
        return answer(request)

    return answered


def _health() -> HttpResponse:
    well = healthy()
    return _unkept(JsonResponse({"status": "ok" if well else "failing"}, status=200 if well else 503))


def _metrics(request: HttpRequest) -> HttpResponse:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not compare_digest(given.encode(), settings.CONFIGURATION.metrics_token.encode()):
        refused = HttpResponse("Send the token of RHUMBLINE_METRICS_TOKEN.\n", status=401, content_type="text/plain")
        refused.headers["WWW-Authenticate"] = "Bearer"
        return _unkept(refused)
    return _unkept(HttpResponse(metrics.text(), content_type="text/plain; version=0.0.4; charset=utf-8"))


def _unkept(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Length"] = str(len(response.content))
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


__all__ = ["healthy", "waiting_migrations", "watched"]
