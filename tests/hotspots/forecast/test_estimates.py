"""What is learnt from the past, against a truth that made the data."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from gisgrid.hotspots.forecast.changing import dispersion_of, present_rate
from gisgrid.hotspots.forecast.nearness import reach, spacing
from gisgrid.hotspots.forecast.rhythm import DAY, HOUR, learn_rhythm, moments
from gisgrid.hotspots.forecast.weighing import Lesson, weigh

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2022, 1, 1, tzinfo=SHANGHAI).timestamp()


def draw(rate: np.ndarray, years: int, seed: int) -> np.ndarray:
    """Events a day by the hour of the local day, over whole years."""
    rng = np.random.default_rng(seed)
    hours = START + np.arange(years * 8766) * HOUR
    local = ((hours - START) / HOUR).astype(int) % 24
    return np.sort(np.repeat(hours, rng.poisson(rate[local] / 24.0))) + 1.0


def test_profiles_stay_flat_without_events() -> None:
    nothing = moments(np.zeros(0), SHANGHAI)
    rhythm = learn_rhythm(nothing, START, START + 800 * DAY, SHANGHAI)
    for profile in (rhythm.month, rhythm.weekday, rhythm.hour):
        assert np.all(profile == 1.0)
    assert rhythm.days(START, START + 7 * DAY) == pytest.approx(7.0)


def test_an_hours_profile_is_recovered_and_others_stay_nearly_flat() -> None:
    truth = 1.0 + 0.8 * np.cos((np.arange(24) - 20) / 12 * np.pi)
    seconds = draw(30.0 * truth, 2, 1)
    rhythm = learn_rhythm(moments(seconds, SHANGHAI), START, START + 2 * 8766 * HOUR, SHANGHAI)
    # About 900 events an hour of the day: three standard errors are a tenth.
    assert np.abs(rhythm.hour - truth).max() < 0.1
    assert np.abs(rhythm.weekday - 1.0).max() < 0.05
    assert np.abs(rhythm.month - 1.0).max() < 0.05


def test_little_data_is_trusted_little() -> None:
    few = moments(START + np.array([9.0, 9.5, 33.0]) * HOUR, SHANGHAI)
    rhythm = learn_rhythm(few, START, START + 60 * DAY, SHANGHAI)
    assert rhythm.hour.max() < 6.0
    assert np.all(rhythm.month == 1.0)


def test_what_the_times_cannot_tell_stays_flat() -> None:
    days = START + np.arange(200) * DAY
    firsts = np.array([datetime(2022, m, 1, tzinfo=SHANGHAI).timestamp() for m in range(1, 13)])
    for seconds, finest in ((days, "day"), (firsts, "month"), (days + 1.0, "hour")):
        at = moments(seconds, SHANGHAI)
        rhythm = learn_rhythm(at, START, START + 500 * DAY, SHANGHAI)
        assert at.finest == finest
        if finest != "hour":
            assert np.all(rhythm.hour == 1.0)
        if finest == "month":
            assert np.all(rhythm.weekday == 1.0)


def test_hours_count_by_the_local_clock() -> None:
    at = moments(np.array([datetime(2024, 6, 30, 16, tzinfo=UTC).timestamp()]), SHANGHAI)
    assert (at.month[0], at.weekday[0], at.hour[0]) == (6, 0, 0)


def test_weights_are_recovered() -> None:
    rng = np.random.default_rng(3)
    truth = np.array([0.7, 0.25, 0.3])
    lessons = []
    for _ in range(40):
        alone = rng.gamma(0.5, 1.0, (3, 500))
        came = np.repeat(np.arange(500), rng.poisson(truth @ alone))
        lessons.append(Lesson(alone[:, came].T, alone.sum(axis=1)))
    found = weigh(lessons, np.full(3, 1 / 3))
    # 12,000 events.
    assert found == pytest.approx(truth, abs=0.04)


def test_without_lessons_what_is_believed_holds() -> None:
    believed = np.array([0.6, 0.4])
    assert weigh([], believed) is believed
    quiet = Lesson(np.zeros((0, 2)), np.zeros(2))
    assert weigh([quiet], believed) == pytest.approx(believed)


def test_a_change_is_noticed_and_a_steady_place_keeps_its_record() -> None:
    rng = np.random.default_rng(5)
    days = np.array([1000.0, 700.0, 400.0, 200.0, 100.0])
    stretches = -np.diff(days, append=0.0)
    steady = rng.gamma(2.0, 0.05, 1000)
    rates = np.tile(steady, (5, 1))
    rates[3:, :50] = 0.6
    rates[:3, :50] = 0.02
    counts = rng.poisson(rates * stretches[:, None])
    since = np.cumsum(counts[::-1], axis=0)[::-1].astype(float)
    found = present_rate(since, days, np.full(1000, 0.1))
    assert found[:50].mean() == pytest.approx(0.6, rel=0.1)
    error = np.sqrt(np.mean((found[50:] - steady[50:]) ** 2))
    record = np.sqrt(np.mean((since[0, 50:] / 1000.0 - steady[50:]) ** 2))
    assert error < 1.15 * record


def test_bursts_are_no_changes() -> None:
    rng = np.random.default_rng(6)
    one, other = rng.poisson(4.0, (2, 20_000)).astype(float)
    assert dispersion_of(one, other) == pytest.approx(1.0, abs=0.05)
    assert dispersion_of(2.0 * one, 2.0 * other) == pytest.approx(2.0, abs=0.1)
    assert dispersion_of(np.zeros(3), np.zeros(3)) == 1.0


def test_what_is_shed_is_not_lost() -> None:
    centres = np.random.default_rng(7).uniform(0, 1000, (200, 2))
    around = reach(centres, spacing(centres))
    counts = np.arange(200.0)
    assert (around @ counts).sum() == pytest.approx(counts.sum())
    assert spacing(np.zeros((1, 2))) == 1.0
