from __future__ import annotations

import time
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from gisgrid.errors import ColumnError, CrsError, InputError
from gisgrid.maps import MapText, grids_map
from tests.maps.browser import Opener
from tests.maps.frames import frame, lattice

Levels = dict[str, geopandas.GeoDataFrame]


def key_counts(page: Any) -> list[str]:
    return [text.strip() for text in page.locator("#legend .key b").all_inner_texts()]


def click_at(page: Any, lon: float, lat: float) -> None:
    point = page.evaluate(
        "([lon, lat]) => { const p = map_main.latLngToContainerPoint([lat, lon]);"
        " return [p.x, p.y]; }",
        [lon, lat],
    )
    page.locator(".folium-map").click(position={"x": point[0], "y": point[1]})


def test_opens_with_nothing_loaded(open_page: Opener, small: Levels, text: MapText) -> None:
    opened = open_page(grids_map(small, text))
    assert opened.page.locator("h1").inner_text().startswith("嘉定区地图")
    assert opened.page.locator("#stamp").inner_text() == "示例数据 / made-up data"
    assert "7" in opened.page.locator("#facts").inner_text()
    opened.quiet()


def test_counts_under_within_over_and_unknown(
    open_page: Opener, small: Levels, text: MapText
) -> None:
    page = open_page(grids_map(small, text)).page
    assert key_counts(page) == ["1", "13", "1", "1"]
    page = open_page(grids_map(small, text, households_range=(600, 700))).page
    assert key_counts(page) == ["15", "0", "0", "1"]


def test_a_click_shows_the_grid_of_the_chosen_level(
    open_page: Opener, small: Levels, text: MapText
) -> None:
    opened = open_page(grids_map(small, text))
    page = opened.page
    where = shapely.get_coordinates(small["micro"].geometry.iloc[1].centroid)[0]
    click_at(page, *where)
    card = page.locator(".card")
    assert card.locator("h3").inner_text() == "白银0坊第2微网格"
    assert "560" in card.inner_text()
    assert "多于 500 户" in card.inner_text()
    page.locator("input[value=unit]").check()
    assert card.count() == 0
    click_at(page, *where)
    assert card.locator("h3").inner_text() == "白银0坊"
    assert "安亭镇" in card.inner_text()
    opened.quiet()


def test_search_by_name_and_by_code(open_page: Opener, small: Levels, text: MapText) -> None:
    opened = open_page(grids_map(small, text))
    page = opened.page
    page.locator("#search").fill("310114103")
    page.locator(".found button").click()
    assert page.locator(".card h3").inner_text() == "马陆镇"
    assert page.locator("input[value=area]").is_checked()
    page.locator("#search").fill("3坊第4")
    page.keyboard.press("Enter")
    assert page.locator(".card h3").inner_text() == "白银3坊第4微网格"
    page.locator("#search").fill("nowhere")
    assert "没有找到" in page.locator(".found").inner_text()
    opened.quiet()


def test_police_areas_can_be_shown(open_page: Opener, small: Levels, text: MapText) -> None:
    opened = open_page(grids_map(small, text))
    drawn = "document.querySelector('canvas.drawn').toDataURL()"
    before = opened.page.evaluate(drawn)
    opened.page.locator("input[name=police]").check()
    opened.page.wait_for_timeout(100)
    assert opened.page.evaluate(drawn) != before
    opened.quiet()


def test_fills_have_the_colours_of_the_legend(
    open_page: Opener, small: Levels, text: MapText
) -> None:
    opened = open_page(grids_map(small, text))
    spot = small["micro"].geometry.iloc[0].centroid
    colour = opened.page.evaluate(
        """([lon, lat]) => {
          const canvas = document.querySelector("canvas.drawn");
          const p = map_main.latLngToContainerPoint([lat, lon]);
          const at = canvas.getBoundingClientRect();
          const box = document.querySelector(".folium-map").getBoundingClientRect();
          const x = p.x + box.x - at.x, y = p.y + box.y - at.y + 25;
          return [...canvas.getContext("2d").getImageData(x, y, 1, 1).data];
        }""",
        [spot.x, spot.y],
    )
    assert colour == [0xA9, 0xC8, 0xEA, 255]


def test_no_grids_at_all(open_page: Opener, text: MapText) -> None:
    opened = open_page(grids_map({}, text))
    assert "没有网格" in opened.page.locator("#panel").inner_text()
    opened.quiet()
    empty = frame([]).astype({"special": bool})
    open_page(grids_map({"micro": empty}, text)).quiet()


def test_invalid_shapes_are_drawn_as_they_are(open_page: Opener, text: MapText) -> None:
    bow = shapely.Polygon([(121.1, 31.2), (121.2, 31.3), (121.2, 31.2), (121.1, 31.3)])
    over = shapely.box(121.15, 31.2, 121.3, 31.3)
    open_page(grids_map({"micro": frame([bow, over])}, text)).quiet()


def test_wrong_frames_are_refused(small: Levels, text: MapText) -> None:
    with pytest.raises(ColumnError, match="patrols"):
        grids_map({"micro": small["micro"].drop(columns="patrols")}, text)
    with pytest.raises(CrsError, match="4326"):
        grids_map({"micro": small["micro"].to_crs(3857)}, text)


def test_same_frames_give_the_same_bytes(small: Levels, text: MapText) -> None:
    assert grids_map(small, text) == grids_map(small, text)


def test_tiles_only_when_asked(open_page: Opener, small: Levels, text: MapText) -> None:
    html = grids_map(
        small, text, tile_url="https://tiles.invalid/{z}/{x}/{y}.png", tile_attribution="<b>me</b>"
    )
    opened = open_page("")
    opened.page.route("https://tiles.invalid/**", lambda route: route.abort())
    opened.page.set_content(html)
    opened.page.wait_for_timeout(300)
    assert any(url.startswith("https://tiles.invalid/") for url in opened.requests)
    assert opened.page.locator(".leaflet-control-attribution").inner_text() == "<b>me</b>"
    for bad in ("javascript:alert(1)//{x}{y}{z}", "https://tiles.invalid/", "file:///{x}{y}{z}"):
        with pytest.raises(InputError, match="tile"):
            grids_map(small, text, tile_url=bad)


def whole_district() -> Levels:
    """Return levels of the sample's size: 2,500 micro-grids, 30 vertices a shared border."""
    cells = lattice(50, 50, 30)
    number = np.arange(2500)
    unit = number // 50 // 3 * 25 + number % 50 // 2
    units = np.array([shapely.coverage_union_all(cells[unit == k]) for k in range(unit.max() + 1)])
    area = np.arange(len(units)) % 12
    areas = [shapely.coverage_union_all(units[area == k]) for k in range(12)]
    rng = np.random.default_rng(1)
    return {
        "area": frame(areas, name=[f"某某街道{k}" for k in range(12)]),
        "unit": frame(units, name=[f"某某路第{k}居民委员会" for k in range(len(units))]),
        "micro": frame(
            cells,
            code=[f"310114{k:09d}" for k in number],
            name=[f"某某路第{k}居民委员会第{n % 9}微网格" for n, k in enumerate(unit)],
            parent_name=[f"某某路第{k}居民委员会" for k in unit],
            households=pd.array(rng.integers(250, 550, 2500), dtype="Int64"),
        ),
    }


def test_the_whole_district_is_small_and_fast(open_page: Opener, text: MapText) -> None:
    levels = whole_district()
    assert shapely.get_num_coordinates(levels["micro"].geometry.to_numpy()).sum() > 300_000
    began = time.process_time()
    html = grids_map(levels, text)
    # The work, not the waiting: other tests may share the machine.
    assert time.process_time() - began < 4
    assert len(html.encode("utf-8")) < 2_500_000
    opened = open_page(html)
    assert opened.page.locator("#legend .key").count() >= 3
    opened.quiet()
