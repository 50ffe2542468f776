"""Reading the frames that a map is drawn from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import geopandas
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gisgrid.errors import ColumnError, CrsError
from gisgrid.maps.text import clean

__all__ = [
    "QUANTUM",
    "bounds_of",
    "combined",
    "counts",
    "named",
    "need",
    "steps",
    "table",
    "texts",
]

QUANTUM = 1e-5
"""Step of a map's coordinates in degrees: about a metre, less than a pixel at street zoom."""


def need(frame: pd.DataFrame, columns: Iterable[str], what: str) -> None:
    """Refuse a frame that lacks columns, or whose geometry is not in EPSG:4326.

    Raises
    ------
    ColumnError
        A column is missing.
    CrsError
        The geometry states another coordinate system.
    """
    missing = sorted(set(columns) - set(frame.columns))
    if missing:
        raise ColumnError(f"columns are missing: {', '.join(missing)}", where=what)
    crs = frame.crs if isinstance(frame, geopandas.GeoDataFrame) else None
    if crs is not None and crs.to_epsg() != 4326:
        raise CrsError("a map is drawn from EPSG:4326", where=what, fix="use to_crs(4326)")


def texts(values: Iterable[object]) -> list[str]:
    """Return values as clean text; missing ones as nothing."""
    return [
        "" if value is None or value is pd.NA or value != value else clean(value)
        for value in values
    ]


def counts(values: pd.Series) -> NDArray[np.int64]:
    """Return counts as integers; missing ones as -1."""
    numbers = pd.to_numeric(values, errors="coerce").astype("float64").to_numpy()
    return np.where(np.isfinite(numbers), np.rint(numbers), -1).astype(np.int64)


def table(values: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    """Return the different values in order of first use, and each value's position there."""
    positions, different = pd.factorize(np.array(values, dtype=object))
    return [str(value) for value in different], positions.astype(np.int64)


def named(values: pd.Series) -> tuple[list[str], NDArray[np.int64]]:
    """Return the different texts of a column, cleaned once each, and each row's position there.

    Texts that differ only in what is cleaned away come twice.
    """
    positions, different = pd.factorize(values, use_na_sentinel=False)
    return texts(different), positions.astype(np.int64)


def combined(columns: Sequence[NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the different rows of columns of small integers from -1, and each row's position."""
    key = np.zeros(len(columns[0]) if columns else 0, np.int64)
    sizes = [int(column.max(initial=-1)) + 2 for column in columns]
    for column, size in zip(columns, sizes, strict=True):
        key = key * size + column + 1
    at, different = pd.factorize(key, sort=True)
    rows = np.empty((len(different), len(columns)), np.int64)
    rest = np.asarray(different, np.int64)
    for number in range(len(columns) - 1, -1, -1):
        rest, digit = np.divmod(rest, sizes[number])
        rows[:, number] = digit - 1
    return rows, at.astype(np.int64)


def steps(lonlat: NDArray[np.float64], quantum: float = QUANTUM) -> NDArray[np.int64]:
    """Return coordinates in degrees as whole steps."""
    return np.rint(lonlat / quantum).astype(np.int64)


def bounds_of(frames: Iterable[geopandas.GeoDataFrame]) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north of all geometry, or None where there is none."""
    boxes = [shapely.total_bounds(frame.geometry.to_numpy()) for frame in frames if len(frame)]
    boxes = [box for box in boxes if np.isfinite(box).all()]
    if not boxes:
        return None
    west, south = np.min(boxes, axis=0)[:2]
    east, north = np.max(boxes, axis=0)[2:]
    return float(west), float(south), float(east), float(north)
