"""Telling event loops that there is something new, from whichever thread found it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

__all__ = ["STREAM", "News"]

STREAM: Final = "/v1/changes/stream"
"""The path of the answer that has no end of its own."""


class News:
    """Wakes all who listen when something is told."""

    def __init__(self) -> None:
        self._ears: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._lock = threading.Lock()
        self.over = False

    @contextmanager
    def listen(self) -> Iterator[asyncio.Event]:
        """An event of the running loop, set whenever something is told, and at the end."""
        event = asyncio.Event()
        ear = (asyncio.get_running_loop(), event)
        with self._lock:
            self._ears.add(ear)
        try:
            yield event
        finally:
            with self._lock:
                self._ears.discard(ear)

    def tell(self) -> None:
        """Wake all who listen; from any thread."""
        with self._lock:
            ears = list(self._ears)
        for loop, event in ears:
            # A loop that was closed has nobody left to wake.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(event.set)

    def end(self) -> None:
        """Say that there will be nothing more."""
        self.over = True
        self.tell()
