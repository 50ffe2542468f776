"""Which places stand out together with their neighbours: Gi, Gi* and local Moran."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gisgrid.errors import InputError
from gisgrid.hotspots.chance import under_chance
from gisgrid.hotspots.neighbours import weights_of
from gisgrid.hotspots.windows import shuffled_p, window_sums

if TYPE_CHECKING:
    from libpysal.graph import Graph
    from numpy.typing import ArrayLike, NDArray
    from scipy.sparse import csr_array

    from gisgrid.hotspots.chance import Tail

__all__ = ["LocalMoran", "LocalStatistic", "getis_ord", "local_moran"]


@dataclass(frozen=True)
class LocalStatistic:
    """How far the neighbourhood of each place is from what chance makes.

    Attributes
    ----------
    z : ndarray of float64, shape (n,)
        Standard deviations from the expectation; not a number where nothing can be said.
    p : ndarray of float64, shape (n,)
        Two-sided; not a number where z is none.
    """

    z: NDArray[np.float64]
    p: NDArray[np.float64]


@dataclass(frozen=True)
class LocalMoran(LocalStatistic):
    """Local Moran.

    Attributes
    ----------
    statistic : ndarray of float64, shape (n,)
        Ii: positive among alike, negative among unlike neighbours.
    quadrant : ndarray of int8, shape (n,)
        1 high among high, 2 low among high, 3 low among low, 4 high among low; 0 where nothing
        can be said.
    """

    statistic: NDArray[np.float64]
    quadrant: NDArray[np.int8]


def getis_ord(
    values: ArrayLike,
    graph: Graph | csr_array,
    *,
    star: bool = True,
    permutations: int = 0,
    rng: np.random.Generator | None = None,
    enough: int = 0,
    tail: Tail = "skewed",
) -> LocalStatistic:
    """Getis and Ord's Gi*, or Gi: whether high or low values gather round each place.

    The standardised statistic of Ord & Getis (1995), Geographical Analysis 27, equations 14 and
    16, for weights of any kind; with binary ones it equals that of Getis & Ord (1992), ibid. 24.

    Parameters
    ----------
    values : array-like of float, shape (n,)
        Where one is not a number the place is left out, also as a neighbour.
    graph : libpysal.graph.Graph or csr_array, shape (n, n)
        Weights in the order of the values.
    star : bool
        A place counts as its own neighbour (Gi*), with the weight it has, or else that of its
        heaviest neighbour, 1 where it has none. Without it (Gi) it is left out, and a place
        without neighbours has no answer.
    permutations : int
        Take p from so many random orders of the other places, instead of from a closed form.
    rng : numpy.random.Generator, optional
        What the orders are drawn from; of seed 0 when left out.
    enough : int
        See `gisgrid.hotspots.windows.shuffled_p`: settles most places early.
    tail : {"skewed", "normal"}
        The closed form of p. Sums of few events are far from normal, and the normal distribution
        calls chance a hot spot on most maps of them; the other one has their skewness too. See
        `gisgrid.hotspots.chance`.

    Returns
    -------
    LocalStatistic
        Where all values are equal, or everything is in the neighbourhood, z is 0 and p is 1.

    Raises
    ------
    InputError
        A value is infinite, or the graph has another number of places.
    """
    found, weights = _prepared(values, graph)
    chance = under_chance(found, window_sums(weights, found, star=star), star=star)
    if not permutations:
        return LocalStatistic(chance.z, chance.p(tail))
    drawn_from = rng or np.random.default_rng(0)
    p = shuffled_p(weights, found, permutations, drawn_from, enough=enough)
    return LocalStatistic(chance.z, np.where(np.isnan(chance.z), np.nan, p))


def local_moran(
    values: ArrayLike,
    graph: Graph | csr_array,
    *,
    permutations: int = 0,
    rng: np.random.Generator | None = None,
    enough: int = 0,
    tail: Tail = "skewed",
) -> LocalMoran:
    """Local Moran: whether each place is like its neighbours, or unlike them.

    Anselin (1995), Geographical Analysis 27, equation 12, standardised given the place's own
    value (Sokal, Oden & Thomson 1998, ibid. 30). Given that value, the only chance left is in
    the neighbours' sum, so z is that of Gi with the sign of the place's own deviation.

    Parameters
    ----------
    values, graph, permutations, rng, enough, tail
        As for `getis_ord`.

    Raises
    ------
    InputError
        A value is infinite, or the graph has another number of places.
    """
    found, weights = _prepared(values, graph)
    window = window_sums(weights, found, star=False)
    gi = getis_ord(
        found, weights, star=False, permutations=permutations, rng=rng, enough=enough, tail=tail
    )
    said = ~np.isnan(gi.z)
    own, near = np.where(said, found, 0.0), np.where(said, window.lag, 0.0)
    squares = np.nansum(found**2)
    statistic = own * near * (np.isfinite(found).sum() - 1) / (squares or 1.0)
    quadrant = np.where(own > 0, np.where(near > 0, 1, 4), np.where(near > 0, 2, 3))
    quadrant[~said | (own == 0) | (near == 0)] = 0
    return LocalMoran(
        z=gi.z * np.where(own < 0, -1.0, 1.0),
        p=gi.p,
        statistic=np.where(said, statistic, np.nan),
        quadrant=quadrant.astype(np.int8),
    )


def _prepared(values: ArrayLike, graph: Graph | csr_array) -> tuple[NDArray[np.float64], csr_array]:
    """Values about their mean, the farthest of them 1 from it, and weights."""
    found = np.array(values, dtype=np.float64)
    weights = weights_of(graph)
    if found.ndim != 1 or weights.shape != (len(found), len(found)):
        what = f"{found.size} values do not go with a graph of {weights.shape[0]} places"
        raise InputError(what, fix="give one value for each place, in the graph's order")
    if np.isinf(found).any():
        raise InputError("values must be finite, or not a number where there is none")
    present = ~np.isnan(found)
    if present.any():
        found -= found[present].mean()
        # Nothing here depends on the unit; powers of very small values would vanish.
        found /= np.abs(found[present]).max() or 1.0
    return found, weights
