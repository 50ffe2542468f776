"""Hot and cold spots over time: which are new, which stay, which fade.

The names are those of ArcGIS' emerging hot spot analysis; what each means is defined in
docs/hotspots.md and by `Category`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import coo_array, csr_array, diags_array, kron

from gisgrid.errors import InputError
from gisgrid.hotspots.discovery import benjamini_hochberg
from gisgrid.hotspots.local import getis_ord
from gisgrid.hotspots.neighbours import weights_of
from gisgrid.hotspots.trends import mann_kendall

if TYPE_CHECKING:
    from libpysal.graph import Graph
    from numpy.typing import NDArray

__all__ = ["FEWEST_STEPS", "Category", "Emerging", "categories", "emerging"]

# With fewer no trend can be told.
FEWEST_STEPS: Final = 4
# Hot for so much of the time is hot all the time.
_MOSTLY: Final = 0.9


class Category(StrEnum):
    """How a place was hot (or cold) over time, the last step being the present."""

    NONE = "none"
    NEW = "new"
    CONSECUTIVE = "consecutive"
    INTENSIFYING = "intensifying"
    PERSISTENT = "persistent"
    DIMINISHING = "diminishing"
    SPORADIC = "sporadic"
    OSCILLATING = "oscillating"
    HISTORICAL = "historical"


@dataclass(frozen=True)
class Emerging:
    """Hot and cold spots over time.

    Attributes
    ----------
    z, p : ndarray of float64, shape (places, steps)
        Gi* of each place and step.
    sign : ndarray of int8, shape (places, steps)
        1 hot, -1 cold, 0 neither, at the rate of false discoveries asked for.
    tau, trend_p : ndarray of float64, shape (places,)
        Of z over time, by Mann and Kendall.
    category : ndarray of str, shape (places,)
        See `Category`.
    side : ndarray of int8, shape (places,)
        1 where it is the category of a hot spot, -1 of a cold one, 0 of none.
    """

    z: NDArray[np.float64]
    p: NDArray[np.float64]
    sign: NDArray[np.int8]
    tau: NDArray[np.float64]
    trend_p: NDArray[np.float64]
    category: NDArray[np.str_]
    side: NDArray[np.int8]


def emerging(
    cube: NDArray[np.float64],
    graph: Graph | csr_array,
    *,
    back: int = 1,
    rate: float = 0.05,
    trend_level: float = 0.1,
) -> Emerging:
    """Gi* of each place at each step, its trend, and what it amounts to.

    A neighbourhood is the place and its neighbours, at the step and at those before it; all is
    compared with the whole cube.

    Parameters
    ----------
    cube : ndarray of float64, shape (places, steps)
        Counts, in the order of time.
    graph : libpysal.graph.Graph or csr_array, shape (places, places)
        Who is whose neighbour; the weights do not matter.
    back : int
        How many steps before belong to a neighbourhood.
    rate : float
        Of false discoveries, over all places and steps.
    trend_level : float
        A trend is one where its p is below.

    Raises
    ------
    InputError
        There are fewer than four steps, or the graph has another number of places.
    """
    places, steps = cube.shape
    if steps < FEWEST_STEPS:
        fix = f"take shorter steps or a longer period, for at least {FEWEST_STEPS} steps"
        raise InputError(f"{steps} steps show no trend", fix=fix)
    found = getis_ord(cube.T.ravel(), _space_time(weights_of(graph), steps, back))
    z, p = (one.reshape(steps, places).T for one in (found.z, found.p))
    sign = np.where(benjamini_hochberg(p.ravel(), rate).reshape(p.shape), np.sign(z), 0)
    trend = mann_kendall(z)
    rising = np.where(trend.p < trend_level, np.sign(trend.tau), 0)
    hot, cold = categories(sign, rising), categories(-sign, -rising)
    side = np.where(hot != Category.NONE, 1, np.where(cold != Category.NONE, -1, 0))
    return Emerging(
        z=z,
        p=p,
        sign=sign.astype(np.int8),
        tau=trend.tau,
        trend_p=trend.p,
        category=np.where(side >= 0, hot, cold),
        side=side.astype(np.int8),
    )


def categories(sign: NDArray[np.float64], rising: NDArray[np.float64]) -> NDArray[np.str_]:
    """The category of each place as a hot spot; with both signs turned, as a cold one.

    A place whose last step is cold after it had mostly been hot is a historical hot spot here,
    and new, or the like, as a cold one.

    Parameters
    ----------
    sign : ndarray, shape (places, steps)
        1 hot, -1 cold, 0 neither.
    rising : ndarray, shape (places,)
        1 where it becomes hotter, -1 where it cools, 0 where there is no trend.
    """
    hot = sign > 0
    now, mostly = hot[:, -1], hot.mean(axis=1) >= _MOSTLY
    # Steps since it was last not hot; a single run is as long as it was hot at all.
    run = np.cumprod(hot[:, ::-1], axis=1).sum(axis=1)
    once = now & (run == hot.sum(axis=1))
    # The first that is true counts.
    rules = [
        (~now & mostly, Category.HISTORICAL),
        (~now, Category.NONE),
        (mostly & (rising > 0), Category.INTENSIFYING),
        (mostly & (rising < 0), Category.DIMINISHING),
        (mostly, Category.PERSISTENT),
        (once & (run == 1), Category.NEW),
        (once, Category.CONSECUTIVE),
        ((sign < 0).any(axis=1), Category.OSCILLATING),
    ]
    return np.select(
        [true for true, _ in rules], [name.value for _, name in rules], Category.SPORADIC.value
    )


def _space_time(weights: csr_array, steps: int, back: int) -> csr_array:
    """Neighbours in space and time, step after step; each place is its own at each step."""
    near = weights.tocoo()
    linked = (near.data != 0) & (near.row != near.col)
    ends = near.row[linked], near.col[linked]
    space = coo_array((np.ones(linked.sum()), ends), shape=near.shape)
    space = space + diags_array(np.ones(near.shape[0]))
    time = diags_array(
        [np.ones(steps - lag) for lag in range(min(back, steps - 1) + 1)],
        offsets=[-lag for lag in range(min(back, steps - 1) + 1)],
    )
    return csr_array(kron(time, space, format="csr"))
