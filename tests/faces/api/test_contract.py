"""The contract says everything, and what it says is so: every operation is asked once well and once badly."""

import pytest
from jsonschema import Draft202012Validator
from tests.faces.api.walking import METHODS, PREFIX, Walk, answered, contract, described, faults, listed, operations

from rhumbline.book.records import KINDS
from rhumbline.faces.api.problems import PROBLEMS
from rhumbline.registry import capabilities


@pytest.fixture
def walk(firm):
    return Walk(firm)


def named():
    return {one["operationId"]: one for methods in contract()["paths"].values() for one in methods.values()}


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


# --- what it says -----------------------------------------------------------------------------


def test_every_operation_is_described_once():
    listed = [one["operationId"] for methods in contract()["paths"].values() for one in methods.values()]
    assert sorted(listed) == sorted(operations())
    assert len(set(listed)) == len(listed)
    assert {method for methods in contract()["paths"].values() for method in methods} <= set(METHODS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_addresses(kind):
    place = f"{PREFIX}/organisations/{{organisation}}/kinds/{kind}"
    assert "get" in contract()["paths"][place]
    one = contract()["paths"].get(f"{place}/{{key}}", {})
    assert set(one) == (set() if KINDS[kind].series else {"get", "put", "patch", "delete"})


@pytest.mark.parametrize("capability", [one.name for one in capabilities()])
def test_every_capability_can_be_asked(capability):
    assert f"{PREFIX}/organisations/{{organisation}}/answers/{capability}" in contract()["paths"]


def test_everything_it_refers_to_is_there():
    for reference in set(references(contract())):
        where = contract()
        for step in reference.removeprefix("#/").split("/"):
            where = where[step]


def test_its_schemas_are_schemas():
    for name, schema in contract()["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert schema, name


def test_its_examples_are_what_its_schemas_say():
    wrong = {}
    for name, operation in operations().items():
        if operation.sent is not None:
            content = described(operation)["requestBody"]["content"]["application/json"]
            if found := faults(content["schema"], content["example"]):
                wrong[name] = found
    # The plan to verify is too long for an example.
    assert set(wrong) <= {"ask_verify"}, wrong


def test_every_operation_says_who_may_ask_and_to_what_it_may_come():
    for name, one in named().items():
        assert one["summary"].endswith((".", "?")), name
        assert one["tags"][0] in {tag["name"] for tag in contract()["tags"]}
        assert {"422", "429", "500", "503"} <= set(one["responses"]), name
        if one["security"]:
            assert "401" in one["responses"], name
        if "{organisation}" in operations()[name].path:
            assert {"401", "403", "404"} <= set(one["responses"]), name
        if "requestBody" in one:
            assert {"413", "415"} <= set(one["responses"]), name


def test_every_sort_of_problem_is_an_example_of_its_status():
    for code, sort in PROBLEMS.items():
        said = contract()["components"]["responses"][f"Problem{sort.status}"]
        example = said["content"]["application/problem+json"]["examples"][code]["value"]
        assert faults({"$ref": "#/components/schemas/Problem"}, example) == []


# --- whether it is so -------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_operation_answers_its_example_as_it_promises(walk):
    wrong = {}
    for name, operation in operations().items():
        response = walk.send(operation)
        found = answered(operation, response)
        if not 200 <= response.status_code < 300:
            found.append(f"{response.status_code} {response.said}")
        if found:
            wrong[name] = found[:3]
    assert not wrong, listed(wrong)


@pytest.mark.django_db
def test_every_operation_refuses_a_parameter_that_nobody_knows(walk):
    wrong = {}
    for name, operation in operations().items():
        path = walk.path(operation)
        path += ("&" if "?" in path else "?") + "nonsense=1"
        response = walk.caller(operation).send(operation.method, path, walk.body(operation))
        codes = [found["code"] for found in (response.said or {}).get("findings", ())]
        if response.status_code != 422 or "unknown-field" not in codes or answered(operation, response):
            wrong[name] = (response.status_code, codes, answered(operation, response))
    assert not wrong, listed(wrong)


@pytest.mark.django_db
def test_every_operation_refuses_a_body_that_is_no_json(walk):
    wrong = {}
    for name, operation in operations().items():
        if operation.sent is None:
            continue
        response = walk.caller(operation).send(operation.method, walk.path(operation), data=b'{"a": ')
        codes = [found["code"] for found in (response.said or {}).get("findings", ())]
        if (response.status_code, codes) != (422, ["not-json"]) or answered(operation, response):
            wrong[name] = (response.status_code, codes)
    assert not wrong, listed(wrong)


@pytest.mark.django_db
def test_the_contract_itself_is_served_to_everybody_and_sent_once(client):
    first = client.get(f"{PREFIX}/openapi.json")
    assert first.json() == contract()
    again = client.get(f"{PREFIX}/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
