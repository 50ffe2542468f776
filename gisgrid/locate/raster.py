"""A raster over the borders: most of its cells have one owner, the others few segments.

Cells that borders cross are divided into 4 x 4, and those again where many segments meet, so the
memory follows the borders and not the bounding box. Cells, blocks and lookups are described at
`Raster`; what is done in a crossed cell in `gisgrid.locate.walking`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from gisgrid.locate.dividing import distribute, divide
from gisgrid.locate.walking import NOWHERE, UNSURE, is_beyond

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gisgrid.locate.borders import Borders

__all__ = ["Raster", "draw_raster"]

# Cells of the first division, for each segment, at least and at most.
_CELLS_PER_SEGMENT: Final = 3
_LEAST_CELLS: Final = 16
_MOST_CELLS: Final = 1 << 20
# A crossed cell is divided at least once, and further while it holds more segments than these.
_FEW: Final = 6
_MOST_DEPTH: Final = 12
# A cell is at least so many roundings of a coordinate wide: then a point is never further than a
# hair (`dividing.SLACK`) outside the cell that it is counted to.
_ROUNDINGS: Final = 2.0**20
# The raster stands out by these parts of a cell in the west and south, in the east and north.
# They have nothing in common, so that the lines of the raster miss coordinates that have.
_BEFORE: Final = 0.3183098861837907
_BEYOND: Final = 0.5772156649015329


@dataclass(frozen=True)
class Raster:
    """Who owns each cell.

    A value of a cell is a position, `NOWHERE` or `UNSURE` where that holds for the whole cell.
    Otherwise it is ``-3 - 2 * i`` for block ``i`` or ``-4 - 2 * i`` for the leaf at ``i``: a
    block divides the cell into 4 x 4; a leaf lists the owner of its south-west corner, then its
    segments, the last one inverted.

    Attributes
    ----------
    box : ndarray of float64, shape (4,)
        West, south, east, north of all polygons; outside there is nobody.
    grid : ndarray of float64, shape (6,)
        West and south of the first cell, width and height of a cell of ``root``, degrees; the
        inverses of these two.
    root : ndarray of int32, shape (rows, columns)
    blocks : ndarray of int32, shape (16 * b,)
    leaves : ndarray of int32, shape (l,)
    """

    box: NDArray[np.float64]
    grid: NDArray[np.float64]
    root: NDArray[np.int32]
    blocks: NDArray[np.int32]
    leaves: NDArray[np.int32]


def draw_raster(borders: Borders, points: int | None = None) -> Raster:
    """Lay a raster over borders, for about so many points."""
    if len(borders.xy) == 0:
        # A box in which no point lies.
        return _single_cell(np.array([np.inf, np.inf, -np.inf, -np.inf]), NOWHERE)
    x, y = borders.xy[0::2], borders.xy[1::2]
    box = np.array([x.min(), y.min(), x.max(), y.max()])
    if is_beyond(borders.xy):
        return _single_cell(box, UNSURE)
    cells = min(_CELLS_PER_SEGMENT * (len(borders.xy) // 2), _MOST_CELLS)
    if points is not None:
        cells = min(cells, points)
    shape, grid, depth = _layout(box, max(cells, _LEAST_CELLS))
    starts, members = distribute(borders.xy, borders.sides, grid, shape)
    root = np.empty(shape, dtype=np.int32)
    blocks, leaves = divide(starts, members, borders.xy, borders.sides, grid, root, depth, _FEW)
    return Raster(box, grid, root, blocks, leaves)


def _single_cell(box: NDArray[np.float64], owner: int) -> Raster:
    nothing = np.zeros(0, dtype=np.int32)
    return Raster(box, np.zeros(6), np.full((1, 1), owner, dtype=np.int32), nothing, nothing)


def _layout(
    box: NDArray[np.float64], cells: int
) -> tuple[tuple[int, int], NDArray[np.float64], int]:
    """Rows and columns of the first division, its grid, and how deep cells may be divided."""
    extent = box[2:] - box[:2]
    rounding = np.spacing(np.maximum(np.abs(box[:2]), np.abs(box[2:])))
    least = _ROUNDINGS * rounding
    # Square cells where the extent allows it.
    wanted = np.sqrt(cells) * np.sqrt(extent / extent[::-1])
    count = np.clip(np.minimum(wanted, extent / least), 1, _MOST_CELLS).astype(np.int64)
    count = np.minimum(count, _MOST_CELLS // count[::-1])
    several = count > 1
    size = np.where(several, extent / (count - _BEFORE - _BEYOND), 2 * extent + 2 * least)
    begin = box[:2] - np.where(several, _BEFORE * size, (size - extent) / 2)
    depth = int(np.floor(np.log2(size / least).min() / 2))
    grid = np.concatenate([begin, size, 1 / size])
    return (int(count[1]), int(count[0])), grid, min(max(depth, 0), _MOST_DEPTH)
