"""From an assistant's proposal to a changed Book: kept beside the file, shown, asked, applied or refused."""

import dataclasses
import json
from io import StringIO
from pathlib import Path

import pytest

import rhumbline
from rhumbline.book.authority import AccessRole, sight_of
from rhumbline.exchange import edits as exchanged
from rhumbline.faces.cli import run
from rhumbline.faces.mcp import proposal_files
from rhumbline.faces.mcp.proposal_files import MOST_OPEN
from rhumbline.faces.proposals import Preview

RENAME = {"edit": "set", "kind": "initiative", "key": "i2", "fields": {"name": "Two vans"}}
CHEAPER = {"edit": "set", "kind": "initiative", "key": "i2", "fields": {"cash": [9000]}}


@pytest.fixture
def apply(bakery, capfd, monkeypatch):
    """Type ``rhumbline apply`` for the Book of the bakery."""
    monkeypatch.chdir(bakery.path.parent)

    def typed(*words, file="bakery.yaml"):
        code = run(["apply", file, *words])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return typed


def refused_codes(result):
    code, out, _ = result
    assert code == 2
    return [finding["code"] for finding in json.loads(out)["input"]]


def beside(path):
    return sorted(one.name for one in path.parent.iterdir())


# --- proposing --------------------------------------------------------------------------------


def test_a_preview_shows_every_value_and_keeps_nothing(bakery):
    before = beside(bakery.path)
    found = bakery.ask("preview", edits=[RENAME, CHEAPER])
    assert found["state"] == "preview"
    assert found["number"] is None
    assert found["changes"] == [
        {
            "kind": "initiative",
            "key": "i2",
            "what": "changed",
            "fields": [
                {"field": "name", "before": "Chilled van and route plan", "after": "Two vans"},
                {"field": "cash", "before": [14000, 3000, 1000], "after": [9000]},
            ],
            "rows": [],
            "rows_removed": [],
            "sentences": [
                "name was Chilled van and route plan, becomes Two vans",
                "cash was 14,000, 3,000 and 1,000, becomes 9,000",
            ],
        }
    ]
    assert found["book_sha"] != found["book_sha_after"]
    assert beside(bakery.path) == before


def test_the_score_before_and_after_is_the_one_that_score_gives(bakery, apply):
    live = {"edit": "set", "kind": "initiative", "key": "i1", "fields": {"segments": ["cafes"]}}
    found = bakery.ask("preview", edits=[live])
    said = found["score"]
    assert said["before"] != said["after"]
    assert said["before"] == bakery.ask("score")["score"]
    bakery.ask("propose", title="Bake for cafes", edits=[live])
    assert apply("1", "--yes")[0] == 0
    assert said["after"] == bakery.ask("score")["score"]


def test_a_new_record_and_a_new_row_are_shown_whole(bakery):
    found = bakery.call(
        "preview",
        edits=[
            {"edit": "put", "kind": "segment", "record": {"key": "hotels", "name": "Hotels", "size": 40}},
            {"edit": "append", "kind": "measurement", "record": {"kpi": "k1", "at": "2026-11-20", "value": 3}},
        ],
    )
    new, rows = sorted(found.structured_content["changes"], key=lambda change: change["what"])
    assert {field["field"]: field["after"] for field in new["fields"]} == {"name": "Hotels", "size": 40}
    assert rows["rows"][0]["value"] == 3
    for word in ("Hotels", "size", "k1", "value 3"):
        assert word in found.content[0].text


def test_a_proposal_is_kept_beside_the_book_and_the_book_is_not_touched(bakery):
    before = bakery.path.read_bytes()
    first = bakery.ask("propose", title="Rename the van", edits=[RENAME])
    second = bakery.ask("propose", title="A cheaper van", edits=[CHEAPER])
    assert (first["number"], second["number"]) == (1, 2)
    assert bakery.path.read_bytes() == before
    assert beside(bakery.path) == ["bakery.yaml", "bakery.yaml.proposal-0001.json", "bakery.yaml.proposal-0002.json"]
    assert f"rhumbline apply {bakery.path}" in first["accept"]
    listed = bakery.ask("proposals")
    assert [(one["title"], one["state"]) for one in listed["items"]] == [
        ("Rename the van", "open"),
        ("A cheaper van", "open"),
    ]
    assert listed["items"][0]["edits"] == [RENAME]


def test_a_preview_is_computed_on_everything_and_shows_what_its_reader_may_see(bakery):
    book = rhumbline.read_book(bakery.path).book
    edits, _ = exchanged.read_edits([{**RENAME, "fields": {"name": "Two vans", "cash": [4321]}}])
    after = exchanged.apply(book, edits).book
    whole = Preview(book, after)
    seen = Preview(book, after, sight=sight_of(AccessRole.MEMBER))
    assert seen.scores == whole.scores
    assert seen.scores is not None
    assert [one["field"] for one in seen.document["changes"][0]["fields"]] == ["name"]
    assert "4,321" in whole.text
    assert "4,321" not in seen.text
    blind = dataclasses.replace(seen, blind=True)
    assert blind.document["score"] == {"before": None, "after": None}
    assert blind.document["book_sha_after"] is None
    assert "it would tell what you may not see" in " ".join(blind.text.split())


def test_proposals_come_in_pages(bakery):
    for number in range(5):
        bakery.ask("propose", title=f"Number {number}", edits=[RENAME])
    first = bakery.ask("proposals", limit=3)
    rest = bakery.ask("proposals", limit=3, cursor=first["next"])
    assert [one["number"] for one in (*first["items"], *rest["items"])] == [1, 2, 3, 4, 5]
    assert rest["next"] is None
    assert bakery.refused("proposals", cursor="the next one") == ["unknown-cursor"]


def test_what_changes_nothing_is_no_proposal(bakery):
    same = {"edit": "set", "kind": "initiative", "key": "i2", "fields": {"name": "Chilled van and route plan"}}
    assert bakery.refused("propose", title="Nothing", edits=[same]) == ["nothing-changes"]


def test_an_assistant_cannot_fill_the_folder(bakery, monkeypatch):
    monkeypatch.setattr(proposal_files, "MOST_OPEN", 2)
    for _ in range(2):
        bakery.ask("propose", title="Again", edits=[RENAME])
    assert bakery.refused("propose", title="Again", edits=[RENAME]) == ["too-many-proposals"]
    assert MOST_OPEN <= 1000


def test_who_may_not_propose_has_no_tools_for_it(bakery, monkeypatch):
    monkeypatch.setattr(type(bakery.source), "may_propose", False)
    assert not [tool.name for tool in bakery.tools() if "propos" in tool.name or "preview" in tool.name]
    assert bakery.refused("propose", title="Try", edits=[RENAME]) == ["may-not-propose"]
    assert bakery.ask("kinds")["may_propose"] is False


# --- applying ---------------------------------------------------------------------------------


def test_a_person_applies_a_proposal_and_the_old_file_is_kept(bakery, apply):
    before = rhumbline.read_book(bakery.path).book
    found = bakery.ask("propose", title="Rename the van", edits=[RENAME])
    code, out, _ = apply("bakery.yaml.proposal-0001.json", "--yes")
    assert code == 0
    assert "was Chilled van and route plan, becomes Two vans" in out
    assert "bakery.before.yaml" in out
    after = rhumbline.read_book(bakery.path).book
    assert after.initiatives["i2"].name == "Two vans"
    assert after.sha == found["book_sha_after"]
    assert after.as_of == before.as_of
    assert rhumbline.read_book(bakery.path.with_name("bakery.before.yaml")).book == before
    assert bakery.ask("proposals")["items"][0]["state"] == "accepted"
    assert refused_codes(apply("1", "--yes", "--json")) == ["proposal-decided"]


def test_somebody_who_watches_is_asked_first(bakery, apply, monkeypatch):
    bakery.ask("propose", title="Rename the van", edits=[RENAME])
    before = bakery.path.read_bytes()
    monkeypatch.setattr("rhumbline.faces.files.keeping.somebody_watches", lambda: True)
    for answer, changed in (("no", False), ("", False), ("yes", True)):
        monkeypatch.setattr("sys.stdin", StringIO(f"{answer}\n"))
        code, out, _ = apply("1")
        assert code == 0
        assert "Change bakery.yaml like this? [y/N]" in out
        assert (bakery.path.read_bytes() != before) is changed


def test_where_nobody_can_be_asked_nothing_is_written_without_yes(bakery, apply):
    bakery.ask("propose", title="Rename the van", edits=[RENAME])
    before = bakery.path.read_bytes()
    code, _, err = apply("1")
    assert code == 2
    assert "--yes" in err
    assert refused_codes(apply("1", "--json")) == ["nobody-asked"]
    code, out, _ = apply("1", "--show", "--json")
    assert code == 0
    shown = json.loads(out)
    assert (shown["schema"], shown["state"], shown["written"]) == ("rhumbline.apply/1", "shown", None)
    assert bakery.path.read_bytes() == before


def test_what_others_changed_elsewhere_meanwhile_is_kept(bakery, apply):
    bakery.ask("propose", title="Rename the van", edits=[RENAME])
    bakery.ask("propose", title="A cheaper van", edits=[CHEAPER])
    for number in ("1", "2"):
        assert apply(number, "--yes")[0] == 0
    van = rhumbline.read_book(bakery.path).book.initiatives["i2"]
    assert (van.name, van.cash) == ("Two vans", (9000,))


def test_a_whole_record_put_keeps_what_others_changed_elsewhere(bakery, apply):
    record = bakery.ask("read", kind="initiative", key="i2")["record"]
    bakery.ask("propose", title="Cash", edits=[{"edit": "put", "kind": "initiative", "record": record | {"cash": [7]}}])
    bakery.ask("propose", title="Rename", edits=[RENAME])
    for number in ("2", "1"):
        assert apply(number, "--yes")[0] == 0
    van = rhumbline.read_book(bakery.path).book.initiatives["i2"]
    assert (van.name, van.cash) == ("Two vans", (7,))


def test_two_proposals_that_say_different_things_are_a_conflict_with_both_versions(bakery, apply):
    other = {"edit": "set", "kind": "initiative", "key": "i2", "fields": {"name": "One van"}}
    bakery.ask("propose", title="Two", edits=[RENAME, CHEAPER])
    bakery.ask("propose", title="One", edits=[other])
    assert apply("1", "--yes")[0] == 0
    before = bakery.path.read_bytes()
    code, out, _ = apply("2", "--yes", "--json")
    assert code == 2
    (finding,) = json.loads(out)["input"]
    assert finding["code"] == "changed-on-both-sides"
    assert finding["where"] == "initiative i2, name"
    for version in ("Chilled van and route plan", "Two vans", "One van"):
        assert version in finding["message"]
    assert bakery.path.read_bytes() == before
    assert "Two vans" in apply("2", "--yes", "--language", "de")[2]


def test_a_removal_does_not_take_away_what_was_changed_meanwhile(bakery, apply):
    keys = [key for key, one in rhumbline.read_book(bakery.path).book.all("benefit").items() if one.initiative == "i6"]
    edits = [{"edit": "remove", "kind": "benefit", "key": key} for key in keys]
    bakery.ask("propose", title="No benefits", edits=edits)
    change = {"edit": "set", "kind": "benefit", "key": keys[0], "fields": {"evidence": "E3"}}
    bakery.ask("propose", title="Better evidence", edits=[change])
    bakery.ask("propose", title="No benefits again", edits=edits)
    assert apply("2", "--yes")[0] == 0
    assert refused_codes(apply("1", "--yes", "--json")) == ["changed-meanwhile"]


def test_what_is_done_already_is_no_conflict(bakery, apply):
    for _ in range(2):
        bakery.ask("propose", title="Rename", edits=[RENAME])
    assert apply("1", "--yes")[0] == 0
    code, out, _ = apply("2", "--yes")
    assert code == 0
    assert "left as it is" in out
    assert [one["state"] for one in bakery.ask("proposals")["items"]] == ["accepted", "accepted"]


def test_a_proposal_that_no_longer_holds_together_is_refused(bakery, apply):
    need = {"edit": "set", "kind": "initiative", "key": "i2", "fields": {"needs": ["n1", "n9"]}}
    put = {
        "edit": "put",
        "kind": "need",
        "record": {"key": "n9", "text": "Late deliveries", "segment": "cafes", "importance": 8, "satisfaction": 2},
    }
    bakery.ask("propose", title="A need", edits=[put])
    assert apply("1", "--yes")[0] == 0
    bakery.ask("propose", title="Serve it", edits=[need])
    bakery.path.write_bytes(bakery.path.with_name("bakery.before.yaml").read_bytes())
    before = bakery.path.read_bytes()
    assert "unknown-reference" in refused_codes(apply("2", "--yes", "--json"))
    assert bakery.path.read_bytes() == before


def test_a_book_that_changes_while_somebody_thinks_is_not_overwritten(bakery, apply, monkeypatch):
    bakery.ask("propose", title="Rename", edits=[RENAME])

    def meanwhile(*_, **__):
        text = bakery.path.read_text(encoding="utf-8")
        bakery.path.write_text(text.replace("14000", "15000", 1), encoding="utf-8")
        return True

    monkeypatch.setattr("rhumbline.faces.files.keeping.somebody_watches", lambda: True)
    monkeypatch.setattr("rhumbline.faces.files.keeping.agrees", meanwhile)
    code, _, err = apply("1")
    assert code == 2
    assert "while you were asked" in err.replace("\n", " ")
    assert "15000" in bakery.path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"schema": "rhumbline.proposal/1"}',
        (
            '{"schema": "rhumbline.proposal/1", "number": 1, "title": "x", "state": "open", "book_sha": "", "edits": [], '
            '"changes": [{"kind": "initiative", "key": "i2", "before": {}, "after": 5}]}'
        ),
        (
            '{"schema": "rhumbline.proposal/1", "number": 1, "title": "x", "state": "open", "book_sha": "", "edits": [], '
            '"changes": [{"kind": "spell", "key": "i2", "before": null, "after": null}]}'
        ),
    ],
)
def test_what_is_no_proposal_is_refused(bakery, apply, text):
    Path("odd.json").write_text(text, encoding="utf-8")
    before = bakery.path.read_bytes()
    assert refused_codes(apply("odd.json", "--yes", "--json"))
    assert bakery.path.read_bytes() == before


def test_a_proposal_that_is_not_there_and_a_book_with_rows_held_out_are_refused(bakery, apply):
    assert refused_codes(apply("7", "--yes", "--json")) == ["unreadable"]
    bakery.ask("propose", title="Rename", edits=[RENAME])
    text = bakery.path.read_text(encoding="utf-8")
    bakery.path.write_text(text.replace("cash: [14000, 3000", "cash: [-14000, 3000", 1), encoding="utf-8")
    assert refused_codes(apply("1", "--yes", "--json"))[0] == "into-held-out"


def test_a_workbook_takes_proposals_too(bakery, apply, assistant):
    run(["convert", "bakery.yaml", "bakery.xlsx"])
    own = assistant(Path("bakery.xlsx"))
    own.ask("propose", title="Rename", edits=[RENAME])
    assert apply("1", "--yes", file="bakery.xlsx")[0] == 0
    assert rhumbline.read_book("bakery.xlsx").book.initiatives["i2"].name == "Two vans"
    assert Path("bakery.before.xlsx").exists()
