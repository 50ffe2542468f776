"""Rise and fall beside scipy's Kendall."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.stats import kendalltau

from gisgrid.hotspots import mann_kendall


@given(arrays(np.int64, (3, 9), elements=st.integers(0, 6)))
def test_tau_is_that_of_scipy(series: NDArray[np.int64]) -> None:
    found = mann_kendall(series.astype(np.float64))
    for row, tau in zip(series, found.tau, strict=True):
        theirs = kendalltau(np.arange(9), row).statistic
        assert tau == pytest.approx(0.0 if np.isnan(theirs) else theirs)


def test_p_is_near_the_exact_one() -> None:
    series = np.random.default_rng(0).random((60, 12)) + np.arange(12) * 0.03
    exact = [kendalltau(np.arange(12), row, method="exact").pvalue for row in series]
    np.testing.assert_allclose(mann_kendall(series).p, exact, atol=0.012)


def test_ties_are_corrected_for() -> None:
    """Without continuity it would be scipy's asymptotic p, which has the same variance."""
    series = np.random.default_rng(1).integers(0, 4, (40, 30)).astype(np.float64)
    theirs = [kendalltau(np.arange(30), row, method="asymptotic").pvalue for row in series]
    ours = mann_kendall(series).p
    assert (ours >= np.array(theirs) - 1e-12).all()
    np.testing.assert_allclose(ours, theirs, atol=0.02)


def test_no_change_is_no_trend() -> None:
    found = mann_kendall(np.ones((2, 8)))
    assert found.tau.tolist() == [0, 0]
    assert found.p.tolist() == [1, 1]
