"""Grids that get whole shapes: taken to the bit, logged, undone, made again on another base."""

from __future__ import annotations

import json
from typing import Any

import pytest
import shapely
from shapely.geometry import mapping
from sqlalchemy import Engine

from gisgrid.errors import Conflict, InputError, NotFound
from gisgrid.store import drafts
from gisgrid.store.drafts import arguments
from tests.store.drafts.states import edit, new_plan, redo_all, state_of, undo_all
from tests.store.publishing.drawing import put
from tests.towns import square


def told(code: str, shape: Any = None, **more: Any) -> dict[str, Any]:
    """What a redrawing says of a grid, as it comes from JSON."""
    drawn = {} if shape is None else {"shape": json.loads(shapely.to_geojson(shape))}
    return {"code": code, **drawn, **more}


def grid_of(engine: Engine, plan: int, code: str) -> drafts.DrawnGrid:
    with engine.connect() as connection:
        return drafts.PlanState(connection, plan).grid(code)


def shaken() -> shapely.Polygon:
    """The first square of the town with corners that decimals cannot say."""
    west, south, east, north = square(0, 0).bounds
    third = west + (east - west) / 3
    return shapely.Polygon([(west, south), (third, south), (east, south), (east, north)])


def test_a_shape_is_taken_to_the_bit_and_taken_back(quiet_town: Engine, plan: int) -> None:
    before = state_of(quiet_town, plan)
    done = edit(quiet_town, plan, "redraw", why="QGIS", grids=[told("A1U1M1", shaken())])
    assert (done.changed, done.made, done.ended) == (("A1U1M1",), (), ())
    kept = grid_of(quiet_town, plan, "A1U1M1").shape
    assert shapely.equals_identical(kept, shapely.MultiPolygon([shaken()]))
    after = state_of(quiet_town, plan)
    assert [row for row in after if row not in before] == [
        row for row in after if row[2] == "A1U1M1"
    ]
    undo_all(quiet_town, plan)
    assert state_of(quiet_town, plan) == before
    redo_all(quiet_town, plan)
    assert state_of(quiet_town, plan) == after


def test_all_that_is_said_of_a_grid_can_change_at_once(quiet_town: Engine, plan: int) -> None:
    words = {"new_code": "Q1", "name": "新", "special": True, "range_reason": "高校"}
    told_all = told("A1U1M1", households=None, parent="A1U2", **words)
    edit(quiet_town, plan, "redraw", grids=[told_all, told("A1U2", name="二", new_code="Q2")])
    grid, parent = (grid_of(quiet_town, plan, code) for code in ("Q1", "Q2"))
    assert (grid.name, grid.special, grid.households) == ("新", True, None)
    assert (grid.range_reason, grid.parent_key) == ("高校", parent.key)
    # The log says no more than was said, for null is not the same as nothing.
    with quiet_town.connect() as connection:
        (entry,) = drafts.log(connection, plan)
    assert entry.arguments["grids"][1] == {"code": "A1U2", "name": "二", "new_code": "Q2"}
    assert entry.arguments["grids"][0]["households"] is None
    edit(quiet_town, plan, "redraw", grids=[told("Q1", parent=None)])
    assert grid_of(quiet_town, plan, "Q1").parent_key == grid_of(quiet_town, plan, "A1U1").key


def test_grids_are_made_and_ended(quiet_town: Engine, plan: int) -> None:
    left, right = square(0, 0, 0.5, 1), square(0.5, 0, 0.5, 1)
    made = [
        told("N1", left, level="micro", parent="NU", name="左"),
        {"level": "micro", "shape": told("", right)["shape"]},
        told("NU", square(0, 0), level="unit", parent="A1"),
    ]
    done = edit(quiet_town, plan, "redraw", made=made, ended=["A1U1M1"])
    assert done.ended == ("A1U1M1",)
    assert {"N1", "NU"} < {*done.made}
    (chosen,) = {*done.made} - {"N1", "NU"}
    unit = grid_of(quiet_town, plan, "NU")
    # It lies in both units alike, and "A1U1" comes first.
    assert grid_of(quiet_town, plan, chosen).parent_key == grid_of(quiet_town, plan, "A1U1").key
    assert grid_of(quiet_town, plan, "N1").parent_key == unit.key
    gone = edit(quiet_town, plan, "redraw", grids=[told("N1", parent="A1U1")], ended=["NU"])
    assert gone.ended == ("NU",)
    undo_all(quiet_town, plan)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"grids": [told("A9", square(0, 0))]}, NotFound, "A9"),
        ({"ended": ["A9"]}, NotFound, "A9"),
        ({"grids": [told("A1", name="x"), told("A1", name="y")]}, InputError, "named twice"),
        ({"grids": [told("A1U1M1")]}, InputError, "changes nothing"),
        ({"grids": [told("A1U1M1", square(0, 0))]}, InputError, "changes nothing"),
        ({"grids": [told("A1U1M1", new_code="A1U1M2")]}, Conflict, "A1U1M2"),
        ({"made": [told("A1", square(0, 0), level="micro")]}, Conflict, "A1"),
        ({"grids": [told("A1U1M1", parent="A1")]}, InputError, "level area cannot"),
        ({"grids": [told("A1U1M1", parent="A9")]}, NotFound, "A9"),
        ({"grids": [told("P1", parent="A1")]}, InputError, "level police"),
        ({"ended": ["A1U1"]}, Conflict, r"A1U1M1.*A1U1"),
        ({"grids": [told("A1U2M1", parent="A1U1")], "ended": ["A1U1"]}, Conflict, "parent ends"),
        (
            {"grids": [told("A1U1M1", shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]))]},
            InputError,
            r"lon 0\.5000000, lat 0\.5000000: the shape is not valid: Self-intersection",
        ),
        ({"grids": [told("A1U1M1", shapely.Polygon())]}, InputError, "at least 4"),
        ({"grids": [told("A1U1M1", shapely.Point(0, 0))]}, InputError, "'point'"),
        ({"grids": [told("A1U1M1", shapely.box(0, 0, 181, 1))]}, InputError, "180"),
        ({"grids": [told("A1U1M1", square(0, 0), colour="red")]}, InputError, "extra"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    quiet_town: Engine, plan: int, arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    before = state_of(quiet_town, plan)
    with pytest.raises(error, match=words):
        edit(quiet_town, plan, "redraw", **arguments)
    assert state_of(quiet_town, plan) == before


@pytest.mark.parametrize("open_at", [float("nan"), float("inf")])
def test_numbers_that_are_no_place_are_refused(open_at: float) -> None:
    ring = [(0.0, 0.0), (1.0, 0.0), (open_at, 1.0), (0.0, 0.0)]
    shape = {"type": "Polygon", "coordinates": [ring]}
    with pytest.raises(InputError, match="finite"):
        drafts.parse_edit("redraw", {"grids": [{"code": "A1", "shape": shape}]})


def test_a_ring_has_to_be_closed() -> None:
    shape = {"type": "Polygon", "coordinates": [[(0, 0), (1, 0), (1, 1), (0, 1)]]}
    with pytest.raises(InputError, match="end where it begins"):
        drafts.parse_edit("redraw", {"grids": [{"code": "A1", "shape": shape}]})


def test_so_many_vertices_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arguments, "_MOST_VERTICES", 9)
    five = {"grids": [told("A1", square(0, 0))]}
    drafts.parse_edit("redraw", five)
    with pytest.raises(InputError, match="10 vertices are more than 9"):
        drafts.parse_edit("redraw", five | {"made": [told("N", square(0, 0), level="unit")]})


def test_a_redrawing_is_made_again_on_another_base(town: Engine) -> None:
    mine, theirs = new_plan(town), new_plan(town)
    halves = [square(0, 0, 0.5, 1), square(0.5, 0, 0.5, 1)]
    made = [{"level": "micro", "parent": "A1U1", "shape": mapping(halves[1])}]
    grids = [told("A1U1M1", halves[0])]
    (code,) = edit(town, mine, "redraw", grids=grids, made=made).made
    edit(town, mine, "redraw", grids=[told(code, name="右")])
    edit(town, mine, "redraw", grids=[told("A1U1M1", square(0, 0))], ended=[code])
    with town.begin() as connection:
        drafts.undo(connection, mine)
    # Theirs takes the code that mine had chosen.
    elsewhere = [{"level": "micro", "parent": "A1U1", "shape": mapping(square(0, 9))}]
    assert edit(town, theirs, "redraw", grids=[told("A1U1M4", name="四")], made=elsewhere).made == (
        code,
    )
    with town.begin() as connection:
        put(connection, theirs)
        drafts.rebase(connection, mine)
        frame = drafts.frame(connection, mine, "micro").set_index("code")
        log = drafts.log(connection, mine)
    (now,) = frame.index[frame["name"] == "右"]
    assert now != code
    assert shapely.equals_identical(frame.geometry[now], shapely.MultiPolygon([halves[1]]))
    assert log[0].arguments["made"][0]["code"] is None
    assert log[1].arguments["grids"][0]["code"] == now


def test_what_is_redrawn_is_published_as_it_is(town: Engine) -> None:
    plan = new_plan(town)
    halves = [square(0, 0, 0.5, 1), square(0.5, 0, 0.5, 1)]
    grids = [told("A1U1M1", halves[0])]
    made = [told("N1", halves[1], level="micro", parent="A1U1", households=7)]
    edit(town, plan, "redraw", grids=grids, made=made)
    copy_of = None
    with town.begin() as connection:
        copy_of = drafts.fork(connection, plan, "另案")
        put(connection, plan)
        held = drafts.frame(connection, new_plan(town), "micro").set_index("code")
    for code, shape in zip(("A1U1M1", "N1"), halves, strict=True):
        assert shapely.equals_identical(held.geometry[code], shapely.MultiPolygon([shape]))
    assert held.loc["N1", ["parent", "households"]].tolist() == ["A1U1", 7]
    assert state_of(town, copy_of)
