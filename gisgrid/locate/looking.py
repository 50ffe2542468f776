"""Looking points up: the loops that answer.

Points are taken a few hundred at a time through three passes: the cells of the root, the blocks,
the leaves. Within a pass no point waits for the memory that another one asks for; done point by
point the same work takes twice as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from gisgrid.locate.compiled import compiled
from gisgrid.locate.walking import NOWHERE, UNSURE, is_minute, owner_in_cell

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["look_up"]

_AT_A_TIME: Final = 1024


@compiled
def look_up(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    owner: NDArray[np.int32],
    box: NDArray[np.float64],
    grid: NDArray[np.float64],
    root: NDArray[np.int32],
    blocks: NDArray[np.int32],
    leaves: NDArray[np.int32],
    xy: NDArray[np.float64],
    sides: NDArray[np.int32],
) -> int:
    """Write the owner of each point; returns how many are `UNSURE`.

    The arrays are those of `gisgrid.locate.raster.Raster` and `gisgrid.locate.borders.Borders`.
    """
    rows = np.empty(_AT_A_TIME, dtype=np.int64)
    leaf_rows = np.empty(_AT_A_TIME, dtype=np.int64)
    leaf_scales = np.empty(_AT_A_TIME)
    unsure = 0
    for begin in range(0, len(x), _AT_A_TIME):
        end = min(begin + _AT_A_TIME, len(x))
        px, py, found = x[begin:end], y[begin:end], owner[begin:end]
        crossed = _in_root(px, py, found, box, grid, root, rows)
        waiting = _in_blocks(px, py, found, grid, blocks, rows[:crossed], leaf_rows, leaf_scales)
        _warm(found, leaves, xy, sides, leaf_rows[:waiting], rows)
        _in_leaves(px, py, found, grid, leaves, xy, sides, leaf_rows[:waiting], leaf_scales)
        for n in range(len(found)):
            unsure += found[n] == UNSURE
    return unsure


@compiled
def _in_root(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    found: NDArray[np.int32],
    box: NDArray[np.float64],
    grid: NDArray[np.float64],
    root: NDArray[np.int32],
    crossed: NDArray[np.int64],
) -> int:
    """Write the values of cells; returns how many rows, listed in ``crossed``, borders cross."""
    west, south, east, north = box[0], box[1], box[2], box[3]
    left, low, across, up = grid[0], grid[1], grid[4], grid[5]
    count = 0
    for n in range(len(x)):
        px, py = x[n], y[n]
        value = NOWHERE
        # NaN fails every comparison.
        if west <= px <= east and south <= py <= north:
            value = root[int((py - low) * up), int((px - left) * across)]
            if is_minute(px) or is_minute(py):
                value = UNSURE
        found[n] = value
        crossed[count] = n
        count += value < UNSURE
    return count


@compiled
def _in_blocks(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    found: NDArray[np.int32],
    grid: NDArray[np.float64],
    blocks: NDArray[np.int32],
    crossed: NDArray[np.int64],
    leaf_rows: NDArray[np.int64],
    leaf_scales: NDArray[np.float64],
) -> int:
    """Go down the blocks; returns how many rows end in leaves.

    ``leaf_rows`` lists them, ``leaf_scales`` how many of their cells make one of the root.
    """
    left, low, across, up = grid[0], grid[1], grid[4], grid[5]
    waiting = 0
    count = len(crossed)
    scale = 1.0
    while count > 0:
        kept = 0
        for p in range(count):
            n = crossed[p]
            value = found[n]
            if value & 1:
                i = int((x[n] - left) * across * (4.0 * scale))
                j = int((y[n] - low) * up * (4.0 * scale))
                at = (-3 - value) >> 1
                found[n] = blocks[(at << 4) + ((j & 3) << 2) + (i & 3)]
                crossed[kept] = n
                kept += found[n] < UNSURE
            else:
                leaf_rows[waiting] = n
                leaf_scales[waiting] = scale
                waiting += 1
        count = kept
        scale *= 4.0
    return waiting


@compiled
def _warm(
    found: NDArray[np.int32],
    leaves: NDArray[np.int32],
    xy: NDArray[np.float64],
    sides: NDArray[np.int32],
    leaf_rows: NDArray[np.int64],
    segments: NDArray[np.int64],
) -> None:
    """Read the first segment of each leaf, all at once, so that they are near when walked."""
    for p in range(len(leaf_rows)):
        k = leaves[((-3 - found[leaf_rows[p]]) >> 1) + 1]
        segments[p] = k if k >= 0 else ~k
    total = 0.0
    for p in range(len(leaf_rows)):
        total += xy[2 * segments[p]] + sides[2 * segments[p]]
    # What is not used is not computed.
    segments[0] = int(total != 0)


@compiled
def _in_leaves(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    found: NDArray[np.int32],
    grid: NDArray[np.float64],
    leaves: NDArray[np.int32],
    xy: NDArray[np.float64],
    sides: NDArray[np.int32],
    leaf_rows: NDArray[np.int64],
    leaf_scales: NDArray[np.float64],
) -> None:
    """Walk to the points whose cells borders cross."""
    left, low, width, height, across, up = grid[0], grid[1], grid[2], grid[3], grid[4], grid[5]
    for p in range(len(leaf_rows)):
        n, scale = leaf_rows[p], leaf_scales[p]
        i, j = int((x[n] - left) * across * scale), int((y[n] - low) * up * scale)
        corner_x, corner_y = left + i * (width / scale), low + j * (height / scale)
        at = (-3 - found[n]) >> 1
        found[n] = owner_in_cell(x[n], y[n], corner_x, corner_y, at, leaves, xy, sides)
