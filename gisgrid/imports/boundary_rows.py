"""The good rows of a file of boundaries, and why the others are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gisgrid.files import Batch, Reject
from gisgrid.geometry.validity import Repair, invalid_rings, repair
from gisgrid.imports.running import TEXT, WHOLE, drop_long, row_numbers, typed
from gisgrid.points.positions import shapes
from gisgrid.points.sieve import Sieve
from gisgrid.store import grids
from gisgrid.store.codes import UNADDRESSABLE
from gisgrid.store.parents import PARENT_LEVEL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from gisgrid.geometry.crs import Crs

__all__ = ["BoundaryRows"]

_READERS: Final = {"code": TEXT, "name": TEXT, "parent": TEXT, "households": WHOLE}


class BoundaryRows:
    """Takes the batches of a file and keeps what can become a grid.

    Parameters
    ----------
    connection : Connection
    level : str
    columns : mapping of ``code``, ``name``, ``parent``, ``households`` to the file's columns
    crs : Crs
        Of the file.
    parents : set of str
        Codes that may be stated as a parent.
    mend : bool
        Apply the proposed repair of invalid polygons instead of rejecting them.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        level: str,
        columns: Mapping[str, str],
        crs: Crs,
        parents: set[str],
        mend: bool,
    ) -> None:
        self._connection = connection
        self._level = level
        self._columns = columns
        self._crs = crs
        self._valid_parents = parents
        self._mend = mend
        self._first: dict[str, int] = {}
        self._frames: list[pd.DataFrame] = []
        self.read = 0
        self.repairs: list[tuple[str, Repair]] = []

    def take(self, batch: Batch) -> list[Reject]:
        """Keep the good rows of a batch; the rejects of the others."""
        sieve = Sieve(batch)
        values = typed(batch, sieve, self._columns, _READERS)
        codes: pd.Series[str] = values["code"]
        self._check_codes(sieve, codes)
        polygons = self._polygons(batch, sieve, codes)
        size = len(batch)
        frame = pd.DataFrame(
            {
                "code": codes,
                "name": values.get("name", pd.Series([""] * size)),
                "parent": self._parents(sieve, values, size),
                "special": False,
                "households": values.get("households", pd.Series([pd.NA] * size, dtype="Int64")),
                "geometry": polygons,
            }
        )
        # Last, so that a good row is not rejected for a bad one with the same code.
        self._check_repeats(batch, sieve, codes)
        self.read += size
        if sieve.good.any():
            self._frames.append(frame[sieve.good])
        return sieve.rejects

    def frame(self) -> gpd.GeoDataFrame | None:
        """All good rows: code, name, parent (or None), special, households, geometry."""
        if not self._frames:
            return None
        return gpd.GeoDataFrame(pd.concat(self._frames, ignore_index=True), crs="EPSG:4326")

    def _check_codes(self, sieve: Sieve, codes: pd.Series[str]) -> None:
        field, said = self._columns["code"], codes.to_numpy(dtype=object)
        sieve.drop((codes == "").to_numpy(dtype=bool), field, "is missing")
        control = codes.str.contains(r"[\x00-\x1f\x7f]", regex=True).to_numpy(dtype=bool)
        sieve.drop(control, field, "holds a control character")
        strokes = codes.str.contains(UNADDRESSABLE, regex=True).to_numpy(dtype=bool)
        sieve.drop(strokes, field, "holds a / or is made of dots", said)
        drop_long(sieve, codes, field)
        asked = codes[sieve.good].tolist()
        taken = grids.levels_by_code(self._connection, asked)
        other = [taken.get(code, self._level) for code in codes]
        reasons = [f"is the code of a grid of the level {level}" for level in other]
        sieve.drop(np.array([level != self._level for level in other]), field, reasons, said)

    def _check_repeats(self, batch: Batch, sieve: Sieve, codes: pd.Series[str]) -> None:
        repeated = np.zeros(len(batch), dtype=np.bool_)
        reasons = [""] * len(batch)
        rows = row_numbers(batch)
        for position in np.flatnonzero(sieve.good):
            row = int(rows[position])
            first = self._first.setdefault(codes.iloc[position], row)
            repeated[position] = first != row
            reasons[position] = f"stands in row {first} too"
        sieve.drop(repeated, self._columns["code"], reasons, codes.to_numpy(dtype=object))

    def _polygons(self, batch: Batch, sieve: Sieve, codes: pd.Series[str]) -> NDArray[np.object_]:
        """Valid polygons: the others are dropped with the place where they break, or mended."""
        polygons = shapes(batch, sieve, self._crs, "polygon")
        rows = np.flatnonzero(sieve.good)
        if self._mend:
            polygons[rows], repairs = repair(polygons[rows])
            self.repairs += [(codes.iloc[rows[one.position]], one) for one in repairs]
            gone = shapely.is_missing(polygons)
            sieve.drop(gone, "geometry", "nothing is left of it when repaired")
            return polygons
        broken = np.zeros(len(polygons), dtype=np.bool_)
        reasons = [""] * len(polygons)
        for fault in invalid_rings(polygons[rows]):
            row = rows[fault.position]
            broken[row] = True
            reasons[row] = f"invalid polygon: {fault.reason} at {fault.place}; --repair mends it"
        sieve.drop(broken, "geometry", reasons, codes.to_numpy(dtype=object))
        return polygons

    def _parents(self, sieve: Sieve, values: dict[str, Any], size: int) -> list[str | None]:
        if "parent" not in values:
            return [None] * size
        parents = [code or None for code in values["parent"]]
        above = PARENT_LEVEL.get(self._level)
        reason = f"is the code of no valid grid of the level {above}"
        sieve.drop(
            np.array([code is not None and code not in self._valid_parents for code in parents]),
            self._columns["parent"],
            reason if above else "grids of this level have no parents",
            parents,
        )
        return parents
