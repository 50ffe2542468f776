"""Which polygon owns a point: arrays in, arrays out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gisgrid.locate.levels import LevelIndex, Owners
from gisgrid.locate.paths import PATH_SEPARATOR, path_key
from gisgrid.locate.resolution import NESTED_LEVELS, GridRef, Resolution

if TYPE_CHECKING:
    from gisgrid.locate.coverage import CoverageIndex

__all__ = [
    "NESTED_LEVELS",
    "PATH_SEPARATOR",
    "CoverageIndex",
    "GridRef",
    "LevelIndex",
    "Owners",
    "Resolution",
    "path_key",
]


def __getattr__(name: str) -> Any:
    """The index, at its first use: numba comes with it, and most commands look nothing up."""
    if name != "CoverageIndex":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from gisgrid.locate.coverage import CoverageIndex

    return CoverageIndex
