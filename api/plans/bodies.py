"""Bodies that are read whole: only short ones, and only from those who send them in time."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final

import anyio
from fastapi import Request, Response
from fastapi.routing import APIRoute

from gisgrid.errors import InputError, LimitExceeded

if TYPE_CHECKING:
    from starlette.types import Message

__all__ = ["MOST_BYTES", "ShortBody", "read_short", "replayed"]

MOST_BYTES: Final = 2 * 1024 * 1024
_SECONDS: Final = 30.0


class ShortBody(APIRoute):
    """A route whose body is bounded in size and time before anything is made of it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, behind the bounds."""
        handle = super().get_route_handler()

        async def bounded(request: Request) -> Response:
            return await handle(replayed(request, await read_short(request)))

        return bounded


def replayed(request: Request, body: bytes) -> Request:
    """The request again, with a body that was read from it."""
    left: bytes | None = body

    async def receive() -> Message:
        nonlocal left
        if left is None:
            # Only that the client goes away can still come.
            return await request.receive()
        read, left = left, None
        return {"type": "http.request", "body": read, "more_body": False}

    return Request(request.scope, receive)


async def read_short(request: Request, most: int = MOST_BYTES) -> bytes:
    """The whole body, of at most so many bytes.

    Raises
    ------
    LimitExceeded
        It is too long.
    InputError
        It arrives too slowly.
    """
    body = bytearray()
    try:
        with anyio.fail_after(_SECONDS):
            async for piece in request.stream():
                body += piece
                if len(body) > most:
                    raise LimitExceeded(
                        f"the body is longer than {most:,} bytes",
                        fix="send less at once",
                    )
    except TimeoutError:
        raise InputError(f"the body takes longer than {_SECONDS:g} s to arrive") from None
    return bytes(body)
