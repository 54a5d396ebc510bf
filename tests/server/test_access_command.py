"""``rhumbline access``: whoever runs the server lets members, programs and guests in, and out again."""

import re

import pytest
from tests.server.test_commands import bakery, rhumbline  # noqa: F401 - fixtures

from rhumbline.book.authority import AccessRole
from rhumbline.store.access import actor_of_secret
from rhumbline.store.models import Change, Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def lea(rhumbline, bakery):  # noqa: F811
    code, out, _ = rhumbline("access", "member", "Lea@Example.org", "lead")
    assert code == 0
    assert "/enter/" in out
    return Membership.objects.get(user__email="lea@example.org")


def test_a_member_comes_in_and_gets_another_role(rhumbline, lea):  # noqa: F811
    assert lea.role == "lead"
    code, out, _ = rhumbline("access", "member", "lea@example.org", "finance", "--organisation", "bakery")
    assert (code, "as finance" in out) == (0, True)
    lea.refresh_from_db()
    assert lea.role == "finance"


def test_a_token_is_shown_once_and_works(rhumbline, lea):  # noqa: F811
    code, out, _ = rhumbline("access", "token", "lea@example.org", "--scope", "write", "--days", "30")
    secret = re.search(r"rhl_\S{43}", out).group()
    assert code == 0
    assert actor_of_secret(secret).role is AccessRole.LEAD
    _, listed, _ = rhumbline("access", "list")
    assert "read, write" in listed
    assert secret not in listed
    number = actor_of_secret(secret).name.split()[0].partition(":")[2]
    assert rhumbline("access", "revoke", "token", number)[0] == 0
    assert actor_of_secret(secret) is None


def test_a_guest_gets_a_key_and_loses_it(rhumbline, lea):  # noqa: F811
    _, out, _ = rhumbline("access", "link", "The bank")
    secret = re.search(r"rhg_\S{43}", out).group()
    assert actor_of_secret(secret).role is AccessRole.GUEST
    number = re.search(r"link (\d+) The bank", rhumbline("access", "list")[1]).group(1)
    rhumbline("access", "revoke", "link", number)
    assert actor_of_secret(secret) is None


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("token", "nobody@example.org"), "access member"),
        (("token", "lea@example.org", "--scope", "all"), "read, propose and write"),
        (("member", "lea@example.org", "guest"), "link"),
        (("member", "no address", "lead"), "no e-mail address"),
        (("member", "lea@example.org", "lead", "--organisation", "nowhere"), "bakery"),
        (("revoke", "token", "99"), "no such token"),
        (("revoke", "everything", "1"), "member, token and link"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_way_out(rhumbline, lea, words, says):  # noqa: F811
    before = Change.objects.count()
    code, _, err = rhumbline("access", *words)
    assert code == 2
    assert says in err
    assert Change.objects.count() == before
