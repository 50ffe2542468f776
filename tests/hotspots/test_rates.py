"""Rates per household beside those of esda, and where there are no households."""

from __future__ import annotations

import numpy as np
import pytest
from esda.moran import assuncao_rate
from esda.smoothing import Empirical_Bayes, Spatial_Empirical_Bayes
from libpysal.graph import Graph
from numpy.typing import NDArray

from gisgrid.errors import InputError
from gisgrid.hotspots import comparable_rates, local_rates, steadied_rates, within_distance

Values = NDArray[np.float64]


@pytest.fixture
def uneven() -> tuple[Values, Values]:
    """Events among unequal homes, at rates that differ."""
    rng = np.random.default_rng(0)
    homes = rng.integers(1, 900, 300).astype(np.float64)
    return rng.poisson(homes * 0.02 * rng.gamma(3.0, 1 / 3, 300)).astype(np.float64), homes


def test_as_esda_has_them(uneven: tuple[Values, Values]) -> None:
    counts, homes = uneven
    theirs = Empirical_Bayes(counts, homes).r.ravel()
    np.testing.assert_allclose(steadied_rates(counts, homes), theirs, atol=1e-12)
    np.testing.assert_allclose(comparable_rates(counts, homes), assuncao_rate(counts, homes))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.filterwarnings("ignore:The weights matrix is not fully connected:UserWarning")
def test_local_ones_as_esda_has_them(uneven: tuple[Values, Values]) -> None:
    counts, homes = uneven
    near = within_distance(np.random.default_rng(1).random((300, 2)), 0.12)
    theirs = Spatial_Empirical_Bayes(counts, homes, Graph.from_sparse(near).to_W()).r.ravel()
    np.testing.assert_allclose(local_rates(counts, homes, near), theirs, atol=1e-12)


def test_few_homes_are_believed_least() -> None:
    counts = np.array([2.0, 200.0, 100.0, 700.0])
    homes = np.array([10.0, 1_000.0, 10_000.0, 10_000.0])
    mean = counts.sum() / homes.sum()
    drawn = (steadied_rates(counts, homes) - mean) / (counts / homes - mean)
    assert 0 < drawn[0] < drawn[1] < drawn[2] < 1


def test_no_homes_say_nothing() -> None:
    near = within_distance(np.arange(8.0).reshape(4, 2), 3.0)
    counts, homes = np.array([5.0, 3.0, 0.0, 9.0]), np.array([100.0, 100.0, 100.0, 0.0])
    fewer = steadied_rates(counts[:3], homes[:3])
    np.testing.assert_allclose(steadied_rates(counts, homes), [*fewer, 8 / 300])
    assert np.isnan(comparable_rates(counts, homes)).tolist() == [False, False, False, True]
    assert local_rates(counts, homes, near)[3] == pytest.approx(0.0)
    assert np.isnan(steadied_rates([1.0], [0.0])).all()
    assert np.isnan(comparable_rates([1.0], [0.0])).all()


def test_an_island_without_homes_has_the_rate_of_all() -> None:
    near = within_distance(np.array([[0.0, 0], [1, 0], [50, 0]]), 2.0)
    assert local_rates([4, 6, 1], [100, 100, 0], near)[2] == pytest.approx(0.05)


def test_no_events_are_no_trouble() -> None:
    assert (steadied_rates(np.zeros(3), np.ones(3)) == 0).all()
    assert (comparable_rates(np.zeros(3), np.ones(3)) == 0).all()


def test_what_is_no_count_is_refused() -> None:
    with pytest.raises(InputError, match="exposure"):
        steadied_rates([1.0], [-1.0])
    with pytest.raises(InputError, match="counts"):
        steadied_rates([np.nan], [1.0])
    with pytest.raises(InputError, match="do not go with"):
        steadied_rates([1.0, 2.0], [1.0])
