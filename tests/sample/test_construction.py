"""The parts that the district is built from."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, affinity, box

from gisgrid.sample.buildings import STYLES, as_polygons, entrance, place_footprints
from gisgrid.sample.homes import share_out
from gisgrid.sample.naming import NameGiver, read_divisions
from gisgrid.sample.outline import draw_towns
from gisgrid.sample.partition import Piece, Terrain, divide
from gisgrid.sample.plane import degrees_to_plane, generator, plane_to_degrees
from gisgrid.sample.segments import match_segments

DATA = Path(__file__).parents[2] / "data"


@given(st.integers(1, 30), st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_dividing_makes_so_many_parts_that_fill_the_whole(parts: int, seed: int) -> None:
    rng = generator(seed, 0)
    whole = box(0, 0, 3000, 2000)
    points = rng.uniform((0, 0), (3000, 2000), (parts * 30, 2))
    pieces, cuts = divide(Piece(whole, points), parts, Terrain(rng), rng, tries=3)
    assert len(pieces) == parts
    assert len(cuts) == parts - 1
    polygons = np.array([piece.polygon for piece in pieces])
    assert shapely.area(polygons).sum() == pytest.approx(whole.area)
    assert shapely.union_all(polygons).area == pytest.approx(whole.area)


@given(
    st.integers(0, 5000),
    st.lists(st.floats(0.01, 100), min_size=1, max_size=50),
)
def test_sharing_out_is_exact_and_forgets_nobody(spare: int, weights: list[float]) -> None:
    shares = share_out(len(weights) + spare, np.array(weights))
    assert shares.sum() == len(weights) + spare
    assert shares.min() >= 1
    exact = np.array(weights) / sum(weights) * spare
    assert (np.abs(shares - 1 - exact) < 1 + 1e-6).all()


@pytest.mark.parametrize("seed", range(5))
def test_towns_share_their_borders(seed: int) -> None:
    towns, arcs = draw_towns(generator(seed, 1))
    polygons = np.array([town.polygon for town in towns])
    assert len(towns) == 12
    assert shapely.coverage_is_valid(polygons)
    rim = [arc.line for arc in arcs if arc.outer]
    outline = shapely.union_all(polygons).boundary
    assert shapely.length(rim).sum() == pytest.approx(outline.length)


def test_plane_is_metric() -> None:
    lonlat = np.array([[121.23, 31.365], [121.24, 31.365], [121.23, 31.375]])
    xy = degrees_to_plane(lonlat)
    # A hundredth of a degree on the ellipsoid GRS 80, by its radii of curvature at this latitude.
    a, e2 = 6378137.0, 0.00669438002290
    phi = np.radians(31.365)
    curve = 1 - e2 * np.sin(phi) ** 2
    east = a / np.sqrt(curve) * np.cos(phi) * np.radians(0.01)
    north = a * (1 - e2) / curve**1.5 * np.radians(0.01)
    assert xy[1, 0] - xy[0, 0] == pytest.approx(east, rel=1e-3)
    assert xy[2, 1] - xy[0, 1] == pytest.approx(north, rel=1e-3)
    assert plane_to_degrees(xy) == pytest.approx(lonlat, abs=1e-12)


def test_names_are_never_given_twice() -> None:
    giver = NameGiver(generator(1, 1))
    roads = [giver.road(main=i % 2 == 0) for i in range(2300)]
    estates = [giver.estate() for _ in range(6000)]
    assert len(set(roads)) == len(roads)
    assert len(set(estates)) == len(estates)


def test_short_names_drop_the_committee() -> None:
    short = {division.code: division.short for division in read_divisions()}
    assert short["310114106019"] == "白银一坊"
    assert short["310114106004"] == "马陆新村"
    assert short["310114103227"] == "水产村（方泰）"


def test_segments_match_whatever_their_direction() -> None:
    left, right = box(0, 0, 1, 1), box(1, 0, 2, 1)
    lines = np.array([LineString([(1, 0), (1, 1)])])
    (owner, key), (_, line_key) = match_segments(np.array([left, right]), lines)
    assert sorted(owner[key == line_key[0]].tolist()) == [0, 1]
    assert len(np.unique(key)) == 7


@pytest.mark.parametrize("name", STYLES)
def test_footprints_stay_in_their_block_and_apart(name: str) -> None:
    block = affinity.rotate(box(0, 0, 320, 240), 17)
    corners = place_footprints(block, 6, STYLES[name], generator(1, 2))
    houses = as_polygons(corners)
    assert len(houses) == 6
    assert shapely.contains_properly(block, houses).all()
    assert shapely.union_all(houses).area == pytest.approx(shapely.area(houses).sum())
    assert shapely.contains(houses, shapely.points(entrance(corners))).all()


def test_a_tight_block_takes_fewer_houses() -> None:
    corners = place_footprints(box(0, 0, 30, 20), 50, STYLES["community"], generator(1, 2))
    assert 0 < len(corners) < 50


@pytest.mark.drill
def test_another_process_with_other_hashes_builds_the_same(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONHASHSEED": "12345"}
    command = [sys.executable, "-m", "gisgrid.sample", str(tmp_path)]
    subprocess.run(command, env=environment, check=True)
    for path in sorted(tmp_path.rglob("*.*")):
        assert path.read_bytes() == (DATA / path.relative_to(tmp_path)).read_bytes()
