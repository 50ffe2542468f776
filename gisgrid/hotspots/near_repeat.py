"""Near repeats: whether trouble comes back soon and close by, more than chance would have it.

Knox (1964), Applied Statistics 13: pairs of events that are close both in space and in time are
counted, and counted again with the times dealt out at random among the places. Where and when
there is generally much trouble stays the same then; what goes is that one follows the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numba
import numpy as np
from scipy.spatial import cKDTree

from gisgrid.errors import InputError, LimitExceeded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

__all__ = ["MOST_PAIRS", "NearRepeat", "near_repeat"]

# As many pairs take half a gigabyte.
MOST_PAIRS: Final = 30_000_000
# As many orders are counted at once, by all cores.
_TOGETHER: Final = 32


@dataclass(frozen=True)
class NearRepeat:
    """Pairs of events by how far apart they are, in space (rows) and in time (columns).

    Attributes
    ----------
    metres : tuple of float, length d + 1
    days : tuple of float, length t + 1
        The bounds of the bands; each begins with its lower bound and ends before its upper one.
    observed : ndarray of int64, shape (d, t)
    expected : ndarray of float64, shape (d, t)
        The mean of the random orders.
    ratio : ndarray of float64, shape (d, t)
        Observed to expected; not a number where none are expected.
    p : ndarray of float64, shape (d, t)
        How often chance has as many, or more.
    """

    metres: tuple[float, ...]
    days: tuple[float, ...]
    observed: NDArray[np.int64]
    expected: NDArray[np.float64]
    ratio: NDArray[np.float64]
    p: NDArray[np.float64]


def near_repeat(
    points: NDArray[np.float64],
    days: NDArray[np.float64],
    metres: Sequence[float],
    bands: Sequence[float],
    *,
    permutations: int = 999,
    rng: np.random.Generator | None = None,
    most_pairs: int = MOST_PAIRS,
    progress: Callable[[int, int], None] | None = None,
) -> NearRepeat:
    """Knox's test for several bands of distance and of time.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 2)
        In metres.
    days : ndarray of float64, shape (n,)
        When, in days since any moment.
    metres, bands : sequence of float
        Bounds of the bands of distance and of time (in days), rising, from 0 on.
    permutations : int
        Random orders.
    rng : numpy.random.Generator, optional
        What they are drawn from; of seed 0 when left out.
    most_pairs : int
        Within the largest distance.
    progress : callable, optional
        Called with the orders that are done, and all.

    Raises
    ------
    InputError
        Bounds do not rise, or points and days differ in number.
    LimitExceeded
        Too many pairs are within the largest distance.
    """
    far, late = _bounds(metres, "metres"), _bounds(bands, "days")
    if len(points) != len(days):
        raise InputError(f"{len(points)} points do not go with {len(days)} times")
    drawn_from = rng or np.random.default_rng(0)
    one, other, band = _pairs(points, far, most_pairs)
    shape = (len(far) - 1, len(late) - 1)
    observed = _count(one, other, band, days[None, :], late, np.zeros((1, *shape), np.int64))[0]
    total, reached = np.zeros(shape), np.zeros(shape, np.int64)
    for done in range(0, permutations, _TOGETHER):
        many = min(_TOGETHER, permutations - done)
        orders = drawn_from.permuted(np.tile(days, (many, 1)), axis=1)
        counts = _count(one, other, band, orders, late, np.zeros((many, *shape), np.int64))
        total += counts.sum(axis=0)
        reached += (counts >= observed).sum(axis=0)
        if progress is not None:
            progress(done + many, permutations)
    expected = total / max(permutations, 1)
    some = np.where(expected > 0, expected, 1.0)
    return NearRepeat(
        metres=tuple(far.tolist()),
        days=tuple(late.tolist()),
        observed=observed,
        expected=expected,
        ratio=np.where(expected > 0, observed / some, np.nan),
        p=((reached + 1.0) / (permutations + 1.0)).astype(np.float64),
    )


def _bounds(given: Sequence[float], name: str) -> NDArray[np.float64]:
    bounds = np.asarray(given, dtype=np.float64)
    sound = bounds.ndim == 1 and len(bounds) > 1 and np.isfinite(bounds).all()
    if not sound or bounds[0] < 0 or (np.diff(bounds) <= 0).any():
        fix = "give rising numbers from 0 on, such as 0, 100, 200"
        raise InputError("are no bounds of bands", where=name, fix=fix)
    return bounds


def _pairs(
    points: NDArray[np.float64], far: NDArray[np.float64], most: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The pairs within the bands of distance, each once, and their bands."""
    tree = cKDTree(points)
    many = (tree.count_neighbors(tree, far[-1]) - len(points)) // 2 if len(points) else 0
    if many > most:
        what = f"{many:,} pairs of events lie within {far[-1]:g} m, more than {most:,}"
        raise LimitExceeded(what, fix="take shorter distances, fewer events or a shorter period")
    pairs = tree.query_pairs(far[-1], output_type="ndarray").astype(np.int64)
    apart = np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T)
    band = np.searchsorted(far, apart, side="right") - 1
    kept = (band >= 0) & (band < len(far) - 1)
    return pairs[kept, 0], pairs[kept, 1], band[kept]


@numba.njit(nogil=True, cache=True, parallel=True)
def _count(one: Any, other: Any, band: Any, orders: Any, late: Any, counts: Any) -> Any:
    for order in numba.prange(len(orders)):
        for pair in range(len(one)):
            apart = abs(orders[order, one[pair]] - orders[order, other[pair]])
            if late[0] <= apart < late[-1]:
                at = 0
                while apart >= late[at + 1]:
                    at += 1
                counts[order, band[pair], at] += 1
    return counts
