"""Hot and cold spots over time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

from gisgrid.hotspots.emerging import emerging
from gisgrid.store.hazards import epoch_seconds, hazard_events, present_of
from gisgrid.store.hotspots.placing import Place, Places

if TYPE_CHECKING:
    from datetime import datetime

    import geopandas as gpd
    from sqlalchemy import Connection

    from gisgrid.store.hazards import HazardFilter

__all__ = ["STEPS", "EmergingSpots", "Step", "find_emerging"]

Step = Literal["day", "week", "month"]

STEPS: Final = {
    "day": pd.DateOffset(days=1),
    "week": pd.DateOffset(weeks=1),
    "month": pd.DateOffset(months=1),
}


@dataclass(frozen=True)
class EmergingSpots:
    """Which hot and cold spots are new, which stay, which fade.

    Attributes
    ----------
    level : str
    edge_m : float or None
        Of hexagons.
    found_by : str
    categories : tuple of str
        Of hazards; empty for all.
    step : str
    edges : tuple of datetime
        The bounds of the steps; the last is the present, or where the record ends.
    events, outside : int
        How many were counted, and how many lie in no place.
    rate : float
        Of false discoveries.
    frame : GeoDataFrame
        EPSG:4326, ordered by code: code, name, counts (tuple, one for each step), z (of the last
        step), hot_steps, cold_steps, tau, trend_p, side (1 hot, -1 cold, 0 neither), category,
        geometry.
    """

    level: Place
    edge_m: float | None
    found_by: str
    categories: tuple[str, ...]
    step: Step
    edges: tuple[datetime, ...]
    events: int
    outside: int
    rate: float
    frame: gpd.GeoDataFrame


def find_emerging(
    connection: Connection,
    wanted: HazardFilter,
    at: datetime,
    *,
    level: Place = "micro",
    edge_m: float = 150.0,
    step: Step = "month",
    steps: int = 12,
    rate: float = 0.05,
) -> EmergingSpots:
    """Gi* of each place and step up to the present, its trend, and what it amounts to.

    Parameters
    ----------
    wanted : HazardFilter
        ``until`` is the end of the last step, or else the present (`present_of`); ``since`` is
        not used.
    at : datetime
        When the grids hold; in the zone in which days begin.
    level, edge_m, rate
        As for `find_hot_spots`.
    step, steps
        How long a step is, and how many there are.

    Raises
    ------
    NotFound
        There are no grids.
    InputError
        There are too few steps.
    """
    end = pd.Timestamp(wanted.until or present_of(connection, at))
    edges = [(end - number * STEPS[step]).to_pydatetime() for number in range(steps, -1, -1)]
    places = Places.read(connection, level, at, edge_m=edge_m)
    events = hazard_events(connection, replace(wanted, since=edges[0], until=edges[-1]))
    position = places.of(events)
    begins = [edge.timestamp() for edge in edges]
    slot = np.searchsorted(begins, epoch_seconds(events["found_at"]), "right") - 1
    inside = position >= 0
    cube = np.zeros((len(places.frame), steps))
    np.add.at(cube, (position[inside], slot[inside]), 1.0)
    found = emerging(cube, places.neighbours, rate=rate)
    columns = {
        "code": places.frame["code"],
        "name": places.frame["name"],
        "counts": [tuple(row) for row in cube.astype(np.int64).tolist()],
        "z": found.z[:, -1],
        "hot_steps": (found.sign > 0).sum(axis=1),
        "cold_steps": (found.sign < 0).sum(axis=1),
        "tau": found.tau,
        "trend_p": found.trend_p,
        "side": found.side.astype(np.int64),
        "category": found.category,
    }
    return EmergingSpots(
        level=level,
        edge_m=places.edge_m,
        found_by=wanted.found_by,
        categories=wanted.categories,
        step=step,
        edges=tuple(edges),
        events=int(inside.sum()),
        outside=int((~inside).sum()),
        rate=rate,
        frame=places.frame[["geometry"]].assign(**columns)[[*columns, "geometry"]],
    )
