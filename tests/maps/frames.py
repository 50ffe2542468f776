"""Frames that maps are drawn from."""

from __future__ import annotations

from typing import Any

import geopandas
import numpy as np
import pandas as pd
import shapely


def frame(shapes: Any, **columns: Any) -> geopandas.GeoDataFrame:
    """Return a frame of grids with counts that a test may replace."""
    count = len(shapes)
    base: dict[str, Any] = {
        "code": [f"{k:03d}" for k in range(count)],
        "name": [f"网格{k}" for k in range(count)],
        "parent_name": [None] * count,
        "households": pd.array([400] * count, dtype="Int64"),
        "addresses": 20,
        "hazards": 3,
        "patrols": 1,
        "special": False,
    }
    return geopandas.GeoDataFrame({**base, **columns}, geometry=list(shapes), crs=4326)


def lattice(columns: int, rows: int, steps: int) -> Any:
    """Return cells between 121.10–121.36 and 31.23–31.50 whose shared borders wander."""
    rng = np.random.default_rng(5)
    shift = rng.uniform(-0.3, 0.3, (columns * steps + 1, rows * steps + 1, 2))
    along, zero, far = np.arange(steps), np.zeros(steps, dtype=int), np.full(steps, steps)
    sides = [(along, zero), (far, along), (far - along, far), (zero, far - along)]
    ring = np.concatenate([np.column_stack(side) for side in sides])
    corners = np.array([(i, j) for i in range(columns) for j in range(rows)]) * steps
    at = corners[:, None, :] + ring[None, :, :]
    size = (0.26 / (columns * steps), 0.27 / (rows * steps))
    bent = (at + shift[at[..., 0], at[..., 1]]) * size + (121.10, 31.23)
    return shapely.polygons(np.round(bent, 6))
