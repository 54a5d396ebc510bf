"""What whoever watches over the server is told, and what strangers are not."""

import pytest
from django.test import Client

from rhumbline.server import health, metrics

TOKEN = "a token of the tests for whoever watches"  # noqa: S105
pytestmark = pytest.mark.django_db


@pytest.fixture
def watched(settings):
    """A server whose numbers may be read by whoever has the token."""
    import dataclasses

    settings.CONFIGURATION = dataclasses.replace(settings.CONFIGURATION, metrics_token=TOKEN)
    return Client(headers={"Authorization": f"Bearer {TOKEN}"})


def test_it_is_healthy_under_any_name_and_says_no_more_than_that():
    answer = Client().get("/healthz", headers={"Host": "10.0.0.7"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_it_is_not_healthy_while_tables_are_missing(monkeypatch):
    monkeypatch.setattr(health, "waiting_migrations", lambda: ["store.9999_later"])
    health._RIGHT.clear()
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "failing"})


def test_it_is_not_healthy_while_the_database_is_away(monkeypatch):
    from django.db import OperationalError

    class Away:
        def cursor(self):
            raise OperationalError("connection to 10.0.0.9 refused for somebody")

    monkeypatch.setattr(health, "connection", Away())
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "failing"})


def test_the_numbers_are_for_those_with_the_token_only(watched):
    assert Client().get("/metrics").status_code == 401
    assert Client(headers={"Authorization": f"Bearer {TOKEN}x"}).get("/metrics").status_code == 401
    assert watched.get("/metrics").status_code == 200


def test_without_a_token_there_are_no_numbers():
    assert Client().get("/metrics").status_code == 404


def test_the_numbers_are_in_the_form_that_prometheus_reads(watched):
    metrics._ANSWERED.clear()
    Client().get("/nowhere")
    text = watched.get("/metrics", headers={"Host": "10.0.0.7"}).content.decode()
    assert 'rhumbline_requests_total{status="404"} 1' in text
    for name in ("rhumbline_info", "rhumbline_changes", "rhumbline_runs", "rhumbline_queue", "rhumbline_organisations"):
        assert f"# TYPE {name} gauge" in text
    assert "rhumbline_queue 0" in text
    for line in text.splitlines():
        assert line.startswith("# ") or len(line.rsplit(" ", 1)) == 2
