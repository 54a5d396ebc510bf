"""Who may come in, what nobody may find out about who spoke, and how somebody is forgotten."""

import json
from datetime import UTC, datetime

import pytest
from tests.faces.api.conftest import PREFIX, Caller

from rhumbline.book.authority import AccessRole

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(firm):
    """The owner, who signed in."""
    return firm.signed_in().with_csrf()


def codes(response):
    return [found["code"] for found in response.said["findings"]]


# --- members ----------------------------------------------------------------------------------


def test_somebody_is_let_in_gets_another_role_and_goes(firm, page):
    made = page.post("/members", {"email": "Anna@Example.com", "role": "member", "person": "ines"})
    assert (made.status_code, made.said["email"], made.said["role"], made.said["person"]) == (
        201,
        "anna@example.com",
        "member",
        "ines",
    )
    number = made.said["number"]
    assert codes(page.post("/members", {"email": "anna@example.com", "role": "lead"})) == ["member-already"]
    changed = page.patch(f"/members/{number}", {"role": "finance"}).said
    assert (changed["role"], changed["person"]) == ("finance", "ines")
    assert [one["email"] for one in page.get("/members").said["items"]][-1] == "anna@example.com"
    gone = page.delete(f"/members/{number}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert page.delete(f"/members/{number}").status_code == 404
    told = [change["note"] for change in page.get("/changes").said["items"] if change["action"] == "access"]
    assert [note.split(" ", 1)[1] for note in told] == ["came in as member", "is finance now", "went"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"email": "nobody", "role": "member"}, "malformed"),
        ({"email": "a@b", "role": "member"}, "malformed"),
        ({"role": "member"}, "missing-value"),
        ({"email": "a@example.com", "role": "king"}, "not-allowed"),
        ({"email": "a@example.com", "role": "guest"}, "role-of-guests"),
        ({"email": "a@example.com", "role": "member", "person": "nobody"}, "unknown-reference"),
        ({"email": "a" * 300 + "@example.com", "role": "member"}, "too-long"),
    ],
)
def test_somebody_who_cannot_be_let_in_is_not(page, body, code):
    before = page.get("/members").said
    response = page.post("/members", body)
    assert (response.status_code, codes(response)) == (422, [code])
    assert page.get("/members").said == before


def test_an_organisation_keeps_its_last_owner(page):
    number = page.get("/members").said["items"][0]["number"]
    assert codes(page.patch(f"/members/{number}", {"role": "member"})) == ["last-owner"]
    assert codes(page.delete(f"/members/{number}")) == ["last-owner"]


# --- tokens and links -------------------------------------------------------------------------


def test_a_token_is_shown_once_works_and_ends(firm, page):
    member = page.get("/members").said["items"][0]["number"]
    made = page.post("/tokens", {"member": member, "name": "Till", "scopes": ["write"], "days": 10})
    assert made.status_code == 201
    assert made.said["scopes"] == ["read", "write"]
    secret = made.said["secret"]
    program = Caller(firm.place, bearer=secret)
    assert program.patch("/kinds/initiative/i1", {"name": "X"}).status_code == 200
    assert [one["key"] for one in program.get(f"{PREFIX}/organisations").said["items"]] == ["bakery"]
    listed = page.get("/tokens")
    assert secret not in listed.content.decode()
    assert "secret" not in listed.said["items"][0]
    assert page.delete(f"/tokens/{made.said['number']}").status_code == 204
    assert program.get("").status_code == 401
    assert page.get("/tokens").said["items"][0]["revoked"] is not None


def test_a_guest_with_a_link_looks_and_does_nothing_else(firm, page):
    secret = page.post("/links", {"name": "The board", "days": 1}).said["secret"]
    guest = Caller(firm.place, bearer=secret)
    about = guest.get("").said
    assert (about["role"], about["scopes"], about["concealed"]) == ("guest", ["read"], ["money", "personal", "private"])
    assert guest.post("/answers/score", {}).status_code == 200
    assert guest.patch("/kinds/initiative/i1", {"name": "X"}).status_code == 403
    number = page.get("/links").said["items"][0]["number"]
    assert page.delete(f"/links/{number}").status_code == 204
    assert guest.get("").status_code == 401


def test_what_expired_opens_nothing(firm, page, monkeypatch):
    from django.utils import timezone

    guest = Caller(firm.place, bearer=page.post("/links", {"name": "The board", "days": 1}).said["secret"])
    assert guest.get("").status_code == 200
    monkeypatch.setattr(timezone, "now", lambda: datetime(2199, 1, 1, tzinfo=UTC))
    assert guest.get("").status_code == 401


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/tokens", {"member": 1, "name": "", "days": 1}, "missing-value"),
        ("/tokens", {"member": 1, "name": "X", "scopes": ["own"]}, "not-allowed"),
        ("/tokens", {"member": 1, "name": "X", "days": 400}, "too-large"),
        ("/tokens", {"member": 1, "name": "X", "days": 0}, "too-small"),
        ("/tokens", {"member": 2**63, "name": "X"}, "too-large"),
        ("/links", {"name": "X", "days": 10**9}, "too-large"),
        ("/links", {}, "missing-value"),
    ],
)
def test_a_key_that_cannot_be_made_is_not(page, path, body, code):
    response = page.post(path, body)
    assert (response.status_code, codes(response)) == (422, [code])
    assert page.get(path).said["items"] == []


def test_a_token_lets_nobody_in_whatever_its_scopes(owner):
    for path in ("/members", "/tokens", "/links"):
        refused = owner.get(path)
        assert (refused.status_code, refused.said["detail"]) == (
            403,
            "No token may do this. Sign in on the page instead.",
        )


# --- without a name ---------------------------------------------------------------------------


def test_nothing_tells_who_spoke(firm, owner, capfd):
    member = firm.caller(AccessRole.MEMBER)
    owner.get("")
    member.get("")
    capfd.readouterr()
    for number in range(5):
        said = member.post("/anonymous/feedback", {"text": f"Too many meetings {number}"})
        assert (said.status_code, said.content) == (202, b"")
        assert "X-Request-ID" not in said.headers
    assert capfd.readouterr() == ("", "")
    change = owner.get("/changes").said["items"][-1]
    assert (change["actor"], change["actor_id"], change["via"]) == ("anonymous", "anonymous", "anonymous")
    assert change["at"].endswith("T00:00:00+00:00")
    assert len(change["entries"]) == 5
    assert "token" not in json.dumps(change)


def test_what_is_said_goes_through_the_gate_and_leaves_no_line_either(firm, capfd):
    member = firm.caller(AccessRole.MEMBER)
    capfd.readouterr()
    bad = member.post("/anonymous/feedback", {"text": "", "kind": "nonsense"})
    assert (bad.status_code, sorted(codes(bad))) == (422, ["missing-value", "not-allowed"])
    assert member.send("POST", "/anonymous/feedback", data=b"{").status_code == 422
    assert capfd.readouterr() == ("", "")


def test_an_anonymous_entry_is_never_kept_with_a_key(firm):
    from rhumbline.store.models import Kept

    refused = firm.caller(AccessRole.MEMBER).post("/anonymous/feedback", {"text": "X"}, Idempotency_Key="k")
    assert (refused.status_code, codes(refused)) == (422, ["not-allowed"])
    assert Kept.objects.count() == 0


def test_a_survey_is_answered_once(firm, owner):
    member = firm.caller(AccessRole.MEMBER)
    survey = next(iter(firm.book.all("survey").values()), None)
    key = survey.key if survey else "pulse"
    if survey is None:
        owner.put("/kinds/survey/pulse", {"n": 5, "invited": 9})
    assert member.post("/anonymous/response", {"survey": key, "answers": {}}).status_code == 202
    assert codes(member.post("/anonymous/response", {"survey": key})) == ["answered-already"]
    assert firm.caller(AccessRole.GUEST).post("/anonymous/response", {"survey": key}).status_code == 403
    assert owner.post("/anonymous/initiative", {"name": "X"}).status_code == 404


# --- forgotten --------------------------------------------------------------------------------


def test_a_person_is_erased_by_an_owner_who_signed_in(firm, page, owner):
    name = firm.book.people["ines"].name
    assert name in owner.get("/book").content.decode()
    done = page.post("/people/ines/erase", {"also": ["Nessie"]})
    assert (done.status_code, done.said["person"]) == (200, "ines")
    assert done.said["beyond"]
    for path in ("/book", "/book?at=1", "/changes", "/kinds/person/ines"):
        assert name not in owner.get(path).content.decode(), path
    assert owner.get("/audit").said["holds"] is True
    assert page.post("/people/nobody/erase").status_code == 404
    assert codes(page.post("/people/ines/erase", {"also": ["x"]})) == ["too-short"]
    assert owner.post("/people/ines/erase").status_code == 403
    assert firm.signed_in(AccessRole.FINANCE).with_csrf().post("/people/ines/erase").status_code == 403
