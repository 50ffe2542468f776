"""The towns of the sample district: where they lie, what shape they have, where they are dense.

The layout is a rough sketch made for this sample: it is no map of the real district.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Polygon

from gisgrid.sample.plane import BOX, FloatArray, degrees_to_plane

__all__ = ["Arc", "Town", "draw_towns"]

# Corners of the towns in thousandths of a degree east of 121° and north of 31°.
_NODES: dict[str, tuple[float, float]] = {
    "a01": (140, 428), "a02": (172, 437), "a03": (181, 466), "a04": (207, 490),
    "a05": (236, 497), "a06": (262, 487), "a07": (290, 494), "a08": (324, 482),
    "a09": (342, 458), "a10": (347, 434), "a11": (346, 408), "a12": (336, 381),
    "a13": (323, 354), "a14": (336, 334), "a15": (341, 318), "a16": (356, 303),
    "a17": (351, 277), "a18": (357, 257), "a19": (358, 235), "a20": (336, 232),
    "a21": (305, 244), "a22": (274, 240), "a23": (245, 252), "a24": (216, 250),
    "a25": (188, 263), "a26": (164, 258), "a27": (137, 276), "a28": (117, 296),
    "a29": (120, 317), "a30": (104, 336), "a31": (121, 354), "a32": (114, 383),
    "a33": (130, 403),
    "b01": (187, 408), "b02": (197, 381), "b03": (202, 354), "b04": (222, 350),
    "b05": (231, 357), "b07": (222, 405), "b08": (246, 400), "b09": (246, 382),
    "b12": (257, 357), "b10": (230, 375), "b13": (262, 393), "b14": (271, 371), "b15": (267, 462),
    "b16": (258, 432), "b17": (267, 412), "b18": (302, 430), "b19": (309, 370),
    "b20": (313, 312), "b21": (284, 304), "b22": (243, 301), "b23": (229, 327),
    "b24": (160, 345), "b25": (237, 273), "b26": (319, 272), "b27": (290, 269),
    "b28": (333, 252),
}  # fmt: skip

_RINGS: dict[str, str] = {
    "310114001": "b08 b13 b14 b12 b09",
    "310114002": "a18 a19 a20 b28",
    "310114004": "b09 b12 b05 b10",
    "310114102": "a15 a16 a17 b26 b27 b21 b20",
    "310114103": "a23 a24 a25 a26 a27 a28 a29 a30 a31 b24 b03 b04 b23 b22 b25",
    "310114106": "a12 a13 a14 a15 b20 b21 b22 b23 b04 b05 b12 b14 b19",
    "310114109": "a10 a11 a12 b19 b14 b13 b17 b16 b18",
    "310114111": "a06 a07 a08 a09 a10 b18 b16 b15",
    "310114114": "a31 a32 a33 a01 a02 b01 b02 b03 b24",
    "310114118": "b22 b21 b27 b26 a17 a18 b28 a20 a21 a22 a23 b25",
    "310114401": "b02 b07 b08 b09 b10 b05 b04 b03",
    "310114501": "a02 a03 a04 a05 a06 b15 b16 b17 b13 b08 b07 b02 b01",
}

# Where people live close together: thousandths of a degree, radius in metres, strength over open
# country. Towns without an entry are built up all over.
_CENTRES: dict[str, tuple[tuple[float, float, float, float], ...]] = {
    "310114102": ((318, 292, 1700, 7), (298, 280, 900, 4)),
    "310114103": ((156, 296, 1500, 14), (206, 268, 1000, 9), (172, 330, 900, 8)),
    "310114106": ((262, 341, 1500, 12), (304, 340, 1000, 10), (270, 316, 900, 5)),
    "310114109": ((284, 402, 800, 12), (324, 398, 600, 7)),
    "310114111": ((304, 462, 800, 9), (284, 450, 500, 5)),
    "310114114": ((163, 375, 900, 14), (140, 400, 600, 7)),
    "310114118": ((322, 252, 1700, 9), (268, 268, 1100, 8), (296, 254, 900, 4)),
    "310114401": ((236, 382, 1500, 9), (222, 372, 700, 4)),
    "310114501": (
        (247, 407, 380, 22),
        (248, 410, 900, 14),
        (222, 462, 900, 10),
        (216, 424, 700, 8),
    ),
}


@dataclass(frozen=True)
class Arc:
    """A stretch of border between two corners, in plane metres; ``outer`` on the district's rim."""

    line: LineString
    outer: bool


@dataclass(frozen=True)
class Town:
    """An area before it is divided: its polygon in plane metres and its dense places.

    ``centres`` has rows of x, y, radius in metres and strength.
    """

    code: str
    polygon: Polygon
    centres: FloatArray


def _node(name: str) -> FloatArray:
    lon, lat = _NODES[name]
    return degrees_to_plane(np.array([121 + lon / 1000, 31 + lat / 1000]))


def _winding(a: FloatArray, b: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Bend a straight stretch by moving midpoints sideways, ever less, down to 120 m."""
    points = np.array([a, b])
    roughness = 0.14
    while np.hypot(*(points[1] - points[0])) > 120:
        steps = np.diff(points, axis=0)
        normals = np.column_stack([-steps[:, 1], steps[:, 0]])
        shift = rng.normal(0, roughness, len(steps)).clip(-0.22, 0.22)
        middles = points[:-1] + steps / 2 + normals * shift[:, None]
        woven = np.empty((2 * len(points) - 1, 2))
        woven[0::2], woven[1::2] = points, middles
        points = woven
        roughness *= 0.62
    return points


def _fit(arcs: dict[tuple[str, str], FloatArray]) -> dict[tuple[str, str], FloatArray]:
    """Stretch the arcs so that the district just fills its box."""
    every = np.vstack(list(arcs.values()))
    margin = np.array([0.001, 0.001])
    low = degrees_to_plane(np.array(BOX[:2]) + margin)
    high = degrees_to_plane(np.array(BOX[2:]) - margin)
    scale = (high - low) / (every.max(axis=0) - every.min(axis=0))
    origin = every.min(axis=0)
    return {key: (points - origin) * scale + low for key, points in arcs.items()}


def draw_towns(rng: np.random.Generator) -> tuple[list[Town], list[Arc]]:
    """Draw the twelve towns with winding borders.

    Returns
    -------
    towns : list of Town
        By code. Polygons share every vertex of their common borders.
    arcs : list of Arc
        The borders, each once.
    """
    uses: dict[tuple[str, str], int] = {}
    for ring in _RINGS.values():
        names = ring.split()
        for a, b in zip(names, [*names[1:], names[0]], strict=True):
            key = (min(a, b), max(a, b))
            uses[key] = uses.get(key, 0) + 1
    while True:
        arcs = _fit({key: _winding(_node(key[0]), _node(key[1]), rng) for key in sorted(uses)})
        towns = _towns(arcs)
        # Now and then two arcs wind into each other: draw again.
        if shapely.coverage_is_valid(np.array([town.polygon for town in towns])):
            break
    lines = [Arc(shapely.LineString(arcs[key]), uses[key] == 1) for key in sorted(uses)]
    return towns, lines


def _towns(arcs: dict[tuple[str, str], FloatArray]) -> list[Town]:
    """Put the arcs together into polygons, by code."""
    towns = []
    for code, ring in sorted(_RINGS.items()):
        names = ring.split()
        parts = []
        for a, b in zip(names, [*names[1:], names[0]], strict=True):
            points = arcs[(min(a, b), max(a, b))]
            parts.append((points if a < b else points[::-1])[:-1])
        centres = np.array(_CENTRES.get(code, ()), dtype=np.float64).reshape(-1, 4)
        centres[:, :2] = degrees_to_plane(centres[:, :2] / 1000 + np.array([121.0, 31.0]))
        towns.append(Town(code, Polygon(np.vstack(parts)), centres))
    return towns
