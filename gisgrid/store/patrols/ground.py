"""Where a patrol could stop, and what is to be expected where: read from the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from sqlalchemy import Double, Text, cast, func, select

from gisgrid.errors import Conflict
from gisgrid.geometry.metric import local_metric
from gisgrid.store.hazards import HazardFilter, hazard_events
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import address, patrol_point

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray
    from sqlalchemy import Connection, Table

    from gisgrid.store.grids import Grid
    from gisgrid.store.patrols.asking import PatrolRequest

__all__ = ["Surroundings", "place_frame", "read_surroundings"]

# A street corner with its houses.
_CELL_M: Final = 100.0
_RECENT: Final = timedelta(days=30)
_NONE: Final = -1


@dataclass(frozen=True)
class Surroundings:
    """What lies where a patrol is planned.

    Attributes
    ----------
    points : DataFrame
        The patrol points: id, name, lon, lat, micro_id (-1 for none).
    homes : DataFrame
        The addresses: id, households, lon, lat, micro_id (-1 for none).
    hazards : DataFrame
        As `gisgrid.store.hazards.hazard_events` gives them, those that count for the forecast,
        with micro_id -1 for none.
    recent : DataFrame
        Those of the last 30 days on record, whoever found them.
    present : datetime
        From which those days are counted back.
    """

    points: pd.DataFrame
    homes: pd.DataFrame
    hazards: pd.DataFrame
    recent: pd.DataFrame
    present: datetime

    @cached_property
    def metric(self) -> pyproj.Transformer:
        """From degrees to metres around the middle of all of it."""
        frames = (self.points, self.homes, self.hazards)
        degrees = np.vstack([frame[["lon", "lat"]].to_numpy(np.float64) for frame in frames])
        return local_metric(*((degrees.min(axis=0) + degrees.max(axis=0)) / 2.0))

    def metres(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """Where the rows of a frame are, in metres: shape (rows, 2)."""
        xy = self.metric.transform(frame["lon"].to_numpy(), frame["lat"].to_numpy())
        return np.column_stack(xy) if len(frame) else np.zeros((0, 2))

    @property
    def micro_ids(self) -> set[int]:
        """The micro-grids in which there is anything."""
        frames = (self.points, self.homes, self.hazards)
        return {int(one) for frame in frames for one in frame["micro_id"].unique()} - {_NONE}

    @property
    def hazards_until(self) -> datetime | None:
        """When the last of the hazards was found."""
        if self.hazards.empty:
            return None
        last: datetime = self.hazards["found_at"].max().to_pydatetime()
        return last

    @property
    def sources(self) -> pd.DataFrame:
        """What says where to look: the hazards, or the homes where there are none."""
        return self.homes if self.hazards.empty else self.hazards

    @cached_property
    def cell(self) -> NDArray[np.int64]:
        """The square of 100 m that each of the sources lies in."""
        return self._cell_of(self.metres(self.sources))

    @cached_property
    def cells(self) -> pd.DataFrame:
        """The squares, by their number: x, y (the middle of what lies in it), households."""
        xy = self.metres(self.sources)
        homes = self.hazards.empty
        households = self.homes["households"].to_numpy() if homes else np.zeros(len(xy))
        frame = pd.DataFrame(
            {"cell": self.cell, "x": xy[:, 0], "y": xy[:, 1], "households": households}
        )
        how = {"x": "mean", "y": "mean", "households": "sum"}
        return frame.groupby("cell").agg(how)

    @staticmethod
    def _cell_of(xy: NDArray[np.float64]) -> NDArray[np.int64]:
        squares = np.floor(xy / _CELL_M).astype(np.int64)
        _, cell = np.unique(squares, axis=0, return_inverse=True)
        return np.asarray(cell, dtype=np.int64).reshape(-1)


def read_surroundings(
    connection: Connection,
    request: PatrolRequest,
    present: datetime,
    *,
    within: Grid | None,
    discoverers: tuple[str, ...],
) -> Surroundings:
    """Read patrol points, homes and hazards.

    Parameters
    ----------
    connection : Connection
    request : PatrolRequest
    present : datetime
        Up to when hazards are looked at.
    within : Grid, optional
        Only what this grid owns.
    discoverers : tuple of str

    Raises
    ------
    Conflict
        There is nothing to patrol.
    """
    found = {}
    recent = HazardFilter(
        categories=request.categories, since=present - _RECENT, until=present
    )  # fmt: skip
    past = HazardFilter(
        categories=request.categories,
        until=present,
        found_by=request.found_by,
        discoverers=discoverers,
    )
    for name, wanted in (("recent", recent), ("past", past)):
        frame = hazard_events(connection, wanted)
        if within is not None:
            frame = frame[frame[f"{within.level}_id"] == within.id]
        owner = frame["micro_id"].fillna(_NONE).astype("int64")
        found[name] = frame.assign(micro_id=owner).reset_index(drop=True)
    around = Surroundings(
        points=place_frame(connection, patrol_point, within),
        homes=place_frame(connection, address, within),
        hazards=found["past"],
        recent=found["recent"],
        present=present,
    )
    if not len(around.points) + len(around.homes) + len(around.hazards):
        raise Conflict(
            "there is nothing to patrol: no patrol points, no addresses and no hazards",
            where=within.code if within else "",
            fix="import some: gisgrid import places FILE --kind patrol",
        )
    return around


def place_frame(connection: Connection, table: Table, within: Grid | None) -> pd.DataFrame:
    """Addresses or patrol points: id, name, households, lon, lat, micro_id (-1 for none).

    An address without a number of households counts as one.
    """
    is_home = table is address
    query = select(
        table.c.id,
        (cast("", Text) if is_home else table.c.name).label("name"),
        (func.coalesce(address.c.households, 1) if is_home else cast(0, Double)).label(
            "households"
        ),
        func.ST_X(table.c.point).label("lon"),
        func.ST_Y(table.c.point).label("lat"),
        func.coalesce(table.c.micro_id, _NONE).label("micro_id"),
    )
    query = query.where(visible_to(connection, table)).order_by(table.c.id)
    if within is not None:
        query = query.where(table.c[f"{within.level}_id"] == within.id)
    result = connection.execute(query)
    frame = pd.DataFrame(result.all(), columns=list(result.keys()))
    numbers = dict.fromkeys(("lon", "lat", "households"), "float64")
    return frame.astype({**numbers, "id": "int64", "micro_id": "int64"})
