"""The way in: how much is taken in, and who is believed who calls."""

import asyncio
import json
import socket

import pytest
from tests.server.conftest import serving

from rhumbline.server.body_limit import limited


def sent(application, body, *, headers=(), pieces=1):
    """Send one request to an ASGI application and return what it sent back."""
    size = -(-len(body) // pieces) or 1
    parts = [body[start : start + size] for start in range(0, len(body), size)] or [b""]
    incoming = [
        {"type": "http.request", "body": part, "more_body": number < len(parts)} for number, part in enumerate(parts, 1)
    ]
    outgoing = []

    async def receive():
        return incoming.pop(0)

    async def send(message):
        outgoing.append(message)

    asyncio.run(application({"type": "http", "headers": list(headers)}, receive, send))
    return outgoing


async def takes_everything(scope, receive, send):
    while (await receive())["more_body"]:
        pass
    await send({"type": "http.response.start", "status": 204, "headers": []})


@pytest.mark.parametrize(
    ("size", "pieces", "status"), [(0, 1, 204), (10, 1, 204), (10, 5, 204), (11, 1, 413), (11, 5, 413)]
)
@pytest.mark.parametrize("announced", [True, False])
def test_a_request_is_taken_in_up_to_the_limit_announced_or_not(size, pieces, status, announced):
    headers = [(b"content-length", str(size).encode())] if announced else []
    answer = sent(limited(takes_everything, 10), b"x" * size, headers=headers, pieces=pieces)
    assert answer[0]["status"] == status
    if status == 413:
        problem = json.loads(answer[1]["body"])
        assert (problem["status"], problem["code"]) == (413, "too-large")
        assert "10 bytes" in problem["detail"]


def test_a_length_that_is_no_number_is_refused():
    assert sent(limited(takes_everything, 10), b"", headers=[(b"content-length", b"-1")])[0]["status"] == 413


def test_an_answer_that_has_begun_is_not_begun_again():
    async def answers_at_once(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await takes_everything(scope, receive, send)

    assert [message["status"] for message in sent(limited(answers_at_once, 10), b"x" * 11)] == [200]


def test_behind_a_proxy_that_is_believed_everything_is_encrypted(tmp_path):
    url = "https://plans.example.org"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with serving(tmp_path, "--port", port, RHUMBLINE_URL=url, RHUMBLINE_PROXY="127.0.0.1") as server:
        assert server.url == url
        server.url = f"http://127.0.0.1:{port}"
        host = {"Host": "plans.example.org"}
        plain = server.ask("/", headers=host)
        assert (plain.status, plain.headers["Location"]) == (301, "https://plans.example.org/")
        encrypted = server.ask(
            "/sign-in", headers={**host, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
        )
        assert encrypted.status == 200
        assert encrypted.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "; Secure" in encrypted.headers["Set-Cookie"]
        assert server.ask("/healthz").status == 200  # asked the local way


def test_without_a_proxy_nobody_is_believed(tmp_path):
    with serving(tmp_path) as server:
        answer = server.ask("/sign-in", headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"})
        assert answer.status == 200
        assert "Secure" not in answer.headers["Set-Cookie"]
