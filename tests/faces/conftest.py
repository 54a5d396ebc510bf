"""A Rhumbline server for the tests of what asks one."""

from dataclasses import dataclass

import pytest
from tests.faces.server_by_contract import Organisation, by_contract, serving

from rhumbline.exchange.files import read_book


@dataclass(frozen=True)
class Served:
    """Where a Book is served, and what opens the door."""

    url: str
    token: str
    key: str
    organisation: Organisation
    requests: list

    @property
    def book(self):
        return self.organisation.book


@pytest.fixture
def served(company):
    """Serve the Book of an example company; every test that asks a server gets it from here."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        def serve(name="bakery", *changes, **more):
            book, _ = read_book(company(name, *changes))
            organisation = Organisation(book, key=name, **more)
            url, requests = stack.enter_context(serving(by_contract(organisation)))
            return Served(url, organisation.token, name, organisation, requests)

        yield serve


@pytest.fixture
def no_pause(monkeypatch):
    """Let nothing wait, and remember how long it would have."""
    waited = []
    monkeypatch.setattr("rhumbline.faces.client.connection.time.sleep", waited.append)
    return waited
