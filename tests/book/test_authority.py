"""Who may do what: the one table, and what must hold in it whatever is changed there."""

import pytest

from rhumbline.book.authority import AUTHORITY, EVERYTHING, AccessRole, Sight, Verb, may, sight_of
from rhumbline.book.concealment import hidden_fields
from rhumbline.book.records import KINDS

ROLES = list(AccessRole)


def test_an_owner_may_do_everything_but_answer_a_survey_for_somebody_else():
    allowed = {(verb, kind) for verb in Verb for kind in KINDS if may(AccessRole.OWNER, verb, kind)}
    refused = {(verb, kind) for verb in Verb for kind in KINDS} - allowed
    assert refused == {(verb, "response") for verb in (Verb.WRITE, Verb.PROPOSE, Verb.DECIDE)}


@pytest.mark.parametrize("role", ROLES)
def test_everybody_reads_and_asks_and_the_table_names_every_role(role):
    assert may(role, Verb.READ)
    assert may(role, Verb.ASK)
    assert AUTHORITY[role].about.endswith(".")


@pytest.mark.parametrize("role", [AccessRole.AUDITOR, AccessRole.GUEST])
def test_who_only_looks_changes_nothing(role):
    changing = (Verb.WRITE, Verb.PROPOSE, Verb.DECIDE, Verb.UNDO, Verb.MANAGE, Verb.ERASE, Verb.SPEAK)
    assert not any(may(role, verb) for verb in changing)


def test_only_an_owner_lets_people_in_and_erases():
    for verb in (Verb.MANAGE, Verb.ERASE):
        assert [role for role in ROLES if may(role, verb)] == [AccessRole.OWNER]


@pytest.mark.parametrize(
    ("role", "kind", "writes"),
    [
        (AccessRole.FINANCE, "organisation", False),
        (AccessRole.FINANCE, "budget", True),
        (AccessRole.LEAD, "initiative", True),
        (AccessRole.LEAD, "budget", False),
        (AccessRole.LEAD, "team", False),
        (AccessRole.LEAD, "ethics_review", False),
        (AccessRole.MEMBER, "feedback", True),
        (AccessRole.MEMBER, "initiative", False),
        (AccessRole.ADVISOR, "initiative", True),
        (AccessRole.ADVISOR, "decision", False),
        (AccessRole.ADVISOR, "person", False),
    ],
)
def test_what_a_role_writes(role, kind, writes):
    assert may(role, Verb.WRITE, kind) is writes


@pytest.mark.parametrize("role", ROLES)
def test_whoever_decides_on_a_kind_may_write_it(role):
    assert all(may(role, Verb.WRITE, kind) for kind in KINDS if may(role, Verb.DECIDE, kind))


@pytest.mark.parametrize("role", ROLES)
def test_nobody_writes_money_or_texts_of_persons_without_seeing_them(role):
    for kind in KINDS:
        if may(role, Verb.WRITE, kind):
            assert hidden_fields(kind, sight_of(role), private=False) == (), kind


def test_a_kind_that_is_not_there_is_no_question_for_the_table():
    with pytest.raises(KeyError):
        may(AccessRole.OWNER, Verb.WRITE, "initatives")


def test_a_guest_sees_least_and_an_owner_everything():
    assert sight_of(AccessRole.OWNER) == EVERYTHING
    assert sight_of(AccessRole.GUEST).concealed == ("money", "personal", "private")
    assert sight_of(AccessRole.MEMBER).concealed == ("money", "private")
    assert sight_of(AccessRole.LEAD).concealed == ("private",)


def test_two_together_see_what_both_see():
    both = Sight(money=False).and_not_more_than(Sight(private=False))
    assert both == Sight(money=False, private=False)
