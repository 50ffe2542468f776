"""Importing buildings: footprints, each owned by the grid that covers its inner point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import shapely

from gisgrid.files import Batch, require_columns
from gisgrid.imports.loading import PointLoader
from gisgrid.imports.report import ImportReport
from gisgrid.imports.running import (
    SMALL,
    TEXT,
    WHOLE,
    RowFile,
    open_rows,
    row_numbers,
    run_import,
    source_ids,
    typed,
)
from gisgrid.points.positions import shapes
from gisgrid.points.progress import Progress, quiet
from gisgrid.points.sieve import Sieve, require_crs
from gisgrid.store.copying import as_multi, ewkb
from gisgrid.store.tables import building

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = ["BUILDING_COLUMNS", "BuildingFile", "import_buildings"]

BUILDING_COLUMNS: Final = ("name", "floors", "households")


@dataclass(frozen=True, kw_only=True)
class BuildingFile(RowFile):
    """A file of footprints; its columns may be `BUILDING_COLUMNS`."""


def import_buildings(
    engine: Engine, file: BuildingFile, *, progress: Progress = quiet
) -> ImportReport:
    """Import footprints in one transaction.

    Raises
    ------
    InputError
        The file, a column or the CRS cannot be used; nothing is left behind.
    RejectedError
        ``strict`` and a row was rejected.
    """
    readers = {"name": TEXT, "floors": SMALL, "households": WHOLE}
    with open_rows(file) as source, engine.begin() as connection:
        crs = require_crs(source)
        wanted = [name for name in (file.id, *file.columns.values()) if name]
        require_columns(source, wanted)
        loader = PointLoader(connection, building, [*file.columns, "geom"])

        def take(batch: Batch, sieve: Sieve) -> None:
            footprints = shapes(batch, sieve, crs, "polygon")
            sieve.drop(
                ~shapely.is_valid(footprints), "geometry", shapely.is_valid_reason(footprints)
            )
            values = typed(batch, sieve, file.columns, readers)
            ids = source_ids(batch, sieve, file)
            inner = shapely.point_on_surface(footprints)
            values["geom"] = ewkb(as_multi(footprints))
            loader.add(
                row_numbers(batch),
                ids,
                shapely.get_x(inner),
                shapely.get_y(inner),
                values,
                sieve.good,
            )

        return run_import(
            connection,
            source,
            file,
            noun="building",
            crs=crs.name,
            wanted=wanted,
            loader=loader,
            take=take,
            progress=progress,
        )
