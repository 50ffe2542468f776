"""Declared households follow the homes on the ground that an edit divides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import mapping
from sqlalchemy import Engine, insert

from gisgrid.store import drafts
from gisgrid.store.drafts.households import divide
from gisgrid.store.tables import address
from tests.store.drafts.states import edit, new_plan
from tests.towns import SIDE, SOUTH, WEST, square


@pytest.fixture
def homes(town: Engine) -> Iterator[Engine]:
    """The town with 30 households in the west of its first grid, and 10 in the east."""
    rows = [
        {"source_id": f"{x}", "point": _point(x), "households": count}
        for x, count in ((0.1, 30), (0.9, 10))
    ]
    with town.begin() as connection:
        connection.execute(insert(address), rows)
    yield town


def _point(x: float) -> str:
    return f"SRID=4326;POINT({WEST + x * SIDE} {SOUTH + 0.5 * SIDE})"


def declared(engine: Engine, plan: int, *codes: str) -> list[int | None]:
    with engine.connect() as connection:
        return [grid.households for grid in drafts.PlanState(connection, plan).grids(codes)]


def across(x: float) -> dict[str, Any]:
    lon = WEST + x * SIDE
    return {"coordinates": [[lon, SOUTH - SIDE], [lon, SOUTH + 1.5 * SIDE]]}


def test_a_split_divides_them_by_homes_or_by_area(homes: Engine) -> None:
    plan = new_plan(homes)
    line = {"coordinates": [[WEST + 0.8 * SIDE, SOUTH], [WEST + 0.8 * SIDE, SOUTH + SIDE]]}
    (made,) = edit(homes, plan, "split", code="A1U1M1", line=line).made
    assert declared(homes, plan, "A1U1M1", made) == [300, 100]
    # No homes there: three quarters of the area.
    line = {"coordinates": [[WEST + 1.25 * SIDE, SOUTH], [WEST + 1.25 * SIDE, SOUTH + SIDE]]}
    (made,) = edit(homes, plan, "split", code="A1U1M2", line=line).made
    assert declared(homes, plan, "A1U1M2", made) == [300, 100]


def test_what_is_not_declared_stays_so(homes: Engine) -> None:
    plan = new_plan(homes)
    edit(homes, plan, "set-households", code="A1U1M1", households=None)
    part = {"source": "A1U1M1", "target": "A1U1M2", "polygon": mapping(square(0.8, 0, 1, 1))}
    edit(homes, plan, "move-part", **part)
    assert declared(homes, plan, "A1U1M1", "A1U1M2") == [None, 400]
    back = {"source": "A1U1M2", "target": "A1U1M1", "polygon": mapping(square(0.8, 0, 0.2, 1))}
    edit(homes, plan, "move-part", **back)
    # All homes of the second grid live on that ground.
    assert declared(homes, plan, "A1U1M1", "A1U1M2") == [None, 0]
    cut = {"level": "micro", "polygon": mapping(square(0.4, 0.2, 0.8, 0.6))}
    (made,) = edit(homes, plan, "cut-out", **cut).made
    assert declared(homes, plan, made) == [None]


def test_a_grid_cut_out_of_several_has_what_they_give(homes: Engine) -> None:
    plan = new_plan(homes)
    cut = {"level": "micro", "polygon": mapping(square(0.8, 0.25, 0.7, 0.5))}
    (made,) = edit(homes, plan, "cut-out", **cut).made
    # 10 of 40 households of the one, a quarter of the other's area.
    assert declared(homes, plan, "A1U1M1", "A1U1M2", made) == [300, 300, 200]


def test_a_border_that_moves_both_ways_moves_both_ways(homes: Engine) -> None:
    plan = new_plan(homes)
    west, east = WEST + 0.8 * SIDE, WEST + 1.2 * SIDE
    middle = SOUTH + 0.4 * SIDE
    line = {"coordinates": [[west, SOUTH], [west, middle], [east, middle], [east, SOUTH + SIDE]]}
    edit(homes, plan, "move-border", one="A1U1M1", other="A1U1M2", line=line)
    left, right = declared(homes, plan, "A1U1M1", "A1U1M2")
    assert left is not None and right is not None
    # The first keeps its homes and gains 0.12 of the other's area.
    assert (left, right) == (400 + 48, 400 - 48)


def test_a_unit_that_loses_ground_loses_households(homes: Engine) -> None:
    plan = new_plan(homes)
    with homes.begin() as connection:
        drafts.knit(connection, plan)
    edit(homes, plan, "set-households", code="A1U1", households=80)
    part = {"source": "A1U1M2", "target": "A1U2M1", "polygon": mapping(square(1.5, 0, 1, 1))}
    edit(homes, plan, "move-part", **part, with_parents=True)
    # No home of the unit lives there, though its grid has no homes at all.
    assert declared(homes, plan, "A1U1", "A1U2", "A1U1M2", "A1U2M1") == [80, 400, 200, 600]


@given(st.integers(0, 10_000), st.lists(st.floats(0, 1e6), min_size=1, max_size=9))
def test_numbers_add_up_and_are_as_near_as_can_be(count: int, weights: list[float]) -> None:
    weights = [*weights, 1.0]
    found = divide(count, weights)
    assert sum(found) == count
    assert min(found) >= 0
    for one, weight in zip(found, weights, strict=True):
        assert abs(one - count * weight / sum(weights)) < 1 + 1e-6


def test_pieces_get_names(homes: Engine) -> None:
    plan = new_plan(homes)

    def names(*codes: str) -> list[str]:
        with homes.connect() as connection:
            return [grid.name for grid in drafts.PlanState(connection, plan).grids(codes)]

    (first,) = edit(homes, plan, "split", code="A1U1M1", line=across(0.3)).made
    (second,) = edit(homes, plan, "split", code="A1U1M1", line=across(0.15)).made
    named = edit(homes, plan, "split", code=first, line=across(0.6), new_names=["公园"]).made
    assert names(first, second, *named) == ["网格A1U1M1（2）", "网格A1U1M1（3）", "公园"]
    third = edit(homes, plan, "split", code=first, line=across(0.8)).made
    assert names(*third) == ["网格A1U1M1（4）"]
    edit(homes, plan, "rename", code="A1U1M2", name="")
    nameless = edit(homes, plan, "split", code="A1U1M2", line=across(1.5)).made
    assert names(*nameless) == [""]


def test_a_result_tells_ground_from_vertices_and_what_is_no_longer_accepted(homes: Engine) -> None:
    plan = new_plan(homes)
    with homes.begin() as connection:
        drafts.knit(connection, plan)
    done = edit(homes, plan, "split", code="A1U1M1", line=across(0.5))
    # The grids that share its border get vertices where the new border begins.
    assert done.changed == ("A1U1M1",)
    assert done.touched == ("A1", "A1U1", "A1U1M3")
    edit(homes, plan, "accept-range", code="A1U1M2", reason="商务楼")
    merged = edit(homes, plan, "merge", codes=[*done.made, "A1U1M2"], into=done.made[0])
    assert (merged.ended, merged.unaccepted) == (("A1U1M2",), ("A1U1M2",))
    with homes.begin() as connection:
        assert drafts.undo(connection, plan).unaccepted == ("A1U1M2",)
        assert drafts.undo(connection, plan).changed == ("A1U1M2",)
