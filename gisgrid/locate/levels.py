"""The owners of points at every level at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gisgrid.locate.resolution import NESTED_LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from gisgrid.locate.coverage import CoverageIndex

__all__ = ["LevelIndex", "Owners"]


@dataclass(frozen=True)
class Owners:
    """The owners of n points.

    Attributes
    ----------
    grid_ids : mapping of level to ndarray of int64, shape (n,)
        The owning grid at each level, 0 where there is none.
    border : ndarray of bool, shape (n,)
        Whether the point lies on a border at any of the nested levels.
    """

    grid_ids: Mapping[str, NDArray[np.int64]]
    border: NDArray[np.bool_]

    def ids(self, level: str) -> NDArray[np.int64]:
        """The owners at a level; all 0 where the level has no grids."""
        found = self.grid_ids.get(level)
        return np.zeros(len(self.border), dtype=np.int64) if found is None else found

    @property
    def outside(self) -> NDArray[np.bool_]:
        """Which points no grid of the nested levels covers, whatever the police area."""
        covered = np.zeros(len(self.border), dtype=np.bool_)
        for level in NESTED_LEVELS:
            covered |= self.ids(level) != 0
        return ~covered

    def statuses(self) -> list[str]:
        """``inside``, ``border`` or ``outside`` for each point, as `Resolution.status`."""
        named = np.where(self.outside, "outside", np.where(self.border, "border", "inside"))
        return [str(status) for status in named]


@dataclass(frozen=True)
class LevelIndex:
    """One `CoverageIndex` per level, with the grid ids that its positions stand for.

    Attributes
    ----------
    revision : int
        The revision of the boundaries that the indexes were made from.
    indexes : mapping of level to CoverageIndex
    grid_ids : mapping of level to ndarray of int64
        For each level the grid id at each position of the index.
    """

    revision: int
    indexes: Mapping[str, CoverageIndex]
    grid_ids: Mapping[str, NDArray[np.int64]]

    def owners(self, lon: ArrayLike, lat: ArrayLike) -> Owners:
        """The owners of points given in degrees, each level answered by its own polygons."""
        x, y = (np.atleast_1d(np.asarray(part, dtype=np.float64)) for part in (lon, lat))
        border = np.zeros(len(x), dtype=np.bool_)
        found: dict[str, NDArray[np.int64]] = {}
        for level, index in self.indexes.items():
            position, touched = index.locate(x, y, border=True)
            # Position -1 reads the extra zero at the end.
            found[level] = np.append(self.grid_ids[level], 0)[position]
            if level in NESTED_LEVELS:
                border |= touched
        return Owners(found, border)
