"""Places in rows, as bees build, and events that are dealt out to them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from gisgrid.hotspots.neighbours import within_distance


def honeycomb(side: int) -> tuple[NDArray[np.float64], csr_array]:
    """Centres of ``side * side`` hexagons a unit apart, and who is whose neighbour."""
    row, column = np.divmod(np.arange(side * side), side)
    points = np.column_stack([column + 0.5 * (row % 2), row * np.sqrt(0.75)])
    return points, within_distance(points, 1.01)
