"""A proposal changes nothing until somebody who may decide accepts it."""

import dataclasses

import pytest
from tests.store.test_committing import as_role, cold, firm, rename, store  # noqa: F401 - fixtures

from rhumbline.book.authority import AccessRole

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def waiting():
    from rhumbline.store import proposals

    return proposals


@pytest.fixture
def member(firm):  # noqa: F811
    return as_role(firm, AccessRole.MEMBER)


def idea(**more):
    record = {"key": "i9", "name": "Deliver by bicycle", "mode": "explore", "stage": "idea", **more}
    return {"edit": "put", "kind": "initiative", "record": record}


def test_a_proposal_waits_and_then_becomes_a_change(store, firm, member, waiting):  # noqa: F811
    made = waiting.propose(member, "Bicycles", [idea()], via="mcp")
    assert "i9" not in cold(store, firm).initiatives
    shown = waiting.preview(firm, made.number)
    assert [(one.kind, one.key) for one in shown.changes] == [("initiative", "i9")]
    assert "i9" in shown.after.initiatives
    done = waiting.accept(firm, made.number, via="page", reason="Cheap to try")
    found = waiting.proposal(firm, made.number)
    assert (found.state, found.decided_by, found.seq) == ("accepted", "user:1", done.seq)
    assert "i9" in cold(store, firm).initiatives
    change = store.Change.objects.get(seq=done.seq)
    assert (change.action, change.note) == ("accept", "Bicycles: Cheap to try")
    assert waiting.preview(firm, made.number).changes == ()


def test_a_rejected_proposal_stays_as_it_was(store, firm, member, waiting):  # noqa: F811
    made = waiting.propose(member, "Bicycles", [idea()], via="api")
    waiting.reject(firm, made.number, reason="We have some")
    with pytest.raises(waiting.Decided):
        waiting.accept(firm, made.number, via="page")
    assert [one.number for one in waiting.proposals(firm, "rejected")] == [made.number]
    assert waiting.proposals(firm, "open") == []
    assert store.Change.objects.count() == 1


def test_whoever_proposed_may_take_it_back_and_no_other_member(firm, member, waiting):  # noqa: F811
    from rhumbline.store.actors import NotAllowed

    made = waiting.propose(member, "Bicycles", [idea()], via="api")
    stranger = dataclasses.replace(member, name="user:3")
    with pytest.raises(NotAllowed):
        waiting.reject(stranger, made.number)
    with pytest.raises(NotAllowed):
        waiting.accept(member, made.number, via="api")
    waiting.reject(dataclasses.replace(member, name="token:7 user:2"), made.number)


def test_what_cannot_be_accepted_is_not_kept(store, member, waiting):  # noqa: F811
    with pytest.raises(store.Refused):
        waiting.propose(member, "Wrong", [idea(depends=["i99"])], via="api")
    assert waiting.proposals(member) == []


def test_a_proposal_that_others_overtook_shows_both_versions(store, firm, member, waiting):  # noqa: F811
    made = waiting.propose(member, "Rename", [rename("i1", "Mine")], via="api")
    store.commit(firm, [rename("i1", "Theirs")], via="page")
    (clash,) = waiting.preview(firm, made.number).clashes
    assert (clash.theirs, clash.mine) == ("Theirs", "Mine")
    with pytest.raises(store.Conflict):
        waiting.accept(firm, made.number, via="page")
    assert waiting.proposal(firm, made.number).state == "open"


def test_a_member_does_not_see_the_money_of_a_proposal(firm, member, waiting):  # noqa: F811
    lead = as_role(firm, AccessRole.LEAD)
    made = waiting.propose(lead, "Bicycles", [idea(cash=[7351])], via="api")
    assert waiting.preview(lead, made.number).changes[0].after.cash == (7351,)
    assert waiting.preview(member, made.number).changes[0].after.cash == ()


def test_a_proposal_of_a_member_keeps_the_money_they_cannot_see(store, firm, member, waiting):  # noqa: F811
    before = store.book(firm.organisation).initiatives["i1"]
    record = {"key": "i1", "name": "New name", "mode": before.mode.value}
    made = waiting.propose(member, "Rename", [{"edit": "put", "kind": "initiative", "record": record}], via="api")
    waiting.accept(firm, made.number, via="page")
    after = cold(store, firm).initiatives["i1"]
    assert (after.name, after.cash) == ("New name", before.cash)


def test_a_proposal_does_not_show_its_author_what_is_hidden(store, firm, member, waiting):  # noqa: F811
    move = {"edit": "set", "kind": "benefit", "key": "i1.k4", "fields": {"kpi": "k1"}}
    made = waiting.propose(member, "Move", [move], via="api")
    private = {"private": True, "private_reason": "Nobody else is to know"}
    store.commit(firm, [{"edit": "set", "kind": "kpi", "key": "k4", "fields": private}], via="page")
    with pytest.raises(store.Refused):
        waiting.propose(member, "Move", [move], via="api")
    shown = waiting.preview(member, made.number)
    assert (shown.changes, [one.code for one in shown.findings]) == ((), ["not-allowed"])
    assert waiting.preview(firm, made.number).changes[0].after.kpi == "k1"


@pytest.mark.parametrize("cash", [[], [1], [6000, 6000, 6000, 6000], None])
def test_a_proposal_does_not_try_out_amounts_its_author_cannot_see(store, member, waiting, cash):  # noqa: F811
    guess = {"edit": "set", "kind": "initiative", "key": "i1", "fields": {"cash": cash}}
    with pytest.raises(store.Refused, match="may not see"):
        waiting.propose(member, "Guess", [guess], via="api")
    waiting.propose(member, "An idea of one's own", [idea(cash=[5])], via="api")


def test_all_edits_of_one_record_are_merged_with_what_others_did(store, firm, member, waiting):  # noqa: F811
    owner = {"edit": "set", "kind": "initiative", "key": "i1", "fields": {"owner": None}}
    hypothesis = {"edit": "set", "kind": "initiative", "key": "i1", "fields": {"hypothesis": "Mine"}}
    made = waiting.propose(member, "Two edits", [owner, hypothesis], via="api")
    store.commit(firm, [rename("i1", "Theirs")], via="page")
    waiting.accept(firm, made.number, via="page")
    found = cold(store, firm).initiatives["i1"]
    assert (found.name, found.owner, found.hypothesis) == ("Theirs", None, "Mine")


def test_appended_rows_are_shown_alone(store, firm, waiting):  # noqa: F811
    kpi = next(iter(store.book(firm.organisation).kpis))
    row = {"edit": "append", "kind": "measurement", "record": {"kpi": kpi, "at": "2026-11-20", "value": 7}}
    made = waiting.propose(firm, "Reading", [row], via="api")
    assert [one.after.value for one in waiting.preview(firm, made.number).changes] == [7]
    waiting.accept(firm, made.number, via="api")


def test_numbers_count_within_the_organisation(store, firm, waiting):  # noqa: F811
    from tests.store.test_committing import opened

    from rhumbline.store.actors import NothingThere

    other = opened(store, "fintech")
    waiting.propose(firm, "One", [idea()], via="api")
    with pytest.raises(NothingThere):
        waiting.proposal(other, 1)
