"""Proposals taken over by a plan: sound levels, households as counted, and the way back."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from api.plans.bodies import MOST_BYTES
from gisgrid.planning.proposals import Proposal, Range, propose
from gisgrid.store import drafts
from gisgrid.store.drafts import EditResult
from gisgrid.store.drafts.arguments import parse_edit
from gisgrid.store.units import UnitGround, redraw_of, unit_ground, unit_standing
from tests.store.drafts.states import new_plan, state_of, undo_all

UNITS = ("A1U00", "A1U01", "A1U11", "A2U21", "A2U30")


@dataclass
class Taken:
    """A proposal, and what became of it in the database."""

    place: UnitGround
    proposal: Proposal
    result: EditResult
    households: dict[str, int]

    def require_as_proposed(self) -> None:
        """Refuse other codes than those that go on, and other households than were proposed."""
        present = self.proposal.present
        going_on = [self.place.grids[k].code for k in present[present >= 0].tolist()]
        counts = self.proposal.households[present >= 0].tolist()
        assert [self.households[code] for code in going_on] == counts
        assert sorted(self.households.values()) == sorted(self.proposal.households.tolist())
        assert {*self.result.ended} == {grid.code for grid in self.place.grids} - {*going_on}
        assert len(self.result.made) == (present < 0).sum()


def take_over(connection: Connection, plan: int, place: UnitGround, proposal: Proposal) -> Taken:
    """Take a proposal over as the web would: by the JSON of its edit."""
    told = redraw_of(connection, plan, place, proposal).model_dump(mode="json")
    assert len(json.dumps(told)) < MOST_BYTES
    result = drafts.edit(connection, plan, parse_edit(told.pop("kind"), told))
    standing = unit_standing(connection, plan, place.unit.code)
    return Taken(place, proposal, result, {one.code: one.households for one in standing})


def require_nested(connection: Connection, plan: int) -> None:
    """Refuse levels that are no coverages, and parents that their children do not tile."""
    levels = {level: drafts.frame(connection, plan, level) for level in ("area", "unit", "micro")}
    for frame in levels.values():
        assert shapely.coverage_is_valid(frame.geometry.to_numpy(dtype=object))
    for upper, lower in (("area", "unit"), ("unit", "micro")):
        below = levels[lower]
        for parent in levels[upper].itertuples():
            children = below.geometry[below["parent"] == parent.code].to_numpy(dtype=object)
            together = shapely.coverage_union_all(children)
            assert shapely.equals(together, parent.geometry)
            one, other = (
                {tuple(place) for place in shapely.get_coordinates(shape).tolist()}
                for shape in (together, parent.geometry)
            )
            assert one == other


@given(
    st.sampled_from(UNITS),
    st.sampled_from([20, 60, 120]),
    st.integers(0, 2**31),
    st.sampled_from(["least-change", "best", "more"]),
)
@settings(max_examples=5, deadline=None)
def test_a_proposal_is_taken_over_whole_and_undone(
    honeycomb: Engine, unit: str, least: int, seed: int, kind: str
) -> None:
    plan = new_plan(honeycomb)
    before = state_of(honeycomb, plan)
    with honeycomb.begin() as connection:
        place = unit_ground(connection, plan, unit)
        proposals = propose(place.ground, Range(least, least * 5 // 3), seed=seed)
        new = [one for one in proposals if kind in one.kinds and "present" not in one.kinds]
        assume(new)
        taken = take_over(connection, plan, place, new[0])
        taken.require_as_proposed()
        require_nested(connection, plan)
    assert state_of(honeycomb, plan) != before
    assert undo_all(honeycomb, plan) == 1
    assert state_of(honeycomb, plan) == before


def test_a_unit_of_the_sample_with_its_streets(sample: Engine) -> None:
    code = "310114001001"
    with sample.connect() as connection:
        plan = drafts.new(connection, "方案")
        place = unit_ground(connection, plan, code)
        proposals = propose(place.ground)
        assert proposals[0].measures.in_range < 1.0
        (least,) = [one for one in proposals if "least-change" in one.kinds]
        taken = take_over(connection, plan, place, least)
        taken.require_as_proposed()
        assert all(300 <= count <= 500 for count in taken.households.values())
        require_nested(connection, plan)
        # What the proposal leaves as it is is not touched, nor are units that are not beside it.
        same = [grid.code for grid in place.grids if grid.code not in taken.result.changed]
        assert same
        drawn = drafts.frame(connection, plan, "micro")
        near = shapely.dwithin(drawn.geometry.to_numpy(dtype=object), place.unit.shape, 1e-6)
        assert not drawn["drafted"][~near].any()
        # Asked again, the plan's own grids are the present ones and need no change.
        again = propose(unit_ground(connection, plan, code).ground)
        assert {"present", "least-change"} <= {*again[0].kinds}
        connection.rollback()


def test_special_and_locked_grids_stay(honeycomb: Engine) -> None:
    plan = new_plan(honeycomb)
    with honeycomb.begin() as connection:
        first, second, *_ = unit_ground(connection, plan, "A1U00").grids
        drafts.edit(
            connection, plan, parse_edit("set-special", {"code": first.code, "special": True})
        )
        place = unit_ground(connection, plan, "A1U00", locked=[second.code])
        proposals = propose(place.ground, Range(20, 33))
        best = next(one for one in proposals if "best" in one.kinds)
        taken = take_over(connection, plan, place, best)
        reasons = {miss.reason for miss in best.misses if best.present[miss.grid] in (0, 1)}
        assert reasons <= {"locked"}
        assert not {first.code, second.code} & {*taken.result.changed, *taken.result.ended}
    assert np.isin([0, 1], best.present).all()
