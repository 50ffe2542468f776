"""Lines: rivers, roads and walls, also such as are no border."""

from __future__ import annotations

import shapely
from shapely import STRtree

from gisgrid.sample import District


def test_classes_and_ids(district: District) -> None:
    lines = district.lines
    assert set(lines["cls"]) == {"river", "main", "minor", "wall"}
    assert lines["id"].is_unique
    assert lines["id"].is_monotonic_increasing
    assert (lines.geom_type == "LineString").all()


def test_roads_and_rivers_that_draw_borders_have_names(district: District) -> None:
    lines = district.lines
    named = lines["name"].notna()
    assert named[lines["cls"].isin(["main", "river"])].all()
    assert not named[lines["level"] == "block"].any()


def test_there_are_lines_inside_micro_grids_and_no_river_among_them(district: District) -> None:
    inner = district.lines[district.lines["level"] == "block"]
    assert len(inner) > 5000
    assert set(inner["cls"]) == {"minor", "wall"}


def test_lines_cut_the_district_into_blocks_that_hold_whole_buildings(district: District) -> None:
    noded = shapely.union_all(district.lines.geometry.to_numpy())
    blocks = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    micros = district.grids[district.grids["level"] == "micro"]
    assert len(blocks) > 4 * len(micros)
    buildings = district.buildings.geometry.to_numpy()
    building, _ = STRtree(blocks).query(buildings, predicate="within")
    assert sorted(building) == list(range(len(buildings)))


def test_most_rivers_flow_into_another(district: District) -> None:
    rivers = district.lines[district.lines["cls"] == "river"].geometry.to_numpy()
    a, b = STRtree(rivers).query(rivers, predicate="intersects")
    assert len(set(a[a != b])) > 0.9 * len(rivers)
