"""The answer to a batch on its way to somebody who may not read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastapi.responses import StreamingResponse

from api.batch.patience import Patience

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

__all__ = ["Outgoing"]

# What the server holds at most for a reader that was given up: it sends that on.
_PIECE: Final = 1 << 16


class Outgoing(StreamingResponse):
    """A stream whose reader is given up where it falls behind; see `Patience`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it.

        Raises
        ------
        TimeoutError
            It was not read.
        """
        patience = Patience()

        async def in_time(message: Message) -> None:
            for piece in _pieces(message):
                with patience.waiting():
                    await send(piece)
                patience.reward(len(piece.get("body", b"")))

        await super().__call__(scope, receive, in_time)


def _pieces(message: Message) -> list[Message]:
    """A message in small ones."""
    body = memoryview(message.get("body", b""))
    if len(body) <= _PIECE:
        return [message]
    # Each says that more comes, as the message does: the one that ends a stream is empty.
    starts = range(0, len(body), _PIECE)
    return [{**message, "body": bytes(body[start : start + _PIECE])} for start in starts]
