"""How good a ranking of places was, once it is known what came.

The best places are taken until they fill a part of the area. The last one may count in part, and
places ranked alike share what is left, so that no order of the data decides.

From the hits come the hit rate (hits per event), the predictive accuracy index PAI (hit rate per
part of the area: 1 by chance; Chainey, Tompson and Uhlig 2008) and the predictive efficiency index
PEI (hits per hits of the best places in hindsight: at most 1; Hunt 2016).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["hits"]


def hits(
    score: NDArray[np.float64],
    came: NDArray[np.float64],
    area: NDArray[np.float64],
    parts: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Events in the best-ranked places that make up each part of the area.

    Parameters
    ----------
    score : float64 (cells,)
        Expected events of each place; places are ranked by them per area.
    came : float64 (cells,)
        Events that came.
    area : float64 (cells,)
        Above 0, in any unit.
    parts : float64 (k,)
        Parts of the whole area, 0 to 1.

    Returns
    -------
    float64 (k,)
    """
    _, rank = np.unique(-score / area, return_inverse=True)
    room, found = np.bincount(rank, weights=area), np.bincount(rank, weights=came)
    filled = np.concatenate([[0.0], np.cumsum(room)])
    taken = np.concatenate([[0.0], np.cumsum(found)])
    reached: NDArray[np.float64] = np.interp(parts * filled[-1], filled, taken)
    return reached
