"""How much each reason counts, learnt from what it would have forecast before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Lesson", "weigh"]

_ROUNDS: Final = 200
_ENOUGH: Final = 1e-4
# What is believed beforehand counts as much as this many expected events.
_STRENGTH: Final = 20.0


@dataclass(frozen=True)
class Lesson:
    """What the reasons forecast for a period that is over, and what came.

    Attributes
    ----------
    at_events : float64 (events, reasons)
        What each reason expected at the place of each event that came.
    total : float64 (reasons,)
        What each reason expected over all places.
    """

    at_events: NDArray[np.float64]
    total: NDArray[np.float64]


def weigh(lessons: list[Lesson], believed: NDArray[np.float64]) -> NDArray[np.float64]:
    """The weights under which what came was most likely, steadied by what is believed.

    Counts are Poisson with a mean that is the weighted sum of the reasons; the likelihood has one
    peak, which expectation-maximisation climbs: each event is shared out among the reasons in
    proportion to what they expected there. The prior of each weight is a gamma whose mode is what
    is believed.

    Parameters
    ----------
    believed : float64 (reasons,)

    Returns
    -------
    float64 (reasons,)
        Not negative. They need not add up to 1: with growth they come to more.
    """
    if not lessons:
        return believed
    at_events = np.vstack([one.at_events for one in lessons])
    total = np.sum([one.total for one in lessons], axis=0)
    weight = believed
    for _ in range(_ROUNDS):
        expected = np.maximum(at_events @ weight, 1e-300)
        shares = weight * (at_events.T @ (1.0 / expected))
        new = (shares + _STRENGTH * believed) / (total + _STRENGTH)
        done = np.abs(new - weight).max() < _ENOUGH
        weight = new
        if done:
            break
    return weight
