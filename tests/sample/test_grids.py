"""The grids of the sample: real codes, valid coverages that nest exactly, borders on lines."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import STRtree

from gisgrid.sample import District
from gisgrid.sample.naming import MARKET, PILOT
from gisgrid.sample.plane import GeometryArray, to_plane

LEVELS = ("area", "unit", "micro", "police")


def level(district: District, name: str) -> gpd.GeoDataFrame:
    grids = district.grids
    return grids[grids["level"] == name].reset_index(drop=True)


def segments(geometries: GeometryArray) -> set[tuple[tuple[float, ...], tuple[float, ...]]]:
    """Every straight stretch, as its two ends in order."""
    found = set()
    for geometry in geometries:
        line = geometry.exterior if geometry.geom_type == "Polygon" else geometry
        for a, b in pairwise(line.coords):
            found.add((min(a, b), max(a, b)))
    return found


def test_counts(district: District) -> None:
    counts = district.grids["level"].value_counts().to_dict()
    assert counts == {"area": 12, "unit": 400, "micro": 2500, "police": 12}


@pytest.mark.real
@pytest.mark.parametrize(("name", "count"), [("area", 12), ("unit", 399)])
def test_codes_and_names_are_those_of_the_register(
    district: District, real_data: Path, name: str, count: int
) -> None:
    register = pd.read_csv(real_data / "jiading" / "division_codes.csv", dtype=str)
    official = register[register["level"] == name]
    ours = level(district, name)
    ours = ours[~ours["special"]]
    assert len(ours) == count
    assert dict(zip(ours["code"], ours["name"], strict=True)) == dict(
        zip(official["code"], official["name"], strict=True)
    )


def test_codes_are_unique_and_sorted_and_tell_the_parent(district: District) -> None:
    assert district.grids["code"].is_unique
    for name, length in (("unit", 12), ("micro", 15)):
        grids = level(district, name)
        assert grids["code"].is_monotonic_increasing
        assert (grids["code"].str.len() == length).all()
        assert (grids["code"].str[:-3] == grids["parent"]).all()
        assert grids["parent"].isin(district.grids["code"]).all()


def test_the_district_fills_its_box(district: District) -> None:
    west, south, east, north = district.grids.total_bounds
    assert 121.10 <= west < 121.105
    assert 31.23 <= south < 31.235
    assert 121.355 < east <= 121.36
    assert 31.495 < north <= 31.50
    square_km = shapely.area(to_plane(level(district, "area").geometry.to_numpy())).sum() / 1e6
    assert 430 < square_km < 560


@pytest.mark.parametrize("name", LEVELS)
def test_each_level_is_a_valid_coverage_of_whole_polygons(district: District, name: str) -> None:
    polygons = level(district, name).geometry.to_numpy()
    assert (shapely.get_type_id(polygons) == shapely.GeometryType.POLYGON).all()
    assert shapely.is_valid(polygons).all()
    assert shapely.coverage_is_valid(polygons)
    # A gap is no fault of a coverage: it shows as a hole in the land.
    land = shapely.coverage_union_all(polygons)
    assert land.geom_type == "Polygon"
    assert shapely.get_num_interior_rings(land) == 0


@pytest.mark.parametrize("name", LEVELS)
def test_vertices_lie_on_whole_millionths(district: District, name: str) -> None:
    xy = shapely.get_coordinates(level(district, name).geometry.to_numpy())
    assert (np.round(xy, 6) == xy).all()


@pytest.mark.parametrize(("upper", "lower"), [("area", "unit"), ("unit", "micro")])
def test_parents_are_the_exact_union_of_their_children(
    district: District, upper: str, lower: str
) -> None:
    children = level(district, lower)
    for parent in level(district, upper).itertuples():
        own = children.geometry.to_numpy()[children["parent"] == parent.code]
        union = shapely.coverage_union_all(own)
        assert shapely.equals_exact(
            shapely.normalize(union), shapely.normalize(parent.geometry), tolerance=0
        ), parent.code


def test_police_areas_cover_the_same_land_and_do_not_follow_the_units(district: District) -> None:
    police = level(district, "police")
    land = shapely.coverage_union_all(level(district, "area").geometry.to_numpy())
    beats = shapely.coverage_union_all(police.geometry.to_numpy())
    assert shapely.equals_exact(shapely.normalize(land), shapely.normalize(beats), tolerance=0)
    assert {"马陆派出所", "外冈派出所", "叶城派出所"} <= set(police["name"])
    assert police["households"].isna().all()
    units = level(district, "unit").geometry.to_numpy()
    shared = shapely.area(shapely.intersection(units[:, None], police.geometry.to_numpy()))
    split = (shared / shapely.area(units)[:, None] > 0.01).sum(axis=1) > 1
    assert split.sum() >= 10


def test_households_are_the_sums_of_the_addresses_inside(district: District) -> None:
    addresses = district.addresses
    for name in ("area", "unit", "micro"):
        grids = level(district, name)
        tree = STRtree(grids.geometry.to_numpy())
        row, grid = tree.query(addresses.geometry.to_numpy(), predicate="within")
        assert (row == np.arange(len(addresses))).all()
        inside = np.bincount(grid, weights=addresses["households"].to_numpy()[row])
        assert (inside == grids["households"].to_numpy(dtype=np.int64)).all()


def test_nearly_all_micro_grids_hold_300_to_500_households(district: District) -> None:
    households = level(district, "micro")["households"].to_numpy(dtype=np.int64)
    outside = ((households < 300) | (households > 500)).sum()
    assert 12 <= outside <= 24
    assert 900_000 < households.sum() < 1_100_000


def test_homes_are_dense_in_town_and_thin_in_the_country(district: District) -> None:
    areas = level(district, "area")
    square_km = shapely.area(to_plane(areas.geometry.to_numpy())) / 1e6
    density = dict(
        zip(areas["name"], areas["households"].to_numpy(dtype=float) / square_km, strict=True)
    )
    dense = [density[n] for n in ("真新街道", "江桥镇", "新成路街道", "南翔镇", "马陆镇")]
    thin = [density[n] for n in ("华亭镇", "外冈镇", "徐行镇")]
    assert min(dense) > 2 * max(thin)
    assert density["真新街道"] > 10 * density["华亭镇"]


def test_micro_grids_are_numbered_west_to_east_and_north_to_south(district: District) -> None:
    for unit, rows in level(district, "micro").groupby("parent"):
        assert rows["code"].str[-3:].astype(int).tolist() == list(range(1, len(rows) + 1)), unit
        centre = shapely.get_coordinates(shapely.centroid(rows.geometry.to_numpy()))
        breaks = np.flatnonzero(np.diff(centre[:, 0]) <= 0) + 1
        assert len(breaks) < max(round(len(rows) ** 0.5), 1), unit
        for upper, lower in pairwise(np.split(centre[:, 1], breaks)):
            assert upper.min() > lower.max(), unit


def test_micro_grids_are_named_after_their_unit(district: District) -> None:
    micros = level(district, "micro")
    pilot = micros[micros["parent"] == PILOT]
    assert pilot["name"].tolist() == [f"白银一坊第{i}微网格" for i in range(1, 5)]


def test_the_market_unit_is_special_and_lies_by_the_new_town(district: District) -> None:
    units = level(district, "unit")
    assert units.loc[units["special"], "code"].tolist() == [MARKET]
    market = units.set_index("code").loc[MARKET]
    assert market["name"] == "万商灯饰市场"
    assert market["parent"] == "310114501"
    micros = level(district, "micro")
    assert micros.loc[micros["special"], "parent"].tolist() == [MARKET] * 4
    areas = level(district, "area").set_index("name").geometry
    metres = to_plane(np.array([market["geometry"], areas["菊园新区"], areas["新成路街道"]]))
    assert shapely.distance(metres[0], metres[1:]).max() < 1500


def test_micro_grid_borders_run_on_the_lines(district: District) -> None:
    borders = segments(level(district, "micro").geometry.to_numpy())
    assert borders <= segments(district.lines.geometry.to_numpy())


def test_unit_borders_are_roads_and_rivers(district: District) -> None:
    lines = district.lines
    strong = lines[lines["cls"].isin(["main", "river"])].geometry.to_numpy()
    borders = segments(level(district, "unit").geometry.to_numpy())
    assert len(borders & segments(strong)) > 0.95 * len(borders)


def test_borders_wind(district: District) -> None:
    lines = district.lines[district.lines["level"].isin(["unit", "micro"])].geometry.to_numpy()
    metres = to_plane(lines)
    long = metres[shapely.length(metres) > 500]
    ends = np.stack([shapely.get_point(long, 0), shapely.get_point(long, -1)], axis=1)
    chords = shapely.linestrings(shapely.get_coordinates(ends).reshape(-1, 2, 2))
    bend = shapely.hausdorff_distance(long, chords) / shapely.length(chords)
    assert np.median(bend) > 0.03
    assert (shapely.get_num_points(long) >= 6).all()
