"""Recipes of hard coverages: what is made, where it is moved, how its rings and codes are written.

A recipe is a few plain values, so that a failing test prints all that is needed to make its
coverage again: ``made(Recipe(...))``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from hypothesis import strategies as st
from numpy.random import Generator
from numpy.typing import NDArray

from gisgrid.locate import path_key
from tests.locate import oddities, tilings

Move = Callable[[Generator, NDArray[Any]], NDArray[Any]]

TILINGS: Final[dict[str, Callable[[Generator, int], tilings.Shapes]]] = {
    made.__name__: made
    for made in (
        tilings.voronoi,
        tilings.triangles,
        tilings.wandering,
        tilings.bricks,
        tilings.mosaic,
        tilings.dissection,
        tilings.fan,
        tilings.comb,
        tilings.spiral,
        tilings.onion,
        tilings.round_lake,
        tilings.globe,
    )
}
ODDITIES: Final[dict[str, Callable[[Generator, int], tilings.Shapes]]] = {
    made.__name__: made
    for made in (
        oddities.needles,
        oddities.spikes,
        oddities.touching,
        oddities.chess,
        oddities.stairs,
        oddities.overlapping,
        oddities.one_over_all,
        oddities.stacked,
        oddities.far_apart,
        oddities.odd_squares,
        oddities.odd_triangles,
    )
}
MAKERS: Final = TILINGS | ODDITIES


def _turned(rng: Generator, xy: NDArray[Any]) -> NDArray[Any]:
    angle = rng.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return xy @ turn.T


MOVES: Final[dict[str, Move]] = {
    "stay": lambda rng, xy: xy,
    "city": lambda rng, xy: np.round(xy * 0.05 + [121.2, 31.3], 7),
    "turned": _turned,
    "mirrored": lambda rng, xy: xy * [-1.0, 1.0],
    "transposed": lambda rng, xy: xy[:, ::-1],
    "dyadic": lambda rng, xy: np.round(xy * 2**10) / 2**10 + [121.0, 31.0],
    "whole": lambda rng, xy: np.round(xy * 20),
    "tiny": lambda rng, xy: xy * 1e-9 + [121.2, 31.3],
    "ulps": lambda rng, xy: xy * 1e-13 + [121.2, 31.3],
    "flat": lambda rng, xy: xy * [1.0, 1e-12] + [0.0, 31.3],
    "upright": lambda rng, xy: xy * [1e-9, 1e9] + [121.2, 0.0],
    "wide": lambda rng, xy: xy * 40 - 60,
    "underflowing": lambda rng, xy: xy * 10.0 ** -rng.integers(140, 175),
    "subnormal": lambda rng, xy: xy * 10.0 ** -rng.integers(300, 322),
    "overflowing": lambda rng, xy: xy * [1.0, 10.0 ** rng.integers(100, 307)],
}
# Those that make and leave numbers whose products a float64 holds.
PLAIN_MAKERS: Final = tuple(MAKERS)[:-2]
PLAIN_MOVES: Final = tuple(MOVES)[:-3]


@dataclass(frozen=True)
class Recipe:
    """How a coverage is made.

    Attributes
    ----------
    maker, move : str
        Keys of `MAKERS` and `MOVES`.
    size : int
        From 1 up.
    seed : int
    rewritten : bool
        Rings start anywhere, run either way, repeat points and hold vertices on straight runs.
    """

    maker: str
    size: int = 3
    seed: int = 0
    move: str = "stay"
    rewritten: bool = False


@dataclass(frozen=True)
class Coverage:
    """Polygons and their codes."""

    shapes: list[Any]
    codes: list[str]


def recipes(
    makers: Sequence[str] = tuple(MAKERS),
    moves: Sequence[str] = tuple(MOVES),
    largest: int = 4,
) -> st.SearchStrategy[Recipe]:
    """Recipes of the named makers and moves."""
    return st.builds(
        Recipe,
        st.sampled_from(makers),
        st.integers(1, largest),
        st.integers(0, 2**32 - 1),
        st.sampled_from(moves),
        st.booleans(),
    )


def made(recipe: Recipe) -> Coverage:
    """The coverage of a recipe, without the polygons that no index takes."""
    rng = np.random.default_rng(recipe.seed)
    with np.errstate(all="ignore"):
        shapes = MAKERS[recipe.maker](rng, recipe.size)
        if recipe.rewritten:
            shapes = [_rewritten(rng, shape) for shape in shapes]
        moved = shapely.transform(shapes, lambda xy: MOVES[recipe.move](rng, xy))
        usable = [shape for shape in moved if _usable(shape)]
    return Coverage(usable, codes_for(rng, len(usable)))


def _usable(shape: Any) -> bool:
    parts = shapely.get_parts(shape)
    bounds = shapely.bounds(parts)
    narrow = (bounds[:, 2] - bounds[:, 0] <= 180).all()
    polygonal = shapely.get_type_id(shape) in (3, 6) and len(parts) > 0
    try:
        return bool(polygonal and narrow and shapely.is_valid(shape))
    except shapely.GEOSException:  # numbers so small that GEOS contradicts itself
        return False


def _rewritten(rng: Generator, shape: Any) -> Any:
    polygons = []
    for part in shapely.get_parts(shape):
        rings = [part.exterior, *part.interiors]
        shell, *holes = [_rewritten_ring(rng, shapely.get_coordinates(ring)) for ring in rings]
        polygons.append(shapely.Polygon(shell, holes))
    return polygons[0] if shapely.get_type_id(shape) == 3 else shapely.MultiPolygon(polygons)


def _rewritten_ring(rng: Generator, closed: NDArray[Any]) -> NDArray[Any]:
    ring = np.roll(closed[:-1], int(rng.integers(len(closed))), axis=0)
    twice = rng.integers(1, 3, len(ring)) if rng.random() < 0.5 else 1
    ring = np.repeat(ring, twice, axis=0)
    if rng.random() < 0.5:
        # Rounding moves most of these off their edge: the neighbour then leaves a gap or overlaps.
        middle = (ring + np.roll(ring, -1, axis=0)) / 2
        ring = np.stack([ring, middle], axis=1).reshape(-1, 2)
    return ring[::-1] if rng.random() < 0.5 else ring


def codes_for(rng: Generator, count: int) -> list[str]:
    """Codes in no order: numbers, paths, or characters whose order UTF-16 and locales change."""
    style = rng.integers(3)
    numbers = rng.permutation(count)
    if style == 0:
        return [f"{number:04d}" for number in numbers]
    if style == 1:
        return [path_key(("A", "B" * (1 + n % 3), f"{n}")[n % 2 :]) for n in numbers]
    letters = ("a", "B", "é", "ア", "\ufffd", "\U0001f600", "\ue000", "Z", "界")
    return [letters[n % len(letters)] * (1 + n // len(letters)) for n in numbers]
