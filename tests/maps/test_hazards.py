"""The map of hazards as a file, in a real browser."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gisgrid.errors import ColumnError, CoordinateError, InputError
from gisgrid.maps import HazardView, MapText, hazards_map
from tests.maps.browser import Opener
from tests.maps.hazards import VIEW, Levels, drawn, go, owned, shown, some_hazards, whole, within


def test_opens_with_nothing_loaded(open_page: Opener, small: Levels, text: MapText) -> None:
    opened = drawn(open_page, some_hazards({"fire": 30, "city": 5}), small, text)
    whole(opened.page)
    assert shown(opened.page) == 35
    assert "消防隐患" in opened.page.locator("#panel").inner_text()
    assert opened.page.locator("a[href*=patrols]").count() == 0
    opened.quiet()


def test_zoomed_in_a_click_tells_what_is_there(
    open_page: Opener, small: Levels, text: MapText
) -> None:
    hazards = some_hazards({"fire": 3}).assign(
        lon=[121.23, 121.23, 121.3],
        lat=[31.36, 31.36, 31.4],
        found_at=pd.Timestamp("2024-05-06 21:30", tz="Asia/Shanghai"),
    )
    opened = drawn(open_page, hazards, small, text)
    page = opened.page
    page.evaluate("gisgrid.page.settled")
    go(page, 121.23, 31.36, 17)
    box = page.locator(".folium-map").bounding_box()
    assert box is not None
    page.locator(".folium-map").click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    card = page.locator(".card").inner_text()
    assert "2 处隐患" in card
    assert "2024-05-06 21" in card
    assert "私拉电线" in card
    opened.quiet()


def test_twenty_thousand_points_are_small(open_page: Opener, small: Levels, text: MapText) -> None:
    hazards = some_hazards({"fire": 14_000, "security": 5_000, "city": 1_000}, spread=0.05)
    levels = within(small)
    html = hazards_map(owned(hazards, levels), levels, text, VIEW)
    assert len(html.encode("utf-8")) < 800_000
    opened = open_page(html)
    whole(opened.page)
    assert shown(opened.page) == 20_000
    opened.quiet()


def test_none_at_all(open_page: Opener, small: Levels, text: MapText) -> None:
    opened = drawn(open_page, some_hazards({"fire": 1}).iloc[:0], small, text)
    assert shown(opened.page) == 0
    assert "没有" in opened.page.locator("#worst").inner_text()
    opened.quiet()
    nothing = hazards_map(some_hazards({"fire": 0}), {}, text)
    open_page(nothing).quiet()


def test_missing_times_and_severities_are_shown_as_such(
    open_page: Opener, small: Levels, text: MapText
) -> None:
    hazards = some_hazards({"fire": 2})
    hazards = hazards.assign(found_at=pd.NaT, severity=None, lon=121.2, lat=31.3)
    opened = drawn(open_page, hazards, small, text)
    assert shown(opened.page) == 2
    go(opened.page, 121.2, 31.3, 18)
    box = opened.page.locator(".folium-map").bounding_box()
    assert box is not None
    opened.page.locator(".folium-map").click(
        position={"x": box["width"] / 2, "y": box["height"] / 2}
    )
    assert "—" in opened.page.locator(".card").inner_text()
    opened.quiet()


def test_it_fits_a_telephone(open_page: Opener, small: Levels, text: MapText) -> None:
    hazards = some_hazards({"fire": 300})
    opened = drawn(open_page, hazards, small, text, width=390, height=844)
    page = opened.page
    page.locator("#fold").click()
    page.locator("#worst button").first.click()
    page.evaluate("gisgrid.page.settled")
    assert page.locator("#why .title").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    opened.quiet()


def test_wrong_input_is_refused(small: Levels, text: MapText) -> None:
    hazards = some_hazards({"fire": 3})
    levels = within(small)
    with pytest.raises(ColumnError, match="subject"):
        hazards_map(hazards.drop(columns="subject"), levels, text)
    with pytest.raises(ColumnError, match="micro"):
        hazards_map(hazards.drop(columns="micro"), levels, text)
    with pytest.raises(CoordinateError, match="row 1: 1 hazards"):
        hazards_map(hazards.assign(lat=[31.0, np.nan, 31.0]), levels, text)
    for radius in (0.0, -5.0, float("nan")):
        with pytest.raises(InputError, match="radius"):
            HazardView(radius_m=radius)
