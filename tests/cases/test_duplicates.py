from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.cases.duplicates import FAR_M, LIKELY, OLD_HOURS, likeness

metres = st.floats(0, 500)
hours = st.floats(-2000, 2000)


def one(distance: float, hour: float, category: bool = True, group: bool = True) -> float:
    return float(likeness([distance], [hour], [category], [group])[0])


def test_the_same_thing_told_twice_is_certain() -> None:
    assert one(0, 0) == 1


def test_what_is_offered() -> None:
    assert one(40, 3) > LIKELY
    assert one(15, -48) > LIKELY
    assert one(40, 3, category=False) > LIKELY
    assert one(150, 1) < LIKELY
    assert one(0, 0, category=False, group=False) == 0


@given(metres, hours, metres, hours)
def test_farther_and_longer_ago_is_never_likelier(
    d1: float, h1: float, d2: float, h2: float
) -> None:
    if d1 <= d2 and abs(h1) <= abs(h2):
        assert one(d1, h1) >= one(d2, h2)


@given(metres, hours)
def test_likeness_is_a_share_and_does_not_mind_the_order(distance: float, hour: float) -> None:
    found = one(distance, hour)
    assert 0 <= found <= 1
    assert found == one(distance, -hour)
    if distance > FAR_M or abs(hour) > OLD_HOURS:
        assert found == 0


def test_nothing_is_like_nothing() -> None:
    assert likeness([], [], [], []).shape == (0,)
    assert likeness([], [], [], []).dtype == np.float64
