"""Sums over the neighbourhoods of places, as they are and in random orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numba
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

__all__ = ["WindowSums", "shuffled_p", "window_sums"]

# Sums that differ by less than this part of all deviations are equal but for rounding.
_ROUNDING: Final = 1e-12


@dataclass(frozen=True)
class WindowSums:
    """Sums over the neighbours of each place, each an array of float64 of shape (n,).

    Attributes
    ----------
    weight, squares, cubes : ndarray
        Of the weights, of their squares and of their third powers.
    lag : ndarray
        Of the weighted values.
    """

    weight: NDArray[np.float64]
    squares: NDArray[np.float64]
    cubes: NDArray[np.float64]
    lag: NDArray[np.float64]


def window_sums(weights: csr_array, values: NDArray[np.float64], *, star: bool) -> WindowSums:
    """Sum over neighbours that have a value; with ``star`` over the place itself too."""
    sums = np.zeros((4, len(values)))
    _sum(weights.indptr, weights.indices, weights.data, values, star, sums)
    return WindowSums(*sums)


def shuffled_p(
    weights: csr_array,
    values: NDArray[np.float64],
    permutations: int,
    rng: np.random.Generator,
    *,
    enough: int = 0,
) -> NDArray[np.float64]:
    """How often chance gives the neighbours of a place a sum as far out as they have.

    The value of each place stays; those of all others are put in random order. All places see
    the same orders, so that the outcome does not depend on how many cores there are.

    Parameters
    ----------
    enough : int
        A place is settled when chance went as far so often, on both sides (Besag & Clifford
        1991, Biometrika 78): its p is sound, but coarse where it is far from small. 0: never.

    Returns
    -------
    ndarray of float64, shape (n,)
        Two-sided: twice the smaller tail, at most 1, the observed order counted with the drawn.
    """
    here = np.flatnonzero(~np.isnan(values))
    size = np.diff(weights.indptr)
    widest = min(int(size.max(initial=0)), max(len(here) - 1, 0))
    drawn = _draw(max(len(here) - 1, 0), widest, rng.random((permutations, widest)))
    p = np.ones(len(values))
    rounding = _ROUNDING * float(np.nansum(np.abs(values)))
    _rank(weights.indptr, weights.indices, weights.data, values, here, drawn, rounding, enough, p)
    return p


@numba.njit(nogil=True, cache=True)
def _sum(start: Any, neighbour: Any, weight: Any, values: Any, star: bool, sums: Any) -> None:
    for place in range(len(values)):
        if np.isnan(values[place]):
            continue
        own, heaviest = 0.0, 0.0
        for at in range(start[place], start[place + 1]):
            near, heavy = neighbour[at], weight[at]
            if near == place:
                own = heavy
            elif not np.isnan(values[near]):
                heaviest = max(heaviest, heavy)
                sums[0, place] += heavy
                sums[1, place] += heavy * heavy
                sums[2, place] += heavy**3
                sums[3, place] += heavy * values[near]
        if star:
            if own == 0.0:
                own = heaviest if heaviest > 0.0 else 1.0
            sums[0, place] += own
            sums[1, place] += own * own
            sums[2, place] += own**3
            sums[3, place] += own * values[place]


@numba.njit(nogil=True, cache=True)
def _draw(size: int, width: int, chance: Any) -> Any:
    """Rows of ``width`` distinct numbers below ``size``, all equally likely."""
    drawn = np.empty((len(chance), width), np.int64)
    deck = np.arange(size)
    for row in range(len(chance)):
        # The deck need not be put in order between rows: any order is as good to draw from.
        for at in range(width):
            other = at + int(chance[row, at] * (size - at))
            deck[at], deck[other] = deck[other], deck[at]
            drawn[row, at] = deck[at]
    return drawn


@numba.njit(nogil=True, cache=True, parallel=True)
def _rank(
    start: Any,
    neighbour: Any,
    weight: Any,
    values: Any,
    here: Any,
    drawn: Any,
    rounding: float,
    enough: int,
    p: Any,
) -> None:
    for number in numba.prange(len(here)):
        place = here[number]
        heavy = np.empty(start[place + 1] - start[place])
        width, found = 0, 0.0
        for at in range(start[place], start[place + 1]):
            near = neighbour[at]
            if near != place and not np.isnan(values[near]):
                heavy[width] = weight[at]
                found += weight[at] * values[near]
                width += 1
        above, below, p_above, p_below = 0, 0, 0.0, 0.0
        for row in range(len(drawn)):
            total = 0.0
            for at in range(width):
                other = drawn[row, at]
                # Numbers count the other places: the place itself is stepped over.
                other += other >= number
                total += heavy[at] * values[here[other]]
            above += total >= found - rounding
            below += total <= found + rounding
            if enough > 0:
                if p_above == 0.0 and above == enough:
                    p_above = enough / (row + 1.0)
                if p_below == 0.0 and below == enough:
                    p_below = enough / (row + 1.0)
                if p_above > 0.0 and p_below > 0.0:
                    break
        if p_above == 0.0:
            p_above = (above + 1.0) / (len(drawn) + 1.0)
        if p_below == 0.0:
            p_below = (below + 1.0) / (len(drawn) + 1.0)
        p[place] = min(1.0, 2.0 * min(p_above, p_below))
