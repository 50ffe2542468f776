from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pyproj
import shapely
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from gisgrid.geometry.tiling import BUFFER, EXTENT, Tile, snapped, to_degrees, to_world
from gisgrid.geometry.vector_tiles import encode_points, encode_polygons

HALF_WORLD_M = 20037508.342789244
places = st.tuples(st.floats(-180, 180), st.floats(-85, 85))
units = st.integers(-BUFFER, EXTENT + BUFFER)
# Of every size that takes another number of bytes, and of either sign.
whole = st.sampled_from([-(1 << 62), -1, 0, 63, 64, 127, 128, 16384, 1 << 40, (1 << 62)])


def read(body: bytes, layer: str) -> gpd.GeoDataFrame:
    """A layer as GDAL reads it, in units of the tile, whose rows count downwards."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "0.mvt"
        file.write_bytes(body)
        found = pyogrio.read_dataframe(file, layer=layer, CLIP="NO")
    turned = shapely.transform(found.geometry.values, lambda xy: (0, EXTENT) + xy * (1, -1))
    return found.set_geometry(np.asarray(turned))


@given(st.lists(places, min_size=1, max_size=20))
def test_the_world_is_that_of_web_mercator(found: list[Any]) -> None:
    degrees = np.array(found)
    world = to_world(degrees)
    forward = pyproj.Transformer.from_crs(4326, 3857, always_xy=True)
    x, y = forward.transform(degrees[:, 0], degrees[:, 1])
    truth = np.column_stack([x, -np.asarray(y)]) / (2 * HALF_WORLD_M) + 0.5
    assert np.allclose(world, truth, rtol=0, atol=1e-12)
    assert np.allclose(to_degrees(world), degrees, rtol=0, atol=1e-9)


@examples(max_examples=40)
@given(st.lists(st.tuples(units, units), min_size=1, max_size=8), st.data())
def test_points_and_values_come_back(found: list[Any], data: st.DataObject) -> None:
    count = len(found)
    texts = data.draw(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1),
            min_size=count,
            max_size=count,
        )
    )
    numbers = data.draw(st.lists(whole, min_size=count, max_size=count))
    ids = np.arange(count) * 1_000
    body = encode_points("层", np.array(found), ids, {"text": texts, "number": numbers})
    back = read(body, "层")
    assert shapely.get_coordinates(back.geometry.values).tolist() == [list(one) for one in found]
    assert back["text"].tolist() == texts
    assert back["number"].tolist() == numbers
    assert back["mvt_id"].tolist() == ids.tolist()


@examples(max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_polygons_with_holes_and_parts_come_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    blobs = shapely.buffer(shapely.points(rng.integers(0, EXTENT, (12, 2))), 400)
    cut = shapely.difference(blobs, shapely.buffer(shapely.points(rng.integers(0, EXTENT, 2)), 200))
    drawn = shapely.set_precision(
        [shapely.union_all(cut[:6]), shapely.Polygon(), shapely.union_all(cut[6:])], 1
    )
    body = encode_polygons("a", drawn, np.array([7, 8, 9]), {"code": ["x", "y", None]})
    back = read(body, "a")
    assert back["mvt_id"].tolist() == [7, 9]
    assert back["code"].tolist()[0] == "x"
    assert back["code"].isna().tolist() == [False, True]
    for one, other in zip(back.geometry, drawn[[0, 2]], strict=True):
        assert shapely.equals(one, other)


@examples(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(4, 14))
def test_neighbours_that_shared_a_border_share_it_in_a_tile(seed: int, zoom: int) -> None:
    rng = np.random.default_rng(seed)
    middle = rng.uniform(0.2, 0.8, 2)
    tile = Tile(zoom, *np.floor(middle * 2**zoom).astype(int).tolist())
    seeds = shapely.multipoints(middle + rng.normal(0, 0.3 / 2**zoom, (40, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds))
    west, north, east, south = tile.bounds
    inside = shapely.intersection(cells, shapely.box(west, north, east, south).buffer(1 / 2**zoom))
    shown = snapped(inside, tile)
    assert shapely.is_valid(shown).all()
    frame = shapely.box(0, 0, EXTENT, EXTENT)
    clipped = shapely.intersection(shown, frame)
    placed = shapely.intersection(shapely.transform(inside, tile.units), frame)
    gaps = shapely.union_all(placed).difference(shapely.union_all(clipped))
    # Mending a cell that rounding made cross itself may cost a unit at its side, never more.
    assert gaps.buffer(-1).is_empty
    assert shapely.area(clipped).sum() - shapely.union_all(clipped).area <= 1e-4 * EXTENT**2


def test_nothing_makes_an_empty_tile() -> None:
    assert encode_polygons("a", np.array([], dtype=object), np.array([], dtype=np.int64), {}) == b""
    assert encode_points("a", np.empty((0, 2), dtype=np.int64), np.array([]), {}) == b""


def test_a_tile_matrix_ends_somewhere() -> None:
    assert Tile(2, 3, 3).exists
    for tile in (Tile(2, 4, 0), Tile(2, 0, -1), Tile(25, 0, 0), Tile(-1, 0, 0)):
        assert not tile.exists
