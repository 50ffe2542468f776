"""Coverages for tests: cells of a lattice, gathered into polygons and bent."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

STEPS = 6
WEST, SOUTH, CELL = 121.2, 31.3, 0.004


def cells(side: int, seed: int, steps: int = STEPS) -> NDArray[Any]:
    """Return side × side cells whose borders wander in steps, edge-matched, EPSG:4326."""
    rng = np.random.default_rng(seed)
    shift = rng.uniform(-0.4, 0.4, (side * steps + 1, side * steps + 1, 2))
    along = np.arange(steps)
    zero, far = np.zeros(steps, dtype=int), np.full(steps, steps)
    ring = np.concatenate(
        [
            np.column_stack([along, zero]),
            np.column_stack([far, along]),
            np.column_stack([far - along, far]),
            np.column_stack([zero, far - along]),
        ]
    )
    corners = np.array([(i, j) for i in range(side) for j in range(side)]) * steps
    lattice = corners[:, None, :] + ring[None, :, :]
    bent = (lattice + shift[lattice[..., 0], lattice[..., 1]]) * (CELL / steps)
    return np.asarray(shapely.polygons(np.round(bent + np.array([WEST, SOUTH]), 7)))


def gathered(polygons: NDArray[Any], labels: NDArray[np.intp]) -> NDArray[Any]:
    """Unite the polygons of each label; labels are 0, 1, 2 … with none left out."""
    return np.array(
        [shapely.coverage_union_all(polygons[labels == k]) for k in range(labels.max() + 1)],
        dtype=object,
    )


def some_labels(count: int, kinds: int, seed: int) -> NDArray[np.intp]:
    """Return labels in no order, so that polygons have pieces apart and holes."""
    labels = np.random.default_rng(seed).integers(0, kinds, count)
    return np.asarray(np.unique(labels, return_inverse=True)[1])
