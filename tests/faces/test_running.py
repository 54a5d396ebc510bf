"""Runs: computed by a worker, told about while they run, cancelled on request, kept over a restart."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from tests.store.test_committing import actor, as_role, firm, opened, rename, store  # noqa: F401 - fixtures

from rhumbline.book.authority import AccessRole

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def background(monkeypatch):
    """The queue, standing still: what was put into it, and a way to let a worker take it."""
    from rhumbline.faces import running
    from rhumbline.store import runs

    queue = []

    def work():
        while queue:
            running.compute.func(queue.pop(0))

    monkeypatch.setattr(type(running.compute), "enqueue", lambda task, number: queue.append(number))
    return SimpleNamespace(start=running.start, sweep=running.sweep, runs=runs, queue=queue, work=work)


def test_a_run_gives_the_answer_of_the_command_line(store, firm, background):  # noqa: F811
    from rhumbline.faces.answers import ask

    made = background.start(firm, "plan", {"pins": ["i6"]}, at=NOW, via="api")
    assert (made.state, made.number) == ("queued", 1)
    background.work()
    found = background.runs.run(firm, 1)
    assert found.state == "done"
    book = store.book(firm.organisation).replace(as_of=NOW.date())
    expected = ask("plan", book, pins=["i6"]).document
    assert background.runs.document_for(firm, found) == expected
    assert (found.engine, found.book_sha) == (expected["engine"], book.sha)


def test_a_stored_plan_is_verified_in_the_background(store, firm, background):  # noqa: F811
    background.start(firm, "plan", {}, via="api", at=NOW)
    background.work()
    plan = background.runs.document_for(firm, background.runs.run(firm, 1))
    background.start(firm, "verify", {"plan": plan}, via="api", at=NOW)
    background.work()
    assert background.runs.document_for(firm, background.runs.run(firm, 2))["verdict"] == "holds"


def test_a_run_answers_about_the_book_it_was_asked_of(store, firm, background):  # noqa: F811
    background.start(firm, "score", {}, at=NOW, via="api")
    store.commit(firm, [rename("i1", "Later")], via="page")
    background.work()
    names = [one["name"] for one in background.runs.document_for(firm, background.runs.run(firm, 1))["initiatives"]]
    assert "Later" not in names


def test_a_run_shows_each_role_what_it_may_see(firm, background):  # noqa: F811
    background.start(firm, "plan", {}, at=NOW, via="api")
    background.work()
    found = background.runs.run(firm, 1)
    assert background.runs.document_for(firm, found)["cost"]
    assert background.runs.document_for(as_role(firm, AccessRole.MEMBER), found)["cost"] is None


@pytest.mark.parametrize(
    ("terms", "code"), [({"pins": ["i99"]}, "unknown-reference"), ({"node_limit": -1}, "too-small"), ([], "wrong-type")]
)
def test_wrong_terms_are_refused_before_anything_is_kept(store, firm, background, terms, code):  # noqa: F811
    with pytest.raises(store.Refused) as refused:
        background.start(firm, "plan", terms, at=NOW, via="api")
    assert code in {finding.code for finding in refused.value.findings}
    assert background.runs.runs(firm) == []


def test_a_question_without_an_answer_fails_with_its_reason(firm, background):  # noqa: F811
    background.start(firm, "compare", {"a": "i1", "b": "i1"}, at=NOW, via="api")
    background.work()
    found = background.runs.run(firm, 1)
    assert found.state == "failed"
    assert "same-twice" in found.error


def test_a_waiting_run_is_cancelled_at_once(firm, background):  # noqa: F811
    background.start(firm, "plan", {}, at=NOW, via="api")
    assert background.runs.cancel(firm, 1).state == "cancelled"
    background.work()
    assert background.runs.run(firm, 1).document == ""


def test_a_running_plan_ends_at_its_next_news(firm, background, monkeypatch):  # noqa: F811
    from rhumbline.faces import running

    monkeypatch.setattr(running, "NEWS_SECONDS", 0)
    real = background.runs.tell

    def tell(found, news):
        background.runs.cancel(firm, found.number)
        return real(found, news)

    monkeypatch.setattr(background.runs, "tell", tell)
    background.start(firm, "plan", {}, at=NOW, via="api")
    background.work()
    found = background.runs.run(firm, 1)
    assert found.state == "cancelled"


def test_an_ended_run_cannot_be_cancelled(firm, background):  # noqa: F811
    background.start(firm, "score", {}, at=NOW, via="api")
    background.work()
    with pytest.raises(background.runs.NotRunning):
        background.runs.cancel(firm, 1)


def test_a_run_whose_worker_died_is_taken_up_again(firm, background):  # noqa: F811
    from django.utils import timezone

    from rhumbline.store.models import Run

    made = background.start(firm, "score", {}, at=NOW, via="api")
    background.queue.clear()
    assert background.runs.begin(made.pk) is not None
    assert background.runs.begin(made.pk) is None, "two workers must not compute one run"
    assert background.runs.abandoned() == []
    Run.objects.filter(pk=made.pk).update(beat=timezone.now() - timedelta(seconds=61))
    background.sweep(timezone.now())
    background.work()
    assert background.runs.run(firm, made.number).state == "done"


def test_a_worker_that_lost_its_run_has_no_say_in_it_any_more(firm, background):  # noqa: F811
    from rhumbline.store.models import Run

    made = background.start(firm, "score", {}, via="api")
    lost = background.runs.begin(made.pk)
    Run.objects.filter(pk=made.pk).update(beat=datetime(2026, 1, 1, tzinfo=UTC))
    held = background.runs.begin(made.pk)
    background.runs.fail(lost, {"input": []})
    background.runs.finish(lost, {"": {"of": "lost"}}, "engine")
    assert not background.runs.tell(lost, {"value": 1})
    assert background.runs.tell(held, {})
    background.runs.finish(held, {"": {"of": "held"}}, "engine")
    found = background.runs.run(firm, made.number)
    assert (found.state, background.runs.document_for(firm, found)) == ("done", {"of": "held"})


def test_a_book_that_cannot_be_read_costs_no_other_its_nightly_score(store, firm, background):  # noqa: F811
    other = opened(store, "fintech")
    store.Record.objects.filter(organisation=firm.organisation).update(schema=99)
    store.forget()
    background.sweep(NOW)
    assert background.runs.runs(firm) == []
    assert len(background.runs.runs(other)) == 1


def test_every_night_the_score_is_kept_once(store, firm, background):  # noqa: F811
    from django.utils import timezone

    now = timezone.now()
    for _ in range(3):
        background.sweep(now)
        background.work()
    background.sweep(now + timedelta(days=1))
    background.work()
    kept = background.runs.runs(firm)
    assert [(one.occasion[:7], one.state) for one in kept] == [("nightly", "done"), ("nightly", "done")]


def test_whoever_asked_or_may_decide_cancels(firm, background):  # noqa: F811
    from rhumbline.store.actors import NotAllowed

    background.start(firm, "score", {}, at=NOW, via="api")
    with pytest.raises(NotAllowed):
        background.runs.cancel(as_role(firm, AccessRole.MEMBER), 1)


def test_a_fault_of_the_server_is_kept_as_such(firm, background, monkeypatch):  # noqa: F811
    from rhumbline.faces import running

    def broken(*_, **__):
        raise ZeroDivisionError("secret 42")

    monkeypatch.setattr(running, "ask", broken)
    background.start(firm, "score", {}, at=NOW, via="api")
    background.work()
    found = background.runs.run(firm, 1)
    assert found.state == "failed"
    assert "internal-fault" in found.error
    assert "42" not in found.error
