"""Whoever belongs to another organisation learns nothing of this one, at no address, with no body, by no number."""

import json

import pytest
from tests.faces.api.conftest import Caller
from tests.faces.api.walking import PREFIX, Walk, listed, operations, undone

from rhumbline.book.authority import AccessRole

pytestmark = pytest.mark.django_db

# Stands in every text of the organisation that is asked about, and in nothing that a stranger sends.
MARK = "Zebra"
NOWHERE = "nowhere"


@pytest.fixture
def walk(open_firm):
    """An organisation with a mark in its texts."""
    walk = Walk(open_firm("alpha"))
    edits = [
        {
            "edit": "set",
            "kind": kind,
            "key": key,
            "fields": {name: f"{MARK} {key}" for name in ("name", "text", "hypothesis") if hasattr(record, name)},
        }
        for kind, records in walk.firm.book.records.items()
        for key, record in records.items()
    ]
    done = walk.owner.post("/changes", {"edits": [edit for edit in edits if edit["fields"]], "note": MARK})
    assert done.status_code == 200, done.said
    idea = {"edit": "put", "kind": "initiative", "record": {"key": f"{MARK}-1", "name": MARK, "mode": "explore"}}
    walk.proposal = walk.owner.post("/proposals", {"title": MARK, "edits": [idea]}).said["number"]
    return walk


@pytest.fixture
def other(open_firm):
    """Another organisation, that has nothing of the first."""
    return open_firm("omega", "consulting")


def strangers(firm):
    """Everybody there is in another organisation, by every way in."""
    yield "owner with a token", firm.caller()
    yield "owner on a page", firm.signed_in().with_csrf()
    yield "member", firm.caller(AccessRole.MEMBER)
    yield "guest", firm.caller(AccessRole.GUEST)


def rows():
    """Return every row that there is, of whichever organisation."""
    from django.apps import apps

    # A request counts the visits of nobody, so that nothing may change at all.
    models = [model for model in apps.get_models() if model._meta.app_label != "sessions"]
    return {model._meta.label: sorted(map(repr, model.objects.values_list())) for model in models}


def inside():
    return [operation for operation in operations().values() if "{organisation}" in operation.path]


def test_every_address_of_another_organisation_is_as_if_it_were_not_there(walk, other):
    wrong = {}
    for who, stranger in strangers(other):
        for operation in inside():
            body = walk.body(operation) if who == "owner with a token" else operation.sent and operation.sent.example
            path = walk.path(operation)
            real = stranger.send(operation.method, path, body)
            none = stranger.send(operation.method, path.replace("/alpha", f"/{NOWHERE}"), body)
            same = (real.status_code, real.content) == (none.status_code, none.content) and names(real) == names(none)
            if real.status_code != 404 or not same or MARK.encode() in real.content:
                wrong[f"{who}: {operation.name}"] = (real.status_code, real.content[:200], none.content[:200])
    assert not wrong, listed(wrong)


def names(response):
    return sorted(response.headers)


def test_nothing_of_another_organisation_is_changed(walk, other):
    callers = list(strangers(other))
    before = rows()
    for _, stranger in callers:
        for operation in inside():
            stranger.send(operation.method, walk.path(operation), operation.sent and operation.sent.example)
    assert rows() == before


def test_no_number_or_key_of_another_organisation_means_anything_in_ones_own(walk, other):
    wrong = {}
    callers = {"page": other.signed_in().with_csrf(), "token": other.caller()}
    for operation in inside():
        if "{key}" not in operation.path and "{int:" not in operation.path:
            continue
        stranger = callers["page" if operation.signed_in else "token"]
        with undone():
            path = walk.path(operation, other.key)
            response = stranger.send(operation.method, path, operation.sent and operation.sent.example)
        may_be_new = operation.method == "PUT"
        if MARK.encode() in response.content or (response.status_code != 404 and not may_be_new):
            wrong[operation.name] = (response.status_code, response.content[:300])
    # What there is one of in every Book has the same key everywhere.
    mine = {name for name in wrong if wrong[name][0] == 200 and MARK.encode() not in wrong[name][1]}
    own = {
        f"{verb}_{kind}"
        for verb in ("get", "set", "remove")
        for kind in ("organisation", "strategy", "budget", "survey")
    }
    assert mine <= own | {"get_change", "undo"}, listed(wrong)
    assert set(wrong) <= mine | own | {"undo"}, listed(wrong)


def test_a_body_that_names_what_another_organisation_has_says_that_it_is_not_there(walk, other):
    stranger, page = other.caller(), other.signed_in().with_csrf()
    assert "initiative-1" in walk.firm.book.initiatives
    benefit = {"key": "b1", "initiative": "initiative-1", "kpi": "kpi-1", "low": 1, "likely": 2, "high": 3}
    tried = [
        stranger.post("/changes", {"edits": [{"edit": "put", "kind": "benefit", "record": benefit}]}),
        stranger.put("/kinds/benefit/b1", benefit),
        stranger.post(
            "/proposals", {"title": "Mine", "edits": [{"edit": "remove", "kind": "initiative", "key": "initiative-1"}]}
        ),
        stranger.post("/series/measurement", {"rows": [{"kpi": "kpi-1", "value": 1}]}),
        stranger.post("/answers/explain", {"terms": {"subject": "initiative-1", "as_of": "2026-11-23"}}),
        stranger.post("/runs", {"capability": "explain", "terms": {"subject": "initiative-1"}}),
        stranger.post("/answers/plan", {"terms": {"pins": ["initiative-1"]}}),
        stranger.post("/anonymous/response", {"survey": "survey-1"}),
        page.post("/members", {"email": "new@example.com", "role": "member", "person": "person-1"}),
    ]
    for response in tried:
        assert response.status_code == 422, response.said
        assert MARK not in json.dumps(response.said)
        assert {found["code"] for found in response.said["findings"]} <= {"unknown-reference", "unknown-record"}
    token = page.post("/tokens", {"member": walk.member, "name": "Mine"})
    assert token.status_code == 404


def test_a_body_or_a_query_that_names_another_organisation_is_refused(walk, other):
    stranger = other.caller()
    for path in ("/changes?organisation=alpha", "/kinds/kpi?organisation=alpha", "/book?at=1&organisation=alpha"):
        assert stranger.get(path).status_code == 422
    sent = {"edits": [{"edit": "remove", "kind": "kpi", "key": "k1", "organisation": "alpha"}]}
    assert stranger.post("/changes", sent).status_code == 422
    assert stranger.post("/answers/score", {"organisation": "alpha"}).status_code == 422


def test_a_cursor_or_an_etag_of_another_organisation_opens_nothing(walk, other):
    mine = walk.owner.get("/kinds/initiative?limit=1").said["next"]
    stranger = other.caller()
    response = stranger.get(f"/kinds/initiative?limit=1&after={mine}")
    # A cursor is a number of a change and a place; here it is cut from one's own Book, or there is no such change.
    assert response.status_code in (200, 404)
    assert MARK.encode() not in response.content
    tag = walk.owner.get("/kinds/initiative/i1").headers["ETag"]
    assert stranger.get("/kinds/initiative/i1", If_None_Match=tag).status_code in (200, 404)


def test_the_list_of_organisations_has_only_ones_own(walk, other):
    for _, stranger in strangers(other):
        listed = stranger.get(f"{PREFIX}/organisations").said["items"]
        assert [one["key"] for one in listed] == ["omega"]
    assert MARK not in json.dumps(listed)


def test_an_idempotency_key_of_somebody_else_is_ones_own(walk, other):
    edits = {"edits": [{"edit": "put", "kind": "person", "record": {"key": "p99", "name": MARK}}]}
    assert walk.owner.post("/changes", edits, Idempotency_Key="the-same").status_code == 200
    response = other.caller().post(
        "/changes", {"edits": [{"edit": "remove", "kind": "kpi", "key": "none"}]}, Idempotency_Key="the-same"
    )
    assert response.status_code == 422
    assert [found["code"] for found in response.said["findings"]] == ["unknown-record"]


def test_nobody_unknown_learns_anything(walk):
    nobody, wrong = Caller(walk.firm.place), {}
    for operation in operations().values():
        if operation.open:
            continue
        real = nobody.send(operation.method, walk.path(operation), operation.sent and operation.sent.example)
        none = nobody.send(operation.method, walk.path(operation).replace("/alpha", f"/{NOWHERE}"), None)
        if (real.status_code, real.content) != (401, none.content):
            wrong[operation.name] = (real.status_code, real.content[:200])
        if real.headers.get("WWW-Authenticate") != "Bearer":
            wrong[operation.name] = real.headers
    assert not wrong, listed(wrong)


@pytest.mark.parametrize("header", ["Bearer rhl_nonsense", "Bearer ", "Basic YTpi", "Bearer\t", "rhl_x", "Bearer é"])
def test_a_token_that_is_none_is_refused_whatever_session_there_is(firm, header):
    page = firm.signed_in()
    response = page.get("", Authorization=header.encode().decode("latin-1"))
    assert response.status_code == 401
    assert response.said["code"] == "token-refused"
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


def test_a_token_that_was_revoked_or_whose_member_left_opens_nothing_more(firm):
    from rhumbline.store.access import revoke_token
    from rhumbline.store.models import Token

    program = firm.caller(AccessRole.FINANCE)
    assert program.get("").status_code == 200
    revoke_token(firm.boss, Token.objects.latest("pk").pk, via="page")
    assert program.get("").status_code == 401
    other = firm.caller(AccessRole.LEAD)
    assert other.get("").status_code == 200
    firm.member(AccessRole.LEAD).delete()
    assert other.get("").status_code == 401


def test_somebody_who_signed_in_needs_the_word_of_our_page_to_change_something(firm):
    page = firm.signed_in()
    assert page.get("/kinds/kpi").status_code == 200
    refused = page.patch("/kinds/initiative/i1", {"name": "X"})
    assert (refused.status_code, refused.said["code"]) == (403, "not-from-our-page")
    assert page.post("/answers/score", {}).status_code == 403
    assert page.with_csrf().patch("/kinds/initiative/i1", {"name": "X"}).status_code == 200
