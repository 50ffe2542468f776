"""Ascending numbers as short text: the steps between them, in as few bits as their size asks for.

A step is written in Rice's code: its upper bits as so many ones and a zero, then its lowest ``k``
bits, highest first. Six bits make a character, as in `gisgrid.maps.pack`; ``unpackGaps`` in
``assets/page.js`` reads it. Steps that average 6 take about four bits.
"""

from __future__ import annotations

from math import log2
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gisgrid.maps.pack import ALPHABET

__all__ = ["pack_gaps"]

_BITS_OF_CHARACTER: Final = 6


def pack_gaps(values: NDArray[np.int64]) -> dict[str, Any]:
    """Return ascending numbers from 0 as ``{"n": count, "k": lowest bits, "bits": text}``.

    Parameters
    ----------
    values : ndarray of int64, shape (n,)
        Ascending; the same number may come again.
    """
    if len(values) == 0:
        return {"n": 0, "k": 0, "bits": ""}
    gaps = np.diff(values, prepend=0)
    low = max(int(log2(max(gaps.mean() * np.log(2), 1))), 0)
    # A one for each unit of the upper bits, a zero, and the lowest bits.
    upper = gaps >> low
    ends = np.cumsum(upper + 1 + low)
    bits = np.zeros(-(-int(ends[-1]) // _BITS_OF_CHARACTER) * _BITS_OF_CHARACTER, np.uint8)
    begins = ends - (upper + 1 + low)
    bits[np.repeat(begins, upper) + _counting(upper)] = 1
    for bit in range(low):
        bits[ends - 1 - bit] = (gaps >> bit) & 1
    weights = 1 << np.arange(_BITS_OF_CHARACTER)[::-1]
    digits = bits.reshape(-1, _BITS_OF_CHARACTER) @ weights
    return {"n": len(values), "k": low, "bits": str(ALPHABET[digits].tobytes(), "ascii")}


def _counting(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """0, 1, 2, … up to each length, one after the other."""
    starts = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) - np.repeat(starts, lengths)
