"""Every operation of the contract as a request that works, and what its answer has to look like."""

import re
from contextlib import contextmanager
from functools import cache

from jsonschema import Draft202012Validator

PREFIX = "/api/v1"
METHODS = ("get", "put", "post", "patch", "delete")
# What tells a record from the example of its kind, where its name does not.
SPARE = {"flow": {"object": "Spare"}, "benefit": {"kpi": "k1"}, "ethics_review": {"initiative": "i1"}}
# What an example has to be in a Book whose horizon has four periods.
FITTING = {"budget": {"cash": [40000, 40000, 40000, 40000]}}
# Parameters of an address that no operation can do without.
QUERY = {"get_diff": "?from=1"}


@cache
def contract():
    from rhumbline.faces.api.application import contract as whole

    return whole()


@cache
def operations():
    """Return every operation by its name."""
    from rhumbline.faces.api.application import OPERATIONS

    return {operation.name: operation for operation in OPERATIONS}


def described(operation):
    """Return what the contract says about an operation."""
    place = PREFIX + re.sub(r"{\w+:", "{", operation.path)
    return contract()["paths"][place][operation.method.lower()]


def faults(schema, document):
    """Return what about a document is not as its schema says."""
    # What the schema refers to stands beside it.
    validator = Draft202012Validator({**schema, "components": contract()["components"]})
    return [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in validator.iter_errors(document)
    ]


def answered(operation, response):
    """Return how a response differs from what the contract promises for it."""
    said = described(operation)["responses"].get(str(response.status_code))
    if said is None:
        return [f"status {response.status_code} is undocumented: {response.content[:300]!r}"]
    if "$ref" in said:
        said = contract()["components"]["responses"][said["$ref"].rpartition("/")[2]]
    content = said.get("content", {})
    if not content:
        return [f"has a body: {response.content[:100]!r}"] if response.content else []
    kind = response.headers["Content-Type"]
    if kind not in content:
        return [f"is {kind}, not one of {list(content)}"]
    return faults(content[kind]["schema"], response.said)


def listed(wrong):
    """Return what is wrong with which operation, one line each."""
    return "".join(f"\n{name}: {found}" for name, found in wrong.items())


class Walk:
    """An organisation in which every example of the contract works."""

    def __init__(self, firm):
        from rhumbline.book.records import KINDS

        self.firm = firm
        self.owner = firm.caller()
        self.signed_in = firm.signed_in().with_csrf()
        self.fill(KINDS)

    def fill(self, kinds):
        edits = [
            {"edit": "put", "kind": "system", "record": {"key": "system-2", "name": "Other"}},
            {"edit": "put", "kind": "survey", "record": {"key": "survey-1", "n": 20, "invited": 25}},
        ]
        there = set(self.firm.book.records)
        for kind in kinds.values():
            record = self.example(kind.name)
            if kind.series and kind.name != "response":
                edits.append({"edit": "append", "kind": kind.name, "record": record})
            elif not kind.series and not ({kind.name} & {"organisation", "strategy", "budget", "survey"} & there):
                edits.append({"edit": "put", "kind": kind.name, "record": record})
        done = self.owner.post("/changes", {"edits": edits, "note": "Examples"})
        assert done.status_code == 200, done.said
        self.seq = done.said["seq"]
        idea = operations()["propose"].sent.example
        self.proposal = self.owner.post("/proposals", idea).said["number"]
        self.run = self.owner.post("/runs", operations()["start_run"].sent.example).said["number"]
        from rhumbline.book.authority import AccessRole
        from rhumbline.store.models import GuestLink, Token

        self.member = self.firm.member(AccessRole.MEMBER).pk
        self.firm.secret(AccessRole.GUEST)
        self.token = Token.objects.filter(organisation=self.firm.organisation).first().pk
        self.link = GuestLink.objects.filter(organisation=self.firm.organisation).first().pk

    @staticmethod
    def example(kind):
        from rhumbline.exchange.schemas import record_schema

        return record_schema(kind)["examples"][0]

    def caller(self, operation):
        return self.signed_in if operation.signed_in else self.owner

    def path(self, operation, organisation=None):
        """Return the address of something that is there."""
        numbers = {
            "proposals": self.proposal,
            "runs": self.run,
            "members": self.member,
            "tokens": self.token,
            "links": self.link,
        }
        place = operation.path.replace("{organisation}", organisation or self.firm.key).replace(
            "{int:seq}", str(self.seq)
        )
        for word, number in numbers.items():
            place = place.replace(f"/{word}/{{int:number}}", f"/{word}/{number}")
        if "{key}" in place:
            place = place.replace("{key}", self.key(operation))
        return PREFIX + place + QUERY.get(operation.name, "")

    def key(self, operation):
        from rhumbline.exchange.edits.reading import default_key

        kind = operation.kind or "person"
        # Nothing refers to the spare one; of some kinds there is only one.
        only = default_key(kind)
        if operation.method == "DELETE" and not only:
            return f"spare-{kind.replace('_', '-')}"
        return self.example(kind).get("key") or only

    def body(self, operation):
        """Return a body that works, with what is really there."""
        if operation.sent is None:
            return None
        body = operation.sent.example
        if operation.kind in FITTING and operation.method in ("PUT", "PATCH"):
            return {**body, **FITTING[operation.kind]}
        if operation.name == "make_token":
            return {**body, "member": self.member}
        if operation.name == "ask_verify":
            plan = self.owner.post("/answers/plan", {"terms": {"as_of": "2026-11-23"}}).said
            return {**body, "terms": {"plan": plan}}
        return body

    def send(self, operation, caller=None, **more):
        """Ask, and take back whatever it did."""
        with undone():
            caller = caller or self.caller(operation)
            if operation.method == "DELETE" and operation.kind:
                spare = {name: value for name, value in self.example(operation.kind).items() if name != "key"}
                spare |= {name: f"Spare {name}" for name in ("name", "text", "rule") if name in spare}
                spare |= SPARE.get(operation.kind, {}) | FITTING.get(operation.kind, {})
                put = self.owner.put(self.path(operation), spare)
                assert put.status_code in (200, 201), put.said
            return caller.send(operation.method, self.path(operation), self.body(operation), **more)


@contextmanager
def undone():
    """Take back what is written meanwhile."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)
