"""The map of hazards: density in hazards per hectare, with a filter by category."""

from __future__ import annotations

from typing import Any

import geopandas
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gisgrid.errors import CoordinateError, InputError
from gisgrid.geometry.simplify import simplify_coverage
from gisgrid.maps.columns import bounds_of, counts, need, steps, table, texts
from gisgrid.maps.grids import coverage_data, label_points
from gisgrid.maps.pack import pack, pack_deltas
from gisgrid.maps.page import BaseMap, MapText, render_page

__all__ = ["hazards_map"]

COLUMNS = (
    "lon",
    "lat",
    "category",
    "category_zh",
    "category_en",
    "subject",
    "severity",
    "state",
    "found_on",
)
OUTLINE_TOLERANCE_M = 5.0
EPOCH = np.datetime64("1970-01-01", "D")
NO_DAY = -1


def hazards_map(
    hazards: pd.DataFrame,
    grids: geopandas.GeoDataFrame,
    text: MapText,
    *,
    radius_m: float = 300.0,
    tile_url: str | None = None,
    tile_attribution: str = "",
    nonce: str | None = None,
) -> str:
    """Return the map of hazards as one HTML page that loads nothing.

    Parameters
    ----------
    hazards : DataFrame
        Columns lon, lat (degrees), category, category_zh, category_en, subject, severity (1 to 3),
        state, found_on (date; may be missing in rows). Confidential ones are the caller's to
        leave out.
    grids : GeoDataFrame
        Outlines beneath: code, name, geometry in EPSG:4326.
    text : MapText
        What the head says.
    radius_m : float
        Reach of one hazard in metres: its weight falls to nothing there, at any zoom.
    tile_url, tile_attribution : str, optional
        A base map; off by default.
    nonce : str, optional
        As in `gisgrid.maps.page.render_page`.

    Raises
    ------
    ColumnError, CrsError
        A frame is not as described.
    CoordinateError
        A hazard has no place on earth.
    InputError
        The radius is not a positive number.
    FileError
        The front-end files were not fetched.

    Notes
    -----
    The density is drawn in classes that depend on all hazards of the map, not on those that a
    filter leaves nor on the zoom, so that colours mean the same throughout.
    """
    need(hazards, COLUMNS, "hazards")
    need(grids, ("code", "name"), "grids")
    if not (np.isfinite(radius_m) and radius_m > 0):
        raise InputError("the radius is not a positive number of metres", where=str(radius_m))
    lonlat = _places(hazards)
    order = _along_curve(lonlat)
    shapes = simplify_coverage(grids.geometry.to_numpy(), OUTLINE_TOLERANCE_M)
    data = {
        "radius": float(radius_m),
        "hazards": _columns(hazards.iloc[order], steps(lonlat[order])),
        "grids": {
            "coverage": coverage_data(shapes),
            "names": texts(grids["name"]),
            "codes": texts(grids["code"]),
            "anchors": pack_deltas(steps(label_points(shapes))),
        },
    }
    base = BaseMap(tile_url, tile_attribution)
    bounds = bounds_of([grids]) or _bounds(lonlat)
    return render_page("hazards", data, text, bounds=bounds, base=base, nonce=nonce)


def _places(hazards: pd.DataFrame) -> NDArray[np.float64]:
    """Return longitudes and latitudes, all on earth."""
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


def _along_curve(lonlat: NDArray[np.float64]) -> NDArray[np.intp]:
    """Order places along a Z-order curve, so that the steps between them are short."""
    cell = steps(lonlat + np.array([180.0, 90.0]), 0.0005)
    key = np.zeros(len(cell), dtype=np.int64)
    for bit in range(20):
        key |= ((cell[:, 0] >> bit) & 1) << (2 * bit)
        key |= ((cell[:, 1] >> bit) & 1) << (2 * bit + 1)
    return np.lexsort((lonlat[:, 1], lonlat[:, 0], key))


def _columns(hazards: pd.DataFrame, places: NDArray[np.int64]) -> dict[str, Any]:
    """Return the hazards' columns, packed."""
    codes, category = table(texts(hazards["category"]))
    subjects, subject = table(texts(hazards["subject"]))
    states, state = table(texts(hazards["state"]))
    first = np.unique(category, return_index=True)[1]
    names = hazards.iloc[first]
    days = pd.to_datetime(hazards["found_on"], errors="coerce").to_numpy().astype("datetime64[D]")
    day = np.where(np.isnat(days), NO_DAY, (days - EPOCH).astype(np.int64))
    start = int(day[day > NO_DAY].min()) if (day > NO_DAY).any() else 0
    return {
        "places": pack_deltas(places),
        "categories": [
            {"key": key, "zh": zh or key, "en": en}
            for key, zh, en in zip(
                codes, texts(names["category_zh"]), texts(names["category_en"]), strict=True
            )
        ],
        "category": pack(category),
        "subjects": subjects,
        "subject": pack(subject),
        "states": states,
        "state": pack(state),
        "severity": pack(counts(hazards["severity"])),
        "first_day": start,
        "day": pack(np.where(day > NO_DAY, day - start, NO_DAY)),
    }


def _bounds(lonlat: NDArray[np.float64]) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north of places."""
    if len(lonlat) == 0:
        return None
    (west, south), (east, north) = lonlat.min(axis=0), lonlat.max(axis=0)
    return float(west), float(south), float(east), float(north)
