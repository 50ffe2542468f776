"""GCJ-02 and BD-09: published points, there and back, NaN and the rectangle's edge."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.geometry import gcj02

# Well inside the rectangle, where there and back must meet.
LONGITUDES = st.floats(72.1, 137.7)
LATITUDES = st.floats(0.9, 55.7)
DISTRICT_LON, DISTRICT_LAT = st.floats(121.10, 121.36), st.floats(31.23, 31.50)
PAIRS = [
    (gcj02.wgs84_to_gcj02, gcj02.gcj02_to_wgs84),
    (gcj02.wgs84_to_bd09, gcj02.bd09_to_wgs84),
]


def array(value: float) -> np.ndarray:
    return np.array([value])


@pytest.mark.parametrize(
    ("wgs84", "shifted"),
    [
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
)
def test_gcj02_of_published_points(
    wgs84: tuple[float, float], shifted: tuple[float, float]
) -> None:
    # The published figures come from a radius that is 108 m shorter: 2e-5 of the offset.
    got = gcj02.wgs84_to_gcj02(array(wgs84[0]), array(wgs84[1]))
    np.testing.assert_allclose(np.ravel(got), shifted, rtol=0, atol=2e-7)


def test_bd09_of_a_published_point() -> None:
    x, y = gcj02.gcj02_to_wgs84(array(116.404), array(39.915))
    got = gcj02.wgs84_to_bd09(x, y)
    np.testing.assert_allclose(
        np.ravel(got), (116.41036949371029, 39.92133699351021), rtol=0, atol=1e-10
    )


@pytest.mark.parametrize(("forward", "back"), PAIRS)
@given(lon=LONGITUDES, lat=LATITUDES)
def test_there_and_back(forward: object, back: object, lon: float, lat: float) -> None:
    x, y = back(*forward(array(lon), array(lat)))  # type: ignore[operator]
    assert abs(x[0] - lon) < 1e-10
    assert abs(y[0] - lat) < 1e-10


@pytest.mark.parametrize(("forward", "back"), PAIRS)
@given(lon=LONGITUDES, lat=LATITUDES)
def test_back_and_there(forward: object, back: object, lon: float, lat: float) -> None:
    x, y = forward(*back(array(lon), array(lat)))  # type: ignore[operator]
    assert abs(x[0] - lon) < 1e-10
    assert abs(y[0] - lat) < 1e-10


@pytest.mark.parametrize(("forward", "back"), PAIRS)
@given(lon=DISTRICT_LON, lat=DISTRICT_LAT, step=st.floats(1e-7, 1e-3))
def test_order_is_kept_in_the_district(
    forward: object, back: object, lon: float, lat: float, step: float
) -> None:
    lons, lats = np.array([lon, lon + step]), np.array([lat, lat])
    for shift in (forward, back):
        assert np.diff(shift(lons, lats)[0])[0] > 0  # type: ignore[operator]
        lifted = shift(np.array([lon, lon]), np.array([lat, lat + step]))  # type: ignore[operator]
        assert np.diff(lifted[1])[0] > 0


@pytest.mark.parametrize("shift", [f for pair in PAIRS for f in pair])
def test_nothing_moves_outside_the_rectangle(shift: object) -> None:
    lon = np.array([71.9, 138.0, 100.0, 100.0, -2.1, 0.0])
    lat = np.array([30.0, 30.0, 0.5, 56.0, 57.1, 0.0])
    x, y = shift(lon, lat)  # type: ignore[operator]
    assert np.array_equal(x, lon)
    assert np.array_equal(y, lat)


@pytest.mark.parametrize("shift", [f for pair in PAIRS for f in pair])
def test_nan_stays_and_harms_no_neighbour(shift: object) -> None:
    lon, lat = np.array([121.2, np.nan, 121.3]), np.array([31.3, 31.3, np.nan])
    x, y = shift(lon, lat)  # type: ignore[operator]
    alone = shift(lon[:1], lat[:1])  # type: ignore[operator]
    assert (x[0], y[0]) == (alone[0][0], alone[1][0])
    assert np.isnan(x[1])
    assert np.isnan(y[2])


def test_input_is_left_alone() -> None:
    lon, lat = np.array([121.2]), np.array([31.3])
    gcj02.wgs84_to_gcj02(lon, lat)
    assert (lon[0], lat[0]) == (121.2, 31.3)


def test_many_points_equal_one_by_one() -> None:
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(72, 138, 40_000), rng.uniform(0, 57, 40_000)
    x, y = gcj02.bd09_to_wgs84(lon, lat)
    for i in range(0, 40_000, 4_001):
        one = gcj02.bd09_to_wgs84(lon[i : i + 1], lat[i : i + 1])
        np.testing.assert_allclose((x[i], y[i]), np.ravel(one), rtol=0, atol=1e-12)
