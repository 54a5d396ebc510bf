"""Edits are written all or none and once only; the history tells who did what, and takes it back."""

import json

import pytest
from tests.faces.api.walking import faults

from rhumbline.book.authority import AccessRole

pytestmark = pytest.mark.django_db

KPI = {"key": "k99", "name": "Loaves unsold", "unit": "%", "baseline": 9, "target": 5}
PUT = {"edit": "put", "kind": "kpi", "record": KPI}
RENAME = {"edit": "set", "kind": "initiative", "key": "i1", "fields": {"name": "Croissants"}}


def codes(response):
    return [found["code"] for found in response.said["findings"]]


# --- one go -----------------------------------------------------------------------------------


def test_edits_are_written_in_one_change(firm, owner):
    row = {"edit": "append", "kind": "measurement", "record": {"kpi": "k99", "at": "2026-11-20", "value": 8}}
    done = owner.post("/changes", {"edits": [PUT, row, RENAME], "note": "Monday"}).said
    assert [(one["kind"], one["key"], one["what"]) for one in done["changes"]] == [
        ("kpi", "k99", "new"),
        ("measurement", "k99", "rows"),
        ("initiative", "i1", "changed"),
    ]
    assert (done["seq"], done["book_sha"]) == (firm.seq, firm.book.sha)
    assert owner.get("").said["hash"] == done["hash"]


def test_one_error_and_nothing_is_written(firm, owner):
    before = (firm.seq, firm.book.sha)
    bad = owner.post("/changes", {"edits": [PUT, {**RENAME, "key": "i99"}, {**RENAME, "fields": {"mode": "nonsense"}}]})
    assert (bad.status_code, codes(bad)) == (422, ["unknown-record", "not-allowed"])
    assert (firm.seq, firm.book.sha) == before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "missing-value"),
        ({"edits": []}, "missing-value"),
        ({"edits": None}, "missing-value"),
        ({"edits": "all"}, "wrong-type"),
        ({"edits": [5]}, "wrong-type"),
        ({"edits": [{}]}, "missing-value"),
        ({"edits": [{**RENAME, "edit": "rename"}]}, "not-allowed"),
        ({"edits": [{**RENAME, "kind": "initiatives"}]}, "not-allowed"),
        ({"edits": [{**RENAME, "expcted": 1}]}, "unknown-field"),
        ({"edits": [{**RENAME, "expected": -1}]}, "too-small"),
        ({"edits": [RENAME], "nte": "x"}, "unknown-field"),
        ({"edits": [RENAME], "note": 5.5}, "wrong-type"),
        ({"edits": [RENAME], "note": "x" * 2001}, "too-long"),
        ({"edits": [RENAME], "note": "a\x07b"}, "malformed"),
        ([RENAME], "wrong-type"),
        (5, "wrong-type"),
        (None, "empty"),
    ],
)
def test_a_body_that_says_no_edits_is_refused(firm, owner, body, code):
    before = firm.seq
    response = owner.post("/changes", body) if body is not None else owner.send("POST", "/changes", data=b" ")
    assert (response.status_code, codes(response)[0], firm.seq) == (422, code, before)


# --- once -------------------------------------------------------------------------------------


def test_the_same_request_again_gets_the_same_answer_and_is_not_carried_out_twice(firm, owner):
    row = {"rows": [{"kpi": "k1", "at": "2026-11-21", "value": 5}]}
    first = owner.post("/series/measurement", row, Idempotency_Key="till-47")
    before = firm.seq
    again = owner.post("/series/measurement", row, Idempotency_Key="till-47")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.said == first.said
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert firm.seq == before
    assert owner.post("/series/measurement", row).said["seq"] == before + 1


def test_another_request_with_the_same_key_is_refused(firm, owner):
    owner.post("/changes", {"edits": [RENAME]}, Idempotency_Key="k")
    before = firm.seq
    for path, body in (
        ("/changes", {"edits": [PUT]}),
        ("/series/measurement", {"rows": [{"kpi": "k1", "value": 5}]}),
        ("/changes", {"edits": [RENAME], "note": "x"}),
    ):
        response = owner.post(path, body, Idempotency_Key="k")
        assert (response.status_code, response.said["code"]) == (422, "idempotency-key-reused")
    assert firm.seq == before


def test_what_was_refused_is_not_kept(firm, owner):
    edits = {"edits": [{**RENAME, "key": "i99"}]}
    assert owner.post("/changes", edits, Idempotency_Key="k").status_code == 422
    owner.put("/kinds/initiative/i99", {"name": "X", "mode": "explore"})
    assert owner.post("/changes", edits, Idempotency_Key="k").status_code == 200


def test_the_answer_is_kept_together_with_the_change_or_neither_is(firm, owner, monkeypatch):
    from rhumbline.faces.api import keeping
    from rhumbline.store.models import Kept

    def broken(*_):
        raise RuntimeError("the disk is full")

    before = firm.seq
    monkeypatch.setattr(keeping, "_keep", broken)
    with pytest.raises(RuntimeError):
        owner.post("/changes", {"edits": [RENAME]}, Idempotency_Key="k")
    assert (firm.seq, Kept.objects.count()) == (before, 0)


def test_a_key_belongs_to_whoever_sent_it(firm, owner):
    owner.post("/changes", {"edits": [RENAME]}, Idempotency_Key="k")
    other = firm.caller(AccessRole.FINANCE)
    assert other.post("/changes", {"edits": [PUT]}, Idempotency_Key="k").status_code == 200


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 201, "\x07", "é"])
def test_a_key_that_cannot_be_one_is_refused(firm, owner, key):
    before = firm.seq
    response = owner.post("/changes", {"edits": [RENAME]}, Idempotency_Key=key)
    assert (response.status_code, codes(response), firm.seq) == (422, ["malformed"], before)


def test_every_operation_that_takes_a_key_repeats_its_answer(owner, firm):
    proposal = {"title": "An idea", "edits": [PUT]}
    for path, body in (("/proposals", proposal), ("/runs", {"capability": "score"})):
        first = owner.post(path, body, Idempotency_Key=path)
        again = owner.post(path, body, Idempotency_Key=path)
        assert (first.status_code, again.status_code) == (201, 201)
        assert (again.said, again.headers["Location"]) == (first.said, first.headers["Location"])
    first = owner.put("/kinds/kpi/k99", KPI, Idempotency_Key="put")
    again = owner.put("/kinds/kpi/k99", KPI, Idempotency_Key="put")
    assert (first.status_code, again.status_code, again.headers["ETag"]) == (201, 201, first.headers["ETag"])


# --- the feed ---------------------------------------------------------------------------------


def test_the_feed_tells_who_did_what_and_why(firm, owner):
    firm.caller(AccessRole.LEAD, email="anna@example.com").post("/changes", {"edits": [RENAME], "note": "Shorter"})
    change = owner.get("/changes").said["items"][-1]
    assert faults({"$ref": "#/components/schemas/ChangeWithEntries"}, change) == []
    assert (change["seq"], change["action"], change["via"], change["note"]) == (firm.seq, "commit", "api", "Shorter")
    assert change["actor"].startswith("anna@example.com (token:")
    assert change["actor_id"].split()[0].startswith("token:")
    assert change["entries"] == [
        {
            "kind": "initiative",
            "key": "i1",
            "what": "changed",
            "fields": [{"field": "name", "before": "Bake more croissants for the shop", "after": "Croissants"}],
            "rows": [],
            "rows_removed": [],
        }
    ]
    guest = firm.caller(AccessRole.GUEST).get(f"/changes/{change['seq']}").said
    assert guest["actor"] == guest["actor_id"] == change["actor_id"]
    assert guest["note"] == ""
    assert "anna" not in json.dumps(guest)


def test_somebody_who_is_in_the_book_is_called_by_that_name(firm, owner):
    member = firm.member(AccessRole.LEAD)
    member.person = "ines"
    member.save()
    firm.caller(AccessRole.LEAD).post("/changes", {"edits": [RENAME]})
    name = firm.book.people["ines"].name
    assert owner.get(f"/changes/{firm.seq}").said["actor"].startswith(f"{name} (token:")
    page = firm.signed_in(AccessRole.LEAD).with_csrf()
    page.post("/changes", {"edits": [{**RENAME, "fields": {"name": "X"}}]})
    assert owner.get(f"/changes/{firm.seq}").said["actor"] == name


def test_the_feed_goes_on_where_it_was_left(firm, owner):
    for name in "abcde":
        owner.patch("/kinds/initiative/i1", {"name": name})
    found, after = [], 0
    while after is not None:
        said = owner.get(f"/changes?limit=2&after={after}").said
        found += [change["seq"] for change in said["items"]]
        after = said["next"]
    assert found == list(range(1, firm.seq + 1))
    assert owner.get(f"/changes?after={firm.seq}").said == {"items": [], "next": None}


def test_a_large_change_is_told_in_part_and_whole_by_its_number(firm, owner):
    edits = [
        {"edit": "put", "kind": "person", "record": {"key": f"p{number}", "name": f"N{number}"}}
        for number in range(130)
    ]
    seq = owner.post("/changes", {"edits": edits}).said["seq"]
    listed = owner.get(f"/changes?after={seq - 1}").said["items"][0]
    assert (len(listed["entries"]), listed["more_entries"]) == (100, 30)
    whole = owner.get(f"/changes/{seq}").said
    assert (len(whole["entries"]), whole["more_entries"]) == (130, 0)
    assert [entry["key"] for entry in whole["entries"]] == [f"p{number}" for number in range(130)]
    assert whole["entries"][:100] == listed["entries"]


def test_a_change_that_never_was_is_not_found(owner):
    for path in ("/changes/0", "/changes/99", f"/changes/{2**70}", "/changes/-1", "/changes/one"):
        assert owner.get(path).status_code == 404
    assert owner.post("/changes/99/undo").status_code == 404
    assert owner.post("/restore", {"at": 99}).status_code == 404


# --- back -------------------------------------------------------------------------------------


def test_a_change_is_taken_back(firm, owner):
    before = firm.book.sha
    seq = owner.post("/changes", {"edits": [RENAME, PUT]}).said["seq"]
    undone = owner.post(f"/changes/{seq}/undo", {"note": "A slip"})
    assert (undone.status_code, undone.said["book_sha"]) == (200, before)
    told = owner.get(f"/changes/{undone.said['seq']}").said
    assert (told["action"], told["note"]) == ("undo", "A slip")
    assert {(one["key"], one["what"]) for one in told["entries"]} == {("i1", "changed"), ("k99", "removed")}
    again = owner.post(f"/changes/{seq}/undo")
    assert (again.status_code, again.said["code"]) == (409, "conflict")


def test_rows_that_are_taken_back_are_told(firm, owner):
    seq = owner.post("/series/measurement", {"rows": [{"kpi": "k1", "at": "2026-11-21", "value": 5}]}).said["seq"]
    undone = owner.post(f"/changes/{seq}/undo").said["seq"]
    (entry,) = owner.get(f"/changes/{undone}").said["entries"]
    assert (entry["key"], entry["what"], entry["rows"]) == ("k1", "rows", [])
    assert entry["rows_removed"] == [{"kpi": "k1", "at": "2026-11-21", "value": 5}]


def test_the_book_becomes_what_it_was(firm, owner):
    before = firm.book.sha
    owner.patch("/kinds/initiative/i1", {"name": "A"})
    owner.put("/kinds/kpi/k99", KPI)
    assert owner.post("/restore", {"at": 1}).said["book_sha"] == before
    assert owner.post("/restore", {"at": "0"}).status_code == 200
    assert owner.get("/book").said == {}
    assert owner.post("/restore", {}).status_code == 422
    assert owner.post("/restore", {"at": "yesterday"}).status_code == 422


def test_what_differs_between_two_times(firm, owner):
    owner.patch("/kinds/initiative/i1", {"name": "A"})
    middle = firm.seq
    owner.put("/kinds/kpi/k99", KPI)
    said = owner.get(f"/diff?from={middle}").said
    assert (said["from"], said["to"], [one["key"] for one in said["changes"]]) == (middle, firm.seq, ["k99"])
    back = owner.get(f"/diff?from={firm.seq}&to={middle}").said
    assert [(one["key"], one["what"]) for one in back["changes"]] == [("k99", "removed")]
    assert owner.get("/diff?from=1&to=1").said["changes"] == []
    assert owner.get("/diff").status_code == 422
    assert owner.get("/diff?from_=1").status_code == 422
    assert "from" in owner.get("/diff?from=nonsense").said["findings"][0]["message"]


def test_the_audit_says_whether_the_history_is_what_it_was(firm, owner):
    said = owner.get("/audit").said
    assert (said["holds"], said["seq"], said["findings"]) == (True, firm.seq, [])
    from rhumbline.store.models import Change

    Change.objects.filter(organisation=firm.organisation, seq=1).update(via="page")
    said = owner.get("/audit").said
    assert (said["holds"], said["findings"][0]["code"]) == (False, "change-altered")
    assert firm.caller(AccessRole.MEMBER).get("/audit").status_code == 403


# --- how much a list costs --------------------------------------------------------------------


def test_a_longer_list_takes_no_more_queries(firm, owner, django_assert_max_num_queries):
    """Of the history, of proposals, runs, members and records, whoever did all of it."""
    page = firm.signed_in().with_csrf()
    for number in range(12):
        own = firm.caller(AccessRole.FINANCE, email=f"{number}@example.com")
        own.patch("/kinds/initiative/i1", {"name": f"N{number}"})
        own.post("/proposals", {"title": "X", "edits": [PUT]})
        own.post("/runs", {"capability": "score"})
    # In a test the whole Book is read anew each time; that is what most of these are.
    for caller, path in (
        (owner, "/changes"),
        (owner, "/proposals"),
        (owner, "/runs"),
        (owner, "/kinds/initiative"),
        (page, "/members"),
        (page, "/tokens"),
        (owner, "/book"),
        (owner, "/diff?from=1"),
    ):
        counted = []
        for limit in (6, 12):
            where = path if "?" in path or path == "/book" else f"{path}?limit={limit}"
            with django_assert_max_num_queries(16) as found:
                assert caller.get(where).status_code == 200
            counted.append(len(found))
        assert counted[1] <= counted[0], path
