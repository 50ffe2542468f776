"""Which of many tests to believe, and how often what is believed is chance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.stats import false_discovery_control

from gisgrid.errors import InputError
from gisgrid.hotspots import adjusted, benjamini_hochberg, comparable_rates, getis_ord
from tests.hotspots.fields import honeycomb

Values = NDArray[np.float64]

SIDE = 30
# Homes as unequal as those of hexagons: one in six has a third of the usual, or three times.
HOMES = np.random.default_rng(1).lognormal(np.log(400), 1.0, SIDE * SIDE)


def _poisson(mean: float) -> Callable[[np.random.Generator], Values]:
    return lambda rng: rng.poisson(mean, SIDE * SIDE).astype(np.float64)


def _bursts(rng: np.random.Generator) -> Values:
    """One place in a hundred has sixty events, the others some."""
    values = rng.poisson(1.0, SIDE * SIDE).astype(np.float64)
    values[rng.choice(SIDE * SIDE, SIDE * SIDE // 100, replace=False)] += 60
    return values


def _by_homes(rng: np.random.Generator) -> Values:
    return comparable_rates(rng.poisson(0.3 * HOMES / HOMES.mean()), HOMES)


NOISE: dict[str, Callable[[np.random.Generator], Values]] = {
    "normal": lambda rng: rng.normal(size=SIDE * SIDE),
    "one in ten": _poisson(0.1),
    "a few": _poisson(1.0),
    "overdispersed": lambda rng: rng.poisson(0.3 * rng.gamma(0.3, 1 / 0.3, SIDE * SIDE)) * 1.0,
    "heavy-tailed": lambda rng: rng.pareto(1.5, SIDE * SIDE),
    "bursts": _bursts,
    "rates per household": _by_homes,
}


def _alarms(noise: str, maps: int, *, permuted: bool = False) -> tuple[float, float]:
    """The share of maps with any hot place, and with any cold one."""
    rng = np.random.default_rng(20240915)
    _, weights = honeycomb(SIDE)
    hot = cold = 0
    for number in range(maps):
        values = NOISE[noise](rng)
        if permuted:
            drawn_from = np.random.default_rng(number)
            orders = 4 * len(values) * 20
            found = getis_ord(values, weights, permutations=orders, rng=drawn_from, enough=100)
        else:
            found = getis_ord(values, weights)
        believed = benjamini_hochberg(found.p)
        hot += bool((believed & (found.z > 0)).any())
        cold += bool((believed & (found.z < 0)).any())
    return hot / maps, cold / maps


def _planted(rng: np.random.Generator, weights: csr_array) -> tuple[Values, list[int]]:
    """Two events a place, and eight places that have eight with all their neighbours."""
    middles = np.array([row * SIDE + column for row in (6, 22) for column in (3, 10, 18, 25)])
    risk = np.full(SIDE * SIDE, 2.0)
    risk[middles] = 8.0
    risk[(weights[middles].sum(axis=0) > 0).nonzero()[0]] = 8.0
    return rng.poisson(risk).astype(np.float64), middles.tolist()


def _found(maps: int) -> tuple[float, float]:
    """The share of planted clusters whose middle is hot, and the share of hot places beside."""
    rng = np.random.default_rng(7)
    _, weights = honeycomb(SIDE)
    hit = beside = hot = 0
    for _ in range(maps):
        values, middles = _planted(rng, weights)
        stat = getis_ord(values, weights)
        believed = benjamini_hochberg(stat.p) & (stat.z > 0)
        hit += int(believed[middles].sum())
        hot += int(believed.sum())
        # Places whose neighbourhood meets no cluster.
        reach = np.zeros(len(values))
        reach[middles] = 1.0
        for _ in range(2):
            reach = reach + weights @ reach
        beside += int((believed & (reach == 0)).sum())
    return hit / (maps * 8), beside / max(hot, 1)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_as_scipy_has_it(p: list[float]) -> None:
    np.testing.assert_allclose(adjusted(p), false_discovery_control(p), atol=1e-12)


def test_what_was_not_tested_counts_for_nothing() -> None:
    p = [0.01, np.nan, 0.04, 0.9, np.nan]
    np.testing.assert_allclose(adjusted(p)[[0, 2, 3]], false_discovery_control([0.01, 0.04, 0.9]))
    assert benjamini_hochberg(p).tolist() == [True, False, False, False, False]
    assert benjamini_hochberg([np.nan]).tolist() == [False]
    assert benjamini_hochberg([]).tolist() == []


def test_what_is_no_probability_is_refused() -> None:
    with pytest.raises(InputError, match="outside 0 to 1"):
        adjusted([0.5, 1.5])
    with pytest.raises(InputError, match="between 0 and 1"):
        benjamini_hochberg([0.5], rate=1.0)


@pytest.mark.parametrize("noise", NOISE)
def test_noise_is_seldom_hot(noise: str) -> None:
    hot, cold = _alarms(noise, 100)
    # With 100 maps a true 5 % shows up to 11 in 999 of 1,000 runs.
    assert hot <= 0.11
    assert cold <= 0.11


def test_the_normal_distribution_would_call_chance_hot() -> None:
    """Why p has the skewness in it: counts of few events."""
    rng, (_, weights) = np.random.default_rng(2), honeycomb(SIDE)
    wrong = 0
    for _ in range(50):
        found = getis_ord(NOISE["one in ten"](rng), weights, tail="normal")
        wrong += bool((benjamini_hochberg(found.p) & (found.z > 0)).any())
    assert wrong > 25


def test_planted_clusters_are_found() -> None:
    found, false = _found(20)
    assert found >= 0.8
    assert false <= 0.05


@pytest.mark.drill
@pytest.mark.parametrize("noise", NOISE)
def test_a_thousand_maps_of_noise(noise: str) -> None:
    hot, cold = _alarms(noise, 1_000)
    assert hot <= 0.07
    assert cold <= 0.07


@pytest.mark.drill
@pytest.mark.parametrize("noise", ["one in ten", "bursts", "rates per household"])
def test_a_thousand_maps_of_noise_by_permutation(noise: str) -> None:
    hot, cold = _alarms(noise, 1_000, permuted=True)
    assert hot <= 0.07
    assert cold <= 0.07


@pytest.mark.drill
def test_a_thousand_planted_maps() -> None:
    found, false = _found(1_000)
    assert found >= 0.8
    assert false <= 0.05
