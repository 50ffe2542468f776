"""Plans: what is covered, when, by whom, and that nobody is forgotten."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gisgrid.errors import InputError
from gisgrid.hotspots.patrols import Ground, Patrol, Team, plan_patrol, reach_within, turn

from .cases import town_case

EIGHT_HOURS = 480.0


def ground_of(seed: int, hours: int = 8, **size: int) -> Ground:
    case = town_case(seed, **{"points": 200, "sites": 50, **size}, side=2500.0)
    rng = np.random.default_rng(seed)
    expected = case.weight[:, None] * rng.gamma(2.0, 0.5, (len(case.weight), hours))
    grid = rng.integers(0, 20, len(case.sites))
    return Ground(case.sites, grid, case.reach(200.0), expected)


def require_walkable(plan: Patrol, ground: Ground, team: Team) -> None:
    """Every officer can be where and when the plan says, and is out no longer than asked."""
    for officer, duty in enumerate(plan.duties):
        own = [stop for stop in plan.stops if stop.officer == officer]
        assert [stop.position for stop in own] == list(range(len(own)))
        for one, after in itertools.pairwise(own):
            metres = np.hypot(*(ground.xy[one.site] - ground.xy[after.site])) * team.detour
            needed = one.minutes + metres / team.metres_per_minute
            assert after.minute >= one.minute + needed - 1e-6
        if own:
            assert own[0].minute >= duty.begins
            assert own[-1].minute + own[-1].minutes <= duty.ends + 1e-6
        assert duty.ends - duty.begins == pytest.approx(team.minutes_each)
        assert 0 <= duty.begins <= duty.ends <= team.shift_minutes + 1e-6
    assert all(10 <= stop.minutes <= 16 for stop in plan.stops)


@settings(max_examples=6)
@given(
    seed=st.integers(0, 1000), officers=st.integers(1, 4), hours=st.sampled_from([2.0, 5.5, 8.0])
)
def test_plans_can_be_walked(seed: int, officers: int, hours: float) -> None:
    ground = ground_of(seed)
    team = Team(officers, hours * officers, EIGHT_HOURS, metres_per_minute=80.0)
    plan = plan_patrol(ground, team, asked=(3, 4), waiting=(5, 6, 7), seed=seed)
    require_walkable(plan, ground, team)
    assert plan.stops
    assert 0 < plan.covered <= plan.expected + 1e-9
    visited = {int(ground.grid[stop.site]) for stop in plan.stops}
    assert {3, 4} - set(plan.left_out) <= visited


def test_the_same_input_gives_the_same_plan_and_another_seed_another() -> None:
    ground, team = ground_of(1), Team(2, 8.0, EIGHT_HOURS)
    first = plan_patrol(ground, team, seed=5)
    assert plan_patrol(ground, team, seed=5) == first
    others = [plan_patrol(ground, team, seed=seed) for seed in range(6, 8)]
    assert any(other.stops != first.stops for other in others)
    # What is covered hardly depends on the seed.
    assert all(abs(other.covered - first.covered) < 0.05 * first.covered for other in others)


def test_officers_are_out_when_most_is_expected() -> None:
    ground = ground_of(2)
    expected = ground.expected.copy()
    expected[:, 4:6] *= 10
    night = plan_patrol(replace(ground, expected=expected), Team(2, 4.0, EIGHT_HOURS))
    assert [(duty.begins, duty.ends) for duty in night.duties] == [(240.0, 360.0)] * 2


def test_a_stall_that_is_noisy_late_is_visited_late() -> None:
    # Two places of equal weight in all, one early, one late; they lie too far apart for both.
    xy = np.array([[0.0, 0.0], [9000.0, 0.0]])
    expected = np.array([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]])
    ground = Ground(xy, np.array([0, 1]), reach_within(xy, xy, 100.0), expected)
    plan = plan_patrol(ground, Team(1, 4.0, 240.0))
    assert [stop.site for stop in plan.stops] == [0, 1]
    assert plan.stops[1].minute >= 120.0 or plan.stops[1].minute + 46 >= 120.0


def test_places_that_are_bad_all_night_are_visited_again() -> None:
    ground = ground_of(3)
    expected = np.full_like(ground.expected, 1e-3)
    hot = ground.reach.of(7)
    expected[hot] = 5.0
    plan = plan_patrol(replace(ground, expected=expected), Team(1, 8.0, EIGHT_HOURS))
    there = [stop for stop in plan.stops if set(ground.reach.of(stop.site)) & set(hot)]
    covering = [stop.minute for stop in there if stop.expected > 5.0 * len(hot)]
    assert len({minute // 120 for minute in covering}) >= 2
    # Not at once again, where an officer happens to stand there when a round begins.
    assert all(after - one >= 30.0 for one, after in itertools.pairwise(covering))


def test_what_is_asked_for_comes_first_and_what_has_no_site_is_named() -> None:
    ground = ground_of(4)
    plan = plan_patrol(ground, Team(1, 2.0, 120.0), asked=(9, 77, 2))
    asked = [int(ground.grid[stop.site]) for stop in plan.stops if stop.why == "asked"]
    assert sorted(asked) == [2, 9]
    assert plan.left_out == (77,)


def test_those_who_wait_take_no_more_than_a_third() -> None:
    ground = ground_of(5)
    plan = plan_patrol(ground, Team(1, 8.0, EIGHT_HOURS), waiting=tuple(range(20)))
    waiting = [stop for stop in plan.stops if stop.why == "waiting"]
    assert 0 < len(waiting) <= EIGHT_HOURS / 15 / 3


@given(size=st.integers(1, 60), every=st.integers(1, 20))
def test_each_grid_has_its_turn_within_the_nights(size: int, every: int) -> None:
    last = dict.fromkeys(range(size), -1)
    for night in range(2 * every):
        row = sorted(last, key=lambda one: (last[one], one))
        for one in turn(row, every):
            last[one] = night
        if night >= every - 1:
            assert min(last.values()) > night - every


@pytest.mark.parametrize(
    ("team", "told"),
    [
        ((0, 8.0, 480.0), "nobody is out"),
        ((1, 0.0, 480.0), "nobody is out"),
        ((2, 20.0, 480.0), "out 10 hours of a shift of 8"),
        ((1, 1.0, 0.0), "no time"),
    ],
)
def test_a_team_that_cannot_be(team: tuple[int, float, float], told: str) -> None:
    with pytest.raises(InputError, match=told):
        Team(*team)


def test_no_sites_make_no_stops() -> None:
    empty = np.zeros((0, 2))
    ground = Ground(
        empty, np.zeros(0, dtype=int), reach_within(empty, empty, 1.0), np.zeros((0, 8))
    )
    plan = plan_patrol(ground, Team(2, 8.0, EIGHT_HOURS), asked=(1,))
    assert plan.stops == ()
    assert plan.left_out == (1,)
