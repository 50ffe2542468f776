"""Importing boundaries: rows checked, parents found, a plan made, and published when asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

import pandas as pd

from gisgrid.errors import RejectedError
from gisgrid.files import require_columns
from gisgrid.geometry.checking import Tolerances
from gisgrid.imports.boundary_rows import BoundaryRows
from gisgrid.imports.parents import household_notices, nesting_notices
from gisgrid.imports.rejecting import RejectLog
from gisgrid.imports.running import RowFile, open_rows
from gisgrid.points.sieve import require_crs
from gisgrid.store import clock, grids, imports, plans, revisions
from gisgrid.store.parents import PARENT_LEVEL, place_in_parents
from gisgrid.store.publish import publish

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    import geopandas as gpd
    from sqlalchemy import Connection, Engine

    from gisgrid.geometry.validity import Repair
    from gisgrid.imports.report import Notice
    from gisgrid.settings import Settings
    from gisgrid.store.publish import Published

__all__ = ["BoundaryFile", "BoundaryReport", "import_boundaries"]


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
        From when the boundaries hold; without it from the moment of publishing. Published with a
        later date they are scheduled.
    replaces : str
        ``listed``: grids that the file lacks stay. ``level``, or a grid's code: those of the
        level, or below that grid, end.
    repair : bool
        Apply the proposed repair of invalid polygons.
    publish : bool
        Publish at once; otherwise the import is a draft.
    author : str
        Who imports them, for the record.
    """

    level: str
    effective_at: datetime | None = None
    replaces: str = "listed"
    repair: bool = False
    publish: bool = False
    author: str = ""


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
        require_columns(source, list(file.columns.values()))
        # What is read below and the revision that the plan notes as its base must be one state.
        keep_still = revisions.lock_for_publish if file.publish else revisions.hold_still
        keep_still(connection)
        at = file.effective_at or clock.now(connection, UTC)
        import_id = imports.begin(
            connection,
            noun=file.level,
            source=file.path.name,
            layer=file.layer,
            crs=crs.name,
            map_approval=file.map_approval,
            options={
                "columns": dict(file.columns),
                "replaces": file.replaces,
                "repair": file.repair,
            },
        )
        above = PARENT_LEVEL.get(file.level)
        rows = BoundaryRows(
            connection,
            level=file.level,
            columns=file.columns,
            crs=crs,
            parents={grid.code for grid in grids.listing(connection, at, level=above)}
            if above
            else set(),
            mend=file.repair,
        )
        with RejectLog(connection, import_id, file.path, file.layer, file.rejects) as rejects:
            for batch in source.batches(list(file.columns.values())):
                rejects.add(rows.take(batch))
            frame = _usable(file, rows, rejects)
        return _conclude(connection, file, settings, at, frame, rows, rejects, import_id)


def _usable(file: BoundaryFile, rows: BoundaryRows, rejects: RejectLog) -> gpd.GeoDataFrame:
    """The rows to go on with, if the user's options allow it."""
    if file.strict:
        rejects.require_none()
    frame = rows.frame()
    if frame is None:
        raise rejects.nothing_left(rows.read)
    if rejects.count and file.replaces != "listed":
        raise RejectedError(
            f"{rejects.count:,} rows were rejected, and --replace {file.replaces} would end their "
            "grids; nothing was imported",
            where=str(rejects.path),
            fix="mend those rows, or leave --replace out",
        )
    return frame


def _conclude(
    connection: Connection,
    file: BoundaryFile,
    settings: Settings,
    at: datetime,
    frame: gpd.GeoDataFrame,
    rows: BoundaryRows,
    rejects: RejectLog,
    import_id: int,
) -> BoundaryReport:
    frame = _keep_unstated(connection, file, frame, at)
    placed = place_in_parents(connection, frame, file.level, at)
    later = file.effective_at is not None and file.effective_at > clock.now(connection, UTC)
    notices = nesting_notices(placed, file.level, settings.nesting_tolerance_m2)
    if file.level == "micro":
        notices += household_notices(frame, settings.households_min, settings.households_max)
    plan_id = plans.add(
        connection,
        name=file.path.name,
        level=file.level,
        # A draft finds its parents when it is published, and what is for a later day on that day:
        # they may be no more than plans themselves today.
        frame=placed.frame if file.publish and not later else frame,
        replaces=file.replaces,
        effective_at=file.effective_at,
        import_id=import_id,
        author=file.author,
    )
    counts = {
        "rows_read": rows.read,
        "rows_taken": len(frame),
        "rows_rejected": rejects.count,
    }
    imports.finish(connection, import_id, **counts, warnings=[notice.en for notice in notices])
    published = None
    if file.publish:
        published = publish(
            connection,
            plan_id,
            overlap_tolerance_m2=settings.overlap_tolerance_m2,
            tolerances=Tolerances.stated(settings),
            needs_another=settings.publish_needs_another,
        )
    return BoundaryReport(
        import_id=import_id,
        plan_id=plan_id,
        **counts,
        rejects_file=rejects.path,
        repairs=tuple(rows.repairs),
        notices=tuple(notices),
        published=published,
    )


def _keep_unstated(
    connection: Connection, file: BoundaryFile, frame: gpd.GeoDataFrame, at: datetime
) -> gpd.GeoDataFrame:
    """What the file does not bring stays as it is with the grids that are there already."""
    present = {grid.code: grid for grid in grids.listing(connection, at, level=file.level)}
    frame = frame.copy()
    for column in ("name", "special", "households"):
        if column not in file.columns:
            kept = zip(frame["code"], frame[column], strict=True)
            values = [getattr(present[c], column) if c in present else own for c, own in kept]
            frame[column] = pd.array(values, dtype=frame[column].dtype)
    return frame
