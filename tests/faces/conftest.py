"""A server for the tests of what asks one: a small one that keeps the contract, and the real one."""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from tests.faces.server_by_contract import Organisation, by_contract, serving

from rhumbline.book.book import Book
from rhumbline.exchange.files import read_book


@dataclass(frozen=True)
class Served:
    """Where a Book is served, and what opens the door."""

    url: str
    token: str
    key: str
    organisation: Any
    requests: list

    @property
    def book(self):
        return self.organisation.book


@dataclass(frozen=True)
class Stored:
    """An organisation in the store."""

    number: int

    @property
    def book(self):
        from rhumbline.store import reading

        reading.forget()
        return reading.book(self.number)


@pytest.fixture
def served(company):
    """Serve the Book of an example company as the contract says, and see what the server is asked."""
    with ExitStack() as stack:

        def serve(name="bakery", *changes, **more):
            organisation = Organisation(_book(company, name, changes), key=name or "new", **more)
            url, requests = stack.enter_context(serving(by_contract(organisation)))
            return Served(url, organisation.token, organisation.key, organisation, requests)

        yield serve


@pytest.fixture
def really_served(company, monkeypatch):
    """Serve the Book of an example company with the API and the store, the requests in threads of this process."""
    from rhumbline.book.authority import AccessRole
    from rhumbline.faces import running
    from rhumbline.faces.api import answers, seeing
    from rhumbline.faces.api.limits import BUCKETS
    from rhumbline.store import reading

    for forget in (answers.forget, seeing.forget, reading.forget, BUCKETS.forget):
        forget()
    # A worker that takes each run at once.
    monkeypatch.setattr(type(running.compute), "enqueue", lambda task, number: task.func(number))
    with ExitStack() as stack:

        def serve(name="bakery", *changes, role="owner"):
            key = name or "new"
            organisation, token = _founded(key, _book(company, name, changes), AccessRole(role))
            url, requests = stack.enter_context(serving(_through_django))
            return Served(url, token, key, Stored(organisation), requests)

        yield serve


@pytest.fixture(params=["contract", pytest.param("real", marks=pytest.mark.django_db(transaction=True))])
def anywhere(request):
    """Serve the Book of an example company, by the contract and by the real server."""
    return request.getfixturevalue("served" if request.param == "contract" else "really_served")


def _book(company, name, changes):
    """Return the Book of an example company; without a name an empty one."""
    return read_book(company(name, *changes)).book if name else Book()


def _founded(key, book, role):
    """Found an organisation; return its number and a token of somebody with a role."""
    from datetime import timedelta

    from django.utils import timezone

    from rhumbline.book.authority import AccessRole
    from rhumbline.store.access import account, make_token
    from rhumbline.store.actors import Actor, Scope
    from rhumbline.store.committing import bring_in, found
    from rhumbline.store.models import Membership

    organisation = found(key, key)
    boss = Actor(organisation=organisation.pk, key=key, role=AccessRole.OWNER, name="system")
    if len(book):
        bring_in(boss, book, via="import")
    member = Membership.objects.create(
        organisation=organisation, user=account(f"{role.value}@example.org"), role=role.value
    )
    expires = timezone.now() + timedelta(days=1)
    _, token = make_token(boss, member.pk, "A program", list(Scope), expires, via="page")
    return organisation.pk, token


def _through_django(method, path, query, sent, headers):
    """Answer a request with the whole application, as any server would."""
    import json

    from django.db import connections
    from django.test import Client

    address = quote(path) + (f"?{urlencode(query)}" if query else "")
    data = b"" if sent is None else json.dumps(sent).encode()
    asked = {name: value for name, value in headers.items() if name in ("Authorization", "Idempotency-Key", "Accept")}
    try:
        answer = Client().generic(method, address, data, content_type="application/json" if data else "", headers=asked)
    finally:
        connections.close_all()
    return answer.status_code, answer.content, answer.headers.get("Content-Type", ""), {}


@pytest.fixture
def no_pause(monkeypatch):
    """Let nothing wait, and remember how long it would have."""
    waited = []
    monkeypatch.setattr("rhumbline.faces.client.connection.time.sleep", waited.append)
    return waited
