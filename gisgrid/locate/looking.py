"""Looking points up in the raster: the loops that answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gisgrid.locate.compiled import compiled
from gisgrid.locate.walking import NOWHERE, UNSURE, is_minute, owner_in_cell

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["look_up"]


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

    The arrays are those of `Raster` and `Borders`.
    """
    west, south, east, north = box[0], box[1], box[2], box[3]
    unsure = 0
    for n in range(len(x)):
        px, py = x[n], y[n]
        # NaN fails every comparison.
        if not (west <= px <= east and south <= py <= north):
            owner[n] = NOWHERE
            continue
        if is_minute(px) or is_minute(py):
            owner[n] = UNSURE
            unsure += 1
            continue
        u, v = (px - grid[0]) * grid[4], (py - grid[1]) * grid[5]
        i, j = int(u), int(v)
        value = root[j, i]
        scale = 1.0
        while value < UNSURE:
            at = (-3 - value) >> 1
            if value & 1:
                scale *= 4.0
                u *= 4.0
                v *= 4.0
                i, j = int(u), int(v)
                value = blocks[(at << 4) + ((j & 3) << 2) + (i & 3)]
            else:
                corner_x = grid[0] + i * (grid[2] / scale)
                corner_y = grid[1] + j * (grid[3] / scale)
                value = owner_in_cell(px, py, corner_x, corner_y, at, leaves, xy, sides)
        if value == UNSURE:
            unsure += 1
        owner[n] = value
    return unsure
