"""What chance makes of a sum over neighbours: its mean, its spread and its skewness.

Chance means that the values are dealt out to the places in random order. A sum of values that are
dealt out has a mean, a variance and a third moment in closed form (Hoeffding 1951, Annals of
Mathematical Statistics 22). The normal distribution uses the first two and is what Gi is usually
read by; events are few and counts are skewed, and then it takes chance for hot spots. The gamma
distribution with the third moment too (Pearson's type III) is right far out where it matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from scipy.special import gammaincc, ndtr

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gisgrid.hotspots.windows import WindowSums

__all__ = ["Chance", "Tail", "under_chance"]

Tail = Literal["skewed", "normal"]

# Variation that is less than this part of all is rounding.
_ROUNDING: Final = 1e-12
# Below, the gamma distribution is the normal one to six digits, and its own digits run out.
_STRAIGHT: Final = 1e-4


@dataclass(frozen=True)
class Chance:
    """Sums over neighbours as seen from what chance makes of them.

    Attributes
    ----------
    z : ndarray of float64, shape (n,)
        Standard deviations above the mean: 0 where chance has no choice, for all values are equal
        or all places are in the sum; not a number where there is no sum.
    skewness : ndarray of float64, shape (n,)
    """

    z: NDArray[np.float64]
    skewness: NDArray[np.float64]

    def p(self, tail: Tail = "skewed") -> NDArray[np.float64]:
        """How likely chance goes as far: two-sided, twice the smaller tail, at most 1."""
        normal: NDArray[np.float64] = ndtr(-np.abs(self.z))
        if tail == "normal":
            return 2.0 * normal
        straight = np.abs(self.skewness) < _STRAIGHT
        shape = 4.0 / np.where(straight, 1.0, self.skewness) ** 2
        # Skewed to the left is skewed to the right in a mirror.
        toward = np.where(self.skewness < 0, -self.z, self.z)
        above = gammaincc(shape, np.maximum(shape + toward * np.sqrt(shape), 0.0))
        heavy: NDArray[np.float64] = np.where(straight, normal, above)
        # On its short side the gamma distribution ends, where chance need not: there the normal
        # one stays, which is too careful.
        return np.minimum(2.0 * np.where(toward < 0, np.minimum(normal, heavy), heavy), 1.0)


def under_chance(centred: NDArray[np.float64], window: WindowSums, *, star: bool) -> Chance:
    """Compare sums over neighbours with what chance makes of them.

    Parameters
    ----------
    centred : ndarray of float64, shape (n,)
        Values about their mean; not a number where there is none.
    window : WindowSums
        Of those values.
    star : bool
        The values of all places are dealt out. Without it, to each place's neighbours, those of
        all but the place itself.
    """
    present = ~np.isnan(centred)
    own = np.where(present, centred, 0.0)
    out = np.zeros_like(own) if star else own
    size = max(int(present.sum()) - (0 if star else 1), 1)
    # The deviations of all places sum to 0.
    mean = -out / size
    raw = np.sum(own**2) - out**2
    second = raw - size * mean**2
    third = np.sum(own**3) - out**3 - 3.0 * mean * raw + 2.0 * size * mean**3
    share = window.weight / size
    squares = window.squares - window.weight * share
    cubes = window.cubes - 3.0 * share * window.squares + 2.0 * share**2 * window.weight
    level = (second <= _ROUNDING * np.sum(own**2)) | (squares <= _ROUNDING * window.squares)
    scale = np.sqrt(np.where(level, 1.0, second * squares / max(size - 1, 1)))
    z = np.where(level, 0.0, (window.lag - window.weight * mean) / scale)
    z[~present | (window.squares == 0)] = np.nan
    skewness = cubes * third / scale**3 * size / max((size - 1) * (size - 2), 1)
    return Chance(z, np.where(level, 0.0, skewness))
