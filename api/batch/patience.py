"""How long a batch waits for whoever sends it or reads its answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

import anyio

__all__ = ["GRACE", "RATE", "Patience"]

# Seconds that a peer may be behind, and the bytes a second that it has to keep up with.
GRACE: Final = 30.0
RATE: Final = 100_000


class Patience:
    """Seconds that may still be waited for a peer: waiting uses them up, bytes bring some back.

    There are never more than `GRACE`, so that who stalls is given up after as many, and who
    trickles not much later.
    """

    def __init__(self) -> None:
        self.left = GRACE

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Wait for the peer.

        Raises
        ------
        TimeoutError
            There is no patience left.
        """
        began = monotonic()
        with anyio.fail_after(self.left):
            yield
        self.left -= monotonic() - began

    def reward(self, size: int) -> None:
        """Count bytes that came or went."""
        self.left = min(GRACE, self.left + size / RATE)
