"""A binary file made of pieces that come one after the other."""

from __future__ import annotations

import io
from abc import abstractmethod
from typing import Any

__all__ = ["Pieces"]


class Pieces(io.RawIOBase):
    """Reads on from piece to piece, fetching each when it is wanted; nothing is read ahead."""

    def __init__(self) -> None:
        self._rest = memoryview(b"")

    @abstractmethod
    def next_piece(self) -> memoryview | bytes:
        """The next piece; empty at the end."""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with some of what is left; 0 at the end."""
        if not self._rest:
            # Arrow's buffers are of signed bytes.
            self._rest = memoryview(self.next_piece()).cast("B")
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
