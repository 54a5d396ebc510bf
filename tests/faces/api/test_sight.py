"""Whoever may not see something cannot tell from anything the API sends what it is.

Two organisations that differ only in what a caller may not see give that caller the same bytes, in bodies and headers.
Excepted are the hashes of Books and changes, which a proof needs, and when something happened.
"""

import json
import re

import pytest
from tests.faces.api.conftest import Firm
from tests.faces.api.walking import PREFIX, Walk, operations
from tests.sights import FACTOR, with_other_kpis, with_other_money, with_other_persons, with_private_kpis

from rhumbline import read_book
from rhumbline.book.authority import AccessRole
from rhumbline.faces.file_commands import companies
from rhumbline.registry import capabilities

pytestmark = pytest.mark.django_db

# Told by nothing else: they are searched for in what somebody without money gets.
CASH, SPENT, RATE, ACTUAL = 31337, 27183, 137, 16180


def book_of(name="workbench"):
    return read_book(companies()[name]).book


# --- an organisation with something to hide ----------------------------------------------------


class Secretive:
    """An organisation with money and persons everywhere: in records, series, the history, proposals and runs."""

    def __init__(self, book, factor=1, person="Ada Lovelace", level=1):
        self.firm = Firm("alpha", book)
        self.walk = Walk(self.firm)
        self.owner = self.walk.owner
        self.write(factor, person, level)

    def write(self, factor, person, level):
        cash, spent = [CASH * factor] * 2, SPENT * factor
        edits = [
            {
                "edit": "set",
                "kind": "initiative",
                "key": "initiative-1",
                "fields": {"cash": cash, "spent": spent, "approved": spent},
            },
            {"edit": "set", "kind": "team", "key": "team-1", "fields": {"rate": RATE * factor}},
            {"edit": "set", "kind": "system", "key": "system-1", "fields": {"cost_per_year": spent}},
            {"edit": "set", "kind": "experiment", "key": "experiment-1", "fields": {"most_money": spent}},
            {
                "edit": "set",
                "kind": "kpi",
                "key": "kpi-1",
                "fields": {
                    "target": 90 * level,
                    "value_per_unit": spent,
                    "private": True,
                    "private_reason": "Nobody needs to know.",
                },
            },
            {
                "edit": "append",
                "kind": "measurement",
                "record": {"kpi": "kpi-1", "at": "2026-11-20", "value": 61 * level},
            },
            {
                "edit": "append",
                "kind": "actual",
                "record": {"initiative": "initiative-1", "date": "2026-10-01", "money": ACTUAL * factor},
            },
            {
                "edit": "set",
                "kind": "person",
                "key": "person-1",
                "fields": {"name": person, "email": f"{person.split()[0]}@example.com"},
            },
            {"edit": "set", "kind": "review", "key": "review-1", "fields": {"minutes": f"{person} said so"}},
        ]
        done = self.owner.post("/changes", {"edits": edits, "note": f"{person} asked for it"})
        assert done.status_code == 200, done.said["findings"]
        self.seq = done.said["seq"]
        dearer = [
            {"edit": "set", "kind": "initiative", "key": "initiative-1", "fields": {"cash": [CASH * factor + factor]}}
        ]
        self.proposed = self.owner.post("/proposals", {"title": f"{person} wants more", "edits": dearer}).said["number"]
        # Somebody else writes the same field meanwhile, so that there is a conflict about an amount.
        self.owner.patch("/kinds/initiative/initiative-1", {"cash": [CASH * factor * 2]})
        self.undone = self.owner.post(f"/changes/{self.seq + 1}/undo").said["seq"]
        self.runs = [self.run(name) for name in ("score", "plan", "check")]

    def run(self, name):
        from rhumbline.faces.running import compute
        from rhumbline.store.models import Run

        number = self.owner.post("/runs", {"capability": name, "terms": {"as_of": "2026-11-23"}}).said["number"]
        compute.call(Run.objects.get(organisation=self.firm.organisation, number=number).pk)
        return number


# --- everything somebody can get ---------------------------------------------------------------


def everything(secretive, role, email=""):
    """Return all that somebody in a role gets, by what they asked."""
    caller = secretive.firm.caller(role, email=email)
    walk, found = secretive.walk, {}

    def ask(method, path, body=None, **more):
        response = caller.send(method, path, body, **more)
        sent = json.dumps(body)
        # The plan to verify is another one where somebody sees the difference.
        found[f"{method} {path} {len(found)} {sent if len(sent) < 500 else ''}"] = scrubbed(response)
        return response

    for operation in operations().values():
        if operation.method == "GET" and not operation.open:
            ask("GET", walk.path(operation))
    for operation in operations().values():
        if operation.method == "GET" and operation.kind and "{key}" in operation.path:
            for item in caller.get(f"/kinds/{operation.kind}?limit=500").said["items"]:
                ask("GET", f"/kinds/{operation.kind}/{item['key']}")
    for seq in range(1, secretive.firm.seq + 1):
        ask("GET", f"/changes/{seq}")
        ask("GET", f"/book?at={seq}")
    for path in (
        "/changes?limit=500",
        "/diff?from=0",
        "/diff?from=1",
        f"/diff?from={secretive.seq}",
        "/proposals",
        "/runs",
    ):
        ask("GET", path)
    for number in range(1, 4):
        ask("GET", f"/proposals/{number}")
    for number in range(1, 6):
        ask("GET", f"/runs/{number}?text=true")
    answers(ask, caller)
    writes(ask, walk, caller)
    return found


def answers(ask, caller):
    plan = caller.post("/answers/plan", {"terms": {"as_of": "2026-11-23"}}).said
    wishes = {"explain": {"subject": "i1"}, "compare": {"a": "i1", "b": "i2"}, "verify": {"plan": plan}}
    for name in [one.name for one in capabilities()]:
        for language in ("en", "de"):
            terms = {"as_of": "2026-11-23", **wishes.get(name, {})} if name != "verify" else wishes[name]
            body = {"terms": terms, "language": language, "text": True}
            response = ask("POST", f"/answers/{name}", body)
            assert response.status_code in (200, 422), (name, response.said)
    ask("POST", "/answers/score", {"at": 1, "terms": {"as_of": "2026-11-23"}})
    ask(
        "POST",
        "/answers/plan",
        {"terms": {"pins": ["i1", "i2", "i3", "i4", "initiative-1"], "as_of": "2026-11-23"}, "text": True},
    )


def writes(ask, walk, caller):
    """What somebody writes, may not write, and proposes; with amounts they make up."""
    for operation in operations().values():
        if (
            operation.method != "GET"
            and not operation.open
            and operation.family in ("records", "changes", "proposals", "runs")
        ):
            ask(operation.method, walk.path(operation), operation.sent and operation.sent.example)
    guess = {"edit": "set", "kind": "initiative", "key": "initiative-1", "fields": {"cash": [5]}}
    ask("POST", "/proposals", {"title": "Cheaper", "edits": [guess]})
    ask("POST", "/proposals", {"title": "Stale", "edits": [{**guess, "expected": 2}]})
    seen = {"key": "initiative-1", "name": "Other", "mode": "explore"}
    guessed, made = (
        ask("POST", "/proposals", {"title": title, "edits": [{"edit": "put", "kind": "initiative", "record": whole}]})
        for title, whole in (("As it is?", {**seen, "cash": [CASH]}), ("Another name", seen))
    )
    assert guessed.status_code in (201, 403, 422)
    for number in range(1, 9):
        ask("GET", f"/proposals/{number}")
    assert made.status_code in (201, 403)


MOMENT = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+(\+00:00|Z)?")
HASH = re.compile(r"[0-9a-f]{64}")
# A database that takes back what was written does not take back which number comes next.
NUMBER = re.compile(r"(user|token|link):[0-9]+")
# What is another one each time, whatever is seen.
OTHER_EACH_TIME = {"X-Request-ID", "RateLimit"}


def scrubbed(response):
    """Return everything that came: the status, the headers and the body, without hashes and moments."""
    headers = {name: value for name, value in response.headers.items() if name not in OTHER_EACH_TIME}
    text = f"{response.status_code}\n{sorted(headers.items())}\n{response.content.decode()}"
    return NUMBER.sub(r"\1:NUMBER", HASH.sub("HASH", MOMENT.sub("MOMENT", text)))


def differing(one, other):
    assert one.keys() == other.keys()
    return [what for what in one if one[what] != other[what]]


def told_by(role, *variants):
    """Return what somebody in a role is told by each of some organisations, one opened after the other."""
    from django.db import transaction

    from rhumbline.faces.api import answers as given
    from rhumbline.faces.api import seeing
    from rhumbline.faces.api.limits import BUCKETS
    from rhumbline.store import reading

    for make in variants:
        with transaction.atomic():
            for forget in (reading.forget, seeing.forget, given.forget, BUCKETS.forget):
                forget()
            yield everything(make(), role)
            transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def as_often_as_they_like(settings):
    import dataclasses

    settings.CONFIGURATION = dataclasses.replace(settings.CONFIGURATION, rate=0)


CASES = {
    "money from a member": (AccessRole.MEMBER, with_other_money, {"factor": FACTOR}),
    "money from a guest": (AccessRole.GUEST, with_other_money, {"factor": FACTOR}),
    "persons from a guest": (AccessRole.GUEST, with_other_persons, {"person": "Grace Hopper-Murray"}),
    "private numbers from a lead": (AccessRole.LEAD, with_other_kpis, {"level": FACTOR}),
    "private numbers from a member": (AccessRole.MEMBER, with_other_kpis, {"level": FACTOR}),
}


def test_nothing_that_is_sent_tells_a_member_of_money():
    one, two = told_in("money from a member")
    assert differing(one, two) == []
    assert amounts_in(one) == {}


@pytest.mark.sample
@pytest.mark.parametrize("case", list(CASES)[1:])
def test_nothing_that_is_sent_tells_what_its_reader_may_not_see(case):
    one, two = told_in(case)
    assert differing(one, two) == []
    if "guest" in case:
        assert amounts_in(one) == names_in(one) == {}


def told_in(case):
    role, change, other = CASES[case]
    book = with_private_kpis(book_of()) if "private" in case else book_of()
    return told_by(role, lambda: Secretive(book), lambda: Secretive(change(book), **other))


@pytest.mark.sample
def test_whoever_sees_everything_sees_the_difference():
    """The tests above can fail: the same comparison finds money wherever it is."""
    one, two = told_by(
        AccessRole.FINANCE, lambda: Secretive(book_of()), lambda: Secretive(with_other_money(book_of()), factor=FACTOR)
    )
    found = {
        what.split()[1].partition("?")[0].removeprefix(f"{PREFIX}/organisations/alpha") for what in differing(one, two)
    }
    assert {
        "/book",
        "/kinds/initiative",
        "/kinds/actual",
        "/kinds/initiative/i1",
        "/changes",
        "/diff",
        "/proposals",
        "/proposals/2",
        "/runs/4",
    } <= found


def amounts_in(told):
    """Return the amounts that stand in what was told, in any writing, by what was asked."""
    amounts = {CASH, CASH + 1, CASH * 2, SPENT, ACTUAL, *planted(book_of())}
    said = re.compile("|".join(map(written, sorted(amounts))))
    # What they made up themselves comes back to them, where the gate quotes it.
    return {what: match[0] for what, text in told.items() if (match := said.search(text)) and match[0] not in what}


def written(amount):
    """Return a pattern for an amount in any writing: 31337, 31,337, 31.337 or 31 337."""
    return "(?<![0-9])" + "[., \u00a0\u202f]?".join(f"{amount:,}".split(",")) + "(?![0-9])"


def planted(book):
    """Return the amounts of a Book that nothing else is likely to be."""
    amounts = {int(amount) for one in book.initiatives.values() for amount in one.cash}
    amounts |= {int(amount) for amount in book.budget.cash}
    return {amount for amount in amounts if amount > 10_000 and amount % 10_000}


def names_in(told):
    """Return the names that stand in what was told, by what was asked."""
    people = {person.name for person in book_of().people.values() if " " in person.name}
    names = {"Ada Lovelace", "alpha.example", *people}
    return {what: name for what, text in told.items() for name in names if name in text}
