"""A study area laid out in equal squares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from scipy.ndimage import gaussian_filter

from gisgrid.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Squares", "lay_squares"]

_MOST: Final = 4_000_000


@dataclass(frozen=True)
class Squares:
    """Squares of a lattice that touch the study area, in metres.

    Attributes
    ----------
    size_m : float
    corner : tuple of float
        Lower left corner of the lattice.
    shape : tuple of int
        Rows (northing) and columns (easting) of the lattice.
    place : int64 (cells,)
        Position of each square in the lattice, row by row.
    """

    size_m: float
    corner: tuple[float, float]
    shape: tuple[int, int]
    place: NDArray[np.int64]

    @property
    def cells(self) -> int:
        """How many squares there are."""
        return len(self.place)

    @property
    def centres(self) -> NDArray[np.float64]:
        """Centres ``(cells, 2)``."""
        row, column = np.divmod(self.place, self.shape[1])
        at = np.column_stack([column, row]) + 0.5
        found: NDArray[np.float64] = at * self.size_m + np.array(self.corner)
        return found

    def cell_of(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
        """The square of each point; -1 outside."""
        column = np.floor((x - self.corner[0]) / self.size_m).astype(np.int64)
        row = np.floor((y - self.corner[1]) / self.size_m).astype(np.int64)
        rows, columns = self.shape
        inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        number = np.full(rows * columns, -1)
        number[self.place] = np.arange(self.cells)
        found = np.full(len(x), -1)
        found[inside] = number[row[inside] * columns + column[inside]]
        return found

    def smooth(self, values: NDArray[np.float64], width_m: float) -> NDArray[np.float64]:
        """Spread values over the squares by a Gaussian of this standard deviation."""
        raster = np.zeros(self.shape)
        raster.flat[self.place] = values
        spread = gaussian_filter(raster, width_m / self.size_m, mode="constant")
        return np.asarray(spread.flat[self.place], dtype=np.float64)


def lay_squares(region: shapely.Geometry, size_m: float) -> Squares:
    """Lay squares over a region in metres; those that touch it count.

    Raises
    ------
    InputError
        The squares have no size, or are too many for the region.
    """
    if not size_m > 0:
        raise InputError("squares need a size above 0 m", where=f"{size_m:g}")
    west, south, east, north = shapely.bounds(region).tolist()
    # One more, so that what lies on the upper and right edges lies in a square.
    columns, rows = (int((b - a) // size_m) + 1 for a, b in ((west, east), (south, north)))
    if rows * columns > _MOST:
        raise InputError(
            f"{rows * columns:,} squares are too many", where=f"{size_m:g} m",
            fix="give larger squares, or a smaller area",
        )  # fmt: skip
    row, column = np.divmod(np.arange(rows * columns), columns)
    left, low = west + column * size_m, south + row * size_m
    shapely.prepare(region)
    touched = shapely.intersects(region, shapely.box(left, low, left + size_m, low + size_m))
    return Squares(size_m, (west, south), (rows, columns), np.flatnonzero(touched))
