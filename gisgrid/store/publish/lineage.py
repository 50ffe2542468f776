"""What became of the grids: ground and households that a publish gave from one to another."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import BigInteger, any_, bindparam, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY

from gisgrid.planning import Ground, moved_ground
from gisgrid.store.tables import LEVELS, address, lineage

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

    import geopandas as gpd
    from numpy.typing import NDArray
    from sqlalchemy import Connection, Table

    from gisgrid.store.assignment import Moved

__all__ = ["Households", "record_lineage"]

# From a grid to a grid.
_Pair = tuple[int, int]


class Households:
    """Counts the households that change hands while places are put right.

    `note` is what `gisgrid.store.assignment.reassign` tells.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.moved: dict[str, dict[_Pair, int]] = {level: defaultdict(int) for level in LEVELS}

    def note(self, table: Table, rows: Moved) -> None:
        """Count some rows; those of other tables than addresses have no households."""
        if table is not address:
            return
        weights = self._households(rows.ids)
        for level, (before, after) in rows.owners.items():
            for i in np.flatnonzero((before != after) & (weights > 0)):
                self.moved[level][int(before[i]), int(after[i])] += int(weights[i])

    def before(self, level: str, ids: Collection[int]) -> dict[int, int]:
        """The households that grids had before anything moved."""
        owner, households = address.c[f"{level}_id"], address.c.households
        query = select(owner, func.sum(households)).where(owner.in_(ids)).group_by(owner)
        found = {key: int(count or 0) for key, count in self._connection.execute(query)}
        for (source, target), count in self.moved[level].items():
            found[source] = found.get(source, 0) + count
            found[target] = found.get(target, 0) - count
        return found

    def _households(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        wanted = any_(bindparam(None, ids.tolist(), ARRAY(BigInteger)))
        query = select(address.c.id, address.c.households).where(
            address.c.id == wanted, address.c.households.is_not(None)
        )
        found = {row.id: row.households for row in self._connection.execute(query)}
        return np.array([found.get(one, 0) for one in ids.tolist()], dtype=np.int64)


def record_lineage(
    connection: Connection,
    number: int,
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    households: Households,
) -> None:
    """Keep what a revision gave from one grid to another.

    Parameters
    ----------
    number : int
        The revision, written already.
    before, after : GeoDataFrame
        The grids whose shapes differ, as they were and as they are: key (id), level, geometry.
    households : Households
        Those that changed hands.
    """
    rows = []
    for level in LEVELS:
        ground = {
            (one.source, one.target): one
            for one in moved_ground(_shapes(before, level), _shapes(after, level))
        }
        moved = {pair: n for pair, n in households.moved[level].items() if all(pair)}
        pairs = sorted(ground.keys() | moved.keys())
        totals = households.before(level, {source for source, _ in pairs}) if pairs else {}
        rows += [
            _row(number, pair, ground.get(pair), moved.get(pair, 0), totals.get(pair[0], 0))
            for pair in pairs
        ]
    if rows:
        connection.execute(insert(lineage), rows)


def _row(
    number: int, pair: _Pair, ground: Ground | None, households: int, total: int
) -> Mapping[str, Any]:
    return {
        "revision": number,
        "from_id": pair[0],
        "to_id": pair[1],
        "area_m2": ground.area_m2 if ground else 0.0,
        "area_share": ground.share if ground else 0.0,
        "households": households,
        "household_share": households / total if total else None,
    }


def _shapes(frame: gpd.GeoDataFrame, level: str) -> dict[int, Any]:
    of_level = frame[frame["level"] == level]
    return dict(zip(of_level["key"].tolist(), of_level.geometry, strict=True))
