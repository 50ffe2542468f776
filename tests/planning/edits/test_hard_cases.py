"""Lines and polygons that meet borders in every awkward way, on a town of squares."""

from __future__ import annotations

from typing import Any

import pytest
import shapely

from gisgrid.errors import Conflict, InputError
from gisgrid.planning.edits import (
    Stack,
    change_parent,
    cut_out,
    merge,
    move_border,
    move_part,
    move_vertex,
    split,
)
from tests.planning.edits.squares import MM, at, done, donut, line, town
from tests.planning.edits.states import same
from tests.towns import SIDE, square


def side_area(shape: Any) -> float:
    return float(shapely.area(shape)) / SIDE**2


def test_a_line_through_corners_needs_no_new_vertex() -> None:
    redrawn = split(town(), 110, line((0.5, -0.5), (2.5, 1.5)))
    assert set(redrawn.changed) == {110}
    (added,) = redrawn.added
    assert (added.level, added.parent, added.from_key) == ("micro", 10, 110)
    assert shapely.get_num_coordinates(added.shape) == 4
    done(town(), redrawn)


@pytest.mark.parametrize("away", [0.0, 0.9, -0.9])
def test_a_vertex_within_a_millimetre_is_used(away: float) -> None:
    redrawn = split(town(), 110, line((0.5, -0.5 + away * MM), (2.5, 1.5 + away * MM)))
    assert set(redrawn.changed) == {110}
    done(town(), redrawn)


def test_two_millimetres_from_a_corner_there_are_new_vertices() -> None:
    with pytest.raises(InputError, match="wide"):
        split(town(), 110, line((0.9, 2 * MM), (2.1, 2 * MM)))
    redrawn = split(town(), 110, line((0.5, -0.5 + 4 * MM), (2.5, 1.5 + 4 * MM)))
    # The foot lies on the border with the neighbour to the west, the head with the one above.
    assert set(redrawn.changed) == {100, 110, 111}
    done(town(), redrawn)


def test_a_line_that_ends_on_a_border_that_three_levels_share() -> None:
    stack = town()
    redrawn = split(stack, 130, line((3, 0.5), (4, 0.5)))
    # Micro 140, units 11 and 12, areas 1 and 2 have the border to the east; 120 that to the west.
    assert set(redrawn.changed) == {130, 120, 140, 11, 12, 1, 2}
    after = done(stack, redrawn)
    for level, key in (("micro", 140), ("unit", 12), ("area", 2)):
        assert at(4, 0.5) in map(tuple, shapely.get_coordinates(after.shapes[level][key]))


def test_a_line_along_a_border_and_then_across() -> None:
    stack = town()
    redrawn = split(stack, 110, line((0, 0), (1, 0), (1, 0.4), (2, 0.6), (2, 1), (2, 1.5)))
    assert sorted(side_area(s) for s in (redrawn.changed[110], redrawn.added[0].shape)) == (
        pytest.approx([0.5, 0.5])
    )
    done(stack, redrawn)


def test_a_line_that_crosses_several_times_makes_as_many_grids() -> None:
    stack = town()
    zigzag = line((0.8, 0.2), (2.2, 0.3), (2.2, 0.5), (0.8, 0.6), (0.8, 0.8), (2.2, 0.9))
    redrawn = split(stack, 110, zigzag)
    assert len(redrawn.added) == 3
    assert {added.from_key for added in redrawn.added} == {110}
    done(stack, redrawn)


def test_ends_that_hang_in_the_air_leave_no_trace() -> None:
    stack = town()
    redrawn = split(stack, 110, line((0.5, 0.5), (2.5, 0.5)))
    assert set(redrawn.changed) == {100, 110, 120, 10, 11}
    done(stack, redrawn)


def test_who_keeps_the_key_is_weighed() -> None:
    def southern(pieces: Any) -> list[float]:
        return [float(-shapely.bounds(piece)[1]) for piece in pieces]

    cut = line((0.5, 0.3), (2.5, 0.3))
    assert side_area(split(town(), 110, cut).changed[110]) == pytest.approx(0.7)
    assert side_area(split(town(), 110, cut, southern).changed[110]) == pytest.approx(0.3)
    assert side_area(split(town(), 110, cut, lambda p: [1] * len(p)).changed[110]) > 0.6


def test_a_special_grid_is_an_enclave_and_may_be_merged_back() -> None:
    stack = donut()
    (new,) = stack.shapes["micro"].keys() - town().shapes["micro"].keys()
    assert stack.parents[new] == 10
    assert shapely.get_num_interior_rings(stack.shapes["micro"][110]) == 1
    back = done(stack, merge(stack, [110, new]))
    assert same(back.shapes["micro"][110], town().shapes["micro"][110])


def test_a_donut_is_split_through_its_hole_and_the_enclave_stays() -> None:
    stack = donut()
    redrawn = split(stack, 110, line((0.5, 0.5), (2.5, 0.5)))
    assert len(redrawn.added) == 1
    assert [side_area(s) for s in (redrawn.changed[110], redrawn.added[0].shape)] == (
        pytest.approx([0.42, 0.42])
    )
    after = done(stack, redrawn)
    assert side_area(after.shapes["micro"][max(town().parents) + 1]) == pytest.approx(0.16)


def test_a_line_that_reaches_only_the_hole_does_not_cut_a_donut() -> None:
    with pytest.raises(InputError, match="does not cut"):
        split(donut(), 110, line((0.5, 0.5), (1.5, 0.5)))


def test_a_part_that_encloses_an_enclave_moves_round_it() -> None:
    stack = donut()
    after = done(stack, move_part(stack, 110, 111, square(1.2, 0.2, 0.6, 0.9)))
    assert shapely.get_num_interior_rings(after.shapes["micro"][111]) == 1
    assert side_area(after.shapes["micro"][110]) == pytest.approx(1 - 0.6 * 0.8)


def test_a_special_grid_takes_from_all_that_it_meets_and_ends_those_inside() -> None:
    stack = town()
    redrawn = cut_out(stack, "micro", square(0.5, -1, 1.2, 2.6))
    (added,) = redrawn.added
    assert (added.parent, redrawn.removed) == (10, ())
    assert side_area(added.shape) == pytest.approx(1.2 * 1.6)
    done(stack, redrawn)
    redrawn = cut_out(stack, "micro", square(0.9, -1, 1.1, 2.6))
    assert redrawn.removed == (110,)
    done(stack, redrawn)


def test_a_special_grid_across_units_moves_their_border_if_it_may() -> None:
    stack = town()
    with pytest.raises(Conflict, match="unit 11 and unit 10"):
        cut_out(stack, "micro", square(1.5, 0.2, 0.8, 0.6))
    redrawn = cut_out(stack, "micro", square(1.5, 0.2, 0.8, 0.6), with_parents=True)
    assert redrawn.added[0].parent == 10
    after = done(stack, redrawn)
    assert side_area(after.shapes["unit"][10]) == pytest.approx(4 + 0.3 * 0.6)


def test_a_line_to_a_hole_that_touches_the_border_cuts() -> None:
    wedge = shapely.Polygon([at(1.3, 0.3), at(2, 0.5), at(1.3, 0.7)])
    stack = town()
    stack = done(stack, cut_out(stack, "micro", wedge))
    redrawn = split(stack, 110, line((0.5, 0.5), (1.5, 0.5)))
    assert side_area(redrawn.added[0].shape) == pytest.approx((1 - 0.14) / 2)
    done(stack, redrawn)


def test_ground_between_units_and_areas_moves_only_with_leave() -> None:
    stack = town()
    part = square(3.5, 0.2, 1, 0.5)
    with pytest.raises(Conflict, match="130 and 140 is also the border of unit 11 and unit 12"):
        move_part(stack, 130, 140, part)
    after = done(stack, move_part(stack, 130, 140, part, with_parents=True))
    for level, key, size in (("micro", 130, 1), ("unit", 11, 4), ("area", 1, 8)):
        assert side_area(after.shapes[level][key]) == pytest.approx(size - 0.25)


def test_a_border_is_moved_for_both_and_old_vertices_go() -> None:
    stack = town()
    redrawn = move_border(stack, 110, 100, line((1.2, -0.1), (0.7, 0.5), (1.2, 1.1)))
    after = done(stack, redrawn)
    # The corners at which the border ended are vertices of others.
    assert side_area(after.shapes["micro"][100]) + side_area(after.shapes["micro"][110]) == (
        pytest.approx(2)
    )
    again = move_border(after, 110, 100, line((1, -0.1), (1, 1.1)))
    assert side_area(done(after, again).shapes["micro"][110]) == pytest.approx(1)


def test_a_border_between_units_moves_with_leave() -> None:
    stack = town()
    new = line((2.2, -0.1), (1.8, 0.5), (2.2, 1.1))
    with pytest.raises(Conflict, match="unit"):
        move_border(stack, 110, 120, new)
    done(stack, move_border(stack, 110, 120, new, with_parents=True))


def test_a_unit_is_split_along_its_micro_grids() -> None:
    stack = town()
    redrawn = split(stack, 10, line((1, -1), (1, 3)), lambda p: [-shapely.bounds(s)[0] for s in p])
    (added,) = redrawn.added
    assert (added.level, added.parent, sorted(added.children)) == ("unit", 1, [110, 111])
    done(stack, redrawn)
    with pytest.raises(Conflict, match="cuts micro"):
        split(stack, 10, line((1.4, -1), (1.4, 3)))


def test_merged_units_hand_on_their_children_and_areas_too() -> None:
    stack = town()
    redrawn = merge(stack, [10, 11], into=11)
    assert redrawn.removed == (10,)
    assert redrawn.parents == {100: 11, 101: 11, 110: 11, 111: 11}
    done(stack, redrawn)
    done(stack, merge(stack, [1, 2]))


def test_grids_of_two_units_merge_only_with_leave() -> None:
    stack = town()
    with pytest.raises(Conflict):
        merge(stack, [110, 120])
    after = done(stack, merge(stack, [110, 120], into=120, with_parents=True))
    assert side_area(after.shapes["unit"][11]) == pytest.approx(5)


def test_a_grid_comes_under_another_parent_with_its_ground() -> None:
    stack = town()
    redrawn = change_parent(stack, 131, 12)
    assert redrawn.parents == {131: 12}
    assert set(redrawn.changed) == {11, 12, 1, 2}
    done(stack, redrawn)
    with pytest.raises(Conflict):
        change_parent(stack, 131, 12, with_parents=False)
    with pytest.raises(InputError, match="shares no border with unit 12"):
        change_parent(stack, 100, 12)


def test_a_multipolygon_stays_one_and_its_other_parts_stay() -> None:
    stack = town()
    both = shapely.MultiPolygon([square(0, 0), square(9, 0)])
    micro = stack.shapes["micro"] | {100: both}
    apart = Stack({"micro": micro}, stack.parents)
    redrawn = split(apart, 100, line((-1, 0.6), (2, 0.6)))
    kept, new = redrawn.changed[100], redrawn.added[0].shape
    assert (kept.geom_type, new.geom_type) == ("MultiPolygon", "MultiPolygon")
    assert [side_area(kept), side_area(new)] == pytest.approx([1.6, 0.4])
    assert side_area(move_part(apart, 100, 110, square(0.5, 0, 1, 1)).changed[100]) == (
        pytest.approx(1.5)
    )


def test_a_corner_moves_in_every_grid_and_on_every_level() -> None:
    stack = town()
    with pytest.raises(Conflict, match="unit 11"):
        move_vertex(stack, "micro", at(2, 1), at(2.1, 1.2))
    redrawn = move_vertex(stack, "micro", at(2, 1), at(2.1, 1.2), with_parents=True)
    assert set(redrawn.changed) == {110, 111, 120, 121, 10, 11}
    done(stack, redrawn)
    inner = move_vertex(stack, "micro", at(1, 1), at(1.1, 1.2))
    assert set(inner.changed) == {100, 101, 110, 111}
    # A vertex of a unit takes the micro-grids with it.
    assert set(move_vertex(stack, "unit", at(2, 1), at(2.1, 1.2)).changed) == set(redrawn.changed)


def test_levels_that_do_not_share_vertices_are_left_alone() -> None:
    stack = town()
    # Unit 10 lacks the corner at (2, 1) that its micro-grids have: the sides there do not fit.
    units = {10: square(0, 0, 1.98, 2), 11: square(1.98, 0, 2.02, 2)}
    loose = Stack({**stack.shapes, "unit": stack.shapes["unit"] | units}, stack.parents)
    with pytest.raises(Conflict, match="does not share its vertices"):
        move_part(loose, 110, 120, square(1.5, 0.2, 1, 0.5), with_parents=True)
    assert set(move_part(loose, 110, 111, square(1.2, 0.5, 0.5, 1)).changed) == {110, 111}
