"""Invalid rings: found with their place, repaired with the change told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from gisgrid.files import open_source
from gisgrid.geometry.crs import GeometryArray
from gisgrid.geometry.metric import areas_m2
from gisgrid.geometry.validity import invalid_rings, repair

BOX = shapely.box(121.2, 31.3, 121.3, 31.4)
BOW = shapely.Polygon([(121.2, 31.3), (121.3, 31.4), (121.3, 31.3), (121.2, 31.4)])
HOLED = BOX.difference(shapely.box(121.22, 31.32, 121.24, 31.34))
# Two parts that overlap: by even-odd counting the overlap would become a hole.
DOUBLED = shapely.MultiPolygon([BOX, shapely.box(121.25, 31.35, 121.35, 31.45)])


def shapes(*values: object) -> GeometryArray:
    return np.array([*values, None], dtype=object)[:-1]


def test_valid_polygons_pass() -> None:
    given = shapes(BOX, HOLED)
    assert invalid_rings(given) == []
    repaired, changed = repair(given)
    assert changed == []
    assert repaired.tolist() == given.tolist()


def test_a_crossing_ring_is_named_with_its_place() -> None:
    (fault,) = invalid_rings(shapes(BOX, BOW))
    assert (fault.position, fault.reason) == (1, "Self-intersection")
    assert fault.place == pytest.approx((121.25, 31.35))


def test_what_is_no_polygon_is_a_fault() -> None:
    line = shapely.LineString([(0, 0), (1, 1)])
    corner = np.array([[0], [0], [1], [0], [0]], dtype=bool)
    nan = shapely.transform(BOX, lambda points: np.where(corner, np.nan, points))
    found = invalid_rings(shapes(None, line, shapely.Polygon(), nan, BOX))
    assert [(f.position, f.reason, f.place) for f in found] == [
        (0, "No geometry", None), (1, "A LineString is no polygon", None),
        (2, "Empty polygon", None), (3, "Invalid Coordinate", None),
    ]  # fmt: skip


def test_repair_tells_areas_and_leaves_the_rest() -> None:
    given = shapes(BOX, BOW, HOLED)
    repaired, (change,) = repair(given)
    assert repaired[0] is BOX
    assert repaired[2] is HOLED
    assert given[1] is BOW
    assert repaired[1].is_valid
    assert change.position == 1
    assert change.after_m2 == pytest.approx(areas_m2([BOX])[0] / 2, rel=1e-3)


def test_repair_keeps_the_ground_that_parts_cover_twice() -> None:
    repaired, (change,) = repair(shapes(DOUBLED))
    assert repaired[0].is_valid
    assert shapely.covers(repaired[0], shapely.Point(121.27, 31.37))
    union = shapely.union_all(shapely.get_parts(DOUBLED))
    assert change.after_m2 == pytest.approx(areas_m2([union])[0])


def test_repair_keeps_holes() -> None:
    touching = shapely.Polygon(
        BOX.exterior.coords,
        [[(121.22, 31.32), (121.24, 31.34), (121.24, 31.32), (121.22, 31.34)]],
    )
    repaired, _ = repair(shapes(touching))
    assert repaired[0].is_valid
    assert not shapely.covers(repaired[0], shapely.Point(121.225, 31.33))
    assert shapely.covers(repaired[0], shapely.Point(121.21, 31.31))


def test_what_has_no_area_is_left_without_a_shape() -> None:
    flat = shapely.Polygon([(0, 0), (1, 1), (2, 2), (0, 0)])
    repaired, changed = repair(shapes(flat, None, BOX))
    assert repaired.tolist() == [None, None, BOX]
    assert [change.after_m2 for change in changed] == [0.0, 0.0]


@pytest.mark.real
@pytest.mark.parametrize(
    ("layer", "named", "left_out"), [("iz2001", "msoa01", 7462), ("dz2001", "lsoa01", 7559)]
)
def test_aberdeen(real_data: Path, layer: str, named: str, left_out: int) -> None:
    """One invalid ring each; left out, some postcodes find no owner; repaired, all but one do."""
    with open_source(real_data / "aberdeen/aberdeen_units.gpkg", layer=layer) as source:
        (batch,) = source.batches()
    codes = batch.frame.iloc[:, 0].to_numpy()
    assert batch.geometry is not None
    (fault,) = invalid_rings(batch.geometry)
    assert fault.place is not None
    with open_source(real_data / "aberdeen/aberdeen_postcodes.csv", crs="wgs84") as source:
        (places,) = source.batches(["long", "lat", named])
    points = shapely.points(places.frame["long"].astype(float), places.frame["lat"].astype(float))

    def found(polygons: GeometryArray) -> int:
        point, polygon = shapely.STRtree(polygons).query(points, predicate="covered_by")
        return int((codes[polygon] == places.frame[named].to_numpy()[point]).sum())

    without = batch.geometry.copy()
    without[fault.position] = None
    repaired, (change,) = repair(batch.geometry)
    assert (found(without), found(repaired)) == (left_out, 7584)
    assert change.after_m2 == pytest.approx(change.before_m2, rel=1e-9)
