"""The map of hazards: density in hazards per hectare and year, and grids by count or by rate.

One page in two makings. A file carries its hazards as rows and asks nobody; a served page either
carries them as well, or asks the server that it came from for counts, lists and tiles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import geopandas
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gisgrid.errors import InputError
from gisgrid.geometry.metric import areas_m2
from gisgrid.hotspots.density.classes import SIGMAS_IN_RADIUS, density_steps, palette
from gisgrid.maps.columns import bounds_of, combined, counts, named, need, steps, table, texts
from gisgrid.maps.grids import coverage_data, label_points, simplified
from gisgrid.maps.hazard_bins import packed_bins
from gisgrid.maps.hazard_rows import EPOCH, days_of, packed_rows, places_of
from gisgrid.maps.pack import pack, pack_deltas
from gisgrid.maps.page import BaseMap, MapText, render_page
from gisgrid.maps.scales import count_steps, rate_steps
from gisgrid.maps.text import clean
from gisgrid.store.hazard_counts import HazardOverview, overview_of

__all__ = ["HAZARD_LEVELS", "HazardView", "hazards_map", "served_hazards_map"]

HAZARD_LEVELS: Final = ("area", "unit", "micro")
_GRID_COLUMNS: Final = ("code", "name", "parent_name", "households")
_MODULES: Final = (
    "bins",
    "rows",
    "server",
    "heat",
    "rates",
    "filters",
    "time",
    "legend",
    "ranking",
    "why",
)
_DAYS_OF_YEAR: Final = 365.25
# More of them are told by bins on the ground and steps of time.
_MOST_SINGLE: Final = 20_000
_M2_OF_HECTARE: Final = 1e4


@dataclass(frozen=True)
class HazardView:
    """What the map of hazards says beside its shapes.

    Attributes
    ----------
    until : date or None
        The day after the last one that the map knows of; None: the day after the last hazard.
    ended : bool
        The record ended before the present, so that "the last 30 days" end there too.
    names : mapping of str to (str, str)
        Categories in Chinese and in English; others are shown as they are.
    radius_m : float
        Reach of one hazard in metres, at any zoom: two standard deviations of its bell curve.
    """

    until: date | None = None
    ended: bool = False
    names: Mapping[str, tuple[str, str]] | None = None
    radius_m: float = 300.0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.radius_m) and self.radius_m > 0):
            where = str(self.radius_m)
            raise InputError("the radius is not a positive number of metres", where=where)


def hazards_map(
    hazards: pd.DataFrame,
    levels: Mapping[str, geopandas.GeoDataFrame],
    text: MapText,
    view: HazardView | None = None,
    *,
    tile_url: str | None = None,
    tile_attribution: str = "",
    nonce: str | None = None,
    served: bool = False,
) -> str:
    """Return the map of hazards as one HTML page that loads nothing.

    Parameters
    ----------
    hazards : DataFrame
        Columns lon, lat (degrees), category, subject, severity (1 to 3), state, discovered (bool:
        found by a patrol, not reported by others), found_at (a time in the zone that the map
        speaks of; may be missing in rows), and for each level the code of the grid that owns it
        (may be missing in rows). Confidential ones are the caller's to leave out.
    levels : mapping of str to GeoDataFrame
        Any of ``area``, ``unit`` and ``micro``: code, name, parent_name, households (may be
        missing in rows) and geometry in EPSG:4326.
    text : MapText
        What the head says.
    view : HazardView, optional
    tile_url, tile_attribution : str, optional
        A base map; off by default.
    nonce : str, optional
        As in `gisgrid.maps.page.render_page`.
    served : bool
        The page is served by the API, of which it asks what it does not carry itself.

    Raises
    ------
    ColumnError, CrsError
        A frame is not as described.
    CoordinateError
        A hazard has no place on earth.
    FileError
        The front-end files were not fetched.
    """
    view = view or HazardView()
    lonlat = places_of(hazards)
    overview = _overview(hazards, levels)
    base = BaseMap(tile_url, tile_attribution)
    return _page(
        overview,
        levels,
        text,
        view,
        base=base,
        nonce=nonce,
        served=served,
        rows=hazards,
        bounds=_bounds(lonlat),
    )


def served_hazards_map(
    overview: HazardOverview,
    levels: Mapping[str, geopandas.GeoDataFrame],
    text: MapText,
    view: HazardView,
    *,
    tile_url: str | None = None,
    tile_attribution: str = "",
    nonce: str,
) -> str:
    """Return the map of more hazards than a page should carry; it asks its server for them.

    Parameters are those of `hazards_map`, with an overview in the place of the hazards.
    """
    base = BaseMap(tile_url, tile_attribution)
    return _page(overview, levels, text, view, base=base, nonce=nonce, served=True)


def _page(
    overview: HazardOverview,
    levels: Mapping[str, geopandas.GeoDataFrame],
    text: MapText,
    view: HazardView,
    *,
    base: BaseMap,
    nonce: str | None,
    served: bool,
    rows: pd.DataFrame | None = None,
    bounds: tuple[float, float, float, float] | None = None,
) -> str:
    frames = {key: levels[key] for key in HAZARD_LEVELS if key in levels and len(levels[key])}
    for key, frame in frames.items():
        need(frame, _GRID_COLUMNS, f"grids of level {key}")
    shapes = simplified({key: frame.geometry.to_numpy() for key, frame in frames.items()})
    time = _time(overview, view)
    years = max(time["days"], 1) / _DAYS_OF_YEAR
    data = {
        **_words(overview, view),
        "time": time,
        "served": served,
        "density": {
            "radius": view.radius_m,
            "sigma": view.radius_m / SIGMAS_IN_RADIUS,
            "steps": density_steps(_mean_density(overview, shapes, years)),
            "palette": pack(palette()),
        },
        "coverage": coverage_data(np.concatenate([np.array([], dtype=object), *shapes.values()])),
        "levels": [
            _level(key, frame, shapes[key], overview, years) for key, frame in frames.items()
        ],
        "rows": None,
    }
    if rows is not None:
        codes = {key: texts(frame["code"]) for key, frame in frames.items()}
        words = (list(overview.categories), list(overview.states))
        packed = packed_rows if len(rows) <= _MOST_SINGLE else packed_bins
        data["rows"] = packed(rows, time["first"], *words, codes)
    return render_page(
        "hazards",
        data,
        text,
        bounds=bounds_of(frames.values()) or bounds,
        base=base,
        nonce=nonce,
        modules=[f"hazards/{name}.js" for name in _MODULES],
        styles=["hazards/hazards.css"],
    )


def _overview(
    hazards: pd.DataFrame, levels: Mapping[str, geopandas.GeoDataFrame]
) -> HazardOverview:
    """Return what a frame of hazards comes to."""
    need(hazards, [key for key in HAZARD_LEVELS if key in levels], "hazards")
    categories, category = named(hazards["category"])
    states, state = named(hazards["state"])
    days, day = np.unique(days_of(hazards), return_inverse=True)
    rows, at = combined([category, state, day])
    counted = np.bincount(at, minlength=len(rows)).tolist()
    dates = [None if np.isnat(one) else one.item() for one in days]
    summed = (
        (categories[row[0]], states[row[1]], dates[row[2]], count)
        for row, count in zip(rows.tolist(), counted, strict=True)
    )
    most = {
        key: int(hazards[key].value_counts().max()) if hazards[key].notna().any() else 0
        for key in HAZARD_LEVELS
        if key in levels
    }
    return overview_of(summed, most)


def _words(overview: HazardOverview, view: HazardView) -> dict[str, Any]:
    """Return categories and states by name, with how many there are."""
    names = view.names or {}
    categories = []
    for key, count in overview.categories.items():
        zh, en = names.get(key, (key, ""))
        categories.append({"key": clean(key), "zh": clean(zh or key), "en": clean(en), "n": count})
    states = [{"key": clean(key), "n": count} for key, count in overview.states.items()]
    return {"categories": categories, "states": states}


def _time(overview: HazardOverview, view: HazardView) -> dict[str, Any]:
    """Return the days that the map knows of: the first, their number, how many on each."""
    first = overview.first or view.until or date(1970, 1, 1)
    days = len(overview.per_day)
    if view.until is not None:
        days = max(days, (view.until - first).days)
    return {
        "first": int((np.datetime64(first, "D") - EPOCH).astype(np.int64)),
        "days": days,
        "per_day": pack(overview.per_day),
        "undated": overview.undated,
        "ended": view.ended,
    }


def _mean_density(
    overview: HazardOverview, shapes: Mapping[str, NDArray[Any]], years: float
) -> float:
    """Return hazards per hectare and year of the whole map; 0 where there are no grids."""
    for grids in shapes.values():
        return overview.total / (float(areas_m2(grids).sum()) / _M2_OF_HECTARE * years)
    return 0.0


def _level(
    key: str,
    frame: geopandas.GeoDataFrame,
    shapes: NDArray[Any],
    overview: HazardOverview,
    years: float,
) -> dict[str, Any]:
    """Return one level's columns, and the classes of its colours."""
    parents, parent = table(texts(frame["parent_name"]))
    households = counts(frame["households"])
    homes = int(households[households > 0].sum())
    mean = 100.0 * overview.total / (homes * years) if homes else 0.0
    return {
        "key": key,
        "codes": texts(frame["code"]),
        "names": texts(frame["name"]),
        "parents": parents,
        "parent": pack(parent),
        "households": pack(households + 1),
        "anchors": pack_deltas(steps(label_points(shapes))),
        "counts": count_steps(overview.most.get(key, 0)),
        "rates": rate_steps(mean),
    }


def _bounds(lonlat: NDArray[np.float64]) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north of places."""
    if len(lonlat) == 0:
        return None
    (west, south), (east, north) = lonlat.min(axis=0), lonlat.max(axis=0)
    return float(west), float(south), float(east), float(north)
