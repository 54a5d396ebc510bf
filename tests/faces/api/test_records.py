"""Records are read and written one by one: with versions, so that nobody overwrites what they have not seen."""

import pytest
from tests.faces.api.walking import faults

from rhumbline.book.authority import AccessRole
from rhumbline.book.records import KINDS
from rhumbline.exchange.files import read_mapping, read_text
from rhumbline.faces.file_commands import companies

pytestmark = pytest.mark.django_db

IDEA = {"key": "i99", "name": "Deliver by bicycle", "mode": "explore"}


def codes(response):
    return [found["code"] for found in response.said["findings"]]


# --- a whole Book -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "company", ["bakery", *(pytest.param(name, marks=pytest.mark.sample) for name in sorted(companies()))]
)
def test_the_book_comes_back_as_it_is(open_firm, company):
    firm = open_firm("alpha", company)
    response = firm.caller().get("/book")
    assert faults({"$ref": "#/components/schemas/SeenBook"}, response.said) == []
    for reading in (read_mapping(response.said), read_text(response.content, "json")):
        assert reading.errors == ()
        assert reading.book == firm.book
        assert reading.book.sha == firm.book.sha


@pytest.mark.parametrize("role", AccessRole)
@pytest.mark.parametrize("company", ["workbench"])
def test_the_book_that_somebody_sees_fits_its_schema(open_firm, company, role):
    firm = open_firm("alpha", company)
    assert faults({"$ref": "#/components/schemas/SeenBook"}, firm.caller(role).get("/book").said) == []


def test_the_book_as_it_was_is_another_one(firm, owner):
    before = owner.get("/book").said
    owner.patch("/kinds/initiative/i1", {"name": "Other"})
    assert owner.get("/book").said != before
    assert owner.get("/book?at=1").said == before
    assert owner.get("/book?at=0").said == {}
    assert owner.get("/book?at=99").status_code == 404
    assert owner.get("/book?at=2199-12-31").said == owner.get("/book").said
    assert owner.get("/book?at=1999-12-31").said == {}
    moment = owner.get("/changes/1").said["at"]
    assert owner.get(f"/book?at={moment.replace('+', '%2B')}").said == before
    # A plus sign that nobody wrote as %2B is a blank when it arrives.
    assert owner.get(f"/book?at={moment}").said == before
    assert codes(owner.get("/book?at=yesterday")) == ["malformed"]


# --- reading ----------------------------------------------------------------------------------


def test_a_record_has_its_version_and_what_is_hidden_of_it(firm, owner):
    item = owner.get("/kinds/initiative/i1").said
    assert (item["key"], item["version"], item["hidden"]) == ("i1", 1, [])
    assert item["record"]["cash"] == [6000, 6000, 6000, 6000]
    seen = firm.caller(AccessRole.MEMBER).get("/kinds/initiative/i1").said
    assert seen["hidden"] == ["cash", "spent", "approved"]
    assert seen["record"] == {name: value for name, value in item["record"].items() if name not in seen["hidden"]}


def test_a_guest_sees_a_key_where_a_name_is_needed(firm):
    item = firm.caller(AccessRole.GUEST).get("/kinds/person/ines").said
    assert item["record"]["name"] == "ines"
    assert item["hidden"] == ["name", "email"]


def test_readings_of_a_private_kpi_are_not_there_for_who_may_not_see_them(firm, owner):
    lead = firm.caller(AccessRole.LEAD)
    assert "k1" in {row["key"] for row in lead.get("/kinds/measurement").said["items"]}
    hide = {"private": True, "private_reason": "Nobody needs to know."}
    assert owner.patch("/kinds/kpi/k1", hide).status_code == 200
    for at in ("", "?at=1"):
        assert "k1" not in {row["key"] for row in lead.get(f"/kinds/measurement{at}").said["items"]}
        kpi = lead.get(f"/kinds/kpi/k1{at}").said
        assert "target" not in kpi["record"]
        assert kpi["hidden"] == ["baseline", "target"]
    assert "k1" in {row["key"] for row in owner.get("/kinds/measurement").said["items"]}


def test_what_is_not_there_is_not_found(owner):
    for path in (
        "/kinds/initiative/i99",
        "/kinds/nonsense",
        "/kinds/nonsense/i1",
        "/kinds/measurement/k1",
        "/nonsense",
    ):
        response = owner.get(path)
        assert (response.status_code, response.said["code"]) == (404, "not-found")
    assert owner.patch("/kinds/initiative/i99", {"name": "X"}).status_code == 404
    assert owner.delete("/kinds/initiative/i99").status_code == 404


# --- writing ----------------------------------------------------------------------------------


def test_a_record_is_put_changed_and_taken_out(firm, owner):
    made = owner.put("/kinds/initiative/i99", IDEA)
    assert (made.status_code, made.said["changes"][0]["what"]) == (201, "new")
    again = owner.put("/kinds/initiative/i99", {**IDEA, "name": "By bicycle"})
    assert (again.status_code, again.said["changes"][0]["fields"]) == (
        200,
        [{"field": "name", "before": "Deliver by bicycle", "after": "By bicycle"}],
    )
    assert owner.get("/kinds/initiative/i99").said["version"] == again.said["seq"]
    changed = owner.patch("/kinds/initiative/i99", {"owner": "ines"})
    assert owner.get("/kinds/initiative/i99").said["record"]["owner"] == "ines"
    back = owner.patch("/kinds/initiative/i99", {"owner": None})
    assert "owner" not in owner.get("/kinds/initiative/i99").said["record"]
    gone = owner.delete("/kinds/initiative/i99?note=Too+cold")
    assert owner.get("/kinds/initiative/i99").status_code == 404
    assert gone.said["seq"] == back.said["seq"] + 1 == changed.said["seq"] + 2 == firm.seq
    assert owner.get(f"/changes/{gone.said['seq']}").said["note"] == "Too cold"


def test_the_key_of_the_address_counts_and_another_one_inside_is_refused(owner):
    assert owner.put("/kinds/initiative/i99", {"name": "X", "mode": "explore"}).status_code == 201
    response = owner.put("/kinds/initiative/i98", IDEA)
    assert (response.status_code, codes(response)) == (422, ["not-allowed"])
    assert owner.get("/kinds/initiative/i98").status_code == 404


def test_what_changes_nothing_is_no_change(firm, owner):
    before = firm.seq
    same = owner.patch("/kinds/initiative/i1", {"name": owner.get("/kinds/initiative/i1").said["record"]["name"]})
    assert (same.status_code, same.said["changes"], same.said["seq"], firm.seq) == (200, [], before, before)
    assert owner.patch("/kinds/initiative/i1", {}).said["changes"] == []


def test_whoever_does_not_see_amounts_keeps_them_when_they_write(firm, owner):
    """A lead sees money and no private numbers, so that those must survive whatever a lead writes."""
    hide = {"private": True, "private_reason": "Nobody needs to know."}
    owner.patch("/kinds/kpi/k1", hide)
    before = owner.get("/kinds/benefit?limit=500").said["items"]
    benefit = next(item["record"] for item in before if item["record"]["kpi"] == "k1")
    lead = firm.caller(AccessRole.LEAD)
    seen = lead.get(f"/kinds/benefit/{benefit['key']}").said
    assert seen["hidden"] == ["low", "likely", "high", "realised"]
    assert not {"low", "likely", "high"} & set(seen["record"])
    whole = {**seen["record"], "evidence": "E4"}
    assert lead.put(f"/kinds/benefit/{benefit['key']}", whole).status_code == 200
    assert lead.patch(f"/kinds/benefit/{benefit['key']}", {"start": 2}).status_code in (200, 422)
    after = owner.get(f"/kinds/benefit/{benefit['key']}").said["record"]
    assert {name: after[name] for name in ("low", "likely", "high")} == {
        name: benefit[name] for name in ("low", "likely", "high")
    }
    assert after["evidence"] == "E4"
    batch = lead.post(
        "/changes", {"edits": [{"edit": "put", "kind": "benefit", "record": {**whole, "evidence": "E3"}}]}
    )
    assert batch.status_code == 200
    assert owner.get(f"/kinds/benefit/{benefit['key']}").said["record"]["likely"] == benefit["likely"]
    # What is written says nothing of it either.
    assert str(benefit["likely"]) not in str([field for change in batch.said["changes"] for field in change["fields"]])


def test_rows_are_appended_to_a_series_all_or_none(firm, owner):
    rows = [{"kpi": "k1", "at": "2026-11-21", "value": 5}, {"kpi": "k2", "at": "2026-11-21", "value": 6}]
    done = owner.post("/series/measurement", {"rows": rows, "note": "From the till"})
    assert done.status_code == 200
    assert [(one["key"], one["what"], len(one["rows"])) for one in done.said["changes"]] == [
        ("k1", "rows", 1),
        ("k2", "rows", 1),
    ]
    before = firm.seq
    bad = owner.post("/series/measurement", {"rows": [rows[0], {"kpi": "k99", "value": "nonsense"}]})
    assert (bad.status_code, firm.seq) == (422, before)
    assert "wrong-type" in codes(bad)
    for body in ({}, {"rows": []}, {"rows": None}):
        assert codes(owner.post("/series/measurement", body)) == ["missing-value"]
    assert codes(owner.post("/series/measurement", {"rows": "nonsense"})) == ["wrong-type"]
    assert owner.post("/series/response", {"rows": [{"survey": "pulse"}]}).status_code == 404
    assert owner.post("/series/initiative", {"rows": [IDEA]}).status_code == 404


# --- versions ---------------------------------------------------------------------------------


def test_what_somebody_has_already_is_not_sent_again(owner):
    for path in ("/kinds/initiative/i1", "/kinds/initiative", "/book", "/kinds/measurement", "/diff?from=0"):
        first = owner.get(path)
        for tag in (first.headers["ETag"], "*", f'"other", {first.headers["ETag"]}', f"W/{first.headers['ETag']}"):
            again = owner.get(path, If_None_Match=tag)
            assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"]), path
            assert "Content-Type" not in again.headers
        assert owner.get(path, If_None_Match='"other"').status_code == 200
    tag = owner.get("/kinds/initiative/i1").headers["ETag"]
    owner.patch("/kinds/initiative/i2", {"name": "Other"})
    assert owner.get("/kinds/initiative/i1", If_None_Match=tag).status_code == 304
    owner.patch("/kinds/initiative/i1", {"name": "Other"})
    assert owner.get("/kinds/initiative/i1", If_None_Match=tag).status_code == 200


def test_what_becomes_hidden_is_another_version_of_what_is_sent(firm, owner):
    """The KPI becomes private; the benefit that speaks of it was not written, and looks otherwise."""
    key = next(item["key"] for item in owner.get("/kinds/benefit").said["items"] if item["record"]["kpi"] == "k1")
    lead = firm.caller(AccessRole.LEAD)
    tag = lead.get(f"/kinds/benefit/{key}").headers["ETag"]
    owner.patch("/kinds/kpi/k1", {"private": True, "private_reason": "Nobody needs to know."})
    again = lead.get(f"/kinds/benefit/{key}", If_None_Match=tag)
    assert again.status_code == 200
    # As a condition to write it still names the version that is in force.
    assert lead.patch(f"/kinds/benefit/{key}", {"evidence": "E4"}, If_Match=tag).status_code == 200


def test_only_the_version_that_was_seen_is_written_over(firm, owner):
    tag = owner.get("/kinds/initiative/i1").headers["ETag"]
    done = owner.patch("/kinds/initiative/i1", {"name": "Mine"}, If_Match=tag)
    assert done.status_code == 200
    assert done.headers["ETag"] == owner.get("/kinds/initiative/i1").headers["ETag"] != tag
    before = firm.seq
    for method, body in (("PATCH", {"name": "Late"}), ("PUT", {"name": "Late", "mode": "explore"}), ("DELETE", None)):
        late = owner.send(method, "/kinds/initiative/i1", body, If_Match=tag)
        assert (late.status_code, late.said["code"], firm.seq) == (412, "changed-since", before)
        conflict = late.said["conflicts"][0]
        assert (conflict["kind"], conflict["key"], conflict["version"]) == ("initiative", "i1", done.said["seq"])
        assert conflict["theirs"]["name"] == "Mine"
        assert (conflict["mine"] or {}).get("name") == ("Late" if body else None)
    # Even where other fields were changed: whoever sends the condition wants to see first.
    assert owner.patch("/kinds/initiative/i1", {"owner": "ines"}, If_Match=tag).status_code == 412
    assert (
        owner.patch("/kinds/initiative/i1", {"owner": "ines"}, If_Match=f'"999", {done.headers["ETag"]}').status_code
        == 200
    )


def test_a_record_is_made_only_where_there_is_none(owner):
    assert owner.put("/kinds/initiative/i99", IDEA, If_None_Match="*").status_code == 201
    again = owner.put("/kinds/initiative/i99", {**IDEA, "name": "Other"}, If_None_Match="*")
    assert (again.status_code, again.said["conflicts"][0]["theirs"]["name"]) == (412, "Deliver by bicycle")
    assert owner.put("/kinds/initiative/i98", {**IDEA, "key": "i98"}, If_Match="*").status_code == 412
    assert owner.put("/kinds/initiative/i98", {**IDEA, "key": "i98"}, If_Match='"5"').status_code == 412
    assert owner.put("/kinds/initiative/i99", IDEA, If_Match="*").status_code == 200


@pytest.mark.parametrize(
    "header", ["nonsense", '"nonsense"', "", '"', "W/", 'W/"1"', '"99999999999999999999"', '"1" "2"', "\x07"]
)
def test_a_condition_that_names_no_version_is_never_fulfilled(firm, owner, header):
    before = firm.seq
    response = owner.patch("/kinds/initiative/i1", {"name": "X"}, If_Match=header)
    assert (response.status_code, firm.seq) == (412, before)


def test_somebody_without_money_is_told_of_a_conflict_without_it(firm, owner):
    member = firm.caller(AccessRole.MEMBER)
    said = {"key": "f99", "text": "Why?", "opened": "2026-11-23"}
    assert member.put("/kinds/feedback/f99", said).status_code == 201
    tag = member.get("/kinds/feedback/f99").headers["ETag"]
    owner.patch("/kinds/feedback/f99", {"text": "Because"})
    late = member.patch("/kinds/feedback/f99", {"text": "Really?"}, If_Match=tag)
    assert late.said["conflicts"][0]["theirs"]["text"] == "Because"


# --- two at once ------------------------------------------------------------------------------


def test_two_on_one_field_see_both_versions(firm, owner):
    base = owner.get("/kinds/initiative/i1").said["version"]
    edit = {"edit": "set", "kind": "initiative", "key": "i1", "expected": base}
    first = firm.caller(AccessRole.FINANCE).post("/changes", {"edits": [{**edit, "fields": {"name": "Theirs"}}]})
    second = owner.post("/changes", {"edits": [{**edit, "fields": {"name": "Mine"}}]})
    assert (first.status_code, second.status_code, second.said["code"]) == (200, 409, "conflict")
    assert second.said["conflicts"] == [
        {
            "kind": "initiative",
            "key": "i1",
            "field": "name",
            "base": "Bake more croissants for the shop",
            "theirs": "Theirs",
            "mine": "Mine",
            "version": first.said["seq"],
        }
    ]
    assert faults({"$ref": "#/components/schemas/Problem"}, second.said) == []
    assert owner.get("/kinds/initiative/i1").said["record"]["name"] == "Theirs"


def test_two_on_two_fields_are_merged(firm, owner):
    base = owner.get("/kinds/initiative/i1").said["version"]
    edit = {"edit": "set", "kind": "initiative", "key": "i1", "expected": base}
    firm.caller(AccessRole.FINANCE).post("/changes", {"edits": [{**edit, "fields": {"name": "Theirs"}}]})
    assert owner.post("/changes", {"edits": [{**edit, "fields": {"owner": "ines"}}]}).status_code == 200
    record = owner.get("/kinds/initiative/i1").said["record"]
    assert (record["name"], record["owner"]) == ("Theirs", "ines")


# --- pages ------------------------------------------------------------------------------------


def keys_of(caller, path):
    """Return the keys of all pages, and how many pages there were."""
    found, pages, after = [], 0, ""
    while after is not None:
        said = caller.get(f"{path}{after and f'&after={after}'}").said
        found += [item["key"] for item in said["items"]]
        after, pages = said["next"], pages + 1
    return found, pages


@pytest.mark.parametrize("limit", [1, 2, 7, 500])
def test_all_pages_together_are_the_list(firm, owner, limit):
    for kind in ("initiative", "benefit", "measurement", "experiment"):
        expected = [
            getattr(one, KINDS[kind].owner) if KINDS[kind].series else one.key
            for one in (firm.book.series.get(kind, ()) if KINDS[kind].series else firm.book.all(kind).values())
        ]
        found, pages = keys_of(owner, f"/kinds/{kind}?limit={limit}")
        assert found == expected
        assert pages == max(1, -(-len(expected) // limit))


def test_all_pages_are_cut_from_the_book_of_the_first(firm, owner):
    whole = keys_of(owner, "/kinds/initiative?limit=500")[0]
    first = owner.get("/kinds/initiative?limit=2").said
    owner.put("/kinds/initiative/a0", {"name": "Before all", "mode": "explore"})
    owner.patch("/kinds/initiative/i4", {"name": "Renamed"})
    second = owner.get(f"/kinds/initiative?limit=500&after={first['next']}").said
    assert [item["key"] for item in (*first["items"], *second["items"])] == whole
    assert "Renamed" not in str(second)
    assert "a0" in keys_of(owner, "/kinds/initiative?limit=2")[0]


def test_the_pages_of_an_earlier_book_stay_with_it(owner):
    owner.put("/kinds/initiative/a0", {"name": "Before all", "mode": "explore"})
    assert "a0" not in keys_of(owner, "/kinds/initiative?at=1&limit=2")[0]
    assert "a0" in keys_of(owner, "/kinds/initiative?limit=2")[0]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "limit=-1",
        "limit=ten",
        "limit=1.5",
        "limit=",
        "after=nonsense",
        "after=MS4x.",
        "after=é",
        "limit=2&limit=3",
        "offset=5",
    ],
)
def test_a_page_that_makes_no_sense_is_refused(owner, query):
    response = owner.get(f"/kinds/initiative?{query}")
    # A parameter without a value says nothing.
    assert response.status_code == (200 if query == "limit=" else 422)


def test_a_cursor_beyond_the_end_is_an_empty_page(owner):
    from rhumbline.faces.api.cursors import cursor_of

    assert owner.get(f"/kinds/initiative?after={cursor_of(1, 10_000)}").said == {"items": [], "next": None}
    assert owner.get(f"/kinds/initiative?after={cursor_of(99, 0)}").status_code == 404
