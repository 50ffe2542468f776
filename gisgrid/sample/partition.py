"""Cut a polygon into parts of equal weight by winding lines, as streets and streams cut land."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from gisgrid.sample.plane import FloatArray

__all__ = ["Cut", "Piece", "Terrain", "divide"]


@dataclass(frozen=True)
class Piece:
    """Land to divide: a polygon in plane metres and ``(n, 2)`` points that weigh it."""

    polygon: Polygon
    points: FloatArray


@dataclass(frozen=True)
class Cut:
    """A line that divides land; ``depth`` 0 is the first cut of its polygon."""

    line: LineString
    depth: int


class Terrain:
    """A smooth random field that bends neighbouring lines alike, and turns their directions.

    Parameters
    ----------
    rng : numpy.random.Generator
    """

    def __init__(self, rng: np.random.Generator) -> None:
        octaves = [(7000.0, 260.0), (2100.0, 70.0), (700.0, 20.0), (230.0, 4.5)]
        bearing = rng.uniform(0, 2 * np.pi, (len(octaves), 4))
        wave = 2 * np.pi / np.array([length for length, _ in octaves])[:, None]
        self._kx = (np.cos(bearing) * wave).ravel()
        self._ky = (np.sin(bearing) * wave).ravel()
        self._phase = rng.uniform(0, 2 * np.pi, (2, bearing.size))
        self._height = np.repeat([height / 2 for _, height in octaves], 4)

    def shift(self, xy: FloatArray) -> FloatArray:
        """Displacement in metres, ``(n, 2)``, at ``(n, 2)`` places."""
        wave = np.outer(xy[:, 0], self._kx) + np.outer(xy[:, 1], self._ky)
        moved = [np.sin(wave + phase) @ self._height for phase in self._phase]
        return np.column_stack(moved)

    def bearing(self, x: float, y: float) -> float:
        """Direction in radians that streets prefer at a place, within a quarter turn."""
        return 0.22 + 0.16 * math.sin(x / 5200 + 0.7) + 0.14 * math.sin(y / 4300 - 1.1)


def _side(xy: FloatArray, angle: float) -> tuple[FloatArray, FloatArray]:
    """Coordinates along and across a direction."""
    cos, sin = np.cos(angle), np.sin(angle)
    return xy[:, 0] * cos + xy[:, 1] * sin, xy[:, 1] * cos - xy[:, 0] * sin


def _quantile(values: FloatArray, share: float) -> float:
    place = int(share * (len(values) - 1))
    return float(np.partition(values, place)[place])


def _curve(
    piece: Piece, angle: float, share: float, terrain: Terrain, bend: float
) -> tuple[LineString, BaseGeometry, BaseGeometry]:
    """A curve across the piece with ``share`` of its weight below, and the land on both sides."""
    ring = shapely.get_coordinates(piece.polygon)
    along, across = _side(ring, angle)
    low, high = along.min() - 5.0, along.max() + 5.0
    length = high - low
    step = float(np.clip(length / 5, 14, 55))
    t = np.linspace(low, high, max(int(length / step), 3) + 1)
    cos, sin = np.cos(angle), np.sin(angle)
    p_along, p_across = _side(piece.points, angle)
    middle = _quantile(p_across, share)
    straight = np.column_stack([t * cos - middle * sin, t * sin + middle * cos])
    drift = terrain.shift(straight) @ np.array([-sin, cos]) * bend
    drift -= drift.mean()
    middle = _quantile(p_across - np.interp(p_along, t, drift), share)
    n = middle + drift
    curve = np.column_stack([t * cos - n * sin, t * sin + n * cos])
    floor = across.min() - 10 - abs(n).max() - abs(across).max()
    ends = np.array([[high, floor], [low, floor]])
    base = np.column_stack([ends[:, 0] * cos - floor * sin, ends[:, 0] * sin + floor * cos])
    below = Polygon(np.vstack([curve, base]))
    return (
        LineString(curve),
        shapely.intersection(piece.polygon, below),
        shapely.difference(piece.polygon, below),
    )


def _roundness(polygon: Polygon) -> float:
    return float(4 * np.pi * polygon.area / polygon.length**2)


def _candidates(piece: Piece, terrain: Terrain) -> list[tuple[float, float, float]]:
    """Angles, bends and merits to try: across the longer side first, then ever more freely."""
    centre = piece.polygon.centroid
    angle = terrain.bearing(centre.x, centre.y)
    along, across = _side(shapely.get_coordinates(piece.polygon), angle)
    if np.ptp(along) > np.ptp(across):
        angle += np.pi / 2
    turns = [(0.0, 1.0, 1.0), (np.pi / 2, 1.0, 0.95), (0.3, 1.0, 0.75), (-0.3, 1.0, 0.75)]
    turns += [(turn, 0.2, 0.4) for turn in (0.0, 0.7, -0.7, np.pi / 2, 1.1, -1.1)]
    return [(angle + turn, bend, merit) for turn, bend, merit in turns]


def _best_cut(
    piece: Piece, share: float, terrain: Terrain, tries: int
) -> tuple[Piece, Piece, LineString]:
    """The roundest of the first ``tries`` clean cuts in two."""
    found: list[tuple[float, LineString, Polygon, Polygon]] = []
    for angle, bend, merit in _candidates(piece, terrain):
        curve, below, above = _curve(piece, angle, share, terrain, bend)
        if not (isinstance(below, Polygon) and isinstance(above, Polygon)):
            continue
        line = shapely.intersection(curve, piece.polygon)
        if not isinstance(line, LineString) or below.is_empty or above.is_empty:
            continue
        worth = merit * min(_roundness(below), _roundness(above))
        found.append((worth, line, below, above))
        if len(found) >= tries:
            break
    if not found:
        raise RuntimeError(f"no clean cut of a piece of {piece.polygon.area:.0f} m²")
    _, line, below, above = max(found, key=lambda cut: cut[0])
    inside = shapely.contains_xy(below, piece.points[:, 0], piece.points[:, 1])
    return (
        Piece(below, piece.points[inside]),
        Piece(above, piece.points[~inside]),
        line,
    )


def divide(
    piece: Piece, parts: int, terrain: Terrain, rng: np.random.Generator, tries: int, depth: int = 0
) -> tuple[list[Piece], list[Cut]]:
    """Divide a piece into parts of about equal weight.

    Parameters
    ----------
    piece : Piece
    parts : int
        How many; each is one polygon without holes.
    terrain : Terrain
        Bends the cuts.
    rng : numpy.random.Generator
    tries : int
        Cuts to compare at each step: more gives rounder parts.

    Returns
    -------
    pieces : list of Piece
        Neighbours in space are near each other in the list.
    cuts : list of Cut
    """
    if parts <= 1:
        return [piece], []
    first = parts // 2 if parts % 2 == 0 or rng.random() < 0.5 else parts - parts // 2
    share = float(np.clip(first / parts + rng.normal(0, 0.04), 0.2, 0.8))
    if len(piece.points) < 8:
        piece = Piece(piece.polygon, _scatter(piece.polygon, 24, rng))
    below, above, line = _best_cut(piece, share, terrain, tries)
    left, left_cuts = divide(below, first, terrain, rng, tries, depth + 1)
    right, right_cuts = divide(above, parts - first, terrain, rng, tries, depth + 1)
    return [*left, *right], [Cut(line, depth), *left_cuts, *right_cuts]


def _scatter(polygon: Polygon, count: int, rng: np.random.Generator) -> FloatArray:
    """About ``count`` points spread evenly over a polygon."""
    west, south, east, north = polygon.bounds
    tries = int(count * (east - west) * (north - south) / polygon.area) + 8
    xy = rng.uniform((west, south), (east, north), (tries, 2))
    inside: FloatArray = xy[shapely.contains_xy(polygon, xy[:, 0], xy[:, 1])]
    return inside if len(inside) > 3 else shapely.get_coordinates(polygon)
