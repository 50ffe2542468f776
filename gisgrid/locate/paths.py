"""Paths of codes, and the text by which they are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PATH_SEPARATOR", "path_key"]

# Lower than every character a code may hold, so that comparing joined paths as text is
# comparing them code by code.
PATH_SEPARATOR: Final = "\x1f"


def path_key(path: Sequence[str]) -> str:
    """The text by which paths of codes (area, unit, micro) are compared."""
    return PATH_SEPARATOR.join(path)
