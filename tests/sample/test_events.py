"""Simulated events follow the law that they are said to follow."""

from __future__ import annotations

import numpy as np
import pytest

from gisgrid.sample.events import Truth, simulate_events

DAY = 86_400.0
SMALL = Truth(side=20, years=1.5, per_day=30.0)


def test_a_seed_is_a_record() -> None:
    one, other = simulate_events(1, SMALL), simulate_events(1, SMALL)
    np.testing.assert_array_equal(one.seconds, other.seconds)
    assert np.all(np.diff(one.seconds) >= 0)
    assert not np.array_equal(one.seconds[:99], simulate_events(2, SMALL).seconds[:99])


def test_the_intensity_is_what_comes() -> None:
    made = simulate_events(3, SMALL)
    first = SMALL.first.timestamp()
    expected = came = 0.0
    by_cell, seen = np.zeros(400), np.zeros(400)
    for day in range(60, 540, 8):
        start = first + day * DAY
        intensity = made.intensity(start, start + DAY)
        inside = (made.seconds >= start) & (made.seconds < start + DAY)
        by_cell += intensity
        seen += np.bincount(made.cell[inside], minlength=400)
        expected, came = expected + intensity.sum(), came + inside.sum()
    # Of what a day's own events trigger, the first day brings about a fortieth.
    assert came == pytest.approx(expected, rel=0.08)
    pearson = ((seen - by_cell) ** 2 / by_cell)[by_cell > 2.0].mean()
    assert 0.7 < pearson < 1.6


def test_later_events_are_not_in_the_intensity() -> None:
    made = simulate_events(4, SMALL)
    start = SMALL.first.timestamp() + 300 * DAY
    past = made.seconds < start
    cut = type(made)(
        made.truth, made.x[past], made.y[past], made.seconds[past], made.cell[past], made.risk
    )
    np.testing.assert_allclose(
        cut.intensity(start, start + DAY), made.intensity(start, start + DAY)
    )


def test_risk_gathers_as_it_does_in_cities() -> None:
    shares = []
    for seed in range(4):
        risk = np.sort(simulate_events(seed).risk[0])[::-1]
        shares.append(risk[: len(risk) // 20].sum())
    assert np.mean(shares) == pytest.approx(0.5, abs=0.08)


def test_events_repeat_as_often_as_they_should() -> None:
    plain = Truth(side=20, years=1.0, per_day=40.0, repeats=0.0)
    repeated = Truth(side=20, years=1.0, per_day=40.0, repeats=0.25)
    ratio = len(simulate_events(5, repeated).seconds) / len(simulate_events(5, plain).seconds)
    # 1 / (1 - 0.25), less those that fall outside.
    assert 1.22 < ratio < 1.36
