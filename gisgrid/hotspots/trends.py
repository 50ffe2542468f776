"""Whether something rises or falls over time (Mann 1945, Kendall 1975)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Trend", "mann_kendall"]


@dataclass(frozen=True)
class Trend:
    """Of each of several series.

    Attributes
    ----------
    tau : ndarray of float64, shape (n,)
        Kendall's tau-b: 1 rises always, -1 falls always; 0 for a series without change.
    p : ndarray of float64, shape (n,)
        Two-sided, of no trend.
    """

    tau: NDArray[np.float64]
    p: NDArray[np.float64]


def mann_kendall(series: NDArray[np.float64]) -> Trend:
    """Test series for a trend that goes one way.

    The normal approximation with its correction for ties and for continuity (Kendall 1975, Rank
    Correlation Methods). Steps are taken to be independent of each other; where neighbours in
    time share data, p is too small.

    Parameters
    ----------
    series : ndarray of float64, shape (n, steps)
        A row for each, in the order of time.
    """
    steps = series.shape[1]
    score, tied = np.zeros(len(series)), np.zeros(len(series))
    # Each value with how many others of its row equal it, for the correction for ties.
    equal = np.ones(series.shape)
    for lag in range(1, steps):
        rise = np.sign(series[:, lag:] - series[:, :-lag])
        score += rise.sum(axis=1)
        tied += (rise == 0).sum(axis=1)
        equal[:, lag:] += rise == 0
        equal[:, :-lag] += rise == 0
    # A group of t equal values counts t times, so that its t(t-1)(2t+5) comes out as a sum.
    ties = ((equal - 1.0) * (2.0 * equal + 5.0)).sum(axis=1)
    variance = (steps * (steps - 1.0) * (2.0 * steps + 5.0) - ties) / 18.0
    pairs = steps * (steps - 1.0) / 2.0
    moves = variance > 0
    z = np.maximum(np.abs(score) - 1.0, 0.0) / np.sqrt(np.where(moves, variance, 1.0))
    ranked = np.sqrt(pairs * np.where(moves, pairs - tied, 1.0))
    tau = np.where(moves, score / np.where(moves, ranked, 1.0), 0.0)
    return Trend(tau, np.where(moves, 2.0 * ndtr(-z), 1.0))
