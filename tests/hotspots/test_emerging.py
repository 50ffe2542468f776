"""Each category from a cube that was made to show it."""

from __future__ import annotations

import numpy as np
import pytest

from gisgrid.errors import InputError
from gisgrid.hotspots import emerging, getis_ord, within_distance
from gisgrid.hotspots.emerging import categories
from tests.hotspots.fields import honeycomb

STEPS = 12


@pytest.mark.parametrize(
    ("signs", "rising", "name"),
    [
        ("............", 0, "none"),
        (".....+......", 0, "none"),
        ("...........+", 0, "new"),
        ("--.........+", 0, "new"),
        ("..........++", 0, "consecutive"),
        ("-..+++++++++", 1, "consecutive"),
        (".+++++++++++", 1, "intensifying"),
        ("++++++++++++", 0, "persistent"),
        ("+++++.++++++", -1, "diminishing"),
        ("+++++++++++.", -1, "historical"),
        ("+++++++++++-", -1, "historical"),
        ("..+........+", 0, "sporadic"),
        ("++++++.....+", 1, "sporadic"),
        ("+...-......+", 0, "oscillating"),
        ("-+++++++++++", 0, "persistent"),
        ("+++++++++...", 0, "none"),
    ],
)
def test_categories_by_what_was_hot_when(signs: str, rising: int, name: str) -> None:
    row = np.array([["-.+".index(one) - 1 for one in signs]])
    trend = np.array([rising])
    assert categories(row, trend).tolist() == [name]


@pytest.mark.parametrize(
    ("heat", "name"),
    [
        ([0] * 11 + [12], "new"),
        ([0] * 8 + [12] * 4, "consecutive"),
        (np.linspace(25, 45, 12), "intensifying"),
        ([14, 12, 15, 13, 12, 15, 14, 12, 13, 15, 12, 14], "persistent"),
        (np.linspace(45, 25, 12), "diminishing"),
        ([12, 0, 0, 12, 0, 0, 0, 12, 0, 0, 0, 12], "sporadic"),
        ([14] * 11 + [-2], "historical"),
    ],
)
def test_hot_spots_from_events(heat: list[float], name: str) -> None:
    """Seven places in a field of chance have so many more events at each step."""
    points, weights = honeycomb(14)
    middle = 7 * 14 + 7
    near = np.append(np.flatnonzero(weights[[middle]].toarray()[0]), middle)
    cube = np.random.default_rng(3).poisson(2.0, (len(points), STEPS)).astype(np.float64)
    cube[near] += np.asarray(heat, dtype=np.float64)
    found = emerging(np.maximum(cube, 0.0), weights, back=0)
    assert found.category[middle] == name
    assert found.side[middle] == 1
    far = np.hypot(*(points - points[middle]).T) > 4
    assert (found.side[far] == 0).mean() > 0.95


def test_cold_spots_are_hot_ones_turned() -> None:
    points, weights = honeycomb(14)
    cube = np.random.default_rng(4).poisson(9.0, (len(points), STEPS)).astype(np.float64)
    middle = 7 * 14 + 7
    near = np.append(np.flatnonzero(weights[[middle]].toarray()[0]), middle)
    cube[near] = 0.0
    found = emerging(cube, weights)
    assert (found.category[middle], found.side[middle]) == ("persistent", -1)
    # A place that oscillates was hot before it was cold, or the other way round.
    cube[near, 0] = 40.0
    found = emerging(cube, weights, back=0)
    assert (found.category[middle], found.side[middle]) == ("persistent", -1)
    cube[near, :6] = 40.0
    found = emerging(cube, weights, back=0)
    assert (found.category[middle], found.side[middle]) == ("consecutive", -1)


def test_a_neighbourhood_reaches_back_in_time() -> None:
    """By hand: the place, its neighbour, and both a step before, against the whole cube."""
    points = np.array([[0.0, 0], [1, 0], [9, 9]])
    cube = np.array([[5.0, 7, 1, 2], [3, 8, 2, 2], [1, 1, 4, 6]])
    found = emerging(cube, within_distance(points, 2))
    flat = cube.ravel()
    total, many = cube[:2, :2].sum(), 4
    spread = flat.std() * np.sqrt((12 * many - many**2) / 11)
    assert found.z[0, 1] == pytest.approx((total - many * flat.mean()) / spread)
    assert found.z[0, 0] == pytest.approx(
        (8 - 2 * flat.mean()) / (flat.std() * np.sqrt((12 * 2 - 4) / 11))
    )
    alone = getis_ord(flat, within_distance(np.array([[9.0 * n, 0] for n in range(12)]), 1))
    assert emerging(cube, within_distance(points, 0.5), back=0).z.ravel() == pytest.approx(alone.z)


def test_too_few_steps_are_refused() -> None:
    with pytest.raises(InputError, match="3 steps show no trend"):
        emerging(np.zeros((4, 3)), honeycomb(2)[1])
