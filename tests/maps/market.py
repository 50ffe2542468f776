"""A market of 22 buildings whose 639 windows come down, for the tests of the map of campaigns."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import geopandas
import numpy as np
import shapely

from gisgrid.store.campaigns import Campaign, Phase, Task
from tests.maps.frames import frame

__all__ = [
    "FIRST",
    "VIEW",
    "WINDOWS",
    "click_on",
    "figure",
    "market",
    "task_cells",
    "with_evidence",
]

FIRST = date(2024, 3, 1)
WINDOWS = Task(
    code="windows",
    name_zh="拆除防盗窗",
    name_en="windows removed",
    unit_zh="扇",
    target=639,
    item_zh="防盗窗",
    item_en="windows",
    done_zh="已拆除",
    done_en="removed",
    source="报道",
)
VIEW = Campaign(
    id=1,
    code="wanshang",
    name_zh="万商灯饰市场整治",
    name_en="market drive",
    grid=None,
    phases=(
        Phase("before", "整治前", "before", FIRST, date(2024, 4, 1), 0),
        Phase("during", "整治中", "during", date(2024, 4, 1), date(2024, 7, 1), 100),
        Phase("after", "整治后", "after", date(2024, 7, 1), date(2024, 9, 1)),
    ),
    tasks=(
        WINDOWS,
        Task(
            code="waste",
            name_zh="清运建筑垃圾",
            unit_zh="吨",
            target_qualifier="数十",
            actual=11.5,
            source="报道",
            as_of=date(2024, 9, 1),
        ),
        Task(
            code="cars", name_zh="拖移废旧车辆", unit_zh="辆", target=60, actual=70, qualifier="余"
        ),
    ),
)


def market() -> tuple[geopandas.GeoDataFrame, geopandas.GeoDataFrame, geopandas.GeoDataFrame]:
    """Return 22 buildings, 639 windows on their walls, and the grid round them."""
    rng = np.random.default_rng(9)
    shapes = [
        shapely.box(x, y, x + 0.0005, y + 0.0002)
        for x in 121.24 + 0.0008 * np.arange(6)
        for y in 31.39 + 0.0005 * np.arange(4)
    ][:22]
    buildings = geopandas.GeoDataFrame(
        {
            "id": [f"b{k}" for k in range(22)],
            "name": [f"{k + 1}号楼" for k in range(22)],
            "floors": 3,
        },
        geometry=shapes,
        crs=4326,
    )
    house = np.arange(639) % 22
    walls = [
        shapes[k].exterior.interpolate(t, normalized=True)
        for k, t in zip(house, rng.random(639), strict=True)
    ]
    items = geopandas.GeoDataFrame(
        {
            "id": [f"w{k}" for k in range(639)],
            "name": "",
            "task": "windows",
            "building_id": [f"b{k}" for k in house],
            "floor": 2 + np.arange(639) % 2,
            "done_on": [
                date(2024, 4, 1) + timedelta(days=int(d)) for d in rng.integers(0, 91, 639)
            ],
        },
        geometry=walls,
        crs=4326,
    )
    around = shapely.box(*shapely.total_bounds(shapes)).buffer(0.0005)
    return buildings, items, frame([around], name=["万商灯饰市场第1微网格"])


def with_evidence(frames: Any) -> Any:
    buildings, items, grids = frames
    return buildings, items, [], grids


def figure(page: Any, where: str) -> int:
    return int(page.locator(where).inner_text().split("/")[0].replace(",", ""))


def task_cells(page: Any) -> list[Any]:
    return [row.locator("td") for row in page.locator("#tasks tbody tr").all()]


def click_on(page: Any, spot: shapely.Point) -> None:
    """Bring a place to the middle of the map, where no pop-up covers it, and click it."""
    at = page.evaluate(
        """at => {
          map_main.closePopup();
          map_main.setView(at, map_main.getZoom(), { animate: false });
          const p = map_main.latLngToContainerPoint(at);
          return [p.x, p.y];
        }""",
        [spot.y, spot.x],
    )
    page.locator(".folium-map").click(position={"x": at[0], "y": at[1]})
