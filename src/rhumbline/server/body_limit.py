"""Refuses a request that is too large before it is taken in; Django would first write all of it to the disk."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class _TooLarge(Exception):
    """More came than was announced."""


def limited(application: Application, most: int) -> Application:
    """Return an application that answers 413 to every request with a larger body.

    Parameters
    ----------
    application
        Any ASGI application.
    most
        In bytes.
    """

    async def answered(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not announced.isdigit() or int(announced) > most:
            await _refuse(send, most)
            return
        taken, begun = 0, False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise _TooLarge
            return message

        async def noticed(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await application(scope, counted, noticed)
        except _TooLarge:
            if not begun:
                await _refuse(send, most)

    return answered


async def _refuse(send: Send, most: int) -> None:
    problem = {
        "type": "about:blank",
        "title": "Content Too Large",
        "status": 413,
        "code": "too-large",
        "detail": f"A request may have {most} bytes at most. Send less at once; an owner of the server sets "
        "RHUMBLINE_BODY_LIMIT.",
    }
    body = json.dumps(problem).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})


__all__ = ["limited"]
