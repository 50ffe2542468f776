from __future__ import annotations

from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest

from gisgrid.errors import ColumnError, CoordinateError, InputError
from gisgrid.maps import MapText, hazards_map
from tests.maps.browser import Opener

Levels = dict[str, geopandas.GeoDataFrame]
NAMES = {
    "fire": ("消防隐患", "fire"),
    "security": ("治安隐患", "security"),
    "city": ("城市管理", "city"),
}


def some_hazards(counts: dict[str, int], *, spread: float = 0.02) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    category = np.repeat(list(counts), list(counts.values()))
    total = len(category)
    places = rng.normal((121.23, 31.36), spread, (total, 2))
    return pd.DataFrame(
        {
            "lon": places[:, 0],
            "lat": places[:, 1],
            "category": category,
            "category_zh": [NAMES[key][0] for key in category],
            "category_en": [NAMES[key][1] for key in category],
            "subject": np.where(np.arange(total) % 3 == 0, "私拉电线", "楼道堆物"),
            "severity": rng.integers(1, 4, total),
            "state": np.where(np.arange(total) % 4 == 0, "open", "fixed"),
            "found_on": pd.Timestamp("2024-01-01")
            + pd.to_timedelta(rng.integers(0, 200, total), "D"),
        }
    )


def shown(page: Any) -> int:
    return int(page.locator("#shown").inner_text().replace(",", ""))


def heat(page: Any, *places: tuple[float, float]) -> list[float]:
    """Return how dark the map is at places: green falls all along the ramp."""
    value: list[float] = page.evaluate(
        """places => {
          const canvas = document.querySelector("canvas.drawn");
          const at = canvas.getBoundingClientRect();
          const box = document.querySelector(".folium-map").getBoundingClientRect();
          const copy = document.createElement("canvas");
          copy.width = canvas.width;
          copy.height = canvas.height;
          const ctx = copy.getContext("2d", { willReadFrequently: true });
          ctx.drawImage(canvas, 0, 0);
          return places.map(([lon, lat]) => {
            const p = map_main.latLngToContainerPoint([lat, lon]);
            return 252 - ctx.getImageData(p.x + box.x - at.x, p.y + box.y - at.y, 1, 1).data[1];
          });
        }""",
        [list(place) for place in places],
    )
    return value


def test_opens_with_nothing_loaded(open_page: Opener, small: Levels, text: MapText) -> None:
    opened = open_page(hazards_map(some_hazards({"fire": 30, "city": 5}), small["unit"], text))
    assert shown(opened.page) == 35
    assert "消防隐患" in opened.page.locator("#panel").inner_text()
    opened.quiet()


def test_the_category_filter_changes_count_and_picture(
    open_page: Opener, small: Levels, text: MapText
) -> None:
    hazards = some_hazards({"fire": 400, "security": 300, "city": 11})
    opened = open_page(hazards_map(hazards, small["unit"], text))
    page = opened.page
    picture = "document.querySelector('canvas.drawn').toDataURL()"
    page.wait_for_timeout(100)
    before = page.evaluate(picture)
    assert shown(page) == 711
    page.locator("input[value=fire]").uncheck()
    assert shown(page) == 311
    page.wait_for_timeout(100)
    assert page.evaluate(picture) != before
    page.locator("input[value=security]").uncheck()
    page.locator("input[value=city]").uncheck()
    assert shown(page) == 0
    page.locator("input[value=security]").check()
    assert shown(page) == 300
    page.locator("input[value=open]").uncheck()
    left = hazards[(hazards["category"] == "security") & (hazards["state"] == "fixed")]
    assert shown(page) == len(left)
    opened.quiet()


def test_radius_is_in_metres_at_every_zoom(open_page: Opener, small: Levels, text: MapText) -> None:
    hazards = pd.concat([some_hazards({"fire": 1})] * 50).assign(lon=121.23, lat=31.36)
    metre_north = 1 / 110_900
    for radius in (150.0, 600.0):
        opened = open_page(hazards_map(hazards, small["police"], text, radius_m=radius))
        for zoom in (13.5, 15):
            opened.page.evaluate(f"map_main.setView([31.36, 121.23], {zoom}, {{animate: false}})")
            opened.page.wait_for_timeout(100)
            near, far = (31.36 + share * radius * metre_north for share in (0.4, 1.25))
            darkness = heat(opened.page, (121.23, 31.36), (121.23, near), (121.23, far))
            assert darkness[0] > 100
            assert darkness[1] > 40
            assert darkness[2] < 12
        opened.quiet()


def test_colours_do_not_change_with_zoom(open_page: Opener, small: Levels, text: MapText) -> None:
    side = np.arange(80) * 0.0002
    lon, lat = (axis.ravel() for axis in np.meshgrid(121.222 + side, 31.352 + side))
    hazards = some_hazards({"fire": 6400}).assign(lon=lon, lat=lat)
    opened = open_page(hazards_map(hazards, small["police"], text))
    seen = []
    for zoom in (12, 13, 14, 15):
        opened.page.evaluate(f"map_main.setView([31.36, 121.23], {zoom}, {{animate: false}})")
        opened.page.wait_for_timeout(100)
        seen += heat(opened.page, (121.2301, 31.3604))
    assert min(seen) > 60
    assert max(seen) - min(seen) < 12


def test_zoomed_in_a_click_tells_what_is_there(
    open_page: Opener, small: Levels, text: MapText
) -> None:
    hazards = some_hazards({"fire": 3}).assign(
        lon=[121.23, 121.23, 121.3], lat=[31.36, 31.36, 31.4], found_on="2024-05-06"
    )
    opened = open_page(hazards_map(hazards, small["unit"], text))
    page = opened.page
    page.evaluate("map_main.setView([31.36, 121.23], 17, {animate: false})")
    box = page.locator(".folium-map").bounding_box()
    assert box is not None
    page.locator(".folium-map").click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    card = page.locator(".card").inner_text()
    assert "2 处隐患" in card
    assert "2024-05-06" in card
    assert "私拉电线" in card
    opened.quiet()


def test_the_whole_sample_is_small(open_page: Opener, small: Levels, text: MapText) -> None:
    hazards = some_hazards({"fire": 23_000, "security": 9_420, "city": 1_340}, spread=0.05)
    html = hazards_map(hazards, small["unit"], text)
    assert len(html.encode("utf-8")) < 1_200_000
    opened = open_page(html)
    assert shown(opened.page) == 33_760
    opened.quiet()


def test_none_at_all(open_page: Opener, small: Levels, text: MapText) -> None:
    opened = open_page(hazards_map(some_hazards({"fire": 1}).iloc[:0], small["unit"], text))
    assert shown(opened.page) == 0
    opened.quiet()
    nothing = hazards_map(some_hazards({"fire": 0}), small["unit"].iloc[:0], text)
    open_page(nothing).quiet()


def test_missing_days_and_severities_are_shown_as_such(
    open_page: Opener, small: Levels, text: MapText
) -> None:
    hazards = some_hazards({"fire": 2}).assign(found_on=None, severity=None, lon=121.2, lat=31.3)
    opened = open_page(hazards_map(hazards, small["unit"], text))
    opened.page.evaluate("map_main.setView([31.3, 121.2], 18, {animate: false})")
    box = opened.page.locator(".folium-map").bounding_box()
    assert box is not None
    opened.page.locator(".folium-map").click(
        position={"x": box["width"] / 2, "y": box["height"] / 2}
    )
    assert "—" in opened.page.locator(".card").inner_text()
    opened.quiet()


def test_wrong_input_is_refused(small: Levels, text: MapText) -> None:
    hazards = some_hazards({"fire": 3})
    with pytest.raises(ColumnError, match="subject"):
        hazards_map(hazards.drop(columns="subject"), small["unit"], text)
    with pytest.raises(CoordinateError, match="row 1: 1 hazards"):
        hazards_map(hazards.assign(lat=[31.0, np.nan, 31.0]), small["unit"], text)
    for radius in (0.0, -5.0, float("nan")):
        with pytest.raises(InputError, match="radius"):
            hazards_map(hazards, small["police"], text, radius_m=radius)
