from __future__ import annotations

import gzip
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from sqlalchemy import Engine, insert
from starlette.testclient import TestClient

from api.app import create_app
from api.ogc.drawing import tolerance_m
from gisgrid.bench.honeycomb import make_coverage
from gisgrid.bench.nested import publish_nested
from gisgrid.geometry.tiling import EXTENT, Tile, to_world
from gisgrid.settings import Settings
from gisgrid.store import clock
from gisgrid.store.coverages import coverage_frame
from gisgrid.store.engine import make_engine
from gisgrid.store.tables import hazard
from tests.api.district import SOUTH, STEP, WEST, level, put

LEVELS = ("area", "unit", "micro", "police")
HERE = np.array([[WEST + STEP / 4, SOUTH + STEP / 4]])


def tile_at(zoom: int, degrees: Any = HERE) -> Tile:
    column, row = np.floor(to_world(degrees)[0] * 2**zoom).astype(int).tolist()
    return Tile(zoom, column, row)


def path_of(tile: Tile, collection: str = "") -> str:
    own = f"/collections/{collection}" if collection else ""
    return f"/ogc{own}/tiles/WebMercatorQuad/{tile.zoom}/{tile.row}/{tile.column}"


def decoded(body: bytes, tile: Tile, folder: Path) -> dict[str, gpd.GeoDataFrame]:
    """The layers of a tile as GDAL reads them, in units of the tile."""
    file = folder / f"{tile.row}.mvt"
    file.write_bytes(body)
    return {
        name: pyogrio.read_dataframe(file, layer=name) for name in pyogrio.list_layers(file)[:, 0]
    }


def in_units(shapes: Any, tile: Tile) -> Any:
    # GDAL turns tiles about: its rows count upwards.
    def units(degrees: Any) -> Any:
        placed = tile.units(to_world(degrees))
        return np.column_stack([placed[:, 0], EXTENT - placed[:, 1]])

    return shapely.transform(shapes, units)


@pytest.fixture(scope="module")
def winding(clone: Callable[[str], str], template: str) -> Iterator[Engine]:
    """A nested honeycomb whose borders wind, as those of streets and rivers do."""
    made = make_engine(clone(template))
    publish_nested(made, make_coverage(400, 1))
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def drawn_from(winding: Engine) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(), engine=winding, demo=True)) as made:
        yield made


@pytest.mark.parametrize("zoom", [10, 12, 14, 17])
def test_a_tile_is_the_record_within_its_tolerance_and_neighbours_meet(
    drawn_from: TestClient, winding: Engine, tmp_path: Path, zoom: int
) -> None:
    with winding.connect() as connection:
        truth = coverage_frame(connection, "micro", clock.now(connection, _zone()))
    middle = shapely.get_coordinates(truth.geometry.iloc[len(truth) // 2].representative_point())
    tile = tile_at(zoom, middle)
    layers = decoded(drawn_from.get(path_of(tile)).content, tile, tmp_path)
    latitude = float(middle[0, 1])
    # What was simplified, and what rounding to the units of the tile costs.
    metres_per_unit = 40_075_016.7 * np.cos(np.radians(latitude)) / 2**zoom / EXTENT
    reach = 3 * tolerance_m(zoom, latitude) / metres_per_unit + 2
    frame = shapely.box(0, 0, EXTENT, EXTENT)
    drawn = layers["micro"]
    whole = in_units(truth.geometry.values, tile)
    seen = shapely.area(shapely.intersection(whole, frame)) > 4 * reach**2
    assert set(truth["code"][seen]) <= set(drawn["code"])
    by_code = dict(zip(truth["code"], whole, strict=True))
    for row in drawn.itertuples():
        assert row.geometry.is_valid
        own = by_code[row.code].intersection(frame)
        assert row.geometry.intersection(frame).difference(own.buffer(reach)).is_empty
        assert own.difference(row.geometry.buffer(reach)).is_empty
    shown = shapely.intersection(drawn.geometry.values, frame)
    union = shapely.union_all(shown)
    overlap = shapely.area(shown).sum() - union.area
    assert overlap <= 1e-5 * union.area
    for one in ("unit", "area"):
        above = shapely.union_all(shapely.intersection(layers[one].geometry.values, frame))
        assert above.symmetric_difference(union).area <= 1e-3 * EXTENT**2


def _zone() -> Any:
    return Settings().zone


def test_the_names_of_a_tile_are_those_of_the_record(
    client: TestClient, squares: Engine, tmp_path: Path
) -> None:
    tile = tile_at(12)
    layers = decoded(client.get(path_of(tile)).content, tile, tmp_path)
    assert tuple(layers) == LEVELS
    for name, drawn in layers.items():
        truth = level(name).sort_values("code")
        assert drawn["code"].tolist() == truth["code"].tolist()
        assert drawn["name"].tolist() == truth["name"].tolist()
        assert set(drawn["households"]) == {400}
        one = decoded(client.get(path_of(tile, _collection(name))).content, tile, tmp_path)
        assert one[name].geometry.tolist() == drawn.geometry.tolist()
        assert tuple(one) == (name,)


def _collection(name: str) -> str:
    return {"micro": "micro-grids", "police": "police-areas"}.get(name, f"{name}s")


def test_a_far_tile_is_empty(client: TestClient) -> None:
    answer = client.get(path_of(Tile(5, 0, 0)), headers={"Accept-Encoding": "identity"})
    assert answer.status_code == 200
    assert answer.content == b""


def test_a_tile_is_kept_and_never_stale_right_after_a_publish(
    client: TestClient, squares: Engine, tmp_path: Path
) -> None:
    tile = tile_at(14)
    path = path_of(tile, "units")
    first = client.get(path)
    tag = first.headers["etag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    for revision in range(5, 8):
        with squares.begin() as connection:
            put(connection, "unit", level("unit").iloc[[0]].assign(name=f"坊{revision}"))
        again = client.get(path, headers={"If-None-Match": tag})
        assert again.status_code == 200
        tag = again.headers["etag"]
        assert tag.startswith(f'"r{revision}-')
        assert f"坊{revision}" in decoded(again.content, tile, tmp_path)["unit"]["name"].tolist()
    before = client.get(f"{path}?datetime=2024-06-01")
    assert "坊7" not in decoded(before.content, tile, tmp_path)["unit"]["name"].tolist()


def test_a_compressed_tile_is_the_same_under_a_tag_of_its_own(client: TestClient) -> None:
    path = path_of(tile_at(13))
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    zipped = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert zipped.headers["content-encoding"] == "gzip"
    assert plain.content == zipped.content
    assert plain.headers["etag"] != zipped.headers["etag"]
    for accepted in ("gzip;q=0", "identity, gzip; q=0.0", "br, *;q=0"):
        other = client.get(path, headers={"Accept-Encoding": accepted})
        assert "content-encoding" not in other.headers, accepted
        assert other.content == plain.content
    assert {plain.headers["vary"], zipped.headers["vary"]} == {"Accept-Encoding"}
    assert int(zipped.headers["content-length"]) <= len(gzip.compress(plain.content)) + 20


def test_hazards_in_tiles_are_private_fresh_and_never_the_confidential_ones(
    client: TestClient, squares: Engine, tmp_path: Path
) -> None:
    tile = tile_at(15)
    path = path_of(tile, "hazards")
    first = client.get(path)
    assert "private" in first.headers["cache-control"]
    drawn = decoded(first.content, tile, tmp_path)["hazards"]
    assert drawn["id"].tolist() == ["h1"]
    place = in_units(np.array([shapely.Point(*HERE[0])], dtype=object), tile)[0]
    assert drawn.geometry.iloc[0].distance(place) <= 1
    tag = first.headers["etag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    with squares.begin() as connection:
        rows = [
            {
                "source_id": name,
                "point": f"SRID=4326;POINT({HERE[0, 0]} {HERE[0, 1]})",
                "confidential": secret,
            }
            for name, secret in (("h8", True), ("h9", False))
        ]
        connection.execute(insert(hazard), rows)
    again = client.get(path, headers={"If-None-Match": tag})
    assert decoded(again.content, tile, tmp_path)["hazards"]["id"].tolist() == ["h1", "h9"]


def test_a_matrix_set_halves_from_zoom_to_zoom(client: TestClient) -> None:
    found = client.get("/ogc/tileMatrixSets/WebMercatorQuad").json()["tileMatrices"]
    assert found[0]["scaleDenominator"] == pytest.approx(559082264.0287178)
    for coarse, fine in itertools.pairwise(found):
        assert fine["cellSize"] * 2 == coarse["cellSize"]
        assert fine["matrixWidth"] == 2 * coarse["matrixWidth"]
