"""Buildings that move to a neighbour: exactly the chosen ones, and the grids stay whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from gisgrid.errors import InputError
from gisgrid.planning.edits import Building, Stack, move_buildings
from tests.planning.edits.states import redraw, require_whole
from tests.towns import square

# About 10 m and 9.5 m.
STEP = 1e-4


def stack() -> Stack:
    """Two grids side by side in a unit in an area, about 950 by 1,110 metres each."""
    both = square(0, 0, 2, 1)
    # The outer borders have the vertices of the inner ones.
    outline = shapely.coverage_union_all([square(0, 0), square(1, 0)])
    assert outline.equals(both)
    shapes = {
        "area": {1: outline},
        "unit": {2: outline},
        "micro": {3: square(0, 0), 4: square(1, 0)},
    }
    return Stack(shapes, {1: None, 2: 1, 3: 2, 4: 2}, {3: "west", 4: "east"})


def building(name: object, x: float, y: float, chosen: bool, width: float = 0.02) -> Building:
    """A square house at a place within the western grid, both from 0 to 1."""
    foot = square(x - width / 2, y - width / 2, width, width)
    return Building(str(name), shapely.point_on_surface(foot).coords[0], foot, chosen)


def moved(buildings: Sequence[Building]) -> Stack:
    """The grids after the move, of which every promise is checked."""
    before = stack()
    after = redraw(before, move_buildings(before, 3, 4, buildings))
    require_whole(after)
    for one in buildings:
        held = [
            key
            for key, shape in after.shapes["micro"].items()
            if shape.covers(shapely.Point(one.point))
        ]
        assert held == [4 if one.chosen else 3], one.name
    for shape in after.shapes["micro"].values():
        assert len(shapely.get_parts(shape)) == 1
    return after


def share(after: Stack, one: Building) -> float:
    """How much of a building's footprint lies in the eastern grid."""
    foot = one.footprint
    return float(foot.intersection(after.shapes["micro"][4]).area / foot.area)


def test_the_border_runs_between_the_buildings() -> None:
    rows = [building(f"{x} {y}", x, y, x > 0.5) for x in (0.3, 0.7) for y in (0.2, 0.5, 0.8)]
    after = moved(rows)
    assert [share(after, one) for one in rows] == pytest.approx([0, 0, 0, 1, 1, 1])
    # Midway between the two rows.
    assert shapely.area(after.shapes["micro"][3]) == pytest.approx(
        square(0, 0, 0.5, 1).area, rel=0.01
    )


def test_a_way_leads_between_others_to_the_border() -> None:
    wall = [building(f"w{y}", 0.9, y, False, 0.06) for y in np.linspace(0.05, 0.95, 10)]
    far = building("far", 0.4, 0.5, True)
    rest = [building(f"r{y}", 0.1, y, False) for y in (0.1, 0.5, 0.9)]
    after = moved([*wall, far, *rest])
    assert share(after, far) == pytest.approx(1)
    assert sum(share(after, one) for one in wall) == pytest.approx(0, abs=1e-6)


def test_the_grid_is_not_cut_in_two() -> None:
    """Nearest to the middle row is ground from border to border: only some of it goes."""
    rows = [building(f"{x} {y}", x, y, y == 0.5) for x in (0.2, 0.5, 0.8) for y in (0.1, 0.5, 0.9)]
    after = moved(rows)
    assert shapely.area(after.shapes["micro"][3]) > 0.5 * square(0, 0).area


def test_a_way_that_is_shut_is_refused() -> None:
    # From border to border, without a passage.
    long = square(0.9, 0, 0.02, 1)
    wall = Building("wall", shapely.point_on_surface(long).coords[0], long, False)
    with pytest.raises(InputError, match="no way leads"):
        move_buildings(stack(), 3, 4, [wall, building("far", 0.4, 0.5, True)])


def test_buildings_at_the_same_place_cannot_be_parted() -> None:
    both = [building("one", 0.5, 0.5, True), building("other", 0.5, 0.5, False)]
    with pytest.raises(InputError, match=r"building (one|other) cannot be parted"):
        move_buildings(stack(), 3, 4, [*both, building("far", 0.1, 0.1, False)])


def test_all_buildings_of_a_grid_are_a_merge() -> None:
    with pytest.raises(InputError, match="all of micro west"):
        move_buildings(stack(), 3, 4, [building("one", 0.5, 0.5, True)])


def test_grids_that_do_not_meet() -> None:
    shapes = {"micro": {3: square(0, 0), 4: square(5, 0)}}
    apart = Stack(shapes, {3: None, 4: None}, {3: "west", 4: "east"})
    houses = [building("one", 0.5, 0.5, True), building("two", 0.2, 0.5, False)]
    with pytest.raises(InputError, match="west and east share no border"):
        move_buildings(apart, 3, 4, houses)


@examples(max_examples=10)
@given(data=st.data())
def test_any_choice_moves_exactly_the_chosen_or_is_refused(data: Any) -> None:
    seed = data.draw(st.integers(0, 10_000))
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 40))
    places = rng.uniform(0.03, 0.97, (count, 2))
    chosen = rng.uniform(size=count) < rng.choice([0.1, 0.5])
    if rng.uniform() < 0.5:
        # Some that lie together, as a planner chooses them.
        chosen = np.argsort(np.hypot(*(places - rng.uniform(0, 1, 2)).T)).argsort() < count // 4
    chosen[0], chosen[-1] = True, False
    houses = [
        building(k, x, y, bool(choice), rng.uniform(0.005, 0.05))
        for k, ((x, y), choice) in enumerate(zip(places, chosen, strict=True))
    ]
    try:
        moved(houses)
    except InputError as refused:
        assert refused.where
