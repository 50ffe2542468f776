"""Buildings, items and evidence on the map of a campaign, in a real browser."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import geopandas
import numpy as np
import shapely
from playwright.sync_api import expect

from gisgrid.maps import MapText, campaign_map
from gisgrid.maps.campaign import _free_places
from gisgrid.store.campaigns import Campaign, Evidence
from tests.maps.browser import Opener
from tests.maps.frames import frame
from tests.maps.market import FIRST, VIEW, click_on, figure, market


def look(**values: Any) -> Evidence:
    """A piece of evidence on building b5, unless said otherwise."""
    base = {
        "id": "e1",
        "stage": "before",
        "taken_on": date(2024, 3, 4),
        "task": None,
        "item": None,
        "building": "b5",
        "lon": 121.2401,
        "lat": 31.3896,
        "note": "逃生窗口被封",
        "author": "市场微网格员",
        "file_name": "5号楼.jpg",
        "sha256": "ab" * 32,
    }
    return Evidence(**(base | values))


def test_a_click_on_a_building_counts_its_windows(open_page: Opener, text: MapText) -> None:
    buildings, items, grids = market()
    opened = open_page(campaign_map(VIEW, buildings, items, [], grids, text))
    page = opened.page
    page.locator("#day").fill("60")
    click_on(page, buildings.geometry.iloc[5].centroid)
    own = items[items["building_id"] == "b5"]
    gone = int((own["done_on"] <= FIRST + timedelta(days=60)).sum())
    figures = page.locator(".card dd").all_inner_texts()
    assert page.locator(".card h3").inner_text() == "6号楼"
    assert figures == ["3", str(len(own)), str(gone), str(len(own) - gone)]
    opened.quiet()


def test_evidence_until_the_day_that_is_shown(open_page: Opener, text: MapText) -> None:
    buildings, items, grids = market()
    looks = [
        look(),
        look(id="e2", stage="after", taken_on=date(2024, 7, 2), note="窗口可开启", sha256=""),
        look(id="e3", building="b6"),
    ]
    opened = open_page(campaign_map(VIEW, buildings, items, looks, grids, text))
    page = opened.page
    page.locator("#day").fill("60")
    click_on(page, buildings.geometry.iloc[5].centroid)
    (shown,) = page.locator(".evidence li").all_inner_texts()
    for said in ("整治前", "2024-03-04", "逃生窗口被封", "市场微网格员", "5号楼.jpg", "ab" * 32):
        assert said in shown
    page.locator("#day").fill("183")
    click_on(page, buildings.geometry.iloc[5].centroid)
    expect(page.locator(".evidence li")).to_have_count(2)
    assert "窗口可开启" in page.locator(".evidence li").nth(1).inner_text()
    opened.quiet()


def test_items_and_evidence_that_are_on_no_building(open_page: Opener, text: MapText) -> None:
    buildings, items, grids = market()
    items.loc[0, ["building_id", "name"]] = [None, "北门旧窗"]
    free = shapely.Point(121.2398, 31.3904)
    items.loc[[0], "geometry"] = geopandas.GeoSeries([free], index=[0], crs=4326)
    lone = look(id="e9", building=None, lon=121.2397, lat=31.3898, note="空地垃圾")
    own = look(id="e8", building=None, item="w0", note="旧窗原状")
    opened = open_page(campaign_map(VIEW, buildings, items, [lone, own], grids, text))
    page = opened.page
    click_on(page, free)
    assert page.locator(".card h3").inner_text() == "北门旧窗"
    assert str(items.loc[0, "done_on"]) in page.locator(".card dd").inner_text()
    assert "旧窗原状" in page.locator(".evidence").inner_text()
    click_on(page, shapely.Point(lone.lon, lone.lat))
    expect(page.locator(".card h3")).to_contain_text("现场")
    assert "空地垃圾" in page.locator(".evidence").inner_text()
    opened.quiet()


def test_a_day_in_the_past_knows_nothing_of_later_ones(open_page: Opener, text: MapText) -> None:
    buildings, items, grids = market()
    until = date(2024, 5, 10)
    page = open_page(
        campaign_map(
            VIEW, buildings, items, [look(taken_on=date(2024, 7, 2))], grids, text, until=until
        )
    ).page
    assert page.locator("#date").inner_text() == "2024-05-10"
    assert figure(page, "#left") == int((items["done_on"] > until).sum())
    # The slider spans the whole campaign, as its phases do, but does not leave what is known.
    page.locator("#day").fill("183")
    assert page.locator("#day").input_value() == "70"
    assert page.locator("#date").inner_text() == "2024-05-10"
    click_on(page, buildings.geometry.iloc[5].centroid)
    assert page.locator(".evidence").count() == 0
    data = page.evaluate("gisgrid.read()")
    assert max(page.evaluate("text => gisgrid.unpack(text)", data["items"]["done"])) <= 70
    assert data["evidence"]["rows"] == []


def test_buildings_are_coloured_by_the_share_done(open_page: Opener, text: MapText) -> None:
    buildings, items, grids = market()
    # Nothing, one of four, two of four, all; no marks, so that only the fill is seen.
    items = items.iloc[:16].assign(building_id=np.repeat(["b0", "b4", "b8", "b12"], 4))
    last = date(2024, 8, 31)
    done = [*[None] * 4, last, *[None] * 3, last, last, None, None, *[last] * 4]
    items["done_on"] = done
    items.geometry = [
        buildings.geometry.iloc[k].exterior.interpolate(0) for k in (0, 4, 8, 12) for _ in range(4)
    ]
    page = open_page(campaign_map(VIEW, buildings, items, [], grids, text)).page
    colors = []
    for place in (0, 4, 8, 12, 1):
        x0, y0, x1, y1 = buildings.geometry.iloc[place].bounds
        colors.append(
            page.evaluate(
                """([lat, lon]) => {
              const c = document.querySelector("canvas.drawn"), r = c.getBoundingClientRect();
              const m = document.querySelector(".folium-map").getBoundingClientRect();
              const p = map_main.latLngToContainerPoint([lat, lon]), k = c.width / r.width;
              const x = (m.left + p.x - r.left) * k, y = (m.top + p.y - r.top) * k;
              return [...c.getContext("2d").getImageData(x, y, 1, 1).data].slice(0, 3)
                .map((v) => v.toString(16).padStart(2, "0")).join("");
            }""",
                [y0 + 0.1 * (y1 - y0), x0 + 0.5 * (x1 - x0)],
            )
        )
    assert colors == ["f1dccf", "f4ecd2", "dfead6", "bfe0d3", "ebe4d6"]


def test_not_done_yet_and_nowhere_to_stand(open_page: Opener, text: MapText) -> None:
    buildings, items, grids = market()
    items["done_on"] = items["done_on"].where(items.index >= 39, None)
    items.loc[600:, "building_id"] = None
    opened = open_page(campaign_map(VIEW, buildings, items, [], grids, text))
    assert figure(opened.page, "#left") == 39
    opened.quiet()
    bare = Campaign(1, "x", "空", "empty", None, (), ())
    nothing = buildings.iloc[:0], items.iloc[:0], [], grids.iloc[:0]
    open_page(campaign_map(bare, *nothing, text)).quiet()


def test_grid_names_stand_clear_of_buildings() -> None:
    buildings, _, _ = market()
    area = frame([shapely.box(*buildings.total_bounds).buffer(0.0008)])
    ((x, y),) = _free_places(area, buildings)
    spot = shapely.Point(x, y)
    assert area.geometry.iloc[0].contains(spot)
    assert shapely.distance(buildings.geometry.to_numpy(), spot).min() > 0.0002
