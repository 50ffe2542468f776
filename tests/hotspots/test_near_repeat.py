"""Near repeats: counts by hand, chance left alone, what was planted found."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist

from gisgrid.errors import InputError, LimitExceeded
from gisgrid.hotspots import near_repeat

METRES, DAYS = [0.0, 100, 250], [0.0, 7, 30]


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(0, 30))
def test_pairs_are_counted_in_their_bands(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    # Whole numbers, so that some lie on the bounds.
    points = rng.integers(0, 8, (size, 2)) * 50.0
    days = rng.integers(0, 40, size) * 1.0
    found = near_repeat(points, days, METRES, DAYS, permutations=1)
    apart, late = (pdist(points), pdist(days[:, None])) if size > 1 else (np.empty(0), np.empty(0))
    expected = [
        [
            ((apart >= a) & (apart < b) & (late >= c) & (late < d)).sum()
            for c, d in itertools.pairwise(DAYS)
        ]
        for a, b in itertools.pairwise(METRES)
    ]
    assert found.observed.tolist() == expected


def test_what_follows_closely_is_found() -> None:
    rng = np.random.default_rng(2)
    points, days = rng.random((400, 2)) * 5_000, rng.random(400) * 365
    # One in four is followed within 100 m and a week.
    again = rng.choice(400, 100, replace=False)
    points = np.concatenate([points, points[again] + rng.uniform(-60, 60, (100, 2))])
    days = np.concatenate([days, days[again] + rng.random(100) * 6])
    found = near_repeat(points, days, METRES, DAYS)
    assert found.ratio[0, 0] > 5
    assert found.p[0, 0] == pytest.approx(1 / 1000)
    assert found.p[1, 1] > 0.01


def test_trouble_that_is_always_there_is_no_near_repeat() -> None:
    """Events gather in places and in seasons, but none follows another."""
    rng = np.random.default_rng(5)
    p = []
    for _ in range(30):
        points = rng.normal(0, 300, (150, 2)) + 3_000 * rng.integers(0, 3, (150, 1))
        days = rng.normal(180, 40, 150)
        p.append(near_repeat(points, days, METRES, DAYS, permutations=39).p[0, 0])
    assert 0.25 < np.mean(p) < 0.75
    assert (np.array(p) <= 0.05).sum() <= 5


def test_the_same_seed_gives_the_same() -> None:
    rng = np.random.default_rng(1)
    points, days = rng.random((80, 2)) * 500, rng.random(80) * 60
    one, same, other = (
        near_repeat(points, days, METRES, DAYS, rng=np.random.default_rng(seed)).expected
        for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
    # All orders have the same pairs in space.
    everything = near_repeat(points, days, METRES, [0, 1_000], permutations=9)
    np.testing.assert_array_equal(everything.observed, everything.expected)


def test_nothing_has_no_ratio() -> None:
    found = near_repeat(np.empty((0, 2)), np.empty(0), METRES, DAYS, permutations=9)
    assert (found.observed == 0).all()
    assert np.isnan(found.ratio).all()
    assert (found.p == 1).all()


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    near_repeat(
        np.zeros((3, 2)),
        np.arange(3.0),
        METRES,
        DAYS,
        permutations=40,
        progress=lambda done, all_of: told.append((done, all_of)),
    )
    assert told == [(32, 40), (40, 40)]


def test_what_cannot_be_counted_is_refused() -> None:
    points, days = np.zeros((10, 2)), np.arange(10.0)
    with pytest.raises(LimitExceeded, match="45 pairs of events lie within 250 m, more than 44"):
        near_repeat(points, days, METRES, DAYS, most_pairs=44)
    for bounds in ([0.0], [0.0, 5, 5], [-1.0, 5], [0.0, np.inf]):
        with pytest.raises(InputError, match="no bounds of bands"):
            near_repeat(points, days, bounds, DAYS)
    with pytest.raises(InputError, match="do not go with"):
        near_repeat(points, days[:9], METRES, DAYS)
