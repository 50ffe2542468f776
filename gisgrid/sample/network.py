"""Roads, rivers and walls: one noded network whose faces are the street blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from shapely import STRtree

from gisgrid.sample.land import Divider, Land
from gisgrid.sample.naming import NameGiver
from gisgrid.sample.plane import MICRODEGREE, FloatArray, GeometryArray, IntArray, plane_to_degrees

__all__ = ["Network", "build_network", "classify"]


@dataclass(frozen=True)
class Network:
    """A noded network in degrees.

    Attributes
    ----------
    faces : (n,) array of Polygon
        One for each block of the land, in its order.
    lines : pandas.DataFrame
        One row per dividing line: ``cls``, ``name`` (or None), ``level`` and ``geometry``
        (LineString), with the very vertices of the faces.
    """

    faces: GeometryArray
    lines: pd.DataFrame


def _to_microdegrees(xy: FloatArray) -> FloatArray:
    return plane_to_degrees(xy) * MICRODEGREE


def _from_microdegrees(lonlat: FloatArray) -> FloatArray:
    # Division, not multiplication: it gives the float nearest to the decimal that is written.
    return np.round(lonlat) / MICRODEGREE


def _faces_of(edges: GeometryArray, land: Land) -> GeometryArray:
    """Polygonize and order the faces as the blocks are."""
    faces = shapely.get_parts(shapely.polygonize(edges))
    points = shapely.transform(np.array([b.point for b in land.blocks]), _to_microdegrees)
    block, face = STRtree(faces).query(points, predicate="within")
    if len(faces) != len(points) or sorted(block) != list(range(len(points))):
        raise RuntimeError(f"{len(points)} blocks became {len(faces)} faces")
    if len(set(face.tolist())) != len(points):
        raise RuntimeError("two blocks fell into one face")
    ordered: GeometryArray = faces[face[np.argsort(block)]]
    return ordered


def _meetings(dividers: list[Divider]) -> list[list[int]]:
    """For each divider the earlier ones that its ends lie on."""
    lines = np.array([d.line for d in dividers])
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    end, other = STRtree(lines).query(ends, predicate="dwithin", distance=1.0)
    met: list[list[int]] = [[] for _ in dividers]
    for i, j in zip((end % len(dividers)).tolist(), other.tolist(), strict=True):
        if j < i:
            met[i].append(j)
    return met


def classify(
    dividers: list[Divider], rng: np.random.Generator
) -> tuple[list[str], list[str | None]]:
    """Say of each divider what it is, and name it.

    Parameters
    ----------
    dividers : list of Divider
        Those of a piece of land before those that divide it further.
    rng : numpy.random.Generator

    Returns
    -------
    classes : list of str
        river, main, minor or wall.
    names : list of str or None
        Lanes and walls inside a micro-grid bear no name.
    """
    giver = NameGiver(rng)
    classes: list[str] = []
    names: list[str | None] = []
    for divider, met in zip(dividers, _meetings(dividers), strict=True):
        # Water comes from water: few rivers spring where none is met.
        watered = any(classes[i] == "river" for i in met)
        cls = _class_of(divider, float(rng.random()), watered)
        classes.append(cls)
        if cls == "river":
            names.append(giver.river())
        elif cls == "wall" or divider.level == "block":
            names.append(None)
        else:
            names.append(giver.road(cls == "main"))
    return classes, names


def _class_of(divider: Divider, chance: float, watered: bool) -> str:
    village = divider.kind == "village"
    if divider.level in ("district", "area"):
        return "river" if chance < 0.5 else "main"
    if divider.level == "unit":
        return "river" if chance < (0.45 if watered else 0.03) else "main"
    if divider.level == "micro":
        if village:
            return "river" if chance < (0.3 if watered else 0.0) else "minor"
        return "wall" if chance < 0.12 else "minor"
    return "wall" if not village and chance < 0.25 else "minor"


def _lines_of(edges: GeometryArray, land: Land, rng: np.random.Generator) -> pd.DataFrame:
    """Put the edges back together into the dividers they come from."""
    source = shapely.transform(np.array([d.line for d in land.dividers]), _to_microdegrees)
    middles = shapely.line_interpolate_point(edges, 0.5, normalized=True)
    owner: IntArray = STRtree(source).nearest(middles)
    classes, names = classify(land.dividers, rng)
    rows = []
    order = np.argsort(owner, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(owner[order]) > 0])
    for group in np.split(order, starts[1:]):
        i = int(owner[group[0]])
        merged = shapely.line_merge(shapely.multilinestrings(edges[group]))
        parts = shapely.get_parts(shapely.normalize(merged))
        rows += [(classes[i], names[i], land.dividers[i].level, part) for part in parts]
    return pd.DataFrame(rows, columns=["cls", "name", "level", "geometry"])


def build_network(land: Land, rng: np.random.Generator) -> Network:
    """Node all dividing lines on whole millionths of a degree and find the blocks between them.

    Parameters
    ----------
    land : Land
    rng : numpy.random.Generator
        Draws classes and names.
    """
    lines = shapely.transform(np.array([d.line for d in land.dividers]), _to_microdegrees)
    noded = shapely.union_all(shapely.multilinestrings(lines), grid_size=1.0)
    edges = shapely.get_parts(noded)
    faces = _faces_of(edges, land)
    frame = _lines_of(edges, land, rng)
    frame["geometry"] = shapely.transform(frame["geometry"].to_numpy(), _from_microdegrees)
    return Network(shapely.transform(faces, _from_microdegrees), frame)
