"""The forecast: from the past alone, of the right size, and of something where little is known."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gisgrid.errors import InputError
from gisgrid.hotspots.forecast import expected_events, forecast
from gisgrid.hotspots.forecast.rhythm import DAY

ZONE = ZoneInfo("Europe/London")
NOW = datetime(2024, 4, 1, tzinfo=ZONE)
CENTRES = np.column_stack([np.arange(9) % 3, np.arange(9) // 3]) * 100.0


def expected(
    cell: list[int] | np.ndarray, ago_days: list[float] | np.ndarray, **more: object
) -> np.ndarray:
    seconds = NOW.timestamp() - np.asarray(ago_days, dtype=np.float64) * DAY
    week = NOW + timedelta(days=7)
    cells = np.asarray(cell, dtype=np.int64)
    return expected_events(cells, seconds, 9, NOW, week, zone=ZONE, **more)


EVENTS = st.lists(st.tuples(st.integers(0, 8), st.floats(-60.0, 400.0)), max_size=40)


@settings(max_examples=8)
@given(EVENTS, st.integers(1, 10))
def test_what_comes_later_changes_nothing(events: list[tuple[int, float]], hours: int) -> None:
    end = NOW + timedelta(hours=hours)

    def made(some: list[tuple[int, float]]) -> np.ndarray:
        cell = np.array([one for one, _ in some], dtype=np.int64)
        seconds = NOW.timestamp() - np.array([ago for _, ago in some]) * DAY
        return expected_events(cell, seconds, 9, NOW, end, zone=ZONE, centres=CENTRES)

    past = [one for one in events if one[1] > 0.0]
    np.testing.assert_array_equal(made(events), made(past))
    assert np.all(made(events) >= 0.0)


def test_nothing_is_expected_of_nothing() -> None:
    assert expected([], []).tolist() == [0.0] * 9


def test_one_event_is_expected_again_where_it_was_and_a_little_elsewhere() -> None:
    found = expected([4], [3.0], centres=CENTRES)
    assert np.argmax(found) == 4
    assert found.min() > 0.0
    assert found[1] > found[0]
    # One in the four weeks that a record has at least, and the week after an event more.
    assert 0.1 < found.sum() < 0.6


def test_homes_say_what_to_expect_where_nothing_is_known() -> None:
    homes = np.array([0.0, 10, 0, 0, 0, 0, 0, 0, 30])
    found = expected([4], [3.0], exposure=homes)
    assert found[8] > found[1] > found[0] > 0.0
    # Three times the homes; that nothing happened among them tells against them too.
    assert 1.5 < found[8] / found[1] < 3.0


def test_a_steady_record_is_expected_to_go_on() -> None:
    rng = np.random.default_rng(1)
    rate = np.array([0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.5, 2.0])
    counts = rng.poisson(rate * 700)
    cell = np.repeat(np.arange(9), counts)
    found = expected(cell, rng.uniform(0, 700, len(cell)), centres=CENTRES)
    assert found.sum() == pytest.approx(7 * rate.sum(), rel=0.1)
    assert found[3:] == pytest.approx(7 * rate[3:], rel=0.25)


def test_trouble_at_night_is_expected_at_night() -> None:
    days = np.arange(1, 300)
    cell = np.concatenate([np.zeros(299, int), np.ones(299, int)])
    # Cell 0 at three in the morning, cell 1 at three in the afternoon.
    ago = np.concatenate([days - 3 / 24, days - 15 / 24])
    seconds = NOW.timestamp() - ago * DAY
    for begin, busy in ((2, 0), (14, 1)):
        start = NOW + timedelta(hours=begin)
        made = forecast(cell, seconds, 9, start, start + timedelta(hours=2), zone=ZONE)
        assert np.argmax(made.expected) == busy
        assert made.expected[busy] > 3 * made.expected[1 - busy]
        assert made.shares.sum() == pytest.approx(1.0)


def test_what_cannot_be_forecast_is_refused() -> None:
    one, when = np.array([0]), np.array([NOW.timestamp() - DAY])
    later = NOW + timedelta(days=1)
    with pytest.raises(InputError, match="ends before"):
        expected_events(one, when, 9, later, NOW, zone=ZONE)
    with pytest.raises(InputError, match="time zone"):
        expected_events(one, when, 9, NOW.replace(tzinfo=None), later, zone=ZONE)
    with pytest.raises(InputError, match="lies in no cell"):
        expected_events(np.array([9]), when, 9, NOW, later, zone=ZONE)
    with pytest.raises(InputError, match="has no time"):
        expected_events(one, np.array([np.nan]), 9, NOW, later, zone=ZONE)
