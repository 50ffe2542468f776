"""What a planner is told: kinds, severities, places, sizes, and what is no fault."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from gisgrid.files import open_source
from gisgrid.geometry.checking import (
    Checked,
    Finding,
    Level,
    Tolerances,
    check,
    check_level,
    check_nesting,
    summary,
)
from gisgrid.geometry.metric import areas_m2, lengths_m, perimeters_m
from tests.geometry.coverages import cells
from tests.towns import SIDE, square

METRE = 1.0 / 111_320.0 / SIDE  # in squares of the town, along a meridian


def level(*shapes: Any, codes: list[str] | None = None, **more: Any) -> Level:
    polygons = np.array([*shapes, None], dtype=object)[:-1]
    return Level(polygons, codes or [chr(65 + k) for k in range(len(shapes))], **more)


def kinds(checked: Checked) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(one.kind, one.severity, one.codes) for one in checked.findings]


def only(checked: Checked) -> Finding:
    (one,) = checked.findings
    return one


def test_nothing_is_wrong_with_a_coverage() -> None:
    checked = check_level(level(*cells(4, 2), codes=[f"{k}" for k in range(16)]))
    assert (checked.findings, checked.below, checked.errors) == ((), (), 0)


def test_an_overlap_has_its_ground_place_and_size() -> None:
    strip = square(1, 0, 0.1, 1)
    one = only(check_level(level(square(0, 0, 1.1, 1), square(1, 0))))
    assert (one.kind, one.severity, one.codes) == ("overlap", "error", ("A", "B"))
    assert one.shape is not None
    assert one.shape.equals(strip)
    assert one.place is not None
    assert strip.contains(shapely.Point(one.place))
    assert one.area_m2 == pytest.approx(areas_m2([strip])[0])
    assert one.length_m == pytest.approx(
        lengths_m([shapely.LineString([(121.2, 31.3), (121.2, 31.31)])])[0], rel=0.01
    )
    assert one.length_m * one.width_m == pytest.approx(one.area_m2)
    assert "A 与 B 重叠" in one.message_zh
    assert "tolerance 1 m²" in one.message_en


def test_a_thin_overlap_and_a_thin_gap_are_slivers() -> None:
    thin = 0.3 * METRE
    one = only(check_level(level(square(0, 0, 1, 1 + thin), square(0, 1))))
    assert (one.kind, one.severity, one.cause) == ("sliver", "error", "overlap")
    assert one.width_m == pytest.approx(0.3, rel=0.02)
    walls = [square(-1, 0, 1, 2), square(1, 0, 1, 2)]
    floor = [square(0, 0, 1, 1 - thin), square(0, 1)]
    lid = [square(-1, 2, 3, 1), square(-1, -1, 3, 1)]
    one = only(check_level(level(*walls, *floor, *lid)))
    assert (one.kind, one.severity, one.cause) == ("sliver", "warning", "gap")
    assert one.codes == ("A", "B", "C", "D")


def test_what_is_below_the_tolerance_is_summed_up() -> None:
    tiny = level(square(0, 0, 1, 1 + 0.0005 * METRE), square(0, 1))
    checked = check_level(tiny)
    assert checked.findings == ()
    (below,) = checked.below
    assert (below.kind, below.count) == ("overlap", 1)
    assert 0.0 < below.area_m2 < 1.0
    assert "1 m²" in summary(checked)[0][1]
    wide = level(square(0, 0, 1, 1 + 0.3 * METRE), square(0, 1))
    assert check_level(wide).errors == 1
    assert check_level(wide, Tolerances(width_m=0.4)).findings == ()
    assert "width 0.4 m" in summary(check_level(wide, Tolerances(width_m=0.4)))[-1][1]


RING = [square(i, j) for i in range(3) for j in range(3) if (i, j) != (1, 1)]


def test_ground_among_grids_is_a_gap_unless_the_parents_leave_it_open() -> None:
    whole = level(square(0, 0, 3, 3), codes=["P"])
    open_too = level(square(0, 0, 3, 3).difference(square(1, 1)), codes=["P"])
    half = level(square(0, 0, 3, 3).difference(square(1, 1, 1, 0.5)), codes=["P"])
    one = only(check_level(level(*RING)))
    assert (one.kind, one.severity) == ("gap", "warning")
    assert check_level(level(*RING), Tolerances(largest_gap_m2=1e5)).findings == ()
    assert only(check_level(level(*RING), Tolerances(largest_gap_m2=1e5), parents=whole)).shape
    assert check_level(level(*RING), parents=open_too).findings == ()
    shape = only(check_level(level(*RING), parents=half)).shape
    assert shape is not None
    assert shape.area == pytest.approx(square(1, 1, 1, 0.5).area)


def test_a_hole_that_one_grid_leaves_open_is_drawn_on_purpose() -> None:
    holed = square(0, 0, 3, 3).difference(square(1, 1))
    assert check_level(level(holed)).findings == ()
    assert check_level(level(holed, square(1, 1))).findings == ()
    filled_badly = level(holed, square(1, 1, 0.9, 1))
    assert [one.kind for one in check_level(filled_badly).findings] == ["gap"]
    moved = [square(20 + i, j) for i in range(3) for j in range(3) if (i, j) != (1, 1)]
    named = only(check_level(level(holed, *moved)))
    assert named.codes == tuple("BCDEFGHI")
    parent = level(square(0, 0, 3, 3), codes=["P"])
    assert only(check_level(level(holed), parents=parent)).kind == "gap"


def test_an_invalid_ring_is_told_with_its_place_and_the_rest_goes_on() -> None:
    bow = shapely.Polygon([(121.2, 31.3), (121.21, 31.31), (121.21, 31.3), (121.2, 31.31)])
    checked = check_level(level(bow, square(3, 0, 1.1, 1), square(4, 0), None))
    assert kinds(checked) == [
        ("invalid-ring", "error", ("A",)),
        ("invalid-ring", "error", ("D",)),
        ("overlap", "error", ("B", "C")),
    ]
    assert checked.findings[0].place == pytest.approx((121.205, 31.305))


def test_a_ring_that_touches_itself_is_a_warning() -> None:
    ring = [(0, 0), (2, 0), (2, 2), (1, 2), (1.2, 1), (0.8, 1), (1, 2), (0, 2), (0, 0)]
    points = [(121.2 + x * SIDE, 31.3 + y * SIDE) for x, y in ring]
    one = only(check_level(level(shapely.Polygon(points))))
    assert (one.kind, one.severity) == ("invalid-ring", "warning")
    assert one.place == pytest.approx(points[3])


def test_pieces_apart_among_other_grids_but_not_islands() -> None:
    two = shapely.MultiPolygon([square(0, 0), square(2, 0)])
    one = only(check_level(level(two, square(1, 0))))
    assert (one.kind, one.severity, one.codes) == ("pieces-apart", "warning", ("A",))
    assert (
        check_level(
            level(shapely.MultiPolygon([square(0, 0), square(5, 0)]), square(1, 0))
        ).findings
        == ()
    )


def test_codes_missing_and_repeated() -> None:
    checked = check_level(level(square(0, 0), square(1, 0), square(2, 0), codes=["X", "", "X"]))
    assert kinds(checked) == [("duplicate-code", "error", ("X",)), ("missing-code", "error", ())]
    assert "1, 3" in checked.findings[0].message_en
    assert "row 2" in checked.findings[1].message_en


def test_households_out_of_range_unless_a_reason_is_given() -> None:
    given = level(
        *[square(k, 0) for k in range(4)], households=np.array([299.0, 300.0, 501.0, np.nan])
    )
    checked = check_level(given, reasons={"C": "a tower"})
    assert kinds(checked) == [("households", "warning", ("A",))]
    assert [(one.codes, one.reason) for one in checked.accepted] == [(("C",), "a tower")]
    assert "a tower" in checked.accepted[0].message_zh


def test_children_outside_and_parents_not_filled() -> None:
    parents = level(square(0, 0, 2, 1), square(2, 0, 2, 1), codes=["P", "Q"])
    children = level(square(0, 0, 2.2, 1), square(2.2, 0, 1.7, 1), square(9, 0))
    checked = check_nesting(children, parents)
    assert kinds(checked) == [
        ("outside-parent", "warning", ("C",)),
        ("outside-parent", "warning", ("A", "P")),
        ("parent-not-filled", "warning", ("Q",)),
    ]
    spill, rest = checked.findings[1].shape, checked.findings[2].shape
    assert spill is not None
    assert rest is not None
    assert spill.area == pytest.approx(square(2, 0, 0.2, 1).area)
    assert rest.area == pytest.approx(square(3.9, 0, 0.1, 1).area)


def test_levels_together_errors_first() -> None:
    parents = level(square(0, 0, 2, 1), codes=["P"], name="unit")
    children = level(square(0, 0, 1.2, 1), square(1, 0, 0.9, 1), name="micro")
    checked = check([parents, children])
    assert [(one.kind, one.level) for one in checked.findings] == [
        ("overlap", "micro"),
        ("parent-not-filled", "unit"),
    ]
    assert (checked.errors, checked.warnings) == (1, 1)
    assert checked.grids == {"unit": 1, "micro": 2}


def test_perimeters_are_those_of_the_projection() -> None:
    polygons = cells(3, 1)
    assert perimeters_m(polygons) == pytest.approx(lengths_m(shapely.boundary(polygons)), rel=1e-5)


def real_level(folder: Path, layer: str, column: str) -> Level:
    with open_source(folder, layer=layer) as source:
        (batch,) = source.batches([column])
    assert batch.geometry is not None
    return Level(batch.geometry, batch.frame[column].astype(str).tolist(), layer)


@pytest.mark.real
def test_aberdeen(real_data: Path) -> None:
    file = real_data / "aberdeen/aberdeen_units.gpkg"
    zones = real_level(file, "dz2001", "DZ_CODE")
    outputs = real_level(file, "oa2011", "code")
    found = check_nesting(outputs, zones).findings
    spills = [one for one in found if one.kind == "outside-parent"]
    assert len(spills) == 805
    assert min(one.area_m2 for one in spills) > 100.0
    for layer, column in (("iz2001", "IZ_CODE"), ("dz2001", "DZ_CODE")):
        found = check_level(real_level(file, layer, column)).findings
        (broken,) = [one for one in found if one.kind == "invalid-ring"]
        assert broken.place == pytest.approx((-2.1675582, 57.1468992), abs=1e-6)


@pytest.mark.real
def test_cleveland_passes_and_says_at_which_tolerances(real_data: Path) -> None:
    file = real_data / "cleveland/cleveland_units.gpkg"
    columns = {
        "lad_dissolved_from_oa": "LAD",
        "msoa11": "MSOA11CD",
        "lsoa11": "LSOA11CD",
        "oa11": "OA11CD",
    }
    checked = check([real_level(file, *item) for item in columns.items()])
    assert checked.errors == 0
    assert {one.kind for one in checked.findings} <= {"pieces-apart", "invalid-ring"}
    _, verdict = summary(checked)[-1]
    assert verdict.startswith("passes")
    assert "overlap 1 m², gap 10 m², nesting 100 m²" in verdict
