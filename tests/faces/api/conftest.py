"""An organisation behind the API, with somebody in each role; requests go through the whole application in process."""

import json
from datetime import timedelta

import pytest

from rhumbline import read_book
from rhumbline.book.authority import AccessRole
from rhumbline.faces.file_commands import companies

PREFIX = "/api/v1"


@pytest.fixture(autouse=True)
def nothing_remembered(request):
    """Let no test see what a process remembers of another one's database."""
    if "db" not in request.fixturenames and not request.node.get_closest_marker("django_db"):
        return
    from rhumbline.faces.api import answers, seeing
    from rhumbline.faces.api.limits import BUCKETS
    from rhumbline.store import reading

    for forget in (answers.forget, seeing.forget, reading.forget, BUCKETS.forget):
        forget()


class Firm:
    """One organisation, and who may ask about it."""

    def __init__(self, key, book=None):
        from rhumbline.store.actors import Actor
        from rhumbline.store.committing import bring_in, found

        self.key = key
        self.organisation = found(key, key)
        self.place = f"{PREFIX}/organisations/{key}"
        self.boss = Actor(organisation=self.organisation.pk, key=key, role=AccessRole.OWNER, name="system")
        if book is not None:
            bring_in(self.boss, book, via="import")
        self._secrets = {}

    def member(self, role, email=""):
        """Let somebody in, and return their membership."""
        from rhumbline.store.access import account
        from rhumbline.store.models import Membership

        user = account(email or f"{role.value}@{self.key}.example")
        made, _ = Membership.objects.get_or_create(
            organisation=self.organisation, user=user, defaults={"role": role.value}
        )
        return made

    def secret(self, role=AccessRole.OWNER, scopes=("read", "propose", "write"), email=""):
        """Return a token of somebody with a role; a guest's link for a guest."""
        from django.utils import timezone

        from rhumbline.store.access import make_link, make_token
        from rhumbline.store.actors import Scope

        name = (role, scopes, email)
        if name not in self._secrets:
            expires = timezone.now() + timedelta(days=1)
            if role is AccessRole.GUEST:
                _, self._secrets[name] = make_link(self.boss, "A guest", expires, via="page")
            else:
                number = self.member(role, email).pk
                _, self._secrets[name] = make_token(
                    self.boss, number, "A program", [Scope(scope) for scope in scopes], expires, via="page"
                )
        return self._secrets[name]

    def caller(self, role=AccessRole.OWNER, scopes=("read", "propose", "write"), email=""):
        """Return somebody with a token."""
        return Caller(self.place, bearer=self.secret(role, scopes, email))

    def signed_in(self, role=AccessRole.OWNER, email=""):
        """Return somebody who signed in on a page."""
        from django.test import Client

        client = Client(enforce_csrf_checks=True)
        client.force_login(self.member(role, email).user)
        return Caller(self.place, client=client)

    @property
    def book(self):
        from rhumbline.store import reading

        reading.forget()
        return reading.book(self.organisation.pk)

    @property
    def seq(self):
        self.organisation.refresh_from_db()
        return self.organisation.seq


class Caller:
    """Sends requests, and gives back the response of Django's test client with its document as ``said``."""

    def __init__(self, place, bearer="", client=None):
        from django.test import Client

        self.place, self.bearer, self.client = place, bearer, client or Client()
        self.csrf = ""

    def send(self, method, path, body=None, *, data=None, kind="application/json", **headers):
        where = path if path.startswith(PREFIX) else f"{self.place}{path}"
        sent = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        if self.bearer:
            sent["Authorization"] = f"Bearer {self.bearer}"
        if self.csrf:
            sent["X-CSRFToken"] = self.csrf
        content = data if data is not None else b"" if body is None else json.dumps(body).encode()
        response = self.client.generic(method, where, content, content_type=kind if content else "", headers=sent)
        response.said = None
        if response.content and "json" in response.headers.get("Content-Type", ""):
            response.said = json.loads(response.content)
        return response

    def get(self, path, **headers):
        return self.send("GET", path, **headers)

    def post(self, path, body=None, **more):
        return self.send("POST", path, body, **more)

    def put(self, path, body, **more):
        return self.send("PUT", path, body, **more)

    def patch(self, path, body, **more):
        return self.send("PATCH", path, body, **more)

    def delete(self, path, **more):
        return self.send("DELETE", path, **more)

    def with_csrf(self):
        """Take the value of the cookie, as a page of this server does."""
        from django.middleware.csrf import _get_new_csrf_string

        self.csrf = _get_new_csrf_string()
        self.client.cookies["rhumbline_csrf"] = self.csrf
        return self


@pytest.fixture
def open_firm(db):
    """Open an organisation with the Book of an example company."""

    def opened(key="bakery", company="bakery"):
        return Firm(key, read_book(companies()[company]).book if company else None)

    return opened


@pytest.fixture
def firm(open_firm):
    return open_firm()


@pytest.fixture
def owner(firm):
    return firm.caller()
