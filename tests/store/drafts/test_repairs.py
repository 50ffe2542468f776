"""The proposed repair as an edit of a plan: what it says it changes is what changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy import Engine, insert

from gisgrid.errors import Conflict
from gisgrid.geometry.checking import Tolerances
from gisgrid.geometry.metric import areas_m2
from gisgrid.store import drafts
from gisgrid.store.tables import address
from tests.store.drafts.states import edit, new_plan, state_of
from tests.towns import SIDE, SOUTH, WEST, square

TOLERANCES = Tolerances()


def told(code: str, shape: Any) -> dict[str, Any]:
    return {"code": code, "shape": {**shapely.geometry.mapping(shape)}}


def repaired(engine: Engine, plan: int, **more: Any) -> drafts.Repaired:
    with engine.begin() as connection:
        return drafts.repair(connection, plan, tolerances=TOLERANCES, author="甲", **more)


def shapes(engine: Engine, plan: int, level: str = "micro") -> dict[str, Any]:
    with engine.connect() as connection:
        frame = drafts.frame(connection, plan, level)
    return dict(zip(frame["code"], frame.geometry, strict=True))


def test_an_overlap_is_parted_and_undone_to_the_byte(quiet_town: Engine, plan: int) -> None:
    edit(quiet_town, plan, "redraw", grids=[told("A1U1M1", square(0, 0, 1.1, 1))])
    before, had = state_of(quiet_town, plan), shapes(quiet_town, plan)
    done = repaired(quiet_town, plan)
    now = shapes(quiet_town, plan)
    assert shapely.coverage_is_valid(np.array([*now.values()], dtype=object))
    (level,) = done.levels
    assert (level.level, level.gaps_filled, level.border_moved_m2) == ("micro", 0, 0.0)
    (one,) = level.grids
    # What it says is what PROJ and GEOS find between the two states.
    lost = areas_m2([shapely.difference(had[one.code], now[one.code])])[0]
    assert one.lost_m2 == pytest.approx(lost, rel=1e-6)
    assert one.lost_m2 == pytest.approx(areas_m2([square(0, 0, 0.1, 1)])[0], rel=1e-6)
    assert done.edit.kind == "redraw"
    with quiet_town.connect() as connection:
        entry = drafts.log(connection, plan)[-1]
    assert (entry.author, entry.arguments["why"]) == ("甲", "修复建议 proposed repair")
    with quiet_town.begin() as connection:
        drafts.undo(connection, plan)
    assert state_of(quiet_town, plan) == before


def test_the_homes_on_the_ground_are_counted(town: Engine) -> None:
    plan = new_plan(town)
    with town.begin() as connection:
        place = f"SRID=4326;POINT({WEST + 1.05 * SIDE} {SOUTH + 0.5 * SIDE})"
        connection.execute(insert(address), {"source_id": "x", "point": place, "households": 7})
    # The narrow grid leaves a gap with the homes, which the one beside it gets.
    gap = square(1, 0.1, 0.1, 0.8)
    edit(town, plan, "redraw", grids=[told("A1U1M2", square(1, 0).difference(gap))])
    (level,) = repaired(town, plan).levels
    assert level.gaps_filled == 1
    (one,) = level.grids
    assert (one.gained_households, one.lost_households) == (7, 0)
    assert one.gained_m2 == pytest.approx(areas_m2([gap])[0], rel=1e-6)


def test_ground_that_is_claimed_stays_in_the_unit_that_it_lies_in(
    quiet_town: Engine, plan: int
) -> None:
    """A grid that reaches over its unit's border is cut back to it, not the other one's grid."""
    # By the longest border alone the other grid would lose it.
    reaching = square(1, 0).union(square(2, 0).difference(square(2.5, 0, 0.5, 0.3)))
    edit(quiet_town, plan, "redraw", grids=[told("A1U1M2", reaching)])
    repaired(quiet_town, plan)
    now = shapes(quiet_town, plan)
    assert now["A1U1M2"].equals(square(1, 0))
    assert now["A1U2M1"].equals(square(2, 0))


def test_ground_on_both_sides_of_the_units_border_is_parted_along_it(
    quiet_town: Engine, plan: int
) -> None:
    left = square(1, 0, 1.2, 1)
    right = square(1.9, 0, 1.1, 1)
    edit(quiet_town, plan, "redraw", grids=[told("A1U1M2", left), told("A1U2M1", right)])
    repaired(quiet_town, plan)
    now = shapes(quiet_town, plan)
    assert now["A1U1M2"].equals(square(1, 0))
    assert now["A1U2M1"].equals(square(2, 0))


def test_a_gap_is_filled_by_a_grid_of_its_own_unit(quiet_town: Engine, plan: int) -> None:
    # The gap lies in the right unit and has its longest border with a grid of the left one.
    gap = square(2, 0.5, 0.05, 1)
    beside = [told("A1U2M1", square(2, 0).difference(gap))]
    beside += [told("A1U2M3", square(2, 1).difference(gap)), told("A1U1M2", square(1, 0, 1, 2))]
    edit(quiet_town, plan, "redraw", grids=beside, ended=["A1U1M4"])
    repaired(quiet_town, plan)
    now = shapes(quiet_town, plan)
    assert now["A1U1M2"].equals(square(1, 0, 1, 2))
    assert now["A1U2M1"].union(now["A1U2M3"]).equals(square(2, 0, 1, 2))


def test_one_level_is_repaired_alone(quiet_town: Engine, plan: int) -> None:
    grids = [told("A1U1M1", square(0, 0, 1.1, 1)), told("A1U1", square(0, 0, 2.1, 2))]
    edit(quiet_town, plan, "redraw", grids=grids)
    assert [one.level for one in repaired(quiet_town, plan, level="unit").levels] == ["unit"]
    assert [one.level for one in repaired(quiet_town, plan).levels] == ["micro"]


def test_nothing_to_repair_is_refused(quiet_town: Engine, plan: int) -> None:
    before = state_of(quiet_town, plan)
    for level in (None, "micro"):
        with pytest.raises(Conflict, match="nothing to repair"):
            repaired(quiet_town, plan, level=level)
    assert state_of(quiet_town, plan) == before


def test_a_grid_that_would_vanish_is_named(quiet_town: Engine, plan: int) -> None:
    edit(quiet_town, plan, "redraw", grids=[told("A1U1M1", square(1.2, 0.2, 0.5, 0.5))])
    with pytest.raises(Conflict, match=r"A1U1M.*no ground"):
        repaired(quiet_town, plan, level="micro")


def test_knitted_levels_can_be_edited(quiet_town: Engine, plan: int) -> None:
    """Units and areas of the town lack the corners of their micro-grids."""
    before = state_of(quiet_town, plan)
    part = shapely.geometry.mapping(square(1.5, 0, 1, 1))
    move = {"source": "A1U1M2", "target": "A1U2M1", "polygon": part, "with_parents": True}
    with pytest.raises(Conflict, match=r"share its vertices.*gisgrid plan knit"):
        edit(quiet_town, plan, "move-part", **move)
    with quiet_town.begin() as connection:
        done = drafts.knit(connection, plan)
    assert done.changed == ()
    assert {"A1", "A1U1", "A2U2"} <= {*done.touched}
    edit(quiet_town, plan, "move-part", **move)
    with quiet_town.begin() as connection, pytest.raises(Conflict, match="share their vertices"):
        drafts.knit(connection, plan, level="micro")
    with quiet_town.begin() as connection:
        drafts.undo(connection, plan)
        drafts.undo(connection, plan)
    assert state_of(quiet_town, plan) == before
