"""The map of a campaign: buildings, what was dealt with day by day, the count left, evidence."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

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
from gisgrid.store.campaigns import planned_shares, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gisgrid.store.campaigns import Campaign, Evidence, Phase, Task

__all__ = ["campaign_map"]

QUANTUM = 1e-6
EPOCH = date(1970, 1, 1)
NEVER = -1


def campaign_map(
    campaign: Campaign,
    buildings: geopandas.GeoDataFrame,
    items: geopandas.GeoDataFrame,
    evidence: Sequence[Evidence],
    grids: geopandas.GeoDataFrame,
    text: MapText,
    *,
    until: date | None = None,
    tile_url: str | None = None,
    tile_attribution: str = "",
    nonce: str | None = None,
) -> str:
    """Return the map of a campaign over time as one HTML page that loads nothing.

    Parameters
    ----------
    campaign : Campaign
        Phases and tasks; the figures of tasks with items are counted for the day that is shown.
    buildings : GeoDataFrame
        Footprints: id, name, floors, geometry in EPSG:4326.
    items : GeoDataFrame
        The single things dealt with: id, name, task (code), building_id, floor, done_on (date;
        missing while not done), geometry points in EPSG:4326.
    evidence : sequence of Evidence
        Shown where its building, its item or itself lies.
    grids : GeoDataFrame
        Outlines beneath: code, name, geometry in EPSG:4326.
    text : MapText
        What the head says.
    until : date, optional
        The last day that is known: what was done later is not done yet.
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
    need(items, ("id", "name", "task", "building_id", "floor", "done_on"), "items")
    need(grids, ("code", "name"), "grids")
    done = _days(items["done_on"])
    if until is not None:
        done = np.where(done > _day(until), NEVER, done)
        evidence = [one for one in evidence if one.taken_on <= until]
    first, last = _span(campaign, done, evidence)
    known = last if until is None else min(max(_day(until), first), last)
    items = _in_order(items, buildings)
    done = done[items.index.to_numpy()]
    data = {
        "first_day": first,
        "days": last - first + 1,
        "known": known - first,
        "phases": [_phase(phase, first) for phase in campaign.phases],
        "planned": _planned(campaign, first, last - first + 1),
        "tasks": [_task(task) for task in campaign.tasks],
        "buildings": {**_shapes(buildings), "floors": pack(counts(buildings["floors"]))},
        "items": _items(items, campaign, np.where(done == NEVER, NEVER, done - first)),
        "evidence": _evidence(evidence, items, buildings, first),
        "grids": {
            **_shapes(grids),
            "anchors": pack_deltas(steps(_free_places(grids, buildings), QUANTUM)),
        },
    }
    return render_page(
        "campaign",
        data,
        text,
        bounds=bounds_of([grids]) or bounds_of([buildings]) or bounds_of([items]),
        base=BaseMap(tile_url, tile_attribution),
        nonce=nonce,
        modules=("campaign/burn.js", "campaign/cards.js"),
        styles=("campaign/campaign.css",),
    )


def _days(values: pd.Series) -> NDArray[np.int64]:
    """Return days since 1970; `NEVER` where there is none."""
    days = pd.to_datetime(values, errors="coerce").to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(days), NEVER, days.astype(np.int64)).astype(np.int64)


def _day(value: date) -> int:
    """Return the number of a day since 1970."""
    return (value - EPOCH).days


def _span(
    campaign: Campaign, done: NDArray[np.int64], evidence: Sequence[Evidence]
) -> tuple[int, int]:
    """Return the first and last day: of all phases, and of all that was done and seen."""
    starts = [_day(phase.starts) for phase in campaign.phases]
    ends = [_day(phase.ends) - 1 for phase in campaign.phases]
    held = [int(day) for day in done[done != NEVER]]
    held += [_day(one.taken_on) for one in evidence]
    return min([*starts, *held], default=0), max([*ends, *held], default=0)


def _phase(phase: Phase, first: int) -> dict[str, Any]:
    """Return one phase in days from the first."""
    words = {"name_zh": clean(phase.name_zh), "name_en": clean(phase.name_en)}
    return {**words, "starts": _day(phase.starts) - first, "ends": _day(phase.ends) - first}


def _planned(campaign: Campaign, first: int, days: int) -> str:
    """Return what is to be left at the end of each day, in ten-thousandths."""
    if not campaign.phases:
        return pack([])
    began = date.fromordinal(EPOCH.toordinal() + first)
    left = 1 - planned_shares(campaign.phases, began, days)
    return pack(np.rint(left * 10_000).astype(np.int64))


def _task(task: Task) -> dict[str, Any]:
    """Return one task's figures and words; no actual figure where its items are counted."""
    words = ("name_zh", "name_en", "unit_zh", "item_zh", "item_en", "done_zh", "done_en", "source")
    return {
        **{key: clean(getattr(task, key)) for key in words},
        **_default_words(task),
        "target": clean(told(task.target, task.target_qualifier, task.unit_zh)) or None,
        "actual": clean(told(task.actual, task.qualifier, task.unit_zh)) or None,
        "as_of": None if task.as_of is None else task.as_of.isoformat(),
    }


def _default_words(task: Task) -> dict[str, str]:
    """Return what a task's items are called where nobody has said it."""
    default = {} if task.item_zh else {"item_zh": task.name_zh, "item_en": task.name_en}
    default |= {} if task.done_zh else {"done_zh": "已完成", "done_en": "done"}
    return {key: clean(value) for key, value in default.items()}


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


def _in_order(
    items: geopandas.GeoDataFrame, buildings: geopandas.GeoDataFrame
) -> geopandas.GeoDataFrame:
    """Return the items in order of building (its position is ``house``) and place, packed best.

    Their index says where they stood.
    """
    house = pd.Index(texts(buildings["id"])).get_indexer(pd.Index(texts(items["building_id"])))
    lonlat = shapely.get_coordinates(items.geometry.to_numpy())
    order = np.lexsort((lonlat[:, 1], lonlat[:, 0], house))
    return items.reset_index(drop=True).assign(house=house).iloc[order]


def _items(
    items: geopandas.GeoDataFrame, campaign: Campaign, done: NDArray[np.int64]
) -> dict[str, Any]:
    """Return the items, their names only where some have one."""
    codes = pd.Index([task.code for task in campaign.tasks], dtype=object)
    names = texts(items["name"])
    return {
        "ids": texts(items["id"]),
        "names": names if any(names) else [],
        "places": _places(shapely.get_coordinates(items.geometry.to_numpy())),
        "task": pack(codes.get_indexer(pd.Index(items["task"], dtype=object))),
        "building": pack(items["house"].to_numpy()),
        "floor": pack(counts(items["floor"])),
        "done": pack(done),
    }


def _evidence(
    evidence: Sequence[Evidence],
    items: geopandas.GeoDataFrame,
    buildings: geopandas.GeoDataFrame,
    first: int,
) -> dict[str, Any]:
    """Return the evidence with the positions of its item and its building."""
    house = {name: position for position, name in enumerate(buildings["id"])}
    item = {name: position for position, name in enumerate(items["id"])}
    rows = [
        {
            "stage": one.stage,
            "day": _day(one.taken_on) - first,
            "house": house.get(one.building, -1),
            "item": item.get(one.item, -1),
            "note": clean(one.note),
            "author": clean(one.author),
            "file": clean(one.file_name),
            "digest": clean(one.sha256),
        }
        for one in evidence
    ]
    lonlat = np.array([(one.lon, one.lat) for one in evidence], dtype=np.float64).reshape(-1, 2)
    return {"places": _places(lonlat), "rows": rows}


def _places(lonlat: NDArray[np.float64]) -> str:
    return pack_deltas(steps(lonlat, QUANTUM))
