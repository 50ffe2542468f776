"""Which polygon owns a point: arrays in, arrays out."""

from gisgrid.locate.coverage import CoverageIndex
from gisgrid.locate.levels import LevelIndex, Owners
from gisgrid.locate.paths import PATH_SEPARATOR, path_key
from gisgrid.locate.resolution import NESTED_LEVELS, GridRef, Resolution

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
