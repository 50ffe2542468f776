"""Events of a file: where and when, and how many rows say neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gisgrid.errors import InputError
from gisgrid.files import open_source, require_columns
from gisgrid.points.columns import instants, texts
from gisgrid.points.positions import point_columns, points
from gisgrid.points.sieve import Sieve, require_crs

if TYPE_CHECKING:
    from datetime import tzinfo
    from pathlib import Path

    from numpy.typing import NDArray

    from gisgrid.files import Batch
    from gisgrid.geometry.crs import Crs

__all__ = ["EventFile", "Events", "read_events"]


@dataclass(frozen=True, kw_only=True)
class EventFile:
    """A file of events, and how to read it.

    Attributes
    ----------
    path : Path
    time : str
        The column of when each happened: ISO 8601, days or months too.
    lon, lat : str, optional
        The columns of the coordinates; without them the rows bring points of their own.
    category : str, optional
        The column of what kind each is.
    categories : tuple of str
        Only these kinds; all when empty.
    layer, crs, encoding : str, optional
    """

    path: Path
    time: str
    lon: str | None = None
    lat: str | None = None
    category: str | None = None
    categories: tuple[str, ...] = ()
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None


@dataclass(frozen=True)
class Events:
    """``lon``, ``lat`` (WGS 84 degrees) and ``seconds`` (since 1970, UTC) of each, ``(n,)``.

    Attributes
    ----------
    bad : int
        Rows without a place or a time.
    first_bad : str
        What is wrong with the first of them.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    seconds: NDArray[np.float64]
    bad: int
    first_bad: str


def read_events(file: EventFile, zone: tzinfo) -> Events:
    """Read the good rows of a file, and count the bad ones.

    Parameters
    ----------
    zone : tzinfo
        Of times without an offset.

    Raises
    ------
    InputError
        The coordinates are not named, or kinds are asked for without their column.
    ColumnError, CrsError, FileError, EncodingError
        The file cannot be read as stated.
    """
    if file.categories and file.category is None:
        raise InputError(
            "the column of the kinds is not named",
            where=str(file.path),
            fix="give --category-col COL",
        )
    with open_source(file.path, layer=file.layer, encoding=file.encoding, crs=file.crs) as source:
        columns = point_columns(source, file.lon, file.lat)
        crs = require_crs(source, at=columns)
        named = [file.time, *(columns or ()), *([file.category] if file.category else [])]
        require_columns(source, named)
        parts, bad, first = [], 0, ""
        for batch in source.batches(named):
            sieve = Sieve(batch)
            parts.append(_rows(batch, sieve, file, crs, columns, zone))
            bad += int((~sieve.good).sum())
            if sieve.rejects and not first:
                one = sieve.rejects[0]
                first = f"row {one.row}: {one.field} {one.reason}".strip()
    lon, lat, seconds = np.hstack([np.zeros((3, 0)), *parts])
    return Events(lon, lat, seconds, bad, first)


def _rows(
    batch: Batch,
    sieve: Sieve,
    file: EventFile,
    crs: Crs,
    columns: tuple[str, str] | None,
    zone: tzinfo,
) -> NDArray[np.float64]:
    """Longitude, latitude and seconds of the good rows of the kinds that are wanted."""
    lon, lat = points(batch, sieve, crs, columns)
    times, bad = instants(batch.frame[file.time], zone)
    sieve.drop(bad, file.time, "is not a time", batch.frame[file.time].array)
    sieve.drop(times.isna().to_numpy(), file.time, "is missing")
    wanted = sieve.good.copy()
    if file.category is not None and file.categories:
        wanted &= texts(batch.frame[file.category])[0].isin(file.categories).to_numpy(dtype=bool)
    moment = times[wanted].to_numpy("datetime64[us]").astype(np.int64) / 1e6
    return np.vstack([lon[wanted], lat[wanted], moment])
