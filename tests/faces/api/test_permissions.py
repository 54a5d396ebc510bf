"""What a role and a token allow is what the table of authority says, for every kind, by real requests."""

import pytest
from tests.faces.api.walking import Walk, listed, operations, undone

from rhumbline.book.authority import AccessRole, Verb, may
from rhumbline.book.records import KINDS
from rhumbline.store.actors import Actor, Scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def walk(open_firm):
    return Walk(open_firm("alpha"))


def member(role):
    """Return how somebody in a role asks: guests have a link, which only reads."""
    return Actor(
        organisation=0,
        key="",
        role=role,
        name="",
        scopes=frozenset(Scope) if role is not AccessRole.GUEST else frozenset({Scope.READ}),
    )


def refused(response):
    return response.status_code == 403


def by_kind(word):
    return {
        operation.kind: operation
        for name, operation in operations().items()
        if name.startswith(word) and operation.kind
    }


def test_a_role_writes_the_kinds_that_the_table_says(walk):
    wrong = {}
    for role in AccessRole:
        caller = walk.firm.caller(role)
        for kind, operation in {**by_kind("put_"), **by_kind("append_")}.items():
            response = walk.send(operation, caller)
            allowed = member(role).may(Verb.WRITE, kind)
            if allowed != (response.status_code in (200, 201)) or allowed == refused(response):
                wrong[f"{role} {kind}"] = (allowed, response.status_code)
    assert not wrong, listed(wrong)


@pytest.mark.sample
def test_every_way_to_write_a_kind_is_allowed_alike(walk):
    wrong = {}
    for role in AccessRole:
        caller = walk.firm.caller(role)
        for word in ("set_", "remove_"):
            for kind, operation in by_kind(word).items():
                response = walk.send(operation, caller)
                if member(role).may(Verb.WRITE, kind) == refused(response):
                    wrong[f"{role} {word}{kind}"] = response.status_code
        for kind, operation in by_kind("put_").items():
            response = send_edit(walk, caller, operation, "/changes", {})
            if member(role).may(Verb.WRITE, kind) == refused(response):
                wrong[f"{role} commit {kind}"] = response.status_code
    assert not wrong, listed(wrong)


def send_edit(walk, caller, operation, path, more):
    edit = {"edit": "put", "kind": operation.kind, "record": {"key": walk.key(operation), **walk.body(operation)}}
    with undone():
        return caller.post(path, {**more, "edits": [edit]})


def test_a_role_proposes_the_kinds_that_the_table_says(walk):
    wrong = {}
    for role in AccessRole:
        caller = walk.firm.caller(role)
        for kind, operation in by_kind("put_").items():
            response = send_edit(walk, caller, operation, "/proposals", {"title": "An idea"})
            # Somebody who sees no money may propose, though not another amount of what is there already.
            if member(role).may(Verb.PROPOSE, kind) == refused(response):
                wrong[f"{role} {kind}"] = response.status_code
    assert not wrong, listed(wrong)


def test_a_role_reads_every_kind(walk):
    wrong = {}
    for role in AccessRole:
        caller = walk.firm.caller(role)
        for kind in by_kind("list_"):
            status = caller.get(f"/kinds/{kind}?limit=1").status_code
            if status != (200 if member(role).may(Verb.READ, kind) else 403):
                wrong[f"{role} {kind}"] = status
    assert not wrong, listed(wrong)


def test_a_role_may_do_what_the_table_says_of_its_verbs(walk):
    """Whoever may not is told so, whatever they sent; whoever may is answered."""
    wrong = {}
    for role in AccessRole:
        callers = {False: walk.firm.caller(role)}
        if role is not AccessRole.GUEST:
            callers[True] = walk.firm.signed_in(role).with_csrf()
        for name, operation in operations().items():
            caller = callers.get(operation.signed_in)
            if operation.verb is None or operation.kind or caller is None:
                continue
            response = walk.send(operation, caller)
            may_ask = may(role, operation.verb) if operation.signed_in else member(role).may(operation.verb)
            # Of edits and decisions it also counts which kinds they touch, and whose proposal or run it is.
            narrower = name in ("commit", "accept_proposal", "reject_proposal", "cancel_run")
            if may_ask == refused(response) and not (may_ask and narrower):
                wrong[f"{role} {name}"] = (may_ask, response.status_code, response.said)
    assert not wrong, listed(wrong)


@pytest.mark.parametrize("scopes", [("read",), ("read", "propose"), ("read", "write"), ("read", "propose", "write")])
def test_a_token_does_what_its_scopes_say_and_nothing_more(walk, scopes):
    caller, wrong = walk.firm.caller(scopes=scopes), {}
    owner = Actor(organisation=0, key="", role=AccessRole.OWNER, name="", scopes=frozenset(map(Scope, scopes)))
    assert sorted(caller.get("").said["scopes"]) == sorted(scopes)
    for name, operation in operations().items():
        if operation.verb is None:
            continue
        # Twice the same sort of record says nothing new.
        if operation.kind not in ("", "initiative", "measurement", "actual", "response"):
            continue
        response = walk.send(operation, caller)
        allowed = owner.may(operation.verb, operation.kind) and not operation.signed_in
        own = name in ("reject_proposal", "cancel_run")
        if allowed == refused(response) and not own:
            wrong[name] = (allowed, response.status_code)
    assert not wrong, listed(wrong)


def test_who_reads_only_can_neither_reject_nor_cancel(walk):
    auditor = walk.firm.caller(AccessRole.AUDITOR)
    assert auditor.post(f"/proposals/{walk.proposal}/reject").status_code == 403
    assert auditor.post(f"/runs/{walk.run}/cancel").status_code == 403
    reader = walk.firm.caller(scopes=("read",))
    assert reader.post(f"/proposals/{walk.proposal}/reject").status_code == 403


def test_a_refusal_says_what_was_wanted_and_what_would_help(walk):
    said = walk.firm.caller(AccessRole.MEMBER).patch("/kinds/initiative/i1", {"name": "X"}).said
    assert (said["status"], said["code"]) == (403, "not-allowed")
    assert "write initiative" in said["detail"]
    assert "propose" in said["detail"]


def test_every_kind_is_written_by_somebody_or_only_said(walk):
    written = {kind for kind in KINDS if any(may(role, Verb.WRITE, kind) for role in AccessRole)}
    assert set(KINDS) - written == {"response"}
