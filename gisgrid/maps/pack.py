"""Integers as short text: the columns of a map's data.

Each integer is written in groups of five bits, lowest first, one character a group; the sixth bit
says that more follow. The sign is the lowest bit. ``unpack`` in ``assets/page.js`` reads it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["LIMIT", "pack", "pack_deltas"]

ALPHABET = np.frombuffer(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", dtype=np.uint8
)
LIMIT = 2**30


def pack(values: ArrayLike) -> str:
    """Return integers as text of the characters ``A-Za-z0-9-_``.

    Parameters
    ----------
    values : array_like of int, any shape
        Written in C order.

    Raises
    ------
    ValueError
        A value is not within ±2**30, which scripts can hold in 32 bits.
    """
    array = np.asarray(values, dtype=np.int64).ravel()
    if array.size == 0:
        return ""
    if np.abs(array).max() >= LIMIT:
        raise ValueError("a value is beyond 2**30")
    folded = (array << 1) ^ (array >> 63)
    length = np.ones(len(folded), dtype=np.int64)
    for bits in range(5, 35, 5):
        length += folded >= (1 << bits)
    starts = np.cumsum(length) - length
    owner = np.repeat(np.arange(len(folded)), length)
    group = np.arange(len(owner)) - starts[owner]
    digits = (folded[owner] >> (5 * group)) & 31
    digits += np.where(group < length[owner] - 1, 32, 0)
    return str(ALPHABET[digits].tobytes(), "ascii")


def pack_deltas(rows: NDArray[np.int64]) -> str:
    """Return rows of integers as the steps from each row to the next.

    Parameters
    ----------
    rows : ndarray of int64, shape (n,) or (n, k)
        The first row is written as it is.
    """
    if len(rows) == 0:
        return ""
    return pack(np.concatenate([rows[:1], np.diff(rows, axis=0)]))
