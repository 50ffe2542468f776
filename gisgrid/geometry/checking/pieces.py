"""Pieces of ground: how large, how long and wide, where, and which are too small to list."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gisgrid.geometry.checking.values import Below, Finding, Severity
from gisgrid.geometry.checking.wording import amount
from gisgrid.geometry.crs import FloatArray, GeometryArray
from gisgrid.geometry.metric import areas_m2, perimeters_m

__all__ = ["Piece", "Sifted", "sift"]


@dataclass(frozen=True)
class Piece:
    """A piece of faulty ground.

    Attributes
    ----------
    shape : shapely polygon
    place : (float, float)
        Longitude and latitude of a point inside it.
    area_m2, length_m, width_m : float
        Length and width are those of the rectangle of the same area and border; where no
        rectangle has so short a border, of the square of the same area.
    """

    shape: BaseGeometry
    place: tuple[float, float]
    area_m2: float
    length_m: float
    width_m: float

    def words(self) -> tuple[str, str]:
        """Its size in both languages."""
        area, long, wide = map(amount, (self.area_m2, self.length_m, self.width_m))
        return (
            f"{area} m²(约长 {long} m、宽 {wide} m)",
            f"{area} m² (about {long} m long, {wide} m wide)",
        )

    def finding(
        self,
        kind: str,
        severity: Severity,
        codes: tuple[str, ...],
        words: tuple[str, str],
        level: str,
        cause: str = "",
    ) -> Finding:
        """A finding about this piece; the words are in Chinese and in English."""
        return Finding(
            kind,
            severity,
            codes,
            *words,
            level=level,
            place=self.place,
            shape=self.shape,
            area_m2=self.area_m2,
            length_m=self.length_m,
            width_m=self.width_m,
            cause=cause,
        )


@dataclass(frozen=True)
class Sifted:
    """Pieces to list, each with its position, and the areas of those that are too small."""

    listed: tuple[tuple[int, Piece], ...]
    small_m2: FloatArray

    def below(self, kind: str, level: str) -> list[Below]:
        """Those that are too small in one line; nothing where there are none."""
        small = self.small_m2
        if len(small) == 0:
            return []
        return [Below(kind, level, len(small), float(small.sum()), float(small.max()))]


def sift(shapes: GeometryArray, most_m2: float, most_width_m: float) -> Sifted:
    """Measure pieces of ground and tell those apart that are too small to be listed.

    Parameters
    ----------
    shapes : array of shapely polygons, shape (n,)
        In WGS 84 degrees; those without an area are passed over.
    most_m2, most_width_m : float
        A piece up to this area, or up to this width, is too small.
    """
    area = areas_m2(shapes)
    half = perimeters_m(shapes) / 2.0
    length = (half + np.sqrt(np.maximum(half**2 - 4.0 * area, 0.0))) / 2.0
    length = np.maximum(length, np.sqrt(area))
    width = np.divide(area, length, out=np.zeros_like(area), where=length > 0.0)
    small = (area <= most_m2) | (width <= most_width_m)
    rows = np.flatnonzero(~small)
    inside = shapely.get_coordinates(shapely.point_on_surface(shapes[rows]))
    columns = (inside[:, 0], inside[:, 1], area[rows], length[rows], width[rows])
    listed = [
        (k, Piece(shape, (lon, lat), *sizes))
        for k, shape, lon, lat, *sizes in zip(
            rows.tolist(), shapes[rows], *(column.tolist() for column in columns), strict=True
        )
    ]
    return Sifted(tuple(listed), area[small & (area > 0.0)])
