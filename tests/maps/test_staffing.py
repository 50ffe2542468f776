"""The map of staffing, looked at in a browser."""

from __future__ import annotations

from typing import Any

import geopandas
import numpy as np
import pytest

from gisgrid.errors import ColumnError
from gisgrid.maps.page import MapText
from gisgrid.maps.staffing import staffing_map
from gisgrid.store.people import Strength
from tests.maps.browser import Opener
from tests.payloads import PAYLOADS

MISSING = np.array([0, 1, 2, 3, *[0] * 12])


@pytest.fixture
def micros(small: dict[str, geopandas.GeoDataFrame]) -> geopandas.GeoDataFrame:
    """Sixteen micro-grids, three of which lack members."""
    return small["micro"].assign(have=3 - MISSING, missing=MISSING)


def area(name: str, missing: int) -> Strength:
    return Strength("area", name, name, "", 16, 48, 48 - missing, missing, 3)


def test_the_gaps_are_counted_listed_and_shown(
    open_page: Opener, micros: geopandas.GeoDataFrame, text: MapText
) -> None:
    opened = open_page(staffing_map(micros, [area("马陆镇", 6), area("安亭镇", 9)], text))
    page: Any = opened.page
    assert page.locator("#legend .key b").all_inner_texts() == ["13", "1", "1", "1"]
    assert page.locator("#gaps button").count() == 3
    listed = page.locator("#panel dt").all_inner_texts()
    assert listed.index("安亭镇") < listed.index("马陆镇")
    page.locator("#gaps button").first.click()
    card = page.locator(".card")
    assert "缺 3 人及以上" in card.inner_text()
    assert card.locator("h3").inner_text() == micros["name"].iloc[3]
    opened.quiet()


def test_names_of_users_do_not_run(
    open_page: Opener, micros: geopandas.GeoDataFrame, text: MapText
) -> None:
    names = [PAYLOADS[k % len(PAYLOADS)] for k in range(len(micros))]
    hostile = micros.assign(name=names, parent_name=names, code=names)
    opened = open_page(staffing_map(hostile, [area(PAYLOADS[0], 1)], text))
    opened.page.locator("#gaps button").first.click()
    opened.quiet()


def test_a_frame_without_counts_is_refused(
    small: dict[str, geopandas.GeoDataFrame], text: MapText
) -> None:
    with pytest.raises(ColumnError, match="missing"):
        staffing_map(small["micro"], [], text)
