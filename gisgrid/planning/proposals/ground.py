"""What micro-grids are drawn from: the ground, its homes and the lines that divide it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gisgrid.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

__all__ = ["LINE_WEIGHTS", "Ground", "Homes", "Lines", "Present", "Range"]

LINE_WEIGHTS: Final[Mapping[str, float]] = {"river": 0.2, "main": 1.0, "wall": 2.0, "minor": 3.0}
"""What a metre of border costs along a line of each class; off all lines it costs 10."""


@dataclass(frozen=True)
class Range:
    """How many households a micro-grid shall have, both ends included.

    Raises
    ------
    InputError
        There is no number between the two.
    """

    least: int = 300
    most: int = 500

    def __post_init__(self) -> None:
        if not 1 <= self.least <= self.most:
            raise InputError(
                "no number of households lies in the range",
                where=f"{self.least} to {self.most}",
                fix="give at least 1, and no less for the most than for the least",
            )

    def miss(self, households: NDArray[Any]) -> NDArray[Any]:
        """By how many households counts lie outside."""
        missed: NDArray[Any] = np.maximum(
            np.maximum(self.least - households, households - self.most), 0
        )
        return missed

    def filled(self, households: NDArray[np.int64]) -> NDArray[np.int64]:
        """Households of buildings as they fill grids: one above the range fills one, no more."""
        return np.minimum(households, self.most)

    def counts(self, total: int) -> range:
        """The numbers of grids among which a total can be divided; empty where there is none."""
        return range(max(-(-total // self.most), 1), total // self.least + 1)


@dataclass(frozen=True)
class Homes:
    """Where people live.

    Attributes
    ----------
    points : float64 array, shape (n, 2)
        Longitude and latitude in WGS 84 degrees.
    households : int64 array, shape (n,)
    buildings : int64 array, shape (n,)
        Which of `outlines` each belongs to, -1 for none. Homes of one building stay together.
    outlines : array of Polygon or MultiPolygon, shape (m,)
        Footprints.
    """

    points: NDArray[np.float64]
    households: NDArray[np.int64]
    buildings: NDArray[np.int64]
    outlines: NDArray[np.object_]


@dataclass(frozen=True)
class Lines:
    """Lines that divide neighbours.

    Attributes
    ----------
    shapes : array of LineString or MultiLineString, shape (n,)
        WGS 84 degrees.
    classes : tuple of str
        The class of each.
    weights : mapping of str to float
        What a metre of border along a class costs, above 0 and below 10; a class that is not
        named costs as much as ``minor``.
    barriers : frozenset of str
        Classes that no micro-grid may lie on both sides of.
    """

    shapes: NDArray[np.object_]
    classes: tuple[str, ...]
    weights: Mapping[str, float] = field(default_factory=lambda: dict(LINE_WEIGHTS))
    barriers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Present:
    """Micro-grids that are there already.

    Attributes
    ----------
    shapes : array of Polygon or MultiPolygon, shape (n,)
        They tile the ground, and share the vertices of their borders.
    locked : bool array, shape (n,)
        Those that stay as they are.
    """

    shapes: NDArray[np.object_]
    locked: NDArray[np.bool_]


@dataclass(frozen=True)
class Ground:
    """A unit, or any other ground to draw micro-grids on.

    Attributes
    ----------
    region : Polygon or MultiPolygon
        WGS 84 degrees.
    homes : Homes
    lines : Lines
    present : Present or None
    """

    region: BaseGeometry
    homes: Homes
    lines: Lines
    present: Present | None = None
