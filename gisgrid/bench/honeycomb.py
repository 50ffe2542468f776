"""A coverage made from a seed: cells like a honeycomb, with winding borders that neighbours share.

Every cell meets about six others, as districts do. A border is drawn once, from node to node, and
read forwards by the cell on one side and backwards by the other, so the two share every vertex.
It winds, but stays in a narrow rhombus about the straight line between its nodes; those rhombi
touch only at nodes, so borders never cross.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["CENTRE", "Coverage", "Honeycomb", "make_coverage"]

# Degrees: about the middle of Jiading, and the width of a grid of half a kilometre.
CENTRE: Final = (121.2, 31.4)
WIDTH: Final = 0.005

FEWEST, MOST = 20, 40  # vertices of a border, both ends counted
_JITTER = 0.08  # of a cell's width
_SWING = 0.5  # tangent of half the rhombus' angle at a node
_WAVES = 4
_CELLS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Coverage:
    """Polygons that tile a region.

    Attributes
    ----------
    polygons : ndarray of Polygon, shape (n,)
        In degrees (EPSG:4326, longitude first).
    codes : tuple of str, shape (n,)
        Ascending, so that the lowest position has the lowest code.
    """

    polygons: NDArray[Any]
    codes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north, in degrees."""
        west, south, east, north = map(float, shapely.total_bounds(self.polygons))
        return west, south, east, north


@dataclass(frozen=True)
class Honeycomb:
    """The borders of a honeycomb and how its cells are put together from them.

    Attributes
    ----------
    vertices : ndarray of float64, shape (v, 2)
        Of all borders, one after the other, from node to node.
    starts : ndarray of int64, shape (borders + 1,)
        Where each border begins in ``vertices``.
    sides : ndarray of int64, shape (cells, 6)
        The borders of each cell, anticlockwise.
    """

    vertices: NDArray[np.float64]
    starts: NDArray[np.int64]
    sides: NDArray[np.int64]

    # The first three sides of a cell are read forwards, the others backwards.
    FORWARD = np.array([True, True, True, False, False, False])

    def polygons(self) -> NDArray[Any]:
        """The cells, shape (cells,)."""
        return np.concatenate([np.asarray(shapely.polygons(rings)) for rings in self._rings()])

    def _rings(self) -> Iterator[NDArray[Any]]:
        counts = np.diff(self.starts)
        for first in range(0, len(self.sides), _CELLS_AT_ONCE):
            sides = self.sides[first : first + _CELLS_AT_ONCE]
            # A border's last vertex is the first of the next one.
            lengths = counts[sides].ravel() - 1
            forward = np.broadcast_to(self.FORWARD, sides.shape).ravel()
            begin = np.where(
                forward, self.starts[sides.ravel()], self.starts[sides.ravel() + 1] - 1
            )
            step = np.repeat(np.where(forward, 1, -1), lengths)
            taken = np.repeat(begin, lengths) + step * _counting(lengths)
            cell = np.repeat(np.repeat(np.arange(len(sides)), 6), lengths)
            yield np.asarray(shapely.linearrings(self.vertices[taken], indices=cell))


def make_coverage(grids: int, seed: int) -> Coverage:
    """A coverage of about so many grids, half a kilometre each, about Jiading.

    Parameters
    ----------
    grids : int
        How many grids; the honeycomb is as square as it can be and may hold a few more, of which
        the last ones are left out.
    seed : int
        The same seed makes the same coverage.

    Returns
    -------
    Coverage
    """
    columns = max(int(np.ceil(np.sqrt(grids))), 1)
    rows = -(-grids // columns)
    comb = _honeycomb(columns, rows, np.random.default_rng(seed))
    polygons = Honeycomb(comb.vertices, comb.starts, comb.sides[:grids]).polygons()
    return Coverage(polygons, tuple(f"G{number:07d}" for number in range(grids)))


def _honeycomb(columns: int, rows: int, rng: np.random.Generator) -> Honeycomb:
    """Cells in rows that are shifted by half a cell in turn, like bricks whose joints are bent."""
    across, up = 2 * columns + 2, rows + 1
    nodes = _nodes(across, up, rng)
    # Flat borders run from node (i, j) to (i + 1, j), steep ones from (i, j) to (i, j + 1).
    i, j = np.meshgrid(np.arange(across - 1), np.arange(up))
    flat = np.column_stack([(j * across + i).ravel(), (j * across + i + 1).ravel()])
    i, j = np.meshgrid(np.arange(columns + 1), np.arange(rows))
    foot = (j * across + 2 * i + j % 2).ravel()
    steep = np.column_stack([foot, foot + across])
    vertices, starts = _wind(nodes[np.vstack([flat, steep])], rng)
    column, row = (part.ravel() for part in np.meshgrid(np.arange(columns), np.arange(rows)))
    below = row * (across - 1) + 2 * column + row % 2
    above = below + across - 1
    left = len(flat) + row * (columns + 1) + column
    sides = np.column_stack([below, below + 1, left + 1, above + 1, above, left])
    return Honeycomb(vertices, starts, sides)


def _nodes(across: int, up: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Where borders meet, row by row, shape (across * up, 2)."""
    i, j = np.meshgrid(np.arange(across), np.arange(up))
    bend = np.where((i + j) % 2, -1, 1) / 6
    places = np.stack([i / 2, (j + bend) * (np.sqrt(3) / 2)], axis=-1).reshape(-1, 2)
    places += rng.uniform(-_JITTER, _JITTER, places.shape)
    return np.asarray((places - places.mean(axis=0)) * WIDTH + CENTRE)


def _wind(
    ends: NDArray[np.float64], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Winding lines between pairs of nodes of shape (n, 2, 2), and where each begins."""
    counts = rng.integers(FEWEST, MOST, len(ends), endpoint=True)
    starts = np.concatenate([[0], np.cumsum(counts)])
    last = np.repeat(counts - 1, counts)
    place = _counting(counts)
    inner = (place > 0) & (place < last)
    # Along the line, in unequal steps that never turn back.
    t = (place + inner * rng.uniform(-0.4, 0.4, len(place))) / last
    swing = np.zeros(len(t))
    for wave in range(1, _WAVES + 1):
        height, phase = rng.uniform(-1, 1, len(ends)), rng.uniform(0, 2 * np.pi, len(ends))
        swing += np.repeat(height, counts) * np.sin(2 * np.pi * wave * t + np.repeat(phase, counts))
    swing *= np.minimum(t, 1 - t) * (_SWING / _WAVES)
    begin, along = ends[:, 0], ends[:, 1] - ends[:, 0]
    vertices = np.repeat(begin, counts, axis=0)
    vertices += t[:, None] * np.repeat(along, counts, axis=0)
    aside = np.column_stack([-along[:, 1], along[:, 0]])
    vertices += swing[:, None] * np.repeat(aside, counts, axis=0)
    # The nodes themselves, not their sums: borders that meet there share them to the last bit.
    vertices[starts[:-1]], vertices[starts[1:] - 1] = ends[:, 0], ends[:, 1]
    return vertices, starts


def _counting(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """0, 1, 2, … up to each length, one after the other."""
    ends = np.cumsum(lengths)
    return np.arange(ends[-1]) - np.repeat(ends - lengths, lengths)
