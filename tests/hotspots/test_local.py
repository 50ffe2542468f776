"""Gi, Gi* and local Moran beside published values, other programs and all orders there are."""

from __future__ import annotations

import itertools
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from esda import G_Local, Moran_Local
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from libpysal.graph import Graph
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.stats import norm

from gisgrid.errors import InputError
from gisgrid.hotspots import getis_ord
from gisgrid.hotspots.chance import under_chance
from gisgrid.hotspots.local import local_moran
from gisgrid.hotspots.neighbours import contiguity, within_distance
from gisgrid.hotspots.windows import window_sums
from tests.hotspots.fields import honeycomb

# What esda says of its one-sided p, and what numpy says of esda.
_SAID = pytest.mark.filterwarnings("ignore:The alternative hypothesis:DeprecationWarning")
_OLD = pytest.mark.filterwarnings("ignore:.row_stack.:DeprecationWarning")

SIX = st.integers(0, 2**32 - 1).map(lambda seed: np.random.default_rng(seed))


@pytest.mark.real
def test_published_values(real_data: Path) -> None:
    """Getis and Ord's own example, cell 120."""
    grid = pd.read_csv(real_data / "getis" / "getisord_16x16.csv")
    points = grid[["x", "y"]].to_numpy()
    published = {30: 1.221979, 60: 1.748098, 90: 1.986135, 120: 1.893374, 150: 1.237454}
    for metres, z in published.items():
        found = getis_ord(grid["val"], within_distance(points, metres), star=False)
        assert found.z[119] == pytest.approx(z, abs=1e-6)
    assert getis_ord(grid["val"], within_distance(points, 30)).z[119] == pytest.approx(
        1.45078, abs=5e-6
    )


@pytest.mark.real
def test_as_esda_on_cleveland(real_data: Path) -> None:
    folder = real_data / "cleveland"
    places = gpd.read_file(folder / "cleveland_units.gpkg", layer="lsoa11")
    crimes = pd.read_csv(folder / "cleveland_street_crime.csv")
    crimes = crimes[crimes["Crime type"] == "Anti-social behaviour"]
    found = crimes["LSOA code"].value_counts()
    counts = found.reindex(places["LSOA11CD"]).fillna(0.0).to_numpy()
    assert len(places) == 352
    # Generalised borders overlap, and no two places share a vertex: exact contiguity knows none.
    ours = Graph.from_sparse(contiguity(places.geometry.to_numpy(dtype=object)))
    assert len(ours.isolates) == 0
    for star in (False, True):
        theirs = G_Local(counts, ours, transform="B", star=star, permutations=0)
        np.testing.assert_allclose(getis_ord(counts, ours, star=star).z, theirs.Zs, atol=1e-6)
    alone = Graph.build_contiguity(places, rook=False)
    theirs = G_Local(counts, alone, transform="B", star=True, permutations=0)
    np.testing.assert_allclose(getis_ord(counts, alone).z, theirs.Zs, atol=1e-6)


@pytest.mark.parametrize("star", [False, True])
def test_as_esda_on_random_values(star: bool) -> None:
    points, weights = honeycomb(12)
    values = np.random.default_rng(3).gamma(0.7, size=len(points))
    theirs = G_Local(values, Graph.from_sparse(weights), transform="B", star=star, permutations=0)
    ours = getis_ord(values, weights, star=star, tail="normal")
    np.testing.assert_allclose(ours.z, theirs.Zs, atol=1e-10)
    np.testing.assert_allclose(ours.p, 2 * theirs.p_norm, atol=1e-12)


def _orders(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Every order of some values."""
    return values[np.array([*itertools.permutations(range(len(values)))])]


@pytest.mark.parametrize("star", [False, True])
@given(rng=SIX)
def test_chance_is_all_orders_there_are(rng: np.random.Generator, star: bool) -> None:
    """Mean, variance and third moment against every order of six values."""
    values = rng.gamma(0.5, size=6)
    dense = rng.random((6, 6)) * (rng.random((6, 6)) < 0.6)
    np.fill_diagonal(dense, 0.8 if star else 0.0)
    dense[0, 1] = 0.7
    weights = csr_array(dense)
    centred = values - values.mean()
    chance = under_chance(centred, window_sums(weights, centred, star=star), star=star)
    for place in range(6):
        row = dense[place] if star else np.delete(dense[place], place)
        dealt = values if star else np.delete(values, place)
        sums = _orders(dealt) @ row
        if len(np.unique(np.round(sums, 9))) == 1:
            continue
        seen = dense[place] @ values
        assert chance.z[place] == pytest.approx((seen - sums.mean()) / sums.std(), abs=1e-8)
        third = (((sums - sums.mean()) / sums.std()) ** 3).mean()
        assert chance.skewness[place] == pytest.approx(third, abs=1e-8)


def test_local_moran_is_as_esda_has_it() -> None:
    points, weights = honeycomb(11)
    values = np.random.default_rng(5).normal(size=len(points)) + points[:, 0] / 5
    graph = Graph.from_sparse(weights).transform("r")
    theirs = Moran_Local(values, graph, permutations=0)
    ours = local_moran(values, graph)
    np.testing.assert_allclose(ours.statistic, theirs.Is, atol=1e-12)
    np.testing.assert_array_equal(ours.quadrant, theirs.q)


@given(rng=SIX)
def test_local_moran_is_standardised_by_all_orders_of_the_others(
    rng: np.random.Generator,
) -> None:
    values = rng.gamma(0.5, size=6)
    dense = np.roll(np.eye(6), 1, axis=1) + 0.5 * np.roll(np.eye(6), 2, axis=1)
    ours = local_moran(values, csr_array(dense))
    away = values - values.mean()
    for place in range(6):
        others = _orders(np.delete(away, place))
        chance = away[place] * (others @ np.delete(dense[place], place))
        seen = away[place] * (dense[place] @ away)
        assert ours.z[place] == pytest.approx((seen - chance.mean()) / chance.std(), abs=1e-6)


@pytest.mark.drill
@_SAID
@_OLD
@pytest.mark.parametrize("star", [False, True])
def test_permutations_agree_with_esda(star: bool) -> None:
    points, weights = honeycomb(10)
    values = np.random.default_rng(8).gamma(0.7, size=len(points)) + (points[:, 0] < 3)
    many, graph = 1_999, Graph.from_sparse(weights)
    theirs = G_Local(values, graph, transform="B", star=star, permutations=many, seed=1, n_jobs=1)
    both = np.minimum(2 * theirs.p_sim, 1.0)
    ours = getis_ord(values, weights, star=star, permutations=many)
    # Five times the error of two estimates, each from as many orders.
    error = 5 * np.sqrt(2 * 2 * np.maximum(both, 2 / many) / many)
    assert (np.abs(ours.p - both) < error).all()
    assert np.corrcoef(ours.p, both)[0, 1] > 0.99


@pytest.mark.parametrize("star", [False, True])
def test_permutations_shuffle_the_others(star: bool) -> None:
    _, weights = honeycomb(6)
    values = np.random.default_rng(8).gamma(0.7, size=36)
    ours = getis_ord(values, weights, star=star, permutations=9_999)
    rng = np.random.default_rng(1)
    for place in (0, 7, 21):
        near = weights[[place]].indices
        seen = values[near].sum()
        others = np.delete(values, place)
        sums = rng.permuted(np.tile(others, (9_999, 1)), axis=1)[:, : len(near)].sum(axis=1)
        p = min(1.0, 2 * min((sums >= seen).mean(), (sums <= seen).mean()))
        assert ours.p[place] == pytest.approx(p, abs=5 * np.sqrt(2 * 2 * p / 9_999))


def test_settled_places_have_sound_probabilities() -> None:
    _, weights = honeycomb(12)
    values = np.random.default_rng(2).gamma(0.4, size=144)
    full = getis_ord(values, weights, permutations=9_999)
    soon = getis_ord(values, weights, permutations=9_999, enough=100)
    error = np.abs(np.log(soon.p / full.p))
    assert error.max() < 5 * np.sqrt(2 / 100)
    assert (soon.p != full.p).mean() > 0.8


def test_the_seed_decides_on_permutations_alone() -> None:
    _, weights = honeycomb(8)
    values = np.random.default_rng(0).normal(size=64)
    one, same, other = (
        getis_ord(values, weights, permutations=99, rng=np.random.default_rng(seed)).p
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


@given(arrays(np.float64, 9, elements=st.floats(-1e6, 1e6)), st.integers(0, 8))
def test_a_place_without_a_value_might_as_well_not_be_there(
    values: NDArray[np.float64], gone: int
) -> None:
    _, weights = honeycomb(3)
    values[gone] = np.nan
    kept = np.delete(np.arange(9), gone)
    fewer = csr_array(weights.toarray()[np.ix_(kept, kept)])
    whole, part = getis_ord(values, weights), getis_ord(values[kept], fewer)
    np.testing.assert_allclose(whole.z[kept], part.z, atol=1e-9)
    assert np.isnan(whole.z[gone])
    assert np.isnan(whole.p[gone])


def test_equal_values_say_nothing() -> None:
    _, weights = honeycomb(4)
    for permutations in (0, 19):
        for star in (False, True):
            found = getis_ord(np.full(16, 0.1), weights, star=star, permutations=permutations)
            assert (found.z == 0).all()
            assert (found.p == 1).all()
    assert (local_moran(np.full(16, 0.1), weights).quadrant == 0).all()


def test_one_that_differs_leaves_the_others_equal() -> None:
    """Where a place is left out, those that remain may have no spread."""
    _, weights = honeycomb(4)
    values = np.full(16, 0.3)
    values[5] = 1e9
    found = getis_ord(values, weights, star=False)
    assert found.z[5] == 0
    assert np.isfinite(found.z).all()


def test_an_island_answers_for_itself_or_not_at_all() -> None:
    values = np.array([1.0, 2.0, 9.0, 4.0])
    graph = Graph.from_arrays(["d", "a", "c", "b"], ["a", "d", "c", "b"], [1, 1, 0, 0])
    star, alone = getis_ord(values, graph), getis_ord(values, graph, star=False)
    assert star.z[2] == pytest.approx((9 - 4) / values.std())
    assert np.isnan(alone.z[2:]).all()
    assert np.isnan(alone.p[2:]).all()
    assert np.isfinite(alone.z[:2]).all()


def test_all_of_one_neighbourhood_are_the_same() -> None:
    weights = csr_array(np.ones((5, 5)) - np.eye(5))
    assert (getis_ord(np.arange(5.0), weights).z == 0).all()


def test_places_are_in_the_order_of_the_graph() -> None:
    """Names that are not sorted, and neighbours that go one way only."""
    rng = np.random.default_rng(4)
    values = rng.gamma(1.0, size=40)
    points = rng.random((40, 2))
    frame = gpd.GeoSeries.from_xy(*points.T, index=rng.permutation([f"n{n}" for n in range(40)]))
    graph = Graph.build_knn(frame, k=4)
    theirs = G_Local(values, graph, transform="B", star=True, permutations=0)
    np.testing.assert_allclose(getis_ord(values, graph).z, theirs.Zs, atol=1e-10)


def test_without_skewness_both_tails_are_the_normal_one() -> None:
    _, weights = honeycomb(6)
    values = np.random.default_rng(1).normal(size=18)
    values = np.concatenate([values, -values])
    found = getis_ord(values, weights)
    np.testing.assert_allclose(found.p, 2 * norm.sf(np.abs(found.z)), atol=1e-12)


def test_what_does_not_fit_is_refused() -> None:
    _, weights = honeycomb(3)
    with pytest.raises(InputError, match="8 values do not go with a graph of 9 places"):
        getis_ord(np.zeros(8), weights)
    with pytest.raises(InputError, match="finite"):
        getis_ord(np.full(9, np.inf), weights)
    with pytest.raises(InputError, match="finite"):
        getis_ord(np.zeros(9), weights * np.inf)


def test_the_value_of_the_place_itself_is_not_dealt_out() -> None:
    values = np.array([100.0, 1, 0, 0, 0])
    weights = csr_array(([1.0], ([0], [1])), shape=(5, 5))
    found = getis_ord(values, weights, permutations=9_999)
    assert found.p[0] == pytest.approx(2 / 4, abs=0.03)
