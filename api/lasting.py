"""Answers that take long end when the key or session that they were asked with does."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Final

from api.access import still_in

if TYPE_CHECKING:
    from starlette.types import Message, Scope, Send

    from api.service import Service

__all__ = ["CHECK_EVERY", "while_in"]

# Seconds; the keyring believes the record for one more.
CHECK_EVERY: Final = 0.5


def while_in(scope: Scope, send: Send, service: Service) -> Send:
    """Send an answer piece by piece for as long as the one who asked may come in."""
    checked = monotonic()

    async def sending(message: Message) -> None:
        nonlocal checked
        if message.get("body") and monotonic() - checked > CHECK_EVERY:
            if not await still_in(scope, service):
                # Too late for another answer: the connection is closed, and so nobody takes it
                # for whole.
                raise ConnectionAbortedError("the key or session ended while it was answered")
            checked = monotonic()
        await send(message)

    return sending
