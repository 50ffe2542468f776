"""Footprints: rectangles in rows that face south, inside their street block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from gisgrid.sample.plane import FloatArray, GeometryArray

__all__ = ["STYLES", "Style", "as_polygons", "entrance", "facing", "place_footprints"]


@dataclass(frozen=True)
class Style:
    """How houses stand: their size, the gaps between them and to the block's edge, in metres."""

    width: float
    depth: float
    gap: float
    row_gap: float
    margin: float
    huddled: bool


STYLES = {
    "community": Style(34, 12, 7, 15, 6, huddled=False),
    "village": Style(30, 10, 6, 12, 8, huddled=True),
    "market": Style(84, 20, 12, 20, 9, huddled=True),
}


def facing(block: BaseGeometry) -> float:
    """Angle of the block's own axis that is nearest to east-west."""
    box = shapely.get_coordinates(shapely.oriented_envelope(block))
    step = box[1] - box[0]
    angle = float(np.arctan2(step[1], step[0]))
    return (angle + np.pi / 4) % (np.pi / 2) - np.pi / 4


def _lattice(block: Polygon, style: Style, scale: float, angle: float) -> FloatArray:
    """Corners ``(n, 4, 2)`` of all houses of a regular settlement that covers the block."""
    cos, sin = np.cos(angle), np.sin(angle)
    ring = shapely.get_coordinates(block)
    u, v = ring @ np.array([cos, sin]), ring @ np.array([-sin, cos])
    pitch_u, pitch_v = (style.width + style.gap) * scale, (style.depth + style.row_gap) * scale
    columns = int(np.ptp(u) / pitch_u) + 1
    rows = int(np.ptp(v) / pitch_v) + 1
    cu = (u.min() + u.max()) / 2 + (np.arange(columns) - (columns - 1) / 2) * pitch_u
    cv = (v.min() + v.max()) / 2 + (np.arange(rows) - (rows - 1) / 2) * pitch_v
    centre = np.stack(np.meshgrid(cu, cv), axis=-1).reshape(-1, 1, 2)
    half = np.array([style.width, style.depth]) * scale / 2
    corner = centre + half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    corners: FloatArray = corner @ np.array([[cos, sin], [-sin, cos]])
    return corners


def place_footprints(
    block: Polygon,
    count: int,
    style: Style,
    rng: np.random.Generator,
    angle: float | None = None,
) -> FloatArray:
    """Place up to ``count`` houses in a block; smaller and closer where it is tight.

    Parameters
    ----------
    block : Polygon
        In plane metres.
    count : int
    style : Style
    rng : numpy.random.Generator
    angle : float, optional
        Direction of the rows in radians; the block's own when left out.

    Returns
    -------
    (n, 4, 2) array
        Corners, the south wall first; n may be less than ``count``.
    """
    angle = facing(block) if angle is None else angle
    corners = np.empty((0, 4, 2))
    for scale in (1.0, 0.8, 0.62, 0.48, 0.36):
        inner = shapely.buffer(block, -style.margin * scale)
        if inner.is_empty:
            continue
        shapely.prepare(inner)
        corners = _lattice(block, style, scale, angle)
        corners = corners[shapely.contains_properly(inner, shapely.polygons(corners))]
        if len(corners) >= count:
            break
    if len(corners) <= count:
        return corners
    if style.huddled:
        middle = corners.mean(axis=1)
        away = np.hypot(*(middle - middle[rng.integers(len(middle))]).T)
        chosen = np.argsort(away, kind="stable")[:count]
    else:
        chosen = rng.choice(len(corners), count, replace=False)
    return corners[np.sort(chosen)]


def entrance(corners: FloatArray, share: float = 0.5) -> FloatArray:
    """Doors ``(n, 2)``: a metre inside the south wall, at a share of its length from the west."""
    south = corners[:, 0] + (corners[:, 1] - corners[:, 0]) * share
    north = corners[:, 3] - corners[:, 0]
    inward = north / np.hypot(north[:, 0], north[:, 1])[:, None]
    doors: FloatArray = south + inward
    return doors


def as_polygons(corners: FloatArray) -> GeometryArray:
    """Turn ``(n, 4, 2)`` corners into polygons."""
    return np.asarray(shapely.polygons(corners))
