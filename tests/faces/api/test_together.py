"""Many at once, each with a connection of their own: nothing is written twice, and nothing is lost."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.faces.api.conftest import Caller

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(firm, secret, requests):
    """Send all requests from threads, and return their responses in order."""

    def send(request):
        from django.db import connections

        method, path, body, headers = request
        try:
            return Caller(firm.place, bearer=secret).send(method, path, body, **headers)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(send, requests))


def test_of_many_with_one_key_one_is_carried_out_and_all_get_its_answer(firm):
    secret, before = firm.secret(), firm.seq
    row = {"rows": [{"kpi": "k1", "at": "2026-11-21", "value": 5}]}
    responses = at_once(firm, secret, [("POST", "/series/measurement", row, {"Idempotency_Key": "k"})] * 16)
    assert {response.status_code for response in responses} == {200}
    assert len({response.content for response in responses}) == 1
    assert sum("Idempotent-Replayed" not in response.headers for response in responses) == 1
    assert firm.seq == before + 1


def test_of_many_who_saw_one_version_one_writes_and_the_others_are_told(firm):
    secret = firm.secret()
    tag = Caller(firm.place, bearer=secret).get("/kinds/initiative/i1").headers["ETag"]
    before = firm.seq
    requests = [("PATCH", "/kinds/initiative/i1", {"name": f"N{number}"}, {"If_Match": tag}) for number in range(12)]
    responses = at_once(firm, secret, requests)
    assert sorted(response.status_code for response in responses) == [200, *[412] * 11]
    won = next(number for number, response in enumerate(responses) if response.status_code == 200)
    assert {
        response.said["conflicts"][0]["theirs"]["name"] for response in responses if response.status_code == 412
    } == {f"N{won}"}
    assert firm.seq == before + 1


def test_many_who_write_different_things_all_succeed(firm):
    secret, before = firm.secret(), firm.seq
    requests = [
        ("PUT", f"/kinds/person/p{number}", {"name": f"N{number}"}, {"If_None_Match": "*"}) for number in range(24)
    ]
    responses = at_once(firm, secret, requests)
    assert {response.status_code for response in responses} == {201}
    assert {response.said["seq"] for response in responses} == set(range(before + 1, before + 25))
    assert {f"p{number}" for number in range(24)} <= set(firm.book.people)
