"""The loops of a density: counting events into cells, and spreading each over the ground.

They are compiled at their first call and kept on disk; they let go of the GIL while they run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["count", "spread"]


@numba.njit(cache=True, nogil=True)
def count(
    cells: NDArray[np.uint32],
    starts: NDArray[np.int64],
    x: NDArray[np.uint16],
    y: NDArray[np.uint16],
    kind: NDArray[np.uint16],
    second: NDArray[np.uint32],
    begins: NDArray[np.int64],
    ends: NDArray[np.int64],
    kinds: NDArray[np.bool_],
    since: np.uint32,
    last: np.uint32,
    shift: int,
    left: int,
    top: int,
    counts: NDArray[np.float32],
) -> None:
    """Add the events of index cells ``[begins, ends)`` to ``counts``, shape (rows, columns).

    A place is 32 bits each way; ``shift`` of them lie within a cell of ``counts``, whose first
    column is ``left`` and whose first row is ``top``. Wanted are events of ``kinds`` whose second
    is in ``[since, last]``.
    """
    rows, columns = counts.shape
    for run in range(len(begins)):
        for cell in range(begins[run], ends[run]):
            north = np.int64(cells[cell] >> 16) << 16
            west = np.int64(cells[cell] & 0xFFFF) << 16
            times = second[starts[cell] : starts[cell + 1]]
            first = starts[cell] + np.searchsorted(times, since)
            end = starts[cell] + np.searchsorted(times, last, side="right")
            if shift >= 16:
                row, column = (north >> shift) - top, (west >> shift) - left
                if 0 <= row < rows and 0 <= column < columns:
                    found = 0
                    for n in range(first, end):
                        found += kinds[kind[n]]
                    counts[row, column] += found
                continue
            # What is not wanted adds nothing: that is faster than a guess whether to skip it.
            for n in range(first, end):
                row = ((north + y[n]) >> shift) - top
                column = ((west + x[n]) >> shift) - left
                if 0 <= row < rows and 0 <= column < columns:
                    counts[row, column] += np.float32(kinds[kind[n]])


@numba.njit(cache=True, nogil=True)
def spread(
    counts: NDArray[np.float32], weights: NDArray[np.float32], margin: int
) -> NDArray[np.float32]:
    """Spread each count over its neighbours within ``margin`` cells, both ways.

    Parameters
    ----------
    counts : ndarray of float32, shape (rows, columns)
    weights : ndarray of float32, shape (rows, 2 * margin + 1)
        Shares of a count that its neighbours in one direction get: by the row that it lies in.

    Returns
    -------
    ndarray of float32, shape (rows - 2 * margin, columns - 2 * margin)
        Without the margins, which lack what lies beyond them.
    """
    rows, columns = counts.shape
    out = np.zeros((rows - 2 * margin, columns - 2 * margin), np.float32)
    line = np.empty(columns - 2 * margin, np.float32)
    for row in range(rows):
        line[:] = 0
        empty = True
        for column in range(columns):
            share = counts[row, column]
            if share == 0:
                continue
            empty = False
            # Cell `column` gives to cells `column - margin` … `column + margin`.
            first = max(column - 2 * margin, 0)
            last = min(column, len(line) - 1)
            for at in range(first, last + 1):
                line[at] += share * weights[row, at - column + 2 * margin]
        if empty:
            continue
        for at in range(max(row - 2 * margin, 0), min(row, out.shape[0] - 1) + 1):
            weight = weights[row, at - row + 2 * margin]
            if weight != 0:
                for column in range(len(line)):
                    out[at, column] += weight * line[column]
    return out
