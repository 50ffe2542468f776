"""The map of grids: levels, names, counts, and micro-grids outside the range of households."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray

from gisgrid.geometry.arcs import shared_arcs
from gisgrid.geometry.simplify import simplify_coverage, simplify_levels
from gisgrid.maps.columns import QUANTUM, bounds_of, counts, need, steps, table, texts
from gisgrid.maps.pack import pack, pack_deltas
from gisgrid.maps.page import BaseMap, MapText, render_page

__all__ = ["coverage_data", "grids_map", "label_points", "simplified"]

LEVELS = ("area", "unit", "micro")
COLUMNS = (
    "code",
    "name",
    "parent_name",
    "households",
    "addresses",
    "hazards",
    "patrols",
    "special",
)
MOST_VERTICES = 300_000
FIRST_TOLERANCE_M = 3.0


def grids_map(
    levels: Mapping[str, geopandas.GeoDataFrame],
    text: MapText,
    *,
    households_range: tuple[int, int] = (300, 500),
    tile_url: str | None = None,
    tile_attribution: str = "",
    nonce: str | None = None,
) -> str:
    """Return the map of grids as one HTML page that loads nothing.

    Parameters
    ----------
    levels : mapping of str to GeoDataFrame
        Any of ``area``, ``unit``, ``micro`` and ``police``, with the columns code, name,
        parent_name, households (may be missing in rows), addresses, hazards, patrols, special
        and geometry in EPSG:4326.
    text : MapText
        What the head says.
    households_range : (int, int)
        Fewest and most households of a micro-grid.
    tile_url, tile_attribution : str, optional
        A base map; off by default.
    nonce : str, optional
        As in `gisgrid.maps.page.render_page`.

    Raises
    ------
    ColumnError, CrsError
        A frame is not as described.
    FileError
        The front-end files were not fetched.
    """
    frames = {key: levels[key] for key in (*LEVELS, "police") if key in levels}
    for key, frame in frames.items():
        need(frame, COLUMNS, f"grids of level {key}")
    shapes = simplified({key: frame.geometry.to_numpy() for key, frame in frames.items()})
    data = {
        "range": list(households_range),
        "coverage": coverage_data(np.concatenate([np.array([], dtype=object), *shapes.values()])),
        "levels": [_level(key, frame, shapes[key]) for key, frame in frames.items()],
    }
    base = BaseMap(tile_url, tile_attribution)
    return render_page(
        "grids", data, text, bounds=bounds_of(frames.values()), base=base, nonce=nonce
    )


def coverage_data(polygons: NDArray[Any], quantum: float = QUANTUM) -> dict[str, Any]:
    """Return polygons as the packed shared arcs that ``assets/canvas.js`` reads."""
    arcs = shared_arcs(polygons, quantum)
    return {
        "quantum": quantum,
        "points": pack_deltas(arcs.points),
        "arcs": pack(arcs.arc_lengths),
        "refs": pack(arcs.refs),
        "rings": pack(arcs.ring_lengths),
        "polygons": pack(arcs.polygon_lengths),
    }


def label_points(polygons: NDArray[Any]) -> NDArray[np.float64]:
    """Return a place for each polygon's name: its centroid, or a point inside where that is not.

    Returns
    -------
    ndarray of float64, shape (n, 2)
        Longitude and latitude; 0, 0 for an empty polygon.
    """
    middle = shapely.centroid(polygons)
    shapely.prepare(polygons)
    inside = shapely.contains(polygons, middle)
    points = np.where(inside, middle, shapely.point_on_surface(polygons))
    out = np.zeros((len(polygons), 2))
    held = ~shapely.is_empty(points)
    out[held] = shapely.get_coordinates(points[held])
    return out


def simplified(shapes: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Simplify all levels together until they are small enough to open fast."""
    nested = [key for key in reversed(LEVELS) if key in shapes]
    total = sum(int(shapely.get_num_coordinates(shape).sum()) for shape in shapes.values())
    tolerance = FIRST_TOLERANCE_M * max(1.0, total / MOST_VERTICES)
    out = dict(
        zip(nested, simplify_levels([shapes[key] for key in nested], tolerance), strict=True)
    )
    return {
        key: out[key] if key in out else simplify_coverage(shape, tolerance)
        for key, shape in shapes.items()
    }


def _level(key: str, frame: geopandas.GeoDataFrame, shapes: NDArray[Any]) -> dict[str, Any]:
    """Return one level's columns."""
    parents, parent = table(texts(frame["parent_name"]))
    return {
        "key": key,
        "codes": texts(frame["code"]),
        "names": texts(frame["name"]),
        "parents": parents,
        "parent": pack(parent),
        "households": pack(counts(frame["households"]) + 1),
        "addresses": pack(np.maximum(counts(frame["addresses"]), 0)),
        "hazards": pack(np.maximum(counts(frame["hazards"]), 0)),
        "patrols": pack(np.maximum(counts(frame["patrols"]), 0)),
        "special": pack(frame["special"].fillna(False).astype(bool).to_numpy()),
        "anchors": pack_deltas(steps(label_points(shapes))),
    }
