"""Waiting for what a server does in the background."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

# A busy machine is no failure: what should take milliseconds may take this long.
PATIENCE = 120.0


def until(done: Callable[[], Any]) -> Any:
    """Ask again and again until the answer is true, and give it back."""
    end = time.monotonic() + PATIENCE
    while not (found := done()):
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)
    return found


def until_served(client: Any, revision: int) -> None:
    """Wait until an application answers look-ups from a revision."""
    until(lambda: client.get("/v1/resolve?lon=0&lat=0").json()["revision"] == revision)
