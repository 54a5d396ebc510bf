"""Stored bodies of older schemas read as today's; newer ones are refused."""

import pytest

from rhumbline.book import upgrades
from rhumbline.book.findings import RhumblineError


def test_a_body_of_today_stays_as_it_is():
    body = {"key": "k1", "name": "K"}
    again = upgrades.upgrade("kpi", body, upgrades.SCHEMA)
    assert again == body
    assert again is not body


def test_upgrades_run_one_after_the_other(monkeypatch):
    monkeypatch.setattr(upgrades, "SCHEMA", 3)
    steps = {
        ("kpi", 1): lambda body: {"key": body["key"], "name": body["title"]},
        ("kpi", 2): lambda body: {**body, "unit": "%"},
        ("team", 1): lambda body: {},
    }
    monkeypatch.setattr(upgrades, "UPGRADES", steps)
    old = {"key": "k1", "title": "K"}
    assert upgrades.upgrade("kpi", old, 1) == {"key": "k1", "name": "K", "unit": "%"}
    assert upgrades.upgrade("kpi", {"key": "k1", "name": "K"}, 2) == {"key": "k1", "name": "K", "unit": "%"}
    assert upgrades.upgrade("need", {"key": "n"}, 1) == {"key": "n"}
    assert old == {"key": "k1", "title": "K"}


def test_a_newer_schema_is_refused_with_a_remedy():
    with pytest.raises(RhumblineError, match="newer"):
        upgrades.upgrade("kpi", {}, upgrades.SCHEMA + 1)
