from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from playwright.sync_api import Browser

from gisgrid.maps import MapText
from tests.maps.browser import Opener
from tests.maps.frames import frame, lattice

TEXT = MapText("嘉定区地图", "Map of Jiading", "示例数据 / made-up data", 7, "2024-09-15")


@pytest.fixture
def open_page(chromium: Browser, tmp_path: Path) -> Iterator[Opener]:
    opener = Opener(chromium, tmp_path)
    yield opener
    for page in opener.pages:
        page.close()


@pytest.fixture(scope="session")
def small() -> dict[str, geopandas.GeoDataFrame]:
    """Two areas, four units, sixteen micro-grids; one police area."""
    cells = lattice(4, 4, 6)
    row = np.arange(16) // 4
    units = [shapely.coverage_union_all(cells[row == k]) for k in range(4)]
    areas = [shapely.coverage_union_all(units[:2]), shapely.coverage_union_all(units[2:])]
    households: Any = pd.array([250, 560, None, *[400] * 13], dtype="Int64")
    return {
        "area": frame(areas, code=["310114102", "310114103"], name=["安亭镇", "马陆镇"]),
        "unit": frame(units, name=[f"白银{k}坊" for k in range(4)], parent_name=["安亭镇"] * 4),
        "micro": frame(
            cells,
            name=[f"白银{k // 4}坊第{k % 4 + 1}微网格" for k in range(16)],
            parent_name=[f"白银{k // 4}坊" for k in range(16)],
            households=households,
        ),
        "police": frame([shapely.union_all(areas)], name=["马陆派出所"], households=[None]),
    }


@pytest.fixture
def text() -> MapText:
    return TEXT
