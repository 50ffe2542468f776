from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from playwright.sync_api import expect

from gisgrid.errors import ColumnError
from gisgrid.maps import CampaignView, MapText, campaign_map
from gisgrid.maps.campaign import _free_places
from gisgrid.store.campaigns import Phase, Task
from tests.maps.browser import Opener
from tests.maps.frames import frame

FIRST = date(2024, 3, 1)
VIEW = CampaignView(
    code="wanshang",
    name_zh="万商灯饰市场整治",
    name_en="market drive",
    phases=(
        Phase("before", "整治前", "before", FIRST, date(2024, 4, 1)),
        Phase("during", "整治中", "during", date(2024, 4, 1), date(2024, 7, 1)),
        Phase("after", "整治后", "after", date(2024, 7, 1), date(2024, 9, 1)),
    ),
    tasks=(
        Task("清运建筑垃圾", "building waste", None, 11.5, "吨", "", "报道", date(2024, 9, 1)),
        Task("拖移废旧车辆", "vehicles towed", 60, 70, "辆", "余", "报道", None),
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


def figure(page: Any, where: str) -> int:
    return int(page.locator(where).inner_text().split("/")[0].replace(",", ""))


def test_small_and_quiet(open_page: Opener, text: MapText) -> None:
    html = campaign_map(VIEW, *market(), text)
    assert len(html.encode("utf-8")) < 400_000
    opened = open_page(html)
    assert figure(opened.page, "#done") == 639
    assert figure(opened.page, "#left") == 0
    opened.quiet()


def test_the_count_of_each_day_is_true(open_page: Opener, text: MapText) -> None:
    buildings, items, grids = market()
    opened = open_page(campaign_map(VIEW, buildings, items, grids, text))
    page = opened.page
    for day, phase in [
        (0, "整治前"),
        (30, "整治前"),
        (31, "整治中"),
        (60, "整治中"),
        (122, "整治后"),
    ]:
        page.locator("#day").fill(str(day))
        today = FIRST + timedelta(days=day)
        assert page.locator("#date").inner_text() == today.isoformat()
        assert figure(page, "#done") == int((items["done_on"] <= today).sum())
        assert figure(page, "#left") == int((items["done_on"] > today).sum())
        assert phase in page.locator("#phase").inner_text()
    opened.quiet()


def test_the_marks_change_colour(open_page: Opener, text: MapText) -> None:
    page = open_page(campaign_map(VIEW, *market(), text)).page
    count = """() => {
      const c = document.querySelector("canvas.drawn");
      const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
      let left = 0, done = 0;
      for (let i = 0; i < d.length; i += 4) {
        if (d[i] === 0xc2 && d[i + 1] === 0x41 && d[i + 2] === 0x0c) left++;
        if (d[i] === 0x5f && d[i + 1] === 0xb3 && d[i + 2] === 0x9b) done++;
      }
      return [left, done];
    }"""
    seen = []
    for day in (0, 76, 150):
        page.locator("#day").fill(str(day))
        page.wait_for_timeout(100)
        seen.append(page.evaluate(count))
    assert seen[0][0] > 500
    assert seen[0][1] == 0
    assert 0 < seen[1][0] < seen[0][0]
    assert 0 < seen[1][1] < seen[2][1]
    assert seen[2][0] == 0


def test_play_runs_to_the_end_and_can_be_stopped(open_page: Opener, text: MapText) -> None:
    opened = open_page(campaign_map(VIEW, *market(), text))
    page = opened.page
    page.locator("#day").fill("100")
    page.locator("#play").click()
    expect(page.locator("#date")).not_to_have_text("2024-06-09")
    page.locator("#play").click()
    at = page.locator("#day").input_value()
    page.wait_for_timeout(300)
    assert page.locator("#day").input_value() == at
    page.locator("#day").fill("180")
    page.locator("#play").click()
    expect(page.locator("#date")).to_have_text("2024-08-31")
    opened.quiet()


def test_tasks_with_target_actual_qualifier_and_source(open_page: Opener, text: MapText) -> None:
    page = open_page(campaign_map(VIEW, *market(), text)).page
    rows = page.locator("#tasks tbody tr").all_inner_texts()
    assert "—" in rows[0]
    assert "11.5 吨" in rows[0]
    assert "报道，2024-09-01" in rows[0]
    assert "60 辆" in rows[1]
    assert "70余 辆" in rows[1]


def test_a_click_on_a_building_counts_its_windows(open_page: Opener, text: MapText) -> None:
    buildings, items, grids = market()
    opened = open_page(campaign_map(VIEW, buildings, items, grids, text))
    page = opened.page
    page.locator("#day").fill("60")
    spot = buildings.geometry.iloc[5].centroid
    at = page.evaluate(
        "at => { const p = map_main.latLngToContainerPoint(at); return [p.x, p.y]; }",
        [spot.y, spot.x],
    )
    page.locator(".folium-map").click(position={"x": at[0], "y": at[1]})
    own = items[items["building_id"] == "b5"]
    gone = int((own["done_on"] <= FIRST + timedelta(days=60)).sum())
    figures = page.locator(".card dd").all_inner_texts()
    assert page.locator(".card h3").inner_text() == "6号楼"
    assert figures == ["3", str(len(own)), str(gone), str(len(own) - gone)]
    opened.quiet()


def test_not_done_yet_and_nowhere_to_stand(open_page: Opener, text: MapText) -> None:
    buildings, items, grids = market()
    items["done_on"] = items["done_on"].where(items.index >= 39, None)
    items.loc[600:, "building_id"] = None
    opened = open_page(campaign_map(VIEW, buildings, items, grids, text))
    assert figure(opened.page, "#left") == 39
    opened.quiet()
    bare = CampaignView("x", "空", "empty", (), ())
    open_page(campaign_map(bare, buildings.iloc[:0], items.iloc[:0], grids.iloc[:0], text)).quiet()


def test_on_a_phone(open_page: Opener, text: MapText) -> None:
    opened = open_page(campaign_map(VIEW, *market(), text), width=420)
    page = opened.page
    assert not page.locator("#tasks").is_visible()
    page.locator("#fold").click()
    assert page.locator("#done").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    opened.quiet()


def test_wrong_frames_are_refused(text: MapText) -> None:
    buildings, items, grids = market()
    with pytest.raises(ColumnError, match="done_on"):
        campaign_map(VIEW, buildings, items.drop(columns="done_on"), grids, text)


def test_grid_names_stand_clear_of_buildings() -> None:
    buildings, _, _ = market()
    area = frame([shapely.box(*buildings.total_bounds).buffer(0.0008)])
    ((x, y),) = _free_places(area, buildings)
    spot = shapely.Point(x, y)
    assert area.geometry.iloc[0].contains(spot)
    assert shapely.distance(buildings.geometry.to_numpy(), spot).min() > 0.0002
