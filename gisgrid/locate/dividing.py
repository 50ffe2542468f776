"""How a raster is divided: which segments lie in which cell, and who owns the corners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from gisgrid.locate.borders import NOBODY
from gisgrid.locate.compiled import compiled
from gisgrid.locate.walking import UNSURE, membership, named, side_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SLACK", "distribute", "divide"]

# A segment counts to every cell that it comes as near to as this, in widths of the cell.
SLACK: Final = 2.0**-16
# Further division must pay: its cells together hold at most so many times the segments.
_WORTHWHILE: Final = 2
# Entries of leaves for each segment, beyond which nothing is divided further.
_MOST_ENTRIES: Final = 16


@compiled
def distribute(
    xy: NDArray[np.float64],
    sides: NDArray[np.int32],
    grid: NDArray[np.float64],
    shape: tuple[int, int],
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The segments of each cell of the first division, row by row.

    Returns
    -------
    starts : ndarray of int64, shape (rows * columns + 1,)
    members : ndarray of int32
        Segments; those of cell ``c`` are ``members[starts[c]:starts[c + 1]]``.
    """
    rows, columns = shape
    starts = np.zeros(rows * columns + 1, dtype=np.int64)
    members = np.empty(0, dtype=np.int32)
    for filling in range(2):
        if filling:
            # Each start is moved to the end of its cell and, as the cell is filled, back again.
            starts = np.cumsum(starts)
            members = np.empty(starts[-1], dtype=np.int32)
        for k in range(len(xy) // 2 - 1, -1, -1):
            if sides[2 * k] == NOBODY and sides[2 * k + 1] == NOBODY:
                continue
            u0, v0 = (xy[2 * k] - grid[0]) * grid[4], (xy[2 * k + 1] - grid[1]) * grid[5]
            u1, v1 = (xy[2 * k + 2] - grid[0]) * grid[4], (xy[2 * k + 3] - grid[1]) * grid[5]
            first, last = _cells(v0, v1, rows)
            for row in range(first, last + 1):
                west, east = _cells_of_row(u0, v0, u1, v1, row, columns)
                for column in range(west, east + 1):
                    cell = row * columns + column
                    if filling:
                        starts[cell] -= 1
                        members[starts[cell]] = k
                    else:
                        starts[cell] += 1
    return starts, members


@compiled
def _cells(a: float, b: float, count: int) -> tuple[int, int]:
    """The first and the last of ``count`` cells between two places, given in cells."""
    low, high = (a, b) if a <= b else (b, a)
    return max(int(np.floor(low - SLACK)), 0), min(int(np.floor(high + SLACK)), count - 1)


@compiled
def _cells_of_row(
    u0: float, v0: float, u1: float, v1: float, row: int, columns: int
) -> tuple[int, int]:
    """The first and the last cell of a row that a segment, given in cells, comes near to."""
    if v0 == v1:
        return _cells(u0, u1, columns)
    a, b = (row - SLACK - v0) / (v1 - v0), (row + 1 + SLACK - v0) / (v1 - v0)
    a, b = min(max(a, 0.0), 1.0), min(max(b, 0.0), 1.0)
    return _cells(u0 + a * (u1 - u0), u0 + b * (u1 - u0), columns)


@compiled
def _side(xy: NDArray[np.float64], k: int, x: float, y: float) -> int:
    return side_of(xy[2 * k], xy[2 * k + 1], xy[2 * k + 2], xy[2 * k + 3], x, y)


@compiled
def _gain(sides: NDArray[np.int32], k: int) -> int:
    return membership(sides[2 * k]) - membership(sides[2 * k + 1])


@compiled
def _is_doubtful(members: NDArray[np.int32], xy: NDArray[np.float64], x: float, y: float) -> bool:
    """Whether a corner lies so near to a segment that rounding could tell on which side."""
    for k in members:
        x0, y0, x1, y1 = xy[2 * k], xy[2 * k + 1], xy[2 * k + 2], xy[2 * k + 3]
        in_box = min(x0, x1) <= x <= max(x0, x1) and min(y0, y1) <= y <= max(y0, y1)
        if in_box and side_of(x0, y0, x1, y1, x, y) == 0:
            return True
    return False


@compiled
def _eastwards(
    members: NDArray[np.int32],
    xy: NDArray[np.float64],
    sides: NDArray[np.int32],
    x: float,
    y: float,
    x_end: float,
) -> int:
    """What the sum gains along the south edge of a cell."""
    gained = 0
    for k in members:
        y0, y1 = xy[2 * k + 1], xy[2 * k + 3]
        if (y0 <= y) != (y1 <= y):
            rising = y1 > y0
            began_east = (_side(xy, k, x, y) < 0) == rising
            if began_east != ((_side(xy, k, x_end, y) < 0) == rising):
                gained += _gain(sides, k) if began_east == rising else -_gain(sides, k)
    return gained


@compiled
def _northwards(
    members: NDArray[np.int32],
    xy: NDArray[np.float64],
    sides: NDArray[np.int32],
    x: float,
    y: float,
    y_end: float,
) -> int:
    """What the sum gains along the west edge of a cell."""
    gained = 0
    for k in members:
        x0, x1 = xy[2 * k], xy[2 * k + 2]
        if (x0 <= x) != (x1 <= x):
            eastward = x1 > x0
            ends_above = (_side(xy, k, x, y_end) > 0) == eastward
            if ends_above != ((_side(xy, k, x, y) > 0) == eastward):
                gained += _gain(sides, k) if ends_above == eastward else -_gain(sides, k)
    return gained


@compiled
def _parted(
    members: NDArray[np.int32],
    xy: NDArray[np.float64],
    grid: NDArray[np.float64],
    scale: float,
    column: int,
    row: int,
    starts: NDArray[np.int64],
) -> NDArray[np.int32]:
    """The segments of each of the 4 x 4 parts of a cell, as `distribute` gives them.

    ``starts`` is written to; ``scale`` of the parts, of which ``column`` and ``row`` are the
    first, make a cell of the root.
    """
    starts[:] = 0
    parts = members[:0]
    for filling in range(2):
        if filling:
            for part in range(16):
                starts[part + 1] += starts[part]
            parts = np.empty(starts[16], dtype=np.int32)
        for k in members[::-1]:
            u0 = (xy[2 * k] - grid[0]) * grid[4] * scale - column
            v0 = (xy[2 * k + 1] - grid[1]) * grid[5] * scale - row
            u1 = (xy[2 * k + 2] - grid[0]) * grid[4] * scale - column
            v1 = (xy[2 * k + 3] - grid[1]) * grid[5] * scale - row
            first, last = _cells(v0, v1, 4)
            for part_row in range(first, last + 1):
                west, east = _cells_of_row(u0, v0, u1, v1, part_row, 4)
                for part_column in range(west, east + 1):
                    part = 4 * part_row + part_column
                    if filling:
                        starts[part] -= 1
                        parts[starts[part]] = k
                    else:
                        starts[part] += 1
    return parts


@compiled
def _corners(
    sums: NDArray[np.int64],
    doubts: NDArray[np.bool_],
    starts: NDArray[np.int64],
    parts: NDArray[np.int32],
    xy: NDArray[np.float64],
    sides: NDArray[np.int32],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
) -> None:
    """From the sum at the corner of a cell to those of its 4 x 4 parts."""
    for part in range(1, 16):
        row, column = part >> 2, part & 3
        before = part - 1 if column else part - 4
        listed = parts[starts[before] : starts[before + 1]]
        if column:
            gained = _eastwards(listed, xy, sides, x[column - 1], y[row], x[column])
        else:
            gained = _northwards(listed, xy, sides, x[0], y[row - 1], y[row])
        sums[part] = sums[before] + gained
        doubts[part] = doubts[before] or _is_doubtful(listed, xy, x[column], y[row])


@compiled
def _room(array: NDArray[np.int32], used: int, more: int) -> NDArray[np.int32]:
    """The array, or a longer copy with room for ``more`` entries."""
    if used + more <= len(array):
        return array
    longer = np.empty(max(used + more, used + used // 2), dtype=np.int32)
    longer[:used] = array[:used]
    return longer


@compiled
def _leaf(
    leaves: NDArray[np.int32], used: int, held: tuple[int, bool, NDArray[np.int32]]
) -> tuple[int, NDArray[np.int32], int]:
    """The value of a cell that is not divided, and the leaves with its own."""
    total, doubtful, listed = held
    owner = named(total)
    if len(listed) == 0 and not doubtful:
        return owner, leaves, used
    if doubtful or owner == UNSURE:
        return UNSURE, leaves, used
    size = len(listed) + 1
    leaves = _room(leaves, used, size)
    leaves[used] = owner
    leaves[used + 1 : used + size] = listed
    leaves[used + size - 1] = ~leaves[used + size - 1]
    return -4 - 2 * used, leaves, used + size


@compiled
def divide(
    starts: NDArray[np.int64],
    members: NDArray[np.int32],
    xy: NDArray[np.float64],
    sides: NDArray[np.int32],
    grid: NDArray[np.float64],
    root: NDArray[np.int32],
    most_depth: int,
    few: int,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Fill in the cells of the first division; returns blocks and leaves (see `Raster`).

    Parameters
    ----------
    starts, members : ndarray
        What `distribute` found.
    root : ndarray of int32, shape (rows, columns)
        Written to.
    most_depth : int
        How often a cell may be divided.
    few : int
        A cell is divided once, and further while it holds more segments than these.
    """
    blocks, used_blocks = np.empty(1 << 10, dtype=np.int32), 0
    leaves, used_leaves = np.empty(1 << 10, dtype=np.int32), 0
    for row in range(root.shape[0]):
        # The first column begins west of everything.
        total, doubtful = 0, False
        for column in range(root.shape[1]):
            cell = row * root.shape[1] + column
            inside = members[starts[cell] : starts[cell + 1]]
            root[row, column], blocks, used_blocks, leaves, used_leaves = _fill(
                (total, doubtful, inside),
                (column, row),
                xy,
                sides,
                grid,
                most_depth,
                few,
                blocks,
                used_blocks,
                leaves,
                used_leaves,
            )
            west, east = grid[0] + column * grid[2], grid[0] + (column + 1) * grid[2]
            south = grid[1] + row * grid[3]
            total += _eastwards(inside, xy, sides, west, south, east)
            doubtful = doubtful or _is_doubtful(inside, xy, east, south)
    return blocks[:used_blocks].copy(), leaves[:used_leaves].copy()


@compiled
def _fill(
    held: tuple[int, bool, NDArray[np.int32]],
    place: tuple[int, int],
    xy: NDArray[np.float64],
    sides: NDArray[np.int32],
    grid: NDArray[np.float64],
    most_depth: int,
    few: int,
    blocks: NDArray[np.int32],
    used_blocks: int,
    leaves: NDArray[np.int32],
    used_leaves: int,
) -> tuple[int, NDArray[np.int32], int, NDArray[np.int32], int]:
    """The value of one cell of the first division, and the blocks and leaves with its own.

    ``held`` are the sum at its corner, whether that is doubtful, and its segments.
    """
    if len(held[2]) == 0 or most_depth == 0:
        value, leaves, used_leaves = _leaf(leaves, used_leaves, held)
        return value, blocks, used_blocks, leaves, used_leaves
    first = used_blocks
    most_leaves = min(_MOST_ENTRIES * (len(xy) // 2) + (1 << 10), 1 << 29)
    starts, x, y = np.empty(17, dtype=np.int64), np.empty(4), np.empty(4)
    sums, doubts = np.zeros(16, dtype=np.int64), np.zeros(16, dtype=np.bool_)
    # Cells to divide: where their value goes, depth, column, row, and what they hold.
    todo = [(-1, 0, place[0], place[1], held)]
    while len(todo):
        slot, depth, i, j, (total, doubtful, listed) = todo.pop()
        scale = 4.0 ** (depth + 1)
        parts = _parted(listed, xy, grid, scale, 4 * i, 4 * j, starts)
        if depth > 0 and len(parts) > _WORTHWHILE * len(listed):
            blocks[slot], leaves, used_leaves = _leaf(
                leaves, used_leaves, (total, doubtful, listed)
            )
            continue
        for line in range(4):
            x[line] = grid[0] + (4 * i + line) * (grid[2] / scale)
            y[line] = grid[1] + (4 * j + line) * (grid[3] / scale)
        sums[0], doubts[0] = total, doubtful
        _corners(sums, doubts, starts, parts, xy, sides, x, y)
        if slot >= 0:
            blocks[slot] = -3 - 2 * (used_blocks >> 4)
        blocks = _room(blocks, used_blocks, 16)
        for part in range(16):
            one = (int(sums[part]), bool(doubts[part]), parts[starts[part] : starts[part + 1]])
            slot = used_blocks + part
            if len(one[2]) > few and depth + 1 < most_depth and used_leaves < most_leaves:
                todo.append((slot, depth + 1, 4 * i + (part & 3), 4 * j + (part >> 2), one))
            else:
                blocks[slot], leaves, used_leaves = _leaf(leaves, used_leaves, one)
        used_blocks += 16
    return -3 - 2 * (first >> 4), blocks, used_blocks, leaves, used_leaves
