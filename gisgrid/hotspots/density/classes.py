"""The classes of a density and their colours: one definition for tiles, pages and their legend.

A density is in events per hectare and year. Whoever draws it, here or in a page, takes six limits
and `palette`: below half the lowest limit nothing is drawn, from there to the highest limit the
colours follow the logarithm of the density evenly::

    colour = 1 + round(254 * log(density / least) / log(limits[5] / least)),  least = limits[0] / 2
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from math import isfinite, log
from typing import TYPE_CHECKING, Final

import numpy as np

from gisgrid.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["SIGMAS_IN_RADIUS", "STEPS", "checked_steps", "colours", "density_steps", "palette"]

SIGMAS_IN_RADIUS: Final = 2.0
"""The radius of an event is so many standard deviations of its bell curve."""

STEPS: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
"""Limits where nothing is known of the map."""

# Red, green, blue (0 to 255) and opacity, from the lowest limit to the highest one.
_RAMP: Final = (
    (255, 243, 191, 0.55),
    (255, 212, 102, 0.72),
    (247, 152, 56, 0.82),
    (222, 82, 40, 0.88),
    (168, 24, 40, 0.92),
    (86, 10, 44, 0.95),
)
_COLOURS: Final = 256
_LAST: Final = _COLOURS - 1
# Where the lowest limit stands: the highest one is about fifty times as high.
_LOWEST: Final = 1 + (_LAST - 1) * log(2) / log(100)
_LADDER: Final = tuple(float(f"{digit}e{power}") for power in range(-6, 6) for digit in (1, 2, 5))


def density_steps(mean: float) -> tuple[float, ...]:
    """Six limits of 1, 2, 5, 10 … for a map, from about its mean to some forty times that.

    They depend on the whole map, not on what a filter leaves nor on the zoom, so that colours mean
    the same throughout.

    Parameters
    ----------
    mean : float
        Events per hectare and year of the whole map; where that is not known, 0.
    """
    if not (isfinite(mean) and mean > 0):
        return STEPS
    first = min(max(bisect_right(_LADDER, mean) - 1, 0), len(_LADDER) - len(STEPS))
    return _LADDER[first : first + len(STEPS)]


def checked_steps(limits: Sequence[float]) -> tuple[float, ...]:
    """Limits that somebody else chose.

    Raises
    ------
    InputError
        They are not six positive numbers that ascend.
    """
    found = tuple(limits)
    ascending = all(low < high for low, high in pairwise(found))
    if len(found) != len(STEPS) or not ascending or found[0] <= 0 or not isfinite(found[-1]):
        raise InputError(
            "the limits of the classes are not six positive numbers that ascend",
            where=",".join(f"{limit:g}" for limit in found),
            fix=f"such as {','.join(f'{limit:g}' for limit in STEPS)}",
        )
    return found


def colours(density: NDArray[np.float64], limits: Sequence[float]) -> NDArray[np.uint8]:
    """The position in `palette` of each density's colour; same shape."""
    least = limits[0] / 2
    with np.errstate(divide="ignore"):
        share = np.log(density / least) / log(limits[-1] / least)
    found = np.where(share >= 0, 1 + (_LAST - 1) * np.clip(share, 0, 1), 0)
    return np.asarray(np.rint(found), np.uint8)


def palette() -> NDArray[np.uint8]:
    """Red, green, blue and opacity (0 to 255) of each colour, shape (256, 4).

    The first shows nothing; up to the lowest limit its colour fades in.
    """
    at = np.arange(_COLOURS)
    stops = np.linspace(_LOWEST, _LAST, len(_RAMP))
    ramp = np.array(_RAMP) * (1, 1, 1, _LAST)
    table = np.column_stack([np.interp(at, stops, channel) for channel in ramp.T])
    table[:, 3] *= np.minimum(at / _LOWEST, 1)
    return np.asarray(np.rint(table), np.uint8)
