"""The campaign in 万商灯饰市场: its phases, tasks and 639 anti-theft windows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gisgrid.sample.naming import MARKET
from gisgrid.sample.plane import IntArray, to_degrees, to_plane
from gisgrid.store.campaigns import Phase, Task

__all__ = ["WINDOWS", "CampaignSample", "draw_campaign"]

WINDOWS = 639
_SOURCE = "报道 2024-09 / newspaper report, September 2024"
_AS_OF = date(2024, 9, 15)
_START, _END = date(2024, 4, 1), date(2024, 7, 1)


@dataclass(frozen=True)
class CampaignSample:
    """A campaign and its items.

    A task's ``qualifier`` is the word that the source puts to the figure (余: more than; 近:
    nearly), empty where it is exact; ``target`` is None where the source names none. The actual
    figure of the windows is None: they are counted.

    ``items`` has ``id``, ``task``, ``building_id``, ``floor``, ``done_on`` (date) and a Point in
    EPSG:4326 on a façade of the building. ``evidence`` has ``id``, ``stage``, ``taken_on``,
    ``item`` or ``building``, ``note`` and ``author``.
    """

    code: str
    name_zh: str
    name_en: str
    unit_code: str
    phases: tuple[Phase, ...]
    tasks: tuple[Task, ...]
    items: gpd.GeoDataFrame
    evidence: pd.DataFrame


def _phases() -> tuple[Phase, ...]:
    return (
        Phase("before", "整治前", "before", date(2024, 3, 1), _START, 0),
        Phase("during", "整治中", "during", _START, _END, 100),
        Phase("after", "整治后", "after", _END, date(2024, 9, 1)),
    )


# Code, names, unit, actual figure and its qualifier; 数十: of "tens of tons".
_FIGURES = (
    ("building-waste", "清理建筑垃圾", "building waste cleared", "吨", "tons", 11.5, ""),
    ("household-waste", "清理生活垃圾", "household waste cleared", "吨", "tons", 5, ""),
    ("scrap-yards", "取缔无证废品回收点", "unlicensed scrap yards closed", "处", "places", 2, ""),
    ("fixtures", "拆除废旧设施", "derelict fixtures removed", "处", "places", 120, ""),
    ("vehicles", "拖移僵尸车", "abandoned cars and e-bikes towed", "辆", "vehicles", 70, "余"),
    ("fire-station", "建成微型消防站", "micro fire station set up", "座", "station", 1, ""),
    ("volunteers", "参与志愿者", "volunteers taking part", "人", "people", 100, "近"),
)


def _tasks() -> tuple[Task, ...]:
    windows = Task(
        code="windows",
        name_zh="拆除防盗窗",
        name_en="anti-theft windows removed",
        unit_zh="扇",
        unit_en="windows",
        target=WINDOWS,
        source=_SOURCE,
        as_of=_AS_OF,
        item_zh="防盗窗",
        item_en="anti-theft windows",
        done_zh="已拆除",
        done_en="removed",
    )
    others = (
        Task(
            code=code,
            name_zh=zh,
            name_en=en,
            unit_zh=unit_zh,
            unit_en=unit_en,
            target_qualifier="数十" if unit_zh == "吨" else "",
            actual=actual,
            qualifier=qualifier,
            source=_SOURCE,
            as_of=_AS_OF,
        )
        for code, zh, en, unit_zh, unit_en, actual, qualifier in _FIGURES
    )
    return (windows, *others)


def _removal_days(building: IntArray, rng: np.random.Generator) -> list[date]:
    """Days of removal: building by building, slow at first, with a last push, none on Sundays."""
    length = (_END - _START).days
    turn = np.argsort(np.argsort(rng.permutation(int(building.max()) + 1)))[building]
    progress = (turn + rng.uniform(0, 3.0, len(building))) / (turn.max() + 3.0)
    offset = np.floor(progress**0.8 * (length - 8) + 4).astype(int)
    days = [_START + timedelta(days=int(d)) for d in offset]
    return [day + timedelta(days=1) if day.isoweekday() == 7 else day for day in days]


def draw_campaign(buildings: gpd.GeoDataFrame, rng: np.random.Generator) -> CampaignSample:
    """Put the windows on the façades of the market's buildings and date their removal.

    Parameters
    ----------
    buildings : geopandas.GeoDataFrame
        The market's 22 buildings: ``id`` and Polygon in EPSG:4326.
    rng : numpy.random.Generator
    """
    walls = shapely.get_exterior_ring(to_plane(buildings.geometry.to_numpy()))
    building = np.sort(rng.integers(0, len(walls), WINDOWS))
    floor = rng.choice([2, 3], WINDOWS)
    position = np.empty(WINDOWS)
    for i in range(len(walls)):
        here = np.flatnonzero(building == i)
        # Windows stand in their bays: one bay every two metres, at most one window a floor.
        bays = np.arange(1.0, walls[i].length - 0.5, 2.0)
        position[here] = rng.choice(bays, len(here), replace=False)
    points = to_degrees(shapely.line_interpolate_point(walls[building], position), decimals=9)
    frame = pd.DataFrame(
        {
            "building_id": buildings["id"].to_numpy()[building],
            "floor": floor,
            "done_on": _removal_days(building, rng),
            "position": position,
            "geometry": points,
        }
    ).sort_values(["building_id", "floor", "position"], ignore_index=True)
    frame.insert(0, "id", [f"W{i:04d}" for i in range(1, WINDOWS + 1)])
    frame.insert(1, "task", "windows")
    items = gpd.GeoDataFrame(frame.drop(columns="position"), geometry="geometry", crs="EPSG:4326")
    return CampaignSample(
        code="wanshang-2024",
        name_zh="万商灯饰市场消防治安隐患整治攻坚",
        name_en="Wanshang lighting market: fire and security campaign",
        unit_code=MARKET,
        phases=_phases(),
        tasks=_tasks(),
        items=items,
        evidence=_evidence(items),
    )


def _evidence(items: gpd.GeoDataFrame) -> pd.DataFrame:
    """A look at each building before, at its first window when it went, and at the end."""
    rows: list[tuple[Any, ...]] = []
    for number, (building, own) in enumerate(items.groupby("building_id")):
        first = own.loc[own["done_on"].idxmin()]
        seen = date(2024, 3, 4) + timedelta(days=number % 12)
        looks = (
            ("before", seen, "", building, f"{len(own)} 扇防盗窗封住逃生窗口"),
            ("during", first["done_on"], first["id"], "", "首扇防盗窗拆除"),
            ("after", own["done_on"].max(), "", building, "防盗窗全部拆除，逃生窗口可开启"),
        )
        rows += [
            (f"E{len(rows) + i:03d}", *look, "市场微网格员") for i, look in enumerate(looks, 1)
        ]
    columns = ["id", "stage", "taken_on", "item", "building", "note", "author"]
    return pd.DataFrame(rows, columns=columns)
