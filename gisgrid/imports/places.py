"""Importing places: addresses, hazards and patrol points, each assigned to its micro-grid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from gisgrid.cases.facilities import FACILITY_KINDS
from gisgrid.errors import InputError
from gisgrid.files import Batch, require_columns
from gisgrid.imports.addressed import Positions
from gisgrid.imports.loading import PointLoader
from gisgrid.imports.report import ImportReport
from gisgrid.imports.running import (
    SMALL,
    TEXT,
    WHOLE,
    Reader,
    RowFile,
    open_rows,
    row_numbers,
    run_import,
    source_ids,
    typed,
)
from gisgrid.points.columns import days, instants, texts, whole_numbers
from gisgrid.points.progress import Progress, quiet
from gisgrid.points.sieve import Sieve
from gisgrid.store.places import TABLES

if TYPE_CHECKING:
    from datetime import tzinfo

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray
    from sqlalchemy import Engine

__all__ = ["PLACE_COLUMNS", "PlaceFile", "import_places"]

# The columns that a file may bring, by kind of place.
PLACE_COLUMNS: Final = {
    "address": ("text", "category", "households", "residents"),
    "hazard": (
        *("category", "subject", "severity", "origin"),
        *("found_at", "fixed_at", "description"),
    ),
    "patrol": ("name", "category"),
    "facility": ("kind", "name", "installed_on", "expires_on", "upkeep_every_days"),
}

_WHOLE_NUMBERS: Final = ("households", "residents")
_INSTANTS: Final = ("found_at", "fixed_at")
_DAYS: Final = ("installed_on", "expires_on")


@dataclass(frozen=True, kw_only=True)
class PlaceFile(RowFile):
    """A file of places.

    Attributes
    ----------
    kind : str
        A key of `PLACE_COLUMNS`, which says what each may bring.
    lon, lat : str, optional
        The columns of longitude and latitude, or easting and northing; without them the rows
        bring points of their own, if any.
    address : str, optional
        The column of the address, from which hazards and patrol points that bring no point of
        their own get it; the others are rejected and sent to the review queue.
    """

    kind: str
    lon: str | None = None
    lat: str | None = None
    address: str | None = None


def import_places(
    engine: Engine, file: PlaceFile, *, zone: tzinfo, progress: Progress = quiet
) -> ImportReport:
    """Import places in one transaction, in memory that does not grow with the file.

    Parameters
    ----------
    zone : tzinfo
        In which times without an offset are read.

    Raises
    ------
    InputError
        The file, a column or the CRS cannot be used; nothing is left behind.
    RejectedError
        ``strict`` and a row was rejected; nothing is left behind but the rejects file.
    """
    _check(file)
    readers: dict[str, Reader] = {
        **dict.fromkeys(file.columns, TEXT),
        **dict.fromkeys(_WHOLE_NUMBERS, WHOLE),
        "severity": SMALL,
        **dict.fromkeys(_INSTANTS, (partial(instants, zone=zone), "is not a date or time")),
        **dict.fromkeys(_DAYS, (days, "is not a day")),
        "kind": (_facility_kinds, f"is none of {', '.join(FACILITY_KINDS)}"),
        "upkeep_every_days": (_numbers_of_days, "is not a whole number of 1 or more"),
    }
    with open_rows(file) as source, engine.begin() as connection:
        where = Positions.of(connection, source, file)
        wanted = [name for name in (file.id, *where.columns, *file.columns.values()) if name]
        require_columns(source, wanted)
        loader = PointLoader(connection, TABLES[file.kind], list(file.columns))

        def take(batch: Batch, sieve: Sieve) -> None:
            own = where.own(batch, sieve)
            values = typed(batch, sieve, file.columns, readers)
            ids = source_ids(batch, sieve, file)
            lon, lat = where.filled(batch, sieve, own)
            loader.add(row_numbers(batch), ids, lon, lat, values, sieve.good)

        report = run_import(
            connection,
            source,
            file,
            noun=file.kind,
            crs=where.crs_name,
            wanted=wanted,
            loader=loader,
            take=take,
            progress=progress,
            options={"address": file.address} if file.address else {},
        )
        return where.reported(report)


def _facility_kinds(values: pd.Series[Any]) -> tuple[pd.Series[str], NDArray[np.bool_]]:
    """Kinds of facilities; bad where none stands."""
    found, _ = texts(values)
    return found, ~found.isin(list(FACILITY_KINDS)).to_numpy(dtype=bool)


def _numbers_of_days(values: pd.Series[Any]) -> tuple[pd.Series[Any], NDArray[np.bool_]]:
    found, bad = whole_numbers(values)
    return found, bad | (found == 0).fillna(False).to_numpy(dtype=bool)


def _check(file: PlaceFile) -> None:
    """That places of the kind can have what the file is to bring."""
    for name in file.columns:
        if name not in PLACE_COLUMNS[file.kind]:
            raise InputError(
                f"places of the kind {file.kind} have no {name}",
                where=str(file.path),
                fix=f"they have {', '.join(PLACE_COLUMNS[file.kind])}",
            )
    if file.kind == "facility" and "kind" not in file.columns:
        raise InputError(
            "it is not said which facilities these are",
            where=str(file.path),
            fix="give --kind COL, the column of their kinds",
        )
    if file.address and file.kind == "address":
        raise InputError(
            "standard addresses bring points of their own",
            where=str(file.path),
            fix="give --lon COL --lat COL, and the column of their text as --text",
        )
