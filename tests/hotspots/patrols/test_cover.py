"""Covers beside all choices there are, and beside the optimum that HiGHS proves."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.errors import InputError
from gisgrid.hotspots.patrols import exact_cover, greedy_cover, quick_cover, reach_within

from .cases import town_case


def best_of_all(sites: np.ndarray, points: np.ndarray, weight: np.ndarray, count: int) -> float:
    """The most that any choice covers, by distances alone."""
    near = np.hypot(*(sites[:, None] - points[None]).transpose(2, 0, 1)) <= 1.0
    return max(
        float(weight[near[list(chosen)].any(axis=0)].sum())
        for chosen in itertools.combinations(range(len(sites)), min(count, len(sites)))
    )


@given(
    seed=st.integers(0, 10_000),
    sites=st.integers(1, 8),
    points=st.integers(0, 14),
    count=st.integers(1, 5),
)
def test_exact_is_the_best_of_all_choices_and_the_others_are_near(
    seed: int, sites: int, points: int, count: int
) -> None:
    rng = np.random.default_rng(seed)
    at, demand = rng.random((sites, 2)) * 4, rng.random((points, 2)) * 4
    weight = rng.integers(0, 9, points).astype(float)
    reach = reach_within(at, demand, 1.0)
    best = best_of_all(at, demand, weight, count)
    exact = exact_cover(reach, weight, count)
    greedy, quick = greedy_cover(reach, weight, count), quick_cover(reach, weight, count)
    assert exact.value == pytest.approx(best)
    assert exact.bound == pytest.approx(best)
    assert (1 - 1 / np.e) * best <= greedy.value + 1e-9
    assert greedy.value <= quick.value + 1e-9
    assert quick.value <= best + 1e-9
    for one in (greedy, quick, exact):
        assert len(set(one.sites)) == len(one.sites) <= count
        assert one.value == pytest.approx(reach.value(list(one.sites), weight))


@given(seed=st.integers(0, 1000), count=st.integers(3, 6))
def test_what_has_to_be_taken_is_taken(seed: int, count: int) -> None:
    case = town_case(seed, points=60, sites=20, side=1500.0)
    reach = case.reach(200.0)
    for search in (greedy_cover, quick_cover, exact_cover):
        found = search(reach, case.weight, count, taken=(7, 2, 11))
        assert found.sites[:3] == (7, 2, 11)
        assert len(found.sites) <= count


def test_greedy_is_put_right_by_swaps() -> None:
    # The middle site is the heaviest, but both of its neighbours together cover all.
    sites = np.array([[0.0, 0], [10, 0], [20, 0]])
    points = np.array([[-4.0, 0], [4, 0], [6, 0], [14, 0], [16, 0], [24, 0]])
    weight = np.array([3.0, 2, 2, 2, 2, 3])
    reach = reach_within(sites, points, 6.0)
    assert greedy_cover(reach, weight, 1).sites == (1,)
    assert greedy_cover(reach, weight, 2).value == 11.0
    assert set(quick_cover(reach, weight, 2).sites) == {0, 2}
    assert quick_cover(reach, weight, 2).value == weight.sum()


def test_a_point_at_just_the_radius_is_covered() -> None:
    reach = reach_within(np.zeros((1, 2)), np.array([[3.0, 4.0], [3.0, 4.001]]), 5.0)
    assert reach.covered([0]).tolist() == [True, False]
    with pytest.raises(InputError, match="radius above 0"):
        reach_within(np.zeros((1, 2)), np.zeros((1, 2)), 0.0)


def test_nothing_to_cover_needs_no_site() -> None:
    reach = reach_within(np.zeros((2, 2)), np.full((3, 2), 99.0), 1.0)
    for search in (greedy_cover, quick_cover, exact_cover):
        assert search(reach, np.ones(3), 2).sites == ()
        assert search(reach, np.ones(3), 2).value == 0.0


def test_a_search_that_runs_out_of_time_gives_a_bound() -> None:
    case = town_case(1)
    found = exact_cover(case.reach(500.0), case.weight, 20, seconds=0.02)
    assert found.value >= quick_cover(case.reach(500.0), case.weight, 20).value
    assert found.bound is not None
    assert found.value <= found.bound <= case.weight.sum()


@pytest.mark.parametrize("seed", [3, 17])
def test_the_quick_cover_comes_near_the_optimum(seed: int) -> None:
    case = town_case(seed)
    reach = case.reach(300.0)
    optimum = exact_cover(reach, case.weight, 25, gap=1e-4)
    assert quick_cover(reach, case.weight, 25).value >= 0.99 * optimum.value


@pytest.mark.drill
@pytest.mark.parametrize(("radius", "count"), [(150.0, 40), (300.0, 25), (500.0, 20)])
def test_fifty_towns(radius: float, count: int) -> None:
    shares, seconds = [], []
    for seed in range(50):
        case = town_case(seed)
        reach = case.reach(radius)
        optimum = exact_cover(reach, case.weight, count, seconds=60.0)
        assert optimum.bound == pytest.approx(optimum.value, rel=1e-4)
        begin = time.perf_counter()
        shares.append(quick_cover(reach, case.weight, count).value / optimum.value)
        seconds.append(time.perf_counter() - begin)
    print(f"{np.median(shares):.4f} {min(shares):.4f} {1e3 * np.median(seconds):.0f} ms")  # noqa: T201
    assert np.median(shares) >= 0.99
    assert min(shares) >= 0.97
    assert np.median(seconds) < 0.1
