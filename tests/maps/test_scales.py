from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.maps.scales import RATE_CLASSES, count_steps, rate_steps


@given(st.integers(0, 10**6))
def test_counts_begin_with_a_single_one_and_reach_the_most(most: int) -> None:
    steps = count_steps(most)
    assert steps[0] == 1
    assert all(low < high for low, high in pairwise(steps))
    assert most <= 10 * steps[-1]


@given(st.floats(1e-6, 1e6))
def test_rates_ascend_round_the_mean(mean: float) -> None:
    steps = rate_steps(mean)
    assert len(steps) == RATE_CLASSES
    assert all(1.9 < high / low < 2.6 for low, high in pairwise(steps))
    assert steps[0] < mean < steps[-1]


@pytest.mark.parametrize("mean", [0.0, float("nan"), float("inf")])
def test_without_a_mean_there_are_classes_still(mean: float) -> None:
    assert rate_steps(mean) == rate_steps(1.0) == [0.2, 0.5, 1.0, 2.0, 5.0, 10.0]
