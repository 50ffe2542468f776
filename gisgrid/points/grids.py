"""The grids of a file as they are, faults and all, for checking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gisgrid.errors import InputError
from gisgrid.files import open_source, require_columns
from gisgrid.geometry.checking import Level
from gisgrid.geometry.crs import geometries_to_wgs84
from gisgrid.points.columns import numbers, texts
from gisgrid.points.sieve import require_crs

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from gisgrid.files import Batch, Source
    from gisgrid.geometry.crs import Crs, GeometryArray

__all__ = ["GridFile", "read_grids"]


@dataclass(frozen=True, kw_only=True)
class GridFile:
    """A file of grids of one level, and how to read it.

    Attributes
    ----------
    path : Path
    code : str, optional
        The column of their codes; without it the first column whose values all differ.
    households : str, optional
        The column of their households.
    layer, crs, encoding : str, optional
    """

    path: Path
    code: str | None = None
    households: str | None = None
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None


def read_grids(file: GridFile) -> Level:
    """Read all rows of a file, in WGS 84 degrees, without judging them.

    Raises
    ------
    InputError
        A row cannot be read, or households are no number.
    ColumnError, CrsError, FileError, EncodingError
        The file cannot be read as stated.
    """
    with open_source(file.path, layer=file.layer, encoding=file.encoding, crs=file.crs) as source:
        crs = require_crs(source)
        stated = [name for name in (file.code, file.households) if name is not None]
        require_columns(source, stated)
        wanted = stated if file.code is not None else None
        batches = list(source.batches(wanted))
        polygons = [_polygons(batch, crs, source) for batch in batches]
    column = file.code or _code_column([batch.frame for batch in batches])
    codes = [
        code
        for batch in batches
        for code in (texts(batch.frame[column])[0].tolist() if column else [""] * len(batch))
    ]
    households = None
    if file.households is not None:
        counts = [_counts(batch, file.households, file.path) for batch in batches]
        households = np.concatenate([*counts, np.zeros(0)])
    shapes = np.concatenate([*polygons, np.zeros(0, dtype=object)])
    return Level(shapes, codes, file.layer or "", households)


def _polygons(batch: Batch, crs: Crs, source: Source) -> GeometryArray:
    if batch.faults:
        first = batch.faults[0]
        raise InputError(
            f"{first.field} {first.reason}".strip(),
            where=f"{source.path}, row {first.row}",
            fix="mend or remove that row",
        )
    if batch.geometry is None:
        raise InputError("the rows have no geometry", where=str(source.path))
    return geometries_to_wgs84(batch.geometry, crs)


def _counts(batch: Batch, column: str, path: Path) -> Any:
    counts, bad = numbers(batch.frame[column])
    if bad.any():
        row = batch.first_row + int(np.flatnonzero(bad)[0])
        raise InputError("is not a number", where=f"{path}, row {row}, {column}")
    return counts


def _code_column(frames: list[pd.DataFrame]) -> str | None:
    """The first column whose values all differ."""
    if not frames:
        return None
    for name in frames[0].columns:
        values = [value for frame in frames for value in texts(frame[name])[0]]
        if "" not in values and len(set(values)) == len(values):
            return str(name)
    return None
