"""How likely two cases are the same problem, told twice: by place, category and time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["FAR_M", "LIKELY", "OLD_HOURS", "likeness"]

# Farther apart, or longer, two reports are not compared at all.
FAR_M: Final = 200.0
OLD_HOURS: Final = 30 * 24.0
# From here on a case is offered as a likely duplicate; a person decides.
LIKELY: Final = 0.25

# Telephones say where they are to some tens of metres, and people stand where they like.
_NEAR_M: Final = 60.0
# A problem that stays is told again for days.
_LASTS_HOURS: Final = 10 * 24.0
_SAME_GROUP: Final = 0.5


def likeness(
    distance_m: ArrayLike, hours: ArrayLike, same_category: ArrayLike, same_group: ArrayLike
) -> NDArray[np.float64]:
    """How likely cases are the same problem as a new one.

    Parameters
    ----------
    distance_m : array_like of float, shape (n,)
        Metres between the two places.
    hours : array_like of float, shape (n,)
        Between the two reports, whichever came first.
    same_category, same_group : array_like of bool, shape (n,)

    Returns
    -------
    ndarray of float64, shape (n,)
        1 for the same place, category and time; falling with distance and time; half as much for
        another category of the same group, and 0 for other groups and for what is not compared.
    """
    far, old = np.asarray(distance_m, np.float64), np.abs(np.asarray(hours, np.float64))
    kind = np.where(same_category, 1.0, np.where(same_group, _SAME_GROUP, 0.0))
    found = kind * np.exp(-((far / _NEAR_M) ** 2) / 2) * np.exp(-old / _LASTS_HOURS)
    likely: NDArray[np.float64] = np.where((far <= FAR_M) & (old <= OLD_HOURS), found, 0.0)
    return likely
