"""After any sequence of edits, undos and redos a plan is a coverage, and nothing is lost."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from gisgrid.errors import Conflict, GisgridError
from gisgrid.store import drafts
from gisgrid.store.tables import address
from tests.store.drafts.drawing import random_edit
from tests.store.drafts.states import edit, new_plan, redo_all, state_of, undo_all

PLAIN = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
STEPS = st.lists(
    st.tuples(st.sampled_from(["edit", "edit", "edit", "undo", "redo"]), st.integers(0, 2**32 - 1)),
    min_size=4,
    max_size=12,
)

# What edits came to, over all examples of a run.
outcomes: Counter[str] = Counter()


def attempt(engine: Engine, plan: int, seed: int) -> bool:
    """Make a random edit; whether it could be made."""
    kind, arguments = random_edit(engine, plan, np.random.default_rng(seed))
    try:
        edit(engine, plan, kind, **arguments)
    except GisgridError as error:
        outcomes[f"{kind} refused"] += 1
        assert error.what
        return False
    outcomes[kind] += 1
    return True


def walk(engine: Engine, plan: int, steps: list[tuple[str, int]]) -> None:
    """Take the steps beside a list of all states, which says what each has to come to."""
    states, place = [state_of(engine, plan)], 0
    for what, seed in steps:
        if what == "edit":
            if attempt(engine, plan, seed):
                states[place + 1 :] = [state_of(engine, plan)]
                place += 1
        else:
            way, step = (drafts.undo, -1) if what == "undo" else (drafts.redo, 1)
            possible = 0 <= place + step < len(states)
            try:
                with engine.begin() as connection:
                    way(connection, plan)
                assert possible
                place += step
            except Conflict:
                assert not possible
        assert state_of(engine, plan) == states[place]
    require_coverage(engine, plan)
    assert undo_all(engine, plan) == place
    assert state_of(engine, plan) == states[0]
    assert redo_all(engine, plan) == len(states) - 1
    assert state_of(engine, plan) == states[-1]


def require_coverage(engine: Engine, plan: int) -> None:
    """Each level tiles the same ground as before, children tile parents, homes have one owner."""
    with engine.connect() as connection:
        frames = {
            level: drafts.frame(connection, plan, level) for level in ("area", "unit", "micro")
        }
        fresh = connection.execute(
            select(func.ST_X(address.c.point), func.ST_Y(address.c.point))
        ).all()
    shapes = {level: frame.geometry.to_numpy(dtype=object) for level, frame in frames.items()}
    outline = shapely.normalize(shapely.coverage_union_all(shapes["area"]))
    for level, own in shapes.items():
        assert shapely.is_valid(own).all(), level
        assert shapely.coverage_is_valid(own), level
        assert shapely.normalize(shapely.coverage_union_all(own)) == outline, level
    for above, below in (("area", "unit"), ("unit", "micro")):
        for parent in frames[above].itertuples():
            children = shapes[below][(frames[below]["parent"] == parent.code).to_numpy()]
            assert len(children), parent.code
            joined = shapely.normalize(shapely.coverage_union_all(children))
            assert joined == shapely.normalize(as_simple(parent.geometry)), parent.code
    lon, lat = np.array([tuple(row) for row in fresh]).T
    homes = shapely.points(lon, lat)
    found, _ = shapely.STRtree(shapes["micro"]).query(homes, predicate="intersects")
    assert (np.bincount(found, minlength=len(homes)) == 1).all()


def as_simple(shape: Any) -> Any:
    """A multipolygon of one part as that part."""
    return shape.geoms[0] if len(shape.geoms) == 1 else shape


@examples(max_examples=3, derandomize=True, suppress_health_check=PLAIN)
@given(steps=STEPS)
def test_any_sequence_of_edits_keeps_the_coverage_and_can_be_undone(
    honeycomb: Engine, steps: list[tuple[str, int]]
) -> None:
    walk(honeycomb, new_plan(honeycomb), steps)


@pytest.mark.drill
@examples(max_examples=150, suppress_health_check=PLAIN)
@given(steps=STEPS)
def test_many_sequences(honeycomb: Engine, steps: list[tuple[str, int]]) -> None:
    walk(honeycomb, new_plan(honeycomb), steps)


def test_random_edits_are_mostly_made_and_of_every_kind(honeycomb: Engine) -> None:
    plan = new_plan(honeycomb)
    outcomes.clear()
    for seed in range(30):
        attempt(honeycomb, plan, seed)
    require_coverage(honeycomb, plan)
    made = {kind for kind in outcomes if "refused" not in kind}
    assert len(made) >= 6, outcomes
    assert sum(outcomes[kind] for kind in made) >= 12, outcomes


def test_the_piece_with_most_households_stays_the_grid_and_merging_adds_up(
    honeycomb: Engine,
) -> None:
    plan = new_plan(honeycomb)
    with honeycomb.connect() as connection:
        grid = drafts.PlanState(connection, plan).grid("M024")
        homes = connection.execute(
            select(func.ST_X(address.c.point), func.ST_Y(address.c.point), address.c.households)
            .where(address.c.micro_id == grid.key)
            .order_by(address.c.id)
        ).all()
    # The ground west of the line is the smaller piece with more households, or the other one.
    west, south, east, north = grid.shape.bounds
    for share in (0.3, 0.4, 0.6, 0.7):
        lon = west + share * (east - west)
        line = {"type": "LineString", "coordinates": [(lon, south - 0.01), (lon, north + 0.01)]}
        (code,) = edit(honeycomb, plan, "split", code="M024", line=line).made
        with honeycomb.connect() as connection:
            kept, made = drafts.PlanState(connection, plan).grids(["M024", code])
        sides = [sum(h for x, _, h in homes if (x < lon) is left) for left in (True, False)]
        is_west = shapely.point_on_surface(kept.shape).x < lon
        if sides[0] != sides[1]:
            assert is_west == (sides[0] > sides[1])
        assert made.parent_key == grid.parent_key
        # What was declared goes with the homes.
        assert kept.households + made.households == 400
        least = min(sides) if sides[0] != sides[1] else sides[0]
        assert abs(made.households - 400 * least / sum(sides)) < 1
        edit(honeycomb, plan, "set-households", code=code, households=7)
        edit(honeycomb, plan, "merge", codes=["M024", code], into="M024")
        with honeycomb.connect() as connection:
            assert drafts.PlanState(connection, plan).grid("M024").households == kept.households + 7
        for _ in range(3):
            with honeycomb.begin() as connection:
                drafts.undo(connection, plan)


def test_codes_that_others_have_are_refused_for_new_grids(honeycomb: Engine) -> None:
    plan = new_plan(honeycomb)
    with honeycomb.connect() as connection:
        shape = drafts.PlanState(connection, plan).grid("M010").shape
    west, south, east, north = shape.bounds
    middle = (west + east) / 2
    line = {"type": "LineString", "coordinates": [(middle, south - 0.01), (middle, north + 0.01)]}
    for codes in (["M011"], ["X1", "X2", "X3", "X4"]):
        with pytest.raises(GisgridError):
            edit(honeycomb, plan, "split", code="M010", line=line, new_codes=codes)
    # The next number after 010 that nobody has.
    assert edit(honeycomb, plan, "split", code="M010", line=line).made == ("M048",)
