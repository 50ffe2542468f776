"""The one way in for everything that lies at a point: assigned on its way, staged, merged."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

import numpy as np

from gisgrid.files import Reject
from gisgrid.imports.report import Notice
from gisgrid.store import clock, revisions
from gisgrid.store.copying import ewkb_points
from gisgrid.store.coverages import level_index
from gisgrid.store.places import Merged, Stage, owner_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Connection, Table

__all__ = ["PointLoader", "RowLoader"]


class PointLoader:
    """Loads rows that lie at points into one table, each assigned to its grids.

    The rows of a publish that comes meanwhile wait until the caller's transaction ends, so all
    rows are assigned by one revision.

    Parameters
    ----------
    table : Table
        One of `gisgrid.store.places.OWNED`.
    columns : sequence of str
        The table's own columns that the rows bring, besides source id, point and owners.
    key : tuple of str
        The columns that make a row the same row when it comes again.
    """

    def __init__(
        self,
        connection: Connection,
        table: Table,
        columns: Sequence[str],
        *,
        key: tuple[str, ...] = ("source_id",),
    ) -> None:
        revisions.hold_still(connection)
        # The clock is read after the wait, so the index and its revision are of one publish.
        self._index = level_index(connection, clock.now(connection, UTC))
        owners = owner_columns(self._index.owners(np.empty(0), np.empty(0)))
        self._stage = Stage(connection, table, ["source_id", "point", *columns, *owners], key=key)
        self._rows = 0
        self.outside = 0

    def add(
        self,
        row: NDArray[np.int64],
        source_id: NDArray[np.object_],
        lon: NDArray[np.float64],
        lat: NDArray[np.float64],
        columns: Mapping[str, Any],
        good: NDArray[np.bool_],
    ) -> None:
        """Assign and stage the good ones of n rows.

        Parameters
        ----------
        row : ndarray of int64, shape (n,)
            Their numbers in the file.
        source_id : ndarray of str
            What makes each the same row when it comes again.
        lon, lat : ndarray of float64, shape (n,)
            WGS 84 degrees.
        columns : mapping of column name to array, shape (n,)
        good : ndarray of bool, shape (n,)
        """
        lon, lat = lon[good], lat[good]
        owners = self._index.owners(lon, lat)
        self._rows += len(lon)
        self.outside += int(owners.outside.sum())
        self._stage.add(
            {
                "row": row[good],
                "source_id": source_id[good],
                "point": ewkb_points(lon, lat),
                **{name: values[good] for name, values in columns.items()},
                **owner_columns(owners),
            }
        )

    def repeated(self, field: str) -> Iterator[list[Reject]]:
        """The rows whose id stood in the file before: only the first of them is merged."""
        return _repeats(self._stage, field)

    def notices(self) -> tuple[Notice, ...]:
        """Say so when there are no boundaries, or when most points lie outside them."""
        if not self._index.indexes:
            return (
                Notice(
                    "no-boundaries",
                    self._rows,
                    "尚未发布任何网格边界,这些点暂无归属",
                    "no boundaries are published yet: these points have no owner",
                ),
            )
        if self.outside * 2 <= self._rows:
            return ()
        share = f"{self.outside:,} / {self._rows:,}"
        return (
            Notice(
                "outside",
                self.outside,
                f"{share} 个点落在所有网格之外:经纬度是否颠倒?坐标系是否正确?",
                f"{share} points lie outside every grid: lon and lat swapped, or another CRS?",
            ),
        )

    def merge(self, import_id: int | None) -> Merged:
        """Insert what is new, update what differs, leave the rest alone."""
        return self._stage.merge(
            {
                "import_id": import_id,
                "assigned_how": "bulk",
                "assigned_revision": self._index.revision,
            }
        )


class RowLoader:
    """Loads rows that have no owner into one table.

    Parameters
    ----------
    table : Table
    columns : sequence of str
        The table's columns that the rows bring.
    key : tuple of str
        The columns that make a row the same row when it comes again.
    """

    outside = None

    def __init__(
        self,
        connection: Connection,
        table: Table,
        columns: Sequence[str],
        *,
        key: tuple[str, ...] = ("source_id",),
    ) -> None:
        self._stage = Stage(connection, table, columns, key=key)
        self._imported = "import_id" in table.c

    def add(self, columns: Mapping[str, Any]) -> None:
        """Stage rows: ``row``, their numbers in the file, and the columns."""
        self._stage.add(columns)

    def repeated(self, field: str) -> Iterator[list[Reject]]:
        """The rows whose id stood in the file before: only the first of them is merged."""
        return _repeats(self._stage, field)

    def merge(self, import_id: int | None) -> Merged:
        """Insert what is new, update what differs, leave the rest alone."""
        return self._stage.merge({"import_id": import_id} if self._imported else {})

    def notices(self) -> tuple[Notice, ...]:
        """Nothing to say."""
        return ()


def _repeats(stage: Stage, field: str) -> Iterator[list[Reject]]:
    """Rejects for the staged rows whose id stood in the file before, in portions."""
    for found in stage.repeated():
        yield [Reject(row, field, f"stands in row {first} too", key) for row, key, first in found]
