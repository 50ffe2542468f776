"""The rows of hazards that a page carries: places, kinds, times and owners, packed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gisgrid.errors import CoordinateError
from gisgrid.maps.columns import counts, need, steps, table, texts
from gisgrid.maps.pack import pack, pack_deltas

__all__ = ["EPOCH", "ROW_COLUMNS", "days_of", "packed_rows", "places_of"]

ROW_COLUMNS: Final = (
    "lon",
    "lat",
    "category",
    "subject",
    "severity",
    "state",
    "discovered",
    "found_at",
)
EPOCH: Final = np.datetime64("1970-01-01", "D")
NO_TIME: Final = -1


def places_of(hazards: pd.DataFrame) -> NDArray[np.float64]:
    """Return longitudes and latitudes, shape (n, 2), all on earth.

    Raises
    ------
    ColumnError
        A column of `ROW_COLUMNS` is missing.
    CoordinateError
        A hazard has no place on earth.
    """
    need(hazards, ROW_COLUMNS, "hazards")
    lonlat = hazards[["lon", "lat"]].to_numpy(dtype=np.float64)
    good = (np.abs(lonlat) <= (180.0, 90.0)).all(axis=1)
    if not good.all():
        first = int(np.argmin(good))
        raise CoordinateError(
            f"{int((~good).sum())} hazards have no place on earth",
            where=f"row {first}",
            fix="leave them out",
        )
    return lonlat


def days_of(hazards: pd.DataFrame) -> NDArray[np.datetime64]:
    """Return the day of each hazard on the clock that the frame shows; NaT where none is known."""
    return _clock(hazards).astype("datetime64[D]")


def packed_rows(
    hazards: pd.DataFrame,
    first_day: int,
    categories: Sequence[str],
    states: Sequence[str],
    codes: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """Return the columns of hazards, in an order in which neighbours follow each other.

    Parameters
    ----------
    hazards : DataFrame
        `ROW_COLUMNS`, and a column for each level with the code of the grid that owns it.
    first_day : int
        Days since 1970 that the days of the rows are counted from.
    categories, states : sequence of str
        The words that kinds name by their positions.
    codes : mapping of level to sequence of str
        The grids of each level.

    Raises
    ------
    ColumnError, CoordinateError
        As in `places_of`, or a level's column is missing.
    """
    lonlat = places_of(hazards)
    need(hazards, codes, "hazards")
    order = _along_curve(lonlat)
    hazards, lonlat = hazards.iloc[order], lonlat[order]
    subjects, subject = table(texts(hazards["subject"]))
    parts = np.column_stack(
        [
            _positions(hazards["category"], categories),
            subject,
            counts(hazards["severity"]),
            _positions(hazards["state"], states),
            hazards["discovered"].to_numpy(dtype=bool),
        ]
    ).astype(np.int64)
    kinds, kind = np.unique(parts, axis=0, return_inverse=True)
    clock = _clock(hazards)
    known = ~np.isnat(clock)
    day = (clock.astype("datetime64[D]") - EPOCH).astype(np.int64) - first_day
    hour = (clock - clock.astype("datetime64[D]")).astype("timedelta64[h]").astype(np.int64)
    return {
        "places": pack_deltas(steps(lonlat)),
        "subjects": subjects,
        "kinds": pack_deltas(kinds),
        "kind": pack(kind.ravel()),
        "day": pack(np.where(known, day, NO_TIME)),
        "hour": pack(np.where(known, hour, NO_TIME)),
        "n": None,
        "owners": {
            level: pack_deltas(_positions(hazards[level], listed))
            for level, listed in codes.items()
        },
    }


def _clock(hazards: pd.DataFrame) -> NDArray[np.datetime64]:
    """Return what a clock showed when each hazard was found."""
    found = pd.to_datetime(hazards["found_at"], errors="coerce")
    return found.dt.tz_localize(None).to_numpy().astype("datetime64[s]")


def _positions(values: pd.Series, words: Sequence[str]) -> NDArray[np.int64]:
    """Return the position of each value among words; -1 for others."""
    at = {word: position for position, word in enumerate(words)}
    return np.array([at.get(text, -1) for text in texts(values)], dtype=np.int64)


def _along_curve(lonlat: NDArray[np.float64]) -> NDArray[np.intp]:
    """Order places along a Z-order curve, so that the steps between them are short."""
    cell = steps(lonlat + np.array([180.0, 90.0]), 0.0005)
    key = np.zeros(len(cell), dtype=np.int64)
    for bit in range(20):
        key |= ((cell[:, 0] >> bit) & 1) << (2 * bit)
        key |= ((cell[:, 1] >> bit) & 1) << (2 * bit + 1)
    return np.lexsort((lonlat[:, 1], lonlat[:, 0], key))
