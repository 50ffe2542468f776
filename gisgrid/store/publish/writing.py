"""The versions that a publish writes, and those that it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sqlalchemy import func, insert, or_, select, update

from gisgrid.errors import Conflict
from gisgrid.store.copying import as_multi, copy_in, ewkb
from gisgrid.store.tables import boundary_version, grid, grid_version

if TYPE_CHECKING:
    from datetime import datetime

    import geopandas as gpd
    from sqlalchemy import Connection, Table

    from gisgrid.planning import GridChanges
    from gisgrid.store.plans import Plan
    from gisgrid.store.publish.wanted import Wanted

__all__ = ["Writer"]


class Writer:
    """Writes the versions of one publish.

    Parameters
    ----------
    connection : Connection
    plan : Plan
    at : datetime
        From when they hold.
    number : int
        The revision.
    """

    def __init__(self, connection: Connection, plan: Plan, at: datetime, number: int) -> None:
        self.connection = connection
        self.plan = plan
        self.at = at
        self.number = number

    def write(self, wanted: Wanted, changes: GridChanges) -> dict[str, int]:
        """End the versions that change and add those that take their place.

        Returns
        -------
        dict of str to int
            The ids of the grids that differ now, by code.

        Raises
        ------
        Conflict
            A grid has a version that the plan's date would overtake.
        """
        frame = wanted.frame.set_index("code", drop=False)
        made = self._identities(frame.loc[list(changes.new)])
        frame["key"] = [made.get(key, key) for key in frame["key"]]
        frame["parent"] = pd.array(
            [one if pd.isna(one) else made.get(one, one) for one in frame["parent"]], dtype="Int64"
        )
        labels = frame.loc[[*changes.new, *changes.relabelled]]
        shapes = frame.loc[[*changes.new, *changes.reshaped]]
        ends = [wanted.ends[code] for code in changes.ended]
        for table, rows in ((grid_version, labels), (boundary_version, shapes)):
            self._close(table, [*rows["key"].tolist(), *ends])
        self._add_labels(labels)
        self._add_shapes(shapes)
        differing = [*changes.new, *changes.relabelled, *changes.reshaped]
        keys = frame.loc[differing, "key"]
        return dict(zip(keys.index, keys.tolist(), strict=True)) | wanted.ends

    def _identities(self, frame: gpd.GeoDataFrame) -> dict[int, int]:
        """Make the grids that the plan begins; their ids by their keys."""
        fresh = frame[frame["key"] < 0]
        if fresh.empty:
            return {}
        rows = [{"level": level, "created_revision": self.number} for level in fresh["level"]]
        statement = insert(grid).returning(grid.c.id, sort_by_parameter_order=True)
        ids = self.connection.execute(statement, rows).scalars()
        return dict(zip(fresh["key"].tolist(), ids, strict=True))

    def _close(self, table: Table, ids: list[int]) -> None:
        """End the open versions of grids at the plan's date."""
        if not ids:
            return
        mine, valid = table.c.grid_id.in_(ids), table.c.valid
        later = or_(func.lower(valid) >= self.at, func.upper(valid) > self.at)
        found = self.connection.scalar(select(table.c.grid_id).where(mine, later).limit(1))
        if found is not None:
            code = self.connection.scalar(
                select(grid_version.c.code).where(grid_version.c.grid_id == found).limit(1)
            )
            raise Conflict(
                "the grid has a version that begins or ends after the plan's date",
                where=f"grid {code}",
                fix="state a later date (--from): what was published stays as it was",
            )
        self.connection.execute(
            update(table)
            .where(mine, valid.contains(self.at))
            .values(valid=func.tstzrange(func.lower(valid), self.at), ended_revision=self.number)
        )

    def _add_labels(self, frame: gpd.GeoDataFrame) -> None:
        rows = [
            {
                "grid_id": row.key,
                "code": row.code,
                "name": row.name,
                "parent_id": None if pd.isna(row.parent) else int(row.parent),
                "special": bool(row.special),
                "households": None if pd.isna(row.households) else int(row.households),
                "range_reason": None if pd.isna(row.range_reason) else row.range_reason,
                "revision": self.number,
            }
            for row in frame.itertuples(index=False)
        ]
        if rows:
            valid = func.tstzrange(self.at, None)
            self.connection.execute(insert(grid_version).values(valid=valid), rows)

    def _add_shapes(self, frame: gpd.GeoDataFrame) -> None:
        size = len(frame)
        columns: dict[str, Any] = {
            "grid_id": frame["key"].to_numpy(dtype=np.int64),
            "level": frame["level"].tolist(),
            "geom": ewkb(as_multi(frame.geometry.to_numpy(dtype=object))),
            "valid": [f"[{self.at.isoformat()},)"] * size,
            "revision": np.full(size, self.number),
            "import_id": [self.plan.import_id] * size,
        }
        if size:
            copy_in(self.connection, boundary_version, columns)
