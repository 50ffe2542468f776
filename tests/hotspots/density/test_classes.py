"""Colours mean the same everywhere: the classes of a density, its palette, and its picture."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gisgrid.errors import InputError
from gisgrid.hotspots.density.classes import (
    STEPS,
    checked_steps,
    colours,
    density_steps,
    palette,
)
from gisgrid.hotspots.density.png import palette_png


@given(st.floats(1e-4, 1e3))
def test_the_lowest_limit_is_about_the_mean(mean: float) -> None:
    steps = density_steps(mean)
    assert steps[0] <= mean < 2.5 * steps[0]
    assert 39 < steps[5] / steps[0] < 51
    assert checked_steps(steps) == steps


def test_a_map_without_a_mean_has_classes_too() -> None:
    for mean in (0.0, -1.0, float("nan"), float("inf")):
        assert density_steps(mean) == STEPS
    assert density_steps(1e-300)[0] > 0
    assert len(density_steps(1e300)) == 6


def test_colours_follow_the_logarithm_of_the_density() -> None:
    density = np.array([0.0, 0.2499, 0.25, 0.5, 20.0, 1e9])
    found = colours(density, STEPS).tolist()
    assert found[:3] == [0, 0, 1]
    assert found[3] == 1 + round(254 * np.log(2) / np.log(80))
    assert found[4:] == [255, 255]
    steady = np.diff(colours(np.geomspace(0.25, 20, 200), STEPS).astype(int))
    assert steady.min() >= 1
    assert steady.max() <= 2


def test_the_palette_shows_nothing_then_fades_in_and_darkens() -> None:
    table = palette().astype(int)
    assert table[0, 3] == 0
    assert (np.diff(table[:, 3]) >= 0).all()
    assert table[-1].tolist() == [86, 10, 44, round(0.95 * 255)]
    assert (np.diff(table[:, 1]) <= 0).all()


@pytest.mark.parametrize(
    "limits", [(1, 2, 3), (0, 1, 2, 3, 4, 5), (1, 2, 2, 3, 4, 5), (1, 2, 3, 4, 5, float("inf"))]
)
def test_limits_that_are_none_are_refused(limits: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match=r"0.5,1,2,5,10,20"):
        checked_steps(limits)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_a_picture_is_read_as_it_was_written(width: int, height: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)
    picture = Image.open(io.BytesIO(palette_png(pixels, palette())))
    assert picture.size == (width, height)
    assert (np.asarray(picture.convert("RGBA")) == palette()[pixels]).all()
