"""The short form, key by key: what each word of a Book file becomes."""

from datetime import date

import pytest

from rhumbline.book.types import FlowState, PeriodUnit, ReviewKind, Stage
from rhumbline.exchange.files import dumps, read_mapping, read_text

FIRM = {"organisation": {"name": "X", "currency": "EUR"}, "budget": {"cash": [1, 1]}}


def read(**sections):
    reading = read_mapping({**FIRM, **sections})
    assert reading.findings == ()
    assert read_text(dumps(reading.book)).book == reading.book
    return reading.book


def work(key, **fields):
    return {"id": key, "name": key, "mode": "exploit", **fields}


def kpi(**fields):
    return {"id": "k", "name": "K", "unit": "u", "target": 9, "baseline": 3, **fields}


def test_the_firm_stands_in_several_places():
    firm = read(industry="bakery", market_clock_months=6).organisation
    assert (firm.key, firm.industry, firm.market_clock_months, firm.records_messages) == (
        "organisation",
        "bakery",
        6,
        False,
    )
    assert read(messages=[{"date": date(2026, 1, 1), "reach": 1}]).organisation.records_messages
    assert read(messages=[]).organisation.records_messages
    assert not read(messages=None).organisation.records_messages


@pytest.mark.parametrize("word", ["periods", "quarters"])
def test_the_horizon(word):
    strategy = read(mission="M", horizon={"start": date(2027, 1, 1), word: 2, "unit": "month"}).strategy
    assert (strategy.key, strategy.mission, strategy.periods, strategy.period_unit) == (
        "strategy",
        "M",
        2,
        PeriodUnit.MONTH,
    )
    assert strategy.horizon_start == date(2027, 1, 1)


def test_a_kpi_without_readings_has_none():
    assert read(kpis=[kpi()]).readings("k") == ()


def test_current_alone_is_one_undated_reading():
    (row,) = read(kpis=[kpi(current=5)]).readings("k")
    assert (row.at, row.position, row.value) == (None, 1, 5)


def test_the_last_day_alone_stands_for_the_baseline():
    (row,) = read(kpis=[kpi(last=date(2026, 11, 20))]).readings("k")
    assert (row.at, row.value) == (date(2026, 11, 20), 3)


def test_history_goes_back_from_the_last_day_by_the_cadence():
    rows = read(kpis=[kpi(last=date(2026, 11, 20), cadence_days=7, history=[1, 2], current=5)]).readings("k")
    assert [(row.at, row.position, row.value) for row in rows] == [
        (date(2026, 11, 6), 1, 1),
        (date(2026, 11, 13), 2, 2),
        (date(2026, 11, 20), 3, 5),
    ]


def test_history_without_a_last_day_keeps_its_order():
    rows = read(kpis=[kpi(history=[8, 1, 4])]).readings("k")
    assert [(row.at, row.position, row.value) for row in rows] == [
        (None, 1, 8),
        (None, 2, 1),
        (None, 3, 4),
        (None, 4, 3),
    ]


def test_a_gap_in_the_history_is_named():
    reading = read_mapping({**FIRM, "kpis": [kpi(history=[1, None, 2], current=3)]})
    assert [row.value for row in reading.book.readings("k")] == [1, None, 2, 3]


def test_due_q_is_the_due_period():
    assert read(kpis=[kpi(due_q=0)]).kpis["k"].due_period == 0


def test_links_to_kpis_have_weight_one_by_default():
    rows = [kpi(), kpi(id="l")]
    book = read(
        kpis=rows, objectives=[{"id": "o", "name": "O", "weight": 2, "kpis": [{"kpi": "k", "weight": 3}, {"kpi": "l"}]}]
    )
    assert book.objectives["o"].kpis == {"k": 3, "l": 1}
    assert read(kpis=rows, objectives=[{"id": "o", "name": "O", "weight": 2, "kpis": {"k": 3, "l": 1}}]) == book


def test_flows_get_their_key_from_their_ends():
    systems = [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}]
    ends = {"from": "a", "to": "b"}
    flows = [{**ends, "state": "live", "object": "part list"}, {**ends, "state": "planned"}]
    book = read(systems=systems, flows=flows)
    assert {key: flow.state for key, flow in book.flows.items()} == {
        "a-b": FlowState.PLANNED,
        "a-b.part-list": FlowState.LIVE,
    }


def test_benefits_of_one_kpi_are_numbered_by_what_they_say():
    more, less = {"kpi": "k", "effect": [1, 2, 3]}, {"kpi": "k", "effect": [0, 1, 2]}
    book = read(kpis=[kpi()], initiatives=[work("i", benefits=[more, less])])
    other = read(kpis=[kpi()], initiatives=[work("i", benefits=[less, more])])
    assert list(book.all("benefit")) == ["i.k", "i.k.2"]
    assert (book, book.sha) == (other, other.sha)


def test_milestones_are_numbered_by_their_date():
    late, soon = {"name": "A", "due": date(2027, 9, 1)}, {"name": "B", "due": date(2027, 2, 1)}
    book = read(initiatives=[work("i", milestones=[late, soon])])
    assert {item.key: item.name for item in book.milestones_of("i")} == {"i.m1": "B", "i.m2": "A"}


def test_a_key_that_is_given_stays():
    book = read(kpis=[kpi()], initiatives=[work("i", benefits=[{"id": "mine", "kpi": "k", "effect": [1, 2, 3]}])])
    assert list(book.all("benefit")) == ["mine"]


def test_ethics_belongs_to_its_initiative():
    book = read(initiatives=[work("i", ethics={"flags": ["personal_data"], "transition_plan": "Training"})])
    review = book.ethics_of("i")
    assert (review.key, review.transition_plan) == ("i", "Training")


@pytest.mark.parametrize(
    ("status", "stage"),
    [
        ("candidate", Stage.CASE),
        ("committed", Stage.FUNDED),
        ("running", Stage.RUNNING),
        ("stopped", Stage.STOPPED),
        ("done", Stage.CLOSED),
        ("parked", Stage.PARKED),
    ],
)
def test_status_is_a_short_word_for_the_stage(status, stage):
    book = read(initiatives=[work("i", status=status)])
    assert book.initiatives["i"].stage is stage
    assert f"status: {status}" in dumps(book)
    assert "stage: idea" in dumps(read(initiatives=[work("i", stage="idea")]))


def test_partners_bring_their_commitment():
    book = read(partners=[{"id": "p", "name": "P", "required": True, "p_deliver": 0.5}, {"id": "q", "name": "Q"}])
    assert list(book.commitments()) == ["p"]
    assert (book.commitments()["p"].partner, book.commitments()["p"].p_deliver) == ("p", 0.5)


def test_pulse_reviews_and_findings_on_record():
    book = read(
        pulse={"n": 5, "invited": 9, "items": {"voice": 3}},
        reviews={"last_progress": date(2026, 9, 1), "strategy_days": 120},
        open_findings=[{"rule": "OPS06", "subject": "part list", "severity": "error", "since": date(2026, 9, 1)}],
        closed_benefits=[{"claimed": 4, "realised": 3}, {"claimed": 4, "realised": 2}],
        roi_history={"months": 2, "first": date(2026, 1, 31), "sales": [1, 2], "alignment": [3, 4]},
    )
    assert book.pulse.items == {"voice": 3}
    assert book.reviews["progress"].kind is ReviewKind.PROGRESS
    assert (book.reviews["strategy"].last, book.reviews["strategy"].every_days) == (None, 120)
    assert list(book.all("finding_on_record")) == ["OPS06.part-list"]
    assert [one.realised for one in book.all("closed_benefit").values()] == [2, 3]
    assert book.all("history")["sales"].values == (1, 2)
    assert read(reviews=[{"id": "w", "kind": "weekly"}]).reviews["w"].kind is ReviewKind.WEEKLY


def test_messages_of_one_day_are_numbered():
    day = date(2026, 10, 1)
    book = read(
        messages=[{"date": day, "reach": 0.9}, {"date": day, "reach": 0.1}, {"date": date(2026, 1, 1), "reach": 1}]
    )
    assert {key: message.reach for key, message in book.all("message").items()} == {
        "2026-01-01": 1,
        "2026-10-01": 0.1,
        "2026-10-01.2": 0.9,
    }


def test_long_ids_still_give_a_key():
    book = read(
        kpis=[kpi(id="k" * 80)], initiatives=[work("i" * 80, benefits=[{"kpi": "k" * 80, "effect": [1, 2, 3]}])]
    )
    (key,) = book.all("benefit")
    assert len(key) <= 80


def test_missing_null_and_empty_are_the_same():
    full = work(
        "i", segments=[], cash=None, hours={}, hypothesis="", benefits=[], owner=None, milestones=None, ethics={}
    )
    assert read(initiatives=[full]) == read(initiatives=[work("i")])
