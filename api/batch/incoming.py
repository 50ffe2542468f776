"""A request's body as a file that a thread reads while it arrives."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Final

from anyio import from_thread

from api.batch.patience import RATE, Patience
from api.batch.pieces import Pieces
from gisgrid.errors import InputError, LimitExceeded

if TYPE_CHECKING:
    from fastapi import Request

__all__ = ["Incoming", "open_body"]

_BUFFER: Final = 1 << 18


class Incoming(Pieces):
    """The pieces of a body, fetched as they are asked for.

    To be read in a worker thread of anyio, in the event loop of which the request is served.

    Parameters
    ----------
    request : Request
    limit : int
        Most bytes; what comes after is not read.

    Attributes
    ----------
    digest : hashlib object
        SHA-256 of what has been read.
    """

    def __init__(self, request: Request, limit: int) -> None:
        super().__init__()
        self._pieces = request.stream()
        self._limit = limit
        self._size = 0
        self._patience = Patience()
        self.digest = hashlib.sha256()

    def next_piece(self) -> bytes:
        """The next piece that arrives."""
        piece = from_thread.run(self._arrived)
        self._size += len(piece)
        self._patience.reward(len(piece))
        if self._size > self._limit:
            raise LimitExceeded(
                f"the body is longer than {self._limit:,} bytes",
                fix="send the points in several batches",
            )
        self.digest.update(piece)
        return piece

    async def _arrived(self) -> bytes:
        try:
            with self._patience.waiting():
                # An empty piece says no more than that the body ends.
                async for piece in self._pieces:
                    if piece:
                        return piece
        except TimeoutError:
            raise InputError(
                f"the body arrives at less than {RATE:,} bytes a second",
                fix="send the points in several batches",
            ) from None
        return b""


def open_body(incoming: Incoming) -> io.BufferedReader:
    """A buffered file over a body."""
    return io.BufferedReader(incoming, _BUFFER)
