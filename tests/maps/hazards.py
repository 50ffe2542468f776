"""Hazards for the tests of their map, and the hands and eyes of those tests."""

from __future__ import annotations

from typing import Any

import geopandas
import numpy as np
import pandas as pd
import shapely
from playwright.sync_api import Page

from gisgrid.maps import HazardView, MapText, hazards_map
from tests.maps.browser import Opened, Opener

__all__ = [
    "DAYS",
    "FIRST",
    "NAMES",
    "VIEW",
    "Levels",
    "choose",
    "days",
    "drawn",
    "go",
    "owned",
    "shown",
    "some_hazards",
    "whole",
    "within",
]

Levels = dict[str, geopandas.GeoDataFrame]
NAMES = {
    "fire": ("消防隐患", "fire"),
    "security": ("治安隐患", "security"),
    "city": ("城市管理", "city"),
}
VIEW = HazardView(names=NAMES)
DAYS = 200
FIRST = pd.Timestamp("2024-01-01", tz="Asia/Shanghai")


def some_hazards(counts: dict[str, int], *, spread: float = 0.02) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    category = np.repeat(list(counts), list(counts.values()))
    total = len(category)
    places = rng.normal((121.23, 31.36), spread, (total, 2))
    minutes = rng.integers(0, DAYS * 1440, total)
    return pd.DataFrame(
        {
            "lon": places[:, 0],
            "lat": places[:, 1],
            "category": category,
            "subject": np.where(np.arange(total) % 3 == 0, "私拉电线", "楼道堆物"),
            "severity": rng.integers(1, 4, total),
            "state": np.where(np.arange(total) % 4 == 0, "open", "fixed"),
            "discovered": np.arange(total) % 5 < 3,
            "found_at": FIRST + pd.to_timedelta(minutes, "min"),
            "area": None,
            "unit": None,
            "micro": None,
        }
    )


def owned(hazards: pd.DataFrame, levels: Levels) -> pd.DataFrame:
    """Say of each hazard which grids it lies in, by GEOS."""
    points = shapely.points(hazards["lon"], hazards["lat"])
    columns = {}
    for level in ("area", "unit", "micro"):
        if level in levels:
            grids = levels[level]
            at, found = shapely.STRtree(grids.geometry.to_numpy()).query(points, "intersects")
            code = pd.Series(None, index=hazards.index, dtype=object)
            code.iloc[at] = grids["code"].to_numpy()[found]
            columns[level] = code
    return hazards.assign(**columns)


def within(levels: Levels) -> Levels:
    return {key: levels[key] for key in ("area", "unit", "micro")}


def drawn(
    open_page: Opener,
    hazards: pd.DataFrame,
    levels: Levels,
    text: MapText,
    view: Any = VIEW,
    **at: int,
) -> Opened:
    levels = {key: frame for key, frame in levels.items() if key != "police"}
    return open_page(hazards_map(owned(hazards, levels), levels, text, view), **at)


def shown(page: Page) -> int:
    page.evaluate("gisgrid.page.settled")
    return int(page.locator("#shown").inner_text().replace(",", ""))


def choose(page: Page, name: str, value: object) -> None:
    page.locator(f'input[name="{name}"][value="{value}"]').check()
    page.evaluate("gisgrid.page.settled")


def days(page: Page, first: int, end: int) -> None:
    page.evaluate(f"gisgrid.page.filters.set({{ from: {first}, to: {end} }})")
    page.evaluate("gisgrid.page.settled")


def whole(page: Page) -> None:
    choose(page, "span", "Infinity")


def go(page: Page, lon: float, lat: float, zoom: float) -> None:
    page.evaluate(f"map_main.setView([{lat}, {lon}], {zoom}, {{animate: false}})")
    page.wait_for_timeout(120)
