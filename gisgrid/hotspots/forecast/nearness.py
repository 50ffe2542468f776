"""How far what happens at one place reaches to those around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["reach", "spacing"]

# Beyond as many widths a Gaussian holds 3 in 10,000.
_WIDTHS: Final = 4.0


def spacing(centres: NDArray[np.float64]) -> float:
    """Median distance in metres of a place to the next one; of fewer than two, one metre."""
    if len(centres) < 2:
        return 1.0
    distance, _ = cKDTree(centres).query(centres, k=2)
    return max(float(np.median(distance[:, 1])), 1.0)


def reach(centres: NDArray[np.float64], width_m: float) -> csr_array:
    """Spread what is at each place over the places around it.

    Parameters
    ----------
    centres : float64 (n, 2)
        Metres.
    width_m : float
        Standard deviation of the Gaussian.

    Returns
    -------
    csr_array (n, n)
        ``reach @ counts`` keeps the sum: each column adds up to 1.
    """
    tree = cKDTree(centres)
    pairs = tree.sparse_distance_matrix(tree, _WIDTHS * width_m, output_type="ndarray")
    weight = np.exp(-0.5 * (pairs["v"] / width_m) ** 2)
    total = np.bincount(pairs["j"], weights=weight, minlength=len(centres))
    size = (len(centres), len(centres))
    return csr_array((weight / total[pairs["j"]], (pairs["i"], pairs["j"])), shape=size)
