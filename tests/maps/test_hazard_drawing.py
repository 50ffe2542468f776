"""How the map of hazards is drawn, in a real browser: metres, hectares, years, colours."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page

from gisgrid.maps import HazardView, MapText
from tests.maps.browser import Opener
from tests.maps.hazards import Levels, drawn, go, some_hazards, whole


def heat(page: Page, *places: tuple[float, float]) -> list[float]:
    """Return how dark the ground is at places: green falls all along the ramp."""
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


def test_radius_is_in_metres_at_every_zoom(open_page: Opener, small: Levels, text: MapText) -> None:
    hazards = pd.concat([some_hazards({"fire": 1})] * 50, ignore_index=True)
    hazards = hazards.assign(lon=121.23, lat=31.36)
    metre_north = 1 / 110_900
    for radius in (150.0, 600.0):
        opened = drawn(open_page, hazards, small, text, HazardView(radius_m=radius))
        # All on one day: a year of such days.
        opened.page.evaluate(
            "gisgrid.page.shown.points = []; gisgrid.page.filters.set({ view: 'heat' })"
        )
        seen = []
        for zoom in (13.5, 15):
            go(opened.page, 121.23, 31.36, zoom)
            near, far = (31.36 + share * radius * metre_north for share in (0.5, 1.8))
            darkness = heat(opened.page, (121.23, near), (121.23, far))
            assert darkness[0] > 100
            assert darkness[1] < 12
            seen.append(darkness[0])
        assert max(seen) - min(seen) < 12
        opened.quiet()


def test_density_is_in_hazards_per_hectare_and_year(
    open_page: Opener, small: Levels, text: MapText
) -> None:
    # Over one square kilometre, evenly, in as many days as the map knows of.
    side = (np.arange(96) + 0.5) / 96 - 0.5
    east, north = (axis.ravel() for axis in np.meshgrid(side, side))
    hazards = some_hazards({"fire": 9216}).assign(
        lon=121.23 + 1000 * east / 95_150, lat=31.36 + 1000 * north / 110_880
    )
    opened = drawn(open_page, hazards, small, text)
    whole(opened.page)
    span = opened.page.evaluate("gisgrid.page.filters.state.to")
    middle = opened.page.evaluate(
        """() => {
          const { heat, filters } = gisgrid.page;
          const values = heat.values(gisgrid.yearsOf(filters.state));
          const { west, north, cell, width } = heat.frame;
          const x = gisgrid.worldX(121.23), y = gisgrid.worldY(31.36);
          return values[Math.floor((y - north) / cell) * width + Math.floor((x - west) / cell)];
        }"""
    )
    assert middle == pytest.approx(9216 / 100 / (span / 365.25), rel=0.03)
    mass = opened.page.evaluate(
        "gisgrid.page.heat.values(1).reduce((a, b) => a + b, 0) * gisgrid.page.heat.frame.hectares"
    )
    assert mass == pytest.approx(9216, rel=1e-3)


def test_colours_do_not_change_with_zoom(open_page: Opener, small: Levels, text: MapText) -> None:
    side = np.arange(80) * 0.0002
    lon, lat = (axis.ravel() for axis in np.meshgrid(121.222 + side, 31.352 + side))
    hazards = some_hazards({"fire": 6400}).assign(lon=lon, lat=lat)
    opened = drawn(open_page, hazards, small, text)
    whole(opened.page)
    seen = []
    for zoom in (12, 13, 14, 15):
        go(opened.page, 121.23, 31.36, zoom)
        seen += heat(opened.page, (121.2301, 31.3604))
    assert min(seen) > 60
    assert max(seen) - min(seen) < 12
