"""Borders of a honeycomb that move a little, as when a planner draws them anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from gisgrid.bench.honeycomb import Coverage
from gisgrid.locate import CoverageIndex

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["borders_of_share", "move_borders", "ordinary_border"]

# How far a border moves at most, as a share of its length, to either side of its middle.
_SHIFT: Final = 0.25


def move_borders(coverage: Coverage, cells: NDArray[np.int64]) -> Coverage:
    """Move the border between each of some cells and the next one; its ends stay.

    Parameters
    ----------
    coverage : Coverage
        As `gisgrid.bench.honeycomb.make_coverage` makes it: cells in rows.
    cells : ndarray of int64
        Positions; none is the last of its row.
    """
    polygons = coverage.polygons.copy()
    for cell in cells.tolist():
        pair = polygons[[cell, cell + 1]]
        polygons[[cell, cell + 1]] = _moved(pair)
    return Coverage(polygons, coverage.codes)


def _moved(pair: NDArray[Any]) -> NDArray[Any]:
    line = shapely.line_merge(shapely.intersection(*shapely.boundary(pair)))
    border = shapely.get_coordinates(line)
    begin, along = border[0], border[-1] - border[0]
    t = (border - begin) @ along / (along @ along)
    aside = np.array([-along[1], along[0]])
    there = border + (2 * _SHIFT * np.minimum(t, 1 - t))[:, None] * aside
    place = {tuple(old): new for old, new in zip(border[1:-1].tolist(), there[1:-1], strict=True)}

    def move(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([place.get((x, y), (x, y)) for x, y in points.tolist()])

    return np.asarray(shapely.transform(pair, move), dtype=object)


def borders_of_share(
    coverage: Coverage, lon: NDArray[np.float64], lat: NDArray[np.float64], share: float, seed: int
) -> NDArray[np.int64]:
    """Cells to move the borders of, chosen at random, so that a share of points changes hands.

    Returns
    -------
    ndarray of int64
        As `move_borders` takes them; all there are where these do not give away so much.
    """
    every, lost = _lost_by_border(coverage, lon, lat)
    order = np.random.default_rng(seed).permutation(len(every))
    enough = int(np.searchsorted(np.cumsum(lost[order]), share * len(lon))) + 1
    return np.sort(every[order[:enough]])


def ordinary_border(
    coverage: Coverage, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> NDArray[np.int64]:
    """The one cell whose border, when it moves, gives away as many points as borders do on average.

    Points come in clusters: most borders give away hardly any, a few give away thousands.
    """
    every, lost = _lost_by_border(coverage, lon, lat)
    return every[[np.argmin(np.abs(lost - lost.mean()))]]


def _lost_by_border(
    coverage: Coverage, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The cells whose border with the next can move, and how many points change hands there."""
    columns = int(np.ceil(np.sqrt(len(coverage))))
    every = np.arange(len(coverage) - 1)
    every = every[every % columns != columns - 1]
    after = move_borders(coverage, every)
    old, new = (
        CoverageIndex(state.polygons, state.codes).locate(lon, lat) for state in (coverage, after)
    )
    lost = np.bincount(np.minimum(old, new)[old != new], minlength=len(coverage))
    return every, lost[every]
