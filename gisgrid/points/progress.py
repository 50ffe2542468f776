"""How a long run over rows tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Progress", "quiet"]

# Called with the rows done and, where known, the rows in all.
Progress = Callable[[int, int | None], None]


def quiet(done: int, total: int | None) -> None:
    """Show no progress."""
