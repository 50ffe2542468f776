"""From the corner of a cell to a point, counting the borders on the way.

A cell of the raster knows which polygon covers its south-west corner. A path leads from there
along the cell's west edge to the height of the point, then east to the point. Each segment that
it crosses takes it out of the polygon on one side and into the one on the other. What is summed
up is ``MEMBER + position + 1`` for each polygon that covers the place: the high half of the sum
counts them and, where it is one, the low half names it. So the order of the crossings makes no
difference, and overlaps show.

A vertex on the path's height belongs to what lies below (left), so the path runs a hair above
(right of) every vertex: the half-open rule of ray casting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from gisgrid.locate.borders import NOBODY
from gisgrid.locate.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "MEMBER",
    "NOWHERE",
    "SMALLEST",
    "UNSURE",
    "is_beyond",
    "is_minute",
    "membership",
    "named",
    "owner_in_cell",
    "side_of",
]

# Answers that are no position.
NOWHERE: Final = -1
UNSURE: Final = -2

MEMBER: Final = 1 << 32
_NAME: Final = MEMBER - 1

# Forward error of an orientation determinant computed as written here, relative to the sum of
# its two products: (3 + 16 e) e with e = 2^-53 (J. R. Shewchuk, Adaptive Precision Floating-Point
# Arithmetic and Fast Robust Geometric Predicates, 1997, section 4.2).
_RELATIVE: Final = (3 + 16 * 2.0**-53) * 2.0**-53
# That holds unless a product underflows or overflows. It does not while every coordinate is 0 or
# lies between these, for then every difference of two is 0 or above 1e-136. GEOS counts on the
# same, so what it says of others is asked of itself.
SMALLEST: Final = 1e-120
_LARGEST: Final = 1e120


@compiled
def is_minute(number: float) -> bool:
    """Whether a coordinate is so near to 0 that products of differences may underflow."""
    return -SMALLEST < number < SMALLEST and number != 0


def is_beyond(*coordinates: NDArray[np.float64]) -> bool:
    """Whether products of differences of some of these numbers may underflow or overflow."""
    sizes = [np.abs(column[column != 0]) for column in coordinates]
    return any(bool(((size < SMALLEST) | (size > _LARGEST)).any()) for size in sizes)


@compiled
def membership(position: int) -> int:
    """What a polygon adds to the sum of a place that it covers."""
    return 0 if position == NOBODY else MEMBER + position + 1


@compiled
def named(total: int) -> int:
    """The polygon that a sum stands for, `NOWHERE` for none, `UNSURE` for several."""
    if total == 0:
        return NOWHERE
    return (total & _NAME) - 1 if total >> 32 == 1 else UNSURE


@compiled
def side_of(x0: float, y0: float, x1: float, y1: float, x: float, y: float) -> int:
    """1 left of a segment's line, -1 right of it, 0 where rounding could decide."""
    ahead = (x1 - x0) * (y - y0)
    across = (y1 - y0) * (x - x0)
    turn = ahead - across
    if abs(turn) > _RELATIVE * (abs(ahead) + abs(across)):
        return 1 if turn > 0 else -1
    return 0


@compiled
def owner_in_cell(
    x: float,
    y: float,
    west: float,
    south: float,
    leaf: int,
    leaves: NDArray[np.int32],
    xy: NDArray[np.float64],
    sides: NDArray[np.int32],
) -> int:
    """The polygon that covers a point of a cell, `NOWHERE`, or `UNSURE`.

    Parameters
    ----------
    x, y : float
        The point, not on the border of the cell's neighbours by more than the raster's slack.
    west, south : float
        The cell's corner.
    leaf : int
        Where ``leaves`` tells the owner of the corner and the segments in the cell, of which the
        last is inverted (``~k``).
    """
    total = membership(leaves[leaf])
    last = False
    while not last:
        leaf += 1
        k = leaves[leaf]
        if k < 0:
            k = ~k
            last = True
        x0, y0, x1, y1 = xy[2 * k], xy[2 * k + 1], xy[2 * k + 2], xy[2 * k + 3]
        x_low, x_high = (x0, x1) if x0 <= x1 else (x1, x0)
        y_low, y_high = (y0, y1) if y0 <= y1 else (y1, y0)
        at_height = y_low <= y < y_high
        over_west = x_low <= west < x_high
        point_east = False
        if y_low <= y <= y_high:
            if x > x_high:
                point_east = True
            elif x >= x_low:
                side = side_of(x0, y0, x1, y1, x, y)
                if side == 0:
                    return UNSURE
                point_east = (side < 0) == (y1 > y0)
        if not (at_height or over_west):
            continue
        # The bend of the path: above the corner, west of the point.
        bend_east = west > x_high
        bend_above = y > y_high
        if x_low <= west <= x_high and y_low <= y <= y_high:
            side = side_of(x0, y0, x1, y1, west, y)
            if side == 0:
                return UNSURE
            bend_east = (side < 0) == (y1 > y0)
            bend_above = (side > 0) == (x1 > x0)
        gain = membership(sides[2 * k]) - membership(sides[2 * k + 1])
        if at_height and bend_east != point_east:
            # Eastwards across a rising segment leads from its left to its right.
            total += gain if bend_east == (y1 > y0) else -gain
        if over_west:
            corner_above = south > y_high
            if y_low <= south <= y_high:
                side = side_of(x0, y0, x1, y1, west, south)
                if side == 0:
                    return UNSURE
                corner_above = (side > 0) == (x1 > x0)
            if corner_above != bend_above:
                # Upwards across a segment that leads east leads from its right to its left.
                total += gain if bend_above == (x1 > x0) else -gain
    return named(total)
