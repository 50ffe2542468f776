"""Writing rows to any file that gisgrid writes: whole or not at all."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from gisgrid.errors import CrsError, FileError
from gisgrid.files.batches import Batch
from gisgrid.files.kinds import NAMES, written_kind
from gisgrid.files.whole import whole_file
from gisgrid.files.write_table import write_csv, write_parquet
from gisgrid.files.write_vector import write_vector
from gisgrid.geometry.crs import WGS84, Crs, geometries_from_wgs84, geometries_to_wgs84

__all__ = ["Written", "write_frame"]


@dataclass(frozen=True)
class Written:
    """What was written: the file, how many rows, and the columns that had to be renamed."""

    path: Path
    rows: int
    renamed: dict[str, str] = field(default_factory=dict)


def write_frame(
    path: str | PathLike[str],
    frame_or_batches: pd.DataFrame | Batch | Iterable[Batch],
    *,
    crs: Crs | str = WGS84,
    given: Crs = WGS84,
) -> Written:
    """Write rows to a file, by its extension.

    The file appears when it is whole: it is written under another name in the same folder first.

    Parameters
    ----------
    path : path
        ``.csv``, ``.geojson``, ``.gpkg``, ``.shp``, ``.fgb``, ``.parquet`` or ``.geoparquet``;
        an older file there is replaced.
    frame_or_batches : frame, geopandas frame, batch, or batches
        Rows with geometry in `given`, all batches with the same columns; batches are written one
        by one in bounded memory. A plain frame has no geometry and goes to CSV and Parquet only.
    crs : Crs or str
        What to write in. GCJ-02 and BD-09 have no name in any format: the file then names no
        system, and whoever reads it must state it. GeoJSON is WGS 84 by its standard (RFC 7946)
        and is refused in any other.
    given : Crs
        What the geometries of batches are in; where it is `crs` too, they are written as they are.

    Returns
    -------
    Written
        ``renamed`` maps columns to the field names of a Shapefile: at most 10 bytes of UTF-8,
        cut at a character and numbered where two would be the same.

    Raises
    ------
    FileError
        When the kind is unknown or cannot hold the rows, or the file cannot be written.
    CrsError
        When the format cannot be in `crs`, or a geopandas frame is not in WGS 84.

    Notes
    -----
    CSV is UTF-8 with a byte order mark; points become ``lon`` and ``lat`` (``x`` and ``y`` in
    metres), other shapes ``wkt``; cells that a spreadsheet would run are made safe.
    """
    target = Path(path)
    system = Crs.parse(crs) if isinstance(crs, str) else crs
    kind = written_kind(target)
    if kind == "geojson" and system.name not in ("wgs84", "cgcs2000"):
        raise CrsError(
            f"GeoJSON is WGS 84 by its standard, not {system}", where=str(target),
            fix="choose another format, or --crs wgs84",
        )  # fmt: skip
    batches = _batches(frame_or_batches, target)
    first = next(batches, None)
    if first is None:
        raise FileError("there is nothing to write", where=str(target))
    if first.geometry is None and kind not in ("csv", "parquet"):
        raise FileError(f"{NAMES[kind]} needs a geometry", where=str(target), fix="write a .csv")
    count = [0]
    rows = _placed(itertools.chain([first], batches), given, system, count)
    with whole_file(target) as draft:
        renamed: dict[str, str] = {}
        if kind == "csv":
            write_csv(draft, rows, system)
        elif kind == "parquet":
            write_parquet(draft, rows, system)
        else:
            renamed = write_vector(draft, kind, rows, system, shown=target)
    return Written(target, count[0], renamed)


def _batches(data: pd.DataFrame | Batch | Iterable[Batch], path: Path) -> Iterator[Batch]:
    if isinstance(data, Batch):
        yield data
    elif isinstance(data, gpd.GeoDataFrame):
        if data.crs is not None and Crs.of_file(data.crs.to_wkt()).name not in (
            "wgs84",
            "cgcs2000",
        ):
            raise CrsError(f"the rows are in {data.crs.name}", where=str(path), fix="give WGS 84")
        shapes = np.asarray(data.geometry.values, dtype=object)
        plain = pd.DataFrame(data.drop(columns=data.geometry.name)).reset_index(drop=True)
        yield Batch(1, plain, shapes)
    elif isinstance(data, pd.DataFrame):
        yield Batch(1, data.reset_index(drop=True))
    else:
        yield from data


def _placed(batches: Iterable[Batch], given: Crs, crs: Crs, count: list[int]) -> Iterator[Batch]:
    for batch in batches:
        count[0] += len(batch)
        if batch.geometry is None or given == crs:
            yield batch
        else:
            degrees = geometries_to_wgs84(batch.geometry, given)
            yield replace(batch, geometry=geometries_from_wgs84(degrees, crs))
