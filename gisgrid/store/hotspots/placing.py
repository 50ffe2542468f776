"""The places in which events are counted: the grids of a level, or hexagons over the district."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from sqlalchemy import Float, cast, func, select

from gisgrid.errors import LimitExceeded, NotFound
from gisgrid.geometry.metric import areas_m2
from gisgrid.hotspots.hexagons import (
    edge_metres,
    hexagon_outlines,
    hexagons_at,
    hexagons_over,
    resolution_of,
)
from gisgrid.hotspots.neighbours import contiguity, hexagon_neighbours
from gisgrid.store.copying import copy_numbers
from gisgrid.store.counts import households_by_grid
from gisgrid.store.coverages import coverage_frame
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import LEVELS, address

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray
    from scipy.sparse import csr_array
    from sqlalchemy import Connection

__all__ = ["HEXAGON", "Place", "Places"]

Place = Literal["area", "unit", "micro", "police", "hexagon"]

HEXAGON: Final = "hexagon"
# As many hexagons take some seconds.
_MOST_HEXAGONS: Final = 100_000


@dataclass(frozen=True)
class Places:
    """Where events are counted.

    Attributes
    ----------
    level : str
        A level of grids, or ``hexagon``.
    edge_m : float or None
        The average edge of the hexagons.
    frame : GeoDataFrame
        EPSG:4326, ordered by code: code, name, households (float64, not a number where nobody
        knows), geometry.
    neighbours : csr_array, shape (n, n)
        Binary: those whose borders meet, also in a point.
    """

    level: Place
    edge_m: float | None
    frame: gpd.GeoDataFrame
    neighbours: csr_array
    _keys: pd.Index[int] | pd.Index[str]

    @staticmethod
    def read(connection: Connection, level: Place, at: datetime, *, edge_m: float) -> Places:
        """The grids of a level at an instant, or hexagons whose edges are about as long.

        Raises
        ------
        NotFound
            There are no grids.
        LimitExceeded
            There would be too many hexagons.
        """
        if level == HEXAGON:
            return _hexagons(connection, at, resolution_of(edge_m))
        grids = coverage_frame(connection, level, at)
        if not len(grids):
            raise NotFound("there are no grids of this level at that time", where=level)
        households = households_by_grid(connection, level, at).reindex(grids["id"])
        frame = grids[["code", "name", "geometry"]].assign(
            households=households.to_numpy(np.float64, na_value=np.nan)
        )
        shapes = grids.geometry.to_numpy(dtype=object)
        return Places(level, None, frame, contiguity(shapes), pd.Index(grids["id"]))

    def of(self, events: pd.DataFrame) -> NDArray[np.int64]:
        """The position of the place that each event lies in, -1 for none.

        Parameters
        ----------
        events : DataFrame
            As `gisgrid.store.hazards.hazard_events` gives them.
        """
        if self.level == HEXAGON:
            resolution = resolution_of(self.edge_m or 0.0)
            found = pd.Index(hexagons_at(*_degrees(events), resolution))
        else:
            found = pd.Index(events[f"{self.level}_id"].to_numpy(np.int64, na_value=-1))
        return np.asarray(self._keys.get_indexer(found), dtype=np.int64)

    def counts(self, events: pd.DataFrame) -> NDArray[np.float64]:
        """How many of the events lie in each place."""
        position = self.of(events)
        counted = np.bincount(position[position >= 0], minlength=len(self.frame))
        return counted.astype(np.float64)


def _hexagons(connection: Connection, at: datetime, resolution: int) -> Places:
    for level in LEVELS:
        district = coverage_frame(connection, level, at).geometry.to_numpy(dtype=object)
        if len(district):
            break
    else:
        raise NotFound("there are no grids to lay hexagons over")
    edge = edge_metres(resolution)
    many = areas_m2(district).sum() / (1.5 * np.sqrt(3.0) * edge**2)
    if many > _MOST_HEXAGONS:
        what = f"about {many:,.0f} hexagons of {edge:.0f} m, more than {_MOST_HEXAGONS:,}"
        raise LimitExceeded(what, fix="take longer edges")
    cells = hexagons_over(district, resolution)
    keys = pd.Index(cells)
    frame = gpd.GeoDataFrame(
        {"code": cells, "name": "", "households": _households(connection, keys, resolution)},
        geometry=hexagon_outlines(cells),
        crs="EPSG:4326",
    )
    return Places(HEXAGON, edge, frame, hexagon_neighbours(cells), keys)


def _households(
    connection: Connection, cells: pd.Index[str], resolution: int
) -> NDArray[np.float64]:
    """Households of the addresses in each cell; not a number where there are no addresses."""
    query = select(
        func.ST_X(address.c.point, type_=Float).label("lon"),
        func.ST_Y(address.c.point, type_=Float).label("lat"),
        cast(func.coalesce(address.c.households, 0), Float).label("households"),
    ).where(visible_to(connection, address))
    homes = copy_numbers(connection, query)
    if not len(homes):
        return np.full(len(cells), np.nan)
    lon, lat, households = (homes[name].astype(np.float64) for name in homes.dtype.names or ())
    position = cells.get_indexer(pd.Index(hexagons_at(lon, lat, resolution)))
    inside = position >= 0
    summed = np.bincount(position[inside], weights=households[inside], minlength=len(cells))
    return summed.astype(np.float64)


def _degrees(events: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return events["lon"].to_numpy(np.float64), events["lat"].to_numpy(np.float64)
