"""Proposals on made-up ground: what each must be, and what is said where nothing fits."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import shapely
import shapely.ops
from hypothesis import given, settings
from hypothesis import strategies as st

from gisgrid.planning.proposals import Ground, Homes, Lines, Present, Range, cut_into_cells, propose
from gisgrid.planning.proposals.dividing import Piece
from gisgrid.planning.proposals.graph import cell_graph, pieces
from gisgrid.planning.proposals.parting import handy_parts
from tests.planning.proposals.blocks import (
    SOUTH,
    STEP,
    WEST,
    ground,
    kind,
    require_sound,
    with_households,
    with_line,
    with_present,
)

NO_LINES = Lines(np.array([], dtype=object), ())
RIVER = shapely.LineString(
    [
        (WEST - STEP, SOUTH + 1.5 * STEP),
        (WEST + 2.5 * STEP, SOUTH + 2.3 * STEP),
        (WEST + 9 * STEP, SOUTH + 1.4 * STEP),
    ]
)


def alone(points: list[tuple[float, float]], households: list[int]) -> Homes:
    """Homes without buildings."""
    count = len(points)
    return Homes(
        np.array(points, dtype=np.float64).reshape(-1, 2),
        np.array(households, dtype=np.int64),
        np.full(count, -1, dtype=np.int64),
        np.array([], dtype=object),
    )


@given(st.integers(0, 2**32), st.booleans(), st.booleans(), st.integers(1, 6))
@settings(max_examples=15, deadline=None)
def test_every_proposal_tiles_the_ground_with_whole_grids(
    seed: int, lines: bool, river: bool, per_block: int
) -> None:
    place = ground(seed, columns=4, rows=3, per_block=per_block, households=100 // per_block)
    place = place if lines else replace(place, lines=NO_LINES)
    place = with_line(place, RIVER, "river") if river else place
    for proposal in propose(place, seed=seed):
        require_sound(place, proposal)
        inside = (proposal.households >= 300) & (proposal.households <= 500)
        assert proposal.measures.in_range == inside.mean()
        assert [miss.grid for miss in proposal.misses] == np.flatnonzero(~inside).tolist()


@given(st.integers(0, 2**32))
@settings(max_examples=5, deadline=None)
def test_cells_are_a_coverage_and_hold_every_home(seed: int) -> None:
    place = ground(seed, columns=3, rows=3)
    cells = cut_into_cells(place)
    assert shapely.coverage_is_valid(cells.shapes)
    assert cells.households.sum() == place.homes.households.sum()
    assert len(np.unique(cells.block)) == 9
    lived_in = np.bincount(cells.block, weights=cells.households) > 0
    assert not (lived_in[cells.block] & (cells.households == 0)).any()


def test_the_same_seed_gives_the_same_and_another_seed_need_not() -> None:
    place = ground(4)
    one, again = propose(place, seed=7), propose(place, seed=7)
    assert [shape.wkb for p in one for shape in p.shapes] == [
        shape.wkb for p in again for shape in p.shapes
    ]
    others = [[p.label.tolist() for p in propose(place, seed=seed)] for seed in range(4)]
    assert any(labels != others[0] for labels in others[1:])


@pytest.mark.parametrize("total", [60, 250, 501, 550, 599])
def test_totals_that_no_number_of_grids_serves_are_named(total: int) -> None:
    place = ground(1)
    households = np.full(len(place.homes.points), total // len(place.homes.points))
    households[0] += total - households.sum()
    for proposal in propose(with_households(place, households)):
        assert proposal.misses
        assert {(miss.reason, miss.total) for miss in proposal.misses} == {("total", total)}


def test_a_building_above_the_range_is_named_and_the_others_are_in_it() -> None:
    place = ground(1)
    households = place.homes.households.copy()
    households[7] = 640
    best = kind(propose(with_households(place, households)), "best")
    assert [(miss.households, miss.reason, miss.total) for miss in best.misses] == [
        (640, "building", 640)
    ]
    two = Ground(place.region, alone([(121.401, 31.201), (121.404, 31.203)], [750, 760]), NO_LINES)
    best = kind(propose(two), "best")
    assert sorted((miss.reason, miss.total) for miss in best.misses) == [
        ("building", 750),
        ("building", 760),
    ]


@pytest.mark.parametrize("giant", [800, 5_000])
def test_a_giant_building_takes_nothing_from_the_grids_round_it(giant: int) -> None:
    place = ground(3, columns=8, rows=8)
    counts = place.homes.households.copy()
    counts[len(counts) // 2] = giant
    found = propose(replace(place, homes=replace(place.homes, households=counts)))
    best = next(one for one in found if "best" in one.kinds)
    assert [(miss.households, miss.reason) for miss in best.misses] == [(giant, "building")]


def test_no_barrier_is_crossed_and_each_side_is_served_by_itself() -> None:
    place = with_line(ground(1), RIVER, "river", frozenset({"river"}))
    for proposal in propose(place):
        require_sound(place, proposal)
        assert "river" not in proposal.measures.crossed_m
        banks = shapely.get_parts(shapely.ops.split(place.region, RIVER))
        assert len(banks) == 2
        shares = shapely.area(shapely.intersection(proposal.shapes[:, None], banks))
        assert (shares.min(axis=1) < 1e-12).all()


def test_a_river_that_grids_lie_on_both_sides_of_is_said() -> None:
    place = with_line(ground(1, columns=2, rows=2, households=20), RIVER, "river")
    best = kind(propose(place), "best")
    metres = shapely.length(shapely.intersection(RIVER, place.region)) * 111_320 * 0.86
    assert len(best.shapes) == 1
    assert best.measures.crossed_m["river"] == pytest.approx(metres, rel=0.05)
    # One that ends within a block divides nothing, and is crossed all the same.
    ditch = shapely.LineString(
        [(WEST + 0.3 * STEP, SOUTH - STEP), (WEST + 0.3 * STEP, SOUTH + 0.7 * STEP)]
    )
    crossed = kind(propose(with_line(ground(1), ditch, "river")), "best").measures.crossed_m
    assert crossed["river"] == pytest.approx(0.7 * STEP * 111_320, rel=0.02)


def test_locked_grids_stay_to_the_bit() -> None:
    place = ground(1)
    best = kind(propose(place), "best")
    locked = with_present(place, best, 0, 2)
    changed = np.random.default_rng(3).uniform(0.5, 1.5, len(place.homes.points))
    locked = with_households(locked, (place.homes.households * changed).astype(np.int64))
    proposals = propose(locked)
    assert kind(proposals, "best").present.tolist() != [-1] * len(best.shapes)
    for proposal in proposals:
        require_sound(locked, proposal)
        for present in (0, 2):
            (at,) = np.flatnonzero(proposal.present == present)
            assert shapely.equals(proposal.shapes[at], best.shapes[present])


def test_ground_that_is_all_locked_is_left_as_it_is() -> None:
    place = ground(1)
    best = kind(propose(place), "best")
    (only,) = propose(with_present(place, best, *range(len(best.shapes))), Range(100, 200))
    assert only.kinds == ("present",)
    assert {miss.reason for miss in only.misses} == {"locked"}


def test_a_division_that_was_taken_over_is_the_one_that_changes_least() -> None:
    place = ground(1)
    best = kind(propose(place), "best")
    first = propose(with_present(place, best))[0]
    assert {"present", "least-change"} <= {*first.kinds}
    assert first.measures.kept == 1.0
    for shape, present in zip(first.shapes, first.present, strict=True):
        assert shapely.equals_identical(
            shapely.normalize(shape), shapely.normalize(best.shapes[present])
        )


@given(st.integers(0, 2**32))
@settings(max_examples=6, deadline=None)
def test_most_households_stay_when_some_change(seed: int) -> None:
    place = ground(seed % 1_000, columns=4)
    best = kind(propose(place), "best")
    rng = np.random.default_rng(seed)
    count = len(place.homes.points)
    factor = np.where(rng.random(count) < 0.4, rng.choice([0.9, 1.1], count), 1.0)
    households = np.rint(place.homes.households * factor).astype(np.int64)
    again = with_households(with_present(place, best), households)
    least = kind(propose(again), "least-change")
    require_sound(again, least)
    assert least.measures.kept >= 0.8


def test_a_unit_in_several_parts_is_divided_part_by_part() -> None:
    place = ground(2)
    islet = shapely.box(WEST + 20 * STEP, SOUTH, WEST + 21 * STEP, SOUTH + STEP)
    far = [(WEST + 20.5 * STEP, SOUTH + 0.5 * STEP)] * 2
    parted = replace(place, region=shapely.MultiPolygon([place.region, islet]))
    homes = replace(
        place.homes,
        points=np.vstack([place.homes.points, far]),
        households=np.append(place.homes.households, [200, 210]),
        buildings=np.append(place.homes.buildings, [-1, -1]),
    )
    lived_in = replace(parted, homes=homes)
    best = kind(propose(lived_in), "best")
    require_sound(lived_in, best)
    assert best.measures.in_range == 1.0
    assert any(shapely.equals(shape, islet) for shape in best.shapes)
    # Where nobody lives on it, it is no grid of its own.
    best = kind(propose(parted), "best")
    require_sound(parted, best, contiguous=False)
    assert best.measures.in_range == 1.0
    assert best.measures.contiguous < 1.0


def test_ground_without_homes() -> None:
    empty = replace(ground(1), homes=alone([], []))
    (only,) = propose(empty)
    assert (only.kinds, only.households.tolist()) == (("best",), [0])
    assert [miss.reason for miss in only.misses] == ["empty"]
    (left,) = propose(replace(empty, present=Present(only.shapes, np.array([False]))))
    assert left.kinds == ("present",)


def test_homes_on_borders_and_homes_at_one_point_are_all_counted() -> None:
    place = ground(1)
    points = place.homes.points.copy()
    points[:20, 0] = WEST
    points[20:40, 1] = SOUTH + STEP
    points[40:44] = (WEST + 2 * STEP, SOUTH + 2 * STEP)
    place = replace(place, homes=replace(place.homes, points=points))
    for proposal in propose(place):
        require_sound(place, proposal)


def test_homes_on_the_border_of_present_grids_are_the_first_ones() -> None:
    place = ground(1, households=0)
    halves = np.array(
        [
            shapely.box(WEST, SOUTH, WEST + 2.5 * STEP, SOUTH + 4 * STEP),
            shapely.box(WEST + 2.5 * STEP, SOUTH, WEST + 5 * STEP, SOUTH + 4 * STEP),
        ],
        dtype=object,
    )
    homes = alone([(WEST + 2.5 * STEP, SOUTH + k * 0.3 * STEP) for k in range(1, 9)], [50] * 8)
    for shapes, counts in ((halves, [400, 0]), (halves[::-1], [400, 0])):
        present = Present(shapes, np.zeros(2, dtype=np.bool_))
        found = kind(propose(replace(place, homes=homes, present=present)), "present")
        assert found.households[found.present].tolist() == counts


def test_enclaves_holes_and_lines_along_the_border() -> None:
    place = ground(3)
    hole = shapely.box(WEST + 1.2 * STEP, SOUTH + 1.2 * STEP, WEST + 2.7 * STEP, SOUTH + 2.7 * STEP)
    place = replace(place, region=shapely.difference(place.region, hole))
    border = shapely.LineString(shapely.get_coordinates(place.region)[:3])
    place = with_line(place, border, "main")
    twice = replace(
        place,
        lines=Lines(np.concatenate([place.lines.shapes] * 2), place.lines.classes * 2),
    )
    for proposal in propose(twice):
        require_sound(twice, proposal)


def test_large_ground_is_divided_in_parts_that_present_grids_lie_in_whole() -> None:
    place = ground(5, columns=13, rows=10)
    best = kind(propose(place), "best")
    require_sound(place, best)
    assert len(best.shapes) > 24
    assert best.measures.in_range == 1.0
    cells = cut_into_cells(with_present(place, best))
    graph = cell_graph(cells, place.lines)
    everything = np.arange(len(cells.shapes))
    whole = Piece(everything, graph, cells.households, cells.block, cells.present)
    parts = handy_parts(whole, Range(), np.random.default_rng(1))
    assert len(parts) > 1
    assert sorted(np.concatenate([part.cells for part in parts]).tolist()) == everything.tolist()
    assert all(pieces(part.graph).max() == 0 for part in parts)
    held = [set(part.present.tolist()) for part in parts]
    assert sum(map(len, held)) == len(set.union(*held))
    assert handy_parts(parts[0], Range(), np.random.default_rng(1)) == [parts[0]]


def test_what_progress_raises_ends_the_search() -> None:
    told: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        propose(ground(1), progress=stop)
    assert [done for done, _ in told] == [1, 2, 3]
    told.clear()
    propose(ground(1), progress=lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1]
    assert all(one <= other for (one, _), (other, _) in pairwise(told))
