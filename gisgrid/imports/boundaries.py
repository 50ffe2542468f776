"""Importing boundaries: rows checked, parents found, a plan made, and published when asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import func, select

from gisgrid.errors import InputError
from gisgrid.files import Batch, require_columns
from gisgrid.geometry.validity import Repair, invalid_rings, repair
from gisgrid.imports.parents import PARENT_LEVEL, find_parents, household_notices
from gisgrid.imports.positions import shapes
from gisgrid.imports.rejecting import RejectLog, Sieve, require_crs
from gisgrid.imports.report import Notice
from gisgrid.imports.running import TEXT, WHOLE, RowFile, open_rows, row_numbers, typed
from gisgrid.store import grids, imports, plans
from gisgrid.store.publish import Published, publish

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from gisgrid.geometry.crs import Crs
    from gisgrid.settings import Settings

__all__ = ["BoundaryFile", "BoundaryReport", "import_boundaries"]

_READERS: Final = {"code": TEXT, "name": TEXT, "parent": TEXT, "households": WHOLE}


@dataclass(frozen=True, kw_only=True)
class BoundaryFile(RowFile):
    """A file of boundaries of one level.

    Attributes
    ----------
    level : str
        ``area``, ``unit``, ``micro`` or ``police``.
    columns : mapping of table column to file column
        ``code``, which it must bring, ``name``, ``parent``, ``households``. Without ``parent``
        a grid's parent is found by where it lies.
    effective_at : datetime, optional
        From when the boundaries hold; without it from the moment of publishing.
    replaces : str
        ``listed``: grids that the file lacks stay. ``level``, or a grid's code: those of the
        level, or below that grid, end.
    repair : bool
        Apply the proposed repair of invalid polygons.
    publish : bool
        Publish at once; otherwise the import is a draft.
    """

    level: str
    effective_at: datetime | None = None
    replaces: str = "listed"
    repair: bool = False
    publish: bool = False


@dataclass(frozen=True)
class BoundaryReport:
    """What came of an import of boundaries.

    Attributes
    ----------
    import_id, plan_id : int
    rows_read, rows_taken, rows_rejected : int
    rejects_file : Path or None
    repairs : tuple of (str, Repair)
        The repairs that were applied, with the grid's code.
    notices : tuple of Notice
    published : Published or None
        None for a draft.
    """

    import_id: int
    plan_id: int
    rows_read: int
    rows_taken: int
    rows_rejected: int
    rejects_file: Path | None
    repairs: tuple[tuple[str, Repair], ...]
    notices: tuple[Notice, ...]
    published: Published | None


def import_boundaries(engine: Engine, file: BoundaryFile, settings: Settings) -> BoundaryReport:
    """Import boundaries in one transaction, as a draft or published.

    Raises
    ------
    InputError
        The file, a column or the CRS cannot be used; nothing is left behind.
    RejectedError
        ``file.strict`` and a row was rejected.
    Conflict
        Published boundaries stand in the way; nothing is left behind.
    """
    with open_rows(file) as source, engine.begin() as connection:
        crs = require_crs(source)
        columns = dict(file.columns)
        require_columns(source, list(columns.values()))
        import_id = imports.begin(
            connection,
            noun=file.level,
            source=file.path.name,
            layer=file.layer,
            crs=crs.name,
            map_approval=file.map_approval,
            options={"columns": columns, "replaces": file.replaces, "repair": file.repair},
        )
        with RejectLog(connection, import_id, file.path, file.rejects) as rejects:
            rows = _Rows(connection, file, crs)
            for batch in source.batches(list(columns.values())):
                rejects.add(rows.take(batch))
            if file.strict:
                rejects.require_none()
            if not rows.frames:
                raise InputError(
                    f"none of the {rows.read:,} rows can be used", where=str(rejects.path)
                )
        return _conclude(connection, file, settings, rows, rejects, import_id)


def _conclude(
    connection: Connection,
    file: BoundaryFile,
    settings: Settings,
    rows: _Rows,
    rejects: RejectLog,
    import_id: int,
) -> BoundaryReport:
    at = file.effective_at or connection.execute(select(func.now())).scalar_one()
    frame = gpd.GeoDataFrame(pd.concat(rows.frames, ignore_index=True), crs="EPSG:4326")
    frame, notices = find_parents(connection, frame, file.level, at, settings.nesting_tolerance_m2)
    if file.level == "micro":
        notices += household_notices(frame, settings.households_min, settings.households_max)
    plan_id = plans.add(
        connection,
        name=file.path.name,
        level=file.level,
        frame=frame,
        replaces=file.replaces,
        effective_at=file.effective_at,
        import_id=import_id,
    )
    counts = {
        "rows_read": rows.read,
        "rows_taken": len(frame),
        "rows_rejected": rejects.count,
    }
    imports.finish(connection, import_id, **counts, warnings=[notice.en for notice in notices])
    published = None
    if file.publish:
        published = publish(connection, plan_id, overlap_tolerance_m2=settings.overlap_tolerance_m2)
    return BoundaryReport(
        import_id=import_id,
        plan_id=plan_id,
        **counts,
        rejects_file=rejects.path,
        repairs=tuple(rows.repairs),
        notices=tuple(notices),
        published=published,
    )


class _Rows:
    """The good rows of the file: code, name, parent (or None), special, households, geometry."""

    def __init__(self, connection: Connection, file: BoundaryFile, crs: Crs) -> None:
        self._connection = connection
        self._file = file
        self._crs = crs
        self._first: dict[str, int] = {}
        self.read = 0
        self.frames: list[pd.DataFrame] = []
        self.repairs: list[tuple[str, Repair]] = []

    def take(self, batch: Batch) -> list[Any]:
        """Keep the good rows of a batch and say why the others are not."""
        sieve = Sieve(batch)
        names = self._file.columns
        values = typed(batch, sieve, names, _READERS)
        codes = values["code"]
        self._check_codes(batch, sieve, codes)
        polygons = self._valid(shapes(batch, sieve, self._crs, "polygon"), sieve, codes)
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
        self.read += size
        if sieve.good.any():
            self.frames.append(frame[sieve.good])
        return sieve.rejects

    def _check_codes(self, batch: Batch, sieve: Sieve, codes: pd.Series[str]) -> None:
        field = self._file.columns["code"]
        sieve.drop((codes == "").to_numpy(dtype=bool), field, "is missing")
        control = codes.str.contains(r"[\x00-\x1f\x7f]", regex=True).to_numpy(dtype=bool)
        sieve.drop(control, field, "holds a control character")
        repeated = np.zeros(len(batch), dtype=np.bool_)
        reasons = [""] * len(batch)
        for position, (row, code) in enumerate(zip(row_numbers(batch), codes, strict=True)):
            first = self._first.setdefault(code, int(row)) if sieve.good[position] else int(row)
            repeated[position] = first != row
            reasons[position] = f"stands in row {first} too"
        sieve.drop(repeated, field, reasons, codes.to_numpy(dtype=object))
        taken = grids.levels_by_code(self._connection, codes.tolist())
        other = [taken.get(code, self._file.level) for code in codes]
        sieve.drop(
            np.array([level != self._file.level for level in other]),
            field,
            [f"is the code of a grid of the level {level}" for level in other],
            codes.to_numpy(dtype=object),
        )

    def _valid(self, polygons: Any, sieve: Sieve, codes: pd.Series[str]) -> Any:
        """Drop invalid polygons with the place where they break, or repair them when asked."""
        rows = np.flatnonzero(sieve.good)
        if self._file.repair:
            mended, repairs = repair(polygons[rows])
            polygons[rows] = mended
            self.repairs += [(codes.iloc[rows[one.position]], one) for one in repairs]
            sieve.drop(
                shapely.is_missing(polygons), "geometry", "nothing is left of it when repaired"
            )
            return polygons
        faults = {rows[fault.position]: fault for fault in invalid_rings(polygons[rows])}
        broken = np.isin(np.arange(len(polygons)), list(faults))
        reasons = [
            f"invalid polygon: {fault.reason} at {fault.place}; --repair mends it"
            if (fault := faults.get(row))
            else ""
            for row in range(len(polygons))
        ]
        sieve.drop(broken, "geometry", reasons, codes.to_numpy(dtype=object))
        return polygons

    def _parents(self, sieve: Sieve, values: dict[str, Any], size: int) -> list[str | None]:
        if "parent" not in values:
            return [None] * size
        parents = [code or None for code in values["parent"]]
        known = grids.levels_by_code(self._connection, [code for code in parents if code])
        above = PARENT_LEVEL.get(self._file.level)
        wrong = [code is not None and known.get(code) != above for code in parents]
        sieve.drop(
            np.array(wrong),
            self._file.columns["parent"],
            f"is the code of no grid of the level {above}"
            if above
            else "this level has no parents",
            parents,
        )
        return parents
