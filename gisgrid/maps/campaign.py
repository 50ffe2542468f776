"""The map of a campaign: buildings, what was dealt with day by day, and the count left."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gisgrid.maps.columns import bounds_of, counts, need, steps, texts
from gisgrid.maps.grids import coverage_data, label_points
from gisgrid.maps.pack import pack, pack_deltas
from gisgrid.maps.page import BaseMap, MapText, render_page
from gisgrid.maps.text import clean
from gisgrid.maps.views import CampaignView
from gisgrid.store.campaigns import Task

__all__ = ["campaign_map"]

QUANTUM = 1e-6
EPOCH = np.datetime64("1970-01-01", "D")
NEVER = -1


def campaign_map(
    campaign: CampaignView,
    buildings: geopandas.GeoDataFrame,
    items: geopandas.GeoDataFrame,
    grids: geopandas.GeoDataFrame,
    text: MapText,
    *,
    tile_url: str | None = None,
    tile_attribution: str = "",
    nonce: str | None = None,
) -> str:
    """Return the map of a campaign over time as one HTML page that loads nothing.

    Parameters
    ----------
    campaign : CampaignView
        Phases, tasks and words.
    buildings : GeoDataFrame
        Footprints: id, name, floors, geometry in EPSG:4326.
    items : GeoDataFrame
        The single things dealt with: id, building_id, floor, done_on (date; missing while not
        done), geometry points in EPSG:4326.
    grids : GeoDataFrame
        Outlines beneath: code, name, geometry in EPSG:4326.
    text : MapText
        What the head says.
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

    Notes
    -----
    The count of a day holds everything done until its end.
    """
    need(buildings, ("id", "name", "floors"), "buildings")
    need(items, ("id", "building_id", "floor", "done_on"), "items")
    need(grids, ("code", "name"), "grids")
    done = _days(items["done_on"])
    first, last = _span(campaign, done)
    data = {
        "names": {
            key: clean(getattr(campaign, key))
            for key in ("item_zh", "item_en", "done_zh", "done_en")
        },
        "first_day": first,
        "days": last - first + 1,
        "phases": [_phase(asdict(phase), first) for phase in campaign.phases],
        "tasks": [_task(task) for task in campaign.tasks],
        "buildings": {**_shapes(buildings), "floors": pack(counts(buildings["floors"]))},
        "items": _items(items, buildings, done, first),
        "grids": {
            **_shapes(grids),
            "anchors": pack_deltas(steps(_free_places(grids, buildings), QUANTUM)),
        },
    }
    base = BaseMap(tile_url, tile_attribution)
    bounds = bounds_of([grids]) or bounds_of([buildings]) or bounds_of([items])
    return render_page("campaign", data, text, bounds=bounds, base=base, nonce=nonce)


def _days(values: pd.Series) -> NDArray[np.int64]:
    """Return days since 1970; `NEVER` where there is none."""
    days = pd.to_datetime(values, errors="coerce").to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(days), NEVER, (days - EPOCH).astype(np.int64)).astype(np.int64)


def _day(value: date) -> int:
    """Return the number of a day since 1970."""
    return int((np.datetime64(value, "D") - EPOCH).astype(np.int64))


def _span(campaign: CampaignView, done: NDArray[np.int64]) -> tuple[int, int]:
    """Return the first and last day of the slider: all phases, and all that was done."""
    starts = [_day(phase.starts) for phase in campaign.phases]
    ends = [_day(phase.ends) - 1 for phase in campaign.phases]
    held = [int(day) for day in done[done != NEVER]]
    return min([*starts, *held], default=0), max([*ends, *held], default=0)


def _phase(phase: dict[str, Any], first: int) -> dict[str, Any]:
    """Return one phase in days from the first."""
    words = {key: clean(phase[key]) for key in ("name_zh", "name_en")}
    return {**words, "starts": _day(phase["starts"]) - first, "ends": _day(phase["ends"]) - first}


def _task(task: Task) -> dict[str, Any]:
    """Return one task's figures and words."""
    words = ("name_zh", "name_en", "unit_zh", "qualifier", "source")
    figures = {
        key: None if (value := getattr(task, key)) is None or pd.isna(value) else float(value)
        for key in ("target", "actual")
    }
    as_of = None if task.as_of is None else task.as_of.isoformat()
    return {**{key: clean(getattr(task, key)) for key in words}, **figures, "as_of": as_of}


def _shapes(frame: geopandas.GeoDataFrame) -> dict[str, Any]:
    """Return polygons with their names."""
    shapes = frame.geometry.to_numpy()
    return {
        "coverage": coverage_data(shapes, QUANTUM),
        "names": texts(frame["name"]),
        "anchors": pack_deltas(steps(label_points(shapes), QUANTUM)),
    }


def _free_places(
    grids: geopandas.GeoDataFrame, buildings: geopandas.GeoDataFrame
) -> NDArray[np.float64]:
    """Return a place for each grid's name where it covers no building, if there is one."""
    shapes = grids.geometry.to_numpy()
    places = label_points(shapes)
    built = shapely.union_all(shapely.convex_hull(buildings.geometry.to_numpy()))
    free = shapely.difference(shapely.make_valid(shapes), built)
    for position in np.flatnonzero(shapely.area(free) > 0):
        circle = shapely.maximum_inscribed_circle(free[position], tolerance=QUANTUM)
        places[position] = shapely.get_coordinates(circle)[0]
    return places


def _items(
    items: geopandas.GeoDataFrame,
    buildings: geopandas.GeoDataFrame,
    done: NDArray[np.int64],
    first: int,
) -> dict[str, Any]:
    """Return the items in order of building and place."""
    position = pd.Index(texts(buildings["id"])).get_indexer(pd.Index(texts(items["building_id"])))
    lonlat = shapely.get_coordinates(items.geometry.to_numpy())
    order = np.lexsort((lonlat[:, 1], lonlat[:, 0], position))
    return {
        "places": pack_deltas(steps(lonlat[order], QUANTUM)),
        "building": pack(position[order]),
        "floor": pack(counts(items["floor"])[order]),
        "done": pack(np.where(done == NEVER, NEVER, done - first)[order]),
    }
