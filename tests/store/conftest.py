"""Two firms in one database: the bakery with one member per role, and one that must never hear of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rhumbline import read_book
from rhumbline.book.authority import AccessRole
from rhumbline.faces.file_commands import companies

ROLES = tuple(role for role in AccessRole if role is not AccessRole.GUEST)


@dataclass(frozen=True)
class House:
    """An organisation and who is who in it."""

    organisation: Any
    people: dict[AccessRole, Any]

    @property
    def owner(self):
        return self.people[AccessRole.OWNER]

    @property
    def key(self):
        return self.organisation.key

    def now(self):
        """Return the organisation as it is in the database."""
        self.organisation.refresh_from_db()
        return self.organisation

    def check(self):
        """Return what verifying the history says."""
        from rhumbline.store.chain import verify

        return verify(self.now())


def founded(company):
    """Open an organisation with the Book of an example company and one member per role."""
    from rhumbline.store import access, committing
    from rhumbline.store.actors import system

    organisation = committing.found(company, company)
    server = system(organisation.pk, company)
    committing.bring_in(server, read_book(companies()[company]).book, via="import")
    people = {}
    for role in ROLES:
        made = access.add_member(server, f"{role.value}@{company}.example", role, via="cli")
        people[role] = access.actor_of(made.user, company)
    organisation.refresh_from_db()
    return House(organisation, people)


@pytest.fixture
def house():
    from rhumbline.store import reading

    reading.forget()
    return founded("bakery")


@pytest.fixture
def neighbour():
    return founded("fintech")


@pytest.fixture
def soon():
    return datetime.now(UTC) + timedelta(days=7)
