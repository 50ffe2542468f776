"""Which of many tests to believe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gisgrid.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["adjusted", "benjamini_hochberg"]


def adjusted(p: ArrayLike) -> NDArray[np.float64]:
    """The rate of false discoveries at which each test would just be believed.

    Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57.

    Parameters
    ----------
    p : array-like of float, shape (n,)
        Those that are not numbers were not tested: they count for nothing and stay so.

    Returns
    -------
    ndarray of float64, shape (n,)
        At least p, at most 1.

    Raises
    ------
    InputError
        A p lies outside 0 to 1.
    """
    given = np.array(p, dtype=np.float64)
    tested = np.flatnonzero(~np.isnan(given))
    if ((given[tested] < 0) | (given[tested] > 1)).any():
        raise InputError("a probability lies outside 0 to 1", where="p")
    order = tested[np.argsort(-given[tested], kind="stable")]
    rank = np.arange(len(order), 0, -1)
    given[order] = np.minimum.accumulate(given[order] * (len(order) / rank))
    return given


def benjamini_hochberg(p: ArrayLike, rate: float = 0.05) -> NDArray[np.bool_]:
    """The tests to believe, such that at most a share ``rate`` of them is expected to be wrong.

    Parameters
    ----------
    p : array-like of float, shape (n,)
        As for `adjusted`.
    rate : float
        Between 0 and 1.

    Returns
    -------
    ndarray of bool, shape (n,)
        Where p is not a number, False.
    """
    if not 0 < rate < 1:
        raise InputError("the rate of false discoveries lies between 0 and 1", where=f"{rate}")
    return adjusted(p) <= rate
