"""Classes of colour that are fixed when a map is made, so that no filter and no zoom moves them."""

from __future__ import annotations

import math
from typing import Final

__all__ = ["RATE_CLASSES", "count_steps", "rate_steps"]

RATE_CLASSES: Final = 6
# The last class may begin this far below the largest of all: one grid shall not empty the others.
_CROWNED: Final = 3.0
_LADDERS: Final = (
    (1, 2, 3, 5, 8, 12),
    (1, 2, 5, 10, 20, 40),
    (1, 3, 10, 30, 100, 300),
    (1, 5, 20, 100, 500, 2000),
    (1, 10, 100, 1_000, 10_000, 100_000),
)


def count_steps(most: int) -> list[int]:
    """Where each class of counts begins, for grids of which one has ``most`` in all."""
    for ladder in _LADDERS:
        if ladder[-1] * _CROWNED >= most:
            return list(ladder)
    return list(_LADDERS[-1])


def rate_steps(mean: float) -> list[float]:
    """Where each class of rates begins: six of 1, 2, 5, 10 … from about a quarter of the mean.

    Parameters
    ----------
    mean : float
        Of the whole map; where it is 0, the classes are those of a mean of 1.
    """
    base = mean if mean > 0 and math.isfinite(mean) else 1.0
    first = round(3 * math.log10(base / 4))
    return [_preferred(first + k) for k in range(RATE_CLASSES)]


def _preferred(position: int) -> float:
    """The number at a position of … 0.5, 1, 2, 5, 10 …, in which 1 is at 0."""
    decade, digit = divmod(position, 3)
    return float(f"{(1, 2, 5)[digit]}e{decade}")
