"""Which ground changed hands."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.geometry.metric import areas_m2
from gisgrid.planning import moved_ground
from tests.towns import square


def test_a_moved_border_gives_ground_one_way() -> None:
    before = {1: square(0, 0), 2: square(1, 0), 3: square(2, 0)}
    after = {1: square(0, 0, 1.25, 1), 2: square(1.25, 0, 0.75, 1), 3: square(2, 0)}
    (one,) = moved_ground(before, after)
    assert (one.source, one.target) == (2, 1)
    assert one.share == pytest.approx(0.25, rel=1e-6)
    assert one.area_m2 == pytest.approx(areas_m2([square(1, 0, 0.25, 1)])[0])


def test_what_ends_goes_to_its_heirs_and_what_begins_comes_from_somewhere() -> None:
    before = {1: square(0, 0, 2, 1), 2: square(2, 0)}
    after = {2: square(1.5, 0, 1.5, 1), 3: square(0, 0, 1.5, 1)}
    found = {(one.source, one.target): one.share for one in moved_ground(before, after)}
    assert found == pytest.approx({(1, 3): 0.75, (1, 2): 0.25}, rel=1e-6)


def test_nothing_comes_of_nothing() -> None:
    town = {key: square(key, 0) for key in range(4)}
    assert moved_ground(town, town) == moved_ground({}, town) == moved_ground(town, {}) == []


def test_ground_that_two_claimed_before_and_after_did_not_move() -> None:
    claimed = {1: square(0, 0, 1.5, 1), 2: square(1, 0)}
    assert moved_ground(claimed, claimed) == []


@given(st.lists(st.integers(0, 3), min_size=16, max_size=16), st.data())
def test_what_each_lost_is_what_the_others_gained(owners: list[int], data: st.DataObject) -> None:
    """Sixteen cells, each given to one of four grids, before and after."""
    later = data.draw(st.lists(st.integers(0, 3), min_size=16, max_size=16))
    cells = [square(k % 4, k // 4) for k in range(16)]
    areas = areas_m2(cells)

    def drawn(owned: list[int]) -> dict[int, shapely.Geometry]:
        return {
            key: shapely.union_all([cells[k] for k in range(16) if owned[k] == key])
            for key in set(owned)
        }

    expected: dict[tuple[int, int], float] = {}
    for k, pair in enumerate(zip(owners, later, strict=True)):
        if pair[0] != pair[1]:
            expected[pair] = expected.get(pair, 0.0) + float(areas[k])
    found = moved_ground(drawn(owners), drawn(later))
    assert {(one.source, one.target): one.area_m2 for one in found} == pytest.approx(expected)
    whole = np.bincount(owners, weights=areas, minlength=4)
    for one in found:
        assert one.share == pytest.approx(one.area_m2 / whole[one.source])
