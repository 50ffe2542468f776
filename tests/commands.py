"""What a command gives back to a test."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Run"]

# Arguments to exit code, what was printed, what was said.
Run = Callable[..., tuple[int, str, str]]
