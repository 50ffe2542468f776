"""Rates per household, steadied: a grid of three homes and one hazard is not the worst of all.

Empirical Bayes after Marshall (1991), Applied Statistics 40: each rate is drawn towards the mean,
the more so the fewer households stand behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from gisgrid.errors import InputError
from gisgrid.hotspots.neighbours import weights_of

if TYPE_CHECKING:
    from libpysal.graph import Graph
    from numpy.typing import ArrayLike, NDArray

__all__ = ["comparable_rates", "local_rates", "steadied_rates"]


def steadied_rates(counts: ArrayLike, exposure: ArrayLike) -> NDArray[np.float64]:
    """Rates drawn towards that of all places (Marshall's global estimator).

    Parameters
    ----------
    counts, exposure : array-like of float, shape (n,)
        Events, and what they are counted against, such as households. A place without exposure
        says nothing of rates: its events are left out.

    Returns
    -------
    ndarray of float64, shape (n,)
        Events per unit of exposure; where there is no exposure that of all places, and not a
        number where there is none at all.

    Raises
    ------
    InputError
        A number is negative or infinite, or they differ in shape.
    """
    events, against = _checked(counts, exposure)
    mean, between = _spread(events, against)
    return mean + _trust(between, mean, against) * (_crude(events, against, mean) - mean)


def local_rates(
    counts: ArrayLike, exposure: ArrayLike, graph: Graph | csr_array
) -> NDArray[np.float64]:
    """Rates drawn towards those of the neighbours (Marshall's local estimator).

    Parameters
    ----------
    counts, exposure : array-like of float, shape (n,)
        As for `steadied_rates`.
    graph : libpysal.graph.Graph or csr_array, shape (n, n)
        Neighbours; their weights do not matter. A place is among its own.

    Returns
    -------
    ndarray of float64, shape (n,)
        Events per unit of exposure; where neither a place nor its neighbours have any, that of
        all places.
    """
    events, against = _checked(counts, exposure)
    overall, _ = _spread(events, against)
    near = _together(graph)
    crude = _crude(events, against, overall)
    served = near @ (against > 0).astype(np.float64)
    total = np.where(served > 0, near @ against, 1.0)
    mean = np.where(served > 0, near @ events / total, overall)
    # Squares round each neighbourhood's own mean, weighed by exposure.
    spread = near @ (against * crude**2) - 2 * mean * (near @ (against * crude))
    spread = spread / total + mean**2 * (served > 0)
    between = np.maximum(spread - mean * served / total, 0.0)
    return mean + _trust(between, mean, against) * (crude - mean)


def comparable_rates(counts: ArrayLike, exposure: ArrayLike) -> NDArray[np.float64]:
    """Rates as deviations from that of all places, in standard deviations of their own.

    Assunção & Reis (1999), Statistics in Medicine 18: crude rates vary most where households are
    few, so that they cannot be dealt out among places; these can.

    Parameters
    ----------
    counts, exposure : array-like of float, shape (n,)
        As for `steadied_rates`.

    Returns
    -------
    ndarray of float64, shape (n,)
        Not a number where there is no exposure.
    """
    events, against = _checked(counts, exposure)
    mean, between = _spread(events, against)
    served = against > 0
    variance = between + mean / np.where(served, against, 1.0)
    known = served & (variance > 0)
    deviation = (_crude(events, against, mean) - mean) / np.sqrt(np.where(known, variance, 1.0))
    return np.where(served, deviation, np.nan)


def _checked(
    counts: ArrayLike, exposure: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Events and exposure; events where there is no exposure left out."""
    events = np.array(counts, dtype=np.float64)
    against = np.array(exposure, dtype=np.float64)
    if events.shape != against.shape or events.ndim != 1:
        raise InputError(f"{events.size} counts do not go with {against.size} exposures")
    for name, given in (("counts", events), ("exposure", against)):
        if not np.isfinite(given).all() or (given < 0).any():
            raise InputError("must be finite and not negative", where=name)
    return np.where(against > 0, events, 0.0), against


def _spread(events: NDArray[np.float64], against: NDArray[np.float64]) -> tuple[float, float]:
    """The rate of all places, and how much places' own rates vary beyond chance."""
    total, served = against.sum(), (against > 0).sum()
    if not served:
        return float("nan"), 0.0
    mean = events.sum() / total
    squares = np.sum(against * (_crude(events, against, mean) - mean) ** 2)
    return mean, max(squares / total - mean * served / total, 0.0)


def _crude(
    events: NDArray[np.float64], against: NDArray[np.float64], otherwise: float
) -> NDArray[np.float64]:
    """Events per exposure, or something else where there is none."""
    found: NDArray[np.float64] = np.where(
        against > 0, events / np.where(against > 0, against, 1.0), otherwise
    )
    return found


def _trust(
    between: NDArray[np.float64] | float,
    mean: NDArray[np.float64] | float,
    against: NDArray[np.float64],
) -> NDArray[np.float64]:
    """How much of a place's own rate to believe: none without exposure, all with endless."""
    own = between * against
    known = own + mean
    found: NDArray[np.float64] = np.where(known > 0, own / np.where(known > 0, known, 1.0), 0.0)
    return found


def _together(graph: Graph | csr_array) -> csr_array:
    """1 for each neighbour and for the place itself."""
    weights = weights_of(graph).tocoo()
    linked = weights.data != 0
    size = weights.shape[0]
    rows = np.concatenate([weights.row[linked], np.arange(size)])
    columns = np.concatenate([weights.col[linked], np.arange(size)])
    near = csr_array((np.ones(len(rows)), (rows, columns)), shape=weights.shape)
    near.data[:] = 1.0
    return near
