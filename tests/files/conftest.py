"""Made files: one layer of Chinese text in every format, written by others' writers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

Make = Callable[..., Path]

SHAPES = [shapely.box(121.2, 31.3, 121.21, 31.31), shapely.box(121.21, 31.3, 121.22, 31.31)]
NAMES = {
    "simplified": (["编码", "名称", "户数"], ["白银一坊", "联通模型㐀"]),
    "traditional": (["代碼", "名稱", "戶數"], ["嘉定區", "馬陸鎮"]),
}


@pytest.fixture
def layer() -> Callable[..., gpd.GeoDataFrame]:
    """A layer of two polygons, in simplified or traditional characters."""

    def make(script: str = "simplified", crs: str | None = "EPSG:4326") -> gpd.GeoDataFrame:
        (code, name, households), texts = NAMES[script]
        data = {code: ["310114106019001", None], name: texts, households: [412, 388]}
        return gpd.GeoDataFrame(data, geometry=SHAPES, crs=crs)

    return make


@pytest.fixture
def points_file(tmp_path: Path) -> Make:
    """A GeoJSON of numbered points, with members of one's own beside the features."""

    def make(name: str = "points.geojson", count: int = 3, more: str = "") -> Path:
        features = ",".join(
            f'{{"type":"Feature","properties":{{"号":{i},"名":"点{i}"}},'
            f'"geometry":{{"type":"Point","coordinates":[{121 + i / 1e6:.6f},31.3]}}}}'
            for i in range(1, count + 1)
        )
        path = tmp_path / name
        path.write_text(
            f'{{"type":"FeatureCollection","features":[{features}]{more}}}', encoding="utf-8"
        )
        return path

    return make
