"""What a forecast has to beat: a plain count of the last year, and the same smoothed (KDE)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from gisgrid.hotspots.forecast.rhythm import DAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gisgrid.hotspots.forecast.reasons import Past
    from gisgrid.hotspots.forecast.squares import Squares

__all__ = ["FittedKde", "last_year", "scott_width"]

_YEAR: Final = 364 * DAY
# Of the side of a square.
_WIDTHS: Final = (0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
# Of the density, so that an event far from all others is unlikely, not impossible.
_ANYWHERE: Final = 0.01


def last_year(past: Past, cells: int, start: float) -> NDArray[np.float64]:
    """Events of each cell in the 52 weeks before ``start``, from events before it."""
    recent = past.at.seconds >= start - _YEAR
    return np.bincount(past.cell[recent], minlength=cells).astype(np.float64)


def scott_width(counts: NDArray[np.float64], squares: Squares) -> float:
    """Scott's rule: the width of a Gaussian KDE that most programs take, in metres."""
    total = max(float(counts.sum()), 1.0)
    mean = counts @ squares.centres / total
    variance = counts @ (squares.centres - mean) ** 2 / total
    width = float(np.sqrt(variance.mean())) / np.power(total, 1.0 / 6.0)
    return max(float(width), squares.size_m / 10.0)


class FittedKde:
    """A Gaussian KDE whose width is the one that made the periods until now most likely."""

    def __init__(self, squares: Squares) -> None:
        self._squares = squares
        self._widths = [one * squares.size_m for one in _WIDTHS]
        self._likelihood = np.zeros(len(_WIDTHS))
        self._seen = False

    def width(self, counts: NDArray[np.float64]) -> float:
        """The width in metres; Scott's as long as no period is over."""
        if not self._seen:
            return scott_width(counts, self._squares)
        return self._widths[int(np.argmax(self._likelihood))]

    def learn(self, counts: NDArray[np.float64], came: NDArray[np.float64]) -> None:
        """Take in what came after the year that was counted."""
        if not counts.any() or not came.any():
            return
        self._seen = True
        for number, width in enumerate(self._widths):
            density = self._squares.smooth(counts, width)
            chance = (1.0 - _ANYWHERE) * density / density.sum() + _ANYWHERE / len(counts)
            self._likelihood[number] += float(came @ np.log(chance))
