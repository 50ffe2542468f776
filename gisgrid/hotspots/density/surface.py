"""Density on the ground: events per hectare, each spread as a bell curve measured in metres.

One event weighs as a Gaussian whose standard deviation is half the radius, cut off at three of them
(to the north, south, east and west of it). The metre is the one of the event's own latitude, and
the hectare that of the place, so that a density summed over the ground is the number of events at
any zoom and latitude.

Events are counted into square cells of the web map, a sixth of a radius wide or less, or as wide as
a pixel where a pixel is wider; the cells lie alike for all tiles, so that tiles meet without a
seam. Counting into cells and drawing between them widen a curve a little, and the curve is made so
much narrower beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, cos, floor, log2, radians
from typing import TYPE_CHECKING, Final

import numpy as np

from gisgrid.geometry.tiling import to_degrees
from gisgrid.hotspots.density.classes import SIGMAS_IN_RADIUS
from gisgrid.hotspots.density.events import CELL_BITS
from gisgrid.hotspots.density.kernel import count, spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gisgrid.geometry.tiling import Tile
    from gisgrid.hotspots.density.events import Events, Selection

__all__ = ["SIDE", "counted", "surface", "tile_density"]

SIDE: Final = 256
"""Pixels of a tile's side."""

_EQUATOR_M: Final = 2 * np.pi * 6_378_137.0
_REACH_IN_SIGMAS: Final = 3.0
_CELLS_IN_RADIUS: Final = 6
_FINEST: Final = 2 * CELL_BITS
_SQUARE_M_PER_HECTARE: Final = 1e4
# Variance, in squared cells, of a place within its cell, and of linear drawing between cells.
_OF_COUNTING: Final = 1 / 12
_OF_DRAWING: Final = 1 / 6


@dataclass(frozen=True)
class _Window:
    """Cells of level ``level``, of which there are 2^level each way on the map of the earth."""

    level: int
    left: int
    top: int
    columns: int
    rows: int

    def wider(self, margin: int) -> _Window:
        double = 2 * margin
        return _Window(
            self.level,
            self.left - margin,
            self.top - margin,
            self.columns + double,
            self.rows + double,
        )

    def cell_m(self) -> NDArray[np.float64]:
        """Width of the cells of each row, in metres, shape (rows,)."""
        middle = (self.top + np.arange(self.rows) + 0.5) / 2.0**self.level
        lat = to_degrees(np.column_stack([np.full(self.rows, 0.5), middle]))[:, 1]
        return np.asarray(_EQUATOR_M / 2.0**self.level * np.cos(np.radians(lat)))


def tile_density(
    events: Events, wanted: Selection, tile: Tile, radius_m: float
) -> NDArray[np.float64]:
    """The density at the middle of each pixel of a tile.

    Parameters
    ----------
    events : Events
    wanted : Selection
        The events that are meant.
    tile : Tile
    radius_m : float
        Reach of one event in metres.

    Returns
    -------
    ndarray of float64, shape (256, 256)
        Events per hectare, from north to south and from west to east.
    """
    pixels = tile.zoom + int(log2(SIDE))
    level = min(pixels, _level_of(radius_m))
    if level == pixels:
        window = _Window(level, tile.column * SIDE, tile.row * SIDE, SIDE, SIDE)
        return surface(events, wanted, window, radius_m, _OF_COUNTING)
    scale = 2.0 ** (level - pixels)
    across = (tile.column * SIDE + np.arange(SIDE) + 0.5) * scale - 0.5
    down = (tile.row * SIDE + np.arange(SIDE) + 0.5) * scale - 0.5
    left, top = floor(across[0]), floor(down[0])
    window = _Window(level, left, top, floor(across[-1]) - left + 2, floor(down[-1]) - top + 2)
    values = surface(events, wanted, window, radius_m, _OF_COUNTING + _OF_DRAWING)
    return _between(values, across - left, down - top)


def surface(
    events: Events, wanted: Selection, window: _Window, radius_m: float, variance: float
) -> NDArray[np.float64]:
    """The density in the cells of a window, events per hectare.

    Parameters
    ----------
    variance : float
        By how much cells widen the curve, in squared cells.
    """
    margin = _margin(window, radius_m)
    wide = window.wider(margin)
    counts = counted(events, wanted, wide)
    cell_m = wide.cell_m()
    spread_out = spread(counts, _weights(cell_m, radius_m, margin, variance), margin)
    hectares = cell_m[margin : margin + window.rows] ** 2 / _SQUARE_M_PER_HECTARE
    return spread_out / hectares[:, None]


def counted(events: Events, wanted: Selection, window: _Window) -> NDArray[np.float32]:
    """How many events lie in each cell of a window, shape (rows, columns)."""
    counts = np.zeros((window.rows, window.columns), np.float32)
    shift = _FINEST - window.level
    last = (1 << CELL_BITS) - 1

    def index_cells(first: int, cells: int) -> tuple[int, int]:
        low, high = (one << shift >> CELL_BITS for one in (first, first + cells - 1))
        return max(low, 0), min(high, last)

    west, east = index_cells(window.left, window.columns)
    north, south = index_cells(window.top, window.rows)
    rows = np.arange(north, south + 1, dtype=np.uint32) << np.uint32(CELL_BITS)
    begins = np.searchsorted(events.cells, rows | np.uint32(west))
    ends = np.searchsorted(events.cells, rows | np.uint32(east), side="right")
    kinds = wanted.kinds
    if kinds is None:
        kinds = np.ones(int(events.kind.max(initial=0)) + 1, np.bool_)
    columns = (events.cells, events.starts, events.x, events.y, events.kind, events.second)
    span = events.span(wanted)
    count(*columns, begins, ends, kinds, *span, shift, window.left, window.top, counts)
    return counts


def _level_of(radius_m: float) -> int:
    """The level whose cells are small beside a radius at every latitude."""
    return min(ceil(log2(_EQUATOR_M * _CELLS_IN_RADIUS / radius_m)), _FINEST)


def _margin(window: _Window, radius_m: float) -> int:
    """How many cells away an event may lie that still weighs in a window."""
    side, reach = 2.0**window.level, 0.0
    for edge in (window.top, window.top + window.rows):
        lat = radians(float(to_degrees(np.array([[0.5, edge / side]]))[0, 1]))
        # A little further from the equator, where the metre is wider on the map.
        reach = max(reach, radius_m * side / _EQUATOR_M / cos(min(abs(lat) * 1.01, 1.5)))
    return ceil(reach * _REACH_IN_SIGMAS / SIGMAS_IN_RADIUS)


def _weights(
    cell_m: NDArray[np.float64], radius_m: float, margin: int, variance: float
) -> NDArray[np.float32]:
    """The bell curve over the cells of a row, for each row; each sums to 1."""
    away = np.arange(-margin, margin + 1)
    sigma_m = radius_m / SIGMAS_IN_RADIUS
    cells = (sigma_m / cell_m) ** 2 - variance
    # Narrower than a cell's own width: all stays in the cell.
    cells = np.maximum(cells, 1e-3)[:, None]
    weights = np.exp(-(away**2) / (2 * cells))
    weights[np.abs(away) * cell_m[:, None] > _REACH_IN_SIGMAS * sigma_m] = 0
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


def _between(
    values: NDArray[np.float64], across: NDArray[np.float64], down: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Values drawn linearly between cells, at columns and rows that may lie between them."""
    row, column = np.floor(down).astype(np.intp), np.floor(across).astype(np.intp)
    share = (across - column)[None, :]
    lines = values[:, column] * (1 - share) + values[:, column + 1] * share
    share = (down - row)[:, None]
    return np.asarray(lines[row] * (1 - share) + lines[row + 1] * share)
