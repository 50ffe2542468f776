"""The answer put together from the owners of each level."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from gisgrid.locate import GridRef, Resolution, path_key

AREA = GridRef("area", "A", "镇", ("A",))
UNIT = GridRef("unit", "U", "村", ("A", "U"))
MICRO = GridRef("micro", "M", "微网格", ("A", "U", "M"))
POLICE = GridRef("police", "P", "派出所", ("P",))


def test_owners_in_any_order_come_out_from_the_top() -> None:
    for owners in itertools.permutations([AREA, UNIT, MICRO, POLICE]):
        found = Resolution.of(owners)
        assert found.grids == (AREA, UNIT, MICRO)
        assert found.police == POLICE
        assert (found.status, found.missing, found.nested) == ("inside", (), True)


def test_a_point_that_only_a_police_area_covers_is_outside() -> None:
    found = Resolution.of([POLICE])
    assert (found.status, found.missing, found.grids) == ("outside", (), ())


def test_a_level_without_an_owner_is_missing() -> None:
    found = Resolution.of([AREA, UNIT])
    assert (found.status, found.missing, found.nested) == ("inside", ("micro",), True)


def test_a_micro_grid_of_another_unit_is_not_nested() -> None:
    stray = GridRef("micro", "M", "微网格", ("A", "V", "M"))
    assert not Resolution.of([AREA, UNIT, stray]).nested


def test_a_border_at_any_nested_level_is_said() -> None:
    edge = GridRef("unit", "U", "村", ("A", "U"), border=True)
    assert Resolution.of([AREA, edge, MICRO]).status == "border"
    police_edge = GridRef("police", "P", "派出所", ("P",), border=True)
    assert Resolution.of([AREA, UNIT, MICRO, police_edge]).status == "inside"


codes = st.text(st.characters(exclude_categories=("C",)), min_size=1, max_size=4)
paths = st.lists(codes, min_size=1, max_size=3)


@given(paths, paths)
def test_path_keys_compare_as_the_paths_code_by_code(one: list[str], other: list[str]) -> None:
    assert (path_key(one) < path_key(other)) == (one < other)
