"""Rates of places that may have changed: how often things happen there now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import gammaln

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["dispersion_of", "present_rate"]

_SHAPES: Final = np.logspace(-1.5, 1.5, 13)
_ROUNDS: Final = 10
_MOST_DISPERSED: Final = 3.0


def present_rate(
    since: NDArray[np.float64],
    days: NDArray[np.float64],
    around: NDArray[np.float64],
    *,
    dispersion: float = 1.0,
) -> NDArray[np.float64]:
    """Events a day at each place now, if it changed at most once, nobody knows when.

    The rate of a place before and after a change are drawn from a gamma whose mean is what lies
    around it. Its shape, and how common changes are at each time, are the most likely given the
    counts of all places (empirical Bayes); the rate is the mean of what the last stretch says
    under each time of change, weighed by how likely that is.

    Parameters
    ----------
    since : float64 (times, cells)
        Events since each time a change may have come; the first row is the whole record.
    days : float64 (times,)
        How long ago each was; falling, above 0.
    around : float64 (cells,)
        Events a day to expect at a place like this, above 0.
    dispersion : float
        Variance of the counts per mean, as `dispersion_of` finds it: where events bring on others
        a burst is no change, and so many of them count as one.

    Returns
    -------
    float64 (cells,)
    """
    since, days = since / dispersion, days / dispersion
    before, length_before = since[0] - since, (days[0] - days)[:, None]
    shape = max(_SHAPES, key=lambda one: float(_evidence(since[0], days[0], one, around).sum()))
    evidence = _evidence(since, days[:, None], shape, around)
    evidence += _evidence(before, length_before, shape, around)
    likely = np.exp(evidence - evidence.max(axis=0))
    common = np.full(len(days), 1.0 / len(days))
    for _ in range(_ROUNDS):
        posterior = common[:, None] * likely
        posterior /= posterior.sum(axis=0)
        common = posterior.mean(axis=1)
    rate: NDArray[np.float64] = (shape + since) / (shape / around + days[:, None])
    rate = (posterior * rate).sum(axis=0)
    return rate


def dispersion_of(late: NDArray[np.float64], early: NDArray[np.float64]) -> float:
    """Variance per mean of the counts of places, from two stretches of time of one length.

    1 where events know nothing of each other, and at most 3.
    """
    total = float((late + early).sum())
    found = float(((late - early) ** 2).sum()) / total if total else 1.0
    return min(max(found, 1.0), _MOST_DISPERSED)


def _evidence(
    count: NDArray[np.float64],
    days: NDArray[np.float64] | float,
    shape: float,
    around: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Log-likelihood of Poisson counts whose rate is gamma, save what depends on them alone."""
    scale = shape / around
    found: NDArray[np.float64] = (
        gammaln(shape + count)
        - gammaln(shape)
        + shape * np.log(scale)
        - (shape + count) * np.log(scale + days)
    )
    return found
