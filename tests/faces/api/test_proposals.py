"""Proposals wait for somebody to decide; runs answer in the background; both show each reader what they may see."""

from datetime import date

import pytest

from rhumbline.book.authority import AccessRole, sight_of
from rhumbline.faces.answers import ask

pytestmark = pytest.mark.django_db

IDEA = {
    "edit": "put",
    "kind": "initiative",
    "record": {"key": "i99", "name": "Bicycles", "mode": "explore", "cash": [4000]},
}
DAY = "2026-11-23"


@pytest.fixture
def member(firm):
    return firm.caller(AccessRole.MEMBER)


def codes(response):
    return [found["code"] for found in response.said["findings"]]


# --- proposals --------------------------------------------------------------------------------


def test_a_proposal_waits_and_becomes_a_change(firm, owner, member):
    before = firm.seq
    made = member.post("/proposals", {"title": "Bicycles", "edits": [IDEA]})
    assert (made.status_code, made.said["state"], firm.seq) == (201, "open", before)
    number = made.said["number"]
    assert owner.get(made.headers["Location"]).said["number"] == number
    seen = owner.get(f"/proposals/{number}").said
    assert [(one["kind"], one["key"], one["what"]) for one in seen["changes"]] == [("initiative", "i99", "new")]
    assert seen["score"]["before"]["best"] > 0
    assert (seen["findings"], seen["conflicts"]) == ([], [])
    done = owner.post(f"/proposals/{number}/accept", {"reason": "Cheap to try"})
    assert (done.said["state"], done.said["seq"], firm.seq) == ("accepted", before + 1, before + 1)
    change = owner.get(f"/changes/{firm.seq}").said
    assert (change["action"], change["note"]) == ("accept", "Bicycles: Cheap to try")
    again = owner.post(f"/proposals/{number}/accept")
    assert (again.status_code, again.said["code"]) == (409, "decided")


def test_a_proposal_is_rejected_by_who_decides_or_taken_back_by_who_made_it(owner, member, firm):
    numbers = [member.post("/proposals", {"title": "X", "edits": [IDEA]}).said["number"] for _ in range(3)]
    assert owner.post(f"/proposals/{numbers[0]}/reject", {"reason": "Not now"}).said["reason"] == "Not now"
    assert member.post(f"/proposals/{numbers[1]}/reject").said["state"] == "rejected"
    stranger = firm.caller(AccessRole.MEMBER, email="other@example.com")
    assert stranger.post(f"/proposals/{numbers[2]}/reject").status_code == 403
    assert member.post(f"/proposals/{numbers[2]}/accept").status_code == 403
    assert [one["number"] for one in owner.get("/proposals?state=open").said["items"]] == numbers[2:]
    assert [one["number"] for one in owner.get("/proposals?state=rejected&limit=1").said["items"]] == numbers[:1]
    assert owner.get("/proposals?state=rejected&limit=1").said["next"] == numbers[0]
    assert codes(owner.get("/proposals?state=nonsense")) == ["not-allowed"]
    assert owner.get("/proposals/99").status_code == 404


def test_who_sees_no_money_does_not_see_what_others_propose_to_spend(owner, member):
    owner.post(
        "/proposals",
        {
            "title": "Dear",
            "edits": [IDEA, {"edit": "set", "kind": "initiative", "key": "i1", "fields": {"cash": [4711]}}],
        },
    )
    seen = member.get("/proposals/1").said
    assert "cash" not in seen["edits"][0]["record"]
    assert [edit["hidden"] for edit in seen["edits"]] == [["cash"], ["cash"]]
    assert seen["edits"][1]["fields"] == {}
    # Whoever may watch the score while amounts are tried out could work them out.
    assert seen["score"] is None
    assert owner.get("/proposals/1").said["score"] is not None
    assert owner.get("/proposals/1").said["edits"][1]["fields"] == {"cash": [4711]}


def test_who_sees_no_money_proposes_no_other_amount_of_what_is_there(member):
    edit = {"edit": "set", "kind": "initiative", "key": "i1", "fields": {"cash": [1]}}
    refused = member.post("/proposals", {"title": "Cheaper", "edits": [edit]})
    assert (refused.status_code, codes(refused)) == (422, ["not-allowed"])
    kept = member.post("/proposals", {"title": "Renamed", "edits": [{**edit, "fields": {"name": "X"}}]})
    assert kept.status_code == 201


def test_what_somebody_else_changed_since_is_shown_and_cannot_be_accepted(owner, member):
    edit = {"edit": "set", "kind": "initiative", "key": "i1", "fields": {"name": "Theirs"}}
    member.post("/proposals", {"title": "X", "edits": [edit]})
    owner.patch("/kinds/initiative/i1", {"name": "Mine"})
    seen = owner.get("/proposals/1").said
    assert [(one["field"], one["theirs"], one["mine"]) for one in seen["conflicts"]] == [("name", "Mine", "Theirs")]
    refused = owner.post("/proposals/1/accept")
    assert (refused.status_code, refused.said["conflicts"][0]["theirs"]) == (409, "Mine")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "missing-value"),
        ({"title": "X"}, "missing-value"),
        ({"title": "", "edits": [IDEA]}, "missing-value"),
        ({"title": "x" * 201, "edits": [IDEA]}, "too-long"),
        ({"title": "X", "edits": [{**IDEA, "record": {"key": "i99"}}]}, "missing-value"),
        ({"title": "X", "edits": [{"edit": "remove", "kind": "kpi", "key": "none"}]}, "unknown-record"),
    ],
)
def test_a_proposal_that_could_not_be_accepted_is_refused_at_once(owner, body, code):
    response = owner.post("/proposals", body)
    assert (response.status_code, codes(response)[0]) == (422, code)
    assert owner.get("/proposals").said["items"] == []


def test_a_guest_sees_neither_titles_nor_reasons(firm, owner, member):
    member.post("/proposals", {"title": "Ines wants bicycles", "edits": [IDEA]})
    owner.post("/proposals/1/reject", {"reason": "Ines has one"})
    seen = firm.caller(AccessRole.GUEST).get("/proposals").said["items"][0]
    assert (seen["title"], seen["reason"]) == ("", "")


# --- runs -------------------------------------------------------------------------------------


@pytest.fixture
def worker():
    """A worker that computes a run when it is told to."""
    from rhumbline.faces import running
    from rhumbline.store.models import Run

    def work(number):
        running.compute.call(Run.objects.get(number=number).pk)

    return work


def test_a_question_is_answered_in_the_background(firm, owner, worker):
    started = owner.post("/runs", {"capability": "plan", "terms": {"as_of": DAY}})
    assert (started.status_code, started.said["state"], started.said["document"]) == (201, "queued", None)
    path = started.headers["Location"]
    worker(started.said["number"])
    done = owner.get(path).said
    expected = ask("plan", firm.book.replace(as_of=None), as_of=date.fromisoformat(DAY))
    assert (done["state"], done["document"], done["error"]) == ("done", expected.document, None)
    assert owner.get(f"{path}?text=true").said["document"] == {**expected.document, "text": expected.text}
    seen = firm.caller(AccessRole.MEMBER).get(f"{path}?text=true").said["document"]
    assert seen == {**expected.seen_by(sight_of(AccessRole.MEMBER)).document, "text": seen["text"]}
    assert "EUR" not in seen["text"]
    listed = owner.get("/runs").said["items"]
    assert [(one["number"], one["answered"], "document" in one) for one in listed] == [(1, True, False)]


def test_an_answer_is_not_shown_any_more_to_who_may_not_see_what_became_private(firm, owner, worker):
    owner.post("/runs", {"capability": "check", "terms": {"as_of": DAY}})
    worker(1)
    lead = firm.caller(AccessRole.LEAD)
    assert lead.get("/runs/1").said["document"] is not None
    owner.patch("/kinds/kpi/k1", {"private": True, "private_reason": "Nobody needs to know."})
    hidden = lead.get("/runs/1?text=true").said
    assert (hidden["document"], hidden["error"]["findings"][0]["code"]) == (None, "hidden-since")
    assert owner.get("/runs/1").said["document"] is not None
    owner.post("/runs", {"capability": "check", "terms": {"as_of": DAY}})
    worker(2)
    assert lead.get("/runs/2").said["document"] is not None


def test_a_run_is_cancelled_by_who_asked_or_decides(firm, owner, member):
    member.post("/runs", {"capability": "plan"})
    assert firm.caller(AccessRole.LEAD).post("/runs/1/cancel").status_code == 403
    assert member.post("/runs/1/cancel").said["state"] == "cancelled"
    member.post("/runs", {"capability": "plan"})
    assert owner.post("/runs/2/cancel", {}).said["state"] == "cancelled"


def test_a_run_that_ended_cannot_be_cancelled(owner, worker):
    owner.post("/runs", {"capability": "score", "terms": {"as_of": DAY}})
    worker(1)
    refused = owner.post("/runs/1/cancel")
    assert (refused.status_code, refused.said["code"]) == (409, "not-running")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "missing-value"),
        ({"capability": "nonsense"}, "not-allowed"),
        ({"capability": "plan", "terms": {"pins": ["i99"]}}, "unknown-reference"),
        ({"capability": "plan", "terms": [1]}, "wrong-type"),
        ({"capability": "explain"}, "missing-value"),
        ({"capability": "plan", "language": "fr"}, "not-allowed"),
        ({"capability": "plan", "at": "never"}, "malformed"),
        ({"capability": "plan", "text": "yes"}, "wrong-type"),
        ({"capability": "plan", "term": {}}, "unknown-field"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_at_once(owner, body, code):
    response = owner.post("/runs", body)
    assert (response.status_code, codes(response)[0]) == (422, code)
    assert owner.get("/runs").said["items"] == []


def test_a_run_that_failed_tells_why_and_no_amounts_to_who_sees_none(firm, owner, monkeypatch, worker):
    from rhumbline.faces import running

    def refuse(*_, **__):
        from rhumbline.book.findings import SameTwice

        raise SameTwice("i1")

    owner.post("/runs", {"capability": "score"})
    monkeypatch.setattr(running, "ask", refuse)
    worker(1)
    assert owner.get("/runs/1").said["error"]["findings"][0]["code"] == "same-twice"
    seen = firm.caller(AccessRole.MEMBER).get("/runs/1").said["error"]["findings"][0]
    assert (seen["code"], seen["message"]) == ("same-twice", "The question could not be answered.")
