"""Who may come in: members, keys for programs, links for guests."""

from datetime import timedelta

import pytest
from tests.store.test_committing import firm, opened, store  # noqa: F401 - fixtures

from rhumbline.book.authority import AccessRole, Verb

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def doors():
    from rhumbline.store import access

    return access


@pytest.fixture
def soon():
    from django.utils import timezone

    return timezone.now() + timedelta(days=7)


@pytest.fixture
def owner(firm, doors):  # noqa: F811
    made = doors.add_member(firm, "Olga@Example.org", AccessRole.OWNER, via="page")
    return doors.actor_of(made.user, firm.key)


def test_a_member_is_an_actor_with_their_role(firm, owner, doors):  # noqa: F811
    made = doors.add_member(owner, "mia@example.org", AccessRole.MEMBER, via="page")
    found = doors.actor_of(made.user, firm.key)
    assert (found.role, found.name, found.scopes) == (AccessRole.MEMBER, f"user:{made.user_id}", None)
    assert [one.key for one in doors.actors_of(made.user)] == [firm.key]


def test_an_address_is_one_account_however_it_is_spelt(owner, doors):
    assert doors.account(" OLGA@example.ORG ").pk == doors.members(owner).get().user_id
    with pytest.raises(doors.NotPossible) as refused:
        doors.add_member(owner, "OLGA@EXAMPLE.ORG", AccessRole.LEAD, via="page")
    assert refused.value.code == "member-already"


def test_a_stranger_learns_nothing(store, firm, owner, doors):  # noqa: F811
    from rhumbline.store.actors import NothingThere

    other = opened(store, "fintech")
    stranger = doors.account("stranger@example.org")
    messages = set()
    for key in (firm.key, other.key, "no-such-firm"):
        with pytest.raises(NothingThere) as nothing:
            doors.actor_of(stranger, key)
        messages.add(str(nothing.value))
    assert len(messages) == 1
    with pytest.raises(NothingThere):
        doors.change_member(other, doors.members(owner).get().pk, AccessRole.MEMBER, via="page")


def test_only_an_owner_manages(firm, doors):  # noqa: F811
    from tests.store.test_committing import as_role

    from rhumbline.store.actors import NotAllowed

    for role in AccessRole:
        if role is not AccessRole.OWNER:
            with pytest.raises(NotAllowed):
                doors.add_member(as_role(firm, role), "x@example.org", AccessRole.OWNER, via="api")
    assert not doors.members(firm).exists()


def test_the_last_owner_stays(owner, doors):
    number = doors.members(owner).get().pk
    for attempt in (
        lambda: doors.remove_member(owner, number, via="page"),
        lambda: doors.change_member(owner, number, AccessRole.LEAD, via="page"),
    ):
        with pytest.raises(doors.NotPossible) as refused:
            attempt()
        assert refused.value.code == "last-owner"
    doors.add_member(owner, "second@example.org", AccessRole.OWNER, via="page")
    doors.remove_member(owner, number, via="page")
    assert doors.members(owner).count() == 1


def test_a_token_acts_for_its_member_within_its_scope(firm, owner, doors, soon):  # noqa: F811
    made = doors.add_member(owner, "lead@example.org", AccessRole.LEAD, via="page")
    token, secret = doors.make_token(owner, made.pk, "Robot", [doors.Scope.PROPOSE], soon, via="page")
    found = doors.actor_of_secret(secret)
    assert (found.key, found.role, found.name) == (firm.key, AccessRole.LEAD, f"token:{token.pk} user:{made.user_id}")
    assert found.may(Verb.READ)
    assert found.may(Verb.PROPOSE, "initiative")
    assert not found.may(Verb.WRITE, "initiative")
    assert secret not in str(vars(token))
    doors.change_member(owner, made.pk, AccessRole.MEMBER, via="page")
    assert doors.actor_of_secret(secret).role is AccessRole.MEMBER


def test_no_token_manages_or_erases(owner, doors, soon):
    _, secret = doors.make_token(owner, doors.members(owner).get().pk, "All", list(doors.Scope), soon, via="page")
    found = doors.actor_of_secret(secret)
    assert [verb for verb in Verb if not found.may(verb)] == [Verb.MANAGE, Verb.ERASE]


def test_a_token_ends_when_it_is_revoked_expires_or_its_member_goes(owner, doors, soon):
    made = doors.add_member(owner, "lead@example.org", AccessRole.LEAD, via="page")

    def token():
        return doors.make_token(owner, made.pk, "Robot", [], soon, via="page")

    one, secret = token()
    assert doors.actor_of_secret(secret, at=soon) is None
    doors.revoke_token(owner, one.pk, via="page")
    assert doors.actor_of_secret(secret) is None
    _, secret = token()
    made.user.is_active = False
    made.user.save()
    assert doors.actor_of_secret(secret) is None
    made.user.is_active = True
    made.user.save()
    assert doors.actor_of_secret(secret) is not None
    doors.remove_member(owner, made.pk, via="page")
    assert doors.actor_of_secret(secret) is None


@pytest.mark.parametrize("secret", ["", "rhl_", "rhg_", "rhl_" + "a" * 43, "x" * 10_000, "rhl_\x00", "ä"])
def test_an_unknown_secret_is_nobody(firm, doors, secret):  # noqa: F811
    assert doors.actor_of_secret(secret) is None


def test_a_guest_reads_and_nothing_more(firm, owner, doors, soon):  # noqa: F811
    link, secret = doors.make_link(owner, "The bank", soon, via="page")
    guest = doors.actor_of_secret(secret)
    assert (guest.role, guest.key) == (AccessRole.GUEST, firm.key)
    assert [verb for verb in Verb if guest.may(verb)] == [Verb.READ, Verb.ASK]
    doors.revoke_link(owner, link.pk, via="page")
    assert doors.actor_of_secret(secret) is None


def test_nothing_is_good_for_ever(owner, doors):
    from django.utils import timezone

    for days in (-1, 0, 400):
        with pytest.raises(doors.NotPossible) as refused:
            doors.make_link(owner, "x", timezone.now() + timedelta(days=days), via="page")
        assert refused.value.code == "expiry"


def test_a_member_is_a_person_of_the_book(store, firm, owner, doors):  # noqa: F811
    person = next(iter(store.book(firm.organisation).people))
    made = doors.add_member(owner, "p@example.org", AccessRole.LEAD, person=person, via="page")
    assert doors.actor_of(made.user, firm.key).person == person
    with pytest.raises(doors.NotPossible):
        doors.add_member(owner, "q@example.org", AccessRole.LEAD, person="nobody", via="page")


def test_the_history_tells_who_came_and_went_without_names(store, firm, owner, doors, soon):  # noqa: F811
    from rhumbline.store.chain import verify

    made = doors.add_member(owner, "mia@example.org", AccessRole.MEMBER, via="page")
    doors.make_token(owner, made.pk, "Mia's robot", [], soon, via="page")
    doors.remove_member(owner, made.pk, via="page")
    changes = list(store.Change.objects.order_by("seq"))
    assert [one.action for one in changes] == ["import", "access", "access", "access", "access"]
    assert {one.book_sha for one in changes} == {changes[0].book_sha}
    assert "mia" not in str([vars(one) for one in changes]).lower()
    assert verify(store.Organisation.objects.get()).holds
    assert store.book(firm.organisation).sha == changes[-1].book_sha
